"""Documents and streams that broke other translators: those of Gemini and Responses, into every dialect.

data/edge_cases_matrix.jsonl holds the payloads; test_edge_cases_into.py has those of Chat and Messages.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

import dragoman
from dragoman.grammar import check_stream
from tests.matrix import (
    ALL,
    CHAT,
    CLAUDE,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Cases,
    Counts,
    Json,
    ask,
    assert_home,
    base,
    calls_of,
    counts_of,
    dropped,
    ending,
    history,
    others,
    parts_of,
    send,
    sse,
    text_of,
    thought_of,
)
from tests.wire import covered

HERE = Path(__file__).parent
CASES = Cases("edge_cases_matrix.jsonl")
EDGES = CASES.rows
payload, request, response, stream = CASES.payload, CASES.request, CASES.response, CASES.stream
# Every case of the collection, typed here: what is left out shows.
# fmt: off
IDS = (
    "ag01", "ag02", "ag04", "ag05", "ag07", "ag08", "ag10", "ag11", "ag13", "ag14", "ag16", "ag17", "ag19", "ag20",
    "ag22", "ag23", "ag25", "ag26", "ag28", "ag29", "ag31", "ag32", "ag34", "ag35", "ag37", "ag38", "ag40",
    "oa01", "oa02", "oa04", "oa05", "oa07", "oa08", "oa10", "oa11", "oa13", "oa14", "oa16", "oa17", "oa19", "oa20",
    "oa22", "oa23", "oa25", "oa26", "oa28", "oa29", "oa31", "oa32", "oa34", "oa35", "oa37", "oa38", "oa40",
)
# fmt: on

from_gemini = pytest.mark.parametrize("target", others(GEMINI))
from_responses = pytest.mark.parametrize("target", others(RESPONSES))


def folded(case: str) -> dragoman.Translation:
    """The case's stream, folded and written at home."""
    source = EDGES[case]["dialect"]
    whole = dragoman.fold(dragoman.read_events(sse(source, payload(case)), source))
    return dragoman.write_response(whole, source)


def told(t: dragoman.Translation) -> str:
    return json.dumps(t.body, ensure_ascii=False)


# --- the collection -----------------------------------------------------------------------------------------


def test_the_collection_is_whole() -> None:
    assert len(IDS) == len(set(IDS)) == 54


@pytest.mark.parametrize("case", IDS)
def test_every_case_has_a_test_somewhere(case: str) -> None:
    files = sorted(HERE.glob("test_edge_cases*.py"))
    names = {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)}
    assert [name for name in names if re.match(rf"test_{case}_", name)] != []


@pytest.mark.parametrize("case", EDGES)
def test_every_document_comes_home(case: str) -> None:
    row = EDGES[case]
    dialect = row["dialect"]
    if row["kind"] == "stream":
        data = sse(dialect, payload(case))
        s = dragoman.translate_stream(dialect, dialect)
        assert s.feed(data) + s.close() == data
    elif row["kind"] == "error":
        assert dragoman.translate_error(400, payload(case), dialect, dialect).body == row["payload"]
    else:
        read, write = (
            (dragoman.read_request, dragoman.write_request)
            if row["kind"] == "request"
            else (dragoman.read_response, dragoman.write_response)
        )
        document: Any = read(payload(case), dialect)
        there: Any = write(document, dialect)
        assert (there.body, there.losses) == (row["payload"], ())


@pytest.mark.parametrize("target", [*ALL, *dragoman.flavours(CHAT), *dragoman.flavours(GEMINI)])
@pytest.mark.parametrize("case", EDGES)
def test_every_document_crosses(case: str, target: str) -> None:
    """Valid there and home there, into every dialect and flavour; the checks stand in ask, answer and send."""
    row = EDGES[case]
    if base(target) == row["dialect"]:
        return
    if row["kind"] == "request":
        assert request(case, target).body
    elif row["kind"] == "response":
        assert response(case, target).body
    elif row["kind"] == "error":
        assert dragoman.translate_error(400, payload(case), row["dialect"], target).body["error"]
    elif "+" not in target:
        assert stream(case, target).out


