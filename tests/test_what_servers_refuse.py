"""Requests and answers that a server or an agent would stumble over, were they carried over word by word.

Cases first; then, for every pair, the target's own rules over whatever is written for a request that keeps the
source's rules (tests/judges/servers.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest

import dragoman
from dragoman import wire
from tests import corpus, fixtures
from tests.judges.servers import RULES
from tests.strategies import DIALECTS, common

N = 60  # generated requests for each pair
EVERY = 8  # of the recorded ones
PAIRS = [(a, b) for a in dragoman.dialects() for b in dragoman.dialects() if a != b and wire.SHAPE.get(b, b) != a]
pairs = pytest.mark.parametrize(("source", "target"), [pair for pair in PAIRS if pair[0] not in wire.SHAPE])
CHAT, MESSAGES = "openai-chat", "anthropic-messages"
USER = {"role": "user", "content": "Go."}


def call(*ids: str) -> dict[str, Any]:
    calls = [{"id": i, "type": "function", "function": {"name": "f", "arguments": "{}"}} for i in ids]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def result(call_id: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": text}


def to_messages(*messages: Any, **more: Any) -> dragoman.Translation:
    options = {"profile": more.pop("profile", None)}
    body = {"model": "m", "max_tokens": 9, "messages": list(messages), **more}
    return dragoman.translate_request(body, CHAT, MESSAGES, **options)


def answer(message: dict[str, Any], finish: str) -> dragoman.Translation:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish, "logprobs": None}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return dragoman.translate_response(body, CHAT, MESSAGES)


def codes(t: dragoman.Translation, at: str) -> set[str]:
    return {loss.code for loss in t.losses if loss.at == at}


def test_a_call_has_a_single_result() -> None:
    """The second one is refused ("each tool_use must have a single result"), also under an id used once more."""
    t = to_messages(USER, call("a"), result("a", "1"), result("a", "2"), call("a"), result("a", "3"))
    found = [b for m in t.body["messages"] if m["role"] == "user" for b in m["content"] if "tool_use_id" in b]
    assert [(b["tool_use_id"], b["content"]) for b in found] == [("a", "1"), ("a_2", "3")]
    assert "tool_result.duplicate" in codes(t, "/messages/3")


def test_results_stand_right_behind_their_calls() -> None:
    t = to_messages(USER, call("a", "b"), result("a", "1"), {"role": "user", "content": "X"}, result("b", "2"))
    kinds = [[b["type"] for b in m["content"]] for m in t.body["messages"][1:]]
    assert kinds == [["tool_use", "tool_use"], ["tool_result", "tool_result", "text"]]
    assert codes(t, "/messages/4") == {"order.moved"}


def test_a_repeated_call_id_is_told_apart() -> None:
    t = to_messages(USER, call("a"), result("a", "1"), call("a"), result("a", "2"))
    calls = [t.body["messages"][i]["content"][0]["id"] for i in (1, 3)]
    results = [t.body["messages"][i]["content"][0]["tool_use_id"] for i in (2, 4)]
    assert calls == results
    assert len(set(calls)) == 2
    assert codes(t, "/messages/3/tool_calls/0/id") == {"tool_call.id"}


def test_the_newer_version_takes_no_sampling() -> None:
    t = to_messages(USER, temperature=1, profile={"anthropic_version": "2026-10-21"})
    assert t.headers["anthropic-version"] == "2026-10-21"
    assert "temperature" not in t.body
    assert codes(t, "/temperature") == {"sampling.unsupported"}
    with pytest.raises(dragoman.DragomanError):
        to_messages(USER, profile={"anthropic_version": "1999-01-01"})


def test_jpg_is_a_jpeg() -> None:
    part = {"type": "image_url", "image_url": {"url": "data:image/jpg;base64,/9j/"}}
    t = to_messages({"role": "user", "content": [part]})
    assert t.body["messages"][0]["content"][0]["source"]["media_type"] == "image/jpeg"


def test_a_refusal_is_no_plain_end() -> None:
    t = answer({"content": None, "refusal": "I can't."}, "stop")
    assert t.body["stop_reason"] == "refusal"
    assert codes(t, "/choices/0/finish_reason") == {"finish.refusal"}


def test_no_word_for_calls_without_a_call() -> None:
    """An agent would wait for it; and where the call has been lost, a plain end would be a success."""
    t = answer({"content": "Done."}, "tool_calls")
    assert t.body["stop_reason"] == "max_tokens"
    assert codes(t, "/choices/0/finish_reason") == {"finish.approximated"}


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        ({"type": "invalid_request_error", "code": "context_length_exceeded"}, 400, "invalid_request_error"),
        ({"type": "requests", "code": "rate_limit_exceeded"}, 429, "rate_limit_error"),
        ({"type": "insufficient_quota", "code": "insufficient_quota"}, 402, "billing_error"),
        ({"type": "something_else"}, 500, "api_error"),
    ],
)
def test_an_error_without_a_status_goes_by_its_own_name(error: dict[str, str], status: int, kind: str) -> None:
    t = dragoman.translate_response({"error": {"message": "no", **error}}, CHAT, MESSAGES)
    assert (t.status, t.body["error"]["type"]) == (status, kind)


@pytest.mark.parametrize(("required", "strict"), [(["a", "b"], True), (["a"], False)])
def test_strict_is_invented_only_where_the_schema_bears_it(required: list[str], strict: bool) -> None:
    properties = {"a": {"type": "string"}, "b": {"type": "string"}}
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    body = {"model": "m", "max_tokens": 9, "messages": [USER]}
    body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    t = dragoman.translate_request(body, MESSAGES, CHAT)
    assert t.body["response_format"]["json_schema"]["strict"] is strict


THOUGHT = {"type": "thinking", "thinking": "x", "signature": "abcd"}
SEALED = {"type": "reasoning.encrypted", "data": "abc", "format": "anthropic-claude-v1"}
MARK = {"type": "ephemeral"}


@pytest.mark.parametrize("state", [{"thinking_blocks": [THOUGHT]}, {"reasoning_details": [SEALED]}])
def test_no_cache_mark_on_thinking(state: dict[str, Any]) -> None:
    """ "Not on thinking": the last block that may bear one has it, and where there is none, that is told."""
    said = {"role": "assistant", "content": None, "cache_control": MARK, **state}
    t = to_messages(USER, said, USER)
    assert "cache_control" not in t.body["messages"][1]["content"][0]
    assert codes(t, "/messages/1/cache_control") == {"cache.unsupported"}
    t = to_messages(USER, {**said, "content": "X"}, USER)
    assert t.body["messages"][1]["content"][1] == {"type": "text", "text": "X", "cache_control": MARK}
    assert codes(t, "/messages/1/cache_control") == {"cache.moved"}
    # That of a blank text goes to a neighbour, but to none that thinks.
    blank = {"role": "assistant", "content": [{"type": "text", "text": "", "cache_control": MARK}], **state}
    t = to_messages(USER, blank, USER)
    assert "cache_control" not in t.body["messages"][1]["content"][0]
    assert t.body["messages"][2]["content"] == [{"type": "text", "text": "Go.", "cache_control": MARK}]


def said(text: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}
FORMAT = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}}


@pytest.mark.parametrize("model", ["m", "claude-sonnet-4-5"])
@pytest.mark.parametrize("asked", [{"response_format": FORMAT}, {"reasoning_effort": "low"}])
def test_what_forbids_a_prefill_ends_with_the_user(model: str, asked: dict[str, Any]) -> None:
    """ "Not combinable: citations, prefill", and "also unsupported with thinking on"."""
    t = to_messages(USER, said("It is "), model=model, max_tokens=9999, **asked)
    turn = {"role": "user", "content": "."}
    assert t.body["messages"][1:] == [said("It is "), turn]
    assert [(x.kind, x.code) for x in t.losses if x.at == "/messages/2"] == [("invented", "message.placeholder")]
    back = dragoman.translate_request(t.body, MESSAGES, CHAT).body
    assert dragoman.translate_request(back, CHAT, MESSAGES).body == t.body
    # A call that waits for its result is no prefill.
    assert len(to_messages(USER, call("a"), model=model, max_tokens=9999, **asked).body["messages"]) == 2


def test_a_prefill_ends_with_no_white_space() -> None:
    """ "final assistant content cannot end with trailing whitespace"."""
    t = to_messages(USER, said("It is "))
    assert t.body["messages"][1] == said("It is")
    assert codes(t, "/messages/1/content") == {"text.trimmed"}
    parts = [{"type": "text", "text": "a "}, {"type": "text", "text": "b\n"}]
    t = to_messages(USER, said(parts), {"role": "assistant", "content": "c"}, USER)
    assert t.body["messages"][1]["content"] == parts  # only the last turn is gone on from
    t = to_messages(USER, said(parts))
    assert t.body["messages"][1]["content"] == [parts[0], {"type": "text", "text": "b"}]
    assert [(x.code, x.at) for x in t.losses if x.code.startswith("text.")] == [
        ("text.trimmed", "/messages/1/content/1")
    ]
    assert to_messages(USER, said("x")).body["messages"][1] == said("x")


def test_a_search_result_is_text_for_those_who_have_no_word_for_it() -> None:
    found = {"type": "search_result", "source": "https://e", "title": "T", "content": [{"type": "text", "text": "W"}]}
    use = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    messages = [
        {"role": "user", "content": "Go."},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [found]}]},
    ]
    body = {"model": "m", "max_tokens": 9, "messages": messages}
    t = dragoman.translate_request(body, MESSAGES, CHAT)
    assert t.body["messages"][-1] == {
        "role": "tool",
        "tool_call_id": "t",
        "content": "Title: T\nSource: https://e\n\nW",
    }
    assert "media.as_text" in codes(t, "/messages/2/content/0/content/0")
    assert dragoman.write_request(dragoman.read_request(body, MESSAGES), MESSAGES).body == body


# --- every pair -----------------------------------------------------------------------------------------------


@cache
def generated(dialect: str) -> list[tuple[str, Any, str | None]]:
    made = common.examples(DIALECTS[dialect].requests(extras=False), N)
    return [(f"generated {number}", body, None) for number, body in enumerate(made)]


def keeps_the_rules(dialect: str, body: Any) -> bool:
    return not wire.faults(dialect, "request", body) and not list(RULES[dialect](body))


def refused(source: str, target: str, given: Iterable[tuple[str, Any, str | None]]) -> dict[str, list[str]]:
    """(name, body, path) of requests -> what the target's server would say of those that the source's takes."""
    found: dict[str, list[str]] = {}
    count = 0
    for name, body, path in given:
        if keeps_the_rules(source, body):
            count += 1
            found[name] = list(RULES[target](dragoman.translate_request(body, source, target, path=path).body))
    assert count
    return {name: complaints for name, complaints in found.items() if complaints}


@pairs
def test_no_server_refuses_what_was_written(source: str, target: str) -> None:
    given = [(one.id, one.json(), None) for one in fixtures.of(source, "request")]
    assert refused(source, target, [*given, *generated(source)]) == {}


@corpus.needs_traffic
@pairs
def test_no_server_refuses_what_was_recorded(source: str, target: str) -> None:
    rows = corpus.sampled(corpus.requests(source), EVERY)
    given = [(row.id, row.request, row.request_path if source == "gemini" else None) for row in rows]
    assert refused(source, target, given) == {}


BROKEN: dict[str, dict[str, Any]] = {
    CHAT: {"messages": [{"role": "tool", "tool_call_id": "a", "content": "x"}], "top_logprobs": 2},
    MESSAGES: {"max_tokens": 0, "messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]},
    "openai-completions": {"best_of": 1, "n": 2},
    "openai-responses": {"input": [{"type": "function_call_output", "call_id": "a", "output": "x"}]},
    "gemini": {"contents": [{"role": "system", "parts": []}], "generationConfig": {"logprobs": 2}},
}


@pytest.mark.parametrize("dialect", BROKEN)
def test_the_rules_notice(dialect: str) -> None:
    assert list(RULES[dialect](BROKEN[dialect]))
