"""The official SDKs, strict and over real HTTP, read what was translated and see what the source says.

What they should see is drawn from the source document, or from the tests' own merge of the source stream, by
small tables that know nothing of the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import dragoman
from tests import corpus
from tests.corpus import Recorded
from tests.judges import samples
from tests.judges.anthropic_sdk import AnthropicJudge
from tests.judges.expectation import (
    expect_from_anthropic,
    expect_from_chat,
    fails,
)
from tests.judges.loopback import Loopback
from tests.judges.openai_sdk import OpenAIJudge
from tests.judges.seen import SdkError, Seen, differences, is_json
from tests.reference import anthropic, chat
from tests.reference.common import Merged

CHAT, ANTHROPIC = "openai-chat", "anthropic-messages"
EVERY = 4


@dataclass(frozen=True, slots=True)
class Direction:
    """One way to translate: what a client of the target should see, and who reads it."""

    source: str
    target: str
    merge: Callable[[bytes], Merged]
    expect: Callable[[Merged, bool], Seen]
    judge: OpenAIJudge | AnthropicJudge

    def of_document(self, document: Any) -> Seen:
        return self.expect(Merged(document, True, None, []), False)


@dataclass(frozen=True, slots=True)
class Directions:
    to_anthropic: Direction
    to_chat: Direction


def _expect_from_chat(merged: Merged, streamed: bool) -> Seen:
    return expect_from_chat(merged.document, streamed=streamed)


def _expect_from_anthropic(merged: Merged, streamed: bool) -> Seen:
    return expect_from_anthropic(merged.document, merged.raw_inputs)


@pytest.fixture(scope="module")
def both() -> Iterator[Directions]:
    with Loopback() as server, OpenAIJudge(server) as openai, AnthropicJudge(server) as claude:
        yield Directions(
            Direction(CHAT, ANTHROPIC, chat.merge, _expect_from_chat, claude),
            Direction(ANTHROPIC, CHAT, anthropic.merge, _expect_from_anthropic, openai),
        )


def _told(failures: dict[str, list[str]], total: int) -> str:
    lines = [f"{name}: {one}" for name, found in failures.items() for one in found]
    return f"{len(failures)} of {total} differ\n" + "\n".join(lines)


def _document_differences(way: Direction, document: Any) -> list[str]:
    translated = dragoman.translate_response(document, way.source, way.target)
    body = translated.json()
    failed = fails(document) if way.source == CHAT else document.get("type") != "message"
    if failed:
        status = translated.status
        if status is None or status < 400:
            return [f"an error under status 200 became status {status}"]
        seen = way.judge.error(status, body)
        return [] if isinstance(seen, SdkError) and seen.legal else [f"an error became {seen}"]
    found = differences(way.of_document(document), way.judge.response(body))
    return [*found, f"    {body[:600]!r}"] if found else []


def _stream_differences(way: Direction, data: bytes) -> list[str]:
    merged = way.merge(data)
    stream = dragoman.translate_stream(way.source, way.target)
    written = stream.feed(data) + stream.close()
    views = {"raw": way.judge.stream_raw(written), "helper": way.judge.stream_helper(written)}
    if not merged.complete:
        return [
            f"{name}: a failure became {seen}"
            for name, seen in views.items()
            if not (isinstance(seen, SdkError) and seen.legal)
        ]
    expected = way.expect(merged, True)
    if way.target == ANTHROPIC and not all(is_json(call.arguments) for call in expected.calls):
        del views["helper"]  # it raises ValueError on such a call's text, or guesses how it would have gone on
    found = [f"{name}: {one}" for name, seen in views.items() for one in differences(expected, seen)]
    return [*found, f"    {written[:300]!r} … {written[-600:]!r}"] if found else []


def _every_document(way: Direction, rows: Iterable[Recorded]) -> None:
    listed = list(rows)
    found = {row.id: _document_differences(way, row.response) for row in listed}
    failures = {identity: one for identity, one in found.items() if one}
    assert not failures, _told(failures, len(listed))


def _every_stream(way: Direction, rows: Iterable[Recorded]) -> None:
    listed = list(rows)
    found = {row.id: _stream_differences(way, row.stream_body or b"") for row in listed}
    failures = {identity: one for identity, one in found.items() if one}
    assert not failures, _told(failures, len(listed))


@pytest.mark.parametrize("name", samples.CHAT_DOCUMENTS)
def test_a_chat_document_read_by_the_anthropic_sdk(name: str, both: Directions) -> None:
    assert _document_differences(both.to_anthropic, samples.CHAT_DOCUMENTS[name]) == []


@pytest.mark.parametrize("name", samples.ANTHROPIC_DOCUMENTS)
def test_a_message_read_by_the_openai_sdk(name: str, both: Directions) -> None:
    assert _document_differences(both.to_chat, samples.ANTHROPIC_DOCUMENTS[name]) == []


@pytest.mark.parametrize("name", [*samples.CHAT_STREAMS, *samples.BROKEN_CHAT_STREAMS])
def test_a_chat_stream_read_by_the_anthropic_sdk(name: str, both: Directions) -> None:
    data = {**samples.CHAT_STREAMS, **samples.BROKEN_CHAT_STREAMS}[name]
    assert _stream_differences(both.to_anthropic, data) == []


@pytest.mark.parametrize("name", [*samples.ANTHROPIC_STREAMS, *samples.BROKEN_ANTHROPIC_STREAMS])
def test_an_anthropic_stream_read_by_the_openai_sdk(name: str, both: Directions) -> None:
    data = {**samples.ANTHROPIC_STREAMS, **samples.BROKEN_ANTHROPIC_STREAMS}[name]
    assert _stream_differences(both.to_chat, data) == []


@corpus.needs_traffic
def test_recorded_chat_documents_read_by_the_anthropic_sdk(both: Directions) -> None:
    _every_document(both.to_anthropic, corpus.sampled(corpus.documents(CHAT), EVERY))


@corpus.needs_traffic
def test_recorded_messages_read_by_the_openai_sdk(both: Directions) -> None:
    _every_document(both.to_chat, corpus.sampled(corpus.documents(ANTHROPIC), EVERY))


@corpus.needs_traffic
def test_recorded_chat_streams_read_by_the_anthropic_sdk(both: Directions) -> None:
    _every_stream(both.to_anthropic, corpus.sampled(corpus.streams(CHAT), EVERY))


@corpus.needs_traffic
def test_recorded_anthropic_streams_read_by_the_openai_sdk(both: Directions) -> None:
    _every_stream(both.to_chat, corpus.sampled(corpus.streams(ANTHROPIC), EVERY))


def _cut(data: bytes) -> Iterator[bytes]:
    """The stream cut off between two records: early, in the middle, late."""
    for tenth in (1, 4, 7, 9):
        end = data.rfind(b"\n\n", 0, len(data) * tenth // 10)
        end = data.rfind(b"\r\n\r\n", 0, len(data) * tenth // 10) + 2 if end < 0 else end
        yield data[: end + 2] if end > 0 else b""


@corpus.needs_traffic
def test_recorded_streams_cut_off_read_by_the_sdks(both: Directions) -> None:
    failures: dict[str, list[str]] = {}
    total = 0
    for way in (both.to_anthropic, both.to_chat):
        for row in corpus.sampled(corpus.streams(way.source), 3 * EVERY):
            for piece in _cut(row.stream_body or b""):
                total += 1
                found = _stream_differences(way, piece)
                if found:
                    failures[f"{row.id} at byte {len(piece)}"] = found
    assert not failures, _told(failures, total)


# source status -> the exceptions that a client of the target may get for it
TO_ANTHROPIC_ERRORS: dict[int, tuple[str, ...]] = {
    400: ("BadRequestError",),
    401: ("AuthenticationError",),
    403: ("PermissionDeniedError",),
    404: ("NotFoundError",),
    409: ("ConflictError",),
    413: ("RequestTooLargeError", "ContentTooLargeError", "APIStatusError"),
    422: ("BadRequestError", "UnprocessableEntityError"),
    429: ("RateLimitError",),
    500: ("InternalServerError",),
    503: ("OverloadedError", "ServiceUnavailableError", "InternalServerError"),
}
TO_CHAT_ERRORS: dict[int, tuple[str, ...]] = {
    400: ("BadRequestError",),
    401: ("AuthenticationError",),
    402: ("RateLimitError", "APIStatusError"),
    403: ("PermissionDeniedError",),
    404: ("NotFoundError",),
    409: ("ConflictError",),
    413: ("APIStatusError", "BadRequestError"),
    429: ("RateLimitError",),
    500: ("InternalServerError",),
    503: ("InternalServerError",),
    504: ("InternalServerError",),
    529: ("InternalServerError",),
}
ANTHROPIC_TYPES: dict[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def _error_differences(way: Direction, status: int, body: Any) -> list[str]:
    translated = dragoman.translate_error(status, body, way.source, way.target)
    if translated.status is None or translated.status < 400:
        return [f"status {status} became {translated.status}"]
    seen = way.judge.error(translated.status, translated.json())
    table = TO_ANTHROPIC_ERRORS if way.target == ANTHROPIC else TO_CHAT_ERRORS
    if not isinstance(seen, SdkError) or seen.name not in table[status]:
        return [f"status {status}: expected one of {table[status]}, got {seen}"]
    if way.target == ANTHROPIC and seen.type is None:
        return [f"status {status}: the error has no type: {translated.json()!r}"]
    inner = body.get("error") if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    if isinstance(message, str) and message and message not in seen.message:
        return [f"status {status}: the message {message!r} is not in {seen.message!r}"]
    return []


@pytest.mark.parametrize("status", TO_ANTHROPIC_ERRORS)
def test_a_chat_error_read_by_the_anthropic_sdk(status: int, both: Directions) -> None:
    body = {"error": {"message": "that did not go well", "type": "any_error", "param": None, "code": None}}
    assert _error_differences(both.to_anthropic, status, body) == []


@pytest.mark.parametrize("status", TO_CHAT_ERRORS)
def test_an_anthropic_error_read_by_the_openai_sdk(status: int, both: Directions) -> None:
    inner = {"type": ANTHROPIC_TYPES[status], "message": "that did not go well"}
    body = {"type": "error", "error": inner, "request_id": "req_1"}
    assert _error_differences(both.to_chat, status, body) == []


@corpus.needs_traffic
def test_recorded_errors_read_by_the_sdks(both: Directions) -> None:
    failures: dict[str, list[str]] = {}
    total = 0
    for way in (both.to_anthropic, both.to_chat):
        for row in corpus.documents(way.source, ok=False):
            total += 1
            found = _error_differences(way, row.status, row.response)
            if found:
                failures[row.id] = found
    assert not failures, _told(failures, total)
