"""Anthropic Messages: the grammar of the stream. One message, one block at a time, numbered without gaps."""

from __future__ import annotations

from collections.abc import Iterator

from ...rules import COMMON, SAME, Breaks, Finding, Grammar, Named, Rule, Seen, Step, Table, Watch, inside, whole, word

# block type -> how it streams; what comes whole in its start is `whole`, what nobody knows is `other`.
_BLOCKS = {
    "text": "text",
    "thinking": "thinking",
    "tool_use": "input",
    "server_tool_use": "input",
    "mcp_tool_use": "input",
    "compaction": "compaction",
    "redacted_thinking": "whole",
    "fallback": "whole",
}
_DELTAS = (
    "text_delta",
    "citations_delta",
    "thinking_delta",
    "signature_delta",
    "input_json_delta",
    "compaction_delta",
)
_EVENTS = (
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "ping",
    "error",
)
_ANYWHERE: dict[str, str | Breaks] = {"ping": SAME, "error": "failed", "other": SAME}
_STOP: dict[str, str | Breaks] = {"other": SAME, "stop": "stopped"}

TABLES = {
    "stream": Table(
        {
            "before": {"message_start": "message", **_ANYWHERE},
            "message": {"content_block_start": "block", "message_delta": "tail", **_ANYWHERE},
            "block": {"content_block_delta": SAME, "content_block_stop": "message", **_ANYWHERE},
            "tail": {"message_delta": SAME, "message_stop": "over", **_ANYWHERE},
            "over": {"[DONE]": Breaks("stream.mark")},
            "failed": {},
        },
        rule="stream.order",
        left=dict.fromkeys(("before", "message", "block", "tail"), "stream.complete"),
    ),
    "block": Table(
        {
            "absent": {f"start {kind}": kind for kind in (*dict.fromkeys(_BLOCKS.values()), "other")},
            "text": {"text_delta": SAME, "citations_delta": SAME, **_STOP},
            # A summary without a signature is what a foreign answer has; the service always signs.
            "thinking": {"thinking_delta": SAME, "signature_delta": "signed", **_STOP},
            "signed": {
                "thinking_delta": Breaks("block.signature"),
                "signature_delta": Breaks("block.signature"),
                **_STOP,
            },
            "input": {"input_json_delta": SAME, **_STOP},
            "compaction": {"compaction_delta": "compacted", **_STOP},
            "compacted": _STOP,
            "whole": _STOP,
            "other": {**dict.fromkeys(_DELTAS, SAME), **_STOP},
            "stopped": {},
        },
        rule="block.order",
        dense="block.index",
    ),
}


def steps(seen: Seen) -> Iterator[Step]:
    """What one event says of the stream and of a block."""
    if seen.mark:
        yield Step("stream", (), "[DONE]")
        return
    data = seen.data
    kind = word(data.get("type"))
    yield Step("stream", (), kind if kind in _EVENTS else "other", "/type")
    key = (whole(data.get("index")),)
    if kind == "content_block_start":
        block = word(inside(data.get("content_block")).get("type"))
        said = _BLOCKS.get(block) or ("whole" if block.endswith("_tool_result") else "other")
        yield Step("block", key, f"start {said}", "/index")
    elif kind == "content_block_delta":
        delta = word(inside(data.get("delta")).get("type"))
        yield Step("block", key, delta if delta in _DELTAS else "other", "/index")
    elif kind == "content_block_stop":
        yield Step("block", key, "stop", "/index")


class Empty(Watch):
    """A message begins without content and without a stop reason."""

    def see(self, seen: Seen) -> Iterator[Finding]:
        message = inside(seen.data.get("message"))
        if seen.data.get("type") == "message_start":
            if message.get("content"):
                yield Finding("/message/content", "an empty array", "content")
            if message.get("stop_reason") is not None:
                yield Finding("/message/stop_reason", "null", "a stop reason")


class Reason(Watch):
    """Before `message_stop` some `message_delta` has said why the message stops."""

    def __init__(self) -> None:
        self.told = False

    def see(self, seen: Seen) -> Iterator[Finding]:
        kind = seen.data.get("type")
        if kind == "message_delta":
            self.told = self.told or bool(inside(seen.data.get("delta")).get("stop_reason"))
        elif kind == "message_stop" and not self.told:
            yield Finding("/type", "a stop reason before it", "none so far")


RULES = (
    *COMMON,
    Rule(
        "event.name",
        "the SSE name of every record is the `type` of its data",
        'spec/ANTHROPIC.md 3: "data.type == event name"; 3.1: without `event:` lines "every event skipped"',
        watch=Named,
    ),
    Rule(
        "stream.order",
        "events come as the table says: the message, one block after the other, the tail; nothing follows an error",
        'spec/ANTHROPIC.md 3: "strict order as sent by the service"; "error: anywhere -> END (nothing follows)"',
    ),
    Rule(
        "stream.complete",
        "a stream ends with `message_stop` or `error`",
        'spec/ANTHROPIC.md 3: "S2 --message_stop--> END"',
    ),
    Rule(
        "stream.mark",
        "there is no `[DONE]`",
        'spec/ANTHROPIC.md 3: "No [DONE]"; spec/TRAFFIC.md 2: recorded once',
        "should",
    ),
    Rule(
        "message.empty",
        "`message_start` has no content and no stop reason yet",
        'spec/ANTHROPIC.md 3: message_start has "content:[], stop_reason:null"',
        watch=Empty,
    ),
    Rule(
        "message.reason",
        "a `message_delta` says the stop reason before `message_stop`",
        'spec/ANTHROPIC.md 3: "message_delta: delta{stop_reason, stop_sequence, …}"',
        watch=Reason,
    ),
    Rule(
        "block.index",
        "blocks are numbered 0, 1, 2 in the order in which they begin",
        'spec/ANTHROPIC.md 3: "content_block_start(index=n, n=0,1,2…)"; 3.1: a gap is an IndexError',
    ),
    Rule(
        "block.order",
        "deltas and the stop belong to a block that is open, and deltas are of its kind",
        'spec/ANTHROPIC.md 3: the table of blocks; "B(n) --content_block_delta(index=n)*--> B(n)"',
    ),
    Rule(
        "block.signature",
        "thinking has at most one signature, behind all of its text",
        'spec/ANTHROPIC.md 3: "thinking_delta{thinking}*, then exactly one signature_delta{…} right before stop"',
    ),
)
GRAMMAR = Grammar(TABLES, RULES, steps, failed=("failed",), mark=b"[DONE]")
