"""State comes home: what a client brings back in carriers becomes parts again, on the way to another dialect.

Every reader reads a carrier as what it looks like, the client's own opaque field. Only here, where the target is
known, it is opened: what the target's vendor issued goes back to it in its own words, at its old place; what another
vendor issued is left behind, and told. Private carriers of other gateways are taken for what they hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from . import registry
from .carrier import (
    AFTER_TEXT,
    JOINT,
    Issuer,
    Unit,
    alight,
    decode,
    is_carrier,
    issuer_of,
    untagged,
    within,
    without_text,
)
from .departure import set_out
from .dialects.base import Dialect, Found
from .model import Item, Json, Message, Opaque, Part, Reasoning, Request, Response, State, Text, ToolCall, ToolResult
from .profiles import lookup, provider_of
from .report import Report

THOUGHT = "__thought__"  # LiteLLM: `call_<n>__thought__<Gemini's signature>`


def vendor_of(issuer: Issuer) -> str:
    """Who issued a state: the provider that is named, else the inventor of the dialect."""
    found = registry.find(issuer.dialect)
    return issuer.provider or (found.vendor if found is not None else "")


def come_home(document: Any, target: Dialect, report: Report, profile: Any = None) -> Any:
    """`document`, a Request or Response of another dialect, with every carrier opened for `target`.

    profile: of the upstream; its `provider` is the vendor of the target. The document itself is not touched.
    A response brings carriers where gateways stand in a row; of those only ours are opened.
    """
    if isinstance(document, Response):
        document = set_out(document, registry.find(document.dialect))
        if not any(_bears(c.message) for c in document.candidates):
            return document
        changed = False
        candidates = []
        for c in document.candidates:
            messages = _Homecoming(document.dialect, target, report, profile, None).messages([c.message])
            message = messages[0] if messages else replace(c.message, parts=[])
            changed = changed or message is not c.message
            candidates.append(replace(c, message=message))
        return replace(document, candidates=candidates) if changed else document
    if not isinstance(document, Request) or not any(map(_bears, document.messages)):
        return document
    messages = _Homecoming(document.dialect, target, report, profile, document.model).messages(document.messages)
    same = len(messages) == len(document.messages) and all(
        a is b for a, b in zip(messages, document.messages, strict=True)
    )
    return document if same else replace(document, messages=messages)


@dataclass(slots=True)
class _Turn:
    """A message as it is put together again."""

    found: Found
    parts: list[Part] = field(default_factory=list)
    units: list[tuple[Unit, str]] = field(default_factory=list)  # those that know their place, and where they came


class _Homecoming:
    """One document on its way to `target`."""

    def __init__(self, source: str, target: Dialect, report: Report, profile: Any, model: str | None) -> None:
        self.answer = model is None  # whether this is a response, which asks for no model
        # Whether other gateways' carriers are opened, too.
        self.wild = not self.answer and source != target.documents
        self.source = registry.find(source)
        self.target = target
        self.report = report
        self.vendor = provider_of(profile) or target.vendor
        self.family = (lookup(target.name, model, profile).family or "") if model else ""
        self.waiting: list[tuple[State, str, str]] = []  # state, what it belongs to, and where it came

    def accepts(self, unit: Unit) -> bool:
        """Whether the target's vendor issued `unit`, and the target can say it."""
        issuer = issuer_of(unit.issuer)
        if vendor_of(issuer) != self.vendor or (issuer.family and self.family and issuer.family != self.family):
            return False
        return not unit.whole or issuer.dialect.partition("+")[0] == self.target.name.partition("+")[0]

    def takes(self, unit: Unit) -> bool:
        """Whether what stands in another gateway's carrier is for the target."""
        return self.wild and self.accepts(unit)

    def where(self, part: Any) -> str:
        """Where the state of a part stands in the source."""
        return self.source.where(part, "state") if self.source is not None else f"{part.at}/state"

    def messages(self, messages: list[Message]) -> list[Message]:
        """The messages, each as it was where nothing came home with it."""
        out: list[Message] = []
        for m in messages:
            if not self.waiting and not _bears(m):
                out.append(m)
                continue
            if m.role != "assistant":
                self.orphans()
                out.append(self.results(m))
                continue
            brought = m if self.answer and self.strange(m) else self.message(m)
            if brought is m or brought.parts or not m.parts:
                out.append(brought)
        self.orphans()
        return out

    def strange(self, m: Message) -> bool:
        """Whether an answer brings what is not for this target: it goes on as it is, to be opened behind it."""
        tokens = [token for token, _ in self.source.found(m, self.takes)[1]] if self.source is not None else []
        for part in m.parts:
            value: Any = getattr(getattr(part, "state", None), "value", None)
            tokens += [value] if is_carrier(value) else []
            rider = alight(part.id)[1] if isinstance(part, ToolCall) and part.id else None
            tokens += [rider] if rider is not None else []
        held = [unit for token in tokens if type(token) is str for unit in decode(token) or ()]
        return not all(map(self.accepts, held))

    def results(self, m: Message) -> Message:
        """A message of tool results, with the ids of their calls as the upstream knows them."""
        parts: list[Part] = []
        for part in m.parts:
            if isinstance(part, ToolResult) and part.call_id and JOINT in part.call_id:
                plain, token = alight(part.call_id)
                plain = plain.partition(THOUGHT)[0]
                if token is None and plain != part.call_id:
                    at = self.source.where(part, "call_id") if self.source is not None else part.at
                    self.report.changed("state.opened", at)
                part = replace(part, call_id=plain or None) if plain != part.call_id else part
            parts.append(part)
        return m if all(a is b for a, b in zip(parts, m.parts, strict=True)) else replace(m, parts=parts)

    def message(self, m: Message) -> Message:
        """One turn of the assistant."""
        m, found = self.source.found(m, self.takes) if self.source is not None else (m, [])
        turn = _Turn(found)
        for one, at in found:
            # The same state may stand in the fields of two gateways.
            turn.units += [(u, at) for u in self.opened(one, at) if not any(u == known for known, _ in turn.units)]
        touched = bool(found) or bool(self.waiting)
        calls = 0
        for part in m.parts:
            if isinstance(part, ToolCall):
                part, token = self.call(part, calls)
                calls += 1
                touched = touched or token is not None
                if token is not None:
                    turn.units += [(unit, part.at) for unit in self.opened(token, part.at)]
            elif is_carrier(getattr(getattr(part, "state", None), "value", None)):
                touched = True
                self.host(part, turn)
                continue
            turn.parts.append(part)
        if not touched:
            return m
        parts = self.placed(turn) if turn.units else turn.parts
        return replace(m, parts=self.attached(parts))

    def opened(self, token: str | Unit, at: str) -> list[Unit]:
        """The units of a carrier; a mangled one is told, and goes nowhere."""
        if isinstance(token, Unit):
            self.report.changed("state.opened", at)
            return [token]
        units = decode(token)
        if units is None:
            self.report.dropped("state.damaged", at)
            return []
        return units

    def call(self, part: ToolCall, ordinal: int) -> tuple[ToolCall, str | Unit | None]:
        """A call with its own id, and what rode on it."""
        if not part.id or JOINT not in part.id:
            return part, None
        plain, token = alight(part.id)
        if token is not None:
            return replace(part, id=plain or None), token
        plain, thought, signature = part.id.partition(THOUGHT)
        if not thought or not self.wild:
            return part, None
        unit = Unit(
            registry.issuer("thought_signature"),
            False,
            ["thought_signature", signature, "call"],
            place=(AFTER_TEXT, ordinal),
        )
        return replace(part, id=plain or None), unit

    # a carrier in a part

    def host(self, part: Any, turn: _Turn) -> None:
        """Put what a part carries in the place of the part."""
        at = self.where(part)
        shown = part.text if isinstance(part, Reasoning) else ""
        before = turn.parts[-1] if turn.parts else None
        split = isinstance(part, Reasoning) and not shown and isinstance(before, Reasoning) and before.state is None
        if split:
            shown = before.text  # type: ignore[union-attr]
        kept = True  # whether the visible text stays what it is: visible thinking, and no more
        for unit in self.opened(part.state.value, at):
            if not unit.whole:
                turn.parts += self.mark(unit, at)
                continue
            wires = self.wires(unit, shown, at)
            if not wires:
                continue
            if kept and split:
                turn.parts[-1:] = [replace(before, text=rest)] if (rest := without_text(unit, shown)) else []  # type: ignore[type-var,list-item]
            elif kept and (rest := without_text(unit, shown)):
                turn.parts.append(replace(part, text=rest, state=None))
            kept = False
            # The item was the client's: that there was one tells the writer what is one turn.
            item = Item() if getattr(part, "item", None) is not None else None
            turn.parts += [Opaque(wire, item, issuer=self.target.documents, at=part.at) for wire in wires]
        if kept and not split and shown:
            turn.parts.append(replace(part, state=None))

    def wires(self, unit: Unit, shown: str, at: str) -> list[Json]:
        """What of a whole unit goes to the target: itself, or what of the target's own stands in it."""
        wire = within(unit, shown)
        if self.accepts(unit):
            if wire is None:
                self.report.dropped("state.damaged", at)
            return [] if wire is None else [wire]
        issuer = registry.find(issuer_of(unit.issuer).dialect) if self.wild and wire is not None else None
        inner = [one.wire for one in issuer.inside(wire) if one.whole and self.accepts(one)] if issuer else []
        if inner:
            self.report.changed("state.opened", at)
        else:
            self.report.dropped("state.foreign", at)
        return inner

    def mark(self, unit: Unit, at: str) -> list[Any]:
        """State of the part that follows, or of the text before, if it is for this target."""
        kind, value, following = unit.wire
        # State of another vendor's that a gateway answered with is for that vendor, where there is no such gateway.
        inner = unit._replace(issuer=registry.issuer(kind) + unit.issuer[len(issuer_of(unit.issuer).dialect) :])
        if self.wild and not self.accepts(unit) and inner.issuer != unit.issuer and self.accepts(inner):
            self.report.changed("state.opened", at)
            unit = inner
        if self.accepts(unit):
            return [_Mark(State(kind, value, self.target.documents), following, at)]
        self.report.dropped("state.foreign", at, value)
        return []

    # carriers that know their place

    def placed(self, turn: _Turn) -> list[Part]:
        """The parts in their old order, as far as the carriers know it.

        A client of Chat keeps one text, one thinking and a list of calls.
        """
        seen = [p for p in turn.parts if isinstance(p, Reasoning) and p.state is None]
        queue = _Queue([p for p in turn.parts if not any(p is s for s in seen)])
        whole = [self.wires(unit, "", at) if unit.whole else [] for unit, at in turn.units]
        for (unit, _), wires in zip(turn.units, whole, strict=True):
            if wires:
                queue.untag(unit)
        out: list[Part] = []
        for (unit, at), wires in zip(turn.units, whole, strict=True):
            if not unit.whole:
                out += queue.until(*(unit.place or (0, 0)))
                out += self.mark(unit, at)
            elif wires:
                out += queue.until(*(unit.place or (0, 0)))
                out += [Opaque(wire, issuer=self.target.documents, at=at) for wire in wires]
                seen = self.unsaid(unit, seen, any(isinstance(token, Unit) for token, _ in turn.found))
        return [*seen, *out, *queue.rest()]

    def unsaid(self, unit: Unit, seen: list[Reasoning], wild: bool) -> list[Reasoning]:
        """The visible thinking without the text that `unit` says in full itself."""
        for i, part in enumerate(seen):
            rest = without_text(unit, part.text, first=True)
            if rest != part.text:
                if wild:
                    self.report.changed("state.opened", part.at)  # in its issuer's words from now on
                return [*seen[:i], *([replace(part, text=rest)] if rest else []), *seen[i + 1 :]]
        return seen

    def attached(self, parts: list[Part]) -> list[Part]:
        """The parts, each with the state that was waiting for it."""
        out: list[Part] = []
        for part in parts:
            node: Any = part
            if isinstance(part, _Mark):
                self.waiting.append((part.state, part.following, part.at))
                self.behind(out)
                continue
            word = _WORDS.get(type(part))
            for i, (state, following, _) in enumerate(self.waiting):
                if following == word and node.state is None:
                    node = _given(node, state)
                    del self.waiting[i]
                    break
            out.append(node)
        return out

    def behind(self, parts: list[Part]) -> None:
        """Give the text before it what has come to be said of it."""
        for i in reversed(range(len(self.waiting))):
            state, following, _ = self.waiting[i]
            text = next((n for n in reversed(range(len(parts))) if type(parts[n]) is Text), None)
            if following == "before" and text is not None:
                parts[text] = _given(parts[text], state)
                del self.waiting[i]

    def orphans(self) -> None:
        """State whose part did not come back."""
        for state, _, at in self.waiting:
            self.report.dropped("state.orphan", at, state.value)
        self.waiting = []


