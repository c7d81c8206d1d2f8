"""Deltas whose bytes repeat but for one text: the text's JSON literal is spliced from frame to frame, undecoded.

Two frames in a row that each gave one piece of text, in the same bytes around it, here and there, make a template.
Numbers that count the frames may stand in them (Responses' `sequence_number`), if they go up by one, and figures of
which the last ones hold (Gemini's usage, in every frame). While frames fit it, what goes out is put together from
bytes, and reader and writer are caught up later, with all the pieces in one frame: when a frame comes that does not
fit, at the end, or when enough is held. Whatever is not plain takes the long way: what is written does not depend on
this.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, NamedTuple

import orjson

from .events import Event, PartDelta, UsageReport

_LONGEST = 1 << 16  # bytes of one literal
# A literal that orjson would write the same: no escape that has a plainer form.
_LITERAL = re.compile(rb'"(?!")[^"\\\x00-\x1f]*+(?:\\["\\bfnrt][^"\\\x00-\x1f]*+)*+"')
_PLAIN, _ALL_PLAIN = _LITERAL.match, _LITERAL.fullmatch
_COUNTER = re.compile(rb'"sequence_number":(\d{1,15})(?=[,}])')
_FIGURE = re.compile(rb":(?: ?)(?:0|[1-9]\d{0,14})(?![\d.eE])").sub
_ENDS = (b"\n\n", b"\r\n\r\n")
_END = re.compile(rb"\n\r?\n").search
_PROBE = b'"\\u0001 probe"'
_PROBED = "\x01 probe"


class Splicer:
    """The template of one stream, if there is one, and the pieces that reader and writer have not seen.

    fields: the fields of a PartDelta that the writer writes alike from piece to piece. figures: the key of an
    object of figures that frames may have behind the text; the writer tells the last of them, at the end.
    """

    limit: ClassVar[int] = 1 << 18  # bytes of frames: with more than that held, reader and writer are caught up
    __slots__ = (
        "_after",
        "_counts",
        "_end",
        "_figured",
        "_figures",
        "_found",
        "_frames",
        "_held",
        "_here",
        "_number",
        "_sent",
        "_there",
        "fields",
        "figures",
        "ready",
        "size",
    )

    def __init__(self, fields: frozenset[str], figures: bytes = b"") -> None:
        self.fields, self.figures = fields, figures
        self.ready = False
        self._found: _Template | None = None
        self._number = self._sent = 0  # the numbers of the last frame, here and there; -1 for none
        self._here = self._there = b""  # what the next frame begins with, here and there
        self._end = self._after = b""  # what it ends with, behind the figures if there are any
        self._figured = False  # whether there are figures
        self._counts = False  # whether frames are numbered, here or there
        self._figures = b""  # the figures of the last frame
        self._held: list[bytes] = []  # the texts, in quotes
        self._frames = 0  # how many frames they came in
        self.size = 0  # bytes of the frames that are held

    def learn(self, chunk: bytes, events: list[Event], out: bytes) -> None:
        """Look at one frame that took the long way: what it was, what it meant, and what was written."""
        literal = self._literal(chunk, events, out)
        if not literal:
            self.ready, self._found = False, None
            return
        head, _, tail = chunk.partition(literal)
        before, _, after = out.partition(literal)
        (head, rest, number), (before, behind, sent) = _counted(head), _counted(before)
        found = _Template(head, rest, *_figured(tail, self.figures), before, behind, after)
        follows = number in (-1, self._number + 1) and sent in (-1, self._sent + 1)
        known = found == self._found and not _overlap(rest or head, found.close or tail)
        if known and found.close:
            known = not _overlap(found.tail, found.close)
        self.ready = known and follows
        self._found = found if known or _is_value(chunk, literal) else None
        self._number, self._sent = number, sent
        self._here, self._there = _numbered(head, number, rest), _numbered(before, sent, behind)
        self._end, self._after, self._figured = found.close or tail, after, bool(found.close)
        self._counts = number >= 0 or sent >= 0

    def _literal(self, chunk: bytes, events: list[Event], out: bytes) -> bytes:
        """The one literal that is the frame's text, as it came and as it was written; b"" if that is not plain."""
        event = events[0] if events and all(type(e) is UsageReport for e in events[1:]) else None
        if type(event) is not PartDelta or event.field not in self.fields or event.extra or not chunk.endswith(_ENDS):
            return b""
        if type(event.value) is not str or not event.value.isprintable():
            return b""
        literal = orjson.dumps(event.value)
        return literal if chunk.count(literal) == 1 and out.count(literal) == 1 else b""

    def whole(self, chunk: bytes) -> bytes | None:
        """What `chunk` gives if it is one frame that fits, as clients mostly hand them over, or some that differ in
        their texts alone; None if it is anything else."""
        here, end, size = self._here, self._end, self.size + len(chunk)
        if size > self.limit or not (chunk.startswith(here) and chunk.endswith(end)):
            return None
        if self._figured:
            found = _PLAIN(chunk, len(here))
            if found is None or not self._fits(chunk, found.end(), len(chunk) - len(end)):
                return None
            literal = found[0]
        else:
            literal = chunk[len(here) : -len(end)]
            if not _ALL_PLAIN(literal):
                return None if self._counts else self._several(literal, size)
        if not (literal.isascii() or _is_utf8(literal)):
            return None
        self._held.append(literal)
        self._frames += 1
        self.size = size
        said = self._there + literal + self._after
        if self._counts:
            self._next()
        return said

    def _several(self, texts: bytes, size: int) -> bytes | None:
        """The same for the texts of several frames, with what stands between two texts between them."""
        between = self._end + self._here
        literals = texts.split(between)
        if not all(map(_ALL_PLAIN, literals)) or not (texts.isascii() or _is_utf8(texts)):
            return None
        self._held.append(texts.replace(b'"%b"' % between, b""))
        self._frames += len(literals)
        self.size = size
        return self._there + texts.replace(between, self._after + self._there) + self._after

    def _fits(self, chunk: bytes, at: int, stop: int) -> bool:
        """Whether from the end of the text to `stop` only figures have changed; if so they are the last ones now."""
        assert self._found is not None
        tail = self._found.tail
        if not chunk.startswith(tail, at):
            return False
        figures = chunk[at + len(tail) : stop]
        if _FIGURE(b":0", figures) != self._found.figures:
            return False
        self._figures = figures
        return True

    def _next(self) -> None:
        """One frame more has gone by: its numbers are the last ones now."""
        found = self._found
        assert found is not None
        if self._number >= 0:
            self._number += 1
            self._here = b"%b%d%b" % (found.head, self._number + 1, found.rest)
        if self._sent >= 0:
            self._sent += 1
            self._there = b"%b%d%b" % (found.before, self._sent + 1, found.behind)

    def run(self, chunk: bytes, at: int) -> tuple[bytes, int]:
        """What the frames of `chunk` that fit give, from the byte `at` on, and where the first that does not begins."""
        assert self._found is not None
        tail, close, after = self._found.tail, self._found.close, self._found.after
        held = self._held
        out: list[bytes] = []
        begin, end = at, len(chunk)
        while at < end and chunk.startswith(self._here, at):
            start = at + len(self._here)
            found = _PLAIN(chunk, start)
            if found is None:
                break
            literal, stop = found[0], found.end()
            if stop - start > _LONGEST or not chunk.startswith(tail, stop):
                break
            if not literal.isascii() and not _is_utf8(literal):
                break
            if close:
                last = chunk.find(b"}", stop + len(tail))
                if not chunk.startswith(close, last) or not self._fits(chunk, stop, last):
                    break
                stop = last + len(close)
            else:
                stop += len(tail)
            at = stop
            out += (self._there, literal, after)
            held.append(literal)
            self._frames += 1
            if self._counts:
                self._next()
        self.size += at - begin
        return b"".join(out), at

    @property
    def numbered(self) -> bool:
        """Whether what is written is numbered."""
        return self._sent >= 0

    def missed(self) -> tuple[bytes, int, int]:
        """One frame with all that was held, and how many frames and bytes it stands for; then nothing is held."""
        assert self._found is not None
        found, held, frames, size = self._found, self._held, self._frames, self.size
        self._held, self._frames, self.size = [], 0, 0
        if not held:
            return b"", 0, 0
        number = b"%d" % self._number if self._number >= 0 else b""
        text = bytearray()
        for literal in held:
            text += literal[1:-1]
        figures = self._figures if found.close else b""
        whole = b'%b%b%b"%b"%b%b%b' % (found.head, number, found.rest, bytes(text), found.tail, figures, found.close)
        return whole, frames, size


