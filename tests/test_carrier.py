"""The carrier: what goes in comes out, what was mangled is known, and state finds its part again."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dragoman
from dragoman.carrier import LIMIT, MARK, PLAIN, Unit, alight, decode, encode, is_carrier, ride, untagged, whole, within
from tests.agents.carried import FLAVOURS, answer_of, function_item
from tests.agents.clients import CLIENTS, Json
from tests.agents.talk import HEAD, LISTS
from tests.agents.upstreams import ANSWERS, framed, plain, received, sent
from tests.matrix import CHAT, GEMINI, MESSAGES, RESPONSES
from tests.wire import MERGE, chunk, stream_of

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
    for tag in ("think", "thought"):
        tagged = f"<{tag}>{thought}</{tag}>"
        assert untagged(unit, tagged + before) == (before if thought else tagged + before)
        assert untagged(unit, f"<x>{thought}</x>{before}") == f"<x>{thought}</x>{before}"


def test_what_is_no_text_stays_what_it_is_beside_references() -> None:
    thought = "A thought that is long enough to be referred to."
    wire = {"n": 1, "f": 1.5, "t": True, "z": None, "l": [thought, [2, {"d": thought[:20]}], {}], "short": thought[:5]}
    unit = whole("x", wire, thought)
    assert unit is not None
    assert thought[:20] not in json.dumps(unit.wire)
    assert within(unit, "before it " + thought) == wire


# --- random turns ---------------------------------------------------------------------------------------------------

# Clients of Chat that get thinking and state elsewhere.

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
    for i, kind in enumerate(draw(st.lists(st.sampled_from(["text", "empty", "call", "thought"]), max_size=6))):
        part: Json = {"text": draw(text)} if kind in ("text", "thought") else {"text": ""}
        if kind == "thought":
            part["thought"] = True
        if kind == "call":
            part = {"functionCall": {"id": f"c{i}", "name": "f", "args": {"n": i}}}
        if kind == "empty" or draw(st.booleans()):
            part["thoughtSignature"] = base64.b64encode(f"sig{i}".encode()).decode()
        elif kind == (_kind(parts[-1]) if parts else None) and "thoughtSignature" not in parts[-1] and kind != "call":
            continue  # two unsigned texts in a row are one
        parts.append(part)
    last = {"functionCall": {"id": "last", "name": "f", "args": {}}}
    candidate = {"content": {"role": "model", "parts": [*parts, last]}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "modelVersion": "gemini-3-pro", "responseId": "r"}


def _kind(part: Json) -> str:
    """What a part of Gemini's is."""
    return "call" if "functionCall" in part else "thought" if part.get("thought") else "text"


@st.composite
def openai(draw: Any) -> Json:
    """A turn of OpenAI's: thinking of which any is encrypted, texts with a phase or without, runs of code in a
    container, calls; a call at the end."""
    items: list[Json] = []
    for i, kind in enumerate(draw(st.lists(st.sampled_from(["thinking", "text", "code", "call"]), max_size=6))):
        if kind == "thinking":
            summary = [{"type": "summary_text", "text": t} for t in draw(st.lists(text, max_size=2))]
            item: Json = {"id": f"rs_{i}", "type": "reasoning", "summary": summary}
            items.append({**item, "encrypted_content": f"gAAA{i}=="} if draw(st.booleans()) else item)
        elif kind == "code":
            run = {"code": "1 + 1", "container_id": f"cntr_{i}", "outputs": [], "status": "completed"}
            items.append({"id": f"ci_{i}", "type": "code_interpreter_call", **run})
        elif kind == "call":
            items.append(function_item(i))
        elif not items or items[-1]["type"] != "message":
            said = {"type": "output_text", "text": draw(text), "annotations": [], "logprobs": []}
            message = {
                "id": f"msg_{i}",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [said],
            }
            items.append({**message, "phase": "commentary"} if draw(st.booleans()) else message)
    return answer_of(*items, function_item(99))


