"""Gemini: the stream out. Canonical events -> chunks, as SSE or as the elements of one JSON array.

What the official SDK can take: `data: ` with its space, no event names, no comments, no `[DONE]`; "error" as the
first key of its chunk. Calls go out whole: their arguments are held back until they are complete, and so is what
comes after them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from ...events import (
    CandidateStart,
    End,
    Event,
    Extra,
    Failure,
    Finish,
    PartDelta,
    PartEnd,
    PartStart,
    Start,
    Transport,
    Update,
    UsageReport,
    aside,
    grown,
    merge_logprobs,
    merge_usage,
)
from ...framing import sse
from ...jsontext import dumps, joined
from ...model import (
    Candidate,
    Json,
    Media,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Response,
    ServerTool,
    Text,
    ToolCall,
    Usage,
)
from ...registry import find
from ...report import Report
from ...tables import drop_extra
from ..base import Context
from .cite import Grounding
from .home import finish_word, home_error, home_part
from .read import time_of
from .words import ROLE
from .write import Joiner, ResponseWriter, hidden, is_sound, write_error


class SSE:
    """Chunks as SSE records."""

    media_type = "text/event-stream"

    def chunk(self, body: Json) -> bytes:
        """The bytes of one chunk."""
        return sse(dumps(body), newline=b"\r\n")

    def end(self) -> bytes:
        """What stands behind the last chunk."""
        return b""


class Array:
    """Chunks as the elements of one JSON array."""

    media_type = "application/json"

    def __init__(self) -> None:
        self._begun = False

    def chunk(self, body: Json) -> bytes:
        """The bytes of one chunk."""
        head = b",\r\n" if self._begun else b"["
        self._begun = True
        return head + dumps(body)

    def end(self) -> bytes:
        """What stands behind the last chunk."""
        return b"\n]" if self._begun else b"[]"


def GeminiStreamWriter(report: Report, home: bool, context: Context) -> Any:
    """The writer for events of this dialect (`home`) or of another, in the framing that the client asked for."""
    asked = context.request.spelling if context.request is not None else None
    framing = Array() if (asked or {}).get("framing") == "array" else SSE()
    return HomeWriter(framing) if home else ForeignWriter(report, context, framing)


def GeminiArrayWriter(report: Report, home: bool, context: Context) -> Any:
    """The same for a JSON array."""
    return HomeWriter(Array()) if home else ForeignWriter(report, context, Array())


class HomeWriter:
    """Events home: every event is a chunk of its own, in the words it was read from."""

    def __init__(self, framing: SSE | Array) -> None:
        self._framing = framing
        self._parts: dict[tuple[int, int], Any] = {}
        self.media_type = framing.media_type
        self._silent: set[tuple[int, int]] = set()  # texts that stand alone, and have not been said yet
        self._roles: dict[int, str | None] = {}

    def send(self, event: Event) -> bytes:
        """The bytes of `event`."""
        body: Json | None = None
        if isinstance(event, Start):
            body = {**self._start(event.response), **(event.response.extra or {})}  # of a whole answer
        elif isinstance(event, CandidateStart):
            message = event.candidate.message
            role = (message.spelling or {}).get("role", ROLE.write.get(message.role, message.role))
            self._roles[event.candidate.index] = role
            body = self._candidate(event.candidate.index, {"content": {"role": role}})
        elif isinstance(event, PartStart):
            body = self._begin(event)
        elif isinstance(event, PartDelta):
            body = self._piece(event)
        elif isinstance(event, PartEnd):
            if (event.candidate, event.index) in self._silent:
                body = self._part(event.candidate, home_part(self._parts[event.candidate, event.index]))
        elif isinstance(event, Finish):
            body = self._candidate(event.candidate, {"finishReason": finish_word(event)})
        elif isinstance(event, UsageReport):
            body = {"usageMetadata": event.usage.reported}
        elif isinstance(event, Update):
            body = self._start(Response("", **event.values))
        elif isinstance(event, Extra):
            body = self._extra(event)
        elif isinstance(event, Failure):
            if (event.error.spelling or {}).get("form") == "cut":
                return b""  # what came without an end leaves without one
            error = home_error(event.error)
            return self._framing.chunk(error[0] if type(error) is list else error) + self._framing.end()
        elif isinstance(event, End):
            return self._framing.end()
        elif event.kind == "comment" and isinstance(self._framing, SSE):
            return f":{event.text}\n\n".encode()
        elif isinstance(self._framing, SSE):
            return b"data:\n\n"
        return b"" if body is None else self._framing.chunk(body)

    def _start(self, r: Response) -> Json:
        created = time_of(r.created) if r.created is not None else None
        named = {"modelVersion": r.model, "createTime": created, "responseId": r.id}
        return {k: v for k, v in named.items() if v is not None}

    def _candidate(self, index: int, values: Json) -> Json:
        return {"candidates": [{**values, "index": index}]}

    def _part(self, index: int, part: Json) -> Json:
        return self._candidate(index, {"content": {"role": self._roles.get(index), "parts": [part]}})

    def _begin(self, event: PartStart) -> Json | None:
        key, part = (event.candidate, event.index), event.part
        self._parts[key] = part
        if not isinstance(part, (Text, Reasoning)):
            return self._part(event.candidate, home_part(part))
        if part.state is not None or part.extra:
            self._silent.add(key)
        return None

    def _piece(self, event: PartDelta) -> Json | None:
        key = (event.candidate, event.index)
        if event.field != "text":
            return None  # a citation: the grounding itself says it
        self._silent.discard(key)
        return self._part(event.candidate, home_part(replace(self._parts[key], text=event.value)))

    def _extra(self, event: Extra) -> Json | None:
        if event.where == "logprobs":
            return None  # the candidate's logprobsResult says it
        if event.where == "response":
            return dict(event.values)
        if event.where == "message":
            content = {"role": self._roles.get(event.candidate), **event.values}
            return self._candidate(event.candidate, {"content": content})
        return self._candidate(event.candidate, event.values)


@dataclass(slots=True)
class _Part:
    """A part on its way out, and what of it came in: `held` while an earlier call is not yet whole."""

    part: Any
    kind: str  # text, thought, call, or nothing where it is told at once
    pieces: list[str] = field(default_factory=list)
    citations: list[Any] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    ended: bool = False
    index: int = -1  # the part it went out as, and how much that part said before it
    before: str = ""
    sealed: list[PartDelta] | None = None  # the pieces of a part that is told whole, for its issuer alone


@dataclass(slots=True)
class _Answer:
    """One candidate on its way out."""

    candidate: Candidate
    waiting: list[_Part] = field(default_factory=list)  # the first one may speak
    joiner: Joiner = field(default_factory=Joiner)
    grounding: Grounding = field(default_factory=Grounding)
    parts: dict[int, _Part] = field(default_factory=dict)
    count: int = 0
    last: str = ""  # the text of the part that went out last
    calls: bool = False
    refused: bool = False
    finish: Finish | None = None
    logprobs: Any = None
    sounds: list[Part] = field(default_factory=list)  # Chat's, which stand behind all others
    shells: list[Part] = field(default_factory=list)  # the parts as they began, for their places


class ForeignWriter(ResponseWriter):
    """Events of another dialect: the chunks that Google's own server would send."""

    # the fields of a piece that is written alike from piece to piece
    spliced: ClassVar[frozenset[str]] = frozenset({"text"})
    __slots__ = ("answers", "envelope_now", "framing", "media_type", "tier_now", "told", "usage_now")

    def __init__(self, report: Report, context: Context, framing: SSE | Array) -> None:
        super().__init__("", report, context)
        self.framing = framing
        self.media_type = framing.media_type
        self.answers: dict[int, _Answer] = {}
        self.envelope_now: Json = {}
        self.told: set[str] = set()  # envelope values that a loss tells of
        self.usage_now: Usage | None = None
        self.tier_now: str | None = None

    def send(self, event: Event) -> bytes:
        """The bytes that `event` settles."""
        if isinstance(event, PartDelta):
            return self.piece(event)
        if isinstance(event, PartStart):
            return self.start(event)
        if isinstance(event, PartEnd):
            return self.end_part(event)
        if isinstance(event, Start):
            self.begin(event.response)
        elif isinstance(event, CandidateStart):
            c = event.candidate
            self.answers[c.index] = _Answer(c)
            self.drop(c.message)
            self.drop(c)
        elif isinstance(event, Finish):
            # Only the end ends: here the finish reason stands in the last chunk.
            self.answers[event.candidate].finish = event
        elif isinstance(event, UsageReport):
            self.usage_now = merge_usage(self.usage_now, event.usage)
        elif isinstance(event, Update):
            self.late_envelope(event.values)
        elif isinstance(event, Extra):
            self.extra(event)
        elif isinstance(event, Transport):
            if event.values:
                self.report.dropped("event.unknown", event.at, event.values)
        elif isinstance(event, Failure):
            return self.framing.chunk(write_error(event.error, self.report, False)[1]) + self.framing.end()
        elif isinstance(event, End):
            return self.end()
        return b""

    def begin(self, r: Response) -> None:
        self.come(find(r.dialect))
        self.envelope_now = self.envelope(r)
        self.told.update(n for n in ("fingerprint", "service_tier") if getattr(r, n) is not None)
        self.tier_now = r.service_tier
        self.unsaid(r)
        self.drop(r)

    def late_envelope(self, values: Json) -> None:
        """Envelope values that came after the start: the first that says something holds."""
        known = {k: v for k, v in values.items() if k not in self.told}
        self.told.update(k for k in known if k in ("fingerprint", "service_tier"))
        fresh = Response("", **{k: v for k, v in known.items() if v is not None})
        self.tier_now = fresh.service_tier if self.tier_now is None else self.tier_now
        self.unsaid(fresh)
        for key, value in self.envelope(fresh).items():
            self.envelope_now.setdefault(key, value)

    def extra(self, event: Extra) -> None:
        if event.where == "response":
            drop_extra(self.report, event.values, "", self.kinds.get(Response, {}))
            return
        c = self.answers[event.candidate].candidate
        if event.where == "logprobs":
            answer = self.answers[event.candidate]
            answer.logprobs = merge_logprobs(answer.logprobs, event.values)
            return
        node: Any = c.message if event.where == "message" else c
        drop_extra(self.report, event.values, node.at, self.kinds.get(type(node), {}))

    # parts

    def chunk(self, index: int, values: Json) -> bytes:
        """One chunk of a candidate."""
        return self.framing.chunk({"candidates": [{**values, "index": index}], **self.envelope_now})

    def say(self, index: int, part: Json) -> bytes:
        """One part of a candidate."""
        return self.chunk(index, {"content": {"role": "model", "parts": [part]}})

    def start(self, event: PartStart) -> bytes:
        part: Any = event.part
        answer = self.answers[event.candidate]
        kind = "text" if isinstance(part, (Text, Refusal)) else "thought" if isinstance(part, Reasoning) else "whole"
        entry = answer.parts[event.index] = _Part(part, kind)
        answer.shells.append(part)
        if is_sound(part):
            entry.kind, entry.sealed = "", []
            return b""
        if isinstance(part, (ServerTool, Opaque)) or (isinstance(part, Media) and part.form == "file"):
            if not self.seals(part):
                entry.kind = ""
                self.gone(part)
                return b""
            entry.kind, entry.sealed = "whole", []
        answer.waiting.append(entry)
        if kind != "whole" and part.text:
            return self.text(event.candidate, answer, entry, part.text)
        return b""

    def piece(self, event: PartDelta) -> bytes:
        answer = self.answers[event.candidate]
        entry = answer.parts[event.index]
        part = entry.part
        if entry.sealed is not None:
            entry.sealed.append(event)
            return b""
        if isinstance(part, Reasoning):
            entry.part = aside(part, event)
        elif event.extra and entry.kind and event.field not in ("details", "blocks", "value", "pieces"):
            drop_extra(self.report, event.extra, part.at, self.kinds.get(type(part), {}))
        if event.field == "text" and entry.kind in ("text", "thought"):
            return self.text(event.candidate, answer, entry, event.value)
        if event.field == "arguments" and event.value:
            entry.pieces.append(event.value)
        elif event.field == "citation":
            entry.citations.append(event.value)
        return b""

    def text(self, index: int, answer: _Answer, entry: _Part, value: str) -> bytes:
        """Text of a part: out at once, unless an earlier part is not yet whole."""
        if not value:
            return b""
        entry.held.append(value)
        return self.flush(index, answer)

    def flush(self, index: int, answer: _Answer) -> bytes:
        """What may go out now: every text, up to the first call that is not yet whole."""
        out = b""
        waiting: list[_Part] = []
        blocked = False
        seen = 0
        for entry in answer.waiting:
            seen += 1
            if entry.kind == "thought" and entry.part.redacted and not entry.ended:
                blocked = True  # nothing to be seen, and told whole
                waiting.append(entry)
            elif entry.kind == "whole":
                if entry.ended:
                    out += self.whole(index, answer, entry)
                else:
                    blocked = True
                    waiting.append(entry)
            else:
                if entry.held:
                    value, entry.held = joined(entry.held), []
                    out += self.speak(index, answer, entry, value)
                if entry.ended:
                    out += self.done(index, answer, entry)
                else:
                    waiting.append(entry)
                    # It has begun, and parts have no number to go on under.
                    blocked = bool(entry.pieces) or entry.kind == "thought"
            if blocked:
                break
        answer.waiting[:seen] = waiting
        return out

    def speak(self, index: int, answer: _Answer, entry: _Part, value: str) -> bytes:
        """A piece of text or thought."""
        answer.refused = answer.refused or isinstance(entry.part, Refusal)
        out = self.before(index, answer, entry)
        if entry.index != answer.count - 1 or entry.index < 0:
            if answer.joiner.joins(entry.kind, entry.part, self.report):
                entry.before = answer.last
            else:
                answer.count += 1
                answer.last = ""
            entry.index = answer.count - 1
        entry.pieces.append(value)
        answer.last += value
        said: Json = {"text": value}
        if entry.kind == "thought":
            said["thought"] = True
        return out + self.say(index, said)

    def before(self, index: int, answer: _Answer, entry: _Part, said: bool = True) -> bytes:
        """The part with the state of a text, if it is `said`, or of a call, which stands before it."""
        entry.part, token = self.carried(entry.part, said=True if entry.kind == "text" and said else None)
        return self.hide(index, answer, entry.part, hidden(token)) if token is not None else b""

    def hide(self, index: int, answer: _Answer, part: Part, said: Json) -> bytes:
        """A part that shows nothing; the texts before and behind it stay apart."""
        answer.joiner.joins("", part, self.report)
        answer.count += 1
        return self.say(index, said)

    def whole(self, index: int, answer: _Answer, entry: _Part) -> bytes:
        """A part that goes out in one."""
        out = self.before(index, answer, entry)
        part = entry.part if entry.sealed is None else grown(entry.part, entry.sealed)
        if isinstance(part, ToolCall) and entry.pieces:
            old = part.arguments if type(part.arguments) is str else ""
            part = replace(part, arguments=old + joined(entry.pieces))
        _, said = self.part(part)
        if said is None:
            return out
        answer.calls = answer.calls or isinstance(part, ToolCall)
        return out + self.hide(index, answer, part, said)

    def done(self, index: int, answer: _Answer, entry: _Part) -> bytes:
        """A text or thought is complete: what it carried is told, as for a whole document."""
        out = self.before(index, answer, entry, bool(entry.pieces))
        text = joined(entry.pieces)
        part = replace(entry.part, text=text)
        if isinstance(part, Text):
            part.citations = [*(entry.part.citations or ()), *entry.citations]
        part, behind = self.phased(part, text)
        _, said = self.part(part)
        if isinstance(part, Text) and text:
            self.cite(answer.grounding, part.citations, entry.index, entry.before, text)
        if behind is not None:
            out += self.hide(index, answer, part, hidden(behind))
        if said is not None and "carrier" in said:
            out += self.hide(index, answer, part, hidden(said["carrier"], thought=True))
        return out

    def end_part(self, event: PartEnd) -> bytes:
        answer = self.answers[event.candidate]
        entry = answer.parts.pop(event.index)
        entry.ended = True
        if event.part is not None:
            self.settle(entry, event.part)
        if is_sound(entry.part):
            answer.sounds.append(grown(entry.part, entry.sealed or ()))
        return self.flush(event.candidate, answer) if entry.kind else b""

    def settle(self, entry: _Part, whole: Any) -> None:
        """The source says the part once more, whole: that holds, but for text that is already out."""
        if entry.kind in ("text", "thought"):
            if whole.text and not entry.pieces and not entry.held:
                entry.held.append(whole.text)
            entry.citations = []
        elif isinstance(whole, ToolCall) and whole.arguments is not None:
            entry.pieces = []
        elif entry.sealed is not None:
            entry.sealed = []
        entry.part = whole

    # the end

    def end(self) -> bytes:
        out: list[bytes] = []
        usage = self.usage_of(self.usage_now) if self.usage_now is not None else None
        self.tier(usage, Response("", service_tier=self.tier_now))
        for position, (index, answer) in enumerate(sorted(self.answers.items())):
            event, seen = answer.finish, answer.candidate
            c = Candidate(index, Message("assistant", answer.shells), at=seen.at)
            if event is not None:
                c.finish_reason, c.stop_sequence = event.finish_reason, event.stop_sequence
                c.spelling = event.spelling
            if answer.sounds and len(answer.shells) > 1:
                self.report.changed("order.moved", answer.sounds[0].at)
            for sound in answer.sounds:
                _, whole = self.part(sound)
                if whole is not None:
                    out.append(self.hide(index, answer, sound, whole))
            # An empty text: a chunk without parts makes the SDK's chats forget the turn.
            values: Json = {"content": {"role": "model", "parts": [{"text": ""}]}}
            values["finishReason"] = self.finish(c, answer.calls, answer.refused, f"/candidates/{position}")
            cited = answer.grounding.said()
            if cited is not None:
                values["groundingMetadata"] = cited
            c.logprobs = answer.logprobs
            probabilities = self.probabilities(c)
            if probabilities is not None:
                values["logprobsResult"] = probabilities
            last = {"usageMetadata": usage} if usage is not None and position == len(self.answers) - 1 else {}
            chunk = {"candidates": [{**values, "index": index}], **last, **self.envelope_now}
            out.append(self.framing.chunk(chunk))
        if not self.answers:
            blocked: Json = {"usageMetadata": usage} if usage is not None else {}
            out.append(self.framing.chunk({**self.blocked(), **blocked, **self.envelope_now}))
        return b"".join(out) + self.framing.end()
