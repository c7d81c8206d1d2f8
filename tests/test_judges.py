"""The official SDKs, strict and over real HTTP, read what was translated and see what the source says.

Every pair, each with the client of its target: the samples, the fixtures, and of the recorded traffic a part
(DRAGOMAN_ALL=1: all of it). What they should see is drawn from the source document, or from the tests' own merge
of the source stream, by small tables that know nothing of the library (tests/judges/matrix.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

import dragoman
from tests import corpus
from tests.judges import given, matrix
from tests.judges.anthropic_sdk import AnthropicJudge
from tests.judges.google_sdk import GoogleJudge
from tests.judges.loopback import Loopback
from tests.judges.matrix import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES, SHAPE
from tests.judges.openai_responses_sdk import ResponsesJudge
from tests.judges.openai_sdk import CompletionsJudge, OpenAIJudge
from tests.judges.seen import SdkError, Seen, is_json
from tests.reference.common import Merged

DIALECTS = dragoman.dialects()
PAIRS = [(a, b) for a in DIALECTS for b in DIALECTS if a != b]
# Recorded traffic of a shape is read once, not once for every dialect of that shape.
RECORDED = [(a, b) for a, b in PAIRS if a not in SHAPE]
EVERY = 12
pairs = pytest.mark.parametrize(("source", "target"), PAIRS)
recorded_pairs = pytest.mark.parametrize(("source", "target"), RECORDED)
Sight = Seen | SdkError


class Judge(Protocol):
    """Reads documents, errors and streams; some have a second way to read a stream, `stream_helper`."""

    def response(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Sight: ...
    def error(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> Sight: ...
    def stream_raw(self, data: bytes) -> Sight: ...


@dataclass(frozen=True, slots=True)
class Way:
    """One pair, with who reads what comes out."""

    source: str
    target: str
    judge: Judge

    @property
    def to(self) -> str:
        return SHAPE.get(self.target, self.target)

    def differences(self, merged: Merged, seen: Sight, *, streamed: bool) -> list[str]:
        return matrix.differences_of(self.source, self.target, merged, seen, streamed=streamed)


JUDGES: dict[str, Callable[[Loopback], Any]] = {
    CHAT: OpenAIJudge,
    MESSAGES: AnthropicJudge,
    COMPLETIONS: CompletionsJudge,
    RESPONSES: ResponsesJudge,
    GEMINI: GoogleJudge,
}


@pytest.fixture(scope="module")
def judges() -> Iterator[dict[str, Judge]]:
    with ExitStack() as stack:
        server = stack.enter_context(Loopback())
        yield {dialect: stack.enter_context(judge(server)) for dialect, judge in JUDGES.items()}


@pytest.fixture
def way(source: str, target: str, judges: dict[str, Judge]) -> Way:
    return Way(source, target, judges[SHAPE.get(target, target)])


def _hold(found: dict[str, list[str]]) -> None:
    failures = {name: some for name, some in found.items() if some}
    lines = [f"{name}: {one}" for name, some in failures.items() for one in some]
    assert not failures, f"{len(failures)} of {len(found)} differ\n" + "\n".join(lines[:60])


def _is_error(seen: Sight) -> bool:
    return isinstance(seen, SdkError) and seen.legal


def _document_differences(way: Way, document: Any) -> list[str]:
    if matrix.pending(way.source, document):
        return []
    translated = dragoman.translate_response(document, way.source, way.target)
    body = translated.json()
    if matrix.source_of(way.source).fails(document):
        status = translated.status
        if status is None or status < 400:
            return [f"an error under status 200 became status {status}"]
        seen = way.judge.error(status, body)
        return [] if _is_error(seen) else [f"an error became {seen}"]
    found = way.differences(Merged(document, True, None, []), way.judge.response(body), streamed=False)
    return [*found, f"    {body[:600]!r}"] if found else []


def _views(way: Way, written: bytes, merged: Merged) -> dict[str, Sight]:
    views = {"raw": way.judge.stream_raw(written)}
    helper = getattr(way.judge, "stream_helper", None)
    if helper is not None and not (merged.complete and _beyond_the_helper(way, merged)):
        views["helper"] = helper(written)
    return views


def _beyond_the_helper(way: Way, merged: Merged) -> bool:
    """What an SDK's own accumulator does not take, of streams that are as they should be."""
    if way.to == MESSAGES:  # it raises ValueError on a call's text that is no JSON, or guesses how it would go on
        wanted = matrix.expected(way.source, way.target, merged, streamed=True)
        return not all(is_json(call.arguments) for call in wanted.calls)
    several = merged.document.get("choices") or merged.document.get("candidates") or []
    # A choice that begins behind the first is out of the one's range, the other makes one turn of all candidates.
    return way.to in (CHAT, GEMINI) and len(several) > 1


def _ends_in_an_error(way: Way, seen: Sight) -> bool:
    """The helper of Responses knows no stream that fails before it begins, and says so with an exception of its own."""
    early = way.to == RESPONSES and isinstance(seen, SdkError) and "response.created` before `error`" in seen.message
    return early or _is_error(seen)


def _beyond_the_types(way: Way, document: Any) -> bool:
    """A custom call in a stream of Chat: the service sends them, the SDK's type has functions only."""
    items = document.get("output") if way.source == RESPONSES else None
    return way.to == CHAT and any(item.get("type") == "custom_tool_call" for item in items or [])


