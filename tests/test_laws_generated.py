"""The laws over generated documents and streams, every directed pair: 100 examples each, 1,000 in `make proof`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dragoman
from dragoman import laws
from dragoman.errors import InvalidDocument
from dragoman.laws import Violation
from tests import public
from tests.strategies import DIALECTS

PAIRS = [(a, b) for a in DIALECTS for b in DIALECTS if a != b]
KINDS = ("request", "response")
calm = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
)

Law = Callable[[str, Any, str, str], list[Violation]]
CROSSING: list[Law] = [
    laws.spelling_is_free,
    laws.nothing_vanishes,
    laws.nothing_made_up,
    laws.settled,
    laws.pure,
]


def documents(dialect: str, kind: str, valid: bool = True) -> st.SearchStrategy[Any]:
    module = DIALECTS[dialect]
    made: st.SearchStrategy[Any] = module.requests(valid) if kind == "request" else module.responses(valid)
    return made


def assert_none(found: list[Violation]) -> None:
    assert not found, "\n".join(f"law {v.law} at {v.at or '/'}: {v.what}: {v.was!r} -> {v.now!r}" for v in found[:8])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_1_documents_come_home(dialect: str, kind: str) -> None:
    @calm
    @given(documents(dialect, kind))
    def holds(body: Any) -> None:
        assert_none(laws.home_document(kind, body, dialect))

    holds()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_1_invalid_documents_come_home_or_name_their_faults(dialect: str, kind: str) -> None:
    @calm
    @given(documents(dialect, kind, valid=False))
    def holds(body: Any) -> None:
        expected: set[str] = set()
        try:
            assert_none(laws.home_document(kind, body, dialect))
        except InvalidDocument as invalid:
            expected = {fault.expected for fault in invalid.faults}
        # Only the spine may be at fault: lists of objects that hold something else.
        assert expected <= {"object", "array", "array or string"}

    holds()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_1_streams_come_home(dialect: str) -> None:
    module = DIALECTS[dialect]

    @calm
    @given(st.one_of(module.streams(), module.streams(cut=True), module.failing_streams()))
    def holds(records: Any) -> None:
        assert_none(laws.home_stream(module.sse_bytes(records), dialect))

    holds()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_documents_cross(source: str, target: str, kind: str) -> None:
    """Laws 2, 3, 7 and 8, and what stands behind them: spellings are free, what is dropped has no effect, and the
    public functions give what the laws have seen."""

    @calm
    @given(documents(source, kind), st.integers(0, 50))
    def holds(body: Any, ordinal: int) -> None:
        for law in CROSSING:
            assert_none(law(kind, body, source, target))
        assert_none(public.as_published(kind, body, source, target))
        assert_none(laws.dropped_is_unused(kind, body, source, target, ordinal))

    holds()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_law_9_state_comes_home(source: str, target: str) -> None:
    @calm
    @given(documents(source, "response"))
    def holds(body: Any) -> None:
        assert_none(laws.state_comes_home(body, source, target))

    holds()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_laws_4_and_6_stream_is_document_and_keeps_its_grammar(source: str, target: str) -> None:
    module = DIALECTS[source]

    @calm
    @given(st.one_of(module.streams(), module.streams(cut=True), module.failing_streams()))
    def holds(records: Any) -> None:
        data = module.sse_bytes(records)
        assert_none(laws.stream_is_document(data, source, target))
        assert_none(laws.keeps_grammar(data, source, target))

    holds()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_law_4_a_whole_answer_goes_on_as_a_stream(source: str, target: str) -> None:
    @calm
    @given(documents(source, "response"))
    def holds(body: Any) -> None:
        assert_none(laws.answers_alike(body, source, target))

    holds()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_4_fold_undoes_unfold(dialect: str) -> None:
    @calm
    @given(documents(dialect, "response"))
    def holds(body: Any) -> None:
        assert_none(laws.unfolds(dragoman.read_response(body, dialect)))

    holds()


@pytest.mark.parametrize(("source", "target"), [*PAIRS, *((d, d) for d in DIALECTS)])
def test_law_5_cut_anywhere(source: str, target: str) -> None:
    module = DIALECTS[source]

    @calm
    @given(module.streams(), st.lists(st.integers(0, 20_000), max_size=12), st.sampled_from([b"\n", b"\r\n"]))
    def holds(records: Any, cuts: list[int], newline: bytes) -> None:
        data = module.sse_bytes(records, newline)
        assert_none(laws.cut_anywhere(data, source, target, cuts))

    holds()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_laws_6_and_8_streams_end_honestly_and_are_pure(source: str, target: str) -> None:
    """Law 6: a cut never looks like a success, and keeps the grammar all the same."""
    module = DIALECTS[source]

    @calm
    @given(module.streams(), st.floats(0, 1))
    def holds(records: Any, share: float) -> None:
        data = module.sse_bytes(records)
        assert_none(laws.ends_honestly(data, int(len(data) * share), source, target))
        assert_none(laws.keeps_grammar(data[: int(len(data) * share)], source, target))
        assert_none(laws.pure_stream(data, source, target))
        assert_none(public.stream_as_published(data, source, target))

    holds()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_law_10_frame_by_frame_is_all_at_once(source: str, target: str) -> None:
    """What a frame settles is out after it: only the rows of forced buffering hold back text."""
    module = DIALECTS[source]

    @calm
    @given(module.streams())
    def holds(records: Any) -> None:
        assert_none(laws.nothing_waits([module.sse_bytes([one]) for one in records], source, target))

    holds()
