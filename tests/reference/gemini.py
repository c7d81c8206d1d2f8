"""A Gemini stream merged into one GenerateContentResponse, for the tests alone, and what such documents say.

The rules: envelope, the first that is not empty; usage, per key the last that is not null; finish, the first, and
nothing closes before the end of input; parts in order, adjacent texts of one kind joined unless one of them is signed;
arguments in pieces put together by their paths; what is unknown, blended. The chunks come as SSE records or as the
elements of one JSON array; an error may also stand between the records as plain JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.reference.common import (
    Json,
    Leaf,
    Merged,
    blend,
    copy,
    empty,
    held_at,
    leaves,
    lines_of,
    same,
    template,
    values_by_place,
)

ENVELOPE = ("responseId", "modelVersion", "createTime")
_DECODER = json.JSONDecoder()


# --- frames -------------------------------------------------------------------------------------------------


def frames(data: bytes) -> Iterator[Json | None]:
    """The chunks of a stream in either form; None for what is no JSON object."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    yield from _of_array(text.lstrip()[1:]) if text.lstrip()[:1] == "[" else _of_sse(data)


def _of_array(rest: str) -> Iterator[Json | None]:
    """Element by element, so that an array that was cut off still gives what came before."""
    while rest := rest.lstrip(" \t\r\n,"):
        if rest[0] == "]":
            return
        try:
            value, end = _DECODER.raw_decode(rest)
        except ValueError:
            yield None
            return
        yield value if isinstance(value, dict) else None
        rest = rest[end:]


def _of_sse(data: bytes) -> Iterator[Json | None]:
    collected: list[str] = []
    stray: list[str] = []
    for line in [*lines_of(data), ""]:
        name, colon, value = line.partition(":")
        if name == "data" and colon:
            collected.append(value.removeprefix(" "))
        elif line == "":
            if collected and "\n".join(collected).strip() not in ("", "[DONE]"):
                yield _object("\n".join(collected))
            collected = []
        elif line[:1] in " \t{}[]":
            stray.append(line)
    if stray:
        yield _object("\n".join(stray))


def _object(text: str) -> Json | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


# --- the merge ----------------------------------------------------------------------------------------------


def merge(data: bytes) -> Merged:
    """The whole stream as one document."""
    document: Json = {}
    candidates: dict[int, _Candidate] = {}
    kept: list[Json] = []
    error: Json | None = None
    for frame in frames(data):
        if frame is None:
            error = error or {"message": "a frame that is no JSON object"}
            continue
        kept.append(frame)
        if frame.get("error"):
            found = frame["error"]
            error = error or (found if isinstance(found, dict) else {"message": str(found)})
        for key, value in frame.items():
            if key == "error":
                continue
            if key == "candidates":
                document.setdefault(key, [])
                for candidate in value or []:
                    index = candidate.get("index") or 0
                    candidates.setdefault(index, _Candidate()).take(candidate)
            elif key == "usageMetadata":
                document[key] = _counted(document.get(key), value)
            elif key in ENVELOPE:
                document[key] = document.get(key) or value
            else:
                document[key] = _gathered(document.get(key), value)
    if candidates:
        document["candidates"] = [candidates[index].document() for index in sorted(candidates)]
    finished = bool(candidates) and all(one.finish for one in candidates.values())
    feedback = document.get("promptFeedback") or {}
    blocked = not candidates and bool(feedback.get("blockReason") or feedback.get("blockReasonMessage"))
    return Merged(document, error is None and (finished or blocked), error, kept)


def _counted(old: Any, new: Any) -> Any:
    """Per key the last that is not null: what a later chunk leaves out stays."""
    if not isinstance(new, dict):
        return new if old is None else old
    home: Json = dict(old) if isinstance(old, dict) else {}
    for key, value in new.items():
        if value is not None or key not in home:
            home[key] = copy(value)
    return home


def _gathered(old: Any, new: Any) -> Any:
    """Objects key by key; a list that grows or is repeated is taken as it is, others one after the other."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: _gathered(old.get(key), value) for key, value in new.items()}
    if isinstance(old, list) and isinstance(new, list) and new:
        if same(old, new[: len(old)]):
            return copy(new)
        return old if same(new, old[-len(new) :]) else old + copy(new)
    return blend(old, new)


def _rated(old: Any, new: Any) -> Any:
    """Safety ratings: of each category the last."""
    if not isinstance(old, list) or not isinstance(new, list):
        return blend(old, new)
    told = [one.get("category") for one in new]
    return [one for one in old if one.get("category") not in told] + copy(new)


class _Candidate:
    def __init__(self) -> None:
        self.rest: Json = {}
        self.content: Any = None
        self.parts: list[Json] = []
        self.open: _Call | None = None

    @property
    def finish(self) -> Any:
        return self.rest.get("finishReason")

    def take(self, candidate: Json) -> None:
        for key, value in candidate.items():
            if key == "content":
                self._content(value)
            elif key in ("finishReason", "index"):
                self.rest[key] = self.rest.get(key) or value
            elif key == "safetyRatings":
                self.rest[key] = _rated(self.rest.get(key), value)
            else:
                self.rest[key] = _gathered(self.rest.get(key), value)

    def _content(self, content: Any) -> None:
        if not isinstance(content, dict):
            self.content = content if self.content is None else self.content
            self.rest.setdefault("content", None)
            return
        self.rest["content"] = {}
        home: Json = self.content if isinstance(self.content, dict) else {}
        for key, value in content.items():
            if key == "parts":
                home["parts"] = None
                for part in value or []:
                    self._part(part)
            elif key == "role":
                home["role"] = home.get("role") or value
            else:
                home[key] = _gathered(home.get(key), value)
        self.content = home

    def _part(self, part: Json) -> None:
        call = part.get("functionCall")
        if isinstance(call, dict):
            if self.open is not None and not call.get("name"):
                self.open.take(part)
            else:
                self.open = _Call(part)
                self.parts.append(self.open.document)
            if not call.get("willContinue"):
                self.open = None
            return
        last = self.parts[-1] if self.parts else {}
        if _joins(last, part):
            last["text"] += part["text"]
            for key, value in part.items():
                if key != "text":
                    last[key] = blend(last.get(key), value)
        else:
            self.parts.append(copy(part))

    def document(self) -> Json:
        whole = dict(self.rest)
        if "content" in whole:
            whole["content"] = self.content
            if isinstance(self.content, dict) and "parts" in self.content:
                whole["content"] = {**self.content, "parts": self.parts}
        return whole


def _joins(last: Json, part: Json) -> bool:
    """Both are texts, both or neither of them thoughts, and neither is signed."""
    if not isinstance(last.get("text"), str) or not isinstance(part.get("text"), str):
        return False
    if last.get("thoughtSignature") or part.get("thoughtSignature"):
        return False
    return bool(last.get("thought")) is bool(part.get("thought"))


_GIVEN = ("stringValue", "numberValue", "boolValue")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\['([^']*)'\]")


class _Call:
    """A call whose arguments may come in pieces, each with the path of the value that it is or goes on with."""

    def __init__(self, part: Json) -> None:
        self.document: Json = {}
        self.growing: str | None = None
        self.take(part)

    def take(self, part: Json) -> None:
        for key, value in part.items():
            if key != "functionCall":
                self.document[key] = blend(self.document.get(key), value)
        home: Json = self.document.setdefault("functionCall", {})
        for key, value in part["functionCall"].items():
            if key == "partialArgs":
                for piece in value or []:
                    self._piece(home, piece)
            elif key != "willContinue":
                home[key] = blend(home.get(key), value)

    def _piece(self, home: Json, piece: Json) -> None:
        path = piece.get("jsonPath") or "$"
        steps: list[str | int] = [int(at) if at else name or quoted for name, at, quoted in _STEP.findall(path[1:])]
        given = next((piece[key] for key in _GIVEN if key in piece), None)
        holder: Any = home
        key: str | int = "args"
        for step in steps:
            inner = _held(holder, key)
            if not isinstance(inner, dict | list):
                inner = [] if isinstance(step, int) else {}
                _put(holder, key, inner)
            holder, key = inner, step
        old = _held(holder, key)
        if self.growing == path and isinstance(old, str) and isinstance(given, str):
            given = old + given
        _put(holder, key, given)
        self.growing = path if piece.get("willContinue") else None


def _held(holder: Any, key: str | int) -> Any:
    if isinstance(holder, list):
        return holder[key] if isinstance(key, int) and key < len(holder) else None
    return holder.get(key)


def _put(holder: Any, key: str | int, value: Any) -> None:
    if isinstance(holder, list) and isinstance(key, int):
        holder.extend([None] * (key + 1 - len(holder)))
    holder[key] = value


# --- what the frames hold and the document does not ---------------------------------------------------------


def leaves_of(given: Iterable[Json]) -> Iterator[Leaf]:
    """Every leaf of every frame that is neither empty nor an error's."""
    for frame in given:
        yield from leaves({key: value for key, value in frame.items() if key != "error"})


_ARGS = ("candidates", "content", "parts", "functionCall", "args")
_PIECES = ("candidates", "content", "parts", "functionCall", "partialArgs")
_SINGLE = frozenset({"candidates"})
_OF_PIECES = ((4, ((), ("text",), ("thoughtSignature",), ("functionCall",))), (5, ((), ("args",))))
# Lists of which a later one takes the place of an earlier one.
_LATEST = (("usageMetadata",), ("candidates", "safetyRatings"))


def unaccounted(given: Iterable[Json], document: Json) -> list[Leaf]:
    """Leaves of the frames that the document neither holds nor has replaced by a later or earlier value."""
    held = values_by_place(leaves(document))
    missing = []
    for path, value in leaves_of(given):
        place = template(path)
        if place[-1] in ("willContinue", "jsonPath") and place[:4] == _ARGS[:4]:
            continue
        if place[: len(_PIECES)] == _PIECES:
            values = [one for at, found in held.items() if at[: len(_ARGS)] == _ARGS for one in found]
            if place[-1] in _GIVEN and not held_at(values, value):
                missing.append((path, value))
            continue
        values = held.get(place, [])
        lists = [path[at - 1] for at, step in enumerate(path) if isinstance(step, int)]
        there = _any_below(held, place) or any(held.get(place[:end]) for end in range(1, len(place)))
        single = there and all(name in _SINGLE for name in lists)
        replaced = single or any(place[: len(one)] == one and _any_below(held, one) for one in _LATEST)
        for depth, own in _OF_PIECES:  # where pieces are put together, the last word on other keys counts
            if place[: depth - 1] == _ARGS[: depth - 1] and place[depth - 1 : depth] not in own:
                replaced = replaced or _any_below(held, place[:depth])
        if not replaced and not held_at(values, value):
            missing.append((path, value))
    return missing


def _any_below(held: dict[tuple[str, ...], list[Any]], place: tuple[str, ...]) -> bool:
    return any(at[: len(place)] == place for at in held)


# --- what a document says -----------------------------------------------------------------------------------


def said(body: Any, kind: str) -> Iterator[tuple[str, str]]:
    """(what kind of thing, how it reads) for a request or response; see `tests.reference.said`.

    Thoughts are left out; of several candidates the first counts; both casings are read. A result that is one text
    under `output` or `error` is that text, any other its JSON.
    """
    for tool in _list(_get(body, "tools")):
        for function in _list(_get(tool, "functionDeclarations")):
            yield "tool", function.get("name") or ""
    if kind == "request":
        yield from _said_of_parts(_get(body, "systemInstruction"))
        for content in _list(_get(body, "contents")):
            yield from _said_of_parts(content)
    else:
        for candidate in _list(_get(body, "candidates"))[:1]:
            yield from _said_of_parts(_get(candidate, "content"))


def _said_of_parts(content: Any) -> Iterator[tuple[str, str]]:
    for part in _list(_get(content, "parts")):
        call, answer = _get(part, "functionCall"), _get(part, "functionResponse")
        if isinstance(part.get("text"), str) and not part.get("thought"):
            yield "text", part["text"]
        if isinstance(call, dict):
            yield "id", call.get("id") or ""
            yield "name", call.get("name") or ""
            yield "arguments", json.dumps(call["args"], sort_keys=True) if not empty(call.get("args")) else ""
        if isinstance(answer, dict):
            yield "id", answer.get("id") or ""
            yield "result", _result(answer.get("response"))


def _result(response: Any) -> str:
    if isinstance(response, dict) and len(response) == 1:
        (key, value), *_ = response.items()
        if key in ("output", "error") and isinstance(value, str):
            return value
    return json.dumps(response, sort_keys=True) if not empty(response) else ""


def _list(value: Any) -> list[Any]:
    """A list, or the bare object that may stand for a list of one."""
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []


def _get(holder: Any, key: str) -> Any:
    """The field under its name in either casing."""
    if not isinstance(holder, dict):
        return None
    if key in holder:
        return holder[key]
    return holder.get(re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), key))
