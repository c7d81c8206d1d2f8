"""The figures of docs/proof.md: the heavy jobs measure them, tests/data/proof.json keeps them, `page` tells them.

A section is written by one command, which it names. What was never measured has no section.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "tests" / "data" / "proof.json"
PAGE = ROOT / "docs" / "proof.md"
SECTIONS = ("tests", "laws", "judges", "node", "generators", "corpus", "fuzz", "mutants")
Figures = dict[str, Any]


def load(file: Path = FILE) -> dict[str, Figures]:
    """Section -> its figures, `command` among them."""
    found: dict[str, Figures] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return found


def record(section: str, command: str, figures: Figures, file: Path = FILE, to: Path = PAGE) -> None:
    """Put what a command has measured in place of what stood there, and write the page anew."""
    from .page import page

    if section not in SECTIONS:
        raise ValueError(f"{section} is no section")
    known = load(file) | {section: {"command": command, **figures}}
    ordered = {name: known[name] for name in SECTIONS if name in known}
    file.write_text(json.dumps(ordered, indent=1) + "\n", "utf-8")
    to.write_text(page(ordered), "utf-8")
