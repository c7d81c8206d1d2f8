"""Tiers of service and speed: MAP 1, "auto=auto; standard_only=default; fast~priority"."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from tests import regressions
from tests.wire import CHAT, GEMINI, MESSAGES, RESPONSES

Json = dict[str, Any]
TURNS = [{"role": "user", "content": "x"}]
KEY = {CHAT: "service_tier", RESPONSES: "service_tier", MESSAGES: "speed", GEMINI: "serviceTier"}
CHANGED, DROPPED = ("changed", "service_tier.approximated"), ("dropped", "service_tier.unsupported")


def asked(dialect: str, **settings: Any) -> Json:
    body: Json = {"model": "m", "messages": TURNS}
    if dialect == GEMINI:
        body = {"contents": [{"role": "user", "parts": [{"text": "x"}]}]}
    elif dialect == RESPONSES:
        body = {"model": "m", "input": "x"}
    elif dialect == MESSAGES:
        body["max_tokens"] = 9
    return {**body, **settings}


def told(t: dragoman.Translation) -> list[tuple[str, str, str]]:
    places = ("/service_tier", "/serviceTier", "/speed")
    return [(loss.kind, loss.code, loss.at) for loss in t.losses if loss.at in places]


@pytest.mark.parametrize(
    ("source", "word", "target", "expected", "loss"),
    [
        (MESSAGES, "fast", CHAT, "priority", CHANGED),
        (MESSAGES, "fast", RESPONSES, "priority", CHANGED),
        (MESSAGES, "fast", GEMINI, "priority", CHANGED),
        (MESSAGES, "standard", CHAT, None, None),
        (CHAT, "priority", MESSAGES, "fast", CHANGED),
        (CHAT, "fast", MESSAGES, "fast", CHANGED),
        (RESPONSES, "ultrafast", MESSAGES, "fast", CHANGED),
        (GEMINI, "priority", MESSAGES, "fast", CHANGED),
        (CHAT, "fast", GEMINI, "priority", CHANGED),
        (RESPONSES, "ultrafast", GEMINI, "priority", CHANGED),
        (RESPONSES, "ultrafast", CHAT, "priority", CHANGED),
        (CHAT, "priority", GEMINI, "priority", None),
        (CHAT, "fast", RESPONSES, "fast", None),
        (CHAT, "flex", GEMINI, "flex", None),
        (CHAT, "flex", MESSAGES, None, DROPPED),
        (CHAT, "scale", GEMINI, None, DROPPED),
        (CHAT, "auto", GEMINI, None, None),
    ],
)
def test_the_quick_tiers_are_one(
    source: str, word: str, target: str, expected: str | None, loss: tuple[str, str] | None
) -> None:
    body = asked(source, **{KEY[source]: word})
    t = dragoman.translate_request(body, source, target)
    assert t.body.get(KEY[target]) == expected
    assert told(t) == ([(*loss, f"/{KEY[source]}")] if loss is not None else [])
    assert not regressions.violations("request", body, source, target)


def test_the_speed_needs_its_beta() -> None:
    """ANTHROPIC 1: "fast-mode-2026-02-01 beta needed on some models"."""
    t = dragoman.translate_request(asked(CHAT, service_tier="priority"), CHAT, MESSAGES)
    assert t.headers["anthropic-beta"] == "fast-mode-2026-02-01"
    t = dragoman.translate_request(asked(CHAT, service_tier="default"), CHAT, MESSAGES)
    assert (t.body["service_tier"], "anthropic-beta" in t.headers) == ("standard_only", False)


def test_who_wants_the_standard_tier_alone_gets_no_other() -> None:
    body = asked(MESSAGES, service_tier="standard_only", speed="fast")
    t = dragoman.translate_request(body, MESSAGES, CHAT)
    assert t.body["service_tier"] == "default"
    assert told(t) == [("dropped", "field.unsupported", "/speed")]
    assert not regressions.violations("request", body, MESSAGES, CHAT)
    body = asked(MESSAGES, service_tier="auto", speed="fast")
    assert dragoman.translate_request(body, MESSAGES, CHAT).body["service_tier"] == "priority"
    assert not regressions.violations("request", body, MESSAGES, CHAT)
