"""The fuzz targets without a fuzzer: their seeds, damage by chance, and bounds on memory and work, as counts."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

import dragoman
from dragoman.carrier import LIMIT, MARK, Unit, decode, encode, ride
from dragoman.framing import JSONArrayDecoder, SSEDecoder
from tests import fixtures
from tests.fuzz import chance, targets
from tests.fuzz.targets import DIALECTS, STEPS, TARGETS

EXECUTIONS = {
    "framing": 1500,
    "documents": 2500,
    "streams": 800,
    "names": 1500,
    "carriers": 1500,
    "homecoming": 800,
    "exact": 2000,
}
by_target = pytest.mark.parametrize("name", TARGETS)


@by_target
def test_the_seeds_pass_and_get_somewhere(name: str) -> None:
    """What is refused at once leads a fuzzer nowhere: most seeds get through."""
    found = list(targets.seeds(name))
    through = sum(bool(TARGETS[name](data)) for data in found)
    assert through >= len(found) * 0.6, f"{through} of {len(found)}"


@by_target
def test_only_our_own_errors_escape(name: str) -> None:
    """As many executions each time, the same ones."""
    seeds = list(targets.seeds(name))
    found: dict[str, bytes] = {}
    for data in chance.variants(seeds, EXECUTIONS[name], name):
        try:
            TARGETS[name](data)
        except Exception as wrong:
            found.setdefault(f"{type(wrong).__name__}: {wrong}"[:300], data)
    told = "\n".join(f"{what}\n    {data!r}" for what, data in list(found.items())[:5])
    assert not found, f"{len(found)} kinds of failure; `python -m tests.fuzz {name} FILE` runs one again\n{told}"


def test_every_dialect_is_fuzzed() -> None:
    assert targets.reads_everything()
    for name in ("documents", "streams"):
        own = {DIALECTS[data[0] % len(DIALECTS)] for data in targets.seeds(name)}
        assert own == set(fixtures.DIALECTS)


# --- memory and work ------------------------------------------------------------------------------------------


def chat(*messages: Any, **more: Any) -> bytes:
    return json.dumps({"model": "m", "messages": list(messages), **more}).encode()


def chunk(delta: Any, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    frame = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(frame).encode() + b"\n\n"


def request(body: bytes) -> Callable[[], object]:
    def work() -> None:
        for target in DIALECTS:
            try:
                dragoman.translate_request(body, "openai-chat", target).json()
            except dragoman.DragomanError:
                pass

    return work


def stream(body: bytes, step: int = 1 << 20) -> Callable[[], object]:
    def work() -> None:
        for target in DIALECTS:
            s = dragoman.translate_stream("openai-chat", target)
            for piece in targets.pieces(body, step):
                s.feed(piece)
            s.close()

    return work


# name -> work of a size (how often its unit is repeated), and the bytes of that input
SHAPES: dict[str, Callable[[int], tuple[Callable[[], object], int]]] = {}


def shape(make: Callable[[int], tuple[bytes, bool]]) -> None:
    """Enter a hostile shape: its bytes at a size, and whether they are a stream."""

    def at(size: int) -> tuple[Callable[[], object], int]:
        body, streamed = make(size)
        return (stream if streamed else request)(body), len(body)

    SHAPES[make.__name__.replace("_", " ")] = at


@shape
def a_long_text(size: int) -> tuple[bytes, bool]:
    return chat({"role": "user", "content": "x\u0000é" * size}), False


@shape
def many_parts(size: int) -> tuple[bytes, bool]:
    return chat({"role": "user", "content": [{"type": "text", "text": ""}] * size}), False


@shape
def many_turns_of_one_role(size: int) -> tuple[bytes, bool]:
    return chat(*({"role": "system", "content": "x"} for _ in range(size))), False


@shape
def many_calls_with_one_id(size: int) -> tuple[bytes, bool]:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    results = [{"role": "tool", "tool_call_id": "c", "content": "r"}] * (size // 2)
    return chat({"role": "assistant", "tool_calls": [call] * (size // 2)}, *results), False


@shape
def many_unknown_keys(size: int) -> tuple[bytes, bool]:
    return chat(**{f"x_{n}": {"a": [n]} for n in range(size)}), False


@shape
def names_beyond_every_limit(size: int) -> tuple[bytes, bool]:
    tools = [{"type": "function", "function": {"name": f"é{n:05}" * 40}} for n in range(size // 8)]
    return chat({"role": "user", "content": "x"}, tools=tools), False


@shape
def many_carriers(size: int) -> tuple[bytes, bool]:
    def call(n: int) -> dict[str, Any]:
        unit = Unit("gemini", False, ["thought_signature", f"c2ln{n}", "call"], place=(0, n))
        return {"id": ride(f"c{n}", encode([unit]) or ""), "type": "function", "function": {"name": "f"}}

    return chat({"role": "assistant", "content": "x", "tool_calls": [call(n) for n in range(size // 8)]}), False


@shape
def integers_beyond_every_bound(size: int) -> tuple[bytes, bool]:
    return chat({"role": "user", "content": "x"}, x_numbers=[2**64 + n for n in range(size)]), False


@shape
def objects_in_objects(size: int) -> tuple[bytes, bool]:
    deep = b'{"a":' * size + b"1" + b"}" * size
    return b'{"model":"m","messages":[{"role":"user","content":"x","deep":' + deep + b"}]}", False


@shape
def many_frames(size: int) -> tuple[bytes, bool]:
    return chunk({"content": "x"}) * size + chunk({}, "stop"), True


@shape
def many_calls_that_take_turns(size: int) -> tuple[bytes, bool]:
    def call(n: int, **function: str) -> bytes:
        return chunk({"tool_calls": [{"index": n % 8, **({"id": f"c{n}"} if n < 8 else {}), "function": function}]})

    begun = b"".join(call(n, name="f", arguments="") for n in range(8))
    return begun + b"".join(call(n, arguments="1") for n in range(8, size)) + chunk({}, "tool_calls"), True


@shape
def nothing_but_newlines(size: int) -> tuple[bytes, bool]:
    return b"\n" * size, True


@shape
def a_line_without_an_end(size: int) -> tuple[bytes, bool]:
    return b"data: " + b'{"' * size, True


@pytest.mark.parametrize("decoder", [SSEDecoder, JSONArrayDecoder])
def test_framing_holds_no_more_than_the_frame_that_is_open(decoder: type[SSEDecoder] | type[JSONArrayDecoder]) -> None:
    """However much went through it: bytes held between chunks, after ten frames and after two thousand."""
    whole, half = (b"data: {}\n\n", b"data: {") if decoder is SSEDecoder else (b'{"a":1},', b'{"a":')
    held: list[int] = []
    for count in (10, 2000):
        reader = decoder()
        reader.feed(b"" if decoder is SSEDecoder else b"[")
        tracemalloc.start()
        try:
            frames = sum(len(reader.feed(whole)) for _ in range(count))
            reader.feed(half)
            held.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
        assert frames == count
    assert held[1] <= held[0] + 512


def test_a_carrier_unfolds_to_no_more_than_its_bound() -> None:
    """Bytes held while a small text is opened that would unfold to eight times the bound."""
    packed = zlib.compress(b"[" + b" " * (8 * LIMIT) + b"]", 9)
    token = MARK + base64.urlsafe_b64encode(hashlib.sha256(MARK.encode() + packed).digest()[:6] + packed).decode()
    assert peak(lambda: decode(token)) <= 3 * LIMIT
    assert decode(token) is None


by_shape = pytest.mark.parametrize("name", SHAPES)
SMALL, LARGE = 300, 1200


def peak(work: Callable[[], object]) -> int:
    """The most bytes held at once."""
    work()  # tables are built when first needed
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def steps(work: Callable[[], object]) -> int:
    """How many byte codes are run: loops on one line count too, which neither calls nor lines would show."""
    count = 0

    def seen(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        if event == "call":
            frame.f_trace_opcodes = True
        count += event == "opcode"
        return seen

    before = sys.gettrace()
    sys.settrace(seen)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@by_shape
def test_memory_is_bounded_by_the_input(name: str) -> None:
    """Sixty-four bytes held for each that came, and a constant: objects of one short text each cost that much."""
    work, size = SHAPES[name](LARGE)
    assert peak(work) <= 64 * size + (1 << 17)


@pytest.mark.parametrize(
    "name",
    SHAPES,
)
def test_work_grows_with_the_input_and_no_faster(name: str) -> None:
    """Four times the input, four times the work and a little: what is quadratic has sixteen times as much."""
    SHAPES[name](1)[0]()  # tables are built when first needed
    small, large = (steps(SHAPES[name](size)[0]) for size in (SMALL, LARGE))
    assert large <= 4.5 * small + 2000


@pytest.mark.parametrize("target", ["anthropic-messages", "openai-responses", "gemini"])
def test_calls_that_are_whole_cost_by_the_call(target: str) -> None:
    """One that is over is not looked at again for each that follows."""

    def calls(size: int) -> Callable[[], object]:
        body = b""
        for n in range(size):
            function = {"name": "f", "arguments": "{}"}
            body += chunk({"tool_calls": [{"index": n, "id": f"c{n}", "type": "function", "function": function}]})
        body += chunk({}, "tool_calls")

        def work() -> None:
            s = dragoman.translate_stream("openai-chat", target)
            s.feed(body)
            assert s.error is None

        return work

    calls(1)()
    small, large = (steps(calls(size)) for size in (SMALL, LARGE))
    assert large <= 4.2 * small + 2000


def test_items_that_the_end_lists_cost_by_the_item() -> None:
    """Each is found among those that were streamed without a look at all of them: by its id, by that of its call, or
    by its place."""

    def ended(size: int, **without: None) -> Callable[[], object]:
        envelope = {"id": "r", "object": "response", "created_at": 1, "model": "m"}
        call = {"type": "function_call", "name": "f", "arguments": "{}", "status": "completed"}
        items = [{**call, "id": f"fc_{n}", "call_id": f"call_{n}"} for n in range(size)]
        events: list[Any] = [{"type": "response.created", "response": {**envelope, "status": "in_progress"}}]
        events += [
            {"type": f"response.output_item.{step}", "output_index": n, "item": item}
            for n, item in enumerate(items)
            for step in ("added", "done")
        ]
        listed = [{**item, **without} for item in items]
        events.append({"type": "response.completed", "response": {**envelope, "status": "completed", "output": listed}})
        body = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)

        def work() -> None:
            s = dragoman.translate_stream("openai-responses", "openai-chat")
            s.feed(body)
            assert s.error is None

        return work

    for without in ({}, {"id": None}, {"id": None, "call_id": None}):
        ended(1, **without)()
        small, large = (steps(ended(size, **without)) for size in (SMALL, LARGE))
        assert large <= 4.5 * small + 2000


@pytest.mark.parametrize("step", STEPS[:4])
def test_small_pieces_cost_by_the_piece(step: int) -> None:
    """A chunk of a byte costs the same wherever it falls in a stream."""
    frame = chunk({"content": "x" * 800})
    counts = [steps(stream(frame * repeat + chunk({}, "stop"), step)) for repeat in (1, 4)]
    assert counts[1] <= 5 * counts[0]
