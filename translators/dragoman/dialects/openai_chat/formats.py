"""Chat Completions: what a request says of the form of the answer."""

from __future__ import annotations

from ...model import Json, OutputFormat
from ...profiles import Profile
from ..openai_facts import answer_schema, any_object, says_json
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
        return {"type": "json_schema", "json_schema": any_object(f, "/response_format/json_schema", report)}
    if f.kind != "json_schema":
        return {"type": f.kind}
    return {"type": "json_schema", "json_schema": answer_schema(w, facts, f, "/response_format/json_schema")}
