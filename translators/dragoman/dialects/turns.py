"""What the turns of a conversation hold, and in which order they may stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model import Media, Message, Part, Text, ToolCall, ToolResult
from ..report import Report

if TYPE_CHECKING:
    from .base import Writer


def speaks_as_tool(m: Message) -> bool:
    """Whether a tool's message is what the role says: results, and no plain text."""
    return m.role == "tool" and (ToolResult in map(type, m.parts) or Text not in map(type, m.parts))


def has_calls(messages: list[Message]) -> bool:
    """Whether a call or a result is among the parts of the messages."""
    for m in messages:
        if m.role == "tool":
            return True
        for part in m.parts:
            if type(part) is ToolCall or type(part) is ToolResult:
                return True
    return False


def only_results(m: Message) -> bool:
    """Whether a message holds tool results and nothing else."""
    if m.role == "tool":
        return True
    parts = m.parts
    return bool(parts) and type(parts[0]) is ToolResult and all(isinstance(p, ToolResult) for p in parts)


def is_item(m: Message) -> bool:
    """Whether a message, or a part of it, came as an item of its own (Responses)."""
    return m.item is not None or any(getattr(p, "item", None) is not None for p in m.parts)


def gathered(messages: list[Message], report: Report) -> list[Message]:
    """The turns, with the results of calls right behind them: "in the next message", before anything else."""
    out: list[Message] = []
    held: list[Message] = []  # what was said between a turn of the assistant and its last result
    behind = False  # whether the last turn is one that results may follow
    for m in messages:
        results = only_results(m)
        if results and held:
            report.changed("order.moved", m.at)
        elif m.role == "assistant":
            out += held
            held = []
        elif behind and not results:
            held.append(m)
            continue
        out.append(m)
        behind = results or m.role == "assistant"
    return out + held


def opened(writer: Writer, parts: list[Part], texts: bool, results: bool) -> list[Part]:
    """Parts with documents made of parts as those parts, where these are more than texts, or with `texts` always.

    results: in results of tools those of texts alone, too.
    """
    out: list[Part] = []
    for part in parts:
        if isinstance(part, ToolResult) and any(type(inner) is Media for inner in part.parts):
            out.append(replace(part, parts=opened(writer, part.parts, results, results)))
        elif isinstance(part, Media) and part.parts and (texts or any(type(p) is not Text for p in part.parts)):
            out += writer.unfold(part)
        else:
            out.append(part)
    return out
