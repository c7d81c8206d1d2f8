"""What is told of a loss: its code and its place, each once, where a rule of a writer says so.

The laws see that nothing goes untold; here stands by which word.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from dragoman import laws, registry
from dragoman.report import Report
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES

Json = dict[str, Any]
Told = list[tuple[str, str, str]]


def told(losses: tuple[dragoman.Loss, ...], *codes: str) -> Told:
    """The losses whose code begins with one of `codes`."""
    return [(loss.kind, loss.code, loss.at) for loss in losses if loss.code.startswith(codes)]


def test_thinking_that_chat_has_no_word_for_is_told_with_its_state() -> None:
    """Where the state is all that there is of a part, one loss says it all."""
    thoughts = [
        {"type": "thinking", "thinking": "Easy.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "ZGF0YQ=="},
        {"type": "text", "text": "4"},
    ]
    turns = [{"role": "user", "content": "x"}, {"role": "assistant", "content": thoughts}]
    body = {"model": "c", "max_tokens": 9, "messages": [*turns, {"role": "user", "content": "y"}]}
    assert told(dragoman.translate_request(body, MESSAGES, CHAT).losses, "reasoning.", "state.") == [
        ("dropped", "reasoning.unsupported", "/messages/1/content/0"),
        ("dropped", "state.foreign", "/messages/1/content/0/signature"),
        ("dropped", "reasoning.unsupported", "/messages/1/content/1"),
    ]


@pytest.mark.parametrize(
    ("target", "places"),
    [
        (CHAT, ["/choices/0/message/tool_calls/0/id", "/choices/0/message/tool_calls/1/id"]),
        (MESSAGES, ["/content/0/id", "/content/1/id"]),
        (RESPONSES, ["/output/0/call_id", "/output/1/call_id"]),
    ],
)
def test_ids_of_calls_that_had_none_are_invented(target: str, places: list[str]) -> None:
    calls = [{"functionCall": {"name": name, "args": {}}} for name in "fg"]
    candidate = {"index": 0, "content": {"role": "model", "parts": calls}, "finishReason": "STOP"}
    body = {"responseId": "r", "modelVersion": "g", "candidates": [candidate]}
    losses = dragoman.translate_response(body, GEMINI, target).losses
    assert told(losses, "tool_call.") == [("invented", "tool_call.id", place) for place in places]


# --- towards Messages -----------------------------------------------------------------------------------------------

MARK, LONG = {"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}


def blocks(*parts: Json) -> tuple[list[Json], tuple[dragoman.Loss, ...]]:
    """The blocks of a user's turn that Chat says in these parts, and what is told."""
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": list(parts)}]}
    t = dragoman.translate_request(body, CHAT, MESSAGES)
    return t.body["messages"][0]["content"], t.losses


def text(words: str, **more: Any) -> Json:
    return {"type": "text", "text": words, **more}


def test_the_cache_mark_of_a_blank_text_goes_to_its_neighbour() -> None:
    """To the one before, where the marked prefix ends now; where that has one of its own, or there is none, to the
    next."""
    said, losses = blocks(text("a"), text(" ", cache_control=LONG), text("b"))
    assert said == [text("a", cache_control=LONG), text("b")]
    assert told(losses, "text.", "cache.") == [
        ("dropped", "text.blank", "/messages/0/content/1"),
        ("changed", "cache.moved", "/messages/0/content/0/cache_control"),
    ]
    assert blocks(text(" ", cache_control=LONG), text("b"), text("c"))[0] == [text("b", cache_control=LONG), text("c")]
    said, _ = blocks(text("a", cache_control=MARK), text(" ", cache_control=LONG), text("b"))
    assert said == [text("a", cache_control=MARK), text("b", cache_control=LONG)]


def test_another_kind_of_cache_mark_is_a_plain_one_here() -> None:
    said, losses = blocks(text("a", prompt_cache_breakpoint={"mode": "explicit"}))
    assert said == [text("a", cache_control=MARK)]
    place = "/messages/0/content/0/prompt_cache_breakpoint"
    assert told(losses, "cache.") == [("changed", "cache.approximated", place)]


