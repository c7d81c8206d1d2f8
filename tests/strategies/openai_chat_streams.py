"""Streams of `openai-chat`: chunks in a legal order, with the habits of all the servers that speak the dialect.

How to extend.  A stream is made in four steps.  `_script` writes what one choice says, as a list of steps (a step
is a choice object without its index): one segment function per kind of content (`_text`, `_reasoning`, `_tools`,
...), so a new kind of content is a new segment function and a word in `_SCENES`.  `_merge` interleaves the
choices.  `_chunks` puts the envelope around each step.  A *habit* of a server is a key of `_HABITS`, looked up
where it shows.  `streams` then ends the stream; `cut=True` cuts it before any choice is finished, and
`failing_streams` puts an error there.  Name a new habit in `coverage.chat_situations`, so that it is counted.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache

from hypothesis import strategies as st

from . import common as c
from . import openai_chat_parts as p
from .common import COMMENT, TEXT, Doc, Draw, Record, S, chance, choose, fresh, many, rec, split, words

# --- habits: what a server does throughout a stream ---------------------------------------------------------

_HABITS = rec(
    {
        "role_every?": True,
        "role_null?": True,
        "role_never?": True,
        "id_empty_first?": True,
        "id_moves?": True,
        "model_empty_first?": True,
        "created_moves?": True,
        "created_only_last?": True,
        "fingerprint?~": words("fp_1"),
        "fingerprint_moves?": True,
        "prompt_filter?": True,
        "filter_frames?": True,
        "comments?": words("OPENROUTER PROCESSING", "keep-alive", ""),
        "obfuscation?": True,
        "padding?": True,
        "service_tier_moves?": True,
        "provider?": words("OpenAI", "X"),
        "x_groq?": p.X_GROQ,
        "top?": choose(rec({"timings": p.TIMINGS}), rec({"citations": p.LINKS, "search_results": p.SEARCH_RESULTS})),
        "null_keys?": words(("tool_calls", "function_call"), ("reasoning",), ("reasoning_content",), ("refusal",)),
        "usage_null?": True,
        "finish_key_absent?": True,
        "finish_empty?": True,
        "logprobs_null?": True,
        "logprobs?": True,
        "no_done?": True,
        "moderation?": True,
        "finish_twice?": True,
        "finish_on_last?": True,
        "empty_before_finish?": True,
        "late?": words("empty", "content", "reasoning"),
        "no_choices_frame?": True,
        "message_beside?": True,
        "delta_null?": True,
        "together?": True,
        "native_finish?": words("STOP", "end_turn"),
        "content_beside?": words("", None),
        "delta_extra?": words("channel", "phase", "provider_metadata", "token_id"),
        "choice_extra?": choose(rec({"obfuscation": "x"}), rec({"stop_reason": None, "token_ids": fresh([1])})),
    },
    p=0.14,
    nulls=0.3,
)
_USAGE_MODE = words(
    "own", "own", "own", "finish", "finish", "none", "with_choice", "running", "groq", "both", "then_null"
)

# --- segments: what a choice says ---------------------------------------------------------------------------

_SCENES: tuple[tuple[str, ...], ...] = (
    ("text",),
    ("text",),
    ("reasoning", "text"),
    ("reasoning", "text"),
    ("reasoning", "tools"),
    ("text", "tools"),
    ("tools",),
    ("tools",),
    ("tools",),
    ("tools", "text"),
    ("reasoning", "text", "reasoning", "tools"),
    ("refusal",),
    ("text", "refusal"),
    ("function",),
    ("audio",),
    ("text", "annotations"),
    ("text", "images"),
    ("list",),
    ("reasoning",),
    ("reasoning",),
    ("text", "reasoning"),
    ("text", "annotations", "images"),
    (),
)
_SCENE = st.sampled_from(_SCENES)
_FRAGMENTS = many(TEXT, 1, 4)


def _text(draw: Draw, habits: Doc) -> list[Doc]:
    steps: list[Doc] = []
    for fragment in draw(_FRAGMENTS):
        step: Doc = {"delta": {"content": fragment}}
        if "logprobs" in habits:
            step["logprobs"] = draw(p.LOGPROBS)
        steps.append(step)
    return steps


def _list(draw: Draw, habits: Doc) -> list[Doc]:
    """Mistral: the thinking as a list, then the answer as a text, or all of it as lists."""
    steps = [{"delta": {"content": [draw(p.THINKING_PART)]}} for _ in range(draw(_ONE_TWO))]
    last = [draw(p.TEXT_PART)] if chance(draw, 4) else draw(TEXT)
    return [*steps, {"delta": {"content": last}}]


_ONE_TWO = words(1, 2)
_STREAM_STYLE = st.sampled_from((*p.REASONING_STYLES, "items", "all", "google", "tags"))


def _reasoning(draw: Draw, habits: Doc) -> list[Doc]:
    style = draw(_STREAM_STYLE)
    fragments = draw(_FRAGMENTS)
    deltas: list[Doc] = []
    if style == "opaque":
        deltas = [draw(p.REASONING_OPAQUE)]
    elif style == "items":
        deltas = [{"reasoning_content": text} for text in fragments]
        deltas.append({"reasoning_items": draw(_ITEMS)})
    elif style == "google":
        deltas = [{"content": text, "extra_content": {"google": {"thought": True}}} for text in fragments]
        deltas[0]["content"] = "<thought>" + fragments[0]
        deltas.append({"content": "</thought>" + draw(TEXT)})
    elif style == "tags":
        whole = "<think>" * (not chance(draw, 3)) + "".join(fragments) + "</think>\n\n4"
        deltas = [{"content": text} for text in split(draw, whole)]
    elif style == "blocks":
        deltas = [{"reasoning_content": text, "thinking_blocks": [_thinking(text, "")]} for text in fragments]
        deltas.append({"reasoning_content": "", "thinking_blocks": [_thinking("", draw(c.TOKEN))]})
        if chance(draw, 5):
            deltas.append({"thinking_blocks": [{"type": "redacted_thinking", "data": draw(c.TOKEN)}]})
    elif style in ("details", "all"):
        rest = draw(_DETAIL_REST)
        deltas = [{"reasoning_details": [{"type": "reasoning.text", "text": text} | rest]} for text in fragments]
        if style == "all":
            for delta, text in zip(deltas, fragments, strict=True):
                delta["reasoning"] = text
                if chance(draw, 3):
                    delta["reasoning_content"] = text
        if chance(draw, 4):
            last = {"type": "reasoning.text", "text": "", "signature": draw(c.TOKEN)} | rest
            deltas.append({"reasoning_details": [last]} | ({"reasoning": ""} if style == "all" else {}))
        if chance(draw, 3):
            deltas.append({"reasoning_details": [draw(p.OPAQUE_DETAIL)]})
    else:
        key = "reasoning_text" if style == "text" else "reasoning" if style == "both" else style
        deltas = [{key: text} for text in fragments]
        if style == "both":
            for delta, text in zip(deltas, fragments, strict=True):
                delta["reasoning_content"] = text
    if "content_beside" in habits and style not in ("google", "tags"):
        deltas = [{"content": habits["content_beside"]} | delta for delta in deltas]
    return [{"delta": delta} for delta in deltas]


_ITEMS = many(p.REASONING_ITEM, 1, 2)
_DETAIL_REST = rec({"index?": 0, "format?": p.DETAIL_FORMAT, "id?~": words("rs_1")}, p=0.8)


def _thinking(text: str, signature: str) -> Doc:
    return {"type": "thinking", "thinking": text, "signature": signature}


_TOOL_MODE = words("plain", "plain", "plain", "plain", "whole", "google", "reuse", "from_one")
_FIRST = rec(
    {"type?": "function", "arguments": words("", "", None, "absent", "fragment"), "custom?": fresh({})},
    p=0.85,
)
_LATER = rec(
    {"id?": words(None, "", "repeat"), "name?": words(None, "", "repeat"), "type?": words(None, "repeat")},
    p=0.25,
)
_EXTRA_ON_CALL = choose(
    (6, st.builds(dict)),
    rec({"extra_content": p.GOOGLE_EXTRA}),
    rec({"provider_specific_fields": p.PROVIDER_FIELDS}),
)
_CUSTOM_CALL = words(False, False, False, False, True)


def _tools(draw: Draw, habits: Doc) -> list[Doc]:
    mode = draw(_TOOL_MODE)
    form = draw(c.CALL_ID_FORM)
    taken = habits.setdefault("calls", 0)  # several segments of a choice go on counting
    calls: list[list[Doc]] = []
    for at in range(taken, taken + draw(_CALLS)):
        index = None if mode == "google" else 0 if mode == "reuse" else at + 1 if mode == "from_one" else at
        call_id = "" if mode == "google" and chance(draw, 3) else form.format(at)
        calls.append(_entries(draw, index, call_id, mode))
    habits["calls"] = taken + len(calls)
    deltas: list[Doc] = []
    if mode not in ("google", "reuse") and chance(draw, 4):  # interleaved, in turns
        rows = [[call[at] for call in calls if at < len(call)] for at in range(max(map(len, calls)))]
        together = chance(draw, 5)
        for row in rows:
            deltas += [{"tool_calls": row}] if together else [{"tool_calls": [entry]} for entry in row]
    else:
        deltas = [{"tool_calls": [entry]} for call in calls for entry in call]
    if "content_beside" in habits:
        deltas = [{"content": habits["content_beside"]} | delta for delta in deltas]
    return [{"delta": delta} for delta in deltas]


_CALLS = words(1, 1, 2, 2, 3)


def _entries(draw: Draw, index: int | None, call_id: str, mode: str) -> list[Doc]:
    """The entries that build one call."""
    place: Doc = {} if index is None else {"index": index}
    name = draw(c.NAME)
    if draw(_CUSTOM_CALL):
        pieces = split(draw, draw(TEXT))
        first: Doc = place | {"id": call_id, "type": "custom", "custom": {"name": name, "input": pieces[0]}}
        return [first, *(place | {"custom": {"input": piece}} for piece in pieces[1:])]
    opening: Doc = draw(_FIRST)
    arguments: str = draw(c.ARGUMENTS)
    first = place | {"id": call_id} | {key: opening[key] for key in ("type", "custom") if key in opening}
    if mode in ("whole", "google", "reuse"):
        return [first | {"function": {"name": name, "arguments": arguments}} | draw(_EXTRA_ON_CALL)]
    pieces = split(draw, arguments)
    begin = opening["arguments"]
    function: Doc = {"name": name}
    if begin == "fragment":
        function["arguments"] = pieces.pop(0)
    elif begin != "absent":
        function["arguments"] = begin
    entries = [first | {"function": function} | draw(_EXTRA_ON_CALL)]
    later: Doc = draw(_LATER)
    for piece in pieces:
        entry: Doc = {key: value for key, value in later.items() if key != "name"}
        if entry.get("id") == "repeat":
            entry["id"] = call_id
        if entry.get("type") == "repeat":
            entry["type"] = "function"
        function = {"arguments": piece}
        if "name" in later:
            function["name"] = name if later["name"] == "repeat" else later["name"]
        entries.append(place | entry | {"function": function})
    return entries


def _refusal(draw: Draw, habits: Doc) -> list[Doc]:
    return [{"delta": {"refusal": text}} for text in draw(_FRAGMENTS)]


def _function(draw: Draw, habits: Doc) -> list[Doc]:
    pieces = split(draw, draw(c.ARGUMENTS))
    first = {"delta": {"function_call": {"name": draw(c.NAME), "arguments": ""}}}
    return [first, *({"delta": {"function_call": {"arguments": piece}}} for piece in pieces)]


def _audio(draw: Draw, habits: Doc) -> list[Doc]:
    pieces: list[Doc] = [{"id": "audio_1"}]
    pieces += [{"transcript": text} for text in draw(_FRAGMENTS)]
    pieces += [{"data": data} for data in draw(many(words("AAAA", "+//+", "BBBB"), 1, 2))]
    pieces.append({"expires_at": draw(c.SECONDS)})
    return [{"delta": {"audio": piece}} for piece in pieces]


def _annotations(draw: Draw, habits: Doc) -> list[Doc]:
    return [{"delta": {"annotations": draw(p.ANNOTATIONS)}}]


def _images(draw: Draw, habits: Doc) -> list[Doc]:
    return [{"delta": {"images": draw(p.IMAGES)}}]


_SEGMENTS = {
    "text": _text,
    "list": _list,
    "reasoning": _reasoning,
    "tools": _tools,
    "refusal": _refusal,
    "function": _function,
    "audio": _audio,
    "annotations": _annotations,
    "images": _images,
}

# --- one choice ---------------------------------------------------------------------------------------------

_OPENING = words({"content": ""}, {"content": None}, {"content": "", "refusal": None}, {}).map(dict)
_FINISH_DELTA = fresh({}, {}, {"content": ""}, {"content": None})
_ODD_FINISH = words(
    "eos", "abort", "model_length", "insufficient_system_resource", "sensitive", "network_error", "aborted"
)


def _script(draw: Draw, habits: Doc) -> list[Doc]:
    """What one choice says, its finish included; a step is a choice object without an index."""
    scene = draw(_SCENE)
    habits = habits | {"calls": 0}
    said = [step for kind in scene for step in _SEGMENTS[kind](draw, habits)]
    steps = [{"delta": draw(_OPENING)}, *said] if chance(draw, 7) or not said else said
    if "delta_extra" in habits:
        key = habits["delta_extra"]
        steps[-1]["delta"][key] = draw(p.PROVIDER_METADATA if key == "provider_metadata" else words("final", 7))
    if "choice_extra" in habits:
        steps[0] |= deepcopy(habits["choice_extra"])
    roles = "role_never" not in habits
    for at, step in enumerate(steps):
        if roles and (at == 0 or "role_every" in habits):
            step["delta"] = {"role": "assistant"} | step["delta"]
        elif roles and "role_null" in habits:
            step["delta"]["role"] = None
        for key in habits.get("null_keys", ()):
            step["delta"].setdefault(key, None)
        if "native_finish" in habits:
            step["native_finish_reason"] = None
        if "finish_key_absent" not in habits:
            step["finish_reason"] = "" if "finish_empty" in habits else None
    if "empty_before_finish" in habits:
        steps.append({"delta": {}, "finish_reason": None})
    if "filter_frames" in habits:
        steps.append({"finish_reason": None, "logprobs": None, "content_filter_results": draw(p.CONTENT_FILTER),
                      "content_filter_offsets": draw(p.FILTER_OFFSETS)})  # fmt: skip
    return steps + _ending(draw, habits, scene, steps)


def _ending(draw: Draw, habits: Doc, scene: tuple[str, ...], steps: list[Doc]) -> list[Doc]:
    reason = draw(p.FINISH if chance(draw, 3) else _FITTING[scene[-1] if scene else "text"])
    if chance(draw, 1):
        reason = draw(_ODD_FINISH)
    finish: Doc = {"delta": draw(_FINISH_DELTA), "finish_reason": reason}
    if "filter_frames" in habits:
        finish["content_filter_results"] = draw(p.CONTENT_FILTER)
    if "native_finish" in habits:
        finish["native_finish_reason"] = habits["native_finish"]
    if "delta_null" in habits:
        finish["delta"] = None
    ending = [finish]
    on_last = "finish_on_last" in habits or (scene[-1:] == ("reasoning",) and chance(draw, 4))
    if on_last and steps[-1].get("delta"):
        finish["delta"] = steps.pop()["delta"]
    if "finish_twice" in habits:
        ending.append({"delta": {"role": "assistant", "content": ""}, "finish_reason": reason})
    late = habits.get("late")
    if late:
        delta: Doc = {} if late == "empty" else {"content" if late == "content" else "reasoning_content": draw(TEXT)}
        ending.append({"delta": delta, "finish_reason": None})
    return ending


_FITTING = {kind: words("stop") for kind in _SEGMENTS} | {
    "tools": words("tool_calls", "tool_calls", "stop", "length"),
    "function": words("function_call"),
    "refusal": words("content_filter", "stop"),
}

# --- the whole stream ---------------------------------------------------------------------------------------


def _merge(draw: Draw, habits: Doc, scripts: list[list[Doc]]) -> list[list[Doc]]:
    """The choices' steps in one order, each with its index; a group of steps goes into one chunk."""
    queues = [[{"index": index} | step for step in script] for index, script in enumerate(scripts)]
    groups: list[list[Doc]] = []
    if "together" in habits and len(queues) > 1:
        while any(queues):
            groups.append([queue.pop(0) for queue in queues if queue])
        return groups
    while open_queues := [queue for queue in queues if queue]:
        at = draw(_TURN) % len(open_queues) if len(open_queues) > 1 else 0
        groups.append([open_queues[at].pop(0)])
    return groups


