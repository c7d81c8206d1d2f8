"""The parts of `anthropic-messages` documents: content blocks, citations, sources, tools, usage.

How to extend.  A block is one line in `_MODEL_BLOCKS` (what the model makes, the same in requests, responses and
streams; requests add `cache_control`) or one `rec` of the user's side.  A server tool is one row of `_SERVER_TOOLS`:
the name it is called by, the type of its result block, the strategy of that block's content.  A tool of the
request is one row of `_TOOL_KINDS`.  What must agree (a server tool's use and its result) is kept by
`model_blocks`.  See `common` for `rec` and `choose`.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from . import common as c
from .common import NONBLANK, TEXT, Doc, Draw, S, chance, choose, fresh, many, rec, some, words

# fmt: off
# The tables below are laid out by hand.

MODEL = words("claude-opus-5-5", "claude-sonnet-4-5", "claude-3-7-sonnet-20250219", "claude-haiku-5-5", "m",
              "anthropic.claude-opus-4-6-v1:0", "claude-fable-5-2")
CACHE_CONTROL = rec({"type": "ephemeral", "ttl?": words("5m", "1h")})
CACHED: Doc = {"cache_control?~": CACHE_CONTROL}
_FILE_ID = words("file_011CNha8iCJcU1wXNR6q4V8w", "file_1")
_MEDIA_TYPE = words("image/jpeg", "image/png", "image/gif", "image/webp")

# --- citations --------------------------------------------------------------------------------------------

_TITLED = choose((3, NONBLANK), (2, None))
_TITLE = {"document_index": words(0, 1), "document_title~": _TITLED, "file_id?~": _FILE_ID, "cited_text": NONBLANK}
_BLOCKS = {"start_block_index": words(0, 1), "end_block_index": words(1, 2)}
CITATION = choose(
    rec({"type": "char_location", "start_char_index": words(0, 10), "end_char_index": words(15, 2**31), **_TITLE}),
    rec({"type": "page_location", "start_page_number": words(1), "end_page_number": words(2, 9), **_TITLE}),
    rec({"type": "content_block_location", **_BLOCKS, **_TITLE}),
    rec({"type": "search_result_location", "search_result_index": words(0, 1), "source": c.URL, "title~": _TITLED,
         "cited_text": NONBLANK, **_BLOCKS}),
    rec({"type": "web_search_result_location", "url": c.URL, "title~": _TITLED, "encrypted_index": c.TOKEN,
         "cited_text": NONBLANK}),
)
CITATIONS = choose((2, None), (2, st.builds(list)), (5, many(CITATION, 1, 3)))

# --- the user's blocks --------------------------------------------------------------------------------------

TEXT_BLOCK = rec({"type": "text", "text": NONBLANK, **CACHED}, p=0.25)
USER_TEXT_BLOCK = rec({"type": "text", "text": NONBLANK, "citations?": choose((2, None), CITATIONS), **CACHED}, p=0.2)
_IMAGE_SOURCE = choose(
    (2, rec({"type": "base64", "media_type": _MEDIA_TYPE, "data": c.BASE64})),
    rec({"type": "url", "url": c.URL}),
    rec({"type": "file", "file_id": _FILE_ID}),
)
IMAGE_BLOCK = rec({"type": "image", "source": _IMAGE_SOURCE,
                   "transformations?~": rec({"oversized_image": words("downsize", "error")}), **CACHED}, p=0.3)
_DOCUMENT_SOURCE = choose(
    rec({"type": "base64", "media_type": "application/pdf", "data": words("JVBERi0xLjcK")}),
    rec({"type": "text", "media_type": "text/plain", "data": NONBLANK}),
    rec({"type": "content", "content": choose(NONBLANK, many(choose((2, TEXT_BLOCK), IMAGE_BLOCK)))}),
    rec({"type": "url", "url": words("https://example.com/a.pdf")}),
    rec({"type": "file", "file_id": _FILE_ID}),
)
_ENABLED = rec({"enabled": c.TRUE_MOSTLY})
DOCUMENT_BLOCK = rec({"type": "document", "source": _DOCUMENT_SOURCE, "title?~": NONBLANK, "context?~": NONBLANK,
                      "citations?~": _ENABLED, **CACHED}, p=0.4)
SEARCH_RESULT_BLOCK = rec({"type": "search_result", "source": c.URL, "title": NONBLANK, "content": [TEXT_BLOCK],
                           "citations?": _ENABLED, **CACHED}, p=0.4)
CONTAINER_UPLOAD = rec({"type": "container_upload", "file_id": _FILE_ID, **CACHED})
_DOWNLOAD = {"download_id": words("d1"), "url": c.URL}
_BROWSER_STATE = rec({
    "type": "browser_state",
    "tabs": [rec({"tab_id": words("t1", "t2"), "title": TEXT, "url": c.URL, "active?": c.BOOL})],
    "state_changes?~": [choose(
        rec({"type": "tab_opened", "tab_id": words("t1")}),
        rec({"type": "download_started", **_DOWNLOAD}),
        rec({"type": "download_completed", **_DOWNLOAD, "path?~": words("/a"), "size_bytes?~": c.COUNT}, p=0.8),
        rec({"type": "download_failed", **_DOWNLOAD, "error?~": TEXT}, p=0.8))],
    **CACHED}, p=0.7, nulls=0.3)
TOOL_REFERENCE = rec({"type": "tool_reference", "tool_name": c.NAME, **CACHED}, p=0.2)
_RESULT_PART = choose((4, TEXT_BLOCK), (3, IMAGE_BLOCK), (2, SEARCH_RESULT_BLOCK), (2, DOCUMENT_BLOCK),
                      (2, TOOL_REFERENCE), (2, _BROWSER_STATE))
TOOLSET = words("computer", "browser")
TOOL_RESULT = rec({"type": "tool_result", "tool_use_id": None,
                   "content?": choose((3, TEXT), (4, many(_RESULT_PART)), (1, st.builds(list))),
                   "is_error?": c.BOOL, "toolset_name?~": TOOLSET, **CACHED}, p=0.4)
RESULT_PRESENT = choose((2, TEXT), (3, many(_RESULT_PART)))
USER_BLOCK = choose((5, USER_TEXT_BLOCK), (4, IMAGE_BLOCK), (5, DOCUMENT_BLOCK), (2, SEARCH_RESULT_BLOCK),
                    (1, CONTAINER_UPLOAD))

# --- tools --------------------------------------------------------------------------------------------------

_LISTED = rec({"name": c.NAME, "input_schema": c.OBJECT_SCHEMA, "description?~": TEXT})
_CALLERS = many(words("direct", "code_execution_20250825", "code_execution_20260120", "code_execution_20260521"), 1, 2)
_ON_TOOL: Doc = {"cache_control?~": CACHE_CONTROL, "defer_loading?": c.BOOL, "allowed_callers?": _CALLERS,
                 "strict?": c.BOOL}
_EXAMPLES: Doc = {"input_examples?": [fresh({}, {"q": "Paris"})]}
_SCREEN: Doc = {"display_width_px": words(1024), "display_height_px": words(768), "display_number?~": words(0, 1)}
_DOMAINS = many(c.DOMAIN, 0, 2)
_LOCATION = rec({"type": "approximate", "city?~": words("Köln"), "country?~": words("DE"), "region?~": words("NRW"),
                 "timezone?~": words("Europe/Berlin")}, p=0.6)
_URL_TOOLS = [rec({"type": "tool_reference", "name": c.NAME})]
_URL_SOURCE = choose(*(rec({"type": kind}) for kind in ("all", "none")),
                     *(rec({"type": kind, "tools": _URL_TOOLS}) for kind in ("only", "except")))
_SEARCH: Doc = {"max_uses?~": c.COUNT, "user_location?~": _LOCATION, **_ON_TOOL}
_FETCH: Doc = {"max_uses?~": c.COUNT, "max_content_tokens?~": c.CAP, "citations?~": _ENABLED, "url_sources?~": rec(
    {"user_input?": choose(rec({"type": "all"}), rec({"type": "none"})), "client_tool_results?": _URL_SOURCE,
     "server_tool_results?": _URL_SOURCE}, p=0.8), **_ON_TOOL}
_INCLUSION: Doc = {"response_inclusion?": words("full", "excluded")}
_USE_CACHE: Doc = {"use_cache?": c.BOOL}
_MEMBER = rec({"enabled?~": c.BOOL, "defer_loading?~": c.BOOL}, p=0.7)
_TOOL_KINDS: dict[str, tuple[str | None, Doc]] = {
    "bash_20241022": ("bash", _EXAMPLES), "bash_20250124": ("bash", _EXAMPLES),
    "text_editor_20241022": ("str_replace_editor", _EXAMPLES),
    "text_editor_20250124": ("str_replace_editor", _EXAMPLES),
    "text_editor_20250429": ("str_replace_based_edit_tool", _EXAMPLES),
    "text_editor_20250728": ("str_replace_based_edit_tool", {"max_characters?~": c.CAP, **_EXAMPLES}),
    "memory_20250818": ("memory", _EXAMPLES),
    "computer_20241022": ("computer", _SCREEN), "computer_20250124": ("computer", _SCREEN),
    "computer_20251124": ("computer", {"enable_zoom?": c.BOOL, **_SCREEN}),
    "web_search_20250305": ("web_search", _SEARCH), "web_search_20260209": ("web_search", _SEARCH),
    "web_search_20260318": ("web_search", _INCLUSION | _SEARCH),
    "web_fetch_20250910": ("web_fetch", _FETCH), "web_fetch_20260209": ("web_fetch", _FETCH),
    "web_fetch_20260309": ("web_fetch", _USE_CACHE | _FETCH),
    "web_fetch_20260318": ("web_fetch", _USE_CACHE | _INCLUSION | _FETCH),
    "code_execution_20250522": ("code_execution", {}), "code_execution_20250825": ("code_execution", {}),
    "code_execution_20260120": ("code_execution", {}), "code_execution_20260521": ("code_execution", {}),
    "tool_search_tool_regex": ("tool_search_tool_regex", {}), "tool_search_tool_bm25": ("tool_search_tool_bm25", {}),
    "tool_search_tool_regex_20251119": ("tool_search_tool_regex", {}),
    "tool_search_tool_bm25_20251119": ("tool_search_tool_bm25", {}),
    "advisor_20260301": ("advisor", {"model": MODEL, "max_tokens?~": c.CAP, "max_uses?~": c.COUNT,
                                     "caching?~": CACHE_CONTROL}),
}
_CUSTOM_TOOL = rec({"name": c.NAME, "input_schema": c.OBJECT_SCHEMA, "description?": choose((4, TEXT), ""),
                    "type?~": "custom", "eager_input_streaming?~": c.BOOL, **_EXAMPLES, **_ON_TOOL}, p=0.3)
_DOMAIN_LIST = words("allowed_domains", "blocked_domains")


@st.composite
def _search_tool(draw: Draw, inner: S) -> Doc:
    """Allowed domains exclude blocked ones."""
    tool: Doc = draw(inner)
    if chance(draw, 7):
        tool[draw(_DOMAIN_LIST)] = draw(_DOMAINS) if chance(draw, 8) else None
    return tool


def _tool(kind: str) -> S:
    name, fields = _TOOL_KINDS[kind]
    search = kind.startswith(("web_search", "web_fetch"))
    inner = rec({"type": kind, "name": name} | fields | _ON_TOOL, p=0.5)
    return _search_tool(inner) if search else inner


_TOOLSETS = choose(
    rec({"type": "computer_toolset_20260801", "configs?~": rec({"left_click?~": _MEMBER, "zoom?~": _MEMBER}, p=0.6),
         "cache_control?~": CACHE_CONTROL}, p=0.5),
    rec({"type": "browser_toolset_20260801", "configs?~": rec({"navigate?~": _MEMBER, "find?~": _MEMBER}, p=0.6),
         "cache_control?~": CACHE_CONTROL}, p=0.5),
    rec({"type": "mcp_toolset", "mcp_server_name": words("s"), "default_config?": _MEMBER,
         "configs?~": rec({"search?": _MEMBER}, p=0.8), "tools?~": [_LISTED], "cache_control?~": CACHE_CONTROL}, p=0.5),
)
SERVER_TOOL = choose(*((2 if kind.startswith("web") else 1, _tool(kind)) for kind in _TOOL_KINDS))
TOOL = choose((4, _CUSTOM_TOOL), (7, SERVER_TOOL), (2, _TOOLSETS))

# --- the model's blocks -------------------------------------------------------------------------------------

CALLER = choose(
    (2, rec({"type": "direct"})),
    rec({"type": "code_execution_20250825", "tool_id": words("srvtoolu_01")}),
    rec({"type": "code_execution_20260120", "tool_id": words("srvtoolu_01")}),
)
_CALLER: Doc = {"caller?": CALLER}


def _error(kind: str, *codes: str, message: bool = False) -> S:
    return rec({"type": kind, "error_code": words(*codes)} | ({"error_message?~": TEXT} if message else {}), p=0.6)


_COMMON_CODES = ("invalid_tool_input", "unavailable", "too_many_requests", "execution_time_exceeded")
_WEB_SEARCH = choose(
    (3, many(rec({"type": "web_search_result", "url": c.URL, "title": TEXT, "encrypted_content": c.TOKEN,
                  "page_age?~": words("2 days ago")}, p=0.7, nulls=0.45), 0, 2)),
    (2, _error("web_search_tool_result_error", "invalid_tool_input", "unavailable", "max_uses_exceeded",
               "too_many_requests", "query_too_long", "request_too_large")),
)
_WEB_FETCH = choose(
    (3, rec({"type": "web_fetch_result", "url": c.URL, "retrieved_at?~": c.WHEN, "content": rec(
        {"type": "document", "title?~": TEXT, "citations?~": _ENABLED, "source": choose(
            rec({"type": "text", "media_type": "text/plain", "data": TEXT}),
            rec({"type": "base64", "media_type": "application/pdf", "data": c.BASE64}))})}, p=0.7, nulls=0.45)),
    (2, _error("web_fetch_tool_result_error", "invalid_tool_input", "url_too_long", "url_not_allowed",
               "url_not_in_prior_context", "url_not_accessible", "unsupported_content_type", "too_many_requests",
               "max_uses_exceeded", "unavailable", "content_too_large")),
)
_RAN = {"stderr": TEXT, "return_code": words(0, 1, 137)}


def _outputs(kind: str) -> S:
    return some(many(rec({"type": kind, "file_id": _FILE_ID}), 1, 2))


_CODE = choose(
    (2, rec({"type": "code_execution_result", "stdout": TEXT, **_RAN, "content": _outputs("code_execution_output")})),
    (2, rec({"type": "encrypted_code_execution_result", "encrypted_stdout": c.TOKEN, **_RAN,
             "content": _outputs("code_execution_output")})),
    (2, _error("code_execution_tool_result_error", *_COMMON_CODES)),
)
_BASH = choose(
    (2, rec({"type": "bash_code_execution_result", "stdout": TEXT, **_RAN,
             "content": _outputs("bash_code_execution_output")})),
    (2, _error("bash_code_execution_tool_result_error", *_COMMON_CODES, "output_file_too_large")),
)
_LINES = {f"{key}?~": c.COUNT for key in ("old_start", "old_lines", "new_start", "new_lines")}
_EDITOR = choose(
    (2, rec({"type": "text_editor_code_execution_view_result", "file_type": words("text", "image", "pdf"),
             "content": TEXT,
         "num_lines?~": c.COUNT, "start_line?~": c.COUNT, "total_lines?~": c.COUNT}, p=0.6)),
    rec({"type": "text_editor_code_execution_create_result", "is_file_update": c.BOOL}),
    rec({"type": "text_editor_code_execution_str_replace_result", "lines?~": fresh([], ["-a", "+b"]), **_LINES}, p=0.6),
    _error("text_editor_code_execution_tool_result_error", *_COMMON_CODES, "file_not_found", message=True),
)
_TOOL_SEARCH = choose(
    (2, rec({"type": "tool_search_tool_search_result", "tool_references": some(many(
        rec({"type": "tool_reference", "tool_name": c.NAME})), 0.8)})),
    (1, _error("tool_search_tool_result_error", *_COMMON_CODES, message=True)),
)
_ADVISOR = choose(
    rec({"type": "advisor_result", "text": TEXT, "stop_reason?~": words("end_turn")}, p=0.8),
    rec({"type": "advisor_redacted_result", "encrypted_content": c.TOKEN, "stop_reason?~": words("max_tokens")}, p=0.8),
    _error("advisor_tool_result_error", "max_uses_exceeded", "prompt_too_long", "overloaded", "model_not_found"),
)
_SERVER_TOOLS: tuple[tuple[str, str, Any], ...] = (
    ("web_search", "web_search_tool_result", _WEB_SEARCH),
    ("web_fetch", "web_fetch_tool_result", _WEB_FETCH),
    ("code_execution", "code_execution_tool_result", _CODE),
    ("code_execution", "code_execution_tool_result", _CODE),
    ("bash_code_execution", "bash_code_execution_tool_result", _BASH),
    ("text_editor_code_execution", "text_editor_code_execution_tool_result", _EDITOR),
    ("text_editor_code_execution", "text_editor_code_execution_tool_result", _EDITOR),
    ("tool_search_tool_regex", "tool_search_tool_result", _TOOL_SEARCH),
    ("tool_search_tool_bm25", "tool_search_tool_result", _TOOL_SEARCH),
    ("advisor", "advisor_tool_result", _ADVISOR),
)
_WITH_CALLER = ("web_search_tool_result", "web_fetch_tool_result")
_REFERENCE = choose(
    rec({"type": "tool_reference", "name": c.NAME}),
    rec({"type": "mcp_tool_reference", "name": c.NAME, "server_name": words("s")}),
    rec({"type": "mcp_toolset_reference", "server_name": words("s")}),
)
_DEFINITION = rec({"type": "tool_definition", "definition": choose((2, _LISTED), (1, SERVER_TOOL))})


def changes(more: Doc) -> S:
    """The blocks that add and remove tools in mid-conversation."""
    return choose(rec({"type": "tool_addition", "tool": choose((2, _REFERENCE), _DEFINITION), **more}),
                  rec({"type": "tool_removal", "tool": _REFERENCE, **more}))


_SOME_MODEL = words("claude-opus-5-5", "claude-sonnet-5")


def _model_blocks(more: Doc) -> dict[str, Any]:
    """The model's blocks without a partner; `more` are the fields that requests may add."""
    return {
        "text": rec({"type": "text", "text": NONBLANK, "citations?": CITATIONS, **more}, p=0.5),
        "thinking": rec({"type": "thinking", "thinking": choose((4, TEXT), (2, "")), "signature": c.TOKEN}),
        "redacted_thinking": rec({"type": "redacted_thinking", "data": c.TOKEN}),
        "tool_use": rec({"type": "tool_use", "id": None, "name": c.NAME, "input": c.TOOL_INPUT, **_CALLER,
                         "toolset_name?~": TOOLSET, **more}, p=0.25),
        "container_upload": rec({"type": "container_upload", "file_id": _FILE_ID, **more}),
        "mcp_tool_listing": rec({"type": "mcp_tool_listing", "mcp_server_name": words("s"), "tools": [_LISTED]}),
        "compaction": rec({"type": "compaction", "content?~": TEXT, "encrypted_content?~": c.TOKEN,
                           "signature?~": c.TOKEN, "tool_changes?~": many(changes({}), 2, 5), **more}, p=0.6,
                          nulls=0.3),
        "fallback": rec({"type": "fallback", "from": {"model": _SOME_MODEL}, "to": {"model": _SOME_MODEL},
                         "trigger": rec({"type": "refusal", "category~": words("cyber", "bio")})}),
        "server_tool_use": rec({"type": "server_tool_use", "id": None, "name": None, "input": c.TOOL_INPUT, **_CALLER,
                                **more}, p=0.3),
        "mcp_tool_use": rec({"type": "mcp_tool_use", "id": None, "name": c.NAME, "server_name": words("s"),
                             "input": c.TOOL_INPUT, **more}, p=0.3),
        "mcp_tool_result": rec({"type": "mcp_tool_result", "tool_use_id": None, "is_error": c.BOOL,
                                "content": choose(TEXT, many(rec({"type": "text", "text": NONBLANK}), 0, 1)), **more},
                               p=0.3),
        **{kind: rec({"type": kind, "tool_use_id": None, "content": content, **more}
                     | (_CALLER if kind in _WITH_CALLER else {}), p=0.4)
           for _, kind, content in _SERVER_TOOLS},
    }


