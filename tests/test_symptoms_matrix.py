"""What users of other translators filed, over all dialects: opaque state, calls and results.

The number in a name is the symptom's in SYMPTOMS below. Turns, tools and settings are in test_symptoms_turns.py,
streams, usage and errors in test_symptoms_wire.py; what lies between Chat and Messages alone is in test_symptoms.py.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import dragoman
from tests.matrix import (
    CHAT,
    CLAUDE,
    COMPLETIONS,
    GEMINI,
    KEPT,
    MESSAGES,
    RESPONSES,
    Call,
    Json,
    answer,
    ask,
    assert_home,
    assistant,
    c_calls,
    c_result,
    c_turns,
    calls_of,
    dropped,
    g_answer,
    g_call,
    g_result,
    gemini_turns,
    given,
    history,
    m_answer,
    m_turns,
    model,
    others,
    parts_of,
    prose,
    r_answer,
    r_call,
    r_input,
    r_result,
    r_thought,
    send,
    spoken,
    sse,
    use,
    used,
)
from tests.wire import begin, block, call_block, covered, end, text_block

HERE = Path(__file__).parent
# Every line of the collection, typed here: what is left out shows.
SYMPTOMS = {
    "01": "a call goes up again without the signature that Gemini gave it",
    "02": "a signature goes to another endpoint than the one that gave it",
    "03": "a signature without text is thrown away",
    "04": "a reasoning item and its encrypted content are torn apart",
    "05": "redacted thinking is lost in one of response, stream and request",
    "06": "interleaved thinking and calls are regrouped",
    "07": "thinking is missing from earlier messages with calls where the server wants it",
    "08": "pieces of parallel calls are written to the wrong or a closed block",
    "09": "every call has index 0, or the block's",
    "10": "ids are random; results pair with the wrong call",
    "11": "a result without an id becomes an orphan, or empty",
    "12": "calls of one turn become separate messages",
    "13": "a system turn in the middle is dropped, hoisted, or becomes the assistant's",
    "14": "keywords of schemas are refused, or properties named like them touched",
    "15": "cached tokens vanish, or totals are not conserved",
    "16": "an answer with calls ends as a plain stop, and agents stop",
    "17": "a stream of Responses does not begin as it must, or is not numbered throughout",
    "18": "an event of unknown type leaks to strict clients",
    "19": "a stream that was cut off looks like a success, or never ends",
    "20": "an overloaded upstream cannot be told from a broken one",
    "21": "pictures in tool results are dropped",
    "22": "a trailing answer is a prefill on one side and none on the other",
    "23": "empty text blocks are refused upstream",
    "24": "a thinking budget not below max_tokens is refused upstream",
    "citations": "citations only in documents, not in streams",
    "choices": "a choice's index rewritten by its place",
    "nothing": "`{}` under status 200 becomes a completed answer",
    "names": "a tool name beyond 64 characters is refused, or comes back shortened",
    "server_state": "state that the server holds is dropped in silence",
    "cache": "a translation that moves bytes kills the prompt cache",
    "usage_chunk": "the usage chunk has a choice",
    "concatenated": "all system turns are joined in front",
}
DUMMY = ("skip_thought_signature_validator", "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=")
NEWEST = "gemini-3-pro-preview"  # refuses the first call of a step without its signature
PATH = f"/v1beta/models/{NEWEST}:generateContent"


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_every_symptom_has_a_test_somewhere(symptom: str) -> None:
    files = sorted(HERE.glob("test_symptoms*.py"))
    names = {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)}
    assert [name for name in names if re.match(rf"test_(symptom_)?{symptom}_", name)] != []


def told(t: dragoman.Translation) -> str:
    return json.dumps(t.body, ensure_ascii=False)


def codes(t: Any, at: str) -> set[str]:
    """The codes of what is dropped or changed at this place or inside it."""
    return {loss.code for loss in t.losses if loss.kind != "invented" and f"{loss.at}/".startswith(f"{at}/")}


def state_is_told(t: Any, at: str) -> bool:
    """Whether the loss of opaque state here is told by itself, or with the part that it stands on."""
    gone = any(loss.kind == "dropped" and loss.at == at for loss in t.losses)
    return gone or any(code.startswith(("state.", "reasoning.")) for code in codes(t, at))


# --- opaque state -------------------------------------------------------------------------------------------

SIGNED = (g_call("f", None, "U0lHTg==", a=1), g_call("f", None, None, a=2))
RESULTS = (g_result("f", "1"), g_result("f", "2"))


def test_symptom_01_signatures_come_home_on_their_parts() -> None:
    """Of parallel calls only the first has one."""
    body = gemini_turns(model(*SIGNED), given(*RESULTS))
    assert dragoman.write_request(dragoman.read_request(body, GEMINI), GEMINI).body == body
    reply = g_answer(*SIGNED)
    assert dragoman.write_response(dragoman.read_response(reply, GEMINI), GEMINI).body == reply
    chunks = [g_answer(SIGNED[0], finish=""), g_answer(SIGNED[1])]
    del chunks[0]["candidates"][0]["finishReason"]
    whole = dragoman.fold(dragoman.read_events(sse(GEMINI, chunks), GEMINI))
    assert parts_of(dragoman.write_response(whole, GEMINI).body) == list(SIGNED)


@pytest.mark.parametrize("target", others(GEMINI))
def test_symptom_01_a_client_brings_the_signature_home(target: str) -> None:
    """Also to a model that refuses a call without, and with no id that was made up for the client."""
    t = answer(g_answer(*SIGNED), GEMINI, target)
    s = send(sse(GEMINI, [g_answer(*SIGNED)]), GEMINI, target)
    assert "U0lHTg==" not in told(t)
    assert b"U0lHTg==" not in s.out
    for document, losses in ((t.body, t.losses), (s.document, s.losses)):
        if target == COMPLETIONS:  # no calls there: it is gone with its own
            assert [at for _, at in dropped(losses)] == [f"/candidates/0/content/parts/{i}" for i in (0, 1)]
            continue
        assert dropped(losses) == []
        body = assert_home(document, target, GEMINI, SIGNED, model=NEWEST)
        assert body["contents"][-1]["parts"] == [g_result("f", "1"), g_result("f", "1")]


@pytest.mark.parametrize("target", others(GEMINI, COMPLETIONS))
def test_symptom_01_an_id_of_the_upstreams_stays(target: str) -> None:
    """What was not made up comes home, and so does the signature of a later step."""
    said = [{"text": "Look: ", "thoughtSignature": "VA=="}, g_call("f", "a", "QQ==", n=1), g_call("g", "b", None)]
    assert_home(answer(g_answer(*said), GEMINI, target).body, target, GEMINI, said)
    assert_home(send(sse(GEMINI, [g_answer(*said)]), GEMINI, target).document, target, GEMINI, said)


@pytest.mark.parametrize("source", [CHAT, RESPONSES, MESSAGES, CLAUDE])
def test_symptom_01_what_comes_without_gets_the_documented_value(source: str) -> None:
    """The first call of each step, and no other; an older model gets nothing."""
    body = ask(gemini_turns(model(*SIGNED), given(*RESULTS)), GEMINI, source, path=PATH).body
    t = ask({**body, "model": NEWEST}, source, GEMINI)
    parts = [part for turn in t.body["contents"] for part in turn["parts"]]
    signatures = [part.get("thoughtSignature") for part in parts if "functionCall" in part]
    assert signatures[0] in DUMMY
    assert signatures[1] is None
    assert [loss.code for loss in t.losses if loss.code == "state.signature"] == ["state.signature"]
    older = ask({**body, "model": "gemini-2.5-flash"}, source, GEMINI)
    assert "thoughtSignature" not in told(older)


# Dialect -> a request whose assistant turn has that vendor's own state, and the state.
STATES: dict[str, tuple[Json, tuple[str, ...]]] = {
    GEMINI: (gemini_turns(model(*SIGNED), given(*RESULTS)), ("U0lHTg==",)),
    RESPONSES: (
        r_input(r_thought("rs_77", "RU5DUllQVEVE", "hm"), r_call("call_1"), r_result("call_1", "1")),
        ("RU5DUllQVEVE", "rs_77"),
    ),
    MESSAGES: (
        m_turns(
            assistant(
                {"type": "thinking", "thinking": "hm", "signature": "RXFRQg=="},
                {"type": "redacted_thinking", "data": "UkVEQUM="},
                use("toolu_1"),
            ),
            used("toolu_1", "1"),
        ),
        ("RXFRQg==", "UkVEQUM="),
    ),
}


@pytest.mark.parametrize("source", STATES)
@pytest.mark.parametrize("target", others())
def test_symptom_02_state_goes_to_its_issuer_alone(source: str, target: str) -> None:
    body, secrets = STATES[source]
    if source == target:
        assert dragoman.write_request(dragoman.read_request(body, source), source).body == body
        return
    t = ask(body, source, target)
    assert [secret for secret in secrets if secret in told(t)] == []
    assert any(loss.code in ("state.foreign", "reasoning.unsigned", "reasoning.unsupported") for loss in t.losses)
    if target == GEMINI:
        found = re.findall(r'"thoughtSignature": "([^"]*)"', told(t))
        assert all(one in DUMMY for one in found)


@pytest.mark.parametrize("source", STATES)
def test_symptom_02_nor_by_way_of_a_third(source: str) -> None:
    """Through a client's dialect and on to another vendor."""
    body, secrets = STATES[source]
    for client in (CHAT, CLAUDE, RESPONSES, MESSAGES):
        if client == source:
            continue
        through = ask(body, source, client).body
        for upstream in (RESPONSES, MESSAGES, GEMINI):
            if upstream not in (source, client):
                assert [secret for secret in secrets if secret in told(ask(through, client, upstream))] == []


