"""Errors, line by line of spec/MAP.md section 8: from every dialect into every other, as a document and in a stream."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

import dragoman
from dragoman import registry

CHAT, RESPONSES, COMPLETIONS = "openai-chat", "openai-responses", "openai-completions"
CLAUDE, GEMINI, MESSAGES = "claude-thinking", "gemini", "anthropic-messages"
OPENAI = (CHAT, RESPONSES, COMPLETIONS, CLAUDE)
Json = dict[str, Any]


class Line(NamedTuple):
    """One kind of error as a dialect says it: HTTP status, and the word or words of it."""

    status: int
    word: str
    code: str | None = None


class Row(NamedTuple):
    """One line of the table: what is read, and what is written where the table's cell is empty or has two words."""

    messages: Line
    openai: Line
    gemini: Line


# MAP 8. Where Gemini's cell is empty, 402 is told as the 429 that Google has for a quota, 413 as "(400)".
TABLE: dict[str, Row] = {
    "invalid request": Row(
        Line(400, "invalid_request_error"), Line(400, "invalid_request_error"), Line(400, "INVALID_ARGUMENT")
    ),
    "authentication": Row(
        Line(401, "authentication_error"),
        Line(401, "invalid_request_error", "invalid_api_key"),
        Line(401, "UNAUTHENTICATED"),
    ),
    "billing": Row(
        Line(402, "billing_error"),
        Line(429, "insufficient_quota", "insufficient_quota"),
        Line(429, "RESOURCE_EXHAUSTED"),
    ),
    "permission": Row(
        Line(403, "permission_error"),
        Line(403, "invalid_request_error", "permission_denied"),
        Line(403, "PERMISSION_DENIED"),
    ),
    "not found": Row(
        Line(404, "not_found_error"), Line(404, "invalid_request_error", "model_not_found"), Line(404, "NOT_FOUND")
    ),
    "conflict": Row(Line(409, "conflict_error"), Line(409, "invalid_request_error", "conflict"), Line(409, "ABORTED")),
    "too large": Row(
        Line(413, "request_too_large"),
        Line(413, "invalid_request_error", "request_too_large"),
        Line(400, "INVALID_ARGUMENT"),
    ),
    "rate limit": Row(
        Line(429, "rate_limit_error"),
        Line(429, "rate_limit_exceeded", "rate_limit_exceeded"),
        Line(429, "RESOURCE_EXHAUSTED"),
    ),
    "api": Row(Line(500, "api_error"), Line(500, "server_error"), Line(500, "INTERNAL")),
    "overloaded": Row(Line(529, "overloaded_error"), Line(503, "service_unavailable"), Line(503, "UNAVAILABLE")),
    "timeout": Row(Line(504, "timeout_error"), Line(504, "timeout"), Line(504, "DEADLINE_EXCEEDED")),
}
# Two lines of Gemini's that are two words for one, or one word for two: what they come back as.
GEMINI_READS = {"billing": "rate limit", "too large": "invalid request"}


SILENT = "The upstream sent an error without a message."


@pytest.mark.parametrize(("source", "target"), [(a, b) for a in dragoman.dialects() for b in dragoman.dialects()])
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"success": False, "msg": "quota exceeded"}, '{"success":false,"msg":"quota exceeded"}'),
        ({"reason": {"a": [1]}}, '{"reason":{"a":[1]}}'),
        ({"error": [1]}, '{"error":[1]}'),
        ({}, SILENT),
        ({"error": {}}, SILENT),
        ({"error": None}, SILENT),
        (b"", SILENT),
        (b'{"a":1e400}', SILENT),  # which no text can say
    ],
)
def test_an_error_always_says_something(source: str, target: str, body: Any, message: str) -> None:
    """An object in which no message can be found is the message, as any other JSON is; nothing gets a sentence."""
    if registry.get(source).documents == registry.get(target).documents:
        return
    for t in (dragoman.translate_error(400, body, source, target), dragoman.translate_response(body, source, target)):
        assert t.status is not None
        assert t.body["error"]["message"] == message
        invented = [loss for loss in t.losses if loss.kind == "invented" and loss.code == "error.message"]
        assert [loss.at for loss in invented] == (["/error/message"] if message == SILENT else [])
        if message.startswith("{"):
            assert t.losses == ()  # all that was said is said
    if type(body) is dict:
        assert dragoman.translate_error(400, body, source, source).body == body


def line(name: str, dialect: str) -> Line:
    row = TABLE[name]
    return row.messages if dialect == MESSAGES else row.gemini if dialect == GEMINI else row.openai


