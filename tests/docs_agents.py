"""The table of docs/state.md: how the state of every upstream fares through every client."""

from __future__ import annotations

from collections.abc import Iterator

import dragoman
from tests.agents.clients import KINDS
from tests.agents.talk import talk
from tests.agents.upstreams import TURNS, opaque, sent
from tests.docs_tables import CHAT, IDS, by_dialect

COMPLETIONS = "openai-completions"


def agents() -> str:
    """How the state of every upstream fares through every client, by simulated agents."""
    upstreams = [*IDS, *(f"{CHAT}+{name}" for name in ("litellm", "openrouter", "google", "deepseek"))]
    clients = [*IDS, *dragoman.flavours(CHAT)]
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}  # kinds and how they fare -> clients
    for client in clients:
        for kinds, row in _fares(client, upstreams):
            alike.setdefault((kinds, row), []).append(f"`{client}`")
    rows = ((", ".join(names) + kinds, list(row)) for (kinds, row), names in alike.items())
    return by_dialect("client, and kinds of it", rows, upstreams)


def _fares(client: str, upstreams: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A row for every group of kinds that fare alike."""
    # OpenAI's types know no content in parts, which Mistral's answers have.
    kinds = [kind for kind in KINDS if kind != "typed" or client != f"{CHAT}+mistral"]
    fares = {kind: tuple(_fare(client, upstream, kind) for upstream in upstreams) for kind in kinds}
    for row in dict.fromkeys(fares.values()):
        named = [kind for kind in kinds if fares[kind] == row]
        yield "" if len(named) == len(KINDS) else f", {' and '.join(named)}", row


def _fare(client: str, upstream: str, kind: str) -> str:
    """What became of the state in turns with calls, and in the last one."""
    if client == upstream and "+" in client:
        return "passes"
    if COMPLETIONS in (client, upstream):
        # It has no state of its own, and a client of it sends no turns back: what could not be carried was told.
        seen = [talk(client, upstream, kind, stream) for stream in (False, True)]
        said = [one for body in seen[0].answers for one in sent(upstream, body)]
        assert all(losses for one in seen for losses in one.losses)
        return "told" if any(opaque(upstream, one) for one in said) else "–"
    words = []
    for turns_ in (range(1, TURNS), range(TURNS, TURNS + 1)):
        seen = {talk(client, upstream, kind, stream).verdict(turn) for stream in (False, True) for turn in turns_}
        words.append("lost" if "lost" in seen else "told" if "told" in seen else "home" if "home" in seen else "–")
    return " / ".join(dict.fromkeys(words))
