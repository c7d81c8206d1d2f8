"""The laws of translation, as plain functions: each returns its violations, and none is none.

Used by the property tests, by the tests over recorded traffic, and by whoever adds a dialect. Numbers are
stable; docs/laws.md says each in a sentence.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from . import registry
from .carrier import alight, is_carrier
from .dialects.base import Context, Dialect
from .errors import BrokenStream
from .events import CandidateStart, Event, Failure, Legal, PartDelta, PartEnd, PartStart, fold, unfold
from .failing import failed_candidate
from .grammar import check_stream
from .ids import unspell
from .jsontext import dumps, escape, loads, same
from .model import (
    Json,
    Message,
    Opaque,
    Reasoning,
    Refusal,
    Request,
    Response,
    ServerTool,
    Text,
    ToolCall,
    from_json,
    to_json,
)
from .normal import differences as differences
from .normal import found_at, put_another
from .normal import leaves as leaves
from .normal import normal as normal
from .normal import read as read
from .normal import translate as translate
from .normal import write as write
from .origins import is_carried, is_made_of, is_shortened, parsed
from .report import Loss, Report
from .stream import StreamTranslation, events_of, write_events
from .tables import UNANSWERED


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach: the number of the law, the place, what is wrong, and the values involved."""

    law: int
    at: str
    what: str
    was: Any = None
    now: Any = None


def _covers(place: str, at: str) -> bool:
    return at == place or at.startswith(place + "/") or place == ""


# --- law 1: home -----------------------------------------------------------------------------------------


def home_document(kind: str, body: Json, dialect: str) -> list[Violation]:
    """Law 1: read and written as its own dialect a document is the same JSON value, without losses.

    Once directly, once after the canonical form has been through its own JSON.
    """
    document = read(kind, body, dialect)
    again = from_json(type(document), json.loads(json.dumps(to_json(document))))
    out = []
    for way, one in (("direct", document), ("through its JSON", again)):
        report = Report()
        written = write(one, dialect, report)
        out += [Violation(1, at, way, a, b) for at, a, b in differences(body, written)]
        out += [Violation(1, loss.at, f"{way}: loss {loss.code}") for loss in report.losses]
    if document != again:
        out.append(Violation(1, "", "the canonical form does not survive its own JSON"))
    return out


def home_stream(data: bytes, dialect: str) -> list[Violation]:
    """Law 1: a stream read, written and read again gives the same events, which obey the transition table."""
    events = list(events_of(data, dialect))
    legal = Legal()
    for event in events:
        legal.check(event)
    again = list(events_of(write_events(events, dialect, source=dialect), dialect))
    for i, (a, b) in enumerate(zip([*events, None], [*again, None], strict=False)):
        if a != b and not (_is_cut(a) and _is_cut(b)):
            return [Violation(1, f"/{i}", "event differs", a, b)]
    return []


def _is_cut(event: Any) -> bool:
    """Whether the event is our own word for a stream that broke off: what came without an end leaves without one."""
    return isinstance(event, Failure) and (event.error.spelling or {}).get("form") == "cut"


# --- law 2: nothing vanishes in silence ------------------------------------------------------------------


def _longest(table: dict[str, str], at: str) -> str:
    """`at` under the longest prefix that `table` knows, carried over; the root stands for itself."""
    prefix = at
    while prefix:
        if prefix in table:
            return table[prefix] + at[len(prefix) :]
        prefix = prefix.rpartition("/")[0]
    return at