def _home(body: Json, client: str, upstream: str, kind: str) -> list[Any]:
    """What of an answer the upstream gets back from a client."""
    agent = CLIENTS[client.partition("+")[0]](kind)
    agent.take(dragoman.translate_response(body, upstream, client).body)
    request = dragoman.translate_request(agent.body, client, upstream, path=agent.path)
    got: list[Any] = json.loads(json.dumps(received(upstream, request.body, 1)))
    return got


@settings(deadline=None)
@pytest.mark.parametrize("client", [CHAT, RESPONSES, GEMINI, *FLAVOURS])
@given(body=claude(), kind=st.sampled_from(["every", "standard"]))
def test_claude_gets_back_what_it_said(client: str, body: Json, kind: str) -> None:
    said = sent(MESSAGES, body)
    got = _home(body, client, MESSAGES, "every" if client in FLAVOURS else kind)
    assert [b for b in got if b["type"] not in ("text", "tool_use")] == [
        b for b in said if b["type"] not in ("text", "tool_use")
    ]
    if client in (RESPONSES, GEMINI):
        assert got == said
    else:
        # One text and one list of calls: their order among each other is not kept, what stands before a call is.
        calls = [b for b in said if b["type"] == "tool_use"]
        assert [b for b in got if b["type"] == "tool_use"] == calls
        assert _before(got) == _before(said)
        texts = ["".join(b["text"] for b in blocks if b["type"] == "text") for blocks in (got, said)]
        assert texts[0] == texts[1]


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
@pytest.mark.parametrize("client", [CHAT, RESPONSES, MESSAGES, *FLAVOURS])
@given(body=google(), kind=st.sampled_from(["every", "typed"]))
def test_gemini_gets_back_what_it_signed(client: str, body: Json, kind: str) -> None:
    said = json.loads(json.dumps(sent(GEMINI, body)))
    got = _home(body, client, GEMINI, "every" if client in FLAVOURS else kind)
    if client in (CHAT, *FLAVOURS):
        assert [p for p in got if p[0] == "call"] == [p for p in said if p[0] == "call"]
        # Every signature on its text, and none on more than that.
        assert _apart(GEMINI, [p for p in got if p[0] == "text"]) == _apart(GEMINI, [p for p in said if p[0] == "text"])
    else:
        assert got == said


@settings(deadline=None)
@pytest.mark.parametrize("client", [CHAT, MESSAGES, GEMINI, *FLAVOURS])
@given(body=openai(), kind=st.sampled_from(["every", "standard"]))
def test_openai_gets_back_what_it_encrypted(client: str, body: Json, kind: str) -> None:
    """Thinking of which nothing is encrypted is for the eyes of the client only."""
    said = [i for i in json.loads(json.dumps(sent(RESPONSES, body))) if type(i) is list or _bound(i)]
    got = _home(body, client, RESPONSES, "every" if client in FLAVOURS else kind)
    if client in (MESSAGES, GEMINI):
        assert _unparted(got) == _unparted(said)
        return
    # One text and one list of calls: what stands before a call is kept, and every item as it was.
    assert [i for i in got if _fixed(i)] == [i for i in said if _fixed(i)]
    texts = [_unparted([i for i in items if not _fixed(i)]) for items in (got, said)]
    assert texts[0] == texts[1]


def _unparted(items: list[Any]) -> list[Any]:
    """Texts without a phase that stand side by side are one: nothing parts them but what is left out."""
    out: list[Any] = []
    for one in items:
        if out and not _fixed(one) and one[2] is None and not _fixed(out[-1]) and out[-1][2] is None:
            out[-1] = ["text", out[-1][1] + one[1], None]
        else:
            out.append(one)
    return out


def _fixed(item: Any) -> bool:
    return type(item) is dict or item[0] == "call"


def _bound(item: Json) -> bool:
    return item["type"] != "reasoning" or "encrypted_content" in item


TURNS: dict[str, Any] = {MESSAGES: claude(), GEMINI: google(), RESPONSES: openai()}
PAIRS = [(c, u) for c in (CHAT, RESPONSES, MESSAGES, GEMINI) for u in TURNS if c != u]
FLAVOURED = [(c, u) for c in FLAVOURS for u in TURNS]


