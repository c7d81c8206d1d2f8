"""Histories that another gateway began: what its private fields hold goes to whoever issued it, and to nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from tests.agents.clients import CLIENTS
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES
from tests.test_gateways import FIELDS, INNER, LITELLM, answer, call, came_back

Json = dict[str, Any]
CLIENT_PATH = "/v1beta/models/claude-sonnet-4-5:generateContent"


def asked(turn: Json, model: str = "m") -> Json:
    """A conversation with one turn of the assistant, and the results of its calls."""
    results = [{"role": "tool", "tool_call_id": c["id"], "content": "x"} for c in turn.get("tool_calls", ())]
    last = results or [{"role": "user", "content": "q"}]
    said = {"role": "assistant", "content": None, **turn}
    return {"model": model, "messages": [{"role": "user", "content": "q"}, said, *last]}


def turn_of(target: str, body: Json) -> Any:
    """The turn of the assistant as the target gets it."""
    if target == GEMINI:
        return next(c["parts"] for c in body["contents"] if c["role"] == "model")
    return next(m["content"] for m in body["messages"] if m["role"] == "assistant")


def lost(t: Any) -> list[str]:
    return [loss.code for loss in t.losses if loss.kind == "dropped"]


# --- LiteLLM: `thinking_blocks` ---------------------------------------------------------------------------------

SIGNED = {"type": "thinking", "thinking": "hm", "signature": "R29vZ2xl"}
DUMPED = {"type": "thinking", "thinking": '{"functionCall": {"name": "weather", "args": {}}}', "signature": "R29vZ2xl"}
SPOKEN = {"type": "thinking", "thinking": '{"text": "It rains."}', "signature": "R29vZ2xl"}
THOUGHT = {"text": "hm", "thought": True, "thoughtSignature": "R29vZ2xl"}
CALLED = {"functionCall": {"name": "weather", "id": "call_1", "args": {}}}
GOOGLES: dict[str, tuple[Json, list[Json]]] = {
    "a thought, and a signature on the id": (
        {"reasoning_content": "hm", "thinking_blocks": [SIGNED], "tool_calls": [call("call_1__thought__c2ln")]},
        [THOUGHT, {**CALLED, "thoughtSignature": "c2ln"}],
    ),
    "a thought, and a signature in a field": (
        {"reasoning_content": "hm", "thinking_blocks": [SIGNED], "tool_calls": [call(**INNER)]},
        [THOUGHT, {**CALLED, "thoughtSignature": "c2ln"}],
    ),
    "in the other field": (
        {"provider_specific_fields": {"thinking_blocks": [SIGNED]}, "tool_calls": [call(**FIELDS)]},
        [THOUGHT, {**CALLED, "thoughtSignature": "c2ln"}],
    ),
    "a call as JSON": (
        {"thinking_blocks": [DUMPED], "tool_calls": [call()]},
        [{**CALLED, "thoughtSignature": "R29vZ2xl"}],
    ),
    "a text as JSON": (
        {"content": "It rains.", "thinking_blocks": [SPOKEN]},
        [{"text": "It rains.", "thoughtSignature": "R29vZ2xl"}],
    ),
}


@pytest.mark.parametrize("form", GOOGLES)
def test_what_google_signed_behind_litellm_is_not_anthropics(form: str) -> None:
    """ "Never forward a foreign signature": LiteLLM writes Google's into the very field that has Anthropic's."""
    said, expected = GOOGLES[form]
    for target in (MESSAGES, RESPONSES):
        t = dragoman.translate_request(asked(said), CHAT, target)
        assert b"R29vZ2xl" not in t.json()
        assert b"c2ln" not in t.json()
        assert lost(t)
    home = dragoman.translate_request(asked(said), CHAT, GEMINI)
    assert turn_of(GEMINI, home.body) == expected
    assert not {"state.foreign", "state.orphan"} & set(lost(home))


def test_thinking_that_is_json_is_thinking() -> None:
    block = {"type": "thinking", "thinking": '{"plan": "It rains."}', "signature": "EqQB"}
    t = dragoman.translate_request(asked({"thinking_blocks": [block], "tool_calls": [call()]}), CHAT, MESSAGES)
    assert turn_of(MESSAGES, t.body)[0] == block


@pytest.mark.parametrize("client", [CHAT, RESPONSES, GEMINI])
@pytest.mark.parametrize("signed", [FIELDS, {"id": "call_1__thought__c2ln"}], ids=["field", "id"])
def test_what_google_signed_in_an_answer_of_litellm_is_not_anthropics(client: str, signed: Json) -> None:
    """The conversation goes on without LiteLLM."""
    said = {"reasoning_content": "hm", "thinking_blocks": [SIGNED], "tool_calls": [{**call(), **signed}]}
    agent = CLIENTS[client]("every")
    agent.take(json.loads(dragoman.translate_response(answer(said), LITELLM, client).json()))
    t = dragoman.translate_request(agent.body, client, MESSAGES, path=CLIENT_PATH)
    assert b"R29vZ2xl" not in t.json()
    assert b"c2ln" not in t.json()
    assert "state.foreign" in lost(t)
    assert came_back(client, LITELLM, answer(said), "every")[0]["thinking_blocks"] == [SIGNED]


# --- lists that a client kept in the pieces in which they came -----------------------------------------------------

CLAUDES = {"format": "anthropic-claude-v1", "index": 0}
TEXT = {"type": "reasoning.text", **CLAUDES}
WHOLE = {"type": "thinking", "thinking": "abc", "signature": "EqQB"}
PIECES: dict[str, list[Json]] = {
    "a signature with an empty text": [
        {**TEXT, "text": "ab"},
        {**TEXT, "text": "c"},
        {**TEXT, "text": "", "signature": "EqQB"},
    ],
    "a signature without a text": [{**TEXT, "text": "abc"}, {**TEXT, "signature": "EqQB"}],
    "a signature beside a null": [
        {**TEXT, "text": "abc", "signature": None},
        {**TEXT, "text": None, "signature": "EqQB"},
    ],
    "a format that is said once": [
        {**TEXT, "text": "ab", "format": "anthropic-claude-v1"},
        {"type": "reasoning.text", "index": 0, "text": "c", "signature": "EqQB"},
    ],
}


@pytest.mark.parametrize("pieces", PIECES.values(), ids=PIECES)
def test_pieces_of_one_index_are_one_entry(pieces: list[Json]) -> None:
    """ "Fragments share `index`: concatenate text, set signature; it may arrive in its own last fragment"."""
    said = {"reasoning": "abc", "reasoning_details": pieces, "tool_calls": [call()]}
    t = dragoman.translate_request(asked(said), CHAT, MESSAGES)
    assert turn_of(MESSAGES, t.body)[:-1] == [WHOLE]
    assert not lost(t)


def test_what_is_signed_is_whole() -> None:
    """Two blocks stay two, whatever index a client has given them, and so do pieces of two indices."""
    second = {"type": "thinking", "thinking": "d", "signature": "EqQC"}
    entries = [
        {**TEXT, "text": "abc", "signature": "EqQB"},
        {**TEXT, "text": "d", "signature": "EqQC"},
    ]
    said = {"reasoning": "abcd", "reasoning_details": entries, "tool_calls": [call()]}
    assert turn_of(MESSAGES, dragoman.translate_request(asked(said), CHAT, MESSAGES).body)[:-1] == [WHOLE, second]
    mixed = [{**TEXT, "text": "ab"}, {**TEXT, "index": 1, "text": "d"}, {**TEXT, "text": "c"}]
    mixed += [{**TEXT, "index": 1, "signature": "EqQC"}, {**TEXT, "signature": "EqQB"}]
    said["reasoning_details"] = mixed
    assert turn_of(MESSAGES, dragoman.translate_request(asked(said), CHAT, MESSAGES).body)[:-1] == [WHOLE, second]


def test_blocks_of_litellm_in_pieces() -> None:
    """ "Text deltas have empty signature and one last delta has the signature"."""
    pieces = [{"type": "thinking", "thinking": text, "signature": ""} for text in ("ab", "c")]
    pieces.append({"type": "thinking", "thinking": "", "signature": "EqQB"})
    said = {"reasoning_content": "abc", "thinking_blocks": pieces, "tool_calls": [call()]}
    t = dragoman.translate_request(asked(said), CHAT, MESSAGES)
    assert turn_of(MESSAGES, t.body)[:-1] == [WHOLE]


def test_pieces_of_an_item_of_openais() -> None:
    ours = {"id": "rs_1", "format": "openai-responses-v1", "index": 0}
    pieces = [
        {"type": "reasoning.summary", "summary": "a", **ours},
        {"type": "reasoning.summary", "summary": "bc", **ours},
        {"type": "reasoning.encrypted", "data": "gAAA", **ours},
    ]
    t = dragoman.translate_request(asked({"reasoning": "abc", "reasoning_details": pieces}), CHAT, RESPONSES)
    [item] = [i for i in t.body["input"] if i["type"] == "reasoning"]
    assert item["summary"] == [{"type": "summary_text", "text": "abc"}]
    assert item["encrypted_content"] == "gAAA"


# --- LiteLLM: what else stands in `provider_specific_fields` ----------------------------------------------------------


def fields(**said: Any) -> Json:
    return {"provider_specific_fields": said}


COMPACTED = {"type": "compaction", "content": "They asked for Graz.", "encrypted_content": "Y29tcA=="}


def test_what_anthropic_compacted_goes_home_first() -> None:
    said = {"content": "It rains.", "thinking_blocks": [WHOLE], **fields(compaction_blocks=[COMPACTED])}
    t = dragoman.translate_request(asked(said), CHAT, MESSAGES)
    assert turn_of(MESSAGES, t.body) == [COMPACTED, WHOLE, {"type": "text", "text": "It rains."}]
    assert not lost(t)
    for target in (GEMINI, RESPONSES):
        assert b"Y29tcA" not in dragoman.translate_request(asked(said), CHAT, target).json()


FOUND = {"type": "web_search_result", "url": "https://e.org", "title": "E", "encrypted_content": "c2Vla3M="}
SEEN = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [FOUND]}
RAN = {
    "type": "bash_code_execution_tool_result",
    "tool_use_id": "srvtoolu_2",
    "content": {"type": "bash_code_execution_result", "stdout": "1", "stderr": "", "return_code": 0, "content": []},
}


def step(call_id: str, name: str, arguments: str) -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_steps_of_anthropics_tools_go_home_with_what_they_gave() -> None:
    """LiteLLM has the steps among the calls, and what they gave in a field; none of them is a call of the client's."""
    calls = [
        step("srvtoolu_1", "web_search", '{"query":"Graz"}'),
        step("srvtoolu_2", "bash_code_execution", "{}"),
        call(),
    ]
    said = {"content": "I look.", "tool_calls": calls, **fields(web_search_results=[SEEN], tool_results=[RAN])}
    body = asked(said)
    body["messages"] = [m for m in body["messages"] if not str(m.get("tool_call_id")).startswith("srv")]
    t = dragoman.translate_request(body, CHAT, MESSAGES)
    assert turn_of(MESSAGES, t.body) == [
        {"type": "text", "text": "I look."},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "Graz"}},
        SEEN,
        {"type": "server_tool_use", "id": "srvtoolu_2", "name": "bash_code_execution", "input": {}},
        RAN,
        {"type": "tool_use", "id": "call_1", "name": "weather", "input": {}},
    ]
    assert not lost(t)
    for target in (GEMINI, RESPONSES):
        assert b"c2Vla3M" not in dragoman.translate_request(body, CHAT, target).json()


