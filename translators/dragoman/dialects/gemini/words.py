"""Gemini generateContent: its words and fields as tables.

Facts: Google's API reference and the types of the google-genai SDK.
"""

from __future__ import annotations

from typing import Any

from ...model import (
    Candidate,
    Error,
    Json,
    Media,
    Message,
    OutputFormat,
    Reasoning,
    ReasoningControl,
    Request,
    Response,
    ServerTool,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Usage,
)
from ...tables import BOOL, INT, LIST, NUM, SECONDS, STR, Kind, Pairs, Partly, typed, types_of
from ..usage import Listed
from ..web_search import Words
from . import probs, unsaid

NAME = "gemini"

# There is no word for calls: function calls end with STOP.
FINISH = Pairs(
    ("STOP", "stop"),
    ("STOP", "tool_calls"),
    ("MAX_TOKENS", "length"),
    ("SAFETY", "content_filter"),
    ("OTHER", "other"),
    ("MALFORMED_FUNCTION_CALL", "malformed_call"),
    ("CONTINUATION", "length"),
    ("RECITATION", "content_filter"),
    ("LANGUAGE", "content_filter"),
    ("BLOCKLIST", "content_filter"),
    ("PROHIBITED_CONTENT", "content_filter"),
    ("SPII", "content_filter"),
    ("MODEL_ARMOR", "content_filter"),
    ("IMAGE_SAFETY", "content_filter"),
    ("IMAGE_PROHIBITED_CONTENT", "content_filter"),
    ("IMAGE_RECITATION", "content_filter"),
    ("IMAGE_OTHER", "content_filter"),
    ("NO_IMAGE", "other"),
    ("UNEXPECTED_TOOL_CALL", "malformed_call"),
    ("TOO_MANY_TOOL_CALLS", "malformed_call"),
    ("MISSING_THOUGHT_SIGNATURE", "malformed_call"),
    ("MALFORMED_RESPONSE", "malformed_call"),
)
# "Integers accepted too": the numbers of the enum FinishReason.
FINISH_NUMBERS = {
    1: "STOP",
    2: "MAX_TOKENS",
    3: "SAFETY",
    4: "RECITATION",
    5: "OTHER",
    6: "LANGUAGE",
    7: "BLOCKLIST",
    8: "PROHIBITED_CONTENT",
    9: "SPII",
    10: "MALFORMED_FUNCTION_CALL",
}
# What a candidate says for a reason that has no word here.
FINISH_NEAREST = {
    "stop_sequence": "STOP",
    "context_window": "MAX_TOKENS",
    "pause": "MAX_TOKENS",
    "compaction": "MAX_TOKENS",
    "error": "OTHER",
}
ROLE = Pairs(("user", "user"), ("model", "assistant"), ("function", "user"))
CHOICE = Pairs(("AUTO", "auto"), ("ANY", "required"), ("NONE", "none"))
# "Integers accepted too": the numbers of the enums Mode, Modality and MediaResolution.
CHOICE_NUMBERS = {1: "AUTO", 2: "ANY", 3: "NONE", 4: "VALIDATED"}
MODALITY_NUMBERS = {1: "TEXT", 2: "IMAGE", 3: "AUDIO"}
RESOLUTION_NUMBERS = {1: "MEDIA_RESOLUTION_LOW", 2: "MEDIA_RESOLUTION_MEDIUM", 3: "MEDIA_RESOLUTION_HIGH"}
# What is wrong, in `ErrorInfo`, beside OpenAI's code for it; others are nobody else's words.
REASONS = Pairs(("API_KEY_INVALID", "invalid_api_key"), ("RATE_LIMIT_EXCEEDED", "rate_limit_exceeded"))
# A part's resolution beside the detail of a picture; medium and ultra high have no such word.
DETAIL = Pairs(("MEDIA_RESOLUTION_LOW", "low"), ("MEDIA_RESOLUTION_HIGH", "high"))
SERVICE_TIER = Pairs(("standard", "default"), ("flex", "flex"), ("priority", "priority"))
LEVELS = frozenset({"minimal", "low", "medium", "high", "xhigh"})

