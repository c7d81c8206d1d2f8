"""What Responses answers: the response object in all its states, and errors.

Required is what no reply can do without: compatible servers repeat little of the request, or nothing.
"""

from typing import Annotated, Any, Literal, Required, TypeAlias

from ..shapes import Known, Object, OneOf, Open
from .items import InputItem, OutputItem
from .request import Conversation, Prompt, ReasoningOptions, ServiceTier
from .tools import Format, Tool, ToolChoice

# --- usage ----------------------------------------------------------------------------------------------------


class CacheWriteTokens(Object, total=False):
    ttl_30m_tokens: Required[int]
    ttl_12h_tokens: Required[int]


class InputTokens(Object, total=False):
    cached_tokens: int | None
    cache_write_tokens: int | None
    cache_write_tokens_details: CacheWriteTokens | None


class OutputTokens(Object, total=False):
    reasoning_tokens: int | None


class Usage(Object, total=False):
    input_tokens: Required[int]
    output_tokens: Required[int]
    total_tokens: int
    input_tokens_details: InputTokens | None
    output_tokens_details: OutputTokens | None


class ImageTokens(Object, total=False):
    image_tokens: Required[int]
    text_tokens: Required[int]


class CachedImageTokens(Object, total=False):
    cached_image_tokens: Required[int]
    cached_text_tokens: Required[int]


class ImageUsage(Object, total=False):
    input_tokens: Required[int]
    input_tokens_details: Required[ImageTokens]
    output_tokens: Required[int]
    total_tokens: Required[int]
    cached_tokens: int | None
    cached_tokens_details: CachedImageTokens | None
    output_tokens_details: ImageTokens | None


class WebSearchUsage(Object, total=False):
    num_requests: Required[int]


class ToolUsage(Object, total=False):
    image_gen: ImageUsage
    web_search: WebSearchUsage


# --- what the server found out --------------------------------------------------------------------------------


class Steer(Object, total=False):
    message: Required[str]


class Misalignment(Object, total=False):
    error_type: (
        Annotated[
            str,
            Known(
                "potentially_unintended_data_transfer",
                "potentially_unintended_data_access",
                "potentially_unintended_destructive_activity",
                "other",
            ),
        ]
        | None
    )
    detailed_explanation: str | None
    review_target: str | None
    steer: Steer | None


class Failure(Object, total=False):
    """Why a response failed."""

    code: Required[
        Annotated[
            str,
            Known(
                "server_error",
                "rate_limit_exceeded",
                "invalid_prompt",
                "data_residency_mismatch",
                "bio_policy",
                "misalignment_policy_violation",
                "vector_store_timeout",
                "invalid_image",
                "invalid_image_format",
                "invalid_base64_image",
                "invalid_image_url",
                "image_too_large",
                "image_too_small",
                "image_parse_error",
                "image_content_policy_violation",
                "invalid_image_mode",
                "image_file_too_large",
                "unsupported_image_media_type",
                "empty_image_file",
                "failed_to_download_image",
                "image_file_not_found",
            ),
        ]
    ]
    message: Required[str]
    param: str | None
    type: str | None
    misalignment: Misalignment | None


class IncompleteDetails(Object, total=False):
    reason: Annotated[str, Known("max_output_tokens", "max_messages", "content_filter", "steered")] | None


class InputTransformation(Object, total=False):
    type: Required[Annotated[str, Known("reasoning")]]
    id: Required[str]
    action: Required[Annotated[str, Known("removed")]]
    reason: Required[
        Annotated[
            str,
            Known("organization_mismatch", "end_user_mismatch", "model_mismatch", "prefix_mismatch", "turn_boundary"),
        ]
    ]


class ModerationResult(Object, total=False):
    type: Required[Literal["moderation_result"]]
    model: Required[str]
    flagged: Required[bool]
    categories: Required[dict[str, bool]]
    category_scores: Required[dict[str, float]]
    category_applied_input_types: Required[dict[str, list[Annotated[str, Known("text", "image")]]]]


