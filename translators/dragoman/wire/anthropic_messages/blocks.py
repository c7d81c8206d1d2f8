"""Content blocks. What the model makes is modelled once for both directions: a request sends it back with
`cache_control`, a reply says null where a request leaves out."""

from typing import Annotated, Any, Literal, Required, TypeAlias

from typing_extensions import TypedDict

from ..shapes import Known, Object, OneOf, Open
from .tools import Cached, CitationsEnabled, McpTool, ToolAddition, ToolRemoval

# --- citations ------------------------------------------------------------------------------------------------


class InDocument(Object, total=False):
    cited_text: Required[str]
    document_index: Required[int]
    document_title: str | None
    file_id: str | None


class CharLocation(InDocument, total=False):
    type: Required[Literal["char_location"]]
    start_char_index: Required[int]
    end_char_index: Required[int]


class PageLocation(InDocument, total=False):
    type: Required[Literal["page_location"]]
    start_page_number: Required[int]
    end_page_number: Required[int]


class ContentBlockLocation(InDocument, total=False):
    type: Required[Literal["content_block_location"]]
    start_block_index: Required[int]
    end_block_index: Required[int]


class WebSearchResultLocation(Object, total=False):
    type: Required[Literal["web_search_result_location"]]
    url: Required[str]
    title: str | None
    encrypted_index: Required[str]
    cited_text: Required[str]


class SearchResultLocation(Object, total=False):
    type: Required[Literal["search_result_location"]]
    search_result_index: Required[int]
    source: Required[str]
    title: str | None
    cited_text: Required[str]
    start_block_index: Required[int]
    end_block_index: Required[int]


Citation: TypeAlias = Annotated[
    CharLocation | PageLocation | ContentBlockLocation | WebSearchResultLocation | SearchResultLocation | Open,
    OneOf(),
]

# --- text, images, documents ----------------------------------------------------------------------------------


class TextBlock(Cached, total=False):
    type: Required[Literal["text"]]
    text: Required[str]
    citations: list[Citation] | None


class Base64Source(Object, total=False):
    type: Required[Literal["base64"]]
    media_type: Required[Annotated[str, Known("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf")]]
    data: Required[str]


class UrlSource(Object, total=False):
    type: Required[Literal["url"]]
    url: Required[str]


class FileSource(Object, total=False):
    type: Required[Literal["file"]]
    file_id: Required[str]


class Transformations(Object, total=False):
    oversized_image: Annotated[str, Known("downsize", "error")]


class ImageBlock(Cached, total=False):
    type: Required[Literal["image"]]
    source: Required[Annotated[Base64Source | UrlSource | FileSource | Open, OneOf()]]
    transformations: Transformations | None


class PlainTextSource(Object, total=False):
    type: Required[Literal["text"]]
    media_type: Required[Annotated[str, Known("text/plain")]]
    data: Required[str]


class ContentSource(Object, total=False):
    type: Required[Literal["content"]]
    content: Required[Annotated[str | list[Annotated[TextBlock | ImageBlock | Open, OneOf()]], OneOf()]]


class DocumentBlock(Cached, total=False):
    type: Required[Literal["document"]]
    source: Required[Annotated[Base64Source | PlainTextSource | ContentSource | UrlSource | FileSource | Open, OneOf()]]
    title: str | None
    context: str | None
    citations: CitationsEnabled | None


class SearchResultBlock(Cached, total=False):
    type: Required[Literal["search_result"]]
    source: Required[str]
    title: Required[str]
    content: Required[list[TextBlock]]
    citations: CitationsEnabled | None


class ContainerUpload(Cached, total=False):
    type: Required[Literal["container_upload"]]
    file_id: Required[str]


# --- results of the client's tools ----------------------------------------------------------------------------


class ToolReferenceBlock(Cached, total=False):
    type: Required[Literal["tool_reference"]]
    tool_name: Required[str]


class Tab(Object, total=False):
    tab_id: Required[str]
    title: Required[str]
    url: Required[str]
    active: bool


class TabOpened(Object, total=False):
    type: Required[Literal["tab_opened"]]
    tab_id: Required[str]


class Download(Object, total=False):
    download_id: Required[str]
    url: Required[str]


class DownloadStarted(Download, total=False):
    type: Required[Literal["download_started"]]


class DownloadCompleted(Download, total=False):
    type: Required[Literal["download_completed"]]
    path: str | None
    size_bytes: int | None


class DownloadFailed(Download, total=False):
    type: Required[Literal["download_failed"]]
    error: str | None


class BrowserState(Cached, total=False):
    type: Required[Literal["browser_state"]]
    tabs: Required[list[Tab]]
    state_changes: (
        list[Annotated[TabOpened | DownloadStarted | DownloadCompleted | DownloadFailed | Open, OneOf()]] | None
    )


