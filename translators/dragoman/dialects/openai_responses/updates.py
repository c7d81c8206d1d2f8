"""Settings that change in the middle of a conversation (`configuration_update`): elsewhere a request has one of each.

"The latest configuration update controls the reasoning effort for subsequent responses", so that its effort is the one
that holds for the answer that is asked for; `reasoning.effort` "at its original value" says what held at the beginning.
Where the request has none of its own, the update stays what it is, an item that nobody else has a word for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...model import Json, Message, Opaque, Request
from ...report import Report
from ...tables import EFFORTS

_TYPE = "configuration_update"


def updated(r: Request, report: Report) -> Request:
    """The request with the effort of its last update, and without that one; it is told. The others stay."""
    if r.reasoning is None or r.reasoning.effort is None:
        return r
    last = next((m for m in reversed(r.messages) if _update(m) is not None), None)
    value = _update(last) if last is not None else None
    if last is None or value is None:
        return r
    at, effort = last.parts[0].at, value["reasoning"]["effort"]
    report.changed("reasoning.effort", at, value)
    if "text" in value:
        report.dropped("field.unsupported", f"{at}/text", value["text"])
    messages = [m for m in r.messages if m is not last]
    if effort == r.reasoning.effort:
        return replace(r, messages=messages)
    report.changed("reasoning.effort", r.place("reasoning.effort"), r.reasoning.effort)
    places = {**r.places, "reasoning.effort": f"{at}/reasoning/effort"}
    return replace(r, reasoning=replace(r.reasoning, effort=effort), places=places, messages=messages)


def _update(m: Message) -> Json | None:
    """The update that a turn is, if it says an effort."""
    part = m.parts[0] if len(m.parts) == 1 else None
    value: Any = part.value if type(part) is Opaque else None
    if type(value) is not dict or value.get("type") != _TYPE or type(value.get("reasoning")) is not dict:
        return None
    effort = value["reasoning"].get("effort")
    return value if type(effort) is str and effort in EFFORTS else None
