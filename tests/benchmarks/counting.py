"""What translation costs, counted instead of timed: the same figures on every machine, however busy.

Counted for fixed inputs: byte codes executed, calls of C functions, and the most bytes held at once. Byte codes
differ between versions of Python, so `tests/data/cost.json` has figures for each version that was counted, and
`tests/test_cost.py` compares with those of its own. Renew: `make cost`.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import orjson

from . import documents, ours
from .streams import frames

FILE = Path(__file__).parents[1] / "data" / "cost.json"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
Work = Callable[[], object]
Counts = dict[str, dict[str, int]]
CHAT, RESPONSES, GEMINI, ANTHROPIC = "openai-chat", "openai-responses", "gemini", "anthropic-messages"


def inputs() -> dict[str, Work]:
    """The fixed work that is counted."""
    out: dict[str, Work] = {
        "request, small": ours.request(documents.text("small"), CHAT, ANTHROPIC),
        "request, agent": ours.request(documents.text("agent"), CHAT, ANTHROPIC),
        "request, small, to Gemini": ours.request(documents.text("small"), CHAT, GEMINI),
        "request, small, to Responses": ours.request(documents.text("small"), CHAT, RESPONSES),
        "response": ours.response(documents.text("response"), ANTHROPIC, CHAT),
    }
    for source, target, arguments in (
        (ANTHROPIC, CHAT, False),
        (ANTHROPIC, CHAT, True),
        (CHAT, ANTHROPIC, False),
        (CHAT, RESPONSES, False),
        (GEMINI, CHAT, False),
        (RESPONSES, ANTHROPIC, False),
    ):
        what = "arguments" if arguments else "text"
        records = list(frames(source, 200, arguments))
        out[f"stream of {what}, {source} -> {target}"] = ours.stream(records, source, target, 1)
    return out


def byte_codes(work: Work) -> int:
    """How many byte codes of Python functions `work` executes."""
    with _undisturbed():
        return _monitored(work) if hasattr(sys, "monitoring") else _traced(work)


def _monitored(work: Work) -> int:
    """Since Python 3.12 there is an event for every instruction."""
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    tool, kind = monitoring.PROFILER_ID, monitoring.events.INSTRUCTION
    count = 0

    def take(code: object, offset: int) -> None:
        nonlocal count
        count += 1

    monitoring.use_tool_id(tool, "cost")
    monitoring.register_callback(tool, kind, take)
    monitoring.set_events(tool, kind)
    try:
        work()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.register_callback(tool, kind, None)
        monitoring.free_tool_id(tool)
    return count


def _traced(work: Work) -> int:
    """Before, tracing tells of them."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the collector, which calls what others (Hypothesis, say) want to be told."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def c_calls(work: Work) -> int:
    """How many C functions `work` calls from Python."""
    count = 0

    def profile(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event == "c_call"

    before = sys.getprofile()
    with _undisturbed():
        sys.setprofile(profile)
        try:
            work()
        finally:
            sys.setprofile(before)
    return count


def peak(work: Work) -> int:
    """The most bytes that `work` holds at once."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def count() -> Counts:
    """The counts of all inputs; each runs once before, so that imports and caches are no part of it."""
    out: Counts = {}
    for name, work in inputs().items():
        work()
        work()
        out[name] = {"byte codes": byte_codes(work), "C calls": c_calls(work), "peak bytes": peak(work)}
    return out


def count_apart() -> Counts:
    """The same in a process of its own, where nothing else traces and texts hash the same every time."""
    here = Path(__file__).parents[2]
    paths = [str(here), *(p for p in sys.path if p)]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", "from tests.benchmarks import counting; counting.show()"]
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, check=True)
    counts: Counts = orjson.loads(done.stdout)
    return counts


def show() -> None:
    """The counts as JSON on stdout."""
    sys.stdout.buffer.write(orjson.dumps(count()))


def committed() -> dict[str, Counts]:
    """The figures of the file, by version of Python."""
    figures: dict[str, Counts] = orjson.loads(FILE.read_bytes()) if FILE.exists() else {}
    return figures


def renew() -> None:
    """Put the counts of this version of Python into the file."""
    figures = {**committed(), VERSION: count_apart()}
    text = orjson.dumps(dict(sorted(figures.items())), option=orjson.OPT_INDENT_2)
    FILE.write_bytes(text + b"\n")


if __name__ == "__main__":
    renew()
