"""The parts of `gemini` documents that requests, responses and streams have in common.

How to extend.  A new part, tool, setting or piece of a reply is one `rec` here, in lowerCamelCase; `respelled` makes
snake_case of it where a request is to have that.  What the user owns (arguments, results, schemas, labels) stands
in `FREE`: nothing is respelled in it and nothing strewn into it.  See `common` for `rec` and `choose`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from . import common as c
from .common import TEXT, Doc, Draw, S, choose, fresh, many, rec, some, words

# fmt: off
# The tables below are laid out by hand.

# --- base64: both alphabets, padded or not ------------------------------------------------------------------

DATA = choose((5, c.BASE64), (2, words("-__-", "_9j_4AAQ", "iVBORw0KGgo", "R0lGODlhAQABAAAAACw", "AA")))
SIGNATURE = words("AAAA", "EqQBCkgIARABGAIiQA==", "-__-", "+//+", "CiQB-_8", "CiQB+/8=", "c2lnbmF0dXJl", "e30")
"""An opaque state, as a server writes it (standard, padded) or as the official client sends it back (URL-safe)."""
REPLAYED = choose((7, SIGNATURE), (2, words(
    "skip_thought_signature_validator", "context_engineering_is_the_way_to_go",
    "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=")))
"""The same in a request, where it may also be a word that switches the check off."""

# --- parts --------------------------------------------------------------------------------------------------

_MIME = words("image/png", "image/jpeg", "image/webp", "application/pdf", "audio/wav", "audio/mp3", "video/mp4",
              "text/plain")
_FILE_URI = words("https://generativelanguage.googleapis.com/v1beta/files/abc123", "gs://bucket/a.pdf",
                  "https://www.youtube.com/watch?v=9hE5-98ZeCg", "https://example.com/cat.png")
_OFFSET = words("0s", "1.5s", "60s")
_VIDEO = rec({"startOffset?": _OFFSET, "endOffset?": _OFFSET, "fps?": words(1.0, 1, 0.5, 24.0),
              "contentLayers?": fresh(["FRAMES"], ["AUDIO", "TRANSCRIPT"])}, p=0.6)
_RESOLUTION = choose(
    (4, rec({"level": words("MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH",
                            "MEDIA_RESOLUTION_ULTRA_HIGH"), "numTokens?": c.COUNT}, p=0.3)),
)
_ABOUT_MEDIA: Doc = {
    "videoMetadata?": _VIDEO, "mediaResolution?": _RESOLUTION, "mediaProcessing?": words("STATIC", "AGENTIC"),
    "documentMetadata?": rec({"startPage?": c.COUNT, "endPage?": c.COUNT,
                              "contentLayers?": fresh(["PAGE_IMAGE", "PAGE_TEXT"])}, p=0.6),
    "spreadsheetMetadata?": rec({"visibleCells?": "A1:B2", "sheetIndex?": c.COUNT,
                                 "contentLayers?": fresh(["DATA", "FORMULAS", "VISUAL"])}, p=0.6),
    "audioMetadata?": rec({"startOffset?": _OFFSET, "endOffset?": _OFFSET}, p=0.6),
}
_ON_ANY: Doc = {"partMetadata?": fresh({"k": "v"}, {"n": [1.0, None]})}
_NAME = {"displayName?": words("cat.png", "ü b.pdf")}
_INLINE = rec({"mimeType": _MIME, "data": DATA} | _NAME, p=0.25)
_FILE = rec({"fileUri": _FILE_URI, "mimeType?~": _MIME} | _NAME, p=0.5, nulls=0.1)
TEXT_PART = rec({"text": TEXT, "thought?": False} | _ON_ANY, p=0.08)
MEDIA_PART = choose(
    (3, rec({"inlineData": _INLINE} | _ABOUT_MEDIA | _ON_ANY, p=0.1)),
    (2, rec({"fileData": _FILE} | _ABOUT_MEDIA | _ON_ANY, p=0.1)),
)
_SPOKEN = rec({"text": TEXT, "speechMetadata": rec({"speaker?": words("Ann"), "style?": words("calm")}, p=0.8)})
USER_PART = choose((6, TEXT_PART), (5, MEDIA_PART), (1, _SPOKEN))

_RESULT = choose(
    (4, rec({"output": TEXT})), (3, rec({"result": c.ANY_JSON})), (2, rec({"error": TEXT})), (4, c.TOOL_INPUT),
    (1, rec({"name": c.NAME, "content": c.TOOL_INPUT})), (1, rec({"return_value": c.ANY_JSON})),
)
_RESULT_PART = choose(
    (3, rec({"inlineData": rec({"mimeType": words("image/png", "application/pdf"), "data": DATA} | _NAME, p=0.5)})),
    (2, rec({"fileData": rec({"fileUri": _FILE_URI, "mimeType": _MIME} | _NAME, p=0.5)} | _ABOUT_MEDIA, p=0.1)),
)
FUNCTION_RESPONSE = rec({"response": _RESULT, "parts?": many(_RESULT_PART, 1, 2), "willContinue?": c.BOOL,
                         "scheduling?": words("SILENT", "WHEN_IDLE", "INTERRUPT")}, p=0.12)
"""Without its name and id: those are the call's."""
ARGS = c.TOOL_INPUT
_SEARCH_TOOL = words("GOOGLE_SEARCH_WEB", "GOOGLE_SEARCH_IMAGE", "URL_CONTEXT", "GOOGLE_MAPS", "FILE_SEARCH",
                     "MEDIA_PROCESSING")
