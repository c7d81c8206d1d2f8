"""Spliced deltas: bytes that were never decoded say what decoded ones would have said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dragoman
from dragoman import splice
from dragoman.splice import Splicer
from dragoman.stream import StreamTranslation
from tests.matrix import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES

Json = dict[str, Any]
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["a", "text", "delta", "index", '"', "\\", "/", "\n", "\u2028", "\x7f", "\ud83d", "\ude00", "\U0001f600", "0"]
    ),
)
plain = st.text(alphabet='abc \n"\\\u00e9', min_size=1, max_size=6)
# How each piece is spelt on the wire: as the services do, with every letter escaped that is not ASCII, or with "/".
spellings = st.sampled_from([False, True])


def claude(pieces: list[str], ascii_only: bool) -> list[bytes]:
    """A stream of Messages, a record each."""
    usage = {"input_tokens": 1, "output_tokens": 0}
    head: Json = {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": [], "stop_reason": None}
    events: list[Json] = [{"type": "message_start", "message": {**head, "usage": usage}}]
    events.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    for piece in pieces:
        delta = {"type": "text_delta", "text": piece}
        events.append({"type": "content_block_delta", "index": 0, "delta": delta})
    events.append({"type": "content_block_stop", "index": 0})
    events.append({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}})
    events.append({"type": "message_stop"})
    return [f"event: {e['type']}\ndata: {_json(e, ascii_only)}\n\n".encode("utf-8", "surrogatepass") for e in events]


def chat(pieces: list[str], ascii_only: bool) -> list[bytes]:
    """A stream of Chat, a record each."""
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "g"}
    deltas: list[tuple[Json, str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": piece}, None) for piece in pieces]
    deltas.append(({}, "stop"))
    chunks = [{**head, "choices": [{"index": 0, "delta": d, "finish_reason": f}]} for d, f in deltas]
    return [f"data: {_json(c, ascii_only)}\n\n".encode("utf-8", "surrogatepass") for c in chunks] + [
        b"data: [DONE]\n\n"
    ]


def responses(pieces: list[str], ascii_only: bool) -> list[bytes]:
    """A stream of Responses, a record each, numbered."""
    body = {"id": "r", "object": "response", "created_at": 1, "model": "g", "status": "in_progress", "output": []}
    item = {"id": "msg", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    whole = {**part, "text": "".join(pieces)}
    done = {**item, "status": "completed", "content": [whole]}
    spot = {"item_id": "msg", "output_index": 0, "content_index": 0}
    events: list[Json] = [{"type": "response.created", "response": body}]
    events.append({"type": "response.output_item.added", "output_index": 0, "item": item})
    events.append({"type": "response.content_part.added", **spot, "part": part})
    for piece in pieces:
        events.append({"type": "response.output_text.delta", **spot, "delta": piece, "logprobs": []})
    events.append({"type": "response.output_text.done", **spot, "text": whole["text"], "logprobs": []})
    events.append({"type": "response.output_item.done", "output_index": 0, "item": done})
    response = {**body, "status": "completed", "output": [done]}
    events.append({"type": "response.completed", "response": response})
    numbered = [{"type": e["type"], "sequence_number": n, **e} for n, e in enumerate(events)]
    return [f"event: {e['type']}\ndata: {_json(e, ascii_only)}\n\n".encode("utf-8", "surrogatepass") for e in numbered]


def gemini(pieces: list[str], ascii_only: bool, odd: bool = True) -> list[bytes]:
    """A stream of Gemini, a record each, with figures in each and the line ends that Google's servers send.

    odd: some figures are no counts, and some stay as they were.
    """
    bodies: list[Json] = []
    for i, piece in enumerate(pieces):
        candidate: Json = {"content": {"parts": [{"text": piece}], "role": "model"}, "index": 0}
        count = {3: 4.5, 4: 10**17, 6: 9, 7: 9}.get(i % 9, 7 * i) if odd else 7 * i
        usage = {"promptTokenCount": 3, "candidatesTokenCount": count, "totalTokenCount": 3 + count}
        bodies.append({"candidates": [candidate], "usageMetadata": usage, "modelVersion": "g-1", "responseId": "r5"})
    finish = {"content": {"parts": [{"text": "."}], "role": "model"}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": 3, "candidatesTokenCount": 99, "totalTokenCount": 102}
    bodies.append({"candidates": [finish], "usageMetadata": usage, "modelVersion": "g-1", "responseId": "r5"})
    return [f"data: {_json(body, ascii_only)}\r\n\r\n".encode("utf-8", "surrogatepass") for body in bodies]


def _json(value: Json, ascii_only: bool) -> str:
    lone = any("\ud800" <= c <= "\udfff" for c in json.dumps(value, ensure_ascii=False))
    return json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only or lone)


def run(source: str, target: str, chunks: list[bytes]) -> tuple[bytes, Any, Any]:
    s = dragoman.translate_stream(source, target)
    out = b"".join(s.feed(chunk) for chunk in chunks) + s.close()
    error = (s.error.args, getattr(s.error, "frame", 0), getattr(s.error, "offset", 0)) if s.error else None
    return out, [str(loss) for loss in s.losses], error


def slow(source: str, target: str, data: bytes) -> tuple[bytes, Any, Any]:
    """The same without any splicing: no chunk is a whole record."""
    return run(source, target, [data[i : i + 1] for i in range(len(data))])


PAIRS = (
    [(RESPONSES, t) for t in (MESSAGES, CHAT, GEMINI)]
    + [(MESSAGES, t) for t in (CHAT, GEMINI, COMPLETIONS, RESPONSES)]
    + [(CHAT, t) for t in (MESSAGES, GEMINI, COMPLETIONS, RESPONSES, "openai-chat+think-tags")]
    + [(GEMINI, t) for t in (CHAT, MESSAGES, COMPLETIONS, RESPONSES)]
)
MAKE = {MESSAGES: claude, CHAT: chat, RESPONSES: responses, GEMINI: gemini}


@settings(deadline=None)
@pytest.mark.parametrize(("source", "target"), PAIRS)
@given(pieces=st.lists(st.one_of(plain, texts), max_size=12), ascii_only=spellings, size=st.integers(1, 5))
def test_what_is_written_does_not_depend_on_it(
    source: str, target: str, pieces: list[str], ascii_only: bool, size: int
) -> None:
    records = MAKE[source](pieces, ascii_only)
    data = b"".join(records)
    chunks = [b"".join(records[i : i + size]) for i in range(0, len(records), size)]
    assert run(source, target, chunks) == slow(source, target, data)


@settings(deadline=None)
@pytest.mark.parametrize(("source", "target"), PAIRS[::2])
@given(pieces=st.lists(plain, min_size=4, max_size=9), data=st.data())
def test_nor_does_what_is_told_of_an_end_that_comes_early(
    source: str, target: str, pieces: list[str], data: st.DataObject
) -> None:
    records = MAKE[source](pieces, True)
    stop = data.draw(st.integers(1, len(records) - 2))
    broken = data.draw(st.sampled_from([b"", b"data: {]\n\n", b"data: 5\n\n", b'data: {"type"', b": ping\n\n"]))
    chunks = [*records[:stop], broken]
    if source == GEMINI and broken == b"":
        chunks = [*records[:stop], records[stop].replace(b"totalTokenCount", b"thoughtsTokenCount"), *records[stop:-1]]
    assert run(source, target, chunks) == slow(source, target, b"".join(chunks))


def pieces_passed_by(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pieces reader and writer were told of at once, each time they were."""
    seen: list[int] = []
    missed = Splicer.missed

    def counted(self: Splicer) -> tuple[bytes, int, int]:
        out = missed(self)
        seen.append(out[1])
        return out

    monkeypatch.setattr(Splicer, "missed", counted)
    return seen


