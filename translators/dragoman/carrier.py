"""The carrier: opaque state of an upstream, on its way through a client that speaks another dialect, and back.

One form, wherever it travels: `MARK`, and then in the URL-safe base64 alphabet six bytes of a digest and the
JSON of a list of units, deflated where it is long. The digest tells a mangled carrier from a whole one; it is no
seal against whoever wants to write one. The first six letters of the mark name the form, the last two its version.

A unit is what one part of an answer needs at home: either the whole part in its issuer's own words, or the
state that belongs to the part which follows.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from .ids import sha256
from .jsontext import dumps
from .model import Json

MARK = "dragom01"
FORM = MARK[:6]  # whatever the version
THOUGHT = "__thought__"  # LiteLLM's own on an id: `call_<n>__thought__<Gemini's signature>`
JOINT = "__"  # between a call's id and the carrier that rides on it
LIMIT = 8 << 20  # bytes of JSON in one carrier: what a small text may at most unfold to
PLAIN = 4096  # bytes of JSON that travel as they are: to deflate them costs more than the translation of the answer
REFERENCE = "\0"  # the one key of an object that stands for a piece of text
FOLLOWING = ("text", "call", "before")
_WINDOW = (12, 4)  # of zlib, for small things: the usual ones cost seven times as much to set up
AFTER_TEXT = 1 << 62  # characters: a place behind all of them
_SHORT = 16  # texts below this length are not worth a reference


class Unit(NamedTuple):
    """What comes home as one.

    issuer  the dialect whose words these are, behind an "@" who spoke them, where a profile named one, and behind a
            "#" the model's family, where state is bound to it
    whole   whether `wire` is a part of its own; else it is the state of the part that follows: [kind of the state,
            its value, what follows: text or call; or "before" for what is said of the text before it]
    wire    JSON in the issuer's words; `{REFERENCE: [start, end]}` stands for a piece of the visible text beside it
    text    length and digest of the visible text beside it, or None where there is none. Of state that belongs to a
            part which the client sees, it is that of the text, or of the id of the call; carriers of old, and those
            that ride on the call themselves, do not say it
    place   how many characters of text, and how many calls, stand before it in the message, where the client's
            dialect does not keep the order of parts; else None
    """

    issuer: str
    whole: bool
    wire: Any
    text: tuple[int, str] | None = None
    place: tuple[int, int] | None = None


def encode(units: Iterable[Unit]) -> str | None:
    """The carrier of `units`, in [A-Za-z0-9_-]; None if they are too much for one."""
    rows = [
        [issuer, whole, wire, text and list(text), place and list(place)] for issuer, whole, wire, text, place in units
    ]
    packed = dumps(rows)
    if len(packed) > LIMIT:
        return None
    if len(packed) > PLAIN:
        deflate = zlib.compressobj(6, zlib.DEFLATED, *_WINDOW)
        packed = deflate.compress(packed) + deflate.flush()
    letters = binascii.b2a_base64(_digest(packed) + packed, newline=False)
    return MARK + letters.replace(b"+", b"-").replace(b"/", b"_").rstrip(b"=").decode()


def is_carrier(value: Any) -> bool:
    """Whether a value says that it is one of ours, of whatever version, or did so before it was mangled; `decode` says
    whether it is whole."""
    return type(value) is str and (value.startswith(MARK) or _MARKED(value) is not None or _was_marked(value))


def decode(value: str) -> list[Unit] | None:
    """The units of a carrier, whichever base64 alphabet it came back in; None where it was mangled, or is of another
    version."""
    if not value.startswith(MARK):
        return None
    text = value[len(MARK) :].rstrip("=").replace("+", "-").replace("/", "_")
    if len(text) % 4 == 1:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        if _digest(raw[6:]) != raw[:6]:
            return None
        # Not the fast parser: it has no integers beyond 64 bits.
        rows = json.loads(_inflated(raw[6:]))
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        return None
    units = [_unit(row) for row in rows] if type(rows) is list else []
    return [u for u in units if u is not None] if units and None not in units else None


_LETTERS = frozenset(FORM)
# The mark of any version, in letters of either case.
_MARKED = re.compile(r"dragom[0-9]{2}", re.IGNORECASE).match
# On an id: behind the joint; or, where the joint is mangled, with something behind it. Names may begin so (dragoman).
_RIDING = re.compile(r"__dragom[0-9]{2}|_?dragom[0-9]{2}(?=[A-Za-z0-9+/_-]{16})", re.IGNORECASE).search
_CUT = tuple(f"__{MARK[:n]}" for n in range(4, len(MARK)))  # an id that ends within the mark


def _was_marked(value: str) -> bool:
    """Whether a carrier's mark was mangled: it is like ours, and the digest is that of what stands behind it."""
    alike = len(_LETTERS.intersection(value[: len(MARK)].lower()))
    return alike >= 4 and any(decode(MARK + value[len(MARK) + n :]) is not None for n in (0, -1, 1))


def _inflated(packed: bytes) -> bytes:
    """The JSON that was packed; nothing where it has no end within the limit."""
    if packed[:1] == b"[":
        return packed
    stream = zlib.decompressobj()
    body = stream.decompress(packed, LIMIT)
    return body if stream.eof else b""


def _digest(packed: bytes) -> bytes:
    return bytes.fromhex(sha256(MARK.encode() + packed)[:12])


