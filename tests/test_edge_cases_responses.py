"""Documents and streams of Responses that break translators, beside those of the collection.

The payloads are those of data/edge_cases_responses.jsonl (re01 and on), each with the sentence that is tested.
"""

from __future__ import annotations

import json
import re
import sys

import pytest

import dragoman
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
    Cases,
    assert_home,
    calls_of,
    dropped,
    ending,
    history,
    others,
    prose,
    r_thought,
    sse,
    text_of,
    thought_of,
)
from tests.wire import covered

CASES = Cases("edge_cases_responses.jsonl", "re")
EDGES = CASES.rows
payload, request, response, stream = CASES.payload, CASES.request, CASES.response, CASES.stream

everywhere = pytest.mark.parametrize("target", others(RESPONSES))
into_turns = pytest.mark.parametrize("target", [CHAT, MESSAGES, GEMINI, CLAUDE])
with_calls = pytest.mark.parametrize("target", [d for d in CALLS if d != RESPONSES])


def told(t: dragoman.Translation) -> str:
    return json.dumps(t.body, ensure_ascii=False)


@pytest.mark.parametrize("case", EDGES)
def test_every_case_has_a_test(case: str) -> None:
    assert any(re.match(rf"test_{case}_", name) for name in vars(sys.modules[__name__]))


@pytest.mark.parametrize("case", EDGES)
def test_every_case_comes_home(case: str) -> None:
    kind, body = EDGES[case]["kind"], payload(case)
    if kind == "stream":
        s = dragoman.translate_stream(RESPONSES, RESPONSES)
        assert s.feed(sse(RESPONSES, body)) + s.close() == sse(RESPONSES, body)
    elif kind == "error":
        assert dragoman.translate_error(400, body, RESPONSES, RESPONSES).body == body
    elif kind == "request":
        t = dragoman.write_request(dragoman.read_request(body, RESPONSES), RESPONSES)
        assert (t.body, t.losses) == (EDGES[case]["payload"], ())
    else:
        t = dragoman.write_response(dragoman.read_response(body, RESPONSES), RESPONSES)
        assert (t.body, t.losses) == (EDGES[case]["payload"], ())


# --- requests -----------------------------------------------------------------------------------------------


@into_turns
def test_re01_results_pair_by_id_wherever_they_stand(target: str) -> None:
    t = request("re01", target)
    calls, results = history(t.body, target)
    assert [(c.id, c.name) for c in calls] == [("call_1", "f"), ("call_2", "g")]
    by_id = {r.call: r.text for r in results}
    assert by_id["call_2"] == "2"
    assert by_id["call_1"].startswith("1")
    assert told(t).count("iVBORw0KGgo=") == 1
    turns = t.body["contents" if target == GEMINI else "messages"]
    assert [turn["role"] for turn in turns].count("model" if target == GEMINI else "assistant") == 1


@into_turns
def test_re02_a_result_without_a_call_is_not_forwarded(target: str) -> None:
    t = request("re02", target)
    assert history(t.body, target) == ([], [])
    assert covered(t.losses, "/input/1", "dropped")


@everywhere
def test_re03_state_stays_behind_and_the_call_goes(target: str) -> None:
    t = request("re03", target)
    assert "gAAAA" not in told(t)
    assert covered(t.losses, "/input/1", "dropped")
    if target != COMPLETIONS:
        assert [c.name for c in history(t.body, target)[0]] == ["f"]


@everywhere
def test_re04_an_item_without_type_is_a_message_or_a_reference(target: str) -> None:
    t = request("re04", target)
    assert "msg_9" not in told(t)
    assert covered(t.losses, "/input/2", "dropped")
    places = [told(t).index(word) for word in ("be brief", '"x"' if target != COMPLETIONS else "User: x")]
    assert all(place >= 0 for place in places)
    said = told(t)
    assert '"y"' in said or "Assistant: y" in said
    assert '"z"' in said or "User: z" in said


