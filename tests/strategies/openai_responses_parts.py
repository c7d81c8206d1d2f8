"""The parts of `openai-responses` documents: content parts, annotations, tools, controls, the pieces of a reply.

How to extend.  A content part, a tool, a form of the tool choice or a control is one `rec` here; items are in
`openai_responses_items`, documents in `openai_responses`, streams in `openai_responses_streams`.  A `?` after a key
says that it may be absent, a `~` that it may be null: the request's types tell the two apart.
"""

from __future__ import annotations

from hypothesis import strategies as st

from . import common as c
from .common import TEXT, Doc, Draw, S, choose, fresh, many, rec, some, words

# fmt: off
# The tables below are laid out by hand.


def joined(*pieces: S) -> S:
    """One object of several, so that groups of keys can be there at rates of their own."""
    return st.tuples(*pieces).map(_joined)


def _joined(pieces: tuple[Doc, ...]) -> Doc:
    return {key: value for piece in pieces for key, value in piece.items()}


# --- content parts --------------------------------------------------------------------------------------------

_BREAKPOINT = rec({"mode": "explicit", "ttl?": words("30m", "12h")})
_CACHED: Doc = {"prompt_cache_breakpoint?": _BREAKPOINT}
_DETAIL = words("auto", "low", "high", "original")
_FILE_ID = words("file-abc123", "file_1")
_PDF = "data:application/pdf;base64,JVBERi0xLjcK"
_FILE = {"detail?": words("auto", "low", "high"), **_CACHED}

INPUT_TEXT = rec({"type": "input_text", "text": TEXT, **_CACHED}, p=0.25)
INPUT_IMAGE = choose(
    (3, rec({"type": "input_image", "image_url": c.IMAGE_URL, "detail": _DETAIL, "file_id?": None, **_CACHED}, p=0.2)),
    (1, rec({"type": "input_image", "file_id": _FILE_ID, "detail": _DETAIL, "image_url?": None, **_CACHED}, p=0.3)),
    (1, rec({"type": "input_image", "image_url": c.IMAGE_URL})),  # what most clients leave out is refused by none
)
INPUT_FILE = choose(
    rec({"type": "input_file", "file_id": _FILE_ID, "filename?": words("a.pdf"), **_FILE}, p=0.25),
    rec({"type": "input_file", "file_id?": None, "file_url": c.URL, **_FILE}, p=0.25),
    (2, rec({"type": "input_file", "file_data": words(_PDF, "JVBERi0xLjcK"), "filename?": words("a.pdf", "ü b.pdf"),
             **_FILE}, p=0.4)),
)
INPUT_AUDIO = rec({"type": "input_audio", "input_audio": {"data": c.BASE64, "format": words("wav", "mp3")}})
INPUT_PART = choose((5, INPUT_TEXT), (4, INPUT_IMAGE), (3, INPUT_FILE), (1, INPUT_AUDIO))
_CACHED_OR_NULL: Doc = {"prompt_cache_breakpoint?~": _BREAKPOINT}
# The parts of a tool's output are types of their own: nearly all of it may be null.
RESULT_PART = choose(
    (3, rec({"type": "input_text", "text": TEXT, **_CACHED_OR_NULL}, p=0.2, nulls=0.4)),
    (2, rec({"type": "input_image", "image_url": c.IMAGE_URL, "detail?~": _DETAIL, "file_id?": None,
             **_CACHED_OR_NULL}, p=0.4, nulls=0.3)),
    (1, rec({"type": "input_image", "file_id": _FILE_ID, "image_url?": None, "detail?~": _DETAIL}, p=0.4)),
    (2, rec({"type": "input_file", "file_data": _PDF, "filename?~": words("a.pdf"), "file_id?": None,
             "file_url?": None, **_CACHED_OR_NULL}, p=0.4)),
    (1, rec({"type": "input_file", "file_id": _FILE_ID, "file_data?": None, "detail?": words("auto", "low", "high")})),
    (1, rec({"type": "input_file", "file_url": c.URL})),
)
TOOL_OUTPUT = choose((5, TEXT), (3, words('{"a": 1}', "21", "null", "")), (4, many(RESULT_PART)))

