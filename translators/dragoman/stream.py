"""Streams through the canonical events: bytes in, bytes out, no sockets, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from . import registry
from .departure import departing
from .dialects.base import Context, Dialect
from .errors import MISBUILT, BrokenStream, DragomanError, InvalidDocument, UntranslatableDocument, misbuilt
from .events import Event, Failure, Legal, Start, Transport, failure_text, listed
from .failing import failing
from .jsontext import FINITE
from .model import Error
from .report import Loss, OnLoss, Report
from .splice import Splicer, record_end
from .tables import tell_error
from .unwrap import unwrapping

_NESTED = "a frame is nested beyond any sense"
_BEYOND = "a frame has a number beyond every float"


def _why(error: Exception) -> str:
    """What the peer and the caller are told of a frame that cannot be read or written."""
    beyond = isinstance(error, InvalidDocument) and any(fault.expected == FINITE for fault in error.faults)
    return _BEYOND if beyond else _NESTED


class StreamTranslation:
    """One running stream. One object per stream; not to be shared between threads.

    losses: what was lost so far. media_type: what the target's bytes are, for a `content-type`. error: BrokenStream
    once the stream has failed, else None; a caller's own refusal (on_loss="raise") stands there as
    UntranslatableDocument.
    """

    __slots__ = (
        "_cause",
        "_closed",
        "_departure",
        "_done",
        "_home",
        "_left",
        "_on_loss",
        "_reader",
        "_report",
        "_seen",
        "_source",
        "_splicer",
        "_target",
        "_unwrapping",
        "_writer",
        "error",
    )

    def __init__(self, source: Dialect, target: Dialect, context: Context, on_loss: OnLoss) -> None:
        self._home = source is target  # then the bytes pass
        self._source, self._target = source, target
        self._reader: Any = source.reader()
        self._report = Report(once=True)
        self._writer: Any = target.writer(self._report, source.documents == target.documents, context)
        self._departure = departing(source, target)
        self._unwrapping = unwrapping(source, target, context.request, self._report)
        self._on_loss = on_loss
        spliced: frozenset[str] = getattr(self._writer, "spliced", frozenset())
        splices = bool(spliced) and getattr(self._reader, "splices", False) and self._unwrapping is None
        self._splicer = Splicer(spliced, getattr(self._reader, "figures", b"")) if splices else None
        self._seen = 0
        self._done = self._closed = False
        self._left = b""  # what was said before the caller's policy raised, and the failure behind it
        self._cause: BrokenStream | None = None  # why nothing more can be read or written
        self.error: DragomanError | None = None

    @property
    def media_type(self) -> str:
        """`text/event-stream`, or `application/json` for a stream that is one JSON array."""
        return getattr(self._writer, "media_type", "text/event-stream")

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What was lost so far, in order."""
        if self._on_loss == "ignore":
            return ()
        numbers = sorted(self._reader.numbers())
        if numbers == list(range(len(numbers))):
            return tuple(self._report.losses)
        # "In streams into the document the source stream folds to": there a candidate stands at its position.
        return tuple(self._placed(loss, numbers) for loss in self._report.losses)

    def _placed(self, loss: Loss, numbers: list[int]) -> Loss:
        answers = (self._target if loss.kind == "invented" else self._source).answers
        number, slash, rest = loss.at.removeprefix(f"{answers}/").partition("/")
        if not answers or not loss.at.startswith(f"{answers}/") or not number.isdecimal():
            return loss
        known = int(number) in numbers
        return replace(loss, at=f"{answers}/{numbers.index(int(number))}{slash}{rest}") if known else loss

    def feed(self, chunk: bytes) -> bytes:
        """What `chunk` settles, in the target's words. Raises BrokenStream only after `close`."""
        splicer = self._splicer
        # The short way for frames that fit, the long one for others, record by record. After the end none is ready.
        if splicer is not None and splicer.ready and type(chunk) is bytes:
            said = splicer.whole(chunk)
            if said is not None:
                return said
        if self._closed:
            raise BrokenStream("the stream is closed")
        if self._done:
            return b""
        if type(chunk) is not bytes:
            if not isinstance(chunk, (bytearray, memoryview)):
                raise DragomanError("a stream is fed with bytes")
            chunk = bytes(chunk)
        if splicer is None:
            return self._feed(chunk)
        out: list[bytes] = []
        at, end = 0, len(chunk)
        while True:
            if splicer.ready:
                said, at = splicer.run(chunk, at)
                out.append(said)
                if at < end or splicer.size >= splicer.limit:
                    self._catch_up(splicer)
                if at == end:
                    break
            begin, at = at, record_end(chunk, at)
            out.append(self._learnt(splicer, chunk[begin:at]))
            if self._done or at == end:
                break
        return b"".join(out)

    def _learnt(self, splicer: Splicer, chunk: bytes) -> bytes:
        """The long way, looked at: a record that is one piece of text may be the first of many."""
        if not self._reader.splices:
            splicer.ready = False
            return self._feed(chunk)
        decoder = self._reader.decoder
        begun, frames, lost = decoder.between, decoder.frames, len(self._report.losses)
        events: list[Event] = []
        out = self._feed(chunk, events)
        if begun and decoder.between and decoder.frames == frames + 1 and len(self._report.losses) == lost:
            splicer.learn(chunk, events, out)
        else:
            splicer.ready = False
        return out

    def _feed(self, chunk: bytes, seen: list[Event] | None = None) -> bytes:
        """The long way; `seen` gets the events."""
        try:
            events = self._reader.feed(chunk)
        except (DragomanError, RecursionError) as error:
            events = self._broken(error)
        if seen is not None:
            seen += events
        return self._say(events, chunk)

    def _catch_up(self, splicer: Splicer) -> None:
        """Let reader and writer see what was spliced past them. What they say of it has been said."""
        whole, count, size = splicer.missed()
        if count:
            decoder = self._reader.decoder
            for event in self._reader.feed(whole):
                self._writer.send(event)
            decoder.passed(count - 1, size - len(whole))
            if splicer.numbered:
                self._writer.number += count - 1

    def close(self) -> bytes:
        """What is left: closes what is open. A stream that stopped before its end gets the target's error."""
        if self._closed or self._done:
            self._closed = True
            left, self._left = self._left, b""
            return left
        self._closed = True
        if self._splicer is not None and self._splicer.ready:
            self._catch_up(self._splicer)
            self._splicer.ready = False
        try:
            events = self._reader.close()
        except (DragomanError, RecursionError) as error:
            events = self._broken(error)
        return self._say(events, b"")

    def _broken(self, error: Exception) -> list[Event]:
        """What is told where the reader gives up; a stream never raises for what the upstream sent."""
        self._cause = error if isinstance(error, BrokenStream) else BrokenStream(_why(error))
        return [Failure(Error("api", str(self._cause)))]

    def _say(self, events: list[Event], chunk: bytes) -> bytes:
        send, lost = self._writer.send, self._report.losses
        out: list[bytes] = []
        if self._departure is not None:
            events = self._departure.through(events)
        if self._unwrapping is not None:
            events = self._unwrapping.through(events)
        for event in events:
            if not self._home:
                try:
                    if type(event) is Failure:
                        self._tell(event.error)
                        out.append(send(self._told(event)))
                    else:
                        out.append(send(event))
                except (DragomanError, RecursionError) as error:
                    self._cause = BrokenStream(_why(error))
                    event = Failure(Error("api", _why(error)))
                    out.append(send(event))
                if len(lost) > self._seen:
                    fresh, self._seen = lost[self._seen :], len(lost)
                    try:
                        refused = self._refused(fresh)
                    except BaseException:
                        # It goes through to the caller; what was said, and the failure, are left for `close`.
                        out[-1] = self._refuse(UntranslatableDocument(fresh))
                        self._left = b"".join(out)
                        raise
                    if refused:
                        out[-1] = self._refuse(UntranslatableDocument(fresh))
                        break
            if type(event) is Failure:
                self.error = self._cause or BrokenStream(failure_text(event.error))
                self._done = not self._home or self._cause is not None
                if self._done:
                    break
        if self._home and self._cause is not None:
            return b""  # what could not even be read is not passed on
        # At home the bytes pass as they came.
        return chunk if self._home else b"".join(out)

    def _told(self, event: Failure) -> Failure:
        """A stream that broke off leaves without an end only where its bytes pass; another form of it says why."""
        return out_of(event) if self._source.documents == self._target.documents else event

    def _tell(self, error: Error) -> None:
        """Report what of the upstream's error the frame does not say; headers have gone before it."""
        if (error.spelling or {}).get("form") != "cut":
            tell_error(error, self._report, self._source.kinds.get(Error, {}), self._source.error_word)
        if error.retry_after is not None and self._target.delays != "body":
            self._report.dropped("error.retry", self._source.where(error, "retry_after"), error.retry_after)
        if error.request_id is not None and "request_id" not in self._target.kinds.get(Error, {}):
            self._report.dropped("field.unsupported", "/request_id", error.request_id)

    def _refused(self, fresh: list[Loss]) -> bool:
        """Whether the caller's policy refuses what was lost now; a callable of the caller's may raise."""
        if callable(self._on_loss):
            for loss in fresh:
                self._on_loss(loss)
        return self._on_loss == "raise" and any(loss.kind != "invented" for loss in fresh)

    def _refuse(self, error: UntranslatableDocument) -> bytes:
        """The failure that ends a stream which the caller refuses."""
        self.error, self._done = error, True
        if self._splicer is not None:
            self._splicer.ready = False
        said: bytes = self._writer.send(Failure(Error("invalid_request", str(error))))
        return said


