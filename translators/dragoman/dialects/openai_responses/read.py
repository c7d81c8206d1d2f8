"""Responses: documents in. Request, response and error bodies -> canonical documents."""

from __future__ import annotations

from typing import Any

from ...errors import Fault, InvalidDocument
from ...jsontext import type_name
from ...model import (
    Candidate,
    Error,
    Item,
    Json,
    Message,
    Opaque,
    OutputFormat,
    Part,
    ReasoningControl,
    Refusal,
    Request,
    Response,
    ServerTool,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Usage,
)
from ...tables import EFFORTS, error_named
from .. import openai_shape
from ..choices import ENTRIES, plain_choice
from .parts import all_texts, item_of, read_item, read_part, rest_of
from .words import (
    CLIENT_CALLS,
    CLIENT_RESULTS,
    FINISH,
    LOGPROBS,
    NAME,
    PARAMS,
    SUMMARY,
    TOOL_CHOICE,
    WEB_SEARCH,
)

Faults = list[Fault]


def read_request(body: Json, path: str | None = None) -> Request:
    """A `POST /v1/responses` body. Raises InvalidDocument naming every fault of its structure."""
    faults: Faults = []
    extra: Json = {}
    r = Request(NAME, extra=extra)
    params: Any = r.params
    for key, value in body.items():
        row = PARAMS.get(key)
        if row is not None and type(value) in row[1] and key != "include":
            params[row[0]] = value
            if row[0] != key:
                r.places[row[0]] = "/" + key
        else:
            reader = _REQUEST.get(key)
            if reader is None or value is None or not reader(r, value, faults):
                extra[key] = value
    if "input" not in body:
        r.spelling = {**(r.spelling or {}), "input": "absent"}
    if faults:
        raise InvalidDocument(faults)
    plain_choice(r)
    r.extra = extra or None
    return r


