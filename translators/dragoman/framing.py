"""Bytes to frames and back: SSE records and the elements of a streamed JSON array. Knows no dialect.

sans-IO: `feed` takes bytes as they arrive and returns the frames that are now complete, `close` returns what
is left. What comes out does not depend on how the bytes were split.

SSE is read as the WHATWG standard says (https://html.spec.whatwg.org/multipage/server-sent-events.html,
section 9.2.6), and further as recorded traffic of LLM APIs demands:

- a last record without its blank line is delivered on `close` (the standard throws it away);
- an event name without data is a frame with empty data (the standard throws it away);
- comments are frames of their own, in place: some servers send them as heartbeats, and they go home;
- spaces before a field name are skipped (` data: {...}` was recorded);
- lines that are no SSE at all are collected up to the blank line into one frame marked `bare`: servers and
  the proxies before them put JSON errors, HTML and plain sentences into the middle of a stream.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .errors import BrokenStream

MAX_FRAME = 64 * 1024 * 1024
"""The default bound on one frame in bytes: an image of 32 MB in base64 passes, an endless line does not."""

BOM = b"\xef\xbb\xbf"
_TAIL = 4096  # joined to the next chunk anew with every chunk, so it must be short
# The head of a record of the usual form: an event name or none, then one line of data.
_HEAD = re.compile(rb"(?:event: ?([^\r\n]*)\r?\n)?data:( ?)")
_FIELD_NAME = re.compile(rb"[A-Za-z0-9_-]+")
_RECORD_STARTS = (b"data:", b"event:", b":")
# JSON outside and inside a string. Possessive throughout, so that no input makes them try twice.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NO_BRACE = re.compile(rb'[^"{}]*+(?:%b[^"{}]*+)*+' % _STRING, re.DOTALL)
_NO_BRACKET = re.compile(rb'[^"\[\]]*+(?:%b[^"\[\]]*+)*+' % _STRING, re.DOTALL)


def _nested(depth: int) -> bytes:
    """A pattern for one JSON object with objects inside it down to `depth`."""
    inner = rb"%b|%b" % (_STRING, _nested(depth - 1)) if depth else _STRING
    return rb'\{[^"{}]*+(?:(?:%b)[^"{}]*+)*+\}' % inner


_OBJECT = re.compile(_nested(8), re.DOTALL)
_STRING_STOP = re.compile(rb'["\\]')
_SCALAR_STOP = re.compile(rb'[",\]]')
_SPACE = re.compile(rb"[ \t\r\n]*")
_SPACE_OR_COMMA = re.compile(rb"[ \t\r\n,]*")


class Frame(NamedTuple):
    """One SSE record, one comment or one array element.

    `event`: the SSE event name, None where there is none. `data`: the payload as raw bytes, several `data:`
    lines joined with LF. `offset`: the byte of the stream where it begins. `comment`: the text of a comment;
    None for everything that is not a comment. `bare`: `data` stood in the stream without any framing.
    """

    # A tuple, because tuple.__new__ is the cheapest constructor: a slotted class costs 1.5 times as much.
    event: str | None
    data: bytes
    offset: int
    comment: bytes | None = None
    bare: bool = False


_new = tuple.__new__


class _Decoder:
    """What both decoders share: the bound, the place in the stream, and how a failure is told."""

    __slots__ = ("_closed", "_fault", "_max", "_partial", "_pos", "_started", "_told", "frames")

    def __init__(self, max_frame: int = MAX_FRAME) -> None:
        self._max = max_frame
        self._pos = 0  # offset of the first byte that no frame or line has taken yet
        self._partial = bytearray()  # the bytes from there on
        self._started = False  # a byte order mark is ruled out or skipped
        self._fault: BrokenStream | None = None
        self._told = False
        self._closed = False
        self.frames = 0  # delivered so far

    def feed(self, chunk: bytes | bytearray | memoryview) -> list[Frame]:
        """The frames that `chunk` completes.

        Raises BrokenStream for a frame beyond `max_frame`, once the frames before it are delivered (so at the
        latest on the next call), and for a chunk after `close`.
        """
        self._check()
        out: list[Frame] = []
        head = self._begin(bytes(chunk))
        if head:
            self._read(head, out)
        return self._deliver(out)

    def close(self) -> list[Frame]:
        """The frames that only the end of the stream completes; none when called again.

        Raises BrokenStream where a frame beyond `max_frame` has not been told of yet.
        """
        if self._closed:
            return []
        self._closed = True
        out: list[Frame] = []
        if not self._started:
            self._started = True
            head = bytes(self._partial)
            self._partial.clear()
            self._read(head, out)
        if self._fault is None:
            self._end(out)
        return self._deliver(out)

    def _read(self, data: bytes, out: list[Frame]) -> None:
        raise NotImplementedError

    def _end(self, out: list[Frame]) -> None:
        raise NotImplementedError

    def _begin(self, chunk: bytes) -> bytes:
        """`chunk` without the byte order mark at the start of the stream; empty while that is undecided."""
        if self._started:
            return chunk
        self._partial += chunk
        head = bytes(self._partial)
        if len(head) < len(BOM) and BOM.startswith(head):
            return b""
        self._partial.clear()
        self._started = True
        if head.startswith(BOM):
            self._pos = len(BOM)
            return head[len(BOM) :]
        return head

    def _fail(self, offset: int, out: list[Frame]) -> None:
        self._partial.clear()
        message = f"a frame of the stream is larger than {self._max} bytes"
        self._fault = BrokenStream(message, frame=self.frames + len(out), offset=offset)

    def _check(self) -> None:
        if self._closed:
            raise BrokenStream("fed after it had been closed", frame=self.frames, offset=self._pos)
        if self._fault is not None:
            self._told = True
            raise self._fault

    def _deliver(self, out: list[Frame]) -> list[Frame]:
        # Raising at once would lose the good frames of the same call, and which depends on the split.
        if self._fault is not None and not out and not self._told:
            self._told = True
            raise self._fault
        self.frames += len(out)
        return out


class SSEDecoder(_Decoder):
    """A `text/event-stream` to frames; `max_frame` bounds the bytes of one record, its line ends included."""

    __slots__ = (
        "_aligned", "_bare", "_data", "_event", "_name", "_prefix", "_size", "_skip", "_skip_lf", "_spaced",
        "_start", "_tail",
    )  # fmt: skip

    def __init__(self, max_frame: int = MAX_FRAME) -> None:
        super().__init__(max_frame)
        self._aligned = False  # the next byte begins a record, and nothing is pending
        # The head of the last record of the usual form and the event it names: the next is likely the same.
        self._prefix = b"data: "
        self._skip = len(self._prefix)
        self._name: str | None = None
        self._spaced = True  # that head ends with a space
        self._tail = b""  # a record cut inside its line, not looked at yet
        self._skip_lf = False  # the last byte was CR; an LF after it belongs to the same line end
        # The record under way, for the careful path:
        self._event = b""
        self._data: list[bytes] | None = None
        self._bare: list[bytes] | None = None
        self._start = -1  # its offset; -1 before its first field
        self._size = 0  # of its lines so far

    def feed(self, chunk: bytes | bytearray | memoryview) -> list[Frame]:
        """See `_Decoder.feed`; the two fast paths are entered here without a detour."""
        if not self._aligned:
            return super().feed(chunk)
        if type(chunk) is not bytes:
            chunk = bytes(chunk)
        if self._tail:
            chunk = self._tail + chunk
            self._tail = b""
        # One record of the expected form is the whole chunk: what an HTTP client mostly hands over.
        skip = self._skip
        size = len(chunk)
        if chunk.startswith(self._prefix) and self._spaced and size <= self._max:
            stop = chunk.find(b"\n", skip)
            # 0x0D and not b"\r": `bytes in bytes` raises and catches a TypeError inside, at 4 times the cost.
            if stop == size - 2:
                whole = chunk[-1] == 0x0A and 0x0D not in chunk
            elif whole := stop == size - 3 and chunk[-2:] == b"\r\n":
                stop = size - 4
                whole = chunk.find(b"\r", skip) == stop
            if whole:
                at = self._pos
                self._pos = at + size
                self.frames += 1
                return [_new(Frame, (self._name, chunk[skip:stop], at, None, False))]
        out: list[Frame] = []
        self._records(chunk, out)
        return self._deliver(out)

    @property
    def between(self) -> bool:
        """Whether the bytes so far end with a record."""
        return self._aligned and not self._tail

    def passed(self, frames: int, size: int) -> None:
        """Count `frames` more records, of `size` more bytes, that did not come by."""
        self.frames += frames
        self._pos += size

    def _read(self, data: bytes, out: list[Frame]) -> None:
        if self._partial and 0x0A not in data and 0x0D not in data:
            self._keep(data, out)
            return
        if self._start >= 0 or self._partial or self._skip_lf:
            # Finish the record under way by itself, so that the fast path can take over behind it.
            lf, crlf = data.find(b"\n\n"), data.find(b"\n\r\n")
            end = len(data) if lf == crlf else lf + 2 if crlf < 0 or 0 <= lf < crlf else crlf + 3
            self._lines(data[:end], out)
            if not self._aligned:
                self._lines(data[end:], out)
                return
            data = data[end:]
        self._records(data, out)

    def _records(self, chunk: bytes, out: list[Frame]) -> None:
        """The fast path: records of one or two lines with the head that is expected, one line end throughout.

        Everything else is handed to the careful path, which reads the same bytes the same way, only slower.
        """
        if len(chunk) > self._max:
            self._lines(chunk, out)
            return
        lf = 0x0D not in chunk
        newline, blank = (b"\n", b"\n\n") if lf else (b"\r", b"\r\n\r\n")
        width = len(blank)
        base, prefix, name, skip, spaced = self._pos, self._prefix, self._name, self._skip, self._spaced
        find, startswith = chunk.find, chunk.startswith
        at = 0
        end = chunk.rfind(blank) + width
        if end < width:
            end = 0
        while at < end:
            if startswith(prefix, at):
                # There is a blank line behind it, so a line end is found, and a byte after it.
                stop = find(newline, at + skip)
                data = chunk[at + skip : stop]
                if (
                    (chunk[stop + 1] == 0x0A if lf else startswith(blank, stop) and 0x0A not in data)
                    and (spaced or data[:1] != b" ")
                ):  # fmt: skip
                    out.append(_new(Frame, (name, data, base + at, None, False)))
                    at = stop + width
                    continue
            head = _HEAD.match(chunk, at)
            if head is not None and head.group() != prefix:
                prefix = self._prefix = head.group()
                name = self._name = (head.group(1) or b"").decode("utf-8", "replace") or None
                skip = self._skip = len(prefix)
                spaced = self._spaced = head.group(2) == b" "
                continue
            stop = find(blank, at) + width
            if stop < width:  # one more line end behind a blank line
                stop = end
            self._pos = base + at
            self._lines(chunk[at:stop], out)
            at = stop
        self._pos = base + end
        self._aligned = True
        rest = len(chunk) - end
        if rest:
            # A short record cut inside its last line waits as it is: nothing in it could be delivered.
            tail = chunk[end:]
            if rest <= _TAIL and tail.startswith(prefix) and tail.find(b"\n", skip) == tail.find(b"\r", skip):
                self._tail = tail
            else:
                self._lines(tail, out)

    def _lines(self, data: bytes, out: list[Frame]) -> None:
        """The careful path: line by line, from any state."""
        if not data or self._fault is not None:
            return
        if self._skip_lf and data[0] == 0x0A:
            self._pos += 1
            data = data[1:]
        partial = self._partial
        for line in data.splitlines(keepends=True):  # of bytes: LF, CR and CRLF alone
            if partial:
                partial += line
            if line[-1] == 0x0A:
                text = line[:-2] if line[-2:-1] == b"\r" else line[:-1]
            elif line[-1] == 0x0D:
                text = line[:-1]
            else:
                self._keep(b"" if partial else line, out)
                break
            length = len(line)
            if partial:
                length = len(partial)
                text = bytes(partial[: length - len(line) + len(text)])
                partial.clear()
            self._line(text, out)
            if self._fault is not None:
                break
            self._pos += length
        self._skip_lf = data[-1:] == b"\r"
        self._aligned = self._start < 0 and not partial and not self._skip_lf and self._fault is None

    def _keep(self, data: bytes, out: list[Frame]) -> None:
        self._partial += data
        if self._size + len(self._partial) >= self._max:
            self._fail(self._pos if self._start < 0 else self._start, out)

    def _line(self, text: bytes, out: list[Frame]) -> None:
        if not text:
            self._dispatch(out)
            return
        if self._size + len(text) >= self._max:
            self._fail(self._pos if self._start < 0 else self._start, out)
            return
        if self._bare is not None:
            if not text.startswith(_RECORD_STARTS):
                self._size += len(text) + 1
                self._bare.append(text)
                return
            self._dispatch(out)
        field, colon, value = text.partition(b":")
        field = field.lstrip(b" \t")
        if not field:
            if colon:
                out.append(Frame(None, b"", self._pos, value.removeprefix(b" ")))
            return
        bare = _FIELD_NAME.fullmatch(field) is None
        if bare and self._data is not None:
            self._dispatch(out)
        if self._start < 0:
            self._start = self._pos
        self._size += len(text) + 1
        if field == b"data":
            if self._data is None:
                self._data = []
            self._data.append(value.removeprefix(b" "))
        elif field == b"event":
            self._event = value.removeprefix(b" ")
        elif bare:
            self._bare = [text]

    def _dispatch(self, out: list[Frame]) -> None:
        lines = self._bare if self._data is None else self._data
        if lines is not None or self._event:
            event = self._event.decode("utf-8", "replace") or None
            out.append(Frame(event, b"\n".join(lines or ()), self._start, None, self._bare is not None))
        self._event = b""
        self._data = self._bare = None
        self._start = -1
        self._size = 0

    def _end(self, out: list[Frame]) -> None:
        self._lines(self._tail, out)
        self._tail = b""
        if self._partial:
            text = bytes(self._partial)
            self._partial.clear()
            self._line(text, out)
        if self._fault is None:
            self._dispatch(out)
        self._aligned = False


class JSONArrayDecoder(_Decoder):
    """The elements of one JSON array, each as soon as it is complete; `max_frame` bounds an element.

    Gemini's streamGenerateContent without `alt=sse` answers `[{...}\\n,\\r\\n{...}]`. The JSON is not checked
    beyond brackets and strings. What stands outside the array is marked `bare`: an object (an error body in
    place of the array), or anything else, as one frame, up to the end of the stream.
    """

    __slots__ = (
        "_depth",
        "_escaped",
        "_inside",
        "_junk",
        "_now_bare",
        "_plain",
        "_quoted",
        "_scalar",
        "_start",
    )

    def __init__(self, max_frame: int = MAX_FRAME) -> None:
        super().__init__(max_frame)
        self._inside = False  # the array, between its brackets
        self._start = -1  # offset of the element under way; -1 between elements
        self._now_bare = False  # that element stands outside the array
        self._scalar = False  # it is no object and no array
        self._junk = False  # it is no JSON and goes on to the end
        self._plain = _NO_BRACE
        self._depth = 0
        self._quoted = False
        self._escaped = False

    def _read(self, data: bytes, out: list[Frame]) -> None:
        at, end = 0, len(data)
        while at < end and self._fault is None:
            if self._start < 0:
                at = self._between(data, at)
                if at == end or self._start < 0:
                    continue
            stop, done = self._element(data, at)
            size = len(self._partial) + stop - at
            if size > self._max:
                self._fail(self._start, out)
                break
            if not done:
                self._partial += data[at:stop]
            else:
                text = bytes(self._partial) + data[at:stop] if self._partial else data[at:stop]
                self._partial.clear()
                out.append(Frame(None, text, self._start, None, self._now_bare))
                self._start = -1
            at = stop
        self._pos += end

    def _between(self, data: bytes, at: int) -> int:
        """Pass what stands between elements; where one begins, note its kind and offset."""
        at = (_SPACE_OR_COMMA if self._inside else _SPACE).match(data, at).end()  # type: ignore[union-attr]
        if at == len(data):
            return at
        first = data[at]
        if first == 0x5D and self._inside:
            self._inside = False
            return at + 1
        if first == 0x5B and not self._inside:
            self._inside = True
            return at + 1
        self._start = self._pos + at
        self._now_bare = not self._inside
        self._scalar = first not in b"{["
        # Brackets of the element's own kind are enough to count: the other kind nests inside them.
        self._plain = _NO_BRACE if first == 0x7B else _NO_BRACKET
        self._junk = self._scalar and self._now_bare
        self._depth = 0
        self._quoted = self._escaped = False
        return at

    def _element(self, data: bytes, at: int) -> tuple[int, bool]:
        """Where in `data` the element under way ends, and whether it ends there."""
        end = len(data)
        if self._junk:
            return end, False
        if not self._partial and data[at] == 0x7B:
            whole = _OBJECT.match(data, at)
            if whole is not None:
                return whole.end(), True
        while at < end:
            if self._quoted:
                if self._escaped:
                    self._escaped = False
                    at += 1
                    continue
                found = _STRING_STOP.search(data, at)
                if found is None:
                    return end, False
                at = found.end()
                self._escaped = data[at - 1] == 0x5C
                self._quoted = self._escaped
            elif self._scalar:
                found = _SCALAR_STOP.search(data, at)
                if found is None:
                    return end, False
                at = found.start()
                if data[at] != 0x22:
                    return at, True
                self._quoted = True
                at += 1
            else:
                at = self._plain.match(data, at).end()  # type: ignore[union-attr]
                if at == end:
                    return end, False
                sign = data[at]
                at += 1
                if sign == 0x22:
                    self._quoted = True
                elif sign in b"{[":
                    self._depth += 1
                else:
                    self._depth -= 1
                    if self._depth == 0:
                        return at, True
        return end, False

    def _end(self, out: list[Frame]) -> None:
        if self._start >= 0 and self._partial:
            out.append(Frame(None, bytes(self._partial), self._start, None, self._now_bare))
        self._partial.clear()
        self._start = -1


def sse(data: bytes, event: str | None = None, newline: bytes = b"\n") -> bytes:
    """One SSE record; data of several lines becomes several `data:` lines."""
    head = b"" if event is None else b"event: " + _one_line(event.encode("utf-8", "replace")) + newline
    if b"\n" in data or b"\r" in data:
        data = (newline + b"data: ").join(_split(data))
    return head + b"data: " + data + newline + newline


def comment(text: bytes = b"", newline: bytes = b"\n") -> bytes:
    """One SSE comment; text of several lines becomes several comments."""
    return b": " + (newline + b": ").join(_split(text)) + newline + newline


def _split(text: bytes) -> list[bytes]:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def _one_line(name: bytes) -> bytes:
    return b" ".join(name.splitlines())
