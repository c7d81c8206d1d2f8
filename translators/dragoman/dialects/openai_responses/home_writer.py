"""Responses: events home, in the words they were read from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

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
)
from ...framing import sse
from ...jsontext import dumps
from ...model import Item, Json, Reasoning, Refusal, Response, ServerTool, Text, ToolCall
from ...tables import give_back
from ..openai_shape import home_error
from .home import about, home_envelope, home_finish, home_item, home_part, is_absent
from .read import in_message, joins
from .words import FINISH

_DELTAS = {"function": "function_call_arguments", "custom": "custom_tool_call_input"}


@dataclass(slots=True)
class _Message:
    """A message on its way out. `last` is its last part, as it began or as it ended; `ready`: it has ended; `done`:
    it is out, and nothing can join it."""

    index: int
    item: Json
    last: Any
    ready: bool = False
    done: bool = False


class HomeWriter:
    """What began as one item of the wire becomes one again: content parts in a row, by the rule of the reader."""

    def __init__(self) -> None:
        self._number = 0
        self._response = Response("")
        self._items: list[Any] = []  # None until an item is done
        self._parts: dict[int, tuple[Any, int, int]] = {}  # part, output index, content index
        self._messages: dict[int, _Message] = {}  # those that are not done, by output index
        self._current: _Message | None = None  # the one that the last part to begin stands in
        self._texts: dict[int, list[str]] = {}  # of the parts of messages: what was said of them
        self._logprobs: list[Any] = []
        self._end: Json = {}
        self._late: Json = {}
        self._finish: Finish | None = None

    def send(self, event: Event) -> bytes:
        """The bytes of `event`."""
        if isinstance(event, PartStart):
            return self._start(event)
        if isinstance(event, PartDelta):
            return self._flush() + self._piece(event)
        if isinstance(event, PartEnd):
            return self._flush() + self._part_end(event)
        if isinstance(event, Extra) and event.where == "logprobs":
            self._logprobs = event.values["content"]
            return b""
        out = self._flush()
        if isinstance(event, Start):
            self._response = event.response
            response = {"status": "in_progress", "output": [], **home_envelope(event.response)}
            give_back(response, event.response.extra)
            return out + self._say("response.created", response=response)
        if isinstance(event, CandidateStart):
            return out
        if isinstance(event, UsageReport):
            self._end["usage"] = event.usage.reported
        elif isinstance(event, Update):
            self._end |= {"created_at" if k == "created" else k: v for k, v in event.values.items()}
        elif isinstance(event, Finish):
            self._finish = event
        elif isinstance(event, Extra):
            if not event.late:
                return out + self._say("keepalive", **event.values)
            self._late = event.values
        elif isinstance(event, Failure):
            return out + self._failure(event)
        elif isinstance(event, Transport):
            if event.kind == "comment":
                return out + f":{event.text}\n\n".encode()
            values = dict(event.values or {"type": "keepalive"})
            kind = values.pop("type", None)
            return out + (self._say(kind, **values) if type(kind) is str else sse(dumps(event.values)))
        elif isinstance(event, End):
            return out + self._terminal()
        return out

    def _say(self, kind: str, /, **body: Any) -> bytes:
        number, self._number = self._number, self._number + 1
        return sse(dumps({**body, "type": kind, "sequence_number": number}), kind)

    def _failure(self, event: Failure) -> bytes:
        spelling = event.error.spelling or {}
        if spelling.get("form") == "cut":
            return b""  # what came without an end leaves without one
        body = home_error(event.error)
        if spelling.get("event") == "response.failed":
            return self._say("response.failed", response=body)
        kind = body.get("type")
        return self._say(kind, **body) if type(kind) is str else sse(dumps(body))

    def _terminal(self) -> bytes:
        response = home_envelope(self._response)
        give_back(response, self._response.extra)
        response.update(self._late)
        response["output"] = [item for item in self._items if item is not None]
        if self._logprobs:
            self._last_logprobs(response["output"])
        response.update(self._end)
        if self._finish is not None:
            ended = home_finish(self._finish)
            if "incomplete_details" in ended:
                ended["incomplete_details"] |= self._late.get("incomplete_details") or {}
            response.update(ended)
        if "status" in self._late:
            response["status"] = self._late["status"]
        word = (self._finish.spelling or {}).get("finish") if self._finish is not None else None
        word = word or FINISH.write.get((self._finish.finish_reason if self._finish is not None else None) or "", "")
        kind = "incomplete" if word.startswith("incomplete") else "completed"
        return self._say(f"response.{kind}", response=response)

    def _last_logprobs(self, output: list[Json]) -> None:
        """Log probabilities that came when the texts were over, on the texts of the whole response."""
        texts = [
            p for item in output if item["type"] == "message" for p in item["content"] if p["type"] == "output_text"
        ]
        counts = (self._finish.spelling or {}).get("logprobs") if self._finish is not None else None
        rest = list(self._logprobs)
        for text, count in zip(texts, counts or [len(rest)], strict=False):
            if count:
                text["logprobs"], rest = rest[:count], rest[count:]

    # parts

    def _start(self, event: PartStart) -> bytes:
        part = event.part
        inside = in_message(part)
        message = self._joined(part) if inside else None
        if message is not None:
            self._current, message.last, message.ready = message, part, False
            out = b""
        else:
            out = self._flush()
            index = len(self._items)
            item = home_item(part, set()) if not inside else self._shell(part)
            if isinstance(part, ToolCall) and part.arguments is None:
                item = {**item, "input" if part.kind == "custom" else "arguments": ""}
            out += self._say("response.output_item.added", output_index=index, item=item)
            self._items.append(None)
            message = self._current = _Message(index, {**item, "content": []}, part) if inside else None
            if message is not None:
                self._messages[index] = message
        if message is None:
            self._parts[event.index] = (part, len(self._items) - 1, 0)
            return out
        self._parts[event.index] = (part, message.index, len(message.item["content"]))
        if not is_absent(part):
            message.item["content"].append(None)
            said = home_part(part, "assistant")
            out += self._say("response.content_part.added", **self._spot(event.index), part=said)
        return out

    def _joined(self, part: Any) -> _Message | None:
        """The message that a content part is of: the last one, or one that stayed open while another item came."""
        current = self._current
        if current is not None:
            return current if joins(current.last, part) else None
        waiting = (m for m in self._messages.values() if not m.done and not m.ready and joins(m.last, part))
        return next(waiting, None)

    def _shell(self, part: Any) -> Json:
        out: Json = {"type": "message", "role": "assistant", "content": []}
        about(out, part.item)
        phase = (part.spelling or {}).get("phase")
        return out if phase is None else {**out, "phase": phase}

    def _spot(self, index: int) -> Json:
        part, output, content = self._parts[index]
        item = getattr(part, "item", None) or Item()
        body: Json = {"output_index": output}
        if item.id is not None:
            body["item_id"] = item.id
        return body | ({"content_index": content} if in_message(part) else {})

    def _piece(self, event: PartDelta) -> bytes:
        part = self._parts[event.index][0]
        spot = self._spot(event.index)
        if event.field == "citation":
            value = event.value.value["value"] if event.value.kind == "other" else event.value.value
            return self._say("response.output_text.annotation.added", **spot, annotation=value)
        if event.field not in ("text", "arguments", "input"):
            return b""  # what only the item's `done` says
        if isinstance(part, Reasoning):
            return self._say("response.reasoning_summary_text.delta", **spot, summary_index=0, delta=event.value)
        if in_message(part):
            self._texts.setdefault(event.index, []).append(event.value)
        name = {Text: "output_text", Refusal: "refusal"}.get(type(part), "")
        if isinstance(part, ToolCall):
            name = _DELTAS[part.kind]
        elif isinstance(part, ServerTool):
            name = "code_interpreter_call_code" if part.type == "code_interpreter_call" else "mcp_call_arguments"
        return self._say(f"response.{name}.delta", **spot, delta=event.value)

    def _part_end(self, event: PartEnd) -> bytes:
        part, output, content = self._parts[event.index]
        if not in_message(part):
            if event.part is None:
                return b""
            self._items[output] = home_item(event.part, set())
            return self._say("response.output_item.done", output_index=output, item=self._items[output])
        probabilities, self._logprobs = self._logprobs, []
        texts = self._texts.pop(event.index, [])
        if event.part is None:
            if not is_absent(part):
                if isinstance(part, (Text, Refusal)):
                    part = replace(part, text="".join([part.text, *texts]))
                self._messages[output].item["content"][content] = home_part(part, "assistant")
            if probabilities:
                spot = self._spot(event.index)
                return self._say("response.output_text.delta", **spot, delta="", logprobs=probabilities)
            return b""
        message = self._messages[output]
        message.last, message.ready = event.part, True
        out = b""
        if not is_absent(event.part):
            said = home_part(event.part, "assistant")
            if probabilities:
                said["logprobs"] = probabilities
            out = self._say("response.content_part.done", **self._spot(event.index), part=said)
            message.item["content"][content] = said
        return out if message is self._current else out + self._done(message)

    def _flush(self) -> bytes:
        """The end of a message, once nothing can join it."""
        message = self._current
        if message is None or not message.ready:
            return b""
        self._current = None
        return self._done(message)

    def _done(self, message: _Message) -> bytes:
        item, message.done = message.item, True
        about(item, message.last.item)
        give_back(item, message.last.item.extra)
        item["content"] = [part or {"type": "output_text", "text": ""} for part in item["content"]]
        self._items[message.index] = item
        return self._say("response.output_item.done", output_index=message.index, item=item)