# key of generationConfig -> (canonical setting, JSON types it may have)
PARAMS: dict[str, tuple[str, tuple[type, ...]]] = {
    "maxOutputTokens": ("max_output_tokens", INT),
    "temperature": ("temperature", NUM),
    "topP": ("top_p", NUM),
    "topK": ("top_k", INT),
    "stopSequences": ("stop", LIST),
    "candidateCount": ("n", INT),
    "seed": ("seed", INT),
    "presencePenalty": ("presence_penalty", NUM),
    "frequencyPenalty": ("frequency_penalty", NUM),
    "responseLogprobs": ("logprobs", BOOL),
    "logprobs": ("top_logprobs", INT),
    "mediaResolution": ("media_resolution", STR),
    "responseModalities": ("modalities", LIST),
}
# key of the request -> the same
TOP_PARAMS: dict[str, tuple[str, tuple[type, ...]]] = {
    "safetySettings": ("safety_settings", LIST),
    "cachedContent": ("cached_content", STR),
    "labels": ("metadata", (dict,)),
    "store": ("store", BOOL),
}
ANSWERED = frozenset({"TEXT", "IMAGE", "AUDIO", "VIDEO"})  # what an answer may be made of: `responseModalities`
CONFIG_WIRE = {canonical: wire for wire, (canonical, _) in PARAMS.items()}
TOP_WIRE = {canonical: wire for wire, (canonical, _) in TOP_PARAMS.items()}

# --- shapes: the keys that may be spelt in snake_case, and the objects inside them; None ends the search ------

