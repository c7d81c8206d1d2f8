"""Gateways behind Chat's shape: their answers' state comes home, and the limits of the models behind them hold."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest

import dragoman
from dragoman import laws
from tests.agents.clients import CLIENTS
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES
from tests.wire import MERGE

Json = dict[str, Any]
GOOGLE, LITELLM = "openai-chat+google", "openai-chat+litellm"
EXTRA: Json = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
FIELDS: Json = {"provider_specific_fields": {"thought_signature": "c2ln"}}
INNER: Json = {"function": {"name": "weather", "arguments": "{}", **FIELDS}}
PLACE = "/tool_calls/0/extra_content/google/thought_signature"
DUMMY = "skip_thought_signature_validator"
PATH = "/v1beta/models/gemini-3-pro:generateContent"


def call(name: str = "call_1", /, **more: Any) -> Json:
    return {"id": name, "type": "function", "function": {"name": "weather", "arguments": "{}"}, **more}


def answer(message: Json, model: str = "gemini-3-pro") -> Json:
    said = {"role": "assistant", "content": None, **message}
    choice = {"index": 0, "message": said, "finish_reason": "tool_calls" if "tool_calls" in said else "stop"}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice]}


def frames(body: Json) -> bytes:
    """The answer as Google's layer streams it: calls whole, and without an index."""
    message = body["choices"][0]["message"]
    delta = {key: value for key, value in message.items() if value is not None}
    choice = {"index": 0, "delta": delta, "finish_reason": body["choices"][0]["finish_reason"]}
    chunk = {**body, "object": "chat.completion.chunk", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()


def history(model: str, turn: Json, results: int = 1) -> Json:
    told = [{"role": "tool", "tool_call_id": f"call_{i + 1}", "content": "x"} for i in range(results)]
    return {"model": model, "messages": [{"role": "user", "content": "q"}, {"role": "assistant", **turn}, *told]}


def came_back(client: str, upstream: str, body: Json, kind: str = "standard") -> tuple[Json, list[str], list[str]]:
    """The turn that the upstream gets back, and the losses of the answer and of the next request."""
    agent = CLIENTS[client](kind)
    out = dragoman.Exchange(client, upstream).response(json.dumps(body).encode())
    agent.take(json.loads(out.json()))
    back = dragoman.Exchange(client, upstream).request(json.dumps(agent.body).encode(), path=agent.path)
    turns = [m for m in back.body["messages"] if m["role"] == "assistant"]
    return turns[-1], *([loss.code for loss in t.losses if loss.kind != "invented"] for t in (out, back))


# --- signatures of calls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
@pytest.mark.parametrize(
    ("upstream", "said", "back"),
    [(GOOGLE, EXTRA, EXTRA), (LITELLM, FIELDS, FIELDS), (LITELLM, INNER, FIELDS)],
    ids=["google", "litellm", "litellm function"],
)
def test_the_signature_of_a_call_comes_home(client: str, upstream: str, said: Json, back: Json) -> None:
    body = answer({"tool_calls": [call(**said), call("call_2")]})
    turn, out, up = came_back(client, upstream, body)
    assert turn["tool_calls"] == [call(**back), call("call_2")]
    assert not {"field.unknown", "state.no_carrier"} & set(out)
    assert not [code for code in up if code.startswith("state.")]


@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
def test_the_signature_of_a_call_comes_home_from_a_stream(client: str) -> None:
    stream = dragoman.translate_stream(GOOGLE, client)
    data = stream.feed(frames(answer({"tool_calls": [call(**EXTRA)]}))) + stream.close()
    assert b"dragom01" in data or (client == GEMINI and b'"thoughtSignature":"c2ln"' in data)
    assert not [loss for loss in stream.losses if loss.code in ("field.unknown", "state.no_carrier")]


@pytest.mark.parametrize("upstream", [GOOGLE, LITELLM])
def test_what_googles_models_signed_behind_a_gateway_goes_to_google_too(upstream: str) -> None:
    body = answer({"tool_calls": [call(**(EXTRA if upstream == GOOGLE else FIELDS))]})
    agent = CLIENTS[CHAT]("standard")
    agent.take(json.loads(dragoman.Exchange(CHAT, upstream).response(json.dumps(body).encode()).json()))
    t = dragoman.translate_request({**agent.body, "model": "gemini-3-pro"}, CHAT, GEMINI)
    [part] = [p for c in t.body["contents"] for p in c["parts"] if "functionCall" in p]
    assert part["thoughtSignature"] == "c2ln"
    assert not [loss for loss in t.losses if loss.code == "state.foreign"]
    other = dragoman.translate_request(agent.body, CHAT, MESSAGES)
    assert "c2ln" not in other.json().decode()
    assert "state.foreign" in [loss.code for loss in other.losses]


def test_what_vertex_signed_behind_a_gateway_is_not_for_google() -> None:
    body = answer({"tool_calls": [call(extra_content={"vertex": {"thought_signature": "c2ln"}})]})
    agent = CLIENTS[CHAT]("standard")
    agent.take(json.loads(dragoman.Exchange(CHAT, GOOGLE).response(json.dumps(body).encode()).json()))
    t = dragoman.translate_request({**agent.body, "model": "gemini-3-pro"}, CHAT, GEMINI)
    assert "c2ln" not in t.json().decode()
    assert "state.foreign" in [loss.code for loss in t.losses]
    same = dragoman.translate_request(agent.body, CHAT, GEMINI, profile={"provider": "vertex"})
    assert "c2ln" in same.json().decode()


def test_a_history_of_googles_goes_on_behind_chat() -> None:
    turn = {"content": None, "tool_calls": [call(**EXTRA)]}
    t = dragoman.translate_request(history("gemini-3-pro", turn), CHAT, GOOGLE)
    assert t.body["messages"][1]["tool_calls"] == [call(**EXTRA)]
    assert [loss.code for loss in t.losses] == ["state.opened"]
    native = {
        "contents": [
            {"role": "user", "parts": [{"text": "q"}]},
            {
                "role": "model",
                "parts": [
                    {"functionCall": {"id": "call_1", "name": "weather", "args": {}}, "thoughtSignature": "c2ln"}
                ],
            },
            {
                "role": "user",
                "parts": [{"functionResponse": {"id": "call_1", "name": "weather", "response": {"output": "x"}}}],
            },
        ]
    }
    t = dragoman.translate_request(native, GEMINI, GOOGLE, path=PATH)
    assert t.body["messages"][1]["tool_calls"] == [call(**EXTRA)]
    assert not t.losses


@pytest.mark.parametrize(("model", "signed"), [("gemini-3-pro", True), ("gemini-2.5-pro", False), ("m", False)])
def test_a_foreign_history_gets_the_dummy_behind_chat(model: str, signed: bool) -> None:
    use = [{"type": "tool_use", "id": f"call_{i}", "name": "weather", "input": {}} for i in (1, 2)]
    results = [{"type": "tool_result", "tool_use_id": f"call_{i}", "content": "x"} for i in (1, 2)]
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": use}]
    body = {"model": model, "max_tokens": 9, "messages": [*turns, {"role": "user", "content": results}]}
    t = dragoman.translate_request(body, MESSAGES, GOOGLE)
    first, second = t.body["messages"][1]["tool_calls"]
    dummy: Json = {"extra_content": {"google": {"thought_signature": DUMMY}}}
    assert first == (call(**dummy) if signed else call())
    assert second == call("call_2")
    assert [(loss.code, loss.at) for loss in t.losses if loss.kind == "invented"] == (
        [("state.signature", f"/messages/1{PLACE}")] if signed else []
    )


def test_a_signed_answer_of_a_gateway_is_the_same_at_home() -> None:
    for said in (EXTRA, FIELDS, INNER, {"extra_content": {"google": {"thought_signature": "c2ln", "x": 1}, "y": {}}}):
        for name in (CHAT, GOOGLE, LITELLM):
            assert laws.home_document("response", answer({"tool_calls": [call(**said)]}), name) == []
            assert laws.home_stream(frames(answer({"tool_calls": [call(**said)]})), name) == []


# --- LiteLLM's own carriers, in its answers ---------------------------------------------------------------------

SIGNED_IDS = ("call_1__thought__c2ln", "call_1__thought__EqQB+/8=")  # the second one Messages cannot spell
ITEM: Json = {
    "id": "rs_1",
    "type": "reasoning",
    "summary": [{"type": "summary_text", "text": "One city."}, {"type": "summary_text", "text": "I look."}],
    "encrypted_content": "gAAA+/==",
}
ITEMS: Json = {"reasoning_content": "One city.\n\nI look.", "reasoning_items": [ITEM]}


@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
@pytest.mark.parametrize("name", SIGNED_IDS)
@pytest.mark.parametrize("beside", [{}, FIELDS], ids=["alone", "twice"])
def test_a_signature_on_an_id_comes_home(client: str, name: str, beside: Json) -> None:
    """The id is the call's name for the gateway, and its signature: it goes back as it came, on call and result."""
    agent = CLIENTS[client]("standard")
    out = dragoman.Exchange(client, LITELLM).response(
        json.dumps(answer({"tool_calls": [call(name, **beside)]})).encode()
    )
    agent.take(json.loads(out.json()))
    up = dragoman.Exchange(client, LITELLM).request(json.dumps(agent.body).encode(), path=agent.path)
    turn, result = up.body["messages"][-2:]
    assert turn["tool_calls"] == [call(name, **beside)]
    assert result["tool_call_id"] == name
    assert not [loss for loss in (*out.losses, *up.losses) if loss.code.startswith(("state.", "tool_", "field."))]


@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
@pytest.mark.parametrize("name", SIGNED_IDS)
@pytest.mark.parametrize("said", ["id", "both"])
def test_a_signature_on_an_id_goes_to_google_and_nobody_else(client: str, name: str, said: str) -> None:
    signature = name.partition("__thought__")[2]
    beside: Json = {"provider_specific_fields": {"thought_signature": signature}} if said == "both" else {}
    agent = CLIENTS[client]("standard")
    out = dragoman.Exchange(client, LITELLM).response(
        json.dumps(answer({"tool_calls": [call(name, **beside)]})).encode()
    )
    agent.take(json.loads(out.json()))
    for target in {CHAT, RESPONSES, MESSAGES, GEMINI, GOOGLE} - {client}:
        t = dragoman.translate_request(agent.body, client, target, path=PATH)
        assert (signature in t.json().decode()) == (target in (GEMINI, GOOGLE))
        assert "thought__" not in t.json().decode()
        assert t.json().decode().count('"call_1"') == 2
        codes = {loss.code for loss in t.losses}
        assert ("state.foreign" in codes) == (target not in (GEMINI, GOOGLE))
        assert not {"state.orphan", "tool_result.orphan"} & codes


@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
def test_reasoning_items_come_home(client: str) -> None:
    turn, out, up = came_back(client, LITELLM, answer({**ITEMS, "tool_calls": [call()]}))
    assert turn == {"role": "assistant", "content": None, **ITEMS, "tool_calls": [call()]}
    assert not {"field.unknown", "state.no_carrier"} & set(out)
    assert not [code for code in up if code.startswith("state.")]


@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
def test_reasoning_items_come_home_from_a_stream(client: str) -> None:
    body = answer({**ITEMS, "tool_calls": [call()]})
    deltas = ({name: value} for name, value in ITEMS.items())
    chunks = [{**body, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    data = b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks)
    data += frames(answer({"tool_calls": [{**call(), "index": 0}]}))
    stream = dragoman.translate_stream(LITELLM, client)
    agent = CLIENTS[client]("standard")
    agent.take(MERGE[client](stream.feed(data) + stream.close()).document)
    up = dragoman.Exchange(client, LITELLM).request(json.dumps(agent.body).encode(), path=agent.path)
    turn = next(m for m in up.body["messages"] if m["role"] == "assistant")
    assert not turn.pop("content")
    assert turn == {"role": "assistant", **ITEMS, "tool_calls": [call()]}
    assert not {"field.unknown", "state.no_carrier"} & {loss.code for loss in stream.losses}


@pytest.mark.parametrize("told", [ITEMS, {"reasoning_items": [ITEM]}], ids=["text", "items alone"])
def test_reasoning_items_of_a_gateway_go_to_openai_without_it(told: Json) -> None:
    body = answer({**told, "tool_calls": [call()]})
    out = dragoman.Exchange(CHAT, LITELLM).response(json.dumps(body).encode())
    assert out.body["choices"][0]["message"]["reasoning_content"] == ITEMS["reasoning_content"]
    agent = CLIENTS[CHAT]("standard")
    agent.take(json.loads(out.json()))
    t = dragoman.translate_request(agent.body, CHAT, RESPONSES)
    assert [item for item in t.body["input"] if item.get("type") == "reasoning"] == [ITEM]
    assert not [loss for loss in t.losses if loss.code == "state.foreign"]
    assert "gAAA" not in dragoman.translate_request(agent.body, CHAT, MESSAGES).json().decode()


# --- a server of which nothing is known but its shape -----------------------------------------------------------

VERTEX: Json = {"extra_content": {"vertex": {"thought_signature": "c2ln"}}}
BLOCKS = [{"type": "thinking", "thinking": "Hm hm.", "signature": "c2ln"}]
DETAILS = [{"type": "reasoning.text", "text": "Hm hm.", "signature": "c2ln", "index": 0}]
PLAIN: dict[str, Json] = {
    "google": {"tool_calls": [call(**EXTRA), call("call_2")]},
    "vertex": {"tool_calls": [call(), call("call_2", **VERTEX)]},
    "litellm": {"tool_calls": [call(**FIELDS)]},
    "litellm function": {"tool_calls": [call(**INNER), call("call_2")]},
    "blocks": {"reasoning_content": "Hm hm.", "thinking_blocks": BLOCKS, "tool_calls": [call()]},
    "details": {"reasoning": "Hm hm.", "reasoning_details": DETAILS, "tool_calls": [call()]},
    "items": {**ITEMS, "tool_calls": [call()]},
}


@pytest.mark.parametrize("upstream", [CHAT, "openai-chat+new-api"])
@pytest.mark.parametrize("client", ["claude-thinking", RESPONSES, MESSAGES, GEMINI])
@pytest.mark.parametrize("said", PLAIN.values(), ids=PLAIN)
def test_what_an_unknown_server_signed_comes_back_where_it_stood(client: str, upstream: str, said: Json) -> None:
    turn, out, up = came_back(client, upstream, answer(said))
    assert turn == {"role": "assistant", "content": None, **said}
    assert not {"field.unknown", "state.no_carrier"} & set(out)
    assert not [code for code in up if code.startswith("state.")]


@pytest.mark.parametrize("said", [EXTRA, FIELDS, INNER])
def test_what_an_unknown_server_signed_is_for_google_if_google_is_asked(said: Json) -> None:
    agent = CLIENTS[MESSAGES]("standard")
    body = answer({"tool_calls": [call(**said)]})
    agent.take(json.loads(dragoman.Exchange(MESSAGES, CHAT).response(json.dumps(body).encode()).json()))
    for target, there in ((GEMINI, True), (GOOGLE, True), (RESPONSES, False), ("openai-chat+vllm", False)):
        t = dragoman.translate_request({**agent.body, "model": "gemini-3-pro"}, MESSAGES, target)
        assert ("c2ln" in t.json().decode()) == there
        assert ("state.foreign" in [loss.code for loss in t.losses]) == (not there)


def test_what_an_unknown_server_signed_for_vertex_is_not_for_google() -> None:
    agent = CLIENTS[MESSAGES]("standard")
    body = answer({"tool_calls": [call(**VERTEX)]})
    agent.take(json.loads(dragoman.Exchange(MESSAGES, CHAT).response(json.dumps(body).encode()).json()))
    for profile, there in ((None, False), ({"provider": "vertex"}, True)):
        t = dragoman.translate_request({**agent.body, "model": "gemini-3-pro"}, MESSAGES, GEMINI, profile=profile)
        assert ("c2ln" in t.json().decode()) == there


@pytest.mark.parametrize("client", ["claude-thinking", RESPONSES, MESSAGES, GEMINI])
def test_what_an_unknown_server_signed_comes_back_from_a_stream(client: str) -> None:
    said = PLAIN["google"]["tool_calls"]
    calls = [{**one, "index": i} for i, one in enumerate(said)]
    stream = dragoman.translate_stream(CHAT, client)
    agent = CLIENTS[client]("standard")
    agent.take(MERGE[client](stream.feed(frames(answer({"tool_calls": calls}))) + stream.close()).document)
    up = dragoman.Exchange(client, CHAT).request(json.dumps(agent.body).encode(), path=agent.path)
    assert next(m for m in up.body["messages"] if m["role"] == "assistant")["tool_calls"] == said


@pytest.mark.parametrize("target", [RESPONSES, MESSAGES, GEMINI, "claude-thinking"])
@pytest.mark.parametrize("said", PLAIN.values(), ids=PLAIN)
def test_the_laws_hold_for_what_an_unknown_server_signed(target: str, said: Json) -> None:
    body = answer({"content": "I look.", **said})
    for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled, laws.spelling_is_free):
        assert law("response", body, CHAT, target) == []
    assert laws.state_comes_home(body, CHAT, target) == []
    calls = [{**one, "index": i} for i, one in enumerate(said["tool_calls"])]
    data = frames(answer({"content": "I look.", **said, "tool_calls": calls}))
    assert laws.home_stream(data, CHAT) == []
    assert laws.stream_is_document(data, CHAT, target) == []


def test_the_one_call_of_old_is_the_same_at_home() -> None:
    old = {"name": "weather", "arguments": "{}", **FIELDS}
    for name in (CHAT, GOOGLE, LITELLM):
        assert laws.home_document("response", answer({"function_call": old}), name) == []


# --- what Google's layer says of a whole message ----------------------------------------------------------------

WHOLE: Json = {"extra_content": {"google": {"thought": True, "thought_signature": "c2ln"}}}


@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
@pytest.mark.parametrize("said", [{"tool_calls": [call()]}, {"content": "Noon."}], ids=["calls", "text"])
def test_the_signature_of_a_whole_message_comes_home(client: str, said: Json) -> None:
    """As recorded: beside the content, with the flag that there was thinking. Nothing follows a text in Chat."""
    turn, out, up = came_back(client, GOOGLE, answer({**said, **WHOLE}))
    lost = client == CHAT and "content" in said
    assert turn == {"role": "assistant", "content": None, **said, **({} if lost else WHOLE)}
    assert ("state.no_carrier" in out) == lost
    assert "field.unknown" not in out
    assert not [code for code in up if code.startswith("state.")]


@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
def test_the_signature_of_a_whole_message_comes_home_from_a_stream(client: str) -> None:
    body = answer({"content": "I look.", **WHOLE, "tool_calls": [call()]})
    stream = dragoman.translate_stream(GOOGLE, client)
    agent = CLIENTS[client]("standard")
    agent.take(MERGE[client](stream.feed(frames(body)) + stream.close()).document)
    up = dragoman.Exchange(client, GOOGLE).request(json.dumps(agent.body).encode(), path=agent.path)
    turn = next(m for m in up.body["messages"] if m["role"] == "assistant")
    assert "I look." in json.dumps(turn.pop("content"))
    assert turn == {"role": "assistant", **WHOLE, "tool_calls": [call()]}


@pytest.mark.parametrize("target", [MESSAGES, RESPONSES, CHAT])
def test_the_signature_of_a_whole_message_is_for_google_alone(target: str) -> None:
    agent = CLIENTS[GEMINI]("standard")
    body = answer({"content": "Noon.", **WHOLE})
    agent.take(json.loads(dragoman.Exchange(GEMINI, GOOGLE).response(json.dumps(body).encode()).json()))
    t = dragoman.translate_request(agent.body, GEMINI, target, path=PATH)
    assert "c2ln" not in t.json().decode()
    assert "state.foreign" in [loss.code for loss in t.losses]


@pytest.mark.parametrize("said", [{"tool_calls": [call()]}, {"content": "Noon."}, {"content": "<thought>a</thought>b"}])
@pytest.mark.parametrize("more", [WHOLE, {"extra_content": {"google": {"thought": True}, "x": 1}}])
def test_the_laws_hold_for_the_signature_of_a_whole_message(said: Json, more: Json) -> None:
    body = answer({**said, **more})
    for name in (GOOGLE, CHAT, LITELLM):
        assert laws.home_document("response", body, name) == []
        assert laws.home_stream(frames(body), name) == []
    for target in (RESPONSES, MESSAGES, GEMINI, CHAT):
        for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled, laws.spelling_is_free):
            assert law("response", body, GOOGLE, target) == []
        assert laws.state_comes_home(body, GOOGLE, target) == []
        assert laws.stream_is_document(frames(body), GOOGLE, target) == []


