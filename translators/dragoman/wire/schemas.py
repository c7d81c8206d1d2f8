"""The JSON Schemas of the models, as schemas/ holds them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from .. import registry
from . import KINDS, adapter

_WHAT = {
    "request": "The body of a request",
    "response": "The body of a successful response",
    "error": "The body of an error",
    "event": "The data of one event of a stream",
}


def schema(dialect: str, kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one document of a dialect."""
    found = adapter(dialect, kind).json_schema()
    found.pop("title", None)
    found.pop("description", None)
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:dragoman:{dialect}:{kind}",
        "title": f"{dialect} {kind}",
        "description": f"{_WHAT[kind]} in the dialect {dialect}. Fields and `type`s that it does not name are allowed.",
        **found,
    }


def files() -> Iterator[tuple[str, str]]:
    """Path below schemas/ and text of every schema."""
    for dialect in registry.names():
        for kind in KINDS:
            text = json.dumps(schema(dialect, kind), ensure_ascii=False, indent=1)
            yield f"{dialect}/{kind}.schema.json", text + "\n"


def write(folder: Path) -> list[Path]:
    """Write every schema below a folder, and remove those of it that are none any more."""
    wanted = {folder / name: text for name, text in files()}
    for old in sorted(folder.glob("*/*.schema.json")):
        if old not in wanted:
            old.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(wanted)
