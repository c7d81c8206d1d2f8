"""Items and tools of Responses that no other dialect has a word for: what becomes of them elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from tests.matrix import RESPONSES, others

everywhere = pytest.mark.parametrize("target", others(RESPONSES))

# What a client gives back for calls in the vendor's words (spec/OPENAI.md 2.2).
CLIENT_RESULTS: dict[str, dict[str, Any]] = {
    "computer_call_output": {"call_id": "c", "output": {"type": "computer_screenshot", "image_url": "data:,"}},
    "local_shell_call_output": {"id": "c", "output": "x"},
    "shell_call_output": {"call_id": "c", "output": []},
    "apply_patch_call_output": {"call_id": "c", "status": "completed"},
    "mcp_approval_response": {"approval_request_id": "c", "approve": True},
    "tool_search_output": {"call_id": "c", "tools": [], "execution": "client"},
}


def losses(t: Any) -> set[tuple[str, str, str]]:
    return {(loss.kind, loss.code, loss.at) for loss in t.losses}


@everywhere
@pytest.mark.parametrize("kind", CLIENT_RESULTS)
def test_a_result_that_cannot_be_said_leaves_no_empty_turn(kind: str, target: str) -> None:
    turns: list[Any] = [{"role": "user", "content": "x"}, {"role": "user", "content": "y"}]
    without = dragoman.translate_request({"model": "m", "input": turns}, RESPONSES, target)
    turns.insert(1, {"type": kind, **CLIENT_RESULTS[kind]})
    t = dragoman.translate_request({"model": "m", "input": turns}, RESPONSES, target)
    assert t.body == without.body
    assert {("dropped", "part.server_tool", "/input/1"), ("dropped", "message.empty", "/input/1")} <= losses(t)


FUNCTION = {"type": "function", "name": "get", "parameters": {"type": "object", "properties": {}}, "strict": False}


@everywhere
def test_a_group_of_the_clients_tools_is_no_tool_of_the_vendors(target: str) -> None:
    group = {"type": "namespace", "name": "crm", "description": "Customers.", "tools": [FUNCTION]}
    tools: list[Any] = [{"type": "web_search"}, group]
    t = dragoman.translate_request({"model": "m", "input": "x", "tools": tools}, RESPONSES, target)
    assert {("dropped", "tool.server", "/tools/0"), ("dropped", "tool.namespace", "/tools/1")} <= losses(t)


@everywhere
def test_tools_that_come_later_are_told_by_their_own_name(target: str) -> None:
    items = [{"role": "user", "content": "x"}, {"type": "additional_tools", "role": "developer", "tools": [FUNCTION]}]
    t = dragoman.translate_request({"model": "m", "input": items}, RESPONSES, target)
    assert ("dropped", "tool.added", "/input/1") in losses(t)
