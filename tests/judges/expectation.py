"""What the client of the other dialect should see, drawn from the source document by small tables of its own.

Independent of the library on purpose: nothing here may import it. `plain_*` say what a client of the
source's own dialect sees; `expect_from_*` what one of the other dialect should.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.judges.seen import Call, OneOf, Seen, json_text

Json = dict[str, Any]

TO_ANTHROPIC = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
TO_CHAT = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
    "pause_turn": "stop",
    "compaction": "length",
}
# A complete call makes the finish a call's, unless the source's word is one of these.
CUT_SHORT = ("length", "content_filter", "max_tokens", "model_context_window_exceeded", "refusal")
# Words that no table knows: the target has to say something legal, and that is all that is asked.
ANY_STOP = OneOf((None, "end_turn", "stop_sequence", "max_tokens", "tool_use", "refusal", "pause_turn"))
ANY_FINISH = OneOf((None, "stop", "length", "tool_calls", "content_filter"))
# Providers with a field of their own for what was read from their cache, when the standard one is not there.
_READ_ALIASES = ("prompt_cache_hit_tokens", "cache_read_input_tokens", "cached_tokens")
CACHE_ALIASES = (*_READ_ALIASES, "num_cached_tokens")
WRITE_ALIASES = ("cache_creation_input_tokens",)

_ANTHROPIC_ID = re.compile(r"[A-Za-z0-9_-]+")


def fails(document: Any) -> bool:
    """A Chat document under status 200 that is no success: an error, or no choices at all."""
    return not isinstance(document, dict) or bool(document.get("error")) or not document.get("choices")


def first_choice(document: Json) -> Json:
    choices: list[Json] = document["choices"]
    return min(choices, key=lambda choice: choice.get("index") or 0)


def plain_chat(document: Json) -> Seen:
    """What a Chat client sees of a Chat document."""
    choice = first_choice(document)
    message = choice.get("message") or {}
    text, reasoning = _text_and_reasoning(message)
    calls = [
        Call(call.get("id"), _inner(call).get("name") or "", _raw_arguments(call))
        for call in message.get("tool_calls") or []
    ]
    return Seen(
        text=text,
        reasoning=reasoning,
        calls=tuple(calls),
        finish=choice.get("finish_reason"),
        usage=_uncounted(_plain_usage(document.get("usage")), reasoning),
        refusal=message.get("refusal") or "",
        model=document.get("model"),
        id=document.get("id"),
    )


def expect_from_chat(document: Json, *, streamed: bool = False) -> Seen:
    """What an Anthropic client should see of a Chat document: its first choice.

    In a stream the text of an object that turns out to be none has been passed on before anyone could know.
    """
    choice = first_choice(document)
    message = choice.get("message") or {}
    text, reasoning = _text_and_reasoning(message)
    calls = [as_tool_use(call, streamed) for call in message.get("tool_calls") or []]
    legacy = message.get("function_call")
    if isinstance(legacy, dict) and legacy.get("name") and not calls:
        calls = [Call(None, legacy["name"], _as_input(legacy.get("arguments"), streamed))]
    word = choice.get("finish_reason")
    finish: Any = TO_ANTHROPIC.get(str(word), ANY_STOP)
    if calls and word not in CUT_SHORT:
        finish = "tool_use"
    elif word == "stop" and message.get("refusal"):
        finish = "refusal"  # "content_filter (or stop + message.refusal)"
    return Seen(
        text=text + (message.get("refusal") or ""),
        reasoning=reasoning,
        calls=tuple(calls),
        finish=finish,
        usage=_uncounted(_usage_from_chat(document.get("usage")), reasoning),
        model=document.get("model"),
    )


def _uncounted(usage: dict[str, Any], reasoning: str) -> dict[str, Any]:
    """ "`reasoning_tokens: 0` although thinking was used": "0 means unknown", but for a client at home."""
    nought = bool(reasoning) and usage.get("reasoning") == 0
    return {**usage, "reasoning": OneOf((0, None))} if nought else usage


def completions_as_chat(document: Json) -> Json:
    """A legacy completion as a Chat document: its texts are messages, and so are the answers' ends."""
    choices = [
        {**choice, "message": {"role": "assistant", "content": choice.get("text") or ""}}
        for choice in document.get("choices") or []
    ]
    return {**document, "choices": choices}


