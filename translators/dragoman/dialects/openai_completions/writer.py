"""Legacy Completions: the stream out. Canonical events -> `data:` chunks and `[DONE]`.

A chunk has the form of the whole response, `text_completion` included: one choice with a piece of its text; a last
one a choice with its finish reason and no text; usage behind them, with no choices; then `[DONE]`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from ...events import (
    MERGED,
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
    merge_usage,
)
from ...framing import sse
from ...jsontext import dumps
from ...model import Candidate, Json, Part, Reasoning, Refusal, Response, State, Text, ToolCall, Usage
from ...registry import find
from ...report import Report
from ...tables import drop_extra
from ..base import Context
from ..openai_shape import home_failure, write_error
from .home import finish_word
from .write import ResponseWriter

DONE = b"data: [DONE]\n\n"


def CompletionsStreamWriter(report: Report, home: bool, context: Context) -> Any:
    """The writer for events of this dialect (`home`) or of another."""
    return HomeWriter() if home else ForeignWriter(report, context)


def _choice(index: int, text: Any = "", finish: str | None = None, **more: Any) -> Json:
    return {"choices": [{"text": text, "index": index, "logprobs": None, "finish_reason": finish, **more}]}


class HomeWriter:
    """Events home: every event is a chunk of its own, in the words it was read from."""

    def __init__(self) -> None:
        self._envelope: Json = {}

    def send(self, event: Event) -> bytes:
        """The bytes of `event`."""
        body: Json | None = None
        if isinstance(event, Start):
            r = event.response
            named = (
                ("id", r.id),
                ("object", "text_completion"),
                ("created", r.created),
                ("model", r.model),
                ("service_tier", r.service_tier),
                ("system_fingerprint", r.fingerprint),
            )
            self._envelope = {k: v for k, v in named if v is not None}
            body = {"choices": [], **(r.extra or {})}  # a whole answer has its unknown keys at once
        elif isinstance(event, CandidateStart):
            body = _choice(event.candidate.index)
        elif isinstance(event, PartStart):
            body = _choice(event.candidate, event.part.text) if isinstance(event.part, Text) else None
            body = None if isinstance(event.part, Text) and not event.part.text else body
        elif isinstance(event, PartDelta):
            body = _choice(event.candidate, event.value)
        elif isinstance(event, Finish):
            body = _choice(event.candidate, finish=finish_word(event))
        elif isinstance(event, UsageReport):
            body = {"choices": [], "usage": event.usage.reported}
        elif isinstance(event, Update):
            for name, value in event.values.items():
                self._envelope["system_fingerprint" if name == "fingerprint" else name] = value
            body = {"choices": []}
        elif isinstance(event, Extra):
            body = {"choices": [], **event.values} if event.where == "response" else self._extra(event)
        elif isinstance(event, Failure):
            return self._failure(event)
        elif isinstance(event, Transport):
            return f":{event.text}\n\n".encode() if event.kind == "comment" else b"data:\n\n"
        elif isinstance(event, End):
            return DONE
        return b"" if body is None else sse(dumps({**self._envelope, **body}))

    def _extra(self, event: Extra) -> Json:
        values = {"logprobs": event.values} if event.where == "logprobs" else event.values
        return _choice(event.candidate, **values)

    def _failure(self, event: Failure) -> bytes:
        spelling = event.error.spelling or {}
        form = spelling.get("form")
        if form == "cut":
            return b""  # what came without an end leaves without one
        if form == "finish":
            return sse(dumps({**self._envelope, **_choice(spelling["candidate"], finish=spelling["word"])}))
        return home_failure(event.error)


class ForeignWriter(ResponseWriter):
    """Events of another dialect: the chunks that OpenAI's own server would send."""

    # the fields of a piece that is written alike from piece to piece
    spliced: ClassVar[frozenset[str]] = frozenset({"text"})
    __slots__ = (
        "candidates",
        "envelope_text",
        "finishes",
        "offsets",
        "parts",
        "said",
        "sent",
        "timed",
        "told",
        "usage_now",
    )

    def __init__(self, report: Report, context: Context) -> None:
        super().__init__("", report, context)
        self.envelope_text: Json = {}
        self.timed = False  # whether the source has told its creation time
        self.told = False  # whether the service tier has been reported
        self.candidates: dict[int, Candidate] = {}  # with the parts that decide about the finish reason
        self.parts: dict[tuple[int, int], Part] = {}
        self.said: dict[int, list[Part]] = {}
        self.sent: set[tuple[int, int]] = set()  # the parts of which something is out
        self.finishes: dict[int, Finish] = {}
        self.offsets: dict[int, int] = {}  # how many characters the tokens so far have
        self.usage_now: Usage | None = None

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
            self.candidates[c.index] = replace(c, message=replace(c.message, parts=[]))
            self.said[c.index] = []
            self.drop(c.message)
            self.drop(c)
        elif isinstance(event, Finish):
            # Only the end ends: Gemini goes on after a finish reason, and a choice here must not.
            self.finishes[event.candidate] = event
        elif isinstance(event, UsageReport):
            self.usage_now = merge_usage(self.usage_now, event.usage)
        elif isinstance(event, Update):
            self.update(event.values)
        elif isinstance(event, Extra):
            return self.extra(event)
        elif isinstance(event, Transport):
            if event.kind == "ping" and event.values:
                self.report.dropped("event.unknown", event.at, event.values)
            return b": ping\n\n" if event.kind == "ping" else f":{event.text}\n\n".encode()
        elif isinstance(event, Failure):
            return sse(dumps(write_error(event.error, self.report, False)[1]))
        elif isinstance(event, End):
            return self.end()
        return b""

    def begin(self, r: Response) -> None:
        source = find(r.dialect)
        if source is not None:
            self.come(source)
        self.envelope_text = self.envelope(r)
        self.timed = r.created is not None
        self.once_tier(r)
        self.drop(r)

    def once_tier(self, r: Response) -> None:
        if r.service_tier is not None and not self.told:
            self.told = True
            self.tier(r)

    def update(self, values: Json) -> None:
        """Envelope values that came after the start: the first of each is what holds."""
        if values.get("created") is not None and not self.timed:
            self.timed, self.envelope_text["created"] = True, self.seconds(Response("", created=values["created"]))
        if values.get("fingerprint"):
            self.envelope_text.setdefault("system_fingerprint", values["fingerprint"])
        self.once_tier(Response("", service_tier=values.get("service_tier")))

    def chunk(self, body: Json) -> bytes:
        return sse(dumps({**self.envelope_text, **body}))

    def start(self, event: PartStart) -> bytes:
        part, index = event.part, event.candidate
        self.parts[index, event.index] = part
        if not isinstance(part, Refusal):
            self.candidates[index].message.parts.append(part)
        if isinstance(part, (Text, Refusal)):
            self.part(part, self.said[index])
            if part.text:
                self.goes_out((index, event.index), part)
                return self.chunk(_choice(index, part.text))
        return b""

    def goes_out(self, key: tuple[int, int], part: Part) -> None:
        """Take note of a part of which something is out; a refusal without a word is none."""
        if isinstance(part, Refusal) and key not in self.sent:
            self.candidates[key[0]].message.parts.append(part)
        self.sent.add(key)

    def piece(self, event: PartDelta) -> bytes:
        key = (event.candidate, event.index)
        part: Any = self.parts[key]
        if isinstance(part, (Text, Refusal)):
            if event.extra:
                drop_extra(self.report, event.extra, part.at, self.kinds.get(type(part), {}))
            if event.field == "text" and event.value:
                self.goes_out(key, part)
                return self.chunk(_choice(event.candidate, event.value))
            if event.field == "citation":
                self.report.dropped("citation.unsupported", event.value.at, event.value.value)
            elif event.field == "state":
                self.lose_state(part, event.value)
        elif isinstance(part, Reasoning) and (event.field == "state" or event.field in MERGED):
            state = event.value if event.field == "state" else State(event.field, None, "")
            self.parts[key] = replace(part, state=state)
        return b""

    def end_part(self, event: PartEnd) -> bytes:
        """Where the source says the part once more, whole, that holds, but for what is out already."""
        key = (event.candidate, event.index)
        whole, out = event.part, b""
        if isinstance(whole, (Text, Refusal)):
            if whole.text and key not in self.sent:
                self.goes_out(key, whole)
                out = self.chunk(_choice(event.candidate, whole.text))
            self.drop(whole)
            if isinstance(whole, Text):
                for c in whole.citations or ():
                    self.report.dropped("citation.unsupported", c.at, c.value)
        part = self.parts.pop(key)
        if not isinstance(part, (Text, Refusal)):
            self.part(whole or part, self.said[event.candidate])
        return out

    def extra(self, event: Extra) -> bytes:
        if event.where == "response":
            drop_extra(self.report, event.values, "", self.kinds.get(Response, {}))
            return b""
        c = self.candidates[event.candidate]
        if event.where == "logprobs":
            start = self.offsets.get(event.candidate, 0)
            said = self.logprobs(replace(c, spelling=event.spelling), event.values, start)
            if said is None:
                return b""
            self.offsets[event.candidate] = said["text_offset"][-1] + len(said["tokens"][-1])
            return self.chunk(_choice(event.candidate, logprobs=said))
        node: Any = c.message if event.where == "message" else c
        drop_extra(self.report, event.values, node.at, self.kinds.get(type(node), {}))
        return b""

    def finish_chunk(self, index: int) -> bytes:
        seen, event = self.candidates[index], self.finishes[index]
        c = replace(seen, finish_reason=event.finish_reason, stop_sequence=event.stop_sequence)
        c.spelling = event.spelling
        calls = any(isinstance(part, ToolCall) for part in seen.message.parts)
        refused = any(isinstance(part, Refusal) for part in seen.message.parts)
        return self.chunk(_choice(index, finish=self.finish(c, calls, refused)))

    def end(self) -> bytes:
        if not self.timed:
            self.no_time(self.envelope_text)
        out = b"".join(map(self.finish_chunk, self.candidates))
        if not self.candidates:
            self.report.invented("candidate.missing", "/choices/0", None)
            out = self.chunk(_choice(0, finish="content_filter"))
        request = self.context.request
        asked = request is None or request.params.get("include_usage", False)
        if self.usage_now is not None:
            usage = self.usage_of(self.usage_now)
            if asked:
                out += self.chunk({"choices": [], "usage": usage})
        return out + DONE
