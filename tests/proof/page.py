"""docs/proof.md, from the figures. Nothing is computed here that was not counted, and no figure is made up."""

from __future__ import annotations

from collections.abc import Iterator

from . import Figures

NOT = "not measured"
# The functions of dragoman.laws, with the number of their law and what they say.
LAWS: dict[str, tuple[int, str]] = {
    "home_document": (1, "a document comes home as it was"),
    "home_stream": (1, "a stream comes home as it was"),
    "nothing_vanishes": (2, "nothing vanishes in silence"),
    "dropped_is_unused": (2, "what is told as dropped has no effect"),
    "spelling_is_free": (2, "a document and its normal form translate alike"),
    "nothing_made_up": (3, "nothing is made up in silence"),
    "stream_is_document": (4, "a stream is its document"),
    "answers_alike": (4, "a whole answer told as a stream is the same answer"),
    "unfolds": (4, "fold undoes unfold"),
    "cut_anywhere": (5, "the cutting does not show"),
    "ends_honestly": (6, "a cut is no success"),
    "keeps_grammar": (6, "what is written keeps its stream grammar"),
    "settled": (7, "the second way there is the first"),
    "pure": (8, "the same input, the same bytes"),
    "pure_stream": (8, "the same stream, the same bytes"),
    "state_comes_home": (9, "state comes home, or is told"),
    "nothing_waits": (10, "what a frame settles is out"),
}


def page(figures: dict[str, Figures]) -> str:
    """The whole page."""
    out = [
        "# Proof",
        "",
        "What was measured, by which command, and what came of it. `make proof` and the jobs named below write the "
        "figures to `tests/data/proof.json`, and this page from them; no figure is written by hand. A figure is of the "
        "code as it was when its command was run. [laws.md](laws.md) says what the laws are; `make fuzz` is the job of "
        "the fuzzer. `make corpus-all` holds all recorded traffic to the tests, nothing sampled: every stream cut "
        "behind every frame, 20 damaged variants of every line, every line read by the official SDKs; it passes or "
        "fails, and writes no figure.",
        "",
    ]
    for section in (_summary, _laws, _judges, _node, _generators, _corpus, _fuzz, _mutants):
        out += section(figures)
        out.append("")
    return "\n".join(out)


def _summary(figures: dict[str, Figures]) -> Iterator[str]:
    laws, generators, corpus = (figures.get(name) for name in ("laws", "generators", "corpus"))
    judges, node, fuzz, mutants = (figures.get(name) for name in ("judges", "node", "fuzz", "mutants"))
    yield from _table("what", "figure", "measured by")
    calls = sum(row["examples"] for row in laws["counts"].values()) if laws else 0
    ways = max((row["ways"] for row in laws["counts"].values()), default=0) if laws else 0
    yield _row(
        "laws x pairs x examples",
        f"{len(laws['counts'])} x up to {ways} x {laws['max_examples']:,}: {calls:,} checks" if laws else NOT,
        laws,
    )
    reached, known = _sums(generators)
    yield _row("fields generated / known", f"{reached:,} / {known:,}" if generators else NOT, generators)
    shown = ("lines", "identical", "lossy", "refused")
    told = " / ".join(f"{sum(row[name] for row in corpus['pairs'].values()):,}" for name in shown) if corpus else NOT
    yield _row("recorded lines x pairs / identical / lossy / refused", told, corpus)
    read = sum(row["read"] for row in judges["sdks"].values()) if judges else 0
    yield _row("read by the official SDKs", f"{read:,} by {len(judges['sdks'])} clients" if judges else NOT, judges)
    read = sum(row["read"] for row in node["clients"].values()) if node else 0
    yield _row("read by the Node SDKs", f"{read:,} by {len(node['clients'])} clients" if node else NOT, node)
    yield _row("fuzz executions", f"{sum(fuzz['executions'].values()):,}" if fuzz else NOT, fuzz)
    yield _row(
        "mutants tried / killed by tests / by types / survived",
        _killed(mutants["modules"]) if mutants else NOT,
        mutants,
    )
    tests = figures.get("tests")
    told = ", ".join(f"{count:,} {word}" for word, count in tests["outcomes"].items()) if tests else NOT
    yield _row("tests of that run", told, tests)


def _laws(figures: dict[str, Figures]) -> Iterator[str]:
    laws = figures.get("laws")
    yield from _head("Laws over generated documents and streams", laws, "`make proof`")
    if not laws:
        return
    yield (
        f"At most {laws['max_examples']:,} examples for each test of a pair (Hypothesis profile "
        f"`{laws['profile']}`), measured by `{laws['command']}`. A way is a pair of dialects, or one dialect at home, "
        "and a kind of document; what is fewest is the way with the fewest examples."
    )
    yield ""
    yield from _table("law", "what it says", "ways", "fewest", "examples")
    for name, row in sorted(laws["counts"].items(), key=lambda one: LAWS.get(one[0], (99, ""))[0]):
        number, says = LAWS.get(name, (0, name))
        yield f"| {number} `{name}` | {says} | {row['ways']:,} | {row['fewest']:,} | {row['examples']:,} |"


def _judges(figures: dict[str, Figures]) -> Iterator[str]:
    judges = figures.get("judges")
    yield from _head("Official SDKs", judges, "`make proof`")
    if not judges:
        return
    yield f"Bodies, errors and streams that an SDK's client read over HTTP, measured by `{judges['command']}`."
    yield ""
    yield from _table("client", "SDK", "read")
    for name, row in judges["sdks"].items():
        yield f"| {name} | {row['sdk']} {row['version']} | {row['read']:,} |"


