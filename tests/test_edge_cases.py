"""Documents and streams that broke other translators, one test or more a case; the id stands in the name.

data/edge_cases.jsonl holds each payload with the sentence that its tests put to the proof.
"""

from __future__ import annotations

import base64
import copy
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import dragoman
from dragoman import laws
from dragoman.model import Media, Request, Text
from tests import fixtures
from tests.matrix import GEMINI, RESPONSES
from tests.reference.common import frames
from tests.wire import (
    CHAT,
    MESSAGES,
    Run,
    begin,
    block,
    covered,
    end,
    other,
    reported,
    run,
    stream_of,
    text_block,
)

Json = dict[str, Any]

CASES: dict[str, Json] = {
    row["id"]: row
    for row in map(json.loads, (Path(__file__).parent / "data" / "edge_cases.jsonl").read_text("utf-8").splitlines())
}


def payload(case: str) -> Any:
    return copy.deepcopy(CASES[case]["payload"])


def request(case: str, **options: Any) -> dragoman.Translation:
    """The case's request in the other dialect."""
    source = CASES[case]["dialect"]
    return dragoman.translate_request(payload(case), source, other(source), **options)


def response(case: str) -> dragoman.Translation:
    """The case's response in the other dialect."""
    source = CASES[case]["dialect"]
    return dragoman.translate_response(payload(case), source, other(source))


def stream(case: str) -> Run:
    """The case's stream in the other dialect."""
    source = CASES[case]["dialect"]
    return run(source, stream_of(source, payload(case)))


