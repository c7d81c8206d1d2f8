"""The choice among tools: one among all of them, and what becomes of it where some did not come along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..model import Request, Tool, ToolChoice
from ..report import Report

AMONG = "among"  # in the spelling of a choice: the names of all the tools, and their kinds
ENTRIES = "entries"  # likewise: its tools as they were listed, some of which are no functions of the client's
_OWN = frozenset({"function", "custom"})  # tools that the client runs


def plain_choice(r: Request) -> None:
    """A choice among all the tools there are says no more than one without names: that is but another spelling."""
    c = r.tool_choice
    if c is None or not c.mode.startswith("subset_") or not r.tools:
        return
    named = set(zip(c.names, c.kinds or ["function"] * len(c.names), strict=True))
    if all(tool.kind != "server" for tool in r.tools) and {(tool.name, tool.kind) for tool in r.tools} == named:
        c.spelling = {**(c.spelling or {}), AMONG: [c.names, c.kinds]}
        c.mode, c.names, c.kinds = c.mode.removeprefix("subset_"), [], None


def spelt_choice(c: ToolChoice) -> ToolChoice:
    """The choice as it was spelt."""
    found = (c.spelling or {}).get(AMONG)
    return c if found is None else replace(c, mode=f"subset_{c.mode}", names=found[0], kinds=found[1])


def only_functions(tools: Iterable[Tool]) -> bool:
    """Whether a client of Chat declared its tools as `functions`, its older word, and no others."""
    fields = {(tool.spelling or {}).get("field") for tool in tools}
    return fields == {"functions"}


def one_call(r: Request) -> bool:
    """Whether the upstream has to be kept to one call: a client of `functions` knows no more, and cannot say so."""
    none = r.tool_choice is not None and r.tool_choice.mode == "none"
    return not none and "parallel_tool_calls" not in r.params and only_functions(r.tools or ())


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice as the target can make it. mode, names, kinds: as in `ToolChoice`; tools: those that go along."""

    mode: str
    names: list[str]
    kinds: list[str]
    tools: Sequence[Tool]


def chosen(
    c: ToolChoice | None, tools: Sequence[Tool], subset: bool, where: Callable[[Any, str], str], report: Report
) -> Chosen | None:
    """What becomes of a choice, among the `tools` that come along; what changes is told. None where there is none.

    subset: whether the target can choose among some. Where it cannot, the others do not go along ("subset: filter
    tools"). A choice of what did not come along is free; one among nothing is none.
    """
    own = {tool.name for tool in tools if tool.kind != "server"}
    if c is None or not own:
        return None
    kinds = c.kinds or ["function"] * len(c.names)
    if c.mode == "tool" and (c.names[0] not in own or c.kind == "server"):
        report.changed("tool_choice.subset", c.at, c.mode)
        return Chosen("auto", [], [], tools)
    if not c.mode.startswith("subset_"):
        return Chosen(c.mode, c.names, kinds, tools)
    if own.isdisjoint(c.names) and set(kinds) <= _OWN and {t.name for t in tools}.isdisjoint(c.names):
        # Names that nobody has declared: a slip of the client's, for the service to tell.
        if not subset:
            report.changed("tool_choice.subset", c.at, c.mode)
        return Chosen(c.mode if subset else "auto", c.names if subset else [], kinds, tools)
    at, names, said = where(c, "names"), [], []
    for i, (name, kind) in enumerate(zip(c.names, kinds, strict=True)):
        if kind in _OWN and name in own:
            names.append(name)
            said.append(kind)
        else:
            report.dropped("tool_choice.subset" if kind in _OWN else "tool.server", f"{at}/{i}", name)
    if not names:
        report.changed("tool_choice.subset", c.at, c.mode)
        return Chosen("none", [], [], tools)
    if subset:
        if own == set(names):
            # Of what came along it names everything: there that is another spelling of a choice among all.
            report.changed("tool_choice.subset", c.at, c.mode)
        return Chosen(c.mode, names, said, tools)
    report.changed("tool_choice.subset", c.at, c.mode)
    for tool in tools:
        if tool.kind != "server" and tool.name not in names:
            report.dropped("tool_choice.subset", tool.at, tool)
    tools = [tool for tool in tools if tool.kind == "server" or tool.name in names]
    if c.mode == "subset_required" and len(set(names)) == 1:
        return Chosen("tool", names[:1], said[:1], tools)
    return Chosen(c.mode.removeprefix("subset_"), [], [], tools)
