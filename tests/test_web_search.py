"""Web search that the vendor runs is one thing in four dialects (MAP 1, "web search option").

OPENAI 1.1 (`web_search_options`) and 2.4 (`web_search`), ANTHROPIC 1.4 (`web_search_*`), GEMINI 3 (`googleSearch`).
"""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws
from tests import regressions
from tests.wire import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES, THINKING, least

Json = dict[str, Any]
TURNS = [{"role": "user", "content": "x"}]
HERE = {"city": "Köln", "country": "DE"}
FUNCTION: Json = {"name": "f", "input_schema": {"type": "object", "properties": {}}}


def asked(dialect: str, tools: list[Json] | None = None, options: Json | None = None) -> Json:
    return (
        least(dialect)
        | ({"tools": tools} if tools is not None else {})
        | ({"web_search_options": options} if options else {})
    )


def bare(dialect: str) -> Json:
    """A request for nothing but a search, with no settings."""
    found: dict[str, Json] = {
        CHAT: {"web_search_options": {}},
        RESPONSES: {"tools": [{"type": "web_search"}]},
        MESSAGES: {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        GEMINI: {"tools": [{"googleSearch": {}}]},
    }
    return found[dialect]


def told(t: dragoman.Translation, below: str = "") -> set[tuple[str, str, str]]:
    return {
        (loss.kind, loss.code, loss.at)
        for loss in t.losses
        if loss.kind != "invented" and loss.at.startswith(below or ("/tools", "/web_search"))
    }


FOUR = (CHAT, RESPONSES, MESSAGES, GEMINI)
PAIRS = [(a, b) for a in FOUR for b in FOUR if a != b]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_search_is_a_search_everywhere(source: str, target: str) -> None:
    t = dragoman.translate_request({**asked(source), **bare(source)}, source, target)
    for key, value in bare(target).items():
        assert t.body[key] == value
    # A setting of the request always searches, a tool where the model likes to.
    place = "/web_search_options" if source == CHAT else "/tools/0" + ("/googleSearch" if source == GEMINI else "")
    assert told(t) == ({("changed", "tool.web_search", place)} if CHAT in (source, target) else set())


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_it_comes_home(source: str, target: str) -> None:
    body = {**asked(source), **bare(source)}
    there = dragoman.translate_request(body, source, target)
    back = dragoman.translate_request(there.body, target, source, path=there.path)
    for key, value in bare(source).items():
        assert back.body[key] == value


FULL_MESSAGES: Json = {
    "type": "web_search_20250305",
    "name": "web_search",
    "max_uses": 5,
    "allowed_domains": ["a.example"],
    "user_location": {"type": "approximate", **HERE},
}
FULL_RESPONSES: Json = {
    "type": "web_search",
    "search_context_size": "medium",
    "filters": {"allowed_domains": ["a.example"]},
    "user_location": {"type": "approximate", **HERE},
}
FULL_CHAT: Json = {"search_context_size": "medium", "user_location": {"type": "approximate", "approximate": HERE}}


def test_settings_between_messages_and_responses() -> None:
    t = dragoman.translate_request(asked(MESSAGES, [FULL_MESSAGES]), MESSAGES, RESPONSES)
    assert t.body["tools"] == [FULL_RESPONSES]
    assert told(t) == {("changed", "tool.web_search", "/tools/0/max_uses")}
    t = dragoman.translate_request(asked(RESPONSES, [FULL_RESPONSES]), RESPONSES, MESSAGES)
    assert t.body["tools"] == [FULL_MESSAGES]
    assert told(t) == {("changed", "tool.web_search", "/tools/0/search_context_size")}


def test_settings_towards_chat() -> None:
    t = dragoman.translate_request(asked(MESSAGES, [FULL_MESSAGES]), MESSAGES, CHAT)
    assert t.body["web_search_options"] == FULL_CHAT
    assert ("dropped", "field.unsupported", "/tools/0/allowed_domains") in told(t)
    t = dragoman.translate_request(asked(RESPONSES, [FULL_RESPONSES]), RESPONSES, CHAT)
    assert t.body["web_search_options"] == FULL_CHAT
    assert ("dropped", "field.unsupported", "/tools/0/filters/allowed_domains") in told(t)


def test_settings_of_chat() -> None:
    t = dragoman.translate_request(asked(CHAT, options=FULL_CHAT), CHAT, MESSAGES)
    expected = {key: value for key, value in FULL_MESSAGES.items() if key != "allowed_domains"}
    assert t.body["tools"] == [expected]
    t = dragoman.translate_request(asked(CHAT, options=FULL_CHAT), CHAT, RESPONSES)
    assert t.body["tools"] == [{key: value for key, value in FULL_RESPONSES.items() if key != "filters"}]


def test_place_and_size_are_lost_to_gemini() -> None:
    t = dragoman.translate_request(asked(RESPONSES, [FULL_RESPONSES]), RESPONSES, GEMINI)
    assert t.body["tools"] == [{"googleSearch": {}}]
    assert told(t) == {
        ("dropped", "field.unsupported", f"/tools/0/{key}")
        for key in ("search_context_size", "filters/allowed_domains", "user_location")
    }


def test_domains_that_gemini_excludes_are_blocked() -> None:
    """GEMINI 3: `excludeDomains` is Vertex's, so that it is read and never written."""
    search = {"excludeDomains": ["a.example"], "timeRangeFilter": {"startTime": "2026-01-01T00:00:00Z"}}
    t = dragoman.translate_request(asked(GEMINI, [{"googleSearch": search}]), GEMINI, MESSAGES)
    blocked: Json = {"type": "web_search_20250305", "name": "web_search", "blocked_domains": ["a.example"]}
    assert t.body["tools"] == [blocked]
    assert told(t) == {("dropped", "field.unsupported", "/tools/0/googleSearch/timeRangeFilter")}
    t = dragoman.translate_request(asked(MESSAGES, [blocked]), MESSAGES, GEMINI)
    assert t.body["tools"] == [{"googleSearch": {}}]
    assert told(t) == {("dropped", "field.unsupported", "/tools/0/blocked_domains")}


@pytest.mark.parametrize(
    ("uses", "size"), [(1, "low"), (2, "medium"), (5, "medium"), (6, "high"), (10, "high"), (99, "high")]
)
def test_how_often_is_how_much(uses: int, size: str) -> None:
    """MAP 1: "max_uses: new-api low=1, medium=5, high=10"."""
    tool: Json = {"type": "web_search_20250305", "name": "web_search", "max_uses": uses}
    t = dragoman.translate_request(asked(MESSAGES, [tool]), MESSAGES, RESPONSES)
    assert t.body["tools"] == [{"type": "web_search", "search_context_size": size}]
    assert told(t) == {("changed", "tool.web_search", "/tools/0/max_uses")}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (MESSAGES, "web_search_20260209"),
        (MESSAGES, "web_search_20260318"),
        (RESPONSES, "web_search_2025_08_26"),
        (RESPONSES, "web_search_preview"),
        (RESPONSES, "web_search_preview_2025_03_11"),
    ],
)
def test_another_version_of_the_tool_is_told(source: str, kind: str) -> None:
    tool = {"type": kind} | ({"name": "web_search"} if source == MESSAGES else {})
    t = dragoman.translate_request(asked(source, [tool]), source, GEMINI)
    assert t.body["tools"] == [{"googleSearch": {}}]
    assert told(t) == {("changed", "tool.web_search", "/tools/0/type")}


