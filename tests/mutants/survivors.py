"""tests/data/mutants.tsv: the mutants that no test noticed, and why that is all right, or "open".

A mutant is known by its module, its function and what it changes, not by a number: it stays the same one while the
rest of the function changes.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

from tests.proof import ROOT

FILE = ROOT / "tests" / "data" / "mutants.tsv"
OPEN = "open"
HEAD = "module\tfunction\tchange\treason"
TO = " => "


class Row(NamedTuple):
    """A survivor; `change` is the code that was, and the code that is, with TO between."""

    module: str
    function: str
    change: str
    reason: str


def read(file: Path = FILE) -> list[Row]:
    lines = file.read_text("utf-8").splitlines()[1:] if file.is_file() else []
    return [Row(*line.split("\t")) for line in lines]


def write(rows: list[Row], file: Path = FILE) -> None:
    file.write_text("\n".join([HEAD, *sorted("\t".join(row) for row in rows)]) + "\n", "utf-8")


def updated(known: list[Row], killed: list[Row], survived: list[Row]) -> list[Row]:
    """The table after a run: who was killed is gone, who survived is in it, with the reason that was known."""
    gone = {row[:3] for row in killed}
    there = {row[:3] for row in known}
    kept = [row for row in known if row[:3] not in gone]
    return kept + [row for row in survived if row[:3] not in there]


def change_of(diff: str) -> str:
    """What a unified diff changes, in one line."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    sides = (" ".join(line[1:].split()) for sign in "-+" for line in [_joined(lines, sign)])
    return TO.join(sides)


def _joined(lines: list[str], sign: str) -> str:
    return sign + " ".join(line[1:].strip() for line in lines if line.startswith(sign))


def functions(source: str) -> dict[str, str]:
    """The text of every function of a module, by its name, behind its class where it has one."""
    out: dict[str, str] = {}
    for node in ast.parse(source).body:
        owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for one in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                out[owner + one.name] = " ".join((ast.get_source_segment(source, one) or "").split())
    return out


def stale(row: Row, source: str) -> bool:
    """Whether the code that a row speaks of is no more."""
    was = row.change.partition(TO)[0]
    return was not in functions(source).get(row.function, "")
