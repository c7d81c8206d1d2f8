"""What tests of whole translations share: streams in and out as raw bytes, read without library code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import dragoman
from tests.reference import anthropic, chat, completions, gemini, responses
from tests.reference.common import Json, Merged, frames, records

CHAT = "openai-chat"
MESSAGES = "anthropic-messages"
COMPLETIONS = "openai-completions"
RESPONSES = "openai-responses"
GEMINI = "gemini"
THINKING = "claude-thinking"
MERGE: dict[str, Callable[[bytes], Merged]] = {
    CHAT: chat.merge,
    THINKING: chat.merge,
    MESSAGES: anthropic.merge,
    COMPLETIONS: completions.merge,
    RESPONSES: responses.merge,
    GEMINI: gemini.merge,
}


def other(dialect: str) -> str:
    """A dialect that is another: of the two that are furthest from one another."""
    return MESSAGES if dialect == CHAT else CHAT


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def records_of(dialect: str, frames_given: Iterable[Any]) -> list[bytes]:
    """SSE records, one a frame; a string is data as it stands."""
    out = []
    for frame in frames_given:
        event = f"event: {frame['type']}\n" if dialect == MESSAGES else ""
        out.append(f"{event}data: {frame if isinstance(frame, str) else text(frame)}\n\n".encode())
    return out


def stream_of(dialect: str, frames_given: Iterable[Any]) -> bytes:
    return b"".join(records_of(dialect, frames_given))


def chunk(delta: Json, finish: str | None = None, index: int = 0, **top: Any) -> Json:
    """One Chat chunk with one choice."""
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    envelope = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**envelope, "choices": [choice], **top}


def call_chunk(index: int, arguments: str, identity: str | None = None, name: str | None = None) -> Json:
    """One Chat chunk with a piece of a call."""
    function = {"arguments": arguments} | ({"name": name} if name else {})
    opening = {"id": identity, "type": "function"} if identity else {}
    return chunk({"tool_calls": [{"index": index, **opening, "function": function}]})


def begin(**usage: Any) -> Json:
    """message_start."""
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    counts = {"input_tokens": 3, "output_tokens": 1, **usage}
    return {
        "type": "message_start",
        "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": counts},
    }


def block(index: int, opening: Json, *deltas: Json) -> list[Json]:
    """A whole content block."""
    return [
        {"type": "content_block_start", "index": index, "content_block": opening},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def text_block(index: int, *pieces: str) -> list[Json]:
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": p} for p in pieces))


def call_block(index: int, identity: str, name: str, *pieces: str) -> list[Json]:
    opening = {"type": "tool_use", "id": identity, "name": name, "input": {}}
    return block(index, opening, *({"type": "input_json_delta", "partial_json": p} for p in pieces))


def end(reason: str, **usage: Any) -> list[Json]:
    """message_delta and message_stop."""
    delta = {"stop_reason": reason, "stop_sequence": None}
    return [
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 9, **usage}},
        {"type": "message_stop"},
    ]


@dataclass(frozen=True, slots=True)
class Run:
    """One translated stream: the bytes, the stream object, and the bytes as one document."""

    out: bytes
    stream: dragoman.StreamTranslation
    merged: Merged

    @property
    def document(self) -> Json:
        return self.merged.document

    @property
    def message(self) -> Json:
        """The first choice's message, of a Chat stream."""
        message: Json = self.document["choices"][0]["message"]
        return message

    @property
    def content(self) -> list[Json]:
        """The blocks, of a Messages stream."""
        content: list[Json] = self.document["content"]
        return content


def run(source: str, data: bytes, **options: Any) -> Run:
    """A stream of `source` in the words of the other dialect."""
    target = other(source)
    stream = dragoman.translate_stream(source, target, **options)
    out = stream.feed(data) + stream.close()
    ORDER[target](out, failed=stream.error is not None)
    return Run(out, stream, MERGE[target](out))


