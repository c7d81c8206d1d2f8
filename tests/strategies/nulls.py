"""Null where the models of a dialect take it: every field that may be null, of every object of a document.

The fields are those of `wire/`: a field that becomes nullable there is null here. What is there stays: a null is put
where a field is absent, which says the same.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

import typing_extensions
from hypothesis import strategies as st

from dragoman import wire
from dragoman.wire.shapes import OneOf, Open

from .common import Doc, Draw, S, words

Place = tuple[str, Doc, str]
"""The field in the words of the models ("Part.text"), the object, and the key."""


@st.composite
def nulled(draw: Draw, inner: S, dialect: str, kind: str) -> Any:
    """The document with up to three nulls: the field is drawn first, so that what is rare has its share."""
    doc = draw(inner)
    for _ in range(draw(_SO_MANY)):
        places: dict[str, list[tuple[Doc, str]]] = {}
        for name, node, key in absent(doc, wire.models(dialect)[kind]):
            places.setdefault(name, []).append((node, key))
        if places:
            name = sorted(places)[draw(_PLACE) % len(places)]
            node, key = places[name][draw(_PLACE) % len(places[name])]
            node[key] = None
    return doc


_SO_MANY = words(0, 0, 0, 1, 2, 3)
_PLACE = st.integers(0, 1023)


def absent(value: Any, model: Any) -> Iterator[Place]:
    """Every field of `value`, a document of `model`, that is not there and may be null."""
    arms, by = _arms(model)
    if isinstance(value, list):
        for inner in (get_args(arm)[0] for arm in arms if get_origin(arm) is list):
            for item in value:
                yield from absent(item, inner)
    elif isinstance(value, dict):
        found = _object(value, [arm for arm in arms if typing_extensions.is_typeddict(arm)], by)
        if found is None:
            for inner in (get_args(arm)[1] for arm in arms if get_origin(arm) is dict):
                for item in value.values():
                    yield from absent(item, inner)
            return
        for key, hint in _hints(found).items():
            if key in value:
                yield from absent(value[key], hint)
            elif _may_be_null(hint) and not _other_casing(key) & value.keys():
                yield f"{found.__name__}.{key}", value, key


def nullable(model: Any) -> set[str]:
    """Every field of the objects of `model` that may be null."""
    out: set[str] = set()
    seen: set[Any] = set()
    waiting = [model]
    while waiting:
        for arm in _arms(waiting.pop())[0]:
            if typing_extensions.is_typeddict(arm) and arm is not Open and arm not in seen:
                seen.add(arm)
                waiting += _hints(arm).values()
                out |= {f"{arm.__name__}.{key}" for key, hint in _hints(arm).items() if _may_be_null(hint)}
            elif get_origin(arm) in (list, dict):
                waiting.append(get_args(arm)[-1])
    return out


def _other_casing(key: str) -> set[str]:
    """Gemini takes a field under either name; under both it is said twice."""
    return {"".join("_" + char.lower() if char.isupper() else char for char in key)} - {key}


@cache
def _hints(model: Any) -> dict[str, Any]:
    return typing_extensions.get_type_hints(model, include_extras=True)


_WRAPPERS = (Annotated, Required, NotRequired, typing_extensions.Required, typing_extensions.NotRequired)


def _arms(hint: Any) -> tuple[list[Any], str]:
    """What a field may hold, and the key that tells its objects apart."""
    by = "type"
    while get_origin(hint) in _WRAPPERS:
        by = next((mark.by for mark in get_args(hint)[1:] if isinstance(mark, OneOf)), by)
        hint = get_args(hint)[0]
    if get_origin(hint) not in (Union, types.UnionType):
        return [hint], by
    inside = [_arms(arm) for arm in get_args(hint)]
    return [arm for arms, _ in inside for arm in arms], next((b for _, b in inside if b != "type"), by)


def _may_be_null(hint: Any) -> bool:
    return types.NoneType in _arms(hint)[0]


def _object(value: Doc, models: list[Any], by: str) -> Any:
    """Which of the models an object is of; None where that is not known."""
    models = [model for model in models if model is not Open]
    if len(models) == 1:
        return models[0]
    if value.get(by) is None:  # what need not say what it is
        untold = [m for m in models if by not in m.__required_keys__ and m.__required_keys__ <= value.keys()]
        return untold[0] if untold else None
    return next((model for model in models if value[by] in _tags(_hints(model).get(by))), None)


def _tags(hint: Any) -> set[Any]:
    return {word for arm in _arms(hint)[0] if get_origin(arm) is Literal for word in get_args(arm)}