_TURN = st.integers(0, 5)


def _envelope(draw: Draw, habits: Doc, last: bool, at: int) -> Doc:
    chunk: Doc = {
        "id": "chatcmpl-9aZ",
        "object": "chat.completion.chunk",
        "created": 1752460970,
        "model": "m",
    }
    if "id_empty_first" in habits and at == 0:
        chunk["id"] = ""
    elif "id_moves" in habits:
        chunk["id"] = f"chatcmpl-{at}"
    if "model_empty_first" in habits and at == 0:
        chunk["model"] = ""
    if "created_moves" in habits or ("created_only_last" in habits and last):
        chunk["created"] += at + 1
    if "fingerprint" in habits:
        chunk["system_fingerprint"] = habits["fingerprint"]
    if "fingerprint_moves" in habits:
        chunk["system_fingerprint"] = f"fp_{at}"
    for key in ("service_tier", "provider"):
        if key in habits:
            chunk[key] = habits[key]
    if "service_tier_moves" in habits:  # the tier asked for, then the one that was used
        chunk["service_tier"] = "auto" if at == 0 else "default"
    if "obfuscation" in habits:
        chunk["obfuscation"] = draw(_PADDING)
    if "padding" in habits:
        chunk["p"] = draw(_PADDING)
    return chunk


