"""An Anthropic Messages stream merged into one `message`, for the tests alone.

The rules: message_start is the base; message_delta and message_stop are laid over it, usage per key and
never by a null; blocks by index, their deltas appended; a call's input is what its text says, and that text
is kept beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tests.reference.common import (
    Json,
    Leaf,
    Merged,
    blend,
    blend_into,
    copy,
    frames,
    held_at,
    leaves,
    template,
    values_by_place,
)

# delta type -> (key of the delta, key of the block)
APPENDED = {"text_delta": ("text", "text"), "thinking_delta": ("thinking", "thinking")}


def merge(data: bytes) -> Merged:
    """The whole stream as one document; `raw_inputs` holds each call's text by its position in `content`."""
    message: Json = {}
    blocks: dict[int, _Block] = {}
    kept: list[Json] = []
    error: Json | None = None
    stopped = False
    for event, frame in frames(data):
        if frame is None:
            if event != "data":
                error = error or {"message": "a frame that is no JSON object"}
            continue
        kept.append(frame)
        kind = frame.get("type") or event
        if kind == "ping":
            continue
        if kind == "error":
            error = error or frame
            continue
        extras = {key: value for key, value in frame.items() if key not in _OWN.get(kind, ("type",))}
        if kind == "message_start":
            if not message:
                message.update(copy(frame.get("message") or {}))
            blend_into(message, extras)
        elif kind == "content_block_start":
            block = blocks[frame["index"]] = _Block(copy(frame["content_block"]))
            block.extras(extras)
        elif kind == "content_block_delta":
            block = blocks.setdefault(frame["index"], _Block({}))
            block.take(frame["delta"])
            block.extras(extras)
        elif kind == "content_block_stop":
            blocks.setdefault(frame["index"], _Block({})).extras(extras)
        elif kind == "message_delta":
            delta = frame.get("delta") or {}
            stopped = stopped or delta.get("stop_reason") is not None
            for key, value in delta.items():
                if value is not None or key not in message:
                    message[key] = copy(value)
            usage = frame.get("usage")
            if isinstance(usage, dict):
                message["usage"] = blend_into(message.get("usage") or {}, usage)
            blend_into(message, extras)
        else:
            blend_into(message, extras)
    ordered = [blocks[index] for index in sorted(blocks)]
    if ordered:
        message["content"] = [block.document() for block in ordered]
    raw = {at: block.text for at, block in enumerate(ordered) if block.text is not None}
    complete = error is None and stopped and message.get("type") == "message"
    return Merged(message, complete, error, kept, raw)


_OWN: dict[str, tuple[str, ...]] = {
    "message_start": ("type", "message"),
    "content_block_start": ("type", "index", "content_block"),
    "content_block_delta": ("type", "index", "delta"),
    "content_block_stop": ("type", "index"),
    "message_delta": ("type", "delta", "usage"),
}


class _Block:
    def __init__(self, start: Json) -> None:
        self.start = start
        self.text: str | None = None

    def take(self, delta: Json) -> None:
        kind = delta.get("type")
        rest = {key: value for key, value in delta.items() if key != "type"}
        if kind in APPENDED:
            source, home = APPENDED[kind]
            self.start[home] = (self.start.get(home) or "") + (rest.pop(source, None) or "")
        elif kind == "input_json_delta":
            self.text = (self.text or "") + (rest.pop("partial_json", None) or "")
        elif kind == "citations_delta":
            self.start["citations"] = [*(self.start.get("citations") or []), copy(rest.pop("citation"))]
        elif kind in ("signature_delta", "compaction_delta"):
            for key, value in rest.items():
                if value is not None or key not in self.start:
                    self.start[key] = copy(value)
            return
        self.extras(rest)

    def extras(self, found: Json) -> None:
        for key, value in found.items():
            self.start[key] = blend(self.start.get(key), value)

    def document(self) -> Json:
        if self.text:
            try:
                self.start["input"] = json.loads(self.text)
            except ValueError:
                self.start["input"] = self.text
        return self.start


def leaves_of(given: Iterable[Json]) -> Iterator[Leaf]:
    """Every leaf of every frame that is neither empty nor transport, at its place in the message."""
    for frame in given:
        kind = frame.get("type")
        extras = {key: value for key, value in frame.items() if key not in _OWN.get(str(kind), ("type",))}
        if kind in ("ping", "error"):
            continue
        if kind == "message_start":
            yield from leaves(frame.get("message") or {})
            yield from leaves(extras)
        elif kind == "message_delta":
            yield from leaves(frame.get("delta") or {})
            yield from leaves({"usage": frame.get("usage")})
            yield from leaves(extras)
        elif isinstance(kind, str) and kind.startswith("content_block"):
            index = frame["index"]
            yield from leaves(frame.get("content_block") or {}, ("content", index))
            yield from _delta_leaves(index, frame.get("delta") or {})
            yield from leaves(extras, ("content", index))
        else:
            yield from leaves(extras)


def _delta_leaves(index: int, delta: Json) -> Iterator[Leaf]:
    for key, value in delta.items():
        if key == "type":
            continue
        if key == "citation":
            yield from leaves(value, ("content", index, "citations", 0))
        elif key == "partial_json":
            yield from leaves(value, ("content", index, "input"))
        else:
            yield from leaves(value, ("content", index, key))


def unaccounted(given: Iterable[Json], document: Json, raw_inputs: dict[int, str]) -> list[Leaf]:
    """Leaves of the frames that document and argument texts neither hold nor have replaced."""
    held = values_by_place(leaves(document))
    missing = []
    for path, value in leaves_of(given):
        place = template(path)
        values: list[Any] = held.get(place, [])
        if place == ("content", "input"):
            if not held_at(list(raw_inputs.values()), value):
                missing.append((path, value))
            continue
        replaced = bool(values) and place[0] != "content"
        if not replaced and not held_at(values, value):
            missing.append((path, value))
    return missing
