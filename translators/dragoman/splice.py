"""Deltas whose bytes repeat but for one text: the text's JSON literal is spliced from frame to frame, undecoded.

Two frames in a row that each gave one piece of text, in the same bytes around it, here and there, make a template.
Numbers that count the frames may stand in them (Responses' `sequence_number`), if they go up by one. While frames
fit it, what goes out is put together from bytes, and reader and writer are caught up later, with all the pieces in
one frame: when a frame comes that does not fit, at the end, or when enough is held. Whatever is not plain takes the
long way: what is written does not depend on this.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import orjson

from .events import Event, PartDelta

HELD = 1 << 18  # bytes of text held at most before reader and writer are caught up
_LONGEST = 1 << 16  # bytes of one literal
# A literal that orjson would write the same: no escape that has a plainer form.
_PLAIN = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt])+"').fullmatch
_COUNTER = re.compile(rb'"sequence_number":(\d{1,15})(?=[,}])')
_PROBE = b'"\\u0001 probe"'
_PROBED = "\x01 probe"


class Splicer:
    """The template of one stream, if there is one, and the pieces that reader and writer have not seen."""

    __slots__ = ("_found", "_held", "_last", "_size", "count", "fields", "ready", "size")

    def __init__(self, fields: frozenset[str]) -> None:
        self.fields = fields  # the fields of a PartDelta that the writer writes alike from piece to piece
        self.ready = False
        self._found: _Template | None = None
        self._last = (0, 0)  # the numbers of the last frame, here and there
        self._held: list[bytes] = []
        self._size = 0
        self.count = self.size = 0  # frames and bytes that were held

    def learn(self, chunk: bytes, events: list[Event], out: bytes) -> None:
        """Look at one frame that took the long way: what it was, what it meant, and what was written."""
        literal = self._literal(chunk, events, out)
        if not literal:
            self.ready, self._found = False, None
            return
        head, _, tail = chunk.partition(literal)
        before, _, after = out.partition(literal)
        (head, rest, number), (before, behind, sent) = _counted(head), _counted(before)
        found = _Template(head, rest, tail, before, behind, after)
        follows = number in (-1, self._last[0] + 1) and sent in (-1, self._last[1] + 1)
        known = found == self._found
        self.ready = known and follows
        self._found = found if known or _is_value(chunk, literal) else None
        self._last = (number, sent)

    def _literal(self, chunk: bytes, events: list[Event], out: bytes) -> bytes:
        """The one literal that is the frame's text, as it came and as it was written; b"" if that is not plain."""
        event = events[0] if len(events) == 1 else None
        if type(event) is not PartDelta or event.field not in self.fields or event.extra or chunk[-2:] != b"\n\n":
            return b""
        if type(event.value) is not str or not event.value.isprintable():
            return b""
        literal = orjson.dumps(event.value)
        return literal if chunk.count(literal) == 1 and out.count(literal) == 1 else b""

    def run(self, chunk: bytes) -> tuple[bytes, bytes]:
        """What the frames of `chunk` that fit give, and the rest of it."""
        assert self._found is not None
        head, rest, tail, before, behind, after = self._found
        number, sent = self._last
        here, there = head + rest, before + behind
        out: list[bytes] = []
        at = 0
        while True:
            if number >= 0:
                here = b"%b%d%b" % (head, number + 1, rest)
            if not chunk.startswith(here, at):
                break
            start = at + len(here)
            stop = chunk.find(tail, start)
            literal = chunk[start:stop]
            if stop < 0 or stop - start > _LONGEST or not _PLAIN(literal) or not _is_utf8(literal):
                break
            if number >= 0:
                number += 1
            if sent >= 0:
                sent += 1
                there = b"%b%d%b" % (before, sent, behind)
            out += (there, literal, after)
            self._held.append(literal[1:-1])
            self._size += stop - start
            self.count += 1
            self.size += stop + len(tail) - at
            at = stop + len(tail)
        self._last = (number, sent)
        return b"".join(out), chunk[at:]

    @property
    def numbered(self) -> bool:
        """Whether what is written is numbered."""
        return self._last[1] >= 0

    @property
    def full(self) -> bool:
        """Whether enough is held."""
        return self._size >= HELD

    def missed(self) -> tuple[bytes, int, int]:
        """One frame with all that was held, and how many frames and bytes it stands for; then nothing is held."""
        assert self._found is not None
        head, rest, tail, _, _, _ = self._found
        number = b"%d" % self._last[0] if self._last[0] >= 0 else b""
        whole = b'%b%b%b"%b"%b' % (head, number, rest, b"".join(self._held), tail) if self._held else b""
        count, size = self.count, self.size
        self._held, self._size, self.count, self.size = [], 0, 0, 0
        return whole, count, size


class _Template(NamedTuple):
    """The bytes around the text, here and there; between the first two and the middle two stands the number, if any."""

    head: bytes
    rest: bytes
    tail: bytes
    before: bytes
    behind: bytes
    after: bytes


def _counted(head: bytes) -> tuple[bytes, bytes, int]:
    """What stands before and behind the number that counts the frames, and that number; -1 for none."""
    found = _COUNTER.search(head)
    if found is None or found[1][:1] == b"0" != found[1]:
        return head, b"", -1
    return head[: found.start(1)], head[found.end(1) :], int(found[1])


def _is_utf8(literal: bytes) -> bool:
    if literal.isascii():
        return True
    try:
        literal.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_value(chunk: bytes, literal: bytes) -> bool:
    """Whether the literal in a frame is one value of its JSON, and nothing but that."""
    text = chunk[chunk.find(b"{") :]
    try:
        was, now = (orjson.loads(one) for one in (text, text.replace(literal, _PROBE)))
        return _differ(was, now) == [(orjson.loads(literal), _PROBED)]
    except (orjson.JSONDecodeError, RecursionError):
        return False


def _differ(a: Any, b: Any) -> list[tuple[Any, Any]]:
    """The leaves that differ."""
    if type(a) is dict and type(b) is dict and a.keys() == b.keys():
        return [pair for key in a for pair in _differ(a[key], b[key])]
    if type(a) is list and type(b) is list and len(a) == len(b):
        return [pair for x, y in zip(a, b, strict=True) for pair in _differ(x, y)]
    return [] if a == b else [(a, b)]