Shape = dict[str, Any]
_BLOB: Shape = {"mimeType": None, "data": None, "displayName": None}
_FILE: Shape = {"mimeType": None, "fileUri": None, "displayName": None}
PART_SHAPE: Shape = {
    "text": None,
    "thought": None,
    "thoughtSignature": None,
    "inlineData": _BLOB,
    "fileData": _FILE,
    "functionCall": {
        "id": None,
        "name": None,
        "args": None,
        "willContinue": None,
        "partialArgs": {
            "jsonPath": None,
            "stringValue": None,
            "numberValue": None,
            "boolValue": None,
            "nullValue": None,
            "willContinue": None,
        },
    },
    "functionResponse": {
        "id": None,
        "name": None,
        "response": None,
        "willContinue": None,
        "scheduling": None,
        "parts": None,
    },
    "executableCode": {"id": None, "language": None, "code": None},
    "codeExecutionResult": {"id": None, "outcome": None, "output": None},
    "toolCall": {"id": None, "toolType": None, "args": None},
    "toolResponse": {"id": None, "toolType": None, "response": None},
    "videoMetadata": {"startOffset": None, "endOffset": None, "fps": None, "contentLayers": None},
    "mediaResolution": {"level": None, "numTokens": None},
    "partMetadata": None,
    "mediaProcessing": None,
    "speechMetadata": None,
    "documentMetadata": None,
    "spreadsheetMetadata": None,
    "audioMetadata": None,
    "audioTranscription": None,
}
DECLARATION_SHAPE: Shape = {
    "name": None,
    "description": None,
    "parameters": None,
    "parametersJsonSchema": None,
    "response": None,
    "responseJsonSchema": None,
    "behavior": None,
}
_VOICE: Shape = {
    "prebuiltVoiceConfig": {"voiceName": None},
    "replicatedVoiceConfig": {"mimeType": None, "voiceSampleAudio": None},
    "voice": None,
}
REQUEST_SHAPE: Shape = {
    "model": None,
    "contents": None,
    "systemInstruction": None,
    "tools": None,
    "toolConfig": {
        "functionCallingConfig": {
            "mode": None,
            "allowedFunctionNames": None,
            "streamFunctionCallArguments": None,
        },
        "retrievalConfig": {"latLng": None, "languageCode": None},
        "includeServerSideToolInvocations": None,
    },
    "safetySettings": None,
    "generationConfig": {
        **dict.fromkeys(PARAMS),
        "responseMimeType": None,
        "responseSchema": None,
        "responseJsonSchema": None,
        "responseFormat": None,
        "speechConfig": {
            "voiceConfig": _VOICE,
            "multiSpeakerVoiceConfig": {"speakerVoiceConfigs": {"speaker": None, "voiceConfig": _VOICE}},
            "languageCode": None,
        },
        "imageConfig": {"aspectRatio": None, "imageSize": None, "personGeneration": None, "outputMimeType": None},
        "thinkingConfig": {"includeThoughts": None, "thinkingBudget": None, "thinkingLevel": None},
        "audioTimestamp": None,
        "routingConfig": None,
        "modelSelectionConfig": None,
        "enableEnhancedCivicAnswers": None,
        "enableAffectiveDialog": None,
    },
    "cachedContent": None,
    "labels": None,
    "serviceTier": None,
    "store": None,
    "continuationToken": None,
    "modelArmorConfig": {"promptTemplateName": None, "responseTemplateName": None},
    "outputConfig": None,
}
_RATING: Shape = {"category": None, "probability": None, "probabilityScore": None, "severityScore": None}
_TOKENS: Shape = {"modality": None, "tokenCount": None}
_SOURCES: Shape = {"startIndex": None, "endIndex": None, "uri": None, "title": None, "publicationDate": None}
RESPONSE_SHAPE: Shape = {
    "candidates": {
        "content": {"role": None, "parts": None},
        "finishReason": None,
        "finishMessage": None,
        "index": None,
        "safetyRatings": _RATING,
        "citationMetadata": {"citationSources": _SOURCES, "citations": _SOURCES},
        "tokenCount": None,
        "avgLogprobs": None,
        "logprobsResult": {
            "chosenCandidates": {"logProbability": None, "tokenId": None, "token": None},
            "topCandidates": {"candidates": {"logProbability": None, "tokenId": None, "token": None}},
            "logProbabilitySum": None,
        },
        "groundingMetadata": {
            "webSearchQueries": None,
            "imageSearchQueries": None,
            "retrievalQueries": None,
            "searchEntryPoint": {"renderedContent": None, "sdkBlob": None},
            "groundingChunks": {"web": None, "image": None, "maps": None, "retrievedContext": None},
            "groundingSupports": {
                "segment": {"partIndex": None, "startIndex": None, "endIndex": None, "text": None},
                "groundingChunkIndices": None,
                "confidenceScores": None,
            },
            "retrievalMetadata": None,
            "googleMapsWidgetContextToken": None,
        },
        "urlContextMetadata": {"urlMetadata": {"retrievedUrl": None, "urlRetrievalStatus": None}},
        "continuationToken": None,
    },
    "promptFeedback": {"blockReason": None, "blockReasonMessage": None, "safetyRatings": _RATING},
    "usageMetadata": {
        "promptTokenCount": None,
        "cachedContentTokenCount": None,
        "candidatesTokenCount": None,
        "thoughtsTokenCount": None,
        "toolUsePromptTokenCount": None,
        "totalTokenCount": None,
        "promptTokensDetails": _TOKENS,
        "cacheTokensDetails": _TOKENS,
        "candidatesTokensDetails": _TOKENS,
        "toolUsePromptTokensDetails": _TOKENS,
        "trafficType": None,
        "serviceTier": None,
    },
    "modelVersion": None,
    "responseId": None,
    "createTime": None,
    "modelStatus": None,
    "turnToken": None,
    "error": None,
}
# What the REST front end takes besides lowerCamelCase and snake_case.
ALIASES = {"_responseJsonSchema": "responseJsonSchema"}

# --- known fields: what says the same as absence ---------------------------------------------------------------

