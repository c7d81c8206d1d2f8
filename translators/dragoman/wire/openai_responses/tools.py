"""The tools of Responses and the choice between them: the same in requests and replies."""

from typing import Annotated, Any, Literal, Required, TypeAlias

from typing_extensions import TypedDict

from ..shapes import Known, Object, OneOf, Open

Caller: TypeAlias = Annotated[str, Known("direct", "programmatic")]
ContextSize: TypeAlias = Annotated[str, Known("low", "medium", "high")]
Memory: TypeAlias = Annotated[str, Known("1g", "4g", "16g", "64g")]
Effort: TypeAlias = Annotated[str, Known("none", "minimal", "low", "medium", "high", "xhigh", "max")]
ImageBackground: TypeAlias = Annotated[str, Known("transparent", "opaque", "auto")]
ImageQuality: TypeAlias = Annotated[str, Known("low", "medium", "high", "xhigh", "max", "auto")]
ImageFormat: TypeAlias = Annotated[str, Known("png", "webp", "jpeg", "gif", "svg")]
ImageAction: TypeAlias = Annotated[str, Known("generate", "edit", "auto")]

# --- formats of an answer -------------------------------------------------------------------------------------


class TextFormat(Object, total=False):
    type: Required[Literal["text"]]


class JsonObjectFormat(Object, total=False):
    type: Required[Literal["json_object"]]


class JsonSchemaFormat(Object, total=False):
    type: Required[Literal["json_schema"]]
    name: Required[str]
    schema: Required[dict[str, Any]]
    description: str | None
    strict: bool | None


Format: TypeAlias = Annotated[TextFormat | JsonSchemaFormat | JsonObjectFormat | Open, OneOf()]


class GrammarFormat(Object, total=False):
    type: Required[Literal["grammar"]]
    syntax: Required[Annotated[str, Known("lark", "regex")]]
    definition: Required[str]


CustomFormat: TypeAlias = Annotated[TextFormat | GrammarFormat | Open, OneOf()]

# --- tools that the client runs -------------------------------------------------------------------------------


Async = TypedDict("Async", {"async": bool | None}, total=False)  # no name in Python


class FunctionTool(Object, Async, total=False):
    """The types want `parameters` and `strict`, be they null; the service does not."""

    type: Required[Literal["function"]]
    name: Required[str]
    parameters: dict[str, Any] | None
    strict: bool | None
    description: str | None
    output_schema: dict[str, Any] | None
    allowed_callers: list[Caller] | None
    defer_loading: bool | None


class CustomTool(Object, Async, total=False):
    type: Required[Literal["custom"]]
    name: Required[str]
    description: str | None
    format: CustomFormat | None
    allowed_callers: list[Caller] | None
    defer_loading: bool | None


class NamespaceTool(Object, total=False):
    type: Required[Literal["namespace"]]
    name: Required[str]
    description: Required[str]
    tools: Required[list[Annotated[FunctionTool | CustomTool | Open, OneOf()]]]


class ToolSearchTool(Object, total=False):
    type: Required[Literal["tool_search"]]
    execution: Annotated[str, Known("server", "client")] | None
    description: str | None
    parameters: Any


class ProgrammaticToolCalling(Object, total=False):
    type: Required[Literal["programmatic_tool_calling"]]


# --- search ---------------------------------------------------------------------------------------------------


class UserLocation(Object, total=False):
    type: Annotated[str, Known("approximate")] | None
    city: str | None
    country: str | None
    region: str | None
    timezone: str | None


class WebFilters(Object, total=False):
    allowed_domains: list[str] | None


class WebSearchTool(Object, total=False):
    type: Required[Literal["web_search", "web_search_2025_08_26"]]
    filters: WebFilters | None
    search_context_size: ContextSize | None
    user_location: UserLocation | None
    external_web_access: bool | None


