"""Chat Completions: documents out. Canonical documents -> request, response and error bodies."""

from __future__ import annotations

from typing import Any

from ...ids import derived, spell, unspell
from ...model import (
    Candidate,
    Error,
    Json,
    Media,
    Message,
    Part,
    Reasoning,
    Refusal,
    Request,
    Response,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)
from ...registry import find
from ...report import Report
from ...tables import ERRORS, effort_of, error_word, is_closed, is_default, param_code
from ..base import Context, Writer, arguments_text, opaque_code, pair_ids
from .home import home_error, home_request, home_response
from .words import (
    FINISH,
    FINISH_NEAREST,
    LIMIT_NAME,
    SERVICE_TIERS,
    TOOL_CHOICE,
    UNOFFICIAL,
    WIRE,
)


def write_request(r: Request, report: Report, home: bool, context: Context) -> Json:
    """The `POST /v1/chat/completions` body that says `r`; what it cannot say goes into `report`."""
    return home_request(r) if home else RequestWriter(r, report, context).body()


class ChatWriter(Writer):
    """What request and response have in common: names, ids, parts."""

    __slots__ = ()

    def name(self, name: str, at: str) -> str:
        """`name` as this dialect can spell it."""
        plain = unspell(name)
        said, _ = spell(plain, LIMIT_NAME)
        if said != plain:
            self.report.changed("tool.name", at, name)
        return said

    def id(self, word: str) -> str:
        """A call id: any text; what another dialect had to spell otherwise is spelt out again."""
        return unspell(word)

    def call(self, call: ToolCall, call_id: str, target: str) -> Json:
        """One entry of `tool_calls`."""
        self.link(target, call.at)
        self.drop(call)
        self.cache(call)
        name = self.name(call.name, self.where(call, "name"))
        if call.kind == "custom":
            return {"id": call_id, "type": "custom", "custom": {"name": name, "input": call.arguments or ""}}
        arguments = arguments_text(call.arguments)
        return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}

    def annotations(self, text: Text, offset: int, length: int) -> list[Json]:
        """The citations of a text as url_citation entries; Anthropic's have no place in the answer's text, so
        the whole block is the span."""
        out = []
        for c in text.citations or ():
            if c.url is None:
                self.report.dropped("citation.unsupported", c.at, c.value)
                continue
            start, end = c.start, c.end
            if start is None or end is None:
                start, end = 0, length
            self.report.changed("citation.span", c.at, c.value)
            inner = {
                "start_index": start + offset,
                "end_index": end + offset,
                "url": c.url,
                "title": c.title or "",
            }
            out.append({"type": "url_citation", "url_citation": inner})
        return out

    def gone(self, part: Part) -> None:
        """Report a part that this dialect has no word for."""
        if isinstance(part, Reasoning):
            self.report.dropped("reasoning.unsupported", part.at, part)
        else:
            self.report.dropped(opaque_code(part), part.at, part)


