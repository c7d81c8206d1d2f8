"""JSON Schemas that bind an answer or a call: without the keywords that a service refuses in such a schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..jsontext import MAX_DEPTH, dumps, escape
from ..model import Json, Request, Tool, ToolChoice
from ..profiles import Profile
from ..report import Report
from ..tables import NAMED, is_closed
from .web_search import offered

# The keywords that hold schemas in a list, and one alone; `NAMED` hold them by name.
LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
INNER = (
    "items",
    "additionalProperties",
    "not",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
)
# "minItems 0/1": what every answer can hold to is taken of a keyword that is refused otherwise.
_TAKEN: dict[str, tuple[Any, ...]] = {"minItems": (0, 1)}
# What says how properties are that a schema does not name.
_MAPS = frozenset({"additionalProperties", "patternProperties"})
_LOOKS_AROUND = re.compile(r"(?<!\\)(?:\\\\)*\(\?<?[=!]").search


def bound(schema: Any, facts: Profile, report: Report, at: str) -> Any:
    """`schema`, which stands at `at`, as one that binds: what is refused there stands in the description instead.

    `oneOf` becomes `anyOf`, an `allOf` of one is that one. Objects are closed where they have to be. Every schema in
    it that is not what it was is a loss; one without any is given back as it is.
    """
    if not facts.schema_keywords and not facts.schema_closed:
        return schema
    return _Binding(facts, report).schema(schema, at)


def topped(schema: Json, facts: Profile, report: Report, at: str) -> Json:
    """The schema of a tool, which stands at `at`, without what is refused at its top: that is in the description."""
    aside = {key: value for key, value in schema.items() if key in (facts.tool_keywords or ())}
    if not aside:
        return schema
    report.changed("schema.keyword", at, schema)
    return _told({key: value for key, value in schema.items() if key not in aside}, schema, aside)


def _told(kept: Json, schema: Json, aside: Json) -> Json:
    """`kept` of a schema, with what stands aside in the description."""
    said, text = schema.get("description"), dumps(aside).decode()
    return {**kept, "description": f"{said}\n\n{text}" if type(said) is str and said else text}


def strict_tools(r: Request, where: Callable[[Any, str], str], report: Report) -> Sequence[Tool]:
    """The tools of `r` for a target where each says itself whether its calls hold to its schema.

    What the choice says of all calls (`ToolChoice.strict`) every function says whose schema allows for it: one that is
    closed. If not all are, that is reported at the choice.
    """
    tools, choice = offered(r), r.tool_choice
    if choice is None or not choice.strict:
        return tools
    held = [
        replace(tool, strict=True)
        if tool.kind == "function" and tool.strict is None and may_bind(tool.parameters)
        else tool
        for tool in tools
    ]
    if any(tool.kind == "function" and not tool.strict for tool in held):
        report.changed("tool.strict", where(choice, "strict"), True)
    return held


def is_said(choice: ToolChoice) -> bool:
    """Whether all that a choice says stands in the tools (`strict_tools`): to be free to call is the default."""
    return bool(choice.strict) and choice.mode == "auto"


def may_bind(schema: Any) -> bool:
    """Whether an answer can be held to a schema as it is: one that is there, that says something, and is closed."""
    return type(schema) is dict and bool(schema) and is_closed(schema)


class _Binding:
    def __init__(self, facts: Profile, report: Report) -> None:
        self.facts = facts
        self.refused = frozenset(facts.schema_keywords or ())
        self.closed = bool(facts.schema_closed)
        self.report = report
        self.emptied = False  # whether an object may hold nothing any more

    def schema(self, schema: Any, at: str) -> Any:
        """One schema."""
        if type(schema) is not dict:
            return schema
        kept: Json = {}
        aside: Json = {}
        other = False  # whether this schema itself says something else
        for key, value in schema.items():
            if not self.refuses(key, value):
                kept[key] = self.inner(key, value, f"{at}/{escape(key)}")
            elif key == "oneOf" and type(value) is list and "anyOf" not in schema:
                kept["anyOf"], other = self.inner("anyOf", value, f"{at}/oneOf"), True
            elif key == "allOf" and (only := self.only(schema, value)) is not None:
                kept, other = kept | self.schema(only, f"{at}/allOf/0"), True
            else:
                aside[key] = value
        if self.closed and _is_object(kept) and kept.get("additionalProperties") is not False:
            if (others := kept.get("additionalProperties", True)) not in (True, {}):
                aside["additionalProperties"] = others
            kept["additionalProperties"], other = False, True
            self.emptied |= not kept.get("properties") or not aside.keys().isdisjoint(_MAPS)
        if aside and "$ref" not in kept:  # beside a reference stands nothing
            kept = _told(kept, schema, aside)
        if kept.keys() == schema.keys() and all(kept[key] is value for key, value in schema.items()):
            return schema
        if other or aside:
            self.report.changed("schema.keyword", at, schema)
        return kept

    def refuses(self, key: str, value: Any) -> bool:
        """Whether a keyword is refused with this value."""
        if key in self.refused:
            return value not in _TAKEN.get(key, ())
        if key == "format":
            return self.facts.schema_formats is not None and value not in self.facts.schema_formats
        if key == "pattern":
            return self.facts.schema_lookaround is False and type(value) is str and bool(_LOOKS_AROUND(value))
        scalars = key == "enum" and self.facts.schema_enum_parts is False and type(value) is list
        return scalars and any(type(one) in (dict, list) for one in value)

    def inner(self, key: str, value: Any, at: str) -> Any:
        """The schemas that a keyword holds."""
        if key in NAMED and type(value) is dict:
            return _same(value, {name: self.schema(s, f"{at}/{escape(name)}") for name, s in value.items()})
        if key in LISTS and type(value) is list:
            items = [self.schema(s, f"{at}/{i}") for i, s in enumerate(value)]
            return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        return self.schema(value, at) if key in INNER else value

    def only(self, schema: Json, value: Any) -> Json | None:
        """The one schema of an `allOf`, if it can stand in the place of it."""
        one = value[0] if type(value) is list and len(value) == 1 else None
        return one if type(one) is dict and not one.keys() & (schema.keys() - {"allOf"}) else None


class Limits:
    """What the schemas that bind in one request may have between them; each that is taken uses some of it up."""

    __slots__ = ("facts", "left")

    def __init__(self, facts: Profile) -> None:
        self.facts = facts
        self.left = [facts.strict_tools_max, facts.schema_unions_max, facts.schema_optional_max]

    def take(self, schema: Any, tool: bool = True) -> bool:
        """Whether `schema`, of a tool or of the answer, may bind, too."""
        if strays(schema, self.facts) or stays_open(schema, self.facts, tool):
            return False
        if all(most is None for most in self.left):
            return True
        needs = (int(tool), *_open(schema))
        if any(most is not None and most < need for most, need in zip(self.left, needs, strict=True)):
            return False
        self.left = [None if most is None else most - need for most, need in zip(self.left, needs, strict=True)]
        return True


def strays(schema: Any, facts: Profile) -> bool:
    """Whether a schema refers to where one that binds may not: to itself, or outside."""
    if facts.schema_recursive is False and is_recursive(schema):
        return True
    return facts.schema_external is False and not all(ref.startswith("#") for ref in _references(schema))


def stays_open(schema: Any, facts: Profile, tool: bool) -> bool:
    """Whether an object of a schema, of a tool or of an answer, would hold nothing any more if it were closed.

    That is one that names no properties, or one that says what those have to be that it does not name: a map. Where
    "additionalProperties: must be false on every object" holds, the one answer left to it would be the empty object.
    A tool whose properties are none is one without arguments, and not meant here.
    """
    if not facts.schema_closed or type(schema) is not dict:
        return False
    binding = _Binding(facts, Report())
    binding.schema({**schema, "additionalProperties": False} if tool and schema.get("properties") == {} else schema, "")
    return binding.emptied


def _open(schema: Any) -> tuple[int, int]:
    """The parameters of several types that a schema has, and those that it does not require."""
    unions = optional = 0
    for one in _inside(schema):
        named, required = one.get("properties"), one.get("required")
        if type(named) is dict:
            listed = {name for name in required if type(name) is str} if type(required) is list else set()
            optional += len(named.keys() - listed)
            unions += sum(map(_is_union, named.values()))
    return unions, optional


def _is_union(schema: Any) -> bool:
    if type(schema) is not dict:
        return False
    kinds = schema.get("type")
    return "anyOf" in schema or "oneOf" in schema or (type(kinds) is list and len(kinds) > 1)


def is_recursive(schema: Any) -> bool:
    """Whether a schema refers to one that it stands in, by whatever way round."""
    edges: dict[str, set[str]] = {}
    waiting = _references(schema)
    while waiting:
        ref = waiting.pop()
        if ref not in edges:
            edges[ref] = _references(_resolved(schema, ref))
            waiting |= edges[ref]
    # What refers to nothing that is left is in no circle.
    referred: dict[str, list[str]] = {ref: [] for ref in edges}
    for ref, to in edges.items():
        for other in to:
            referred[other].append(ref)
    left = {ref: len(to) for ref, to in edges.items()}
    done = [ref for ref, count in left.items() if not count]
    for ref in done:
        for other in referred[ref]:
            left[other] -= 1
            if not left[other]:
                done.append(other)
    return len(done) < len(edges)


def leading_back(schema: Any) -> dict[str, set[str]]:
    """The required properties that hold a reference back to what they stand in: by the pointer of their object.

    A property that need not be there breaks a circle: what leads back over one is no such property.
    """
    edges: dict[str, list[str]] = {}  # what has to be there with what, by pointer
    refs: dict[str, str] = {}
    holder: dict[str, tuple[str, str] | None] = {}  # the nearest property that a schema stands in
    waiting: list[tuple[Any, str, tuple[str, str] | None]] = [(schema, "", None)]
    while waiting:
        one, at, held = waiting.pop()
        if type(one) is not dict:
            continue
        holder[at] = held
        inner = [(one[key], f"{at}/{escape(key)}", held, True) for key in INNER if key in one]
        for key in LISTS:
            items = one[key] if type(one.get(key)) is list else ()
            inner += [(item, f"{at}/{key}/{i}", held, True) for i, item in enumerate(items)]
        required = one.get("required")
        for key in NAMED:
            for name, item in one[key].items() if type(one.get(key)) is dict else ():
                place = f"{at}/{escape(key)}/{escape(name)}"
                if key == "properties":
                    needed = type(required) is list and name in required
                    inner.append((item, place, (at, name), needed))
                else:
                    inner.append((item, place, None if key in _NAMED else held, key not in _NAMED))
        edges[at] = [place for _, place, _, needed in inner if needed]
        ref = one.get("$ref")
        if type(ref) is str and (ref == "#" or ref.startswith("#/")):
            refs[at] = ref[1:]
            edges[at].append(ref[1:])
        waiting += [(item, place, by) for item, place, by, _ in inner]
    circle = _circles(edges)
    out: dict[str, set[str]] = {}
    for at, to in refs.items():
        by = holder[at]
        if by is not None and circle.get(to) == circle[at] and by[1] in (_resolved(schema, "#" + by[0])["required"]):
            out.setdefault(by[0], set()).add(by[1])
    return out


_NAMED = ("$defs", "definitions")  # what is only named there is used elsewhere


def _circles(edges: dict[str, list[str]]) -> dict[str, int]:
    """The circle that each node is in, as a number: the strongly connected components, without a deep stack."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    out: dict[str, int] = {}
    open_: list[str] = []
    for root in edges:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        open_.append(root)
        path = [(root, iter(edges[root]))]
        while path:
            node, left = path[-1]
            for to in left:
                if to not in edges:
                    continue
                if to not in order:
                    order[to] = low[to] = len(order)
                    open_.append(to)
                    path.append((to, iter(edges[to])))
                    break
                if to not in out:
                    low[node] = min(low[node], order[to])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    while node not in out:
                        out[open_.pop()] = order[node]
    return out