IN_REQUESTS = _model_blocks(CACHED)
IN_RESPONSES = _model_blocks({})
_SCENE = words(
    ("text",), ("text",), ("text", "text"), ("thinking", "text"), ("thinking", "redacted_thinking", "text"),
    ("redacted_thinking", "text"), ("server", "text"), ("server", "text"), ("server", "server", "text"),
    ("thinking", "server", "thinking", "text"), ("server", "server"), ("text", "mcp", "text"), ("container_upload",),
    ("compaction", "compaction"), ("fallback", "text"), ("mcp_tool_listing", "mcp", "mcp"), ("text", "compaction"),
    ("server",) * 6, ("server",) * 6, ("server",) * 4 + ("text",), ("text", "text", "text", "text"),
)
_SERVER_TOOL = st.sampled_from(_SERVER_TOOLS)
_TOOL_USES = words(1, 1, 2, 3)


def model_blocks(draw: Draw, blocks: dict[str, Any], ids: list[str], tools: bool) -> list[Doc]:
    """One assistant turn: a server tool's use comes before its result, the calls of the client's tools come last.
    New ids are taken from the end of `ids`."""
    out: list[Doc] = []
    for kind in draw(_SCENE):
        if kind == "server":
            name, result, _ = draw(_SERVER_TOOL)
            at = "srvtoolu_" + ids.pop()
            out.append(draw(blocks["server_tool_use"]) | {"id": at, "name": name})
            out.append(draw(blocks[result]) | {"tool_use_id": at})
        elif kind == "mcp":
            at = "mcptoolu_" + ids.pop()
            out.append(draw(blocks["mcp_tool_use"]) | {"id": at})
            out.append(draw(blocks["mcp_tool_result"]) | {"tool_use_id": at})
        else:
            out.append(draw(blocks[kind]))
    if tools:
        if chance(draw, 3):
            del out[1:]
            if out[0]["type"] not in ("text", "thinking"):
                out.clear()
        out += [draw(blocks["tool_use"]) | {"id": ids.pop()} for _ in range(draw(_TOOL_USES))]
    return out


