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


def open_input(path: str) -> IO[bytes]:
    """The bytes of a file, or of stdin for `-`, decompressed if they are gzip whatever the name says."""
    raw: IO[bytes] = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115
    head = raw.read(len(_GZIP))
    whole = io.BufferedReader(_Joined(head, raw), 1 << 17)
    if head == _GZIP:
        return io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=whole)), 1 << 17)
    return whole


def sniff(reader: IO[bytes], *, stream: bool) -> tuple[Form, list[Numbered]]:
    """What the input is, from its first lines, and those lines (with their numbers) for whoever reads on.

    A line that is a JSON value by itself makes JSONL; so does a broken one, unless it breaks off where a
    printed document breaks its lines and the next line is no object of its own.
    """
    taken: list[Numbered] = []
    if stream:
        return "stream", taken
    for number, line in read_lines(reader, 1):
        taken.append((number, line))
        if line is None:
            return "lines", taken
        if line.removeprefix(_BOM).strip():
            break
    else:
        return "lines", taken
    first = line.removeprefix(_BOM)
    if _SSE.match(first):
        return "stream", taken
    if _is_json(first):
        return "lines", taken
    for number, following in read_lines(reader, number + 1):
        taken.append((number, following))
        if following is None or following.strip():
            break
    else:
        return "lines", taken
    if following is None:
        return "lines", taken
    opened = first.strip() in (b"{", b"[")
    broken_off = first.strip().endswith((b"{", b"[", b",", b":")) or following.strip().startswith((b",", b":"))
    return "document" if opened or (broken_off and not _is_json(following)) else "lines", taken


def _is_json(line: bytes) -> bool:
    try:
        loads(line)
    except DragomanError:
        return False
    return True


def read_lines(reader: IO[bytes], number: int) -> Iterator[Numbered]:
    """The lines from here on without their ends, numbered from `number`; None for one longer than MAX_LINE."""
    while line := reader.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = reader.readline(1 << 20)
            yield number, None
        else:
            yield number, line.removesuffix(b"\n").removesuffix(b"\r")
        number += 1


def read_whole(reader: IO[bytes], taken: list[Numbered]) -> bytes | None:
    """A document that spans lines, with those already taken; None if it is longer than MAX_LINE."""
    head = b"".join((line or b"") + b"\n" for _, line in taken).removeprefix(_BOM)
    rest = reader.read(MAX_LINE + 1)
    return head + rest if len(head) + len(rest) <= MAX_LINE else None


def read_chunks(reader: IO[bytes], taken: list[Numbered]) -> Iterator[bytes]:
    """A raw stream in chunks, with the lines already taken."""
    for _, line in taken:
        yield (line or b"") + b"\n"
    while chunk := reader.read(1 << 16):
        yield chunk


class Output:
    """A file to write: None or `-` is stdout, `.gz` compresses.

    A regular file appears under its name only when `commit` is called, and replaces what was there in one step;
    until then it is a temporary file beside it, which `discard` removes. Raises OSError.
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
            handle, self._temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=folder)
            self._handle = os.fdopen(handle, "wb")
        self.file: IO[bytes] = self._handle
        if self._path.endswith(".gz"):
            # No name and no time inside: the same input gives the same file.
            self.file = gzip.GzipFile(filename="", mode="wb", fileobj=self._handle, mtime=0)

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
