"""Documents of `gemini`: requests and responses of generateContent, errors.

How to extend.  A new top-level field is one line in `_TOP`, a setting one in `_CONFIG`; parts, tools, schemas and usage
are in `gemini_parts`, streams in `gemini_streams`.  What must agree (every call answered in the next turn, as many
responses as calls, ids on both sides or on none; settings that need or exclude each other) is kept by the composites
`_turns` and `_requests`.  Everything is made in lowerCamelCase; `_spelt` turns some requests into snake_case, wholly or
as the official client does, and some lists of one into the bare object.  Then name the new thing in `coverage_gemini`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import count

from hypothesis import strategies as st

from . import common as c
from . import gemini_parts as p
from . import nulls
from .common import COMMENT, NONBLANK, TEXT, Doc, Draw, Record, S, chance, choose, fresh, many, rec, some, words
from .gemini_streams import array_bytes, failing_streams, streams

__all__ = [
    "COMMENT",
    "array_bytes",
    "errors",
    "failing_streams",
    "requests",
    "requests_pool",
    "responses",
    "responses_pool",
    "sse_bytes",
    "streams",
]

# fmt: off
# The tables below are laid out by hand.

# --- generationConfig ---------------------------------------------------------------------------------------

THINKING = rec({"includeThoughts?~": c.BOOL, "thinkingBudget?~": words(0, -1, 128, 1024, 24576, 32768)},
               p=0.7, nulls=0.1)
THINKING_LEVEL = rec({"includeThoughts?": c.BOOL, "thinkingLevel": words(
    "MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH", "low", "high")}, p=0.5)
_VOICE = choose(rec({"prebuiltVoiceConfig": rec({"voiceName": words("Kore", "Puck")})}), rec({"voice": "Kore"}),
                rec({"replicatedVoiceConfig": rec({"mimeType?": "audio/wav", "voiceSampleAudio?": p.DATA}, p=0.8)}))
_SPEECH = choose((2, rec({"voiceConfig?": _VOICE, "languageCode?": "en-US"}, p=0.7)),
                 (1, rec({"multiSpeakerVoiceConfig": rec({"speakerVoiceConfigs": many(
                     rec({"speaker": words("Ann", "Bob"), "voiceConfig": _VOICE}), 1, 2)})})))
_IMAGE = some(rec({"aspectRatio?": words("3:4", "16:9"), "imageSize?": words("1K", "2K", "4K"),
                   "personGeneration?": "ALLOW_ALL", "prominentPeople?": "BLOCK_PROMINENT_PEOPLE",
                   "outputMimeType?": "image/jpeg", "outputCompressionQuality?": words(75),
                   "imageOutputOptions?": fresh({"mimeType": "image/jpeg", "compressionQuality": 75})}, p=0.4),
              0.8, dict)
_MODALITIES = choose((2, fresh(["TEXT"])), (1, fresh([], ["TEXT", "IMAGE"], ["IMAGE"], ["AUDIO"], ["VIDEO"])))
_FORMATS = fresh([{"text": {"mimeType": "application/json", "schema": {"type": "object"}}}],
                 [{"image": {"aspectRatio": "ASPECT_RATIO_ONE_BY_ONE"}}], [{"audio": {"mimeType": "audio/mp3"}}])
_CONFIG = rec({
    "temperature?~": c.RATE, "topP?~": c.UNIT, "topK?": choose((3, words(1, 40)), (1, words(40.0, 1.0))),
    "candidateCount?": words(1, 1, 1, 2, 8), "maxOutputTokens?~": c.CAP,
    "stopSequences?": many(words("END", "\n\n", "</s>", "ü"), 0, 3), "seed?": words(0, 1, 42, -1, 2**31 - 1),
    "presencePenalty?": c.PENALTY, "frequencyPenalty?": c.PENALTY,
    "responseModalities?": _MODALITIES, "speechConfig?": _SPEECH, "imageConfig?": _IMAGE,
    "mediaResolution?": words("MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH"),
    "thinkingConfig?~": choose((4, THINKING), (5, THINKING_LEVEL), (1, st.builds(dict))),
}, p=0.3, nulls=0.1)
_RARE_CONFIG = some(rec({
    "audioTimestamp?": c.BOOL, "enableAffectiveDialog?": c.BOOL, "enableEnhancedCivicAnswers?": c.BOOL,
    "responseFormat?": _FORMATS,
    "routingConfig?": fresh({"autoMode": {"modelRoutingPreference": "BALANCED"}}, {"manualMode": {"modelName": "m"}}),
    "modelSelectionConfig?": fresh({"featureSelectionPreference": "BALANCED"}),
    "translationConfig?": fresh({"targetLanguageCode": "fr", "echoTargetLanguage": True}),
    "audioTranscriptionConfig?": fresh({"languageCodes": ["en-GB"], "diarization": True}),
}, p=0.3), 0.25, dict)
_OUTPUT = choose(
    (3, st.builds(dict)),
    (1, rec({"responseMimeType": words("text/plain", "text/x.enum", "application/json")})),
    (6, rec({"responseMimeType": "application/json", "responseSchema": p.SCHEMA})),
    (1, rec({"responseMimeType": "text/x.enum", "responseSchema": fresh({"type": "STRING", "enum": ["a", "b"]})})),
    (2, rec({"responseMimeType": "application/json", "responseJsonSchema": c.ANY_SCHEMA})),
    (1, rec({"responseMimeType": "application/json", "_responseJsonSchema": c.ANY_SCHEMA})),
    (1, rec({"responseMimeType~": "application/json", "responseSchema": None}, nulls=0.5)),
)
_PROBABILITIES = choose((8, st.builds(dict)), (1, rec({"responseLogprobs": c.BOOL})),
                        (1, rec({"responseLogprobs": True, "logprobs": words(0, 1, 20)})))

# --- the top level ------------------------------------------------------------------------------------------

_SYSTEM_PART = choose((8, p.TEXT_PART), (1, rec({"text": TEXT, "thought": c.BOOL})))
_SYSTEM = choose(
    (6, rec({"parts": many(_SYSTEM_PART, 1, 2), "role?": words("user", "user", "system")}, p=0.5)),
    (1, rec({"parts": many(_SYSTEM_PART, 1, 1), "role?": "user"})),
    (1, rec({"parts": []})),
)
_METHOD = words("SEVERITY", "PROBABILITY")
_SETTING = choose((9, rec({"category": None, "threshold": p.THRESHOLD, "method?": _METHOD}, p=0.2)),
                  (1, rec({"category": None, "threshold": words(1, 4)})))
_TOP = rec({
    "labels?": fresh({}, {"team": "a"}), "serviceTier?": words("standard", "flex", "priority", "unspecified"),
    "store?": c.BOOL, "continuationToken?": p.DATA, "model?": p.MODEL, "toolConfig?": None, "systemInstruction?": None,
    "safetySettings?": None, "tools?": None, "cachedContent?": None,
    "modelArmorConfig?": fresh({"promptTemplateName": "p", "responseTemplateName": "r"}),
    "outputConfig?": fresh({"outputUriPrefix": "gs://bucket/o"}),
}, p=0.1)
_MODE = words("AUTO", "ANY", "NONE", "VALIDATED", "MODE_UNSPECIFIED")
_RETRIEVAL = rec({"latLng?": fresh({"latitude": 48.0, "longitude": 2.35}), "languageCode?": "fr"}, p=0.8)

# --- conversations ------------------------------------------------------------------------------------------

_USER_PARTS = choose((5, many(rec({"text": TEXT}), 1, 1)), (6, many(p.USER_PART)))
_STEP = words("answer", "answer", "calls", "calls", "calls", "users")
_STEPS = many(_STEP, 0, 3)
_ENDING = words("user", "user", "user", "user", "responses", "prefill")
_PREFILL = many(rec({"text": NONBLANK}), 1, 1)


def _turn(draw: Draw, role: str | None, parts: list[Doc]) -> Doc:
    return {"parts": parts} if role is None else {"role": role, "parts": parts} if chance(draw, 5) else {
        "parts": parts, "role": role}


def _user(draw: Draw) -> Doc:
    parts = draw(_USER_PARTS)
    return _turn(draw, None if chance(draw, 1) else "user", parts)


def _exchange(draw: Draw, ids: count[int]) -> list[Doc]:
    """A model turn that calls functions, and the turn that answers all of them, in order."""
    parts = p.model_parts(draw, p.a_scene(draw, calls=True), p.REPLAYED, ids)
    answers: list[Doc] = []
    for part in parts:
        if "functionCall" in part:
            call = part["functionCall"]
            same = {key: call[key] for key in ("id", "name") if key in call}
            answers.append({"functionResponse": same | draw(p.FUNCTION_RESPONSE)})
    after = draw(_USER_PARTS) if chance(draw, 1) else []
    role = "function" if chance(draw, 1) else None if chance(draw, 1) else "user"
    return [_turn(draw, "model", parts), _turn(draw, role, answers + after)]


@st.composite
def _turns(draw: Draw) -> list[Doc]:
    ids = count(1)
    contents = [_user(draw)]
    for step in draw(_STEPS):
        if step == "calls":
            contents += _exchange(draw, ids)
            continue
        if step == "users":
            contents.append(_user(draw))
        parts = p.model_parts(draw, p.a_scene(draw, calls=False), p.REPLAYED, ids)
        contents += [_turn(draw, "model", parts or [{"text": draw(TEXT)}]), _user(draw)]
    ending = draw(_ENDING)
    if ending == "responses":
        contents += _exchange(draw, ids)
    elif ending == "prefill" and chance(draw, 5):
        contents.append(_turn(draw, "model", draw(_PREFILL)))
    return contents


_CONTENTS = _turns()
_TOOLS = p.tools()


@st.composite
def _requests(draw: Draw) -> Doc:
    body: Doc = {"contents": draw(_CONTENTS)} | draw(_TOP)
    if chance(draw, 7):
        config = draw(_CONFIG) | draw(_OUTPUT) | draw(_PROBABILITIES) | draw(_RARE_CONFIG)
        body["generationConfig"] = config
    elif chance(draw, 5):
        body["generationConfig"] = draw(_NO_CONFIG)
    if chance(draw, 3):
        body["safetySettings"] = [draw(_SETTING) | {"category": word} for word in dict.fromkeys(draw(_CATEGORIES))]
    if chance(draw, 1):
        body["cachedContent"] = "cachedContents/abc-123"
        return {key: value for key, value in body.items() if key not in ("systemInstruction", "tools", "toolConfig")}
    if chance(draw, 5):
        body["systemInstruction"] = draw(_SYSTEM)
    if chance(draw, 6):
        body["tools"] = draw(_TOOLS)
    declared = [one["name"] for tool in body.get("tools") or () for one in tool.get("functionDeclarations") or ()]
    config = {}
    if declared and chance(draw, 5):
        config["functionCallingConfig"] = calling = {"mode": draw(_MODE)} if chance(draw, 9) else {}
        if calling.get("mode") in ("ANY", "VALIDATED") and chance(draw, 6):
            calling["allowedFunctionNames"] = declared[: 1 if chance(draw, 6) else None]
        if chance(draw, 1):
            calling["streamFunctionCallArguments"] = draw(c.BOOL)
    if any(set(tool) - {"functionDeclarations"} for tool in body.get("tools") or ()):
        if chance(draw, 3):
            config["retrievalConfig"] = draw(_RETRIEVAL)
        if chance(draw, 4):
            config["includeServerSideToolInvocations"] = draw(c.TRUE_MOSTLY)
    if config or (body.get("tools") and chance(draw, 1)):
        body["toolConfig"] = config
    return body


_NO_CONFIG = choose((2, st.builds(dict)), (1, None))
_CATEGORIES = many(choose((9, p.CATEGORY), (1, words(7, 8))), 1, 3)


@st.composite
def _spelt(draw: Draw, inner: S) -> Doc:
    """The request in one casing throughout, and a few bare objects where a list may have one."""
    body: Doc = draw(inner)
    for holder, key in ((body, "contents"), (body, "tools"), (body.get("systemInstruction"), "parts")):
        if isinstance(holder, dict) and len(holder.get(key) or ()) == 1 and draw(_BARE):
            holder[key] = holder[key][0]
    casing = draw(_CASING)
    if casing == "camel":
        return body
    if casing == "official":
        return dict(p.respelled(body, p.OFFICIAL))
    return dict(p.respelled(body, schemas=casing == "all"))


_CASING = words("camel", "camel", "camel", "camel", "camel", "camel", "official", "official", "snake", "all")
_BARE = words(*[False] * 19, True)


@cache
def requests(valid: bool = True, *, extras: bool = True) -> S:
    """Request bodies; `valid=False` breaks them in one to four places; `extras=False` adds no unknown keys."""
    strategy = nulls.nulled(p.nulled(_requests()), "gemini", "request")
    if extras:
        strategy = p.sprinkled(strategy)
    strategy = _spelt(strategy)
    return c.document(strategy if valid else c.damaged(strategy))


# --- responses ----------------------------------------------------------------------------------------------

_RESPONSE_TOP = rec({
    "candidates": None, "promptFeedback?": rec({"safetyRatings": p.RATINGS}), "usageMetadata?": p.USAGE,
    "modelVersion?": p.MODEL, "responseId?": p.RESPONSE_ID, "createTime?": c.WHEN, "modelStatus?": p.MODEL_STATUS,
    "turnToken?": words("v1_ChdU", ""),
}, p=0.3)
_CANDIDATE = rec(p.ON_CANDIDATE, p=0.2)
_EMPTY_CONTENT = fresh({}, {}, {"role": "model"}, None, {"parts": [], "role": "model"}, "absent")
_CANDIDATES = words(1, 1, 1, 1, 1, 1, 1, 2, 3)


def _candidate(draw: Draw, index: int) -> Doc:
    candidate: Doc = {}
    parts = p.model_parts(draw, p.a_scene(draw), p.SIGNATURE, count(1))
    if parts or chance(draw, 1):
        candidate["content"] = {"parts": parts} if chance(draw, 1) else {"parts": parts, "role": "model"}
        if chance(draw, 1) and len(parts) == 1:
            parts.append({})
    else:
        content = draw(_EMPTY_CONTENT)
        if content != "absent":
            candidate["content"] = content
    if chance(draw, 9):
        candidate["finishReason"] = draw(p.FINISH)
    elif chance(draw, 3):
        candidate["finishReason"] = None
    if index or chance(draw, 7):
        candidate["index"] = index
    elif chance(draw, 1):
        candidate["index"] = None
    candidate |= draw(_CANDIDATE)
    if candidate.get("finishReason") == "CONTINUATION" or (
        candidate.get("finishReason") == "MAX_TOKENS" and chance(draw, 1)
    ):
        candidate["continuationToken"] = draw(p.DATA)
    return candidate


@st.composite
def _responses(draw: Draw) -> Doc:
    body: Doc = draw(_RESPONSE_TOP)
    for key, strategy, tenths in (("modelVersion", p.MODEL, 8), ("responseId", p.RESPONSE_ID, 8),
                                  ("usageMetadata", p.USAGE, 8)):
        if key not in body and chance(draw, tenths):
            body[key] = draw(strategy)
    if draw(_BLOCKED):
        del body["candidates"]
        body["promptFeedback"] = draw(p.BLOCKED)
        if chance(draw, 1):
            body["candidates"] = []
        return body
    body["candidates"] = [_candidate(draw, index) for index in range(draw(_CANDIDATES))]
    return body


_BLOCKED = words(*[False] * 9, True)


@cache
def responses(valid: bool = True, *, extras: bool = True) -> S:
    """Bodies of successful responses, those of blocked prompts among them."""
    strategy = nulls.nulled(p.nulled(_responses()), "gemini", "response")
    if extras:
        strategy = p.sprinkled(strategy)
    return c.document(strategy if valid else c.damaged(strategy))


def responses_pool(n: int = 64) -> S:
    """Copies of `n` responses made beforehand, one cheap draw each."""
    return c.pool(responses(), n)


def requests_pool(n: int = 64) -> S:
    """Copies of `n` requests made beforehand, one cheap draw each."""
    return c.pool(requests(), n)


# --- errors -------------------------------------------------------------------------------------------------

STATUSES: dict[int, tuple[str, ...]] = {
    400: ("INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"), 401: ("UNAUTHENTICATED",),
    403: ("PERMISSION_DENIED",), 404: ("NOT_FOUND",), 409: ("ABORTED", "ALREADY_EXISTS"),
    429: ("RESOURCE_EXHAUSTED",), 499: ("CANCELLED",), 500: ("INTERNAL", "UNKNOWN", "DATA_LOSS"),
    501: ("UNIMPLEMENTED",), 503: ("UNAVAILABLE",), 504: ("DEADLINE_EXCEEDED",),
}
_RPC = "type.googleapis.com/google.rpc."
_DETAIL = fresh(
    {"@type": _RPC + "BadRequest", "fieldViolations": [{"field": "contents", "description": "is not specified"}]},
    {"@type": _RPC + "ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com",
     "metadata": {"service": "generativelanguage.googleapis.com"}},
    {"@type": _RPC + "RetryInfo", "retryDelay": "34s"},
    {"@type": _RPC + "QuotaFailure", "violations": [{"quotaId": "Free", "quotaValue": "20"}]},
    {"@type": _RPC + "Help", "links": [{"description": "Learn more", "url": "https://ai.google.dev"}]},
    {"@type": _RPC + "LocalizedMessage", "locale": "en-US", "message": "API key not valid."},
    {"@type": _RPC + "DebugInfo", "detail": "[ORIGINAL ERROR] generic::cancelled: "},
)
_MESSAGE = choose((3, words("API key not valid. Please pass a valid API key.", "Resource has been exhausted",
                            "The model is overloaded. Please try again later.")), TEXT)


def error_body(status: int) -> S:
    """Google's own body of an error."""
    return rec({"error": rec({"code": status, "message": _MESSAGE, "status": words(*STATUSES[status]),
                              "details?": many(_DETAIL, 0, 2)}, p=0.5)})