def out_of(event: Failure) -> Failure:
    """A failure on its way to another form of its dialect: a stream that broke off says so there."""
    cut = (event.error.spelling or {}).get("form") == "cut"
    return Failure(replace(event.error, spelling=None), event.dialect) if cut else event


def read_events(data: bytes | Iterable[bytes], dialect: str) -> Iterator[Event]:
    """The canonical events of a stream of `dialect`, given whole or in chunks.

    A stream that fails, stops before its end or has a frame without bound gives a last event, Failure, and then
    raises BrokenStream: whoever only reads on cannot take it for a success.
    """
    for event in events_of(data, dialect):
        yield event
        if isinstance(event, Failure):
            raise BrokenStream(failure_text(event.error))


def events_of(data: bytes | Iterable[bytes], dialect: str) -> Iterator[Event]:
    """The same without the exception, for those who look at the last event."""
    came = registry.get(dialect)
    reader = came.reader()
    try:
        for chunk in _chunks(data):
            yield from _from(came, reader.feed(chunk))
        yield from _from(came, reader.close())
    except RecursionError:
        raise BrokenStream(_NESTED) from None


def _chunks(data: Any) -> Iterator[bytes]:
    whole = isinstance(data, (bytes, bytearray, memoryview))
    if not whole and (isinstance(data, str) or not isinstance(data, Iterable)):
        raise DragomanError("a stream is bytes, or an iterable of bytes")
    for chunk in (data,) if whole else data:
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise DragomanError("a stream is bytes, or an iterable of bytes")
        yield bytes(chunk)