def nothing_vanishes(kind: str, body: Json, source: str, target: str) -> list[Violation]:
    """Law 2: X -> Y -> X gives the document back, but for what the losses name.

    Elements pair by the provenance that the writers record. The document is taken in its normal form; that both
    forms translate alike is `spelling_is_free`.
    """
    body = normal(kind, body, source)
    there, first, path = translate(kind, body, source, target)
    if _is_error(kind, body, source):
        return []
    back, second, _ = translate(kind, normal(kind, there, target), target, source, path)
    returned = normal(kind, back, source)
    links1, links2 = first.links or {}, second.links or {}
    # back element -> the original's element, and the other way round
    origin = {b: _longest(links1, y) for b, y in links2.items() if _under(links1, y)}
    _pair_twins(body, returned, origin)
    place = {x: b for b, x in origin.items()}
    for b, x in list(origin.items()):
        # What holds a paired element in the same list, or under the same key, is its pair.
        while b and x and _alike(b.rpartition("/")[2], x.rpartition("/")[2]):
            b, x = b.rpartition("/")[0], x.rpartition("/")[0]
            if b and x and x not in place:
                place[x] = b  # two that became one share it
                origin.setdefault(b, x)
    excused = [loss.at for loss in first.losses if loss.kind != "invented"]
    excused += [_longest(links1, loss.at) for loss in second.losses if loss.kind != "invented"]
    excused += _echoes(kind, source)
    excused += _kin(source, excused)
    excused += _kin(source, [loss.at for loss in second.losses if loss.kind != "invented"], target)
    out = []
    now = dict(leaves(returned))
    # A part that says one text may come back as that text in a field of its own: string or list is spelling.
    excused += [x for b, x in origin.items() if b in now and _text_of(found_at(body, x), x, excused) == now[b]]
    for at, value in leaves(body):
        if any(_covers(loss, at) for loss in excused):
            continue
        if _hollow(at, body, excused):
            continue
        where = _longest(place, at)
        if value in ([], {}) and any(_covers(where, leaf) for leaf in now):
            continue  # what stands in it now is looked at below
        if where not in now or not same(now[where], value):
            out.append(Violation(2, at, f"does not come back (at {where})", value, now.get(where, ...)))
    if any(loss.code == "candidate.missing" for loss in first.losses):
        return out  # what was told to be missing is there on the way back
    # Of the way back, too: its places are those before the normal form.
    told = [loss for loss in (*first.losses, *second.losses) if loss.kind == "invented"]
    made = [value for loss in told for _, value in leaves(loss.value)]
    early = [loss.at for loss in first.losses if loss.kind == "invented" and loss.at]
    late = [loss.at for loss in second.losses if loss.kind == "invented"]
    was = dict(leaves(body))
    for at, value in now.items():
        before = _longest(origin, at)
        if at.rpartition("/")[2] == registry.get(source).total:
            continue  # a sum that may be left out
        if before in was or any(_covers(loss, before) for loss in excused):
            continue
        if any(same(value, m) for m in made) or any(_covers(loss, at) for loss in late):
            continue
        if any(_covers(loss, _longest(links2, at)) for loss in early):
            continue  # what the first way had to invent, on its way back
        if value in ([], {}) and any(_covers(before, leaf) for leaf in was):
            continue  # what stood in it is gone, and told
        out.append(Violation(2, before, "appears in what comes back", ..., value))
    return out


def _text_of(part: Any, place: str, excused: list[str]) -> str | None:
    """The text that an object says, in one piece or in several, if it says nothing else that is not excused."""
    said = [(at, value) for at, value in leaves(part, place) if at.rpartition("/")[2] != "type"]
    left = [value for at, value in said if not any(_covers(loss, at) for loss in excused)]
    return "".join(left) if type(part) is dict and left and all(type(text) is str for text in left) else None


def _alike(here: str, there: str) -> bool:
    return here == there or (here.isdigit() and there.isdigit())


def _pair_twins(was: Any, now: Any, origin: dict[str, str]) -> None:
    """Pair what came back whole, in a carrier: an element of a list that says the same in the same list.

    What came in one carrier has one place among it all; pairs that nobody else lays claim to stand. Where one of those
    changed on the way, what came back whole is a pair as well: two that became one came apart again.
    """
    claims = Counter(origin.values())
    sure = {here: there for here, there in origin.items() if claims[there] == 1}
    taken = {there for here, there in sure.items() if same(found_at(now, here), found_at(was, there))}
    _pair_in(was, now, origin, sure, taken, "")


