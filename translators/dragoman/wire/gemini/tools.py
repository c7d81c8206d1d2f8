"""Tools of the request: functions, what the server runs, and how they are to be called."""

from typing import Annotated, Any, Required

from ..shapes import Known, Object, OneOf
from .content import Schema

# --- functions ------------------------------------------------------------------------------------------------


class FunctionDeclaration(Object, total=False):
    """`parameters` or `parametersJsonSchema`, `response` or `responseJsonSchema`."""

    name: Required[str]
    description: str | None
    parameters: Schema | None
    parametersJsonSchema: Any
    response: Schema | None
    responseJsonSchema: Any
    behavior: Annotated[Annotated[str, Known("UNSPECIFIED", "BLOCKING", "NON_BLOCKING")] | int | None, OneOf()]


# --- what the server runs -------------------------------------------------------------------------------------


class Anything(Object, total=False):
    """An object of no known field."""


class SearchTypes(Object, total=False):
    webSearch: Anything | None
    imageSearch: Anything | None


class Interval(Object, total=False):
    startTime: str | None
    endTime: str | None


class Filtered(Object, total=False):
    excludeDomains: list[str] | None
    blockingConfidence: Annotated[
        Annotated[
            str,
            Known(
                "PHISH_BLOCK_THRESHOLD_UNSPECIFIED",
                "BLOCK_LOW_AND_ABOVE",
                "BLOCK_MEDIUM_AND_ABOVE",
                "BLOCK_HIGH_AND_ABOVE",
                "BLOCK_HIGHER_AND_ABOVE",
                "BLOCK_VERY_HIGH_AND_ABOVE",
                "BLOCK_ONLY_EXTREMELY_HIGH",
            ),
        ]
        | int
        | None,
        OneOf(),
    ]


class GoogleSearch(Filtered, total=False):
    searchTypes: SearchTypes | None
    timeRangeFilter: Interval | None


class DynamicRetrievalConfig(Object, total=False):
    mode: Annotated[Annotated[str, Known("MODE_UNSPECIFIED", "MODE_DYNAMIC")] | int | None, OneOf()]
    dynamicThreshold: float | None


class GoogleSearchRetrieval(Object, total=False):
    dynamicRetrievalConfig: DynamicRetrievalConfig | None


class GroundingTypes(Object, total=False):
    places: Anything | None
    routing: Anything | None


class GoogleMaps(Object, total=False):
    enableWidget: bool | None
    authConfig: dict[str, Any] | None
    groundingTypes: GroundingTypes | None


class FileSearch(Object, total=False):
    fileSearchStoreNames: list[str] | None
    topK: int | None
    metadataFilter: str | None


class ComputerUse(Object, total=False):
    environment: Annotated[
        Annotated[
            str,
            Known("ENVIRONMENT_UNSPECIFIED", "ENVIRONMENT_BROWSER", "ENVIRONMENT_MOBILE", "ENVIRONMENT_DESKTOP"),
        ]
        | int
        | None,
        OneOf(),
    ]
    excludedPredefinedFunctions: list[str] | None
    enablePromptInjectionDetection: bool | None
    disabledSafetyPolicies: (
        list[
            Annotated[
                str,
                Known(
                    "SAFETY_POLICY_UNSPECIFIED",
                    "FINANCIAL_TRANSACTIONS",
                    "SENSITIVE_DATA_MODIFICATION",
                    "COMMUNICATION_TOOL",
                    "ACCOUNT_CREATION",
                    "DATA_MODIFICATION",
                    "USER_CONSENT_MANAGEMENT",
                    "LEGAL_TERMS_AND_AGREEMENTS",
                ),
            ]
        ]
        | None
    )


class StreamableHttpTransport(Object, total=False):
    url: str | None
    headers: dict[str, str] | None
    timeout: str | None
    sseReadTimeout: str | None
    terminateOnClose: bool | None


class McpServer(Object, total=False):
    name: str | None
    streamableHttpTransport: StreamableHttpTransport | None


class Retrieval(Object, total=False):
    disableAttribution: bool | None
    externalApi: dict[str, Any] | None
    vertexAiSearch: dict[str, Any] | None
    vertexRagStore: dict[str, Any] | None


class ExaAiSearch(Object, total=False):
    apiKey: str | None
    customConfigs: dict[str, Any] | None


class ParallelAiSearch(ExaAiSearch, total=False):
    enableDataRetention: bool | None
    enableZeroDataRetention: bool | None


class Tool(Object, total=False):
    """One or several of these. Code execution and URL context have no fields yet."""

    functionDeclarations: Annotated[list[FunctionDeclaration] | FunctionDeclaration | None, OneOf()]
    googleSearch: GoogleSearch | None
    googleSearchRetrieval: GoogleSearchRetrieval | None
    codeExecution: Anything | None
    urlContext: Anything | None
    googleMaps: GoogleMaps | None
    fileSearch: FileSearch | None
    computerUse: ComputerUse | None
    mcpServers: Annotated[list[McpServer] | McpServer | None, OneOf()]
    retrieval: Retrieval | None  # Vertex, as the three below
    enterpriseWebSearch: Filtered | None
    parallelAiSearch: ParallelAiSearch | None
    exaAiSearch: ExaAiSearch | None


# --- how to call ----------------------------------------------------------------------------------------------


class FunctionCallingConfig(Object, total=False):
    mode: Annotated[Annotated[str, Known("MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED")] | int | None, OneOf()]
    allowedFunctionNames: list[str] | None
    streamFunctionCallArguments: bool | None


class LatLng(Object, total=False):
    latitude: float | None
    longitude: float | None


class RetrievalConfig(Object, total=False):
    latLng: LatLng | None
    languageCode: str | None


class ToolConfig(Object, total=False):
    functionCallingConfig: FunctionCallingConfig | None
    retrievalConfig: RetrievalConfig | None
    includeServerSideToolInvocations: bool | None
