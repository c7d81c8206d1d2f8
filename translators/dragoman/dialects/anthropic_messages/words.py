"""Anthropic Messages: its words and fields as tables.

Facts: Anthropic's API reference and the types of the anthropic SDK.
"""

from __future__ import annotations

from collections.abc import Callable
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
from ...tables import BOOL, INT, LIST, NUM, STR, Kind, Pairs, typed, types_of
from ..base import Places
from ..web_search import Words

NAME = "anthropic-messages"
VERSION = "2023-06-01"
NEWER = "2026-10-21"  # refuses temperature, top_p and top_k for every model, even at their defaults

FINISH = Pairs(
    ("end_turn", "stop"),
    ("stop_sequence", "stop_sequence"),
    ("max_tokens", "length"),
    ("tool_use", "tool_calls"),
    ("refusal", "content_filter"),
    ("pause_turn", "pause"),
    ("model_context_window_exceeded", "context_window"),
    ("compaction", "compaction"),
)
TOOL_CHOICE = Pairs(("auto", "auto"), ("any", "required"), ("none", "none"))
SERVICE_TIER = Pairs(("auto", "auto"), ("standard_only", "default"))
TIERS = Pairs(("standard", "default"), ("priority", "priority"))  # of an answer, in its usage
EFFORTS = frozenset({"low", "medium", "high", "xhigh", "max"})
THINKING = frozenset({"enabled", "disabled", "adaptive", "between_tools"})
MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})

# wire key -> (canonical setting, JSON types it may have)
PARAMS: dict[str, tuple[str, tuple[type, ...]]] = {
    "max_tokens": ("max_output_tokens", INT),
    "temperature": ("temperature", NUM),
    "top_p": ("top_p", NUM),
    "top_k": ("top_k", INT),
    "stream": ("stream", BOOL),
    "service_tier": ("service_tier", STR),
}
WIRE = {canonical: wire for wire, (canonical, _) in PARAMS.items()}
SAMPLING = frozenset({"temperature", "top_k", "top_p"})

SERVER_CALLS = frozenset({"server_tool_use", "mcp_tool_use"})
SERVER_RESULTS = frozenset(
    {
        "web_search_tool_result",
        "web_fetch_tool_result",
        "code_execution_tool_result",
        "bash_code_execution_tool_result",
        "text_editor_code_execution_tool_result",
        "tool_search_tool_result",
        "advisor_tool_result",
        "mcp_tool_result",
    }
)

REQUEST: Kind = typed(
    {
        "model": ("",),
        "max_tokens": (),
        "messages": (),
        "system": ("", []),
        "thinking": {"type": (), "budget_tokens": (), "display": (), "block_binding": ()},
        "output_config": {"effort": (), "format": (), "task_budget": ()},
        "output_format": (),
        "stop_sequences": ([],),
        "stream": (False,),
        "temperature": (),
        "top_p": (),
        "top_k": (),
        "tools": ([],),
        "tool_choice": {"disable_parallel_tool_use": (False,)},
        "metadata": {"user_id": ()},
        "service_tier": ("auto",),
        "speed": ("standard",),
        "container": (),
        "cache_control": (),
        "inference_geo": (),
        "diagnostics": (),
        "mcp_servers": ([],),
        "context_management": (),
        "compaction": (),
        "fallbacks": (),
        "fallback_credit_token": (),
        "billing_policy": (),
        "thread": (),
        # What Bedrock and Vertex have in place of the header: "bedrock-2023-05-31", "vertex-2023-10-16".
        "anthropic_version": ("bedrock-2023-05-31", "vertex-2023-10-16"),
        "anthropic_beta": (),
    },
    {**types_of(PARAMS), "system": (str, list), "stop_sequences": LIST},
)
MESSAGE: Kind = {"role": (), "content": (), "clear_at": (), "output_config": ()}
SOURCE: Kind = {"type": (), "media_type": (), "data": (), "url": (), "file_id": (), "content": ()}
DIRECT = {"type": "direct"}  # the `caller` of a call that the model itself made
BLOCK: Kind = {
    "type": (),
    "text": (),
    "citations": ([],),
    "source": SOURCE,
    "title": (),
    "context": (),
    "cache_control": (),
    "thinking": (),
    "signature": ("",),
    "data": (),
    "id": (),
    "name": (),
    "input": (),
    "caller": (DIRECT,),
    "toolset_name": (),
    "tool_use_id": (),
    "content": (),
    "is_error": (False,),
    "transformations": (),
    "estimated_tokens": (),
}
TOOL: Kind = {
    "type": ("custom",),
    "name": (),
    "description": (),
    "input_schema": (),
    "strict": (),
    "cache_control": (),
    "defer_loading": (False,),
    "input_examples": ([],),
    "eager_input_streaming": (),
    "allowed_callers": (["direct"],),
}
RESPONSE: Kind = {
    "id": ("",),
    "type": ("message",),
    "role": ("assistant",),
    "model": ("",),
    "content": (),
    "stop_reason": ("",),
    "stop_sequence": (),
    "stop_details": (),
    "usage": (),
    "container": (),
    "diagnostics": (),
    "context_management": (),
    "input_transformations": ([],),
}
USAGE: Kind = {
    "input_tokens": (),
    "output_tokens": (),
    "cache_creation_input_tokens": (0,),
    "cache_read_input_tokens": (0,),
    "cache_creation": {"ephemeral_5m_input_tokens": (0,), "ephemeral_1h_input_tokens": (0,)},
    "output_tokens_details": {"thinking_tokens": (0,)},
    "server_tool_use": {"web_search_requests": (0,), "web_fetch_requests": (0,)},
    "service_tier": (),
    "inference_geo": (),
    "speed": (),
    "iterations": ([],),
    "fallback_credit": (),
}
USAGE_MEANING: Json = {
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_creation_input_tokens": "cache_write",
    "cache_read_input_tokens": "cache_read",
    "output_tokens_details": {"thinking_tokens": "reasoning"},
}
ERROR: Kind = {"type": ..., "message": (), "details": {"error_code": ...}}
KINDS: dict[type, Kind] = {
    Request: REQUEST,
    ReasoningControl: REQUEST,
    ToolChoice: {"type": (), "name": (), "disable_parallel_tool_use": (False,)},
    OutputFormat: REQUEST,
    Message: MESSAGE,
    Text: BLOCK,
    Media: BLOCK,
    Reasoning: BLOCK,
    ToolCall: BLOCK,
    ToolResult: BLOCK,
    ServerTool: BLOCK,
    Tool: TOOL,
    Response: RESPONSE,
    Candidate: RESPONSE,
    Usage: USAGE,
    Error: {"type": ..., "error": ERROR, "request_id": ()},
}


