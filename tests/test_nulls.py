"""Null is absence: of every field that the models say may be null, in every dialect, towards every other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

import dragoman
from dragoman import normal, wire
from tests.strategies import DIALECTS, common, nulls

N = 80
SO_OFTEN = 2  # a field is tried in as many documents
# Fields that have null in the words of the target, too: there they are copied as they came.
SHARED = ("/moderation/policy", "/web_search_options/user_location", "/bytes")


def _documents(dialect: str, kind: str) -> list[Any]:
    module = DIALECTS[dialect]
    made = {"request": module.requests, "response": module.responses}[kind](extras=False)
    return [body for body in common.examples(made, N) if not wire.faults(dialect, kind, body)]


def _cases(dialect: str, kind: str) -> Iterator[tuple[Any, list[tuple[str, Any, str]]]]:
    """Documents, each with the fields to be null in it."""
    tried: Counter[str] = Counter()
    for body in _documents(dialect, kind):
        fresh = [place for place in nulls.absent(body, wire.models(dialect)[kind]) if tried[place[0]] < SO_OFTEN]
        tried.update({place[0] for place in fresh})
        if fresh:
            yield body, list({place[0]: place for place in fresh}.values())


def _said(kind: str, body: Any, source: str, target: str) -> tuple[Any, set[tuple[str, str, str]]]:
    translate: Any = {"request": dragoman.translate_request, "response": dragoman.translate_response}[kind]
    t = translate(deepcopy(body), source, target)  # what is written shares with what came
    return t.body, {(loss.kind, loss.code, loss.at) for loss in t.losses}


def _differs(before: Any, now: Any) -> list[str]:
    """Where two bodies differ, but for state on its way home, which is what came to the byte."""
    return [
        at
        for at, a, b in normal.differences(before, now)
        if "dragom01" not in f"{a}{b}" and not (b is None and any(shared in at for shared in SHARED))
    ]


@pytest.mark.parametrize("kind", ["request", "response"])
@pytest.mark.parametrize("dialect", [name for name in DIALECTS if name not in wire.SHAPE])
def test_null_says_the_same_as_absence(dialect: str, kind: str) -> None:
    read: Any = {"request": dragoman.read_request, "response": dragoman.read_response}[kind]
    write: Any = {"request": dragoman.write_request, "response": dragoman.write_response}[kind]
    found: list[Any] = []
    for body, fields in _cases(dialect, kind):
        others = [target for target in DIALECTS if target != dialect]
        before = {target: _said(kind, body, dialect, target) for target in others}
        for name, node, key in fields:
            node[key] = None
            assert wire.faults(dialect, kind, body) == [], name
            if write(read(body, dialect), dialect).body != body:
                found.append((name, dialect))
            for target in others:
                said, losses = _said(kind, body, dialect, target)
                if _differs(before[target][0], said) or losses != before[target][1]:
                    found.append((name, target, _differs(before[target][0], said), losses ^ before[target][1]))
            del node[key]
    assert found == []
