"""What error bodies say that are of no dialect: of the servers and gateways in front of one."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..errors import InvalidDocument
from ..jsontext import dumps
from ..model import Error, Json
from ..report import Report


class TooLong(NamedTuple):
    """How a dialect says that a request does not fit the model's context: with both counts, and without.

    own: the words in it that its clients look for, before they shorten the conversation and ask again.
    """

    own: re.Pattern[str]
    counted: str
    uncounted: str


# MAP 8, context too long: A "prompt is too long: N tokens > M maximum", G "The input token count (N) exceeds the
# maximum…". Anthropic says it in other words, too, where the prompt alone would fit.
ANTHROPIC = TooLong(
    re.compile(r"prompt is too long|exceed(?:s|ed)? (?:the )?context limit", re.IGNORECASE),
    "prompt is too long: {count} tokens > {most} maximum",
    "prompt is too long",
)
GEMINI = TooLong(
    re.compile(r"input token count\b.{0,80}\bexceeds the maximum", re.IGNORECASE | re.DOTALL),
    "The input token count ({count}) exceeds the maximum number of tokens allowed ({most})",
    "The input token count exceeds the maximum number of tokens allowed",
)
# What servers say that give no code for it. In the order of the words: OpenAI, vLLM, Mistral · llama.cpp · SGLang ·
# llama-cpp-python · xAI · Bedrock · Zhipu · Copilot · Moonshot · TGI, Together · DashScope · LM Studio.
_OTHERS = re.compile(
    r"maximum context length|exceeds (?:the available )?context size|longer than the model's context length"
    r"|exceed context window|maximum prompt length is|input is too long for requested model|prompt exceeds max length"
    r"|prompt token count of \d+ exceeds|exceeded model token limit|`inputs` tokens \+ `max_new_tokens` must be"
    r"|range of input length should be|loaded with context length of only",
    re.IGNORECASE,
)
_COUNTS = (
    re.compile(r"prompt is too long: (?P<count>\d+) tokens > (?P<most>\d+)", re.IGNORECASE),
    re.compile(
        r"input token count \((?P<count>\d+)\) exceeds the maximum [a-z ]{0,40}\((?P<most>\d+)\)", re.IGNORECASE
    ),
    re.compile(
        r"maximum context length (?:is|of) (?P<most>\d+) tokens.{0,80}?"
        r"(?:resulted in|requested)(?: about| a total of)? (?P<count>\d+) tokens",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(
        r"\((?P<count>\d+) tokens\) (?:exceeds the available context size|is longer than the model's context length)"
        r" \((?P<most>\d+) tokens\)",
        re.IGNORECASE,
    ),
    re.compile(r"maximum prompt length is (?P<most>\d+) but the request contains (?P<count>\d+) tokens", re.IGNORECASE),
    re.compile(
        r"contains (?P<count>\d+) tokens.{0,80}?\b(?P<most>\d+) maximum context length", re.IGNORECASE | re.DOTALL
    ),
    re.compile(r"prompt token count of (?P<count>\d+) exceeds the limit of (?P<most>\d+)", re.IGNORECASE),
    re.compile(r"model token limit: (?P<most>\d+) \(requested: (?P<count>\d+)\)", re.IGNORECASE),
)
_LONGEST = 2000  # of a message, what is looked at


def is_too_long(error: Error) -> bool:
    """Whether an error says that the request does not fit the model's context."""
    if error.type not in ("invalid_request", "too_large"):
        return False
    text = error.message[:_LONGEST]
    return error.code == "context_length_exceeded" or any(
        words.search(text) is not None for words in (ANTHROPIC.own, GEMINI.own, _OTHERS)
    )


def told_message(error: Error, words: TooLong, report: Report) -> str:
    """The message of an error; where the context is too long, behind the words by which a dialect's clients know it."""
    text = error.message[:_LONGEST]
    if not is_too_long(error):
        return some_message(error, report)
    if words.own.search(text) is not None:
        return error.message
    found = next(filter(None, (counts.search(text) for counts in _COUNTS)), None)
    said = words.uncounted if found is None else words.counted.format(**found.groupdict())
    if not error.message:
        report.invented("error.message", "/error/message", said)
        return said
    report.changed("error.message", _place(error), error.message)
    return f"{said}. {error.message}"


