"""Anthropic Messages: how a request asks for thinking, and what goes along with it, as its model takes it."""

from __future__ import annotations

from ...model import Json, ReasoningControl, Request
from ...profiles import Profile
from ...tables import BUDGETS, effort_of, nearest_effort
from .words import EFFORTS, MAX_TOKENS, THOUGHTS
from .write import BlockWriter

LEAST_BUDGET = 1024  # "budget_tokens >= 1024"


def is_off(c: ReasoningControl) -> bool:
    """Whether a control says that there is to be no thinking."""
    return c.effort == "none" or c.mode == "disabled" or c.budget == 0


def goes_on_unthinking(messages: list[Json]) -> bool:
    """Whether the turns end with the results of calls that no thinking came before.

    "type:"enabled" + tool loop: last assistant turn must begin with thinking".
    """
    last = messages[-1]["content"]
    if messages[-1]["role"] != "user" or type(last) is str or last[0]["type"] != "tool_result":
        return False
    asked = next((m["content"] for m in reversed(messages) if m["role"] == "assistant"), None)
    return asked is not None and (type(asked) is str or asked[0]["type"] not in THOUGHTS)


class ControlWriter(BlockWriter):
    """The thinking of a request. What is not known of a model is taken to be understood."""

    __slots__ = ("facts", "r")

    facts: Profile
    r: Request

    def understands(self, mode: str) -> bool:
        """Whether the model takes a mode of thinking."""
        return self.facts.thinking is None or mode in self.facts.thinking

    def default_limit(self) -> int:
        """The limit of output for a request that sets none: it holds the thinking, too."""
        c, highest = self.r.reasoning, self.facts.max_output_tokens
        limit = MAX_TOKENS + (0 if c is None or is_off(c) else self.room(c))
        return limit if highest is None else min(limit, highest)

    def room(self, c: ReasoningControl) -> int:
        """What thinking may take: its budget, or that of its effort, for adaptive thinking counts against the limit."""
        if c.budget is not None and c.budget > 0:
            return c.budget
        if not self.understands("adaptive") and not self.understands("enabled"):
            return 0  # a model that does not think
        return BUDGETS[effort_of(c.budget) if c.budget is not None else c.effort or "high"]

    def by_budget(self) -> bool:
        """Whether thinking is asked for by its budget only."""
        return not self.understands("adaptive") and self.understands("enabled")

    def reasoning(self, out: Json) -> None:
        """Write `thinking` and the effort."""
        c, r, report = self.r.reasoning, self.r, self.report
        if c is None:
            return
        self.drop(c, c.at)
        if c.mode is not None:
            # Another vendor's control, in this dialect's words.
            report.changed("reasoning.mode", r.place("reasoning.mode"), c.mode)
        thinking, effort = self.off(c) if is_off(c) else self.on(out, c)
        if thinking is not None and thinking["type"] == "enabled" and goes_on_unthinking(out["messages"]):
            thinking, effort = self.between(c, effort)
        if thinking is not None:
            out["thinking"] = thinking
        if effort is not None:
            out["output_config"] = {"effort": effort}
        # What is shown of the thinking between tools, nobody has asked for.
        shown = thinking is not None and thinking["type"] in ("enabled", "adaptive")
        if thinking is not None and shown and c.display is not None:
            thinking["display"] = c.display if c.display in ("summarized", "omitted") else "summarized"
            self.link("/thinking/display", r.place("reasoning.display"))
            if thinking["display"] != c.display:
                report.changed("reasoning.display", r.place("reasoning.display"), c.display)
        elif c.display is not None:
            report.dropped("reasoning.display", r.place("reasoning.display"), c.display)
        if thinking is not None and shown:
            self.under_thinking(out, thinking["type"] == "enabled")

    def between(self, c: ReasoningControl, effort: str | None) -> tuple[Json, str | None]:
        """Thinking that may be absent between calls, or else none: "not for adaptive: may be absent"."""
        for name in ("mode", "effort", "budget"):
            if (said := getattr(c, name)) is not None:
                self.report.changed("reasoning.open_turn", self.r.place(f"reasoning.{name}"), said)
        if self.by_budget():
            return {"type": "disabled"}, None
        said = effort_of(c.budget) if effort is None and c.budget is not None else effort
        return {"type": "adaptive"}, None if said is None else self.taken(said)

    def off(self, c: ReasoningControl) -> tuple[Json | None, str | None]:
        """No thinking, or as little as the model can be made to do."""
        r, report = self.r, self.report
        if c.effort not in (None, "none"):
            report.dropped("reasoning.effort", r.place("reasoning.effort"), c.effort)
        if self.understands("disabled"):
            return {"type": "disabled"}, None
        always = self.understands("between_tools") or self.understands("adaptive")
        nothing = self.facts.thinking_default == "off" or not always
        tell = report.dropped if nothing else report.changed
        if c.effort == "none":
            tell("reasoning.effort", r.place("reasoning.effort"), c.effort)
        if c.budget == 0:
            tell("reasoning.budget", r.place("reasoning.budget"), c.budget)
        if nothing:
            return None, None
        if self.understands("between_tools"):
            return {"type": "between_tools"}, None
        efforts = self.facts.efforts
        return {"type": "adaptive"}, efforts[0] if efforts else None

    def on(self, out: Json, c: ReasoningControl) -> tuple[Json | None, str | None]:
        """Thinking as it is asked for, or in the nearest mode that the model takes."""
        r, report, effort = self.r, self.report, c.effort
        thinking: Json | None = None
        budget = c.budget if c.mode == "enabled" else None
        if c.budget is not None and budget is None:
            report.dropped("reasoning.budget", r.place("reasoning.budget"), c.budget)
        decides = budget is not None and budget < 0  # the model: that is what adaptive thinking is
        if budget is not None and self.understands("enabled") and not (decides and self.understands("adaptive")):
            thinking = self.budget(out, budget, c)
            if thinking["type"] == "adaptive" and effort is None:
                effort = self.taken(effort_of(budget))
        elif self.understands("adaptive"):
            thinking = {"type": "adaptive"}
            if budget is not None:
                report.changed("reasoning.budget", r.place("reasoning.budget"), budget)
            if effort is None and c.mode == "enabled" and not decides:
                # A budget is no word for this model: the effort that stands for it is, and where nothing is said
                # the one that the service takes.
                effort = self.taken("high" if budget is None else effort_of(budget))
        elif self.understands("enabled"):
            thinking = self.budget(out, BUDGETS[effort or "high"], c)
        if effort is None:
            return thinking, None
        said = self.taken(effort) if thinking is not None and thinking["type"] != "disabled" else None
        if said is None and (thinking is None or budget is not None or thinking["type"] == "adaptive"):
            report.dropped("reasoning.effort", r.place("reasoning.effort"), effort)
        elif said != effort:
            report.changed("reasoning.effort", r.place("reasoning.effort"), effort)
        return thinking, said

    def taken(self, effort: str) -> str | None:
        """The nearest effort that the model takes; None where it takes none."""
        return nearest_effort(effort, EFFORTS if self.facts.efforts is None else self.facts.efforts)

    def budget(self, out: Json, budget: int, c: ReasoningControl) -> Json:
        """A budget within 1024 <= budget < max_tokens, or the nearest control."""
        limit, least, most = out["max_tokens"], self.facts.budget_min or LEAST_BUDGET, self.facts.budget_max
        wanted = max(budget if budget > 0 else BUDGETS["medium"], least)
        fits = min(wanted, limit - 1, wanted if most is None else most)
        if c.budget is not None and (fits != c.budget or fits < least):
            self.report.changed("reasoning.budget", self.r.place("reasoning.budget"), c.budget)
        if fits >= least:
            return {"type": "enabled", "budget_tokens": fits}
        return {"type": "disabled" if self.by_budget() else "adaptive"}

    def under_thinking(self, out: Json, enabled: bool) -> None:
        """With thinking on, the service takes no sampling of its own: temperature 1, no top_k, top_p >= 0.95."""
        r, report = self.r, self.report
        for name, wrong in (
            ("temperature", out.get("temperature", 1) != 1),
            ("top_k", "top_k" in out),
            ("top_p", out.get("top_p", 1) < 0.95),
        ):
            if wrong:
                report.dropped("sampling.thinking", r.place(name), out.pop(name))
        if enabled and self.facts.forced_tool_choice != "yes":
            # "Thinking may not be enabled when tool_choice forces tool use."
            self.unforced(out, "tool_choice.thinking")

    def unforced(self, out: Json, code: str) -> None:
        """A tool that has to be called becomes one that may be."""
        choice, asked = out.get("tool_choice"), self.r.tool_choice
        if choice is not None and asked is not None and choice["type"] in ("any", "tool"):
            self.report.changed(code, asked.at, choice["type"])
            out["tool_choice"] = {"type": "auto"} | {k: v for k, v in choice.items() if k not in ("type", "name")}
