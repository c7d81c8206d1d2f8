"""The carrier: state comes home to the text and the call that it stood on, whatever the client changed around it."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from dragoman import laws
from dragoman.carrier import Unit, encode, ride
from tests.agents.carried import FLAVOURS, answer_of, function_item
from tests.agents.clients import CLIENTS, Json
from tests.agents.upstreams import ANSWERS, framed, received
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES
from tests.wire import MERGE

MARKED: Json = {"thoughtSignature": "c2ln"}
THINKING: Json = {"text": "Hm hm.", "thought": True}


def _called(name: str, **more: Any) -> Json:
    return {"functionCall": {"id": name, "name": name, "args": {}}, **more}


def _answer(*parts: Json) -> Json:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "modelVersion": "gemini-2.5-pro", "responseId": "r"}


def _taken(body: Json, upstream: str, client: str, stream: bool) -> Any:
    """The client of an answer of `upstream`, which it has taken, whole or in a stream, with all its fields."""
    shape = client.partition("+")[0]
    agent = CLIENTS[shape]("every")
    if stream:
        running = dragoman.translate_stream(upstream, client)
        said = running.feed(framed(upstream, ANSWERS[upstream][1](body))) + running.close()
        agent.take(MERGE[shape](said).document)
    else:
        agent.take(json.loads(dragoman.translate_response(body, upstream, client).json()))
    return agent


def _back(body: Json, client: str, meddle: Any = None, stream: bool = False) -> tuple[list[Json], list[str]]:
    """The parts that Gemini gets back, and the losses of that. meddle: what the client does to its turn before."""
    agent = _taken(body, GEMINI, client, stream)
    if meddle is not None:
        meddle(next(m for m in agent.body["messages"] if m["role"] == "assistant"))
    t = dragoman.translate_request(agent.body, client, GEMINI)
    (turn,) = (c for c in json.loads(t.json())["contents"] if c["role"] == "model")
    return turn["parts"], [loss.code for loss in t.losses if loss.kind == "dropped"]


wires = pytest.mark.parametrize("stream", [False, True], ids=["documents", "streams"])
CODE: list[Json] = [
    {"executableCode": {"language": "PYTHON", "code": "1"}},
    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
]


@wires
@pytest.mark.parametrize("client", ["openai-chat+google", "openai-chat+think-tags"])
@pytest.mark.parametrize(
    "parts",
    [
        [THINKING, {"text": "I look."}, _called("f", **MARKED)],
        [THINKING, {"text": "I look.", **MARKED}, _called("f", **MARKED)],
        [THINKING, {"text": "I look."}, {"text": "", **MARKED}, _called("f", **MARKED)],
        [THINKING, {"text": "I look."}, *CODE, {"text": "So."}, _called("f", **MARKED)],
        [{"text": "First."}, {**THINKING, **MARKED, "text": "Ah."}, {"text": "So."}, THINKING, _called("f")],
    ],
)
def test_thinking_between_tags_is_no_text(client: str, parts: list[Json], stream: bool) -> None:
    """A client that sees thinking in the text sends it back there: it is thinking still, and moves no place."""
    got, dropped = _back(_answer(*parts), client, stream=stream)
    assert got == [p for p in parts if p is not THINKING]
    assert "reasoning.unsupported" in dropped  # unsigned thinking is nothing to Gemini
    assert "state.orphan" not in dropped


def test_text_between_tags_in_other_turns_is_thinking_too() -> None:
    turn = {"role": "assistant", "content": "<think>Hm.</think>Yes."}
    body = {"model": "m", "messages": [{"role": "user", "content": "So?"}, turn, {"role": "user", "content": "And?"}]}
    t = dragoman.translate_request(body, "openai-chat+think-tags", MESSAGES)
    assert [m["content"] for m in t.body["messages"]] == ["So?", "Yes.", "And?"]
    assert ("reasoning.unsigned", "/messages/1/content") in [(loss.code, loss.at) for loss in t.losses]
    # Other clients mean what they say.
    t = dragoman.translate_request(body, CHAT, MESSAGES)
    assert t.body["messages"][1]["content"] == "<think>Hm.</think>Yes."


@wires
@pytest.mark.parametrize("client", [CHAT, *FLAVOURS])
@pytest.mark.parametrize(
    "parts",
    [
        [{"text": "I look.", **MARKED}, {"text": "More."}, _called("f")],
        [{"text": "I look."}, {"text": "More.", **MARKED}, {"text": "Third."}, _called("f")],
        [{"text": "I look.", **MARKED}, {"text": "More.", "thoughtSignature": "c2lo"}, {"text": "."}, _called("f")],
        [{"text": "", **MARKED}, {"text": "More."}, {"text": "So.", "thoughtSignature": "c2lo"}, _called("f")],
    ],
)
def test_parts_with_and_without_a_signature_are_not_merged(client: str, parts: list[Json], stream: bool) -> None:
    """ "Do not merge parts with and without a signature": each signature comes back on its own text, and no more."""
    assert _back(_answer(*parts), client, stream=stream) == (parts, [])


@wires
@pytest.mark.parametrize("client", [CHAT, *FLAVOURS])
def test_calls_in_another_order_keep_their_own_state(client: str, stream: bool) -> None:
    def reverse(turn: Json) -> None:
        turn["tool_calls"].reverse()

    f, g = _called("f", **MARKED), _called("g")
    assert _back(_answer(f, g), client, reverse, stream)[0] == [g, f]
    g = _called("g", thoughtSignature="c2lo")
    assert _back(_answer(f, g), client, reverse, stream) == ([g, f], [])


@wires
@pytest.mark.parametrize("client", [CHAT, *FLAVOURS])
def test_state_of_what_did_not_come_back_goes_to_nothing_else(client: str, stream: bool) -> None:
    def reword(turn: Json) -> None:
        turn["content"] = "Something else."

    signed, last = {"text": "I look.", **MARKED}, _called("f")
    got, dropped = _back(_answer(signed, {"text": "More."}, last), client, reword, stream)
    assert (got, dropped) == ([{"text": "Something else."}, last], ["state.orphan"])

    def leave_out(turn: Json) -> None:
        del turn["tool_calls"][0]

    got, dropped = _back(_answer(_called("f", **MARKED), _called("g")), client, leave_out, stream)
    assert got == [_called("g")]
    listed = client in ("openai-chat+openrouter", "openai-chat+litellm")  # elsewhere it went with its call
    assert [code for code in dropped if code.startswith("state.")] == (["state.orphan"] if listed else [])


def test_carriers_of_old_are_read() -> None:
    """They do not say how long a text was: what stands at their place gets the state."""
    marked = Unit(GEMINI, False, ["thought_signature", "c2ln", "text"], None, (7, 0))
    on_call = Unit(GEMINI, False, ["thought_signature", "c2lo", "call"], None, (12, 0))
    token = encode([marked, on_call]) or ""
    call = {"id": ride("f", token), "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turn = {"role": "assistant", "content": "I look.More.", "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": call["id"], "content": "1"}
    body = {"model": "m", "messages": [{"role": "user", "content": "So?"}, turn, result]}
    t = dragoman.translate_request(body, CHAT, GEMINI)
    said = [{"text": "I look."}, {"text": "More.", **MARKED}, _called("f", thoughtSignature="c2lo")]
    assert json.loads(t.json())["contents"][1]["parts"] == said
    phase = Unit(
        RESPONSES, False, ["item", {"id": "m1", "status": None, "phase": "commentary"}, "before"], None, (7, 0)
    )
    call["id"] = result["tool_call_id"] = ride("f", encode([phase]) or "")
    t = dragoman.translate_request(body, CHAT, RESPONSES)
    said = [i for i in t.body["input"] if i.get("role") == "assistant"]
    assert [(i.get("phase"), i["content"]) for i in said][1] == (None, "More.")
    assert said[0]["phase"] == "commentary"


def _responses(*texts: tuple[str, str | None]) -> Json:
    items: list[Json] = []
    for i, (text_, phase) in enumerate(texts):
        said = {"type": "output_text", "text": text_, "annotations": [], "logprobs": []}
        item = {"id": f"m{i}", "type": "message", "role": "assistant", "status": "completed", "content": [said]}
        items.append({**item, "phase": phase} if phase else item)
    return answer_of(*items, function_item(1))


@wires
@pytest.mark.parametrize("client", [CHAT, MESSAGES, GEMINI, *FLAVOURS])
def test_a_phase_is_of_its_own_text(client: str, stream: bool) -> None:
    texts = [("First.", None), ("I look.", "commentary"), ("More.", None)]
    agent = _taken(_responses(*texts), RESPONSES, client, stream)
    t = dragoman.translate_request(agent.body, client, RESPONSES, path=agent.path)
    got = [one for one in received(RESPONSES, t.body, 1) if type(one) is tuple and one[0] == "text"]
    assert got == [("text", *one) for one in texts]


PHASES = [
    [("a", None), ("b", "commentary")],
    [("a", None), ("b", None), ("c", "commentary"), ("d", "final_answer")],
    [("a", "commentary"), ("b", None)],
    [("a", "commentary"), ("b", None), ("c", "final_answer"), ("d", None)],
    [("a", None), ("a", "commentary")],
]


@pytest.mark.parametrize("client", [CHAT, MESSAGES, GEMINI, *FLAVOURS])
@pytest.mark.parametrize("texts", PHASES)
def test_a_phase_is_of_its_own_text_where_gateways_stand_in_a_row(texts: Any, client: str) -> None:
    """An answer that comes home through another dialect: what stands before a text, or behind it, has no part in its
    phase."""
    body = _responses(*texts)
    for law in (laws.nothing_vanishes, laws.settled, laws.nothing_made_up):
        assert law("response", body, RESPONSES, client) == []
    there = dragoman.translate_response(body, RESPONSES, client)
    back = dragoman.translate_response(there.json(), client, RESPONSES).body
    said = [(i["content"][0]["text"], i.get("phase")) for i in back["output"] if i.get("phase")]
    if client in (MESSAGES, GEMINI):
        assert said == [one for one in texts if one[1]]


@pytest.mark.parametrize("client", [MESSAGES, GEMINI])
def test_texts_of_one_message_share_its_phase(client: str) -> None:
    body = _responses(("a", "commentary"))
    body["output"][0]["content"].append({"type": "output_text", "text": "b", "annotations": [], "logprobs": []})
    there = dragoman.translate_response(body, RESPONSES, client)
    back = dragoman.translate_response(there.json(), client, RESPONSES).body
    message = back["output"][0]
    assert (message["phase"], [part["text"] for part in message["content"]]) == ("commentary", ["a", "b"])
