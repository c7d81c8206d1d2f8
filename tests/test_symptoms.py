"""What users of other translators filed, as tests. The number in a name is the symptom's in SYMPTOMS below.

Between Chat and Messages; the other dialects, and facts about model families, are in test_symptoms_matrix.py and its
neighbours.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from typing import Any

import pytest

import dragoman
from tests.reference import chat
from tests.reference.common import frames, records
from tests.wire import (
    CHAT,
    MESSAGES,
    begin,
    block,
    call_block,
    call_chunk,
    chunk,
    covered,
    end,
    other,
    records_of,
    run,
    stream_of,
    text_block,
)

Json = dict[str, Any]

SYMPTOMS = {
    "03": "a signature without text is content",
    "05": "redacted thinking is lost in one of response, stream and request",
    "06": "interleaved thinking and calls are regrouped",
    "08": "pieces of parallel calls are written to the wrong or a closed block",
    "09": "every call has index 0, or the block's",
    "10": "ids are random; results pair with the wrong call",
    "13": "a system turn in the middle is dropped, hoisted, or becomes the assistant's",
    "14": "a property that is called like a schema keyword is taken for one",
    "15": "cached tokens vanish, or totals are not conserved",
    "16": "an answer with calls ends as a plain stop, and agents stop",
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

USER = {"role": "user", "content": "Go."}


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_every_symptom_has_a_test(symptom: str) -> None:
    assert any(re.match(rf"test_{symptom}(_|$)", name) for name in vars(sys.modules[__name__]))


def to_messages(*messages: Json, **top: Any) -> dragoman.Translation:
    return dragoman.translate_request({"model": "m", "messages": list(messages), **top}, CHAT, MESSAGES)


def to_chat(*messages: Json, **top: Any) -> dragoman.Translation:
    body = {"model": "m", "max_tokens": 64, "messages": list(messages), **top}
    return dragoman.translate_request(body, MESSAGES, CHAT)


def message(*content: Json, stop: str = "end_turn", usage: Json | None = None) -> Json:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": list(content),
        "stop_reason": stop, "stop_sequence": None, "usage": usage or {"input_tokens": 3, "output_tokens": 9},
    }  # fmt: skip


def completion(said: Json, finish: str = "stop", **top: Any) -> Json:
    choice = {"index": 0, "message": {"role": "assistant", "content": None, **said}, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], **top}


def call(identity: str, name: str = "f", arguments: str = "{}") -> Json:
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def result(identity: str, content: Any) -> Json:
    return {"role": "tool", "tool_call_id": identity, "content": content}


def use(identity: str, name: str = "f", given: Json | None = None) -> Json:
    return {"type": "tool_use", "id": identity, "name": name, "input": given or {}}


def blocks(m: Json) -> list[Json]:
    content = m["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def prose(value: Any) -> str:
    return value if isinstance(value, str) else "".join(p.get("text", "") for p in value or ())


SIGNED = {"type": "thinking", "thinking": "", "signature": "c2lnbmVk"}
REDACTED = {"type": "redacted_thinking", "data": "b3BhcXVl"}


def thinking_stream(*, call: bool = True) -> bytes:
    opening = {"type": "thinking", "thinking": "", "signature": ""}
    signature = {"type": "signature_delta", "signature": "c2lnbmVk"}
    last = call_block(2, "toolu_1", "f") if call else text_block(2, "x")
    parts = [*block(0, opening, signature), *block(1, REDACTED), *last]
    return stream_of(MESSAGES, [begin(), *parts, *end("tool_use" if call else "end_turn")])


# --- opaque state -------------------------------------------------------------------------------------------


def test_03_a_signature_without_text_comes_home() -> None:
    history = {"model": "m", "max_tokens": 9, "messages": [USER, {"role": "assistant", "content": [SIGNED]}, USER]}
    read = dragoman.read_request(history, MESSAGES)
    assert dragoman.write_request(read, MESSAGES).body == history
    answer = message(SIGNED, {"type": "text", "text": "x"})
    assert dragoman.write_response(dragoman.read_response(answer, MESSAGES), MESSAGES).body == answer
    folded = dragoman.fold(dragoman.read_events(thinking_stream(), MESSAGES))
    assert dragoman.write_response(folded, MESSAGES).body["content"][0] == SIGNED


def test_03_and_05_come_home_by_way_of_chat() -> None:
    """Chat has no field for it, so it rides on the id of the call, of a response as of a stream."""
    said = [SIGNED, REDACTED, use("toolu_1")]
    r = dragoman.translate_response(message(*said, stop="tool_use"), MESSAGES, CHAT)
    s = run(MESSAGES, thinking_stream())
    assert [loss for loss in (*r.losses, *s.stream.losses) if loss.kind == "dropped"] == []
    for answer in (r.body["choices"][0]["message"], s.message):
        (made,) = answer["tool_calls"]
        assert made["id"].startswith("toolu_1__")
        kept = {"role": "assistant", "content": answer["content"], "tool_calls": [made]}
        back = to_messages(USER, kept, result(made["id"], "1"))
        assert [loss for loss in back.losses if loss.kind == "dropped"] == []
        assert back.body["messages"][1]["content"] == said
        assert blocks(back.body["messages"][2])[0]["tool_use_id"] == "toolu_1"
        assert not {"c2lnbmVk", "b3BhcXVl"} & {made["id"], json.dumps(answer)}
    assert b"c2lnbmVk" not in s.out
    assert b"b3BhcXVl" not in s.out


def test_03_and_05_without_a_call_are_told_lost_towards_chat() -> None:
    """Nothing that every client returns stands behind the last call, nor in a request from elsewhere."""
    t = to_chat(USER, {"role": "assistant", "content": [SIGNED, REDACTED, use("toolu_1")]})
    assert covered(t.losses, "/messages/1/content/0", "dropped")
    assert covered(t.losses, "/messages/1/content/1", "dropped")
    r = dragoman.translate_response(message(SIGNED, REDACTED, {"type": "text", "text": "x"}), MESSAGES, CHAT)
    assert covered(r.losses, "/content/0", "dropped")
    assert covered(r.losses, "/content/1", "dropped")
    s = run(MESSAGES, thinking_stream(call=False))
    assert covered(s.stream.losses, "/content/0", "dropped")
    assert covered(s.stream.losses, "/content/1", "dropped")
    assert b"c2lnbmVk" not in s.out
    assert b"b3BhcXVl" not in s.out


def test_05_redacted_thinking_comes_home() -> None:
    answer = message(REDACTED, use("toolu_1"), stop="tool_use")
    assert dragoman.write_response(dragoman.read_response(answer, MESSAGES), MESSAGES).body == answer
    folded = dragoman.fold(dragoman.read_events(thinking_stream(), MESSAGES))
    assert dragoman.write_response(folded, MESSAGES).body["content"][1] == REDACTED


def test_06_interleaved_thinking_keeps_its_order() -> None:
    content = [
        {"type": "thinking", "thinking": "one", "signature": "MQ=="},
        use("toolu_1"),
        {"type": "thinking", "thinking": "two", "signature": "Mg=="},
        use("toolu_2"),
    ]
    read = dragoman.read_response(message(*content, stop="tool_use"), MESSAGES)
    assert dragoman.write_response(read, MESSAGES).body["content"] == content
    t = dragoman.translate_response(message(*content, stop="tool_use"), MESSAGES, CHAT)
    said = t.body["choices"][0]["message"]
    ids = [c["id"] for c in said["tool_calls"]]
    assert [i.partition("__")[0] for i in ids] == ["toolu_1", "toolu_2"]
    assert said["reasoning_content"] == "onetwo"
    assert covered(t.losses, "/content/2", "changed")
    assert [loss for loss in t.losses if loss.kind == "dropped"] == []
    for kept in (("role", "content", "tool_calls"), said):
        back = to_messages(USER, {key: said[key] for key in kept}, *(result(i, "1") for i in ids))
        assert back.body["messages"][1]["content"] == content
        assert [b["tool_use_id"] for b in blocks(back.body["messages"][2])] == ["toolu_1", "toolu_2"]
        assert [loss for loss in back.losses if loss.kind == "dropped"] == []


# --- calls and results --------------------------------------------------------------------------------------


def test_08_parallel_calls_get_a_block_each() -> None:
    opened = [call_chunk(i, "", f"call_{i}", f"f{i}") for i in range(3)]
    pieces = [call_chunk(i, piece) for piece in ('{"a"', ":", "1}") for i in (2, 0, 1)]
    data = stream_of(CHAT, [chunk({"role": "assistant"}), *opened, *pieces, chunk({}, "tool_calls"), "[DONE]"])
    r = run(CHAT, data)
    assert r.content == [use(f"call_{i}", f"f{i}", {"a": 1}) for i in range(3)]
    assert r.document["stop_reason"] == "tool_use"


def test_08_text_and_reasoning_between_calls() -> None:
    data = stream_of(
        CHAT,
        [
            call_chunk(0, '{"a":', "call_0", "f0"),
            chunk({"content": "wait"}),
            call_chunk(1, "{", "call_1", "f1"),
            call_chunk(0, "1}"),
            chunk({"reasoning_content": "hm"}),
            call_chunk(1, "}"),
            chunk({}, "tool_calls"),
        ],
    )
    r = run(CHAT, data)
    calls = [b for b in r.content if b["type"] == "tool_use"]
    assert calls == [use("call_0", "f0", {"a": 1}), use("call_1", "f1")]
    assert [b["text"] for b in r.content if b["type"] == "text"] == ["wait"]
    assert [b["thinking"] for b in r.content if b["type"] == "thinking"] == ["hm"]


def test_09_calls_are_numbered_without_the_other_blocks() -> None:
    parts = [*text_block(0, "x"), *call_block(1, "toolu_1", "f"), *text_block(2, "y"), *call_block(3, "toolu_2", "g")]
    r = run(MESSAGES, stream_of(MESSAGES, [begin(), *parts, *end("tool_use")]))
    seen = [c["index"] for _, f in frames(r.out) if f for ch in f["choices"] for c in ch["delta"].get("tool_calls", ())]
    assert sorted(set(seen)) == [0, 1]
    assert [c["id"] for c in r.message["tool_calls"]] == ["toolu_1", "toolu_2"]


def test_10_permuted_results_come_in_the_order_of_the_calls() -> None:
    t = to_messages(
        USER,
        {"role": "assistant", "content": None, "tool_calls": [call("a"), call("b"), call("c")]},
        result("c", "3"),
        result("a", "1"),
        result("b", "2"),
    )
    found = [(b["tool_use_id"], prose(b["content"])) for b in blocks(t.body["messages"][-1])]
    assert found == [("a", "1"), ("b", "2"), ("c", "3")]


def test_10_results_without_ids_pair_by_name_then_order() -> None:
    calls = [{"type": "function", "function": {"name": n, "arguments": "{}"}} for n in ("f", "g", "f")]
    results = [{"role": "tool", "name": n, "content": c} for n, c in (("g", "g1"), ("f", "f1"), ("f", "f2"))]
    t = to_messages(USER, {"role": "assistant", "content": None, "tool_calls": calls}, *results)
    made = {b["id"]: b["name"] for b in blocks(t.body["messages"][1])}
    assert len(made) == 3
    answered = [b for b in blocks(t.body["messages"][2]) if b["type"] == "tool_result"]
    by_id = {b["tool_use_id"]: prose(b["content"]) for b in answered}
    assert [(name, by_id[identity]) for identity, name in made.items()] == [("f", "f1"), ("g", "g1"), ("f", "f2")]


def test_10_ids_are_the_same_on_every_run() -> None:
    said = {"tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{}"}}] * 2}
    runs = [dragoman.translate_response(completion(said, "tool_calls"), CHAT, MESSAGES) for _ in range(2)]
    assert runs[0].json() == runs[1].json()
    made = [b["id"] for b in runs[0].body["content"]]
    assert len(set(made)) == 2
    data = stream_of(
        CHAT, [chunk({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{}"}}]}, "stop")]
    )
    assert run(CHAT, data).out == run(CHAT, data).out


def test_16_calls_end_an_answer_as_calls() -> None:
    t = dragoman.translate_response(completion({"tool_calls": [call("a")]}, "stop"), CHAT, MESSAGES)
    assert t.body["stop_reason"] == "tool_use"
    data = [call_chunk(0, "{}", "a", "f"), chunk({}, "stop"), "[DONE]"]
    assert run(CHAT, stream_of(CHAT, data)).document["stop_reason"] == "tool_use"
    back = dragoman.translate_response(message(use("toolu_1"), stop="end_turn"), MESSAGES, CHAT)
    assert back.body["choices"][0]["finish_reason"] == "tool_calls"
    s = run(MESSAGES, stream_of(MESSAGES, [begin(), *call_block(0, "toolu_1", "f"), *end("end_turn")]))
    assert s.document["choices"][0]["finish_reason"] == "tool_calls"


@pytest.mark.parametrize(("finish", "stop"), [("length", "max_tokens"), ("content_filter", "refusal")])
def test_16_but_a_limit_and_a_filter_stay_what_they_are(finish: str, stop: str) -> None:
    t = dragoman.translate_response(completion({"tool_calls": [call("a")]}, finish), CHAT, MESSAGES)
    assert t.body["stop_reason"] == stop
    back = dragoman.translate_response(message(use("toolu_1"), stop=stop), MESSAGES, CHAT)
    assert back.body["choices"][0]["finish_reason"] == finish


PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}


def test_21_pictures_of_results_follow_and_come_back() -> None:
    parts = [{"type": "text", "text": "Here:"}, PICTURE]
    t = to_chat(
        USER,
        {"role": "assistant", "content": [use("toolu_1")]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": parts}]},
    )
    assert [m["role"] for m in t.body["messages"]] == ["user", "assistant", "tool", "user"]
    assert t.body["messages"][2]["tool_call_id"] == "toolu_1"
    back = dragoman.translate_request(t.body, CHAT, MESSAGES).body["messages"]
    assert [m["role"] for m in back] == ["user", "assistant", "user"]
    assert blocks(back[2])[0]["tool_use_id"] == "toolu_1"
    assert json.dumps(back).count("iVBORw0KGgo=") == 1


def test_21_a_result_that_is_only_a_picture_still_answers_its_call() -> None:
    t = to_chat(
        USER,
        {"role": "assistant", "content": [use("toolu_1")]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [PICTURE]}]},
    )
    assert [m["role"] for m in t.body["messages"]] == ["user", "assistant", "tool", "user"]
    assert type(t.body["messages"][2]["content"]) is str


# --- turns --------------------------------------------------------------------------------------------------


def test_13_a_system_turn_stays_where_the_service_takes_one() -> None:
    rule = {"role": "system", "content": "Rule."}
    t = to_messages(USER, rule, {"role": "assistant", "content": "ok"}, USER)
    assert "system" not in t.body
    assert [m["role"] for m in t.body["messages"]] == ["user", "system", "assistant", "user"]
    back = dragoman.translate_request(t.body, MESSAGES, CHAT)
    assert [m["role"] for m in back.body["messages"]] == ["user", "system", "assistant", "user"]


@pytest.mark.parametrize("role", ["system", "developer"])
def test_13_elsewhere_it_becomes_marked_user_text_in_its_place(role: str) -> None:
    rule = {"role": role, "content": "Rule."}
    t = to_messages(
        {"role": "system", "content": "First."},
        USER,
        {"role": "assistant", "content": "ok"},
        rule,
        {**USER, "content": "z"},
    )
    assert prose(t.body["system"]) == "First."
    said = [(m["role"], prose(b["text"])) for m in t.body["messages"] for b in blocks(m)]
    place = next(i for i, (_, words) in enumerate(said) if "Rule." in words)
    assert said[place][0] == "user"
    assert said[place][1] != "Rule.", "not marked"
    assert said[place - 1] == ("assistant", "ok")
    assert said[place + 1] == ("user", "z")
    assert covered(t.losses, "/messages/3", "changed")


def test_13_never_between_a_call_and_its_result() -> None:
    rule = {"role": "system", "content": "Rule."}
    t = to_messages(USER, {"role": "assistant", "tool_calls": [call("a")]}, result("a", "1"), rule, USER)
    messages = t.body["messages"]
    at = next(i for i, m in enumerate(messages) if any(b["type"] == "tool_use" for b in blocks(m)))
    following = messages[at + 1]
    assert following["role"] == "user"
    assert blocks(following)[0]["type"] == "tool_result"
    assert "Rule." in json.dumps(messages[at + 1 :])


def test_concatenated_system_turns_are_not() -> None:
    rules = [{"role": "system", "content": f"Rule {i}."} for i in range(3)]
    answer = {"role": "assistant", "content": "ok"}
    t = to_messages(rules[0], USER, rules[1], answer, USER, rules[2])
    assert prose(t.body["system"]) == "Rule 0."
    flat = json.dumps(t.body["messages"])
    assert flat.index("Rule 1.") < flat.index("ok") < flat.index("Rule 2.")


def test_22_a_trailing_answer_is_always_reported() -> None:
    """A prefill towards Anthropic's older models, refused by the newer, and none at all in Chat."""
    prefill = {"role": "assistant", "content": "{"}
    assert covered(to_messages(USER, prefill).losses, "/messages/1")
    assert covered(to_chat(USER, prefill).losses, "/messages/1")


