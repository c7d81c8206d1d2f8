"""Chat Completions: the stream out. Canonical events -> `data:` chunks and `[DONE]`.

What every client can take: the role once, in the first delta of its choice; id, type and name of a call once,
in the fragment that opens its index; indices from 0 without gaps; one finish chunk a choice; usage last, with
no choices; then `[DONE]`.
"""

from __future__ import annotations

from dataclasses import replace
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
    merge_usage,
)
from ...framing import sse
from ...jsontext import dumps, dumps_read, joined
from ...model import (
    Candidate,
    Json,
    Media,
    Message,
    Part,
    Reasoning,
    Refusal,
    Response,
    Text,
    Tool,
    ToolCall,
    Usage,
)
from ...registry import find
from ...report import Report
from ...tables import drop_extra
from ..arguments import arguments_text, free_text
from ..base import Context
from ..openai_shape import home_failure, write_error
from .carry import Place
from .flavours import OPENAI, Flavour
from .home import call_extra, finish_word, home_part, home_picture, home_sound
from .words import LIST_OF
from .write import TAGS, ResponseWriter

DONE = b"data: [DONE]\n\n"
_TAIL = b',"logprobs":null,"finish_reason":null}]}\n\n'


def ChatStreamWriter(report: Report, home: bool, context: Context, flavour: Flavour = OPENAI) -> Any:
    """The writer for events of this dialect (`home`) or of another."""
    return HomeWriter() if home else ForeignWriter(report, context, flavour)


