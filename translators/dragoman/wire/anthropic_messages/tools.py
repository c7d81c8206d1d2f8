"""Tools of the request, and what changes them in mid-conversation."""

from typing import Annotated, Any, Literal, Required, TypeAlias

from ..shapes import Known, Object, OneOf, Open


class CacheControl(Object, total=False):
    type: Required[Annotated[str, Known("ephemeral")]]
    ttl: Annotated[str, Known("5m", "1h")] | None


class Cached(Object, total=False):
    cache_control: CacheControl | None


class OnTool(Cached, total=False):
    """What every tool may have. Null is what a reply says of it, inside a compaction."""

    allowed_callers: (
        list[
            Annotated[
                str,
                Known(
                    "direct",
                    "code_execution_20250825",
                    "code_execution_20260120",
                    "code_execution_20260521",
                ),
            ]
        ]
        | None
    )
    defer_loading: bool | None
    strict: bool | None


class WithExamples(OnTool, total=False):
    input_examples: list[dict[str, Any]] | None


class InputSchema(Object, total=False):
    type: Annotated[str, Known("object")]
    properties: dict[str, Any] | None
    required: list[str] | None


class CustomTool(WithExamples, total=False):
    type: Literal["custom"] | None
    name: Required[str]
    input_schema: Required[InputSchema]
    description: str | None
    eager_input_streaming: bool | None


class BashTool(WithExamples, total=False):
    type: Required[Literal["bash_20241022", "bash_20250124"]]
    name: Required[Annotated[str, Known("bash")]]


class CodeExecutionTool(OnTool, total=False):
    type: Required[
        Literal[
            "code_execution_20250522",
            "code_execution_20250825",
            "code_execution_20260120",
            "code_execution_20260521",
        ]
    ]
    name: Required[Annotated[str, Known("code_execution")]]


class ComputerTool(WithExamples, total=False):
    type: Required[Literal["computer_20241022", "computer_20250124", "computer_20251124"]]
    name: Required[Annotated[str, Known("computer")]]
    display_width_px: Required[int]
    display_height_px: Required[int]
    display_number: int | None
    enable_zoom: bool | None  # 20251124


class MemoryTool(WithExamples, total=False):
    type: Required[Literal["memory_20250818"]]
    name: Required[Annotated[str, Known("memory")]]


class TextEditorTool(WithExamples, total=False):
    type: Required[
        Literal["text_editor_20241022", "text_editor_20250124", "text_editor_20250429", "text_editor_20250728"]
    ]
    name: Required[Annotated[str, Known("str_replace_editor", "str_replace_based_edit_tool")]]
    max_characters: int | None  # 20250728


class UserLocation(Object, total=False):
    type: Required[Annotated[str, Known("approximate")]]
    city: str | None
    country: str | None
    region: str | None
    timezone: str | None


class OnWebTool(OnTool, total=False):
    allowed_domains: list[str] | None
    blocked_domains: list[str] | None
    max_uses: int | None
    response_inclusion: Annotated[str, Known("full", "excluded")] | None  # 20260318


class WebSearchTool(OnWebTool, total=False):
    type: Required[Literal["web_search_20250305", "web_search_20260209", "web_search_20260318"]]
    name: Required[Annotated[str, Known("web_search")]]
    user_location: UserLocation | None


class UrlSource(Object, total=False):
    type: Required[Literal["all", "none"]]


class NamedTool(Object, total=False):
    type: Required[Annotated[str, Known("tool_reference")]]
    name: Required[str]


class UrlSourceOf(Object, total=False):
    type: Required[Literal["only", "except"]]
    tools: Required[list[NamedTool]]


UrlSources: TypeAlias = Annotated[UrlSource | UrlSourceOf | Open, OneOf()]


class WebFetchSources(Object, total=False):
    user_input: UrlSources
    client_tool_results: UrlSources
    server_tool_results: UrlSources


class CitationsEnabled(Object, total=False):
    enabled: bool


class WebFetchTool(OnWebTool, total=False):
    type: Required[Literal["web_fetch_20250910", "web_fetch_20260209", "web_fetch_20260309", "web_fetch_20260318"]]
    name: Required[Annotated[str, Known("web_fetch")]]
    citations: CitationsEnabled | None
    max_content_tokens: int | None
    url_sources: WebFetchSources | None
    use_cache: bool | None  # from 20260309 on


class AdvisorTool(OnTool, total=False):
    type: Required[Literal["advisor_20260301"]]
    name: Required[Annotated[str, Known("advisor")]]
    model: Required[str]
    caching: CacheControl | None
    max_tokens: int | None
    max_uses: int | None


class ToolSearchTool(OnTool, total=False):
    type: Required[
        Literal[
            "tool_search_tool_bm25",
            "tool_search_tool_bm25_20251119",
            "tool_search_tool_regex",
            "tool_search_tool_regex_20251119",
        ]
    ]
    name: Required[Annotated[str, Known("tool_search_tool_bm25", "tool_search_tool_regex")]]


class MemberConfig(Object, total=False):
    enabled: bool | None
    defer_loading: bool | None


class Toolset(Cached, total=False):
    type: Required[Literal["browser_toolset_20260801", "computer_toolset_20260801"]]
    configs: dict[str, MemberConfig | None] | None


class McpTool(Object, total=False):
    name: Required[str]
    input_schema: Required[dict[str, Any]]
    description: str | None


class McpToolset(Cached, total=False):
    type: Required[Literal["mcp_toolset"]]
    mcp_server_name: Required[str]
    default_config: MemberConfig | None
    configs: dict[str, MemberConfig] | None
    tools: list[McpTool] | None


Tool: TypeAlias = Annotated[
    CustomTool
    | BashTool
    | CodeExecutionTool
    | ComputerTool
    | MemoryTool
    | TextEditorTool
    | WebSearchTool
    | WebFetchTool
    | AdvisorTool
    | ToolSearchTool
    | Toolset
    | McpToolset
    | Open,
    OneOf(absent="custom"),
]

# --- changes in mid-conversation ------------------------------------------------------------------------------


class ToolReference(Object, total=False):
    type: Required[Literal["tool_reference"]]
    name: Required[str]


class McpToolReference(Object, total=False):
    type: Required[Literal["mcp_tool_reference"]]
    name: Required[str]
    server_name: Required[str]


class McpToolsetReference(Object, total=False):
    type: Required[Literal["mcp_toolset_reference"]]
    server_name: Required[str]


class ToolDefinition(Object, total=False):
    type: Required[Literal["tool_definition"]]
    definition: Required[Tool]


class ToolAddition(Cached, total=False):
    type: Required[Literal["tool_addition"]]
    tool: Required[Annotated[ToolReference | McpToolReference | McpToolsetReference | ToolDefinition | Open, OneOf()]]


class ToolRemoval(Cached, total=False):
    type: Required[Literal["tool_removal"]]
    tool: Required[Annotated[ToolReference | McpToolReference | McpToolsetReference | Open, OneOf()]]
