"""Legacy Completions: requests out. Canonical requests -> `POST /v1/completions` bodies.

There are no turns here, only a text to go on from. One lone text of the user is that text. Anything else is
written as a transcript, told as `completions.transcript` on every message, and never read back as turns:

    System: Be terse.

    User: What is the weather in Paris?

    Assistant calls get_weather: {"city":"Paris"}

    Tool get_weather: 18 degrees

    Assistant: 18 degrees.

    User: And in Rome?

    Assistant:

A blank line parts the entries, and several texts of one turn. Developers are `System`, a failed result is
`Tool <name> failed`, a result without a name `Tool`. The last line waits for the answer; where the assistant spoke
last, its text is the end, and the model goes on from there.
"""

from __future__ import annotations

from typing import Any

from ...model import Json, Media, Message, Part, Reasoning, Refusal, Request, Text, ToolCall, ToolResult
from ...profiles import lookup, within
from ...registry import find
from ...report import Report
from ...tables import is_default, param_code
from ..arguments import arguments_text
from ..base import Context, Writer, limit_taken, opaque_code
from ..documents import as_text, text_of
from ..openai_facts import refused
from ..openai_shape import stream_options
from ..web_search import tool_code
from .home import home_request
from .words import MAX_LOGPROBS, MAX_STOPS, MAX_TOKENS, NAME, PLACEHOLDER, UNOFFICIAL, WIRE


def write_request(r: Request, report: Report, home: bool, context: Context) -> Json:
    """The `POST /v1/completions` body that says `r`; what it cannot say goes into `report`."""
    return home_request(r) if home else RequestWriter(r, report, context).body()


LABELS = {"system": "System", "developer": "System", "assistant": "Assistant"}  # anyone else is the user


