"""`dragoman convert` and records of other endpoints: a log of a proxy has embeddings next to answers."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

import dragoman
from dragoman.cli.convert import Options
from tests import corpus
from tests.test_cli import CHAT, CHAT_ERROR, CHAT_RESPONSE, in_memory, jsonl

EMBEDDED = {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.1]}], "model": "e"}
EMBED = {"model": "text-embedding-3-small", "input": "x"}
COUNT = {"model": "c", "messages": [{"role": "user", "content": "x"}]}


def refused(record: Any, target: str = "openai-chat", **options: Any) -> dict[str, Any]:
    out, converter = in_memory(Options(target, **options), jsonl(record))
    assert converter.tally.failed == 1
    assert converter.tally.losses.total() == 0
    error: dict[str, Any] = out[0]["error"]
    return error


@pytest.mark.parametrize("target", dragoman.dialects())
@pytest.mark.parametrize(
    ("path", "request_", "response"),
    [
        ("/v1/embeddings", EMBED, EMBEDDED),
        ("/v1/images/generations", {"model": "i", "prompt": "cat"}, {"created": 1, "data": [{"b64_json": "aa"}]}),
        ("/v1/moderations", {"input": "x"}, {"id": "m", "model": "o", "results": [{"flagged": False}]}),
        ("/v1/audio/speech?key=SECRET", {"input": "x", "voice": "v", "model": "m"}, None),
        ("/v1/messages/count_tokens", COUNT, {"input_tokens": 8}),
        ("/v1/responses/input_tokens", {"input": "x"}, {"object": "response.input_tokens", "input_tokens": 8}),
        ("/v1beta/models/m:countTokens?key=SECRET", {"contents": []}, {"totalTokens": 4}),
        ("/v1/models", None, {"object": "list", "data": []}),
    ],
)
def test_a_path_of_another_endpoint_fails_as_a_line(path: str, request_: Any, response: Any, target: str) -> None:
    """ "a log must not say that there was" an error where there was a good answer."""
    record = {"request_path": path, "request": request_, "status": 200, "response": response}
    for named in ({}, {"dialect": "anthropic-messages"}, {"dialect": target}):
        error = refused({**record, **named}, target)
        assert error["at"] == "/request_path"
        assert error["message"].startswith("expected the path of a request for an answer, found ")
        assert "SECRET" not in str(error)


@pytest.mark.parametrize(
    ("request_", "response", "document"),
    [
        (EMBED, None, "request"),
        (json.dumps(EMBED), None, "request"),
        ({"model": "m", "input": "x"}, EMBEDDED, "response"),
        ({"model": "m", "input": "x"}, json.dumps(EMBEDDED), "response"),
        ({"model": "omni-moderation-latest", "input": "x"}, None, "request"),
        ({"model": "gpt-image-1", "prompt": "cat"}, None, "request"),
        ({"model": "m", "prompt": "cat"}, {"created": 1, "data": [{"url": "u"}]}, "response"),
        (COUNT, {"input_tokens": 8}, "response"),
        ({"contents": []}, {"totalTokens": 8}, "response"),
    ],
)
def test_a_body_of_another_endpoint_fails_without_a_path(request_: Any, response: Any, document: str) -> None:
    for more in ({}, {"request_path": "/proxy/x"}, {"dialect": "openai-chat"}):
        assert refused({"request": request_, "status": 200, "response": response, **more})["document"] == document


def test_a_failure_is_one_of_any_endpoint() -> None:
    """What failed is told as an error, as long as nothing says what it was that failed."""
    out, converter = in_memory(Options("anthropic-messages"), jsonl({"status": 400, "response": CHAT_ERROR}))
    assert converter.tally.failed == 0
    assert out[0]["response"]["error"]["message"] == "no"


def test_batch_lines_of_another_endpoint() -> None:
    line: dict[str, Any] = {
        "custom_id": "a",
        "method": "POST",
        "url": "/v1/embeddings",
        "body": {"model": "m", "input": "x"},
    }
    assert refused(line)["at"] == "/url"
    line = {"custom_id": "a", "error": None, "response": {"status_code": 200, "body": EMBEDDED}}
    assert refused(line)["document"] == "response"


def test_bare_bodies_of_another_endpoint() -> None:
    assert refused(EMBED)["document"] == "request"
    assert refused(EMBED, source="openai-responses", kind="request")["document"] == "request"
    assert refused(EMBEDDED, source="openai-chat", kind="response")["document"] == "response"


def test_what_an_answer_has_is_an_answer_whatever_else_it_has() -> None:
    odd = {**CHAT_RESPONSE, "data": [{"embedding": [1]}], "has_more": False, "object": "list"}
    out, converter = in_memory(Options("anthropic-messages"), jsonl({"request": CHAT, "response": odd}))
    assert converter.tally.failed == 0
    assert out[0]["response"]["content"] == [{"type": "text", "text": "Hello"}]


OTHER = [
    "anthropic-count-tokens",
    "gemini-count-tokens",
    "gemini-embeddings",
    "gemini-images",
    "models",
    "openai-embeddings",
    "openai-images",
    "openai-moderations",
]


@corpus.needs_traffic
@pytest.mark.parametrize("name", OTHER)
def test_recorded_records_of_other_endpoints_fail(name: str) -> None:
    """By their path; and those that went well without it, too, by what they asked or got."""
    folder = corpus.folder()
    assert folder is not None
    with gzip.open(folder / f"{name}.jsonl.gz") as lines:
        for line in lines:
            record = json.loads(line)
            kept = {key: record[key] for key in ("request_path", "request", "response", "status")}
            assert refused(kept)["at"] == "/request_path"
            del kept["request_path"]
            if record["status"] == 200:
                assert "expected" in refused(kept)["message"]


@corpus.needs_traffic
@pytest.mark.parametrize("dialect", [d for d in dragoman.dialects() if d != "claude-thinking"])
def test_no_recorded_answer_is_taken_for_another_endpoints(dialect: str) -> None:
    from dragoman.endpoints import asked_at, asked_by

    for one in corpus.load(dialect):
        assert asked_at(one.request_path or "") is None
        assert asked_by(one.request, "request") is None
        assert asked_by(one.response, "response") is None