def _pair_in(was: Any, now: Any, origin: dict[str, str], sure: dict[str, str], taken: set[str], at: str) -> None:
    if type(now) is dict:
        for key, item in now.items():
            _pair_in(was, item, origin, sure, taken, f"{at}/{escape(key)}")
    elif type(now) is list:
        whole = _longest(origin, at)
        before = found_at(was, whole)
        free = [j for j in range(len(before)) if f"{whole}/{j}" not in taken] if type(before) is list else []
        for i, item in enumerate(now):
            here = f"{at}/{i}"
            j = None
            if here not in sure and type(item) is dict:
                j = next((j for j in free if same(item, before[j])), None)
            if j is not None:
                free.remove(j)
                origin[here] = f"{whole}/{j}"
            _pair_in(was, item, origin, sure, taken, here)


def _hollow(at: str, body: Json, excused: list[str]) -> bool:
    """Whether `at` belongs to an element that is gone."""
    node: Any = body
    place = ""
    for token in at.split("/")[1:-1]:
        node = node[int(token)] if type(node) is list else node[token.replace("~1", "/").replace("~0", "~")]
        place += "/" + token
        if type(node) is dict and token.isdigit() and _gone(node, place, excused):
            return True
    return False


def _gone(node: Json, place: str, excused: list[str]) -> bool:
    """Whether all that an element holds, or all that it says, is excused; what it holds may be gone in its turn."""
    held = [
        (f"{place}/{escape(key)}/{i}", item)
        for key, value in node.items()
        if type(value) is list
        for i, item in enumerate(value)
    ]

    def told(at: str) -> bool:
        return any(_covers(loss, at) for loss in excused)

    # An empty text says nothing, unless something was told of it.
    said = [leaf for leaf, value in leaves(node, place) if (value != "" or told(leaf)) and leaf != f"{place}/type"]

    if held and all(told(at) or (type(item) is dict and _gone(item, at, excused)) for at, item in held):
        return True
    return bool(said) and all(map(told, said))


def _kin(dialect: str, told: list[str], where: str | None = None) -> list[str]:
    """The places of `dialect` that stand in for what was told in `where` (itself): settings of one kin, of which
    what changed in one place may come back in another."""
    mine, theirs = registry.get(dialect).kin, registry.get(where or dialect).kin
    beside = [
        at.rpartition("/")[0] + place[1:]
        for members in mine.values()
        if members[0][0] == ANYWHERE and where is None
        for at in told
        if f"{ANYWHERE}/{at.rpartition('/')[2]}" in members
        for place in members
    ]
    return beside + [
        place
        for name, members in theirs.items()
        if any(_covers(member, at) or _covers(at, member) for member in members for at in told if at)
        for place in mine.get(name, ())
    ]


ANYWHERE = "*"  # in front of a place of kin that stands on any node


def _echoes(kind: str, dialect: str) -> list[str]:
    """The keys of a response that say nothing of it: what the request said, once more."""
    known = registry.get(dialect).kinds.get(Response, {}) if kind == "response" else {}
    return [f"/{key}" for key, said in known.items() if said is ...]


def _under(links: dict[str, str], at: str) -> bool:
    while at:
        if at in links:
            return True
        at = at.rpartition("/")[0]
    return False


def _is_error(kind: str, body: Json, source: str) -> bool:
    document = read(kind, body, source)
    return isinstance(document, Response) and document.error is not None


def spelling_is_free(kind: str, body: Json, source: str, target: str) -> list[Violation]:
    """The tables behind laws 2, 3, 4 and 7: a document and its normal form translate to the same body, but for what
    is told as invented for the one spelling (a client of `functions` knows one call)."""
    (there, report, _), plain = translate(kind, body, source, target), normal(kind, body, source)
    a, b = normal(kind, there, target), normal(kind, translate(kind, plain, source, target)[0], target)
    made = [f"{loss.at}/" for loss in report.losses if loss.kind == "invented"]
    return [
        Violation(2, at, "spelling matters", x, y)
        for at, x, y in differences(a, b)
        if not (_rides(x) and _rides(y))  # a carrier keeps the spelling of what it holds
        and not (y is ... and any(one.startswith(f"{at}/") for one in made))
    ]


def _rides(value: Any) -> bool:
    """Whether a value is a carrier, alone or on an id."""
    return is_carrier(value) or (type(value) is str and alight(value)[1] is not None)