def test_a_citation_is_said_without_its_span_and_without_usage_nothing_is_counted() -> None:
    cited = {
        "type": "url_citation",
        "url_citation": {"url": "https://a", "title": "T", "start_index": 0, "end_index": 2},
    }
    message = {"role": "assistant", "content": "It is four.", "annotations": [cited]}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    t = dragoman.translate_response({"id": "r", "model": "m", "choices": [choice]}, CHAT, MESSAGES)
    (block,) = t.body["content"]
    where = {"type": "web_search_result_location", "cited_text": "", "url": "https://a", "title": "T"}
    assert block["citations"] == [where | {"encrypted_index": ""}]
    (span,) = [loss for loss in t.losses if loss.code == "citation.span"]
    assert (span.kind, span.at, span.value) == ("changed", "/choices/0/message/annotations/0", cited)
    assert t.body["usage"] == {"input_tokens": 0, "output_tokens": 0}
    assert told(t.losses, "usage.") == [("invented", "usage.unknown", "/usage")]


# --- what says nothing of its own ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "lost"), [([0, 1], []), ([1, 0], ["/messages/1/tool_calls/0/index"]), ([0, True], [])]
)
def test_the_number_of_a_call_says_nothing_where_it_is_its_place(index: list[Any], lost: list[str]) -> None:
    """Clients that join a stream keep the `index` of its pieces."""
    function = {"name": "f", "arguments": "{}"}
    calls = [{"index": n, "id": f"c{i}", "type": "function", "function": function} for i, n in enumerate(index)]
    results = [{"role": "tool", "tool_call_id": f"c{i}", "content": "x"} for i in range(2)]
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": calls}, *results]
    body = {"model": "m", "messages": turns}
    assert laws.home_document("request", body, CHAT) == []
    for target in (MESSAGES, GEMINI, RESPONSES):
        found = [at for _, _, at in told(dragoman.translate_request(body, CHAT, target).losses, "field.")]
        assert [at for at in found if at in lost] == lost
        assert laws.nothing_vanishes("request", body, CHAT, target) == []
        assert laws.settled("request", body, CHAT, target) == []


@pytest.mark.parametrize(("value", "more"), [("Hi there", 0), ("Hi", 1), (["Hi"], 1)])
def test_all_texts_in_one_say_nothing_of_their_own(value: Any, more: int) -> None:
    """`output_text` "is an SDK-side convenience": it is no leaf that could be lost, unless it says something else."""
    content: list[Json] = [{"type": "output_text", "text": text, "annotations": []} for text in ("Hi", " there")]
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
    body = {"id": "r", "object": "response", "created_at": 1, "status": "completed", "model": "m", "output": [message]}
    said = {**body, "output_text": value}
    assert laws.home_document("response", said, RESPONSES) == []
    for target in (CHAT, MESSAGES, GEMINI):
        assert laws.nothing_vanishes("response", said, RESPONSES, target) == []
        counted, plain = (laws.come_back("response", one, RESPONSES, target)[1] for one in (said, body))
        assert counted == plain + more


@pytest.mark.parametrize(
    ("version", "lost"), [("bedrock-2023-05-31", False), ("vertex-2023-10-16", False), ("x", True)]
)
def test_the_version_of_a_platform_says_nothing_elsewhere(version: str, lost: bool) -> None:
    body = {"anthropic_version": version, "max_tokens": 9, "messages": [{"role": "user", "content": "q"}]}
    assert laws.home_document("request", body, MESSAGES) == []
    for target in (CHAT, RESPONSES, GEMINI):
        losses = dragoman.translate_request(body, MESSAGES, target).losses
        assert bool([one for one in losses if one.at == "/anthropic_version"]) == lost


@pytest.mark.parametrize("target", [CHAT, MESSAGES, RESPONSES])
def test_an_end_that_only_gemini_knows_is_told_once(target: str) -> None:
    ended = {"content": {}, "finishReason": "NO_IMAGE", "index": 0}
    losses = dragoman.translate_response({"candidates": [ended], "responseId": "r"}, GEMINI, target).losses
    assert told(losses, "finish.") == [("changed", "finish.approximated", "/candidates/0/finishReason")]


@pytest.mark.parametrize("target", [CHAT, MESSAGES, RESPONSES])
def test_of_a_film_that_has_no_word_nothing_more_is_told(target: str) -> None:
    data = {"mimeType": "video/mp4", "fileUri": "https://a.example/watch?v=1"}
    film = {"fileData": data, "videoMetadata": {"fps": 2}}
    body = {"contents": [{"role": "user", "parts": [film, {"text": "q"}]}]}
    losses = dragoman.translate_request(body, GEMINI, target, path="/v1beta/models/m:generateContent").losses
    assert told(losses, "media.", "field.") == [("dropped", "media.video", "/contents/0/parts/0")]


