"""Gemini's two schema forms beside JSON Schema: a pure function each way.

`parameters` and `responseSchema` hold an OpenAPI subset: upper-case types, `nullable`, `ref` and `defs`, string
enums, int64 as text. `parametersJsonSchema` and `responseJsonSchema` hold JSON Schema, of which a few keywords
make the service refuse. Canonical documents hold JSON Schema.
"""

from __future__ import annotations

from typing import Any

from ...jsontext import escape
from ...model import Json
from ...report import Report
from ...tables import NAMED
from ..schemas import INNER, LISTS, is_recursive, leading_back

# The enum Type by its numbers.
_TYPES = {1: "string", 2: "number", 3: "integer", 4: "boolean", 5: "array", 6: "object", 7: "null"}
_COUNTS = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")
_SNAKE = {
    "any_of": "anyOf",
    "property_ordering": "propertyOrdering",
    "additional_properties": "additionalProperties",
    "prefix_items": "prefixItems",
    "min_items": "minItems",
    "max_items": "maxItems",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_properties": "minProperties",
    "max_properties": "maxProperties",
}


def from_schema(schema: Any) -> Any:
    """The JSON Schema that an OpenAPI-style schema says; what is JSON Schema already stays as it is."""
    if type(schema) is list:
        return [from_schema(s) for s in schema]
    if type(schema) is not dict:
        return schema
    out: Json = {}
    for wire, value in schema.items():
        key = _SNAKE.get(wire) or wire
        if key == "type":
            said = _type(value)
            if said is not None:
                out["type"] = said
        elif key == "properties" and type(value) is dict:
            out[key] = {name: from_schema(value[name]) for name in _ordered(value, schema)}
        elif key in ("defs", "$defs") and type(value) is dict:
            out["$defs"] = {name: from_schema(s) for name, s in value.items()}
        elif (key in ("items", "additionalProperties") and type(value) is dict) or (
            key in LISTS and type(value) is list
        ):
            out[key] = from_schema(value)
        elif key == "ref" and type(value) is str:
            out["$ref"] = value.replace("#/defs/", "#/$defs/", 1)
        elif key == "example":
            out["examples"] = [value]
        elif value is None and key in _COUNTS:
            pass  # "null == absent for every field"
        elif key in _COUNTS:
            out[key] = int(value) if type(value) is str and value.lstrip("-").isdigit() else value
        elif key == "enum" and type(value) is list:
            out[key] = _enum(value, schema.get("type"))
        elif not (
            (key == "propertyOrdering" and type(value) is list)  # JSON objects here keep their order
            or (key == "format" and value == "enum")  # says that there is an `enum`
            or (key == "nullable" and type(value) is bool)
            or (value is None and key != "default")
        ):
            out[key] = value
    if schema.get("nullable") is True:
        _nullable(out)
    return out


def _type(value: Any) -> Any:
    if type(value) is str:
        return None if value == "TYPE_UNSPECIFIED" else value.lower()
    if type(value) is int:
        return _TYPES.get(value, value)
    if type(value) is list:
        return [_type(v) for v in value]
    return value


def _ordered(properties: Json, schema: Json) -> list[str]:
    """The names of the properties, those first that `propertyOrdering` names."""
    order = schema.get("propertyOrdering", schema.get("property_ordering"))
    first = [n for n in order if type(n) is str and n in properties] if type(order) is list else []
    return list(dict.fromkeys([*first, *properties]))


def _enum(values: list[Any], kind: Any) -> list[Any]:
    """ "enum: strings only": those of a number type say numbers."""
    if _type(kind) not in ("integer", "number") or not all(type(v) is str for v in values):
        return values
    try:
        return [int(v) if _type(kind) == "integer" else float(v) for v in values]
    except ValueError:
        return values


def _nullable(out: Json) -> None:
    kind = out.get("type")
    if type(kind) is str and kind != "null":
        out["type"] = [kind, "null"]
    elif type(out.get("anyOf")) is list and {"type": "null"} not in out["anyOf"]:
        out["anyOf"] = [*out["anyOf"], {"type": "null"}]
    if type(out.get("enum")) is list and None not in out["enum"]:
        out["enum"] = [*out["enum"], None]


