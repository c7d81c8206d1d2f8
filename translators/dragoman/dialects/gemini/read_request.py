"""Gemini: requests in. A generateContent body, and the path that holds its model -> a canonical request."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote

from ...errors import Fault, InvalidDocument
from ...jsontext import same, type_name
from ...model import Json, Message, OutputFormat, ReasoningControl, Request, Text, Tool, ToolChoice, ToolResult
from ...tables import item_at
from ..choices import plain_choice
from .casing import aliases, camel
from .parts import Faults, read_parts
from .schema import from_schema, to_schema
from .words import (
    CHOICE,
    CHOICE_NUMBERS,
    DECLARATION_SHAPE,
    LEVELS,
    MODALITY_NUMBERS,
    NAME,
    PARAMS,
    REQUEST,
    REQUEST_SHAPE,
    RESOLUTION_NUMBERS,
    ROLE,
    SERVICE_TIER,
    TEXT_FORMAT,
    TEXT_SCHEMAS,
    TOP_PARAMS,
    VOICE,
)


def read_path(path: str) -> tuple[str, bool]:
    """The model that a request target names, and whether it asks for a stream.

    `/v1beta/models/m:streamGenerateContent?alt=sse` -> ("m", True); a tuned model keeps its collection, and so
    does whatever stands outside a `models/`.
    """
    resource, method = _resource(path)
    if not method:
        return "", False
    stream = method.startswith("stream")
    for collection, kept in (("/models/", ""), ("/tunedModels/", "tunedModels/"), ("/endpoints/", "endpoints/")):
        _, found, name = resource.rpartition(collection)
        if found:
            return kept + unquote(name), stream
    return unquote(resource.rpartition("/")[2]), stream


# What is asked of a model in this dialect; `:countTokens`, `:embedContent` and the like ask for something else.
METHODS = ("generateContent", "streamGenerateContent")


def _resource(path: str) -> tuple[str, str]:
    """The resource that a request target names, and the method behind it, "" where there is none."""
    target = path.partition("#")[0].partition("?")[0].rstrip("/")
    resource, _, method = target.rpartition(":")
    return (target, "") if "/" in method else (resource, method)


def read_request(body: Json, path: str | None = None) -> Request:
    """A generateContent body. Raises InvalidDocument naming every fault of its structure.

    Model and stream flag stand in the path; a stream without `alt=sse` in its query is one JSON array.
    """
    faults: Faults = []
    extra: Json = {}
    plain, keys = camel(body, REQUEST_SHAPE)
    r = Request(NAME, extra=extra)
    params: Any = r.params
    if path is not None:
        r.model, stream = read_path(path)
        if stream:
            params["stream"] = True
            if "sse" not in parse_qs(path.partition("#")[0].partition("?")[2]).get("alt", ()):
                _note(r, "framing", "array")
        method = _resource(path)[1]
        if method and method not in METHODS:
            faults.append(Fault("/path", " or ".join(METHODS), "another method"))
    for key, value in plain.items():
        row = TOP_PARAMS.get(key)
        if row is not None and type(value) in row[1]:
            params[row[0]] = value
            r.places[row[0]] = "/" + key
        else:
            reader = _REQUEST.get(key)
            if reader is None or value is None or not reader(r, value, faults):
                extra[key] = value
    if "contents" not in plain:
        faults.append(Fault("/contents", "array", "nothing"))
    if faults:
        raise InvalidDocument(faults)
    if r.tool_choice is not None and r.tool_choice.mode == "subset_required":
        plain_choice(r)  # `VALIDATED` among all of them says more than `AUTO`
    if keys:
        _note(r, "keys", keys)
    if keys or _is_spelt(r):
        r.aliases = aliases(body)
    r.extra = extra or None
    return r


def _is_spelt(r: Request) -> bool:
    """Whether the source spells anything otherwise than in its plain form."""
    nodes = [*(p for m in r.messages for p in m.parts), *(r.tools or ())]
    return (
        any("keys" in node.spelling or "key" in node.spelling for node in nodes if node.spelling)
        or any(p.spelling and "keys" in p.spelling for n in nodes if type(n) is ToolResult for p in n.parts)
        or not {"contents", "tools", "entries"}.isdisjoint(r.spelling or ())
    )


def _note(node: Any, name: str, value: Any) -> None:
    node.spelling = {**(node.spelling or {}), name: value}


def _model(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not str or not value:
        return False
    if value.removeprefix("models/") != r.model:
        return False
    _note(r, "model", value)  # the path's once more
    return True


def _contents(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is dict:
        # "The REST transcoder tolerates a bare object where a list is expected."
        _note(r, "contents", "bare")
        value = [value]
    if type(value) is not list:
        faults.append(Fault("/contents", "array", type_name(value)))
        return True
    for i, content in enumerate(value):
        at = f"/contents/{i}"
        if type(content) is not dict:
            faults.append(Fault(at, "object", type_name(content)))
            continue
        m = Message("user", at=at)
        read_content(m, content, faults)
        r.messages.append(m)
    return True


def read_content(m: Message, content: Json, faults: Faults) -> None:
    """Fill `m`, of the role that holds where none is said, from a Content."""
    spelling: Json = {}
    rest: Json = {}
    for key, value in content.items():
        if key == "parts" and type(value) in (list, dict):
            m.parts, bare = read_parts(value, f"{m.at}/parts", faults)
            if bare:
                spelling["parts"] = "bare"
        elif key == "role" and type(value) is str:
            m.role = ROLE.read.get(value, value)
            if ROLE.write.get(m.role, m.role) != value:
                spelling["role"] = value
        else:
            rest[key] = value
    if "role" not in content:
        spelling["role"] = None
    if "parts" not in content:
        spelling["parts"] = "absent"
    m.spelling = spelling or None
    m.extra = rest or None


def _system(r: Request, value: Any, faults: Faults) -> bool:
    m = Message("system", spelling={"field": True}, at="/systemInstruction")
    if type(value) is str and value:
        m.parts = [Text(value, at=m.at)]
        _note(m, "parts", "string")
    elif type(value) is dict and type(value.get("parts")) in (list, dict):
        m.parts, bare = read_parts(value["parts"], f"{m.at}/parts", faults)
        if bare:
            _note(m, "parts", "bare")
        rest = {k: v for k, v in value.items() if k != "parts"}
        if type(rest.get("role")) is str:
            _note(m, "role", rest.pop("role"))  # "role ignored"
        m.extra = rest or None
    else:
        return False
    r.messages.insert(0, m)
    return True


def _service_tier(r: Request, value: Any, faults: Faults) -> bool:
    word = SERVICE_TIER.read.get(value) if type(value) is str else None
    if word is None:
        return False
    r.params["service_tier"] = word
    r.places["service_tier"] = "/serviceTier"
    return True


# --- tools ------------------------------------------------------------------------------------------------------


def _tools(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is dict:
        _note(r, "tools", "bare")
        value = [value]
    if type(value) is not list:
        faults.append(Fault("/tools", "array", type_name(value)))
        return True
    r.tools = []
    layout = [_entry(r.tools, entry, f"/tools/{i}", faults) for i, entry in enumerate(value)]
    if layout != plain_layout(r.tools):
        _note(r, "entries", layout)
    return True


def plain_layout(tools: list[Tool]) -> list[Json]:
    """How tools stand in entries where nothing else was said: all functions in one, every other tool in its own."""
    count = sum(1 for t in tools if t.kind == "function")
    return [{"functions": count}] * (count > 0) + [{"servers": 1} for t in tools if t.kind != "function"]


def _entry(tools: list[Tool], entry: Any, at: str, faults: Faults) -> Json:
    """Take the tools of one entry, which may hold several kinds; returns how it was laid out."""
    layout: Json = {}
    value: Any
    if type(entry) is not dict:
        faults.append(Fault(at, "object", type_name(entry)))
        return layout
    for wire, value in entry.items():
        key = "functionDeclarations" if wire == "function_declarations" else wire
        place = f"{at}/{key}"
        if key == "functionDeclarations" and type(value) in (list, dict):
            if wire != key:
                layout["key"] = wire
            if type(value) is dict:
                layout["bare"] = True
            declarations = [value] if type(value) is dict else value
            layout["functions"] = len(declarations)
            for i, declaration in enumerate(declarations):
                if type(declaration) is not dict:
                    faults.append(Fault(f"{place}/{i}", "object", type_name(declaration)))
                else:
                    tools.append(_declaration(declaration, f"{place}/{i}"))
        elif value is not None:
            tool = Tool("server", type=key, value=value, at=place)
            if type(value) is not dict or key == "functionDeclarations":
                # A list of servers, a flag, a kind of tool of tomorrow: the entry itself is all that is known.
                tool.value, tool.spelling = {wire: value}, {"entry": True}
            named, _ = camel({key: None}, _TOOLS)
            if key not in named:
                (tool.type,) = named
                _note(tool, "key", key)
            tools.append(tool)
            layout["servers"] = layout.get("servers", 0) + 1
        else:
            layout.setdefault("rest", {})[wire] = value
    return layout


_TOOLS: Json = dict.fromkeys(
    (
        "googleSearch",
        "googleSearchRetrieval",
        "codeExecution",
        "urlContext",
        "googleMaps",
        "fileSearch",
        "computerUse",
        "mcpServers",
        "retrieval",
        "enterpriseWebSearch",
        "parallelAiSearch",
        "exaAiSearch",
    )
)


def _declaration(raw: Json, at: str) -> Tool:
    value, keys = camel(raw, DECLARATION_SHAPE)
    tool = Tool("function", at=at)
    rest: Json = {}
    for key, item in value.items():
        if key in ("name", "description") and type(item) is str:
            setattr(tool, key, item)
        elif key == "responseJsonSchema" and type(item) is dict:
            tool.result = item
        elif key == "parametersJsonSchema" and type(item) is dict:
            if tool.parameters is not None:  # both forms: the service refuses that
                rest["parameters"] = value["parameters"]
            tool.parameters, tool.spelling = item, None
        elif key == "parameters" and type(item) is dict and tool.parameters is None:
            tool.parameters = from_schema(item)
            tool.spelling = schema_spelling(item, tool.parameters, key)
        else:
            rest[key] = item
    if keys:
        _note(tool, "keys", keys)
    tool.extra = rest or None
    return tool


def schema_spelling(was: Any, said: Any, form: str) -> Json:
    """What the way home needs of a schema in the OpenAPI form: the very schema, where it cannot be had back."""
    return {"form": form} if same(to_schema(said), was) else {"form": form, "schema": was}


def _tool_config(r: Request, value: Any, faults: Faults) -> bool:
    config = value.get("functionCallingConfig") if type(value) is dict else None
    if type(config) is not dict:
        return False
    said, names = config.get("mode"), config.get("allowedFunctionNames")
    mode = said.upper() if type(said) is str else CHOICE_NUMBERS.get(said) if type(said) is int else None
    if mode is None:
        return False
    rest = {k: v for k, v in config.items() if k != "mode"}
    choice = ToolChoice("", at="/toolConfig/functionCallingConfig")
    if type(names) is list and names and all(type(n) is str for n in names) and mode in ("ANY", "VALIDATED"):
        choice.mode = "subset_auto" if mode == "VALIDATED" else "tool" if len(names) == 1 else "subset_required"
        choice.names = rest.pop("allowedFunctionNames")
    elif mode == "VALIDATED":
        choice.mode, choice.strict = "auto", True  # "AUTO + schema-constrained"
    elif mode in CHOICE.read:
        choice.mode = CHOICE.read[mode]
    else:
        return False
    if said != mode:
        choice.spelling = {"mode": said}
    choice.extra = rest or None
    r.tool_choice = choice
    beside = {k: v for k, v in value.items() if k != "functionCallingConfig"}
    if beside and r.extra is not None:
        r.extra["toolConfig"] = beside
    return True


# --- generationConfig -------------------------------------------------------------------------------------------

_CONFIG = "/generationConfig"


def _generation_config(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not dict:
        return False
    rest: Json = {}
    params: Any = r.params
    for key, item in value.items():
        row = PARAMS.get(key)
        said = _setting(r, key, item, row) if row is not None else None
        if row is not None and said is not None and not (key == "candidateCount" and item == 0):
            params[row[0]] = said
            r.places[row[0]] = f"{_CONFIG}/{key}"
        else:
            rest[key] = item
    _voice(r, rest)
    _thinking(r, rest)
    _format(r, rest)
    if (rest or not value) and r.extra is not None:
        r.extra["generationConfig"] = rest
    return True


def _setting(r: Request, key: str, item: Any, row: tuple[str, tuple[type, ...]]) -> Any:
    """A setting of the type it should have, or None. int64 may be text, and a whole number may have a point."""
    said = item
    if row[1] == (int,):
        said = _whole(item)
    elif key == "responseModalities" and type(item) is list:
        words: list[Any] = [MODALITY_NUMBERS.get(word) if type(word) is int else word for word in item]
        if not words or not all(type(word) is str for word in words):
            return None
        said = [word.lower() for word in words]
        if [word.upper() for word in said] == item:
            return said
    elif key == "mediaResolution" and type(item) is int:
        said = RESOLUTION_NUMBERS.get(item)
    elif type(item) not in row[1]:
        return None
    if said is not None and said is not item:
        _note(r, "settings", {**(r.spelling or {}).get("settings", {}), key: item})
    return said


def _whole(item: Any) -> Any:
    """A whole number (the very one that came), also one with a point, or in a text; else None."""
    if type(item) is float and item.is_integer():
        return int(item)
    if type(item) is str and item.lstrip("-").isdecimal() and str(int(item)) == item:
        return int(item)
    is_whole = type(item) is int
    return item if is_whole else None


def _voice(r: Request, config: Json) -> None:
    """The voice of the answer, which is all that others say of how it sounds."""
    voice = item_at(config, VOICE)
    if type(voice) is str and voice:
        r.params["audio"] = {"voice": voice}
        r.places["audio"] = "/".join((_CONFIG, *VOICE))
        rest = _without(config, VOICE)
        config.clear()
        config.update(rest)


def _without(value: Json, path: tuple[str, ...]) -> Json:
    """`value` without what stands at `path`, and without the objects that held nothing else."""
    out = {key: item for key, item in value.items() if key != path[0]}
    inner = _without(value[path[0]], path[1:]) if len(path) > 1 else None
    return {**out, path[0]: inner} if inner else out


def _thinking(r: Request, config: Json) -> None:
    value = config.get("thinkingConfig")
    if type(value) is not dict:
        return
    place = f"{_CONFIG}/thinkingConfig"
    c = ReasoningControl(at="")
    rest: Json = {}
    for key, item in value.items():
        if key == "thinkingBudget" and (budget := _whole(item)) is not None:
            c.budget, c.mode = budget, "disabled" if budget == 0 else "enabled"
            if budget is not item:
                _note(c, "budget", item)
            r.places["reasoning.budget"] = r.places["reasoning.mode"] = f"{place}/{key}"
        elif key == "thinkingLevel" and type(item) is str and item.lower() in LEVELS:
            c.effort = item.lower()
            r.places["reasoning.effort"] = f"{place}/{key}"
            if item != item.upper():
                _note(c, "level", item)
        elif key == "includeThoughts" and item is True:
            c.display = "summarized"
            r.places["reasoning.display"] = f"{place}/{key}"
        else:
            rest[key] = item
    if len(rest) == len(value):
        return
    del config["thinkingConfig"]
    if rest:
        c.extra = {"generationConfig": {"thinkingConfig": rest}}
    r.reasoning = c


def _format(r: Request, config: Json) -> None:
    """responseMimeType and a schema in either form."""
    kind = config.get("responseMimeType")
    text = _text_format(config)
    if text is not None:
        name = next((name for name in TEXT_SCHEMAS if name in text), TEXT_SCHEMAS[0])
        r.output = OutputFormat("json_object", at=f"{_CONFIG}/responseFormat", spelling={"form": TEXT_FORMAT + name})
        r.places["output"] = r.output.at
        if type(text.get("mimeType")) is not str:
            _note(r.output, "type", "absent")
        if name in text:
            r.output.kind, r.output.schema = "json_schema", text[name]
        del config["responseFormat"]
        return
    form = next((k for k in ("responseJsonSchema", "responseSchema") if type(config.get(k)) is dict), None)
    output = OutputFormat("text", at=f"{_CONFIG}/responseMimeType")
    if form is not None:
        schema = config.pop(form)
        output.kind, output.schema = "json_schema", schema
        if form == "responseSchema":
            output.schema = from_schema(schema)
            output.spelling = schema_spelling(schema, output.schema, form)
        if "responseMimeType" not in config:
            _note(output, "type", "absent")
            output.at = f"{_CONFIG}/{form}"  # what alone asks for it
        elif kind == "application/json":
            # text/x.enum stays: the bare word, where others answer with a JSON text.
            del config["responseMimeType"]
    elif kind == "application/json" or kind == "text/plain":
        del config["responseMimeType"]
        output.kind = "json_object" if kind == "application/json" else "text"
    else:
        return
    r.places["output"] = output.at
    r.output = output


def _text_format(config: Json) -> Json | None:
    """The one entry of `responseFormat` if it says that the answer is JSON, and nothing else does."""
    entries = config.get("responseFormat")
    if type(entries) is not list or len(entries) != 1 or any(_is_said(config, name) for name in _FORMATS):
        return None
    text = entries[0].get("text") if type(entries[0]) is dict and len(entries[0]) == 1 else None
    if type(text) is not dict or text.get("mimeType", "application/json") != "application/json":
        return None
    schemas = [value for key, value in text.items() if key in TEXT_SCHEMAS]
    known = len(text) == len(schemas) + ("mimeType" in text) and len(schemas) < 2
    return text if text and known and all(type(one) is dict for one in schemas) else None


def _is_said(config: Json, name: str) -> bool:
    """Whether a setting says more than its absence does."""
    value = config.get(name)
    return value is not None and value not in REQUEST["generationConfig"][name]


_FORMATS = ("responseMimeType", "responseJsonSchema", "responseSchema")


_REQUEST = {
    "model": _model,
    "contents": _contents,
    "systemInstruction": _system,
    "tools": _tools,
    "toolConfig": _tool_config,
    "generationConfig": _generation_config,
    "serviceTier": _service_tier,
}
