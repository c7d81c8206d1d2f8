"""Deltas whose bytes repeat but for one text: the text's JSON literal is spliced from frame to frame, undecoded.

Two frames in a row that each gave one piece of text, in the same bytes around it, here and there, make a template.
While frames fit it, what goes out is put together from bytes, and reader and writer are caught up later, with all
the pieces in one frame: when a frame comes that does not fit, at the end, or when enough is held. Whatever is not
plain takes the long way: what is written does not depend on this.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from .events import Event, PartDelta

HELD = 1 << 18  # bytes of text held at most before reader and writer are caught up
_LONGEST = 1 << 16  # bytes of one literal
# A literal that orjson would write the same: no escape that has a plainer form.
_PLAIN = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt])+"').fullmatch
_PROBE = b'"\\u0001 probe"'
_PROBED = "\x01 probe"


class Splicer:
    """The template of one stream, if there is one, and the pieces that reader and writer have not seen."""

    __slots__ = ("_found", "_held", "_size", "count", "fields", "ready", "size")

    def __init__(self, fields: frozenset[str]) -> None:
        self.fields = fields  # the fields of a PartDelta that the writer writes alike from piece to piece
        self.ready = False
        self._found: tuple[bytes, bytes, bytes, bytes] | None = None
        self._held: list[bytes] = []
        self._size = 0
        self.count = self.size = 0  # frames and bytes that were held

    def learn(self, chunk: bytes, events: list[Event], out: bytes) -> None:
        """Look at one frame that took the long way: what it was, what it meant, and what was written."""
        found = self._template(chunk, events, out)
        self.ready = found is not None and found == self._found
        self._found = found

    def _template(self, chunk: bytes, events: list[Event], out: bytes) -> tuple[bytes, bytes, bytes, bytes] | None:
        event = events[0] if len(events) == 1 else None
        if type(event) is not PartDelta or event.field not in self.fields or event.extra or not out:
            return None
        literal = orjson.dumps(event.value) if type(event.value) is str and event.value.isprintable() else b""
        if not literal or chunk.count(literal) != 1 or out.count(literal) != 1 or chunk[-2:] != b"\n\n":
            return None
        head, _, tail = chunk.partition(literal)
        before, _, after = out.partition(literal)
        if self._found is not None and self._found[0] == head:
            return head, tail, before, after
        return (head, tail, before, after) if _is_value(head, tail, literal) else None

    def run(self, chunk: bytes) -> tuple[bytes, bytes]:
        """What the frames of `chunk` that fit give, and the rest of it."""
        assert self._found is not None
        head, tail, before, after = self._found
        skip, end_size = len(head), len(tail)
        out: list[bytes] = []
        at = 0
        while chunk.startswith(head, at):
            start = at + skip
            stop = chunk.find(tail, start)
            literal = chunk[start:stop]
            if stop < 0 or stop - start > _LONGEST or not _PLAIN(literal) or not _is_utf8(literal):
                break
            out += (before, literal, after)
            self._held.append(literal[1:-1])
            self._size += stop - start
            self.count += 1
            self.size += stop + end_size - at
            at = stop + end_size
        return b"".join(out), chunk[at:]

    @property
    def full(self) -> bool:
        """Whether enough is held."""
        return self._size >= HELD

    def missed(self) -> tuple[bytes, int, int]:
        """One frame with all that was held, and how many frames and bytes it stands for; then nothing is held."""
        assert self._found is not None
        head, tail, _, _ = self._found
        whole = b'%b"%b"%b' % (head, b"".join(self._held), tail) if self._held else b""
        count, size = self.count, self.size
        self._held, self._size, self.count, self.size = [], 0, 0, 0
        return whole, count, size


def _is_utf8(literal: bytes) -> bool:
    if literal.isascii():
        return True
    try:
        literal.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_value(head: bytes, tail: bytes, literal: bytes) -> bool:
    """Whether between `head` and `tail` stands one value of the frame's JSON, and nothing but that."""
    start = head.find(b"{")
    if start < 0:
        return False
    try:
        was, now = (orjson.loads(head[start:] + text + tail) for text in (literal, _PROBE))
    except orjson.JSONDecodeError:
        return False
    return _differ(was, now) == [(orjson.loads(literal), _PROBED)]


def _differ(a: Any, b: Any) -> list[tuple[Any, Any]]:
    """The leaves that differ."""
    if type(a) is dict and type(b) is dict and a.keys() == b.keys():
        return [pair for key in a for pair in _differ(a[key], b[key])]
    if type(a) is list and type(b) is list and len(a) == len(b):
        return [pair for x, y in zip(a, b, strict=True) for pair in _differ(x, y)]
    return [] if a == b else [(a, b)]