ResultPart: TypeAlias = Annotated[
    TextBlock | ImageBlock | SearchResultBlock | DocumentBlock | ToolReferenceBlock | BrowserState | Open, OneOf()
]


class ToolResult(Cached, total=False):
    type: Required[Literal["tool_result"]]
    tool_use_id: Required[str]
    content: Annotated[str | list[ResultPart], OneOf()]
    is_error: bool
    toolset_name: str | None


# --- thinking and calls ---------------------------------------------------------------------------------------


class ThinkingBlock(Object, total=False):
    type: Required[Literal["thinking"]]
    thinking: Required[str]
    signature: Required[str]


class RedactedThinking(Object, total=False):
    type: Required[Literal["redacted_thinking"]]
    data: Required[str]


class DirectCaller(Object, total=False):
    type: Required[Literal["direct"]]


class ToolCaller(Object, total=False):
    type: Required[Literal["code_execution_20250825", "code_execution_20260120"]]
    tool_id: Required[str]


Caller: TypeAlias = Annotated[DirectCaller | ToolCaller | Open | None, OneOf()]


class ToolUse(Cached, total=False):
    type: Required[Literal["tool_use"]]
    id: Required[str]
    name: Required[str]
    input: Required[dict[str, Any]]
    caller: Caller
    toolset_name: str | None


class ServerToolUse(Cached, total=False):
    type: Required[Literal["server_tool_use"]]
    id: Required[str]
    name: Required[
        Annotated[
            str,
            Known(
                "advisor",
                "web_search",
                "web_fetch",
                "code_execution",
                "bash_code_execution",
                "text_editor_code_execution",
                "tool_search_tool_regex",
                "tool_search_tool_bm25",
            ),
        ]
    ]
    input: Required[dict[str, Any]]
    caller: Caller


class McpToolUse(Cached, total=False):
    type: Required[Literal["mcp_tool_use"]]
    id: Required[str]
    name: Required[str]
    server_name: Required[str]
    input: Required[dict[str, Any]]


class McpToolResult(Cached, total=False):
    type: Required[Literal["mcp_tool_result"]]
    tool_use_id: Required[str]
    content: Annotated[str | list[TextBlock], OneOf()]
    is_error: bool


class McpToolListing(Object, total=False):
    type: Required[Literal["mcp_tool_listing"]]
    mcp_server_name: Required[str]
    tools: Required[list[McpTool]]


# --- results of the service's tools ---------------------------------------------------------------------------


class ServerResult(Cached, total=False):
    tool_use_id: Required[str]


class WebSearchResult(Object, total=False):
    type: Required[Annotated[str, Known("web_search_result")]]
    url: Required[str]
    title: Required[str]
    encrypted_content: Required[str]
    page_age: str | None


class WebSearchError(Object, total=False):
    type: Required[Annotated[str, Known("web_search_tool_result_error")]]
    error_code: Required[str]


class WebSearchToolResult(ServerResult, total=False):
    type: Required[Literal["web_search_tool_result"]]
    content: Required[Annotated[list[WebSearchResult] | WebSearchError, OneOf()]]
    caller: Caller


class WebFetchResult(Object, total=False):
    type: Required[Literal["web_fetch_result"]]
    url: Required[str]
    content: Required[DocumentBlock]
    retrieved_at: str | None


class WebFetchError(Object, total=False):
    type: Required[Literal["web_fetch_tool_result_error"]]
    error_code: Required[str]


class WebFetchToolResult(ServerResult, total=False):
    type: Required[Literal["web_fetch_tool_result"]]
    content: Required[Annotated[WebFetchResult | WebFetchError | Open, OneOf()]]
    caller: Caller


class CodeOutput(Object, total=False):
    type: Required[Annotated[str, Known("code_execution_output")]]
    file_id: Required[str]


class CodeResult(Object, total=False):
    type: Required[Literal["code_execution_result"]]
    stdout: Required[str]
    stderr: Required[str]
    return_code: Required[int]
    content: Required[list[CodeOutput]]


class EncryptedCodeResult(Object, total=False):
    type: Required[Literal["encrypted_code_execution_result"]]
    encrypted_stdout: Required[str]
    stderr: Required[str]
    return_code: Required[int]
    content: Required[list[CodeOutput]]


class CodeError(Object, total=False):
    type: Required[Literal["code_execution_tool_result_error"]]
    error_code: Required[str]


class CodeExecutionToolResult(ServerResult, total=False):
    type: Required[Literal["code_execution_tool_result"]]
    content: Required[Annotated[CodeResult | EncryptedCodeResult | CodeError | Open, OneOf()]]


class BashOutput(Object, total=False):
    type: Required[Annotated[str, Known("bash_code_execution_output")]]
    file_id: Required[str]


class BashResult(Object, total=False):
    type: Required[Literal["bash_code_execution_result"]]
    stdout: Required[str]
    stderr: Required[str]
    return_code: Required[int]
    content: Required[list[BashOutput]]


