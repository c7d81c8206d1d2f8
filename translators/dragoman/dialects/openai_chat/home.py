"""Chat Completions: documents home. What was read is written as it was spelt, extras and nulls included."""

from __future__ import annotations

from typing import Any

from ...events import merge_blocks, merge_entries
from ...media import Data, media_type_of
from ...model import (
    Candidate,
    Json,
    Media,
    Message,
    Opaque,
    Part,
    Reasoning,
    ReasoningControl,
    Refusal,
    Request,
    Response,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from ...registry import issuer
from ...tables import give_back, put
from ..arguments import arguments_text
from ..choices import spelt_choice
from ..openai_shape import STREAM_OPTIONS, home_error, home_model
from .flavours import SUFFIX
from .words import FINISH, LIST_OF, SIGNATURE, SIGNED, TOOL_CHOICE, WIRE


def home_request(r: Request) -> Json:
    """A request as it was."""
    spelling = r.spelling or {}
    out: Json = {}
    home_model(r, out)
    out["messages"] = [home_message(m) for m in r.messages]
    for name, value in r.params.items():
        if name == "max_output_tokens":
            out[spelling.get(name, "max_completion_tokens")] = value
        elif name == "stop":
            stop: Any = value
            out["stop"] = stop[0] if spelling.get("stop") == "string" and len(stop) == 1 else stop
        elif name in STREAM_OPTIONS:
            out.setdefault("stream_options", {})[name] = value
        elif name == "seed":
            out[spelling.get("seed", "seed")] = value
        else:
            out[WIRE[name]] = value
    for tool in r.tools or ():
        legacy = (tool.spelling or {}).get("field")
        out.setdefault(legacy or "tools", []).append(_tool(tool))
    _choice(r, out)
    if r.output is not None:
        f = r.output
        out["response_format"] = {"type": f.kind, **(f.spelling or {})}
        if f.spelling:
            out["response_format"]["schema"] = f.schema
        elif f.kind == "json_schema":
            fields = {"name": f.name, "description": f.description, "schema": f.schema, "strict": f.strict}
            out["response_format"]["json_schema"] = {k: v for k, v in fields.items() if v is not None}
        give_back(out["response_format"], f.extra)
    c = r.reasoning
    if c is not None:
        _reasoning(r, c, out)
        give_back(out, c.extra)
    give_back(out, r.extra)
    return out


def _reasoning(r: Request, c: ReasoningControl, out: Json) -> None:
    """The control of thinking, in the fields that said it."""
    spelling = c.spelling or {}
    said: Json = {
        "reasoning_effort": c.effort,
        "effort": c.effort,
        "max_tokens": c.budget,
        "enabled": c.mode == "enabled",
        "exclude": c.display == "omitted",
        "enable_thinking": c.mode == "enabled",
        "thinking": c.mode == "enabled",
        "include_reasoning": c.display != "omitted",
        "thinking_budget": c.budget,
        "thinking_token_budget": c.budget,
        "thinking_level": spelling.get("level", c.effort),
        "include_thoughts": c.display == "summarized",
    }
    for path in spelling.get("fields", ["reasoning_effort"]):
        *outer, field = path.split("/")
        if path == "model":
            home_model(r, out, SUFFIX)
        elif path == "thinking":
            out[path] = {"type": c.mode} if c.budget is None else {"type": c.mode, "budget_tokens": c.budget}
        else:
            into = out
            for key in outer:
                into = into.setdefault(key, {})
            into[field] = said[field]


def _tool(tool: Tool) -> Json:
    if tool.kind == "server":
        return dict(tool.value or {})
    spelling = tool.spelling or {}
    fields = {
        "name": tool.name,
        "description": tool.description,
        spelling.get("schema", "parameters"): tool.parameters,
        "strict": tool.strict,
        "format": tool.format,
    }
    inner = {k: v for k, v in fields.items() if v is not None}
    if spelling.get("field"):
        out = {"type": spelling["type"], **inner} if "type" in spelling else inner
    else:
        out = {tool.kind: inner} if spelling.get("type") == "absent" else {"type": tool.kind, tool.kind: inner}
    if tool.cache:
        out.update(tool.cache)
    give_back(out, tool.extra)
    return out


def _choice(r: Request, out: Json) -> None:
    c = r.tool_choice
    if c is None:
        return
    c = spelt_choice(c)
    spelling = c.spelling or {}
    value: Any
    if c.mode == "tool":
        value = {"name": c.names[0]}
        if spelling.get("type") == "absent":
            value = {c.kind: value}
        elif "type" in spelling:
            value = {"type": spelling["type"], **value}
        elif "field" not in spelling:
            value = {"type": c.kind, c.kind: value}
    elif c.mode.startswith("subset_"):
        kinds = c.kinds or ["function"] * len(c.names)
        tools = [{"type": kind, kind: {"name": name}} for kind, name in zip(kinds, c.names, strict=True)]
        inner = {"mode": c.mode.removeprefix("subset_"), "tools": tools}
        value = {"type": "allowed_tools", "allowed_tools": inner}
    elif "type" in spelling:
        value = {"type": spelling["type"]}
    else:
        value = spelling.get("word") or TOOL_CHOICE.write[c.mode]
    if type(value) is dict:
        give_back(value, c.extra)
    out[spelling.get("field", "tool_choice")] = value


def home_message(m: Message) -> Json:
    """A message as it was."""
    spelling = m.spelling or {}
    if m.parts and isinstance(m.parts[0], ToolResult):
        return _result(m, m.parts[0], spelling)
    out: Json = {}
    if m.role and spelling.get("role") != "absent":
        out["role"] = m.role
    if m.name is not None:
        out["name"] = m.name
    content: list[Any] = []
    calls: list[Json] = []
    citations: list[Json] = []
    for part in m.parts:
        mark = getattr(part, "spelling", None) or {}
        if isinstance(part, ToolCall):
            if mark.get("field") == "function_call":
                out["function_call"] = {"name": part.name}
                if part.arguments is not None:
                    out["function_call"]["arguments"] = part.arguments
                give_back(out["function_call"], part.extra)
            else:
                calls.append(_call(part))
        elif isinstance(part, Opaque) and mark.get("field") == "tool_calls":
            calls.append(part.value)
        elif isinstance(part, Opaque) and mark.get("field") == "function_call":
            out["function_call"] = part.value
        elif isinstance(part, Opaque) and mark.get("field") == "message":
            out.update(part.value)
        elif isinstance(part, Refusal) and mark.get("field"):
            out["refusal"] = out.get("refusal", "") + part.text  # a stream may have said it in stretches
        elif isinstance(part, Reasoning) and "tag" in mark:
            content.append({"type": "text", "text": part.text.join(mark["tag"])})
        elif isinstance(part, Reasoning) and "part" not in mark:
            for name in mark.get("fields", ["reasoning_content"]):
                out[name] = out.get(name, "") + part.text  # of a stream: what came in pieces apart
            name = LIST_OF.get(part.state.kind, "") if part.state is not None else ""
            if part.state is not None and name:
                # Of a stream: entries of one index come in several stretches of thinking.
                merge = merge_blocks if part.state.kind == "blocks" else merge_entries
                out[name] = merge(out[name], part.state.value) if name in out else part.state.value
        elif isinstance(part, (Media, Opaque)) and mark.get("field") == "images":
            out.setdefault("images", []).append(home_picture(part))
        elif isinstance(part, Media) and mark.get("field"):
            out["audio"] = home_sound(part)
        elif isinstance(part, Text) and part.transcript:
            said = out.setdefault("audio", {})
            said["transcript"] = (said.get("transcript") or "") + part.text
        else:
            content.append(home_part(part))
            if isinstance(part, Text):
                citations += [
                    c.value.get("value", c.value) if c.kind == "other" else c.value for c in part.citations or ()
                ]
    if content or spelling.get("content") == "list":
        listed = spelling.get("content") == "list" or any(
            set(c) != {"type", "text"} or c["type"] != "text" for c in content
        )
        out["content"] = content if listed else "".join(c["text"] for c in content)
    if citations:
        out["annotations"] = citations
    if calls:
        out["tool_calls"] = calls
    out.update(m.cache or {})
    give_back(out, m.extra)
    return out


def _result(m: Message, result: ToolResult, spelling: Json) -> Json:
    out: Json = {"role": spelling.get("role", "tool")}
    if result.call_id is not None:
        out["tool_call_id"] = result.call_id
    if result.name is not None:
        out["name"] = result.name
    if (result.spelling or {}).get("content") == "list" or any(not isinstance(p, Text) for p in result.parts):
        out["content"] = [home_part(p) for p in result.parts]
    elif result.parts:
        out["content"] = "".join(p.text for p in result.parts if isinstance(p, Text))
    if result.cache:
        out.update(result.cache)
    give_back(out, m.extra)
    return out


def home_part(part: Part) -> Any:
    """A content part as it was."""
    out: Json
    if isinstance(part, Text):
        out = {"type": (part.spelling or {}).get("type", "text"), "text": part.text}
    elif isinstance(part, Refusal):
        out = {"type": "refusal", "refusal": part.text}
    elif isinstance(part, Media):
        out = _media(part)
    elif isinstance(part, Reasoning):
        how = (part.spelling or {}).get("part")
        texts = how if type(how) is list and "".join(how) == part.text else [part.text]
        value = part.text if how == "string" else [{"type": "text", "text": t} for t in texts]
        out = {"type": "thinking", "thinking": value}
    else:
        assert isinstance(part, Opaque)
        value = part.value
        return dict(value) if type(value) is dict else value
    cache = getattr(part, "cache", None)
    if cache:
        out.update(cache)
    give_back(out, part.extra)
    return out


def home_sound(part: Media) -> Json:
    """The `audio` of a message as it was, but for its transcript."""
    out: Json = {k: v for k, v in (("id", part.file_id), ("data", part.data)) if v is not None}
    give_back(out, part.extra)
    return out


def home_picture(part: Part) -> Any:
    """An entry of `images` as it was."""
    out = home_part(part)
    number = (part.spelling or {}).get("index")
    return out if number is None else {**out, "index": number}


def _media(part: Media) -> Json:
    spelling = part.spelling or {}
    named = spelling.get("type")
    word = named or "image_url"
    if part.kind == "audio" and named not in ("audio_url", "image_url", "input_image"):
        word = (part.media_type or media_type_of(part.url or "") or "audio/wav").removeprefix("audio/")
        word = {"mpeg": "mp3"}.get(word, word)
        said = spelling.get("data_url") or spelling.get("base64") or part.url or part.data
        return {"type": "input_audio", "input_audio": {"data": said, "format": word}}
    url = spelling.get("data_url", part.url)
    if url is None and part.data is not None:
        url = Data(part.media_type or "", part.data).url()
    inner: Json
    if word == "document_url":
        return {"type": word, word: url} | ({"document_name": part.filename} if part.filename is not None else {})
    if word == "input_image":
        return {"type": word, "image_url": url} | ({"detail": part.detail} if part.detail is not None else {})
    if part.kind == "document" and named is None:
        inner = {"filename": part.filename} if part.filename is not None else {}
        if part.form == "file":
            inner["file_id"] = part.file_id
        else:
            inner["file_data"] = url
        return {"type": "file", "file": inner}
    if spelling.get("url") == "string":
        return {"type": word, word: url}
    inner = {"url": url}
    if part.detail is not None:
        inner["detail"] = part.detail
    return {"type": word, word: inner}


def _call(call: ToolCall) -> Json:
    spelling = call.spelling or {}
    inner: Json = {"name": call.name}
    key = "custom" if call.kind == "custom" else "function"
    if call.arguments is not None:
        as_object = spelling.get("arguments") == "object"
        value = call.arguments if as_object else arguments_text(call.arguments)
        inner["input" if call.kind == "custom" else "arguments"] = value
    out: Json = {} if "type" in spelling else {"type": key}
    if call.id is not None:
        out["id"] = call.id
    if "index" in spelling:
        out["index"] = spelling["index"]
    out[key] = inner
    give_back(out, call_extra(call))
    return out


def call_extra(call: ToolCall) -> Json:
    """What a call has beside its own fields: the unknown ones, and its signature where that stood."""
    path = signature_path(call)
    extra = call.extra or {}
    return put(extra, path, call.state.value) if path is not None and call.state is not None else extra


def signature_path(call: ToolCall) -> tuple[str, ...] | None:
    """Where a call of this shape has its signature: where it was read, else the place of whoever issued it."""
    if call.state is None:
        return None
    path = (call.spelling or {}).get(SIGNATURE)
    if path is not None:
        return tuple(path)
    named, kind = call.state.issuer, call.state.kind
    if kind != SIGNATURE:
        return next((path for path, _, _ in SIGNED if kind == "/".join(path)), None)
    return next(path for path, provider, own in SIGNED if own or named == issuer(SIGNATURE) + provider)


def home_response(r: Response) -> Json:
    """A response as it was."""
    if r.error is not None:
        body: Json = home_error(r.error)
        return body
    spelling = r.spelling or {}
    out: Json = {} if "object" in spelling else {"object": "chat.completion"}
    for key, value in (
        ("id", r.id),
        ("created", r.created),
        ("model", r.model),
        ("service_tier", r.service_tier),
        ("system_fingerprint", r.fingerprint),
    ):
        if value is not None:
            out[key] = value
    if "choices" not in spelling:
        out["choices"] = [_home_choice(c) for c in r.candidates]
    if r.usage is not None:
        out["usage"] = r.usage.reported
    give_back(out, r.extra)
    return out


def _home_choice(c: Candidate) -> Json:
    spelling = c.spelling or {}
    out: Json = {}
    if "index" not in spelling:
        out["index"] = c.index
    if "message" not in spelling:
        out["message"] = home_message(c.message)
    if c.finish_reason is not None:
        out["finish_reason"] = finish_word(c)
    if c.logprobs is not None:
        out["logprobs"] = c.logprobs
    give_back(out, c.extra)
    return out


def finish_word(c: Any) -> str:
    """The finish reason of a candidate or Finish event as it was spelt."""
    word: str = (c.spelling or {}).get("finish") or FINISH.write.get(c.finish_reason, c.finish_reason)
    return word