_OUTCOME = words("OUTCOME_OK", "OUTCOME_OK", "OUTCOME_FAILED", "OUTCOME_DEADLINE_EXCEEDED")
_CODE = words("print(2 + 2)", "x = 'é'\nprint(x)", "")
_TRANSCRIPTION = rec({"text": TEXT, "finished?": c.BOOL, "languageCode?": "en-GB", "speakerLabel?": "spk_1",
                      "words?": fresh([{"word": "Hello", "startOffset": "0s", "endOffset": "0.4s"}]),
                      "startOffset?": _OFFSET, "endOffset?": _OFFSET}, p=0.5)
_IMAGE_OUT = rec({"mimeType": words("image/png", "image/jpeg", "audio/L16;rate=24000"), "data": DATA})
_NO_ID = words(False, False, True)


@st.composite
def code_steps(draw: Draw) -> list[Doc]:
    """Code and what came of it; the two share an id where they have one."""
    own: Doc = {"id": draw(_CODE_ID)} if draw(_NO_ID) else {}
    run: Doc = {"executableCode": own | {"language": "PYTHON", "code": draw(_CODE)}}
    result: Doc = {"outcome": draw(_OUTCOME)}
    if c.chance(draw, 8):  # "" is left out
        result["output"] = draw(TEXT)
    return [run, {"codeExecutionResult": dict(own) | result}]


@st.composite
def tool_steps(draw: Draw) -> list[Doc]:
    """A call of a tool that the server runs, and its result."""
    own = {"id": draw(_CODE_ID), "toolType": draw(_SEARCH_TOOL)}
    call: Doc = {"toolCall": dict(own)}
    if c.chance(draw, 8):
        call["toolCall"]["args"] = draw(_TOOL_ARGS)
    answer: Doc = {"toolResponse": dict(own)}
    if c.chance(draw, 7):
        answer["toolResponse"]["response"] = draw(_TOOL_RESPONSE)
    return [call, answer]


_CODE_ID = words("d6vd9r5q", "v0ezw5sp", "x1")
_TOOL_ARGS = fresh({"queries": ["largest city"]}, {"urls": ["https://example.com"]}, {})
_TOOL_RESPONSE = fresh({"search_suggestions": "<div/>"}, {"results": [{"uri": "https://e.com", "n": 1.0}]}, {})
_SCENES: tuple[tuple[str, ...], ...] = (
    ("text",), ("text",), ("text",), ("text", "text"), ("thought", "text"), ("thought", "text"), ("thought", "calls"),
    ("calls",), ("calls",), ("text", "calls"), ("calls", "text"), ("thought", "thought", "text"),
    ("code", "text"), ("text", "code", "text"), ("thought", "code"), ("tools", "text"), ("tools", "calls"),
    ("image",), ("text", "image"), ("image", "text"), ("thought", "image"), ("transcription",), ("thought",),
    ("text", "thought", "text"), (),
)
_SCENE = st.sampled_from(_SCENES)
_WITHOUT_CALLS = st.sampled_from([scene for scene in _SCENES if "calls" not in scene])
_WITH_CALLS = st.sampled_from([scene for scene in _SCENES if "calls" in scene])
_CALL_ID_FORM = words("", "", "", "call_{}", "{:08x}", "toolu_01{:04d}", "d6vd9r5q{}", "call_{}__thought__QkJDRA==")


