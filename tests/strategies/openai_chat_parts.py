"""The parts of `openai-chat` documents that requests, responses and streams have in common.

How to extend.  A new message part, call, tool, place for reasoning, or piece of a reply is one `rec` here; the
modules that use it (`openai_chat`, `openai_chat_streams`) get it by its name.  See `common` for `rec` and `choose`.
"""

from __future__ import annotations

from hypothesis import strategies as st

from . import common as c
from .common import TEXT, Doc, Draw, S, choose, fresh, many, rec, some, words

# fmt: off
# The tables below are laid out by hand.

CACHE_CONTROL = rec({"type": "ephemeral", "ttl?": words("5m", "1h")})
_BREAKPOINT = rec({"mode": "explicit", "ttl?": words("30m", "12h")})
_ON_PART = {"prompt_cache_breakpoint?": _BREAKPOINT, "cache_control?~": CACHE_CONTROL}


def _part(fields: Doc) -> S:
    return rec(fields | _ON_PART, p=0.25)


# --- message parts ----------------------------------------------------------------------------------------

TEXT_PART = _part({"type": "text", "text": TEXT})
_IMAGE = {"url": c.IMAGE_URL, "detail?": words("auto", "low", "high", "original")}
_IMAGE_PART = choose(
    (4, _part({"type": "image_url", "image_url": rec(_IMAGE, p=0.6)})),
    (1, _part({"type": "image_url", "image_url": c.IMAGE_URL})),  # new-api, Mistral, local servers
)
_AUDIO_DATA = {"data": c.BASE64, "format": words("wav", "mp3")}
_AUDIO_PART = _part({"type": "input_audio", "input_audio": _AUDIO_DATA})
_FILE_PART = choose(
    _part({"type": "file", "file": {"file_id": words("file-abc123", "file_1")}}),
    _part({"type": "file", "file": {"file_data": words("data:application/pdf;base64,JVBERi0xLjcK", "JVBERi0xLjcK"),
                                    "filename?": words("a.pdf", "ü b.pdf")}}),
)
_VIDEO_URL = words("https://example.com/v.mp4", "data:video/mp4;base64,AAAA")
_DE_FACTO_PART = choose(
    (2, _part({"type": "video_url", "video_url": {"url": _VIDEO_URL, "fps?": c.NUMBER}})),
    _part({"type": "video_url", "video_url": _VIDEO_URL}),
    _part({"type": "video", "video": [c.URL]}),
    _part({"type": "audio_url", "audio_url": {"url": words("https://example.com/a.wav")}}),
    _part({"type": "input_text", "text": TEXT}),
    _part({"type": "input_image", "image_url": c.IMAGE_URL, "detail?": words("auto", "high")}),
    _part({"type": "document_url", "document_url": c.URL, "document_name?": words("d.pdf")}),
    _part({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": c.BASE64},
           "title?": TEXT}),
)
USER_PART = choose((4, TEXT_PART), (4, _IMAGE_PART), (2, _AUDIO_PART), (3, _FILE_PART), (3, _DE_FACTO_PART))
THINKING_PART = rec(
    {
        "type": "thinking",
        "thinking": c.many(rec({"type": "text", "text": TEXT}), least=0),
        "closed?": c.BOOL,
        "signature?": c.TOKEN,
    },
    p=0.5,
)  # Mistral's list form
ASSISTANT_CONTENT = choose(
    (8, TEXT),
    (3, None),
    (2, ""),
    (3, many(TEXT_PART)),
    (2, fresh([{"type": "refusal", "refusal": "No."}], [{"type": "refusal", "refusal": ""}])),
    (2, st.tuples(THINKING_PART, TEXT_PART).map(list)),
    (2, many(choose(
        rec({"type": "thinking", "thinking": TEXT, "signature?": c.TOKEN}),
        rec({"type": "redacted_thinking", "data": c.TOKEN})), 1, 2)),
)

# --- where the thinking is --------------------------------------------------------------------------------

DETAIL_FORMAT = words("anthropic-claude-v1", "openai-responses-v1", "azure-openai-responses-v1", "google-gemini-v1",
                      "xai-responses-v1", "unknown")
