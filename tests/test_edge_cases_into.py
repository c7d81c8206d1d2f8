"""Documents and streams that broke other translators: those of Chat and Messages, into every dialect besides.

The payloads are those of data/edge_cases.jsonl. What they become between Chat and Messages is in test_edge_cases.py.
"""

from __future__ import annotations

import base64
import json
import re

import pytest

import dragoman
from tests.matrix import (
    CALLS,
    CHAT,
    CLAUDE,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Call,
    Cases,
    Counts,
    Json,
    answer,
    ask,
    assert_home,
    base,
    calls_of,
    counts_of,
    dropped,
    ending,
    history,
    m_answer,
    others,
    parts_of,
    prose,
    send,
    sse,
    text_of,
    thought_of,
    use,
)
from tests.wire import begin, covered, end, text_block

CASES = Cases("edge_cases.jsonl")
EDGES = CASES.rows
payload, request, response, stream = CASES.payload, CASES.request, CASES.response, CASES.stream

from_messages = pytest.mark.parametrize("target", others(MESSAGES, CHAT))
from_chat = pytest.mark.parametrize("target", others(CHAT, MESSAGES, CLAUDE))
# Where requests hold calls and results.
into_turns = pytest.mark.parametrize("target", [RESPONSES, GEMINI])


def told(t: dragoman.Translation) -> str:
    return json.dumps(t.body, ensure_ascii=False)


def contents(t: dragoman.Translation) -> list[Json]:
    """All parts of a Gemini request in a row."""
    return [part for turn in t.body["contents"] for part in turn["parts"]]


@pytest.mark.parametrize("target", [*others(), *dragoman.flavours(CHAT), *dragoman.flavours(GEMINI)])
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
    elif row["kind"] == "stream" and "+" not in target:
        assert stream(case, target).out


# --- Messages, requests -------------------------------------------------------------------------------------


@from_messages
def test_ag01_zero_tokens_are_never_sent(target: str) -> None:
    t = request("ag01", target)
    limits = [t.body.get(key) for key in ("max_tokens", "max_completion_tokens", "max_output_tokens")]
    limits.append((t.body.get("generationConfig") or {}).get("maxOutputTokens"))
    assert [limit for limit in limits if limit is not None] != [], "no limit: a whole answer is paid for"
    assert all(limit is None or limit > 0 for limit in limits)
    assert covered(t.losses, "/max_tokens", "changed")


def test_ag02_the_newer_version_takes_no_temperature() -> None:
    newer = {"anthropic_version": "2026-10-21"}
    for body, source, place in (
        ({"model": "m", "input": "x", "temperature": 1.0}, RESPONSES, "/temperature"),
        (
            {"contents": [{"parts": [{"text": "x"}]}], "generationConfig": {"temperature": 1.0}},
            GEMINI,
            "/generationConfig/temperature",
        ),
        ({"model": "m", "prompt": "x", "temperature": 1.0}, COMPLETIONS, "/temperature"),
    ):
        t = ask(body, source, MESSAGES, profile=newer)
        assert "temperature" not in t.body
        assert t.headers["anthropic-version"] == "2026-10-21"
        assert covered(t.losses, place, "dropped")
        assert ask(body, source, MESSAGES).body["temperature"] == 1.0


@from_messages
def test_ag02_a_temperature_goes_over(target: str) -> None:
    t = request("ag02", target)
    said = t.body["generationConfig"] if target == GEMINI else t.body
    assert said["temperature"] == 1.0
    assert not covered(t.losses, "/temperature")


def ag04_with_its_call() -> Json:
    body: Json = payload("ag04")
    call = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
    body["messages"][:0] = [{"role": "user", "content": "look"}, {"role": "assistant", "content": [call]}]
    body["model"] = "gemini-3-pro-preview"
    return body


def test_ag04_a_picture_of_a_result_stays_in_it_in_responses() -> None:
    t = ask(ag04_with_its_call(), MESSAGES, RESPONSES)
    call, result, said = t.body["input"][1:]
    assert (call["call_id"], result["call_id"]) == ("toolu_1", "toolu_1")
    assert [part["type"] for part in result["output"]] == ["input_text", "input_image"]
    assert result["output"][1]["image_url"] == "data:image/png;base64,iVBORw0KGgo="
    assert (said["role"], prose(said["content"])) == ("user", "go on")
    assert covered(t.losses, "/messages/2/content/0/is_error", "dropped")