@everywhere
def test_re05_pictures_and_files(target: str) -> None:
    t = request("re05", target)
    for i, word in ((1, "file-1"), (3, "file-2")):
        if target == CHAT and i == 3:
            assert word in told(t), "OpenAI's file, which Chat has a word for"
            continue
        assert covered(t.losses, f"/input/0/content/{i}", "dropped"), "another vendor's file id"
        assert word not in told(t)
    if target in (CHAT, CLAUDE):
        first = t.body["messages"][0]["content"][0]
        assert first["image_url"] == {"url": "https://example.com/a.png", "detail": "high"}
    for i, word in ((0, "https://example.com/a.png"), (2, "https://example.com/a.pdf"), (4, "JVBERi0xLjcK")):
        assert word in told(t) or covered(t.losses, f"/input/0/content/{i}", "dropped"), word


@pytest.mark.parametrize("target", [CHAT, MESSAGES, GEMINI, CLAUDE])
def test_re06_the_tool_goes_over_without_a_made_up_strict(target: str) -> None:
    t = request("re06", target)
    tool = t.body["tools"][0]
    tool = tool["functionDeclarations"][0] if target == GEMINI else tool.get("function", tool)
    assert tool["name"] == "f"
    assert "strict" not in tool or tool["strict"] is not True


@into_turns
def test_re07_a_long_id_is_spelt_alike_in_call_and_result(target: str) -> None:
    (call,), (result,) = history(request("re07", target).body, target)
    assert call.id
    assert call.id == result.call


@everywhere
def test_re08_instructions_come_first_and_stay_apart(target: str) -> None:
    t = request("re08", target)
    assert told(t).index("first") < told(t).index("second")
    assert "firstsecond" not in told(t)
    if target in (CHAT, CLAUDE):
        assert [prose(m["content"]) for m in t.body["messages"]] == ["first", "second", "x"]


# --- responses ----------------------------------------------------------------------------------------------


@everywhere
def test_re20_a_failed_response_is_an_error(target: str) -> None:
    t = response("re20", target)
    assert t.status == 429
    assert t.body["error"]["message"] == "slow down"
    if target == GEMINI:
        assert t.body["error"]["status"] == "RESOURCE_EXHAUSTED"
    elif target == MESSAGES:
        assert t.body["error"]["type"] == "rate_limit_error"
    else:
        assert t.body["error"]["code"] == "rate_limit_exceeded"


@everywhere
def test_re21_text_call_and_text(target: str) -> None:
    t = response("re21", target)
    assert re.fullmatch(r"a\s*b", text_of(t.body, target))
    if target == COMPLETIONS:
        assert ending(t.body, target) == "length"
        return
    assert calls_of(t.body, target) == [Call("call_1", "f", {})]
    assert ending(t.body, target) == "calls"
    if target in (CHAT, CLAUDE):
        assert covered(t.losses, "/output/2", "changed"), "the order is gone in silence"


@everywhere
def test_re22_a_call_cut_by_the_limit_stays_cut(target: str) -> None:
    t = response("re22", target)
    assert ending(t.body, target) == "length"
    for call in calls_of(t.body, target):
        assert call.arguments == '{"a": "b' or "a" not in call.arguments


@everywhere
def test_re23_an_unknown_reason_is_no_success(target: str) -> None:
    t = response("re23", target)
    assert text_of(t.body, target) == "a"
    assert ending(t.body, target) in ("length", "OTHER")
    assert covered(t.losses, "/incomplete_details/reason", "changed")


@everywhere
def test_re24_a_refusal_beside_text_keeps_both(target: str) -> None:
    t = response("re24", target)
    said = t.body["choices"][0]["message"] if target in (CHAT, CLAUDE) else None
    if said is not None:
        assert (said["content"], said["refusal"]) == ("a", "no")
    else:
        assert re.fullmatch(r"a\s*no", text_of(t.body, target))
        assert ending(t.body, target) == "filter"
        assert covered(t.losses, "/output/0/content/1", "changed")