_DETAIL_REST = {"id?~": words("rs_1", "tool_0"), "format?": DETAIL_FORMAT}
OPAQUE_DETAIL = choose(
    rec({"type": "reasoning.encrypted", "data": c.TOKEN, **_DETAIL_REST}, p=0.7),
    rec({"type": "reasoning.summary", "summary": TEXT, **_DETAIL_REST}, p=0.7),
    rec({"type": "reasoning.server_tool_call", "x_data": c.ANY_JSON, **_DETAIL_REST}),
)
_TEXT_DETAIL = rec({"type": "reasoning.text", "text": TEXT, "signature?~": c.TOKEN, **_DETAIL_REST}, p=0.7)
_THINKING_BLOCK = choose(
    (3, rec({"type": "thinking", "thinking": TEXT, "signature?": c.TOKEN, "cache_control?~": CACHE_CONTROL}, p=0.6)),
    (1, rec({"type": "redacted_thinking", "data": c.TOKEN})),
)
REASONING_ITEM = rec({"type": "reasoning", "id": words("rs_1", "rs_2"), "encrypted_content?~": c.TOKEN,
                       "summary": some(many(rec({"type": "summary_text", "text": TEXT})))})
REASONING_STYLES = ("reasoning_content", "reasoning_content", "reasoning", "reasoning", "both", "details", "details",
                    "opaque", "all", "all", "blocks",
                    "blocks", "items", "items", "text")


@st.composite
def reasoning_fields(draw: Draw) -> Doc:
    """The fields of one message that hold its reasoning; where there are several they say the same."""
    style = draw(_STYLE)
    text = draw(TEXT)
    if style in ("reasoning_content", "reasoning"):
        return {style: None if c.chance(draw, 4) else text}
    if style == "text":
        return {"reasoning_text": text}
    if style == "both":
        return {"reasoning": text, "reasoning_content": text}
    if style == "blocks":
        blocks = draw(many(_THINKING_BLOCK))
        return {
            "reasoning_content": "".join(block.get("thinking", "") for block in blocks),
            "thinking_blocks": blocks,
        }
    if style == "items":
        items = draw(many(REASONING_ITEM, 1, 2))
        return {"reasoning_items": items} | ({"reasoning_content": text} if c.chance(draw, 5) else {})
    if style == "opaque":
        return {"reasoning_details": _numbered(draw, draw(_OPAQUE_DETAILS))}
    detail = draw(_TEXT_DETAIL) | {"text": text}
    details = _numbered(draw, [detail, *(draw(many(OPAQUE_DETAIL, 0, 1)))])
    fields: Doc = {"reasoning_details": details}
    return fields if style == "details" else {"reasoning": text, "reasoning_content": text} | fields


_STYLE = st.sampled_from(REASONING_STYLES)
_OPAQUE_DETAILS = many(OPAQUE_DETAIL, 1, 2)
REASONING_OPAQUE = rec({"reasoning_details": _OPAQUE_DETAILS})
REASONING = reasoning_fields()


def _numbered(draw: Draw, entries: list[Doc]) -> list[Doc]:
    if c.chance(draw, 7):
        for at, entry in enumerate(entries):
            entry["index"] = at
    return entries


# --- calls and tools --------------------------------------------------------------------------------------

GOOGLE_EXTRA = rec({"google": rec({"thought_signature?": c.TOKEN, "thought?": True}, p=0.7)})
PROVIDER_FIELDS = choose((3, rec({"thought_signature": c.TOKEN})), (1, fresh({}, {"citations": [], "k": None})))
_CALL_REST = {
    "extra_content?": GOOGLE_EXTRA,
    "index?": words(0, 1),
    "provider_specific_fields?~": PROVIDER_FIELDS,
    "cache_control?": CACHE_CONTROL,
}
_FUNCTION_CALL = rec({"type": "function", "function": rec({"name": c.NAME, "arguments": c.ARGUMENTS,
                      "provider_specific_fields?~": PROVIDER_FIELDS}, p=0.15), **_CALL_REST}, p=0.15)
_UNTYPED_CALL = rec({"function": {"name": c.NAME, "arguments": c.ARGUMENTS}})
_CUSTOM_CALL = rec({"type": "custom", "custom": {"name": c.NAME, "input": TEXT}})
CALL = choose((8, _FUNCTION_CALL), (2, _CUSTOM_CALL), (1, _UNTYPED_CALL))

