"""The response object of `openai-responses`, in every state that it can be in.

How to extend.  What the server repeats of the request is one line of `_ECHO` or `_MORE`, what only some servers send
one of `_VENDOR`.  What must agree (status, error, usage, output) is kept by `_reply`; streams take the ends and what
was known in the beginning from here as well (`reply`, `begun`, `failed`).
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache

from hypothesis import strategies as st

from . import common as c
from . import openai_responses_items as items
from . import openai_responses_parts as p
from .common import TEXT, Doc, Draw, S, chance, choose, fresh, many, rec, words

# fmt: off
# The tables below are laid out by hand.

_ENVELOPE = rec({"id": p.RESPONSE_ID, "object": "response",
                 "created_at": choose((4, c.SECONDS), words(1784324967.0, 1752460970.5)), "status": None,
                 "model": p.MODEL, "output": None})
_INSTRUCTIONS = choose((3, TEXT), "", many(items.EASY_MESSAGE, 1, 1))
_ECHO = rec({
    "error?": None, "incomplete_details?": None, "instructions?~": _INSTRUCTIONS, "metadata?~": c.METADATA,
    "parallel_tool_calls": c.BOOL, "temperature?~": c.RATE, "tool_choice": p.TOOL_CHOICE, "tools": p.ECHOED_TOOLS,
    "top_p?~": c.UNIT}, p=0.8, nulls=0.3)
# llama.cpp says little
_BARE = rec({"tools?": [], "instructions?": None}, p=0.5)
_REASONING = rec({"effort~": p.EFFORT, "summary~": words("auto", "concise", "detailed"),
                  "generate_summary?~": words("auto", "concise", "detailed"),
                  "context?~": words("auto", "current_turn", "all_turns"), "mode?~": words("standard", "pro")},
                 p=0.2, nulls=0.4)
_FORMAT = choose((2, rec({"type": "text"})), rec({"type": "json_object"}), (2, rec(
    {"type": "json_schema", "name": words("answer"), "schema": c.OBJECT_SCHEMA, "description?~": TEXT,
     "strict?~": c.BOOL}, p=0.7, nulls=0.3)))
_MORE = rec({
    "background?~": c.BOOL, "billing?": rec({"payer": words("developer")}), "completed_at?~": c.SECONDS,
    "conversation?~": rec({"id": words("conv_1")}), "max_output_tokens?~": p.CAP, "max_tool_calls?~": c.COUNT,
    "previous_response_id?~": words("resp_0"), "prompt?~": p.PROMPT, "prompt_cache_key?~": TEXT,
    "prompt_cache_retention?~": p.RETENTION, "reasoning?~": _REASONING, "safety_identifier?~": TEXT,
    "service_tier?~": choose((7, p.TIER), "provisioned"), "store?": c.BOOL,
    "text?": rec({"format?": _FORMAT, "verbosity?~": words("low", "medium", "high")}, p=0.8),
    "top_logprobs?~": words(0, 20), "truncation?~": words("auto", "disabled"), "user?~": TEXT,
    "frequency_penalty?": words(0, 0.0), "presence_penalty?": words(0.0, 0.5)}, p=0.25, nulls=0.35)
_RARE = rec({
    "access_programs?~": p.CYBER, "image?~": rec({"context_compression": words("enabled", "disabled")}),
    "input_transformations?~": p.TRANSFORMATIONS,
    "moderation?~": p.MODERATED, "prompt_cache_diagnostics?~": p.CACHE_DIAGNOSTICS,
    "prompt_cache_options?~": rec({"mode": p.CACHE_MODE, "ttl": p.CACHE_TTL,
                                   "comparison_response_id?~": words("resp_1")}),
    "tool_usage?~": p.TOOL_USAGE, "output_text?": TEXT, "content_filters?~": p.CONTENT_FILTERS,
    "system_fingerprint?~": words("fp_1"), "input?": fresh([], [{"role": "user", "content": "hi"}])},
    p=0.12, nulls=0.25)
_STATUS = words(*["completed"] * 12, "incomplete", "incomplete", "incomplete", "failed", "failed", "failed",
                "failed", "queued", "in_progress", "cancelled")
_ENDED = words("completed", "completed", "completed", "completed", "incomplete")
_UNFINISHED = ("queued", "in_progress")
_DETAILS = choose((8, rec({"reason": p.REASON})), (1, rec({"reason?": None})))
_CUT_OFF = {"function_call": "arguments", "custom_tool_call": "input"}


@st.composite
def _reply(draw: Draw, ended: bool) -> Doc:
    status = draw(_ENDED if ended else _STATUS)
    body: Doc = draw(_ENVELOPE) | draw(_ECHO if chance(draw, 9) else _BARE) | draw(_MORE) | draw(_RARE)
    body["status"] = status
    body["output"] = [] if status in _UNFINISHED else items.replied_items(draw, not ended)
    if status == "incomplete":
        details = body["incomplete_details"] = draw(_DETAILS)
        if body["output"] and details.get("reason") in ("max_output_tokens", "steered"):
            last = body["output"][-1]
            if "status" in last and last["type"] in ("message", *_CUT_OFF):
                last["status"] = "incomplete"
            if last["type"] == "function_call" and chance(draw, 5):
                last["arguments"] = last["arguments"][:-1]
    if status == "failed":
        body["error"] = draw(p.FAILED)
        if chance(draw, 5):
            body["output"] = []
    if status in _UNFINISHED or (status in ("failed", "cancelled") and chance(draw, 6)):
        body["usage"] = None
    elif chance(draw, 9):
        body["usage"] = draw(p.USAGE)
    if status == "completed" and "output_text" in body:
        texts = (part for item in body["output"] if item["type"] == "message" for part in item["content"])
        body["output_text"] = "".join(part.get("text", "") for part in texts)
    return body


@cache
def reply(ended: bool = False) -> S:
    """Response objects; `ended`: only those that a stream can end well with."""
    return _reply(ended)


def begun(body: Doc, status: str = "in_progress") -> Doc:
    """What was known of a response when it began."""
    found: Doc = deepcopy({key: value for key, value in body.items() if key not in ("output_text", "tool_usage")})
    found |= {"status": status, "output": []}
    for key in ("usage", "error", "incomplete_details", "completed_at", "content_filters", "moderation"):
        if key in found:
            found[key] = None
    if found.get("service_tier"):
        found["service_tier"] = "auto"
    return found


def failed(body: Doc, error: Doc, finished: list[Doc]) -> Doc:
    """The response when it failed: its finished items, an error, no usage."""
    return begun(body, "failed") | {"error": error, "output": deepcopy(finished), "usage": None}
