"""Contents and their parts, one model for both directions, and the schemas of values."""

from typing import Annotated, Any, Literal, Required, TypeAlias

from ..shapes import Known, Object, OneOf

# --- media ----------------------------------------------------------------------------------------------------


class Blob(Object, total=False):
    """`data` is base64 of either alphabet."""

    mimeType: str | None
    data: str | None
    displayName: str | None


class FileData(Object, total=False):
    fileUri: str | None
    mimeType: str | None
    displayName: str | None


class VideoMetadata(Object, total=False):
    startOffset: str | None
    endOffset: str | None
    fps: float | None
    contentLayers: list[Annotated[str, Known("FRAMES", "AUDIO", "TRANSCRIPT")]] | None


class DocumentMetadata(Object, total=False):
    startPage: int | None
    endPage: int | None
    contentLayers: list[Annotated[str, Known("PAGE_IMAGE", "PAGE_TEXT")]] | None


class SpreadsheetMetadata(Object, total=False):
    visibleCells: str | None
    sheetIndex: int | None
    contentLayers: list[Annotated[str, Known("DATA", "FORMULAS", "VISUAL")]] | None


class AudioMetadata(Object, total=False):
    startOffset: str | None
    endOffset: str | None


class PartResolution(Object, total=False):
    level: Annotated[
        Annotated[
            str,
            Known(
                "MEDIA_RESOLUTION_UNSPECIFIED",
                "MEDIA_RESOLUTION_LOW",
                "MEDIA_RESOLUTION_MEDIUM",
                "MEDIA_RESOLUTION_HIGH",
                "MEDIA_RESOLUTION_ULTRA_HIGH",
            ),
        ]
        | int
        | None,
        OneOf(),
    ]
    numTokens: int | None


class OnMedia(Object, total=False):
    mediaResolution: PartResolution | None
    mediaProcessing: Annotated[
        Annotated[str, Known("MEDIA_PROCESSING_UNSPECIFIED", "STATIC", "AGENTIC")] | int | None, OneOf()
    ]
    videoMetadata: VideoMetadata | None
    documentMetadata: DocumentMetadata | None
    spreadsheetMetadata: SpreadsheetMetadata | None
    audioMetadata: AudioMetadata | None


# --- calls and their results ----------------------------------------------------------------------------------


class PartialArg(Object, total=False):
    """A piece of a call's arguments; Vertex sends them on request, in streams alone."""

    jsonPath: str | None
    stringValue: str | None
    numberValue: float | None
    boolValue: bool | None
    nullValue: Annotated[str, Known("NULL_VALUE")] | None
    willContinue: bool | None


class FunctionCall(Object, total=False):
    """In a stream of arguments only the first piece has a name, and the last may be empty."""

    id: str | None
    name: str | None
    args: dict[str, Any] | None
    partialArgs: list[PartialArg] | None
    willContinue: bool | None


class FunctionResponsePart(OnMedia, total=False):
    inlineData: Blob | None
    fileData: FileData | None


class FunctionResponse(Object, total=False):
    name: Required[str]
    id: str | None
    response: dict[str, Any] | None
    parts: list[FunctionResponsePart] | None
    willContinue: bool | None
    scheduling: Annotated[
        Annotated[str, Known("SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE", "INTERRUPT")] | int | None, OneOf()
    ]


class ExecutableCode(Object, total=False):
    id: str | None
    language: Annotated[Annotated[str, Known("LANGUAGE_UNSPECIFIED", "PYTHON")] | int | None, OneOf()]
    code: str | None


class CodeExecutionResult(Object, total=False):
    id: str | None
    outcome: Annotated[
        Annotated[str, Known("OUTCOME_UNSPECIFIED", "OUTCOME_OK", "OUTCOME_FAILED", "OUTCOME_DEADLINE_EXCEEDED")]
        | int
        | None,
        OneOf(),
    ]
    output: str | None


ToolType: TypeAlias = Annotated[
    Annotated[
        str,
        Known(
            "TOOL_TYPE_UNSPECIFIED",
            "GOOGLE_SEARCH_WEB",
            "GOOGLE_SEARCH_IMAGE",
            "URL_CONTEXT",
            "GOOGLE_MAPS",
            "FILE_SEARCH",
            "MEDIA_PROCESSING",
        ),
    ]
    | int
    | None,
    OneOf(),
]


class ToolCall(Object, total=False):
    """A call of a tool that the server runs."""

    id: str | None
    toolType: ToolType
    args: dict[str, Any] | None


class ToolResponse(Object, total=False):
    id: str | None
    toolType: ToolType
    response: dict[str, Any] | None


# --- parts ----------------------------------------------------------------------------------------------------


class Word(Object, total=False):
    word: str | None
    startOffset: str | None
    endOffset: str | None


class Transcription(Object, total=False):
    text: str | None
    finished: bool | None
    languageCode: str | None
    speakerLabel: str | None
    words: list[Word] | None
    startOffset: str | None
    endOffset: str | None


class SpeechMetadata(Object, total=False):
    speaker: str | None
    style: str | None


class Part(OnMedia, total=False):
    """One of the kinds of data, or none beside a signature; what stands beside it."""

    text: str | None
    inlineData: Blob | None
    fileData: FileData | None
    functionCall: FunctionCall | None
    functionResponse: FunctionResponse | None
    executableCode: ExecutableCode | None
    codeExecutionResult: CodeExecutionResult | None
    toolCall: ToolCall | None
    toolResponse: ToolResponse | None
    audioTranscription: Transcription | None
    thought: bool | None
    thoughtSignature: str | None
    partMetadata: dict[str, Any] | None
    speechMetadata: SpeechMetadata | None


class Content(Object, total=False):
    """What a model says, or is told first: "role ignored" there."""

    role: Annotated[str, Known("user", "model")] | None
    parts: Annotated[list[Part] | Part | None, OneOf()]


class Turn(Object, total=False):
    """`role` is the user's where there is none; "function" is the old role of results. Any other is refused."""

    role: Literal["user", "model", "function"] | None
    parts: Annotated[list[Part] | Part | None, OneOf()]


# --- schemas --------------------------------------------------------------------------------------------------

Type: TypeAlias = Annotated[
    Annotated[str, Known("TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL")]
    | int
    | None,
    OneOf(),
]
Int64: TypeAlias = Annotated[int | str | None, OneOf()]


class Schema(Object, total=False):
    """OpenAPI's subset of JSON Schema. Types in lower case are taken too."""

    type: Type
    format: str | None
    title: str | None
    description: str | None
    nullable: bool | None
    enum: list[str] | None
    default: Any
    example: Any
    items: "Schema | None"
    minItems: Int64
    maxItems: Int64
    properties: "dict[str, Schema] | None"
    required: list[str] | None
    propertyOrdering: list[str] | None
    minProperties: Int64
    maxProperties: Int64
    minimum: float | None
    maximum: float | None
    minLength: Int64
    maxLength: Int64
    pattern: str | None
    anyOf: "list[Schema] | None"
    additionalProperties: Any  # Vertex, as ref and defs
    ref: str | None
    defs: "dict[str, Schema] | None"
