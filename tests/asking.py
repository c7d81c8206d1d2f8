"""One request through a writer, for the tests of what the facts about a model make of it."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman

CHAT, MESSAGES, RESPONSES, GEMINI = "openai-chat", "anthropic-messages", "openai-responses", "gemini"
HELLO = [{"role": "user", "content": "hello"}]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


def ask(
    target: str, model: str, profile: Any = None, source: str = CHAT, **body: Any
) -> tuple[Any, set[tuple[str, str]]]:
    """The body that a request becomes, and its losses as (kind, code)."""
    content = (
        {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]} if source == GEMINI else {"messages": HELLO}
    )
    path = f"/v1beta/models/{model}:generateContent" if source == GEMINI else None
    asked = {**({} if source == GEMINI else {"model": model}), **content, **body}
    out = dragoman.translate_request(asked, source, target, profile=profile, path=path)
    return out.body, {(loss.kind, loss.code) for loss in out.losses}


OPENAI = pytest.mark.parametrize("target", [CHAT, RESPONSES])


def ask_openai(target: str, model: str, profile: Any = None, **body: Any) -> tuple[Any, set[tuple[str, str]]]:
    """The same of a request of Messages."""
    return ask(target, model, profile, source=MESSAGES, **{"max_tokens": 100, **body})
