"""A request that is read, changed and written home says the change: a spelling holds for what was read so."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman.model import Message, Text
from tests.matrix import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES

Json = dict[str, Any]


def test_turns_around_an_input_that_was_a_string() -> None:
    request = dragoman.read_request({"model": "m", "input": "Hi"}, RESPONSES)
    request.messages.insert(0, Message("system", [Text("Never.")]))
    request.messages.append(Message("user", [Text("More")]))
    said = dragoman.write_request(request, RESPONSES, validate=True).body["input"]
    assert [(item["role"], item["content"]) for item in said] == [
        ("system", "Never."),
        ("user", "Hi"),
        ("user", "More"),
    ]


def test_instructions_that_are_no_longer_first_are_an_item() -> None:
    request = dragoman.read_request({"model": "m", "instructions": "Be kind.", "input": "Hi"}, RESPONSES)
    request.messages.insert(0, Message("system", [Text("Never.")]))
    body = dragoman.write_request(request, RESPONSES, validate=True).body
    assert "instructions" not in body
    assert [item["content"] for item in body["input"]] == ["Never.", "Be kind.", "Hi"]


def test_a_text_added_to_a_system_turn_that_was_a_string() -> None:
    request = dragoman.read_request({"model": "m", "instructions": "Be kind.", "input": "Hi"}, RESPONSES)
    request.messages[0].parts.append(Text("Be brief."))
    said = str(dragoman.write_request(request, RESPONSES, validate=True).body)
    assert said.index("Be kind.") < said.index("Be brief.") < said.index("Hi")
    body = {"systemInstruction": "Be kind.", "contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    request = dragoman.read_request(body, GEMINI, path="/v1beta/models/g:generateContent")
    request.messages[0].parts.append(Text("Be brief."))
    system = dragoman.write_request(request, GEMINI).body["systemInstruction"]
    assert system["parts"] == [{"text": "Be kind."}, {"text": "Be brief."}]


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (CHAT, {"model": "m", "messages": [{"role": "user", "content": "x"}]}),
        (COMPLETIONS, {"model": "m", "prompt": "x"}),
    ],
)
def test_a_stop_word_added_to_one_that_was_a_string(dialect: str, body: Json) -> None:
    request = dragoman.read_request({**body, "stop": "END"}, dialect)
    request.params["stop"] = ["END", "STOP"]
    assert dragoman.write_request(request, dialect).body["stop"] == ["END", "STOP"]


def test_a_setting_without_a_word_at_home_is_named() -> None:
    body = {"model": "m", "max_tokens": 3, "messages": [{"role": "user", "content": "x"}]}
    request = dragoman.read_request(body, MESSAGES)
    request.params["seed"] = 4
    with pytest.raises(dragoman.DragomanError, match="no word for its setting 'seed'"):
        dragoman.write_request(request, MESSAGES)
