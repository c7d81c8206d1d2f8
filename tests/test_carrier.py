"""The carrier: what goes in comes out, what was mangled is known, and state finds its part again."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dragoman
from dragoman.carrier import LIMIT, MARK, PLAIN, Unit, alight, decode, encode, is_carrier, ride, untagged, whole, within
from tests.agents.clients import CLIENTS, Json
from tests.agents.upstreams import plain, received, sent
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES

leaf = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.text(max_size=40), st.floats(-1e9, 1e9))
words = st.dictionaries(
    st.text(max_size=8), st.one_of(leaf, st.lists(leaf, max_size=3), st.dictionaries(st.text(max_size=4), leaf))
)
places = st.one_of(st.none(), st.tuples(st.integers(0, 9999), st.integers(0, 99)))
state = st.tuples(st.text(max_size=12), leaf, st.sampled_from(["text", "call", "before"])).map(list)
units = st.one_of(
    st.builds(Unit, st.text(max_size=20), st.just(True), words, st.none(), places),
    st.builds(Unit, st.text(max_size=20), st.just(False), state, st.none(), places),
)


@given(st.lists(units, min_size=1, max_size=4))
def test_what_goes_in_comes_out(given_units: list[Unit]) -> None:
    token = encode(given_units)
    assert token is not None
    assert is_carrier(token)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert decode(token) == given_units
    # Clients that hold bytes write them in the other alphabet, and padded.
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert decode(base64.b64encode(raw).decode()) == given_units
    assert alight(ride("call_1", token)) == ("call_1", token)


@pytest.mark.parametrize("length", [10, PLAIN // 8, PLAIN, 1 << 20])
def test_what_is_long_travels_shorter(length: int) -> None:
    given_units = [Unit("x", True, {"signature": "ab12" * length})]
    token = encode(given_units)
    assert token is not None
    assert decode(token) == given_units
    assert (len(token) < 4 * length) == (4 * length >= PLAIN)


@given(st.lists(units, min_size=1, max_size=2), st.data())
def test_what_was_mangled_is_known(given_units: list[Unit], data: st.DataObject) -> None:
    token = encode(given_units) or ""
    at = data.draw(st.integers(len(MARK), len(token) - 1))
    how = data.draw(st.sampled_from(["cut", "swap", "drop", "double", "change"]))
    tail = token[at:]
    mangled = {
        "cut": token[:at],
        "swap": token[:at] + tail[::-1],
        "drop": token[:at] + tail[1:],
        "double": token[: at + 1] + tail,
        "change": token[:at] + ("A" if tail[0] != "A" else "B") + tail[1:],
    }[how]
    if _bytes(mangled) == _bytes(token):
        return  # the last letter has bits that say nothing
    assert decode(mangled) is None


def _bytes(token: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None


@given(st.text(alphabet="ABab01-_+/= \n\u00e9", max_size=60))
def test_any_text_behind_the_mark_is_answered(text: str) -> None:
    assert decode(MARK + text) is None


def test_a_small_text_does_not_unfold_without_end() -> None:
    import hashlib

    packed = zlib.compress(b"[" + b" " * (LIMIT + 1) + b"]", 9)
    digest = hashlib.sha256(MARK.encode() + packed).digest()[:6]
    assert decode(MARK + base64.urlsafe_b64encode(digest + packed).decode().rstrip("=")) is None
    assert encode([Unit("x", True, {"a": "b" * LIMIT})]) is None


@pytest.mark.parametrize(
    "rows",
    [
        {},
        [],
        [5],
        [["x", True, {}]],
        [["x", True, [], None, None]],
        [[1, True, {}, None, None]],
        [["x", False, ["k", 1], None, None]],
        [["x", False, ["k", 1, "elsewhere"], None, None]],
        [["x", True, {}, [1], None]],
        [["x", True, {}, None, [-1, 0]]],
    ],
)
def test_whoever_computes_a_digest_can_write_anything(rows: Any) -> None:
    import hashlib

    packed = zlib.compress(json.dumps(rows).encode())
    digest = hashlib.sha256(MARK.encode() + packed).digest()[:6]
    assert decode(MARK + base64.urlsafe_b64encode(digest + packed).decode().rstrip("=")) is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_text_that_the_client_sees_is_not_said_twice(thought: str, before: str) -> None:
    unit = whole("x", {"type": "thinking", "thinking": thought, "signature": "s"}, thought)
    assert unit is not None
    assert (thought in json.dumps(unit.wire, ensure_ascii=False)) == (len(thought) < 16) or not thought.isprintable()
    assert within(unit, before + thought) == {"type": "thinking", "thinking": thought, "signature": "s"}
    if len(thought) >= 16:
        assert within(unit, thought[:-1]) is None
    assert untagged(unit, f"<think>{thought}</think>{before}") == (before if thought else f"<think></think>{before}")


# --- random turns ---------------------------------------------------------------------------------------------------

text = st.text(alphabet="abc \u00e9\U0001f600", min_size=1, max_size=24).filter(str.strip)


def _blocks(draw: Any, signed: list[bool]) -> list[Json]:
    out: list[Json] = []
    for i, mark in enumerate(signed):
        kind = draw(st.sampled_from(["thinking", "redacted", "text", "tool", "server"]))
        if kind == "thinking" and mark:
            out.append({"type": "thinking", "thinking": draw(st.one_of(st.just(""), text)), "signature": f"sig{i}=="})
        elif kind == "redacted":
            out.append({"type": "redacted_thinking", "data": f"data{i}"})
        elif kind == "server":
            out.append({"type": "server_tool_use", "id": f"srv{i}", "name": "web_search", "input": {"query": "q"}})
        elif kind == "tool":
            out.append({"type": "tool_use", "id": f"toolu_{i}", "name": "f", "input": {"n": i}})
        elif not out or out[-1]["type"] != "text":
            out.append({"type": "text", "text": draw(text)})
    return [*out, {"type": "tool_use", "id": "toolu_last", "name": "f", "input": {}}]


@st.composite
def claude(draw: Any) -> Json:
    """A turn of Claude's with thinking, steps of its own tools, texts and calls in any order; a call at the end."""
    content = _blocks(draw, draw(st.lists(st.booleans(), max_size=7)))
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_sequence": None}
    usage = {"input_tokens": 1, "output_tokens": 1}
    return {**head, "content": content, "stop_reason": "tool_use", "usage": usage}


