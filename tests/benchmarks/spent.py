"""Where the time goes: a profile of each piece of work that has a goal, for the page to show where one is missed.

`cProfile` makes every call dearer than it is, so that shares say more than times: they are of the profiled time.
"""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import dragoman

from .goals import GOALS, is_for

PACKAGE = str(Path(dragoman.__file__).parent)
Works = dict[tuple[str, str], tuple[Callable[[], object], int]]
"""(work, who) -> what runs, and how many units of the work one run does."""
RUNS = 50  # of what does a thousand units or less
MOST = 8  # rows of one profile


class Spent(NamedTuple):
    """A profile of one piece of work: shares of the whole, and calls a run."""

    work: str
    who: str
    calls: float  # Python functions and C functions called, a unit of work
    parts: list[tuple[str, float]]  # module -> share, most first
    functions: list[tuple[str, float, float]]  # function -> share of its own, calls a unit; most first


def profiled(work: str, who: str, run: Callable[[], object], units: int = 1) -> Spent:
    """The profile of `run`, which does `units` units of work."""
    run()
    watch = cProfile.Profile()
    watch.enable()
    runs = max(1, RUNS * 1000 // max(1000, units))
    for _ in range(runs):
        run()
    watch.disable()
    stats = pstats.Stats(watch)
    rows = [(file, name, calls, own) for (file, _, name), (_, calls, own, _, _) in stats.stats.items()]  # type: ignore[attr-defined]
    whole = sum(own for *_, own in rows) or 1.0
    parts: dict[str, float] = {}
    functions: list[tuple[str, float, float]] = []
    for file, name, calls, own in rows:
        module = module_of(file, name)
        parts[module] = parts.get(module, 0.0) + own / whole
        label = name.strip("<>") if module == BUILT_IN else f"{module}: {name}"
        functions.append((label, own / whole, calls / runs / units))
    functions.sort(key=lambda row: -row[1])
    every = sum(calls for _, _, calls, _ in rows)
    most = sorted(parts.items(), key=lambda row: -row[1])
    return Spent(work, who, every / runs / units, most[:MOST], functions[:MOST])


BUILT_IN = "functions of C"


def module_of(file: str, name: str) -> str:
    """The module of a profiled function, as people say it."""
    if file.startswith(PACKAGE):
        return file[len(PACKAGE) + 1 :].removesuffix(".py")
    if "orjson" in name:
        return "orjson"
    return BUILT_IN if file == "~" else "generated code" if file.startswith("<") else Path(file).stem


def everything(works: Works) -> list[Spent]:
    """The profile of everything in `works` that has a goal."""
    wanted = {(work, who) for work, who in works for g in GOALS if who == g.who and is_for(g, work)}
    return [profiled(work, who, *works[work, who]) for work, who in works if (work, who) in wanted]