def test_ag04_a_picture_of_a_result_stays_in_it_in_gemini() -> None:
    t = ask(ag04_with_its_call(), MESSAGES, GEMINI)
    (result,) = [p["functionResponse"] for p in contents(t) if "functionResponse" in p]
    assert result["name"] == "look"
    assert result["response"] == {"error": "see"}
    (inner,) = result["parts"]
    assert inner["inlineData"] == {"mimeType": "image/png", "data": "iVBORw0KGgo="}
    turns = [(turn["role"], [next(iter(p)) for p in turn["parts"]]) for turn in t.body["contents"]]
    assert turns[-2:] == [("user", ["functionResponse"]), ("user", ["text"])]
    assert contents(t)[-1]["text"] == "go on"


@pytest.mark.parametrize("target", [RESPONSES, GEMINI, CLAUDE])
def test_ag04_a_result_without_its_call_is_not_forwarded(target: str) -> None:
    t = request("ag04", target)
    assert history(t.body, target) == ([], [])
    assert "toolu_1" not in told(t)
    assert "go on" in told(t)
    assert covered(t.losses, "/messages/0/content/0", "dropped")


@from_messages
def test_ag05_state_is_reported_and_the_result_is_empty(target: str) -> None:
    t = request("ag05", target)
    for secret in ("EqQB", "AAA="):
        assert secret not in told(t)
    for place in ("/messages/1/content/0", "/messages/1/content/1"):
        assert covered(t.losses, place, "dropped")
    assert "let me" in told(t)
    if target == COMPLETIONS:
        return
    (call,), (result,) = history(t.body, target)
    assert (call.name, call.arguments) == ("f", {})
    assert result.call == call.id
    assert result.text == ""


def test_ag05_an_empty_result_in_gemini() -> None:
    (part,) = request("ag05", GEMINI).body["contents"][-1]["parts"]
    assert part["functionResponse"]["response"] in ({}, {"output": ""})


@from_messages
def test_ag07_tools_of_the_vendor_are_reported(target: str) -> None:
    t = request("ag07", target)
    assert covered(t.losses, "/tools/2", "dropped")
    assert "computer_toolset" not in told(t)
    # MAP 1: a search is one thing, but in Completions, and in Gemini beside functions.
    searches = target in (RESPONSES, CLAUDE)
    assert ("web_search" in told(t)) is searches
    assert covered(t.losses, "/tools/1", "dropped") is not searches
    if target == RESPONSES:
        tool, search = t.body["tools"]
        assert search == {"type": "web_search", "search_context_size": "medium"}
        assert covered(t.losses, "/tools/1/max_uses", "changed")
        assert (tool["type"], tool["name"], tool["parameters"]["type"]) == ("function", "f", "object")
        assert (t.body["tool_choice"], t.body["parallel_tool_calls"]) == ("required", False)
    elif target == GEMINI:
        ((tool,),) = [entry["functionDeclarations"] for entry in t.body["tools"]]
        assert tool["name"] == "f"
        assert tool.get("parametersJsonSchema", {"type": "object"})["type"] == "object"
        assert t.body["toolConfig"]["functionCallingConfig"]["mode"] == "ANY"
        assert covered(t.losses, "/tool_choice/disable_parallel_tool_use", "dropped")
    elif target == COMPLETIONS:
        assert not {"tools", "tool_choice"} & t.body.keys()
        assert covered(t.losses, "/tools/0", "dropped")


@from_messages
def test_ag08_thinking_between_tools_is_none_in_front(target: str) -> None:
    t = request("ag08", target)
    schema = payload("ag08")["output_config"]["format"]["schema"]
    if target == RESPONSES:
        assert t.body["reasoning"]["effort"] == "none"
        described = t.body["text"]["format"]
        assert described["schema"] == schema
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", described["name"])
    elif target == GEMINI:
        settings = t.body["generationConfig"]
        assert settings["thinkingConfig"].get("thinkingBudget") == 0
        assert settings["responseMimeType"] == "application/json"
        assert settings["responseJsonSchema"] == schema
    elif target == CLAUDE:
        assert not t.body["model"].endswith("-thinking")
    else:
        assert covered(t.losses, "/output_config/format", "dropped")
    assert covered(t.losses, "/output_config/effort")
    assert covered(t.losses, "/thinking")


