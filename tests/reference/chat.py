"""A Chat Completions stream merged into one `chat.completion`, for the tests alone.

The rules: envelope, the first that is not empty; usage, per key the last that is not null; finish, the first;
texts and arguments in pieces, appended; calls in order of first appearance; what is unknown, blended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.reference.common import (
    Json,
    Leaf,
    Merged,
    blend,
    blend_into,
    blend_lists,
    copy,
    frames,
    held_at,
    leaves,
    repeated,
    template,
    values_by_place,
)

ENVELOPE = ("id", "created", "model", "system_fingerprint")
TRANSPORT = frozenset({"obfuscation", "p"})
TEXTS = ("content", "refusal", "reasoning_content", "reasoning", "reasoning_text")


def merge(data: bytes) -> Merged:
    """The whole stream as one document."""
    document: Json = {"id": None, "object": "chat.completion", "created": None, "model": None, "choices": []}
    choices: dict[int, _Choice] = {}
    kept: list[Json] = []
    error: Json | None = None
    usage: Json | None = None
    for event, frame in frames(data):
        if frame is None:
            error = error or {"message": "a frame that is no JSON object"}
            continue
        kept.append(frame)
        error = error or _error_of(event, frame)
        for key, value in frame.items():
            if key in TRANSPORT or key in ("object", "error"):
                continue
            if key == "choices":
                for number, choice in enumerate(value or []):
                    index = choice.get("index")
                    index = index if isinstance(index, int) else number
                    choices.setdefault(index, _Choice(index)).take(choice)
            elif key == "usage":
                if isinstance(value, dict):
                    usage = blend_into(usage or {}, value)
            elif key in ENVELOPE:
                if not document.get(key):
                    document[key] = value
            elif not repeated(document.get(key), value):
                document[key] = blend(document.get(key), value)
    second = document.get("x_groq")
    if usage is None and isinstance(second, dict) and isinstance(second.get("usage"), dict):
        usage = copy(second["usage"])
    if usage is not None:
        document["usage"] = usage
    document["choices"] = [choices[index].document() for index in sorted(choices)]
    complete = error is None and bool(choices) and all(one.finish for one in choices.values())
    return Merged(document, complete, error, kept)


def _error_of(event: str, frame: Json) -> Json | None:
    error = frame.get("error")
    if error:
        return error if isinstance(error, dict) else {"message": str(error)}
    if event == "error" or frame.get("object") == "error":
        return frame
    return None


class _Choice:
    def __init__(self, index: int) -> None:
        self.index = index
        self.finish: str | None = None
        self.extras: Json = {}
        self.logprobs: Any = None
        self.has_logprobs = False
        self.message: Json = {"role": None}
        self.calls: list[_Call] = []

    def take(self, choice: Json) -> None:
        for key, value in choice.items():
            if key in TRANSPORT or key == "index":
                continue
            if key == "delta":
                self._delta(value or {})
            elif key == "finish_reason":
                self.finish = self.finish or value
            elif key == "logprobs":
                self.has_logprobs = True
                self.logprobs = blend(self.logprobs, value)
            elif key == "message" and "delta" in choice:
                continue  # the same message so far, repeated beside the delta
            elif key == "text":
                self.extras[key] = _appended(self.extras.get(key), value)
            elif not repeated(self.extras.get(key), value):
                self.extras[key] = blend(self.extras.get(key), value)

    def _delta(self, delta: Json) -> None:
        for key, value in delta.items():
            if key == "role":
                self.message["role"] = self.message["role"] or value
            elif key in TEXTS:
                self.message[key] = _appended(self.message.get(key), value)
            elif key == "tool_calls":
                for entry in value or []:
                    self._call(entry)
            elif key == "function_call":
                self.message[key] = _function(self.message.get(key), value)
            elif key == "audio" and isinstance(value, dict):
                home = self.message.get(key) or {}
                for name, item in value.items():
                    piece = name in ("data", "transcript")
                    home[name] = (_appended if piece else blend)(home.get(name), item)
                self.message[key] = home
            elif key == "thinking_blocks" and isinstance(value, list):
                self.message[key] = _blocks(self.message.get(key) or [], value)
            else:
                self.message[key] = blend(self.message.get(key), value)

    def _call(self, entry: Json) -> None:
        index, identity = entry.get("index"), entry.get("id")
        function = entry.get("function") or entry.get("custom") or {}
        call: _Call | None
        if isinstance(index, int):
            call = next((one for one in reversed(self.calls) if one.index == index), None)
            if call is not None and identity and call.identity and identity != call.identity:
                call = None
        elif identity:
            call = next((one for one in self.calls if one.identity == identity), None)
        else:
            call = None if function.get("name") else (self.calls[-1] if self.calls else None)
        if call is None:
            call = _Call(index if isinstance(index, int) else None)
            self.calls.append(call)
        call.take(entry)

    def document(self) -> Json:
        message = dict(self.message)
        message.setdefault("content", None)
        if self.calls:
            message["tool_calls"] = [call.document for call in self.calls]
        whole: Json = {"index": self.index, "message": message, "finish_reason": self.finish}
        if self.has_logprobs:
            whole["logprobs"] = self.logprobs
        return {**whole, **self.extras}


class _Call:
    def __init__(self, index: int | None) -> None:
        self.index = index
        self.document: Json = {}

    @property
    def identity(self) -> str | None:
        found = self.document.get("id")
        return found if isinstance(found, str) and found else None

    def take(self, entry: Json) -> None:
        for key, value in entry.items():
            if key == "index":
                continue
            if key in ("id", "type"):
                self.document[key] = self.document.get(key) or value
            elif key in ("function", "custom"):
                self.document[key] = _function(self.document.get(key), value)
            else:
                self.document[key] = blend(self.document.get(key), value)


def _function(old: Any, new: Any) -> Any:
    if not isinstance(new, dict):
        return new if old is None else old
    home: Json = old if isinstance(old, dict) else {}
    for key, value in new.items():
        if key in ("arguments", "input"):
            home[key] = _appended(home.get(key), value)
        elif key == "name":
            home[key] = home.get(key) or value
        else:
            home[key] = blend(home.get(key), value)
    return home


def _blocks(home: list[Any], new: list[Any]) -> list[Any]:
    """LiteLLM: pieces of a thinking block have an empty signature, and its last piece has the signature."""
    for entry in new:
        last = home[-1] if home and isinstance(home[-1], dict) else {}
        if "index" in entry:
            home = blend_lists(home, [entry])
        elif last.get("type") == entry.get("type") == "thinking" and not last.get("signature") and "index" not in last:
            last["thinking"] += entry["thinking"]
            blend_into(last, {key: value for key, value in entry.items() if key != "thinking"})
        else:
            home.append(copy(entry))
    return home


def _appended(old: Any, new: Any) -> Any:
    """Texts appended; where one side is a list of parts, the whole becomes one."""
    if new is None:
        return old
    if old is None:
        return _parts([], new) if isinstance(new, list) else new
    if isinstance(old, str) and isinstance(new, str):
        return old + new
    return _parts(old if isinstance(old, list) else _parts([], old), new)


def _parts(home: list[Json], new: Any) -> list[Json]:
    entries = [{"type": "text", "text": new}] if isinstance(new, str) else new
    for entry in entries:
        if entry.get("type") == "text" and not entry.get("text"):
            continue
        last = home[-1] if home else {}
        if not home or last.get("type") != entry.get("type"):
            home.append(copy(entry))
        elif entry.get("type") == "text":
            last["text"] += entry["text"]
            blend_into(last, {key: value for key, value in entry.items() if key not in ("type", "text")})
        elif entry.get("type") == "thinking":
            last["thinking"] = _parts(last["thinking"], entry.get("thinking") or [])
            blend_into(last, {key: value for key, value in entry.items() if key != "thinking"})
        else:
            home.append(copy(entry))
    return home


def leaves_of(given: Iterable[Json]) -> Iterator[Leaf]:
    """Every leaf of every frame that is neither empty nor transport; `delta` is spelt `message`."""
    for frame in given:
        shown = {key: value for key, value in frame.items() if key not in TRANSPORT and key != "choices"}
        yield from leaves(shown)
        for number, choice in enumerate(frame.get("choices") or []):
            for key, value in choice.items():
                if key in TRANSPORT or (key == "message" and "delta" in choice):
                    continue
                yield from leaves(value, ("choices", number, "message" if key == "delta" else key))


# Leaves that place a piece in the whole and are no part of it.
PLACES = frozenset({("object",), ("choices", "index"), ("choices", "message", "tool_calls", "index")})
_SINGLE = frozenset({"choices"})
_PIECES = frozenset({*TEXTS, "arguments", "input", "transcript", "data", "text", "summary"})


def unaccounted(given: Iterable[Json], document: Json) -> list[Leaf]:
    """Leaves of the frames that the document neither holds nor has replaced by a later or earlier value."""
    held = values_by_place(leaves(document))
    missing = []
    for path, value in leaves_of(given):
        place = template(path)
        if place in PLACES or place[:1] == ("error",):
            continue
        values = held.get(place, [])
        replaced = bool(values) and _is_single(path) and place[-1] not in _PIECES
        if not replaced and not held_at(values, value) and not _in_parts(place, held, value):
            missing.append((path, value))
    return missing


def _is_single(path: tuple[str | int, ...]) -> bool:
    """A scalar of the response, a choice or a message: one of several values wins there."""
    lists = [path[at - 1] for at, step in enumerate(path) if isinstance(step, int)]
    return all(name in _SINGLE for name in lists)


def _in_parts(place: tuple[str, ...], held: dict[tuple[str, ...], list[Any]], value: Any) -> bool:
    """A text delta of a message whose content was merged into a list of parts."""
    return place[-1] == "content" and held_at(held.get((*place, "text"), []), value)
