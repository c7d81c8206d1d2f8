"""Chat Completions: what a request says of the form of the answer."""

from __future__ import annotations

from ...model import Json, OutputFormat
from ...profiles import Profile
from ...tables import rooted
from ..openai_facts import any_object, bound_schema, says_json
from ..schemas import may_bind
from .write import ChatWriter


def output_format(w: ChatWriter, facts: Profile, f: OutputFormat | None, messages: list[Json]) -> Json | None:
    """The `response_format` of a request with these messages; None: no word is needed."""
    if f is None:
        return None
    report = w.report
    w.link("/response_format", f.at)
    w.drop(f)
    if f.kind == "text" and f.extra:
        # With what came along gone, it says nothing.
        report.dropped("format.text", w.where(f, "kind"), f.kind)
        return None
    if f.kind == "json_object" and w.flavour.json_word and not says_json(messages):
        inner = any_object(f, "/response_format/json_schema", report)
        return {"type": "json_schema", "json_schema": inner}
    if f.kind != "json_schema":
        return {"type": f.kind}
    inner = {"name": f.name}
    if f.name is None:
        inner["name"] = "response"
        report.invented("format.name", "/response_format/json_schema/name", "response")
    if f.description is not None:
        inner["description"] = f.description
    strict = f.strict
    w.link("/response_format/json_schema/strict", w.where(f, "strict"))
    if strict is None:
        # Structured output elsewhere always holds to its schema; here only under `strict`, which takes
        # no schema but one that requires and closes everything.
        strict = may_bind(f.schema)
        report.invented("format.strict", "/response_format/json_schema/strict", strict)
    schema, inner["strict"] = bound_schema(facts, f.schema, strict, f, w.where, report)
    if f.schema is not None:
        inner["schema"] = rooted(schema)
        w.link("/response_format/json_schema/schema", w.where(f, "schema"))
        if inner["schema"] is not schema:
            report.changed("format.schema", w.where(f, "schema"), f.schema)
    return {"type": "json_schema", "json_schema": inner}