# --- law 3: nothing is made up in silence ----------------------------------------------------------------


def nothing_made_up(kind: str, body: Json, source: str, target: str) -> list[Violation]:
    """Law 3: every leaf of the target is copied, derived, a constant of the envelope, or invented."""
    d = registry.get(target)
    there, report, _ = translate(kind, body, source, target)
    invented = [loss.at for loss in report.losses if loss.kind == "invented"]
    texts: list[str] = []
    values: list[Any] = []
    for _, value in leaves(body):
        (texts if type(value) is str else values).append(value)
        values.append(str(value) if type(value) is int else value)
    inner = parsed(texts)
    inner += [v for loss in report.losses if loss.kind == "invented" for _, v in leaves(loss.value)]
    out = []
    for at, value in leaves(there):
        names = [token for token in at.split("/") if not token.isdigit()]
        raw = at.rpartition("/")
        if any(_covers(loss, at) for loss in invented) or value in (None, [], {}):
            continue
        if any(same(value, v) for v in values) or any(same(value, v) for v in inner):
            continue
        if type(value) in (int, float) and str(value) in texts:
            continue
        if names[-1] in d.derived or "/".join(names[-2:]) in d.derived:
            continue
        if f"{raw[0].rpartition('/')[2]}/{raw[2]}" in d.derived:
            continue
        if type(value) is str and (unspell(value) in texts or is_shortened(value, texts) or is_carried(value, texts)):
            continue
        if type(value) is str and (
            any(value in t for t in texts) or is_made_of(value, texts, values, inner, (*d.constants, UNANSWERED))
        ):
            continue
        out.append(Violation(3, at, "comes from nowhere", ..., value))
    return out


# --- law 4: stream is document ---------------------------------------------------------------------------


def stream_is_document(data: bytes, source: str, target: str) -> list[Violation]:
    """Law 4: fold(translate(s)) == translate(fold(s)) for a stream that ends well; else both fail alike."""
    stream = StreamTranslation(registry.get(source), registry.get(target), Context(), "report")
    sent = stream.feed(data) + stream.close()
    try:
        whole = fold(events_of(data, source))
    except BrokenStream:
        try:
            fold(events_of(sent, target))
        except BrokenStream:
            return [] if stream.error is not None else [Violation(4, "", "a failure went unnoticed")]
        return [Violation(4, "", "a failure became a success")]
    if stream.error is not None:
        return [Violation(4, "", f"a success became a failure: {stream.error}")]
    report = Report()
    expected = write(whole, target, report)
    try:
        answer = fold(events_of(sent, target))
    except BrokenStream as broken:
        return [Violation(4, "", f"what was written does not fold: {broken}")]
    if late := [loss.value for loss in stream.losses if loss.code == "arguments.invalid"]:
        _add_late(answer, whole, late)
    got = write(answer, target, Report())
    a, b = normal("response", expected, target), normal("response", got, target)
    mine, theirs = _loss_set(stream.losses), _loss_set(report.losses)
    # Law 10 comes first: content that arrives before the id (or model) is not held back for it. The id is then
    # derived, and told; the document, which is written at the end, has the late one.
    early = {at for kind, code, at in mine - theirs if code in _EARLY}
    mine = {loss for loss in mine if loss[2] not in early}
    out = [Violation(4, at, "stream and document differ", x, y) for at, x, y in differences(a, b) if at not in early]
    if "/id" in early:  # ids of calls derive from it
        out = [v for v in out if not v.at.endswith(("/id", "/call_id"))]
    out += [Violation(4, at, f"loss {kind} {code} only in the stream") for kind, code, at in sorted(mine - theirs)]
    out += [Violation(4, at, f"loss {kind} {code} only in the document") for kind, code, at in sorted(theirs - mine)]
    return out


def _add_late(got: Response, came: Response, late: list[Any]) -> None:
    """Put behind a call's whole arguments what the stream told as come too late for them. Law 10 comes first: whole
    arguments are not held back because more of them might come."""
    calls = [[p for c in r.candidates for p in c.message.parts if isinstance(p, ToolCall)] for r in (got, came)]
    for mine, theirs in zip(*calls, strict=False):
        said, all_of_it = mine.arguments, theirs.arguments
        if type(said) is str and type(all_of_it) is str and said and all_of_it.startswith(said):
            rest = all_of_it[len(said) :]
            if any(type(piece) is str and piece in rest for piece in late):
                mine.arguments = all_of_it