EMPTY_SIGNED = {"text": "", "thoughtSignature": "RU1QVFk="}


def test_symptom_03_a_signature_without_text_comes_home() -> None:
    body = gemini_turns(model({"text": "x"}, EMPTY_SIGNED), given({"text": "and"}))
    assert dragoman.write_request(dragoman.read_request(body, GEMINI), GEMINI).body == body
    reply = g_answer({"text": "x"}, EMPTY_SIGNED)
    assert dragoman.write_response(dragoman.read_response(reply, GEMINI), GEMINI).body == reply
    chunks = [g_answer({"text": "x"}), g_answer(EMPTY_SIGNED)]
    del chunks[0]["candidates"][0]["finishReason"]
    whole = dragoman.fold(dragoman.read_events(sse(GEMINI, chunks), GEMINI))
    assert parts_of(dragoman.write_response(whole, GEMINI).body) == [{"text": "x"}, EMPTY_SIGNED]


@pytest.mark.parametrize("target", others(GEMINI))
def test_symptom_03_a_client_brings_it_home_or_the_loss_is_told(target: str) -> None:
    """In a request it goes to another vendor: that is always told."""
    body = gemini_turns(model({"text": "x"}, EMPTY_SIGNED), given({"text": "and"}))
    assert state_is_told(ask(body, GEMINI, target), "/contents/1/parts/1")
    reply = g_answer({"text": "x"}, EMPTY_SIGNED)
    t, s = answer(reply, GEMINI, target), send(sse(GEMINI, [reply]), GEMINI, target)
    for document, losses in ((t.body, t.losses), (s.document, s.losses)):
        if target in (RESPONSES, MESSAGES):
            assert dropped(losses) == []
            assert_home(document, target, GEMINI, [{"text": "x"}, EMPTY_SIGNED])
        else:  # no call follows
            assert dropped(losses) == [("state.no_carrier", "/candidates/0/content/parts/1/thoughtSignature")]


