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
from typing import Any, NamedTuple

import orjson

from .events import Event, PartDelta, UsageReport

_LONGEST = 1 << 16  # bytes of one literal
# A literal that orjson would write the same: no escape that has a plainer form.
_PLAIN = re.compile(rb'"(?!")[^"\\\x00-\x1f]*(?:\\["\\bfnrt][^"\\\x00-\x1f]*)*"').match
_COUNTER = re.compile(rb'"sequence_number":(\d{1,15})(?=[,}])')
_FIGURE = re.compile(rb":(?: ?)(?:0|[1-9]\d{0,14})(?![\d.eE])").sub
_ENDS = (b"\n\n", b"\r\n\r\n")
_PROBE = b'"\\u0001 probe"'
_PROBED = "\x01 probe"


class Splicer:
    """The template of one stream, if there is one, and the pieces that reader and writer have not seen.

    fields: the fields of a PartDelta that the writer writes alike from piece to piece. figures: the key of an
    object of figures that frames may have behind the text; the writer tells the last of them, at the end.
    """

    limit = 1 << 18  # bytes of frames: with more than that held, reader and writer are caught up
    __slots__ = (
        "_figures",
        "_found",
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
        self._figures = b""  # the figures of the last frame
        self._held: list[bytes] = []
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
        known = found == self._found
        self.ready = known and follows
        self._found = found if known or _is_value(chunk, literal) else None
        self._number, self._sent = number, sent
        self._here, self._there = _numbered(head, number, rest), _numbered(before, sent, behind)

    def _literal(self, chunk: bytes, events: list[Event], out: bytes) -> bytes:
        """The one literal that is the frame's text, as it came and as it was written; b"" if that is not plain."""
        event = events[0] if events and all(type(e) is UsageReport for e in events[1:]) else None
        if type(event) is not PartDelta or event.field not in self.fields or event.extra or not chunk.endswith(_ENDS):
            return b""
        if type(event.value) is not str or not event.value.isprintable():
            return b""
        literal = orjson.dumps(event.value)
        return literal if chunk.count(literal) == 1 and out.count(literal) == 1 else b""

    def run(self, chunk: bytes) -> tuple[bytes, bytes]:
        """What the frames of `chunk` that fit give, and the rest of it."""
        assert self._found is not None
        head, rest, tail, figures, close, before, behind, after = self._found
        held = self._held
        out: list[bytes] = []
        at, end = 0, len(chunk)
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
            stop += len(tail)
            if close:
                start, stop = stop, chunk.find(b"}", stop)
                if _FIGURE(b":0", chunk[start:stop]) != figures or not chunk.startswith(close, stop):
                    break
                self._figures = chunk[start:stop]
                stop += len(close)
            at = stop
            out += (self._there, literal, after)
            held.append(literal)
            if self._number >= 0:
                self._number += 1
                self._here = b"%b%d%b" % (head, self._number + 1, rest)
            if self._sent >= 0:
                self._sent += 1
                self._there = b"%b%d%b" % (before, self._sent + 1, behind)
        self.size += at
        return b"".join(out), chunk[at:]

    @property
    def numbered(self) -> bool:
        """Whether what is written is numbered."""
        return self._sent >= 0

    def missed(self) -> tuple[bytes, int, int]:
        """One frame with all that was held, and how many frames and bytes it stands for; then nothing is held."""
        assert self._found is not None
        found, held, size = self._found, self._held, self.size
        self._held, self.size = [], 0
        if not held:
            return b"", 0, 0
        number = b"%d" % self._number if self._number >= 0 else b""
        text = bytearray()
        for literal in held:
            text += literal[1:-1]
        figures = self._figures if found.close else b""
        whole = b'%b%b%b"%b"%b%b%b' % (found.head, number, found.rest, bytes(text), found.tail, figures, found.close)
        return whole, len(held), size


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


def record_end(chunk: bytes) -> int:
    """Where the first record of `chunk` ends, whatever its line ends; the end of the chunk where none is seen."""
    lf, crlf = chunk.find(b"\n\n"), chunk.find(b"\r\n\r\n")
    if crlf >= 0 and not 0 <= lf < crlf:
        return crlf + 4
    return lf + 2 if lf >= 0 else len(chunk)


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
