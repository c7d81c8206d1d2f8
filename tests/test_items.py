"""Items and tools of Responses that no other dialect has a word for: what becomes of them elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from tests.matrix import RESPONSES, others

everywhere = pytest.mark.parametrize("target", others(RESPONSES))

# What a client gives back for calls in the vendor's words (spec/OPENAI.md 2.2).
CLIENT_RESULTS: dict[str, dict[str, Any]] = {
    "computer_call_output": {"call_id": "c", "output": {"type": "computer_screenshot", "image_url": "data:,"}},
    "local_shell_call_output": {"id": "c", "output": "x"},
    "shell_call_output": {"call_id": "c", "output": []},
    "apply_patch_call_output": {"call_id": "c", "status": "completed"},
    "mcp_approval_response": {"approval_request_id": "c", "approve": True},
    "tool_search_output": {"call_id": "c", "tools": [], "execution": "client"},
}


def losses(t: Any) -> set[tuple[str, str, str]]:
    return {(loss.kind, loss.code, loss.at) for loss in t.losses}


@everywhere
@pytest.mark.parametrize("kind", CLIENT_RESULTS)
def test_a_result_that_cannot_be_said_leaves_no_empty_turn(kind: str, target: str) -> None:
    turns: list[Any] = [{"role": "user", "content": "x"}, {"role": "user", "content": "y"}]
    without = dragoman.translate_request({"model": "m", "input": turns}, RESPONSES, target)
    turns.insert(1, {"type": kind, **CLIENT_RESULTS[kind]})
    t = dragoman.translate_request({"model": "m", "input": turns}, RESPONSES, target)
    assert t.body == without.body
    assert [loss.code for loss in t.losses if loss.kind == "dropped"] == ["part.server_tool"]
    assert ("dropped", "part.server_tool", "/input/1") in losses(t)


@everywhere
def test_an_item_that_nobody_knows_is_told_once(target: str) -> None:
    """Codex keeps snapshots of the working tree between its turns."""
    turns: list[Any] = [{"role": "user", "content": "x"}, {"role": "user", "content": "y"}]
    without = dragoman.translate_request({"model": "m", "input": turns}, RESPONSES, target)
    turns.insert(1, {"type": "ghost_snapshot", "ghost_commit": {"id": "a"}})
    t = dragoman.translate_request({"model": "m", "input": turns}, RESPONSES, target)
    assert t.body == without.body
    assert [(loss.code, loss.at) for loss in t.losses if loss.kind == "dropped"] == [("part.unsupported", "/input/1")]


@everywhere
def test_a_turn_of_nothing_is_told_beside_the_part_that_it_held(target: str) -> None:
    """The part and the turn are two places."""
    parts = {"role": "user", "content": [{"type": "odd", "a": 1}]}
    t = dragoman.translate_request(
        {"model": "m", "input": [{"role": "user", "content": "x"}, parts]}, RESPONSES, target
    )
    told = [(loss.code, loss.at) for loss in t.losses if loss.kind == "dropped"]
    assert told == [("part.unsupported", "/input/1/content/0"), ("message.empty", "/input/1")]


FUNCTION = {"type": "function", "name": "get", "parameters": {"type": "object", "properties": {}}, "strict": False}


@everywhere
def test_a_group_of_the_clients_tools_is_no_tool_of_the_vendors(target: str) -> None:
    group = {"type": "namespace", "name": "crm", "description": "Customers.", "tools": [FUNCTION]}
    tools: list[Any] = [{"type": "code_interpreter"}, group]
    t = dragoman.translate_request({"model": "m", "input": "x", "tools": tools}, RESPONSES, target)
    assert {("dropped", "tool.server", "/tools/0"), ("changed", "tool.namespace", "/tools/1")} <= losses(t)


@everywhere
def test_tools_that_come_later_are_told_by_their_own_name(target: str) -> None:
    items = [{"role": "user", "content": "x"}, {"type": "additional_tools", "role": "developer", "tools": [FUNCTION]}]
    t = dragoman.translate_request({"model": "m", "input": items}, RESPONSES, target)
    assert ("dropped", "tool.added", "/input/1") in losses(t)


PICTURE = {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": "AAAA"}


def streamed(*strange: dict[str, Any]) -> bytes:
    """The stream of an answer that is a picture, with events that nobody else knows in the middle of it."""
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "in_progress", "output": []}
    told: list[dict[str, Any]] = [
        {"type": "response.created", "response": head},
        {"type": "response.output_item.added", "output_index": 0, "item": {**PICTURE, "result": None}},
        *strange,
        {"type": "response.output_item.done", "output_index": 0, "item": PICTURE},
        {"type": "response.completed", "response": {**head, "status": "completed", "output": [PICTURE]}},
    ]
    return b"".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in told)


PREVIEW = {"type": "response.image_generation_call.partial_image", "item_id": "ig_1", "partial_image_b64": "AA"}
STRANGE: dict[str, tuple[list[dict[str, Any]], str]] = {
    "unknown": ([{"type": "response.brand.new", "x": 1}, {"type": "response.brand.new", "x": 2}], ""),
    "of an item": ([{"type": "response.brand.new", "output_index": 0}], "/output/0"),
    "of an item that is not there": ([{"type": "response.brand.new", "output_index": 7, "item_id": "no"}], ""),
    "previews": ([{**PREVIEW, "output_index": 0, "partial_image_index": i} for i in range(3)], "/output/0"),
    "preview by id": ([PREVIEW], "/output/0"),
}


@everywhere
@pytest.mark.parametrize("case", STRANGE)
def test_an_event_that_nobody_knows_is_told_once_at_a_place_that_exists(case: str, target: str) -> None:
    strange, at = STRANGE[case]
    s = dragoman.translate_stream(RESPONSES, target)
    sent = s.feed(streamed(*strange)) + s.close()
    assert s.error is None
    assert sent
    assert [(loss.kind, loss.at) for loss in s.losses if loss.code == "event.unknown"] == [("dropped", at)]


def said_by(*events: dict[str, Any], named: bool = False) -> list[tuple[str, Any]]:
    """What the parts of a stream say; `named`: what an event is stands in its name alone."""
    told = []
    for one in events:
        body = {key: value for key, value in one.items() if key != "type"} if named else one
        told.append(f"event: {one['type']}\ndata: {json.dumps(body)}\n\n".encode())
    whole = dragoman.fold(dragoman.read_events(b"".join(told), RESPONSES))
    parts = whole.candidates[0].message.parts
    return [(type(part).__name__, getattr(part, "text", None) or getattr(part, "arguments", None)) for part in parts]


CREATED: dict[str, Any] = {"type": "response.created", "response": {"id": "resp_1"}}
CALL: dict[str, Any] = {"type": "function_call", "name": "f"}
TOLD: list[dict[str, Any]] = [
    CREATED,
    {"type": "response.reasoning_summary_text.delta", "delta": "Hm"},
    {"type": "response.output_text.delta", "delta": "Hel"},
    {"type": "response.output_text.delta", "delta": "lo"},
    {"type": "response.output_item.added", "item": CALL},
    {"type": "response.function_call_arguments.delta", "delta": "{}"},
    {"type": "response.output_item.done", "item": {**CALL, "call_id": "call_1", "arguments": "{}"}},
]
SAID = [("Reasoning", "Hm"), ("Text", "Hello"), ("ToolCall", "{}")]
HELLO = {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}


@pytest.mark.parametrize("named", [False, True])
def test_a_stream_that_names_no_item(named: bool) -> None:
    """Nothing is lost of it and nothing comes twice, whether the response names what was streamed at its end or not."""
    ends: list[list[Any]] = [[], [HELLO], [{**CALL, "call_id": "call_1", "arguments": "{}"}, HELLO]]
    for output in ends:
        end = {"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": output}}
        assert said_by(*TOLD, end, named=named) == SAID


def test_an_event_that_is_named_alone_and_says_nothing_else() -> None:
    assert said_by(CREATED, {"type": "response.completed", "response": {"id": "resp_1"}}, named=True) == []


UPDATE = {"type": "configuration_update", "reasoning": {"effort": "high"}}


@everywhere
def test_the_last_update_says_how_much_to_think(target: str) -> None:
    """Elsewhere a request has one effort, and that is the one that holds in the end; what was said before is told."""
    turns: list[Any] = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]
    early = {**UPDATE, "reasoning": {"effort": "medium"}}
    body = {"model": "m", "reasoning": {"effort": "low"}, "input": [early, *turns, UPDATE, turns[0]]}
    plain = {"model": "m", "reasoning": {"effort": "high"}, "input": [*turns, turns[0]]}
    t = dragoman.translate_request(body, RESPONSES, target)
    assert t.body == dragoman.translate_request(plain, RESPONSES, target).body
    assert ("changed", "reasoning.effort", "/input/3") in losses(t)
    assert ("changed", "reasoning.effort", "/reasoning/effort") in losses(t)
    assert "/input/0" in {loss.at for loss in t.losses}
    assert dragoman.translate_request(body, RESPONSES, RESPONSES).body == body


@everywhere
def test_an_update_without_an_effort_to_update_is_gone(target: str) -> None:
    turns: list[Any] = [{"role": "user", "content": "x"}]
    t = dragoman.translate_request({"model": "m", "input": [UPDATE, *turns]}, RESPONSES, target)
    assert t.body == dragoman.translate_request({"model": "m", "input": turns}, RESPONSES, target).body
    assert ("dropped", "part.unsupported", "/input/0") in losses(t)


UNTYPED: list[dict[str, Any]] = [{}, {"type": None}]


@everywhere
@pytest.mark.parametrize("kind", UNTYPED)
def test_a_message_need_not_say_that_it_is_one(kind: dict[str, Any], target: str) -> None:
    """spec/OPENAI.md 2.2: "a missing `type` with `role` present = `message`"; the SDK's own model dumps it as null."""

    def request(kind: dict[str, Any]) -> dict[str, Any]:
        turns = [{**kind, "role": "user", "content": "What is the weather?"}, {**kind, "role": "user", "content": "y"}]
        return {"model": "m", "input": turns}

    t = dragoman.translate_request(request(kind), RESPONSES, target, validate=True)
    named = dragoman.translate_request(request({"type": "message"}), RESPONSES, target)
    assert (t.body, t.losses) == (named.body, named.losses)
    assert "What is the weather?" in json.dumps(t.body)
    read = dragoman.read_request(request(kind), RESPONSES)
    assert dragoman.write_request(read, RESPONSES).body == request(kind)


@everywhere
@pytest.mark.parametrize("kind", UNTYPED)
def test_a_message_of_an_answer_need_not_say_that_it_is_one(kind: dict[str, Any], target: str) -> None:
    def response(kind: dict[str, Any]) -> dict[str, Any]:
        part = {"type": "output_text", "text": "Rain.", "annotations": []}
        output = [{**kind, "id": "msg_1", "role": "assistant", "content": [part]}]
        return {"id": "r", "object": "response", "status": "completed", "model": "m", "output": output}

    t = dragoman.translate_response(response(kind), RESPONSES, target)
    named = dragoman.translate_response(response({"type": "message"}), RESPONSES, target)
    assert (t.body, t.losses) == (named.body, named.losses)
    assert "Rain." in json.dumps(t.body)
    read = dragoman.read_response(response(kind), RESPONSES)
    assert dragoman.write_response(read, RESPONSES).body == response(kind)
