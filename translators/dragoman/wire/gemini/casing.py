"""Both casings of every field: "lowerCamelCase AND snake_case both accepted, may be mixed".

The models name a field once, in lowerCamelCase; what validates a document, and its schema, know it in snake_case as
well, so that faults point into the document as it is spelt.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema


def both_casings(model: Any) -> Any:
    """What validates documents of `model`: every object in them may have its fields in snake_case, too."""

    class Checked:
        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
            found: dict[str, Any] = {}
            root = _cased(TypeAdapter(model).core_schema, found)
            return core_schema.definitions_schema(root, list(found.values()))

    return Checked


def _cased(schema: Any, found: dict[str, Any]) -> Any:
    """A core schema with both names of every field; `found` gets what it refers to.

    Every object is there once, and referred to: an object in an object in an object would else be there eight times.
    """
    if isinstance(schema, list):
        return [_cased(inner, found) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "definitions":
        _cased(schema["definitions"], found)
        return _cased(schema["schema"], found)
    out = {key: inner if key == "metadata" else _cased(inner, found) for key, inner in schema.items()}
    if out.get("type") == "typed-dict":
        fields = out["fields"]
        out["fields"] = {**fields, **{snake(name): field for name, field in fields.items()}}
    ref = out.get("ref")  # among the fields of an object this may be one
    if not isinstance(ref, str):
        return out
    found[ref] = out
    return core_schema.definition_reference_schema(ref)


def snake(name: str) -> str:
    """The name of a field in snake_case; one of a single word stays as it is."""
    return re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name)
