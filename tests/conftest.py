"""Hypothesis profiles, the mark `corpus` on every test that needs the recorded traffic, and the counts of `--proof`."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests import corpus

# `pytest --hypothesis-profile=proof`. No deadlines: CI machines are slow now and then, which proves nothing.
settings.register_profile("brief", max_examples=10, deadline=None, derandomize=True)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("proof", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proof", action="store_true", help="count for docs/proof.md (tests/proof)")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("-m") == "corpus" and corpus.folder() is None:
        raise pytest.UsageError(corpus.SKIP_REASON)  # else all that was asked for would be skipped, and well
    if config.getoption("--proof"):
        from tests.proof.counts import Counting

        counting = Counting(config)
        counting.wrap()  # before the tests import what is counted
        config.pluginmanager.register(counting)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(mark.kwargs.get("reason") == corpus.SKIP_REASON for mark in item.iter_markers("skipif")):
            item.add_marker("corpus")
