"""The table of surviving mutants speaks of code that is there, and the machinery around mutmut does what it says.

mutmut itself has an environment of its own: `make mutants`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.__main__ import sample
from tests.mutants.modules import MODULES, WIDE
from tests.mutants.survivors import FILE, OPEN, Row, change_of, functions, read, stale, updated, write
from tests.proof import ROOT, load

LIBRARY = ROOT / "translators" / "dragoman"
DIFF = """# dragoman.x.x_f__mutmut_1: survived
--- src/dragoman/x.py
+++ src/dragoman/x.py
@@ -1,4 +1,4 @@
 def f(a):
-    if a > 1:
+    if a >= 1:
         return  a
"""
SOURCE = """
class C:
    def f(self, a):
        return a  +  1

def f(a):
    if a > 1:
        return a
"""


def test_every_row_speaks_of_code_that_is_there() -> None:
    rows = read()
    assert rows == sorted(set(rows))
    for row in rows:
        assert row.module in MODULES
        assert row.reason
        assert not stale(row, (LIBRARY / row.module).read_text("utf-8")), f"{row.module} {row.function}: {row.change}"


def test_modules_and_their_tests_are_there() -> None:
    for module, tests in MODULES.items():
        assert (LIBRARY / module).is_file()
        for name in (*tests, *WIDE):
            assert (ROOT / "tests" / f"{name}.py").is_file()


def test_the_figures_are_those_of_the_table() -> None:
    figures = load().get("mutants")
    assert figures is not None
    rows = read()
    assert figures["open"] == sum(row.reason == OPEN for row in rows)
    assert figures["listed"] == sum(row.reason != OPEN for row in rows)
    for row in figures["modules"].values():
        assert row["tried"] == row["killed"] + row["types"] + row["survived"] <= row["possible"]


def test_a_change_is_told_in_a_line() -> None:
    row = Row("x.py", "f", change_of(DIFF), OPEN)
    assert row.change == "if a > 1: => if a >= 1:"
    assert not stale(row, SOURCE)
    assert stale(row._replace(function="C.f"), SOURCE)
    assert stale(row._replace(function="g"), SOURCE)
    assert not stale(Row("x.py", "C.f", "return a + 1 => return a - 1", OPEN), SOURCE)
    assert set(functions(SOURCE)) == {"C.f", "f"}


def test_the_table_after_a_run() -> None:
    a, b, c = (Row("x.py", "f", change, OPEN) for change in ("a => b", "b => c", "c => d"))
    known = [a._replace(reason="equivalent"), b]
    assert updated(known, [b], [a, c]) == [a._replace(reason="equivalent"), c]
    assert updated(known, [], []) == known


def test_the_table_is_written_as_it_is_read(tmp_path: Path) -> None:
    rows = [Row("b.py", "f", "x => y", "because"), Row("a.py", "C.f", "x => y", OPEN)]
    write(rows, tmp_path / "t.tsv")
    assert read(tmp_path / "t.tsv") == sorted(rows)
    assert read(tmp_path / "none.tsv") == []
    assert FILE.is_file()


def test_a_sample_stays_when_other_code_changes() -> None:
    names = [f"dragoman.x.x_f__mutmut_{n}" for n in range(200)]
    chosen = sample(names, 20, 0)
    assert len(set(chosen)) == 20
    more = sample([*names, "dragoman.x.x_g__mutmut_1"], 20, 0)
    assert len(set(chosen) - set(more)) <= 1
    assert set(sample(names, 20, 1)) != set(chosen)
    assert sorted(sample(names, 500, 0)) == sorted(names)


@pytest.mark.parametrize("name", ["pytest", "mutmut"])
def test_the_tool_is_pinned(name: str) -> None:
    assert f"\n{name}==" in (ROOT / "tests" / "mutants" / "requirements.txt").read_text("utf-8")
