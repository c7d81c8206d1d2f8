"""Zero cases in which a failure, a truncation or a block turns into a success, or a tool call into a plain stop.

Over recorded traffic, every pair: whole documents and streams, and streams cut behind every frame (a sample of
them, all with DRAGOMAN_ALL=1).
"""

from __future__ import annotations

import re
from typing import Any

import pytest

import dragoman
from dragoman import registry
from dragoman.model import Response, ToolCall
from tests import corpus, cuts, fixtures

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


def test_every_stream_gets_cuts() -> None:
    """Else a test of cuts passes where there was nothing to judge: with CRLF, with CR, and as a JSON array, too."""
    for rows in (map(corpus.streams, DIALECTS), [fixtures.load("stream")]):
        for row in (row for listed in rows for row in listed):
            data = row.data if isinstance(row, fixtures.Fixture) else row.stream_body or b""
            ends = cuts.frame_ends(data)
            assert ends, row.id
            assert ends == sorted(set(ends)), row.id
            # One frame for every `data:` that follows no other, or for every chunk of an array.
            frames = len(re.findall(rb"(?:^|[\r\n]{2})(?:[a-z]+:[^\r\n]*\r?\n)*data:", data))
            assert len(ends) >= max(frames, data.count(b'"candidates"'), 1) - 1, row.id


@pytest.mark.parametrize("mark", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_where_frames_end(mark: bytes) -> None:
    data = b"data: 1" + mark + b": x" + mark + b"data: 2" + mark
    assert cuts.frame_ends(data) == [7 + len(mark), 10 + 2 * len(mark), len(data)]
    assert cuts.frame_ends(data.rstrip(b"\r\n")) == [7 + len(mark), 10 + 2 * len(mark), len(data) - len(mark)]


def test_a_line_is_no_frame() -> None:
    assert cuts.frame_ends(b"event: a\r\ndata: 1\r\n\r\nevent: b\ndata: 2\n\n") == [21, 39]


def test_where_elements_end() -> None:
    data = '[{"a": "\u00e9]"},\r\n{"b": 2}\n]'.encode()
    assert [data[:end][-3:] for end in cuts.frame_ends(data)] == [b']"}', b" 2}", b"}\n]"]
    assert cuts.frame_ends(b"") == [0]
    assert cuts.frame_ends(b"no JSON") == [7]


@by_pair
def test_fixtures_cut_behind_every_frame(source: str, target: str) -> None:
    assert_cuts({f.id: f.data for f in fixtures.load("stream") if f.dialect == shape(source)}, source, target)


@corpus.needs_traffic
@by_pair
def test_streams_cut_behind_every_frame(source: str, target: str) -> None:
    """What was written until then, closed there, says a failure wherever the source had not ended yet."""
    rows = corpus.sampled(corpus.streams(source), 25)
    assert_cuts({row.id: row.stream_body or b"" for row in rows}, source, target)


def assert_cuts(streams: dict[str, bytes], source: str, target: str) -> None:
    wrong: dict[str, str] = {}
    judged = 0
    for identity, data in streams.items():
        before = judged
        for end, found in cuts.dishonest(data, source, target):
            judged += 1
            if found is not None:
                wrong[f"{identity} behind byte {end}"] = found
        assert judged > before, f"{identity}: no cut"
    print(f"\n{source} -> {target}: {len(streams)} streams, {judged} cuts, {len(wrong)} wrong")
    assert wrong == {}