_PADDING = words("aZ", "", "q4Xy7", "abcdefghij")


def _chunks(draw: Draw, habits: Doc, mode: str, scripts: list[list[Doc]]) -> list[Doc]:
    groups = _merge(draw, habits, scripts)
    counts: Doc | None = None if mode == "none" else draw(p.USAGE)
    chunks: list[Doc] = []

    def add(rest: Doc, last: bool = False) -> Doc:
        chunk = _envelope(draw, habits, last, len(chunks)) | rest
        chunks.append(chunk)
        return chunk

    if "prompt_filter" in habits:
        add({"id": "", "object": "", "created": 0, "model": "", "choices": [],
             "prompt_filter_results": draw(p.PROMPT_FILTER)})  # fmt: skip
    said = ""
    for group in groups:
        if "logprobs_null" in habits:
            group = [{"logprobs": None} | step for step in group]
        if "message_beside" in habits and isinstance(text := (group[0].get("delta") or {}).get("content"), str):
            said += text
            group[0]["message"] = {"role": "assistant", "content": said}
        chunk = add({"choices": group})
        if "content_filter_offsets" in group[0] and chance(draw, 3):
            chunk["object"] = ""
        if mode == "running" and counts is not None:
            chunk["usage"] = deepcopy(counts) | {"completion_tokens": len(chunks)}
        elif "usage_null" in habits:
            chunk["usage"] = None
    if "x_groq" in habits:
        chunks[0]["x_groq"] = habits["x_groq"]
    if "top" in habits:
        chunks[-1] |= habits["top"]
    if mode in ("finish", "both"):
        chunks[-1]["usage"] = deepcopy(counts)
    if mode in ("own", "then_null", "both"):
        add({"choices": [], "usage": counts}, last=True)
    if mode == "with_choice":
        add({"choices": [{"index": 0, "delta": {}}], "usage": counts}, last=True)
    if mode in ("groq", "both"):
        chunks[-1]["x_groq"] = {"id": "req_1", "usage": deepcopy(counts)}
    if mode == "then_null":
        add({"choices": [], "usage": None})
    if "moderation" in habits:
        add({"choices": [], "moderation": draw(p.MODERATION)})
    if "no_choices_frame" in habits:
        del add({"choices": []})["choices"]
    return chunks


