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

JSON: Json = {"generationConfig": {"responseMimeType": "application/json"}}
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
    asked: Json = {name: said}
    assert not to_gemini(**asked)[1]


# --- enums as numbers, numbers as texts -----------------------------------------------------------------------------

DECLARED = [{"functionDeclarations": [{"name": "f"}]}]


def config(**said: Any) -> Json:
    return {"generationConfig": said}


@pytest.mark.parametrize(("number", "choice"), [(1, "auto"), (2, "required"), (3, "none")])
def test_a_choice_may_be_a_number(number: int, choice: str) -> None:
    """ "Enums: string name; integers accepted too"."""
    said: Json = {"tools": DECLARED, "toolConfig": {"functionCallingConfig": {"mode": number}}}
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


# --- schemas of results, and the newer form of the answer's ---------------------------------------------------------

GIVES = {"type": "object", "properties": {"n": {"type": "integer"}}}


def test_what_a_function_gives_back_has_a_schema_there_and_here() -> None:
    """`output_schema` of Responses, `responseJsonSchema` of a declaration."""
    body, losses = to_gemini(
        RESPONSES, tools=[{"type": "function", "name": "f", "output_schema": GIVES, "strict": False}]
    )
    assert body["tools"] == [{"functionDeclarations": [{"name": "f", "responseJsonSchema": GIVES}]}]
    assert {code for _, code, _ in losses} == {"tool.strict"}
    declared = [{"functionDeclarations": [{"name": "f", "responseJsonSchema": GIVES}]}]
    body, losses = of_gemini(RESPONSES, tools=declared)
    assert body["tools"][0]["output_schema"] == GIVES
    assert {code for _, code, _ in losses} == {"tool.strict"}


def test_what_a_function_gives_back_is_told_elsewhere() -> None:
    declared = [{"functionDeclarations": [{"name": "f", "responseJsonSchema": GIVES}]}]
    _, losses = of_gemini(CHAT, tools=declared)
    place = "/tools/0/functionDeclarations/0/responseJsonSchema"
    assert losses == {("dropped", "field.unsupported", place)}


def test_the_schema_of_a_result_keeps_to_what_the_service_takes() -> None:
    gives = {"type": "object", "properties": {"n": {"const": 1}, "next": {"$ref": "#"}}, "required": ["next"]}
    body, losses = to_gemini(
        RESPONSES, tools=[{"type": "function", "name": "f", "output_schema": gives, "strict": False}]
    )
    taken = {"type": "object", "properties": {"n": {"enum": [1]}, "next": {"$ref": "#"}}}
    assert body["tools"][0]["functionDeclarations"][0]["responseJsonSchema"] == taken
    at = "/tools/0/output_schema"
    assert {x[2] for x in losses if x[1] == "schema.keyword"} == {f"{at}/properties/n", f"{at}/required"}


@pytest.mark.parametrize("kind", [{}, {"mimeType": "application/json"}])
@pytest.mark.parametrize("name", ["jsonSchema", "schema"])
def test_the_newer_form_of_an_answers_schema_is_read(kind: Json, name: str) -> None:
    """ "responseFormat: [{text{mimeType,jsonSchema},image,audio,video}]"; the SDK calls it `schema` on the wire."""
    said = config(responseFormat=[{"text": {**kind, name: GIVES}}])
    body, _ = of_gemini(CHAT, **said)
    assert body["response_format"]["json_schema"]["schema"] == GIVES
    assert not laws.home_document("request", {"contents": [], **said}, GEMINI)
    assert not laws.spelling_is_free("request", {"contents": [], **said}, GEMINI, CHAT)