# --- the models behind ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "model", "lost"),
    [
        ("claude-thinking", "claude-opus-4-7", True),
        ("openai-chat+openrouter", "anthropic/claude-opus-4.7", True),
        ("openai-chat+openrouter", "anthropic/claude-sonnet-4.5", False),
        ("openai-chat+openrouter", "google/gemini-3.6-flash", True),
        ("openai-chat+litellm", "vertex_ai/claude-opus-4-7@20260101", True),
        ("openai-chat+new-api", "claude-opus-4-7", True),
        (GOOGLE, "gemini-3.6-flash", True),
        (GOOGLE, "gemini-2.5-flash", False),
        ("openai-chat+vllm", "claude-opus-4-7", False),  # whose model has that name, nobody knows
    ],
)
def test_settings_that_the_model_behind_a_gateway_refuses(target: str, model: str, lost: bool) -> None:
    body = {"model": model, "input": "Hi", "temperature": 0.5}
    t = dragoman.translate_request(body, RESPONSES, target)
    assert ("temperature" in t.body) == (not lost)
    assert (("changed", "sampling.unsupported") in [(loss.kind, loss.code) for loss in t.losses]) == lost


@pytest.mark.parametrize(
    ("target", "model", "choice"),
    [
        ("claude-thinking", "claude-opus-5-5", "auto"),
        ("openai-chat+openrouter", "anthropic/claude-opus-5.5", "auto"),
        ("openai-chat+openrouter", "anthropic/claude-opus-4.7", "required"),
        (GOOGLE, "gemini-3-pro", "required"),
    ],
)
def test_tools_that_the_model_behind_a_gateway_cannot_be_made_to_call(target: str, model: str, choice: str) -> None:
    tool = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
    body = {"model": model, "input": "Hi", "tools": [tool], "tool_choice": "required"}
    t = dragoman.translate_request(body, RESPONSES, target)
    assert t.body["tool_choice"] == choice
    assert ("tool_choice.forced" in [loss.code for loss in t.losses]) == (choice == "auto")


