"""Chat Completions: documents in. Request, response and error bodies -> canonical documents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...errors import Fault, InvalidDocument
from ...jsontext import type_name
from ...model import (
    Candidate,
    Json,
    Message,
    OutputFormat,
    Part,
    Reasoning,
    Refusal,
    Request,
    Response,
    State,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Usage,
)
from ..choices import plain_choice
from ..openai_shape import ENVELOPE, read_deployment, read_stream_options, read_usage, unanswered
from .carry import sign, sign_message
from .control import CONTROLS, read_hidden
from .parts import read_annotation, read_audio, read_call, read_legacy_call, read_parts, read_picture, summary_texts
from .words import FINISH, LISTS, NAME, PARAMS, TOOL_CHOICE

Faults = list[Fault]


def read_request(body: Json, path: str | None = None) -> Request:
    """A `POST /v1/chat/completions` body. Raises InvalidDocument naming every fault of its structure."""
    faults: Faults = []
    extra: Json = {}
    r = Request(NAME, extra=extra)
    params: Any = r.params
    read_deployment(r, body, path)
    places = r.places
    for key, value in body.items():
        row = PARAMS.get(key)
        if row is not None and type(value) in row[1] and not (key == "n" and value == 0):
            params[row[0]] = value
            if row[0] != key:
                places[row[0]] = "/" + key
        else:
            reader = _REQUEST.get(key)
            if reader is None or value is None or not reader(r, value, body, faults):
                extra[key] = value
    if "messages" not in body:
        faults.append(Fault("/messages", "array", "nothing"))
    if faults:
        raise InvalidDocument(faults)
    read_hidden(r, extra)
    plain_choice(r)
    r.extra = extra or None
    return r


def _model(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    if type(value) is not str or not value:
        return False
    r.model = value
    return True


def _messages(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    if type(value) is not list:
        faults.append(Fault("/messages", "array", type_name(value)))
        return True
    messages = r.messages
    for i, m in enumerate(value):
        if type(m) is dict:
            messages.append(read_message(m, f"/messages/{i}", faults))
        else:
            faults.append(Fault(f"/messages/{i}", "object", type_name(m)))
    return True


def _max_tokens(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    # Both caps given: max_completion_tokens wins, as it does on the server.
    if type(value) is not int or value == 0:
        return False
    newer = body.get("max_completion_tokens")
    if type(newer) is int and newer:
        return False
    r.params["max_output_tokens"] = value
    r.places["max_output_tokens"] = "/max_tokens"
    r.spelling = {**(r.spelling or {}), "max_output_tokens": "max_tokens"}
    return True


def _max_completion_tokens(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    if type(value) is not int or value == 0:
        return False
    r.params["max_output_tokens"] = value
    r.places["max_output_tokens"] = "/max_completion_tokens"
    return True


def _other_seed(key: str, r: Request, value: Any, body: Json, faults: Faults) -> bool:
    # A reseller's misspelling of `seed`, and Mistral's word; where several stand, `seed` wins.
    if type(value) is not int or type(body.get("seed")) is int or "seed" in r.params:
        return False
    r.params["seed"] = value
    r.places["seed"] = f"/{key}"
    r.spelling = {**(r.spelling or {}), "seed": key}
    return True


def _stop(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    if type(value) is str:
        r.params["stop"] = [value]
        r.spelling = {**(r.spelling or {}), "stop": "string"}
    elif type(value) is list:
        r.params["stop"] = value
    else:
        return False
    return True


def _stream_options(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    return read_stream_options(r, value)


def _tools(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    return _tool_list(r, value, "tools", faults)


def _functions(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    return _tool_list(r, value, "functions", faults)


def _tool_list(r: Request, value: Any, key: str, faults: Faults) -> bool:
    if type(value) is not list:
        faults.append(Fault("/" + key, "array", type_name(value)))
        return True
    if not value:
        return False
    tools = r.tools = r.tools or []
    legacy = key == "functions"
    for i, tool in enumerate(value):
        if type(tool) is not dict:
            faults.append(Fault(f"/{key}/{i}", "object", type_name(tool)))
        elif legacy:
            tools.append(_function(tool, {"field": "functions"}, f"/functions/{i}"))
        else:
            tools.append(_tool(tool, f"/tools/{i}"))
    return True


def _tool(tool: Json, at: str) -> Tool:
    kind, inner = tool.get("type"), tool.get("function")
    if kind == "function" and type(inner) is dict and len(tool) == 2:
        return _function(inner, None, at, "function")
    if type(inner) is dict and (kind == "function" or "type" not in tool):
        t = _function(inner, None, at, "function")
        if "type" not in tool:
            t.spelling = {"type": "absent"}
        outer = {k: v for k, v in tool.items() if k not in ("type", "function")}
    elif type(tool.get("custom")) is dict and kind == "custom":
        inner = tool["custom"]
        t = Tool("custom", at=at)
        rest: Json = {}
        for key, value in inner.items():
            if (key == "name" or key == "description") and type(value) is str:
                setattr(t, key, value)
            elif key == "format" and type(value) is dict:
                t.format = value
            else:
                rest[key] = value
        t.extra = {"custom": rest} if rest else None
        outer = {k: v for k, v in tool.items() if k not in ("type", "custom")}
    elif (schema := _schema_of_flat(tool)) is not None:
        t, outer = _flat(tool, schema, at)
    else:
        return Tool("server", type=kind if type(kind) is str else None, value=tool, at=at)
    cache = outer.pop("cache_control", None)
    if type(cache) is dict:
        t.cache = {"cache_control": cache}
    elif "cache_control" in tool:
        outer["cache_control"] = cache
    if outer:
        t.extra = {**(t.extra or {}), **outer}
    return t


def _schema_of_flat(tool: Json) -> str | None:
    """Where the schema stands of a function in the words of Messages or of Responses; None for any other tool.

    Clients that speak several dialects send such tools in this one: `{"name", "description", "input_schema"}`, or
    `{"type": "function", "name", "description", "parameters"}`.
    """
    if type(tool.get("name")) is not str or "function" in tool or "custom" in tool:
        return None
    if type(tool.get("input_schema")) is dict and tool.get("type") in (None, "custom"):
        return "input_schema"
    return "parameters" if tool.get("type") == "function" else None


def _flat(tool: Json, schema: str, at: str) -> tuple[Tool, Json]:
    """The function that a flat tool is, and what else stands there."""
    t = Tool("function", at=at, spelling={"field": "tools", "schema": schema})
    if "type" in tool:
        t.spelling["type"] = tool["type"]  # type: ignore[index]
    outer: Json = {}
    for key, item in tool.items():
        name = "parameters" if key == schema else None if key == "parameters" else key
        if name in _FUNCTION and type(item) is _FUNCTION[name]:
            setattr(t, name, item)
        elif key != "type":
            outer[key] = item
    return t, outer


_FUNCTION = {"name": str, "description": str, "parameters": dict, "strict": bool}


def _function(value: Json, spelling: Json | None, at: str, inner: str | None = None) -> Tool:
    said: Json = {key: item for key, item in value.items() if type(item) is _FUNCTION.get(key)}
    t = Tool("function", **said, spelling=spelling, at=at)
    if len(said) < len(value):
        rest = {key: item for key, item in value.items() if key not in said}
        t.extra = {inner: rest} if inner else rest
    return t


def _tool_choice(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    choice = ToolChoice("auto", at="/tool_choice")
    if type(value) is str:
        mode = TOOL_CHOICE.read.get(value)
        if mode is None:
            return False
        choice.mode = mode
        if TOOL_CHOICE.write[mode] != value:
            choice.spelling = {"word": value}
    elif type(value) is dict and value.get("type") in ("function", "custom") and value["type"] in value:
        kind = value["type"]
        inner = value[kind]
        if type(inner) is not dict or type(inner.get("name")) is not str:
            return False
        choice.mode, choice.names, choice.kind = "tool", [inner["name"]], kind
        rest = {k: v for k, v in value.items() if k not in ("type", kind)}
        more = {k: v for k, v in inner.items() if k != "name"}
        if more:
            rest[kind] = more
        choice.extra = rest or None
    elif type(value) is dict and value.get("type") == "allowed_tools":
        inner = value.get("allowed_tools")
        if type(inner) is not dict or inner.get("mode") not in ("auto", "required"):
            return False
        names = [_allowed(t) for t in inner["tools"]] if type(inner.get("tools")) is list else [None]
        if None in names:
            return False
        rest = {k: v for k, v in value.items() if k not in ("type", "allowed_tools")}
        if more := {k: v for k, v in inner.items() if k not in ("mode", "tools")}:
            rest["allowed_tools"] = more
        choice.extra = rest or None
        choice.mode = "subset_" + inner["mode"]
        choice.names = [pair[1] for pair in names if pair]
        kinds = [pair[0] for pair in names if pair]
        choice.kinds = kinds if set(kinds) - {"function"} else None
    elif type(value) is not dict or not _choose_elsewhere(choice, value):
        return False
    r.tool_choice = choice
    return True


def _choose_elsewhere(choice: ToolChoice, value: Json) -> bool:
    """Reads a choice in the words of Messages (`{"type": "any"}`, `{"type": "tool", "name"}`) or of Responses
    (`{"type": "function", "name"}`), or in Chat's own without its type; False for what is none of these."""
    kind, inner = value.get("type"), value.get("function")
    rest = {key: item for key, item in value.items() if key != "type"}
    if "type" not in value and type(inner) is dict and type(inner.get("name")) is str:
        choice.mode, choice.names = "tool", [inner["name"]]
        rest["function"] = {key: item for key, item in inner.items() if key != "name"}
        if not rest["function"]:
            del rest["function"]
    elif kind in ("tool", "function") and "function" not in value and type(value.get("name")) is str:
        choice.mode, choice.names = "tool", [rest.pop("name")]
    elif type(kind) is str and kind in TOOL_CHOICE.read and not {"name", "function"} & set(value):
        choice.mode = TOOL_CHOICE.read[kind]
    else:
        return False
    choice.spelling = {"type": value.get("type", "absent")}
    choice.extra = rest or None
    return True


