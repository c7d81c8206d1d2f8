"""Where a stream can be cut: behind every frame, whatever its line ends, and behind every element of a JSON array."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import dragoman
from dragoman import registry, splice
from dragoman.events import Event, Failure
from dragoman.stream import StreamTranslation

_LINE = re.compile(rb"\r\n|\r(?!\n)|\n")
_BLANK = re.compile(rb"(?:%b)(?:%b)" % (_LINE.pattern, _LINE.pattern))
_DECODER = json.JSONDecoder()


COMPILED = not splice.__file__.endswith(".py")  # compiled objects cannot be copied


def frame_ends(data: bytes) -> list[int]:
    """The offsets behind the frames of a stream, in order, the last frame's included; never none."""
    body = data.lstrip(b" \t\r\n\xef\xbb\xbf")
    found = _elements(data) if body[:1] in (b"[", b"{") else [match.end() for match in _BLANK.finditer(data)]
    found = found or [match.end() for match in _LINE.finditer(data)]
    return found if found and found[-1] == len(data) else [*found, len(data)]


def _elements(data: bytes) -> list[int]:
    """Behind every value of a JSON array, or of values one after another."""
    text = data.decode("utf-8", "surrogatepass")
    found, at, size, seen = [], 0, 0, 0
    while at < len(text):
        if text[at] in "[], \t\r\n\ufeff":
            at += 1
            continue
        try:
            _, at = _DECODER.raw_decode(text, at)
        except ValueError:
            break
        size += len(text[seen:at].encode("utf-8", "surrogatepass"))
        seen = at
        found.append(size)
    return found


def fails(events: list[Event]) -> bool:
    """Whether a stream was told to have failed."""
    return any(isinstance(event, Failure) for event in events)


def dishonest(data: bytes, source: str, target: str) -> Iterator[tuple[int, str | None]]:
    """Each offset behind a frame, and what is wrong with what a client is told where the stream is closed there.

    The stream goes through once. At every offset copies of the translation and of both readers are closed: what was
    written until then and what closing writes say a failure exactly where the source had not ended yet.
    """
    reader, check = registry.get(source).reader(), registry.get(target).reader()
    stream = dragoman.translate_stream(source, target)
    start, out = 0, b""
    for end in frame_ends(data):
        piece, start = data[start:end], end
        failed = fails(reader.feed(piece))
        said = stream.feed(piece)
        out += said
        told = fails(check.feed(said))
        if failed or told:
            yield end, None if failed and told and stream.error is not None else "a failure and a success"
            return
        if COMPILED:
            closing = _again(dragoman.translate_stream(source, target), data[:end])
            same, left = _again(registry.get(source).reader(), data[:end]), _again(registry.get(target).reader(), out)
        else:
            closing, same, left = _copied(stream), copy.deepcopy(reader), copy.deepcopy(check)
        ends = fails(same.close())
        seen = fails(left.feed(closing.close())) or fails(left.close())
        honest = ends == seen == (closing.error is not None)
        yield end, None if honest else "a cut became a success" if ends else "a success became a failure"


def _copied(stream: StreamTranslation) -> StreamTranslation:
    """A copy that goes on alone. What never changes is shared: it would be most of the work."""
    kept: list[Any] = [*map(registry.get, dragoman.dialects()), *stream.losses]
    return copy.deepcopy(stream, {id(one): one for one in kept})


def _again(fresh: Any, data: bytes) -> Any:
    """What has read the same from the start, where objects cannot be copied."""
    fresh.feed(data)
    return fresh
