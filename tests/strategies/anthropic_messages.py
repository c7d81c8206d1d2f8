"""Documents of `anthropic-messages`: requests of both wire versions and all betas, responses, errors.

How to extend.  A new top-level field is one line in `_TOP`; blocks, tools and usage are in
`anthropic_messages_parts`, streams in `anthropic_messages_streams`.  What must agree (every tool use answered in
the next user message, results first; where a system message may stand; options that need or exclude each other)
is kept by the composites `_turns` and `_requests`.  Then name the new thing in `coverage`.
"""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from . import common as c
from . import nulls
from .anthropic_messages_parts import (
    APPLIED,
    CACHE_CONTROL,
    CONTAINER,
    DIAGNOSTICS,
    IN_REQUESTS,
    IN_RESPONSES,
    MESSAGE_ID,
    MODEL,
    RESULT_PRESENT,
    STOP_DETAILS,
    STOP_REASON,
    TEXT_BLOCK,
    TOOL,
    TOOL_RESULT,
    TRANSFORMATIONS,
    USAGE,
    USER_BLOCK,
    USER_TEXT_BLOCK,
    changes,
    error_body,
    fresh_ids,
    model_blocks,
)
from .anthropic_messages_streams import failing_streams, streams
from .common import COMMENT, NONBLANK, TEXT, Doc, Draw, S, chance, choose, fresh, many, rec, sse_bytes, words

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

# --- the top level ------------------------------------------------------------------------------------------

_BINDING = rec({"prefix_mismatch_behavior": words("error", "drop_block", None)})
_DISPLAY = words("summarized", "omitted", "updates")
THINKING = choose(
    (1, rec({"type": "disabled"})),
    (3, rec({"type": "enabled", "budget_tokens": words(1024, 1025, 4096, 63999), "display?~": _DISPLAY,
             "block_binding?~": _BINDING}, p=0.7, nulls=0.25)),
    (3, rec({"type": "adaptive", "display?~": _DISPLAY, "block_binding?~": _BINDING}, p=0.7, nulls=0.25)),
    (1, rec({"type": "between_tools"})),
)
_EFFORT = words("low", "medium", "high", "xhigh", "max")
_FORMAT = rec({"type": "json_schema", "schema": c.ANY_SCHEMA})
_OUTPUT_CONFIG = rec({"effort?~": _EFFORT, "format?~": _FORMAT,
                      "task_budget?~": rec({"type": "tokens", "total": words(20000, 10**6), "remaining?~": c.CAP},
                                           p=0.7, nulls=0.35)}, p=0.6)
_TOKENS = rec({"type": "input_tokens", "value": c.CAP})
_USES = rec({"type": "tool_uses", "value": c.COUNT})
_EDIT = choose(
    (2, rec({"type": "clear_tool_uses_20250919", "trigger?": choose(_TOKENS, _USES), "keep?": _USES,
             "clear_at_least?~": _TOKENS, "exclude_tools?~": fresh([], ["search"]),
             "clear_tool_inputs?~": choose((2, c.BOOL), (1, fresh([], ["f"])))}, p=0.65, nulls=0.3)),
    (2, rec({"type": "clear_thinking_20251015", "keep?": choose(
        rec({"type": "thinking_turns", "value": c.COUNT}), rec({"type": "all"}), "all")}, p=0.8)),
    (1, rec({"type": "compact_20260112", "trigger?~": _TOKENS, "instructions?~": TEXT,
             "pause_after_compaction?": c.BOOL}, p=0.6)),
)
_SKILLS = [rec({"type": words("anthropic", "custom"), "skill_id": words("pptx", "skill_01"),
                "version?": words("latest", "20251013")})]
_CONTAINER = choose(
    (2, words("container_011", "")),
    (3, rec({"id?~": words("container_011"), "skills~": _SKILLS}, p=0.6, nulls=0.35)),
)
_MCP_SERVER = rec({"type": "url", "name": words("s", "mcp-2"), "url": c.URL, "authorization_token?~": c.TOKEN,
                   "tool_configuration?~": rec({"enabled?~": c.BOOL, "allowed_tools?~": fresh([], ["f"])}, p=0.7)},
                  p=0.6, nulls=0.3)
_FALLBACK = rec({"model": MODEL, "max_tokens?~": c.CAP, "thinking?~": THINKING, "output_config?~": _OUTPUT_CONFIG,
                 "speed?~": words("fast", "standard")})