def fresh_ids(draw: Draw) -> list[str]:
    """More ids than a document needs, all different, of one form."""
    form = draw(c.TOOLU_ID_FORM)
    return [form.format(at) for at in range(60, -1, -1)]


# --- usage and the rest of a reply ----------------------------------------------------------------------------

_CACHE_CREATION = rec({"ephemeral_5m_input_tokens": c.COUNT, "ephemeral_1h_input_tokens": c.COUNT})
_ITERATION: Doc = {"input_tokens": c.COUNT, "output_tokens": c.COUNT, "cache_creation_input_tokens": c.COUNT,
                   "cache_read_input_tokens": c.COUNT, "cache_creation?~": _CACHE_CREATION}
_ITERATIONS = many(choose(
    rec({"type": "message", "model?~": MODEL, **_ITERATION}), rec({"type": "compaction", **_ITERATION}),
    rec({"type": "advisor_message", "model": MODEL, **_ITERATION}),
    rec({"type": "fallback_message", "model": MODEL, **_ITERATION})), 0, 2)
DELTA_COUNTS: Doc = {
    "cache_creation_input_tokens?~": c.COUNT, "cache_read_input_tokens?~": c.COUNT, "output_tokens": c.COUNT,
    "output_tokens_details?~": rec({"thinking_tokens": c.COUNT}), "iterations?~": _ITERATIONS,
    "fallback_credit?~": rec({"status": choose(
        rec({"type": "redeemed"}),
        rec({"type": "not_applied", "reason": words("expired", "not_enabled", "body_mismatch"),
             "remove_to_redeem?~": fresh([], ["tools"])}))}),
    "server_tool_use?~": rec({"web_search_requests": c.COUNT, "web_fetch_requests?": c.COUNT}, p=0.8),
}
START_COUNTS: Doc = {
    "cache_creation?~": _CACHE_CREATION, "service_tier?~": words("standard", "priority", "batch"),
    "inference_geo?~": words("us", "global", "not_available"), "speed?~": words("standard", "fast"),
}
USAGE = rec({"input_tokens": c.COUNT} | DELTA_COUNTS | START_COUNTS, p=0.4, nulls=0.2)
STOP_REASON = words("end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", *["refusal"] * 3,
                    "model_context_window_exceeded", "compaction")