def model_parts(draw: Draw, scene: tuple[str, ...], signature: S, ids: Iterator[int]) -> list[Doc]:
    """What a model says in one turn, part by part; signatures stand where Gemini sets them, and now and then elsewhere:
    on the first call, on the last part, on an empty text after it, on steps of code and tools, on images."""
    parts: list[Doc] = []
    form: str = draw(_CALL_ID_FORM)
    for kind in scene:
        if kind == "thought":
            parts.append({"text": draw(TEXT), "thought": True})
        elif kind == "text":
            parts += [{"text": text} for text in draw(_TEXTS)]
        elif kind == "calls":
            parts += [_call(draw, form, ids) for _ in range(draw(_HOW_MANY))]
        elif kind == "image":
            parts.append({"inlineData": draw(_IMAGE_OUT)})
        elif kind == "transcription":
            parts.append({"audioTranscription": draw(_TRANSCRIPTION)})
        else:
            parts += draw(_STEPS[kind])
    _signed(draw, scene, signature, parts)
    return parts


_TEXTS = many(TEXT, 1, 2)
_HOW_MANY = words(1, 1, 1, 2, 2, 3)
_STEPS = {"code": code_steps(), "tools": tool_steps()}


def _call(draw: Draw, form: str, ids: Iterator[int]) -> Doc:
    call: Doc = {"name": draw(c.NAME)}
    if form:
        call["id"] = form.format(next(ids))
    if c.chance(draw, 8):
        call["args"] = draw(ARGS)
    return {"functionCall": call}


def _signed(draw: Draw, scene: tuple[str, ...], signature: S, parts: list[Doc]) -> None:
    if not parts or c.chance(draw, 4):
        return
    if "calls" in scene:
        next(part for part in parts if "functionCall" in part)["thoughtSignature"] = draw(signature)
    elif c.chance(draw, 5):
        parts[-1]["thoughtSignature"] = draw(signature)
    else:
        parts.append({"text": "", "thoughtSignature": draw(signature)})
    for part in parts:
        tenths = 2 if part.get("thought") else 0 if {"functionCall", "text"} & part.keys() else 4
        if tenths and c.chance(draw, tenths):
            part["thoughtSignature"] = draw(signature)


def a_scene(draw: Draw, calls: bool | None = None) -> tuple[str, ...]:
    """A turn's kinds of parts: with calls, without, or as it comes."""
    scene: tuple[str, ...] = draw(_SCENE if calls is None else _WITH_CALLS if calls else _WITHOUT_CALLS)
    return scene


# --- schemas ------------------------------------------------------------------------------------------------

_ABOUT: Doc = {"title?": words("T"), "description?": TEXT, "nullable?": c.TRUE_MOSTLY}
_BOUNDS = words(0, 1, 10)
_SCALARS: dict[str, S] = {
    "STRING": rec(_ABOUT | {"format?": words("date-time", "enum", "email"), "enum?": fresh(["a", "b"], ["", "ü"]),
                            "pattern?": "^a+$", "minLength?": words(0, "1"), "maxLength?": words(9, "20"),
                            "default?": words("a"), "example?": words("b")}, p=0.3),
    "NUMBER": rec(_ABOUT | {"format?": words("float", "double"), "minimum?": words(0, -1.5), "maximum?": words(1e3, 7),
                            "default?": words(1.0)}, p=0.25),
    "INTEGER": rec(_ABOUT | {"format?": words("int32", "int64"), "minimum?": words(0), "maximum?": words(10),
                             "example?": words(3), "default?": words(1)}, p=0.25),
    "BOOLEAN": rec(_ABOUT | {"default?": c.BOOL}, p=0.25),
    "NULL": rec({"description?": TEXT}, p=0.3),
}
_ARRAY = rec(_ABOUT | {"minItems?": choose(_BOUNDS, words("1")), "maxItems?": choose(_BOUNDS, words("9"))}, p=0.4)
_OBJECT = rec(_ABOUT | {"minProperties?": _BOUNDS, "maxProperties?": _BOUNDS, "additionalProperties?": c.BOOL,
                        "example?": fresh({"q": "x"})}, p=0.3)
_KIND = words("STRING", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "NULL", "ARRAY", "ARRAY", "OBJECT", "OBJECT",
              "anyOf")
_LEAF = words("STRING", "STRING", "NUMBER", "INTEGER", "BOOLEAN")
_PROPERTY = words("q", "n", "city", "ü", "type", "a_b", "camelCase")
_FEW_OF_THEM = words(1, 1, 2, 3)


