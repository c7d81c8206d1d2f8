"""Stream grammars at work: the frames of a stream in, every rule that it breaks out.

    faults = grammar.check_stream("anthropic-messages", data)

The grammars themselves stand with their dialects (`dialects/*/grammar.py`), as data; docs/grammars.md shows them. Like
everything here this opens no socket: a gateway feeds a `Checker` the bytes as they come.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import registry
from .errors import BrokenStream, DragomanError, InvalidDocument
from .framing import Frame, JSONArrayDecoder, SSEDecoder
from .jsontext import loads
from .rules import FRAMED, JSON, SAME, Breaks, Finding, Grammar, Rule, Seen, Step, StreamFault, Table

__all__ = ["Checker", "StreamFault", "check_stream"]

_END = "the end of the stream"


class Checker:
    """Walks one stream of a dialect. One object per stream; raises UnknownDialect at once, and nothing for what is in a
    stream.

    `feed` takes bytes as they come, `close` ends them; both return the faults that are new, in the order of the
    frames.
    """

    def __init__(self, dialect: str) -> None:
        self.grammar: Grammar = registry.get(dialect).grammar()
        self.frames = 0
        self._decoder: SSEDecoder | JSONArrayDecoder | None = None if self.grammar.array else SSEDecoder()
        self._head = b""  # what came while it was open whether this is an array
        self._rules: dict[str, Rule] = {rule.name: rule for rule in self.grammar.rules}
        self._watches = [(rule, rule.watch()) for rule in self.grammar.rules if rule.watch is not None]
        self._tables = self.grammar.tables
        self._stream = next(iter(self._tables))
        self._states: dict[tuple[str, tuple[object, ...]], str] = {}
        self._counts: dict[tuple[str, tuple[object, ...]], int] = {}  # things begun below a parent
        self._over = False

    def feed(self, chunk: bytes) -> list[StreamFault]:
        """What is wrong with the frames that `chunk` completes. After `close` nothing is taken any more.

        Raises DragomanError for a chunk that is no bytes.
        """
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise DragomanError("a stream is fed with bytes")
        out: list[StreamFault] = []
        if not self._over:
            self._take(bytes(chunk), False, out)
        return out

    def close(self) -> list[StreamFault]:
        """What is wrong with the last frame, and with where the stream ends; nothing when called again."""
        out: list[StreamFault] = []
        if not self._over:
            self._take(b"", True, out)
        if not self._over:
            self._over = True
            self._end(out)
        return out

    def _take(self, chunk: bytes, last: bool, out: list[StreamFault]) -> None:
        if self._decoder is None:
            self._head += chunk
            begun = self._head.lstrip(b"\xef\xbb\xbf \t\r\n")
            if not begun and not last:
                return
            self._decoder = JSONArrayDecoder() if begun[:1] in (b"[", b"{") else SSEDecoder()
            chunk = self._head
        try:
            for frame in self._decoder.feed(chunk):
                self._frame(frame, out)
            for frame in self._decoder.close() if last else ():
                self._frame(frame, out)
        except BrokenStream:
            self._fault(FRAMED, Finding("", "a frame with an end", "a frame without bound"), out)
            self._over = True

    def _frame(self, frame: Frame, out: list[StreamFault]) -> None:
        if frame.comment is not None:
            if self.grammar.comments:
                self._fault(self.grammar.comments, Finding("", "no comment", "a comment"), out)
            self.frames += 1
            return
        if frame.bare:
            self._fault(FRAMED, Finding("", "a record", "bare text"), out)
        seen = self._seen(frame, out)
        if seen is not None:
            broken: tuple[str, tuple[object, ...]] | None = None
            for step in self.grammar.steps(seen):
                # What belongs to a thing that is out of order itself goes on in silence.
                quiet = broken is not None and (broken[0] == self._stream or step.key[: len(broken[1])] == broken[1])
                if not self._step(step, None if quiet else out) and not quiet:
                    broken = step.thing, step.key
            for rule, watch in self._watches if not frame.bare else ():
                for finding in watch.see(seen):
                    self._fault(rule.name, finding, out)
        self.frames += 1

    def _seen(self, frame: Frame, out: list[StreamFault]) -> Seen | None:
        """The frame with its data read; None where it has none."""
        mark = self.grammar.mark
        if mark and frame.data.strip() == mark:
            return Seen(self.frames, frame.event, {}, True)
        try:
            data = loads(frame.data)
        except InvalidDocument:
            self._fault(JSON, Finding("", "JSON", "something else"), out)
            return None
        if type(data) is not dict:
            self._fault(JSON, Finding("", "an object", "another value"), out)
            return None
        return Seen(self.frames, frame.event, data)

    def _step(self, step: Step, out: list[StreamFault] | None) -> bool:
        """Move one thing on; whether its table had this word in the row of its state."""
        table = self._tables[step.thing]
        first = table.first
        place = step.thing, step.key
        state = self._states.get(place, first)
        row = table.moves[state]
        cell = row.get(step.word)
        known = cell is not None
        if cell is None:
            if out is not None:
                self._fault(table.rule, Finding(step.at, " or ".join(row) or _END, step.word), out)
            following = _where(table, step.word) if state == first or state in table.left else SAME
        elif isinstance(cell, Breaks):
            if out is not None:
                usual = " or ".join(w for w, then in row.items() if not isinstance(then, Breaks))
                self._fault(cell.rule, Finding(step.at, usual or _END, step.word), out)
            following = cell.then
        else:
            following = cell
        following = following or state
        if following != state:
            self._states[place] = following
        if state == first != following and table.dense:
            parent = step.thing, step.key[:-1]
            count = self._counts.get(parent, 0)
            self._counts[parent] = count + 1
            if known and out is not None and step.key[-1] != count:
                self._fault(table.dense, Finding(step.at, f"number {count}", "another number"), out)
        return known

    def _end(self, out: list[StreamFault]) -> None:
        table = self._tables[self._stream]
        state = self._states.get((self._stream, ()), table.first)
        failed = state in self.grammar.failed
        left = table.left.get(state)
        if left is not None:
            self._fault(left, Finding("", " or ".join(table.moves[state]), _END), out)
        for rule, watch in self._watches:
            for finding in watch.end(failed):
                self._fault(rule.name, finding, out)
        if failed:
            return
        for (thing, _), state in self._states.items():
            table = self._tables[thing]
            if thing != self._stream and state in table.left:
                found = f"the {thing} is still in the state {state!r}"
                self._fault(table.left[state], Finding("", " or ".join(table.moves[state]), found), out)

    def _fault(self, name: str, finding: Finding, out: list[StreamFault]) -> None:
        rule = self._rules[name]
        at, expected, found = finding
        out.append(StreamFault(at, expected, found, self.frames, name, rule.level))


def _where(table: Table, word: str) -> str:
    """Where a word out of place leads: to the one state that it leads to elsewhere, if it does; else it is passed over.

    What is over stays over. So one fault is told once, and not again with every frame behind it.
    """
    cells = [row[word] for row in table.moves.values() if word in row]
    found = {cell.then if isinstance(cell, Breaks) else cell for cell in cells} - {SAME}
    return found.pop() if len(found) == 1 else SAME


def check_stream(dialect: str, data: bytes | Iterable[bytes]) -> list[StreamFault]:
    """Every fault of a whole stream of `dialect` or one of its flavours, given as bytes or as an iterable of bytes.

    Raises UnknownDialect, and DragomanError for what is no stream. A stream that keeps every rule gives an empty list.
    Values of the stream are in no fault.
    """
    checker = Checker(dialect)
    if isinstance(data, (bytes, bytearray, memoryview)):
        data = (bytes(data),)
    elif not isinstance(data, Iterable):
        raise DragomanError("a stream is bytes, or an iterable of bytes")
    out: list[StreamFault] = []
    for chunk in data:
        out += checker.feed(chunk)
    return out + checker.close()