@st.composite
def google(draw: Any) -> Json:
    """A turn of Gemini's of which any part is signed or not; a call at the end."""
    parts: list[Json] = []
    for i, kind in enumerate(draw(st.lists(st.sampled_from(["text", "empty", "call"]), max_size=6))):
        part: Json = {"text": draw(text)} if kind == "text" else {"text": ""}
        if kind == "call":
            part = {"functionCall": {"id": f"c{i}", "name": "f", "args": {"n": i}}}
        if kind == "empty" or draw(st.booleans()):
            part["thoughtSignature"] = base64.b64encode(f"sig{i}".encode()).decode()
        elif kind == "text" and parts and "text" in parts[-1] and "thoughtSignature" not in parts[-1]:
            continue  # two unsigned texts in a row are one
        parts.append(part)
    last = {"functionCall": {"id": "last", "name": "f", "args": {}}}
    candidate = {"content": {"role": "model", "parts": [*parts, last]}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "modelVersion": "gemini-3-pro", "responseId": "r"}


def _home(body: Json, client: str, upstream: str, kind: str) -> list[Any]:
    """What of an answer the upstream gets back from a client."""
    agent = CLIENTS[client](kind)
    agent.take(dragoman.translate_response(body, upstream, client).body)
    request = dragoman.translate_request(agent.body, client, upstream, path=agent.path)
    got: list[Any] = json.loads(json.dumps(received(upstream, request.body, 1)))
    return got


@settings(deadline=None)
@pytest.mark.parametrize("client", [CHAT, RESPONSES, GEMINI])
@given(body=claude(), kind=st.sampled_from(["every", "standard"]))
def test_claude_gets_back_what_it_said(client: str, body: Json, kind: str) -> None:
    said = sent(MESSAGES, body)
    got = _home(body, client, MESSAGES, kind)
    assert [b for b in got if b["type"] not in ("text", "tool_use")] == [
        b for b in said if b["type"] not in ("text", "tool_use")
    ]
    if client != CHAT:
        assert got == said
    else:
        # One text and one list of calls: their order among each other is not kept, what stands before a call is.
        calls = [b for b in said if b["type"] == "tool_use"]
        assert [b for b in got if b["type"] == "tool_use"] == calls
        assert _before(got) == _before(said)


