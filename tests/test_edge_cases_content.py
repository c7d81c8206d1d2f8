"""What an answer or a request holds besides text: it comes through where the target has a word, else it is told."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import dragoman
from tests.matrix import (
    CHAT,
    GEMINI,
    RESPONSES,
    Json,
    answer,
    c_answer,
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
