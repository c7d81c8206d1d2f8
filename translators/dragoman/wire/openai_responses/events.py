"""The events of a Responses stream. `sequence_number` is required by the types and left out by some servers."""

from typing import Annotated, Literal, Required, TypeAlias

from ..shapes import Known, Object, OneOf, Open
from .items import CommandOutput, OutputItem
from .parts import Annotation, Logprob, OutputText, ReasoningText, Refusal, SummaryText
from .reply import ErrorObject, Response

Part: TypeAlias = Annotated[OutputText | Refusal | ReasoningText | Open, OneOf()]


class Numbered(Object, total=False):
    sequence_number: int


class Padded(Numbered, total=False):
    """Deltas may carry padding, so that their length says nothing."""

    obfuscation: str | None


class Lifecycle(Numbered, total=False):
    type: Required[
        Literal[
            "response.created",
            "response.queued",
            "response.in_progress",
            "response.completed",
            "response.incomplete",
            "response.failed",
        ]
    ]
    response: Required[Response]


class ErrorEvent(Numbered, total=False):
    """Flat on SSE; `error` is the form of WebSockets and gateways, who leave the type out as well."""

    type: Literal["error"]
    message: str
    code: str | None
    param: str | None
    error: ErrorObject | None


class OutputItemEvent(Numbered, total=False):
    type: Required[Literal["response.output_item.added", "response.output_item.done"]]
    output_index: Required[int]
    item: Required[OutputItem | None]


class InItem(Numbered, total=False):
    item_id: Required[str]
    output_index: Required[int]


class InContent(InItem, total=False):
    content_index: Required[int]


class ContentPartEvent(InContent, total=False):
    type: Required[Literal["response.content_part.added", "response.content_part.done"]]
    part: Required[Part]


class TextDelta(InContent, Padded, total=False):
    type: Required[Literal["response.output_text.delta"]]
    delta: Required[str]
    logprobs: list[Logprob] | None


class TextDone(InContent, total=False):
    type: Required[Literal["response.output_text.done"]]
    text: Required[str]
    logprobs: list[Logprob] | None


class AnnotationAdded(InContent, total=False):
    type: Required[Literal["response.output_text.annotation.added"]]
    annotation_index: Required[int]
    annotation: Required[Annotation | None]


class ContentDelta(InContent, Padded, total=False):
    """`response.reasoning.delta` is the name in Open Responses."""

    type: Required[Literal["response.refusal.delta", "response.reasoning_text.delta", "response.reasoning.delta"]]
    delta: Required[str]


class RefusalDone(InContent, total=False):
    type: Required[Literal["response.refusal.done"]]
    refusal: Required[str]


class ReasoningTextDone(InContent, total=False):
    type: Required[Literal["response.reasoning_text.done", "response.reasoning.done"]]
    text: Required[str]


class InSummary(InItem, total=False):
    summary_index: Required[int]


class SummaryPartAdded(InSummary, total=False):
    type: Required[Literal["response.reasoning_summary_part.added"]]
    part: Required[SummaryText]


class SummaryPartDone(InSummary, total=False):
    type: Required[Literal["response.reasoning_summary_part.done"]]
    part: Required[SummaryText]
    status: Annotated[str, Known("incomplete")] | None


class SummaryTextDelta(InSummary, Padded, total=False):
    type: Required[Literal["response.reasoning_summary_text.delta"]]
    delta: Required[str]


class SummaryTextDone(InSummary, total=False):
    type: Required[Literal["response.reasoning_summary_text.done"]]
    text: Required[str]


class ItemDelta(InItem, Padded, total=False):
    type: Required[
        Literal[
            "response.function_call_arguments.delta",
            "response.custom_tool_call_input.delta",
            "response.mcp_call_arguments.delta",
            "response.code_interpreter_call_code.delta",
        ]
    ]
    delta: Required[str]


class FunctionArgumentsDone(InItem, total=False):
    type: Required[Literal["response.function_call_arguments.done"]]
    arguments: Required[str]
    name: str | None


class McpArgumentsDone(InItem, total=False):
    type: Required[Literal["response.mcp_call_arguments.done"]]
    arguments: Required[str]


class CustomInputDone(InItem, total=False):
    type: Required[Literal["response.custom_tool_call_input.done"]]
    input: Required[str]


class CodeDone(InItem, total=False):
    type: Required[Literal["response.code_interpreter_call_code.done"]]
    code: Required[str]


class Step(InItem, total=False):
    type: Required[
        Literal[
            "response.web_search_call.in_progress",
            "response.web_search_call.searching",
            "response.web_search_call.completed",
            "response.file_search_call.in_progress",
            "response.file_search_call.searching",
            "response.file_search_call.completed",
            "response.image_generation_call.in_progress",
            "response.image_generation_call.generating",
            "response.image_generation_call.completed",
            "response.mcp_call.in_progress",
            "response.mcp_call.completed",
            "response.mcp_call.failed",
            "response.mcp_list_tools.in_progress",
            "response.mcp_list_tools.completed",
            "response.mcp_list_tools.failed",
            "response.code_interpreter_call.in_progress",
            "response.code_interpreter_call.interpreting",
            "response.code_interpreter_call.completed",
            "response.compaction.compacting",
        ]
    ]


class PartialImage(InItem, total=False):
    type: Required[Literal["response.image_generation_call.partial_image"]]
    partial_image_b64: Required[str]
    partial_image_index: Required[int]
    size: str | None
    quality: str | None
    background: str | None
    output_format: str | None


class InCommand(Numbered, total=False):
    output_index: Required[int]
    command_index: Required[int]


class CommandEvent(InCommand, total=False):
    type: Required[Literal["response.shell_call_command.added", "response.shell_call_command.done"]]
    command: Required[str]


class CommandDelta(InCommand, Padded, total=False):
    type: Required[Literal["response.shell_call_command.delta"]]
    delta: Required[str]


class Printed(Object, total=False):
    stdout: str | None
    stderr: str | None


class ShellOutputDelta(InCommand, total=False):
    type: Required[Literal["response.shell_call_output_content.delta"]]
    item_id: Required[str]
    delta: Required[Printed]


class ShellOutputDone(InCommand, total=False):
    type: Required[Literal["response.shell_call_output_content.done"]]
    item_id: Required[str]
    output: Required[list[CommandOutput]]


class AudioDelta(Padded, total=False):
    type: Required[Literal["response.audio.delta", "response.audio.transcript.delta"]]
    delta: Required[str]


class AudioDone(Numbered, total=False):
    type: Required[Literal["response.audio.done", "response.audio.transcript.done"]]


Event: TypeAlias = Annotated[
    Lifecycle
    | ErrorEvent
    | OutputItemEvent
    | ContentPartEvent
    | TextDelta
    | TextDone
    | AnnotationAdded
    | ContentDelta
    | RefusalDone
    | ReasoningTextDone
    | SummaryPartAdded
    | SummaryPartDone
    | SummaryTextDelta
    | SummaryTextDone
    | ItemDelta
    | FunctionArgumentsDone
    | McpArgumentsDone
    | CustomInputDone
    | CodeDone
    | Step
    | PartialImage
    | CommandEvent
    | CommandDelta
    | ShellOutputDelta
    | ShellOutputDone
    | AudioDelta
    | AudioDone
    | Open,
    OneOf(absent="error"),
]