# --- Gemini, requests ---------------------------------------------------------------------------------------


@from_gemini
def test_ag22_base64_is_standard_elsewhere(target: str) -> None:
    t = request("ag22", target)
    assert "-__-" not in told(t)
    if target == COMPLETIONS:
        assert covered(t.losses, "/contents/0/parts/0", "dropped")
    else:
        assert "+//+" in told(t)
        assert base64.b64decode("+//+", validate=True) == base64.urlsafe_b64decode("-__-")
    assert covered(t.losses, "/safetySettings", "dropped")


def test_ag22_a_data_url() -> None:
    (picture, _) = request("ag22", CHAT).body["messages"][0]["content"]
    assert picture["image_url"]["url"] == "data:image/png;base64,+//+"
    (picture, _) = request("ag22", RESPONSES).body["input"][0]["content"]
    assert picture["image_url"] == "data:image/png;base64,+//+"
    (picture, _) = request("ag22", MESSAGES).body["messages"][0]["content"]
    assert picture["source"] == {"type": "base64", "media_type": "image/png", "data": "+//+"}


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, CLAUDE])
def test_ag23_results_without_ids_pair_by_order(target: str) -> None:
    t = request("ag23", target)
    calls, results = history(t.body, target)
    assert [(c.name, c.arguments) for c in calls] == [("w", {"c": "A"}), ("w", {"c": "B"})]
    ids = [c.id for c in calls]
    assert all(ids)
    assert len(set(ids)) == 2
    assert [r.call for r in results] == ids
    assert json.loads(results[0].text) in (1, {"output": 1})
    assert results[1].text == "x"
    if target == MESSAGES:
        assert [r.error for r in results] == [False, True]
    else:
        assert covered(t.losses, "/contents/2/parts/1")
    assert "AAAA" not in told(t)
    assert covered(t.losses, "/contents/1/parts/0", "dropped")


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, CLAUDE])
def test_ag23_and_come_back_without_ids_made_up(target: str) -> None:
    back = ask(request("ag23", target).body, target, GEMINI)
    calls, results = history(back.body, GEMINI)
    assert [(c.name, c.arguments) for c in calls] == [("w", {"c": "A"}), ("w", {"c": "B"})]
    assert [r.call for r in results] == [c.id for c in calls]
    named = [p["functionResponse"]["name"] for p in back.body["contents"][-1]["parts"]]
    assert named == ["w", "w"]
    assert results[1].error is (target == MESSAGES)


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, CLAUDE])
def test_ag25_the_schema_is_json_schema(target: str) -> None:
    t = request("ag25", target)
    tool, *rest = t.body["tools"]
    schema = tool.get("input_schema") or tool.get("parameters") or tool["function"]["parameters"]
    assert schema["type"] == "object"
    inner = schema["properties"]["d"]
    assert "nullable" not in inner
    assert inner["type"] == ["string", "null"]
    assert "a" in inner["enum"]
    assert inner.get("format") != "enum" or covered(t.losses, "/tools/0/functionDeclarations/0/parameters")
    # MAP 1: the vendor's search is a search everywhere, in Chat a setting of the request.
    search = {RESPONSES: {"type": "web_search"}, MESSAGES: {"type": "web_search_20250305", "name": "web_search"}}
    assert rest == ([search[target]] if target in search else [])
    assert ("web_search_options" in t.body) is (target not in search)
    assert covered(t.losses, "/tools/1/googleSearch", "changed") is (target not in search)