@cache
def errors(*, extras: bool = True) -> S:
    """Pairs of HTTP status and error body; streams wrap theirs in a list, gateways have other forms."""
    weights = {400: 5, 429: 3, 403: 2, 404: 2}
    own = [(2 * weights.get(status, 1), st.tuples(words(status), error_body(status))) for status in STATUSES]
    others = [
        (3, st.tuples(words(400), error_body(400).map(lambda body: [body]))),
        (2, st.tuples(words(429), error_body(429).map(lambda body: [body]))),
        (1, st.tuples(words(413, 502), rec({"error": TEXT}))),
        (1, st.tuples(words(404), rec({"error": rec({"code": 404, "message": TEXT, "status~": "NOT_FOUND"},
                                                    nulls=0.5)}))),
        (1, st.tuples(words(403), rec({"message": TEXT}))),
    ]
    strategy = choose(*own, *others)
    return c.document(p.sprinkled(strategy) if extras else strategy)


# fmt: on
# --- framing ------------------------------------------------------------------------------------------------


def sse_bytes(
    records: Sequence[Record],
    newline: bytes = b"\r\n",
    *,
    space: bool = True,
    ascii_only: bool = False,
    last_blank: bool = True,
) -> bytes:
    """The records as a body of `alt=sse`, which has CRLF; see `common.sse_bytes`."""
    return c.sse_bytes(records, newline, space=space, ascii_only=ascii_only, last_blank=last_blank)
