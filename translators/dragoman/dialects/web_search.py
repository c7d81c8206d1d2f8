"""Web search that the vendor runs: one thing, which every dialect has under a name and with settings of its own.

A tool in Messages, Responses and Gemini, a setting of the request in Chat. Each dialect has one table, read both ways;
what of the settings the other has no word for is told at its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..model import Json, Request, Tool, ToolChoice
from ..report import Report
from ..tables import without_nulls

if TYPE_CHECKING:
    from .base import Dialect

SIZES = {"low": 1, "medium": 5, "high": 10}  # "max_uses: new-api low=1, medium=5, high=10"
PLACES = ("city", "country", "region", "timezone")


class Words(NamedTuple):
    """How a dialect says web search.

    kinds: the types of the tool, the one that is written first; none, where it is no tool of the list.
    fields: where its settings stand below it: size, uses (how often), allowed and blocked domains, location.
    known: its other keys, which nobody else has. fixed: what always stands there. nested: whether a location stands
    under the word for how exact it is. option: whether it is a setting of the request, which always searches.
    also: what else is read as one of the settings, and never written.
    """

    kinds: tuple[str, ...]
    fields: Mapping[str, str]
    known: frozenset[str] = frozenset()
    fixed: Mapping[str, str] = {}
    nested: bool = False
    option: bool = False
    also: Mapping[str, str] = {}

    def holders(self) -> set[str]:
        """The keys of the objects that group some of the settings."""
        return {path.partition("/")[0] for path in self.fields.values() if "/" in path}


# Chat's, and so that of the setting of the canonical model.
OPTIONS = Words((), {"size": "search_context_size", "location": "user_location"}, nested=True, option=True)


@dataclass(slots=True)
class Search:
    """What one search says: its settings with their places, and what is in nobody else's words."""

    words: Words
    said: dict[str, tuple[Any, str]] = field(default_factory=dict)
    rest: list[tuple[str, str, Any]] = field(default_factory=list)


class Searching(Protocol):
    """What is needed of the writer of a request."""

    r: Request
    report: Report
    source: Dialect | None

    def where(self, node: Any, name: str) -> str:
        """Where a field of a node stands in the source."""


def plain_search(tool: Tool, source: Dialect) -> Tool:
    """A search without its nulls, and groups of settings without any, which say nothing; another tool as it is."""
    search = read(tool, source)
    if search is None:
        return tool
    said = without_nulls(tool.value)
    return replace(tool, value={k: v for k, v in said.items() if v or k not in search.words.holders()})


def tool_code(tool: Tool) -> str:
    """The loss code for a tool in its vendor's own words; a group of the client's own tools is none."""
    return "tool.namespace" if tool.type == "namespace" else "tool.server"


def offered(r: Request) -> Sequence[Tool]:
    """The tools of a request, with the setting that stands for a search as one of them."""
    options = r.params.get("web_search")
    if options is None:
        return r.tools or ()
    searching = Tool("server", type="web_search", value=options, spelling={"option": True}, at=r.place("web_search"))
    return [*(r.tools or ()), searching]


def is_option(tool: Tool) -> bool:
    """Whether a tool is that setting."""
    return "option" in (tool.spelling or ())


def read(tool: Tool, source: Dialect | None) -> Search | None:
    """What a tool of `source` says, if it is a search on the web."""
    if tool.kind != "server" or type(tool.value) is not dict:
        return None
    words = OPTIONS if is_option(tool) else source.search if source is not None else None
    if words is None or not (words.option or tool.type in words.kinds) or (tool.spelling or {}).get("entry"):
        return None
    out = Search(words)
    if tool.type not in words.kinds[:1] and not words.option:
        out.rest.append(("type", f"{tool.at}/type", tool.type))
    names = {**{path: name for name, path in words.fields.items()}, **words.also}
    for key, path, value in _settings(tool.value, words.holders()):
        place = f"{tool.at}/{path}"
        name = names.get(path)
        if value is None or (key == "type" and key in words.fixed) or words.fixed.get(key) == value:
            continue
        if name == "location":
            _locate(out, value, place)
        elif name is not None and _VALID[name](value):
            out.said[name] = value, place
        else:
            out.rest.append((key, place, value))
    return out


def _settings(value: Json, holders: set[str]) -> Iterator[tuple[str, str, Any]]:
    """The keys of a search, with those of the objects that group some of them."""
    for key, item in value.items():
        if key in holders and type(item) is dict:
            yield from ((inner, f"{key}/{inner}", one) for inner, one in item.items())
        else:
            yield key, key, item