_TOP = rec({
    "model?": MODEL,
    "max_tokens": choose((9, words(1, 16, 1024, 4096, 64000, 128000)), 0),
    "system?": choose((2, TEXT), (4, many(TEXT_BLOCK, 1, 2)), (1, st.builds(list))),
    "thinking?": THINKING,
    "output_config?": _OUTPUT_CONFIG,
    "output_format?~": _FORMAT,  # the old beta's spelling
    "stop_sequences?": many(words("END", "\n\nHuman:", "</s>", "ü"), 0, 3),
    "stream?": c.BOOL,
    "metadata?": rec({"user_id?~": words("u-1", "13803d75-b4b5-4c3e-b2a2-6f21399b021b")}, p=0.8),
    "service_tier?": words("auto", "standard_only"),
    "speed?~": words("fast", "standard"),
    "container?~": _CONTAINER,
    "cache_control?~": CACHE_CONTROL,
    "inference_geo?~": words("us", "global"),
    "diagnostics?~": rec({"previous_message_id~": words("msg_01")}, nulls=0.3),
    "temperature?": c.UNIT, "top_p?": c.UNIT, "top_k?": c.COUNT,  # the older wire version
    "mcp_servers?": many(_MCP_SERVER, 0, 2),
    "context_management?~": rec({"edits?": choose((1, st.builds(list)), (5, many(_EDIT, 1, 3)))}, p=0.9),
    "compaction?~": rec({"type": "summarize", "instructions?~": TEXT}),
    "fallbacks?~": choose(words("default"), (2, many(_FALLBACK, 1, 2))),
    "fallback_credit_token?~": choose(c.TOKEN, rec({"token": c.TOKEN, "mode?": words("strict", "best_effort")})),
    "billing_policy?~": rec({"type": "billing_policy", "bill_to?": words("self", "user_profile")}),
    "thread?~": choose(rec({"type": "create"}), rec({"type": "continue", "previous_message_id": words("msg_01")})),
    "anthropic_version?": words("bedrock-2023-05-31", "vertex-2023-10-16", "2023-06-01"),
    "anthropic_beta?": fresh([], ["context-management-2025-06-27"]),  # Bedrock
}, p=0.28, nulls=0.12)
_PARALLEL: Doc = {"disable_parallel_tool_use?": c.BOOL}
_TOOL_CHOICE = choose(
    rec({"type": "auto", **_PARALLEL}, p=0.8),
    rec({"type": "any", **_PARALLEL}, p=0.8),
    rec({"type": "tool", "name": c.NAME, **_PARALLEL}, p=0.8),
    rec({"type": "none"}),
)

# --- conversations ------------------------------------------------------------------------------------------

_USER_CONTENT = choose((3, NONBLANK), (6, many(USER_BLOCK)))
_AFTER_RESULTS = choose((3, st.builds(list)), (2, many(USER_TEXT_BLOCK, 1, 2)), (1, many(USER_BLOCK, 1, 1)))
_SYSTEM_BLOCK = choose((3, TEXT_BLOCK), (2, changes({"cache_control?~": CACHE_CONTROL})))
_SYSTEM_MESSAGE = choose(
    (2, rec({"role": "system", "content": choose(NONBLANK, many(_SYSTEM_BLOCK, 1, 2))})),
    (1, rec({"role": "system", "content": NONBLANK, "clear_at?~": words("next_user_message", "never"),
             "output_config?~": rec({"effort?~": _EFFORT}, p=0.8)}, p=0.7)),
)
_STEP = words("answer", "answer", "tools", "tools", "tools", "server", "users", "system")
_ENDING = words("user", "user", "user", "results", "system", "prefill")
_STEPS = many(_STEP, 0, 3)
_SHORT_ANSWER = NONBLANK.map(lambda text: text.rstrip() or "x")


def _user(content: object) -> Doc:
    return {"role": "user", "content": content}


def _assistant(content: object) -> Doc:
    return {"role": "assistant", "content": content}


def _exchange(draw: Draw, ids: list[str]) -> list[Doc]:
    """An assistant message that calls tools, and the user message that answers every one of them, results first."""
    blocks = model_blocks(draw, IN_REQUESTS, ids, tools=True)
    results: list[Doc] = []
    for block in blocks:
        if block["type"] == "tool_use":
            result: Doc = draw(TOOL_RESULT) | {"tool_use_id": block["id"]}
            if "content" not in result and chance(draw, 6):
                result["content"] = draw(RESULT_PRESENT)
            results.append(result)
    if chance(draw, 2):
        results.reverse()
    return [_assistant(blocks), _user(results + draw(_AFTER_RESULTS))]


@st.composite
def _turns(draw: Draw) -> list[Doc]:
    ids = fresh_ids(draw)
    messages = [_user(draw(_USER_CONTENT))]
    for step in draw(_STEPS):
        if step == "tools":
            messages += _exchange(draw, ids)
            continue
        if step == "system":
            messages.append(draw(_SYSTEM_MESSAGE))
        if step == "users":
            messages.append(_user(draw(_USER_CONTENT)))
        plain = step == "answer" and chance(draw, 3)
        answer = draw(_SHORT_ANSWER) if plain else model_blocks(draw, IN_REQUESTS, ids, tools=False)
        messages += [_assistant(answer), _user(draw(_USER_CONTENT))]
    ending = draw(_ENDING)
    if ending == "results":
        messages += _exchange(draw, ids)
    elif ending == "system":
        messages.append(draw(_SYSTEM_MESSAGE))
    elif ending == "prefill" and chance(draw, 4):
        messages.append(_assistant(draw(_SHORT_ANSWER)))
    return messages


