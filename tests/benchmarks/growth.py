"""Cost as work grows: time and memory against messages, bytes, events and open streams.

Each step is told per unit: what stays flat is linear.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

import orjson

import dragoman

from . import documents
from .streams import frames, reads
from .timing import cpu

CHAT, ANTHROPIC = "openai-chat", "anthropic-messages"


class Step(NamedTuple):
    """`size` units of work: CPU nanoseconds and peak bytes, each a unit."""

    size: int
    ns: float
    memory: float


class Growth(NamedTuple):
    """One thing that grows, what its unit is, and the steps."""

    name: str
    unit: str
    steps: list[Step]

    def flatness(self) -> float:
        """Time a unit at the largest step against the median of the steps of at least a hundredth of its size."""
        last = self.steps[-1]
        return last.ns / median(s.ns for s in self.steps if s.size * 100 >= last.size)


def _peak(work: Callable[[], object]) -> int:
    """The most bytes that `work` held at once, beyond what was there before."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        kept = work()
        peak = tracemalloc.get_traced_memory()[1] - before
        del kept
        return peak
    finally:
        tracemalloc.stop()


def _best(work: Callable[[], object], rounds: int) -> float:
    return median(cpu(work) for _ in range(rounds))


def _request(data: bytes) -> Callable[[], object]:
    return lambda: dragoman.translate_request(data, CHAT, ANTHROPIC).json()


def messages(rounds: int) -> Growth:
    """Requests of 1 to 10,000 messages."""
    steps = []
    for count in (1, 10, 100, 1_000, 10_000):
        work = _request(orjson.dumps(documents.agent(count, offered=1, words=20)))
        work()
        steps.append(Step(count, _best(work, rounds) / count, _peak(work) / count))
    return Growth("messages of a request", "message", steps)


def size(limit: int, rounds: int) -> Growth:
    """Requests with a picture of up to `limit` bytes."""
    steps = []
    for bytes_ in (100_000, 1_000_000, 10_000_000, 50_000_000):
        if bytes_ <= limit:
            data = orjson.dumps(documents.image(bytes_))
            work = _request(data)
            steps.append(Step(bytes_, _best(work, rounds) / bytes_, _peak(work) / bytes_))
    return Growth("bytes of a request with a picture", "byte", steps)


def _run(source: str, target: str, count: int) -> int:
    """CPU time of a stream of `count` deltas whose frames are made as they are read; the making is not counted."""
    running = dragoman.translate_stream(source, target)
    spent = 0
    for chunk in reads(frames(source, count), 64):
        spent += cpu(lambda chunk=chunk: running.feed(chunk))  # type: ignore[misc]
    return spent


def _held(source: str, target: str, count: int) -> int:
    """The most bytes that a stream of `count` deltas holds between two reads."""
    chunks = reads(frames(source, count), 64)
    running = dragoman.translate_stream(source, target)
    running.feed(next(chunks))
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    most = 0
    for chunk in chunks:
        running.feed(chunk)
        most = max(most, tracemalloc.get_traced_memory()[0] - before)
    tracemalloc.stop()
    return most


def events(limit: int) -> Iterator[Growth]:
    """Streams of up to `limit` deltas. Anthropic keeps nothing; Responses repeats the whole text at its end."""
    for target in (CHAT, "openai-responses"):
        steps = []
        for count in (1_000, 10_000, 100_000, 1_000_000):
            if count <= limit:
                held = _held(ANTHROPIC, target, min(count, 20_000)) / min(count, 20_000)
                steps.append(Step(count, _run(ANTHROPIC, target, count) / count, held))
        yield Growth(f"events of a stream, {ANTHROPIC} -> {target}", "event", steps)


def open_streams(limit: int) -> Growth:
    """Up to `limit` streams open at once, each 20 deltas in; one more delta to each is what is timed."""
    opening, piece = list(frames(ANTHROPIC, 21))[:22], list(frames(ANTHROPIC, 22))[22]
    steps = []
    for count in (1, 100, 1_000, 10_000):
        if count > limit:
            continue
        running: list[dragoman.StreamTranslation] = []

        def start(count: int = count, running: list[dragoman.StreamTranslation] = running) -> None:
            for _ in range(count):
                stream = dragoman.translate_stream(ANTHROPIC, CHAT)
                for frame in opening:
                    stream.feed(frame)
                running.append(stream)

        def turn(running: list[dragoman.StreamTranslation] = running) -> None:
            for stream in running:
                stream.feed(piece)

        held = _peak(start)
        steps.append(Step(count, _best(turn, 5) / count, held / count))
    return Growth("streams open at once", "stream", steps)


def everything(short: bool) -> Iterator[Growth]:
    """All of it; `short` leaves out the largest steps."""
    rounds = 3 if short else 5
    yield messages(rounds)
    yield size(10_000_000 if short else 50_000_000, rounds)
    yield from events(100_000 if short else 1_000_000)
    yield open_streams(1_000 if short else 10_000)
