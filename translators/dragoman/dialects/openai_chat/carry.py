"""Chat Completions: the way of opaque state through a client of this shape, which has no field of its own for it.

It rides on the id of the next call, which every client has to return, or stands in the field that a flavour's
clients are told to return: that is no promise, so it is told as `state.at_risk`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from ...carrier import AFTER_TEXT, THOUGHT, Unit, beside, encode, is_carrier, ride
from ...errors import DragomanError
from ...ids import unspell
from ...jsontext import loads
from ...model import Json, Message, Opaque, Part, Reasoning, State, Text, ToolCall
from ...registry import issuer
from ...tables import item_at, put
from ..arguments import arguments_object
from ..base import Accepts, Brought, Found, place
from .flavours import FLAVOURS
from .home import home_part
from .parts import summary_texts
from .words import LIST_OF, PLACES, SIGNATURE, SIGNED

Place = tuple[int, int, int]  # of a part: the characters and the calls before it, and which part it is
CODE = "state.no_carrier"  # what the loss of a message's own state is called where no carrier takes it
ROOM = 16_384  # characters of a call's id; LiteLLM's clients live with more than a thousand


def seal(part: Any, replayed: bool = False) -> Json | None:
    """What of a part of this shape must come home: OpenRouter's details, LiteLLM's blocks.

    replayed: thinking, too, in the field or the list that it stood in.
    """
    if isinstance(part, Opaque) and (part.spelling or {}).get("field") == "message":
        return dict(part.value)
    if isinstance(part, Reasoning) and part.state is not None and part.state.kind in LIST_OF:
        told = dict.fromkeys((part.spelling or {}).get("fields", ()), part.text)
        return {**told, LIST_OF[part.state.kind]: part.state.value}
    if not replayed or not isinstance(part, Reasoning) or not part.text:
        return None
    spelling = part.spelling or {}
    if "part" in spelling:
        return {"content": [home_part(part)]}
    return dict.fromkeys(spelling.get("fields") or ("reasoning_content",), part.text)


def rejoin(message: Json, fields: Json) -> None:
    """Put what came home as this shape's own into the message: thinking in pieces is one again, and in a list of
    contents it stands before the answer."""
    for name, value in fields.items():
        old: Any = message.get(name)
        if name == "content" and type(value) is list:
            said = old if type(old) is list else [{"type": "text", "text": old}] if old else []
            message[name] = [e for e in said if e.get("type") == "thinking"] + value
            message[name] += [e for e in said if e.get("type") != "thinking"]
            continue
        joins = type(old) in (list, str) and type(old) is type(value)
        message[name] = old + value if joins else value


@dataclass(slots=True)
class Cargo:
    """What one answer has to carry and has not yet shipped, each with the part it comes from."""

    waiting: list[tuple[int, Unit, Part]] = field(default_factory=list)
    shipped: int = 0

    def load(self, unit: Unit, part: Part, place: Place, call_id: str = "") -> None:
        """Take a unit whose part stands at `place`. call_id: of a call that it is to be known by."""
        characters, calls, ordinal = place
        unit = Unit(unit.issuer, unit.whole, unit.wire, unit.text, (characters, calls))
        shown = part.text if isinstance(part, (Reasoning, Text)) else call_id
        self.waiting.append((ordinal, beside(unit, shown), part))

    def ship(self) -> tuple[str | None, list[Part]]:
        """The carrier of all that waits, and the parts it is from."""
        # In a stream, parts that run side by side end in any order.
        loaded, self.waiting = sorted(self.waiting, key=itemgetter(0)), []
        token = encode([unit for _, unit, _ in loaded]) if loaded else None
        self.shipped += token is not None
        return token, [part for _, _, part in loaded]


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
    named = Calls.of(m)
    extra = _text_signatures(m, named, accepts, out)
    results = _results(extra, named, accepts)
    for path in _LISTS:
        entries = item_at(extra, path)
        if type(entries) is list:
            rest = _sorted(entries, f"{m.at}/{'/'.join(path)}", named, accepts, out)
            extra = put(extra, path, rest) if rest else _less(extra, path)
    parts: list[Part] = []
    calls = 0
    for part in m.parts:
        if isinstance(part, Reasoning) and part.state is not None and part.state.kind in LIST_OF:
            rest = _sorted(part.state.value, f"{m.at}/{LIST_OF[part.state.kind]}", named, accepts, out)
            if len(rest) != len(part.state.value):
                if not rest and not part.text:
                    continue
                part = replace(part, state=State(part.state.kind, rest, part.state.issuer) if rest else None)
        elif isinstance(part, ToolCall):
            if part.id in results:
                out += _run(part, results[part.id], m.at, calls)
                continue
            part = _signed(part, calls, accepts, out)
            calls += 1
        parts.append(part)
    for path in _RESULTS if results else ():
        if any(where.startswith("/".join(path)) for _, where in results.values()):
            extra = _less(extra, path)
    return (replace(m, parts=parts, extra=extra or None), out) if out else (m, out)


@dataclass(slots=True)
class Calls:
    """What the calls of a message say of whose its state is."""

    ids: list[str | None]
    names: list[str]
    signed: Callable[[], bool]  # whether one of them has Google's signature, in any of the ways that gateways have

    @classmethod
    def of(cls, m: Message) -> Calls:
        calls = [part for part in m.parts if isinstance(part, ToolCall)]
        return cls([c.id for c in calls], [c.name for c in calls], lambda: any(map(_is_googles, calls)))


def _is_googles(call: ToolCall) -> bool:
    """Whether a call has Google's signature: on its id, or in a field."""
    values = [item_at(call.extra or {}, path) for path, _, _ in SIGNED]
    return THOUGHT in unspell(call.id or "") or any(type(v) is str and v and not is_carrier(v) for v in values)


