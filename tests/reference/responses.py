"""A Responses stream merged into one `response`, and what a document says, for the tests alone.

The rules: what response.created knew, and over it what each later snapshot says, usage per key and never by a null;
an item is what its output_item.done says; one without it is what the last snapshot has under its id, else what its
pieces add up to; a snapshot adds the items that were never streamed, and no opaque state or id to those that were.
What an event has of its own goes to the response.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tests.reference.common import (
    Json,
    Leaf,
    Merged,
    blend_into,
    copy,
    frames,
    held_at,
    leaves,
    template,
    values_by_place,
)

Said = Iterator[tuple[str, str]]  # (what kind of thing, how it reads), as in `said`

LIFECYCLE = frozenset(
    f"response.{word}" for word in ("created", "queued", "in_progress", "completed", "incomplete", "failed")
)
ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
TRANSPORT = frozenset({"obfuscation", "sequence_number"})
ENVELOPE = ("id", "created_at", "model")
# Where an item's pieces go: event -> (field of the event that is a piece or the whole, field of the item).
TEXTS = {
    "response.function_call_arguments": ("arguments", "arguments"),
    "response.custom_tool_call_input": ("input", "input"),
    "response.mcp_call_arguments": ("arguments", "arguments"),
    "response.code_interpreter_call_code": ("code", "code"),
}
# The same for pieces of parts: -> (list of the item, index in the event, type of the part, field of the part).
PARTS = {
    "response.output_text": ("content", "content_index", "output_text", "text"),
    "response.refusal": ("content", "content_index", "refusal", "refusal"),
    "response.reasoning_text": ("content", "content_index", "reasoning_text", "text"),
    "response.reasoning": ("content", "content_index", "reasoning_text", "text"),  # Open Responses
    "response.reasoning_summary_text": ("summary", "summary_index", "summary_text", "text"),
}
WHOLE_PARTS = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}
# Fields of events that place a piece or pass by, and are no part of the whole.
# fmt: off
PLACES = frozenset({
    "type", "item_id", "output_index", "content_index", "summary_index", "command_index", "annotation_index",
    "partial_image_index", "delta", "item", "part", "response", "text", "refusal", "arguments", "input", "code",
    "command", "output", "annotation", "logprobs", "partial_image_b64", "size", "quality", "background",
    "output_format", "name", "status",
})
# fmt: on
OPAQUE = frozenset({"encrypted_content", "fingerprint"})


def merge(data: bytes) -> Merged:
    """The whole stream as one document."""
    document: Json = {}
    items: dict[int, _Item] = {}
    kept: list[Json] = []
    error: Json | None = None
    last: list[Any] = []
    ended: str | None = None
    for event, frame in frames(data):
        if frame is None:
            error = error or {"message": "a frame that is no JSON object"}
            continue
        kept.append(frame)
        kind = frame.get("type") or event
        if kind == "error" or (isinstance(frame.get("error"), dict) and kind not in LIFECYCLE):
            error = error or _error_of(frame)
        elif kind in LIFECYCLE:
            response = frame.get("response") or {}
            _lay(document, response)
            _lay(document, _extras(frame))
            if kind in ENDS:
                ended, last = kind, response.get("output") or []
            if kind == "response.failed":
                error = error or response.get("error") or {"message": "failed"}
        elif "item" in frame or "output_index" in frame:
            _item_of(items, frame).take(kind, frame)
            blend_into(document, _extras(frame))
    document["output"] = _output([items[index] for index in sorted(items)], last)
    complete = error is None and ended is not None and document.get("status") not in ("failed", "cancelled")
    return Merged(document, complete, error, kept)


def _error_of(frame: Json) -> Json:
    inner = frame.get("error")
    return inner if isinstance(inner, dict) else {key: frame.get(key) for key in ("code", "message", "param")}


def _extras(frame: Json) -> Json:
    return {key: value for key, value in frame.items() if key not in PLACES and key not in TRANSPORT}


def _lay(document: Json, later: Json) -> None:
    """A later snapshot over the earlier ones."""
    for key, value in later.items():
        if key in ENVELOPE:
            document[key] = document.get(key) or value
        elif key == "usage":
            old = document.get(key)
            document[key] = blend_into(old, value) if isinstance(old, dict) and value else value or old
        elif key != "output":
            document[key] = copy(value)


def _item_of(items: dict[int, _Item], frame: Json) -> _Item:
    """The item that an event is about; some servers leave out where it stands."""
    index = frame.get("output_index")
    if isinstance(index, int):
        return items.setdefault(index, _Item())
    named = frame.get("item_id") or (frame.get("item") or {}).get("id")
    for one in items.values():
        if named and one.value.get("id") == named:
            return one
    return items.setdefault(max(items, default=-1) + 1, _Item())


class _Item:
    def __init__(self) -> None:
        self.value: Json = {}
        self.done = False
        self.wholes: set[tuple[Any, ...]] = set()

    def take(self, kind: str, frame: Json) -> None:
        base, _, step = kind.rpartition(".")
        if kind in ("response.output_item.added", "response.output_item.done"):
            item = frame.get("item")
            if isinstance(item, dict) and not (self.done and step == "added"):
                self.value, self.done = copy(item), step == "done"
        elif self.done:
            pass
        elif base in TEXTS:
            field, home = TEXTS[base]
            self._text(self.value, home, step, frame.get("delta"), frame.get(field), (base,))
        elif base in PARTS:
            home, where, tag, field = PARTS[base]
            part = self._part(home, frame.get(where), tag)
            self._text(part, field, step, frame.get("delta"), frame.get(field), (home, frame.get(where)))
            if frame.get("logprobs") and step == "delta":
                part["logprobs"] = [*(part.get("logprobs") or []), *copy(frame["logprobs"])]
        elif base in WHOLE_PARTS:
            home, where = WHOLE_PARTS[base]
            whole = copy(frame.get("part") or {})
            part = self._part(home, frame.get(where), whole.get("type", ""))
            if step == "done":
                part.clear()
            part.update(whole)
        elif kind == "response.output_text.annotation.added":
            part = self._part("content", frame.get("content_index"), "output_text")
            part["annotations"] = [*(part.get("annotations") or []), copy(frame.get("annotation"))]
        elif base == "response.shell_call_command":
            self._command(step, frame)
        elif base == "response.shell_call_output_content":
            self._ran(step, frame)

    def _text(self, home: Json, field: str, step: str, piece: Any, whole: Any, place: tuple[Any, ...]) -> None:
        if step == "done":
            if whole is not None:
                home[field] = whole
        elif isinstance(piece, str):
            home[field] = (home.get(field) or "") + piece if place in self.wholes else piece
            self.wholes.add(place)

    def _part(self, home: str, index: Any, tag: str) -> Json:
        parts = self.value.setdefault(home, [])
        at = index if isinstance(index, int) else max(len(parts) - 1, 0)
        while len(parts) <= at:
            parts.append({"type": tag})
        part: Json = parts[at]
        return part

    def _command(self, step: str, frame: Json) -> None:
        commands = self.value.setdefault("action", {}).setdefault("commands", [])
        at = frame.get("command_index") or 0
        while len(commands) <= at:
            commands.append("")
        commands[at] = commands[at] + frame["delta"] if step == "delta" else frame.get("command", "")

    def _ran(self, step: str, frame: Json) -> None:
        output = self.value.setdefault("output", [])
        at = frame.get("command_index") or 0
        while len(output) <= at:
            output.append({})
        if step == "done":
            output[at : at + 1] = copy(frame.get("output") or [])
        else:
            for key, piece in (frame.get("delta") or {}).items():
                output[at][key] = output[at].get(key, "") + (piece or "")


def _output(streamed: list[_Item], last: list[Any]) -> list[Any]:
    """The streamed items, completed by those of the last snapshot."""
    found = [item for item in streamed if item.value]
    matched = [_match(found, item, at, len(last)) for at, item in enumerate(last)]
    for at, whole in enumerate(matched):
        if whole is not None and not whole.done:
            whole.value = copy(last[at])
    output: list[Any] = [item.value for item in found]
    for at, whole in enumerate(matched):
        if whole is None:
            output.insert(min(at, len(output)), copy(last[at]))
    return output


def _match(found: list[_Item], item: Any, at: int, count: int) -> _Item | None:
    if not isinstance(item, dict):
        return None
    for key in ("id", "call_id"):
        for one in found:
            own = one.value
            if item.get(key) and own.get(key) == item[key] and own.get("type", item.get("type")) == item.get("type"):
                return one
    if len(found) == count and found[at].value.get("type") == item.get("type"):
        return found[at]
    return None


# --- what the document must hold of the frames ----------------------------------------------------------------


def leaves_of(given: Iterable[Json]) -> Iterator[Leaf]:
    """Every leaf of the frames that is neither empty nor transport, at its place in the response."""
    given = list(given)
    done = [frame for frame in given if frame.get("type") == "response.output_item.done"]
    finished = {key for frame in done for key in (frame.get("output_index"), (frame.get("item") or {}).get("id"))}
    for frame in given:
        kind = str(frame.get("type"))
        base, _, step = kind.rpartition(".")
        if kind in LIFECYCLE:
            response = frame.get("response") or {}
            yield from leaves({key: value for key, value in response.items() if key != "output" or kind in ENDS})
            yield from leaves(_extras(frame))
        elif kind in ("response.output_item.done", "response.output_item.added"):
            item = frame.get("item") or {}
            if step == "done" or finished.isdisjoint((frame.get("output_index"), item.get("id"))):
                yield from leaves(item, ("output", 0))
        elif base in TEXTS:
            yield from leaves(frame.get("delta", frame.get(TEXTS[base][0])), ("output", 0, TEXTS[base][1]))
        elif base in PARTS:
            home, _, _, field = PARTS[base]
            yield from leaves(frame.get("delta", frame.get(field)), ("output", 0, home, 0, field))
            yield from leaves(frame.get("logprobs"), ("output", 0, home, 0, "logprobs"))
        elif base in WHOLE_PARTS:
            if step == "done":
                yield from leaves(frame.get("part"), ("output", 0, WHOLE_PARTS[base][0], 0))
        elif kind == "response.output_text.annotation.added":
            yield from leaves(frame.get("annotation"), ("output", 0, "content", 0, "annotations", 0))
        elif base == "response.shell_call_command":
            yield from leaves(frame.get("delta", frame.get("command")), ("output", 0, "action", "commands", 0))


def unaccounted(given: Iterable[Json], document: Json) -> list[Leaf]:
    """Leaves of the frames that the document neither holds nor has replaced by a later or a better value."""
    held = values_by_place(leaves(document))
    absent = []
    for path, value in leaves_of(given):
        place = template(path)
        values: list[Any] = held.get(place, [])
        if held_at(values, value):
            continue
        in_item = place[0] == "output"
        replaced = place[-1] in ("id", *OPAQUE) and bool(values) if in_item else _told(document, place)
        if not replaced:
            absent.append((path, value))
    return absent


def _told(document: Json, place: tuple[str, ...]) -> bool:
    """Whether a later snapshot says something of this field, be it null."""
    return place[0] in document


# --- what a document says -------------------------------------------------------------------------------------


def said(body: Any, kind: str) -> Said:
    """What a request or response says, as `said.said` has it of the other dialects."""
    for tool in _tools(body):
        if tool.get("type") in ("function", "custom") and isinstance(tool.get("name"), str):
            yield "tool", tool["name"]
    groups: set[tuple[str, str]] = set()
    if kind == "request":
        groups = {(tool["name"], one["name"]) for tool in _tools(body) for one in _members(tool)}
        yield from (("tool", "__".join(one)) for one in groups)
        yield from _texts(body.get("instructions"), "text")
    found = body.get("input") if kind == "request" else body.get("output")
    if isinstance(found, str):
        yield "text", found
    for item in found if isinstance(found, list) else ():
        for what, word in _said_by(item):
            # The tool of a group that the request declares has one name elsewhere: both of its own.
            grouped = what == "name" and (item.get("namespace"), word) in groups
            yield what, f"{item['namespace']}__{word}" if grouped else word


def _members(tool: Json) -> Iterator[Json]:
    """The functions and free-text tools of a group."""
    if tool.get("type") == "namespace" and isinstance(tool.get("name"), str):
        for one in tool.get("tools") or ():
            if isinstance(one, dict) and one.get("type") in ("function", "custom") and isinstance(one.get("name"), str):
                yield one


def _tools(body: Any) -> Iterator[Json]:
    for tool in body.get("tools") or ():
        if isinstance(tool, dict):
            yield tool


def _texts(content: Any, what: str) -> Said:
    if isinstance(content, str):
        yield what, content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and part.get("type") in ("input_text", "output_text", "text", "refusal"):
            text = part.get("refusal") if part["type"] == "refusal" else part.get("text")
            if isinstance(text, str):
                yield what, text


def _said_by(item: Any) -> Said:
    kind = item.get("type") or ("message" if "role" in item else None)
    if kind == "message":
        yield from _texts(item.get("content"), "text")
    elif kind == "function_call":
        yield "id", item.get("call_id") or ""
        yield "name", item.get("name") or ""
        yield "arguments", _arguments(item.get("arguments"))
    elif kind == "custom_tool_call":
        yield "id", item.get("call_id") or ""
        yield "name", item.get("name") or ""
    elif kind in ("function_call_output", "custom_tool_call_output"):
        yield "id", item.get("call_id") or ""
        yield from _texts(item.get("output"), "result")


def _arguments(text: Any) -> str:
    """Arguments as a JSON value where they are JSON; "" and {} are the same nothing."""
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return str(text)
    return json.dumps(value, sort_keys=True) if value not in ({}, None) else ""
