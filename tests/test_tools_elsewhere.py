"""Functions in a Chat body in another dialect's words, as clients that speak several send them, are functions; so it is
with the choice among them."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws
from dragoman.model import Candidate, Message, Response, ToolCall
from tests import regressions

CHAT, MESSAGES, RESPONSES, GEMINI = "openai-chat", "anthropic-messages", "openai-responses", "gemini"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
SAID = {"name": "weather", "description": "Says the weather."}
FORMS: dict[str, dict[str, Any]] = {
    "Messages": {**SAID, "input_schema": SCHEMA},
    "Messages, with its type": {"type": "custom", **SAID, "input_schema": SCHEMA},
    "Messages, marked": {**SAID, "input_schema": SCHEMA, "cache_control": {"type": "ephemeral"}},
    "Messages, strict": {**SAID, "input_schema": SCHEMA, "strict": True},
    "Responses": {"type": "function", **SAID, "parameters": SCHEMA},
    "Responses, strict": {"type": "function", **SAID, "parameters": SCHEMA, "strict": True},
    "Responses, nulls": {"type": "function", **SAID, "parameters": SCHEMA, "strict": None},
    "Responses, with more": {"type": "function", **SAID, "parameters": SCHEMA, "x_more": {"a": [1]}},
}
BARE: dict[str, dict[str, Any]] = {
    "Responses, no schema": {"type": "function", "name": "weather"},
    "Responses, null schema": {"type": "function", "name": "weather", "description": None, "parameters": None},
    "Messages, odd": {"type": None, "name": "weather", "description": 5, "input_schema": {}, "parameters": 7},
}
TARGETS = [name for name in dragoman.dialects() if name != CHAT] + list(dragoman.flavours(CHAT))
forms = pytest.mark.parametrize("form", [*FORMS, *BARE])


def asked(form: str) -> dict[str, Any]:
    plain = {"type": "function", "function": {"name": "plain", "parameters": SCHEMA}}
    tools = [plain, {**FORMS, **BARE}[form]]
    return {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": tools}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("target", [name for name in TARGETS if name != "openai-completions"])
def test_it_goes_as_the_function_it_is(target: str, form: str) -> None:
    t = dragoman.translate_request(asked(form), CHAT, target)
    assert "tool.server" not in {loss.code for loss in t.losses}
    tools = t.body["tools"][0]["functionDeclarations"] if target == GEMINI else t.body["tools"]
    one = tools[1].get("function", tools[1])
    assert (one["name"], one["description"]) == ("weather", "Says the weather.")
    schema = next(one[key] for key in ("input_schema", "parameters", "parametersJsonSchema") if key in one)
    assert schema["properties"] == SCHEMA["properties"]


@forms
def test_it_is_a_function_with_what_it_says(form: str) -> None:
    tool = (dragoman.read_request(asked(form), CHAT).tools or [])[1]
    assert (tool.kind, tool.name, tool.at) == ("function", "weather", "/tools/1")
    assert tool.strict is (True if "strict" in form else None)


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "web_search"},
        {"type": "web_search_20250305", "name": "web_search"},
        {"type": "builtin_function", "name": "f", "parameters": {}},
        {"type": "function", "function": None, "name": "f"},
        {"type": "function", "parameters": {}},
        {"name": "f"},
        {"name": 5, "input_schema": {}},
        {"name": "f", "input_schema": "{}"},
        {"type": "computer", "name": "f", "input_schema": {}},
    ],
)
def test_what_is_no_function_stays_its_vendors_own(tool: dict[str, Any]) -> None:
    body = {**asked("Messages"), "tools": [tool]}
    t = dragoman.translate_request(body, CHAT, MESSAGES)
    assert [(loss.kind, loss.code, loss.at) for loss in t.losses if loss.at.startswith("/tools")] == [
        ("dropped", "tool.server", "/tools/0")
    ]
    assert not laws.home_document("request", body, CHAT)


@forms
def test_it_comes_home_as_it_was(form: str) -> None:
    assert not laws.home_document("request", asked(form), CHAT)


@forms
@pytest.mark.parametrize("target", TARGETS)
def test_the_laws_hold(target: str, form: str) -> None:
    assert not regressions.violations("request", asked(form), CHAT, target)


@pytest.mark.parametrize(
    ("wrap", "schema"),
    [
        (lambda name, schema: {"name": name, "input_schema": schema}, "/tools/1/input_schema"),
        (lambda name, schema: {"type": "function", "name": name, "parameters": schema}, "/tools/1/parameters"),
    ],
)
def test_places_are_those_of_the_form(wrap: Any, schema: str) -> None:
    """A loss names where the client wrote it: told as of Chat's own form, but for the place."""
    said = "no spaces", {"type": "object", "properties": {"a": {"const": 1}}}
    places = []
    for tool in (wrap(*said), {"type": "function", "function": {"name": said[0], "parameters": said[1]}}):
        body = asked("Messages")
        body["tools"][1] = tool
        losses = dragoman.translate_request(body, CHAT, GEMINI, profile={"model": "gemini-2.0-flash"}).losses
        places.append([loss.at for loss in losses if loss.at.startswith("/tools/1")])
    flat, nested = places
    assert len(nested) > 1
    assert flat == [at.replace("/function/parameters", schema[8:]).replace("/function/name", "/name") for at in nested]


