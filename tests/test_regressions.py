"""Every example of tests/data/regressions.jsonl under every law of its pair."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dragoman
from tests import regressions
from tests.regressions import Example

EXAMPLES = regressions.load()


def marked(one: Example) -> Any:
    """A line that is known to break a law stays until it does not: `xfail_strict` is on."""
    marks = [pytest.mark.xfail(reason=one.broken)] if one.broken else []
    return pytest.param(one, id=one.id, marks=marks)


@pytest.mark.parametrize("one", [marked(e) for e in EXAMPLES if not e.refused])
def test_the_laws_hold(one: Example) -> None:
    for name, check in one.checks():
        found = check()
        told = [f"law {v.law} at {v.at or '/'}: {v.what}: {v.was!r} -> {v.now!r}" for v in found[:5]]
        assert not found, f"line {one.line} ({one.why}), {name}:\n" + "\n".join(told)


@pytest.mark.parametrize("one", [e for e in EXAMPLES if e.refused], ids=lambda one: one.id)
def test_what_no_reader_takes_names_its_faults(one: Example) -> None:
    translate = dragoman.translate_request if one.kind == "request" else dragoman.translate_response
    with pytest.raises(dragoman.InvalidDocument) as told:
        translate(one.body, one.source, one.target)
    assert told.value.faults


def test_a_failing_example_can_be_pasted(tmp_path: Path) -> None:
    """As Hypothesis prints documents and records, as JSON, and as bytes that are no text."""
    file = tmp_path / "regressions.jsonl"
    given = [
        ("request", b"{'model': 'm', 'messages': [], 'n': None}\n"),
        ("response", b'{"choices": []}'),
        ("stream", b"[(None, {'choices': []}), (None, '[DONE]')]"),
        ("stream", b"data: [DONE]\n\n"),
        ("stream", b"data: \xff\n\n"),
    ]
    lines = [regressions.line("openai-chat", "gemini", kind, "odd", text) for kind, text in given]
    file.write_text("".join(one + "\n" for one in lines), "utf-8")
    bodies = [one.body for one in regressions.load(file)]
    assert bodies[:2] == [{"model": "m", "messages": [], "n": None}, {"choices": []}]
    assert json.loads(bodies[2].split(b"\n\n")[0].removeprefix(b"data: ")) == {"choices": []}
    assert bodies[3:] == [b"data: [DONE]\n\n", b"data: \xff\n\n"]


def test_every_line_has_a_reason_and_every_kind_and_source_is_there() -> None:
    assert all(one.why for one in EXAMPLES)
    assert {one.kind for one in EXAMPLES} == set(regressions.KINDS)
    assert {one.source for one in EXAMPLES} == set(dragoman.dialects())