@pytest.mark.parametrize(("target", "lost"), [(MESSAGES, ["dropped"]), (CHAT, ["changed"]), (RESPONSES, ["changed"])])
def test_a_time_that_is_gone_is_not_rounded_too(target: str, lost: list[str]) -> None:
    ended = {"content": {"role": "model", "parts": [{"text": "Hi"}]}, "finishReason": "STOP"}
    body = {"candidates": [ended], "createTime": "2026-04-02T17:03:50.399550Z", "responseId": "r"}
    losses = dragoman.translate_response(body, GEMINI, target).losses
    assert [kind for kind, _, at in told(losses, "envelope.created") if at == "/createTime"] == lost


@pytest.mark.parametrize("source", [CHAT, MESSAGES, RESPONSES, GEMINI])
@pytest.mark.parametrize(
    ("body", "message", "lost"),
    [
        ({"message": "no"}, "no", []),  # of Bedrock
        ({"message": "no", "__type": "Throttling"}, "no", ["/__type"]),
        ({"error": "no"}, "no", []),
        ({"error": "no", "trace": 7}, "no", ["/trace"]),
        ([{"error": {"message": "no", "more": 7}}], "no", ["/0/error/more"]),
    ],
)
def test_of_an_error_in_a_form_of_its_own_what_was_said_is_not_lost(
    source: str, body: Any, message: str, lost: list[str]
) -> None:
    other = MESSAGES if source == CHAT else CHAT
    t = dragoman.translate_error(400, body, source, other)
    assert t.body["error"]["message"] == message
    assert [(loss.kind, loss.at) for loss in t.losses] == [("dropped", at) for at in lost]
    error = registry.get(source).read_error(400, body)
    assert registry.get(source).write_error(error, Report(), True) == (400, body)


@pytest.mark.parametrize("target", [CHAT, MESSAGES, RESPONSES])
def test_what_several_sources_bear_out_has_one_span(target: str) -> None:
    chunks = [{"web": {"uri": f"https://{name}.example", "title": name}} for name in "ab"]
    support = {"segment": {"endIndex": 2, "text": "Hi"}, "groundingChunkIndices": [0, 1]}
    grounding = {"groundingChunks": chunks, "groundingSupports": [support]}
    said = {"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP", "groundingMetadata": grounding}
    t = dragoman.translate_response({"candidates": [said], "responseId": "r"}, GEMINI, target)
    assert all(f"https://{name}.example" in t.json().decode() for name in "ab")
    place = "/candidates/0/groundingMetadata/groundingSupports/0"
    assert told(t.losses, "citation.span") == [("changed", "citation.span", place)]


U = {"role": "user", "content": "hi"}
OF_ANOTHER_TYPE: list[tuple[str, dict[str, Any], str]] = [
    *(
        ("openai-chat", {"messages": [U], key: value}, f"/{key}")
        for key, value in (
            ("temperature", "0.5"),
            ("max_tokens", 10.0),
            ("stream", 1),
            ("tool_choice", "weird"),
            ("stop", 5),
            ("metadata", 5),
            ("reasoning_effort", 5),
        )
    ),
    ("anthropic-messages", {"max_tokens": 5, "messages": [U], "system": 5}, "/system"),
    ("anthropic-messages", {"max_tokens": "5", "messages": [U]}, "/max_tokens"),
    ("openai-responses", {"input": "hi", "instructions": 5}, "/instructions"),
    ("openai-responses", {"input": "hi", "store": "yes"}, "/store"),
    ("openai-completions", {"prompt": "hi", "echo": 5}, "/echo"),
    ("gemini", {"contents": [], "generationConfig": {"topK": "x"}}, "/generationConfig/topK"),
    ("gemini", {"contents": [], "safetySettings": 5}, "/safetySettings"),
]


@pytest.mark.parametrize(("source", "body", "at"), OF_ANOTHER_TYPE)
def test_a_value_of_another_type_is_invalid(source: str, body: dict[str, Any], at: str) -> None:
    """docs/losses.md, `field.invalid`: "a known field that holds another type than its own"."""
    for target in {"openai-chat", "anthropic-messages", "gemini"} - {source}:
        losses = dragoman.translate_request({"model": "m", **body}, source, target).losses
        told = [loss.code for loss in losses if loss.at == at and loss.kind != "invented"]
        assert told == ["field.invalid"]


