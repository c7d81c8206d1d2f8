"""Legacy Completions: the grammar of the stream. Texts of several choices, which finish once each."""

from __future__ import annotations

from collections.abc import Iterator

from ...rules import COMMON, SAME, Breaks, Grammar, Rule, Seen, Step, Table, objects, whole
from .. import openai_grammar as shared

TABLES = {
    "stream": shared.STREAM,
    "choice": Table(
        {
            "absent": {"piece": "begun", "finish": "finished"},
            "begun": {"piece": SAME, "finish": "finished"},
            "finished": {"piece": Breaks("finish.last"), "finish": Breaks("finish.once")},
        },
        left={"begun": "choice.finished"},
    ),
}


def steps(seen: Seen) -> Iterator[Step]:
    """What one chunk says of the stream and of its choices."""
    kind = shared.said(seen)
    yield Step("stream", (), kind)
    for i, choice in objects(seen.data.get("choices") if kind == "chunk" else None):
        index = whole(choice.get("index"))
        spoken = "finish" if choice.get("finish_reason") else "piece"
        yield Step("choice", (i if index is None else index,), spoken, f"/choices/{i}")


RULES = (
    *COMMON,
    *shared.RULES,
    Rule(
        "choice.finished",
        "every choice has a finish reason, unless an error came",
        'spec/OPENAI.md 3.3: "… last piece has finish_reason"',
    ),
    Rule(
        "finish.once",
        "a choice finishes once",
        'spec/OPENAI.md 3.3: "last piece has finish_reason"',
        "should",
    ),
    Rule(
        "finish.last",
        "a choice says nothing behind its finish",
        'spec/OPENAI.md 3.3: "last piece has finish_reason (often with `text:""`), then usage chunk"',
    ),
)
GRAMMAR = Grammar(TABLES, RULES, steps, failed=("failed",), mark=shared.MARK)
