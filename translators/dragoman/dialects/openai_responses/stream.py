"""Responses: the stream in. Typed SSE events -> canonical events.

The dialect says everything up to four times: in pieces, in the `done` of the piece, in the `done` of the item and
in the terminal response. A piece is told when it comes; the item's `done` says how the item is, and where none came
the pieces are all there is; the terminal response adds the envelope, and items that were never streamed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from ...errors import InvalidDocument
from ...events import (
    CandidateStart,
    End,
    Event,
    Extra,
    Finish,
    PartDelta,
    PartEnd,
    PartStart,
    Start,
    Transport,
    Update,
    UsageReport,
    merge_last,
)
from ...framing import Frame
from ...jsontext import dumps, frame_loads, joined, loads, same
from ...model import Candidate, Item, Json, Message, Part, Reasoning, Refusal, Response, ServerTool, Text, ToolCall
from ..base import SSEReader
from .parts import CONTENT, SUMMARY, read_annotation, read_item, read_part
from .read import in_message, is_message, joins, read_envelope, read_error, read_finish, read_output_item
from .words import CALLS, EVENT_KEYS, NAME, TRANSPORT
from .writer import ResponsesStreamWriter

__all__ = ["ResponsesStreamReader", "ResponsesStreamWriter"]

CUT = "the stream ended before its terminal event"


@dataclass(slots=True)
class _Part:
    """A part that has begun: its number, what it began as, and the text told so far."""

    number: int
    part: Any
    texts: list[str] = field(default_factory=list)
    place: tuple[str, int] | None = None  # of thinking: which summary or content the last piece was of
    cited: int = 0
    logprobs: list[Any] = field(default_factory=list)
    done: Any = None  # its content_part.done
    open: bool = True


@dataclass(slots=True)
class _Item:
    """An item that has begun. A message has parts by content index, any other item has one, at 0."""

    at: str
    value: Json
    parts: dict[int, _Part] = field(default_factory=dict)
    waiting: _Part | None = None  # a call that has no id or no name yet: its end may say them
    done: bool = False


class ResponsesStreamReader(SSEReader):
    """One response's events in, canonical events out."""

    splices = True

    def __init__(self) -> None:
        super().__init__()
        self._started = False
        self._items: dict[Any, _Item] = {}  # by output index
        self._ids: dict[str, _Item] = {}
        self._count = 0
        self._said: Json = {}  # the response object as told so far
        self._parts: list[Part] = []  # the parts as they began or, once they are over, as they are
        self._logprobs: list[int] = []  # how many log probabilities each text has

    def _frame(self, frame: Frame, out: list[Event]) -> None:
        if not self._over and frame[1][:1] == b"{" and frame[3] is None:
            # What nearly every frame is, by position: names cost a call each.
            try:
                body = frame_loads(frame[1])
            except orjson.JSONDecodeError:
                body = None
            if body is not None and body.keys() <= EVENT_KEYS:
                kind = body.get("type")
                handler = _HANDLERS.get(kind) if type(kind) is str else None
                if handler is not None:
                    handler(self, body, out)
                    return
        if frame.comment is not None:
            out.append(Transport("comment", frame.comment.decode("utf-8", "replace")))
            return
        if self._over or frame.data[:6] == b"[DONE]":
            return
        if not frame.data.strip():
            out.append(Transport("ping"))
            return
        try:
            body = loads(frame.data)
        except InvalidDocument:
            body = None
        if type(body) is not dict:
            self._broken("a frame is not a JSON object", out)
            return
        kind = body.get("type")
        if type(kind) is not str:
            kind = frame.event or ""
            body = {**body, "type": kind} if kind else body
        handler = _HANDLERS.get(kind)
        if handler is None:
            if kind in _PROGRESS:
                self._rest(body, out, Transport("ping"))
            elif body.get("error"):
                self._error(body, out)
            elif kind == "response" or (body.get("object") == "response" and "output" in body):
                self._whole(body, out)
            else:
                # "unknown events must be ignored"; at home they pass.
                said = {k: v for k, v in body.items() if k not in TRANSPORT}
                out.append(Transport("ping", values=said, at=self._place(body)))
            return
        strange = not body.keys() <= EVENT_KEYS and kind not in _FATAL
        if strange and self._started:
            self._rest(body, out)
            strange = False
        handler(self, body, out)
        if strange and not self._over:
            self._rest(body, out)

    def _place(self, body: Json) -> str:
        """The item that an event is about, by index or id; "" where it names none that has begun."""
        index, identity = body.get("output_index"), body.get("item_id")
        item = self._items.get(index) if type(index) is int else None
        if item is None and type(identity) is str:
            item = self._ids.get(identity)
        return item.at if item is not None else ""

    def _rest(self, body: Json, out: list[Event], otherwise: Event | None = None) -> None:
        """Keys of a frame that nobody knows."""
        rest = {k: v for k, v in body.items() if k not in EVENT_KEYS}
        if rest and self._started:
            out.append(Extra("response", 0, rest))
        elif otherwise is not None:
            out.append(otherwise)

    def _end(self, out: list[Event]) -> None:
        self._broken(CUT, out)

    # the envelope

    def _begin(self, body: Json, out: list[Event]) -> None:
        """response.created, response.queued, response.in_progress: the first one begins."""
        response = body.get("response")
        if not self._started and type(response) is dict:
            self._start(response, out)

    def _start(self, response: Json, out: list[Event]) -> None:
        self._started = True
        # What is only known at the end stays for it: the tier asked for is not the tier that served.
        told = {k: v for k, v in response.items() if k not in _LATE}
        r = Response(NAME)
        read_envelope(r, told)
        self._said = told
        out.append(Start(r))
        out.append(CandidateStart(Candidate(0, Message("assistant", at="/output"))))

    def _error(self, body: Json, out: list[Event]) -> None:
        body = {k: v for k, v in body.items() if k not in TRANSPORT}
        self._fail(read_error(None, body), out)

    def _failed(self, body: Json, out: list[Event]) -> None:
        response = body.get("response")
        if type(response) is not dict:
            self._error(body, out)
            return
        error = read_error(None, response)
        error.spelling = {**(error.spelling or {}), "event": "response.failed"}
        self._fail(error, out)

    def _terminal(self, body: Json, out: list[Event]) -> None:
        response = body.get("response")
        if type(response) is not dict:
            self._broken("a terminal event without its response", out)
            return
        if response.get("error") or response.get("status") in ("failed", "cancelled"):
            self._failed(body, out)
            return
        if not self._started:
            self._start(response, out)
        self._last_items(response.get("output"), out)
        if not any(self._logprobs):
            self._last_logprobs(response.get("output"), out)
        r = Response(NAME)
        read_envelope(r, {k: v for k, v in response.items() if not (k in self._said and same(self._said[k], v))})
        if r.usage is not None:
            out.append(UsageReport(r.usage))
        fresh = {k: v for k, v in (("id", r.id), ("model", r.model), ("created", r.created)) if v is not None}
        fresh = {k: v for k, v in fresh.items() if self._said.get(_KEYS[k]) in (None, "", 0)}
        if r.service_tier is not None:
            fresh["service_tier"] = r.service_tier
        if fresh:
            out.append(Update(fresh))
        finish = Finish(0, None)
        silent = type(response.get("status")) is not str
        said = {**response, "status": body["type"][9:]} if silent else response
        extra = {**(r.extra or {}), **read_finish(finish, said, self._parts)}
        if silent:
            finish.spelling = {**(finish.spelling or {}), "status": "absent"}
            extra |= {"status": response["status"]} if "status" in response else {}
        if extra:
            out.append(Extra("response", 0, extra, late=True, whole=True))
        if any(self._logprobs) and self._logprobs[0] != sum(self._logprobs):
            finish.spelling = {**(finish.spelling or {}), "logprobs": self._logprobs}
        out.append(finish)
        self._over = True
        out.append(End())

    def _last_logprobs(self, output: Any, out: list[Event]) -> None:
        """Log probabilities that only the whole response has: they came once the text was over."""
        found: list[list[Any]] = []
        for item in output if type(output) is list else ():
            content = item.get("content") if type(item) is dict and item.get("type") in ("message", None) else None
            for part in content if type(content) is list else ():
                if type(part) is dict and part.get("type") == "output_text":
                    said = part.get("logprobs")
                    found.append(said if type(said) is list else [])
        if any(found):
            self._logprobs = [len(said) for said in found]
            whole = [token for said in found for token in said]
            self._tell_logprobs(whole, out)

    def _tell_logprobs(self, found: list[Any], out: list[Event]) -> None:
        spelling = None if self._logprobs[0] else {"logprobs": self._logprobs.copy()}
        out.append(Extra("logprobs", 0, {"content": found, "refusal": None}, spelling=spelling))

    def _last_items(self, output: Any, out: list[Event]) -> None:
        """Close what is open, and tell what was never streamed."""
        listed = [_typed(item) for item in output if type(item) is dict] if type(output) is list else []
        matched = self._matched(listed)
        values = {id(item): value for value in listed[::-1] if (item := matched[id(value)]) is not None}
        ends = [(item, values.get(id(item))) for item in self._items.values() if not item.done]
        # At home what is listed is done before the terminal event comes.
        for item, value in sorted(ends, key=lambda end: end[1] is None):
            self._item_end(item, value, out)
        for position, value in enumerate(listed):
            if matched[id(value)] is None:
                self._item_end(self._item_start(("late", position), value, out), value, out)

    def _matched(self, listed: list[Json]) -> dict[int, _Item | None]:
        """The streamed item that each item of the terminal response is: by id, by call id, or by place and type.

        Of those that were streamed without an id, and of which some were not listed: by their place in their type.
        """
        items = list(self._items.values())
        named: dict[Any, _Item] = {}
        nameless: dict[Any, list[_Item]] = {}
        alike: dict[Any, list[int]] = {}
        for item in items:
            for key in _NAMES:
                named.setdefault((key, _word_of(item.value.get(key))), item)
            if not item.value.get("id"):
                nameless.setdefault(_word_of(item.value.get("type")), []).append(item)
        for value in listed:
            alike.setdefault(_word_of(value.get("type")), []).append(id(value))
        places = {each: place for ids in alike.values() for place, each in enumerate(ids)}

        def match(value: Json, position: int) -> _Item | None:
            for key in _NAMES:
                if value.get(key) and (item := named.get((key, _word_of(value[key])))) is not None:
                    return item
            kind = value.get("type")
            if len(items) == len(listed) and items[position].value.get("type") in (kind, ""):
                return items[position]
            of_kind = nameless.get(_word_of(kind), [])
            return of_kind[places[id(value)]] if len(of_kind) == len(alike[_word_of(kind)]) else None

        return {id(value): match(value, i) for i, value in enumerate(listed)}

    def _whole(self, body: Json, out: list[Event]) -> None:
        """A whole response as one frame: some gateways stream so."""
        self._terminal({"type": "response.completed", "response": body}, out)

    # items

    def _added(self, body: Json, out: list[Event]) -> None:
        item, index = _typed(body.get("item")), body.get("output_index")
        if type(item) is not dict:
            return  # "item may be null"
        self._begun(out)
        if type(index) is not int:
            index = ("none", len(self._items))
        if index in self._items:
            if self._items[index].value.get("id") != item.get("id"):
                self._broken("an output item begins twice", out)
            return
        self._item_start(index, item, out)

    def _begun(self, out: list[Event]) -> None:
        if not self._started:
            self._start({}, out)

    def _item_start(self, index: Any, value: Json, out: list[Event]) -> _Item:
        item = self._items[index] = _Item(f"/output/{len(self._items)}", value)
        if type(value.get("id")) is str:
            self._ids[value["id"]] = item
        kind = value.get("type")
        named = type(kind) is str
        if named and kind in CALLS and not (value.get("call_id") and value.get("name")):
            item.waiting = _Part(-1, _begun_part(read_item(value, item.at)))
        elif not named or kind not in _WHOLE:
            self._part_start(item, 0, _begun_part(read_item(value, item.at)), out)
        return item

    def _part_start(self, item: _Item, index: int, part: Any, out: list[Event]) -> _Part:
        if in_message(part):
            for other in item.parts.values():
                self._part_end(other, other.done, out)
            part.item = _id_of(item.value)
            if type(phase := item.value.get("phase")) is str:
                part.spelling = {**(part.spelling or {}), "phase": phase}  # of what text it is, the end tells
            before = self._parts[-1] if self._parts else None
            if before is not None and not item.parts and joins(before, part):
                part.spelling = {**(part.spelling or {}), "item": "begins"}
        begun = item.parts[index] = _Part(self._count, part)
        self._count += 1
        self._parts.append(part)
        out.append(PartStart(0, begun.number, part))
        return begun

    def _part_end(self, part: _Part, whole: Any, out: list[Event]) -> None:
        """End a part; `whole` is what its item's or its own `done` says of it."""
        if not part.open:
            return
        part.open = False
        if whole is not None:
            spelling = part.part.spelling or {}
            if spelling.get("item"):
                whole.spelling = {**(whole.spelling or {}), "item": spelling["item"]}
            if type(whole) is ToolCall and part.part.extra:
                whole.extra = merge_last(part.part.extra, whole.extra or {})
            self._catch_up(part, whole, out)
            self._parts[part.number] = whole
        if type(part.part) is Text:
            self._take_logprobs(part, whole, out)
        out.append(PartEnd(0, part.number, whole))

    def _take_logprobs(self, part: _Part, whole: Any, out: list[Event]) -> None:
        found = part.logprobs
        if whole is not None and whole.extra:
            own = whole.extra.get("logprobs")
            if type(own) is list and own:
                found = own
                whole.extra = {k: v for k, v in whole.extra.items() if k != "logprobs"} or None
        self._logprobs.append(len(found))
        if found:
            self._tell_logprobs(found, out)

    def _catch_up(self, part: _Part, whole: Any, out: list[Event]) -> None:
        """Tell what the whole part has and its pieces did not."""
        name = _GROWING.get(type(whole))
        text = getattr(whole, name) if name else None
        said = joined(part.texts)
        if name and type(text) is str and text.startswith(said) and len(text) > len(said):
            out.append(PartDelta(0, part.number, name, text[len(said) :]))
        elif name == "arguments" and type(text) is dict and not said:
            out.append(PartDelta(0, part.number, name, dumps(text).decode()))
        for citation in (whole.citations or ())[part.cited :] if type(whole) is Text else ():
            out.append(PartDelta(0, part.number, "citation", citation))
        if type(whole) is Reasoning and whole.state is not None and not whole.redacted:
            out.append(PartDelta(0, part.number, "state", whole.state))

    def _done(self, body: Json, out: list[Event]) -> None:
        value, index = _typed(body.get("item")), body.get("output_index")
        if type(value) is not dict:
            return
        self._begun(out)
        item = self._items.get(index) if type(index) is int else self._named(value)
        if item is None:
            item = self._item_start(index if type(index) is int else ("none", len(self._items)), value, out)
        if not item.done:
            self._item_end(item, value, out)

    def _named(self, value: Json) -> _Item | None:
        """The item that `value` says is done: by its id or, where what began without one is like it, that."""
        for item in self._items.values() if value.get("id") not in self._ids else ():
            began = item.value
            if item.done or began.get("id") or began.get("type") != value.get("type"):
                continue
            if began.get("call_id") in (None, value.get("call_id")):
                return item
        return self._ids.get(str(value.get("id")))

    def _item_end(self, item: _Item, value: Json | None, out: list[Event]) -> None:
        """End an item as its `done` event, or the terminal response, has it; `value` None: as its pieces have it."""
        item.done = True
        if value is None:
            if item.waiting is not None:
                late = self._part_start(item, 0, item.waiting.part, out)
                self._finish_text(late, joined(item.waiting.texts), "arguments", out)
            for part in item.parts.values():
                self._part_end(part, None, out)
            return
        if type(value.get("id")) is str:
            self._ids.setdefault(value["id"], item)
        if not item.value.get("type") or value.get("type") == item.value.get("type"):
            item.value = {**item.value, **value}
        try:
            parts = read_output_item(value, item.at, [], [])
        except InvalidDocument:
            parts = [read_item(value, item.at)]
        if not in_message(parts[0]) and item.parts and in_message(item.parts[min(item.parts)].part):
            # What began as a message is none: its pieces stand.
            self._item_end(item, None, out)
            return
        for j, whole in enumerate(parts):
            begun = item.parts.get(j)
            if begun is None:
                begun = self._part_start(item, j, _begun_part(replace(whole)), out)
            # What began as something else stays what its pieces made it.
            self._part_end(begun, whole if type(begun.part) is type(whole) else None, out)
        for part in item.parts.values():
            self._part_end(part, None, out)

    # pieces

    def _item_of(self, body: Json, kind: str, out: list[Event]) -> _Item | None:
        """The item that an event is about; one that was not announced begins here, as an item of `kind`."""
        index, name = body.get("output_index"), body.get("item_id")
        item = self._items.get(index) if type(index) is int else None
        if item is None and type(name) is str:
            item = self._ids.get(name)
        if item is None and type(index) is not int and type(name) is not str:
            # One that names no item goes on with the last that is open, and that it can be about.
            found = (i for i in reversed(self._items.values()) if not i.done)
            item = next((i for i in found if not kind or i.value.get("type") in (kind, "", None)), None)
        if item is None:
            self._begun(out)
            value = {"type": kind, **({"id": name} if type(name) is str else {})}
            item = self._item_start(index if type(index) is int else ("none", len(self._items)), value, out)
        return None if item.done else item

    def _content_of(self, body: Json, kind: str, out: list[Event]) -> _Part | None:
        """The content part that an event is about; one that was not announced begins here."""
        item = self._item_of(body, "message", out)
        if item is None or item.value.get("type") != "message":
            return None
        index = body.get("content_index")
        if type(index) is not int:
            index = max(item.parts, default=0)
        part = item.parts.get(index)
        if part is None:
            place = f"{item.at}/content/{index}"
            fresh = Refusal("", at=place) if kind == "refusal" else Text("", at=place)
            part = self._part_start(item, index, fresh, out)
        return part if part.open else None

    def _part_added(self, body: Json, out: list[Event]) -> None:
        value = body.get("part")
        item = self._item_of(body, _home_of(value), out)
        if item is None or item.value.get("type") != "message" or type(value) is not dict:
            return
        index = body.get("content_index")
        if type(index) is not int or index in item.parts:
            return
        part = read_part(value, "assistant", f"{item.at}/content/{index}")
        self._part_start(item, index, _begun_part(part), out)

    def _part_done(self, body: Json, out: list[Event]) -> None:
        value = body.get("part")
        item = self._item_of(body, _home_of(value), out)
        if item is None or item.value.get("type") != "message" or type(value) is not dict:
            return
        index = body.get("content_index")
        part = item.parts.get(index) if type(index) is int else None
        if part is not None and part.open:
            whole: Any = read_part(value, "assistant", part.part.at)
            if type(whole) is type(part.part):
                whole.item = _id_of(item.value)
                part.done = whole

    def _text_delta(self, body: Json, out: list[Event]) -> None:
        part = self._content_of(body, "text", out)
        delta = body.get("delta")
        if part is None or type(delta) is not str or type(part.part) is not Text:
            return
        if delta:
            part.texts.append(delta)
            out.append(PartDelta(0, part.number, "text", delta))
        logprobs = body.get("logprobs")
        if type(logprobs) is list and logprobs:
            part.logprobs += logprobs

    def _text_done(self, body: Json, out: list[Event]) -> None:
        part = self._content_of(body, "text", out)
        if part is not None and type(part.part) is Text:
            self._finish_text(part, body.get("text"), "text", out)
            logprobs = body.get("logprobs")
            if type(logprobs) is list and logprobs:
                part.logprobs = logprobs  # all of them, once more

    def _finish_text(self, part: _Part, text: Any, name: str, out: list[Event]) -> None:
        """The rest of a text that is said once more, whole."""
        said = joined(part.texts)
        if type(text) is str and text.startswith(said) and len(text) > len(said):
            part.texts = [text]
            if part.number >= 0:
                out.append(PartDelta(0, part.number, name, text[len(said) :]))

    def _refusal_delta(self, body: Json, out: list[Event]) -> None:
        part, delta = self._content_of(body, "refusal", out), body.get("delta")
        if part is not None and type(delta) is str and delta and type(part.part) is Refusal:
            part.texts.append(delta)
            out.append(PartDelta(0, part.number, "text", delta))

    def _refusal_done(self, body: Json, out: list[Event]) -> None:
        part = self._content_of(body, "refusal", out)
        if part is not None and type(part.part) is Refusal:
            self._finish_text(part, body.get("refusal"), "text", out)

    def _annotation(self, body: Json, out: list[Event]) -> None:
        part, value = self._content_of(body, "text", out), body.get("annotation")
        if part is not None and type(part.part) is Text and value is not None:
            citation = read_annotation(value, f"{part.part.at}/annotations/{part.cited}")
            part.cited += 1
            out.append(PartDelta(0, part.number, "citation", citation))

    def _single(self, body: Json, kind: str, out: list[Event]) -> _Part | None:
        item = self._item_of(body, kind, out)
        part = item.parts.get(0, item.waiting) if item is not None else None
        return part if part is not None and part.open else None

    def _thinking(self, body: Json, key: str, index: Any, out: list[Event]) -> None:
        part, text = self._single(body, "reasoning", out), body.get(key)
        if part is None or type(text) is not str or type(part.part) is not Reasoning or part.part.redacted:
            return
        kind = body["type"]
        place = (
            "summary" if type(kind) is str and "summary" in kind else "content",
            index if type(index) is int else 0,
        )
        if key == "text" and part.place == place:
            return  # repeats what the deltas said; the item's `done` has the last word
        if not text:
            return
        if part.texts and part.place != place:
            part.texts.append("\n\n")  # summaries are paragraphs
            out.append(PartDelta(0, part.number, "text", "\n\n"))
        part.place = place
        part.texts.append(text)
        out.append(PartDelta(0, part.number, "text", text))

    def _summary_delta(self, body: Json, out: list[Event]) -> None:
        self._thinking(body, "delta", body.get("summary_index"), out)

    def _summary_done(self, body: Json, out: list[Event]) -> None:
        self._thinking(body, "text", body.get("summary_index"), out)

    def _reasoning_delta(self, body: Json, out: list[Event]) -> None:
        self._thinking(body, "delta", body.get("content_index"), out)

    def _reasoning_done(self, body: Json, out: list[Event]) -> None:
        self._thinking(body, "text", body.get("content_index"), out)

    def _arguments_delta(self, body: Json, out: list[Event]) -> None:
        part, delta = self._single(body, "", out), body.get("delta")
        if part is None or type(delta) is not str or not delta:
            return
        name = _GROWING.get(type(part.part))
        if name in ("arguments", "input"):
            part.texts.append(delta)
            if part.number >= 0:
                out.append(PartDelta(0, part.number, name, delta))

    def _arguments_done(self, body: Json, out: list[Event]) -> None:
        part = self._single(body, "", out)
        name = _GROWING.get(type(part.part)) if part is not None else None
        if part is not None and name in ("arguments", "input"):
            text = next((body[key] for key in ("arguments", "input", "code") if type(body.get(key)) is str), None)
            self._finish_text(part, text, str(name), out)


