"""Streams of `anthropic-messages`: the events in the one legal order, with all block, delta and event types.

How to extend.  `_block` turns a finished block (the ones of `anthropic_messages_parts`) into its start, deltas and
stop; a type that streams in a new way is a branch there, all others come whole in their start.  What a service
does throughout is a key of `_HABITS`; what it says at the start and at the end is `_START` and `_DELTA`.
`streams(cut=True)` stops before the stop reason, `failing_streams` puts an `error` event there.  Name what is new
in `coverage.anthropic_situations`, so that it is counted.
"""

from __future__ import annotations

import json
from functools import cache

from hypothesis import strategies as st

from . import anthropic_messages_parts as p
from . import common as c
from .common import Doc, Draw, Record, S, chance, choose, fresh, rec, split, words

# fmt: off
# The tables below are laid out by hand.

_HABITS = rec({
    "pings?": words(1, 1, 2), "ping_first?": True, "ping_in_block?": True,
    "no_first_fragment?": True, "spaces?": True, "eager?": True, "input_in_start?": True, "broken_input?": True,
    "no_deltas_when_empty?": True, "citations_first?": True,
    "unknown_block?": True, "unknown_delta?": True, "unknown_event?": True,
    "two_message_deltas?": True, "no_message_stop?": True, "done?~": "data",
    "metrics?": rec({"inputTokenCount": c.COUNT, "outputTokenCount": c.COUNT, "invocationLatency": c.COUNT,
                     "firstByteLatency": c.COUNT, "cacheReadInputTokenCount?": c.COUNT,
                     "cacheWriteInputTokenCount?": c.COUNT}),
}, p=0.15, nulls=0.5)
_START = rec({
    "id": p.MESSAGE_ID, "type": "message", "role": "assistant", "model": p.MODEL, "content": [], "stop_reason": None,
    "stop_sequence": None, "stop_details?": None, "container?~": p.CONTAINER, "context_management?": None,
    "diagnostics?~": p.DIAGNOSTICS, "provider?": words("Anthropic"), "input_transformations?~": p.TRANSFORMATIONS,
    "usage": rec({"input_tokens": c.COUNT, "output_tokens": words(1, 0, 8), "cache_creation_input_tokens?~": c.COUNT,
                  "cache_read_input_tokens?~": c.COUNT, "server_tool_use?": None} | p.START_COUNTS, p=0.5),
}, p=0.35, nulls=0.3)
_DELTA = rec({
    "type": "message_delta",
    "delta": rec({"stop_reason": None, "stop_sequence": None, "stop_details?~": p.STOP_DETAILS,
                  "container?~": p.CONTAINER}, p=0.45),
    "usage": rec(p.DELTA_COUNTS | {"input_tokens?~": c.COUNT, "cost?": words(0.001), "is_byok?": c.BOOL,
                                   "cost_details?": fresh({"upstream_inference_cost": None})}, p=0.35),
    "context_management?~": p.APPLIED, "input_transformations?~": p.TRANSFORMATIONS,
}, p=0.3)
_CUSTOM_BLOCKS = ("tool_use", "server_tool_use", "mcp_tool_use")
_UNKNOWN_BLOCK = fresh({"type": "future_block", "x": 1}, {"type": "future_block", "text": "a", "id": "fb_1"})
_UNKNOWN_DELTA = fresh({"type": "future_delta", "x": [1.0, None]}, {"type": "future_delta"})
_UNKNOWN_EVENT = fresh({"type": "future_event", "x": {"y": 1}}, {"type": "future_event", "index": 0})
_EMPTY_COMPACTION = words("", None)
_PLACE = st.integers(0, 30)


# --- blocks -------------------------------------------------------------------------------------------------


