"""Anthropic Messages: the stream out. Canonical events -> typed SSE events, in the service's strict order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from ...errors import InvalidDocument
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
from ...jsontext import dumps, dumps_read, joined, loads
from ...model import (
    Candidate,
    Json,
    Message,
    Part,
    Reasoning,
    Refusal,
    Response,
    Text,
    ToolCall,
    Usage,
)
from ...registry import find
from ...report import Report
from ...tables import drop_extra
from ..arguments import NULL, RAW, arguments_text
from ..base import Context
from ..others import Others
from .home import finish_word, home_block, home_error
from .write import ENVELOPE, ResponseWriter, hidden, own, write_error


def MessagesStreamWriter(report: Report, home: bool, context: Context) -> Any:
    """The writer for events of this dialect (`home`) or of another."""
    return HomeWriter() if home else ForeignWriter(report, context)


def frame(kind: str, **body: Any) -> bytes:
    """One SSE record; the event's name stands in both places."""
    return sse(dumps({"type": kind, **body}), kind)


_IN_DELTA = frozenset({"stop_sequence", "stop_details", "container"})


class HomeWriter:
    """Events home, in the words they were read from."""

    def __init__(self) -> None:
        self._start: Json | None = None
        self._beside: Json = {}  # unknown keys beside the message of message_start
        self._parts: dict[int, Part] = {}
        self._open: set[int] = set()
        self._tail: Json | None = None  # the message_delta in the making
        self._last: Json = {}  # what belongs to message_stop

    def send(self, event: Event) -> bytes:
        """The bytes of `event`."""
        if isinstance(event, Start):
            r = event.response
            absent = (r.spelling or {}).get("absent", ())
            envelope: Json = {
                "id": r.id,
                "type": "message",
                "role": "assistant",
                "model": r.model,
                "content": [],
            }
            self._start = {k: v for k, v in envelope.items() if v is not None and k not in absent}
            self._start.update({"stop_reason": None, "stop_sequence": None, **(r.extra or {})})
            return b""
        if isinstance(event, CandidateStart):
            return b""
        if isinstance(event, UsageReport) and event.place == "start" and self._start is not None:
            self._start["usage"] = event.usage.reported
            return self._flush()
        if isinstance(event, (Finish, UsageReport, Extra)):
            return self._late(event)
        out = self._flush()
        if isinstance(event, PartStart):
            self._parts[event.index] = event.part
            self._open.add(event.index)
            out += frame("content_block_start", index=event.index, content_block=home_block(event.part))
        elif isinstance(event, PartDelta):
            delta = self._piece(self._parts[event.index], event)
            out += frame("content_block_delta", index=event.index, delta=delta)
        elif isinstance(event, PartEnd):
            self._open.discard(event.index)
            out += frame("content_block_stop", index=event.index)
        elif isinstance(event, Transport):
            if event.kind == "comment":
                out += f":{event.text}\n\n".encode()
            elif event.values is not None:
                kind = event.values.get("type")
                out += sse(dumps(event.values), kind if type(kind) is str else None)
            else:
                out += frame("ping")
        elif isinstance(event, Failure):
            if (event.error.spelling or {}).get("form") != "cut":
                out += sse(dumps(home_error(event.error)), "error")
        elif isinstance(event, End):
            out += frame("message_stop", **self._last)
        return out

    def _late(self, event: Finish | UsageReport | Extra) -> bytes:
        """Gather what one message_delta tells: extras, then the stop reason, then usage."""
        out = b""
        if self._start is not None:
            if isinstance(event, Extra):
                self._beside = {**self._beside, **event.values}
                return out
            out = self._flush()
        tail = self._tail
        if isinstance(event, Extra) and event.late:
            self._last = event.values
            return out
        if isinstance(event, Extra) and self._open:
            return out + frame("ping", **event.values)  # in the middle of a block nothing else may stand
        if tail is not None and ("usage" in tail or isinstance(event, Extra)):
            out += self._flush()
            tail = None
        if tail is None:
            tail = self._tail = {"delta": {}}
        if isinstance(event, Finish):
            tail["delta"]["stop_reason"] = finish_word(event)
            if event.stop_sequence is not None:
                tail["delta"]["stop_sequence"] = event.stop_sequence
        elif isinstance(event, UsageReport):
            tail["usage"] = event.usage.reported
        else:
            for key, value in event.values.items():
                (tail["delta"] if key in _IN_DELTA else tail)[key] = value
        return out

    def _flush(self) -> bytes:
        out = b""
        if self._start is not None:
            out, self._start = frame("message_start", message=self._start, **self._beside), None
        if self._tail is not None:
            tail, self._tail = self._tail, None
            out += frame("message_delta", **{"usage": {}, **tail})
        return out

    def _piece(self, part: Part, event: PartDelta) -> Json:
        extra = event.extra or {}
        if event.field == "text":
            key = "thinking" if isinstance(part, Reasoning) else "text"
            return {"type": f"{key}_delta", key: event.value, **extra}
        if event.field in ("arguments", "input"):
            return {"type": "input_json_delta", "partial_json": event.value, **extra}
        if event.field == "state":
            return {"type": "signature_delta", "signature": event.value.value}
        if event.field == "citation":
            value = event.value.value
            return {
                "type": "citations_delta",
                "citation": value["value"] if event.value.kind == "other" else value,
            }
        if event.field in ("value", "pieces"):
            return {"type": extra.get("type"), **event.value}
        return {"type": event.value, **extra}