def test_what_nobody_else_has_is_told_at_its_place() -> None:
    tool = {**FULL_MESSAGES, "cache_control": {"type": "ephemeral"}, "defer_loading": True, "odd": 1, "max_uses": None}
    t = dragoman.translate_request(asked(MESSAGES, [tool]), MESSAGES, RESPONSES)
    assert told(t) == {
        ("dropped", "cache.unsupported", "/tools/0/cache_control"),
        ("dropped", "field.unsupported", "/tools/0/defer_loading"),
        ("dropped", "field.unknown", "/tools/0/odd"),
    }


def test_it_stands_among_the_clients_tools() -> None:
    body = asked(MESSAGES, [FUNCTION, FULL_MESSAGES]) | {"tool_choice": {"type": "any"}}
    t = dragoman.translate_request(body, MESSAGES, RESPONSES)
    assert [tool["type"] for tool in t.body["tools"]] == ["function", "web_search"]
    assert t.body["tool_choice"] == "required"
    t = dragoman.translate_request(body, MESSAGES, CHAT)
    assert [tool["type"] for tool in t.body["tools"]] == ["function"]
    assert t.body["web_search_options"] == FULL_CHAT


@pytest.mark.parametrize("model", ["gemini-2.5-pro", "gemini-2.0-flash", "m"])
def test_beside_functions_older_models_of_gemini_have_none(model: str) -> None:
    """GEMINI 2.3: "Combining built-in tools + functions: Gemini 3+ only"; of others nothing is known."""
    body = {**asked(MESSAGES, [FUNCTION, FULL_MESSAGES]), "model": model}
    t = dragoman.translate_request(body, MESSAGES, GEMINI)
    assert [list(tool) for tool in t.body["tools"]] == [["functionDeclarations"]]
    assert "toolConfig" not in t.body
    assert ("dropped", "tool.server", "/tools/1") in told(t)


