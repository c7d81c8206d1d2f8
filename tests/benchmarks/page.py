"""docs/performance.md and its plots, from the figures of a run. `make bench` calls this at its end."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from .goals import GOALS, IMPORT, LEADS, Goal, is_for
from .growth import Growth, Step
from .ours import CHECKED, OURS
from .peers import ANY_LLM, LITELLM, LITELLM_USERS, PEERS, ROSETTA, ROSETTA_FAST
from .spent import Spent
from .timing import FLOOR, Figure

DOCS = Path(__file__).parents[2] / "docs"
Figures = dict[str, dict[str, Figure]]

HEAD = """# What translation costs

Written by `make bench` ({size}; Python {python}; {peers}). Nothing here is written by hand.

**How it is measured.** CPU time of one thread. Everyone takes turns in one process, in an order shuffled with a
fixed seed; a ratio is taken inside one round, and what stands here is the median of the rounds' ratios, with the
quartiles in brackets. The **floor** is `orjson.dumps(orjson.loads(data))` of the same bytes, for a stream of each
frame's JSON. *Spread* is the distance of the floor's own quartiles by its median: what the machine adds by itself.
dragoman is its public API with its defaults, losses reported; for streams framing is included. The documents are
written in `tests/benchmarks/documents.py` and `streams.py`; requests go from Chat to Anthropic, responses from
Anthropic to Chat.

