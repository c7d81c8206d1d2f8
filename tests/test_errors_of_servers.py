"""Errors of the servers, gateways and clouds that follow a dialect's shape in words of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from dragoman.jsontext import same

CHAT, MESSAGES, GEMINI, RESPONSES = "openai-chat", "anthropic-messages", "gemini", "openai-responses"
Json = dict[str, Any]


def inner(body: Json) -> Json:
    said: Json = body["error"]
    return said


def in_stream(body: Json, source: str, target: str) -> Json:
    """The error that a stream ends with which says `body`."""
    stream = dragoman.translate_stream(source, target)
    out = stream.feed(b"data: " + json.dumps(body).encode() + b"\n\n") + stream.close()
    assert stream.error is not None
    last: Json = json.loads(out.decode().strip().rpartition("data: ")[2])
    return inner(last)


# What it calls itself (type, code), and what Messages calls it where no status tells.
NAMES = [
    (None, "content_filter", "invalid_request_error"),
    ("BadRequestError", None, "invalid_request_error"),
    ("data_inspection_failed", "data_inspection_failed", "invalid_request_error"),
    ("exceed_context_size_error", None, "invalid_request_error"),
    ("ValidationException", None, "invalid_request_error"),
    ("authentication_error", "invalid_request_error", "authentication_error"),
    ("invalid_authentication_error", None, "authentication_error"),
    ("request_forbidden", "unsupported_country", "permission_error"),
    ("AccessDeniedException", None, "permission_error"),
    ("NotFoundError", None, "not_found_error"),
    (None, "DeploymentNotFound", "not_found_error"),
    ("exceeded_current_quota_error", None, "billing_error"),
    ("insufficient_balance_error", None, "billing_error"),
    (None, "INSUFFICIENT_BALANCE", "billing_error"),
    (None, "1113", "billing_error"),
    ("rate_limit_reached_error", None, "rate_limit_error"),
    ("RateLimitError", None, "rate_limit_error"),
    ("ThrottlingException", None, "rate_limit_error"),
    ("throttlingException", None, "rate_limit_error"),
    ("usage_limit_reached", None, "rate_limit_error"),
    ("service_unavailable_error", "server_is_overloaded", "overloaded_error"),
    ("engine_overloaded_error", None, "overloaded_error"),
    ("unavailable_error", None, "overloaded_error"),
    ("Internal Server Error", None, "api_error"),
    ("something_else", None, "api_error"),
]


@pytest.mark.parametrize(("kind", "code", "told"), NAMES)
def test_what_a_server_calls_its_error_is_read_where_no_status_tells(
    kind: str | None, code: str | None, told: str
) -> None:
    body = {"error": {"message": "no", "type": kind, "param": None, "code": code}}
    assert in_stream(body, CHAT, MESSAGES)["type"] == told
    assert inner(dragoman.translate_response(body, CHAT, MESSAGES).body)["type"] == told


@pytest.mark.parametrize("status", [400, 401, 403, 429])
@pytest.mark.parametrize("kind", ["exceeded_current_quota_error", "insufficient_balance_error", "budget_exceeded"])
def test_who_has_no_money_left_is_told_so_by_every_server(kind: str, status: int) -> None:
    """Who is told of a rate limit asks again, for ever."""
    body = {"error": {"message": "please recharge", "type": kind}}
    t = dragoman.translate_error(status, body, CHAT, MESSAGES)
    assert (t.status, inner(t.body)["type"]) == (402, "billing_error")
    t = dragoman.translate_error(status, body, CHAT, RESPONSES)
    assert (t.status, inner(t.body)["code"]) == (429, "insufficient_quota")


# What a server says, and what stands in front of it for a client of Messages.
TOO_LONG = [
    (
        "The request has more tokens than the model's maximum context length of 9000 tokens. You requested a total of "
        "9500 tokens: 9400 of input and 100 for the answer.",
        "prompt is too long: 9500 tokens > 9000 maximum. ",
    ),
    (
        "The input (4100 tokens) is longer than the model's context length (4096 tokens).",
        "prompt is too long: 4100 tokens > 4096 maximum. ",
    ),
    (
        "The prompt contains 900 tokens and 0 draft tokens, too large for model with 800 maximum context length",
        "prompt is too long: 900 tokens > 800 maximum. ",
    ),
    (
        "This model's maximum prompt length is 800 but the request contains 900 tokens.",
        "prompt is too long: 900 tokens > 800 maximum. ",
    ),
    ("prompt token count of 900 exceeds the limit of 800", "prompt is too long: 900 tokens > 800 maximum. "),
    (
        "Your request exceeded model token limit: 800 (requested: 900)",
        "prompt is too long: 900 tokens > 800 maximum. ",
    ),
    ("Prompt tokens (900) exceeds context size (800)", "prompt is too long. "),
    ("Requested tokens (900) exceed context window of 800", "prompt is too long. "),
    ("Input is too long for requested model.", "prompt is too long. "),
    ("Prompt exceeds max length", "prompt is too long. "),
    ("Range of input length should be [1, 800]", "prompt is too long. "),
    ("`inputs` tokens + `max_new_tokens` must be <= 800. Given: 700 and 101", "prompt is too long. "),
    ("The model is loaded with context length of only 800 tokens, which is not enough.", "prompt is too long. "),
    ("The maximum number of images is 4.", ""),
]


@pytest.mark.parametrize(("said", "front"), TOO_LONG)
def test_too_long_in_the_words_of_a_server(said: str, front: str) -> None:
    body = {"object": "error", "message": said, "type": "BadRequestError", "param": None, "code": None}
    t = dragoman.translate_error(400, body, CHAT, MESSAGES)
    assert inner(t.body)["message"] == front + said
    code = inner(dragoman.translate_error(400, body, CHAT, RESPONSES).body)["code"]
    assert code == ("context_length_exceeded" if front else None)


def test_too_long_of_a_cloud_has_its_code() -> None:
    body = {"message": "Input is too long for requested model."}
    t = dragoman.translate_error(400, body, MESSAGES, CHAT)
    assert inner(t.body)["code"] == "context_length_exceeded"


FORMS: list[tuple[Any, str]] = [
    ({"object": "error", "message": {"detail": [{"loc": ["body", "n"], "msg": "extra"}]}}, "body.n: extra"),
    ({"message": [{"loc": ["body", "n"], "msg": "not permitted"}], "code": 3001}, "body.n: not permitted"),
    ({"errors": [{"code": 1, "message": "a"}, {"code": 2, "message": "b"}], "success": False}, "a; b"),
    ({"success": False, "error": [{"code": 2009, "message": "a"}]}, "a"),
    ({"fault": {"faultstring": "bad key", "detail": {"errorcode": "oauth"}}}, "bad key"),
    ({"Message": "not authorized"}, "not authorized"),
    ({"error_code": 17, "error_msg": "daily limit"}, "daily limit"),
    ({"title": "Not Found", "status": 404}, "Not Found"),
    ({"detail": "bad", "title": "Bad Request", "status": 400}, "bad"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), FORMS)
@pytest.mark.parametrize(("source", "target"), [(CHAT, MESSAGES), (RESPONSES, CHAT), (MESSAGES, GEMINI)])
def test_the_message_is_found_wherever_it_stands(body: Any, message: str, source: str, target: str) -> None:
    t = dragoman.translate_error(400, body, source, target)
    assert inner(t.body)["message"] == message
    home = dragoman.translate_error(400, body, source, source)
    assert same(home.body, body)


@pytest.mark.parametrize("source", [CHAT, RESPONSES])
def test_a_text_that_became_the_message_is_not_told_as_gone(source: str) -> None:
    t = dragoman.translate_error(401, {"detail": "Unauthorized"}, source, MESSAGES)
    assert (inner(t.body)["message"], t.losses) == ("Unauthorized", ())
    t = dragoman.translate_error(400, {"detail": "no", "code": 7, "trace": "x"}, source, MESSAGES)
    assert inner(t.body)["details"] == {"error_code": "7"}
    assert [(x.code, x.at) for x in t.losses] == [("field.unknown", "/trace")]


CLOUD = [
    ({"error": {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED"}}, 429, "rate_limit_exceeded"),
    ({"error": {"code": 404, "message": "no", "status": "NOT_FOUND"}}, 404, "invalid_request_error"),
    ({"type": "error", "error": {"type": "RESOURCE_EXHAUSTED", "message": "no"}}, 429, "rate_limit_exceeded"),
    ({"type": "error", "error": {"type": "forbidden", "message": "no"}}, 403, "invalid_request_error"),
    ({"type": "error", "error": {"type": "insufficient_user_quota", "message": "no"}}, 429, "insufficient_quota"),
]


@pytest.mark.parametrize(("body", "status", "kind"), CLOUD)
def test_a_cloud_in_front_of_messages_says_it_in_its_own_words(body: Json, status: int, kind: str) -> None:
    """Vertex: `google.rpc.Status` also where the body is one of Messages, and in the middle of a stream."""
    t = dragoman.translate_response(body, MESSAGES, CHAT)
    assert (t.status, inner(t.body)["type"]) == (status, kind)
    stream = dragoman.translate_stream(MESSAGES, CHAT)
    out = stream.feed(b"event: error\ndata: " + json.dumps(body).encode() + b"\n\n") + stream.close()
    assert f'"type":"{kind}"'.encode() in out


def test_the_id_of_a_request_is_in_the_header_that_the_client_reads() -> None:
    body = {"error": {"message": "no", "type": "server_error"}}
    t = dragoman.translate_error(500, body, CHAT, MESSAGES, {"X-Request-Id": "req_1"})
    assert t.headers["request-id"] == "req_1"
    t = dragoman.translate_error(529, {"error": {"type": "overloaded_error"}}, MESSAGES, CHAT, {"request-id": "req_2"})
    assert t.headers["x-request-id"] == "req_2"


def test_when_to_retry_is_in_the_body_of_gemini() -> None:
    """Google's clients look for RetryInfo, where others have a header."""
    body = {"error": {"message": "no", "type": "rate_limit_error"}, "type": "error"}
    t = dragoman.translate_error(429, body, MESSAGES, GEMINI, {"retry-after": "33"})
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "33s"}
    assert inner(t.body)["details"] == [info]
    assert t.headers["retry-after"] == "33"


BESIDE = [(1002, 429, "rate_limit_error"), (1004, 401, "authentication_error"), (1008, 402, "billing_error")]


@pytest.mark.parametrize(("code", "status", "kind"), [*BESIDE, (1234, 500, "api_error")])
def test_the_codes_of_minimax_say_what_failed(code: int, status: int, kind: str) -> None:
    """Its HTTP status is 200 all the same."""
    body = {"choices": None, "base_resp": {"status_code": code, "status_msg": "no"}}
    t = dragoman.translate_response(body, CHAT, MESSAGES)
    assert (t.status, inner(t.body)) == (status, {"type": kind, "message": "no"})