STOP_DETAILS = rec({"type": "refusal", "explanation~": TEXT, "recommended_model?~": MODEL,
                    "category~": words("cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms"),
                    "fallback_credit_token?~": c.TOKEN, "fallback_has_prefill_claim?~": c.BOOL}, p=0.5)
CONTAINER = rec({"id": words("container_011"), "expires_at": c.WHEN,
                 "skills?~": [rec({"type": words("anthropic", "custom"), "skill_id": words("pptx"),
                                   "version": words("latest", "1")})]}, p=0.6)
_MISSED = {"cache_missed_input_tokens": c.COUNT}
DIAGNOSTICS = rec({"cache_miss_reason~": choose(
    *(rec({"type": kind, **_MISSED}) for kind in ("model_changed", "system_changed", "tools_changed",
                                                  "messages_changed")),
    rec({"type": "previous_message_not_found"}), rec({"type": "unavailable"}))}, nulls=0.2)
APPLIED = rec({"applied_edits": some(many(choose(
    rec({"type": "clear_tool_uses_20250919", "cleared_input_tokens": c.COUNT, "cleared_tool_uses": c.COUNT}),
    rec({"type": "clear_thinking_20251015", "cleared_input_tokens": c.COUNT, "cleared_thinking_turns": c.COUNT})),
    1, 2), 0.8)})
TRANSFORMATIONS = many(rec({
    "type": words("thinking_dropped", "thinking_mismatch_allowed"), "path": words("messages.1.content.0"),
    "reason": words("model_binding_mismatch", "prefix_binding_mismatch", "organization_binding_mismatch",
                                                 "end_user_binding_mismatch")}), 0, 2)
MESSAGE_ID = words("msg_01XFDUDYJgAACzvnptvVoYEL", "msg_bdrk_01", "msg_vrtx_01", "msg_1")

# --- errors -------------------------------------------------------------------------------------------------

_DETAILS = rec({"error_code": words("compaction_block_misplaced", "thread_not_found", "x_new_code"),
                "error_visibility?": words("user_facing")})


def error_body(*kinds: str) -> S:
    """The body of an error of one of these types."""
    text = choose((3, words("Overloaded", "max_tokens: Field required", "messages: at least one message is required")),
                  TEXT)
    return rec({"type": "error", "error": rec({"type": words(*kinds), "message": text, "details?~": _DETAILS}),
                "request_id?~": words("req_011CSHoEeqs5C35K2UUqR7Fy")}, p=0.6)