**The peers** are called as their own programs call them (`tests/benchmarks/peers.py`), JSON text in and out.
llm-rosetta as shipped: `ConversionPipeline` and, for streams, its SSE parser and formatters; "with orjson": without
any framing, and with orjson in place of json. LiteLLM: its transformation classes; for streams its parser class, and
"as users call it" the wrapper that `completion(stream=True)` returns. any-llm: the functions between the SDKs' types,
framing left out. A dash: the peer has no entry point for this work, or is not installed.
"""


def load(path: Path) -> dict[str, Any]:
    """The figures of a run."""
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return found


COMPILED, GATE = "## Compiled\n", "## The gate\n"


def compiled(text: str) -> str:
    """The section of the page that `make bench-compiled` writes; "" where there is none yet."""
    start = text.find(COMPILED)
    return text[start : text.index(GATE)] if start >= 0 else ""


def with_compiled(text: str, section: str) -> str:
    """The page with that section."""
    old = compiled(text)
    bare = text.replace(old, "") if old else text
    return bare.replace(GATE, f"{section.rstrip()}\n\n{GATE}") if section else bare


def figures_of(found: dict[str, Any]) -> Figures:
    """Work -> who -> figure."""
    return {work: {who: Figure(*f) for who, f in row.items()} for work, row, _ in found["results"]}


def growth_of(found: dict[str, Any]) -> list[Growth]:
    """What grew."""
    return [Growth(name, unit, [Step(*s) for s in steps]) for name, unit, steps in found["growth"]]


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(c) for c in cells) + " |"


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    return "\n".join([_row(*head), "|" + "---|" * len(head), *(_row(*r) for r in rows)])


def _ratio(f: Figure | None) -> str:
    return "–" if f is None else f"{f.ratio:.3g} ({f.low:.3g} … {f.high:.3g})"


def _of(figures: Figures, goal: Goal) -> tuple[str, Figure | None]:
    """The work that a goal is for, by its whole name, and its figure."""
    for work, row in figures.items():
        if is_for(goal, work) and goal.who in row:
            return work, row[goal.who]
    return goal.work, None


def goals(figures: Figures) -> str:
    """Goals beside what was measured."""
    rows: list[tuple[object, ...]] = []
    for g in GOALS:
        work, f = _of(figures, g)
        met = "–" if f is None else "yes" if f.ratio <= g.limit else f"no, {f.ratio / g.limit:.1f} times"
        how = ", ".join(filter(None, (g.who.removeprefix(OURS).removeprefix(", "), g.note)))
        rows.append((work, how, g.limit, _ratio(f), met))
    return table(("work", "", "goal", "measured, times the floor", "met"), rows)


def spent(found: dict[str, Any]) -> str:
    """For each goal that is missed, where the time goes."""
    figures = figures_of(found)
    profiles = {(s.work, s.who): s for s in (Spent(*row) for row in found["spent"])}
    out = []
    told = set()
    for g in GOALS:
        work, f = _of(figures, g)
        profile = profiles.get((work, g.who))
        if f is None or profile is None or f.ratio <= g.limit or (work, g.who) in told:
            continue
        told.add((work, g.who))
        allowed = g.limit * f.ns / f.ratio / 1000
        unit = "an event" if work.startswith("stream") else "a record" if work.startswith("log") else "a run"
        rows: list[tuple[object, ...]] = [
            (f"`{name}`", f"{share:.0%}", f"{calls:,.3g}") for name, share, calls in profile.functions
        ]
        parts = ", ".join(f"{name} {share:.0%}" for name, share in profile.parts)
        out.append(
            f"**{work}{g.who.removeprefix(OURS)}**: {f.ns / 1000:.3g} µs {unit} where the goal allows {allowed:.3g}, "
            f"in {profile.calls:,.3g} calls of functions, {f.ns / profile.calls:,.0f} ns each with all that it does. "
            f"By module: {parts}.\n\n" + table(("function, its own time", "share", f"calls {unit}"), rows)
        )
    return "\n\n".join(out)


def leads(figures: Figures) -> str:
    """How many times faster than the peers, against what was aimed at."""
    rows: list[tuple[object, ...]] = []
    for lead in LEADS:
        row = figures.get(lead.work, {})
        mine, theirs = row.get(OURS) or row.get(f"{OURS}, 1 a read"), row.get(lead.peer)
        if mine is None or theirs is None:
            rows.append((lead.work, lead.peer, lead.factor, "–", "–"))
        else:
            factor = theirs.ratio / mine.ratio
            rows.append((lead.work, lead.peer, lead.factor, f"{factor:.2g}", "yes" if factor >= lead.factor else "no"))
    return table(("work", "peer", "goal, times faster", "measured", "met"), rows)


def everyone(found: dict[str, Any]) -> str:
    """Documents and streams: all contestants, times the floor."""
    rows: list[tuple[object, ...]] = []
    for work, row, noise in found["results"]:
        if work.startswith("pair"):
            continue
        f = {who: Figure(*value) for who, value in row.items()}
        mine = [name for name in f if name.startswith(OURS) and name != CHECKED]
        for name in mine:
            first = name is mine[0]
            others = [_ratio(f.get(p)) if first else "" for p in PEERS]
            checked = _ratio(f.get(CHECKED)) if first else ""
            label = f"{work}{name.removeprefix(OURS)}"
            ns = f"{f[FLOOR].ns / 1000:.3g} µs, {noise:.0%}" if first else ""
            rows.append((label, ns, _ratio(f[name]), checked, *others))
    head = ("work", "floor, spread", OURS, "validated", ROSETTA, ROSETTA_FAST, LITELLM, LITELLM_USERS, ANY_LLM)
    return table(head, rows)


def pairs(figures: Figures) -> str:
    """All 30 pairs: request, response, stream."""
    rows: list[tuple[object, ...]] = []
    for work in figures:
        if work.startswith("pair, request, "):
            pair = work.removeprefix("pair, request, ")
            cells = [figures[f"pair, {kind}, {pair}"][OURS] for kind in ("request", "response", "stream")]
            rows.append((pair, *(f"{c.ratio:.3g} ({c.ns / 1000:.3g} µs)" for c in cells)))
    return table(("pair", "request", "response", "stream, an event"), rows)


def growing(grown: list[Growth]) -> str:
    """Time and memory a unit, step by step."""
    out = []
    for g in grown:
        rows: list[tuple[object, ...]] = [(f"{s.size:,}", f"{s.ns:,.3g}", f"{s.memory:,.3g}") for s in g.steps]
        flat = f"A {g.unit} of the largest step costs {g.flatness():.2f} times the median of the steps near it."
        told = table((g.name, f"CPU ns a {g.unit}", f"bytes held a {g.unit}"), rows)
        out.append(f"{told}\n\n{flat}")
    return "\n\n".join(out)


def imports(found: dict[str, float]) -> str:
    """Import times."""
    rows: list[tuple[object, ...]] = [(name, f"{ms:.1f}") for name, ms in found.items()]
    told = table(("import", "CPU ms"), rows)
    if "llm_rosetta" not in found:
        return told
    share = found["dragoman"] / found["llm_rosetta"]
    met = "met" if share <= IMPORT else "not met"
    return f"{told}\n\n`import dragoman` takes {share:.2f} of llm-rosetta's import (goal: {IMPORT}, {met})."


def page(found: dict[str, Any]) -> str:
    """The whole page."""
    figures = figures_of(found)
    peers = ", ".join(f"{name} {version}" for name, version in found["peers"].items()) or "no peer installed"
    size = "a short run" if found["short"] else "a whole run"
    parts = [
        HEAD.format(size=size, python=found["python"], peers=peers),
        "![Times the JSON floor](performance.svg)\n",
        "## Goals\n\n" + goals(figures) + "\n",
        "## Where the time goes, where a goal is missed\n\nProfiles (`cProfile`, which makes calls dearer than they "
        "are: shares, not times).\n\n" + spent(found) + "\n",
        "## Beside the peers\n\n" + leads(figures) + "\n",
        "## Everyone, in multiples of the floor\n\n" + everyone(found) + "\n",
        "## All pairs, in short\n\nMultiples of the floor, and the time itself.\n\n" + pairs(figures) + "\n",
        "## As work grows\n\nTime and memory (`tracemalloc`) a unit: flat is linear. `orjson.loads` alone holds\n"
        "13 bytes a byte while it parses, so a large document costs the memory that it costs the floor.\n\n"
        "![Cost as work grows](performance-growth.svg)\n",
        growing(growth_of(found)) + "\n",
        "## Import\n\n" + imports(found["imports"]) + "\n",
        "## The gate\n\n`tests/test_cost.py` fails when fixed inputs take more byte codes, C calls or memory than\n"
        "`tests/data/cost.json` says; `make cost` renews the figures. `make bench SHORT=1` is a quick look.\n",
    ]
    return "\n".join(parts)


# --- plots ----------------------------------------------------------------------------------------------------------


def _figure(wide: float, high: float, columns: int = 1) -> Any:
    """matplotlib's own, imported here because only the environment of the peers has it."""
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "dragoman"  # the same ids every time
    pyplot: Any = import_module("matplotlib.pyplot")
    return pyplot.subplots(1, columns, figsize=(wide, high), constrained_layout=True)


