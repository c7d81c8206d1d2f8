"""Anthropic Messages: documents home. What was read is written as it was spelt, extras and nulls included."""

from __future__ import annotations

from typing import Any

from ...model import (
    Candidate,
    Error,
    Json,
    Media,
    Part,
    Reasoning,
    Refusal,
    Request,
    Response,
    ServerTool,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from ...tables import ERRORS, give_back
from ..arguments import arguments_object
from .words import FINISH, SERVICE_TIER, TOOL_CHOICE, WIRE


def home_request(r: Request) -> Json:
    """A request as it was."""
    out: Json = {}
    in_path = (r.spelling or {}).get("path", ())
    if r.model and "model" not in in_path:
        out["model"] = r.model
    out["messages"] = messages = []
    for m in r.messages:
        spelling = m.spelling or {}
        content = home_content(m.parts, spelling)
        if spelling.get("field"):
            out["system"] = content
            continue
        message: Json = {}
        if m.role:
            message["role"] = m.role
        if content is not None:
            message["content"] = content
        give_back(message, m.extra)
        messages.append(message)
    for name, value in r.params.items():
        if name == "stop":
            out["stop_sequences"] = value
        elif name == "user":
            out["metadata"] = {"user_id": value}
        elif name == "service_tier":
            out["service_tier"] = SERVICE_TIER.write[str(value)]
        elif name != "parallel_tool_calls" and name not in in_path:
            out[WIRE[name]] = value
    if r.tools is not None:
        out["tools"] = [_tool(t) for t in r.tools]
    choice = r.tool_choice
    if choice is not None:
        out["tool_choice"] = {"type": TOOL_CHOICE.write.get(choice.mode, "tool")}
        if choice.names:
            out["tool_choice"]["name"] = choice.names[0]
        if "parallel_tool_calls" in r.params:
            out["tool_choice"]["disable_parallel_tool_use"] = not r.params["parallel_tool_calls"]
        give_back(out["tool_choice"], choice.extra)
    config: Json = {}
    c = r.reasoning
    if c is not None:
        if c.effort is not None:
            config["effort"] = c.effort
        if c.mode is not None:
            fields = {"type": c.mode, "budget_tokens": c.budget, "display": c.display}
            out["thinking"] = {k: v for k, v in fields.items() if v is not None}
    if r.output is not None:
        form = {"type": "json_schema", "schema": r.output.schema}
        if r.output.at == "/output_format":
            out["output_format"] = form
        else:
            config["format"] = form
    if config:
        out["output_config"] = config
    if c is not None:
        give_back(out, c.extra)
    give_back(out, r.extra)
    return out


def _tool(tool: Tool) -> Json:
    if tool.kind == "server":
        return dict(tool.value or {})
    fields = {
        "name": tool.name,
        "description": tool.description,
        "input_schema": tool.parameters,
        "strict": tool.strict,
        "cache_control": (tool.cache or {}).get("cache_control"),
    }
    out = {k: v for k, v in fields.items() if v is not None}
    if absent := (tool.spelling or {}).get("absent"):
        out["input_schema"] = {**out["input_schema"], **dict.fromkeys(absent)}
    give_back(out, tool.extra)
    return out


def home_content(parts: list[Part], spelling: Json) -> Any:
    """Content in the form it had; None where there was none."""
    if spelling.get("content") == "list":
        return [home_block(p) for p in parts]
    if not parts:
        return None
    if len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text
    return [home_block(p) for p in parts]


def home_block(part: Part) -> Json:
    """A content block as it was."""
    out: Json
    if isinstance(part, Text):
        out = {"type": "text", "text": part.text}
        if part.citations:
            out["citations"] = [c.value["value"] if c.kind == "other" else c.value for c in part.citations]
    elif isinstance(part, ToolCall):
        out = {"type": "tool_use", "id": part.id, "name": part.name}
        _input(out, None if _is_absent(part) else part.arguments)
        if part.state is not None and part.state.kind == "caller":
            out["caller"] = part.state.value
    elif isinstance(part, ToolResult):
        out = {"type": "tool_result", "tool_use_id": part.call_id}
        content = home_content(part.parts, part.spelling or {})
        if content is not None:
            out["content"] = content
        if part.is_error is not None:
            out["is_error"] = part.is_error
    elif isinstance(part, Reasoning):
        if part.redacted:
            out = {"type": "redacted_thinking", "data": part.state.value if part.state else ""}
        else:
            out = {"type": "thinking", "thinking": part.text}
            if part.state is not None:
                out["signature"] = part.state.value
    elif isinstance(part, Media):
        out = _media(part)
    elif isinstance(part, ServerTool):
        key = "id" if part.step == "call" else "tool_use_id"
        out = {"type": part.type, key: part.id, **part.value}
        if part.name is not None:
            out["name"] = part.name
        if part.step == "call":
            _input(out, part.input)
    elif isinstance(part, Refusal):
        out = {"type": "text", "text": part.text}
    else:
        value = part.value
        return dict(value)
    cache = getattr(part, "cache", None)
    if cache:
        out.update(cache)
    give_back(out, part.extra)
    return out


def _is_absent(call: ToolCall) -> bool:
    """Whether a call came without any input, and still has none."""
    return not call.arguments and (call.spelling or {}).get("input") == "absent"


def _input(out: Json, value: str | Json | None) -> None:
    """`input` is an object; text that a stream left behind is parsed, and what is no object kept under `_raw`."""
    if type(value) is str:
        out["input"] = arguments_object(ToolCall(arguments=value))[0]
    elif value is not None:
        out["input"] = value


def _media(part: Media) -> Json:
    source: Json
    if (part.spelling or {}).get("type") == "search_result":
        out: Json = {"type": "search_result", "source": part.url, "title": part.filename}
        out["content"] = [home_block(p) for p in part.parts or []]
        if part.cite is not None:
            out["citations"] = {"enabled": part.cite}
        return out
    if part.form in ("base64", "text"):
        source = {"type": part.form, "data": (part.spelling or {}).get("base64", part.data)}
    elif part.form == "url":
        source = {"type": "url", "url": part.url}
    elif part.form == "file":
        source = {"type": "file", "file_id": part.file_id}
    else:
        source = {"type": "content", "content": home_content(part.parts or [], part.spelling or {})}
    if part.media_type is not None:
        source["media_type"] = part.media_type
    out = {"type": part.kind, "source": source}
    if part.filename is not None:
        out["title"] = part.filename
    if part.context is not None:
        out["context"] = part.context
    if part.cite is not None:
        out["citations"] = {"enabled": part.cite}
    return out


def home_response(r: Response) -> Json:
    """A response as it was."""
    if r.error is not None:
        body: Json = home_error(r.error)
        return body
    absent = (r.spelling or {}).get("absent", ())
    candidate = r.candidates[0] if r.candidates else Candidate()
    out: Json = {}
    for key, value in (
        ("id", r.id),
        ("type", "message"),
        ("role", "assistant"),
        ("model", r.model),
        ("content", [home_block(p) for p in candidate.message.parts]),
        ("stop_reason", finish_word(candidate)),
        ("stop_sequence", candidate.stop_sequence),
        ("usage", r.usage.reported if r.usage is not None else None),
    ):
        if value is not None and key not in absent:
            out[key] = value
    give_back(out, r.extra)
    return out


def finish_word(c: Any) -> str | None:
    """The stop reason of a candidate or Finish event as it was spelt."""
    if c.finish_reason is None:
        return None
    word: str = (c.spelling or {}).get("finish") or FINISH.write.get(c.finish_reason, c.finish_reason)
    return word


def home_error(e: Error) -> Any:
    """An error body as it was."""
    spelling = e.spelling or {}
    form = spelling.get("form")
    if form == "value":
        return spelling["value"]
    out: Json = {}
    if form == "flat":
        out["message"] = e.message
    elif form == "string":
        out["error"] = e.message
    elif form != "response":
        out["error"] = {"message": e.message} if e.message else {}
        if not e.extra:
            out = {"type": "error", "error": {"type": ERRORS[e.type].anthropic, "message": e.message}}
    if e.request_id is not None:
        out["request_id"] = e.request_id
    give_back(out, e.extra)
    return out
