"""No translation costs more than it did: counted, not timed, so that a busy machine cannot fool it.

The figures stand in tests/data/cost.json; `make cost` renews them, where a change is worth what it costs.
"""

from __future__ import annotations

import pytest

from tests.benchmarks import counting

ALLOWED = {"byte codes": 1.03, "C calls": 1.03, "peak bytes": 1.10}  # times the committed figure


@pytest.fixture(scope="module")
def counts() -> counting.Counts:
    if counting.VERSION not in counting.committed():
        pytest.skip(f"tests/data/cost.json has no figures for Python {counting.VERSION}: byte codes differ by version")
    return counting.count_apart()


@pytest.mark.parametrize("work", counting.inputs())
def test_no_work_costs_more_than_it_did(work: str, counts: counting.Counts) -> None:
    known = counting.committed()[counting.VERSION]
    assert work in known, "new work: make cost"
    grown = {
        what: (known[work][what], now)
        for what, now in counts[work].items()
        if now > known[work][what] * ALLOWED[what] + 16
    }
    assert not grown, f"{work} grew (committed, now): {grown}; if that is worth it: make cost"


def test_a_count_is_the_same_every_time() -> None:
    work = counting.inputs()["request, small"]
    work()
    assert counting.byte_codes(work) == counting.byte_codes(work)
    assert counting.c_calls(work) == counting.c_calls(work)
    assert counting.byte_codes(work) > 500
