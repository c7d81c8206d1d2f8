"""Tables that every dialect reads: words in pairs, fields in rows, and the few functions that walk them.

A row is read left to right and written right to left, so that reading and writing cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from .jsontext import escape, same
from .report import Report

# --- walking --------------------------------------------------------------------------------------------

INT = (int,)
NUM = (int, float)
STR = (str,)
BOOL = (bool,)
LIST = (list,)
DICT = (dict,)

Kind = dict[str, Any]
"""The known keys of one kind of wire object: key -> values that say the same as its absence, or the Kind inside.

`...` marks a key whose value is said in other words, `SECONDS` a time that is said in whole seconds elsewhere.
`null` under a known key always says the same as absence; under an unknown key it says nothing we know."""


SECONDS = "seconds"


class Partly(tuple[Any, ...]):
    """Under a known key: what says the same as absence, and `tell`, which reports what stays behind of anything else,
    because some of it is said in other words."""

    tell: Callable[[Report, Any, str], None]

    def __new__(cls, tell: Callable[[Report, Any, str], None], *equal: Any) -> Partly:
        made = super().__new__(cls, equal)
        made.tell = tell
        return made


class Typed(tuple[Any, ...]):
    """Values that say the same as absence, of a key whose values have one of `types`: any other value is invalid."""

    types: tuple[type, ...]

    def __new__(cls, types: tuple[type, ...], equal: Sequence[Any]) -> Typed:
        made = super().__new__(cls, equal)
        made.types = types
        return made

    def __getnewargs__(self) -> tuple[tuple[type, ...], tuple[Any, ...]]:
        return self.types, tuple(self)  # a dialect's tables are copied by who makes one like it


def typed(kind: Kind, types: Mapping[str, tuple[type, ...]]) -> Kind:
    """`kind` with the JSON types that the values of some of its keys have."""
    return kind | {key: Typed(known, kind.get(key, ())) for key, known in types.items()}


def types_of(params: Mapping[str, tuple[str, tuple[type, ...]]]) -> dict[str, tuple[type, ...]]:
    """The JSON types of settings, from the table that they are read by."""
    return {key: types for key, (_, types) in params.items()}


class Pairs:
    """Words of a dialect beside canonical words. The first row of a word is the one written."""

    def __init__(self, *rows: tuple[str, str]) -> None:
        self.read: dict[str, str] = {}
        self.write: dict[str, str] = {}
        for wire, canonical in rows:
            self.read.setdefault(wire, canonical)
            self.write.setdefault(canonical, wire)


def give_back(out: dict[str, Any], extra: dict[str, Any] | None) -> None:
    """Put the extras of a node back into its wire object; those of an inner object into the inner object."""
    if extra:
        for key, value in extra.items():
            old = out.get(key)
            if type(old) is dict and type(value) is dict:
                give_back(old, value)
            else:
                out[key] = value


def item_at(value: Any, path: Sequence[str]) -> Any:
    """What stands at `path` in `value`; None where nothing does."""
    for key in path:
        value = value.get(key) if type(value) is dict else None
    return value


def put(value: dict[str, Any], path: Sequence[str], item: Any) -> dict[str, Any]:
    """`value` with `item` at `path`, whatever stands there."""
    key, *below = path
    inner = value.get(key)
    return {**value, key: put(inner if type(inner) is dict else {}, below, item) if below else item}


def is_equal(value: Any, known: Sequence[Any]) -> bool:
    """Whether the value of a known key says the same as absence; an object of nothing but nulls is an empty one."""
    if type(value) is dict and all(item is None for item in value.values()):
        value = {}
    return value is None or any(same(value, equal) for equal in known)


def without_nulls(value: Any) -> Any:
    """A value without its nulls, at every depth, where null is absence; those of a list keep their places."""
    if type(value) is list:
        return [without_nulls(item) for item in value]
    return {k: without_nulls(v) for k, v in value.items() if v is not None} if type(value) is dict else value


def drop_extra(report: Report, extra: dict[str, Any] | None, at: str, kind: Kind) -> None:
    """Report the extras of a node that stay behind: each at its place, unless it says the same as absence."""
    if extra:
        for key, value in extra.items():
            known = kind.get(key)
            if known is ...:
                continue
            if known is None:
                report.dropped("field.unknown", f"{at}/{escape(key)}", value)
            elif known is SECONDS:
                if value and not report.is_gone(f"{at}/{escape(key)}"):
                    report.changed("envelope.created", f"{at}/{escape(key)}", value)
            elif type(known) is dict:
                if type(value) is dict:
                    drop_extra(report, value, f"{at}/{escape(key)}", known)
                elif value is not None:
                    report.dropped("field.invalid", f"{at}/{escape(key)}", value)
            elif is_equal(value, known):
                continue
            elif type(known) is Partly:
                known.tell(report, value, f"{at}/{escape(key)}")
            else:
                valid = type(known) is not Typed or type(value) in known.types
                report.dropped("field.unsupported" if valid else "field.invalid", f"{at}/{escape(key)}", value)


def tells_probabilities(logprobs: Any) -> bool:
    """Whether log probabilities hold anything; a null or an empty list or object under a key of theirs is nothing."""
    held = logprobs.values() if type(logprobs) is dict else [logprobs]
    return any(value not in (None, [], {}) for value in held)


# --- declared equal: settings whose documented default says the same as absence ----------------------------

DEFAULTS: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "logprobs": (False,),
    "store": (False,),
    "stream": (False,),
    "presence_penalty": (0, 0.0),
    "frequency_penalty": (0, 0.0),
    "parallel_tool_calls": (True,),
    "include_usage": (True, False),
    "include_obfuscation": (True,),  # "default on"
    "stop": ([],),
    "service_tier": ("auto",),
    "modalities": (["text"],),
    "logit_bias": ({},),
    "metadata": ({},),
    "top_logprobs": (0,),
    "background": (False,),
    "truncation": ("disabled",),
    "include": ([], ["reasoning.encrypted_content"]),  # "returned by default": asking for it says nothing
    "echo": (False,),
    "best_of": (1,),
    "suffix": ("",),
    "safety_settings": ([],),
}


def is_default(name: str, value: Any) -> bool:
    """Whether the setting `name` with `value` says the same as its absence."""
    return any(same(value, equal) for equal in DEFAULTS.get(name, ()))


_CODES = {
    "n": "candidate.extra",
    "metadata": "metadata.unsupported",
    "store": "state.store",
    "user": "user.unsupported",
    "safety_identifier": "user.unsupported",
    "prompt_cache_key": "cache.unsupported",
    "prompt_cache_options": "cache.unsupported",
    "prompt_cache_retention": "cache.unsupported",
    "modalities": "media.output",
    "audio": "media.output",
    "verbosity": "verbosity.unsupported",
    "prediction": "prediction.unsupported",
    "moderation": "moderation.unsupported",
    "web_search": "tool.server",
    "logprobs": "logprobs.unsupported",
    "top_logprobs": "logprobs.unsupported",
    "service_tier": "service_tier.unsupported",
    "stop": "stop.unsupported",
    "parallel_tool_calls": "tool_choice.parallel",
    "suffix": "completions.suffix",
    "echo": "completions.echo",
    "best_of": "candidate.extra",
    "previous_response_id": "state.previous_response",
    "conversation": "state.conversation",
    "background": "state.background",
    "prompt_template": "prompt.template",
    "include": "include.unsupported",
    "max_tool_calls": "tool.limit",
    "truncation": "context.management",
    "context_management": "context.management",
    "safety_settings": "moderation.unsupported",
    "cached_content": "state.cached_content",
    "media_resolution": "media.detail",
    "include_obfuscation": "stream.obfuscation",
}


def param_code(name: str) -> str:
    """The loss code for a setting that the target has no word for."""
    return _CODES.get(name, "sampling.unsupported")


# --- errors: spec/MAP.md section 8 ---------------------------------------------------------------------------


class ErrorRow(NamedTuple):
    """One kind of error in everyone's words; `gemini` is the status word, `code` OpenAI's, if there is one."""

    status: int
    anthropic: str
    openai: str
    code: str | None
    gemini: str


ERRORS: dict[str, ErrorRow] = {
    "invalid_request": ErrorRow(400, "invalid_request_error", "invalid_request_error", None, "INVALID_ARGUMENT"),
    "authentication": ErrorRow(
        401, "authentication_error", "invalid_request_error", "invalid_api_key", "UNAUTHENTICATED"
    ),
    "billing": ErrorRow(402, "billing_error", "insufficient_quota", "insufficient_quota", "RESOURCE_EXHAUSTED"),
    "permission": ErrorRow(403, "permission_error", "invalid_request_error", "permission_denied", "PERMISSION_DENIED"),
    "not_found": ErrorRow(404, "not_found_error", "invalid_request_error", "model_not_found", "NOT_FOUND"),
    "conflict": ErrorRow(409, "conflict_error", "invalid_request_error", "conflict", "ABORTED"),
    "too_large": ErrorRow(413, "request_too_large", "invalid_request_error", "request_too_large", "INVALID_ARGUMENT"),
    "rate_limit": ErrorRow(429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_exceeded", "RESOURCE_EXHAUSTED"),
    "api": ErrorRow(500, "api_error", "server_error", None, "INTERNAL"),
    "overloaded": ErrorRow(529, "overloaded_error", "service_unavailable", None, "UNAVAILABLE"),
    "timeout": ErrorRow(504, "timeout_error", "timeout", None, "DEADLINE_EXCEEDED"),
}
# The statuses that a dialect does not use, and what it uses instead (529 is Anthropic's own).
_BY_STATUS = {row[0]: word for word, row in ERRORS.items()} | {
    408: "timeout",
    422: "invalid_request",
    502: "api",
    503: "overloaded",
}


# What an error calls itself, where no status tells: types and codes of OpenAI and those who follow it.
_BY_NAME = {
    "invalid_request_error": "invalid_request",
    "invalid_request": "invalid_request",
    "context_length_exceeded": "invalid_request",
    "invalid_api_key": "authentication",
    "authentication_error": "authentication",
    "insufficient_quota": "billing",
    "billing_hard_limit_reached": "billing",
    "billing_error": "billing",
    "permission_error": "permission",
    "permission_denied": "permission",
    "model_not_found": "not_found",
    "not_found_error": "not_found",
    "conflict": "conflict",
    "conflict_error": "conflict",
    "request_too_large": "too_large",
    "rate_limit_exceeded": "rate_limit",
    "rate_limit_error": "rate_limit",
    "tokens": "rate_limit",
    "requests": "rate_limit",
    "overloaded_error": "overloaded",
    "service_unavailable": "overloaded",
    "timeout": "timeout",
    "timeout_error": "timeout",
    "server_error": "api",
    "api_error": "api",
    # Gemini's status words.
    "INVALID_ARGUMENT": "invalid_request",
    "FAILED_PRECONDITION": "invalid_request",
    "OUT_OF_RANGE": "invalid_request",
    "UNAUTHENTICATED": "authentication",
    "PERMISSION_DENIED": "permission",
    "NOT_FOUND": "not_found",
    "ABORTED": "conflict",
    "ALREADY_EXISTS": "conflict",
    "RESOURCE_EXHAUSTED": "rate_limit",
    "INTERNAL": "api",
    "UNKNOWN": "api",
    "DATA_LOSS": "api",
    "UNIMPLEMENTED": "api",
    "UNAVAILABLE": "overloaded",
    "DEADLINE_EXCEEDED": "timeout",
    "CANCELLED": "timeout",
    # Those who follow OpenAI's shape in words of their own: vLLM, SGLang and LiteLLM (classes of Python), Bedrock
    # (exceptions), Azure, llama.cpp, Moonshot, DashScope, MiniMax, Together, Volcengine, Cerebras, new-api, opencode.
    "BadRequest": "invalid_request",
    "ValidationException": "invalid_request",
    "content_filter": "invalid_request",
    "data_inspection_failed": "invalid_request",
    "exceed_context_size": "invalid_request",
    "invalid_message": "invalid_request",
    "tool_use_failed": "invalid_request",
    "UnprocessableEntity": "invalid_request",
    "invalid_authentication_error": "authentication",
    "Unauthorized": "authentication",
    "1113": "billing",  # Zhipu: the account is in arrears
    "AccountOverdue": "billing",
    "Arrearage": "billing",
    "budget_exceeded": "billing",
    "CreditsError": "billing",
    "exceeded_current_quota_error": "billing",
    "insufficient_balance": "billing",
    "insufficient_user_quota": "billing",
    "AccessDenied": "permission",
    "forbidden": "permission",
    "request_forbidden": "permission",
    "DeploymentNotFound": "not_found",
    "resource_not_found_error": "not_found",
    "AccountRateLimitExceeded": "rate_limit",
    "model_rate_limit": "rate_limit",
    "rate_limit_reached": "rate_limit",
    "throttling": "rate_limit",
    "too_many_requests": "rate_limit",
    "usage_limit_reached": "rate_limit",
    "engine_overloaded": "overloaded",
    "server_is_overloaded": "overloaded",
    "internal_server_error": "api",
}
_WORD_ENDS = re.compile(r"[^a-z0-9]|error$|exception$")
_LONGEST = 60  # of a name, what is looked at


def _plain(name: str) -> str:
    """A name however it is spelled: `BadRequestError` and `bad_request` are one."""
    return _WORD_ENDS.sub("", name.lower())


_BY_PLAIN_NAME = {_plain(name): word for name, word in _BY_NAME.items()}


def error_named(*names: object) -> str | None:
    """The canonical word for what an error calls itself: of the first name that says more than that there is one."""
    words = [word for n in names if type(n) is str and (word := _BY_PLAIN_NAME.get(_plain(n[:_LONGEST])))]
    return next((word for word in words if word not in ("invalid_request", "api")), words[0] if words else None)


UNANSWERED = "the answer has no choices"
"""What is told of an answer under a success status that holds no answer and no error."""


def error_word(status: int | None) -> str:
    """The canonical word for an HTTP status."""
    if status is None:
        return "api"
    return _BY_STATUS.get(status) or ("invalid_request" if 400 <= status < 500 else "api")


def error_type(status: int | None, named: str | None) -> str:
    """The canonical word for an error, of its HTTP status and the word for what it calls itself.

    One of the two is right: the name, which is the more exact one, unless it says of no error more than that there is
    one ("503 is api_error"), or the status is of the other class.
    """
    if status is None or named is None:
        return named or error_word(status)
    exact = named not in ("invalid_request", "api") and ERRORS[named].status // 100 == status // 100
    return named if exact else error_word(status)


def error_status(status: object) -> int | None:
    """An HTTP status that is one of an error, also as text; None for anything else."""
    if type(status) is str and len(status) == 3 and status.isascii() and status.isdecimal():
        status = int(status)
    return status if type(status) is int and 400 <= status <= 599 else None


def told_status(status: int | None, word: str, own: Mapping[str, int]) -> int:
    """The HTTP status that goes with a canonical word: what the dialect has for it, else the one that came with it."""
    if word in own:
        return own[word]
    came = error_status(status)
    return came if came is not None and error_word(came) == word else ERRORS[word].status


def tell_error(e: Any, report: Report, kind: Kind, column: str) -> None:
    """Report what of an error stays behind, whatever the target. kind, column: the source's extras, its words above."""
    at = e.at.removesuffix("/error")
    # What came earlier in the stream, and was told then, is told.
    drop_extra(report, {k: v for k, v in (e.extra or {}).items() if not report.is_gone(f"{at}/{escape(k)}")}, at, kind)
    inner = (e.extra or {}).get("error") if e.at else e.extra
    word = inner.get("type") if type(inner) is dict else None
    if type(word) is str and word not in (getattr(ERRORS[e.type], column), "error"):  # an event is only called that
        report.changed("error.type", f"{e.at}/type", word)