@settings(deadline=None)
@pytest.mark.parametrize(("client", "upstream"), [*PAIRS, *FLAVOURED])
@given(data=st.data(), kind=st.sampled_from(["every", "standard"]))
def test_what_came_in_a_stream_comes_home_like_a_document(
    client: str, upstream: str, kind: str, data: st.DataObject
) -> None:
    """Random interleavings of signed and unsigned parts, in both forms: the upstream gets back the same."""
    body = data.draw(TURNS[upstream])
    running = dragoman.translate_stream(upstream, client)
    said = running.feed(framed(upstream, ANSWERS[upstream][1](body))) + running.close()
    assert running.error is None
    shape = client.partition("+")[0]
    agent = CLIENTS[shape](kind)
    agent.take(MERGE[shape](said).document)
    request = dragoman.translate_request(agent.body, client, upstream, path=agent.path)
    got = json.loads(json.dumps(received(upstream, request.body, 1)))
    assert _apart(upstream, got) == _apart(upstream, _home(body, client, upstream, kind))


def _apart(upstream: str, entries: list[Any]) -> list[Any]:
    """Unsigned texts of Gemini that stand side by side are one: its chunks do not say where one ends."""
    out: list[Any] = []
    for one in entries:
        if upstream == GEMINI and out and one[0] == out[-1][0] == "text" and one[-1] is None and out[-1][-1] is None:
            out[-1] = [*out[-1][:1], out[-1][1] + one[1], None]
        else:
            out.append(one)
    return out


@settings(deadline=None)
@pytest.mark.parametrize(("client", "upstream"), PAIRS)
@given(data=st.data())
def test_whatever_becomes_of_a_carrier_no_part_of_it_goes_up(client: str, upstream: str, data: st.DataObject) -> None:
    """Cut off, spliced, doubled, its letters changed: what comes up is what was said, or less of it, and told."""
    body = data.draw(TURNS[upstream])
    agent = CLIENTS[client]("every")
    agent.take(dragoman.translate_response(body, upstream, client).body)
    wire = json.dumps(agent.body)
    found = [(m.start(), m.end()) for m in re.finditer(MARK + "[A-Za-z0-9_-]+", wire)]
    if not found:
        return
    start, end = data.draw(st.sampled_from(found))
    token = wire[start + len(MARK) : end]
    spot = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from([wire[a + len(MARK) : b] for a, b in found]))
    damaged = data.draw(
        st.sampled_from(
            [
                token[:spot],
                token[:spot] + token[spot + 1 :],
                token[:spot] + ("A" if token[spot] != "A" else "B") + token[spot + 1 :],
                token[:spot] + other[spot:],
                token + token,
                "",
                token[::-1],
            ]
        )
    )
    broken = wire[: start + len(MARK)] + damaged + wire[end:]
    t = dragoman.translate_request(broken, client, upstream, path=agent.path)
    up = t.json().decode()
    assert MARK not in up
    assert len(damaged) < 12 or damaged in token or damaged not in up
    said = [json.dumps(one) for one in json.loads(json.dumps(sent(upstream, body)))]
    got = [json.dumps(one) for one in json.loads(json.dumps(received(upstream, t.body, 1)))]
    if any(one not in got for one in said) and damaged not in [wire[a + len(MARK) : b] for a, b in found]:
        codes = {loss.code for loss in t.losses}
        whole = json.loads(json.dumps(_home(body, client, upstream, "every")))
        assert codes & {"state.damaged", "state.orphan"} or got == [json.dumps(one) for one in whole]


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


# Models of which much is known, and one of which nothing is.
KNOWN = {MESSAGES: "claude-opus-5-5", GEMINI: "gemini-3.7-flash", RESPONSES: "gpt-5.6"}


