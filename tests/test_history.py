"""The hook that gives the turns behind `previous_response_id`, which only the server that answered has otherwise."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws

EARLIER: dict[str, dict[str, Any]] = {
    "resp_1": {
        "instructions": "Sing.",
        "input": [
            {"role": "user", "content": "2+2?"},
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2ln"},
            {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "4"},
        ],
    }
}
ASKED = {"model": "m", "instructions": "Be terse.", "input": "And 3+3?", "previous_response_id": "resp_1"}


@pytest.mark.parametrize("target", ["openai-chat", "anthropic-messages", "gemini", "claude-thinking"])
def test_the_turns_of_then_stand_in_front(target: str) -> None:
    out = dragoman.translate_request(ASKED, "openai-responses", target, history=EARLIER.get)
    said = [value for _, value in laws.leaves(out.body)]
    assert "2+2?" in said
    assert "And 3+3?" in said
    assert said.index("2+2?") < said.index("And 3+3?")
    assert any(value in said for value in ("call_1", "add"))
    assert not [loss for loss in out.losses if loss.code == "state.previous_response"]


def test_the_instructions_of_now_hold() -> None:
    out = dragoman.translate_request(ASKED, "openai-responses", "openai-chat", history=EARLIER.get)
    assert [m["content"] for m in out.body["messages"] if m["role"] == "system"] == ["Be terse."]


def test_losses_of_earlier_turns_are_placed_behind_the_id() -> None:
    out = dragoman.translate_request(ASKED, "openai-responses", "openai-chat", history=EARLIER.get)
    assert ("state.foreign", "/previous_response_id/input/1/encrypted_content") in {
        (loss.code, loss.at) for loss in out.losses
    }


def test_an_id_that_nobody_knows_is_a_loss() -> None:
    nothing: dict[str, Any] = {}
    for history in (None, nothing.get):
        out = dragoman.translate_request(ASKED, "openai-responses", "openai-chat", history=history)
        assert [(loss.code, loss.at) for loss in out.losses] == [("state.previous_response", "/previous_response_id")]
        with pytest.raises(dragoman.UntranslatableDocument):
            dragoman.translate_request(ASKED, "openai-responses", "openai-chat", history=history, on_loss="raise")


@pytest.mark.parametrize(
    "earlier",
    [
        {},
        {"model": "m", "messages": [{"role": "user", "content": "Hi"}]},
        {"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": []},
    ],
)
def test_what_is_no_request_with_turns_is_refused(earlier: dict[str, Any]) -> None:
    """The stored answer in place of the request, say: the conversation would be gone."""
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.translate_request(ASKED, "openai-responses", "openai-chat", history=lambda _: earlier)
    assert [fault.at for fault in caught.value.faults] == ["/previous_response_id"]


def test_a_history_without_a_beginning_ends() -> None:
    def endless(name: str) -> dict[str, Any]:
        asked.append(name)
        return {"input": "x", "previous_response_id": f"before_{len(asked)}"}

    asked: list[str] = []
    with pytest.raises(dragoman.InvalidDocument, match="at most 1000 earlier requests"):
        dragoman.translate_request(ASKED, "openai-responses", "openai-chat", history=endless)
    assert len(asked) == 1_001


def test_an_exchange_asks_it_too_and_still_echoes_the_id() -> None:
    exchange = dragoman.Exchange("openai-responses", "openai-chat", history=EARLIER.get)
    assert exchange.request(ASKED).body["messages"][1]["content"] == "2+2?"
    choice = {"index": 0, "message": {"role": "assistant", "content": "6"}, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    assert exchange.response(answer).body["previous_response_id"] == "resp_1"
