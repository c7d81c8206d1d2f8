"""The request of Chat Completions and everything in it."""

from typing import Annotated, Any, Literal, Required, TypeAlias

from ..shapes import Known, Object, OneOf, Open

# --- content parts --------------------------------------------------------------------------------------------


class CacheBreakpoint(Object, total=False):
    mode: Required[Annotated[str, Known("explicit")]]
    ttl: Annotated[str, Known("30m", "12h")]


class OnPart(Object, total=False):
    prompt_cache_breakpoint: CacheBreakpoint


class TextPart(OnPart, total=False):
    type: Required[Literal["text"]]
    text: Required[str]


class ImageUrl(Object, total=False):
    url: Required[str]
    detail: Annotated[str, Known("auto", "low", "high", "original")]


class ImagePart(OnPart, total=False):
    type: Required[Literal["image_url"]]
    # The bare string is what new-api, Mistral and local servers take.
    image_url: Required[Annotated[str | ImageUrl, OneOf()]]


class InputAudio(Object, total=False):
    data: Required[str]
    format: Required[Annotated[str, Known("wav", "mp3")]]


class AudioPart(OnPart, total=False):
    type: Required[Literal["input_audio"]]
    input_audio: Required[InputAudio]


class FileData(Object, total=False):
    file_data: str
    file_id: str
    filename: str


class FilePart(OnPart, total=False):
    type: Required[Literal["file"]]
    file: Required[FileData]


class RefusalPart(Object, total=False):
    type: Required[Literal["refusal"]]
    refusal: Required[str]


Part: TypeAlias = Annotated[TextPart | ImagePart | AudioPart | FilePart | RefusalPart | Open, OneOf()]
Content: TypeAlias = Annotated[str | list[Part], OneOf()]

# --- calls ----------------------------------------------------------------------------------------------------


class CalledFunction(Object, total=False):
    name: Required[str]
    arguments: Required[str]


class FunctionCall(Object, total=False):
    id: Required[str]
    type: Literal["function"]  # some servers leave it out
    function: Required[CalledFunction]


class CalledCustom(Object, total=False):
    name: Required[str]
    input: Required[str]


class CustomCall(Object, total=False):
    id: Required[str]
    type: Required[Literal["custom"]]
    custom: Required[CalledCustom]


ToolCall: TypeAlias = Annotated[FunctionCall | CustomCall | Open, OneOf(absent="function")]

# --- messages -------------------------------------------------------------------------------------------------


class DeveloperMessage(Object, total=False):
    role: Required[Literal["developer"]]
    content: Required[Content]
    name: str


class SystemMessage(Object, total=False):
    role: Required[Literal["system"]]
    content: Required[Content]
    name: str


class UserMessage(Object, total=False):
    role: Required[Literal["user"]]
    content: Required[Content]
    name: str


class AudioReference(Object, total=False):
    id: Required[str]


class AssistantMessage(Object, total=False):
    role: Required[Literal["assistant"]]
    content: Annotated[str | list[Part] | None, OneOf()]
    refusal: str | None
    name: str
    audio: AudioReference | None
    tool_calls: list[ToolCall] | None  # null: what gateways return and clients send back
    function_call: CalledFunction | None


class ToolMessage(Object, total=False):
    role: Required[Literal["tool"]]
    content: Required[Content]
    tool_call_id: Required[str]


class FunctionMessage(Object, total=False):
    role: Required[Literal["function"]]
    name: Required[str]
    content: Required[str | None]


Message: TypeAlias = Annotated[
    DeveloperMessage | SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage,
    OneOf(by="role"),
]

# --- tools ----------------------------------------------------------------------------------------------------


class Function(Object, total=False):
    name: Required[str]
    description: str
    parameters: dict[str, Any]
    strict: bool | None


class FunctionTool(Object, total=False):
    type: Literal["function"]  # some servers leave it out
    function: Required[Function]


class TextFormat(Object, total=False):
    type: Required[Literal["text"]]


class Grammar(Object, total=False):
    syntax: Required[Annotated[str, Known("lark", "regex")]]
    definition: Required[str]


class GrammarFormat(Object, total=False):
    type: Required[Literal["grammar"]]
    grammar: Required[Grammar]


class Custom(Object, total=False):
    name: Required[str]
    description: str
    format: Annotated[TextFormat | GrammarFormat | Open, OneOf()]


class CustomTool(Object, total=False):
    type: Required[Literal["custom"]]
    custom: Required[Custom]


Tool: TypeAlias = Annotated[FunctionTool | CustomTool | Open, OneOf(absent="function")]


