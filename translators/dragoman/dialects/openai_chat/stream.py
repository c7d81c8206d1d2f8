"""Chat Completions: the stream in. `data:` chunks -> canonical events.

The shape says little: which part a delta belongs to follows from its key and, for calls, from `index`. What
vendors do with that (roles repeated, ids that change, indices missing or used twice, finish sent twice, usage
anywhere) is taken as it comes; the events are clean.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
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
from ...jsontext import frame_loads, loads, same
from ...model import (
    Candidate,
    Error,
    Json,
    Media,
    Message,
    Opaque,
    Reasoning,
    Refusal,
    Response,
    Text,
    ToolCall,
)
from ..base import SSEReader
from ..error_forms import failed_beside
from ..openai_shape import CUT, ENVELOPE, failure_in, failure_of, read_error, read_usage
from .carry import sign, sign_message
from .parts import read_annotation, read_picture
from .read import REASONING_FIELDS, details_text, read_finish, uncounted
from .words import LISTS, NAME, RESPONSE, TRANSPORT
from .writer import ChatStreamWriter

__all__ = ["ChatStreamReader", "ChatStreamWriter"]


_PER_CHUNK = ("choices", "usage", "obfuscation")
_PLAIN = frozenset({"index", "delta", "logprobs", "finish_reason"})
_READ = frozenset({"index", "delta"})
_READ_WHOLE = _READ | {"message"}


@dataclass(slots=True)
class _Call:
    """A call that is being streamed; `part` is None once it has been announced."""

    index: int
    id: str | None
    part: ToolCall | None = None
    pieces: list[str] = field(default_factory=list)
    open: bool = True
    custom: bool = False
    nameless: bool = False  # it had to begin without a name


@dataclass(slots=True)
class _Choice:
    index: int
    at: str
    parts: int = 0
    kind: str = ""  # what kind of text part is open, and its number
    text: int = -1
    listed: str = ""  # which of LISTS comes with the thinking
    calls: dict[Any, _Call] = field(default_factory=dict)
    order: list[_Call] = field(default_factory=list)
    announced: int = 0  # how many of them have begun
    audio: int = -1  # the number of the sound
    images: list[Any] = field(default_factory=list)
    finished: bool = False
    role: bool = True
    thought: bool = False  # whether there was any thinking


class ChatStreamReader(SSEReader):
    """One response's chunks in, canonical events out."""

    splices = True

    def __init__(self, name: str = NAME) -> None:
        super().__init__()
        self._name = name
        self._started = False
        self._envelope: Json = {}
        self._choices: dict[int, _Choice] = {}
        self._usage: Json = {}
        self._last_usage: Json | None = None
        self._waiting: list[tuple[Json, list[Any]]] = []  # chunks that came before the start
        self._failing: Error | None = None
        self._rest: Json | None = None  # what the last chunk said beside its choices, where that was nothing new

    def numbers(self) -> Collection[int]:
        """The numbers of the candidates so far."""
        return self._choices

    def _frame(self, frame: Frame, out: list[Event]) -> None:
        if not self._over and frame[1][:1] == b"{" and frame[3] is None:
            # What nearly every frame is, by position: names cost a call each.
            try:
                body = frame_loads(frame[1])
            except orjson.JSONDecodeError:
                pass
            else:
                self._chunk(body, frame[0], out)
                return
        if frame.comment is not None:
            out.append(Transport("comment", frame.comment.decode("utf-8", "replace")))
        elif self._over:
            return
        elif frame.data[:6] == b"[DONE]":
            self._end(out)
        elif not frame.data.strip():
            out.append(Transport("ping"))
        else:
            try:
                body = loads(frame.data)
            except InvalidDocument:
                body = None
            if type(body) is list and len(body) == 1:
                body = body[0]
            if type(body) is not dict:
                self._broken("a frame is not a JSON object", out)
            else:
                self._chunk(body, frame.event, out)

    def _end(self, out: list[Event]) -> None:
        if self._waiting:
            self._start(out)
            if self._over:
                return
        if not self._choices or not all(c.finished for c in self._choices.values()):
            self._broken(CUT, out)
            return
        for choice in self._choices.values():
            self._close(choice, out)
            for call in sorted(choice.order, key=lambda call: call.index):
                if call.open:
                    out.append(PartEnd(choice.index, call.index))
            if choice.audio >= 0:
                out.append(PartEnd(choice.index, choice.audio))
        self._over = True
        out.append(End())

    # one chunk

    def _chunk(self, body: Json, event: str | None, out: list[Event]) -> None:
        choices = body.get("choices")
        if type(choices) is not list:
            choices = []
        failing = failure_in(body, event, choices)
        if failing is not None:
            if not choices:
                if self._waiting:
                    self._start(out)
                if not self._over:
                    self._fail(failing, out)
                return
            self._failing = failing
        if self._started:
            self._take(body, choices, out)
            return
        # Id and model may come late ("" first, behind Azure); the start waits for them, or for content.
        self._waiting.append((body, choices))
        changed = self._envelope_of(body)[0]
        self._envelope.update(changed)
        known = self._envelope
        if (known.get("id") and known.get("model")) or self._failing is not None or any(map(_says, choices)):
            self._start(out)

    def _start(self, out: list[Event]) -> None:
        """Begin, and take the chunks that waited."""
        self._started = True
        out.append(Start(Response(self._name, **self._envelope)))
        waiting, self._waiting = self._waiting, []
        for body, choices in waiting:
            if not self._over:
                self._take(body, choices, out, first=True)

    def _take(self, body: Json, choices: list[Any], out: list[Event], first: bool = False) -> None:
        changed, extra = self._envelope_of(body)
        if changed and not first:
            self._envelope.update(changed)
            out.append(Update(changed))
        if extra and failed_beside(extra):
            self._failing = read_error(None, {"base_resp": extra.pop("base_resp")})
        if extra:
            out.append(Extra("response", 0, extra))
            # Groq's second place for usage, and at times its only one.
            groq = extra.get("x_groq")
            if type(groq) is dict and type(groq.get("usage")) is dict and not same(groq["usage"], self._last_usage):
                self._report_usage(groq["usage"], out)
        for choice in choices:
            if type(choice) is dict:
                self._choice(choice, out)
        usage = body.get("usage")
        if type(usage) is dict and not same(usage, self._last_usage):
            self._report_usage(usage, out)
        if self._failing is not None:
            self._fail(self._failing, out)

    def _report_usage(self, usage: Json, out: list[Event]) -> None:
        self._last_usage = usage
        self._usage = merge_last(self._usage, usage)
        now = read_usage(self._usage)
        now.reported = usage
        uncounted(now, any(choice.thought for choice in self._choices.values()))
        out.append(UsageReport(now))

    def _envelope_of(self, body: Json) -> tuple[Json, Json]:
        """What a chunk says anew of the envelope, and its unknown keys."""
        rest = body.copy()
        for key in _PER_CHUNK:
            rest.pop(key, None)
        if rest == self._rest:
            return {}, {}
        changed: Json = {}
        extra: Json = {}
        known = self._envelope
        for key, value in body.items():
            row = ENVELOPE.get(key)
            if row is not None:
                if type(value) in row[1] and value != "" and known.get(row[0]) != value:
                    changed[row[0]] = value
            elif value is None or key == "error" or key in TRANSPORT:
                continue
            elif key not in RESPONSE or key in ("metadata", "moderation"):
                extra[key] = value
        self._rest = None if changed or extra else rest
        return changed, extra

    # one choice

    def _choice(self, body: Json, out: list[Event]) -> None:
        index = body.get("index")
        if type(index) is not int:
            index = 0
        choice = self._choices.get(index)
        delta, read = body.get("delta"), _READ
        if choice is None:
            at = f"/choices/{index}"
            choice = self._choices[index] = _Choice(index, f"{at}/message")
            message = Message("assistant", at=choice.at)
            if not delta and type(body.get("message")) is dict:
                # A server that does not stream answers whole. Behind deltas a message only says them once more.
                delta, read = body["message"], _READ_WHOLE
            choice.role = type(delta) is dict and delta.get("role") == "assistant"
            if not choice.role:
                message.spelling = {"role": "absent"}
            out.append(CandidateStart(Candidate(index, message, at=at)))
        if type(delta) is dict and delta:
            self._delta(choice, delta, out)
        if body.keys() <= _PLAIN and body.get("finish_reason") is None and body.get("logprobs") is None:
            return
        extra: Json = {}
        for key, value in body.items():
            if key == "logprobs":
                if type(value) is dict and value:
                    out.append(Extra("logprobs", index, value))
            elif key == "finish_reason":
                if type(value) is str and value and not choice.finished:
                    self._finish(choice, value, out)
            elif key == "error" and (failing := failure_of(value, self._failing)) is not None:
                self._failing = failing
            elif key not in read and value is not None and key not in TRANSPORT:
                extra[key] = value
        if extra:
            out.append(Extra("candidate", index, extra))
            # Moonshot's place for usage, and its only one where nobody asked for it.
            usage = extra.get("usage")
            if type(usage) is dict and not same(usage, self._last_usage):
                self._report_usage(usage, out)

    def _finish(self, choice: _Choice, word: str, out: list[Event]) -> None:
        event = Finish(choice.index, None)
        read_finish(event, word)
        if event.finish_reason == "error":
            if self._failing is None:
                told = {"form": "finish", "word": word, "candidate": choice.index}
                self._failing = Error("api", f"the upstream ended with finish_reason {word!r}", spelling=told)
            return
        choice.finished = True
        for call in choice.order:
            self._announce(choice, call, out)  # a name that has not come by now does not come
        out.append(event)

    def _delta(self, choice: _Choice, delta: Json, out: list[Event]) -> None:
        if len(delta) == 1:
            text = delta.get("content")
            if type(text) is str:
                if text:
                    self._text(choice, "text", text, out)
                return
        extra: Json = {}
        content: Any = None
        for key, value in delta.items():
            if key == "content":
                content = value
            elif key == "role" and value == "assistant" and not choice.role:
                choice.role = True
                extra[key] = value
            elif (
                value is None
                or (key == "role" and value in ("assistant", ""))
                or key in TRANSPORT
                or (key == "tool_calls" and type(value) is list)
                or (key in _LATER and value)
                or (key in LISTS and type(value) is list)
            ):
                continue
            elif value != "" and value != []:
                extra[key] = value
        own = sign_message(extra, self._name, choice.at) if extra else None
        if own is not None:
            self._whole(choice, own, out)
        self._reasoning(choice, delta, extra, out)
        if type(content) is str:
            if content:
                self._text(choice, "text", content, out)
        elif type(content) is list:
            self._content(choice, content, out)
        elif content is not None:
            extra["content"] = content
        refusal = delta.get("refusal")
        if type(refusal) is str and refusal:
            self._text(choice, "refusal", refusal, out)
        self._late(choice, delta, extra, out)
        calls = delta.get("tool_calls")
        if type(calls) is list:
            for call in calls:
                if type(call) is dict:
                    self._call(choice, call, out)
        legacy = delta.get("function_call")
        if type(legacy) is dict:
            self._call(choice, {"index": "function_call", "function": legacy}, out)
        if extra:
            out.append(Extra("message", choice.index, extra))

    def _late(self, choice: _Choice, delta: Json, extra: Json, out: list[Event]) -> None:
        annotations = delta.get("annotations")
        if type(annotations) is list and annotations:
            if choice.kind == "text":
                for i, value in enumerate(annotations):
                    citation = read_annotation(value, f"{choice.at}/annotations/{i}")
                    out.append(PartDelta(choice.index, choice.text, "citation", citation))
            else:
                extra["annotations"] = annotations
        audio = delta.get("audio")
        if type(audio) is dict and audio:
            self._audio(choice, audio, out)
        images = delta.get("images")
        if type(images) is list:
            self._pictures(choice, images, out)
        elif images:
            extra["images"] = images

    def _pictures(self, choice: _Choice, images: list[Any], out: list[Event]) -> None:
        """Pictures, each of them whole. One that comes again is the same one."""
        for item in images:
            if item in choice.images:
                continue
            self._close(choice, out)
            number = len(choice.images)
            part = read_picture(item, f"{choice.at}/images/{number}", number)
            out += [PartStart(choice.index, choice.parts, part), PartEnd(choice.index, choice.parts)]
            choice.images.append(item)
            choice.parts += 1

    def _audio(self, choice: _Choice, audio: Json, out: list[Event]) -> None:
        """A piece of a sound, and of what it says."""
        at = f"{choice.at}/audio"
        if choice.audio < 0:
            choice.audio = choice.parts
            choice.parts += 1
            media = Media("audio", "file", spelling={"field": True}, at=at)
            out.append(PartStart(choice.index, choice.audio, media))
        words = audio.get("transcript")
        if type(words) is not str or not words:
            out.append(PartDelta(choice.index, choice.audio, "audio", audio))
            return
        rest = {k: v for k, v in audio.items() if k != "transcript"}
        if rest:
            out.append(PartDelta(choice.index, choice.audio, "audio", rest))
        self._open(choice, "words", partial(Text, "", transcript=True, at=f"{at}/transcript"), out)
        out.append(PartDelta(choice.index, choice.text, "text", words))

    # text parts

    def _open(self, choice: _Choice, kind: str, part: Any, out: list[Event]) -> None:
        """Make the open text part one of `kind`."""
        if choice.kind != kind:
            self._close(choice, out)
            choice.kind, choice.text = kind, choice.parts
            choice.parts += 1
            choice.thought = choice.thought or kind.startswith(("reasoning", "thinking"))
            out.append(PartStart(choice.index, choice.text, part()))

    def _close(self, choice: _Choice, out: list[Event]) -> None:
        if choice.kind:
            out.append(PartEnd(choice.index, choice.text))
            choice.kind = ""

    def _text(self, choice: _Choice, kind: str, text: str, out: list[Event], extra: Json | None = None) -> None:
        if choice.kind != kind:
            if kind == "text":
                self._open(choice, kind, lambda: Text("", at=f"{choice.at}/content"), out)
            else:
                at = f"{choice.at}/refusal"
                self._open(choice, kind, lambda: Refusal("", spelling={"field": True}, at=at), out)
        out.append(PartDelta(choice.index, choice.text, "text", text, extra))

    def _reasoning(self, choice: _Choice, delta: Json, extra: Json, out: list[Event]) -> None:
        fields = [f for f in REASONING_FIELDS if type(delta.get(f)) is str and delta[f]]
        lists = [name for name in LISTS if type(delta.get(name)) is list and delta[name]]
        if lists and choice.listed not in LISTS:
            choice.listed = lists[0]
        for name in lists:
            if name != choice.listed:
                extra[name] = delta[name]
        listed = choice.listed if choice.listed in lists else ""
        if not fields and not listed:
            return
        text = delta[fields[0]] if fields else ""
        told = [f for f in fields if delta[f] == text]
        for name in fields:
            if name not in told:
                extra[name] = delta[name]
        if told:
            kind = "reasoning " + " ".join(told)
            at = f"{choice.at}/{told[0]}"
            self._open(choice, kind, lambda: Reasoning("", spelling={"fields": told}, at=at), out)
            out.append(PartDelta(choice.index, choice.text, "text", text))
        elif not choice.kind.startswith("reasoning"):
            at = f"{choice.at}/{listed}"
            self._open(choice, "reasoning", lambda: Reasoning("", spelling={"fields": []}, at=at), out)
        if listed:
            entries = delta[listed]
            if choice.kind == "reasoning" and details_text(entries):
                out.append(PartDelta(choice.index, choice.text, "text", details_text(entries)))
            # Where the text stands in a field of its own, the list only repeats it.
            out.append(PartDelta(choice.index, choice.text, LISTS[listed], entries, {"issuer": NAME}))

    def _content(self, choice: _Choice, content: list[Any], out: list[Event]) -> None:
        """Mistral streams content as lists of parts."""
        for item in content:
            kind = item.get("type") if type(item) is dict else None
            if kind == "text" and type(item.get("text")) is str:
                rest = {k: v for k, v in item.items() if k not in ("type", "text")}
                if item["text"] or rest:
                    self._text(choice, "text", item["text"], out, rest or None)
                continue
            value = item.get("thinking") if kind == "thinking" else None
            if type(value) is list and all(type(t) is dict and type(t.get("text")) is str for t in value):
                text = "".join(t["text"] for t in value)
                rest = {k: v for k, v in item.items() if k not in ("type", "thinking")}
                if text or rest:
                    begin = partial(Reasoning, "", spelling={"part": []}, at=f"{choice.at}/content")
                    self._open(choice, "thinking", begin, out)
                    out.append(PartDelta(choice.index, choice.text, "text", text, rest or None))
                continue
            self._whole(choice, Opaque(item, at=f"{choice.at}/content"), out)

    def _whole(self, choice: _Choice, part: Opaque, out: list[Event]) -> None:
        """A part that comes at once."""
        self._close(choice, out)
        out.append(PartStart(choice.index, choice.parts, part))
        out.append(PartEnd(choice.index, choice.parts))
        choice.parts += 1

    # calls

    def _call(self, choice: _Choice, body: Json, out: list[Event]) -> None:
        custom = body.get("custom")
        is_custom = type(custom) is dict and bool(custom.get("name") or custom.get("input"))
        inner = custom if is_custom else body.get("function")
        if type(inner) is not dict:
            inner = {}
        identity = body.get("id") if type(body.get("id")) is str and body["id"] else None
        name = inner.get("name") if type(inner.get("name")) is str and inner["name"] else None
        known = len(choice.order)
        call = self._which(choice, body.get("index"), identity, name, out)
        if is_custom:
            call.custom = True
        elif call.custom and type(custom) is dict:
            is_custom, inner = True, custom
        extra = {k: v for k, v in body.items() if k not in _CALL_KEYS and v is not None}
        more = {k: v for k, v in inner.items() if k not in ("name", "arguments", "input") and v is not None}
        if call.nameless and name:
            more["name"] = name
        if more:
            extra["custom" if is_custom else "function"] = more
        fresh = call.part
        if fresh is not None:
            if is_custom:
                fresh.kind = "custom"
            if name and not fresh.name:
                fresh.name = name
            if identity and fresh.id is None:
                fresh.id = call.id = identity
            if (
                "type" not in body
                and body.get("index") != "function_call"
                and fresh.spelling is None
                and len(choice.order) > known
            ):
                fresh.spelling = {"type": "absent"}
        arguments = inner.get("input" if is_custom else "arguments")
        if fresh is not None:
            if extra:
                fresh.extra = {**(fresh.extra or {}), **extra}
            if type(arguments) is dict:
                fresh.arguments, fresh.spelling = arguments, {**(fresh.spelling or {}), "arguments": "object"}
            elif type(arguments) is str:
                fresh.arguments = ""
                if arguments:
                    call.pieces.append(arguments)
            if fresh.name or choice.finished:
                self._announce(choice, call, out)
        else:
            if type(arguments) is str and arguments:
                out.append(PartDelta(choice.index, call.index, "arguments", arguments))
            if extra:
                out.append(PartDelta(choice.index, call.index, "extra", None, extra))

    def _which(self, choice: _Choice, index: Any, identity: str | None, name: str | None, out: list[Event]) -> _Call:
        """The call that a fragment belongs to; a new one where the index is new, or used again by another id."""
        last = choice.order[-1] if choice.order else None
        if type(index) is not int and index != "function_call":
            if last is not None and not name and identity in (None, last.id):
                return last
            index = ("none", len(choice.order))
        call = choice.calls.get(index)
        if call is not None:
            if not (identity and call.id and identity != call.id and name):
                return call
            self._announce(choice, call, out)
            out.append(PartEnd(choice.index, call.index))
            call.open = False
        self._close(choice, out)
        at, spelling = "", None
        if index == "function_call":
            at, spelling = f"{choice.at}/function_call", {"field": "function_call"}
        call = _Call(-1, identity, ToolCall(identity, "", spelling=spelling, at=at))
        choice.calls[index] = call
        choice.order.append(call)
        return call

    def _announce(self, choice: _Choice, call: _Call, out: list[Event]) -> None:
        """Let a call begin: it was waiting for its name."""
        if call.part is not None:
            self._close(choice, out)  # text may have come since its first fragment
            sign(call.part, self._name)
            # Calls stand in the document in the order in which their names came.
            call.part.at = call.part.at or f"{choice.at}/tool_calls/{choice.announced}"
            choice.announced += 1
            call.nameless = not call.part.name
            call.index = choice.parts
            choice.parts += 1
            out.append(PartStart(choice.index, call.index, call.part))
            call.part = None
            for piece in call.pieces:
                out.append(PartDelta(choice.index, call.index, "arguments", piece))
            call.pieces = []


_LATER = frozenset({"refusal", "function_call", "annotations", "audio", "images", *REASONING_FIELDS})
_CALL_KEYS = frozenset({"index", "id", "type", "function", "custom"})


def _says(choice: Any) -> bool:
    """Whether a choice says anything yet beyond who speaks."""
    if type(choice) is not dict:
        return False
    delta = choice.get("delta")
    if type(delta) is not dict:
        return bool(choice.get("finish_reason"))
    return bool(choice.get("finish_reason")) or any(_is_word(v) for k, v in delta.items() if not _leads(k, v))


def _leads(key: str, value: Any) -> bool:
    """Whether a field of a delta only leads to what is said: who speaks, and the name of a call that has no id of its
    own, for which one is made from that of the response."""
    return key == "role" or (key == "function_call" and type(value) is dict and not value.get("arguments"))


def _is_word(value: Any) -> bool:
    """Whether a value is more than empty forms."""
    if type(value) is list:
        return any(map(_is_word, value))
    if type(value) is dict:
        return any(_is_word(item) for key, item in value.items() if key != "type")
    return bool(value)