@from_messages
def test_ag10_container_upload_and_vendor_tool_are_reported(target: str) -> None:
    t = request("ag10", target)
    for place in ("/container", "/messages/0/content/0", "/tools/0"):
        assert covered(t.losses, place, "dropped")
    for word in ("container_1", "file_1", "code_execution"):
        assert word not in told(t)
    assert "run" in told(t)


# --- Messages, responses and streams ------------------------------------------------------------------------


@from_messages
def test_ag11_an_empty_refusal_is_a_filtered_answer(target: str) -> None:
    t = response("ag11", target)
    assert t.status is None
    assert ending(t.body, target) == "filter"
    assert text_of(t.body, target) == ""
    counts = counts_of(t.body, target)
    assert (counts.input, counts.output, counts.total) == (10, 0, 10)
    usage = t.body.get("usage") or t.body["usageMetadata"]
    written = (usage.get("input_tokens_details") or {}).get("cache_write_tokens")
    assert not written
    if written == 0:
        assert covered(t.losses, "/usage/input_tokens_details/cache_write_tokens", "invented")


@from_messages
def test_ag13_a_call_without_arguments_has_empty_ones(target: str) -> None:
    s = stream("ag13", target)
    assert s.stream.error is None
    if target == COMPLETIONS:
        assert ending(s.document, target) not in ("stop", "calls")
        assert covered(s.losses, "/content/0", "dropped")
        return
    assert calls_of(s.document, target) == [Call("toolu_1", "now", {})]
    assert ending(s.document, target) == "calls"
    if target == RESPONSES:
        assert s.document["output"][0]["arguments"] == "{}"
        (done,) = [f for f in s.merged.frames if f["type"] == "response.function_call_arguments.done"]
        assert done["arguments"] == "{}"


@from_messages
def test_ag14_an_error_before_the_message_began(target: str) -> None:
    s = stream("ag14", target)
    assert isinstance(s.stream.error, dragoman.BrokenStream)
    assert "Overloaded" in json.dumps(s.merged.error)
    if target == GEMINI:
        assert s.merged.error is not None
        assert (s.merged.error["code"], s.merged.error["status"]) == (503, "UNAVAILABLE")


@from_messages
def test_ag16_a_refusal_in_the_middle(target: str) -> None:
    _, stop = end("refusal")
    data = sse(MESSAGES, [begin(), *text_block(0, "The first"), payload("ag16"), stop])
    s = send(data, MESSAGES, target)
    assert s.stream.error is None
    assert text_of(s.document, target) == "The first"
    assert ending(s.document, target) == "filter"
    assert counts_of(s.document, target).output == 40
    assert covered(s.losses, "/stop_details", "dropped", "changed")


@from_messages
def test_ag17_a_block_of_unknown_kind(target: str) -> None:
    strange = [
        payload("ag17"),
        {"type": "content_block_delta", "index": 2, "delta": {"type": "future_delta", "y": 2}},
        {"type": "content_block_stop", "index": 2},
    ]
    frames = [begin(), *text_block(0, "a"), *text_block(1, "b"), *strange, *text_block(3, "c"), *end("end_turn")]
    s = send(sse(MESSAGES, frames), MESSAGES, target)
    assert s.stream.error is None
    assert text_of(s.document, target) == "abc"
    assert ending(s.document, target) == "stop"
    assert b"future" not in s.out
    told = [(loss.kind, loss.code) for loss in s.losses if f"{loss.at}/".startswith("/content/2/")]
    if target in (COMPLETIONS, CLAUDE):  # no call follows, so nothing carries it
        assert told == [("dropped", "part.unsupported")]
        return
    assert told == [("changed", "part.carried")]
    assert dropped(s.losses) == []
    texts = ["ab"] if target == GEMINI else ["a", "b"]  # Gemini does not keep texts in a row apart
    assert covered(s.losses, "/content/1") is (target == GEMINI)
    said: list[Json] = [*({"type": "text", "text": one} for one in texts), {"type": "future_block", "x": 1, "y": 2}]
    assert_home(s.document, target, MESSAGES, [*said, {"type": "text", "text": "c"}])


