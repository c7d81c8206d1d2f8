"""What generateContent answers: the response, the chunks of a stream, errors."""

from typing import Annotated, Any, TypeAlias

from ..shapes import Known, Object, OneOf
from .content import Content
from .safety import SafetyRating

# --- usage ----------------------------------------------------------------------------------------------------


class ModalityCount(Object, total=False):
    modality: Annotated[
        Annotated[str, Known("MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "VIDEO", "AUDIO", "DOCUMENT")] | int | None,
        OneOf(),
    ]
    tokenCount: int | None


class Usage(Object, total=False):
    """Counts of zero are left out."""

    promptTokenCount: int | None
    cachedContentTokenCount: int | None
    candidatesTokenCount: int | None
    thoughtsTokenCount: int | None
    toolUsePromptTokenCount: int | None
    totalTokenCount: int | None
    promptTokensDetails: list[ModalityCount] | None
    cacheTokensDetails: list[ModalityCount] | None
    candidatesTokensDetails: list[ModalityCount] | None
    toolUsePromptTokensDetails: list[ModalityCount] | None
    trafficType: Annotated[  # Vertex
        Annotated[
            str,
            Known(
                "TRAFFIC_TYPE_UNSPECIFIED",
                "ON_DEMAND",
                "ON_DEMAND_PRIORITY",
                "ON_DEMAND_FLEX",
                "ON_DEMAND_OFFPEAK",
                "PROVISIONED_THROUGHPUT",
            ),
        ]
        | int
        | None,
        OneOf(),
    ]
    serviceTier: Annotated[str, Known("standard", "flex", "priority")] | None  # Developer API


# --- citations and grounding ----------------------------------------------------------------------------------


class Date(Object, total=False):
    year: int | None
    month: int | None
    day: int | None


class Citation(Object, total=False):
    startIndex: int | None
    endIndex: int | None
    uri: str | None
    title: str | None
    license: str | None
    publicationDate: Date | None


class CitationMetadata(Object, total=False):
    """The Developer API says citationSources, Vertex citations."""

    citationSources: list[Citation] | None
    citations: list[Citation] | None


class WebChunk(Object, total=False):
    uri: str | None
    title: str | None
    domain: str | None


class ImageChunk(Object, total=False):
    sourceUri: str | None
    imageUri: str | None
    title: str | None
    domain: str | None


class Author(Object, total=False):
    displayName: str | None
    photoUri: str | None
    uri: str | None


class ReviewSnippet(Object, total=False):
    reviewId: str | None
    title: str | None
    review: str | None
    googleMapsUri: str | None
    flagContentUri: str | None
    relativePublishTimeDescription: str | None
    authorAttribution: Author | None


class PlaceAnswerSources(Object, total=False):
    reviewSnippets: list[ReviewSnippet] | None
    reviewSnippet: list[ReviewSnippet] | None
    flagContentUri: str | None


class Route(Object, total=False):
    distanceMeters: int | None
    duration: str | None
    encodedPolyline: str | None


class MapsChunk(Object, total=False):
    uri: str | None
    title: str | None
    text: str | None
    placeId: str | None
    placeAnswerSources: PlaceAnswerSources | None
    route: Route | None


class PageSpan(Object, total=False):
    firstPage: int | None
    lastPage: int | None


class RagChunk(Object, total=False):
    text: str | None
    pageSpan: PageSpan | None
    chunkId: str | None
    fileId: str | None


class StringList(Object, total=False):
    values: list[str] | None


class CustomMetadata(Object, total=False):
    key: str | None
    stringValue: str | None
    numericValue: float | None
    stringListValue: StringList | None


class RetrievedContext(Object, total=False):
    uri: str | None
    title: str | None
    text: str | None
    documentName: str | None
    ragChunk: RagChunk | None
    customMetadata: list[CustomMetadata] | None
    fileSearchStore: str | None
    pageNumber: int | None
    mediaId: str | None


class GroundingChunk(Object, total=False):
    web: WebChunk | None
    image: ImageChunk | None
    maps: MapsChunk | None
    retrievedContext: RetrievedContext | None


class Segment(Object, total=False):
    """Offsets in bytes of UTF-8; a start of zero is left out."""

    partIndex: int | None
    startIndex: int | None
    endIndex: int | None
    text: str | None


class GroundingSupport(Object, total=False):
    segment: Segment | None
    groundingChunkIndices: list[int] | None
    confidenceScores: list[float] | None
    renderedParts: list[int] | None


class SearchEntryPoint(Object, total=False):
    renderedContent: str | None
    sdkBlob: str | None


class RetrievalMetadata(Object, total=False):
    googleSearchDynamicRetrievalScore: float | None


class SourceFlagging(Object, total=False):
    sourceId: str | None
    flagContentUri: str | None


class GroundingMetadata(Object, total=False):
    webSearchQueries: list[str] | None
    imageSearchQueries: list[str] | None
    retrievalQueries: list[str] | None
    searchEntryPoint: SearchEntryPoint | None
    groundingChunks: list[GroundingChunk] | None
    groundingSupports: list[GroundingSupport] | None
    retrievalMetadata: RetrievalMetadata | None
    googleMapsWidgetContextToken: str | None
    sourceFlaggingUris: list[SourceFlagging] | None


class UrlMetadata(Object, total=False):
    retrievedUrl: str | None
    urlRetrievalStatus: Annotated[
        Annotated[
            str,
            Known(
                "URL_RETRIEVAL_STATUS_UNSPECIFIED",
                "URL_RETRIEVAL_STATUS_SUCCESS",
                "URL_RETRIEVAL_STATUS_ERROR",
                "URL_RETRIEVAL_STATUS_PAYWALL",
                "URL_RETRIEVAL_STATUS_UNSAFE",
            ),
        ]
        | int
        | None,
        OneOf(),
    ]


class UrlContextMetadata(Object, total=False):
    urlMetadata: list[UrlMetadata] | None


# --- candidates -----------------------------------------------------------------------------------------------


class TokenLogprob(Object, total=False):
    token: str | None
    tokenId: int | None
    logProbability: float | None


class TopCandidates(Object, total=False):
    candidates: list[TokenLogprob] | None


class LogprobsResult(Object, total=False):
    chosenCandidates: list[TokenLogprob] | None
    topCandidates: list[TopCandidates] | None
    logProbabilitySum: float | None


FinishReason: TypeAlias = Annotated[
    Annotated[
        str,
        Known(
            "FINISH_REASON_UNSPECIFIED",
            "STOP",
            "MAX_TOKENS",
            "SAFETY",
            "RECITATION",
            "LANGUAGE",
            "OTHER",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "MALFORMED_FUNCTION_CALL",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_OTHER",
            "NO_IMAGE",
            "IMAGE_RECITATION",
            "UNEXPECTED_TOOL_CALL",
            "TOO_MANY_TOOL_CALLS",
            "MISSING_THOUGHT_SIGNATURE",
            "MALFORMED_RESPONSE",
            "ESCALATION",
            "PUP_LIMITED_DISABLED",
            "CONTINUATION",
            "MODEL_ARMOR",
        ),
    ]
    | int
    | None,
    OneOf(),
]


class Candidate(Object, total=False):
    """Without content, or with an empty one, where nothing was said."""

    index: int | None
    content: Content | None
    finishReason: FinishReason
    finishMessage: str | None
    safetyRatings: list[SafetyRating] | None
    citationMetadata: CitationMetadata | None
    groundingMetadata: GroundingMetadata | None
    urlContextMetadata: UrlContextMetadata | None
    logprobsResult: LogprobsResult | None
    avgLogprobs: float | None
    tokenCount: int | None
    continuationToken: str | None


class PromptFeedback(Object, total=False):
    blockReason: Annotated[
        Annotated[
            str,
            Known(
                "BLOCKED_REASON_UNSPECIFIED",
                "SAFETY",
                "OTHER",
                "BLOCKLIST",
                "PROHIBITED_CONTENT",
                "IMAGE_SAFETY",
                "MODEL_ARMOR",
                "JAILBREAK",
            ),
        ]
        | int
        | None,
        OneOf(),
    ]
    blockReasonMessage: str | None  # Vertex
    safetyRatings: list[SafetyRating] | None


class ModelStatus(Object, total=False):
    modelStage: Annotated[
        Annotated[
            str,
            Known(
                "MODEL_STAGE_UNSPECIFIED",
                "UNSTABLE_EXPERIMENTAL",
                "EXPERIMENTAL",
                "PREVIEW",
                "STABLE",
                "LEGACY",
                "DEPRECATED",
                "RETIRED",
            ),
        ]
        | int
        | None,
        OneOf(),
    ]
    message: str | None
    retirementTime: str | None


class Response(Object, total=False):
    """The body of a successful response. A blocked prompt has no candidates."""

    candidates: list[Candidate] | None
    promptFeedback: PromptFeedback | None
    usageMetadata: Usage | None
    modelVersion: str | None
    responseId: str | None
    createTime: str | None  # Vertex
    modelStatus: ModelStatus | None  # Developer API


# --- errors ---------------------------------------------------------------------------------------------------


class ErrorObject(Object, total=False):
    """google.rpc.Status; each of `details` is told by its `@type`."""

    code: int | None
    message: str | None
    status: (
        Annotated[
            str,
            Known(
                "INVALID_ARGUMENT",
                "FAILED_PRECONDITION",
                "OUT_OF_RANGE",
                "UNAUTHENTICATED",
                "PERMISSION_DENIED",
                "NOT_FOUND",
                "ABORTED",
                "ALREADY_EXISTS",
                "RESOURCE_EXHAUSTED",
                "CANCELLED",
                "INTERNAL",
                "UNKNOWN",
                "DATA_LOSS",
                "UNIMPLEMENTED",
                "UNAVAILABLE",
                "DEADLINE_EXCEEDED",
            ),
        ]
        | None
    )
    details: list[dict[str, Any]] | None


class ErrorBody(Object, total=False):
    """`error` is Google's; a bare `message` is what gateways send instead."""

    error: Annotated[str | ErrorObject, OneOf()]
    message: str


Error: TypeAlias = Annotated[ErrorBody | list[ErrorBody], OneOf()]  # a list where the stream would have been an array

# --- the stream -----------------------------------------------------------------------------------------------


class Chunk(Response, total=False):
    """The data of one stream event, or one element of the array: a chunk, or the error that ends the stream."""

    error: Annotated[str | ErrorObject | None, OneOf()]


Event: TypeAlias = Chunk