BESIDE: list[tuple[str, Json, str]] = [
    (MESSAGES, {"tools": [FUNCTION, {"type": "web_search_20250305", "name": "web_search"}]}, "/tools/1"),
    (MESSAGES, {"tools": [{"type": "web_search_20250305", "name": "web_search"}, FUNCTION]}, "/tools/0"),
    (RESPONSES, {"tools": [{"type": "web_search"}, {"type": "function", "name": "f", "parameters": {}}]}, "/tools/0"),
    (
        CHAT,
        {"tools": [{"type": "function", "function": {"name": "f"}}], "web_search_options": {}},
        "/web_search_options",
    ),
]


@pytest.mark.parametrize("model", ["gemini-3-pro-preview", "gemini-3.6-flash", "gemini-4-argon", "gemini-flash-latest"])
@pytest.mark.parametrize(("source", "said", "place"), BESIDE)
def test_beside_functions_newer_models_of_gemini_search(source: str, said: Json, place: str, model: str) -> None:
    """GEMINI 2.3: "Gemini 3+ only and needs includeServerSideToolInvocations=true on the Dev API"."""
    body = {**asked(source), **said, "model": model}
    t = dragoman.translate_request(body, source, GEMINI)
    assert [list(tool) for tool in t.body["tools"]] == [["functionDeclarations"], ["googleSearch"]]
    assert t.body["toolConfig"] == {"includeServerSideToolInvocations": True}
    assert ("dropped", "tool.server", place) not in told(t)
    beside = "/toolConfig/includeServerSideToolInvocations"
    assert ("invented", "tool.web_search", beside) in {(loss.kind, loss.code, loss.at) for loss in t.losses}
    for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        assert not law("request", body, source, GEMINI)
    vertex = dragoman.translate_request(body, source, GEMINI, profile={"provider": "vertex"})
    assert [list(tool) for tool in vertex.body["tools"]] == [["functionDeclarations"], ["googleSearch"]]
    assert "toolConfig" not in vertex.body