def _block(draw: Draw, habits: Doc, index: int, block: Doc, truncated: bool) -> list[Record]:
    kind = block["type"]
    start = dict(block)
    deltas: list[Doc] = []
    if kind == "text":
        start, deltas = _text(draw, habits, block)
    elif kind == "thinking":
        start = block | {"thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in split(draw, block["thinking"])]
        if not block["thinking"]:  # omitted display
            deltas = draw(_NO_THINKING)
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    elif kind in _CUSTOM_BLOCKS:
        start, deltas = _input(draw, habits, block, truncated)
    elif kind == "compaction" and ("content" in block or "encrypted_content" in block):
        start = {key: value for key, value in block.items() if key != "encrypted_content"}
        start["content"] = draw(_EMPTY_COMPACTION)
        content = {key: block[key] for key in ("content", "encrypted_content") if key in block}
        deltas = [{"type": "compaction_delta"} | content]
    if "unknown_delta" in habits and not chance(draw, 5):
        deltas.append(draw(_UNKNOWN_DELTA))
    events: list[Doc] = [{"type": "content_block_start", "index": index, "content_block": start}]
    events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
    events.append({"type": "content_block_stop", "index": index})
    records: list[Record] = [(event["type"], event) for event in events]
    if "ping_in_block" in habits:
        records.insert(1, ("ping", {"type": "ping"}))
    return records


_NO_THINKING = choose(
    (2, st.builds(list)),
    fresh([{"type": "thinking_delta", "thinking": ""}]),
    (2, fresh([{"type": "thinking_delta", "thinking": "", "estimated_tokens": 50}],
          [{"type": "thinking_delta", "thinking": "", "estimated_tokens": None}])),
)


def _text(draw: Draw, habits: Doc, block: Doc) -> tuple[Doc, list[Doc]]:
    citations = block.get("citations")
    start = block | {"text": ""}
    if citations is not None:
        start["citations"] = []
    deltas: list[Doc] = [{"type": "text_delta", "text": piece} for piece in split(draw, block["text"])]
    for citation in citations or ():
        at = 0 if "citations_first" in habits else draw(_PLACE) % (len(deltas) + 1)
        deltas.insert(at, {"type": "citations_delta", "citation": citation})
    return start, deltas


def _input(draw: Draw, habits: Doc, block: Doc, truncated: bool) -> tuple[Doc, list[Doc]]:
    value: Doc = block["input"]
    start = block | {"input": {}}
    if "input_in_start" in habits:
        return dict(block), []
    if not value:
        return start, [] if "no_deltas_when_empty" in habits else [{"type": "input_json_delta", "partial_json": ""}]
    text = json.dumps(value, ensure_ascii="spaces" in habits, separators=None if "spaces" in habits else (",", ":"))
    if truncated and "broken_input" in habits:
        text = text[: max(1, len(text) - 2)]
    pieces = split(draw, text, 6 if "eager" in habits else 3)
    if "no_first_fragment" not in habits:
        pieces.insert(0, "")
    return start, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


# --- the whole stream -----------------------------------------------------------------------------------------


def _events(draw: Draw, habits: Doc) -> list[Record]:
    """Everything up to the final `message_delta`, and that one last."""
    ids = p.fresh_ids(draw)
    tools = chance(draw, 4)
    blocks = [] if chance(draw, 1) else p.model_blocks(draw, p.IN_RESPONSES, ids, tools)
    if "unknown_block" in habits:
        blocks.insert(draw(_PLACE) % (len(blocks) + 1), draw(_UNKNOWN_BLOCK))
    end: Doc = draw(_DELTA)
    usual = tools and not chance(draw, 6)
    reason = "tool_use" if usual else draw(p.STOP_REASON)
    if tools and "broken_input" in habits:
        reason = "max_tokens"
    records: list[Record] = [("message_start", {"type": "message_start", "message": draw(_START)})]
    for index, block in enumerate(blocks):
        records += _block(draw, habits, index, block, reason == "max_tokens" and index == len(blocks) - 1)
    if "two_message_deltas" in habits:
        first = {"type": "message_delta", "delta": {"stop_reason": None, "stop_sequence": None},
                 "usage": {"output_tokens": 1}}
        records.append(("message_delta", first))
    end["delta"]["stop_reason"] = reason
    if reason == "stop_sequence":
        end["delta"]["stop_sequence"] = draw(words("END", "\n\nHuman:"))
    if reason == "refusal" and chance(draw, 6):
        end["delta"]["stop_details"] = draw(p.STOP_DETAILS)
    elif reason != "refusal" and "stop_details" in end["delta"]:
        end["delta"]["stop_details"] = None
    records.append(("message_delta", end))
    return records


@st.composite
def _streams(draw: Draw, cut: bool, fail: bool) -> list[Record]:
    habits: Doc = draw(_HABITS)
    records = _events(draw, habits)
    if cut or fail:
        del records[draw(_PLACE) % len(records) :]
    if fail:
        records.append(("error", draw(_ERROR)))
    elif not cut and "no_message_stop" not in habits:
        metrics = {"amazon-bedrock-invocationMetrics": habits["metrics"]} if "metrics" in habits else {}
        records.append(("message_stop", {"type": "message_stop"} | metrics))
        if "done" in habits:
            records.append((habits["done"], "[DONE]"))
    last = len(records) if cut else len(records) - 1  # nothing follows an error or the end
    for _ in range(habits.get("pings", 0)):
        records.insert(draw(_PLACE) % (last + 1), ("ping", {"type": "ping"}))
    if "ping_first" in habits:
        records.insert(0, ("ping", {"type": "ping"}))
    if "unknown_event" in habits and records:
        records.insert(draw(_PLACE) % (last + 1), ("future_event", draw(_UNKNOWN_EVENT)))
    return records


_ERROR = p.error_body("overloaded_error", "api_error", "rate_limit_error", "invalid_request_error", "timeout_error")


@cache
def streams(cut: bool = False, *, extras: bool = True) -> S:
    """Lists of SSE records that end properly: there is a `message_delta` with a stop reason (`message_stop` may be
    missing, as it does in practice); with `cut=True` lists that stop before it, the empty list included."""
    strategy = _streams(cut, False)
    return c.document(c.sprinkled(strategy) if extras else strategy)


@cache
def failing_streams(*, extras: bool = True) -> S:
    """Lists of SSE records that end in an `error` event, at any place before the stop reason."""
    strategy = _streams(False, True)
    return c.document(c.sprinkled(strategy) if extras else strategy)
