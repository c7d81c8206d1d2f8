"""What the writers do with the facts about a model's schemas: those that bind, how many, and how long names are."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from dragoman import laws
from tests.agents.upstreams import ANSWERS
from tests.asking import CHAT, GEMINI, HELLO, MESSAGES, OPENAI, RESPONSES, TOOL, ask, ask_openai

LOOSE = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, "description": "how many"}}}
KEYWORD = ("changed", "schema.keyword")


def function(schema: Any, strict: bool | None = None) -> Any:
    return {"type": "function", "function": {"name": "f", "parameters": schema, "strict": strict}}


def formatted(schema: Any, strict: bool | None = True) -> Any:
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": strict}}


@pytest.mark.parametrize(("strict", "told"), [(True, True), (False, False), (None, False)])
def test_messages_strict_tools_have_no_refused_keywords(strict: bool | None, told: bool) -> None:
    body, losses = ask(MESSAGES, "m", tools=[function(LOOSE, strict)])
    n = {"type": "integer", "description": 'how many\n\n{"minimum":1}'}
    bound = {"type": "object", "properties": {"n": n}, "additionalProperties": False}
    assert body["tools"][0]["input_schema"] == (bound if told else LOOSE)
    assert (KEYWORD in losses) == told


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({"type": "array", "minItems": 1, "items": {"const": 1}}, None),
        ({"type": "array", "minItems": 2}, {"type": "array", "description": '{"minItems":2}'}),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"oneOf": [{"maxLength": 1}]}, {"anyOf": [{"description": '{"maxLength":1}'}]}),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}, None),
        (
            {"type": ["object", "null"], "properties": {"a": {}}, "additionalProperties": True},
            {"type": ["object", "null"], "properties": {"a": {}}, "additionalProperties": False},
        ),
        ({"type": "string", "enum": ["minimum"], "default": {"minimum": 1}}, None),
        ({"type": "object", "properties": {"minimum": {"type": "null"}}, "additionalProperties": False}, None),
    ],
)
def test_messages_output_schemas(schema: Any, written: Any) -> None:
    """A property of that name is no keyword, what is a value is no schema, and what is taken stays as it is."""
    body, losses = ask(MESSAGES, "m", response_format=formatted(schema))
    assert body["output_config"]["format"]["schema"] == (schema if written is None else written)
    assert (KEYWORD in losses) == (written is not None)


def test_every_place_of_a_keyword_is_told() -> None:
    inner = {"type": "string", "pattern": "a", "maxLength": 3}
    schema: Any = {"type": "object", "properties": {"a/b": {"anyOf": [inner]}}, "additionalProperties": False}
    asked = {"model": "m", "messages": HELLO, "response_format": formatted(schema)}
    t = dragoman.translate_request(asked, CHAT, MESSAGES)
    root = "/response_format/json_schema/schema"
    assert [loss.at for loss in t.losses if loss.code == "schema.keyword"] == [f"{root}/properties/a~1b/anyOf/0"]
    assert schema["properties"]["a/b"]["anyOf"][0] is inner  # the input is never touched


MAPS: list[Any] = [
    {"type": "object"},
    {"type": "object", "additionalProperties": True},
    {"type": ["object", "null"], "additionalProperties": {"type": "number"}},
    {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "number"}},
    {"type": "object", "properties": {"a": {"type": "string"}}, "patternProperties": {"^x": {"type": "number"}}},
    {"type": "object", "anyOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}}]},
]


def holding(schema: Any) -> list[Any]:
    """A schema inside others: as a property, an item, one of several, by its name."""
    named = {"properties": {"m": {"$ref": "#/$defs/m"}}, "required": ["m"], "$defs": {"m": schema}}
    inner = [{"properties": {"m": one}, "required": ["m"]} for one in (schema, {"type": "array", "items": schema})]
    inner.append({"properties": {"m": {"oneOf": [{"type": "null"}, schema]}}, "required": ["m"]})
    return [{"type": "object", "additionalProperties": False, **one} for one in (*inner, named)]


@pytest.mark.parametrize("schema", [one for schema in MAPS for one in (schema, *holding(schema))])
def test_messages_an_object_that_has_to_stay_open_binds_nothing(schema: Any) -> None:
    """ "additionalProperties: must be false on every object": a map that is closed can be nothing but empty."""
    for strict in (True, False, None):
        body, losses = ask(MESSAGES, "m", response_format=formatted(schema, strict))
        assert "output_config" not in body
        assert FORMAT in losses
        assert KEYWORD not in losses
    body, losses = ask(MESSAGES, "m", tools=[function(schema, True)])
    tool = body["tools"][0]
    assert tool["strict"] is False
    assert "additionalProperties" in schema or "additionalProperties" not in tool["input_schema"]
    assert STRICT in losses
    # The free schema of a tool that is not strict goes as it is.
    body, losses = ask(MESSAGES, "m", tools=[function(schema, False)])
    assert STRICT not in losses


@pytest.mark.parametrize("target", [CHAT, RESPONSES])
@pytest.mark.parametrize("schema", [one for schema in MAPS for one in (schema, *holding(schema))])
def test_openai_a_map_does_not_bind(target: str, schema: Any) -> None:
    body, losses = ask_openai(target, "m", tools=[{"name": "f", "input_schema": schema, "strict": True}])
    assert tool_of(target, body)["strict"] is False
    assert tool_of(target, body)["parameters"] == schema
    assert STRICT in losses


@pytest.mark.parametrize(
    "schema",
    [{"type": "object", "properties": {}}, {"type": "object", "properties": {}, "additionalProperties": False}],
)
def test_a_tool_without_arguments_stays_strict(schema: Any) -> None:
    body, losses = ask(MESSAGES, "m", tools=[function(schema, True)])
    assert body["tools"][0]["strict"] is True
    assert body["tools"][0]["input_schema"] == {**schema, "additionalProperties": False}
    assert STRICT not in losses


STRICT, FORMAT = ("changed", "tool.strict"), ("dropped", "format.schema")
CLOSED: Any = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


def several(count: int, schema: Any) -> list[Any]:
    return [
        {"type": "function", "function": {"name": f"f{i}", "parameters": schema, "strict": True}} for i in range(count)
    ]


def with_unions(count: int, optional: bool = False) -> Any:
    """An object with so many parameters of several types, by both words for it."""
    kinds: list[Any] = [{"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": ["string", "null"]}]
    properties = {f"p{i}": {"type": "string"} if optional else kinds[i % 2] for i in range(count)}
    required = [] if optional else list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


@pytest.mark.parametrize(
    ("profile", "tools", "binding"),
    [
        (None, several(20, CLOSED), 20),
        (None, several(22, CLOSED), 20),
        ({"strict_tools_max": 3}, several(4, CLOSED), 3),
        ({"strict_tools_max": None}, several(22, CLOSED), 22),
        (None, several(2, with_unions(8)), 2),
        (None, several(3, with_unions(8)), 2),
        (None, several(1, with_unions(17)), 0),
        ({"schema_unions_max": 17}, several(1, with_unions(17)), 1),
        (None, several(2, with_unions(12, optional=True)), 2),
        (None, several(2, with_unions(13, optional=True)), 1),
        ({"schema_optional_max": 26}, several(2, with_unions(13, optional=True)), 2),
    ],
)
def test_messages_limits_of_strict_tools(profile: Any, tools: list[Any], binding: int) -> None:
    """ "Limits per request: 20 strict tools, 24 optional params, 16 union params": what is more does not bind, and has
    its schema as it was."""
    asked = {"model": "m", "messages": HELLO, "tools": tools}
    t = dragoman.translate_request(asked, CHAT, MESSAGES, profile=profile)
    assert [tool["strict"] for tool in t.body["tools"]] == [True] * binding + [False] * (len(tools) - binding)
    assert all(tool["input_schema"] == tools[0]["function"]["parameters"] for tool in t.body["tools"])
    places = [f"/tools/{i}/function/strict" for i in range(binding, len(tools))]
    assert [loss.at for loss in t.losses if (loss.kind, loss.code) == STRICT] == places


def test_messages_the_answers_schema_goes_before_the_tools() -> None:
    tools = several(1, with_unions(8))
    body, losses = ask(MESSAGES, "m", tools=tools, response_format=formatted(with_unions(9)))
    assert "format" in body["output_config"]
    assert body["tools"][0]["strict"] is False
    assert STRICT in losses
    body, losses = ask(MESSAGES, "m", tools=tools, response_format=formatted(with_unions(17)))
    assert "output_config" not in body
    assert body["tools"][0]["strict"] is True
    assert FORMAT in losses


NODE: Any = {"type": "object", "properties": {"next": {"$ref": "#/$defs/n"}}, "required": ["next"]}
CIRCLE = {"$ref": "#/$defs/b/items"}
RECURSIVE: list[Any] = [
    {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
    {"type": "object", "properties": {"a": {"$ref": "#/$defs/n"}}, "required": ["a"], "$defs": {"n": NODE}},
    {"type": "object", "properties": {"a~/b": {"type": "array", "items": {"$ref": "#/properties/a~0~1b"}}}},
    {
        "type": "object",
        "properties": {},
        "$defs": {"a": {"anyOf": [{"type": "null"}, CIRCLE]}, "b": {"items": {"$ref": "#/$defs/a"}}},
    },
]
TWICE = {"a": {"$ref": "#/$defs/n"}, "b": {"$ref": "#/$defs/n"}, "c": {"$ref": "#/$defs/m"}}
REFERRING: list[Any] = [
    {
        "type": "object",
        "properties": TWICE,
        "required": ["a", "b", "c"],
        "$defs": {"n": {"type": "string"}, "m": {"type": "array", "items": {"$ref": "#/$defs/n"}}},
    },
    {"type": "object", "properties": {"$ref": {"const": {"$ref": "#"}}}, "required": ["$ref"]},
    {"type": "object", "properties": {"a": {"$ref": "#/$defs/gone"}}, "required": ["a"]},
]


@pytest.mark.parametrize(("schema", "circle"), [(s, True) for s in RECURSIVE] + [(s, False) for s in REFERRING])
def test_schemas_that_refer_to_themselves(schema: Any, circle: bool) -> None:
    """ "Rejected: recursive $ref" at Anthropic; OpenAI supports "`$ref` incl. recursion"."""
    body, losses = ask(MESSAGES, "m", tools=[function(schema, True)])
    assert body["tools"][0]["strict"] is not circle
    assert (STRICT in losses) == circle
    assert not circle or body["tools"][0]["input_schema"] == schema
    body, losses = ask(MESSAGES, "m", response_format=formatted(schema))
    assert ("output_config" in body) is not circle
    assert (FORMAT in losses) == circle
    assert ask(MESSAGES, "m", {"schema_recursive": True}, tools=[function(schema, True)])[0]["tools"][0]["strict"]
    loose = ask(MESSAGES, "m", tools=[function(schema, False)])
    assert loose[0]["tools"][0]["input_schema"] == schema
    assert STRICT not in loose[1]


@pytest.mark.parametrize("target", [CHAT, RESPONSES])
@pytest.mark.parametrize("refused", [False, True])
def test_openai_takes_recursion_unless_somebody_knows_better(target: str, refused: bool) -> None:
    schema = {**RECURSIVE[0], "additionalProperties": False}
    tool = {"name": "f", "input_schema": schema, "strict": True}
    asked = {"model": "m", "max_tokens": 9, "messages": HELLO, "tools": [tool]}
    t = dragoman.translate_request(asked, MESSAGES, target, profile={"schema_recursive": False} if refused else None)
    said = t.body["tools"][0]["function"] if target == CHAT else t.body["tools"][0]
    assert said["strict"] is not refused
    assert (STRICT in [(loss.kind, loss.code) for loss in t.losses]) == refused


@pytest.mark.parametrize("most", [12, 30, 100])
@pytest.mark.parametrize(
    ("source", "target"), [(CHAT, MESSAGES), (MESSAGES, CHAT), (MESSAGES, RESPONSES), (MESSAGES, GEMINI)]
)
def test_names_are_as_long_as_the_profile_says_and_come_back(source: str, target: str, most: int) -> None:
    name = "look_up_the_weather_of_all_the_cities_that_anybody_has_ever_asked_for_" * 2
    plain = {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    tool = plain if source == CHAT else {"name": name, "input_schema": {"type": "object", "properties": {}}}
    asked = {"model": "m", "max_tokens": 9, "messages": HELLO, "tools": [tool]}
    exchange = dragoman.Exchange(source, target, profile={"tool_name_max": most})
    up = exchange.request(json.dumps(asked).encode())
    assert ("changed", "tool.name") in [(loss.kind, loss.code) for loss in up.losses]
    said = json.loads(up.json())["tools"][0]
    short = said["functionDeclarations"][0]["name"] if target == GEMINI else (said.get("function") or said)["name"]
    assert len(short) <= most
    body = json.dumps(ANSWERS[target][0](1)).replace('"weather"', json.dumps(short))
    answer = json.loads(exchange.response(body.encode()).json())
    message = answer["choices"][0]["message"]["tool_calls"] if source == CHAT else answer["content"]
    names = (
        [c["function"]["name"] for c in message]
        if source == CHAT
        else [b["name"] for b in message if b["type"] == "tool_use"]
    )
    assert names == [name, name]


def test_a_profile_knows_its_keywords() -> None:
    asked: Any = {"tools": [function(LOOSE, True)]}
    assert ask(MESSAGES, "m", {"schema_keywords": [], "schema_closed": False}, **asked)[0]["tools"][0][
        "input_schema"
    ] == (LOOSE)
    body, _ = ask(MESSAGES, "m", {"schema_keywords": ["type"], "schema_closed": None}, **asked)
    assert "type" not in body["tools"][0]["input_schema"]["properties"]["n"]


def tool_of(target: str, body: Any) -> Any:
    return body["tools"][0]["function"] if target == CHAT else body["tools"][0]


@OPENAI
@pytest.mark.parametrize(
    ("schema", "strict", "written"),
    [
        (LOOSE, True, (LOOSE, False)),
        ({**LOOSE, "required": ["n"]}, True, ({**LOOSE, "required": ["n"], "additionalProperties": False}, True)),
        (
            {"type": "object", "allOf": [{"properties": {"a": {"not": {}, "default": 1}}, "required": ["a"]}]},
            True,
            (
                {
                    "type": "object",
                    "properties": {"a": {"default": 1, "description": '{"not":{}}'}},
                    "required": ["a"],
                    "additionalProperties": False,
                },
                True,
            ),
        ),
    ],
)
def test_openai_strict_tools(target: str, schema: Any, strict: bool, written: Any) -> None:
    tool = {"name": "f", "input_schema": schema, "strict": strict}
    body, losses = ask_openai(target, "m", tools=[tool])
    said = tool_of(target, body)
    # The order of keywords says nothing.
    assert (said["parameters"], said["strict"]) == written
    assert (("changed", "tool.strict") in losses) == (written[1] is not strict)
    assert (KEYWORD in losses) == (written[1] is strict)


@OPENAI
def test_openai_formats_that_bind(target: str) -> None:
    closed: Any = {"type": "object", "properties": {"a": {"not": {"const": 1}}}, "required": ["a"]}
    closed["additionalProperties"] = False
    body, losses = ask_openai(target, "m", output_config={"format": {"type": "json_schema", "schema": closed}})
    said = body["response_format"]["json_schema"] if target == CHAT else body["text"]["format"]
    assert said["strict"] is True
    assert said["schema"]["properties"] == {"a": {"description": '{"not":{"const":1}}'}}
    assert KEYWORD in losses


def test_servers_of_the_same_shape_get_schemas_as_they_are() -> None:
    tool = {"name": "f", "input_schema": LOOSE, "strict": True}
    body, losses = ask_openai("openai-chat+vllm", "m", tools=[tool])
    assert (body["tools"][0]["function"]["parameters"], body["tools"][0]["function"]["strict"]) == (LOOSE, True)
    assert KEYWORD not in losses


@pytest.mark.parametrize(
    ("model", "profile", "kept"),
    [
        ("gemini-2.5-pro", None, False),
        ("gemini-3-pro-preview", None, True),
        ("m", None, True),
        ("m", {"schema_with_tools": False}, False),
        ("gemini-2.5-pro", {"schema_with_tools": True}, True),
    ],
)
def test_gemini_schema_beside_tools(model: str, profile: Any, kept: bool) -> None:
    body, losses = ask(GEMINI, model, profile, tools=[TOOL], response_format=formatted({"type": "object"}))
    assert ("responseMimeType" in body.get("generationConfig", {})) == kept
    assert (("dropped", "format.with_tools") in losses) == (not kept)
    alone, _ = ask(GEMINI, model, profile, response_format=formatted({"type": "object"}))
    assert "responseJsonSchema" in alone["generationConfig"]


CLOSED_REF = {"type": "object", "properties": {"b": {"$ref": "#"}}, "required": ["b"], "additionalProperties": False}
WRAPPED: Any = {"type": "object", "required": ["value"], "additionalProperties": False}


def from_messages(schema: Any, target: str) -> tuple[Any, Any, dragoman.Translation]:
    """The schema and `strict` that a schema of a Messages request becomes."""
    output = {"format": {"type": "json_schema", "schema": schema}}
    asked = {"model": "m", "max_tokens": 99, "messages": HELLO, "output_config": output}
    t = dragoman.translate_request(asked, MESSAGES, target)
    said = t.body["response_format"]["json_schema"] if target == CHAT else t.body["text"]["format"]
    return said["schema"], said["strict"], t


@pytest.mark.parametrize("target", [CHAT, RESPONSES])
@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({"enum": ["a", "b"]}, True),
        ({"const": 1}, True),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, True),
        ({"type": "object", "anyOf": [{"type": "object"}]}, False),
        ({"type": ["object", "null"]}, False),
        ({}, False),
    ],
)
def test_a_root_that_is_no_object_is_the_property_of_one(target: str, schema: Any, strict: bool) -> None:
    """`root type:"object"`, root not `anyOf`; and what says nothing binds nothing."""
    said, binds, t = from_messages(schema, target)
    assert (said, binds) == ({**WRAPPED, "properties": {"value": schema}}, strict)
    told = [loss for loss in t.losses if loss.code == "format.schema"]
    assert [(loss.kind, loss.at) for loss in told] == [("changed", "/output_config/format/schema")]


@pytest.mark.parametrize("target", [CHAT, RESPONSES])
def test_references_hold_in_a_schema_that_is_wrapped(target: str) -> None:
    said, strict, _ = from_messages({"$ref": "#/$defs/a", "$defs": {"a": CLOSED_REF}}, target)
    inner = {**CLOSED_REF, "properties": {"b": {"$ref": "#/properties/value"}}}
    value = {"value": {"$ref": "#/$defs/a"}}
    assert (said, strict) == ({**WRAPPED, "properties": value, "$defs": {"a": inner}}, True)
    values = {"enum": [{"$ref": "#"}], "$comment": "a value is no schema"}
    said, _, _ = from_messages({"type": "array", "items": {"$ref": "#/$defs/$ref"}, "$defs": {"$ref": values}}, target)
    assert said["$defs"] == {"$ref": values}
    assert said["properties"]["value"]["items"] == {"$ref": "#/$defs/$ref"}
    open_one = {"type": "object", "patternProperties": {"enum": {"$ref": "#"}}}
    said, strict, _ = from_messages({"type": "array", "items": open_one}, target)
    assert (said["properties"]["value"]["items"], strict) == (
        {"type": "object", "patternProperties": {"enum": {"$ref": "#/properties/value"}}},
        False,
    )


@pytest.mark.parametrize("target", [CHAT, RESPONSES])
def test_properties_without_a_type_are_those_of_an_object(target: str) -> None:
    schema = {"properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
    said, strict, t = from_messages(schema, target)
    assert (said, strict) == ({"type": "object", **schema}, True)
    assert "format.schema" in {loss.code for loss in t.losses}
    said, strict, t = from_messages({"type": "object", **schema}, target)
    assert (said, strict) == ({"type": "object", **schema}, True)
    assert "format.schema" not in {loss.code for loss in t.losses}


AGAIN, NODE = {"$ref": "#"}, {"$ref": "#/$defs/node"}


@pytest.mark.parametrize(
    ("schema", "required"),
    [
        ({"properties": {"next": AGAIN}, "required": ["next"]}, {"": None}),
        (
            {"properties": {"next": {"anyOf": [AGAIN, {"type": "null"}]}, "v": {}}, "required": ["next", "v"]},
            {"": ["v"]},
        ),
        # What need not be there breaks the circle, and what only leads into one is in none.
        ({"properties": {"next": AGAIN, "v": {}}, "required": ["v"]}, {}),
        (
            {
                "properties": {"tree": NODE},
                "required": ["tree"],
                "$defs": {"node": {"properties": {"a": {"items": NODE}}, "required": ["a"]}},
            },
            {"/$defs/node": None},
        ),
        # A circle of two is broken where the references stand.
        (
            {
                "properties": {"a": {"properties": {"b": AGAIN}, "required": ["b"]}},
                "required": ["a"],
            },
            {"/properties/a": None},
        ),
        ({"properties": {"a": {"properties": {"b": AGAIN}}}, "required": ["a"]}, {}),
        ({"properties": {"a": NODE}, "required": ["a"], "$defs": {"node": {"type": "string"}}}, {}),
    ],
)
def test_gemini_requires_nothing_that_leads_back(schema: Any, required: dict[str, Any]) -> None:
    """ "Recursive $ref only in non-required props"."""
    written = json.loads(json.dumps(schema))
    for at, left in required.items():
        one = written
        for step in at.split("/")[1:]:
            one = one[step]
        del one["required"]
        if left:
            one["required"] = left
    for body, at in (
        ({"response_format": formatted(schema)}, "/response_format/json_schema/schema"),
        ({"tools": [function(schema)]}, "/tools/0/function/parameters"),
    ):
        asked = {"model": "g", "messages": HELLO, **body}
        t = dragoman.translate_request(asked, CHAT, GEMINI)
        said = t.body["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"] if "tools" in body else None
        assert (said or t.body["generationConfig"]["responseJsonSchema"]) == written
        told = [loss.at for loss in t.losses if loss.code == "schema.keyword"]
        assert told == [f"{at}{place}/required" for place in required]
        assert not laws.nothing_vanishes("request", asked, CHAT, GEMINI) + laws.settled("request", asked, CHAT, GEMINI)


GEMINI_FORMS = ["responseSchema", "responseJsonSchema"]


def from_gemini(target: str, form: str, schema: Any) -> tuple[Any, set[tuple[str, str, str]]]:
    """The format that a request of Gemini's has in a dialect of OpenAI's, and the losses."""
    config = {"responseMimeType": "application/json", form: schema}
    asked = {"contents": [{"role": "user", "parts": [{"text": "x"}]}], "generationConfig": config}
    t = dragoman.translate_request(asked, GEMINI, target)
    said = t.body["response_format"]["json_schema"] if "response_format" in t.body else t.body["text"]["format"]
    return said, {(loss.kind, loss.code, loss.at) for loss in t.losses}


UNBOUND = ("changed", "format.strict", "/generationConfig/responseMimeType")


@pytest.mark.parametrize("target", [CHAT, RESPONSES])
@pytest.mark.parametrize("form", GEMINI_FORMS)
def test_what_binds_at_gemini_binds_at_openai(target: str, form: str) -> None:
    """Its schemas do not say that objects are closed; those that require all they name are closed here, and bind."""
    schema = {k: v for k, v in CLOSED.items() if k != "additionalProperties"}
    inner = {"type": "object", "properties": {"l": {"type": "array", "items": schema}}, "required": ["l"]}
    said, losses = from_gemini(target, form, inner)
    assert said["strict"] is True
    assert said["schema"] == {
        **inner,
        "properties": {"l": {"type": "array", "items": CLOSED}},
        "additionalProperties": False,
    }
    assert not [loss for loss in losses if loss[:2] == UNBOUND[:2]]
    place = f"/generationConfig/{form}"
    assert {at for _, code, at in losses if code == "schema.keyword"} == {place, f"{place}/properties/l/items"}


@pytest.mark.parametrize("target", [CHAT, RESPONSES, "claude-thinking", f"{CHAT}+openrouter"])
@pytest.mark.parametrize("form", GEMINI_FORMS)
@pytest.mark.parametrize("schema", [LOOSE, {"type": "object"}, {**CLOSED, "additionalProperties": {}, "required": []}])
def test_what_cannot_bind_at_openai_is_told_as_changed(target: str, form: str, schema: Any) -> None:
    said, losses = from_gemini(target, form, schema)
    assert said["strict"] is False
    assert said["schema"] == schema
    assert UNBOUND in losses
    assert not [loss for loss in losses if loss[1] == "schema.keyword"]


@pytest.mark.parametrize("target", [CHAT, RESPONSES, "claude-thinking"])
@pytest.mark.parametrize(("schema", "binds"), [(CLOSED, True), ({**CLOSED, "required": []}, False)])
def test_the_answers_schema_of_messages_binds_or_that_is_told(target: str, schema: Any, binds: bool) -> None:
    asked = {"model": "gpt-5", "max_tokens": 9, "messages": HELLO}
    asked["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    t = dragoman.translate_request(asked, MESSAGES, target)
    said = t.body["response_format"]["json_schema"] if "response_format" in t.body else t.body["text"]["format"]
    assert (said["strict"], said["schema"]) == (binds, schema)
    told = [(loss.kind, loss.at) for loss in t.losses if loss.code == "format.strict" and loss.kind == "changed"]
    assert told == ([] if binds else [("changed", "/output_config/format/type")])


@pytest.mark.parametrize("target", [RESPONSES, "claude-thinking"])
def test_a_format_of_chat_that_was_a_hint_is_one(target: str) -> None:
    """ "strict default false": nothing that held before is lost."""
    asked = {"model": "gpt-5", "messages": HELLO, "response_format": formatted(LOOSE, None)}
    t = dragoman.translate_request(asked, CHAT, target)
    assert [(loss.kind, loss.code) for loss in t.losses] == [("invented", "format.strict")]
