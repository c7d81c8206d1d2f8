"""What an import costs: CPU time of a fresh interpreter, less that of one which imports nothing.

Byte code is cached, as that of an installed package is, whatever the environment says of it here.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from statistics import median

from .timing import SEED

_CODE = "import time; t = time.process_time_ns(); import {}; print(time.process_time_ns() - t)"


def _once(module: str, cache: str) -> int | None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": cache}
    command = [sys.executable, "-c", _CODE.format(module)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else None


def measure(rounds: int) -> dict[str, float]:
    """Milliseconds of CPU time for each import that works here, medians, all in turn."""
    modules = ["dragoman", "llm_rosetta", "orjson"]
    with tempfile.TemporaryDirectory() as cache:
        found = [m for m in modules if _once(m, cache) is not None]  # also fills the byte code cache
        samples: dict[str, list[float]] = {m: [] for m in found}
        shuffle = random.Random(SEED)
        for _ in range(rounds):
            shuffle.shuffle(found)
            for module in found:
                spent = _once(module, cache)
                if spent is not None:
                    samples[module].append(spent / 1e6)
    return {m: median(samples[m]) for m in modules if m in samples}