def _before(blocks: list[Json]) -> list[tuple[str, list[Json]]]:
    """For every call the hidden and signed blocks since the one before."""
    out: list[tuple[str, list[Json]]] = []
    since: list[Json] = []
    for b in blocks:
        if b["type"] == "tool_use":
            out.append((b["id"], since))
            since = []
        elif b["type"] != "text":
            since.append(b)
    return out


@settings(deadline=None)
@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES])
@given(body=google(), kind=st.sampled_from(["every", "typed"]))
def test_gemini_gets_back_what_it_signed(client: str, body: Json, kind: str) -> None:
    said = json.loads(json.dumps(sent(GEMINI, body)))
    got = _home(body, client, GEMINI, kind)
    if client == CHAT:
        assert [p for p in got if p[0] == "call"] == [p for p in said if p[0] == "call"]
        assert [p[-1] for p in got if p[-1]] == [p[-1] for p in said if p[-1]]
        assert "".join(p[1] for p in got if p[0] == "text") == "".join(p[1] for p in said if p[0] == "text")
    else:
        assert got == said


@settings(deadline=None)
@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, GEMINI])
@given(body=claude(), data=st.data())
def test_a_damaged_carrier_is_told_and_goes_nowhere(client: str, body: Json, data: st.DataObject) -> None:
    """Any one letter of any carrier changed: no exception, no foreign bytes upstream, and a loss at its place."""
    upstream = GEMINI if client == MESSAGES else MESSAGES
    source = data.draw(google()) if client == MESSAGES else body
    agent = CLIENTS[client]("every")
    agent.take(dragoman.translate_response(source, upstream, client).body)
    wire = json.dumps(agent.body)
    spots = [i for i in range(len(wire)) if wire.startswith(MARK, i)]
    if not spots:
        return
    start = data.draw(st.sampled_from(spots)) + len(MARK)
    letter = start + data.draw(st.integers(0, 7))  # the digest
    broken = wire[:letter] + ("A" if wire[letter] != "A" else "B") + wire[letter + 1 :]
    t = dragoman.translate_request(broken, client, upstream, path=agent.path)
    assert MARK not in t.json().decode()
    said, got = (json.loads(json.dumps(one)) for one in (sent(upstream, source), received(upstream, t.body, 1)))
    if "state.damaged" in [loss.code for loss in t.losses]:
        assert got != said
    else:
        # The letter stood on a result's id, and nothing hangs on what rides there.
        assert got == said or client == CHAT
        assert not any(loss.kind == "dropped" for loss in t.losses)
    assert plain(upstream, said)[-1] == got[-1]


# --- the private carriers of others -----------------------------------------------------------------------------


def _chat(message: Json, call_id: str = "call_1") -> Json:
    call = {"id": call_id, "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turn = {"role": "assistant", "content": "x", "tool_calls": [call], **message}
    result = {"role": "tool", "tool_call_id": call_id, "content": "r"}
    return {"model": "gemini-3-pro", "messages": [{"role": "user", "content": "q"}, turn, result]}


def _call(**more: Any) -> Json:
    return {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}, **more}


SIGNED = [
    _chat({}, "call_1__thought__QkJD"),
    _chat({"tool_calls": [_call(extra_content={"google": {"thought_signature": "QkJD"}})]}),
    _chat({"tool_calls": [_call(provider_specific_fields={"thought_signature": "QkJD"})]}),
]


@pytest.mark.parametrize("body", SIGNED, ids=["litellm id", "google", "litellm field"])
def test_googles_signature_in_others_words(body: Json) -> None:
    t = dragoman.translate_request(body, CHAT, GEMINI)
    [call] = [p for c in t.body["contents"] for p in c["parts"] if "functionCall" in p]
    assert call["thoughtSignature"] == "QkJD"
    assert call["functionCall"]["id"] == "call_1"
    [result] = [p["functionResponse"] for c in t.body["contents"] for p in c["parts"] if "functionResponse" in p]
    assert result["id"] == "call_1"
    elsewhere = dragoman.translate_request(body, CHAT, MESSAGES)
    assert "QkJD" not in elsewhere.json().decode()
    assert any(loss.kind == "dropped" for loss in elsewhere.losses)


def test_thinking_blocks_of_litellm() -> None:
    thinking = {"type": "thinking", "thinking": "long thought", "signature": "EqQB"}
    hidden = {"type": "redacted_thinking", "data": "ErUB"}
    body = _chat({"reasoning_content": "long thought", "thinking_blocks": [thinking, hidden]})
    t = dragoman.translate_request(body, CHAT, MESSAGES)
    assert t.body["messages"][1]["content"][:2] == [thinking, hidden]
    assert [loss.code for loss in t.losses if loss.kind == "changed"] == ["state.opened"] * 3
    other = dragoman.translate_request(body, CHAT, RESPONSES).json()
    assert b"EqQB" not in other
    assert b"ErUB" not in other