def _model(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not str or not value:
        return False
    r.model = value
    return True


def _instructions(r: Request, value: Any, faults: Faults) -> bool:
    """The system turn in front: `instructions` is another spelling of a leading item."""
    if type(value) is not str or not value:
        return False
    spelling = {"form": "instructions"}
    r.messages.insert(0, Message("system", [Text(value, at="/instructions")], spelling=spelling, at="/instructions"))
    return True


def _input(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is str:
        r.messages.append(Message("user", [Text(value, at="/input")], spelling={"input": "string"}, at="/input"))
        return True
    if type(value) is not list:
        faults.append(Fault("/input", "array or string", type_name(value)))
        return True
    for i, item in enumerate(value):
        at = f"/input/{i}"
        if type(item) is not dict:
            faults.append(Fault(at, "object", type_name(item)))
        else:
            r.messages.append(read_input_item(item, at, faults))
    return True


def read_input_item(item: Json, at: str, faults: Faults) -> Message:
    """One input item as a message of its own: a message, or what stands beside messages."""
    kind = item.get("type")
    if kind == "message" or (kind is None and "role" in item):
        return _message(item, at, faults)  # "a missing `type` with `role` present"; the SDK's own model has null there
    part = read_item(item, at)
    role = "assistant"
    if isinstance(part, ToolResult) or (isinstance(part, ServerTool) and part.type in CLIENT_RESULTS):
        role = "tool"
    elif isinstance(part, Opaque) and type(item.get("role")) is str:
        role = item["role"]
    return Message(role, [part], at=at)


def _message(item: Json, at: str, faults: Faults) -> Message:
    role, content = item.get("role"), item.get("content")
    out = Message(role if type(role) is str else "", at=at)
    out.item, taken = item_of(item, "phase")
    spelling: Json = {}
    if type(role) is str and role:
        taken.append("role")
    if item.get("type") is None:
        spelling["type"] = untyped(item)
    if type(content) is str:
        out.parts = [Text(content, at=f"{at}/content")]
        taken.append("content")
    elif type(content) is list:
        taken.append("content")
        spelling["content"] = "list"
        for j, part in enumerate(content):
            place = f"{at}/content/{j}"
            if type(part) is not dict:
                faults.append(Fault(place, "object", type_name(part)))
            else:
                out.parts.append(read_part(part, out.role, place))
    out.extra, out.spelling = rest_of(item, *taken), spelling or None
    return out


def untyped(item: Json) -> str:
    """How an item that does not say that it is a message leaves it out."""
    return "null" if "type" in item else "absent"


def _include(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not list:
        return False
    if value.count(LOGPROBS) == 1:
        place = value.index(LOGPROBS)
        r.params["logprobs"] = True
        r.places["logprobs"] = f"/include/{place}"
        value = value[:place] + value[place + 1 :]
        if value:
            r.spelling = {**(r.spelling or {}), "logprobs": place}
    if value or "logprobs" not in r.params:
        r.params["include"] = value
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
            r.tools.append(read_tool(tool, at))
    return True


def read_tool(tool: Json, at: str) -> Tool:
    """A tool on offer; what is neither function nor free text is in its vendor's own words."""
    kind, name = tool.get("type"), tool.get("name")
    if kind not in ("function", "custom") or type(name) is not str:
        word = kind if type(kind) is str else None
        return Tool("server", name if type(name) is str else None, type=word, value=tool, at=at)
    out = Tool(kind, name, at=at)
    rest: Json = {}
    for key, value in tool.items():
        if key == "description" and type(value) is str:
            out.description = value
        elif kind == "function" and key == "parameters" and value is not None:
            out.parameters = value
        elif kind == "function" and key == "output_schema" and type(value) is dict:
            out.result = value
        elif kind == "function" and key == "strict" and type(value) is bool:
            out.strict = value
        elif kind == "custom" and key == "format" and type(value) is dict:
            out.format, out.spelling = _format_in(value)
        elif key not in ("type", "name"):
            rest[key] = value
    out.extra = rest or None
    return out


def _format_in(value: Json) -> tuple[Json, Json | None]:
    """The format of a free-text tool in the canonical, nested words: here a grammar lies flat."""
    if value.get("type") != "grammar" or "grammar" in value:
        return value, {"format": "nested"} if "grammar" in value else None
    return {"type": "grammar", "grammar": {k: v for k, v in value.items() if k != "type"}}, None


def _tool_choice(r: Request, value: Any, faults: Faults) -> bool:
    choice = ToolChoice("auto", at="/tool_choice")
    if type(value) is str and value in TOOL_CHOICE.read:
        choice.mode = TOOL_CHOICE.read[value]
    elif type(value) is dict and value.get("type") in ("function", "custom") and type(value.get("name")) is str:
        choice.mode, choice.names, choice.kind = "tool", [value["name"]], value["type"]
        choice.extra = rest_of(value, "name")
    elif type(value) is dict and value.get("type") in WEB_SEARCH.kinds:
        choice.mode, choice.names, choice.kind = "tool", [value["type"]], "server"
        choice.extra = rest_of(value)
    elif type(value) is dict and value.get("type") == "allowed_tools" and value.get("mode") in ("auto", "required"):
        tools = value.get("tools")
        if type(tools) is not list or not all(type(t) is dict and type(t.get("type")) is str for t in tools):
            return False
        choice.mode = f"subset_{value['mode']}"
        # Among them may be tools that the vendor runs, in its own words; the rest stands.
        known = [_is_allowed(tool) for tool in tools]
        choice.names = [tool["name"] if own else "" for tool, own in zip(tools, known, strict=True)]
        kinds = [tool["type"] if own else "server" for tool, own in zip(tools, known, strict=True)]
        choice.kinds = kinds if set(kinds) - {"function"} else None
        choice.spelling = None if all(known) else {ENTRIES: tools}
        choice.extra = rest_of(value, "mode", "tools")
    else:
        return False  # a choice of a tool in the vendor's own words
    r.tool_choice = choice
    return True


def _is_allowed(tool: Any) -> bool:
    return (
        type(tool) is dict
        and tool.keys() == {"type", "name"}
        and tool["type"] in ("function", "custom")
        and type(tool["name"]) is str
    )


def _text_config(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not dict:
        return False
    rest: Json = {}
    for key, item in value.items():
        if key == "verbosity" and type(item) is str:
            r.params["verbosity"] = item
            r.places["verbosity"] = "/text/verbosity"
        elif key == "format" and type(item) is dict and item.get("type") in _FORMATS:
            r.output = _output(item)
            r.places["output"] = "/text/format"
        else:
            rest[key] = item
    if (rest or not value) and r.extra is not None:
        r.extra["text"] = rest
    return True


_FORMATS = ("text", "json_object", "json_schema")


def _output(value: Json) -> OutputFormat:
    out = OutputFormat(value["type"], at="/text/format")
    rest: Json = {}
    for key, item in value.items():
        told = out.kind == "json_schema" and (
            (key in ("name", "description") and type(item) is str)
            or (key == "strict" and type(item) is bool)
            or (key == "schema" and item is not None)
        )
        if told:
            setattr(out, key, item)
        elif key != "type":
            rest[key] = item
    out.extra = rest or None
    return out


def _reasoning(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not dict:
        return False
    control = ReasoningControl(at="/reasoning")
    rest: Json = {}
    for key, item in value.items():
        if key == "effort" and type(item) is str and item in EFFORTS:
            control.effort = item
            r.places["reasoning.effort"] = "/reasoning/effort"
        elif key == "summary" and type(item) is str and item in SUMMARY.read:
            control.display = SUMMARY.read[item]
            r.places["reasoning.display"] = "/reasoning/summary"
        else:
            rest[key] = item
    if control.effort is None and control.display is None:
        return False  # says nothing that another dialect could say
    control.extra = rest or None
    r.reasoning = control
    return True


def _stream_options(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not dict or type(value.get("include_obfuscation")) is not bool:
        return False
    r.params["include_obfuscation"] = value["include_obfuscation"]
    r.places["include_obfuscation"] = "/stream_options/include_obfuscation"
    rest = rest_of(value, "include_obfuscation")
    if rest and r.extra is not None:
        r.extra["stream_options"] = rest
    return True


_REQUEST = {
    "model": _model,
    "instructions": _instructions,
    "input": _input,
    "include": _include,
    "tools": _tools,
    "tool_choice": _tool_choice,
    "text": _text_config,
    "reasoning": _reasoning,
    "stream_options": _stream_options,
}


# --- responses -----------------------------------------------------------------------------------------------


def is_error(body: Json) -> bool:
    """Whether a body that came under a success status is an error all the same, or nothing at all."""
    ended = _failed(body)
    return bool(body.get("error")) or ended or not ("output" in body or "status" in body)


def _failed(body: Json) -> bool:
    status = body.get("status")
    return type(status) is str and status in _FAILED


# What is no answer, or none yet: a response in the background is asked for again until it has ended.
_FAILED = {
    "failed": "the response failed",
    "cancelled": "the response was cancelled",
    "queued": "the response has not begun: it is queued",
    "in_progress": "the response has not ended: it is in progress",
}


def read_response(body: Json) -> Response:
    """A `response` object; one that failed becomes `Response.error`."""
    r = Response(NAME)
    if is_error(body):
        r.error = read_error(None, body)
        return r
    faults: Faults = []
    read_envelope(r, body)
    candidate = Candidate(0, Message("assistant", at="/output"))
    output = body.get("output")
    if type(output) is list:
        for i, item in enumerate(output):
            at = f"/output/{i}"
            if type(item) is not dict:
                faults.append(Fault(at, "object", type_name(item)))
            else:
                candidate.message.parts += read_output_item(item, at, faults, candidate.message.parts)
    elif "output" in body:
        r.extra = {**(r.extra or {}), "output": output}
    else:
        r.spelling = {**(r.spelling or {}), "output": "absent"}
    if faults:
        raise InvalidDocument(faults)
    if "output_text" in body:
        _take_convenience(r, candidate.message.parts)
    take_logprobs(candidate)
    rest = read_finish(candidate, body, candidate.message.parts)
    if rest:
        r.extra = {**(r.extra or {}), **rest}
    r.candidates = [candidate]
    return r


def _take_convenience(r: Response, parts: list[Part]) -> None:
    """`output_text` "is an SDK-side convenience": all texts in one, which says nothing of its own."""
    extra = r.extra or {}
    if extra.get("output_text") == all_texts(parts):
        r.spelling = {**(r.spelling or {}), "output_text": True}
        r.extra = {k: v for k, v in extra.items() if k != "output_text"} or None


_ENVELOPE: dict[str, tuple[str, tuple[type, ...]]] = {
    "id": ("id", (str,)),
    "model": ("model", (str,)),
    "created_at": ("created", (int, float)),
    "service_tier": ("service_tier", (str,)),
}


def read_envelope(r: Response, body: Json) -> None:
    """Fill `r` from a response object: everything but its output and how it ended."""
    extra: Json = {}
    for key, value in body.items():
        if key in _ENVELOPE and type(value) in _ENVELOPE[key][1] and value != "":
            setattr(r, _ENVELOPE[key][0], value)
            if type(value) is float and value.is_integer():
                # The SDK's type is a float, and some write it so: whole seconds all the same.
                r.created, r.spelling = int(value), {**(r.spelling or {}), "created": "float"}
        elif key == "usage" and type(value) is dict:
            r.usage = read_usage(value)
        elif key not in ("output", "status", "incomplete_details") and (key != "object" or value != "response"):
            extra[key] = value
    if "object" not in body:
        r.spelling = {**(r.spelling or {}), "object": "absent"}
    r.extra = extra or None


def read_finish(out: Any, body: Json, parts: list[Part]) -> Json:
    """Give a candidate or Finish event how the response ended; returns what of it is no known word."""
    rest: Json = {}
    status, details = body.get("status"), body.get("incomplete_details")
    word = status if type(status) is str and status and "/" not in status else None
    if "status" in body and word is None:
        rest["status"] = status
    if "incomplete_details" in body:
        rest["incomplete_details"] = details
    if word is None:
        return rest  # what does not say how it ended did not say that it ended well
    said = details if type(details) is dict else {}
    reason = said.get("reason")
    if word == "incomplete" and type(reason) is str and reason:
        word = f"incomplete/{reason}"
        more = {k: v for k, v in said.items() if k != "reason"}
        del rest["incomplete_details"]
        if more:
            rest["incomplete_details"] = more
    out.finish_reason = FINISH.read.get(word, "other")
    if out.finish_reason == "stop" and waits_for_client(parts):
        out.finish_reason = "tool_calls"
    if FINISH.write.get(out.finish_reason) != word:
        out.spelling = {**(out.spelling or {}), "finish": word}
    return rest


def waits_for_client(parts: list[Part]) -> bool:
    """Whether an answer holds a call that the client must run: one without a result in the same answer."""
    done: set[str | None] = set()
    for part in parts:
        if isinstance(part, ToolResult):
            done.add(part.call_id)
        elif isinstance(part, ServerTool) and part.step == "result":
            done.add(part.id)
    return any(
        (isinstance(part, ToolCall) or (isinstance(part, ServerTool) and is_for_client(part)))
        and (part.id is None or part.id not in done)
        for part in parts
    )


def is_for_client(part: ServerTool) -> bool:
    """Whether a call in the vendor's words is one that the client runs."""
    if part.type == "tool_search_call":
        return bool(part.value.get("execution") == "client")  # else "server": the vendor searches
    return part.type in CLIENT_CALLS


def read_output_item(item: Json, at: str, faults: Faults, before: list[Part]) -> list[Part]:
    """The parts of one output item. A message gives one a content part, or an empty text if it has none.

    Its id stands on every one of them, what else the item says on the last.
    """
    if not is_message(item):
        return [read_item(item, at)]
    parts: list[Part] = []
    for j, part in enumerate(item["content"]):
        place = f"{at}/content/{j}"
        if type(part) is not dict:
            faults.append(Fault(place, "object", type_name(part)))
        else:
            parts.append(read_part(part, "assistant", place))
    if not parts:
        parts = [Text("", spelling={"content": "absent"}, at=f"{at}/content/0")]
    envelop(item, parts, before)
    return parts


def is_message(item: Json) -> bool:
    """Whether an output item is a message; one without a type, or of null, is what it is among the input."""
    named = item.get("type") in ("message", None)
    return named and type(item.get("content")) is list and item.get("role") == "assistant"


def envelop(item: Json, parts: list[Any], before: list[Any]) -> None:
    """Give the parts of one message item what the item says, and mark the first if it could be taken for a part
    of the item before."""
    found, taken = item_of(item, "phase")
    found.extra = rest_of(item, "role", "content", *taken)
    for part in parts[:-1]:
        part.item = Item(found.id)
    parts[-1].item = found
    if before and joins(before[-1], parts[0]):
        parts[0].spelling = {**(parts[0].spelling or {}), "item": "begins"}
    if item.get("type") is None:
        parts[0].spelling = {**(parts[0].spelling or {}), "message": untyped(item)}


def in_message(part: Any) -> bool:
    """Whether a part of an answer stands inside a message item."""
    return type(part) in (Text, Refusal) or (isinstance(part, Opaque) and bool(part.spelling))


def joins(last: Any, part: Any) -> bool:
    """Whether two parts in a row are of one message item: same id, and nothing but the id on the former."""
    if not in_message(last) or not in_message(part):
        return False
    a, b = last.item or Item(), part.item or Item()
    return a == Item(a.id) and a.id == b.id and (part.spelling or {}).get("item") != "begins"


def take_logprobs(c: Candidate) -> None:
    """Move the log probabilities of the texts to the candidate; `spelling` says how many each text has.

    Where no text says anything they stay with the empty one: an empty text is no part elsewhere.
    """
    if not any(isinstance(part, Text) and part.text for part in c.message.parts):
        return
    counts: list[int] = []
    found: list[Any] = []
    for part in c.message.parts:
        if isinstance(part, Text):
            own = part.extra.get("logprobs") if part.extra else None
            if type(own) is list and own and part.extra is not None:
                found += own
                counts.append(len(own))
                part.extra = rest_of(part.extra, "logprobs")
            else:
                counts.append(0)
    if found:
        c.logprobs = {"content": found, "refusal": None}
        if counts[0] != len(found):
            c.spelling = {**(c.spelling or {}), "logprobs": counts}


def _count(value: Any) -> int | None:
    return value if type(value) is int else None


def read_usage(value: Json) -> Usage:
    """Usage: what the cache gave or took is part of the input, reasoning of the output."""
    ins, outs = value.get("input_tokens_details"), value.get("output_tokens_details")
    u = Usage(value, _count(value.get("input_tokens")), _count(value.get("output_tokens")), at="/usage")
    u.total = _count(value.get("total_tokens"))
    if type(ins) is dict:
        u.cache_read, u.cache_write = _count(ins.get("cached_tokens")), _count(ins.get("cache_write_tokens"))
    if type(outs) is dict:
        u.reasoning = _count(outs.get("reasoning_tokens"))
    return u


# --- errors --------------------------------------------------------------------------------------------------

# What a failed response says instead of an HTTP status.
_CODES = {
    "server_error": "api",
    "vector_store_timeout": "timeout",
    "invalid_prompt": "invalid_request",
    "data_residency_mismatch": "invalid_request",
    "bio_policy": "invalid_request",
    "misalignment_policy_violation": "invalid_request",
    "failed_to_download_image": "invalid_request",
    "empty_image_file": "invalid_request",
    "unsupported_image_media_type": "invalid_request",
}


def read_error(status: int | None, body: Any) -> Error:
    """An error body, a response that failed, or an `error` event; one that is no JSON object is its own message."""
    return openai_shape.read_error(status, body, _named, _told)


def _told(body: Json) -> str | None:
    return _FAILED[body["status"]] if _failed(body) and "message" not in body else None


def _named(code: Any, kind: Any) -> str | None:
    if type(code) is str and (code in _CODES or "image" in code):
        word = _CODES.get(code, "invalid_request")
        more = error_named(kind) if word in ("api", "invalid_request") else None
        return more if more not in (None, "api", "invalid_request") else word
    return error_named(code, kind)
