"""Gemini: responses and errors in. GenerateContentResponse and google.rpc.Status bodies -> canonical documents."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from ...errors import Fault, InvalidDocument
from ...jsontext import type_name
from ...model import Candidate, Error, Json, Message, Response, ToolCall, Usage
from ...tables import error_named, error_status, error_type, error_word
from ..error_forms import message_of, text_of, whole_message
from ..usage import count_of
from .casing import camel
from .cite import place
from .parts import Faults
from .probs import from_result
from .read_request import read_content
from .unsaid import waits
from .words import FINISH, FINISH_NUMBERS, LISTS, NAME, REASONS, RESPONSE_SHAPE


def is_error(body: Json) -> bool:
    """Whether a body that came under a success status is an error all the same, or no answer at all."""
    return bool(body.get("error")) or not (is_blocked(body) or body.get("candidates"))


def is_blocked(body: Json) -> bool:
    """Whether a body says that the prompt was blocked, which is why it has no candidates.

    proto3 JSON leaves defaults out: the reason may be missing where there is a message of the block.
    """
    feedback = body.get("promptFeedback")
    return type(feedback) is dict and bool(feedback.get("blockReason") or feedback.get("blockReasonMessage"))


def read_response(body: Json) -> Response:
    """A GenerateContentResponse; an error under a success status becomes `Response.error`."""
    r = Response(NAME)
    plain, keys = camel(body, RESPONSE_SHAPE)
    if is_error(plain):
        r.error = read_error(None, body)
        return r
    faults: Faults = []
    extra: Json = {}
    for key, value in plain.items():
        if key == "candidates" and type(value) is list:
            r.candidates = _candidates(value, faults)
        elif key == "usageMetadata" and type(value) is dict:
            r.usage = read_usage(value)
        elif not read_envelope(r, key, value):
            extra[key] = value
    if faults:
        raise InvalidDocument(faults)
    if "candidates" not in plain or r.candidates == []:
        r.spelling = {**(r.spelling or {}), "candidates": "candidates" in plain}
    if keys:
        r.spelling = {**(r.spelling or {}), "keys": keys}
    r.extra = extra or None
    return r


def read_envelope(r: Response, key: Any, value: Any) -> bool:
    """Take an envelope value; whether it was one."""
    if type(value) is not str or not value:
        return False
    if key == "responseId":
        r.id = value
    elif key == "modelVersion":
        r.model = value
    elif key == "createTime":
        r.created = seconds_of(value)
        return r.created is not None and time_of(r.created) == value
    else:
        return False
    return True


def seconds_of(text: str) -> int | None:
    """Unix seconds of an RFC 3339 time; fractions have no place elsewhere, and stay behind with the text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return math.floor(moment.timestamp())