def _home_of(part: Any) -> str:
    """The type of the item that a content part stands in."""
    return "reasoning" if type(part) is dict and part.get("type") in (SUMMARY, CONTENT) else "message"


def _typed(item: Any) -> Any:
    """An item with its type, where the reader of documents takes it for a message that does not say so."""
    untyped = type(item) is dict and item.get("type") is None
    return {**item, "type": "message"} if untyped and is_message(item) else item


def _word_of(value: Any) -> Any:
    """A value that may be looked up, whatever stands there: an object or a list is like no other."""
    return ("", id(value)) if type(value) in (dict, list) else value


def _id_of(value: Json) -> Item:
    return Item(value["id"] if type(value.get("id")) is str else None)


def _begun_part(part: Any) -> Any:
    """A part as it begins: what grows is empty, what only its `done` says is not there."""
    kind = type(part)
    if getattr(part, "item", None) is not None:
        part.item = Item(part.item.id)
    if kind is Text:
        return Text("", spelling=part.spelling, at=part.at)
    if kind is Refusal:
        return Refusal("", at=part.at)
    if kind is Reasoning and not part.redacted:
        # "encrypted_content in .added may be partial"
        return Reasoning(item=part.item, at=part.at)
    if kind is ToolCall:
        return replace(part, arguments=None)
    if kind is ServerTool and type(part.input) is str:
        return replace(part, input=None)
    return part