class BashError(Object, total=False):
    type: Required[Literal["bash_code_execution_tool_result_error"]]
    error_code: Required[str]


class BashToolResult(ServerResult, total=False):
    type: Required[Literal["bash_code_execution_tool_result"]]
    content: Required[Annotated[BashResult | BashError | Open, OneOf()]]


class ViewResult(Object, total=False):
    type: Required[Literal["text_editor_code_execution_view_result"]]
    file_type: Required[Annotated[str, Known("text", "image", "pdf")]]
    content: Required[str]
    num_lines: int | None
    start_line: int | None
    total_lines: int | None


class CreateResult(Object, total=False):
    type: Required[Literal["text_editor_code_execution_create_result"]]
    is_file_update: Required[bool]


class ReplaceResult(Object, total=False):
    type: Required[Literal["text_editor_code_execution_str_replace_result"]]
    lines: list[str] | None
    old_start: int | None
    old_lines: int | None
    new_start: int | None
    new_lines: int | None


class TextEditorError(Object, total=False):
    type: Required[Literal["text_editor_code_execution_tool_result_error"]]
    error_code: Required[str]
    error_message: str | None


class TextEditorToolResult(ServerResult, total=False):
    type: Required[Literal["text_editor_code_execution_tool_result"]]
    content: Required[Annotated[ViewResult | CreateResult | ReplaceResult | TextEditorError | Open, OneOf()]]


class ToolSearchResult(Object, total=False):
    type: Required[Literal["tool_search_tool_search_result"]]
    tool_references: Required[list[ToolReferenceBlock]]


class ToolSearchError(Object, total=False):
    type: Required[Literal["tool_search_tool_result_error"]]
    error_code: Required[str]
    error_message: str | None


class ToolSearchToolResult(ServerResult, total=False):
    type: Required[Literal["tool_search_tool_result"]]
    content: Required[Annotated[ToolSearchResult | ToolSearchError | Open, OneOf()]]


class AdvisorResult(Object, total=False):
    type: Required[Literal["advisor_result"]]
    text: Required[str]
    stop_reason: str | None


class AdvisorRedacted(Object, total=False):
    type: Required[Literal["advisor_redacted_result"]]
    encrypted_content: Required[str]
    stop_reason: str | None


class AdvisorError(Object, total=False):
    type: Required[Literal["advisor_tool_result_error"]]
    error_code: Required[str]


class AdvisorToolResult(ServerResult, total=False):
    type: Required[Literal["advisor_tool_result"]]
    content: Required[Annotated[AdvisorResult | AdvisorRedacted | AdvisorError | Open, OneOf()]]


# --- what the service did -------------------------------------------------------------------------------------


class Compaction(Cached, total=False):
    type: Required[Literal["compaction"]]
    content: str | None
    encrypted_content: str | None
    signature: str | None
    tool_changes: list[Annotated[ToolAddition | ToolRemoval | Open, OneOf()]] | None


class FallbackModel(Object, total=False):
    model: Required[str]


RefusalCategory: TypeAlias = Annotated[
    str, Known("cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms")
]


class FallbackTrigger(Object, total=False):
    type: Required[Annotated[str, Known("refusal")]]
    category: RefusalCategory | None


_FallbackEnds = TypedDict("_FallbackEnds", {"from": Required[FallbackModel]}, total=False)


class Fallback(_FallbackEnds, Object, total=False):
    type: Required[Literal["fallback"]]
    to: Required[FallbackModel]
    trigger: FallbackTrigger


RequestBlock: TypeAlias = Annotated[
    TextBlock
    | ImageBlock
    | DocumentBlock
    | SearchResultBlock
    | ContainerUpload
    | ThinkingBlock
    | RedactedThinking
    | ToolUse
    | ToolResult
    | ServerToolUse
    | WebSearchToolResult
    | WebFetchToolResult
    | CodeExecutionToolResult
    | BashToolResult
    | TextEditorToolResult
    | ToolSearchToolResult
    | AdvisorToolResult
    | McpToolUse
    | McpToolResult
    | McpToolListing
    | Compaction
    | Fallback
    | ToolAddition
    | ToolRemoval
    | Open,
    OneOf(),
]
ReplyBlock: TypeAlias = Annotated[
    TextBlock
    | ContainerUpload
    | ThinkingBlock
    | RedactedThinking
    | ToolUse
    | ServerToolUse
    | WebSearchToolResult
    | WebFetchToolResult
    | CodeExecutionToolResult
    | BashToolResult
    | TextEditorToolResult
    | ToolSearchToolResult
    | AdvisorToolResult
    | McpToolUse
    | McpToolResult
    | McpToolListing
    | Compaction
    | Fallback
    | Open,
    OneOf(),
]