def time_of(seconds: int | float) -> str | None:
    """Unix seconds as RFC 3339 in UTC; None beyond the calendar."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return moment.isoformat().replace("+00:00", "Z")


def _candidates(value: list[Any], faults: Faults) -> list[Candidate]:
    out: list[Candidate] = []
    for i, item in enumerate(value):
        if type(item) is not dict:
            faults.append(Fault(f"/candidates/{i}", "object", type_name(item)))
        else:
            out.append(_candidate(item, i, faults))
    return out


def _candidate(item: Json, position: int, faults: Faults) -> Candidate:
    c = Candidate(position, Message("assistant"), at=f"/candidates/{position}")
    c.message.at = f"{c.at}/content"
    spelling: Json = {}
    extra: Json = {}
    for key, value in item.items():
        if key == "index" and type(value) is int:
            c.index = value
        elif key == "content" and type(value) is dict:
            read_content(c.message, value, faults)
        elif key == "finishReason" and read_finish(c, value):
            continue
        else:
            extra[key] = value
    if type(item.get("index")) is not int:
        spelling["index"] = "absent"  # "absent == 0"
    if type(item.get("content")) is not dict:
        spelling["content"] = "absent"
    c.extra = extra or None
    if spelling:
        c.spelling = {**(c.spelling or {}), **spelling}
    if c.finish_reason == "stop" and any(type(p) is ToolCall for p in c.message.parts):
        # "There is no tool-call reason: function calls end with STOP."
        c.finish_reason = "tool_calls"
    place(c)
    c.logprobs = from_result(extra.get("logprobsResult"))  # for others; the way home has the result itself
    return c


def read_finish(out: Any, value: Any) -> bool:
    """Give a candidate or Finish event its finish reason; whether `value` is one."""
    word = FINISH_NUMBERS.get(value) if type(value) is int else value
    if type(word) is not str or not word:
        return False
    spelling: Json = {}
    known = word.upper()
    out.finish_reason = FINISH.read.get(known, "other")
    if FINISH.write.get(out.finish_reason) != known:
        spelling["finish"] = word if known not in FINISH.read else known
    if value != spelling.get("finish", FINISH.write.get(out.finish_reason)):
        spelling["wire"] = value
    if spelling:
        out.spelling = {**(out.spelling or {}), **spelling}
    return True


def read_usage(value: Json) -> Usage:
    """Gemini usage: the candidates' tokens leave out the thoughts, the prompt's what server tools fed back.

    "Default values are omitted": a count that is missing is zero, but for the details.
    """
    u = Usage(value, at="/usageMetadata")
    prompt, visible = count_of(value.get("promptTokenCount")), count_of(value.get("candidatesTokenCount"))
    thoughts, tools = count_of(value.get("thoughtsTokenCount")), count_of(value.get("toolUsePromptTokenCount"))
    u.total = count_of(value.get("totalTokenCount")) or None
    u.cache_read, u.reasoning = count_of(value.get("cachedContentTokenCount")), thoughts
    u.input = (prompt or 0) + (tools or 0)
    u.output = (visible or 0) + (thoughts or 0)
    if thoughts and visible and u.total == u.input + visible:
        u.output = visible  # "older builds include them"
    for listed in LISTS:
        entries = value.get(listed.key)
        if type(entries) is list:
            counts = {means: count for means, (count, _) in listed.counts(entries).items()}
            u.modalities = {**(u.modalities or {}), **counts}
    return u


# --- errors --------------------------------------------------------------------------------------------------


def read_error(status: int | None, body: Any) -> Error:
    """A google.rpc.Status, also in an array of one (streamGenerateContent); anything else is its own message."""
    listed = type(body) is list and len(body) == 1 and type(body[0]) is dict
    inner = body[0] if listed else body
    error = inner.get("error") if type(inner) is dict else None
    if type(error) is not dict:
        said = message_of(inner) if type(inner) is dict else whole_message(body)
        rest = {k: v for k, v in inner.items() if v != said} if type(inner) is dict and not listed else None
        if not said and type(inner) is dict:
            said, rest = text_of(inner), None
        return Error(error_word(status), said, status, extra=rest or None, spelling={"form": "value", "value": body})
    out = Error("api", "", status, at="/0/error" if listed else "/error")
    more: Json = {}
    for key, value in error.items():
        if key == "message" and type(value) is str:
            out.message = value
        else:
            more[key] = value
    out.extra = {**{k: v for k, v in inner.items() if k != "error"}, "error": more}
    out.spelling = {"form": "list"} if listed else None
    if "message" not in error:
        out.spelling = {**(out.spelling or {}), "message": "absent"}
    if status is None:
        status = error_status(error.get("code"))
    details = error.get("details")
    for detail in details if type(details) is list else ():
        _detail(out, detail)
    out.status = status
    out.type = error_type(status, error_named(error.get("status")))
    if out.code in ("invalid_api_key", "API_KEY_EXPIRED"):
        out.type = "authentication"  # "Bad API key = 400 INVALID_ARGUMENT"
    return out


def _detail(out: Error, detail: Any) -> None:
    kind = detail.get("@type") if type(detail) is dict else None
    if type(kind) is not str:
        return
    if kind.endswith("ErrorInfo") and type(detail.get("reason")) is str and out.code is None:
        out.code = REASONS.read.get(detail["reason"], detail["reason"])
    delay = waits(detail.get("retryDelay")) if kind.endswith("RetryInfo") else None
    if delay is not None:
        out.retry_after = delay
