"""Both casings in, and the source's own casing home.

proto3 JSON takes lowerCamelCase and snake_case for every field, mixed in one body; the official SDK does mix
them. Canonical documents know camelCase only; what was spelt otherwise is noted as pointer -> wire key.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ...jsontext import escape
from ...model import Json
from .words import ALIASES, Shape

Keys = dict[str, str]


@cache
def _camel(key: str) -> str:
    if key in ALIASES:
        return ALIASES[key]
    head, *rest = key.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


def camel(value: Any, shape: Shape) -> tuple[Any, Keys]:
    """`value` with the keys that `shape` knows in camelCase, and how those that changed were spelt."""
    keys: Keys = {}
    return _walk(value, shape, "", keys), keys


def _walk(value: Any, shape: Shape, at: str, keys: Keys) -> Any:
    if type(value) is list:
        items = [_walk(item, shape, f"{at}/{i}", keys) for i, item in enumerate(value)]
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    if type(value) is not dict:
        return value
    changes: dict[str, tuple[str, Any]] | None = None  # what differs, by wire key
    for key, item in value.items():
        name, inner = key, shape.get(key)
        if inner is None:
            if type(key) is not str or "_" not in key or key in shape:
                continue
            name = _camel(key)
            taken = changes is not None and any(name == other for other, _ in changes.values())
            if name not in shape or name in value or taken:
                continue
            keys[f"{at}/{name}"] = key
            inner = shape[name]
        walked = item
        if inner is not None and type(item) in (dict, list):
            walked = _walk(item, inner, f"{at}/{name}", keys)
        if walked is not item or name is not key:
            changes = {**(changes or {}), key: (name, walked)}
    if changes is None:
        return value
    return dict(changes.get(key, (key, item)) for key, item in value.items())


_SNAKE = re.compile(rb'"_?[A-Za-z]+_[A-Za-z_]*"\s*:')


def may_be_snake(text: bytes) -> bool:
    """Whether a JSON text may have a key in snake_case; most have none, and need no walk."""
    return 0x5F in text and _SNAKE.search(text) is not None


_LISTS = frozenset({"contents", "tools", "functionDeclarations", "function_declarations"})


def aliases(value: Any, plain: str = "", wire: str = "", out: Keys | None = None) -> Keys:
    """How a document spells the pointers of its plain form: camelCase keys, and lists that are lists."""
    out = {} if out is None else out
    if type(value) is list:
        for i, item in enumerate(value):
            aliases(item, f"{plain}/{i}", f"{wire}/{i}", out)
    elif type(value) is dict:
        for key, item in value.items():
            token = escape(key)
            name = _camel(token) if "_" in token and _camel(token) not in value else token
            here, there = f"{plain}/{name}", f"{wire}/{token}"
            if name != token:
                out[here] = there
            if type(item) is dict and key in _LISTS:
                here = f"{here}/0"
                out[here] = there
            aliases(item, here, there, out)
    if plain not in out and plain != wire:
        out[plain] = wire
    return out


def respell(value: Any, keys: Keys | None) -> Any:
    """`value` with the keys spelt as `keys` says; the value itself is left as it is."""
    if not keys:
        return value
    tree: dict[str, Any] = {}
    for pointer, wire in keys.items():
        node = tree
        *path, last = pointer.split("/")[1:]
        for token in path:
            node = node.setdefault(token, [None, {}])[1]
        node.setdefault(last, [None, {}])[0] = wire
    return _respell(value, tree)


def _respell(value: Any, tree: dict[str, Any]) -> Any:
    if type(value) is dict:
        out: Json = {}
        for key, item in value.items():
            wire, inner = tree.get(key, (None, None))
            out[wire or key] = _respell(item, inner) if inner else item
        return out
    if type(value) is list:
        return [_respell(item, tree[str(i)][1]) if str(i) in tree else item for i, item in enumerate(value)]
    return value
