"""What is no answer is a failure: no choice at all, a response that has not ended, a stream that never began.

Law 6: "A failure never looks like a success", and the official SDK "reads it (or raises its own API error)".
"""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from tests.judges.loopback import Loopback
from tests.judges.openai_responses_sdk import ResponsesJudge
from tests.judges.seen import SdkError
from tests.matrix import ALL, CHAT, COMPLETIONS, MESSAGES, RESPONSES

Json = dict[str, Any]

CHAT_WITHOUT = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
WITHOUT = [
    (CHAT, CHAT_WITHOUT),
    (CHAT, {**CHAT_WITHOUT, "usage": {"prompt_tokens": 1, "completion_tokens": 0, "total_tokens": 1}}),
    (COMPLETIONS, {**CHAT_WITHOUT, "object": "text_completion"}),
]
PENDING = {"id": "r", "object": "response", "created_at": 1, "model": "m", "output": [], "error": None}


@pytest.mark.parametrize("target", ALL)
@pytest.mark.parametrize(("source", "body"), WITHOUT)
def test_an_answer_without_choices_is_an_error(source: str, body: Json, target: str) -> None:
    t = dragoman.translate_response(body, source, target)
    if source == target:
        assert t.body == body
        return
    assert t.status == 500
    assert "the answer has no choices" in json.dumps(t.body)


@pytest.mark.parametrize("target", [d for d in ALL if d != RESPONSES])
@pytest.mark.parametrize(("status", "why"), [("queued", "has not begun"), ("in_progress", "has not ended")])
def test_a_response_that_has_not_ended_is_an_error(status: str, why: str, target: str) -> None:
    """OPENAI 2: `status` is one of `completed | failed | in_progress | cancelled | queued | incomplete`."""
    t = dragoman.translate_response({**PENDING, "status": status}, RESPONSES, target)
    assert t.status == 500
    assert why in json.dumps(t.body)
    home = dragoman.translate_response({**PENDING, "status": status}, RESPONSES, RESPONSES)
    assert home.body == {**PENDING, "status": status}


@pytest.mark.parametrize("source", [CHAT, MESSAGES])
@pytest.mark.parametrize("helper", [False, True])
def test_the_sdk_raises_for_a_stream_that_fails_before_it_begins(source: str, helper: bool) -> None:
    """OPENAI 11: "a nested `error` key in a Responses SSE event makes the Python SDK raise, a flat one does not"."""
    body = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    frame = b"event: error\ndata: " + json.dumps(body).encode() + b"\n\n" if source == MESSAGES else b""
    stream = dragoman.translate_stream(source, RESPONSES)
    said = stream.feed(frame) + stream.close()
    with Loopback() as server, ResponsesJudge(server) as judge:
        seen = judge.stream_helper(said) if helper else judge.stream_raw(said)
    assert isinstance(seen, SdkError)
    assert (seen.name, seen.legal) == ("APIError", True)
    assert str(stream.error if source == CHAT else "Overloaded") in seen.message
