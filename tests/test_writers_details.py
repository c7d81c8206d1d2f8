"""Small things that a writer or a reader decides, each by its rule: where one of them is another way, a test fails.

They come from what survived `make mutants`: a fault in one of these places was seen by no other test.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from dragoman import laws, registry
from dragoman.carrier import decode
from dragoman.framing import MAX_FRAME
from dragoman.model import ToolChoice
from tests.matrix import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES

Json = dict[str, Any]
USER = {"role": "user", "content": "x"}


def told(answer: dragoman.Translation, prefix: str = "") -> list[tuple[str, str, str, Any]]:
    losses = [loss for loss in answer.losses if loss.code.startswith(prefix)]
    return [(loss.kind, loss.code, loss.at, loss.value) for loss in losses]


def chat_answer(**more: Any) -> Json:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    return {"id": "c1", "object": "chat.completion", "created": 5, "model": "m", "choices": [choice], **more}


def claude_answer(*content: Json, stop: str = "end_turn", **counts: Any) -> Json:
    head = {"id": "m", "type": "message", "role": "assistant", "model": "c", "stop_reason": stop}
    return {**head, "content": list(content), "usage": {"input_tokens": 1, "output_tokens": 1, **counts}}


def frames(*said: Json) -> bytes:
    return b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in said)


# --- Completions -------------------------------------------------------------------------------------------------


def test_a_fingerprint_goes_into_completions_if_there_is_one() -> None:
    with_one = dragoman.translate_response(chat_answer(system_fingerprint="fp_1"), CHAT, COMPLETIONS)
    assert with_one.body["system_fingerprint"] == "fp_1"
    assert "system_fingerprint" not in dragoman.translate_response(chat_answer(), CHAT, COMPLETIONS).body


def test_what_completions_envelope_had_to_invent_is_told_with_its_value() -> None:
    body = chat_answer()
    del body["id"], body["created"]
    answer = dragoman.translate_response(body, CHAT, COMPLETIONS, now=7)
    assert answer.body["created"] == 7
    assert told(answer, "envelope.") == [
        ("invented", "envelope.id", "/id", answer.body["id"]),
        ("invented", "envelope.created", "/created", 7),
    ]


def test_texts_that_completions_joins_are_told_each() -> None:
    body = claude_answer({"type": "text", "text": "A"}, {"type": "text", "text": "B"})
    answer = dragoman.translate_response(body, MESSAGES, COMPLETIONS)
    assert answer.body["choices"][0]["text"] == "AB"
    assert told(answer, "text.") == [
        ("changed", "text.joined", "/content/0", None),
        ("changed", "text.joined", "/content/1", None),
    ]


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ({"type": "text"}, []),
        ({"type": "json_object"}, ["format.json_object"]),
        ({"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}, ["format.schema"]),
    ],
)
def test_completions_says_which_format_it_cannot_promise(wanted: Json, codes: list[str]) -> None:
    answer = dragoman.translate_request(
        {"model": "m", "messages": [USER], "response_format": wanted}, CHAT, COMPLETIONS
    )
    assert [code for _, code, at, _ in told(answer, "format.") if at == "/response_format"] == codes


@pytest.mark.parametrize(("asked", "said"), [(0, 0), (3, 3), (5, 5), (20, 5)])
def test_completions_has_one_number_for_probabilities(asked: int, said: int) -> None:
    """OPENAI 3: `logprobs` is a number, "maximum 5"."""
    body = {"model": "m", "messages": [USER], "logprobs": True, "top_logprobs": asked}
    answer = dragoman.translate_request(body, CHAT, COMPLETIONS)
    assert answer.body["logprobs"] == said
    clamped = [("changed", "sampling.clamped", "/top_logprobs", asked)] if asked != said else []
    assert told(answer, "sampling.") == clamped


@pytest.mark.parametrize("target", [COMPLETIONS, RESPONSES])
@pytest.mark.parametrize(("role", "known"), [("system", True), ("developer", True), ("robot", False)])
def test_a_role_that_nobody_knows_is_told_with_its_word(target: str, role: str, known: bool) -> None:
    answer = dragoman.translate_request(
        {"model": "m", "messages": [{"role": role, "content": "s"}, USER]}, CHAT, target
    )
    unknown = [] if known else [("changed", "role.unknown", "/messages/0/role", role)]
    assert told(answer, "role.unknown") == unknown


def test_stop_words_of_completions_are_linked_to_theirs() -> None:
    body = {"model": "m", "messages": [USER], "stop": ["a", 1, "b"]}
    _, report, _ = laws.translate("request", body, CHAT, COMPLETIONS)
    links = report.links or {}
    assert (links["/stop/0"], links["/stop/1"]) == ("/stop/0", "/stop/2")


# --- Responses ---------------------------------------------------------------------------------------------------


def test_a_grammar_lies_flat_in_responses_and_nested_in_chat() -> None:
    flat = {"type": "grammar", "syntax": "lark", "definition": "s: A"}
    body = {"model": "m", "input": "x", "tools": [{"type": "custom", "name": "t", "format": flat}]}
    nested = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "s: A"}}
    tools = dragoman.translate_request(body, RESPONSES, CHAT).body["tools"]
    assert tools == [{"type": "custom", "custom": {"name": "t", "format": nested}}]


def test_what_a_responses_request_says_is_read_into_its_own_place() -> None:
    body = {"model": "m", "input": "x", "instructions": "be", "reasoning": {"summary": "auto"}}
    request = dragoman.read_request(body | {"tool_choice": "required"}, RESPONSES)
    assert [m.at for m in request.messages] == ["/instructions", "/input"]
    assert request.reasoning is not None
    assert request.reasoning.display == "summarized"
    assert request.tool_choice == ToolChoice("required", at="/tool_choice")
    assert request.extra is None


def test_a_responses_request_without_turns_has_a_turn_that_a_server_takes() -> None:
    answer = dragoman.translate_request({"model": "m", "messages": []}, CHAT, RESPONSES)
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "."}]}
    assert answer.body["input"] == [item]
    assert told(answer, "message.") == [("invented", "message.placeholder", "/input/0", item)]


def test_a_result_that_no_call_asked_for_is_told_on_the_way_to_responses() -> None:
    body = {"model": "m", "messages": [USER, {"role": "tool", "tool_call_id": "z", "content": "r"}]}
    answer = dragoman.translate_request(body, CHAT, RESPONSES)
    assert [item["type"] for item in answer.body["input"]] == ["message"]
    assert [loss[:3] for loss in told(answer, "tool_result.")] == [("dropped", "tool_result.orphan", "/messages/1")]


def test_the_tier_of_anthropics_usage_is_that_of_the_response() -> None:
    body = claude_answer({"type": "text", "text": "A"}, service_tier="priority")
    assert dragoman.translate_response(body, MESSAGES, RESPONSES).body["service_tier"] == "priority"


def test_a_derived_call_id_is_another_in_another_response() -> None:
    """Law 8: "Invented ids derive from the response's id"."""
    call = {
        "content": {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
        "finishReason": "STOP",
    }
    bodies = [{"responseId": name, "candidates": [call]} for name in ("r1", "r2", "r1")]
    ids = [dragoman.translate_response(b, GEMINI, RESPONSES).body["output"][0]["call_id"] for b in bodies]
    assert ids[0] != ids[1]
    assert ids[0] == ids[2]


RESPONSE = {"id": "resp_1", "object": "response", "created_at": 1, "status": "in_progress", "model": "m", "output": []}


@pytest.mark.parametrize("stray", [{"object": "response", "x": 1}, {"output": [], "x": 1}])
def test_a_frame_without_a_type_is_a_response_only_if_it_looks_like_one_in_all(stray: Json) -> None:
    text = {"type": "output_text", "text": "Hi", "annotations": []}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
    done = {"type": "response.completed", "response": {**RESPONSE, "status": "completed", "output": [item]}}
    answers = []
    for between in ([], [stray]):
        stream = dragoman.translate_stream(RESPONSES, CHAT)
        said = stream.feed(frames({"type": "response.created", "response": RESPONSE}, *between, done)) + stream.close()
        assert stream.error is None
        answers.append([record for record in said.split(b"\n\n") if record[:1] != b":"])  # a comment says nothing
    assert answers[0] == answers[1]


def test_an_item_that_was_never_announced_has_no_id_that_nobody_said() -> None:
    delta = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "Hi"}
    done = {"type": "response.completed", "response": {**RESPONSE, "status": "completed"}}
    data = frames({"type": "response.created", "response": RESPONSE}, delta, done)
    home = dragoman.write_response(dragoman.fold(dragoman.read_events(data, RESPONSES)), RESPONSES)
    (item,) = home.body["output"]
    assert "id" not in item
    assert item["content"][0]["text"] == "Hi"


# --- everybody's -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "at"), [([{"detail": "x"}], ""), ([{"error": {"message": "x"}}], "/0/error"), ([{"message": "x"}], "")]
)
def test_an_error_in_a_list_stands_below_its_first_entry(body: Any, at: str) -> None:
    error = registry.get(CHAT).read_error(400, body)
    assert (error.message, error.at) == ("x", at)


def test_what_is_refused_at_the_top_of_a_schema_stands_in_the_description_alone() -> None:
    """ANTHROPIC 5.6: "input_schema does not support oneOf, allOf, or anyOf at the top level"."""
    schema = {"type": "object", "anyOf": [{"required": ["a"]}], "properties": {"a": {"type": "string"}}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    answer = dragoman.translate_request({"model": "c", "messages": [USER], "tools": [tool]}, CHAT, MESSAGES)
    (said,) = answer.body["tools"]
    assert said["input_schema"].keys() == {"type", "properties", "description"}
    assert json.loads(said["input_schema"]["description"]) == {"anyOf": [{"required": ["a"]}]}


@pytest.mark.parametrize(("pattern", "kept"), [("^(?=x)", False), ("^x+$", True)])
def test_a_pattern_that_looks_around_is_left_out_where_that_is_refused(pattern: str, kept: bool) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}, "required": ["a"]}
    wanted = {"name": "n", "strict": True, "schema": schema | {"additionalProperties": False}}
    body = {"model": "c", "messages": [USER], "response_format": {"type": "json_schema", "json_schema": wanted}}
    answer = dragoman.translate_request(body, CHAT, MESSAGES)
    assert ("pattern" in answer.body["output_config"]["format"]["schema"]["properties"]["a"]) is kept


@pytest.mark.parametrize("target", [MESSAGES, RESPONSES])
def test_a_stream_that_breaks_says_why(target: str) -> None:
    stream = dragoman.translate_stream(CHAT, target)
    said = stream.feed(b"data: {nope\n\n") + stream.close()
    record = json.loads(said.split(b"data: ")[-1])
    assert stream.error is not None
    assert record.get("error", record)["message"] == str(stream.error)


def test_flavours_that_differ_in_streams_only_share_their_documents() -> None:
    assert registry.get("gemini+array").documents == GEMINI
    assert registry.get("openai-chat+openrouter").documents == "openai-chat+openrouter"


def test_a_carrier_names_its_issuer_and_nobody_else() -> None:
    body = claude_answer({"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}, {"type": "text", "text": "A"})
    output = dragoman.translate_response(body, MESSAGES, RESPONSES).body["output"]
    units = decode(output[0]["encrypted_content"]) or []
    assert [unit.issuer for unit in units] == [MESSAGES]


@pytest.mark.parametrize("value", [{"a": 1, "b": 2}, {"output": ""}])
def test_an_object_that_becomes_a_text_is_told_as_it_was(value: Json) -> None:
    call = {"functionCall": {"id": "1", "name": "f", "args": {}}}
    result = {"functionResponse": {"id": "1", "name": "f", "response": value}}
    turns = [{"role": "user", "parts": [{"text": "x"}]}, {"role": "model", "parts": [call]}]
    body = {"contents": [*turns, {"role": "user", "parts": [result]}]}
    answer = dragoman.translate_request(body, GEMINI, CHAT, path="/v1beta/models/g:generateContent")
    place = "/contents/2/parts/0/functionResponse/response"
    assert told(answer, "tool_result.object") == [("changed", "tool_result.object", place, value)]


def test_at_home_a_carrier_stays_what_it_is() -> None:
    """Law 9: "Home translation passes state untouched"."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    body = claude_answer({"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}, call, stop="tool_use")
    message = dragoman.translate_response(body, MESSAGES, CHAT).body["choices"][0]["message"]
    request = dragoman.read_request({"model": "m", "messages": [USER, message, USER]}, CHAT)
    home = dragoman.write_request(request, CHAT)
    assert "dragom" in message["tool_calls"][0]["id"]
    assert home.body["messages"][1] == message
    assert home.losses == ()