def body_of(said: Line, dialect: str) -> Json:
    if dialect == MESSAGES:
        return {"type": "error", "error": {"type": said.word, "message": "no"}}
    if dialect == GEMINI:
        return {"error": {"code": said.status, "message": "no", "status": said.word}}
    return {"error": {"message": "no", "type": said.word, "param": None, "code": said.code}}


def said_by(status: int | None, body: Json, dialect: str) -> Line:
    inner = body["error"]
    assert inner["message"] == "no"
    assert status is not None
    if dialect == GEMINI:
        assert inner["code"] == status
        return Line(status, inner["status"])
    return Line(status, inner["type"], None if dialect == MESSAGES else inner["code"])


ways = pytest.mark.parametrize(
    ("source", "target"), [(a, b) for a in dragoman.dialects() for b in dragoman.dialects() if a != b]
)
each_line = pytest.mark.parametrize("name", TABLE)


def expected(name: str, source: str, target: str) -> Line:
    return line(GEMINI_READS.get(name, name) if source == GEMINI else name, target)


@ways
@each_line
def test_every_line_of_the_table(name: str, source: str, target: str) -> None:
    said = line(name, source)
    t = dragoman.translate_error(said.status, body_of(said, source), source, target)
    assert said_by(t.status, t.body, target)[:2] == expected(name, source, target)[:2]
    if target in OPENAI and (source not in OPENAI):
        assert t.body["error"]["code"] == expected(name, source, target).code


@ways
@each_line
def test_every_line_under_status_200(name: str, source: str, target: str) -> None:
    """What the type says is said, where no status tells: one result, whichever function is asked."""
    body = body_of(line(name, source), source)
    told = expected(name, source, target)[:2]
    assert said_by((t := dragoman.translate_response(body, source, target)).status, t.body, target)[:2] == told
    assert said_by((t := dragoman.translate_error(200, body, source, target)).status, t.body, target)[:2] == told


def records(data: bytes) -> list[tuple[str | None, Json]]:
    out = []
    for record in data.decode().split("\n\n"):
        fields = dict(row.split(": ", 1) for row in record.splitlines() if ": " in row)
        if "data" in fields:
            out.append((fields.get("event"), json.loads(fields["data"])))
    return out


BEGUN: dict[str, bytes] = {
    CHAT: b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    b'[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}\n\n',
    COMPLETIONS: b'data: {"id":"c","object":"text_completion","created":1,"model":"m","choices":'
    b'[{"index":0,"text":"Hi","finish_reason":null,"logprobs":null}]}\n\n',
    GEMINI: b'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"index":0}],'
    b'"modelVersion":"m"}\n\n',
    MESSAGES: b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":'
    b'"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,'
    b'"output_tokens":1}}}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,'
    b'"content_block":{"type":"text","text":""}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta",'
    b'"index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n',
    RESPONSES: b'event: response.created\ndata: {"type":"response.created","sequence_number":0,"response":'
    b'{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"m","output":[],"error":null,'
    b'"incomplete_details":null,"instructions":null,"metadata":{},"parallel_tool_calls":true,"temperature":1,'
    b'"tool_choice":"auto","tools":[],"top_p":1}}\n\n',
}  # fmt: skip
BEGUN[CLAUDE] = BEGUN[CHAT]


def frame_of(said: Line, source: str) -> bytes:
    body = body_of(said, source)
    if source == RESPONSES:
        flat = {"type": "error", "message": "no", "code": said.code or said.word, "param": None, "sequence_number": 1}
        return b"event: error\ndata: " + json.dumps(flat).encode() + b"\n\n"
    head = b"event: error\n" if source == MESSAGES else b""
    return head + b"data: " + json.dumps(body).encode() + b"\n\n"


@pytest.mark.parametrize("begun", [False, True])
@ways
@each_line
def test_every_line_in_a_stream(name: str, source: str, target: str, begun: bool) -> None:
    said = line(name, source)
    s = dragoman.translate_stream(source, target)
    out = s.feed((BEGUN[source] if begun else b"") + frame_of(said, source)) + s.close()
    assert isinstance(s.error, dragoman.BrokenStream)
    assert b"[DONE]" not in out
    event, last = records(out)[-1]
    told = expected(name, source, target)
    if target == RESPONSES and begun:
        assert (event, last["response"]["status"], last["response"]["error"]["message"]) == (
            "response.failed",
            "failed",
            "no",
        )
    elif target == RESPONSES:
        assert (event, last["type"], last["message"]) == ("error", "error", "no")
        assert last["code"] == (told.code or told.word)
    else:
        assert next(iter(last)) == ("type" if target == MESSAGES else "error")
        assert event == ("error" if target == MESSAGES else None)
        assert said_by(told.status if target != GEMINI else last["error"]["code"], last, target)[:2] == told[:2]


