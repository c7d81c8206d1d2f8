"""What the models of all dialects are made of: open objects, unions that pick their arm, words known so far."""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import Annotated, Any, Literal, NotRequired, Required, get_args, get_origin

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, with_config
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticOmit, core_schema
from typing_extensions import TypedDict, get_type_hints, is_typeddict

STRICT = ConfigDict(strict=True, extra="allow")
MARK = "\0"  # begins every label of an arm, so that no label in a pydantic location looks like a key


@with_config(STRICT)
class Object(TypedDict):
    """A JSON object: known fields strictly typed, unknown ones let through."""


class Open(Object, total=False):
    """The arm of a union that takes every object whose `type` is not known yet."""

    type: Required[str]


class Known:
    """The words of a string field known so far. Others pass: providers add words more often than fields."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        found = handler(schema)
        found["examples"] = list(self.words)
        return found


class OneOf:
    """Marks a union whose arm is known before anything is validated: by JSON type, objects by the field `by`.

    So a document gets one fault a place, not one for each arm. Objects of an unknown `by` go to the arm `Open`;
    without that arm they are a fault. absent: the tag of objects without the field; untyped: they may be `Open`.
    """

    def __init__(self, by: str = "type", *, absent: str | None = None, untyped: bool = False) -> None:
        self.by, self.absent, self.untyped = by, absent, untyped

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        objects = [arm for arm in get_args(source) if _kind(arm) == "object"]
        tagged = len(objects) > 1
        choices: dict[str, Any] = {}
        tags: list[str] = []
        for arm in get_args(source):
            if arm is Open:
                continue
            labels = self._tags(arm) if tagged and _kind(arm) == "object" else []
            tags += labels
            schema = handler.generate_schema(arm)
            for label in labels or [_kind(arm)]:
                choices[MARK + label] = schema
        if tagged:
            choices[MARK + "?"] = self._rest(handler, tags, Open in objects)
        kinds = dict.fromkeys(_kind(arm) for arm in get_args(source))
        return core_schema.tagged_union_schema(
            choices,
            self._chooser(tagged, frozenset(tags)),
            custom_error_type="shape",
            custom_error_message="{expected}",
            custom_error_context={"expected": " or ".join(kinds)},
        )

    def _tags(self, arm: Any) -> list[str]:
        hint = get_type_hints(arm, include_extras=True)[self.by]
        words: list[str] = []
        stack = [hint]
        while stack:
            one = stack.pop()
            origin: Any = get_origin(one)
            if origin is Literal:
                words += get_args(one)
            elif origin is not None:
                stack += get_args(one)
        return words

    def _rest(self, handler: GetCoreSchemaHandler, tags: list[str], is_open: bool) -> CoreSchema:
        """Objects of no known tag: anything goes, or only the tag is looked at, which is then the fault.

        The latter is no arm in JSON Schema: it would let through what has a known tag.
        """
        metadata = None
        if is_open:
            tag = handler.generate_schema(Annotated[str, Field(json_schema_extra={"not": {"enum": list(tags)}})])
        else:
            tag = core_schema.literal_schema(tags)
            metadata = {"pydantic_js_functions": [_no_arm]}
        field = core_schema.typed_dict_field(tag, required=not self.untyped)
        return core_schema.typed_dict_schema({self.by: field}, extra_behavior="allow", strict=True, metadata=metadata)

    def _chooser(self, tagged: bool, tags: frozenset[str]) -> Callable[[Any], str | None]:
        by, absent = self.by, self.absent

        def choose(value: Any) -> str | None:
            kind = _KINDS.get(type(value))
            if kind != "object" or not tagged:
                return kind and MARK + kind
            tag = value.get(by)
            if tag is None and absent is not None:
                tag = absent
            return MARK + (tag if type(tag) is str and tag in tags else "?")

        return choose


def _no_arm(schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    raise PydanticOmit


_KINDS: dict[Any, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    NoneType: "null",
}


def _kind(arm: Any) -> str:
    """What JSON calls the values of one arm of a union."""
    origin = get_origin(arm)
    if origin in (Annotated, Required, NotRequired):
        return _kind(get_args(arm)[0])
    if origin is Literal:
        return "string"
    return "object" if is_typeddict(arm) else _KINDS[origin or arm]