class HomeWriter:
    """Events home: every event is a chunk of its own, in the words it was read from."""

    def __init__(self) -> None:
        self._envelope: Json = {}
        self._parts: dict[tuple[int, int], Part] = {}
        self._calls: dict[tuple[int, int], Any] = {}
        self._counts: dict[int, int] = {}
        self._free: dict[int, int] = {}

    def send(self, event: Event) -> bytes:
        """The bytes of `event`."""
        body: Json | None = None
        if isinstance(event, Start):
            r = event.response
            named = (
                ("id", r.id),
                ("object", "chat.completion.chunk"),
                ("created", r.created),
                ("model", r.model),
            )
            more = (("service_tier", r.service_tier), ("system_fingerprint", r.fingerprint))
            self._envelope = {k: v for k, v in (*named, *more) if v is not None}
            body = {"choices": [], **(r.extra or {})}  # a whole answer has its unknown keys at once
        elif isinstance(event, CandidateStart):
            absent = (event.candidate.message.spelling or {}).get("role") == "absent"
            body = self._delta(event.candidate.index, {} if absent else {"role": "assistant"})
        elif isinstance(event, PartStart):
            body = self._start(event)
        elif isinstance(event, PartDelta):
            body = self._piece(event)
        elif isinstance(event, PartEnd):
            index = self._calls.get((event.candidate, event.index))
            tag = (self._parts[event.candidate, event.index].spelling or {}).get("tag")
            if tag:
                body = self._delta(event.candidate, {"content": tag[1]})
            elif type(index) is int:
                self._free[event.candidate] = index
        elif isinstance(event, Finish):
            choice = {"index": event.candidate, "delta": {}, "finish_reason": finish_word(event)}
            body = {"choices": [choice]}
        elif isinstance(event, UsageReport):
            body = {"choices": [], "usage": event.usage.reported}
        elif isinstance(event, Update):
            for name, value in event.values.items():
                self._envelope["system_fingerprint" if name == "fingerprint" else name] = value
            body = {"choices": []}
        elif isinstance(event, Extra):
            body = self._extra(event)
        elif isinstance(event, Failure):
            return self._failure(event)
        elif isinstance(event, Transport):
            return f":{event.text}\n\n".encode() if event.kind == "comment" else b"data:\n\n"
        elif isinstance(event, End):
            return DONE
        return b"" if body is None else sse(dumps({**self._envelope, **body}))

    def _failure(self, event: Failure) -> bytes:
        spelling = event.error.spelling or {}
        form = spelling.get("form")
        if form == "cut":
            return b""  # what came without an end leaves without one
        if form == "finish":
            choice = {"index": spelling["candidate"], "delta": {}, "finish_reason": spelling["word"]}
            return sse(dumps({**self._envelope, "choices": [choice]}))
        return home_failure(event.error)

    def _delta(self, candidate: int, delta: Json) -> Json:
        return {"choices": [{"index": candidate, "delta": delta, "finish_reason": None}]}

    def _start(self, event: PartStart) -> Json | None:
        part, key = event.part, (event.candidate, event.index)
        self._parts[key] = part
        if isinstance(part, ToolCall):
            fields: Json = {"name": part.name}
            if part.arguments is not None:
                as_object = (part.spelling or {}).get("arguments") == "object"
                fields["input" if part.kind == "custom" else "arguments"] = (
                    part.arguments if as_object else arguments_text(part.arguments)
                )
            extra = dict(call_extra(part))
            inner = "custom" if part.kind == "custom" else "function"
            fields.update(extra.pop(inner, {}))
            if (part.spelling or {}).get("field") == "function_call":
                self._calls[key] = "function_call"
                return self._delta(event.candidate, {"function_call": fields})
            # A call that ended before its fellows had its index taken over by the next one.
            count = self._counts.get(event.candidate, 0)
            index = self._free.pop(event.candidate, None)
            self._calls[key] = count if index is None else index
            self._counts[event.candidate] = count + (index is None)
            call: Json = {"index": self._calls[key], **({"id": part.id} if part.id is not None else {})}
            if (part.spelling or {}).get("type") != "absent":
                call["type"] = part.kind
            return self._delta(event.candidate, {"tool_calls": [{**call, inner: fields, **extra}]})
        spelling = part.spelling or {}
        tag = spelling.get("tag")
        if tag:
            return self._delta(event.candidate, {"content": tag[0]}) if tag[0] else None
        if spelling.get("field") == "images":
            return self._delta(event.candidate, {"images": [home_picture(part)]})
        if isinstance(part, (Text, Refusal, Reasoning)) or (isinstance(part, Media) and part.file_id is None):
            return None
        if isinstance(part, Media):
            return self._delta(event.candidate, {"audio": home_sound(part) if "field" in spelling else home_part(part)})
        if spelling.get("field") == "message":
            return self._delta(event.candidate, home_part(part))
        return self._delta(event.candidate, {"content": [home_part(part)]})

    def _piece(self, event: PartDelta) -> Json | None:
        key = (event.candidate, event.index)
        part = self._parts[key]
        delta: Json
        if isinstance(part, ToolCall):
            inner = "custom" if part.kind == "custom" else "function"
            word = "input" if part.kind == "custom" else "arguments"
            fields = {word: event.value} if event.field == "arguments" else {}
            if self._calls[key] == "function_call":
                delta = {"function_call": {**fields, **(event.extra or {}).get("function", {})}}
            else:
                extra = dict(event.extra or {})
                fields.update(extra.pop(inner, {}))
                delta = {"tool_calls": [{"index": self._calls[key], inner: fields, **extra}]}
        elif event.field == "text" and isinstance(part, Reasoning):
            spelling = part.spelling or {}
            if "tag" in spelling:
                delta = {"content": event.value}
            elif "part" in spelling:
                item = {
                    "type": "thinking",
                    "thinking": [{"type": "text", "text": event.value}],
                    **(event.extra or {}),
                }
                delta = {"content": [item]}
            elif not spelling.get("fields"):
                return None  # the details, which follow, hold this text
            else:
                delta = dict.fromkeys(spelling["fields"], event.value)
        elif event.field in LIST_OF:
            delta = {LIST_OF[event.field]: event.value}
        elif event.field == "state":  # of a whole answer, which has its list at once
            delta = {LIST_OF[event.value.kind]: event.value.value} if event.value.kind in LIST_OF else {}
        elif event.field == "citation":
            value = event.value.value
            delta = {"annotations": [value.get("value", value) if event.value.kind == "other" else value]}
        elif event.field == "audio":
            delta = {"audio": event.value}
        elif isinstance(part, Text) and part.transcript:
            delta = {"audio": {"transcript": event.value}}
        elif event.extra:
            delta = {"content": [{"type": "text", "text": event.value, **event.extra}]}
        else:
            delta = {"refusal" if isinstance(part, Refusal) else "content": event.value}
        return self._delta(event.candidate, delta)

    def _extra(self, event: Extra) -> Json:
        if event.where == "response":
            return {"choices": [], **event.values}
        choice: Json = {"index": event.candidate, "delta": {}}
        if event.where == "candidate":
            choice.update(event.values)
        elif event.where == "message":
            choice["delta"] = event.values
        else:
            choice["logprobs"] = event.values
        return {"choices": [choice]}