# --- the lines with two words, and bodies of odd forms ----------------------------------------------------------


@pytest.mark.parametrize("target", OPENAI)
def test_503_of_messages_stays_503(target: str) -> None:
    """MAP 8: "503 / 529 | 529 overloaded_error (503 is api_error) | 503 service_unavailable"."""
    body = {"type": "error", "error": {"type": "api_error", "message": "no"}}
    t = dragoman.translate_error(503, body, MESSAGES, target)
    assert said_by(t.status, t.body, target) == Line(503, "service_unavailable", None)
    assert dragoman.translate_error(503, body, MESSAGES, GEMINI).body["error"]["status"] == "UNAVAILABLE"
    assert dragoman.translate_error(504, body, MESSAGES, target).status == 504


@pytest.mark.parametrize("status", [400, 402, 403, 429])
@pytest.mark.parametrize("code", ["insufficient_quota", "billing_hard_limit_reached"])
def test_who_has_no_money_left_is_told_so(status: int, code: str) -> None:
    body = {"error": {"message": "no", "type": "insufficient_quota", "param": None, "code": code}}
    t = dragoman.translate_error(status, body, CHAT, MESSAGES)
    assert said_by(t.status, t.body, MESSAGES) == Line(402, "billing_error")
    assert dragoman.translate_error(500, body, CHAT, MESSAGES).status == 500


