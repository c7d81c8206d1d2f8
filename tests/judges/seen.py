"""What a reader saw of a response, in words of no dialect, and how two such sights are compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Call(NamedTuple):
    """A call of a client's tool; `arguments` is text, also where the dialect sends an object."""

    id: str | None
    name: str
    arguments: str


class OneOf(tuple[Any, ...]):
    """In an expectation: the source leaves the choice between these open."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A response as a client sees it. `usage["input"]` is the whole prompt, caches included.

    `finish` is the target's own word. In an expectation an id of None means: any that the target can spell.
    """

    text: str = ""
    reasoning: str = ""
    calls: tuple[Call, ...] = ()
    finish: Any = None
    usage: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""
    model: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SdkError:
    """What the SDK raised. `legal`: an error of the API, not a complaint about the form of what it read."""

    name: str
    message: str
    status: int | None
    legal: bool
    type: str | None = None
    code: str | None = None


USAGE = ("input", "output", "total", "cached", "cache_write", "reasoning")
SPELLABLE = re.compile(r"[A-Za-z0-9_-]{1,128}")
CARRIER = re.compile(r"__dragom01[A-Za-z0-9_-]+")  # behind an id of Chat, whose clients have no field for state


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def settled(arguments: str) -> str:
    """One text for all texts that say the same: key order and spacing aside, nothing is `{}`."""
    if not arguments.strip():
        return "{}"
    try:
        return json_text(json.loads(arguments))
    except ValueError:
        return arguments


def differences(expected: Seen, seen: Seen | SdkError, *, finish: bool = True, carriers: bool = False) -> list[str]:
    """What a reader saw otherwise than expected, one line each; empty when all is well.

    carriers: whether there may be a carrier of state behind the id of a call.
    """
    if isinstance(seen, SdkError):
        return [f"the SDK raised {seen.name}: {seen.message[:300]}"]
    return list(_differences(expected, seen, finish, carriers))


def _differences(expected: Seen, seen: Seen, finish: bool, carriers: bool) -> Iterator[str]:
    for name in ("text", "reasoning", "refusal"):
        wanted, got = getattr(expected, name), getattr(seen, name)
        if wanted != got:
            yield f"{name}: expected {_shown(wanted)}, got {_shown(got)}"
    if [(call.name, settled(call.arguments)) for call in expected.calls] != [
        (call.name, settled(call.arguments)) for call in seen.calls
    ]:
        yield f"calls: expected {_shown(expected.calls)}, got {_shown(seen.calls)}"
    else:
        for wanted_call, call in zip(expected.calls, seen.calls, strict=True):
            plain = _without_carrier(call.id) if carriers else call.id
            if wanted_call.id is None:
                if not plain or "dragom01" in plain or not SPELLABLE.fullmatch(plain):
                    yield f"call id: expected one that can be spelt, got {call.id!r}"
            elif plain != wanted_call.id:
                yield f"call id: expected {wanted_call.id!r}, got {call.id!r}"
    if finish and not _fits(expected.finish, seen.finish):
        yield f"finish: expected {expected.finish!r}, got {seen.finish!r}"
    for name in USAGE:
        if name in expected.usage and not _fits(expected.usage[name], seen.usage.get(name)):
            yield f"usage {name}: expected {expected.usage[name]!r}, got {seen.usage.get(name)!r}"
    if expected.model and expected.model != seen.model:
        yield f"model: expected {expected.model!r}, got {seen.model!r}"


def _without_carrier(call_id: str | None) -> str | None:
    """The id in front of a carrier, where what is behind it can be one."""
    plain, mark, _ = (call_id or "").partition("__dragom01")
    return plain if mark and CARRIER.fullmatch((call_id or "")[len(plain) :]) else call_id


def _fits(wanted: Any, got: Any) -> bool:
    return got in wanted if isinstance(wanted, OneOf) else bool(got == wanted)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 240 else f"{text[:120]} … {text[-110:]} ({len(text)} characters)"