CHOICES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Messages, any": ({"type": "any"}, {"type": "any"}),
    "Messages, auto": ({"type": "auto"}, {"type": "auto"}),
    "Messages, none": ({"type": "none"}, {"type": "none"}),
    "Messages, one": ({"type": "tool", "name": "plain"}, {"type": "tool", "name": "plain"}),
    "Messages, with more": ({"type": "tool", "name": "plain", "x_more": {"a": [1]}}, {"type": "tool", "name": "plain"}),
    "Responses": ({"type": "function", "name": "plain"}, {"type": "tool", "name": "plain"}),
    "no type": ({"function": {"name": "plain"}}, {"type": "tool", "name": "plain"}),
    "no type, with more": ({"function": {"name": "plain", "x": None}, "y": 1}, {"type": "tool", "name": "plain"}),
}
choices = pytest.mark.parametrize("choice", CHOICES)


@choices
def test_a_choice_goes_as_the_choice_it_is(choice: str) -> None:
    said, expected = CHOICES[choice]
    t = dragoman.translate_request({**asked("Messages"), "tool_choice": said}, CHAT, MESSAGES)
    assert t.body["tool_choice"] == expected
    told = [(loss.kind, loss.code) for loss in t.losses if loss.at.startswith("/tool_choice")]
    assert set(told) == ({("dropped", "field.unknown")} if "more" in choice else set())


@pytest.mark.parametrize(
    "said",
    [
        {"name": "plain"},
        {"type": "tool"},
        {"type": "any", "name": "plain"},
        {"type": None, "name": "plain"},
        {"type": "function", "function": None, "name": "plain"},
        {"type": "web_search"},
        {"type": ["any"]},
    ],
)
def test_what_is_no_choice_is_told(said: dict[str, Any]) -> None:
    body = {**asked("Messages"), "tool_choice": said}
    t = dragoman.translate_request(body, CHAT, MESSAGES)
    assert "tool_choice" not in t.body
    assert ("dropped", "field.unsupported", "/tool_choice") in [(loss.kind, loss.code, loss.at) for loss in t.losses]
    assert not laws.home_document("request", body, CHAT)


@choices
@pytest.mark.parametrize("target", TARGETS)
def test_the_laws_hold_for_a_choice(target: str, choice: str) -> None:
    body = {**asked("Messages"), "tool_choice": CHOICES[choice][0]}
    assert not regressions.violations("request", body, CHAT, target)


SPELT = ["a.b", "dgx_a_2eb"]


@pytest.mark.parametrize("named", [SPELT, SPELT[::-1], [*SPELT, "dgx_dgx_5fa_5f2eb"]])
@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES])
def test_tools_stay_apart_though_one_has_the_name_that_another_is_spelt_as(target: str, named: list[str]) -> None:
    """Names that a target cannot spell are mapped reversibly: two tools are two, and a call is of the one it names."""
    path = "/v1beta/models/m:generateContent"
    body = {
        "contents": [{"role": "user", "parts": [{"text": "q"}]}],
        "tools": [{"functionDeclarations": [{"name": name} for name in named]}],
    }
    t = dragoman.translate_request(body, GEMINI, target, path=path)
    names = [tool.name for tool in dragoman.read_request(t.json(), target).tools or ()]
    assert len(set(names)) == len(named)
    for name, spelt in zip(named, names, strict=True):
        turn = Message("assistant", [ToolCall("c", spelt or "", "{}")])
        said = dragoman.write_response(Response(target, candidates=[Candidate(message=turn)]), target).json()
        back = dragoman.translate_response(said, target, GEMINI, request=body).body["candidates"][0]
        assert back["content"]["parts"][0]["functionCall"]["name"] == name
    home = dragoman.translate_request(t.json(), target, GEMINI).body["tools"][0]["functionDeclarations"]
    again = dragoman.translate_request({**body, "tools": [{"functionDeclarations": home}]}, GEMINI, target, path=path)
    assert [tool.name for tool in dragoman.read_request(again.json(), target).tools or ()] == names


# --- null is absent ----------------------------------------------------------------------------------------------

KEYWORDS = ("minLength", "max_length", "minItems", "maxItems", "min_properties", "maxProperties", "title", "pattern")


@pytest.mark.parametrize("target", [CHAT, MESSAGES, RESPONSES])
def test_null_in_a_schema_of_gemini_is_absent(target: str) -> None:
    """spec/GEMINI.md 1: "null == absent for every field"; JSON Schema knows no such nulls, and OpenAI refuses them."""

    def request(nulls: dict[str, Any]) -> dict[str, Any]:
        schema = {"type": "OBJECT", "properties": {"a": {"type": "STRING", **nulls}}, **nulls}
        config = {"responseMimeType": "application/json", "responseSchema": schema}
        tools = [{"functionDeclarations": [{"name": "f", "parameters": schema}]}]
        return {"contents": [{"parts": [{"text": "x"}]}], "generationConfig": config, "tools": tools}

    said = request(dict.fromkeys(KEYWORDS))
    t, plain = (dragoman.translate_request(r, GEMINI, target) for r in (said, request({})))
    assert (t.body, t.losses) == (plain.body, plain.losses)
    assert dragoman.write_request(dragoman.read_request(said, GEMINI), GEMINI).body == said


@pytest.mark.parametrize("target", [CHAT, RESPONSES, GEMINI])
def test_null_in_a_schema_of_messages_is_absent(target: str) -> None:
    """The type of `input_schema` has null for both; the schema that goes out is one of everybody's."""

    def request(nulls: dict[str, Any]) -> dict[str, Any]:
        tools = [{"name": "f", "input_schema": {"type": "object", **nulls}}]
        return {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}], "tools": tools}

    said = request({"properties": None, "required": None})
    t, plain = (dragoman.translate_request(r, MESSAGES, target) for r in (said, request({})))
    assert (t.body, t.losses) == (plain.body, plain.losses)
    assert dragoman.write_request(dragoman.read_request(said, MESSAGES), MESSAGES).body == said