def _references(schema: Any) -> set[str]:
    return {ref for one in _inside(schema) if type(ref := one.get("$ref")) is str}


def _resolved(root: Any, ref: str) -> Any:
    """What a local reference names; None where it names nothing here."""
    if ref != "#" and not ref.startswith("#/"):
        return None
    for step in ref.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if type(root) is list and key.isascii() and key.isdigit() and len(key) < 9 and int(key) < len(root):
            root = root[int(key)]
        else:
            root = root.get(key) if type(root) is dict else None
    return root


def _same(before: Json, now: Json) -> Json:
    return before if all(now[key] is value for key, value in before.items()) else now


def _is_object(schema: Json) -> bool:
    kinds = schema.get("type")
    return kinds == "object" or (type(kinds) is list and "object" in kinds) or "properties" in schema


def all_required(schema: Any) -> bool:
    """Whether every object of a schema requires all that it names."""
    return _every(schema, _requires_all)


def _requires_all(schema: Json) -> bool:
    names, required = schema.get("properties"), schema.get("required")
    if type(names) is not dict:
        return True
    listed = {name for name in required if type(name) is str} if type(required) is list else set()
    return names.keys() <= listed


def _every(schema: Any, holds: Callable[[Json], bool]) -> bool:
    """Whether something holds of a schema and of all that stand in it."""
    return all(map(holds, _inside(schema)))


def _inside(schema: Any) -> Iterator[Json]:
    """A schema and all that stand in it; RecursionError for one that stands in itself, as only objects can."""
    waiting = [schema]
    ends: list[int] = []  # how much waits beside each schema that is being looked into
    while waiting:
        while ends and len(waiting) <= ends[-1]:
            ends.pop()
        one = waiting.pop()
        if type(one) is not dict:
            continue
        yield one
        beside = len(waiting)
        waiting += [one[key] for key in INNER if key in one]
        for key in NAMED:
            waiting += one[key].values() if type(one.get(key)) is dict else ()
        for key in LISTS:
            waiting += one[key] if type(one.get(key)) is list else ()
        if len(waiting) > beside:
            ends.append(beside)
            if len(ends) > MAX_DEPTH:
                raise RecursionError
