"""Sounds and pictures of an answer: what they say, or show, reaches every client that has a place for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from dragoman import laws
from dragoman.laws import Violation
from tests.matrix import CHAT, CLAUDE, COMPLETIONS, GEMINI, MESSAGES, RESPONSES, Json, answer, ask, others, send
from tests.wire import chunk, text

LITELLM, OPENROUTER = "openai-chat+litellm", "openai-chat+openrouter"


def reply(message: Json) -> Json:
    """A whole answer of Chat."""
    whole = {"role": "assistant", "content": None, "refusal": None, **message}
    choice = {"index": 0, "message": whole, "logprobs": None, "finish_reason": "stop"}
    return {"id": "c1", "object": "chat.completion", "created": 5, "model": "m", "choices": [choice]}


def stream(*deltas: Json) -> list[bytes]:
    """The same in chunks."""
    frames = [*map(chunk, deltas), chunk({}, "stop")]
    return [*(b"data: " + json.dumps(one).encode() + b"\n\n" for one in frames), b"data: [DONE]\n\n"]


def texts(body: Json, dialect: str) -> list[str]:
    """The texts of the first candidate of an answer."""
    parts = dragoman.read_response(body, dialect).candidates[0].message.parts
    return [part.text for part in parts if isinstance(part, dragoman.model.Text)]


def folded(data: bytes, dialect: str) -> Json:
    whole: Json = dragoman.write_response(dragoman.fold(dragoman.read_events(data, dialect)), dialect).body
    return whole


def told(losses: Any, kind: str) -> set[tuple[str, str]]:
    return {(loss.code, loss.at) for loss in losses if loss.kind == kind}


def assert_none(found: list[Violation]) -> None:
    assert found == []


def assert_lawful(frames: list[bytes], source: str, target: str) -> None:
    """Every law of streams."""
    data = b"".join(frames)
    assert_none(laws.stream_is_document(data, source, target))
    assert_none(laws.cut_anywhere(data, source, target, range(0, len(data), 7)))
    assert_none(laws.keeps_grammar(data, source, target))
    assert_none(laws.nothing_waits(frames, source, target))


def assert_lawful_document(body: Json, source: str, target: str) -> None:
    for law in (laws.spelling_is_free, laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        assert_none(law("response", body, source, target))


def calling(index: int | None = None) -> Json:
    """A call, whole or as a piece of a stream."""
    place = {} if index is None else {"index": index}
    return {**place, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


# --- what a sound says --------------------------------------------------------------------------------------------

SOUND = {"id": "audio_1", "data": "AAAA", "expires_at": 9, "transcript": "Hello there."}
SOUNDS = stream(
    {"role": "assistant", "content": None, "audio": {"id": "audio_1", "transcript": "Hello"}},
    {"audio": {"data": "AA"}},
    {"audio": {"transcript": " there."}},
    {"audio": {"data": "AA"}},
    {"audio": {"expires_at": 9}},
)


@pytest.mark.parametrize("target", [*others(CHAT), OPENROUTER])
def test_what_a_sound_says_is_the_text_of_the_answer(target: str) -> None:
    out = answer(reply({"audio": SOUND}), CHAT, target)
    assert texts(out.body, target) == ["Hello there."]
    assert ("media.as_text", "/choices/0/message/audio/transcript") in told(out.losses, "changed")
    # "Gemini inlineData": there the sound itself comes along, and its id is gone.
    gone = (
        ("media.file_id", "/choices/0/message/audio/id")
        if target == GEMINI
        else ("media.audio", "/choices/0/message/audio")
    )
    assert gone in told(out.losses, "dropped")
    assert_lawful_document(reply({"audio": SOUND}), CHAT, target)


@pytest.mark.parametrize("target", [*others(CHAT), OPENROUTER])
def test_what_a_sound_says_is_told_as_it_comes(target: str) -> None:
    sent = send(b"".join(SOUNDS), CHAT, target)
    assert texts(folded(sent.out, target), target) == ["Hello there."]
    assert [(x.code, x.at) for x in sent.losses if x.code == "media.as_text"] == [
        ("media.as_text", "/choices/0/message/audio/transcript")
    ]
    assert_lawful(SOUNDS, CHAT, target)


def test_a_sound_comes_home() -> None:
    for audio in (SOUND, {**SOUND, "transcript": ""}, {**SOUND, "transcript": None}, {"id": "audio_1"}):
        assert_none(laws.home_document("response", reply({"content": "x", "audio": audio}), CHAT))
    assert_none(laws.home_stream(b"".join(SOUNDS), CHAT))
    assert folded(b"".join(SOUNDS), CHAT)["choices"][0]["message"]["audio"] == SOUND
    silent = stream({"audio": {"transcript": ""}}, {"audio": {"transcript": "x"}}, {"audio": {"id": "a"}})
    assert_none(laws.home_stream(b"".join(silent), CHAT))
    assert folded(b"".join(silent), CHAT)["choices"][0]["message"]["audio"] == {"id": "a", "transcript": "x"}


@pytest.mark.parametrize("target", [*others(CHAT), OPENROUTER])
def test_a_sound_stands_beside_text_and_calls(target: str) -> None:
    frames = stream({"content": "a"}, {"audio": {"id": "x", "transcript": "b"}}, {"tool_calls": [calling(0)]})
    assert_none(laws.stream_is_document(b"".join(frames), CHAT, target))
    assert_lawful_document(reply({"refusal": "No.", "audio": SOUND, "content": "a"}), CHAT, target)
    body = reply({"content": "a", "audio": SOUND, "tool_calls": [calling()]})
    assert_lawful_document(body, CHAT, target)
    assert "".join(texts(answer(body, CHAT, target).body, target)) == "aHello there."


@pytest.mark.parametrize("target", others(CHAT, COMPLETIONS))
def test_what_a_sound_said_stays_in_the_conversation(target: str) -> None:
    """A client that sends the answer back as it came: the words stay, the sound means something to its issuer only."""
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "audio": SOUND}, {"role": "user", "content": "?"}]
    out = ask({"model": "m", "messages": turns}, CHAT, target)
    assert "Hello there." in text(out.body)
    assert ("media.as_text", "/messages/1/audio/transcript") in told(out.losses, "changed")


WAV = {"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}}


def test_a_sound_reaches_gemini_behind_all_else() -> None:
    """It is whole with the end of the answer only, and no text waits for it."""
    out = answer(reply({"audio": SOUND}), CHAT, GEMINI)
    assert out.body["candidates"][0]["content"]["parts"] == [{"text": "Hello there."}, WAV]
    assert ("order.moved", "/choices/0/message/audio") in told(out.losses, "changed")
    sent = folded(send(b"".join(SOUNDS), CHAT, GEMINI).out, GEMINI)
    assert sent["candidates"][0]["content"]["parts"] == [{"text": "Hello there."}, WAV]
    silent = answer(reply({"audio": {"id": "audio_1"}}), CHAT, GEMINI)
    assert ("media.file_id", "/choices/0/message/audio") in told(silent.losses, "dropped")


@pytest.mark.parametrize("parts", [[WAV], [{"text": "a"}, WAV], [WAV, {"text": "b"}], [WAV, WAV]])
def test_a_sound_of_gemini_is_the_audio_of_a_message(parts: list[Json]) -> None:
    """ "`audio{id, data, expires_at, transcript}`": there is room for one."""
    out = answer(drawn(*parts), GEMINI, CHAT)
    audio = out.body["choices"][0]["message"]["audio"]
    assert (audio["data"], audio["expires_at"], audio["transcript"]) == ("AAAA", 0, "")
    at = "/choices/0/message/audio"
    made = {("media.audio", f"{at}/{name}") for name in ("id", "expires_at", "transcript")}
    assert made <= told(out.losses, "invented")
    gone = {("media.audio", "/candidates/0/content/parts/1")} if parts == [WAV, WAV] else set()
    assert told(out.losses, "dropped") == gone
    for target in (CHAT, CLAUDE, OPENROUTER):
        assert_lawful_document(drawn(*parts), GEMINI, target)
        assert_lawful(drawn_stream(*parts), GEMINI, target)
    sent = folded(send(b"".join(drawn_stream(*parts)), GEMINI, CHAT).out, CHAT)
    assert sent["choices"][0]["message"]["audio"] == audio
    assert "audio" not in answer(drawn(*parts), GEMINI, "openai-chat+vllm").body["choices"][0]["message"]


# --- pictures -------------------------------------------------------------------------------------------------------

PIXEL = "iVBORw0KGgo="
ADDRESS = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}
PICTURE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}, "index": 0}
INLINE = {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
SHOWING = (OPENROUTER, LITELLM)
IMAGES = stream({"role": "assistant", "content": "Here"}, {"images": [PICTURE]}, {"images": [PICTURE, ADDRESS]})


def drawn(*parts: Json) -> Json:
    """An answer of Gemini."""
    one = {"content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP", "index": 0}
    return {"candidates": [one], "modelVersion": "m", "responseId": "r"}


def drawn_stream(*parts: Json) -> list[bytes]:
    """The same, a chunk for each part."""
    chunks = [drawn(part) for part in parts]
    for one in chunks[:-1]:
        del one["candidates"][0]["finishReason"]
    return [b"data: " + json.dumps(one).encode() + b"\r\n\r\n" for one in chunks]


@pytest.mark.parametrize("source", [CHAT, *SHOWING])
@pytest.mark.parametrize(
    "images",
    [
        [PICTURE],
        [PICTURE, ADDRESS, {**PICTURE, "index": 7}],
        [{**PICTURE, "image_url": {"url": "data:IMAGE/PNG;base64,AA==", "detail": "low", "x": 1}, "y": None}],
        [{**PICTURE, "index": True}, {"type": "image_url"}, {"type": "else"}, "iVBO", None],
        [],
        None,
        {},
    ],
)
def test_pictures_come_home(images: Any, source: str) -> None:
    assert_none(laws.home_document("response", reply({"content": "x", "images": images}), source))
    turn = {"role": "assistant", "content": "x", "images": images}
    assert_none(laws.home_document("request", {"model": "m", "messages": [turn]}, source))
    frames = b"".join(stream({"content": "x"}, {"images": images}))
    assert_none(laws.home_stream(frames, source))
    if images:
        assert folded(frames, source)["choices"][0]["message"]["images"] == images


def test_a_picture_that_comes_again_is_the_same_one() -> None:
    assert_none(laws.home_stream(b"".join(IMAGES), OPENROUTER))
    assert folded(b"".join(IMAGES), OPENROUTER)["choices"][0]["message"]["images"] == [PICTURE, ADDRESS]


@pytest.mark.parametrize("source", [CHAT, *SHOWING])
def test_pictures_of_an_answer_are_parts_of_it_elsewhere(source: str) -> None:
    body = reply({"content": "Here", "images": [PICTURE]})
    out = answer(body, source, GEMINI)
    assert out.body["candidates"][0]["content"]["parts"] == [{"text": "Here"}, INLINE]
    assert told(out.losses, "dropped") | told(out.losses, "changed") == set()
    item = answer(body, source, RESPONSES).body["output"][-1]
    assert (item["type"], item["result"], item["output_format"]) == ("image_generation_call", PIXEL, "png")
    for target in (MESSAGES, COMPLETIONS, CLAUDE):
        losses = answer(body, source, target).losses
        assert ("media.image", "/choices/0/message/images/0") in told(losses, "dropped")


@pytest.mark.parametrize("source", [CHAT, *SHOWING])
@pytest.mark.parametrize("target", [*others(CHAT), *SHOWING])
def test_pictures_keep_the_laws(source: str, target: str) -> None:
    if source == target:
        return
    assert_lawful(IMAGES, source, target)
    assert_lawful_document(reply({"content": "Here", "images": [PICTURE, ADDRESS]}), source, target)
    assert_lawful_document(reply({"images": [{"type": "else", "x": 1}], "tool_calls": [calling()]}), source, target)


CALL = {"functionCall": {"name": "f", "args": {"a": 1}}}
ORDERS = [[{"text": "Here"}, INLINE], [INLINE, {"text": "Here"}], [CALL, INLINE], [INLINE, INLINE, CALL]]
ORDERS += [[INLINE, {"text": "hm", "thought": True}, {"text": "a"}], [{**INLINE, "thoughtSignature": "c2ln"}]]


@pytest.mark.parametrize("parts", ORDERS)
@pytest.mark.parametrize("target", [CHAT, *SHOWING])
def test_a_flavour_that_has_pictures_shows_them(target: str, parts: list[Json]) -> None:
    out = answer(drawn(*parts), GEMINI, target)
    images = out.body["choices"][0]["message"].get("images", [])
    count = parts.count(INLINE) + sum("thoughtSignature" in part for part in parts)
    assert images == ([{**PICTURE, "index": i} for i in range(count)] if target in SHOWING else [])
    gone = sorted(at for code, at in told(out.losses, "dropped") if code == "media.image")
    here = [f"/candidates/0/content/parts/{i}" for i, part in enumerate(parts) if "inlineData" in part]
    assert gone == ([] if target in SHOWING else here)
    assert_lawful_document(drawn(*parts), GEMINI, target)
    frames = drawn_stream(*parts)
    sent = folded(send(b"".join(frames), GEMINI, target).out, target)
    assert sent["choices"][0]["message"].get("images", []) == images
    assert_lawful(frames, GEMINI, target)


@pytest.mark.parametrize("target", SHOWING)
def test_what_the_image_tool_of_responses_made_is_shown(target: str) -> None:
    body = answer(drawn({"text": "Here"}, INLINE), GEMINI, RESPONSES).body
    assert answer(body, RESPONSES, target).body["choices"][0]["message"]["images"] == [PICTURE]
    assert_lawful_document(body, RESPONSES, target)
    made = send(b"".join(drawn_stream({"text": "Here"}, INLINE)), GEMINI, RESPONSES).out
    assert_lawful([one + b"\n\n" for one in made.split(b"\n\n") if one], RESPONSES, target)


@pytest.mark.parametrize("address", ["gs://bucket/a.png", "https://generativelanguage.googleapis.com/v1beta/files/a"])
@pytest.mark.parametrize("source", [CHAT, *SHOWING])
def test_a_picture_in_a_file_of_googles_own_is_none_of_another_vendor(source: str, address: str) -> None:
    """Gemini would take it for its own, and its next client would have to carry it."""
    body = reply({"content": "a", "images": [{"type": "image_url", "image_url": {"url": address}}]})
    body["choices"][0]["message"]["tool_calls"] = [calling()]
    assert ("media.image", "/choices/0/message/images/0") in told(answer(body, source, GEMINI).losses, "dropped")
    assert_lawful_document(body, source, GEMINI)
    frames = stream({"content": "a", "images": body["choices"][0]["message"]["images"]}, {"tool_calls": [calling(0)]})
    assert_lawful(frames, source, GEMINI)
