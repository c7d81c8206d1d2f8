"""What is measured without pytest: what the generators reach, and what becomes of recorded traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import dragoman
from dragoman.events import Failure
from dragoman.jsontext import same
from dragoman.stream import events_of
from tests import corpus
from tests.refusals import only_refused
from tests.strategies import DIALECTS, common, coverage

from . import Figures

MAKERS: dict[str, Callable[[Any], Any]] = {
    "request": lambda module: module.requests(),
    "response": lambda module: module.responses(),
    "error": lambda module: module.errors(),
    "stream": lambda module: module.streams(),
    "failing": lambda module: module.failing_streams(),
}


def generators(documents: int) -> Figures:
    """Of all that the specifications name, what some generated documents of each kind reach."""
    kinds = {}
    for key, known in sorted(coverage.FIELDS.items()):
        dialect, kind = key.split("/")
        made = common.examples(MAKERS[kind](DIALECTS[dialect]), documents)
        missing = coverage.missing(key, made)
        kinds[key] = {"reached": len(known) - len(missing), "known": len(known), "missing": missing}
    return {"documents": documents, "kinds": kinds}


# --- recorded traffic ----------------------------------------------------------------------------------------


def recorded(every: int) -> Figures:
    """Every document of the usable lines (or of one line in `every`), into every dialect and home."""
    pairs: Figures = {}
    home: Figures = {}
    for source in dragoman.dialects():
        rows = corpus.usable(source)[::every]
        home[source] = at_home(source, rows)
        for target in dragoman.dialects():
            if target != source:
                pairs[f"{source} -> {target}"] = crossing(source, target, rows)
    return {"every": every, "pairs": pairs, "home": home}


def crossing(source: str, target: str, rows: tuple[corpus.Recorded, ...]) -> dict[str, int]:
    """How many documents there are, and which of the three each becomes."""
    counts = {"lines": 0, "identical": 0, "lossy": 0, "refused": 0}
    for row in rows:
        for translate in documents(row, source, target):
            counts["lines"] += 1
            try:
                losses = translate()
            except dragoman.DragomanError as error:
                only_refused(error)
                counts["refused"] += 1
                continue
            counts["lossy" if any(loss.kind != "invented" for loss in losses) else "identical"] += 1
    return counts


def documents(row: corpus.Recorded, source: str, target: str) -> Iterator[Callable[[], tuple[dragoman.Loss, ...]]]:
    """A call for each document of a line, which translates it and gives its losses."""
    path = row.request_path or None
    if isinstance(row.request, dict):
        yield lambda: dragoman.translate_request(row.request, source, target, path=path).losses
    if isinstance(row.response, dict):
        if row.status == 200:
            yield lambda: dragoman.translate_response(row.response, source, target).losses
        else:
            yield lambda: dragoman.translate_error(row.status, row.response, source, target).losses
    if row.stream_body and row.status == 200:
        yield lambda: stream(row.stream_body or b"", source, target)


def stream(data: bytes, source: str, target: str) -> tuple[dragoman.Loss, ...]:
    """A stream that fails of itself is none that is refused."""
    s = dragoman.translate_stream(source, target)
    s.feed(data)
    s.close()
    if s.error is not None and not any(isinstance(event, Failure) for event in events_of(data, source)):
        raise s.error
    return s.losses


def at_home(dialect: str, rows: tuple[corpus.Recorded, ...]) -> dict[str, int]:
    """How many documents come home through the canonical form as they were; streams as the same events."""
    lines = found = 0
    for row in rows:
        for comes_home in homeward(row, dialect):
            lines += 1
            try:
                found += comes_home()
            except dragoman.DragomanError as error:
                only_refused(error)
                continue
    return {"lines": lines, "same": found}


def homeward(row: corpus.Recorded, dialect: str) -> Iterator[Callable[[], bool]]:
    path = row.request_path or None

    def request() -> bool:
        read = dragoman.read_request(row.request, dialect, path=path)
        return same(dragoman.write_request(read, dialect).body, row.request)

    def response() -> bool:
        if row.status != 200:
            return same(dragoman.translate_error(row.status, row.response, dialect, dialect).body, row.response)
        return same(dragoman.write_response(dragoman.read_response(row.response, dialect), dialect).body, row.response)

    def streamed() -> bool:
        events = list(events_of(row.stream_body or b"", dialect))
        again = list(events_of(dragoman.write_events(events, dialect, source=dialect), dialect))
        broken = [type(one[-1]) is Failure for one in (events, again)]
        return events == again or all(broken)

    if isinstance(row.request, dict):
        yield request
    if isinstance(row.response, dict):
        yield response
    if row.stream_body and row.status == 200:
        yield streamed