def _allowed(tool: Any) -> tuple[str, str] | None:
    if type(tool) is dict and tool.get("type") in ("function", "custom") and set(tool) == {"type", tool["type"]}:
        inner = tool[tool["type"]]
        if type(inner) is dict and set(inner) == {"name"} and type(inner["name"]) is str:
            return tool["type"], inner["name"]
    return None


def _function_call(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    if body.get("tool_choice") is not None:
        return False
    if type(value) is str and value in ("auto", "none"):
        r.tool_choice = ToolChoice(value, spelling={"field": "function_call"}, at="/function_call")
    elif type(value) is dict and set(value) == {"name"} and type(value["name"]) is str:
        spelling = {"field": "function_call"}
        r.tool_choice = ToolChoice("tool", [value["name"]], spelling=spelling, at="/function_call")
    else:
        return False
    return True


def _response_format(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    if type(value) is not dict or value.get("type") not in ("text", "json_object", "json_schema"):
        return False
    out = OutputFormat(value["type"], at="/response_format")
    inner = value.get("json_schema")
    rest = {k: v for k, v in value.items() if k != "type"}
    if out.kind == "json_schema":
        if type(inner) is not dict:
            return False
        del rest["json_schema"]
        more: Json = {}
        for key, item in inner.items():
            if (key in ("name", "description") and type(item) is str) or (key == "strict" and type(item) is bool):
                setattr(out, key, item)
            elif key == "schema" and item is not None:
                out.schema = item
            else:
                more[key] = item
        if more:
            rest["json_schema"] = more
    elif out.kind == "json_object" and type(rest.get("schema")) is dict:
        # llama.cpp, Together, Fireworks: JSON by a schema, which stands beside the type.
        out.kind, out.schema, out.spelling = "json_schema", rest.pop("schema"), {"type": "json_object"}
    out.extra = rest or None
    r.output = out
    return True


_REQUEST: dict[str, Callable[[Request, Any, Json, Faults], bool]] = {
    "model": _model,
    "messages": _messages,
    "max_tokens": _max_tokens,
    "max_completion_tokens": _max_completion_tokens,
    "seen": partial(_other_seed, "seen"),
    "random_seed": partial(_other_seed, "random_seed"),
    "stop": _stop,
    "stream_options": _stream_options,
    "tools": _tools,
    "functions": _functions,
    "tool_choice": _tool_choice,
    "function_call": _function_call,
    "response_format": _response_format,
    **CONTROLS,
}


# --- messages ------------------------------------------------------------------------------------------------


def read_message(m: Json, at: str, faults: Faults) -> Message:
    """One message, of a request or of a choice, at pointer `at`."""
    role, text = m.get("role"), m.get("content")
    if type(text) is str:
        # Most messages are a role and a text, or the text of one result.
        if len(m) == 2 and type(role) is str and role and role != "tool" and role != "function":
            return Message(role, [Text(text, at=f"{at}/content")], at=at)
        if len(m) == 3 and role == "tool":
            call_id = m.get("tool_call_id")
            if type(call_id) is str and call_id:
                return Message("tool", [ToolResult(call_id, [Text(text, at=f"{at}/content")], at=at)], at=at)
        elif len(m) == 3 and role == "assistant":
            calls = m.get("tool_calls")
            if type(calls) is list and calls:
                return Message(role, [Text(text, at=f"{at}/content"), *_calls(calls, at, faults)], at=at)
    out = Message(role if type(role) is str else "", at=at)
    extra: Json = {}
    spelling: Json = {}
    lead: list[Part] = []
    pictures: list[Part] = []
    content: list[Part] = []
    tail: list[Part] = []
    for key, value in m.items():
        if key == "role":
            if type(value) is not str or not value:
                extra["role"] = value
        elif value is None:
            extra[key] = None
        elif key == "content":
            if type(value) is str:
                content = [Text(value, at=f"{at}/content")]
            elif type(value) is list:
                content = read_parts(value, f"{at}/content", faults)
                spelling["content"] = "list"
            else:
                extra[key] = value
        elif key == "tool_calls" and type(value) is list and value and role not in ("tool", "function"):
            tail += _calls(value, at, faults, sum(type(p) is ToolCall for p in tail))
        elif key == "function_call" and type(value) is dict and value.get("name") and role not in ("tool", "function"):
            tail.append(read_legacy_call(value, f"{at}/function_call"))
        elif key == "refusal" and type(value) is str and value:
            tail.insert(0, Refusal(value, spelling={"field": True}, at=f"{at}/refusal"))
        elif key == "name" and type(value) is str:
            out.name = value
        elif key == "cache_control" and type(value) is dict and role not in ("tool", "function"):
            out.cache = {key: value}
        elif key == "audio" and type(value) is dict and type(value.get("id")) is str:
            lead += read_audio(value, f"{at}/audio")
        elif key == "images" and type(value) is list and value and role in ("assistant", None):
            pictures = [read_picture(item, f"{at}/images/{i}", i) for i, item in enumerate(value)]
        else:
            extra[key] = value
    lead += pictures
    if not extra and not lead and role != "tool" and role != "function":
        out.parts, out.spelling = content + tail, spelling or None
        return out
    reasoning = _reasoning(extra, at) if extra else None
    if reasoning is not None:
        lead.insert(0, reasoning)
    annotations = extra.get("annotations")
    texts = [p for p in content if isinstance(p, Text)] if annotations else []
    if type(annotations) is list and len(texts) == 1:
        text = texts[0]
        text.citations = [read_annotation(a, f"{at}/annotations/{i}") for i, a in enumerate(annotations)]
        del extra["annotations"]
    if role == "tool" or role == "function":
        return _result(out, m, content, extra, spelling, at)
    out.parts = [*lead, *content, *tail]
    if lead:
        # Audio, and pictures, stand behind the text on the way home; the record says which part came from where.
        # A refusal is behind all that is said, in a field of its own and at the end of the content alike.
        while content and isinstance(content[-1], Refusal):
            tail.insert(0, content.pop())
        out.parts = [p for p in lead if isinstance(p, Reasoning)] + content
        out.parts += [p for p in lead if not isinstance(p, Reasoning)] + tail
    out.extra, out.spelling = extra or None, spelling or None
    return out


def _calls(calls: list[Any], at: str, faults: Faults, before: int = 0) -> list[Part]:
    """The calls of a list; `before`: how many stand in front of it, for `function_call` is one, too."""
    out = []
    for i, call in enumerate(calls):
        if type(call) is dict:
            out.append(read_call(call, f"{at}/tool_calls/{i}", i, before))
        else:
            faults.append(Fault(f"{at}/tool_calls/{i}", "object", type_name(call)))
    return out


def _result(out: Message, m: Json, content: list[Part], extra: Json, spelling: Json, at: str) -> Message:
    call_id = m.get("tool_call_id")
    call_id = extra.pop("tool_call_id") if type(call_id) is str and call_id else None
    result = ToolResult(call_id, content, at=at)
    if type(m.get("cache_control")) is dict:
        result.cache = {"cache_control": extra.pop("cache_control")}
    if out.name is not None:
        result.name, out.name = out.name, None
    if "content" in spelling:
        result.spelling = {"content": spelling.pop("content")}
    if m["role"] == "function":
        spelling["role"] = "function"
    out.role = "tool"
    out.parts = [result]
    out.extra, out.spelling = extra or None, spelling or None
    return out


REASONING_FIELDS = ("reasoning_content", "reasoning")


def _reasoning(extra: Json, at: str) -> Reasoning | None:
    """The visible thinking of a message, which may stand in several fields at once: one part, two spellings."""
    fields = [f for f in REASONING_FIELDS if type(extra.get(f)) is str and extra[f]]
    listed = next((name for name in LISTS if type(extra.get(name)) is list and extra[name]), "")
    if not fields and not listed:
        return None
    text = extra[fields[0]] if fields else details_text(extra[listed])
    told = [f for f in fields if extra[f] == text]
    for name in told:
        del extra[name]
    place = f"{at}/{told[0] if told else listed}"
    state = State(LISTS[listed], extra.pop(listed), NAME) if listed else None
    return Reasoning(text, state=state, spelling={"fields": told}, at=place)


def details_text(details: Any) -> str:
    """The visible text of OpenRouter's `reasoning_details`, or of LiteLLM's `thinking_blocks` and `reasoning_items`."""
    pieces = []
    for entry in details:
        if type(entry) is dict:
            piece = entry.get(_SHOWN.get(str(entry.get("type")), "summary"))
            if type(piece) is str:
                pieces.append(piece)
            elif type(piece) is list:
                pieces.append("\n\n".join(summary_texts(piece)))
    return "".join(pieces)


_SHOWN = {"reasoning.text": "text", "thinking": "thinking"}


# --- responses -----------------------------------------------------------------------------------------------


def is_error(body: Json) -> bool:
    """Whether a body that came under a success status is an error all the same, or nothing at all."""
    return bool(body.get("error")) or not body.get("choices")


def read_response(body: Json, name: str = NAME) -> Response:
    """A `chat.completion` body of the flavour `name`; an error under a success status becomes `Response.error`."""
    faults: Faults = []
    r = Response(name)
    if is_error(body):
        r.error = unanswered(body)
        return r
    extra: Json = {}
    for key, value in body.items():
        row = ENVELOPE.get(key)
        if row is not None and type(value) in row[1] and value != "":
            setattr(r, row[0], value)
        elif key == "choices" and type(value) is list:
            for i, choice in enumerate(value):
                at = f"/choices/{i}"
                if type(choice) is not dict:
                    faults.append(Fault(at, "object", type_name(choice)))
                else:
                    r.candidates.append(_choice(choice, i, at, faults))
                    message = r.candidates[-1].message
                    if message.extra and (own := sign_message(message.extra, name, message.at)) is not None:
                        message.parts, message.extra = [own, *message.parts], message.extra or None
                    for part in message.parts:
                        if isinstance(part, ToolCall) and part.extra:
                            sign(part, name)
        elif key == "usage" and type(value) is dict:
            r.usage = read_usage(value)
        elif key != "object" or value != "chat.completion":
            extra[key] = value
    if "object" not in body:
        r.spelling = {"object": "absent"}
    if "choices" not in body:
        r.spelling = {**(r.spelling or {}), "choices": "absent"}
    if faults:
        raise InvalidDocument(faults)
    r.extra = extra or None
    if r.usage is not None and r.usage.reasoning == 0:
        uncounted(r.usage, any(type(part) is Reasoning for c in r.candidates for part in c.message.parts))
    return r


def uncounted(u: Usage, thought: bool) -> None:
    """ "`reasoning_tokens` 0 means unknown" where there was thinking: it is no figure for anybody."""
    if thought and u.reasoning == 0:
        u.reasoning = None


def _choice(choice: Json, ordinal: int, at: str, faults: Faults) -> Candidate:
    out = Candidate(ordinal, at=at)
    extra: Json = {}
    spelling: Json = {}
    message = choice.get("message")
    if type(message) is dict:
        out.message = said = read_message(message, f"{at}/message", faults)
        if said.role not in ("assistant", ""):
            # An answer is the model's: another word for who speaks is one that nobody knows.
            said.extra = {"role": said.role, **(said.extra or {})}
            said.role = "assistant"
        if said.name is not None:
            # Likewise the name that MiniMax gives itself: no other answer has one.
            said.extra = {"name": said.name, **(said.extra or {})}
            said.name = None
    else:
        out.message = Message("assistant", at=f"{at}/message")
        spelling["message"] = "absent"
    for key, value in choice.items():
        if key == "index" and type(value) is int:
            out.index = value
        elif key == "finish_reason" and type(value) is str and value:
            read_finish(out, value)
        elif key == "logprobs" and type(value) is dict:
            out.logprobs = value
        elif key != "message" or type(value) is not dict:
            extra[key] = value
    for key in ("index", "finish_reason"):
        if key not in choice:
            spelling[key] = "absent"
    if spelling:
        out.spelling = {**(out.spelling or {}), **spelling}
    out.extra = extra or None
    return out


def read_finish(out: Any, word: str) -> None:
    """Give a candidate or Finish event its finish reason, with the word itself where the table does not give it."""
    # Google's compatibility layer says behind the word what was filtered: "content_filter: SAFETY".
    known = "content_filter" if word.startswith("content_filter:") else word
    out.finish_reason = FINISH.read.get(known, "other")
    if FINISH.write.get(out.finish_reason) != word:
        out.spelling = {**(out.spelling or {}), "finish": word}
