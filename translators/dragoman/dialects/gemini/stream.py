"""Gemini: the stream in. Chunks, as SSE or as the elements of a JSON array -> canonical events.

Every chunk is a whole GenerateContentResponse whose parts are appended. Text of one kind runs on from chunk to
chunk; a part with a signature stands alone; a call comes whole, but for Vertex, which may send its arguments in
pieces. Content may follow a finish reason, so that only the end of the input ends.
"""

from __future__ import annotations

from collections.abc import Collection
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
    merge_extra,
    merge_last,
)
from ...framing import BOM, Frame, JSONArrayDecoder, SSEDecoder
from ...jsontext import frame_loads, joined, loads, same
from ...model import Candidate, Json, Message, Reasoning, Response, Text, ToolCall
from ..base import SSEReader
from .casing import camel, may_be_snake
from .cite import characters, cites, key_of, size
from .parts import read_part
from .pieces import Arguments
from .probs import from_result
from .read import is_blocked, read_envelope, read_error, read_finish, read_usage
from .words import NAME, PART_SHAPE, RESPONSE_SHAPE, ROLE

CUT = "the stream ended before every candidate had a finish reason"
_CITED = ("groundingMetadata", "citationMetadata")


@dataclass(slots=True)
class _Open:
    """A text that still grows."""

    kind: type
    number: int
    begin: int  # bytes of text before it
    pieces: list[str] = field(default_factory=list)
    alone: bool = False  # it carries a signature: nothing joins it


@dataclass(slots=True)
class _Candidate:
    index: int
    at: str
    parts: int = 0
    text: _Open | None = None
    size: int = 0  # bytes of text so far
    call: ToolCall | None = None  # a call whose arguments come in pieces
    arguments: Arguments | None = None
    calls: bool = False
    finish: Any = None
    role: bool = True
    cited: Json = field(default_factory=dict)  # the grounding so far
    told: set[str] = field(default_factory=set)  # the citations that went out
    ratings: Json = field(default_factory=dict)  # the last rating of each category

    def rate(self, ratings: list[Any]) -> list[Any]:
        """All ratings so far: a chunk may tell of some categories only."""
        if not all(type(r) is dict and type(r.get("category")) is str for r in ratings):
            return ratings
        self.ratings |= {r["category"]: r for r in ratings}
        return list(self.ratings.values())


_CITING = frozenset(_CITED)
_PLAIN = frozenset({"index", "content"})