def _unit(row: Any) -> Unit | None:
    """A unit as it was written, or None: whoever can compute a digest can write anything."""
    if type(row) is not list or len(row) != 5:
        return None
    issuer, whole, wire, text, place = row
    told = type(text) is list and len(text) == 2 and type(text[0]) is int and type(text[1]) is str
    placed = type(place) is list and len(place) == 2 and all(type(n) is int and n >= 0 for n in place)
    if type(issuer) is not str or type(whole) is not bool:
        return None
    if (text is not None and not told) or (place is not None and not placed):
        return None
    if whole and type(wire) is not dict:
        return None
    if not whole and not (type(wire) is list and len(wire) == 3 and type(wire[0]) is str and wire[2] in FOLLOWING):
        return None
    return Unit(issuer, whole, wire, tuple(text) if told else None, tuple(place) if placed else None)


# --- text that the client sees anyway ------------------------------------------------------------------------


def whole(issuer: str, wire: Json, shown: str) -> Unit | None:
    """The unit of a whole part, with references for what of it stands in the visible text `shown`.

    None for words that look like such a reference themselves.
    """
    if _has_reference(wire):
        return None
    text = (len(shown), _mark_of(shown)) if shown else None
    return Unit(issuer, True, _refer(wire, shown) if shown else wire, text)


def within(unit: Unit, shown: str) -> Any:
    """The wire form of `unit` beside the visible text `shown`, or None where that is not the text it went out with.

    The text may stand at the end of a longer one: clients join what they see.
    """
    if unit.text is None or not _has_reference(unit.wire):
        return unit.wire
    length, mark = unit.text
    tail = shown[len(shown) - length :] if length <= len(shown) else ""
    return _resolve(unit.wire, tail) if tail and _mark_of(tail) == mark else None


def without_text(unit: Unit, shown: str, first: bool = False) -> str:
    """What is left of the visible text `shown` without that of `unit`: from its end, or as its `first` piece."""
    length, mark = unit.text or (0, "")
    if first:
        return shown[length:] if length and _mark_of(shown[:length]) == mark else shown
    rest = max(len(shown) - length, 0)
    return shown[:rest] if length and _mark_of(shown[rest:]) == mark else shown


def untagged(unit: Unit, shown: str) -> str:
    """The text `shown` without the text of `unit` between tags, as some clients see thinking."""
    length, mark = unit.text or (0, "")
    for tag in ("think", "thought"):
        start = shown.find(f"<{tag}>") if length else -1
        while start >= 0:
            begin = start + len(tag) + 2
            end = begin + length
            if shown.startswith(f"</{tag}>", end) and _mark_of(shown[begin:end]) == mark:
                return shown[:start] + shown[end + len(tag) + 3 :]
            start = shown.find(f"<{tag}>", start + 1)
    return shown


def tells(unit: Unit, shown: str) -> bool:
    """Whether `shown` is the text that `unit` went out with; of a text it does not know it says nothing."""
    return unit.text is not None and unit.text == (len(shown), _mark_of(shown))


def beside(unit: Unit, shown: str) -> Unit:
    """`unit` with a note of the visible text that it says in full itself."""
    text = (len(shown), _mark_of(shown)) if shown else unit.text
    return Unit(unit.issuer, unit.whole, unit.wire, text, unit.place)


def _mark_of(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass"))[:12]


def _is_reference(value: Any) -> bool:
    return type(value) is dict and value.keys() == {REFERENCE}


def _has_reference(value: Any) -> bool:
    if type(value) is dict:
        return _is_reference(value) or any(map(_has_reference, value.values()))
    return type(value) is list and any(map(_has_reference, value))


def _refer(value: Any, shown: str) -> Any:
    if type(value) is str:
        start = shown.find(value) if len(value) >= _SHORT else -1
        return {REFERENCE: [start, start + len(value)]} if start >= 0 else value
    if type(value) is dict:
        return {key: _refer(item, shown) for key, item in value.items()}
    return [_refer(item, shown) for item in value] if type(value) is list else value


def _resolve(value: Any, shown: str) -> Any:
    if _is_reference(value):
        span = value[REFERENCE]
        whole = type(span) is list and len(span) == 2 and all(type(n) is int for n in span)
        return shown[span[0] : span[1]] if whole else value
    if type(value) is dict:
        return {key: _resolve(item, shown) for key, item in value.items()}
    return [_resolve(item, shown) for item in value] if type(value) is list else value


class Issuer(NamedTuple):
    """Who issued a state: the dialect, the provider and the family of the model, the last two or "" ."""

    dialect: str
    provider: str
    family: str


def issuer_of(text: str) -> Issuer:
    """The parts of an issuer's name."""
    head, _, family = text.partition("#")
    dialect, _, provider = head.partition("@")
    return Issuer(dialect, provider, family)


# --- ids -------------------------------------------------------------------------------------------------------


def ride(call_id: str, token: str) -> str:
    """A call's id with a carrier on it, in the alphabet of ids."""
    return f"{call_id}{JOINT}{token}"


def alight(call_id: str) -> tuple[str, str | None]:
    """A call's id without what rides on it, and the carrier that did, mangled or not."""
    plain, joint, token = call_id.partition(JOINT + MARK)
    if joint:
        return plain, MARK + token
    found = _RIDING(call_id)
    if found is not None:
        return call_id[: found.start()], call_id[found.start() :].lstrip("_")
    at = call_id.find(JOINT)
    while at >= 0:
        token = call_id[at + len(JOINT) :]
        if _was_marked(token) or call_id[at:] in _CUT:
            return call_id[:at], token
        at = call_id.find(JOINT, at + 1)
    return call_id, None


def rides(call_id: str) -> bool:
    """Whether something may ride on an id: what is not there for sure does not cost more than this."""
    return JOINT in call_id or FORM in call_id.lower()