_SETTINGS: Kind = typed(
    {
        **dict.fromkeys(PARAMS, ()),
        "candidateCount": (0,),
        "stopSequences": ([],),
        "mediaResolution": ("MEDIA_RESOLUTION_UNSPECIFIED", 0),
        "responseModalities": ([],),
        "responseMimeType": ("", "text/plain"),
        "responseSchema": (),
        "responseJsonSchema": (),
        "responseFormat": (),
        "speechConfig": {
            "voiceConfig": {
                "prebuiltVoiceConfig": {"voiceName": ("",)},
                "replicatedVoiceConfig": ({},),
                "voice": ("",),
            },
            "multiSpeakerVoiceConfig": ({},),
            "languageCode": ("",),
        },
        "imageConfig": ({},),
        "thinkingConfig": {
            "includeThoughts": (False,),
            "thinkingBudget": (),
            "thinkingLevel": ("THINKING_LEVEL_UNSPECIFIED",),
        },
        "audioTimestamp": (False,),
        "routingConfig": (),
        "modelSelectionConfig": (),
        "enableEnhancedCivicAnswers": (False,),
        "enableAffectiveDialog": (False,),
        "translationConfig": (),
        "audioTranscriptionConfig": (),
    },
    types_of(PARAMS),
)
REQUEST: Kind = typed(
    {
        "model": ("",),
        "contents": (),
        "systemInstruction": ({}, ""),
        "tools": ([],),
        "toolConfig": {
            "functionCallingConfig": {
                "mode": ("AUTO", "MODE_UNSPECIFIED", 0),
                "allowedFunctionNames": ([],),
                "streamFunctionCallArguments": (False,),
            },
            "retrievalConfig": ({},),
            "includeServerSideToolInvocations": (False,),
        },
        "safetySettings": ([],),
        "generationConfig": _SETTINGS,
        "cachedContent": ("",),
        "labels": ({},),
        "serviceTier": ("", "unspecified", "standard"),
        "store": (),
        "continuationToken": (),
        "modelArmorConfig": ({},),
        "outputConfig": ({},),
    },
    {**types_of(TOP_PARAMS), "systemInstruction": (dict, str)},
)
MESSAGE: Kind = {"role": (), "parts": ([],)}
PART: Kind = {
    "text": (),
    "thought": (False,),
    "thoughtSignature": ("",),
    "inlineData": {"mimeType": (), "data": (), "displayName": ("",)},
    "fileData": {"mimeType": (), "fileUri": (), "displayName": ("",)},
    "functionCall": {"id": (), "name": (), "args": (), "partialArgs": ([],), "willContinue": (False,)},
    "functionResponse": {
        "id": (),
        "name": (),
        "response": (),
        "parts": ([],),
        "willContinue": (False,),
        "scheduling": (),
    },
    "executableCode": {"id": (), "language": (), "code": ()},
    "codeExecutionResult": {"id": (), "outcome": (), "output": ()},
    "toolCall": {"id": (), "toolType": (), "args": ()},
    "toolResponse": {"id": (), "toolType": (), "response": ()},
    "videoMetadata": ({},),
    "mediaResolution": {"level": ("MEDIA_RESOLUTION_UNSPECIFIED", 0), "numTokens": ()},
    "partMetadata": ({},),
    "mediaProcessing": (),
    "speechMetadata": ({},),
    "documentMetadata": ({},),
    "spreadsheetMetadata": ({},),
    "audioMetadata": ({},),
    "audioTranscription": ({},),
}
TOOL: Kind = {
    "name": (),
    "description": (),
    "parameters": (),
    "parametersJsonSchema": (),
    "response": (),
    "responseJsonSchema": (),
    "behavior": ("UNSPECIFIED", "BLOCKING"),
}
CANDIDATE: Kind = {
    "content": ({},),
    "finishReason": ("", 0, "FINISH_REASON_UNSPECIFIED"),
    "finishMessage": ("",),
    "index": (),
    "safetyRatings": ([],),
    "citationMetadata": Partly(unsaid.citations, {}),
    "tokenCount": (0,),
    "avgLogprobs": (),
    "logprobsResult": Partly(probs.unsaid, {}),
    "groundingMetadata": Partly(unsaid.grounding, {}),
    "urlContextMetadata": ({},),
    "continuationToken": ("",),
}
USAGE: Kind = {
    "promptTokenCount": (0,),
    "cachedContentTokenCount": (0,),
    "candidatesTokenCount": (0,),
    "thoughtsTokenCount": (0,),
    "toolUsePromptTokenCount": (0,),
    "totalTokenCount": (0,),
    "promptTokensDetails": ([],),
    "cacheTokensDetails": ([],),
    "candidatesTokensDetails": ([],),
    "toolUsePromptTokensDetails": ([],),
    "trafficType": ("TRAFFIC_TYPE_UNSPECIFIED", "ON_DEMAND", 1),
    "serviceTier": ("unspecified",),
}
RESPONSE: Kind = {
    "candidates": ([],),
    "promptFeedback": {
        "blockReason": ("BLOCK_REASON_UNSPECIFIED",),
        "blockReasonMessage": ("",),
        "safetyRatings": ([],),
    },
    "usageMetadata": USAGE,
    "modelVersion": ("",),
    "responseId": ("",),
    "createTime": SECONDS,
    "modelStatus": ({},),
}
_NUMBERS = {1: "TEXT", 2: "IMAGE", 3: "VIDEO", 4: "AUDIO", 5: "DOCUMENT"}
# The lists that count by modality what Chat counts so, too: not those of the cache and of what tools fed back.
LISTS = tuple(
    Listed(key, {word: f"{side}_{word.lower()}" for word in _NUMBERS.values()}, _NUMBERS)
    for key, side in (("promptTokensDetails", "input"), ("candidatesTokensDetails", "output"))
)
MODALITIES = frozenset(means for listed in LISTS for means in listed.words.values())
# Counts here are exclusive: "visible" is the output without the thoughts, "tool_input" what server tools added
# to the input.
USAGE_MEANING: Json = {
    "promptTokenCount": "input",
    "toolUsePromptTokenCount": "tool_input",
    "candidatesTokenCount": "visible",
    "thoughtsTokenCount": "reasoning",
    "cachedContentTokenCount": "cache_read",
    "totalTokenCount": "total",
    **{listed.key: listed for listed in LISTS},
}
ERROR: Kind = {"error": {"code": ..., "status": ..., "message": (), "details": Partly(unsaid.details, [])}}
KINDS: dict[type, Kind] = {
    Request: REQUEST,
    ReasoningControl: REQUEST,
    OutputFormat: REQUEST,
    ToolChoice: REQUEST["toolConfig"]["functionCallingConfig"],
    Message: MESSAGE,
    Text: PART,
    Media: PART,
    Reasoning: PART,
    ToolCall: PART,
    ToolResult: PART,
    ServerTool: PART,
    Tool: TOOL,
    Response: RESPONSE,
    Candidate: CANDIDATE,
    Usage: USAGE,
    Error: ERROR,
}


