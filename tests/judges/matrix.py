"""What a client of any dialect should see of a document of any other, drawn from the source alone.

A direct table where there is one; else the source is written as a Chat document by its own small table first
(`AS_CHAT`), and what Chat becomes at the target is asked. Nothing of the library is in here.

How to extend. A new source is a row of `SOURCES`, a new target one of `AT`; a pair that a way over Chat would
blur gets a row of `DIRECT`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.judges import google_sdk, openai_responses_sdk
from tests.judges.expectation import (
    ANY_FINISH,
    as_tool_use,
    completions_as_chat,
    expect_from_anthropic,
    expect_from_chat,
    fails,
    first_choice,
    plain_anthropic,
    plain_chat,
)
from tests.judges.seen import Call, OneOf, SdkError, Seen, differences
from tests.reference import anthropic, chat, completions, gemini, responses
from tests.reference.common import Json, Merged

CHAT, MESSAGES, COMPLETIONS = "openai-chat", "anthropic-messages", "openai-completions"
RESPONSES, GEMINI = "openai-responses", "gemini"
SHAPE = {"claude-thinking": CHAT}  # a dialect with another's documents


@dataclass(frozen=True, slots=True)
class Source:
    """merge: of its streams; fails: whether a document is no success; as_chat: the document as one of Chat."""

    merge: Callable[[bytes], Merged]
    fails: Callable[[Any], bool]
    as_chat: Callable[[Merged], Json]


def _chat_of(seen: Seen) -> Json:
    """A Chat document that says what a Chat client should see; what is left open is left out."""
    message: Json = {"role": "assistant", "content": seen.text, "reasoning_content": seen.reasoning}
    message |= {"refusal": seen.refusal or None}
    calls = [
        {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}} for c in seen.calls
    ]
    if calls:
        message["tool_calls"] = calls
    finish = "?" if isinstance(seen.finish, OneOf) else seen.finish
    choice = {"index": 0, "message": message, "finish_reason": finish}
    found: Json = {"id": seen.id, "model": seen.model, "choices": [choice]}
    counts = seen.usage
    if counts and not any(isinstance(count, OneOf) for count in counts.values()):
        found["usage"] = {
            "prompt_tokens": counts["input"],
            "completion_tokens": counts["output"],
            "total_tokens": counts.get("total") or counts["input"] + counts["output"],
            "prompt_tokens_details": {
                "cached_tokens": counts.get("cached"),
                "cache_write_tokens": counts.get("cache_write"),
            },
            "completion_tokens_details": {"reasoning_tokens": counts.get("reasoning")},
        }
    return found


SOURCES: dict[str, Source] = {
    CHAT: Source(chat.merge, fails, lambda merged: merged.document),
    MESSAGES: Source(
        anthropic.merge,
        lambda document: not isinstance(document, dict) or document.get("type") != "message",
        lambda merged: _chat_of(expect_from_anthropic(merged.document, merged.raw_inputs)),
    ),
    COMPLETIONS: Source(completions.merge, fails, lambda merged: completions_as_chat(merged.document)),
    RESPONSES: Source(
        responses.merge,
        openai_responses_sdk.fails,
        lambda merged: openai_responses_sdk.as_chat(merged.document),
    ),
    GEMINI: Source(
        gemini.merge,
        google_sdk.fails,
        lambda merged: _chat_of(google_sdk.expect_from_gemini(merged.document, google_sdk.TO_CHAT)),
    ),
}


# --- what a Chat document is to a client of another dialect -----------------------------------------------------


def _at_chat(document: Json, streamed: bool) -> Seen:
    seen = plain_chat(document)
    message = first_choice(document).get("message") or {}
    legacy = message.get("function_call")
    finish = seen.finish if seen.finish in ANY_FINISH[1:] else ANY_FINISH
    if isinstance(legacy, dict) and legacy.get("name") and not seen.calls:
        seen = replace(seen, calls=(Call(None, legacy["name"], legacy.get("arguments") or ""),))
        finish = "tool_calls"
    if seen.calls and finish in ("stop", ANY_FINISH):
        finish = OneOf(("tool_calls", "length", "content_filter"))
    calls = tuple(call if call.id else call._replace(id=None) for call in seen.calls)
    return replace(seen, finish=finish, calls=calls, usage=_open(seen.usage), id=None)


def _open(usage: Mapping[str, Any]) -> dict[str, Any]:
    """Counts that do not add up, or are not all there, are left open."""
    known = all(isinstance(usage.get(name), int) for name in ("input", "output", "total"))
    if known and usage["total"] == usage["input"] + usage["output"]:
        return dict(usage)
    return {name: usage[name] for name in ("input",) if isinstance(usage.get(name), int)}


def _at_gemini(document: Json, streamed: bool) -> Seen:
    plain = plain_chat(document)
    given = (first_choice(document).get("message") or {}).get("tool_calls") or []
    pairs = zip(plain.calls, given, strict=True)
    calls = tuple(call._replace(arguments=as_tool_use(one, False).arguments) for call, one in pairs)
    calls = calls or _at_chat(document, streamed).calls  # a legacy call
    return google_sdk.expect_at_gemini(replace(plain, calls=calls), google_sdk.FROM_CHAT)


# A call cannot be said there: whoever waits for more than the text has got was cut off.
_TO_COMPLETIONS: dict[str, Any] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "length",
    "function_call": "length",
}


def _at_completions(document: Json, streamed: bool) -> Seen:
    seen = _at_chat(document, streamed)
    finish = _TO_COMPLETIONS.get(str(plain_chat(document).finish), OneOf(("stop", "length", "content_filter")))
    if seen.calls and finish != "content_filter":
        finish = "length"
    elif seen.refusal and finish == "stop":
        finish = "content_filter"
    text = seen.text + seen.refusal
    return replace(seen, text=text, refusal="", reasoning="", calls=(), finish=finish)


def _at_completions_from_messages(merged: Merged, streamed: bool) -> Seen:
    seen = _at_completions(SOURCES[MESSAGES].as_chat(merged), streamed)
    paused = merged.document.get("stop_reason") == "pause_turn"  # which Chat has no word for, and which is no end
    return replace(seen, finish="length") if paused else seen


AT: dict[str, Callable[[Json, bool], Seen]] = {
    CHAT: _at_chat,
    MESSAGES: lambda document, streamed: replace(expect_from_chat(document, streamed=streamed), id=None),
    COMPLETIONS: _at_completions,
    RESPONSES: lambda document, streamed: openai_responses_sdk.expect_chat_as_responses(document),
    GEMINI: _at_gemini,
}
DIRECT: dict[tuple[str, str], Callable[[Merged, bool], Seen]] = {
    (MESSAGES, CHAT): lambda merged, _: expect_from_anthropic(merged.document, merged.raw_inputs),
    (MESSAGES, COMPLETIONS): _at_completions_from_messages,
    (MESSAGES, GEMINI): lambda merged, _: google_sdk.expect_at_gemini(
        plain_anthropic(merged.document, merged.raw_inputs), google_sdk.FROM_ANTHROPIC
    ),
    (MESSAGES, RESPONSES): lambda merged, _: openai_responses_sdk.expect_anthropic_as_responses(
        merged.document, merged.raw_inputs
    ),
    (GEMINI, CHAT): lambda merged, _: google_sdk.expect_from_gemini(merged.document, google_sdk.TO_CHAT),
    (GEMINI, MESSAGES): lambda merged, _: google_sdk.expect_from_gemini(merged.document, google_sdk.TO_ANTHROPIC),
    (RESPONSES, CHAT): lambda merged, streamed: openai_responses_sdk.expect_from_responses(
        merged.document, CHAT, streamed=streamed
    ),
    (RESPONSES, MESSAGES): lambda merged, streamed: openai_responses_sdk.expect_from_responses(
        merged.document, MESSAGES, streamed=streamed
    ),
}


_GOOGLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")


def spelt(wanted: Seen, seen: Seen) -> Seen:
    """What is wanted at Gemini, with the name of a tool that cannot be spelt there as whatever it was spelt."""
    if len(wanted.calls) != len(seen.calls):
        return wanted
    calls = (
        one
        if _GOOGLE_NAME.fullmatch(one.name) or not _GOOGLE_NAME.fullmatch(other.name)
        else one._replace(name=other.name)
        for one, other in zip(wanted.calls, seen.calls, strict=True)
    )
    return replace(wanted, calls=tuple(calls))


def source_of(dialect: str) -> Source:
    return SOURCES[SHAPE.get(dialect, dialect)]


def expected(source: str, target: str, merged: Merged, *, streamed: bool) -> Seen:
    """What a client of `target` should see of a whole document, or of a stream that was merged."""
    pair = SHAPE.get(source, source), SHAPE.get(target, target)
    direct = DIRECT.get(pair)
    if direct is not None:
        return direct(merged, streamed)
    return AT[pair[1]](source_of(source).as_chat(merged), streamed)


def differences_of(source: str, target: str, merged: Merged, seen: Seen | SdkError, *, streamed: bool) -> list[str]:
    """What a client of `target` saw otherwise than it should, one line each."""
    shape = SHAPE.get(target, target)
    wanted = expected(source, target, merged, streamed=streamed)
    if shape == GEMINI and isinstance(seen, Seen):
        wanted = spelt(wanted, seen)
    carriers = shape == CHAT  # on the ids of calls
    if RESPONSES in (source, target):  # how paragraphs of summaries are put together is left open
        wanted = openai_responses_sdk.in_one_line(wanted)
        seen = openai_responses_sdk.in_one_line(seen) if isinstance(seen, Seen) else seen
    return differences(wanted, seen, carriers=carriers)


def pending(source: str, document: Any) -> bool:
    """A response in the background that is still to come: nothing can be expected of it."""
    return SHAPE.get(source, source) == RESPONSES and openai_responses_sdk.unfinished(document)


_GOOGLE_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def error_of(dialect: str, status: int, kind: str, message: str) -> bytes:
    """An error body of a dialect; `kind`: Anthropic's word for it."""
    shape = SHAPE.get(dialect, dialect)
    body: Json = {"error": {"message": message, "type": "any_error", "param": None, "code": None}}
    if shape == MESSAGES:
        body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    elif shape == GEMINI:
        body = {"error": {"code": status, "message": message, "status": _GOOGLE_STATUS.get(status, "UNKNOWN")}}
    return json.dumps(body).encode()