@pytest.mark.parametrize(
    ("choice", "mode", "searches"),
    [
        ({"type": "auto"}, "AUTO", True),
        ({"type": "any"}, "ANY", True),
        ({"type": "tool", "name": "f"}, "ANY", True),
        ({"type": "none"}, "NONE", False),
    ],
)
def test_a_choice_beside_a_search_of_gemini(choice: Json, mode: str, searches: bool) -> None:
    """The choice is among functions; under none the search would go on all the same."""
    said = BESIDE[0][1]
    body = {**asked(MESSAGES), **said, "model": "gemini-3.6-flash", "tool_choice": choice}
    t = dragoman.translate_request(body, MESSAGES, GEMINI)
    assert len(t.body["tools"]) == (2 if searches else 1)
    assert t.body["toolConfig"]["functionCallingConfig"]["mode"] == mode
    assert ("includeServerSideToolInvocations" in t.body["toolConfig"]) is searches
    assert (("dropped", "tool.server", "/tools/1") in told(t)) is not searches
    for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        assert not law("request", body, MESSAGES, GEMINI)


def test_a_choice_among_some_keeps_the_search_out() -> None:
    among = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]}
    body = {**asked(RESPONSES), **BESIDE[2][1], "model": "gemini-3.6-flash", "tool_choice": among}
    t = dragoman.translate_request(body, RESPONSES, GEMINI)
    assert [list(tool) for tool in t.body["tools"]] == [["functionDeclarations"]]
    assert ("dropped", "tool.server", "/tools/0") in told(t)


def test_the_clients_own_tool_keeps_its_name() -> None:
    """A tool's name stands once among the tools of Messages."""
    tools: list[Json] = [{"type": "function", "name": "web_search", "parameters": {}}, {"type": "web_search"}]
    t = dragoman.translate_request(asked(RESPONSES, tools), RESPONSES, MESSAGES)
    assert [tool.get("type") for tool in t.body["tools"]] == [None]
    assert ("dropped", "tool.server", "/tools/1") in told(t)


def test_one_search_is_enough() -> None:
    tools = [{"type": "web_search_preview"}, {"type": "web_search"}]
    t = dragoman.translate_request(asked(RESPONSES, tools), RESPONSES, MESSAGES)
    assert [tool["type"] for tool in t.body["tools"]] == ["web_search_20250305"]
    assert ("dropped", "tool.server", "/tools/1") in told(t)


@pytest.mark.parametrize(
    ("model", "taken"),
    [("gpt-5.1", False), ("gpt-4o", False), ("o3", False), ("gpt-4o-search-preview", True), ("gpt-5-search-api", True)],
)
def test_only_search_models_of_chat_take_it(model: str, taken: bool) -> None:
    """OPENAI 1.1: "only search models"."""
    t = dragoman.translate_request({**asked(MESSAGES, [FULL_MESSAGES]), "model": model}, MESSAGES, CHAT)
    assert ("web_search_options" in t.body) is taken
    assert (("dropped", "tool.server", "/tools/0") in told(t)) is not taken
    t = dragoman.translate_request({**asked(CHAT, options=FULL_CHAT), "model": model}, THINKING, CHAT)
    assert ("web_search_options" in t.body) is taken


def test_where_there_is_no_search_it_is_told() -> None:
    for target in (COMPLETIONS, "openai-chat+vllm"):
        t = dragoman.translate_request(asked(RESPONSES, [FULL_RESPONSES]), RESPONSES, target)
        assert ("dropped", "tool.server", "/tools/0") in told(t)


@pytest.mark.parametrize("tool", [{"googleSearchRetrieval": {}}, {"googleSearch": True}, {"enterpriseWebSearch": {}}])
def test_another_search_of_googles_is_its_own(tool: Json) -> None:
    t = dragoman.translate_request(asked(GEMINI, [tool]), GEMINI, MESSAGES)
    assert "tools" not in t.body
    assert {code for _, code, _ in told(t)} == {"tool.server"}


ODD: list[tuple[str, Json]] = [
    (MESSAGES, {**FULL_MESSAGES, "max_uses": 1.5, "allowed_domains": "a", "user_location": "here", "name": "other"}),
    (MESSAGES, {**FULL_MESSAGES, "user_location": {"type": "exact", "city": "Köln"}}),
    (MESSAGES, {**FULL_MESSAGES, "user_location": {"type": "approximate", "city": 1, "odd": 2, "region": None}}),
    (
        RESPONSES,
        {**FULL_RESPONSES, "filters": "none", "search_context_size": "unlimited", "external_web_access": False},
    ),
    (RESPONSES, {"type": "web_search", "filters": {"allowed_domains": None, "odd": 1}, "user_location": None}),
    (RESPONSES, {"type": "web_search", "filters": {"allowed_domains": []}, "user_location": {"type": "approximate"}}),
]