def test_reasoning_details_of_openrouter() -> None:
    details = [
        {"type": "reasoning.text", "text": "hm", "signature": "EqQB", "format": "anthropic-claude-v1", "index": 0},
        {"type": "reasoning.encrypted", "data": "ErUB", "format": "anthropic-claude-v1", "index": 1},
    ]
    body = _chat({"reasoning": "hm", "reasoning_details": details})
    t = dragoman.translate_request(body, CHAT, MESSAGES)
    assert t.body["messages"][1]["content"][:2] == [
        {"type": "thinking", "thinking": "hm", "signature": "EqQB"},
        {"type": "redacted_thinking", "data": "ErUB"},
    ]
    ours = [
        {"type": "reasoning.summary", "summary": "s", "id": "rs_1", "format": "openai-responses-v1", "index": 0},
        {"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "format": "openai-responses-v1", "index": 0},
    ]
    back = dragoman.translate_request(_chat({"reasoning_details": ours}), CHAT, RESPONSES)
    item = next(i for i in back.body["input"] if i["type"] == "reasoning")
    summary = [{"type": "summary_text", "text": "s"}]
    assert item == {"id": "rs_1", "type": "reasoning", "summary": summary, "encrypted_content": "gAAA"}
    assert b"gAAA" not in dragoman.translate_request(_chat({"reasoning_details": ours}), CHAT, MESSAGES).json()


def test_a_provider_is_a_vendor_of_its_own() -> None:
    """Signatures of Vertex are no good at Google's own, and the other way round; same provider, same words."""
    candidate = {
        "content": {
            "role": "model",
            "parts": [{"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "QkJD"}],
        },
        "finishReason": "STOP",
        "index": 0,
    }
    body = {"candidates": [candidate], "modelVersion": "gemini-3-pro", "responseId": "r"}
    vertex = {"provider": "vertex"}
    agent = CLIENTS[CHAT]("standard")
    agent.take(dragoman.translate_response(body, GEMINI, CHAT, profile=vertex).body)
    home = dragoman.translate_request(agent.body, CHAT, GEMINI, profile=vertex)
    assert b"QkJD" in home.json()
    other = dragoman.translate_request(agent.body, CHAT, GEMINI)
    assert b"QkJD" not in other.json()
    assert "state.foreign" in [loss.code for loss in other.losses]


def test_a_signature_is_for_the_family_of_its_model() -> None:
    """ "Wrong/foreign (other model): Corrupted thought signature"; an unknown model is taken at its word."""
    part = {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "QkJD"}
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    body = {"candidates": [candidate], "modelVersion": "gemini-3-pro-preview", "responseId": "r"}
    agent = CLIENTS[CHAT]("standard")
    agent.take(dragoman.translate_response(body, GEMINI, CHAT).body)
    seen = {}
    for model in ("gemini-3-pro-preview", "gemini-2.5-flash", "my-own-tune"):
        t = dragoman.translate_request({**agent.body, "model": model}, CHAT, GEMINI)
        seen[model] = (b"QkJD" in t.json(), "state.foreign" in [loss.code for loss in t.losses])
    assert seen == {
        "gemini-3-pro-preview": (True, False),
        "gemini-2.5-flash": (False, True),
        "my-own-tune": (True, False),
    }


def test_at_home_a_profile_says_who_gets_nothing() -> None:
    """A history of Gemini's in a client of Messages, sent to Anthropic itself: as it is, or known for what it is."""
    part = {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "QkJD"}
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    body = {"candidates": [candidate], "modelVersion": "gemini-3-pro-preview", "responseId": "r"}
    agent = CLIENTS[MESSAGES]("every")
    agent.take(dragoman.translate_response(body, GEMINI, MESSAGES).body)
    assert MARK in dragoman.translate_request(agent.body, MESSAGES, MESSAGES).json().decode()
    t = dragoman.translate_request(agent.body, MESSAGES, MESSAGES, profile={"provider": "anthropic"})
    assert MARK not in t.json().decode()
    assert [loss.code for loss in t.losses] == ["state.foreign"]
    assert [b["type"] for b in t.body["messages"][1]["content"]] == ["tool_use"]
