"""Odd numbers and texts in texts, arguments, schemas and counts: each arrives as the value that it is, or is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dragoman
from dragoman import laws
from dragoman.events import CandidateStart, End, Event, Finish, PartDelta, PartEnd, PartStart, Start
from dragoman.jsontext import paired, same
from dragoman.model import Candidate, Message, Response, Text, ToolCall
from tests import public
from tests.strategies import DIALECTS, odd, odd_places
from tests.strategies.odd_places import NUMBERS, WHERE, Odd, Placed

KINDS = ("request", "response")
LAWS = (laws.nothing_vanishes, laws.nothing_made_up, laws.settled, public.as_published)
calm = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
by_kind = pytest.mark.parametrize("kind", KINDS)
by_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def said(body: Any) -> Iterator[Any]:
    """The leaves of a document, and those of the JSON texts in it."""
    for _, value in laws.leaves(body):
        yield value
        if type(value) is str and value[:1] in ("{", "["):
            try:
                yield from (inner for _, inner in laws.leaves(json.loads(value)))
            except ValueError:
                continue


def arrived(one: Odd, values: list[Any]) -> bool:
    """Texts may be part of a longer one; numbers are the same ones, in Gemini's also as a text."""
    if type(one.value) is str:
        return any(type(value) is str and paired(one.value) in paired(value) for value in values)
    return any(same(value, one.value) or (type(one.value) is int and value == str(one.value)) for value in values)


def lost(placed: Placed, t: dragoman.Translation) -> list[Odd]:
    """The odd values that neither arrived nor are told."""
    values = list(said(t.body))
    told = [loss.at for loss in t.losses if loss.kind != "invented"]
    return [
        one
        for one in placed.odd
        if not arrived(one, values)
        # Nought tokens, or nought alternatives, are as good as none asked for.
        and not (one.where == "setting" and one.value == 0)
        and not any(at == one.at or one.at.startswith(f"{at}/") or at.startswith(f"{one.at}/") for at in told)
    ]


@by_kind
@by_dialect
def test_what_is_odd_arrives_as_it_is(dialect: str, kind: str) -> None:
    others = [name for name in DIALECTS if name != dialect]

    @calm
    @given(odd_places.placed(dialect, kind), st.sampled_from(others))
    def holds(placed: Placed, target: str) -> None:
        translate: Any = dragoman.translate_request if kind == "request" else dragoman.translate_response
        t = translate(placed.text, dialect, target)
        assert t.status is not None or not lost(placed, t)
        for law in LAWS:
            assert not law(kind, placed.value, dialect, target)

    holds()


@by_kind
@by_dialect
def test_law_1_for_what_is_odd(dialect: str, kind: str) -> None:
    @calm
    @given(odd_places.placed(dialect, kind))
    def holds(placed: Placed) -> None:
        assert not laws.home_document(kind, placed.value, dialect)

    holds()


def told(text: str, arguments: str, calls: bool) -> list[Event]:
    """A stream that says a text twice, and a call whose arguments come in three pieces."""
    out: list[Event] = [
        Start(Response("", id="r", model="m", created=1)),
        CandidateStart(Candidate(0, Message("assistant"))),
        PartStart(0, 0, Text("")),
        *[PartDelta(0, 0, "text", text)] * 2,
        PartEnd(0, 0),
    ]
    if calls:
        cut = len(arguments) // 2
        out += [
            PartStart(0, 1, ToolCall(id="call_1", name="f", arguments="")),
            *(PartDelta(0, 1, "arguments", piece) for piece in (arguments[:cut], "", arguments[cut:])),
            PartEnd(0, 1),
        ]
    return [*out, Finish(0, "tool_calls" if calls else "stop"), End()]


@pytest.mark.parametrize("name", odd.VALUES)
@by_dialect
def test_streams_of_what_is_odd(dialect: str, name: str) -> None:
    """Texts and arguments of a stream arrive as they are, and so they do where it is cut into pieces."""
    literal = odd.VALUES[name]
    value = json.loads(literal)
    text = value if type(value) is str else literal
    arguments = f'{{"a": {literal}}}'
    calls = dialect != "openai-completions"
    data = dragoman.write_events(told(text, arguments, calls), dialect)
    assert not laws.home_stream(data, dialect)
    for target in DIALECTS:
        s = dragoman.translate_stream(dialect, target)
        out = s.feed(data) + s.close()
        parts = dragoman.fold(dragoman.read_events(out, target)).candidates[0].message.parts
        assert "".join(part.text for part in parts if type(part) is Text) == paired(text + text)
        made = [part.arguments for part in parts if type(part) is ToolCall]
        assert len(made) == (calls and target != "openai-completions")
        for one in made:
            assert same(json.loads(one) if type(one) is str else one, {"a": value})
        if target != dialect:
            assert not laws.stream_is_document(data, dialect, target)
        assert not laws.cut_anywhere(data, dialect, target, range(3, min(len(data), 4000), 7))


@by_dialect
def test_every_place_and_every_value_occurs(dialect: str) -> None:
    made = [one for kind in KINDS for placed in odd_places.examples(dialect, kind, 200) for one in placed.odd]
    only_texts = dialect == "openai-completions"  # which knows no tools
    assert {one.where for one in made} == ({"text", "setting"} if only_texts else set(WHERE))
    assert {one.name for one in made if type(one.value) is str} == set(odd.TEXTS)
    assert {one.name for one in made if type(one.value) is not str} == set(NUMBERS)


def test_a_changed_value_is_seen() -> None:
    """Another number, and a text with a question mark for what UTF-8 has no word for."""
    values = [Odd("2^64", "schema", "/a", 2**64), Odd("half a pair", "text", "/b", "\ud800")]
    placed = Placed(b"", None, tuple(values))
    assert not lost(placed, dragoman.Translation({"a": [2**64], "b": "x\ud800"}))
    assert not lost(placed, dragoman.Translation({"a": '{"n":18446744073709551616}', "b": '"\ud800"'}))
    assert lost(placed, dragoman.Translation({"a": float(2**64), "b": "x?"})) == values
    told = tuple(dragoman.Loss("changed", "some.code", at) for at in ("/a/n", ""))
    assert lost(placed, dragoman.Translation({}, told[:1])) == values[1:]
