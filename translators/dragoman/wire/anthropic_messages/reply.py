"""What Messages answers: the message, the events of a stream, errors."""

from typing import Annotated, Literal, Required, TypeAlias

from ..shapes import Known, Object, OneOf, Open
from .blocks import Citation, RefusalCategory, ReplyBlock

StopReason: TypeAlias = Annotated[
    str,
    Known(
        "end_turn",
        "max_tokens",
        "stop_sequence",
        "tool_use",
        "pause_turn",
        "compaction",
        "refusal",
        "model_context_window_exceeded",
    ),
]

# --- usage ----------------------------------------------------------------------------------------------------


class CacheCreation(Object, total=False):
    ephemeral_5m_input_tokens: Required[int]
    ephemeral_1h_input_tokens: Required[int]


class OutputDetails(Object, total=False):
    thinking_tokens: Required[int]


class ServerToolCounts(Object, total=False):
    web_search_requests: int
    web_fetch_requests: int


class Redeemed(Object, total=False):
    type: Required[Literal["redeemed"]]


class NotApplied(Object, total=False):
    type: Required[Literal["not_applied"]]
    reason: Required[str]
    remove_to_redeem: list[str] | None


class FallbackCredit(Object, total=False):
    status: Required[Annotated[Redeemed | NotApplied | Open, OneOf()]]


class IterationCounts(Object, total=False):
    input_tokens: Required[int]
    output_tokens: Required[int]
    cache_creation_input_tokens: Required[int]
    cache_read_input_tokens: Required[int]
    cache_creation: CacheCreation | None


class MessageIteration(IterationCounts, total=False):
    type: Required[Literal["message", "compaction"]]
    model: str | None


class OtherModelIteration(IterationCounts, total=False):
    type: Required[Literal["advisor_message", "fallback_message"]]
    model: Required[str]


class DeltaUsage(Object, total=False):
    """Counts that a `message_delta` repeats, cumulative."""

    output_tokens: Required[int]
    cache_creation_input_tokens: int | None
    cache_read_input_tokens: int | None
    output_tokens_details: OutputDetails | None
    server_tool_use: ServerToolCounts | None
    fallback_credit: FallbackCredit | None
    iterations: list[Annotated[MessageIteration | OtherModelIteration | Open, OneOf()]] | None


class LateUsage(DeltaUsage, total=False):
    input_tokens: int | None


class Usage(DeltaUsage, total=False):
    input_tokens: Required[int]
    cache_creation: CacheCreation | None
    inference_geo: str | None
    service_tier: Annotated[str, Known("standard", "priority", "batch")] | None
    speed: Annotated[str, Known("standard", "fast")] | None


# --- the message ----------------------------------------------------------------------------------------------


class ContainerSkill(Object, total=False):
    type: Required[Annotated[str, Known("anthropic", "custom")]]
    skill_id: Required[str]
    version: Required[str]


class Container(Object, total=False):
    id: Required[str]
    expires_at: Required[str]
    skills: list[ContainerSkill] | None


class StopDetails(Object, total=False):
    type: Required[Annotated[str, Known("refusal")]]
    category: RefusalCategory | None
    explanation: str | None
    recommended_model: str | None
    fallback_credit_token: str | None
    fallback_has_prefill_claim: bool | None


class CacheMiss(Object, total=False):
    type: Required[Literal["model_changed", "system_changed", "tools_changed", "messages_changed"]]
    cache_missed_input_tokens: Required[int]


class CacheMissUncounted(Object, total=False):
    type: Required[Literal["previous_message_not_found", "unavailable"]]


class Diagnostics(Object, total=False):
    cache_miss_reason: Annotated[CacheMiss | CacheMissUncounted | Open | None, OneOf()]


class ClearedToolUses(Object, total=False):
    type: Required[Literal["clear_tool_uses_20250919"]]
    cleared_input_tokens: Required[int]
    cleared_tool_uses: Required[int]


