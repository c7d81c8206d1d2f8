"""Responses: the stream out. Canonical events -> typed SSE events, in the service's order."""

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
from ...jsontext import dumps, dumps_read, joined
from ...model import (
    Candidate,
    Citation,
    Json,
    Media,
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
from ..arguments import arguments_text, free_text
from ..base import Context
from ..others import Others
from .home_writer import HomeWriter
from .words import CALLS, CUT_OFF
from .write import ResponseWriter, ending, event_error, failed_error, is_object, reasoning_item


def ResponsesStreamWriter(report: Report, home: bool, context: Context) -> Any:
    """The writer for events of this dialect (`home`) or of another."""
    return HomeWriter() if home else ForeignWriter(report, context)


@dataclass(slots=True)
class _Group:
    """An output item on its way out. A message stays open for the texts that follow it."""

    index: int
    item: Json
    parts: int = 0  # content parts that are open
    current: bool = True
    closed: bool = False


@dataclass(slots=True, eq=False)
class _Block:
    """A part on its way out; it has no item before it says anything."""

    part: Any
    group: _Group | None = None
    content: int = 0
    texts: list[str] = field(default_factory=list)
    whole: bool = False  # a free-text call that came as a function call: told once it is whole
    sealed: bool = False  # a part that is told whole, for its issuer alone
    # What is the same in every delta: before the number, between number and text, behind the text.
    head: bytes = b""
    middle: bytes = b""
    tail: bytes = b""
    pieces: list[PartDelta] = field(default_factory=list)  # of a sealed part
    annotations: list[Any] | None = None  # of a text, once they are told


class ForeignWriter(ResponseWriter):
    """Events of another dialect: the events that OpenAI's own server would send."""

    # the fields of a piece that is written alike from piece to piece
    spliced: ClassVar[frozenset[str]] = frozenset({"text"})
    __slots__ = (
        "blocks",
        "candidate",
        "cited",
        "cut",
        "delayed",
        "finish_event",
        "first",
        "found",
        "given",
        "groups",
        "held",
        "late",
        "message",
        "number",
        "others",
        "quiet",
        "snapshot",
        "started",
        "texts",
        "usage_now",
    )

    def __init__(self, report: Report, context: Context) -> None:
        super().__init__("", report, context)
        self.blocks: dict[int, _Block] = {}
        self.groups: list[_Group] = []
        self.message: _Group | None = None
        self.candidate: Candidate | None = None
        self.delayed: list[PartStart | PartDelta | PartEnd] = []  # of parts that began beside one without words yet
        self.cut: _Group | None = None  # a call that is over but not whole: the end says whether it was cut off
        self.finish_event: Finish | None = None
        self.first: _Block | None = None  # the first text: log probabilities stand there
        self.found: Json = {}  # log probabilities so far
        self.given: Json = {}  # those that the first text was told with
        self.held: list[_Block] = []
        self.late: Json = {}
        self.texts = 0  # how many have begun
        self.cited: list[Citation] = []  # what the one text cites, while there is one
        self.number = 0
        self.others = Others(report)
        self.quiet: set[_Block] = set()  # texts and thinkings that are open and say nothing yet
        self.snapshot: Json = {}
        self.started = False
        self.usage_now: Usage | None = None

    def send(self, event: Event) -> bytes:
        """The bytes that `event` settles."""
        kind = type(event)
        if kind is PartDelta:
            return self.others.take(event) if event.candidate else self.piece(event)  # type: ignore[union-attr,arg-type]
        if isinstance(event, PartStart):
            return self.others.take(event) if event.candidate else self.start(event)
        if isinstance(event, PartEnd):
            return self.others.take(event) if event.candidate else self.end_part(event) + self.release()
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
        elif isinstance(event, Update):
            self.late.update({k: v for k, v in event.values.items() if k not in self.late})
        elif isinstance(event, Extra):
            self.extra(event)
        elif isinstance(event, Transport):
            if event.kind == "ping" and event.values:
                self.report.dropped("event.unknown", event.at, event.values)
            return b": ping\n\n" if event.kind == "ping" else f":{event.text}\n\n".encode()
        elif isinstance(event, Failure):
            return self.fail(event)
        elif isinstance(event, End):
            return b"".join(map(self.send, self.others.instead())) + self.end()
        return b""

    def say(self, kind: str, **body: Any) -> bytes:
        """One event, numbered."""
        number, self.number = self.number, self.number + 1
        return sse(dumps({"type": kind, "sequence_number": number, **body}), kind)

    # begin

    def begin(self, r: Response) -> bytes:
        self.come(find(r.dialect))
        self.started = True
        self.snapshot = self.envelope(r)
        self.late = {k: v for k in ("service_tier", "fingerprint") if (v := getattr(r, k)) is not None}
        self.drop(r)
        out = self.say("response.created", response=self.snapshot)
        return out + self.say("response.in_progress", response=self.snapshot)

    def extra(self, event: Extra) -> None:
        if event.where == "response":
            drop_extra(self.report, event.values, "", self.kinds.get(Response, {}))
        elif event.candidate:
            self.others.take(event)
        elif event.where == "logprobs":
            self.found = merge_logprobs(self.found, event.values)
        elif self.candidate is not None:
            node: Any = self.candidate.message if event.where == "message" else self.candidate
            drop_extra(self.report, event.values, node.at, self.kinds.get(type(node), {}))

    # items

    def open_group(self, item: Json) -> tuple[_Group, bytes]:
        """A new output item; the message before it takes no more texts."""
        out = self.leave_message() + self.leave_call()
        group = _Group(len(self.groups), item)
        self.groups.append(group)
        return group, out + self.say("response.output_item.added", output_index=group.index, item=dict(item))

    def leave_message(self) -> bytes:
        group, self.message = self.message, None
        if group is None:
            return b""
        group.current = False
        return self.close_group(group) if not group.parts else b""

    def leave_call(self, status: str = "completed") -> bytes:
        group, self.cut = self.cut, None
        return self.close_group(group, status) if group is not None else b""

    def close_group(self, group: _Group, status: str = "completed") -> bytes:
        group.closed = True
        if group.item["type"] != "reasoning":
            group.item["status"] = status
        return self.say("response.output_item.done", output_index=group.index, item=group.item)

    def silent(self) -> bool:
        """Whether a text or thinking is open that says nothing yet: it may never, and then it is no item."""
        return bool(self.quiet)

    def delay(self, event: PartDelta | PartEnd) -> bytes:
        """Keep an event of a part that waits; of a part that is not told at all, none goes out."""
        if any(event.index == other.index for other in self.delayed):
            self.delayed.append(event)
        return b""

    def release(self) -> bytes:
        """What waited for a text or thinking to say something, or to end: items stand as their parts began."""
        if not self.delayed or self.silent():
            return b""
        delayed, self.delayed = self.delayed, []
        return b"".join(map(self.send, delayed))

    def start(self, event: PartStart) -> bytes:
        part: Any = event.part
        if self.delayed or self.silent():
            self.delayed.append(event)
            return b""
        if isinstance(part, ToolCall):
            return self.start_call(event.index, part)
        block = self.blocks[event.index] = _Block(part)
        if isinstance(part, Text):
            block.part = replace(part, citations=list(part.citations or ()))
            self.texts += 1
            if self.texts == 2:  # Chat counts among all that was said: the spans that went out are another's
                for c in self.cited:
                    self.report.changed("citation.span", c.at, c.value)
        if isinstance(part, (Text, Refusal, Reasoning)):
            self.quiet.add(block)
            return self.piece(PartDelta(0, event.index, "text", part.text)) if part.text else b""
        if isinstance(part, Media) and part.kind == "image" and part.form == "base64":
            return b""  # whole with its end
        block.sealed = self.seals(part)
        if not block.sealed:
            self.gone(part)
            del self.blocks[event.index]
        return b""

    def hide(self, token: str) -> bytes:
        """An item that shows nothing, and that the client brings back."""
        group, out = self.open_group(self.shell(Reasoning(), len(self.groups)) | reasoning_item(""))
        group.item["encrypted_content"] = token
        return out + self.close_group(group)

    def start_call(self, index: int, part: ToolCall) -> bytes:
        part, token = self.carried(part)
        early = self.hide(token) if token is not None else b""
        said = self.restored_call(replace(part, arguments=None))
        ordinal = len(self.groups)
        place = f"/output/{ordinal}"
        item = self.shell(said, ordinal) | self.call(said, self.call_id(part, ordinal, place), place)
        group, out = self.open_group(item | {"status": "in_progress"})
        self.blocks[index] = _Block(replace(said, arguments=part.arguments), group, whole=said.kind != part.kind)
        return early + out

    def open_text(self, block: _Block) -> bytes:
        """Give a text its place in the open message, or in a new one."""
        out = b""
        block.part, token = self.carried(block.part, said=True)
        if token is not None:
            out += self.hide(token)
        if self.message is None:
            self.message, opened = self.open_group(self.shell(block.part, len(self.groups)))
            out += opened
        group = block.group = self.message
        self.quiet.discard(block)
        self.drop(block.part)
        if isinstance(block.part, Text):
            self.cache(block.part)
            self.first = self.first or block
        block.content = len(group.item["content"])
        group.item["content"] = [*group.item["content"], None]
        group.parts += 1
        return out + self.say("response.content_part.added", **self.spot(block), part=content_part(block.part, ""))

    def spot(self, block: _Block) -> Json:
        """Where an event of a text or thinking belongs."""
        assert block.group is not None
        key = "summary_index" if isinstance(block.part, Reasoning) else "content_index"
        return {"item_id": block.group.item["id"], "output_index": block.group.index, key: block.content}

    def piece(self, event: PartDelta) -> bytes:
        block = self.blocks.get(event.index)
        if block is None:
            return self.delay(event)
        part = block.part
        if block.sealed:
            block.pieces.append(event)
            return b""
        if isinstance(part, Reasoning):
            block.part = aside(part, event)
        elif event.extra and event.field not in ("details", "blocks"):
            drop_extra(self.report, event.extra, part.at, self.kinds.get(type(part), {}))
        if event.field == "citation" and isinstance(part, Text) and part.citations is not None:
            part.citations.append(event.value)
        if event.field not in ("text", "arguments") or not event.value:
            return b""
        block.texts.append(event.value)
        if isinstance(part, ToolCall):
            return b"" if block.whole else self.call_delta(block, event.value)
        out = b""
        if block.group is None and isinstance(part, Reasoning):
            self.quiet.discard(block)
            block.group, out = self.open_group(self.shell(part, len(self.groups)) | reasoning_item(""))
            empty = {"type": "summary_text", "text": ""}
            out += self.say("response.reasoning_summary_part.added", **self.spot(block), part=empty) + self.release()
        elif block.group is None:
            out = self.open_text(block) + self.release()
        if not block.head:
            name, more = _DELTAS[type(part)]
            kind = f"response.{name}.delta"
            whole = sse(dumps({"type": kind, "sequence_number": 0, **self.spot(block), "delta": 0, **more}), kind)
            before, rest = whole.split(b'"sequence_number":0', 1)
            middle, _, block.tail = rest.rpartition(b'"delta":0')
            block.head, block.middle = before + b'"sequence_number":', middle + b'"delta":'
        number, self.number = self.number, self.number + 1
        return out + block.head + b"%d" % number + block.middle + dumps_read(event.value) + block.tail

    def call_delta(self, block: _Block, delta: str) -> bytes:
        group = block.group
        assert group is not None
        name = "custom_tool_call_input" if block.part.kind == "custom" else "function_call_arguments"
        return self.say(f"response.{name}.delta", item_id=group.item["id"], output_index=group.index, delta=delta)

    def end_part(self, event: PartEnd) -> bytes:
        block = self.blocks.pop(event.index, None)
        if block is None:
            return self.delay(event)
        self.quiet.discard(block)
        part = block.part
        if block.sealed:
            said = self.item(grown(part, block.pieces), len(self.groups))
            return self.hide(said["encrypted_content"]) if said is not None else b""
        if isinstance(part, ToolCall):
            return self.end_call(block)
        if isinstance(part, Reasoning):
            return self.end_thought(block)
        if isinstance(part, Media):
            item = self.item(part, len(self.groups))
            group, out = self.open_group({**(item or {}), "status": "in_progress", "result": None})
            group.item = item or {}
            return out + self.close_group(group)
        if block.group is None:
            part, token = self.carried(replace(part, text=""))
            self.speaks(part)
            return self.hide(token) if token is not None else b""
        if block is self.first and self.found:
            self.held.append(block)  # more log probabilities may come
            return self.annotate(block)
        return self.end_text(block)

    def end_call(self, block: _Block) -> bytes:
        part, group = block.part, block.group
        assert group is not None
        text = joined(block.texts)
        out = b""
        if block.whole:
            text = free_text(text or part.arguments)
        elif not text:
            text = arguments_text(part.arguments)
        if block.whole or not block.texts:
            out = self.call_delta(block, text) if text else b""
        kind = group.item["type"]
        group.item[CALLS[kind][1]] = text
        body = {"item_id": group.item["id"], "output_index": group.index}
        if kind == "custom_tool_call":
            out += self.say("response.custom_tool_call_input.done", **body, input=text)
        else:
            out += self.say("response.function_call_arguments.done", **body, arguments=text, name=group.item["name"])
            if group is self.groups[-1] and not is_object(text):
                self.cut = group
                return out
        return out + self.close_group(group)

    def end_thought(self, block: _Block) -> bytes:
        text = joined(block.texts)
        said = self.thought(replace(block.part, text=text))
        if block.group is None:
            return self.hide(said["encrypted_content"]) if said is not None else b""
        block.group.item |= said or {}
        out = self.say("response.reasoning_summary_text.done", **self.spot(block), text=text)
        part = {"type": "summary_text", "text": text}
        out += self.say("response.reasoning_summary_part.done", **self.spot(block), part=part)
        return out + self.close_group(block.group)

    def end_text(self, block: _Block) -> bytes:
        group, part, spot, out = block.group, block.part, self.spot(block), b""
        assert group is not None
        text = joined(block.texts)
        said = content_part(part, text)
        if isinstance(part, Refusal):
            out = self.say("response.refusal.done", **spot, refusal=text)
        else:
            out = self.annotate(block)
            said["annotations"] = block.annotations or []
            if block is self.first and self.found:
                said["logprobs"] = self.logprobs(self.ended())
                self.given = dict(self.found)
            out += self.say("response.output_text.done", **spot, text=text, logprobs=said["logprobs"])
        group.item["content"][block.content] = said
        group.parts -= 1
        out += self.say("response.content_part.done", **spot, part=said)
        return out if group.current or group.parts else out + self.close_group(group)

    def annotate(self, block: _Block) -> bytes:
        """What a text that is whole cites, told once: before the next part begins, which for a reader ends this one."""
        if block.annotations is not None or isinstance(block.part, Refusal):
            return b""
        block.annotations = self.annotations(block.part, len(joined(block.texts)), self.texts < 2)
        if self.texts == 1:
            self.cited = [c for c in block.part.citations or () if c.url is not None]
        out = b""
        for i, annotation in enumerate(block.annotations):
            name = "response.output_text.annotation.added"
            out += self.say(name, **self.spot(block), annotation_index=i, annotation=annotation)
        return out

    # the end

    def ended(self) -> Candidate:
        """The candidate as it ended."""
        seen, event = self.candidate, self.finish_event
        if seen is None:
            return self.blocked()
        c = Candidate(0, Message("assistant"), at=seen.at, logprobs=self.found or None)
        if event is not None:
            c.finish_reason, c.stop_sequence, c.spelling = event.finish_reason, event.stop_sequence, event.spelling
        return c

    def fail(self, event: Failure) -> bytes:
        """After the start a response that failed, before it an `error` event: exactly one terminal event."""
        if not self.started:
            return self.say("error", **event_error(event.error, self.report))
        error = failed_error(event.error, self.report)
        items = [group.item for group in self.groups if group.closed]
        response = {**self.snapshot, "status": "failed", "error": error, "output": items}
        return self.say("response.failed", response=response)

    def end(self) -> bytes:
        out = b"".join(self.end_text(block) for block in self.held)
        c = self.ended()
        calls = any(group.item["type"] in CALLS for group in self.groups)
        word = self.finish(c, calls)
        if c.stop_sequence is not None:
            self.report.dropped("finish.stop_sequence", self.where(c, "stop_sequence"), c.stop_sequence)
        if self.found != self.given:
            # More came once the text was over: the whole response has them all.
            self.give_logprobs(c, [group.item for group in self.groups])
        said = ending(word)
        out += self.leave_call("incomplete" if word == CUT_OFF else "completed")
        group, self.message = self.message, None
        if group is not None:
            cut = word == CUT_OFF and group is self.groups[-1]
            out += self.close_group(group, "incomplete" if cut else "completed")
        r = Response("", service_tier=self.late.get("service_tier"), fingerprint=self.late.get("fingerprint"))
        response = {**self.snapshot, **said, "output": [g.item for g in self.groups]}
        if self.late.get("created") and not response["created_at"]:
            response["created_at"] = self.seconds(Response("", created=self.late["created"]))
        self.tier(response, r, self.usage_now)
        self.unsaid(r)
        if self.usage_now is not None:
            response["usage"] = self.usage_of(self.usage_now)
        return out + self.say(f"response.{said['status']}", response=response)


_DELTAS: dict[type, tuple[str, Json]] = {
    Text: ("output_text", {"logprobs": []}),
    Refusal: ("refusal", {}),
    Reasoning: ("reasoning_summary_text", {}),
}


def content_part(part: Part, text: str) -> Json:
    """A content part of an answer with `text` in it."""
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": text}
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