def _container(value: Any) -> Any:
    """What a request says of the container that an answer names; None where that names none.

    "shape {"id": x} alone is rejected (Input should be a valid string): send the bare string".
    """
    identity = value.get("id") if type(value) is dict else None
    if type(identity) is not str or not identity:
        return None
    skills = value.get("skills")
    return {"id": identity, "skills": skills} if skills and type(skills) is list else identity


# State beside the parts of an answer -> what the next request says of it, under the same key.
BESIDE: dict[str, Callable[[Any], Any]] = {"container": _container}


def _state(part: Any) -> str:
    # A redacted part is nothing but its state.
    return str(part.at if part.redacted or part.state is None else f"{part.at}/{part.state.kind}")


PLACES: Places = {
    ToolCall: {"arguments": "/input", "state": "/caller"},
    ToolResult: {"call_id": "/tool_use_id", "value": "/content"},
    Media: {"cite": "/citations", "filename": "/title"},
    Tool: {"parameters": "/input_schema"},
    ToolChoice: {"names": "/name"},
    OutputFormat: {"kind": "/type", "strict": "/type"},
    Candidate: {"finish_reason": "/stop_reason"},
    Reasoning: {"state": _state},
}

THOUGHTS = ("thinking", "redacted_thinking")
STATES = ("signature", "redacted")  # the kinds of state that this dialect issues
LIMIT_ID = 1 << 16  # no limit is documented
LIMIT_NAME = 128
MAX_TOKENS = 4096  # what a request gets that sets no limit: the largest that every Claude model takes
MOST_MARKS = 4  # blocks with a cache mark in one request
PLACEHOLDER = "."  # what a turn says that must be there and has nothing to say

# Law 3: what a writer derives, by key (or owner/key), and by which table or function.
DERIVED = {
    "type": "the word of the envelope or block",
    "role": "role of the turn",
    "stop_reason": "FINISH",
    "input_tokens": "exclusive counting",
    "output_tokens": "inclusive counting",
    "disable_parallel_tool_use": "negation",
    "strict": "schemas within the limits bind",
    "service_tier": "SERVICE_TIER",
    "effort": "effort table",
    "max_tokens": "the shortest answer for none",
    "display": "what of the thinking is shown",
    "budget_tokens": "budget below the limit",
    "speed": "SERVICE_TIER",
    "max_uses": "how much a search finds, and how often is searched",
    "temperature": "clamp to 0..1",
    "additionalProperties": "objects are closed where a schema binds",
    "required/0": "the one argument of a free-text tool",
    "media_type": "the only document type",
    "data": "the usual base64 alphabet, or the text that it spells",
    "is_error": "an object result with the one key `error`",
    "top_k": "a whole number",
    "$ref": "where a definition stands",
}

WEB_SEARCH = Words(
    ("web_search_20250305", "web_search_20260209", "web_search_20260318"),
    {
        "uses": "max_uses",
        "allowed": "allowed_domains",
        "blocked": "blocked_domains",
        "location": "user_location",
    },
    frozenset({"cache_control", "allowed_callers", "defer_loading", "strict", "response_inclusion", "input_examples"}),
    {"type": "web_search_20250305", "name": "web_search"},
)
