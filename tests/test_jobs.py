"""What the jobs of the Makefile and of .ci/ promise when something is missing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import corpus
from tests.proof import ROOT


def collected(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """pytest as a job calls it, up to the point where tests would run."""
    env = {key: value for key, value in os.environ.items() if key != "DRAGOMAN_TRAFFIC"} | environment
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only", *options]
    return subprocess.run(
        [*command, "tests/test_laws_corpus.py"], cwd=ROOT, env=env, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("named", [{}, {"DRAGOMAN_TRAFFIC": "/no/such/folder"}])
def test_the_corpus_asked_for_and_not_there_is_no_success(named: dict[str, str]) -> None:
    """`make test-corpus` and `make corpus-all` call pytest with -m corpus."""
    done = collected("-m", "corpus", **named)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert corpus.SKIP_REASON in done.stderr


def test_without_asking_for_it_nothing_fails() -> None:
    """`make test` of a fresh clone."""
    assert collected().returncode == 0


def test_the_jobs_ask_for_it() -> None:
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    for target in ("test-corpus", "corpus-all"):
        recipe = lines[lines.index(f"{target}: setup") + 1]
        assert recipe.endswith("-m corpus")


def test_ci_runs_the_fuzzer_and_no_job_of_ci_changes_the_figures() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line.strip() for line in lines if "make fuzz" in line] == ["make fuzz SECONDS=28 DRY=1"]
