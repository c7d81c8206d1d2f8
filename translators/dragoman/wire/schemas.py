"""The JSON Schemas of the models, as schemas/ holds them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from . import CANONICAL, adapter, models, names

_WHAT = {
    "request": "The body of a request",
    "response": "The body of a successful response",
    "error": "The body of an error",
    "event": "The data of one event of a stream",
}


def schema(dialect: str, kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one document of a dialect, or of a canonical one."""
    found = adapter(dialect, kind).json_schema()
    found.pop("title", None)
    found.pop("description", None)
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:dragoman:{dialect}:{kind}",
        "title": f"{dialect} {kind}",
        "description": _about(dialect, kind),
        **found,
    }


def _about(dialect: str, kind: str) -> str:
    if dialect == CANONICAL:
        return (
            f"A canonical {kind} as JSON: what `dragoman.model` writes and reads. Fields it does not name are faults."
        )
    return f"{_WHAT[kind]} in the dialect {dialect}. Fields and `type`s that it does not name are allowed."


def text(dialect: str, kind: str) -> str:
    """The same as text, the way schemas/ holds it."""
    return json.dumps(schema(dialect, kind), ensure_ascii=False, indent=1) + "\n"


def files() -> Iterator[tuple[str, str]]:
    """Path below schemas/ and text of every schema."""
    for name in names():
        for kind in models(name):
            yield f"{name}/{kind}.schema.json", text(name, kind)


def write(folder: Path) -> list[Path]:
    """Write every schema below a folder, and remove those of it that are none any more."""
    wanted = {folder / name: text for name, text in files()}
    for old in sorted(folder.glob("*/*.schema.json")):
        if old not in wanted:
            old.unlink()
    for path, content in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return list(wanted)