_SPAN: Doc = {"start_index": c.COUNT, "end_index": c.COUNT}
_CITED: Doc = {"file_id": _FILE_ID, "filename": words("a.pdf", "ü.txt")}
ANNOTATION = choose(
    (3, rec({"type": "url_citation", "url": c.URL, "title": TEXT, **_SPAN})),
    (2, rec({"type": "file_citation", "index": c.COUNT, **_CITED})),
    rec({"type": "container_file_citation", "container_id": words("cntr_1"), **_CITED, **_SPAN}),
    rec({"type": "file_path", "file_id": _FILE_ID, "index": c.COUNT}),
)
ANNOTATIONS = some(many(ANNOTATION, 1, 2), 0.4)
_LOGPROB_VALUE = words(-0.31, 0.0, 0, -9999.0, -1e-07)
_BYTES = fresh([72, 105], [], [240, 159])
LOGPROB = rec({"token": words("Hi", " a", "\\xf0", ""), "bytes": _BYTES, "logprob": _LOGPROB_VALUE,
               "top_logprobs": some(many(rec({"token": words("H", "x"), "bytes": _BYTES,
                                              "logprob": _LOGPROB_VALUE}), 1, 2))})
LOGPROBS = some(many(LOGPROB, 1, 2), 0.3)
OUTPUT_TEXT = choose(
    (6, rec({"type": "output_text", "text": TEXT, "annotations": ANNOTATIONS, "logprobs?": LOGPROBS}, p=0.6)),
    (1, rec({"type": "output_text", "annotations": [], "logprobs": [], "text": TEXT})),
)
REFUSAL = rec({"type": "refusal", "refusal": TEXT})
OUTPUT_PART = choose((6, OUTPUT_TEXT), (1, REFUSAL))
REASONING_TEXT = rec({"type": "reasoning_text", "text": TEXT})
SUMMARY_TEXT = rec({"type": "summary_text", "text": TEXT})

# --- tools ----------------------------------------------------------------------------------------------------

_CALLERS = many(words("direct", "programmatic"), 1, 2)
_ON_FUNCTION: Doc = {"defer_loading?": c.BOOL, "allowed_callers?~": _CALLERS, "async?": c.BOOL}
_FUNCTION_TOOL = joined(
    rec({"type": "function", "name": c.NAME, "description?~": TEXT, "parameters?~": c.ANY_SCHEMA, "strict?~": c.BOOL},
        p=0.7, nulls=0.15),
    rec({"output_schema?~": c.ANY_SCHEMA, **_ON_FUNCTION}, p=0.12, nulls=0.3),
)
_FORMAT = choose(rec({"type": "text"}), (2, rec({"type": "grammar", "syntax": words("lark", "regex"),
                                                 "definition": words('start: "a"', "^a$")})))
_CUSTOM_TOOL = joined(rec({"type": "custom", "name": c.NAME, "description?": TEXT, "format?": _FORMAT}, p=0.6),
                      rec(_ON_FUNCTION, p=0.12))
_NAMESPACE_TOOL = rec({"type": "namespace", "name": words("crm", "files"), "description": TEXT,
                       "tools": [choose((3, _FUNCTION_TOOL), _CUSTOM_TOOL)]})
_TOOL_SEARCH = rec({"type": "tool_search", "execution?": words("server", "client"), "description?~": TEXT,
                    "parameters?~": c.OBJECT_SCHEMA}, p=0.5)
_CONTEXT_SIZE = words("low", "medium", "high")
_PLACE: Doc = {"city?~": words("Köln"), "country?~": words("DE"), "region?~": words("NRW"), "timezone?~": words("UTC")}
_LOCATION = rec({"type": "approximate", **_PLACE}, p=0.6, nulls=0.3)
_WEB_SEARCH = rec({"type": words("web_search", "web_search", "web_search_2025_08_26"),
                   "filters?~": rec({"allowed_domains?~": many(c.DOMAIN)}, p=0.8),
                   "search_context_size?": _CONTEXT_SIZE, "user_location?~": _LOCATION,
                   "external_web_access?": c.BOOL}, p=0.35)
_WEB_PREVIEW = rec({"type": words("web_search_preview", "web_search_preview", "web_search_preview_2025_03_11"),
                    "search_context_size?": _CONTEXT_SIZE, "user_location?~": _LOCATION,
                    "search_content_types?": many(words("text", "image"), 1, 2)}, p=0.35)
