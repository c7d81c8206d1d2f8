"""A caller's policy that raises in the middle of a stream: the exception passes through, and the stream has failed."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dragoman
from dragoman.errors import BrokenStream, UntranslatableDocument
from tests.matrix import CALLS, CHAT

Json = dict[str, Any]


class Stop(Exception):
    pass


def chunk(delta: Json, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "m", "choices": [choice]}
    body |= {"x_late": 1} if finish else {"x_lost": 1}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


CHUNKS = (
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "hello"}),
    chunk({}, "stop"),
    b"data: [DONE]\n\n",
)


@pytest.mark.parametrize("target", [d for d in CALLS if d != CHAT])
@pytest.mark.parametrize("key", ["x_lost", "x_late"])
def test_a_policy_that_raises_fails_the_stream(target: str, key: str) -> None:
    """Early, for a key of the first frame, or late, for one of the last."""

    def policy(loss: dragoman.Loss) -> None:
        if loss.at == f"/{key}":
            raise Stop(loss.code)

    stream = dragoman.translate_stream(CHAT, target, on_loss=policy)
    said, raised = b"", 0
    for data in CHUNKS:
        try:
            said += stream.feed(data)
        except Stop:
            raised += 1
    assert raised == 1
    assert isinstance(stream.error, UntranslatableDocument)
    said += stream.close()
    assert stream.close() == b""
    with pytest.raises(BrokenStream):
        dragoman.fold(dragoman.read_events(said, target))