def _locate(out: Search, value: Any, place: str) -> None:
    """Take the place of the user: an approximate one is all that there is."""
    inner = value.get("approximate") if type(value) is dict and out.words.nested else value
    if type(inner) is not dict or type(value) is not dict or value.get("type", "approximate") != "approximate":
        out.rest.append(("user_location", place, value))
        return
    within = f"{place}/approximate" if out.words.nested else place
    out.said["location"] = {k: v for k, v in inner.items() if k in PLACES and type(v) is str}, within
    for holder, at in ((inner, within), (value, place)) if out.words.nested else ((inner, within),):
        for key, item in holder.items():
            known = key == "type" or (key == "approximate" and holder is value) or (key in PLACES and type(item) is str)
            if item is not None and not known:
                out.rest.append((key, f"{at}/{key}", item))


def _is_list(value: Any) -> bool:
    return type(value) is list and all(type(domain) is str for domain in value)


_VALID: dict[str, Callable[[Any], bool]] = {
    "size": lambda value: type(value) is str and value in SIZES,
    "uses": lambda value: type(value) is int,
    "allowed": _is_list,
    "blocked": _is_list,
}


def forced(w: Searching, choice: ToolChoice | None) -> bool:
    """Whether a choice is that of the search, which goes along: by its name in Messages, by its type in Responses."""
    if choice is None or choice.mode != "tool":
        return False
    if any(tool.kind != "server" and tool.name == choice.names[0] for tool in w.r.tools or ()):
        return False
    found = next(((tool, one) for tool in w.r.tools or () if (one := read(tool, w.source)) is not None), None)
    if found is None or choice.names[0] not in (found[0].name, found[0].type):
        return False
    if choice.kind == "server" and choice.names[0] != found[1].words.kinds[0]:
        w.report.changed("tool.web_search", w.where(choice, "names"), choice.names[0])
    return True


def kept_out(w: Searching) -> bool:
    """Whether a choice of no tool keeps a search out, where one that is there is made: that says it in another way."""
    none = w.r.tool_choice is not None and w.r.tool_choice.mode == "none"
    return none and any(read(tool, w.source) is not None for tool in w.r.tools or ())


def written(w: Searching, tool: Tool, words: Words | None, at: str) -> Json | None:
    """A tool that the vendor runs in the `words` of another, to stand at `at`; None, and told, if there are none.

    It is there once, and under a name that no tool of the client's has.
    """
    search = read(tool, w.source)
    first = next((t for t in offered(w.r) if read(t, w.source) is not None), None)
    taken = {t.name for t in w.r.tools or () if t.kind != "server"}
    if (
        search is None
        or words is None
        or (first is not tool and not is_option(tool))
        or words.fixed.get("name") in taken
    ):
        w.report.dropped(tool_code(tool), tool.at, tool.value)
        return None
    w.report.link(at, tool.at)
    out: Json = dict(words.fixed)
    if search.words.option or words.option:
        w.report.changed("tool.web_search", tool.at, tool.value)
    for name, (value, place) in search.said.items():
        _say(w, out, words, name, value, place, at)
    for key, place, value in search.rest:
        if key == "type":
            w.report.changed("tool.web_search", place, value)
        elif key == "cache_control":
            w.report.dropped("cache.unsupported", place, value)
        else:
            w.report.dropped("field.unsupported" if key in search.words.known else "field.unknown", place, value)
    return out


def _say(w: Searching, out: Json, words: Words, name: str, value: Any, place: str, at: str) -> None:
    """One setting, in the target's words; how much is found, and how often is searched, stand for one another."""
    path = words.fields.get(name)
    if path is None and name == "size" and "uses" in words.fields:
        path, value = words.fields["uses"], SIZES[value]
        w.report.changed("tool.web_search", place, value)
    elif path is None and name == "uses" and "size" in words.fields:
        path, value = words.fields["size"], next((word for word, most in SIZES.items() if value <= most), "high")
        w.report.changed("tool.web_search", place, value)
    elif path is None:
        w.report.dropped("field.unsupported", place, value)
        return
    if name == "location":
        value = {"type": "approximate", **({"approximate": value} if words.nested else value)}
        w.report.link(f"{at}/{path}/approximate" if words.nested else f"{at}/{path}", place)
    else:
        w.report.link(f"{at}/{path}", place)
    holder, _, key = path.rpartition("/")
    (out.setdefault(holder, {}) if holder else out)[key] = value
