"""Odd values where they mean something: in texts, arguments, schemas and counts that every dialect has a place for.

`odd` puts them under keys that no dialect knows, which go nowhere. Those here have to arrive, each as the value it is,
or be told. They are the values of `odd.VALUES`.

How to extend.  A key in `SCHEMAS` or `SETTINGS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st

from dragoman.jsontext import escape

from . import common, odd
from .common import Doc, Draw, S

NUMBERS = [name for name, text in odd.VALUES.items() if type(json.loads(text)) in (int, float)]
INTEGERS = [name for name in NUMBERS if type(json.loads(odd.VALUES[name])) is int]
SCHEMAS = frozenset({"parameters", "input_schema", "schema", "parametersJsonSchema", "responseJsonSchema"})
SETTINGS: dict[str, tuple[str, ...]] = {
    "openai-chat": ("n", "seed", "max_completion_tokens", "temperature"),
    "claude-thinking": ("n", "seed", "max_tokens", "temperature"),
    "openai-responses": ("max_output_tokens", "top_logprobs", "temperature"),
    "anthropic-messages": ("max_tokens", "top_k", "temperature"),
    "openai-completions": ("n", "seed", "max_tokens", "temperature"),
    "gemini": ("candidateCount", "seed", "maxOutputTokens", "topK"),
}
# "int64 as string or number": in JSON of Protocol Buffers 1.0 is a spelling of the integer 1, and goes out as that.
WHOLE = frozenset({"candidateCount", "seed", "maxOutputTokens", "topK"})
# What of an answer is said: the rest of one of Responses is the request once more.
SAID = ("choices", "content", "output", "candidates")
# Texts that another field of the same message says as well.
TWINS = ("/reasoning_details/", "/thinking_blocks/")
WHERE = ("text", "arguments", "schema", "setting")


class Odd(NamedTuple):
    """One value: its name, where it was put (`WHERE`), its place in the document, and what it is."""

    name: str
    where: str
    at: str
    value: Any


class Placed(NamedTuple):
    """Bytes, what they say, and the odd values in them."""

    text: bytes
    value: Any
    odd: tuple[Odd, ...]


def _nodes(value: Any, at: str = "") -> Iterator[tuple[str, Doc]]:
    """The objects of a document that belong to the dialect, and schemas, with their places."""
    if isinstance(value, dict):
        yield at, value
        for key, inner in value.items():
            if key not in common.FREE_FORM and not ("name" in value and key == "input"):
                yield from _nodes(inner, f"{at}/{escape(key)}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _nodes(inner, f"{at}/{i}")


def _open(dialect: str, body: Any, request: bool) -> dict[str, list[tuple[str, Doc, str]]]:
    """What of a document takes an odd value: where -> (place of the object, object, key)."""
    out: dict[str, list[tuple[str, Doc, str]]] = {where: [] for where in WHERE}
    for at, node in _nodes(body if request else {key: body[key] for key in SAID if key in body}):
        if any(twin in at for twin in TWINS):
            continue
        for key, value in node.items():
            if key in odd.PLACES and type(value) is str:
                out["text"].append((at, node, key))
            elif (key == "arguments" and type(value) is str and _object(value)) or (
                type(value) is dict and "name" in node and key in ("args", "input")
            ):
                out["arguments"].append((at, node, key))
            elif key in SCHEMAS and type(value) is dict and str(value.get("type")).lower() == "object":
                out["schema"].append((at, node, key))
    if request:
        name = next((key for key in ("generationConfig", "generation_config") if body.get(key)), "generationConfig")
        held, place = body, ""
        if dialect == "gemini":
            held, place = body.get(name) or {}, f"/{name}"
            body[name] = held
        spelt = {re.sub("_(.)", lambda found: found[1].upper(), key) for key in held}
        out["setting"] = [(place, held, key) for key in SETTINGS.get(dialect, ()) if key in held or key not in spelt]
    return out


def _object(text: str) -> bool:
    try:
        return type(json.loads(text)) is dict
    except ValueError:
        return False


@st.composite
def _placed(draw: Draw, document: S, dialect: str, kind: str) -> Placed:
    body = draw(document)
    marks: dict[str, str] = {}
    found: list[Odd] = []
    places = _open(dialect, body, kind == "request")
    for i in range(draw(st.integers(1, 3))):
        where = draw(st.sampled_from([where for where in WHERE if places[where]] or ["text"]))
        if not places[where]:
            break
        at, node, key = places[where].pop(draw(st.integers(0, 127)) % len(places[where]))
        numbers = where == "setting" or (where != "text" and draw(st.booleans()))
        fitting = odd.TEXTS if not numbers else INTEGERS if where == "setting" and key in WHOLE else NUMBERS
        name = draw(st.sampled_from(fitting))
        mark = f"{odd.KEY}_{i}"
        literal, at = odd.VALUES[name], f"{at}/{escape(key)}"
        value: Any = node.get(key)
        if type(value) is str and where == "arguments":
            # JSON in a text: spelt as it is there.
            inner = json.dumps(json.loads(value))
            node[key] = f'{inner[:-1]}{", " if len(inner) > 2 else ""}"{mark}": {literal}}}'
        else:
            marks[f'"{mark} value"'] = literal
            if where == "arguments":
                node[key] = {**value, mark: f"{mark} value"}
                at = f"{at}/{mark}"
            elif where == "schema":
                inside = {"type": "number" if numbers else "string", "default": f"{mark} value"}
                inside["type"] = inside["type"].upper() if str(value["type"]).isupper() else inside["type"]
                known = value.get("properties")
                node[key] = {**value, "properties": {**(known if type(known) is dict else {}), mark: inside}}
                at = f"{at}/properties/{mark}/default"
            else:
                node[key] = f"{mark} value"
        found.append(Odd(name, where, at, json.loads(literal)))
    text = json.dumps(body)
    for spelt, literal in marks.items():
        assert text.count(spelt) == 1
        text = text.replace(spelt, literal)
    return Placed(text.encode(), json.loads(text), tuple(found))


def placed(dialect: str, kind: str) -> st.SearchStrategy[Placed]:
    """Valid documents with one to three odd values, each where the dialect has a meaning for it."""
    made: st.SearchStrategy[Placed] = common.document(_placed(odd.pool(dialect, kind), dialect, kind))
    return made


def examples(dialect: str, kind: str, n: int) -> list[Placed]:
    """`n` of them, the same ones in every run."""
    found: list[Placed] = common.examples(placed(dialect, kind), n)
    return found
