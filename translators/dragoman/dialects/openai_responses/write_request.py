"""Responses: requests out. Canonical requests -> `POST /v1/responses` bodies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...ids import derived
from ...media import file_name, is_empty
from ...model import (
    Item,
    Json,
    Media,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from ...profiles import lookup, within
from ...registry import find
from ...report import Report
from ...tables import effort_of, is_default, param_code, taken_tier
from ..base import Context, limit_taken
from ..choices import chosen, one_call
from ..documents import as_text, text_of, uncited
from ..filenames import tell_named
from ..openai_facts import (
    answer_schema,
    any_object,
    bound_schema,
    cache_mark,
    free_choice,
    refused,
    says_json,
    taken_effort,
    taken_id,
    thinks,
    thoughtless,
)
from ..openai_shape import CACHE_KEY
from ..schemas import is_said, strict_tools
from ..turns import speaks_as_tool
from ..web_search import forced, written
from .home import flat_format, home_request
from .words import (
    LIMIT_ID,
    LOGPROBS,
    MIN_TOKENS,
    NAME,
    SERVICE_TIERS,
    SUMMARY,
    TOOL_CHOICE,
    VENDOR,
    WEB_SEARCH,
    WIRE,
)
from .write import ItemWriter, picture_item

_OUTPUT = {"function": "function_call_output", "custom": "custom_tool_call_output"}
_AUDIO = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav"}


def write_request(r: Request, report: Report, home: bool, context: Context) -> Json:
    """The `POST /v1/responses` body that says `r`; what it cannot say goes into `report`."""
    if home:
        return home_request(r)
    writer = RequestWriter(r, report, context)
    out = writer.body()
    if writer.named:
        tell_named(out["input"], writer.named, report, "/input")
    return out


class RequestWriter(ItemWriter):
    """One request. What is a turn elsewhere becomes a message and items beside it, in order."""

    __slots__ = ("before", "calls", "facts", "ids", "input", "named", "r", "said", "skipped", "spoken")

    upstream = True
    says_results = True

    def __init__(self, r: Request, report: Report, context: Context) -> None:
        super().__init__(find(r.dialect), report, context)
        self.r = r
        self.facts = lookup(NAME, r.model, context.profile)
        self.input: list[Json] = []
        self.named: list[Json] = []  # files that got a name here
        self.said, self.ids = self.paired(self.opened(r.messages))
        self.calls: dict[str, ToolCall] = {}
        self.spoken = self.skipped = False  # whether anyone but the system has spoken, here and in the source
        self.before = 0  # whether `instructions` stands before the input: links count it as an item

    def body(self) -> Json:
        r, report = self.r, self.report
        out: Json = {"model": r.model}
        if not r.model:
            report.invented("envelope.model", "/model", "")
        first = self.said[0] if len(self.said) > 1 else None  # instructions do not go without input
        if first is not None and self.instructs(first):
            said = self.parts_of(first.parts, "system", "/input/0/content")
            out["instructions"] = said[0]["text"]
            self.link("/input/0", first.at)
            self.link("/input/0/role", f"{first.at}/role")
            self.about(first)
            self.before = 1
        for m in self.said[1 if "instructions" in out else 0 :]:
            self.message(m)
        last = self.input[-1] if self.input else None
        if r.messages and last is not None and r.messages[-1].role == "assistant" == last.get("role"):
            # There the model goes on from where such a turn ends; here it is a turn like any other.
            report.changed("role.prefill", r.messages[-1].at)
            if self.facts.prefill is False:
                turn: Json = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "."}]}
                report.invented("message.placeholder", self.next(), turn)
                self.input.append(turn)
        if not self.input:
            item: Json = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "."}]}
            report.invented("message.placeholder", "/input/0", item)
            self.input.append(item)
        out["input"] = self.input
        control: Json = {}
        thinking = thinks(self.facts, self.reasoning(control))
        self.tools(out)
        self.unforced(out, thinking)
        self.params(out, thinking)
        self.output(out)
        out.update(control)
        self.drop(r)
        return out

    def instructs(self, m: Message) -> bool:
        """Whether a leading system turn is one plain text, beside empty ones: that is what `instructions` takes.

        "The word "json" must occur in some message": where JSON mode wants it, what says it is one.
        """
        said = [part for part in m.parts if not isinstance(part, Text) or part.text]
        wanted = self.r.output is not None and self.r.output.kind == "json_object"
        return (
            m.role == "system"
            and len(said) == 1
            and isinstance(said[0], Text)
            and not (wanted and "json" in said[0].text.lower())
            and not (said[0].cache and (self.facts.cache_breakpoints or CACHE_KEY in said[0].cache))
        )

    # messages

    def message(self, m: Message) -> None:
        role = m.role
        if role not in ("user", "assistant", "system", "developer"):
            if not speaks_as_tool(m):
                self.report.changed("role.unknown", self.where(m, "role"), role)
            role = "user"
        system = role in ("system", "developer")
        if system and self.skipped and not self.spoken:
            # What was said before it is gone: it comes to stand where the leading ones stand.
            self.report.changed("role.moved", m.at, m.role)
        before = len(self.input)
        rest: list[Any] = []
        if system and self.spoken and self.facts.mid_system is False:
            m, role = replace(m, parts=self.as_user(m)), "user"
        for part in m.parts:
            if isinstance(part, Reasoning) and role == "assistant" and not own(part):
                self.thought(part)  # what is gone parts nothing
            elif isinstance(part, (ToolCall, ToolResult)) or (role == "assistant" and item_of_own(part)):
                self.say(m, role, rest)
                rest = []
                self.link(f"{self.next()}/role", f"{m.at}/role")
                if isinstance(part, ToolCall):
                    if role != "assistant":
                        # An item of its own says that the model called, whoever speaks around it.
                        self.report.changed("role.moved", part.at, role)
                    self.call_item(part)
                elif isinstance(part, ToolResult):
                    self.result(part)
                elif isinstance(part, Opaque):
                    self.link(self.next(), part.at)
                    self.input.append(dict(part.value))  # what this vendor said itself, come home
                elif isinstance(part, Reasoning):
                    self.thought(part)
                elif isinstance(part, Media):
                    self.picture(part)
            else:
                if rest and _phased(rest[-1]) != _phased(part):
                    # A phase is of its own text, and of no other.
                    self.say(m, role, rest)
                    rest = []
                rest.append(part)
        self.say(m, role, rest)
        if len(self.input) == before:
            self.report.emptied(m.at, m)
        elif len(self.input) - before > 1:
            self.report.changed("message.split", m.at)
        self.met(m, len(self.input) > before)
        if not system:
            self.skipped, self.spoken = True, self.spoken or len(self.input) > before
        self.about(m)

    def next(self) -> str:
        """Where the next item is to stand, in the normal form of the request."""
        return f"/input/{self.before + len(self.input)}"

    def about(self, m: Message) -> None:
        """What a message carries beside its content."""
        if m.name is not None:
            self.report.dropped("message.name", self.where(m, "name"), m.name)
        self.drop(m)
        self.cache(m)

    def say(self, m: Message, role: str, parts: list[Part]) -> None:
        """A message item with those of `parts` that this dialect can say."""
        if not parts:
            return
        target = self.next()
        item = next((p.item for p in parts if isinstance(p, Text) and p.item is not None and p.item.phase), None)
        if item is not None:
            # What came home as this vendor's own: "phase must be kept on assistant messages".
            parts = [replace(p, item=None) if isinstance(p, Text) else p for p in parts]
        content = self.parts_of(parts, role, f"{target}/content")
        if not content:
            return
        said = content[0]["text"] if is_plain(content) else content
        if item is not None and role == "assistant":
            self.input.append({"id": item.id, "type": "message", "role": role, "status": item.status or "completed"})
            content = [{**p, "annotations": []} if p["type"] == "output_text" else p for p in content]
            self.input[-1] |= {"content": content, "phase": item.phase}
        else:
            self.input.append({"type": "message", "role": role, "content": said})
        self.link(target, m.at)
        self.link(f"{target}/role", f"{m.at}/role")

    def parts_of(self, parts: list[Part], role: str, target: str) -> list[Json]:
        """The content parts that say `parts`, linked to where they came from."""
        out: list[Json] = []
        for part in parts:
            said = self.part(part, role)
            if said is not None:
                self.link(f"{target}/{len(out)}", part.at)
                if isinstance(part, Media) and part.filename is not None:
                    self.link(f"{target}/{len(out)}/filename", self.where(part, "filename"))
                out.append(said)
        return out

    def breakpoint(self, part: Any) -> Json:
        """The cache mark of a part, if it is one that is known here."""
        mark = (part.cache or {}).get(CACHE_KEY)
        if mark is not None and self.facts.cache_breakpoints is not False:
            return {CACHE_KEY: mark}
        return cache_mark(self.facts, part, self.report)

    def part(self, part: Part, role: str) -> Json | None:
        """The content part that says `part` in a message of `role`, or None with a loss."""
        if isinstance(part, Text):
            self.drop(part)
            for c in part.citations or ():
                self.report.dropped("citation.unsupported", c.at, c.value)
            if not part.text:
                if part.cache or part.extra or part.citations:
                    self.report.dropped("text.blank", part.at, part.text)
                return None
            kind = "output_text" if role == "assistant" else "input_text"
            mark = self.breakpoint(part) if role != "assistant" else {}
            if not mark:
                self.cache(part)
            return {"type": kind, "text": part.text, **mark}
        if isinstance(part, Refusal) and role == "assistant":
            self.drop(part)
            if not part.text:
                if part.extra:
                    self.report.dropped("text.blank", part.at, part.text)
                return None
            return {"type": "refusal", "refusal": part.text}
        if isinstance(part, Media) and role == "user":
            return self.media(part)
        if isinstance(part, Reasoning):
            self.thought(part)
        else:
            self.gone(part)
        return None

    def media(self, part: Media) -> Json | None:
        report = self.report
        out: Json
        if is_empty(part):
            report.dropped(f"media.{part.kind}", part.at, part)
            return None
        if part.kind == "image" and part.form in ("base64", "url"):
            url = part.url if part.form == "url" else f"data:{part.media_type or 'image/png'};base64,{part.data}"
            out = {"type": "input_image", "image_url": url}
            out["detail"] = part.detail if part.detail in ("low", "high", "original") else "auto"
        elif part.kind == "document" and part.form == "url":
            out = {"type": "input_file", "file_url": part.url}
            if part.filename is not None:
                out["filename"] = part.filename
            self.beside(part)
        elif part.kind == "document" and part.form == "base64":
            media_type = part.media_type or "application/pdf"
            if part.media_type is None:
                report.changed("media.type", part.at)
            out = {"type": "input_file", "file_data": f"data:{media_type};base64,{part.data}"}
            out["filename"] = part.filename
            if part.filename is None:
                # "Missing required parameter": file_data does not go without a name.
                out["filename"] = file_name(media_type)
                self.named.append(out)
            self.beside(part)
        elif part.kind == "document" and part.file_id and self.same_vendor(VENDOR):
            out = {"type": "input_file", "file_id": part.file_id}
            if part.filename is not None:
                out["filename"] = part.filename
            self.beside(part)
        elif part.kind == "audio" and part.form == "base64" and part.media_type in _AUDIO:
            out = {"type": "input_audio", "input_audio": {"data": part.data, "format": _AUDIO[part.media_type]}}
        elif (text := text_of(part)) is not None:
            as_text(self, part)
            self.cache(part)
            return {"type": "input_text", "text": text} if text else None
        else:
            report.dropped(f"media.{'file_id' if part.form == 'file' else part.kind}", part.at, part)
            return None
        if part.kind != "document":
            self.beside(part)
            self.lose_filename(part)
        self.lose_type(part)
        self.drop(part)
        mark = self.breakpoint(part)
        if not mark:
            self.cache(part)
        out |= mark  # not another object: its name may have to be told
        return out

    def beside(self, part: Media) -> None:
        """What a document carries beside its content."""
        if part.context is not None:
            self.report.dropped("media.context", self.where(part, "context"), part.context)
        uncited(self, part)

    # calls, results, thinking

    def known_id(self, part: ToolCall | ToolResult) -> str:
        """The call id of a call or a result, within what is taken."""
        call_id = self.ids.get(id(part))
        if call_id is not None:
            self.report.invented("tool_call.id", f"/input/{len(self.input)}/call_id", call_id)
            return call_id
        word = part.id if isinstance(part, ToolCall) else part.call_id
        name = "id" if isinstance(part, ToolCall) else "call_id"
        return taken_id(self.facts, self.id(word or ""), LIMIT_ID, self.where(part, name), self.report)

    def call_item(self, part: ToolCall) -> None:
        call_id = self.known_id(part)
        self.calls[call_id] = part
        self.link(f"{self.next()}/call_id", self.where(part, "id"))
        self.input.append(self.call(part, call_id, self.next()))

    def result(self, part: ToolResult) -> None:
        place = self.next()
        made = self.ids.get(id(part))
        call_id = self.known_id(part) if made is None or made in self.calls else made
        call = self.calls.get(call_id)
        if call is None:
            # "No tool call found for function call output with call_id"
            self.report.dropped("tool_result.orphan", part.at, part)
            return
        parts, failed = self.result_of(part)
        content = self.parts_of(parts, "user", f"{place}/output")
        output: Any = content
        mark = self.breakpoint(part) if content else {}
        if mark:
            content[-1] |= mark
            self.report.changed("cache.moved", part.at, part.cache)
        if not content:
            output = ""
        elif is_plain(content):
            output = content[0]["text"]
        self.input.append({"type": _OUTPUT[call.kind], "call_id": call_id, "output": output})
        self.link(place, part.at)
        self.link(f"{place}/call_id", self.where(part, "call_id"))
        self.result_name(part, call.name)
        if failed:
            self.report.dropped("tool_result.is_error", self.where(part, "is_error"), True)
        self.drop(part)
        if not mark:
            self.cache(part)

    def thought(self, part: Reasoning) -> None:
        """Thinking goes up only with this issuer's own state: nobody else's is taken."""
        self.drop(part)
        state = part.state
        if state is None or not own(part):
            self.report.dropped("reasoning.unsigned", part.at, part.text)
            if state is not None and state.value:
                self.report.dropped("state.foreign", self.where(part, "state"), state.value)
            return
        self.link(self.next(), part.at)
        if state.kind == "compaction":
            self.input.append({"type": "compaction", "encrypted_content": state.value})
            return
        identity = part.item.id if part.item is not None else None
        if identity is None:
            identity = self.item_id("rs")
        summary = [{"type": "summary_text", "text": part.text}] if part.text else []
        self.input.append({"id": identity, "type": "reasoning", "summary": summary, "encrypted_content": state.value})

    def item_id(self, kind: str) -> str:
        """An id for the next item, which must have one."""
        identity = derived(None, kind, len(self.input))
        self.report.invented("item.id", f"/input/{len(self.input)}/id", identity)
        return identity

    def picture(self, part: Media) -> None:
        """A picture that the model made: an item of its own, as in an answer."""
        self.link(self.next(), part.at)
        if part.detail not in (None, "auto"):
            self.report.dropped("media.detail", self.where(part, "detail"), part.detail)
        self.lose_filename(part)
        self.drop(part)
        self.cache(part)
        self.input.append({"id": self.item_id("ig")} | picture_item(part))

    # the rest

    def tools(self, out: Json) -> None:
        r, report = self.r, self.report
        tools: list[Json] = []
        choice, offered = r.tool_choice, strict_tools(r, self.where, report)
        searches = forced(self, choice)
        made = None if searches else chosen(choice, offered, True, self.where, report)
        for tool in offered:
            if tool.kind == "server":
                said = written(self, tool, WEB_SEARCH, f"/tools/{len(tools)}")
                tools += [said] if said is not None else []
            else:
                self.link(f"/tools/{len(tools)}", tool.at)
                if tool.kind == "function":
                    self.link(f"/tools/{len(tools)}/parameters", self.where(tool, "parameters"))
                    self.link(f"/tools/{len(tools)}/strict", self.where(tool, "strict"))
                tools.append(self.tool(tool, f"/tools/{len(tools)}"))
        if tools:
            out["tools"] = tools
        if choice is None:
            return
        self.link("/tool_choice", choice.at)
        self.drop(choice)
        if not tools:
            report.dropped("tool_choice.without_tools", choice.at, choice.mode)
        elif searches:
            out["tool_choice"] = {"type": WEB_SEARCH.kinds[0]}
            self.link("/tool_choice/type", self.where(choice, "names"))
        elif (mode := choice.mode if made is None else made.mode) in TOOL_CHOICE.write:
            if not is_said(choice):
                out["tool_choice"] = TOOL_CHOICE.write[mode]
        elif made is None:
            # Beside the search alone: the tools it names did not come along.
            report.changed("tool_choice.subset", choice.at, choice.mode)
        elif made.mode == "tool":
            out["tool_choice"] = {"type": choice.kind, "name": self.name(made.names[0], choice, "names")}
        else:
            names = [self.name(n, choice, "names") for n in made.names]
            allowed = [{"type": kind, "name": name} for kind, name in zip(made.kinds, names, strict=True)]
            out["tool_choice"] = {"type": "allowed_tools", "mode": mode.removeprefix("subset_"), "tools": allowed}

    def unforced(self, out: Json, thinking: bool) -> None:
        """Where the model cannot be made to call a tool, it may."""
        choice = self.r.tool_choice
        code = free_choice(self.facts, out.get("tool_choice"), thinking)
        if choice is not None and code is not None:
            self.report.changed(code, choice.at, choice.mode)
            out["tool_choice"] = "auto"

    def tool(self, tool: Tool, target: str) -> Json:
        out: Json = {"type": tool.kind, "name": self.name(tool.name or "", tool)}
        if tool.description is not None:
            out["description"] = tool.description
        if tool.kind == "custom":
            if tool.format is not None:
                out["format"] = flat_format(tool.format)
                if not tool.format.keys() <= {"type", "grammar"}:
                    self.report.changed("tool.format", self.where(tool, "format"), tool.format)
        else:
            found = bound_schema(self.facts, tool.parameters, tool.strict, tool, self.where, self.report)
            out["parameters"], out["strict"] = found
            if tool.strict is None:
                # "Omitted strict does not mean false" here, as it does elsewhere.
                out["strict"] = False
                self.report.invented("tool.strict", f"{target}/strict", False)
            if tool.result is not None:
                out["output_schema"] = tool.result
                self.link(f"{target}/output_schema", self.where(tool, "result"))
        self.drop(tool)
        self.cache(tool)
        return out

    def params(self, out: Json, thinking: bool) -> None:
        r, report = self.r, self.report
        text: Json = {}
        # "store defaults to true" here, to false elsewhere.
        out["store"] = r.params.get("store", False)
        for name, value in r.params.items():
            wire = WIRE.get(name)
            at = r.place(name)
            if refused(self.facts, thinking, name, value, at, report):
                continue
            if name == "max_output_tokens" and type(value) is int and value < MIN_TOKENS:
                report.changed("max_tokens.minimum", at, value)
                out["max_output_tokens"] = MIN_TOKENS
            elif name == "max_output_tokens":
                out["max_output_tokens"] = limit_taken(self.facts, value, at, report)
            elif name == "service_tier":
                if (tier := taken_tier(value, SERVICE_TIERS, at, report)) is not None:
                    out[name] = tier
            elif name == "logprobs":
                if value:
                    out["include"] = [*out.get("include", ()), LOGPROBS]
                    self.link(f"/include/{len(out['include']) - 1}", at)
            elif name == "include":
                out["include"] = [*r.params["include"], *out.get("include", ())]
            elif name == "verbosity":
                text["verbosity"] = value
                self.link("/text/verbosity", at)
            elif name in ("include_usage", "web_search"):
                continue
            elif name == "include_obfuscation" and r.params.get("stream"):
                out["stream_options"] = {name: value}
            elif name == "parallel_tool_calls" and "tools" not in out:
                if not is_default(name, value):
                    report.dropped("tool_choice.without_tools", at, value)
            elif wire is None:
                if not is_default(name, value):
                    report.dropped(param_code(name), at, value)
            else:
                out[wire] = value if type(value) is not str else within(self.facts, name, value, at, report)
        if "tools" in out and one_call(r):
            out["parallel_tool_calls"] = False
            report.invented("tool_choice.parallel", "/parallel_tool_calls", False)
        if text:
            out["text"] = text

    def output(self, out: Json) -> None:
        f = self.r.output
        if f is None:
            return
        self.drop(f)
        if f.kind == "text":
            if f.extra:
                self.report.dropped("format.text", f"{f.at}/type", f.kind)
            return  # what is given without a word
        if f.kind == "json_schema" and type(f.schema) is not dict:
            self.report.dropped("format.schema", f.at, f.kind)
            return
        self.link("/text/format", f.at)
        if f.kind == "json_schema":
            said = {"type": f.kind, **answer_schema(self, self.facts, f, "/text/format")}
        elif not says_json(self.input):
            said = {"type": "json_schema", **any_object(f, "/text/format", self.report)}
        else:
            said = {"type": f.kind}
        out.setdefault("text", {})["format"] = said

    def reasoning(self, out: Json) -> str | None:
        """Ask for thinking; returns the effort that is asked for."""
        c, r, report = self.r.reasoning, self.r, self.report
        if c is None:
            return None
        self.drop(c, c.at)
        if thoughtless(self.facts, c, r, report):
            return None
        effort = c.effort
        self.effort_alone(c, r.place("reasoning.effort"))
        if c.mode is not None:
            # Another vendor's control: here effort is the only knob.
            report.changed("reasoning.mode", r.place("reasoning.mode"), c.mode)
        if c.mode in ("disabled", "between_tools"):
            if effort is not None:
                report.dropped("reasoning.effort", r.place("reasoning.effort"), effort)
            effort = "none"
        elif c.budget is not None:
            effort = effort or effort_of(c.budget)
            report.changed("reasoning.budget", r.place("reasoning.budget"), c.budget)
        elif c.mode is not None:
            effort = effort or "high"  # "effort absent = high" (Anthropic)
        said: Json = {}
        if effort is not None:
            effort = taken_effort(self.facts, effort, r, report)
        if effort is not None:
            said["effort"] = effort
        if c.display is not None:
            word = SUMMARY.write.get(c.display)
            if word is not None:
                said["summary"] = word
            else:
                # "omitted": nothing is shown here unless asked for.
                report.dropped("reasoning.display", r.place("reasoning.display"), c.display)
        if said:
            out["reasoning"] = said
        return effort


def is_plain(content: list[Json]) -> bool:
    """Whether content is one text and nothing else: then it is written as a string."""
    return len(content) == 1 and content[0].keys() == {"type", "text"}


def _phased(part: Part) -> Item | None:
    """The item of a text that says a phase."""
    item = part.item if isinstance(part, Text) else None
    return item if item is not None and item.phase is not None else None


def item_of_own(part: Part) -> bool:
    """Whether a part of an answer is an item beside its message."""
    if isinstance(part, Media):
        return part.kind == "image" and part.form == "base64" and bool(part.data)
    return isinstance(part, Reasoning) or (isinstance(part, Opaque) and part.issuer == NAME)


def own(part: Reasoning) -> bool:
    """Whether thinking has this issuer's own state."""
    state = part.state
    return state is not None and state.issuer == NAME and state.kind in ("encrypted", "compaction")
