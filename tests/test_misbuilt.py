"""Documents and events that were built by hand, and hold what they cannot: an error of ours, or what they say."""

from __future__ import annotations

import contextlib
from typing import Any, cast

import pytest

import dragoman
from dragoman import events, grammar, profiles, translate
from dragoman.model import Candidate, Error, Message, Request, Response, Text
from tests import fixtures, test_bad_input
from tests.fuzz import targets

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


def damaged(*_: Any) -> None:
    raise KeyError("a bug of the library")


@pytest.mark.parametrize("place", ["come_home", "_written_request"])
def test_the_fuzzer_takes_no_crash_for_a_refusal(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What leaves as an error of ours for the sake of documents built by hand is a crash where we read them."""
    target = "homecoming" if place == "come_home" else "documents"
    seeds = list(targets.seeds(target))
    monkeypatch.setattr(translate, place, damaged)
    crashed = 0
    for data in seeds:
        try:
            targets.TARGETS[target](data)
        except KeyError:
            crashed += 1
    assert crashed > len(seeds) / 4


@pytest.mark.parametrize("way", [test_bad_input.requests_rewritten, test_bad_input.responses_rewritten])
def test_bad_input_takes_no_crash_for_a_refusal(way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = way.__name__.removesuffix("s_rewritten")
    monkeypatch.setattr(translate, f"_written_{kind}", damaged)
    findings = test_bad_input.Findings()
    fixture = fixtures.load(kind)[0]
    findings.attempt("", lambda: way(fixture.json(), fixture.dialect))
    assert [found.partition(" ")[0] for found in findings.found] == ["KeyError"]


def test_what_is_refused_is_no_crash() -> None:
    findings = test_bad_input.Findings()
    findings.attempt("", lambda: test_bad_input.requests_rewritten(b"[", "openai-chat"))
    findings.attempt("", lambda: test_bad_input.requests_rewritten({"messages": 5}, "openai-chat"))
    findings.assert_none()


@pytest.mark.parametrize("stream", ["data: x", None, 5, ["x"]])
def test_what_is_no_stream_has_no_grammar(stream: Any) -> None:
    with pytest.raises(dragoman.DragomanError, match="bytes"):
        grammar.check_stream("openai-chat", stream)


@pytest.mark.parametrize("model", [None, 5, ["m"]])
def test_a_model_that_is_no_text_is_named(model: Any) -> None:
    with pytest.raises(dragoman.InvalidDocument) as caught:
        profiles.lookup("openai-chat", model)
    assert [(fault.at, fault.expected) for fault in caught.value.faults] == [("/model", "string")]