def inside(wire: Any, signed: Callable[[], bool]) -> list[Unit]:
    """What of other vendors' state a unit of this shape holds, a part that `seal` told or state of a call, in the words
    of its issuers. signed: whether a call of the same answer has Google's signature."""
    if type(wire) is list:
        # State of a call, which one of SIGNED holds: of whom that is.
        named = [provider for path, provider, _ in SIGNED if wire[0] == "/".join(path)]
        return [Unit(issuer(SIGNATURE) + provider, False, [SIGNATURE, *wire[1:]]) for provider in named]
    lists = [wire.get(name) for name in LIST_OF.values()]
    entries = [entry for listed in lists if type(listed) is list for entry in listed]
    calls = Calls([], [], signed)
    return [unit for entry in entries if (unit := _native(entry, entries, calls)) is not None]


# Where lists of such entries stand in a message, beside the list that its thinking holds; what is compacted is first.
_LISTS = (
    ("provider_specific_fields", "compaction_blocks"),
    ("thinking_blocks",),
    ("provider_specific_fields", "thinking_blocks"),
    ("reasoning_details",),
    ("reasoning_items",),
)


# Where LiteLLM has what the steps of Anthropic's own tools gave; the steps themselves stand among the calls.
_RESULTS = (("provider_specific_fields", "web_search_results"), ("provider_specific_fields", "tool_results"))


def _answers(item: Any) -> str | None:
    """The id of the step that a block answers, if it is the result of one of Anthropic's own tools."""
    said = item.get("tool_use_id") if type(item) is dict and str(item.get("type")).endswith("_tool_result") else None
    return said if type(said) is str else None


def _results(extra: Json, named: Calls, accepts: Accepts) -> dict[str | None, tuple[Json, str]]:
    """What the steps among the calls of a message gave, and where in it that stands, by the ids of the steps. A list
    that holds anything else stays as it is, and so do the steps."""
    out: dict[str | None, tuple[Json, str]] = {}
    for path in _RESULTS:
        listed = item_at(extra, path)
        steps = [_answers(item) for item in listed] if type(listed) is list else []
        if len(set(steps)) < len(steps) or not all(step is not None and step in named.ids for step in steps):
            continue
        for i, (step, item) in enumerate(zip(steps, listed or (), strict=False)):
            if step not in out and accepts(Unit(issuer("signature"), True, item)):
                out[step] = (item, "/".join((*path, str(i))))
    return out


def _run(call: ToolCall, result: tuple[Json, str], at: str, ordinal: int) -> Found:
    """A step of Anthropic's own tools, and what it gave. ordinal: how many calls of the client's stand before it."""
    block = {"type": "server_tool_use", "id": call.id, "name": call.name, "input": arguments_object(call)[0]}
    step, gave = (Unit(issuer("signature"), True, wire, place=(AFTER_TEXT, ordinal)) for wire in (block, result[0]))
    return [Brought(step, call.at), Brought(gave, f"{at}/{result[1]}")]


