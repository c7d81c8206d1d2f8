"""Calls of one turn under one id: gateways make them that name calls after the clock, or count from nought."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman

CHAT, MESSAGES, GEMINI, RESPONSES = "openai-chat", "anthropic-messages", "gemini", "openai-responses"
Json = dict[str, Any]


def chat(*answers: str, repeat: bool = False) -> Json:
    """Two calls under one id, and the results under it; repeat: the same once more, in a turn of its own."""

    def turn(first: str, second: str, said: tuple[str, ...]) -> list[Json]:
        calls = [
            {"id": "call_0", "type": "function", "function": {"name": name, "arguments": "{}"}}
            for name in (first, second)
        ]
        results = [{"role": "tool", "tool_call_id": "call_0", "content": text} for text in said]
        return [{"role": "assistant", "content": None, "tool_calls": calls}, *results]

    messages = [{"role": "user", "content": "Go."}, *turn("f", "g", answers)]
    if repeat:
        messages += turn("h", "i", tuple(text.upper() for text in answers))
    return {"model": "m", "max_tokens": 9, "messages": messages}


def told_to_messages(body: Json, source: str) -> dict[str, Any]:
    """Name of every call -> the text of its result."""
    t = dragoman.translate_request(body, source, MESSAGES)
    blocks = [b for m in t.body["messages"] if type(m["content"]) is list for b in m["content"]]
    names = {b["id"]: b["name"] for b in blocks if b["type"] == "tool_use"}
    return {names[b["tool_use_id"]]: b["content"] for b in blocks if b["type"] == "tool_result"}


def told_to_gemini(body: Json, source: str) -> list[tuple[str, Any]]:
    t = dragoman.translate_request(body, source, GEMINI)
    parts = [part for content in t.body["contents"] for part in content["parts"]]
    results = [part["functionResponse"] for part in parts if "functionResponse" in part]
    return [(r["name"], r["response"]["output"]) for r in results]


def test_results_go_to_the_calls_in_their_order() -> None:
    assert told_to_messages(chat("one", "two"), CHAT) == {"f": "one", "g": "two"}
    assert told_to_gemini(chat("one", "two"), CHAT) == [("f", "one"), ("g", "two")]


def test_the_same_id_in_the_next_turn_is_another_pair() -> None:
    expected = {"f": "one", "g": "two", "h": "ONE", "i": "TWO"}
    assert told_to_messages(chat("one", "two", repeat=True), CHAT) == expected
    assert dict(told_to_gemini(chat("one", "two", repeat=True), CHAT)) == expected


def test_a_call_that_was_never_answered_takes_no_result_of_a_later_turn() -> None:
    body = chat()
    body["messages"] += [{"role": "user", "content": "Again."}, *chat("one", "two")["messages"][1:]]
    assert told_to_messages(body, CHAT) == {"f": "one", "g": "two"}
    assert len([x for x in told_to_gemini(body, CHAT) if x in (("f", "one"), ("g", "two"))]) == 2


def test_a_third_result_is_one_too_many() -> None:
    t = dragoman.translate_request(chat("one", "two", "three"), CHAT, MESSAGES)
    assert [(x.kind, x.at) for x in t.losses if x.code == "tool_result.duplicate"] == [("dropped", "/messages/4")]
    assert told_to_messages(chat("one", "two", "three"), CHAT) == {"f": "one", "g": "two"}


@pytest.mark.parametrize("tell", [told_to_messages, told_to_gemini])
def test_calls_that_are_items_of_their_own(tell: Any) -> None:
    items: list[Json] = [{"role": "user", "content": "Go."}]
    items += [{"type": "function_call", "name": n, "arguments": "{}", "call_id": "c"} for n in ("f", "g")]
    items += [{"type": "function_call_output", "call_id": "c", "output": text} for text in ("one", "two")]
    assert dict(tell({"model": "m", "input": items}, RESPONSES)) == {"f": "one", "g": "two"}