def test_one_of_two_settings_where_the_model_behind_takes_one() -> None:
    body = {"model": "anthropic/claude-sonnet-4.5", "input": "Hi", "temperature": 0.5, "top_p": 0.9}
    t = dragoman.translate_request(body, RESPONSES, "openai-chat+openrouter")
    assert t.body["temperature"] == 0.5
    assert "top_p" not in t.body
    assert [(loss.kind, loss.code, loss.at) for loss in t.losses] == [("dropped", "sampling.unsupported", "/top_p")]


def test_several_answers_of_a_model_that_thinks() -> None:
    body = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}], "generationConfig": {"candidateCount": 2}}
    for model, kept in (("o3", False), ("gpt-5.1", False), ("gpt-4o", True), ("m", True)):
        t = dragoman.translate_request(body, GEMINI, CHAT, path=f"/v1beta/models/{model}:generateContent")
        assert ("n" in t.body) == kept
        assert ("candidate.extra" in [loss.code for loss in t.losses]) == (not kept)


def test_efforts_of_googles_layer() -> None:
    t = dragoman.translate_request(
        {"model": "gemini-3-pro", "input": "Hi", "reasoning": {"effort": "xhigh"}}, RESPONSES, GOOGLE
    )
    assert t.body["reasoning_effort"] == "high"
    assert "reasoning.effort" in [loss.code for loss in t.losses]