FUNCTION = {"name": c.NAME, "description?": TEXT, "parameters?": c.ANY_SCHEMA}
_FUNCTION_TOOL = rec(
    {"type": "function",
     "function": rec(FUNCTION | {"strict?~": c.BOOL, "type?": "function", "required?": fresh([], ["q"])}, p=0.5),
     "cache_control?": CACHE_CONTROL},
    p=0.15,
)
_GRAMMAR = {"type": "grammar", "grammar": {"syntax": words("lark", "regex"), "definition": words('start: "a"', "^a$")}}
_CUSTOM_TOOL = rec(
    {"type": "custom",
     "custom": rec({"name": c.NAME, "description?": TEXT, "format?": choose(rec({"type": "text"}), (2, rec(_GRAMMAR)))},
                   p=0.6)}
)
_VENDOR_TOOL = choose(
    rec({"type": "openrouter:web_search", "parameters?": fresh({}, {"engine": "auto", "max_results": 3})}),
    rec({"type": words("web_search", "builtin_function"), "x_options?": c.ANY_JSON}),
    rec({"function": FUNCTION}),
)
TOOL = choose((6, _FUNCTION_TOOL), (3, _CUSTOM_TOOL), (1, _VENDOR_TOOL))
_NAMED_FUNCTION = rec({"type": "function", "function": {"name": c.NAME}})
_NAMED_CUSTOM = rec({"type": "custom", "custom": {"name": c.NAME}})
TOOL_CHOICE = choose(
    (3, words("none", "auto", "required")),
    (2, _NAMED_FUNCTION),
    (2, _NAMED_CUSTOM),
    (2, rec({"type": "allowed_tools", "allowed_tools": {"mode": words("auto", "required"),
                                                        "tools": [choose((2, _NAMED_FUNCTION), _NAMED_CUSTOM)]}})),
    (1, words("any")),  # Mistral
    (1, fresh({})),  # the seeds: as good as absent
)
RESPONSE_FORMAT = choose(
    rec({"type": "text"}),
    rec({"type": "json_object"}),
    (5, rec({"type": "json_schema", "json_schema": rec(
        {"name": words("answer", "A-1_b"), "description?": TEXT, "schema?": c.ANY_SCHEMA, "strict?~": c.BOOL},
        p=0.7)})),
    rec({"type": "structural_tag", "format": fresh({"type": "triggered_tags", "tags": []})}),  # vLLM
    fresh({}),
)

_ANNOTATION = choose(
    (3, rec({"type": "url_citation", "url_citation": rec(
        {"url": c.URL, "title": TEXT, "start_index": c.COUNT, "end_index": c.COUNT, "content?": TEXT})})),
    rec({"type": "file", "file": {"hash": words("h1"), "name": words("a.pdf"), "content": [TEXT_PART]}}),
)
ANNOTATIONS = choose((2, st.builds(list)), (3, many(_ANNOTATION, 1, 2)))
IMAGES = many(rec({"type": "image_url", "image_url": {"url": c.IMAGE_URL}, "index?": words(0, 1)}), 1, 2)
LEGACY_CALL = rec({"name": c.NAME, "arguments": c.ARGUMENTS})


def calls_of(draw: Draw, form: str, first: int) -> list[Doc]:
    """One to three calls with ids of one form, numbered from `first`."""
    return [{"id": form.format(at)} | call for at, call in enumerate(draw(many(CALL)), first)]



# --- parts of a reply -----------------------------------------------------------------------------------------

FINISH = words("stop", "length", "tool_calls", "content_filter", "function_call")
ODD_FINISH = words("error", "insufficient_system_resource", "eos", "abort", "model_length", "content_filter: SAFETY",
                   "aborted", "sensitive", "network_error")
_LOGPROB_VALUE = words(-0.31, 0.0, 0, -9999.0, -1e-07)
_BYTES = fresh(None, [72, 105], [])
_LOGPROB = rec({"token": words("Hi", " a", "\\xf0"), "logprob": _LOGPROB_VALUE, "bytes": _BYTES,
                "top_logprobs": some(many(rec({"token": words("H", "x"), "logprob": _LOGPROB_VALUE,
                                               "bytes?": _BYTES}, p=0.8), 1, 2))})
LOGPROBS = rec({"content~": many(_LOGPROB, 0, 2), "refusal~": many(_LOGPROB, 0, 1)}, nulls=0.4)
_SEVERITY = rec({"filtered": c.BOOL, "severity": words("safe", "low", "medium", "high")})
_DETECTED = rec({"filtered": c.BOOL, "detected": c.BOOL})
CONTENT_FILTER = rec({"hate?": _SEVERITY, "self_harm?": _SEVERITY, "sexual?": _SEVERITY, "violence?": _SEVERITY,
                      "jailbreak?": _DETECTED, "protected_material_code?": _DETECTED,
                      "protected_material_text?": _DETECTED}, p=0.5)
