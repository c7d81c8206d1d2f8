"""The items of `openai-responses`: what stands in `input`, in `output` and in the events of a stream.

How to extend.  An item is one row of `_KINDS`: the prefix of its ids, how requests may spell `id` and `status`
(`""` required, `"?"` may be absent, `"?~"` may be null as well, None: no such field), the words of `status`, the
fields, and those that only replies have.  `"#"` as `id` or `call_id` is a place that `settled` fills, so that ids
are unique and calls and their outputs belong together.  How an item streams is in `openai_responses_streams`.
"""

from __future__ import annotations

from typing import NamedTuple

from . import common as c
from . import openai_responses_parts as p
from .common import TEXT, Doc, Draw, S, chance, choose, fresh, many, rec, some, words

# fmt: off
# The tables below are laid out by hand.

HERE = "#"
_STATUS = ("completed", "completed", "in_progress", "incomplete")
_SEARCHING = ("completed", "in_progress", "searching", "incomplete", "failed")


class Kind(NamedTuple):
    """One type of item; see the head of the module."""

    prefix: str
    sent_id: str | None
    sent_status: str | None
    statuses: tuple[str, ...]
    fields: Doc
    replied: Doc = {}  # noqa: RUF012
    p: float = 0.3
    nulls: float = 0.25


# --- pieces of items ------------------------------------------------------------------------------------------

_CALLER = choose(rec({"type": "direct"}), rec({"type": "program", "caller_id": words("prg_1", "cm_2")}))
_NAMESPACE = words("crm", "files")
_ON_CALL: Doc = {"namespace?": _NAMESPACE, "caller?~": _CALLER, "async?": c.BOOL}
_BY: Doc = {"created_by?~": words("user_1")}
SUMMARY = some(many(p.SUMMARY_TEXT, 1, 2), 0.6)
_NOTHING = fresh([])
_REASONED = choose((3, many(p.REASONING_TEXT, 1, 2)), (1, _NOTHING))
_RESULT = rec({"file_id?": "file-1", "filename?": words("a.pdf"), "score?": words(0.5, 1.0, 0), "text?": TEXT,
               "attributes?~": fresh({}, {"year": 2026, "ok": True, "s": "x", "f": 1.0})}, p=0.8)
_SOURCE = choose((3, rec({"type": "url", "url": c.URL})), rec({"type": "api", "name": words("oai-weather")}))
WEB_ACTION = choose(
    (4, rec({"type": "search", "query?": TEXT, "queries?": many(TEXT, 1, 2), "sources?": some(many(_SOURCE), 0.7)},
            p=0.7)),
    rec({"type": "open_page", "url?~": c.URL}, p=0.8, nulls=0.4),
    rec({"type": "find_in_page", "url": c.URL, "pattern": TEXT}),
)
_CHECK = rec({"id": words("sc_1"), "code?~": words("malicious_instructions"), "message?~": TEXT}, p=0.8)
_KEYS: Doc = {"keys?~": many(words("CTRL", "a"), 1, 2)}
_POINT: Doc = {"x": c.COUNT, "y": c.COUNT}
_MOVE = choose(
    rec({"type": "click", "button": words("left", "right", "wheel", "back", "forward"), **_POINT, **_KEYS}),
    rec({"type": "double_click", **_POINT, **_KEYS}), rec({"type": "drag", "path": [rec(_POINT)], **_KEYS}),
    rec({"type": "keypress", "keys": fresh(["CTRL", "c"])}), rec({"type": "move", **_POINT, **_KEYS}),
    rec({"type": "scroll", "scroll_x": words(0, -5), "scroll_y": words(10), **_POINT, **_KEYS}),
    rec({"type": "type", "text": TEXT}), rec({"type": "screenshot"}), rec({"type": "wait"}),
)
_SCREENSHOT = rec({"type": "computer_screenshot", "image_url?": c.IMAGE_URL, "file_id?": words("file-1")}, p=0.6)
_LOG = choose((2, rec({"type": "logs", "logs": TEXT})), rec({"type": "image", "url": c.URL}))
_IMAGE_ERROR = rec({"message": TEXT, "type": words("image_generation_user_error"),
                    "code?~": words("moderation_blocked"), "param?~": words("x"),
                    "moderation_details?": {"categories": fresh([], ["violence"]),
                                            "moderation_stage": words("input", "output", "unknown")}}, p=0.7)
