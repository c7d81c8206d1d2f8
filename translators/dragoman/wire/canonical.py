"""The canonical documents as JSON, strict: exactly what `model.to_json` writes, made from model.py's own annotations.

A field whose value is None is left out by `to_json`, so null stands nowhere that the model does not say `Any`; a field
that has no default must be there; keys that are no fields are faults, as they are for `from_json`. A part says what it
is under `kind`, and a `kind` of its own (Media, ToolCall) is called `what`.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from inspect import getdoc
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema
from typing_extensions import is_typeddict

from ..model import _KINDS, Request, Response
from .shapes import MARK

_WORDS = {cls: word for word, cls in _KINDS.items()}
_PARTS = frozenset(_WORDS)
_STRICT: dict[Any, CoreSchema] = {
    str: core_schema.str_schema(strict=True),
    int: core_schema.int_schema(strict=True),
    float: core_schema.float_schema(strict=True),
    bool: core_schema.bool_schema(strict=True),
    Any: core_schema.any_schema(),
}


class Canonical:
    """What validates the JSON of a node; the subclasses say of which class."""

    of: type[Any]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _Schemas().whole(cls.of)


class CanonicalRequest(Canonical):
    of = Request


class CanonicalResponse(Canonical):
    of = Response


DOCUMENTS: dict[str, Any] = {"request": CanonicalRequest, "response": CanonicalResponse}


class _Schemas:
    """Classes of the model -> definitions that refer to each other: parts hold parts."""

    def __init__(self) -> None:
        self._made: dict[str, CoreSchema] = {}

    def whole(self, cls: type[Any]) -> CoreSchema:
        top = self._refer(cls)
        return core_schema.definitions_schema(top, list(self._made.values()))

    def _refer(self, cls: type[Any]) -> CoreSchema:
        """A reference to the definition of a class, which is made when first asked for."""
        if cls.__name__ not in self._made:
            self._made[cls.__name__] = core_schema.any_schema()  # holds the place while the class is under way
            self._made[cls.__name__] = self._typed_dict(cls) if is_typeddict(cls) else self._node(cls)
        return core_schema.definition_reference_schema(cls.__name__)

    def _node(self, cls: type[Any]) -> CoreSchema:
        hints = get_type_hints(cls)
        found: dict[str, core_schema.TypedDictField] = {}
        if cls in _PARTS:
            found["kind"] = core_schema.typed_dict_field(core_schema.literal_schema([_WORDS[cls]]), required=True)
        for one in fields(cls):
            name = "what" if cls in _PARTS and one.name == "kind" else one.name
            required = one.default is MISSING and one.default_factory is MISSING
            found[name] = core_schema.typed_dict_field(self._value(hints[one.name]), required=required)
        return self._object(cls, found)

    def _typed_dict(self, cls: type[Any]) -> CoreSchema:
        hints = get_type_hints(cls)
        found = {name: core_schema.typed_dict_field(self._value(hint), required=False) for name, hint in hints.items()}
        return self._object(cls, found)

    def _object(self, cls: type[Any], found: dict[str, core_schema.TypedDictField]) -> CoreSchema:
        told = {"title": cls.__name__, "description": getdoc(cls)}
        metadata = {"pydantic_js_updates": told}
        return core_schema.typed_dict_schema(
            found, ref=cls.__name__, extra_behavior="forbid", strict=True, metadata=metadata
        )

    def _value(self, hint: Any) -> CoreSchema:
        """What a field may hold when it is there."""
        origin, inside = get_origin(hint), get_args(hint)
        if origin in (Union, UnionType):
            return self._union([arm for arm in inside if arm is not NoneType])
        if origin is Literal:
            return core_schema.literal_schema(list(inside))
        if origin is list:
            return core_schema.list_schema(self._value(inside[0]), strict=True)
        if origin is dict:
            return core_schema.dict_schema(self._value(inside[0]), self._value(inside[1]), strict=True)
        return self._refer(hint) if is_dataclass(hint) or is_typeddict(hint) else _STRICT[hint]

    def _union(self, arms: list[Any]) -> CoreSchema:
        if len(arms) == 1:
            return self._value(arms[0])
        if _PARTS.issuperset(arms):
            return self._parts(arms)
        expected = " or ".join(_NAMES[get_origin(arm) or arm] for arm in arms)
        return core_schema.union_schema(
            [self._value(arm) for arm in arms],
            custom_error_type="shape",
            custom_error_message="{expected}",
            custom_error_context={"expected": expected},
        )

    def _parts(self, arms: list[Any]) -> CoreSchema:
        """Parts are told apart before anything is validated: one fault a place."""

        def choose(value: Any) -> str | None:
            return MARK + str(value.get("kind")) if type(value) is dict else None

        return core_schema.tagged_union_schema(
            {MARK + _WORDS[arm]: self._refer(arm) for arm in arms},
            choose,
            custom_error_type="shape",
            custom_error_message="{expected}",
            custom_error_context={"expected": "a part with a known kind"},
        )


_NAMES: dict[Any, str] = {str: "string", int: "integer", float: "number", dict: "object"}
