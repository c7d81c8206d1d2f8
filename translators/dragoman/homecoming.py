"""State comes home: what a client brings back in carriers becomes parts again, on the way to another dialect.

Every reader reads a carrier as what it looks like, the client's own opaque field. Only here, where the target is
known, it is opened: what the target's vendor issued goes back to it in its own words, at its old place; what another
vendor issued is left behind, and told. Private carriers of other gateways are taken for what they hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any, NamedTuple

from . import registry
from .carrier import (
    MARK,
    THOUGHT,
    Issuer,
    Unit,
    alight,
    decode,
    is_carrier,
    issuer_of,
    rides,
    tells,
    untagged,
    within,
    without_text,
)
from .departure import set_out
from .dialects.base import Dialect, Found
from .ids import CODED, unspell
from .model import (
    Item,
    Json,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Request,
    Response,
    State,
    Text,
    ToolCall,
    ToolResult,
)
from .profiles import lookup, provider_of
from .report import Report
from .tables import drop_extra


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
    if not isinstance(document, Request):
        return document
    source = registry.find(document.dialect)
    if source is not None and source.documents != target.documents:
        document = source.leave(document, report)
    if not any(map(_bears, document.messages)) and not (source is not None and source.tag):
        return document
    messages = _Homecoming(document.dialect, target, report, profile, document.model).messages(document.messages)
    same = len(messages) == len(document.messages) and all(
        a is b for a, b in zip(messages, document.messages, strict=True)
    )
    return document if same else replace(document, messages=messages)


class _Come(NamedTuple):
    """A unit that knows its place, where it came, and the number of the call that it came on, if it came on one."""

    unit: Unit
    at: str
    host: int | None

    def by(self, host: int) -> _Come:
        """The same, come on a call, which may stand elsewhere by now: what is said of its place goes with it."""
        chars, _ = self.unit.place or (0, 0)
        return _Come(self.unit._replace(place=(chars, host)), self.at, host)


@dataclass(slots=True)
class _Turn:
    """A message as it is put together again."""

    found: Found
    parts: list[Any] = field(default_factory=list)  # a _Mark stands where the part of a state follows
    units: list[_Come] = field(default_factory=list)


class _Homecoming:
    """One document on its way to `target`."""

    def __init__(self, source: str, target: Dialect, report: Report, profile: Any, model: str | None) -> None:
        self.answer = model is None  # whether this is a response, which asks for no model
        # Whether other gateways' carriers are opened, too.
        self.wild = not self.answer and source != target.documents
        # Whether signatures are taken off ids: the gateway that puts them there wants them back where they were.
        self.unsigns = self.wild and not target.signed_ids
        self.source = registry.find(source)
        self.tag = self.source.tag if self.source is not None else ""
        self.target = target
        self.report = report
        self.vendor = provider_of(profile) or target.vendor
        self.family = (lookup(target.name, model, profile).family or "") if model else ""
        self.lent: list[Any] = []  # calls whose state is from their id: what else is known to be theirs goes before it
        self.waiting: list[tuple[State, str, str]] = []  # state, what it belongs to, and where it came
        self.said: list[Message] = []  # all messages as they came, and which of them is put together again
        self.now: Message | None = None

    def accepts(self, unit: Unit) -> bool:
        """Whether the target's vendor issued `unit`, and the target can say it."""
        issuer = issuer_of(unit.issuer)
        if vendor_of(issuer) != self.vendor or (issuer.family and self.family and issuer.family != self.family):
            return False
        return not unit.whole or issuer.dialect.partition("+")[0] == self.target.name.partition("+")[0]

    def takes(self, unit: Unit) -> bool | None:
        """Whether what stands in another gateway's carrier is for the target; None where it stays closed."""
        return self.accepts(unit) if self.wild else None

    def where(self, part: Any) -> str:
        """Where the state of a part stands in the source."""
        return self.source.where(part, "state") if self.source is not None else f"{part.at}/state"

    def tagged(self, m: Message) -> bool:
        """Whether thinking stands between tags in the text of a turn of the assistant."""
        if not self.tag or m.role != "assistant" or self.answer:
            return False
        return any(isinstance(part, Text) and f"<{self.tag}>" in part.text for part in m.parts)

    def messages(self, messages: list[Message]) -> list[Message]:
        """The messages, each as it was where nothing came home with it."""
        out: list[Message] = []
        self.said = messages
        for m in messages:
            if not self.waiting and not _bears(m) and not self.tagged(m):
                out.append(m)
                continue
            if m.role != "assistant":
                self.orphans()
                out.append(self.results(m))
                continue
            brought = m if self.answer and self.strange(m) else self.message(m)
            if brought is m or not m.parts or not all(map(_is_hollow, brought.parts)):
                out.append(brought)
            elif self.source is not None:
                # Nothing is left of the turn that anybody says.
                drop_extra(self.report, brought.extra, m.at, self.source.kinds.get(Message, {}))
                for citation in (c for part in brought.parts for c in getattr(part, "citations", None) or ()):
                    self.report.dropped("citation.unsupported", citation.at, citation.value)
        self.orphans()
        return out

    def strange(self, m: Message) -> bool:
        """Whether an answer brings what is not for this target: it goes on as it is, to be opened behind it."""
        return not all(map(self.accepts, self.held(m)))

    def held(self, m: Message) -> list[Unit]:
        """What the carriers of a message hold."""
        tokens = [one.token for one in self.source.found(m, self.takes)[1]] if self.source is not None else []
        for part in m.parts:
            value: Any = getattr(getattr(part, "state", None), "value", None)
            tokens += [value] if is_carrier(value) else []
            rider = alight(unspell(part.id))[1] if isinstance(part, ToolCall) and part.id else None
            tokens += [rider] if rider is not None else []
        return [unit for token in tokens if type(token) is str for unit in decode(token) or ()]

    def signed(self) -> bool:
        """Whether a call of this turn of the assistant came signed through a gateway: in a carrier or on its id."""
        turn: list[Message] = []
        for m in self.said:
            if m.role == "assistant":
                turn.append(m)  # items of Responses are a message each
            elif any(m is self.now for m in turn):
                break
            else:
                turn = []
        ids = [unspell(p.id) for m in turn for p in m.parts if isinstance(p, ToolCall) and p.id]
        held = [unit.wire for m in turn for unit in self.held(m) if not unit.whole]
        return any(THOUGHT in said for said in ids) or any(
            kind.endswith("thought_signature") and following == "call" for kind, _, following in held
        )

    def results(self, m: Message) -> Message:
        """A message of tool results, with the ids of their calls as the upstream knows them."""
        parts: list[Part] = []
        for part in m.parts:
            if isinstance(part, ToolResult) and part.call_id and _rides(part.call_id):
                said, token = alight(unspell(part.call_id))
                plain = said.partition(THOUGHT)[0] if self.unsigns else said
                at = self.source.where(part, "call_id") if self.source is not None else part.at
                if token is None and plain != said:
                    self.report.changed("state.opened", at)
                elif token is not None and not token.startswith(MARK):
                    self.report.changed("tool_call.id", at, part.call_id)  # of another version, or mangled
                part = replace(part, call_id=plain or None) if token is not None or plain != said else part
            parts.append(part)
        return m if all(a is b for a, b in zip(parts, m.parts, strict=True)) else replace(m, parts=parts)

    def message(self, m: Message) -> Message:
        """One turn of the assistant."""
        self.now = m
        m, found = self.source.found(m, self.takes) if self.source is not None else (m, [])
        turn = _Turn(found)
        for token, at, host in found:
            # The same state may stand in the fields of two gateways.
            come = self.come(token, at, host)
            turn.units += [one for one in come if not any(one.unit == known.unit for known in turn.units)]
        touched = bool(found) or bool(self.waiting) or self.tagged(m)
        calls = 0
        for part in m.parts:
            if isinstance(part, ToolCall):
                call = part
                part, rider = self.call(part)
                touched = touched or part is not call
                if rider is not None:
                    turn.units += self.come(rider, part.at, calls)
                calls += 1
            elif is_carrier(getattr(getattr(part, "state", None), "value", None)):
                touched = True
                self.host(part, turn)
                continue
            turn.parts.append(part)
        if not touched:
            return m
        parts = self.placed(turn) if turn.units or self.tag else turn.parts
        return replace(m, parts=self.attached(parts))

    def come(self, token: str | Unit, at: str, host: int | None) -> list[_Come]:
        """The units of a carrier, or what another gateway's holds, which knows its place as it is."""
        come = [_Come(unit, at, None) for unit in self.opened(token, at)]
        return come if host is None or isinstance(token, Unit) else [one.by(host) for one in come]

    def opened(self, token: str | Unit, at: str) -> list[Unit]:
        """The units of a carrier; a mangled one is told, and goes nowhere."""
        if isinstance(token, Unit):
            if self.accepts(token):
                self.report.changed("state.opened", at)
                return [token]
            self.report.dropped("state.foreign", at)
            return []
        units = decode(token)
        if units is None:
            self.report.dropped("state.damaged", at)
            return []
        return units

    def call(self, part: ToolCall) -> tuple[ToolCall, str | None]:
        """A call with its own id, and the carrier that rode on it; another gateway's signature there is its state."""
        if not part.id or not _rides(part.id):
            return part, None
        plain, token = alight(unspell(part.id))
        plain, thought, signature = plain.partition(THOUGHT) if self.unsigns else (plain, "", "")
        if not thought and token is None:
            return part, None
        call = replace(part, id=plain or None)
        if thought:
            self.report.changed("state.opened", part.at)
            kind = "thought_signature"
            if not self.accepts(Unit(registry.issuer(kind), False, [kind, signature, "call"])):
                self.report.dropped("state.foreign", part.at, signature)
            elif signature and call.state is None:
                call = replace(call, state=State(kind, signature, self.target.documents))
                self.lent.append(call)
        return call, token

    def lends(self, part: Any) -> bool:
        """Whether the state of a part is only from the id of a call."""
        return any(part is call for call in self.lent)

    # a carrier in a part

    def host(self, part: Any, turn: _Turn) -> None:
        """Put what a part carries in the place of the part."""
        at = self.where(part)
        shown = part.text if isinstance(part, Reasoning) else ""
        before: list[Any] = []  # the thinking in front, which came in pieces if it was streamed
        if isinstance(part, Reasoning) and not shown:
            before = list(takewhile(_is_seen, reversed(turn.parts)))[::-1]
            shown = "".join([seen.text for seen in before])
        start = len(turn.parts) - len(before)
        kept = True  # whether the visible text stays what it is: visible thinking, and no more
        for unit in self.opened(part.state.value, at):
            if not unit.whole:
                turn.parts += self.mark(unit, at)
                continue
            wires = self.wires(unit, shown, at)
            if not wires:
                continue
            if kept and before:
                rest = without_text(unit, shown)
                turn.parts[start : start + len(before)] = [replace(before[0], text=rest)] if rest else []
            elif kept and (rest := without_text(unit, shown)):
                turn.parts.append(replace(part, text=rest, state=None))
            kept = False
            # The item was the client's: that there was one tells the writer what is one turn.
            item = Item() if getattr(part, "item", None) is not None else None
            turn.parts += [Opaque(wire, item, issuer=self.target.documents, at=part.at) for wire in wires]
        if kept and not before and shown:
            turn.parts.append(replace(part, state=None))

    def wires(self, unit: Unit, shown: str, at: str) -> list[Json]:
        """What of a whole unit goes to the target: itself, or what of the target's own stands in it."""
        wire = within(unit, shown)
        if self.accepts(unit):
            if wire is None:
                self.report.dropped("state.damaged", at)
            return [] if wire is None else [wire]
        issuer = registry.find(issuer_of(unit.issuer).dialect) if self.wild and wire is not None else None
        held = issuer.inside(wire, self.signed) if issuer is not None else []
        inner = [one.wire for one in held if one.whole and self.accepts(one)]
        if inner:
            self.report.changed("state.opened", at)
        else:
            self.report.dropped("state.foreign", at)
        return inner

    def mark(self, unit: Unit, at: str) -> list[Any]:
        """State of the part that follows, or of the text before, if it is for this target."""
        unit = self.beyond(unit, at)
        kind, value, following = unit.wire
        if self.accepts(unit):
            return [_Mark(State(kind, value, self.target.documents), following, at, unit)]
        self.report.dropped("state.foreign", at, value)
        return []

    def beyond(self, unit: Unit, at: str) -> Unit:
        """State of another vendor that a gateway answered with is that vendor's, where there is no such gateway."""
        behind = unit.issuer[len(issuer_of(unit.issuer).dialect) :]
        inner = unit._replace(issuer=registry.issuer(unit.wire[0]) + behind)
        issuer = registry.find(issuer_of(unit.issuer).dialect)
        for one in issuer.inside(unit.wire, self.signed) if issuer is not None else ():
            inner = unit._replace(issuer=one.issuer + ("" if "@" in one.issuer else behind), wire=one.wire)
        if not self.wild or self.accepts(unit) or inner.issuer == unit.issuer or not self.accepts(inner):
            return unit
        self.report.changed("state.opened", at)
        return inner

    # carriers that know their place

    def placed(self, turn: _Turn) -> list[Any]:
        """The parts in their old order, as far as the carriers know it.

        A client of Chat keeps one text, one thinking and a list of calls.
        """
        seen = [p for p in turn.parts if isinstance(p, Reasoning) and p.state is None]
        queue = _Queue([p for p in turn.parts if not any(p is s for s in seen)])
        whole = [self.wires(one.unit, "", one.at) if one.unit.whole else [] for one in turn.units]
        for (unit, _, _), wires in zip(turn.units, whole, strict=True):
            if wires:
                queue.untag(unit)
        seen += queue.thoughts(self.tag) if self.tag else []
        bound = [one if one.unit.whole else self.bound(one, queue) for one in turn.units]
        out: list[Any] = []
        for one, wires in zip(bound, whole, strict=True):
            if one is None or (one.unit.whole and not wires):
                continue
            out += queue.until(*(one.unit.place or (0, 0)))
            if wires:
                out += [Opaque(wire, issuer=self.target.documents, at=one.at) for wire in wires]
                seen = self.unsaid(one.unit, seen, any(isinstance(b.token, Unit) for b in turn.found))
            elif not _is_bound(one):
                marks = self.mark(one.unit, one.at)
                out += marks
                if marks and one.unit.wire[2] == "text" and not any(isinstance(p, Text) for p in turn.parts):
                    out.append(Text("", at=one.at))  # "often an empty text part": what it stood on says nothing
        return [*seen, *out, *queue.rest()]

    def bound(self, one: _Come, queue: _Queue) -> _Come | None:
        """The state of a text or call with its part, if it says which that is; None where that did not come back."""
        unit, at, host = one
        kind, value, following = unit.wire
        if following == "call" and host is None and unit.text is not None:
            host = next((i for i, call in enumerate(queue.calls) if tells(unit, call.id or "")), None)
            one = one if host is None else one.by(host)
        if not _is_bound(one):
            return one  # of old, or another gateway's: what comes next at its place gets it
        given = host if following == "call" else queue.stretch(unit)
        parts: list[Any] = queue.calls if following == "call" else queue.others
        beyond = self.beyond(unit, at)
        kind = beyond.wire[0]
        if not self.accepts(beyond):
            self.report.dropped("state.foreign", at, value)
        elif given is None or given >= len(parts) or (_taken(parts[given], kind) and not self.lends(parts[given])):
            if given is None or given >= len(parts) or not _says(parts[given], kind, value):
                self.report.dropped("state.orphan", at, value)
            return None
        else:
            parts[given] = _given(parts[given], State(kind, value, self.target.documents))
        return one

    def unsaid(self, unit: Unit, seen: list[Reasoning], wild: bool) -> list[Reasoning]:
        """The visible thinking without the text that `unit` says in full itself."""
        for i, part in enumerate(seen):
            rest = without_text(unit, part.text, first=True)
            if rest != part.text:
                if wild:
                    self.report.changed("state.opened", part.at)  # in its issuer's words from now on
                return [*seen[:i], *([replace(part, text=rest)] if rest else []), *seen[i + 1 :]]
        return seen

    def attached(self, parts: list[Any]) -> list[Part]:
        """The parts, each with the state that was waiting for it."""
        out: list[Part] = []
        for part in parts:
            node = part
            if isinstance(part, _Mark):
                if part.following == "before":
                    self.behind(part, out)
                else:
                    self.waiting.append((part.state, part.following, part.at))
                continue
            word = _WORDS.get(type(part))
            for i, (state, following, _) in enumerate(self.waiting):
                # What a gateway says twice, beside a call and on its id, is said once.
                if following != word:
                    continue
                if node.state is None or (word == "call" and (node.state == state or self.lends(node))):
                    node = _given(node, state)
                    del self.waiting[i]
                    break
            out.append(node)
        return out

    def behind(self, mark: _Mark, parts: list[Part]) -> None:
        """Give the text before it what has come to be said of it: to so much of its end as it is said of."""
        at = next((n for n in reversed(range(len(parts))) if type(parts[n]) is Text), None)
        text: Any = parts[at] if at is not None else None
        end = (at or 0) + 1
        length = mark.unit.text[0] if mark.unit.text is not None else 0
        while at and len(text.text) < length and type(head := parts[at - 1]) is Text and head.state is None:
            # The client has it in the pieces of a stream.
            at, text = at - 1, replace(head, text=head.text + text.text)
        if at is None or (length and not tells(mark.unit, text.text[-length:])):
            self.report.dropped("state.orphan", mark.at, mark.state.value)
            return
        parts[at:end] = [text]
        if rest := text.text[:-length]:
            parts[at:at] = [replace(text, text=rest, citations=None)]
            at, text = at + 1, replace(text, text=text.text[-length:])
        parts[at] = _given(text, mark.state)
        begins = mark.state.value.get("begins") if type(mark.state.value) is dict else None
        if type(begins) is int:
            _begin(parts, at, begins)

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
        if type(part) is Text and part.state is None:
            continue
        state = getattr(part, "state", None)
        if state is not None and _holds(state):
            return True
        if isinstance(part, ToolCall):
            if part.extra or (part.id and _rides(part.id)):
                return True
        elif isinstance(part, ToolResult) and part.call_id and _rides(part.call_id):
            return True
    return False


