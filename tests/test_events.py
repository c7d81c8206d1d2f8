"""What the pieces of a stream come to: the rules of folding, event by event, in no dialect's words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import dragoman
from dragoman.errors import BrokenStream
from dragoman.events import (
    CandidateStart,
    End,
    Event,
    Extra,
    Failure,
    Finish,
    PartDelta,
    PartEnd,
    PartStart,
    Start,
    Update,
    UsageReport,
    aside,
    grown,
    merge_entries,
    merge_extra,
    merge_last,
    merge_usage,
)
from dragoman.model import (
    Candidate,
    Citation,
    Error,
    Json,
    Media,
    Opaque,
    Part,
    Reasoning,
    Response,
    State,
    Text,
    ToolCall,
    Usage,
)
from tests.wire import MERGE


def folded(*events: Event) -> Response:
    whole = [Start(Response("x", "r", "m")), CandidateStart(Candidate()), *events, Finish(0, "stop"), End()]
    return dragoman.fold(whole)


def part_of(part: Part, *deltas: PartDelta, end: Part | None = None) -> Any:
    """What `part` is when these pieces have come for it."""
    return folded(PartStart(0, 0, part), *deltas, PartEnd(0, 0, end)).candidates[0].message.parts[0]


def pieces(field: str, *values: Any) -> list[PartDelta]:
    return [PartDelta(0, 0, field, value) for value in values]


# --- texts --------------------------------------------------------------------------------------------------------


def test_pieces_of_a_text_join_behind_what_it_began_with() -> None:
    assert part_of(Text("a"), *pieces("text", "b", "", "c")).text == "abc"
    assert part_of(Text("a")).text == "a"
    assert part_of(Reasoning(""), *pieces("text", "x", "y")).text == "xy"


def test_pieces_of_arguments_join() -> None:
    assert part_of(ToolCall("c", "f", None), *pieces("arguments", '{"a"', ":1}")).arguments == '{"a":1}'
    assert part_of(ToolCall("c", "f", "{"), *pieces("arguments", "}")).arguments == "{}"


def test_arguments_that_came_whole_give_way_to_pieces_but_not_to_empty_ones() -> None:
    assert part_of(ToolCall("c", "f", {"a": 1}), *pieces("arguments", "{}")).arguments == "{}"
    assert part_of(ToolCall("c", "f", {"a": 1}), *pieces("arguments", "")).arguments == {"a": 1}
    assert part_of(ToolCall("c", "f", None), *pieces("arguments", "")).arguments == ""


def test_what_the_end_says_of_a_part_holds() -> None:
    assert part_of(Text(""), *pieces("text", "half"), end=Text("whole")).text == "whole"


def test_parts_and_candidates_are_apart() -> None:
    whole = folded(
        CandidateStart(Candidate(index=1)),
        PartStart(0, 0, Text("")),
        PartStart(1, 0, Text("")),
        PartStart(0, 1, Reasoning("")),
        PartDelta(0, 0, "text", "a"),
        PartDelta(1, 0, "text", "b"),
        PartDelta(0, 1, "text", "c"),
        PartEnd(0, 0),
        PartEnd(1, 0),
        PartEnd(0, 1),
        Finish(1, "length", spelling={"finish": "max"}),
    )
    texts: list[list[Any]] = [[getattr(p, "text", None) for p in c.message.parts] for c in whole.candidates]
    assert texts == [["a", "c"], ["b"]]
    assert [(c.index, c.finish_reason) for c in whole.candidates] == [(0, "stop"), (1, "length")]
    assert whole.candidates[1].spelling == {"finish": "max"}


# --- other pieces -------------------------------------------------------------------------------------------------


def test_of_states_the_last_holds() -> None:
    first, last = State("signature", "a", "x"), State("signature", "b", "x")
    assert part_of(Reasoning("t"), *pieces("state", first, last)).state == last


def test_citations_are_added_and_nothing_else_says_that_there_are_none() -> None:
    one, two = Citation("url_citation", {"url": "a"}), Citation("url_citation", {"url": "b"})
    cited = part_of(Text("t", extra={"citations": [], "kept": 1}), *pieces("citation", one, two))
    assert cited.citations == [one, two]
    assert cited.extra == {"kept": 1}
    assert part_of(Text("t", citations=[one]), *pieces("citation", two)).citations == [one, two]


def test_details_of_thinking_merge_and_name_their_issuer() -> None:
    delta = PartDelta(0, 0, "details", [{"index": 0, "type": "t", "text": "b"}], {"issuer": "them"})
    start = Reasoning("", state=State("details", [{"index": 0, "type": "t", "text": "a"}], "us"))
    assert part_of(start, delta).state == State("details", [{"index": 0, "type": "t", "text": "ab"}], "them")
    assert part_of(Reasoning(""), delta).state == State("details", [{"index": 0, "type": "t", "text": "b"}], "them")
    assert part_of(Reasoning(""), delta).extra is None


def test_pieces_of_a_sound_join_and_its_id_is_the_first() -> None:
    sound = part_of(
        Media("audio", "base64"),
        *pieces("audio", {"id": "a", "data": "AA"}, {"data": "BB", "id": "b"}, {"expires_at": 5}),
    )
    assert (sound.file_id, sound.data) == ("a", "AABB")
    assert sound.extra == {"expires_at": 5}


def test_keys_of_an_opaque_part_are_added() -> None:
    part = part_of(Opaque({"a": 1, "b": 1}), PartDelta(0, 0, "value", {"b": 2}, {"x": 1}))
    assert part.value == {"a": 1, "b": 2}


def test_pieces_of_an_opaque_part_join() -> None:
    start = Opaque({"note": "a", "n": 1, "input": {}})
    part = part_of(start, *pieces("pieces", {"note": "b", "n": 2}, {"note": "c", "more": "d"}))
    assert part.value == {"note": "abc", "n": 2, "more": "d", "input": {}}
    assert part_of(start, *pieces("input", '{"q":', "1}")).value == start.value | {"input": {"q": 1}}
    assert part_of(start, *pieces("input", '{"q":')).value == start.value | {"input": '{"q":'}


def test_unknown_keys_of_a_piece_are_kept() -> None:
    delta = PartDelta(0, 0, "text", "b", {"x": {"n": 1}})
    assert part_of(Text("a", extra={"x": {"m": 2}}), delta).extra == {"x": {"m": 2, "n": 1}}
    assert part_of(Text("a"), PartDelta(0, 0, "extra", None, {"y": 1})).extra == {"y": 1}


# --- the envelope -------------------------------------------------------------------------------------------------


def test_of_the_envelope_the_first_that_says_something_holds() -> None:
    whole = folded(Update({"id": "late", "model": "late", "created": 7}), Update({"created": 8}))
    assert (whole.id, whole.model, whole.created) == ("r", "m", 7)


def test_usage_is_per_key_the_last_that_is_not_null() -> None:
    before = Usage({"a": 1, "d": {"x": 1, "y": 2}}, 1, 2, 3, 4, 5, 6)
    now: Any = Usage({"a": None, "b": 9, "d": {"y": 3, "x": None}})
    for name in ("input", "output", "total", "cache_read", "cache_write", "reasoning"):
        value: Any = {name: 70}
        one = merge_usage(before, replace(now, **value))
        assert {n: getattr(one, n) for n in ("input", "output", "total", "cache_read", "cache_write", "reasoning")} == {
            "input": 1,
            "output": 2,
            "total": 3,
            "cache_read": 4,
            "cache_write": 5,
            "reasoning": 6,
            name: 70,
        }
        assert one.reported == {"a": 1, "b": 9, "d": {"x": 1, "y": 3}}
    assert merge_usage(None, now) is now
    assert merge_usage(before, Usage({}, 0)).input == 0  # nought is not unknown
    assert folded(UsageReport(before), UsageReport(Usage({}, 8))).usage == replace(before, input=8)


def test_unknown_keys_go_where_they_stood() -> None:
    whole = folded(
        Extra("response", 0, {"r": 1}),
        Extra("candidate", 0, {"c": 1}),
        Extra("message", 0, {"m": 1}),
        Extra("message", 0, {"m": 2}),
        Extra("response", 0, {"l": [1, 2]}),
        Extra("response", 0, {"l": [3]}, whole=True),
    )
    assert whole.extra == {"r": 1, "l": [3]}
    assert whole.candidates[0].extra == {"c": 1}
    assert whole.candidates[0].message.extra == {"m": 2}


def test_log_probabilities_join_and_null_never_erases() -> None:
    whole = folded(
        Extra("logprobs", 0, {"content": [1], "refusal": None}),
        Extra("logprobs", 0, {"content": [2], "refusal": None}),
        Extra("logprobs", 0, {"content": None, "refusal": [3]}),
        Extra("logprobs", 0, None),
    )
    assert whole.candidates[0].logprobs == {"content": [1, 2], "refusal": [3]}
    assert folded(Extra("logprobs", 0, None), Extra("logprobs", 0, {"a": 1})).candidates[0].logprobs == {"a": 1}


@pytest.mark.parametrize("events", [[], [Start(Response("x"))], [Start(Response("x")), Failure(Error("api", "no"))]])
def test_what_does_not_end_is_broken(events: list[Event]) -> None:
    with pytest.raises(BrokenStream):
        dragoman.fold(events)


# --- merging ------------------------------------------------------------------------------------------------------


def test_objects_merge_and_null_never_erases() -> None:
    before: Json = {"a": 1, "d": {"x": 1}}
    assert merge_last(before, {"a": 2}) == {"a": 2, "d": {"x": 1}}
    assert merge_last(before, {"a": None, "n": None, "d": {"x": None, "y": 2}}) == {
        "a": 1,
        "n": None,
        "d": {"x": 1, "y": 2},
    }
    assert before == {"a": 1, "d": {"x": 1}}


def test_unknown_keys_of_several_frames_are_one() -> None:
    assert merge_extra(None, {"a": 1}) == {"a": 1}
    assert merge_extra({"l": [1]}, {"l": [2]}) == {"l": [1, 2]}
    assert merge_extra({"l": [1]}, {"l": [1, 2]}) == {"l": [1, 2]}  # it grew
    assert merge_extra({"l": [1]}, {"l": [1]}) == {"l": [1]}  # it came again
    assert merge_extra({"text": "a", "name": "a"}, {"text": "b", "name": "b"}) == {"text": "ab", "name": "b"}
    assert merge_extra({"a": 1, "b": "x"}, {"a": None, "b": "", "c": None}) == {"a": 1, "b": "x", "c": None}
    assert merge_extra({"a": ""}, {"a": ""}) == {"a": ""}
    assert merge_extra({"o": {"a": 1}}, {"o": {"a": None, "b": [1]}}) == {"o": {"a": 1, "b": [1]}}


def test_entries_of_one_index_and_type_are_one() -> None:
    first: list[Json] = [{"index": 0, "type": "t", "text": "a", "format": "f"}]
    grown_one = merge_entries(first, [{"index": 0, "type": "t", "text": "b", "format": None, "signature": "s"}])
    assert grown_one == [{"index": 0, "type": "t", "text": "ab", "format": "f", "signature": "s"}]
    assert first == [{"index": 0, "type": "t", "text": "a", "format": "f"}]
    for other in ({"index": 1, "type": "t", "text": "b"}, {"index": 0, "type": "u", "text": "b"}, {"text": "b"}, 5):
        assert merge_entries(first, [other]) == [*first, other]
    twice = [{"index": 3, "type": "t", "summary": "x"}, {"index": 3, "type": "t", "summary": "y"}]
    assert merge_entries([], twice) == [{"index": 3, "type": "t", "summary": "xy"}]
    assert merge_entries([{"index": 0, "data": "a", "id": "1"}], [{"index": 0, "data": "b", "id": "2"}]) == [
        {"index": 0, "data": "ab", "id": "2"}
    ]


# --- parts that grow ----------------------------------------------------------------------------------------------


def test_a_part_grows_wherever_its_pieces_were() -> None:
    part = Text("a")
    assert grown(part, [PartDelta(3, 7, "text", "b"), PartDelta(3, 7, "text", "c", {"x": 1})]) == Text(
        "abc", extra={"x": 1}
    )
    assert part == Text("a")


def test_what_a_piece_brings_beside_its_text() -> None:
    thought, state = Reasoning("t"), State("signature", "s", "x")
    assert aside(thought, PartDelta(0, 4, "state", state)) == Reasoning("t", state=state)
    assert aside(thought, PartDelta(0, 4, "text", "more", {"x": 1})) == Reasoning("t", extra={"x": 1})
    assert aside(thought, PartDelta(0, 4, "text", "more")) == thought


# --- events that are none, and what fails before it has begun ---------------------------------------------------

CHAT, MESSAGES, RESPONSES = "openai-chat", "anthropic-messages", "openai-responses"
SLOW = b'data: {"error":{"message":"slow","type":"rate_limit_exceeded","param":null,"code":"rate_limit_exceeded"}}\n\n'


@pytest.mark.parametrize("data", [b"", b"<html>no</html>", SLOW])
@pytest.mark.parametrize("target", [MESSAGES, RESPONSES, "gemini", "openai-completions"])
def test_a_failure_before_the_start_is_written_in_the_targets_words(data: bytes, target: str) -> None:
    """It says whose it is, as a start does: what is written is what a running stream gets."""
    s = dragoman.translate_stream(CHAT, target)
    running = s.feed(data) + s.close()
    assert running
    assert dragoman.write_events(dragoman.read_events(data, CHAT), target) == running


def test_a_failure_before_the_start_comes_home_as_it_was() -> None:
    written = dragoman.write_events(dragoman.read_events(SLOW, CHAT), CHAT)
    assert json.loads(written.removeprefix(b"data: ")) == json.loads(SLOW.removeprefix(b"data: "))
    assert dragoman.write_events(dragoman.read_events(b"", CHAT), CHAT) == b""


def test_a_failure_of_nobodys_is_written_in_the_targets_words() -> None:
    written = dragoman.write_events([Failure(Error("rate_limit", "slow"))], MESSAGES)
    assert written == (b'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"slow"}}\n\n')


STRAY: list[Any] = [
    [PartDelta(0, 0, "text", "x")],
    [End()],
    [5],
    [Start(5)],  # type: ignore[arg-type]
    [Failure(5)],  # type: ignore[arg-type]
    [Start(Response("", "r", "m")), PartEnd(0, 0)],
    [Start(Response("", "r", "m")), CandidateStart(Candidate()), Finish(0, "stop"), End(), End()],
]


@pytest.mark.parametrize("target", [CHAT, MESSAGES, RESPONSES, "gemini"])
@pytest.mark.parametrize("events", STRAY)
def test_events_that_do_not_follow_each_other_are_refused(events: Any, target: str) -> None:
    with pytest.raises(BrokenStream):
        dragoman.write_events(events, target)
    with pytest.raises(BrokenStream):
        dragoman.fold(events)


WRONG: list[Callable[[], Any]] = [
    lambda: list(dragoman.read_events("x", CHAT)),  # type: ignore[arg-type]
    lambda: list(dragoman.read_events(5, CHAT)),  # type: ignore[arg-type]
    lambda: list(dragoman.read_events([5], CHAT)),  # type: ignore[list-item]
    lambda: dragoman.write_events(5, CHAT),  # type: ignore[arg-type]
    lambda: dragoman.write_events([], CHAT, source="nobody"),
    lambda: dragoman.fold(5),  # type: ignore[arg-type]
    lambda: list(dragoman.unfold(5)),  # type: ignore[arg-type]
    lambda: dragoman.write_request(5, CHAT),  # type: ignore[arg-type]
    lambda: dragoman.write_request(Response(""), MESSAGES),  # type: ignore[arg-type]
    lambda: dragoman.write_response(None, CHAT),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("call", WRONG)
def test_what_is_no_node_and_no_stream_is_an_error_of_ours(call: Callable[[], Any]) -> None:
    """DESIGN 3, errors: "nothing else escapes, whatever the input"."""
    with pytest.raises(dragoman.DragomanError):
        call()


def test_a_flavour_has_no_flavours() -> None:
    assert dragoman.flavours("openai-chat+vllm") == ()
    assert "openai-chat+vllm" in dragoman.flavours(CHAT)


# --- candidates stand at their position in the whole --------------------------------------------------------------


def streamed(source: str, numbers: list[int]) -> bytes:
    """Candidates of those numbers, in that order, each with a key that nobody knows and a call without an id."""
    if source == "gemini":
        bodies: list[Any] = []
        for n in numbers:
            parts: list[Json] = [{"text": "a", "x": 1}, {"functionCall": {"name": "f", "args": {}}}]
            answer = {"index": n, "content": {"role": "model", "parts": parts}, "finishReason": "ODD"}
            bodies.append({"candidates": [answer], "modelVersion": "m"})
        return b"".join(b"data: " + json.dumps(body).encode() + b"\n\n" for body in bodies)
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    call = {"index": 0, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    delta = {"role": "assistant", "content": "a", "x": 1, "tool_calls": [call]}
    choices: list[Json] = [{"index": n, "delta": delta, "finish_reason": None, "y": 2} for n in numbers]
    choices += [{"index": n, "delta": {}, "finish_reason": "odd"} for n in numbers]
    return b"".join(b"data: " + json.dumps({**head, "choices": [c]}).encode() + b"\n\n" for c in choices)


@pytest.mark.parametrize("numbers", [[1], [2], [1, 2], [2, 0], [3, 1]])
@pytest.mark.parametrize(
    ("source", "target"),
    [
        (source, target)
        for source in (CHAT, "gemini")
        for target in (CHAT, MESSAGES, RESPONSES, "openai-completions", "gemini")
        if source != target  # at home nothing is lost
    ],
)
def test_a_loss_of_a_candidate_stands_where_the_whole_has_it(source: str, target: str, numbers: list[int]) -> None:
    """DESIGN 5: `at` points "in streams into the document the source stream folds to"."""
    data = streamed(source, numbers)
    s = dragoman.translate_stream(source, target)
    s.feed(data)
    s.close()
    whole = dragoman.fold(dragoman.read_events(data, source))
    document = dragoman.write_response(whole, source).body
    expected = {
        (loss.kind, loss.code, loss.at) for loss in dragoman.translate_response(document, source, target).losses
    }
    assert expected
    assert {(loss.kind, loss.code, loss.at) for loss in s.losses} == expected
    folded = dragoman.write_response(whole, target)
    assert {(loss.kind, loss.code, loss.at) for loss in folded.losses} == expected


def test_folding_leaves_the_events_as_they_were() -> None:
    events = list(dragoman.read_events(streamed(CHAT, [1]), CHAT))
    whole = dragoman.fold(events)
    assert whole.candidates[0].message.parts[0].at == "/choices/0/message/content"
    assert {e.part.at for e in events if isinstance(e, PartStart)} >= {"/choices/1/message/content"}
    assert dragoman.fold(events) == whole


@pytest.mark.parametrize("name", ["reasoning_details", "thinking_blocks", "reasoning_items"])
def test_a_whole_answer_with_a_list_of_state_is_a_stream_of_its_own_dialect(name: str) -> None:
    """`unfold` gives the state at once; a stream brings the list in pieces: both are the same answer."""
    entry = {"type": "reasoning.text", "text": "hm", "signature": "c2ln", "index": 0}
    message = {"role": "assistant", "content": "a", "reasoning": "hm", name: [entry]}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    events = dragoman.unfold(dragoman.read_response(answer, CHAT))
    merged = MERGE[CHAT](dragoman.write_events(events, CHAT)).document["choices"][0]["message"]
    assert {key: merged[key] for key in ("content", "reasoning", name)} == {
        k: message[k] for k in message if k != "role"
    }