def test_the_newer_form_without_a_schema_is_json_mode() -> None:
    said = config(responseFormat=[{"text": {"mimeType": "application/json"}}])
    body, losses = of_gemini(CHAT, "as json", **said)
    assert body["response_format"] == {"type": "json_object"}
    assert not losses
    assert not laws.home_document("request", {"contents": [], **said}, GEMINI)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        {},
        [{"image": {}}],
        [{"text": {"jsonSchema": GIVES}}, {"image": {}}],
        [{"text": {"jsonSchema": GIVES, "x": 1}}],
        [{"text": {"mimeType": "text/plain", "jsonSchema": GIVES}}],
    ],
)
def test_what_else_the_newer_form_says_is_told(entries: Any) -> None:
    said = config(responseFormat=entries)
    body, losses = of_gemini(CHAT, **said)
    assert "response_format" not in body
    assert losses <= {("dropped", "field.unsupported", "/generationConfig/responseFormat")}
    assert not laws.home_document("request", {"contents": [], **said}, GEMINI)


# --- media in results -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["gemini-3-pro", "gemini-2.5-pro", "m"])
def test_media_that_no_result_takes_leave_it(model: str) -> None:
    """ "functionResponse.parts: image/png, jpeg, webp, application/pdf, text/plain"."""
    gif = {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": "R0lGODlhAQABAAAAACw="}}
    turns = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [gif]}]},
    ]
    body, losses = translated({"model": model, "max_tokens": 9, "messages": turns}, MESSAGES, GEMINI)
    assert body["contents"][-1] == {
        "role": "user",
        "parts": [{"inlineData": {"mimeType": "image/gif", "data": "R0lGODlhAQABAAAAACw="}}],
    }
    assert ("changed", "tool_result.media_moved", "/messages/2/content/0/content/0") in losses


# --- what "nothing said" means --------------------------------------------------------------------------------------

CLOSED = {"type": "object", "properties": {}, "additionalProperties": False}


@pytest.mark.parametrize("target", [CHAT, MESSAGES, GEMINI])
def test_nothing_said_of_strict_is_no_false_in_responses(target: str) -> None:
    """ "Omitted/null `strict` does not mean false": "best-effort strict with fallback"."""
    tool: Json = {"type": "function", "name": "f", "parameters": CLOSED}
    changed = ("changed", "tool.strict", "/tools/0/strict")
    for more, told in (({}, True), ({"strict": None}, True), ({"strict": False}, False), ({"strict": True}, False)):
        asked = {"model": "m", "max_output_tokens": 99, "input": "x", "tools": [{**tool, **more}]}
        _, losses = translated(asked, RESPONSES, target)
        assert (changed in losses) == told or target == GEMINI
    open_ = {"model": "m", "max_output_tokens": 99, "input": "x", "tools": [{**tool, "parameters": {"type": "object"}}]}
    assert changed not in translated(open_, RESPONSES, target)[1]


# --- sound ----------------------------------------------------------------------------------------------------------

KORE: Json = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}


def test_a_voice_is_named_there_and_here() -> None:
    """ "modalities, audio" of Chat are "responseModalities, speechConfig"."""
    body, losses = to_gemini(modalities=["text", "audio"], audio={"voice": "alloy", "format": "mp3"})
    said = {"responseModalities": ["AUDIO"], "speechConfig": KORE}
    alloy = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "alloy"}}}
    assert body["generationConfig"] == {**said, "speechConfig": alloy}
    # "exact set": the text beside the sound is what it says.
    assert losses == {("dropped", "media.output", "/audio/format"), ("dropped", "media.output", "/modalities/0")}
    body, losses = of_gemini(CHAT, **config(**{**said, "speechConfig": {**KORE, "languageCode": "en-US"}}))
    assert body["audio"] == {"voice": "Kore", "format": "wav"}
    assert losses == {
        ("invented", "media.output", "/audio/format"),
        ("dropped", "field.unsupported", "/generationConfig/speechConfig/languageCode"),
    }