def _rides(call_id: str) -> bool:
    """Whether something may ride on an id; one that a client could not spell does not show it."""
    return rides(call_id) or call_id.startswith(CODED)


def _holds(state: State) -> bool:
    """Whether state is a carrier, or a list that may have some among its entries."""
    return type(state.value) is not str or is_carrier(state.value)


_WORDS: dict[type, str] = {Text: "text", ToolCall: "call"}


def _is_seen(part: Any) -> bool:
    """Whether a part is thinking that is seen, and no more."""
    return isinstance(part, Reasoning) and part.state is None


def _is_hollow(part: Any) -> bool:
    """Whether a part is an empty text, and says nothing else; what an empty text cites is nothing."""
    bare = isinstance(part, (Text, Refusal)) and not part.text and not part.extra
    return bare and not getattr(part, "cache", None) and getattr(part, "state", None) is None


def _is_bound(one: _Come) -> bool:
    """Whether state says which text or call it belongs to: by a note of it, or by the call that it came on."""
    return one.unit.text is not None or (one.unit.wire[2] == "call" and one.host is not None)


def _taken(part: Any, kind: str) -> bool:
    """Whether a part has been given such state already."""
    return (part.item if kind == "item" else part.state) is not None


def _says(part: Any, kind: str, value: Any) -> bool:
    """Whether a part has this very state: a gateway may say it in two places."""
    return part.state is not None and (part.state.kind, part.state.value) == (kind, value)


