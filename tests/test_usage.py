"""What usage counts by modality: Gemini has lists of it, the dialects of Chat's shape a field each."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws
from dragoman.events import merge_usage
from dragoman.model import Usage
from tests.matrix import (
    CHAT,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Json,
    answer,
    c_answer,
    g_answer,
    send,
    sse,
)
from tests.matrix import CLAUDE as THINKING
from tests.wire import chunk

SHAPED = (CHAT, THINKING, COMPLETIONS)
PROMPT = [{"modality": "AUDIO", "tokenCount": 5}, {"modality": "TEXT", "tokenCount": 4}]
ANSWER = [{"modality": "AUDIO", "tokenCount": 7}]
COUNTED: Json = {
    "promptTokenCount": 9,
    "candidatesTokenCount": 7,
    "totalTokenCount": 16,
    "promptTokensDetails": PROMPT,
    "candidatesTokensDetails": ANSWER,
}
SAID: Json = {
    "prompt_tokens": 9,
    "completion_tokens": 7,
    "total_tokens": 16,
    "prompt_tokens_details": {"text_tokens": 4, "audio_tokens": 5},
    "completion_tokens_details": {"audio_tokens": 7},
}


def from_gemini(usage: Json, target: str) -> dragoman.Translation:
    return answer(g_answer({"text": "Hi"}, usageMetadata=usage), GEMINI, target)


def from_chat(usage: Json, target: str, source: str = CHAT) -> dragoman.Translation:
    return answer({**c_answer(content="Hi"), "usage": usage}, source, target)


def told(losses: Any) -> list[tuple[str, str, str]]:
    """The losses of usage."""
    return [(x.kind, x.code, x.at) for x in losses if x.at.startswith("/usage") and x.kind != "invented"]


@pytest.mark.parametrize("target", SHAPED)
def test_lists_of_gemini_become_fields(target: str) -> None:
    t = from_gemini(COUNTED, target)
    assert t.body["usage"] == SAID
    assert told(t.losses) == []


@pytest.mark.parametrize("source", [CHAT, THINKING])
def test_fields_become_lists_of_gemini(source: str) -> None:
    t = from_chat(SAID, GEMINI, source)
    in_order = sorted(PROMPT, key=lambda entry: -len(str(entry["modality"])))
    assert t.body["usageMetadata"] == {**COUNTED, "promptTokensDetails": in_order[::-1]}
    assert told(t.losses) == []


@pytest.mark.parametrize("target", [THINKING, COMPLETIONS])
def test_fields_stay_fields(target: str) -> None:
    t = from_chat(SAID, target)
    assert t.body["usage"] == SAID
    assert told(t.losses) == []


def test_the_canonical_form_has_them() -> None:
    usage = dragoman.read_response(g_answer({"text": "Hi"}, usageMetadata=COUNTED), GEMINI).usage
    assert usage is not None
    assert usage.modalities == {"input_audio": 5, "input_text": 4, "output_audio": 7}


@pytest.mark.parametrize("target", [MESSAGES, RESPONSES])
def test_where_there_is_no_word_a_list_is_told_whole_and_a_field_alone(target: str) -> None:
    assert told(from_gemini(COUNTED, target).losses) == [
        ("dropped", "usage.unsupported", "/usageMetadata/promptTokensDetails"),
        ("dropped", "usage.unsupported", "/usageMetadata/candidatesTokensDetails"),
    ]
    assert ("dropped", "usage.unsupported", "/usage/prompt_tokens_details/audio_tokens") in told(
        from_chat(SAID, target).losses
    )


DETAILS = "/usageMetadata/promptTokensDetails"
ODD: list[tuple[str, Json, Json | None, list[tuple[str, str]]]] = [
    ("a modality without a word", {"modality": "DOCUMENT", "tokenCount": 5}, None, [("dropped", "/1")]),
    ("a modality nobody knows", {"modality": "SMELL", "tokenCount": 5}, None, [("dropped", "/1")]),
    ("the same modality again", {"modality": "TEXT", "tokenCount": 5}, None, [("dropped", "/1")]),
    ("no modality", {"tokenCount": 5}, None, [("dropped", "/1")]),
    ("a count that is none", {"modality": "AUDIO", "tokenCount": True}, None, [("dropped", "/1")]),
    ("a count of 0", {"modality": "AUDIO", "tokenCount": 0}, None, [("changed", "/1")]),
    ("a count of 0, left out", {"modality": "AUDIO"}, None, [("changed", "/1")]),
    ("a number as text", {"modality": "AUDIO", "tokenCount": "5"}, {"audio_tokens": 5}, [("changed", "/1/tokenCount")]),
    ("a word as number", {"modality": 2, "tokenCount": 5}, {"image_tokens": 5}, []),
    ("a key nobody knows", {"modality": "AUDIO", "tokenCount": 5, "x": 1}, {"audio_tokens": 5}, [("dropped", "/1/x")]),
]


@pytest.mark.parametrize(("entry", "said", "losses"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_an_entry_that_is_not_said_is_told_alone(entry: Json, said: Json | None, losses: list[tuple[str, str]]) -> None:
    usage = {"promptTokenCount": 9, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 4}, entry]}
    t = from_gemini(usage, CHAT)
    assert t.body["usage"]["prompt_tokens_details"] == {"text_tokens": 4, **(said or {})}
    assert [(kind, at.removeprefix(DETAILS)) for kind, _, at in told(t.losses)] == losses


@pytest.mark.parametrize("key", ["cacheTokensDetails", "toolUsePromptTokensDetails"])
def test_what_the_cache_gave_and_tools_fed_back_has_no_word_by_modality(key: str) -> None:
    t = from_gemini({"promptTokenCount": 9, key: PROMPT}, CHAT)
    assert told(t.losses) == [("dropped", "usage.unsupported", f"/usageMetadata/{key}")]


def test_a_field_of_0_makes_no_entry() -> None:
    usage = {**SAID, "prompt_tokens_details": {"audio_tokens": 0}, "completion_tokens_details": {"audio_tokens": 0}}
    t = from_chat(usage, GEMINI)
    assert "promptTokensDetails" not in t.body["usageMetadata"]
    assert told(t.losses) == []


def test_openrouter_counts_films_and_pictures_of_answers() -> None:
    lists = {
        "promptTokensDetails": [{"modality": "VIDEO", "tokenCount": 4}],
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 2}],
    }
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11, **lists}
    t = from_gemini(usage, "openai-chat+openrouter")
    assert t.body["usage"]["prompt_tokens_details"] == {"video_tokens": 4}
    assert t.body["usage"]["completion_tokens_details"] == {"image_tokens": 2}
    assert told(t.losses) == []
    assert from_chat(t.body["usage"], GEMINI).body["usageMetadata"] == usage
    plain = from_gemini(usage, CHAT)
    assert [at for _, _, at in told(plain.losses)] == [f"/usageMetadata/{key}/0" for key in lists]


# --- the laws --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [CHAT, THINKING, COMPLETIONS, MESSAGES, RESPONSES])
@pytest.mark.parametrize("entry", [{}, *(row[1] for row in ODD)])
def test_lists_obey_the_laws(entry: Json, target: str) -> None:
    body = g_answer({"text": "Hi"}, usageMetadata={**COUNTED, "promptTokensDetails": [*PROMPT, entry]})
    found = laws.home_document("response", body, GEMINI)
    for law in (laws.spelling_is_free, laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        found += law("response", body, GEMINI, target)
    assert found == []


@pytest.mark.parametrize("target", [GEMINI, THINKING, COMPLETIONS, MESSAGES, RESPONSES])
def test_fields_obey_the_laws(target: str) -> None:
    body = {**c_answer(content="Hi"), "usage": SAID}
    found = laws.home_document("response", body, CHAT)
    for law in (laws.spelling_is_free, laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        found += law("response", body, CHAT, target)
    assert found == []


def gemini_stream(*usages: Json) -> bytes:
    """A stream of a frame for each usage, the last of which ends it."""
    frames = [g_answer({"text": "a"}, usageMetadata=usage, responseId="r") for usage in usages]
    for frame in frames[:-1]:
        del frame["candidates"][0]["finishReason"]
    return sse(GEMINI, frames)


@pytest.mark.parametrize("target", SHAPED)
@pytest.mark.parametrize(
    "usages",
    [
        [{"promptTokenCount": 9, "promptTokensDetails": PROMPT}, COUNTED],
        [COUNTED, {"candidatesTokenCount": 8}],
        [COUNTED, {**COUNTED, "promptTokensDetails": [{"modality": "TEXT"}, {"modality": "IMAGE", "tokenCount": 1}]}],
        [COUNTED, {**COUNTED, "promptTokensDetails": [], "candidatesTokensDetails": None}],
    ],
)
def test_the_last_list_of_a_stream_counts(usages: list[Json], target: str) -> None:
    data = gemini_stream(*usages)
    assert laws.home_stream(data, GEMINI) == []
    assert laws.stream_is_document(data, GEMINI, target) == []


def test_a_stream_ends_with_the_figures_of_its_last_list() -> None:
    sent = send(gemini_stream({"promptTokensDetails": [PROMPT[1]]}, COUNTED), GEMINI, CHAT)
    whole = dragoman.write_response(dragoman.fold(dragoman.read_events(sent.out, CHAT)), CHAT).body
    assert whole["usage"] == SAID
    assert told(sent.losses) == []


def test_a_chat_stream_tells_gemini() -> None:
    last = {**chunk({}), "choices": [], "usage": SAID}
    data = sse(CHAT, [chunk({"role": "assistant", "content": "a"}), chunk({}, "stop"), last, "[DONE]"])
    sent = send(data, CHAT, GEMINI)
    whole = dragoman.write_response(dragoman.fold(dragoman.read_events(sent.out, GEMINI)), GEMINI).body
    assert whole["usageMetadata"]["candidatesTokensDetails"] == ANSWER
    assert laws.stream_is_document(data, CHAT, GEMINI) == []


def test_later_counts_replace_earlier_ones() -> None:
    before = Usage({}, modalities={"input_audio": 1})
    assert merge_usage(before, Usage({}, 1)).modalities == {"input_audio": 1}
    assert merge_usage(before, Usage({}, modalities={"input_text": 2})).modalities == {"input_text": 2}


NOUGHT = {
    "prompt_tokens": 9,
    "completion_tokens": 7,
    "total_tokens": 16,
    "completion_tokens_details": {"reasoning_tokens": 0},
}


@pytest.mark.parametrize("source", [CHAT, THINKING])
def test_no_reasoning_tokens_beside_thinking_are_unknown(source: str) -> None:
    """ "`reasoning_tokens: 0` although thinking was used": "0 means unknown", and is "never a guess"."""
    thinks = {**c_answer(content="Hi", reasoning_content="hm"), "usage": NOUGHT}
    assert "output_tokens_details" not in answer(thinks, source, MESSAGES).body["usage"]
    assert "thoughtsTokenCount" not in answer(thinks, source, GEMINI).body["usageMetadata"]
    losses = answer(thinks, source, RESPONSES).losses
    place = "/usage/output_tokens_details/reasoning_tokens"
    assert ("invented", "usage.unknown", place) in {(x.kind, x.code, x.at) for x in losses}
    frames = [
        chunk({"reasoning_content": "hm"}),
        chunk({"content": "Hi"}, "stop"),
        {**chunk({}), "choices": [], "usage": NOUGHT},
    ]
    data = sse(source, frames)
    for target in (MESSAGES, GEMINI, RESPONSES):
        assert not laws.stream_is_document(data, source, target)
        assert not laws.nothing_vanishes("response", thinks, source, target)
        assert not laws.settled("response", thinks, source, target)
    assert b"thoughtsTokenCount" not in send(data, source, GEMINI).out


def test_no_reasoning_tokens_without_thinking_are_a_figure() -> None:
    plain = {**c_answer(content="Hi"), "usage": NOUGHT}
    assert answer(plain, CHAT, MESSAGES).body["usage"]["output_tokens_details"] == {"thinking_tokens": 0}
    assert answer(plain, CHAT, GEMINI).body["usageMetadata"]["thoughtsTokenCount"] == 0
