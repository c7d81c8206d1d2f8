"""JSON text <-> values, with every decoding error turned into InvalidDocument.

orjson is the fast path. What it refuses (lone surrogate escapes) or makes a float of (integers beyond 64 bits)
takes the standard library's slower, exact one; NaN and Infinity are no JSON in either.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn

import orjson

from .errors import DragomanError, Fault, InvalidDocument

if TYPE_CHECKING:
    from .jsonfaults import Place

MAX_BYTES = 1 << 30  # documented bound on one document
FINITE = "a finite number"  # what belongs where a number beyond every float stands
MAX_DEPTH = 1024  # of nesting in a JSON text: the parser's own bound, refused as InvalidDocument


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


class _Infinite(float):
    """A number beyond every float, read but never written: orjson refuses the class, so that it cannot leave as null
    unnoticed."""


def _number(digits: str) -> float:
    value = float(digits)
    return _Infinite(value) if value in (math.inf, -math.inf) else value


def loads(text: bytes | bytearray | memoryview | str, at: str = "") -> Any:
    """The JSON value of `text`; raises InvalidDocument naming `at` if it is none, or is too large."""
    if len(text) > MAX_BYTES:
        raise InvalidDocument([Fault(at, f"at most {MAX_BYTES} bytes", "more")])
    try:
        return fast_loads(text)
    except orjson.JSONDecodeError as error:
        return _slow_loads(text, at, error)


def fast_loads(text: bytes | bytearray | memoryview | str) -> Any:
    """The JSON value of `text`; raises orjson.JSONDecodeError for what `loads` may still read, by the slow path."""
    value = orjson.loads(text)
    if len(text) >= _LARGE and _is_huge(value, len(text) >> 8) is False:
        return value
    return _settled(text, value) if _may_be_long(text) else value


def frame_loads(text: bytes) -> Any:
    """The same for a frame, which is small as a rule: a call less counts for more there."""
    value = orjson.loads(text)
    long = _NINE in text[::2].translate(_DIGITS) if len(text) < _FRAME else _THREE in text[::6].translate(_DIGITS)
    return _settled(text, value) if long else value


def _settled(text: bytes | bytearray | memoryview | str, value: Any) -> Any:
    """`value`, or read once more where a float in it may have been an integer."""
    if not _is_huge(value):
        return value
    try:
        return _exact(text)
    except RecursionError:
        raise orjson.JSONDecodeError("nested too deep", "", 0) from None


# An integer that orjson makes a float of is at least as far from zero, and has at least 19 digits. To look at every
# byte for them would take longer than to parse: of 19 bytes in a row every second is nine, every sixth is three.
_EDGE = 2.0**63
_SMALL = 1 << 14  # bytes: in a larger text every sixth is looked at
_LARGE = 1 << 18  # bytes: a larger one may be a picture and few values, which are looked at sooner than its digits
_FRAME = 1 << 10  # bytes: the same of a frame, which has few values to look at
_NINE, _THREE, _TWO = b"0" * 9, b"0" * 3, b"0" * 2
_DIGITS = bytes(ord("0") if n in b"0123456789" else ord(" ") for n in range(256))  # all digits are one


def _may_be_long(text: bytes | bytearray | memoryview | str) -> bool:
    """Whether so many digits may stand in a row that they are an integer beyond 64 bits."""
    step, wanted = (2, _NINE) if len(text) < _SMALL else (6, _THREE)
    if type(text) is bytes:
        # Most texts have no two digits nine bytes apart, side by side: that is seen sooner.
        return _TWO in text[::9].translate(_DIGITS) and wanted in text[::step].translate(_DIGITS)
    some = text[::step].encode("utf-8", "replace") if isinstance(text, str) else bytes(text[::step])
    return wanted in some.translate(_DIGITS)


def _is_huge(value: Any, most: int = MAX_BYTES) -> bool | None:
    """Whether a number in `value` may have been an integer beyond 64 bits; None if it holds more than `most` values."""
    nodes = [value]
    for _ in range(most):
        if not nodes:
            return False
        node = nodes.pop()
        if type(node) is dict:
            nodes += node.values()
        elif type(node) is list:
            nodes += node
        elif type(node) is float and not -_EDGE < node < _EDGE:
            return True
    return None


def _exact(text: bytes | bytearray | memoryview | str) -> Any:
    text = paired(text) if isinstance(text, str) else bytes(text).decode("utf-8-sig")
    return json.loads(text, parse_constant=_constant, parse_float=_number)


def _slow_loads(text: bytes | bytearray | memoryview | str, at: str, why: orjson.JSONDecodeError) -> Any:
    encoding = None if isinstance(text, str) else encoding_of(bytes(text[:4]))
    if encoding is not None:
        raise InvalidDocument([Fault(at, "JSON in UTF-8", f"text in {encoding}")])
    try:
        return _exact(text)
    except RecursionError:
        raise InvalidDocument([Fault(at, f"nesting of at most {MAX_DEPTH} levels", "more")]) from None
    except ValueError:
        found = _places(text)
    said = [f"JSON (line {p.line}, column {p.column}): {p.expected}" for p in found]
    own = f"JSON (line {why.lineno}, column {why.colno})"
    raise InvalidDocument([Fault(at, place, "text that is not JSON") for place in said or [own]])


_MARKS = ((b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_ZEROS: dict[tuple[int, ...], str] = {
    (0, 0, 0, 1): "UTF-32",
    (1, 0, 0, 0): "UTF-32",
    (0, 1, 0, 1): "UTF-16",
    (1, 0, 1, 0): "UTF-16",
}


def encoding_of(head: bytes) -> str | None:
    """UTF-16 or UTF-32 where the first four bytes of a JSON text are such, which no text in UTF-8 can begin with.

    By the mark of the byte order or, as in RFC 4627, by the zeros: a JSON text begins with two ASCII characters.
    """
    marked = next((name for mark, name in _MARKS if len(head) == 4 and head.startswith(mark)), None)
    return marked or _ZEROS.get(tuple(min(byte, 1) for byte in head))


def _places(text: bytes | bytearray | memoryview | str) -> list[Place]:
    """Every place where `text` is no JSON; none where they cannot be told apart."""
    from .jsonfaults import places  # only now: it is needed for nothing else

    try:
        return places(text if isinstance(text, str) else bytes(text).decode("utf-8-sig"))
    except UnicodeDecodeError:
        return []


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of an object as they stand in the text."""


