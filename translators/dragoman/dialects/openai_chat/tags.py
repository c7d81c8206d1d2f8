"""Chat Completions: thinking in the text, between `<think>` and `</think>` (the flavour `+think-tags`), or between
`<thought>` and `</thought>` (`+google`).

Of models served raw "opening tag may be missing when the template pre-fills it": what stands before a closing tag is
thinking, too. In such a stream without an opening tag the text has to wait for the closing one, or for the end: a row
of forced buffering. Behind Google's layer the "text starts with `<thought>`", and what does not is the answer. The
split is the same for a document and for its stream.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ...events import CandidateStart, Event, Failure, Finish, PartDelta, PartEnd, PartStart
from ...model import Part, Reasoning, Response, Text
from .stream import ChatStreamReader


class Tags(NamedTuple):
    """What stands around thinking; `bare`: the first may be missing."""

    opening: str
    closing: str
    bare: bool


def split_response(r: Response, tags: Tags) -> None:
    """Take the thinking out of the first text of every candidate, in place."""
    for candidate in r.candidates:
        if (candidate.message.spelling or {}).get("content") == "list":
            continue
        parts: list[Part] = []
        done = False
        for part in candidate.message.parts:
            if isinstance(part, Text) and not done:
                done = True
                parts += _split(part, tags)
            else:
                parts.append(part)
        candidate.message.parts = parts


def _split(part: Text, tags: Tags) -> list[Part]:
    text = part.text
    bare = text.lstrip()
    if bare.startswith(tags.opening):
        opening = text[: len(text) - len(bare)] + tags.opening
        inner, closing, rest = text[len(opening) :].partition(tags.closing)
    else:
        opening = ""
        inner, closing, rest = text.partition(tags.closing)
        if not closing or not tags.bare:
            return [part]
    thought = Reasoning(inner, spelling={"tag": [opening, closing]}, at=part.at)
    return [thought, replace(part, text=rest)] if rest else [thought]


@dataclass(slots=True)
class _Answer:
    """One candidate: its first text on the way to being told apart."""

    mode: str = "before"  # before, wait, think, text, done
    start: PartStart | None = None
    held: str = ""
    shift: int = 0  # by how much later parts are numbered higher
    opened: bool = False  # whether the text behind the thinking has begun


class TagReader:
    """The chunks of a raw model: text and thinking told apart by their tags."""

    def __init__(self, name: str, tags: Tags) -> None:
        self._reader = ChatStreamReader(name)
        self._tags = tags
        self._answers: dict[int, _Answer] = {}

    def feed(self, chunk: bytes) -> list[Event]:
        """Events that `chunk` settles."""
        return self._told(self._reader.feed(chunk))

    def close(self) -> list[Event]:
        """The events of the end of input."""
        return self._told(self._reader.close())

    def numbers(self) -> Collection[int]:
        """The numbers of the candidates so far."""
        return self._reader.numbers()

    def _told(self, events: list[Event]) -> list[Event]:
        out: list[Event] = []
        for event in events:
            self._tell(event, out)
        return out

    def _tell(self, event: Event, out: list[Event]) -> None:
        if isinstance(event, CandidateStart):
            self._answers[event.candidate.index] = _Answer()
            out.append(event)
        elif isinstance(event, (PartStart, PartDelta, PartEnd)):
            self._part(self._answers[event.candidate], event, out)
        else:
            if isinstance(event, (Finish, Failure)):
                for answer in self._answers.values():
                    self._settle(answer, out)
            out.append(event)

    def _part(self, answer: _Answer, event: Any, out: list[Event]) -> None:
        mine = answer.start is not None and event.index == answer.start.index and answer.mode != "done"
        if isinstance(event, PartStart):
            if isinstance(event.part, Text) and answer.mode == "before":
                answer.mode, answer.start, answer.held = "wait", event, event.part.text
                return
            self._settle(answer, out)
        elif mine and isinstance(event, PartDelta) and event.field == "text" and not event.extra:
            self._text(answer, event.value, out)
            return
        elif mine and isinstance(event, PartEnd):
            self._settle(answer, out)
            answer.mode = "done"
            if not answer.opened:
                return
        elif mine:
            self._settle(answer, out)
        later = answer.start is not None and event.index >= answer.start.index
        out.append(replace(event, index=event.index + answer.shift) if answer.shift and later else event)

    def _text(self, answer: _Answer, text: str, out: list[Event]) -> None:
        start = answer.start
        assert start is not None
        opened, closed, may_be_bare = self._tags
        if answer.mode == "wait":
            answer.held += text
            bare = answer.held.lstrip()
            if bare.startswith(opened):
                opening = answer.held[: len(answer.held) - len(bare)] + opened
                text, answer.held = answer.held[len(opening) :], ""
                self._think(answer, opening, out)
            elif may_be_bare and closed in answer.held:
                text, answer.held = answer.held, ""
                self._think(answer, "", out)
            elif may_be_bare or opened.startswith(bare):
                return
            else:
                self._settle(answer, out)
                return
        if answer.mode == "think":
            text = answer.held + text
            inner, closing, rest = text.partition(closed)
            if not closing:
                keep = next((n for n in range(len(closed) - 1, 0, -1) if text.endswith(closed[:n])), 0)
                if keep and answer.held:
                    keep = len(text)  # still open: what is told once is told in one piece
                inner, answer.held = text[: len(text) - keep], text[len(text) - keep :]
            if inner:
                out.append(PartDelta(start.candidate, start.index, "text", inner))
            if not closing:
                return
            self._thought(answer, out)
            text = rest
        if text:
            self._open(answer, out)
            out.append(PartDelta(start.candidate, start.index + answer.shift, "text", text))

    def _think(self, answer: _Answer, opening: str, out: list[Event]) -> None:
        start = answer.start
        assert start is not None
        answer.mode = "think"
        thought = Reasoning("", spelling={"tag": [opening, self._tags.closing]}, at=start.part.at)
        out.append(PartStart(start.candidate, start.index, thought))

    def _thought(self, answer: _Answer, out: list[Event]) -> None:
        assert answer.start is not None
        out.append(PartEnd(answer.start.candidate, answer.start.index))
        answer.mode, answer.held = "text", ""

    def _open(self, answer: _Answer, out: list[Event]) -> None:
        """The text behind the thinking begins, or the only one."""
        if not answer.opened and answer.start is not None:
            answer.opened = True
            answer.shift = 1 if answer.mode == "text" else 0
            out.append(replace(answer.start, index=answer.start.index + answer.shift))

    def _settle(self, answer: _Answer, out: list[Event]) -> None:
        """Nothing more comes: what was held back is told as what it is."""
        start = answer.start
        if answer.mode == "wait" and start is not None:
            self._open(answer, out)
            if answer.held:
                out.append(PartDelta(start.candidate, start.index, "text", answer.held))
            answer.mode = "plain"
        elif answer.mode == "think" and start is not None:
            if answer.held:
                out.append(PartDelta(start.candidate, start.index, "text", answer.held))
            self._thought(answer, out)
