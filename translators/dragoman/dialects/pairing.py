"""Which result of a tool goes with which call, where ids do not say."""

from __future__ import annotations

from ..ids import derived
from ..model import Message, ToolCall, ToolResult


def answers(result: ToolResult, call: ToolCall) -> bool:
    """Whether a result whose id is that of no call goes with a call that no result names: by name and order."""
    return not call.id and result.name == call.name if result.call_id else result.name in (None, call.name)


def pair_ids(messages: list[Message]) -> dict[int, str]:
    """Ids for calls and results that have none: `id(node)` -> id. Results pair by name, else by order."""
    ids: dict[int, str] = {}
    waiting: list[ToolCall] = []
    count = 0
    parts = [part for m in messages for part in m.parts if type(part) is ToolCall or type(part) is ToolResult]
    for part in parts:
        if isinstance(part, ToolCall):
            if not part.id:
                ids[id(part)] = derived(None, "call", count)
                count += 1
                waiting.append(part)
        elif not part.call_id:
            named = [c for c in waiting if c.name == part.name] or waiting
            if named:
                ids[id(part)] = ids[id(named[0])]
                waiting = [c for c in waiting if c is not named[0]]
            else:
                ids[id(part)] = derived(None, "call", count)
                count += 1
    return ids
