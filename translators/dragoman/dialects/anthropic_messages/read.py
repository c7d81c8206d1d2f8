"""Anthropic Messages: documents in. Request, response and error bodies -> canonical documents."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, TypeGuard
from urllib.parse import unquote

from ...errors import Fault, InvalidDocument
from ...jsontext import type_name
from ...media import standard
from ...model import (
    Candidate,
    Citation,
    Error,
    Json,
    Media,
    Message,
    Opaque,
    OutputFormat,
    Part,
    Reasoning,
    ReasoningControl,
    Request,
    Response,
    ServerTool,
    State,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Usage,
)
from ...report import Report
from ...tables import ERRORS, SPEED, error_named, error_status, error_type, error_word
from ..error_forms import message_of, text_of, whole_message
from .words import (
    DIRECT,
    EFFORTS,
    FINISH,
    NAME,
    PARAMS,
    SERVER_CALLS,
    SERVER_RESULTS,
    SERVICE_TIER,
    THINKING,
    TOOL_CHOICE,
)

Faults = list[Fault]


# Where the clouds keep the model and the wish for a stream: Vertex's `:rawPredict`, Bedrock's `/invoke`.
_CLOUD = re.compile(
    r"/(?:models/(?P<vertex>[^/:]+):(?P<raw>r|streamR)awPredict"
    r"|model/(?P<bedrock>[^/]+)/invoke(?P<more>-with-response-stream)?)$"
)


def read_path(path: str) -> tuple[str, bool]:
    """The model that a request target of a cloud names, and whether it asks for a stream; none in Anthropic's own."""
    found = _CLOUD.search(path.partition("?")[0].rstrip("/"))
    if found is None:
        return "", False
    return unquote(found["vertex"] or found["bedrock"]), found["raw"] == "streamR" or found["more"] is not None


def read_request(body: Json, path: str | None = None) -> Request:
    """A `POST /v1/messages` body. Raises InvalidDocument naming every fault of its structure.

    Model and stream flag stand in the path where a cloud serves it, and then not in the body.
    """
    faults: Faults = []
    extra: Json = {}
    r = Request(NAME, extra=extra)
    params: Any = r.params
    if path and "model" not in body:
        r.model, stream = read_path(path)
        if r.model:
            r.spelling = {"path": ["model"]}
        if stream and "stream" not in body:
            params["stream"] = True
            r.spelling = {"path": ["model", "stream"]}
    for key, value in body.items():
        row = PARAMS.get(key)
        if row is not None and type(value) in row[1] and key != "service_tier":
            params[row[0]] = value
            if row[0] != key:
                r.places[row[0]] = "/" + key
        else:
            reader = _REQUEST.get(key)
            if reader is None or value is None or not reader(r, value, faults):
                extra[key] = value
    if "messages" not in body:
        faults.append(Fault("/messages", "array", "nothing"))
    if faults:
        raise InvalidDocument(faults)
    r.extra = extra or None
    return r


