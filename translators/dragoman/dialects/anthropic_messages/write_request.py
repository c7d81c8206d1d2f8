"""Anthropic Messages: requests out. Canonical requests -> `POST /v1/messages` bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import DragomanError
from ...media import is_empty
from ...model import Json, Media, Message, Opaque, Part, Reasoning, Refusal, Request, Text, Tool, ToolCall, ToolResult
from ...profiles import excluded, lookup, pointless, within
from ...registry import find
from ...report import Report
from ...tables import SPEED, is_default, param_code, taken_tier
from ..base import Context, limit_taken
from ..choices import chosen, one_call
from ..documents import decoded
from ..pairing import Twins
from ..schemas import Limits, bound, is_said, may_bind, strict_tools, topped
from ..turns import gathered, has_calls, speaks_as_tool
from ..web_search import forced, written
from .control import ControlWriter
from .home import home_request
from .words import (
    BESIDE,
    LIMIT_NAME,
    MEDIA_TYPES,
    MOST_MARKS,
    NAME,
    NEWER,
    PLACEHOLDER,
    SAMPLING,
    SERVER_CALLS,
    SERVER_RESULTS,
    SERVICE_TIER,
    STATES,
    THOUGHTS,
    TOOL_CHOICE,
    VERSION,
    WEB_SEARCH,
    WIRE,
)
from .write import last_bearer, plainest


def version(context: Context) -> str:
    """The wire version that is written: 2023-06-01, unless the profile says 2026-10-21.

    Raises DragomanError for any other.
    """
    if context.profile is None:
        return VERSION
    said = context.profile.get("anthropic_version", VERSION) if isinstance(context.profile, Mapping) else VERSION
    if said not in (VERSION, NEWER):
        raise DragomanError(f"anthropic_version must be {VERSION} or {NEWER}")
    return str(said)


def write_request(r: Request, report: Report, home: bool, context: Context) -> Json:
    """The `POST /v1/messages` body that says `r`; what it cannot say goes into `report`."""
    return home_request(r) if home else RequestWriter(r, report, context).body()


def _results(blocks: list[Json]) -> bool:
    return blocks[0]["type"] == "tool_result" and all(block["type"] == "tool_result" for block in blocks)


SYSTEM = ("system", "developer")
_BOUNDED = frozenset({"temperature", "top_p", "top_k", "max_output_tokens", "service_tier"})
# What a turn may end with that is to be answered, or gone on from, as it is.
_UNFINISHED = {"tool_use", *SERVER_CALLS, *SERVER_RESULTS}


class RequestWriter(ControlWriter):
    """One request."""

    upstream = True

    __slots__ = (
        "answered",
        "binds",
        "copies",
        "free",
        "ids",
        "known",
        "limits",
        "lost",
        "messages",
        "open",
        "renamed",
        "said",
        "twins",
        "unbound",
    )

    def __init__(self, r: Request, report: Report, context: Context) -> None:
        super().__init__(find(r.dialect), report, context)
        self.r = r
        self.facts = lookup(NAME, r.model, context.profile)
        self.longest = self.name_max(LIMIT_NAME)
        self.messages: list[tuple[str, list[Json], list[Part], str]] = []
        self.said = self.turns(r.messages)
        self.ids: dict[int, str] = {}
        if has_calls(self.said):
            # Without calls and results there is nothing to gather, to pair, to name.
            self.said, self.ids = self.paired(gathered(self.said, self.report))
        self.renamed: dict[str, str] = {}  # what a repeated id is called in its latest turn
        self.twins = Twins()  # what the ids of one turn are called
        self.free: set[str] = set()  # the ids of calls with free text
        self.copies: dict[str, int] = {}  # how often an id has been told apart from itself
        self.answered: set[str] = set()  # the calls that have their result
        self.unbound = False  # whether state from here on is bound to what has been lost
        self.known: dict[str, str] = {}  # the calls so far, in order: id -> name
        # Where state was lost on which what follows may rest: "bound to system, tools and earlier messages".
        self.lost = [loss.at for loss in report.losses if loss.code in ("state.damaged", "state.orphan")]
        self.limits = Limits(self.facts)
        self.binds = True  # whether the schema of the answer is within them
        self.open = False  # the last turn holds tool results and still takes what the user says next

    def body(self) -> Json:
        r, report = self.r, self.report
        out: Json = {"model": r.model}
        if not r.model:
            report.invented("envelope.model", "/model", "")
        lead = 0
        while lead < len(self.said) and self.said[lead].role in SYSTEM:
            lead += 1
        if lead:
            self.system(out, self.said[:lead])
        for i in range(lead, len(self.said)):
            self.message(i)
        if not self.messages:
            self.placeholder()
        self.order_results()
        last = self.said[-1] if self.said else None
        if last is not None and last.role == "assistant" and self.messages[-1][0] == "assistant":
            # Here the model goes on from where such a turn ends.
            report.changed("role.prefill", last.at)
        out["messages"] = [{"role": role, "content": plainest(blocks)} for role, blocks, _, _ in self.messages]
        if report.links is not None:
            self.link_messages()
        self.params(out)
        # The schema of the answer cannot but bind; the tools share what it leaves of the limits.
        f = r.output
        self.binds = f is None or f.kind != "json_schema" or self.limits.take(f.schema, tool=False)
        self.tools(out)
        self.reasoning(out)
        self.exclusive(out)
        self.output(out)
        self.last_turn(out)
        self.fewer_marks(out)
        for key, value in self.beside_parts.items():
            if (again := BESIDE[key](value)) is not None:
                out[key] = again
        self.drop(r)
        return out

    def link_messages(self) -> None:
        for i, (_, _, sources, at) in enumerate(self.messages):
            self.link_blocks(sources, f"/messages/{i}/content")
            if at and not all(isinstance(p, ToolResult) or p.at == at for p in sources):
                self.link(f"/messages/{i}", at)
            elif at:
                self.link(f"/messages/{i}/role", f"{at}/role")

    def last_turn(self, out: Json) -> None:
        """ "The conversation must end with a user message", where the model does not go on from a turn of its own: some
        never do, none does while it thinks, or under a schema ("Not combinable: citations, prefill")."""
        role, blocks, sources, _ = self.messages[-1]
        if role != "assistant" or blocks[-1]["type"] in _UNFINISHED:
            return
        thinks = out.get("thinking", {}).get("type") in ("enabled", "adaptive")
        if self.facts.prefill is False or thinks or "format" in out.get("output_config", {}):
            turn = {"role": "user", "content": PLACEHOLDER}
            self.report.invented("message.placeholder", f"/messages/{len(self.messages)}", turn)
            out["messages"].append(turn)
        elif blocks[-1]["type"] == "text" and blocks[-1]["text"][-1:].isspace():
            # "final assistant content cannot end with trailing whitespace"
            said = blocks[-1]["text"]
            self.report.changed("text.trimmed", sources[-1].at, said)
            blocks[-1]["text"] = said.rstrip()
            out["messages"][-1]["content"] = plainest(blocks)

    def fewer_marks(self, out: Json) -> None:
        """ "A maximum of 4 blocks with cache_control may be provided": the first stays, and the last ones."""
        if len(self.marked) <= MOST_MARKS:
            return
        marked = [block for block in _blocks(out) if "cache_control" in block]
        for block in marked[1 : len(marked) - MOST_MARKS + 1]:
            mark = block.pop("cache_control")
            self.report.dropped("cache.limit", self.marked.get(id(mark), ""), mark)

    # messages

    def order_results(self) -> None:
        """Results stand in the order of their calls."""
        if len(self.known) < 2:
            return
        order = {call_id: i for i, call_id in enumerate(self.known)}
        for i, turn in enumerate(self.messages):
            if len(turn[2]) < 2 or turn[0] != "user":
                continue
            role, blocks, sources, at = turn
            count = next((n for n, p in enumerate(sources) if not isinstance(p, ToolResult)), len(sources))
            ranks = [order.get(b["tool_use_id"], len(order)) for b in blocks[:count]]
            ranked = sorted(range(count), key=ranks.__getitem__)
            for was, now in zip(ranked, range(count), strict=True):
                if was != now:
                    self.report.changed("order.moved", sources[was].at)
            blocks = [*(blocks[n] for n in ranked), *blocks[count:]]
            sources = [*(sources[n] for n in ranked), *sources[count:]]
            self.messages[i] = (role, blocks, sources, at)

    def system(self, out: Json, messages: list[Message]) -> None:
        """The leading system turns are the `system` field."""
        blocks: list[Json] = []
        sources: list[Part] = []
        first = True
        for m in messages:
            before = len(blocks)
            for part in m.parts:
                self.part(part, "system", blocks, sources)
            if m.cache:
                self.mark_last(m, blocks, before)
            self.about(m)
            if m.role == "developer":
                self.report.changed("role.renamed", self.where(m, "role"), m.role)
            if len(blocks) == before:
                self.report.emptied(m.at, m)
            elif not first:
                self.report.changed("message.merged", m.at)
            else:
                first = False
                self.link("/system", m.at)
        if blocks:
            out["system"] = plainest(blocks)
            if self.report.links is not None:
                self.link_blocks(sources, "/system")

    def mark_last(self, m: Message, blocks: list[Json], before: int) -> None:
        """The cache mark of a whole message stands on its last block that may bear one."""
        mark, last = self.cache_mark(m), last_bearer(blocks, before)
        if mark is not None and last >= 0 and "cache_control" not in blocks[last]:
            blocks[last]["cache_control"] = mark
            self.report.changed("cache.moved", f"{m.at}/cache_control", mark)
        elif mark is not None:
            self.report.dropped("cache.unsupported", f"{m.at}/cache_control", mark)

    def about(self, m: Message) -> None:
        """What a message carries beside its content."""
        if m.name is not None:
            self.report.dropped("message.name", self.where(m, "name"), m.name)
        self.drop(m)

    def message(self, i: int) -> None:
        m = self.said[i]
        role = m.role
        if role in SYSTEM:
            self.late_system(i, m)
            return
        if role != "assistant" and role != "user":
            if not speaks_as_tool(m):
                self.report.changed("role.unknown", self.where(m, "role"), role)
            role = "user"
        loses = bool(self.lost) and any(_below(at, [m, *m.parts]) for at in self.lost)
        self.unbound = self.unbound or (loses and self.facts.prefix_bound is True)
        blocks: list[Json] = []
        sources: list[Part] = []
        parts = m.parts if len(m.parts) == 1 else self.results_first(m)
        for n, part in enumerate(parts, 1):
            if type(part) is not Text:
                self.part(part, role, blocks, sources)
            elif part.text.isspace():
                self.text(part, blocks, sources, blank=role == "assistant" and _spaces(part, parts, n))
            else:
                self.text(part, blocks, sources)
        if loses and blocks and blocks[0]["type"] not in THOUGHTS:
            self.unled(blocks, sources)
        if m.cache:
            self.mark_last(m, blocks, 0)
        if m.extra or m.name is not None or m.item is not None:
            self.about(m)
        if not blocks:
            if not m.parts or not all(isinstance(p, Opaque) and p.issuer == NAME for p in m.parts):
                self.report.emptied(m.at, m)
            return
        # Of what is left: an empty text beside results says nothing.
        results = m.role == "tool" or _results(blocks)
        if self.open and role == "user":
            # "Each tool_use block must have a corresponding tool_result block in the next message": results
            # of parallel calls, and what the user says after them, are one turn.
            _, before, earlier, at = self.messages[-1]
            if results and m.role != "tool":
                self.report.changed("message.merged", at)
                self.report.changed("message.merged", m.at)
            before += blocks
            earlier += sources
            self.messages[-1] = ("user", before, earlier, at if results else m.at)
            self.open = results
            return
        self.turn(role, blocks, sources, m.at)
        self.open = results

    def results_first(self, m: Message) -> list[Part]:
        """The parts of a turn, results in front: "tool_result blocks must come first in the content array"."""
        if ToolResult not in map(type, m.parts):
            return m.parts
        parts = sorted(m.parts, key=lambda p: not isinstance(p, ToolResult))
        for was, now in zip(m.parts, parts, strict=True):
            if was is not now and isinstance(now, ToolResult):
                self.report.changed("order.moved", now.at)
        return parts

    def turn(self, role: str, blocks: list[Json], sources: list[Part], at: str) -> None:
        if not self.messages and role != "user" and not self.facts.assistant_first:
            # "first message must use the "user" role"
            self.placeholder()
        self.messages.append((role, blocks, sources, at))

    def placeholder(self) -> None:
        block = {"type": "text", "text": PLACEHOLDER}
        self.report.invented("message.placeholder", "/messages/0", {"role": "user", "content": [block]})
        self.messages.append(("user", [block], [Text(PLACEHOLDER)], ""))

    def late_system(self, i: int, m: Message) -> None:
        """A system turn in the middle stays where the service takes one: after a user turn, before an answer."""
        blocks: list[Json] = []
        sources: list[Part] = []
        for part in m.parts:
            self.part(part, "system", blocks, sources)
        if m.cache:
            self.mark_last(m, blocks, 0)
        self.about(m)
        if not blocks:
            self.report.emptied(m.at, m)
            return
        following = next((n.role for n in self.said[i + 1 :] if n.role not in SYSTEM), "assistant")
        if m.role == "developer":
            self.report.changed("role.renamed", self.where(m, "role"), m.role)
        before = self.messages[-1][0] if self.messages else ""
        stays = following == "assistant" and self.facts.mid_system is not False
        if stays and before == "system":
            self.report.changed("message.merged", m.at)
            self.messages[-1][1].extend(blocks)
            self.messages[-1][2].extend(sources)
        elif stays and before == "user":
            self.turn("system", blocks, sources, m.at)
        else:
            self.report.changed("role.moved", m.at, m.role)
            text = "\n".join(b["text"] for b in blocks)
            said: Json = {"type": "text", "text": f"<system>\n{text}\n</system>"}
            if self.open:
                _, earlier, known, _ = self.messages[-1]
                self.messages[-1] = ("user", [*earlier, said], [*known, sources[0]], m.at)
                return
            self.turn("user", [said], [sources[0]], m.at)
        self.open = False

    def part(self, part: Part, role: str, out: list[Json], sources: list[Part]) -> None:
        """Append the block that says `part`, or report why none does."""
        if isinstance(part, Text):
            self.text(part, out, sources)
            return
        block: Json | None = None
        if isinstance(part, ToolCall) and role == "assistant":
            made = None if part.id else self.ids.get(id(part))
            came = call_id = self.id(part.id or "") if made is None else made
            if made is not None:
                place = f"/messages/{len(self.messages)}/content/{len(out)}/id"
                self.report.invented("tool_call.id", place, made)
            if call_id in self.known:
                # "tool_use ids must be unique": gateways that number their calls begin again every turn.
                self.report.changed("tool_call.id", self.where(part, "id"), part.id)
                call_id = self.fresh(call_id)
                self.report.invented("tool_call.id", f"/messages/{len(self.messages)}/content/{len(out)}/id", call_id)
            self.renamed[came] = call_id
            self.twins.asked(out, came, call_id)
            self.known[call_id] = part.name
            if part.kind == "custom":
                self.free.add(call_id)
            block = self.call(part, call_id)
        elif isinstance(part, ToolResult):
            block = self.result(part)
        elif isinstance(part, Media) and role == "user":
            block = self.media(part)
        elif isinstance(part, Refusal):
            self.report.changed("refusal.as_text", part.at, part.text)
            self.drop(part)
            if part.text.strip():
                block = {"type": "text", "text": part.text}
        elif isinstance(part, Reasoning):
            block = self.thinking(part)
        elif isinstance(part, Opaque) and part.issuer == NAME:
            thought = part.value.get("type") in THOUGHTS
            block = self.bound_elsewhere(part) if thought and self.unbound else self.homeward(part)
        else:
            self.gone(part)
        if block is not None:
            out.append(block)
            sources.append(part)

    def fresh(self, call_id: str) -> str:
        """An id like `call_id` that no call has had."""
        number = self.copies.get(call_id, 1) + 1
        while f"{call_id}_{number}" in self.known:
            number += 1
        self.copies[call_id] = number
        return f"{call_id}_{number}"

    def thinking(self, part: Reasoning) -> Json | None:
        """Thinking goes up only with this issuer's own signature: unsigned thinking is refused."""
        state = part.state
        if state is not None and state.issuer == NAME and state.kind in STATES:
            if self.unbound:
                return self.bound_elsewhere(part)
            self.drop(part)
            if part.redacted:
                return {"type": "redacted_thinking", "data": state.value}
            return {"type": "thinking", "thinking": part.text, "signature": state.value}
        self.report.dropped("reasoning.unsigned", part.at, part.text)
        if state is not None and self.where(part, "state") != part.at:
            self.report.dropped("state.foreign", self.where(part, "state"), state.value)
        return None

    def unled(self, blocks: list[Json], sources: list[Part]) -> None:
        """ "Any thinking in the turn => first block must be thinking": the first one did not come, the others go."""
        for i in reversed(range(len(blocks))):
            if blocks[i]["type"] in THOUGHTS:
                self.report.dropped("state.prefix", sources[i].at, sources[i])
                del blocks[i], sources[i]

    def bound_elsewhere(self, part: Reasoning | Opaque) -> Json | None:
        """ "The block is bound to a different conversation. Remove the block": the one it is bound to did not come."""
        self.report.dropped("state.prefix", part.at, part)
        return None

    def result(self, part: ToolResult) -> Json | None:
        call_id = self.ids.get(id(part))
        if call_id is None:
            call_id = self.id(part.call_id or "")
        named = self.twins.answered(call_id) or self.renamed.get(call_id, call_id)
        if named != call_id:
            call_id = named
            self.report.changed("tool_call.id", self.where(part, "call_id"), part.call_id)
        if call_id not in self.known:
            # "unexpected tool_use_id found in tool_result blocks"
            self.report.dropped("tool_result.orphan", part.at, part)
            return None
        if call_id in self.answered:
            # "each tool_use must have a single result"
            self.report.dropped("tool_result.duplicate", part.at, part)
            return None
        self.answered.add(call_id)
        blocks: list[Json] = []
        sources: list[Part] = []
        parts, failed = self.result_of(part)
        for inner in parts:
            self.part(inner, "user", blocks, sources)
        block: Json = {"type": "tool_result", "tool_use_id": call_id}
        if blocks:
            self.inner[id(part)] = sources
            block["content"] = plainest(blocks)
        if failed:
            block["is_error"] = True
        self.result_kind(part, call_id in self.free)
        self.result_name(part, self.known[call_id])
        if part.cache:
            self.mark(part, block)
        elif self.moved is not None:
            # The mark of a blank text, if not of a text within: the prefix ends with this block now.
            block["cache_control"] = self.moved
            self.takes_mark(part, self.moved)
            self.moved = None
        self.drop(part)
        return block

    def media(self, part: Media) -> Json | None:
        report = self.report
        block: Json
        if is_empty(part):
            report.dropped(f"media.{part.kind}", part.at, part)
            return None
        if part.kind == "image" and part.form == "base64" and part.media_type in MEDIA_TYPES:
            block = {
                "type": "image",
                "source": {"type": "base64", "media_type": part.media_type, "data": part.data},
            }
        elif part.kind == "image" and part.form == "url" and (part.url or "").startswith(("http://", "https://")):
            block = {"type": "image", "source": {"type": "url", "url": part.url}}
        elif part.kind == "document" and part.form == "url" and (part.url or "").startswith(("http://", "https://")):
            block = {"type": "document", "source": {"type": "url", "url": part.url}}
            if part.filename:
                block["title"] = part.filename
        elif part.kind == "document" and part.form == "base64":
            document = self.document(part)
            if document is None:
                return None
            block = document
        else:
            report.dropped(f"media.{'file_id' if part.form == 'file' else part.kind}", part.at, part)
            return None
        self.drop(part)
        if part.detail not in (None, "auto"):
            report.dropped("media.detail", self.where(part, "detail"), part.detail)
        self.lose_type(part)
        if part.kind == "image":
            self.lose_filename(part)
        if part.cache:
            self.mark(part, block)
        return block

    def document(self, part: Media) -> Json | None:
        source: Json
        if part.media_type == "application/pdf" or part.media_type is None:
            source = {"type": "base64", "media_type": "application/pdf", "data": part.data}
            if part.media_type is None:
                self.report.changed("media.type", part.at)
        elif (part.media_type or "").startswith("text/"):
            plain = decoded(part)
            text = plain.data or "" if plain.form == "text" else ""
            if not text.strip():
                self.report.dropped("media.document", part.at, part)
                return None
            self.report.changed("media.as_text", part.at)
            source = {"type": "text", "media_type": "text/plain", "data": text}
        else:
            self.report.dropped("media.document", part.at, part)
            return None
        block: Json = {"type": "document", "source": source}
        if part.filename:
            block["title"] = part.filename
        return block

    # the rest

    def params(self, out: Json) -> None:
        r, report, refused = self.r, self.report, self.refused()
        for name, value in r.params.items():
            wire = WIRE.get(name)
            if wire is not None and name not in _BOUNDED and name not in refused:
                out[wire] = value
                continue
            at = r.place(name)
            if name in refused:
                report.dropped(param_code(name), at, value)
            elif name == "temperature" and isinstance(value, (int, float)) and not 0 <= value <= 1:
                out["temperature"] = 1.0 if value > 1 else 0.0
                report.changed("sampling.clamped", at, value)
            elif name == "service_tier":
                self.tier(out, value, at)
            elif name == "max_output_tokens" and type(value) is int and value < 1:
                # Here 0 would only write the prompt cache.
                report.changed("max_tokens.zero", at, value)
                out["max_tokens"] = 1
            elif name == "max_output_tokens":
                out["max_tokens"] = limit_taken(self.facts, value, at, report)
            elif wire is not None:
                out[wire] = value
            elif name == "stop":
                self.stop(out, r.params["stop"])
            elif name == "user":
                out["metadata"] = {"user_id": within(self.facts, "user", r.params["user"], at, report)}
            elif name == "safety_identifier" and "user" not in r.params:
                report.changed("field.moved", at, value)
                out["metadata"] = {"user_id": within(self.facts, "user", r.params["safety_identifier"], at, report)}
            elif name not in ("parallel_tool_calls", "web_search") and not is_default(name, value):
                report.dropped(param_code(name), at, value)
        if "max_tokens" not in out:
            out["max_tokens"] = self.default_limit()
            report.invented("max_tokens.default", "/max_tokens", out["max_tokens"])

    def tier(self, out: Json, tier: Any, at: str) -> None:
        """ "fast~priority": the quick ones are no tier here, but a speed."""
        word = taken_tier(tier, (*SERVICE_TIER.write, SPEED), at, self.report)
        if word == SPEED:
            out["speed"] = "fast"
            self.link("/speed", at)
        elif word is not None:
            out["service_tier"] = SERVICE_TIER.write[word]

    def refused(self) -> set[str]:
        """The settings that the model, or the wire version, does not take, or takes and ignores."""
        refused = set(pointless(self.facts))
        if version(self.context) == NEWER:
            refused |= SAMPLING  # "Extra inputs are not permitted"
        return refused

    def exclusive(self, out: Json) -> None:
        """ "temperature and top_p cannot both be specified": the first one holds of those that thinking has left."""
        for name in excluded(self.facts, SAMPLING.intersection(out)):
            del out[name]
            self.report.dropped(param_code(name), self.r.place(name), self.r.params.get(name))

    def stop(self, out: Json, stop: list[Any]) -> None:
        kept: list[str] = []
        self.link("/stop_sequences", self.r.place("stop"))
        for i, word in enumerate(stop):
            if type(word) is str and word.strip():
                self.link(f"/stop_sequences/{len(kept)}", f"{self.r.place('stop')}/{i}")
                kept.append(word)
            else:
                place = self.r.place("stop")
                self.report.dropped("stop.blank", place if len(stop) == 1 else f"{place}/{i}", word)
        if kept:
            out["stop_sequences"] = kept

    def tools(self, out: Json) -> None:
        r, report = self.r, self.report
        tools: list[Json] = []
        choice, offered = r.tool_choice, strict_tools(r, self.where, report)
        searches = forced(self, choice)
        made = None if searches else chosen(choice, offered, False, self.where, report)
        for tool in offered if made is None else made.tools:
            if tool.kind == "server":
                said_of = written(self, tool, WEB_SEARCH, f"/tools/{len(tools)}")
                tools += [said_of] if said_of is not None else []
            else:
                if report.links is not None:
                    self.link_tool(tool, f"/tools/{len(tools)}")
                tools.append(self.tool(tool, len(tools)))
        if tools:
            out["tools"] = tools
        parallel = r.params.get("parallel_tool_calls")
        said: Json | None = None
        if choice is not None:
            self.link("/tool_choice", choice.at)
            self.drop(choice)
            if choice.kind == "custom":
                report.changed("tool.custom", choice.at)
            if searches and tools:
                said = {"type": "tool", "name": WEB_SEARCH.fixed["name"]}
                self.link("/tool_choice/name", self.where(choice, "names"))
            elif made is None and tools and choice.mode in TOOL_CHOICE.write:
                said = {"type": TOOL_CHOICE.write[choice.mode]}  # beside the search alone
            elif made is None:
                report.dropped("tool_choice.without_tools", choice.at, choice.mode)
            elif made.mode == "tool":
                said = {"type": "tool", "name": self.name(made.names[0], choice, "names")}
            elif not is_said(choice):
                said = {"type": TOOL_CHOICE.write[made.mode]}
        if tools and one_call(r):
            parallel = False
            report.invented("tool_choice.parallel", "/tool_choice/disable_parallel_tool_use", True)
        if parallel is False:
            if not tools or (said is not None and said["type"] == "none"):
                report.dropped("tool_choice.without_tools", r.place("parallel_tool_calls"), parallel)
            else:
                if said is None:
                    said = {"type": "auto"}
                    report.invented("tool_choice.auto", "/tool_choice/type", "auto")
                said["disable_parallel_tool_use"] = True
                self.link("/tool_choice/disable_parallel_tool_use", r.place("parallel_tool_calls"))
        if said is not None:
            out["tool_choice"] = said
        if self.facts.forced_tool_choice == "never":
            self.unforced(out, "tool_choice.forced")

    def link_tool(self, tool: Tool, target: str) -> None:
        self.link(target, tool.at)
        if tool.kind == "function":
            self.link(f"{target}/input_schema", self.where(tool, "parameters"))
            self.link(f"{target}/strict", self.where(tool, "strict"))

    def tool(self, tool: Tool, number: int) -> Json:
        out: Json = {"name": self.name(tool.name or "", tool)}
        if tool.description is not None:
            out["description"] = tool.description
        schema = tool.parameters
        if tool.kind == "custom":
            schema = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
            self.report.changed("tool.custom", tool.at, tool.format)
        elif schema is None:
            schema = {"type": "object", "properties": {}}
            self.report.invented("tool.schema", f"/tools/{number}/input_schema", schema)
        elif type(schema) is not dict or schema.get("type") != "object":
            # "input_schema.type: must be object"
            self.report.changed("schema.type", self.where(tool, "parameters"), schema)
            schema = {**schema, "type": "object"} if type(schema) is dict else {"type": "object", "properties": {}}
        if not schema.keys().isdisjoint(self.facts.tool_keywords or ()):
            schema = topped(schema, self.facts, self.report, self.where(tool, "parameters"))
        strict = tool.strict
        if strict and not self.limits.take(schema):
            self.report.changed("tool.strict", self.where(tool, "strict"), strict)
            strict = False
        if strict:
            schema = bound(schema, self.facts, self.report, self.where(tool, "parameters"))
        out["input_schema"] = schema
        if strict is not None:
            out["strict"] = strict
        if tool.cache:
            self.mark(tool, out)
        if tool.extra or tool.result is not None:
            self.drop(tool)
        return out

    def output(self, out: Json) -> None:
        f, report = self.form_of(self.r.output), self.report
        if f is None:
            return
        if f.kind != "json_schema" or type(f.schema) is not dict or not self.binds:
            self.lose_format(f, "format.json_object" if f.kind == "json_object" else "format.schema")
            return
        self.link("/output_config/format", f.at)
        self.link("/output_config/format/schema", self.where(f, "schema"))
        schema = bound(f.schema, self.facts, report, self.where(f, "schema"))
        out.setdefault("output_config", {})["format"] = {"type": "json_schema", "schema": schema}
        for key in ("name", "description"):
            if getattr(f, key) is not None:
                report.dropped(f"format.{key}", self.where(f, key), getattr(f, key))
        if f.strict is False or (f.strict and not may_bind(f.schema)):
            report.changed("format.strict", self.where(f, "strict"), f.strict)


def _spaces(part: Text, parts: list[Part], after: int) -> bool:
    """Whether white space stands before another text: that the service takes in turns without calls."""
    if part.cache or any(isinstance(p, ToolCall) for p in parts):
        return False
    return any(type(p) is Text and bool(p.text.strip()) for p in parts[after:])


def _below(at: str, nodes: list[Any]) -> bool:
    """Whether a place lies in one of the nodes."""
    return any(node.at and (at == node.at or at.startswith(f"{node.at}/")) for node in nodes)


def _blocks(out: Json) -> Iterator[Json]:
    """Whatever may have a cache mark, in the order in which the service caches it."""
    lists = [out.get("tools"), out.get("system"), *(m["content"] for m in out["messages"])]
    for blocks in lists:
        for block in blocks if type(blocks) is list else ():
            yield block
            inner = block.get("content") if block.get("type") == "tool_result" else None
            yield from inner if type(inner) is list else ()
