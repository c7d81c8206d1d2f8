"""Which dialect a body may be: for logs whose owner forgot. Never used inside a translation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .jsontext import as_object

CHAT, THINKING, COMPLETIONS = "openai-chat", "claude-thinking", "openai-completions"
RESPONSES, MESSAGES, GEMINI = "openai-responses", "anthropic-messages", "gemini"


@dataclass(frozen=True, slots=True)
class Guess:
    """A candidate: dialect id, kind of document (request, response, error), and what speaks for it."""

    dialect: str
    kind: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """One form of a document: the keys that it has, keys that speak for it, (key, pattern of its text) that do.

    shown: the patterns have to be found; they are no more than that, so that a variant comes behind what it varies.
    """

    dialect: str
    kind: str
    has: frozenset[str]
    speaks: frozenset[str] = frozenset()
    texts: tuple[tuple[str, str], ...] = ()
    shown: bool = False


def _sign(dialect: str, kind: str, has: str, speaks: str = "", *texts: tuple[str, str], shown: bool = False) -> Sign:
    return Sign(dialect, kind, frozenset(has.split()), frozenset(speaks.split()), texts, shown)


_CHAT_WORDS = (
    "max_completion_tokens response_format stop n seed random_seed logprobs top_logprobs logit_bias functions "
    "stream_options frequency_penalty presence_penalty parallel_tool_calls reasoning_effort reasoning user store "
    "modalities prediction verbosity web_search_options extra_body safe_prompt"
)
_RESPONSES_WORDS = (
    "instructions max_output_tokens previous_response_id conversation text reasoning include store truncation "
    "background context_management"
)
_GEMINI_WORDS = (
    "systemInstruction generationConfig toolConfig safetySettings cachedContent "
    "system_instruction generation_config tool_config safety_settings cached_content"
)
_REPLY_WORDS = "status output_text incomplete_details created_at parallel_tool_calls text truncation"
_SIGNS: tuple[Sign, ...] = (
    _sign(CHAT, "request", "messages", _CHAT_WORDS),
    _sign(THINKING, "request", "messages", _CHAT_WORDS, ("model", r".+-thinking"), shown=True),
    _sign(
        MESSAGES,
        "request",
        "messages max_tokens",
        "system stop_sequences thinking anthropic_version top_k output_config",
    ),
    _sign(RESPONSES, "request", "input", _RESPONSES_WORDS),
    _sign(RESPONSES, "request", "prompt conversation", _RESPONSES_WORDS),
    _sign(COMPLETIONS, "request", "prompt", "suffix echo best_of logprobs max_tokens stop n seed"),
    _sign(GEMINI, "request", "contents", _GEMINI_WORDS),
    _sign(CHAT, "response", "choices", "created usage", ("object", r"chat\.completion")),
    _sign(THINKING, "response", "choices", "created usage", ("model", r"claude.*"), shown=True),
    _sign(MESSAGES, "response", "content role", "stop_reason", ("type", "message")),
    _sign(RESPONSES, "response", "output", _REPLY_WORDS, ("object", "response")),
    _sign(COMPLETIONS, "response", "choices", "created usage", ("object", "text_completion")),
    _sign(GEMINI, "response", "candidates", "usageMetadata modelVersion responseId"),
    _sign(GEMINI, "response", "promptFeedback", "usageMetadata modelVersion responseId"),
    _sign(MESSAGES, "error", "error type", "request_id", ("type", "error")),
    _sign(CHAT, "error", "error"),
    _sign(RESPONSES, "error", "error"),
    _sign(COMPLETIONS, "error", "error"),
    _sign(GEMINI, "error", "error"),
    # Older vLLM, and the service behind ChatGPT.
    _sign(CHAT, "error", "object message", "code type", ("object", "error"), shown=True),
    _sign(COMPLETIONS, "error", "object message", "code type", ("object", "error"), shown=True),
    _sign(RESPONSES, "error", "detail", "", ("detail", r"(?s).*"), shown=True),
)
# Where, in what kind of entry, a key or a word of a key speaks for a dialect: (dialect, what is said of it).
_ROLES = frozenset({"system", "developer", "tool", "function"})
_BLOCKS = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking", "document", "image"})
_PARTS = frozenset({"image_url", "input_audio", "file", "refusal"})
_TOOL_KEYS = (
    ("input_schema", MESSAGES),
    ("function", CHAT),
    ("parameters", RESPONSES),
    ("functionDeclarations", GEMINI),
    ("function_declarations", GEMINI),
)
_CHOICE_KEYS = (("message", CHAT), ("text", COMPLETIONS))
# A request of nothing but `messages` and `max_tokens` may be of either. How the model is called decides what nothing
# else does, and no more: "model name does not imply dialect". `vendor/model` is how routers with Chat call it.
_FAMILIES = (
    (MESSAGES, r"(?:[\w-]+\.)*claude\b(?!.*-thinking$).*"),
    (CHAT, r".+/.+"),
    (
        CHAT,
        r"(?i)(?:gpt|chatgpt|o\d|gemini|gemma|deepseek|\w*stral|mixtral|(?:meta-)?llama|qwen|qwq|grok|command|kimi"
        r"|moonshot|glm|phi|sonar|ernie|doubao|hunyuan|nova|jamba|yi)(?![a-z]).*",
    ),
)
_COMMON = frozenset({"max_tokens"})  # Chat has it, too, where it has to have nothing
_FORKED = frozenset({"messages", "max_tokens"})
_NAMED = "the model is called as its models are"
_EITHER = frozenset({"has messages", "has max_tokens", _NAMED})
# How a request target ends: the one who wrote the log often kept it, and it leaves less room than a body.
_ROUTES = (
    (r"(.*/)?chat/completions", (CHAT, THINKING)),
    (r"(.*/)?completions", (COMPLETIONS, CHAT, THINKING)),  # there are gateways with Chat there
    (r"(.*/)?responses", (RESPONSES,)),
    (r"(.*/)?messages", (MESSAGES,)),
    (r".*:(generateContent|streamGenerateContent)", (GEMINI,)),
)


def detect(body: Any) -> tuple[Guess, ...]:
    """The dialects and kinds that `body` (dict or JSON text) may be, likeliest first, with reasons."""
    document = as_object(body)
    said = set(_speech(document))
    family = _family(document)
    found: dict[tuple[str, str], tuple[tuple[int, int], Guess]] = {}
    for sign in _SIGNS:
        told = _judged(sign, document)
        if told is None:
            continue
        score, reasons = told
        extra = sorted(reason for name, reason in said if name == sign.dialect or (name, sign.dialect) in _SHARED)
        weight = score + 3 * len(extra), 0
        if sign.kind == "request" and sign.dialect == family:
            extra.append(_NAMED)
            weight = weight[0], 2
        elif "max_tokens" in sign.has:
            weight = weight[0], 1  # which Chat calls deprecated, and nobody else does
        guess = Guess(sign.dialect, sign.kind, tuple(reasons + extra))
        key = (sign.dialect, sign.kind)
        if key not in found or found[key][0] < weight:
            found[key] = weight, guess
    return tuple(guess for _, guess in sorted(found.values(), key=lambda pair: pair[0], reverse=True))


def is_tie(guesses: Iterable[Guess]) -> bool:
    """Whether a request may as well be of another dialect than the likeliest: nothing speaks for that one but what the
    other has, too, and the name of its model."""
    asked = [guess for guess in guesses if guess.kind == "request"]
    return {CHAT, MESSAGES} <= {guess.dialect for guess in asked} and _EITHER.issuperset(asked[0].reasons)


def _family(document: dict[str, Any]) -> str:
    """Whose models are called like that of a request; "" where the name says nothing."""
    model = document.get("model")
    if type(model) is not str or not document.keys() >= _FORKED:
        return ""
    return next((dialect for dialect, pattern in _FAMILIES if re.fullmatch(pattern, model)), "")


def routed(path: str) -> tuple[str, ...]:
    """The dialects that are spoken at the request target `path`, likeliest first; none where nobody knows it."""
    target = re.split(r"[?#]", path)[0].rstrip("/")
    return next((dialects for pattern, dialects in _ROUTES if re.fullmatch(pattern, target)), ())


_SHARED = {(CHAT, THINKING)}


def _judged(sign: Sign, document: dict[str, Any]) -> tuple[int, list[str]] | None:
    """How much speaks for one form, and what; None where the document cannot be of it."""
    if not sign.has <= document.keys() or (sign.kind == "error" and document.get("error", ...) is None):
        return None
    speaking = {key for key in sign.speaks if document.get(key) is not None}
    reasons = [f"has {key}" for key in sorted(sign.has | speaking)]
    score = len(sign.has - _COMMON) + 2 * len(speaking)
    for key, pattern in sign.texts:
        value = document.get(key)
        if type(value) is str and re.fullmatch(pattern, value):
            reasons.append(f"{key} is {value}" if len(value) <= 60 else f"has a text as {key}")
            score += 0 if sign.shown else 5
        elif sign.shown:
            return None
    return score, reasons


def _speech(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(dialect, reason) for what in messages, tools, choices and errors speaks for a dialect."""
    for message in _objects(document.get("messages")):
        role = message.get("role")
        if type(role) is str and role in _ROLES:
            yield CHAT, f"role {role}"
        if "tool_calls" in message:
            yield CHAT, "has tool_calls"
        for part in _objects(message.get("content")):
            kind = part.get("type")
            if type(kind) is not str:
                continue
            if kind in _BLOCKS:
                yield MESSAGES, f"block {kind}"
            elif kind in _PARTS:
                yield CHAT, f"part {kind}"
    for tool in _objects(document.get("tools")):
        for key, dialect in _TOOL_KEYS:
            if key in tool:
                yield dialect, f"tool with {key}"
                break
    for choice in _objects(document.get("choices")):
        for key, dialect in _CHOICE_KEYS:
            if key in choice:
                yield dialect, f"choice with {key}"
    yield from _ranges(document)
    error = document.get("error")
    if type(error) is dict and type(error.get("status")) is str:
        yield GEMINI, "error with status"
    elif type(error) is dict and "param" in error:
        for dialect in (CHAT, RESPONSES, COMPLETIONS):
            yield dialect, "error with param"


def _ranges(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(dialect, reason) for values that one dialect takes and another does not."""
    heat, choice, thinking = (document.get(key) for key in ("temperature", "tool_choice", "thinking"))
    if isinstance(heat, (int, float)) and heat > 1:
        yield CHAT, "temperature over 1"
    if type(choice) is str:
        yield CHAT, "tool_choice is a text"
    elif type(choice) is dict and choice.get("type") in ("auto", "any", "tool", "none"):
        yield MESSAGES, "tool_choice is an object"
    if type(thinking) is dict and thinking.get("type") == "enabled" and "budget_tokens" not in thinking:
        yield CHAT, "thinking without budget_tokens"
    metadata = document.get("metadata")
    if type(metadata) is dict and metadata.keys() == {"user_id"}:
        yield MESSAGES, "metadata with user_id"


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    for entry in value if type(value) is list else ():
        if type(entry) is dict:
            yield entry
