"""What users of other translators filed, over all dialects: streams, finish reasons, usage, errors, citations.

The numbers are those of SYMPTOMS in test_symptoms_matrix.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from tests import fixtures
from tests.matrix import (
    ALL,
    CALLS,
    CHAT,
    CLAUDE,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Call,
    Counts,
    Json,
    Sent,
    answer,
    assert_home,
    base,
    calls_of,
    counts_of,
    dropped,
    ending,
    others,
    parts_of,
    prose,
    records_in,
    send,
    sse,
    text_of,
    thought_of,
)
from tests.reference.common import frames
from tests.wire import begin, call_block, call_chunk, chunk, end, text_block

# --- one answer in each dialect, as frames ------------------------------------------------------------------


def g_chunk(*parts: Json, finish: str | None = None, index: int = 0, **top: Any) -> Json:
    candidate: Json = {"content": {"role": "model", "parts": list(parts)}, "index": index}
    ended = {"finishReason": finish} if finish else {}
    return {"candidates": [candidate | ended], "modelVersion": "m", "responseId": "r1", **top}


def r_response(status: str, *output: Json, **top: Any) -> Json:
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "status": status, "error": None,
        "incomplete_details": None, "model": "m", "output": list(output), "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], "usage": None, **top,
    }  # fmt: skip


def r_frames(*frames_given: Json, **end_given: Any) -> list[Json]:
    """created, in_progress, these, and completed; numbered."""
    start = r_response("in_progress")
    told = [{"type": f"response.{word}", "response": start} for word in ("created", "in_progress")]
    told += [*frames_given, {"type": "response.completed", "response": r_response("completed", **end_given)}]
    return [{**frame, "sequence_number": i} for i, frame in enumerate(told)]


def r_message(index: int, *pieces: str) -> list[Json]:
    item = {"id": f"msg_{index}", "type": "message", "role": "assistant", "content": []}
    spot = {"item_id": item["id"], "output_index": index, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    whole = {**part, "text": "".join(pieces)}
    return [
        {"type": "response.output_item.added", "output_index": index, "item": {**item, "status": "in_progress"}},
        {"type": "response.content_part.added", **spot, "part": part},
        *({"type": "response.output_text.delta", **spot, "delta": piece, "logprobs": []} for piece in pieces),
        {"type": "response.output_text.done", **spot, "text": whole["text"], "logprobs": []},
        {"type": "response.content_part.done", **spot, "part": whole},
        {"type": "response.output_item.done", "output_index": index,
         "item": {**item, "status": "completed", "content": [whole]}},
    ]  # fmt: skip


def r_opened(index: int, name: str = "f") -> Json:
    item = {"id": f"fc_{index}", "type": "function_call", "call_id": f"call_{index}", "name": name, "arguments": ""}
    return {"type": "response.output_item.added", "output_index": index, "item": {**item, "status": "in_progress"}}


def r_piece(index: int, piece: str) -> Json:
    kind = "response.function_call_arguments.delta"
    return {"type": kind, "item_id": f"fc_{index}", "output_index": index, "delta": piece}


def r_closed(index: int, arguments: str, name: str = "f") -> list[Json]:
    item = {"id": f"fc_{index}", "type": "function_call", "call_id": f"call_{index}", "name": name}
    done = {"type": "response.function_call_arguments.done", "item_id": item["id"], "output_index": index}
    whole = {**item, "arguments": arguments, "status": "completed"}
    return [
        {**done, "name": name, "arguments": arguments},
        {"type": "response.output_item.done", "output_index": index, "item": whole},
    ]


# Text, then two calls; what every dialect but Completions can say.
ANSWERS: dict[str, list[Any]] = {
    CHAT: [
        chunk({"role": "assistant", "content": "Hi"}),
        call_chunk(0, '{"a":', "call_1", "f"),
        call_chunk(0, "1}"),
        call_chunk(1, "{}", "call_2", "g"),
        chunk({}, "tool_calls"),
        "[DONE]",
    ],
    MESSAGES: [
        begin(),
        *text_block(0, "Hi"),
        *call_block(1, "call_1", "f", "", '{"a":', "1}"),
        *call_block(2, "call_2", "g"),
        *end("tool_use"),
    ],
    RESPONSES: r_frames(
        *r_message(0, "Hi"),
        r_opened(1),
        r_piece(1, '{"a":'),
        r_piece(1, "1}"),
        *r_closed(1, '{"a":1}'),
        r_opened(2, "g"),
        *r_closed(2, "{}", "g"),
    ),
    GEMINI: [
        g_chunk({"text": "Hi"}),
        g_chunk({"functionCall": {"id": "call_1", "name": "f", "args": {"a": 1}}}),
        g_chunk({"functionCall": {"id": "call_2", "name": "g"}}, finish="STOP"),
    ],
}
pairs = [(source, target) for source in ANSWERS for target in others(source)]
# How many frames at the end are not needed for an answer to be whole.
SPARE = {CHAT: 1, MESSAGES: 1, RESPONSES: 0, GEMINI: 0}
by_pair = pytest.mark.parametrize(("source", "target"), pairs)


def through(source: str, target: str) -> Sent:
    return send(sse(source, ANSWERS[source]), source, target)


@by_pair
def test_symptom_16_calls_end_an_answer_as_calls(source: str, target: str) -> None:
    s = through(source, target)
    assert s.stream.error is None
    assert text_of(s.document, target) == "Hi"
    if target == COMPLETIONS:
        assert ending(s.document, target) == "length", "an answer that is not whole"
        assert [loss.code for loss in s.losses].count("tool_call.unsupported") == 2
        return
    assert [(c.name, c.arguments) for c in calls_of(s.document, target)] == [("f", {"a": 1}), ("g", {})]
    assert ending(s.document, target) == "calls"


@pytest.mark.parametrize("target", others(GEMINI, COMPLETIONS))
def test_symptom_16_stop_with_a_call_in_a_document(target: str) -> None:
    body = g_chunk({"functionCall": {"name": "f", "args": {}}}, finish="STOP")
    assert ending(answer(body, GEMINI, target).body, target) == "calls"
    cut = g_chunk({"functionCall": {"name": "f", "args": {}}}, finish="MAX_TOKENS")
    assert ending(answer(cut, GEMINI, target).body, target) == "length"


@pytest.mark.parametrize("target", [CHAT, CLAUDE])
def test_symptom_16_for_each_candidate(target: str) -> None:
    parts = ({"functionCall": {"name": "f", "args": {}}}, {"text": "x"})
    candidates = [
        {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": i}
        for i, part in enumerate(parts)
    ]
    body = {"candidates": candidates, "modelVersion": "m", "responseId": "r1"}
    for document in (answer(body, GEMINI, target).body, send(sse(GEMINI, [body]), GEMINI, target).document):
        assert [c["finish_reason"] for c in document["choices"]] == ["tool_calls", "stop"]


# --- the order of frames ------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", CALLS)
def test_symptom_08_pieces_of_parallel_calls_find_their_call(target: str) -> None:
    """Pieces that run side by side, in Responses; send sees to the order of what comes out."""
    if target == RESPONSES:
        return
    side_by_side = [
        *(r_opened(i) for i in range(3)),
        *(r_piece(i, piece) for piece in ('{"a"', ":", "1}") for i in (2, 0, 1)),
        *(one for i in (1, 2, 0) for one in r_closed(i, '{"a":1}')),
    ]
    s = send(sse(RESPONSES, r_frames(*side_by_side)), RESPONSES, target)
    assert s.stream.error is None
    assert calls_of(s.document, target) == [Call(f"call_{i}", "f", {"a": 1}) for i in range(3)]


@pytest.mark.parametrize("target", [RESPONSES, GEMINI])
def test_symptom_08_from_chat(target: str) -> None:
    opened = [call_chunk(i, "", f"call_{i}", f"f{i}") for i in range(3)]
    pieces = [call_chunk(i, piece) for piece in ('{"a"', ":", "1}") for i in (2, 0, 1)]
    frames_given = [chunk({"role": "assistant"}), *opened, *pieces, chunk({}, "tool_calls"), "[DONE]"]
    s = send(sse(CHAT, frames_given), CHAT, target)
    found = sorted(calls_of(s.document, target), key=lambda c: str(c.id))
    assert found == [Call(f"call_{i}", f"f{i}", {"a": 1}) for i in range(3)]


@pytest.mark.parametrize("source", [GEMINI, RESPONSES])
@pytest.mark.parametrize("target", [CHAT, CLAUDE])
def test_symptom_09_calls_are_numbered_without_the_other_parts(source: str, target: str) -> None:
    s = through(source, target)
    seen = [c["index"] for f in s.merged.frames for ch in f["choices"] for c in ch["delta"].get("tool_calls", ())]
    assert sorted(set(seen)) == [0, 1]
    assert [c.name for c in calls_of(s.document, target)] == ["f", "g"]


@pytest.mark.parametrize("source", others(RESPONSES))
def test_symptom_17_a_responses_stream_begins_and_is_numbered(source: str) -> None:
    """send sees to it: created, in_progress, numbers without gaps; over every fixture, those that break too."""
    given = [one for one in fixtures.load("stream") if one.dialect == source]
    for one in given:
        assert send(one.data, source, RESPONSES).out
    if source in ANSWERS:
        through(source, RESPONSES)


@pytest.mark.parametrize("source", [CHAT, MESSAGES, GEMINI])
def test_symptom_17_also_after_an_error_behind_every_frame(source: str) -> None:
    errors: dict[str, Json] = {
        CHAT: {"error": {"message": "boom", "type": "server_error", "param": None, "code": None}},
        MESSAGES: {"type": "error", "error": {"type": "api_error", "message": "boom"}},
        GEMINI: {"error": {"code": 500, "message": "boom", "status": "INTERNAL"}},
    }
    told = records_in(source, ANSWERS[source])
    for count in range(len(told) - SPARE[source]):
        s = send(b"".join(told[:count]) + sse(source, [errors[source]]), source, RESPONSES)
        assert s.stream.error is not None
        last = s.merged.frames[-1]
        assert last["type"] in ("error", "response.failed")
        assert "boom" in json.dumps(last)
        assert last["sequence_number"] == len(s.merged.frames) - 1


RATE_LIMITS = {"type": "codex.rate_limits", "limits": {"primary": 1}}


@pytest.mark.parametrize("target", others(RESPONSES))
def test_symptom_18_unknown_events_of_responses_do_not_leak(target: str) -> None:
    frames_given = r_frames(RATE_LIMITS, *r_message(0, "x"), RATE_LIMITS)
    s = send(sse(RESPONSES, frames_given), RESPONSES, target)
    assert b"rate_limits" not in s.out
    assert s.stream.error is None
    assert text_of(s.document, target) == "x"


@pytest.mark.parametrize("source", [CHAT, MESSAGES, GEMINI])
def test_symptom_18_and_none_reach_responses(source: str) -> None:
    """Only events of its own vocabulary; at home what is unknown passes."""
    unknown: dict[str, Json] = {CHAT: {"codex": 1, "choices": []}, MESSAGES: RATE_LIMITS, GEMINI: {"codex": 1}}
    strange = unknown[source]
    first, *rest = ANSWERS[source]
    s = send(sse(source, [first, strange, *rest]), source, RESPONSES)
    assert b"codex" not in s.out
    assert s.stream.error is None
    assert text_of(s.document, RESPONSES) == "Hi"
    known = ("response.", "error")
    assert all(event.startswith(known) for event, _ in frames(s.out))


@by_pair
def test_symptom_19_a_stream_cut_off_is_a_failure(source: str, target: str) -> None:
    told = records_in(source, ANSWERS[source])
    for count in range(len(told) - SPARE[source]):
        data = b"".join(told[:count])
        for cut in (len(data), max(0, len(data) - 20)):
            s = send(data[:cut], source, target)
            assert isinstance(s.stream.error, dragoman.BrokenStream)
            assert s.merged.error is not None
            assert not s.merged.complete
            assert b"[DONE]" not in s.out
            assert b"message_stop" not in s.out
            assert b"response.completed" not in s.out


@by_pair
def test_symptom_19_an_end_without_its_mark_is_an_end(source: str, target: str) -> None:
    told = records_in(source, ANSWERS[source])
    s = send(b"".join(told[: len(told) - SPARE[source]]), source, target)
    assert s.stream.error is None
    assert s.merged.complete


@pytest.mark.parametrize("target", [RESPONSES, GEMINI, MESSAGES, CLAUDE])
def test_symptom_19_half_of_a_call_is_never_told_as_a_whole_one(target: str) -> None:
    data = sse(CHAT, ANSWERS[CHAT][:2]) if target != CLAUDE else sse(RESPONSES, ANSWERS[RESPONSES][:10])
    s = send(data, CHAT if target != CLAUDE else RESPONSES, target)
    assert s.stream.error is not None
    if target == GEMINI:
        assert b"functionCall" not in s.out
    assert b"function_call_arguments.done" not in s.out
    assert [c for c in calls_of(s.document, target) if c.arguments == {"a": 1}] == []


@pytest.mark.parametrize("target", others(GEMINI))
def test_symptom_19_a_json_array_cut_off(target: str) -> None:
    told = [json.dumps(frame) for frame in ANSWERS[GEMINI]]
    whole = "[" + ",\n".join(told) + "]"
    assert send(whole.encode(), GEMINI, target).stream.error is None
    cut = "[" + ",\n".join(told[:-1])
    assert isinstance(send(cut.encode(), GEMINI, target).stream.error, dragoman.BrokenStream)


@pytest.mark.parametrize("source", [CHAT, MESSAGES, RESPONSES, COMPLETIONS, GEMINI])
def test_symptom_19_towards_a_json_array(source: str) -> None:
    """Whole or broken, the array is one JSON text, and a failure stands in it."""
    for one in (f for f in fixtures.load("stream") if f.dialect == source):
        s = dragoman.translate_stream(source, "gemini+array")
        out = s.feed(one.data) + s.close()
        told = json.loads(out)
        assert type(told) is list
        assert ("error" in told[-1]) is (s.error is not None), one.id


@pytest.mark.parametrize("count", [0, 1])
def test_symptom_19_a_json_array_cut_off_towards_records(count: int) -> None:
    """Both forms are Gemini's, yet these are no bytes that pass: the failure stands in what is written."""
    data = ("[" + ",\n".join(json.dumps(frame) for frame in ANSWERS[GEMINI][:count])).encode()
    s = send(data, "gemini+array", GEMINI)
    assert isinstance(s.stream.error, dragoman.BrokenStream)
    assert s.out.count(b'"error"') == 1
    assert list(json.loads(s.out.strip().splitlines()[-1].removeprefix(b"data: "))) == ["error"]


