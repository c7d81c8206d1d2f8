"""A client and an upstream speaking through an Exchange, and what became of the upstream's state."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import dragoman
from dragoman.report import Loss
from tests.agents.clients import CLIENTS, PIECES, Gemini
from tests.agents.upstreams import ANSWERS, TURNS, framed, named, opaque, plain, received, sent
from tests.reference.common import frames
from tests.wire import MERGE

Json = dict[str, Any]
TOLD = ("state.no_carrier", "state.at_risk", "part.server_tool", "part.unsupported", "item.phase")
LISTS = ("messages", "input", "contents")
# What of a request stands in front of the conversation.
HEAD = ("model", "tools", "system", "instructions", "systemInstruction")


@dataclass(slots=True)
class Talk:
    """One conversation: the requests that the upstream got, what it answered, and what was told on the way back."""

    upstream: str
    requests: list[Json] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    losses: list[tuple[Loss, ...]] = field(default_factory=list)

    def homecoming(self, turn: int) -> tuple[list[Any], list[Any]]:
        """What the upstream said in `turn`, and what of it the last request brought back."""
        got = json.dumps(received(self.upstream, self.requests[-1], turn))
        said = json.dumps(sent(self.upstream, self.answers[turn - 1]))
        return json.loads(said), json.loads(got)

    def verdict(self, turn: int) -> str:
        """ "home": all came back; "told": what did not had been told; "none": there was nothing; else "lost"."""
        said, got = self.homecoming(turn)
        if said == got:
            return "home" if any(opaque(self.upstream, one) for one in said) else "none"
        told = [loss.code for loss in self.losses[turn - 1] if loss.code in TOLD]
        missing = [one for one in said if opaque(self.upstream, one) and one not in got]
        same = plain(self.upstream, said) == plain(self.upstream, got)
        return "told" if same and missing and len(told) >= len(missing) else "lost"


@cache
def talk(client: str, upstream: str, kind: str, stream: bool, container: bool = False) -> Talk:
    """A conversation of three answers; the last request holds all of them. container: the answers name one."""
    agent = CLIENTS[client.partition("+")[0]](kind)
    answer_of, events_of = ANSWERS[upstream]
    out = Talk(upstream)
    for turn in range(1, TURNS + 2):
        exchange = dragoman.Exchange(client, upstream)
        path = agent.path
        out.requests.append(json.loads(exchange.request(json.dumps(agent.body).encode(), path=path).json()))
        if turn > TURNS:
            break
        body = answer_of(turn) | (named(turn) if container else {})
        out.answers.append(body)
        if stream:
            running = exchange.stream()
            data = b"".join(running.feed(chunk) for chunk in _chunks(framed(upstream, events_of(body))))
            data += running.close()
            assert running.error is None
            merged = MERGE[client.partition("+")[0]](data)
            assert merged.complete
            if isinstance(agent, Gemini) and kind in PIECES:
                agent.take_chunks([frame for _, frame in frames(data) if frame is not None])
            else:
                agent.take(merged.document)
            out.losses.append(running.losses)
        else:
            t = exchange.response(json.dumps(body).encode())
            agent.take(json.loads(t.json()))
            out.losses.append(t.losses)
    return out


def _chunks(data: bytes, size: int = 61) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]
