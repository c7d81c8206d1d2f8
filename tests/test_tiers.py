"""Tiers of service and speed: MAP 1, "auto=auto; standard_only=default; fast~priority"."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws
from tests import regressions
from tests.reference.common import frames
from tests.wire import CHAT, GEMINI, MESSAGES, RESPONSES, chunk, least, stream_of

Json = dict[str, Any]
TURNS = [{"role": "user", "content": "x"}]
KEY = {CHAT: "service_tier", RESPONSES: "service_tier", MESSAGES: "speed", GEMINI: "serviceTier"}
CHANGED, DROPPED = ("changed", "service_tier.approximated"), ("dropped", "service_tier.unsupported")


def asked(dialect: str, **settings: Any) -> Json:
    return {**least(dialect), **settings}


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


@pytest.mark.parametrize("target", [CHAT + "+mistral", CHAT + "+google", "openai-completions"])
def test_a_speed_where_there_is_no_tier_is_told_once(target: str) -> None:
    t = dragoman.translate_request(asked(MESSAGES, speed="fast"), MESSAGES, target)
    assert told(t) == [(*DROPPED, "/speed")]


def test_who_wants_the_standard_tier_alone_gets_no_other() -> None:
    body = asked(MESSAGES, service_tier="standard_only", speed="fast")
    t = dragoman.translate_request(body, MESSAGES, CHAT)
    assert t.body["service_tier"] == "default"
    assert told(t) == [("dropped", "field.unsupported", "/speed")]
    assert not regressions.violations("request", body, MESSAGES, CHAT)
    body = asked(MESSAGES, service_tier="auto", speed="fast")
    assert dragoman.translate_request(body, MESSAGES, CHAT).body["service_tier"] == "priority"
    assert not regressions.violations("request", body, MESSAGES, CHAT)


# --- answers ------------------------------------------------------------------------------------------------


def answered(dialect: str, tier: str | None) -> Json:
    """A whole answer that says its tier where the dialect does (ANTHROPIC 2.2, OPENAI 1.5, GEMINI 4)."""
    if dialect == MESSAGES:
        said = {"service_tier": tier} if tier else {}
        usage = {"input_tokens": 1, "output_tokens": 2, **said}
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_sequence": None}
        return {**head, "stop_reason": "end_turn", "content": [{"type": "text", "text": "a"}], "usage": usage}
    if dialect == GEMINI:
        content = {"role": "model", "parts": [{"text": "a"}]}
        counts = {"promptTokenCount": 1, "candidatesTokenCount": 2, "totalTokenCount": 3}
        counted = {**counts, **({"serviceTier": tier} if tier else {})}
        candidate = {"index": 0, "content": content, "finishReason": "STOP"}
        return {"candidates": [candidate], "usageMetadata": counted, "modelVersion": "m", "responseId": "r"}
    chat = dragoman.translate_response(answered(MESSAGES, None), MESSAGES, dialect, now=1).body
    return {**chat, **({"service_tier": tier} if tier else {})}


def tier_of(body: Json, dialect: str) -> Any:
    if dialect == MESSAGES:
        return body["usage"].get("service_tier")
    return body["usageMetadata"].get("serviceTier") if dialect == GEMINI else body.get("service_tier")


TIERS = [
    {MESSAGES: "standard", GEMINI: "standard", CHAT: "default", RESPONSES: "default"},
    {MESSAGES: "priority", GEMINI: "priority", CHAT: "priority", RESPONSES: "priority"},
    {GEMINI: "flex", CHAT: "flex", RESPONSES: "flex"},
]
ANSWERS = [
    (source, words[source], target, words.get(target))
    for words in TIERS
    for source in words
    for target in (MESSAGES, GEMINI, CHAT, RESPONSES)
    if source != target
]


@pytest.mark.parametrize(("source", "word", "target", "expected"), ANSWERS)
def test_an_answer_says_its_tier(source: str, word: str, target: str, expected: str | None) -> None:
    body = answered(source, word)
    t = dragoman.translate_response(body, source, target)
    assert tier_of(t.body, target) == expected
    places = ("/usage/service_tier", "/usageMetadata/serviceTier", "/service_tier")
    assert [loss.kind for loss in t.losses if loss.at in places] == (["dropped"] if expected is None else [])
    assert not regressions.violations("response", body, source, target)


@pytest.mark.parametrize(("source", "word", "target", "expected"), ANSWERS)
def test_so_does_a_stream(source: str, word: str, target: str, expected: str | None) -> None:
    told_by = dragoman.unfold(dragoman.read_response(answered(source, word), source))
    data = dragoman.write_events(told_by, source)
    assert not laws.stream_is_document(data, source, target)
    stream = dragoman.translate_stream(source, target)
    folded = dragoman.fold(dragoman.read_events(stream.feed(data) + stream.close(), target))
    assert tier_of(dragoman.write_response(folded, target).body, target) == expected


def test_the_tier_of_a_chat_stream_stands_where_clients_of_messages_look() -> None:
    """ANTHROPIC 3: `service_tier` only in `message_start`, and clients look for it nowhere else."""
    data = stream_of(CHAT, [chunk({"role": "assistant", "content": "a"}, service_tier="default"), chunk({}, "stop")])
    stream = dragoman.translate_stream(CHAT, MESSAGES)
    start = next(frame for _, frame in frames(stream.feed(data)) if frame and frame["type"] == "message_start")
    assert start["message"]["usage"]["service_tier"] == "standard"


def test_a_tier_without_a_word_elsewhere_is_told() -> None:
    t = dragoman.translate_response(answered(MESSAGES, "batch"), MESSAGES, CHAT)
    assert [(x.kind, x.code) for x in t.losses if x.at == "/usage/service_tier"] == [("dropped", "usage.unsupported")]
    t = dragoman.translate_response(answered(CHAT, "scale"), CHAT, MESSAGES)
    assert [(x.kind, x.code) for x in t.losses if x.at == "/service_tier"] == [("dropped", "envelope.service_tier")]
    bare = {key: value for key, value in answered(CHAT, "default").items() if key != "usage"}
    t = dragoman.translate_response(bare, CHAT, GEMINI)
    assert "usageMetadata" not in t.body
    assert [(x.kind, x.code) for x in t.losses if x.at == "/service_tier"] == [("dropped", "envelope.service_tier")]