@pytest.mark.parametrize("target", others(MESSAGES, COMPLETIONS))
def test_ag17_before_a_call_it_comes_home_from_everywhere(target: str) -> None:
    said: list[Json] = [
        {"type": "text", "text": "a"},
        {"type": "future_block", "x": 1, "y": 2},
        use("toolu_1", "f", n=1),
    ]
    t = answer(m_answer(*said, stop="tool_use"), MESSAGES, target)
    assert "future" not in told(t)
    assert [(loss.kind, loss.code) for loss in t.losses if loss.at == "/content/1"] == [("changed", "part.carried")]
    assert_home(t.body, target, MESSAGES, said)


@from_messages
def test_ag19_the_exact_error_code(target: str) -> None:
    t = dragoman.translate_error(400, payload("ag19"), MESSAGES, target)
    assert t.status == 400
    if target == GEMINI:
        assert (t.body["error"]["code"], t.body["error"]["status"]) == (400, "INVALID_ARGUMENT")
        kept = "compaction_block_misplaced" in told(t)
        assert kept or covered(t.losses, "/error/details"), "the code is gone in silence"
    else:
        assert t.body["error"]["code"] == "compaction_block_misplaced"
    assert "req_1" in t.headers.values() or "req_1" in told(t)


WEB = {
    "type": "web_search_result_location",
    "url": "https://example.com/a",
    "title": "A",
    "encrypted_index": "aWR4",
    "cited_text": "green",
}


def cited(citation: Json) -> Json:
    lead, tail = {"type": "text", "text": "See 🌱: "}, {"type": "text", "text": " So."}
    content = [lead, {**payload("ag20"), "citations": [citation]}, tail]
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content,
        "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip


@pytest.mark.parametrize("target", [RESPONSES, CLAUDE])
def test_ag20_a_citation_spans_its_whole_block(target: str) -> None:
    t = answer(cited(WEB), MESSAGES, target)
    if target == RESPONSES:
        parts = [part for item in t.body["output"] for part in item["content"]]
        ((said, entry),) = [(part["text"], entry) for part in parts for entry in part["annotations"]]
        assert entry["type"] == "url_citation"
    else:
        message = t.body["choices"][0]["message"]
        said, (outer,) = message["content"], message["annotations"]
        entry = outer["url_citation"]
    assert said[entry["start_index"] : entry["end_index"]] == "The grass is green."
    assert (entry["url"], entry["title"]) == ("https://example.com/a", "A")


def test_ag20_in_gemini_by_bytes() -> None:
    t = answer(cited(WEB), MESSAGES, GEMINI)
    grounding = t.body["candidates"][0]["groundingMetadata"]
    (support,) = grounding["groundingSupports"]
    segment = support["segment"]
    part = parts_of(t.body)[segment.get("partIndex", 0)]["text"].encode()
    assert part[segment.get("startIndex", 0) : segment["endIndex"]].decode() == "The grass is green."
    (place,) = support["groundingChunkIndices"]
    assert grounding["groundingChunks"][place]["web"] == {"uri": "https://example.com/a", "title": "A"}


@from_messages
def test_ag20_a_citation_of_a_document_is_reported(target: str) -> None:
    t = answer(cited(payload("ag20")["citations"][0]), MESSAGES, target)
    assert text_of(t.body, target) == "See 🌱: The grass is green. So."
    assert covered(t.losses, "/content/1/citations/0", "dropped")


# --- Chat, requests -----------------------------------------------------------------------------------------


@into_turns
def test_ag40_everything_at_once(target: str) -> None:
    t = request("ag40", target)
    calls, results = history(t.body, target)
    assert [c.name for c in calls] == ["f", "f"]
    assert calls[0].arguments in ({}, "")
    assert {r.call: r.text for r in results} == {calls[0].id: "1", calls[1].id: "2"}
    assert [c.id for c in calls] == ["call.1", "call_2"], "any text is an id here"
    assert told(t).index('"next"') > told(t).rindex("call_2")
    if target == GEMINI:
        assert t.body["contents"][0]["role"] == "user"
        assert [r.call for r in results] == [c.id for c in calls], "in the order of the calls"
        assert covered(t.losses, "/messages/3") or covered(t.losses, "/messages/4")
        assert type(calls[1].arguments) is dict
        assert covered(t.losses, "/messages/2/tool_calls/1/function/arguments", "changed")
        answers = [turn for turn in t.body["contents"] if "functionResponse" in turn["parts"][0]]
        assert [len(turn["parts"]) for turn in answers] == [2], "all results in one turn, and nothing else in it"
    else:
        assert calls[1].arguments == "[1]", "an opaque text, as it came"


