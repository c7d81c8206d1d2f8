"""Who reads which dialect, and what of an answer each client can give.

How to extend. A client is a row of `CLIENTS` and a script; what it has no words for is said by its `view`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.judges import matrix
from tests.judges.matrix import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES
from tests.judges.node.cases import Case
from tests.judges.openai_responses_sdk import in_one_line
from tests.judges.seen import Call, OneOf, SdkError, Seen, differences, is_json

Json = dict[str, Any]
View = Callable[[Seen], Seen]


@dataclass(frozen=True, slots=True)
class Client:
    """script and word: what runs; shape: the dialect that it reads; package: what is judged by; view: what of an
    answer it can give; objects: whether it gives arguments as objects, with the numbers of JavaScript."""

    name: str
    script: str
    shape: str
    package: str
    word: str = ""
    view: View = lambda wanted: wanted
    objects: bool = False


def _provider(*without: str, model: bool = True) -> View:
    """What the Vercel AI SDK gives through a provider that has no words for some counts, or for reasoning.

    It adds up the total itself, takes an unknown count for 0 or leaves it out, and shows a refusal as text.
    """

    def view(wanted: Seen) -> Seen:
        usage = {name: _or_zero(count) for name, count in wanted.usage.items() if name not in (*without, "total")}
        reasoning = "" if "thoughts" in without else wanted.reasoning
        calls = tuple(call._replace(id=None) if call.id == "none" else call for call in wanted.calls)
        found = replace(wanted, usage=usage, reasoning=reasoning, text=wanted.text + wanted.refusal, refusal="")
        return replace(found, calls=calls, model=wanted.model if model else None)

    return view


def _or_zero(count: Any) -> Any:
    if isinstance(count, OneOf):
        return OneOf((*count, 0)) if None in count else count
    return OneOf((None, 0)) if count is None else count


def _responses_provider(wanted: Seen) -> Seen:
    """Of the end of a response it gives the reason alone."""
    words = wanted.finish if isinstance(wanted.finish, OneOf) else (wanted.finish,)
    reasons = OneOf(str(word).partition("/")[2] or None for word in words)
    return replace(_provider()(wanted), finish=reasons)


_CACHES = ("cached", "cache_write")
CLIENTS: tuple[Client, ...] = (
    Client("openai chat.completions", "openai_chat", CHAT, "openai"),
    Client("openai completions", "openai_completions", COMPLETIONS, "openai"),
    Client("openai responses", "openai_responses", RESPONSES, "openai"),
    Client("anthropic messages", "anthropic", MESSAGES, "@anthropic-ai/sdk", objects=True),
    Client("google models, chats", "google", GEMINI, "@google/genai", objects=True),
    *(
        Client(f"ai with {word}", "ai_sdk", shape, package, word, view, True)
        for word, shape, package, view in (
            ("openai.chat", CHAT, "@ai-sdk/openai", _provider("thoughts")),
            ("openai.completion", COMPLETIONS, "@ai-sdk/openai", _provider(*_CACHES, "reasoning")),
            ("openai.responses", RESPONSES, "@ai-sdk/openai", _responses_provider),
            ("openai-compatible", CHAT, "@ai-sdk/openai-compatible", _provider("cache_write")),
            (
                "openai-compatible.completion",
                COMPLETIONS,
                "@ai-sdk/openai-compatible",
                _provider(*_CACHES, "reasoning"),
            ),
            ("anthropic", MESSAGES, "@ai-sdk/anthropic", _provider()),
            ("google", GEMINI, "@ai-sdk/google", _provider(model=False)),
        )
    ),
)

# --- comparing ----------------------------------------------------------------------------------------------------


def sight_of(line: Json) -> Seen | SdkError:
    """What a script printed."""
    error = line.get("error")
    if error is not None:
        known = (error.get(name) for name in ("status", "legal", "type", "code"))
        return SdkError(error["name"], error["message"], *known)
    seen = line["seen"]
    return Seen(
        text=seen["text"],
        reasoning=seen.get("reasoning") or "",
        refusal=seen.get("refusal") or "",
        calls=tuple(Call(*call) for call in seen.get("calls") or ()),
        finish=seen.get("finish"),
        usage=seen.get("usage") or {},
        model=seen.get("model"),
        id=seen.get("id"),
    )


def complaints(client: Client, case: Case, line: Json) -> list[str]:
    """What a client saw otherwise than it should, one line each."""
    seen, wanted = sight_of(line), case.wanted
    if wanted is None:
        return _of_error(case, seen)
    if isinstance(seen, SdkError):
        return differences(wanted, seen)
    if case.shape == GEMINI:
        wanted = matrix.spelt(wanted, seen)
    if wanted.refusal and seen.text == wanted.refusal + wanted.text:  # shown as text, in the order in which they came
        wanted = replace(wanted, text=seen.text, refusal="")
    wanted = client.view(wanted)
    if RESPONSES in (case.source, case.target):  # how paragraphs of summaries are put together is left open
        wanted, seen = in_one_line(wanted), in_one_line(seen)
    if client.objects:
        wanted, seen = as_in_javascript(wanted), as_in_javascript(seen)
    found = differences(wanted, seen, carriers=case.shape == CHAT and not case.by_python)
    if "unified" in line["seen"]:
        found += _of_unified(case, seen, line["seen"]["unified"])
    return found


def _of_error(case: Case, seen: Seen | SdkError) -> list[str]:
    if isinstance(seen, Seen):
        return [f"a failure became {seen}"]
    found = [] if seen.legal else [f"no error of the API: {seen.name}: {seen.message[:300]}"]
    if not case.streamed and seen.status != case.answer.status:
        found.append(f"status: expected {case.answer.status}, got {seen.status}")
    if case.message is not None and case.message not in seen.message:
        found.append(f"message: expected {case.message!r}, got {seen.message!r}")
    return found


def as_in_javascript(seen: Seen) -> Seen:
    """The sight with every number of its arguments as the double that JavaScript reads.

    Arguments that are a text, in JSON or as they are, are one: the Vercel AI SDK gives a text for both.
    """
    return replace(seen, calls=tuple(call._replace(arguments=_doubles(call.arguments)) for call in seen.calls))


def _doubles(arguments: str) -> str:
    if not is_json(arguments):
        return arguments
    value = json.loads(arguments, parse_int=float)
    return _doubles(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# The word of the Vercel AI SDK for each of the target's; for every other one it has "other".
_UNIFIED: dict[Any, str] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "STOP": "stop",
    None: "stop",
    "tool_calls": "tool-calls",
    "tool_use": "tool-calls",
    **dict.fromkeys(("length", "max_tokens", "model_context_window_exceeded", "MAX_TOKENS"), "length"),
    "max_output_tokens": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(("content_filter", "refusal", "SAFETY", "RECITATION", "BLOCKLIST"), "content-filter"),
    **dict.fromkeys(("PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"), "content-filter"),
    "MALFORMED_FUNCTION_CALL": "error",
}


def _of_unified(case: Case, seen: Seen, unified: str) -> list[str]:
    """Whether the SDK understands the end as it should: an agent goes on by this word."""
    wanted = _UNIFIED.get(seen.finish, "other")
    if wanted == "stop" and case.shape in (GEMINI, RESPONSES) and seen.calls:
        wanted = "tool-calls"
    elif wanted == "stop" and case.wanted is not None and case.wanted.refusal:
        wanted = "content-filter"
    return [] if unified == wanted else [f"unified finish: expected {wanted!r}, got {unified!r}"]