@pytest.mark.parametrize("target", others(GEMINI, COMPLETIONS))
def test_symptom_03_before_a_call_it_comes_home_from_everywhere(target: str) -> None:
    said = [{"text": "x"}, EMPTY_SIGNED, g_call("f", None, None, a=1)]
    t, s = answer(g_answer(*said), GEMINI, target), send(sse(GEMINI, [g_answer(*said)]), GEMINI, target)
    for document, losses in ((t.body, t.losses), (s.document, s.losses)):
        assert dropped(losses) == []
        assert_home(document, target, GEMINI, said)


ENCRYPTED = r_thought("rs_77", "RU5DUllQVEVE")


def r_events(*items: Json) -> list[Json]:
    """A stream of whole items, each added and done."""
    frames: list[Json] = [{"type": "response.created", "response": {**r_answer(), "status": "in_progress"}}]
    for i, item in enumerate(items):
        partial = {"encrypted_content": "RU5D"} if item.get("encrypted_content") else {}
        frames.append({"type": "response.output_item.added", "output_index": i, "item": {**item, **partial}})
        frames.append({"type": "response.output_item.done", "output_index": i, "item": item})
    frames.append({"type": "response.completed", "response": r_answer(*items)})
    return [{**frame, "sequence_number": i} for i, frame in enumerate(frames)]