def test_ag25_a_choice_among_names() -> None:
    for target in (CHAT, CLAUDE):
        choice = request("ag25", target).body["tool_choice"]
        assert choice["allowed_tools"]["mode"] == "required"
        assert choice["allowed_tools"]["tools"][0] == {"type": "function", "function": {"name": "f"}}
    choice = request("ag25", RESPONSES).body["tool_choice"]
    assert (choice["type"], choice["mode"]) == ("allowed_tools", "required")
    assert choice["tools"][0] == {"type": "function", "name": "f"}
    t = request("ag25", MESSAGES)
    assert t.body["tool_choice"] in ({"type": "any"}, {"type": "tool", "name": "f"})
    assert covered(t.losses, "/toolConfig/functionCallingConfig", "changed")


def test_ag25_completions_has_neither_tools_nor_choice() -> None:
    t = request("ag25", COMPLETIONS)
    assert not {"tools", "tool_choice"} & t.body.keys()
    assert covered(t.losses, "/tools/0/functionDeclarations/0", "dropped")
    assert covered(t.losses, "/toolConfig", "dropped")


@from_gemini
def test_ag26_an_answer_out_of_a_list(target: str) -> None:
    """OpenAI takes a root of type object only, so there the list is wrapped, or left out with a loss."""
    t = request("ag26", target)
    output = t.body.get("response_format") or t.body.get("text") or t.body.get("output_config")
    if output is None:
        assert covered(t.losses, "/generationConfig/responseSchema", "dropped")
        return
    format_ = output.get("format") or output["json_schema"]
    assert '["yes", "no"]' in json.dumps(format_["schema"])
    assert covered(t.losses, "/generationConfig/responseMimeType") or covered(
        t.losses, "/generationConfig/responseSchema"
    )
    if target != MESSAGES:
        assert format_["schema"]["type"] == "object"


@from_gemini
def test_ag26_stops_and_candidates(target: str) -> None:
    t = request("ag26", target)
    if target == RESPONSES:
        assert "stop" not in t.body
        assert covered(t.losses, "/generationConfig/stopSequences", "dropped")
    elif target == MESSAGES:
        assert t.body["stop_sequences"] == ["a", "b", "c", "d", "e"]
    else:
        assert t.body["stop"] == ["a", "b", "c", "d"]
        assert covered(t.losses, "/generationConfig/stopSequences/4", "dropped")
    if target in (CHAT, CLAUDE, COMPLETIONS):
        assert t.body["n"] == 2
    else:
        assert covered(t.losses, "/generationConfig/candidateCount", "dropped")


@from_gemini
def test_ag28_a_film_is_not_dropped_in_silence(target: str) -> None:
    t = request("ag28", target)
    assert "youtu.be" not in told(t)
    for place in ("/contents/0/parts/0", "/continuationToken", "/cachedContent"):
        assert covered(t.losses, place, "dropped")
    with pytest.raises(dragoman.UntranslatableDocument):
        dragoman.translate_request(payload("ag28"), GEMINI, target, on_loss="raise")


@pytest.mark.parametrize("target", ["openai-chat+openrouter", "openai-chat+vllm", "openai-chat+new-api"])
def test_ag28_flavours_that_take_a_film_get_it(target: str) -> None:
    t = request("ag28", target)
    assert "https://youtu.be/x" in told(t)
    assert covered(t.losses, "/contents/0/parts/0/videoMetadata", "dropped")
    assert covered(t.losses, "/contents/0/parts/0/mediaResolution", "dropped", "changed")


# --- Gemini, responses, streams and errors ------------------------------------------------------------------


@from_gemini
def test_ag29_a_blocked_prompt_is_a_filtered_answer(target: str) -> None:
    t = response("ag29", target)
    assert t.status is None
    assert ending(t.body, target) == "filter"
    assert text_of(t.body, target) == ""
    counts = counts_of(t.body, target)
    assert (counts.input, counts.total) == (4, 4)
    assert covered(t.losses, "/promptFeedback/blockReason"), "the block's own word is gone in silence"