def _inner(call: Json) -> Json:
    return call.get("function") or call.get("custom") or {}


def _raw_arguments(call: Json) -> str:
    inner = _inner(call)
    found = inner.get("arguments", inner.get("input"))
    return found if isinstance(found, str) else json_text({} if found is None else found)


def as_tool_use(call: Json, streamed: bool) -> Call:
    function, custom = call.get("function") or {}, call.get("custom") or {}
    name = (function or custom).get("name") or ""
    if custom and not function:
        arguments = json_text({"input": custom.get("input") or ""})
    else:
        arguments = _as_input(function.get("arguments"), streamed)
    identity = call.get("id")
    return Call(identity if identity and _ANTHROPIC_ID.fullmatch(identity) else None, name, arguments)


def _as_input(arguments: Any, streamed: bool) -> str:
    """The object that a tool_use has to hold: nothing is {}, what is no object is text under `_raw`."""
    if arguments is None or arguments == "":
        return "{}"
    if not isinstance(arguments, str):
        return json_text(arguments)
    try:
        value = json.loads(arguments)
    except ValueError:
        if streamed and arguments.lstrip().startswith("{"):
            return arguments
        value = None
    return arguments if isinstance(value, dict) else json_text({"_raw": arguments})


def _text_and_reasoning(message: Json) -> tuple[str, str]:
    content = message.get("content")
    text, thought = "", ""
    if isinstance(content, str):
        text = content
    for part in content if isinstance(content, list) else []:
        if part.get("type") == "text":
            text += part.get("text") or ""
        elif part.get("type") == "refusal":
            text += part.get("refusal") or ""
        elif part.get("type") == "thinking":
            thought += _joined(part.get("thinking") or [], "text")
    text += (message.get("audio") or {}).get("transcript") or ""  # what the sound says
    details = message.get("reasoning_details") or []
    told = (
        message.get("reasoning_content"),
        message.get("reasoning"),
        _joined(details, "text") or _joined(details, "summary"),
        _joined(message.get("thinking_blocks") or [], "thinking"),
    )
    return text, thought or next((one for one in told if isinstance(one, str) and one), "")


def _joined(entries: Iterable[Json] | str, key: str) -> str:
    if isinstance(entries, str):
        return entries
    return "".join(entry.get(key) or "" for entry in entries)


def _or_unknown(standard: Any, others: Iterable[Any]) -> Any:
    """The standard field's count; where there is none, a provider's own word for it, or nothing."""
    if isinstance(standard, int):
        return standard
    aliases = [one for one in others if isinstance(one, int)]
    return OneOf((None, *aliases)) if aliases else None


def _plain_usage(usage: Any) -> dict[str, Any]:
    if not isinstance(usage, dict):
        return {}
    prompt = usage.get("prompt_tokens_details") or {}
    completion = usage.get("completion_tokens_details") or {}
    return {
        "input": usage.get("prompt_tokens"),
        "output": usage.get("completion_tokens"),
        "total": usage.get("total_tokens"),
        "cached": _or_unknown(prompt.get("cached_tokens"), (usage.get(name) for name in _READ_ALIASES)),
        "cache_write": _or_unknown(prompt.get("cache_write_tokens"), (usage.get("cache_creation_input_tokens"),)),
        "reasoning": completion.get("reasoning_tokens"),
    }