# --- tiers of service: spec/MAP.md section 1 ---------------------------------------------------------------------

SPEED = "speed: fast"  # no tier of OpenAI's: the quick way of Messages
QUICK = ("priority", "fast", "ultrafast", SPEED)  # "fast~priority"


def taken_tier(tier: Any, taken: Collection[str], at: str, report: Report) -> str | None:
    """The tier of a request, in OpenAI's word, as a target takes it that has those in `taken`; what differs is told."""
    if tier in taken:
        return str(tier)
    near = next((word for word in QUICK if word in taken), None) if tier in QUICK else None
    if near is not None:
        report.changed("service_tier.approximated", at, tier)
    elif not is_default("service_tier", tier):
        report.dropped("service_tier.unsupported", at, tier)
    return near


# --- schemas ------------------------------------------------------------------------------------------


def is_closed(schema: Any) -> bool:
    """Whether every object of a schema requires all its properties and no others, as `strict` wants it."""
    if type(schema) is list:
        return all(map(is_closed, schema))
    if type(schema) is not dict:
        return True
    properties, kinds = schema.get("properties"), schema.get("type")
    if type(properties) is dict or kinds == "object" or (type(kinds) is list and "object" in kinds):
        required = schema.get("required")
        names = set(properties) if type(properties) is dict else set()
        listed = {r for r in required if type(r) is str} if type(required) is list else set()
        if schema.get("additionalProperties") is not False or listed != names:
            return False
    return all(is_closed(value) for key, value in schema.items() if key not in ("enum", "const", "default", "required"))


