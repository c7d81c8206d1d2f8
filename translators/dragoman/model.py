"""The canonical documents: the union of what the dialects can say.

How a node keeps what it was read from:

* An attribute that is `None` was absent. A wire key that was `null`, or held a value its dialect does not
  know, stays under its own name in `extra`; so do unknown keys. Extras go home and only home.
* `spelling` says how the source wrote a thing that can be written in two ways (string or list, old field
  name, word outside the table). Only the way home reads it.
* `at` is the JSON Pointer of the node in its source document. A node built by hand has none.

Merging is the business of the poorer writer: order, adjacent texts, distinct words stay as they came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Literal, TypedDict

from .errors import Fault, InvalidDocument
from .jsontext import type_name

Json = dict[Any, Any]  # its keys are text, but those of a caller's own dict may be anything
Extra = dict[Any, Any]
Spelling = dict[str, Any]
Role = str  # system, developer, user, assistant, tool; anything else as the source said it
FinishReason = Literal[
    "stop",
    "stop_sequence",
    "length",
    "context_window",
    "tool_calls",
    "content_filter",
    "pause",
    "compaction",
    "malformed_call",
    "error",
    "other",
]


class Node:
    """What every class of the model is: nodes are equal where all but their places in the source is.

    Said here once: dataclasses compile it anew for every class, each time the package is imported.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        cls: type[Any] = type(self)
        values = _values(cls)  # type: ignore[arg-type]  # a class can be hashed, though its instances cannot
        return bool(values(self) == values(other))

    def __repr__(self) -> str:
        said = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__qualname__}({said})"


@cache
def _values(cls: type[Any]) -> Callable[[Any], Any]:
    """What of a node of `cls` is compared."""
    names = [f.name for f in fields(cls) if f.compare]
    return attrgetter(*names) if names else lambda node: ()


@dataclass(slots=True, eq=False, repr=False)
class State(Node):
    """Opaque reasoning state: its bytes mean something to the issuer alone and must come back to it unchanged.

    kind: signature, redacted, encrypted, thought_signature, details, blocks, compaction, caller. issuer: a dialect
    id, and behind an "@" the provider where a profile names one.
    """

    kind: str
    value: Any
    issuer: str


@dataclass(slots=True, eq=False, repr=False)
class Item(Node):
    """The output item of the Responses dialect that a part belongs to; apart from any call id."""

    id: str | None = None
    status: str | None = None
    phase: str | None = None
    extra: Extra | None = None


@dataclass(slots=True, eq=False, repr=False)
class Citation(Node):
    """A source that a text rests on. `start`/`end` count characters of the text; `value` is the dialect's own."""

    kind: str
    value: Json
    url: str | None = None
    title: str | None = None
    cited_text: str | None = None
    start: int | None = None
    end: int | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Text(Node):
    """Plain text. `cache` is a cache mark in the words of the dialect that set it.

    transcript: whether it is what the sound says that stands before it.
    """

    text: str
    citations: list[Citation] | None = None
    cache: Json | None = None
    state: State | None = None
    item: Item | None = None
    transcript: bool | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Refusal(Node):
    """What the model said when it declined."""

    text: str
    item: Item | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Media(Node):
    """A picture, sound, film or document.

    Exactly one of: `data` (base64; with form "text" the plain text itself), `url`, `file_id`, `parts`.
    form: base64, text, url, file, parts. media_type: MIME type without parameters, or None if unknown.
    """

    kind: Literal["image", "audio", "video", "document"]
    form: Literal["base64", "text", "url", "file", "parts"]
    data: str | None = None
    url: str | None = None
    file_id: str | None = None
    parts: list[Part] | None = None
    media_type: str | None = None
    filename: str | None = None
    detail: str | None = None
    context: str | None = None
    cite: bool | None = None
    cache: Json | None = None
    state: State | None = None
    item: Item | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Reasoning(Node):
    """Thinking that is visible (`text`), opaque (`state`), or both; with `redacted` the state is all there is."""

    text: str = ""
    redacted: bool = False
    state: State | None = None
    item: Item | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class ToolCall(Node):
    """A call of a tool that the client runs.

    arguments: the text as it arrived (which may be empty or no JSON), or the object where the dialect sends
    one. kind "custom": a free-text tool; `arguments` is its input.
    """

    id: str | None = None
    name: str = ""
    arguments: str | Json | None = None
    kind: Literal["function", "custom"] = "function"
    cache: Json | None = None
    state: State | None = None
    item: Item | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class ToolResult(Node):
    """What a tool call gave. `call_id` None pairs by name and order; `value` is an object result."""

    call_id: str | None = None
    parts: list[Part] = field(default_factory=list)
    name: str | None = None
    is_error: bool | None = None
    value: Any = None
    cache: Json | None = None
    state: State | None = None
    item: Item | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class ServerTool(Node):
    """One step of a tool that the vendor runs: `step` call or result, `type` in the vendor's word.

    id pairs call and result. input is the call's arguments (object, or text while it streams);
    value holds the dialect's remaining fields.
    """

    step: Literal["call", "result"]
    type: str
    id: str | None = None
    name: str | None = None
    input: str | Json | None = None
    value: Json = field(default_factory=dict)
    cache: Json | None = None
    state: State | None = None
    item: Item | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Opaque(Node):
    """Something only its own dialect understands, kept in place. `code`: what its loss is called elsewhere.

    issuer: of a part that came back in a carrier, whose words `value` is in (dragoman.carrier); else None.
    """

    value: Any
    item: Item | None = None
    code: str | None = None
    issuer: str | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


