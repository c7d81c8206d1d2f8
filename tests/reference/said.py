"""What a document says, drawn from its wire form without the library: texts, tool names, arguments, ids, results.

Blank texts are left out, and so is thinking, which has laws of its own; of several choices the first counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.reference import gemini, responses

Said = Iterator[tuple[str, str]]  # (what kind of thing, how it reads)
EVERYTHING = frozenset({"text", "tool", "name", "arguments", "id", "result"})
# What a dialect has words for; the others have them for everything.
CARRIES: dict[str, frozenset[str]] = {"openai-completions": frozenset({"text"})}


def said(body: Any, dialect: str, kind: str) -> set[tuple[str, str]]:
    """The things that the body of a request or response says."""
    found = ((what, _JSON[what](word) if what in _JSON else word) for what, word in _SAYS[dialect](body, kind))
    return {(what, word) for what, word in found if word.strip()}


def carried(source: str, target: str) -> frozenset[str]:
    """The kinds of things that come back from `source` -> `target` -> `source`: those that both have words for."""
    return CARRIES.get(source, EVERYTHING) & CARRIES.get(target, EVERYTHING)


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


def _result(text: str) -> str:
    """A result as a JSON value where it is an object or a list: dialects differ in who writes it as text."""
    return _arguments(text) if text.lstrip()[:1] in ("{", "[") else text


_JSON: dict[str, Callable[[str], str]] = {"arguments": _arguments, "result": _result}


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


def _completions(body: Any, kind: str) -> Said:
    prompt = body.get("prompt")
    for text in (prompt if isinstance(prompt, list) else [prompt])[:1] if kind == "request" else ():
        if isinstance(text, str):
            yield "text", text
    for choice in (body.get("choices") or [])[:1] if kind == "response" else ():
        if isinstance(choice.get("text"), str):
            yield "text", choice["text"]


def _responses(body: Any, kind: str) -> Said:
    # A response repeats the request's tools: it does not say them.
    return (one for one in responses.said(body, kind) if kind == "request" or one[0] != "tool")


_SAYS: dict[str, Callable[[Any, str], Said]] = {
    "openai-chat": _chat,
    "claude-thinking": _chat,
    "anthropic-messages": _anthropic,
    "openai-completions": _completions,
    "openai-responses": _responses,
    "gemini": gemini.said,
}


def gone(
    before: set[tuple[str, str]], after: set[tuple[str, str]], kinds: frozenset[str] = EVERYTHING
) -> list[tuple[str, str]]:
    """What of these kinds was said before and not after; texts and results may come back as pieces of longer ones."""
    told = {what: [word for one, word in after if one == what] for what in ("text", "result")}
    whole = {what: "\x00".join([*words, "".join(words)]) for what, words in told.items()}
    return [
        (what, word)
        for what, word in sorted(before - after)
        if what in kinds and not (what in whole and word in whole[what])
    ]