def _media(name: str) -> Any:
    return lambda m: f"{m.at}/{'inlineData' if m.form == 'base64' else 'fileData'}/{name}"


_CONFIG = "/generationConfig"
PLACES: dict[type, dict[str, Any]] = {
    Text: {"state": "/thoughtSignature"},
    Reasoning: {"state": "/thoughtSignature"},
    ServerTool: {"state": "/thoughtSignature"},
    ToolCall: {
        "id": "/functionCall/id",
        "name": "/functionCall/name",
        "arguments": "/functionCall/args",
        "state": "/thoughtSignature",
    },
    ToolResult: {
        "call_id": "/functionResponse/id",
        "name": "/functionResponse/name",
        "value": "/functionResponse/response",
        "is_error": "/functionResponse/response/error",
        "state": "/thoughtSignature",
    },
    Media: {
        "state": "/thoughtSignature",
        "media_type": _media("mimeType"),
        "filename": _media("displayName"),
        "detail": "/mediaResolution/level",
        "data": "/inlineData/data",
        "url": "/fileData/fileUri",
        "file_id": "/fileData/fileUri",
    },
    Tool: {
        "result": "/responseJsonSchema",
        "parameters": lambda t: f"{t.at}/{(t.spelling or {}).get('form', 'parametersJsonSchema')}",
        "strict": lambda t: "/toolConfig/functionCallingConfig/mode" if t.strict else f"{t.at}/strict",
    },
    ToolChoice: {"names": "/allowedFunctionNames", "strict": "/mode"},
    OutputFormat: {
        "kind": "",
        "strict": "",
        "schema": lambda f: f"{_CONFIG}/{(f.spelling or {}).get('form', 'responseJsonSchema')}",
    },
    Candidate: {"finish_reason": "/finishReason", "logprobs": "/logprobsResult"},
    Response: {"id": "/responseId", "model": "/modelVersion", "created": "/createTime"},
    Error: {"retry_after": unsaid.delay_at},
}