_SVG_USAGE = rec({"model": words("m"), "input_tokens": c.COUNT, "output_tokens": c.COUNT, "reasoning_tokens": c.COUNT,
                  "total_tokens": c.COUNT})
_EXEC = rec({"type": "exec", "command": fresh(["ls", "-l"], []), "env": fresh({}, {"A": "b"}), "timeout_ms?~": c.COUNT,
             "user?~": words("root"), "working_directory?~": words("/root")}, p=0.5)
_COMMANDS = rec({"commands": many(words("ls -l", "echo ü", "true"), 1, 2), "timeout_ms?~": c.COUNT,
                 "max_output_length?~": c.COUNT}, p=0.6)
_OUTCOME = choose((2, rec({"type": "exit", "exit_code": words(0, 1, -9)})), rec({"type": "timeout"}))
_RAN = many(rec({"stdout": TEXT, "stderr": words("", "no such file"), "outcome": _OUTCOME}), 1, 2)
_ENVIRONMENT = choose(rec({"type": "local"}), rec({"type": "container_reference", "container_id": words("cntr_1")}))
_DIFF = words("@@\n-a\n+b\n", "+ü\n")
_OPERATION = choose(rec({"type": words("create_file", "update_file"), "path": words("a.py"), "diff": _DIFF}),
                    rec({"type": "delete_file", "path": words("a.py")}))
_MCP_TOOL = rec({"name": c.NAME, "input_schema": c.OBJECT_SCHEMA, "description?~": TEXT,
                 "annotations?~": fresh({}, {"read_only": False})}, p=0.7)
_MCP_ERROR = choose(
    rec({"type": words("mcp_protocol_error", "http_error"), "code": words(-32000, 404), "message": TEXT}),
    rec({"type": "mcp_tool_execution_error", "content": fresh([{"type": "text", "text": "no"}], "no", None)}), TEXT)
_SEARCHED = fresh({}, {"goal": "Find a tool"}, {"paths": ["crm"]}, "text", None)
_EXECUTION = words("server", "client")
_ROLE = words("developer", "developer", "developer", "unknown", "user", "assistant", "system", "critic",
              "discriminator", "tool")

# --- the items ------------------------------------------------------------------------------------------------