# The keywords of a schema that hold schemas by name.
NAMED = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
_NO_OBJECT = frozenset({"anyOf", "oneOf", "$ref", "enum", "const"})
_DEFS = ("$defs", "definitions")
_VALUES = frozenset({"enum", "const", "default", "examples"})  # keywords that hold values, not schemas


def is_rooted(schema: Any) -> bool:
    """Whether the root of a schema is an object, as OpenAI's structured output wants it: "root type object, root not
    anyOf". Properties without a type say an object, too."""
    if type(schema) is not dict:
        return True
    if "type" not in schema:
        return "properties" in schema and _NO_OBJECT.isdisjoint(schema)
    return schema["type"] == "object" and "anyOf" not in schema


WRAPPED = "value"  # what the answer stands under in the object around a schema that is none


def rooted(schema: Any) -> Any:
    """The schema with an object at its root: as it is, with the type that it left out, or as the one property `value`,
    which the answer comes out of again in `unwrap`.

    Definitions stay at the root, where references look for them; what refers to the root refers to the property.
    """
    if type(schema) is not dict or (is_rooted(schema) and "type" in schema):
        return schema
    if is_rooted(schema):
        return {"type": "object", **schema}
    defs = {key: schema[key] for key in _DEFS if type(schema.get(key)) is dict}
    value = {key: item for key, item in schema.items() if key not in defs}
    out = {"type": "object", "properties": {WRAPPED: value}, "required": [WRAPPED], "additionalProperties": False}
    return _moved(out | defs, named=False)


