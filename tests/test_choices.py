"""A choice among tools, where some of them did not come along, or where the target cannot choose among some."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws

CHAT, MESSAGES, RESPONSES, GEMINI = "openai-chat", "anthropic-messages", "openai-responses", "gemini"
NO_SUBSET = [MESSAGES, "openai-chat+deepseek"]
SCHEMA = {"type": "object", "properties": {}}
USER = {"role": "user", "content": "Go."}


def function(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": SCHEMA}}


def flat(name: str) -> dict[str, Any]:
    return {"type": "function", "name": name, "parameters": SCHEMA, "strict": False}


def among(mode: str, *names: str) -> dict[str, Any]:
    tools = [{"type": "function", "function": {"name": name}} for name in names]
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}}


def choose(body: Any, source: str, target: str) -> tuple[list[str], Any, set[Any]]:
    """The names of the tools that went, the choice, and what was told of it; the laws hold."""
    home = dragoman.translate_request(body, source, source)
    assert (home.body, home.losses) == (body, ())
    for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled, laws.spelling_is_free):
        assert not law("request", body, source, target)
    t = dragoman.translate_request(body, source, target)
    tools = t.body["tools"][0]["functionDeclarations"] if target == GEMINI else t.body["tools"]
    choice = t.body["toolConfig"]["functionCallingConfig"] if target == GEMINI else t.body.get("tool_choice")
    told = {
        (x.kind, x.code, x.at) for x in t.losses if x.code in ("tool_choice.subset", "tool.namespace", "tool.server")
    }
    return [tool.get("function", tool)["name"] for tool in tools], choice, told


def chat(choice: Any, *names: str) -> dict[str, Any]:
    return {"model": "m", "messages": [USER], "tools": [function(name) for name in names], "tool_choice": choice}


def responses(choice: Any, *tools: Any) -> dict[str, Any]:
    return {"model": "m", "input": "x", "tools": list(tools), "tool_choice": choice}


def test_a_choice_of_another_kind_is_none_among_all() -> None:
    """`custom` and `function` tools are called apart, be they of one name."""
    tools = [{"type": "custom", "name": "f"}, {"type": "function", "name": "g", "parameters": {}, "strict": False}]
    named = [{"type": "function", "name": "f"}, {"type": "function", "name": "g"}]
    body = responses({"type": "allowed_tools", "mode": "required", "tools": named}, *tools)
    assert mode_of(body) == "subset_required"
    assert mode_of(responses("required", *tools)) == "required"
    named[0]["type"] = "custom"
    assert mode_of(body) == "required"


def mode_of(body: Any) -> str:
    choice = dragoman.read_request(body, RESPONSES).tool_choice
    assert choice is not None
    return choice.mode


@pytest.mark.parametrize("target", NO_SUBSET)
@pytest.mark.parametrize(
    ("mode", "names", "written"),
    [("auto", ["f"], "auto"), ("required", ["f", "g"], "any"), ("required", ["g"], "tool")],
)
def test_tools_outside_of_a_choice_are_left_out(target: str, mode: str, names: list[str], written: str) -> None:
    """MAP 3, subset: "x (filter tools)"."""
    went, choice, told = choose(chat(among(mode, *names), "f", "g", "h"), CHAT, target)
    assert went == names
    word = choice["type"] if isinstance(choice, dict) else choice
    assert word in (written, {"any": "required", "tool": "function"}.get(written))
    left = {("dropped", "tool_choice.subset", f"/tools/{i}") for i, name in enumerate("fgh") if name not in names}
    assert told == {("changed", "tool_choice.subset", "/tool_choice"), *left}


@pytest.mark.parametrize("target", [*NO_SUBSET, RESPONSES, GEMINI, "openai-chat+openrouter"])
@pytest.mark.parametrize("mode", ["auto", "required"])
def test_a_choice_among_all_of_them_loses_nothing(target: str, mode: str) -> None:
    went, choice, told = choose(chat(among(mode, "g", "f"), "f", "g"), CHAT, target)
    assert (went, told) == (["f", "g"], set())
    plain = dragoman.translate_request(chat(mode, "f", "g"), CHAT, target)
    assert choose(chat(mode, "f", "g"), CHAT, target)[1] == choice
    assert plain.body == dragoman.translate_request(chat(among(mode, "f", "g"), "f", "g"), CHAT, target).body


@pytest.mark.parametrize("target", [CHAT, RESPONSES, GEMINI])
def test_a_choice_of_a_tool_that_did_not_come_along_is_free(target: str) -> None:
    tools = [{"type": "bash_20250124", "name": "bash"}, {"name": "f", "input_schema": SCHEMA}]
    body = {"model": "m", "max_tokens": 99, "messages": [USER], "tools": tools}
    went, choice, told = choose({**body, "tool_choice": {"type": "tool", "name": "bash"}}, MESSAGES, target)
    assert (went, choice) == (["f"], {"mode": "AUTO"} if target == GEMINI else "auto")
    assert ("changed", "tool_choice.subset", "/tool_choice") in told


GROUP = {"type": "namespace", "name": "crm", "description": "d", "tools": [flat("get"), flat("put")]}


@pytest.mark.parametrize(
    ("target", "written"),
    [
        (MESSAGES, {"type": "tool", "name": "crm__get"}),
        (CHAT, {"type": "function", "function": {"name": "crm__get"}}),
        (GEMINI, {"mode": "ANY", "allowedFunctionNames": ["crm__get"]}),
    ],
)
def test_a_choice_of_a_tool_of_a_group(target: str, written: Any) -> None:
    """Elsewhere the tool has its one name, and so it is chosen."""
    choice = {"type": "function", "name": "get"}
    went, said, told = choose(responses(choice, GROUP), RESPONSES, target)
    assert (went, said) == (["crm__get", "crm__put"], written)
    assert ("changed", "tool.namespace", "/tool_choice/name") in told
    # A tool of that name outside of the groups is the one that is meant.
    went, said, told = choose(responses(choice, GROUP, flat("get")), RESPONSES, target)
    assert "get" in went
    assert "crm__get" not in str(said)
    assert ("changed", "tool.namespace", "/tool_choice/name") not in told


def test_a_choice_among_some_tools_of_groups() -> None:
    other = {**GROUP, "name": "erp"}
    choice = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "get"}]}
    went, said, told = choose(responses(choice, GROUP, other, flat("f")), RESPONSES, CHAT)
    assert went == ["crm__get", "crm__put", "erp__get", "erp__put", "f"]
    assert said == among("auto", "crm__get", "erp__get")  # any of those that have the name
    assert ("changed", "tool.namespace", "/tool_choice") in told


@pytest.mark.parametrize("target", [CHAT, MESSAGES, GEMINI])
def test_a_vendors_tool_among_those_chosen_is_lost_alone(target: str) -> None:
    server = {"type": "mcp", "server_label": "s", "server_url": "https://x"}
    chosen = [{"type": "function", "name": "f"}, {"type": "mcp", "server_label": "s"}]
    choice = {"type": "allowed_tools", "mode": "required", "tools": chosen}
    went, said, told = choose(responses(choice, flat("f"), flat("g"), server), RESPONSES, target)
    expected: dict[str, Any] = {
        CHAT: (["f", "g"], among("required", "f")),
        MESSAGES: (["f"], {"type": "tool", "name": "f"}),
        GEMINI: (["f", "g"], {"mode": "ANY", "allowedFunctionNames": ["f"]}),
    }
    assert (went, said) == expected[target]
    assert ("dropped", "tool.server", "/tool_choice/tools/1") in told
    # Where nothing else may be called, nothing is.
    alone = {**choice, "tools": chosen[1:]}
    went, said, told = choose(responses(alone, flat("f"), server), RESPONSES, target)
    none: dict[str, Any] = {CHAT: "none", MESSAGES: {"type": "none"}, GEMINI: {"mode": "NONE"}}
    assert (went, said) == (["f"], none[target])
    assert ("changed", "tool_choice.subset", "/tool_choice") in told


def test_gemini_names_all_of_them() -> None:
    declared = [{"name": name, "parametersJsonSchema": SCHEMA} for name in "fg"]
    calling = {"mode": "ANY", "allowedFunctionNames": ["f", "g"]}
    body: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "x"}]}]}
    body |= {"tools": [{"functionDeclarations": declared}], "toolConfig": {"functionCallingConfig": calling}}
    assert choose(body, GEMINI, MESSAGES) == (["f", "g"], {"type": "any"}, set())
    assert choose(body, GEMINI, CHAT) == (["f", "g"], "required", set())
