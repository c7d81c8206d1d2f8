"""Chat Completions: requests out. Canonical requests -> `POST /v1/chat/completions` bodies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...jsontext import escape
from ...media import is_empty
from ...model import (
    Json,
    Media,
    Message,
    Opaque,
    Part,
    Reasoning,
    ReasoningControl,
    Refusal,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from ...profiles import excluded, lookup, pointless, within
from ...registry import find
from ...report import Report
from ...tables import effort_of, is_default, param_code, put, taken_tier
from ..base import Context, limit_taken
from ..choices import chosen, one_call
from ..documents import decoded
from ..filenames import tell_named
from ..openai_facts import (
    bound_schema,
    cache_mark,
    free_choice,
    refused,
    short_id,
    taken_effort,
    taken_id,
    thinks,
    thoughtless,
)
from ..openai_shape import stream_options
from ..schemas import is_said, strict_tools
from ..turns import gathered, only_results, speaks_as_tool
from .carry import rejoin
from .flavours import OPENAI, SUFFIX, Flavour
from .formats import output_format
from .free_text import functions_only
from .home import home_request
from .search import left_out, searches
from .words import SERVICE_TIERS, SIGNATURE, TOOL_CHOICE, UNOFFICIAL, WIRE
from .write_parts import PartWriter


def write_request(r: Request, report: Report, home: bool, context: Context, flavour: Flavour = OPENAI) -> Json:
    """The `POST /v1/chat/completions` body that says `r`; what it cannot say goes into `report`."""
    if home:
        return home_request(r)
    writer = RequestWriter(r, report, context, flavour)
    out = writer.body()
    if writer.named:
        tell_named(out["messages"], writer.named, report, "/messages")
    return out


EMPTY = {"type": "text", "text": ""}


def _blank(part: Part) -> bool:
    """Whether a part says nothing, or is a text (whose loss says so by itself)."""
    if type(part) is Refusal:
        return not part.text
    return type(part) is Text or (type(part) is Reasoning and not part.text and part.state is None)


class RequestWriter(PartWriter):
    """One request."""

    __slots__ = ("answered", "attached", "calls", "ids", "messages", "r", "said", "skipped", "spoken")

    upstream = True

    def __init__(self, r: Request, report: Report, context: Context, flavour: Flavour) -> None:
        super().__init__(find(r.dialect), report, context, flavour)
        self.r = r
        self.facts = lookup(flavour.id, r.model, context.profile)
        self.messages: list[Json] = []
        self.named = []  # files that got a name here
        said = gathered(self.turns(self.opened(r.messages)), self.report)
        if not flavour.custom:
            self.r, said = functions_only(self, r, said)
        self.said, ids = self.paired(said)
        self.ids = {node: short_id(self.facts, made, None) for node, made in ids.items()}
        self.calls: dict[str, str] = {}  # id -> name
        self.attached: list[tuple[Message, list[Part]]] = []  # the media of results, until these are through
        self.answered = ""  # where the last results stood, if they were a turn of the user's own
        self.spoken = self.skipped = False  # whether anyone but the system has spoken, here and in the source

    def body(self) -> Json:
        r, report = self.r, self.report
        out: Json = {"model": r.model}
        if not r.model:
            report.invented("envelope.model", "/model", "")
        for message in self.said:
            self.message(message)
        self.attach()
        if self.said and self.messages and self.said[-1].role == "assistant" == self.messages[-1]["role"]:
            # There the model goes on from where such a turn ends; here it is a turn like any other.
            report.changed("role.prefill", self.said[-1].at)
            if self.facts.prefill is False and "tool_calls" not in self.messages[-1]:
                turn = {"role": "user", "content": "."}
                report.invented("message.placeholder", f"/messages/{len(self.messages)}", turn)
                self.messages.append(turn)
        if not self.messages:
            report.invented("message.placeholder", "/messages/0", {"role": "user", "content": "."})
            self.messages.append({"role": "user", "content": "."})
        out["messages"] = self.messages
        control: Json = {"model": r.model}
        thinking = thinks(self.facts, self.reasoning(control))
        self.tools(out)
        self.unforced(out, thinking)
        self.params(out, thinking)
        self.output(out)
        out.update(control)
        self.drop(r)
        return out

    # messages

    def message(self, m: Message) -> None:
        if not only_results(m):
            self.attach()
        self.say(m)
        if m.role not in ("system", "developer"):
            self.skipped = True
            self.spoken = self.spoken or (
                len(self.messages) > 0 and self.messages[-1]["role"] not in ("system", "developer")
            )

    def attach(self) -> None:
        """The media of the results so far, in turns of the user behind all of these."""
        for m, media in self.attached:
            target = f"/messages/{len(self.messages)}"
            content: list[Json] = []
            for part in media:
                said = self.part(part, "user")
                if said is not None:
                    self.link(f"{target}/content/{len(content)}", part.at)
                    content.append(said)
            if content:
                self.messages.append({"role": "user", "content": content})
                self.link(target, m.at)
                self.link(f"{target}/role", f"{m.at}/role")
        self.attached = []

    def say(self, m: Message) -> None:
        if m.role == "assistant":
            self.assistant(m)
        elif m.role == "system" or m.role == "developer":
            if not self.spoken and self.skipped:
                # What was said before it is gone: it comes to stand where the leading ones stand.
                self.report.changed("role.moved", m.at, m.role)
            if self.spoken and self.facts.mid_system is False:
                self.plain(m, "user", self.as_user(m))
                return
            role = m.role
            if role == "developer" and not self.flavour.developer:
                self.report.changed("role.renamed", self.where(m, "role"), role)
                role = "system"
            self.plain(m, role, m.parts)
        else:
            if m.role != "user" and not speaks_as_tool(m):
                self.report.changed("role.unknown", self.where(m, "role"), m.role)
            self.user(m)

    def add(self, message: Json, m: Message) -> str:
        """Append a message that came from `m`; its pointer."""
        target = f"/messages/{len(self.messages)}"
        self.messages.append(message)
        if not any(part.at == m.at for part in m.parts):  # an item that is a part: its own link says more
            self.link(target, m.at)
        self.link(f"{target}/role", f"{m.at}/role")
        return target

    def plain(self, m: Message, role: str, parts: list[Part]) -> None:
        """A message whose content is a string, or a list of parts."""
        target = f"/messages/{len(self.messages)}/content"
        kept: list[Json] = []
        sources: list[Part] = []
        for part in parts:
            said = self.part(part, role)
            if said is not None:
                sources.append(part)
                kept.append(said)
        if all(item == EMPTY for item in kept) and (not all(map(_blank, parts)) or not m.at):
            self.report.emptied(m.at, m)
            self.drop(m)
            return
        message: Json = {"role": role}
        if not kept:
            message["content"] = ""
        elif len(kept) == 1 and set(kept[0]) == {"type", "text"}:
            message["content"] = kept[0]["text"]
        else:
            message["content"] = kept
        for i, part in enumerate(sources):
            self.link(f"{target}/{i}", part.at)
            if isinstance(part, Media) and part.filename is not None:
                self.link(f"{target}/{i}/file/filename", self.where(part, "filename"))
        if m.name is not None:
            message["name"] = m.name
        self.add(message, m)
        self.drop(m)
        self.cache(m)

    def user(self, m: Message) -> None:
        """A user turn: its tool results become messages of their own, in front; media in them follow after."""
        rest: list[Part] = []
        results, before = 0, len(self.messages)
        for part in m.parts:
            if isinstance(part, ToolResult):
                if rest:
                    self.report.changed("order.moved", part.at)
                rest += self.result(part, m)
                results += 1
            else:
                rest.append(part)
        if rest and results and only_results(m):
            # "messages with role 'tool'" stand together: what they held besides text follows behind the last.
            self.attached.append((m, rest))
            rest = []
        if results and not any(getattr(part, "text", "x") or not _blank(part) for part in rest):
            # Texts of nothing beside results make no turn; what they carry is told.
            for part in rest:
                if self.part(part, "user") not in (None, EMPTY):
                    self.report.dropped("text.blank", part.at, "")
            rest = []
        if rest or not results:
            if not results and self.answered and self.after_results():
                # Two turns of the user in a row, results first: here nothing keeps them apart.
                self.report.changed("message.merged", self.answered)
                self.report.changed("message.merged", m.at)
            self.plain(m, "user", rest)
            return
        if self.answered and m.role == "user" and before and self.messages[before - 1]["role"] == "tool":
            self.report.changed("message.merged", self.answered)
            self.report.changed("message.merged", m.at)
        self.answered = m.at if m.role == "user" else ""
        self.drop(m)
        if len(self.messages) == before:
            self.report.emptied(m.at, m)

    def after_results(self) -> bool:
        """Whether the last to have spoken, the system aside, was a tool."""
        spoken = (m["role"] for m in reversed(self.messages) if m["role"] not in ("system", "developer"))
        return next(spoken, None) == "tool"

    def result(self, part: ToolResult, m: Message) -> list[Part]:
        """One `tool` message; returns the media that had to leave it."""
        made = call_id = self.ids.get(id(part))
        if call_id is None:
            call_id = taken_id(self.facts, self.id(part.call_id or ""), None, self.where(part, "call_id"), self.report)
        if call_id not in self.calls:
            # "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'"
            self.report.dropped("tool_result.orphan", part.at, part)
            return []
        if made is not None:
            self.report.invented("tool_call.id", f"/messages/{len(self.messages)}/tool_call_id", made)
        kept: list[Part] = []
        media: list[Part] = []
        parts, failed = self.result_of(part)
        for inner in parts:
            inner = decoded(inner) if isinstance(inner, Media) else inner
            if isinstance(inner, Text):
                kept.append(inner)
            elif isinstance(inner, Media) and inner.form in ("text", "parts"):
                said = self.media(inner)
                if said is not None:
                    kept.append(Text(said["text"], at=inner.at))
            elif isinstance(inner, Media) and self.flavour.results:
                kept.append(inner)
            elif isinstance(inner, Media) and is_empty(inner):
                self.media(inner)  # which tells that it is gone
            elif isinstance(inner, Media) and inner.kind in ("image", "document"):
                if not media:
                    self.report.changed("message.split", m.at)
                self.report.changed("tool_result.media_moved", inner.at)
                media.append(inner)
            else:
                self.gone(inner)
        message: Json = {"role": "tool", "tool_call_id": call_id}
        target = f"/messages/{len(self.messages)}"
        content = [(one, said) for one in kept if (said := self.part(one, "tool")) is not None]
        if part.cache and not content:
            content = [(Text("", at=part.at), {"type": "text", "text": ""})]  # what the mark stands on
        mark = self.mark_of_result(part)
        if len(content) > 1 or mark or any(said.keys() != {"type", "text"} for _, said in content):
            message["content"] = [said for _, said in content]
            message["content"][-1] |= mark
        else:
            message["content"] = content[0][1]["text"] if content else ""
        for i, (one, _) in enumerate(content):
            self.link(f"{target}/content/{i}", one.at)
        self.messages.append(message)
        self.link(target, part.at)
        self.link(f"{target}/role", f"{m.at}/role")
        self.link(f"{target}/tool_call_id", self.where(part, "call_id"))
        self.result_name(part, self.calls[call_id])
        if failed:
            self.report.dropped("tool_result.is_error", self.where(part, "is_error"), True)
        self.drop(part)
        if not mark:
            self.cache(part)
        return media

    def mark_of_result(self, part: ToolResult) -> Json:
        """The cache mark of a result, which stands on its last text here."""
        mark = cache_mark(self.facts, part, self.report) if not self.flavour.cache else {}
        if mark:
            self.report.changed("cache.moved", part.at, part.cache)
        return mark

    def assistant(self, m: Message) -> None:
        target = f"/messages/{len(self.messages)}"
        content: list[Json] = []
        sources: list[Part] = []
        calls: list[Json] = []
        thoughts: list[Reasoning] = []
        own: Json = {}
        for part in m.parts:
            if isinstance(part, Opaque) and part.issuer == self.flavour.id:
                # What this vendor said itself, come home.
                rejoin(own, part.value)
                continue
            if isinstance(part, ToolCall):
                call_id = self.ids.get(id(part))
                place = f"{target}/tool_calls/{len(calls)}"
                if call_id is None:
                    call_id = taken_id(self.facts, self.id(part.id or ""), None, self.where(part, "id"), self.report)
                else:
                    self.report.invented("tool_call.id", f"{place}/id", call_id)
                self.calls[call_id] = part.name
                self.link(f"{place}/id", self.where(part, "id"))
                calls.append(self.call(part, call_id, place))
                continue
            if isinstance(part, Reasoning) and self.flavour.history:
                thoughts.append(part)
                continue
            said = self.part(part, "assistant")
            if said is not None:
                if calls:
                    self.report.changed("order.flattened", part.at)
                content.append(said)
                sources.append(part)
        message: Json = {"role": "assistant"}
        thinking, first = self.thinking(thoughts)
        if type(thinking.get("content")) is list:
            content = thinking.pop("content") + content
        if not calls and not thinking and not own and all(item == EMPTY for item in content):
            if not all(map(_blank, m.parts)) or not m.at:
                # What it said is gone, and an empty turn in its place would say something else.
                self.report.emptied(m.at, m)
                self.drop(m)
                return
            message["content"] = ""
        elif len(content) == 1 and set(content[0]) == {"type", "text"}:
            message["content"] = content[0]["text"]
        elif content:
            message["content"] = content
        else:
            message["content"] = None
        message.update(thinking)
        rejoin(message, own)
        for name in thinking:
            self.link(f"{target}/{name}", first)
        for i, part in enumerate(sources):
            self.link(f"{target}/content/{i}", part.at)
        if m.name is not None:
            message["name"] = m.name
        if calls:
            message["tool_calls"] = calls
            self.unsigned(calls[0], f"{target}/tool_calls/0")
        if m.cache and self.flavour.cache:
            message.update(m.cache)
        else:
            self.cache(m)
        self.add(message, m)
        self.drop(m)

    def call(self, call: ToolCall, call_id: str, target: str) -> Json:
        """A call, with its signature where this vendor issued it and the flavour has a place for it."""
        state, path = call.state, self.flavour.signature
        owner = find(state.issuer) if state is not None and state.kind == SIGNATURE and path else None
        if state is None or owner is None or owner.vendor != self.flavour.vendor:
            return super().call(call, call_id, target)
        out = super().call(replace(call, state=None), call_id, target)
        self.link("/".join((target, *path)), self.where(call, "state"))
        return put(out, path, state.value)

    def unsigned(self, first: Json, at: str) -> None:
        """The first call of a turn gets the documented value in the place of a signature that it has to have."""
        path = self.flavour.signature
        if self.flavour.unsigned and self.facts.signatures == "required" and path[0] not in first:
            first |= put({}, path, self.flavour.unsigned)
            self.report.invented("state.signature", "/".join((at, *path)), self.flavour.unsigned)

    def thinking(self, thoughts: list[Reasoning]) -> tuple[Json, str]:
        """The thinking of an earlier turn, for a flavour that wants it back, as fields of the message; its place."""
        kept: list[Reasoning] = []
        entries: list[Any] = []
        for part in thoughts:
            state = part.state
            keeps = state is not None and self.keeps(state)
            if state is not None and keeps:
                entries += state.value
            elif state is not None and state.value:
                self.report.dropped("state.foreign", self.where(part, "state"), state.value)
            self.drop(part)
            if part.text:
                if kept:
                    self.joined(kept[0], part, len(kept) == 1)
                kept.append(part)
            elif not keeps:
                self.report.dropped("reasoning.empty", part.at, None)
        text = "".join(part.text for part in kept)
        out: Json = {}
        if entries:
            out[self.flavour.state_list] = entries
        if kept and self.flavour.thinking == "list":
            out["content"] = [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]
        elif kept:
            out[self.flavour.thinking] = text
        return out, (kept or thoughts)[0].at if thoughts else ""

    # the rest

    def tools(self, out: Json) -> None:
        r, report = self.r, self.report
        tools: list[Json] = []
        choice, offered = r.tool_choice, strict_tools(r, self.where, report)
        made = chosen(choice, offered, self.flavour.subset, self.where, report)
        for tool in offered if made is None else made.tools:
            said = self.tool(tool, out)
            if said is not None:
                self.link(f"/tools/{len(tools)}", tool.at)
                if tool.kind == "function":
                    self.link(f"/tools/{len(tools)}/function/parameters", self.where(tool, "parameters"))
                    self.link(f"/tools/{len(tools)}/function/strict", self.where(tool, "strict"))
                tools.append(said)
        if tools:
            out["tools"] = tools
        if choice is None:
            return
        self.link("/tool_choice", choice.at)
        self.drop(choice)
        if made is None:
            tell = report.changed if left_out(self, self.flavour, self.facts) else report.dropped
            tell("tool_choice.without_tools", choice.at, choice.mode)
            return
        if is_said(choice):
            return
        if made.mode in TOOL_CHOICE.write:
            word = TOOL_CHOICE.write[made.mode]
            out["tool_choice"] = self.flavour.required if word == "required" else word
        elif made.mode == "tool":
            kind = choice.kind if choice.mode == "tool" else made.kinds[0]
            name = self.name(made.names[0], choice, "names")
            out["tool_choice"] = {"type": kind, kind: {"name": name}}
        else:
            allowed = [
                {"type": kind, kind: {"name": self.name(name, choice, "")}}
                for name, kind in zip(made.names, made.kinds, strict=True)
            ]
            among = {"mode": made.mode.removeprefix("subset_"), "tools": allowed}
            out["tool_choice"] = {"type": "allowed_tools", "allowed_tools": among}

    def unforced(self, out: Json, thinking: bool) -> None:
        """Where the model cannot be made to call a tool, it may."""
        choice = self.r.tool_choice
        code = free_choice(self.facts, out.get("tool_choice"), thinking)
        if choice is not None and code is not None:
            self.report.changed(code, choice.at, choice.mode)
            out["tool_choice"] = "auto"

    def tool(self, tool: Tool, out: Json) -> Json | None:
        if tool.kind == "server":
            searches(self, tool, out, self.flavour, self.facts)
            return None
        inner: Json = {"name": self.name(tool.name or "", tool)}
        if tool.description is not None:
            inner["description"] = tool.description
        if tool.kind == "custom":
            if tool.format is not None:
                inner["format"] = tool.format
        else:
            schema, strict = bound_schema(self.facts, tool.parameters, tool.strict, tool, self.where, self.report)
            if schema is not None:
                inner["parameters"] = schema
            if strict is not None:
                inner["strict"] = strict
        self.drop(tool)
        if self.flavour.cache:
            return {"type": tool.kind, tool.kind: inner, **(tool.cache or {})}
        self.cache(tool)
        return {"type": tool.kind, tool.kind: inner}

    def params(self, out: Json, thinking: bool) -> None:
        r, report = self.r, self.report
        tools = "tools" in out
        beside = excluded(self.facts, r.params.keys() - pointless(self.facts))
        for name, value in r.params.items():
            wire = self.flavour.wire.get(name) or WIRE.get(name)
            if refused(self.facts, thinking, name, value, r.place(name), report):
                continue
            if name == "max_output_tokens":
                if value == 0:
                    # "0 only writes the prompt cache": the nearest here is the shortest answer.
                    report.changed("max_tokens.zero", r.place(name), value)
                out[wire or "max_completion_tokens"] = limit_taken(self.facts, value, r.place(name), report) or 1
            elif name == "stop":
                self.stop(out, r.params["stop"])
            elif name == "service_tier" and name not in self.flavour.refuses:
                if (tier := taken_tier(value, SERVICE_TIERS, r.place(name), report)) is not None:
                    out[name] = tier
            elif name == "include_usage" or (name == "include_obfuscation" and self.options()):
                continue
            elif name == "prompt_cache_options" and name not in self.flavour.refuses:
                self.cache_options(out, r.params["prompt_cache_options"])
            elif name == "parallel_tool_calls" and not tools:
                if not is_default(name, value):
                    report.dropped("tool_choice.without_tools", r.place(name), value)
            elif name in beside:
                report.dropped(param_code(name), r.place(name), value)
            elif (
                wire is None or name in self.flavour.refuses or (name in UNOFFICIAL and name not in self.flavour.takes)
            ):
                if not is_default(name, value):
                    report.dropped(param_code(name), r.place(name), value)
            elif name == "modalities":
                self.modalities(out, r.params["modalities"])
            elif name == "audio" and "format" not in r.params["audio"]:
                # "`{format, voice}` both required".
                form = self.sound_form()
                report.invented("media.output", "/audio/format", form)
                self.link("/audio/voice", r.place(name))
                out[wire] = {**r.params["audio"], "format": form}
            else:
                if type(value) in (int, float):
                    self.link(f"/{wire}", r.place(name))  # a number may be out of range on its way back
                out[wire] = value if type(value) is not str else within(self.facts, name, value, r.place(name), report)
        if tools and one_call(r) and "parallel_tool_calls" not in self.flavour.refuses:
            out["parallel_tool_calls"] = False
            report.invented("tool_choice.parallel", "/parallel_tool_calls", False)
        if "logprobs" not in out and out.get("top_logprobs") == 0:
            del out["top_logprobs"]  # none beside none
        if "top_logprobs" in out and "logprobs" not in out:
            # "logprobs must be set to true if this parameter is used"
            out["logprobs"] = True
            report.invented("logprobs.asked", "/logprobs", True)
        if r.params.get("stream") and self.flavour.usage:
            out["stream_options"] = stream_options(r, self.options())

    def modalities(self, out: Json, asked: list[Any]) -> None:
        """What the answer is made of: "array of `text`,`audio`", `image` where answers show pictures; and the sound."""
        place = self.r.place("modalities")
        known = {"text", "audio", "image"} if self.flavour.images else {"text", "audio"}
        said = [i for i, one in enumerate(asked) if type(one) is str and one in known]
        if len(said) < len(asked) and {asked[i] for i in said} <= {"text"}:
            # What is left is what is given without a word.
            self.report.dropped("media.output", place, asked)
            return
        for i, one in enumerate(asked):
            if i in said:
                self.link(f"/modalities/{said.index(i)}", f"{place}/{i}")
            else:
                self.report.dropped("media.output", f"{place}/{i}", one)
        out["modalities"] = [asked[i] for i in said]
        if "audio" in out["modalities"] and "audio" not in self.r.params:
            # "`audio {format, voice}`: required when `modalities` has `audio`".
            out["audio"] = {"voice": "alloy", "format": self.sound_form()}
            self.report.invented("media.output", "/audio", out["audio"])

    def sound_form(self) -> str:
        """The form of sound where none was asked for: "streaming audio only supports `pcm16`"."""
        return "pcm16" if self.r.params.get("stream") else "wav"

    def options(self) -> bool:
        """Whether the stream takes options beside usage: "400 if `stream` is not true"."""
        taken = self.flavour.usage and "include_obfuscation" not in self.flavour.refuses
        return taken and self.r.params.get("stream") is True

    def cache_options(self, out: Json, options: Json) -> None:
        """ "Chat allows only `30m` at request level", and neither to prewarm nor to compare."""
        said = {key: value for key, value in options.items() if key == "mode" or (key == "ttl" and value == "30m")}
        for key, value in options.items():
            if key not in said and value is not None:
                place = f"{self.r.place('prompt_cache_options')}/{escape(key)}"
                self.report.dropped("cache.unsupported", place, value)
        if said or not options:
            out["prompt_cache_options"] = said

    def stop(self, out: Json, stop: list[Any]) -> None:
        """ "up to 4 sequences" of text."""
        kept: list[str] = []
        self.link("/stop", self.r.place("stop"))
        for i, word in enumerate(stop):
            if type(word) is not str or len(kept) == 4:
                self.report.dropped("stop.limit", f"{self.r.place('stop')}/{i}", word)
            else:
                self.link(f"/stop/{len(kept)}", f"{self.r.place('stop')}/{i}")
                kept.append(word)
        if kept:
            out["stop"] = kept

    def output(self, out: Json) -> None:
        said = output_format(self, self.facts, self.r.output, self.messages)
        if said is not None:
            out["response_format"] = said

    def reasoning(self, out: Json) -> str | None:
        """Ask for thinking; returns the effort that is asked for."""
        c, r, report = self.r.reasoning, self.r, self.report
        if c is None:
            return None
        self.drop(c, c.at)
        if thoughtless(self.facts, c, r, report):
            return None
        effort = c.effort
        if c.mode in ("disabled", "between_tools"):
            if effort is not None:
                report.dropped("reasoning.effort", r.place("reasoning.effort"), effort)
            effort = "none"
            if c.mode == "between_tools":
                report.changed("reasoning.mode", r.place("reasoning.mode"), c.mode)
        elif c.mode == "enabled" and (c.budget or 0) > 0 and self.flavour.control in ("reasoning", "budget"):
            return self.budget(out, c)
        elif c.budget is not None and c.mode == "enabled":
            if effort is None:
                effort = effort_of(c.budget)
            report.changed("reasoning.budget", r.place("reasoning.budget"), c.budget)
            report.changed("reasoning.mode", r.place("reasoning.mode"), c.mode)
        elif c.mode is not None:
            # Beside an effort, adaptive thinking needs no word, and some flavours have one for any.
            said = c.mode == "adaptive" or self.flavour.control in ("thinking", "model")
            if effort is None or not said:
                effort = effort or "high"  # "effort absent = high" (Anthropic)
                report.changed("reasoning.mode", r.place("reasoning.mode"), c.mode)
        elif effort is not None:
            # Effort without a mode is the model's own default there; here it is the only knob.
            self.effort_alone(c, r.place("reasoning.effort"))
        if effort is not None:
            effort = taken_effort(self.facts, effort, r, report)
        if effort is not None:
            self.control(out, effort)
        self.display(out, c)
        return effort

    def budget(self, out: Json, c: ReasoningControl) -> str:
        """Ask for thinking by its budget, in a flavour that takes one; returns the effort that stands for it."""
        r, budget = self.r, c.budget or 0
        if self.flavour.control == "reasoning":
            out["reasoning"] = {"max_tokens": budget}
        else:
            out["thinking"] = {"type": "enabled", "budget_tokens": budget}
        if c.effort is not None:
            # The two are one knob there.
            self.report.dropped("reasoning.effort", r.place("reasoning.effort"), c.effort)
        self.display(out, c)
        return effort_of(budget)

    def display(self, out: Json, c: ReasoningControl) -> None:
        """What is shown of the thinking: a flavour with a control of its own can leave it out."""
        if c.display == "omitted" and self.flavour.control == "reasoning" and "reasoning" in out:
            out["reasoning"]["exclude"] = True
        elif c.display is not None:
            self.report.dropped("reasoning.display", self.r.place("reasoning.display"), c.display)

    def control(self, out: Json, effort: str) -> None:
        """Ask for thinking of `effort` in the flavour's own way."""
        c, r = self.r.reasoning, self.r
        how = self.flavour.control
        asked = r.place("reasoning.mode" if c is not None and c.mode else "reasoning.effort")
        if how == "reasoning":
            out["reasoning"] = {"effort": effort}
        elif how == "thinking":
            out["thinking"] = {"type": "disabled" if effort == "none" else "enabled"}
            if effort != "none":
                out["reasoning_effort"] = effort
        elif how == "model":
            # The suffix says that thinking is on, and no more.
            if effort != "none" and r.model:
                out["model"] += SUFFIX
            else:
                self.report.changed("reasoning.mode", asked)
            if c is not None and c.effort is not None and effort not in ("none",):
                self.report.changed("reasoning.effort", r.place("reasoning.effort"), c.effort)
        else:
            out["reasoning_effort"] = effort