@everywhere
def test_re25_a_response_still_queued_never_looks_finished(target: str) -> None:
    t = response("re25", target)
    assert t.status is not None or ending(t.body, target) not in ("stop", "calls")
    if t.status is None:
        assert covered(t.losses, "/status", "changed", "dropped")


# --- streams ------------------------------------------------------------------------------------------------


@with_calls
def test_re40_calls_side_by_side_come_apart_whole(target: str) -> None:
    s = stream("re40", target)
    assert s.stream.error is None
    found = sorted(calls_of(s.document, target), key=lambda c: str(c.id))
    assert found == [Call("call_0", "f", {"a": 1}), Call("call_1", "f", {"b": 2})]
    assert ending(s.document, target) == "calls"


@pytest.mark.parametrize("case", ["re41", "re44", "re45"])
@everywhere
def test_re41_what_was_told_anywhere_is_told_once(case: str, target: str) -> None:
    """In deltas with an empty last snapshot, in a done event alone, in the last snapshot alone."""
    s = stream(case, target)
    assert s.stream.error is None
    assert text_of(s.document, target) == "hi"
    assert ending(s.document, target) == "stop"


def test_re44_a_done_event_alone_at_home() -> None:
    assert_says_hi("re44")


def test_re45_a_last_snapshot_alone_at_home() -> None:
    assert_says_hi("re45")


def assert_says_hi(case: str) -> None:
    whole = dragoman.fold(dragoman.read_events(sse(RESPONSES, payload(case)), RESPONSES))
    assert text_of(dragoman.write_response(whole, RESPONSES).body, RESPONSES) == "hi"


@everywhere
def test_re42_opaque_state_is_the_finished_items(target: str) -> None:
    whole = dragoman.fold(dragoman.read_events(sse(RESPONSES, payload("re42")), RESPONSES))
    assert dragoman.write_response(whole, RESPONSES).body["output"][0]["encrypted_content"] == "whole"
    s = stream("re42", target)
    assert s.stream.error is None
    assert thought_of(s.document, target) == text_of(s.document, target) == ""
    for word in (b"half", b"whole", b'"other"'):
        assert word not in s.out
    if target in (MESSAGES, GEMINI):
        assert dropped(s.losses, "state.", "reasoning.", "item.", "part.") == []
        assert_home(s.document, target, RESPONSES, [r_thought("rs_1", "whole")])
    else:  # no call follows
        assert ("state.no_carrier", "/output/0/encrypted_content") in dropped(s.losses)


@pytest.mark.parametrize("target", ALL)
def test_re43_an_error_alone_ends_the_stream_and_not_well(target: str) -> None:
    if target == RESPONSES:
        data = sse(RESPONSES, payload("re43"))
        home = dragoman.translate_stream(RESPONSES, RESPONSES)
        assert home.feed(data) + home.close() == data
        assert isinstance(home.error, dragoman.BrokenStream)
        return
    s = stream("re43", target)
    assert isinstance(s.stream.error, dragoman.BrokenStream)
    assert s.out.count(b"boom") == 1


# --- errors -------------------------------------------------------------------------------------------------


@everywhere
def test_re60_message_and_parameter_survive(target: str) -> None:
    t = dragoman.translate_error(400, payload("re60"), RESPONSES, target)
    assert t.status == 400
    assert t.body["error"]["message"] == payload("re60")["error"]["message"]
    if target in (CHAT, CLAUDE, COMPLETIONS):
        assert (t.body["error"]["param"], t.body["error"]["code"]) == ("input", None)


@everywhere
def test_re61_a_body_without_error_is_an_error_all_the_same(target: str) -> None:
    t = dragoman.translate_error(400, payload("re61"), RESPONSES, target)
    assert t.status == 400
    assert t.body["error"]["message"] == "Unsupported model"
