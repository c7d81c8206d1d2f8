"""The documents that are measured: written here, the same bytes every time, no recorded traffic."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

Json = dict[str, Any]
MATRIX = ("openai-chat", "openai-responses", "openai-completions", "gemini", "anthropic-messages", "claude-thinking")
PATH = {"gemini": "/v1beta/models/gemini-3-pro:generateContent"}

TEXT = """the build failed because a symbol in the parser module is defined twice so the linker refuses it and the
tests never start look at the second definition first it came with the last merge and nobody calls it"""
WORDS = TEXT.split()


def prose(words: int, start: int = 0) -> str:
    """`words` words of text, another text for every `start`; some of it needs escapes, some is no ASCII."""
    out = []
    for i in range(start, start + words):
        word = WORDS[(i * 5 + i // 13) % len(WORDS)]
        out.append(
            f'"{word}"' if i % 61 == 0 else f"{word}.\n" if i % 23 == 0 else f"{word} é" if i % 97 == 0 else word
        )
    return " ".join(out)


def small() -> Json:
    """A request of about 265 bytes."""
    return {
        "model": "claude-sonnet-4-5",
        "messages": [
            {"role": "system", "content": "You are a helpful assistant. Answer in one short line."},
            {"role": "user", "content": "What is the capital of France, and why is it there?"},
        ],
        "max_tokens": 256,
        "temperature": 0.7,
        "stream": True,
    }


def _schema(i: int) -> Json:
    """The parameters of one tool, of the size that agents send."""
    fields: Json = {
        "path": {"type": "string", "description": f"Absolute path of the file. {prose(14, i)}"},
        "pattern": {"type": "string", "description": f"What to look for. {prose(20, i + 3)}"},
        "limit": {"type": "integer", "description": prose(10, i + 7), "minimum": 1, "maximum": 2000},
        "mode": {"type": "string", "enum": ["content", "files", "count"], "description": prose(12, i + 9)},
        "options": {
            "type": "object",
            "properties": {
                "case": {"type": "boolean", "description": prose(8, i + 11)},
                "globs": {"type": "array", "items": {"type": "string"}, "description": prose(9, i + 13)},
            },
            "additionalProperties": False,
        },
    }
    return {"type": "object", "properties": fields, "required": ["path"], "additionalProperties": False}


def tools(count: int) -> list[Json]:
    """`count` function tools in Chat's words."""
    return [
        {
            "type": "function",
            "function": {"name": f"tool_{i}", "description": prose(120, i * 5), "parameters": _schema(i)},
        }
        for i in range(count)
    ]


def turns(count: int, words: int = 250) -> list[Json]:
    """`count` messages of an agent's history: of ten, three are calls and three their results."""
    out: list[Json] = [{"role": "system", "content": prose(words * 2)}]
    while len(out) < count:
        i = len(out)
        if i % 10 in (2, 5, 8) and i + 1 < count:
            arguments = orjson.dumps(
                {"path": f"/src/file_{i}.py", "pattern": prose(words // 8, i), "limit": i}
            ).decode()
            call = {"id": f"call_{i:06d}", "type": "function", "function": {"name": "tool_1", "arguments": arguments}}
            out.append({"role": "assistant", "content": prose(words // 12, i), "tool_calls": [call]})
            out.append({"role": "tool", "tool_call_id": call["id"], "content": prose(words * 2, i)})
        elif i % 2:
            out.append({"role": "user", "content": prose(words, i)})
        else:
            out.append({"role": "assistant", "content": prose(words, i)})
    return out


def agent(messages: int = 40, offered: int = 25, words: int = 320) -> Json:
    """A coding agent's request: by default about 121 KB, 40 messages, 12 calls with results, 25 tools."""
    return {
        "model": "claude-sonnet-4-5",
        "messages": turns(messages, words),
        "tools": tools(offered),
        "tool_choice": "auto",
        "max_tokens": 8192,
        "stream": True,
    }


def image(size: int = 1_000_000) -> Json:
    """A question about a picture of `size` bytes in base64."""
    url = "data:image/png;base64," + ("iVBORw0KGgoAAAANSUhEUgAA" * (size // 24 + 1))[: size // 4 * 4]
    parts = [
        {"type": "text", "text": "What is in this picture?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    return {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": parts}], "max_tokens": 1024}


def response() -> Json:
    """An Anthropic response of about 4 KB: reasoning, text, two calls."""
    return {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [
            {"type": "thinking", "thinking": prose(250), "signature": "EqQBCgIYAhIM" * 20},
            {"type": "text", "text": prose(330, 40)},
            {
                "type": "tool_use",
                "id": "toolu_01A09q90qw90lq917835lq9",
                "name": "tool_1",
                "input": {"path": "/src/main.py", "pattern": prose(20, 3), "limit": 100},
            },
            {
                "type": "tool_use",
                "id": "toolu_01A09q90qw90lq917835lqa",
                "name": "tool_2",
                "input": {"path": "/src/b.py"},
            },
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 2095, "output_tokens": 503, "cache_read_input_tokens": 1024},
    }


def log_record(i: int) -> Json:
    """One line of a log of requests: short conversations, some with tools."""
    body: Json = {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": prose(60 + i % 50, i)},
            {"role": "assistant", "content": prose(80, i + 5)},
            {"role": "user", "content": prose(20, i + 9)},
        ],
        "max_tokens": 512,
        "temperature": 0.2,
    }
    if i % 4 == 0:
        body["tools"] = tools(1)
    return body


def plain() -> Json:
    """A short exchange's request that every dialect of the matrix can say, Completions included."""
    return {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": prose(60)}],
        "max_tokens": 256,
        "temperature": 0.7,
        "top_p": 0.9,
        "stop": ["END"],
    }


def plain_response() -> Json:
    """The answer to `plain`, in Chat's words."""
    message: Json = {"role": "assistant", "content": prose(120), "refusal": None, "annotations": []}
    return {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": "chat.completion",
        "created": 1741569952,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 80, "completion_tokens": 150, "total_tokens": 230},
    }


@cache
def text(name: str) -> bytes:
    """The JSON text of the document `name` of this module."""
    makers = {"small": small, "agent": agent, "image": image, "response": response}
    return orjson.dumps(makers[name]())