# --- errors -------------------------------------------------------------------------------------------------

# Dialect -> status and body of: overloaded, too many requests.
OVERLOADED: dict[str, tuple[int, Json]] = {
    **dict.fromkeys(
        (CHAT, RESPONSES, COMPLETIONS, CLAUDE),
        (503, {"error": {"message": "busy", "type": "service_unavailable", "param": None, "code": None}}),
    ),
    MESSAGES: (529, {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}, "request_id": "req_1"}),
    GEMINI: (503, {"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}),
}
LIMITED: dict[str, tuple[int, Json]] = {
    **dict.fromkeys(
        (CHAT, RESPONSES, COMPLETIONS, CLAUDE),
        (429, {"error": {"message": "slow", "type": "requests", "param": None, "code": "rate_limit_exceeded"}}),
    ),
    MESSAGES: (429, {"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}, "request_id": "req_1"}),
    GEMINI: (429, {"error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED"}}),
}
every_pair = pytest.mark.parametrize(("source", "target"), [(a, b) for a in ALL for b in others(a)])


@every_pair
def test_symptom_20_overloaded_is_overloaded(source: str, target: str) -> None:
    status, body = OVERLOADED[source]
    t = dragoman.translate_error(status, body, source, target, headers={"Retry-After": "3"})
    assert t.status == OVERLOADED[target][0]
    assert t.body["error"]["message"] == "busy"
    assert t.headers["retry-after"] == "3"
    if target == MESSAGES:
        assert t.body["error"]["type"] == "overloaded_error"
    if target == GEMINI:
        assert (t.body["error"]["code"], t.body["error"]["status"]) == (503, "UNAVAILABLE")
    if source == MESSAGES:
        assert "req_1" in t.headers.values()


@every_pair
def test_symptom_20_too_many_requests_are_too_many_requests(source: str, target: str) -> None:
    status, body = LIMITED[source]
    t = dragoman.translate_error(status, body, source, target, headers={"retry-after-ms": "30"})
    assert t.status == 429
    assert t.headers["retry-after-ms"] == "30"
    if target == MESSAGES:
        assert t.body["error"]["type"] == "rate_limit_error"
    elif target == GEMINI:
        assert t.body["error"]["status"] == "RESOURCE_EXHAUSTED"
    else:
        assert t.body["error"]["code"] == "rate_limit_exceeded"


def in_stream(source: str) -> bytes:
    """A stream that begins well and is then told that the server is overloaded."""
    _, body = OVERLOADED[source]
    if source == COMPLETIONS:
        text_chunk: Json = {"text": "Hi", "index": 0, "logprobs": None, "finish_reason": None}
        envelope = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m"}
        return sse(source, [{**envelope, "choices": [text_chunk]}, body])
    if source == RESPONSES:
        error = {"type": "error", "code": "server_is_overloaded", "message": "busy", "param": None}
        return sse(source, [*ANSWERS[source][:5], {**error, "sequence_number": 5}])
    return sse(source, [ANSWERS[CHAT if source == CLAUDE else source][0], body])


@every_pair
def test_symptom_20_in_the_middle_of_a_stream(source: str, target: str) -> None:
    s = send(in_stream(source), source, target)
    assert isinstance(s.stream.error, dragoman.BrokenStream)
    assert "busy" in json.dumps(s.merged.error)


@pytest.mark.parametrize("source", ALL)
@pytest.mark.parametrize("target", [*ALL, "gemini+array", "openai-chat+openrouter"])
def test_nothing_under_status_200_is_an_error(source: str, target: str) -> None:
    t = dragoman.translate_response({}, source, target)
    assert t.status is not None
    assert 400 <= t.status < 600
    assert "error" in t.body or base(source) == base(target)
    assert not {"choices", "content", "output", "candidates"} & t.body.keys()


@every_pair
def test_nothing_at_all_is_a_broken_stream(source: str, target: str) -> None:
    assert isinstance(send(b"", source, target).stream.error, dragoman.BrokenStream)


# --- usage --------------------------------------------------------------------------------------------------

# The same figures in each vendor's counting: 330 in, 300 of them from the cache; 9 out, 4 of them reasoning.
USAGES: dict[str, Json] = {
    MESSAGES: {
        "input_tokens": 30,
        "cache_read_input_tokens": 300,
        "cache_creation_input_tokens": 0,
        "output_tokens": 9,
        "output_tokens_details": {"thinking_tokens": 4},
    },
    RESPONSES: {
        "input_tokens": 330,
        "input_tokens_details": {"cached_tokens": 300, "cache_write_tokens": 0},
        "output_tokens": 9,
        "output_tokens_details": {"reasoning_tokens": 4},
        "total_tokens": 339,
    },
    GEMINI: {
        "promptTokenCount": 330,
        "cachedContentTokenCount": 300,
        "candidatesTokenCount": 5,
        "thoughtsTokenCount": 4,
        "totalTokenCount": 339,
    },
}
USAGES[CHAT] = USAGES[COMPLETIONS] = USAGES[CLAUDE] = {
    "prompt_tokens": 330,
    "prompt_tokens_details": {"cached_tokens": 300},
    "completion_tokens": 9,
    "completion_tokens_details": {"reasoning_tokens": 4},
    "total_tokens": 339,
}
COUNTED = Counts(input=330, output=9, cached=300, reasoning=4, total=339)


def answered(source: str) -> Json:
    """A whole answer with this usage."""
    usage = USAGES[source]
    if source == GEMINI:
        return g_chunk({"text": "x"}, finish="STOP", usageMetadata=usage)
    if source == RESPONSES:
        part = {"type": "output_text", "text": "x", "annotations": []}
        item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
        return r_response("completed", item, usage=usage)
    if source == MESSAGES:
        return {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "usage": usage,
            "content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "stop_sequence": None,
        }  # fmt: skip
    choice: Json = {"index": 0, "logprobs": None, "finish_reason": "stop"}
    if source == COMPLETIONS:
        kind = "text_completion"
        choice["text"] = "x"
    else:
        kind = "chat.completion"
        choice["message"] = {"role": "assistant", "content": "x", "refusal": None}
    return {"id": "c", "object": kind, "created": 1, "model": "m", "choices": [choice], "usage": usage}


def streamed(source: str) -> bytes:
    """The same as a stream."""
    usage = USAGES[source]
    if source == GEMINI:
        early = {"promptTokenCount": 330, "totalTokenCount": 330}
        return sse(source, [g_chunk({"text": "x"}, usageMetadata=early), g_chunk(finish="STOP", usageMetadata=usage)])
    if source == RESPONSES:
        return sse(source, r_frames(*r_message(0, "x"), usage=usage))
    if source == MESSAGES:
        start = begin(**{**usage, "output_tokens": 1, "output_tokens_details": None})
        return sse(source, [start, *text_block(0, "x"), *end("end_turn", **usage)])
    if source == COMPLETIONS:
        choice = {"text": "x", "index": 0, "logprobs": None, "finish_reason": "stop"}
        envelope = {"id": "c", "object": "text_completion", "created": 1, "model": "m"}
        return sse(source, [{**envelope, "choices": [choice]}, {**envelope, "choices": [], "usage": usage}, "[DONE]"])
    last = {**chunk({}), "choices": [], "usage": usage}
    return sse(source, [chunk({"role": "assistant", "content": "x"}), chunk({}, "stop"), last, "[DONE]"])


@every_pair
def test_symptom_15_counts_are_conserved(source: str, target: str) -> None:
    assert counts_of(answer(answered(source), source, target).body, target) == COUNTED


@every_pair
def test_symptom_15_in_streams_too(source: str, target: str) -> None:
    assert counts_of(send(streamed(source), source, target).document, target) == COUNTED


@pytest.mark.parametrize("source", others(MESSAGES))
def test_symptom_15_messages_counts_without_the_cache(source: str) -> None:
    for usage in (
        answer(answered(source), source, MESSAGES).body["usage"],
        send(streamed(source), source, MESSAGES).document["usage"],
    ):
        assert (usage["input_tokens"], usage["cache_read_input_tokens"]) == (30, 300)


@pytest.mark.parametrize("source", ALL)
@pytest.mark.parametrize("target", [CHAT, COMPLETIONS, CLAUDE])
def test_usage_chunk_has_no_choice(source: str, target: str) -> None:
    if source == target:
        return
    s = send(streamed(source), source, target)
    assert [f["choices"] for f in s.merged.frames if f.get("usage")] == [[]]


# --- candidates and citations -------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [CHAT, COMPLETIONS, CLAUDE])
def test_choices_keep_their_index(target: str) -> None:
    told = [g_chunk({"text": "B"}, finish="MAX_TOKENS", index=2), g_chunk({"text": "A"}, finish="STOP", index=0)]
    body = {**told[0], "candidates": [one["candidates"][0] for one in told]}
    for document in (answer(body, GEMINI, target).body, send(sse(GEMINI, told), GEMINI, target).document):
        said = {c["index"]: (c.get("text") or c["message"]["content"], c["finish_reason"]) for c in document["choices"]}
        assert said == {2: ("B", "length"), 0: ("A", "stop")}


@pytest.mark.parametrize("source", [CHAT, COMPLETIONS, CLAUDE])
def test_choices_keep_their_index_towards_gemini(source: str) -> None:
    kind = "text" if source == COMPLETIONS else "message"
    said = [("B", "length", 2), ("A", "stop", 0)]
    choices = [
        {"index": i, "logprobs": None, "finish_reason": end_,
         kind: words if source == COMPLETIONS else {"role": "assistant", "content": words, "refusal": None}}
        for words, end_, i in said
    ]  # fmt: skip
    wire = "text_completion" if source == COMPLETIONS else "chat.completion"
    body = {"id": "c", "object": wire, "created": 1, "model": "m", "choices": choices}
    found = answer(body, source, GEMINI).body["candidates"]
    assert {c.get("index", 0): (prose(c["content"]["parts"]), c["finishReason"]) for c in found} == {
        2: ("B", "MAX_TOKENS"),
        0: ("A", "STOP"),
    }


GROUNDING = {
    "webSearchQueries": ["q"],
    "groundingChunks": [{"web": {"uri": "https://example.com/a", "title": "A"}}],
    "groundingSupports": [
        {"segment": {"startIndex": 6, "endIndex": 10, "text": "won."}, "groundingChunkIndices": [0]}
    ],
}  # fmt: skip


def cited_in(document: Json, dialect: str) -> list[str]:
    """The addresses that an answer cites."""
    if dialect == MESSAGES:
        return [c["url"] for b in document["content"] for c in b.get("citations") or ()]
    if dialect == RESPONSES:
        parts = [part for item in document["output"] for part in item["content"]]
        return [a["url"] for part in parts for a in part["annotations"]]
    if dialect == GEMINI:
        chunks = document["candidates"][0].get("groundingMetadata", {}).get("groundingChunks", ())
        return [c["web"]["uri"] for c in chunks]
    found = document["choices"][0]["message"].get("annotations") or ()
    return [a["url_citation"]["url"] for a in found]


@pytest.mark.parametrize("target", others(GEMINI, COMPLETIONS))
def test_citations_in_streams_as_in_documents(target: str) -> None:
    """In Gemini they come in a late chunk, when the text is out."""
    late = g_chunk(finish="STOP")
    late["candidates"][0]["groundingMetadata"] = GROUNDING
    body = g_chunk({"text": "Nada🌱 won."}, finish="STOP")
    body["candidates"][0]["groundingMetadata"] = GROUNDING
    whole = answer(body, GEMINI, target).body
    s = send(sse(GEMINI, [g_chunk({"text": "Nada🌱 "}), g_chunk({"text": "won."}), late]), GEMINI, target)
    assert cited_in(whole, target) == ["https://example.com/a"]
    assert cited_in(s.document, target) == ["https://example.com/a"]
    assert text_of(s.document, target) == text_of(whole, target) == "Nada🌱 won."


@pytest.mark.parametrize("target", others(RESPONSES, COMPLETIONS))
def test_citations_in_streams_of_responses(target: str) -> None:
    entry = {"type": "url_citation", "start_index": 0, "end_index": 4, "url": "https://example.com/a", "title": "A"}
    told = r_message(0, "Nada", " won.")
    spot = {"item_id": "msg_0", "output_index": 0, "content_index": 0}
    added = {"type": "response.output_text.annotation.added", **spot, "annotation_index": 0, "annotation": entry}
    told.insert(4, added)
    for frame in told[-2:]:
        part = frame.get("part") or frame["item"]["content"][0]
        part["annotations"] = [entry]
    s = send(sse(RESPONSES, r_frames(*told)), RESPONSES, target)
    whole = answer(r_response("completed", told[-1]["item"]), RESPONSES, target).body
    assert cited_in(whole, target) == cited_in(s.document, target) == ["https://example.com/a"]


@pytest.mark.parametrize("target", [RESPONSES, GEMINI, CLAUDE])
def test_citations_in_streams_of_messages(target: str) -> None:
    citation = {
        "type": "web_search_result_location", "url": "https://example.com/a", "title": "A",
        "encrypted_index": "aQ==", "cited_text": "won",
    }  # fmt: skip
    told = text_block(1, "won.")
    delta = {"type": "citations_delta", "citation": citation}
    told.insert(1, {"type": "content_block_delta", "index": 1, "delta": delta})
    told[0]["content_block"]["citations"] = []
    s = send(sse(MESSAGES, [begin(), *text_block(0, "Nada "), *told, *end("end_turn")]), MESSAGES, target)
    assert cited_in(s.document, target) == ["https://example.com/a"]


# --- thinking in streams ------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", others(GEMINI, COMPLETIONS))
def test_symptom_03_and_01_in_streams_the_text_is_whole(target: str) -> None:
    """A signature on the answer's text divides it at home; elsewhere the text reads as one, and it comes home in two.

    In Chat no call follows that could carry it, and the loss is told.
    """
    told = [
        g_chunk({"text": "hm", "thought": True}),
        g_chunk({"text": "Hi "}),
        g_chunk({"text": "there", "thoughtSignature": "U0lHTg=="}, finish="STOP"),
    ]
    s = send(sse(GEMINI, told), GEMINI, target)
    assert (thought_of(s.document, target), text_of(s.document, target)) == ("hm", "Hi there")
    if target in (RESPONSES, MESSAGES):
        assert dropped(s.losses) == []
        home = [{"text": "Hi "}, {"text": "there", "thoughtSignature": "U0lHTg=="}]
        assert_home(s.document, target, GEMINI, home, gone=["reasoning.unsupported"])  # that without a signature
    else:
        assert dropped(s.losses) == [("state.no_carrier", "/candidates/0/content/parts/2/thoughtSignature")]
    whole = dragoman.fold(dragoman.read_events(sse(GEMINI, told), GEMINI))
    assert len(parts_of(dragoman.write_response(whole, GEMINI).body)) == 3