def _bears(m: Message) -> bool:
    """Whether a message may hold a carrier at all: as state, on an id, or in a field that is no dialect's own."""
    if m.extra and m.role == "assistant" and any(type(value) in (list, dict) and value for value in m.extra.values()):
        return True
    for part in m.parts:
        state = getattr(part, "state", None)
        if state is not None and _holds(state):
            return True
        if isinstance(part, ToolCall):
            if part.extra or JOINT in (part.id or ""):
                return True
        elif isinstance(part, ToolResult) and JOINT in (part.call_id or ""):
            return True
    return False


def _holds(state: State) -> bool:
    """Whether state is a carrier, or a list that may have some among its entries."""
    return type(state.value) is not str or is_carrier(state.value)


_WORDS: dict[type, str] = {Text: "text", ToolCall: "call"}


def _given(part: Any, state: State) -> Any:
    """A part with what was waiting for it: its state, or the item that it was."""
    if state.kind != "item":
        return replace(part, state=state)
    said = state.value if type(state.value) is dict else {}
    named = {k: v for k in ("id", "status", "phase") if type(v := said.get(k)) is str}
    return replace(part, item=Item(named.get("id"), named.get("status"), named.get("phase")))


@dataclass(slots=True)
class _Mark:
    """The place of a state whose part follows."""

    state: State
    following: str
    at: str