_COMPARISON = rec({"type": words("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"), "key": words("year"),
                   "value": choose("x", 1, 2.5, True, fresh(["a", 1]))})
_FILTER = choose((2, _COMPARISON), rec({"type": words("and", "or"), "filters": [_COMPARISON]}))
_FILE_SEARCH = rec({"type": "file_search", "vector_store_ids": [words("vs_1", "vs_2")], "filters?~": _FILTER,
                    "max_num_results?": words(1, 50),
                    "ranking_options?": rec({"ranker?": words("auto", "default-2024-11-15"), "score_threshold?": c.UNIT,
                                             "hybrid_search?": {"embedding_weight": 1.0, "text_weight": 0.5}})})
_DOMAIN_SECRET = rec({"domain": c.DOMAIN, "name": words("KEY"), "value": words("s")})
_NETWORK = choose(rec({"type": "disabled"}), rec({"type": "allowlist", "allowed_domains": [c.DOMAIN],
                                                  "domain_secrets?": [_DOMAIN_SECRET]}, p=0.7))
_MEMORY = words("1g", "4g", "16g", "64g")
_CONTAINER: Doc = {"file_ids?": [_FILE_ID], "memory_limit?~": _MEMORY, "network_policy?": _NETWORK}
_CODE_INTERPRETER = rec({"type": "code_interpreter", "allowed_callers?~": _CALLERS,
                         "container": choose(words("cntr_1"), (3, rec({"type": "auto", **_CONTAINER})))})
EFFORT = words("none", "minimal", "low", "medium", "high", "xhigh", "max")
IMAGE_FORMAT = words("png", "webp", "jpeg", "gif", "svg")
IMAGE_QUALITY = words("low", "medium", "high", "xhigh", "max", "auto")
IMAGE_ACTION = words("generate", "edit", "auto")
BACKGROUND = words("transparent", "opaque", "auto")
IMAGE_SIZE = words("1024x1024", "1024x1536", "1536x1024", "auto", "2048x1152")
_IMAGE_GENERATION = rec({
    "type": "image_generation", "model?": words("gpt-image-2.6-sunburst", "gpt-image-2"), "action?": IMAGE_ACTION,
    "background?": BACKGROUND, "complexity?": words("low", "medium", "high"), "frame_count?": c.COUNT,
    "frame_duration_ms?": c.COUNT, "input_fidelity?~": words("high", "low"),
    "input_image_mask?": rec({"file_id?": _FILE_ID, "image_url?": c.IMAGE_URL}, p=0.7),
    "moderation?": words("auto", "low"), "output_compression?": words(0, 100), "output_format?": IMAGE_FORMAT,
    "partial_images?": words(0, 1, 3), "quality?": IMAGE_QUALITY, "size?": IMAGE_SIZE,
    "svg?": rec({"model": words("m"), "reasoning?~": rec({"effort": EFFORT})}, p=0.8)}, p=0.4)
_COMPUTER_PREVIEW = rec({"type": "computer_use_preview", "display_height": 768, "display_width": 1024,
                         "environment": words("windows", "mac", "linux", "ubuntu", "browser")})
_ONLY = rec({"read_only?": c.BOOL, "tool_names?": [c.NAME]}, p=0.7)
_CONNECTOR = words(*(f"connector_{name}" for name in (
    "dropbox", "gmail", "googlecalendar", "googledrive", "microsoftteams", "outlookcalendar", "outlookemail",
    "sharepoint")))
_MCP = joined(
    rec({"type": "mcp", "server_label": words("deepwiki", "s")}),
    choose((3, rec({"server_url": words("https://mcp.example.com/mcp")})), (2, rec({"connector_id": _CONNECTOR})),
           rec({"tunnel_id": words("tunnel_" + "a1" * 16)})),
    rec({"allowed_tools?~": choose(many(c.NAME), _ONLY), "authorization?": words("token"),
         "headers?~": fresh({}, {"X-Key": "v"}), "server_description?": TEXT, "defer_loading?": c.BOOL,
         "allowed_callers?~": _CALLERS,
         "require_approval?~": choose(words("always", "never"), rec({"always?": _ONLY, "never?": _ONLY}, p=0.7))},
        p=0.35, nulls=0.25),
)
_LOCAL_SKILL = rec({"name": words("s"), "description": TEXT, "path": words("/skills/s")})
_SKILL = choose(
    rec({"type": "skill_reference", "skill_id": words("skill_1"), "version?": words("2", "latest")}),
    rec({"type": "inline", "name": words("s"), "description": TEXT,
         "source": {"type": "base64", "media_type": "application/zip", "data": c.BASE64}}))
