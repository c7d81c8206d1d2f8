"""Hypothesis profiles, and the mark `corpus` on every test that needs the recorded traffic."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests import corpus

# `pytest --hypothesis-profile=proof`. No deadlines: CI machines are slow now and then, which proves nothing.
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("proof", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile("ci")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(mark.kwargs.get("reason") == corpus.SKIP_REASON for mark in item.iter_markers("skipif")):
            item.add_marker("corpus")
