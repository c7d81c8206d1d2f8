"""Histories that another gateway began: what its private fields hold goes to whoever issued it, and to nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from tests.agents.clients import CLIENTS
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES
from tests.test_gateways import FIELDS, INNER, LITELLM, answer, call, came_back

Json = dict[str, Any]
CLIENT_PATH = "/v1beta/models/claude-sonnet-4-5:generateContent"


def asked(turn: Json, model: str = "m") -> Json:
    """A conversation with one turn of the assistant, and the results of its calls."""
    results = [{"role": "tool", "tool_call_id": c["id"], "content": "x"} for c in turn.get("tool_calls", ())]
    last = results or [{"role": "user", "content": "q"}]
    said = {"role": "assistant", "content": None, **turn}
    return {"model": model, "messages": [{"role": "user", "content": "q"}, said, *last]}


def turn_of(target: str, body: Json) -> Any:
    """The turn of the assistant as the target gets it."""
    if target == GEMINI:
        return next(c["parts"] for c in body["contents"] if c["role"] == "model")
    return next(m["content"] for m in body["messages"] if m["role"] == "assistant")


def lost(t: Any) -> list[str]:
    return [loss.code for loss in t.losses if loss.kind == "dropped"]


# --- LiteLLM: `thinking_blocks` ---------------------------------------------------------------------------------

SIGNED = {"type": "thinking", "thinking": "hm", "signature": "R29vZ2xl"}
DUMPED = {"type": "thinking", "thinking": '{"functionCall": {"name": "weather", "args": {}}}', "signature": "R29vZ2xl"}
SPOKEN = {"type": "thinking", "thinking": '{"text": "It rains."}', "signature": "R29vZ2xl"}
THOUGHT = {"text": "hm", "thought": True, "thoughtSignature": "R29vZ2xl"}
CALLED = {"functionCall": {"name": "weather", "id": "call_1", "args": {}}}
GOOGLES: dict[str, tuple[Json, list[Json]]] = {
    "a thought, and a signature on the id": (
        {"reasoning_content": "hm", "thinking_blocks": [SIGNED], "tool_calls": [call("call_1__thought__c2ln")]},
        [THOUGHT, {**CALLED, "thoughtSignature": "c2ln"}],
    ),
    "a thought, and a signature in a field": (
        {"reasoning_content": "hm", "thinking_blocks": [SIGNED], "tool_calls": [call(**INNER)]},
        [THOUGHT, {**CALLED, "thoughtSignature": "c2ln"}],
    ),
    "in the other field": (
        {"provider_specific_fields": {"thinking_blocks": [SIGNED]}, "tool_calls": [call(**FIELDS)]},
        [THOUGHT, {**CALLED, "thoughtSignature": "c2ln"}],
    ),
    "a call as JSON": (
        {"thinking_blocks": [DUMPED], "tool_calls": [call()]},
        [{**CALLED, "thoughtSignature": "R29vZ2xl"}],
    ),
    "a text as JSON": (
        {"content": "It rains.", "thinking_blocks": [SPOKEN]},
        [{"text": "It rains.", "thoughtSignature": "R29vZ2xl"}],
    ),
}


@pytest.mark.parametrize("form", GOOGLES)
def test_what_google_signed_behind_litellm_is_not_anthropics(form: str) -> None:
    """ "Never forward a foreign signature": LiteLLM writes Google's into the very field that has Anthropic's."""
    said, expected = GOOGLES[form]
    for target in (MESSAGES, RESPONSES):
        t = dragoman.translate_request(asked(said), CHAT, target)
        assert b"R29vZ2xl" not in t.json()
        assert b"c2ln" not in t.json()
        assert lost(t)
    home = dragoman.translate_request(asked(said), CHAT, GEMINI)
    assert turn_of(GEMINI, home.body) == expected
    assert not {"state.foreign", "state.orphan"} & set(lost(home))


def test_thinking_that_is_json_is_thinking() -> None:
    block = {"type": "thinking", "thinking": '{"plan": "It rains."}', "signature": "EqQB"}
    t = dragoman.translate_request(asked({"thinking_blocks": [block], "tool_calls": [call()]}), CHAT, MESSAGES)
    assert turn_of(MESSAGES, t.body)[0] == block


@pytest.mark.parametrize("client", [CHAT, RESPONSES, GEMINI])
@pytest.mark.parametrize("signed", [FIELDS, {"id": "call_1__thought__c2ln"}], ids=["field", "id"])
def test_what_google_signed_in_an_answer_of_litellm_is_not_anthropics(client: str, signed: Json) -> None:
    """The conversation goes on without LiteLLM."""
    said = {"reasoning_content": "hm", "thinking_blocks": [SIGNED], "tool_calls": [{**call(), **signed}]}
    agent = CLIENTS[client]("every")
    agent.take(json.loads(dragoman.translate_response(answer(said), LITELLM, client).json()))
    t = dragoman.translate_request(agent.body, client, MESSAGES, path=CLIENT_PATH)
    assert b"R29vZ2xl" not in t.json()
    assert b"c2ln" not in t.json()
    assert "state.foreign" in lost(t)
    assert came_back(client, LITELLM, answer(said), "every")[0]["thinking_blocks"] == [SIGNED]
