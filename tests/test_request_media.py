"""Media and documents of requests: what of them reaches the model of another dialect, and what is told."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws
from dragoman.model import Json

CHAT, RESPONSES, MESSAGES, GEMINI = "openai-chat", "openai-responses", "anthropic-messages", "gemini"
PATH = "/v1beta/models/gemini-3-pro-preview:generateContent"


def asked(dialect: str, *parts: Json) -> Json:
    """A request of one turn of the user."""
    if dialect == GEMINI:
        return {"contents": [{"role": "user", "parts": list(parts)}]}
    if dialect == RESPONSES:
        return {"model": "gpt-5", "input": [{"type": "message", "role": "user", "content": list(parts)}]}
    return {"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": list(parts)}]}


def went(body: Json, source: str, target: str, **more: Any) -> dragoman.Translation:
    """The translation of a request, which keeps the laws."""
    found = [
        *laws.nothing_vanishes("request", body, source, target),
        *laws.nothing_made_up("request", body, source, target),
        *laws.settled("request", body, source, target),
    ]
    assert found == []
    return dragoman.translate_request(body, source, target, path=PATH if source == GEMINI else None, **more)


def told(out: dragoman.Translation, kind: str) -> list[tuple[str, str]]:
    return [(loss.code, loss.at) for loss in out.losses if loss.kind == kind]


# --- files by id --------------------------------------------------------------------------------------------------

CHAT_FILE = {"type": "file", "file": {"file_id": "file-abc"}}
RESPONSES_FILE = {"type": "input_file", "file_id": "file-abc"}


def test_a_file_of_openai_goes_from_chat_to_responses() -> None:
    out = went(asked(CHAT, CHAT_FILE), CHAT, RESPONSES)
    assert out.body["input"][0]["content"] == [RESPONSES_FILE]
    assert told(out, "dropped") == []


def test_a_file_of_openai_goes_from_responses_to_chat() -> None:
    out = went(asked(RESPONSES, {**RESPONSES_FILE, "filename": "a.pdf"}), RESPONSES, CHAT)
    assert out.body["messages"][0]["content"] == [
        {"type": "file", "file": {"file_id": "file-abc", "filename": "a.pdf"}}
    ]
    assert told(out, "dropped") == []


@pytest.mark.parametrize(
    ("source", "target", "profile"),
    [
        (CHAT, RESPONSES, {"provider": "azure"}),
        (CHAT, "claude-thinking", None),
        (CHAT, "openai-chat+openrouter", None),
        (CHAT, MESSAGES, None),
        ("claude-thinking", RESPONSES, None),
        ("openai-chat+litellm", RESPONSES, None),
        ("openai-chat+azure", RESPONSES, None),
        (RESPONSES, CHAT, {"provider": "azure"}),
        (RESPONSES, "openai-chat+azure", None),
        (RESPONSES, GEMINI, None),
    ],
)
def test_a_file_goes_to_no_other_issuer(source: str, target: str, profile: Any) -> None:
    body = asked(RESPONSES, RESPONSES_FILE) if source == RESPONSES else asked(source, CHAT_FILE)
    out = dragoman.translate_request(body, source, target, profile=profile)
    assert "media.file_id" in {code for code, _ in told(out, "dropped")}
    assert "file-abc" not in str(out.body)


def test_a_file_of_azure_stays_with_azure() -> None:
    out = dragoman.translate_request(
        asked(CHAT, CHAT_FILE), "openai-chat+azure", RESPONSES, profile={"provider": "azure"}
    )
    assert out.body["input"][0]["content"] == [RESPONSES_FILE]


def test_a_file_of_google_is_none_that_its_layer_of_chat_takes() -> None:
    body = asked(GEMINI, {"fileData": {"mimeType": "application/pdf", "fileUri": "files/abc"}})
    out = dragoman.translate_request(body, GEMINI, "openai-chat+google", path=PATH)
    assert ("media.file_id", "/contents/0/parts/0") in told(out, "dropped")


def test_a_picture_by_its_id_has_no_word_in_chat() -> None:
    out = went(asked(RESPONSES, {"type": "input_image", "file_id": "file-abc", "detail": "auto"}), RESPONSES, CHAT)
    assert ("media.file_id", "/input/0/content/0") in told(out, "dropped")
