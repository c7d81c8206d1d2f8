"""Gemini: requests out. Canonical requests -> generateContent bodies; model and stream flag go into the path."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from ...ids import is_derived, unspell
from ...jsontext import escape
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
from ...profiles import lookup, pointless
from ...registry import find
from ...report import Report
from ...tables import BUDGETS, is_default, nearest_effort, param_code, put, taken_tier
from ..base import Context, limit_taken
from ..choices import chosen
from ..pairing import Twins
from ..schemas import may_bind
from ..turns import gathered, only_results, speaks_as_tool
from ..web_search import kept_out, offered, written
from .home import home_request
from .schema import for_service
from .words import (
    CHOICE,
    COMMON_LEVELS,
    CONFIG_WIRE,
    DETAIL,
    GOOGLE,
    LIMIT_STOP,
    NAME,
    PLACEHOLDER,
    RANGES,
    RESULT_MEDIA,
    SERVICE_TIER,
    UNSIGNED,
    VOICE,
    WEB_SEARCH,
)
from .write import PartWriter, own

SYSTEM = ("system", "developer")


def target(r: Request, context: Context, stream: str = "?alt=sse") -> tuple[str, dict[str, str]]:
    """Where a request goes: the model and whether to stream are in the path."""
    name = r.model.removeprefix("models/").encode("utf-8", "replace").decode()
    collection, _, own_name = name.partition("/")
    place = f"models/{quote(name, safe='')}"
    if collection in ("tunedModels", "endpoints") and own_name:
        place = f"{collection}/{quote(own_name, safe='')}"
    if (r.spelling or {}).get("framing") == "array":
        stream = ""
    method = f"streamGenerateContent{stream}" if r.params.get("stream") else "generateContent"
    return f"/v1beta/{place}:{method}", {"content-type": "application/json"}


def write_request(r: Request, report: Report, home: bool, context: Context) -> Json:
    """The generateContent body that says `r`; what it cannot say goes into `report`."""
    return home_request(r) if home else RequestWriter(r, report, context).body()


class Turn:
    """One Content in the making."""

    __slots__ = ("at", "parts", "results", "role", "sources")

    def __init__(self, role: str, at: str, results: bool = False) -> None:
        self.role, self.at, self.results = role, at, results
        self.parts: list[Json] = []
        self.sources: list[Part] = []

    def add(self, said: Json, source: Part) -> None:
        self.parts.append(said)
        self.sources.append(source)


class RequestWriter(PartWriter):
    """One request."""

    __slots__ = (
        "answering",
        "called",
        "facts",
        "free",
        "ids",
        "inner",
        "moved",
        "names",
        "r",
        "said",
        "texts",
        "turns_out",
        "twins",
    )

    upstream = True
    says_results = True

    def __init__(self, r: Request, report: Report, context: Context) -> None:
        super().__init__(find(r.dialect), report, context)
        self.r = r
        self.answering = False  # whether what is said stands in a result
        self.facts = lookup(NAME, r.model, context.profile)
        self.said, self.ids = self.paired(gathered(self.turns(self.opened(r.messages, results=True)), self.report))
        self.free: set[str] = set()  # the calls of free-text tools
        self.called: dict[str, str] = {}  # the calls so far: id -> name as it is written
        self.names: dict[str, str] = {}  # the same as the source spelt it
        self.twins = Twins()  # the names of the calls of one turn, both ways
        self.turns_out: list[Turn] = []
        self.texts = 0  # how many texts the message at hand has
        self.inner: dict[int, list[tuple[str, Part]]] = {}  # where the content of a result went
        self.moved: list[tuple[Message, Part]] = []  # the media of results, until these are through

    def body(self) -> Json:
        """The whole request."""
        r = self.r
        out: Json = {}
        if not r.model:
            self.report.invented("envelope.model", "/model", "")
        lead = 0
        while lead < len(self.said) and self.said[lead].role in SYSTEM:
            lead += 1
        self.system(out, self.said[:lead])
        for m in self.said[lead:]:
            self.message(m)
        if self.moved:
            self.attach()
        self.order_results()
        if not self.turns_out or self.turns_out[0].role != "user":
            # "first turn model: rejected before a call"
            first = Turn("user", "")
            first.add({"text": PLACEHOLDER}, Text(PLACEHOLDER))
            self.report.invented("message.placeholder", "/contents/0", {"role": "user", "parts": first.parts})
            self.turns_out.insert(0, first)
        elif self.turns_out[-1].role == "model" and self.said[-1].role == "assistant":
            # "older models continue it, newer ones refuse it"
            self.report.changed("role.prefill", self.said[-1].at)
            self.go_on(self.turns_out)
        out["contents"] = [self.content(i, turn) for i, turn in enumerate(self.turns_out)]
        config: Json = {}
        self.params(out, config)
        self.tools(out)
        self.output(config, "tools" in out)
        self.reasoning(config)
        if config:
            out["generationConfig"] = config
        self.drop(r)
        return out

    def go_on(self, turns: list[Turn]) -> None:
        """ "Requests ending with a model turn are not supported": then the user says a word, unless a call waits."""
        if self.facts.prefill is False and "functionCall" not in turns[-1].parts[-1]:
            last = Turn("user", "")
            last.add({"text": PLACEHOLDER}, Text(PLACEHOLDER))
            said = {"role": "user", "parts": last.parts}
            self.report.invented("message.placeholder", f"/contents/{len(turns)}", said)
            turns.append(last)

    # messages

    def content(self, i: int, turn: Turn) -> Json:
        """One Content, linked to where it came from."""
        self.link(f"/contents/{i}", turn.at)
        if turn.at:
            self.link(f"/contents/{i}/role", f"{turn.at}/role")
        unsigned = turn.role == "model" and self.facts.signatures == "required"
        for j, (said, source) in enumerate(zip(turn.parts, turn.sources, strict=True)):
            place = f"/contents/{i}/parts/{j}"
            self.link(place, source.at)
            if isinstance(source, (ToolCall, ToolResult)):
                kind, name = ("functionCall", "id") if isinstance(source, ToolCall) else ("functionResponse", "call_id")
                self.link(f"{place}/{kind}/id", self.where(source, name))
            for inner, part in self.inner.get(id(source), ()):
                self.link(f"{place}/functionResponse/{inner}", part.at)
            if unsigned and "functionCall" in said:
                unsigned = False  # "only the first functionCall of every step"
                if "thoughtSignature" not in said:
                    said["thoughtSignature"] = UNSIGNED
                    self.report.invented("state.signature", f"{place}/thoughtSignature", UNSIGNED)
        return {"role": turn.role, "parts": turn.parts}

    def order_results(self) -> None:
        """Results stand in the order of their calls."""
        order = {call: i for i, call in enumerate(self.called)}
        for turn in self.turns_out:
            if not turn.results or len(turn.parts) < 2:
                continue
            ranks = [order.get(self.pairing(p), len(order)) for p in turn.sources if isinstance(p, ToolResult)]
            ranked = sorted(range(len(ranks)), key=ranks.__getitem__)
            for now, was in enumerate(ranked):
                if was != now:
                    self.report.changed("order.moved", turn.sources[was].at)
            turn.parts = [turn.parts[n] for n in ranked]
            turn.sources = [turn.sources[n] for n in ranked]

    def pairing(self, part: Any) -> str:
        """By which id a call or result is known here, its own or a derived one."""
        return self.ids.get(id(part)) or unspell((part.id if isinstance(part, ToolCall) else part.call_id) or "")

    def system(self, out: Json, messages: list[Message]) -> None:
        """The leading system turns are the systemInstruction, of text parts only."""
        turn = Turn("system", "")
        first = True
        for m in messages:
            before = len(turn.parts)
            for part in m.parts:
                self.part(part, turn)
            self.about(m)
            if m.role == "developer":
                self.report.changed("role.renamed", self.where(m, "role"), m.role)
            if len(turn.parts) == before:
                self.report.emptied(m.at, m)
            elif not first:
                self.report.changed("message.merged", m.at)
            else:
                first = False
                self.link("/systemInstruction", m.at)
        if turn.parts:
            out["systemInstruction"] = {"parts": turn.parts}
            for i, part in enumerate(turn.sources):
                self.link(f"/systemInstruction/parts/{i}", part.at)

    def about(self, m: Message) -> None:
        """What a message carries beside its content."""
        if m.name is not None:
            self.report.dropped("message.name", self.where(m, "name"), m.name)
        self.cache(m)
        self.drop(m)

    def message(self, m: Message) -> None:
        if self.moved and not only_results(m):
            self.attach()
        self.texts = sum(1 for p in m.parts if isinstance(p, Text))
        before = sum(len(turn.parts) for turn in self.turns_out)
        self.take(m)
        self.met(m, sum(len(turn.parts) for turn in self.turns_out) > before)

    def take(self, m: Message) -> None:
        if m.role in SYSTEM:
            self.late_system(m)
        elif m.role == "assistant":
            self.model(m)
        else:
            if m.role != "user" and not speaks_as_tool(m):
                self.report.changed("role.unknown", self.where(m, "role"), m.role)
            self.user(m)

    def attach(self) -> None:
        """The media of the results so far, in turns of the user behind all of these."""
        for m in dict.fromkeys(id(m) for m, _ in self.moved):
            media = [(message, part) for message, part in self.moved if id(message) == m]
            turn = Turn("user", media[0][0].at)
            for _, part in media:
                self.part(part, turn)
            if turn.parts:
                self.turns_out.append(turn)
        self.moved = []

    def model(self, m: Message) -> None:
        turn = Turn("model", m.at)
        for part in m.parts:
            self.part(part, turn)
        self.about(m)
        if not turn.parts:
            self.report.emptied(m.at, m)
            return
        last = self.turns_out[-1] if self.turns_out else None
        if last is not None and last.role == "model":
            # "function call turn comes immediately after a user turn or after a function response turn"
            self.report.changed("message.merged", last.at)
            self.report.changed("message.merged", m.at)
            last.parts += turn.parts
            last.sources += turn.sources
        else:
            self.turns_out.append(turn)

    def user(self, m: Message) -> None:
        """A user turn. Results are a turn of their own: what stands beside them is "read as model-authored"."""
        results, rest = Turn("user", m.at, True), Turn("user", m.at)
        for part in m.parts:
            if isinstance(part, ToolResult):
                if rest.parts:
                    self.report.changed("order.moved", part.at)
                self.moved += [(m, media) for media in self.result(part, results)]
            else:
                self.part(part, rest)
        self.about(m)
        if self.moved and rest.parts:
            media, self.moved = self.moved, []
            front = Turn("user", m.at)
            for _, item in media:
                self.part(item, front)
            rest.parts, rest.sources = [*front.parts, *rest.parts], [*front.sources, *rest.sources]
        elif self.moved and self.moved[-1][0] is m:
            self.report.changed("message.split", m.at)
        if not results.parts and not rest.parts:
            self.report.emptied(m.at, m)
        if results.parts and rest.parts:
            self.report.changed("message.split", m.at)
        if results.parts:
            last = self.turns_out[-1] if self.turns_out else None
            if last is not None and last.results:
                # "all responses in one Content"
                if m.role != "tool":
                    self.report.changed("message.merged", last.at)
                    self.report.changed("message.merged", m.at)
                last.parts += results.parts
                last.sources += results.sources
            else:
                self.turns_out.append(results)
        if rest.parts:
            self.turns_out.append(rest)

    def late_system(self, m: Message) -> None:
        """A system turn in the middle has no place here: it is said by the user, in tags."""
        turn = Turn("user", m.at)
        for part in m.parts:
            self.part(part, turn)
        self.about(m)
        if not turn.parts:
            self.report.emptied(m.at, m)
            return
        self.report.changed("role.moved", m.at, m.role)
        text = "\n".join(p["text"] for p in turn.parts if "text" in p)
        said = Turn("user", m.at)
        said.add({"text": f"<system>\n{text}\n</system>"}, turn.sources[0])
        self.turns_out.append(said)

    def part(self, part: Part, turn: Turn) -> None:
        """Append the part that says `part`, or report why none does."""
        said: Json | None = None
        if isinstance(part, Text):
            for c in part.citations or ():
                self.report.dropped("citation.unsupported", c.at, c.value)
            self.drop(part)
            self.cache(part)
            if part.text or own(part.state):
                said = self.signed(part, {"text": part.text})
            elif self.texts > 1 or part.cache or part.extra or part.citations:
                self.report.dropped("text.blank", part.at, part.text)
        elif isinstance(part, ToolCall) and turn.role == "model":
            call = self.call(part)
            self.called[self.pairing(part)] = call["name"]
            if part.kind == "custom":
                self.free.add(self.pairing(part))
            self.names[self.pairing(part)] = part.name
            self.twins.asked(turn, self.pairing(part), (call["name"], part.name))
            said = self.signed(part, {"functionCall": call})
        elif isinstance(part, Media) and turn.role != "system":
            said = self.document(part) if part.form in ("text", "parts") else self.media(part)
        elif isinstance(part, Refusal):
            self.report.changed("refusal.as_text", part.at, part.text)
            self.drop(part)
            said = {"text": part.text} if part.text else None
        elif isinstance(part, Reasoning):
            said = self.thinking(part)
        elif isinstance(part, Opaque) and part.issuer == NAME:
            said = dict(part.value)  # what this vendor said itself, come home
        else:
            self.gone(part)
        if said is not None:
            turn.add(said, part)

    def thinking(self, part: Reasoning) -> Json | None:
        """Thoughts go up only to their issuer."""
        if own(part.state):
            self.drop(part)
            return self.signed(part, {"text": part.text, "thought": True})
        self.report.dropped("reasoning.unsupported", part.at, part.text)
        if part.state is not None and part.state.value:
            place = self.where(part, "state")
            if place != part.at:
                self.report.dropped("state.foreign", place, part.state.value)
        return None

    def document(self, part: Media) -> Json | None:
        """A document of plain text, or of parts."""
        if part.form == "text" and part.data:
            data = base64.b64encode(part.data.encode("utf-8", "surrogatepass")).decode()
            self.report.changed("media.encoded", self.where(part, "data"))
            plain = Media(part.kind, "base64", data, media_type=part.media_type or "text/plain", at=part.at)
            for name in ("filename", "context", "cite", "cache", "extra", "item"):
                setattr(plain, name, getattr(part, name))
            return self.media(plain)
        texts = [p.text for p in part.parts or () if isinstance(p, Text) and p.text]
        if part.form == "text" or not texts or len(texts) != len(part.parts or ()):
            self.gone(part)
            return None
        self.report.changed("media.as_text", part.at)
        self.drop(part)
        self.cache(part)
        return {"text": "\n".join(texts)}

    def result(self, part: ToolResult, turn: Turn) -> list[Part]:
        """A functionResponse: text is `{"output": text}`, of an error `{"error": text}`; objects stay as they are.

        Returns the media that have to leave it.
        """
        call_id = self.pairing(part)
        if call_id not in self.called:
            # "function response turn comes immediately after a function call turn"
            self.report.dropped("tool_result.orphan", part.at, part)
            return []
        written, name = self.twins.answered(call_id) or (self.called[call_id], self.names[call_id])
        response: Json = {"name": written}
        self.result_kind(part, call_id in self.free)
        if part.call_id and not is_derived(part.call_id):
            # "Never send id on only one side": a call that had none has none here either.
            response["id"] = call_id
        texts: list[Text] = []
        media: list[Json] = []
        inner: list[tuple[str, Part]] = []
        moved: list[Part] = []
        for item in part.parts:
            if isinstance(item, Text):
                texts.append(item)
                continue
            if isinstance(item, Media) and self.moves(item):
                self.report.changed("tool_result.media_moved", item.at)
                moved.append(item)
                continue
            self.answering = True
            said = self.attached(item)
            self.answering = False
            if said is not None:
                inner.append((f"parts/{len(media)}", item))
                media.append(said)
        for text in texts:
            for c in text.citations or ():
                self.report.dropped("citation.unsupported", c.at, c.value)
            self.drop(text)
            self.cache(text)
            if not text.text and (text.cache or text.extra):
                self.report.dropped("text.blank", text.at, text.text)
        texts = [text for text in texts if text.text]
        for text in texts if len(texts) > 1 else ():
            self.report.changed("text.joined", text.at)
        key = "error" if part.is_error else "output"
        value: Any = {}
        if part.value is not None:
            value = part.value if type(part.value) is dict else {key: part.value}
        elif texts:
            inner.append((f"response/{key}", texts[0]))
            value = {key: "\n".join(t.text for t in texts)}
        elif part.is_error:
            value = {key: ""}
        response["response"] = value
        if media:
            response["parts"] = media
        self.inner[id(part)] = inner
        self.result_name(part, name)
        self.cache(part)
        self.drop(part)
        turn.add(self.signed(part, {"functionResponse": response}), part)
        return moved

    def sharp(self, part: Media) -> bool:
        """Models that take no media in results are those before parts had a resolution; in results there is none."""
        known = part.kind == "image" and part.detail in DETAIL.write
        return known and self.facts.result_media is not False and not self.answering

    def moves(self, part: Media) -> bool:
        """Whether media of a result have to leave it: the model takes none there, or none of this type."""
        if part.form == "base64" and part.media_type not in RESULT_MEDIA:
            return True
        return part.form in ("base64", "url") and self.facts.result_media is False

    def attached(self, part: Part) -> Json | None:
        """Media in a result; the service takes few types there."""
        if isinstance(part, Media):
            if part.form == "text":
                return self.document(part)
            if part.form == "url" or part.media_type in RESULT_MEDIA:
                return self.media(part)
        self.gone(part)
        return None

    # the rest

    def params(self, out: Json, config: Json) -> None:
        r, report = self.r, self.report
        gone = pointless(self.facts)
        for name, value in r.params.items():
            at = r.place(name)
            wire = CONFIG_WIRE.get(name)
            if gone and name in gone:
                # "taken and ignored, to be refused": what does nothing is not sent.
                if not is_default(name, value):
                    report.dropped(param_code(name), at, value)
                continue
            if wire is not None:
                self.link(f"/generationConfig/{wire}", at)
            if name == "stop":
                self.stop(config, r.params["stop"])
            elif name == "max_output_tokens" and value == 0:
                # "0 only writes the prompt cache": the nearest here is the shortest answer.
                report.changed("max_tokens.zero", at, value)
                config["maxOutputTokens"] = 1
            elif name == "max_output_tokens":
                config["maxOutputTokens"] = limit_taken(self.facts, value, at, report)
            elif name == "modalities" and type(value) is list and value and all(type(v) is str for v in value):
                config["responseModalities"] = [v.upper() for v in value]
            elif name == "top_logprobs" and not r.params.get("logprobs"):
                # "logprobs without responseLogprobs -> 400"
                if not is_default(name, value):
                    report.dropped(param_code(name), at, value)
            elif name == "audio":
                self.voice(config, r.params["audio"])
            elif name in RANGES:
                config[CONFIG_WIRE[name]] = self.clamped(name, value)
            elif wire is not None and name != "modalities":
                config[wire] = value
            elif name == "metadata" and type(value) is dict and all(type(v) is str for v in value.values()):
                out["labels"] = value
                self.link("/labels", at)
            elif name == "service_tier":
                if (tier := taken_tier(value, SERVICE_TIER.write, at, report)) is not None:
                    out["serviceTier"] = SERVICE_TIER.write[tier]
                    self.link("/serviceTier", at)
            elif name == "parallel_tool_calls" and value is False:
                report.dropped("tool_choice.parallel", at, value)
            elif name not in ("stream", "include_usage", "web_search") and not is_default(name, value):
                report.dropped(param_code(name), at, value)

    def voice(self, config: Json, audio: Json) -> None:
        """How the answer sounds: its voice, by name; what form it has is the service's own."""
        for key, value in audio.items():
            place = self.r.place("audio")
            place = place if place.endswith(f"/{key}") else f"{place}/{escape(key)}"
            if key == "voice" and type(value) is str and value:
                self.link("/".join(("/generationConfig", *VOICE)), place)
                config[VOICE[0]] = put({}, VOICE[1:], value)
            else:
                self.report.dropped("media.output", place, value)

    def clamped(self, name: str, value: Any) -> Any:
        """A number within what the service takes."""
        least, most = RANGES[name]
        if type(value) not in (int, float) or least <= value <= most:
            return value
        self.report.changed("sampling.clamped", self.r.place(name), value)
        return least if value < least else most

    def stop(self, config: Json, stop: list[Any]) -> None:
        """ "stopSequences <= 5", of text."""
        kept: list[str] = []
        for i, word in enumerate(stop):
            place = f"{self.r.place('stop')}/{i}"
            if type(word) is not str or not word or len(kept) == LIMIT_STOP:
                self.report.dropped("stop.limit", place, word)
            else:
                self.link(f"/generationConfig/stopSequences/{len(kept)}", place)
                kept.append(word)
        if kept:
            config["stopSequences"] = kept

    def tools(self, out: Json) -> None:
        r, report = self.r, self.report
        declared: list[Json] = []
        choice = r.tool_choice
        strict = (choice is None or choice.mode == "auto") and any(tool.strict for tool in r.tools or ())
        # "Multiple tools are supported only when they are all search tools".
        alone = all(tool.kind == "server" for tool in r.tools or ()) and (choice is None or choice.mode != "none")
        searches = WEB_SEARCH if alone else None
        search: Json | None = None
        for tool in offered(r):
            if tool.kind == "server":
                found = written(self, tool, searches, f"/tools/0/{GOOGLE}")
                search = found if search is None else search
                continue
            self.link(f"/tools/0/functionDeclarations/{len(declared)}", tool.at)
            place = f"/tools/0/functionDeclarations/{len(declared)}/parametersJsonSchema"
            self.link(place, self.where(tool, "parameters"))
            place = f"/tools/0/functionDeclarations/{len(declared)}/responseJsonSchema"
            self.link(place, self.where(tool, "result"))
            declared.append(self.tool(tool))
            if tool.strict or (strict and tool.kind == "function" and may_bind(tool.parameters)):
                # Here it is a mode of the whole request.
                report.changed("tool.strict", self.where(tool, "strict"), tool.strict)
            elif tool.strict is False:
                report.dropped("tool.strict", self.where(tool, "strict"), False)
        if declared:
            out["tools"] = [{"functionDeclarations": declared}]
        elif search is not None:
            out["tools"] = [{GOOGLE: search}]
        calling: Json = {}
        if choice is not None:
            self.link("/toolConfig/functionCallingConfig", choice.at)
            self.drop(choice)
            if choice.kind == "custom" or "custom" in (choice.kinds or ()):
                report.changed("tool.custom", choice.at)
            made = chosen(choice, r.tools or (), True, self.where, report)
            if made is None:
                tell = report.changed if kept_out(self) else report.dropped
                tell("tool_choice.without_tools", choice.at, choice.mode)
                return
            if made.mode in CHOICE.write:
                calling["mode"] = CHOICE.write[made.mode]
            else:
                calling["mode"] = "VALIDATED" if made.mode == "subset_auto" else "ANY"
                calling["allowedFunctionNames"] = [self.name(n, choice, "names") for n in made.names]
                if made.mode == "subset_required" and len(made.names) == 1:
                    report.changed("tool_choice.subset", choice.at, choice.mode)
        if strict or (choice is not None and choice.strict and choice.mode == "auto"):
            calling["mode"] = "VALIDATED"
            if choice is not None and not choice.strict:
                report.changed("tool.strict", choice.at, choice.mode)
        if self.facts.forced_tool_choice == "never" and choice is not None and calling.get("mode") == "ANY":
            report.changed("tool_choice.forced", choice.at, choice.mode)
            calling["mode"] = "VALIDATED" if "allowedFunctionNames" in calling else "AUTO"
        if calling:
            out["toolConfig"] = {"functionCallingConfig": calling}

    def tool(self, tool: Tool) -> Json:
        """One function declaration; schemas go as the JSON Schema that they are."""
        out: Json = {"name": self.name(tool.name or "", tool)}
        if tool.description is not None:
            out["description"] = tool.description
        schema = tool.parameters
        if tool.kind == "custom":
            schema = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
            self.report.changed("tool.custom", tool.at, tool.format)
        elif schema is not None:
            schema = for_service(schema, self.report, self.where(tool, "parameters"))
        if schema is not None:
            out["parametersJsonSchema"] = schema
        if tool.result is not None:
            out["responseJsonSchema"] = for_service(tool.result, self.report, self.where(tool, "result"))
        self.cache(tool)
        self.drop(tool)
        return out

    def output(self, config: Json, with_tools: bool) -> None:
        f, report = self.r.output, self.report
        if f is None:
            return
        self.drop(f)
        if f.kind == "text":
            if f.extra:
                report.dropped("format.text", self.where(f, "kind"), f.kind)
            return
        if with_tools and self.facts.schema_with_tools is False:
            # "JSON response schema + tools: Gemini 3+ only": without its tools an agent is none.
            self.lose_format(f, "format.with_tools")
            return
        self.link("/generationConfig/responseMimeType", f.at)
        config["responseMimeType"] = "application/json"
        if f.kind != "json_schema":
            return
        for name in ("name", "description"):
            if getattr(f, name) is not None:
                report.dropped(f"format.{name}", self.where(f, name), getattr(f, name))
        schema = f.schema
        if schema is not None:
            place = self.where(f, "schema")
            self.link("/generationConfig/responseJsonSchema", place)
            schema = config["responseJsonSchema"] = for_service(schema, report, place)
        else:
            report.changed("format.schema", f.at, f.kind)
        if f.strict is False or (f.strict and not may_bind(schema)):
            # Here an answer always holds to its schema, whatever that is.
            report.changed("format.strict", self.where(f, "strict"), f.strict)

    def reasoning(self, config: Json) -> None:
        c, r, report = self.r.reasoning, self.r, self.report
        if c is None:
            return
        self.drop(c, c.at)
        if self.facts.thinking == ():
            self.no_control(c)
            return
        thinking: Json = {}
        off = c.effort == "none" or c.mode in ("disabled", "between_tools")
        if off:
            self.off(thinking, "reasoning.effort", "reasoning.effort" if c.effort else "reasoning.mode", "none")
            if c.effort not in (None, "none"):
                report.dropped("reasoning.effort", r.place("reasoning.effort"), c.effort)
        elif c.budget is not None and c.mode == "enabled":
            if c.budget == 0:
                self.off(thinking, "reasoning.budget", "reasoning.budget", 0)
            else:
                thinking["thinkingBudget"] = self.fitted(c.budget)
            if c.effort is not None:
                report.dropped("reasoning.effort", r.place("reasoning.effort"), c.effort)
        elif c.effort is not None and self.knows("budget"):
            # "thinkingLevel" is for newer models.
            thinking["thinkingBudget"] = self.fitted(BUDGETS[c.effort], asked=False)
            report.changed("reasoning.effort", r.place("reasoning.effort"), c.effort)
        elif c.effort is not None:
            thinking["thinkingLevel"] = self.level(c.effort)
        elif c.mode is not None:
            thinking["thinkingBudget"] = -1  # the model decides
        if c.budget is not None and (off or c.mode != "enabled") and c.budget != thinking.get("thinkingBudget"):
            report.dropped("reasoning.budget", r.place("reasoning.budget"), c.budget)
        self.effort_alone(c, r.place("reasoning.effort"))
        if c.mode is not None:
            # Another vendor's control, in this dialect's words.
            report.changed("reasoning.mode", r.place("reasoning.mode"), c.mode)
        if c.display is not None:
            thinking["includeThoughts"] = c.display not in ("omitted", "none")
            self.link("/generationConfig/thinkingConfig/includeThoughts", r.place("reasoning.display"))
            if c.display != "summarized":
                # What nobody asks for is not shown here: who hides it says no more than who says nothing.
                report.changed("reasoning.display", r.place("reasoning.display"), c.display)
        elif c.mode == "enabled":
            thinking["includeThoughts"] = True  # there thinking that is switched on is shown
        if thinking:
            config["thinkingConfig"] = thinking

    def knows(self, control: str) -> bool:
        """Whether it is known that the model's thinking is controlled so."""
        return control in (self.facts.thinking or ())

    def no_control(self, c: ReasoningControl) -> None:
        """ "Thinking is not enabled for this model": there a control is refused, even one that says off."""
        for name in ("mode", "effort", "budget", "display"):
            if getattr(c, name) is not None:
                self.report.dropped(f"reasoning.{name}", self.r.place(f"reasoning.{name}"), getattr(c, name))

    def off(self, thinking: Json, code: str, asked: str, value: Any) -> None:
        """No thinking, or as little as the model knows."""
        levels = self.facts.thinking_levels
        if self.facts.thinking is None or self.knows("disabled"):
            thinking["thinkingBudget"] = 0
            return
        if levels and self.knows("level"):
            thinking["thinkingLevel"] = levels[0].upper()
        else:
            thinking["thinkingBudget"] = self.facts.budget_min or 0
        self.report.changed(code, self.r.place(asked), value)

    def fitted(self, budget: int, asked: bool = True) -> int:
        """A budget within what the model takes; not `asked`: it stands for an effort, which is told of anyway."""
        least, most = self.facts.budget_min, self.facts.budget_max
        if budget <= 0:
            return budget
        fits = max(budget, least or 0)
        fits = fits if most is None else min(fits, most)
        if fits != budget and asked:
            self.report.changed("reasoning.budget", self.r.place("reasoning.budget"), budget)
        return fits

    def level(self, effort: str) -> str:
        """The thinking level for an effort, of those that the model takes."""
        said = nearest_effort(effort, self.facts.thinking_levels or COMMON_LEVELS) or effort
        if said != effort:
            self.report.changed("reasoning.effort", self.r.place("reasoning.effort"), effort)
        return said.upper()
