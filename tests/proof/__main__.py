"""`python -m tests.proof [generators] [corpus] [page]`: measure, and write docs/proof.md anew.

The laws and the judges are counted by pytest (`--proof`), fuzz executions by `python -m tests.fuzz`.
"""

from __future__ import annotations

import argparse

from tests import corpus

from . import FILE, PAGE, load, record
from .measure import generators, recorded
from .page import page


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.proof")
    parser.add_argument("what", nargs="*", choices=["generators", "corpus", "page"], default=["page"])
    parser.add_argument("--documents", type=int, default=300, help="generated documents of each kind")
    parser.add_argument("--every", type=int, default=1, help="of the recorded lines one in so many")
    args = parser.parse_args()
    if "generators" in args.what:
        command = f"python -m tests.proof generators --documents {args.documents}"
        record("generators", command, generators(args.documents))
    if "corpus" in args.what:
        if corpus.folder() is None:
            print(f"{corpus.SKIP_REASON}: the figures of recorded traffic stay as they are")
        else:
            record("corpus", f"python -m tests.proof corpus --every {args.every}", recorded(args.every))
    PAGE.write_text(page(load()), "utf-8")
    print(f"{PAGE.name}, from {FILE.name}")


if __name__ == "__main__":
    main()
