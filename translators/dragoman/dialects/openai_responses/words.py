"""Responses: its words and fields as tables. Facts: OpenAI's API reference and the openai SDK's types."""

from __future__ import annotations

from typing import Any

from ...jsontext import escape
from ...model import (
    Candidate,
    Error,
    Item,
    Json,
    Media,
    Message,
    Opaque,
    OutputFormat,
    Reasoning,
    ReasoningControl,
    Refusal,
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
from ...report import Report
from ...tables import BOOL, DICT, INT, LIST, NUM, STR, Kind, Pairs, Partly, typed, types_of
from ..base import Places
from ..openai_shape import CACHE_KEY
from ..web_search import Words

NAME = "openai-responses"
VENDOR = "openai"  # who issues the state and the files of this dialect, unless a profile names another

# `status`, and behind the slash `incomplete_details.reason`. A response that still runs is no success.
# Why a response failed: there are these codes, and no others.
FAILED = frozenset(
    {
        "server_error",
        "rate_limit_exceeded",
        "invalid_prompt",
        "data_residency_mismatch",
        "bio_policy",
        "misalignment_policy_violation",
        "vector_store_timeout",
        "invalid_image",
        "invalid_image_format",
        "invalid_base64_image",
        "invalid_image_url",
        "image_too_large",
        "image_too_small",
        "image_parse_error",
        "image_content_policy_violation",
        "invalid_image_mode",
        "image_file_too_large",
        "unsupported_image_media_type",
        "empty_image_file",
        "failed_to_download_image",
        "image_file_not_found",
    }
)
FAILED_NEAREST = {"rate_limit": "rate_limit_exceeded", "invalid_request": "invalid_prompt"}
FINISH = Pairs(
    ("completed", "stop"),
    ("completed", "tool_calls"),
    ("incomplete/max_output_tokens", "length"),
    ("incomplete/content_filter", "content_filter"),
)
# Canonical finish reasons without a word here -> the nearest word. A failure never looks like a success: what
# ended in a way unknown here was cut off.
FINISH_NEAREST = {
    "stop_sequence": "completed",
    "context_window": "incomplete/max_output_tokens",
    "pause": "incomplete/max_output_tokens",
    "compaction": "incomplete/max_output_tokens",
    "malformed_call": "incomplete/max_output_tokens",
    "other": "incomplete/max_output_tokens",
}
CUT_OFF = "incomplete/max_output_tokens"
TOOL_CHOICE = Pairs(("auto", "auto"), ("none", "none"), ("required", "required"))
SUMMARY = Pairs(("auto", "summarized"), ("concise", "concise"), ("detailed", "detailed"))

# wire key -> (canonical setting, JSON types it may have)
PARAMS: dict[str, tuple[str, tuple[type, ...]]] = {
    "max_output_tokens": ("max_output_tokens", INT),
    "temperature": ("temperature", NUM),
    "top_p": ("top_p", NUM),
    "top_logprobs": ("top_logprobs", INT),
    "stream": ("stream", BOOL),
    "parallel_tool_calls": ("parallel_tool_calls", BOOL),
    "user": ("user", STR),
    "metadata": ("metadata", DICT),
    "store": ("store", BOOL),
    "service_tier": ("service_tier", STR),
    "safety_identifier": ("safety_identifier", STR),
    "prompt_cache_key": ("prompt_cache_key", STR),
    "prompt_cache_options": ("prompt_cache_options", DICT),
    "prompt_cache_retention": ("prompt_cache_retention", STR),
    "moderation": ("moderation", DICT),
    "previous_response_id": ("previous_response_id", STR),
    "conversation": ("conversation", (str, dict)),
    "background": ("background", BOOL),
    "prompt": ("prompt_template", DICT),
    "include": ("include", LIST),
    "max_tool_calls": ("max_tool_calls", INT),
    "truncation": ("truncation", STR),
    "context_management": ("context_management", LIST),
}
WIRE = {canonical: wire for wire, (canonical, _) in PARAMS.items()}
SERVICE_TIERS = frozenset({"auto", "default", "flex", "scale", "priority", "fast", "ultrafast"})
LOGPROBS = "message.output_text.logprobs"  # the word of `include` that asks for log probabilities
MIN_TOKENS = 16  # "Expected a value >= 16"
LIMIT_ID = 64  # of call_id

TEXTS = frozenset({"input_text", "output_text", "text"})

# Items of tools that the vendor runs, or that the client runs in the vendor's words.
SERVER_CALLS = frozenset(
    {
        "file_search_call",
        "web_search_call",
        "computer_call",
        "code_interpreter_call",
        "image_generation_call",
        "local_shell_call",
        "shell_call",
        "apply_patch_call",
        "mcp_call",
        "mcp_list_tools",
        "mcp_approval_request",
        "tool_search_call",
        "program",
    }
)
SERVER_RESULTS = frozenset(
    {
        "computer_call_output",
        "local_shell_call_output",
        "shell_call_output",
        "apply_patch_call_output",
        "mcp_approval_response",
        "tool_search_output",
        "program_output",
    }
)
# What the client itself gives back for them: a turn of its own.
CLIENT_RESULTS = frozenset(
    {
        "computer_call_output",
        "local_shell_call_output",
        "shell_call_output",
        "apply_patch_call_output",
        "mcp_approval_response",
        "tool_search_output",
    }
)
# The calls that wait for the client, unless their result stands in the same answer.
CLIENT_CALLS = frozenset(
    {"computer_call", "local_shell_call", "shell_call", "apply_patch_call", "mcp_approval_request", "tool_search_call"}
)
# Where such a call keeps what it was called with.
INPUT_KEY = {
    "mcp_call": "arguments",
    "mcp_approval_request": "arguments",
    "tool_search_call": "arguments",
    "code_interpreter_call": "code",
    "program": "code",
}
# item type -> (canonical kind, key of the arguments)
CALLS: dict[str, tuple[Any, str]] = {
    "function_call": ("function", "arguments"),
    "custom_tool_call": ("custom", "input"),
}
RESULTS = {"function_call_output": "function", "custom_tool_call_output": "custom"}

# --- known keys ---------------------------------------------------------------------------------------------


def _beside_texts(report: Report, value: Any, at: str) -> None:
    """Report what stands beside the texts of a summary, or of thinking that is shown."""
    if type(value) is not list or not all(type(entry) is dict and "text" not in entry for entry in value):
        report.dropped("field.unsupported", at, value)
        return
    for i, entry in enumerate(value):
        for key in entry:
            if key != "type":
                report.dropped("field.unknown", f"{at}/{i}/{escape(key)}", entry[key])


REQUEST: Kind = typed(
    {
        **dict.fromkeys(PARAMS, ()),
        "model": ("",),
        "input": ([],),
        "instructions": ("",),
        "tools": ([],),
        "tool_choice": (),
        "text": {"format": {"type": ("text",)}, "verbosity": ()},
        "reasoning": {"effort": (), "summary": (), "generate_summary": (), "context": ("auto",), "mode": ("standard",)},
        "stream_options": {"include_obfuscation": (True,)},
        "access_programs": (),
        "image": (),
    },
    {**types_of(PARAMS), "instructions": (str, list), "tool_choice": DICT},
)
MESSAGE: Kind = {"type": (), "role": (), "content": (), "id": (), "status": (), "phase": ()}
PART: Kind = {
    "type": (),
    "text": (),
    "refusal": (),
    "annotations": ([],),
    "logprobs": ([],),
    "image_url": (),
    "file_id": (),
    "file_url": (),
    "file_data": (),
    "filename": (),
    "detail": ("auto",),
    "input_audio": {"data": (), "format": ()},
    CACHE_KEY: (),
}
IMAGE: Kind = {
    "result": (),
    "action": (),
    "background": (),
    "output_format": (),
    "quality": (),
    "size": (),
    "revised_prompt": (),
    "error": (),
    "svg_usage": (),
}
CALLER = {"type": "direct"}
ITEM: Kind = {
    **MESSAGE,
    "call_id": ("",),
    "name": (),
    "namespace": (),
    "arguments": (),
    "input": (),
    "output": (),
    "caller": (CALLER,),
    "async": (False,),
    "summary": (),
    "encrypted_content": (),
    "content": ([],),
    "created_by": (),
}
TOOL: Kind = {
    "type": (),
    "name": (),
    "description": (),
    "parameters": (),
    "strict": (),
    "format": (),
    "output_schema": (),
    "defer_loading": (False,),
    "allowed_callers": (["direct"],),
    "async": (False,),
}
FORMAT: Kind = {"type": (), "name": (), "schema": (), "description": (), "strict": ()}
# What a response repeats of its request, and what says once more what stands elsewhere.
ECHO = (
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "previous_response_id",
    "conversation",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
    "background",
    "access_programs",
    "image",
    "frequency_penalty",
    "presence_penalty",
    "output_text",
    "input",
)
RESPONSE: Kind = {
    "id": ("",),
    "object": ("response",),
    "created_at": (),
    "completed_at": (),
    "model": ("",),
    "status": (),
    "output": ([],),
    "usage": (),
    "error": (),
    "incomplete_details": {"reason": ()},
    "service_tier": (),
    "billing": (),
    "content_filters": (),
    "moderation": (),
    "input_transformations": ([],),
    "prompt_cache_diagnostics": (),
    "tool_usage": {
        "image_gen": {
            "input_tokens": (0,),
            "input_tokens_details": {"image_tokens": (0,), "text_tokens": (0,)},
            "output_tokens": (0,),
            "output_tokens_details": {"image_tokens": (0,), "text_tokens": (0,)},
            "total_tokens": (0,),
            "cached_tokens": (0,),
            "cached_tokens_details": {"cached_image_tokens": (0,), "cached_text_tokens": (0,)},
        },
        "web_search": {"num_requests": (0,)},
    },
    **dict.fromkeys(ECHO, ...),
}
USAGE: Kind = {
    "input_tokens": (),
    "output_tokens": (),
    "total_tokens": (),
    "input_tokens_details": {
        "cached_tokens": (0,),
        "cache_write_tokens": (0,),
        "cache_write_tokens_details": {"ttl_30m_tokens": (0,), "ttl_12h_tokens": (0,)},
    },
    "output_tokens_details": {"reasoning_tokens": (0,)},
}
USAGE_MEANING: Json = {
    "input_tokens": "input",
    "output_tokens": "output",
    "total_tokens": "total",
    "input_tokens_details": {"cached_tokens": "cache_read", "cache_write_tokens": "cache_write"},
    "output_tokens_details": {"reasoning_tokens": "reasoning"},
}
ERROR: Kind = {"message": (), "type": ..., "param": (), "code": (), "misalignment": ()}
KINDS: dict[type, Kind] = {
    Request: REQUEST,
    ReasoningControl: REQUEST["reasoning"],
    Message: MESSAGE,
    Item: ITEM,
    Text: PART,
    Refusal: PART,
    Media: PART | IMAGE,
    Reasoning: ITEM | dict.fromkeys(("summary", "content"), Partly(_beside_texts, [])),
    ToolCall: ITEM,
    ToolResult: ITEM,
    ServerTool: ITEM,
    Tool: TOOL,
    ToolChoice: {"type": (), "name": (), "mode": (), "tools": ()},
    OutputFormat: FORMAT,
    Response: RESPONSE,
    Candidate: RESPONSE,
    Usage: USAGE,
    Error: {**RESPONSE, **ERROR, "error": ERROR, "status": ("failed",), "sequence_number": ...},
}

# Keys of stream events. Those of a frame that stand nowhere here go home and only home; the transport ones say
# nothing and are not folded.
TRANSPORT = frozenset({"obfuscation", "sequence_number"})
EVENT_KEYS = TRANSPORT | {
    "type",
    "response",
    "output_index",
    "item",
    "item_id",
    "content_index",
    "part",
    "delta",
    "logprobs",
    "text",
    "refusal",
    "annotation_index",
    "annotation",
    "arguments",
    "name",
    "input",
    "summary_index",
    "status",
    "code",
    "message",
    "param",
    "error",
    "partial_image_b64",
    "partial_image_index",
    "size",
    "quality",
    "background",
    "output_format",
    "command_index",
    "command",
    "output",
}

# --- where canonical fields stand ------------------------------------------------------------------------------


def _item_at(part: Any) -> str:
    """The item of a part: a message's content stands two levels below it."""
    at: str = part.at
    head, content, _ = at.rpartition("/content")
    return head if content and at.startswith(("/output", "/input")) else at


def _names_at(c: ToolChoice) -> str:
    if c.mode.startswith("subset_"):
        return f"{c.at}/tools"
    return f"{c.at}/type" if c.kind == "server" else f"{c.at}/name"


def _finish_at(c: Candidate) -> str:
    word = (c.spelling or {}).get("finish") or FINISH.write.get(c.finish_reason or "", "")
    return "/incomplete_details/reason" if "/" in word else "/status"


def _logprobs_at(c: Candidate) -> str:
    counts = iter((c.spelling or {}).get("logprobs", (1,)))  # how many each text has, where it is not the first alone
    for part in c.message.parts:
        if type(part) is Text and next(counts, 1):
            return f"{part.at}/logprobs"
    return "/output/0/content/0/logprobs"


def _text_at(part: Reasoning) -> str:
    spelling = part.spelling or {}
    return f"{part.at}/{'content' if spelling.get('content') and not spelling.get('summary') else 'summary'}"


def _state_at(part: Reasoning) -> str:
    # A compaction is nothing but its state.
    return str(part.at if part.redacted else f"{part.at}/encrypted_content")


def _data_at(media: Media) -> str:
    if media.kind == "audio":
        return f"{media.at}/input_audio"
    if (media.spelling or {}).get("type"):
        return f"{media.at}/result"
    return f"{media.at}/{'file_data' if media.kind == 'document' else 'image_url'}"


def _url_at(media: Media) -> str:
    return f"{media.at}/{'file_url' if media.kind == 'document' else 'image_url'}"


PLACES: Places = {
    Text: {"item": _item_at},
    Refusal: {"text": "/refusal", "item": _item_at},
    Media: {"data": _data_at, "url": _url_at, "media_type": _data_at, "item": _item_at},
    Message: {"item": ""},
    ToolCall: {
        "id": "/call_id",
        "arguments": lambda call: f"{call.at}/{'input' if call.kind == 'custom' else 'arguments'}",
        "item": "",
    },
    ToolResult: {"item": "", "value": "/output", "kind": "/type"},
    Opaque: {"item": _item_at},
    ServerTool: {"item": ""},
    Reasoning: {"text": _text_at, "state": _state_at, "item": ""},
    Tool: {"result": "/output_schema"},
    ToolChoice: {"names": _names_at},
    OutputFormat: {"kind": "/type"},
    Candidate: {"finish_reason": _finish_at, "logprobs": _logprobs_at},
    Response: {"created": "/created_at", "fingerprint": "/system_fingerprint"},
}

# Law 3: what a writer derives, by key (or owner/key), and by which table or function.
DERIVED = {
    "top_logprobs/token": "the key of a map",
    "search_context_size": "how much a search finds, and how often is searched",
    "schema/required": "a root that is no object becomes a property of one",
    "additionalProperties": "objects are closed where a schema binds",
    "$ref": "where a definition stands",
    "type": "the word of the item or part",
    "object": "the word of the envelope",
    "role": "role of the turn",
    "service_tier": "tier table",
    "status": "FINISH, and that an item is complete",
    "reason": "FINISH",
    "store": "elsewhere nothing is stored unless asked for",
    "parallel_tool_calls": "the schema's default",
    "tool_choice": "TOOL_CHOICE, else the schema's default",
    "mode": "TOOL_CHOICE",
    "max_output_tokens": "the shortest answer for less than that",
    "include/0": "the word for log probabilities",
    "summary": "display table",
    "effort": "effort table",
    "detail": "required, and auto where nothing is said",
    "strict": "structured output holds to its schema",
    "input_tokens": "inclusive counting",
    "output_tokens": "inclusive counting",
    "total_tokens": "sum",
    "start_index": "span of the block",
    "end_index": "span of the block",
    "code": "ERRORS",
    "created_at": "seconds since 1970",
    "input_audio/data": "base64 in the standard alphabet",
    "format": "the word of the media type",
    "name": "ids.spell, where a name is too long",
    "call_id": "ids.spell, where an id is too long",
    "result": "base64 in the standard alphabet",
}

WEB_SEARCH = Words(
    ("web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"),
    {"size": "search_context_size", "allowed": "filters/allowed_domains", "location": "user_location"},
    frozenset({"filters", "external_web_access", "search_content_types", "return_token_budget"}),
    {"type": "web_search"},
)
