"""Input that may be plain, gzip or a pipe; output that is there whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, Literal, cast

from ..errors import DragomanError
from ..jsontext import loads

MAX_LINE = 256 * 1024 * 1024
"""The bound on one line, and on a document that spans lines. A longer line fails, the next one is read."""

_BOM = b"\xef\xbb\xbf"
_SSE = re.compile(rb"[ \t]*(?:data|event|id|retry)?:")
_GZIP = b"\x1f\x8b"

Form = Literal["lines", "document", "stream"]
Numbered = tuple[int, bytes | None]


class _Joined(io.RawIOBase):
    """Bytes already taken from `rest`, then `rest` itself: a pipe cannot be wound back."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._head:
            piece, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            piece = cast(io.BufferedReader, self._rest).read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


class Input:
    """A file, or stdin for `-`; decompressed if it is gzip, whatever the name says.

    `form` comes first, then the one reader that fits; `line` is the number of the last line read. Raises
    OSError, and EOFError or zlib.error where gzip is damaged.
    """

    def __init__(self, path: str) -> None:
        raw: IO[bytes] = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115
        head = raw.read(len(_GZIP))
        whole = io.BufferedReader(cast(io.RawIOBase, _Joined(head, raw)), 1 << 17)
        if head == _GZIP:
            # Through _Joined, which reads no further than it must: what comes before a damage is not lost.
            unzipped = cast(IO[bytes], gzip.GzipFile(fileobj=whole))
            whole = io.BufferedReader(cast(io.RawIOBase, _Joined(b"", unzipped)), 1 << 17)
        self._raw = raw
        self._file = whole
        self._taken: list[bytes] = []  # read ahead by `form`
        self.line = 0

    def form(self) -> Form:
        """What the input is, by its first lines.

        A line that is a JSON value by itself makes JSONL. So does a broken one, unless it breaks off where
        printed documents break their lines and the next line is no value by itself.
        """
        first = self._ahead()
        if first is None:
            return "lines"
        if _SSE.match(first):
            return "stream"
        if _is_json(first):
            return "lines"
        second = self._ahead()
        if second is None:
            return "lines"
        first, second = first.strip(), second.strip()
        if first in (b"{", b"["):
            return "document"
        broken_off = first.endswith((b"{", b"[", b",", b":")) or second.startswith((b",", b":"))
        return "document" if broken_off and not _is_json(second) else "lines"

    def listed(self) -> bool:
        """Whether the input begins as a JSON array does; behind `form`."""
        return next((line for line in map(_begun, self._taken) if line), b"")[:1] == b"["

    def lines(self) -> Iterator[Numbered]:
        """The lines without their ends, with their numbers from 1; None for one longer than MAX_LINE."""
        taken, self._taken = self._taken, []
        for line in taken:
            self.line += 1
            yield self.line, line.removesuffix(b"\n").removesuffix(b"\r")
        while line := self._file.readline(MAX_LINE + 1):
            self.line += 1
            if len(line) > MAX_LINE and not line.endswith(b"\n"):
                while line and not line.endswith(b"\n"):
                    line = self._file.readline(1 << 20)
                yield self.line, None
            else:
                yield self.line, line.removesuffix(b"\n").removesuffix(b"\r")

    def whole(self) -> bytes | None:
        """All of it; None if it is longer than MAX_LINE."""
        size = 0
        pieces = []
        for piece in self.chunks():
            size += len(piece)
            if size > MAX_LINE:
                return None
            pieces.append(piece)
        return b"".join(pieces)

    def chunks(self) -> Iterator[bytes]:
        """All of it, in pieces as they come."""
        self.line = 1
        yield from self._taken
        while chunk := self._file.read1(1 << 16):
            yield chunk

    def close(self) -> None:
        """Close the file; stdin stays open."""
        if self._raw is not sys.stdin.buffer:
            self._raw.close()

    def _ahead(self) -> bytes | None:
        """The next line that is not blank, kept for who reads on; None at the end and for one too long."""
        while line := self._file.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                self._file = io.BufferedReader(_Joined(line, self._file), 1 << 17)
                return None
            self._taken.append(line)
            if len(self._taken) == 1:
                line = line.removeprefix(_BOM)
            if line.strip():
                return line
        return None


def _begun(line: bytes) -> bytes:
    return line.removeprefix(_BOM).lstrip()


def _is_json(line: bytes) -> bool:
    try:
        loads(line)
    except DragomanError:
        return False
    return True


class Output:
    """A file to write: None or `-` is stdout, `.gz` compresses.

    A regular file appears under its name only when `commit` is called, and replaces what was there in one
    step; until then it is a temporary file beside it, which `discard` removes. Raises OSError.
    """

    def __init__(self, path: str | None) -> None:
        self._temporary: str | None = None
        self._path = ""
        self._handle: IO[bytes]
        if path is None or path == "-":
            self._handle = sys.stdout.buffer
        elif os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
            self._handle = open(path, "wb")  # noqa: SIM115  # a device or a named pipe is never replaced
        else:
            self._path = os.path.realpath(path)
            folder, name = os.path.split(self._path)
            try:
                handle, self._temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=folder)
            except OSError as error:
                raise OSError(error.errno, error.strerror, path) from None
            self._handle = os.fdopen(handle, "wb")
        self.file: IO[bytes] = self._handle
        if self._path.endswith(".gz"):
            # No name and no time inside: the same input gives the same file.
            zipped = gzip.GzipFile(filename="", mode="wb", fileobj=self._handle, mtime=0)
            self.file = cast(IO[bytes], zipped)

    def commit(self) -> None:
        """Everything has been written: let it be seen."""
        if self.file is not self._handle:
            self.file.close()
        self._handle.flush()
        if self._temporary is None:
            return
        os.fsync(self._handle.fileno())
        self._handle.close()
        os.chmod(self._temporary, _mode(self._path))
        os.replace(self._temporary, self._path)
        self._temporary = None

    def discard(self) -> None:
        """Leave nothing behind; after `commit` this does nothing."""
        if self._temporary is not None:
            self._handle.close()
            os.unlink(self._temporary)
            self._temporary = None


def _mode(path: str) -> int:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
