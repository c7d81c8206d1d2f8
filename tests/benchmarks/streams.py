"""The streams that are measured: `deltas` pieces of text or of tool arguments in every dialect's own frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from .documents import WORDS

Json = dict[str, Any]


def piece(i: int) -> str:
    """The text of one delta: a token of a model."""
    return " " + WORDS[i * 7 % len(WORDS)]


def _sse(bodies: Iterable[Json], named: bool) -> Iterator[bytes]:
    for body in bodies:
        head = b"event: " + body["type"].encode() + b"\n" if named else b""
        yield head + b"data: " + orjson.dumps(body) + b"\n\n"


def _anthropic(deltas: int, arguments: bool) -> Iterator[Json]:
    message: Json = {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 472, "output_tokens": 2},
    }
    yield {"type": "message_start", "message": message}
    block = {"type": "tool_use", "id": "toolu_01A09q90qw90lq917835lq9", "name": "write", "input": {}}
    yield {
        "type": "content_block_start",
        "index": 0,
        "content_block": block if arguments else {"type": "text", "text": ""},
    }
    for part in _arguments(deltas) if arguments else map(piece, range(deltas)):
        key, kind = ("partial_json", "input_json_delta") if arguments else ("text", "text_delta")
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": kind, key: part}}
    yield {"type": "content_block_stop", "index": 0}
    delta = {"stop_reason": "tool_use" if arguments else "end_turn", "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": deltas}}
    yield {"type": "message_stop"}


def _arguments(deltas: int) -> Iterator[str]:
    """The text of one call's arguments, in `deltas` pieces."""
    yield '{"path": "/src/main.py", "content": "'
    for i in range(deltas - 2):
        yield piece(i)
    yield '"}'


def _chat(deltas: int) -> Iterator[Json]:
    envelope = {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": "chat.completion.chunk",
        "created": 1741569952,
        "model": "gpt-4o-2024-08-06",
        "service_tier": "default",
        "system_fingerprint": "fp_44709d6fcb",
    }

    def chunk(delta: Json, finish: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**envelope, "choices": [choice], "usage": None}

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    for i in range(deltas):
        yield chunk({"content": piece(i)})
    yield chunk({}, "stop")
    usage = {"prompt_tokens": 19, "completion_tokens": deltas, "total_tokens": 19 + deltas}
    yield {**envelope, "choices": [], "usage": usage}


def _gemini(deltas: int) -> Iterator[Json]:
    for i in range(deltas):
        candidate: Json = {"content": {"parts": [{"text": piece(i)}], "role": "model"}, "index": 0}
        if i == deltas - 1:
            candidate["finishReason"] = "STOP"
        usage = {"promptTokenCount": 11, "candidatesTokenCount": i + 1, "totalTokenCount": 12 + i}
        yield {
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": "gemini-3-pro",
            "responseId": "mAitaLmkHPPlz7IPvtfUqQ4",
        }


def _responses(deltas: int) -> Iterator[Json]:
    envelope: Json = {
        "id": "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b",
        "object": "response",
        "created_at": 1741476542,
        "status": "in_progress",
        "model": "gpt-4.1-2025-04-14",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "error": None,
        "incomplete_details": None,
        "usage": None,
    }
    item = {"id": "msg_67ccd2bf17f0819081ff3bb2cf6508e6", "type": "message", "role": "assistant"}
    where = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    whole = {"type": "output_text", "text": "".join(map(piece, range(deltas))), "annotations": []}
    done = {**item, "status": "completed", "content": [whole]}
    yield {"type": "response.created", "response": envelope}
    opened = {**item, "status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", "output_index": 0, "item": opened}
    yield {"type": "response.content_part.added", **where, "part": {**whole, "text": ""}}
    for i in range(deltas):
        yield {"type": "response.output_text.delta", **where, "delta": piece(i)}
    yield {"type": "response.output_text.done", **where, "text": whole["text"]}
    yield {"type": "response.content_part.done", **where, "part": whole}
    yield {"type": "response.output_item.done", "output_index": 0, "item": done}
    usage = {
        "input_tokens": 36,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": deltas,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 36 + deltas,
    }
    final = {**envelope, "status": "completed", "output": [done], "usage": usage}
    yield {"type": "response.completed", "response": final}


def frames(dialect: str, deltas: int, arguments: bool = False) -> Iterator[bytes]:
    """The frames of one stream of `dialect`, as its server sends them."""
    if dialect == "anthropic-messages":
        yield from _sse(_anthropic(deltas, arguments), named=True)
    elif dialect == "openai-responses":
        numbered = ({"sequence_number": i, **body} for i, body in enumerate(_responses(deltas)))
        yield from _sse(numbered, named=True)
    elif dialect == "gemini":
        yield from _sse(_gemini(deltas), named=False)
    else:
        yield from _sse(_chat(deltas), named=False)
        yield b"data: [DONE]\n\n"


def payloads(records: Iterable[bytes]) -> list[bytes]:
    """The JSON text inside each frame: what the floor loads and dumps."""
    found = (record.partition(b"data: ")[2].rstrip() for record in records)
    return [data for data in found if data[:1] == b"{"]


def reads(records: Iterable[bytes], per_read: int) -> Iterator[bytes]:
    """The stream as a network hands it over, `per_read` frames at a time."""
    rest = iter(records)
    while chunk := b"".join(islice(rest, per_read)):
        yield chunk
