"""Anthropic Messages: documents out. Canonical documents -> request, response and error bodies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...ids import derived, fits, spell, unspell
from ...model import (
    Candidate,
    Citation,
    Error,
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
    ToolResult,
    Usage,
)
from ...registry import find
from ...report import Report
from ...tables import ERRORS, drop_extra, error_word, tells_probabilities, told_status
from ..base import Context, Dialect, Writer, opaque_code
from ..error_forms import ANTHROPIC, told_message
from ..others import alone
from .home import home_error, home_response
from .words import (
    BESIDE,
    FINISH,
    LIMIT_ID,
    LIMIT_NAME,
    NAME,
    TIERS,
)


def plainest(blocks: list[Json]) -> Any:
    """Content in its plainest form: one text and nothing else stands by itself."""
    single = len(blocks) == 1 and len(blocks[0]) == 2 and blocks[0]["type"] == "text"
    return blocks[0]["text"] if single else blocks


class BlockWriter(Writer):
    """What request and response have in common: names, ids, blocks."""

    __slots__ = ("beside_parts", "inner", "longest", "marked", "moved")

    def __init__(self, source: Dialect | None, report: Report, context: Context) -> None:
        super().__init__(source, report, context)
        self.longest = LIMIT_NAME  # of a tool's name
        self.beside_parts: Json = {}  # state beside the parts, come home
        self.marked: dict[int, str] = {}  # where each cache mark came from, by its identity
        self.moved: Json | None = None  # the cache mark of a blank text, on its way to the next block
        self.inner: dict[int, list[Part]] = {}  # what of a tool result's content was said

    def name(self, name: str, node: Any, field: str = "name") -> str:
        """`name` within ^[a-zA-Z0-9_-]{1,128}$."""
        most = self.longest
        if fits(name, most):
            return name
        plain = self.meant(name)
        said, back = spell(plain, most)
        if said != plain or not back:
            self.report.changed("tool.name", self.where(node, field) if field else node.at, name)
        return said

    def id(self, word: str) -> str:
        """A call id within ^[a-zA-Z0-9_-]+$, so written that it can be read back."""
        return word if fits(word, LIMIT_ID) else spell(unspell(word), LIMIT_ID)[0]

    def mark(self, node: Any, out: Json) -> None:
        """Carry a cache mark over; Chat's breakpoint has another ttl."""
        said = self.cache_mark(node)
        if said is not None:
            out["cache_control"] = said

    def cache_mark(self, node: Any) -> Json | None:
        """The cache_control that says the cache mark of `node`; anything but {type: ephemeral, ttl} is refused."""
        for key, value in (node.cache or {}).items():
            if key != "cache_control":
                self.report.changed("cache.approximated", f"{node.at}/{key}", value)
                made = {"type": "ephemeral"}
                self.marked[id(made)] = f"{node.at}/{key}"
                return made
            mark: Json = {k: v for k, v in value.items() if v is not None}
            rest = {k: v for k, v in mark.items() if k != "type"}
            if mark.get("type") == "ephemeral" and rest in ({}, {"ttl": "5m"}, {"ttl": "1h"}):
                self.marked[id(mark)] = f"{node.at}/{key}"
                return mark
            self.report.dropped("cache.unsupported", f"{node.at}/{key}", value)
        return None

    def text(self, part: Text, out: list[Json], sources: list[Part], blank: bool = False) -> None:
        """A text block; the service refuses empty ones, and blank ones but where it takes them (`blank`)."""
        if part.citations:
            for c in part.citations:
                self.report.dropped("citation.unsupported", c.at, c.value)
        if not part.text or (not blank and part.text.isspace()):
            if part.text or part.cache or part.extra:
                self.report.dropped("text.blank", part.at, part.text)
            if part.state is not None:
                self.lose_state(part, part.state)
            mark, last = self.cache_mark(part), last_bearer(out)
            if mark is not None and last >= 0 and "cache_control" not in out[last]:
                out[last]["cache_control"] = mark  # the prefix it marks ends with the neighbour now
                self.takes_mark(sources[last], mark)
            elif mark is not None:
                self.moved = mark
            return
        if part.extra or part.state is not None or part.item is not None or part.transcript:
            self.drop(part)
        block: Json = {"type": "text", "text": part.text}
        if self.moved is not None:
            block["cache_control"] = self.moved
            self.takes_mark(part, self.moved)
            self.moved = None
        if part.cache:
            self.mark(part, block)
        out.append(block)
        sources.append(part)

    def takes_mark(self, neighbour: Any, mark: Json) -> None:
        """Tell of the cache mark of a blank text that stands on its neighbour now."""
        key = self.marked[id(mark)].rpartition("/")[2]
        self.report.changed("cache.moved", f"{neighbour.at}/{key}", mark)

    def call(self, part: ToolCall, call_id: str) -> Json:
        """A tool_use block."""
        block: Json = {"type": "tool_use", "id": call_id, "name": self.name(part.name, part)}
        if part.state is not None and own(part.state):
            block["caller"], part = part.state.value, replace(part, state=None)
        block["input"] = self.input_of(part)
        if part.cache:
            self.mark(part, block)
        return block

    def input_of(self, part: ToolCall) -> Json:
        """The `input` of a call, and what the call carries beside it."""
        self.drop(part)
        if part.kind == "custom":
            self.report.changed("tool.custom", part.at, None)
        return self.arguments_of(part)

    def gone(self, part: Part) -> None:
        """Report a part that this dialect has no word for."""
        code = f"media.{part.kind}" if isinstance(part, Media) else opaque_code(part)
        self.report.dropped(code, part.at, part)

    def homeward(self, part: Opaque) -> Json | None:
        """What this vendor said itself, come home: a block, or what stands beside all of them."""
        if part.value.keys() <= BESIDE.keys():
            self.beside_parts |= part.value
            for key in part.value:
                self.link(f"/{key}", part.at)
            return None
        return dict(part.value)

    def link_title(self, target: str, part: Part) -> None:
        if isinstance(part, Media) and part.filename is not None:
            self.link(f"{target}/title", self.where(part, "filename"))

    def link_blocks(self, sources: list[Part], target: str) -> None:
        for i, part in enumerate(sources):
            self.link(f"{target}/{i}", part.at)
            self.link_title(f"{target}/{i}", part)
            if isinstance(part, ToolResult):
                self.link(f"{target}/{i}/tool_use_id", self.where(part, "call_id"))
            elif isinstance(part, ToolCall):
                self.link(f"{target}/{i}/id", self.where(part, "id"))
            for j, inner in enumerate(self.inner.get(id(part), ())):
                self.link(f"{target}/{i}/content/{j}", inner.at)
                self.link_title(f"{target}/{i}/content/{j}", inner)


