"""Losses stand at places that exist: in the source what was lost, in the target what was invented."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from tests.matrix import CHAT, CLAUDE, GEMINI, MESSAGES, RESPONSES

ASKED: list[tuple[str, dict[str, Any], str]] = [
    (CHAT, {"messages": [{"role": "user", "content": "x"}], "reasoning_effort": "max"}, "/reasoning_effort"),
    (RESPONSES, {"input": "x", "reasoning": {"effort": "max"}}, "/reasoning/effort"),
    (
        MESSAGES,
        {"max_tokens": 9, "messages": [{"role": "user", "content": "x"}], "output_config": {"effort": "max"}},
        "/output_config/effort",
    ),
]


@pytest.mark.parametrize(("source", "body", "at"), ASKED)
def test_a_budget_that_stands_for_an_effort_is_told_at_the_effort(source: str, body: dict[str, Any], at: str) -> None:
    """The model takes less than the budget of the effort that was asked for; of a budget nobody spoke."""
    t = dragoman.translate_request({"model": "gemini-2.5-flash", **body}, source, GEMINI)
    assert t.body["generationConfig"]["thinkingConfig"]["thinkingBudget"] == 24576
    assert ("changed", "reasoning.effort", at) in {(loss.kind, loss.code, loss.at) for loss in t.losses}
    assert [loss.at for loss in t.losses if loss.code == "reasoning.budget"] == []


ORPHANS: list[tuple[str, dict[str, Any], str]] = [
    (RESPONSES, {"input": [{"role": "user", "content": "x"}, {"type": "function_call_output", "output": "r"}]}, CHAT),
    (RESPONSES, {"input": [{"role": "user", "content": "x"}, {"type": "function_call_output", "output": "r"}]}, CLAUDE),
    (CHAT, {"messages": [{"role": "user", "content": "x"}, {"role": "tool", "content": "r"}]}, RESPONSES),
]


@pytest.mark.parametrize(("source", "body", "target"), ORPHANS)
def test_a_result_that_is_gone_gets_no_id(source: str, body: dict[str, Any], target: str) -> None:
    t = dragoman.translate_request({"model": "m", **body}, source, target)
    assert "tool_result.orphan" in {loss.code for loss in t.losses}
    assert [loss.at for loss in t.losses if loss.code == "tool_call.id"] == []
