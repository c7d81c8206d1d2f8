"""State that stands beside the parts of an answer sets out as one more part, behind the others.

Anthropic's `container` is such state: the answer names it once, for all of it, and the next request has to name it
again. On the way to a client of another dialect it becomes a part that nobody there has a word for, so that it
travels as every such part does. A stream tells it only at its end, so it stands at the end of documents, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .dialects.base import Dialect
from .events import End, Event, Extra, PartEnd, PartStart, Start, merge_extra
from .model import Json, Opaque, Part, Response

CODE = "state.no_carrier"  # what its loss is called where no carrier takes it


def set_out(r: Response, source: Dialect | None) -> Response:
    """An answer with its state beside the parts as last parts of its first candidate; itself where it has none."""
    if source is None or not r.extra or not r.candidates:
        return r
    found = [(key, value) for key in source.beside if _says(source, key, value := r.extra.get(key))]
    if not found:
        return r
    first = min(r.candidates, key=lambda c: c.index)
    message = replace(first.message, parts=[*first.message.parts, *(_part(key, value) for key, value in found)])
    candidates = [replace(c, message=message) if c is first else c for c in r.candidates]
    gone = [key for key, _ in found]
    return replace(r, candidates=candidates, extra={k: v for k, v in r.extra.items() if k not in gone} or None)


def _says(source: Dialect, key: str, value: Any) -> bool:
    """Whether `value` is something to ask for again."""
    return source.beside[key](value) is not None


def _part(key: str, value: Any) -> Part:
    return Opaque({key: value}, code=CODE, at=f"/{key}")


_MINE = frozenset({Start, PartStart, Extra, End})


class Departure:
    """The same for a running stream: what the frames tell of such state comes as parts before the end."""

    def __init__(self, source: Dialect) -> None:
        self.source = source
        self.held: Json = {}
        self.parts: dict[int, int] = {}  # how many parts each candidate has had

    def through(self, events: list[Event]) -> list[Event]:
        """What `events` become. Most are no business of this."""
        for event in events:
            if type(event) in _MINE:
                return [one for each in events for one in self.send(each)]
        return events

    def send(self, event: Event) -> Iterator[Event]:
        """The events that `event` becomes."""
        if type(event) is PartStart:
            self.parts[event.candidate] = event.index + 1
        elif type(event) is Start and event.response.extra:
            event = Start(replace(event.response, extra=self.kept(event.response.extra) or None))
        elif type(event) is Extra and event.where == "response":
            rest = self.kept(event.values)
            if not rest and event.values:
                return
            event = replace(event, values=rest)
        elif type(event) is End:
            yield from self.told()
        yield event

    def kept(self, values: Json) -> Json:
        """`values` without the state beside the parts, which is kept."""
        mine = {k: v for k, v in values.items() if k in self.source.beside}
        if mine:
            self.held = merge_extra(self.held, mine)
        return {k: v for k, v in values.items() if k not in mine} if mine else values

    def told(self) -> Iterator[Event]:
        """What was kept: as parts, or as what it was where it says nothing."""
        index = self.parts.get(0, 0)
        for key, value in self.held.items():
            if not _says(self.source, key, value):
                yield Extra("response", 0, {key: value})
                continue
            part = _part(key, value)
            yield PartStart(0, index, part)
            yield PartEnd(0, index)
            index += 1


def departing(source: Dialect | None, target: Dialect) -> Departure | None:
    """The way out of a stream from `source` to `target`; None where nothing stands beside the parts."""
    if source is None or not source.beside or source.documents == target.documents:
        return None
    return Departure(source)