@from_gemini
def test_ag29_in_a_stream(target: str) -> None:
    s = send(sse(GEMINI, [payload("ag29")]), GEMINI, target)
    assert s.stream.error is None
    assert ending(s.document, target) == "filter"
    assert text_of(s.document, target) == ""


BLOCK_MESSAGE: Json = {"candidates": [], "promptFeedback": {"blockReasonMessage": "Not this"}, "modelVersion": "m"}


@from_gemini
def test_ag29_the_message_of_a_block_is_enough(target: str) -> None:
    """The reason may be left out, for it is its default; its message is told of, as that of any block."""
    t = dragoman.translate_response(BLOCK_MESSAGE, GEMINI, target)
    s = send(sse(GEMINI, [BLOCK_MESSAGE]), GEMINI, target)
    assert t.status is None
    assert s.stream.error is None
    assert ending(t.body, target) == ending(s.document, target) == "filter"
    assert covered(t.losses, "/promptFeedback/blockReasonMessage", "dropped")
    assert covered(s.stream.losses, "/promptFeedback/blockReasonMessage", "dropped")


def test_ag29_the_message_of_a_block_at_home() -> None:
    t = dragoman.translate_response(BLOCK_MESSAGE, GEMINI, GEMINI)
    assert (t.status, t.body, t.losses) == (None, BLOCK_MESSAGE, ())
    data = sse(GEMINI, [BLOCK_MESSAGE])
    assert check_stream(GEMINI, data) == []
    s = dragoman.translate_stream(GEMINI, GEMINI)
    assert (s.feed(data) + s.close(), s.error) == (data, None)


@pytest.mark.parametrize("feedback", [{}, {"safetyRatings": []}, {"blockReason": "", "blockReasonMessage": ""}])
@from_gemini
def test_ag29_feedback_that_tells_of_no_block_is_no_answer(target: str, feedback: Json) -> None:
    body = {"candidates": [], "promptFeedback": feedback}
    assert dragoman.translate_response(body, GEMINI, target).status == 500
    assert send(sse(GEMINI, [body]), GEMINI, target).stream.error is not None


@from_gemini
def test_ag31_stop_with_a_call(target: str) -> None:
    t = response("ag31", target)
    assert text_of(t.body, target) == "Hi there"
    if target == COMPLETIONS:
        assert ending(t.body, target) not in ("stop", "calls")
        assert covered(t.losses, "/candidates/0/content/parts/3", "dropped")
    else:
        assert ending(t.body, target) == "calls"
        (call,) = calls_of(t.body, target)
        assert (call.name, call.arguments) == ("f", {})
        assert call.id
        assert thought_of(t.body, target) == "plan"
    assert "AAAA" not in told(t)
    lost = [("state.no_carrier", "/candidates/0/content/parts/2/thoughtSignature")] if target == COMPLETIONS else []
    assert dropped(t.losses, "state.", "part.") == lost


@pytest.mark.parametrize("target", others(GEMINI, COMPLETIONS))
def test_ag31_the_signature_comes_home_on_its_text(target: str) -> None:
    """What is unsigned of the thinking is not asked back; the call has no id, as it came."""
    said: list[Json] = [
        {"text": "Hi "},
        {"text": "there", "thoughtSignature": "AAAA"},
        {"functionCall": {"name": "f", "args": {}}},
    ]
    gone = ["reasoning.unsupported"] if target in (RESPONSES, MESSAGES) else []  # a client of Chat does not keep it
    assert_home(response("ag31", target).body, target, GEMINI, said, gone=gone)
    s = send(sse(GEMINI, [payload("ag31")]), GEMINI, target)
    assert dropped(s.losses) == []
    assert_home(s.document, target, GEMINI, said, gone=gone)


@from_gemini
def test_ag31_counts_are_conserved(target: str) -> None:
    t = response("ag31", target)
    assert counts_of(t.body, target) == Counts(input=120, output=10, cached=90, reasoning=3, total=130)


