"""What a document says, drawn from its wire form without the library: texts, tool names, arguments, ids, results.

Blank texts are left out, and so is thinking, which has laws of its own; of several choices the first counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Said = Iterator[tuple[str, str]]  # (what kind of thing, how it reads)


def said(body: Any, dialect: str, kind: str) -> set[tuple[str, str]]:
    """The things that the body of a request or response says."""
    found = _chat(body, kind) if dialect == "openai-chat" else _anthropic(body, kind)
    return {(what, word) for what, word in found if word.strip()}


def _arguments(text: Any) -> str:
    """Arguments as a JSON value where they are JSON; "" and {} are the same nothing."""
    if isinstance(text, str):
        try:
            value = json.loads(text)
        except ValueError:
            return text
    else:
        value = text
    if isinstance(value, dict) and set(value) == {"_raw"}:
        return _arguments(value["_raw"])
    return json.dumps(value, sort_keys=True) if value not in ({}, None) else ""


def _texts(content: Any, what: str) -> Said:
    if isinstance(content, str):
        yield what, content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and part.get("type") in ("text", "input_text") and isinstance(part.get("text"), str):
            yield what, part["text"]


def _chat(body: Any, kind: str) -> Said:
    for tool in [*(body.get("tools") or ()), *(body.get("functions") or ())]:
        function = tool.get("function") or tool.get("custom") or tool
        if tool.get("type") in (None, "function", "custom") and isinstance(function.get("name"), str):
            yield "tool", function["name"]
    messages = body.get("messages") or []
    if kind == "response":
        messages = [choice.get("message") or {} for choice in (body.get("choices") or [])[:1]]
    for message in messages:
        result = message.get("role") in ("tool", "function")
        yield from _texts(message.get("content"), "result" if result else "text")
        if result:
            yield "id", message.get("tool_call_id") or ""
        if isinstance(message.get("refusal"), str):
            yield "text", message["refusal"]
        for call in message.get("tool_calls") or ():
            inner = call.get("function") or call.get("custom") or {}
            yield "id", call.get("id") or ""
            yield "name", inner.get("name") or ""
            if "arguments" in inner:
                yield "arguments", _arguments(inner["arguments"])
        legacy = message.get("function_call") or {}
        if legacy.get("name"):
            yield "name", legacy["name"]
            yield "arguments", _arguments(legacy.get("arguments"))


def _anthropic(body: Any, kind: str) -> Said:
    for tool in body.get("tools") or ():
        if tool.get("type") in (None, "custom") and "input_schema" in tool:
            yield "tool", tool["name"]
    yield from _texts(body.get("system"), "text")
    for message in body.get("messages") or () if kind == "request" else [body]:
        content = message.get("content")
        yield from _texts(content, "text")
        for block in content if isinstance(content, list) else ():
            if block.get("type") == "tool_use":
                yield "id", block.get("id") or ""
                yield "name", block.get("name") or ""
                yield "arguments", _arguments(block.get("input"))
            elif block.get("type") == "tool_result":
                yield "id", block.get("tool_use_id") or ""
                yield from _texts(block.get("content"), "result")


def gone(before: set[tuple[str, str]], after: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """What was said before and not after; a text may come back as a piece of a longer one."""
    texts = "\x00".join(word for what, word in after if what == "text")
    whole = "".join(word for what, word in after if what == "text")
    return [
        (what, word)
        for what, word in sorted(before - after)
        if not (what == "text" and (word in texts or word in whole))
    ]
