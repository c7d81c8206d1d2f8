"""The canonical model's JSON Schema says what `to_json` writes and what `from_json` reads, no more and no less."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import dragoman
from dragoman import model, wire
from dragoman.errors import Fault
from dragoman.model import Opaque, Request, Response, State, Text, from_json, to_json
from dragoman.wire import canonical, schemas
from tests import fixtures
from tests.strategies import DIALECTS, common

KINDS = tuple(canonical.DOCUMENTS)
CLASSES: dict[str, type[Any]] = {"request": Request, "response": Response}
SCHEMAS = Path(__file__).parent.parent / "schemas"
by_kind = pytest.mark.parametrize("kind", KINDS)


def judge(kind: str) -> Any:
    """Whoever reads the schema as published, without the library."""
    text = (SCHEMAS / wire.CANONICAL / f"{kind}.schema.json").read_text("utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def read(kind: str, body: Any, dialect: str) -> Any:
    return dragoman.read_request(body, dialect) if kind == "request" else dragoman.read_response(body, dialect)


def assert_sound(kind: str, document: Any) -> None:
    """What `to_json` writes is valid, for the schema and for the models, and `from_json` reads it."""
    written = json.loads(json.dumps(to_json(document)))
    told = [f"{error.json_path}: {error.validator}" for error in judge(kind).iter_errors(written)]
    assert told == []
    assert wire.faults(wire.CANONICAL, kind, written) == []
    assert from_json(CLASSES[kind], written) == document


@by_kind
def test_the_schema_is_one(kind: str) -> None:
    made = schemas.schema(wire.CANONICAL, kind)
    jsonschema.Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["$id"] == f"urn:dragoman:canonical:{kind}"
    assert "\\u0000" not in json.dumps(made)


@pytest.mark.parametrize("fixture", fixtures.load(*KINDS), ids=lambda one: one.id)
def test_every_fixture_as_canonical_json_is_valid(fixture: fixtures.Fixture) -> None:
    assert_sound(fixture.kind, read(fixture.kind, fixture.json(), fixture.dialect))


@pytest.mark.parametrize("fixture", fixtures.load("error"), ids=lambda one: one.id)
def test_an_error_under_status_200_is_valid(fixture: fixtures.Fixture) -> None:
    body = fixture.json()
    if isinstance(body, dict):
        assert_sound("response", dragoman.read_response(body, fixture.dialect))


@by_kind
@pytest.mark.parametrize("dialect", DIALECTS)
def test_generated_documents_as_canonical_json_are_valid(dialect: str, kind: str) -> None:
    made = DIALECTS[dialect]
    for body in common.examples(made.requests() if kind == "request" else made.responses(), 60):
        assert_sound(kind, read(kind, body, dialect))


@by_kind
def test_every_class_and_every_field_is_in_the_schema(kind: str) -> None:
    """A field added to the model is in its schema, or `make schemas` is due."""
    found = schemas.schema(wire.CANONICAL, kind)
    named = {**found["$defs"], CLASSES[kind].__name__: found}
    for cls in (*model._KINDS.values(), CLASSES[kind], State, model.Message, model.Item):
        wanted = {one.name for one in fields(cls)}
        if cls in model._KINDS.values():
            wanted = {"what" if name == "kind" else name for name in wanted} | {"kind"}
        assert set(named[cls.__name__]["properties"]) == wanted
        assert named[cls.__name__]["additionalProperties"] is False


WRONG: dict[str, tuple[Any, tuple[str, str, str]]] = {
    "no object": ([], ("", "object", "array")),
    "no dialect": ({}, ("/dialect", "string", "nothing")),
    "an unknown field": ({"dialect": "d", "nope": 1}, ("/nope", "no such field", "number")),
    "null": ({"dialect": "d", "model": None}, ("/model", "string", "null")),
    "no part": (
        {"dialect": "d", "messages": [{"role": "user", "parts": [{"kind": "poem"}]}]},
        ("/messages/0/parts/0", "a part with a known kind", "object"),
    ),
    "a part without its text": (
        {"dialect": "d", "messages": [{"role": "user", "parts": [{"kind": "text"}]}]},
        ("/messages/0/parts/0/text", "string", "nothing"),
    ),
    "a part inside a part": (
        {
            "dialect": "d",
            "messages": [{"role": "tool", "parts": [{"kind": "tool_result", "parts": [{"kind": "text", "text": 1}]}]}],
        },
        ("/messages/0/parts/0/parts/0/text", "string", "number"),
    ),
    "kind and what": (
        {"dialect": "d", "messages": [{"role": "user", "parts": [{"kind": "media", "what": "smell", "form": "url"}]}]},
        ("/messages/0/parts/0/what", "'image', 'audio', 'video' or 'document'", "string"),
    ),
    "a setting": ({"dialect": "d", "params": {"temperature": "hot"}}, ("/params/temperature", "number", "string")),
    "an unknown setting": ({"dialect": "d", "params": {"x": 1}}, ("/params/x", "no such field", "number")),
    "arguments": (
        {"dialect": "d", "messages": [{"role": "assistant", "parts": [{"kind": "tool_call", "arguments": 5}]}]},
        ("/messages/0/parts/0/arguments", "string or object", "number"),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_to_json_never_writes_is_a_fault(name: str) -> None:
    document, wanted = WRONG[name]
    assert not judge("request").is_valid(document)
    found = wire.faults(wire.CANONICAL, "request", document)
    assert [(one.at, one.expected, one.found) for one in found] == [wanted]


def test_all_faults_at_once() -> None:
    document = {"messages": [{"parts": [{"kind": "text", "text": 1}]}, 5]}
    found = wire.faults(wire.CANONICAL, "request", document)
    assert {one.at for one in found} == {"/dialect", "/messages/0/role", "/messages/0/parts/0/text", "/messages/1"}
    assert all(isinstance(one, Fault) for one in found)


def test_there_are_no_other_canonical_documents() -> None:
    assert tuple(wire.models(wire.CANONICAL)) == KINDS
    with pytest.raises(ValueError):
        wire.faults(wire.CANONICAL, "event", {})


def test_nodes_built_by_hand_are_valid() -> None:
    text = Text("Hi", state=State("thought_signature", "c2ln", "gemini"))
    assert_sound("request", Request("x", messages=[model.Message("user", [text, Opaque({"a": 1})])]))
