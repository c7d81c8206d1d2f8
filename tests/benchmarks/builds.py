"""The package as its sources are, and compiled, in turn: a process each, the floor in every one. `make bench-compiled`.

Two builds of one package cannot be imported by one process. So each measures its share of the rounds against the floor
of its own process, they take turns, and what is compared are multiples of the floor.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median

import orjson

from . import page, workloads
from .goals import GOALS, is_for
from .ours import OURS
from .timing import FLOOR, compare, quartiles

BUILDS = ("interpreted", "compiled")
Ratios = dict[tuple[str, str], dict[str, list[float]]]  # work and who -> build -> multiples of the floor

TEXT = """## Compiled

Written by `make bench-compiled` (Python {python}, {turns} turns of {rounds} rounds each). The wheel that `make
wheel-compiled` builds ([decision 22](decisions/0022-compiled.md)) beside the sources, in multiples of the floor: both
take turns, in processes of their own, and every one measures the floor, too. The figures above are those of the sources
in one process with the peers.
"""


def works(rounds: int, records: int) -> list[tuple[str, str, float]]:
    """Work, who, and the multiple of the floor, of this process's build."""
    out: list[tuple[str, str, float]] = []
    loads = itertools.chain(workloads.requests(), workloads.responses(), workloads.streams(), workloads.log(records))
    for load in loads:
        ours = {who: work for who, work in load.contestants.items() if who == FLOOR or who.startswith(OURS)}
        figures = compare(load.name, ours, rounds, load.units).figures
        out += [(load.name, who, f.ratio) for who, f in figures.items() if who != FLOOR]
    return out


def measured(turns: int, rounds: int, records: int) -> Ratios:
    """Both builds in turn."""
    found: Ratios = {}
    for _ in range(turns):
        for build in BUILDS:
            roots = ["translators", "."] if build == "interpreted" else ["."]
            env = os.environ | {"PYTHONPATH": os.pathsep.join(roots)}
            command = [
                sys.executable,
                "-m",
                "tests.benchmarks.builds",
                "--one",
                f"--rounds={rounds}",
                f"--records={records}",
            ]
            said = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE).stdout
            for work, who, ratio in orjson.loads(said):
                found.setdefault((work, who), {}).setdefault(build, []).append(ratio)
    return found


def section(found: Ratios, turns: int, rounds: int) -> str:
    """The section of docs/performance.md."""
    rows: list[tuple[object, ...]] = []
    for (work, who), builds in found.items():
        slow, fast = (builds[name] for name in BUILDS)
        limits = [g.limit for g in GOALS if is_for(g, work) and g.who == who]
        goal = min(limits, default=None)
        met = "–" if goal is None else "yes" if median(fast) <= goal else f"no, {median(fast) / goal:.1f} times"
        shown = [f"{median(v):.3g} ({quartiles(v)[0]:.3g} … {quartiles(v)[1]:.3g})" for v in (slow, fast)]
        label = work + who.removeprefix(OURS)
        rows.append((label, goal or "–", *shown, f"{median(slow) / median(fast):.2g}", met))
    head = ("work", "goal", "sources", "compiled", "times faster", "compiled meets the goal")
    text = TEXT.format(python=platform.python_version(), turns=turns, rounds=rounds)
    return text + "\n" + page.table(head, rows) + "\n"


def main() -> None:
    """Measure both builds and write the section, or, with --one, print what this process's build takes."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.builds", description=__doc__)
    parser.add_argument("--one", action="store_true")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=2_000)
    said = parser.parse_args()
    if said.one:
        sys.stdout.buffer.write(orjson.dumps(works(said.rounds, said.records)))
        return
    path = Path(page.DOCS) / "performance.md"
    new = section(measured(said.turns, said.rounds, said.records), said.turns, said.rounds)
    path.write_text(page.with_compiled(path.read_text("utf-8"), new), "utf-8")


if __name__ == "__main__":
    main()
