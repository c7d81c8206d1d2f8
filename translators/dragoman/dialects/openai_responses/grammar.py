"""OpenAI Responses: the grammar of the stream. Items, which open and close once, with their parts inside.

Every done event says again what the deltas before it have built, so that one can be held against the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from ...rules import (
    COMMON,
    SAME,
    Breaks,
    Constant,
    Finding,
    Grammar,
    Named,
    Rule,
    Seen,
    Step,
    Table,
    Watch,
    inside,
    objects,
    whole,
    word,
)

_LIFE = ("created", "queued", "in_progress", "completed", "incomplete", "failed")
_TERMINAL = ("completed", "incomplete", "failed")
_FINAL: dict[str, str | Breaks] = {
    "completed": "ended",
    "incomplete": "ended",
    "failed": "failed",
    "error": "failing",
    "other": SAME,
}

# item type -> the events of its body, in their order; any may be left out, deltas and pictures may come again.
_BODIES: dict[str, tuple[str, ...]] = {
    "function_call": ("function_call_arguments.delta", "function_call_arguments.done"),
    "custom_tool_call": ("custom_tool_call_input.delta", "custom_tool_call_input.done"),
    "mcp_call": (
        "mcp_call.in_progress",
        "mcp_call_arguments.delta",
        "mcp_call_arguments.done",
        "mcp_call.completed",
        "mcp_call.failed",
    ),
    "mcp_list_tools": ("mcp_list_tools.in_progress", "mcp_list_tools.completed", "mcp_list_tools.failed"),
    "web_search_call": ("web_search_call.in_progress", "web_search_call.searching", "web_search_call.completed"),
    "file_search_call": ("file_search_call.in_progress", "file_search_call.searching", "file_search_call.completed"),
    "code_interpreter_call": (
        "code_interpreter_call.in_progress",
        "code_interpreter_call_code.delta",
        "code_interpreter_call_code.done",
        "code_interpreter_call.interpreting",
        "code_interpreter_call.completed",
    ),
    "image_generation_call": (
        "image_generation_call.in_progress",
        "image_generation_call.generating",
        "image_generation_call.partial_image",
        "image_generation_call.completed",
    ),
    "compaction": ("compaction.compacting",),
}
_EVENTS = frozenset(event for body in _BODIES.values() for event in body)


def _item_rows() -> dict[str, dict[str, str | Breaks]]:
    """The rows of the table of items: one state for every event of a body that has come."""
    rows: dict[str, dict[str, str | Breaks]] = {
        "absent": {f"added {kind}": kind for kind in ("message", "reasoning", *_BODIES, "other")},
        "message": {"part": SAME, "other": SAME, "item.done": "done"},
        "reasoning": {"part": SAME, "summary": SAME, "other": SAME, "item.done": "done"},
        "other": {**dict.fromkeys((*sorted(_EVENTS), "part", "summary", "other"), SAME), "item.done": "done"},
    }
    for kind, body in _BODIES.items():
        states = (kind, *body)
        for i, state in enumerate(states):
            again = {state: SAME} if state.endswith((".delta", ".partial_image")) else {}
            later: dict[str, str | Breaks] = {event: event for event in states[i + 1 :]}
            if state.endswith(".completed"):
                later = {}  # "(completed|failed)"
            ends: str | Breaks = "done"
            if state.endswith(".delta"):
                ends = Breaks("text.told", "done")
            rows[state] = {**again, **later, "other": SAME, "item.done": ends}
    rows["mcp_call_arguments.delta"]["mcp_call.in_progress"] = SAME  # recorded once, between deltas
    return {**rows, "done": {}}


# part type -> the head of the names of its events
_PARTS = {"output_text": "output_text", "refusal": "refusal", "reasoning_text": "reasoning_text"}


def _part_rows() -> dict[str, dict[str, str | Breaks]]:
    """The rows of the table of content parts: deltas, then their whole, then the end of the part."""
    rows: dict[str, dict[str, str | Breaks]] = {
        "absent": {f"added {kind}": kind for kind in (*_PARTS, "other")},
        "other": {"part.done": "done"},
    }
    for kind, head in _PARTS.items():
        cite: dict[str, str | Breaks] = {"annotation": SAME} if kind == "output_text" else {}
        delta, told = f"{head}.delta", f"{head}.done"
        rows[kind] = {delta: SAME, told: told, **cite, "part.done": Breaks("text.told", "done")}
        rows[told] = {**cite, "part.done": "done"}
        rows["other"] |= {delta: SAME, told: SAME, **cite}
    return {**rows, "done": {}}


TABLES = {
    "stream": Table(
        {
            "before": {"created": "created", "error": "failing", "other": SAME},
            "created": {
                "queued": "queued",
                "in_progress": "running",
                "item": Breaks("stream.in_progress", "running"),
                **_FINAL,
            },
            "queued": {"in_progress": "running", **_FINAL},
            "running": {"item": SAME, **_FINAL},
            "failing": {"failed": "failed", "[DONE]": SAME},
            "ended": {"[DONE]": SAME},
            "failed": {"[DONE]": SAME},
        },
        rule="stream.order",
        left=dict.fromkeys(("before", "created", "queued", "running"), "stream.complete"),
    ),
    "item": Table(
        _item_rows(),
        rule="item.order",
        left=dict.fromkeys([s for s in _item_rows() if s not in ("absent", "done")], "item.done"),
        dense="item.index",
    ),
    "part": Table(
        _part_rows(),
        rule="part.order",
        left=dict.fromkeys([s for s in _part_rows() if s not in ("absent", "done")], "part.done"),
        dense="part.index",
    ),
    "summary": Table(
        {
            "absent": {"added": "open"},
            "open": {"delta": SAME, "told": "told", "part.done": Breaks("text.told", "done")},
            "told": {"part.done": "done"},
            "done": {},
        },
        rule="part.order",
        left=dict.fromkeys(("open", "told"), "part.done"),
        dense="part.index",
    ),
    "command": Table(
        {
            "absent": {"added": "open"},
            "open": {"delta": SAME, "told": "told"},
            "told": {},
        },
        rule="part.order",
        left={"open": "part.done"},
        dense="part.index",
    ),
}
_SUMMARY = {
    "reasoning_summary_part.added": "added",
    "reasoning_summary_text.delta": "delta",
    "reasoning_summary_text.done": "told",
    "reasoning_summary_part.done": "part.done",
}
_COMMAND = {
    "shell_call_command.added": "added",
    "shell_call_command.delta": "delta",
    "shell_call_command.done": "told",
}
_SPOKEN = frozenset(f"{head}.{end}" for head in _PARTS.values() for end in ("delta", "done"))


def name_of(seen: Seen) -> str:
    """The name of an event without its prefix; Open Responses has other names for two."""
    name = word(seen.data.get("type")).removeprefix("response.")
    return f"reasoning_text.{name[10:]}" if name in ("reasoning.delta", "reasoning.done") else name


def steps(seen: Seen) -> Iterator[Step]:
    """What one event says of the stream, of an item and of a part of it."""
    if seen.mark:
        yield Step("stream", (), "[DONE]")
        return
    data, name = seen.data, name_of(seen)
    if name in _LIFE or name == "error" or (not name and data.get("error")):
        yield Step("stream", (), name or "error", "/type")
        return
    if "output_index" not in data:
        yield Step("stream", (), "other", "/type")
        return
    yield Step("stream", (), "item", "/type")
    item = (whole(data.get("output_index")),)
    if name == "output_item.added":
        kind = word(inside(data.get("item")).get("type"))
        known = kind in TABLES["item"].moves and kind not in ("absent", "done")
        yield Step("item", item, f"added {kind if known else 'other'}", "/output_index")
    elif name == "output_item.done":
        yield Step("item", item, "item.done", "/output_index")
    elif name in _EVENTS:
        yield Step("item", item, name, "/output_index")
    elif name in _SUMMARY:
        yield Step("item", item, "summary", "/output_index")
        yield Step("summary", (*item, whole(data.get("summary_index"))), _SUMMARY[name], "/summary_index")
    elif name in _COMMAND:
        yield Step("item", item, "other", "/output_index")
        yield Step("command", (*item, whole(data.get("command_index"))), _COMMAND[name], "/command_index")
    elif said := _part_word(name, data):
        yield Step("item", item, "part", "/output_index")
        yield Step("part", (*item, whole(data.get("content_index"))), said, "/content_index")
    else:
        yield Step("item", item, "other", "/output_index")


def _part_word(name: str, data: dict[str, Any]) -> str:
    """The word for an event of a content part; empty for any other event."""
    if name == "content_part.added":
        kind = word(inside(data.get("part")).get("type"))
        return f"added {kind if kind in _PARTS else 'other'}"
    if name == "content_part.done":
        return "part.done"
    if name == "output_text.annotation.added":
        return "annotation"
    return name if name in _SPOKEN else ""


class Numbered(Watch):
    """`sequence_number` counts the events from 0."""

    def __init__(self) -> None:
        self.next = 0

    def see(self, seen: Seen) -> Iterator[Finding]:
        if seen.mark:
            return
        number = whole(seen.data.get("sequence_number"))
        if number != self.next:
            yield Finding("/sequence_number", str(self.next), "none" if number is None else "another number")
        self.next = (self.next if number is None else number) + 1


class Status(Watch):
    """The response of a terminal event has the status that the event is named for."""

    def see(self, seen: Seen) -> Iterator[Finding]:
        name = name_of(seen)
        if name in _TERMINAL and inside(seen.data.get("response")).get("status") != name:
            yield Finding("/response/status", name, "another status")


class Items(Watch):
    """Events name the item that was opened under their `output_index`: its id, and in its end its type."""

    def __init__(self) -> None:
        self.open: dict[Any, tuple[Any, Any]] = {}

    def see(self, seen: Seen) -> Iterator[Finding]:
        data, name = seen.data, name_of(seen)
        index = whole(data.get("output_index"))
        item = inside(data.get("item"))
        if name == "output_item.added":
            self.open[index] = item.get("id"), item.get("type")
            return
        identity, kind = self.open.get(index, (None, None))
        if name == "output_item.done":
            self.open.pop(index, None)
            if identity is not None and item and item.get("id") != identity:
                yield Finding("/item/id", "the id that it was opened with", "another id")
            if kind is not None and item and item.get("type") != kind:
                yield Finding("/item/type", "the type that it was opened with", "another type")
        elif "item_id" in data and identity is not None and data["item_id"] != identity:
            yield Finding("/item_id", "the id of the item", "another id")


class Calls(Watch):
    """No two calls have one id."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def see(self, seen: Seen) -> Iterator[Finding]:
        item = inside(seen.data.get("item"))
        call = word(item.get("call_id"))
        if name_of(seen) == "output_item.added" and call and item.get("type") in ("function_call", "custom_tool_call"):
            if call in self.known:
                yield Finding("/item/call_id", "an id of its own", "the id of another call")
            self.known.add(call)