class ModerationError(Object, total=False):
    type: Required[Literal["error"]]
    code: Required[str]
    message: Required[str]


ModerationSide: TypeAlias = Annotated[ModerationResult | ModerationError | Open, OneOf()]


class Moderation(Object, total=False):
    input: Required[ModerationSide]
    output: Required[ModerationSide]


class CacheMiss(Object, total=False):
    type: Required[Literal["cache_miss"]]
    cache_missed_tokens: Required[int]
    reason: Required[
        Annotated[
            str,
            Known(
                "model_changed",
                "prompt_cache_key_changed",
                "tools_changed",
                "text_format_changed",
                "reasoning_effort_changed",
                "verbosity_changed",
                "context_compacted",
                "input_changed",
                "service_tier_changed",
            ),
        ]
    ]
    comparison_reusable_tokens: int | None


class CacheFinding(Object, total=False):
    type: Required[Literal["cache_hit", "comparison_response_not_found", "unavailable"]]


# --- the response ---------------------------------------------------------------------------------------------


class UsedPrograms(Object, total=False):
    cyber: Required[Annotated[str, Known("standard", "daybreak_blue", "daybreak_red")]]


class UsedImageOptions(Object, total=False):
    context_compression: Required[Annotated[str, Known("enabled", "disabled")]]


class UsedCacheOptions(Object, total=False):
    mode: Annotated[str, Known("implicit", "explicit")]
    ttl: Annotated[str, Known("30m", "12h")]
    comparison_response_id: str | None


class UsedTextOptions(Object, total=False):
    format: Format | None
    verbosity: Annotated[str, Known("low", "medium", "high")] | None


class Response(Object, total=False):
    """The body of a successful response, and the snapshots in a stream's events."""

    id: str
    object: Annotated[str, Known("response")]
    created_at: float
    status: Annotated[str, Known("completed", "failed", "in_progress", "cancelled", "queued", "incomplete")] | None
    model: str
    output: Required[list[OutputItem]]
    usage: Usage | None
    error: Failure | None
    incomplete_details: IncompleteDetails | None
    access_programs: UsedPrograms | None
    background: bool | None
    completed_at: float | None
    conversation: Conversation | None
    image: UsedImageOptions | None
    input_transformations: list[InputTransformation] | None
    instructions: Annotated[str | list[InputItem] | None, OneOf()]
    max_output_tokens: int | None
    max_tool_calls: int | None
    metadata: dict[str, str] | None
    moderation: Moderation | None
    parallel_tool_calls: bool
    previous_response_id: str | None
    prompt: Prompt | None
    prompt_cache_diagnostics: Annotated[CacheMiss | CacheFinding | Open | None, OneOf()]
    prompt_cache_key: str | None
    prompt_cache_options: UsedCacheOptions | None
    prompt_cache_retention: Annotated[str, Known("in_memory", "24h")] | None
    reasoning: ReasoningOptions | None
    safety_identifier: str | None
    service_tier: ServiceTier | None
    temperature: float | None
    text: UsedTextOptions | None
    tool_choice: ToolChoice
    tool_usage: ToolUsage | None
    tools: list[Tool]
    top_logprobs: int | None
    top_p: float | None
    truncation: Annotated[str, Known("auto", "disabled")] | None
    user: str | None


# --- errors ---------------------------------------------------------------------------------------------------


class ErrorObject(Object, total=False):
    """Codes are numbers with OpenRouter and vLLM; gateways leave the type out."""

    message: Required[str]
    type: str | None
    param: str | None
    code: Annotated[str | int | None, OneOf()]
    misalignment: Misalignment | None


class Error(Object, total=False):
    """`error` is first-party; the fields beside it are what gateways send instead."""

    error: Annotated[str | ErrorObject, OneOf()]
    message: str
    code: Annotated[str | int | None, OneOf()]
    detail: Any
