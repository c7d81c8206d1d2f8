"""Responses: documents home. What was read is written as it was spelt, extras and nulls included."""

from __future__ import annotations

from typing import Any

from ...media import Data
from ...model import (
    Candidate,
    Item,
    Json,
    Media,
    Message,
    Opaque,
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
from ...tables import give_back
from ..choices import ENTRIES, spelt_choice
from ..openai_shape import home_error
from .parts import CONTENT, all_texts, text_type
from .parts import SUMMARY as SUMMARY_TEXT
from .read import in_message, joins
from .words import CALLS, FINISH, INPUT_KEY, LOGPROBS, SUMMARY, TOOL_CHOICE, WIRE


def home_request(r: Request) -> Json:
    """A request as it was."""
    spelling = r.spelling or {}
    out: Json = {}
    if r.model:
        out["model"] = r.model
    items: list[Any] = []
    custom: set[str | None] = set()  # the ids of calls of free-text tools
    # A spelling holds for what was read so: a caller may have added turns, or parts.
    string: str | None = None
    for m in r.messages:
        mark = m.spelling or {}
        said = m.parts[0].text if len(m.parts) == 1 and isinstance(m.parts[0], Text) else None
        if mark.get("form") == "instructions" and said is not None and m is r.messages[0]:
            out["instructions"] = said
        elif m.parts or m.item is not None or m.role != "system":
            string = said if mark.get("input") == "string" else None
            items.append(home_input_item(m, custom))
    if string is not None and len(items) == 1:
        out["input"] = string
    elif items or spelling.get("input") != "absent":
        out["input"] = items
    for name, value in r.params.items():
        if name == "include_obfuscation":
            out["stream_options"] = {name: value}
        elif name not in ("logprobs", "verbosity"):
            out[WIRE[name]] = value
    if r.params.get("logprobs"):
        include = list(r.params.get("include", ()))
        include.insert(spelling.get("logprobs", len(include)), LOGPROBS)
        out["include"] = include
    if r.tools is not None:
        out["tools"] = [home_tool(tool) for tool in r.tools]
    if r.tool_choice is not None:
        out["tool_choice"] = _choice(r)
    text: Json = {}
    if r.output is not None:
        f = r.output
        fields = {"type": f.kind, "name": f.name, "description": f.description, "schema": f.schema, "strict": f.strict}
        text["format"] = {k: v for k, v in fields.items() if v is not None}
        give_back(text["format"], f.extra)
    if "verbosity" in r.params:
        text["verbosity"] = r.params["verbosity"]
    if text:
        out["text"] = text
    c = r.reasoning
    if c is not None:
        out["reasoning"] = {"effort": c.effort} if c.effort is not None else {}
        if c.display is not None:
            out["reasoning"]["summary"] = SUMMARY.write[c.display]
        give_back(out["reasoning"], c.extra)
    give_back(out, r.extra)
    return out


def home_tool(tool: Tool) -> Json:
    """A tool as it was."""
    if tool.kind == "server":
        return dict(tool.value or {})
    fields = {"type": tool.kind, "name": tool.name, "description": tool.description}
    out: Json = {k: v for k, v in fields.items() if v is not None}
    if tool.kind == "custom" and tool.format is not None:
        nested = (tool.spelling or {}).get("format") == "nested"
        out["format"] = tool.format if nested else flat_format(tool.format)
    elif tool.kind == "function":
        more = {"parameters": tool.parameters, "strict": tool.strict, "output_schema": tool.result}
        out.update({k: v for k, v in more.items() if v is not None})
    give_back(out, tool.extra)
    return out


def flat_format(value: Json) -> Json:
    """The format of a free-text tool; here a grammar lies flat."""
    inner = value.get("grammar")
    if value.get("type") != "grammar" or type(inner) is not dict:
        return value
    return {"type": "grammar", **inner, **{k: v for k, v in value.items() if k not in ("type", "grammar")}}


def _choice(r: Request) -> Any:
    c = r.tool_choice
    assert c is not None
    c = spelt_choice(c)
    if c.mode in TOOL_CHOICE.write:
        return TOOL_CHOICE.write[c.mode]
    if c.mode == "tool":
        out: Json = {"type": c.names[0]} if c.kind == "server" else {"type": c.kind, "name": c.names[0]}
    else:
        kinds = c.kinds or ["function"] * len(c.names)
        said = [{"type": kind, "name": name} for kind, name in zip(kinds, c.names, strict=True)]
        tools = (c.spelling or {}).get(ENTRIES, said)
        out = {"type": "allowed_tools", "mode": c.mode.removeprefix("subset_"), "tools": tools}
    give_back(out, c.extra)
    return out


# --- items -----------------------------------------------------------------------------------------------------


def home_input_item(m: Message, custom: set[str | None]) -> Any:
    """One input item; `custom` gathers the ids of calls of free-text tools, whose results have a type of their own."""
    part = m.parts[0] if len(m.parts) == 1 and m.item is None else None
    if part is None or in_message(part):
        return _message(m)
    if isinstance(part, ToolCall) and part.kind == "custom":
        custom.add(part.id)
    return home_item(part, custom)


# What an item says of being a message, by how it was spelt.
_TYPED: dict[str | None, Json] = {None: {"type": "message"}, "null": {"type": None}, "absent": {}}


def _message(m: Message) -> Json:
    spelling = m.spelling or {}
    out: Json = dict(_TYPED[spelling.get("type")])
    about(out, m.item)
    if m.role:
        out["role"] = m.role
    content = [home_part(p, m.role) for p in m.parts]
    plain = len(content) == 1 and type(m.parts[0]) is Text and set(content[0]) == {"type", "text"}
    if spelling.get("content") == "list" or (content and not plain):
        out["content"] = content
    elif plain:
        out["content"] = content[0]["text"]
    give_back(out, m.extra)
    return out


def about(out: Json, item: Item | None) -> None:
    if item is not None:
        for key in ("id", "status", "phase"):
            value = getattr(item, key)
            if value is not None:
                out[key] = value


def sealed_item(part: Any) -> Json | None:
    """An item other than a message as it was, to be brought back; None for what stands inside a message."""
    if in_message(part) or (isinstance(part, Opaque) and type(part.value) is not dict):
        return None
    said: Json = home_item(part, set())
    return said


def home_item(part: Any, custom: set[str | None]) -> Any:
    """An item other than a message."""
    if isinstance(part, Opaque):
        return part.value
    out: Json = {"type": ""}
    fields: Json
    about(out, part.item)
    if isinstance(part, ToolCall):
        out["type"] = "custom_tool_call" if part.kind == "custom" else "function_call"
        fields = {"call_id": part.id, "name": part.name, CALLS[out["type"]][1]: part.arguments}
    elif isinstance(part, ToolResult):
        kind = "custom_tool_call_output" if part.call_id in custom else "function_call_output"
        out["type"] = (part.spelling or {}).get("type", kind)
        fields = {"call_id": part.call_id, "name": part.name}
        content = [home_part(p, "user") for p in part.parts]
        if (part.spelling or {}).get("content") == "list" or any(type(p) is not Text for p in part.parts):
            fields["output"] = content
        elif content:
            fields["output"] = "".join(p["text"] for p in content)
    elif isinstance(part, Media):
        out["type"] = "image_generation_call"
        word = part.media_type.removeprefix("image/") if part.media_type is not None else None
        fields = {"result": (part.spelling or {}).get("base64", part.data), "output_format": word}
    elif isinstance(part, ServerTool):
        out["type"] = part.type
        fields = {"call_id": part.id, "name": part.name, INPUT_KEY.get(part.type, "input"): part.input, **part.value}
        out.update(dict.fromkeys(k for k, v in part.value.items() if v is None))
    else:
        fields = _reasoning(part, out)
        out.update({k: v for k, v in fields.items() if v is not None})
        for key, value in (part.extra or {}).items():
            if type(out.get(key)) is list and type(value) is list and len(value) == len(out[key]):
                out[key] = [{**entry, **more} for entry, more in zip(out[key], value, strict=True)]
            else:
                out[key] = value
        return out
    out.update({k: v for k, v in fields.items() if v is not None})
    give_back(out, part.extra)
    return out


def _reasoning(part: Reasoning, out: Json) -> Json:
    state = part.state.value if part.state is not None else None
    if part.state is not None and part.state.kind == "compaction":
        out["type"] = "compaction"
        return {"encrypted_content": state}
    out["type"] = "reasoning"
    spelling = part.spelling or {}
    known = "summary" in spelling or "content" in spelling
    lengths = {"summary": spelling.get("summary", []), "content": spelling.get("content")}
    if not known and part.text:
        lengths["summary"] = [len(part.text)]
    fields: Json = {"encrypted_content": state}
    at = 0
    for key, word in (("summary", SUMMARY_TEXT), ("content", CONTENT)):
        if lengths[key] is None:
            continue
        types = spelling.get(key + "_types") or [word] * len(lengths[key])
        fields[key] = []
        for length, kind in zip(lengths[key], types, strict=True):
            if length and at:
                at += 2  # the blank line between paragraphs
            fields[key].append({"type": kind, "text": part.text[at : at + length]})
            at += length
    return fields


def home_part(part: Part, role: str) -> Any:
    """A content part as it was."""
    out: Json
    if isinstance(part, Text):
        out = {"type": (part.spelling or {}).get("type", text_type(role)), "text": part.text}
        if part.citations:
            out["annotations"] = [c.value["value"] if c.kind == "other" else c.value for c in part.citations]
    elif isinstance(part, Refusal):
        out = {"type": "refusal", "refusal": part.text}
    elif isinstance(part, Media):
        out = _media(part)
    else:
        assert isinstance(part, Opaque)
        return part.value
    out.update(getattr(part, "cache", None) or {})
    give_back(out, part.extra)
    return out


def _media(part: Media) -> Json:
    if part.kind == "audio":
        word = (part.media_type or "audio/wav").removeprefix("audio/")
        data = (part.spelling or {}).get("base64", part.data)
        return {"type": "input_audio", "input_audio": {"data": data, "format": {"mpeg": "mp3"}.get(word, word)}}
    url = (part.spelling or {}).get("data_url", part.url)
    if url is None and part.data is not None:
        url = Data(part.media_type or "", part.data).url()
    out: Json
    if part.kind == "image":
        out = {"type": "input_image"}
        key = "image_url"
    else:
        out = {"type": "input_file"} if part.filename is None else {"type": "input_file", "filename": part.filename}
        key = "file_url" if part.form == "url" else "file_data"
    if part.form == "file":
        out["file_id"] = part.file_id
    else:
        out[key] = url
    if part.detail is not None:
        out["detail"] = part.detail
    return out


# --- responses ---------------------------------------------------------------------------------------------------


def home_response(r: Response) -> Json:
    """A response as it was."""
    if r.error is not None:
        body: Json = home_error(r.error)
        return body
    out = home_envelope(r)
    for c in r.candidates:
        if (r.spelling or {}).get("output") != "absent":
            out["output"] = home_output(c)
        out.update(home_finish(c))
    if r.usage is not None:
        out["usage"] = r.usage.reported
    if "output_text" in (r.spelling or {}):
        out["output_text"] = all_texts([part for c in r.candidates for part in c.message.parts])
    give_back(out, r.extra)
    return out


def home_envelope(r: Response) -> Json:
    """The envelope of a response, without its extras."""
    spelling = r.spelling or {}
    out: Json = {} if spelling.get("object") == "absent" else {"object": "response"}
    created = float(r.created) if spelling.get("created") == "float" and r.created is not None else r.created
    for key, value in (
        ("id", r.id),
        ("created_at", created),
        ("model", r.model),
        ("service_tier", r.service_tier),
    ):
        if value is not None:
            out[key] = value
    return out


def home_finish(c: Any) -> Json:
    """How a candidate, or Finish event, ended, in the words it was read from."""
    spelling = c.spelling or {}
    word = spelling.get("finish") or FINISH.write.get(c.finish_reason or "")
    if not word or spelling.get("status") == "absent":
        return {}
    status, _, reason = word.partition("/")
    return {"status": status, "incomplete_details": {"reason": reason}} if reason else {"status": status}


def home_output(c: Candidate) -> list[Any]:
    """The output items of a candidate: content parts gathered into their messages again."""
    out: list[Any] = []
    custom: set[str | None] = set()
    own = list(c.logprobs["content"]) if type(c.logprobs) is dict and c.logprobs.get("content") else []
    counts = (c.spelling or {}).get("logprobs") or [len(own)]
    texts = 0
    last: Part | None = None
    for part in c.message.parts:
        if in_message(part):
            said = None if is_absent(part) else home_part(part, "assistant")
            if isinstance(part, Text):
                count = counts[texts] if texts < len(counts) else 0
                texts += 1
                if count and said is not None:
                    said["logprobs"], own = own[:count], own[count:]
            if last is None or not joins(last, part):
                form = (getattr(part, "spelling", None) or {}).get("message")
                out.append({**_TYPED[form], "role": "assistant", "content": []})
            if said is not None:
                out[-1]["content"].append(said)
            item = getattr(part, "item", None)
            about(out[-1], item)
            if item is not None:
                give_back(out[-1], item.extra)
        else:
            if isinstance(part, ToolCall) and part.kind == "custom":
                custom.add(part.id)
            out.append(home_item(part, custom))
        last = part
    return out


def is_absent(part: Any) -> bool:
    """Whether a part only stands for a message without content."""
    return (getattr(part, "spelling", None) or {}).get("content") == "absent"