def test_a_value_of_its_type_that_nothing_says_is_unsupported() -> None:
    body = {"model": "m", "max_tokens": 5, "messages": [U], "inference_geo": "us"}
    losses = dragoman.translate_request(body, "anthropic-messages", "openai-chat").losses
    assert [(loss.code, loss.at) for loss in losses] == [("field.unsupported", "/inference_geo")]


@pytest.mark.parametrize("source", ["openai-chat", "openai-responses", "openai-completions"])
def test_what_openai_says_of_misalignment_is_a_known_field(source: str) -> None:
    """OPENAI 1.8: "NEW optional `misalignment` object `{detailed_explanation, error_type, review_target, steer}`"."""
    body = {"error": {"message": "no", "type": "invalid_request_error", "misalignment": {"error_type": "x"}}}
    losses = dragoman.translate_error(400, body, source, "anthropic-messages").losses
    assert [(loss.code, loss.at) for loss in losses] == [("field.unsupported", "/error/misalignment")]


# --- what is gone is not approximated, and what is as it was is not told -------------------------------------------


@pytest.mark.parametrize("target", [CHAT, RESPONSES])
@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, ["/thinking/type", "/thinking/budget_tokens"]),
        ({"thinking": {"type": "adaptive"}}, ["/thinking/type"]),
        ({"thinking": {"type": "disabled"}}, ["/thinking/type"]),
        ({"output_config": {"effort": "high"}}, ["/output_config/effort"]),
    ],
)
def test_a_model_that_takes_no_word_about_thinking(target: str, asked: dict[str, Any], places: list[str]) -> None:
    body = {"model": "gpt-4o", "max_tokens": 9000, "messages": [{"role": "user", "content": "x"}], **asked}
    t = dragoman.translate_request(body, MESSAGES, target)
    assert not t.body.keys() & {"reasoning", "reasoning_effort"}
    assert [(x.kind, x.at) for x in t.losses if x.code.startswith("reasoning.")] == [("dropped", at) for at in places]