def _text_signatures(m: Message, named: Calls, accepts: Accepts, out: Found) -> Json:
    """The unknown fields of a message without the one in which LiteLLM lists Google's signatures of texts, which are
    added to `out`; those of thoughts stand in its blocks, too."""
    extra = dict(m.extra or {})
    path = ("provider_specific_fields", "thought_signatures")
    listed = item_at(extra, path)
    if type(listed) is not list or not listed or not all(type(value) is str and value for value in listed):
        return extra
    named.signed = lambda: True
    units = [Unit(issuer(SIGNATURE), False, [SIGNATURE, value, "text"], place=(0, 0)) for value in listed]
    if accepts(units[0]) is None:
        return extra
    blocks = [item_at(extra, where) for where in _LISTS]
    blocks += [part.state.value for part in m.parts if isinstance(part, Reasoning) and part.state is not None]
    known = [b.get("signature") for many in blocks if type(many) is list for b in many if type(b) is dict]
    at = f"{m.at}/{'/'.join(path)}"
    out += [Brought(unit, f"{at}/{i}") for i, unit in enumerate(units) if unit.wire[1] not in known]
    return _less(extra, path)


def _sorted(entries: list[Any], at: str, named: Calls, accepts: Accepts, out: Found) -> list[Any]:
    """The entries that stay; those that go home are added to `out`. named: the calls of the message."""
    came = entries
    numbers, entries = whole(entries)
    before = len(out)
    rest: list[Any] = []
    home: set[str] = set()  # the formats of what goes home
    for i, item in zip(numbers, entries, strict=True):
        data = item.get("data") if type(item) is dict else None
        token: str | Unit | None = data if is_carrier(data) else _native(item, entries, named)
        taken = accepts(token) if isinstance(token, Unit) else True
        if token is None or taken is None:
            rest.append(item)
            continue
        if taken and isinstance(token, Unit) and _format(item):
            home.add(_format(item))
        # What is only seen goes with an item of Responses, which says its summaries; with a signature the list goes.
        unsaid = [e for e in _kin(item, entries) if _seen(e) and not _summary(e, item)]
        alone = i is not None and (isinstance(token, str) or not unsaid)
        out.append(Brought(token, f"{at}/{i}" if alone else at))
    if len(out) == before:
        return came
    # What is only seen of it has been said with it.
    return [item for item in rest if not (type(item) is dict and _format(item) in home and _seen(item))]


def whole(entries: list[Any]) -> tuple[list[int | None], list[Any]]:
    """A list as the gateway would have sent it whole: clients that append what a stream brings send back its pieces.
    Before it the number of each entry, None for one in pieces.

    OPENAI 4.2: "fragments share `index`: concatenate `text`/`summary`/`data`, set `signature`". Nothing belongs to an
    entry that is signed already, nor to one of another id or format. LiteLLM's have no index: "text deltas have empty
    signature and one last delta has the signature".
    """
    numbers: list[int | None] = []
    out: list[Any] = []
    told: dict[int, list[int]] = {}  # where the entries of an index stand
    for number, item in enumerate(entries):
        index = item.get("index") if type(item) is dict else None
        near = told.setdefault(index, []) if type(index) is int else range(len(out))[-1:]
        at = next((i for i in reversed(near) if _continues(out[i], item)), None)
        if at is None:
            if type(index) is int:
                told[index].append(len(out))
            numbers.append(number)
            out.append(item)
            continue
        old = {key: value for key, value in out[at].items() if value is not None}
        grown = {key: old[key] + item[key] for key in _GROWING if type(old.get(key)) is type(item.get(key)) is str}
        numbers[at] = None
        out[at] = {**old, **{key: value for key, value in item.items() if value is not None}, **grown}
    return numbers, out


_GROWING = ("text", "summary", "data", "thinking")


def _continues(old: Any, item: Any) -> bool:
    """Whether an entry is one more piece of another."""
    if type(old) is not dict or type(item) is not dict or old.get("type") != item.get("type") or old.get("signature"):
        return False
    if item.get("type") == "redacted_thinking" or is_carrier(item.get("data")):
        return False
    if type(item.get("index")) is not int or type(old.get("index")) is not int:
        return item.get("type") == "thinking" and "index" not in old and "index" not in item
    return all(None in (old.get(key), item.get(key)) or old[key] == item[key] for key in ("index", "id", "format"))


