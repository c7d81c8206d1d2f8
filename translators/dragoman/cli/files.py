"""Input that may be plain, gzip or a pipe; output that is there whole or not at all.

Every OSError raised here names its file, but for stdout, whose errors come from elsewhere too.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import re
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Literal, cast

from ..errors import DragomanError
from ..jsontext import encoding_of, loads

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MAX_LINE = 256 * 1024 * 1024
"""The bound on one line, and on a document that spans lines. A longer line fails, the next one is read."""

_BOM = b"\xef\xbb\xbf"
_SSE = re.compile(rb"[ \t]*(?:data|event|id|retry)?:")
_GZIP = b"\x1f\x8b"

DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading gzip raises that is cut off or otherwise broken. BadGzipFile is an OSError, but no fault of a disk."""

Form = Literal["lines", "document", "stream"]
Numbered = tuple[int, bytes | None]


class _Joined(io.RawIOBase):
    """Bytes already taken from `rest`, then `rest` itself: a pipe cannot be wound back. `name`: for its errors."""

    def __init__(self, head: bytes, rest: IO[bytes], name: str) -> None:
        self._head = head
        self._rest = rest
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._head:
            piece, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            try:
                piece = cast(io.BufferedReader, self._rest).read1(len(buffer))
            except gzip.BadGzipFile:
                raise
            except OSError as error:
                raise _named(error, self._name) from None
        buffer[: len(piece)] = piece
        return len(piece)


class Input:
    """A file, or stdin for `-`; decompressed if it is gzip, whatever the name says.

    `form` comes first, then the one reader that fits; `line` is the number of the last line read. Raises
    OSError, and one of DAMAGED where gzip is damaged.
    """

    def __init__(self, path: str) -> None:
        if path == "-" and sys.stdin is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF), "stdin")
        raw: IO[bytes] = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115
        self._name = "stdin" if path == "-" else path
        try:
            head = raw.read(len(_GZIP))
        except OSError as error:
            raise _named(error, self._name) from None
        whole = io.BufferedReader(cast(io.RawIOBase, _Joined(head, raw, self._name)), 1 << 17)
        if head == _GZIP:
            # Through _Joined, which reads no further than it must: what comes before a damage is not lost.
            unzipped = cast(IO[bytes], gzip.GzipFile(fileobj=whole))
            whole = io.BufferedReader(cast(io.RawIOBase, _Joined(b"", unzipped, self._name)), 1 << 17)
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
        if is_json(first):
            return "lines"
        second = self._ahead()
        if second is None:
            return "lines"
        first, second = first.strip(), second.strip()
        if first in (b"{", b"["):
            return "document"
        broken_off = first.endswith((b"{", b"[", b",", b":")) or second.startswith((b",", b":"))
        return "document" if broken_off and not is_json(second) else "lines"

    def listed(self) -> bool:
        """Whether the input begins as a JSON array does; behind `form`."""
        return next((line for line in map(_begun, self._taken) if line), b"")[:1] == b"["

    def encoding(self) -> str | None:
        """Which encoding the input is in where that is not UTF-8; behind `form`."""
        return encoding_of(b"".join(self._taken)[:4])

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
        if sys.stdin is None or self._raw is not sys.stdin.buffer:
            self._raw.close()

    def _ahead(self) -> bytes | None:
        """The next line that is not blank, kept for who reads on; None at the end and for one too long."""
        while line := self._file.readline(MAX_LINE + 1):
            if len(line) > MAX_LINE:
                self._file = io.BufferedReader(_Joined(line, self._file, self._name), 1 << 17)
                return None
            self._taken.append(line)
            if len(self._taken) == 1:
                line = line.removeprefix(_BOM)
            if line.strip():
                return line
        return None


def _begun(line: bytes) -> bytes:
    return line.removeprefix(_BOM).lstrip()


def is_json(line: bytes | str) -> bool:
    """Whether the text is one JSON value."""
    try:
        loads(line)
    except DragomanError:
        return False
    return True


class _Sink(io.FileIO):
    """An open file whose errors in writing name it."""

    def __init__(self, handle: int, name: str) -> None:
        super().__init__(handle, "wb")
        self._name = name

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise _named(error, self._name) from None


class Output:
    """A file to write: None or `-` is stdout, `.gz` compresses.

    A regular file appears under its name only when `commit` is called, and replaces what was there in one
    step; until then it is a temporary file beside it, which `discard` removes. Raises OSError.
    """

    def __init__(self, path: str | None) -> None:
        self._temporary: str | None = None
        self._path = ""
        self._handle: IO[bytes]
        path = "-" if path is None else path
        number = descriptor(path)
        self._named = number != 1  # stdout stays open
        if number == 1:
            if sys.stdout is None:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF), "stdout")
            self._handle = sys.stdout.buffer
        elif number is not None:
            # Not by its name: that would write from the file's beginning, over what the shell has there.
            self._handle = io.BufferedWriter(_Sink(_copy(number, path), path))
        elif os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
            # A device or a named pipe is never replaced.
            self._handle = io.BufferedWriter(_Sink(os.open(path, os.O_WRONLY), path))
        else:
            self._path = os.path.realpath(path)
            folder, name = os.path.split(self._path)
            try:
                handle, self._temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=folder)
            except OSError as error:
                raise _named(error, path) from None
            self._handle = io.BufferedWriter(_Sink(handle, path))
        self.file: IO[bytes] = self._handle
        if self._path.endswith(".gz"):
            # No name and no time inside: the same input gives the same file.
            zipped = gzip.GzipFile(filename="", mode="wb", fileobj=self._handle, mtime=0)
            self.file = cast(IO[bytes], zipped)

    def finish(self) -> None:
        """Everything has been written: let it reach the disk. What is full now is full before anything is seen."""
        if self.file is not self._handle:
            self.file.close()
        self._handle.flush()
        if self._temporary is not None:
            os.fsync(self._handle.fileno())

    def commit(self) -> None:
        """After `finish`: let it be seen."""
        if self._named:
            self._handle.close()
        if self._temporary is None:
            return
        os.chmod(self._temporary, _mode(self._path))
        os.replace(self._temporary, self._path)
        self._temporary = None

    def discard(self) -> None:
        """Leave nothing behind; after `commit` this does nothing."""
        if self._named:
            with suppress(OSError):  # on a full disk: what is still in memory has no place there
                self._handle.close()
        if self._temporary is not None:
            os.unlink(self._temporary)
            self._temporary = None


def descriptor(path: str | None) -> int | None:
    """The number of the open file that `path` stands for (1: stdout), or None if it is a name in a folder."""
    if path is None or path == "-":
        return 1
    named = {"/dev/stdout": 1, "/dev/stderr": 2}.get(path)
    folder, _, number = path.rpartition("/")
    return int(number) if folder == "/dev/fd" and number.isascii() and number.isdigit() else named


def same_file(one: str | None, other: str | None) -> bool:
    """Whether two outputs are one file; None is stdout."""
    return _place(one) == _place(other)


def _place(path: str | None) -> object:
    """What is equal for two names of one file."""
    number = descriptor(path)
    name = "-" if path is None else path
    with suppress(OSError):
        found = os.stat(name if number is None else number)
        if stat.S_ISREG(found.st_mode):
            return found.st_dev, found.st_ino
    return os.path.realpath(name) if number is None else number


def _copy(number: int, path: str) -> int:
    try:
        return os.dup(number)
    except OSError as error:
        raise _named(error, path) from None


def _named(error: OSError, name: str) -> OSError:
    return OSError(error.errno, error.strerror or type(error).__name__, name)


def _mode(path: str) -> int:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