_KINDS: dict[str, Kind] = {
    "function_call": Kind("fc", "?", "?", _STATUS, {
        "call_id": HERE, "name": c.NAME, "arguments": c.ARGUMENTS, **_ON_CALL}, p=0.2),
    "function_call_output": Kind("fco", "?~", "?~", _STATUS, {
        "call_id": HERE, "output": p.TOOL_OUTPUT, "name?~": c.NAME, "namespace?~": _NAMESPACE, "caller?~": _CALLER},
        _BY, p=0.15),
    "custom_tool_call": Kind("ctc", "?", None, _STATUS, {"call_id": HERE, "name": c.NAME, "input": TEXT, **_ON_CALL}),
    "custom_tool_call_output": Kind("ctco", "?", None, _STATUS, {
        "call_id": HERE, "output": choose((3, TEXT), many(p.INPUT_PART)), "caller?~": _CALLER}, _BY),
    "reasoning": Kind("rs", "", "?", _STATUS, {
        "summary": SUMMARY, "content?": _REASONED, "encrypted_content?~": c.TOKEN}, p=0.4),
    "file_search_call": Kind("fs", "", "", _SEARCHING, {
        "queries": many(TEXT, 0, 2), "results?~": some(many(_RESULT), 0.8)}, p=0.7),
    "web_search_call": Kind("ws", "", "", _SEARCHING, {"action": WEB_ACTION}),
    "computer_call": Kind("cu", "", "", _STATUS, {
        "call_id": HERE, "pending_safety_checks": some(many(_CHECK)), "action?": _MOVE,
        "actions?": many(_MOVE)}, p=0.7),
    "computer_call_output": Kind("cuo", "?~", "?~", _STATUS, {
        "call_id": HERE, "output": _SCREENSHOT, "acknowledged_safety_checks?~": some(many(_CHECK), 0.7)}, _BY, p=0.5),
    "code_interpreter_call": Kind("ci", "", "", (*_STATUS, "interpreting", "failed"), {
        "code~": TEXT, "container_id": words("cntr_1"), "outputs~": some(many(_LOG), 0.8)}),
    "image_generation_call": Kind("ig", "", "", ("completed", "completed", "in_progress", "generating", "failed"), {
        "result~": c.BASE64, "action?~": p.IMAGE_ACTION, "background?~": p.BACKGROUND, "error?": _IMAGE_ERROR,
        "output_format?~": p.IMAGE_FORMAT, "quality?~": p.IMAGE_QUALITY, "revised_prompt?~": TEXT,
        "size?~": p.IMAGE_SIZE, "svg_usage?": _SVG_USAGE}),
    "local_shell_call": Kind("lsh", "", "", _STATUS, {"call_id": HERE, "action": _EXEC}),
    "local_shell_call_output": Kind("call", "", "?~", _STATUS, {"output": TEXT}, p=0.6),
    "shell_call": Kind("sh", "?~", "?~", _STATUS, {
        "call_id": HERE, "action": _COMMANDS, "environment?~": _ENVIRONMENT, "caller?~": _CALLER}, _BY, p=0.4),
    "shell_call_output": Kind("sho", "?~", "?~", _STATUS, {
        "call_id": HERE, "output": _RAN, "max_output_length?~": c.COUNT, "caller?~": _CALLER}, _BY, p=0.4),
    "apply_patch_call": Kind("apc", "?~", "", ("completed", "in_progress"), {
        "call_id": HERE, "operation": _OPERATION, "caller?~": _CALLER}, _BY),
    "apply_patch_call_output": Kind("apco", "?~", "", ("completed", "failed"), {
        "call_id": HERE, "output?~": TEXT, "caller?~": _CALLER}, _BY, p=0.5),
    "mcp_list_tools": Kind("mcpl", "", None, (), {
        "server_label": words("s"), "tools": many(_MCP_TOOL, 0, 2), "error?~": TEXT}),
    "mcp_call": Kind("mcp", "", "?", ("completed", "in_progress", "incomplete", "calling", "failed"), {
        "server_label": words("s"), "name": c.NAME, "arguments": c.ARGUMENTS, "output?~": TEXT, "error?~": _MCP_ERROR,
        "approval_request_id?~": words("mcpr_9")}, p=0.5, nulls=0.35),
    "mcp_approval_request": Kind("mcpr", "", None, (), {
        "server_label": words("s"), "name": c.NAME, "arguments": c.ARGUMENTS}),
    "mcp_approval_response": Kind("mcpa", "?~", None, (), {
        "approval_request_id": words("mcpr_9"), "approve": c.BOOL, "reason?~": TEXT}, p=0.6),
    "tool_search_call": Kind("tsc", "?~", "?~", _STATUS, {
        "call_id?~": HERE, "arguments": _SEARCHED, "execution?": _EXECUTION},
        {"execution": _EXECUTION, **_BY}, p=0.75, nulls=0.4),
    "tool_search_output": Kind("tso", "?~", "?~", _STATUS, {
        "call_id?~": HERE, "tools": many(p.TOOL, 0, 2), "execution?": _EXECUTION},
        {"execution": _EXECUTION, **_BY}, p=0.75, nulls=0.4),
    "additional_tools": Kind("at", "?~", None, (), {"role": "developer", "tools": many(p.TOOL, 1, 2)}, {"role": _ROLE}),
    "compaction": Kind("cmp", "?~", None, (), {"encrypted_content": c.TOKEN}, _BY, p=0.6),
    "program": Kind("cm", "", None, (), {
        "call_id": HERE, "code": words("text(await tools.f({}))"), "fingerprint": c.TOKEN}),
    "program_output": Kind("cmo", "", "", ("completed", "incomplete"), {
        "call_id": HERE, "result": choose(TEXT, words('{"a":1}'))}),
    "configuration_update": Kind("cfg", "?~", None, (), {
        "reasoning?": rec({"effort?~": p.EFFORT}, p=0.8), "text?": {"format": choose(rec({"type": "text"}),
                                                                                    p.JSON_SCHEMA_FORMAT)}}, p=0.7),
    "compaction_trigger": Kind("cmt", "?~", None, (), {}, p=0.5),
    # xAI's, and whatever comes next
    "x_search_call": Kind("xs", "", "", _STATUS, {"call_id": "", "name": c.NAME, "arguments": c.ARGUMENTS}),
}
_NEVER_REPLIED = ("configuration_update", "compaction_trigger")
_UNTYPED_STATUS = ("custom_tool_call",)  # the server sends one, the types have none