def _schema(draw: Draw, kind: str, depth: int) -> Doc:
    def inner() -> Doc:
        return _schema(draw, draw(_KIND if depth else _LEAF), depth - 1)

    if kind == "anyOf":
        return {"anyOf": [inner() for _ in range(draw(_FEW_OF_THEM) + 1)], **draw(_ABOUT_UNION)}
    if kind == "ARRAY":
        return {"type": kind, "items": inner(), **draw(_ARRAY)}
    if kind != "OBJECT":
        return {"type": kind, **draw(_SCALARS[kind])}
    names: list[str] = list(dict.fromkeys(draw(_PROPERTY) for _ in range(draw(_FEW_OF_THEM))))
    node: Doc = {"type": kind, "properties": {name: inner() for name in names}}
    if c.chance(draw, 6):
        node["required"] = names[:1] if c.chance(draw, 4) else list(names)
    if c.chance(draw, 3):
        node["propertyOrdering"] = list(reversed(names))
    return {**node, **draw(_OBJECT)}


_ABOUT_UNION = rec(_ABOUT, p=0.2)
_REFERRING = fresh(  # Vertex
    {"type": "OBJECT", "properties": {"p": {"ref": "#/defs/P"}},
     "defs": {"P": {"type": "OBJECT", "properties": {"next": {"ref": "#/defs/P"}}}}},
)


@st.composite
def _schemas(draw: Draw, root: S) -> Doc:
    node = _schema(draw, draw(root), 2)
    return _lowered(node) if c.chance(draw, 2) else node


def _lowered(node: Any) -> Any:
    """`type` in lower case, which the service takes as well."""
    if isinstance(node, dict):
        return {key: value.lower() if key == "type" and isinstance(value, str) else _lowered(value)
                for key, value in node.items()}
    return [_lowered(item) for item in node] if isinstance(node, list) else node


OBJECT_SCHEMA = choose((9, _schemas(words("OBJECT"))), (1, _REFERRING))
_ROOT = words("OBJECT", "OBJECT", "OBJECT", "ARRAY", "ARRAY", "ARRAY", "STRING", "STRING", "anyOf")
SCHEMA = choose((12, _schemas(_ROOT)), (1, _REFERRING))

# --- tools --------------------------------------------------------------------------------------------------

_PARAMETERS = choose(
    (3, st.builds(dict)),
    (6, rec({"parameters": OBJECT_SCHEMA})),
    (4, rec({"parametersJsonSchema": c.OBJECT_SCHEMA})),
    (1, rec({"parameters": None})),
)
_RETURNS = choose((8, st.builds(dict)), rec({"response": OBJECT_SCHEMA}), rec({"responseJsonSchema": c.ANY_SCHEMA}))
_ABOUT_FUNCTION = rec({"description?~": TEXT, "behavior?": words("BLOCKING", "NON_BLOCKING", "UNSPECIFIED")},
                      p=0.5, nulls=0.1)


@st.composite
def functions(draw: Draw) -> list[Doc]:
    """Function declarations with names of their own."""
    names: list[str] = list(dict.fromkeys(draw(_FUNCTION_NAMES)))
    found: list[Doc] = []
    for name in names:
        function: Doc = {"name": name} | draw(_ABOUT_FUNCTION) | draw(_PARAMETERS) | draw(_RETURNS)
        if c.chance(draw, 9):
            function.pop("behavior", None)
        found.append(function)
    return found


