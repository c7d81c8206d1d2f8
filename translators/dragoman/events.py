"""Canonical stream events, which may follow which, and the way between events and the whole response.

A stream is: `Start`, then for every candidate a `CandidateStart`, parts (`PartStart`, `PartDelta`*, `PartEnd`;
parts of one candidate may be open side by side), a `Finish`, then `End`; or a `Failure` at any point.
`UsageReport`, `Update`, `Extra` and `Transport` may come anywhere between. Readers produce legal sequences
only, writers rely on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from .errors import MISBUILT, BrokenStream, DragomanError, InvalidDocument, misbuilt
from .jsontext import joined, loads
from .model import (
    Candidate,
    Citation,
    Error,
    FinishReason,
    Media,
    Node,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Response,
    ServerTool,
    State,
    Text,
    ToolCall,
    Usage,
)


@dataclass(slots=True, eq=False, repr=False)
class Start(Node):
    """The envelope: a Response without candidates."""

    response: Response


@dataclass(slots=True, eq=False, repr=False)
class CandidateStart(Node):
    """A candidate without parts."""

    candidate: Candidate


@dataclass(slots=True, eq=False, repr=False)
class PartStart(Node):
    """A part begins. `part` is what is known of it at once; `index` counts the parts of the candidate."""

    candidate: int
    index: int
    part: Part


@dataclass(slots=True, eq=False, repr=False)
class PartDelta(Node):
    """A piece for an open part.

    field: text, arguments, input (appended); state (replacing); citation (one Citation added); details (list
    entries merged by index and type); blocks (of thinking, joined until they are signed); audio (pieces of an audio
    part); value (keys of an opaque part); pieces (the same, but texts are appended); extra (nothing but the unknown
    keys in `extra`).
    """

    candidate: int
    index: int
    field: str
    value: Any
    extra: dict[str, Any] | None = None


@dataclass(slots=True, eq=False, repr=False)
class PartEnd(Node):
    """The part is complete. `part`: the whole of it, where the source says it once more at its end; that holds."""

    candidate: int
    index: int
    part: Part | None = None


@dataclass(slots=True, eq=False, repr=False)
class Finish(Node):
    """The candidate's finish reason. More content may still follow; only `End` ends."""

    candidate: int
    finish_reason: FinishReason | None
    stop_sequence: str | None = None
    spelling: dict[str, Any] | None = None


@dataclass(slots=True, eq=False, repr=False)
class UsageReport(Node):
    """Usage as known by now; keys add to and overwrite what came before."""

    usage: Usage
    place: str = "end"


@dataclass(slots=True, eq=False, repr=False)
class Update(Node):
    """Envelope values that changed in the middle of the stream; the first non-empty one is what holds."""

    values: dict[str, Any]


@dataclass(slots=True, eq=False, repr=False)
class Extra(Node):
    """Keys of a frame that only its own dialect knows.

    `late`: they stood in the end mark itself. `whole`: they are all there is to say, and replace what was there.
    `spelling`: where log probabilities stand, as the candidate's spelling will say at the end.
    """

    where: Literal["response", "candidate", "message", "logprobs"]
    candidate: int
    values: Any
    late: bool = False
    whole: bool = False
    spelling: dict[str, Any] | None = None


@dataclass(slots=True, eq=False, repr=False)
class Failure(Node):
    """The stream went wrong; nothing follows. `dialect`: that of the stream, where the reader told it."""

    error: Error
    dialect: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Transport(Node):
    """A sign of life (SSE comment or ping) that no document has.

    values: an event that nobody knows; at: the place of what it is about in the folded document, "" for the whole.
    """

    kind: Literal["comment", "ping"]
    text: str = field(default="", compare=False)
    values: dict[str, Any] | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class End(Node):
    """The source's own end mark, or its supplied equivalent."""

    spelling: dict[str, Any] | None = None


Event = (
    Start
    | CandidateStart
    | PartStart
    | PartDelta
    | PartEnd
    | Finish
    | UsageReport
    | Update
    | Extra
    | Failure
    | Transport
    | End
)

# State -> event class -> next state. What stands nowhere is illegal. Parts and candidates are checked apart,
# by their indices, in `Legal`.
TRANSITIONS: dict[str, dict[type[Any], str]] = {
    "before": {Start: "open", Transport: "before", Failure: "failed"},
    "open": {
        CandidateStart: "open",
        PartStart: "open",
        PartDelta: "open",
        PartEnd: "open",
        Finish: "open",
        UsageReport: "open",
        Update: "open",
        Extra: "open",
        Transport: "open",
        End: "ended",
        Failure: "failed",
    },
    "ended": {Transport: "ended"},
    "failed": {Transport: "failed"},
}