def test_22_and_kept_or_rewritten_never_lost() -> None:
    prefill = {"role": "assistant", "content": "{"}
    for t in (to_messages(USER, prefill), to_chat(USER, prefill)):
        assert "{" in prose(t.body["messages"][-1]["content"])


@pytest.mark.parametrize("blank", ["", "  \n", None])
def test_23_no_blank_text_beside_calls(blank: str | None) -> None:
    t = to_messages(
        USER, {"role": "assistant", "content": blank, "tool_calls": [call("a")]}, result("a", blank or ""), USER
    )
    assert blocks(t.body["messages"][1]) == [use("a")]
    for m in t.body["messages"]:
        for one in blocks(m):
            for inner in (one, *(one.get("content") or () if isinstance(one.get("content"), list) else ())):
                assert inner.get("text", "x").strip()


@pytest.mark.parametrize(
    ("role", "texts", "kept"),
    [
        ("assistant", ["It is.", " ", "It was."], ["It is.", " ", "It was."]),
        ("assistant", ["It is.", "", "It was."], ["It is.", "It was."]),
        ("assistant", ["It is.", " "], ["It is."]),
        ("user", ["It is.", " ", "It was."], ["It is.", "It was."]),
    ],
)
def test_23_white_space_between_texts_was_taken(role: str, texts: list[str], kept: list[str]) -> None:
    """Recorded, in a turn of the assistant: the space between two cited texts."""
    t = to_messages(USER, {"role": role, "content": [{"type": "text", "text": text} for text in texts]}, USER)
    assert [one["text"] for one in blocks(t.body["messages"][1])] == kept
    assert any(loss.code == "text.blank" for loss in t.losses) == (kept != texts and "" not in texts)