_FUNCTION_NAMES = many(choose((8, c.NAME), (2, words("ns.f:x", "_f", "a" * 128))), 1, 4)
_TIMES = rec({"startTime?": c.WHEN, "endTime?": c.WHEN}, p=0.8)
_CONFIDENCE = words("BLOCK_LOW_AND_ABOVE", "BLOCK_ONLY_EXTREMELY_HIGH")
_DOMAINS = fresh([], ["example.com"])
_KEYS = {"apiKey?": "k", "customConfigs?": fresh({"n": 1})}
SERVER_TOOLS: dict[str, S] = {
    "googleSearch": some(rec({"searchTypes?": fresh({"webSearch": {}}, {"webSearch": {}, "imageSearch": {}}),
                              "timeRangeFilter?": _TIMES, "excludeDomains?": _DOMAINS,
                              "blockingConfidence?": _CONFIDENCE}, p=0.5), 0.6, dict),
    "googleSearchRetrieval": rec({"dynamicRetrievalConfig?": rec(
        {"mode": words("MODE_DYNAMIC", "MODE_UNSPECIFIED"), "dynamicThreshold?": c.UNIT})}, p=0.8),
    "codeExecution": st.builds(dict),
    "urlContext": st.builds(dict),
    "googleMaps": some(rec({"enableWidget?": c.BOOL, "authConfig?": fresh({"apiKey": "k"}),
                            "groundingTypes?": fresh({"places": {}}, {"places": {}, "routing": {}})}, p=0.6),
                       0.6, dict),
    "fileSearch": rec({"fileSearchStoreNames": fresh(["fileSearchStores/s"]), "topK?": c.COUNT,
                       "metadataFilter?": words('author = "x"')}, p=0.5),
    "computerUse": rec({"environment": words(*(f"ENVIRONMENT_{word}" for word in ("BROWSER", "MOBILE", "DESKTOP"))),
                        "excludedPredefinedFunctions?": fresh(["drag_and_drop"]),
                        "enablePromptInjectionDetection?": c.BOOL,
                        "disabledSafetyPolicies?": fresh(["FINANCIAL_TRANSACTIONS"])}, p=0.5),
    "mcpServers": many(rec({"name": "s", "streamableHttpTransport?": rec(
        {"url": c.URL, "headers?": fresh({"x-a": "b"}), "timeout?": "30s", "sseReadTimeout?": "60s",
         "terminateOnClose?": c.BOOL}, p=0.5)}, p=0.9), 1, 1),
    "retrieval": fresh({"vertexAiSearch": {"datastore": "projects/p/d", "maxResults": 3}, "disableAttribution": False},
                       {"vertexRagStore": {"ragResources": [{"ragCorpus": "c"}], "similarityTopK": 3}},
                       {"externalApi": {"apiSpec": "SIMPLE_SEARCH", "endpoint": "https://e.com"}}),
    "enterpriseWebSearch": some(rec({"excludeDomains?": _DOMAINS, "blockingConfidence?": _CONFIDENCE}, p=0.7),
                                0.6, dict),
    "parallelAiSearch": rec(_KEYS | {"enableZeroDataRetention?": c.BOOL, "enableDataRetention?": c.BOOL}, p=0.6),
    "exaAiSearch": rec(_KEYS, p=0.7),
}
_SERVER_TOOL = st.sampled_from([*sorted(SERVER_TOOLS), "googleSearch", "googleSearch", "codeExecution", "retrieval"])


@st.composite
def tools(draw: Draw) -> list[Doc]:
    """Tool entries: functions, what the server runs, or both, in one entry or in several; null is as good as absent."""
    found: list[Doc] = [{"functionDeclarations": draw(_FUNCTIONS)}] if c.chance(draw, 7) else []
    kinds = draw(_SERVER_TOOL_KINDS) if c.chance(draw, 4) or not found else []
    for kind in dict.fromkeys(kinds):
        entry = {kind: draw(SERVER_TOOLS[kind])}
        if found and c.chance(draw, 2):
            found[-1] |= entry
        else:
            found.append(entry)
    if c.chance(draw, 3):
        found[0].setdefault(draw(_NULL_TOOL), None)
    return found


_FUNCTIONS = functions()
_SERVER_TOOL_KINDS = many(_SERVER_TOOL, 1, 2)
_NULL_TOOL = words("codeExecution", "googleSearch", "functionDeclarations", "urlContext")

# --- parts of a reply ---------------------------------------------------------------------------------------

FINISH_WORDS = (
    "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
    "MALFORMED_FUNCTION_CALL", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "NO_IMAGE",
    "IMAGE_RECITATION", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE", "ESCALATION", "PUP_LIMITED_DISABLED", "CONTINUATION", "MODEL_ARMOR",
    "FINISH_REASON_UNSPECIFIED",
)
FINISH = choose((22, "STOP"), (6, "MAX_TOKENS"), (30, st.sampled_from(FINISH_WORDS)), (1, words(1, 2, 3)),
                (1, words("X_NEW_REASON")))
BLOCK_REASON = words("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR", "JAILBREAK",
                     "BLOCKED_REASON_UNSPECIFIED")
CATEGORY = words(*(f"HARM_CATEGORY_{word}" for word in (
    "HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT", "CIVIC_INTEGRITY", "JAILBREAK",
    "IMAGE_HATE", "IMAGE_DANGEROUS_CONTENT", "IMAGE_HARASSMENT", "IMAGE_SEXUALLY_EXPLICIT")))