def _node(figures: dict[str, Figures]) -> Iterator[str]:
    node = figures.get("node")
    yield from _head("Node SDKs", node, "`make judge-node`")
    if not node:
        return
    yield (
        f"{node['cases']:,} bodies, errors and streams of all pairs, each read over HTTP by every client of its "
        f"dialect, streams also through the SDK's own helper; measured by `{node['command']}`, with Node "
        f"{node['node']} and, for the rows that begin with `ai`, version {node['ai']} of the Vercel AI SDK. Text, "
        "reasoning, calls, finish, usage and errors are what the source says, or the SDK gives something else than "
        "was written, for a reason that `tests/judges/node/deviations.py` tells: the last column counts these. For "
        f"{node['by_python']:,} generated cases, which the tests' tables have no rules for, it is what the official "
        "Python SDK sees that has to be seen."
    )
    yield ""
    yield from _table("client", "SDK", "read", "deviations of the SDK")
    for name, row in node["clients"].items():
        yield f"| {name} | {row['package']} {row['version']} | {row['read']:,} | {row['deviations']:,} |"


def _generators(figures: dict[str, Figures]) -> Iterator[str]:
    generators = figures.get("generators")
    yield from _head("Generators", generators, "`python -m tests.proof generators`")
    if not generators:
        return
    yield (
        f"Of the fields, words and situations that the specifications name, how many {generators['documents']:,} "
        f"generated documents of each kind reach; measured by `{generators['command']}`."
    )
    yield ""
    yield from _table("documents", "generated", "known", "missing")
    for name, row in generators["kinds"].items():
        missing = ", ".join(f"`{word}`" for word in row["missing"]).replace("|", "\\|")
        yield f"| {name} | {row['reached']:,} | {row['known']:,} | {missing or '-'} |"


def _corpus(figures: dict[str, Figures]) -> Iterator[str]:
    corpus = figures.get("corpus")
    how = "`python -m tests.proof corpus`, where DRAGOMAN_TRAFFIC names the folder of recorded exchanges"
    yield from _head("Recorded traffic", corpus, how)
    if not corpus:
        return
    every = corpus["every"]
    share = "every line" if every == 1 else f"one line in {every}"
    yield (
        f"Requests, responses, errors and streams of {share}, translated into each other dialect; measured by "
        f"`{corpus['command']}`. Identical: nothing dropped or changed. Lossy: told. Refused: an error of ours for "
        "what is none. At home: how many of them come home as the same JSON value or bytes."
    )
    yield ""
    yield from _table("from", "to", "documents", "identical", "lossy", "refused")
    for pair, row in corpus["pairs"].items():
        source, _, target = pair.partition(" -> ")
        counts = " | ".join(f"{row[name]:,}" for name in ("lines", "identical", "lossy", "refused"))
        yield f"| {source} | {target} | {counts} |"
    yield ""
    yield from _table("dialect", "documents", "at home")
    for name, row in corpus["home"].items():
        yield f"| {name} | {row['lines']:,} | {row['same']:,} |"


def _fuzz(figures: dict[str, Figures]) -> Iterator[str]:
    fuzz = figures.get("fuzz")
    yield from _head("Fuzzing", fuzz, "`make fuzz`")
    if not fuzz:
        return
    yield f"The last run that found nothing, of {fuzz['seconds']:,} seconds, measured by `{fuzz['command']}`."
    yield ""
    yield from _table("target", "executions")
    for name, count in fuzz["executions"].items():
        yield f"| {name} | {count:,} |"


def _mutants(figures: dict[str, Figures]) -> Iterator[str]:
    mutants = figures.get("mutants")
    yield from _head("Mutants", mutants, "`make mutants`")
    if not mutants:
        return
    yield (
        "Small faults put into the library, one at a time, by mutmut; each module by the command of its row. Of the "
        "mutants that a module can have some are tried, chosen by the digests of their names. Killed: a test failed, "
        "of the quick ones that judge the module, or with `--wide` of the many others. By types: mypy told, and no "
        "test was run. What survived is a row of `tests/data/mutants.tsv` until the code is another or a later run "
        f"has it killed: of {mutants['listed'] + mutants['open']:,} rows {mutants['listed']:,} have a reason why that "
        f"is all right, {mutants['open']:,} are open. A module without a row here was not measured."
    )
    yield ""
    yield from _table("module", "possible", "tried", "killed", "by types", "survived", "measured by")
    for name, row in mutants["modules"].items():
        counts = " | ".join(f"{row[word]:,}" for word in ("possible", "tried", "killed", "types", "survived"))
        yield f"| {name} | {counts} | `{row['command']}` |"


def _killed(modules: Figures) -> str:
    """How many of those tried were noticed, and by whom."""
    tried, killed, types = (sum(row[word] for row in modules.values()) for word in ("tried", "killed", "types"))
    return f"{tried:,} in {len(modules)} modules / {killed:,} / {types:,} / {tried - killed - types:,}"


def _head(title: str, figures: Figures | None, how: str) -> Iterator[str]:
    """The title of a section, and where it has no figures, how they are measured."""
    yield f"## {title}"
    yield ""
    if not figures:
        yield f"{NOT.capitalize()}: {how}."


def _table(*heads: str) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"


def _row(what: str, figure: str, by: Figures | None) -> str:
    command = f"`{by['command']}`" if by else "-"
    return f"| {what} | {figure} | {command} |"


def _sums(generators: Figures | None) -> tuple[int, int]:
    rows = generators["kinds"].values() if generators else ()
    return sum(row["reached"] for row in rows), sum(row["known"] for row in rows)
