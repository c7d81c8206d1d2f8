"""Anthropic Messages: the stream in. Typed SSE events -> canonical events."""

from __future__ import annotations

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
    UsageReport,
    merge_last,
    unfold,
)
from ...framing import Frame
from ...jsontext import frame_loads, loads
from ...model import Json, Media, Opaque, Reasoning, Response, ServerTool, State, Text, ToolCall
from ..base import SSEReader
from .read import (
    is_error,
    read_block,
    read_citation,
    read_envelope,
    read_error,
    read_finish,
    read_response,
    read_usage,
)
from .words import NAME
from .writer import MessagesStreamWriter

__all__ = ["MessagesStreamReader", "MessagesStreamWriter"]

_PINGS = frozenset({b'{"type": "ping"}', b'{"type":"ping"}'})
CUT = "the stream ended before its stop reason"


class MessagesStreamReader(SSEReader):
    """One response's events in, canonical events out."""

    splices = True

    def __init__(self) -> None:
        super().__init__()
        self._started = self._finished = False
        self._parts: dict[Any, int] = {}  # wire index -> part number, for blocks that are open
        self._kinds: dict[int, Any] = {}
        self._cited: dict[int, int] = {}
        self._count = 0
        self._usage: Json = {}

    def _frame(self, frame: Frame, out: list[Event]) -> None:
        if not self._over and frame[1][:1] == b"{" and frame[3] is None:
            # What nearly every frame is, by position: names cost a call each.
            try:
                body = frame_loads(frame[1])
            except orjson.JSONDecodeError:
                body = None
            if body is not None:
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
        if not frame.data.strip() or frame.data in _PINGS:
            out.append(Transport("ping"))
            return
        try:
            body = loads(frame.data)
        except InvalidDocument:
            body = {"type": "ping"} if frame.event == "ping" else None  # "event: ping: skipped even with junk data"
        if type(body) is not dict:
            self._broken("a frame is not a JSON object", out)
            return
        kind = body.get("type")
        handler = _HANDLERS.get(kind) if type(kind) is str else None
        if handler is not None:
            handler(self, body, out)
        elif body.get("error") or frame.event == "error":
            self._fail(read_error(None, body), out)
        else:
            # "unknown event types must be ignored"; at home they pass.
            out.append(Transport("ping", values=body))

    def _end(self, out: list[Event]) -> None:
        if not self._finished:
            self._broken(CUT, out)
            return
        self._close_parts(out)
        self._over = True
        out.append(End())

    def _close_parts(self, out: list[Event]) -> None:
        for number in self._parts.values():
            out.append(PartEnd(0, number))
        self._parts = {}

    # events

    def _message_start(self, body: Json, out: list[Event]) -> None:
        message = body.get("message")
        if self._started or type(message) is not dict:
            return
        self._started = True
        r = Response(NAME)
        read_envelope(r, message, [])
        candidate = r.candidates[0]
        parts, candidate.message.parts = candidate.message.parts, []
        if r.extra:
            # Both are null here and told at the end.
            r.extra.pop("stop_reason", None)
            r.extra.pop("stop_sequence", None)
        usage, r.usage = r.usage, None
        r.candidates, r.extra = [], r.extra or None
        candidate.finish_reason = candidate.stop_sequence = candidate.spelling = None
        out.append(Start(r))
        out.append(CandidateStart(candidate))
        self._rest(body, ("type", "message"), out)
        if usage is not None:
            self._usage = usage.reported
            out.append(UsageReport(usage, "start"))
        for part in parts:
            out.append(PartStart(0, self._count, part))
            out.append(PartEnd(0, self._count))
            self._count += 1

    def _block_start(self, body: Json, out: list[Event]) -> None:
        block = body.get("content_block")
        index = body.get("index")
        if not self._started or type(block) is not dict or type(index) is not int or index in self._parts:
            self._broken("a content block begins out of order", out)
            return
        number, self._count = self._count, self._count + 1
        self._parts[index] = number
        part = read_block(block, f"/content/{number}")
        self._kinds[number] = type(part)
        out.append(PartStart(0, number, part))
        self._rest(body, ("type", "index", "content_block"), out)

    def _block_delta(self, body: Json, out: list[Event]) -> None:
        index, delta = body.get("index"), body.get("delta")
        number = self._parts.get(index) if type(index) is int else None
        if number is None or type(delta) is not dict:
            self._broken("a delta belongs to no open content block", out)
            return
        kind = delta.get("type")
        part = self._kinds[number]
        if kind == "text_delta" and part is Text and len(delta) == 2 and len(body) == 3:
            text = delta.get("text")
            if type(text) is str:
                if text:
                    out.append(PartDelta(0, number, "text", text))
                return
        if kind == "text_delta" and type(delta.get("text")) is str and part in (Text, Reasoning):
            self._piece(number, "text", delta, "text", out)
        elif kind == "input_json_delta" and type(delta.get("partial_json")) is str:
            name = "arguments" if part is ToolCall else "input"
            if part in (ToolCall, ServerTool) or (part is Opaque and len(delta) == 2):
                self._piece(number, name, delta, "partial_json", out)
            else:
                self._odd(number, kind, delta, out)
        elif kind == "thinking_delta" and type(delta.get("thinking")) is str and part in (Text, Reasoning):
            self._piece(number, "text", delta, "thinking", out)
        elif kind == "signature_delta" and type(delta.get("signature")) is str and part is Reasoning:
            out.append(PartDelta(0, number, "state", State("signature", delta["signature"], NAME)))
        elif kind == "citations_delta" and type(delta.get("citation")) is dict and part is Text:
            place = self._cited.get(number, 0)
            self._cited[number] = place + 1
            citation = read_citation(delta["citation"], f"/content/{number}/citations/{place}")
            out.append(PartDelta(0, number, "citation", citation))
        else:
            self._odd(number, kind, delta, out)
        if len(body) > 3:
            self._rest(body, ("type", "index", "delta"), out)

    def _odd(self, number: int, kind: Any, delta: Json, out: list[Event]) -> None:
        """compaction_delta, and whatever else comes: its keys replace the block's.

        In a block of a kind that nobody knows, a delta named after its key brings a piece of that text, as text_delta
        and thinking_delta do in theirs.
        """
        rest = {k: v for k, v in delta.items() if k != "type"}
        if self._kinds[number] in _GROWING:
            out.append(PartDelta(0, number, "extra", kind, rest))
        else:
            key = kind.removesuffix("_delta") if type(kind) is str else ""
            grows = key not in (kind, "signature") and type(rest.get(key)) is str
            out.append(PartDelta(0, number, "pieces" if grows else "value", rest, {"type": kind}))

    def _piece(self, number: int, field: str, delta: Json, key: str, out: list[Event]) -> None:
        extra = {k: v for k, v in delta.items() if k != "type" and k != key} if len(delta) > 2 else None
        if delta[key] or extra:
            out.append(PartDelta(0, number, field, delta[key], extra))

    def _block_stop(self, body: Json, out: list[Event]) -> None:
        index = body.get("index")
        number = self._parts.pop(index, None) if type(index) is int else None
        if number is None:
            self._broken("a content block ends that is not open", out)
            return
        self._rest(body, ("type", "index"), out)
        out.append(PartEnd(0, number))

    def _message_delta(self, body: Json, out: list[Event]) -> None:
        if not self._started:
            self._broken("a message ends that did not begin", out)
            return
        self._close_parts(out)
        delta = body.get("delta") if type(body.get("delta")) is dict else {}
        assert isinstance(delta, dict)
        extra = {k: v for k, v in body.items() if k not in ("type", "delta", "usage")}
        word, sequence = delta.get("stop_reason"), delta.get("stop_sequence")
        for key, value in delta.items():
            if key == "stop_sequence":
                if value is None or type(word) is not str:
                    extra[key] = value
            elif key != "stop_reason":
                extra[key] = value
        if extra:
            out.append(Extra("response", 0, extra))
        if type(word) is str and word and not self._finished:
            self._finished = True
            event = Finish(0, None, sequence if type(sequence) is str else None)
            read_finish(event, word)
            out.append(event)
        usage = body.get("usage")
        if type(usage) is dict and usage:
            self._usage = merge_last(self._usage, usage)
            now = read_usage(self._usage)
            now.reported = usage
            out.append(UsageReport(now))

    def _message_stop(self, body: Json, out: list[Event]) -> None:
        if not self._started:
            self._broken(CUT, out)
            return
        extra = {k: v for k, v in body.items() if k != "type"}
        if extra:
            out.append(Extra("response", 0, extra, late=True))
        self._end(out)

    def _error(self, body: Json, out: list[Event]) -> None:
        self._fail(read_error(None, body), out)

    def _ping(self, body: Json, out: list[Event]) -> None:
        extra = {k: v for k, v in body.items() if k != "type"}
        out.append(Extra("response", 0, extra) if extra and self._started else Transport("ping"))

    def _message(self, body: Json, out: list[Event]) -> None:
        """A whole message as one frame: some gateways stream so."""
        if self._started or is_error(body):
            return
        self._started = self._over = True
        try:
            response = read_response(body)
        except InvalidDocument:
            self._broken("a frame is not a message", out)
            return
        if response.candidates[0].finish_reason is None:
            self._broken(CUT, out)
            return
        out.extend(unfold(response))

    def _rest(self, body: Json, known: tuple[str, ...], out: list[Event]) -> None:
        """Keys of a frame that nobody knows."""
        if len(body) > len(known):
            extra = {k: v for k, v in body.items() if k not in known}
            if extra:
                out.append(Extra("response", 0, extra))


_HANDLERS = {
    "message_start": MessagesStreamReader._message_start,
    "content_block_start": MessagesStreamReader._block_start,
    "content_block_delta": MessagesStreamReader._block_delta,
    "content_block_stop": MessagesStreamReader._block_stop,
    "message_delta": MessagesStreamReader._message_delta,
    "message_stop": MessagesStreamReader._message_stop,
    "error": MessagesStreamReader._error,
    "ping": MessagesStreamReader._ping,
    "message": MessagesStreamReader._message,
}

_GROWING = (Text, Reasoning, ToolCall, ServerTool, Media)