def test_ag31_messages_counts_without_the_cache() -> None:
    usage = response("ag31", MESSAGES).body["usage"]
    assert (usage["input_tokens"], usage["cache_read_input_tokens"]) == (30, 90)


def test_ag31_signed_and_unsigned_text_stay_apart() -> None:
    read = dragoman.read_response(payload("ag31"), GEMINI)
    assert len(read.candidates[0].message.parts) == 4
    chunks = [
        {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}]}
        for part in payload("ag31")["candidates"][0]["content"]["parts"]
    ]
    chunks[-1]["candidates"][0]["finishReason"] = "STOP"
    whole = dragoman.fold(dragoman.read_events(sse(GEMINI, chunks), GEMINI))
    parts = parts_of(dragoman.write_response(whole, GEMINI).body)
    assert [(p.get("text"), p.get("thoughtSignature")) for p in parts] == [
        ("plan", None),
        ("Hi ", None),
        ("there", "AAAA"),
        (None, None),
    ]


@from_gemini
def test_ag32_a_signature_without_text_is_no_text(target: str) -> None:
    s = stream("ag32", target)
    assert s.stream.error is None
    assert text_of(s.document, target) == "Hi"
    assert ending(s.document, target) == "stop"
    assert b"AAAA" not in s.out
    if target in (RESPONSES, MESSAGES):
        assert dropped(s.losses) == []
        assert_home(s.document, target, GEMINI, [{"text": "Hi"}, {"text": "", "thoughtSignature": "AAAA"}])
    else:  # no call follows
        assert dropped(s.losses) == [("state.no_carrier", "/candidates/0/content/parts/1/thoughtSignature")]
    for frame in s.merged.frames:
        for choice in frame.get("choices", ()):
            assert choice.get("delta", {}).get("content", "x") != "" or "role" in choice["delta"], "an empty delta"
        assert frame.get("delta") != "", "an empty delta"
        assert frame.get("delta") != {"type": "text_delta", "text": ""}, "an empty delta"


def test_ag32_the_signature_comes_home() -> None:
    t = folded("ag32")
    assert parts_of(t.body) == [{"text": "Hi"}, {"text": "", "thoughtSignature": "AAAA"}]
    assert t.losses == ()


@from_gemini
def test_ag34_arguments_in_pieces_are_one_object(target: str) -> None:
    s = stream("ag34", target)
    assert s.stream.error is None
    if target == COMPLETIONS:
        assert ending(s.document, target) not in ("stop", "calls")
        return
    (call,) = calls_of(s.document, target)
    assert (call.name, call.arguments) == ("f", {"a": [{"b": "xy"}], "n": None})
    assert ending(s.document, target) == "calls"
    assert dropped(s.losses) == []
    assert b"AAAA" not in s.out
    whole = {"functionCall": {"name": "f", "args": {"a": [{"b": "xy"}], "n": None}}, "thoughtSignature": "AAAA"}
    assert_home(s.document, target, GEMINI, [whole])


def test_ag34_at_home() -> None:
    (part,) = parts_of(folded("ag34").body)
    assert part["functionCall"]["name"] == "f"
    assert part["functionCall"]["args"] == {"a": [{"b": "xy"}], "n": None}
    assert part["thoughtSignature"] == "AAAA"


@pytest.mark.parametrize("ends", ["finish", "last", "nothing"])
def test_ag34_each_way_to_end_a_call(ends: str) -> None:
    """An empty call, a piece that does not go on, or nothing at all before the finish."""
    frames = payload("ag34")
    last = frames.pop()
    if ends == "last":
        frames[-1]["candidates"][0]["content"]["parts"][0]["functionCall"]["willContinue"] = False
    if ends != "finish":
        last["candidates"][0]["content"]["parts"] = []
    s = send(sse(GEMINI, [*frames, last]), GEMINI, CHAT)
    assert [c.arguments for c in calls_of(s.document, CHAT)] == [{"a": [{"b": "xy"}], "n": None}]


