"""Documents of `openai-chat`: requests, responses and errors, first-party and as the compatible servers have them.

How to extend.  A new field is one line in a `rec` below (official ones in `_OFFICIAL`, other servers' in
`_VENDOR`); message parts, tools and the pieces of a reply are in `openai_chat_parts`, streams in
`openai_chat_streams`.  What must agree (ids of calls and results, options that need each other) is kept by the
composites `_turns` and `_requests`.  Then name the new thing in `coverage`: the test says whether it is reached.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from . import common as c
from .common import COMMENT, TEXT, Doc, Draw, S, choose, fresh, many, rec, some, sse_bytes, words
from .openai_chat_parts import (
    ANNOTATIONS,
    ASSISTANT_CONTENT,
    AUDIO_REPLY,
    CACHE_CONTROL,
    CALL,
    CONTENT_FILTER,
    FINISH,
    FUNCTION,
    GOOGLE_EXTRA,
    IMAGES,
    LEGACY_CALL,
    LINKS,
    LOGPROBS,
    MODEL,
    MODERATION,
    ODD_FINISH,
    PROMPT_FILTER,
    PROVIDER_FIELDS,
    PROVIDER_METADATA,
    REASONING,
    RESPONSE_FORMAT,
    RESPONSE_ID,
    SEARCH_RESULTS,
    SERVICE_TIER,
    TEXT_PART,
    THINKING_PART,
    TIMINGS,
    TOOL,
    TOOL_CHOICE,
    USAGE,
    USER_PART,
    X_GROQ,
    calls_of,
)
from .openai_chat_streams import failing_streams, streams

__all__ = [
    "COMMENT",
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

# --- the top level ----------------------------------------------------------------------------------------

_MODE = rec({"mode": words("score", "block")})
_PLACE = rec({"city?": words("Köln"), "country?": words("DE"), "region?": words("NRW"), "timezone?": words("UTC")},
             p=0.6)
_OFFICIAL = {
    "audio?~": rec({"format": words("wav", "aac", "mp3", "flac", "opus", "pcm16"),
                    "voice": choose((2, words("alloy", "marin")), rec({"id": words("voice_1")}))}),
    "frequency_penalty?~": c.PENALTY,
    "logit_bias?~": fresh({}, {"50256": -100}, {"1": 1, "2": 0.5}),
    "metadata?~": c.METADATA,
    "modalities?~": fresh(["text"], ["text", "audio"], ["image", "text"], []),
    "moderation?~": rec({"model": "omni-moderation-latest",
                         "policy?~": rec({"input?~": _MODE, "output?~": _MODE}, p=0.8, nulls=0.35)}, p=0.85),
    "n?~": words(1, 1, 2, 3, 0),
    "prediction?~": rec({"type": "content", "content": choose(TEXT, many(TEXT_PART))}),
    "presence_penalty?~": c.PENALTY,
    "prompt_cache_key?~": TEXT,
    "prompt_cache_options?": rec({"mode?": words("implicit", "explicit"), "ttl?": "30m"}, p=0.7),
    "prompt_cache_retention?~": words("in_memory", "24h", "in-memory"),
    "reasoning_effort?~": words("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    "response_format?": RESPONSE_FORMAT,
    "safety_identifier?~": TEXT,
    "seed?~": c.SEED,
    "seen?": c.COUNT,  # the seed documents' spelling of `seed`
    "service_tier?~": words("auto", "default", "flex", "scale", "priority", "fast"),
    "stop?~": choose((2, words("END", "\n", "")), (3, many(words("a", "b", "\n\n", "</s>"), 0, 4))),
    "store?~": c.BOOL,
    "top_p?~": c.UNIT,
    "user?": TEXT,
    "verbosity?~": words("low", "medium", "high"),
    "web_search_options?": rec({"search_context_size?": words("low", "medium", "high"),
                                "user_location?~": rec({"type": "approximate", "approximate": _PLACE})}, p=0.7),
}
_STRUCTURED = choose(
    rec({"json": c.ANY_SCHEMA}), rec({"regex": "a+"}), rec({"choice": fresh(["a", "b"])}), rec({"grammar": "g"}),
    rec({"structural_tag": "{}"}),
)
_GOOGLE_THINKING = choose(rec({"thinking_budget": words(-1, 0, 1024), "include_thoughts?": c.BOOL}),
                          rec({"thinking_level": words("low", "high"), "include_thoughts?": c.BOOL}))
_VENDOR: Doc = {
    # OpenRouter
    "models?": [MODEL],
    "provider?": rec({"order?": [words("openai", "azure")], "only?": [words("openai")], "ignore?": [words("x")],
                      "allow_fallbacks?": c.BOOL, "require_parameters?": c.BOOL,
                      "data_collection?": words("allow", "deny"), "sort?": words("price", "throughput"),
                      "quantizations?": [words("fp8")], "max_price?": fresh({"prompt": 1})}, p=0.5),
    "plugins?": fresh([], [{"id": "web", "max_results": 1}]),
    "transforms?": fresh([], ["middle-out"]),
    "route?": words("fallback"),
    "usage?": rec({"include": True}),
    "reasoning?": rec({"effort?": words("low", "high", "none"), "max_tokens?": c.CAP, "exclude?": c.BOOL,
                       "enabled?": c.BOOL}, p=0.6),
    "include_reasoning?": c.BOOL,
    "top_k?": c.COUNT, "min_p?": c.UNIT, "top_a?": c.UNIT, "repetition_penalty?": c.RATE,
    "session_id?": TEXT, "trace?": fresh({}, {"id": "t"}), "cache_control?": CACHE_CONTROL,
    # DeepSeek, LiteLLM, Anthropic's compat, Moonshot, GLM
    "thinking?": choose(rec({"type": words("enabled", "disabled", "adaptive")}),
                        rec({"type": "enabled", "budget_tokens": words(1024, 4096)})),
    # Google
    "extra_body?": rec({"google": rec({"thinking_config?": _GOOGLE_THINKING, "cached_content?": "cachedContents/1",
                                       "safety_settings?": fresh([])}, p=0.7)}),
    # vLLM and other local servers
    "length_penalty?": c.RATE, "use_beam_search?": c.BOOL, "stop_token_ids?": fresh([], [1, 2]),
    "include_stop_str_in_output?": c.BOOL, "ignore_eos?": c.BOOL, "min_tokens?": c.COUNT,
    "skip_special_tokens?": c.BOOL, "truncate_prompt_tokens?": c.COUNT, "prompt_logprobs?~": words(0, -1, 1),
    "allowed_token_ids?": fresh([1]), "bad_words?": fresh([], ["x"]), "echo?": c.BOOL,
    "add_generation_prompt?": c.BOOL, "continue_final_message?": c.BOOL, "add_special_tokens?": c.BOOL,
    "documents?": fresh([{"title": "t", "text": "x"}]), "chat_template?": words("{{ messages }}"),
    "chat_template_kwargs?": fresh({"enable_thinking": False}, {"thinking": True}),
    "mm_processor_kwargs?": fresh({}), "structured_outputs?": _STRUCTURED,
    "guided_json?": c.ANY_SCHEMA, "guided_choice?": fresh(["a"]), "priority?": words(0, -1),
    "request_id?": words("req-1"), "cache_salt?": words("salt"), "kv_transfer_params?": fresh({}),
    "return_token_ids?": c.BOOL, "return_tokens_as_token_ids?": c.BOOL, "vllm_xargs?": fresh({"k": 1}),
    "thinking_token_budget?": c.CAP, "stream_interval?": c.COUNT,
    # Qwen, Mistral, xAI, Groq, MiniMax, Azure, new-api
    "enable_thinking?": c.BOOL, "thinking_budget?": c.CAP, "enable_search?": c.BOOL,
    "search_options?": fresh({"forced_search": True}), "vl_high_resolution_images?": c.BOOL,
    "random_seed?": c.SEED, "safe_prompt?": c.BOOL, "prompt_mode?": "reasoning",
    "search_parameters?": fresh({"mode": "auto"}), "deferred?": c.BOOL,
    "reasoning_format?": words("parsed", "raw", "hidden"), "reasoning_split?": c.BOOL,
    "data_sources?": fresh([{"type": "azure_search", "parameters": {}}]), "think?": c.BOOL,
}
_COMMON = {"logprobs?~": c.TRUE_MOSTLY, "max_completion_tokens?~": c.CAP, "max_tokens?~": choose((8, c.CAP), 0),
           "stream?~": c.TRUE_MOSTLY, "temperature?~": c.RATE}
_TOP = rec({"model": MODEL} | _COMMON, p=0.45)
_MORE_TOP = rec(_OFFICIAL, p=0.25)
_VENDOR_TOP = some(rec(_VENDOR, p=0.15), 0.7, dict)
# what needs another field
_STREAM_OPTIONS = choose((2, None), (9, rec(
    {"include_usage?": c.TRUE_MOSTLY, "include_obfuscation?": c.BOOL, "continuous_usage_stats?": c.BOOL}, p=0.6)))
_TOP_LOGPROBS = words(0, 1, 20, None)
_FUNCTIONS = many(rec(FUNCTION, p=0.5), 1, 2)
_LEGACY_CHOICE = choose((2, words("none", "auto")), (1, rec({"name": c.NAME})))

# --- conversations ----------------------------------------------------------------------------------------

_SYSTEM_CONTENT = choose((3, TEXT), (2, many(TEXT_PART, 1, 2)))
_SYSTEM = rec({"role": words("system", "developer"), "content": _SYSTEM_CONTENT, "name?": c.LABEL,
               "cache_control?": CACHE_CONTROL}, p=0.2)
_USER = rec({"role": "user", "content": choose((3, TEXT), (4, many(USER_PART))), "name?": c.LABEL,
             "cache_control?": CACHE_CONTROL}, p=0.15)
_ASSISTANT = rec(
    {"role": "assistant", "content": ASSISTANT_CONTENT, "name?": c.LABEL, "refusal?~": TEXT,
     "audio?~": rec({"id": words("audio_1")}), "annotations?": ANNOTATIONS, "prefix?": c.BOOL,
     "cache_control?": CACHE_CONTROL, "reasoning_signature?": choose((3, c.TOKEN), (1, fresh(["AAAA"]))),
     "images?": IMAGES,
     "extra_content?": GOOGLE_EXTRA, "provider_specific_fields?~": PROVIDER_FIELDS},
    p=0.12, nulls=0.4,
)
_TOOL_RESULT = rec({"role": "tool", "content": choose((5, TEXT), (3, many(TEXT_PART, 1, 2)), words('{"a": 1}', "21")),
                    "name?": c.NAME, "cache_control?": CACHE_CONTROL}, p=0.15)
_FUNCTION_RESULT = rec({"role": "function", "name": c.NAME, "content~": TEXT}, nulls=0.3)
_KIND = words("answer", "answer", "calls", "calls", "calls", "function", "users", "system", "end")


@st.composite
def _turns(draw: Draw) -> list[Doc]:
    form = draw(c.CALL_ID_FORM)
    messages: list[Doc] = draw(_LEAD)
    seen = 0
    for kind in draw(_KINDS):
        if kind == "system":
            messages.append(draw(_SYSTEM))
            continue
        if not c.chance(draw, 1):
            messages.append(draw(_USER))
        if kind == "end":
            continue
        if kind == "users":
            messages.append(draw(_USER))
            continue
        answer = draw(_ASSISTANT)
        if c.chance(draw, 5):
            answer |= draw(REASONING)
        messages.append(answer)
        if kind == "calls":
            answer["tool_calls"] = calls = calls_of(draw, form, seen)
            seen += len(calls)
            how = draw(_CONTENT_BESIDE_CALLS)
            if how == "absent":
                answer.pop("content")
            elif how != "kept":
                answer["content"] = None if how == "null" else ""
            results = [draw(_TOOL_RESULT) | {"tool_call_id": call["id"]} for call in calls]
            messages.extend(reversed(results) if c.chance(draw, 2) else results)
        elif kind == "function":
            answer["function_call"] = call = draw(LEGACY_CALL)
            answer["content"] = None
            messages.append(draw(_FUNCTION_RESULT) | {"name": call["name"]})
    return messages or [draw(_USER)]


_LEAD = choose((3, st.builds(list)), (4, many(_SYSTEM, 1, 1)), many(_SYSTEM, 2, 2))
_KINDS = many(_KIND, 1, 3)
_CONTENT_BESIDE_CALLS = words("null", "absent", "empty", "kept")


@st.composite
def _requests(draw: Draw) -> Doc:
    body: Doc = draw(_TOP) | draw(_MORE_TOP)
    body["messages"] = draw(_MESSAGES)
    if body.get("stream") is True and c.chance(draw, 6):
        body["stream_options"] = draw(_STREAM_OPTIONS)
    if body.get("logprobs") is True and c.chance(draw, 6):
        body["top_logprobs"] = draw(_TOP_LOGPROBS)
    if c.chance(draw, 6):
        body["tools"] = draw(_TOOLS)
        if body["tools"] and c.chance(draw, 6):
            body["tool_choice"] = draw(TOOL_CHOICE)
        if body["tools"] and c.chance(draw, 3):
            body["parallel_tool_calls"] = draw(c.BOOL)
    elif c.chance(draw, 4):
        body["functions"] = draw(_FUNCTIONS)
        if c.chance(draw, 7):
            body["function_call"] = draw(_LEGACY_CHOICE)
    body.update(draw(_VENDOR_TOP))
    return body


_MESSAGES = _turns()
_TOOLS = choose((9, many(TOOL, 1, 5).map(lambda tools: _own_names(tools))), (1, st.builds(list)))


def _own_names(tools: list[Doc]) -> list[Doc]:
    for at, tool in enumerate(tools):
        inner = tool.get("function") or tool.get("custom") or {}
        if "name" in inner and any(inner["name"] == _name(other) for other in tools[:at]):
            inner["name"] = f"{inner['name'][:40]}_{at}"
    return tools


def _name(tool: Doc) -> Any:
    return (tool.get("function") or tool.get("custom") or {}).get("name")


@cache
def requests(valid: bool = True, *, extras: bool = True) -> S:
    """Request bodies; `valid=False` breaks them in one to four places; `extras=False` adds no unknown keys."""
    strategy = _requests()
    if extras:
        strategy = c.sprinkled(strategy)
    return c.document(strategy if valid else c.damaged(strategy))


# --- responses --------------------------------------------------------------------------------------------

_RESPONSE_CONTENT = choose((8, TEXT), (3, None), (1, ""), (2, st.tuples(THINKING_PART, TEXT_PART).map(list)),
                           (1, words("<think>a</think>b", "<thought>a</thought>b", "![x](https://e.com/i.png)")))
_MESSAGE = rec(
    {"role": "assistant", "content?": _RESPONSE_CONTENT, "refusal?~": TEXT, "annotations?~": ANNOTATIONS,
     "audio?~": AUDIO_REPLY, "function_call?~": LEGACY_CALL, "images?": IMAGES, "extra_content?": GOOGLE_EXTRA,
     "provider_specific_fields?~": PROVIDER_FIELDS, "context?": rec({"citations": fresh([]), "intent": TEXT}),
     "citations?": fresh([], [c.PLAIN_TEXTS[0]]), "provider_metadata?": PROVIDER_METADATA},
    p=0.25, nulls=0.4,
)
_CHOICE = rec(
    {"index": 0, "message": None, "finish_reason~": choose((12, FINISH), (3, ODD_FINISH), ""), "logprobs?~": LOGPROBS,
     "native_finish_reason?~": words("STOP", "end_turn"), "content_filter_results?": CONTENT_FILTER,
     "stop_reason?~": words(2, "END"), "token_ids?~": fresh([1, 2]), "seed?": c.SEED,
     "provider_specific_fields?": fresh({}), "error?": rec({"code": words(502), "message": TEXT}),
     "delta?": rec({"role": "assistant", "content": ""})},
    p=0.25, nulls=0.1,
)
_RESPONSE_TOP = rec(
    {"id": RESPONSE_ID, "object": "chat.completion", "created": c.SECONDS, "model?": MODEL, "choices": None,
     "usage?~": USAGE, "service_tier?~": SERVICE_TIER, "system_fingerprint?~": words("fp_1", ""),
     "metadata?~": c.METADATA, "moderation?~": MODERATION, "provider?": words("OpenAI"),
     "prompt_filter_results?~": PROMPT_FILTER, "citations?": LINKS, "timings?": TIMINGS,
     "search_results?": SEARCH_RESULTS, "x_groq?": X_GROQ, "usage_breakdown?": None,
     "prompt_logprobs?~": fresh([None]), "prompt_token_ids?~": fresh([1]), "kv_transfer_params?~": fresh({}),
     "metrics?": fresh({"t": 1.0}), "request_id?": words("r1")},
    p=0.22, nulls=0.2,
)
_SOME_CALLS = st.tuples(c.CALL_ID_FORM, many(CALL))


@st.composite
def _responses(draw: Draw) -> Doc:
    body: Doc = draw(_RESPONSE_TOP)
    if "model" not in body and c.chance(draw, 7):
        body["model"] = "m"
    if "usage" not in body and c.chance(draw, 6):
        body["usage"] = draw(USAGE)
    body["choices"] = []
    for index in range(draw(_CANDIDATES)):
        choice: Doc = draw(_CHOICE)
        message: Doc = draw(_MESSAGE)
        if "content" not in message and not c.chance(draw, 2):
            message["content"] = draw(TEXT)
        if c.chance(draw, 4):
            message |= draw(REASONING)
        if c.chance(draw, 4):
            form, calls = draw(_SOME_CALLS)
            message["tool_calls"] = [{"id": form.format(at)} | call for at, call in enumerate(calls)]
            if c.chance(draw, 6):
                message["content"] = None
                choice["finish_reason"] = "tool_calls"
        elif c.chance(draw, 1):
            message["tool_calls"] = draw(fresh(None, []))
        body["choices"].append(choice | {"index": index, "message": message})
    return body


_CANDIDATES = words(1, 1, 1, 1, 1, 1, 2, 3)


@cache
def responses(valid: bool = True, *, extras: bool = True) -> S:
    """Bodies of successful responses, some with fields that only other servers send."""
    strategy = c.sprinkled(_responses()) if extras else _responses()
    return c.document(strategy if valid else c.damaged(strategy))


def responses_pool(n: int = 64) -> S:
    """Copies of `n` responses made beforehand, one cheap draw each."""
    return c.pool(responses(), n)


def requests_pool(n: int = 64) -> S:
    """Copies of `n` requests made beforehand, one cheap draw each."""
    return c.pool(requests(), n)


# --- errors -----------------------------------------------------------------------------------------------

_MESSAGE_TEXT = choose((4, words("Rate limit reached", "x (request id: 2025)", "Incorrect API key provided")), TEXT)
_CODES_OF: dict[int, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    400: (("invalid_request_error",),
          ("invalid_value", "unsupported_parameter", "unsupported_value", "unknown_parameter",
           "missing_required_parameter", "context_length_exceeded", "string_above_max_length",
           "invalid_function_parameters", "invalid_json_schema", "content_policy_violation", "invalid_prompt",
           "invalid_type", "integer_below_min_value", "array_above_max_length")),
    401: (("invalid_request_error", "authentication_error"), ("invalid_api_key",)),
    402: (("invalid_request_error",), ("insufficient_balance",)),
    403: (("invalid_request_error", "permission_error"),
          ("unsupported_country_region_territory", "model_not_allowed")),
    404: (("invalid_request_error",), ("model_not_found",)),
    409: (("conflict",), (None,)),
    413: (("invalid_request_error",), (None,)),
    422: (("invalid_request_error",), (None,)),
    429: (("rate_limit_exceeded", "tokens", "requests", "insufficient_quota"),
          ("rate_limit_exceeded", "insufficient_quota", "billing_hard_limit_reached")),
    500: (("server_error",), (None, "internal_error")),
    502: (("server_error",), (None,)),
    503: (("server_error", "service_unavailable"), ("slow_down", None)),
    504: (("server_error",), (None,)),
    529: (("server_error",), (None,)),
}
_MISALIGNMENT = rec({"detailed_explanation?~": TEXT, "error_type": words("deception", "x_new"), "review_target?~": TEXT,
                     "steer?~": {"message": TEXT}}, p=0.7)


def _official_error(status: int) -> S:
    types, codes = _CODES_OF[status]
    error = {"message": _MESSAGE_TEXT, "type": words(*types), "code~": words(*codes), "misalignment?": _MISALIGNMENT,
             "param~": words("messages.[57].role", "model", "tools[0].function")}
    return rec({"error": rec(error, p=0.12, nulls=0.15)})


_FILTERED = rec({"error": {
    "message": _MESSAGE_TEXT, "type": None, "param": "prompt", "code": "content_filter", "status": 400,
    "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": CONTENT_FILTER}}})
_OTHER_ERRORS: tuple[tuple[int, Any, Any], ...] = (
    (2, words(400), _FILTERED),
    (3, words(400, 404, 429, 503), rec({"error": rec(  # OpenRouter
        {"code": words(400, 404, 429, 503), "message": _MESSAGE_TEXT,
         "metadata?": fresh({"raw": "…", "provider_name": "X"})}), "user_id?": words("u1")})),
    (1, words(200), rec({"error": {"code": words(502), "message": _MESSAGE_TEXT}})),
    (4, words(200, 500, 503), rec({"error": {
        "message": _MESSAGE_TEXT, "type": words("new_api_error", "one_api_error", "upstream_error"), "param": "",
        "code~": words("bad_response", 503, "")}, "choices?": None})),
    (1, words(400, 500), rec({"object": "error", "message": _MESSAGE_TEXT, "type": words("BadRequestError"),
                           "param~": words("x"), "code": words(400, 500)})),  # vLLM of old
    (2, words(401, 404), rec({"error": {"code": words("401", "404"), "message": _MESSAGE_TEXT}})),  # Azure's gateway
    (1, words(429), rec({"statusCode": 429, "message": _MESSAGE_TEXT})),  # Azure's API management
    (1, words(422), rec({"detail": [rec({"loc": fresh(["body", "n"]), "msg": _MESSAGE_TEXT, "type": "missing"})]})),
    (3, words(400, 403, 429), many(rec({"error": {"code": words(400, 403, 429), "message": _MESSAGE_TEXT,
        "status": words(
        "INVALID_ARGUMENT", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED")}}), 1, 1)),  # Google, a list
    (1, words(400, 500), rec({"error": _MESSAGE_TEXT})),
    (1, words(400), rec({"error": {"message": _MESSAGE_TEXT, "type": "invalid_request_error",
                                "code": "tool_use_failed", "failed_generation": TEXT}})),  # Groq
)


@cache
def errors(*, extras: bool = True) -> S:
    """Pairs of HTTP status and error body; some bodies come under 200, some are lists."""
    weights = {400: 17, 401: 2, 403: 3, 429: 6, 500: 2, 503: 2}
    first_party = [(weights.get(status, 1), st.tuples(words(status), _official_error(status))) for status in _CODES_OF]
    others = [(weight, st.tuples(status, body)) for weight, status, body in _OTHER_ERRORS]
    strategy = choose(*first_party, *others)
    return c.document(c.sprinkled(strategy) if extras else strategy)