def repeated(text: bytes | bytearray | memoryview | str, value: Any = ...) -> list[Fault]:
    """A fault for every key that an object of the JSON text `text` has more than once; of its values the last counts.

    value: what `loads` made of the text, where that is known: it spares most texts the careful look.
    What stands inside a value that does not count is not looked at.
    """
    if value is not ... and isinstance(text, bytes) and _as_many_keys(text, value):
        return []
    if not isinstance(text, str):
        text = bytes(text).decode("utf-8-sig")
    found: list[Fault] = []
    try:
        nodes = [("", json.loads(text, object_pairs_hook=_Pairs))]
    except RecursionError:
        raise InvalidDocument([Fault("", f"nesting of at most {MAX_DEPTH} levels", "more")]) from None
    while nodes:
        at, node = nodes.pop()
        if type(node) is _Pairs:
            counts = Counter(key for key, _ in node)
            found += [Fault(f"{at}/{escape(key)}", "one value", f"{n} values") for key, n in counts.items() if n > 1]
            inner = [(f"{at}/{escape(key)}", item) for key, item in dict(node).items()]
        else:
            inner = [(f"{at}/{i}", item) for i, item in enumerate(node)] if type(node) is list else []
        nodes += reversed(inner)
    return found


def _as_many_keys(text: bytes, value: Any) -> bool:
    """Whether a text certainly says no key twice: its value, written anew, has as many colons."""
    if b"\\u003" in text:
        return False  # may be a colon, which is written as itself
    try:
        return text.count(b":") == orjson.dumps(value).count(b":")
    except TypeError:
        return False


def dumps(value: Any) -> bytes:
    """The JSON text of `value` as UTF-8; raises InvalidDocument with the places of what JSON cannot say, and
    DragomanError where it is nested too deep."""
    try:
        text = orjson.dumps(value)
        # NaN and Infinity would be written as null: where there is a null, look again.
        if b"null" in text and orjson.loads(text) != value:
            raise _unsaid(value)
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
        # Beside a key that is no text, two halves of a character that met read as another value: as that character.
        if json.loads(slow) != value and _keys_beside_text(value):
            raise DragomanError("not a JSON value: a key that is no text")
        return slow.encode()
    except (TypeError, ValueError):
        raise _unsaid(value) from None
    except RecursionError:
        raise DragomanError("not a JSON value: nested too deep") from None


def _keys_beside_text(value: Any) -> bool:
    """Whether an object in `value` has a key that is no text."""
    if isinstance(value, dict):
        return any(type(key) is not str for key in value) or any(map(_keys_beside_text, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_keys_beside_text, value))


def paired(text: str) -> str:
    """`text`, in which halves of a surrogate pair that stand side by side are the one character that they mean.

    Servers that cut texts by UTF-16 units send the halves in two pieces; a half that is alone stays one.
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text


def joined(pieces: Iterable[str]) -> str:
    """The text that came in `pieces`, which may have been cut inside a character."""
    return paired("".join(pieces))


def _unsaid(value: Any) -> DragomanError:
    """The error for what JSON cannot say of `value`."""
    found = unsaid(value)
    return InvalidDocument(found) if found else DragomanError("not a JSON value: it holds itself")


def unsaid(value: Any, at: str = "") -> list[Fault]:
    """The places of what JSON cannot say, `value` standing at `at`: numbers that are not finite, values of another
    type."""
    found: list[Fault] = []
    nodes = [(at, value)]
    seen: set[int] = set()  # a value that holds itself has an end, too
    while nodes:
        at, node = nodes.pop()
        if isinstance(node, (dict, list, tuple)):
            if id(node) in seen:
                continue
            seen.add(id(node))
        if isinstance(node, dict):
            # A key that is no text has no pointer; its object has.
            found += [Fault(at, "keys that are text", type_name(key)) for key in node if type(key) is not str]
            nodes += reversed([(f"{at}/{escape(key)}", item) for key, item in node.items() if type(key) is str])
        elif isinstance(node, (list, tuple)):
            nodes += reversed([(f"{at}/{i}", item) for i, item in enumerate(node)])
        elif isinstance(node, float) and not math.isfinite(node):
            found.append(Fault(at, FINITE, "a number beyond every float"))
        elif not (node is None or isinstance(node, (str, int, float))):
            found.append(Fault(at, "a JSON value", type_name(node)))
    return found


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