# --- thinking that must come back -------------------------------------------------------------------------------

LISTED = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm hm."}]}, {"type": "text", "text": "I look."}]
REPLAYED = [
    ("openai-chat+deepseek", {"content": "I look.", "reasoning_content": "Hm hm."}),
    ("openai-chat+mistral", {"content": LISTED}),
]


@pytest.mark.parametrize("kind", ["every", "standard"])
@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
@pytest.mark.parametrize(("upstream", "said"), REPLAYED, ids=["deepseek", "mistral"])
def test_thinking_beside_calls_comes_home(client: str, kind: str, upstream: str, said: Json) -> None:
    turn, out, up = came_back(client, upstream, answer({**said, "tool_calls": [call("abcdefghi")]}), kind)
    assert turn == {"role": "assistant", **said, "tool_calls": [call("abcdefghi")]}
    assert not [code for code in (*out, *up) if code.startswith("state.")]


@pytest.mark.parametrize(("upstream", "said"), REPLAYED, ids=["deepseek", "mistral"])
def test_thinking_without_calls_is_not_carried(upstream: str, said: Json) -> None:
    """ "Turns without: ignored": nothing rides anywhere, and nothing is told."""
    t = dragoman.translate_response(answer(said), upstream, CHAT)
    assert "dragom01" not in t.json().decode()
    assert not [loss for loss in t.losses if loss.code.startswith("state.")]