def assert_in_order(data: bytes, *, failed: bool) -> None:
    """A Messages stream in the strict order of the service: one block at a time, numbered without gaps."""
    state, opened, blocks = "start", False, 0
    for event, frame in frames(data):
        assert frame is not None
        kind = frame["type"]
        assert event == kind
        if kind == "ping":
            continue
        assert state != "over", f"{kind} after the end"
        if kind == "error":
            state = "over"
        elif kind == "message_start":
            assert state == "start"
            state = "message"
        elif kind == "content_block_start":
            assert state == "message"
            assert not opened, "a block begins inside another"
            assert frame["index"] == blocks
            opened = True
        elif kind == "content_block_delta":
            assert opened
            assert frame["index"] == blocks, "a delta of a block that is not open"
        elif kind == "content_block_stop":
            assert opened
            assert frame["index"] == blocks
            opened, blocks = False, blocks + 1
        elif kind == "message_delta":
            assert state == "message"
            assert not opened
            assert frame["delta"]["stop_reason"], "an end without a reason"
            state = "delta"
        elif kind == "message_stop":
            assert state == "delta"
            state = "over"
            assert not failed, "a failure that looks like a success"
        else:
            raise AssertionError(f"{kind} is no event of this dialect")
    assert state == "over"


def assert_plain(data: bytes, *, failed: bool) -> None:
    """A Chat stream as every client takes it: roles, ids and names once, indices dense, usage last, `[DONE]`."""
    roles: set[int] = set()
    finished: set[int] = set()
    calls: dict[int, int] = {}
    told = [data for _, data in records(data)]
    assert (told[-1] == "[DONE]") is not failed
    assert told.count("[DONE]") == (not failed)
    usage_seen = error_seen = False
    for _, frame in frames(data):
        assert frame is not None
        assert not error_seen, "something after the error"
        if "error" in frame:
            error_seen = True
            assert set(frame["error"]) >= {"message", "type", "param", "code"}
            continue
        assert frame["object"] == "chat.completion.chunk"
        assert not usage_seen, "a chunk after the usage"
        if frame.get("usage") is not None:
            assert frame["choices"] == []
            usage_seen = True
        for choice in frame["choices"]:
            index, delta = choice["index"], choice["delta"]
            assert index not in finished or not delta, "a choice goes on after its end"
            if "role" in delta:
                assert index not in roles, "the role twice"
                roles.add(index)
            for entry in delta.get("tool_calls", ()):
                if "id" in entry:
                    assert entry["index"] == calls.get(index, 0), "call indices have gaps"
                    calls[index] = entry["index"] + 1
                    assert entry["type"] in ("function", "custom")
                else:
                    assert entry["index"] < calls.get(index, 0)
                    assert "name" not in entry.get("function", {})
            if choice["finish_reason"] is not None:
                assert index not in finished, "finished twice"
                finished.add(index)
    assert error_seen is failed
    assert failed or finished == roles


def assert_texts(data: bytes, *, failed: bool) -> None:
    """A Completions stream: every choice ends once, with nothing behind it; usage last, `[DONE]`."""
    told = [data for _, data in records(data)]
    assert (told[-1] == "[DONE]") is not failed
    assert told.count("[DONE]") == (not failed)
    seen: set[int] = set()
    finished: set[int] = set()
    usage_seen = error_seen = False
    for _, frame in frames(data):
        assert frame is not None
        assert not error_seen, "something after the error"
        if "error" in frame:
            error_seen = True
            assert set(frame["error"]) >= {"message", "type", "param", "code"}
            continue
        assert frame["object"] == "text_completion"
        assert not usage_seen, "a chunk after the usage"
        if frame.get("usage") is not None:
            assert frame["choices"] == []
            usage_seen = True
        for choice in frame["choices"]:
            assert choice["index"] not in finished, "a choice goes on after its end"
            assert type(choice["text"]) is str
            seen.add(choice["index"])
            if choice["finish_reason"] is not None:
                finished.add(choice["index"])
    assert error_seen is failed
    assert failed or finished == seen


