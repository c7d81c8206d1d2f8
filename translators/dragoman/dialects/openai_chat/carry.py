"""Chat Completions: the way of opaque state through a client of this shape, which has no field of its own for it.

It rides on the id of the next call, which every client has to return, or stands in the field that a flavour's
clients are told to return: that is no promise, so it is told as `state.at_risk`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ...carrier import AFTER_TEXT, Unit, beside, encode, is_carrier, ride
from ...model import Json, Message, Part, Reasoning, State, ToolCall
from ...registry import issuer
from ..base import Accepts, Found

ROOM = 16_384  # characters of a call's id; LiteLLM's clients live with more than a thousand


def seal(part: Any) -> Json | None:
    """What of a part of this shape must come home: OpenRouter's details."""
    if isinstance(part, Reasoning) and part.state is not None and part.state.kind == "details":
        told = dict.fromkeys((part.spelling or {}).get("fields", ()), part.text)
        return {**told, "reasoning_details": part.state.value}
    return None


def rejoin(message: Json, fields: Json) -> None:
    """Put what came home as this shape's own into the message: thinking in pieces is one again."""
    for name, value in fields.items():
        old: Any = message.get(name)
        joins = type(old) in (list, str) and type(old) is type(value)
        message[name] = old + value if joins else value


@dataclass(slots=True)
class Cargo:
    """What one answer has to carry and has not yet shipped, each with the part it comes from."""

    waiting: list[tuple[Unit, Part]] = field(default_factory=list)
    shipped: int = 0

    def load(self, unit: Unit, part: Part, place: tuple[int, int]) -> None:
        """Take a unit whose part stands at `place`: so many characters and calls are before it."""
        unit = Unit(unit.issuer, unit.whole, unit.wire, unit.text, place)
        self.waiting.append((beside(unit, part.text) if isinstance(part, Reasoning) else unit, part))

    def ship(self) -> tuple[str | None, list[Part]]:
        """The carrier of all that waits, and the parts it is from."""
        loaded, self.waiting = self.waiting, []
        token = encode([unit for unit, _ in loaded]) if loaded else None
        self.shipped += token is not None
        return token, [part for _, part in loaded]


def entry(token: str, number: int) -> Json:
    """An entry of `reasoning_details` that shows nothing."""
    return {"type": "reasoning.encrypted", "data": token, "format": "unknown", "index": number}


def block(token: str, number: int) -> Json:
    """An entry of `thinking_blocks` that shows nothing; `index` is what OpenAI's accumulator asks of a list."""
    return {"type": "redacted_thinking", "data": token, "index": number}


ENTRIES: dict[str, Callable[[str, int], Json]] = {"reasoning_details": entry, "thinking_blocks": block}


def on_id(call_id: str, token: str) -> str | None:
    """A call's id with a carrier, unless that gets too long for an id."""
    said = ride(call_id, token)
    return said if len(said) <= ROOM else None


# --- what clients bring back -----------------------------------------------------------------------------------


def found(m: Message, accepts: Accepts) -> tuple[Message, Found]:
    """A turn of the assistant without the carriers in its fields, and those; other gateways' private ones are taken
    for what they hold, if their issuer is the target."""
    out: Found = []
    extra = dict(m.extra or {})
    for name in ("thinking_blocks", "reasoning_details"):
        if type(extra.get(name)) is list:
            rest = _sorted(extra[name], f"{m.at}/{name}", accepts, out)
            extra[name] = rest
            if not rest:
                del extra[name]
    parts: list[Part] = []
    calls = 0
    for part in m.parts:
        if isinstance(part, Reasoning) and part.state is not None and part.state.kind == "details":
            rest = _sorted(part.state.value, f"{m.at}/reasoning_details", accepts, out)
            if len(rest) != len(part.state.value):
                if not rest and not part.text:
                    continue
                part = replace(part, state=State("details", rest, part.state.issuer) if rest else None)
        elif isinstance(part, ToolCall):
            part = _signed(part, calls, accepts, out)
            calls += 1
        parts.append(part)
    return (replace(m, parts=parts, extra=extra or None), out) if out else (m, out)