@pytest.mark.parametrize(("source", "tool"), ODD)
@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, GEMINI, COMPLETIONS, THINKING])
def test_the_laws_hold_of_odd_ones(source: str, tool: Json, target: str) -> None:
    body = asked(source, [tool])
    assert not laws.home_document("request", body, source)
    if target != source:
        assert not regressions.violations("request", body, source, target)


def test_the_laws_hold_of_a_search_in_snake_case() -> None:
    body = asked(GEMINI, [{"google_search": {"exclude_domains": ["a.example"], "search_types": {"web_search": {}}}}])
    for target in (CHAT, RESPONSES, MESSAGES):
        assert not regressions.violations("request", body, GEMINI, target)
    t = dragoman.translate_request(body, GEMINI, MESSAGES)
    assert t.body["tools"][0]["blocked_domains"] == ["a.example"]


def test_where_it_stands_among_the_entries_of_gemini_is_spelling() -> None:
    declared: Json = {"functionDeclarations": [{"name": "f"}]}
    search: Json = {"googleSearch": {}}
    for tools in ([search, declared], [declared, search]):
        t = dragoman.translate_request(asked(GEMINI, tools), GEMINI, RESPONSES)
        assert [tool["type"] for tool in t.body["tools"]] == ["function", "web_search"]
        assert not regressions.violations("request", asked(GEMINI, tools), GEMINI, RESPONSES)


def test_a_search_that_is_forbidden_is_not_offered() -> None:
    """A setting always searches, and so does nothing under "none"; Messages says the choice beside the search."""
    for mode, word in (("none", "none"), ("auto", "auto"), ("required", "any")):
        body = {**asked(CHAT), "web_search_options": {}, "tool_choice": mode}
        t = dragoman.translate_request(body, CHAT, MESSAGES)
        assert t.body["tool_choice"] == {"type": word}
    body = {**asked(MESSAGES, [FULL_MESSAGES]), "max_tokens": 5, "tool_choice": {"type": "none"}}
    t = dragoman.translate_request(body, MESSAGES, CHAT)
    assert "web_search_options" not in t.body
    assert ("dropped", "tool.server", "/tools/0") in told(t)
    t = dragoman.translate_request(body, MESSAGES, GEMINI)
    assert "tools" not in t.body


def test_a_search_that_is_forced_is_forced_elsewhere() -> None:
    """By its name in Messages, by its type in Responses ("hosted types"); else the choice is free, told."""
    by_name: Json = {"type": "tool", "name": "web_search"}
    body = {**asked(MESSAGES, [FULL_MESSAGES]), "tool_choice": by_name}
    assert dragoman.translate_request(body, MESSAGES, RESPONSES).body["tool_choice"] == {"type": "web_search"}
    for word, lost in (("web_search", []), ("web_search_preview", ["/tool_choice/type"])):
        body = {**asked(RESPONSES, [{"type": word}]), "tool_choice": {"type": word}}
        t = dragoman.translate_request(body, RESPONSES, MESSAGES)
        assert t.body["tool_choice"] == by_name
        assert [loss.at for loss in t.losses if loss.at.startswith("/tool_choice")] == lost
        for target in (CHAT, MESSAGES, GEMINI):
            assert not regressions.violations("request", body, RESPONSES, target)
    own: Json = {"type": "function", "name": "web_search", "parameters": {}, "strict": False}
    body = {**asked(RESPONSES, [own]), "tool_choice": {"type": "web_search"}}
    assert dragoman.translate_request(body, RESPONSES, MESSAGES).body["tool_choice"] == {"type": "auto"}
    assert not regressions.violations("request", body, RESPONSES, MESSAGES)