class Named(Object, total=False):
    name: Required[str]


class NamedFunction(Object, total=False):
    type: Required[Literal["function"]]
    function: Required[Named]


class NamedCustom(Object, total=False):
    type: Required[Literal["custom"]]
    custom: Required[Named]


class AllowedTools(Object, total=False):
    mode: Required[Annotated[str, Known("auto", "required")]]
    tools: Required[list[dict[str, Any]]]


class AllowedToolChoice(Object, total=False):
    type: Required[Literal["allowed_tools"]]
    allowed_tools: Required[AllowedTools]


ToolChoice: TypeAlias = Annotated[
    Annotated[str, Known("none", "auto", "required")] | NamedFunction | NamedCustom | AllowedToolChoice | Open,
    OneOf(untyped=True),  # `{}` is as good as absent
]
LegacyChoice: TypeAlias = Annotated[Annotated[str, Known("none", "auto")] | Named, OneOf()]


class LegacyFunction(Object, total=False):
    name: Required[str]
    description: str
    parameters: dict[str, Any]


# --- settings -------------------------------------------------------------------------------------------------


class JsonSchema(Object, total=False):
    name: Required[str]
    description: str
    schema: dict[str, Any]
    strict: bool | None


class JsonSchemaFormat(Object, total=False):
    type: Required[Literal["json_schema"]]
    json_schema: Required[JsonSchema]


class JsonObjectFormat(Object, total=False):
    type: Required[Literal["json_object"]]


ResponseFormat: TypeAlias = Annotated[
    TextFormat | JsonSchemaFormat | JsonObjectFormat | Open, OneOf(untyped=True)  # `{}` is as good as absent
]


class Voice(Object, total=False):
    id: Required[str]


class Audio(Object, total=False):
    format: Required[Annotated[str, Known("wav", "aac", "mp3", "flac", "opus", "pcm16")]]
    voice: Required[
        Annotated[
            Annotated[
                str,
                Known("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"),
            ]
            | Voice,
            OneOf(),
        ]
    ]


class ModerationMode(Object, total=False):
    mode: Required[Annotated[str, Known("score", "block")]]


class ModerationPolicy(Object, total=False):
    input: ModerationMode | None
    output: ModerationMode | None


class ModerationOptions(Object, total=False):
    model: Required[str]
    policy: ModerationPolicy | None


class Prediction(Object, total=False):
    type: Required[Annotated[str, Known("content")]]
    content: Required[Content]


class CacheOptions(Object, total=False):
    mode: Annotated[str, Known("implicit", "explicit")]
    ttl: Annotated[str, Known("30m")]


class StreamOptions(Object, total=False):
    include_usage: bool
    include_obfuscation: bool


class Approximate(Object, total=False):
    city: str
    country: str
    region: str
    timezone: str


class UserLocation(Object, total=False):
    type: Required[Annotated[str, Known("approximate")]]
    approximate: Required[Approximate]


class WebSearchOptions(Object, total=False):
    search_context_size: Annotated[str, Known("low", "medium", "high")]
    user_location: UserLocation | None


class Request(Object, total=False):
    """The body of POST /v1/chat/completions."""

    messages: Required[list[Message]]
    model: Required[str]
    audio: Audio | None
    frequency_penalty: float | None
    function_call: LegacyChoice
    functions: list[LegacyFunction]
    logit_bias: dict[str, float] | None
    logprobs: bool | None
    max_completion_tokens: int | None
    max_tokens: int | None
    metadata: dict[str, str] | None
    modalities: list[Annotated[str, Known("text", "audio")]] | None
    moderation: ModerationOptions | None
    n: int | None
    parallel_tool_calls: bool
    prediction: Prediction | None
    presence_penalty: float | None
    prompt_cache_key: str | None
    prompt_cache_options: CacheOptions
    prompt_cache_retention: Annotated[str, Known("in_memory", "24h")] | None
    reasoning_effort: Annotated[str, Known("none", "minimal", "low", "medium", "high", "xhigh", "max")] | None
    response_format: ResponseFormat
    safety_identifier: str | None
    seed: int | None
    service_tier: Annotated[str, Known("auto", "default", "flex", "scale", "priority", "fast")] | None
    stop: Annotated[str | list[str] | None, OneOf()]
    store: bool | None
    stream: bool | None
    stream_options: StreamOptions | None
    temperature: float | None
    tool_choice: ToolChoice
    tools: list[Tool]
    top_logprobs: int | None
    top_p: float | None
    user: str
    verbosity: Annotated[str, Known("low", "medium", "high")] | None
    web_search_options: WebSearchOptions
