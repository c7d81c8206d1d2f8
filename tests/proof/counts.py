"""A pytest plugin (`--proof`) that counts how often each law was asked of each pair, and what each SDK read.

It wraps the laws and the judges before the tests import them, counts in every process of pytest-xdist, and adds up in
the first one, which records the figures.
"""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

from . import Figures, record

GENERATED = "test_laws_generated"
READS = ("response", "error", "stream_raw", "stream_helper")
Counts = Counter[str]


class Counting:
    """One process's counts. Keys are words with spaces between: JSON has no others, and processes speak JSON."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.laws: Counts = Counter()
        self.judges: Counts = Counter()
        self.sdks: dict[str, str] = {}
        self.outcomes: Counts = Counter()
        self.module = ""

    # --- wrapping

    def wrap(self) -> None:
        """Put counters around every law and every reading of a judge."""
        from dragoman import laws
        from tests.judges.anthropic_sdk import AnthropicJudge
        from tests.judges.google_sdk import GoogleJudge
        from tests.judges.openai_responses_sdk import ResponsesJudge
        from tests.judges.openai_sdk import CompletionsJudge, OpenAIJudge

        self.wrap_laws(laws)
        judges: tuple[tuple[type[Any], str], ...] = (
            (OpenAIJudge, "openai"),
            (ResponsesJudge, "openai"),
            (CompletionsJudge, "openai"),
            (AnthropicJudge, "anthropic"),
            (GoogleJudge, "google-genai"),
        )
        for judge, sdk in judges:
            self.sdks[judge.__name__] = sdk
            for name in READS:
                if name in vars(judge):
                    setattr(judge, name, self.read(judge.__name__, getattr(judge, name)))

    def wrap_laws(self, module: ModuleType) -> None:
        for name, law in inspect.getmembers(module, inspect.isfunction):
            if law.__module__ == module.__name__ and law.__annotations__.get("return") == "list[Violation]":
                setattr(module, name, self.law(name, law))

    def law(self, name: str, law: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(law)

        @functools.wraps(law)
        def counted(*args: Any, **kwargs: Any) -> Any:
            if self.module == GENERATED:
                given = signature.bind(*args, **kwargs).arguments
                words = (given.get("kind"), given.get("source") or given.get("dialect"), given.get("target"))
                if name == "unfolds":
                    words = ("response", given["response"].dialect, None)
                self.laws[" ".join(filter(None, (name, *words)))] += 1
            return law(*args, **kwargs)

        return counted

    def read(self, judge: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def counted(*args: Any, **kwargs: Any) -> Any:
            if self.module == "test_judges":
                self.judges[judge] += 1
            return method(*args, **kwargs)

        return counted

    # --- hooks

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.module = item.path.stem

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.is_worker():
            return
        if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            self.outcomes["known to fail" if hasattr(report, "wasxfail") else report.outcome] += 1

    def is_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Of pytest-xdist: a process has ended, and says what it counted."""
        told = getattr(node, "workeroutput", {}).get("proof", {})
        self.laws.update(told.get("laws", {}))
        self.judges.update(told.get("judges", {}))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.is_worker():
            output: dict[str, Any] = self.config.workeroutput  # type: ignore[attr-defined]
            output["proof"] = {"laws": dict(self.laws), "judges": dict(self.judges)}
            return
        command = " ".join(["pytest", *self.config.invocation_params.args])
        record("tests", command, {"outcomes": dict(sorted(self.outcomes.items()))})
        if self.laws:
            record("laws", command, law_figures(self.laws, self.config.getoption("--hypothesis-profile") or "ci"))
        if self.judges:
            record("judges", command, {"sdks": self.judge_figures()})

    def judge_figures(self) -> Figures:
        return {
            name: {"sdk": self.sdks[name], "version": version(self.sdks[name]), "read": count}
            for name, count in sorted(self.judges.items())
        }


def law_figures(counts: Counts, profile: str) -> Figures:
    """Per law: ways, the fewest examples of a way, all examples."""
    ways: dict[str, list[int]] = {}
    for words, count in counts.items():
        ways.setdefault(words.partition(" ")[0], []).append(count)
    rows = {
        name: {"ways": len(found), "fewest": min(found), "examples": sum(found)} for name, found in sorted(ways.items())
    }
    return {"profile": profile, "max_examples": settings().max_examples, "counts": rows}