THRESHOLD = words("BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF")
_SCORE = words(0.1, 0.0, 1, 1.0, 0.25)
_RATING = choose((19, rec({"category": CATEGORY, "probability": words("NEGLIGIBLE", "LOW", "MEDIUM", "HIGH"),
                          "blocked?": c.BOOL, "probabilityScore?": _SCORE, "severityScore?": _SCORE,
                          "severity?": words(*(f"HARM_SEVERITY_{word}" for word in (
                              "NEGLIGIBLE", "LOW", "MEDIUM", "HIGH"))),
                          "overwrittenThreshold?": THRESHOLD}, p=0.25)),
                 (1, rec({"category": words(7, 8), "probability": 1})))
RATINGS = many(_RATING, 1, 2)
BLOCKED = rec({"blockReason": BLOCK_REASON, "blockReasonMessage?": TEXT, "safetyRatings?": RATINGS}, p=0.4)
_ONE_CITATION = rec({"startIndex?": c.COUNT, "endIndex?": c.COUNT, "uri?": c.URL, "title?": words("T"),
                     "license?": words("mit", ""), "publicationDate?": fresh({"year": 2024, "month": 5, "day": 1})},
                    p=0.6)
CITATIONS = choose((2, rec({"citationSources": many(_ONE_CITATION, 1, 2)})),
                   (1, rec({"citations": many(_ONE_CITATION, 1, 2)})))
_REVIEW = fresh({"reviewSnippets": [{"title": "r", "googleMapsUri": "https://maps.google.com/?cid=1"}]})
_CHUNK = choose(
    (5, rec({"web": rec({"uri": c.URL, "title?": words("Titre"), "domain?": "example.com"}, p=0.6)})),
    (2, rec({"maps": rec({"uri": c.URL, "title?": words("Café"), "text?": TEXT, "placeId?": "places/x",
                          "placeAnswerSources?": _REVIEW,
                          "route?": fresh({"distanceMeters": 7, "duration": "60s", "encodedPolyline": "a"})}, p=0.5)})),
    (1, rec({"image": rec({"sourceUri": c.URL, "imageUri?": c.URL, "title?": "i", "domain?": "e.com"}, p=0.7)})),
    (2, rec({"retrievedContext": rec({"text?": TEXT, "uri?": c.URL, "title?": "doc", "documentName?": "d",
                                      "fileSearchStore?": "fileSearchStores/s", "pageNumber?": c.COUNT, "mediaId?": "m",
                                      "ragChunk?": fresh({"text": "t", "pageSpan": {"firstPage": 1, "lastPage": 2}}),
                                      "customMetadata?": fresh([{"key": "k", "stringValue": "v"}])}, p=0.4)})),
)
_SUPPORT = rec({"segment": rec({"startIndex?~": c.COUNT, "endIndex": c.COUNT, "partIndex?": words(0, 1), "text?": TEXT},
                               p=0.6),
                "groundingChunkIndices?": fresh([0], [0, 1]), "confidenceScores?": fresh([0.9], [1.0, 1]),
                "renderedParts?": fresh([0])}, p=0.6)
GROUNDING = choose((2, st.builds(dict)), (9, rec({
    "webSearchQueries?": fresh(["largest city"], []), "imageSearchQueries?": fresh(["cats"]),
    "searchEntryPoint?": rec({"renderedContent?": words("<div>x</div>"), "sdkBlob?": DATA}, p=0.7),
    "groundingChunks?~": many(_CHUNK, 1, 3), "groundingSupports?": many(_SUPPORT, 1, 2),
    "retrievalMetadata?": fresh({}, {"googleSearchDynamicRetrievalScore": 0.5}), "retrievalQueries?": fresh(["q"]),
    "googleMapsWidgetContextToken?": "widgetcontent/x",
    "sourceFlaggingUris?": fresh([{"sourceId": "s", "flagContentUri": "https://e.com"}])}, p=0.5)))
URL_CONTEXT = rec({"urlMetadata": many(rec({"retrievedUrl": c.URL, "urlRetrievalStatus": words(*(
    f"URL_RETRIEVAL_STATUS_{word}" for word in ("SUCCESS", "ERROR", "PAYWALL", "UNSAFE", "UNSPECIFIED")))}), 1, 2)})
_TOKEN = rec({"token": words("Hi", " a", "é"), "tokenId?": c.COUNT, "logProbability": words(-0.31, 0.0, 0, -9999.0)},
             p=0.7)
