"""A carrier whose mark names another version, or was mangled, is known for one: told, and shown to nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from dragoman.carrier import JOINT, MARK, Unit, alight, decode, encode, is_carrier, ride
from tests.agents.clients import CLIENTS
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES

Json = dict[str, Any]
TOKEN = encode([Unit("gemini", False, ["thought_signature", "c2VjcmV0", "call"], None, (0, 0))]) or ""
BODY = TOKEN[len(MARK) :]
BEYOND = {
    "the next version": f"dragom02{BODY}",
    "a version far off": f"dragom97{BODY}",
    "upper case": TOKEN.upper(),
    "another letter": f"drayom01{BODY}",
    "another digit": f"dragomO1{BODY}",
    "a letter less": f"drgom01{BODY}",
    "a letter more": f"draggom01{BODY}",
}


@pytest.mark.parametrize("token", BEYOND.values(), ids=BEYOND)
def test_a_mark_that_is_not_ours_is_known(token: str) -> None:
    assert is_carrier(token)
    assert decode(token) is None
    assert alight(ride("call_1", token)) == ("call_1", token)


@pytest.mark.parametrize("length", range(4, len(MARK)))
def test_an_id_that_ends_within_the_mark(length: int) -> None:
    assert alight(f"toolu_1{JOINT}{MARK[:length]}") == ("toolu_1", MARK[:length])


@pytest.mark.parametrize("joint", ["_", "", "_x", "--"])
def test_a_joint_that_was_mangled(joint: str) -> None:
    assert alight(f"call_1{joint}{TOKEN}")[1] == TOKEN


@pytest.mark.parametrize(
    "call_id",
    [
        "call_1",
        "a__b",
        "call_1__thought__c2VjcmV0",
        "functions.mcp__dragoman__translate:0",
        "mcp__dragoman",
        "dragoman_dragoman_dragoman_dragoman",
        "call__dragon01",
        "call__dragon01_abcdefghijklmnopqrstuvwxyz0123456789",
        "search__dra",
        "x_dragom01",
        "toolu_01A09q90qw90lq917835lq9__d",
    ],
)
def test_an_id_that_is_nobodys_carrier_stays_what_it_is(call_id: str) -> None:
    assert alight(call_id) == (call_id, None)


ANSWERS: dict[str, Json] = {
    MESSAGES: {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [
            {"type": "thinking", "thinking": "Which city is it?", "signature": "EqQBc2VjcmV0"},
            {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    },
    GEMINI: {
        "candidates": [
            {
                "content": {
                    "role": "model",
                    "parts": [{"functionCall": {"name": "weather", "args": {}}, "thoughtSignature": "EqQBc2VjcmV0"}],
                },
                "finishReason": "STOP",
            }
        ],
        "modelVersion": "m",
        "responseId": "r",
    },
}


@pytest.mark.parametrize("mark", ["dragom02", "DRAGOM01", "drayom01", "dragm01"])
@pytest.mark.parametrize("target", [MESSAGES, GEMINI, RESPONSES, CHAT + "+google", CHAT + "+litellm"])
@pytest.mark.parametrize(
    ("client", "upstream"),
    [
        (CHAT, MESSAGES),
        (CHAT, GEMINI),
        (RESPONSES, MESSAGES),
        (RESPONSES, GEMINI),
        (MESSAGES, GEMINI),
        (GEMINI, MESSAGES),
    ],
)
def test_a_carrier_of_another_version_goes_nowhere(client: str, upstream: str, target: str, mark: str) -> None:
    """A fleet half upgraded: "versioned; a mangled one is recognised and reported, not forwarded"."""
    if client == target:
        return  # at home nothing is filtered
    agent = CLIENTS[client]("every")
    agent.take(dragoman.translate_response(ANSWERS[upstream], upstream, client).body)
    wire = json.dumps(agent.body)
    assert MARK in wire
    path = agent.path if client == GEMINI else None
    t = dragoman.translate_request(wire.replace(MARK, mark), client, target, path=path)
    assert mark not in t.json().decode()
    assert "state.damaged" in [loss.code for loss in t.losses]
