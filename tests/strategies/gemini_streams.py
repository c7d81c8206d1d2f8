"""Streams of `gemini`: chunks whose parts are to be appended, with the habits of the Developer API and of Vertex.

How to extend.  A stream is made in three steps.  `_script` writes what one candidate says as a list of steps (a step
is a candidate object without its index): parts of `gemini_parts.model_parts`, texts in pieces, all else whole, the
end last.  `_merge` puts the candidates' steps in one order, now and then several in a chunk.  `_chunks` puts the
envelope and the running counts around each.  A *habit* of a server is a key of `_HABITS`, looked up where it shows.
`streams(cut=True)` stops before any candidate is finished, `failing_streams` puts an error there.  `array_bytes` writes
the same records as the other form of a stream, one JSON array.  Name a new habit in
`coverage_gemini.gemini_situations`, so that it is counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from itertools import count
from typing import Any

from hypothesis import strategies as st

from . import common as c
from . import gemini_parts as p
from .common import COMMENT, TEXT, Doc, Draw, Record, S, chance, choose, fresh, many, rec, split, words

# fmt: off
# The tables below are laid out by hand.

# --- habits: what a server does throughout a stream ---------------------------------------------------------

_HABITS = rec({
    "index_absent?": True, "role_absent?": True, "id_absent?": True, "model_absent?": True, "id_moves?": True,
    "create_time?": c.WHEN, "model_status?": p.MODEL_STATUS, "turn_token?": words("v1_ChdU"),
    "several_parts?": True, "grounding_empty?": True, "grounding_early?": True, "ratings_everywhere?": True,
    "feedback_first?": rec({"safetyRatings": p.RATINGS}), "finish_everywhere?": True, "content_null?": True,
    "content_empty?": True, "usage_vanishes?": True, "usage_total_null?": True, "usage_total_falls?": True,
    "usage_only_chunk?": True, "citations_everywhere?": True, "url_context_early?": True, "together?": True,
    "text_beside?": True,
}, p=0.1)
_USAGE_MODE = words("every", "every", "every", "every", "every", "last", "late", "none")
_ENDINGS = words("on_last", "on_last", "empty_text", "empty_text", "empty_text", "content_empty", "no_parts",
                 "no_content", "content_null")

# --- one candidate ------------------------------------------------------------------------------------------


def _script(draw: Draw, habits: Doc) -> list[Doc]:
    """What one candidate says, its end included; a step is a candidate object without an index."""
    parts = p.model_parts(draw, p.a_scene(draw), p.SIGNATURE, count(1))
    if "partial_args" in habits:
        for part in parts:
            if "args" in part.get("functionCall", {}) and chance(draw, 5):
                part["functionCall"]["args"] = draw(_NESTED_ARGS)
        parts = [piece for part in parts for piece in _partial(draw, part)]
    pieces = [piece for part in parts for piece in _pieces(draw, part)]
    signed = pieces and pieces[-1] == {"text": "", "thoughtSignature": pieces[-1].get("thoughtSignature")}
    ending_parts = [pieces.pop()] if signed and chance(draw, 8) else []
    groups = [[piece] for piece in pieces]
    if "several_parts" in habits:
        groups = [pieces[at : at + 2] for at in range(0, len(pieces), 2)]
    if "text_beside" in habits and "partial_args" not in habits:
        for group in groups:
            if "text" not in group[-1]:
                group.append({"text": ""})
    steps: list[Doc] = [{"content": _content(habits, group)} for group in groups]
    if "content_null" in habits:
        steps.insert(draw(_PLACE) % (len(steps) + 1), {"content": None})
    if "content_empty" in habits:
        steps.insert(draw(_PLACE) % (len(steps) + 1), {"content": {}})
    return _ended(draw, habits, steps, ending_parts)


def _content(habits: Doc, parts: list[Doc]) -> Doc:
    return {"parts": parts} if "role_absent" in habits else {"parts": parts, "role": "model"}


def _pieces(draw: Draw, part: Doc) -> list[Doc]:
    """A text in pieces, the signature on the last of them; anything else is whole in one chunk."""
    if "text" not in part or not part["text"]:
        return [part]
    rest = {key: value for key, value in part.items() if key not in ("text", "thoughtSignature")}
    pieces: list[Doc] = [{"text": text} | rest for text in split(draw, part["text"])]
    if "thoughtSignature" in part:
        pieces[-1]["thoughtSignature"] = part["thoughtSignature"]
    return pieces


def _partial(draw: Draw, part: Doc) -> list[Doc]:
    """A call's arguments in pieces, as Vertex sends them when asked to; the signature is on the first."""
    call = part.get("functionCall")
    if call is None:
        return [part]
    begin = {key: value for key, value in call.items() if key != "args"}
    if not call.get("args"):
        return [part | {"functionCall": begin}]
    leaves = list(_leaves(call["args"], "$"))
    if any(path is None for path, _ in leaves):
        return [part]
    pieces: list[Doc] = [part | {"functionCall": begin | {"willContinue": True}}]
    told = [{"jsonPath": path} | value for path, scalar in leaves for value in _values(draw, scalar)]
    for at, one in enumerate(told):
        call = {"partialArgs": [one]}
        if at < len(told) - 1 or not chance(draw, 3):
            call["willContinue"] = True
        pieces.append({"functionCall": call})
    if "willContinue" in pieces[-1]["functionCall"]:
        pieces.append({"functionCall": {}})
    return pieces


