"""Legacy Completions: the stream in. `data:` chunks -> canonical events.

A chunk looks like the whole response. Of a batch, or of several samples, the choices come in any order; their
`index` tells them apart. What vendors do (finish sent twice, a last choice with neither text nor index, usage
anywhere) is taken as it comes; the events are clean.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

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
from ...jsontext import loads, same
from ...model import Candidate, Error, Json, Response, Text
from ..base import SSEReader
from ..openai_shape import CUT, ENVELOPE, failure_in, failure_of, read_usage
from .read import read_finish
from .words import NAME, TRANSPORT

_ELSEWHERE = frozenset({"object", "choices", "usage", "error"})  # keys of a chunk that are looked at elsewhere


@dataclass(slots=True)
class _Choice:
    index: int
    open: bool = False
    finished: bool = False


class CompletionsStreamReader(SSEReader):
    """One response's chunks in, canonical events out."""

    splices = True

    def __init__(self) -> None:
        super().__init__()
        self._started = False
        self._envelope: Json = {}
        self._choices: dict[int, _Choice] = {}
        self._usage: Json = {}
        self._last_usage: Json | None = None
        self._waiting: list[tuple[Json, list[Any]]] = []  # chunks that came before the start
        self._failing: Error | None = None

    def numbers(self) -> Collection[int]:
        """The numbers of the candidates so far."""
        return self._choices

    def _frame(self, frame: Frame, out: list[Event]) -> None:
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
        out += [PartEnd(choice.index, 0) for choice in self._choices.values() if choice.open]
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
        self._envelope.update(self._envelope_of(body)[0])
        known = self._envelope
        if (known.get("id") and known.get("model")) or self._failing is not None or any(map(_says, choices)):
            self._start(out)

    def _start(self, out: list[Event]) -> None:
        """Begin, and take the chunks that waited."""
        self._started = True
        out.append(Start(Response(NAME, **self._envelope)))
        waiting, self._waiting = self._waiting, []
        for body, choices in waiting:
            if not self._over:
                self._take(body, choices, out, first=True)

    def _take(self, body: Json, choices: list[Any], out: list[Event], first: bool = False) -> None:
        changed, extra = self._envelope_of(body)
        if changed and not first:
            self._envelope.update(changed)
            out.append(Update(changed))
        if extra:
            out.append(Extra("response", 0, extra))
        for choice in choices:
            if type(choice) is dict:
                self._choice(choice, out)
        usage = body.get("usage")
        if type(usage) is dict and not same(usage, self._last_usage):
            self._last_usage = usage
            self._usage = merge_last(self._usage, usage)
            now = read_usage(self._usage)
            now.reported = usage
            out.append(UsageReport(now))
        if self._failing is not None:
            self._fail(self._failing, out)

    def _envelope_of(self, body: Json) -> tuple[Json, Json]:
        """What a chunk says anew of the envelope, and its unknown keys."""
        changed: Json = {}
        extra: Json = {}
        for key, value in body.items():
            row = ENVELOPE.get(key)
            if row is not None:
                if type(value) in row[1] and value != "" and self._envelope.get(row[0]) != value:
                    changed[row[0]] = value
            elif value is not None and key not in _ELSEWHERE and key not in TRANSPORT:
                extra[key] = value
        return changed, extra

    # one choice

    def _choice(self, body: Json, out: list[Event]) -> None:
        index = body.get("index")
        if type(index) is not int:
            index = 0
        at = f"/choices/{index}"
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = _Choice(index)
            out.append(CandidateStart(Candidate(index, at=at)))
        text = body.get("text")
        if type(text) is str and text:
            if not choice.open:
                choice.open = True
                out.append(PartStart(index, 0, Text("", at=f"{at}/text")))
            out.append(PartDelta(index, 0, "text", text))
        extra: Json = {}
        for key, value in body.items():
            if key == "logprobs" and type(value) is dict:
                if value:
                    out.append(Extra("logprobs", index, value))
            elif key == "finish_reason" and type(value) is str:
                if value and not choice.finished:
                    self._finish(choice, value, out)
            elif key == "error" and (failing := failure_of(value, self._failing)) is not None:
                self._failing = failing
            elif key == "text" and type(value) is str:
                continue
            elif key != "index" and value not in (None, {}, []) and key not in TRANSPORT:
                extra[key] = value
        if extra:
            out.append(Extra("candidate", index, extra))

    def _finish(self, choice: _Choice, word: str, out: list[Event]) -> None:
        event = Finish(choice.index, None)
        read_finish(event, word)
        if event.finish_reason == "error":
            if self._failing is None:
                told = {"form": "finish", "word": word, "candidate": choice.index}
                self._failing = Error("api", f"the upstream ended with finish_reason {word!r}", spelling=told)
            return
        choice.finished = True
        out.append(event)


def _says(choice: Any) -> bool:
    """Whether a choice says anything yet."""
    return type(choice) is dict and bool(choice.get("finish_reason") or choice.get("text"))
