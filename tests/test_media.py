"""Base64 however it is spelt is written as the services take it, and what holds nothing is no picture."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman.media import from_data_url, standard

CHAT, MESSAGES, RESPONSES, GEMINI = "openai-chat", "anthropic-messages", "openai-responses", "gemini"
SPELT = [
    ("_-8", "/+8="),  # URL-safe, without padding
    ("AA%3D%3D", "AA=="),
    ("%2B%2f8=", "+/8="),
    ("AA\nAA", "AAAA"),
    ("AA\r\nAA\r\nAA", "AAAAAA=="),
    ("AAA", "AAA="),
    ("AAA=", "AAA="),
    ("AAAA====", "AAAA"),  # surplus padding
    ("AA======", "AA=="),
    (" AAAAAA ", "AAAAAA=="),
    (" AAA", "AAA="),
    ("", ""),
]
NO_BASE64 = ["A", "A!", "A-%zz", "aé==", "AAAAA\n", "AA AA", "AAA AAA=", "AA=A"]


def asked(source: str, part: dict[str, Any]) -> dict[str, Any]:
    turn = {"role": "user", "content": [part]}
    if source == GEMINI:
        return {"contents": [{"role": "user", "parts": [part]}]}
    if source == RESPONSES:
        return {"model": "m", "input": [{"type": "message", **turn}]}
    return {"model": "m", "messages": [turn]} | ({"max_tokens": 9} if source == MESSAGES else {})


FORMS: dict[str, Any] = {
    CHAT: lambda data: {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
    RESPONSES: lambda data: {"type": "input_image", "image_url": f"data:image/png;base64,{data}"},
    MESSAGES: lambda data: {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}},
    GEMINI: lambda data: {"inlineData": {"mimeType": "image/png", "data": data}},
}


def written(target: str, body: Any) -> Any:
    if target == GEMINI:
        return body["contents"][0]["parts"][0]["inlineData"]["data"]
    part = body["input" if target == RESPONSES else "messages"][0]["content"][0]
    if target == MESSAGES:
        return part["source"]["data"]
    url = part["image_url"] if target == RESPONSES else part["image_url"]["url"]
    return url.removeprefix("data:image/png;base64,")


@pytest.mark.parametrize(("said", "plain"), SPELT)
def test_base64_has_one_spelling(said: str, plain: str) -> None:
    assert standard(said) == plain
    assert standard(plain) is plain  # what is standard is no other text


@pytest.mark.parametrize("said", NO_BASE64)
def test_what_is_no_base64_stays_as_it_is(said: str) -> None:
    assert standard(said) is said


@pytest.mark.parametrize("source", FORMS)
@pytest.mark.parametrize("target", FORMS)
@pytest.mark.parametrize("said", [said for said, _ in SPELT if said] + NO_BASE64)
def test_data_is_standard_elsewhere_and_as_it_was_at_home(source: str, target: str, said: str) -> None:
    """ "Standard base64, no data: prefix, no newlines"."""
    body = asked(source, FORMS[source](said))
    t = dragoman.translate_request(body, source, target)
    if source == target:
        assert (t.body, t.losses) == (body, ())
    else:
        assert written(target, t.body) == standard(said)
        assert {loss.code for loss in t.losses} <= {"max_tokens.default", "max_tokens.minimum", "envelope.model"}


@pytest.mark.parametrize(("said", "plain"), SPELT[:-1])
def test_files_and_sounds_likewise(said: str, plain: str) -> None:
    sound = {"type": "input_audio", "input_audio": {"data": said, "format": "wav"}}
    for source, target in ((CHAT, RESPONSES), (RESPONSES, CHAT)):
        body = asked(source, sound)
        assert dragoman.translate_request(body, source, source).body == body
        t = dragoman.translate_request(body, source, target)
        part = t.body["input" if target == RESPONSES else "messages"][0]["content"][0]
        assert part == {"type": "input_audio", "input_audio": {"data": plain, "format": "wav"}}
    for data in (said, f"data:application/pdf;base64,{said}"):
        for source, file in (
            (CHAT, {"type": "file", "file": {"filename": "a.pdf", "file_data": data}}),
            (RESPONSES, {"type": "input_file", "filename": "a.pdf", "file_data": data}),
        ):
            body = asked(source, file)
            assert dragoman.translate_request(body, source, source).body == body
            sent = dragoman.translate_request(body, source, MESSAGES).body["messages"][0]["content"][0]
            assert sent["source"] == {"type": "base64", "media_type": "application/pdf", "data": plain}


EMPTY: list[tuple[str, str, dict[str, Any]]] = [
    (CHAT, "image", {"type": "image_url", "image_url": {"url": ""}}),
    (CHAT, "image", {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}),
    (CHAT, "document", {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,"}}),
    (CHAT, "document", {"type": "file", "file": {"filename": "a.pdf", "file_data": ""}}),
    (CHAT, "audio", {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}),
    (RESPONSES, "image", {"type": "input_image", "image_url": ""}),
    (RESPONSES, "document", {"type": "input_file", "file_data": ""}),
    (RESPONSES, "document", {"type": "input_file", "file_url": ""}),
    (MESSAGES, "image", FORMS[MESSAGES]("")),
    (MESSAGES, "image", {"type": "image", "source": {"type": "url", "url": ""}}),
    (GEMINI, "image", FORMS[GEMINI]("")),
]


@pytest.mark.parametrize(("source", "kind", "part"), EMPTY)
@pytest.mark.parametrize("target", FORMS)
def test_what_is_empty_is_no_picture(source: str, target: str, kind: str, part: dict[str, Any]) -> None:
    """ "Treat empty url as invalid_value": no service takes it."""
    body = asked(source, part)
    t = dragoman.translate_request(body, source, target)
    if source == target:
        assert (t.body, t.losses) == (body, ())
        return
    at = {RESPONSES: "/input/0/content/0", GEMINI: "/contents/0/parts/0"}.get(source, "/messages/0/content/0")
    assert ("dropped", f"media.{kind}", at) in [(loss.kind, loss.code, loss.at) for loss in t.losses]
    assert "data:" not in str(t.body)


def test_a_plain_data_url_is_not_copied_twice() -> None:
    url = "data:image/png;base64," + "A" * 4000
    data = from_data_url(url)
    assert data is not None
    assert data.is_plain(url)
    assert not data.respelt