def _sent(name: str, kind: Kind) -> S:
    fields: Doc = {"type": name}
    if kind.sent_id is not None:
        fields[f"id{kind.sent_id}"] = HERE
    if kind.sent_status is not None:
        fields[f"status{kind.sent_status}"] = words(*kind.statuses)
    return rec(fields | kind.fields, p=kind.p, nulls=kind.nulls)


def _replied(name: str, kind: Kind) -> S:
    fields: Doc = {"id": HERE, "type": name}
    if kind.statuses:
        mark = "?" if name in (*_UNTYPED_STATUS, "reasoning", "mcp_call") else ""
        fields[f"status{mark}"] = words(*kind.statuses)
    declared = {key: value for key, value in kind.fields.items() if key.rstrip("?~") not in kind.replied}
    return rec(fields | declared | kind.replied, p=kind.p, nulls=kind.nulls)


SENT: dict[str, S] = {name: _sent(name, kind) for name, kind in _KINDS.items()}
REPLIED: dict[str, S] = {name: _replied(name, kind) for name, kind in _KINDS.items() if name not in _NEVER_REPLIED}
UNSOLICITED = rec({"type": "function_call_output", "output": p.TOOL_OUTPUT, "name": c.NAME, "call_id?": None})
"""A tool's result that nobody asked for: no `call_id`, the name tells whose it is."""

PAIRS: dict[str, str] = {
    "function_call": "function_call_output",
    "custom_tool_call": "custom_tool_call_output",
    "computer_call": "computer_call_output",
    "local_shell_call": "local_shell_call_output",
    "shell_call": "shell_call_output",
    "apply_patch_call": "apply_patch_call_output",
    "tool_search_call": "tool_search_output",
    "program": "program_output",
}
"""Calls and the items that answer them."""


# --- messages -------------------------------------------------------------------------------------------------

_PHASE = words("commentary", "final_answer")
_TOLD = choose((3, TEXT), (4, many(p.INPUT_PART)))
_ANSWERED = choose((6, many(p.OUTPUT_PART, 1, 2)), (1, _NOTHING))
EASY_MESSAGE = choose(
    (6, rec({"role": words("user", "user", "user", "system", "developer"), "content": _TOLD, "type?": "message"})),
    (1, rec({"role": "user", "content": _TOLD, "phase?": None})),
)
FULL_MESSAGE = rec({"type": "message", "role": words("user", "user", "system", "developer"),
                    "content": many(p.INPUT_PART), "status?": words("completed", "in_progress", "incomplete")})
ASSISTANT_MESSAGE = choose(
    (2, rec({"role": "assistant", "content": TEXT, "type?": "message", "phase?~": _PHASE}, p=0.3)),
    (1, rec({"role": "assistant", "content": _ANSWERED, "type?": "message", "phase?~": _PHASE}, p=0.3)),
    (4, rec({"id": HERE, "type": "message", "role": "assistant", "status": words(*_STATUS), "content": _ANSWERED,
             "phase?~": _PHASE}, p=0.25)),
)
REPLIED_MESSAGE = rec({"id": HERE, "type": "message", "role": "assistant", "status": "completed",
                       "content": _ANSWERED, "phase?~": _PHASE}, p=0.2)
