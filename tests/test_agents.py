"""State comes home: simulated agents over every ordered pair of client and upstream (issue of the carrier)."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

import dragoman
from tests.agents.clients import CLIENTS, KINDS, PIECES
from tests.agents.talk import HEAD, LISTS, talk
from tests.agents.upstreams import ANSWERS, TURNS, framed, opaque, received, sent
from tests.matrix import ALL, CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES
from tests.wire import MERGE

Json = dict[str, Any]
STATEFUL = (RESPONSES, MESSAGES, GEMINI)
GATEWAYS = ("openai-chat+litellm", "openai-chat+openrouter")  # upstreams that bring another vendor's state
SIGNING = ("openai-chat+google", "openai-chat+deepseek")  # that sign a call, or want thinking back in turns with calls
FLAVOURED = ("openai-chat+openrouter", "openai-chat+litellm", "openai-chat+google")
TAGGED = "openai-chat+think-tags"  # thinking in the text, state on ids of calls
RIDING = tuple(f"{CHAT}+{name}" for name in ("vllm", "deepseek", "azure", "new-api"))  # state on ids of calls, too
MISTRAL = "openai-chat+mistral"  # thinking in a list of contents, and ids of nine letters
SPEAKING = [d for d in ALL if d != COMPLETIONS]  # dialects with turns and calls
wires = pytest.mark.parametrize("stream", [False, True], ids=["documents", "streams"])
kinds = pytest.mark.parametrize("kind", KINDS)


@wires
@kinds
@pytest.mark.parametrize("upstream", [*SPEAKING, *GATEWAYS])
@pytest.mark.parametrize("client", [*SPEAKING, TAGGED, *RIDING])
def test_what_the_upstream_said_comes_back_to_it(client: str, upstream: str, kind: str, stream: bool) -> None:
    seen = talk(client, upstream, kind, stream)
    for turn in range(1, TURNS + 1):
        said, got = seen.homecoming(turn)
        verdict = seen.verdict(turn)
        assert verdict != "lost", (turn, said, got, [str(loss) for loss in seen.losses[turn - 1]])
        if turn < TURNS and upstream in (*STATEFUL, *GATEWAYS):
            # In the turns with calls it comes home through every client there is.
            assert verdict == "home", (turn, said, got)


@pytest.mark.parametrize("kind", PIECES)
@pytest.mark.parametrize("upstream", [d for d in (*SPEAKING, *GATEWAYS) if d != GEMINI])
def test_chunks_of_a_stream_may_come_back_as_they_were(upstream: str, kind: str) -> None:
    """The state is home; so is the whole turn where each chunk is a Content, which is a turn elsewhere with the others.

    In one Content the texts stay in the pieces in which they came.
    """
    seen = talk(GEMINI, upstream, kind, stream=True)
    for turn in range(1, TURNS + 1):
        said, got = seen.homecoming(turn)
        assert [one for one in got if opaque(upstream, one)] == [one for one in said if opaque(upstream, one)]
        if kind == "contents":
            assert said == got or upstream not in STATEFUL
            assert seen.verdict(turn) in ("home", "none", "told")


@wires
@kinds
@pytest.mark.parametrize("upstream", STATEFUL)
@pytest.mark.parametrize("client", FLAVOURED)
def test_a_flavour_that_returns_its_fields_brings_all_back(client: str, upstream: str, kind: str, stream: bool) -> None:
    seen = talk(client, upstream, kind, stream)
    for turn in range(1, TURNS + 1):
        verdict = seen.verdict(turn)
        assert verdict == "home" if kind == "every" and turn < TURNS else verdict in ("home", "told")
        assert "state.at_risk" in [loss.code for loss in seen.losses[turn - 1]] or turn == TURNS


@wires
@pytest.mark.parametrize("kind", ["every", "standard"])  # OpenAI's types know no content in parts
@pytest.mark.parametrize("upstream", [*SPEAKING, *GATEWAYS, *SIGNING])
def test_where_nothing_can_ride_all_is_told(upstream: str, kind: str, stream: bool) -> None:
    seen = talk(MISTRAL, upstream, kind, stream)
    verdicts = [seen.verdict(turn) for turn in range(1, TURNS + 1)]
    if upstream == SIGNING[1]:
        assert verdicts == ["home", "home", "none"]  # the thinking that it wants is content, which comes back
    elif upstream == SIGNING[0]:
        assert verdicts == ["told", "told", "none"]
    else:
        assert verdicts == ["told" if upstream in (*STATEFUL, *GATEWAYS) else "none"] * TURNS
    assert "dragom01" not in json.dumps(seen.requests)


@wires
@kinds
@pytest.mark.parametrize("client", [*SPEAKING, *FLAVOURED, TAGGED, *RIDING])
def test_the_container_is_named_again(client: str, kind: str, stream: bool) -> None:
    """Anthropic names it with the answer, in a stream at the end, and wants it named with the next request."""
    seen = talk(client, MESSAGES, kind, stream, container=True)
    kept = client in (RESPONSES, GEMINI) or (kind == "every" and client in FLAVOURED[:2])
    for turn in range(1, TURNS + 1):
        told = [loss.code for loss in seen.losses[turn - 1] if loss.at == "/container"]
        if client == MESSAGES:
            assert not told
        else:
            assert ("state.no_carrier" in told) == (client not in (RESPONSES, GEMINI, *FLAVOURED[:2]))
            assert ("state.at_risk" in told) == (client in FLAVOURED[:2])
        assert seen.requests[turn].get("container") == (f"container_{min(turn, 2)}" if kept else None)
    plain_talk = talk(client, MESSAGES, kind, stream)
    assert seen.requests[-1]["messages"] == plain_talk.requests[-1]["messages"]  # and nothing else is changed by it


def test_skills_of_a_container_are_named_with_it() -> None:
    skills = [{"type": "anthropic", "skill_id": "xlsx", "version": "1"}]
    for named, again in (
        ({"id": "c", "skills": skills}, {"id": "c", "skills": skills}),
        ({"id": "c", "skills": None}, "c"),
        ({"id": ""}, None),
        ({"expires_at": "x"}, None),
        (None, None),
    ):
        body = ANSWERS[MESSAGES][0](1) | {"container": named}
        agent = CLIENTS[RESPONSES]("every")
        agent.take(dragoman.translate_response(body, MESSAGES, RESPONSES).body)
        assert dragoman.translate_request(agent.body, RESPONSES, MESSAGES).body.get("container") == again


@wires
@kinds
@pytest.mark.parametrize(("client", "upstream"), [(c, u) for c in FLAVOURED for u in GATEWAYS if c != u])
def test_state_of_one_gateway_through_clients_of_another(client: str, upstream: str, kind: str, stream: bool) -> None:
    seen = talk(client, upstream, kind, stream)
    for turn in range(1, TURNS + 1):
        verdict = seen.verdict(turn)
        assert verdict == "home" if kind == "every" and turn < TURNS else verdict in ("home", "told")


@wires
@kinds
@pytest.mark.parametrize("upstream", SIGNING)
@pytest.mark.parametrize("client", [*SPEAKING, *(c for c in RIDING if c != SIGNING[1])])
def test_what_goes_with_the_calls_of_a_flavour_comes_home(client: str, upstream: str, kind: str, stream: bool) -> None:
    seen = talk(client, upstream, kind, stream)
    assert [seen.verdict(turn) for turn in range(1, TURNS + 1)] == [*["home"] * (TURNS - 1), "none"]
    assert not [loss for losses in seen.losses for loss in losses if loss.code in ("field.unknown", "state.no_carrier")]


@wires
@kinds
@pytest.mark.parametrize(("client", "upstream"), [(c, u) for c in (*FLAVOURED, SIGNING[1]) for u in SIGNING if c != u])
def test_what_goes_with_the_calls_of_another_flavour(client: str, upstream: str, kind: str, stream: bool) -> None:
    seen = talk(client, upstream, kind, stream)
    verdicts = [seen.verdict(turn) for turn in range(1, TURNS)]
    assert "lost" not in verdicts
    if client in FLAVOURED and kind == "every":
        assert verdicts == ["home"] * (TURNS - 1)


@wires
@pytest.mark.parametrize("upstream", [*ALL, *GATEWAYS])
def test_completions_have_no_way_and_say_so(upstream: str, stream: bool) -> None:
    seen = talk(COMPLETIONS, upstream, "every", stream)
    codes = {loss.code for losses in seen.losses for loss in losses}
    assert ("state.no_carrier" in codes) == (upstream in (*STATEFUL, *GATEWAYS))
    assert all("dragom01" not in json.dumps(request) for request in seen.requests)


@wires
@kinds
@pytest.mark.parametrize("upstream", [*ALL, *GATEWAYS])
@pytest.mark.parametrize("client", [*ALL, *FLAVOURED, TAGGED, *RIDING])
def test_turns_are_byte_stable(client: str, upstream: str, kind: str, stream: bool) -> None:
    """Prompt caches live from prefixes: what stood in front of a turn stands there in the next."""
    requests = talk(client, upstream, kind, stream).requests
    for before, now in pairwise(requests):
        for name in HEAD:
            assert json.dumps(before.get(name)) == json.dumps(now.get(name))
        if upstream == COMPLETIONS:
            assert now["prompt"].startswith(before["prompt"])  # one text, which grows
            assert "dragom01" not in now["prompt"]
            continue
        earlier, later = (next(r[name] for name in LISTS if name in r) for r in (before, now))
        fixed = earlier[:-1] if earlier[-1].get("role") == "user" else earlier
        assert [json.dumps(one) for one in fixed] == [json.dumps(one) for one in later[: len(fixed)]]
        assert len(later) > len(earlier) or client == COMPLETIONS
        if client == COMPLETIONS:  # one turn of the user, which grows
            assert _shown(later[-1]).startswith(_shown(earlier[-1]))


def _shown(turn: Json) -> str:
    """The text of a turn of the user."""
    content: Any = turn.get("content", turn.get("parts"))
    return content if type(content) is str else "".join(part["text"] for part in content)


@pytest.mark.parametrize(("client", "upstream"), [(c, u) for c in SPEAKING for u in STATEFUL if c != u])
def test_nobody_else_sees_it(client: str, upstream: str) -> None:
    """The same history, sent to each of the others: no carrier, no state, and a loss that says so."""
    seen = talk(client, upstream, "every", False)
    secrets = [s for answer in seen.answers for s in _secrets(answer)]
    assert secrets
    agent = _history(client, upstream)
    for other in SPEAKING:
        if other in (client, upstream):
            continue
        t = dragoman.translate_request(agent, client, other, path="/v1beta/models/m:generateContent")
        text = t.json().decode()
        assert "dragom01" not in text
        assert not [s for s in secrets if s in text]
        assert "state.foreign" in [loss.code for loss in t.losses]


def _history(client: str, upstream: str) -> Json:
    """The client's own last request."""
    agent = CLIENTS[client](KINDS[0])
    for turn in range(1, TURNS + 1):
        body = ANSWERS[upstream][0](turn)
        agent.take(json.loads(dragoman.Exchange(client, upstream).response(json.dumps(body).encode()).json()))
    return agent.body


