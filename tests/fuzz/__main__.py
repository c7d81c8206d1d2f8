"""`python -m tests.fuzz --seconds 60`: every target under the fuzzer, one after the other, and what it came to.

`python -m tests.fuzz TARGET FILE` runs one input again, without a fuzzer. The corpus lies in build/fuzz/corpus/ and
grows from run to run; it begins with fixtures/. What breaks a target is written to build/fuzz/<target>-crash-...
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from pathlib import Path

from tests.proof import record

from .targets import TARGETS, seeds

FOLDER = Path("build/fuzz")
# The seconds are the fuzzer's own bound on a run, and so is the time that one input may take: no test knows them.
OPTIONS = ("-timeout=20", "-rss_limit_mb=2048", "-max_len=16384", "-print_final_stats=1", "-verbosity=0")


def plant(name: str) -> Path:
    """The corpus of a target, with its seeds in it."""
    corpus = FOLDER / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for data in seeds(name):
        (corpus / hashlib.sha1(data).hexdigest()).write_bytes(data)
    return corpus


def fuzz(name: str, seconds: int) -> tuple[int, bool]:
    """How many executions there were, and whether all was well."""
    corpus = plant(name)
    options = [*OPTIONS, f"-max_total_time={seconds}", f"-artifact_prefix={FOLDER}/{name}-"]
    command = [sys.executable, "-m", f"{__package__}.guided", name, str(corpus), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    told = done.stdout.decode("utf-8", "replace")
    found = re.search(r"number_of_executed_units:\s*(\d+)", told)
    if done.returncode or found is None:
        print(told[-4000:])
    return (int(found[1]) if found else 0), done.returncode == 0 and found is not None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together")
    parser.add_argument("--dry", action="store_true", help="docs/proof.md stays as it is")
    parser.add_argument("target", nargs="?", choices=TARGETS)
    parser.add_argument("file", nargs="?", type=Path, help="run this input again")
    args = parser.parse_args()
    if args.file is not None:
        TARGETS[args.target](args.file.read_bytes())
        return
    chosen = [args.target] if args.target else list(TARGETS)
    executions: dict[str, int] = {}
    well = True
    for name in chosen:
        executions[name], sound = fuzz(name, max(1, args.seconds // len(chosen)))
        print(f"{name}: {executions[name]:,} executions, {'no failure' if sound else 'FAILED'}", flush=True)
        well = well and sound
    if well and args.target is None and not args.dry:
        record(
            "fuzz",
            f"python -m tests.fuzz --seconds {args.seconds}",
            {"executions": executions, "seconds": args.seconds},
        )
    sys.exit(not well)


if __name__ == "__main__":
    main()
