"""The recorded exchanges, where DRAGOMAN_TRAFFIC names their folder; without it their tests are skipped."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SKIP_REASON = "DRAGOMAN_TRAFFIC names no folder of recorded exchanges"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of the corpus. `stream_body` is the raw stream, `response` the JSON document, never both."""

    id: str
    dialect: str
    stream: bool
    status: int
    request: Any
    response: Any
    response_text: str | None
    stream_body: bytes | None
    fidelity: str
    provenance: str
    request_path: str
    provider_host_kind: str
    tags: tuple[str, ...]


def _reasons(*rows: tuple[str, str]) -> dict[str, str]:
    return {identity: why for identities, why in rows for identity in identities.split()}


# Faults of a recorder, by id. Nothing here is a fault of a provider: those stay in.
ARTEFACTS: dict[str, str] = _reasons(
    (
        "1b34bffcb39cfbe0 236b8ac1c4774ead 302123d42994a0d5 351c880e7d76db6f 7bda59146f8c5e0e "
        "7d75cb83c916871a aba3e08ad95674da c9e6dcd694825cf0 d57d639e795cfcfd",
        "labelled wire, but the done event of a call has other text than its deltas: edited by hand",
    ),
    (
        "8bf5cf12dd5d2e50 d08fb477df2ec390 1ce0c82cf0e844e4 a3fc55c30f7750cb b5c734557dc62945 "
        "b884755fea8ea805 c7f7d072a0cf9fe9",
        "several streams glued together: a second start after a terminal event",
    ),
    ("4f5c913e93903837", "frames of several steps glued together: text and a call after the finish"),
    (
        "159b50814348bde9 1fa74786de91d811 4457246f9fd0c16f 495999cc18ceba47 4c687ed31657a1dc "
        "5645573f64d3f0f8 584a7c7849b9a5a9 88b0d4d980c051f9 9e7794a7b7f115d4 ca7980a76d55269e "
        "dd352543e3fd0414 f7f6fdd3e5892f73",
        "marked as a stream, but the body is one record `event: message` that holds the whole message",
    ),
    ("22fdb87cc8c882c6", "a request that is invalid on purpose"),
    ("30f272b62887830d", "an error body of a form of its own: `status` is a number"),
)

# Not in the list above, and no document of the dialect either: no test can translate them as one.
NOT_A_DOCUMENT: dict[str, str] = {
    "3a12586590245672": "the lines of a stream, stored as a JSON list of strings",
}


# Dialects that are recorded under another's name: the shape is the same, and so is the file.
SHAPE = {"claude-thinking": "openai-chat"}


def folder() -> Path | None:
    """The folder that DRAGOMAN_TRAFFIC names, if it is there."""
    named = os.environ.get("DRAGOMAN_TRAFFIC")
    if not named:
        return None
    path = Path(named)
    return path if path.is_dir() else None


needs_traffic = pytest.mark.skipif(folder() is None, reason=SKIP_REASON)


def everything() -> bool:
    """DRAGOMAN_ALL=1: no sampling."""
    return os.environ.get("DRAGOMAN_ALL", "") not in ("", "0")


def _recorded(row: dict[str, Any]) -> Recorded:
    body, response = row.get("stream_body"), row.get("response")
    if row["stream"] and isinstance(response, list) and all(isinstance(frame, dict) for frame in response):
        body, response = json.dumps(response), None  # a stream that is one JSON array, read by the recorder
    return Recorded(
        id=row["id"],
        dialect=row["dialect"],
        stream=bool(row["stream"]),
        status=row["status"],
        request=row.get("request"),
        response=response,
        response_text=row.get("response_text"),
        stream_body=None if body is None else body.encode("utf-8", "surrogatepass"),
        fidelity=row.get("fidelity", ""),
        provenance=row.get("provenance", ""),
        request_path=row.get("request_path", ""),
        provider_host_kind=row.get("provider_host_kind", ""),
        tags=tuple(row.get("tags") or ()),
    )


@cache
def load(dialect: str) -> tuple[Recorded, ...]:
    """Every line of one dialect, artefacts included; empty where the corpus is not."""
    place = folder()
    if place is None:
        return ()
    path = place / f"{SHAPE.get(dialect, dialect)}.jsonl.gz"
    if not path.is_file():
        return ()
    with gzip.open(path, "rb") as lines:
        return tuple(_recorded(json.loads(line)) for line in lines if line.strip())


@cache
def usable(dialect: str) -> tuple[Recorded, ...]:
    """The lines that the laws and the judges are held to."""
    return tuple(row for row in load(dialect) if row.id not in ARTEFACTS and row.id not in NOT_A_DOCUMENT)


@cache
def documents(dialect: str, *, ok: bool = True) -> tuple[Recorded, ...]:
    """Lines with a JSON response: successes, or (`ok=False`) what came with another status."""
    return tuple(row for row in usable(dialect) if row.response is not None and (row.status == 200) is ok)


@cache
def streams(dialect: str) -> tuple[Recorded, ...]:
    """Lines with a recorded stream of status 200."""
    return tuple(row for row in usable(dialect) if row.stream_body and row.status == 200)


@cache
def requests(dialect: str) -> tuple[Recorded, ...]:
    """Lines with a JSON request."""
    return tuple(row for row in usable(dialect) if isinstance(row.request, dict))


def by_id(dialect: str, identity: str) -> Recorded:
    """One line, artefact or not."""
    return next(row for row in load(dialect) if row.id == identity)


def sampled(rows: Iterable[Recorded], every: int) -> list[Recorded]:
    """Every k-th line, or all of them under DRAGOMAN_ALL=1."""
    listed = list(rows)
    return listed if everything() or every <= 1 else listed[::every]
