"""Streams of `openai-responses`: the events in their official order, with the habits of those who speak the dialect.

How to extend.  A whole response is made first (`openai_responses_reply`), then told: `_told` turns each of its items
into `output_item.added`, the events of its body and `output_item.done`; a type that streams in a way of its own is a
row of `_BODIES`, all others come whole in their two events.  What a server does throughout is a key of `_HABITS`.
`streams` puts the terminal event after them; `cut=True` cuts before it, `failing_streams` puts a failure there.
Name a new habit in `coverage_responses.situations`, so that it is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from itertools import zip_longest
from typing import Any, TypeAlias

from hypothesis import strategies as st

from . import common as c
from . import openai_responses_parts as p
from .common import COMMENT, TEXT, Doc, Draw, Record, S, chance, choose, fresh, rec, split, words
from .openai_responses_reply import begun, failed, reply

# fmt: off
# The tables below are laid out by hand.

_HABITS = rec({
    "queued?": True, "no_in_progress?": True, "no_names?": True, "done?": True, "keepalive?": True,
    "comments?": words("keep-alive", ""), "unknown_event?": True,
    "no_numbers?": True, "numbers_from?": words(3, 1), "number_gaps?": True,
    "obfuscation?": True, "no_logprobs?": True, "open_reasoning?": True, "whole_reasoning?": True,
    "no_parts?": True, "no_dones?": True, "no_item_dones?": True, "null_items?": True, "no_deltas?": True,
    "name_on_done?": True, "no_annotation_events?": True, "index_gap?": words(1, 3), "interleaved?": True,
    "encrypted_early?": c.TOKEN, "encrypted_moves?": True, "ids_move?": True, "terminal_empty?": True,
    "unstreamed?": True, "action_late?": True, "audio?": True, "no_status_added?": True, "usage_early?": True,
}, p=0.13)
_PLACE = st.integers(0, 40)
_PADDING = words("aZ", "", "q4Xy7", "abcdefghij")
_UNKNOWN = fresh({"type": "response.future_thing.delta", "output_index": 0, "delta": "x"},
                 {"type": "response.rate_limits", "x": {"y": [1.0, None]}}, {"type": "future_event"})

Events: TypeAlias = list[Doc]


# --- bodies ---------------------------------------------------------------------------------------------------


def _pieces(draw: Draw, habits: Doc, name: str, place: Doc, text: str, done: str) -> Events:
    """`<name>.delta`s and `<name>.done`, whose text is in the field `done`."""
    events: Events = []
    if "no_deltas" not in habits:
        for piece in split(draw, text, 3):
            events.append({"type": f"response.{name}.delta", **place, "delta": piece})
            if "obfuscation" in habits:
                events[-1]["obfuscation"] = draw(_PADDING)
    if "no_dones" not in habits or "no_deltas" in habits:
        events.append({"type": f"response.{name}.done", **place, done: text})
    return events


def _part_events(habits: Doc, name: str, place: Doc, part: Doc, empty: Doc, inside: Events) -> Events:
    if "no_parts" in habits:
        return inside
    first: Doc = {"type": f"response.{name}.added", **place, "part": deepcopy(empty)}
    last: Doc = {"type": f"response.{name}.done", **place, "part": deepcopy(part)}
    return [first, *inside, *([] if "no_dones" in habits else [last])]


def _message(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    events: Events = []
    for index, part in enumerate(item["content"]):
        place = at | {"content_index": index}
        if part["type"] == "refusal":
            inside = _pieces(draw, habits, "refusal", place, part["refusal"], "refusal")
            events += _part_events(habits, "content_part", place, part, {"type": "refusal", "refusal": ""}, inside)
            continue
        inside = _pieces(draw, habits, "output_text", place, part["text"], "text")
        logprobs: list[Any] = part.get("logprobs") or []
        for number, event in enumerate(inside):
            if logprobs and (number == 0 or event["type"].endswith(".done")):
                event["logprobs"] = deepcopy(logprobs)
            elif "no_logprobs" not in habits:
                event["logprobs"] = []
        if "no_annotation_events" not in habits:
            for number, annotation in enumerate(part["annotations"]):
                event = {"type": "response.output_text.annotation.added", **place, "annotation_index": number,
                         "annotation": deepcopy(annotation)}
                last = 0 if "no_dones" in habits and "no_deltas" not in habits else 1
                inside.insert(len(inside) - last, event)
        empty = {key: [] if isinstance(value, list) else value for key, value in part.items()} | {"text": ""}
        events += _part_events(habits, "content_part", place, part, empty, inside)
    return events


def _reasoning(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    if "whole_reasoning" in habits:
        return []
    events: Events = []
    for index, part in enumerate(item["summary"]):
        place = at | {"summary_index": index}
        inside = _pieces(draw, habits, "reasoning_summary_text", place, part["text"], "text")
        empty: Doc = {"type": "summary_text", "text": ""}
        events += _part_events(habits, "reasoning_summary_part", place, part, empty, inside)
        if item.get("status") == "incomplete" and events[-1]["type"].endswith("part.done"):
            events[-1]["status"] = "incomplete"
    for index, part in enumerate(item.get("content") or ()):
        place = at | {"content_index": index}
        name = "reasoning" if "open_reasoning" in habits else "reasoning_text"
        inside = _pieces(draw, habits, name, place, part["text"], "text")
        events += _part_events(habits, "content_part", place, part, {"type": "reasoning_text", "text": ""}, inside)
    return events


def _function_call(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    events = _pieces(draw, habits, "function_call_arguments", at, item["arguments"], "arguments")
    if "name_on_done" in habits and events[-1]["type"].endswith(".done"):
        events[-1]["name"] = item["name"]
    return events


def _custom_call(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    return _pieces(draw, habits, "custom_tool_call_input", at, item["input"], "input")


def _steps(name: str, at: Doc, *words_of: str) -> Events:
    return [{"type": f"response.{name}.{word}", **at} for word in words_of]


def _mcp_call(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    inside = _pieces(draw, habits, "mcp_call_arguments", at, item["arguments"], "arguments")
    ended = "failed" if item.get("error") or item.get("status") == "failed" else "completed"
    return _steps("mcp_call", at, "in_progress") + inside + _steps("mcp_call", at, ended)


def _mcp_list(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    return _steps("mcp_list_tools", at, "in_progress", "failed" if item.get("error") else "completed")


def _web_search(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    return _steps("web_search_call", at, "in_progress", "searching", "completed")


def _file_search(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    return _steps("file_search_call", at, "in_progress", "searching", "completed")


def _code(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    inside = _pieces(draw, habits, "code_interpreter_call_code", at, item["code"] or "", "code")
    name = "code_interpreter_call"
    return _steps(name, at, "in_progress") + inside + _steps(name, at, "interpreting", "completed")


_PARTIAL = rec({"partial_image_b64": c.BASE64, "size?~": p.IMAGE_SIZE, "quality?~": p.IMAGE_QUALITY,
                "background?~": p.BACKGROUND, "output_format?~": p.IMAGE_FORMAT}, p=0.6)
_PARTIALS = words(0, 1, 2)


def _image(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    name = "image_generation_call"
    events = _steps(name, at, "in_progress", "generating")
    for index in range(draw(_PARTIALS)):
        events.append({"type": f"response.{name}.partial_image", **at, "partial_image_index": index} | draw(_PARTIAL))
    return events + _steps(name, at, "completed")


def _shell_call(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    events: Events = []
    for index, command in enumerate(item["action"]["commands"]):
        place = {"output_index": at["output_index"], "command_index": index}
        events.append({"type": "response.shell_call_command.added", **place, "command": ""})
        events += _pieces(draw, habits, "shell_call_command", place, command, "command")
    return events


def _shell_output(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    events: Events = []
    for index, output in enumerate(item["output"]):
        place = at | {"command_index": index}
        for stream in ("stdout", "stderr"):
            if output[stream] or stream == "stdout":
                events += [{"type": "response.shell_call_output_content.delta", **place, "delta": {stream: piece}}
                           for piece in split(draw, output[stream], 2)]
        events.append({"type": "response.shell_call_output_content.done", **place, "output": [deepcopy(output)]})
    return events


def _compaction(draw: Draw, habits: Doc, item: Doc, at: Doc) -> Events:
    return _steps("compaction", at, "compacting")


_Body: TypeAlias = Callable[[Draw, Doc, Doc, Doc], Events]
# What an item streams, and what of it is not there yet when it is added.
_BODIES: dict[str, tuple[_Body, Doc]] = {
    "message": (_message, {"content": []}),
    "reasoning": (_reasoning, {"summary": [], "content": []}),
    "function_call": (_function_call, {"arguments": ""}),
    "custom_tool_call": (_custom_call, {"input": ""}),
    "mcp_call": (_mcp_call, {"arguments": "", "output": None, "error": None}),
    "mcp_list_tools": (_mcp_list, {"tools": []}),
    "web_search_call": (_web_search, {}),
    "file_search_call": (_file_search, {"queries": [], "results": None}),
    "code_interpreter_call": (_code, {"code": "", "outputs": None}),
    "image_generation_call": (_image, {"result": None, "revised_prompt": None}),
    "shell_call": (_shell_call, {"action": {"commands": [], "timeout_ms": None, "max_output_length": None}}),
    "shell_call_output": (_shell_output, {"output": []}),
    "compaction": (_compaction, {}),
}


def _added(habits: Doc, item: Doc) -> Doc | None:
    """The item as `output_item.added` has it."""
    if "null_items" in habits and "no_item_dones" not in habits:
        return None
    found: Doc = deepcopy(item)
    if item["type"] in _BODIES:
        empty = _BODIES[item["type"]][1]
        found |= {key: deepcopy(value) for key, value in empty.items() if key in found}
    if found.get("status") and item["type"] not in ("program_output", "apply_patch_call_output"):
        found["status"] = "in_progress"
        if "no_status_added" in habits and item["type"] in ("message", "function_call"):
            del found["status"]
    if item["type"] == "web_search_call" and "action_late" in habits:
        del found["action"]
    if item["type"] == "reasoning" and "encrypted_content" in item:
        if "encrypted_early" in habits:
            found["encrypted_content"] = habits["encrypted_early"]
        else:
            del found["encrypted_content"]
    return found


def _told(draw: Draw, habits: Doc, item: Doc, index: int) -> Events:
    at: Doc = {"item_id": item["id"], "output_index": index}
    body = _BODIES[item["type"]][0](draw, habits, item, at) if item["type"] in _BODIES else []
    place = {"output_index": index}
    events: Events = [{"type": "response.output_item.added", **place, "item": _added(habits, item)}, *body]
    if "no_item_dones" not in habits:
        events.append({"type": "response.output_item.done", **place, "item": deepcopy(item)})
    return events


# --- the whole stream -----------------------------------------------------------------------------------------


def _interleaved(told: list[Events]) -> Events:
    """Two items at a time, in turns."""
    events: Events = []
    for at in range(0, len(told), 2):
        pair = told[at : at + 2]
        events += [event for row in zip_longest(*pair) for event in row if event is not None]
    return events


def _middle(draw: Draw, habits: Doc, response: Doc) -> Events:
    """Everything before the end."""
    start = begun(response)
    if "usage_early" in habits and response.get("usage"):
        start["usage"] = {"input_tokens": 3, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 0,
                          "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 3}
    events: Events = [{"type": "response.created", "response": start}]
    if "queued" in habits:
        events.append({"type": "response.queued", "response": begun(response, "queued")})
    if "no_in_progress" not in habits:
        events.append({"type": "response.in_progress", "response": deepcopy(start)})
    streamed = response["output"][:-1] if "unstreamed" in habits else response["output"]
    gap = habits.get("index_gap", 0)
    told = [_told(draw, habits, item, index + gap * (index > 0 or gap > 2)) for index, item in enumerate(streamed)]
    events += _interleaved(told) if "interleaved" in habits else [event for item in told for event in item]
    if "audio" in habits:
        events += [{"type": "response.audio.delta", "delta": draw(c.BASE64)}, {"type": "response.audio.done"},
                   {"type": "response.audio.transcript.delta", "delta": draw(TEXT)},
                   {"type": "response.audio.transcript.done"}]
    if "unknown_event" in habits:
        events.insert(1 + draw(_PLACE) % len(events), draw(_UNKNOWN))
    if "keepalive" in habits:
        events.insert(1 + draw(_PLACE) % len(events), {"type": "keepalive"})
    return events


def _terminal(habits: Doc, response: Doc) -> Doc:
    final = deepcopy(response)
    if "encrypted_moves" in habits:
        for item in final["output"]:
            for key in ("encrypted_content", "fingerprint"):
                if item.get(key):
                    item[key] += "_again"
    if "ids_move" in habits:
        for item in final["output"]:
            if item["type"] == "message":
                item["id"] = "msg_other"
                break
    if "terminal_empty" in habits and "unstreamed" not in habits:
        final["output"] = []
    return {"type": f"response.{response['status']}", "response": final}


_FLAT = rec({"type": "error", "code~": words("server_error", "rate_limit_exceeded", "invalid_prompt"),
             "message": choose((3, words("Overloaded", "The server had an error")), TEXT), "param~": words("input")},
            nulls=0.35)
_NESTED = rec({"type?": "error", "error": rec({"type": words("server_error", "invalid_request_error"), "code~": words(
    "server_error", 502), "message": TEXT, "param~": words("input")}, nulls=0.4)}, p=0.75)
_FAILURE_MODE = words("flat", "flat", "both", "both", "failed", "failed", "nested")


def _failure(draw: Draw, response: Doc, events: Events) -> Events:
    mode = draw(_FAILURE_MODE)
    if mode == "nested":
        return [draw(_NESTED)]
    ending: Events = [] if mode == "failed" else [draw(_FLAT)]
    if mode != "flat":
        finished = [event["item"] for event in events if event["type"] == "response.output_item.done"]
        ending.append({"type": "response.failed", "response": failed(response, draw(p.FAILED), finished)})
    return ending


def _numbered(habits: Doc, events: Events) -> Events:
    """The events with their `sequence_number`s, which come right after the type."""
    if "no_numbers" in habits:
        return events
    found: Events = []
    number = habits.get("numbers_from", 0)
    for event in events:
        if "type" in event and not ("error" in event and event["type"] == "error"):
            event = {"type": event["type"], "sequence_number": number} | event
        number += 2 if "number_gaps" in habits and len(found) == 2 else 1
        found.append(event)
    return found


@st.composite
def _streams(draw: Draw, cut: bool, fail: bool) -> list[Record]:
    habits: Doc = draw(_HABITS)
    response: Doc = draw(_ENDED)
    events = _middle(draw, habits, response)
    if cut or fail:
        del events[draw(_PLACE) % (len(events) + 1) :]
    if fail:
        events += _failure(draw, response, events)
    elif not cut:
        events.append(_terminal(habits, response))
    names = "no_names" not in habits
    records: list[Record] = [(event.get("type") if names else None, event) for event in _numbered(habits, events)]
    if "comments" in habits:
        records.insert(draw(_PLACE) % (len(records) + (not fail)), (COMMENT, habits["comments"]))
    if "done" in habits and not cut and (not fail or chance(draw, 5)):
        records.append((None, "[DONE]"))
    return records


_ENDED = reply(ended=True)


@cache
def streams(cut: bool = False, *, extras: bool = True) -> S:
    """Lists of SSE records that end with `response.completed` or `response.incomplete`; with `cut=True` lists that
    stop before it, the empty list included."""
    strategy = _streams(cut, False)
    return c.document(c.sprinkled(strategy) if extras else strategy)


@cache
def failing_streams(*, extras: bool = True) -> S:
    """Lists of SSE records that end in an `error` event, `response.failed` or both, at any place before the end."""
    strategy = _streams(False, True)
    return c.document(c.sprinkled(strategy) if extras else strategy)