def _given(part: Any, state: State) -> Any:
    """A part with what was waiting for it: its state, or the item that it was."""
    if state.kind != "item":
        return replace(part, state=state)
    said = state.value if type(state.value) is dict else {}
    named = {k: v for k in ("id", "status", "phase") if type(v := said.get(k)) is str}
    part = replace(part, item=Item(named.get("id"), named.get("status"), named.get("phase")))
    return replace(part, spelling={**(part.spelling or {}), "item": "begins"}) if said.get("begins") is True else part


def _begin(parts: list[Part], at: int, chars: int) -> None:
    """Let an item begin so many characters before the text at `at`: it has texts in front of that."""
    while chars > 0 and at and type(part := parts[at - 1]) is Text and part.state is None:
        at -= 1
        kept = len(part.text) - chars
        if kept > 0:
            parts[at : at + 1] = [
                replace(part, text=part.text[:kept], citations=None),
                replace(part, text=part.text[kept:]),
            ]
            at += 1
        chars -= len(part.text)
    if chars <= 0:
        first = parts[at]
        parts[at] = replace(first, spelling={**(getattr(first, "spelling", None) or {}), "item": "begins"})


@dataclass(slots=True)
class _Mark:
    """The place of a state whose part follows."""

    state: State
    following: str
    at: str
    unit: Unit


