"""The documents under fixtures/, as the tests take them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent / "fixtures"
DIALECTS = tuple(path.name for path in sorted(ROOT.iterdir()) if path.is_dir() and path.name != "demo")
# Refused on purpose: no dialect's readers take them.
INVALID = frozenset({"openai-chat/seed-template.request"})


@dataclass(frozen=True, slots=True)
class Fixture:
    """One file. kind: request, response, error or stream; status: of an error, from its name."""

    dialect: str
    name: str
    kind: str
    data: bytes

    @property
    def id(self) -> str:
        return f"{self.dialect}/{self.name}.{self.kind}"

    @property
    def status(self) -> int:
        return int(self.name.partition("-")[0]) if self.kind == "error" else 200

    @property
    def broken(self) -> bool:
        return self.name.startswith("broken-")

    def json(self) -> Any:
        return json.loads(self.data)


def _fixture(path: Path) -> Fixture:
    name, _, ending = path.name.partition(".")
    return Fixture(path.parent.name, name, ending.removesuffix(".json"), path.read_bytes())


@cache
def load(*kinds: str) -> tuple[Fixture, ...]:
    """Every fixture of the dialects, or those of some kinds; what is refused on purpose is left out."""
    paths = [path for dialect in DIALECTS for path in sorted((ROOT / dialect).iterdir())]
    found = [_fixture(path) for path in paths]
    return tuple(f for f in found if (not kinds or f.kind in kinds) and f.id not in INVALID)


def of(dialect: str, *kinds: str) -> tuple[Fixture, ...]:
    """Those of one dialect."""
    return tuple(f for f in load(*kinds) if f.dialect == dialect)


def named(identity: str) -> Fixture:
    """One fixture by `dialect/case.kind`, refused or not."""
    dialect, _, name = identity.partition("/")
    ending = "" if name.endswith(".stream") else ".json"
    return _fixture(ROOT / dialect / (name + ending))
