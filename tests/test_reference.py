"""The tests' own merges of raw streams, against documents written out here and the SDKs' accumulators.

The accumulators are judges with known faults: each fault is a row below, nothing outside the rows may differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import corpus, fixtures
from tests.judges import samples
from tests.judges.anthropic_sdk import AnthropicJudge
from tests.judges.loopback import Loopback
from tests.judges.openai_sdk import OpenAIJudge
from tests.reference import anthropic, chat, completions, gemini, responses
from tests.reference.common import Json, Leaf, Merged, empty, frames, prune, same

EVERY = 5
MERGES: dict[str, Callable[[bytes], Merged]] = {
    "openai-chat": chat.merge,
    "anthropic-messages": anthropic.merge,
    "openai-completions": completions.merge,
    "openai-responses": responses.merge,
    "gemini": gemini.merge,
}
UNACCOUNTED: dict[str, Callable[[Merged], list[Leaf]]] = {
    "openai-chat": lambda merged: chat.unaccounted(merged.frames, merged.document),
    "anthropic-messages": lambda merged: anthropic.unaccounted(merged.frames, merged.document, merged.raw_inputs),
    "openai-completions": lambda merged: completions.unaccounted(merged.frames, merged.document),
    "openai-responses": lambda merged: responses.unaccounted(merged.frames, merged.document),
    "gemini": lambda merged: gemini.unaccounted(merged.frames, merged.document),
}
# The SDK's models complain on the way out when a provider's `content` is a list.
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning")

Difference = tuple[tuple[str, ...], Any, Any]


@pytest.fixture(scope="module")
def judges() -> Iterator[tuple[OpenAIJudge, AnthropicJudge]]:
    with (
        Loopback() as server,
        OpenAIJudge(server, strict=False) as one,
        AnthropicJudge(server, strict=False) as other,
    ):
        yield one, other


def _calls(frame: Json) -> Iterator[Json]:
    for choice in frame.get("choices") or []:
        yield from (choice.get("delta") or {}).get("tool_calls") or []


def _lists_without_index(frame: Json) -> bool:
    return any(
        isinstance(value, list) and key != "tool_calls" and any("index" not in entry for entry in value)
        for choice in frame.get("choices") or []
        for key, value in (choice.get("delta") or {}).items()
    )


# What makes the Chat accumulator raise: exception, and what it is about the stream.
CHAT_RAISES: list[tuple[type[Exception], str, Callable[[Json], bool]]] = [
    (
        AssertionError,
        "a fragment with `type: null`",
        lambda f: any(c.get("type", 1) is None for c in _calls(f)),
    ),
    (
        AttributeError,
        "a choice without delta",
        lambda f: any("delta" not in c for c in f.get("choices") or []),
    ),
    (RuntimeError, "list entries without index", _lists_without_index),
    (TypeError, "a chunk without choices", lambda f: f.get("choices") is None),
    (TypeError, "a call without index", lambda f: any("index" not in c for c in _calls(f))),
]

# Where the Chat accumulator's snapshot differs from the merge, and why.
CHAT_DEVIATES: dict[tuple[str, ...], str] = {
    ("choices", "message", "role"): "concatenated when repeated",
    ("choices", "message", "channel"): "concatenated when repeated",
    ("choices", "message", "reasoning_details", "format"): "concatenated when repeated",
    ("choices", "message", "reasoning_details", "id"): "concatenated when repeated",
    ("choices", "message", "reasoning_details"): "entries of two types under one index become one",
    ("choices", "message", "executed_tools", "arguments"): "concatenated when repeated",
    ("choices", "message", "reasoning_encrypted"): "booleans added up",
    ("choices", "message", "token_id"): "numbers added up",
    ("choices", "message", "tool_calls", "id"): "concatenated when repeated",
    ("choices", "message", "tool_calls", "function", "name"): "concatenated when repeated",
    ("choices", "message", "tool_calls", "index"): "a stream's index stays in the message",
    ("choices", "message", "tool_calls"): "an index used again by another call merges the two",
    ("choices", "logprobs", "content", "logprob"): "an integer becomes a float",
    ("choices", "logprobs", "content", "top_logprobs", "logprob"): "an integer becomes a float",
    ("choices", "logprobs"): "lists it does not know are not appended",
    ("choices", "finish_reason"): "a later null erases it",
    ("id",): "the first chunk's, empty or not",
    ("created",): "the first chunk's, empty or not",
    ("model",): "the first chunk's, empty or not",
    ("system_fingerprint",): "the first chunk's, empty or not",
    ("usage",): "a later null erases it; x_groq is no place for it",
}
CHOICE_KEYS = frozenset({"index", "message", "finish_reason", "logprobs"})
TOP_KEYS = frozenset({"id", "object", "created", "model", "choices", "usage"})

ANTHROPIC_DEVIATES: dict[tuple[str, ...], str] = {
    ("amazon-bedrock-invocationMetrics",): "what message_stop says is not folded",
    ("container",): "what message_delta says is folded only where it is typed",
    ("context_management",): "belongs to the beta accumulator",
    ("usage", "iterations"): "belongs to the beta accumulator",
    ("usage", "server_tool_use"): "a dict beside a null",
    ("content", "estimated_tokens"): "extras of a delta are not folded",
    ("content", "input"): "the text of an MCP call is not folded, one that was cut off is guessed at",
    ("content", "content"): "compaction belongs to the beta accumulator",
}


def _differences(left: Any, right: Any, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in {**left, **right}:
            if key not in left or key not in right:
                yield (*path, key), left.get(key), right.get(key)
            else:
                yield from _differences(left[key], right[key], (*path, key))
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for one, other in zip(left, right, strict=True):
            yield from _differences(one, other, path)
    elif not same(left, right):
        yield path, left, right


def _chat_excused(path: tuple[str, ...], ours: Any) -> bool:
    if path == ("choices", "message", "content"):
        return isinstance(ours, list)  # parts and texts mixed are beyond it
    if path[:1] == ("choices",) and len(path) > 1 and path[1] not in CHOICE_KEYS:
        return True  # unknown keys of later chunks' choices are not folded
    return path[0] not in TOP_KEYS or path in CHAT_DEVIATES  # nor are those of later chunks


def _against_chat(judge: OpenAIJudge, data: bytes, merged: Merged) -> list[Difference | str]:
    try:
        snapshot = judge.stream_state(data).to_dict(mode="json", warnings=False)
    except Exception as error:
        reasons = [why for kind, why, holds in CHAT_RAISES if type(error) is kind and any(map(holds, merged.frames))]
        return [] if reasons else [f"raised {type(error).__name__}: {error}"]
    found = _differences(prune(merged.document), prune(snapshot))
    return [one for one in found if not _chat_excused(one[0], one[1])]


def _against_anthropic(judge: AnthropicJudge, data: bytes, merged: Merged) -> list[Difference | str]:
    try:
        message = judge.stream_state(data).to_dict(mode="json", warnings=False)
    except ValueError as error:
        broken = any(frame is None for _, frame in frames(data)) or b"[DONE]" in data
        unfinished = any(isinstance(block.get("input"), str) for block in merged.document["content"])
        return [] if broken or unfinished else [f"raised {type(error).__name__}: {error}"]
    document = prune(merged.document)
    for block in document.get("content") or []:
        if isinstance(block.get("input"), str):
            del block["input"]  # the SDK guesses what a cut-off text would have become
    found = _differences(document, prune(message))
    return [one for one in found if one[0] not in ANTHROPIC_DEVIATES]


def _told(failures: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {str(found)[:600]}" for name, found in failures.items())


@pytest.mark.parametrize("name", samples.CHAT_STREAMS)
def test_chat_merge_and_accumulator_agree_on_samples(name: str, judges: tuple[OpenAIJudge, AnthropicJudge]) -> None:
    data = samples.CHAT_STREAMS[name]
    merged = chat.merge(data)
    assert (merged.complete, merged.error) == (True, None)
    assert chat.unaccounted(merged.frames, merged.document) == []
    assert _against_chat(judges[0], data, merged) == []


@pytest.mark.parametrize("name", samples.ANTHROPIC_STREAMS)
def test_anthropic_merge_and_accumulator_agree_on_samples(
    name: str, judges: tuple[OpenAIJudge, AnthropicJudge]
) -> None:
    data = samples.ANTHROPIC_STREAMS[name]
    merged = anthropic.merge(data)
    assert (merged.complete, merged.error) == (True, None)
    assert anthropic.unaccounted(merged.frames, merged.document, merged.raw_inputs) == []
    assert _against_anthropic(judges[1], data, merged) == []


@pytest.mark.parametrize("name", samples.BROKEN_CHAT_STREAMS)
def test_a_broken_chat_stream_is_not_complete(name: str) -> None:
    assert not chat.merge(samples.BROKEN_CHAT_STREAMS[name]).complete


@pytest.mark.parametrize("name", samples.BROKEN_ANTHROPIC_STREAMS)
def test_a_broken_anthropic_stream_is_not_complete(name: str) -> None:
    assert not anthropic.merge(samples.BROKEN_ANTHROPIC_STREAMS[name]).complete


def test_chat_merge_by_the_rules() -> None:
    message = chat.merge(samples.CHAT_STREAMS["calls that interleave"]).document["choices"][0]["message"]
    assert [(call["id"], call["function"]["arguments"]) for call in message["tool_calls"]] == [
        ("call_1", '{"a": 1}'),
        ("call_2", '{"b": 2}'),
    ]
    assert [
        call["id"]
        for name in ("calls without index", "an index used again", "id, name and role repeated")
        for call in chat.merge(samples.CHAT_STREAMS[name]).document["choices"][0]["message"]["tool_calls"]
    ] == ["call_1", "call_2", "call_1", "call_2", "call_1"]
    late = chat.merge(samples.CHAT_STREAMS["envelope late"]).document
    assert (late["id"], late["model"], late["created"]) == ("chatcmpl-1", "gpt-test", 1_760_000_000)
    repeated = chat.merge(samples.CHAT_STREAMS["id, name and role repeated"]).document
    assert repeated["usage"]["total_tokens"] == 42
    assert repeated["choices"][0]["finish_reason"] == "tool_calls"
    twice = chat.merge(samples.CHAT_STREAMS["reasoning twice"]).document["choices"][0]["message"]
    assert twice["reasoning"] == "2+2"
    assert twice["reasoning_details"] == [{"type": "reasoning.text", "text": "2+2", "index": 0, "signature": "c2ln"}]
    parts = chat.merge(samples.CHAT_STREAMS["parts"]).document["choices"][0]["message"]["content"]
    assert parts == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "yes!"},
    ]


def test_anthropic_merge_by_the_rules() -> None:
    merged = anthropic.merge(samples.ANTHROPIC_STREAMS["thinking, text, calls"])
    assert [block["type"] for block in merged.document["content"]] == [
        "thinking",
        "text",
        "tool_use",
        "tool_use",
    ]
    assert merged.document["content"][0] == {"type": "thinking", "thinking": "2+2", "signature": "c2ln"}
    assert merged.document["content"][2]["input"] == {"a": 1.0}
    assert merged.raw_inputs == {2: '{"a": 1.0}', 3: '{"b": [1, "ü"]}'}
    assert merged.document["stop_reason"] == "tool_use"
    late = anthropic.merge(samples.ANTHROPIC_STREAMS["late counts"]).document["usage"]
    assert late == {"input_tokens": 8, "cache_read_input_tokens": 21, "output_tokens": 3}
    cut = anthropic.merge(samples.ANTHROPIC_STREAMS["a call cut off"])
    assert cut.document["content"][0]["input"] == '{"a": "b' == cut.raw_inputs[0]
    extras = anthropic.merge(samples.ANTHROPIC_STREAMS["extras"]).document
    assert extras["context_management"] == {"applied_edits": []}
    assert extras["amazon-bedrock-invocationMetrics"] == {"inputTokenCount": 7}


@pytest.mark.parametrize("fixture", fixtures.load("stream"), ids=lambda one: one.id)
def test_a_stream_is_merged_whole_or_known_to_be_broken(fixture: fixtures.Fixture) -> None:
    merged = MERGES[fixture.dialect](fixture.data)
    assert merged.complete is not fixture.broken or fixture.name == "empty"
    if merged.complete:
        assert UNACCOUNTED[fixture.dialect](merged) == []
        assert not empty(merged.document)


def test_completions_merge_by_the_rules() -> None:
    first, second = completions.merge(fixtures.named("openai-completions/choices.stream").data).document["choices"]
    assert (first["text"], first["finish_reason"]) == (" A river", "stop")
    assert (second["text"], second["finish_reason"]) == (" The Mur", "length")
    (columns,) = completions.merge(fixtures.named("openai-completions/logprobs.stream").data).document["choices"]
    assert columns["logprobs"]["tokens"] == ["ha", "ha"]
    assert columns["logprobs"]["text_offset"] == [9, 11]


@corpus.needs_traffic
@pytest.mark.parametrize("dialect", ["openai-completions", "openai-responses", "gemini"])
def test_merges_account_for_every_leaf_of_the_traffic(dialect: str) -> None:
    failures: dict[str, Any] = {}
    for row in corpus.sampled(corpus.streams(dialect), 2):
        merged = MERGES[dialect](row.stream_body or b"")
        lost = UNACCOUNTED[dialect](merged)
        if merged.complete and (lost or empty(merged.document)):
            failures[row.id] = lost
    assert not failures, _told(failures)


@corpus.needs_traffic
def test_chat_merge_and_accumulator_agree_on_traffic(judges: tuple[OpenAIJudge, AnthropicJudge]) -> None:
    failures: dict[str, Any] = {}
    for row in corpus.sampled(corpus.streams("openai-chat"), EVERY):
        merged = chat.merge(row.stream_body or b"")
        found = [] if merged.error else _against_chat(judges[0], row.stream_body or b"", merged)
        lost = chat.unaccounted(merged.frames, merged.document)
        if found or lost:
            failures[row.id] = (found, lost)
    assert not failures, _told(failures)


@corpus.needs_traffic
def test_anthropic_merge_and_accumulator_agree_on_traffic(judges: tuple[OpenAIJudge, AnthropicJudge]) -> None:
    failures: dict[str, Any] = {}
    for row in corpus.sampled(corpus.streams("anthropic-messages"), EVERY):
        merged = anthropic.merge(row.stream_body or b"")
        found = [] if merged.error else _against_anthropic(judges[1], row.stream_body or b"", merged)
        lost = anthropic.unaccounted(merged.frames, merged.document, merged.raw_inputs)
        if found or lost or empty(merged.document):
            failures[row.id] = (found, lost)
    assert not failures, _told(failures)


@corpus.needs_traffic
def test_artefacts_are_all_in_the_corpus() -> None:
    dialects = ("openai-chat", "openai-responses", "anthropic-messages", "gemini", "openai-completions")
    present = {row.id for dialect in dialects for row in corpus.load(dialect)}
    assert present >= set(corpus.ARTEFACTS) | set(corpus.NOT_A_DOCUMENT)
