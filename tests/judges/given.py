"""What the judges are given of each source: samples written by hand, and the fixtures."""

from __future__ import annotations

import json
from typing import Any

from tests import fixtures
from tests.judges import matrix, samples
from tests.judges.matrix import CHAT, MESSAGES, SHAPE

_DOCUMENTS: dict[str, dict[str, Any]] = {CHAT: samples.CHAT_DOCUMENTS, MESSAGES: samples.ANTHROPIC_DOCUMENTS}
_STREAMS: dict[str, dict[str, bytes]] = {
    CHAT: {**samples.CHAT_STREAMS, **{f"broken: {n}": s for n, s in samples.BROKEN_CHAT_STREAMS.items()}},
    MESSAGES: {**samples.ANTHROPIC_STREAMS, **{f"broken: {n}": s for n, s in samples.BROKEN_ANTHROPIC_STREAMS.items()}},
}
# Streams that never begin.
NOTHING: dict[str, bytes] = {str(data): data for data in (b"", b": hello\n\n", b"data: [DONE]\n\n")}
# status of an error -> Anthropic's word for it
TYPES: dict[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def documents(source: str) -> dict[str, Any]:
    """Name -> body of a response."""
    shape = SHAPE.get(source, source)
    return {**_DOCUMENTS.get(shape, {}), **{one.id: one.json() for one in fixtures.of(shape, "response")}}


def streams(source: str) -> dict[str, bytes]:
    """Name -> bytes of a stream, broken ones included."""
    shape = SHAPE.get(source, source)
    return {**_STREAMS.get(shape, {}), **{one.id: one.data for one in fixtures.of(shape, "stream")}}


def errors(source: str) -> dict[str, tuple[int, Any]]:
    """Name -> status and body of an error: one of every status, and the fixtures."""
    plain = {
        str(status): (status, json.loads(matrix.error_of(source, status, kind, "that did not go well")))
        for status, kind in TYPES.items()
    }
    return plain | {one.id: (one.status, one.json()) for one in fixtures.of(SHAPE.get(source, source), "error")}
