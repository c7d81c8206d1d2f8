"""Arguments of a call: JSON text in some dialects, an object in others, and the free text of a custom tool."""

from __future__ import annotations

from typing import Any

from ..errors import DragomanError, InvalidDocument
from ..jsontext import dumps, dumps_read, loads
from ..model import Json, ToolCall


def arguments_text(arguments: str | Json | None) -> str:
    """The arguments of a call as JSON text; raw text stays as it is."""
    if type(arguments) is str:
        return arguments
    return "" if arguments is None else dumps(arguments).decode()


def free_text(arguments: str | Json | None) -> str:
    """The input of a free-text tool that travelled as the one argument `input`; anything else as it is."""
    value: Any = arguments
    if type(arguments) is str:
        try:
            value = loads(arguments)
        except InvalidDocument:
            return arguments
    if type(value) is dict and value.keys() == {"input"} and type(value["input"]) is str:
        return str(value["input"])
    return arguments_text(arguments)


NULL = "null"  # arguments that say so say that there are none
RAW = "_raw"  # the key under which arguments that are no object travel where an object is required


def arguments_object(call: ToolCall) -> tuple[Json, str | None]:
    """The arguments of a call as an object, and the code of the loss where it does not give them back to the letter.

    "", `null` and absence are {}; the input of a free-text tool stands under `input`; text that is no JSON object
    travels under `_raw`.
    """
    arguments = call.arguments
    if isinstance(arguments, dict):
        return arguments, None
    if call.kind == "custom":
        return {"input": arguments or ""}, None
    if not arguments or arguments.strip() in ("", NULL):
        return {}, "arguments.empty"
    try:
        value = loads(arguments)
        spelt = dumps_read(value).decode()
    except DragomanError:  # no JSON, or a number beyond every float
        value = None
    if type(value) is not dict:
        return {RAW: arguments}, "arguments.invalid"
    return value, (None if spelt == arguments else "arguments.respelled")
