"""Documents and events that were built by hand, and hold what they cannot: an error of ours, or what they say."""

from __future__ import annotations

import contextlib
from typing import Any, cast

import pytest

import dragoman
from dragoman import events
from dragoman.model import Candidate, Error, Message, Request, Response, Text

BEGUN = [events.Start(Response("")), events.CandidateStart(Candidate(0, Message("assistant")))]
MISBUILT: list[Any] = [
    [*BEGUN, events.PartStart(0, 0, Text("")), events.PartDelta(0, 0, "text", 7)],
    [events.Failure(Error("api_error", cast(str, 5)))],
]


@pytest.mark.parametrize("told", MISBUILT)
def test_events_built_by_hand_that_hold_what_they_cannot(told: list[Any]) -> None:
    """DESIGN 3: "Nothing else escapes, whatever the input"."""
    for target in ("openai-chat", "anthropic-messages"):
        with contextlib.suppress(dragoman.DragomanError):
            dragoman.write_events(told, target)
    with pytest.raises(dragoman.DragomanError):
        dragoman.fold([*told, events.PartEnd(0, 0), events.End()])


def test_documents_built_by_hand_that_hold_what_they_cannot() -> None:
    for target in ("openai-chat", "anthropic-messages"):
        with pytest.raises(dragoman.DragomanError):
            dragoman.write_response(Response("", candidates=[cast(Any, None)]), target)
        with pytest.raises(dragoman.DragomanError):
            dragoman.write_request(Request("", messages=[cast(Any, None)]), target)