@into_turns
def test_oa01_results_pair_by_id(target: str) -> None:
    t = request("oa01", target)
    calls, results = history(t.body, target)
    assert [(c.id, c.name) for c in calls] == [("a", "f"), ("b", "g")]
    assert calls[0].arguments == {"x": 1}
    by_id = {r.call: r.text for r in results}
    assert by_id["b"] == "B"
    assert re.fullmatch(r"A1\s*A2", by_id["a"])
    if target == GEMINI:
        names = [p["functionResponse"]["name"] for p in contents(t) if "functionResponse" in p]
        assert names == ["f", "g"], "in the order of the calls"


@into_turns
def test_oa02_empty_arguments_and_an_empty_result(target: str) -> None:
    t = request("oa02", target)
    (call,), (result,) = history(t.body, target)
    assert call.arguments in (({},) if target == GEMINI else ({}, ""))
    assert (result.call, result.text) == (call.id, "")


@into_turns
def test_oa04_arguments_that_are_no_object(target: str) -> None:
    t = request("oa04", target)
    (call,), (result,) = history(t.body, target)
    assert result.text == "ok"
    if target == RESPONSES:
        assert call.arguments == "[1,2]", "an opaque text, as it came"
        return
    assert type(call.arguments) is dict
    assert "[1,2]" in json.dumps(call.arguments, separators=(",", ":"))
    assert covered(t.losses, "/messages/1/tool_calls/0/function/arguments", "changed")


@into_turns
def test_oa05_a_result_without_a_call_is_never_forwarded(target: str) -> None:
    t = request("oa05", target)
    assert history(t.body, target) == ([], [])
    assert '"zz"' not in told(t)
    assert covered(t.losses, "/messages/1", "dropped")
    with pytest.raises(dragoman.UntranslatableDocument):
        request("oa05", target, on_loss="raise")


def test_oa07_the_order_survives_to_responses() -> None:
    t = request("oa07", RESPONSES)
    said = [(item["role"], prose(item["content"])) for item in t.body["input"]]
    if "instructions" in t.body:
        said.insert(0, ("system", t.body["instructions"]))
    assert said == [("system", "S1"), ("user", "a"), ("assistant", "b"), ("developer", "S2"), ("user", "c")]


def test_oa07_towards_gemini_the_move_is_declared() -> None:
    t = request("oa07", GEMINI)
    assert prose(t.body["systemInstruction"]["parts"]) == "S1"
    said = prose(contents(t))
    assert said.index("a") < said.index("b") < said.index("S2") < said.rindex("c")
    assert covered(t.losses, "/messages/3", "changed")
    assert {turn["role"] for turn in t.body["contents"]} <= {"user", "model"}


def test_oa08_a_refusal_is_one_in_responses() -> None:
    t = request("oa08", RESPONSES)
    parts = [p for item in t.body["input"] if isinstance(item["content"], list) for p in item["content"]]
    assert [p["refusal"] for p in parts if p["type"] == "refusal"] == ["no", "no again"]
    assert '"output_text"' not in told(t)


def test_oa08_a_refusal_is_no_text_in_silence() -> None:
    t = request("oa08", GEMINI)
    assert covered(t.losses, "/messages/1/content/0", "changed", "dropped")
    assert covered(t.losses, "/messages/2/refusal", "changed", "dropped")


def test_oa10_responses_flattens_tool_and_choice() -> None:
    t = request("oa10", RESPONSES)
    tool, f = t.body["tools"]
    assert (tool["type"], tool["name"]) == ("custom", "sql")
    assert tool["format"] == {"type": "grammar", "syntax": "lark", "definition": 'start: "a"'}
    assert (f["type"], f["name"]) == ("function", "f")
    choice = t.body["tool_choice"]
    assert choice == {"type": "allowed_tools", "mode": "required", "tools": [{"type": "custom", "name": "sql"}]}


