"""The floor and our side: the public API with its defaults, losses reported."""

from __future__ import annotations

from collections.abc import Callable

import orjson

import dragoman

from .streams import payloads, reads

Work = Callable[[], object]
OURS = "dragoman"
CHECKED = "dragoman, validated"


def floor(data: bytes) -> Work:
    """What JSON alone costs."""
    return lambda: orjson.dumps(orjson.loads(data))


def stream_floor(records: list[bytes]) -> Work:
    """What JSON alone costs, frame by frame."""
    texts = payloads(records)

    def work() -> None:
        for text in texts:
            orjson.dumps(orjson.loads(text))

    return work


def request(data: bytes, source: str, target: str, path: str | None = None, validate: bool = False) -> Work:
    """One request through the public API."""
    return lambda: dragoman.translate_request(data, source, target, path=path, validate=validate).json()


def response(data: bytes, source: str, target: str, validate: bool = False) -> Work:
    """One response through the public API."""
    return lambda: dragoman.translate_response(data, source, target, validate=validate).json()


def stream(records: list[bytes], source: str, target: str, per_read: int) -> Work:
    """One stream through the public API, `per_read` frames at a time."""
    chunks = list(reads(records, per_read))

    def work() -> None:
        running = dragoman.translate_stream(source, target)
        for chunk in chunks:
            running.feed(chunk)
        running.close()
        if running.error is not None:
            raise running.error

    return work
