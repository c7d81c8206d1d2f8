"""How long to wait before the next try, as a text of seconds: exact, whole, or in thousandths. Nothing is a float."""

from __future__ import annotations

import re

_SECONDS = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,18}))?\Z").match


def is_seconds(said: str) -> bool:
    """Whether it is a number of seconds; a header may have a date there."""
    return _SECONDS(said) is not None


def whole_seconds(said: str) -> str:
    """RFC 9110: Retry-After counts whole seconds. Never sooner; what is no number stays."""
    found = _SECONDS(said)
    if found is None or not found[2]:
        return said
    return found[1] if not found[2].strip("0") else str(int(found[1]) + 1)


def milliseconds(said: str) -> str:
    """Seconds in thousandths, never sooner."""
    whole, _, parts = said.partition(".")
    more = 1 if parts[3:].strip("0") else 0
    return str(int(whole) * 1000 + int(parts[:3].ljust(3, "0")) + more)


def exact_seconds(millis: str) -> str:
    """Thousandths as seconds, without noughts at the end."""
    whole, parts = divmod(int(millis), 1000)
    return f"{whole}.{parts:03d}".rstrip("0") if parts else str(whole)