def _kin(item: Json, entries: list[Any]) -> list[Json]:
    """The entries that are in the words of the same vendor as `item`."""
    form = _format(item)
    return [entry for entry in entries if type(entry) is dict and form and _format(entry) == form]


def _format(item: Json) -> str:
    """Whose words an entry of `reasoning_details` says it is in."""
    value = item.get("format")
    return value if type(value) is str else ""


def _seen(item: Json) -> bool:
    """Whether an entry is a text and nothing else."""
    return item.get("type") in ("reasoning.summary", "reasoning.text") and not item.get("signature")


def _summary(entry: Json, item: Json) -> bool:
    """Whether an entry is one of the summaries that a Responses item has, which stands encrypted in another entry."""
    same = entry.get("id") == item.get("id") and _FORMATS.get(_format(item), ("",))[0] == "encrypted"
    return same and entry.get("type") == "reasoning.summary" and type(entry.get("summary")) is str


def _native(item: Any, entries: list[Any], calls: Calls) -> Unit | None:
    """An entry of LiteLLM's `thinking_blocks` and `reasoning_items`, or of OpenRouter's `reasoning_details`, in the
    words of its issuer."""
    if type(item) is not dict:
        return None
    if item.get("type") == "reasoning" and type(item.get("encrypted_content")) is str:
        return _item(item)
    kind, form = item.get("type"), item.get("format")
    wire: Json = {}
    state, provider = _FORMATS.get(form, ("", "")) if type(form) is str else ("signature", "")
    if kind == "compaction" and state == "signature":
        return Unit(issuer(state), True, item, place=(0, 0))
    text, signature, data = item.get("thinking", item.get("text")), item.get("signature"), item.get("data")
    if state == "signature":
        if kind in ("thinking", "reasoning.text") and type(text) is str and type(signature) is str and signature:
            if kind == "thinking" and ((part := _dumped(text)) or calls.signed()):
                return _googles(part, text, signature, calls)
            wire = {"type": "thinking", "thinking": text, "signature": signature}
        elif kind in ("redacted_thinking", "reasoning.encrypted") and type(data) is str and data:
            text, wire = "", {"type": "redacted_thinking", "data": data}
    elif state == "encrypted" and kind == "reasoning.encrypted" and type(data) is str:
        texts = [e["summary"] for e in entries if type(e) is dict and _summary(e, item)]
        text = "\n\n".join(texts)
        summary = [{"type": "summary_text", "text": t} for t in texts]
        wire = {"id": item.get("id"), "type": "reasoning", "summary": summary, "encrypted_content": data}
    elif state == "thought_signature" and kind == "reasoning.encrypted" and type(data) is str and data:
        ordinal = calls.ids.index(item.get("id")) if item.get("id") in calls.ids else 0
        place = (AFTER_TEXT, ordinal) if calls.ids else (0, 0)
        unit = [state, data, "call" if calls.ids else "text"]
        return Unit(issuer(state) + provider, False, unit, place=place)
    if not wire:
        return None
    return beside(Unit(issuer(state) + provider, True, wire, place=(0, 0)), text if type(text) is str else "")


def _dumped(text: str) -> Json:
    """The part of Gemini's that stands as JSON in the text of a block: so LiteLLM has shown every part that was signed,
    without its signature. Nothing where the text is thinking."""
    if not text.startswith("{"):
        return {}
    try:
        part = loads(text)
    except DragomanError:
        return {}
    known = type(part) is dict and ("functionCall" in part or type(part.get("text")) is str)
    return part if known and part.keys() <= _PART else {}


_PART = frozenset({"text", "thought", "functionCall", "videoMetadata", "partMetadata"})


def _googles(part: Json, text: str, signature: str, calls: Calls) -> Unit:
    """An entry of `thinking_blocks` of an answer of Google's models: "thinking" is the text of a thought, or the whole
    part as JSON, and "signature" its `thoughtSignature`."""
    thought = part.get("text", "") if part else text
    if "functionCall" in part:
        called = part["functionCall"]
        name = called.get("name") if type(called) is dict else None
        place = (AFTER_TEXT, calls.names.index(name) if name in calls.names else 0)
        return Unit(issuer(SIGNATURE), False, [SIGNATURE, signature, "call"], place=place)
    if part and part.get("thought") is not True:
        return Unit(issuer(SIGNATURE), False, [SIGNATURE, signature, "text"], place=(0, 0))
    wire = {"text": thought, "thought": True, "thoughtSignature": signature}
    return beside(Unit(issuer(SIGNATURE), True, wire, place=(0, 0)), text)