@pytest.mark.parametrize(("source", "target"), [(MESSAGES, CHAT), (RESPONSES, CHAT), (CHAT, RESPONSES)])
def test_frames_that_fit_are_never_decoded(source: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand pieces reader and writer see the first two, and then all the others at once."""
    seen = pieces_passed_by(monkeypatch)
    records = MAKE[source](["piece "] * 1000, True)
    out, losses, error = run(source, target, records)
    assert sum(seen) >= 997  # where the first piece opens the part, the second and third are looked at
    assert error is None
    assert out == slow(source, target, b"".join(records))[0]
    assert losses == slow(source, target, b"".join(records))[1]


def test_frames_whose_numbers_do_not_go_up_by_one_take_the_long_way() -> None:
    """A number that stands still, jumps or goes back: what is written does not depend on it."""
    for numbers in (
        [5, 5, 5, 5, 5],
        [9, 8, 7, 6, 5],
        [1, 3, 5, 7, 9],
        [5, 6, 7, 9, 10],
        [0, 1, 2, 3, 3],
        [0, 0, 1, 2, 3],
    ):
        records = responses(["piece "] * 5, True)
        for at, number in enumerate(numbers, 3):
            records[at] = records[at].replace(
                f'"sequence_number":{at}'.encode(), f'"sequence_number":{number}'.encode()
            )
        for target in (CHAT, MESSAGES):
            assert run(RESPONSES, target, records) == slow(RESPONSES, target, b"".join(records))


@pytest.mark.parametrize("size", [1, 4])
def test_figures_in_every_frame_do_not_hinder(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Gemini tells its usage with every piece of text; the last one holds."""
    fitted = pieces_passed_by(monkeypatch)
    records = gemini(["piece "] * 200, True, odd=False)
    chunks = [b"".join(records[i : i + size]) for i in range(0, len(records), size)]
    for target in (CHAT, MESSAGES, RESPONSES):
        fitted.clear()
        out = run(GEMINI, target, chunks)
        assert sum(fitted) > 190
        assert out == slow(GEMINI, target, b"".join(records))


@settings(deadline=None)
@pytest.mark.parametrize("target", [CHAT, MESSAGES, RESPONSES])
@given(at=st.integers(0, 5), key=st.sampled_from(["groundingMetadata", "citationMetadata"]))
def test_a_text_that_is_cited_is_told_piece_by_piece(target: str, at: int, key: str) -> None:
    """What a citation says of a text goes out with the piece that ends it."""
    segment = {"startIndex": 0, "endIndex": 14, "text": "piece piece pi"}
    grounding = {
        "groundingChunks": [{"web": {"uri": "http://a", "title": "A"}}],
        "groundingSupports": [{"segment": segment, "groundingChunkIndices": [0]}],
    }
    said = {"citationSources": [{"startIndex": 0, "endIndex": 14, "uri": "http://a"}]}
    records = gemini(["piece "] * 8, True)
    more = json.dumps(grounding if key == "groundingMetadata" else said)
    records[at] = records[at].replace(b'"index":0', f'"{key}":{more},"index":0'.encode())
    assert run(GEMINI, target, records) == slow(GEMINI, target, b"".join(records))


def test_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Splicer, "limit", 100)
    sizes: list[int] = []
    missed = Splicer.missed

    def counted(self: Splicer) -> tuple[bytes, int, int]:
        out = missed(self)
        sizes.append(len(out[0]))
        return out

    monkeypatch.setattr(Splicer, "missed", counted)
    records = claude(["piece "] * 200, True)
    assert run(MESSAGES, CHAT, records) == slow(MESSAGES, CHAT, b"".join(records))
    assert max(sizes) < 400


