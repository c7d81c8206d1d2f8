"""The official SDKs, strict and over real HTTP, read what was translated of generated documents and streams.

Every pair, a few of each kind. The tables behind test_judges know samples and recorded traffic; of a generated document
it is asked that the SDK of the target takes it, that it sees the failure of what failed, and that of a stream it sees
what it sees of the document that the stream tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest

import dragoman
from dragoman.events import Failure
from dragoman.model import Response, ToolCall
from dragoman.stream import events_of
from tests.judges.loopback import Loopback
from tests.judges.matrix import CHAT, GEMINI, SHAPE
from tests.judges.seen import SdkError, Seen, is_json, settled
from tests.strategies import DIALECTS, common
from tests.test_judges import JUDGES, PAIRS, Judge, Sight

COUNT = 8
pairs = pytest.mark.parametrize(("source", "target"), PAIRS)


@pytest.fixture(scope="module")
def judges() -> Iterator[dict[str, Judge]]:
    with ExitStack() as stack:
        server = stack.enter_context(Loopback())
        yield {dialect: stack.enter_context(judge(server)) for dialect, judge in JUDGES.items()}


@cache
def documents(dialect: str) -> list[Any]:
    return common.examples(DIALECTS[dialect].responses(extras=False), COUNT)


@cache
def streams(dialect: str, failing: bool) -> list[bytes]:
    module = DIALECTS[dialect]
    made = common.examples((module.failing_streams if failing else module.streams)(extras=False), COUNT)
    return [module.sse_bytes(records) for records in made]


def is_error(seen: Sight) -> bool:
    return isinstance(seen, SdkError) and seen.legal


@pairs
def test_documents(source: str, target: str, judges: dict[str, Judge]) -> None:
    judge = judges[SHAPE.get(target, target)]
    for body in documents(source):
        t = dragoman.translate_response(body, source, target)
        if t.status is not None:
            assert is_error(judge.error(t.status, t.json())), t.body
        else:
            seen = judge.response(t.json())
            assert not isinstance(seen, SdkError), (seen, t.body)


def told(seen: Sight) -> Any:
    """What of a sight a stream and its document have in common; ids, which a stream may have to make up early, aside.

    The text of a call that is no JSON has been passed on before anyone could know, and is wrapped in a document.
    """
    assert isinstance(seen, Seen), seen
    calls = [(call.name, settled(call.arguments)) for call in seen.calls]
    return seen.text, seen.reasoning, seen.refusal, calls, seen.finish


def beyond_the_sdk(whole: Response, shape: str) -> bool:
    """A custom call in a stream of Chat, which the SDK's type of a piece does not know; a text that is no JSON in one
    of a dialect that has objects."""
    calls = [part for c in whole.candidates for part in c.message.parts if type(part) is ToolCall]
    return any(
        (shape == CHAT and call.kind == "custom") or (type(call.arguments) is str and not is_json(call.arguments))
        for call in calls
    )


@pairs
def test_streams(source: str, target: str, judges: dict[str, Judge]) -> None:
    """Through the client, and through its helper where that takes more than one answer."""
    shape = SHAPE.get(target, target)
    judge = judges[shape]
    compared = 0
    for data in streams(source, False):
        s = dragoman.translate_stream(source, target)
        out = s.feed(data) + s.close()
        assert s.error is None
        whole = dragoman.fold(dragoman.read_events(data, source))
        if beyond_the_sdk(whole, shape):
            continue
        compared += 1
        expected = told(judge.response(dragoman.write_response(whole, target).json()))
        views = [judge.stream_raw]
        helper = getattr(judge, "stream_helper", None)
        # The one's helper knows no choice behind the first, the other's makes one turn of all candidates.
        if helper is not None and not (shape in (CHAT, GEMINI) and len(whole.candidates) > 1):
            views.append(helper)
        for view in views:
            assert told(view(out)) == expected, out
    assert compared > COUNT / 2


@pairs
def test_streams_that_fail(source: str, target: str, judges: dict[str, Judge]) -> None:
    judge = judges[SHAPE.get(target, target)]
    for data in streams(source, True):
        assert any(isinstance(event, Failure) for event in events_of(data, source))
        s = dragoman.translate_stream(source, target)
        out = s.feed(data) + s.close()
        assert is_error(judge.stream_raw(out)), out