def blocks(message: Json) -> list[Json]:
    """The content of a Messages message as blocks."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def texts(value: Any) -> str:
    """Chat or Messages content as one text."""
    if isinstance(value, str):
        return value
    return "".join(part.get("text", "") for part in value or ())


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_a_test(case: str) -> None:
    assert any(re.match(rf"test_{case}(_|$)", name) for name in vars(sys.modules[__name__]))


@pytest.mark.parametrize("case", [c for c, row in CASES.items() if row["kind"] in ("request", "response")])
def test_every_document_comes_home(case: str) -> None:
    row = CASES[case]
    read, write = (
        (dragoman.read_request, dragoman.write_request)
        if row["kind"] == "request"
        else (dragoman.read_response, dragoman.write_response)
    )
    document: Any = read(payload(case), row["dialect"])
    there: Any = write(document, row["dialect"])
    assert there.body == row["payload"]
    assert there.losses == ()


@pytest.mark.parametrize("case", [c for c, row in CASES.items() if row["kind"] == "stream"])
def test_every_stream_passes_at_home(case: str) -> None:
    dialect = CASES[case]["dialect"]
    data = stream_of(dialect, payload(case))
    s = dragoman.translate_stream(dialect, dialect)
    assert s.feed(data) + s.close() == data


# --- Anthropic Messages, requests ---------------------------------------------------------------------------


def test_ag01_zero_tokens_are_never_sent() -> None:
    t = request("ag01")
    assert t.body.get("max_tokens") != 0
    assert t.body.get("max_completion_tokens") != 0
    assert covered(t.losses, "/max_tokens")
    with pytest.raises(dragoman.UntranslatableDocument):
        request("ag01", on_loss="raise")


def test_ag01_no_output_does_not_become_output_without_limit() -> None:
    """Refused, or cut to the least there is: whoever warms a cache must not pay for an answer."""
    try:
        t = request("ag01")
    except dragoman.UntranslatableDocument:
        return
    assert "max_completion_tokens" in t.body


def test_ag02_the_version_that_takes_a_temperature_is_said() -> None:
    home = dragoman.translate_request(payload("ag02"), MESSAGES, MESSAGES)
    assert home.headers["anthropic-version"] == "2023-06-01"
    assert type(home.body["temperature"]) is float
    there = request("ag02")
    assert there.body["temperature"] == 1.0
    back = dragoman.translate_request({**there.body, "model": "claude-sonnet-4-5"}, CHAT, MESSAGES)
    assert back.body["temperature"] == 1.0
    assert back.headers["anthropic-version"] == "2023-06-01"
    newer = dragoman.translate_request(there.body, CHAT, MESSAGES)
    assert "temperature" not in newer.body  # its model refuses it under every version
    assert "sampling.unsupported" in {loss.code for loss in newer.losses}


def ag04_with_its_call() -> Json:
    body: Json = payload("ag04")
    call = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
    body["messages"][:0] = [{"role": "user", "content": "look"}, {"role": "assistant", "content": [call]}]
    return body


def test_ag04_pictures_of_a_result_follow_behind_all_results() -> None:
    body = ag04_with_its_call()
    second = {"type": "tool_use", "id": "toolu_2", "name": "look", "input": {}}
    body["messages"][1]["content"].append(second)
    body["messages"][2]["content"].insert(1, {"type": "tool_result", "tool_use_id": "toolu_2", "content": "dark"})
    t = dragoman.translate_request(body, MESSAGES, CHAT)
    assert [m["role"] for m in t.body["messages"]] == ["user", "assistant", "tool", "tool", "user"]
    first, last, said = t.body["messages"][2:]
    assert (first["tool_call_id"], texts(first["content"])) == ("toolu_1", "see")
    assert (last["tool_call_id"], texts(last["content"])) == ("toolu_2", "dark")
    assert [part["type"] for part in said["content"]] == ["image_url", "text"]
    assert said["content"][0]["image_url"]["url"] == "data:image/png;base64,iVBORw0KGgo="
    assert said["content"][1]["text"] == "go on"
    assert covered(t.losses, "/messages/2/content/0/content/1", "changed")
    assert covered(t.losses, "/messages/2/content/0/is_error")


def test_ag04_a_result_without_its_call_is_not_forwarded() -> None:
    t = request("ag04")
    assert [m["role"] for m in t.body["messages"]] == ["user"]
    assert texts(t.body["messages"][0]["content"]) == "go on"
    assert covered(t.losses, "/messages/0/content/0", "dropped")


def test_ag05_order_and_bytes_come_home() -> None:
    t = dragoman.translate_request(json.dumps(payload("ag05")), MESSAGES, MESSAGES)
    assert json.loads(t.json()) == payload("ag05")
    read = dragoman.read_request(payload("ag05"), MESSAGES)
    assert dragoman.write_request(read, MESSAGES).body == payload("ag05")


def test_ag05_state_is_reported_and_the_result_is_empty() -> None:
    t = request("ag05")
    assistant, result = t.body["messages"][1:]
    assert assistant["content"] == "let me"
    assert assistant["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert result == {"role": "tool", "tool_call_id": "toolu_1", "content": ""}
    for place in ("/messages/1/content/0", "/messages/1/content/1"):
        assert covered(t.losses, place, "dropped")
    assert b"EqQB" not in t.json()
    assert b"AAA=" not in t.json()


def test_ag07_tools_of_the_client_go_over_tools_of_the_vendor_are_reported() -> None:
    t = request("ag07")
    assert t.body["tools"] == [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    assert t.body["tool_choice"] == "required"
    assert t.body["parallel_tool_calls"] is False
    # MAP 1: the vendor's search is a setting here, with two searches nearest to a medium size.
    assert t.body["web_search_options"] == {"search_context_size": "medium"}
    assert reported(t.losses) == {"/tools/1", "/tools/1/type", "/tools/1/max_uses", "/tools/2"}


def test_ag08_thinking_between_tools_is_none_in_front() -> None:
    t = request("ag08")
    assert t.body["reasoning_effort"] == "none"
    assert covered(t.losses, "/output_config/effort")
    assert covered(t.losses, "/thinking/type", "changed")
    described = t.body["response_format"]["json_schema"]
    assert described["schema"] == payload("ag08")["output_config"]["format"]["schema"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", described["name"])
    assert covered(t.losses, "/response_format/json_schema/name", "invented")


def test_ag10_container_upload_and_vendor_tool_are_reported() -> None:
    t = request("ag10")
    assert reported(t.losses) == {"/container", "/messages/0/content/0", "/tools/0"}
    assert texts(t.body["messages"][0]["content"]) == "run"
    assert "tools" not in t.body


# --- Anthropic Messages, responses and streams --------------------------------------------------------------


def test_ag11_an_empty_refusal_is_a_filtered_answer() -> None:
    t = response("ag11")
    assert t.status is None
    (choice,) = t.body["choices"]
    assert choice["finish_reason"] == "content_filter"
    assert not choice["message"]["content"]
    usage = t.body["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (10, 0, 10)
    assert usage.get("prompt_tokens_details", {}).get("cache_write_tokens") is None


def test_ag13_a_call_without_arguments_has_empty_ones() -> None:
    r = stream("ag13")
    (call,) = r.message["tool_calls"]
    assert call == {"id": "toolu_1", "type": "function", "function": {"name": "now", "arguments": "{}"}}
    assert r.document["choices"][0]["finish_reason"] == "tool_calls"


def test_ag13_in_a_document() -> None:
    body = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}}], "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 9},
    }  # fmt: skip
    there = dragoman.translate_response(body, MESSAGES, CHAT).body
    assert there["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_ag14_an_error_before_the_message_began() -> None:
    r = stream("ag14")
    assert isinstance(r.stream.error, dragoman.BrokenStream)
    assert r.merged.error is not None
    assert r.merged.error["message"] == "Overloaded"
    assert (
        r.merged.error["type"]
        == dragoman.translate_error(
            529, {"type": "error", "error": {"type": "overloaded_error", "message": ""}}, MESSAGES, CHAT
        ).body["error"]["type"]
    )


def test_ag16_a_refusal_in_the_middle() -> None:
    _, stop = end("refusal")
    r = run(MESSAGES, stream_of(MESSAGES, [begin(), *text_block(0, "The first"), payload("ag16"), stop]))
    assert r.stream.error is None
    assert r.message["content"] == "The first"
    assert r.document["choices"][0]["finish_reason"] == "content_filter"
    assert r.document["usage"]["completion_tokens"] == 40
    assert covered(r.stream.losses, "/stop_details", "dropped")


def test_ag17_a_block_of_unknown_kind() -> None:
    opening = payload("ag17")
    delta = {"type": "content_block_delta", "index": 2, "delta": {"type": "future_delta", "y": 2}}
    stop = {"type": "content_block_stop", "index": 2}
    data = stream_of(
        MESSAGES,
        [
            begin(),
            *text_block(0, "a"),
            *text_block(1, "b"),
            opening,
            delta,
            stop,
            *text_block(3, "c"),
            *end("end_turn"),
        ],
    )
    r = run(MESSAGES, data)
    assert r.stream.error is None
    assert r.message["content"] == "abc"
    assert covered(r.stream.losses, "/content/2", "dropped")
    s = dragoman.translate_stream(MESSAGES, MESSAGES)
    assert s.feed(data) + s.close() == data
    folded = dragoman.write_response(dragoman.fold(dragoman.read_events(data, MESSAGES)), MESSAGES)
    assert [b["type"] for b in folded.body["content"]] == ["text", "text", "future_block", "text"]


@pytest.mark.parametrize(
    ("block", "deltas", "whole"),
    [
        (
            {"type": "future_tool_use", "id": "f_1", "name": "f", "input": {}},
            [{"type": "input_json_delta", "partial_json": piece} for piece in ("", '{"a":', " 1}")],
            {"input": {"a": 1}},
        ),
        (
            {"type": "note", "text": ""},
            [{"type": "text_delta", "text": piece} for piece in ("one ", "two")],
            {"text": "one two"},
        ),
        (
            {"type": "link_text", "link_text": "", "signature": ""},
            [
                *({"type": "link_text_delta", "link_text": piece} for piece in ("one ", "two")),
                *({"type": "signature_delta", "signature": piece} for piece in ("first", "last")),
            ],
            {"link_text": "one two", "signature": "last"},
        ),
        (
            {"type": "compaction", "content": None},
            [{"type": "compaction_delta", "content": piece} for piece in ("early", "late")],
            {"content": "late"},
        ),
    ],
)
def test_ag17_a_block_of_unknown_kind_in_pieces(block: Json, deltas: list[Json], whole: Json) -> None:
    """What a client sends back is the whole block, not its last piece."""
    frames = [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas]
    opening = {"type": "content_block_start", "index": 0, "content_block": block}
    ending = {"type": "content_block_stop", "index": 0}
    data = stream_of(MESSAGES, [begin(), opening, *frames, ending, *text_block(1, "a"), *end("end_turn")])
    folded = dragoman.fold(dragoman.read_events(data, MESSAGES))
    assert dragoman.write_response(folded, MESSAGES).body["content"][0] == block | whole
    assert laws.home_stream(data, MESSAGES) == []
    for target in (CHAT, RESPONSES, GEMINI):
        assert laws.stream_is_document(data, MESSAGES, target) == []


def test_ag19_the_exact_error_code() -> None:
    t = dragoman.translate_error(400, payload("ag19"), MESSAGES, CHAT)
    assert (t.status, t.body["error"]["code"]) == (400, "compaction_block_misplaced")
    back = dragoman.translate_error(400, t.body, CHAT, MESSAGES)
    assert back.body["error"]["details"]["error_code"] == "compaction_block_misplaced"
    assert back.body["error"]["type"] == "invalid_request_error"


WEB = {
    "type": "web_search_result_location",
    "url": "https://example.com/a",
    "title": "A",
    "encrypted_index": "aWR4",
    "cited_text": "green",
}


def cited(*content: Json) -> Json:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": list(content),
        "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip


def test_ag20_a_citation_spans_its_whole_block() -> None:
    lead = {"type": "text", "text": "See 🌱: "}
    body = cited(lead, {**payload("ag20"), "citations": [WEB]}, {"type": "text", "text": " So."})
    message = dragoman.translate_response(body, MESSAGES, CHAT).body["choices"][0]["message"]
    (entry,) = message["annotations"]
    span = entry["url_citation"]
    assert message["content"][span["start_index"] : span["end_index"]] == "The grass is green."
    assert (span["url"], span["title"]) == ("https://example.com/a", "A")


def test_ag20_a_citation_of_a_document_is_reported() -> None:
    t = dragoman.translate_response(cited(payload("ag20")), MESSAGES, CHAT)
    assert t.body["choices"][0]["message"]["content"] == "The grass is green."
    assert covered(t.losses, "/content/0/citations/0", "dropped")
    opening = {"type": "text", "text": "", "citations": []}
    deltas = [
        {"type": "citations_delta", "citation": payload("ag20")["citations"][0]},
        {"type": "text_delta", "text": "The grass is green."},
    ]
    r = run(MESSAGES, stream_of(MESSAGES, [begin(), *block(0, opening, *deltas), *end("end_turn")]))
    assert r.message["content"] == "The grass is green."
    assert covered(r.stream.losses, "/content/0/citations/0", "dropped")


# --- Chat Completions, requests -----------------------------------------------------------------------------


def test_ag40_everything_at_once() -> None:
    t = request("ag40")
    messages = t.body["messages"]
    assert messages[0]["role"] == "user"
    assert covered(t.losses, "/messages/0", "invented")
    assert all(block.get("text", "x").strip() for m in messages for block in blocks(m)), "a blank text block"
    assert covered(t.losses, "/messages/1", "dropped")
    calls = [b for m in messages for b in blocks(m) if b["type"] == "tool_use"]
    last = messages[-1]
    assert last["role"] == "user"
    results = [b for b in blocks(last) if b["type"] == "tool_result"]
    assert [re.fullmatch(r"[a-zA-Z0-9_-]+", c["id"]) is not None for c in calls] == [True, True]
    assert [(r["tool_use_id"], texts(r["content"])) for r in results] == [(calls[0]["id"], "1"), (calls[1]["id"], "2")]
    assert calls[0]["input"] == {}
    assert type(calls[1]["input"]) is dict
    assert covered(t.losses, "/messages/2/tool_calls/1/function/arguments", "changed")
    assert [b["type"] for b in blocks(last)] == ["tool_result", "tool_result", "text"]
    assert blocks(last)[-1]["text"] == "next"


def test_ag40_ids_come_home() -> None:
    t = request("ag40")
    back = dragoman.translate_request(t.body, MESSAGES, CHAT).body["messages"]
    calls = [c["id"] for m in back for c in m.get("tool_calls", ())]
    assert calls == ["call.1", "call_2"]
    assert {m["tool_call_id"]: m["content"] for m in back if m["role"] == "tool"} == {"call.1": "1", "call_2": "2"}


def test_oa01_results_pair_by_id() -> None:
    t = request("oa01")
    _, assistant, results = t.body["messages"]
    calls = {b["id"]: b for b in blocks(assistant)}
    assert calls["a"]["input"] == {"x": 1}
    assert calls["b"]["input"] == {}
    by_id = {b["tool_use_id"]: b.get("content") for b in blocks(results)}
    assert results["role"] == "user"
    assert texts(by_id["b"]) == "B"
    assert by_id["a"] == [{"type": "text", "text": "A1"}, {"type": "text", "text": "A2"}]


def test_oa02_empty_arguments_and_an_empty_result() -> None:
    t = request("oa02")
    _, assistant, results = t.body["messages"]
    (call,) = blocks(assistant)
    assert call == {"type": "tool_use", "id": "c1", "name": "now", "input": {}}
    (result,) = blocks(results)
    assert result["tool_use_id"] == "c1"
    assert not result.get("content")


def test_oa04_arguments_that_are_no_object() -> None:
    t = request("oa04")
    (call,) = blocks(t.body["messages"][1])
    assert type(call["input"]) is dict
    assert "[1,2]" in json.dumps(call["input"], separators=(",", ":")).replace("\\", "")
    assert covered(t.losses, "/messages/1/tool_calls/0/function/arguments", "changed")


def test_oa05_a_result_without_a_call_is_never_forwarded() -> None:
    t = request("oa05")
    assert [b["type"] for m in t.body["messages"] for b in blocks(m)] == ["text"]
    assert covered(t.losses, "/messages/1", "dropped")
    with pytest.raises(dragoman.UntranslatableDocument):
        request("oa05", on_loss="raise")


def test_oa07_a_later_system_text_stays_in_its_place() -> None:
    t = request("oa07")
    assert texts(t.body["system"]) == "S1"
    said = [texts(blocks(m)) for m in t.body["messages"]]
    place = next(i for i, words in enumerate(said) if "S2" in words)
    assert said.index("b") < place
    assert "".join(said).index("S2") < "".join(said).rindex("c")
    assert covered(t.losses, "/messages/3", "changed")


def test_oa08_a_refusal_is_no_text_in_silence() -> None:
    t = request("oa08")
    assert covered(t.losses, "/messages/1/content/0", "changed", "dropped")
    assert covered(t.losses, "/messages/2/refusal", "changed", "dropped")
    assert [m["role"] for m in t.body["messages"]][-1] == "user"


def test_oa10_a_free_text_tool_takes_one_string() -> None:
    t = request("oa10")
    schema = next(tool for tool in t.body["tools"] if tool["name"] == "sql")["input_schema"]
    assert schema["type"] == "object"
    assert [value["type"] for value in schema["properties"].values()] == ["string"]
    assert covered(t.losses, "/tools/0", "changed")
    assert t.body["tool_choice"] == {"type": "tool", "name": "sql"}


def test_oa10_a_choice_of_several_is_declared() -> None:
    body = payload("oa10")
    body["tools"].append({"type": "function", "function": {"name": "g"}})
    allowed = body["tool_choice"]["allowed_tools"]
    allowed["tools"].append({"type": "function", "function": {"name": "f"}})
    t = dragoman.translate_request(body, CHAT, MESSAGES)
    assert t.body["tool_choice"] == {"type": "any"}
    assert covered(t.losses, "/tool_choice", "changed")


def test_oa11_no_parameters() -> None:
    t = request("oa11")
    (tool,) = t.body["tools"]
    assert tool["input_schema"]["type"] == "object"
    assert not tool["input_schema"].get("properties")
    assert "strict" not in tool
    assert reported(t.losses) == set()


def test_oa13_the_newer_limit_holds() -> None:
    t = request("oa13")
    assert t.body["max_tokens"] == 20
    assert t.body["stop_sequences"] == ["END"]
    assert reported(t.losses) == {"/max_tokens"}


def test_oa14_null_is_absence() -> None:
    t = request("oa14")
    assert set(t.body) == {"model", "messages", "max_tokens"}
    assert [(loss.kind, loss.at) for loss in t.losses] == [("invented", "/max_tokens")]


def test_oa16_addresses_and_data() -> None:
    read = dragoman.read_request(payload("oa16"), CHAT)
    assert isinstance(read, Request)
    first, second = read.messages[0].parts
    assert isinstance(first, Media)
    assert isinstance(second, Media)
    assert first.media_type == "image/svg+xml"
    assert base64.b64decode(first.data or "") == b"<svg/>"
    assert (second.media_type, second.data) == ("image/jpeg", "/9j/")
    t = request("oa16")
    (kept,) = blocks(t.body["messages"][0])
    assert kept["source"] == {"type": "base64", "media_type": "image/jpeg", "data": "/9j/"}
    assert covered(t.losses, "/messages/0/content/0", "dropped")


def test_oa17_seen_is_seed_and_nothing_is_nothing() -> None:
    read = dragoman.read_request(payload("oa17"), CHAT)
    assert read.params["seed"] == 0
    assert "n" not in read.params
    assert "max_output_tokens" not in read.params
    assert (read.tool_choice, read.output, read.tools) == (None, None, None)
    t = request("oa17")
    assert t.body["max_tokens"] > 0
    assert set(t.body) == {"model", "messages", "max_tokens"}
    assert reported(t.losses) == {"/seen"}


def test_oa17_seed_wins_over_seen() -> None:
    read = dragoman.read_request({**payload("oa17"), "seed": 5}, CHAT)
    assert read.params["seed"] == 5


# --- Chat Completions, responses and streams ----------------------------------------------------------------


def test_oa20_thinking_inside_content() -> None:
    t = response("oa20")
    first, second = t.body["content"]
    assert (first["type"], first["thinking"]) == ("thinking", "hmm")
    assert second == {"type": "text", "text": "4"}
    assert t.body["stop_reason"] == "end_turn"


def test_oa22_a_call_cut_by_the_limit_stays_cut() -> None:
    t = response("oa22")
    assert t.body["stop_reason"] == "max_tokens"
    for call in (b for b in t.body["content"] if b["type"] == "tool_use"):
        assert type(call["input"]) is dict
        assert "path" not in call["input"], "half of the arguments told as whole"
    assert covered(t.losses, "/choices/0/message/tool_calls/0/function/arguments", "changed", "dropped")
    assert t.body["usage"]["output_tokens"] == 16


@pytest.mark.parametrize("target", [CHAT, MESSAGES])
def test_oa23_an_error_under_status_200(target: str) -> None:
    t = dragoman.translate_response(payload("oa23"), CHAT, target)
    assert t.status == (503 if target == CHAT else 529)
    assert t.body["error"]["message"] == "upstream down (request id: 1)"
    assert not t.body.get("choices")
    assert "content" not in t.body


def test_oa25_one_message_and_its_usage() -> None:
    r = stream("oa25")
    assert r.stream.error is None
    assert r.content == [{"type": "text", "text": "Hey"}]
    assert r.document["stop_reason"] == "end_turn"
    usage = r.document["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (9, 2)
    assert "cache_read_input_tokens" not in usage, "an empty detail is unknown, not 0"
    folded = dragoman.fold(dragoman.read_events(stream_of(CHAT, payload("oa25")), CHAT))
    assert len(folded.candidates) == 1
    assert folded.created == 1


def test_oa26_calls_are_numbered_and_named_once() -> None:
    r = stream("oa26")
    assert r.content == [{"type": "tool_use", "id": "call_1", "name": "f", "input": {"a": 1}}]
    assert r.document["stop_reason"] == "tool_use"
    back = run(MESSAGES, r.out)
    assert back.message["tool_calls"] == [
        {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    ]


def test_oa28_an_index_used_twice_is_two_calls() -> None:
    r = stream("oa28")
    assert [(b["id"], b["name"], b["input"]) for b in r.content] == [("a", "f", {}), ("b", "g", {})]


def test_oa29_interleaved_calls_and_a_split_escape() -> None:
    r = stream("oa29")
    assert [(b["id"], b["input"]) for b in r.content] == [("a", {"t": "😀"}), ("b", {})]
    assert r.merged.raw_inputs == {0: '{"t":"\\ud83d\\ude00"}', 1: "{}"}


def test_oa32_an_error_beside_a_chunk() -> None:
    r = stream("oa32")
    assert isinstance(r.stream.error, dragoman.BrokenStream)
    assert texts(r.content) == "par"
    assert not r.document["stop_reason"]
    assert r.merged.error is not None
    assert r.merged.error["error"]["message"] == "Provider disconnected"


def test_oa34_candidates_run_apart() -> None:
    r = stream("oa34")
    assert texts(r.content) == "A"
    assert r.document["stop_reason"] == "end_turn"
    assert covered(r.stream.losses, "/choices/1", "dropped")
    folded = dragoman.fold(dragoman.read_events(stream_of(CHAT, payload("oa34")), CHAT))
    assert [(c.index, c.finish_reason, c.message.parts[0]) for c in folded.candidates] == [
        (0, "stop", Text("A")),
        (1, "length", Text("B")),
    ]


def test_oa34_in_a_document_the_first_by_index() -> None:
    choices = [
        {"index": 1, "message": {"role": "assistant", "content": "B"}, "finish_reason": "length"},
        {"index": 0, "message": {"role": "assistant", "content": "A"}, "finish_reason": "stop"},
    ]
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
    t = dragoman.translate_response(body, CHAT, MESSAGES)
    assert texts(t.body["content"]) == "A"
    assert t.body["stop_reason"] == "end_turn"
    assert covered(t.losses, "/choices/0", "dropped")


def test_oa35_late_content_belongs_to_the_message() -> None:
    r = stream("oa35")
    assert r.stream.error is None
    assert r.document["stop_reason"] == "end_turn"
    assert texts([b for b in r.content if b["type"] == "text"]) == "ab"
    assert [b["thinking"] for b in r.content if b["type"] == "thinking"] == ["\n"]
    assert sum(frame["type"] == "message_start" for _, frame in frames(r.out) if frame) == 1


# --- the seeds' own oddities --------------------------------------------------------------------------------


def test_seed_template_is_refused_with_its_place() -> None:
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.read_request(fixtures.named("openai-chat/seed-template.request").data, CHAT)
    assert [fault.at for fault in caught.value.faults] == ["/tools/0"]


def test_seed_stream_keeps_its_usage_and_makes_no_second_choice() -> None:
    r = run(CHAT, fixtures.named("openai-chat/seed-stream.stream").data)
    assert r.content == [{"type": "text", "text": "Hello! How can I assist you today?"}]
    assert (r.document["usage"]["input_tokens"], r.document["usage"]["output_tokens"]) == (9, 9)


def test_seed_video_as_a_picture_is_a_film() -> None:
    read = dragoman.read_request(fixtures.named("openai-chat/seed-video.request").data, CHAT)
    film = read.messages[0].parts[1]
    assert isinstance(film, Media)
    assert (film.kind, film.media_type) == ("video", "video/mp4")
    t = dragoman.translate_request(fixtures.named("openai-chat/seed-video.request").data, CHAT, MESSAGES)
    assert covered(t.losses, "/messages/0/content/1", "dropped")
    assert [b["type"] for b in blocks(t.body["messages"][0])] == ["text"]


def test_seed_claude_thinking_is_thinking() -> None:
    body = fixtures.named("openai-chat/seed-claude-thinking.response")
    t = dragoman.translate_response(body.data, CHAT, MESSAGES)
    assert [b["type"] for b in t.body["content"]] == ["thinking", "text"]
    assert t.body["content"][0]["thinking"] == body.json()["choices"][0]["message"]["reasoning_content"]
    assert t.body["id"] == "msg_015WR4hNXDhJQ23L3eRANTb7"


def test_seed_reply_without_model() -> None:
    body = fixtures.named("openai-chat/seed-minimal.response").data
    t = dragoman.translate_response(body, CHAT, MESSAGES)
    assert texts(t.body["content"]).endswith("how may I assist you today?")
    assert [loss.at for loss in t.losses if loss.kind == "invented"] == ["/model"]


def test_seed_picture_without_an_address_is_not_forwarded() -> None:
    part = {"type": "image_url", "image_url": {"url": ""}}
    body = {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "?"}, part]}]}
    t = dragoman.translate_request(body, CHAT, MESSAGES)
    assert [b["type"] for b in blocks(t.body["messages"][0])] == ["text"]
    assert covered(t.losses, "/messages/0/content/1", "dropped")


def test_seed_stream_of_bare_lines_is_no_answer() -> None:
    """Chunk objects line by line without `data:` give no event in any SDK: an error, never half an answer."""
    lines = [line[6:] for line in fixtures.named("openai-chat/plain.stream").data.split(b"\n\n") if line]
    r = run(CHAT, b"\n\n".join(lines[:2]) + b"\n\n")
    assert isinstance(r.stream.error, dragoman.BrokenStream)


def test_oa19_signatures_of_another_vendor_stay_behind() -> None:
    t = request("oa19")
    assert "AAA=" not in json.dumps(t.body)
    places = ("0/extra_content/google", "1/function/provider_specific_fields")
    assert {f"/messages/1/tool_calls/{place}/thought_signature" for place in places} <= {
        loss.at for loss in t.losses if loss.kind == "dropped"
    }
    calls = [block["id"] for block in t.body["messages"][1]["content"]]
    results = [block["tool_use_id"] for block in t.body["messages"][2]["content"]]
    assert calls == results
    assert len(set(calls)) == 2


def test_oa31_tags_are_text_where_no_flavour_says_otherwise() -> None:
    r = stream("oa31")
    assert texts(r.content) == "reason </think>\n\n4 < 5"