def test_symptom_04_id_and_encrypted_content_are_one() -> None:
    """The content is the finished item's; what `added` has of it may be half."""
    body = r_input(ENCRYPTED, r_call("call_1"), r_result("call_1", "1"))
    assert dragoman.write_request(dragoman.read_request(body, RESPONSES), RESPONSES).body == body
    whole = dragoman.fold(dragoman.read_events(sse(RESPONSES, r_events(ENCRYPTED, spoken("x"))), RESPONSES))
    item = dragoman.write_response(whole, RESPONSES).body["output"][0]
    assert (item["id"], item["encrypted_content"]) == ("rs_77", "RU5DUllQVEVE")


@pytest.mark.parametrize("target", others(RESPONSES))
def test_symptom_04_neither_goes_out_without_the_other(target: str) -> None:
    """To another vendor not as redacted thinking either; a client of Messages gets one that holds them both."""
    asked = ask(r_input(ENCRYPTED, r_call("call_1"), r_result("call_1", "1")), RESPONSES, target)
    replied = answer(r_answer(ENCRYPTED, spoken("x")), RESPONSES, target)
    for t in (asked, replied):
        assert "rs_77" not in told(t)
        assert "RU5D" not in told(t)
    assert "redacted_thinking" not in told(asked)
    assert ("redacted_thinking" in told(replied)) is (target == MESSAGES)
    s = send(sse(RESPONSES, r_events(ENCRYPTED, spoken("x"))), RESPONSES, target)
    assert b"RU5D" not in s.out
    assert b"rs_77" not in s.out


@pytest.mark.parametrize("target", others(RESPONSES))
def test_symptom_05_encrypted_thinking_comes_home_or_is_told(target: str) -> None:
    """In a request it goes to another vendor: that is always told."""
    body = r_input(ENCRYPTED, r_call("call_1"), r_result("call_1", "1"))
    assert state_is_told(ask(body, RESPONSES, target), "/input/1")
    t = answer(r_answer(ENCRYPTED, spoken("x")), RESPONSES, target)
    s = send(sse(RESPONSES, r_events(ENCRYPTED, spoken("x"))), RESPONSES, target)
    for document, losses in ((t.body, t.losses), (s.document, s.losses)):
        if target in (MESSAGES, GEMINI):
            assert [one for one in dropped(losses) if one[1].startswith("/output/0")] == []
            said = {"type": "message", "role": "assistant", "content": "x"}
            assert_home(document, target, RESPONSES, [ENCRYPTED, said])
        else:  # no call follows
            assert ("state.no_carrier", "/output/0/encrypted_content") in dropped(losses)


@pytest.mark.parametrize("target", others(RESPONSES, COMPLETIONS))
def test_symptom_05_encrypted_thinking_before_a_call_comes_home_from_everywhere(target: str) -> None:
    """Each item stands before its own call; what is visible of the second comes once."""
    seen = r_thought("rs_78", "WldFSQ==", "hm", "so")
    given = (ENCRYPTED, r_call("call_1"), seen, r_call("call_2"))
    t = answer(r_answer(*given), RESPONSES, target)
    s = send(sse(RESPONSES, r_events(*given)), RESPONSES, target)
    for document, losses in ((t.body, t.losses), (s.document, s.losses)):
        assert dropped(losses, "state.", "reasoning.", "part.") == []
        plain = [{k: i[k] for k in ("type", "call_id", "name", "arguments")} for i in given[1::2]]
        for fields in (KEPT, (*KEPT, "reasoning_content")):
            home = [ENCRYPTED, plain[0], seen, plain[1]]
            assert_home(document, target, RESPONSES, home, fields=fields)