def test_23_the_cache_mark_of_a_blank_text_moves_to_its_neighbour() -> None:
    mark = {"type": "ephemeral"}
    parts = [{"type": "text", "text": "Long."}, {"type": "text", "text": "", "cache_control": mark}]
    t = to_messages({"role": "user", "content": parts})
    assert blocks(t.body["messages"][0]) == [{"type": "text", "text": "Long.", "cache_control": mark}]


def test_cache_the_past_stays_as_it_was() -> None:
    """Every later turn leaves what stands before it byte for byte."""
    turns: list[list[Json]] = [
        [{"role": "system", "content": "S"}, USER],
        [
            {"role": "assistant", "content": "", "tool_calls": [call("a"), call("b.1")]},
            result("b.1", "2"),
            result("a", "1"),
        ],
        [{"role": "assistant", "content": "ok"}, {"role": "developer", "content": "D"}, USER],
        [{"role": "assistant", "content": "well"}, USER, {"role": "system", "content": "E"}],
        [{"role": "assistant", "content": "so"}, {"role": "user", "content": [{"type": "text", "text": "x"}] * 2}],
    ]
    assert_past_stays(turns, CHAT)


def test_cache_the_past_stays_as_it_was_towards_chat() -> None:
    results = [{"type": "tool_result", "tool_use_id": i, "content": [PICTURE]} for i in ("t1", "t2")]
    turns: list[list[Json]] = [
        [USER],
        [{"role": "assistant", "content": [SIGNED, use("t1"), use("t2")]}, {"role": "user", "content": results}],
        [{"role": "assistant", "content": [{"type": "text", "text": "a"}, use("t3")]},
         {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t3"}, {"type": "text", "text": "y"}]},
         {"role": "system", "content": "Z"}],
        [{"role": "assistant", "content": "b"}, USER],
    ]  # fmt: skip
    assert_past_stays(turns, MESSAGES)


def assert_past_stays(turns: list[list[Json]], source: str) -> None:
    """Each body of a conversation that grows turn by turn begins with the messages of the one before."""
    before: list[bytes] = []
    for i in range(len(turns)):
        body = {"model": "m", "max_tokens": 9, "messages": [m for turn in turns[: i + 1] for m in turn]}
        t = dragoman.translate_request(copy.deepcopy(body), source, other(source))
        assert dragoman.translate_request(body, source, other(source)).json() == t.json()
        now = [json.dumps(m).encode() for m in (t.body.get("system"), *t.body["messages"])]
        assert now[: len(before)] == before
        before = now


# --- settings and tools -------------------------------------------------------------------------------------


def thinking(max_tokens: int | None, **top: Any) -> dragoman.Translation:
    return to_messages(USER, **({} if max_tokens is None else {"max_tokens": max_tokens}), **top)


@pytest.mark.parametrize("limit", [16, 1024, 1025, 2000, 5000, 5001, 64000, None])
@pytest.mark.parametrize("budget", [0, 1, 1024, 5000, 10**6, -1])
def test_24_a_budget_stays_below_the_limit(limit: int | None, budget: int) -> None:
    t = thinking(limit, thinking={"type": "enabled", "budget_tokens": budget})
    said = t.body.get("thinking", {})
    if "budget_tokens" in said:
        assert 1024 <= said["budget_tokens"] < t.body["max_tokens"]
    if said.get("budget_tokens") != budget:
        assert covered(t.losses, "/thinking")


@pytest.mark.parametrize("effort", ["none", "minimal", "low", "medium", "high", "xhigh", "max"])
def test_24_an_effort_too(effort: str) -> None:
    t = thinking(2000, reasoning_effort=effort)
    said = t.body.get("thinking", {})
    if "budget_tokens" in said:
        assert 1024 <= said["budget_tokens"] < 2000
    assert t.body.get("output_config", {}).get("effort", "low") in ("low", "medium", "high", "xhigh", "max")
    if effort == "none":
        assert said.get("type") in (None, "disabled")


def test_24_thinking_takes_no_temperature() -> None:
    for control in ({"reasoning_effort": "high"}, {"thinking": {"type": "enabled", "budget_tokens": 1024}}):
        t = thinking(4096, temperature=0.2, **control)
        assert t.body.get("temperature", 1) == 1
        assert covered(t.losses, "/temperature")
    assert thinking(4096, temperature=0.2).body["temperature"] == 0.2


SCHEMA = {
    "type": "object",
    "properties": {"const": {"type": "string"}, "$schema": {"const": 1}, "n": {"exclusiveMinimum": 0}},
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "required": ["const"],
}


def test_14_schemas_go_over_untouched() -> None:
    t = to_messages(USER, tools=[{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}])
    assert t.body["tools"][0]["input_schema"] == SCHEMA
    back = to_chat(USER, tools=[{"name": "f", "input_schema": SCHEMA}])
    assert back.body["tools"][0]["function"]["parameters"] == SCHEMA


LONG = "mcp__" + "a_long_server_name_" * 4 + "tool"  # 85 characters: Anthropic takes 128, OpenAI 64


def long_tool() -> Json:
    return {
        "model": "m",
        "max_tokens": 9,
        "messages": [USER],
        "tools": [{"name": LONG, "input_schema": {"type": "object"}}],
    }


def test_names_too_long_are_shortened_alike_everywhere() -> None:
    body = long_tool()
    body["tool_choice"] = {"type": "tool", "name": LONG}
    body["messages"] += [{"role": "assistant", "content": [use("toolu_1", LONG)]}]
    body["messages"] += [
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "1"}]}
    ]
    there = dragoman.translate_request(body, MESSAGES, CHAT).body
    short = there["tools"][0]["function"]["name"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", short)
    assert there["tool_choice"]["function"]["name"] == short
    assert there["messages"][1]["tool_calls"][0]["function"]["name"] == short
    second = {**long_tool(), "tools": [{"name": LONG[:-1] + "k", "input_schema": {"type": "object"}}]}
    assert dragoman.translate_request(second, MESSAGES, CHAT).body["tools"][0]["function"]["name"] != short


def test_names_are_restored_in_the_answer() -> None:
    x = dragoman.Exchange(client=MESSAGES, upstream=CHAT)
    short = x.request(long_tool()).body["tools"][0]["function"]["name"]
    answer = x.response(completion({"tool_calls": [call("call_1", short)]}, "tool_calls"))
    assert [b["name"] for b in answer.body["content"]] == [LONG]


def test_names_are_restored_in_the_stream() -> None:
    x = dragoman.Exchange(client=MESSAGES, upstream=CHAT)
    short = x.request(long_tool()).body["tools"][0]["function"]["name"]
    s = x.stream()
    data = stream_of(CHAT, [call_chunk(0, "{}", "call_1", short), chunk({}, "tool_calls"), "[DONE]"])
    out = s.feed(data) + s.close()
    named = [f["content_block"]["name"] for _, f in frames(out) if f and f["type"] == "content_block_start"]
    assert named == [LONG]


@pytest.mark.parametrize("name", ["get.weather", "天気", "ns:f/g"])
def test_names_of_other_letters_come_back(name: str) -> None:
    """Servers behind the Chat shape take such names; Anthropic's does not, and its client must not see ours."""
    x = dragoman.Exchange(client=CHAT, upstream=MESSAGES)
    t = x.request({"model": "m", "messages": [USER], "tools": [{"type": "function", "function": {"name": name}}]})
    spelt = t.body["tools"][0]["name"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,128}", spelt)
    answer = x.response(message(use("toolu_1", spelt), stop="tool_use"))
    assert answer.body["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == name
    s = x.stream()
    data = stream_of(MESSAGES, [begin(), *call_block(0, "toolu_1", spelt), *end("tool_use")])
    merged = chat.merge(s.feed(data) + s.close()).document
    assert merged["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == name


def test_server_state_is_reported() -> None:
    t = to_chat(USER, thread={"type": "continue", "previous_message_id": "msg_0"}, container="container_1")
    assert covered(t.losses, "/thread", "dropped")
    assert covered(t.losses, "/container", "dropped")
    back = to_messages(USER, previous_response_id="resp_1", store=True)
    assert covered(back.losses, "/previous_response_id", "dropped")
    assert covered(back.losses, "/store", "dropped")


# --- usage --------------------------------------------------------------------------------------------------

CACHED = {"input_tokens": 10, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 300, "output_tokens": 9}
INCLUSIVE = {
    "prompt_tokens": 330,
    "completion_tokens": 9,
    "total_tokens": 339,
    "prompt_tokens_details": {"cached_tokens": 300, "cache_write_tokens": 20},
}


def test_15_cached_tokens_both_ways() -> None:
    there = dragoman.translate_response(message({"type": "text", "text": "x"}, usage=CACHED), MESSAGES, CHAT).body[
        "usage"
    ]
    assert {**there, "prompt_tokens_details": {**there["prompt_tokens_details"]}} == INCLUSIVE
    back = dragoman.translate_response(completion({"content": "x"}, usage=INCLUSIVE), CHAT, MESSAGES).body["usage"]
    assert back == CACHED


def test_15_cached_tokens_in_streams() -> None:
    start = begin(**{**CACHED, "output_tokens": 1})
    r = run(MESSAGES, stream_of(MESSAGES, [start, *text_block(0, "x"), *end("end_turn", output_tokens=9)]))
    assert r.document["usage"] == INCLUSIVE
    data = [chunk({"content": "x"}), chunk({}, "stop"), {**chunk({}), "choices": [], "usage": INCLUSIVE}, "[DONE]"]
    s = run(CHAT, stream_of(CHAT, data))
    assert {key: s.document["usage"][key] for key in CACHED} == CACHED


def test_15_the_end_of_a_stream_corrects_its_beginning() -> None:
    stop = end("end_turn", input_tokens=50, cache_read_input_tokens=300, output_tokens=9)
    r = run(MESSAGES, stream_of(MESSAGES, [begin(), *text_block(0, "x"), *stop]))
    assert r.document["usage"]["prompt_tokens"] == 350
    assert r.document["usage"]["total_tokens"] == 359


def test_usage_chunk_has_no_choice() -> None:
    r = run(MESSAGES, stream_of(MESSAGES, [begin(), *text_block(0, "x"), *end("end_turn")]))
    with_usage = [f for _, f in frames(r.out) if f and f.get("usage")]
    assert [f["choices"] for f in with_usage] == [[]]


# --- streams and errors -------------------------------------------------------------------------------------


def test_18_unknown_events_do_not_leak() -> None:
    unknown = {"type": "codex.rate_limits", "limits": {"primary": 1}}
    data = [begin(), unknown, *text_block(0, "x"), unknown, *end("end_turn")]
    r = run(MESSAGES, stream_of(MESSAGES, data))
    assert b"rate_limits" not in r.out
    assert r.message["content"] == "x"
    assert r.stream.error is None
    shown = stream_of(CHAT, [{"type": "codex.rate_limits"}, chunk({"content": "x"}), chunk({}, "stop"), "[DONE]"])
    s = run(CHAT, b"event: codex.rate_limits\n" + shown)
    assert b"codex" not in s.out
    assert s.content == [{"type": "text", "text": "x"}]


CUT_CHAT = [chunk({"role": "assistant", "content": "a"}), call_chunk(0, "", "call_1", "rm"), call_chunk(0, '{"path":'),
            call_chunk(0, '"/"}')]  # fmt: skip
CUT_MESSAGES = [begin(), *text_block(0, "a"), *call_block(1, "toolu_1", "rm", "", '{"path":', '"/"}')]


@pytest.mark.parametrize(("source", "given"), [(CHAT, CUT_CHAT), (MESSAGES, CUT_MESSAGES)], ids=[CHAT, MESSAGES])
def test_19_a_stream_cut_off_is_a_failure(source: str, given: list[Json]) -> None:
    records_given = records_of(source, given)
    for count in range(len(records_given) + 1):
        data = b"".join(records_given[:count])
        for cut in (len(data), max(0, len(data) - 20)):
            r = run(source, data[:cut])
            assert isinstance(r.stream.error, dragoman.BrokenStream)
            assert r.merged.error is not None
            assert not r.merged.complete
            assert b"[DONE]" not in r.out
            assert b"message_stop" not in r.out


def test_19_half_of_a_call_is_never_told_as_a_whole_one() -> None:
    r = run(CHAT, stream_of(CHAT, CUT_CHAT[:3]))
    assert [b.get("input") for b in r.content if b["type"] == "tool_use"] in ([], [{}], ['{"path":'])
    s = run(MESSAGES, stream_of(MESSAGES, CUT_MESSAGES[:-2]))
    (made,) = s.message["tool_calls"]
    assert made["function"]["arguments"] == '{"path":'


def test_19_an_end_without_its_mark_is_an_end() -> None:
    r = run(CHAT, stream_of(CHAT, [chunk({"content": "a"}), chunk({}, "stop")]))
    assert r.stream.error is None
    s = run(MESSAGES, stream_of(MESSAGES, [begin(), *text_block(0, "a"), end("end_turn")[0]]))
    assert s.stream.error is None
    assert [data for _, data in records(s.out)][-1] == "[DONE]"


OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_1"}
UNAVAILABLE = {"error": {"message": "busy", "type": "service_unavailable", "param": None, "code": None}}


def test_20_overloaded_is_overloaded() -> None:
    t = dragoman.translate_error(529, OVERLOADED, MESSAGES, CHAT, headers={"Retry-After": "3"})
    assert t.status == 503
    assert set(t.body["error"]) >= {"message", "type", "param", "code"}
    assert t.headers["retry-after"] == "3"
    back = dragoman.translate_error(503, UNAVAILABLE, CHAT, MESSAGES, headers={"retry-after": "3"})
    assert back.status == 529
    assert back.body["error"] == {"type": "overloaded_error", "message": "busy"}
    assert back.headers["retry-after"] == "3"


def test_20_too_many_requests_are_too_many_requests() -> None:
    limit = {"error": {"message": "slow", "type": "requests", "param": None, "code": "rate_limit_exceeded"}}
    t = dragoman.translate_error(429, limit, CHAT, MESSAGES)
    assert (t.status, t.body["error"]["type"]) == (429, "rate_limit_error")
    back = dragoman.translate_error(429, t.body, MESSAGES, CHAT)
    assert (back.status, back.body["error"]["code"]) == (429, "rate_limit_exceeded")


def test_20_the_request_id_is_kept() -> None:
    t = dragoman.translate_error(529, OVERLOADED, MESSAGES, CHAT)
    assert "req_1" in t.headers.values()
    for source, name in ((CHAT, "x-request-id"), (MESSAGES, "request-id")):
        there = dragoman.translate_error(500, {}, source, other(source), headers={name: "req_2"})
        assert "req_2" in there.headers.values()


@pytest.mark.parametrize("source", [CHAT, MESSAGES])
@pytest.mark.parametrize("target", [CHAT, MESSAGES])
def test_nothing_under_status_200_is_an_error(source: str, target: str) -> None:
    t = dragoman.translate_response({}, source, target)
    assert t.status is not None
    assert 400 <= t.status < 600
    assert not {"choices", "content"} & t.body.keys()


WEB = {"type": "web_search_result_location", "url": "https://example.com/a", "title": "A", "encrypted_index": "aQ=="}


def test_citations_in_streams_as_in_documents() -> None:
    citation = {**WEB, "cited_text": "won"}
    body = message({"type": "text", "text": "Nada "}, {"type": "text", "text": "won.", "citations": [citation]})
    whole = dragoman.translate_response(body, MESSAGES, CHAT).body["choices"][0]["message"]
    opening = {"type": "text", "text": "", "citations": []}
    deltas: list[Json] = [{"type": "citations_delta", "citation": citation}, {"type": "text_delta", "text": "won."}]
    data = [begin(), *text_block(0, "Nada "), *block(1, opening, *deltas), *end("end_turn")]
    r = run(MESSAGES, stream_of(MESSAGES, data))
    assert r.message["annotations"] == whole["annotations"]
    assert whole["annotations"][0]["url_citation"]["url"] == "https://example.com/a"


def test_citations_in_streams_towards_messages() -> None:
    span = {"start_index": 0, "end_index": 4, "url": "https://example.com/a", "title": "A"}
    annotations = [{"type": "url_citation", "url_citation": span}]
    whole = dragoman.translate_response(
        completion({"content": "Nada won.", "annotations": annotations}), CHAT, MESSAGES
    )
    data = [chunk({"content": "Nada won."}), chunk({"annotations": annotations}), chunk({}, "stop"), "[DONE]"]
    r = run(CHAT, stream_of(CHAT, data))
    assert r.content == whole.body["content"]
    assert r.content[0]["citations"][0]["url"] == "https://example.com/a"


def test_choices_keep_their_index() -> None:
    body = completion({"content": "A"})
    body["choices"] = [{**body["choices"][0], "index": i} for i in (2, 0)]
    read = dragoman.read_response(body, CHAT)
    assert [c.index for c in read.candidates] == [2, 0]
    assert dragoman.write_response(read, CHAT).body["choices"] == body["choices"]