def plot(figures: Figures, path: Path) -> None:
    """Everyone beside the floor, on a logarithmic scale."""
    works = [w for w in figures if not w.startswith(("pair", "log"))]
    figure, axes = _figure(10, 0.75 * len(works) + 1)
    who = [OURS, *PEERS]
    for n, name in enumerate(who):
        for y, work in enumerate(reversed(works)):
            f = figures[work].get(name) or figures[work].get(f"{name}, 1 a read")
            if f is not None:
                label = name if y == len(works) - 1 or name == LITELLM_USERS else None
                axes.barh(y + 0.3 - n * 0.14, f.ratio, 0.13, color=f"C{n}", label=label)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlabel("times the JSON floor (CPU time), shorter is better")
    axes.set_yticks(range(len(works)), [w.replace(", ", "\n", 1) for w in reversed(works)], fontsize=8)
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    axes.legend(unique.values(), unique.keys(), fontsize=8)
    _save(figure, path)


def plot_growth(grown: list[Growth], path: Path) -> None:
    """Cost a unit against size: a level line is linear growth."""
    figure, axes = _figure(10, 4, 2)
    for g in grown:
        sizes = [s.size for s in g.steps]
        axes[0].plot(sizes, [s.ns for s in g.steps], marker="o", label=g.name)
        axes[1].plot(sizes, [s.memory for s in g.steps], marker="o", label=g.name)
    for one, label in zip(axes, ("CPU ns a unit", "bytes held a unit"), strict=True):
        one.set_xscale("log")
        one.set_yscale("log")
        one.set_xlabel("size")
        one.set_ylabel(label)
    axes[0].legend(fontsize=7)
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None})
    # The drawing library leaves spaces at the ends of lines.
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n", "utf-8")


def main() -> None:
    """Read the figures that the first argument names, write page and plots."""
    found = load(Path(sys.argv[1]))
    path = DOCS / "performance.md"
    kept = compiled(path.read_text("utf-8"))  # of a run of its own
    path.write_text(with_compiled(page(found), kept), "utf-8")
    plot(figures_of(found), DOCS / "performance.svg")
    plot_growth(growth_of(found), DOCS / "performance-growth.svg")


if __name__ == "__main__":
    main()