def test_a_citation_between_chat_and_responses_is_what_it_was() -> None:
    """They count the same characters, so that whoever refuses losses still gets answers that cite."""
    where = {"url": "https://a", "title": "T", "start_index": 3, "end_index": 7}
    message = {"role": "assistant", "content": "It is four.", "refusal": None}
    cited = {**message, "annotations": [{"type": "url_citation", "url_citation": where}]}
    choice = {"index": 0, "message": cited, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    body = {"id": "r", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    there = dragoman.translate_response(body, CHAT, RESPONSES, on_loss="raise")
    assert there.body["output"][0]["content"][0]["annotations"] == [{"type": "url_citation", **where}]
    back = dragoman.translate_response(there.body, RESPONSES, CHAT)
    assert told(back.losses, "citation.") == []
    assert back.body["choices"][0]["message"]["annotations"] == cited["annotations"]
    # Without a span, the whole text is one; behind another text, the figures are others.
    for key in where:
        less = {k: v for k, v in where.items() if k != key}
        odd = {**choice, "message": {**cited, "annotations": [{"type": "url_citation", "url_citation": less}]}}
        t = dragoman.translate_response({**body, "choices": [odd]}, CHAT, RESPONSES)
        assert told(t.losses, "citation.")
    item = there.body["output"][0]
    first = {**item, "id": "msg_0", "content": [{**item["content"][0], "annotations": []}]}
    t = dragoman.translate_response({**there.body, "output": [first, item]}, RESPONSES, CHAT)
    assert told(t.losses, "citation.") == [("changed", "citation.span", "/output/1/content/0/annotations/0")]


@pytest.mark.parametrize(
    ("target", "media_type", "name"),
    [
        (CHAT, "application/pdf", "document.pdf"),
        (CHAT, "application/json", "document.json"),
        (RESPONSES, "application/pdf", "document.pdf"),
        (RESPONSES, "text/csv", "document.csv"),
        (RESPONSES, "text/plain", "document.txt"),
        (RESPONSES, "text/x-odd", "document.txt"),
        (RESPONSES, "application/json", "document.json"),
    ],
)
def test_a_file_without_a_name_gets_one_of_its_kind(target: str, media_type: str, name: str) -> None:
    blob = {"inlineData": {"mimeType": media_type, "data": "aQ=="}}
    t = dragoman.translate_request({"contents": [{"role": "user", "parts": [blob]}]}, GEMINI, target)
    (part,) = t.body["messages" if target == CHAT else "input"][0]["content"]
    assert part.get("file", part)["filename"] == name
    assert [(x.kind, x.value) for x in t.losses if x.code == "media.filename"] == [("invented", name)]


@pytest.mark.parametrize("target", [CHAT, RESPONSES, GEMINI, "openai-completions"])
def test_the_summary_of_earlier_turns_is_text_elsewhere(target: str) -> None:
    """ANTHROPIC 1: a `compaction` block has `content`; "answer = single compaction block"."""
    block = {"type": "compaction", "content": "They want blue.", "encrypted_content": "c2ln"}
    turns = [{"role": "assistant", "content": [block]}, {"role": "user", "content": "Which colour?"}]
    body = {"model": "c", "max_tokens": 99, "messages": turns}
    t = dragoman.translate_request(body, MESSAGES, target)
    assert any("They want blue." in value for _, value in laws.leaves(t.body) if type(value) is str)
    assert told(t.losses, "compaction.", "part.") == [
        ("changed", "compaction.as_text", "/messages/0/content/0"),
        ("dropped", "part.unsupported", "/messages/0/content/0/encrypted_content"),
    ]
    assert dragoman.translate_request(body, MESSAGES, MESSAGES).body == body


@pytest.mark.parametrize(
    ("target", "at"),
    [
        (MESSAGES, ("output_config", "format", "schema")),
        (RESPONSES, ("text", "format", "schema")),
        (GEMINI, ("generationConfig", "responseJsonSchema")),
    ],
)
def test_a_schema_beside_json_object_is_the_schema_of_the_answer(target: str, at: tuple[str, ...]) -> None:
    """The form of llama.cpp, Together and Fireworks; at home it stays what it was."""
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    turns = [{"role": "user", "content": "x"}]
    body = {"model": "m", "messages": turns, "response_format": {"type": "json_object", "schema": schema}}
    value: Any = dragoman.translate_request(body, CHAT, target).body
    for key in at:
        value = value[key]
    assert value == schema
    assert dragoman.translate_request(body, CHAT, CHAT).body == body


def test_arguments_behind_a_whole_object_are_told_where_other_calls_have_come() -> None:
    """Chat does not say where a call ends: once its arguments are an object and others wait, its block is closed."""

    def chunk(**delta: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        return b"data: " + json.dumps(body).encode() + b"\n\n"

    def piece(index: int, arguments: str, **head: Any) -> bytes:
        name = {"name": "f"} if head else {}
        return chunk(tool_calls=[{"index": index, **head, "function": {**name, "arguments": arguments}}])

    data = piece(0, "", id="call_0") + piece(1, "{}", id="call_1") + piece(0, '{"a":1}') + piece(0, '{"b":2}')
    s = dragoman.translate_stream(CHAT, MESSAGES)
    s.feed(data)
    place = "/choices/0/message/tool_calls/0/function/arguments"
    assert ("changed", "arguments.invalid", place) in told(s.losses, "arguments.")


@pytest.mark.parametrize("target", [CHAT, RESPONSES])
def test_one_field_that_says_two_settings_is_told_once(target: str) -> None:
    """Completions asks for log probabilities and for how many with one number."""
    body = {"model": "gpt-5", "prompt": "x", "logprobs": 2}
    losses = dragoman.translate_request(body, "openai-completions", target).losses
    assert told(losses, "logprobs.") == [("dropped", "logprobs.unsupported", "/logprobs")]


def test_the_time_of_a_stream_that_fails_is_told_once() -> None:
    response = {"id": "r", "object": "response", "created_at": 5, "status": "in_progress", "model": "m", "output": []}
    failed = {**response, "status": "failed", "error": {"code": "server_error", "message": "x"}}
    s = dragoman.translate_stream(RESPONSES, MESSAGES)
    for i, (kind, value) in enumerate((("response.created", response), ("response.failed", failed))):
        frame = {"type": kind, "sequence_number": i, "response": value}
        s.feed(f"event: {kind}\ndata: {json.dumps(frame)}\n\n".encode())
    s.close()
    assert [loss.code for loss in s.losses if loss.at == "/created_at"] == ["envelope.created"]