LOGPROBS = rec({"chosenCandidates": many(_TOKEN, 1, 2),
                "topCandidates?": many(rec({"candidates": many(_TOKEN, 1, 2)}), 1, 2),
                "logProbabilitySum?": words(-0.62, 0.0)}, p=0.6)
ON_CANDIDATE: Doc = {
    "finishMessage?": TEXT, "safetyRatings?": RATINGS, "citationMetadata?": CITATIONS, "tokenCount?": c.COUNT,
    "avgLogprobs?": words(-0.12, 0.0, -1e-05), "logprobsResult?": LOGPROBS, "groundingMetadata?": GROUNDING,
    "urlContextMetadata?": URL_CONTEXT,
}

# --- usage --------------------------------------------------------------------------------------------------

_MODALITY = choose((39, words("TEXT", "IMAGE", "VIDEO", "AUDIO", "DOCUMENT")), (1, words(1, 2)))
_DETAILS = many(rec({"modality": _MODALITY, "tokenCount?": c.COUNT}, p=0.9), 1, 2)
TRAFFIC = choose((9, words("ON_DEMAND", "ON_DEMAND_PRIORITY", "ON_DEMAND_FLEX", "ON_DEMAND_OFFPEAK",
                           "PROVISIONED_THROUGHPUT")), (1, words(1)))
_USAGE = rec({
    "promptTokenCount": c.COUNT, "cachedContentTokenCount?": words(0, 1, 3), "candidatesTokenCount?": c.COUNT,
    "thoughtsTokenCount?": c.COUNT, "toolUsePromptTokenCount?": c.COUNT, "totalTokenCount?": c.COUNT,
    "promptTokensDetails?": _DETAILS, "cacheTokensDetails?": _DETAILS, "candidatesTokensDetails?": _DETAILS,
    "toolUsePromptTokensDetails?": _DETAILS, "trafficType?": TRAFFIC,
    "serviceTier?": words("standard", "flex", "priority"),
}, p=0.45)
_ADDENDS = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "toolUsePromptTokenCount")


@st.composite
def usage(draw: Draw) -> Doc:
    """A usageMetadata; its total mostly adds up, and the cache is mostly within the prompt."""
    counts: Doc = draw(_USAGE)
    if not c.chance(draw, 2):
        counts["totalTokenCount"] = sum(counts.get(key, 0) for key in _ADDENDS)
    if not c.chance(draw, 1) and counts.get("cachedContentTokenCount", 0) > counts["promptTokenCount"]:
        counts["promptTokenCount"] += counts["cachedContentTokenCount"]
        if "totalTokenCount" in counts:
            counts["totalTokenCount"] = sum(counts.get(key, 0) for key in _ADDENDS)
    if c.chance(draw, 1):
        del counts["promptTokenCount"]
    return counts


USAGE = usage()
MODEL = words("gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-flash-preview", "gemini-3.1-pro-preview", "m",
              "gemini-4-argon", "models/gemini-2.0-flash")
RESPONSE_ID = words("YSewaNSeEt3skdUPj_ruyQ8", "hlP6ae3uJuqGz7IP-6e9iA0", "resp-1", "")
MODEL_STATUS = rec({"modelStage": words("STABLE", "PREVIEW", "DEPRECATED", "RETIRED", "UNSTABLE_EXPERIMENTAL"),
                    "message?": TEXT, "retirementTime?": c.WHEN}, p=0.6)

# fmt: on
# --- what belongs to the user -------------------------------------------------------------------------------

FREE = frozenset(
    [
        "args",
        "response",
        "parameters",
        "parametersJsonSchema",
        "responseSchema",
        "responseJsonSchema",
        "_responseJsonSchema",
        "schema",
        "jsonSchema",
        "labels",
        "partMetadata",
        "customConfigs",
        "headers",
        "metadata",
    ]
)
"""Keys whose value is the user's ; a Schema's keywords are ours, and are respelled apart."""