class _Queue:
    """Texts and calls of a message, handed out up to a place."""

    def __init__(self, parts: list[Part]) -> None:
        self.calls = [p for p in parts if isinstance(p, ToolCall)]
        self.others: list[Part] = [p for p in parts if not isinstance(p, ToolCall)]
        self.chars = self.given = 0

    def thoughts(self, tag: str) -> list[Reasoning]:
        """The thinking between tags in the texts, taken out of them."""
        out: list[Reasoning] = []
        others: list[Part] = []
        for part in self.others:
            if not isinstance(part, Text) or f"<{tag}>" not in part.text:
                others.append(part)
                continue
            # Every other piece stood between tags.
            pieces = re.split(f"<{tag}>(.*?)</{tag}>", part.text, flags=re.DOTALL)
            out += [Reasoning(inner, at=part.at) for inner in pieces[1::2] if inner]
            if rest := "".join(pieces[::2]):
                others.append(replace(part, text=rest))
        self.others = others
        return out

    def stretch(self, unit: Unit) -> int | None:
        """Which of the texts is that of `unit`, parted from its neighbours; None where it came back as another.

        Nothing must have been handed out.
        """
        length = unit.text[0] if unit.text is not None else 0
        chars = (unit.place or (0, 0))[0]
        start = chars - length if unit.wire[2] == "before" else chars
        shown = "".join([part.text for part in self.others if isinstance(part, Text)])
        if start < 0 or not tells(unit, shown[start : start + length]):
            return None
        self.split(start + length)
        first = self.split(start)
        rest = length
        at = first
        while rest > 0:
            part = self.others[at]
            rest -= len(part.text) if isinstance(part, Text) else 0
            at += 1
        head = self.others[first]
        if at > first + 1 and isinstance(head, Text):
            # The client has it in pieces.
            between = [part for part in self.others[first + 1 : at] if not isinstance(part, Text)]
            self.others[first:at] = [replace(head, text=shown[start : start + length]), *between]
        return first

    def split(self, chars: int) -> int:
        """Part the texts behind so many characters; the number of the text that begins there."""
        before = 0
        for i, part in enumerate(self.others):
            if not isinstance(part, Text):
                continue
            if before + len(part.text) > chars:
                if before == chars:
                    return i
                room = chars - before
                head = replace(part, text=part.text[:room], citations=None)
                self.others[i : i + 1] = [head, replace(part, text=part.text[room:])]
                return i + 1
            before += len(part.text)
        return len(self.others)

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
