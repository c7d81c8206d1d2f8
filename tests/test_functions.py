"""A client of Chat's `functions` knows one call, in `function_call`, and that has no id."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from dragoman import laws

CHAT, MESSAGES, RESPONSES, GEMINI = "openai-chat", "anthropic-messages", "openai-responses", "gemini"
FUNCTIONS = [{"name": "f", "parameters": {"type": "object", "properties": {}}}]
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "x"}], "functions": FUNCTIONS}
USE = [{"type": "tool_use", "id": f"toolu_{i}", "name": "f", "input": {"n": i}} for i in (1, 2)]
ONCE = ("invented", "tool_choice.parallel")


def answer(count: int) -> dict[str, Any]:
    said = [{"type": "text", "text": "Well."}, *USE[:count]]
    body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": said}
    return {**body, "stop_reason": "tool_use", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}


@pytest.mark.parametrize("count", [1, 2])
def test_an_answer_has_one_call(count: int) -> None:
    """ "Reply carries `message.function_call`, never `tool_calls`"."""
    t = dragoman.translate_response(answer(count), MESSAGES, CHAT, request=ASKED)
    (choice,) = t.body["choices"]
    assert choice["message"]["function_call"] == {"name": "f", "arguments": '{"n":1}'}
    assert "tool_calls" not in choice["message"]
    assert choice["finish_reason"] == "function_call"
    told = {(x.kind, x.code, x.at) for x in t.losses if x.code.startswith("tool_call.")}
    gone = {("dropped", "tool_call.unsupported", "/content/2")} if count == 2 else set()
    assert told == {("dropped", "tool_call.id", "/content/1/id"), *gone}

    data = dragoman.write_events(dragoman.unfold(dragoman.read_response(answer(count), MESSAGES)), MESSAGES)
    stream = dragoman.translate_stream(MESSAGES, CHAT, request=ASKED)
    sent = stream.feed(data) + stream.close()
    assert b"tool_calls" not in sent
    assert {(x.kind, x.code, x.at) for x in stream.losses if x.code.startswith("tool_call.")} == told
    deltas = [json.loads(line[6:])["choices"][0] for line in sent.splitlines() if line.startswith(b"data: {")]
    called = [choice["delta"]["function_call"] for choice in deltas if "function_call" in choice["delta"]]
    assert [one.get("name") for one in called] == ["f", *[None] * (len(called) - 1)]
    assert "".join(one["arguments"] for one in called) == '{"n":1}'
    assert deltas[-1]["finish_reason"] == "function_call"


def test_whoever_knows_tools_gets_all_calls() -> None:
    tools = [{"type": "function", "function": FUNCTIONS[0]}]
    for asked in ({**ASKED, "tools": tools}, {"model": "m", "messages": ASKED["messages"], "tools": tools}):
        t = dragoman.translate_response(answer(2), MESSAGES, CHAT, request=asked)
        assert [call["id"] for call in t.body["choices"][0]["message"]["tool_calls"]] == ["toolu_1", "toolu_2"]
        assert not [x for x in t.losses if x.code.startswith("tool_call.")]


@pytest.mark.parametrize("target", [MESSAGES, RESPONSES, GEMINI, "openai-chat+openrouter"])
@pytest.mark.parametrize("choice", [{}, {"function_call": "auto"}, {"function_call": {"name": "f"}}])
def test_the_upstream_is_kept_to_one_call(target: str, choice: dict[str, Any]) -> None:
    asked = {**ASKED, **choice}
    t = dragoman.translate_request(asked, CHAT, target)
    if target == MESSAGES:
        assert t.body["tool_choice"]["disable_parallel_tool_use"] is True
    elif target != GEMINI:  # it has no word for it
        assert t.body["parallel_tool_calls"] is False
    assert (ONCE in [(x.kind, x.code) for x in t.losses]) == (target != GEMINI)
    for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled, laws.spelling_is_free):
        assert law("request", asked, CHAT, target) == []


@pytest.mark.parametrize("more", [{"function_call": "none"}, {"functions": []}])
def test_where_nothing_is_called_nothing_is_said(more: dict[str, Any]) -> None:
    t = dragoman.translate_request({**ASKED, **more}, CHAT, MESSAGES)
    assert "disable_parallel_tool_use" not in t.body.get("tool_choice", {})
    assert ONCE not in [(x.kind, x.code) for x in t.losses]