def _owned(value: Any, key: str = "") -> Iterator[tuple[str, Doc]]:
    """The objects of the dialect, each with the key that it, or the list that it is in, stands under."""
    if isinstance(value, dict):
        yield key, value
        for name, inner in value.items():
            if name not in FREE:
                yield from _owned(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _owned(inner, key)


@st.composite
def sprinkled(draw: Draw, inner: S) -> Any:
    """The document with, in one case of three, one to three unknown keys at any depth."""
    doc = draw(inner)
    for _ in range(draw(_SPRINKLES)):
        places = [node for _, node in _owned(doc)]
        if places:
            places[draw(_PLACE) % len(places)].setdefault(draw(_UNKNOWN_KEY), draw(c.ANY_JSON))
    return doc


_SPRINKLES = words(0, 0, 0, 0, 0, 0, 1, 1, 2, 3)
_PLACE = st.integers(0, 127)
_UNKNOWN_KEY = st.sampled_from(c.UNKNOWN_KEYS)

NULLS: dict[str, tuple[str, ...]] = {
    "contents": ("role",),
    "content": ("role",),
    "parts": ("thought", "thoughtSignature", "text", "functionCall", "inlineData", "videoMetadata", "partMetadata"),
    "functionCall": ("id", "args"),
    "functionResponse": ("id", "parts", "scheduling"),
    "inlineData": ("displayName",),
    "codeExecutionResult": ("id", "output"),
    "generationConfig": ("temperature", "stopSequences", "seed", "responseSchema", "thinkingConfig", "candidateCount"),
    "thinkingConfig": ("includeThoughts", "thinkingBudget"),
    "tools": ("codeExecution", "googleSearch", "functionDeclarations", "urlContext"),
    "functionDeclarations": ("description", "parameters", "response"),
    "toolConfig": ("functionCallingConfig", "retrievalConfig"),
    "functionCallingConfig": ("allowedFunctionNames",),
    "candidates": ("content", "finishReason", "index", "safetyRatings", "finishMessage", "groundingMetadata"),
    "usageMetadata": ("cachedContentTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "promptTokensDetails"),
    "groundingMetadata": ("webSearchQueries", "groundingChunks"),
    "segment": ("startIndex",),
    "safetyRatings": ("blocked",),
    "promptFeedback": ("safetyRatings",),
}
"""Where a null may stand for what is not there (proto3 JSON takes one for any field)."""


@st.composite
def nulled(draw: Draw, inner: S) -> Any:
    """The document with, in one case of three, one or two nulls in place of absent fields."""
    doc = draw(inner)
    for _ in range(draw(_SO_MANY_NULLS)):
        places: dict[str, list[Doc]] = {}
        for key, node in _owned(doc):
            if key in NULLS:
                places.setdefault(key, []).append(node)
        if places:  # first the kind of object, then one of them: what is rare deserves its share
            key = sorted(places)[draw(_PLACE) % len(places)]
            node = places[key][draw(_PLACE) % len(places[key])]
            node.setdefault(NULLS[key][draw(_PLACE) % len(NULLS[key])], None)
    return doc


_SO_MANY_NULLS = words(0, 0, 0, 1, 2)


# --- spelling -----------------------------------------------------------------------------------------------


def snake(key: str) -> str:
    """`thoughtSignature` -> `thought_signature`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), key)


OFFICIAL = frozenset(
    [
        "mimeType",
        "displayName",
        "includeThoughts",
        "thinkingBudget",
        "thinkingLevel",
        "parametersJsonSchema",
        "allowedFunctionNames",
        "toolType",
        "fileSearchStoreNames",
        "promptTemplateName",
    ]
)
"""Keys that the official client has been seen to spell in snake_case, in documents that are camelCase elsewhere."""


def respelled(value: Any, keys: frozenset[str] | None = None, *, schemas: bool = False, at: str = "") -> Any:
    """A document in snake_case: every key of the dialect, or some; `schemas`: the keywords of a Schema as well."""
    if isinstance(value, list):
        return [respelled(item, keys, schemas=schemas, at=at) for item in value]
    if not isinstance(value, dict):
        return value
    found: Doc = {}
    for key, inner in value.items():
        chosen = key not in c.UNKNOWN_KEYS and (keys is None or key in keys)
        if key in FREE:
            of_ours = key in _SCHEMAS or (key == "response" and at == "functionDeclarations")
            found[snake(key) if chosen else key] = _schema_respelled(inner) if schemas and of_ours else inner
        else:
            found[snake(key) if chosen else key] = respelled(inner, keys, schemas=schemas, at=key)
    return found


_SCHEMAS = frozenset(["parameters", "responseSchema"])


def _schema_respelled(node: Any) -> Any:
    if isinstance(node, list):
        return [_schema_respelled(item) for item in node]
    if not isinstance(node, dict):
        return node
    found: Doc = {}
    for key, inner in node.items():
        if key in ("properties", "defs"):
            found[key] = inner and {name: _schema_respelled(one) for name, one in inner.items()}
        else:
            found[snake(key)] = _schema_respelled(inner) if key in ("items", "anyOf") else inner
    return found