@settings(deadline=None)
@pytest.mark.parametrize(("client", "upstream"), PAIRS)
@given(data=st.data(), kind=st.sampled_from(["every", "standard"]), known=st.booleans())
def test_random_turns_are_byte_stable(client: str, upstream: str, kind: str, known: bool, data: st.DataObject) -> None:
    """The same turns in the next request, element by element; ids that a service gives again and again among them."""
    agent = CLIENTS[client](kind)
    model = KNOWN[upstream] if known else "m"
    agent.body = {**agent.body, **({"model": model} if client != GEMINI else {})}
    path = f"/v1beta/models/{model}:generateContent" if client == GEMINI else None
    before: list[str] = []
    for _ in range(4):
        exchange = dragoman.Exchange(client, upstream)
        body = json.loads(exchange.request(json.dumps(agent.body).encode(), path=path).json())
        turns = next(body.pop(name) for name in LISTS if name in body)
        now = [json.dumps({name: body.get(name) for name in HEAD}), *map(json.dumps, turns)]
        assert now[: len(before)] == before
        before = now[:-1] if turns[-1].get("role") == "user" else now
        agent.take(json.loads(exchange.response(json.dumps(data.draw(TURNS[upstream])).encode()).json()))


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


def _answered(upstream: str, client: str, stream: bool) -> tuple[Json, Json]:
    """What a gateway answers, and the next request of a client that saw it."""
    body = ANSWERS[upstream][0](1)
    agent = CLIENTS[client]("every")
    if stream:
        running = dragoman.translate_stream(upstream, client)
        agent.take(MERGE[client](running.feed(framed(upstream, ANSWERS[upstream][1](body))) + running.close()).document)
        assert running.error is None
    else:
        agent.take(dragoman.translate_response(body, upstream, client).body)
    return body, agent.body


@pytest.mark.parametrize("stream", [False, True], ids=["document", "stream"])
@pytest.mark.parametrize("client", [CHAT, RESPONSES, GEMINI])
@pytest.mark.parametrize("upstream", ["openai-chat+litellm", "openai-chat+openrouter"])
def test_what_a_gateway_answered_is_opened_for_its_issuer(upstream: str, client: str, stream: bool) -> None:
    """Anthropic's own state, in an answer of another gateway's: the conversation goes on without that gateway."""
    _, asked = _answered(upstream, client, stream)
    t = dragoman.translate_request(asked, client, MESSAGES, path="/v1beta/models/m:generateContent")
    blocks = next(m["content"] for m in t.body["messages"] if m["role"] == "assistant")
    thought = {"type": "thinking", "thinking": "Two cities are asked for.", "signature": "EqQB1+/=="}
    assert blocks[:3] == [
        thought,
        {"type": "redacted_thinking", "data": "ErUB1/+=="},
        {"type": "text", "text": "I look at both."},
    ]
    assert "state.opened" in [loss.code for loss in t.losses]
    assert not [loss for loss in t.losses if loss.kind == "dropped"]
    assert t.json().count(b"Two cities") == 1
    for other in {RESPONSES, GEMINI} - {client}:
        elsewhere = dragoman.translate_request(asked, client, other, path="/v1beta/models/m:generateContent")
        assert "state.foreign" in [loss.code for loss in elsewhere.losses]
        assert not [s for s in (b"EqQB", b"ErUB", MARK.encode()) if s in elsewhere.json()]