_ENVIRONMENT = choose(
    (2, rec({"type": "container_auto", "skills?": [_SKILL], **_CONTAINER}, p=0.5)),
    rec({"type": "local", "skills?": [_LOCAL_SKILL]}), rec({"type": "container_reference", "container_id": "cntr_1"}))
_SHELL_TOOL = rec({"type": "shell", "environment?~": _ENVIRONMENT, "allowed_callers?~": _CALLERS}, p=0.6)
_PLAIN_TOOL = choose(*(rec({"type": kind}) for kind in (
    "computer", "local_shell", "apply_patch", "programmatic_tool_calling")),
    rec({"type": "apply_patch", "allowed_callers": fresh(None, ["direct"])}))
_FUTURE_TOOL = choose(rec({"type": "x_search", "from_date?": "2025-10-01", "x_handles?": fresh(["a"])}),
                      rec({"type": "openrouter:web_search", "parameters?": fresh({}, {"engine": "auto"})}))
TOOL = choose((12, _FUNCTION_TOOL), (4, _CUSTOM_TOOL), (3, _NAMESPACE_TOOL), (2, _TOOL_SEARCH), (4, _WEB_SEARCH),
              (2, _WEB_PREVIEW), (3, _FILE_SEARCH), (3, _CODE_INTERPRETER), (4, _IMAGE_GENERATION),
              (1, _COMPUTER_PREVIEW), (5, _MCP), (3, _SHELL_TOOL), (3, _PLAIN_TOOL), (1, _FUTURE_TOOL))
# How the server repeats tools: with all its defaults, nulls among them.
_ECHOED_TOOL = choose(
    rec({"type": "web_search", "filters": None, "search_context_size": "medium", "user_location": rec(
        {"type": "approximate", "city": None, "country": "US", "region": None, "timezone": None})}),
    rec({"type": "web_search_preview", "search_context_size": "medium", "user_location": None}),
    rec({"type": "file_search", "filters": None, "max_num_results": 20, "vector_store_ids": ["vs_1"],
         "ranking_options": {"ranker": "auto", "score_threshold": 0.0}}),
    rec({"type": "mcp", "allowed_tools": None, "headers": None, "require_approval": "never", "server_label": "s",
         "server_description": None, "server_url": "https://mcp.example.com/<redacted>"}),
    rec({"type": "image_generation", "background": "auto", "moderation": "auto", "n": 1, "output_compression": 100,
         "output_format": "png", "quality": "auto", "size": "auto", "input_fidelity": None}),
    rec({"type": "code_interpreter", "container": {"type": "auto", "file_ids": [], "memory_limit": None}}),
    (3, rec({"type": "function", "name": c.NAME, "description": None, "parameters": c.OBJECT_SCHEMA, "strict": True})),
)


def _own_names(tools: list[Doc]) -> list[Doc]:
    """Names of tools are unique, those in a namespace in it."""
    taken: set[str] = set()
    for at, tool in enumerate(tools):
        if isinstance(name := tool.get("name"), str):
            tool["name"] = name if name not in taken else f"{name[:40]}_{at}"
            taken.add(tool["name"])
        if isinstance(tool.get("tools"), list):
            _own_names(tool["tools"])
    return tools


TOOLS = choose((9, many(TOOL, 1, 9).map(_own_names)), (1, st.builds(list)))
ECHOED_TOOLS = choose((3, st.builds(list)), (4, many(choose((5, TOOL), _ECHOED_TOOL), 2, 9).map(_own_names)))

_CHOSEN = choose(rec({"type": "function", "name": c.NAME}), rec({"type": "custom", "name": c.NAME}),
                 rec({"type": "mcp", "server_label": words("s")}), rec({"type": "image_generation"}))
