"""The strict models of the documents: what they let through, what they name, and the schemas made of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest

import dragoman
from dragoman import registry, wire
from dragoman.errors import Fault, UnknownDialect
from dragoman.wire import schemas
from tests import corpus, fixtures
from tests.reference import gemini
from tests.strategies import DIALECTS, common

SCHEMAS = Path(__file__).parent.parent / "schemas"
by_dialect = pytest.mark.parametrize("dialect", [name for name in registry.names() if name not in wire.SHAPE])

# (dialect, kind) -> pattern of a fault, numbers of list items as # -> why a document with it is valid all the same.
EXPLAINED: dict[tuple[str, str], dict[str, str]] = {
    ("anthropic-messages", "request"): {
        r"/(.*/)?configs/[px]_\w+: expected object, found \w+": "an unknown key of that place is a tool of that name",
        r"/(.*/)?tool_changes/.*/configs/.*": "the same",
    },
    ("anthropic-messages", "response"): {r"/(.*/)?configs/.*": "the same"},
    ("anthropic-messages", "event"): {r"/(.*/)?configs/.*": "the same"},
    ("anthropic-messages", "error"): {
        r"/type: expected 'error', found nothing": "gateways in between answer in forms of their own",
        r"/error: expected object, found (nothing|string)": "gateways",
        r"/error/type: expected string, found nothing": "gateways",
    },
}
# The same for recorded traffic, with how many documents have it at most.
RECORDED: dict[tuple[str, str], dict[str, tuple[int, str]]] = {
    ("openai-chat", "request"): {
        r"/model: expected string, found nothing": (21, "Azure's old paths keep the model there"),
        r"/response_format: expected object, found null": (2, "clients that send all they have"),
        r"/(tools|tool_choice): expected .*, found null": (2, "clients that send all they have"),
        r"/messages/#/(name|content): expected .*, found null": (2, "clients that send all they have"),
        r"/messages/#/content/#/input_audio: expected object, found string": (1, "a client's mistake"),
        r"/messages/#/content/#/type: expected string, found nothing": (1, "a client's mistake"),
        r"/response_format/json_schema/name: expected string, found nothing": (1, "a client's mistake"),
    },
    ("openai-chat", "event"): {
        r"/usage/(completion|total)_tokens: expected integer, found null": (54, "a server that counts at the end"),
    },
    ("anthropic-messages", "request"): {
        r"/output_format/schema: expected object, found nothing": (1, "the old beta, badly used"),
    },
    ("anthropic-messages", "response"): {
        r"/content/#/signature: expected string, found nothing": (3, "thinking that others made, unsigned"),
        r"/usage: expected object, found nothing": (2, "proxies"),
        r"/(id|type|role|model|content): .*": (5, "an error under status 200"),
    },
    ("openai-responses", "request"): {
        r"/tool_choice: expected string or object, found null": (1, "clients that send all they have"),
    },
    ("openai-responses", "response"): {
        r"/output/#/(container_id|action/env): expected .*, found nothing": (3, "servers that left it out once"),
        r"/(text/format/name|tools/#/container): expected .*, found nothing": (2, "a server that echoes it without"),
        r"/output/#/content/#/annotations/#/\w+: expected .*, found nothing": (3, "a citation of an address alone"),
    },
    ("gemini", "request"): {
        r"/contents/#/role: expected 'user', 'model' or 'function', found string": (1, "a test of what is refused"),
    },
}


def _said(fault: Fault) -> str:
    return re.sub(r"(?<=/)\d+(?=/|:)", "#", str(fault))


def _unexplained(dialect: str, kind: str, document: Any) -> list[str]:
    known = EXPLAINED.get((dialect, kind), {})
    said = map(_said, wire.faults(dialect, kind, document))
    return [one for one in said if not any(re.fullmatch(pattern, one) for pattern in known)]


def _generated(dialect: str, kind: str) -> Iterator[Any]:
    made = DIALECTS[dialect]
    if kind == "error":
        yield from (body for _, body in common.examples(made.errors(), 200))
    elif kind == "event":
        for stream in common.examples(made.streams(), 100) + common.examples(made.failing_streams(), 60):
            yield from (data for _, data in stream if isinstance(data, dict))
    else:
        yield from common.examples(made.requests() if kind == "request" else made.responses(), 200)


@by_dialect
@pytest.mark.parametrize("kind", wire.KINDS)
def test_generated_documents_have_no_faults(dialect: str, kind: str) -> None:
    count = 0
    for document in _generated(dialect, kind):
        before = deepcopy(document)
        assert _unexplained(dialect, kind, document) == []
        assert document == before
        count += 1
    assert count >= 200


# Fixtures with faults on purpose: nulls where the first-party service refuses them, and gateways do not.
NULLS = {"openai-chat/nulls.request"}


@pytest.mark.parametrize("fixture", fixtures.load("request", "response", "error"), ids=lambda one: one.id)
def test_fixtures_have_no_faults(fixture: fixtures.Fixture) -> None:
    body = fixture.json()
    told = fixture.kind != "response" or any(
        body.get(key) is not None for key in ("choices", "content", "output", "candidates")
    )
    kind = fixture.kind if told or "error" not in body else "error"
    said = _unexplained(fixture.dialect, kind, body)
    if fixture.id in NULLS:
        assert said
        assert all(one.endswith("found null") for one in said)
    else:
        assert said == []


def _events(rows: Iterable[corpus.Recorded]) -> Iterator[Any]:
    for row in rows:
        found = gemini.frames(row.stream_body or b"")  # which reads every form of a stream
        yield from (frame for frame in found if frame is not None)


def _recorded(dialect: str, kind: str) -> Iterable[Any]:
    if kind == "event":
        return _events(corpus.sampled(corpus.streams(dialect), 3))
    if kind == "request":
        return (row.request for row in corpus.requests(dialect))
    return (row.response for row in corpus.documents(dialect, ok=kind == "response"))


@corpus.needs_traffic
@by_dialect
@pytest.mark.parametrize("kind", wire.KINDS)
def test_recorded_documents_have_few_faults(dialect: str, kind: str) -> None:
    counts: Counter[str] = Counter()
    total = faulty = 0
    for document in _recorded(dialect, kind):
        said = set(_unexplained(dialect, kind, document))
        counts.update(said)
        total += 1
        faulty += bool(said)
    print(f"{dialect} {kind}: {total} recorded, {faulty} with faults")
    shares: Counter[str] = Counter()
    explained = RECORDED.get((dialect, kind), {})
    for one, count in counts.items():
        pattern = next((pattern for pattern in explained if re.fullmatch(pattern, one)), one)
        shares[pattern] += count
    assert {pattern: n for pattern, n in shares.items() if n > explained.get(pattern, (0, ""))[0]} == {}


CHAT: dict[str, Any] = {
    "model": 7,
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": 5}, {"type": "image_url", "image_url": {"url": None}}]},
        {"role": "narrator", "content": "x"},
        {"role": "assistant", "content": 1.5, "tool_calls": [{"id": "a", "function": {"name": "f"}}]},
        {"role": "tool", "content": "x"},
        "hello",
        {"role": "user", "content": [{"type": "future", "text": 5}, {"text": "no type"}]},
    ],
    "n": 1.0,
    "max_tokens": True,
    "temperature": 1,
    "stop": ["a", 1],
    "tools": None,
    "user": None,
    "metadata": {"a/b~c": 1},
    "unknown": {"anything": [1]},
}
CHAT_FAULTS = [
    ("/model", "string", "number"),
    ("/messages/0/content/0/text", "string", "number"),
    ("/messages/0/content/1/image_url/url", "string", "null"),
    ("/messages/1/role", "'developer', 'system', 'user', 'assistant', 'tool' or 'function'", "string"),
    ("/messages/2/content", "string or array or null", "number"),
    ("/messages/2/tool_calls/0/function/arguments", "string", "nothing"),
    ("/messages/3/tool_call_id", "string", "nothing"),
    ("/messages/4", "object", "string"),
    ("/messages/5/content/1/type", "string", "nothing"),
    ("/n", "integer", "number"),
    ("/max_tokens", "integer", "boolean"),
    ("/stop/1", "string", "number"),
    ("/tools", "array", "null"),
    ("/user", "string", "null"),
    ("/metadata/a~1b~0c", "string", "number"),
]
MESSAGES: dict[str, Any] = {
    "model": "m",
    "system": [{"type": "text", "text": "x", "cache_control": "ephemeral"}],
    "messages": [
        {"content": "x"},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": 1, "content": [{"type": "image", "source": {"type": "base64"}}]},
                {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": []}},
            ],
        },
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": "{}"}]},
    ],
    "tools": [{"name": "f"}, {"type": "web_search_20250305", "name": "web_search", "max_uses": 1.5}],
    "thinking": {"type": "enabled", "budget_tokens": "1024"},
    "tool_choice": "auto",
}
MESSAGES_FAULTS = [
    ("/system/0/cache_control", "object", "string"),
    ("/messages/0/role", "'user', 'assistant' or 'system'", "nothing"),
    ("/messages/1/content/0/tool_use_id", "string", "number"),
    ("/messages/1/content/0/content/0/source/media_type", "string", "nothing"),
    ("/messages/1/content/0/content/0/source/data", "string", "nothing"),
    ("/messages/1/content/1/source/data", "string", "array"),
    ("/messages/2/content/0/input", "object", "string"),
    ("/tools/0/input_schema", "object", "nothing"),
    ("/tools/1/max_uses", "integer", "number"),
    ("/thinking/budget_tokens", "integer", "string"),
    ("/tool_choice", "object", "string"),
    ("/max_tokens", "integer", "nothing"),
]


@pytest.mark.parametrize(
    ("dialect", "kind", "document", "wanted"),
    [
        ("openai-chat", "request", CHAT, CHAT_FAULTS),
        ("anthropic-messages", "request", MESSAGES, MESSAGES_FAULTS),
        (
            "openai-chat",
            "response",
            {"choices": [{"message": {"content": "x", "tool_calls": {}}, "logprobs": []}, None], "created": "now"},
            [
                ("/choices/0/message/tool_calls", "array", "object"),
                ("/choices/0/logprobs", "object", "array"),
                ("/choices/1", "object", "null"),
                ("/created", "integer", "string"),
            ],
        ),
        ("openai-chat", "error", "oops", [("", "object or array", "string")]),
        ("openai-chat", "error", [{"error": {"message": 1}}], [("/0/error/message", "string", "number")]),
        ("openai-chat", "event", {"choices": [{"delta": 5}]}, [("/choices/0/delta", "object", "number")]),
        (
            "anthropic-messages",
            "event",
            {"type": "content_block_delta", "index": "0", "delta": {"type": "text_delta"}},
            [("/index", "integer", "string"), ("/delta/text", "string", "nothing")],
        ),
        ("anthropic-messages", "event", {"index": 0}, [("/type", "string", "nothing")]),
        ("anthropic-messages", "event", None, [("", "object", "null")]),
    ],
)
def test_faults_are_named_all_at_once(
    dialect: str, kind: str, document: Any, wanted: list[tuple[str, str, str]]
) -> None:
    assert [(one.at, one.expected, one.found) for one in wire.faults(dialect, kind, document)] == wanted


@by_dialect
def test_faults_name_places_not_values(dialect: str) -> None:
    secret = "sk-never-shown"
    messages = [{"role": secret, "content": {secret: secret}, "parts": {secret: secret}}]
    document = {"model": [secret], "messages": messages, "input": messages, "contents": messages, "max_tokens": secret}
    found = wire.faults(dialect, "request", document)
    assert found
    assert secret not in repr(found)


@pytest.mark.parametrize("text", ["\ud800", "\0?", "\0text", "~/", "\0"])
def test_odd_text_is_text(text: str) -> None:
    metadata: dict[str, Any] = {text: text}
    body = {"model": text, "messages": [{"role": "user", "content": text, text: text}], "metadata": metadata}
    assert wire.faults("openai-chat", "request", body) == []
    metadata[text] = 1
    assert [one.expected for one in wire.faults("openai-chat", "request", body)] == ["string"]


def test_keys_that_are_no_text() -> None:
    body = {"model": "m", "messages": [], 5: 6, "metadata": {7: "x"}}
    assert all(isinstance(one, Fault) for one in wire.faults("openai-chat", "request", body))


def test_big_numbers_and_flavours() -> None:
    body = {"model": "m", "messages": [], "seed": 2**70, "temperature": 2**70}
    assert wire.faults("openai-chat+azure", "request", body) == []
    with pytest.raises(UnknownDialect):
        wire.faults("openai-chatt", "request", body)
    with pytest.raises(ValueError):
        wire.faults("openai-chat", "letter", body)


def test_every_dialect_has_every_kind() -> None:
    for dialect in registry.names():
        assert tuple(wire.models(dialect)) == wire.KINDS
    assert all(wire.models(name) is wire.models(of) for name, of in wire.SHAPE.items())


def test_the_committed_schemas_are_fresh() -> None:
    wanted = dict(schemas.files())
    found = {path.relative_to(SCHEMAS).as_posix(): path.read_text("utf-8") for path in SCHEMAS.glob("*/*.schema.json")}
    stale = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    assert stale == [], "make schemas"


def test_schemas_are_written_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "request.schema.json").write_text("{}")
    command = [sys.executable, "-W", "error", "-m", "dragoman.wire", str(tmp_path)]
    env = {"PYTHONPATH": str(Path(wire.__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, check=True, capture_output=True, env=env)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*.json")}
    assert written == set(dict(schemas.files()))


@by_dialect
@pytest.mark.parametrize("kind", wire.KINDS)
def test_schemas_say_what_they_are(dialect: str, kind: str) -> None:
    made = schemas.schema(dialect, kind)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["$id"] == f"urn:dragoman:{dialect}:{kind}"
    assert made["title"]
    assert made["description"]
    text = json.dumps(made)
    assert "\\u0000" not in text
    referred = set(re.findall(r'"#/\$defs/([^"]+)"', text))
    assert referred == set(made.get("$defs", {}))


@by_dialect
@pytest.mark.parametrize("kind", ["request", "response", "event"])
def test_schemas_judge_as_the_models_do(dialect: str, kind: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    judge = jsonschema.Draft202012Validator(schemas.schema(dialect, kind))
    for document in list(_generated(dialect, kind))[:60]:
        assert judge.is_valid(document) is (not wire.faults(dialect, kind, document))


def test_validate_names_every_fault_and_is_off_by_default() -> None:
    body = {"model": 5, "messages": [{"role": "user", "content": "hi"}], "temperature": "hot"}
    assert dragoman.translate_request(body, "openai-chat", "anthropic-messages").losses
    for call in (
        lambda: dragoman.translate_request(body, "openai-chat", "anthropic-messages", validate=True),
        lambda: dragoman.translate_request(body, "openai-chat", "openai-chat", validate=True),
        lambda: dragoman.read_request(body, "openai-chat", validate=True),
        lambda: dragoman.Exchange("openai-chat", "anthropic-messages", validate=True).request(body),
    ):
        with pytest.raises(dragoman.InvalidDocument) as told:
            call()
        assert {fault.at for fault in told.value.faults} == {"/model", "/temperature"}


def test_validate_takes_what_is_sound() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    t = dragoman.translate_request(body, "openai-chat", "anthropic-messages", validate=True)
    assert dragoman.translate_request(t.json(), "anthropic-messages", "openai-chat", validate=True).body["messages"]
    error = {"error": {"message": "no", "type": "server_error", "param": None, "code": None}}
    assert dragoman.translate_error(500, error, "openai-chat", "anthropic-messages", validate=True).status == 500
    assert dragoman.translate_response({}, "openai-chat", "anthropic-messages", validate=True).status == 500


def _places(call: Any) -> set[str]:
    with pytest.raises(dragoman.InvalidDocument) as told:
        call()
    return {fault.at for fault in told.value.faults}


def test_validate_checks_what_is_written() -> None:
    """docs/api.md: "Keywords of every one-shot function"."""
    body = {"model": 5, "messages": [{"role": "user", "content": "hi"}], "temperature": "hot"}
    read = dragoman.read_request(body, "openai-chat")
    assert dragoman.write_request(read, "openai-chat").body == body
    assert _places(lambda: dragoman.write_request(read, "openai-chat", validate=True)) == {"/model", "/temperature"}
    assert dragoman.write_request(read, "anthropic-messages", validate=True).body["messages"]
    answer = {"choices": [{"index": "x", "message": {"content": 5}}]}
    response = dragoman.read_response(answer, "openai-chat")
    assert "/choices/0/index" in _places(lambda: dragoman.write_response(response, "openai-chat", validate=True))


def test_validate_checks_canonical_documents() -> None:
    """DESIGN 11: "a DragomanError with the place"."""
    asked = dragoman.read_request({"model": "m", "messages": [{"role": "user", "content": "hi"}]}, "openai-chat")
    cast(Any, asked.messages[0].parts[0]).text = 5
    assert _places(lambda: dragoman.write_request(asked, "gemini", validate=True)) == {"/messages/0/parts/0/text"}
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
    response = dragoman.read_response(answer, "openai-chat")
    cast(Any, response.candidates[0]).index = "first"
    assert _places(lambda: dragoman.write_response(response, "gemini", validate=True)) == {"/candidates/0/index"}
    cast(Any, response).candidates = [None]
    with pytest.raises(dragoman.DragomanError):
        dragoman.write_response(response, "gemini", validate=True)


def test_validate_checks_an_error_in_a_list() -> None:
    listed: Any = [{"error": {"message": 5}}]
    for body in (listed, json.dumps(listed)):
        assert _places(
            lambda body=body: dragoman.translate_response(body, "openai-chat", "anthropic-messages", validate=True)
        ) == {"/0/error/message"}
    twice = b'[{"error": {"message": "a", "message": "b"}}]'
    assert _places(lambda: dragoman.translate_response(twice, "gemini", "openai-chat", validate=True)) == {
        "/0/error/message"
    }
    sound = b'[{"error": {"message": "no"}}]'
    assert dragoman.translate_response(sound, "gemini", "openai-chat", validate=True).status == 500


@by_dialect
def test_what_is_written_for_others_is_sound(dialect: str) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    assert dragoman.write_request(dragoman.read_request(body, "openai-chat"), dialect, validate=True).body
    exchange = dragoman.Exchange("openai-chat", dialect, validate=True)
    assert exchange.request(body).body


# What the official SDK really sends, mixed, and wrong (spec/GEMINI.md 1).
MIXED: dict[str, Any] = {
    "contents": [{"parts": [{"inlineData": {"mime_type": 5}, "thought_signature": 7}, {"inline_data": {"data": 1}}]}],
    "generation_config": {"max_output_tokens": "many", "thinkingConfig": {"include_thoughts": "yes"}},
    "system_instruction": "x",
    "tools": [{"function_declarations": "x"}, {"functionDeclarations": [{"name": "f", "parameters": {"any_of": 5}}]}],
}
MIXED_FAULTS = {
    "/contents/0/parts/0/inlineData/mime_type",
    "/contents/0/parts/0/thought_signature",
    "/contents/0/parts/1/inline_data/data",
    "/generation_config/max_output_tokens",
    "/generation_config/thinkingConfig/include_thoughts",
    "/system_instruction",
    "/tools/0/function_declarations",
    "/tools/1/functionDeclarations/0/parameters/any_of",
}


def test_gemini_is_checked_in_both_casings() -> None:
    """ "lowerCamelCase AND snake_case both accepted, may be mixed"; the places are those of the document."""
    assert {fault.at for fault in wire.faults("gemini", "request", MIXED)} == MIXED_FAULTS
    jsonschema = pytest.importorskip("jsonschema")
    judge = jsonschema.Draft202012Validator(schemas.schema("gemini", "request"))
    for key, value in MIXED.items():
        assert not judge.is_valid({"contents": [], key: value})
    answer = {"candidates": [{"finish_reason": [], "content": {"parts": [{"function_call": {"args": 5}}]}}]}
    assert {fault.at for fault in wire.faults("gemini", "response", answer)} == {
        "/candidates/0/finish_reason",
        "/candidates/0/content/parts/0/function_call/args",
    }


def test_sound_snake_case_of_gemini_is_sound() -> None:
    parts = [{"inline_data": {"mime_type": "image/png", "data": "aGk="}, "media_resolution": {"level": 1}}]
    config = {"response_schema": {"type": "ARRAY", "items": {"any_of": [{"type": "STRING"}]}}, "top_k": 3}
    body = {"contents": [{"parts": parts}], "generation_config": config, "cached_content": None}
    assert wire.faults("gemini", "request", body) == []


@pytest.mark.parametrize("dialect", ["openai-responses", "gemini"])
def test_the_roles_of_requests_are_closed(dialect: str) -> None:
    """spec/OPENAI.md 2.2 and spec/GEMINI.md 2: "system" -> 400 `Please use a valid role: user, model.`"""
    bodies: dict[str, Callable[[str], dict[str, Any]]] = {
        "openai-responses": lambda role: {"input": [{"role": role, "content": "x"}]},
        "gemini": lambda role: {"contents": [{"role": role, "parts": [{"text": "x"}]}]},
    }
    roles = {"openai-responses": ["user", "assistant", "system", "developer"], "gemini": ["user", "model", "function"]}
    for role in roles[dialect]:
        assert wire.faults(dialect, "request", bodies[dialect](role)) == []
    for role in {"tool", "system", "narrator", ""} - set(roles[dialect]):
        (fault,) = wire.faults(dialect, "request", bodies[dialect](role))
        assert fault.at in ("/input/0/role", "/contents/0/role")
