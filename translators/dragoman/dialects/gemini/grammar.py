"""Gemini: the grammar of the stream. Whole chunks whose parts are appended; the end of the input ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...rules import (
    COMMON,
    SAME,
    Breaks,
    Constant,
    Finding,
    Grammar,
    Rule,
    Seen,
    Step,
    Table,
    Watch,
    inside,
    objects,
    whole,
)
from .casing import camel
from .read import is_blocked
from .words import PART_SHAPE, RESPONSE_SHAPE

TABLES = {
    "stream": Table(
        {
            "before": {"chunk": "open", "idle": SAME, "blocked": "blocked", "error": "failed"},
            "open": {"chunk": SAME, "idle": SAME, "blocked": SAME, "error": "failed"},
            "blocked": {"idle": SAME, "error": "failed"},
            "failed": {},
        },
        rule="stream.order",
        left={"before": "stream.begun"},
    ),
    "candidate": Table(
        {
            "absent": {"idle": SAME, "piece": "begun", "finish": "finished"},
            "begun": {"idle": SAME, "piece": SAME, "finish": "finished"},
            "finished": {"idle": SAME, "piece": Breaks("finish.last"), "finish": Breaks("finish.once")},
        },
        left={"begun": "candidate.finished"},
        dense="candidate.index",
    ),
    # Only Vertex sends calls in pieces; one at a time in a candidate, and the next call ends it too.
    "call": Table(
        {
            "none": {"call": SAME, "begin": "open"},
            "open": {"call": "none", "begin": SAME, "piece": SAME, "last piece": "none", "no name": "none"},
        },
        rule="call.opened",
    ),
    "code": Table(
        {
            "none": {"code": "ran", "result": Breaks("code.result")},
            "ran": {"code": SAME, "result": "none"},
        },
        rule="code.result",
    ),
}


def _body(seen: Seen) -> dict[str, Any]:
    """The chunk with its keys in camelCase: both spellings are known."""
    return inside(camel(seen.data, RESPONSE_SHAPE)[0])


def steps(seen: Seen) -> Iterator[Step]:
    """What one chunk says of the stream, of its candidates and of what their parts belong to."""
    body = _body(seen)
    if body.get("error"):
        yield Step("stream", (), "error", "/error")
        return
    candidates = list(objects(body.get("candidates")))
    yield Step("stream", (), "chunk" if candidates else "blocked" if is_blocked(body) else "idle")
    for i, candidate in candidates:
        at = f"/candidates/{i}"
        key = (whole(candidate.get("index")) or 0,)  # "proto3 JSON": an index of 0 is left out
        parts = _parts(candidate)
        if any(part != {"text": ""} for _, part in parts):
            yield Step("candidate", key, "piece", f"{at}/content/parts")
        for j, part in parts:
            place = f"{at}/content/parts/{j}"
            if "functionCall" in part:
                yield Step("call", key, _call(inside(part["functionCall"])), f"{place}/functionCall")
            elif "executableCode" in part:
                yield Step("code", key, "code", f"{place}/executableCode")
            elif "codeExecutionResult" in part:
                yield Step("code", key, "result", f"{place}/codeExecutionResult")
        if candidate.get("finishReason"):
            yield Step("candidate", key, "finish", f"{at}/finishReason")
        elif not parts:
            yield Step("candidate", key, "idle", at)


def _parts(candidate: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    parts = objects(inside(candidate.get("content")).get("parts"))
    return [(j, inside(camel(part, PART_SHAPE)[0])) for j, part in parts]


def _call(call: dict[str, Any]) -> str:
    """A whole call, the begin of one in pieces, a piece, the last piece, or nothing, which ends one."""
    more = call.get("willContinue") is True
    if call.get("name"):
        return "begin" if more else "call"
    if "partialArgs" in call:
        return "piece" if more else "last piece"
    return "piece" if more else "no name"


class Unnamed(Watch):
    """Records have no SSE name."""

    def see(self, seen: Seen) -> Iterator[Finding]:
        if seen.event is not None:
            yield Finding("", "no name", "a name")


class ErrorFirst(Watch):
    """In an error `error` is the first key."""

    def see(self, seen: Seen) -> Iterator[Finding]:
        if seen.data.get("error") and next(iter(seen.data)) != "error":
            yield Finding("/error", "the first key", "a later one")


class Nothing(Watch):
    """No part is empty."""

    def see(self, seen: Seen) -> Iterator[Finding]:
        for i, candidate in objects(_body(seen).get("candidates")):
            for j, part in _parts(candidate):
                if not part:
                    yield Finding(f"/candidates/{i}/content/parts/{j}", "a part", "an empty object")


def _envelope(seen: Seen) -> dict[str, Any]:
    body = _body(seen)
    return {f"/{key}": body[key] for key in ("responseId", "modelVersion") if key in body}


RULES = (
    *COMMON,
    Rule(
        "frame.plain",
        "records have data and nothing else: no names, no comments",
        'spec/GEMINI.md 4.1: "`event:` / `id:` / `: comment` lines: UnknownApiResponseError"',
        watch=Unnamed,
    ),
    Rule(
        "stream.order",
        "a prompt that was blocked has no answer, and nothing follows an error",
        'spec/GEMINI.md 4: "Blocked prompt: a single chunk with promptFeedback and no candidates"',
    ),
    Rule(
        "stream.begun",
        "a stream has a candidate, a prompt that was blocked, or an error",
        'spec/GEMINI.md 4: "Grammar per candidate: … last chunk carries finishReason"',
    ),
    Rule(
        "error.first",
        "in an error `error` is the first key",
        'spec/GEMINI.md 4.1: "chunk whose FIRST key is "error": raises …; other first key: error silently ignored"',
        watch=ErrorFirst,
    ),
    Rule(
        "envelope.constant",
        "`responseId` and `modelVersion` are the same in all chunks that have them",
        'spec/GEMINI.md 4: "responseId/modelVersion/usageMetadata repeat in every chunk"',
        watch=lambda: Constant(_envelope),
    ),
    Rule(
        "candidate.finished",
        "every candidate has a finish reason, unless an error came",
        'spec/GEMINI.md 4: "last chunk carries finishReason"',
    ),
    Rule(
        "candidate.index",
        "candidates are numbered 0, 1, 2 in the order in which they begin",
        'spec/GEMINI.md 2.2: "candidateCount 1..8"; 1: an index of 0 is left out',
        "should",
    ),
    Rule(
        "finish.once",
        "a candidate finishes once",
        'spec/GEMINI.md 4: "last chunk carries finishReason"; spec/TRAFFIC.md 8: several times in 6 recorded',
        "should",
    ),
    Rule(
        "finish.last",
        "a candidate says nothing behind its finish",
        'spec/GEMINI.md 4: "last chunk carries finishReason"; spec/TRAFFIC.md 8: content behind it in 6 recorded',
        "should",
    ),
    Rule(
        "part.some",
        "no part is empty",
        'spec/GEMINI.md 4.1: "part == Part() (all-empty part) marks the turn invalid"',
        watch=Nothing,
    ),
    Rule(
        "call.opened",
        "pieces of arguments belong to a call that was begun with its name and goes on",
        'spec/GEMINI.md 4: "`{functionCall:{name,id?,willContinue:true}}` -> `{functionCall:{partialArgs:[…]}}`*"',
    ),
    Rule(
        "code.result",
        "the result of code follows code",
        'spec/GEMINI.md 4: "executableCode codeExecutionResult"',
    ),
)
GRAMMAR = Grammar(TABLES, RULES, steps, failed=("failed",), comments="frame.plain", array=True)
