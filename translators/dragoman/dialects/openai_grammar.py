"""What the stream grammars of Chat and Completions share: the stream's own table, the envelope, and usage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..rules import SAME, Breaks, Constant, Finding, Rule, Seen, Table, Watch

MARK = b"[DONE]"
STREAM = Table(
    {
        "before": {
            "chunk": "open",
            "empty": SAME,
            "usage": SAME,
            "moderation": SAME,
            "error": "failed",
            "[DONE]": Breaks("stream.begun", "over"),
        },
        "open": {
            "chunk": SAME,
            "empty": SAME,
            "usage": "counted",
            "moderation": SAME,
            "error": "failed",
            "[DONE]": "over",
        },
        "counted": {
            "chunk": Breaks("usage.last"),
            "empty": Breaks("usage.last"),
            "usage": Breaks("usage.last"),
            "moderation": SAME,
            "error": "failed",
            "[DONE]": "over",
        },
        "over": {},
        "failed": {"[DONE]": Breaks("error.last")},
    },
    rule="stream.order",
    left={"before": "stream.begun", "open": "stream.mark", "counted": "stream.mark"},
)


def said(seen: Seen) -> str:
    """The word for a frame: chunk, empty (one without choices), usage, moderation, error or the mark."""
    data = seen.data
    if seen.mark:
        return "[DONE]"
    if data.get("error"):
        return "error"
    if data.get("choices"):
        return "chunk"
    if data.get("usage") is not None:
        return "usage"
    return "moderation" if data.get("moderation") is not None else "empty"


def _envelope(seen: Seen) -> dict[str, Any]:
    return {f"/{key}": seen.data[key] for key in ("id", "created") if key in seen.data}


class Apart(Watch):
    """Usage stands in a chunk without choices."""

    def see(self, seen: Seen) -> Iterator[Finding]:
        if seen.data.get("choices") and seen.data.get("usage") is not None:
            yield Finding("/usage", "null, or no choices", "usage beside choices")


RULES = (
    Rule(
        "stream.order",
        "frames come as the table says: chunks, usage, the mark; nothing follows the mark",
        'spec/OPENAI.md 1.6: "stream := first body* finish* usage? moderation? DONE"',
    ),
    Rule(
        "stream.begun",
        "a stream has a choice, or an error",
        'spec/OPENAI.md 1.6: "stream := first …"',
    ),
    Rule(
        "stream.mark",
        "a stream ends with `[DONE]`, or with an error",
        'spec/OPENAI.md 1.6: "ended by `data: [DONE]`"; 1.7: "missing [DONE]: fine"; spec/TRAFFIC.md 2: 10 recorded',
        "should",
    ),
    Rule(
        "error.last",
        "nothing follows an error, the mark included",
        'spec/OPENAI.md 1.6: "error := data: {"error": …} -- then the connection ends (no DONE)"',
        "should",
    ),
    Rule(
        "usage.last",
        "behind the usage comes nothing but moderation and the mark",
        'spec/OPENAI.md 1.7: "any chunk after the usage chunk without usage: usage reset to None"',
        "should",
    ),
    Rule(
        "usage.apart",
        "usage has a chunk of its own, without choices",
        'spec/OPENAI.md 1.6: "usage := chunk{choices:[], usage:{…}}"; spec/TRAFFIC.md 8: 196 with the finish',
        "should",
        watch=Apart,
    ),
    Rule(
        "envelope.constant",
        "`id` and `created` are the same in all chunks where they are not empty",
        'spec/OPENAI.md 1.6: "`id`/`created` identical on all chunks"; spec/TRAFFIC.md 8: created changes 37 times',
        "should",
        watch=lambda: Constant(_envelope),
    ),
)