def _refers_to_root(ref: str) -> bool:
    return ref == "#" or (ref.startswith("#/") and ref.split("/")[1] not in _DEFS)


def _moved(schema: Any, named: bool) -> Any:
    """A schema whose root has become the property `value`. named: whether the keys are names, not keywords."""
    if type(schema) is list:
        return [_moved(item, False) for item in schema]
    if type(schema) is not dict:
        return schema
    out = {}
    for key, value in schema.items():
        if not named and key == "$ref" and type(value) is str and _refers_to_root(value):
            out[key] = f"#/properties/{WRAPPED}{value[1:]}"
        elif not named and key in _VALUES:
            out[key] = value
        else:
            out[key] = _moved(value, not named and key in NAMED)
    return out


# --- reasoning: spec/MAP.md section 5 -------------------------------------------------------------------------

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
BUDGETS = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 32768, "max": 32768}


def effort_of(budget: int) -> str:
    """The effort whose budget is nearest by threshold; a budget of -1 is left to the model: medium."""
    if budget == -1:
        return "medium"
    for limit, effort in ((0, "none"), (512, "minimal"), (1024, "low"), (8192, "medium"), (24576, "high")):
        if budget <= limit:
            return effort
    return "xhigh"


def nearest_effort(effort: str, taken: Collection[str]) -> str | None:
    """The lowest of the efforts `taken` that is not below `effort`, else the highest; None if there are none."""
    known = sorted(taken, key=EFFORTS.index)
    return next((word for word in known if EFFORTS.index(word) >= EFFORTS.index(effort)), known[-1] if known else None)