class _Text:
    """What deltas have built, as a digest: its length does not matter to us."""

    def __init__(self) -> None:
        self.digest = blake2b(digest_size=16)

    def add(self, text: Any) -> None:
        # In units of UTF-16: a delta may end inside a character.
        self.digest.update(word(text).encode("utf-16-le", "surrogatepass"))

    def is_in(self, text: Any) -> bool:
        other = _Text()
        other.add(text)
        return type(text) is str and other.digest.digest() == self.digest.digest()


# event that says the whole -> (head of its deltas, where the text stands)
_WHOLE = {
    "output_text.done": "text",
    "refusal.done": "refusal",
    "reasoning_text.done": "text",
    "reasoning_summary_text.done": "text",
    "function_call_arguments.done": "arguments",
    "custom_tool_call_input.done": "input",
    "mcp_call_arguments.done": "arguments",
    "code_interpreter_call_code.done": "code",
    "shell_call_command.done": "command",
}
_DELTAS = frozenset(f"{name.removesuffix('.done')}.delta" for name in _WHOLE)
_ITEM_TEXT = {"function_call": "arguments", "custom_tool_call": "input", "mcp_call": "arguments"}


class Repeated(Watch):
    """Done events, of texts, parts and items, say what the deltas have built."""

    def __init__(self) -> None:
        self.texts: dict[tuple[Any, str, Any], _Text] = {}  # (item, list or field, index in it) -> text

    def see(self, seen: Seen) -> Iterator[Finding]:
        data, name = seen.data, name_of(seen)
        place = self.place(data)
        if name in _DELTAS:
            self.texts.setdefault(place, _Text()).add(data.get("delta"))
        elif name in _WHOLE:
            field = _WHOLE[name]
            if not self.texts.get(place, _Text()).is_in(data.get(field)):
                yield Finding(f"/{field}", "what the deltas said", "another text")
        elif name in ("content_part.done", "reasoning_summary_part.done"):
            yield from self.part(inside(data.get("part")), place, "/part")
        elif name == "output_item.done":
            item = inside(data.get("item"))
            for group in ("content", "summary"):
                for i, part in objects(item.get(group)):
                    yield from self.part(part, (place[0], group, i), f"/item/{group}/{i}")
            field = _ITEM_TEXT.get(word(item.get("type")), "")
            text = self.texts.get((place[0], "", None))
            if field and text is not None and not text.is_in(item.get(field)):
                yield Finding(f"/item/{field}", "what the deltas said", "another text")
            self.texts = {key: text for key, text in self.texts.items() if key[0] != place[0]}

    def place(self, data: dict[str, Any]) -> tuple[Any, str, Any]:
        item = whole(data.get("output_index"))
        for group in ("content", "summary", "command"):
            if f"{group}_index" in data:
                return item, group, whole(data[f"{group}_index"])
        return item, "", None

    def part(self, part: dict[str, Any], place: tuple[Any, str, Any], at: str) -> Iterator[Finding]:
        field = "refusal" if part.get("type") == "refusal" else "text"
        if place in self.texts and not self.texts[place].is_in(part.get(field)):
            yield Finding(f"{at}/{field}", "what the deltas said", "another text")