def _from(source: Dialect, events: list[Event]) -> list[Event]:
    """The events of a reader. What fails before it has begun says nowhere else whose words those are."""
    return [Failure(event.error, source.name) if type(event) is Failure else event for event in events]


def write_events(events: Iterable[Event], dialect: str, *, source: str | None = None) -> bytes:
    """The stream of `dialect` that tells `events`: at home if they were read from it, in its strict form otherwise.

    Raises BrokenStream for events that do not follow each other.
    """
    target = registry.get(dialect)
    came = registry.get(source) if source is not None else None
    early: list[Event] = []
    rest = Legal().through(listed(events))
    for event in rest:
        early.append(event)
        if source is None and isinstance(event, (Start, Failure)):
            came = registry.find(event.response.dialect if isinstance(event, Start) else event.dialect)
        if not isinstance(event, Transport):
            break
    home = came is not None and came.documents == target.documents
    writer = target.writer(Report(), home, Context())
    departure = departing(came, target)
    out: list[bytes] = []
    failed = False
    try:
        told: Iterable[Event] = chain(early, rest)
        for event in told if home or came is None else failing(told, came.name):
            if home and came is not target and isinstance(event, Failure):
                event = out_of(event)
            passed = [event] if departure is None else departure.through([event])
            try:
                out += [writer.send(one) for one in passed]
            except MISBUILT as error:
                raise misbuilt(error) from error
            failed = failed or isinstance(event, Failure)
    except BrokenStream:
        if not failed:  # else it is what `read_events` raises behind a Failure, which has been written
            raise
    return b"".join(out)