def test_oa10_a_free_text_tool_takes_one_string_in_gemini() -> None:
    t = request("oa10", GEMINI)
    tools = {tool["name"]: tool for entry in t.body["tools"] for tool in entry["functionDeclarations"]}
    schema = tools["sql"]["parametersJsonSchema"]
    assert [value["type"] for value in schema["properties"].values()] == ["string"]
    assert covered(t.losses, "/tools/0", "changed")
    config = t.body["toolConfig"]["functionCallingConfig"]
    assert config == {"mode": "ANY", "allowedFunctionNames": ["sql"]}


def test_oa11_no_parameters() -> None:
    (tool,) = request("oa11", RESPONSES).body["tools"]
    assert tool["parameters"] is None or tool["parameters"].get("type", "object") == "object"
    assert not (tool["parameters"] or {}).get("properties")
    assert tool["strict"] is False, "null is false in Chat and not false in Responses"
    ((tool,),) = [entry["functionDeclarations"] for entry in request("oa11", GEMINI).body["tools"]]
    assert tool["name"] == "ping"
    assert "parameters" not in tool
    assert not (tool.get("parametersJsonSchema") or {}).get("properties")
    assert "strict" not in tool


@from_chat
def test_oa13_the_newer_limit_holds(target: str) -> None:
    t = request("oa13", target)
    if target == RESPONSES:
        assert t.body["max_output_tokens"] == 20
        assert "stop" not in t.body
        assert covered(t.losses, "/stop", "dropped")
    elif target == GEMINI:
        assert t.body["generationConfig"] == {"maxOutputTokens": 20, "stopSequences": ["END"]}
    else:
        assert (t.body["max_tokens"], t.body["stop"]) in ((20, "END"), (20, ["END"]))
    assert covered(t.losses, "/max_tokens", "dropped")


@from_chat
def test_oa14_null_is_absence(target: str) -> None:
    t = request("oa14", target)
    assert "null" not in told(t)
    assert [loss for loss in t.losses if loss.kind != "invented"] == []
    needed = {
        RESPONSES: {"model", "input", "store"},
        GEMINI: {"contents"},
        COMPLETIONS: {"model", "prompt", "max_tokens"},
    }
    assert set(t.body) <= needed[target]


@into_turns
def test_oa16_addresses_and_data(target: str) -> None:
    t = request("oa16", target)
    if target == RESPONSES:
        first, second = t.body["input"][0]["content"]
        assert second["image_url"] == "data:image/jpeg;base64,/9j/"
        head, _, data = first["image_url"].partition(",")
        assert head.startswith("data:image/svg+xml")
        assert data == "%3Csvg/%3E" or base64.b64decode(data) == b"<svg/>"
        return
    kept = [p["inlineData"] for p in contents(t) if "inlineData" in p]
    assert {"mimeType": "image/jpeg", "data": "/9j/"} in kept
    drawn = [base64.b64decode(p["data"]) for p in kept if p["mimeType"] == "image/svg+xml"]
    assert drawn == [b"<svg/>"] or covered(t.losses, "/messages/0/content/0", "dropped")


@pytest.mark.parametrize(
    ("target", "key"), [(CLAUDE, "seed"), (COMPLETIONS, "seed"), ("openai-chat+mistral", "random_seed")]
)
def test_oa17_seen_is_seed(target: str, key: str) -> None:
    t = request("oa17", target)
    assert t.body[key] == 0
    assert "seen" not in t.body
    assert not {"n", "tool_choice", "response_format", "tools"} & t.body.keys()
    assert t.body.get("max_tokens") != 0


def test_oa17_in_gemini_and_responses() -> None:
    t = request("oa17", GEMINI)
    assert t.body["generationConfig"] == {"seed": 0}
    t = request("oa17", RESPONSES)
    assert "seed" not in t.body
    assert covered(t.losses, "/seen", "dropped")


