"""Zero cases in which a failure, a truncation or a block turns into a success, or a tool call into a plain stop.

Over recorded traffic, every pair: whole documents and streams, and streams cut behind every frame (a sample of
them, all with DRAGOMAN_ALL=1).
"""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

import dragoman
from dragoman import registry
from dragoman.events import Event, Failure
from dragoman.model import Response, ToolCall
from tests import corpus, fixtures

DIALECTS = dragoman.dialects()
PAIRS = [(a, b) for a in DIALECTS for b in DIALECTS if a != b]


def shape(dialect: str) -> str:
    """The dialect whose fixtures are this one's, too."""
    return corpus.SHAPE.get(dialect, dialect)


by_pair = pytest.mark.parametrize(("source", "target"), PAIRS)

# What tells a client that the answer is not whole, by canonical finish reason.
CUT = {"length", "context_window", "content_filter", "malformed_call", "error", "other", None}
WHOLE = {"stop", "stop_sequence"}
# Answers of legacy Completions are text: a call cannot be in them, and the answer then counts as cut off.
NO_CALLS = {"openai-completions"}


def outcome(r: Response) -> str:
    """failed, cut, calls or whole: what a client is told of the first candidate."""
    if r.error is not None:
        return "failed"
    first = min(r.candidates, key=lambda c: c.index, default=None)
    calls = first is not None and any(isinstance(p, ToolCall) for p in first.message.parts)
    if first is None or (first.finish_reason in CUT and not (calls and first.finish_reason is None)):
        return "cut"
    return "calls" if calls else "whole"


def judge(before: Response, after: Response, target: str) -> str | None:
    """What is wrong with what the target says, or None."""
    was, now = outcome(before), outcome(after)
    if was == "failed" and now != "failed":
        return f"a failure became {now}"
    if was == "cut" and now not in ("cut", "failed"):
        return f"a cut answer became {now}"
    finish = after.candidates[0].finish_reason if after.candidates else None
    if was == "calls" and target in NO_CALLS:
        return None if now == "cut" else "a call that is gone became a success"
    if was == "calls" and (now != "calls" or finish in WHOLE):
        # Gemini says STOP for calls, too: its reader tells them apart.
        return f"calls became {now} ({finish})"
    return None


@by_pair
def test_whole_documents(source: str, target: str) -> None:
    rows: list[tuple[str, Any]] = [(f.id, f.json()) for f in fixtures.load("response") if f.dialect == shape(source)]
    rows += [(row.id, row.response) for row in corpus.documents(source)]
    wrong = {}
    for identity, body in rows:
        out = dragoman.translate_response(body, source, target)
        after = registry.get(target).read_response(out.body)
        before = registry.get(source).read_response(body)
        if (out.status is not None) != (after.error is not None):
            wrong[identity] = "status and body say different things"
        elif (found := judge(before, after, target)) is not None:
            wrong[identity] = found
    assert rows
    assert wrong == {}


@by_pair
def test_whole_streams(source: str, target: str) -> None:
    rows = [(f.id, f.data) for f in fixtures.load("stream") if f.dialect == shape(source)]
    rows += [(row.id, row.stream_body or b"") for row in corpus.streams(source)]
    wrong = {}
    for identity, data in rows:
        stream = dragoman.translate_stream(source, target)
        sent = stream.feed(data) + stream.close()
        before, after = folded(data, source), folded(sent, target)
        if (before is None) != (after is None) or (before is None) != (stream.error is not None):
            wrong[identity] = "a failure and a success"
        elif before is not None and after is not None and (found := judge(before, after, target)) is not None:
            wrong[identity] = found
    assert rows
    assert wrong == {}


def folded(data: bytes, dialect: str) -> Response | None:
    """The whole answer of a stream, or None where it failed."""
    try:
        return dragoman.fold(dragoman.read_events(data, dialect))
    except dragoman.BrokenStream:
        return None


@corpus.needs_traffic
@by_pair
def test_streams_cut_behind_every_frame(source: str, target: str) -> None:
    """What was written until then, closed there, says a failure wherever the source had not ended yet."""
    rows = corpus.sampled(corpus.streams(source), 25)
    wrong: dict[str, str] = {}
    cuts = 0
    for row in rows:
        reader, check = registry.get(source).reader(), registry.get(target).reader()
        stream = dragoman.translate_stream(source, target)
        failed = told = False
        for i, frame in enumerate(pieces(row.stream_body or b"")):
            failed = failed or fails(reader.feed(frame))
            told = told or fails(check.feed(stream.feed(frame)))
            if failed:
                break
            cuts += 1
            ends = fails(copy.deepcopy(reader).close())
            closing = copy.deepcopy(stream)
            end = copy.deepcopy(check)
            seen = fails(end.feed(closing.close())) or fails(end.close())
            if ends != seen or ends != (closing.error is not None):
                wrong[f"{row.id} frame {i}"] = "a cut became a success" if ends else "a success became a failure"
        if failed != told:
            wrong[row.id] = "a failure and a success"
    print(f"\n{source} -> {target}: {len(rows)} streams, {cuts} cuts, {len(wrong)} wrong")
    assert wrong == {}


def pieces(data: bytes) -> list[bytes]:
    """A stream behind every SSE record; a JSON array in pieces of 64 bytes."""
    records = re.split(rb"(?<=\n\n)|(?<=\n\r\n)", data)
    return [r for r in records if r] if len(records) > 2 else [data[i : i + 64] for i in range(0, len(data), 64)]


def fails(events: list[Event]) -> bool:
    return any(isinstance(event, Failure) for event in events)
