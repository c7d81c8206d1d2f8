"""What becomes of Gemini's settings elsewhere, and of others' settings there."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws
from tests.asking import CHAT, GEMINI, HELLO, MESSAGES, RESPONSES

Json = dict[str, Any]
PATH = "/v1beta/models/m:generateContent"
ANY = {"name": "response", "schema": {"type": "object"}, "strict": False}


def of_gemini(target: str, words: str = "hello", **body: Any) -> tuple[Json, set[tuple[str, str, str]]]:
    """What a request of Gemini becomes, and its losses; laws 2, 3 and 7 hold."""
    asked: Json = {"contents": [{"role": "user", "parts": [{"text": words}]}], **body}
    return translated(asked, GEMINI, target, PATH)


def to_gemini(source: str = CHAT, **body: Any) -> tuple[Json, set[tuple[str, str, str]]]:
    """What a request becomes for Gemini, likewise."""
    words = {"input": "hello"} if source == RESPONSES else {"messages": HELLO}
    return translated({"model": "m", **words, **body}, source, GEMINI)


def translated(
    asked: Json, source: str, target: str, path: str | None = None
) -> tuple[Json, set[tuple[str, str, str]]]:
    t = dragoman.translate_request(asked, source, target, path=path)
    assert not laws.nothing_vanishes("request", asked, source, target)
    assert not laws.nothing_made_up("request", asked, source, target)
    assert not laws.settled("request", asked, source, target)
    return t.body, {(loss.kind, loss.code, loss.at) for loss in t.losses}


# --- JSON mode ------------------------------------------------------------------------------------------------------

JSON = {"generationConfig": {"responseMimeType": "application/json"}}
ASKED = "/generationConfig/responseMimeType"


def test_json_mode_has_its_word_or_a_schema_that_binds_nothing() -> None:
    """ "The word "json" must occur in some message, else 400": Gemini knows no such rule."""
    changed = ("changed", "format.json_object", ASKED)
    body, losses = of_gemini(CHAT, **JSON)
    assert body["response_format"] == {"type": "json_schema", "json_schema": ANY}
    assert losses == {changed, ("invented", "format.json_object", "/response_format/json_schema")}
    body, losses = of_gemini(RESPONSES, **JSON)
    assert body["text"] == {"format": {"type": "json_schema", **ANY}}
    assert losses == {changed, ("invented", "format.json_object", "/text/format")}


@pytest.mark.parametrize("target", [CHAT, RESPONSES])
def test_json_mode_stays_where_its_word_is_said(target: str) -> None:
    body, losses = of_gemini(target, "Answer as JSON.", **JSON)
    assert (body.get("response_format") or body["text"]["format"]) == {"type": "json_object"}
    assert not losses


def test_json_mode_is_free_of_its_word_at_other_servers() -> None:
    body, losses = of_gemini("openai-chat+vllm", **JSON)
    assert body["response_format"] == {"type": "json_object"}
    assert not losses


def test_the_word_stands_in_a_message_of_responses() -> None:
    """`instructions` are no message."""
    body, losses = of_gemini(RESPONSES, systemInstruction={"parts": [{"text": "Say json."}]}, **JSON)
    assert body["input"][0] == {"type": "message", "role": "system", "content": "Say json."}
    assert "instructions" not in body
    assert body["text"] == {"format": {"type": "json_object"}}
    assert not losses


# --- ranges ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "name", "said", "wire", "taken"),
    [
        (CHAT, "n", 10, "candidateCount", 8),
        ("openai-completions", "n", 128, "candidateCount", 8),
        (CHAT, "presence_penalty", 2.0, "presencePenalty", 1.99),
        (CHAT, "frequency_penalty", 2, "frequencyPenalty", 1.99),
        (CHAT, "frequency_penalty", -2.5, "frequencyPenalty", -2.0),
        (CHAT, "temperature", 3, "temperature", 2.0),
    ],
)
def test_numbers_are_within_what_gemini_takes(source: str, name: str, said: float, wire: str, taken: float) -> None:
    """ "candidateCount 1..8", "presencePenalty, frequencyPenalty [-2,2)", "temperature 0..2"."""
    words = {"prompt": "x", "max_tokens": 9} if source != CHAT else {"messages": HELLO}
    body, losses = translated({"model": "m", **words, name: said}, source, GEMINI)
    assert body["generationConfig"][wire] == taken
    assert ("changed", "sampling.clamped", f"/{name}") in losses


@pytest.mark.parametrize(("name", "said"), [("n", 8), ("presence_penalty", -2), ("temperature", 0), ("temperature", 2)])
def test_numbers_at_the_bounds_stay(name: str, said: float) -> None:
    assert not to_gemini(**{name: said})[1]


# --- enums as numbers, numbers as texts -----------------------------------------------------------------------------

DECLARED = [{"functionDeclarations": [{"name": "f"}]}]


def config(**said: Any) -> Json:
    return {"generationConfig": said}


@pytest.mark.parametrize(("number", "choice"), [(1, "auto"), (2, "required"), (3, "none")])
def test_a_choice_may_be_a_number(number: int, choice: str) -> None:
    """ "Enums: string name; integers accepted too"."""
    said = {"tools": DECLARED, "toolConfig": {"functionCallingConfig": {"mode": number}}}
    assert of_gemini(CHAT, **said)[0]["tool_choice"] == choice
    assert not laws.home_document("request", {"contents": [], **said}, GEMINI)


def test_a_choice_among_functions_may_be_a_number() -> None:
    calling = {"mode": 2, "allowedFunctionNames": ["f"]}
    body, _ = of_gemini(CHAT, tools=DECLARED, toolConfig={"functionCallingConfig": calling})
    assert body["tool_choice"] == {"type": "function", "function": {"name": "f"}}


def test_other_settings_may_be_numbers_and_texts() -> None:
    said = config(responseModalities=[1, "AUDIO", 3], mediaResolution=1, thinkingConfig={"thinkingBudget": "512"})
    asked = {"contents": [{"parts": [{"text": "x"}]}], **said}
    r = dragoman.read_request(asked, GEMINI)
    assert r.params == {"modalities": ["text", "audio", "audio"], "media_resolution": "MEDIA_RESOLUTION_LOW"}
    assert r.reasoning is not None
    assert (r.reasoning.budget, r.reasoning.mode) == (512, "enabled")
    assert not laws.home_document("request", asked, GEMINI)
    for target in (CHAT, RESPONSES, MESSAGES):
        assert not laws.spelling_is_free("request", asked, GEMINI, target)


def test_what_is_no_number_of_an_enum_stays_unknown() -> None:
    said = config(responseModalities=[9], mediaResolution=9, thinkingConfig={"thinkingBudget": "much"})
    asked = {"contents": [], "toolConfig": {"functionCallingConfig": {"mode": True}}, **said}
    r = dragoman.read_request(asked, GEMINI)
    assert (r.params, r.tool_choice, r.reasoning) == ({}, None, None)
    assert not laws.home_document("request", asked, GEMINI)