@pytest.mark.parametrize("target", [RESPONSES, MESSAGES, GEMINI])
def test_oa17_the_model_asks_for_thinking(target: str) -> None:
    """The suffix is a wish only under the dialect that says so."""
    t = ask(payload("oa17"), CLAUDE, target)
    assert t.model == "claude-3-7-sonnet-20250219"
    assert any(word in t.body for word in ("reasoning", "thinking")) or "thinkingConfig" in t.body["generationConfig"]
    plain = request("oa17", target)
    assert plain.model == "claude-3-7-sonnet-20250219-thinking"
    assert not {"reasoning", "thinking"} & plain.body.keys()


@into_turns
def test_oa19_signatures_do_not_reach_another_vendor(target: str) -> None:
    """Back to Google they may come home, or it is told that they did not."""
    t = request("oa19", target)
    places = ("/messages/1/tool_calls/0/extra_content", "/messages/1/tool_calls/1/function/provider_specific_fields")
    for place, secret in zip(places, ("AAA=", "QkJC"), strict=True):
        came_home = target == GEMINI and f'"thoughtSignature": "{secret}"' in told(t)
        assert came_home or covered(t.losses, place, "dropped")
        assert came_home or f'"{secret}"' not in told(t)
    calls, results = history(t.body, target)
    assert [c.id for c in calls] == [r.call for r in results]
    assert [r.text for r in results] == ["1", "2"]
    assert all(len(c.id or "") <= 64 for c in calls)


# --- Chat, responses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [RESPONSES, GEMINI])
def test_oa20_thinking_inside_content(target: str) -> None:
    t = response("oa20", target)
    assert (thought_of(t.body, target), text_of(t.body, target)) == ("hmm", "4")
    assert ending(t.body, target) == "stop"


def test_oa20_completions_has_the_answer_alone() -> None:
    t = response("oa20", COMPLETIONS)
    assert text_of(t.body, COMPLETIONS) == "4"
    assert covered(t.losses, "/choices/0/message/content/0", "dropped")


def test_oa20_as_each_flavour_says_it() -> None:
    for flavour, key in (("openai-chat+vllm", "reasoning"), ("openai-chat+deepseek", "reasoning_content")):
        message = response("oa20", flavour).body["choices"][0]["message"]
        assert (message[key], prose(message["content"])) == ("hmm", "4")
    message = response("oa20", "openai-chat+think-tags").body["choices"][0]["message"]
    assert message["content"] == "<think>hmm</think>4"
    message = response("oa20", "openai-chat+mistral").body["choices"][0]["message"]
    assert message["content"] == payload("oa20")["choices"][0]["message"]["content"]


@from_chat
def test_oa22_a_call_cut_by_the_limit_stays_cut(target: str) -> None:
    t = response("oa22", target)
    assert ending(t.body, target) == "length"
    assert counts_of(t.body, target) == Counts(5, 16, counts_of(t.body, target).cached, 10, 21)
    place = "/choices/0/message/tool_calls/0"
    if target == RESPONSES:
        (item,) = [item for item in t.body["output"] if item["type"] == "function_call"]
        assert (item["status"], item["arguments"]) == ("incomplete", '{"path":"/a')
        return
    assert covered(t.losses, place, "changed", "dropped")
    for call in calls_of(t.body, target):
        assert "path" not in call.arguments, "half of the arguments told as whole"


@pytest.mark.parametrize("target", [*others(CHAT, MESSAGES), "gemini+array", "openai-chat+openrouter"])
def test_oa23_an_error_under_status_200(target: str) -> None:
    t = dragoman.translate_response(payload("oa23"), CHAT, target)
    assert t.status == 503
    assert t.body["error"]["message"] == "upstream down (request id: 1)"
    assert not t.body.get("choices")
    assert not {"candidates", "output", "content"} & t.body.keys()
    if base(target) == GEMINI:
        assert (t.body["error"]["code"], t.body["error"]["status"]) == (503, "UNAVAILABLE")


# --- Chat, streams ------------------------------------------------------------------------------------------


@from_chat
def test_oa25_one_message_and_its_usage(target: str) -> None:
    s = stream("oa25", target)
    assert s.stream.error is None
    assert text_of(s.document, target) == "Hey"
    assert ending(s.document, target) == "stop"
    counts = counts_of(s.document, target)
    assert (counts.input, counts.output, counts.total) == (9, 2, 11)
    for frame in s.merged.frames:
        assert [c for c in frame.get("choices", ()) if c["index"] != 0] == []
        assert [c for c in frame.get("candidates", ()) if c.get("index", 0) != 0] == []