# What must be in an event for others to follow: those built by hand are checked, too.
_HELD: dict[type[Any], tuple[str, Any]] = {
    Start: ("response", Response),
    CandidateStart: ("candidate", Candidate),
    PartStart: ("part", Node),
    UsageReport: ("usage", Usage),
    Failure: ("error", Error),
}


class Legal:
    """Checks a sequence of events against the transition table; raises BrokenStream at the first that breaks it."""

    def __init__(self) -> None:
        self.state = "before"
        self.candidates: dict[int, bool] = {}
        self.parts: dict[tuple[int, int], bool] = {}
        self.numbers: dict[int, int] = {}  # how many parts each candidate has had
        self.count = 0

    def through(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events one by one, each checked before it is given."""
        for event in events:
            self.check(event)
            yield event

    def check(self, event: Event) -> None:
        """Take one more event."""
        following = TRANSITIONS[self.state].get(type(event))
        if following is None:
            self._broken(event, f"not after the state {self.state!r}")
        if (held := _HELD.get(type(event))) is not None and not isinstance(getattr(event, held[0]), held[1]):
            self._broken(event, f"without its {held[0]}")
        self.state = following or ""
        self.count += 1
        if type(event) is CandidateStart:
            if event.candidate.index in self.candidates:
                self._broken(event, "candidate opened twice")
            self.candidates[event.candidate.index] = False
        elif type(event) is PartStart:
            if event.candidate not in self.candidates or (event.candidate, event.index) in self.parts:
                self._broken(event, "part opened twice or in no candidate")
            if self.numbers.get(event.candidate, 0) != event.index:
                self._broken(event, "parts are numbered in order of first appearance")
            self.numbers[event.candidate] = event.index + 1
            self.parts[event.candidate, event.index] = True
        elif type(event) is PartDelta or type(event) is PartEnd:
            if not self.parts.get((event.candidate, event.index)):
                self._broken(event, "part is not open")
            if type(event) is PartEnd:
                self.parts[event.candidate, event.index] = False
        elif type(event) is Finish:
            if event.candidate not in self.candidates or self.candidates[event.candidate]:
                self._broken(event, "finished twice or no such candidate")
            self.candidates[event.candidate] = True
        elif type(event) is End and (any(self.parts.values()) or not all(self.candidates.values())):
            self._broken(event, "a part or candidate is still open")

    def _broken(self, event: Event, why: str) -> None:
        raise BrokenStream(f"illegal event {type(event).__name__}: {why}", frame=self.count)


# --- fold: events -> response ----------------------------------------------------------------------------


def merge_usage(before: Usage | None, now: Usage) -> Usage:
    """Usage of two reports: per key the last that is not null; absent or null never erases."""
    if before is None:
        return now
    return Usage(
        merge_last(before.reported, now.reported),
        before.input if now.input is None else now.input,
        before.output if now.output is None else now.output,
        before.total if now.total is None else now.total,
        before.cache_read if now.cache_read is None else now.cache_read,
        before.cache_write if now.cache_write is None else now.cache_write,
        before.reasoning if now.reasoning is None else now.reasoning,
        before.modalities if now.modalities is None else now.modalities,
        before.at,
    )


def merge_last(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Objects merged key by key, deeply; null never erases, otherwise the later value holds."""
    out = dict(before)
    if None not in now.values() and dict not in map(type, now.values()):
        out.update(now)
        return out
    for key, value in now.items():
        old = out.get(key)
        if type(old) is dict and type(value) is dict:
            out[key] = merge_last(old, value)
        elif value is not None or key not in out:
            out[key] = value
    return out


def merge_extra(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """Unknown keys of several frames as one: objects merge, lists join, otherwise the last non-null holds."""
    if before is None:
        return dict(now)
    out = dict(before)
    for key, value in now.items():
        old = out.get(key)
        if type(old) is dict and type(value) is dict:
            out[key] = merge_extra(old, value)
        elif type(old) is list and type(value) is list:
            # A list that comes again, whole or grown, replaces itself.
            out[key] = value if value[: len(old)] == old else merge_entries(old, value)
        elif key == "text" and type(old) is str and type(value) is str:
            out[key] = old + value
        elif (value is not None and (value != "" or not old)) or key not in out:
            out[key] = value
    return out


_GROWING = ("text", "summary", "data", "thinking")


def merge_entries(before: list[Any], now: list[Any]) -> list[Any]:
    """Lists sent in pieces: entries of one `index` and type merge, others are appended."""
    out = list(before)
    places = {_namesake(e): i for i, e in enumerate(out)}
    for entry in now:
        name = _namesake(entry)
        if name is None or name not in places:
            places[name] = len(out)
            out.append(entry)
            continue
        old = dict(out[places[name]])
        for key, value in entry.items():
            if key in _GROWING and type(value) is str and type(old.get(key)) is str:
                old[key] += value
            elif value is not None or key not in old:
                old[key] = value
        out[places[name]] = old
    return out


def merge_blocks(before: list[Any], now: list[Any]) -> list[Any]:
    """LiteLLM's blocks sent in pieces: "text deltas have empty signature and one last delta has the signature"; what
    has an index merges by it."""
    out = list(before)
    for block in now:
        old = out[-1] if out else None
        if _namesake(block) is not None:
            out = merge_entries(out, [block])
        elif type(old) is dict and _unsigned(old) and _is_thinking(block):
            out[-1] = {**old, **block, "thinking": old["thinking"] + block["thinking"]}
        else:
            out.append(block)
    return out


def _is_thinking(block: Any) -> bool:
    return type(block) is dict and block.get("type") == "thinking" and type(block.get("thinking")) is str


def _unsigned(block: Any) -> bool:
    return _is_thinking(block) and not block.get("signature") and _namesake(block) is None


# How the pieces of state that comes in lists become one.
MERGED = {"details": merge_entries, "blocks": merge_blocks, "items": merge_entries}


def _namesake(entry: Any) -> tuple[int, str] | None:
    index = entry.get("index") if type(entry) is dict else None
    return (index, str(entry.get("type"))) if type(index) is int else None


class Folder:
    """Takes events one by one; `response()` is the whole. One object per stream."""

    def __init__(self) -> None:
        self.response: Response | None = None
        self._candidates: dict[int, Candidate] = {}
        self._texts: dict[tuple[int, int], dict[str, list[str]]] = {}  # of each part that is open, by field
        self.ended = False
        self.error: Error | None = None

    def take(self, event: Event) -> None:
        """Add one event."""
        if isinstance(event, PartDelta):
            self._delta(event)
        elif isinstance(event, PartStart):
            self._candidates[event.candidate].message.parts.append(replace(event.part))
        elif isinstance(event, PartEnd):
            self._close(event.candidate, event.index)
            if event.part is not None:
                self._candidates[event.candidate].message.parts[event.index] = replace(event.part)
        elif isinstance(event, Start):
            self.response = replace(event.response, candidates=[])
        elif isinstance(event, CandidateStart):
            c = replace(event.candidate, message=replace(event.candidate.message, parts=[]))
            self._candidates[c.index] = c
        elif isinstance(event, Finish):
            c = self._candidates[event.candidate]
            c.finish_reason, c.stop_sequence = event.finish_reason, event.stop_sequence
            if event.spelling:
                c.spelling = {**(c.spelling or {}), **event.spelling}
        elif isinstance(event, UsageReport):
            if self.response is not None:
                self.response.usage = merge_usage(self.response.usage, event.usage)
        elif isinstance(event, Update):
            self._update(event.values)
        elif isinstance(event, Extra):
            self._extra(event)
        elif isinstance(event, Failure):
            self.error = event.error
        elif isinstance(event, End):
            self.ended = True

    def _update(self, values: dict[str, Any]) -> None:
        # spec/TRAFFIC.md 8.4: envelope values are the first non-empty ones.
        for name, value in values.items():
            if self.response is not None and getattr(self.response, name) in (None, "", 0):
                setattr(self.response, name, value)

    def _extra(self, event: Extra) -> None:
        def merged(old: dict[str, Any] | None) -> dict[str, Any]:
            return {**(old or {}), **event.values} if event.whole else merge_extra(old, event.values)

        if event.where == "response":
            if self.response is not None:
                self.response.extra = merged(self.response.extra)
            return
        candidate = self._candidates[event.candidate]
        if event.where == "candidate":
            candidate.extra = merged(candidate.extra)
        elif event.where == "message":
            candidate.message.extra = merged(candidate.message.extra)
        else:
            candidate.logprobs = merge_logprobs(candidate.logprobs, event.values)

    def _delta(self, event: PartDelta) -> None:
        part: Any = self._candidates[event.candidate].message.parts[event.index]
        name = event.field
        if name == "text" or name == "arguments" or name == "input":
            self._texts.setdefault((event.candidate, event.index), {}).setdefault(name, []).append(event.value)
        elif name == "state":
            part.state = event.value
        elif name == "citation":
            part.citations = [*(part.citations or ()), event.value]
            if part.extra and not part.extra.get("citations", True):
                part.extra = {k: v for k, v in part.extra.items() if k != "citations"} or None
        elif name in MERGED:
            old = part.state.value if part.state is not None else []
            part.state = State(name, MERGED[name](old, event.value), event.extra["issuer"] if event.extra else "")
        elif name == "audio":
            _merge_audio(part, event.value)
        elif name == "value":
            part.value = {**part.value, **event.value}
        elif name == "pieces":
            texts = self._texts.setdefault((event.candidate, event.index), {})
            for key, piece in event.value.items():
                if type(piece) is str:
                    texts.setdefault(key, []).append(piece)
                else:
                    part.value = {**part.value, key: piece}
        if event.extra and name not in MERGED and name not in ("value", "pieces"):
            part.extra = merge_extra(part.extra, event.extra)

    def _close(self, candidate: int, index: int) -> None:
        part: Any = self._candidates[candidate].message.parts[index]
        for name, pieces in self._texts.pop((candidate, index), {}).items():
            text = joined(pieces)
            if type(part) is Opaque:
                old = part.value.get(name)
                said = _told(text) if name == "input" else (old if type(old) is str else "") + text
                part.value = {**part.value, name: said}
                continue
            # A non-empty `input` in a start event gives way to deltas, if any come.
            old = getattr(part, name)
            if text or type(old) is not dict:
                setattr(part, name, (old if type(old) is str else "") + text)

    def part(self) -> Part:
        """The first part, as far as it got."""
        return self._candidates[0].message.parts[0]

    def fold(self) -> Response:
        """The response as far as it got."""
        if self.response is None:
            raise BrokenStream("the stream ended before it began", frame=0)
        for candidate, index in list(self._texts):
            self._close(candidate, index)
        whole = [self._candidates[i] for i in sorted(self._candidates)]
        self.response.candidates = [_placed(c, position) for position, c in enumerate(whole)]
        return self.response


def _placed(c: Candidate, position: int) -> Candidate:
    """A candidate at its position in the whole: a stream knows its number alone."""
    number = f"/{c.index}"
    if c.index == position or not c.at.endswith(number):
        return c
    out: Candidate = _moved(c, c.at, f"{c.at.removesuffix(number)}/{position}")
    return out


def _moved(node: Any, old: str, new: str) -> Any:
    """A node with its place, and those of all nodes in it, under `new` where it was `old`."""
    if type(node) is list:
        return [_moved(item, old, new) for item in node]
    if not isinstance(node, Node):
        return node
    held: dict[str, Any] = {f.name: getattr(node, f.name) for f in fields(node)}  # type: ignore[arg-type]
    changes = {name: _moved(value, old, new) for name, value in held.items() if isinstance(value, (list, Node))}
    at = held.get("at")
    if type(at) is str and (at == old or at.startswith(f"{old}/")):
        changes["at"] = new + at[len(old) :]
    return replace(node, **changes)  # type: ignore[type-var]


def grown(part: Part, pieces: Iterable[PartDelta]) -> Part:
    """What `part` has become with `pieces`; `part` stays as it is."""
    folder = Folder()
    folder.take(CandidateStart(Candidate()))
    folder.take(PartStart(0, 0, part))
    for piece in pieces:
        folder.take(replace(piece, candidate=0, index=0))
    folder.take(PartEnd(0, 0))
    return folder.part()


def aside(part: Reasoning, piece: PartDelta) -> Part:
    """A thinking part with what a piece of it brings beside its text."""
    if piece.field != "text":
        return grown(part, [piece])
    return replace(part, extra=merge_extra(part.extra, piece.extra)) if piece.extra else part


def _told(text: str) -> Any:
    """The value that a JSON text says; the text itself where it says none, as one that was cut off."""
    try:
        return loads(text)
    except InvalidDocument:
        return text


def _merge_audio(part: Media, value: dict[str, Any]) -> None:
    extra = dict(value)
    piece = extra.pop("data", None)
    if type(piece) is str:
        part.data = (part.data or "") + piece
    if type(extra.get("id")) is str:
        part.file_id = part.file_id or extra.pop("id")
        extra.pop("id", None)
    if extra:
        part.extra = merge_extra(part.extra, extra)


def _padded(columns: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Columns with nulls where only `others` have one, so that every token keeps its place in each."""
    nulls = [None] * len(columns["tokens"])
    return columns | {k: nulls for k, v in others.items() if type(v) is list and nulls and columns.get(k) is None}


def merge_logprobs(before: Any, now: Any) -> Any:
    """Log probabilities of several frames as one: lists grow."""
    if type(before) is not dict or type(now) is not dict:
        return now if now is not None else before
    if type(before.get("tokens")) is list and type(now.get("tokens")) is list:
        before, now = _padded(before, now), _padded(now, before)
    out = dict(before)
    for key, value in now.items():
        if type(value) is list and type(out.get(key)) is list:
            out[key] = out[key] + value
        elif value is not None or key not in out:
            out[key] = value
    return out


def failure_text(error: Error) -> str:
    """What may be said of a failure aloud: our own words, or the kind of the upstream's error, never its text."""
    if (error.spelling or {}).get("form") == "cut":
        return error.message
    return f"the upstream sent an error ({error.type})"


def listed(events: Iterable[Event]) -> Iterator[Event]:
    """The events one by one; raises DragomanError for what holds none."""
    if not isinstance(events, Iterable):
        raise DragomanError("events are an iterable of canonical events")
    return iter(events)


def fold(events: Iterable[Event]) -> Response:
    """The whole response that `events` tell; raises BrokenStream if they fail or stop before their end."""
    folder = Folder()
    legal = Legal()
    for event in listed(events):
        try:
            legal.check(event)
            folder.take(event)
        except MISBUILT as error:
            raise misbuilt(error) from error
    if folder.error is not None:
        raise BrokenStream(failure_text(folder.error), frame=legal.count)
    if not folder.ended:
        raise BrokenStream("the stream stopped before its end", frame=legal.count)
    try:
        return folder.fold()
    except MISBUILT as error:
        raise misbuilt(error) from error


# --- unfold: response -> events -----------------------------------------------------------------------------

_STREAMED = {Text: "text", Refusal: "text", Reasoning: "text", ToolCall: "arguments", ServerTool: "input"}


def unfold(response: Response) -> Iterator[Event]:
    """The events of a stream that tells `response`; `fold(unfold(r)) == r`."""
    if not isinstance(response, Response):
        raise DragomanError("what is unfolded is a canonical response")
    if response.error is not None:
        yield Failure(response.error, response.dialect)
        return
    yield Start(replace(response, candidates=[], usage=None))
    for candidate in response.candidates:
        yield from _unfold_candidate(candidate)
    if response.usage is not None:
        yield UsageReport(response.usage)
    yield End()


def _unfold_candidate(c: Candidate) -> Iterator[Event]:
    """The events of one candidate: what a running stream tells beside its parts comes as there, in events of its own,
    log probabilities with the first text."""
    shell = replace(c.message, parts=[], extra=None)
    yield CandidateStart(replace(c, finish_reason=None, stop_sequence=None, logprobs=None, extra=None, message=shell))
    if c.message.extra is not None:
        yield Extra("message", c.index, c.message.extra)
    if c.extra is not None:
        yield Extra("candidate", c.index, c.extra)
    probable = None if c.logprobs is None else Extra("logprobs", c.index, c.logprobs)
    for index, part in enumerate(c.message.parts):
        for event in unfold_part(c.index, index, part):
            yield event
            if probable is not None and isinstance(event, PartDelta) and isinstance(part, (Text, Refusal)):
                yield probable
                probable = None
    if probable is not None:
        yield probable
    yield Finish(c.index, c.finish_reason, c.stop_sequence, c.spelling)


def unfold_part(candidate: int, index: int, part: Part) -> Iterator[Event]:
    """The events of one part."""
    name = _STREAMED.get(type(part))
    value = getattr(part, name) if name else None
    if name and type(value) is str and value:
        changes: dict[str, Any] = {name: "" if name == "text" else None}
        state = part.state if isinstance(part, Reasoning) and not part.redacted else None
        if state is not None:
            changes["state"] = None
        cited: list[Citation] = (part.citations if isinstance(part, Text) else None) or []
        if cited:
            changes["citations"] = None
        yield PartStart(candidate, index, replace(part, **changes))
        yield PartDelta(candidate, index, name, value)
        for citation in cited:
            yield PartDelta(candidate, index, "citation", citation)
        if state is not None:
            yield PartDelta(candidate, index, "state", state)
    else:
        yield PartStart(candidate, index, part)
    # A part that is an item of its own is said once more, whole, by the one dialect that has items.
    yield PartEnd(candidate, index, part if getattr(part, "item", None) is not None else None)