_EARLY = ("envelope.id", "envelope.model", "envelope.created")


def _loss_set(losses: Sequence[Loss]) -> set[tuple[str, str, str]]:
    # An unknown event is transport: no document has a place for it.
    return {(loss.kind, loss.code, loss.at) for loss in losses if loss.code != "event.unknown"}


def answers_alike(body: Json, source: str, target: str) -> list[Violation]:
    """Law 4 for an answer that comes whole and goes on as a stream: what that folds to is the translated answer, and
    one that failed fails."""
    answer = registry.get(source).read_response(body)
    failed = answer.error or failed_candidate(answer, Report())
    try:
        got = fold(events_of(write_events(unfold(answer), target), target))
    except BrokenStream as broken:
        return [] if failed is not None else [Violation(4, "", f"an answer became a failure: {broken}")]
    if failed is not None:
        return [Violation(4, "", "a failure became a success")]
    # In JSON two halves of a character are that character.
    a, b = (normal("response", loads(dumps(write(one, target, Report()))), target) for one in (answer, got))
    return [Violation(4, at, "the answer told as a stream is another", x, y) for at, x, y in differences(a, b)]


def unfolds(response: Response) -> list[Violation]:
    """fold(unfold(r)) == r, and what unfold says is legal."""
    if response.error is not None:
        return []
    events = list(unfold(response))
    legal = Legal()
    for event in events:
        legal.check(event)
    again = fold(events)
    # fold puts the candidates in the order of their indices
    ordered = replace(response, candidates=sorted(response.candidates, key=lambda c: c.index))
    a, b = to_json(ordered), to_json(again)
    return [Violation(4, at, "fold(unfold(r)) differs", x, y) for at, x, y in differences(a, b)]


# --- law 5: cut anywhere ---------------------------------------------------------------------------------


def cut_anywhere(data: bytes, source: str, target: str, cuts: Sequence[int]) -> list[Violation]:
    """Law 5: the output does not depend on how the input was split; and `close` after any byte is orderly."""
    whole = StreamTranslation(registry.get(source), registry.get(target), Context(), "report")
    expected = whole.feed(data) + whole.close()
    pieces = StreamTranslation(registry.get(source), registry.get(target), Context(), "report")
    edges = [0, *sorted(c for c in cuts if 0 < c < len(data)), len(data)]
    got = b"".join(pieces.feed(data[a:b]) for a, b in pairwise(edges)) + pieces.close()
    if got != expected:
        return [Violation(5, "", "the split shows", expected[-200:], got[-200:])]
    return []


def ends_honestly(data: bytes, end: int, source: str, target: str) -> list[Violation]:
    """Laws 5 and 6: a stream cut after byte `end` is the whole answer or an error, never less told as success."""
    stream = StreamTranslation(registry.get(source), registry.get(target), Context(), "report")
    sent = stream.feed(data[:end]) + stream.close()
    if any(type(e) is Failure for e in events_of(data[:end], source)):
        if stream.error is None:
            return [Violation(6, "", "a cut went unnoticed")]
        if not any(type(e) is Failure for e in events_of(sent, target)):
            return [Violation(6, "", "a cut became a success")]
    return []


# Choices keep the numbers of the source, and go out when they come (law 10): what began out of order goes on so.
NUMBERED_BY_SOURCE = frozenset({"choice.index", "candidate.index"})


def keeps_grammar(data: bytes, source: str, target: str) -> list[Violation]:
    """Law 6: what is written keeps the stream grammar of its target, also where the input ends early or goes wrong."""
    stream = StreamTranslation(registry.get(source), registry.get(target), Context(), "report")
    faults = check_stream(target, stream.feed(data) + stream.close())
    told = [fault for fault in faults if fault.rule not in NUMBERED_BY_SOURCE]
    return [Violation(6, f"frame {f.frame} {f.at}", f.rule, f.expected, f.found) for f in told]


