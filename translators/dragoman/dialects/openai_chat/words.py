"""Chat Completions: its words and fields as tables. Facts: OpenAI's API reference and the openai SDK's types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...model import (
    Candidate,
    Error,
    Media,
    Message,
    OutputFormat,
    Reasoning,
    ReasoningControl,
    Refusal,
    Request,
    Response,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Usage,
)
from ...tables import BOOL, DICT, INT, LIST, NUM, STR, Kind, Pairs, typed, types_of
from ..base import Places
from ..openai_shape import CACHE_KEY, ERROR, USAGE

NAME = "openai-chat"

FINISH = Pairs(
    ("stop", "stop"),
    ("length", "length"),
    ("tool_calls", "tool_calls"),
    ("content_filter", "content_filter"),
    ("function_call", "tool_calls"),
    # Words of other vendors behind the same shape.
    ("eos", "stop"),
    ("eos_token", "stop"),
    ("model_length", "length"),
    ("error", "error"),
    ("insufficient_system_resource", "error"),
    ("abort", "error"),
    ("aborted", "error"),
    # Zhipu's: what was filtered, and an inference that broke off.
    ("sensitive", "content_filter"),
    ("network_error", "error"),
)
# Canonical finish reasons without a word here -> the nearest word (spec/MAP.md section 6).
FINISH_NEAREST = {
    "stop_sequence": "stop",
    "context_window": "length",
    "pause": "stop",
    "compaction": "length",
    # A failure never looks like a success: what ended in a way unknown here was cut off.
    "malformed_call": "length",
    "other": "length",
}
TOOL_CHOICE = Pairs(("auto", "auto"), ("none", "none"), ("required", "required"), ("any", "required"))

# wire key -> (canonical setting, JSON types it may have)
PARAMS: dict[str, tuple[str, tuple[type, ...]]] = {
    "temperature": ("temperature", NUM),
    "top_p": ("top_p", NUM),
    "top_k": ("top_k", INT),
    "n": ("n", INT),
    "seed": ("seed", INT),
    "presence_penalty": ("presence_penalty", NUM),
    "frequency_penalty": ("frequency_penalty", NUM),
    "logit_bias": ("logit_bias", DICT),
    "logprobs": ("logprobs", BOOL),
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
    "verbosity": ("verbosity", STR),
    "modalities": ("modalities", LIST),
    "audio": ("audio", DICT),
    "prediction": ("prediction", DICT),
    "moderation": ("moderation", DICT),
    "web_search_options": ("web_search", DICT),
}
WIRE = {canonical: wire for wire, (canonical, _) in PARAMS.items()}
# Settings that are read here because vendors behind this shape take them, but that OpenAI itself refuses.
UNOFFICIAL = frozenset({"top_k"})
SERVICE_TIERS = frozenset({"auto", "default", "flex", "scale", "priority", "fast"})

CACHE_KEYS = (CACHE_KEY, "cache_control")

REQUEST: Kind = typed(
    {
        **dict.fromkeys(PARAMS, ()),
        "model": ("",),
        "messages": (),
        "n": (0,),
        "max_tokens": (0,),
        "max_completion_tokens": (0,),
        "stop": (),
        "tools": ([],),
        "functions": ([],),
        "tool_choice": ({},),
        "function_call": (),
        "response_format": {"type": (), "json_schema": {}},
        "stream_options": {"include_usage": (True, False), "include_obfuscation": (True,)},
        "reasoning_effort": (),
        "thinking": {"type": (), "budget_tokens": ()},
        "reasoning": {"effort": (), "max_tokens": (), "enabled": (True,), "exclude": (False,)},
        "enable_thinking": (),
        "thinking_budget": (),
        "thinking_token_budget": (),
        "include_reasoning": (True,),
        "extra_body": {
            "google": {"thinking_config": {"thinking_budget": (), "thinking_level": (), "include_thoughts": ()}}
        },
        "chat_template_kwargs": {"enable_thinking": (), "thinking": ()},
        "seen": (),
        "random_seed": (),
    },
    {
        **types_of(PARAMS),
        "max_tokens": INT,
        "max_completion_tokens": INT,
        "stop": (str, list),
        "tool_choice": DICT,  # a word that is one is read
        "function_call": DICT,
        "reasoning_effort": STR,
        "enable_thinking": BOOL,
        "thinking_budget": INT,
        "thinking_token_budget": INT,
        "include_reasoning": BOOL,
    },
)
MESSAGE: Kind = {
    "role": (),
    "content": (),
    "name": (),
    "refusal": ("",),
    "audio": {"id": (), "data": (), "expires_at": (), "transcript": ()},
    "images": ([],),
    "annotations": ([],),
    "tool_calls": ([],),
    "tool_call_id": ("",),
    "function_call": {"name": ("",), "arguments": ("",)},
    "reasoning_content": ("",),
    "reasoning": ("",),
    "reasoning_details": ([],),
    "thinking_blocks": ([],),
    "reasoning_items": ([],),
    "cache_control": (),
    # What is beside the lists that go home has a place of its own.
    "provider_specific_fields": {},
}
PART: Kind = {
    "type": (),
    "text": (),
    "refusal": (),
    "image_url": {"url": (), "detail": ("auto",)},
    "video_url": {"url": ()},
    "audio_url": {"url": ()},
    "document_url": (),
    "document_name": (),
    "detail": ("auto",),
    "input_audio": {"data": (), "format": ()},
    "file": {"file_id": (), "file_data": (), "filename": ()},
    "prompt_cache_breakpoint": (),
    "cache_control": (),
    "thinking": (),
}
CALL: Kind = {
    "id": ("",),
    "type": (),
    "index": (),
    "function": {"name": (), "arguments": (), "provider_specific_fields": {}},
    "custom": {"name": (), "input": ()},
    # What is beside a signature has a place of its own.
    "extra_content": {"google": {}, "vertex": {}},
    "provider_specific_fields": {},
}
TOOL: Kind = {
    "type": (),
    "function": {"name": (), "description": (), "parameters": (), "strict": ()},
    "custom": {"name": (), "description": (), "format": ()},
    "name": (),
    "description": (),
    "parameters": (),
    "input_schema": (),
    "cache_control": (),
}
CHOICE_OF_TOOL: Kind = {
    "type": (),
    "function": {"name": ()},
    "custom": {"name": ()},
    "allowed_tools": {},
    "name": (),
}
FORMAT: Kind = {"type": (), "json_schema": {"name": (), "description": (), "schema": (), "strict": ()}}
RESPONSE: Kind = {
    "id": ("",),
    "object": ("chat.completion", "chat.completion.chunk", ""),
    "created": (),
    "model": ("",),
    "choices": (),
    "usage": (),
    "service_tier": (),
    "system_fingerprint": ("",),
    "metadata": (),
    "moderation": (),
}
CHOICE: Kind = {
    "index": (),
    "message": (),
    "delta": (),
    "finish_reason": ("",),
    "logprobs": ({"content": None, "refusal": None}, {"content": []}, {"content": [], "refusal": []}),
}
KINDS: dict[type, Kind] = {
    Request: REQUEST,
    ReasoningControl: REQUEST,
    Message: MESSAGE,
    ToolResult: MESSAGE,
    Text: PART,
    Refusal: PART,
    Media: PART | {"id": (), "expires_at": (), "index": (), "transcript": ("",)},
    Reasoning: PART,
    ToolCall: CALL | {"name": (), "arguments": ()},
    Tool: TOOL | {"strict": ()},
    ToolChoice: CHOICE_OF_TOOL,
    OutputFormat: FORMAT,
    Response: RESPONSE,
    Candidate: CHOICE,
    Usage: USAGE,
    Error: {**ERROR, "error": ERROR},
}


def _inner(name: str, custom: str = "") -> Callable[[Any], str]:
    """A field inside `function` or `custom`; beside them where legacy and flat forms have it."""

    def at(node: Any) -> str:
        spelling = node.spelling or {}
        if spelling.get("field") in ("function_call", "functions", "tools"):
            return f"{node.at}/{spelling.get('schema', name) if name == 'parameters' else name}"
        return f"{node.at}/{node.kind}/{custom if custom and node.kind == 'custom' else name}"

    return at


def _names_at(c: Any) -> str:
    """Where a choice has its names."""
    return f"{c.at}/allowed_tools/tools" if c.mode.startswith("subset_") else _inner("name")(c)


# The lists of a message that hold the state of its thinking -> what kind of state it is. Where several stand, it is
# the first; the others stay what they are, unknown fields.
LISTS = {"reasoning_details": "details", "thinking_blocks": "blocks", "reasoning_items": "items"}
LIST_OF = {kind: name for name, kind in LISTS.items()}


def _word(part: Any) -> Any:
    return (part.spelling or {}).get("type")


def _list(part: Any) -> str:
    kind = part.state.kind if part.state is not None else ""
    return f"{part.at.rpartition('/')[0]}/{LIST_OF.get(kind, 'reasoning_details')}"


# Where a call has Google's signature; who issued it, if not the inventor; and whether in an answer it is the state of
# the gateway that answers.
SIGNATURE = "thought_signature"
SIGNED: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("extra_content", "google", SIGNATURE), "", False),
    (("extra_content", "vertex", SIGNATURE), "@vertex", False),
    (("provider_specific_fields", SIGNATURE), "", True),
    (("function", "provider_specific_fields", SIGNATURE), "", True),
)


def _signature(call: Any) -> str:
    return "/".join((call.at, *(call.spelling or {}).get(SIGNATURE, ("state",))))


PLACES: Places = {
    ToolCall: {"name": _inner("name"), "arguments": _inner("arguments", "input"), "state": _signature},
    ToolResult: {"call_id": "/tool_call_id", "value": "/content"},
    Media: {
        "detail": lambda m: m.at + ("/detail" if _word(m) == "input_image" else "/image_url/detail"),
        "filename": lambda m: m.at + ("/document_name" if _word(m) == "document_url" else "/file/filename"),
    },
    Tool: {name: _inner(name) for name in ("name", "description", "parameters", "strict", "format")},
    ToolChoice: {"names": _names_at},
    OutputFormat: {
        "kind": "/type",
        **{name: f"/json_schema/{name}" for name in ("name", "description", "strict")},
        "schema": lambda f: f.at + ("/schema" if f.spelling else "/json_schema/schema"),
    },
    Reasoning: {"state": _list},
    Response: {"fingerprint": "/system_fingerprint"},
}

# Transport: keys of a chunk that say nothing and are not folded.
TRANSPORT = frozenset({"obfuscation", "p"})

# Law 3: what a writer derives, by key (or owner/key), and by which table or function.
DERIVED = {
    "top_logprobs/token": "the key of a map",
    "search_context_size": "how much a search finds, and how often is searched",
    "image_url/detail": "the resolution of a part",
    "type": "the word of the envelope or part",
    "object": "the word of the envelope",
    "role": "role of the turn",
    "index": "position",
    "additionalProperties": "objects are closed where a schema binds",
    "max_completion_tokens": "the shortest answer for none",
    "finish_reason": "FINISH",
    "prompt_tokens": "inclusive counting",
    "completion_tokens": "inclusive counting",
    "total_tokens": "sum",
    "start_index": "span of the block in the content",
    "end_index": "span of the block in the content",
    "tool_choice": "TOOL_CHOICE",
    "mode": "TOOL_CHOICE",
    "parallel_tool_calls": "negation",
    "include_usage": "usage always comes elsewhere",
    "reasoning_effort": "effort table",
    "service_tier": "tier table",
    "logprobs": "a number of them asked for elsewhere",
    "modalities": "lower case",
    "created": "seconds of a time of day",
    "format": "the ending of a media type",
    "top_k": "a whole number",
    "data": "the usual base64 alphabet",
    "$ref": "where a definition stands",
    "strict": "structured output holds to its schema",
    "schema/required": "a root that is no object becomes a property of one",
    "schema/additionalProperties": "likewise",
    "code": "ERRORS",
}
