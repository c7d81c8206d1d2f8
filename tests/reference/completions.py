"""A legacy Completions stream merged into one `text_completion`, for the tests alone.

The rules: envelope, the first that is not empty; usage, per key the last that is not null; finish, the first;
texts appended; log probabilities column by column; what is unknown, blended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.reference.common import (
    Json,
    Leaf,
    Merged,
    blend,
    blend_into,
    frames,
    held_at,
    leaves,
    repeated,
    template,
    values_by_place,
)

ENVELOPE = ("id", "created", "model", "system_fingerprint", "service_tier")
TRANSPORT = frozenset({"obfuscation"})


def merge(data: bytes) -> Merged:
    """The whole stream as one document."""
    document: Json = {"id": None, "object": "text_completion", "created": None, "model": None, "choices": []}
    choices: dict[int, Json] = {}
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
                for choice in value or []:
                    _take(choices, choice)
            elif key == "usage":
                if isinstance(value, dict):
                    usage = blend_into(usage or {}, value)
            elif key in ENVELOPE:
                if not document.get(key):
                    document[key] = value
            elif not repeated(document.get(key), value):
                document[key] = blend(document.get(key), value)
    if usage is not None:
        document["usage"] = usage
    document["choices"] = [choices[index] for index in sorted(choices)]
    complete = error is None and bool(choices) and all(one["finish_reason"] for one in choices.values())
    return Merged(document, complete, error, kept)


def _error_of(event: str, frame: Json) -> Json | None:
    error = frame.get("error")
    if error:
        return error if isinstance(error, dict) else {"message": str(error)}
    if event == "error" or frame.get("object") == "error":
        return frame
    return None


def _take(choices: dict[int, Json], choice: Json) -> None:
    index = choice.get("index", 0)
    home = choices.setdefault(index, {"text": "", "index": index, "logprobs": None, "finish_reason": None})
    for key, value in choice.items():
        if key == "text":
            home["text"] += value or ""
        elif key == "finish_reason":
            home[key] = home[key] or value
        elif key == "logprobs" and isinstance(value, dict):
            columns = home[key] or {}
            if columns.get("tokens") and value.get("tokens"):
                # A column that one of the two has not is null at each of its tokens.
                for name in {n for one in (columns, value) for n, column in one.items() if isinstance(column, list)}:
                    for one in (columns, value):
                        one[name] = [None] * len(one["tokens"]) if one.get(name) is None else one[name]
            for name, column in value.items():
                if isinstance(column, list) and isinstance(columns.get(name), list):
                    columns[name] = columns[name] + column
                else:
                    columns[name] = blend(columns.get(name), column)
            home[key] = columns
        elif key not in ("index", "logprobs") and key not in TRANSPORT and not repeated(home.get(key), value):
            home[key] = blend(home.get(key), value)


def leaves_of(given: Iterable[Json]) -> Iterator[Leaf]:
    """Every leaf of every frame that is neither empty nor transport."""
    for frame in given:
        yield from leaves({key: value for key, value in frame.items() if key not in TRANSPORT and key != "choices"})
        for number, choice in enumerate(frame.get("choices") or []):
            for key, value in choice.items():
                if key not in TRANSPORT:
                    yield from leaves(value, ("choices", number, key))


# Leaves that place a piece in the whole and are no part of it.
PLACES = frozenset({("object",), ("choices", "index")})


def unaccounted(given: Iterable[Json], document: Json) -> list[Leaf]:
    """Leaves of the frames that the document neither holds nor has replaced by a later or earlier value."""
    held = values_by_place(leaves(document))
    there = set(_places(document))
    missing = []
    for path, value in leaves_of(given):
        place = template(path)
        if place in PLACES or place[:1] == ("error",):
            continue
        lists = [path[at - 1] for at, step in enumerate(path) if isinstance(step, int)]
        single = all(name == "choices" for name in lists)  # of several values one wins there
        above = any(place[:n] in held for n in range(1, len(place)))  # a scalar where an object was
        replaced = single and place[-1] != "text" and (place in there or above)
        if not replaced and not held_at(held.get(place, []), value):
            missing.append((path, value))
    return missing


def _places(value: object, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every place of a document, objects and lists included."""
    yield place
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*place, key))
    elif isinstance(value, list):
        for item in value:
            yield from _places(item, place)