class ClearedThinking(Object, total=False):
    type: Required[Literal["clear_thinking_20251015"]]
    cleared_input_tokens: Required[int]
    cleared_thinking_turns: Required[int]


class ContextManagement(Object, total=False):
    applied_edits: Required[list[Annotated[ClearedToolUses | ClearedThinking | Open, OneOf()]]]


class Transformation(Object, total=False):
    type: Required[Annotated[str, Known("thinking_dropped", "thinking_mismatch_allowed")]]
    path: Required[str]
    reason: Required[str]


class Message(Object, total=False):
    """The body of a successful response."""

    type: Required[Literal["message"]]
    id: Required[str]
    role: Required[Annotated[str, Known("assistant")]]
    model: Required[str]
    content: Required[list[ReplyBlock]]
    stop_reason: StopReason | None
    stop_sequence: str | None
    stop_details: StopDetails | None
    usage: Required[Usage]
    container: Container | None
    context_management: ContextManagement | None
    diagnostics: Diagnostics | None
    input_transformations: list[Transformation] | None


# --- errors ---------------------------------------------------------------------------------------------------


class ErrorDetails(Object, total=False):
    error_code: str | None


class ErrorObject(Object, total=False):
    type: Required[
        Annotated[
            str,
            Known(
                "invalid_request_error",
                "authentication_error",
                "billing_error",
                "permission_error",
                "not_found_error",
                "conflict_error",
                "request_too_large",
                "rate_limit_error",
                "timeout_error",
                "api_error",
                "overloaded_error",
            ),
        ]
    ]
    message: Required[str]
    details: ErrorDetails | None


class Error(Object, total=False):
    """The body of an error."""

    type: Required[Literal["error"]]
    error: Required[ErrorObject]
    request_id: str | None


# --- the stream -----------------------------------------------------------------------------------------------


class TextDelta(Object, total=False):
    type: Required[Literal["text_delta"]]
    text: Required[str]


class CitationsDelta(Object, total=False):
    type: Required[Literal["citations_delta"]]
    citation: Required[Citation]


class ThinkingDelta(Object, total=False):
    type: Required[Literal["thinking_delta"]]
    thinking: Required[str]
    estimated_tokens: int | None


class SignatureDelta(Object, total=False):
    type: Required[Literal["signature_delta"]]
    signature: Required[str]


class InputDelta(Object, total=False):
    type: Required[Literal["input_json_delta"]]
    partial_json: Required[str]


class CompactionDelta(Object, total=False):
    type: Required[Literal["compaction_delta"]]
    content: str | None
    encrypted_content: str | None


class MessageStart(Object, total=False):
    type: Required[Literal["message_start"]]
    message: Required[Message]


class BlockStart(Object, total=False):
    type: Required[Literal["content_block_start"]]
    index: Required[int]
    content_block: Required[ReplyBlock]


class BlockDelta(Object, total=False):
    type: Required[Literal["content_block_delta"]]
    index: Required[int]
    delta: Required[
        Annotated[
            TextDelta | CitationsDelta | ThinkingDelta | SignatureDelta | InputDelta | CompactionDelta | Open,
            OneOf(),
        ]
    ]


class BlockStop(Object, total=False):
    type: Required[Literal["content_block_stop"]]
    index: Required[int]


class Ending(Object, total=False):
    stop_reason: StopReason | None
    stop_sequence: str | None
    stop_details: StopDetails | None
    container: Container | None


class MessageDelta(Object, total=False):
    type: Required[Literal["message_delta"]]
    delta: Required[Ending]
    usage: Required[LateUsage]
    context_management: ContextManagement | None
    input_transformations: list[Transformation] | None


class Plain(Object, total=False):
    type: Required[Literal["message_stop", "ping"]]


Event: TypeAlias = Annotated[
    MessageStart | BlockStart | BlockDelta | BlockStop | MessageDelta | Plain | Error | Open, OneOf()
]