@pytest.mark.parametrize("target", [CHAT, RESPONSES, CLAUDE])
def test_ag35_bytes_become_characters(target: str) -> None:
    t = response("ag35", target)
    if target == RESPONSES:
        (item,) = t.body["output"]
        (part,) = item["content"]
        said, (entry,) = part["text"], part["annotations"]
    else:
        message = t.body["choices"][0]["message"]
        said, (outer,) = message["content"], message["annotations"]
        entry = outer["url_citation"]
    assert (entry["start_index"], entry["end_index"]) == (2, 7)
    assert said[entry["start_index"] : entry["end_index"]] == "Paris"
    assert (entry["url"], entry["title"]) == ("https://e", "t")


def test_ag35_messages_quotes_and_completions_tells() -> None:
    t = response("ag35", MESSAGES)
    cited = [b for b in t.body["content"] if b.get("citations")]
    assert [b["citations"][0]["url"] for b in cited] == ["https://e"]
    assert text_of(t.body, MESSAGES) == "é Paris"
    t = response("ag35", COMPLETIONS)
    assert text_of(t.body, COMPLETIONS) == "é Paris"
    assert covered(t.losses, "/candidates/0/groundingMetadata", "dropped")


@from_gemini
def test_ag37_an_answer_that_goes_on_is_not_whole(target: str) -> None:
    t = response("ag37", target)
    assert t.status is None
    assert ending(t.body, target) == "length"
    assert text_of(t.body, target) == ""
    assert covered(t.losses, "/candidates/0/continuationToken", "dropped")
    counts = counts_of(t.body, target)
    assert (counts.input, counts.output, counts.reasoning) == (5, 65536, 65536)
    assert counts.total == 65541


@from_gemini
def test_ag38_an_error_in_a_list(target: str) -> None:
    t = dragoman.translate_error(400, payload("ag38"), GEMINI, target)
    assert t.body["error"]["message"] == "API key not valid."
    assert t.status == 401, "a 400 that means 401"
    if target == MESSAGES:
        assert t.body["error"]["type"] == "authentication_error"
    else:
        assert t.body["error"]["code"] in ("invalid_api_key", "API_KEY_INVALID")


def test_ag38_leaves_as_it_came() -> None:
    t = dragoman.translate_error(400, payload("ag38"), GEMINI, GEMINI)
    assert (t.status, t.body) == (400, payload("ag38"))


# --- Responses ----------------------------------------------------------------------------------------------

TOLD_37 = {
    "/previous_response_id",
    "/background",
    "/prompt",
    "/tools/1",
}


@from_responses
def test_oa37_what_has_no_word_is_reported(target: str) -> None:
    t = request("oa37", target)
    for place in (*TOLD_37, "/truncation"):
        assert covered(t.losses, place, "dropped"), place
    assert covered(t.losses, "/tools/2")
    if target in (COMPLETIONS, GEMINI):
        assert covered(t.losses, "/tools/0", "dropped")  # there is no search, or none beside functions
    for word in ("resp_1", "pmpt_1", "example.com/mcp"):
        assert word not in told(t)
    with pytest.raises(dragoman.UntranslatableDocument):
        dragoman.translate_request(payload("oa37"), RESPONSES, target, on_loss="raise")


@pytest.mark.parametrize("target", [CHAT, MESSAGES, GEMINI, CLAUDE])
def test_oa37_the_clients_own_tool_goes_over(target: str) -> None:
    """`f` with its schema; `get` of the namespace too, if it goes, under a name that does not pass for another's."""
    t = request("oa37", target)
    tools = t.body["tools"] if target != GEMINI else t.body["tools"][0]["functionDeclarations"]
    by_name = {tool["name"] if "name" in tool else tool["function"]["name"]: tool for tool in tools}
    assert ("web_search" in by_name) is (target == MESSAGES)  # MAP 1: a tool there, a setting in Chat
    by_name.pop("web_search", None)
    assert "f" in by_name
    assert by_name.keys() <= {"f", "get", "crm_get", "crm__get", "dgx_crm_2eget"}
    assert '"q": {"type": "string"}' in json.dumps(by_name["f"])
    said = by_name["f"].get("function", by_name["f"])
    assert "strict" not in said or said["strict"] is not None
    assert '"mcp"' not in told(t)
    assert ("web_search" in told(t)) is (target != GEMINI)