@pytest.mark.parametrize("word", ["delta", "text", "type", "index", "text_delta", "0", "content_block_delta"])
def test_a_text_that_is_also_a_key_is_no_template(word: str) -> None:
    """An escaped spelling of a word that stands elsewhere in the frame: nothing but the text may change."""
    spelt = f"\\u{ord(word[0]):04x}{word[1:]}"
    records = claude([word, word, "other", word], True)
    wire = [r.replace(f'"text":"{word}"'.encode(), f'"text":"{spelt}"'.encode()) for r in records]
    assert run(MESSAGES, CHAT, wire) == slow(MESSAGES, CHAT, b"".join(wire))


def arguments(pieces: list[str], ascii_only: bool) -> list[bytes]:
    """A stream of Chat that is one call, its arguments in pieces that make no template."""
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "g"}
    call: Json = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
    deltas: list[tuple[Json, str | None]] = [({"role": "assistant", "content": None, "tool_calls": [call]}, None)]
    for text in ('{"a":"', *pieces, '"}'):
        deltas.append(({"tool_calls": [{"index": 0, "function": {"arguments": text}}]}, None))
    deltas.append(({}, "tool_calls"))
    return [
        f"data: {_json({**head, 'choices': [{'index': 0, 'delta': d, 'finish_reason': f}]}, ascii_only)}\n\n".encode()
        for d, f in deltas
    ]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize(("make", "source", "target"), [(arguments, CHAT, MESSAGES), (claude, MESSAGES, CHAT)])
def test_a_chunk_of_many_records_is_looked_at_once(
    make: Any, source: str, target: str, newline: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its line ends: neither the rest of a chunk is copied for each record, nor looked through for its end."""
    looked, handed = [0], [0]
    end, run_of, learnt = splice._END, Splicer.run, StreamTranslation._learnt

    def counted(chunk: bytes, at: int) -> Any:
        found = end(chunk, at)
        looked[0] += (found.end() if found else len(chunk)) - at
        return found

    def run_whole(self: Splicer, chunk: bytes, at: int) -> tuple[bytes, int]:
        assert chunk is data
        return run_of(self, chunk, at)

    def record(self: StreamTranslation, splicer: Splicer, chunk: bytes) -> bytes:
        handed[0] += len(chunk)
        return learnt(self, splicer, chunk)

    monkeypatch.setattr(splice, "_END", counted)
    monkeypatch.setattr(Splicer, "run", run_whole)
    monkeypatch.setattr(StreamTranslation, "_learnt", record)
    records = make(["piece ", "\\", "other "] * 100, True)
    data = b"".join(records).replace(b"\n", newline)
    out = run(source, target, [data])
    assert 0 < looked[0] <= len(data)
    assert 0 < handed[0] <= len(data)
    monkeypatch.undo()
    assert out == run(source, target, [one.replace(b"\n", newline) for one in records])
