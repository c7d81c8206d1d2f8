"""Gemini's mode VALIDATED, which holds every call to its schema, is `strict` of each tool elsewhere, and back."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from tests import regressions

GEMINI = "gemini"
CLOSED = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"], "additionalProperties": False}
OPEN = {"type": "object", "properties": {"q": {"type": "string"}}}
TARGETS = ["openai-chat", "openai-responses", "anthropic-messages", "claude-thinking"]
targets = pytest.mark.parametrize("target", TARGETS)


def asked(*schemas: Any, mode: str = "VALIDATED") -> dict[str, Any]:
    declared = [{"name": f"f{i}", **({"parametersJsonSchema": s} if s else {})} for i, s in enumerate(schemas)]
    return {
        "contents": [{"role": "user", "parts": [{"text": "x"}]}],
        "tools": [{"functionDeclarations": declared}],
        "toolConfig": {"functionCallingConfig": {"mode": mode}},
    }


def strict(body: dict[str, Any]) -> list[Any]:
    """What each tool says; Responses' false stands for nothing."""
    return [tool.get("function", tool).get("strict") or None for tool in body["tools"]]


@targets
def test_every_closed_schema_binds(target: str) -> None:
    t = dragoman.translate_request(asked(CLOSED, CLOSED), GEMINI, target)
    assert strict(t.body) == [True, True]
    assert "tool_choice" not in t.body
    assert not [loss for loss in t.losses if loss.at.startswith("/toolConfig")]


@targets
@pytest.mark.parametrize("other", [OPEN, None])
def test_what_does_not_bind_is_told(target: str, other: Any) -> None:
    t = dragoman.translate_request(asked(CLOSED, other), GEMINI, target)
    assert strict(t.body) == [True, None]
    told = [(loss.kind, loss.code, loss.at) for loss in t.losses if loss.at.startswith("/toolConfig")]
    assert told == [("changed", "tool.strict", "/toolConfig/functionCallingConfig/mode")]


@targets
@pytest.mark.parametrize("mode", ["VALIDATED", "validated"])
@pytest.mark.parametrize("schemas", [(CLOSED,), (CLOSED, CLOSED), (CLOSED, OPEN), (OPEN,), (None,), (None, CLOSED)])
def test_the_laws_hold(target: str, schemas: tuple[Any, ...], mode: str) -> None:
    assert not regressions.violations("request", asked(*schemas, mode=mode), GEMINI, target)


@pytest.mark.parametrize(
    ("flags", "back", "told"),
    [
        ((True, True), [True, True], ["/tools/0/function/strict", "/tools/1/function/strict"]),
        # The mode is one for all: the other is held to its schema, too, and that is told.
        ((True, None), [True, True], ["/tools/0/function/strict", "/tools/1/function/strict"]),
        ((True, False), [True, True], ["/tools/0/function/strict", "/tools/1/function/strict"]),
        ((None, None), [None, None], []),
        ((None, False), [None, None], ["/tools/1/function/strict"]),
    ],
)
def test_one_strict_tool_makes_all_strict(flags: tuple[Any, ...], back: list[Any], told: list[str]) -> None:
    tools = [
        {
            "type": "function",
            "function": {"name": f"f{i}", "parameters": CLOSED, **({} if s is None else {"strict": s})},
        }
        for i, s in enumerate(flags)
    ]
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": tools}
    there = dragoman.translate_request(body, "openai-chat", GEMINI)
    mode = there.body.get("toolConfig", {}).get("functionCallingConfig", {}).get("mode")
    assert mode == ("VALIDATED" if True in flags else None)
    assert [loss.at for loss in there.losses if loss.code == "tool.strict"] == told
    assert strict(dragoman.translate_request(there.body, GEMINI, "openai-chat", path=there.path).body) == back


def test_a_forced_tool_stays_forced() -> None:
    """ANY and VALIDATED are two modes: what has to be called goes first."""
    tool = {"type": "function", "function": {"name": "f", "parameters": CLOSED, "strict": True}}
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [tool], "tool_choice": "required"}
    there = dragoman.translate_request(body, "openai-chat", GEMINI)
    assert there.body["toolConfig"]["functionCallingConfig"]["mode"] == "ANY"
    assert ("changed", "tool.strict") in [(loss.kind, loss.code) for loss in there.losses]
