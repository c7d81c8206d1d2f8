"""Chat Completions: documents out. Canonical documents -> request, response and error bodies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...carrier import Unit
from ...ids import derived
from ...model import (
    Candidate,
    Item,
    Json,
    Media,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Response,
    State,
    Text,
    ToolCall,
    Usage,
)
from ...registry import find
from ...report import Report
from ...tables import put
from ..arguments import arguments_text, free_text
from ..base import Context, Dialect, opaque_code
from ..choices import only_functions
from ..openai_shape import MODALITIES, NameWriter, shared_logprobs, shared_tokens, spans_alike, usage_of
from .carry import ENTRIES, Cargo, Place, on_id, rejoin
from .flavours import OPENAI, Flavour
from .home import home_response
from .words import (
    FINISH,
    FINISH_NEAREST,
    LIST_OF,
    SERVICE_TIERS,
    SIGNED,
)

TAGS = ("think", "thought")
SAID = frozenset({Text, Refusal, Reasoning, ToolCall})  # what a message of this shape says; state aside


def without_state(part: Any) -> Any:
    """A part whose state is taken care of."""
    return replace(part, state=None) if getattr(part, "state", None) is not None else part


class ChatWriter(NameWriter):
    """What request and response have in common: names, ids, parts."""

    __slots__ = ("flavour",)

    def __init__(self, source: Dialect | None, report: Report, context: Context, flavour: Flavour = OPENAI) -> None:
        super().__init__(source, report, context)
        self.flavour = flavour

    def keeps(self, state: State) -> bool:
        """Whether the flavour has the list that a state is."""
        return LIST_OF.get(state.kind) == self.flavour.state_list or bool(self.stood(state))

    def stood(self, state: State | None) -> tuple[str, ...]:
        """Where on a call its state stood that this server put there, whose habits nobody knows; () for any other."""
        if state is None or state.issuer != self.flavour.id:
            return ()
        return next((path for path, _, _ in SIGNED if state.kind == "/".join(path)), ())

    def call(self, call: ToolCall, call_id: str, target: str) -> Json:
        """One entry of `tool_calls`."""
        path = self.stood(call.state)
        if path and call.state is not None and not (call.kind == "custom" and "function" in path):
            return put(self.call(replace(call, state=None), call_id, target), path, call.state.value)
        self.link(target, call.at)
        self.drop(call)
        self.cache(call)
        name = self.name(call.name, call)
        if call.kind == "custom":
            return {"id": call_id, "type": "custom", "custom": {"name": name, "input": call.arguments or ""}}
        arguments = arguments_text(call.arguments)
        return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}

    def annotations(self, text: Text, offset: int, length: int) -> list[Json]:
        """The citations of a text as url_citation entries; Anthropic's have no place in the answer's text, so
        the whole block is the span."""
        out = []
        for c in text.citations or ():
            if c.url is None or not length:
                self.report.dropped("citation.unsupported", c.at, c.value)
                continue
            start, end = c.start, c.end
            if start is None or end is None:
                start, end = 0, length
            if self.flavour.thinking in TAGS or not spans_alike(c, offset):
                self.report.changed("citation.span", c.at, c.value)
            inner = {
                "start_index": start + offset,
                "end_index": end + offset,
                "url": c.url,
                "title": c.title or "",
            }
            out.append({"type": "url_citation", "url_citation": inner})
        return out

    def joined(self, head: Part, part: Part, second: bool) -> None:
        """Several texts become one string: told of each of them, and of an item that goes with its text."""
        if second:
            self.report.changed("text.joined", head.at)
        at = part.at
        if getattr(part, "item", None) is not None and self.where(part, "item") != self.where(head, "item"):
            at = self.where(part, "item")
        self.report.changed("text.joined", at)

    def gone(self, part: Part) -> None:
        """Report a part that this dialect has no word for."""
        if isinstance(part, Reasoning):
            self.report.dropped("reasoning.unsupported", part.at, part)
            if part.state is not None and self.where(part, "state") != part.at:
                self.lose_state(part, part.state)
        else:
            self.report.dropped(opaque_code(part), part.at, part)


# --- responses ------------------------------------------------------------------------------------------------


def write_response(r: Response, report: Report, home: bool, context: Context, flavour: Flavour = OPENAI) -> Json:
    """The `chat.completion` body that says `r`."""
    if home:
        return home_response(r)
    return ResponseWriter(r.dialect, report, context, flavour).body(r)


class ResponseWriter(ChatWriter):
    """One response, or the ends of a stream.

    legacy: the client declared its tools as `functions`: it knows one call, which has no id.
    """

    __slots__ = ("cargo", "legacy")

    tiers = SERVICE_TIERS

    def __init__(self, dialect: str, report: Report, context: Context, flavour: Flavour) -> None:
        super().__init__(find(dialect), report, context, flavour)
        self.cargo: dict[int, Cargo] = {}
        declared = (context.request.tools or ()) if context.request is not None else ()
        self.legacy = only_functions(declared)

    def body(self, r: Response) -> Json:
        out = self.envelope(r, "chat.completion")
        out["choices"] = [self.choice(c, i, r.id) for i, c in enumerate(sorted(r.candidates, key=lambda c: c.index))]
        if not r.candidates:
            # A prompt that was blocked gives no candidate elsewhere; here a choice must say so.
            self.report.invented("candidate.missing", "/choices/0", None)
            message = {"role": "assistant", "content": None, "refusal": None}
            blocked = {"index": 0, "message": message, "logprobs": None, "finish_reason": "content_filter"}
            out["choices"] = [blocked]
        if r.usage is not None:
            out["usage"] = self.usage_of(r.usage)
        if r.service_tier is not None:
            self.tier(out, r)
        elif (tier := self.tier_in(r.usage)) is not None:
            out["service_tier"] = tier
        self.drop(r)
        return out

    def tier(self, out: Json, r: Response) -> None:
        if r.service_tier in SERVICE_TIERS:
            out["service_tier"] = r.service_tier
        else:
            self.report.dropped("service_tier.unsupported", self.where(r, "service_tier"), r.service_tier)

    def envelope(self, r: Response, kind: str, timed: bool = True) -> Json:
        """The envelope; not `timed`: the creation time may still come."""
        self.answered_by(r)
        report = self.report
        identity = r.id
        if not identity:
            identity = derived(r.model, "chatcmpl", 0)
            report.invented("envelope.id", "/id", identity)
        created = self.seconds(r)
        if r.created is None:
            created = self.context.now or 0
            if timed:
                report.invented("envelope.created", "/created", created)
        if r.model is None:
            report.invented("envelope.model", "/model", "")
        out: Json = {"id": identity, "object": kind, "created": created, "model": r.model or ""}
        if r.fingerprint is not None:
            out["system_fingerprint"] = r.fingerprint
        return out

    def choice(self, c: Candidate, position: int, response_id: str | None) -> Json:
        target = f"/choices/{position}"
        self.link(target, c.at)
        self.link(f"{target}/message", c.message.at)
        texts: list[Text] = []
        refusals: list[Refusal] = []
        thoughts: list[Reasoning] = []
        calls: list[Json] = []
        annotations: list[Json] = []
        images: list[Json] = []
        content: list[str] = []
        length = spoken = 0  # characters of content, and those of them that are no thinking between tags
        more: Json = {}
        sound: Json | None = None
        brought: Part | None = None  # thinking that came home
        for ordinal, part in enumerate(c.message.parts):
            if isinstance(part, Opaque) and part.issuer == self.flavour.id:
                # What this vendor said itself, come home.
                if thoughts:
                    self.joined(thoughts[0], part, len(thoughts) == 1)
                brought = part
                rejoin(more, part.value)
                continue
            if self.shows(part):
                if calls:
                    self.report.changed("order.flattened", part.at)
                self.link(f"{target}/message/images/{len(images)}", part.at)
                images.append(self.picture(part, len(images)))
                continue
            if self.hears(part) and sound is None:
                if texts or calls or images:
                    self.report.changed("order.flattened", part.at)
                self.link(f"{target}/message/audio", part.at)
                sound = self.sound(part, response_id, c.index, f"{target}/message/audio")
                continue
            stowed = False
            if isinstance(part, ToolCall) and self.legacy and not self.only_call(part, len(calls)):
                continue
            place, call_id = f"{target}/message/tool_calls/{len(calls)}", ""
            if isinstance(part, ToolCall):
                call_id = self.call_id(part, response_id, len(calls), place)
            if type(part) not in SAID or getattr(part, "state", None) is not None or self.replayed(part):
                stowed, fields = self.stow(part, c.index, (spoken, len(calls), ordinal), call_id)
                rejoin(more, fields)
                if stowed and not isinstance(part, Reasoning):
                    part = without_state(part)
            if isinstance(part, Reasoning) and self.flavour.thinking in TAGS:
                content.append(self.tagged(part, stowed))
                length += len(content[-1])
            elif isinstance(part, Text):
                if texts:
                    self.joined(texts[0], part, len(texts) == 1)
                if calls or images:
                    self.report.changed("order.flattened", part.at)
                said = part
                if part.item is not None:
                    said, fields = self.spoken(part, c.index, (spoken + len(part.text), len(calls), ordinal))
                    rejoin(more, fields)
                self.drop(said)
                self.cache(part)
                if part.citations:
                    annotations += self.annotations(part, length, len(part.text))
                length += len(part.text)
                spoken += len(part.text)
                texts.append(part)
                content.append(part.text)
            elif isinstance(part, ToolCall):
                call_id, beside = self.embark(c.index, call_id)
                calls.append({**self.call(part, call_id, place), **beside})
            elif isinstance(part, Refusal):
                if refusals:
                    self.joined(refusals[0], part, len(refusals) == 1)
                refusals.append(part)
                self.drop(part)
            elif isinstance(part, Reasoning):
                self.thought(part, thoughts, bool(texts or calls or images), stowed)
                if brought is not None and len(thoughts) == 1 and thoughts[0] is part:
                    self.joined(brought, part, True)
            elif not stowed:
                self.gone(part)
        self.unload(c.index, bool(calls))
        if texts:
            self.link(f"{target}/message/content/0", texts[0].at)
        message: Json = {
            "role": "assistant",
            "content": "".join(content) if content else None,
            "refusal": "".join([r.text for r in refusals]) or None,
        }
        if refusals:
            self.link(f"{target}/message/refusal", refusals[0].at)
            # An empty text takes no place before it.
            self.link(f"{target}/message/content/{1 if any(content) else 0}", refusals[0].at)
        if thoughts:
            text = "".join(t.text for t in thoughts)
            if text:
                self.think(message, text)
            states = [t.state for t in thoughts if t.state is not None and self.keeps(t.state)]
            if states:
                message[self.flavour.state_list] = [entry for state in states for entry in state.value]
            self.link(f"{target}/message/{self.flavour.thinking}", thoughts[0].at)
        rejoin(message, more)
        if sound is not None:
            message["audio"] = sound
        if images:
            message["images"] = images
        if annotations:
            message["annotations"] = annotations
        finish = self.finish(c, bool(calls))
        self.link(f"{target}/finish_reason", self.where(c, "finish_reason"))
        if calls and self.legacy:
            # "reply carries message.function_call, never tool_calls"
            message["function_call"], calls = calls[0][calls[0]["type"]], []
            finish = "function_call" if finish == "tool_calls" else finish
        if calls:
            message["tool_calls"] = calls
        self.drop(c.message)
        self.drop(c)
        return {"index": c.index, "message": message, "logprobs": self.logprobs(c), "finish_reason": finish}

    def shows(self, part: Part) -> bool:
        """Whether a part is a picture that the flavour shows."""
        if not self.flavour.images or not isinstance(part, Media):
            return False
        return part.kind == "image" and part.form in ("base64", "url")

    def hears(self, part: Part) -> bool:
        """Whether a part is a sound that an answer of the flavour may have; it has room for one."""
        if "audio" in self.flavour.refuses or not isinstance(part, Media):
            return False
        return part.kind == "audio" and part.form == "base64"

    def sound(self, part: Any, response_id: str | None, index: int, target: str) -> Json:
        """The `audio` of a message: it has an id, an end, and words, and its type is what was asked for."""
        self.drop(part)
        self.cache(part)
        place = self.where(part, "media_type")
        if part.media_type is not None and not self.report.is_gone(place):  # told once, with what it says of the form
            self.report.changed("media.type", place, part.media_type)
        self.lose_filename(part)
        said = {"id": derived(response_id, "audio", index), "data": part.data, "expires_at": 0, "transcript": ""}
        for name in ("id", "expires_at", "transcript"):
            self.report.invented("media.audio", f"{target}/{name}", said[name])
        return said

    def picture(self, part: Any, ordinal: int) -> Json:
        """An entry of `images`."""
        self.drop(part)
        self.cache(part)
        if part.form == "base64" and not part.media_type:
            self.report.changed("media.type", part.at)
        if part.filename is not None:
            self.report.dropped("media.filename", self.where(part, "filename"), part.filename)
        url = part.url if part.form == "url" else f"data:{part.media_type or 'image/png'};base64,{part.data}"
        inner = {"url": url} | ({"detail": part.detail} if part.detail is not None else {})
        return {"type": "image_url", "image_url": inner, "index": ordinal}

    def logprobs(self, c: Candidate) -> Any:
        """Log probabilities, where they are in this dialect's form."""
        if c.logprobs is None:
            return None
        at = self.where(c, "logprobs")
        value = shared_logprobs(c.logprobs, at, self.report)
        if value is None:
            return None
        return {k: None if v is None else shared_tokens(v, f"{at}/{k}", self.report) for k, v in value.items()}

    def think(self, message: Json, text: str) -> None:
        """Put visible thinking where the flavour has it."""
        if self.flavour.thinking == "list":
            said = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
            answer = message["content"]
            message["content"] = [said] if answer is None else [said, {"type": "text", "text": answer}]
        else:
            message[self.flavour.thinking] = text

    def stow(self, part: Part, index: int, place: Place, call_id: str = "") -> tuple[bool, Json]:
        """Whether what `part` needs at home is taken along, and the fields of the message in which it goes out.

        call_id: of a call, as the client sees it.
        """
        state = getattr(part, "state", None)
        kept = state is not None and self.keeps(state)
        if state is None and type(part) in SAID and not self.replayed(part):
            return False, {}
        if not self.flavour.carrier or self.legacy or kept:
            if state is None and self.legacy and type(part) in SAID:
                self.report.changed("state.at_risk", part.at)
            return False, {}
        unit = self.unit(part)
        if unit is None:
            return False, {}
        # What rides on a call is known by it.
        return True, self.take(unit, part, index, place, call_id if self.flavour.carrier in ENTRIES else "")

    def replayed(self, part: Part) -> bool:
        """Whether a part is thinking that is seen here, and that the upstream must have back."""
        if type(part) is not Reasoning or part.state is not None or not part.text:
            return False
        return self.source is not None and self.source.replays and self.seals(part)

    def spoken(self, part: Text, index: int, place: Place) -> tuple[Text, Json]:
        """A text as far as it is not taken along, and the fields in which its phase goes out."""
        told = type(part) is Text and part.text and self.flavour.carrier and not self.legacy
        unit = self.phase(part, part.text) if told else None
        if unit is None or part.item is None:
            return part, {}
        return replace(part, item=Item(part.item.id, extra=part.item.extra)), self.take(unit, part, index, place)

    def take(self, unit: Unit, part: Part, index: int, place: Place, call_id: str = "") -> Json:
        """Take a unit along; where a field of the message holds it, it goes out at once."""
        how = self.flavour.carrier
        cargo = self.cargo.setdefault(index, Cargo())
        cargo.load(unit, part, place, call_id)
        if how not in ENTRIES:
            return {}
        token, parts = cargo.ship()
        self.shipped(parts, token is not None, at_risk=True)
        return {how: [ENTRIES[how](token, cargo.shipped - 1)]} if token is not None else {}

    def embark(self, index: int, call_id: str) -> tuple[str, Json]:
        """The id of a call with all that waits for one, and what its entry gets beside."""
        cargo = self.cargo.get(index)
        if cargo is None or not cargo.waiting:
            return call_id, {}
        token, parts = cargo.ship()
        if self.flavour.carrier == "extra_content":
            self.shipped(parts, token is not None, at_risk=True)
            return call_id, {"extra_content": {"google": {"thought_signature": token}}} if token is not None else {}
        said = on_id(call_id, token) if token is not None else None
        self.shipped(parts, said is not None)
        return said or call_id, {}

    def unload(self, index: int, called: bool) -> None:
        """Report what waits for a call that does not come. called: whether there are any; else thinking may go."""
        cargo = self.cargo.get(index)
        if cargo is not None:
            self.shipped([part for part in cargo.ship()[1] if called or not self.replayed(part)], False)

    def shipped(self, parts: list[Part], there: bool, at_risk: bool = False) -> None:
        """Report what of `parts` the client does not see, and what it may not bring back."""
        for part in parts:
            state = getattr(part, "state", None)
            if self.replayed(part):
                if at_risk or not there:
                    self.report.changed("state.at_risk", part.at)
                continue
            if isinstance(part, Text) and state is None and part.item is not None:
                if not there:
                    self.lose_item(part, part.item)
                elif at_risk:
                    self.report.changed("state.at_risk", f"{self.where(part, 'item')}/phase")
                continue
            seen = isinstance(part, (Text, Reasoning, ToolCall)) and state is not None
            if not there and not seen:
                self.gone(part)
            elif not there and isinstance(part, (Text, Reasoning, ToolCall)) and part.state is not None:
                if isinstance(part, Reasoning):
                    self.drop(part)
                    if not part.text and not part.redacted:
                        self.report.dropped("reasoning.empty", part.at, None)
                self.lose_state(part, part.state)
            else:
                if not seen:
                    self.report.changed("part.carried", part.at, part)
                if at_risk:
                    self.report.changed("state.at_risk", self.where(part, "state") if seen else part.at)

    def tagged(self, part: Reasoning, stowed: bool = False) -> str:
        """Visible thinking as text between tags."""
        if not stowed:
            self.drop(part)
        if part.state is not None and not stowed:
            self.uncarried(part, part.state)
        if not part.text:
            return ""
        self.report.changed("reasoning.tagged", part.at, None)
        return f"<{self.flavour.thinking}>{part.text}</{self.flavour.thinking}>"

    def thought(self, part: Reasoning, thoughts: list[Reasoning], late: bool, stowed: bool = False) -> None:
        """Visible thinking goes to the client as `reasoning_content`; its state has no field of this shape."""
        kept = part.state is not None and self.keeps(part.state)
        if not stowed:
            self.drop(part)
        if part.state is not None and not kept and not stowed:
            self.uncarried(part, part.state)
        if part.redacted:
            return
        if not part.text:
            if kept:
                thoughts.append(part)
            elif not stowed:
                self.report.dropped("reasoning.empty", part.at, None)
            return
        if thoughts:
            self.joined(thoughts[0], part, len(thoughts) == 1)
        if late:
            self.report.changed("order.flattened", part.at)
        thoughts.append(part)

    def call(self, call: ToolCall, call_id: str, target: str) -> Json:
        """A call in the form in which the client declared its tool."""
        tool = self.client_tool(call.name)
        if tool is not None and tool.kind == "custom" and call.kind == "function":
            call = replace(call, kind="custom", arguments=free_text(call.arguments))
        return super().call(call, call_id, target)

    def name(self, name: str, node: Any, field: str = "name") -> str:
        """A name as the client wrote it."""
        return self.as_declared(name, node)

    def only_call(self, part: ToolCall, ordinal: int) -> bool:
        """Whether a call is the one that a client of `functions` gets; what it does not get is told."""
        if ordinal:
            self.report.dropped("tool_call.unsupported", part.at, part)
        elif part.id:
            self.report.dropped("tool_call.id", self.where(part, "id"), part.id)
        return not ordinal

    def call_id(self, part: ToolCall, response_id: str | None, ordinal: int, place: str) -> str:
        """The id of a call, derived from the response's where it has none."""
        if part.id or self.legacy:
            return self.id(part.id or "")
        made = derived(response_id, "call", ordinal)
        self.report.invented("tool_call.id", f"{place}/id", made)
        return made

    def finish(self, c: Candidate, calls: bool) -> str:
        """The finish reason: a call that the client must run wins over a plain end (spec/MAP.md section 6)."""
        reason = c.finish_reason
        at = self.where(c, "finish_reason")
        word = FINISH.write.get(reason or "")
        near = word is None
        if word is None:
            word = FINISH_NEAREST.get(reason or "", "length")
            if calls and reason is None:
                word = "tool_calls"  # whole calls in a whole answer without any word
        if calls and word == "stop":
            if reason == "stop":
                self.report.changed("finish.tool_calls", at, reason)
            word = "tool_calls"
        elif (word == "tool_calls" and not calls) or word == "error":
            # An agent would wait for a call that is not there; and a plain stop would be a success.
            word, near = "length", True
        if near or (c.spelling or {}).get("finish") not in (None, word):
            self.report.changed("finish.approximated", at, reason)
        if c.stop_sequence is not None:
            self.report.dropped("finish.stop_sequence", self.where(c, "stop_sequence"), c.stop_sequence)
        return word

    def usage_of(self, u: Usage) -> Json:
        """Usage in this dialect's inclusive counting."""
        return usage_of(self, u, MODALITIES | self.flavour.counts)