# "format" of an entry of `reasoning_details`: what kind of state it is, and who issued it if not the inventor.
_FORMATS = {
    "anthropic-claude-v1": ("signature", ""),
    "openai-responses-v1": ("encrypted", ""),
    "azure-openai-responses-v1": ("encrypted", "@azure"),
    "xai-responses-v1": ("encrypted", "@xai"),
    "google-gemini-v1": ("thought_signature", ""),
}


def _item(item: Json) -> Unit:
    """A reasoning item of Responses as it was; what is seen of it is the thinking of the message."""
    summary = item["summary"] if type(item.get("summary")) is list else []
    texts = summary_texts(summary)
    wire = {"id": item.get("id"), "type": "reasoning", "summary": summary}
    wire["encrypted_content"] = item["encrypted_content"]
    return beside(Unit(issuer("encrypted"), True, wire, place=(0, 0)), "\n\n".join(texts))


def _signed(call: ToolCall, ordinal: int, accepts: Accepts, out: Found) -> ToolCall:
    """A call without the signature in Google's or LiteLLM's field for it, which is added to `out`."""
    if call.state is not None and is_carrier(call.state.value):
        out.append(Brought(call.state.value, place(PLACES, call, "state"), ordinal))
        call = replace(call, state=None)
    extra = call.extra or {}
    for path, provider, _ in SIGNED:
        value = item_at(extra, path)
        if type(value) is not str or not value:
            continue
        unit = Unit(
            issuer(SIGNATURE) + provider,
            False,
            [SIGNATURE, value, "call"],
            place=(AFTER_TEXT, ordinal),
        )
        token: str | Unit = value if is_carrier(value) else unit
        if isinstance(token, str) or accepts(token) is not None:
            out.append(Brought(token, f"{call.at}/{'/'.join(path)}", ordinal))
            extra = _less(extra, path)
    return call if extra is (call.extra or {}) or extra == call.extra else replace(call, extra=extra or None)


def sign_message(extra: Json, name: str, at: str) -> Opaque | None:
    """The part that holds what Google's layer says of a whole message, taken out of its unknown fields in place: the
    signature of an answer without calls, and beside it whether there was thinking."""
    said = extra.get("extra_content")
    if name not in _SIGNING_MESSAGES or type(said) is not dict or not item_at(said, ("google", SIGNATURE)):
        return None
    del extra["extra_content"]
    return Opaque({"extra_content": said}, spelling={"field": "message"}, code=CODE, at=f"{at}/extra_content")


_SIGNING_MESSAGES = frozenset(flavour.id for flavour in FLAVOURS if "extra_content" in flavour.signature)
_SIGNERS = frozenset(flavour.id for flavour in FLAVOURS if flavour.signature)


def sign(call: ToolCall, name: str) -> None:
    """Take the signature that a call of an answer of `name` has among its unknown fields for its state.

    Only of answers: in a request it is for whoever the target is, and `found` finds it there. Of a server of which
    nothing is known but that it speaks Chat it is state of that server, which has to be put where it stood.
    """
    extra = call.extra
    if not extra or (call.spelling or {}).get("field") == "function_call":
        return
    for path, provider, own in SIGNED:
        value = item_at(extra, path)
        if type(value) is str and value:
            if name in _SIGNERS:
                call.state = State(SIGNATURE, value, name if own else issuer(SIGNATURE) + provider)
            else:
                call.state = State("/".join(path), value, name)
            call.extra = _less(extra, path) or None
            call.spelling = {**(call.spelling or {}), SIGNATURE: list(path)}
            return


def _less(value: Json, path: tuple[str, ...]) -> Json:
    """`value` without what stands at `path`, and without what that leaves empty."""
    key, *below = path
    rest = _less(value[key], tuple(below)) if below else {}
    out = {k: v for k, v in value.items() if k != key}
    return {**out, key: rest} if rest else out