class WebSearchPreviewTool(Object, total=False):
    type: Required[Literal["web_search_preview", "web_search_preview_2025_03_11"]]
    search_context_size: ContextSize | None
    user_location: UserLocation | None
    search_content_types: list[Annotated[str, Known("text", "image")]] | None


class ComparisonFilter(Object, total=False):
    type: Required[Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]]
    key: Required[str]
    value: Required[Annotated[str | float | bool | list[Any], OneOf()]]


class CompoundFilter(Object, total=False):
    """Filters nest; below the first level they are any objects to the official types as well."""

    type: Required[Literal["and", "or"]]
    filters: Required[list[Annotated[ComparisonFilter | Open, OneOf()]]]


class HybridSearch(Object, total=False):
    embedding_weight: Required[float]
    text_weight: Required[float]


class RankingOptions(Object, total=False):
    ranker: Annotated[str, Known("auto", "default-2024-11-15")] | None
    score_threshold: float | None
    hybrid_search: HybridSearch | None


class FileSearchTool(Object, total=False):
    type: Required[Literal["file_search"]]
    vector_store_ids: Required[list[str]]
    filters: Annotated[ComparisonFilter | CompoundFilter | Open | None, OneOf()]
    max_num_results: int | None
    ranking_options: RankingOptions | None


# --- containers and shells ------------------------------------------------------------------------------------


class NoNetwork(Object, total=False):
    type: Required[Literal["disabled"]]


class DomainSecret(Object, total=False):
    domain: Required[str]
    name: Required[str]
    value: Required[str]


class Allowlist(Object, total=False):
    type: Required[Literal["allowlist"]]
    allowed_domains: Required[list[str]]
    domain_secrets: list[DomainSecret] | None


NetworkPolicy: TypeAlias = Annotated[NoNetwork | Allowlist | Open | None, OneOf()]


class AutoContainer(Object, total=False):
    type: Required[Literal["auto"]]
    file_ids: list[str] | None
    memory_limit: Memory | None
    network_policy: NetworkPolicy


class CodeInterpreterTool(Object, total=False):
    type: Required[Literal["code_interpreter"]]
    container: Required[Annotated[str | AutoContainer, OneOf()]]
    allowed_callers: list[Caller] | None


class SkillReference(Object, total=False):
    type: Required[Literal["skill_reference"]]
    skill_id: Required[str]
    version: str | None


class InlineSource(Object, total=False):
    type: Required[Literal["base64"]]
    media_type: Required[Annotated[str, Known("application/zip")]]
    data: Required[str]


class InlineSkill(Object, total=False):
    type: Required[Literal["inline"]]
    name: Required[str]
    description: Required[str]
    source: Required[InlineSource]


class AutoEnvironment(Object, total=False):
    type: Required[Literal["container_auto"]]
    file_ids: list[str] | None
    memory_limit: Memory | None
    network_policy: NetworkPolicy
    skills: list[Annotated[SkillReference | InlineSkill | Open, OneOf()]] | None


class LocalSkill(Object, total=False):
    name: Required[str]
    description: Required[str]
    path: Required[str]


class LocalEnvironment(Object, total=False):
    type: Required[Literal["local"]]
    skills: list[LocalSkill] | None


class ContainerReference(Object, total=False):
    type: Required[Literal["container_reference"]]
    container_id: Required[str]


class ShellTool(Object, total=False):
    type: Required[Literal["shell"]]
    environment: Annotated[AutoEnvironment | LocalEnvironment | ContainerReference | Open | None, OneOf()]
    allowed_callers: list[Caller] | None


class LocalShellTool(Object, total=False):
    type: Required[Literal["local_shell"]]


class ApplyPatchTool(Object, total=False):
    type: Required[Literal["apply_patch"]]
    allowed_callers: list[Caller] | None


# --- computers and pictures -----------------------------------------------------------------------------------


class ComputerTool(Object, total=False):
    type: Required[Literal["computer"]]


