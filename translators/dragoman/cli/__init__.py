"""The command `dragoman`: files and pipes around the library."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; leaves through SystemExit (0 all good, 1 something failed, 2 wrong usage)."""
    try:
        from .command import dragoman
    except ModuleNotFoundError as missing:
        if missing.name != "click":
            raise
        sys.exit("The dragoman command needs click, which comes with: pip install 'dragoman[cli]'")
    dragoman(prog_name="dragoman")