def _leaves(value: Any, path: str | None) -> Iterator[tuple[str | None, Any]]:
    """Every scalar with its JSONPath; None for what a path cannot say: odd keys, empty lists and objects."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path and key.isidentifier() else None)
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{at}]" if path else None)
    else:
        yield None if isinstance(value, dict | list) else path, value


_NESTED_ARGS = fresh({"a": "text", "b": {"c": [True, 1.0, None]}}, {"on": False, "rows": [{"n": 1}, {"n": 2}]})


def _values(draw: Draw, given: Any) -> list[Doc]:
    if isinstance(given, bool):
        return [{"boolValue": given}]
    if isinstance(given, int | float):
        return [{"numberValue": given}]
    if isinstance(given, str):
        pieces = split(draw, given, 3)
        return [{"stringValue": piece, "willContinue": True} for piece in pieces[:-1]] + [{"stringValue": pieces[-1]}]
    return [{"nullValue": "NULL_VALUE"}]


_PLACE = st.integers(0, 30)


def _ended(draw: Draw, habits: Doc, steps: list[Doc], ending_parts: list[Doc]) -> list[Doc]:
    reason = draw(p.FINISH)
    how: str = draw(_ENDINGS)
    if ending_parts or not steps or how != "on_last":
        step: Doc = {}
        if ending_parts or how == "empty_text":
            step["content"] = _content(habits, ending_parts or [{"text": ""}])
        elif how == "content_empty":
            step["content"] = {}
        elif how == "no_parts":
            step["content"] = {"role": "model"}
        elif how == "content_null":
            step["content"] = None
        steps.append(step)
    if "finish_everywhere" in habits:
        for step in steps:
            step["finishReason"] = reason
    steps[-1]["finishReason"] = reason
    extras: Doc = draw(_ON_LAST)
    steps[-1] |= extras
    if reason == "CONTINUATION":
        steps[-1]["continuationToken"] = draw(p.DATA)
    for step in steps[:-1]:
        if "grounding_empty" in habits:
            step["groundingMetadata"] = {}
        if "ratings_everywhere" in habits:
            step["safetyRatings"] = draw(p.RATINGS)
        if "citations_everywhere" in habits:
            step["citationMetadata"] = draw(p.CITATIONS)
    if "grounding_early" in habits:
        steps[0]["groundingMetadata"] = draw(p.GROUNDING)
    if "url_context_early" in habits:
        steps[0]["urlContextMetadata"] = draw(p.URL_CONTEXT)
    return steps


_ON_LAST = rec(p.ON_CANDIDATE, p=0.14)

# --- the whole stream ---------------------------------------------------------------------------------------


def _merge(draw: Draw, habits: Doc, scripts: list[list[Doc]]) -> list[list[Doc]]:
    """The candidates' steps in one order, each with its index; a group of steps goes into one chunk."""
    queues = [[step if "index_absent" in habits and not index else step | {"index": index} for step in script]
              for index, script in enumerate(scripts)]
    groups: list[list[Doc]] = []
    while waiting := [queue for queue in queues if queue]:
        if "together" in habits:
            groups.append([queue.pop(0) for queue in waiting])
            continue
        at = draw(_TURN) % len(waiting) if len(waiting) > 1 else 0
        groups.append([waiting[at].pop(0)])
    return groups


_TURN = st.integers(0, 5)
_COUNTS = ("candidatesTokenCount", "thoughtsTokenCount")


def _running(habits: Doc, counts: Doc, at: int, last: bool) -> Doc:
    """The counts so far: the prompt's from the beginning, the answer's as they grow."""
    if last:
        told = deepcopy(counts)
        if "usage_vanishes" in habits:
            for key in _COUNTS:
                told.pop(key, None)
        return told
    told = {key: deepcopy(value) for key, value in counts.items() if key.startswith(("prompt", "traffic", "service"))}
    if at or "usage_vanishes" in habits:
        told |= {key: min(at + 1, counts[key]) for key in _COUNTS if key in counts}
    told["totalTokenCount"] = sum(told.get(key, 0) for key in ("promptTokenCount", *_COUNTS))
    if "usage_total_null" in habits:
        told["totalTokenCount"] = None
    elif "usage_total_falls" in habits:
        told["totalTokenCount"] += 10**6
    return told


