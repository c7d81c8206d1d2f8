"""Chat Completions: how thinking is asked for. The words of the vendors behind this shape -> one control.

Where several stand, the first of them wins; the others stay what they are, unknown fields.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...errors import Fault
from ...model import Json, ReasoningControl, Request
from ...tables import EFFORTS

Faults = list[Fault]


def _control(r: Request) -> ReasoningControl:
    if r.reasoning is None:
        r.reasoning = ReasoningControl(spelling={"fields": []})
    return r.reasoning


def _reasoning_effort(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    if type(value) is not str or value not in EFFORTS:
        return False
    _control(r).effort = value
    r.places["reasoning.effort"] = "/reasoning_effort"
    _take(r, "reasoning_effort", [])
    return True


def _thinking(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    # DeepSeek, LiteLLM and others put Anthropic's control beside Chat's own.
    if type(value) is not dict or value.get("type") not in ("enabled", "disabled", "adaptive"):
        return False
    rest = {k: v for k, v in value.items() if k != "type"}
    control = _control(r)
    control.mode = value["type"]
    r.places["reasoning.mode"] = "/thinking/type"
    if type(rest.get("budget_tokens")) is int:
        control.budget = rest.pop("budget_tokens")
        r.places["reasoning.budget"] = "/thinking/budget_tokens"
    _take(r, "thinking", [], rest)
    return True


def _said(body: Json, *names: str) -> bool:
    """Whether the request says any of these, all of which ask for thinking: what stands first wins."""
    return any(_says(body.get(name)) for name in names)


def _says(value: Any) -> bool:
    """Whether a value says anything: not what is empty but for defaults."""
    if type(value) is dict:
        return any(item is not None and (key, item) != ("exclude", False) for key, item in value.items())
    return value is not None


def _take(r: Request, field: str, keys: list[str], rest: Json | None = None) -> None:
    """Note for the way home that `keys` below `field` were read (none: the field itself), and that `rest` was not."""
    control = _control(r)
    control.spelling["fields"] += [f"{field}/{key}" for key in keys] or [field]  # type: ignore[index]
    if rest:
        control.extra = {**(control.extra or {}), field.partition("/")[0]: rest}


def _reasoning_object(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    # OpenRouter: {effort | max_tokens, enabled?, exclude?}. Chat's own control and Anthropic's win over it.
    if type(value) is not dict or _said(body, "reasoning_effort", "thinking", "enable_thinking"):
        return False
    effort, budget, enabled = value.get("effort"), value.get("max_tokens"), value.get("enabled")
    if enabled is not False and effort is not None and (type(effort) is not str or effort not in EFFORTS):
        return False
    if enabled is False:
        taken = ["enabled"]  # whatever else stands there
    elif effort is not None:
        taken = ["effort"]
    elif type(budget) is int:
        taken = ["max_tokens"]
    elif enabled is True:
        taken = ["enabled"]
    else:
        return False
    control = _control(r)
    if taken == ["effort"]:
        control.effort = effort
        r.places["reasoning.effort"] = "/reasoning/effort"
    else:
        control.mode = "disabled" if enabled is False else "enabled"
        r.places["reasoning.mode"] = f"/reasoning/{taken[0]}"
    if taken == ["max_tokens"]:
        control.budget = budget
        r.places["reasoning.budget"] = "/reasoning/max_tokens"
    if value.get("exclude") is True and enabled is not False and effort != "none":
        control.display = "omitted"
        r.places["reasoning.display"] = "/reasoning/exclude"
        taken.append("exclude")
    _take(r, "reasoning", taken, {k: v for k, v in value.items() if k not in taken})
    return True


def _enable_thinking(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    # Qwen and what runs it.
    if type(value) is not bool or _said(body, "reasoning_effort", "thinking"):
        return False
    _control(r).mode = "enabled" if value else "disabled"
    r.places["reasoning.mode"] = "/enable_thinking"
    _take(r, "enable_thinking", [])
    return True


_BEFORE_BUDGET = ("reasoning_effort", "thinking", "reasoning")


def _thinking_budget(key: str, r: Request, value: Any, body: Json, faults: Faults) -> bool:
    # Qwen's word for it, beside `enable_thinking`, and vLLM's.
    if type(value) is not int or value <= 0 or _said(body, *_BEFORE_BUDGET) or body.get("enable_thinking") is False:
        return False
    control = _control(r)
    if control.budget is not None:
        return False
    control.budget, control.mode = value, "enabled"
    r.places["reasoning.budget"] = f"/{key}"
    if body.get("enable_thinking") is not True:
        r.places["reasoning.mode"] = f"/{key}"
    _take(r, key, [])
    return True


BUDGET_FIELDS = ("thinking_budget", "thinking_token_budget")
_BEFORE_EXTRA = (*_BEFORE_BUDGET, "enable_thinking", *BUDGET_FIELDS)


def _extra_body(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    # Google: extra_body.google.thinking_config{thinking_budget | thinking_level, include_thoughts}.
    google, config = _config(value)
    taken = _taken(config)
    if not taken or _said(body, *_BEFORE_EXTRA):
        return False
    place, budget, level = "/extra_body/google/thinking_config", config.get("thinking_budget"), None
    control = _control(r)
    for key in taken:
        if key == "thinking_budget":
            control.budget, control.mode = budget, "enabled" if budget else "disabled"
            r.places["reasoning.budget"] = r.places["reasoning.mode"] = f"{place}/{key}"
        elif key == "thinking_level":
            level = config[key]
            control.effort = level.lower()
            r.places["reasoning.effort"] = f"{place}/{key}"
            control.spelling["level"] = level  # type: ignore[index]
        else:
            control.display = "summarized"
            r.places["reasoning.display"] = f"{place}/{key}"
    beside = {k: v for k, v in google.items() if k != "thinking_config"}
    kept = {k: v for k, v in config.items() if k not in taken}
    rest = {k: v for k, v in value.items() if k != "google"}
    if kept:
        beside["thinking_config"] = kept
    if beside:
        rest["google"] = beside
    _take(r, place[1:], taken, rest)
    return True


def _config(value: Any) -> tuple[Json, Json]:
    """What `extra_body` holds for Google, and the control of thinking in it; {} where there is none."""
    google = value.get("google") if type(value) is dict else None
    config = google.get("thinking_config") if type(google) is dict else None
    return (google, config) if type(google) is dict and type(config) is dict else ({}, {})


def _taken(config: Json) -> list[str]:
    """The keys of Google's control that say something."""
    budget, level = config.get("thinking_budget"), config.get("thinking_level")
    taken = []
    if type(budget) is int:
        taken.append("thinking_budget")
    elif type(level) is str and level.lower() in EFFORTS and budget is None:
        taken.append("thinking_level")
    if config.get("include_thoughts") is True and budget != 0:
        taken.append("include_thoughts")
    return taken