def assert_chunks(data: bytes, *, failed: bool) -> None:
    """A Gemini stream: whole parts, every candidate ends once and for all, or the prompt was blocked."""
    seen: set[int] = set()
    finished: set[int] = set()
    blocked = error_seen = False
    for frame in gemini.frames(data):
        assert frame is not None
        assert not error_seen, "something after the error"
        if "error" in frame:
            error_seen = True
            assert set(frame["error"]) >= {"code", "message", "status"}
            continue
        blocked = blocked or "blockReason" in frame.get("promptFeedback", {})
        for candidate in frame.get("candidates", ()):
            index = candidate.get("index", 0)
            parts = candidate.get("content", {}).get("parts", [])
            assert index not in finished or not parts, "a candidate goes on after its end"
            assert all(part for part in parts), "a part of nothing"
            seen.add(index)
            if "finishReason" in candidate:
                assert index not in finished, "finished twice"
                finished.add(index)
    assert error_seen is failed
    assert failed or (finished == seen and (finished or blocked))


def assert_numbered(data: bytes, *, failed: bool) -> None:
    """A Responses stream: numbered without gaps, every item and part opened and closed once, one terminal event."""
    opened: dict[int, str] = {}
    parts: set[tuple[str, int, int]] = set()
    ended = ""
    for number, (event, frame) in enumerate(frames(data)):
        assert frame is not None
        kind = frame["type"]
        assert event == kind
        assert frame["sequence_number"] == number
        assert not ended or (ended, kind) == ("error", "response.failed"), f"{kind} after the end"
        assert (number == 0) is (kind == "response.created") or kind == "error", "not begun, or begun twice"
        step = kind.rpartition(".")[2]
        if kind in ("error", "response.completed", "response.incomplete", "response.failed"):
            ended = kind
            assert failed or not opened, "an item is not done"
        elif kind == "response.output_item.added":
            assert frame["output_index"] not in opened
            opened[frame["output_index"]] = frame["item"]["type"]
        elif kind == "response.output_item.done":
            assert opened.pop(frame["output_index"]) == frame["item"]["type"]
            assert not any(index == frame["output_index"] for _, index, _ in parts), "a part is not done"
        elif "output_index" in frame:
            assert frame["output_index"] in opened, f"{kind} of an item that is not open"
            where = "content_index" if "content_index" in frame else "summary_index"
            if where in frame:
                place = where, frame["output_index"], frame[where]
                if kind.endswith("_part.added"):
                    assert place not in parts
                    parts.add(place)
                else:
                    assert place in parts, f"{kind} of a part that is not open"
                if kind.endswith("_part.done"):
                    parts.remove(place)
        else:
            assert step in ("created", "in_progress", "queued")
    assert ended in (("error", "response.failed") if failed else ("response.completed", "response.incomplete"))


ORDER: dict[str, Callable[..., None]] = {
    CHAT: assert_plain,
    THINKING: assert_plain,
    MESSAGES: assert_in_order,
    COMPLETIONS: assert_texts,
    RESPONSES: assert_numbered,
    GEMINI: assert_chunks,
}


def covered(losses: Iterable[dragoman.Loss], at: str, *kinds: str) -> bool:
    """Whether a loss stands at this place or inside it."""
    wanted = kinds or ("dropped", "changed")
    return any(loss.kind in wanted and (loss.at == at or loss.at.startswith(at + "/")) for loss in losses)


def reported(losses: Iterable[dragoman.Loss]) -> set[str]:
    """The places of everything dropped or changed."""
    return {loss.at for loss in losses if loss.kind != "invented"}


def least(dialect: str) -> dict[str, Any]:
    """The request that says least: one short turn of the user."""
    turns = [{"role": "user", "content": "x"}]
    if dialect == GEMINI:
        return {"contents": [{"role": "user", "parts": [{"text": "x"}]}]}
    if dialect == RESPONSES:
        return {"model": "m", "input": "x"}
    return {"model": "m", "messages": turns} | ({"max_tokens": 9} if dialect == MESSAGES else {})
