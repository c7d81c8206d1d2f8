"""What the writers of OpenAI's two dialects make of the facts about a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ids import fitted_id
from ..model import Json, OutputFormat, ReasoningControl, Request, Tool
from ..profiles import Profile, pointless
from ..report import Report
from ..tables import is_default, nearest_effort, param_code, rooted
from .base import Writer
from .openai_shape import CACHE_KEY
from .schemas import all_required, bound, may_bind, stays_open, strays

Where = Callable[[Any, str], str]
"""Where a field of a node stands in the source."""

# "Only the default (1) value is supported": that one is taken.
_TAKEN = {"temperature": 1, "top_p": 1}


def thinks(facts: Profile, effort: str | None) -> bool:
    """Whether the model thinks, asked for `effort` or for nothing."""
    return facts.thinking_default == "on" if effort is None else effort != "none"


def refused(facts: Profile, thinking: bool, name: str, value: Any, at: str, report: Report) -> bool:
    """Whether the model refuses or ignores a setting with this value; if so, that is reported."""
    if name == "web_search" and facts.web_search is False:
        report.dropped(param_code(name), at, value)
        return True
    known = (*pointless(facts), *((facts.sampling_refused_thinking or ()) if thinking else ()))
    if name not in known or (name in _TAKEN and value == _TAKEN[name]):
        return False
    if name in _TAKEN:
        # What holds instead is the default. Not `dropped`, for another value of it would show (law 2).
        report.changed("sampling.unsupported", at, value)
    elif not is_default(name, value) and not report.is_gone(at):  # one field of Completions says two settings
        report.dropped(param_code(name), at, value)
    return True


def taken_effort(facts: Profile, effort: str, r: Request, report: Report) -> str | None:
    """The effort that the model takes for `effort`, and None where it takes none; what differs is reported."""
    if facts.efforts is None or effort in facts.efforts:
        return effort
    said = nearest_effort(effort, facts.efforts)
    tell = report.changed if said is not None else report.dropped
    word = "effort" if r.reasoning is not None and r.reasoning.effort == effort else "mode"
    tell(f"reasoning.{word}", r.place(f"reasoning.{word}"), getattr(r.reasoning, word))
    return said


def thoughtless(facts: Profile, c: ReasoningControl, r: Request, report: Report) -> bool:
    """Whether the model takes no word about thinking; if so, every one is told as gone, and as nothing else."""
    if facts.efforts != ():
        return False
    for name in ("mode", "effort", "budget", "display"):
        if (said := getattr(c, name)) is not None:
            report.dropped(f"reasoning.{name}", r.place(f"reasoning.{name}"), said)
    return True


def bound_schema(
    facts: Profile, schema: Any, strict: bool | None, node: Tool | OutputFormat, where: Where, report: Report
) -> tuple[Any, bool | None]:
    """A schema of `node` as the server takes it, and whether it binds.

    Under `strict` it has to require all that it names: one that leaves something open is a hint only, and so is one
    that refers to itself, or outside, where that is refused, and one with a map, which cannot be closed.
    """
    if not strict:
        return schema, strict
    tool = isinstance(node, Tool)
    open_ = facts.schema_required and not all_required(schema)
    if open_ or strays(schema, facts) or stays_open(schema, facts, tool):
        code = "tool.strict" if tool else "format.strict"
        report.changed(code, where(node, "strict"), strict)
        return schema, False
    return bound(schema, facts, report, where(node, "parameters" if tool else "schema")), strict


def answer_schema(w: Writer, facts: Profile, f: OutputFormat, at: str) -> Json:
    """The fields that stand at `at` for the schema of an answer; what is made up or changed is told."""
    report = w.report
    said: Json = {"name": f.name}
    if f.name is None:
        said["name"] = "response"
        report.invented("format.name", f"{at}/name", "response")
    if f.description is not None:
        said["description"] = f.description
    strict, place = f.strict, w.where(f, "strict")
    if strict is not None:
        w.link(f"{at}/strict", place)
    else:
        strict = _binds(facts, f, place, report)
    schema, said["strict"] = bound_schema(facts, f.schema, strict, f, w.where, report)
    if f.strict is None:
        report.invented("format.strict", f"{at}/strict", said["strict"])
    if f.schema is not None:
        said["schema"] = rooted(schema)
        w.link(f"{at}/schema", w.where(f, "schema"))
        if said["schema"] is not schema:
            report.changed("format.schema", w.where(f, "schema"), f.schema)
    return said


def _binds(facts: Profile, f: OutputFormat, place: str, report: Report) -> bool:
    """Whether an answer shall hold to a schema that comes without a word about it.

    Structured output of Messages and Gemini, where it has no name, always does; here only under `strict`, which takes
    no schema but one that requires everything and closes everything. What can be closed is, where that is known to be
    asked for (`bound_schema`); what cannot bind is a hint here, and that is told.
    """
    if f.name is not None:
        return may_bind(f.schema)
    if may_bind(f.schema) or (f.schema and facts.schema_closed):
        return True
    report.changed("format.strict", place, f.kind)
    return False


def says_json(messages: list[Json]) -> bool:
    """Whether any of these messages has the word that JSON mode wants: "the word "json" must occur in some message"."""
    for message in messages:
        content = message.get("content") or ()
        texts = [content] if type(content) is str else [part.get("text") for part in content if type(part) is dict]
        if any(type(text) is str and "json" in text.lower() for text in texts):
            return True
    return False


def any_object(f: OutputFormat, at: str, report: Report) -> Json:
    """What stands at `at` for JSON mode where its word is not said: a schema that binds nothing."""
    said = {"name": "response", "schema": {"type": "object"}, "strict": False}
    report.changed("format.json_object", f.at, f.kind)
    report.invented("format.json_object", at, said)
    return said


def cache_mark(facts: Profile, part: Any, report: Report) -> Json:
    """The cache mark of `part` in OpenAI's words, where the model takes one; of Messages' the lifetime is lost."""
    if not part.cache or not facts.cache_breakpoints:
        return {}
    for key, value in part.cache.items():
        if key != CACHE_KEY:
            report.changed("cache.approximated", f"{part.at}/{key}", value)
    mark = part.cache.get(CACHE_KEY, {"mode": "explicit"})
    # Null, which Responses takes in a tool's output, is absence.
    return {CACHE_KEY: {key: value for key, value in mark.items() if value is not None}}


def taken_id(facts: Profile, word: str, limit: int | None, at: str, report: Report) -> str:
    """A call id within what is known of its length, the same wherever it stands; what differs is reported."""
    said = short_id(facts, word, limit)
    if said != word:
        report.changed("tool_call.id", at, word)
    return said


def short_id(facts: Profile, word: str, limit: int | None) -> str:
    """A call id within what is known of its length, else within `limit`."""
    most = facts.call_id_max if facts.call_id_max is not None else limit
    return word if most is None else fitted_id(word, facts.call_id_min, most)


def free_choice(facts: Profile, choice: Any, thinking: bool) -> str | None:
    """The code of the loss, where the model cannot be made to call a tool as `choice` wants it; else None."""
    forced = choice in ("required", "any") or (type(choice) is dict and _mode(choice) != "auto")
    if forced and facts.forced_tool_choice == "never":
        return "tool_choice.forced"
    return "tool_choice.thinking" if forced and thinking and facts.forced_tool_choice == "not_with_thinking" else None


def _mode(choice: dict[str, Any]) -> Any:
    return choice.get("allowed_tools", choice).get("mode")