REDACTED = {"type": "redacted_thinking", "data": "UkVEQUM="}


@pytest.mark.parametrize("target", others(MESSAGES))
def test_symptom_05_redacted_thinking_comes_home_or_is_told(target: str) -> None:
    """In a request it goes to another vendor: that is always told."""
    body = m_turns(assistant(REDACTED, use("toolu_1")), used("toolu_1", "1"))
    t = ask(body, MESSAGES, target)
    assert state_is_told(t, "/messages/1/content/0")
    r = answer(m_answer(REDACTED, {"type": "text", "text": "x"}), MESSAGES, target)
    opening = {"type": "text", "text": ""}
    frames = [begin(), *block(0, REDACTED), *block(1, opening, {"type": "text_delta", "text": "x"}), *end("end_turn")]
    s = send(sse(MESSAGES, frames), MESSAGES, target)
    assert "UkVEQUM=" not in told(t) + told(r) + s.out.decode()
    for document, losses in ((r.body, r.losses), (s.document, s.losses)):
        if target in (RESPONSES, GEMINI):
            assert dropped(losses) == []
            assert_home(document, target, MESSAGES, [REDACTED, {"type": "text", "text": "x"}])
        else:  # no call follows
            assert ("state.no_carrier", "/content/0") in dropped(losses)


@pytest.mark.parametrize("target", others(MESSAGES, COMPLETIONS))
def test_symptom_05_redacted_thinking_before_a_call_comes_home_from_everywhere(target: str) -> None:
    said = [REDACTED, {"type": "text", "text": "x"}, use("toolu_1", "f", a=1)]
    t = answer(m_answer(*said, stop="tool_use"), MESSAGES, target)
    frames = [begin(), *block(0, REDACTED), *text_block(1, "x"), *call_block(2, "toolu_1", "f", '{"a": 1}')]
    s = send(sse(MESSAGES, [*frames, *end("tool_use")]), MESSAGES, target)
    for document, losses in ((t.body, t.losses), (s.document, s.losses)):
        assert dropped(losses) == []
        assert_home(document, target, MESSAGES, said)


INTERLEAVED = [
    {"type": "thinking", "thinking": "one", "signature": "MQ=="},
    use("toolu_1"),
    {"type": "thinking", "thinking": "two", "signature": "Mg=="},
    use("toolu_2"),
]


def order_of(document: Json, dialect: str) -> list[str]:
    """Visible thinking and calls of an answer in their order."""
    if dialect == RESPONSES:
        return [prose(i["summary"]) if i["type"] == "reasoning" else i["call_id"] for i in document["output"]]
    if dialect == MESSAGES:
        return [b["thinking"] if b["type"] == "thinking" else b["id"] for b in document["content"]]
    shown = [p for p in parts_of(document) if p.get("text") != ""]  # state stands on a part with empty text
    return [p["text"] if p.get("thought") else p["functionCall"]["id"] for p in shown]


@pytest.mark.parametrize("target", [RESPONSES, GEMINI])
def test_symptom_06_interleaved_thinking_keeps_its_order(target: str) -> None:
    expected = ["one", "toolu_1", "two", "toolu_2"]
    t = answer(m_answer(*INTERLEAVED, stop="tool_use"), MESSAGES, target)
    assert order_of(t.body, target) == expected
    frames = [frame for i, part in enumerate(INTERLEAVED) for frame in block(i, part)]
    s = send(sse(MESSAGES, [begin(), *frames, *end("tool_use")]), MESSAGES, target)
    assert order_of(s.document, target) == expected
    back = answer(t.body, target, MESSAGES)
    assert order_of(back.body, MESSAGES) == expected
    for document, losses in ((t.body, t.losses), (s.document, s.losses)):
        assert dropped(losses) == []
        assert_home(document, target, MESSAGES, INTERLEAVED)


