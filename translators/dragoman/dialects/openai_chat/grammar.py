"""OpenAI Chat: the grammar of the stream, for every flavour of its shape.

What the rules call `should` is what the vendor sends and what every client's accumulator takes; others who speak the
dialect break each of them now and then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...rules import (
    COMMON,
    SAME,
    Breaks,
    Finding,
    Grammar,
    Rule,
    Seen,
    Step,
    Table,
    Watch,
    inside,
    objects,
    whole,
    word,
)
from .. import openai_grammar as shared

_LISTS = ("annotations", "thinking_blocks", "reasoning_details")

TABLES = {
    "stream": shared.STREAM,
    "choice": Table(
        {
            "absent": {
                "idle": SAME,
                "role": "begun",
                "piece": Breaks("role.first", "begun"),
                "finish": Breaks("role.first", "finished"),
            },
            "begun": {"idle": SAME, "role": Breaks("role.once"), "piece": SAME, "finish": "finished"},
            "finished": {
                "idle": Breaks("finish.last"),
                "role": Breaks("role.once"),
                "piece": Breaks("finish.last"),
                "finish": Breaks("finish.once"),
            },
        },
        left={"begun": "choice.finished"},
        dense="choice.index",
    ),
    "call": Table(
        {
            "absent": {"opening": "open", "half an opening": Breaks("call.whole", "open")},
            "open": {"piece": SAME, "opening": Breaks("call.once"), "half an opening": Breaks("call.once")},
        },
        rule="call.opened",
        dense="call.index",
    ),
}


def steps(seen: Seen) -> Iterator[Step]:
    """What one chunk says of the stream, of its choices and of their calls."""
    kind = shared.said(seen)
    yield Step("stream", (), kind)
    if kind != "chunk":
        return
    for i, choice in objects(seen.data.get("choices")):
        at = f"/choices/{i}"
        index = whole(choice.get("index"))
        key = (i if index is None else index,)
        delta = inside(choice.get("delta"))
        idle = True
        if delta.get("role"):
            idle = False
            yield Step("choice", key, "role", f"{at}/delta/role")
        if any(value not in (None, "", [], {}) for name, value in delta.items() if name != "role"):
            idle = False
            yield Step("choice", key, "piece", f"{at}/delta")
        if choice.get("finish_reason"):
            idle = False
            yield Step("choice", key, "finish", f"{at}/finish_reason")
        if idle:
            yield Step("choice", key, "idle", at)
        for j, call in objects(delta.get("tool_calls")):
            number = whole(call.get("index"))
            if number is not None:
                yield Step("call", (*key, number), _opening(call), f"{at}/delta/tool_calls/{j}/index")


def _opening(call: dict[str, Any]) -> str:
    """Whether an entry opens a call, with all that belongs there, or goes on with one."""
    name = word(inside(call.get("function")).get("name")) or word(inside(call.get("custom")).get("name"))
    given = [bool(word(call.get("id"))), bool(name)]
    if not any(given):
        return "piece"
    return "opening" if all(given) and word(call.get("type")) else "half an opening"


class Indexed(Watch):
    """Every entry of `tool_calls` has an index."""

    def see(self, seen: Seen) -> Iterator[Finding]:
        for i, choice in objects(seen.data.get("choices")):
            for j, call in objects(inside(choice.get("delta")).get("tool_calls")):
                if whole(call.get("index")) is None:
                    yield Finding(f"/choices/{i}/delta/tool_calls/{j}/index", "an index", "none")


class Merged(Watch):
    """Entries of lists that come in more than one delta have an index."""

    def __init__(self) -> None:
        self.before: set[tuple[int, str]] = set()

    def see(self, seen: Seen) -> Iterator[Finding]:
        for i, choice in objects(seen.data.get("choices")):
            for name in _LISTS:
                entries = list(objects(inside(choice.get("delta")).get(name)))
                place = (whole(choice.get("index")) or 0, name)
                for j, entry in entries if place in self.before else ():
                    if whole(entry.get("index")) is None:
                        yield Finding(f"/choices/{i}/delta/{name}/{j}/index", "an index", "none")
                if entries:
                    self.before.add(place)


RULES = (
    *COMMON,
    *shared.RULES,
    Rule(
        "choice.finished",
        "every choice has a finish reason, unless an error came",
        'spec/OPENAI.md 1.6: finish is "exactly one per choice index"; 1.7: Node throws `missing finish_reason`',
    ),
    Rule(
        "choice.index",
        "choices are numbered 0, 1, 2 in the order in which they begin",
        'spec/OPENAI.md 1.7: "choice index 1 first (n=2), or 0,2,1: IndexError"',
        "should",
    ),
    Rule(
        "role.first",
        "the first delta of a choice has the role",
        'spec/OPENAI.md 1.6: "first := chunk{delta:{role:"assistant", …}}"; 1.7: Node throws `missing role`',
        "should",
    ),
    Rule(
        "role.once",
        "the role stands in the first delta of a choice only",
        'spec/OPENAI.md 1.7: strings are "concatenated: `assistantassistant`"; spec/TRAFFIC.md 8: 126 recorded',
        "should",
    ),
    Rule(
        "finish.once",
        "a choice finishes once",
        'spec/OPENAI.md 1.7: "exactly one finish chunk"; spec/TRAFFIC.md 8: twice in 64 recorded',
        "should",
    ),
    Rule(
        "finish.last",
        "a choice says nothing behind its finish",
        'spec/OPENAI.md 1.6: "first body* finish*"; spec/TRAFFIC.md 8: an empty delta behind it in 20 recorded',
        "should",
    ),
    Rule(
        "call.opened",
        "a piece of a call belongs to one that was opened with its id and its name",
        'spec/OPENAI.md 1.6: "First fragment: index, id, type, function.name, …; later ones: index + …"',
    ),
    Rule(
        "call.whole",
        "the fragment that opens a call has id, type and name",
        'spec/OPENAI.md 1.7: "id+type+name exactly once, in the fragment that opens the index"',
        "should",
    ),
    Rule(
        "call.once",
        "later fragments of a call repeat neither id nor name",
        'spec/OPENAI.md 1.7: "repeated on later chunks: concatenated: `call_1call_1`"',
        "should",
    ),
    Rule(
        "call.index",
        "calls of a choice are numbered 0, 1, 2 in the order in which they begin",
        'spec/OPENAI.md 1.6: "keyed by `index` (int, per choice, 0-based, contiguous)"; 1.7: an IndexError',
        "should",
        watch=Indexed,
    ),
    Rule(
        "list.index",
        "entries of a list that comes in more than one delta have an index",
        'spec/OPENAI.md 1.7: "lists without `index` in ≥2 chunks: RuntimeError"',
        "should",
        watch=Merged,
    ),
)
GRAMMAR = Grammar(TABLES, RULES, steps, failed=("failed",), mark=shared.MARK)
