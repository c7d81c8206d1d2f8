"""Media and documents of requests: what of them reaches the model of another dialect, and what is told."""

from __future__ import annotations

import base64
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


# --- documents of text --------------------------------------------------------------------------------------------

FOUND = {
    "type": "search_result",
    "source": "https://docs/a",
    "title": "Refund policy",
    "content": [{"type": "text", "text": "30 days."}, {"type": "text", "text": "In writing."}],
    "citations": {"enabled": True},
}
CONTRACT = {
    "type": "document",
    "title": "Contract.txt",
    "context": "signed 2024",
    "source": {"type": "text", "media_type": "text/plain", "data": "body"},
}
CHAPTERS = {**CONTRACT, "source": {"type": "content", "content": [{"type": "text", "text": "one"}]}}
FOUND_TEXT = "Title: Refund policy\nSource: https://docs/a\n\n30 days.\nIn writing."
CONTRACT_TEXT = "Title: Contract.txt\nContext: signed 2024\n\nbody"
CHAPTERS_TEXT = "Title: Contract.txt\nContext: signed 2024\n\none"


def texts(body: Json, target: str) -> list[str]:
    """The texts of the only turn of a request."""
    if target == GEMINI:
        return [part["text"] for part in body["contents"][0]["parts"]]
    turn = body["messages" if "messages" in body else "input"][0]["content"]
    return [turn] if type(turn) is str else [part["text"] for part in turn]


@pytest.mark.parametrize("target", [CHAT, RESPONSES, GEMINI, "claude-thinking"])
def test_the_model_knows_where_a_text_is_from(target: str) -> None:
    out = went(asked(MESSAGES, FOUND, CHAPTERS, {"type": "text", "text": "Which source?"}), MESSAGES, target)
    assert texts(out.body, target) == [FOUND_TEXT, CHAPTERS_TEXT, "Which source?"]
    assert told(out, "changed")[:2] == [("media.as_text", f"/messages/0/content/{i}") for i in (0, 1)]
    assert ("citation.unsupported", "/messages/0/content/0/citations") in told(out, "dropped")


@pytest.mark.parametrize("target", [CHAT, RESPONSES, "claude-thinking"])
def test_the_title_of_a_plain_text_stands_above_it(target: str) -> None:
    out = went(asked(MESSAGES, CONTRACT), MESSAGES, target)
    assert texts(out.body, target) == [CONTRACT_TEXT]


def test_gemini_keeps_a_plain_text_as_a_file_and_tells_what_it_has_no_place_for() -> None:
    out = went(asked(MESSAGES, CONTRACT), MESSAGES, GEMINI)
    assert "inlineData" in out.body["contents"][0]["parts"][0]
    assert told(out, "dropped") == [
        ("media.filename", "/messages/0/content/0/title"),
        ("media.context", "/messages/0/content/0/context"),
    ]


def test_a_document_without_a_name_says_its_text_alone() -> None:
    plain = {"type": "document", "source": CONTRACT["source"]}
    assert texts(went(asked(MESSAGES, plain), MESSAGES, CHAT).body, CHAT) == ["body"]


def test_the_head_stands_above_texts_and_pictures() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
    mixed = {**CONTRACT, "source": {"type": "content", "content": [{"type": "text", "text": "See:"}, picture]}}
    out = went(asked(MESSAGES, mixed), MESSAGES, CHAT)
    assert [part.get("text") for part in out.body["messages"][0]["content"]] == [
        "Title: Contract.txt\nContext: signed 2024\n\nSee:",
        None,
    ]
    alone = {**CONTRACT, "citations": {"enabled": True}, "source": {"type": "content", "content": [picture]}}
    out = went(asked(MESSAGES, alone), MESSAGES, CHAT)
    assert [part.get("text") for part in out.body["messages"][0]["content"]] == [
        "Title: Contract.txt\nContext: signed 2024",
        None,
    ]
    assert ("citation.unsupported", "/messages/0/content/0/citations") in told(out, "dropped")