def test_bad_key_of_gemini() -> None:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
    body = {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT", "details": [info]}}
    for target in (MESSAGES, CHAT):
        assert dragoman.translate_error(400, body, GEMINI, target).status == 401


@pytest.mark.parametrize("word", ["FAILED_PRECONDITION", "ALREADY_EXISTS", "UNIMPLEMENTED", "DATA_LOSS", "CANCELLED"])
def test_rarer_words_of_gemini(word: str) -> None:
    status = {"FAILED_PRECONDITION": 400, "ALREADY_EXISTS": 409, "UNIMPLEMENTED": 501, "CANCELLED": 499}.get(word, 500)
    t = dragoman.translate_error(status, {"error": {"code": status, "message": "no", "status": word}}, GEMINI, CHAT)
    assert t.status == status


@pytest.mark.parametrize("status", [200, 204, 302, 0, -1, 99999, True, None, "429"])
@ways
def test_no_status_that_is_none_is_copied(status: Any, source: str, target: str) -> None:
    t = dragoman.translate_error(status, {"error": {"message": "m"}}, source, target)
    assert t.status == (429 if status == "429" else 500)
    if target == GEMINI:
        assert t.body["error"]["code"] == t.status


@pytest.mark.parametrize("dialect", dragoman.dialects())
def test_an_error_at_home_has_the_status_of_one(dialect: str) -> None:
    body = {"error": {"message": "m", "type": "t"}}
    assert dragoman.translate_error(200, body, dialect, dialect).status == 500
    assert dragoman.translate_error(418, body, dialect, dialect).status == 418


DETAILS = [
    ([{"loc": ["body"], "msg": "field required"}], "body: field required"),
    ([{"loc": ["body", "messages", 0], "msg": "a", "type": "x"}, {"msg": "b"}], "body.messages.0: a; b"),
    ("Not authenticated", "Not authenticated"),
    ({"error": "no such key"}, "no such key"),
]


@pytest.mark.parametrize(("detail", "message"), DETAILS)
@ways
def test_details_of_a_gateway_are_the_message(source: str, target: str, detail: Any, message: str) -> None:
    body = {"detail": detail}
    t = dragoman.translate_error(422, body, source, target)
    assert (t.status, t.body["error"]["message"]) == (422, message)
    assert dragoman.translate_error(422, body, source, source).body == body


@ways
def test_an_error_in_a_list_under_status_200(source: str, target: str) -> None:
    body = [{"error": {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED", "type": "rate_limit_error"}}]
    for given in (body, json.dumps(body)):
        t = dragoman.translate_response(given, source, target)  # type: ignore[arg-type]
        assert (t.status, t.body["error"]["message"]) == (429, "no")
    assert dragoman.translate_error(429, body, source, source).body == body


def chat(choice: Json | None = None, **more: Json) -> Json:
    """A body under status 200, with the choice that it has."""
    choices = None if choice is None else [{"index": 0, "finish_reason": "error", **choice}]
    return {"id": "c_1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, **more}


OF_CHAT = pytest.mark.parametrize("target", [d for d in dragoman.dialects() if d not in (CHAT, CLAUDE)])
# OpenRouter's choice that failed, and MiniMax's answer that is none.
WHY: Json = {"code": 502, "message": "no such tool", "metadata": {"provider_name": "p"}}
BESIDE: Json = {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}


@OF_CHAT
def test_a_choice_says_why_it_failed(target: str) -> None:
    """Also where its finish reason does not say that it did; what else it says is told at its place."""
    for said in ({"error": WHY}, {"error": WHY, "finish_reason": None}):
        body = chat({"message": {"role": "assistant", "content": "Let"}, **said})
        t = dragoman.translate_response(body, CHAT, target)
        assert (t.status, t.body["error"]["message"]) == (502, "no such tool")
        assert "/choices/0/error/metadata" in {loss.at for loss in t.losses}
        assert dragoman.translate_response(body, CHAT, CHAT).body == body
    body = chat({"text": "", "error": WHY}) | {"object": "text_completion"}
    if target != COMPLETIONS:
        assert dragoman.translate_response(body, COMPLETIONS, target).body["error"]["message"] == "no such tool"
    t = dragoman.translate_response(chat({"message": {"role": "assistant", "content": ""}}), CHAT, target)
    assert t.body["error"]["message"] == "the upstream ended with an error"


@OF_CHAT
@pytest.mark.parametrize("source", [CHAT, COMPLETIONS])
def test_a_choice_of_a_stream_says_why_it_failed(source: str, target: str) -> None:
    """Whether the finish reason stands before it, behind it or not at all."""
    said: Json = {"delta": {"content": "Let"}} if source == CHAT else {"text": "Let"}
    for last in (
        {"finish_reason": "error", "error": WHY},
        {"error": WHY, "finish_reason": "error"},
        {"error": WHY, "finish_reason": None},
    ):
        chunks = [{"id": "c_1", "model": "m", "choices": [{"index": 0, **one}]} for one in (said, last)]
        data = b"".join(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks)
        stream = dragoman.translate_stream(source, target)
        told = stream.feed(data + b"data: [DONE]\n\n") + stream.close()
        assert stream.error is not None
        if target != source:
            assert b"no such tool" in told


@OF_CHAT
def test_minimax_fails_under_status_200(target: str) -> None:
    """With an id and a usage, or bare; as the only chunk of a stream, or behind the first words of one."""
    for body in (BESIDE, chat(None, usage={"total_tokens": 0}, **BESIDE)):
        t = dragoman.translate_response(body, CHAT, target)
        assert t.status is not None
        assert t.body["error"]["message"] == "insufficient balance"
        assert dragoman.translate_response(body, CHAT, CHAT).body == body
    begun = {"id": "c_1", "model": "m", "choices": [{"index": 0, "delta": {"content": "Let"}}]}
    for chunks in ([BESIDE], [begun, chat(None, **BESIDE)]):
        stream = dragoman.translate_stream(CHAT, target)
        told = stream.feed(b"".join(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks)) + stream.close()
        assert stream.error is not None
        assert b"insufficient balance" in told


def test_minimax_says_that_nothing_failed() -> None:
    message = {"role": "assistant", "content": "Hi"}
    body = chat({"message": message, "finish_reason": "stop"}, base_resp={"status_code": 0, "status_msg": ""})
    assert dragoman.translate_response(body, CHAT, MESSAGES).body["content"] == [{"type": "text", "text": "Hi"}]


TOO_LONG = {
    MESSAGES: (
        {"type": "error", "error": {"type": "invalid_request_error", "message": text}}
        for text in (
            "prompt is too long: 210000 tokens > 200000 maximum",
            "Prompt is too long",
            "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
        )
    ),
    GEMINI: (
        {"error": {"code": 400, "message": text, "status": "INVALID_ARGUMENT"}}
        for text in (
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            "Prompt is too long",
        )
    ),
}


@pytest.mark.parametrize(("source", "body"), [(source, body) for source, given in TOO_LONG.items() for body in given])
@pytest.mark.parametrize("target", OPENAI)
def test_what_is_too_long_has_its_code(source: str, body: Json, target: str) -> None:
    """MAP 8: "Context-too-long: … OpenAI 400 code context_length_exceeded"."""
    t = dragoman.translate_error(400, body, source, target)
    assert (t.status, t.body["error"]["code"]) == (400, "context_length_exceeded")
    assert t.body["error"]["message"] == body["error"]["message"]
    s = dragoman.translate_stream(source, target)
    out = s.feed(b"event: error\n" * (source == MESSAGES) + b"data: " + json.dumps(body).encode() + b"\n\n") + s.close()
    _, last = records(out)[-1]
    assert last.get("error", last)["code"] == "context_length_exceeded"


MANY = "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens."
ABOUT = "This endpoint's maximum context length is 200000 tokens. However, you requested about 2500021 tokens (…)."
LLAMA = "request (2009 tokens) exceeds the available context size (512 tokens), try increasing it"
COUNTED, UNCOUNTED = "The input token count (12) exceeds the maximum number of tokens allowed (9).", "Too much to read."
_CODE = {"type": "invalid_request_error", "param": None, "code": "context_length_exceeded"}
# source, body, place of its message, and what Messages and Gemini say in front of it; None: it says so itself
IN_OWN_WORDS: list[tuple[str, Json, str, str | None, str | None]] = [
    (
        CHAT,
        {"error": {"message": MANY, **_CODE}},
        "/error/message",
        "prompt is too long: 130000 tokens > 128000 maximum. ",
        "The input token count (130000) exceeds the maximum number of tokens allowed (128000). ",
    ),
    (
        CHAT,
        {"error": {"message": ABOUT, "code": 400}},
        "/error/message",
        "prompt is too long: 2500021 tokens > 200000 maximum. ",
        "The input token count (2500021) exceeds the maximum number of tokens allowed (200000). ",
    ),
    (
        CHAT,
        {"error": {"message": LLAMA, "code": 400, "type": "exceed_context_size_error"}},
        "/error/message",
        "prompt is too long: 2009 tokens > 512 maximum. ",
        "The input token count (2009) exceeds the maximum number of tokens allowed (512). ",
    ),
    (
        RESPONSES,
        {"error": {"message": UNCOUNTED, **_CODE}},
        "/error/message",
        "prompt is too long. ",
        "The input token count exceeds the maximum number of tokens allowed. ",
    ),
    (
        GEMINI,
        {"error": {"code": 400, "message": COUNTED, "status": "INVALID_ARGUMENT"}},
        "/error/message",
        "prompt is too long: 12 tokens > 9 maximum. ",
        None,
    ),
    (
        MESSAGES,
        {"type": "error", "error": {"type": _CODE["type"], "message": "prompt is too long: 7 tokens > 5 maximum"}},
        "/error/message",
        None,
        "The input token count (7) exceeds the maximum number of tokens allowed (5). ",
    ),
    (
        MESSAGES,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "exceed context limit: 3 + 4 > 5"}},
        "/error/message",
        None,
        "The input token count exceeds the maximum number of tokens allowed. ",
    ),
    (
        COMPLETIONS,
        {"error": {"message": "prompt is too long (a gateway in front of Claude)", **_CODE}},
        "/error/message",
        "",
        "The input token count exceeds the maximum number of tokens allowed. ",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("source", "body", "at", "messages", "gemini"), IN_OWN_WORDS)
def test_too_long_is_said_in_the_words_that_clients_look_for(
    source: str, body: Json, at: str, messages: str | None, gemini: str | None
) -> None:
    """MAP 8: "A 400 `prompt is too long: N tokens > M maximum` … G 400 `The input token count (N) exceeds …`".

    Behind it stands what was said, whole; what says it already stays as it is.
    """
    said = body["error"]["message"]
    for target, front in ((MESSAGES, messages), (GEMINI, gemini)):
        if target == source:
            continue
        t = dragoman.translate_error(400, body, source, target)
        stream = dragoman.translate_stream(source, target)
        out = stream.feed(b"event: error\n" * (source == MESSAGES) + b"data: " + json.dumps(body).encode() + b"\n\n")
        failed = dragoman.translate_response(body, source, target)
        for told, losses in ((t.body, t.losses), (records(out)[-1][1], stream.losses), (failed.body, failed.losses)):
            assert told["error"]["message"] == f"{front}{said}"
            told_so = [(loss.kind, loss.at, loss.value) for loss in losses if loss.code == "error.message"]
            assert told_so == ([("changed", at, said)] if front else [])
        # And settled: there and back gives the same again.
        back = dragoman.translate_error(t.status or 0, t.body, target, source)
        again = dragoman.translate_error(back.status or 0, back.body, source, target)
        assert (again.status, again.body) == (t.status, t.body)
    home = dragoman.translate_error(400, body, source, source)
    assert (home.body, home.losses) == (body, ())


@pytest.mark.parametrize(("body", "at"), [({"error": MANY}, "/error"), ({"detail": MANY}, ""), (MANY, "")])
def test_too_long_without_a_field_of_its_own(body: Any, at: str) -> None:
    t = dragoman.translate_error(400, body, CHAT, MESSAGES)
    assert t.body["error"]["message"] == f"prompt is too long: 130000 tokens > 128000 maximum. {MANY}"
    assert [(loss.kind, loss.at) for loss in t.losses if loss.code == "error.message"] == [("changed", at)]


@pytest.mark.parametrize("target", [MESSAGES, GEMINI])
def test_too_long_without_a_word(target: str) -> None:
    t = dragoman.translate_error(400, {"error": _CODE}, CHAT, target)
    assert "too long" in t.body["error"]["message"] or "exceeds the maximum" in t.body["error"]["message"]
    assert ("invented", "error.message", "/error/message") in {(loss.kind, loss.code, loss.at) for loss in t.losses}


def test_a_server_that_fails_is_not_too_long() -> None:
    body = {"type": "error", "error": {"type": "api_error", "message": "Prompt is too long"}}
    assert dragoman.translate_error(500, body, MESSAGES, CHAT).body["error"]["code"] is None


def test_a_status_as_text_in_a_stream() -> None:
    """Azure's gateway: `{"error":{"code":"401","message"}}`."""
    s = dragoman.translate_stream(CHAT, MESSAGES)
    out = s.feed(b'data: {"error":{"code":"401","message":"no"}}\n\n') + s.close()
    assert records(out)[-1][1]["error"]["type"] == "authentication_error"


# --- what of an error stays behind is told ----------------------------------------------------------------------

WITH_MORE = {"error": {"message": "no", "type": "odd", "param": "input", "code": "c", "inner": {"a": 1}}}


@pytest.mark.parametrize("target", [MESSAGES, GEMINI])
def test_what_stays_behind_is_told(target: str) -> None:
    """Whichever way an error comes: the same losses."""
    stream = dragoman.translate_stream(CHAT, target)
    stream.feed(b"data: " + json.dumps(WITH_MORE).encode() + b"\n\n")
    for losses in (
        dragoman.translate_error(500, WITH_MORE, CHAT, target).losses,
        dragoman.translate_response(WITH_MORE, CHAT, target).losses,
        stream.losses,
    ):
        assert {(loss.kind, loss.code, loss.at) for loss in losses} == {
            ("dropped", "field.unknown", "/error/inner"),
            ("dropped", "error.param", "/error/param"),
            ("changed", "error.type", "/error/type"),
        }


def test_the_id_of_a_request_is_in_a_header_or_told() -> None:
    body = {"type": "error", "error": {"type": "api_error", "message": "no"}, "request_id": "req_1"}
    assert dragoman.translate_response(body, MESSAGES, CHAT).headers["x-request-id"] == "req_1"
    stream = dragoman.translate_stream(MESSAGES, CHAT)
    stream.feed(b"event: error\ndata: " + json.dumps(body).encode() + b"\n\n")
    assert [(loss.kind, loss.at) for loss in stream.losses] == [("dropped", "/request_id")]


@pytest.mark.parametrize("target", [CHAT, MESSAGES, GEMINI])
def test_an_event_of_responses_is_told_whole(target: str) -> None:
    stream = dragoman.translate_stream(RESPONSES, target)
    stream.feed(frame_of(line("api", RESPONSES), RESPONSES))
    assert stream.error is not None
    assert stream.losses == ()


# --- codes, headers and bodies that are no object -----------------------------------------------------------------

MID_STREAM: list[tuple[str, Json, Json, list[tuple[str, str]]]] = [
    (
        CHAT,
        {"type": "insufficient_quota", "code": "insufficient_quota"},
        {"code": "server_error", "type": "insufficient_quota"},
        [],
    ),
    (
        CHAT,
        {"type": "invalid_request_error", "code": "context_length_exceeded", "param": "messages"},
        {"code": "invalid_prompt", "param": "messages"},
        [("error.code", "/error/code")],
    ),
    (
        CHAT,
        {"type": "invalid_request_error", "code": "content_filter"},
        {"code": "invalid_prompt"},
        [("error.code", "/error/code")],
    ),
    (CHAT, {"type": "invalid_request_error", "code": "image_too_large"}, {"code": "image_too_large"}, []),
    (CHAT, {"type": "rate_limit_exceeded", "code": None}, {"code": "rate_limit_exceeded"}, []),
    (GEMINI, {"code": 503, "status": "UNAVAILABLE"}, {"code": "server_error", "type": "service_unavailable"}, []),
    (GEMINI, {"code": 504, "status": "DEADLINE_EXCEEDED"}, {"code": "server_error", "type": "timeout"}, []),
    (GEMINI, {"code": 401, "status": "UNAUTHENTICATED"}, {"code": "server_error"}, [("error.code", "/error")]),
]


@pytest.mark.parametrize(("source", "said", "told", "losses"), MID_STREAM)
def test_what_a_failed_response_has_no_code_for(
    source: str, said: Json, told: Json, losses: list[tuple[str, str]]
) -> None:
    """OPENAI 2.5: "`error` = `{code, message, param?, type?, misalignment?}`; codes: server_error, …"."""
    s = dragoman.translate_stream(source, RESPONSES)
    body = {"error": {"message": "no", **said}}
    out = s.feed(BEGUN[source] + b"data: " + json.dumps(body).encode() + b"\n\n")
    assert records(out)[-1][1]["response"]["error"] == {"message": "no", **told}
    assert [(loss.code, loss.at) for loss in s.losses if loss.code.startswith("error.")] == losses
    # And it is read as what it was, where it is said.
    back = dragoman.translate_stream(RESPONSES, MESSAGES)
    word = records(back.feed(out))[-1][1]["error"]["type"]
    straight = dragoman.translate_stream(source, MESSAGES)
    known = records(straight.feed(BEGUN[source] + b"data: " + json.dumps(body).encode() + b"\n\n"))[-1][1]
    assert (word == known["error"]["type"]) is ("401" not in str(said))


def test_the_codes_of_a_failed_response_are_those_of_its_schema() -> None:
    from dragoman.dialects.openai_responses.words import FAILED
    from dragoman.wire.openai_responses.reply import Failure

    (code,) = Failure.__annotations__["code"].__args__[0].__metadata__
    assert set(code.words) == FAILED


@pytest.mark.parametrize("target", OPENAI)
@pytest.mark.parametrize(
    ("reason", "code"), [("API_KEY_INVALID", "invalid_api_key"), ("RATE_LIMIT_EXCEEDED", "rate_limit_exceeded")]
)
def test_the_reasons_of_gemini_are_the_codes_of_openai(target: str, reason: str, code: str) -> None:
    """MAP 8: "401 | authentication_error | invalid_request_error + invalid_api_key | … 400 API_KEY_INVALID"."""
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    body = {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT", "details": [info]}}
    t = dragoman.translate_error(400, body, GEMINI, target)
    assert t.body["error"]["code"] == code
    assert dragoman.translate_error(t.status or 0, t.body, target, GEMINI).body["error"]["details"] == [info]
    assert dragoman.translate_error(400, body, GEMINI, GEMINI).body == body


@pytest.mark.parametrize("body", [5, "5", b"5", [1, 2], True, 0.5, b"[]"])
@ways
def test_a_body_that_is_neither_object_nor_text_is_the_message(source: str, target: str, body: Any) -> None:
    text = body.decode() if type(body) is bytes else body if type(body) is str else json.dumps(body).replace(" ", "")
    t = dragoman.translate_error(400, body, source, target)
    assert (t.status, t.body["error"]["message"], t.losses) == (400, text, ())
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    assert dragoman.translate_response(body, source, target).body["error"]["message"] == text


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": None},
        {"retry-after": "3\r\nSet-Cookie: a=b"},
        {"x-request-id": "req\nX: y"},
        [(b"Retry-After", b"3\x00")],
        {"request-id": ""},
        {"x-request-id": "req_\u20ac"},  # HTTP libraries raise for it
        {"retry-after": "\u0663"},
    ],
)
@pytest.mark.parametrize("target", [CHAT, GEMINI, MESSAGES])
def test_what_no_header_can_say_is_no_header(target: str, headers: Any) -> None:
    for source in (CHAT, MESSAGES):
        t = dragoman.translate_error(429, {"error": {"message": "m"}}, source, target, headers=headers)
        assert t.headers == {"content-type": "application/json"}


@pytest.mark.parametrize("said", ["a\r\nX: y", "req_\u20ac", "req_\xe9"])
def test_an_id_that_no_header_can_say_is_told(said: str) -> None:
    body = {"type": "error", "error": {"type": "api_error", "message": "m"}, "request_id": said}
    t = dragoman.translate_error(500, body, MESSAGES, CHAT)
    assert t.headers == {"content-type": "application/json"}
    assert [(loss.kind, loss.code, loss.at) for loss in t.losses] == [("dropped", "field.invalid", "/request_id")]


@pytest.mark.parametrize(
    ("headers", "delay"), [({"retry-after-ms": "1500"}, "1.5s"), ({"retry-after-ms": "1500", "retry-after": "3"}, "3s")]
)
def test_when_to_retry_in_milliseconds(headers: dict[str, str], delay: str) -> None:
    t = dragoman.translate_error(429, {"error": {"message": "m"}}, CHAT, GEMINI, headers=headers)
    (detail,) = t.body["error"]["details"]
    assert (detail["@type"], detail["retryDelay"]) == ("type.googleapis.com/google.rpc.RetryInfo", delay)
    assert t.headers["retry-after-ms"] == "1500"
    assert t.headers["retry-after"] == headers.get("retry-after", "2")
    assert not t.losses


def waiting(delay: Any) -> Any:
    """Gemini's refusal that says how long to wait, behind another detail."""
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    return {"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED", "details": details}}


DELAY = "/error/details/0/retryDelay"
OPENAIS = [CHAT, RESPONSES, COMPLETIONS, "claude-thinking", "openai-chat+openrouter"]


@pytest.mark.parametrize(
    ("delay", "whole", "millis", "exact"),
    [
        ("9s", "9", None, True),
        ("9.000s", "9", None, True),
        ("0.25s", "1", "250", True),
        ("59.5s", "60", "59500", True),
        ("1.0005s", "2", "1001", False),
        ("0.000000001s", "1", "1", False),
    ],
)
@pytest.mark.parametrize("target", [*OPENAIS, MESSAGES])
def test_a_wait_of_parts_of_a_second(target: str, delay: str, whole: str, millis: str | None, exact: bool) -> None:
    """ "retry-after, retry-after-ms" at OpenAI, "retry-after" at Anthropic; RFC 9110 counts whole seconds there."""
    t = dragoman.translate_error(429, waiting(delay), GEMINI, target)
    assert t.headers["retry-after"] == whole
    assert t.headers.get("retry-after-ms") == (None if target == MESSAGES else millis)
    lost = millis is not None and (target == MESSAGES or not exact)
    told = [(loss.kind, loss.code, loss.at) for loss in t.losses]
    assert told == ([("changed", "error.retry", DELAY)] if lost else [])


@pytest.mark.parametrize("said", ["1.5", "9" * 5000, "9" * 5000 + ".5", "Wed, 21 Oct 2026 07:28:00 GMT"])
@pytest.mark.parametrize("target", [MESSAGES, RESPONSES])
def test_a_header_goes_as_it_came(said: str, target: str) -> None:
    body = {"error": {"message": "m"}}
    t = dragoman.translate_error(429, body, CHAT, target, headers={"retry-after": said})
    assert t.headers["retry-after"] == said
    assert "retry-after-ms" not in t.headers
    assert not t.losses
    assert not dragoman.translate_error(429, body, CHAT, GEMINI, headers={"retry-after": said}).losses


@pytest.mark.parametrize("delay", ["soon", "-1s", "1e3s", "nans", "1.5", 3, None])
def test_a_wait_that_is_none_is_told(delay: Any) -> None:
    t = dragoman.translate_error(429, waiting(delay), GEMINI, CHAT)
    assert "retry-after" not in t.headers
    assert [(loss.kind, loss.code, loss.at) for loss in t.losses] == [
        ("dropped", "field.unsupported", "/error/details/0")
    ]


def test_at_home_the_header_says_whole_seconds() -> None:
    t = dragoman.translate_error(429, waiting("0.25s"), GEMINI, GEMINI)
    assert (t.body, t.headers["retry-after"], t.losses) == (waiting("0.25s"), "1", ())


@pytest.mark.parametrize("target", [*OPENAIS, MESSAGES])
def test_a_wait_in_the_middle_of_a_stream_has_no_header(target: str) -> None:
    s = dragoman.translate_stream(GEMINI, target)
    s.feed(b"data: " + json.dumps(waiting("9s")).encode() + b"\r\n\r\n")
    s.close()
    assert ("dropped", "error.retry", DELAY) in {(loss.kind, loss.code, loss.at) for loss in s.losses}


@pytest.mark.parametrize(
    ("path", "listed"),
    [
        ("/v1beta/models/m:streamGenerateContent", True),
        ("/v1beta/models/m:streamGenerateContent?alt=sse", False),
        ("/v1beta/models/m:generateContent", False),
    ],
)
def test_who_asked_gemini_for_an_array_gets_the_error_in_one(path: str, listed: bool) -> None:
    """GEMINI 5: "streamGenerateContent without alt=sse wraps the HTTP error body in an array"."""
    x = dragoman.Exchange(GEMINI, CHAT)
    x.request({"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}, path=path)
    t = x.error(429, {"error": {"message": "m"}})
    assert (type(t.body) is list) is listed
    body = t.body[0] if listed else t.body
    assert body["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert json.loads(t.json()) == t.body