class Output(Watch):
    """The terminal event has the items that were streamed, in their order: the same types, and the same ids."""

    def __init__(self) -> None:
        self.done: dict[int, tuple[Any, Any]] = {}

    def see(self, seen: Seen) -> Iterator[Finding]:
        data, name = seen.data, name_of(seen)
        index = whole(data.get("output_index"))
        item = inside(data.get("item"))
        if name == "output_item.done" and index is not None and item:
            self.done[index] = item.get("type"), item.get("id")
        elif name in ("completed", "incomplete"):
            output = [(i.get("type"), i.get("id")) for _, i in objects(inside(data.get("response")).get("output"))]
            if output != [self.done[i] for i in sorted(self.done)]:
                yield Finding("/response/output", "the items that were streamed", "others")


def _identity(seen: Seen) -> dict[str, Any]:
    response = inside(seen.data.get("response"))
    return {"/response/id": response["id"]} if name_of(seen) in _LIFE and "id" in response else {}


RULES = (
    *COMMON,
    Rule(
        "event.name",
        "the SSE name of every record is the `type` of its data",
        'spec/OPENAI.md 2.7: "`event:` is decorative, but Open Responses says it MUST match"; 3 recorded without',
        "should",
        watch=Named,
    ),
    Rule(
        "sequence.dense",
        "`sequence_number` counts the events of the stream from 0",
        'spec/OPENAI.md 2.7: "`sequence_number` (0-based, +1 each, whole stream)"; spec/TRAFFIC.md 8.1',
        "should",
        watch=Numbered,
    ),
    Rule(
        "stream.order",
        "the response is created, then in progress; items; one terminal event, and nothing behind it",
        'spec/OPENAI.md 2.7: "stream := created (queued)? in_progress item* terminal"; "exactly one; nothing after"',
    ),
    Rule(
        "stream.in_progress",
        "`response.in_progress` comes before the first item",
        'spec/OPENAI.md 2.7: "created (queued)? in_progress item*"; accumulators: "`in_progress` missing: ok"',
        "should",
    ),
    Rule(
        "stream.complete",
        "a stream ends with its terminal event, or with an error",
        'spec/OPENAI.md 2.7: "terminal := response.completed | response.incomplete | response.failed | error"',
    ),
    Rule(
        "response.id",
        "all snapshots of the response have one id",
        'spec/OPENAI.md 2.7: "RuntimeError "Lifecycle response identity changed.""',
        watch=lambda: Constant(_identity),
    ),
    Rule(
        "response.status",
        "the terminal event is named for the status of its response",
        'spec/OPENAI.md 2.7: "Terminal event also carries `usage` and final `status`"',
        watch=Status,
    ),
    Rule(
        "response.output",
        "the terminal event repeats the items that were streamed, with their types and ids",
        'spec/OPENAI.md 2.7: "the terminal `response.output` repeats everything"; spec/TRAFFIC.md 8.1: [] in 12',
        "should",
        watch=Output,
    ),
    Rule(
        "item.index",
        "items are numbered 0, 1, 2 in the order in which they are added",
        'spec/OPENAI.md 2.7: "output_index assigned in order of .added"; accumulators: "gap: ok"',
        "should",
    ),
    Rule(
        "item.order",
        "an item is added once, has the events of its type in their order, and is done once",
        'spec/OPENAI.md 2.7: "item := output_item.added body output_item.done", and the bodies below it',
    ),
    Rule(
        "item.done",
        "every item is done, unless the response failed",
        'spec/OPENAI.md 2.7: "Cannot complete response with unfinished output items."',
    ),
    Rule(
        "item.same",
        "events name the item that was added under their index: its id, and its type where it is done",
        'spec/OPENAI.md 2.7: "item id differs added→done (message): RuntimeError"',
        watch=Items,
    ),
    Rule(
        "call.id",
        "no two calls have one `call_id`",
        'spec/OPENAI.md 2.7: "two function_calls with the same call_id: RuntimeError"',
        watch=Calls,
    ),
    Rule(
        "part.index",
        "parts of an item are numbered 0, 1, 2 in the order in which they are added",
        'spec/OPENAI.md 2.7: "content_index 0,1,…"; accumulators: "`content_index` gap: IndexError"',
    ),
    Rule(
        "part.order",
        "a part is added once, has deltas of its kind, then their whole, and is done once",
        'spec/OPENAI.md 2.7: "content_part.added (output_text.delta* annotation.added* output_text.done | …)"',
    ),
    Rule(
        "part.done",
        "every part is done, unless the response failed",
        'spec/OPENAI.md 2.7: "content_part.added … content_part.done"',
    ),
    Rule(
        "text.told",
        "deltas are followed by the event that says the whole of them",
        'spec/OPENAI.md 2.7: "output_text.delta* … output_text.done", and so for every text',
    ),
    Rule(
        "text.repeated",
        "done events, of texts, parts and items, say what the deltas have built",
        'spec/OPENAI.md 2.7: "`*.done` repeats the whole text": "treat deltas as truth, `.done` as check"',
        watch=Repeated,
    ),
)
GRAMMAR = Grammar(TABLES, RULES, steps, failed=("failing", "failed"), mark=b"[DONE]")
