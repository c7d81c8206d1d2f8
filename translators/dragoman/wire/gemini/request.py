"""The request of generateContent and its settings."""

from typing import Annotated, Any, Required, TypeAlias

from ..shapes import Known, Object, OneOf
from .content import Content, Schema, Turn
from .safety import SafetySetting
from .tools import Anything, Tool, ToolConfig

# --- speech, images, formats ----------------------------------------------------------------------------------


class PrebuiltVoice(Object, total=False):
    voiceName: str | None


class ReplicatedVoice(Object, total=False):
    mimeType: str | None
    voiceSampleAudio: str | None
    consentAudio: str | None
    voiceConsentSignature: dict[str, Any] | None


class VoiceConfig(Object, total=False):
    prebuiltVoiceConfig: PrebuiltVoice | None
    replicatedVoiceConfig: ReplicatedVoice | None
    voice: str | None


class SpeakerVoice(Object, total=False):
    speaker: str | None
    voiceConfig: VoiceConfig | None


class MultiSpeaker(Object, total=False):
    speakerVoiceConfigs: list[SpeakerVoice] | None


class SpeechConfig(Object, total=False):
    voiceConfig: VoiceConfig | None
    multiSpeakerVoiceConfig: MultiSpeaker | None
    languageCode: str | None


class ImageOutput(Object, total=False):
    mimeType: str | None
    compressionQuality: int | None


class ImageConfig(Object, total=False):
    aspectRatio: str | None
    imageSize: Annotated[str, Known("1K", "2K", "4K")] | None
    personGeneration: str | None
    prominentPeople: Annotated[
        Annotated[str, Known("PROMINENT_PEOPLE_UNSPECIFIED", "ALLOW_PROMINENT_PEOPLE", "BLOCK_PROMINENT_PEOPLE")]
        | int
        | None,
        OneOf(),
    ]
    imageOutputOptions: ImageOutput | None
    outputMimeType: str | None  # the official client's words for the two fields of imageOutputOptions
    outputCompressionQuality: int | None


Delivery: TypeAlias = Annotated[Annotated[str, Known("DELIVERY_UNSPECIFIED", "INLINE", "URI")] | int | None, OneOf()]


class TextFormat(Object, total=False):
    mimeType: str | None
    schema: Any


class AudioFormat(Object, total=False):
    mimeType: str | None
    bitRate: int | None
    sampleRate: int | None
    delivery: Delivery


class ImageFormat(Object, total=False):
    mimeType: str | None
    aspectRatio: Annotated[str | int | None, OneOf()]
    imageSize: Annotated[str | int | None, OneOf()]
    delivery: Delivery


class VideoFormat(Object, total=False):
    aspectRatio: Annotated[str | int | None, OneOf()]
    duration: str | None
    gcsUri: str | None
    resolution: str | None
    delivery: Delivery


class ResponseFormat(Object, total=False):
    text: TextFormat | None
    audio: AudioFormat | None
    image: ImageFormat | None
    video: VideoFormat | None


# --- generationConfig -----------------------------------------------------------------------------------------


class ThinkingConfig(Object, total=False):
    """A budget or a level; the service takes levels in lower case as well."""

    includeThoughts: bool | None
    thinkingBudget: int | None
    thinkingLevel: Annotated[
        Annotated[str, Known("THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH")] | int | None,
        OneOf(),
    ]


class AutoRouting(Object, total=False):
    modelRoutingPreference: Annotated[
        Annotated[str, Known("UNKNOWN", "PRIORITIZE_QUALITY", "BALANCED", "PRIORITIZE_COST")] | int | None, OneOf()
    ]


class ManualRouting(Object, total=False):
    modelName: str | None


class RoutingConfig(Object, total=False):
    autoMode: AutoRouting | None
    manualMode: ManualRouting | None


class ModelSelection(Object, total=False):
    featureSelectionPreference: Annotated[
        Annotated[
            str,
            Known("FEATURE_SELECTION_PREFERENCE_UNSPECIFIED", "PRIORITIZE_QUALITY", "BALANCED", "PRIORITIZE_COST"),
        ]
        | int
        | None,
        OneOf(),
    ]


class TranslationConfig(Object, total=False):
    targetLanguageCode: str | None
    echoTargetLanguage: bool | None


class LanguageHints(Object, total=False):
    languageCodes: list[str] | None


class TranscriptionConfig(Object, total=False):
    languageCodes: list[str] | None
    languageAuto: Anything | None
    languageHints: LanguageHints | None
    customVocabulary: list[str] | None
    adaptationPhrases: list[str] | None
    wordTimestamp: bool | None
    diarization: bool | None
    mode: Annotated[Annotated[str, Known("MODE_UNSPECIFIED", "VERBATIM", "SMART")] | int | None, OneOf()]
    sourceText: str | None


class GenerationConfig(Object, total=False):
    temperature: float | None
    topP: float | None
    topK: float | None
    candidateCount: int | None
    maxOutputTokens: int | None
    stopSequences: list[str] | None
    seed: int | None
    presencePenalty: float | None
    frequencyPenalty: float | None
    responseMimeType: Annotated[str, Known("text/plain", "application/json", "text/x.enum")] | None
    responseSchema: Schema | None
    responseJsonSchema: Any
    _responseJsonSchema: Any  # another name of the same field
    responseFormat: list[ResponseFormat] | None  # Vertex
    responseLogprobs: bool | None
    logprobs: int | None
    responseModalities: (
        list[Annotated[Annotated[str, Known("MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO", "VIDEO")] | int, OneOf()]]
        | None
    )
    speechConfig: SpeechConfig | None
    imageConfig: ImageConfig | None
    mediaResolution: Annotated[
        Annotated[
            str,
            Known(
                "MEDIA_RESOLUTION_UNSPECIFIED",
                "MEDIA_RESOLUTION_LOW",
                "MEDIA_RESOLUTION_MEDIUM",
                "MEDIA_RESOLUTION_HIGH",
            ),
        ]
        | int
        | None,
        OneOf(),
    ]
    thinkingConfig: ThinkingConfig | None
    enableEnhancedCivicAnswers: bool | None  # Developer API
    enableAffectiveDialog: bool | None
    audioTimestamp: bool | None  # Vertex, as the two below
    routingConfig: RoutingConfig | None
    modelSelectionConfig: ModelSelection | None
    translationConfig: TranslationConfig | None
    audioTranscriptionConfig: TranscriptionConfig | None


# --- the request ----------------------------------------------------------------------------------------------


class ModelArmorConfig(Object, total=False):
    promptTemplateName: str | None
    responseTemplateName: str | None


class OutputConfig(Object, total=False):
    outputUriPrefix: str | None


class Request(Object, total=False):
    """The body of POST …/models/{model}:generateContent and :streamGenerateContent; the model is in the path."""

    contents: Required[Annotated[list[Turn] | Turn, OneOf()]]
    systemInstruction: Content | None
    tools: Annotated[list[Tool] | Tool | None, OneOf()]
    toolConfig: ToolConfig | None
    safetySettings: Annotated[list[SafetySetting] | SafetySetting | None, OneOf()]
    generationConfig: GenerationConfig | None
    cachedContent: str | None
    model: str | None
    labels: dict[str, str] | None
    serviceTier: Annotated[Annotated[str, Known("unspecified", "standard", "flex", "priority")] | int | None, OneOf()]
    store: bool | None
    continuationToken: str | None
    modelArmorConfig: ModelArmorConfig | None  # Vertex
    outputConfig: OutputConfig | None  # Vertex