def _sorted(entries: list[Any], at: str, accepts: Accepts, out: Found) -> list[Any]:
    """The entries that stay; those that go home are added to `out`."""
    rest: list[Any] = []
    for i, item in enumerate(entries):
        data = item.get("data") if type(item) is dict else None
        token: str | Unit | None = data if is_carrier(data) else _native(item, entries)
        if token is None or (isinstance(token, Unit) and not accepts(token)):
            rest.append(item)
        elif token != "":
            out.append((token, f"{at}/{i}"))
    return rest


def _native(item: Any, entries: list[Any]) -> Unit | None:
    """An entry of LiteLLM's `thinking_blocks` or OpenRouter's `reasoning_details` in the words of its issuer."""
    if type(item) is not dict:
        return None
    kind, form = item.get("type"), item.get("format")
    wire: Json = {}
    state, provider = _FORMATS.get(form, ("", "")) if type(form) is str else ("signature", "")
    text, signature, data = item.get("thinking", item.get("text")), item.get("signature"), item.get("data")
    if state == "signature":
        if kind in ("thinking", "reasoning.text") and type(text) is str and type(signature) is str and signature:
            wire = {"type": "thinking", "thinking": text, "signature": signature}
        elif kind in ("redacted_thinking", "reasoning.encrypted") and type(data) is str and data:
            text, wire = "", {"type": "redacted_thinking", "data": data}
    elif state == "encrypted" and kind == "reasoning.encrypted" and type(data) is str:
        said = [e for e in entries if type(e) is dict and e.get("type") == "reasoning.summary"]
        texts = [e["summary"] for e in said if e.get("id") == item.get("id") and type(e.get("summary")) is str]
        text = "\n\n".join(texts)
        summary = [{"type": "summary_text", "text": t} for t in texts]
        wire = {"id": item.get("id"), "type": "reasoning", "summary": summary, "encrypted_content": data}
    if not wire:
        return None
    return beside(Unit(issuer(state) + provider, True, wire, place=(0, 0)), text if type(text) is str else "")


# "format" of an entry of `reasoning_details`: what kind of state it is, and who issued it if not the inventor.
_FORMATS = {
    "anthropic-claude-v1": ("signature", ""),
    "openai-responses-v1": ("encrypted", ""),
    "azure-openai-responses-v1": ("encrypted", "@azure"),
}


def _signed(call: ToolCall, ordinal: int, accepts: Accepts, out: Found) -> ToolCall:
    """A call without the signature in Google's or LiteLLM's field for it, which is added to `out`."""
    extra = call.extra or {}
    for path in (
        ("extra_content", "google", "thought_signature"),
        ("provider_specific_fields", "thought_signature"),
        ("function", "provider_specific_fields", "thought_signature"),
    ):
        value = _at(extra, path)
        if type(value) is not str or not value:
            continue
        unit = Unit(
            issuer("thought_signature"), False, ["thought_signature", value, "call"], place=(AFTER_TEXT, ordinal)
        )
        token: str | Unit = value if is_carrier(value) else unit
        if isinstance(token, str) or accepts(token):
            out.append((token, f"{call.at}/{'/'.join(path)}"))
            extra = _less(extra, path)
    return call if extra is (call.extra or {}) or extra == call.extra else replace(call, extra=extra or None)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if type(value) is dict else None
    return value


def _less(value: Json, path: tuple[str, ...]) -> Json:
    """`value` without what stands at `path`, and without what that leaves empty."""
    key, *below = path
    rest = _less(value[key], tuple(below)) if below else {}
    out = {k: v for k, v in value.items() if k != key}
    return {**out, key: rest} if rest else out
