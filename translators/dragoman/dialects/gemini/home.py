"""Gemini: documents home. What was read is written as it was spelt, extras and nulls included."""

from __future__ import annotations

from typing import Any

from ...model import (
    Candidate,
    Error,
    Json,
    Media,
    Message,
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
from ...tables import ERRORS, give_back, put
from ..arguments import arguments_object
from ..choices import spelt_choice
from .casing import respell
from .parts import SERVER, respelt
from .read import time_of
from .read_request import plain_layout
from .schema import to_schema
from .words import CHOICE, CONFIG_WIRE, DETAIL, FINISH, ROLE, SERVICE_TIER, TEXT_FORMAT, TOP_WIRE, VOICE


def home_request(r: Request) -> Json:
    """A request as it was. Model and stream flag stand in the path."""
    spelling = r.spelling or {}
    out: Json = {}
    if "model" in spelling:
        out["model"] = spelling["model"]
    contents: list[Json] = []
    for m in r.messages:
        if (m.spelling or {}).get("field"):
            out["systemInstruction"] = _system(m)
        else:
            contents.append(home_content(m))
    out["contents"] = contents[0] if spelling.get("contents") == "bare" and len(contents) == 1 else contents
    config: Json = {}
    settings = spelling.get("settings", {})
    for name, value in r.params.items():
        wire = CONFIG_WIRE.get(name)
        if wire is not None:
            said = [str(v).upper() for v in value] if name == "modalities" and type(value) is list else value
            config[wire] = settings.get(wire, said)
        elif name == "audio":
            config[VOICE[0]] = put({}, VOICE[1:], r.params["audio"]["voice"])
        elif name in TOP_WIRE:
            out[TOP_WIRE[name]] = value
        elif name == "service_tier":
            out["serviceTier"] = SERVICE_TIER.write[str(value)]
    if r.tools is not None:
        tools = _tools(r.tools, spelling.get("entries"))
        out["tools"] = tools[0] if spelling.get("tools") == "bare" and len(tools) == 1 else tools
    choice = r.tool_choice
    if choice is not None:
        choice = spelt_choice(choice)
        said = (choice.spelling or {}).get("mode")
        said = said or {"tool": "ANY", "subset_required": "ANY", "subset_auto": "VALIDATED"}.get(choice.mode)
        said = said or ("VALIDATED" if choice.strict else None)
        calling: Json = {"mode": said or CHOICE.write.get(choice.mode, "AUTO")}
        if choice.names:
            calling["allowedFunctionNames"] = choice.names
        give_back(calling, choice.extra)
        out["toolConfig"] = {"functionCallingConfig": calling}
    _output(r, config)
    if config or r.reasoning is not None:
        out["generationConfig"] = config
    c = r.reasoning
    if c is not None:
        level = (c.spelling or {}).get("level") or (c.effort.upper() if c.effort else None)
        thinking = {
            "thinkingBudget": (c.spelling or {}).get("budget", c.budget),
            "thinkingLevel": level,
            "includeThoughts": True if c.display else None,
        }
        config["thinkingConfig"] = {k: v for k, v in thinking.items() if v is not None}
        give_back(out, c.extra)
    give_back(out, r.extra)
    said_so: Json = respell(out, spelling.get("keys"))
    return said_so


def _system(m: Message) -> Any:
    spelling = m.spelling or {}
    if spelling.get("parts") == "string" and len(m.parts) == 1 and isinstance(m.parts[0], Text):
        return m.parts[0].text
    parts: Any = [home_part(p) for p in m.parts]
    out: Json = {"parts": parts[0] if spelling.get("parts") == "bare" and len(parts) == 1 else parts}
    if "role" in spelling:
        out["role"] = spelling["role"]
    give_back(out, m.extra)
    return out


def home_content(m: Message) -> Json:
    """A Content as it was."""
    spelling = m.spelling or {}
    out: Json = {}
    role = spelling.get("role", ROLE.write.get(m.role, m.role))
    if role is not None:
        out["role"] = role
    parts = [home_part(p) for p in m.parts]
    if spelling.get("parts") == "bare" and len(parts) == 1:
        out["parts"] = parts[0]
    elif parts or spelling.get("parts") != "absent":
        out["parts"] = parts
    give_back(out, m.extra)
    return out


def _output(r: Request, config: Json) -> None:
    f = r.output
    if f is None:
        return
    spelling = f.spelling or {}
    if spelling.get("form", "").startswith(TEXT_FORMAT):
        text: Json = {} if spelling.get("type") == "absent" else {"mimeType": "application/json"}
        if f.kind == "json_schema":
            text[spelling["form"].removeprefix(TEXT_FORMAT)] = f.schema
        config["responseFormat"] = [{"text": text}]
        return
    if spelling.get("type") != "absent":
        config["responseMimeType"] = "text/plain" if f.kind == "text" else "application/json"
    if f.kind == "json_schema":
        form, said = _schema(f.schema, spelling, "responseJsonSchema")
        config[form] = said


def _schema(schema: Any, spelling: Json, plain: str) -> tuple[str, Any]:
    """A schema in the form it had: the field, and what stands in it."""
    form = spelling.get("form", plain)
    if form == plain:
        return form, schema
    return form, spelling["schema"] if "schema" in spelling else to_schema(schema)


def _tools(tools: list[Tool], layout: list[Json] | None) -> list[Json]:
    functions = [t for t in tools if t.kind == "function"]
    servers = [t for t in tools if t.kind != "function"]
    if (
        layout is None
        or sum(e.get("functions", 0) for e in layout) != len(functions)
        or sum(e.get("servers", 0) for e in layout) != len(servers)
    ):
        layout = plain_layout(tools)
    out: list[Json] = []
    for entry in layout:
        said: Json = {}
        count = entry.get("functions")
        if count is not None:
            declared: Any = [_declaration(t) for t in functions[:count]]
            functions = functions[count:]
            said[entry.get("key", "functionDeclarations")] = declared[0] if entry.get("bare") else declared
        for t in servers[: entry.get("servers", 0)]:
            spelling = t.spelling or {}
            if "entry" in spelling:
                said.update(t.value or {})
            else:
                said[spelling.get("key") or t.type or ""] = t.value
        servers = servers[entry.get("servers", 0) :]
        said.update(entry.get("rest", {}))
        out.append(said)
    return out


def _declaration(tool: Tool) -> Json:
    out: Json = {}
    if tool.name is not None:
        out["name"] = tool.name
    if tool.description is not None:
        out["description"] = tool.description
    if tool.parameters is not None:
        form, said = _schema(tool.parameters, tool.spelling or {}, "parametersJsonSchema")
        out[form] = said
    if tool.result is not None:
        out["responseJsonSchema"] = tool.result
    give_back(out, tool.extra)
    said_so: Json = respell(out, (tool.spelling or {}).get("keys"))
    return said_so


# --- parts ---------------------------------------------------------------------------------------------------


def home_part(part: Part) -> Json:
    """A part as it was."""
    if isinstance(part, (Text, Reasoning)):
        said_so = (part.spelling or {}).get("text")
        silent = isinstance(part, Text) and not part.text and part.state is not None and said_so != "empty"
        out: Json = {} if silent or said_so == "absent" else {"text": part.text}
        if isinstance(part, Reasoning):
            out["thought"] = True
    elif isinstance(part, ToolCall):
        call: Json = {"id": part.id, "name": part.name or None}
        arguments = part.arguments
        call["args"] = arguments_object(part)[0] if type(arguments) is str else arguments
        if not arguments and (part.spelling or {}).get("args") == "absent":
            call["args"] = None
        out = {"functionCall": {k: v for k, v in call.items() if v is not None}}
    elif isinstance(part, ToolResult):
        result: Json = {"id": part.call_id, "name": part.name, "response": part.value}
        if part.value is None and (part.spelling or {}).get("response") != "absent":
            result["response"] = {}
        if part.parts:
            result["parts"] = [home_part(p) for p in part.parts]
        out = {"functionResponse": {k: v for k, v in result.items() if v is not None}}
    elif isinstance(part, Media):
        out = _media(part)
        if part.detail in DETAIL.write:
            out["mediaResolution"] = {"level": DETAIL.write[part.detail]}
    elif isinstance(part, ServerTool):
        head, data = SERVER.get(part.type, ("name", "input"))
        step = {"id": part.id, head: part.name, data: part.input}
        out = {part.type: {**part.value, **{k: v for k, v in step.items() if v is not None}}}
    elif isinstance(part, Refusal):
        out = {"text": part.text}
    else:
        return dict(part.value)
    if not isinstance(part, Refusal) and part.state is not None:
        out["thoughtSignature"] = part.state.value
    give_back(out, part.extra)
    spelt: Json = respell(out, (part.spelling or {}).get("keys"))
    return spelt


def _media(part: Media) -> Json:
    media_type = (part.spelling or {}).get("mimeType", part.media_type)
    if part.form == "base64":
        blob: Json = {"mimeType": media_type, "data": respelt(part.data or "", part.spelling or {})}
        key = "inlineData"
    else:
        blob = {"mimeType": media_type, "fileUri": part.url if part.form == "url" else part.file_id}
        key = "fileData"
    blob["displayName"] = part.filename
    return {key: {k: v for k, v in blob.items() if v is not None}}


# --- responses -----------------------------------------------------------------------------------------------


def home_response(r: Response) -> Json:
    """A response as it was."""
    if r.error is not None:
        body: Json = home_error(r.error)
        return body
    spelling = r.spelling or {}
    out: Json = {}
    if r.candidates or spelling.get("candidates") is True:
        out["candidates"] = [_candidate(c) for c in r.candidates]
    if r.usage is not None:
        out["usageMetadata"] = r.usage.reported
    if r.model is not None:
        out["modelVersion"] = r.model
    if r.created is not None:
        out["createTime"] = time_of(r.created)
    if r.id is not None:
        out["responseId"] = r.id
    give_back(out, r.extra)
    said_so: Json = respell(out, spelling.get("keys"))
    return said_so


def _candidate(c: Candidate) -> Json:
    spelling = c.spelling or {}
    out: Json = {}
    if spelling.get("content") != "absent" or c.message.parts:
        out["content"] = home_content(c.message)
    word = finish_word(c)
    if word is not None:
        out["finishReason"] = word
    if spelling.get("index") != "absent":
        out["index"] = c.index
    give_back(out, c.extra)
    return out


def finish_word(c: Any) -> Any:
    """The finish reason of a candidate or Finish event as it was spelt."""
    if c.finish_reason is None:
        return None
    spelling = c.spelling or {}
    return spelling.get("wire", spelling.get("finish") or FINISH.write.get(c.finish_reason, c.finish_reason))


def home_error(e: Error) -> Any:
    """An error body as it was."""
    spelling = e.spelling or {}
    if spelling.get("form") == "value":
        return spelling["value"]
    error: Json = {} if spelling.get("message") == "absent" else {"message": e.message}
    if not e.extra:
        error = {"code": e.status or ERRORS[e.type].status, "message": e.message, "status": ERRORS[e.type].gemini}
    out: Json = {"error": error}
    give_back(out, e.extra)
    return [out] if spelling.get("form") == "list" else out