class GeminiStreamReader(SSEReader):
    """One response's chunks in, canonical events out. The first byte tells SSE from a JSON array."""

    figures = b'"usageMetadata":'

    def __init__(self) -> None:
        super().__init__()
        self._head = b""
        self._known = False
        self._snake = False  # the chunk may have keys in snake_case
        self._started = False
        self._envelope = Response(NAME)
        self._candidates: dict[int, _Candidate] = {}
        self._usage: Json = {}
        self._last_usage: Json | None = None
        self._blocked = False
        self._rest: Json | None = None  # what the last chunk said beside these two, where that was nothing new

    def numbers(self) -> Collection[int]:
        """The numbers of the candidates so far."""
        return self._candidates

    @property
    def splices(self) -> bool:  # type: ignore[override]
        """Whether pieces may be read together: not where a citation is told as soon as its text is out."""
        return type(self.decoder) is SSEDecoder and not any(c.cited for c in self._candidates.values())

    def feed(self, chunk: bytes) -> list[Event]:
        """Events that `chunk` settles."""
        if not self._known:
            chunk = self._head + chunk
            head = chunk.removeprefix(BOM).lstrip(b" \t\r\n")
            if not head or BOM.startswith(chunk):
                self._head = chunk[: len(BOM) + 1]  # of blanks one is as good as many
                return []
            self._known = True
            if head[:1] in (b"[", b"{"):
                # "Without alt=sse: one JSON array"; an error may stand in its place.
                self.decoder = JSONArrayDecoder()
        return super().feed(chunk)

    def _frame(self, frame: Frame, out: list[Event]) -> None:
        if not self._over and frame[1][:1] == b"{" and frame[3] is None:
            # What nearly every frame is, by position: names cost a call each.
            try:
                body = frame_loads(frame[1])
            except orjson.JSONDecodeError:
                body = None
            if body is not None and not body.get("error"):
                self._snake = may_be_snake(frame[1])
                self._chunk(camel(body, RESPONSE_SHAPE)[0] if self._snake else body, out)
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
        if type(body) is list and len(body) == 1:
            body = body[0]
        if type(body) is not dict:
            self._broken("a frame is not a JSON object", out)
        elif body.get("error"):
            self._fail(read_error(None, body), out)
        else:
            self._snake = may_be_snake(frame.data)
            self._chunk(camel(body, RESPONSE_SHAPE)[0] if self._snake else body, out)

    def _end(self, out: list[Event]) -> None:
        done = all(c.finish is not None for c in self._candidates.values())
        if not done or not (self._candidates or self._blocked):
            self._broken(CUT, out)
            return
        for c in self._candidates.values():
            self._close_call(c, out)
            self._close(c, out)
            if c.finish.finish_reason == "stop" and c.calls:
                # "There is no tool-call reason: function calls end with STOP."
                c.finish.finish_reason = "tool_calls"
            out.append(c.finish)
        self._over = True
        out.append(End())

    # one chunk

    def _chunk(self, body: Json, out: list[Event]) -> None:
        candidates = body.get("candidates")
        usage = body.get("usageMetadata")
        rest = body.copy()
        rest.pop("candidates", None)
        rest.pop("usageMetadata", None)
        if rest != self._rest or type(candidates) is not list or type(usage) is not dict:
            before = len(out)
            self._beside(body, out)
            self._rest = rest if len(out) == before else None
        for i, candidate in enumerate(candidates if type(candidates) is list else ()):
            if type(candidate) is dict:
                self._candidate(candidate, i, out)
        if type(usage) is dict and not same(usage, self._last_usage):
            self._last_usage = usage
            self._usage = merge_last(self._usage, usage)
            told = read_usage(self._usage)
            told.reported = usage
            out.append(UsageReport(told))

    def _beside(self, body: Json, out: list[Event]) -> None:
        """What a chunk says beside candidates and usage."""
        now = Response(NAME)
        extra: Json = {}
        for key, value in body.items():
            if (key == "candidates" and type(value) is list) or (key == "usageMetadata" and type(value) is dict):
                continue
            if value is not None and not read_envelope(now, key, value):
                extra[key] = value
        self._blocked = self._blocked or is_blocked(body)
        if not self._started:
            self._started = True
            self._envelope = replace(now)
            out.append(Start(now))
        else:
            self._update(now, out)
        if extra:
            out.append(Extra("response", 0, extra))

    def _update(self, now: Response, out: list[Event]) -> None:
        known = self._envelope
        changed: Json = {}
        for name in ("id", "model", "created"):
            value = getattr(now, name)
            if value is not None and value != getattr(known, name):
                setattr(known, name, value)
                changed[name] = value
        if changed:
            out.append(Update(changed))

    def _candidate(self, body: Json, position: int, out: list[Event]) -> None:
        index = body.get("index")
        if type(index) is not int:
            index = position  # "absent == 0"
        content = body.get("content")
        c = self._candidates.get(index)
        if c is None:
            at = f"/candidates/{index}"
            c = self._candidates[index] = _Candidate(index, f"{at}/content")
            message = Message("assistant", at=c.at)
            role = content.get("role") if type(content) is dict else None
            if role is not None and role != "model":
                message.role = ROLE.read.get(role, role) if type(role) is str else "assistant"
                if ROLE.write.get(message.role, message.role) != role and type(role) is str:
                    message.spelling = {"role": role}
            out.append(CandidateStart(Candidate(index, message, at=at)))
        cited: Json = {}
        if body.keys() & _CITING:
            cited = {k: body[k] for k in _CITED if type(body.get(k)) is dict and body[k]}
        if type(content) is dict:
            self._content(c, content, cited, out)
        elif content is not None:
            out.append(Extra("candidate", index, {"content": content}))
        if cited:
            self._cite(c, cited, out)
        if body.keys() <= _PLAIN:
            return
        extra: Json = {}
        for key, value in body.items():
            if key == "finishReason":
                finish = Finish(index, None)
                if not read_finish(finish, value):
                    if value is not None and value != "":
                        extra[key] = value
                elif c.finish is None:
                    c.finish = finish
            elif (key not in ("index", "content") and value is not None and not (key in _CITED and value)) or (
                key in _CITED and type(value) is not dict
            ):
                extra[key] = value
        ratings = extra.get("safetyRatings")
        if type(ratings) is list:
            del extra["safetyRatings"]
            out.append(Extra("candidate", index, {"safetyRatings": c.rate(ratings)}, whole=True))
        if extra:
            out.append(Extra("candidate", index, extra))
        probabilities = from_result(extra.get("logprobsResult"))
        if probabilities is not None:
            out.append(Extra("logprobs", index, probabilities))

    def _content(self, c: _Candidate, content: Json, cited: Json, out: list[Event]) -> None:
        parts = content.get("parts")
        for part in [parts] if type(parts) is dict else parts if type(parts) is list else ():
            if type(part) is dict:
                self._part(c, part, cited, out)
        if type(parts) is list and len(content) == 2 and "role" in content:
            return
        extra = {k: v for k, v in content.items() if k not in ("role", "parts") and v is not None}
        if parts is not None and type(parts) not in (list, dict):
            extra["parts"] = parts
        if extra:
            out.append(Extra("message", c.index, extra))

    # parts

    def _part(self, c: _Candidate, raw: Json, cited: Json, out: list[Event]) -> None:
        if len(raw) == 1 and c.call is None and c.text is not None and c.text.kind is Text and not c.text.alone:
            text = raw.get("text")
            if type(text) is str:
                # One more piece of the text that is open: most parts of most streams.
                if text:
                    c.text.pieces.append(text)
                    c.size += size(text)
                    out.append(PartDelta(c.index, c.text.number, "text", text))
                    if c.cited:
                        self._cite(c, {}, out)
                return
        item = camel(raw, PART_SHAPE)[0] if self._snake else raw
        call = item.get("functionCall")
        if type(call) is dict and (c.call is not None or call.get("willContinue") is True or "partialArgs" in call):
            self._piece(c, item, call, cited, out)
            return
        self._close_call(c, out)
        part = read_part(item, f"{c.at}/parts/{c.parts}", [], True)
        kind = type(part)
        if isinstance(part, (Text, Reasoning)) and part.state is None and not part.extra:
            if c.text is None or c.text.kind is not kind or c.text.alone:
                if not part.text:
                    return
                self._close(c, out, cited)
                c.text = _Open(kind, c.parts, c.size)
                out.append(PartStart(c.index, c.parts, replace(part, text="", spelling=None)))
                c.parts += 1
            if part.text:
                if kind is Text:
                    c.text.pieces.append(part.text)
                    c.size += size(part.text)
                out.append(PartDelta(c.index, c.text.number, "text", part.text))
                self._cite(c, {}, out)
            return
        self._close(c, out, cited)
        if isinstance(part, (Text, Reasoning)):
            # Signed: it stands alone.
            out.append(PartStart(c.index, c.parts, replace(part, text="")))
            if part.text:
                out.append(PartDelta(c.index, c.parts, "text", part.text))
            if type(part) is Text and part.text:
                c.text = _Open(kind, c.parts, c.size, [part.text], True)
                c.size += size(part.text)
                c.parts += 1
                self._cite(c, {}, out)
                return
        else:
            c.calls = c.calls or kind is ToolCall
            out.append(PartStart(c.index, c.parts, part))
        out.append(PartEnd(c.index, c.parts))
        c.parts += 1

    def _close(self, c: _Candidate, out: list[Event], cited: Json | None = None) -> None:
        """End the text that grows; what this chunk cites of it comes first."""
        if c.text is not None:
            if cited:
                self._cite(c, cited, out)
                cited.clear()
            out.append(PartEnd(c.index, c.text.number))
            c.text = None

    def _cite(self, c: _Candidate, cited: Json, out: list[Event]) -> None:
        """Tell the grounding of a chunk, and what it says of the text that is open."""
        if cited:
            values = dict(cited)
            out.append(Extra("candidate", c.index, values))
            c.cited = merge_extra(c.cited, values)
        if c.text is None or c.text.kind is not Text or not c.cited:
            return
        text = joined(c.text.pieces)
        end = c.text.begin + size(text)
        at = c.at.rpartition("/")[0]
        for index, citation in cites(c.cited.get(_CITED[0]), c.cited.get(_CITED[1]), at):
            if citation.start is None or citation.end is None or citation.end > end:
                continue  # not yet, or nowhere
            # In streams the offsets count the whole text so far, unless they name a later part.
            begin = 0 if index else c.text.begin
            key = key_of(citation)
            if citation.start >= begin and key not in c.told and index in (None, 0, c.text.number):
                c.told.add(key)
                citation.start = characters(text, citation.start - begin)
                citation.end = characters(text, citation.end - begin)
                out.append(PartDelta(c.index, c.text.number, "citation", citation))

    # calls whose arguments come in pieces

    def _piece(self, c: _Candidate, item: Json, call: Json, cited: Json, out: list[Event]) -> None:
        """A functionCall that is not whole, or that goes on or ends the one before."""
        if call.get("name"):
            self._close_call(c, out)
            if call.get("willContinue") is not True and "partialArgs" not in call:
                self._part(c, item, cited, out)
                return
            absent = ("partialArgs", "willContinue", *(("args",) if call.get("args") is None else ()))
            plain = {k: v for k, v in call.items() if k not in absent}
            part = read_part({**item, "functionCall": plain}, f"{c.at}/parts/{c.parts}", [])
            if not isinstance(part, ToolCall):
                return
            c.call = part
            c.arguments = Arguments(part.arguments if type(part.arguments) is dict else None)
        if c.call is None or c.arguments is None:
            return  # a piece of no call
        if item.get("thoughtSignature") and c.call.state is None:
            signed = read_part({"text": "", "thoughtSignature": item["thoughtSignature"]}, "", [])
            c.call.state = signed.state if isinstance(signed, Text) else None
        if type(call.get("args")) is dict and not call.get("name"):
            c.arguments.value = {**c.arguments.value, **call["args"]}
        c.arguments.add(call.get("partialArgs"))
        if call.get("willContinue") is not True:
            self._close_call(c, out, cited)

    def _close_call(self, c: _Candidate, out: list[Event], cited: Json | None = None) -> None:
        if c.call is None or c.arguments is None:
            return
        part, c.call = c.call, None
        part.arguments, part.spelling = c.arguments.value, None
        if c.arguments.odd:
            part.extra = merge_extra(part.extra, {"functionCall": {"partialArgs": c.arguments.odd}})
        self._close(c, out, cited)
        c.calls = True
        part.at = f"{c.at}/parts/{c.parts}"
        out.append(PartStart(c.index, c.parts, part))
        out.append(PartEnd(c.index, c.parts))
        c.parts += 1
