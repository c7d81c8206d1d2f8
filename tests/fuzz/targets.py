"""What is fuzzed: functions of some bytes that raise only for a bug.

The first bytes of an input choose what is done with the rest, so that a fuzzer finds its way to every dialect by
itself. A target asserts as much as holds of any input whatever; it returns how often it got past the first refusal.

How to extend.  A function here, a row in `TARGETS`, and in `seeds` what it begins with.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import dragoman
from dragoman import carrier, ids, registry
from dragoman.errors import BrokenStream, DragomanError
from dragoman.events import Event, Failure, Legal
from dragoman.framing import Frame, JSONArrayDecoder, SSEDecoder
from dragoman.jsontext import dumps, loads, repeated, same
from dragoman.model import Error, from_json, to_json
from dragoman.normal import leaves
from dragoman.stream import events_of
from tests import fixtures
from tests.agents.clients import CLIENTS
from tests.refusals import only_refused
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
    except DragomanError as refused:
        only_refused(refused)
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
        only_refused(refused)
        raise AssertionError(f"{target} does not read what was written for it: {refused}") from None


def canonical(kind: str, body: bytes, source: str) -> None:
    """The canonical form goes through its JSON, which `from_json` takes whatever it is, and home."""
    read: Callable[..., Any] = dragoman.read_request if kind == "request" else dragoman.read_response
    write: Callable[..., Any] = dragoman.write_request if kind == "request" else dragoman.write_response
    try:
        document = read(body, source)
    except DragomanError as refused:
        only_refused(refused)
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
    except DragomanError as refused:
        only_refused(refused)
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


# --- carriers ------------------------------------------------------------------------------------------------


def carriers(data: bytes) -> int:
    """Tokens: what was sealed comes back; what was damaged, or sealed by somebody else, gives nothing or units."""
    head, body = data[:4].ljust(4, b"\0"), data[4:]
    if head[0] % 3 == 1:
        return taken(carrier.MARK + body.decode("latin-1"))
    if head[0] % 3 == 2:  # whoever can compute a digest can seal anything
        return taken(carrier.MARK + base64.urlsafe_b64encode(carrier._digest(body) + body).decode().rstrip("="))
    try:
        rows = loads(body)
    except DragomanError:
        return 0
    units = [unit for row in rows if (unit := carrier._unit(row)) is not None] if type(rows) is list else []
    token = sealed(units) if units else None
    if token is None:
        return 0
    assert carrier.is_carrier(token)
    assert SPELT.match(token)
    assert repr(carrier.decode(token)) == repr(units), "not what was sealed"
    assert carrier.alight(carrier.ride("call_1", token)) == ("call_1", token)
    for unit in units:
        followed(unit, body.decode("latin-1"))
    at = len(carrier.MARK) + int.from_bytes(head[1:3], "big") % (len(token) - len(carrier.MARK))
    damaged = damage(token, at, head[3])
    assert repr(carrier.decode(damaged)) in (repr(None), repr(units)), "units that nobody sealed"
    return 1


def sealed(units: list[carrier.Unit]) -> str | None:
    """The token of `units`; None where they hold a number beyond every float, which is read and never written."""
    try:
        return carrier.encode(units)
    except DragomanError:
        return None


def damage(token: str, at: int, how: int) -> str:
    """A token as it may come back: a letter changed, cut, a piece doubled or left out, other letters for bits."""
    letter = "ABCDEFGHabcdefgh01234567-_=+/ \n\u00e9"[how % 30]
    forms = (
        token[:at] + letter + token[at + 1 :],
        token[:at],
        token[: at + 3] + token[at:],
        token[:at] + token[at + 1 :],
    )
    return forms[how // 30 % 4]


def taken(token: str) -> int:
    """What an unknown token gives: nothing, or units as one could have sealed them."""
    units = carrier.decode(token)
    if units is None:
        return 0
    assert units
    assert repr(carrier.decode(sealed(units) or token)) == repr(units)
    for unit in units:
        followed(unit, token)
    return 1


def followed(unit: carrier.Unit, shown: str) -> None:
    """A unit beside any visible text: nothing raises, and no text appears that was not there."""
    carrier.issuer_of(unit.issuer)
    carrier.within(unit, shown)
    for left in (
        carrier.without_text(unit, shown),
        carrier.without_text(unit, shown, True),
        carrier.untagged(unit, shown),
    ):
        assert len(left) <= len(shown)


STATE = ("signature", "thoughtSignature", "encrypted_content", "data")  # keys under which vendors look for their state


def homecoming(data: bytes) -> int:
    """A client's history with carriers, damaged or not: no vendor gets state that was neither said nor sealed."""
    head, body = data[:2].ljust(2, b"\0"), data[2:]
    source, target = DIALECTS[head[0] % len(DIALECTS)], DIALECTS[head[1] % len(DIALECTS)]
    try:
        request = dragoman.read_request(body, source)
        t = dragoman.write_request(request, target)
        text = t.json()
    except DragomanError as refused:
        only_refused(refused)
        return 0
    assert all(loss.at == "" or loss.at.startswith("/") for loss in t.losses)
    if source == target:
        return 1
    read_again("request", text, target)
    said = [one for _, one in leaves(to_json(request)) if type(one) is str]
    tokens = [mark + rest for one in said for mark, rest in re.findall(f"({carrier.MARK})([A-Za-z0-9_=+/-]*)", one)]
    units = [unit for token in tokens for unit in carrier.decode(token) or ()]
    said += [one for unit in units for _, one in leaves(unit.wire) if type(one) is str]
    known = "\n".join(map(bare, said))
    for at, value in leaves(t.body):
        if at.rpartition("/")[2] in STATE and type(value) is str and not carrier.is_carrier(value):
            assert bare(value) in known, f"state from nowhere at {at}"
    return 1


