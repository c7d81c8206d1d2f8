"""Timing that a busy machine cannot fool much: CPU time of this thread, everyone in turn, order shuffled, medians.

A ratio is taken inside one round, where both sides met the same machine; the median of the rounds' ratios is what
is told, with its quartiles, and beside it how far the floor itself was spread.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Mapping
from statistics import median, quantiles
from typing import NamedTuple

Work = Callable[[], object]
FLOOR = "floor"
SAMPLE_NS = 8_000_000  # what one sample shall last at least, so that the clock's own step is nothing
SEED = 20260101


class Figure(NamedTuple):
    """One contestant at one piece of work: nanoseconds a unit, and multiples of the floor with quartiles."""

    ns: float
    ratio: float
    low: float
    high: float


class Result(NamedTuple):
    """One piece of work: the figures of everyone, and the floor's own spread (quartile distance by median)."""

    work: str
    figures: dict[str, Figure]
    noise: float


def cpu(work: Work, times: int = 1) -> int:
    """CPU nanoseconds of this thread for `times` runs of `work`."""
    start = time.thread_time_ns()
    for _ in range(times):
        work()
    return time.thread_time_ns() - start


def _times(work: Work) -> int:
    """How many runs make one sample; the first run warms up."""
    work()
    once = max(1, cpu(work))
    return max(1, SAMPLE_NS // once)


def quartiles(values: list[float]) -> tuple[float, float]:
    """The lower and the upper quartile."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = quantiles(values, n=4)
    return low, high


def compare(work: str, contestants: Mapping[str, Work], rounds: int, units: int = 1) -> Result:
    """Measure all `contestants`, of whom one is the floor. `units`: how many events one run holds."""
    order = list(contestants)
    shuffle = random.Random(SEED)
    times = {name: _times(contestants[name]) for name in order}
    samples: dict[str, list[float]] = {name: [] for name in order}
    for _ in range(rounds):
        shuffle.shuffle(order)
        for name in order:
            gc.collect(1)
            samples[name].append(cpu(contestants[name], times[name]) / times[name])
    floor = samples[FLOOR]
    low, high = quartiles(floor)
    figures = {name: _figure(samples[name], floor, units) for name in contestants}
    return Result(work, figures, (high - low) / median(floor))


def _figure(mine: list[float], floor: list[float], units: int) -> Figure:
    ratios = [a / b for a, b in zip(mine, floor, strict=True)]
    low, high = quartiles(ratios)
    return Figure(median(mine) / units, median(ratios), low, high)
