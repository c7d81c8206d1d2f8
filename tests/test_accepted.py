"""The table of accepted losses: complete, without idle rows, and the page in the docs is made from it."""

from __future__ import annotations

import pytest

import dragoman
from dragoman import losses
from tests import accepted, corpus


def test_rows_name_one_thing_each() -> None:
    rows = losses.accepted()
    assert len({(r.source, r.target, r.document, r.field, r.kind, r.code) for r in rows}) == len(rows)
    for row in rows:
        assert {row.source, row.target} <= set(dragoman.dialects())
        assert row.source != row.target
        assert row.document in ("request", "response", "error", "stream")
        assert row.kind in ("dropped", "changed", "invented")
        assert row.reason, row
        assert row.field, row
        assert not set("*?") & set(row.field), row


@pytest.mark.parametrize("document", ["request", "response", "error", "stream"])
def test_every_kind_of_document_has_rows(document: str) -> None:
    sources = {r.source for r in losses.accepted() if r.document == document}
    # No stream of legacy Completions and no error of some is recorded that says more than others can.
    assert len(sources) >= (5 if document != "error" else 2)


def test_every_pair_has_rows() -> None:
    names = dragoman.dialects()
    assert {(r.source, r.target) for r in losses.accepted()} == {(a, b) for a in names for b in names if a != b}


def test_fields_are_places_without_indices() -> None:
    assert losses.field_of("/messages/3/content/0/image_url/detail") == "messages[].content[].image_url.detail"
    assert losses.field_of("/tools/0/function/parameters/properties/x/format") == "tools[].function.parameters"
    assert losses.field_of("/a~1b") == "a/b"
    assert losses.field_of("") == ""


def test_the_page_is_fresh() -> None:
    assert accepted.PAGE.read_text("utf-8") == accepted.page(), "stale: python -m tests.accepted"


@corpus.needs_traffic
def test_every_loss_on_recorded_traffic_is_accepted_and_every_row_is_needed() -> None:
    found = accepted.excused()
    rows = accepted.table()
    for key, leaves in sorted(found.items()):
        print(leaves, *key)
    assert sorted(set(found) - rows) == []
    assert sorted(rows - set(found)) == []