@pytest.mark.parametrize("target", [CHAT, CLAUDE])
def test_symptom_06_where_there_is_no_order_the_calls_bring_it_home(target: str) -> None:
    """What a client of Chat sees is flattened, and told; its next request has the old order nevertheless."""
    t = answer(m_answer(*INTERLEAVED, stop="tool_use"), MESSAGES, target)
    frames = [frame for i, part in enumerate(INTERLEAVED) for frame in block(i, part)]
    s = send(sse(MESSAGES, [begin(), *frames, *end("tool_use")]), MESSAGES, target)
    for document, losses in ((t.body, t.losses), (s.document, s.losses)):
        message = document["choices"][0]["message"]
        assert [c["id"].partition("__dragom01")[0] for c in message["tool_calls"]] == ["toolu_1", "toolu_2"]
        assert message["reasoning_content"] == "onetwo"
        assert covered(losses, "/content/2", "changed")
        assert dropped(losses) == []
        for fields in (KEPT, (*KEPT, "reasoning_content")):
            assert_home(document, target, MESSAGES, INTERLEAVED, fields=fields)


@pytest.mark.parametrize(
    ("target", "key"),
    [
        (CLAUDE, "reasoning_content"),
        ("openai-chat+deepseek", "reasoning_content"),
        ("openai-chat+new-api", "reasoning_content"),
        ("openai-chat+litellm", "reasoning_content"),
        ("openai-chat+vllm", "reasoning"),
        ("openai-chat+openrouter", "reasoning"),
    ],
)
@pytest.mark.parametrize("source", [MESSAGES, RESPONSES, GEMINI])
def test_symptom_07_thinking_stands_on_the_message_with_the_calls(source: str, target: str, key: str) -> None:
    body = {
        MESSAGES: m_turns(
            assistant({"type": "thinking", "thinking": "hm", "signature": "RXFRQg=="}, use("toolu_1")),
            used("toolu_1", "1"),
        ),
        RESPONSES: r_input(r_thought("rs_1", "RU5D", "hm"), r_call("toolu_1"), r_result("toolu_1", "1")),
        GEMINI: gemini_turns(
            model({"text": "hm", "thought": True}, g_call("f", "toolu_1")), given(g_result("f", "1", "toolu_1"))
        ),
    }[source]
    t = ask(body, source, target)
    (message,) = [m for m in t.body["messages"] if m["role"] == "assistant"]
    assert message[key] == "hm"
    assert [c["id"] for c in message["tool_calls"]] == ["toolu_1"]
    plain = ask(body, source, CHAT)
    assert "hm" not in told(plain)
    assert any(loss.code == "reasoning.unsupported" for loss in plain.losses)


# --- calls and results --------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, CLAUDE])
def test_symptom_10_ids_are_the_same_on_every_run(target: str) -> None:
    reply = g_answer(g_call("f", a=1), g_call("f", a=2))
    runs = [answer(reply, GEMINI, target) for _ in range(2)]
    assert runs[0].json() == runs[1].json()
    ids = [c.id for c in calls_of(runs[0].body, target)]
    assert len(set(ids)) == 2
    streamed = calls_of(send(sse(GEMINI, [reply]), GEMINI, target).document, target)
    assert [c.id for c in streamed] == ids
    other_reply = g_answer(g_call("f", a=1), g_call("f", a=2), responseId="r2")
    assert not set(ids) & {c.id for c in calls_of(answer(other_reply, GEMINI, target).body, target)}


PERMUTED: dict[str, Json] = {
    CHAT: c_turns(c_calls("a", "b", "c"), c_result("c", "3"), c_result("a", "1"), c_result("b", "2")),
    RESPONSES: r_input(
        *(r_call(i) for i in "abc"), r_result("c", "3"), r_result("a", "1"), r_result("b", "2")
    ),
    GEMINI: gemini_turns(
        model(*(g_call("f", i) for i in "abc")),
        given(g_result("f", "3", "c"), g_result("f", "1", "a"), g_result("f", "2", "b")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, GEMINI, CLAUDE])
@pytest.mark.parametrize("source", PERMUTED)
def test_symptom_10_permuted_results_find_their_calls(source: str, target: str) -> None:
    if source == target:
        return
    calls, results = history(ask(PERMUTED[source], source, target).body, target)
    assert [c.id for c in calls] == ["a", "b", "c"]
    assert {r.call: r.text for r in results} == {"a": "1", "b": "2", "c": "3"}
    if target in (MESSAGES, GEMINI):
        assert [r.call for r in results] == ["a", "b", "c"]


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, CLAUDE])
def test_symptom_10_without_ids_by_name_then_order(target: str) -> None:
    body = gemini_turns(
        model(g_call("f"), g_call("g"), g_call("f")),
        given(g_result("g", "g1"), g_result("f", "f1"), g_result("f", "f2")),
    )
    calls, results = history(ask(body, GEMINI, target).body, target)
    by_id = {r.call: r.text for r in results}
    assert [(c.name, by_id[c.id]) for c in calls] == [("f", "f1"), ("g", "g1"), ("f", "f2")]