@pytest.mark.parametrize(
    ("target", "asked", "said", "gone"),
    [
        (CHAT, ["TEXT", "IMAGE"], None, [""]),
        (CHAT, ["IMAGE"], None, [""]),
        (CHAT, ["VIDEO", "TEXT", "NEW"], None, [""]),
        (CHAT, ["IMAGE", "AUDIO", "TEXT"], ["audio", "text"], ["/0"]),
        (CHAT, ["TEXT"], ["text"], []),
        ("claude-thinking", ["TEXT", "IMAGE"], None, [""]),
        ("openai-chat+azure", ["TEXT", "IMAGE"], None, [""]),
        ("openai-chat+openrouter", ["TEXT", "IMAGE"], ["text", "image"], []),
        ("openai-chat+litellm", ["TEXT", "IMAGE"], ["text", "image"], []),
        ("openai-chat+openrouter", ["VIDEO", "IMAGE"], ["image"], ["/0"]),
        ("openai-chat+vllm", ["TEXT", "IMAGE"], None, [""]),
    ],
)
def test_what_an_answer_is_made_of_is_what_the_server_knows(
    target: str, asked: Any, said: Any, gone: list[str]
) -> None:
    """ "array of `text`,`audio`; OpenRouter also `image`"."""
    whole = {"contents": [{"parts": [{"text": "x"}]}], **config(responseModalities=asked)}
    t = dragoman.translate_request(whole, GEMINI, target, path="/v1beta/models/m:generateContent")
    assert t.body.get("modalities") == said
    losses = {(loss.kind, loss.at) for loss in t.losses if loss.code == "media.output" and loss.kind == "dropped"}
    assert losses == {("dropped", f"/generationConfig/responseModalities{at}") for at in gone}
    for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        assert not law("request", whole, GEMINI, target)
    for ordinal in range(6):
        assert not laws.dropped_is_unused("request", whole, GEMINI, target, ordinal)


@pytest.mark.parametrize("target", [CHAT, "claude-thinking", "openai-chat+openrouter"])
@pytest.mark.parametrize("stream", [False, True])
def test_sound_has_a_voice_and_a_form_in_chat(target: str, stream: bool) -> None:
    """ "`audio {format, voice}`: required when `modalities` has `audio`"; "streaming audio only supports `pcm16`"."""
    asked = {"contents": [{"parts": [{"text": "x"}]}], **config(responseModalities=["AUDIO"])}
    path = f"/v1beta/models/m:{'streamGenerateContent' if stream else 'generateContent'}"
    t = dragoman.translate_request(asked, GEMINI, target, path=path)
    assert t.body["modalities"] == ["audio"]
    assert t.body["audio"] == {"voice": "alloy", "format": "pcm16" if stream else "wav"}
    assert ("invented", "media.output", "/audio") in {(loss.kind, loss.code, loss.at) for loss in t.losses}
    for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        assert not law("request", asked, GEMINI, target)