def bare(text: str) -> str:
    """A base64 text in one alphabet, without padding."""
    return text.replace("+", "-").replace("/", "_").rstrip("=")


# --- numbers, halves of pairs, keys that come twice -------------------------------------------------------------


def exact(data: bytes) -> int:
    """JSON text is read as the standard library, slow and exact, reads it; and written so that it is the same again."""
    try:
        value = loads(data)
    except DragomanError:
        value = ...
    try:
        pairs: list[bool] = []
        text = data.decode("utf-8-sig")
        wanted = json.loads(text, parse_constant=no_constant)
        json.loads(text, object_pairs_hook=lambda found: pairs.append(len(dict(found)) < len(found)))
    except RecursionError:
        return 0  # too deep to compare
    except ValueError:
        assert value is ..., "no JSON"
        return 0
    assert value is not ..., "JSON that is refused"
    assert bool(repeated(data)) is any(pairs), "keys that come twice"
    try:
        again = loads(dumps(value))
    except DragomanError:
        assert "inf" in repr(wanted), "JSON that cannot be written"
        assert repr(value) == repr(wanted)
        return 1
    assert same(value, wanted), "another value"
    assert same(again, value), "written as another value"
    return 1


def no_constant(word: str) -> None:
    raise ValueError(word)


TARGETS: dict[str, Callable[[bytes], int]] = {
    "framing": framing,
    "documents": documents,
    "streams": streams,
    "names": names,
    "carriers": carriers,
    "homecoming": homecoming,
    "exact": exact,
}


# --- what to begin with --------------------------------------------------------------------------------------


def seeds(target: str) -> Iterator[bytes]:
    """The first inputs of a target, from fixtures/."""
    if target in SEEDS:
        yield from SEEDS[target]()
        return
    for number, fixture in enumerate(fixtures.load()):
        if target == "framing" and fixture.kind == "stream":
            yield bytes((fixture.data.lstrip().startswith(b"["), 0, number % 256)) + fixture.data
        elif target == ("streams" if fixture.kind == "stream" else "documents"):
            own = DIALECTS.index(fixture.dialect)
            away = (own + 1 + number % (len(DIALECTS) - 1)) % len(DIALECTS)
            last = number if fixture.kind == "stream" else KINDS.index(fixture.kind)
            yield bytes((own, away, last % 256)) + fixture.data


def name_seeds() -> Iterator[bytes]:
    for word in ("", "weather", "dgx_", "dgx__c3_bc", "a b/ü", "\ud800", "-x", "9", "é" * 40, "x" * 80):
        yield bytes((46, 1)) + word.encode("utf-8", "surrogatepass")


def turns() -> Iterator[tuple[str, str, bytes]]:
    """(client's dialect, upstream's, the client's next request): every response of a fixture, sent back by an agent."""
    for fixture in fixtures.load("response"):
        for client in sorted(set(CLIENTS) - {fixture.dialect}):
            answer = dragoman.translate_response(fixture.data, fixture.dialect, client)
            if answer.status is None:
                agent = CLIENTS[client]("every")
                agent.take(json.loads(answer.json()))
                yield client, fixture.dialect, json.dumps(agent.body).encode()


def homecoming_seeds() -> Iterator[bytes]:
    """Those with carriers in them, home to their issuer and to somebody else."""
    for number, (client, upstream, body) in enumerate(turns()):
        if carrier.MARK.encode() in body:
            own, home = DIALECTS.index(client), DIALECTS.index(upstream)
            yield bytes((own, home)) + body
            yield bytes((own, (home + 1 + number % 4) % len(DIALECTS))) + body


def carrier_seeds() -> Iterator[bytes]:
    """The rows of every carrier that the fixtures' answers need, and tokens as they are."""
    found = {token for _, _, body in turns() for token in re.findall(rb"dragom01[A-Za-z0-9_-]+", body)}
    for number, token in enumerate(sorted(found)):
        units = carrier.decode(token.decode()) or []
        rows = [[u.issuer, u.whole, u.wire, u.text, u.place] for u in units]
        yield bytes((0, number % 7, number * 37 % 256, number * 11 % 256)) + json.dumps(rows).encode()
        yield bytes((1, 0, 0, 0)) + token.removeprefix(carrier.MARK.encode())
        raw = base64.urlsafe_b64decode(token[len(carrier.MARK) :] + b"=" * (-(len(token) - len(carrier.MARK)) % 4))
        yield bytes((2, 0, 0, 0)) + raw[6:]


ODD = (
    "-0",
    "1.0",
    "1E+3",
    "5e-324",
    "1e22",
    "1e400",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1234567890" * 8,
    "NaN",
    "-Infinity",
    '"\\ud800"',
    '"\\udc00\\ud83d\\ude00"',
    '"\\u0000\ufeff\u202e"',
    '{"a":1,"a":{"a":1,"a":2}}',
    "[" * 40 + "]" * 40,
)


def exact_seeds() -> Iterator[bytes]:
    """Odd values, each in some document of the fixtures, and alone."""
    bodies = [fixture.data for fixture in fixtures.load("request", "response")]
    for number, odd in enumerate(ODD):
        yield odd.encode()
        for body in bodies[number :: len(ODD)][:6]:
            yield body.rstrip()[:-1] + b', "x": ' + odd.encode() + b"}"


SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "names": name_seeds,
    "carriers": carrier_seeds,
    "homecoming": homecoming_seeds,
    "exact": exact_seeds,
}


def reads_everything() -> bool:
    """Whether the ids of the registry are still those that the first byte of an input means."""
    return all(registry.get(name).name == name for name in DIALECTS)