@pytest.mark.parametrize("target", [RESPONSES, GEMINI])
def test_oa26_calls_are_numbered_and_named_once(target: str) -> None:
    s = stream("oa26", target)
    assert calls_of(s.document, target) == [Call("call_1", "f", {"a": 1})]
    assert ending(s.document, target) == "calls"
    back = send(s.out, target, CHAT)
    (call,) = back.document["choices"][0]["message"]["tool_calls"]
    assert (call["id"], json.loads(call["function"]["arguments"])) == ("call_1", {"a": 1})


@pytest.mark.parametrize("target", [RESPONSES, GEMINI])
def test_oa28_an_index_used_twice_is_two_calls(target: str) -> None:
    s = stream("oa28", target)
    assert calls_of(s.document, target) == [Call("a", "f", {}), Call("b", "g", {})]


@pytest.mark.parametrize("target", [RESPONSES, GEMINI])
def test_oa29_interleaved_calls_and_a_split_escape(target: str) -> None:
    s = stream("oa29", target)
    assert calls_of(s.document, target) == [Call("a", "f", {"t": "😀"}), Call("b", "g", {})]
    if target == RESPONSES:
        assert s.document["output"][0]["arguments"] == '{"t":"\\ud83d\\ude00"}', "an opaque text, as it came"


@pytest.mark.parametrize("case", ["oa26", "oa28", "oa29"])
def test_oa29_and_others_in_completions_are_no_success(case: str) -> None:
    s = stream(case, COMPLETIONS)
    assert s.stream.error is None
    assert ending(s.document, COMPLETIONS) not in ("stop", "calls")
    assert covered(s.losses, "/choices/0/message/tool_calls/0", "dropped")


TAGS = "openai-chat+think-tags"


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, GEMINI, CLAUDE])
def test_oa31_tags_are_thinking_under_their_flavour(target: str) -> None:
    s = send(sse(CHAT, payload("oa31")), TAGS, target)
    assert s.stream.error is None
    assert thought_of(s.document, target).strip() == "reason"
    assert text_of(s.document, target).strip() == "4 < 5"
    assert b"think>" not in s.out


@from_chat
def test_oa31_and_text_elsewhere(target: str) -> None:
    s = stream("oa31", target)
    assert text_of(s.document, target) == "reason </think>\n\n4 < 5"


@from_chat
def test_oa32_an_error_beside_a_chunk(target: str) -> None:
    s = stream("oa32", target)
    assert isinstance(s.stream.error, dragoman.BrokenStream)
    assert b'"par"' in s.out
    assert "Provider disconnected" in json.dumps(s.merged.error)
    for frame in s.merged.frames:
        told_ends = [c.get("finish_reason") or c.get("finishReason") for c in frame.get("choices", ())]
        told_ends += [c.get("finishReason") for c in frame.get("candidates", ())]
        assert not any(told_ends)


@from_chat
def test_oa34_candidates_run_apart(target: str) -> None:
    s = stream("oa34", target)
    assert s.stream.error is None
    if target == RESPONSES:
        assert (text_of(s.document, target), ending(s.document, target)) == ("A", "stop")
        assert covered(s.losses, "/choices/1", "dropped")
    elif target == GEMINI:
        first, second = s.document["candidates"]
        assert (prose(first["content"]["parts"]), first["finishReason"]) == ("A", "STOP")
        assert (prose(second["content"]["parts"]), second["finishReason"]) == ("B", "MAX_TOKENS")
    else:
        assert [(c["index"], c["text"], c["finish_reason"]) for c in s.document["choices"]] == [
            (0, "A", "stop"),
            (1, "B", "length"),
        ]


@from_chat
def test_oa35_late_content_belongs_to_the_message(target: str) -> None:
    s = stream("oa35", target)
    assert s.stream.error is None
    assert text_of(s.document, target) == "ab"
    assert ending(s.document, target) == "stop"
    if target in CALLS:
        assert thought_of(s.document, target) == "\n"
    else:
        assert s.out.endswith(b"data: [DONE]\n\n"), "supplied"