_N = words(1, 1, 1, 1, 1, 1, 2, 2, 3)


@st.composite
def _streams(draw: Draw, cut: bool, fail: bool) -> list[Record]:
    habits: Doc = draw(_HABITS)
    if chance(draw, 3):
        habits["service_tier"] = draw(_TIER)
    scripts = [_script(draw, habits) for _ in range(draw(_N))]
    chunks = _chunks(draw, habits, draw(_USAGE_MODE), scripts)
    if cut or fail:
        finished = (at for at, chunk in enumerate(chunks) if any(_ends(choice) for choice in chunk.get("choices", ())))
        del chunks[draw(_CUT) % (next(finished) + 1) :]
    records: list[Record] = [(None, chunk) for chunk in chunks]
    if fail:
        records += draw(_FAILURE)
    elif not cut and "no_done" not in habits:
        records.append((None, "[DONE]"))
    if "comments" in habits:
        for _ in range(draw(_ONE_TWO)):
            records.insert(draw(_CUT) % (len(records) + 1), (COMMENT, habits["comments"]))
    return records


_CUT = st.integers(0, 30)
_TIER = choose((2, None), (7, p.SERVICE_TIER))


def _ends(choice: Doc) -> bool:
    return bool(choice.get("finish_reason"))


_ERROR = rec(
    {
        "message": choose((3, words("Overloaded", "upstream down (request id: 1)")), TEXT),
        "type": words("server_error", "rate_limit_exceeded", "invalid_request_error", "upstream_error"),
        "param~": words("", "messages"),
        "code~": words("rate_limit_exceeded", 503, "server_error"),
    },
    nulls=0.4,
)
_OPENROUTER_ERROR = rec({"code": words(502, 429), "message": TEXT, "metadata?": fresh({"raw": "…"})})
_OPENROUTER_FRAME = rec({
    "id": "gen-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "provider?": words("X"),
    "error": _OPENROUTER_ERROR,
    "choices": many(rec({"index": 0, "delta": fresh({"content": ""}, {"role": "assistant", "content": ""}),
                         "finish_reason": "error", "native_finish_reason?~": words("error")}), 1, 1),
    "usage?": p.USAGE,
})  # fmt: skip
_FAILURE: S = choose(
    (4, rec({"error": _ERROR}).map(lambda body: [(None, body)])),
    (1, rec({"error": _ERROR}).map(lambda body: [(None, body), (None, "[DONE]")])),
    (2, rec({"error": _ERROR}).map(lambda body: [("error", body)])),
    (2, _OPENROUTER_FRAME.map(lambda body: [(None, body)])),
    (1, rec({"object": "error", "message": TEXT, "type": "BadRequestError", "code": 400}).map(
        lambda body: [(None, body)])),
    (1, rec({"id": "x", "choices": fresh([]), "x_groq": {"id": "req_1", "error": _ERROR}, "error": _ERROR}).map(
        lambda body: [(None, body)])),
)  # fmt: skip


@cache
def streams(cut: bool = False, *, extras: bool = True) -> S:
    """Lists of SSE records that end properly: every choice has a finish reason (`[DONE]` may be missing, as it
    does in practice); with `cut=True` lists that stop before any choice is finished, the empty list included."""
    strategy = _streams(cut, False)
    return c.document(c.sprinkled(strategy) if extras else strategy)


@cache
def failing_streams(*, extras: bool = True) -> S:
    """Lists of SSE records that end in an error frame before any choice is finished."""
    strategy = _streams(False, True)
    return c.document(c.sprinkled(strategy) if extras else strategy)