def test_thinking_too_long_for_an_id_is_told() -> None:
    text = "".join(sha256(str(i).encode()).hexdigest() for i in range(1000))
    body = answer({"reasoning_content": text, "tool_calls": [call()]})
    t = dragoman.translate_response(body, "openai-chat+deepseek", CHAT)
    assert [(loss.code, loss.at) for loss in t.losses] == [("state.at_risk", "/choices/0/message/reasoning_content")]
    message = t.body["choices"][0]["message"]
    assert message["reasoning_content"] == text
    assert message["tool_calls"] == [call()]


def test_thinking_of_a_stream_comes_home_with_the_calls() -> None:
    body = answer({"content": "I look.", "reasoning_content": "Hm hm.", "tool_calls": [call()]})
    stream = dragoman.translate_stream("openai-chat+deepseek", CHAT)
    data = stream.feed(frames(body)) + stream.close()
    assert b"__dragom01" in data
    assert b'"reasoning_content":"Hm hm."' in data


def test_an_invented_signature_is_no_loss_on_its_way_back() -> None:
    body = answer({"reasoning_content": "Hm hm.", "content": "4"})
    _, _, up = came_back(MESSAGES, "openai-chat+vllm", {**body})
    assert up == ["role.prefill"]


# --- facts that the specs name ----------------------------------------------------------------------------------


