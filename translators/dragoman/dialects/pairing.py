"""Which result of a tool goes with which call, where ids do not say."""

from __future__ import annotations

from typing import Any

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


class Twins:
    """Calls of one turn that share an id, as gateways make them that name calls after the clock or begin at nought:
    the first result under it is that of the first call, and so on."""

    __slots__ = ("_turn", "_waiting")

    def __init__(self) -> None:
        self._turn: object = None
        self._waiting: dict[str, list[Any]] = {}  # id -> what the writer knows of its calls without a result

    def asked(self, turn: object, call_id: str, known: Any) -> None:
        """A call of `turn`; those of an earlier turn wait no more."""
        if turn is not self._turn:
            self._turn, self._waiting = turn, {}
        self._waiting.setdefault(call_id, []).append(known)

    def answered(self, call_id: str) -> Any:
        """What was known of the call that a result under `call_id` is of; None where the latest turn has none."""
        waiting = self._waiting.get(call_id)
        if waiting is None:
            return None
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]
