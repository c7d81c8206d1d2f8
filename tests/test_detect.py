"""Which dialect a body may be: what tells Chat and Messages apart, and when nothing does."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman.cli.command import _summary
from dragoman.cli.convert import Options
from dragoman.detect import is_tie
from tests import corpus
from tests.test_cli import CHAT_RESPONSE, in_memory, jsonl

CHAT, MESSAGES = "openai-chat", "anthropic-messages"
EITHER: dict[str, Any] = {"max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}


@pytest.mark.parametrize(
    ("more", "dialect"),
    [
        ({"temperature": 1.7}, CHAT),
        ({"tool_choice": "auto"}, CHAT),
        ({"stream_options": {}}, CHAT),
        ({"presence_penalty": 1}, CHAT),
        ({"thinking": {"type": "enabled"}}, CHAT),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, MESSAGES),
        ({"tool_choice": {"type": "any"}}, MESSAGES),
        ({"metadata": {"user_id": "u"}}, MESSAGES),
        ({"top_k": 4}, MESSAGES),
    ],
)
@pytest.mark.parametrize("model", ["m", "gpt-4o", "claude-sonnet-4-5"])
def test_fields_and_ranges_tell(more: dict[str, Any], dialect: str, model: str) -> None:
    """Whatever the model is called: "model name does not imply dialect"."""
    guesses = dragoman.detect({"model": model, **EITHER, **more})
    assert guesses[0].dialect == dialect
    assert not is_tie(guesses)


@pytest.mark.parametrize(
    ("model", "dialect"),
    [
        ("gpt-4o", CHAT),
        ("o3-mini", CHAT),
        ("mistral-small-2506", CHAT),
        ("qwen3-5-9b", CHAT),
        ("llama3.2:3b", CHAT),
        ("anthropic/claude-sonnet-4", CHAT),  # so a router calls it
        ("claude-sonnet-4-5", MESSAGES),
        ("us.anthropic.claude-3-haiku-20240307-v1:0", MESSAGES),
        ("m", MESSAGES),
        ("optimus", MESSAGES),
        (None, MESSAGES),
        ("", MESSAGES),
    ],
)
def test_the_name_of_the_model_decides_a_tie(model: Any, dialect: str) -> None:
    guesses = dragoman.detect({"model": model, **EITHER})
    assert guesses[0].dialect == dialect
    assert is_tie(guesses)


@pytest.mark.parametrize("body", [{"messages": []}, {"input": "x"}, {"prompt": "x"}, {"contents": []}, {"error": {}}])
def test_what_can_be_one_thing_only_is_no_tie(body: dict[str, Any]) -> None:
    assert not is_tie(dragoman.detect(body))


def test_ties_are_counted_and_told() -> None:
    """A line of a log must not go through another dialect than the next one without a word."""
    body = {"model": "gpt-4o", **EITHER}
    batch = {"custom_id": "a", "body": body}
    out, converter = in_memory(Options(MESSAGES), jsonl(body), jsonl({"request": body}), jsonl(batch))
    assert converter.tally.tied == {CHAT: 3}
    assert out[0]["max_tokens"] == 5
    (said,) = (line for line in _summary(converter.tally, "report") if "say --from" in line)
    assert said == f"3 requests taken for {CHAT} may be of another dialect: say --from"
    for record in (
        {"request": body, "response": CHAT_RESPONSE},
        {"request": body, "request_path": "/v1/chat/completions"},
        {"request": body, "dialect": CHAT},
    ):
        _, converter = in_memory(Options(MESSAGES), jsonl(record))
        assert not converter.tally.tied
    _, converter = in_memory(Options(MESSAGES, source=CHAT), jsonl(body))
    assert not converter.tally.tied


def test_a_temperature_of_chats_goes_as_chats() -> None:
    out, converter = in_memory(Options(MESSAGES), jsonl({"model": "gpt-4o", **EITHER, "temperature": 1.7}))
    assert out[0]["temperature"] == 1
    assert converter.tally.losses


@corpus.needs_traffic
@pytest.mark.parametrize(("dialect", "most"), [(CHAT, 3), (MESSAGES, 2)])
def test_recorded_requests_are_told_apart(dialect: str, most: int) -> None:
    wrong = []
    for row in corpus.requests(dialect):
        asked = [guess.dialect for guess in dragoman.detect(row.request) if guess.kind == "request"]
        if asked and asked[0] != dialect:
            wrong.append(row.id)
    assert len(wrong) <= most