def _stream_differences(way: Way, data: bytes) -> list[str]:
    merged = matrix.source_of(way.source).merge(data)
    stream = dragoman.translate_stream(way.source, way.target)
    written = stream.feed(data) + stream.close()
    views = _views(way, written, merged)
    if not merged.complete:
        return [f"{name}: a failure became {seen}" for name, seen in views.items() if not _ends_in_an_error(way, seen)]
    if _beyond_the_types(way, merged.document):
        return []
    told = {name: way.differences(merged, seen, streamed=True) for name, seen in views.items()}
    found = [f"{name}: {one}" for name, some in told.items() for one in some]
    return [*found, f"    {written[:300]!r} … {written[-600:]!r}"] if found else []


# --- samples and fixtures -----------------------------------------------------------------------------------


@pairs
def test_documents(way: Way) -> None:
    _hold({name: _document_differences(way, body) for name, body in given.documents(way.source).items()})


@pairs
def test_streams(way: Way) -> None:
    _hold({name: _stream_differences(way, data) for name, data in given.streams(way.source).items()})


@pairs
def test_streams_that_are_not_there(way: Way) -> None:
    _hold({name: _stream_differences(way, data) for name, data in given.NOTHING.items()})


# --- recorded traffic ---------------------------------------------------------------------------------------


@corpus.needs_traffic
@recorded_pairs
def test_recorded_documents(way: Way) -> None:
    rows = corpus.sampled(corpus.documents(way.source), EVERY)
    _hold({row.id: _document_differences(way, row.response) for row in rows})


@corpus.needs_traffic
@recorded_pairs
def test_recorded_streams(way: Way) -> None:
    rows = corpus.sampled(corpus.streams(way.source), EVERY)
    _hold({row.id: _stream_differences(way, row.stream_body or b"") for row in rows})


def _cut(data: bytes) -> Iterator[bytes]:
    """The stream cut off between two records: early, in the middle, late."""
    for tenth in (1, 4, 7, 9):
        end = data.rfind(b"\n\n", 0, len(data) * tenth // 10)
        end = data.rfind(b"\r\n\r\n", 0, len(data) * tenth // 10) + 2 if end < 0 else end
        yield data[: end + 2] if end > 0 else b""


@corpus.needs_traffic
@recorded_pairs
def test_recorded_streams_cut_off(way: Way) -> None:
    rows = corpus.sampled(corpus.streams(way.source), 4 * EVERY)
    cut = ((row.id, piece) for row in rows for piece in _cut(row.stream_body or b""))
    _hold({f"{name} at byte {len(piece)}": _stream_differences(way, piece) for name, piece in cut})


# --- errors -------------------------------------------------------------------------------------------------

# status of the source -> the exceptions that a client may get for it
OPENAI_ERRORS: dict[int, tuple[str, ...]] = {
    400: ("BadRequestError", "AuthenticationError"),  # Gemini's for a key that is not valid
    401: ("AuthenticationError",),
    402: ("RateLimitError", "APIStatusError"),
    403: ("PermissionDeniedError",),
    404: ("NotFoundError",),
    409: ("ConflictError",),
    413: ("APIStatusError", "BadRequestError"),
    422: ("BadRequestError", "UnprocessableEntityError"),
    429: ("RateLimitError",),
    500: ("InternalServerError",),
    503: ("InternalServerError",),
    504: ("InternalServerError",),
    529: ("InternalServerError",),
}
ANTHROPIC_ERRORS: dict[int, tuple[str, ...]] = {
    **OPENAI_ERRORS,
    402: ("PaymentRequiredError",),
    413: ("RequestTooLargeError", "ContentTooLargeError", "APIStatusError"),
    503: ("OverloadedError", "ServiceUnavailableError", "InternalServerError"),
    504: ("GatewayTimeoutError",),
    529: ("OverloadedError", "InternalServerError"),
}
GOOGLE_ERRORS: dict[int, tuple[str, ...]] = {
    status: ("ClientError",) if status < 500 else ("ServerError",) for status in OPENAI_ERRORS
}
ERRORS: dict[str, dict[int, tuple[str, ...]]] = {
    CHAT: OPENAI_ERRORS,
    COMPLETIONS: OPENAI_ERRORS,
    RESPONSES: OPENAI_ERRORS,
} | {
    MESSAGES: ANTHROPIC_ERRORS,
    GEMINI: GOOGLE_ERRORS,
}


def _error_differences(way: Way, status: int, body: Any) -> list[str]:
    translated = dragoman.translate_error(status, body, way.source, way.target)
    if translated.status is None or translated.status < 400:
        return [f"status {status} became {translated.status}"]
    seen = way.judge.error(translated.status, translated.json())
    inner = body.get("error") if isinstance(body, dict) else None
    # What OpenAI's shape says with 429 has a status of its own elsewhere.
    no_money = isinstance(inner, dict) and "insufficient_quota" in (inner.get("type"), inner.get("code"))
    allowed = ERRORS[way.to].get(402 if no_money else status)
    if not isinstance(seen, SdkError) or not seen.legal or (allowed and seen.name not in allowed):
        return [f"status {status}: expected one of {allowed}, got {seen}"]
    if way.to == MESSAGES and seen.type is None:
        return [f"status {status}: the error has no type: {translated.json()!r}"]
    message = inner.get("message") if isinstance(inner, dict) else None
    if isinstance(message, str) and message and message not in seen.message.replace("\\'", "'"):
        return [f"status {status}: the message {message!r} is not in {seen.message!r}"]
    return []


@pairs
def test_errors(way: Way) -> None:
    found = given.errors(way.source).items()
    _hold({name: _error_differences(way, status, body) for name, (status, body) in found})


@corpus.needs_traffic
@recorded_pairs
def test_recorded_errors(way: Way) -> None:
    rows = corpus.sampled(corpus.documents(way.source, ok=False), 2)
    _hold({row.id: _error_differences(way, row.status, row.response) for row in rows})
