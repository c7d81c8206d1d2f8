"""What pydantic says of a document -> faults with JSON Pointers, one a place, without values."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator, core_schema

from ..errors import Fault
from ..jsontext import type_name
from .shapes import MARK

Place = tuple[str | int, ...]

_EXPECTED = {
    "string_type": "string",
    "int_type": "integer",
    "float_type": "number",
    "bool_type": "boolean",
    "list_type": "array",
    "dict_type": "object",
    "none_required": "null",
    "invalid_key": "keys that are text",
    "extra_forbidden": "no such field",
}
_ABSENT = object()


def validator(adapter: TypeAdapter[Any]) -> SchemaValidator:
    """What validates documents of a model, and tells of the keys that the model does not know, too."""
    watched: CoreSchema = _watched(adapter.core_schema)
    return SchemaValidator(watched)


def _watched(schema: Any) -> Any:
    """A core schema whose objects tell of every unknown key. They cost what they cost; known keys cost nothing."""
    if isinstance(schema, list):
        return [_watched(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: inner if key == "metadata" else _watched(inner) for key, inner in schema.items()}
    if out.get("type") == "typed-dict" and out.get("extra_behavior", "allow") == "allow":
        out["extras_schema"] = core_schema.no_info_plain_validator_function(_unknown(frozenset(out["fields"])))
    return out


def _unknown(names: frozenset[str]) -> Any:
    def tell(value: Any) -> Any:
        raise PydanticCustomError(UNKNOWN, "unknown", {"names": names})

    return tell


UNKNOWN = "unknown_key"


def _meant(key: Any, names: frozenset[str]) -> str | None:
    """The known key that an unknown one is but for blanks: documentation that went through a copy has such keys."""
    plain = "_".join(key.split()) if isinstance(key, str) else ""
    return plain if plain in names else None


def faults_of(validator: SchemaValidator, document: Any) -> list[Fault]:
    """All faults of a document, in its order."""
    found = _errors(validator, document)
    if not found:
        return []
    absent = [place for place, (kind, _) in found.items() if kind == "missing"]
    # What belongs where nothing is: ask again, with something there that is surely wrong.
    wanted = _errors(validator, _with(document, absent, _ABSENT)) if absent else {}
    out = []
    for place in sorted(found, key=lambda place: _order(document, place)):
        kind, expected = found[place]
        if kind == "missing":
            out.append(Fault(_pointer(place), wanted.get(place, ("", "a value"))[1], "nothing"))
        elif kind == UNKNOWN:
            out.append(Fault(_pointer(place), expected, "another spelling of it"))
        else:
            out.append(Fault(_pointer(place), expected, type_name(_at(document, place))))
    return out


def _errors(validator: SchemaValidator, document: Any) -> dict[Place, tuple[str, str]]:
    """Place -> kind of error and what is expected there; the first of a place counts."""
    try:
        validator.validate_python(document, strict=True)
    except ValidationError as error:
        out: dict[Place, tuple[str, str]] = {}
        for one in error.errors(include_url=False, include_input=False):
            kind = "invalid_key" if one["loc"][-1:] == ("[key]",) else one["type"]
            if kind == "string_unicode":  # half a surrogate pair is text all the same
                continue
            if kind == UNKNOWN:
                meant = _meant(one["loc"][-1], one["ctx"]["names"])
                if meant is not None:
                    out.setdefault(_place(document, one["loc"]), (kind, f'the key "{meant}"'))
                continue
            expected = _EXPECTED.get(kind) or str(one.get("ctx", {}).get("expected", kind))
            out.setdefault(_place(document, one["loc"]), (kind, expected))
        return out
    return {}


def _place(document: Any, steps: Sequence[str | int]) -> Place:
    """A pydantic location without the labels of the arms in it."""
    out: list[str | int] = []
    here = document
    for step in steps:
        step = _key(here, step)
        inside = (isinstance(here, dict) and step in here) or (isinstance(here, list) and isinstance(step, int))
        if isinstance(step, str) and step.startswith(MARK) and not inside:
            continue
        if step == "[key]":
            continue
        out.append(step)
        here = here[step] if inside else None
    return tuple(out)


def _key(here: Any, step: str | int) -> str | int:
    """The key that a step means: pydantic shows half a surrogate pair as replacement characters."""
    if isinstance(here, dict) and isinstance(step, str) and "\ufffd" in step and step not in here:
        for key in here:
            if isinstance(key, str) and key.encode("utf-8", "surrogatepass").decode("utf-8", "replace") == step:
                return key
    return step


def _pointer(place: Place) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def _at(document: Any, place: Place) -> Any:
    for step in place:
        if isinstance(document, dict) and step not in document:  # a key that is no text
            return document
        document = document[step]
    return document


def _order(document: Any, place: Place) -> list[int]:
    """Where a place is in its document, to sort by; what is absent comes after its siblings."""
    out = []
    here = document
    for step in place:
        if isinstance(step, int):
            out.append(step)
            here = here[step]
        elif isinstance(here, dict) and step in here:
            out.append(list(here).index(step))
            here = here[step]
        else:
            out.append(len(here))
    return out


def _with(document: Any, places: Sequence[Place], value: Any) -> Any:
    """The document with a value put at some places; what leads there is copied, the rest is shared."""
    copies: dict[Place, Any] = {(): copy(document)}
    for place in places:
        for depth in range(1, len(place)):
            if place[:depth] not in copies:
                inner = copies[place[: depth - 1]]
                inner[place[depth - 1]] = copies[place[:depth]] = copy(inner[place[depth - 1]])
        copies[place[:-1]][place[-1]] = value
    return copies[()]
