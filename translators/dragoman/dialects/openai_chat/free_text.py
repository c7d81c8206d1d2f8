"""OpenAI Chat: free-text tools towards the servers of its shape that have none: tools with one text argument."""

from __future__ import annotations

from dataclasses import replace

from ...jsontext import dumps
from ...model import Json, Message, Part, Request, Tool, ToolCall, ToolResult
from ..arguments import arguments_object
from .write import ChatWriter

# The one argument, as in Messages and Gemini: `input` is what the reader of a client's request looks for.
_INPUT: Json = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}


def functions_only(writer: ChatWriter, r: Request, said: list[Message]) -> tuple[Request, list[Message]]:
    """The request, and the turns of it that are said, with every free-text tool, call and choice as a function's."""
    free = {p.id for m in said for p in m.parts if isinstance(p, ToolCall) and p.kind == "custom" and p.id}
    choice, tools = r.tool_choice, r.tools or []
    if choice is not None and (choice.kind == "custom" or "custom" in (choice.kinds or ())):
        writer.report.changed("tool.custom", choice.at)
        kinds = ["function" if kind == "custom" else kind for kind in choice.kinds] if choice.kinds else None
        choice = replace(choice, kind="function", kinds=kinds)
    if choice is not r.tool_choice or any(tool.kind == "custom" for tool in tools):
        r = replace(r, tools=[_function(writer, tool) for tool in tools], tool_choice=choice)
    if not free:
        return r, said
    return r, [replace(m, parts=[_part(writer, part, free) for part in m.parts]) for m in said]


def _function(writer: ChatWriter, tool: Tool) -> Tool:
    if tool.kind != "custom":
        return tool
    writer.report.changed("tool.custom", tool.at, tool.format)
    return replace(tool, kind="function", parameters=_INPUT, format=None)


def _part(writer: ChatWriter, part: Part, free: set[str]) -> Part:
    if isinstance(part, ToolResult):
        writer.result_kind(part, part.call_id in free)
    if not isinstance(part, ToolCall) or part.kind != "custom":
        return part
    writer.report.changed("tool.custom", part.at, None)
    return replace(part, kind="function", arguments=dumps(arguments_object(part)[0]).decode())
