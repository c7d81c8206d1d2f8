"""Stream grammars: the tables hold together, every rule can be broken by itself, and what we write breaks none.

The streams below are written by hand, one a rule, and break that rule and no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dragoman
from dragoman import laws, registry
from dragoman.errors import Fault, UnknownDialect
from dragoman.grammar import Checker, StreamFault, check_stream
from dragoman.rules import Breaks, Rule, Table
from tests import corpus, fixtures
from tests.reference.common import Json
from tests.wire import (
    CHAT,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    THINKING,
    begin,
    block,
    call_block,
    call_chunk,
    chunk,
    end,
    text,
    text_block,
)

DIALECTS = dragoman.dialects()
NAMED = (MESSAGES, RESPONSES)  # whose records have SSE names
DONE = "[DONE]"
by_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def stream(dialect: str, frames: list[Any]) -> bytes:
    """SSE: an object is a record, a string the data of one, bytes are what they are."""
    out = []
    for frame in frames:
        name = f"event: {frame['type']}\n" if dialect in NAMED and isinstance(frame, dict) and "type" in frame else ""
        data = frame if isinstance(frame, str) else "" if isinstance(frame, bytes) else text(frame)
        out.append(frame if isinstance(frame, bytes) else f"{name}data: {data}\n\n".encode())
    return b"".join(out)


# --- Messages ----------------------------------------------------------------------------------------------

STOP = end("end_turn")
SIGNED = {"type": "signature_delta", "signature": "c2ln"}
THOUGHT = {"type": "thinking_delta", "thinking": "hm"}
THINKS: Json = {"type": "thinking", "thinking": "", "signature": ""}
PING: Json = {"type": "ping"}
ERROR: Json = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}


def started(**message: Any) -> Json:
    whole = begin()
    return {**whole, "message": {**whole["message"], **message}}


MESSAGES_GOOD: list[Any] = [
    PING,
    begin(),
    *block(0, THINKS, THOUGHT, THOUGHT, SIGNED),
    PING,
    *text_block(1, "Hel", "lo"),
    *call_block(2, "toolu_1", "f", "", "{}"),
    {"type": "an_event_to_come"},
    *STOP,
]
MESSAGES_BROKEN: dict[str, list[Any]] = {
    "frame.record": [*MESSAGES_GOOD[:2], b'{"type":"ping"}\n\n', *MESSAGES_GOOD[2:]],
    "frame.json": [begin(), "nonsense", *STOP],
    "event.name": [begin(), b'data: {"type":"ping"}\n\n', *STOP],
    "stream.order": [*MESSAGES_GOOD, PING],
    "stream.complete": MESSAGES_GOOD[:-1],
    "stream.mark": [*MESSAGES_GOOD, DONE],
    "message.empty": [started(content=[{"type": "text", "text": "Hi"}]), *STOP],
    "message.reason": [begin(), *end("")],
    "block.index": [begin(), *text_block(1, "Hi"), *STOP],
    "block.order": [begin(), *block(0, {"type": "text", "text": ""}, THOUGHT), *STOP],
    "block.signature": [begin(), *block(0, THINKS, SIGNED, THOUGHT), *STOP],
}

# --- Chat --------------------------------------------------------------------------------------------------

ROLE: Json = {"role": "assistant", "content": ""}
USAGE: Json = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
COUNTED: Json = {**chunk({}), "choices": [], "usage": USAGE}
NOTE: Json = {"type": "url_citation", "url_citation": {"url": "https://example.org"}}
CHAT_ERROR: Json = {"error": {"message": "busy", "type": "server_error", "param": None, "code": None}}


def chat(*body: Any, finish: str = "stop", tail: tuple[Any, ...] = (COUNTED, DONE)) -> list[Any]:
    """A stream of one choice, with a body and a tail."""
    return [chunk(ROLE), *body, chunk({}, finish), *tail]


CHAT_GOOD = chat(
    chunk({"content": "Hi"}),
    chunk(ROLE, index=1),
    call_chunk(0, "", "call_1", "f"),
    call_chunk(1, "", "call_2", "g"),
    call_chunk(0, "{}"),
    chunk({}, "stop", 1),
    finish="tool_calls",
)
CHAT_BROKEN: dict[str, list[Any]] = {
    "frame.record": [*CHAT_GOOD[:2], b'{"object":"chat.completion.chunk"}\n\n', *CHAT_GOOD[2:]],
    "frame.json": [b"event: ping\n\n", *CHAT_GOOD],
    "stream.order": [*CHAT_GOOD, COUNTED],
    "stream.begun": [DONE],
    "stream.mark": CHAT_GOOD[:-1],
    "error.last": [chunk(ROLE), CHAT_ERROR, DONE],
    "usage.last": [*CHAT_GOOD[:-1], {**chunk({}), "choices": []}, DONE],
    "usage.apart": chat({**chunk({"content": "Hi"}), "usage": USAGE}),
    "envelope.constant": chat({**chunk({"content": "Hi"}), "created": 2}),
    "choice.finished": [chunk(ROLE), chunk({"content": "Hi"}), COUNTED, DONE],
    "choice.index": [chunk(ROLE, index=1), chunk({}, "stop", 1), DONE],
    "role.first": [chunk({"content": "Hi"}), chunk({}, "stop"), DONE],
    "role.once": chat(chunk({"role": "assistant", "content": "Hi"})),
    "finish.once": chat(tail=(chunk({}, "stop"), DONE)),
    "finish.last": chat(tail=(chunk({"content": "more"}), DONE)),
    "call.opened": chat(call_chunk(0, "{}")),
    "call.whole": chat(chunk({"tool_calls": [{"index": 0, "id": "call_1", "function": {"name": "f"}}]})),
    "call.once": chat(call_chunk(0, "", "call_1", "f"), call_chunk(0, "{}", "call_1")),
    "call.index": chat(call_chunk(1, "{}", "call_1", "f")),
    "list.index": chat(chunk({"annotations": [NOTE]}), chunk({"annotations": [NOTE]})),
}

# --- Completions -------------------------------------------------------------------------------------------


def piece(said: str, finish: str | None = None, index: int = 0, **top: Any) -> Json:
    choice = {"index": index, "text": said, "logprobs": None, "finish_reason": finish}
    return {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "choices": [choice], **top}


COUNTED_TEXT: Json = piece("", choices=[], usage=USAGE)
COMPLETIONS_GOOD: list[Any] = [
    piece("Hi", index=1),
    piece("Hi"),
    piece("", "stop", 1),
    piece("", "length"),
    COUNTED_TEXT,
    DONE,
]
COMPLETIONS_BROKEN: dict[str, list[Any]] = {
    "frame.record": [b'{"busy":true}\n\n', *COMPLETIONS_GOOD],
    "frame.json": ["[]", *COMPLETIONS_GOOD],
    "stream.order": [*COMPLETIONS_GOOD, DONE],
    "stream.begun": [],
    "stream.mark": COMPLETIONS_GOOD[:-1],
    "error.last": [piece("Hi"), CHAT_ERROR, DONE],
    "usage.last": [piece("", "stop"), COUNTED_TEXT, COUNTED_TEXT, DONE],
    "usage.apart": [piece("Hi", "stop", usage=USAGE), DONE],
    "envelope.constant": [piece("Hi"), piece("", "stop", id="cmpl-2"), DONE],
    "choice.finished": [piece("Hi"), DONE],
    "finish.once": [piece("Hi", "stop"), piece("", "stop"), DONE],
    "finish.last": [piece("Hi", "stop"), piece("more"), DONE],
}

# --- Gemini ------------------------------------------------------------------------------------------------


def said(*parts: Json, finish: str | None = None, index: int = 0, **top: Any) -> Json:
    candidate: Json = {"content": {"role": "model", "parts": list(parts)}, "index": index}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "responseId": "r", "modelVersion": "m", **top}


def called(**call: Any) -> Json:
    return {"functionCall": call}


HI: Json = {"text": "Hi"}
CODE: Json = {"executableCode": {"language": "PYTHON", "code": "1"}}
RESULT: Json = {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}
PIECE: Json = {"jsonPath": "$.a", "stringValue": "x"}
BLOCKED: Json = {"promptFeedback": {"blockReason": "SAFETY"}, "responseId": "r"}
GOOGLE_ERROR: Json = {"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}
GEMINI_GOOD: list[Any] = [
    said({"text": "hm", "thought": True}),
    said(CODE, RESULT, HI),
    said(HI, index=1),
    said(called(name="f", args={})),
    said(called(name="g", willContinue=True)),
    said(called(partialArgs=[PIECE], willContinue=True)),
    said(called()),
    {"usageMetadata": {"totalTokenCount": 3}, "responseId": "r"},
    said(finish="STOP", index=1),
    said({"text": "", "thoughtSignature": "c2ln"}, finish="STOP"),
    said({"text": ""}),
]
GEMINI_BROKEN: dict[str, list[Any]] = {
    "frame.record": [b'{"error":{"code":503}}\n\n'],
    "frame.json": [said(HI, finish="STOP"), DONE],
    "frame.plain": [b": still here\n\n", said(HI, finish="STOP")],
    "stream.order": [GOOGLE_ERROR, GOOGLE_ERROR],
    "stream.begun": [{"usageMetadata": {"totalTokenCount": 3}}],
    "error.first": [{"responseId": "r", **GOOGLE_ERROR}],
    "envelope.constant": [said(HI), said(HI, finish="STOP", responseId="s")],
    "candidate.finished": [said(HI)],
    "candidate.index": [said(HI, finish="STOP", index=1)],
    "finish.once": [said(HI, finish="STOP"), said(finish="STOP")],
    "finish.last": [said(HI, finish="STOP"), said(HI)],
    "part.some": [said(HI, {}, finish="STOP")],
    "call.opened": [said(called(partialArgs=[PIECE]), finish="STOP")],
    "code.result": [said(RESULT, finish="STOP")],
}

# --- Responses ---------------------------------------------------------------------------------------------


class Answer:
    """Events of a Responses stream, numbered; every method adds some and gives the answer back."""

    def __init__(self, *, progress: bool = True) -> None:
        self.frames: list[Any] = []
        self.output: list[Json] = []
        self.say("created", response=self.response("in_progress"))
        if progress:
            self.say("in_progress", response=self.response("in_progress"))

    def response(self, status: str) -> Json:
        return {"id": "resp_1", "object": "response", "status": status, "output": [dict(i) for i in self.output]}

    def say(self, kind: str, **body: Any) -> Answer:
        name = kind if kind in ("error", "keepalive") else f"response.{kind}"
        self.frames.append({"type": name, "sequence_number": len(self.frames), **body})
        return self

    def add(self, index: int = -1, **item: Any) -> Answer:
        """An item opens; what comes next is its own."""
        self.item, self.index = item, len(self.output) if index < 0 else index
        return self.say("output_item.added", output_index=self.index, item=item)

    def of(self, kind: str, **body: Any) -> Answer:
        return self.say(kind, **{"item_id": self.item["id"], "output_index": self.index, **body})

    def done(self, **more: Any) -> Answer:
        self.output.append(self.item | more)
        return self.say("output_item.done", output_index=self.index, item=self.item | more)

    def message(self, *texts: str, index: int = -1) -> Answer:
        """A whole message, each text a part in two pieces."""
        self.add(index, **MESSAGE, id=f"msg_{len(self.output)}")
        for i, one in enumerate(texts):
            self.part(i, one)
        return self.done(content=[output_text(one) for one in texts])

    def part(self, i: int, one: str, *, told: bool = True, whole: str | None = None) -> Answer:
        place = {"content_index": i}
        self.of("content_part.added", **place, part=output_text(""))
        self.of("output_text.delta", **place, delta=one[:1])
        self.of("output_text.delta", **place, delta=one[1:])
        if told:
            self.of("output_text.done", **place, text=one if whole is None else whole)
        return self.of("content_part.done", **place, part=output_text(one))

    def call(self, identity: str = "call_1", arguments: str = "{}") -> Answer:
        item: Json = {"type": "function_call", "id": f"fc_{len(self.output)}", "call_id": identity, "name": "f"}
        self.add(**item | {"arguments": ""})
        self.of("function_call_arguments.delta", delta=arguments)
        self.of("function_call_arguments.done", arguments=arguments)
        return self.done(arguments=arguments)

    def end(self, kind: str = "completed", **more: Any) -> list[Any]:
        self.say(kind, response=self.response(kind) | more)
        return self.frames


MESSAGE: Json = {"type": "message", "role": "assistant", "content": []}


def output_text(one: str) -> Json:
    return {"type": "output_text", "text": one, "annotations": []}


def responses_good() -> list[Any]:
    a = Answer()
    a.add(type="reasoning", id="rs_1", summary=[])
    a.of("reasoning_summary_part.added", summary_index=0, part={"type": "summary_text", "text": ""})
    a.of("reasoning_summary_text.delta", summary_index=0, delta="hm")
    a.of("reasoning_summary_text.done", summary_index=0, text="hm")
    a.of("reasoning_summary_part.done", summary_index=0, part={"type": "summary_text", "text": "hm"})
    a.done(summary=[{"type": "summary_text", "text": "hm"}]).message("Hello", "there").say("keepalive").call()
    a.add(type="web_search_call", id="ws_1", status="in_progress")
    for step in ("in_progress", "searching", "completed"):
        a.of(f"web_search_call.{step}")
    a.done().add(type="shell_call", id="sh_1")
    for kind, body in (("added", {"command": ""}), ("delta", {"delta": "ls"}), ("done", {"command": "ls"})):
        a.say(f"shell_call_command.{kind}", output_index=a.index, command_index=0, **body)
    return [*a.done().end(), DONE]


RESPONSES_GOOD = responses_good()
RESPONSES_BROKEN: dict[str, list[Any]] = {
    "frame.record": [b'{"busy":true}\n\n', *RESPONSES_GOOD],
    "frame.json": ["null", *RESPONSES_GOOD],
    "event.name": [*Answer().end()[:-1], b"data: " + text(Answer().end()[-1]).encode() + b"\n\n"],
    "sequence.dense": [*Answer().end()[:-1], {**Answer().end()[-1], "sequence_number": 7}],
    "stream.order": [*Answer().end(), {**Answer().end()[-1], "sequence_number": 3}],
    "stream.in_progress": Answer(progress=False).message("Hi").end(),
    "stream.complete": Answer().message("Hi").frames,
    "response.id": Answer().end(id="resp_2"),
    "response.status": Answer().end(status="incomplete"),
    "response.output": Answer().message("Hi").end(output=[]),
    "item.index": Answer().message("Hi", index=1).end(),
    "item.order": Answer().add(type="mcp_list_tools", id="l").of("web_search_call.searching").done().end(),
    "item.done": Answer().add(**MESSAGE, id="msg_1").end(),
    "item.same": Answer().add(**MESSAGE, id="msg_1").done(id="msg_2").end(),
    "call.id": Answer().call().call().end(),
    "part.index": Answer().add(**MESSAGE, id="msg_1").part(1, "Hi").done().end(),
    "part.order": Answer().add(**MESSAGE, id="msg_1").of("output_text.delta", content_index=0, delta="Hi").done().end(),
    "part.done": Answer()
    .add(**MESSAGE, id="msg_1")
    .of("content_part.added", content_index=0, part=output_text(""))
    .done()
    .end(),
    "text.told": Answer().add(**MESSAGE, id="msg_1").part(0, "Hi", told=False).done().end(),
    "text.repeated": Answer().add(**MESSAGE, id="msg_1").part(0, "Hi", whole="Ho").done().end(),
}

GOOD: dict[str, list[Any]] = {
    CHAT: CHAT_GOOD,
    THINKING: CHAT_GOOD,
    RESPONSES: RESPONSES_GOOD,
    MESSAGES: MESSAGES_GOOD,
    COMPLETIONS: COMPLETIONS_GOOD,
    GEMINI: GEMINI_GOOD,
}
BROKEN: dict[str, dict[str, list[Any]]] = {
    CHAT: CHAT_BROKEN,
    THINKING: CHAT_BROKEN,
    RESPONSES: RESPONSES_BROKEN,
    MESSAGES: MESSAGES_BROKEN,
    COMPLETIONS: COMPLETIONS_BROKEN,
    GEMINI: GEMINI_BROKEN,
}
CASES = [(dialect, rule) for dialect, rules in BROKEN.items() for rule in rules]


@by_dialect
def test_a_stream_in_order_has_no_fault(dialect: str) -> None:
    assert check_stream(dialect, stream(dialect, GOOD[dialect])) == []


@by_dialect
def test_every_rule_has_a_stream_that_breaks_it(dialect: str) -> None:
    assert [rule.name for rule in registry.get(dialect).grammar().rules] == list(BROKEN[dialect])


@pytest.mark.parametrize(("dialect", "rule"), CASES)
def test_a_rule_is_broken_by_itself(dialect: str, rule: str) -> None:
    found = check_stream(dialect, stream(dialect, BROKEN[dialect][rule]))
    levels = {r.name: r.level for r in registry.get(dialect).grammar().rules}
    assert {(fault.rule, fault.level) for fault in found} == {(rule, levels[rule])}


# More ways to break the rules that have more than one, and where each is told: rule, frame, pointer.
PLACES: list[tuple[str, list[Any], str, int, str]] = [
    (MESSAGES, [PING, *text_block(0, "Hi")], "stream.order", 1, "/type"),
    (MESSAGES, [begin(), begin(), *STOP], "stream.order", 1, "/type"),
    (MESSAGES, [begin(), *text_block(0, "Hi")[:2], *STOP], "stream.order", 3, "/type"),
    (MESSAGES, [begin(), STOP[1]], "stream.order", 1, "/type"),
    (MESSAGES, [begin(), *STOP[:1], *text_block(0, "Hi"), STOP[1]], "stream.order", 2, "/type"),
    (MESSAGES, [begin(), ERROR, PING], "stream.order", 2, "/type"),
    (MESSAGES, [], "stream.complete", 0, ""),
    (MESSAGES, [b": hello\n\n", begin()], "stream.complete", 2, ""),
    (MESSAGES, [started(stop_reason="end_turn"), *STOP], "message.empty", 0, "/message/stop_reason"),
    (MESSAGES, [begin(), *text_block(0, "Hi"), *text_block(0, "Hi"), *STOP], "block.order", 4, "/index"),
    (MESSAGES, [begin(), *text_block(0, "Hi"), *text_block(2, "Hi"), *STOP], "block.index", 4, "/index"),
    (MESSAGES, [begin(), text_block(0)[0], *text_block(1, "Hi")[1:], *STOP], "block.order", 2, "/index"),
    (MESSAGES, [begin(), *block(0, THINKS, SIGNED, SIGNED), *STOP], "block.signature", 3, "/index"),
    (CHAT, [chunk(ROLE), CHAT_ERROR, chunk({"content": "Hi"})], "stream.order", 2, ""),
    (CHAT, [*CHAT_GOOD, CHAT_ERROR], "stream.order", len(CHAT_GOOD), ""),
    (CHAT, chat(tail=({**COUNTED, "id": "chatcmpl-2"}, DONE)), "envelope.constant", 2, "/id"),
    (CHAT, chat(tail=(chunk({}), DONE)), "finish.last", 2, "/choices/0"),
    (
        CHAT,
        chat(chunk({"tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f"}}]})),
        "call.index",
        1,
        "/choices/0/delta/tool_calls/0/index",
    ),
    (CHAT, [chunk(ROLE), DONE], "choice.finished", 2, ""),
    (COMPLETIONS, [COUNTED_TEXT, DONE], "stream.begun", 1, ""),
    (GEMINI, [BLOCKED, said(HI, finish="STOP")], "stream.order", 1, ""),
    (
        GEMINI,
        [said(called(name="f", willContinue=True)), said(called()), said(called(), finish="STOP")],
        "call.opened",
        2,
        "/candidates/0/content/parts/0/functionCall",
    ),
    (
        RESPONSES,
        Answer().message("Hi").say("error", message="busy").say("in_progress").frames,
        "stream.order",
        10,
        "/type",
    ),
    (RESPONSES, Answer().message("Hi").add(0, **MESSAGE, id="msg_0").end(), "item.order", 9, "/output_index"),
    (
        RESPONSES,
        Answer().message("Hi").of("output_text.delta", content_index=0, delta="!").end(),
        "item.order",
        9,
        "/output_index",
    ),
]


@pytest.mark.parametrize(("dialect", "frames", "rule", "number", "at"), PLACES)
def test_a_fault_names_its_frame_and_its_place(
    dialect: str, frames: list[Any], rule: str, number: int, at: str
) -> None:
    first = check_stream(dialect, stream(dialect, frames))[0]
    assert (first.rule, first.frame, first.at) == (rule, number, at)


def test_a_fault_says_what_was_expected_and_shows_no_payload() -> None:
    secret = [begin(), *block(0, {"type": "text", "text": "secret"}, THOUGHT | {"thinking": "secret"}), *STOP]
    found = check_stream(MESSAGES, stream(MESSAGES, secret))
    assert found == [
        StreamFault(
            "/index", "text_delta or citations_delta or other or stop", "thinking_delta", 2, "block.order", "must"
        )
    ]
    assert isinstance(found[0], Fault)
    assert str(found[0]) == (
        "frame 2 at /index: expected text_delta or citations_delta or other or stop, found thinking_delta (block.order)"
    )
    assert "secret" not in repr(found)


def test_all_faults_are_told_and_not_the_first() -> None:
    """In one stream: a number left out, deltas of the wrong kind, two ends."""
    frames = [begin(), *block(1, {"type": "text", "text": ""}, THOUGHT, THOUGHT), *STOP, STOP[1]]
    told = [(fault.frame, fault.rule) for fault in check_stream(MESSAGES, stream(MESSAGES, frames))]
    assert told == [(1, "block.index"), (2, "block.order"), (3, "block.order"), (7, "stream.order")]


# --- the tables hold together --------------------------------------------------------------------------------


def tables(dialect: str) -> Iterator[tuple[str, Table]]:
    yield from registry.get(dialect).grammar().tables.items()


@by_dialect
def test_every_cell_leads_to_a_row_and_every_row_is_reached(dialect: str) -> None:
    for name, table in tables(dialect):
        reached = {table.first}
        for row in table.moves.values():
            reached |= {cell.then if isinstance(cell, Breaks) else cell for cell in row.values()} - {""}
        assert reached == set(table.moves), name
        assert set(table.left) <= set(table.moves), name


@by_dialect
def test_a_table_without_a_rule_has_every_word_in_every_row(dialect: str) -> None:
    for name, table in tables(dialect):
        if not table.rule:
            words = {word for row in table.moves.values() for word in row}
            assert all(row.keys() == words for row in table.moves.values()), name


@by_dialect
def test_rules_are_what_tables_and_watches_name(dialect: str) -> None:
    g = registry.get(dialect).grammar()
    named = {rule.name for rule in g.rules if rule.watch is not None} | {"frame.record", "frame.json", g.comments}
    for _, table in tables(dialect):
        named |= {table.rule, table.dense, *table.left.values()}
        named |= {cell.rule for row in table.moves.values() for cell in row.values() if isinstance(cell, Breaks)}
    assert named - {""} == {rule.name for rule in g.rules}
    assert len({rule.name for rule in g.rules}) == len(g.rules)
    assert all(rule.says and "spec/" in rule.source for rule in g.rules)
    assert set(g.failed) <= set(next(iter(g.tables.values())).moves)


def test_flavours_keep_the_grammar_of_their_dialect() -> None:
    for dialect in DIALECTS:
        for flavour in dragoman.flavours(dialect):
            assert registry.get(flavour).grammar() is registry.get(dialect).grammar()


# --- how streams are given -----------------------------------------------------------------------------------


@by_dialect
def test_it_does_not_matter_how_the_bytes_come(dialect: str) -> None:
    for frames in (GOOD[dialect], *BROKEN[dialect].values()):
        data = stream(dialect, frames)
        whole = check_stream(dialect, data)
        assert check_stream(dialect, [data[i : i + 1] for i in range(len(data))]) == whole
        assert check_stream(dialect, iter([b"", data, b""])) == whole
        assert check_stream(dialect, stream(dialect, frames).replace(b"\n", b"\r\n")) == whole


def test_faults_come_with_the_frame_that_has_them() -> None:
    checker = Checker(MESSAGES)
    assert checker.feed(stream(MESSAGES, [begin()])) == []
    assert [fault.rule for fault in checker.feed(stream(MESSAGES, [begin()]))] == ["stream.order"]
    assert checker.feed(b"event: ping\ndata: ") == []
    assert [fault.rule for fault in checker.feed(b"{}\n\n")] == ["event.name"]
    assert [fault.rule for fault in checker.close()] == ["stream.complete"]
    assert checker.close() == checker.feed(b"data: 1\n\n") == []
    assert checker.frames == 3


def test_a_json_array_is_a_stream_of_gemini() -> None:
    def array(frames: list[Any]) -> bytes:
        return ("[" + ",\r\n".join(map(text, frames)) + "]").encode()

    assert check_stream("gemini+array", array(GEMINI_GOOD)) == check_stream(GEMINI, b" \n" + array(GEMINI_GOOD)) == []
    for rule in ("stream.begun", "candidate.finished", "finish.last"):
        assert [fault.rule for fault in check_stream("gemini+array", array(GEMINI_BROKEN[rule]))] == [rule]
    alone = text(GOOGLE_ERROR).encode()
    assert [fault.rule for fault in check_stream("gemini+array", alone)] == ["frame.record"]


def test_both_spellings_of_gemini_are_one() -> None:
    frames: list[Any] = [
        {"candidates": [{"content": {"parts": [{"function_call": {"will_continue": True, "name": "f"}}]}}]}
    ]
    frames += [{"candidates": [{"content": {"parts": [{"functionCall": {}}]}, "finish_reason": "STOP"}]}]
    assert check_stream(GEMINI, stream(GEMINI, frames)) == []


def test_an_unknown_dialect_is_refused_at_once() -> None:
    with pytest.raises(UnknownDialect):
        Checker("nobody")


def test_a_frame_without_bound_is_a_fault() -> None:
    checker = Checker(CHAT)
    found = checker.feed(b"data: " + b"x" * (64 * 1024 * 1024 + 1))
    found += checker.feed(b"y") + checker.close()
    assert [fault.rule for fault in found] == ["frame.record"]


# --- whatever comes ------------------------------------------------------------------------------------------

WORDS = sorted(
    {"type", "index", "delta", "error", "choices", "candidates", "content", "parts", "text", "role", "tool_calls"}
    | {
        "finish_reason",
        "finishReason",
        "functionCall",
        "output_index",
        "content_index",
        "item",
        "item_id",
        "id",
        "name",
    }
    | {"response", "part", "usage", "message", "content_block", "sequence_number", "summary_index", "promptFeedback"}
)
KINDS = sorted(
    {frame["type"] for frame in (*MESSAGES_GOOD, *RESPONSES_GOOD) if isinstance(frame, dict)}
    | {"text", "message", "reasoning", "output_text", "text_delta", "thinking", ""}
)
scalars = st.none() | st.booleans() | st.integers(-1, 3) | st.just(1.5) | st.sampled_from(KINDS)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=12,
)
tame = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60)


@by_dialect
def test_nothing_makes_it_raise(dialect: str) -> None:
    events = st.builds(lambda kind, rest: {**rest, "type": kind}, st.sampled_from(KINDS), anything.filter(is_object))

    @tame
    @given(st.lists(events | anything | st.binary(max_size=9).map(lambda b: b + b"\n\n"), max_size=6))
    def holds(frames: list[Any]) -> None:
        rules = {rule.name for rule in registry.get(dialect).grammar().rules}
        assert {fault.rule for fault in check_stream(dialect, stream(dialect, frames))} <= rules

    holds()


def is_object(value: Any) -> bool:
    return isinstance(value, dict)


def numbered(frames: list[Any]) -> list[Any]:
    """Events with their numbers anew, where they have some."""
    return [
        f | {"sequence_number": n} if isinstance(f, dict) and "sequence_number" in f else f
        for n, f in enumerate(frames)
    ]


# Events that may be missing without breaking anything: signs of life, steps, pieces that stand alone, end marks.
FREE = frozenset(
    {
        "ping",
        "an_event_to_come",
        "keepalive",
        "response.web_search_call.in_progress",
        "response.web_search_call.searching",
        "response.web_search_call.completed",
    }
)


@pytest.mark.parametrize("dialect", NAMED)
def test_an_event_that_is_missing_is_missed(dialect: str) -> None:
    good = GOOD[dialect]
    for i, frame in enumerate(good):
        kind = frame["type"] if isinstance(frame, dict) else DONE
        left = numbered(good[:i] + good[i + 1 :])
        free = kind in FREE or kind == DONE or (dialect == MESSAGES and kind == "content_block_delta")
        assert bool(check_stream(dialect, stream(dialect, left))) is not free, kind


@pytest.mark.parametrize("dialect", NAMED)
def test_an_event_that_comes_twice_is_told(dialect: str) -> None:
    good = GOOD[dialect]
    again = FREE | {"content_block_delta", "message_delta"}
    for i, frame in enumerate(good):
        kind = frame["type"] if isinstance(frame, dict) else DONE
        twice = numbered(good[: i + 1] + good[i:])
        faults = check_stream(dialect, stream(dialect, twice))
        assert bool(faults) or kind in again or kind == DONE, kind


# --- what we write, and what others write ----------------------------------------------------------------------


@pytest.mark.parametrize("fixture", fixtures.load("stream"), ids=lambda fixture: fixture.id)
def test_fixtures_cross_in_order(fixture: fixtures.Fixture) -> None:
    """Broken ones too: a failure keeps the grammar of its target."""
    for target in (*DIALECTS, "gemini+array"):
        if target.partition("+")[0] != fixture.dialect:
            assert laws.keeps_grammar(fixture.data, fixture.dialect, target) == []


def test_a_comment_behind_the_end_is_no_ping_behind_the_end() -> None:
    s = dragoman.translate_stream(CHAT, MESSAGES)
    out = s.feed(stream(CHAT, chat(b": before\n\n")) + b": behind\n\n") + s.close()
    assert out.count(b"event: ping") == 1
    assert out.endswith(b'event: message_stop\ndata: {"type":"message_stop"}\n\n')


# What recorded servers do wrongly, by the id of the recording: the rules of level `must` that it breaks.
RECORDED: dict[str, set[str]] = {
    # Chat: the stream stops without a finish reason.
    "0c9d073ad7d1630f": {"choice.finished"},
    "467d72477f48f7d8": {"choice.finished"},
    "d2e1832c2b8e879f": {"choice.finished"},
    "e31cc35a20261ea8": {"choice.finished"},
    # Responses: done events without an index; another id in every event; no events of parts; a text that is not the
    # sum of its deltas.
    "86f5b5d9094f4964": {"item.done"},
    "971f34a3a032c21d": {"item.same", "response.id"},
    "8b4471de48a62510": {"part.order", "part.done"},
    "aec688ac4a4838a7": {"part.order", "part.done", "response.status"},
    "6160ae64f0b75ff2": {"text.repeated"},
    # Messages: a block that never stops.
    "5464b3ab18bd872f": {"stream.order"},
    # Gemini: the stream stops without a finish reason; an error outside of any record.
    "2f47df2fa67a3531": {"candidate.finished"},
    "9063251e4cd83f06": {"candidate.finished"},
    "f192a363cdba4ff6": {"candidate.finished"},
    "dd8c96216ae58577": {"frame.record"},
}
# Rules of level `should` that no recorded server breaks, and why they are no `must`.
LENIENT = {
    "choice.index": "several choices of one answer come when they come, ours too (law 10)",
    "candidate.index": "the same",
}


@corpus.needs_traffic
@by_dialect
def test_recorded_streams_break_what_is_listed_and_no_more(dialect: str) -> None:
    rows = corpus.streams(dialect)
    assert rows
    found = {row.id: check_stream(dialect, row.stream_body or b"") for row in rows}
    broken = {identity: {f.rule for f in faults if f.level == "must"} for identity, faults in found.items()}
    listed = {identity: RECORDED[identity] for identity in found.keys() & RECORDED.keys()}
    assert {identity: rules for identity, rules in broken.items() if rules} == listed


@corpus.needs_traffic
def test_a_rule_is_lenient_only_where_servers_are() -> None:
    """Dialects that share a rule share what is known of its keeping."""
    should: set[Rule] = set()
    broken: set[Rule] = set()
    for dialect in DIALECTS:
        rules = {rule.name: rule for rule in registry.get(dialect).grammar().rules}
        should |= {rule for rule in rules.values() if rule.level == "should"}
        for row in corpus.streams(dialect):
            broken |= {rules[fault.rule] for fault in check_stream(dialect, row.stream_body or b"")}
    assert {rule.name for rule in should - broken} == LENIENT.keys()