# --- laws 7 and 8 ----------------------------------------------------------------------------------------


def settled(
    kind: str, body: Json, source: str, target: str, strict: bool = False, home: str | None = None
) -> list[Violation]:
    """Law 7: X -> Y -> X -> Y gives the body of X -> Y.

    What the way back told as lost cannot come again, and what it told as invented stays: such places are left
    out, unless `strict`. home: the flavour of `source` that the document speaks, which the way back is written in.
    """
    body = normal(kind, body, source)  # a carrier keeps the spelling of what it holds
    source = home or source
    there, _, path = translate(kind, body, source, target)
    if _is_error(kind, body, source):
        return []
    there = normal(kind, there, target)
    back, second, path = translate(kind, there, target, source, path)
    again, third, _ = translate(kind, normal(kind, back, source), source, target, path)
    found = differences(there, normal(kind, again, target))
    if strict:
        return [Violation(7, at, "not settled", x, y) for at, x, y in found]
    links2 = second.links or {}
    excused = [loss.at for loss in second.losses if loss.kind != "invented"]
    excused += [_longest(links2, loss.at) for loss in third.losses if loss.kind != "invented"]
    excused += _kin(target, excused)
    excused += _kin(target, [loss.at for loss in third.losses if loss.kind != "invented"], source)
    made = [v for loss in (*second.losses, *third.losses) if loss.kind == "invented" for _, v in leaves(loss.value)]
    excused += [loss.at for loss in third.losses if loss.kind == "invented"]
    new = [loss.at for loss in second.losses if loss.kind == "invented" and loss.at]
    links3 = third.links or {}
    moved = [loss.at for loss in second.losses if loss.code == "role.moved"]  # may stand elsewhere from now on
    if any(loss.code.startswith(("message.", "order.")) for loss in (*second.losses, *third.losses)):
        excused.append(registry.get(target).turns)  # what was merged, split, dropped or put in front shifts all others
    return [
        Violation(7, at, "not settled", x, y)
        for at, x, y in found
        if at.rpartition("/")[2] != registry.get(target).total  # a sum that may be left out
        and not (_rides(x) and _rides(y))  # what is in it comes home as it was (law 9), in another spelling
        and not (x is ... and y == {})  # an empty object says nothing
        and not any(_covers(e, at) or _covers(at, e) for e in excused)
        and not (x is ... and any(_covers(e, _longest(links2, _longest(links3, at))) for e in moved))
        and not all(any(same(v, m) for m in made) for _, v in leaves(y))
        and not all(any(_covers(one, _longest(links3, leaf)) for one in new) for leaf, _ in leaves(y, at))
    ]


def pure(kind: str, body: Json, source: str, target: str) -> list[Violation]:
    """Law 8: the same input gives the same bytes, and is not touched."""
    before = copy.deepcopy(body)
    one = translate(kind, body, source, target)[0]
    two = translate(kind, body, source, target)[0]
    out = [] if dumps(one) == dumps(two) else [Violation(8, "", "two runs differ")]
    if not same(before, body):
        out.append(Violation(8, "", "the input was changed"))
    return out


def pure_stream(data: bytes, source: str, target: str) -> list[Violation]:
    """Law 8 for streams."""
    runs = []
    for _ in range(2):
        stream = StreamTranslation(registry.get(source), registry.get(target), Context(), "report")
        runs.append(stream.feed(data) + stream.close())
    return [] if runs[0] == runs[1] else [Violation(8, "", "two runs differ")]


def come_back(kind: str, body: Json, source: str, target: str) -> tuple[int, int]:
    """How many leaves of the normal form come back from X -> Y -> X unchanged, and how many there are."""
    body = normal(kind, body, source)
    there, first, path = translate(kind, body, source, target)
    back, second, _ = translate(kind, normal(kind, there, target), target, source, path)
    links1, links2 = first.links or {}, second.links or {}
    returned = normal(kind, back, source)
    origin = {b: _longest(links1, y) for b, y in links2.items() if _under(links1, y)}
    _pair_twins(body, returned, origin)
    place = {x: b for b, x in origin.items()}
    now = dict(leaves(returned))
    total = kept = 0
    for at, value in leaves(body):
        total += 1
        where = _longest(place, at)
        kept += where in now and same(now[where], value)
    return kept, total


