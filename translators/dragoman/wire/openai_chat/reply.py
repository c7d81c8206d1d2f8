"""What Chat Completions answers: the response, the chunks of a stream, errors.

Required is what no reply can do without. The envelope (`id`, `created`, `model`, ...) is not: resellers and
compatible servers leave parts of it out, and their clients live with it.
"""

from typing import Annotated, Any, Literal, Required, TypeAlias

from ..shapes import Known, Object, OneOf, Open
from .request import CalledFunction, Part, ToolCall

FinishReason: TypeAlias = Annotated[str, Known("stop", "length", "tool_calls", "content_filter", "function_call")]
ServiceTier: TypeAlias = Annotated[str, Known("auto", "default", "flex", "scale", "priority", "fast")]

# --- what responses and chunks share --------------------------------------------------------------------------


class TopLogprob(Object, total=False):
    token: Required[str]
    logprob: Required[float]
    bytes: list[int] | None


class TokenLogprob(Object, total=False):
    token: Required[str]
    logprob: Required[float]
    bytes: list[int] | None
    top_logprobs: list[TopLogprob] | None


class Logprobs(Object, total=False):
    content: list[TokenLogprob] | None
    refusal: list[TokenLogprob] | None


class UrlCitation(Object, total=False):
    url: Required[str]
    title: str
    start_index: int
    end_index: int


class UrlAnnotation(Object, total=False):
    type: Required[Literal["url_citation"]]
    url_citation: Required[UrlCitation]


class CitedFile(Object, total=False):
    hash: str
    name: str
    content: list[Part]


class FileAnnotation(Object, total=False):
    """OpenRouter's."""

    type: Required[Literal["file"]]
    file: Required[CitedFile]


Annotation: TypeAlias = Annotated[UrlAnnotation | FileAnnotation | Open, OneOf()]


class ModerationResult(Object, total=False):
    type: Required[Annotated[str, Known("moderation_result")]]
    model: Required[str]
    flagged: Required[bool]
    categories: Required[dict[str, bool]]
    category_scores: Required[dict[str, float]]
    category_applied_input_types: Required[dict[str, list[Annotated[str, Known("text", "image")]]]]


class ModerationResults(Object, total=False):
    type: Required[Literal["moderation_results"]]
    model: Required[str]
    results: Required[list[ModerationResult]]


class ModerationError(Object, total=False):
    type: Required[Literal["error"]]
    code: Required[str]
    message: Required[str]


ModerationSide: TypeAlias = Annotated[ModerationResults | ModerationError | Open, OneOf()]


class Moderation(Object, total=False):
    input: Required[ModerationSide]
    output: Required[ModerationSide]


class PromptTokens(Object, total=False):
    cached_tokens: int | None
    cache_write_tokens: int | None
    audio_tokens: int | None
    image_tokens: int | None
    text_tokens: int | None


class CompletionTokens(Object, total=False):
    reasoning_tokens: int | None
    accepted_prediction_tokens: int | None
    rejected_prediction_tokens: int | None
    audio_tokens: int | None
    text_tokens: int | None


class Usage(Object, total=False):
    prompt_tokens: Required[int]
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokens | None
    completion_tokens_details: CompletionTokens | None


# --- the response ---------------------------------------------------------------------------------------------


class Audio(Object, total=False):
    id: Required[str]
    data: Required[str]
    expires_at: Required[int]
    transcript: Required[str]


class Reply(Object, total=False):
    """The message of a choice. A list as content is Mistral's."""

    role: Annotated[str, Known("assistant")]
    content: Annotated[str | list[Part] | None, OneOf()]
    refusal: str | None
    annotations: list[Annotation] | None
    audio: Audio | None
    function_call: CalledFunction | None
    tool_calls: list[ToolCall] | None


class Choice(Object, total=False):
    index: int
    message: Required[Reply]
    finish_reason: FinishReason | None
    logprobs: Logprobs | None


class Completion(Object, total=False):
    """The body of a successful response, `chat.completion`."""

    id: str
    object: Annotated[str, Known("chat.completion")]
    created: int
    model: str
    choices: Required[list[Choice]]
    usage: Usage | None
    service_tier: ServiceTier | None
    system_fingerprint: str | None
    metadata: dict[str, str] | None
    moderation: Moderation | None


# --- errors ---------------------------------------------------------------------------------------------------


class Steer(Object, total=False):
    message: Required[str]


class Misalignment(Object, total=False):
    error_type: Required[str]
    detailed_explanation: str | None
    review_target: str | None
    steer: Steer | None


class ErrorObject(Object, total=False):
    """Codes are numbers with OpenRouter, new-api and Google, types null with Azure."""

    message: Required[str]
    type: str | None
    param: str | None
    code: Annotated[str | int | None, OneOf()]
    misalignment: Misalignment | None


class ErrorBody(Object, total=False):
    """`error` is first-party; the fields beside it are what older vLLM, FastAPI and API gateways send instead."""

    error: Annotated[str | ErrorObject, OneOf()]
    message: str
    type: str | None
    param: str | None
    code: Annotated[str | int | None, OneOf()]
    detail: Any


Error: TypeAlias = Annotated[ErrorBody | list[ErrorBody], OneOf()]  # a list is Google's

# --- the stream -----------------------------------------------------------------------------------------------


class DeltaAudio(Object, total=False):
    id: str | None
    data: str | None
    expires_at: int | None
    transcript: str | None


class DeltaFunction(Object, total=False):
    name: str | None
    arguments: str | None


class DeltaCustom(Object, total=False):
    name: str | None
    input: str | None


class DeltaCall(Object, total=False):
    """One fragment of a call; Google leaves the index out."""

    index: int | None
    id: str | None
    type: Annotated[str, Known("function")] | None
    function: DeltaFunction | None
    custom: DeltaCustom | None


class Delta(Object, total=False):
    role: Annotated[str, Known("developer", "system", "user", "assistant", "tool")] | None
    content: Annotated[str | list[Part] | None, OneOf()]
    refusal: str | None
    audio: DeltaAudio | None
    function_call: DeltaFunction | None
    tool_calls: list[DeltaCall] | None
    annotations: list[Annotation] | None


class ChunkChoice(Object, total=False):
    """Azure's filter frames have no delta, others null."""

    index: int
    delta: Delta | None
    finish_reason: FinishReason | None
    logprobs: Logprobs | None


class Chunk(Object, total=False):
    """The data of one stream event: a chunk, or the error that ends the stream."""

    id: str
    object: Annotated[str, Known("chat.completion.chunk")]
    created: int
    model: str
    choices: list[ChunkChoice] | None
    usage: Usage | None
    service_tier: ServiceTier | None
    system_fingerprint: str | None
    moderation: Moderation | None
    obfuscation: str | None
    error: Annotated[str | ErrorObject | None, OneOf()]


Event: TypeAlias = Chunk