def test_blocks_in_pieces_are_whole_blocks_when_they_come_back() -> None:
    """ "text deltas have empty signature and one last delta has the signature": what is signed begins no longer one."""
    deltas: list[Json] = [
        {"reasoning_content": "a", "thinking_blocks": [{"type": "thinking", "thinking": "a", "signature": ""}]},
        {"reasoning_content": "b", "thinking_blocks": [{"type": "thinking", "thinking": "b", "signature": ""}]},
        {"reasoning_content": "", "thinking_blocks": [{"type": "thinking", "thinking": "", "signature": "c2ln"}]},
        {"reasoning_content": "c", "thinking_blocks": [{"type": "thinking", "thinking": "c", "signature": ""}]},
        {"reasoning_content": "", "thinking_blocks": [{"type": "thinking", "thinking": "", "signature": "c2lo"}]},
        {"thinking_blocks": [{"type": "redacted_thinking", "data": "ZGF0"}]},
        {"content": "4"},
    ]
    data = stream_of(CHAT, [*map(chunk, deltas), chunk({}, "stop"), "[DONE]"])
    running = dragoman.translate_stream("openai-chat+litellm", RESPONSES)
    agent = CLIENTS[RESPONSES]("every")
    agent.take(MERGE[RESPONSES](running.feed(data) + running.close()).document)
    back = dragoman.translate_request(agent.body, RESPONSES, "openai-chat+litellm").body["messages"][-1]
    assert back["reasoning_content"] == "abc"
    assert back["thinking_blocks"] == [
        {"type": "thinking", "thinking": "ab", "signature": "c2ln"},
        {"type": "thinking", "thinking": "c", "signature": "c2lo"},
        {"type": "redacted_thinking", "data": "ZGF0"},
    ]


# Each form as a gateway writes it, who issued what is in it (and which provider the upstream has to have), and what
# that vendor gets: the blocks or items of the turn, or the signatures of its parts.
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "c2VjcmV0"}
HIDDEN = {"type": "redacted_thinking", "data": "c2VjcmV0"}
ITEM = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]}
SECRET = {**ITEM, "encrypted_content": "c2VjcmV0"}
CLAUDE, OPENAI, GOOGLE = ({"format": f} for f in ("anthropic-claude-v1", "openai-responses-v1", "google-gemini-v1"))
TWO = [_call(), {**_call(), "id": "call_2"}]


def _field(**fields: Any) -> Json:
    return _chat({"tool_calls": [_call(**fields)]})


def _details(*entries: Json) -> Json:
    seen = "".join(str(e.get("text", e.get("summary", ""))) for e in entries)
    told: Json = {"reasoning_details": [{"index": 0, **e} for e in entries]}
    return _chat({"reasoning": seen, **told} if seen else told)


def _openai(kind: str) -> list[Json]:
    said = {"format": kind, "id": "rs_1"}
    return [
        {"type": "reasoning.summary", "summary": "hm", **said},
        {"type": "reasoning.encrypted", "data": "c2VjcmV0", **said},
    ]