TOOL_CHOICE = choose(
    (6, words("none", "auto", "required")),
    (4, rec({"type": "function", "name": c.NAME})),
    (2, rec({"type": "custom", "name": c.NAME})),
    (2, rec({"type": "mcp", "server_label": words("s"), "name?~": c.NAME}, p=0.6)),
    (4, rec({"type": words("file_search", "web_search_preview", "web_search_preview_2025_03_11", "computer",
                           "computer_use", "computer_use_preview", "code_interpreter", "image_generation")})),
    (2, rec({"type": words("apply_patch", "shell", "programmatic_tool_calling", "web_search")})),
    (3, rec({"type": "allowed_tools", "mode": words("auto", "required"), "tools": [_CHOSEN]})),
)

# --- controls -------------------------------------------------------------------------------------------------

JSON_SCHEMA_FORMAT = rec({"type": "json_schema", "name": words("answer", "A-1_b"), "schema": c.ANY_SCHEMA,
                          "description?": TEXT, "strict?~": c.BOOL}, p=0.6)
TEXT_FORMAT = choose(rec({"type": "text"}), rec({"type": "json_object"}), (4, JSON_SCHEMA_FORMAT))
TEXT_CONFIG = rec({"format?": TEXT_FORMAT, "verbosity?~": words("low", "medium", "high")}, p=0.7)
_SUMMARY = words("auto", "concise", "detailed")
REASONING = rec({"effort?~": EFFORT, "summary?~": _SUMMARY, "generate_summary?~": _SUMMARY,
                 "context?~": words("auto", "current_turn", "all_turns"), "mode?": words("standard", "pro", "x_mode")},
                p=0.45, nulls=0.15)
INCLUDE = many(words(
    "file_search_call.results", "web_search_call.results", "web_search_call.action.sources",
    "message.input_image.image_url", "computer_call_output.output.image_url", "code_interpreter_call.outputs",
    "reasoning.encrypted_content", "reasoning.encrypted_content", "message.output_text.logprobs"), 0, 3)
_VARIABLE = choose((2, TEXT), INPUT_TEXT, INPUT_IMAGE, INPUT_FILE)
PROMPT = rec({"id": words("pmpt_1"), "version?~": words("2"),
              "variables?~": st.dictionaries(words("city", "ü", "b"), _VARIABLE, max_size=2)}, p=0.8)
_MODE = rec({"mode": words("score", "block")})
MODERATION = rec({"model": "omni-moderation-latest",
                  "policy?~": rec({"input?~": _MODE, "output?~": _MODE}, p=0.8, nulls=0.35)}, p=0.85)
CACHE_MODE = words("implicit", "explicit")
CACHE_TTL = words("30m", "12h")
CACHE_OPTIONS = rec({"mode?": CACHE_MODE, "ttl?": CACHE_TTL, "prewarm?": c.BOOL,
                     "comparison_response_id?~": words("resp_1")}, p=0.6)
CYBER = rec({"cyber": words("standard", "daybreak_blue", "daybreak_red")})
COMPRESSION = rec({"context_compression": words("auto", "enabled", "disabled")})
RETENTION = words("in_memory", "24h")
TIER = words("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")
CAP = words(16, 64, 1024, 4096, 64000, 128000, 2**31, 2**53 + 1)  # less than 16 is refused
MODEL = words("gpt-5.6-sol", "gpt-4.1", "o3-deep-research-2025-06-26", "gpt-6-astra", "computer-use-preview", "m",
              "openai.gpt-oss-120b", "grok-4.3", "google/gemini-2.5-flash-lite")
RESPONSE_ID = words("resp_68746e5933708190", "resp_1", "gen-1785754579-x", "b55e933f-60b8-4815", "")

# --- pieces of a reply ----------------------------------------------------------------------------------------

_INPUT_DETAILS = rec({"cached_tokens": c.COUNT, "cache_write_tokens?": c.COUNT, "cache_write_tokens_details?~": {
    "ttl_30m_tokens": c.COUNT, "ttl_12h_tokens": c.COUNT}}, p=0.6, nulls=0.3)
_USAGE = rec({"input_tokens": c.COUNT, "input_tokens_details": _INPUT_DETAILS, "output_tokens": c.COUNT,
              "output_tokens_details?": rec({"reasoning_tokens": c.COUNT}), "total_tokens": c.COUNT}, p=0.92)
_VENDOR_USAGE = some(rec(
    {"num_sources_used": c.COUNT, "num_server_side_tools_used?": c.COUNT, "cost_in_usd_ticks?": c.COUNT,
     "context_details?": rec({"input_tokens": c.COUNT, "output_tokens": c.COUNT}), "cost?~": words(5.8e-06, 0),
     "cost_details?": rec({"upstream_inference_cost": words(5.8e-06)}), "is_byok?": c.BOOL}, p=0.4), 0.2, dict)


