"""What both merges share: an SSE splitter, the blend of unknown values, leaves. No library code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]
Leaf = tuple[Path, Any]

# In a list entry that comes in pieces under one `index`, these are text to append; the rest is replaced.
PIECES = frozenset({"text", "summary", "data", "thinking"})


@dataclass(slots=True)
class Merged:
    """A stream as one document. `raw_inputs`: position of a block -> its argument text as it came."""

    document: Json
    complete: bool
    error: Json | None
    frames: list[Json]
    raw_inputs: dict[int, str] = field(default_factory=dict)


def lines_of(data: bytes) -> list[str]:
    """SSE lines: CRLF, LF or CR end them, and nothing else does."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def records(data: bytes) -> Iterator[tuple[str, str]]:
    """(event name, data) of every record; a last one without its blank line counts."""
    event = ""
    collected: list[str] = []
    for line in [*lines_of(data), ""]:
        if line == "":
            if collected:
                yield event, "\n".join(collected)
            event, collected = "", []
            continue
        name, colon, value = line.partition(":")
        value = value.removeprefix(" ") if colon else ""
        if name == "data":
            collected.append(value)
        elif name == "event":
            event = value


def frames(data: bytes) -> Iterator[tuple[str, Json | None]]:
    """(event name, JSON object), None in place of data that is no JSON object; `[DONE]` is passed over."""
    for event, text in records(data):
        if not text.strip() or text.lstrip().startswith("[DONE]"):
            continue
        try:
            value = json.loads(text)
        except ValueError:
            yield event, None
            continue
        yield event, value if isinstance(value, dict) else None


def copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy(item) for item in value]
    return value


def empty(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, dict)) and not value)


def blend(old: Any, new: Any) -> Any:
    """Objects key by key, lists one after the other, scalars: the last that is not empty."""
    if empty(new):
        return new if old is None else old
    if isinstance(old, dict) and isinstance(new, dict):
        return blend_into(old, new)
    if isinstance(old, list) and isinstance(new, list):
        return blend_lists(old, new)
    return copy(new)


def blend_into(old: Json, new: Json) -> Json:
    for key, value in new.items():
        old[key] = blend(old.get(key), value)
    return old


def _same_entry(old: Any, new: Json) -> bool:
    """Pieces of one entry share `index`, and neither contradicts the other's type or id."""
    if not isinstance(old, dict) or old.get("index") != new["index"]:
        return False
    return all(empty(old.get(key)) or empty(new.get(key)) or old[key] == new[key] for key in ("type", "id"))


def blend_lists(old: list[Any], new: list[Any]) -> list[Any]:
    for entry in new:
        index = entry.get("index") if isinstance(entry, dict) else None
        if not isinstance(index, int) or isinstance(index, bool):
            old.append(copy(entry))
            continue
        home = next((one for one in old if _same_entry(one, entry)), None)
        if home is None:
            old.append(copy(entry))
            continue
        for key, value in entry.items():
            if key in PIECES and isinstance(value, str) and isinstance(home.get(key), str):
                home[key] += value
            else:
                home[key] = blend(home.get(key), value)
    return old


def repeated(old: Any, new: Any) -> bool:
    """A list that a provider sends whole, again and again (citations, say)."""
    return isinstance(old, list) and isinstance(new, list) and old == new


def prune(value: Any) -> Any:
    """The value without its nulls, empty texts, lists and objects, for comparisons modulo empties."""
    if isinstance(value, dict):
        pruned = {key: prune(item) for key, item in value.items()}
        return {key: item for key, item in pruned.items() if not empty(item)}
    if isinstance(value, list):
        return [prune(item) for item in value]
    return value


def leaves(value: Any, path: Path = ()) -> Iterator[Leaf]:
    """Every scalar that is not empty, with its place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    elif not empty(value):
        yield path, value


def template(path: Path) -> tuple[str, ...]:
    """The path without its list positions."""
    return tuple(step for step in path if isinstance(step, str))


def same(left: Any, right: Any) -> bool:
    """JSON equality with int, float and bool kept apart."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(item, right[key]) for key, item in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and bool(left == right)


def values_by_place(places: Iterable[Leaf]) -> dict[tuple[str, ...], list[Any]]:
    held: dict[tuple[str, ...], list[Any]] = {}
    for path, value in places:
        held.setdefault(template(path), []).append(value)
    return held


def held_at(values: list[Any], value: Any) -> bool:
    """The value itself, or a text that it is a piece of, is among these."""
    if isinstance(value, str):
        return any(isinstance(one, str) and value in one for one in values)
    return any(same(one, value) for one in values)
