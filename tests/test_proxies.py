"""What proxies meet: upstreams that do not do as they were asked, and what clients send that nobody thought of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dragoman
import dragoman.grammar
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES

Json = dict[str, Any]

WHOLE: Json = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 7,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Let me look.",
                "refusal": None,
                "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"n":1}'}},
                    {"id": "call_2", "type": "function", "function": {"name": "weather", "arguments": '{"n":2}'}},
                ],
            },
            "logprobs": None,
            "finish_reason": "tool_calls",
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}


def folded(data: bytes, dialect: str) -> list[Any]:
    """The text and the calls of the answer that a stream tells."""
    answer = dragoman.write_response(dragoman.fold(dragoman.read_events(data, dialect)), f"{CHAT}+vllm").body
    message = answer["choices"][0]["message"]
    calls = [(call["id"], call["function"]) for call in message.get("tool_calls", ())]
    return [message["content"], *((key, inner["name"], json.loads(inner["arguments"])) for key, inner in calls)]


@pytest.mark.parametrize("framed", [False, True])
@pytest.mark.parametrize("client", [RESPONSES, MESSAGES, GEMINI])
def test_a_whole_answer_of_chat_where_a_stream_was_asked_for(client: str, framed: bool) -> None:
    """A server that does not stream answers whole, with `message` for `delta`: that is no empty success."""
    data = json.dumps(WHOLE).encode()
    s = dragoman.translate_stream(CHAT, client)
    out = s.feed(b"data: " + data + b"\n\ndata: [DONE]\n\n" if framed else data) + s.close()
    assert s.error is None
    calls = [(f"call_{n}", "weather", {"n": n}) for n in (1, 2)]
    assert folded(out, client) == ["Let me look.", *calls]
    assert not [loss for loss in s.losses if "message" in loss.at]


def test_a_message_behind_deltas_says_them_once_more() -> None:
    """Some servers repeat the whole message in their last chunk: it is told, and not read twice."""
    frames: list[Json] = [
        {"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi"}, "finish_reason": None}]},
        {
            "id": "c",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        },
    ]
    s = dragoman.translate_stream(CHAT, MESSAGES)
    out = b"".join(s.feed(b"data: " + json.dumps(frame).encode() + b"\n\n") for frame in frames) + s.close()
    assert folded(out, MESSAGES) == ["Hi"]
    assert [(loss.kind, loss.at) for loss in s.losses if loss.kind == "dropped"] == [("dropped", "/choices/0/message")]


@pytest.mark.parametrize(
    ("model", "thinking", "budget"),
    [
        ("claude-haiku-4-5", {"thinkingBudget": -1}, 8192),
        ("claude-haiku-4-5", {"thinkingLevel": "HIGH"}, 24576),
        ("some-model-of-tomorrow", {"thinkingBudget": -1}, 8192),
        ("claude-opus-4-7", {"thinkingBudget": -1}, 8192),
        ("claude-opus-4-7", {"thinkingLevel": "HIGH"}, 24576),
        ("claude-opus-4-7", {"thinkingLevel": "LOW"}, 1024),
        ("claude-opus-4-7", {"thinkingBudget": 0}, 0),
    ],
)
def test_the_default_limit_leaves_room_for_an_answer_behind_the_thinking(
    model: str, thinking: Json, budget: int
) -> None:
    """Agents set no limit: what thinking may take is on top of the default in every mode, or nothing is answered."""
    body = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}], "generationConfig": {"thinkingConfig": thinking}}
    t = dragoman.translate_request(body, GEMINI, MESSAGES, path=f"/v1beta/models/{model}:generateContent")
    assert t.body["max_tokens"] == 4096 + budget
    if "budget_tokens" in t.body["thinking"]:
        assert t.body["thinking"]["budget_tokens"] == budget


@pytest.mark.parametrize("flavour", ["deepseek", "google", "mistral", "vllm", "think-tags"])
def test_a_flavour_without_free_text_tools_gets_functions(flavour: str) -> None:
    """A coding agent's patch tool is free text: where there is none, tool, call and choice are a function's."""
    chosen = [{"type": "custom", "name": "apply_patch"}, {"type": "function", "name": "run"}]
    body: Json = {
        "model": "m",
        "tools": [{"type": "custom", "name": "apply_patch"}, {"type": "function", "name": "run", "strict": False}],
        "tool_choice": {"type": "allowed_tools", "mode": "required", "tools": chosen},
        "input": [
            {"role": "user", "content": "Fix it."},
            {"type": "custom_tool_call", "call_id": "callNo001", "name": "apply_patch", "input": "*** Begin"},
            {"type": "custom_tool_call_output", "call_id": "callNo001", "output": "ok"},
        ],
    }
    x = dragoman.Exchange(RESPONSES, f"{CHAT}+{flavour}")
    t = x.request(body)
    schema = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
    function = {"name": "apply_patch", "parameters": schema}
    assert t.body["tools"][0] == {"type": "function", "function": function}
    called = {"name": "apply_patch", "arguments": '{"input":"*** Begin"}'}
    assert t.body["messages"][1]["tool_calls"] == [{"id": "callNo001", "type": "function", "function": called}]
    assert '"custom"' not in t.json().decode()
    told = [(loss.kind, loss.at) for loss in t.losses if loss.code == "tool.custom"]
    assert sorted(told) == [("changed", at) for at in ("/input/1", "/input/2/type", "/tools/0")]
    alone = {**body, "tool_choice": chosen[0]}
    choice = dragoman.translate_request(alone, RESPONSES, x.upstream).body["tool_choice"]
    assert choice == {"type": "function", "function": {"name": "apply_patch"}}
    calls = [{"id": "callNo002", "type": "function", "function": called}]
    choices = [{"index": 0, "message": {"role": "assistant", "tool_calls": calls}, "finish_reason": "tool_calls"}]
    (item,) = x.response({"id": "c", "created": 7, "model": "m", "choices": choices}).body["output"]
    assert (item["type"], item["call_id"], item["input"]) == ("custom_tool_call", "callNo002", "*** Begin")


EARLIER: Json = {
    "r2": {"previous_response_id": "r1", "input": [{"role": "user", "content": "2"}]},
    "r1": {"instructions": "Old.", "input": [{"role": "user", "content": "1"}]},
    "cut": {"previous_response_id": "gone", "input": [{"role": "user", "content": "2"}]},
    "ring": {"previous_response_id": "ring", "input": [{"role": "user", "content": "2"}]},
}


@pytest.mark.parametrize(
    ("before", "said", "told"),
    [
        ("r2", ["1", "2", "3"], []),
        ("cut", ["2", "3"], ["/previous_response_id"]),
        ("ring", ["2", "3"], ["/previous_response_id"]),
    ],
)
def test_history_is_followed_to_its_beginning(before: str, said: list[str], told: list[str]) -> None:
    """A proxy keeps what was asked, and what was asked stood behind an answer itself: nothing is lost in silence."""
    body = {"model": "m", "input": "3", "previous_response_id": before}
    t = dragoman.translate_request(body, RESPONSES, MESSAGES, history=EARLIER.get)
    assert [message["content"] for message in t.body["messages"]] == said
    assert "system" not in t.body
    assert [loss.at for loss in t.losses if loss.code == "state.previous_response"] == told


def test_the_clock_may_have_fractions() -> None:
    """`now=time.time()` is what everybody writes; the dialects count whole seconds."""
    answer = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    created = dragoman.translate_response(answer, MESSAGES, CHAT, now=1700000000.75).body["created"]  # type: ignore[arg-type]
    assert (created, type(created)) == (1700000000, int)
    with pytest.raises(dragoman.DragomanError, match="unix seconds"):
        dragoman.translate_stream(MESSAGES, CHAT, now="soon")  # type: ignore[arg-type]


def test_a_turn_of_many_items_is_told_once_an_item() -> None:
    """Losses are counted: the first item of a merged turn is one of them, not one for every item behind it."""
    calls = [{"type": "function_call", "call_id": f"call_{n}", "name": "f", "arguments": "{}"} for n in range(4)]
    results = [{"type": "function_call_output", "call_id": f"call_{n}", "output": "ok"} for n in range(4)]
    body = {"model": "m", "input": [{"role": "user", "content": "Go."}, *calls, *results]}
    losses = dragoman.translate_request(body, RESPONSES, MESSAGES).losses
    assert [loss.at for loss in losses if loss.code == "message.merged"] == [f"/input/{n}" for n in range(1, 5)]


@pytest.mark.parametrize(
    ("query", "head", "media_type"),
    [
        ("", b"[{", "application/json"),
        ("?alt=sse", b"data: {", "text/event-stream"),
        ("?key=k", b"[{", "application/json"),
    ],
)
def test_a_gemini_client_gets_the_framing_that_its_path_asks_for(query: str, head: bytes, media_type: str) -> None:
    """ "Without alt=sse: one JSON array"."""
    path = f"/v1beta/models/m:streamGenerateContent{query}"
    body = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    x = dragoman.Exchange("gemini", "openai-chat")
    assert x.request(body, path).stream
    said = x.stream()
    data = (Path(__file__).parent.parent / "fixtures/openai-chat/plain.stream").read_bytes()
    out = said.feed(data) + said.close()
    assert out.startswith(head)
    assert said.media_type == media_type
    assert dragoman.grammar.check_stream("gemini", out) == []
    request = dragoman.read_request(body, "gemini", path=path)
    again = dragoman.translate_stream("openai-chat", "gemini", request)
    assert again.feed(data) + again.close() == out
    assert dragoman.write_request(request, "gemini").path == path.partition("?key")[0]


@pytest.mark.parametrize(
    "headers",
    [{"Retry-After": "3"}, {b"retry-after": b"3"}, [("Retry-After", "3")], [(b"retry-after", b"3"), (b"x", b"\xff")]],
)
def test_headers_are_taken_as_libraries_have_them(headers: Any) -> None:
    t = dragoman.translate_error(429, {"error": {"message": "slow down"}}, CHAT, MESSAGES, headers)
    assert t.headers["retry-after"] == "3"


def test_wrong_use_is_told_as_such() -> None:
    body = {"model": "m", "input": "Hi", "previous_response_id": "resp_1"}
    stream = dragoman.translate_stream(CHAT, MESSAGES)
    uses: list[Callable[[], Any]] = [
        lambda: dragoman.translate_request({"contents": []}, GEMINI, CHAT, path=b"/v1beta/models/m:generateContent"),  # type: ignore[arg-type]
        lambda: dragoman.read_request({"contents": []}, GEMINI, path=1),  # type: ignore[arg-type]
        lambda: dragoman.translate_request(body, RESPONSES, CHAT, history={}),  # type: ignore[arg-type]
        lambda: dragoman.translate_error(429, {}, CHAT, MESSAGES, "retry-after: 3"),  # type: ignore[arg-type]
        lambda: dragoman.translate_error(429, {}, CHAT, MESSAGES, 3),  # type: ignore[arg-type]
        lambda: stream.feed("data: {}"),  # type: ignore[arg-type]
    ]
    for use in uses:
        with pytest.raises(dragoman.DragomanError):
            use()