class _Template(NamedTuple):
    """The bytes around the text, here and there.

    Here: `head`, the number, if any, and `rest` stand before it; `tail`, the figures (here as 0) and `close`
    behind it. There: `before`, the number, if any, and `behind`; then `after`.
    """

    head: bytes
    rest: bytes
    tail: bytes
    figures: bytes
    close: bytes
    before: bytes
    behind: bytes
    after: bytes


def record_end(chunk: bytes, at: int) -> int:
    """Where the record of `chunk` that begins at the byte `at` ends, whatever its line ends; the end of the chunk where
    none is seen. No byte behind the end is looked at: a chunk may hold any number of records."""
    found = _END(chunk, at)
    return len(chunk) if found is None else found.end()


def _overlap(first: bytes, second: bytes) -> bool:
    """Whether a frame could have both in fewer bytes than they are: then a text between them might be none."""
    last = first[-1:]
    at = second.find(last) if last else -1
    while at >= 0:
        if first.endswith(second[: at + 1]):
            return True
        at = second.find(last, at + 1)
    return first in second


def _numbered(head: bytes, last: int, rest: bytes) -> bytes:
    """What stands before the next text, if the number of the last one was `last`; -1 for none."""
    return b"%b%d%b" % (head, last + 1, rest) if last >= 0 else head + rest


def _figured(tail: bytes, key: bytes) -> tuple[bytes, bytes, bytes]:
    """What stands behind a text: up to the figures that may change from frame to frame, these as 0, and the rest."""
    start = tail.find(key) + len(key) if key else -1
    start = tail.find(b"{", start) + 1 if start >= len(key) > 0 else 0
    stop = tail.find(b"}", start)
    if not start or stop < 0:
        return tail, b"", b""
    return tail[:start], _FIGURE(b":0", tail[start:stop]), tail[stop:]


def _counted(head: bytes) -> tuple[bytes, bytes, int]:
    """What stands before and behind the number that counts the frames, and that number; -1 for none."""
    found = _COUNTER.search(head)
    if found is None or found[1][:1] == b"0" != found[1]:
        return head, b"", -1
    return head[: found.start(1)], head[found.end(1) :], int(found[1])


def _is_utf8(literal: bytes) -> bool:
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
