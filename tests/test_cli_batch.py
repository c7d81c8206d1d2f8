"""`dragoman convert` and the lines of batch files: one out for one in, in the form of the source."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman.cli.convert import Options
from tests.test_cli import CHAT, CHAT_ERROR, CHAT_RESPONSE, in_memory, jsonl

CHAT_ID, MESSAGES, GEMINI = "openai-chat", "anthropic-messages", "gemini"
ASKED: dict[str, Any] = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
SAID: dict[str, Any] = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
    "content": [{"type": "text", "text": "Hello"}], "stop_reason": "end_turn", "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 2},
}  # fmt: skip
FAILED = {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}


def one(target: str, line: dict[str, Any], **options: Any) -> Any:
    out, converter = in_memory(Options(target, **options), jsonl(line))
    assert converter.tally.failed == ("error" in out[0] and "custom_id" not in out[0])
    return out[0]


@pytest.mark.parametrize("target", [MESSAGES, GEMINI, CHAT_ID, "openai-responses"])
def test_requests_of_openai(target: str) -> None:
    line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": CHAT}
    asked = dragoman.translate_request(CHAT, CHAT_ID, target)
    assert one(target, line) == {**line, "url": asked.path, "body": asked.body}


@pytest.mark.parametrize("target", [MESSAGES, GEMINI, CHAT_ID])
def test_answers_of_openai(target: str) -> None:
    line = {"id": "b", "custom_id": "a", "error": None, "response": {"status_code": 200, "body": CHAT_RESPONSE}}
    body = dragoman.translate_response(CHAT_RESPONSE, CHAT_ID, target).body
    assert one(target, line) == {**line, "response": {"status_code": 200, "body": body}}


def test_errors_of_openai() -> None:
    for status in (429, 200):
        line = {"custom_id": "a", "response": {"status_code": status, "request_id": "r", "body": CHAT_ERROR}}
        told = (
            dragoman.translate_error(429, CHAT_ERROR, CHAT_ID, MESSAGES)
            if status == 429
            else dragoman.translate_response(CHAT_ERROR, CHAT_ID, MESSAGES)
        )
        want = {"status_code": told.status, "request_id": "r", "body": told.body}
        assert one(MESSAGES, line) == {"custom_id": "a", "response": want}
        assert told.status is not None
        assert told.status >= 400
        assert one(CHAT_ID, line) == line


@pytest.mark.parametrize("target", [MESSAGES, GEMINI, CHAT_ID])
def test_requests_and_answers_of_anthropic(target: str) -> None:
    asked = dragoman.translate_request(ASKED, MESSAGES, target).body
    assert one(target, {"custom_id": "a", "params": ASKED}) == {"custom_id": "a", "params": asked}
    said = dragoman.translate_response(SAID, MESSAGES, target).body
    line = {"custom_id": "a", "result": {"type": "succeeded", "message": SAID}}
    assert one(target, line) == {"custom_id": "a", "result": {"type": "succeeded", "message": said}}
    told = dragoman.translate_error(429, FAILED, MESSAGES, target).body
    line = {"custom_id": "a", "result": {"type": "errored", "error": FAILED}}
    assert one(target, line) == {"custom_id": "a", "result": {"type": "errored", "error": told}}


def test_a_request_without_an_answer_stays_as_it_is() -> None:
    for line in (
        {"custom_id": "a", "result": {"type": "expired"}},
        {"custom_id": "a", "response": None, "error": {"code": "batch_expired", "message": "late"}},
    ):
        assert one(CHAT_ID, line) == line


def test_an_error_is_not_told_as_an_answer() -> None:
    out = one(CHAT_ID, {"custom_id": "a", "result": {"type": "succeeded", "message": FAILED}})
    assert out["error"]["at"] == "/result/message"


QUOTA = {"code": 429, "message": "quota", "status": "RESOURCE_EXHAUSTED"}


@pytest.mark.parametrize("error", [QUOTA, {"code": 429, "message": "quota"}])
@pytest.mark.parametrize("target", dragoman.dialects())
def test_failed_lines_of_gemini_keep_their_key(target: str, error: dict[str, Any]) -> None:
    """`{"key":"k1","error":{code,message,status}}`: the key alone says which request failed."""
    told = dragoman.translate_error(429, {"error": error}, GEMINI, target).body["error"]
    out, converter = in_memory(Options(target), jsonl({"key": "k2", "error": error}))
    assert out == [{"key": "k2", "error": told, "dialect": target}]
    assert "/key" not in {loss.at for _, loss in converter._found}
    again, _ = in_memory(Options(GEMINI), jsonl(out[0]))
    assert again[0]["key"] == "k2"
    assert again[0]["error"]["message"] == "quota"


def test_a_line_of_gemini_with_an_answer_is_none_that_failed() -> None:
    answer = {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hi"}]}, "finishReason": "STOP"}]}
    out, _ = in_memory(Options(CHAT_ID), jsonl({"key": "k", "response": answer, "error": None}))
    assert (out[0]["key"], out[0]["error"]) == ("k", None)
    assert out[0]["response"]["choices"][0]["message"]["content"] == "Hi"


@pytest.mark.parametrize("target", [CHAT_ID, MESSAGES, GEMINI])
def test_a_line_of_vertex_without_an_answer_keeps_its_reason(target: str) -> None:
    """Out: `{"request","response","status","processed_time"}`; the status is why there is no response."""
    request = {"contents": [{"role": "user", "parts": [{"text": "x"}]}]}
    line = {"request": request, "response": {}, "status": "Bad Request: blocked", "processed_time": "t"}
    out, converter = in_memory(Options(target), jsonl(line))
    assert (out[0]["status"], out[0]["response"]) == ("Bad Request: blocked", {})
    assert out[0]["request"] == dragoman.translate_request(request, GEMINI, target).body
    assert converter.tally.failed == 0
    out, _ = in_memory(Options(target), jsonl({**line, "response": {"error": QUOTA}}))
    assert out[0]["status"] == "Bad Request: blocked"
    assert "quota" in str(out[0]["response"])


def test_a_request_whose_model_has_no_place_is_counted() -> None:
    _, converter = in_memory(Options(GEMINI), jsonl({"custom_id": "a", "params": ASKED}))
    assert converter.tally.pathless == 1


def test_a_line_of_gemini_gets_no_path_at_home() -> None:
    """Its lines never name a model: the job does."""
    line = {"key": "k", "request": {"contents": [{"role": "user", "parts": [{"text": "x"}]}]}}
    out, _ = in_memory(Options(GEMINI), jsonl(line))
    assert out == [{**line, "dialect": GEMINI}]