def test_a_phase_comes_home_on_the_item_that_it_was() -> None:
    text = {"type": "output_text", "text": "Hi", "annotations": []}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "phase": "commentary"}
    body = {**RESPONSE, "status": "completed", "output": [{**item, "content": [text]}]}
    messages = dragoman.translate_response(body, RESPONSES, MESSAGES).body
    (home,) = dragoman.translate_response(messages, MESSAGES, RESPONSES).body["output"]
    assert {key: home[key] for key in item} == item


def test_places_in_a_stream_are_those_of_the_folded_answer() -> None:
    """Law 4: losses compare by their "place in fold(s)", where candidates stand in the order of their indices."""
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas: list[tuple[int, Json, str | None]] = [
        (5, {"content": "b", "x_five": 1}, None),
        (3, {"content": "a", "x_three": 1}, None),
    ]
    deltas += [(5, {}, "stop"), (3, {}, "stop")]
    said = [{**chunk, "choices": [{"index": i, "delta": d, "finish_reason": f}]} for i, d, f in deltas]
    stream = dragoman.translate_stream(CHAT, GEMINI)
    stream.feed(frames(*said) + b"data: [DONE]\n\n")
    stream.close()
    unknown = {loss.at for loss in stream.losses if loss.code == "field.unknown"}
    assert unknown == {"/choices/1/message/x_five", "/choices/0/message/x_three"}


def test_a_stream_given_up_for_a_frame_too_large_says_so() -> None:
    stream = dragoman.translate_stream(CHAT, MESSAGES)
    said = stream.feed(b"data: " + bytes(MAX_FRAME)) + stream.close()
    assert stream.error is not None
    assert f"larger than {MAX_FRAME} bytes" in str(stream.error)
    assert json.loads(said.split(b"data: ")[-1])["error"]["message"] == str(stream.error)
