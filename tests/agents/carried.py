"""What the tests of carriers have in common: the flavours that carry state in their own way, and a call."""

from __future__ import annotations

from tests.matrix import CHAT

from .clients import Json

FLAVOURS = [f"{CHAT}+{name}" for name in ("google", "think-tags", "openrouter", "litellm")]


def function_item(i: int) -> Json:
    """A call of a Responses answer, numbered."""
    call = {"call_id": f"call_{i}", "name": "f", "arguments": f'{{"n":{i}}}', "status": "completed"}
    return {"id": f"fc_{i}", "type": "function_call", **call}


def answer_of(*items: Json) -> Json:
    """A Responses answer of these items."""
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-5.6", "status": "completed"}
    return {**head, "output": list(items), "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
