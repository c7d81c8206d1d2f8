"""Answers that failed in one of their candidates: elsewhere that is a failure of the whole.

OpenRouter: once the model has begun, "the HTTP response status will be 200 and any error occurred while the LLM is
producing the output will be emitted in the response body", and there each choice may have one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from . import registry
from .events import Event, Extra, Failure, Finish
from .model import Error, Response
from .report import Report
from .tables import drop_extra


def failed_candidate(response: Response, report: Report) -> Error | None:
    """The failure that a candidate ended with, in its own words where it has an `error` of its own."""
    for c in response.candidates:
        error = _own(c.extra, response.dialect)
        if error is not None:
            drop_extra(report, error.extra, c.at, registry.get(response.dialect).kinds.get(Error, {}))
            return replace(error, at=f"{c.at}/error", extra=None)
        if c.finish_reason == "error":
            return replace(_NAMELESS, at=f"{c.at}/finish_reason")
    return None


def failing(events: Iterable[Event], dialect: str) -> Iterator[Event]:
    """The events of an answer of `dialect`, up to the end of a candidate that failed: there the whole fails, too."""
    failed: dict[int, Error] = {}
    for event in events:
        if isinstance(event, Extra) and event.where == "candidate":
            error = _own(event.values, dialect)
            if error is not None:
                failed[event.candidate] = error
        elif isinstance(event, Finish) and (event.candidate in failed or event.finish_reason == "error"):
            yield Failure(failed.get(event.candidate, _NAMELESS), dialect)
            return
        yield event


_NAMELESS = Error("api", "the upstream ended with an error")


def _own(extra: Any, dialect: str) -> Error | None:
    """The error that stands among the unknown keys of a candidate."""
    said = extra.get("error") if extra else None
    came = registry.find(dialect) if type(said) is dict and said else None
    return came.read_error(None, {"error": said}) if came is not None else None