@from_responses
def test_oa37_the_format_and_the_effort(target: str) -> None:
    t = request("oa37", target)
    effort = {
        CHAT: ("reasoning_effort", ("max", "xhigh")),
        MESSAGES: ("output_config", ("max", "xhigh")),
    }.get(target)
    if effort is not None:
        assert any(word in json.dumps(t.body[effort[0]]) for word in effort[1])
    else:
        assert covered(t.losses, "/reasoning"), "an effort that the target lacks is declared"
    if target in (CHAT, CLAUDE):
        described = t.body["response_format"]["json_schema"]
        assert (described["name"], described["schema"], described["strict"]) == ("o", {"type": "object"}, False)
    elif target == MESSAGES:
        # "additionalProperties must be false on every object": closed, any object would be the empty one.
        assert "format" not in t.body["output_config"]
        assert covered(t.losses, "/text/format", "dropped")
    elif target == GEMINI:
        assert t.body["generationConfig"]["responseMimeType"] == "application/json"
        assert covered(t.losses, "/text/format/name", "dropped")
    else:
        assert covered(t.losses, "/text/format", "dropped")
    for place in ("/reasoning/context", "/reasoning/mode"):
        assert covered(t.losses, place), place


@from_responses
def test_oa38_an_answer_that_ends_inside_its_reasoning(target: str) -> None:
    t = response("oa38", target)
    assert t.status is None
    assert ending(t.body, target) == "length"
    assert text_of(t.body, target) == ""
    if target in (CHAT, CLAUDE):
        assert t.body["choices"][0]["message"]["content"] is None
    counts = counts_of(t.body, target)
    assert (counts.input, counts.output, counts.reasoning, counts.total) == (5, 64, 64, 69)
    if target == COMPLETIONS:
        assert covered(t.losses, "/output/0", "dropped")
    else:
        thought = thought_of(t.body, target)
        assert thought.startswith("**Plan**\n\nx")
        assert thought.endswith("y")
    if target in (MESSAGES, GEMINI):
        assert dropped(t.losses, "state.", "reasoning.", "item.", "part.") == []
        assert_home(t.body, target, RESPONSES, payload("oa38")["output"])
    else:  # no call follows
        assert covered(t.losses, "/output/0/encrypted_content", "dropped")


@from_responses
def test_oa40_a_stream_with_gaps_fails_once(target: str) -> None:
    s = stream("oa40", target)
    assert isinstance(s.stream.error, dragoman.BrokenStream)
    assert s.out.count(b"boom") <= 2  # Responses alone tells it twice: error, then response.failed
    errors = [f for f in s.merged.frames if f.get("error") or f.get("type") == "error"]
    assert len(errors) == 1
    assert "boom" in json.dumps(errors)
    assert b"[DONE]" not in s.out
    if target in (CHAT, CLAUDE, MESSAGES):
        assert b'"call_1"' in s.out, "the call that had begun"


def test_oa40_without_its_failure_it_is_cut_off() -> None:
    """The same, but nothing says an end."""
    s = send(sse(RESPONSES, payload("oa40")[:5]), RESPONSES, CHAT)
    assert isinstance(s.stream.error, dragoman.BrokenStream)


def test_oa40_nor_does_home_tell_a_success() -> None:
    data = sse(RESPONSES, payload("oa40"))
    s = dragoman.translate_stream(RESPONSES, RESPONSES)
    assert s.feed(data) + s.close() == data
    assert isinstance(s.error, dragoman.BrokenStream)
