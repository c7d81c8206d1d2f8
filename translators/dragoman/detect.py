"""Which dialect a body may be: for logs whose owner forgot. Never used inside a translation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .jsontext import as_object


@dataclass(frozen=True, slots=True)
class Guess:
    """A candidate: dialect id, kind of document (request, response, error), and what speaks for it."""

    dialect: str
    kind: str
    reasons: tuple[str, ...]


# (dialect, kind, required keys, keys that speak for it, (key, value) pairs that speak for it)
_SIGNS: tuple[tuple[str, str, frozenset[str], frozenset[str], tuple[tuple[str, Any], ...]], ...] = (
    (
        "openai-chat",
        "request",
        frozenset({"messages"}),
        frozenset({"max_completion_tokens", "response_format", "stop", "n", "seed", "logprobs", "functions"}),
        (),
    ),
    (
        "anthropic-messages",
        "request",
        frozenset({"messages", "max_tokens"}),
        frozenset({"system", "stop_sequences", "thinking", "anthropic_version", "top_k", "output_config"}),
        (),
    ),
    (
        "openai-chat",
        "response",
        frozenset({"choices"}),
        frozenset({"created", "usage"}),
        (("object", "chat.completion"),),
    ),
    (
        "anthropic-messages",
        "response",
        frozenset({"content", "role"}),
        frozenset({"stop_reason"}),
        (("type", "message"),),
    ),
    ("anthropic-messages", "error", frozenset({"error", "type"}), frozenset({"request_id"}), (("type", "error"),)),
    ("openai-chat", "error", frozenset({"error"}), frozenset(), ()),
)
_BLOCKS = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking", "document", "image"})
_PARTS = frozenset({"image_url", "input_audio", "file", "refusal"})


def detect(body: Any) -> tuple[Guess, ...]:
    """The dialects and kinds that `body` (dict or JSON text) may be, likeliest first, with reasons."""
    document = as_object(body)
    found: list[tuple[int, Guess]] = []
    for dialect, kind, required, signs, pairs in _SIGNS:
        if not required <= document.keys():
            continue
        reasons = [f"has {key}" for key in sorted(required | (signs & document.keys()))]
        score = len(required) + 2 * len(signs & document.keys())
        for key, value in pairs:
            if document.get(key) == value:
                reasons.append(f"{key} is {value}")
                score += 5
        if kind == "request":
            extra = _speech(document, dialect)
            score += 3 * len(extra)
            reasons += extra
        found.append((score, Guess(dialect, kind, tuple(reasons))))
    found.sort(key=lambda pair: -pair[0])
    return tuple(guess for _, guess in found)


def _speech(document: dict[str, Any], dialect: str) -> list[str]:
    """What in messages and tools speaks for a dialect."""
    words = set()
    messages = document.get("messages")
    for m in messages if type(messages) is list else ():
        if type(m) is not dict:
            continue
        if m.get("role") in ("system", "developer", "tool", "function"):
            words.add(("openai-chat", f"role {m['role']}"))
        if "tool_calls" in m:
            words.add(("openai-chat", "has tool_calls"))
        content = m.get("content")
        for part in content if type(content) is list else ():
            kind = part.get("type") if type(part) is dict else None
            if type(kind) is not str:
                continue
            if kind in _BLOCKS:
                words.add(("anthropic-messages", f"block {kind}"))
            elif kind in _PARTS:
                words.add(("openai-chat", f"part {kind}"))
    tools = document.get("tools")
    for tool in tools if type(tools) is list else ():
        if type(tool) is dict and "input_schema" in tool:
            words.add(("anthropic-messages", "tool with input_schema"))
        elif type(tool) is dict and "function" in tool:
            words.add(("openai-chat", "tool with function"))
    return sorted(reason for name, reason in words if name == dialect)
