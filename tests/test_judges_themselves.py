"""The judges judged: they see what a document of their own dialect says, and they notice what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests import corpus, fixtures
from tests.judges import google_sdk, openai_responses_sdk, samples
from tests.judges.anthropic_sdk import AnthropicJudge
from tests.judges.expectation import completions_as_chat, fails, plain_anthropic, plain_chat
from tests.judges.google_sdk import GoogleJudge, plain_gemini
from tests.judges.loopback import Loopback
from tests.judges.openai_responses_sdk import ResponsesJudge, plain_responses
from tests.judges.openai_sdk import CompletionsJudge, OpenAIJudge
from tests.judges.seen import Call, SdkError, Seen, differences
from tests.reference import anthropic, chat, completions, gemini, responses

EVERY = 5


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


@pytest.fixture(scope="module")
def openai(server: Loopback) -> Iterator[OpenAIJudge]:
    with OpenAIJudge(server) as judge:
        yield judge


@pytest.fixture(scope="module")
def claude(server: Loopback) -> Iterator[AnthropicJudge]:
    with AnthropicJudge(server) as judge:
        yield judge


# Extensions of Chat that the official SDK does not know, or refuses in strict mode.
BEYOND_OPENAI = frozenset({"parts"})


@pytest.mark.parametrize("name", sorted(set(samples.CHAT_DOCUMENTS) - BEYOND_OPENAI))
def test_the_openai_judge_sees_what_a_document_says(name: str, openai: OpenAIJudge) -> None:
    document = samples.CHAT_DOCUMENTS[name]
    seen = openai.response(json.dumps(document).encode())
    expected = plain_chat(document)
    assert isinstance(seen, Seen)
    assert [call.id for call in expected.calls] == [call.id for call in seen.calls]
    assert [one for one in differences(expected, seen) if not one.startswith("call id")] == []


@pytest.mark.parametrize("name", samples.ANTHROPIC_DOCUMENTS)
def test_the_anthropic_judge_sees_what_a_message_says(name: str, claude: AnthropicJudge) -> None:
    document = samples.ANTHROPIC_DOCUMENTS[name]
    assert differences(plain_anthropic(document), claude.response(json.dumps(document).encode())) == []


@pytest.mark.parametrize("name", samples.ANTHROPIC_STREAMS)
def test_the_anthropic_judge_sees_what_a_stream_says(name: str, claude: AnthropicJudge) -> None:
    data = samples.ANTHROPIC_STREAMS[name]
    merged = anthropic.merge(data)
    expected = plain_anthropic(merged.document, merged.raw_inputs)
    assert differences(expected, claude.stream_raw(data)) == []
    if name != "a call cut off":  # the SDK guesses how it would have gone on
        assert differences(expected, claude.stream_helper(data)) == []


@pytest.mark.parametrize("name", ["text", "nothing said", "reasoning, text, call", "length", "filter", "refusal"])
def test_the_openai_judge_sees_what_a_stream_says(name: str, openai: OpenAIJudge) -> None:
    data = samples.CHAT_STREAMS[name]
    expected = plain_chat(chat.merge(data).document)
    assert differences(expected, openai.stream_raw(data)) == []
    assert differences(expected, openai.stream_helper(data)) == []


def _of(dialect: str, kind: str) -> list[Any]:
    found = (one for one in fixtures.load(kind) if one.dialect == dialect)
    return [pytest.param(one, id=one.name) for one in found]


# What compatible servers send, and the SDK refuses in strict mode.
BEYOND_COMPLETIONS = frozenset({"bare", "error-under-200", "bare-finish", "logprobs"})
BEYOND_RESPONSES = frozenset(
    [
        "bare",
        "seed-plain",
        "seed-stream",
        "seed-web-search",
        "web-search",
        "unknown",
        "reasoning-text",
        "empty-terminal",
    ]
)
BEYOND_GEMINI = frozenset({"nulls", "unknown", "odd-frames"})
NUMBERED, IN_PIECES = "vertex", "call-pieces"  # enums as numbers; arguments that the SDK does not put together


@pytest.mark.parametrize("fixture", _of("openai-completions", "response"))
def test_the_completions_judge_sees_what_a_document_says(fixture: fixtures.Fixture, server: Loopback) -> None:
    with CompletionsJudge(server) as judge:
        seen = judge.response(fixture.data)
    if fixture.name in BEYOND_COMPLETIONS:
        assert _illegal(seen)
    else:
        assert differences(plain_chat(completions_as_chat(fixture.json())), seen) == []


@pytest.mark.parametrize("fixture", _of("openai-completions", "stream"))
def test_the_completions_judge_sees_what_a_stream_says(fixture: fixtures.Fixture, server: Loopback) -> None:
    with CompletionsJudge(server) as judge:
        seen = judge.stream_raw(fixture.data)
    merged = completions.merge(fixture.data)
    if merged.complete and fixture.name not in ("bare-finish", "finish-twice"):
        assert differences(plain_chat(completions_as_chat(merged.document)), seen) == []


@pytest.mark.parametrize("fixture", _of("openai-responses", "response"))
def test_the_responses_judge_sees_what_a_document_says(fixture: fixtures.Fixture, server: Loopback) -> None:
    with ResponsesJudge(server) as judge:
        seen = judge.response(fixture.data)
    if openai_responses_sdk.fails(fixture.json()):
        assert isinstance(seen, SdkError)
    elif fixture.name not in BEYOND_RESPONSES:
        assert differences(plain_responses(fixture.json()), seen) == []


@pytest.mark.parametrize("fixture", _of("openai-responses", "stream"))
def test_the_responses_judge_sees_what_a_stream_says(fixture: fixtures.Fixture, server: Loopback) -> None:
    merged = responses.merge(fixture.data)
    with ResponsesJudge(server) as judge:
        for seen in (judge.stream_raw(fixture.data), judge.stream_helper(fixture.data)):
            if not merged.complete:
                assert isinstance(seen, SdkError)
            elif fixture.name not in BEYOND_RESPONSES:
                assert differences(plain_responses(merged.document), seen) == []


@pytest.mark.parametrize("fixture", _of("gemini", "response"))
def test_the_google_judge_sees_what_a_document_says(fixture: fixtures.Fixture, server: Loopback) -> None:
    with GoogleJudge(server, strict=fixture.name not in BEYOND_GEMINI) as judge:
        seen = judge.response(fixture.data)
    found = differences(plain_gemini(fixture.json()), seen) if fixture.name != NUMBERED else []
    assert [one for one in found if not one.startswith("call id")] == []


@pytest.mark.parametrize("fixture", _of("gemini", "stream"))
def test_the_google_judge_sees_what_a_stream_says(fixture: fixtures.Fixture, server: Loopback) -> None:
    merged = gemini.merge(fixture.data)
    if fixture.data.lstrip().startswith(b"["):
        return  # the SDK asks for SSE
    with GoogleJudge(server, strict=False) as judge:
        seen = judge.stream_raw(fixture.data)
    if merged.complete and fixture.name != IN_PIECES:
        found = differences(plain_gemini(merged.document), seen)
        assert [one for one in found if not one.startswith("call id")] == []


def test_the_google_judge_notices(server: Loopback) -> None:
    document = fixtures.named("gemini/plain.response").json()
    candidate = document["candidates"][0]
    with GoogleJudge(server) as judge:
        for broken in (
            {**document, "candidates": [{**candidate, "finishReason": "THE_END"}]},
            {**document, "candidates": [{**candidate, "content": {"role": "model", "parts": [{"texts": "x"}]}}]},
            {**document, "usageMetadata": {"promptTokenCount": "many"}},
        ):
            assert _illegal(judge.response(json.dumps(broken).encode()))
        error = judge.error(429, fixtures.named("gemini/429-quota.error").data)
    assert isinstance(error, SdkError)
    assert (error.legal, error.status) == (True, 429)
    assert google_sdk.fails({"error": {"code": 400}})


def _illegal(seen: Seen | SdkError) -> bool:
    return isinstance(seen, SdkError) and not seen.legal


def test_the_openai_judge_notices(openai: OpenAIJudge) -> None:
    document: dict[str, Any] = samples.CHAT_DOCUMENTS["text"]
    choice = document["choices"][0]
    for broken in (
        {**document, "created": "yesterday"},
        {**document, "choices": []},
        {**document, "choices": [{**choice, "finish_reason": "end_turn"}]},
        {**document, "usage": {"prompt_tokens": 1}},
    ):
        assert _illegal(openai.response(json.dumps(broken).encode()))
    assert _illegal(openai.stream_raw(b"data: [DONE]\n\n")) is False  # nothing to complain of, and nothing seen
    assert _illegal(openai.stream_helper(b"data: [DONE]\n\n"))
    assert _illegal(openai.stream_helper(samples.CHAT_STREAMS["calls without index"]))
    doubled = openai.stream_helper(samples.CHAT_STREAMS["an index used again"])
    assert isinstance(doubled, Seen)
    assert doubled.calls == (Call("call_1call_2", "fg", '{"a":1}{"b":2}'),)
    error = openai.stream_raw(samples.BROKEN_CHAT_STREAMS["an error in the middle"])
    assert isinstance(error, SdkError)
    assert (error.legal, error.name, error.code) == (True, "APIError", "server_error")


def test_the_anthropic_judge_notices(claude: AnthropicJudge) -> None:
    document: dict[str, Any] = samples.ANTHROPIC_DOCUMENTS["text"]
    for broken in (
        {**document, "stop_reason": "stop"},
        {**document, "content": "text"},
        {**document, "usage": {"input_tokens": 1}},
        {**document, "content": [{"type": "tool_use", "id": "a", "name": "f", "input": "{}"}]},
    ):
        assert _illegal(claude.response(json.dumps(broken).encode()))
    text = {"type": "content_block_start", "content_block": {"type": "text", "text": ""}}
    start: dict[str, Any] = {"type": "message_start", "message": {**document, "content": []}}
    gap = samples.anthropic_sse(start, {**text, "index": 1}, {"type": "message_stop"})
    assert _illegal(claude.stream_raw(gap))
    assert _illegal(claude.stream_helper(b""))
    error = claude.stream_raw(samples.BROKEN_ANTHROPIC_STREAMS["an error in the middle"])
    assert isinstance(error, SdkError)
    assert (error.legal, error.name, error.type) == (True, "APIStatusError", "overloaded_error")


def test_differences_are_told() -> None:
    expected = Seen(text="a", calls=(Call("call_1", "f", '{"a":1,"b":2}'),), finish="stop", usage={"input": 1})
    assert differences(expected, Seen("a", "", (Call("call_1", "f", '{"b": 2, "a": 1}'),), "stop", {"input": 1})) == []
    other = Seen("b", "", (Call("call_1", "f", '{"a":1.0,"b":2}'),), "length", {"input": 2})
    assert [one.split(":")[0] for one in differences(expected, other)] == [
        "text",
        "calls",
        "finish",
        "usage input",
    ]
    assert differences(expected, SdkError("APIError", "no", None, True)) == ["the SDK raised APIError: no"]


@corpus.needs_traffic
def test_the_judges_see_what_recorded_documents_say(server: Loopback) -> None:
    failures: dict[str, list[str]] = {}
    with OpenAIJudge(server, strict=False) as openai, AnthropicJudge(server, strict=False) as claude:
        for row in corpus.sampled(corpus.documents("openai-chat"), EVERY):
            message = {} if fails(row.response) else row.response["choices"][0]["message"]
            if message and not isinstance(message.get("content"), list):
                seen = openai.response(json.dumps(row.response).encode())
                found = differences(plain_chat(row.response), seen)
                failures[row.id] = [one for one in found if not one.startswith(("call id", "reasoning"))]
        for row in corpus.sampled(corpus.documents("anthropic-messages"), EVERY):
            if row.response.get("usage"):
                seen = claude.response(json.dumps(row.response).encode())
                failures[row.id] = differences(plain_anthropic(row.response), seen)
    assert {identity: found for identity, found in failures.items() if found} == {}
