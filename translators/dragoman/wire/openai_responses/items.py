"""The items of Responses, in `input` as in `output`: one model of each for both.

`id` and `status` are required where the service refuses or never sends an item without them. Null is let through
where the request's types or the reply's have it.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Required, TypeAlias

from ..shapes import MARK, Known, Object, OneOf, Open
from .parts import Part, Phase, ReasoningPart, Status, SummaryText, ToolOutput
from .tools import (
    Async,
    ContainerReference,
    Effort,
    ImageAction,
    ImageBackground,
    ImageFormat,
    ImageQuality,
    JsonSchemaFormat,
    LocalEnvironment,
    TextFormat,
    Tool,
)


class DirectCaller(Object, total=False):
    type: Required[Literal["direct"]]


class ProgramCaller(Object, total=False):
    type: Required[Literal["program"]]
    caller_id: Required[str]


Caller: TypeAlias = Annotated[DirectCaller | ProgramCaller | Open | None, OneOf()]


class MadeBy(Object, total=False):
    created_by: str | None  # replies only


# --- messages and reasoning -----------------------------------------------------------------------------------


class Message(Object, total=False):
    """All three forms: easy (a text, no `type`), of the client (parts), of the model (with `id` and `status`)."""

    type: Literal["message"] | None
    role: Required[Literal["user", "assistant", "system", "developer"]]
    content: Required[Annotated[str | list[Part], OneOf()]]
    id: str
    status: Status | None
    phase: Phase | None


class Reasoning(Object, total=False):
    """Clients that store nothing send it back without `id`."""

    type: Required[Literal["reasoning"]]
    id: str
    summary: Required[list[SummaryText]]
    content: list[ReasoningPart] | None
    encrypted_content: str | None
    status: Status | None


class Compaction(MadeBy, total=False):
    type: Required[Literal["compaction"]]
    id: str | None
    encrypted_content: Required[str]


class CompactionTrigger(Object, total=False):
    type: Required[Literal["compaction_trigger"]]
    id: str | None


class ItemReference(Object, total=False):
    type: Literal["item_reference"] | None
    id: Required[str]


# --- calls of the client's tools ------------------------------------------------------------------------------


class FunctionCall(Object, Async, total=False):
    type: Required[Literal["function_call"]]
    call_id: Required[str]
    name: Required[str]
    arguments: Required[str]
    id: str | None
    namespace: str | None
    status: Status | None
    caller: Caller


class FunctionCallOutput(MadeBy, total=False):
    """Without `call_id` it is a result that nobody asked for, of the tool `name`."""

    type: Required[Literal["function_call_output"]]
    output: Required[ToolOutput]
    call_id: str | None
    id: str | None
    name: str | None
    namespace: str | None
    status: Status | None
    caller: Caller


class CustomToolCall(Object, Async, total=False):
    type: Required[Literal["custom_tool_call"]]
    call_id: Required[str]
    name: Required[str]
    input: Required[str]
    id: str | None
    namespace: str | None
    caller: Caller


class CustomToolCallOutput(MadeBy, total=False):
    type: Required[Literal["custom_tool_call_output"]]
    call_id: Required[str]
    output: Required[ToolOutput]
    id: str | None
    status: Status | None  # replies only
    caller: Caller


class ToolSearchCall(MadeBy, total=False):
    type: Required[Literal["tool_search_call"]]
    arguments: Required[Any]
    id: str | None
    call_id: str | None
    execution: Annotated[str, Known("server", "client")] | None
    status: Status | None


class ToolSearchOutput(MadeBy, total=False):
    type: Required[Literal["tool_search_output"]]
    tools: Required[list[Tool]]
    id: str | None
    call_id: str | None
    execution: Annotated[str, Known("server", "client")] | None
    status: Status | None


class AdditionalTools(Object, total=False):
    """Requests know the role `developer` only."""

    type: Required[Literal["additional_tools"]]
    role: Required[
        Annotated[str, Known("unknown", "user", "assistant", "system", "critic", "discriminator", "developer", "tool")]
    ]
    tools: Required[list[Tool]]
    id: str | None


class ReasoningUpdate(Object, total=False):
    effort: Effort | None


class TextUpdate(Object, total=False):
    format: Required[Annotated[TextFormat | JsonSchemaFormat | Open, OneOf()]]


class ConfigurationUpdate(Object, total=False):
    type: Required[Literal["configuration_update"]]
    id: str | None
    reasoning: ReasoningUpdate | None
    text: TextUpdate | None


class Program(Object, total=False):
    type: Required[Literal["program"]]
    id: Required[str]
    call_id: Required[str]
    code: Required[str]
    fingerprint: Required[str]


class ProgramOutput(Object, total=False):
    type: Required[Literal["program_output"]]
    id: Required[str]
    call_id: Required[str]
    result: Required[str]
    status: Required[Annotated[str, Known("completed", "incomplete")]]


# --- searches -------------------------------------------------------------------------------------------------

SearchStatus: TypeAlias = Annotated[str, Known("in_progress", "searching", "completed", "incomplete", "failed")]


class FoundFile(Object, total=False):
    file_id: str | None
    filename: str | None
    score: float | None
    text: str | None
    attributes: dict[str, Annotated[str | float | bool, OneOf()]] | None


class FileSearchCall(Object, total=False):
    type: Required[Literal["file_search_call"]]
    id: Required[str]
    queries: Required[list[str]]
    status: Required[SearchStatus]
    results: list[FoundFile] | None


class UrlSource(Object, total=False):
    type: Required[Literal["url"]]
    url: Required[str]


class Search(Object, total=False):
    type: Required[Literal["search"]]
    query: str | None
    queries: list[str] | None
    sources: list[Annotated[UrlSource | Open, OneOf()]] | None


class OpenPage(Object, total=False):
    type: Required[Literal["open_page"]]
    url: str | None


class FindInPage(Object, total=False):
    type: Required[Literal["find_in_page"]]
    url: Required[str]
    pattern: Required[str]


class WebSearchCall(Object, total=False):
    """A call that was just added has no `action` yet."""

    type: Required[Literal["web_search_call"]]
    id: Required[str]
    status: Required[SearchStatus]
    action: Annotated[Search | OpenPage | FindInPage | Open, OneOf()]


# --- computers ------------------------------------------------------------------------------------------------


class SafetyCheck(Object, total=False):
    id: Required[str]
    code: str | None
    message: str | None


class Keys(Object, total=False):
    keys: list[str] | None


class Click(Keys, total=False):
    type: Required[Literal["click"]]
    button: Required[Annotated[str, Known("left", "right", "wheel", "back", "forward")]]
    x: Required[int]
    y: Required[int]


class DoubleClick(Keys, total=False):
    type: Required[Literal["double_click"]]
    x: Required[int]
    y: Required[int]


class Point(Object, total=False):
    x: Required[int]
    y: Required[int]


class Drag(Keys, total=False):
    type: Required[Literal["drag"]]
    path: Required[list[Point]]


class Keypress(Object, total=False):
    type: Required[Literal["keypress"]]
    keys: Required[list[str]]


class Move(Keys, total=False):
    type: Required[Literal["move"]]
    x: Required[int]
    y: Required[int]


class Scroll(Keys, total=False):
    type: Required[Literal["scroll"]]
    scroll_x: Required[int]
    scroll_y: Required[int]
    x: Required[int]
    y: Required[int]


class Type(Object, total=False):
    type: Required[Literal["type"]]
    text: Required[str]


class Plain(Object, total=False):
    type: Required[Literal["screenshot", "wait"]]


Action: TypeAlias = Annotated[Click | DoubleClick | Drag | Keypress | Move | Scroll | Type | Plain | Open, OneOf()]


class ComputerCall(Object, total=False):
    """`action` is the preview's, `actions` today's."""

    type: Required[Literal["computer_call"]]
    id: Required[str]
    call_id: Required[str]
    pending_safety_checks: Required[list[SafetyCheck]]
    status: Required[Status]
    action: Annotated[Click | DoubleClick | Drag | Keypress | Move | Scroll | Type | Plain | Open | None, OneOf()]
    actions: list[Action] | None


class Screenshot(Object, total=False):
    type: Required[Literal["computer_screenshot"]]
    image_url: str | None
    file_id: str | None


class ComputerCallOutput(MadeBy, total=False):
    type: Required[Literal["computer_call_output"]]
    call_id: Required[str]
    output: Required[Screenshot]
    id: str | None
    acknowledged_safety_checks: list[SafetyCheck] | None
    status: Annotated[str, Known("in_progress", "completed", "incomplete", "failed")] | None


# --- code, pictures, shells -----------------------------------------------------------------------------------


class Logs(Object, total=False):
    type: Required[Literal["logs"]]
    logs: Required[str]


class Image(Object, total=False):
    type: Required[Literal["image"]]
    url: Required[str]


class CodeInterpreterCall(Object, total=False):
    type: Required[Literal["code_interpreter_call"]]
    id: Required[str]
    code: str | None
    container_id: Required[str]
    outputs: list[Annotated[Logs | Image | Open, OneOf()]] | None
    status: Required[Annotated[str, Known("in_progress", "completed", "incomplete", "interpreting", "failed")]]


class ModerationDetails(Object, total=False):
    categories: Required[list[str]]
    moderation_stage: Required[Annotated[str, Known("input", "output", "unknown")]]


class ImageError(Object, total=False):
    type: Required[str]
    message: Required[str]
    code: str | None
    param: str | None
    moderation_details: ModerationDetails | None


class SvgUsage(Object, total=False):
    model: Required[str]
    input_tokens: Required[int]
    output_tokens: Required[int]
    reasoning_tokens: Required[int]
    total_tokens: Required[int]


class ImageGenerationCall(Object, total=False):
    type: Required[Literal["image_generation_call"]]
    id: Required[str]
    result: str | None
    status: Required[Annotated[str, Known("in_progress", "completed", "generating", "failed")]]
    action: ImageAction | None
    background: ImageBackground | None
    error: ImageError | None
    output_format: ImageFormat | None
    quality: ImageQuality | None
    revised_prompt: str | None
    size: Annotated[str, Known("1024x1024", "1024x1536", "1536x1024")] | None
    svg_usage: SvgUsage | None


class Exec(Object, total=False):
    type: Required[Literal["exec"]]
    command: Required[list[str]]
    env: Required[dict[str, str]]
    timeout_ms: int | None
    user: str | None
    working_directory: str | None


class LocalShellCall(Object, total=False):
    type: Required[Literal["local_shell_call"]]
    id: Required[str]
    call_id: Required[str]
    action: Required[Exec]
    status: Required[Status]


class LocalShellCallOutput(Object, total=False):
    type: Required[Literal["local_shell_call_output"]]
    id: Required[str]
    output: Required[str]
    status: Status | None


class Commands(Object, total=False):
    commands: Required[list[str]]
    max_output_length: int | None
    timeout_ms: int | None


class ShellCall(MadeBy, total=False):
    type: Required[Literal["shell_call"]]
    call_id: Required[str]
    action: Required[Commands]
    id: str | None
    environment: Annotated[LocalEnvironment | ContainerReference | Open | None, OneOf()]
    status: Status | None
    caller: Caller


class Timeout(Object, total=False):
    type: Required[Literal["timeout"]]


class Exit(Object, total=False):
    type: Required[Literal["exit"]]
    exit_code: Required[int]


class CommandOutput(MadeBy, total=False):
    stdout: Required[str]
    stderr: Required[str]
    outcome: Required[Annotated[Timeout | Exit | Open, OneOf()]]


class ShellCallOutput(MadeBy, total=False):
    type: Required[Literal["shell_call_output"]]
    call_id: Required[str]
    output: Required[list[CommandOutput]]
    id: str | None
    max_output_length: int | None
    status: Status | None
    caller: Caller


class FileDiff(Object, total=False):
    type: Required[Literal["create_file", "update_file"]]
    path: Required[str]
    diff: Required[str]


class DeleteFile(Object, total=False):
    type: Required[Literal["delete_file"]]
    path: Required[str]


class ApplyPatchCall(MadeBy, total=False):
    type: Required[Literal["apply_patch_call"]]
    call_id: Required[str]
    operation: Required[Annotated[FileDiff | DeleteFile | Open, OneOf()]]
    status: Required[Annotated[str, Known("in_progress", "completed")]]
    id: str | None
    caller: Caller


class ApplyPatchCallOutput(MadeBy, total=False):
    type: Required[Literal["apply_patch_call_output"]]
    call_id: Required[str]
    status: Required[Annotated[str, Known("completed", "failed")]]
    output: str | None
    id: str | None
    caller: Caller


# --- MCP ------------------------------------------------------------------------------------------------------


class ListedTool(Object, total=False):
    name: Required[str]
    input_schema: Required[Any]
    annotations: Any
    description: str | None


class McpListTools(Object, total=False):
    type: Required[Literal["mcp_list_tools"]]
    id: Required[str]
    server_label: Required[str]
    tools: Required[list[ListedTool]]
    error: str | None


class McpFailure(Object, total=False):
    type: Required[Literal["mcp_protocol_error", "http_error"]]
    code: Required[int]
    message: Required[str]


class McpToolFailure(Object, total=False):
    type: Required[Literal["mcp_tool_execution_error"]]
    content: Required[Any]


class McpCall(Object, total=False):
    """An error is a text with older versions."""

    type: Required[Literal["mcp_call"]]
    id: Required[str]
    name: Required[str]
    server_label: Required[str]
    arguments: Required[str]
    output: str | None
    error: Annotated[str | McpFailure | McpToolFailure | Open | None, OneOf()]
    status: Annotated[str, Known("in_progress", "completed", "incomplete", "calling", "failed")] | None
    approval_request_id: str | None


class McpApprovalRequest(Object, total=False):
    type: Required[Literal["mcp_approval_request"]]
    id: Required[str]
    name: Required[str]
    server_label: Required[str]
    arguments: Required[str]


class McpApprovalResponse(Object, total=False):
    type: Required[Literal["mcp_approval_response"]]
    approval_request_id: Required[str]
    approve: Required[bool]
    id: str | None
    reason: str | None


# --- the unions -----------------------------------------------------------------------------------------------


class OneOfItems(OneOf):
    """An item without `type` is a message, or a reference if it has no role."""

    def _chooser(self, tagged: bool, tags: frozenset[str]) -> Callable[[Any], str | None]:
        choose = super()._chooser(tagged, tags)

        def choose_item(value: Any) -> str | None:
            if type(value) is dict and value.get("type") is None:
                bare = "id" in value and "role" not in value and "content" not in value
                return MARK + ("item_reference" if bare else "message")
            return choose(value)

        return choose_item


OutputItem: TypeAlias = Annotated[
    Message
    | Reasoning
    | Compaction
    | FunctionCall
    | FunctionCallOutput
    | CustomToolCall
    | CustomToolCallOutput
    | ToolSearchCall
    | ToolSearchOutput
    | AdditionalTools
    | Program
    | ProgramOutput
    | FileSearchCall
    | WebSearchCall
    | ComputerCall
    | ComputerCallOutput
    | CodeInterpreterCall
    | ImageGenerationCall
    | LocalShellCall
    | LocalShellCallOutput
    | ShellCall
    | ShellCallOutput
    | ApplyPatchCall
    | ApplyPatchCallOutput
    | McpListTools
    | McpCall
    | McpApprovalRequest
    | McpApprovalResponse
    | Open,
    OneOf(),
]
InputItem: TypeAlias = Annotated[
    Message
    | ItemReference
    | ConfigurationUpdate
    | CompactionTrigger
    | Reasoning
    | Compaction
    | FunctionCall
    | FunctionCallOutput
    | CustomToolCall
    | CustomToolCallOutput
    | ToolSearchCall
    | ToolSearchOutput
    | AdditionalTools
    | Program
    | ProgramOutput
    | FileSearchCall
    | WebSearchCall
    | ComputerCall
    | ComputerCallOutput
    | CodeInterpreterCall
    | ImageGenerationCall
    | LocalShellCall
    | LocalShellCallOutput
    | ShellCall
    | ShellCallOutput
    | ApplyPatchCall
    | ApplyPatchCallOutput
    | McpListTools
    | McpCall
    | McpApprovalRequest
    | McpApprovalResponse
    | Open,
    OneOfItems(),
]