WILD: dict[str, tuple[Json, str, str, Any]] = {
    "litellm thinking": (_chat({"reasoning_content": "hm", "thinking_blocks": [THOUGHT]}), MESSAGES, "", [THOUGHT]),
    "litellm redacted": (_chat({"thinking_blocks": [HIDDEN]}), MESSAGES, "", [HIDDEN]),
    "litellm fields of the message": (
        _chat({"reasoning_content": "hm", "provider_specific_fields": {"thinking_blocks": [THOUGHT], "x": 1}}),
        MESSAGES,
        "",
        [THOUGHT],
    ),
    "litellm in both": (
        _chat({"thinking_blocks": [THOUGHT], "provider_specific_fields": {"thinking_blocks": [THOUGHT]}}),
        MESSAGES,
        "",
        [THOUGHT],
    ),
    "litellm items": (_chat({"reasoning_content": "hm", "reasoning_items": [SECRET]}), RESPONSES, "", [SECRET]),
    "litellm id": (_chat({}, "call_1__thought__c2VjcmV0"), GEMINI, "", [None, "c2VjcmV0"]),
    "litellm call": (
        _field(provider_specific_fields={"thought_signature": "c2VjcmV0"}),
        GEMINI,
        "",
        [None, "c2VjcmV0"],
    ),
    "litellm function": (
        _field(
            function={"name": "f", "arguments": "{}", "provider_specific_fields": {"thought_signature": "c2VjcmV0"}}
        ),
        GEMINI,
        "",
        [None, "c2VjcmV0"],
    ),
    "google": (_field(extra_content={"google": {"thought_signature": "c2VjcmV0"}}), GEMINI, "", [None, "c2VjcmV0"]),
    "vertex": (
        _field(extra_content={"vertex": {"thought_signature": "c2VjcmV0"}}),
        GEMINI,
        "vertex",
        [None, "c2VjcmV0"],
    ),
    "openrouter text": (
        _details({"type": "reasoning.text", "text": "hm", "signature": "c2VjcmV0", **CLAUDE}),
        MESSAGES,
        "",
        [THOUGHT],
    ),
    "openrouter hidden": (
        _details({"type": "reasoning.encrypted", "data": "c2VjcmV0", **CLAUDE}),
        MESSAGES,
        "",
        [HIDDEN],
    ),
    "openrouter openai": (_details(*_openai("openai-responses-v1")), RESPONSES, "", [SECRET]),
    "openrouter azure": (_details(*_openai("azure-openai-responses-v1")), RESPONSES, "azure", [SECRET]),
    "openrouter xai": (_details(*_openai("xai-responses-v1")), RESPONSES, "xai", [SECRET]),
    "openrouter gemini": (
        _details(
            {"type": "reasoning.text", "text": "hm", **GOOGLE},
            {"type": "reasoning.encrypted", "data": "c2VjcmV0", "id": "call_1", **GOOGLE},
        ),
        GEMINI,
        "",
        [None, "c2VjcmV0"],
    ),
    "openrouter gemini, second call": (
        {
            **_chat({}),
            "messages": [
                {"role": "user", "content": "q"},
                {
                    "role": "assistant",
                    "content": "x",
                    "tool_calls": TWO,
                    "reasoning_details": [
                        {"type": "reasoning.encrypted", "data": "c2VjcmV0", "id": "call_2", "index": 0, **GOOGLE}
                    ],
                },
                {"role": "tool", "tool_call_id": "call_1", "content": "r"},
                {"role": "tool", "tool_call_id": "call_2", "content": "r"},
            ],
        },
        GEMINI,
        "",
        [None, "skip_thought_signature_validator", "c2VjcmV0"],
    ),
    "openrouter gemini, no call": (
        {
            "model": "gemini-3-pro",
            "messages": [
                {"role": "user", "content": "q"},
                {
                    "role": "assistant",
                    "content": "x",
                    "reasoning_details": [{"type": "reasoning.encrypted", "data": "c2VjcmV0", "index": 0, **GOOGLE}],
                },
                {"role": "user", "content": "q"},
            ],
        },
        GEMINI,
        "",
        ["c2VjcmV0"],
    ),
}


def _turn(target: str, body: Json) -> list[Any]:
    """The state in the assistant's turn of a request."""
    if target == MESSAGES:
        [content] = [m["content"] for m in body["messages"] if m["role"] == "assistant"]
        return [b for b in content if b["type"] in ("thinking", "redacted_thinking")]
    if target == RESPONSES:
        return [i for i in body["input"] if i.get("type") == "reasoning"]
    [parts] = [c["parts"] for c in body["contents"] if c["role"] == "model"]
    return [p.get("thoughtSignature") for p in parts]


@pytest.mark.parametrize("form", WILD)
def test_every_wild_form_goes_to_its_vendor_and_to_nobody_else(form: str) -> None:
    body, vendor, provider, expected = WILD[form]
    for target in (MESSAGES, RESPONSES, GEMINI, CHAT + "+vllm"):
        for profile in ({"provider": "elsewhere"}, {"provider": provider} if provider else None):
            t = dragoman.translate_request(body, CHAT, target, profile=profile)
            text = t.json().decode()
            mine = target == vendor and profile != {"provider": "elsewhere"}
            if mine:
                assert _turn(target, t.body) == expected
                assert "state.opened" in [loss.code for loss in t.losses]
                assert not [loss for loss in t.losses if loss.kind == "dropped" and loss.code.startswith("state.")]
                assert not [loss for loss in t.losses if loss.code == "reasoning.unsigned"]
            elif not target.startswith(CHAT):
                assert "c2VjcmV0" not in text
                lost = [loss for loss in t.losses if loss.kind == "dropped"]
                assert lost, "nothing vanishes in silence"
            assert "__thought__" not in text or target.startswith(CHAT)


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
