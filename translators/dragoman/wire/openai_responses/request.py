"""The request of Responses, without its items and tools."""

from typing import Annotated, Required, TypeAlias

from ..shapes import Known, Object, OneOf
from .items import InputItem
from .parts import InputFile, InputImage, InputText
from .tools import Effort, Format, Tool, ToolChoice

ServiceTier: TypeAlias = Annotated[str, Known("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")]
Summary: TypeAlias = Annotated[str, Known("auto", "concise", "detailed")]
Include: TypeAlias = Annotated[
    str,
    Known(
        "file_search_call.results",
        "web_search_call.results",
        "web_search_call.action.sources",
        "message.input_image.image_url",
        "computer_call_output.output.image_url",
        "code_interpreter_call.outputs",
        "reasoning.encrypted_content",
        "message.output_text.logprobs",
    ),
]


class AccessPrograms(Object, total=False):
    cyber: Annotated[str, Known("standard", "daybreak_blue", "daybreak_red")]


class BackgroundOptions(Object, total=False):
    completion_window: Annotated[str, Known("soonest", "2h", "8h")]
    continuation_id: str


class ContextManagement(Object, total=False):
    type: Required[str]
    compact_threshold: int | None


class Conversation(Object, total=False):
    id: Required[str]


class ImageOptions(Object, total=False):
    context_compression: Annotated[str, Known("auto", "enabled", "disabled")]


class ModerationMode(Object, total=False):
    mode: Required[Annotated[str, Known("score", "block")]]


class ModerationPolicy(Object, total=False):
    input: ModerationMode | None
    output: ModerationMode | None


class ModerationOptions(Object, total=False):
    model: Required[str]
    policy: ModerationPolicy | None


class Prompt(Object, total=False):
    id: Required[str]
    version: str | None
    variables: dict[str, Annotated[str | InputText | InputImage | InputFile, OneOf()]] | None


class CacheOptions(Object, total=False):
    mode: Annotated[str, Known("implicit", "explicit")]
    ttl: Annotated[str, Known("30m", "12h")]
    prewarm: bool
    comparison_response_id: str | None


class ReasoningOptions(Object, total=False):
    effort: Effort | None
    summary: Summary | None
    generate_summary: Summary | None
    context: Annotated[str, Known("auto", "current_turn", "all_turns")] | None
    mode: Annotated[str, Known("standard", "pro")] | None


class StreamOptions(Object, total=False):
    include_obfuscation: bool


class TextOptions(Object, total=False):
    format: Format
    verbosity: Annotated[str, Known("low", "medium", "high")] | None


class Request(Object, total=False):
    """The body of POST /v1/responses. A prompt template, a conversation or a response before can stand for `input`."""

    model: str
    input: Annotated[str | list[InputItem], OneOf()]
    instructions: str | None
    access_programs: AccessPrograms
    background: bool | None
    background_options: BackgroundOptions
    context_management: list[ContextManagement] | None
    conversation: Annotated[str | Conversation | None, OneOf()]
    image: ImageOptions
    include: list[Include] | None
    max_output_tokens: int | None
    max_tool_calls: int | None
    metadata: dict[str, str] | None
    moderation: ModerationOptions | None
    parallel_tool_calls: bool | None
    previous_response_id: str | None
    prompt: Prompt | None
    prompt_cache_key: str | None
    prompt_cache_options: CacheOptions
    prompt_cache_retention: Annotated[str, Known("in_memory", "24h")] | None
    reasoning: ReasoningOptions | None
    safety_identifier: str | None
    service_tier: ServiceTier | None
    store: bool | None
    stream: bool | None
    stream_options: StreamOptions | None
    temperature: float | None
    text: TextOptions
    tool_choice: ToolChoice
    tools: list[Tool]
    top_logprobs: int | None
    top_p: float | None
    truncation: Annotated[str, Known("auto", "disabled")] | None
    user: str