_UNMARKED = ("thinking", "redacted_thinking")


def last_bearer(blocks: list[Json], before: int = 0) -> int:
    """The index of the last block from `before` that may bear a cache mark ("Not on thinking"); -1 without one."""
    return next((i for i in range(len(blocks) - 1, before - 1, -1) if blocks[i]["type"] not in _UNMARKED), -1)


def own(state: State | None) -> bool:
    """Whether a state is what this dialect itself says of a call."""
    return state is not None and state.issuer == NAME and state.kind == "caller"


# --- responses ------------------------------------------------------------------------------------------------


def write_response(r: Response, report: Report, home: bool, context: Context) -> Json:
    """The `message` body that says `r`."""
    if home:
        return home_response(r)
    return ResponseWriter(r.dialect, report, context).body(r)


ENVELOPE = ("created", "fingerprint")


class ResponseWriter(BlockWriter):
    """One response, or the ends of a stream."""

    __slots__ = ()

    tiers = TIERS.write

    def __init__(self, dialect: str, report: Report, context: Context) -> None:
        super().__init__(find(dialect), report, context)

    def body(self, r: Response) -> Json:
        out = self.envelope(r)
        if not r.candidates:
            # A prompt that was blocked gives no candidate elsewhere; here the message must say so.
            self.report.invented("candidate.missing", "/stop_reason", "refusal")
        first, *others = sorted(r.candidates, key=lambda c: c.index) or [Candidate(finish_reason="content_filter")]
        candidate = first
        out["content"] = self.content(candidate, r.id)
        alone(first, self.report)
        for other in others:
            self.report.dropped("candidate.extra", other.at, other)
        calls = any(b["type"] == "tool_use" for b in out["content"])
        refused = any(isinstance(p, Refusal) and p.text for p in candidate.message.parts)
        out["stop_reason"] = self.finish(candidate, calls, refused)
        out["stop_sequence"] = candidate.stop_sequence
        self.about(candidate)
        out["usage"] = self.usage_of(r.usage, "/usage")
        self.tier(out["usage"], r)
        out |= self.beside_parts
        self.drop(r)
        return out

    def about(self, c: Candidate) -> None:
        """What a candidate carries beside its parts."""
        self.drop(c.message)
        self.drop(c)
        if tells_probabilities(c.logprobs):
            self.report.dropped("logprobs.unsupported", self.where(c, "logprobs"), c.logprobs)

    def envelope(self, r: Response) -> Json:
        self.answered_by(r)
        report = self.report
        identity = r.id
        if not identity:
            identity = derived(r.model, "msg", 0)
            report.invented("envelope.id", "/id", identity)
        if r.model is None:
            report.invented("envelope.model", "/model", "")
        self.unsaid(r)
        return {"id": identity, "type": "message", "role": "assistant", "model": r.model or "", "content": []}

    def tier(self, usage: Json, r: Response) -> None:
        """The tier of service, which stands in the usage here."""
        if r.service_tier in TIERS.write:
            usage["service_tier"] = TIERS.write[str(r.service_tier)]
            self.link("/usage/service_tier", self.where(r, "service_tier"))
        elif r.service_tier is not None:
            self.report.dropped("envelope.service_tier", self.where(r, "service_tier"), r.service_tier)

    def unsaid(self, r: Response) -> None:
        """The envelope values that have no place here."""
        for name in ENVELOPE:
            value = getattr(r, name)
            if value is not None:
                self.report.dropped(f"envelope.{name}", self.where(r, name), value)

    def content(self, c: Candidate, response_id: str | None) -> list[Json]:
        blocks: list[Json] = []
        for whole in c.message.parts:
            part, token = self.carried(whole)
            if token is not None:
                self.link(f"/content/{len(blocks)}", self.hidden_at(whole))
                blocks.append(hidden(token))
            part, token = self.phased(part, getattr(part, "text", ""))
            block = self.block(part, response_id, len(blocks))
            if block is not None:
                self.link(f"/content/{len(blocks)}", part.at)
                blocks.append(block)
            if token is not None:
                self.link(f"/content/{len(blocks)}", f"{self.where(whole, 'item')}/phase")
                blocks.append(hidden(token))
        return blocks

    def block(self, part: Part, response_id: str | None, ordinal: int) -> Json | None:
        """The block that says `part`, or None with a loss."""
        if isinstance(part, Text):
            self.beside(part, bool(part.text))
            citations = [said for said in map(self.citation, part.citations or ()) if said is not None]
            if not part.text:
                return None
            # In an answer a blank text may stand; only what goes up is refused.
            block: Json = {"type": "text", "text": part.text}
            return {**block, "citations": citations} if citations else block
        if isinstance(part, ToolCall):
            return self.call(part, self.call_id(part, response_id, ordinal))
        if isinstance(part, Refusal):
            self.drop(part)
            if not part.text:
                return None
            self.report.changed("refusal.as_text", part.at, part.text)
            return {"type": "text", "text": part.text}
        if isinstance(part, Reasoning):
            return self.reasoning(part, ordinal)
        if isinstance(part, Opaque) and part.issuer == NAME:
            return self.homeward(part)
        return self.sealed(part)

    def carried(self, part: Any, said: bool | None = None) -> tuple[Any, str | None]:
        """State of this dialect's own stays on its call."""
        return (part, None) if own(getattr(part, "state", None)) else super().carried(part, said)

    def sealed(self, part: Part) -> Json | None:
        """A part that has no word here: hidden in a block that the client brings back, or gone."""
        token = self.carrier(part)
        if token is None:
            self.gone(part)
            return None
        self.report.changed("part.carried", part.at, part)
        return hidden(token)

    def beside(self, part: Text, said: bool) -> None:
        """What a text carries beside its text; a stream tells it when it comes, and may never get a text."""
        if said:
            self.drop(part)
        else:
            drop_extra(self.report, part.extra, part.at, self.kinds.get(type(part), {}))
        self.cache(part)
        if not said and part.state is not None:
            self.lose_state(part, part.state)

    def citation(self, c: Citation) -> Json | None:
        """A citation of an address. Its span has no place here, and nobody else knows the `encrypted_index`."""
        if c.url is None:
            self.report.dropped("citation.unsupported", c.at, c.value)
            return None
        self.report.changed("citation.span", c.at, c.value)
        said = {"type": "web_search_result_location", "cited_text": c.cited_text or "", "url": c.url}
        return said | {"title": c.title, "encrypted_index": ""}

    def name(self, name: str, node: Any, field: str = "name") -> str:
        """A name as the client wrote it, where its request tells; else within the alphabet."""
        return self.restored().get(name) or super().name(name, node, field)

    def call_id(self, part: ToolCall, response_id: str | None, ordinal: int) -> str:
        """The id of a call, derived from the response's where it has none."""
        if part.id:
            return self.id(part.id)
        made = derived(response_id, "toolu", ordinal)
        self.report.invented("tool_call.id", f"/content/{ordinal}/id", made)
        return made

    def reasoning(self, part: Reasoning, ordinal: int) -> Json | None:
        """Visible thinking; its signature carries the state of the vendor that thought."""
        token = self.carrier(part, part.text) if part.state is not None else None
        if token is not None:
            return {"type": "thinking", "thinking": part.text, "signature": token} if part.text else hidden(token)
        self.drop(part)
        if part.state is not None:
            self.uncarried(part, part.state)
        if not part.text:
            if part.extra or part.item is not None:
                self.report.dropped("reasoning.empty", part.at)
            return None
        self.report.invented("reasoning.signature", f"/content/{ordinal}/signature", "")
        return {"type": "thinking", "thinking": part.text, "signature": ""}

    def finish(self, c: Candidate, calls: bool, refused: bool) -> str:
        """The stop reason: a call that the client must run wins over a plain end (spec/MAP.md section 6)."""
        at = self.where(c, "finish_reason")
        self.link("/stop_reason", at)
        reason = c.finish_reason
        if calls and reason == "stop":
            self.report.changed("finish.tool_calls", at, reason)
            return "tool_use"
        if reason == "tool_calls" and not calls:
            # An agent would wait for a call that is not there; and a plain end would be a success.
            self.report.changed("finish.approximated", at, reason)
            return "max_tokens"
        if refused and reason == "stop":
            # "stop + message.refusal" there is the reason `refusal` here.
            self.report.changed("finish.refusal", at, reason)
            return "refusal"
        word = FINISH.write.get(reason or "")
        if word is None:
            # A failure never looks like a success: what did not say how it ended, was cut off.
            # Whole calls in a whole answer without any word are calls.
            word = "tool_use" if calls and reason is None else "max_tokens"
            self.report.changed("finish.approximated", at, reason)
            return word
        if (c.spelling or {}).get("finish"):
            self.report.changed("finish.approximated", at, reason)
        return word

    def usage_of(self, u: Usage | None, target: str) -> Json:
        """Usage in this dialect's counting: input without what the cache gave or took."""
        report = self.report
        if u is None:
            report.invented("usage.unknown", target, 0)
            return {"input_tokens": 0, "output_tokens": 0}
        out: Json = {}
        if u.input is None:
            report.invented("usage.unknown", f"{target}/input_tokens", 0)
        plain = (u.input or 0) - (u.cache_read or 0) - (u.cache_write or 0)
        if plain < 0:
            report.changed("usage.arithmetic", self.usage_at(u, "input"), u.input)
        out["input_tokens"] = max(plain, 0)
        if u.cache_write is not None:
            out["cache_creation_input_tokens"] = u.cache_write
        if u.cache_read is not None:
            out["cache_read_input_tokens"] = u.cache_read
        if u.output is None:
            report.invented("usage.unknown", f"{target}/output_tokens", 0)
        out["output_tokens"] = u.output or 0
        if u.reasoning is not None:
            out["output_tokens_details"] = {"thinking_tokens": u.reasoning}
        if (tier := self.tier_in(u)) is not None:
            out["service_tier"] = TIERS.write[tier]
        said = max(plain, 0) + (u.cache_read or 0) + (u.cache_write or 0) + (u.output or 0)
        if u.total is not None and u.total != said:
            report.changed("usage.total", self.usage_at(u, "total"), u.total)
        self.usage(u)
        return out


def hidden(token: str) -> Json:
    """A block that shows nothing, and that the client brings back as it is."""
    return {"type": "redacted_thinking", "data": token}


# --- errors ---------------------------------------------------------------------------------------------------


def write_error(e: Error, report: Report, home: bool) -> tuple[int, Any]:
    """Status and body of an error."""
    if home:
        return e.status or ERRORS[e.type].status, home_error(e)
    word = e.type if e.type in ERRORS else error_word(e.status)
    if e.param is not None:
        report.dropped("error.param", f"{e.at}/param", e.param)
    inner: Json = {"type": ERRORS[word].anthropic, "message": told_message(e, ANTHROPIC, report)}
    if e.code is not None:
        inner["details"] = {"error_code": str(e.code)}
    body: Json = {"type": "error", "error": inner}
    if e.request_id is not None:
        body["request_id"] = e.request_id
    return told_status(e.status, word, {"overloaded": 529}), body