def test_completions_gets_the_head_too() -> None:
    out = went(asked(MESSAGES, {**CONTRACT, "citations": {"enabled": True}}), MESSAGES, "openai-completions")
    assert CONTRACT_TEXT in out.body["prompt"]
    assert told(out, "dropped") == [("citation.unsupported", "/messages/0/content/0/citations")]


def called(*content: Json) -> Json:
    """A request of Messages with a call and its result."""
    call = {"type": "tool_use", "id": "t1", "name": "read", "input": {"a": 1}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": list(content)}
    return {
        "model": "gemini-2.5-pro",
        "max_tokens": 99,
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [result]},
        ],
        "tools": [{"name": "read", "input_schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}],
    }


def test_what_a_tool_found_has_its_source_too() -> None:
    body = called(FOUND)
    assert went(body, MESSAGES, CHAT).body["messages"][2]["content"] == FOUND_TEXT
    assert went(body, MESSAGES, RESPONSES).body["input"][2]["output"] == FOUND_TEXT
    said = went(body, MESSAGES, GEMINI).body["contents"][2]["parts"][0]["functionResponse"]
    assert said["response"] == {"output": FOUND_TEXT}
    assert "parts" not in said


def test_a_text_in_a_result_is_text_for_models_that_take_no_files_there() -> None:
    """ "functionResponse.parts: Gemini 3+"."""
    body = called({"type": "text", "text": "file:"}, {"type": "document", "source": CONTRACT["source"]})
    out = went(body, MESSAGES, GEMINI)
    said = out.body["contents"][2]["parts"][0]["functionResponse"]
    assert said["response"] == {"output": "file:\nbody"}
    assert "parts" not in said
    assert ("media.as_text", "/messages/2/content/0/content/1") in told(out, "changed")
    body["messages"][2]["content"][0]["content"][1] = CONTRACT
    said = went(body, MESSAGES, GEMINI).body["contents"][2]["parts"][0]["functionResponse"]
    assert said["response"] == {"output": f"file:\n{CONTRACT_TEXT}"}


def test_a_text_in_a_result_stays_a_file_where_models_take_it() -> None:
    body = {**called({"type": "document", "source": CONTRACT["source"]}), "model": "gemini-3-pro-preview"}
    said = went(body, MESSAGES, GEMINI).body["contents"][2]["parts"][0]["functionResponse"]
    assert [part["inlineData"]["mimeType"] for part in said["parts"]] == ["text/plain"]


# --- files of text ------------------------------------------------------------------------------------------------

TABLE = "a,b\n1,\u00e9"
TABLE_DATA = base64.b64encode(TABLE.encode()).decode()


@pytest.mark.parametrize("target", [CHAT, "claude-thinking", "openai-chat+litellm"])
@pytest.mark.parametrize("kind", ["text/plain", "text/csv", "text/markdown"])
def test_a_file_of_text_is_text_in_chat(kind: str, target: str) -> None:
    """ "file_data (data URL for PDFs)"."""
    part = {"inlineData": {"mimeType": kind, "data": TABLE_DATA}}
    out = went(asked(GEMINI, part), GEMINI, target)
    assert texts(out.body, target) == [TABLE]
    assert ("media.as_text", "/contents/0/parts/0") in told(out, "changed")


def test_the_name_of_a_file_of_text_stands_above_it() -> None:
    part = {"type": "input_file", "filename": "t.csv", "file_data": f"data:text/csv;base64,{TABLE_DATA}"}
    assert texts(went(asked(RESPONSES, part), RESPONSES, CHAT).body, CHAT) == [f"Title: t.csv\n\n{TABLE}"]


@pytest.mark.parametrize(("kind", "data"), [("text/csv", "//79"), ("text/plain", "?"), ("application/pdf", TABLE_DATA)])
def test_a_file_that_is_no_readable_text_stays_a_file(kind: str, data: str) -> None:
    out = went(asked(GEMINI, {"inlineData": {"mimeType": kind, "data": data}}), GEMINI, CHAT)
    assert out.body["messages"][0]["content"][0]["file"]["file_data"] == f"data:{kind};base64,{data}"


def test_a_file_of_text_in_a_result_stays_in_it_as_text() -> None:
    file = {"type": "input_file", "filename": "t.csv", "file_data": f"data:text/csv;base64,{TABLE_DATA}"}
    body = {
        "model": "gpt-5",
        "input": [
            {"type": "message", "role": "user", "content": "hi"},
            {"type": "function_call", "call_id": "c", "name": "read", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": [file]},
        ],
    }
    out = went(body, RESPONSES, CHAT)
    assert out.body["messages"][2] == {"role": "tool", "tool_call_id": "c", "content": f"Title: t.csv\n\n{TABLE}"}
    assert len(out.body["messages"]) == 3


# --- pictures that the model made ---------------------------------------------------------------------------------

PIXEL = "iVBORw0KGgo="


def drawn(*parts: Json) -> Json:
    """A request of Gemini's behind a turn of the model of `parts`."""
    turns = [("user", [{"text": "draw"}]), ("model", list(parts)), ("user", [{"text": "red"}])]
    return {"contents": [{"role": role, "parts": said} for role, said in turns]}


def test_a_picture_of_an_earlier_turn_is_an_item_of_responses() -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": PIXEL}}
    out = went(drawn({"text": "Here:"}, picture, {"text": "Well?"}), GEMINI, RESPONSES)
    assert [item["type"] for item in out.body["input"]] == [
        "message",
        "message",
        "image_generation_call",
        "message",
        "message",
    ]
    item = out.body["input"][2]
    assert item.pop("id").startswith("ig_")
    assert item == {
        "type": "image_generation_call",
        "status": "completed",
        "result": PIXEL,
        "output_format": "png",
    }
    assert told(out, "dropped") == []
    assert ("item.id", "/input/2/id") in told(out, "invented")
    back = dragoman.translate_request(out.body, RESPONSES, GEMINI)
    assert picture in [part for turn in back.body["contents"] for part in turn["parts"]]


def test_a_picture_of_openrouters_answer_is_an_item_of_responses() -> None:
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    turns = [
        {"role": "user", "content": "draw"},
        {"role": "assistant", "content": "Here:", "images": [image]},
        {"role": "user", "content": "red"},
    ]
    out = went({"model": "m", "messages": turns}, "openai-chat+openrouter", RESPONSES)
    assert [item.get("result") for item in out.body["input"]] == [None, None, PIXEL, None]


def test_a_picture_of_an_earlier_turn_by_its_address_has_no_word_in_responses() -> None:
    file = {"fileData": {"mimeType": "image/png", "fileUri": "https://x.org/i.png"}}
    assert ("media.image", "/contents/1/parts/0") in told(went(drawn(file), GEMINI, RESPONSES), "dropped")


# --- what a search among tools found ------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [CHAT, RESPONSES, GEMINI, "claude-thinking", "openai-completions"])
def test_a_result_of_references_to_tools_names_them(target: str) -> None:
    """SYMPTOMS 11: "never replace a result by an empty one"."""
    refer: list[Json] = [{"type": "tool_reference", "tool_name": name} for name in ("get_weather", "get_time")]
    refer[1]["cache_control"] = {"type": "ephemeral"}
    out = went(called(*refer), MESSAGES, target)
    said = str(out.body)
    assert "get_weather" in said
    assert "get_time" in said
    place = "/messages/2/content/0/content"
    assert told(out, "changed")[:2] == [("tool_result.reference", f"{place}/{i}") for i in (0, 1)]
    assert ("cache.unsupported", f"{place}/1/cache_control") in told(out, "dropped")
    assert "part.unsupported" not in {code for code, _ in told(out, "dropped")}


# --- types of media -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://x.org/photo", {}),
        ("https://x.org/photo.php", {}),
        ("https://x.org/photo.jpg?v=1", {"mimeType": "image/jpeg"}),
    ],
)
def test_gemini_gets_no_type_that_nobody_knows(url: str, said: Json) -> None:
    """ "fileData {fileUri, mimeType?}"."""
    out = went(asked(CHAT, {"type": "image_url", "image_url": {"url": url}}), CHAT, GEMINI)
    assert out.body["contents"][0]["parts"] == [{"fileData": {**said, "fileUri": url}}]
    assert told(out, "changed") == ([] if said else [("media.type", "/messages/0/content/0")])
