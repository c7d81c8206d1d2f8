"""Zero cases in which a failure, a truncation or a block turns into a success, or a tool call into a plain stop.

Over recorded traffic, every pair: whole documents and streams, and streams cut behind every frame (a sample of
them, all with DRAGOMAN_ALL=1).
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import dragoman
from dragoman import registry
from dragoman.model import Response, ServerTool, ToolCall
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
# Calls that a Responses client runs, or grants, though they are in the vendor's own words (spec/OPENAI.md 2.2), and
# the items that answer them: none stands in the same answer, so that the answer waits for it.
VENDOR_CALLS: dict[str, dict[str, Any]] = {
    "computer_call": {"call_id": "call_1", "action": {"type": "screenshot"}, "pending_safety_checks": []},
    "local_shell_call": {"call_id": "call_1", "action": {"type": "exec", "command": ["ls"], "env": {}}},
    "shell_call": {"call_id": "call_1", "action": {"commands": ["ls"]}},
    "apply_patch_call": {"call_id": "call_1", "operation": {"type": "delete_file", "path": "a"}},
    "mcp_approval_request": {"name": "roll", "server_label": "dice", "arguments": "{}"},
    "tool_search_call": {"call_id": "call_1", "arguments": {"goal": "weather"}, "execution": "client"},
}


def outcome(r: Response) -> str:
    """failed, cut, calls, waits or whole: what a client is told of the first candidate.

    waits: for the result of a call that only the vendor's own clients know, and for no other.
    """
    if r.error is not None:
        return "failed"
    first = min(r.candidates, key=lambda c: c.index, default=None)
    parts = first.message.parts if first is not None else []
    calls = any(isinstance(p, ToolCall) for p in parts)
    if first is None or (first.finish_reason in CUT and not (calls and first.finish_reason is None)):
        return "cut"
    if calls:
        return "calls"
    steps = [p for p in parts if isinstance(p, ServerTool)]
    done = {p.id for p in steps if p.step == "result"} - {None}
    waiting = [p for p in steps if p.type in VENDOR_CALLS and p.id not in done]
    return "waits" if any(p.value.get("execution") != "server" for p in waiting) else "whole"


def judge(before: Response, after: Response, target: str) -> str | None:
    """What is wrong with what the target says, or None."""
    was, now = outcome(before), outcome(after)
    if was == "failed" and now != "failed":
        return f"a failure became {now}"
    if was == "cut" and now not in ("cut", "failed"):
        return f"a cut answer became {now}"
    if was == "waits" and now not in ("cut", "failed"):
        return f"a call that is gone became {now}"
    finish = after.candidates[0].finish_reason if after.candidates else None
    if was == "calls" and target in NO_CALLS:
        return None if now == "cut" else "a call that is gone became a success"
    if was == "calls" and (now != "calls" or finish in WHOLE):
        # Gemini says STOP for calls, too: its reader tells them apart.
        return f"calls became {now} ({finish})"
    return None


FROM_RESPONSES = [target for source, target in PAIRS if source == "openai-responses"]


def waiting(kind: str, *before: dict[str, Any]) -> dict[str, Any]:
    """A completed answer whose last item is a call of `kind`."""
    call = {"id": "x_1", "type": kind, "status": "completed", **VENDOR_CALLS[kind]}
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed"}
    return {**head, "output": [*before, call]}


def frames(body: dict[str, Any]) -> bytes:
    """The stream that tells `body`."""
    told: list[dict[str, Any]] = [{"type": "response.created", "response": {**body, "output": []}}]
    for i, item in enumerate(body["output"]):
        told += [{"type": f"response.output_item.{end}", "output_index": i, "item": item} for end in ("added", "done")]
    told.append({"type": "response.completed", "response": body})
    return b"".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in told)


@pytest.mark.parametrize("target", FROM_RESPONSES)
@pytest.mark.parametrize("kind", VENDOR_CALLS)
def test_a_call_in_the_vendors_words_is_no_plain_stop(kind: str, target: str) -> None:
    """No other dialect has the call, so the answer cannot be gone on with: it was cut off, and that is told."""
    body = waiting(kind)
    out = dragoman.translate_response(body, "openai-responses", target)
    assert outcome(registry.get(target).read_response(out.body)) == "cut"
    assert ("changed", "finish.approximated", "/status") in {(x.kind, x.code, x.at) for x in out.losses}
    assert "/output/0" in {x.at for x in out.losses}
    stream = dragoman.translate_stream("openai-responses", target)
    sent = stream.feed(frames(body)) + stream.close()
    after = folded(sent, target)
    assert after is not None
    assert outcome(after) == "cut"
    assert ("changed", "finish.approximated", "/status") in {(x.kind, x.code, x.at) for x in stream.losses}


@pytest.mark.parametrize("target", [t for t in FROM_RESPONSES if t not in NO_CALLS])
def test_beside_a_call_that_can_be_said_the_answer_waits_for_that_one(target: str) -> None:
    call = {"id": "fc_1", "type": "function_call", "call_id": "call_0", "name": "f", "arguments": "{}"}
    out = dragoman.translate_response(waiting("shell_call", call), "openai-responses", target)
    assert outcome(registry.get(target).read_response(out.body)) == "calls"


@pytest.mark.parametrize("target", FROM_RESPONSES)
@pytest.mark.parametrize("execution", ["server", None])
def test_what_the_vendor_ran_itself_does_not_wait(execution: str | None, target: str) -> None:
    """A search of the server's, and a shell in the vendor's container, whose output stands in the same answer."""
    body = waiting("tool_search_call")
    body["output"][0] |= {"execution": execution, "call_id": None}
    body["output"].append({"id": "x_2", "type": "shell_call", "status": "completed", **VENDOR_CALLS["shell_call"]})
    body["output"].append({"id": "x_3", "type": "shell_call_output", "call_id": "call_1", "output": []})
    out = dragoman.translate_response(body, "openai-responses", target)
    assert outcome(registry.get(target).read_response(out.body)) == "whole"


@pytest.mark.parametrize(("source", "target"), [(a, b) for a, b in PAIRS if a in ("openai-chat", "claude-thinking")])
def test_calls_that_are_not_there_are_no_plain_stop(source: str, target: str) -> None:
    """A choice that ended for calls of a kind that nobody else knows, or for none at all."""
    for calls in ({}, {"tool_calls": [{"id": "x", "type": "mcp", "mcp": {}}]}):
        message = {"role": "assistant", "content": "hm", **calls}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}
        body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        out = dragoman.translate_response(body, source, target)
        assert outcome(registry.get(target).read_response(out.body)) == "cut"


@pytest.mark.parametrize("target", [b for a, b in PAIRS if a == "openai-chat"])
@pytest.mark.parametrize(("word", "told"), [("sensitive", "cut"), ("network_error", "failed"), ("aborted", "failed")])
def test_words_of_vendors_for_an_answer_that_is_not_whole(word: str, told: str, target: str) -> None:
    """Zhipu's for what was filtered and for an inference that broke off, and DeepSeek's for the latter."""
    choice = {"index": 0, "message": {"role": "assistant", "content": "hm"}, "finish_reason": word}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    out = dragoman.translate_response(body, "openai-chat", target)
    after = registry.get(target).read_response(out.body)
    assert outcome(after) == told
    if word == "sensitive":
        assert after.candidates[0].finish_reason == "content_filter"


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
