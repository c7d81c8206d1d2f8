"""JSON text <-> values, with every decoding error turned into InvalidDocument.

orjson is the fast path. What it refuses (lone surrogate escapes, integers beyond 64 bits) takes the
standard library's slower, exact one; NaN and Infinity are no JSON in either.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import orjson

from .errors import DragomanError, Fault, InvalidDocument

MAX_BYTES = 1 << 30  # documented bound on one document
MAX_DEPTH = 1024  # of nesting in a JSON text: the parser's own bound, refused as InvalidDocument


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


class _Infinite(float):
    """A number beyond every float. orjson refuses the class, so that it cannot leave as null unnoticed."""


def _number(digits: str) -> float:
    value = float(digits)
    return _Infinite(value) if value in (math.inf, -math.inf) else value


def loads(text: bytes | bytearray | memoryview | str, at: str = "") -> Any:
    """The JSON value of `text`; raises InvalidDocument naming `at` if it is none, or is too large."""
    if len(text) > MAX_BYTES:
        raise InvalidDocument([Fault(at, f"at most {MAX_BYTES} bytes", "more")])
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return _slow_loads(text, at, error)


def exact_loads(text: bytes | bytearray | memoryview | str) -> Any:
    """The JSON value of `text`, every integer as it is; raises ValueError or RecursionError if it is none."""
    if not isinstance(text, str):
        text = bytes(text).decode("utf-8-sig")
    return json.loads(text, parse_constant=_constant, parse_float=_number)


def _slow_loads(text: bytes | bytearray | memoryview | str, at: str, why: orjson.JSONDecodeError) -> Any:
    try:
        return exact_loads(text)
    except (ValueError, RecursionError):
        place = f"JSON (line {why.lineno}, column {why.colno})"
        raise InvalidDocument([Fault(at, place, "text that is not JSON")]) from None


def dumps(value: Any) -> bytes:
    """The JSON text of `value` as UTF-8; raises DragomanError if it holds something JSON cannot say."""
    try:
        text = orjson.dumps(value)
        # NaN and Infinity would be written as null: where there is a null, look again.
        if b"null" in text and orjson.loads(text) != value:
            raise DragomanError("not a JSON value: a number that is not finite")
        return text
    except TypeError:
        return _slow_dumps(value)
    except RecursionError:
        raise DragomanError("not a JSON value: nested too deep") from None


def dumps_read(value: Any) -> bytes:
    """The same for a value that was read from JSON text, or is a text: no number in it can be not finite."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return _slow_dumps(value)
    except RecursionError:
        raise DragomanError("not a JSON value: nested too deep") from None


def _slow_dumps(value: Any) -> bytes:
    try:
        slow = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        if json.loads(slow) != value:
            raise DragomanError("not a JSON value: a key that is no text")
        return slow.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise DragomanError(f"not a JSON value: {type(error).__name__}") from None


def as_object(body: Any) -> dict[str, Any]:
    """`body` (dict, or JSON text as bytes or str) as a JSON object; raises InvalidDocument otherwise."""
    if isinstance(body, (bytes, bytearray, memoryview, str)):
        body = loads(body)
    if type(body) is not dict:
        raise InvalidDocument([Fault("", "object", type_name(body))])
    return body


_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}


def type_name(value: Any) -> str:
    """What JSON calls the type of `value`."""
    return "null" if value is None else _NAMES.get(type(value), type(value).__name__)


def escape(key: str) -> str:
    """One reference token of a JSON Pointer (RFC 6901: ~ is ~0, / is ~1)."""
    if type(key) is not str:
        raise InvalidDocument([Fault("", "keys that are text", type_name(key))])
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same JSON value, 1 and 1.0 and true apart, key order aside."""
    if type(a) is not type(b):
        return False
    if a != b:
        return False  # the cheap half of the answer, in C
    if type(a) is dict:
        return all(k in b and same(v, b[k]) for k, v in a.items())
    if type(a) is list:
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)