Part = Text | Refusal | Media | Reasoning | ToolCall | ToolResult | ServerTool | Opaque


@dataclass(slots=True, eq=False, repr=False)
class Message(Node):
    """One turn, or one place in a turn, with its parts in order."""

    role: Role
    parts: list[Part] = field(default_factory=list)
    name: str | None = None
    cache: Json | None = None
    item: Item | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Tool(Node):
    """A tool on offer. kind: function (JSON arguments), custom (free text), server (the vendor runs it).

    parameters, result: JSON Schema of what it takes, and of what it gives back, by reference. type/value: a vendor's
    tool in the vendor's own words.
    """

    kind: Literal["function", "custom", "server"]
    name: str | None = None
    description: str | None = None
    parameters: Any = None
    result: Json | None = None
    strict: bool | None = None
    format: Json | None = None
    type: str | None = None
    value: Json | None = None
    cache: Json | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class ToolChoice(Node):
    """mode: auto, none, required, tool (one of `names`), subset_auto, subset_required (only `names`).

    kinds: of a subset, what each name is, where not all are functions. strict: every call holds to its schema.
    """

    mode: str
    names: list[str] = field(default_factory=list)
    kind: str = "function"
    kinds: list[str] | None = None
    strict: bool | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class OutputFormat(Node):
    """What the answer must look like. kind: text, json_object, json_schema."""

    kind: str
    name: str | None = None
    description: str | None = None
    schema: Any = None
    strict: bool | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class ReasoningControl(Node):
    """How much the model shall think and what it shows of it.

    mode: enabled, disabled, adaptive, between_tools. effort: none … max. budget: tokens, -1 automatic.
    display: what of the thinking is shown (summarized, omitted, …).
    """

    mode: str | None = None
    effort: str | None = None
    budget: int | None = None
    display: str | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


class Params(TypedDict, total=False):
    """The scalar settings of a request; an absent key was absent (or null) in the source."""

    max_output_tokens: int
    temperature: float
    top_p: float
    top_k: int
    stop: list[Any]
    n: int
    seed: int
    presence_penalty: float
    frequency_penalty: float
    logit_bias: Json
    logprobs: bool
    top_logprobs: int
    stream: bool
    include_usage: bool
    include_obfuscation: bool
    parallel_tool_calls: bool
    user: str
    metadata: Json
    store: bool
    service_tier: str
    safety_identifier: str
    prompt_cache_key: str
    prompt_cache_options: Json
    prompt_cache_retention: str
    verbosity: str
    modalities: list[Any]
    audio: Json
    prediction: Json
    moderation: Json
    web_search: Json
    # legacy Completions
    suffix: str
    echo: bool
    best_of: int
    # Responses: what its server keeps or does
    previous_response_id: str
    conversation: Any
    background: bool
    prompt_template: Json
    include: list[Any]
    max_tool_calls: int
    truncation: str
    context_management: Any
    # Gemini
    safety_settings: list[Any]
    cached_content: str
    media_resolution: str


@dataclass(slots=True, eq=False, repr=False)
class Request(Node):
    """A request, wherever its dialect keeps model and stream flag.

    `places` gives the source pointer of a setting where that is not simply "/" + its canonical name; `aliases`
    how the source spells a pointer of its plain form, where it spells keys in more than one way.
    """

    dialect: str
    model: str = ""
    messages: list[Message] = field(default_factory=list)
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    output: OutputFormat | None = None
    reasoning: ReasoningControl | None = None
    params: Params = field(default_factory=Params)
    extra: Extra | None = None
    spelling: Spelling | None = None
    places: dict[str, str] = field(default_factory=dict, compare=False)
    aliases: dict[str, str] = field(default_factory=dict, compare=False)
    at: str = field(default="", compare=False)

    def place(self, name: str) -> str:
        """JSON Pointer of the setting `name` in the source document."""
        return self.places.get(name) or "/" + name