def to_schema(schema: Any) -> Any:
    """The OpenAPI-style schema for a JSON Schema that this form can say; the rest stays as it is."""
    if type(schema) is list:
        return [to_schema(s) for s in schema]
    if type(schema) is not dict:
        return schema
    out: Json = {}
    for key, value in schema.items():
        if key == "type" and type(value) is str:
            out[key] = value.upper()
        elif key == "type" and type(value) is list and len(value) == 2 and "null" in value:
            other = value[1 - value.index("null")]
            out["type"], out["nullable"] = other.upper() if type(other) is str else other, True
        elif key in ("properties", "$defs") and type(value) is dict:
            out["defs" if key == "$defs" else "properties"] = {name: to_schema(s) for name, s in value.items()}
        elif key in ("items", "additionalProperties", "anyOf", "prefixItems"):
            out[key] = to_schema(value)
        elif key == "$ref" and type(value) is str:
            out["ref"] = value.replace("#/$defs/", "#/defs/", 1)
        elif key == "examples" and type(value) is list and len(value) == 1:
            out["example"] = value[0]
        elif key == "enum" and type(value) is list:
            out[key] = [v for v in value if v is not None] if _may_be_null(schema) else value
        else:
            out[key] = value
    return out


def _may_be_null(schema: Any) -> bool:
    kinds = schema.get("type")
    return type(kinds) in (list, str) and "null" in kinds


def for_service(schema: Any, report: Report, at: str) -> Any:
    """A JSON Schema without what the service refuses, each said in another way or reported.

    `const` becomes an enum of one, an exclusive bound the nearest inclusive one. "Recursive $ref only in non-required
    props": a property that leads back is required no longer.
    """
    back = leading_back(schema) if is_recursive(schema) else {}
    return _taken(schema, {at + place: names for place, names in back.items()}, report, at)


def _taken(schema: Any, back: dict[str, set[str]], report: Report, at: str) -> Any:
    """One schema of these, and those in it."""
    if type(schema) is not dict:
        return schema
    out = dict(schema)
    for key, value in schema.items():
        place = f"{at}/{escape(key)}"
        if key in NAMED and type(value) is dict:
            inner = {n: _taken(s, back, report, f"{place}/{escape(n)}") for n, s in value.items()}
            out[key] = inner if any(inner[n] is not s for n, s in value.items()) else value
        elif key in LISTS and type(value) is list:
            items = [_taken(s, back, report, f"{place}/{i}") for i, s in enumerate(value)]
            out[key] = items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        elif key in INNER:
            out[key] = _taken(value, back, report, place)
    if at in back:
        if left := [name for name in schema["required"] if name not in back[at]]:
            out["required"] = left
        else:
            del out["required"]
        report.changed("schema.keyword", f"{at}/required", schema["required"])
    if "const" in schema:
        value = out.pop("const")
        if "enum" not in schema and type(value) in (str, int, float):
            out["enum"] = [value]
            report.changed("schema.keyword", at, schema)
        else:
            report.dropped("schema.keyword", f"{at}/const", value)
    if "$ref" in schema and any(key[:1] != "$" for key in schema):
        # "siblings of $ref only `$…`"
        out["anyOf"] = [*out.get("anyOf", ()), {"$ref": out.pop("$ref")}]
        report.changed("schema.keyword", at, schema)
    for exclusive, bound, step in (("exclusiveMinimum", "minimum", 1), ("exclusiveMaximum", "maximum", -1)):
        limit = schema.get(exclusive)
        if type(limit) not in (int, float):
            continue
        del out[exclusive]
        whole = schema.get("type") == "integer" and type(limit) is int
        out.setdefault(bound, limit + step if whole and limit is not None else limit)
        report.changed("schema.keyword", at, schema)
    same = out.keys() == schema.keys() and all(out[k] is v for k, v in schema.items())
    return schema if same else out
