"""Work in pools of processes: what goes in and what comes out can be pickled and copied, errors too."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

import dragoman
from tests.matrix import CHAT, MESSAGES

BODY = {"model": "m", "messages": [], "seed": 7}


def unknown() -> Any:
    return dragoman.flavours("opnai-chat")


def invalid() -> Any:
    return dragoman.read_request({"messages": [1, 2]}, CHAT)


def refused() -> Any:
    return dragoman.translate_request(BODY, CHAT, MESSAGES, on_loss="raise")


def broken() -> Any:
    return dragoman.fold(dragoman.read_events(b"data: {nope\n\n", CHAT))


def caught(call: Callable[[], Any]) -> dragoman.DragomanError:
    with pytest.raises(dragoman.DragomanError) as error:
        call()
    return error.value


def kept(error: Any) -> dict[str, Any]:
    names = ("name", "suggestions", "faults", "losses", "frame", "offset")
    return {name: getattr(error, name) for name in names if hasattr(error, name)}


@pytest.mark.parametrize("call", [unknown, invalid, refused, broken])
@pytest.mark.parametrize("way", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy])
def test_an_error_is_the_same_behind_a_pickle(call: Callable[[], Any], way: Callable[[Any], Any]) -> None:
    error = caught(call)
    again = way(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert kept(again) == kept(error)


def test_a_pool_of_processes_translates_and_refuses() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
        answer = pool.submit(dragoman.translate_request, body, CHAT, MESSAGES).result()
        assert answer == dragoman.translate_request(body, CHAT, MESSAGES)
        with pytest.raises(dragoman.UnknownDialect, match="openai-chat"):
            pool.submit(dragoman.flavours, "opnai-chat").result()
