"""What legacy Completions answers: the response, the chunks of a stream, errors.

Required is what no reply can do without. The envelope (`id`, `created`, `model`, ...) is not: compatible servers leave
parts of it out, and their clients live with it.
"""

from typing import Annotated, Any, Required, TypeAlias

from ..shapes import Known, Object, OneOf

FinishReason: TypeAlias = Annotated[str, Known("stop", "length", "content_filter")]

# --- what responses and chunks share --------------------------------------------------------------------------


class Logprobs(Object, total=False):
    """Columns, one entry a token. With `echo` nothing stands before the first, which has null."""

    tokens: list[str] | None
    token_logprobs: list[float | None] | None
    top_logprobs: list[dict[str, float] | None] | None
    text_offset: list[int] | None


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


class Choice(Object, total=False):
    text: Required[str]
    index: int
    logprobs: Logprobs | None
    finish_reason: FinishReason | None


class Completion(Object, total=False):
    """The body of a successful response, `text_completion`."""

    id: str
    object: Annotated[str, Known("text_completion")]
    created: int
    model: str
    choices: Required[list[Choice]]
    usage: Usage | None
    system_fingerprint: str | None


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


class ChunkChoice(Object, total=False):
    """A piece of a choice; the last one of some servers has neither text nor index."""

    text: str | None
    index: int
    logprobs: Logprobs | None
    finish_reason: FinishReason | None


class Chunk(Object, total=False):
    """The data of one stream event: a chunk, or the error that ends the stream."""

    id: str
    object: Annotated[str, Known("text_completion")]
    created: int
    model: str
    choices: list[ChunkChoice] | None
    usage: Usage | None
    system_fingerprint: str | None
    obfuscation: str | None
    error: Annotated[str | ErrorObject | None, OneOf()]


Event: TypeAlias = Chunk
