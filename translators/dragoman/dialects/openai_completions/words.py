"""Legacy Completions: its words and fields as tables. Facts: OpenAI's API reference and the openai SDK's types."""

from __future__ import annotations

from ...model import Candidate, Error, Request, Response, Usage
from ...tables import BOOL, DICT, INT, NUM, STR, Kind, Pairs, typed, types_of
from ..base import Places
from ..openai_shape import ERROR, USAGE

NAME = "openai-completions"

FINISH = Pairs(
    ("stop", "stop"),
    ("length", "length"),
    ("content_filter", "content_filter"),
    # Words of other vendors behind the same shape: Together's, TGI's two, and DeepSeek's.
    ("eos", "stop"),
    ("eos_token", "stop"),
    ("stop_sequence", "stop"),
    ("error", "error"),
    ("abort", "error"),
    ("insufficient_system_resource", "error"),
)
# Canonical finish reasons without a word here -> the nearest word (spec/MAP.md section 6).
FINISH_NEAREST = {
    "stop_sequence": "stop",
    "context_window": "length",
    # A failure never looks like a success: whoever waits for more than this text has got, was cut off.
    "tool_calls": "length",
    "pause": "length",
    "compaction": "length",
    "malformed_call": "length",
    "error": "length",
    "other": "length",
}

# wire key -> (canonical setting, JSON types it may have)
PARAMS: dict[str, tuple[str, tuple[type, ...]]] = {
    "max_tokens": ("max_output_tokens", INT),
    "temperature": ("temperature", NUM),
    "top_p": ("top_p", NUM),
    "top_k": ("top_k", INT),
    "n": ("n", INT),
    "best_of": ("best_of", INT),
    "echo": ("echo", BOOL),
    "suffix": ("suffix", STR),
    "seed": ("seed", INT),
    "presence_penalty": ("presence_penalty", NUM),
    "frequency_penalty": ("frequency_penalty", NUM),
    "logit_bias": ("logit_bias", DICT),
    "stream": ("stream", BOOL),
    "user": ("user", STR),
}
WIRE = {canonical: wire for wire, (canonical, _) in PARAMS.items()}
# Settings that are read here because vendors behind this shape take them, but that OpenAI itself refuses.
UNOFFICIAL = frozenset({"top_k"})
MAX_LOGPROBS = 5  # "The maximum value for logprobs is 5."
MAX_STOPS = 4
# What a request gets that sets no limit: the default here is 16, and prompt and answer share a window that is no
# larger than 4096 with gpt-3.5-turbo-instruct.
MAX_TOKENS = 2048
PLACEHOLDER = "."  # what a prompt says that must be there and has nothing to say

REQUEST: Kind = typed(
    {
        **dict.fromkeys(PARAMS, ()),
        "model": ("",),
        "prompt": (),
        "n": (0,),
        "logprobs": (),
        "stop": (),
        "stream_options": {"include_usage": (True, False), "include_obfuscation": (True,)},
    },
    {**types_of(PARAMS), "logprobs": INT, "stop": (str, list)},
)
RESPONSE: Kind = {
    "id": ("",),
    "object": ("text_completion", "text_completion.chunk", ""),
    "created": (),
    "model": ("",),
    "choices": (),
    "usage": (),
    "service_tier": (),
    "system_fingerprint": ("",),
    # Azure; vLLM.
    "prompt_filter_results": ([],),
    "kv_transfer_params": (),
}
CHOICE: Kind = {
    "index": (),
    "text": (),
    "finish_reason": ("",),
    "logprobs": ({},),
    # vLLM: the stop sequence or token that ended the text; Writer: its misspelling; others: what Chat has here.
    "stop_reason": (),
    "log_probs": (),
    "delta": ({},),
    "token_ids": (),
    "prompt_logprobs": (),
    "prompt_token_ids": (),
}
KINDS: dict[type, Kind] = {
    Request: REQUEST,
    Response: RESPONSE,
    Candidate: CHOICE,
    Usage: USAGE,
    Error: {**ERROR, "error": ERROR},
}
PLACES: Places = {Response: {"fingerprint": "/system_fingerprint"}}

# Transport: keys of a chunk that say nothing and are not folded.
TRANSPORT = frozenset({"obfuscation"})

# Law 3: what a writer derives, by key (or owner/key), and by which table or function.
DERIVED = {
    "created": "seconds of a time of day",
    "object": "the word of the envelope",
    "index": "position",
    "prompt": "transcript",
    "prompt/0": "transcript",
    "max_tokens": "the shortest answer for none",
    "logprobs": "how many alternatives: none",
    "finish_reason": "FINISH",
    "text_offset": "characters of the tokens before",
    "prompt_tokens": "inclusive counting",
    "completion_tokens": "inclusive counting",
    "total_tokens": "sum",
    "include_usage": "usage always comes elsewhere",
    "type": "ERRORS",
    "code": "ERRORS",
}