class RequestWriter(ChatWriter):
    """One request."""

    __slots__ = ("answered", "calls", "ids", "messages", "r", "skipped", "spoken")

    def __init__(self, r: Request, report: Report, context: Context) -> None:
        super().__init__(find(r.dialect), report, False, context)
        self.r = r
        self.messages: list[Json] = []
        self.ids = pair_ids(r.messages)
        self.calls: set[str] = set()
        self.answered = ""  # where the last results stood, if they were a turn of the user's own
        self.spoken = self.skipped = False  # whether anyone but the system has spoken, here and in the source

    def body(self) -> Json:
        r, report = self.r, self.report
        out: Json = {"model": r.model}
        if not r.model:
            report.invented("envelope.model", "/model", "")
        for message in r.messages:
            self.message(message)
        ends = [*r.messages[-1:], *self.messages[-1:]]
        if len(ends) == 2 and r.messages[-1].role == "assistant" == self.messages[-1]["role"]:
            # There the model goes on from where such a turn ends; here it is a turn like any other.
            report.changed("role.prefill", r.messages[-1].at)
        if not self.messages:
            report.invented("message.placeholder", "/messages/0", {"role": "user", "content": "."})
            self.messages.append({"role": "user", "content": "."})
        out["messages"] = self.messages
        self.tools(out)
        self.params(out)
        self.output(out)
        self.reasoning(out)
        self.drop(r)
        return out

    # messages

    def message(self, m: Message) -> None:
        self.say(m)
        if m.role not in ("system", "developer"):
            self.skipped = True
            self.spoken = self.spoken or (
                len(self.messages) > 0 and self.messages[-1]["role"] not in ("system", "developer")
            )

    def say(self, m: Message) -> None:
        if m.role == "assistant":
            self.assistant(m)
        elif m.role == "system" or m.role == "developer":
            if not self.spoken and self.skipped:
                # What was said before it is gone: it comes to stand where the leading ones stand.
                self.report.changed("role.moved", m.at, m.role)
            self.plain(m, m.role, m.parts)
        else:
            if m.role not in ("user", "tool"):
                self.report.changed("role.unknown", f"{m.at}/role", m.role)
            self.user(m)

    def add(self, message: Json, m: Message) -> str:
        """Append a message that came from `m`; its pointer."""
        target = f"/messages/{len(self.messages)}"
        self.messages.append(message)
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
        if not kept and (parts or not m.at):
            self.report.dropped("message.empty", m.at, m)
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
        if rest or not results:
            if not results and self.answered and before and self.messages[-1]["role"] == "tool":
                # Two turns of the user in a row, results first: here nothing keeps them apart.
                self.report.changed("message.merged", self.answered)
                self.report.changed("message.merged", m.at)
            self.plain(m, "user", rest)
            return
        self.answered = m.at if m.role == "user" else ""
        self.drop(m)
        if len(self.messages) == before:
            self.report.dropped("message.empty", m.at, m)

    def result(self, part: ToolResult, m: Message) -> list[Part]:
        """One `tool` message; returns the media that had to leave it."""
        call_id = self.ids.get(id(part))
        if call_id is None:
            call_id = self.id(part.call_id or "")
        else:
            self.report.invented("tool_call.id", f"/messages/{len(self.messages)}/tool_call_id", call_id)
        if call_id not in self.calls:
            # "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'"
            self.report.dropped("tool_result.orphan", part.at, part)
            return []
        texts: list[Text] = []
        media: list[Part] = []
        for inner in part.parts:
            if isinstance(inner, Text):
                texts.append(inner)
            elif isinstance(inner, Media) and inner.form in ("text", "parts"):
                said = self.media(inner)
                if said is not None:
                    texts.append(Text(said["text"], at=inner.at))
            elif isinstance(inner, Media) and inner.kind in ("image", "document"):
                if not media:
                    self.report.changed("message.split", m.at)
                self.report.changed("tool_result.media_moved", inner.at)
                media.append(inner)
            else:
                self.gone(inner)
        message: Json = {"role": "tool", "tool_call_id": call_id}
        target = f"/messages/{len(self.messages)}"
        for text in texts:
            self.text(text)
        if len(texts) > 1:
            message["content"] = [{"type": "text", "text": t.text} for t in texts]
        else:
            message["content"] = texts[0].text if texts else ""
        for i, text in enumerate(texts):
            self.link(f"{target}/content/{i}", text.at)
        self.messages.append(message)
        self.link(target, part.at)
        self.link(f"{target}/role", f"{m.at}/role")
        if part.is_error:
            self.report.dropped("tool_result.is_error", self.where(part, "is_error"), True)
        self.drop(part)
        self.cache(part)
        return media

    def assistant(self, m: Message) -> None:
        target = f"/messages/{len(self.messages)}"
        content: list[Json] = []
        sources: list[Part] = []
        calls: list[Json] = []
        for part in m.parts:
            if isinstance(part, ToolCall):
                call_id = self.ids.get(id(part))
                place = f"{target}/tool_calls/{len(calls)}"
                if call_id is None:
                    call_id = self.id(part.id or "")
                else:
                    self.report.invented("tool_call.id", f"{place}/id", call_id)
                self.calls.add(call_id)
                calls.append(self.call(part, call_id, place))
                continue
            said = self.part(part, "assistant")
            if said is not None:
                if calls:
                    self.report.changed("order.flattened", part.at)
                content.append(said)
                sources.append(part)
        message: Json = {"role": "assistant"}
        if len(content) == 1 and set(content[0]) == {"type", "text"}:
            message["content"] = content[0]["text"]
        elif content:
            message["content"] = content
        elif calls:
            message["content"] = None
        else:
            self.report.dropped("message.empty", m.at, m)
            self.drop(m)
            return
        for i, part in enumerate(sources):
            self.link(f"{target}/content/{i}", part.at)
        if m.name is not None:
            message["name"] = m.name
        if calls:
            message["tool_calls"] = calls
        self.add(message, m)
        self.drop(m)

    def text(self, part: Text) -> None:
        """What a text carries beyond its text."""
        if part.extra:
            self.drop(part)
        if part.cache:
            self.cache(part)
        for c in part.citations or ():
            self.report.dropped("citation.unsupported", c.at, c.value)

    def part(self, part: Part, role: str) -> Json | None:
        """The content part that says `part` in a message of `role`, or None with a loss."""
        if isinstance(part, Text):
            self.text(part)
            return {"type": "text", "text": part.text}
        if isinstance(part, Refusal) and role == "assistant":
            self.drop(part)
            return {"type": "refusal", "refusal": part.text}
        if isinstance(part, Media) and role == "user":
            return self.media(part)
        self.gone(part)
        return None

    def media(self, part: Media) -> Json | None:
        report = self.report
        if part.kind == "image" and part.form in ("base64", "url"):
            url = part.url if part.form == "url" else f"data:{part.media_type or 'image/png'};base64,{part.data}"
            inner: Json = {"url": url}
            if part.detail in ("auto", "low", "high", "original"):
                inner["detail"] = part.detail
            out: Json = {"type": "image_url", "image_url": inner}
        elif part.kind == "audio" and part.form == "base64" and part.media_type in AUDIO_WORDS:
            out = {
                "type": "input_audio",
                "input_audio": {"data": part.data, "format": AUDIO_WORDS[part.media_type]},
            }
        elif part.kind == "document" and part.form == "base64":
            media_type = part.media_type or "application/pdf"
            file: Json = {"file_data": f"data:{media_type};base64,{part.data}", "filename": part.filename}
            if part.filename is None:
                # "Missing required parameter": file_data does not go without a name.
                file["filename"] = "document.pdf"
                report.invented("media.filename", "", "document.pdf")
            out = {"type": "file", "file": file}
            self.beside(part)
        elif part.kind == "document" and part.form == "text":
            report.changed("media.as_text", part.at)
            self.drop(part)
            self.cache(part)
            return {"type": "text", "text": part.data or ""} if part.data else None
        elif part.kind == "document" and part.form == "parts" and all(type(p) is Text for p in part.parts or ()):
            report.changed("media.as_text", part.at)
            self.drop(part)
            self.cache(part)
            text = "\n".join(p.text for p in part.parts or () if isinstance(p, Text))
            return {"type": "text", "text": text} if text else None
        else:
            report.dropped(f"media.{'file_id' if part.form == 'file' else part.kind}", part.at, part)
            return None
        self.drop(part)
        self.cache(part)
        return out

    def beside(self, part: Media) -> None:
        """What a document carries beside its content."""
        if part.context is not None:
            self.report.dropped("media.context", self.where(part, "context"), part.context)
        if part.cite:
            self.report.dropped("citation.unsupported", self.where(part, "cite"), True)

    # the rest

    def tools(self, out: Json) -> None:
        r, report = self.r, self.report
        tools: list[Json] = []
        for tool in r.tools or ():
            said = self.tool(tool)
            if said is not None:
                self.link(f"/tools/{len(tools)}", tool.at)
                tools.append(said)
        if tools:
            out["tools"] = tools
        choice = r.tool_choice
        if choice is None:
            return
        self.link("/tool_choice", choice.at)
        self.drop(choice)
        if not tools:
            report.dropped("tool_choice.without_tools", choice.at, choice.mode)
        elif choice.mode in TOOL_CHOICE.write:
            out["tool_choice"] = TOOL_CHOICE.write[choice.mode]
        elif choice.mode == "tool" and choice.names[0] not in {t.name for t in r.tools or () if t.kind != "server"}:
            # The one tool it names is not among those that came along.
            report.changed("tool_choice.subset", choice.at, choice.mode)
            out["tool_choice"] = "auto"
        elif choice.mode == "tool":
            name = self.name(choice.names[0], self.where(choice, "names"))
            out["tool_choice"] = {"type": choice.kind, choice.kind: {"name": name}}
        else:
            allowed = [{"type": "function", "function": {"name": self.name(n, choice.at)}} for n in choice.names]
            mode = choice.mode.removeprefix("subset_")
            out["tool_choice"] = {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": allowed}}

    def tool(self, tool: Tool) -> Json | None:
        if tool.kind == "server":
            self.report.dropped("tool.server", tool.at, tool.value)
            return None
        inner: Json = {"name": self.name(tool.name or "", self.where(tool, "name"))}
        if tool.description is not None:
            inner["description"] = tool.description
        if tool.kind == "custom":
            if tool.format is not None:
                inner["format"] = tool.format
        else:
            if tool.parameters is not None:
                inner["parameters"] = tool.parameters
            if tool.strict is not None:
                inner["strict"] = tool.strict
        self.drop(tool)
        self.cache(tool)
        return {"type": tool.kind, tool.kind: inner}

    def params(self, out: Json) -> None:
        r, report = self.r, self.report
        tools = "tools" in out
        for name, value in r.params.items():
            wire = WIRE.get(name)
            if name == "max_output_tokens":
                if value == 0:
                    # "0 only writes the prompt cache": the nearest here is the shortest answer.
                    report.changed("max_tokens.zero", r.place(name), value)
                out["max_completion_tokens"] = value or 1
            elif name == "stop":
                self.stop(out, r.params["stop"])
            elif name == "service_tier" and value not in SERVICE_TIERS:
                report.dropped("service_tier.unsupported", r.place(name), value)
            elif name == "include_usage":
                continue
            elif name == "parallel_tool_calls" and not tools:
                if not is_default(name, value):
                    report.dropped("tool_choice.without_tools", r.place(name), value)
            elif wire is None or name in UNOFFICIAL:
                if not is_default(name, value):
                    report.dropped(param_code(name), r.place(name), value)
            else:
                out[wire] = value
        if r.params.get("stream"):
            # Elsewhere usage always comes with the stream; here it must be asked for.
            out["stream_options"] = {"include_usage": r.params.get("include_usage", True)}

    def stop(self, out: Json, stop: list[Any]) -> None:
        """ "up to 4 sequences" of text."""
        kept: list[str] = []
        for i, word in enumerate(stop):
            if type(word) is not str or len(kept) == 4:
                self.report.dropped("stop.limit", f"{self.r.place('stop')}/{i}", word)
            else:
                self.link(f"/stop/{len(kept)}", f"{self.r.place('stop')}/{i}")
                kept.append(word)
        if kept:
            out["stop"] = kept

    def output(self, out: Json) -> None:
        f = self.r.output
        if f is None:
            return
        self.link("/response_format", f.at)
        self.drop(f)
        if f.kind != "json_schema":
            out["response_format"] = {"type": f.kind}
            return
        inner: Json = {"name": f.name}
        if f.name is None:
            inner["name"] = "response"
            self.report.invented("format.name", "/response_format/json_schema/name", "response")
        if f.description is not None:
            inner["description"] = f.description
        if f.schema is not None:
            inner["schema"] = f.schema
            self.link("/response_format/json_schema/schema", self.where(f, "schema"))
        inner["strict"] = f.strict
        if f.strict is None:
            # Structured output elsewhere always holds to its schema; here only under `strict`, which takes
            # no schema but one that requires and closes everything.
            inner["strict"] = is_closed(f.schema)
            self.report.invented("format.strict", "/response_format/json_schema/strict", inner["strict"])
        out["response_format"] = {"type": "json_schema", "json_schema": inner}

    def reasoning(self, out: Json) -> None:
        c, r, report = self.r.reasoning, self.r, self.report
        if c is None:
            return
        self.drop(c, c.at)
        effort = c.effort
        if c.mode in ("disabled", "between_tools"):
            if effort is not None:
                report.dropped("reasoning.effort", r.place("reasoning.effort"), effort)
            effort = "none"
            if c.mode == "between_tools":
                report.changed("reasoning.mode", r.place("reasoning.mode"), c.mode)
        elif c.budget is not None and c.mode == "enabled":
            if effort is None:
                effort = effort_of(c.budget)
            report.changed("reasoning.budget", r.place("reasoning.budget"), c.budget)
            report.changed("reasoning.mode", r.place("reasoning.mode"), c.mode)
        elif c.mode is not None:
            if effort is None:
                effort = "high"  # "effort absent = high" (Anthropic)
                report.changed("reasoning.mode", r.place("reasoning.mode"), c.mode)
        elif effort is not None:
            # Effort without a mode is the model's own default there; here it is the only knob.
            report.changed("reasoning.mode", r.place("reasoning.effort"), effort)
        if effort is not None:
            out["reasoning_effort"] = effort
        if c.display is not None:
            report.dropped("reasoning.display", r.place("reasoning.display"), c.display)


AUDIO_WORDS = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav"}


# --- responses ------------------------------------------------------------------------------------------------


def write_response(r: Response, report: Report, home: bool, context: Context) -> Json:
    """The `chat.completion` body that says `r`."""
    if home:
        return home_response(r)
    return ResponseWriter(r.dialect, report, context).body(r)


class ResponseWriter(ChatWriter):
    """One response, or the ends of a stream."""

    __slots__ = ()

    def __init__(self, dialect: str, report: Report, context: Context) -> None:
        super().__init__(find(dialect), report, False, context)

    def body(self, r: Response) -> Json:
        out = self.envelope(r, "chat.completion")
        out["choices"] = [self.choice(c, i, r.id) for i, c in enumerate(r.candidates)]
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
        self.drop(r)
        return out

    def tier(self, out: Json, r: Response) -> None:
        if r.service_tier in SERVICE_TIERS:
            out["service_tier"] = r.service_tier
        else:
            self.report.dropped("service_tier.unsupported", self.where(r, "service_tier"), r.service_tier)

    def envelope(self, r: Response, kind: str) -> Json:
        report = self.report
        identity = r.id
        if not identity:
            identity = derived(r.model, "chatcmpl", 0)
            report.invented("envelope.id", "/id", identity)
        created = r.created
        if created is None:
            created = self.context.now or 0
            report.invented("envelope.created", "/created", created)
        if r.model is None:
            report.invented("envelope.model", "/model", "")
        out: Json = {"id": identity, "object": kind, "created": int(created), "model": r.model or ""}
        if r.fingerprint is not None:
            out["system_fingerprint"] = r.fingerprint
        return out

    def choice(self, c: Candidate, position: int, response_id: str | None) -> Json:
        target = f"/choices/{position}"
        self.link(target, c.at)
        self.link(f"{target}/message", c.message.at)
        texts: list[Text] = []
        refusals: list[str] = []
        thoughts: list[Reasoning] = []
        calls: list[Json] = []
        annotations: list[Json] = []
        length = 0
        for part in c.message.parts:
            if isinstance(part, Text):
                if texts:
                    self.joined(texts[0] if len(texts) == 1 else None, part)
                if calls:
                    self.report.changed("order.flattened", part.at)
                self.drop(part)
                self.cache(part)
                annotations += self.annotations(part, length, len(part.text))
                length += len(part.text)
                texts.append(part)
            elif isinstance(part, ToolCall):
                place = f"{target}/message/tool_calls/{len(calls)}"
                calls.append(self.call(part, self.call_id(part, response_id, len(calls), place), place))
            elif isinstance(part, Refusal):
                refusals.append(part.text)
                self.drop(part)
            elif isinstance(part, Reasoning):
                self.thought(part, thoughts, bool(texts or calls))
            else:
                self.gone(part)
        if texts:
            self.link(f"{target}/message/content/0", texts[0].at)
        message: Json = {
            "role": "assistant",
            "content": "".join(t.text for t in texts) if texts else None,
            "refusal": "".join(refusals) or None,
        }
        if thoughts:
            self.link(f"{target}/message/reasoning_content", thoughts[0].at)
            message["reasoning_content"] = "".join(t.text for t in thoughts)
        if annotations:
            message["annotations"] = annotations
        if calls:
            message["tool_calls"] = calls
        self.drop(c.message)
        self.drop(c)
        finish = self.finish(c, bool(calls))
        return {"index": c.index, "message": message, "logprobs": c.logprobs, "finish_reason": finish}

    def thought(self, part: Reasoning, thoughts: list[Reasoning], late: bool) -> None:
        """Visible thinking goes to the client as `reasoning_content`; its state has no field of this shape."""
        self.drop(part)
        if part.state is not None:
            self.report.dropped("state.no_carrier", self.where(part, "state"), part.state.value)
        if part.redacted:
            return
        if not part.text:
            self.report.dropped("reasoning.empty", part.at, None)
            return
        if thoughts:
            self.joined(thoughts[0] if len(thoughts) == 1 else None, part)
        if late:
            self.report.changed("order.flattened", part.at)
        thoughts.append(part)

    def joined(self, first: Part | None, part: Part) -> None:
        """Several texts become one string: told of each of them."""
        if first is not None:
            self.report.changed("text.joined", first.at)
        self.report.changed("text.joined", part.at)

    def name(self, name: str, at: str) -> str:
        """A name as the client wrote it: spelt out again, or the long one that a short one stands for."""
        return self.restored().get(name) or unspell(name)

    def call_id(self, part: ToolCall, response_id: str | None, ordinal: int, place: str) -> str:
        """The id of a call, derived from the response's where it has none."""
        if part.id:
            return self.id(part.id)
        made = derived(response_id, "call", ordinal)
        self.report.invented("tool_call.id", f"{place}/id", made)
        return made

    def finish(self, c: Candidate, calls: bool) -> str:
        """The finish reason: a call that the client must run wins over a plain end (spec/MAP.md section 6)."""
        reason = c.finish_reason
        at = self.where(c, "finish_reason")
        self.link(f"/choices/{c.index}/finish_reason", at)
        word = FINISH.write.get(reason or "")
        if word is None:
            word = FINISH_NEAREST.get(reason or "", "length")
            self.report.changed("finish.approximated", at, reason)
        if calls and word == "stop":
            if reason == "stop":
                self.report.changed("finish.tool_calls", at, reason)
            word = "tool_calls"
        elif word == "tool_calls" and not calls:
            # An agent would wait for a call that is not there.
            word = "stop"
            self.report.changed("finish.approximated", at, reason)
        elif word == "error":
            word = "length"
            self.report.changed("finish.approximated", at, reason)
        if c.stop_sequence is not None:
            self.report.dropped("finish.stop_sequence", self.where(c, "stop_sequence"), c.stop_sequence)
        return word

    def usage_of(self, u: Usage) -> Json:
        """Usage in this dialect's inclusive counting."""
        out: Json = {}
        for wire, value in (("prompt_tokens", u.input), ("completion_tokens", u.output)):
            if value is None:
                self.report.invented("usage.unknown", f"/usage/{wire}", 0)
            out[wire] = value or 0
        out["total_tokens"] = u.total if u.total is not None else out["prompt_tokens"] + out["completion_tokens"]
        ins = {"cached_tokens": u.cache_read, "cache_write_tokens": u.cache_write}
        ins = {k: v for k, v in ins.items() if v is not None}
        if ins:
            out["prompt_tokens_details"] = ins
        if u.reasoning is not None:
            out["completion_tokens_details"] = {"reasoning_tokens": u.reasoning}
        self.usage(u)
        return out


# --- errors ---------------------------------------------------------------------------------------------------


def write_error(e: Error, report: Report, home: bool) -> tuple[int, Any]:
    """Status and body of an error."""
    if home:
        return e.status or ERRORS[e.type].status, home_error(e)
    word = e.type if e.type in ERRORS else error_word(e.status)
    status, _, kind, code, _ = ERRORS[word]
    if word == "overloaded":
        status = 503  # 529 is Anthropic's own
    elif e.status is not None and error_word(e.status) == word and e.status not in (529,):
        status = e.status
    said: Any = e.code if e.code is not None else code
    body: Json = {
        "message": e.message,
        "type": kind,
        "param": e.param,
        "code": None if said is None else str(said),
    }
    return status, {"error": body}