_FATAL = frozenset({"error", "response.error", "response.failed"})
# Items whose parts do not begin with them: a message has parts of its own, a picture comes whole, and what was
# not announced has no name yet.
_WHOLE = frozenset({"message", "image_generation_call", ""})
_GROWING = {Text: "text", Refusal: "text", Reasoning: "text", ToolCall: "arguments", ServerTool: "input"}
_KEYS = {"id": "id", "model": "model", "created": "created_at"}
# What of a response object is only known at its end.
_NAMES = ("id", "call_id")  # what an item is known again by, the surest first
_LATE = frozenset({"output", "status", "usage", "incomplete_details", "service_tier", "completed_at", "error"})

_HANDLERS = {
    "response.created": ResponsesStreamReader._begin,
    "response.queued": ResponsesStreamReader._begin,
    "response.in_progress": ResponsesStreamReader._begin,
    "response.completed": ResponsesStreamReader._terminal,
    "response.done": ResponsesStreamReader._terminal,
    "response.incomplete": ResponsesStreamReader._terminal,
    "response.cancelled": ResponsesStreamReader._failed,
    "response.failed": ResponsesStreamReader._failed,
    "error": ResponsesStreamReader._error,
    "response.error": ResponsesStreamReader._error,
    "response.output_item.added": ResponsesStreamReader._added,
    "response.output_item.done": ResponsesStreamReader._done,
    "response.content_part.added": ResponsesStreamReader._part_added,
    "response.content_part.done": ResponsesStreamReader._part_done,
    "response.output_text.delta": ResponsesStreamReader._text_delta,
    "response.output_text.done": ResponsesStreamReader._text_done,
    "response.output_text.annotation.added": ResponsesStreamReader._annotation,
    "response.refusal.delta": ResponsesStreamReader._refusal_delta,
    "response.refusal.done": ResponsesStreamReader._refusal_done,
    "response.reasoning_summary_text.delta": ResponsesStreamReader._summary_delta,
    "response.reasoning_summary_text.done": ResponsesStreamReader._summary_done,
    "response.reasoning_text.delta": ResponsesStreamReader._reasoning_delta,
    "response.reasoning_text.done": ResponsesStreamReader._reasoning_done,
    # Open Responses names them so.
    "response.reasoning.delta": ResponsesStreamReader._reasoning_delta,
    "response.reasoning.done": ResponsesStreamReader._reasoning_done,
    **{
        f"response.{name}.{step}": handler
        for name in (
            "function_call_arguments",
            "custom_tool_call_input",
            "mcp_call_arguments",
            "mcp_call.arguments",
            "code_interpreter_call_code",
            "code_interpreter_call.code",
        )
        for step, handler in (
            ("delta", ResponsesStreamReader._arguments_delta),
            ("done", ResponsesStreamReader._arguments_done),
        )
    },
}
# Signs of life: what they tell, their item says once it is done.
_PROGRESS = frozenset(
    {"keepalive", "ping", "response.reasoning_summary_part.added", "response.reasoning_summary_part.done"}
    | {
        f"response.{name}.{step}"
        for name, steps in (
            ("web_search_call", ("in_progress", "searching", "completed")),
            ("file_search_call", ("in_progress", "searching", "completed")),
            ("image_generation_call", ("in_progress", "generating", "completed")),
            ("code_interpreter_call", ("in_progress", "interpreting", "completed")),
            ("mcp_call", ("in_progress", "completed", "failed")),
            ("mcp_list_tools", ("in_progress", "completed", "failed")),
            ("shell_call_command", ("added", "delta", "done")),
            ("shell_call_output_content", ("delta", "done")),
            ("compaction", ("compacting",)),
        )
        for step in steps
    }
)