def _secrets(value: Any) -> list[str]:
    """Every opaque text in an answer."""
    if type(value) is dict:
        names = ("signature", "data", "encrypted_content", "thoughtSignature")
        own = [v for k, v in value.items() if k in names and type(v) is str]
        return own + [s for v in value.values() for s in _secrets(v)]
    return [s for v in value for s in _secrets(v)] if type(value) is list else []


ROWS = [
    (shape, client, vendor)
    for shape in (RESPONSES, MESSAGES, *GATEWAYS)
    for client in (*STATEFUL, CHAT)
    for vendor in STATEFUL
    if vendor != shape and client != shape.partition("+")[0]
]


@pytest.mark.parametrize(("shape", "client", "vendor"), ROWS)
def test_in_a_row_a_stream_brings_back_what_it_carried_closed(shape: str, client: str, vendor: str) -> None:
    """Behind us stands a gateway of this kind that speaks `shape`: its carriers come back to it as they were."""
    body = ANSWERS[vendor][0](1)
    inner = dragoman.translate_stream(vendor, shape)
    data = inner.feed(framed(vendor, ANSWERS[vendor][1](body))) + inner.close()
    agent = CLIENTS[client]("every")
    exchange = dragoman.Exchange(client, shape)
    exchange.request(json.dumps(agent.body).encode(), path=agent.path)
    running = exchange.stream()
    agent.take(MERGE[client](running.feed(data) + running.close()).document)
    assert running.error is None
    up = dragoman.Exchange(client, shape).request(json.dumps(agent.body).encode(), path=agent.path)
    home = dragoman.translate_request(up.body, shape, vendor, path="/v1beta/models/m:generateContent")
    said, got = (json.loads(json.dumps(one)) for one in (sent(vendor, body), received(vendor, home.body, 1)))
    assert got == said


def test_google_wants_a_signature_and_gets_its_dummy() -> None:
    """A history of another vendor's on Gemini 3: the documented value that switches the check off, and no more."""
    body = {**_history(CHAT, MESSAGES), "model": "gemini-3-pro-preview"}
    t = dragoman.translate_request(body, CHAT, GEMINI)
    calls = [p for c in t.body["contents"] for p in c["parts"] if "functionCall" in p]
    signed = [p.get("thoughtSignature") for p in calls]
    assert signed == ["skip_thought_signature_validator", None] * 2
