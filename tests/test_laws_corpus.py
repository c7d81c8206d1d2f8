"""The laws over recorded traffic, every line that is no recorder's fault (tests/corpus.py lists those)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import dragoman
from dragoman import laws, registry
from dragoman.events import Failure
from dragoman.jsontext import same
from dragoman.laws import Violation
from dragoman.model import Tool, from_json, to_json
from dragoman.report import Report
from tests import corpus, public
from tests.cuts import frame_ends
from tests.reference import anthropic, chat, completions, gemini, responses
from tests.reference.common import prune
from tests.reference.said import carried, gone, said
from tests.spoken import flavour_of

pytestmark = corpus.needs_traffic

DIALECTS = dragoman.dialects()
PAIRS = [(a, b) for a in DIALECTS for b in DIALECTS if a != b]
MERGES: dict[str, Any] = {
    "openai-chat": chat,
    "anthropic-messages": anthropic,
    "openai-responses": responses,
    "openai-completions": completions,
    "gemini": gemini,
    "claude-thinking": chat,
}
# Results whose call id answers no call: the recorder masked one of the two, or the call is on the server only.
UNANSWERED = frozenset(
    {
        "55a66c95443d1e68",
        "03fe065a814591e9",
        "2dff9717960f6832",
        "48103169e275ea41",
        "6dad879f703ee653",
        "7ee1d4b50a629574",
        "8346e76c768870b6",
        "95e5462b1f91e7d7",
    }
)
SHARES = Path(__file__).parent / "data" / "come_back.json"


def bodies(dialect: str) -> Iterator[tuple[str, str, Any]]:
    """(id, kind, body) of every request and every successful response."""
    for row in corpus.requests(dialect):
        yield row.id, "request", row.request
    for row in corpus.documents(dialect):
        yield row.id, "response", row.response


def hold(found: dict[str, list[Violation]]) -> None:
    failing = {identity: some for identity, some in found.items() if some}
    told = [f"{i} law {v[0].law} at {v[0].at or '/'}: {v[0].what}" for i, v in list(failing.items())[:8]]
    assert not failing, f"{len(failing)} of {len(found)}\n" + "\n".join(told)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_1_every_document_comes_home(dialect: str) -> None:
    hold({f"{i} {kind}": laws.home_document(kind, body, dialect) for i, kind, body in bodies(dialect)})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_1_every_error_comes_home(dialect: str) -> None:
    rows = corpus.documents(dialect, ok=False)
    assert rows
    d = registry.get(dialect)
    for row in rows:
        error = d.read_error(row.status, row.response)
        again = from_json(type(error), json.loads(json.dumps(to_json(error))))
        for one in (error, again):
            status, body = d.write_error(one, Report(), True)
            assert status == row.status, row.id
            assert same(body, row.response), row.id


@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_1_every_stream_comes_home(dialect: str) -> None:
    rows = corpus.streams(dialect)
    assert rows
    hold({row.id: laws.home_stream(row.stream_body or b"", dialect) for row in rows})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_1_fold_is_the_merge_of_the_raw_frames(dialect: str) -> None:
    differing, complete = [], 0
    for row in corpus.streams(dialect):
        merged = MERGES[dialect].merge(row.stream_body)
        if merged.error is not None or not merged.complete:
            continue
        complete += 1
        whole = dragoman.fold(dragoman.read_events(row.stream_body or b"", dialect))
        expected, got = merged.document, dragoman.write_response(whole, dialect).body
        if dialect == "gemini":
            expected, got = plain_gemini(expected), plain_gemini(got)
        found = laws.differences(prune(expected), prune(got))
        if found:
            differing.append((row.id, found[0]))
    assert complete
    assert not differing, differing[:5]


def plain_gemini(body: Any) -> Any:
    """Proto3 leaves out what is a default (an index of 0), and says nothing with the order of the ratings."""
    plain = laws.normal("response", body, "gemini")
    for candidate in plain.get("candidates", ()):
        if "safetyRatings" in candidate:
            candidate["safetyRatings"] = sorted(candidate["safetyRatings"], key=lambda rating: str(rating["category"]))
    return plain


LAWS: list[Callable[[str, Any, str, str], list[Violation]]] = [
    laws.spelling_is_free,
    laws.nothing_vanishes,
    laws.nothing_made_up,
    laws.settled,
    laws.pure,
    public.as_published,
]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_documents_cross(source: str, target: str) -> None:
    hold(
        {
            f"{i} {kind} {law.__name__}": law(kind, body, source, target)
            for i, kind, body in bodies(source)
            for law in LAWS
        }
    )


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_whole_answers_go_on_as_streams(source: str, target: str) -> None:
    hold(
        {
            f"{i} {kind}": laws.answers_alike(body, source, target)
            for i, kind, body in bodies(source)
            if kind != "request"
        }
    )


class Unsettled(NamedTuple):
    """A place that law 7 leaves out in its strict form: `#` is any index, and `lines` are the only ones that may."""

    source: str
    kind: str
    place: str
    why: str
    lines: str = ""
    refused: bool = False  # their own upstream answered every one of them with an error


CHAT, MESSAGES = "openai-chat", "anthropic-messages"
_REFUSED = "its own upstream refuses it, and the way home asks for what that takes"
_OPEN_TURN = "what was signed stays behind, and a turn that goes on without it may not think by a budget"
_SPAN = "a stream tells annotations after its text, so that a block is all the span there is (law 4)"
_CITED = "/choices/#/message/annotations/#/url_citation"
UNSETTLED = (
    Unsettled(CHAT, "request", "/temperature", _REFUSED, "2cc7033df5358656 337fddf1bcff1d7d", True),
    Unsettled(CHAT, "request", "/stop_sequences", _REFUSED, "311fe8d04eb990b1 f5ca63a1411907c9", True),
    Unsettled(CHAT, "request", "/tool_choice/type", _REFUSED, "4042ff8abe82a75b f56a704ae123dd0e", True),
    Unsettled(CHAT, "request", "/tool_choice/name", _REFUSED, "4042ff8abe82a75b", True),
    Unsettled(
        CHAT,
        "request",
        "/messages/#/content",
        "what Anthropic signed goes back to Anthropic alone, not to the gateway that it came through",
        "21ce34d876a5d75a 5ec89692af78fded 9a2e45457ec53c8c b9ae4da26fffa191 be76aeecb46b0c48",
    ),
    Unsettled(CHAT, "request", "/thinking/type", _OPEN_TURN, "5ec89692af78fded 9a2e45457ec53c8c b9ae4da26fffa191"),
    Unsettled(
        CHAT, "request", "/thinking/budget_tokens", _OPEN_TURN, "5ec89692af78fded 9a2e45457ec53c8c b9ae4da26fffa191"
    ),
    Unsettled(
        MESSAGES,
        "request",
        "/messages/#/content",
        "a blank text beside calls stays behind: refused elsewhere, though it was taken here",
        "067a95e214004018",
    ),
    Unsettled(MESSAGES, "request", "/messages", _REFUSED, "0547a07e76c7725b", True),
    Unsettled(MESSAGES, "request", "/reasoning_effort", _REFUSED, "4a3e93a63dc936e4 cb895677e75ec55c", True),
    Unsettled(
        MESSAGES,
        "request",
        "/reasoning_effort",
        _OPEN_TURN,
        "0b4c652cf6be4061 10ca290111bd6df5 28e3fc6dd4b1d20a 4d0341bd7c4b936a bf92a220f08e1a9d c2ea3a12784b7d07",
    ),
    Unsettled(
        MESSAGES, "request", "/tools/#/function/strict", _REFUSED, "86408cadc60d0d0c de293f55e19fd121", refused=True
    ),
    Unsettled(
        MESSAGES,
        "response",
        "/choices/#/message/tool_calls/#/id",
        "what rides on an id says where the call stood among the texts, which are one in Chat",
        "3728d2f69e118283",
    ),
    Unsettled(MESSAGES, "response", f"{_CITED}/start_index", _SPAN),
    Unsettled(MESSAGES, "response", f"{_CITED}/end_index", _SPAN),
    Unsettled(
        MESSAGES,
        "response",
        "/usage",
        "there usage has to be, and what is not known of it is nought, which somebody else may have counted",
        "8938b6a1285e1679",
    ),
)


@pytest.mark.parametrize("kind", ["request", "response"])
@pytest.mark.parametrize(("source", "target"), [(CHAT, MESSAGES), (MESSAGES, CHAT)])
def test_law_7_strict(source: str, target: str, kind: str) -> None:
    """Nothing is excused but what the table names, and every row of it, line by line, excuses something."""
    rows = [row for row in UNSETTLED if (row.source, row.kind) == (source, kind)]
    refused = {row.id for row in corpus.requests(source) if row.status >= 400}
    found: dict[str, list[Violation]] = {}
    used: dict[Unsettled, set[str]] = {row: set() for row in rows}
    for identity, one, body in bodies(source):
        if one != kind:
            continue
        home = flavour_of(kind, body, source)
        for violation in laws.settled(kind, body, source, target, strict=True, home=home):
            place = re.sub(r"/\d+(?=/|$)", "/#", violation.at)
            row = next((r for r in rows if r.place == place and (not r.lines or identity in r.lines.split())), None)
            if row is None or (row.refused and identity not in refused):
                found.setdefault(identity, []).append(violation)
            else:
                used[row].add(identity)
    left = set().union(*used.values())
    print(f"\n{source} -> {target} {kind}: {len(left)} lines do not settle", *sorted(left), sep="\n  ")
    hold(found)
    for row, lines in used.items():
        assert lines, f"{row.place} excuses nothing"
        assert not row.lines or lines == set(row.lines.split()), f"{row.place} excuses less than it names"


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_law_4_stream_is_document(source: str, target: str) -> None:
    hold({r.id: laws.stream_is_document(r.stream_body or b"", source, target) for r in corpus.streams(source)})


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_law_5_cut_anywhere(source: str, target: str) -> None:
    """Each stream once in pieces of 61 bytes, and a short one byte by byte."""
    found = {}
    for row in corpus.sampled(corpus.streams(source), 1 if corpus.everything() else 4):
        data = row.stream_body or b""
        step = 1 if len(data) < 4_000 else 61
        found[row.id] = laws.cut_anywhere(data, source, target, range(step, len(data), step))
    hold(found)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_law_6_a_cut_never_looks_like_success(source: str, target: str) -> None:
    """Cut behind twenty frames of each stream of a sample, behind all of all with DRAGOMAN_ALL=1."""
    found = {}
    for row in corpus.sampled(corpus.streams(source), 16):
        data = row.stream_body or b""
        ends = frame_ends(data)
        assert ends, f"{row.id}: no cut"
        for end in ends[:: 1 if corpus.everything() else max(1, len(ends) // 20)]:
            found[f"{row.id} {end}"] = laws.ends_honestly(data, end, source, target)
    hold(found)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_law_6_what_is_written_keeps_its_grammar(source: str, target: str) -> None:
    hold({row.id: laws.keeps_grammar(row.stream_body or b"", source, target) for row in corpus.streams(source)})


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_refusing_is_no_way_out(source: str, target: str) -> None:
    """At most 0.5 % of the lines with status 200 are refused, each listed here."""
    refused = []
    total = 0
    for row in corpus.usable(source):
        if row.status != 200:
            continue
        total += 1
        try:
            if row.request is not None:
                dragoman.translate_request(row.request, source, target)
            if row.response is not None:
                dragoman.translate_response(row.response, source, target)
        except dragoman.DragomanError as error:
            refused.append(f"{row.id} {error}")
        if row.stream_body:
            stream = dragoman.translate_stream(source, target)
            stream.feed(row.stream_body)
            stream.close()
            failed = any(type(e) is Failure for e in dragoman.read_events(row.stream_body, source))
            if stream.error is not None and not failed:
                refused.append(f"{row.id} {stream.error}")
    print(f"\n{source} -> {target}: {len(refused)} of {total} refused", *refused, sep="\n  ")
    assert len(refused) <= total * 0.005, refused


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_law_9_state_comes_home(source: str, target: str) -> None:
    """Through a client of every other dialect, or its loss is told."""
    found = {
        identity: v
        for identity, kind, body in bodies(source)
        if kind == "response"
        for v in laws.state_comes_home(body, source, target)
    }
    assert not found


@pytest.mark.parametrize("kind", ["request", "response"])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_dropping_is_no_way_out(source: str, target: str, kind: str) -> None:
    """The share of leaves that come back from X -> Y -> X may only rise above what is committed."""
    kept = total = 0
    for _, one, body in bodies(source):
        if one == kind:
            a, b = laws.come_back(kind, body, source, target)
            kept, total = kept + a, total + b
    committed = json.loads(SHARES.read_text())[f"{source} -> {target} {kind}"]
    share = kept / total
    print(f"\n{source} -> {target} {kind}: {kept} of {total} leaves come back ({share:.4%}; committed {committed:.4%})")
    assert share >= committed - 1e-6


def _refused(loss: dragoman.Loss) -> tuple[str, str] | None:
    """What the target's service would not have taken, and was told: an id ("`tool_calls[].id`/`tool_call_id` >40 chars
    on Chat, OpenAI and Azure alike"), or a tool beside those of a choice ("subset: x (filter tools)")."""
    if (loss.kind, loss.code) == ("changed", "tool_call.id"):
        return "id", str(loss.value)
    if (loss.kind, loss.code) == ("dropped", "tool_choice.subset") and isinstance(loss.value, Tool):
        return "tool", loss.value.name or ""
    return None


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_what_was_said_comes_back_whole(source: str, target: str) -> None:
    """Texts (blank ones aside), tool names, arguments, ids and results come back to 100 %."""
    missing: dict[str, list[tuple[str, str]]] = {}
    for identity, kind, body in bodies(source):
        if kind == "request":
            there = dragoman.translate_request(body, source, target)
            back = dragoman.translate_request(there.body, target, source, path=there.path)
        else:
            there = dragoman.translate_response(body, source, target)
            back = dragoman.translate_response(there.body, target, source)
        if there.status is not None or identity in UNANSWERED:
            continue
        lost = gone(said(body, source, kind), said(back.body, source, kind), carried(source, target))
        refused = {_refused(loss) for loss in there.losses}
        lost = [one for one in lost if one not in refused]
        if lost:
            missing[f"{identity} {kind}"] = [(what, word[:50]) for what, word in lost[:3]]
    assert not missing, (len(missing), list(missing.items())[:8])