_MESSAGES = _turns()
_TOOLS = choose((5, many(TOOL, 1, 3)), (5, many(TOOL, 4, 9)), (1, st.builds(list)))


def _own_names(tools: list[Doc]) -> list[Doc]:
    """Names are unique; the name of a tool that Anthropic defined cannot change, so its double goes."""
    kept: list[Doc] = []
    for tool in tools:
        if any(tool.get("name", "") == other.get("name") for other in kept):
            if "input_schema" not in tool:
                continue
            tool["name"] = f"{tool['name']}_{len(kept)}"
        kept.append(tool)
    return kept


@st.composite
def _requests(draw: Draw) -> Doc:
    body: Doc = draw(_TOP)
    if "model" not in body and chance(draw, 8):  # Bedrock and Vertex keep it in the path
        body["model"] = draw(MODEL)
    body["messages"] = draw(_MESSAGES)
    if chance(draw, 6):
        body["tools"] = _own_names(draw(_TOOLS))
        if body["tools"] and chance(draw, 6):
            body["tool_choice"] = draw(_TOOL_CHOICE)
    thinking = body.get("thinking") or {}
    if thinking.get("type") == "enabled":
        body["max_tokens"] = max(body["max_tokens"], thinking["budget_tokens"] + 1)
    if (body.get("output_config") or {}).get("format"):
        body.pop("output_format", None)
    return body


@cache
def requests(valid: bool = True, *, extras: bool = True) -> S:
    """Request bodies; `valid=False` breaks them in one to four places; `extras=False` adds no unknown keys."""
    strategy = nulls.nulled(_requests(), "anthropic-messages", "request")
    if extras:
        strategy = c.sprinkled(strategy)
    return c.document(strategy if valid else c.damaged(strategy))


# --- responses ----------------------------------------------------------------------------------------------

_RESPONSE_TOP = rec({
    "id": MESSAGE_ID, "type": "message", "role": "assistant", "model": MODEL, "content": None, "stop_reason": None,
    "stop_sequence": None, "stop_details?~": STOP_DETAILS, "usage": USAGE, "container?~": CONTAINER,
    "diagnostics?~": DIAGNOSTICS, "context_management?~": APPLIED, "input_transformations?~": TRANSFORMATIONS,
    "provider?": words("Amazon Bedrock"),
}, p=0.35, nulls=0.25)


@st.composite
def _responses(draw: Draw) -> Doc:
    body: Doc = draw(_RESPONSE_TOP)
    ids = fresh_ids(draw)
    tools = chance(draw, 4)
    body["content"] = [] if chance(draw, 1) else model_blocks(draw, IN_RESPONSES, ids, tools)
    body["stop_reason"] = reason = "tool_use" if tools and chance(draw, 8) else draw(STOP_REASON)
    if reason == "stop_sequence":
        body["stop_sequence"] = draw(words("END", "\n\nHuman:"))
    if reason == "refusal" and chance(draw, 5):
        body["stop_details"] = draw(STOP_DETAILS)
    elif reason != "refusal" and "stop_details" in body:
        body["stop_details"] = None
    return body


@cache
def responses(valid: bool = True, *, extras: bool = True) -> S:
    """Bodies of successful responses."""
    strategy = c.sprinkled(_responses()) if extras else _responses()
    return c.document(strategy if valid else c.damaged(strategy))


def responses_pool(n: int = 64) -> S:
    """Copies of `n` responses made beforehand, one cheap draw each."""
    return c.pool(responses(), n)


def requests_pool(n: int = 64) -> S:
    """Copies of `n` requests made beforehand, one cheap draw each."""
    return c.pool(requests(), n)


# --- errors -------------------------------------------------------------------------------------------------

_ERRORS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (400, ("invalid_request_error",)), (401, ("authentication_error",)), (402, ("billing_error",)),
    (403, ("permission_error", "billing_error")), (404, ("not_found_error",)), (408, ("request_body_timeout",)),
    (409, ("conflict_error",)), (413, ("request_too_large",)), (429, ("rate_limit_error",)), (500, ("api_error",)),
    (503, ("api_error",)), (504, ("timeout_error",)), (529, ("overloaded_error",)),
)


@cache
def errors(*, extras: bool = True) -> S:
    """Pairs of HTTP status and error body; one comes under 200, some are not Anthropic's own."""
    own = [(3, st.tuples(words(status), error_body(*kinds))) for status, kinds in _ERRORS]
    others = [
        st.tuples(words(200), error_body("overloaded_error", "api_error")),
        st.tuples(words(400, 403, 429), rec({"message": TEXT})),  # Bedrock
        st.tuples(words(400, 404), rec({"error": rec({"code": words(400), "message": TEXT,
                                                      "status": words("INVALID_ARGUMENT")})})),  # Vertex
        st.tuples(words(413, 502), rec({"error": TEXT})),  # the edge
    ]
    strategy = choose(*own, *others)
    return c.document(c.sprinkled(strategy) if extras else strategy)
