"""What an answer or a request holds besides text: it comes through where the target has a word, else it is told."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import dragoman
from tests.matrix import (
    CHAT,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Json,
    answer,
    ask,
    c_answer,
    c_turns,
    dropped,
    g_answer,
    gemini_turns,
    given,
    others,
    send,
    sse,
)
from tests.wire import chunk, covered

TOKEN = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}


def folded(data: bytes, source: str) -> Json:
    """The document that a stream of `source` folds to."""
    whole: Json = dragoman.write_response(dragoman.fold(dragoman.read_events(data, source)), source).body
    return whole


def assert_agrees(data: bytes, source: str, target: str) -> None:
    """Law 4: the stream translated and folded is the folded stream translated, with the same dropped and changed."""
    sent = send(data, source, target)
    whole = dragoman.translate_response(folded(data, source), source, target)
    one = dragoman.read_response(folded(sent.out, target), target)
    two = dragoman.read_response(whole.body, target)
    assert [c.message for c in one.candidates] == [c.message for c in two.candidates]
    told = {(x.kind, x.code, x.at) for x in sent.losses if x.kind != "invented"}
    assert told == {(x.kind, x.code, x.at) for x in whole.losses if x.kind != "invented"}


# --- log probabilities of a form that nobody knows ------------------------------------------------------------

ODD = [
    {"top_logprobs": 1},
    {"top_logprobs": True},
    {"top_logprobs": 1.5},
    {"top_logprobs": "ab"},
    {"top_logprobs": {"a": 1}},
    {"top_logprobs": [1, None, {"token": "b"}]},
    {"bytes": 3},
    {"token": None},
    {"logprob": "x"},
]


def with_token(**odd: Any) -> Json:
    body = c_answer(content="a")
    body["choices"][0]["logprobs"] = {"content": [copy.deepcopy(TOKEN), {**TOKEN, **odd}], "refusal": None}
    return body


@pytest.mark.parametrize("target", others(CHAT))
@pytest.mark.parametrize("odd", ODD)
def test_log_probabilities_of_a_wrong_type_are_told(odd: Json, target: str) -> None:
    body = with_token(**odd)
    assert dragoman.write_response(dragoman.read_response(body, CHAT), CHAT).body == body
    t = dragoman.translate_response(body, CHAT, target)
    assert covered(t.losses, "/choices/0/logprobs")


@pytest.mark.parametrize("target", [RESPONSES, GEMINI, "claude-thinking"])
@pytest.mark.parametrize("odd", ODD)
def test_log_probabilities_of_a_wrong_type_leave_the_target_well_formed(odd: Json, target: str) -> None:
    assert answer(with_token(**odd), CHAT, target).status is None


@pytest.mark.parametrize("value", [1, "abc", True, {"a": 1}])
@pytest.mark.parametrize("target", others(CHAT))
def test_log_probabilities_that_are_no_list_are_told(value: Any, target: str) -> None:
    body = c_answer(content="a")
    body["choices"][0]["logprobs"] = {"content": value}
    t = dragoman.translate_response(body, CHAT, target)
    assert covered(t.losses, "/choices/0/logprobs", "dropped")


@pytest.mark.parametrize("odd", ODD)
def test_log_probabilities_of_a_wrong_type_in_streams_are_told(odd: Json) -> None:
    first, last = chunk({"content": "a"}), chunk({}, "stop")
    first["choices"][0]["logprobs"] = {"content": [{**TOKEN, **odd}]}
    for target in (RESPONSES, GEMINI, "claude-thinking"):
        sent = send(sse(CHAT, [first, last, "[DONE]"]), CHAT, target)
        assert sent.stream.error is None
        assert covered(sent.losses, "/choices/0/logprobs")


@pytest.mark.parametrize("target", others(RESPONSES))
@pytest.mark.parametrize("odd", ODD)
def test_log_probabilities_of_a_wrong_type_in_responses_are_told(odd: Json, target: str) -> None:
    part = {"type": "output_text", "text": "a", "annotations": [], "logprobs": [{**TOKEN, **odd}]}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    body = {"id": "r", "object": "response", "status": "completed", "model": "m", "output": [item]}
    t = dragoman.translate_response(body, RESPONSES, target)
    assert [x for x in t.losses if x.code.startswith("logprobs.") and x.kind in ("dropped", "changed")]


# --- tools of Gemini whose entry is no object -----------------------------------------------------------------


@pytest.mark.parametrize("target", others(GEMINI))
@pytest.mark.parametrize(
    "entry",
    [
        {"mcpServers": [{"name": "s", "streamableHttpTransport": {"url": "https://h"}}]},
        {"newTool": ["x"]},
        {"googleSearch": True},
        {"functionDeclarations": "f"},
    ],
)
def test_a_tool_of_gemini_that_is_no_object_is_told(entry: Json, target: str) -> None:
    body = gemini_turns(given({"text": "Hi"}), tools=[entry])
    home = dragoman.write_request(dragoman.read_request(body, GEMINI), GEMINI)
    assert home.body == body
    t = dragoman.translate_request(body, GEMINI, target)
    (key,) = entry
    assert [(x.code, x.at) for x in t.losses if x.kind == "dropped"] == [("tool.server", f"/tools/0/{key}")]


# --- thinking, in the words of the vendors behind Chat --------------------------------------------------------

ON: list[Json] = [
    {"reasoning": {"enabled": True}},
    {"enable_thinking": True},
    {"chat_template_kwargs": {"enable_thinking": True}},
    {"chat_template_kwargs": {"thinking": True, "other": 1}},
]
BUDGET: list[Json] = [
    {"reasoning": {"max_tokens": 2000}},
    {"enable_thinking": True, "thinking_budget": 2000},
    {"thinking_budget": 2000, "enable_thinking": True},
    {"thinking_token_budget": 2000},
    {"extra_body": {"google": {"thinking_config": {"thinking_budget": 2000}}}},
]
OFF: list[Json] = [
    {"reasoning": {"enabled": False}},
    {"reasoning": {"enabled": False, "effort": "high"}},
    {"enable_thinking": False, "thinking_budget": 2000},
    {"chat_template_kwargs": {"enable_thinking": False}},
    {"extra_body": {"google": {"thinking_config": {"thinking_budget": 0, "include_thoughts": True}}}},
]
HIDDEN: list[Json] = [
    {"reasoning": {"effort": "high", "exclude": True}},
    {"reasoning_effort": "high", "include_reasoning": False},
    {"include_reasoning": False, "reasoning_effort": "high"},
]


def thinking(said: Json, target: str, source: str = CHAT) -> dragoman.Translation:
    """A request that asks for thinking as `said`; at home it comes out as it went in."""
    body = {**c_turns({"role": "user", "content": "Hi"}), **said}
    home = dragoman.write_request(dragoman.read_request(body, CHAT), CHAT)
    assert home.body == body
    assert home.losses == ()
    return ask(body, source, target)


@pytest.mark.parametrize("said", ON)
def test_thinking_switched_on_is_asked_for(said: Json) -> None:
    assert thinking(said, MESSAGES).body["thinking"] == {"type": "adaptive"}
    assert thinking(said, GEMINI).body["generationConfig"]["thinkingConfig"]["thinkingBudget"] == -1
    assert thinking(said, RESPONSES).body["reasoning"] == {"effort": "high"}
    t = thinking(said, "claude-thinking")
    assert t.body["model"].endswith("-thinking")
    (place,) = {x.at for x in thinking(said, COMPLETIONS).losses if x.code == "reasoning.mode"}
    assert place.startswith("/" + next(iter(said)))


@pytest.mark.parametrize("said", BUDGET)
def test_a_budget_of_thinking_is_asked_for(said: Json) -> None:
    assert thinking(said, MESSAGES).body["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    assert thinking(said, GEMINI).body["generationConfig"]["thinkingConfig"]["thinkingBudget"] == 2000
    assert thinking(said, RESPONSES).body["reasoning"] == {"effort": "medium"}


@pytest.mark.parametrize("said", OFF)
def test_thinking_switched_off_is_off(said: Json) -> None:
    assert thinking(said, MESSAGES).body["thinking"] == {"type": "disabled"}
    assert thinking(said, GEMINI).body["generationConfig"]["thinkingConfig"]["thinkingBudget"] == 0
    assert thinking(said, RESPONSES).body["reasoning"] == {"effort": "none"}


@pytest.mark.parametrize("said", HIDDEN)
def test_thinking_that_shall_not_be_shown_is_hidden(said: Json) -> None:
    assert thinking(said, MESSAGES).body["thinking"] == {"type": "adaptive", "display": "omitted"}
    assert thinking(said, GEMINI).body["generationConfig"]["thinkingConfig"]["includeThoughts"] is False
    assert [x.kind for x in thinking(said, RESPONSES).losses if x.code == "reasoning.display"] == ["dropped"]


def test_thinking_that_shall_not_be_shown_is_hidden_by_openrouter() -> None:
    body = {
        "model": "m", "max_tokens": 9000, "messages": [{"role": "user", "content": "Hi"}],
        "thinking": {"type": "enabled", "budget_tokens": 2000, "display": "omitted"},
    }  # fmt: skip
    t = ask(body, MESSAGES, "openai-chat+openrouter")
    assert t.body["reasoning"] == {"max_tokens": 2000, "exclude": True}
    assert not [x for x in t.losses if x.code == "reasoning.display"]


def test_a_level_of_thinking_in_googles_words_is_an_effort() -> None:
    said = {"extra_body": {"google": {"thinking_config": {"thinking_level": "LOW", "include_thoughts": True}, "a": 1}}}
    t = thinking(said, GEMINI)
    assert t.body["generationConfig"]["thinkingConfig"] == {"thinkingLevel": "LOW", "includeThoughts": True}
    assert dropped(t.losses) == [("field.unknown", "/extra_body/google/a")]
    assert thinking(said, MESSAGES).body["output_config"] == {"effort": "low"}


def test_two_words_for_thinking_are_one_control_and_the_other_is_told() -> None:
    said = {"reasoning_effort": "low", "extra_body": {"google": {"thinking_config": {"thinking_budget": 9}}}}
    t = thinking(said, RESPONSES)
    assert t.body["reasoning"] == {"effort": "low"}
    assert dropped(t.losses) == [("field.unsupported", "/extra_body/google/thinking_config/thinking_budget")]


# --- settings that OpenAI's dialects share --------------------------------------------------------------------


@pytest.mark.parametrize("value", [False, True])
def test_padding_of_the_stream_is_asked_for_in_both_of_openais_dialects(value: bool) -> None:
    body = {"model": "m", "input": "Hi", "stream": True, "stream_options": {"include_obfuscation": value}}
    t = ask(body, RESPONSES, CHAT)
    assert t.body["stream_options"] == {"include_usage": True, "include_obfuscation": value}
    assert ask(t.body, CHAT, RESPONSES).body["stream_options"] == {"include_obfuscation": value}
    for target in (MESSAGES, GEMINI):
        told = [("stream.obfuscation", "/stream_options/include_obfuscation")]
        assert dropped(ask(body, RESPONSES, target).losses) == ([] if value else told)


def test_what_a_cache_is_asked_for_reaches_chat_as_far_as_chat_takes_it() -> None:
    options = {"mode": "explicit", "ttl": "12h", "prewarm": True, "comparison_response_id": "resp_1"}
    t = ask({"model": "m", "input": "Hi", "prompt_cache_options": options}, RESPONSES, CHAT)
    assert t.body["prompt_cache_options"] == {"mode": "explicit"}
    assert sorted(dropped(t.losses)) == [
        ("cache.unsupported", f"/prompt_cache_options/{key}") for key in ("comparison_response_id", "prewarm", "ttl")
    ]
    t = ask({"model": "m", "input": "Hi", "prompt_cache_options": {"mode": "implicit", "ttl": "30m"}}, RESPONSES, CHAT)
    assert t.body["prompt_cache_options"] == {"mode": "implicit", "ttl": "30m"}
    assert dropped(t.losses) == []


# --- documents made of parts ----------------------------------------------------------------------------------

PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
FOUND = {
    "type": "search_result", "source": "https://h", "title": "T",
    "content": [{"type": "text", "text": "A fact."}, {"type": "text", "text": "One more."}],
}  # fmt: skip
MIXED = {
    "type": "document", "title": "T",
    "source": {"type": "content", "content": [{"type": "text", "text": "A fact."}, PICTURE]},
}  # fmt: skip


def with_result(*content: Json) -> Json:
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": list(content)}
    turns = [("user", [{"type": "text", "text": "Hi"}]), ("assistant", [call]), ("user", [result])]
    messages = [{"role": role, "content": content} for role, content in turns]
    tool = {"name": "f", "input_schema": {"type": "object", "properties": {}}}
    return {"model": "m", "max_tokens": 99, "tools": [tool], "messages": messages}


@pytest.mark.parametrize("target", [CHAT, RESPONSES, GEMINI, COMPLETIONS])
@pytest.mark.parametrize("block", [FOUND, MIXED])
def test_the_text_of_a_document_in_parts_is_said(block: Json, target: str) -> None:
    for body in (
        {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [block]}]},
        with_result(block),
    ):
        t = ask(body, MESSAGES, target)
        assert "A fact." in str(t.body)
        assert covered(t.losses, "/messages", "changed")


@pytest.mark.parametrize("target", [CHAT, RESPONSES, GEMINI])
def test_the_picture_of_a_document_in_parts_comes_along(target: str) -> None:
    for body in (
        {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [MIXED]}]},
        with_result(MIXED),
    ):
        assert "iVBORw0KGgo=" in str(ask(body, MESSAGES, target).body)


# --- counts under other names ---------------------------------------------------------------------------------


def cache_read(t: dragoman.Translation, target: str) -> int | None:
    return dragoman.read_response(t.body, target).usage.cache_read  # type: ignore[union-attr]


@pytest.mark.parametrize("target", [MESSAGES, GEMINI, RESPONSES])
@pytest.mark.parametrize("key", ["prompt_cache_hit_tokens", "cache_read_input_tokens", "cached_tokens"])
def test_a_cache_count_under_a_vendors_name_is_said(key: str, target: str) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10, key: 6}
    t = answer({**c_answer(content="Hi"), "usage": usage}, CHAT, target)
    assert cache_read(t, target) == 6
    assert [(x.kind, x.code) for x in t.losses if x.at == f"/usage/{key}"] == [("changed", "usage.counting")]
    # A count of 0 gives way to one under another name; it is no loss of its own, since any other would hold.
    other = {**usage, "prompt_cache_hit_tokens": 0, "cache_read_input_tokens": 0, key: 6}
    t = answer({**c_answer(content="Hi"), "usage": other}, CHAT, target)
    assert cache_read(t, target) == 6
    assert not [at for _, at in dropped(t.losses) if at.startswith("/usage")]
    # What OpenAI's own field says, wins; another number is told as gone.
    usage["prompt_tokens_details"] = {"cached_tokens": 5}  # type: ignore[assignment]
    t = answer({**c_answer(content="Hi"), "usage": usage}, CHAT, target)
    assert cache_read(t, target) == 5
    assert ("usage.unsupported", f"/usage/{key}") in dropped(t.losses)


@pytest.mark.parametrize("target", [MESSAGES, RESPONSES])
def test_what_the_cache_took_under_a_vendors_name_is_said(target: str) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10, "cache_creation_input_tokens": 4}
    t = answer({**c_answer(content="Hi"), "usage": usage}, CHAT, target)
    assert dragoman.read_response(t.body, target).usage.cache_write == 4  # type: ignore[union-attr]


@pytest.mark.parametrize("target", others(GEMINI))
def test_counts_that_are_text_are_counts(target: str) -> None:
    usage = {"promptTokenCount": "3", "candidatesTokenCount": "2", "totalTokenCount": "5"}
    t = answer(g_answer({"text": "Hi"}, usageMetadata=usage), GEMINI, target)
    said = dragoman.read_response(t.body, target).usage
    assert said is not None
    assert (said.input, said.output) == (3, 2)
    assert {x.code for x in t.losses if x.at.startswith("/usageMetadata/")} == {"usage.counting"}


# --- parts that other servers of Chat's shape take ------------------------------------------------------------


def with_part(part: Json) -> Json:
    body = c_turns({"role": "user", "content": [{"type": "text", "text": "Hi"}, part]})
    home = dragoman.write_request(dragoman.read_request(body, CHAT), CHAT)
    assert home.body == body
    assert home.losses == ()
    return body


@pytest.mark.parametrize("target", [MESSAGES, GEMINI, RESPONSES])
@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"},
        {"type": "document_url", "document_url": "https://h/a.pdf", "document_name": "a.pdf"},
        {"type": "document_url", "document_url": "https://h/a.pdf"},
    ],
)
def test_a_picture_or_document_of_another_vendor_comes_along(part: Json, target: str) -> None:
    said = str(ask(with_part(part), CHAT, target).body)
    assert "iVBORw0KGgo=" in said or "https://h/a.pdf" in said


@pytest.mark.parametrize("inner", [{"url": "data:audio/wav;base64,UklGRg=="}, "data:audio/wav;base64,UklGRg=="])
def test_a_sound_by_its_address_comes_along(inner: Any) -> None:
    body = with_part({"type": "audio_url", "audio_url": inner})
    parts = [part for turn in ask(body, CHAT, GEMINI).body["contents"] for part in turn["parts"]]
    assert {"inlineData": {"mimeType": "audio/wav", "data": "UklGRg=="}} in parts
    assert [code for code, _ in dropped(ask(body, CHAT, MESSAGES).losses)] == ["media.audio"]


def test_search_is_googles_own_tool_where_nothing_else_is_called() -> None:
    body = {**c_turns({"role": "user", "content": "Hi"}), "web_search_options": {"search_context_size": "low"}}
    t = ask(body, CHAT, GEMINI)
    assert t.body["tools"] == [{"googleSearch": {}}]
    assert [(x.kind, x.code) for x in t.losses if x.at == "/web_search_options"] == [("changed", "tool.web_search")]
    function = {"type": "function", "function": {"name": "f"}}
    assert dropped(ask({**body, "tools": [function]}, CHAT, GEMINI).losses) == [("tool.server", "/web_search_options")]


@pytest.mark.parametrize("target", [MESSAGES, GEMINI, RESPONSES])
def test_an_answer_that_google_filtered_is_a_filtered_one(target: str) -> None:
    t = answer(c_answer("content_filter: SAFETY", content="Hi"), CHAT, target)
    assert dragoman.read_response(t.body, target).candidates[0].finish_reason == "content_filter"
    assert ("changed", "finish.approximated") in {(x.kind, x.code) for x in t.losses}


@pytest.mark.parametrize("target", [MESSAGES, GEMINI, RESPONSES])
def test_usage_may_stand_in_the_last_choice_of_a_stream(target: str) -> None:
    """Moonshot's does, unless the client asked for it; then it comes twice, and counts once."""
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    head = {"id": "c_1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    said = {"index": 0, "delta": {"role": "assistant", "content": "Hi"}, "finish_reason": None}
    last = {"index": 0, "delta": {}, "finish_reason": "stop", "usage": usage}
    for beside in ([], [{**head, "choices": [], "usage": usage}]):
        chunks = [{**head, "choices": [said]}, {**head, "choices": [last]}, *beside]
        data = b"".join(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks) + b"data: [DONE]\n\n"
        s = dragoman.translate_stream(CHAT, target)
        told = dragoman.fold(dragoman.read_events(s.feed(data) + s.close(), target)).usage
        assert told is not None
        assert (told.input, told.output) == (9, 1)