SILENT = "The upstream sent an error without a message."


def some_message(error: Error, report: Report) -> str:
    """The message of an error; a sentence of ours where it says nothing, for an empty one helps nobody."""
    if not error.message:
        report.invented("error.message", "/error/message", SILENT)
    return error.message or SILENT


def _place(error: Error) -> str:
    """Where the message of an error stands: the whole of it, where it has no field of its own."""
    if (error.spelling or {}).get("form") in ("string", "value", "response"):
        return error.at
    return f"{error.at}/{'error' if (error.extra or {}).get('error') == error.message else 'message'}"


def whole_message(body: Any) -> str:
    """The message of an error body that is no object: its text, or that of its JSON; null says nothing."""
    if type(body) is str:
        return body
    return "" if body is None else dumps(body).decode()


def text_of(body: Json) -> str:
    """What an object says in which no message can be found: the text of its JSON; "" where nothing is in it, or what
    no JSON can say (a number beyond every float), which must not cost the error itself."""
    empty: tuple[Any, ...] = (None, "", {}, [])
    try:
        return "" if all(value in empty for value in body.values()) else dumps(body).decode()
    except InvalidDocument:
        return ""


def message_of(body: Any) -> str:
    """The message of an error body without an `error` object, "" where it has none.

    `detail` is FastAPI's: a text, or a list of what is wrong, each with its place: "body.model: field required".
    `base_resp` is MiniMax's.
    """
    if type(body) is str:
        return body
    if type(body) is not dict:
        return ""
    for key in ("message", "error"):
        if type(body.get(key)) is str and body[key]:
            text: str = body[key]
            return text
    if failed_beside(body) and type(body["base_resp"].get("status_msg")) is str:
        return str(body["base_resp"]["status_msg"])
    detail = body.get("detail")
    if type(detail) is list:
        return "; ".join(filter(None, map(_fault, detail)))
    return detail if type(detail) is str else message_of(detail) or _deeper(body)


# Where else a message stands, at whatever depth: Mistral (`message.detail`), Cloudflare and watsonx (lists of errors),
# Apigee (`fault.faultstring`, Fireworks and Perplexity stand behind it), AWS, Baidu, and "problem details".
_DEEPER = ("message", "error", "errors", "fault", "faultstring", "Message", "error_msg", "title")


def _deeper(body: Json) -> str:
    for value in map(body.get, _DEEPER):
        said = "; ".join(filter(None, map(_fault, value))) if type(value) is list else message_of(value)
        if said:
            return said
    return ""


def failed_beside(body: Json) -> bool:
    """Whether MiniMax says in `base_resp` that the request failed: its status is 200 all the same, and an `id` and a
    `usage` may stand there as in an answer. A success has the code 0."""
    told = body.get("base_resp")
    return type(told) is dict and type(told.get("status_code")) is int and told["status_code"] != 0


# The codes of `base_resp` -> the canonical word.
_BESIDE = {
    1001: "timeout",
    1002: "rate_limit",
    1004: "authentication",
    1008: "billing",
    1026: "invalid_request",  # what was asked is "sensitive"
    2013: "invalid_request",
    2049: "authentication",
}


def named_beside(body: Json) -> str | None:
    """The canonical word for what MiniMax says in `base_resp`."""
    return _BESIDE.get(body["base_resp"]["status_code"]) if failed_beside(body) else None


def _fault(detail: Any) -> str:
    if type(detail) is not dict:
        return detail if type(detail) is str else ""
    text, place = detail.get("msg"), detail.get("loc")
    if type(text) is not str:
        return message_of(detail)
    where = ".".join(str(step) for step in place if type(step) in (str, int)) if type(place) is list else ""
    return f"{where}: {text}" if where else text
