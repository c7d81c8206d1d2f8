"""What an import costs: CPU time of a fresh interpreter, less that of one which imports nothing."""

from __future__ import annotations

import random
import subprocess
import sys
from statistics import median

from .timing import SEED

_CODE = "import time; t = time.process_time_ns(); import {}; print(time.process_time_ns() - t)"


def _once(module: str) -> int | None:
    done = subprocess.run([sys.executable, "-c", _CODE.format(module)], capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else None


def measure(rounds: int) -> dict[str, float]:
    """Milliseconds of CPU time for each import that works here, medians, all in turn."""
    modules = ["dragoman", "llm_rosetta", "orjson"]
    found = [m for m in modules if _once(m) is not None]  # also fills the byte code cache
    samples: dict[str, list[float]] = {m: [] for m in found}
    shuffle = random.Random(SEED)
    for _ in range(rounds):
        shuffle.shuffle(found)
        for module in found:
            spent = _once(module)
            if spent is not None:
                samples[module].append(spent / 1e6)
    return {m: median(samples[m]) for m in modules if m in samples}
