"""What is measured against the floor and the peers: one row a piece of work, with everyone who can do it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import orjson

import dragoman

from . import documents, ours, peers
from .documents import MATRIX, PATH, text
from .streams import frames
from .timing import FLOOR

CHAT, RESPONSES, GEMINI, ANTHROPIC = "openai-chat", "openai-responses", "gemini", "anthropic-messages"
DELTAS = 1000
STREAMS = (
    (ANTHROPIC, CHAT, False),
    (CHAT, ANTHROPIC, False),
    (CHAT, RESPONSES, False),
    (GEMINI, CHAT, False),
    (RESPONSES, ANTHROPIC, False),
    (ANTHROPIC, CHAT, True),
)
Work = Callable[[], object]


class Workload(NamedTuple):
    """Name, contestants (the floor among them), and how many events one run holds."""

    name: str
    contestants: dict[str, Work]
    units: int = 1


def _ready(makers: dict[str, Callable[[], Work]]) -> dict[str, Work]:
    """Those who are installed and can do the work; why one cannot goes to stderr."""
    out: dict[str, Work] = {}
    for name, make in makers.items():
        try:
            work = make()
            work()
        except ImportError:
            continue
        except Exception as error:  # a peer's own failure must not end the run
            if name not in peers.PEERS:
                raise
            print(f"  {name}: {type(error).__name__}: {error}"[:200], file=sys.stderr)
            continue
        out[name] = work
    return out


def requests() -> Iterator[Workload]:
    """Small, agent and image: Chat -> Anthropic."""
    for name in ("small", "agent", "image"):
        data = text(name)
        makers: dict[str, Callable[[], Work]] = {
            FLOOR: lambda data=data: ours.floor(data),  # type: ignore[misc]
            ours.OURS: lambda data=data: ours.request(data, CHAT, ANTHROPIC),  # type: ignore[misc]
            ours.CHECKED: lambda data=data: ours.request(data, CHAT, ANTHROPIC, validate=True),  # type: ignore[misc]
            peers.ROSETTA: lambda data=data: peers.rosetta_request(data, CHAT, ANTHROPIC, False),  # type: ignore[misc]
            peers.ROSETTA_FAST: lambda data=data: peers.rosetta_request(data, CHAT, ANTHROPIC, True),  # type: ignore[misc]
            peers.LITELLM: lambda data=data: peers.litellm_request(data),  # type: ignore[misc]
            peers.ANY_LLM: lambda data=data: peers.any_request(data),  # type: ignore[misc]
        }
        yield Workload(f"request, {name}", _ready(makers))


def responses() -> Iterator[Workload]:
    """Reasoning, text and calls: Anthropic -> Chat."""
    data = text("response")
    makers: dict[str, Callable[[], Work]] = {
        FLOOR: lambda: ours.floor(data),
        ours.OURS: lambda: ours.response(data, ANTHROPIC, CHAT),
        ours.CHECKED: lambda: ours.response(data, ANTHROPIC, CHAT, validate=True),
        peers.ROSETTA: lambda: peers.rosetta_response(data, ANTHROPIC, CHAT, False),
        peers.ROSETTA_FAST: lambda: peers.rosetta_response(data, ANTHROPIC, CHAT, True),
        peers.LITELLM: lambda: peers.litellm_response(data),
        peers.ANY_LLM: lambda: peers.any_response(data),
    }
    yield Workload("response", _ready(makers))


def streams() -> Iterator[Workload]:
    """Streams of 1,000 deltas at 1, 4 and 16 frames a read."""
    for source, target, arguments in STREAMS:
        records = list(frames(source, DELTAS, arguments))
        makers = _stream(records, source, target)
        what = "arguments" if arguments else "text"
        yield Workload(f"stream of {what}, {source} -> {target}", _ready(makers), len(records))


def _stream(records: list[bytes], source: str, target: str) -> dict[str, Callable[[], Work]]:
    makers: dict[str, Callable[[], Work]] = {FLOOR: lambda: ours.stream_floor(records)}
    for per_read in (1, 4, 16):
        name = f"{ours.OURS}, {per_read} a read"
        makers[name] = lambda per_read=per_read: ours.stream(records, source, target, per_read)  # type: ignore[misc]
    makers[peers.ROSETTA] = lambda: peers.rosetta_stream(records, source, target, False)
    makers[peers.ROSETTA_FAST] = lambda: peers.rosetta_stream(records, source, target, True)
    if (source, target) == (ANTHROPIC, CHAT):
        makers[peers.LITELLM] = lambda: peers.litellm_stream(records)
        makers[peers.LITELLM_USERS] = lambda: peers.litellm_users(records)
    if {source, target} == {ANTHROPIC, CHAT}:
        makers[peers.ANY_LLM] = lambda: peers.any_stream(records, source)
    return makers


def log(records: int) -> Iterator[Workload]:
    """A log of requests, Chat -> Anthropic, line by line."""
    lines = [orjson.dumps(documents.log_record(i)) for i in range(records)]

    def floor() -> None:
        for line in lines:
            orjson.dumps(orjson.loads(line))

    def translate() -> None:
        for line in lines:
            dragoman.translate_request(line, CHAT, ANTHROPIC).json()

    yield Workload(f"log of {records:,} requests", {FLOOR: floor, ours.OURS: translate}, records)


def pairs() -> Iterator[Workload]:
    """Every pair of the matrix with a short request, response and stream."""
    plain, answer = orjson.dumps(documents.plain()), orjson.dumps(documents.plain_response())
    for source in MATRIX:
        asked = dragoman.translate_request(plain, CHAT, source).json()
        said = dragoman.translate_response(answer, CHAT, source).json()
        told = _retold(list(frames(CHAT, 100)), source)
        for target in MATRIX:
            if target != source:
                yield from _pair(source, target, asked, said, told)


def _retold(records: list[bytes], target: str) -> list[bytes]:
    """A Chat stream in the words of `target`, record by record."""
    if target == CHAT:
        return records
    running = dragoman.translate_stream(CHAT, target)
    whole = b"".join(running.feed(record) for record in records) + running.close()
    return re.findall(rb".+?\r?\n\r?\n", whole, re.DOTALL)


def _pair(source: str, target: str, asked: bytes, said: bytes, told: list[bytes]) -> Iterator[Workload]:
    name = f"{source} -> {target}"
    sides = {FLOOR: ours.floor(asked), ours.OURS: ours.request(asked, source, target, PATH.get(source))}
    yield Workload(f"pair, request, {name}", sides)
    sides = {FLOOR: ours.floor(said), ours.OURS: ours.response(said, source, target)}
    yield Workload(f"pair, response, {name}", sides)
    sides = {FLOOR: ours.stream_floor(told), ours.OURS: ours.stream(told, source, target, 1)}
    yield Workload(f"pair, stream, {name}", sides, len(told))


def everything(records: int) -> Iterator[Workload]:
    """All pieces of work, one made after the other is measured."""
    logging.disable(logging.CRITICAL)  # the peers': writing it would count as their time
    yield from requests()
    yield from responses()
    yield from streams()
    yield from log(records)
    yield from pairs()