ITEM_REFERENCE = rec({"id": words("msg_1", "rs_1"), "type?~": "item_reference"}, p=0.8)

# --- ids ------------------------------------------------------------------------------------------------------


class Numbers:
    """What makes the ids of one document unique."""

    def __init__(self, draw: Draw) -> None:
        self.form: str = draw(_CALL_ID_FORM)
        self.taken = 0

    def settle(self, item: Doc, call_id: str | None = None) -> Doc:
        """The item with its ids, `call_id` being the one of the call that it answers."""
        self.taken += 1
        if item.get("call_id") == HERE:
            item["call_id"] = call_id or self.form.format(self.taken)
        if item.get("id") == HERE:
            kind = item.get("type", "message")
            prefix = _KINDS[kind].prefix if kind in _KINDS else "msg"
            item["id"] = call_id if kind == "local_shell_call_output" else f"{prefix}_{self.taken:04x}"
        return item


_CALL_ID_FORM = words("call_{}", "call_{}", "toolu_01{:04d}", "call-a88c-{}", "functions.f:{}", "{:09d}", "ü/{}",
                      "call_{}__thought__QkJDRA==")


# --- what the model makes -------------------------------------------------------------------------------------

_SCENES: tuple[tuple[str, ...], ...] = (
    ("message",), ("message",), ("reasoning", "message"), ("reasoning", "message"), ("function_call",),
    ("reasoning", "function_call"), ("message", "function_call"), ("function_call", "function_call"),
    ("function_call", "message"), ("reasoning", "function_call", "function_call"),
    ("reasoning", "message", "reasoning", "message"), ("custom_tool_call",), ("reasoning",), (),
    ("message", "custom_tool_call", "function_call"),
)
# What the vendor runs, and what answers it: a few of these, then mostly a message.
_HOSTED: tuple[tuple[str, ...], ...] = (
    ("web_search_call",), ("reasoning", "web_search_call"), ("file_search_call",), ("file_search_call",),
    ("code_interpreter_call",), ("code_interpreter_call",), ("image_generation_call",), ("image_generation_call",),
    ("mcp_list_tools", "mcp_call"), ("mcp_list_tools", "mcp_approval_request"),
    ("mcp_call",), ("mcp_approval_request", "mcp_approval_response"), ("computer_call",), ("computer_call",),
    ("computer_call", "computer_call_output"), ("local_shell_call",), ("local_shell_call", "local_shell_call_output"),
    ("shell_call",), ("shell_call", "shell_call_output"), ("apply_patch_call",),
    ("apply_patch_call", "apply_patch_call_output"), ("tool_search_call",), ("tool_search_call", "tool_search_output"),
    ("program", "function_call", "program_output"), ("compaction",), ("additional_tools",),
    ("function_call", "function_call_output"), ("function_call", "function_call_output"),
    ("custom_tool_call", "custom_tool_call_output"), ("x_search_call",),
)
_SCENE = words(*_SCENES)
_FEW = many(words(*_HOSTED), 1, 4)
_MANY = many(words(*_HOSTED), 3, 8)


def _scene(draw: Draw, rich: bool) -> list[str]:
    if chance(draw, 4 if rich else 5):
        return list(draw(_SCENE))
    return [kind for group in draw(_MANY if rich else _FEW) for kind in group] + ["message"] * chance(draw, 6)


def replied_items(draw: Draw, rich: bool) -> list[Doc]:
    """The items of one reply, with unique ids; what answers a call has its `call_id`; `rich`: more of the hosted."""
    numbers = Numbers(draw)
    items: list[Doc] = []
    calls: dict[str, str] = {}
    for kind in _scene(draw, rich):
        item = draw(REPLIED_MESSAGE if kind == "message" else REPLIED[kind])
        answered = next((call for call, answer in PAIRS.items() if answer == kind), None)
        numbers.settle(item, calls.get(answered) if answered else None)
        if kind in PAIRS and item.get("call_id"):
            calls[kind] = item["call_id"]
        if "status" in item and chance(draw, 5):
            item["status"] = "completed"
        items.append(item)
    return items