@dataclass(slots=True, eq=False, repr=False)
class Usage(Node):
    """Token counts: `reported` as the source said them, beside one normalised meaning.

    input and output are inclusive: input counts cache reads and writes, output counts reasoning.
    None is unknown, which is not zero. modalities: how much of them is text, image, video, audio or document, as far
    as that was said: `input_audio`, `output_text`.
    """

    reported: Json
    input: int | None = None
    output: int | None = None
    total: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    modalities: dict[str, int] | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Error(Node):
    """An error in any dialect. type: the canonical word of `tables.ERRORS`; status: HTTP, or None in a stream.

    retry_after: when to retry, in seconds, with their parts where the source says them; or what its header says.
    """

    type: str
    message: str
    status: int | None = None
    code: str | int | None = None
    param: str | None = None
    request_id: str | None = None
    retry_after: str | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Candidate(Node):
    """One answer of a response (a choice, in OpenAI's word)."""

    index: int = 0
    message: Message = field(default_factory=lambda: Message("assistant"))
    finish_reason: FinishReason | None = None
    stop_sequence: str | None = None
    logprobs: Any = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Response(Node):
    """A whole response. `error` is set where the body is an error under a success status."""

    dialect: str
    id: str | None = None
    model: str | None = None
    created: int | float | None = None
    candidates: list[Candidate] = field(default_factory=list)
    usage: Usage | None = None
    service_tier: str | None = None
    fingerprint: str | None = None
    error: Error | None = None
    extra: Extra | None = None
    spelling: Spelling | None = None
    at: str = field(default="", compare=False)


# --- the canonical form as JSON ------------------------------------------------------------------------

_KINDS: dict[str, type[Any]] = {
    "text": Text,
    "refusal": Refusal,
    "media": Media,
    "reasoning": Reasoning,
    "tool_call": ToolCall,
    "tool_result": ToolResult,
    "server_tool": ServerTool,
    "opaque": Opaque,
}
_WORDS = {cls: word for word, cls in _KINDS.items()}
_CHILDREN: dict[type[Any], dict[str, type[Any]]] = {
    **{cls: {"state": State, "item": Item} for cls in _WORDS},
    Message: {"item": Item},
    Candidate: {"message": Message},
    Request: {"tool_choice": ToolChoice, "output": OutputFormat, "reasoning": ReasoningControl},
    Response: {"usage": Usage, "error": Error},
}
_LISTS: dict[str, type[Any]] = {
    "citations": Citation,
    "messages": Message,
    "tools": Tool,
    "candidates": Candidate,
}
_CLASSES = (
    *_CHILDREN,
    *_LISTS.values(),
    State,
    Item,
    ToolChoice,
    OutputFormat,
    ReasoningControl,
    Usage,
    Error,
)
_OWN = {cls: {f.name for f in fields(cls)} for cls in _CLASSES}
_REQUIRED = {
    cls: {f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING} for cls in _CLASSES
}


def to_json(node: Request | Response | Any) -> Json:
    """The canonical JSON of a document or node; None, which is absence, is left out."""
    cls = type(node)
    out: Json = {"kind": _WORDS[cls]} if cls in _WORDS else {}
    renamed = cls in _WORDS and "kind" in _OWN[cls]
    for f in fields(node):
        value = getattr(node, f.name)
        if (value is None and f.name not in _REQUIRED[cls]) or (f.name == "at" and not value):
            continue
        if is_dataclass(value):
            value = to_json(value)
        elif f.name == "parts" or f.name in _LISTS:
            value = [to_json(item) for item in value]
        out["what" if renamed and f.name == "kind" else f.name] = value
    return out


def from_json(cls: type[Any], value: Any) -> Any:
    """The document or node of class `cls` that `to_json` wrote; raises InvalidDocument for anything else."""
    return _node(cls, value, "")


def _node(cls: type[Any], value: Any, at: str) -> Any:
    if type(value) is not dict:
        raise InvalidDocument([Fault(at, f"object ({cls.__name__})", type_name(value))])
    own, children = _OWN[cls], _CHILDREN.get(cls, {})
    arguments: dict[str, Any] = {}
    for key, item in value.items():
        place = f"{at}/{key}"
        if cls in _WORDS:
            if key == "kind":
                continue
            if key == "what":
                key = "kind"
        if key not in own:
            raise InvalidDocument([Fault(place, f"a field of {cls.__name__}", "unknown field")])
        if key == "parts" or key in _LISTS:
            if type(item) is not list:
                raise InvalidDocument([Fault(place, "array", type_name(item))])
            build = (lambda v, p: _part(v, p)) if key == "parts" else (lambda v, p, c=_LISTS[key]: _node(c, v, p))
            item = [build(v, f"{place}/{i}") for i, v in enumerate(item)]
        elif key in children:
            item = _node(children[key], item, place)
        arguments[key] = item
    try:
        return cls(**arguments)
    except TypeError:
        raise InvalidDocument([Fault(at, f"every field {cls.__name__} needs", "a missing one")]) from None


def _part(value: Any, at: str) -> Part:
    word = value.get("kind") if type(value) is dict else None
    cls = _KINDS.get(word) if type(word) is str else None
    if cls is None:
        raise InvalidDocument([Fault(at, "a part with a known kind", type_name(value))])
    part: Part = _node(cls, value, at)
    return part
