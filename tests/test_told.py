"""What is told of a loss: its code and its place, each once, where a rule of a writer says so.

The laws see that nothing goes untold; here stands by which word.
"""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES

Json = dict[str, Any]
Told = list[tuple[str, str, str]]


def told(losses: tuple[dragoman.Loss, ...], *codes: str) -> Told:
    """The losses whose code begins with one of `codes`."""
    return [(loss.kind, loss.code, loss.at) for loss in losses if loss.code.startswith(codes)]


def test_thinking_that_chat_has_no_word_for_is_told_with_its_state() -> None:
    """Where the state is all that there is of a part, one loss says it all."""
    thoughts = [
        {"type": "thinking", "thinking": "Easy.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "ZGF0YQ=="},
        {"type": "text", "text": "4"},
    ]
    turns = [{"role": "user", "content": "x"}, {"role": "assistant", "content": thoughts}]
    body = {"model": "c", "max_tokens": 9, "messages": [*turns, {"role": "user", "content": "y"}]}
    assert told(dragoman.translate_request(body, MESSAGES, CHAT).losses, "reasoning.", "state.") == [
        ("dropped", "reasoning.unsupported", "/messages/1/content/0"),
        ("dropped", "state.foreign", "/messages/1/content/0/signature"),
        ("dropped", "reasoning.unsupported", "/messages/1/content/1"),
    ]


@pytest.mark.parametrize(
    ("target", "places"),
    [
        (CHAT, ["/choices/0/message/tool_calls/0/id", "/choices/0/message/tool_calls/1/id"]),
        (MESSAGES, ["/content/0/id", "/content/1/id"]),
        (RESPONSES, ["/output/0/call_id", "/output/1/call_id"]),
    ],
)
def test_ids_of_calls_that_had_none_are_invented(target: str, places: list[str]) -> None:
    calls = [{"functionCall": {"name": name, "args": {}}} for name in "fg"]
    candidate = {"index": 0, "content": {"role": "model", "parts": calls}, "finishReason": "STOP"}
    body = {"responseId": "r", "modelVersion": "g", "candidates": [candidate]}
    losses = dragoman.translate_response(body, GEMINI, target).losses
    assert told(losses, "tool_call.") == [("invented", "tool_call.id", place) for place in places]
