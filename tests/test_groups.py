"""Groups of the client's own tools (`namespace` of Responses): elsewhere a tool has one name, and comes back as two."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws
from dragoman.model import ToolCall
from tests.matrix import (
    CALLS,
    CHAT,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Json,
    ask,
    c_answer,
    others,
    sse,
)
from tests.wire import call_chunk, chunk

SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"], "additionalProperties": False}
GET = {"type": "function", "name": "get", "description": "One customer.", "parameters": SCHEMA, "strict": False}
NOTE = {"type": "custom", "name": "note", "description": "A note."}
CRM = {"type": "namespace", "name": "crm", "description": "Customers.", "tools": [GET, NOTE]}
PLAIN = {**GET, "name": "find"}
ELSEWHERE = [d for d in CALLS if d != RESPONSES]


def asking(*tools: Json, turns: list[Json] | None = None) -> Json:
    return {"model": "m", "input": turns or [{"role": "user", "content": "x"}], "tools": list(tools)}


def tool_names(t: dragoman.Translation, target: str) -> list[str]:
    tools = t.body.get("tools", [])
    if target == GEMINI:
        tools = tools[0]["functionDeclarations"]
    return [tool.get("name") or tool[tool["type"]]["name"] for tool in tools]


def calls_in(t: dragoman.Translation, target: str) -> list[str]:
    """The names that the turns of a request call."""
    turns = dragoman.read_request(t.body, target).messages
    return [part.name for m in turns for part in m.parts if isinstance(part, ToolCall)]


def told(losses: Any) -> set[tuple[str, str, str]]:
    return {(x.kind, x.code, x.at) for x in losses}


def exchange(*tools: Json) -> dragoman.Exchange:
    """An exchange of a client of Responses with an upstream of Chat, which has been asked."""
    x = dragoman.Exchange(RESPONSES, CHAT)
    x.request(asking(*tools))
    return x


def calling(name: str, arguments: str = '{"id": "1"}') -> Json:
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return c_answer(content=None, tool_calls=[call])


def called(body: Json) -> Json:
    """The one call of an answer of Responses: what it is, its group and its name."""
    (item,) = [item for item in body["output"] if "call_id" in item]
    return {key: item.get(key) for key in ("type", "namespace", "name")}


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_tools_of_a_group_go_over_under_one_name(target: str) -> None:
    t = ask(asking(PLAIN, CRM), RESPONSES, target)
    assert tool_names(t, target) == ["find", "crm__get", "crm__note"]
    assert ("changed", "tool.namespace", "/tools/1") in told(t.losses)
    assert "tool.server" not in {x.code for x in t.losses}


def test_completions_has_no_tools() -> None:
    t = ask(asking(CRM), RESPONSES, COMPLETIONS)
    assert ("dropped", "tool.unsupported", "/tools/0/tools/0") in told(t.losses)


def test_a_call_comes_back_with_its_group() -> None:
    body = exchange(PLAIN, CRM).response(calling("crm__get")).body
    assert called(body) == {"type": "function_call", "namespace": "crm", "name": "get"}
    assert body["tools"] == [PLAIN, CRM], "what is repeated of the request is as it was"


def test_a_call_of_a_tool_without_a_group_has_none() -> None:
    body = exchange(PLAIN, CRM).response(calling("find")).body
    assert called(body) == {"type": "function_call", "namespace": None, "name": "find"}


def test_a_call_of_a_free_text_tool_comes_back_with_its_group() -> None:
    body = exchange(PLAIN, CRM).response(calling("crm__note", '{"input": "hi"}')).body
    assert called(body) == {"type": "custom_tool_call", "namespace": "crm", "name": "note"}


def test_a_streamed_call_comes_back_with_its_group() -> None:
    stream = exchange(PLAIN, CRM).stream()
    frames = [
        chunk({"role": "assistant", "content": None}),
        call_chunk(0, "", "call_1", "crm__get"),
        call_chunk(0, '{"id": "1"}'),
        chunk({}, "tool_calls"),
        "[DONE]",
    ]
    out = stream.feed(sse(CHAT, frames)) + stream.close()
    assert stream.error is None
    whole = dragoman.write_response(dragoman.fold(dragoman.read_events(out, RESPONSES)), RESPONSES).body
    assert called(whole) == {"type": "function_call", "namespace": "crm", "name": "get"}
    assert out.count(b'"namespace":"crm","name":"get"') + out.count(b'"name":"get","namespace":"crm"') == 3


HISTORY: list[Json] = [
    {"role": "user", "content": "x"},
    {"type": "function_call", "call_id": "call_1", "name": "get", "namespace": "crm", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "call_1", "name": "get", "namespace": "crm", "output": "1"},
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_history_calls_the_tool_by_its_one_name(target: str) -> None:
    t = ask(asking(CRM, turns=HISTORY), RESPONSES, target)
    messages = dragoman.read_request(t.body, target).messages
    assert [part.name for m in messages for part in m.parts if isinstance(part, dragoman.model.ToolCall)] == [
        "crm__get"
    ]
    places = {at for kind, code, at in told(t.losses) if (kind, code) == ("changed", "tool.namespace")}
    assert {"/tools/0", "/input/1/namespace", "/input/1/name"} <= places
    assert not [x for x in t.losses if x.code == "field.unsupported"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_call_of_a_group_that_is_not_declared_keeps_its_name(target: str) -> None:
    """A tool that was searched for is called with its own name as group, and declared alone, or no longer."""
    t = ask(asking({**GET, "defer_loading": True}, turns=HISTORY), RESPONSES, target)
    assert calls_in(t, target) == ["get"]
    assert ("dropped", "field.unsupported", "/input/1/namespace") in told(t.losses)


def test_a_name_that_another_tool_has_is_not_taken() -> None:
    other = {**GET, "name": "crm__get"}
    t = ask(asking(CRM, other), RESPONSES, CHAT)
    assert tool_names(t, CHAT) == ["dgx_crm_2fget", "crm__note", "crm__get"]
    assert called(exchange(CRM, other).response(calling("dgx_crm_2fget")).body)["namespace"] == "crm"
    assert called(exchange(CRM, other).response(calling("crm__get")).body)["namespace"] is None


def test_groups_that_make_one_name_are_told_apart() -> None:
    one = {**CRM, "name": "a", "tools": [{**GET, "name": "b__c"}]}
    two = {**CRM, "name": "a__b", "tools": [{**GET, "name": "c"}]}
    first, second = tool_names(ask(asking(one, two), RESPONSES, CHAT), CHAT)
    x = exchange(one, two)
    assert called(x.response(calling(first)).body) == {"type": "function_call", "namespace": "a", "name": "b__c"}
    assert called(x.response(calling(second)).body) == {"type": "function_call", "namespace": "a__b", "name": "c"}


def test_a_name_too_long_comes_back_whole() -> None:
    long = {**CRM, "name": "g" * 40, "tools": [{**GET, "name": "n" * 40}]}
    t = ask(asking(long), RESPONSES, CHAT)
    (name,) = tool_names(t, CHAT)
    assert len(name) <= 64
    found = called(exchange(long).response(calling(name)).body)
    assert (found["namespace"], found["name"]) == ("g" * 40, "n" * 40)


@pytest.mark.parametrize("tools", [[], None, "x", ["x"]])
def test_a_group_of_nothing_is_gone(tools: Any) -> None:
    t = dragoman.translate_request(asking({**CRM, "tools": tools}), RESPONSES, CHAT)
    assert ("dropped", "tool.namespace", "/tools/0") in told(t.losses)


def test_a_tool_of_a_group_that_is_no_function_is_told_alone() -> None:
    t = dragoman.translate_request(asking({**CRM, "tools": [GET, {"type": "code_interpreter"}]}), RESPONSES, CHAT)
    assert tool_names(t, CHAT) == ["crm__get"]
    assert ("dropped", "tool.server", "/tools/0/tools/1") in told(t.losses)


@pytest.mark.parametrize("target", others(RESPONSES))
def test_groups_obey_the_laws(target: str) -> None:
    body = asking(PLAIN, CRM, {**CRM, "name": "files"}, turns=HISTORY)
    found = laws.home_document("request", body, RESPONSES)
    for law in (laws.spelling_is_free, laws.nothing_vanishes, laws.nothing_made_up, laws.settled, laws.pure):
        found += law("request", body, RESPONSES, target)
    for ordinal in range(8):
        found += laws.dropped_is_unused("request", body, RESPONSES, target, ordinal)
    assert found == []


def test_at_home_a_group_is_what_it_was() -> None:
    body = asking(PLAIN, CRM, turns=HISTORY)
    t = dragoman.translate_request(body, RESPONSES, RESPONSES, profile={"provider": "other"})
    assert t.body["tools"] == [PLAIN, CRM]
    assert t.body["input"][1]["namespace"] == "crm"
    assert t.losses == ()


def test_an_upstream_of_messages_calls_by_the_same_name() -> None:
    x = dragoman.Exchange(RESPONSES, MESSAGES)
    x.request(asking(PLAIN, CRM))
    block = {"type": "tool_use", "id": "toolu_1", "name": "crm__get", "input": {"id": "1"}}
    answer = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [block],
        "stop_reason": "tool_use", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip
    assert called(x.response(answer).body) == {"type": "function_call", "namespace": "crm", "name": "get"}
