"""Documents side by side: their leaves, where they differ, and the plainest spelling of what they say.

The laws compare in these terms. The two tables that they compare by, spellings and declared-equal, are the spelling
records of the model and the kinds of each dialect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from . import registry
from .dialects.base import Context
from .dialects.choices import ENTRIES
from .dialects.usage import plain
from .dialects.web_search import plain_search
from .homecoming import come_home
from .jsontext import escape, same
from .media import media_type_of
from .model import (
    Candidate,
    Error,
    Item,
    Json,
    Media,
    Message,
    Opaque,
    Reasoning,
    ReasoningControl,
    Refusal,
    Request,
    Response,
    Text,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from .report import Report
from .tables import SECONDS, Partly, is_default, is_equal, without_nulls

# --- documents as leaves ---------------------------------------------------------------------------------


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a JSON value with its pointer; an empty object or array is a leaf."""
    if type(value) is dict and value:
        for key, item in value.items():
            yield from leaves(item, f"{at}/{escape(key)}")
    elif type(value) is list and value:
        for i, item in enumerate(value):
            yield from leaves(item, f"{at}/{i}")
    else:
        yield at, value


def differences(a: Any, b: Any, at: str = "") -> list[tuple[str, Any, Any]]:
    """Where two JSON values differ: pointer, here, there (`...` where it is missing)."""
    if type(a) is dict and type(b) is dict:
        out = []
        for key in [*a, *(k for k in b if k not in a)]:
            out += differences(a.get(key, ...), b.get(key, ...), f"{at}/{escape(key)}")
        return out
    if type(a) is list and type(b) is list and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b, strict=True)) for d in differences(x, y, f"{at}/{i}")]
    return [] if same(a, b) else [(at, a, b)]


# --- reading and writing by kind -------------------------------------------------------------------------


def read(kind: str, body: Json, dialect: str, path: str | None = None) -> Request | Response:
    """A canonical document of `kind` (request or response); `path`: the request target, where things stand there."""
    d = registry.get(dialect)
    return d.read_request(body, path) if kind == "request" else d.read_response(body)


def write(document: Request | Response, dialect: str, report: Report) -> Json:
    """The body of a canonical document; at home if it was read from `dialect`."""
    d = registry.get(dialect)
    home = document.dialect == d.documents
    if not home:
        document = come_home(document, d, report)
    if isinstance(document, Request):
        out: Json = d.write_request(document, report, home, Context())
        report.relocate(document.aliases)
        return out
    if document.error is not None:
        body: Json = d.write_error(document.error, report, home)[1]
        return body
    return d.write_response(document, report, home, Context())


def translate(
    kind: str, body: Json, source: str, target: str, path: str | None = None
) -> tuple[Json, Report, str | None]:
    """A traced translation: the body, its losses with the links of elements, and the request target."""
    report = Report(trace=True)
    document = read(kind, body, source, path)
    out = write(document, target, report)
    if isinstance(document, Request):
        report.relocate(document.aliases)
    goes = registry.get(target).target(document, Context())[0] if isinstance(document, Request) else None
    return out, report, goes


# --- the two tables: spellings and declared-equal --------------------------------------------------------


def normal(kind: str, body: Json, dialect: str, path: str | None = None) -> Json:
    """The document in its plainest spelling, without what its dialect declares equal to absence.

    The spelling record is what the way home needs beyond the meaning: without it, the writer writes the plain
    form. Lists are spelt out, so that pointers are the same for both forms of content.
    """
    d = registry.get(dialect)
    document = read(kind, body, dialect, path)
    _plain(document, d.kinds)
    if isinstance(document, Request):
        document.tools = document.tools and [plain_search(tool, d) for tool in document.tools]
    if isinstance(document, Response) and document.usage is not None:
        document.usage.reported = plain(document.usage.reported, d.usage_meaning)
    return write(document, dialect, Report())


