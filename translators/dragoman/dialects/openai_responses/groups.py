"""Groups of the client's own tools (`namespace`), of which each tool has one name elsewhere.

"`namespace`: name, description, tools [function|custom]; calls come back with `namespace`". Elsewhere the tool `get` of
the group `crm` is `crm__get`. Which group and tool that was, the client's own request says when a call comes back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...model import Message, Request, Tool, ToolCall, ToolChoice, ToolResult
from ...report import Report
from ..schemas import may_bind
from .read import read_tool

GROUP = "namespace"
_Names = dict[tuple[str, str], str]


def flat(tools: list[Tool]) -> list[Tool]:
    """The tools, with those of every group in its place, each under its one name.

    The `spelling` of a tool of a group says the group and the name there.
    """
    if not any(_members(tool) for tool in tools):
        return tools
    taken = {tool.name for tool in tools}
    out: list[Tool] = []
    for tool in tools:
        members = _members(tool)
        if not members:
            out.append(tool)
            continue
        for i, value in enumerate(members):
            member = read_tool(value, f"{tool.at}/tools/{i}")
            if member.kind != "server" and member.name:
                name = _one_name(tool.name or "", member.name, taken)
                taken.add(name)
                spelling = {**(member.spelling or {}), GROUP: [tool.name, member.name]}
                member = replace(member, name=name, spelling=spelling)
            out.append(member)
    return out


def _members(tool: Tool) -> list[Any]:
    """The tools of a group; of anything else none."""
    found = tool.value.get("tools") if tool.type == GROUP and tool.name and tool.value is not None else None
    return found if type(found) is list and all(type(one) is dict for one in found) else []


def _one_name(group: str, name: str, taken: set[str | None]) -> str:
    """The name of a tool of a group; where that is another's, one that nobody else can have, spelt as it must be."""
    one = f"{group}__{name}"
    return one if one not in taken else f"{group}/{name}"


def group_of(tool: Tool | None) -> tuple[str, str] | None:
    """The group of a tool that was in one, and its name there."""
    found = (tool.spelling or {}).get(GROUP) if tool is not None else None
    return None if found is None else (found[0], found[1])


def ungrouped(r: Request, report: Report) -> Request:
    """The request for a dialect without groups: tools, calls and results have the one name, and it is told."""
    tools = flat(r.tools or [])
    if tools is r.tools or not r.tools:
        return r
    for tool in r.tools:
        if _members(tool):
            report.changed("tool.namespace", tool.at, tool.value)
    names = {group: tool.name for tool in tools if (group := group_of(tool)) is not None and tool.name}
    choice = r.tool_choice
    if choice is not None and choice.names:
        choice = _choice(choice, tools, names, report)
    return replace(r, tools=tools, tool_choice=choice, messages=[_named(m, names, report) for m in r.messages])


def _choice(c: ToolChoice, tools: list[Tool], names: _Names, report: Report) -> ToolChoice:
    """A choice under the one names of its tools. What names a tool of no group is that; else it may be in several."""
    plain = {tool.name for tool in tools if group_of(tool) is None}
    kinds = c.kinds or ["function"] * len(c.names)
    subset = c.mode.startswith("subset_")
    said: list[tuple[str, str]] = []
    for i, (name, kind) in enumerate(zip(c.names, kinds, strict=True)):
        inside = [one for (_, inner), one in names.items() if inner == name] if name not in plain else []
        said += [(one, kind) for one in inside or [name]]
        if inside:
            place = f"{c.at}/tools/{i}/name" if subset else f"{c.at}/name"
            report.changed("tool.namespace", place if len(inside) == 1 else c.at, name)
    made = replace(c, names=[name for name, _ in said], kinds=[kind for _, kind in said] if c.kinds else None)
    if len(said) > 1 and not subset:
        made.mode = "subset_required"
    return made


def best_effort(r: Request, report: Report) -> Request:
    """ "Omitted strict does not mean false": calls hold to a schema that allows for it.

    Nobody else tries, which is told of such functions; with any other schema, it comes to nothing here as well.
    """
    for tool in r.tools or ():
        if tool.kind == "function" and tool.strict is None and may_bind(tool.parameters):
            report.changed("tool.strict", f"{tool.at}/strict", None)
    return r


def _named(m: Message, names: _Names, report: Report) -> Message:
    parts = [_part(part, names, report) if type(part) in (ToolCall, ToolResult) else part for part in m.parts]
    return m if parts == m.parts else replace(m, parts=parts)


def _part(part: Any, names: _Names, report: Report) -> Any:
    """A call or a result under the one name of its tool, if its group is declared."""
    group = (part.extra or {}).get(GROUP)
    name = names.get((group, part.name)) if type(group) is str else None
    if name is None:
        return part
    report.changed("tool.namespace", f"{part.at}/{GROUP}", group)
    report.changed("tool.namespace", f"{part.at}/name", part.name)
    return replace(part, name=name, extra={k: v for k, v in part.extra.items() if k != GROUP} or None)