@pytest.mark.parametrize(
    ("called", "answered"), [(None, None), ("a", None), (None, "a"), ("a", "a")], ids=["none", "call", "result", "both"]
)
@pytest.mark.parametrize("target", others(GEMINI))
def test_symptom_11_a_result_without_an_id_is_no_orphan(target: str, called: str | None, answered: str | None) -> None:
    body = gemini_turns(model(g_call("f", called)), given(g_result("f", "the weather is fine", answered)))
    t = ask(body, GEMINI, target)
    assert "the weather is fine" in told(t)
    assert "tool_result.orphan" not in {loss.code for loss in t.losses}
    if target != COMPLETIONS:
        (call,), (result,) = history(t.body, target)
        assert (result.call, result.text) == (call.id, "the weather is fine")
        assert call.id


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, CLAUDE])
def test_symptom_10_an_id_is_stronger_than_a_name(target: str) -> None:
    """A call that a result names is not given to another result that only has its name."""
    body = gemini_turns(model(g_call("f", "a"), g_call("f")), given(g_result("f", "2"), g_result("f", "1", "a")))
    calls, results = history(ask(body, GEMINI, target).body, target)
    by_id = {r.call: r.text for r in results}
    assert [by_id.get(c.id) for c in calls] == ["1", "2"]


TWO_CALLS = r_input(r_call("a"), r_call("b", "g"), r_result("a", "1"), r_result("b", "2"), spoken("ok"))


@pytest.mark.parametrize("target", [CHAT, MESSAGES, GEMINI, CLAUDE])
def test_symptom_12_calls_of_one_turn_are_one_message(target: str) -> None:
    t = ask(TWO_CALLS, RESPONSES, target)
    turns = t.body["contents" if target == GEMINI else "messages"]
    roles = [turn["role"] for turn in turns]
    if target == GEMINI:
        assert roles == ["user", "model", "user", "model"]
        assert len(turns[1]["parts"]) == len(turns[2]["parts"]) == 2
    elif target == MESSAGES:
        assert roles == ["user", "assistant", "user", "assistant"]
        assert [b["type"] for b in turns[1]["content"]] == ["tool_use", "tool_use"]
    else:
        assert roles == ["user", "assistant", "tool", "tool", "assistant"]
        assert [c["id"] for c in turns[1]["tool_calls"]] == ["a", "b"]


@pytest.mark.parametrize("source", [CHAT, MESSAGES, GEMINI, CLAUDE])
def test_symptom_12_and_back(source: str) -> None:
    there = ask(TWO_CALLS, RESPONSES, source)
    back = ask(there.body, source, RESPONSES)
    kinds = [item.get("type", "message") for item in back.body["input"]]
    assert kinds == ["message", *["function_call"] * 2, *["function_call_output"] * 2, "message"]
    assert history(back.body, RESPONSES)[0] == [Call("a", "f", {}), Call("b", "g", {})]


def test_symptom_12_text_and_reasoning_between_calls_stay_in_the_turn() -> None:
    """reasoning, message, call, call: one assistant message, and its results right behind it."""
    body = r_input(spoken("Let me see."), r_call("a"), r_call("b"), r_result("a", "1"), r_result("b", "2"))
    t = ask(body, RESPONSES, CHAT)
    assert [m["role"] for m in t.body["messages"]] == ["user", "assistant", "tool", "tool"]
    assert prose(t.body["messages"][1]["content"]) == "Let me see."