@dataclass(slots=True)
class _Block:
    """A part on its way out: `index` once its block is open; `waiting` while another block is."""

    part: Any
    number: int  # of the part
    index: int | None = None
    waiting: list[PartDelta] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # the arguments, or a text that may say a phase, so far
    raw: bool | None = None  # whether the arguments are no object; None while that is open
    held: str = ""  # arguments that may yet say nothing: blank, or on their way to be `null`
    ended: bool = False
    closed: bool = False
    citations: list[Json] = field(default_factory=list)  # those that came before any text
    cited: bool = False  # whether a citation came by itself
    sealed: bool = False  # a part that is told whole, for its issuer alone
    heads: dict[str, bytes] = field(default_factory=dict)  # what a delta of each kind begins with
    pieces: list[PartDelta] = field(default_factory=list)  # of a sealed part
    carried: bool = False  # whether its state is out


def _raw_start(text: str) -> str:
    """How `input` begins that holds arguments which are no object: `text` is what has come of them."""
    return f'{{"{RAW}":"' + dumps(text).decode()[1:-1]


def _is_silent(block: _Block) -> bool:
    """Whether there is nothing to tell of a part beyond its texts: no state, and it is not told whole."""
    return not block.sealed and getattr(block.part, "state", None) is None


class ForeignWriter(ResponseWriter):
    """Events of another dialect. Blocks here come one after the other, so calls that run side by side wait."""

    # the fields of a piece that is written alike from piece to piece
    spliced: ClassVar[frozenset[str]] = frozenset({"text"})
    __slots__ = (
        "blocks",
        "candidate",
        "count",
        "current",
        "finish_event",
        "late_tier",
        "others",
        "over",
        "response_id",
        "running",
        "told",
        "usage_now",
        "used_tool",
    )

    def __init__(self, report: Report, context: Context) -> None:
        super().__init__("", report, context)
        self.over = False  # the end, or a failure, has been told
        self.others = Others(report)
        self.blocks: dict[int, _Block] = {}
        self.candidate: Candidate | None = None
        self.count = 0
        self.current: _Block | None = None
        self.finish_event: Finish | None = None
        self.response_id: str | None = None
        self.running: dict[int, _Block] = {}  # those of the blocks that are not closed
        self.usage_now: Usage | None = None
        self.late_tier: str | None = None
        self.used_tool = False
        self.told: set[str] = set()  # envelope values that a loss tells of

    def send(self, event: Event) -> bytes:
        """The bytes that `event` settles."""
        kind = type(event)
        if kind is PartDelta:
            if event.candidate:  # type: ignore[union-attr]
                return self.others.take(event)
            return self.piece(event)  # type: ignore[arg-type]
        if isinstance(event, PartStart):
            return self.others.take(event) if event.candidate else self.start(event)
        if isinstance(event, PartEnd):
            return self.others.take(event) if event.candidate else self.end_part(event)
        if isinstance(event, Start):
            return self.begin(event.response)
        if isinstance(event, CandidateStart):
            if event.candidate.index:
                return self.others.take(event)
            self.others.first()
            self.candidate = event.candidate
            self.drop(event.candidate.message)
            self.drop(event.candidate)
        elif isinstance(event, Finish):
            if event.candidate:
                return self.others.take(event)
            self.finish_event = event
        elif isinstance(event, UsageReport):
            self.usage_now = merge_usage(self.usage_now, event.usage)
        elif isinstance(event, Extra):
            self.extra(event)
        elif isinstance(event, Update):
            self.late_envelope(event.values)
        elif isinstance(event, Transport):
            if event.values:
                self.report.dropped("event.unknown", event.at, event.values)
            return b"" if self.over else frame("ping")  # a comment may come late; after the end nothing does here
        elif isinstance(event, Failure):
            self.over = True
            return self.fail(event)
        elif isinstance(event, End):
            self.over = True
            return b"".join(map(self.send, self.others.instead())) + self.end()
        return b""

    def begin(self, r: Response) -> bytes:
        source = find(r.dialect)
        if source is not None:
            self.come(source)
        self.response_id = r.id
        self.told.update(name for name in (*ENVELOPE, "service_tier") if getattr(r, name) is not None)
        self.drop(r)
        message = self.envelope(r)
        # "message_start needs input_tokens before they are known": 0 here, the real ones in message_delta.
        message |= {
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }
        self.tier(message["usage"], r)
        return frame("message_start", message=message)

    def late_envelope(self, values: Json) -> None:
        """Envelope values that came after the start, and were not known then."""
        fresh = {k: v for k, v in values.items() if k in ENVELOPE and k not in self.told}
        if values.get("service_tier") is not None and "service_tier" not in self.told:
            self.late_tier = values["service_tier"]
            self.told.add("service_tier")
        self.told.update(fresh)
        self.unsaid(Response("", **fresh))

    def extra(self, event: Extra) -> None:
        if event.where == "response":
            drop_extra(self.report, event.values, "", self.kinds.get(Response, {}))
        elif event.candidate:
            self.others.take(event)
        elif self.candidate is not None:
            c = self.candidate
            if event.where == "logprobs":
                so_far = Message("assistant", [b.part for b in self.blocks.values()])
                self.about(Candidate(0, so_far, logprobs=event.values, spelling=event.spelling, at=c.at))
                return
            node: Any = c.message if event.where == "message" else c
            drop_extra(self.report, event.values, node.at, self.kinds.get(type(node), {}))

    # blocks

    def start(self, event: PartStart) -> bytes:
        part = event.part
        block = self.blocks[event.index] = self.running[event.index] = _Block(part, event.index)
        out = b""
        if not isinstance(part, (Text, Refusal, Reasoning, ToolCall)):
            block.sealed = self.seals(part)
            if not block.sealed:
                self.gone(part)
                block.closed = True
                del self.running[event.index]
            return out
        if self.current is not None and self.settled(self.current):
            out = self.close_block(self.current)
        if isinstance(part, ToolCall):
            self.used_tool = True
            if self.current is None and block.index is None and not self.behind(block):
                out += self.open_block(block)
        elif part.text:
            out += self.piece(PartDelta(0, event.index, "text", part.text))
        return out

    def settled(self, block: _Block) -> bool:
        """Whether a call's arguments are whole: then nothing more can come for it."""
        if type(block.part) is not ToolCall or block.part.kind == "custom":
            return False
        if type(block.part.arguments) is dict:
            return True
        if block.texts and not block.texts[-1].rstrip().endswith("}") and block.texts[-1].strip():
            return False  # without a look at the whole
        try:
            return type(loads(joined(block.texts))) is dict
        except InvalidDocument:
            return False

    def hide(self, token: str) -> bytes:
        """A block that shows nothing, and that the client brings back."""
        index, self.count = self.count, self.count + 1
        return frame("content_block_start", index=index, content_block=hidden(token)) + frame(
            "content_block_stop", index=index
        )

    def before(self, block: _Block, said: bool) -> bytes:
        """The block with the state of a text, if it is `said`, or of a call, which stands before it."""
        if block.carried:
            return b""
        block.part, token = self.carried(block.part, said)
        block.carried = token is not None
        return self.hide(token) if token is not None else b""

    def open_block(self, block: _Block) -> bytes:
        early = self.before(block, said=True)
        part = block.part
        block.index, self.count = self.count, self.count + 1
        self.current = block
        content: Json
        if isinstance(part, ToolCall):
            content = {
                "type": "tool_use",
                "id": self.call_id(part, self.response_id, block.index),
                "name": self.name(part.name, part),
                "input": {},
            }
            if part.state is not None and own(part.state):
                content["caller"], block.part = part.state.value, replace(part, state=None)
        elif isinstance(part, Reasoning):
            content = {"type": "thinking", "thinking": "", "signature": ""}
        else:
            content = {"type": "text", "text": ""}
        out = early + frame("content_block_start", index=block.index, content_block=content)
        if isinstance(part, ToolCall) and part.kind == "custom":
            out += self.delta(block, "input_json_delta", "partial_json", '{"input":"')
        for waiting in block.waiting:
            out += self.emit(block, waiting)
        block.waiting = []
        for said in block.citations:
            delta = {"type": "citations_delta", "citation": said}
            out += frame("content_block_delta", index=block.index, delta=delta)
        block.citations = []
        return out

    def delta(self, block: _Block, kind: str, key: str, value: str) -> bytes:
        head = block.heads.get(kind)
        if head is None:
            whole = frame("content_block_delta", index=block.index, delta={"type": kind, key: 0})
            head = block.heads[kind] = whole[: whole.rindex(b"0")]
        return head + dumps_read(value) + b"}}\n\n"

    def piece(self, event: PartDelta) -> bytes:
        block = self.blocks[event.index]
        part = block.part
        if block.sealed:
            block.pieces.append(event)
            return b""
        if isinstance(part, Reasoning):
            block.part = aside(part, event)
            if event.field == "text":
                block.texts.append(event.value)
        elif event.extra and event.field not in ("details", "blocks"):
            drop_extra(self.report, event.extra, part.at, self.kinds.get(type(part), {}))
        if event.field == "arguments" or (
            event.field == "text" and isinstance(part, (Text, Refusal)) and part.item is not None
        ):
            block.texts.append(event.value)
        if event.field == "citation":
            block.cited = True
            said = self.citation(event.value)
            if said is None:
                return b""
            if block.index is None:
                block.citations.append(said)
                return b""
            delta = {"type": "citations_delta", "citation": said}
            return frame("content_block_delta", index=block.index, delta=delta)
        if event.field == "arguments" and block.closed and event.value.strip():
            # It was whole, and others have come since.
            self.report.changed("arguments.invalid", self.where(part, "arguments"), event.value)
        if event.field not in ("text", "arguments") or block.closed or not event.value:
            return b""
        if block is self.current:
            out = self.emit(block, event)
            if type(part) is ToolCall and any(b.waiting or b.ended for b in self.running.values()):
                # Others wait: once the arguments are whole, nothing more can come here.
                out += self.close_block(block) if self.settled(block) else b""
            return out
        if self.current is None and not self.behind(block):
            return self.open_block(block) + self.emit(block, event)
        block.waiting.append(event)
        return b""

    def behind(self, block: _Block) -> bool:
        """Whether an earlier part runs of which nothing is out yet: blocks stand in the order of the parts."""
        for other in self.running.values():
            if other is block:
                break
            if not other.ended and other.index is None:
                return True
        return False

    def emit(self, block: _Block, event: PartDelta) -> bytes:
        if isinstance(block.part, ToolCall):
            value = event.value
            if block.part.kind == "custom":
                return self.delta(block, "input_json_delta", "partial_json", dumps(value).decode()[1:-1])
            if block.raw is None:
                block.held += value
                if NULL.startswith(block.held.strip()):
                    return b""  # it says nothing so far, or comes with what follows
                # `input` is an object. Text that cannot become one is told by its first letter.
                block.raw = not block.held.lstrip().startswith("{")
                value = _raw_start(block.held) if block.raw else value
            elif block.raw:
                value = dumps(value).decode()[1:-1]
            return self.delta(block, "input_json_delta", "partial_json", value)
        if isinstance(block.part, Reasoning):
            return self.delta(block, "thinking_delta", "thinking", event.value)
        return self.delta(block, "text_delta", "text", event.value)

    def end_part(self, event: PartEnd) -> bytes:
        block = self.blocks[event.index]
        out = self.settle(block, event) if event.part is not None else b""
        block.ended = True
        if block.closed:
            return out
        if block is self.current or (self.current is None and not block.waiting and not self.behind(block)):
            return out + self.close_block(block)
        if self.current is None and not block.waiting and _is_silent(block) and not isinstance(block.part, ToolCall):
            return out + self.close_block(block)
        return out

    def settle(self, block: _Block, event: PartEnd) -> bytes:
        """The source says the part once more, whole: that holds, but for what is out already."""
        whole, part, out = event.part, block.part, b""
        block.pieces = []
        if block.closed:
            if isinstance(part, ToolCall):
                self.drop(whole)
            return out
        if isinstance(whole, (Text, Refusal, Reasoning)):
            if whole.text and block.index is None and not block.waiting:
                out = self.piece(PartDelta(0, event.index, "text", whole.text))
            if isinstance(whole, Text):
                for c in (whole.citations or ())[len(part.citations or ()) :] if not block.cited else ():
                    out += self.piece(PartDelta(0, event.index, "citation", c))
        block.part = whole
        return out

    def close_block(self, block: _Block) -> bytes:
        """Close a block, and let those that waited for it come: each in turn, until one is still running."""
        out = self.end_block(block)
        while True:
            other, opened = self.next_block()
            out += opened
            if other is None:
                return out
            out += self.end_block(other)

    def next_block(self) -> tuple[_Block | None, bytes]:
        """The first of those that waited which is to be closed at once, if there is one, and what opens the next."""
        said = b""
        for other in list(self.running.values()):
            ready = not other.closed and (other.waiting or isinstance(other.part, ToolCall))
            over = self.current is None and other.ended and not other.closed and not ready
            if over and (_is_silent(other) or not self.behind(other)):
                return other, said
            if self.current is None and ready and not self.behind(other):
                said += self.open_block(other)
                if other.ended or self.settled(other):
                    return other, said
        return None, said

    def end_block(self, block: _Block) -> bytes:
        """Close a block."""
        out = b""
        block.closed = True
        del self.running[block.number]
        text = joined(block.texts)
        if block.sealed:
            said = self.sealed(grown(block.part, block.pieces))
            out += self.hide(said["data"]) if said is not None else b""
        elif block.index is None and isinstance(block.part, Text):
            out += self.before(block, said=False)
        block.part, behind = self.phased(block.part, text if block.index is not None else "")
        part = block.part
        if isinstance(part, ToolCall):
            whole = text or part.arguments
            if block.index is None:
                out += self.open_block(block)
            if not text and part.arguments and part.kind != "custom":
                out += self.emit(block, PartDelta(0, block.number, "arguments", arguments_text(part.arguments)))
            if block.raw is None and block.held.strip() not in ("", NULL):
                block.raw = True  # broken off within the word
                out += self.delta(block, "input_json_delta", "partial_json", _raw_start(block.held))
            if part.kind == "custom" or block.raw:
                out += self.delta(block, "input_json_delta", "partial_json", '"}')
            # The same look at the whole as the whole document gets.
            self.input_of(replace(part, arguments=whole))
        elif isinstance(part, Text):
            self.beside(part, block.index is not None)
        elif isinstance(part, Refusal):
            self.drop(part)
            if block.index is not None:
                self.report.changed("refusal.as_text", part.at, None)
        elif isinstance(part, Reasoning):
            out += self.sign(block, replace(part, text=text))
        if block.index is not None:
            out += frame("content_block_stop", index=block.index)
        out += self.hide(behind) if behind is not None else b""
        self.current = None
        return out

    def sign(self, block: _Block, part: Reasoning) -> bytes:
        """The signature of thinking that is whole, or a block for what cannot be seen of it."""
        said = self.reasoning(part, block.index or 0)
        if said is None or not said.get("signature", said.get("data")):
            return b""
        if block.index is None:
            return self.hide(said["data"])
        return self.delta(block, "signature_delta", "signature", said["signature"])

    # the end

    def fail(self, event: Failure) -> bytes:
        out = b""
        if self.current is not None and self.current.index is not None:
            out = frame("content_block_stop", index=self.current.index)
        body = write_error(event.error, self.report, False)[1]
        return out + sse(dumps(body), "error")

    def end(self) -> bytes:
        out = b""
        seen, event = self.candidate, self.finish_event
        c = Candidate(0, Message("assistant"), "content_filter")
        if seen is None:
            self.report.invented("candidate.missing", "/stop_reason", "refusal")
        if seen is not None and event is not None:
            c.finish_reason, c.stop_sequence, c.spelling, c.at = (
                event.finish_reason,
                event.stop_sequence,
                event.spelling,
                seen.at,
            )
        refused = any(isinstance(b.part, Refusal) and b.index is not None for b in self.blocks.values())
        delta = {"stop_reason": self.finish(c, self.used_tool, refused), "stop_sequence": c.stop_sequence}
        usage = self.usage_of(self.usage_now, "/usage")
        self.tier(usage, Response("", service_tier=self.late_tier))
        out += frame("message_delta", delta=delta, usage=usage)
        return out + frame("message_stop")