# Where a schema stands in the newer form; the SDK sends it under the second name.
TEXT_FORMAT = "responseFormat/0/text/"
VOICE = ("speechConfig", "voiceConfig", "prebuiltVoiceConfig", "voiceName")  # where a voice stands
TEXT_SCHEMAS = ("jsonSchema", "schema")

# --- limits and models -------------------------------------------------------------------------------------------

LIMIT_NAME = 128
PLACEHOLDER = "."  # what the first turn says where the source begins with the model's
LIMIT_STOP = 5  # "stopSequences <= 5"
# "candidateCount 1..8", "temperature 0..2", "presencePenalty, frequencyPenalty [-2,2)": that bound itself is refused.
RANGES: dict[str, tuple[int | float, int | float]] = {
    "n": (1, 8),
    "temperature": (0.0, 2.0),
    "presence_penalty": (-2.0, 1.99),
    "frequency_penalty": (-2.0, 1.99),
}
# "functionResponse.parts: image/png, jpeg, webp, application/pdf, text/plain"
RESULT_MEDIA = frozenset({"image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain"})

# What a model takes of which nothing else is known.
COMMON_LEVELS = ("minimal", "low", "medium", "high")
# "Dummy that disables the check", for calls of another vendor's model.
UNSIGNED = "skip_thought_signature_validator"


# Law 3: what a writer derives, by key (or owner/key), and by which table or function.
DERIVED = {
    "mediaResolution/level": "DETAIL",
    "candidates/token": "the key of a map",
    "details/reason": "REASONS",
    "role": "role of the turn",
    "finishReason": "FINISH",
    "index": "position of the candidate",
    "mode": "CHOICE",
    "thinkingBudget": "BUDGETS",
    "thinkingLevel": "effort table",
    "includeThoughts": "display",
    "thought": "reasoning part",
    "responseMimeType": "kind of the output format",
    "responseModalities": "upper case",
    "mimeType": "type of the data, or the ending of an address",
    "serviceTier": "SERVICE_TIER",
    "promptTokenCount": "inclusive counting",
    "candidatesTokenCount": "exclusive counting",
    "totalTokenCount": "sum",
    "promptTokensDetails/modality": "the modality of a count",
    "candidatesTokensDetails/modality": "the modality of a count",
    "inlineData/data": "base64 of a text",
    "parametersJsonSchema/type": "the one argument of a free-text tool",
    "input/type": "the one argument of a free-text tool",
    "parametersJsonSchema/required": "the one argument of a free-text tool",
    "error/code": "ERRORS",
    "@type": "a detail of an error",
    "responseLogprobs": "asked for by number",
    "maxOutputTokens": "the shortest answer for none",
    "candidateCount": "RANGES",
    "temperature": "RANGES",
    "presencePenalty": "RANGES",
    "frequencyPenalty": "RANGES",
    "error/status": "ERRORS",
    "minimum": "what whole numbers an exclusive limit leaves",
    "maximum": "what whole numbers an exclusive limit leaves",
    "partIndex": "position",
    "groundingChunkIndices": "position",
    "startIndex": "bytes before the characters",
    "endIndex": "bytes before the characters",
    "createTime": "RFC 3339",
}

GOOGLE = "googleSearch"
BESIDE = "includeServerSideToolInvocations"  # of `toolConfig`: what tools the service runs beside functions
WEB_SEARCH = Words(
    (GOOGLE,),
    {},
    frozenset({"searchTypes", "timeRangeFilter", "blockingConfidence"})
    | {"search_types", "time_range_filter", "blocking_confidence"},
    also={"excludeDomains": "blocked", "exclude_domains": "blocked"},  # Vertex's alone, so that it is not written
)
