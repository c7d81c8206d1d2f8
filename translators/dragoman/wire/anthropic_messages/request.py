"""The request of Messages and its settings."""

from typing import Annotated, Any, Literal, Required, TypeAlias

from ..shapes import Known, Object, OneOf, Open
from .blocks import RequestBlock, TextBlock
from .tools import CacheControl, Tool, ToolAddition, ToolRemoval

Content: TypeAlias = Annotated[str | list[RequestBlock], OneOf()]
Effort: TypeAlias = Annotated[str, Known("low", "medium", "high", "xhigh", "max")]


class UserMessage(Object, total=False):
    role: Required[Literal["user"]]
    content: Required[Content]


class AssistantMessage(Object, total=False):
    role: Required[Literal["assistant"]]
    content: Required[Content]


class MessageConfig(Object, total=False):
    effort: Effort | None


class SystemMessage(Object, total=False):
    role: Required[Literal["system"]]
    content: Annotated[str | list[Annotated[TextBlock | ToolAddition | ToolRemoval | Open, OneOf()]], OneOf()]
    clear_at: Annotated[str, Known("next_user_message", "never")] | None
    output_config: MessageConfig | None


Message: TypeAlias = Annotated[UserMessage | AssistantMessage | SystemMessage, OneOf(by="role")]

# --- thinking and output --------------------------------------------------------------------------------------


class Binding(Object, total=False):
    prefix_mismatch_behavior: Annotated[str, Known("error", "drop_block")] | None


class OnThinking(Object, total=False):
    display: Annotated[str, Known("summarized", "omitted", "updates")] | None
    block_binding: Binding | None


class ThinkingEnabled(OnThinking, total=False):
    type: Required[Literal["enabled"]]
    budget_tokens: Required[int]


class ThinkingAdaptive(OnThinking, total=False):
    type: Required[Literal["adaptive"]]


class ThinkingOff(Object, total=False):
    type: Required[Literal["disabled", "between_tools"]]


Thinking: TypeAlias = Annotated[ThinkingEnabled | ThinkingAdaptive | ThinkingOff | Open, OneOf()]


class JsonFormat(Object, total=False):
    type: Required[Annotated[str, Known("json_schema")]]
    schema: Required[dict[str, Any]]


class TaskBudget(Object, total=False):
    type: Required[Annotated[str, Known("tokens")]]
    total: Required[int]
    remaining: int | None


class OutputConfig(Object, total=False):
    effort: Effort | None
    format: JsonFormat | None
    task_budget: TaskBudget | None


# --- the other settings ---------------------------------------------------------------------------------------


class Metadata(Object, total=False):
    user_id: str | None


class AnyTool(Object, total=False):
    type: Required[Literal["auto", "any"]]
    disable_parallel_tool_use: bool


class OneTool(Object, total=False):
    type: Required[Literal["tool"]]
    name: Required[str]
    disable_parallel_tool_use: bool


class NoTool(Object, total=False):
    type: Required[Literal["none"]]


ToolChoice: TypeAlias = Annotated[AnyTool | OneTool | NoTool | Open, OneOf()]


class Skill(Object, total=False):
    type: Required[Annotated[str, Known("anthropic", "custom")]]
    skill_id: Required[str]
    version: str


class Container(Object, total=False):
    id: str | None
    skills: list[Skill] | None


class Diagnostics(Object, total=False):
    previous_message_id: str | None


class McpConfiguration(Object, total=False):
    enabled: bool | None
    allowed_tools: list[str] | None


class McpServer(Object, total=False):
    type: Required[Annotated[str, Known("url")]]
    name: Required[str]
    url: Required[str]
    authorization_token: str | None
    tool_configuration: McpConfiguration | None


class InputTokens(Object, total=False):
    type: Required[Literal["input_tokens"]]
    value: Required[int]


class ToolUses(Object, total=False):
    type: Required[Literal["tool_uses"]]
    value: Required[int]


class ClearToolUses(Object, total=False):
    type: Required[Literal["clear_tool_uses_20250919"]]
    trigger: Annotated[InputTokens | ToolUses | Open, OneOf()]
    keep: ToolUses
    clear_at_least: InputTokens | None
    exclude_tools: list[str] | None
    clear_tool_inputs: Annotated[bool | list[str] | None, OneOf()]


class ThinkingTurns(Object, total=False):
    type: Required[Literal["thinking_turns"]]
    value: Required[int]


class AllTurns(Object, total=False):
    type: Required[Literal["all"]]


class ClearThinking(Object, total=False):
    type: Required[Literal["clear_thinking_20251015"]]
    keep: Annotated[Annotated[str, Known("all")] | ThinkingTurns | AllTurns | Open, OneOf()]


class Compact(Object, total=False):
    type: Required[Literal["compact_20260112"]]
    trigger: InputTokens | None
    instructions: str | None
    pause_after_compaction: bool


class ContextManagement(Object, total=False):
    edits: list[Annotated[ClearToolUses | ClearThinking | Compact | Open, OneOf()]]


class CompactionConfig(Object, total=False):
    type: Required[Annotated[str, Known("summarize")]]
    instructions: str | None


class FallbackTo(Object, total=False):
    model: Required[str]
    max_tokens: int | None
    thinking: Annotated[ThinkingEnabled | ThinkingAdaptive | ThinkingOff | Open | None, OneOf()]
    output_config: OutputConfig | None
    speed: Annotated[str, Known("standard", "fast")] | None


class CreditToken(Object, total=False):
    token: Required[str]
    mode: Annotated[str, Known("strict", "best_effort")]


class BillingPolicy(Object, total=False):
    type: Required[Annotated[str, Known("billing_policy")]]
    bill_to: Annotated[str, Known("self", "user_profile")]


class NewThread(Object, total=False):
    type: Required[Literal["create"]]


class SameThread(Object, total=False):
    type: Required[Literal["continue"]]
    previous_message_id: Required[str]


class Request(Object, total=False):
    """The body of POST /v1/messages. Bedrock and Vertex keep the model in the path."""

    messages: Required[list[Message]]
    max_tokens: Required[int]
    model: str
    system: Annotated[str | list[TextBlock], OneOf()]
    thinking: Thinking
    output_config: OutputConfig
    output_format: JsonFormat | None  # the old beta's
    stop_sequences: list[str]
    stream: bool
    temperature: float  # wire version 2023-06-01, as top_p and top_k
    top_p: float
    top_k: int
    tools: list[Tool]
    tool_choice: ToolChoice
    metadata: Metadata
    service_tier: Annotated[str, Known("auto", "standard_only")]
    speed: Annotated[str, Known("standard", "fast")] | None
    container: Annotated[str | Container | None, OneOf()]
    cache_control: CacheControl | None
    inference_geo: str | None
    diagnostics: Diagnostics | None
    mcp_servers: list[McpServer]
    context_management: ContextManagement | None
    compaction: CompactionConfig | None
    fallbacks: Annotated[Annotated[str, Known("default")] | list[FallbackTo] | None, OneOf()]
    fallback_credit_token: Annotated[str | CreditToken | None, OneOf()]
    billing_policy: BillingPolicy | None
    thread: Annotated[NewThread | SameThread | Open | None, OneOf()]
    anthropic_version: str  # Bedrock and Vertex
    anthropic_beta: list[str]  # Bedrock