class ForeignWriter(ResponseWriter):
    """Events of another dialect: the chunks that OpenAI's own server would send."""

    # the fields of a piece that is written alike from piece to piece
    spliced: ClassVar[frozenset[str]] = frozenset({"text", "arguments"})
    __slots__ = (
        "annotations_of",
        "called",
        "candidates",
        "delayed",
        "envelope_text",
        "firsts",
        "heads",
        "held",
        "late",
        "offsets",
        "parts",
        "pictures",
        "places",
        "refused",
        "response_id",
        "sealed",
        "sent",
        "signed",
        "sounds",
        "spoken_so_far",
        "texts",
        "thinkings",
        "thoughts",
        "timed",
        "unheard",
        "usage_now",
        "waiting",
    )

    def __init__(self, report: Report, context: Context, flavour: Flavour) -> None:
        super().__init__("", report, context, flavour)
        self.held: dict[tuple[int, int], list[str]] = {}  # the arguments of a call that goes out as free text
        self.envelope_text: Json = {}
        self.heads: dict[int, bytes] = {}  # what a chunk of each choice begins with
        self.response_id: str | None = None
        self.candidates: dict[int, Candidate] = {}
        self.parts: dict[tuple[int, int], Part] = {}
        self.unheard: set[tuple[int, int]] = set()  # calls that a client of `functions` does not get
        self.firsts: dict[int, Text] = {}
        self.refused: dict[int, Refusal] = {}
        self.thoughts: dict[int, list[Reasoning]] = {}
        self.thinkings: dict[tuple[int, int], list[str]] = {}  # the thinking so far
        self.signed: dict[tuple[int, int], tuple[Text, list[str]]] = {}  # texts with state, and their pieces so far
        self.delayed: list[Any] = []  # the events of calls that wait for state to ride on them
        self.sealed: dict[tuple[int, int], list[PartDelta]] = {}  # the pieces of parts that are told whole
        self.places: dict[tuple[int, int], Place] = {}
        self.pictures: dict[int, int] = {}  # those that have begun
        self.sounds: dict[int, tuple[int, int]] = {}  # the one of each candidate
        self.called: dict[int, int] = {}  # the calls that have begun, those that wait included
        self.late: dict[tuple[int, int], bool] = {}  # whether a thinking began after text or calls
        self.offsets: dict[tuple[int, int], int] = {}  # where a text begins in the content
        self.texts: dict[int, int] = {}  # characters of text so far, by candidate
        self.spoken_so_far: dict[int, int] = {}  # those of them that are no thinking between tags
        self.annotations_of: dict[int, list[Json]] = {}
        self.waiting: dict[int, Finish] = {}
        self.usage_now: Usage | None = None
        self.sent: set[tuple[int, int]] = set()  # the parts of which something is out
        self.timed = False  # whether a creation time is known

    def send(self, event: Event) -> bytes:
        """The bytes that `event` settles."""
        kind = type(event)
        if kind is PartStart:
            self.meet(event)  # type: ignore[arg-type]
        if self.delayed and kind in (PartStart, PartDelta, PartEnd):
            return self.later(event)
        if kind is PartDelta:
            return self.piece(event)  # type: ignore[arg-type]
        if isinstance(event, PartStart):
            if isinstance(event.part, ToolCall) and self.hides(event.candidate):
                self.delayed.append(event)
                return b""
            return self.start(event)
        if isinstance(event, PartEnd):
            return self.end_part(event)
        if isinstance(event, Start):
            self.begin(event.response)
        elif isinstance(event, CandidateStart):
            self.candidates[event.candidate.index] = event.candidate
            self.drop(event.candidate.message)
            self.drop(event.candidate)
            delta = {"role": "assistant", "content": "", "refusal": None}
            return self.chunk(event.candidate.index, delta)
        elif isinstance(event, Finish):
            # Only the end ends: Gemini goes on after a finish reason, and a choice here must not.
            self.waiting[event.candidate] = event
        elif isinstance(event, UsageReport):
            self.usage_now = merge_usage(self.usage_now, event.usage)
        elif isinstance(event, Extra):
            return self.extra(event)
        elif isinstance(event, Update):
            self.update(event.values)
        elif isinstance(event, Transport):
            if event.kind == "ping" and event.values:
                self.report.dropped("event.unknown", event.at, event.values)
            return b": ping\n\n" if event.kind == "ping" else f":{event.text}\n\n".encode()
        elif isinstance(event, Failure):
            return sse(dumps(write_error(event.error, self.report, False)[1]))
        elif isinstance(event, End):
            return self.end()
        return b""

    def meet(self, event: PartStart) -> None:
        """Note what stands before a part, whether it waits or not."""
        key, index = (event.candidate, event.index), event.candidate
        if key not in self.places:
            called = self.called.get(index, 0)
            self.places[key] = (self.spoken_so_far.get(index, 0), called, event.index)
            if isinstance(event.part, ToolCall):
                self.called[index] = called + 1
            elif isinstance(event.part, Reasoning):
                self.late[key] = index in self.texts or index in self.pictures or bool(called)

    def hides(self, index: int) -> bool:
        """Whether a part runs whose state is to ride on the next call, and is not known yet: that call waits."""
        if self.flavour.carrier not in ("id", "extra_content"):
            return False
        known_late = self.sealed.keys() | self.signed.keys()
        return any(k[0] == index and (k in known_late or _ends_late(p)) for k, p in self.parts.items())

    def later(self, event: Any) -> bytes:
        """A row of forced buffering: what belongs to a call that waits waits with it."""
        waiting = {(e.candidate, e.index) for e in self.delayed if isinstance(e, PartStart)}
        key = (event.candidate, event.index)
        # What may ride itself keeps its place behind the calls that wait; text does not wait.
        late = isinstance(event, PartStart) and not isinstance(event.part, (Text, Refusal))
        if key in waiting or late:
            self.delayed.append(event)
            return b""
        delayed, self.delayed = self.delayed, []
        out = self.send(event)
        if any(self.hides(candidate) for candidate, _ in waiting):
            self.delayed = delayed
            return out
        return out + b"".join(map(self.send, delayed))

    def begin(self, r: Response) -> None:
        source = find(r.dialect)
        if source is not None:
            self.come(source)
        self.response_id = r.id
        self.timed = r.created is not None
        self.heads = {}
        self.envelope_text = self.envelope(r, "chat.completion.chunk", timed=False)
        if r.service_tier is not None:
            self.tier(self.envelope_text, r)
        self.drop(r)

    def update(self, values: Json) -> None:
        """Envelope values that came late: from now on they are said."""
        said = self.envelope_text
        self.heads = {}
        if values.get("created") is not None and not (self.timed and said["created"]):
            self.timed, said["created"] = True, self.seconds(Response("", created=values["created"]))
        if values.get("fingerprint") is not None:
            said.setdefault("system_fingerprint", values["fingerprint"])
        if values.get("service_tier") is not None and "service_tier" not in said:
            self.tier(said, Response("", service_tier=values["service_tier"]))

    def chunk(self, index: int, delta: Json, finish: str | None = None, logprobs: Any = None) -> bytes:
        if finish is None and logprobs is None:
            return self.head(index) + dumps_read(delta) + _TAIL
        choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
        return sse(dumps({**self.envelope_text, "choices": [choice]}))

    def head(self, index: int) -> bytes:
        """What a chunk of choice `index` begins with, up to its delta: the same from chunk to chunk."""
        head = self.heads.get(index)
        if head is None:
            whole = sse(dumps({**self.envelope_text, "choices": [{"index": index, "delta": 0}]}))
            head = self.heads[index] = whole[: whole.rindex(b"0")]
        return head

    def start(self, event: PartStart) -> bytes:
        key, part, index = (event.candidate, event.index), event.part, event.candidate
        self.parts[key] = part
        if getattr(part, "text", ""):
            self.sent.add(key)
        if isinstance(part, ToolCall):
            ordinal = self.places[key][1]
            if self.legacy and not self.only_call(part, ordinal):
                self.unheard.add(key)
                return b""
            place = f"/choices/{index}/message/tool_calls/{ordinal}"
            call_id = self.call_id(part, self.response_id, ordinal, place)
            there, out = self.stowed(part, key, call_id)
            part = self.parts[key] = replace(part, state=None) if there else part
            call_id, beside = self.embark(index, call_id)
            entry = self.call(part, call_id, place)
            if entry["type"] == "custom" and part.kind != "custom":
                self.held[key] = []
            fields = entry[entry["type"]]
            fields["input" if entry["type"] == "custom" else "arguments"] = ""
            if self.legacy:
                return self.chunk(index, {"function_call": fields})
            return out + self.chunk(index, {"tool_calls": [{"index": ordinal, **entry, **beside}]})
        out = b""
        if isinstance(part, Text) and part.state is not None:
            # State goes out behind its text, with a note of it.
            self.signed[key] = (part, [part.text])
            part = replace(part, state=None)
        if isinstance(part, (Text, Refusal)):
            self.drop(part)
        if isinstance(part, Text):
            self.cache(part)
            if index in self.firsts:
                self.joined(self.firsts[index], part, True)
            else:
                self.firsts[index] = part
            if self.places[key][1] or index in self.pictures:
                self.report.changed("order.flattened", part.at)
            self.parts[key] = replace(part, citations=list(part.citations or ()))
            self.offsets[key] = self.texts.setdefault(index, 0)
            self.texts[index] += len(part.text)
            self.spoken_so_far[index] = self.spoken_so_far.get(index, 0) + len(part.text)
            return out + (self.chunk(index, {"content": part.text}) if part.text else b"")
        if isinstance(part, Refusal):
            if index in self.refused:
                self.joined(self.refused[index], part, True)
            else:
                self.refused[index] = part
            return self.chunk(index, {"refusal": part.text}) if part.text else b""
        if isinstance(part, Reasoning):
            self.thinkings[key] = []
            if self.flavour.thinking in TAGS:
                return b""
            return self.piece(PartDelta(index, event.index, "text", part.text)) if part.text else b""
        if self.shows(part):
            self.pictures.setdefault(index, 0)  # whole with its end
        elif self.hears(part) and index not in self.sounds:
            self.sounds[index] = key  # likewise
            if index in self.firsts or self.places[key][1] or index in self.pictures:
                self.report.changed("order.flattened", part.at)
        elif not self.seals(part):
            self.gone(part)
        else:
            self.sealed[key] = []
        return b""

    def relieved(self, key: tuple[int, int]) -> bytes:
        """What goes out of the state of a text that is over; if it is not taken along, that is told."""
        part, pieces = self.signed.pop(key)
        part = replace(part, text=joined(pieces))
        there, out = self.stowed(part, key)
        if not there and part.state is not None:
            self.lose_state(part, part.state)
        return out

    def stowed(self, part: Part, key: tuple[int, int], call_id: str = "") -> tuple[bool, bytes]:
        """Whether what `part` needs at home is taken along, and the chunk in which it goes out at once."""
        there, fields = self.stow(part, key[0], self.places[key], call_id)
        return there, self.chunk(key[0], fields) if fields else b""

    def piece(self, event: PartDelta) -> bytes:
        key, index = (event.candidate, event.index), event.candidate
        part: Any = self.parts[key]
        kind = type(part)
        if key in self.unheard:
            return b""
        if key in self.sealed:
            self.sealed[key].append(event)
            return b""
        if event.field in ("text", "arguments") and event.value:
            self.sent.add(key)
        if kind is Reasoning:
            self.parts[key] = aside(part, event)
        elif event.extra and kind in (Text, ToolCall):
            drop_extra(self.report, event.extra, part.at, self.kinds.get(kind, {}))
        if kind is Text and event.field == "text":
            if key in self.signed:
                self.signed[key][1].append(event.value)
            self.texts[index] += len(event.value)
            self.spoken_so_far[index] = self.spoken_so_far.get(index, 0) + len(event.value)
            return self.head(index) + b'{"content":' + dumps_read(event.value) + b"}" + _TAIL
        if kind is ToolCall and event.field == "arguments":
            if not event.value:
                return b""
            if part.arguments is not None:
                part = self.parts[key] = replace(part, arguments=None)
            ordinal = self.places[key][1]
            if key in self.held:
                # A row of forced buffering: free text is told once its JSON is whole.
                self.held[key].append(event.value)
                return b""
            if self.legacy:
                return self.chunk(index, {"function_call": {"arguments": event.value}})
            inner = "custom" if part.kind == "custom" else "function"
            fields = {"input" if part.kind == "custom" else "arguments": event.value}
            entry: Json = {"index": ordinal, inner: fields}
            if part.kind == "custom":
                entry["type"] = "custom"
            return self.chunk(index, {"tool_calls": [entry]})
        if kind is Reasoning and event.field == "text":
            return self.thinking(key, event.value)
        if event.field == "state" and kind is not Reasoning:
            self.lose_state(part, event.value)
        elif LIST_OF.get(event.field) == self.flavour.state_list:
            return self.chunk(index, {self.flavour.state_list: event.value})
        if kind is Refusal and event.field == "text":
            return self.chunk(index, {"refusal": event.value})
        if kind is Text and event.field == "citation":
            part.citations.append(event.value)
        return b""

    def thinking(self, key: tuple[int, int], text: str) -> bytes:
        """A piece of visible thinking, where the flavour has it."""
        how, index = self.flavour.thinking, key[0]
        first = not any(self.thinkings[key])
        self.thinkings[key].append(text)
        if how in TAGS:
            return self.tag(index, f"<{how}>{text}" if first and text else text, thought=True)
        if how == "list":
            return self.chunk(index, {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]})
        return self.chunk(index, {how: text})

    def tag(self, index: int, text: str, thought: bool = False) -> bytes:
        """Text of the content that is thinking; Google flags it."""
        flag = {"extra_content": {"google": {"thought": True}}} if thought and self.flavour.flagged else {}
        self.texts[index] = self.texts.get(index, 0) + len(text)
        return self.chunk(index, {"content": text, **flag})

    def settled(self, key: tuple[int, int], whole: Part) -> bytes:
        """The source says the part once more, whole: that holds, but for what is out already."""
        part, out = self.parts[key], b""
        if key in self.sealed:
            self.sealed[key] = []
        if isinstance(whole, (Text, Refusal, Reasoning)):
            if whole.text and key not in self.sent:
                out = self.piece(PartDelta(key[0], key[1], "text", whole.text))
            if isinstance(whole, Text):
                place = (self.spoken_so_far.get(key[0], 0), self.places[key][1], key[1])
                said, fields = self.spoken(whole, key[0], place)
                self.drop(said)
                out += self.chunk(key[0], fields) if fields else b""
            elif isinstance(whole, Refusal):
                self.drop(whole)
            if isinstance(whole, Text) and isinstance(part, Text) and not whole.citations:
                whole = replace(whole, citations=part.citations)
        elif isinstance(whole, ToolCall):
            self.drop(whole)
            if key in self.sent and key not in self.held:
                whole = replace(whole, arguments=None)
        self.parts[key] = whole
        return out

    def end_part(self, event: PartEnd) -> bytes:
        key = (event.candidate, event.index)
        if key in self.unheard:
            del self.parts[key]
            return b""
        out = self.settled(key, event.part) if event.part is not None else b""
        part = self.parts.pop(key)
        if key in self.signed:
            out += self.relieved(key)
        if isinstance(part, Text) and part.citations:
            # A citation may span its whole block; how long that is, is known only now.
            offset = self.offsets[key]
            cited = self.annotations(part, offset, self.texts[event.candidate] - offset)
            self.annotations_of.setdefault(event.candidate, []).extend(cited)
        elif key in self.sealed:
            full = grown(part, self.sealed.pop(key))
            there, aside = self.stowed(full, key)
            if not there:
                self.gone(full)
            return out + aside
        elif isinstance(part, Reasoning):
            said = replace(part, text=joined(self.thinkings.pop(key)))
            there, aside = self.stowed(said, key)
            if self.flavour.thinking in TAGS:
                self.tagged(said, there)
                return out + aside + (self.tag(event.candidate, f"</{self.flavour.thinking}>") if said.text else b"")
            self.thought(said, self.thoughts.setdefault(event.candidate, []), self.late.pop(key), there)
            return out + aside
        elif self.shows(part):
            return out + self.show(key, part)
        elif self.sounds.get(event.candidate) == key:
            sound = self.sound(part, self.response_id, event.candidate, f"/choices/{event.candidate}/message/audio")
            return out + self.chunk(event.candidate, {"audio": sound})
        elif isinstance(part, ToolCall) and key in self.held:
            whole = joined(self.held.pop(key)) or part.arguments
            out += self.arguments(event.candidate, key, replace(part, arguments=whole))
        elif isinstance(part, ToolCall) and (part.arguments or type(part.arguments) is dict):
            out += self.arguments(event.candidate, key, part)
        return out

    def show(self, key: tuple[int, int], part: Part) -> bytes:
        """A picture, where the flavour has it."""
        index, number = key[0], self.pictures[key[0]]
        self.pictures[index] += 1
        if self.places[key][1]:
            self.report.changed("order.flattened", part.at)
        return self.chunk(index, {"images": [self.picture(part, number)]})

    def arguments(self, index: int, key: tuple[int, int], part: ToolCall) -> bytes:
        """Arguments that came whole, with the start of the call."""
        if isinstance(tool := self.client_tool(part.name), Tool) and tool.kind == "custom" != part.kind:
            entry = {"index": self.places[key][1], "custom": {"input": free_text(part.arguments)}, "type": "custom"}
            return self.chunk(index, {"tool_calls": [entry]})
        fields = {"arguments": arguments_text(part.arguments)}
        if self.legacy:
            return self.chunk(index, {"function_call": fields})
        return self.chunk(index, {"tool_calls": [{"index": self.places[key][1], "function": fields}]})

    def finish_chunk(self, index: int) -> bytes:
        event = self.waiting[index]
        seen = self.candidates[index]
        c = Candidate(
            index,
            Message("assistant"),
            event.finish_reason,
            event.stop_sequence,
            spelling=event.spelling,
            at=seen.at,
        )
        out = b""
        annotations = self.annotations_of.pop(index, None)
        if annotations:
            # One delta for all: list entries of two deltas without an `index` break OpenAI's own accumulator.
            out = self.chunk(index, {"annotations": annotations})
        finish = self.finish(c, bool(self.called.get(index)))
        return out + self.chunk(index, {}, "function_call" if self.legacy and finish == "tool_calls" else finish)

    def extra(self, event: Extra) -> bytes:
        if event.where == "response":
            drop_extra(self.report, event.values, "", self.kinds.get(Response, {}))
            return b""
        c = self.candidates[event.candidate]
        if event.where == "logprobs":
            said = self.logprobs(replace(c, logprobs=event.values, spelling=event.spelling))
            return b"" if said is None else self.chunk(event.candidate, {}, logprobs=said)
        else:
            node: Any = c.message if event.where == "message" else c
            drop_extra(self.report, event.values, node.at, self.kinds.get(type(node), {}))
        return b""

    def end(self) -> bytes:
        if not self.timed:
            self.report.invented("envelope.created", "/created", self.envelope_text.get("created", 0))
        delayed, self.delayed = self.delayed, []
        out = b"".join(map(self.send, delayed))
        if "service_tier" not in self.envelope_text and (tier := self.tier_in(self.usage_now)) is not None:
            self.envelope_text["service_tier"] = tier
        for i in self.candidates:
            self.unload(i, bool(self.called.get(i)))
            out += self.finish_chunk(i)
        if not self.candidates:
            self.report.invented("candidate.missing", "/choices/0", None)
            out = self.chunk(0, {"role": "assistant", "content": "", "refusal": None})
            out += self.chunk(0, {}, "content_filter")
        request = self.context.request
        asked = request is None or request.params.get("include_usage", False)
        if self.usage_now is not None:
            usage = self.usage_of(self.usage_now)
            if asked:
                out += sse(dumps({**self.envelope_text, "choices": [], "usage": usage}))
        return out + DONE


def _ends_late(part: Part) -> bool:
    """Whether the end of a part tells its state: thinking, or a text that is of a phase."""
    return isinstance(part, Reasoning) or (isinstance(part, Text) and "phase" in (part.spelling or ()))