def _chunks(draw: Draw, habits: Doc, groups: list[list[Doc]]) -> list[Doc]:
    chunks: list[Doc] = [{"candidates": group} for group in groups]
    if "usage_only_chunk" in habits:
        chunks.append({})
    mode: str = draw(_USAGE_MODE)
    counts: Doc = draw(p.USAGE)
    identity, model = draw(p.RESPONSE_ID), draw(p.MODEL)
    for at, chunk in enumerate(chunks):
        last = at == len(chunks) - 1
        if (mode == "every") or (mode == "last" and last) or (mode == "late" and at) or (not chunk and mode != "none"):
            chunk["usageMetadata"] = _running(habits, counts, at, last)
        if "model_absent" not in habits:
            chunk["modelVersion"] = model
        if "create_time" in habits:
            chunk["createTime"] = habits["create_time"]
        if "id_absent" not in habits:
            chunk["responseId"] = f"{identity}{at}" if "id_moves" in habits else identity
        if "turn_token" in habits:
            chunk["turnToken"] = habits["turn_token"]
    if "model_status" in habits:
        chunks[-1]["modelStatus"] = deepcopy(habits["model_status"])
    if "feedback_first" in habits:
        chunks[0]["promptFeedback"] = deepcopy(habits["feedback_first"])
    return chunks


_N = words(1, 1, 1, 1, 1, 1, 1, 2, 3)
_PARTIAL = words(*[False] * 8, True)
_BLOCKED = words(*[False] * 14, True)
_BLOCKED_CHUNK = rec({"promptFeedback": p.BLOCKED, "usageMetadata?": rec({"promptTokenCount": c.COUNT,
                      "totalTokenCount": c.COUNT}), "modelVersion?": p.MODEL, "responseId?": p.RESPONSE_ID}, p=0.8)


@st.composite
def _streams(draw: Draw, cut: bool, fail: bool, partial: bool) -> list[Record]:
    habits: Doc = draw(_HABITS)
    if cut or fail:
        habits.pop("finish_everywhere", None)
    if partial and draw(_PARTIAL):
        habits["partial_args"] = True
    scripts = [_script(draw, habits) for _ in range(draw(_N))]
    chunks = _chunks(draw, habits, _merge(draw, habits, scripts))
    if cut or fail:
        ends = (any("finishReason" in one for one in chunk.get("candidates", ())) for chunk in chunks)
        finished = (at for at, end in enumerate(ends) if end)
        del chunks[draw(_PLACE) % (next(finished) + 1) :]
    elif draw(_BLOCKED):
        chunks = [draw(_BLOCKED_CHUNK)]
    records: list[Record] = [(None, chunk) for chunk in chunks]
    if fail:
        records.append((None, draw(_FAILURE)))
    return records


_FAILURE = rec({"error": rec({
    "code": words(429, 499, 500, 503), "message": choose((3, words("The model is overloaded.", "cancelled")), TEXT),
    "status": words("RESOURCE_EXHAUSTED", "CANCELLED", "INTERNAL", "UNAVAILABLE"),
    "details?": many(fresh({"@type": "type.googleapis.com/google.rpc.DebugInfo", "detail": "x"}), 0, 1)}, p=0.4)})


@cache
def streams(cut: bool = False, *, extras: bool = True, partial_args: bool = True) -> S:
    """Lists of SSE records that end properly: every candidate has a finish reason, or the prompt was blocked and there
    is none; with `cut=True` lists that stop before any candidate is finished, the empty list included.
    `partial_args=False`: no arguments in pieces."""
    strategy = p.nulled(_streams(cut, False, partial_args))
    return c.document(p.sprinkled(strategy) if extras else strategy)


@cache
def failing_streams(*, extras: bool = True, partial_args: bool = True) -> S:
    """Lists of SSE records that end in an error before any candidate is finished."""
    strategy = _streams(False, True, partial_args)
    return c.document(p.sprinkled(strategy) if extras else strategy)


# fmt: on


def array_bytes(records: Sequence[Record], *, ascii_only: bool = False, closed: bool = True) -> bytes:
    """The records as one JSON array, a chunk an element, spaced as the service does without `alt=sse`;
    `closed=False`: without the bracket at the end."""
    texts = [
        json.dumps(data, ensure_ascii=ascii_only, indent=2, allow_nan=False)
        for name, data in records
        if isinstance(data, dict) and name != COMMENT
    ]
    return ("[" + "\n,\r\n".join(texts) + ("\n]" if closed else "")).encode()