def _usage_from_chat(usage: Any) -> dict[str, Any]:
    """Unknown counts stay unknown, but the two that a message must have are 0 then."""
    if not isinstance(usage, dict):
        return {"input": 0, "output": 0, "cached": None, "cache_write": None, "reasoning": None}
    plain = _plain_usage(usage)
    prompt, output = plain["input"] or 0, plain["output"] or 0
    total, reasoning = plain["total"], plain["reasoning"]
    cached = _or_unknown(plain["cached"], (usage.get(name) for name in CACHE_ALIASES))
    written = _or_unknown(plain["cache_write"], (usage.get(name) for name in WRITE_ALIASES))
    if isinstance(cached, OneOf) or isinstance(written, OneOf):
        wholes = {_whole(prompt, one, two) for one in _all(cached) for two in _all(written)}
        whole: Any = OneOf(sorted({prompt, *wholes}))
    else:
        whole = _whole(prompt, cached, written)
    answer: Any = output
    if isinstance(total, int) and total != prompt + output:
        # Totals are conserved: a reasoning count that stands beside the output is part of it there.
        apart = isinstance(reasoning, int) and total == prompt + output + reasoning
        answer = total - prompt if apart else OneOf((output, total - prompt))
    reasoned = _or_unknown(reasoning, (usage.get("reasoning_tokens"),))
    return {"input": whole, "output": answer, "cached": cached, "cache_write": written, "reasoning": reasoned}


def _all(count: Any) -> tuple[Any, ...]:
    return tuple(count) if isinstance(count, OneOf) else (count,)


def _whole(prompt: int, cached: int | None, written: int | None) -> int:
    """What the three counts of a message add up to: the uncached part is never below zero."""
    caches = (cached or 0) + (written or 0)
    return max(prompt - caches, 0) + caches


def plain_anthropic(document: Json, raw_inputs: Mapping[int, str] | None = None) -> Seen:
    """What an Anthropic client sees of a message."""
    blocks = document.get("content") or []
    return Seen(
        text=_joined((block for block in blocks if block.get("type") == "text"), "text"),
        reasoning=_joined((block for block in blocks if block.get("type") == "thinking"), "thinking"),
        calls=_tool_uses(blocks, raw_inputs or {}),
        finish=document.get("stop_reason"),
        usage=_usage_from_anthropic(document.get("usage")),
        model=document.get("model"),
        id=document.get("id"),
    )


def expect_from_anthropic(document: Json, raw_inputs: Mapping[int, str] | None = None) -> Seen:
    """What a client of plain Chat should see of a message: no server tools, and the texts as one."""
    blocks = document.get("content") or []
    calls = _tool_uses(blocks, raw_inputs or {})
    word = document.get("stop_reason")
    finish: Any = TO_CHAT.get(str(word), ANY_FINISH)
    if calls and word not in CUT_SHORT:
        finish = "tool_calls"
    return Seen(
        text=_joined((block for block in blocks if block.get("type") == "text"), "text"),
        reasoning=_joined((block for block in blocks if block.get("type") == "thinking"), "thinking"),
        calls=calls,
        finish=finish,
        usage=_usage_from_anthropic(document.get("usage")),
        model=document.get("model"),
    )


def _tool_uses(blocks: list[Json], raw_inputs: Mapping[int, str]) -> tuple[Call, ...]:
    """A stream's argument text where there is one, else the JSON of the object."""
    return tuple(
        Call(
            block.get("id"),
            block.get("name") or "",
            raw_inputs.get(at) or json_text(block.get("input") or {}),
        )
        for at, block in enumerate(blocks)
        if block.get("type") == "tool_use"
    )


def _usage_from_anthropic(usage: Any) -> dict[str, Any]:
    if not isinstance(usage, dict):
        return {}
    read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    whole = (usage.get("input_tokens") or 0) + (read or 0) + (written or 0)
    output = usage.get("output_tokens") or 0
    details = usage.get("output_tokens_details") or {}
    return {
        "input": whole,
        "output": output,
        "total": whole + output,
        "cached": read,
        "cache_write": written,
        "reasoning": details.get("thinking_tokens"),
    }