class _Queue:
    """Texts and calls of a message, handed out up to a place."""

    def __init__(self, parts: list[Part]) -> None:
        self.calls = [p for p in parts if isinstance(p, ToolCall)]
        self.others = [p for p in parts if not isinstance(p, ToolCall)]
        self.chars = self.given = 0

    def until(self, chars: int, calls: int) -> list[Part]:
        """What stands before the place and has not been handed out."""
        out: list[Part] = []
        while self.others and self.chars < chars:
            part = self.others[0]
            text = part.text if isinstance(part, Text) else ""
            room = chars - self.chars
            if isinstance(part, Text) and len(text) > room:
                out.append(replace(part, text=text[:room], citations=None))
                self.others[0] = replace(part, text=text[room:])
                self.chars = chars
                break
            self.chars += len(text)
            out.append(self.others.pop(0))
        while self.calls and self.given < calls:
            self.given += 1
            out.append(self.calls.pop(0))
        return out

    def untag(self, unit: Unit) -> None:
        """Take away the thinking that `unit` says itself, where it stands between tags in a text."""
        for i, part in enumerate(self.others):
            if isinstance(part, Text) and (text := untagged(unit, part.text)) != part.text:
                self.others[i] = replace(part, text=text)
                return

    def rest(self) -> list[Part]:
        """What is left."""
        out = [*self.others, *self.calls]
        self.others, self.calls = [], []
        return out