PROMPT_FILTER = many(rec({"prompt_index": 0, "content_filter_results": CONTENT_FILTER}), 1, 1)
FILTER_OFFSETS = rec({"check_offset": c.COUNT, "start_offset": c.COUNT, "end_offset": c.COUNT})
_FLAGS = fresh({"hate": False, "violence/graphic": True})
_MODERATION_SIDE = choose(
    (2, rec({"type": "moderation_results", "model": "omni-moderation-latest", "results": [rec(
        {"type": "moderation_result", "flagged": c.BOOL, "categories": _FLAGS, "model": "omni-moderation-latest",
         "category_scores": fresh({"hate": 0.0, "violence/graphic": 0.9}),
         "category_applied_input_types": fresh({"hate": ["text"], "violence/graphic": ["text", "image"]})})]})),
    rec({"type": "error", "code": words("server_error"), "message": TEXT}),
)
MODERATION = rec({"input": _MODERATION_SIDE, "output": _MODERATION_SIDE})
PROMPT_DETAILS = rec({"cached_tokens?~": c.COUNT, "audio_tokens?~": c.COUNT, "cache_write_tokens?~": c.COUNT,
                      "text_tokens?~": c.COUNT, "image_tokens?~": c.COUNT, "video_tokens?": c.COUNT}, p=0.4, nulls=0.35)
COMPLETION_DETAILS = rec({"reasoning_tokens?~": c.COUNT, "audio_tokens?~": c.COUNT, "text_tokens?~": c.COUNT,
                          "accepted_prediction_tokens?~": c.COUNT, "rejected_prediction_tokens?~": c.COUNT,
                          "image_tokens?": c.COUNT}, p=0.4, nulls=0.35)
_DETAILS = {"prompt_tokens_details": PROMPT_DETAILS, "completion_tokens_details": COMPLETION_DETAILS}
_USAGE = rec({"prompt_tokens": c.COUNT, "completion_tokens": c.COUNT, "total_tokens": c.COUNT,
              **{f"{key}?~": choose((9, details), (1, st.builds(dict))) for key, details in _DETAILS.items()}}, p=0.6)
_VENDOR_USAGE = some(rec(
    {"cost?~": choose(words(0, 0.00015, 1e-06), rec({"total_cost": words(0.006), "input_tokens_cost": words(0)})),
     "cost_in_usd_ticks?": c.COUNT, "reasoning_tokens?": c.COUNT, "cached_tokens?": c.COUNT,
     "is_byok?": c.BOOL, "market_cost?": words("0.1"),
     "cost_details?": rec({"upstream_inference_cost?~": words(0.1), "upstream_inference_prompt_cost?": words(0),
                           "upstream_inference_completions_cost?": words(1e-05)}),
     "input_tokens?": c.COUNT, "output_tokens?": c.COUNT, "input_tokens_details?~": rec({"cached_tokens": c.COUNT}),
     "prompt_cache_hit_tokens?": c.COUNT, "prompt_cache_miss_tokens?": c.COUNT,
     "cache_creation_input_tokens?": c.COUNT, "cache_read_input_tokens?": c.COUNT, "num_sources_used?": c.COUNT,
     "service_tier?": "default", "queue_time?": words(0.01), "prompt_time?": words(2e-05),
     "completion_time?": words(1.0), "total_time?": words(1)}, p=0.3, nulls=0.4), 0.4, dict)


@st.composite
def usage(draw: Draw) -> Doc:
    """A usage object; its total mostly adds up."""
    counts: Doc = draw(_USAGE) | draw(_VENDOR_USAGE)
    if not c.chance(draw, 2):
        counts["total_tokens"] = counts["prompt_tokens"] + counts["completion_tokens"]
    return counts


USAGE = usage()
AUDIO_REPLY = rec({"id": words("audio_1"), "data": c.BASE64, "expires_at": c.SECONDS, "transcript": TEXT})
MODEL = words("gpt-5.6-sol", "gpt-4o", "o3-mini", "claude-3-7-sonnet-20250219-thinking", "deepseek-reasoner", "m",
              "meta/llama-4:free", "gemini-2.5-pro-preview", "gpt-5-high")
RESPONSE_ID = words("chatcmpl-9aZ", "msg_015WR4", "gen-1700000000-x", "", "resp_1", "0")
SERVICE_TIER = words("auto", "default", "flex", "scale", "priority", "fast", "on_demand")
PROVIDER_METADATA = fresh({"gateway": {"cost": "0", "routing": {"attempts": [{"success": True}]}}}, {})
TIMINGS = fresh({"prompt_n": 1, "prompt_ms": 12.5, "cache_n": 0})  # llama.cpp
SEARCH_RESULTS = fresh([], [{"title": "t", "url": "https://e.com", "date": None}])
LINKS = fresh([], ["https://e.com"])
X_GROQ = rec({"id": words("req_1"), "seed?": c.SEED})
