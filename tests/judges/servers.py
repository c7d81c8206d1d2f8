"""What the servers answer with 400, as rules over a request body: each a generator of complaints.

Written from the specifications of the services, not from the library. Only what holds between several fields is
here: types are the business of the models.

How to extend. A rule is a line in the dialect's function; a new dialect a row of `RULES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
Complaints = Iterator[str]
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONG_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ID = re.compile(r"[A-Za-z0-9_-]+")
_GOOGLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")


def _names(names: list[Any], pattern: re.Pattern[str]) -> Complaints:
    yield from (f"the name {name!r}" for name in names if not isinstance(name, str) or not pattern.fullmatch(name))
    if len(set(map(str, names))) < len(names):
        yield "a name twice"


def chat(body: Json) -> Complaints:
    """Chat: every call is answered right behind it, every answer answers a call."""
    messages = body.get("messages") or []
    if not messages:
        yield "no messages"
    waiting: set[str] = set()
    for at, message in enumerate(messages):
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in waiting:
                yield f"message {at} answers no call"
            waiting.discard(message.get("tool_call_id", ""))
            continue
        if waiting:
            yield f"message {at} comes before {sorted(waiting)} are answered"
        ids = [call["id"] for call in message.get("tool_calls") or []]
        if len(set(ids)) < len(ids):
            yield f"message {at} repeats an id"
        waiting = set(ids)
        if message.get("tool_calls") == []:
            yield f"message {at} has an empty list of calls"
    tools = body.get("tools") or []
    if "tool_choice" in body and not tools and not body.get("functions"):
        yield "tool_choice without tools"
    if "parallel_tool_calls" in body and not tools:
        yield "parallel_tool_calls without tools"
    if "stream_options" in body and not body.get("stream"):
        yield "stream_options without stream"
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        yield "top_logprobs without logprobs"
    own = [tool.get("function") or tool.get("custom") for tool in tools]
    yield from _names([one["name"] for one in [*own, *(body.get("functions") or [])] if one], _NAME)


_ASSISTANT_FIRST = ("claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-4-8")  # recorded: taken


def messages(body: Json) -> Complaints:
    """Messages: no blank texts, results first and right behind their calls, at least one turn of the user."""
    turns = body.get("messages") or []
    if not turns or (turns[0]["role"] == "assistant" and not any(m in body["model"] for m in _ASSISTANT_FIRST)):
        yield "does not begin with the user"
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        yield f"max_tokens {body.get('max_tokens')!r}"
    asked: list[str] = []
    for at, turn in enumerate(turns):
        content = turn["content"]
        blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
        kinds = [block["type"] for block in blocks]
        if not blocks and at < len(turns) - 1:
            yield f"turn {at} is empty"
        if any("cache_control" in block for block in blocks if block["type"].endswith("thinking")):
            yield f"turn {at} has a cache mark on thinking"
        texts = [block["text"] for block in blocks if block["type"] == "text"]
        if texts and texts[-1].strip() and turn["role"] == "assistant" and "tool_use" not in kinds:
            texts = [text for text in texts if not text.isspace()]  # recorded: white space before a text is taken
        if any(not text.strip() for text in texts):
            yield f"turn {at} has a blank text"
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if set(results) != set(asked) or len(results) != len(asked):
            yield f"turn {at} answers {results}, asked was {asked}"
        if "tool_result" in kinds and kinds[: len(results)] != ["tool_result"] * len(results):
            yield f"turn {at} has results behind other blocks"
        asked = [block["id"] for block in blocks if block["type"] == "tool_use"]
        yield from (f"the id {one!r}" for one in asked if not _ID.fullmatch(one))
        if asked and turn["role"] != "assistant":
            yield f"turn {at}: a call of the user"
    if turns and turns[-1]["role"] == "assistant" and kinds and kinds[-1] in ("text", "thinking", "redacted_thinking"):
        if (body.get("thinking") or {}).get("type") in ("enabled", "adaptive"):
            yield "a prefill beside thinking"
        if (body.get("output_config") or {}).get("format"):
            yield "a prefill beside a schema"
        if kinds[-1] == "text" and blocks[-1]["text"][-1:].isspace():
            yield "a prefill that ends with white space"
    if asked and len(turns) > 1 and turns[-1]["role"] != "assistant":
        yield "calls at the end that nobody made"
    tools = body.get("tools") or []
    if "tool_choice" in body and not tools:
        yield "tool_choice without tools"
    yield from _names([tool["name"] for tool in tools if "name" in tool], _LONG_NAME)
    budget = (body.get("thinking") or {}).get("budget_tokens")
    if isinstance(budget, int) and not 1024 <= budget < body.get("max_tokens", 0):
        yield f"a budget of {budget} in {body.get('max_tokens')}"
    if (body.get("thinking") or {}).get("type") == "enabled" and body.get("temperature", 1) != 1:
        yield "a temperature beside thinking"
    if body.get("temperature") is not None and not 0 <= body["temperature"] <= 1:
        yield f"temperature {body['temperature']}"


def completions(body: Json) -> Complaints:
    """Completions: one prompt."""
    if not isinstance(body.get("prompt"), str | list):
        yield "no prompt"
    if (body.get("best_of") or 1) < (body.get("n") or 1) and body.get("best_of") is not None:
        yield "best_of below n"
    if "stream_options" in body and not body.get("stream"):
        yield "stream_options without stream"
    if len(body.get("stop") or ()) > 4 and isinstance(body["stop"], list):
        yield "more than four stop sequences"


def responses(body: Json) -> Complaints:
    """Responses: outputs have a call before them, here or on the server."""
    items = body.get("input")
    if not items and not any(body.get(key) for key in ("previous_response_id", "prompt", "conversation")):
        yield "no input"
    calls: set[Any] = set()
    for at, item in enumerate(items if isinstance(items, list) else []):
        if not isinstance(item, dict):
            yield f"item {at} is none"
            continue
        kind = str(item.get("type"))
        if kind.endswith("_call"):
            calls.add(item.get("call_id"))
        elif kind.endswith("_call_output") and "call_id" in item:
            if item["call_id"] not in calls and not body.get("previous_response_id"):
                yield f"item {at} answers no call"
            if not 0 < len(item["call_id"] or "") <= 64:
                yield f"the id {item['call_id']!r}"
    tools = body.get("tools") or []
    if "tool_choice" in body and not tools and body["tool_choice"] != "none":
        yield "tool_choice without tools"
    yield from _names([tool["name"] for tool in tools if tool.get("type") in ("function", "custom")], _LONG_NAME)
    if (body.get("max_output_tokens") or 16) < 16:
        yield "max_output_tokens below 16"


def gemini(body: Json) -> Complaints:
    """Gemini: as many responses as calls, in the next turn; what excludes each other."""
    contents = body.get("contents")
    if not contents:
        yield "contents is not specified"
    if not isinstance(contents, list) or not isinstance(body.get("tools", []), list):
        yield "a bare object for a list"
        return
    asked: list[Any] = []
    for at, content in enumerate(contents or []):
        parts = content.get("parts") or []
        if content.get("role") not in ("user", "model"):
            yield f"role {content.get('role')!r}"
        if not isinstance(parts, list) or not parts or not all(parts):
            yield f"turn {at} has no parts, or empty ones"
            continue
        results = [_paired(part["functionResponse"]) for part in parts if part.get("functionResponse")]
        if sorted(map(str, results)) != sorted(map(str, asked)):
            yield f"turn {at} answers {results}, asked was {asked}"
        asked = [_paired(part["functionCall"]) for part in parts if part.get("functionCall")]
        if asked and content.get("role") != "model":
            yield f"turn {at}: a call of the user"
    config = body.get("generationConfig") or {}
    thinking = config.get("thinkingConfig") or {}
    if "responseSchema" in config and "responseJsonSchema" in config:
        yield "two schemas"
    if "responseJsonSchema" in config and config.get("responseMimeType") != "application/json":
        yield "a schema without its type"
    if "logprobs" in config and not config.get("responseLogprobs"):
        yield "logprobs without responseLogprobs"
    if "thinkingBudget" in thinking and "thinkingLevel" in thinking:
        yield "budget and level"
    if len(config.get("stopSequences") or ()) > 5:
        yield "more than five stop sequences"
    tools = body.get("tools") or []
    functions = [function for tool in tools for function in tool.get("functionDeclarations") or []]
    yield from _names([function["name"] for function in functions], _GOOGLE_NAME)
    if (body.get("toolConfig") or {}).get("functionCallingConfig") and not functions:
        yield "calling config without declarations"
    if body.get("cachedContent") and any(body.get(key) for key in ("systemInstruction", "tools", "toolConfig")):
        yield "cached content beside what belongs into it"


def _paired(one: Json) -> tuple[Any, Any]:
    return one.get("name"), one.get("id")


RULES: dict[str, Callable[[Json], Complaints]] = {
    "openai-chat": chat,
    "claude-thinking": chat,
    "anthropic-messages": messages,
    "openai-completions": completions,
    "openai-responses": responses,
    "gemini": gemini,
}
