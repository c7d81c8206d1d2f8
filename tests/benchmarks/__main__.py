"""Measure everything and write the figures as JSON. Run: `make bench` (`make bench SHORT=1` for a quick look)."""

from __future__ import annotations

import argparse
import gc
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from . import growth, imports, peers, spent, workloads
from .timing import Result, compare


@dataclass
class Options:
    """What the command line says."""

    rounds: int
    short: bool
    only: str
    out: Path


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=21, help="rounds of everyone in turn")
    parser.add_argument("--short", action="store_true", help="fewer rounds, smaller logs and streams")
    parser.add_argument("--only", default="", help="only pieces of work whose name holds this; no growth, no imports")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    said = parser.parse_args()
    return Options(min(said.rounds, 5) if said.short else said.rounds, said.short, said.only, said.out)


def _show(result: Result) -> None:
    print(f"{result.work}  (floor spread {result.noise:.0%})")
    for name, f in result.figures.items():
        print(f"  {name:26} {f.ns / 1000:12.2f} us {f.ratio:9.2f}  ({f.low:.2f} .. {f.high:.2f})")
    sys.stdout.flush()


def main() -> None:
    """Measure, show, write."""
    options = _options()
    results = []
    works: spent.Works = {}
    for load in workloads.everything(2_000 if options.short else 20_000):
        if options.only not in load.name:
            continue
        gc.collect()
        gc.freeze()  # what the peers have imported is no garbage of ours
        slow = load.name.startswith("log")
        rounds = max(3, options.rounds // 3) if slow or load.name.startswith("pair") else options.rounds
        result = compare(load.name, load.contestants, rounds, load.units)
        _show(result)
        results.append(result)
        works |= {(load.name, who): (work, load.units) for who, work in load.contestants.items()}
    found: dict[str, Any] = {
        "results": [[r.work, {n: list(f) for n, f in r.figures.items()}, r.noise] for r in results]
    }
    found["spent"] = [list(s) for s in spent.everything(works)]
    if not options.only:
        found["imports"] = imports.measure(5 if options.short else 15)
        found["growth"] = []
        for g in growth.everything(options.short):
            print(
                g.name, *(f"{s.size:,}: {s.ns:.3g} ns, {s.memory:.3g} bytes a {g.unit};" for s in g.steps), flush=True
            )
            found["growth"].append([g.name, g.unit, [list(s) for s in g.steps]])
        found["python"] = platform.python_version()
        found["peers"] = peers.versions()
        found["short"] = options.short
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
