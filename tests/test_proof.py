"""docs/proof.md says what tests/data/proof.json holds, and no figure comes from anywhere else."""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dragoman import laws
from tests import corpus, fixtures, proof
from tests.proof import FILE, PAGE, SECTIONS, load, measure, record
from tests.proof.counts import GENERATED, Counting, law_figures
from tests.proof.page import LAWS, NOT, page


def test_the_committed_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == page(load()), "stale: python -m tests.proof page"


def test_what_was_not_measured_says_so() -> None:
    told = page({})
    rows = [line for line in told.splitlines() if line.startswith("| ") and not line.startswith("| what ")]
    assert rows
    assert all(f"| {NOT} | - |" in row for row in rows)
    assert not any(character.isdigit() for row in rows for character in row)


def test_every_section_names_its_command() -> None:
    known = load()
    assert set(known) <= set(SECTIONS)
    assert all(section["command"] in PAGE.read_text("utf-8") for section in known.values())


def test_a_section_replaces_its_own_figures_and_no_others(tmp_path: Path) -> None:
    file, to = tmp_path / "proof.json", tmp_path / "proof.md"
    record("fuzz", "fuzz it", {"executions": {"a": 1}, "seconds": 1}, file, to)
    module = {"possible": 90, "tried": 9, "killed": 6, "types": 2, "survived": 1, "command": "mutate x"}
    record("mutants", "mutate it", {"modules": {"laws.py": module}, "listed": 1, "open": 0}, file, to)
    record("fuzz", "fuzz it again", {"executions": {"a": 1, "b": 1234}, "seconds": 2}, file, to)
    assert list(load(file)) == ["fuzz", "mutants"]
    told = to.read_text("utf-8")
    assert "| fuzz executions | 1,235 | `fuzz it again` |" in told
    assert (
        "| mutants tried / killed by tests / by types / survived | 9 in 1 modules / 6 / 2 / 1 | `mutate it` |" in told
    )
    assert "| laws.py | 90 | 9 | 6 | 2 | 1 | `mutate x` |" in told
    assert "fuzz it`" not in told
    with pytest.raises(ValueError):
        record("luck", "-", {}, file, to)


VIOLATIONS = "list[Violation]"


def test_every_law_has_a_number_and_a_sentence() -> None:
    found = [name for name, law in vars(laws).items() if inspect.isfunction(law) and returns(law) == VIOLATIONS]
    assert sorted(LAWS) == sorted(found)


def returns(law: Any) -> str:
    return str(law.__annotations__.get("return"))


def test_laws_are_counted_by_kind_and_pair(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(pytestconfig)
    for name, law in list(vars(laws).items()):
        monkeypatch.setattr(laws, name, law)  # all are put back at the end
    counting.wrap_laws(laws)
    body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    laws.settled("request", body, "openai-chat", "gemini")  # by no test that is counted
    counting.module = GENERATED
    laws.settled("request", body, "openai-chat", "gemini")
    laws.settled("request", body, "openai-chat", target="gemini")
    laws.settled("request", body, "openai-chat", "anthropic-messages")
    laws.home_stream(fixtures.named("gemini/plain.stream").data, "gemini")
    list(laws.leaves(body))
    assert counting.laws == Counter(
        {
            "settled request openai-chat gemini": 2,
            "settled request openai-chat anthropic-messages": 1,
            "home_stream gemini": 1,
        }
    )
    rows = law_figures(counting.laws, "brief")["counts"]
    assert rows["settled"] == {"ways": 2, "fewest": 1, "examples": 3}


def test_generators_are_measured() -> None:
    figures = measure.generators(2)
    assert figures["documents"] == 2
    for row in figures["kinds"].values():
        assert 0 < row["reached"] <= row["known"]
        assert row["known"] - row["reached"] == len(row["missing"])


def test_recorded_lines_are_sorted_into_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over lines made of fixtures, for recorded ones are not everywhere."""

    def line(name: str, **more: Any) -> Any:
        blank = {"stream": False, "status": 200, "request": None, "response": None, "stream_body": None, "id": name}
        return corpus._recorded({**blank, "dialect": "openai-chat", **more})

    lines = (
        line("a", request={"model": "m", "messages": [{"role": "user", "content": "x"}]}),
        line("b", request={"model": "m", "messages": [{"role": "user", "content": "x"}], "x_unknown": 1}),
        line("c", request={"model": "m", "messages": ["x"]}),
        line("d", stream=True, stream_body=fixtures.named("openai-chat/plain.stream").data.decode()),
    )
    counts = measure.crossing("openai-chat", "openai-responses", lines)
    assert counts["lines"] == 4
    assert counts["refused"] == 1
    assert counts["identical"] >= 1
    assert counts["lossy"] >= 1
    assert measure.at_home("openai-chat", lines) == {"lines": 4, "same": 3}
    monkeypatch.setattr(corpus, "usable", lambda dialect: lines if dialect == "openai-chat" else ())
    figures = measure.recorded(2)
    assert figures["every"] == 2
    assert figures["pairs"]["openai-chat -> gemini"]["lines"] == 2
    assert page({"corpus": {"command": "c", **figures}})


def test_the_figures_are_where_the_page_says() -> None:
    assert FILE.relative_to(proof.ROOT).as_posix() in PAGE.read_text("utf-8")
