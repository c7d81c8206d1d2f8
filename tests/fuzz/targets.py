"""What is fuzzed: functions of some bytes that raise only for a bug.

The first bytes of an input choose what is done with the rest, so that a fuzzer finds its way to every dialect by
itself. A target asserts as much as holds of any input whatever; it returns how often it got past the first refusal.

How to extend.  A function here, a row in `TARGETS`, and in `seeds` what it begins with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import dragoman
from dragoman import ids, registry
from dragoman.errors import BrokenStream, DragomanError
from dragoman.events import Event, Failure, Legal
from dragoman.framing import Frame, JSONArrayDecoder, SSEDecoder
from dragoman.model import Error, from_json, to_json
from dragoman.stream import events_of
from tests import fixtures
from tests.wire import ORDER

DIALECTS = dragoman.dialects()
KINDS = ("request", "response", "error")
STEPS = (1, 2, 3, 7, 61, 1024, 1 << 20)  # sizes of the pieces that a stream comes in
LIMITS = (1 << 20, 256, 16)  # bounds on a frame
STATUSES = (200, 400, 429, 500, 529, 0)
SPELT = re.compile(r"[A-Za-z0-9_-]*\Z")


def pieces(data: bytes, step: int) -> Iterator[bytes]:
    """The bytes in pieces of one size, but at most 256 of them; two of no bytes around them."""
    step = max(step, len(data) // 256)
    yield b""
    for start in range(0, len(data), step):
        yield data[start : start + step]
    yield b""


# --- framing -------------------------------------------------------------------------------------------------


def framing(data: bytes) -> int:
    """Both decoders, a bound, a step: the frames do not depend on the step, lie in order and are no more than bytes."""
    head, body = data[:3].ljust(3, b"\0"), data[3:]
    decoder = JSONArrayDecoder if head[0] & 1 else SSEDecoder
    limit = LIMITS[head[1] % len(LIMITS)]
    whole = frames(decoder, limit, [body])
    assert whole == frames(decoder, limit, pieces(body, STEPS[head[2] % len(STEPS)])), "the split shows"
    told = [one for one in whole if isinstance(one, Frame)]
    assert len(told) <= len(body)
    # A comment in the middle of a record comes out before the record that began before it.
    records = [one.offset for one in told if one.comment is None]
    assert records == sorted(records), "frames out of order"
    assert all(len(one.data) <= limit for one in told), "a frame beyond the bound"
    return bool(told)


def frames(
    decoder: type[SSEDecoder] | type[JSONArrayDecoder], limit: int, chunks: Iterator[bytes] | list[bytes]
) -> list[Frame | str]:
    """All frames; how it broke, if it did, comes last."""
    d = decoder(limit)
    out: list[Frame | str] = []
    try:
        for chunk in chunks:
            out += d.feed(chunk)
        out += d.close()
    except BrokenStream as broken:
        out.append(f"{broken} at {broken.offset}, frame {broken.frame}")
    return out


# --- documents -----------------------------------------------------------------------------------------------


def documents(data: bytes) -> int:
    """A document of any dialect into any other, and back into the canonical form."""
    head, body = data[:3].ljust(3, b"\0"), data[3:]
    source, target = DIALECTS[head[0] % len(DIALECTS)], DIALECTS[head[1] % len(DIALECTS)]
    kind = KINDS[head[2] % len(KINDS)]
    try:
        if kind == "error":
            t = dragoman.translate_error(STATUSES[(head[2] >> 2) % len(STATUSES)], body, source, target)
        elif kind == "request":
            t = dragoman.translate_request(body, source, target)
        else:
            t = dragoman.translate_response(body, source, target)
    except DragomanError:
        return 0
    text = t.json()
    assert all(loss.at == "" or loss.at.startswith("/") for loss in t.losses)
    assert kind != "error" or t.status is not None
    if source != target:
        read_again(kind if t.status is None else "response", text, target)
    if kind != "error":
        canonical(kind, body, source)
    return 1


def read_again(kind: str, text: bytes, target: str) -> None:
    """What was written is what its own readers take."""
    read = dragoman.read_request if kind == "request" else dragoman.read_response
    try:
        read(text, target)
    except DragomanError as refused:
        raise AssertionError(f"{target} does not read what was written for it: {refused}") from None


def canonical(kind: str, body: bytes, source: str) -> None:
    """The canonical form goes through its JSON, which `from_json` takes whatever it is, and home."""
    read: Callable[..., Any] = dragoman.read_request if kind == "request" else dragoman.read_response
    write: Callable[..., Any] = dragoman.write_request if kind == "request" else dragoman.write_response
    try:
        document = read(body, source)
    except DragomanError:
        return
    try:
        again = from_json(type(document), to_json(document))
    except DragomanError as refused:
        raise AssertionError(f"its JSON is not read: {refused}") from None
    assert written(write, document, source) == written(write, again, source), "its JSON is not all of it"


def written(write: Callable[..., Any], document: Any, dialect: str) -> bytes | None:
    """The bytes of a document at home; None for what JSON has no word for, such as a number that is not finite."""
    try:
        text: bytes = write(document, dialect).json()
    except DragomanError:
        return None
    return text


# --- streams -------------------------------------------------------------------------------------------------


def streams(data: bytes) -> int:
    """A stream of any dialect into any other: in order, told alike however it is cut, and no failure a success."""
    head, body = data[:3].ljust(3, b"\0"), data[3:]
    source, target = DIALECTS[head[0] % len(DIALECTS)], DIALECTS[head[1] % len(DIALECTS)]
    step = STEPS[head[2] % len(STEPS)]
    s = dragoman.translate_stream(source, target)
    out = b"".join(s.feed(piece) for piece in pieces(body, step)) + s.close()
    assert s.close() == b""
    whole = dragoman.translate_stream(source, target)
    assert out == whole.feed(body) + whole.close(), "the split shows"
    assert s.error is None or isinstance(s.error, DragomanError)
    if source == target:
        return s.error is None
    events = legal(body, source)
    if any(isinstance(event, Failure) for event in events):
        assert s.error is not None, "a failure became a success"
    assert any(isinstance(event, Failure) for event in legal(out, target)) is (s.error is not None)
    ORDER[target](out, failed=s.error is not None)
    return s.error is None


def legal(data: bytes, dialect: str) -> list[Event]:
    """The events of a stream, which obey the table of transitions; one that cannot be read is a failure."""
    out: list[Event] = []
    try:
        out += events_of(data, dialect)
    except BrokenStream:
        out.append(Failure(Error("api", "not to be read on")))
    check = Legal()
    for event in out:
        check.check(event)
    return out


# --- names and ids -------------------------------------------------------------------------------------------


def names(data: bytes) -> int:
    """Names and ids: within their alphabet and bound, back to what they were, and the same each time."""
    head, body = data[:2].ljust(2, b"\0"), data[2:]
    limit, letter = 18 + head[0], bool(head[1] & 1)
    word = body.decode("utf-8", "surrogatepass") if sound(body) else body.decode("latin-1")
    spelt, back = ids.spell(word, limit, letter)
    assert len(spelt) <= limit
    assert SPELT.match(spelt)
    assert (spelt, back) == ids.spell(word, limit, letter)
    assert not letter or not spelt or not spelt[0].isdigit()
    if back:
        assert ids.unspell(spelt) == word
    ids.unspell(word)
    assert SPELT.match(ids.derived(word, "call", head[0]))
    return back


def sound(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


TARGETS: dict[str, Callable[[bytes], int]] = {
    "framing": framing,
    "documents": documents,
    "streams": streams,
    "names": names,
}


# --- what to begin with --------------------------------------------------------------------------------------


def seeds(target: str) -> Iterator[bytes]:
    """The first inputs of a target, from fixtures/."""
    if target == "names":
        for word in ("", "weather", "dgx_", "dgx__c3_bc", "a b/ü", "\ud800", "-x", "9", "é" * 40, "x" * 80):
            yield bytes((46, 1)) + word.encode("utf-8", "surrogatepass")
        return
    for number, fixture in enumerate(fixtures.load()):
        if target == "framing" and fixture.kind == "stream":
            yield bytes((fixture.data.lstrip().startswith(b"["), 0, number % 256)) + fixture.data
        elif target == ("streams" if fixture.kind == "stream" else "documents"):
            own = DIALECTS.index(fixture.dialect)
            away = (own + 1 + number % (len(DIALECTS) - 1)) % len(DIALECTS)
            last = number if fixture.kind == "stream" else KINDS.index(fixture.kind)
            yield bytes((own, away, last % 256)) + fixture.data


def reads_everything() -> bool:
    """Whether the ids of the registry are still those that the first byte of an input means."""
    return all(registry.get(name).name == name for name in DIALECTS)