def _plain(node: Any, kinds: dict[type, Any]) -> None:
    """Strip spelling, nulls and declared-equal values from a document, in place."""
    own = kinds.get(type(node), {})
    if hasattr(node, "extra") and node.extra:
        node.extra = _meaningful(node.extra, own) or None
    if getattr(node, "cache", None):
        marks = node.cache.items()
        node.cache = {
            key: {k: v for k, v in mark.items() if v is not None} if type(mark) is dict else mark for key, mark in marks
        }
    if hasattr(node, "spelling"):
        kept = {k: v for k, v in (node.spelling or {}).items() if k in _KEPT.get(type(node), ())}
        if isinstance(node, Reasoning) and node.extra:
            # Unknown keys of the pieces that a text came in have no place in the text.
            node.extra = {key: value for key, value in node.extra.items() if type(value) is not list} or None
        if isinstance(node, Reasoning) and kept.get("fields"):
            kept["fields"] = kept["fields"][:1]
        if isinstance(node, ReasoningControl) and kept.get("fields"):
            kept["fields"] = _plainest(kept["fields"])
        if isinstance(node, Media) and (
            kept.get("type") == "input_image"
            or (kept.get("type") in ("document_url", "image_url") and node.form == "base64")
        ):
            del kept["type"]  # a picture is one in Chat, and a file one, whatever its part is called
        node.spelling = kept or None
    if isinstance(node, Request):
        params: Any = node.params
        for name in [n for n, v in params.items() if is_default(n, v)]:
            del params[name]
        options = params.get("prompt_cache_options")
        if type(options) is dict and options:
            params["prompt_cache_options"] = {k: v for k, v in options.items() if v is not None}
            if not params["prompt_cache_options"]:
                del params["prompt_cache_options"]
        if node.tools == []:
            node.tools = None
        if node.output is not None and node.output.kind == "text" and not node.output.extra:
            node.output = None
    if hasattr(node, "parts") and node.parts:
        for part in node.parts:
            _plain(part, kinds)
        node.parts = [p for p in node.parts if not _says_nothing(p)]
        thoughts = [p for p in node.parts if type(p) is Reasoning and (p.text or p.state is not None)]
        if len(thoughts) == 1 and thoughts[0].spelling:
            # Several thinkings have no plainer form than a list of parts; a single one has.
            thoughts[0].spelling.pop("part", None)
    if (isinstance(node, ToolResult) and node.parts) or (
        isinstance(node, Message) and any(type(p) is Text and not p.transcript for p in node.parts)
    ):
        node.spelling = {**(node.spelling or {}), "content": "list"}
    if isinstance(node, ToolCall) and node.arguments == "":
        node.arguments = None  # an empty text is as good as none
    if isinstance(node, ToolResult) and node.is_error is False:
        node.is_error = None
    if isinstance(node, Item) and node.status == "completed":
        node.status = None
    if isinstance(node, Candidate) and type(node.logprobs) is dict:
        node.logprobs = {key: value for key, value in node.logprobs.items() if value not in (None, [], {})} or None
    if isinstance(node, Candidate) and node.finish_reason not in ("stop", "tool_calls"):
        # An answer that is cut off cuts off its last item, which may have several parts.
        items = [item for part in node.message.parts if (item := getattr(part, "item", None)) is not None]
        last = items[-1].id if items else None
        for item in items:
            if item.status == "incomplete" and item.id == last:
                item.status = None
    if isinstance(node, Media):
        node.detail = None if node.detail == "auto" else node.detail
        node.cite = node.cite or None
        if node.form == "url" and node.media_type == media_type_of(node.url or ""):
            node.media_type = None  # the ending of the address says so
        if str((node.spelling or {}).get("data_url", ""))[:5].lower() == "data:" and node.spelling:
            del node.spelling["data_url"]
    for f in fields(node):
        value = getattr(node, f.name)
        if is_dataclass(value) and not isinstance(value, type):
            _plain(value, kinds)
        elif type(value) is list:
            for item in value:
                if is_dataclass(item):
                    _plain(item, kinds)
    if isinstance(node, Response):
        node.candidates.sort(key=lambda c: c.index)  # its index says which it is, wherever it stands
    if isinstance(node, Response) and node.usage is not None:
        node.usage.reported = _meaningful(node.usage.reported, kinds.get(type(node.usage), {}))


def _says_nothing(part: Any) -> bool:
    """Whether a part is an empty text, or empty thinking."""
    return (
        type(part) in (Text, Reasoning, Refusal)
        and not part.text
        and not part.extra
        and getattr(part, "state", None) is None
        and not getattr(part, "cache", None)
    )


# What a spelling record holds that is meaning and not spelling: words outside the tables, and places of their own.
_KEPT: dict[type, tuple[str, ...]] = {
    Message: ("field",),
    Media: ("field", "type", "data_url", "content"),
    Opaque: ("field",),
    ToolChoice: (ENTRIES,),
    Reasoning: ("fields", "part"),
    ReasoningControl: ("fields",),
    Candidate: ("finish",),
    Error: ("form", "value", "list"),
}


def _plainest(fields: list[str]) -> list[str]:
    """The fields of Chat that say the thinking, by their paths, in the words that stand beside Chat's own effort.

    That wins over OpenRouter's and Google's objects with all that these say; what is shown is said apart from
    OpenRouter's, and cannot be from Google's.
    """
    if "reasoning/effort" in fields:
        return [_APART.get(field, field) for field in fields]
    return ["reasoning_effort"] if len(fields) == 1 and fields[0].endswith("/thinking_level") else fields


_APART = {"reasoning/effort": "reasoning_effort", "reasoning/exclude": "include_reasoning"}


def _meaningful(extra: Json, kind: Any) -> Json:
    out = {}
    for key, value in extra.items():
        known = kind.get(key)
        if known is ... or (known is SECONDS and value is not None):
            out[key] = value
        elif known is SECONDS:
            continue
        elif type(known) is dict and type(value) is dict:
            inner = _meaningful(value, known)
            if inner:
                out[key] = inner
        elif known is None or not is_equal(value, known) or (type(known) is dict and value is not None):
            # Of an object that is told in part, too, null is absence.
            out[key] = without_nulls(value) if type(known) is Partly else value
    return out


def found_at(value: Any, at: str) -> Any:
    """What stands at pointer `at`, or None."""
    for token in at.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if type(value) is list:
            value = value[int(key)] if key.isdigit() and int(key) < len(value) else None
        else:
            value = value.get(key) if type(value) is dict else None
    return value


def put_another(body: Any, at: str) -> bool:
    """Put another value of the same type at pointer `at`; whether there was one."""
    *path, last = [token.replace("~1", "/").replace("~0", "~") for token in at.split("/")[1:]]
    for token in path:
        try:
            body = body[int(token)] if type(body) is list else body[token]
        except (KeyError, IndexError, ValueError, TypeError):
            return False
    key: Any = int(last) if type(body) is list and last.isdigit() else last
    try:
        value = body[key]
    except (KeyError, IndexError, TypeError):
        return False
    if type(value) in (int, float):
        body[key] = value + 1
    elif type(value) is str:
        body[key] = value + "x"
    return True
