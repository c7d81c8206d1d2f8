"""The five pages that this project began with: their payloads (fixtures named seed-*), and what is damaged in them.

Pictures and films as tasks of their own are other dialects and not here.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import pytest

import dragoman
from dragoman import laws
from tests import fixtures
from tests.fixtures import Fixture
from tests.matrix import (
    ALL,
    CHAT,
    CLAUDE,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Json,
    answer,
    ask,
    counts_of,
    ending,
    others,
    parts_of,
    send,
    text_of,
    thought_of,
)
from tests.wire import covered

# Every payload of the pages, typed here: what is missing under fixtures/ shows.
SEEDS = {
    "gemini/seed-image.request",
    "gemini/seed-thinking.request",
    "openai-chat/seed-base.response",
    "openai-chat/seed-claude-thinking.request",
    "openai-chat/seed-claude-thinking.response",
    "openai-chat/seed-developer.request",
    "openai-chat/seed-minimal.response",
    "openai-chat/seed-stream.request",
    "openai-chat/seed-stream.stream",
    "openai-chat/seed-structured.request",
    "openai-chat/seed-video.request",
    "openai-chat/seed-vision.request",
    "openai-chat/seed-vision.response",
    "openai-completions/seed.request",
    "openai-completions/seed.response",
    "openai-responses/seed-plain.request",
    "openai-responses/seed-plain.response",
    "openai-responses/seed-stream.request",
    "openai-responses/seed-stream.stream",
    "openai-responses/seed-web-search.request",
    "openai-responses/seed-web-search.response",
}
TEMPLATE = "openai-chat/seed-template.request"  # refused, see below
TARGETS = [*ALL, *dragoman.flavours(CHAT), *dragoman.flavours(GEMINI)]


def seeds(*kinds: str) -> list[Any]:
    found = [fixtures.named(identity) for identity in sorted(SEEDS)]
    return [pytest.param(one, id=one.id) for one in found if one.kind in kinds]


def sources(one: Fixture) -> list[str]:
    """The dialects that a payload is read as: its own; the Claude pages of Chat also as claude-thinking."""
    return [one.dialect, CLAUDE] if "claude-thinking" in one.name else [one.dialect]


def test_every_payload_is_here() -> None:
    found = {one.id for one in fixtures.load() if one.name == "seed" or one.name.startswith("seed-")}
    assert found == SEEDS


# --- home and away ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", seeds("request", "response"))
def test_documents_come_home(one: Fixture) -> None:
    for source in sources(one):
        assert laws.home_document(one.kind, one.json(), source) == []
        t = getattr(dragoman, f"translate_{one.kind}")(one.data, source, source)
        assert (t.json(), t.losses) == (one.data, ())


@pytest.mark.parametrize("one", seeds("stream"))
def test_streams_come_home(one: Fixture) -> None:
    assert laws.home_stream(one.data, one.dialect) == []
    for size in (len(one.data), 1, 7):
        s = dragoman.translate_stream(one.dialect, one.dialect)
        pieces = (one.data[i : i + size] for i in range(0, len(one.data), size))
        assert b"".join(map(s.feed, pieces)) + s.close() == one.data
        assert s.error is None


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("one", seeds("request", "response"))
def test_documents_cross(one: Fixture, target: str) -> None:
    """ask and answer see to it that what comes out is valid there, reads again and comes home there."""
    for source in sources(one):
        if source != target:
            there = (ask if one.kind == "request" else answer)(one.json(), source, target)
            assert there.status is None
            assert laws.pure(one.kind, one.json(), source, target) == []


@pytest.mark.parametrize("target", ALL)
@pytest.mark.parametrize("one", seeds("stream"))
def test_streams_cross(one: Fixture, target: str) -> None:
    if one.dialect == target:
        return
    s = send(one.data, one.dialect, target)
    assert s.stream.error is None
    assert laws.stream_is_document(one.data, one.dialect, target) == []
    assert laws.home_stream(s.out, target) == []


# --- what the payloads say, elsewhere ------------------------------------------------------------------------


@pytest.mark.parametrize("target", others(CHAT))
def test_the_stream_says_the_same_everywhere(target: str) -> None:
    """Usage comes in a last chunk that still has a choice, with empty details and another `created`."""
    s = send(fixtures.named("openai-chat/seed-stream.stream").data, CHAT, target)
    assert text_of(s.document, target) == "Hello! How can I assist you today?"
    assert ending(s.document, target) == "stop"
    counts = counts_of(s.document, target)
    assert (counts.input, counts.output, counts.total) == (9, 9, 18)


@pytest.mark.parametrize("target", others(RESPONSES))
def test_the_responses_stream_says_the_same_everywhere(target: str) -> None:
    one = fixtures.named("openai-responses/seed-stream.stream")
    whole = dragoman.write_response(dragoman.fold(dragoman.read_events(one.data, RESPONSES)), RESPONSES).body
    s = send(one.data, RESPONSES, target)
    assert text_of(s.document, target) == text_of(whole, RESPONSES) != ""
    assert ending(s.document, target) == "stop"
    assert counts_of(s.document, target).total == counts_of(whole, RESPONSES).total


@pytest.mark.parametrize("target", [RESPONSES, MESSAGES, GEMINI])
def test_claude_thinking_is_thinking(target: str) -> None:
    one = fixtures.named("openai-chat/seed-claude-thinking.response")
    message = one.json()["choices"][0]["message"]
    t = answer(one.json(), CLAUDE, target)
    assert thought_of(t.body, target) == message["reasoning_content"]
    assert text_of(t.body, target) == message["content"]


@pytest.mark.parametrize("target", [RESPONSES, MESSAGES, GEMINI])
def test_the_suffix_asks_for_thinking(target: str) -> None:
    t = ask(fixtures.named("openai-chat/seed-claude-thinking.request").json(), CLAUDE, target)
    assert t.model == "claude-3-7-sonnet-20250219"
    asked = t.body.get("thinking") or t.body.get("reasoning") or t.body["generationConfig"]["thinkingConfig"]
    assert asked


@pytest.mark.parametrize("target", others(CHAT, CLAUDE))
def test_a_film_as_a_picture_is_a_film(target: str) -> None:
    t = ask(fixtures.named("openai-chat/seed-video.request").json(), CHAT, target)
    if target == GEMINI:
        (film,) = [p["fileData"] for turn in t.body["contents"] for p in turn["parts"] if "fileData" in p]
        assert film["mimeType"] == "video/mp4"
    else:
        assert covered(t.losses, "/messages/0/content/1", "dropped")


@pytest.mark.parametrize("target", others(GEMINI))
def test_a_budget_of_gemini_asks_for_thinking(target: str) -> None:
    t = ask(fixtures.named("gemini/seed-thinking.request").json(), GEMINI, target)
    assert covered(t.losses, "/generationConfig/thinkingConfig")
    if target == MESSAGES:
        assert t.body["thinking"].get("budget_tokens", 1024) >= 1024


@pytest.mark.parametrize("target", others(RESPONSES))
def test_the_web_search_of_responses(target: str) -> None:
    t = ask(fixtures.named("openai-responses/seed-web-search.request").json(), RESPONSES, target)
    assert covered(t.losses, "/tools/0", "dropped", "changed")
    r = answer(fixtures.named("openai-responses/seed-web-search.response").json(), RESPONSES, target)
    assert text_of(r.body, target) != ""
    assert covered(r.losses, "/output/0", "dropped")


# --- base64 that is none ------------------------------------------------------------------------------------

SHORTENED = "iVBORw0KGgoAAAANSUh....."  # as the page prints it


def test_the_picture_of_the_page_does_not_decode() -> None:
    data = fixtures.named("gemini/seed-image.request").json()["contents"][0]["parts"][0]["inlineData"]["data"]
    assert data == SHORTENED
    with pytest.raises(binascii.Error):
        base64.b64decode(data, validate=True)


@pytest.mark.parametrize("target", others(GEMINI, COMPLETIONS))
def test_what_does_not_decode_travels_as_text(target: str) -> None:
    t = ask(fixtures.named("gemini/seed-image.request").json(), GEMINI, target)
    assert json.dumps(t.body).count(SHORTENED) == 2
    back = ask(t.body, target, GEMINI)
    assert [p["inlineData"]["data"] for p in back.body["contents"][0]["parts"][:2]] == [SHORTENED, SHORTENED]


def picture(data: str) -> dict[str, Json]:
    """A turn with this picture in each dialect that has pictures."""
    url = f"data:image/png;base64,{data}"
    source = {"type": "base64", "media_type": "image/png", "data": data}
    chat = {"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]}
    return {
        CHAT: chat,
        CLAUDE: chat,
        RESPONSES: {"model": "m", "input": [{"role": "user", "content": [{"type": "input_image", "image_url": url}]}]},
        MESSAGES: {
            "model": "m",
            "max_tokens": 9,
            "messages": [{"role": "user", "content": [{"type": "image", "source": source}]}],
        },
        GEMINI: {"contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": data}}]}]},
    }


@pytest.mark.parametrize("data", [SHORTENED, "?", "a", "AA=A", "AA AA", "ä"])
@pytest.mark.parametrize("source", picture(""))
def test_and_so_from_everywhere_to_everywhere(source: str, data: str) -> None:
    body = picture(data)[source]
    assert dragoman.write_request(dragoman.read_request(body, source), source).body == body
    for target in others(source, COMPLETIONS):
        assert data in json.dumps(ask(body, source, target).body, ensure_ascii=False), target


@pytest.mark.parametrize("target", others(GEMINI, COMPLETIONS))
def test_a_document_that_does_not_decode_is_not_decoded(target: str) -> None:
    """Text documents are decoded towards Messages; what cannot be is told or travels as it is."""
    part = {"inlineData": {"mimeType": "text/plain", "data": SHORTENED}}
    t = ask({"contents": [{"role": "user", "parts": [part, {"text": "?"}]}]}, GEMINI, target)
    assert SHORTENED in json.dumps(t.body) or covered(t.losses, "/contents/0/parts/0")


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ALL)
def test_the_template_is_refused_with_its_place(target: str) -> None:
    """`tools: ["string"]`: nobody knows what tool that is. Its zeros and empty objects are read as absent."""
    body = fixtures.named(TEMPLATE).json()
    for source in (CHAT, CLAUDE):
        if target not in (CHAT, CLAUDE):
            with pytest.raises(dragoman.InvalidDocument) as caught:
                dragoman.translate_request(body, source, target)
            assert [(f.at, f.expected, f.found) for f in caught.value.faults] == [("/tools/0", "object", "string")]
        with pytest.raises(dragoman.InvalidDocument) as caught:
            dragoman.read_request(body, source, validate=True)
        assert [f.at for f in caught.value.faults] == ["/messages/0/role", "/tools/0"]


def test_the_template_is_refused_with_all_its_places() -> None:
    body = fixtures.named(TEMPLATE).json()
    body["tools"] = ["string", {"type": "function", "function": {"name": "f"}}, 7]
    body["messages"].append("string")
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.read_request(body, CHAT)
    assert {f.at for f in caught.value.faults} == {"/tools/0", "/tools/2", "/messages/1"}
    for fault in caught.value.faults:
        assert fault.at in str(caught.value)


def test_the_template_without_its_tool_is_a_request() -> None:
    body = fixtures.named(TEMPLATE).json()
    body["tools"] = []
    assert not dragoman.read_request(body, CHAT).tools
    for target in others(CHAT):
        assert ask(body, CHAT, target).stream


# The damaged examples of page 003, as they stand there: commas and a quote are missing, keys have spaces.
ASKED = """{
"model": "gpt-3.5-turbo"
"
"messages": [{
\t"role": "user"
\t"content": "Say this is a test"
    }]
}"""
# The stray quote, and the commas that are missing.
DAMAGED = [
    "JSON (line 3, column 1): nothing",
    "JSON (line 4, column 1): a comma",
    "JSON (line 6, column 2): a comma",
]
ANSWERED = {
    "id": "chatcmpl-123",
    "object": "chat.completion",
    "created ": 1677652288,
    "model": "gpt-3.5-turbo-0613",
    "system fingerprint": "fp_44709d6fcb",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "n\nThis is a test."},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 12, "completion tokens ": 5, "total tokens": 17},
}


@pytest.mark.parametrize("target", ALL)
def test_the_damaged_request_is_refused_with_its_lines(target: str) -> None:
    """Every place where the text is no JSON, in order."""
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.translate_request(ASKED, CHAT, target)
    assert {fault.at for fault in caught.value.faults} == {""}
    said = [f.expected for f in caught.value.faults]
    assert said == DAMAGED


@pytest.mark.parametrize("target", ALL)
def test_the_damaged_answer_is_refused_with_its_keys(target: str) -> None:
    """Validation names every key that is a known one but for blanks; the request it came from is read as it is."""
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.translate_response(ANSWERED, CHAT, target, validate=True)
    assert [(f.at, f.expected) for f in caught.value.faults] == [
        ("/created ", 'the key "created"'),
        ("/system fingerprint", 'the key "system_fingerprint"'),
        ("/usage/completion tokens ", 'the key "completion_tokens"'),
        ("/usage/total tokens", 'the key "total_tokens"'),
    ]


@pytest.mark.parametrize("target", others(CHAT, CLAUDE))
def test_the_damaged_answer_is_read_and_told(target: str) -> None:
    """Without validation: what it says can be read. Its damaged keys are unknown ones: at home they stay, elsewhere
    each is told."""
    assert laws.home_document("response", ANSWERED, CHAT) == []
    t = answer(ANSWERED, CHAT, target)
    assert text_of(t.body, target) == "n\nThis is a test."
    assert ending(t.body, target) == "stop"
    for place in ("/created ", "/system fingerprint", "/usage/completion tokens ", "/usage/total tokens"):
        assert covered(t.losses, place, "dropped"), place
    unknown = {loss.at for loss in t.losses if loss.kind == "invented"}
    if target == COMPLETIONS:
        assert "/created" in unknown
    if target == GEMINI:
        assert [p["text"] for p in parts_of(t.body)] == ["n\nThis is a test."]


def test_the_damaged_answer_in_pieces() -> None:
    """Cut anywhere it is no JSON: an error with the text, and never an answer."""
    text = json.dumps(ANSWERED)
    for end in (1, 20, len(text) // 2, len(text) - 1):
        with pytest.raises(dragoman.InvalidDocument):
            dragoman.read_response(text[:end], CHAT)
        t = dragoman.translate_response(text[:end], CHAT, MESSAGES)
        assert t.status is not None
        assert t.body["type"] == "error"
