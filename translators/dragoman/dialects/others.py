"""The candidates beside the first, in a stream to a dialect whose answers are one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..events import CandidateStart, Event
from ..model import Candidate
from ..report import Report


def alone(answer: Candidate, report: Report) -> None:
    """Report the number of the one candidate that is the answer, where that is not the first."""
    if answer.index:
        report.changed("candidate.index", f"{answer.at}/index", answer.index)


class Others:
    """What candidates that are not numbered 0 say. It is dropped, but for one case: where no first one ever comes,
    the lowest of them is the answer, as in a whole document. Until the first one begins its events are kept for that.
    """

    __slots__ = ("_first", "_held", "_lowest", "_report")

    def __init__(self, report: Report) -> None:
        self._report = report
        self._first = False  # whether the first one has begun
        self._lowest: CandidateStart | None = None
        self._held: list[Event] = []  # what the lowest one said so far

    def first(self) -> None:
        """The first candidate begins: what was kept is not needed."""
        self._first = True
        self._drop()

    def take(self, event: Any) -> bytes:
        """An event of another candidate, of which nothing goes out now."""
        if isinstance(event, CandidateStart):
            if self._first or (self._lowest is not None and event.candidate.index > self._lowest.candidate.index):
                self._report.dropped("candidate.extra", event.candidate.at, None)
            else:
                self._drop()
                self._lowest = event
        elif self._lowest is not None and event.candidate == self._lowest.candidate.index:
            self._held.append(event)
        return b""

    def _drop(self) -> None:
        if self._lowest is not None:
            self._report.dropped("candidate.extra", self._lowest.candidate.at, None)
        self._lowest, self._held = None, []

    def instead(self) -> Iterator[Any]:
        """At the end: the events of the lowest candidate as those of the first, if that never came."""
        start, held = self._lowest, self._held
        if start is not None:
            self._lowest, self._held = None, []
            alone(start.candidate, self._report)
            yield CandidateStart(replace(start.candidate, index=0))
            for event in held:
                moved: Any = event
                yield replace(moved, candidate=0)