def _model(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not str or not value:
        return False
    r.model = value
    return True


def _messages(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not list:
        faults.append(Fault("/messages", "array", type_name(value)))
        return True
    for i, m in enumerate(value):
        at = f"/messages/{i}"
        if type(m) is not dict:
            faults.append(Fault(at, "object", type_name(m)))
            continue
        role = m.get("role")
        out = Message(role if type(role) is str else "", at=at)
        rest: Json = {}
        for key, item in m.items():
            if key == "content" and type(item) in (str, list):
                out.parts, mark = _content(item, f"{at}/content", faults)
                if mark:
                    out.spelling = {"content": mark}
            elif key != "role" or type(item) is not str or not item:
                rest[key] = item
        out.extra = rest or None
        r.messages.append(out)
    return True


def _content(value: Any, at: str, faults: Faults) -> tuple[list[Part], str | None]:
    """Content in its two forms, and "list" where the plainer one would not tell."""
    if type(value) is str:
        return [Text(value, at=at)], None
    return read_blocks(value, at, faults), "list"


def _system(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) not in (str, list) or not value:
        return False
    parts, mark = _content(value, "/system", faults)
    spelling: Json = {"field": True}
    if mark:
        spelling["content"] = mark
    r.messages.insert(0, Message("system", parts, spelling=spelling, at="/system"))
    return True


def _service_tier(r: Request, value: Any, faults: Faults) -> bool:
    word = SERVICE_TIER.read.get(value) if type(value) is str else None
    if word is None:
        return False
    r.params["service_tier"] = word
    return True


def leave(r: Request, report: Report) -> Request:
    """A request on its way out: the summary of earlier turns is text elsewhere, and its speed a tier."""
    return _quick(_found(_summed_up(r, report), report))


def _summed_up(r: Request, report: Report) -> Request:
    """Who sends a `compaction` block back may have left out the turns that it sums up: its words go along."""
    if not any(type(part) is Opaque for m in r.messages for part in m.parts):
        return r
    messages = [replace(m, parts=[_summary(part, report) for part in m.parts]) for m in r.messages]
    return replace(r, messages=messages)


def _summary(part: Part, report: Report) -> Part:
    if not _says(part, "compaction", "content"):
        return part
    report.changed("compaction.as_text", part.at, part.value["content"])
    return _text_in(part, "content", report)


def _found(r: Request, report: Report) -> Request:
    """What a search among the tools found is named in its result: "never replace a result by an empty one"."""
    if not any(_refers(part) for m in r.messages for part in m.parts):
        return r
    return replace(r, messages=[replace(m, parts=[_named(part, report) for part in m.parts]) for m in r.messages])


def _refers(part: Part) -> bool:
    return isinstance(part, ToolResult) and any(type(inner) is Opaque for inner in part.parts)


def _named(part: Part, report: Report) -> Part:
    if not isinstance(part, ToolResult) or not _refers(part):
        return part
    return replace(part, parts=[_tool_named(inner, report) for inner in part.parts])


def _tool_named(part: Part, report: Report) -> Part:
    if not _says(part, "tool_reference", "tool_name"):
        return part
    report.changed("tool_result.reference", part.at, part.value["tool_name"])
    return _text_in(part, "tool_name", report)


def _says(part: Part, kind: str, key: str) -> TypeGuard[Opaque]:
    """Whether a part is a block of this `kind` with a text under `key`."""
    block = part.value if isinstance(part, Opaque) else None
    return type(block) is dict and block.get("type") == kind and type(block.get(key)) is str and bool(block[key])


def _text_in(part: Opaque, key: str, report: Report) -> Text:
    """The text that a block has under `key`; what it has beside it stays behind."""
    for name, value in part.value.items():
        if name not in ("type", key) and value is not None:
            report.dropped(
                "cache.unsupported" if name == "cache_control" else "part.unsupported", f"{part.at}/{name}", value
            )
    return Text(part.value[key], at=f"{part.at}/{key}")


def _quick(r: Request) -> Request:
    """ "fast~priority", unless it wants none but the standard tier."""
    if not r.extra or r.extra.get("speed") != "fast" or r.params.get("service_tier", "auto") != "auto":
        return r
    params = r.params.copy()
    params["service_tier"] = SPEED
    extra = {key: value for key, value in r.extra.items() if key != "speed"}
    return replace(r, params=params, extra=extra or None, places={**r.places, "service_tier": "/speed"})


def _stop_sequences(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not list:
        return False
    r.params["stop"] = value
    r.places["stop"] = "/stop_sequences"
    return True


def _metadata(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not dict or type(value.get("user_id")) is not str:
        return False
    r.params["user"] = value["user_id"]
    r.places["user"] = "/metadata/user_id"
    rest = {k: v for k, v in value.items() if k != "user_id"}
    if rest and r.extra is not None:
        r.extra["metadata"] = rest
    return True


def _tools(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not list:
        faults.append(Fault("/tools", "array", type_name(value)))
        return True
    r.tools = []
    for i, tool in enumerate(value):
        at = f"/tools/{i}"
        if type(tool) is not dict:
            faults.append(Fault(at, "object", type_name(tool)))
        else:
            r.tools.append(_tool(tool, at))
    return True


def _tool(tool: Json, at: str) -> Tool:
    kind = tool.get("type")
    if kind not in (None, "custom") or type(tool.get("name")) is not str or "input_schema" not in tool:
        return Tool("server", type=kind if type(kind) is str else None, name=tool.get("name"), value=tool, at=at)
    out = Tool("function", at=at)
    rest: Json = {}
    for key, value in tool.items():
        if key == "input_schema" and type(value) is dict:
            # The service takes null here, no JSON Schema has it: elsewhere the keyword is absent.
            absent = [name for name in ("properties", "required") if name in value and value[name] is None]
            out.parameters = {k: v for k, v in value.items() if k not in absent} if absent else value
            out.spelling = {"absent": absent} if absent else None
        elif (key == "name" or key == "description") and type(value) is str:
            setattr(out, key, value)
        elif key == "strict" and type(value) is bool:
            out.strict = value
        elif key == "cache_control" and type(value) is dict:
            out.cache = {key: value}
        else:
            rest[key] = value
    out.extra = rest or None
    return out


def _tool_choice(r: Request, value: Any, faults: Faults) -> bool:
    kind = value.get("type") if type(value) is dict else None
    mode = TOOL_CHOICE.read.get(kind) if type(kind) is str else None
    choice = ToolChoice(mode or "tool", at="/tool_choice")
    rest = {k: v for k, v in value.items() if k != "type"} if type(value) is dict else {}
    if kind == "tool" and type(rest.get("name")) is str:
        choice.names = [rest.pop("name")]
    elif mode is None:
        return False
    parallel = rest.get("disable_parallel_tool_use")
    if type(parallel) is bool:
        del rest["disable_parallel_tool_use"]
        r.params["parallel_tool_calls"] = not parallel
        r.places["parallel_tool_calls"] = "/tool_choice/disable_parallel_tool_use"
    choice.extra = rest or None
    r.tool_choice = choice
    return True


def _control(r: Request) -> ReasoningControl:
    if r.reasoning is None:
        r.reasoning = ReasoningControl()
    return r.reasoning


def _thinking(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not dict or type(value.get("type")) is not str or value["type"] not in THINKING:
        return False
    control = _control(r)
    control.mode = value["type"]
    r.places["reasoning.mode"] = "/thinking/type"
    rest = {k: v for k, v in value.items() if k != "type"}
    if type(rest.get("budget_tokens")) is int:
        control.budget = rest.pop("budget_tokens")
        r.places["reasoning.budget"] = "/thinking/budget_tokens"
    if type(rest.get("display")) is str:
        control.display = rest.pop("display")
        r.places["reasoning.display"] = "/thinking/display"
    if rest:
        control.extra = {**(control.extra or {}), "thinking": rest}
    return True


def _output_config(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not dict:
        return False
    rest: Json = {}
    for key, item in value.items():
        if key == "effort" and type(item) is str and item in EFFORTS:
            _control(r).effort = item
            r.places["reasoning.effort"] = "/output_config/effort"
        elif key == "format" and _format(r, item, "/output_config/format"):
            continue
        else:
            rest[key] = item
    if (rest or not value) and r.extra is not None:
        r.extra["output_config"] = rest
    return True


def _output_format(r: Request, value: Any, faults: Faults) -> bool:
    return _format(r, value, "/output_format")


def _format(r: Request, value: Any, at: str) -> bool:
    # `output_format` is the old beta spelling of output_config.format.
    if r.output is not None or type(value) is not dict or set(value) != {"type", "schema"}:
        return False
    if value["type"] != "json_schema" or type(value["schema"]) is not dict:
        return False
    r.output = OutputFormat("json_schema", schema=value["schema"], at=at)
    return True


_REQUEST = {
    "model": _model,
    "messages": _messages,
    "system": _system,
    "service_tier": _service_tier,
    "stop_sequences": _stop_sequences,
    "metadata": _metadata,
    "tools": _tools,
    "tool_choice": _tool_choice,
    "thinking": _thinking,
    "output_config": _output_config,
    "output_format": _output_format,
}


# --- blocks --------------------------------------------------------------------------------------------------


def read_blocks(value: list[Any], at: str, faults: Faults) -> list[Part]:
    """A list of content blocks at pointer `at`."""
    parts: list[Part] = []
    for j, item in enumerate(value):
        place = f"{at}/{j}"
        if type(item) is not dict:
            faults.append(Fault(place, "object", type_name(item)))
        else:
            parts.append(read_block(item, place, faults))
    return parts


def read_block(item: Json, at: str, faults: Faults | None = None) -> Part:
    """One content block; one of unknown kind, or without what its kind needs, is opaque."""
    kind = item.get("type")
    reader = _BLOCKS.get(kind) if type(kind) is str else None
    part = reader(item, at, faults if faults is not None else []) if reader is not None else None
    return part if part is not None else Opaque(item, at=at)


def _rest(item: Json, part: Any, *taken: str) -> Any:
    """`part` with what stands in its block beside "type" and the keys that were `taken`."""
    if len(item) == len(taken) + 1:
        return part
    rest = {k: v for k, v in item.items() if k not in taken and k != "type"}
    if type(rest.get("cache_control")) is dict and hasattr(part, "cache"):
        part.cache = {"cache_control": rest.pop("cache_control")}
    if rest:
        part.extra = rest
    return part


def _text(item: Json, at: str, faults: Faults) -> Part | None:
    text = item.get("text")
    if type(text) is not str:
        return None
    part = Text(text, at=at)
    if len(item) == 2:
        return part
    citations = item.get("citations")
    if type(citations) is list and citations:
        part.citations = [read_citation(c, f"{at}/citations/{i}") for i, c in enumerate(citations)]
        return _rest(item, part, "text", "citations")  # type: ignore[no-any-return]
    return _rest(item, part, "text")  # type: ignore[no-any-return]


_CITATIONS = {
    "char_location": "char",
    "page_location": "page",
    "content_block_location": "block",
    "search_result_location": "search_result",
    "web_search_result_location": "url",
}


def read_citation(value: Any, at: str) -> Citation:
    """One citation. Its offsets count the source, not this text, so `start` and `end` stay unset."""
    kind = value.get("type") if type(value) is dict else None
    if type(kind) is not str or kind not in _CITATIONS:
        return Citation("other", {"value": value}, at=at)
    c = Citation(_CITATIONS[kind], value, at=at)
    for key, name in (
        ("cited_text", "cited_text"),
        ("title", "title"),
        ("document_title", "title"),
        ("url", "url"),
    ):
        if type(value.get(key)) is str:
            setattr(c, name, value[key])
    return c


def _media(item: Json, at: str, faults: Faults) -> Part | None:
    source = item.get("source")
    if type(source) is not dict:
        return None
    kind, rest = source.get("type"), {k: v for k, v in source.items() if k != "type"}
    media = Media("image" if item["type"] == "image" else "document", "base64", at=at)
    if kind in ("base64", "text") and type(rest.get("data")) is str:
        media.form, media.data = kind, rest.pop("data")
        if kind == "base64" and (plain := standard(media.data)) is not media.data:
            media.spelling, media.data = {"base64": media.data}, plain
    elif kind == "url" and type(rest.get("url")) is str:
        media.form, media.url = "url", rest.pop("url")
    elif kind == "file" and type(rest.get("file_id")) is str:
        media.form, media.file_id = "file", rest.pop("file_id")
    elif kind == "content" and type(rest.get("content")) in (str, list):
        media.form = "parts"
        media.parts, mark = _content(rest.pop("content"), f"{at}/source/content", faults)
        if mark:
            media.spelling = {"content": mark}
    else:
        return None
    if type(rest.get("media_type")) is str:
        media.media_type = rest.pop("media_type")
    taken = ["source"]
    if media.kind == "document":
        for key, name in (("title", "filename"), ("context", "context")):
            if type(item.get(key)) is str:
                setattr(media, name, item[key])
                taken.append(key)
        cite = item.get("citations")
        if type(cite) is dict and set(cite) == {"enabled"} and type(cite["enabled"]) is bool:
            media.cite = cite["enabled"]
            taken.append("citations")
    _rest(item, media, *taken)
    if rest:
        media.extra = {**(media.extra or {}), "source": rest}
    return media


def _search_result(item: Json, at: str, faults: Faults) -> Part | None:
    """A search result is a document in parts, with the address it came from."""
    if not (type(item.get("source")) is str and type(item.get("title")) is str and type(item.get("content")) is list):
        return None
    media = Media("document", "parts", url=item["source"], filename=item["title"], at=at)
    media.parts = read_blocks(item["content"], f"{at}/content", faults)
    media.spelling = {"type": "search_result"}
    taken = ["source", "title", "content"]
    cite = item.get("citations")
    if type(cite) is dict and set(cite) == {"enabled"} and type(cite["enabled"]) is bool:
        media.cite = cite["enabled"]
        taken.append("citations")
    return _rest(item, media, *taken)  # type: ignore[no-any-return]


def _thinking_block(item: Json, at: str, faults: Faults) -> Part | None:
    if type(item.get("thinking")) is not str:
        return None
    part = Reasoning(item["thinking"], at=at)
    taken = ["thinking"]
    if type(item.get("signature")) is str:
        part.state = State("signature", item["signature"], NAME)
        taken.append("signature")
    return _rest(item, part, *taken)  # type: ignore[no-any-return]


def _redacted(item: Json, at: str, faults: Faults) -> Part | None:
    if type(item.get("data")) is not str:
        return None
    state = State("redacted", item["data"], NAME)
    return _rest(item, Reasoning(redacted=True, state=state, at=at), "data")  # type: ignore[no-any-return]


def _tool_use(item: Json, at: str, faults: Faults) -> Part | None:
    if type(item.get("id")) is not str or type(item.get("name")) is not str:
        return None
    part = ToolCall(item["id"], item["name"], at=at)
    taken = ["id", "name"]
    if type(item.get("input")) is dict:
        part.arguments = item["input"]
        taken.append("input")
    else:
        part.arguments = {}  # what is missing, or no object, asks for nothing
        part.spelling = None if "input" in item else {"input": "absent"}
    caller = item.get("caller")
    if type(caller) is dict and caller != DIRECT:
        # A program that runs at Anthropic made the call, and waits for the result there.
        part.state = State("caller", caller, NAME)
        taken.append("caller")
    return _rest(item, part, *taken)  # type: ignore[no-any-return]


def _tool_result(item: Json, at: str, faults: Faults) -> Part | None:
    if type(item.get("tool_use_id")) is not str:
        return None
    part = ToolResult(item["tool_use_id"], at=at)
    taken = ["tool_use_id"]
    if type(item.get("content")) in (str, list):
        part.parts, mark = _content(item["content"], f"{at}/content", faults)
        if mark:
            part.spelling = {"content": mark}
        taken.append("content")
    if type(item.get("is_error")) is bool:
        part.is_error = item["is_error"]
        taken.append("is_error")
    return _rest(item, part, *taken)  # type: ignore[no-any-return]


def _server_call(item: Json, at: str, faults: Faults) -> Part | None:
    if type(item.get("id")) is not str or type(item.get("name")) is not str:
        return None
    part = ServerTool("call", item["type"], item["id"], item["name"], at=at)
    taken = ["id", "name"]
    if type(item.get("input")) is dict:
        part.input = item["input"]
        taken.append("input")
    return _rest(item, part, *taken)  # type: ignore[no-any-return]


def _server_result(item: Json, at: str, faults: Faults) -> Part | None:
    if type(item.get("tool_use_id")) is not str:
        return None
    part = ServerTool("result", item["type"], item["tool_use_id"], at=at)
    taken = ["tool_use_id"]
    if "content" in item:
        part.value = {"content": item["content"]}
        taken.append("content")
    return _rest(item, part, *taken)  # type: ignore[no-any-return]


_BLOCKS = {
    "text": _text,
    "image": _media,
    "document": _media,
    "search_result": _search_result,
    "thinking": _thinking_block,
    "redacted_thinking": _redacted,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
    **dict.fromkeys(SERVER_CALLS, _server_call),
    **dict.fromkeys(SERVER_RESULTS, _server_result),
}


# --- responses -----------------------------------------------------------------------------------------------


def is_error(body: Json) -> bool:
    """Whether a body that came under a success status is an error all the same, or nothing at all."""
    return body.get("type") == "error" or bool(body.get("error")) or not ("content" in body or "stop_reason" in body)


def read_response(body: Json) -> Response:
    """A `message` body; an error under a success status becomes `Response.error`."""
    r = Response(NAME)
    if is_error(body):
        r.error = read_error(None, body)
        return r
    faults: Faults = []
    read_envelope(r, body, faults)
    if faults:
        raise InvalidDocument(faults)
    return r


def read_envelope(r: Response, body: Json, faults: Faults) -> None:
    """Fill `r` from a `message` object, of a response or of message_start."""
    extra: Json = {}
    candidate = Candidate(0, Message("assistant"))
    for key, value in body.items():
        if (key == "id" or key == "model") and type(value) is str and value:
            setattr(r, key, value)
        elif key == "content" and type(value) is list:
            candidate.message.parts = read_blocks(value, "/content", faults)
        elif key == "stop_reason" and type(value) is str and value:
            read_finish(candidate, value)
        elif key == "stop_sequence" and type(value) is str:
            candidate.stop_sequence = value
        elif key == "usage" and type(value) is dict:
            r.usage = read_usage(value)
        elif (key == "type" and value == "message") or (key == "role" and value == "assistant"):
            continue
        else:
            extra[key] = value
    missing = [key for key in ("type", "role", "content") if key not in body]
    if missing:
        r.spelling = {"absent": missing}
    r.candidates = [candidate]
    r.extra = extra or None


def read_finish(out: Any, word: str) -> None:
    """Give a candidate or Finish event its finish reason."""
    out.finish_reason = FINISH.read.get(word, "other")
    if out.finish_reason == "other":
        out.spelling = {**(out.spelling or {}), "finish": word}


def _count(value: Any) -> int | None:
    return value if type(value) is int else None


def read_usage(value: Json) -> Usage:
    """Anthropic usage: `input_tokens` leaves out what the cache gave or took; `output_tokens` has the thinking."""
    u = Usage(value, at="/usage")
    u.cache_read = _count(value.get("cache_read_input_tokens"))
    u.cache_write = _count(value.get("cache_creation_input_tokens"))
    plain = _count(value.get("input_tokens"))
    if plain is not None:
        u.input = plain + (u.cache_read or 0) + (u.cache_write or 0)
    u.output = _count(value.get("output_tokens"))
    details = value.get("output_tokens_details")
    if type(details) is dict:
        u.reasoning = _count(details.get("thinking_tokens"))
    return u


# --- errors --------------------------------------------------------------------------------------------------

_WORDS = {row[1]: word for word, row in ERRORS.items()}


def read_error(status: int | None, body: Any) -> Error:
    """An error body; one that is no JSON object is its own message."""
    if type(body) is list and len(body) == 1 and type(body[0]) is dict:
        out = read_error(status, body[0])
        out.spelling = {"form": "value", "value": body}
        out.at = f"/0{out.at}" if out.at else ""
        return out
    if type(body) is not dict:
        return Error(error_word(status), whole_message(body), status, spelling={"form": "value", "value": body})
    inner = body.get("error")
    out = Error("api", "", status, at="/error")
    extra: Json = {}
    for key, value in body.items():
        if key == "request_id" and type(value) is str:
            out.request_id = value
        elif key == "error" and type(value) is dict:
            rest: Json = {}
            for name, item in value.items():
                if name == "message" and type(item) is str and item:
                    out.message = item
                else:
                    rest[name] = item
            extra["error"] = rest
        else:
            extra[key] = value
    if type(inner) is dict:
        details = inner.get("details")
        if type(details) is dict and type(details.get("error_code")) is str:
            out.code = details["error_code"]
    elif type(inner) is str and inner:
        out.message, out.spelling = inner, {"form": "string"}
        del extra["error"]
    elif type(body.get("message")) is str and body["message"]:
        # Bedrock's own errors: "{"message": …}".
        out.at, out.message, out.spelling = "", extra.pop("message"), {"form": "flat"}
    else:
        out.at, out.message, out.spelling = "", message_of(body), {"form": "response"}
        if not out.message and (said := text_of(body)):
            out.message, out.spelling, extra = said, {"form": "value", "value": body}, {}
    out.extra = extra or None
    kind = inner.get("type") if type(inner) is dict else None
    word = _WORDS.get(kind) if type(kind) is str else None
    if word is None and type(inner) is dict:
        # A cloud's or a gateway's in front of it: "RESOURCE_EXHAUSTED", "forbidden".
        word = error_named(inner.get("status"), kind)
        out.status = status = error_status(inner.get("code")) if status is None else status
    out.type = error_type(status, word)
    return out