@st.composite
def usage(draw: Draw) -> Doc:
    """A usage object; its total mostly adds up."""
    counts: Doc = draw(_USAGE) | draw(_VENDOR_USAGE)
    if not c.chance(draw, 1):
        counts["total_tokens"] = counts["input_tokens"] + counts["output_tokens"]
    return counts


USAGE = usage()
_MODERATION_SIDE = choose(
    (2, rec({"type": "moderation_result", "flagged": c.BOOL, "model": "omni-moderation-latest",
             "categories": fresh({"hate": False, "violence/graphic": True}),
             "category_scores": fresh({"hate": 0.0, "violence/graphic": 0.9}),
             "category_applied_input_types": fresh({"hate": ["text"], "violence/graphic": ["text", "image"]})})),
    rec({"type": "error", "code": words("server_error"), "message": TEXT}),
)
MODERATED = rec({"input": _MODERATION_SIDE, "output": _MODERATION_SIDE})
_TOKENS: Doc = {"image_tokens": c.COUNT, "text_tokens": c.COUNT}
TOOL_USAGE = rec({
    "image_gen": rec({"input_tokens": c.COUNT, "input_tokens_details": _TOKENS, "output_tokens": c.COUNT,
                      "total_tokens": c.COUNT, "cached_tokens?~": c.COUNT,
                      "cached_tokens_details?~": {"cached_image_tokens": c.COUNT, "cached_text_tokens": c.COUNT},
                      "output_tokens_details?~": _TOKENS}, p=0.6),
    "web_search": {"num_requests": c.COUNT}})
CACHE_DIAGNOSTICS = choose(
    (5, rec({"type": "cache_miss", "cache_missed_tokens": c.COUNT, "comparison_reusable_tokens?~": c.COUNT,
             "reason": words("model_changed", "prompt_cache_key_changed", "tools_changed", "text_format_changed",
                             "reasoning_effort_changed", "verbosity_changed", "context_compacted", "input_changed",
                             "service_tier_changed")})),
    *(rec({"type": kind}) for kind in ("cache_hit", "comparison_response_not_found", "unavailable")))
TRANSFORMATIONS = some(many(rec({
    "type": "reasoning", "id": words("rs_9"), "action": "removed",
    "reason": words("organization_mismatch", "end_user_mismatch", "model_mismatch", "prefix_mismatch",
                    "turn_boundary")}), 1, 2), 0.7)
MISALIGNMENT = rec({"detailed_explanation?~": TEXT, "error_type?~": words(
    "potentially_unintended_data_transfer", "potentially_unintended_data_access",
    "potentially_unintended_destructive_activity", "other"), "review_target?~": TEXT, "steer?~": {"message": TEXT}},
    p=0.7)
ERROR_CODE = words(
    "server_error", "server_error", "rate_limit_exceeded", "invalid_prompt", "data_residency_mismatch", "bio_policy",
    "misalignment_policy_violation", "vector_store_timeout", "invalid_image", "invalid_image_format",
    "invalid_base64_image", "invalid_image_url", "image_too_large", "image_too_small", "image_parse_error",
    "image_content_policy_violation", "invalid_image_mode", "image_file_too_large", "unsupported_image_media_type",
    "empty_image_file", "failed_to_download_image", "image_file_not_found")
FAILED = rec({"code": ERROR_CODE, "message": TEXT, "param?~": words("input[0]"), "type?~": words("server_error"),
              "misalignment?~": MISALIGNMENT}, p=0.25)
REASON = words("max_output_tokens", "max_output_tokens", "content_filter", "max_messages", "steered")
_FILTERED = rec({"filtered": c.BOOL, "severity": words("safe", "high")})
CONTENT_FILTERS = many(rec({
    "blocked": c.BOOL, "source_type": words("prompt", "completion"), "content_filter_raw": [],
    "content_filter_results": rec({"hate?": _FILTERED, "jailbreak?": rec({"detected": c.BOOL, "filtered": c.BOOL})}),
    "content_filter_offsets": rec({"start_offset": 0, "end_offset": c.COUNT, "check_offset": 0})}), 1, 2)