# Losses whose place names a value that was looked at before it was dropped: another value might have been said.
_LOOKED_AT = (
    "text.",
    "message.",
    "cache.",
    "citation.grounding",
    "stop.",
    "max_tokens.",
    "tool_result.",
    "reasoning.",
    "media.",
    "service_tier.",
    "sampling.thinking",
)


# Losses of an object or a list at a place that holds more than what is lost: state that rides on a call, or stands
# beside the text that it repeats; the rest of a list of which one entry is a setting elsewhere.
_NAMED_WITH = ("state.", "include.")
# What an object is, rather than what it says: another such word makes it another object, or a circle none.
_SAYS_WHAT = frozenset({"type", "@type", "role", "status", "modality", "$ref", "ref"})


def dropped_is_unused(kind: str, body: Json, source: str, target: str, ordinal: int) -> list[Violation]:
    """Law 2, sound: another value at a `dropped` place leaves the target as it is.

    Of an object or a list one leaf is another: those that say what it is stay.
    """
    there, report, _ = translate(kind, body, source, target)
    kinds = (str, int, float, dict, list)
    told = [loss for loss in report.losses if loss.kind == "dropped" and type(loss.value) in kinds]
    told = [loss for loss in told if not loss.code.startswith(_LOOKED_AT)]
    if not told:
        return []
    one = told[ordinal % len(told)]
    at, value = one.at, found_at(body, one.at)
    if type(value) in (dict, list):
        inside = [leaf for leaf, said in leaves(value, at) if type(said) in kinds[:3]]
        inside = [leaf for leaf in inside if leaf.rpartition("/")[2] not in _SAYS_WHAT]
        if not inside or one.code.startswith(_NAMED_WITH):
            return []
        at = inside[ordinal // len(told) % len(inside)]
    other = copy.deepcopy(body)
    if not put_another(other, at):
        return [Violation(2, at, "a loss points nowhere")]
    again = translate(kind, other, source, target)[0]
    return [
        Violation(2, p, f"what was dropped at {one.at} shows", x, y)
        for p, x, y in differences(there, again)
        if not (_rides(x) and _rides(y))  # in a carrier it is for its issuer alone
    ]


# --- law 9: state comes home -----------------------------------------------------------------------------------------


def state_comes_home(body: Json, source: str, target: str) -> list[Violation]:
    """Law 9: opaque state of a response of `source` comes back to it through a client of `target`, as the same bytes,
    on the same text or call, in order; what does not was told as dropped with the response. So does what stands beside
    the parts and has to be named again.

    The client is one that keeps every field: it sends the answer on as the last turn of its next request.
    """
    said = read("response", body, source)
    report = Report()
    there = write(said, target, report)
    heard = read("response", there, target)
    if not isinstance(said, Response) or not isinstance(heard, Response) or not said.candidates or not heard.candidates:
        return []
    told = [loss.at for loss in report.losses if loss.kind == "dropped"]
    answer = min(said.candidates, key=lambda c: c.index).message
    d = registry.get(source)
    mine = [one for one in _states(answer, d) if not any(_covers(at, one[2]) for at in told)]
    echo = _asked_again(min(heard.candidates, key=lambda c: c.index).message, target)
    request = read("request", write(echo, target, Report()), target, _PATH)
    home = read("request", write(request, source, Report()), source, _PATH)
    turns = [m for m in home.messages if m.role == "assistant"] if isinstance(home, Request) else []
    for part in (part for m in turns for part in m.parts):
        if isinstance(part, ToolCall):
            d.sign(part)  # as the service reads its own signatures
    back = [one for m in turns for one in _states(m, d)]
    out: list[Violation] = []
    for kind, value, at, bearer in mine:
        if not back or (kind, value) != back[0][:2]:
            return [*out, Violation(9, at, "state does not come home", value, back[0][1] if back else ...)]
        if bearer != back[0].bearer:
            return [*out, Violation(9, at, "state comes home on something else", bearer, back[0].bearer)]
        back.pop(0)
    for key, again in d.beside.items():
        want = again((said.extra or {}).get(key))
        got = (home.extra or {}).get(key)
        if want is not None and got != want and not any(_covers(at, f"/{key}") for at in told):
            out.append(Violation(9, f"/{key}", "state beside the parts does not come home", want, got))
    return out


_PATH = "/v1beta/models/m:generateContent"


class _Borne(NamedTuple):
    """Opaque state: the kind of part it is on, its bytes, its place, and the words of that part: the text or the call,
    but not its id, which may be made up on the way."""

    kind: str
    value: Any
    at: str
    bearer: str


def _states(m: Message, dialect: Dialect) -> list[_Borne]:
    """Every opaque state of a message."""
    out: list[_Borne] = []
    for part in m.parts:
        state = getattr(part, "state", None)
        if state is not None and state.value not in ("", []):
            # A list is of the whole message, whichever thinking is seen beside it.
            listed = type(state.value) is list
            words = part.text if isinstance(part, (Text, Reasoning)) and not listed else ""
            bearer = unspell(part.name) if isinstance(part, ToolCall) else words
            kind, at = f"{type(part).__name__} {state.kind}", dialect.where(part, "state")
            out.append(_Borne(kind, _decoded(state.value), at, bearer))
    return out


def _decoded(value: Any) -> Any:
    """The bytes of a base64 text, whichever alphabet it is in; anything else as it is."""
    if type(value) is not str:
        return value
    return value.rstrip("=").replace("+", "-").replace("/", "_")


def _asked_again(answer: Message, dialect: str) -> Request:
    """The request in which a client sends an answer back: every part is an item where the dialect has items."""
    items = any(getattr(part, "item", None) is not None for part in answer.parts)
    turns = [replace(answer, parts=[part]) for part in answer.parts] if items else [answer]
    asked = Message("user", [Text("x")])
    return Request(registry.get(dialect).documents, "m", [asked, *turns], params={"max_output_tokens": 9})


# --- law 10: running ------------------------------------------------------------------------------------------------


def nothing_waits(frames: Sequence[bytes], source: str, target: str) -> list[Violation]:
    """Law 10: after every frame all text is out that the frames so far have told.

    Held back is only what the table of forced buffering names: text behind a call, thinking or a step of the vendor's
    that is still open, where the target's blocks come one after the other. The first candidate is looked at.
    """
    stream = StreamTranslation(registry.get(source), registry.get(target), Context(), "report")
    reader, check = registry.get(source).reader(), registry.get(target).reader()
    told, said = _Texts(), _Texts()
    for i, frame in enumerate(frames):
        told.take(reader.feed(frame))
        said.take(check.feed(stream.feed(frame)))
        if stream.error is not None:
            return []
        if not told.begun:
            continue  # another one may yet be the answer, of which the end decides
        if not told.text.startswith(said.text) or (not told.calls and said.text != told.text):
            return [Violation(10, f"/{i}", "text waits", told.text[-80:], said.text[-80:])]
    return []


class _Texts:
    """The text of the first candidate so far, and how many of its calls are open."""

    def __init__(self) -> None:
        self.text = ""
        self.begun = False
        self.calls: set[int] = set()
        self._kinds: dict[tuple[int, int], type] = {}

    def take(self, events: list[Event]) -> None:
        for event in events:
            self.begun = self.begun or (isinstance(event, CandidateStart) and event.candidate.index == 0)
            if isinstance(event, PartStart):
                self._kinds[event.candidate, event.index] = type(event.part)
                if event.candidate == 0 and isinstance(event.part, (ToolCall, Reasoning, ServerTool, Opaque)):
                    self.calls.add(event.index)
                if event.candidate == 0 and isinstance(event.part, (Text, Refusal)):
                    self.text += event.part.text
            elif isinstance(event, PartEnd) and event.candidate == 0:
                self.calls.discard(event.index)
            elif isinstance(event, PartDelta) and self._kinds[event.candidate, event.index] in (Text, Refusal):
                self.text += event.value if event.candidate == 0 and event.field == "text" else ""