def test_a_result_without_its_step_is_told() -> None:
    t = dragoman.translate_request(asked({"content": "x", **fields(web_search_results=[SEEN])}), CHAT, MESSAGES)
    assert turn_of(MESSAGES, t.body) in ("x", [{"type": "text", "text": "x"}])
    assert "field.unknown" in lost(t)


def test_what_google_signed_of_a_text_goes_home() -> None:
    said = {"content": "It rains.", **fields(thought_signatures=["R29vZ2xl"])}
    t = dragoman.translate_request(asked(said), CHAT, GEMINI)
    assert turn_of(GEMINI, t.body) == [{"text": "It rains.", "thoughtSignature": "R29vZ2xl"}]
    assert not lost(t)
    thought = {
        **said,
        "reasoning_content": "hm",
        "thinking_blocks": [SIGNED],
        **fields(thought_signatures=["R29vZ2xl"]),
    }
    t = dragoman.translate_request(asked(thought), CHAT, GEMINI)
    assert turn_of(GEMINI, t.body) == [THOUGHT, {"text": "It rains."}]
    for target in (MESSAGES, RESPONSES):
        t = dragoman.translate_request(asked(thought), CHAT, target)
        assert b"R29vZ2xl" not in t.json()
        assert lost(t)


# --- what is not for the target is told by one name ----------------------------------------------------------------