def test_the_type_of_a_sound_is_told_once() -> None:
    blob = {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": "AAAA"}
    for said, code in ((blob, "field.unsupported"), ({**blob, "mimeType": "audio/wav"}, "media.type")):
        parts = [{"inlineData": said}]
        answer = {"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]}
        t = dragoman.translate_response(answer, GEMINI, CHAT)
        assert t.body["choices"][0]["message"]["audio"]["data"] == "AAAA"
        told = [loss.code for loss in t.losses if loss.at == "/candidates/0/content/parts/0/inlineData/mimeType"]
        assert told == [code]
        assert not laws.nothing_vanishes("response", answer, GEMINI, CHAT)
        for ordinal in range(8):
            assert not laws.dropped_is_unused("response", answer, GEMINI, CHAT, ordinal)


def test_gemini_is_asked_for_nothing_that_it_does_not_know() -> None:
    body, losses = to_gemini(modalities=["text", "smell", "image"])
    assert body["generationConfig"] == {"responseModalities": ["TEXT", "IMAGE"]}
    assert losses == {("dropped", "media.output", "/modalities/1")}


def test_a_voice_in_a_stream_has_the_form_that_streams_have() -> None:
    asked = {"contents": [{"parts": [{"text": "x"}]}], **config(speechConfig=KORE)}
    t = dragoman.translate_request(asked, GEMINI, CHAT, path="/v1beta/models/m:streamGenerateContent")
    assert t.body["audio"] == {"voice": "Kore", "format": "pcm16"}


@pytest.mark.parametrize(
    "speech",
    [
        KORE,
        {**KORE, "languageCode": "en-US"},
        {"voiceConfig": {**KORE["voiceConfig"], "voice": "x"}},
        {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "", "x": 1}}},
        {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": 7}}},
        {"multiSpeakerVoiceConfig": {"speakerVoiceConfigs": [{"speaker": "A", **KORE}]}},
        {"voiceConfig": None},
        None,
    ],
)
def test_how_an_answer_sounds_comes_home(speech: Any) -> None:
    assert not laws.home_document("request", {"contents": [], **config(speechConfig=speech)}, GEMINI)
    of_gemini(CHAT, **config(speechConfig=speech))


def test_a_voice_of_the_users_own_is_told() -> None:
    body, losses = to_gemini(audio={"voice": {"id": "v_1"}, "format": "wav"})
    assert "generationConfig" not in body
    assert losses == {("dropped", "media.output", "/audio/voice"), ("dropped", "media.output", "/audio/format")}


# --- how sharply pictures are looked at -----------------------------------------------------------------------------

PNG = "iVBORw0KGgo="


@pytest.mark.parametrize(("detail", "level"), [("low", "MEDIA_RESOLUTION_LOW"), ("high", "MEDIA_RESOLUTION_HIGH")])
def test_the_detail_of_a_picture_is_its_resolution(detail: str, level: str) -> None:
    """ "`detail` <-> mediaResolution (low/high)"."""
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": detail}}
    part = {"inlineData": {"mimeType": "image/png", "data": PNG}, "mediaResolution": {"level": level}}
    body, losses = to_gemini(messages=[{"role": "user", "content": [image]}])
    assert body["contents"] == [{"role": "user", "parts": [part]}]
    assert not losses
    body, losses = translated({"contents": [{"role": "user", "parts": [part]}]}, GEMINI, CHAT, PATH)
    assert body["messages"] == [{"role": "user", "content": [image]}]
    body, losses = translated({"contents": [{"role": "user", "parts": [part]}]}, GEMINI, RESPONSES, PATH)
    assert body["input"][0]["content"][0]["detail"] == detail
    assert not losses


def test_a_resolution_that_is_no_detail_is_told() -> None:
    blob = {"inlineData": {"mimeType": "image/png", "data": PNG}}
    for level in ("MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_ULTRA_HIGH", 3):
        parts = [{**blob, "mediaResolution": {"level": level}}]
        _, losses = translated({"contents": [{"role": "user", "parts": parts}]}, GEMINI, CHAT, PATH)
        assert losses == {("dropped", "field.unsupported", "/contents/0/parts/0/mediaResolution/level")}
    parts = [{**blob, "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW", "numTokens": 9}}]
    asked = {"contents": [{"role": "user", "parts": parts}]}
    assert not laws.home_document("request", asked, GEMINI)
    place = "/contents/0/parts/0/mediaResolution/numTokens"
    assert translated(asked, GEMINI, CHAT, PATH)[1] == {("dropped", "field.unsupported", place)}


@pytest.mark.parametrize(("model", "detail"), [("gemini-2.5-pro", "high"), ("gemini-3-pro", "original")])
def test_a_detail_that_no_part_says_is_told(model: str, detail: str) -> None:
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": detail}}
    body, losses = to_gemini(model=model, messages=[{"role": "user", "content": [image]}])
    assert "mediaResolution" not in body["contents"][0]["parts"][0]
    assert losses == {("dropped", "media.detail", "/messages/0/content/0/image_url/detail")}
