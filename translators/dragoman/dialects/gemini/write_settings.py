"""Gemini: the settings of a request out: sampling, tools, the form of the answer, thinking."""

from __future__ import annotations

from typing import Any

from ...jsontext import escape
from ...model import Json, ReasoningControl, Request, Tool
from ...profiles import Profile, lookup, pointless
from ...registry import find
from ...report import Report
from ...tables import BUDGETS, is_default, nearest_effort, param_code, put, taken_tier
from ..base import Context, limit_taken
from ..choices import chosen
from ..schemas import may_bind
from ..web_search import kept_out, offered, written
from .schema import for_service
from .words import (
    ANSWERED,
    BESIDE,
    CHOICE,
    COMMON_LEVELS,
    CONFIG_WIRE,
    GOOGLE,
    LIMIT_STOP,
    NAME,
    RANGES,
    SERVICE_TIER,
    VOICE,
    WEB_SEARCH,
)
from .write import PartWriter


class SettingsWriter(PartWriter):
    """What a request asks for beside its turns."""

    __slots__ = ("facts", "r")

    def __init__(self, r: Request, report: Report, context: Context) -> None:
        super().__init__(find(r.dialect), report, context)
        self.r = r
        self.facts: Profile = lookup(NAME, r.model, context.profile)

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
            elif name == "modalities":
                self.modalities(config, r.params["modalities"])
            elif name == "top_logprobs" and not r.params.get("logprobs"):
                # "logprobs without responseLogprobs -> 400"
                if not is_default(name, value):
                    report.dropped(param_code(name), at, value)
            elif name == "audio":
                self.voice(config, r.params["audio"])
            elif name in RANGES:
                config[CONFIG_WIRE[name]] = self.clamped(name, value)
            elif wire is not None:
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

    def modalities(self, config: Json, asked: list[Any]) -> None:
        """What the answer is made of, in upper case; what is no such thing here stays behind.

        "exact set": text beside sound is what the sound says (its `transcript`), and would be a part of its own here.
        """
        place = self.r.place("modalities")
        said: list[str] = []
        sound = "audio" in asked and "image" not in asked
        for i, one in enumerate(asked):
            if type(one) is str and one.upper() in ANSWERED and not (sound and one == "text"):
                self.link(f"/generationConfig/responseModalities/{len(said)}", f"{place}/{i}")
                said.append(one.upper())
            else:
                self.report.dropped("media.output", f"{place}/{i}", one)
        if not asked:
            self.report.dropped("media.output", place, asked)
        elif said:
            config["responseModalities"] = said

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
        # "Combining built-in tools + functions: Gemini 3+ only".
        alone = all(tool.kind == "server" for tool in r.tools or ())
        barred = choice is not None and (choice.mode == "none" or (choice.mode.startswith("subset_") and not alone))
        searches = WEB_SEARCH if (alone or self.facts.search_with_tools) and not barred else None
        search: Json | None = None
        for tool in offered(r):
            if tool.kind == "server":
                found = written(self, tool, searches, f"/tools/{0 if alone else 1}/{GOOGLE}")
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
        entries: list[Json] = [{"functionDeclarations": declared}] if declared else []
        if search is not None:
            entries.append({GOOGLE: search})
        if entries:
            out["tools"] = entries
        if len(entries) > 1 and self.facts.provider != "vertex":
            # "needs includeServerSideToolInvocations=true on the Dev API".
            out["toolConfig"] = {BESIDE: True}
            report.invented("tool.web_search", f"/toolConfig/{BESIDE}", True)
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
            out["toolConfig"] = {"functionCallingConfig": calling, **out.get("toolConfig", {})}

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
        f, report = self.form_of(self.r.output), self.report
        if f is None:
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