class ComputerUsePreviewTool(Object, total=False):
    type: Required[Literal["computer_use_preview"]]
    display_height: Required[int]
    display_width: Required[int]
    environment: Required[Annotated[str, Known("windows", "mac", "linux", "ubuntu", "browser")]]


class ImageMask(Object, total=False):
    file_id: str | None
    image_url: str | None


class SvgReasoning(Object, total=False):
    effort: Required[Effort]


class Svg(Object, total=False):
    model: Required[str]
    reasoning: SvgReasoning | None


class ImageGenerationTool(Object, total=False):
    type: Required[Literal["image_generation"]]
    model: str | None
    action: ImageAction | None
    background: ImageBackground | None
    complexity: Annotated[str, Known("low", "medium", "high")] | None
    frame_count: int | None
    frame_duration_ms: int | None
    input_fidelity: Annotated[str, Known("high", "low")] | None
    input_image_mask: ImageMask | None
    moderation: Annotated[str, Known("auto", "low")] | None
    output_compression: int | None
    output_format: ImageFormat | None
    partial_images: int | None
    quality: ImageQuality | None
    size: Annotated[str, Known("1024x1024", "1024x1536", "1536x1024", "auto")] | None
    svg: Svg | None


# --- MCP ------------------------------------------------------------------------------------------------------


class McpFilter(Object, total=False):
    read_only: bool | None
    tool_names: list[str] | None


class McpApproval(Object, total=False):
    always: McpFilter | None
    never: McpFilter | None


class McpTool(Object, total=False):
    type: Required[Literal["mcp"]]
    server_label: Required[str]
    server_url: str | None
    connector_id: (
        Annotated[
            str,
            Known(
                "connector_dropbox",
                "connector_gmail",
                "connector_googlecalendar",
                "connector_googledrive",
                "connector_microsoftteams",
                "connector_outlookcalendar",
                "connector_outlookemail",
                "connector_sharepoint",
            ),
        ]
        | None
    )
    tunnel_id: str | None
    allowed_tools: Annotated[list[str] | McpFilter | None, OneOf()]
    allowed_callers: list[Caller] | None
    authorization: str | None
    defer_loading: bool | None
    headers: dict[str, str] | None
    require_approval: Annotated[Annotated[str, Known("always", "never")] | McpApproval | None, OneOf()]
    server_description: str | None


Tool: TypeAlias = Annotated[
    FunctionTool
    | CustomTool
    | NamespaceTool
    | ToolSearchTool
    | ProgrammaticToolCalling
    | WebSearchTool
    | WebSearchPreviewTool
    | FileSearchTool
    | CodeInterpreterTool
    | ShellTool
    | LocalShellTool
    | ApplyPatchTool
    | ComputerTool
    | ComputerUsePreviewTool
    | ImageGenerationTool
    | McpTool
    | Open,
    OneOf(),
]

# --- the choice -----------------------------------------------------------------------------------------------


class AllowedTools(Object, total=False):
    type: Required[Literal["allowed_tools"]]
    mode: Required[Annotated[str, Known("auto", "required")]]
    tools: Required[list[dict[str, Any]]]


class NamedTool(Object, total=False):
    type: Required[Literal["function", "custom"]]
    name: Required[str]


class McpChoice(Object, total=False):
    type: Required[Literal["mcp"]]
    server_label: Required[str]
    name: str | None


class HostedTool(Object, total=False):
    type: Required[
        Literal[
            "file_search",
            "web_search_preview",
            "web_search_preview_2025_03_11",
            "computer",
            "computer_use",
            "computer_use_preview",
            "code_interpreter",
            "image_generation",
            "apply_patch",
            "shell",
            "programmatic_tool_calling",
        ]
    ]


ToolChoice: TypeAlias = Annotated[
    Annotated[str, Known("none", "auto", "required")] | AllowedTools | NamedTool | McpChoice | HostedTool | Open,
    OneOf(),
]