FOREIGN: dict[str, tuple[Json, str]] = {
    "a call's, Google's place": (
        {"tool_calls": [call(extra_content={"google": {"thought_signature": "R29vZ2xl"}})]},
        "/messages/1/tool_calls/0/extra_content/google/thought_signature",
    ),
    "a call's, LiteLLM's place": (
        {"tool_calls": [call(**FIELDS)]},
        "/messages/1/tool_calls/0/provider_specific_fields/thought_signature",
    ),
    "a list alone": (
        {
            "reasoning_details": [
                {"type": "reasoning.encrypted", "data": "R29vZ2xl", "format": "google-gemini-v1", "index": 0}
            ],
            "content": "x",
        },
        "/messages/1/reasoning_details/0",
    ),
    "signatures of texts": (
        {"content": "x", **fields(thought_signatures=["R29vZ2xl"])},
        "/messages/1/provider_specific_fields/thought_signatures/0",
    ),
}


@pytest.mark.parametrize("target", [MESSAGES, RESPONSES])
@pytest.mark.parametrize("form", FOREIGN)
def test_another_vendors_state_is_told_as_such(form: str, target: str) -> None:
    said, at = FOREIGN[form]
    t = dragoman.translate_request(asked(said), CHAT, target)
    assert [(loss.code, loss.at) for loss in t.losses if loss.kind == "dropped"] == [("state.foreign", at)]
    assert b"R29vZ2xl" not in t.json()


def test_anthropics_thinking_is_told_as_such_towards_google() -> None:
    content = [WHOLE, {"type": "text", "text": "x"}]
    turns = [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": content},
        {"role": "user", "content": "q"},
    ]
    t = dragoman.translate_request({"model": "m", "max_tokens": 9, "messages": turns}, MESSAGES, GEMINI)
    foreign = [loss.at for loss in t.losses if loss.code == "state.foreign"]
    assert foreign == ["/messages/1/content/0/signature"]
