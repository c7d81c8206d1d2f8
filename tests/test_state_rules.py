"""State that came home, in part or not at all: what the upstream still takes of a turn, and whose a signature is."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES

Json = dict[str, Any]
CALL: Json = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOLS = [{"type": "function", "function": {"name": "f"}}]
SIGNED: list[Json] = [
    {"type": "thinking", "thinking": "one", "signature": "S1"},
    {"type": "tool_use", "id": "toolu_a", "name": "f", "input": {}},
    {"type": "thinking", "thinking": "two", "signature": "S2"},
    {"type": "tool_use", "id": "toolu_b", "name": "f", "input": {}},
]


def told(t: dragoman.Translation, *codes: str) -> list[tuple[str, str]]:
    return [(loss.code, loss.at) for loss in t.losses if loss.code in codes]


def asked(model: str, *turns: Json, **more: Any) -> Json:
    first = {"role": "user", "content": "q"}
    return {"model": model, "max_tokens": 20000, "tools": TOOLS, "messages": [first, *turns], **more}


def answered(*blocks: Json) -> Json:
    usage = {"input_tokens": 1, "output_tokens": 1}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5"}
    return {**head, "content": list(blocks), "stop_reason": "tool_use", "stop_sequence": None, "usage": usage}


def results(message: Json) -> list[Json]:
    return [{"role": "tool", "tool_call_id": call["id"], "content": "ok"} for call in message["tool_calls"]]


# --- "type:"enabled" + tool loop: last assistant turn must begin with thinking" -------------------------------


@pytest.mark.parametrize(
    ("model", "thinking"),
    [
        ("claude-sonnet-4-5", {"type": "disabled"}),
        ("claude-opus-4-6", {"type": "adaptive"}),  # "not for adaptive: may be absent"
        ("my-own-claude", {"type": "adaptive"}),  # of which nothing is known: it is taken to understand that
    ],
)
def test_no_budget_for_a_turn_that_goes_on_without_thinking(model: str, thinking: Json) -> None:
    turns = {"role": "assistant", "content": None, "tool_calls": [CALL]}, *results({"tool_calls": [CALL]})
    budget = {"reasoning": {"max_tokens": 2048}}
    t = dragoman.translate_request(asked(model, *turns, **budget), CHAT, MESSAGES)
    assert t.body["thinking"] == thinking
    assert told(t, "reasoning.open_turn") == [("reasoning.open_turn", "/reasoning/max_tokens")]


def test_a_turn_that_is_over_is_no_open_one() -> None:
    turns = {"role": "assistant", "content": None, "tool_calls": [CALL]}, *results({"tool_calls": [CALL]})
    over = *turns, {"role": "assistant", "content": "ok"}, {"role": "user", "content": "and?"}
    t = dragoman.translate_request(asked("claude-sonnet-4-5", *over, reasoning_effort="low"), CHAT, MESSAGES)
    assert t.body["thinking"] == {"type": "enabled", "budget_tokens": 1024}
    message = dragoman.translate_response(answered(*SIGNED[:2]), MESSAGES, CHAT).body["choices"][0]["message"]
    home = asked("claude-sonnet-4-5", message, *results(message), reasoning_effort="low")
    t = dragoman.translate_request(home, CHAT, MESSAGES)
    assert t.body["messages"][1]["content"] == SIGNED[:2]
    assert t.body["thinking"] == {"type": "enabled", "budget_tokens": 1024}


# --- "any thinking in the turn => first block must be thinking" ------------------------------------------------


def test_thinking_behind_what_was_lost_goes_with_it() -> None:
    message = dragoman.translate_response(answered(*SIGNED), MESSAGES, CHAT).body["choices"][0]["message"]
    whole = asked("claude-sonnet-4-5", message, *results(message))
    assert dragoman.translate_request(whole, CHAT, MESSAGES).body["messages"][1]["content"] == SIGNED
    message["tool_calls"][0]["id"] = message["tool_calls"][0]["id"][:40]
    t = dragoman.translate_request(asked("claude-sonnet-4-5", message, *results(message)), CHAT, MESSAGES)
    assert t.body["messages"][1]["content"] == [SIGNED[1], SIGNED[3]]
    assert told(t, "state.damaged", "state.prefix") == [
        ("state.damaged", "/messages/1/tool_calls/0"),
        ("state.prefix", "/messages/1/tool_calls/1"),
    ]


def test_thinking_that_still_leads_stays() -> None:
    message = dragoman.translate_response(answered(*SIGNED), MESSAGES, CHAT).body["choices"][0]["message"]
    message["tool_calls"][1]["id"] = message["tool_calls"][1]["id"][:40]
    t = dragoman.translate_request(asked("claude-sonnet-4-5", message, *results(message)), CHAT, MESSAGES)
    assert t.body["messages"][1]["content"] == [*SIGNED[:2], SIGNED[3]]


# --- whose a signature is --------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", [CHAT, MESSAGES, RESPONSES])
def test_the_family_is_that_of_the_model_that_was_asked_for(client: str) -> None:
    """Google answers `gemini-3-pro-preview` by another model's name (spec/TRAFFIC.md's recordings, ten of them)."""
    call = {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "QUJD"}
    candidate = {"content": {"role": "model", "parts": [call]}, "finishReason": "STOP"}
    answer = {"candidates": [candidate], "modelVersion": "gemini-3.6-flash", "responseId": "r1"}
    exchange = dragoman.Exchange(client, GEMINI)
    body: Json = {"model": "gemini-3.1-pro-preview", "max_tokens": 99, "messages": [{"role": "user", "content": "q"}]}
    if client == RESPONSES:
        body = {"model": body["model"], "input": body["messages"]}
    exchange.request(body)
    said = json.loads(exchange.response(answer).json())
    if client == RESPONSES:
        name = next(item["call_id"] for item in said["output"] if item["type"] == "function_call")
        result = {"type": "function_call_output", "call_id": name, "output": "ok"}
        body = {**body, "input": [*body["input"], *said["output"], result]}
    elif client == MESSAGES:
        name = next(block["id"] for block in said["content"] if block["type"] == "tool_use")
        result = {"type": "tool_result", "tool_use_id": name, "content": "ok"}
        turn = {"role": "assistant", "content": said["content"]}
        body = {**body, "messages": [*body["messages"], turn, {"role": "user", "content": [result]}]}
    else:
        message = said["choices"][0]["message"]
        body = {**body, "messages": [*body["messages"], message, *results(message)]}
    t = exchange.request(body)
    assert t.body["contents"][1]["parts"][0]["thoughtSignature"] == "QUJD"
    assert not told(t, "state.foreign", "state.signature")
    other = exchange.request({**body, "model": "gemini-3.6-flash"})
    assert told(other, "state.foreign")