class RequestWriter(Writer):
    """One request."""

    __slots__ = ("facts", "names", "r", "sources")

    upstream = True

    def __init__(self, r: Request, report: Report, context: Context) -> None:
        super().__init__(find(r.dialect), report, context)
        self.r = r
        self.facts = lookup(NAME, r.model, context.profile)
        self.names: dict[str, str] = {}  # call id -> the tool's name
        self.sources: list[Part] = []  # the texts that are said as they are

    def body(self) -> Json:
        r, report = self.r, self.report
        out: Json = {"model": r.model}
        if not r.model:
            report.invented("envelope.model", "/model", "")
        out["prompt"] = self.prompt()
        self.tools()
        self.params(out)
        self.output()
        self.reasoning()
        self.drop(r)
        return out

    # the prompt

    def prompt(self) -> str:
        """The lone text of the user, or a transcript of everything else."""
        messages = self.opened(self.turns(self.r.messages))
        turns = [(m, self.turn(m)) for m in messages]
        said = [(m, entries) for m, entries in turns if entries]
        if not said:
            lone = messages[0] if len(messages) == 1 else None
            if lone is not None and lone.role == "user" and _blank(lone):
                self.place(lone)
                return ""
            for m in messages:
                self.report.emptied(m.at, m)
            turn = {"role": "user", "content": [{"type": "text", "text": PLACEHOLDER}]}
            self.report.invented("message.placeholder", "/prompt", turn)
            return PLACEHOLDER
        for m, entries in turns:
            if not entries:
                self.report.emptied(m.at, m)
        first, entries = said[0]
        if len(said) == len(entries) == 1 and first.role == "user" and len(self.sources) == 1:
            self.place(first)
            return entries[0][1]
        for m, _ in said:
            self.report.changed("completions.transcript", m.at)
        self.link("/prompt/0", first.at)
        lines = [f"{label}: {text}" for _, entries in said for label, text in entries]
        if said[-1][0].role != "assistant":
            lines.append("Assistant:")
        return "\n\n".join(lines)

    def place(self, m: Message) -> None:
        """The prompt is the text of `m`, and nothing else."""
        self.link("/prompt", m.at)
        if self.sources:
            self.link("/prompt/0", self.sources[0].at)

    def turn(self, m: Message) -> list[tuple[str, str]]:
        """The entries of the transcript that say `m`: label and text."""
        if m.role not in ("system", "developer", "assistant", "user", "tool"):
            self.report.changed("role.unknown", self.where(m, "role"), m.role)
        label = LABELS.get(m.role, "User")
        out: list[tuple[str, str]] = []
        for part in m.parts:
            if isinstance(part, ToolCall):
                self.names[part.id or ""] = part.name
                out.append((f"Assistant calls {part.name}", arguments_text(part.arguments)))
                self.beside(part)
            elif isinstance(part, ToolResult):
                out.append(self.result(part))
            else:
                text = self.text(part)
                if text:
                    # The label stands once before several texts of a turn, unless a call or result came between.
                    if out and out[-1][0] == label:
                        out[-1] = (label, f"{out[-1][1]}\n\n{text}")
                    else:
                        out.append((label, text))
        if m.name is not None:
            self.report.dropped("message.name", self.where(m, "name"), m.name)
        self.beside(m)
        return out

    def beside(self, node: Any) -> None:
        """What a node carries beside what it says."""
        self.drop(node)
        self.cache(node)

    def text(self, part: Part) -> str:
        """The text that says `part`, "" where none does."""
        if isinstance(part, (Text, Refusal)):
            self.drop(part)
            if isinstance(part, Text):
                self.cache(part)
                for c in part.citations or ():
                    self.report.dropped("citation.unsupported", c.at, c.value)
            if part.text:
                self.sources.append(part)
            return part.text
        if isinstance(part, Media) and (text := text_of(part)):
            as_text(self, part)
            self.cache(part)
            # More than the lone text of the user: a transcript keeps it apart.
            self.sources += [part, part]
            return text
        if isinstance(part, Reasoning):
            self.report.dropped("reasoning.unsupported", part.at, part)
            if part.state is not None:
                self.lose_state(part, part.state)
        elif isinstance(part, Media) and part.form == "file":
            self.report.dropped("media.file_id", part.at, part)
        else:
            self.report.dropped(opaque_code(part), part.at, part)
        return ""

    def result(self, part: ToolResult) -> tuple[str, str]:
        """The entry of a tool result."""
        parts, failed = self.result_of(part)
        texts = [text for text in map(self.text, parts) if text]
        name = part.name or self.names.get(part.call_id or "") or ""
        label = " ".join(word for word in ("Tool", name, "failed" if failed else "") if word)
        self.beside(part)
        return label, "\n\n".join(texts)

    # the rest

    def tools(self) -> None:
        r, report = self.r, self.report
        for tool in r.tools or ():
            report.dropped(tool_code(tool) if tool.kind == "server" else "tool.unsupported", tool.at, tool)
        if r.tool_choice is not None:
            report.dropped("tool_choice.without_tools", r.tool_choice.at, r.tool_choice.mode)

    def params(self, out: Json) -> None:
        r, report = self.r, self.report
        asked = r.params.get("logprobs") is True
        for name, value in r.params.items():
            at = r.place(name)
            if refused(self.facts, False, name, value, at, report):
                continue
            if name == "stop":
                self.stop(out, r.params["stop"])
            elif name == "logprobs" and asked:
                # One number says both: that there shall be any, and how many alternatives.
                count = r.params.get("top_logprobs", 0)
                out["logprobs"] = max(0, min(count, MAX_LOGPROBS))
                if out["logprobs"] != count:
                    report.changed("sampling.clamped", r.place("top_logprobs"), count)
            elif (
                (name == "include_obfuscation" and r.params.get("stream"))
                or name == "include_usage"
                or (name == "top_logprobs" and asked)
            ):
                continue
            elif name == "parallel_tool_calls" and not is_default(name, value):
                report.dropped("tool_choice.without_tools", at, value)
            elif name == "max_output_tokens" and value == 0:
                # "0 only writes the prompt cache": the nearest here is the shortest answer.
                report.changed("max_tokens.zero", at, value)
                out["max_tokens"] = 1
            elif name == "max_output_tokens":
                out["max_tokens"] = limit_taken(self.facts, value, at, report)
            elif name in WIRE and name not in UNOFFICIAL:
                if type(value) in (int, float):
                    self.link(f"/{WIRE[name]}", at)  # it may be out of range on its way back
                out[WIRE[name]] = value if type(value) is not str else within(self.facts, name, value, at, report)
            elif not is_default(name, value):
                report.dropped(param_code(name), at, value)
        if r.params.get("stream"):
            out["stream_options"] = stream_options(r, True)
        if "max_tokens" not in out:
            # "The default is 16": elsewhere an answer without a limit goes on to its end.
            out["max_tokens"] = MAX_TOKENS
            report.invented("max_tokens.default", "/max_tokens", MAX_TOKENS)

    def stop(self, out: Json, stop: list[Any]) -> None:
        """ "Up to 4 sequences" of text."""
        kept: list[str] = []
        for i, word in enumerate(stop):
            if type(word) is not str or len(kept) == MAX_STOPS:
                self.report.dropped("stop.limit", f"{self.r.place('stop')}/{i}", word)
            else:
                self.link(f"/stop/{len(kept)}", f"{self.r.place('stop')}/{i}")
                kept.append(word)
        if kept:
            out["stop"] = kept

    def output(self) -> None:
        f = self.r.output
        if f is None:
            return
        if f.kind != "text":
            code = "format.json_object" if f.kind == "json_object" else "format.schema"
            self.lose_format(f, code)
        elif f.extra:
            self.report.dropped("format.text", self.where(f, "kind"), f.kind)
            self.drop(f)

    def reasoning(self) -> None:
        c = self.r.reasoning
        if c is None:
            return
        self.drop(c, c.at)
        for name in ("mode", "effort", "budget", "display"):
            value = getattr(c, name)
            if value is not None:
                self.report.dropped(f"reasoning.{name}", self.r.place(f"reasoning.{name}"), value)


def _blank(m: Message) -> bool:
    """Whether a message came with nothing to say, rather than with what cannot be said."""
    return all(isinstance(part, Text) for part in m.parts)