def test_a_tools_schema_has_no_alternatives_at_its_top() -> None:
    """ "Top-level oneOf/anyOf/allOf in input_schema -> 400", whether it binds or not."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "anyOf": [{"required": ["a"]}]}
    tool = {"type": "function", "name": "f", "description": "d", "parameters": schema}
    t = dragoman.translate_request({"model": "claude-opus-5", "input": "Hi", "tools": [tool]}, RESPONSES, MESSAGES)
    assert t.body["tools"][0]["input_schema"] == {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "description": '{"anyOf":[{"required":["a"]}]}',
    }
    assert [(loss.code, loss.at) for loss in t.losses if loss.kind == "changed"] == [
        ("schema.keyword", "/tools/0/parameters")
    ]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"type": "string", "pattern": "(?=a)b"}, {"type": "string"}),
        ({"type": "string", "pattern": "(?<!a)b"}, {"type": "string"}),
        ({"type": "string", "pattern": r"\(?=a"}, {"type": "string", "pattern": r"\(?=a"}),
        ({"type": "string", "pattern": "(?:a)b"}, {"type": "string", "pattern": "(?:a)b"}),
        ({"type": "string", "format": "regex"}, {"type": "string"}),
        ({"type": "string", "format": "uuid"}, {"type": "string", "format": "uuid"}),
        ({"enum": [{"a": 1}, "b"]}, {}),
        ({"enum": ["a", 1, None]}, {"enum": ["a", 1, None]}),
    ],
)
def test_what_a_schema_that_binds_may_not_say_stands_in_its_description(said: Json, kept: Json) -> None:
    schema = {"type": "object", "properties": {"a": said}, "required": ["a"], "additionalProperties": False}
    text = {"format": {"type": "json_schema", "name": "x", "schema": schema, "strict": True}}
    t = dragoman.translate_request({"model": "claude-opus-5", "input": "Hi", "text": text}, RESPONSES, MESSAGES)
    written = t.body["output_config"]["format"]["schema"]["properties"]["a"]
    described = written.pop("description", None)
    assert written == kept
    assert (described is not None) == (said != kept)
    assert ("schema.keyword" in [loss.code for loss in t.losses]) == (said != kept)


def test_a_schema_that_refers_outside_does_not_bind() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "https://x.y/z"}},
        "required": ["a"],
        "additionalProperties": False,
    }
    tool = {"type": "function", "name": "f", "parameters": schema, "strict": True}
    text = {"format": {"type": "json_schema", "name": "x", "schema": schema, "strict": True}}
    body = {"model": "claude-opus-5", "input": "Hi", "tools": [tool], "text": text}
    t = dragoman.translate_request(body, RESPONSES, MESSAGES)
    assert t.body["tools"][0]["strict"] is False
    assert "format" not in t.body.get("output_config", {})
    assert {"tool.strict", "format.schema"} <= {loss.code for loss in t.losses}
    ours = dragoman.translate_request({**body, "model": "gpt-5"}, RESPONSES, CHAT, profile={"schema_external": False})
    assert ours.body["tools"][0]["function"]["strict"] is False


# --- what the user says of an upstream --------------------------------------------------------------------------


@pytest.mark.parametrize("target", [CHAT, RESPONSES, "openai-chat+openrouter"])
def test_system_turns_in_the_middle_that_an_upstream_does_not_follow(target: str) -> None:
    user, late = {"role": "user", "content": "Hi"}, {"role": "system", "content": "Be brief."}
    body = {"model": "m", "max_tokens": 9, "messages": [user, late, {"role": "assistant", "content": "x"}, user]}
    t = dragoman.translate_request(body, MESSAGES, target, profile={"mid_system": False})
    turns = t.body["messages" if target != RESPONSES else "input"]
    assert [(m["role"], m["content"]) for m in turns][1] == ("user", "<system>\nBe brief.\n</system>")
    assert "role.moved" in [loss.code for loss in t.losses]
    follows = dragoman.translate_request(body, MESSAGES, target, profile={"mid_system": True})
    assert "role.moved" not in [loss.code for loss in follows.losses]


@pytest.mark.parametrize("target", [CHAT, RESPONSES, "openai-chat+openrouter"])
@pytest.mark.parametrize("goes_on", [True, False, None])
def test_last_turns_of_the_assistant_that_an_upstream_refuses(target: str, goes_on: bool | None) -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "He"}]
    body = {"model": "m", "max_tokens": 9, "messages": turns}
    t = dragoman.translate_request(body, MESSAGES, target, profile={"prefill": goes_on})
    last = t.body["messages" if target != RESPONSES else "input"][-1]
    assert last["role"] == ("user" if goes_on is False else "assistant")
    assert ("message.placeholder" in [loss.code for loss in t.losses]) == (goes_on is False)
    assert "role.prefill" in [loss.code for loss in t.losses]


def test_a_model_behind_a_gateway_that_goes_on_from_no_turn_of_its_own() -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "He"}]
    body = {"model": "anthropic/claude-opus-4.7", "max_tokens": 9, "messages": turns}
    t = dragoman.translate_request(body, MESSAGES, "openai-chat+openrouter")
    assert t.body["messages"][-1] == {"role": "user", "content": "."}


ENDS = [("eos", "stop"), ("eos_token", "stop"), ("stop_sequence", "stop"), ("length", "length")]


@pytest.mark.parametrize(("word", "told"), ENDS)
def test_how_servers_of_completions_say_that_the_model_was_done(word: str, told: str) -> None:
    """Together's `eos` and TGI's `eos_token` are a whole answer, not one that was cut off."""
    choice = {"text": "Hi", "index": 0, "logprobs": None, "finish_reason": word}
    body = {"id": "c", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]}
    t = dragoman.translate_response(body, "openai-completions", "openai-chat")
    assert t.body["choices"][0]["finish_reason"] == told
    stream = dragoman.translate_stream("openai-completions", "anthropic-messages")
    sent = stream.feed(b"data: " + json.dumps(body).encode() + b"\n\ndata: [DONE]\n\n") + stream.close()
    assert stream.error is None
    assert (b'"stop_reason":"max_tokens"' in sent) == (told == "length")
    home = dragoman.write_response(dragoman.read_response(body, "openai-completions"), "openai-completions")
    assert home.body == body


@pytest.mark.parametrize("dialect", ["openai-completions", "openai-chat"])
def test_an_answer_that_the_server_broke_off_failed(dialect: str) -> None:
    """DeepSeek: "insufficient_system_resource: the request was interrupted due to insufficient resources"."""
    said = {"text": "Hi"} if dialect == "openai-completions" else {"message": {"role": "assistant", "content": "Hi"}}
    choice = {"index": 0, "logprobs": None, "finish_reason": "insufficient_system_resource", **said}
    body = {"id": "c", "object": "x", "created": 1, "model": "m", "choices": [choice]}
    t = dragoman.translate_response(body, dialect, "anthropic-messages")
    assert (t.status, t.body["type"]) == (500, "error")
