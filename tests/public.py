"""The functions that users call, held to what the laws look at.

dragoman.laws calls the readers and writers of the dialects. What the public functions do around those is under the laws
as long as both give the same.
"""

from __future__ import annotations

from typing import Any

import dragoman
from dragoman import laws, registry
from dragoman.dialects.base import Context
from dragoman.jsontext import dumps, loads, same
from dragoman.laws import Violation
from dragoman.model import Response
from dragoman.stream import StreamTranslation


def as_published(kind: str, body: Any, source: str, target: str) -> list[Violation]:
    """Law 8, of two ways for one input: the public functions give the body, losses and target that the laws see.

    In one step, in two, and for a client that goes through an Exchange; the document as a value, and as JSON text.
    """
    expected, report, path = laws.translate(kind, body, source, target)
    text = dumps(body)
    said = loads(dumps(expected))  # two halves of a pair that came together are one character there
    out: list[Violation] = []
    for way, t in WAYS[kind](body, text, source, target):
        out += [Violation(8, at, f"{way}: another body", a, b) for at, a, b in laws.differences(expected, t.body)]
        if not same(loads(t.json()), said):
            out.append(Violation(8, "", f"{way}: json() says something else than body"))
        if [*t.losses] != report.losses:
            out.append(Violation(8, "", f"{way}: other losses", report.losses, [*t.losses]))
        if t.path != path:
            out.append(Violation(8, "", f"{way}: another target", path, t.path))
    return out


def requests(body: Any, text: bytes, source: str, target: str) -> list[tuple[str, dragoman.Translation]]:
    return [
        ("in one step", dragoman.translate_request(body, source, target)),
        ("from text", dragoman.translate_request(text, source, target)),
        ("in two steps", dragoman.write_request(dragoman.read_request(body, source), target)),
        ("in an exchange", dragoman.Exchange(source, target).request(text)),
    ]


def responses(body: Any, text: bytes, source: str, target: str) -> list[tuple[str, dragoman.Translation]]:
    read = dragoman.read_response(body, source)
    if failed(read):
        return []  # an error has functions of its own
    return [
        ("in one step", dragoman.translate_response(body, source, target)),
        ("from text", dragoman.translate_response(text, source, target)),
        ("in two steps", dragoman.write_response(read, target)),
        ("in an exchange", dragoman.Exchange(target, source).response(text)),
    ]


def failed(response: Response) -> bool:
    """Whether it goes out as an error."""
    said = (c.extra.get("error") for c in response.candidates if c.extra)
    return response.error is not None or any(said) or any(c.finish_reason == "error" for c in response.candidates)


WAYS = {"request": requests, "response": responses}


def stream_as_published(data: bytes, source: str, target: str) -> list[Violation]:
    """Law 8 for streams: the public function, an Exchange, and what the laws see."""
    expected = StreamTranslation(registry.get(source), registry.get(target), Context(), "report")
    sent = expected.feed(data) + expected.close()
    out = []
    for s in (dragoman.translate_stream(source, target), dragoman.Exchange(target, source).stream()):
        if s.feed(data) + s.close() != sent or s.losses != expected.losses:
            out.append(Violation(8, "", "the public function says something else"))
    return out