def _template(r: Request, value: Any, body: Json, faults: Faults) -> bool:
    # vLLM and SGLang: what the template of the model asks for.
    if type(value) is not dict or _said(body, *_BEFORE_EXTRA) or _taken(_config(body.get("extra_body"))[1]):
        return False
    key = next((k for k in ("enable_thinking", "thinking") if type(value.get(k)) is bool), None)
    if key is None:
        return False
    _control(r).mode = "enabled" if value[key] else "disabled"
    r.places["reasoning.mode"] = f"/chat_template_kwargs/{key}"
    _take(r, "chat_template_kwargs", [key], {k: v for k, v in value.items() if k != key})
    return True


def read_hidden(r: Request, extra: Json) -> None:
    """OpenRouter's older word for `reasoning.exclude`: it says something where there is thinking to be shown."""
    c = r.reasoning
    if c is None or extra.get("include_reasoning") is not False or c.display is not None:
        return
    if c.mode in ("enabled", "adaptive") or (c.mode is None and c.effort not in (None, "none")):
        del extra["include_reasoning"]
        c.display = "omitted"
        r.places["reasoning.display"] = "/include_reasoning"
        _take(r, "include_reasoning", [])


CONTROLS: dict[str, Callable[[Request, Any, Json, Faults], bool]] = {
    "reasoning_effort": _reasoning_effort,
    "thinking": _thinking,
    "reasoning": _reasoning_object,
    "enable_thinking": _enable_thinking,
    **{name: partial(_thinking_budget, name) for name in BUDGET_FIELDS},
    "extra_body": _extra_body,
    "chat_template_kwargs": _template,
}
