"""Arguments that are a lone `null` say that there are none, as empty ones do."""

from __future__ import annotations

import json

import pytest

import dragoman
from dragoman import laws
from dragoman.model import Json

CHAT, RESPONSES, MESSAGES, GEMINI = "openai-chat", "openai-responses", "anthropic-messages", "gemini"


def reply(arguments: str) -> Json:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    return {"id": "r", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def stream(*calls: tuple[str, ...]) -> bytes:
    """A stream of Chat with calls, each in these pieces of arguments, one piece of each in turn."""
    deltas: list[Json] = []
    for turn in range(max(map(len, calls))):
        for i, pieces in enumerate(calls):
            head: Json = {"id": f"c{i}", "type": "function"} if turn == 0 else {}
            named = {"name": "f"} if turn == 0 else {}
            if turn < len(pieces):
                deltas.append({"tool_calls": [{"index": i, **head, "function": {**named, "arguments": pieces[turn]}}]})
    chunks: list[Json] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks.append({"index": 0, "delta": {}, "finish_reason": "tool_calls"})
    head = {"id": "r", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    lines = [f"data: {json.dumps({**head, 'choices': [chunk]})}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()


@pytest.mark.parametrize("said", ["null", " null\n"])
@pytest.mark.parametrize("target", [MESSAGES, GEMINI])
def test_a_lone_null_is_an_empty_object(target: str, said: str) -> None:
    out = dragoman.translate_response(reply(said), CHAT, target)
    if target == MESSAGES:
        assert out.body["content"][0]["input"] == {}
    else:
        assert out.body["candidates"][0]["content"]["parts"][0]["functionCall"].get("args", {}) == {}
    place = "/choices/0/message/tool_calls/0/function/arguments"
    assert ("changed", "arguments.empty", place) in [(x.kind, x.code, x.at) for x in out.losses]
    for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        assert law("response", reply(said), CHAT, target) == []


@pytest.mark.parametrize(
    "pieces",
    [
        ("null",),
        ("n", "u", "l", "l"),
        (" ", "nu", "ll", "\n"),
        ("nul",),
        ("n", "ul"),
        ("null", "able"),
        ("null", " 1"),
        ("nl", "nl"),
        ("l", "l"),
        ("", " ", '{"a":', "1}"),
    ],
)
@pytest.mark.parametrize("target", [MESSAGES, GEMINI, RESPONSES])
def test_streams_say_what_documents_say(target: str, pieces: tuple[str, ...]) -> None:
    for data in (stream(pieces), stream(('{"a"', ":1", "}"), pieces), stream(pieces, ('{"a"', ":1", "}"))):
        assert laws.stream_is_document(data, CHAT, target) == []
        assert laws.cut_anywhere(data, CHAT, target, range(61, len(data), 61)) == []
    if target == MESSAGES:
        whole = dragoman.fold(dragoman.read_events(_translated(stream(pieces)), MESSAGES))
        said = dragoman.write_response(whole, MESSAGES).body["content"][0]["input"]
        text = "".join(pieces)
        assert said == ({} if text.strip() == "null" else {"a": 1} if "{" in text else {"_raw": text})


def _translated(data: bytes) -> bytes:
    running = dragoman.translate_stream(CHAT, MESSAGES)
    return running.feed(data) + running.close()


def test_arguments_told_whole_at_the_end_of_a_stream_are_looked_at_too() -> None:
    """An item of Responses may come with no delta of its arguments."""
    item: Json = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "c1",
        "name": "f",
        "arguments": "",
        "status": "in_progress",
    }
    done = {**item, "arguments": "null", "status": "completed"}
    response: Json = {"id": "r", "object": "response", "created_at": 1, "model": "m", "output": []}
    events: list[Json] = [
        {"type": "response.created", "response": {**response, "status": "in_progress"}},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {"type": "response.completed", "response": {**response, "status": "completed", "output": [done]}},
    ]
    for said in ("null", "[1]", "prose"):
        done["arguments"] = said
        data = "".join(
            f"event: {e['type']}\ndata: {json.dumps({**e, 'sequence_number': i})}\n\n" for i, e in enumerate(events)
        ).encode()
        assert laws.stream_is_document(data, RESPONSES, MESSAGES) == []
