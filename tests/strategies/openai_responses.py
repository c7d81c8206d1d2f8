"""Documents of `openai-responses`: requests, responses and errors, first-party and as other servers have them.

How to extend.  A new field is one line in a `rec` below; content parts, tools and controls are in
`openai_responses_parts`, items in `openai_responses_items`, streams in `openai_responses_streams`.  What must agree
(calls and their outputs, the state of a response and what it holds) is kept by the composites `_turns` and `reply`.
Then name the new thing in `coverage_responses`: the test says whether it is reached.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from . import common as c
from . import nulls
from . import openai_responses_items as items
from . import openai_responses_parts as p
from .common import COMMENT, TEXT, Doc, Draw, S, chance, choose, fresh, many, rec, sse_bytes, words
from .openai_responses_items import Numbers
from .openai_responses_reply import reply
from .openai_responses_streams import failing_streams, streams

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

# --- the top level --------------------------------------------------------------------------------------------

_CONVERSATION = choose(words("conv_1"), rec({"id": words("conv_1")}))
_COMMON = rec({
    "model?": p.MODEL, "instructions?~": TEXT, "stream?~": c.TRUE_MOSTLY, "store?~": c.BOOL, "reasoning?~": p.REASONING,
    "max_output_tokens?~": p.CAP, "temperature?~": c.RATE, "include?~": p.INCLUDE, "text?": p.TEXT_CONFIG}, p=0.4)
_MORE = rec({
    "access_programs?": p.CYBER, "background?~": c.BOOL, "image?": p.COMPRESSION,
    "background_options?": rec({"completion_window?": words("soonest", "2h", "8h"), "continuation_id?": words("bg_1")},
                               p=0.8),
    "context_management?~": many(rec({"type": "compaction", "compact_threshold?~": words(1000, 200000)}, p=0.8), 1, 1),
    "max_tool_calls?~": c.COUNT, "metadata?~": c.METADATA, "moderation?~": p.MODERATION,
    "prompt?~": p.PROMPT, "prompt_cache_key?~": TEXT, "prompt_cache_options?": p.CACHE_OPTIONS,
    "prompt_cache_retention?~": words("in_memory", "24h", "in-memory"), "safety_identifier?~": TEXT,
    "service_tier?~": p.TIER, "top_logprobs?~": words(0, 1, 20), "top_p?~": c.UNIT,
    "truncation?~": words("auto", "disabled"), "user?": TEXT}, p=0.15)
# what others take beside
_VENDOR = c.some(rec({
    "client_metadata?": fresh({"k": "v"}), "frequency_penalty?": c.PENALTY, "presence_penalty?": c.PENALTY,
    "top_k?": c.COUNT, "seed?": c.SEED, "search_parameters?": fresh({"mode": "auto"}), "models?": [p.MODEL],
    "provider?": fresh({"order": ["openai"]}), "plugins?": fresh([], [{"id": "web"}]), "request_id?": words("req-1"),
    "priority?": words(0), "session_id?": TEXT}, p=0.25), 0.3, dict)
_STREAM_OPTIONS = choose((1, None), (5, rec({"include_obfuscation?": c.BOOL}, p=0.9)))

# --- conversations --------------------------------------------------------------------------------------------

_REASONING = choose((3, items.SENT["reasoning"]), (1, rec(  # clients without storage keep no ids
    {"type": "reasoning", "summary": items.SUMMARY, "encrypted_content": c.TOKEN})))
_HOSTED = tuple(kind for kind in items.SENT if kind not in items.PAIRS and kind not in items.PAIRS.values()
                and kind not in ("reasoning", "mcp_approval_request", "mcp_approval_response", "function_call"))
_LOOSE = choose(items.ITEM_REFERENCE, items.UNSOLICITED)
_CALL = choose((4, items.SENT["function_call"]), (1, items.SENT["custom_tool_call"]))
_PAIR = words(*(kind for kind in items.PAIRS if kind not in ("function_call", "custom_tool_call")))
_TURN = words("user", "user", "answer", "answer", "calls", "calls", "calls", "hosted", "hosted", "hosted",
              "hosted", "pair", "pair", "loose", "approval", "full")
_TURN_LIST = many(_TURN, 1, 7)
_HOW_MANY = words(1, 1, 2, 3)


@st.composite
def _turns(draw: Draw) -> list[Doc]:
    """The items of a conversation: calls before their outputs, reasoning before what it led to."""
    numbers = Numbers(draw)
    found: list[Doc] = [draw(items.EASY_MESSAGE)]

    def add(item: Doc, call_id: str | None = None) -> Doc:
        found.append(numbers.settle(item, call_id))
        return item

    for turn in draw(_TURN_LIST):
        if turn in ("answer", "calls") and chance(draw, 4):
            add(draw(_REASONING))
        if turn == "user":
            add(draw(items.EASY_MESSAGE))
        elif turn == "full":
            add(draw(items.FULL_MESSAGE))
        elif turn == "answer":
            add(draw(items.ASSISTANT_MESSAGE))
        elif turn == "hosted":
            add(draw(items.SENT[draw(words(*_HOSTED))]))
        elif turn == "loose":
            add(draw(_LOOSE))
        elif turn == "approval":
            request = add(draw(items.SENT["mcp_approval_request"]))
            add(draw(items.SENT["mcp_approval_response"]) | {"approval_request_id": request["id"]})
        elif turn == "pair":
            kind = draw(_PAIR)
            call = add(draw(items.SENT[kind]))
            add(draw(items.SENT[items.PAIRS[kind]]), call.get("call_id"))
        else:
            calls = [add(draw(_CALL)) for _ in range(draw(_HOW_MANY))]
            for call in reversed(calls) if chance(draw, 2) else calls:
                add(draw(items.SENT[items.PAIRS[call["type"]]]), call["call_id"])
    return found


_INPUT = choose((2, TEXT), (12, _turns()))


@st.composite
def _requests(draw: Draw) -> Doc:
    body: Doc = draw(_COMMON) | draw(_MORE)
    if chance(draw, 9) or "prompt" not in body:
        body["input"] = draw(_INPUT)
        body.setdefault("model", draw(p.MODEL))
    if chance(draw, 2):  # the one excludes the other
        body["previous_response_id"] = draw(words("resp_1", "resp_1", None))
    elif chance(draw, 1):
        body["conversation"] = draw(choose((5, _CONVERSATION), None))
    if body.get("stream") is True and chance(draw, 4):
        body["stream_options"] = draw(_STREAM_OPTIONS)
    if body.get("background") is True:
        body["store"] = True
    if chance(draw, 7):
        body["tools"] = draw(p.TOOLS)
        if body["tools"] and chance(draw, 6):
            body["tool_choice"] = draw(p.TOOL_CHOICE)
    if chance(draw, 3):
        body["parallel_tool_calls"] = draw(choose((4, c.BOOL), None))
    body.update(draw(_VENDOR))
    return body


@cache
def requests(valid: bool = True, *, extras: bool = True) -> S:
    """Request bodies; `valid=False` breaks them in one to four places; `extras=False` adds no unknown keys."""
    strategy = nulls.nulled(_requests(), "openai-responses", "request")
    if extras:
        strategy = c.sprinkled(strategy)
    return c.document(strategy if valid else c.damaged(strategy))


# --- responses ------------------------------------------------------------------------------------------------


@cache
def responses(valid: bool = True, *, extras: bool = True) -> S:
    """Bodies that come under status 200: in any state, some with fields that only other servers send."""
    strategy = c.sprinkled(reply()) if extras else reply()
    return c.document(strategy if valid else c.damaged(strategy))


def responses_pool(n: int = 64) -> S:
    """Copies of `n` responses made beforehand, one cheap draw each."""
    return c.pool(responses(), n)


def requests_pool(n: int = 64) -> S:
    """Copies of `n` requests made beforehand, one cheap draw each."""
    return c.pool(requests(), n)


# --- errors ---------------------------------------------------------------------------------------------------

_MESSAGE = choose((4, words(
    "Rate limit reached", "Incorrect API key provided: sk-x.", "The requested model 'x' does not exist.",
    "Item 'rs_1' of type 'reasoning' was provided without its required following item.")), TEXT)
_CODES_OF: dict[int, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    400: (("invalid_request_error",),
          ("invalid_value", "unsupported_parameter", "unsupported_value", "unknown_parameter",
           "missing_required_parameter", "context_length_exceeded", "string_above_max_length",
           "invalid_function_parameters", "invalid_json_schema", "content_policy_violation", "invalid_prompt",
           "invalid_type", "integer_below_min_value", "decimal_below_min_value", "array_above_max_length",
           "mutually_exclusive_parameters", "model_not_found", None)),
    401: (("invalid_request_error", "authentication_error"), ("invalid_api_key",)),
    403: (("invalid_request_error", "permission_error"),
          ("unsupported_country_region_territory", "model_not_allowed")),
    404: (("invalid_request_error",), ("model_not_found", None)),
    409: (("conflict",), (None,)),
    413: (("invalid_request_error",), (None,)),
    422: (("invalid_request_error",), (None,)),
    429: (("rate_limit_exceeded", "tokens", "requests", "insufficient_quota"),
          ("rate_limit_exceeded", "insufficient_quota", "billing_hard_limit_reached")),
    500: (("server_error",), (None, "internal_error")),
    502: (("server_error",), (None,)),
    503: (("server_error", "service_unavailable"), ("slow_down", None)),
    504: (("server_error",), (None,)),
}


def _official(status: int) -> S:
    types, codes = _CODES_OF[status]
    error = {"message": _MESSAGE, "type": words(*types), "code~": words(*codes), "misalignment?": p.MISALIGNMENT,
             "param~": words("input[3].output[0].file_data", "model", "tools[0].parameters")}
    return rec({"error": rec(error, p=0.12, nulls=0.15)})


_OTHERS: tuple[tuple[int, S, S], ...] = (
    (2, words(400, 404, 429, 500), rec({"error": rec({  # Open Responses
        "message": _MESSAGE, "param~": words("model"), "code~": words("model_not_found"),
        "type": words("server_error", "invalid_request", "not_found", "model_error", "too_many_requests")})})),
    (2, words(400, 404, 429), rec({"error": rec({"code": words(400, 404, 429), "message": _MESSAGE,
                                                 "metadata?": fresh({"raw": "…"})}), "user_id?": words("u1")})),
    (2, words(400, 500), rec({"error": {"message": _MESSAGE, "type": words("BadRequestError"), "param": None,
                                        "code": words(400, 500)}})),  # vLLM
    (2, words(401, 404), rec({"error": {"code": words("401", "404"), "message": _MESSAGE}})),  # Azure's gateway
    (1, words(429), rec({"statusCode": 429, "message": _MESSAGE})),  # Azure's API management
    (1, words(400), rec({"detail": _MESSAGE})),
    (1, words(422), rec({"detail": [rec({"loc": fresh(["body", "input"]), "msg": _MESSAGE, "type": "missing"})]})),
    (1, words(400, 500), rec({"error": _MESSAGE})),
    (1, words(200), rec({"error": {"code": words(502), "message": _MESSAGE}})),
    (1, words(401), rec({"code": words("invalid"), "error": _MESSAGE})),  # xAI
)


@cache
def errors(*, extras: bool = True) -> S:
    """Pairs of HTTP status and error body; some bodies come under 200."""
    weights = {400: 17, 401: 2, 403: 3, 404: 2, 429: 6, 500: 2, 503: 2}
    first_party = [(weights.get(status, 1), st.tuples(words(status), _official(status))) for status in _CODES_OF]
    others = [(weight, st.tuples(status, body)) for weight, status, body in _OTHERS]
    strategy = choose(*first_party, *others)
    return c.document(c.sprinkled(strategy) if extras else strategy)
