"""What the dialects of OpenAI's shape share: errors in every form seen behind it, usage, and the envelope's keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import NoneType
from typing import Any
from urllib.parse import unquote

from ..framing import sse
from ..ids import fits, spell, unspell
from ..jsontext import dumps, escape
from ..model import Citation, Error, Json, Request, Usage
from ..report import Report
from ..tables import ERRORS, UNANSWERED, Kind, error_named, error_status, error_word, give_back, told_status
from .base import Writer, asks_in_body
from .error_forms import is_too_long, message_of, named_beside, some_message, text_of, whole_message
from .probabilities import rows_of

# key -> (field of Response, JSON types it may have)
ENVELOPE: dict[str, tuple[str, tuple[type, ...]]] = {
    "id": ("id", (str,)),
    "model": ("model", (str,)),
    "created": ("created", (int, float)),
    "service_tier": ("service_tier", (str,)),
    "system_fingerprint": ("fingerprint", (str,)),
}
LIMIT_NAME = 64  # of a tool
CACHE_KEY = "prompt_cache_breakpoint"  # a mark that ends a cached prefix
CUT = "the stream ended before every answer had a finish reason"


# Azure: "Deployment in the path (old)". Such a body names no model.
_DEPLOYMENT = re.compile(r"/deployments/([^/]+)/(?:chat/)?completions$")


def read_path(path: str) -> str:
    """The deployment that a request target names as its model; "" for any other target."""
    found = _DEPLOYMENT.search(path.partition("?")[0].rstrip("/"))
    return "" if found is None else unquote(found[1])


def read_deployment(r: Request, body: Json, path: str | None) -> None:
    """The model of a request whose path alone names it."""
    if path and "model" not in body and (model := read_path(path)):
        r.model, r.spelling = model, {"path": ["model"]}


def asks(body: Json, path: str | None) -> tuple[str, bool]:
    """The model that a request asks for, in its body or in its path, and whether it asks for a stream."""
    model, stream = asks_in_body(body, path)
    return (read_path(path) if path and "model" not in body else model), stream


def home_model(r: Request, out: Json, suffix: str = "") -> None:
    """The model of a request, where its body had it."""
    if r.model and "model" not in (r.spelling or {}).get("path", ()):
        out["model"] = r.model + suffix


class NameWriter(Writer):
    """What the writers of Chat and Responses share: names of tools, and ids of calls."""

    __slots__ = ()

    def name(self, name: str, node: Any, field: str = "name") -> str:
        """`name`, which stands in `field` of `node`, as these dialects can spell it: ^[a-zA-Z0-9_-]{1,64}$."""
        most = self.name_max(LIMIT_NAME)
        if fits(name, most):
            return name
        plain = self.meant(name)
        said, _ = spell(plain, most)
        if said not in (plain, name):
            self.report.changed("tool.name", self.where(node, field) if field else node.at, name)
        return said

    def id(self, word: str) -> str:
        """A call id: any text; what another dialect had to spell otherwise is spelt out again."""
        return unspell(word)


def spans_alike(c: Citation, offset: int = 0) -> bool:
    """Whether a citation counts in the answer as it is written here: one of Chat or of Responses, in the same text."""
    said = c.value.get("url_citation", c.value)
    if offset or c.value.get("type") != "url_citation" or type(said) is not dict:
        return False
    if said is not c.value and len(c.value) > 2:
        return False  # something stands beside it
    return said.keys() - {"type"} == _CITED and None not in (c.title, c.start, c.end)


_CITED = {"url", "title", "start_index", "end_index"}

# --- usage ----------------------------------------------------------------------------------------------------

USAGE: Kind = {
    "prompt_tokens": (),
    "completion_tokens": (),
    "total_tokens": (),
    # OpenAI's OpenAPI document gives each detail the default 0.
    "prompt_tokens_details": {
        "cached_tokens": (0,),
        "audio_tokens": (0,),
        "cache_write_tokens": (0,),
        "text_tokens": (0,),
        "image_tokens": (0,),
        "video_tokens": (0,),
    },
    "completion_tokens_details": {
        "reasoning_tokens": (0,),
        "audio_tokens": (0,),
        "accepted_prediction_tokens": (0,),
        "rejected_prediction_tokens": (0,),
        "text_tokens": (0,),
        "image_tokens": (0,),
    },
}
# Other words of vendors behind this shape (DeepSeek, LiteLLM, Moonshot) for one of the counts.
_ALSO: dict[str, tuple[str]] = {
    "prompt_cache_hit_tokens": ("cache_read",),
    "cache_read_input_tokens": ("cache_read",),
    "cache_creation_input_tokens": ("cache_write",),
    "cached_tokens": ("cache_read",),
}
# The places of one count, for the laws.
CACHE_COUNTS: dict[str, tuple[str, ...]] = {
    "cache_read": (
        "/usage/prompt_tokens_details/cached_tokens",
        *(f"/usage/{key}" for key, (means,) in _ALSO.items() if means == "cache_read"),
    ),
    "cache_write": (
        "/usage/prompt_tokens_details/cache_write_tokens",
        *(f"/usage/{key}" for key, (means,) in _ALSO.items() if means == "cache_write"),
    ),
}
# Both sides by modality. Films in the prompt and pictures in the answer are OpenRouter's words.
_INPUTS = {
    "text_tokens": "input_text",
    "audio_tokens": "input_audio",
    "image_tokens": "input_image",
    "video_tokens": "input_video",
}
_OUTPUTS = {"text_tokens": "output_text", "audio_tokens": "output_audio", "image_tokens": "output_image"}
_INPUT_WORDS = {means: word for word, means in _INPUTS.items()}
_OUTPUT_WORDS = {means: word for word, means in _OUTPUTS.items()}
MODALITIES = frozenset((*_INPUTS.values(), *_OUTPUTS.values())) - {"input_video", "output_image"}
USAGE_MEANING: Json = {
    **_ALSO,
    "prompt_tokens": "input",
    "completion_tokens": "output",
    "total_tokens": "total",
    "prompt_tokens_details": {"cached_tokens": "cache_read", "cache_write_tokens": "cache_write", **_INPUTS},
    "completion_tokens_details": {"reasoning_tokens": "reasoning", **_OUTPUTS},
}


def shared_logprobs(value: Any, at: str, report: Report) -> Json | None:
    """What Chat and Responses share of the log probabilities that stand at `at`; the rest is reported, key by key."""
    if type(value) is not dict:
        report.dropped("logprobs.unsupported", at, value)
        return None
    if (rows := rows_of(value)) is not None:
        report.changed("logprobs.approximated", at, value)
        return rows
    strange = {key: item for key, item in value.items() if key not in _LOGPROBS and item not in (None, [], {})}
    if strange and type(value.get("tokens")) is list:
        # Columns without a token: in a stream others may follow, and all are told as one.
        report.changed("logprobs.approximated", at, value)
        return None
    for key, item in strange.items():
        report.dropped("logprobs.unsupported", f"{at}/{escape(key)}", item)
    known = {}
    for key in _LOGPROBS:
        if key in value and type(value[key]) in (list, NoneType):
            known[key] = value[key]
        elif key in value:
            strange[key] = value[key]
            report.dropped("logprobs.unsupported", f"{at}/{key}", value[key])
    return known if known or not strange else None


_LOGPROBS = ("content", "refusal")


def is_token(value: Any) -> bool:
    """Whether an entry of log probabilities is of the form that these dialects share."""
    return (
        type(value) is dict
        and type(value.get("token")) is str
        and type(value.get("logprob")) in (int, float)
        and type(value.get("bytes")) in (list, NoneType)
    )


def shared_tokens(tokens: list[Any], at: str, report: Report) -> list[Any]:
    """The log probabilities in the list at `at`, without what is of no known form: that is `changed`, as a list,
    since in a stream an entry does not know how many stand before it."""
    out = []
    for token in tokens:
        top = token.get("top_logprobs") if is_token(token) else None
        if type(top) is list and not all(map(is_token, top)):
            out.append({**token, "top_logprobs": [other for other in top if is_token(other)]})
        elif type(top) in (list, NoneType) and is_token(token):
            out.append(token)
        elif is_token(token):
            out.append({**token, "top_logprobs": []})
    if out != tokens:
        report.changed("logprobs.form", at, tokens)
    return out


STREAM_OPTIONS = ("include_usage", "include_obfuscation")


def read_stream_options(r: Request, value: Any) -> bool:
    """Take what `stream_options` says; False if that is nothing known."""
    if type(value) is not dict:
        return False
    taken = [name for name in STREAM_OPTIONS if type(value.get(name)) is bool]
    params: Any = r.params
    for name in taken:
        params[name] = value[name]
        r.places[name] = f"/stream_options/{name}"
    rest = {k: v for k, v in value.items() if k not in taken}
    if taken and rest and r.extra is not None:
        r.extra["stream_options"] = rest
    return bool(taken)


def stream_options(r: Request, obfuscation: bool) -> Json:
    """What is said of a stream: usage, which elsewhere always comes, must be asked for here."""
    out = {"include_usage": r.params.get("include_usage", True)}
    if obfuscation and "include_obfuscation" in r.params:
        out["include_obfuscation"] = r.params["include_obfuscation"]
    return out


def _count(value: Any) -> int | None:
    return value if type(value) is int else None


def read_usage(value: Json, at: str = "/usage") -> Usage:
    """Usage as in Chat: cached and written tokens are part of the prompt, reasoning of the completion."""
    ins, outs = value.get("prompt_tokens_details"), value.get("completion_tokens_details")
    u = Usage(value, _count(value.get("prompt_tokens")), _count(value.get("completion_tokens")), at=at)
    u.total = _count(value.get("total_tokens"))
    if type(ins) is dict:
        u.cache_read, u.cache_write = _count(ins.get("cached_tokens")), _count(ins.get("cache_write_tokens"))
        _read_shares(u, ins, _INPUTS)
    for key, (means,) in _ALSO.items():
        if not getattr(u, means) and (also := _count(value.get(key))) is not None:
            setattr(u, means, also)  # 0 may be nothing but the form's default
    if type(outs) is dict:
        u.reasoning = _count(outs.get("reasoning_tokens"))
        _read_shares(u, outs, _OUTPUTS)
    if u.reasoning and u.input is not None and u.output is not None and u.total == u.input + u.output + u.reasoning:
        # xAI and others count reasoning beside the completion; totals are to be conserved.
        u.output += u.reasoning
    return u


def _read_shares(u: Usage, details: Json, words: dict[str, str]) -> None:
    for key, means in words.items():
        if type(count := details.get(key)) is int:
            if u.modalities is None:
                u.modalities = {}
            u.modalities[means] = count


def usage_of(writer: Writer, u: Usage, modalities: frozenset[str] = MODALITIES) -> Json:
    """Usage in inclusive counting; what it cannot say is reported. modalities: what is counted by modality."""
    out: Json = {}
    for wire, value in (("prompt_tokens", u.input), ("completion_tokens", u.output)):
        if value is None:
            writer.report.invented("usage.unknown", f"/usage/{wire}", 0)
        out[wire] = value or 0
    out["total_tokens"] = u.total if u.total is not None else out["prompt_tokens"] + out["completion_tokens"]
    ins = {"cached_tokens": u.cache_read, "cache_write_tokens": u.cache_write}
    ins = {k: v for k, v in ins.items() if v is not None}
    outs = {} if u.reasoning is None else {"reasoning_tokens": u.reasoning}
    if u.modalities:
        ins |= writer.shares(u, _INPUT_WORDS, modalities, "/usage/prompt_tokens_details")
        outs |= writer.shares(u, _OUTPUT_WORDS, modalities, "/usage/completion_tokens_details")
    if ins:
        out["prompt_tokens_details"] = ins
    if outs:
        out["completion_tokens_details"] = outs
    writer.usage(u, modalities=modalities)
    return out


# --- errors ---------------------------------------------------------------------------------------------------

ERROR: Kind = {"message": (), "type": ..., "param": (), "code": (), "misalignment": ()}


def read_error(
    status: int | None,
    body: Any,
    named: Callable[..., str | None] = error_named,
    told: Callable[[Json], str | None] = lambda body: None,
) -> Error:
    """An error body of any form seen behind this shape; one that is no JSON object is its own message.

    named: the canonical word for a code and a type. told: the message of a body that is an error in a form of its own.
    """
    if type(body) is list and len(body) == 1 and type(body[0]) is dict:
        out = read_error(status, body[0], named, told)
        out.spelling = {**(out.spelling or {}), "list": True}
        out.at = f"/0{out.at}" if out.at else ""
        return out
    if type(body) is not dict:
        return Error(error_word(status), whole_message(body), status, spelling={"form": "value", "value": body})
    inner = body.get("error")
    out = Error("api", "", status)
    if type(inner) is dict and inner:
        out.at = "/error"
        _fields(out, inner, "error")
        more = {k: v for k, v in body.items() if k != "error"}
        out.extra = {**(out.extra or {}), **more} or None
    elif type(inner) is str and inner:
        out.message, out.spelling, out.at = inner, {"form": "string"}, "/error"
        out.extra = {k: v for k, v in body.items() if k != "error"} or None
    elif (message := told(body)) is not None:
        out.message, out.spelling, out.extra = message, {"form": "response"}, body
    else:
        _fields(out, body, None)
        out.spelling = {"form": "flat"}
        if not out.message and (said := message_of(body)):
            out.message, out.spelling = said, {"form": "value", "value": body}
            out.extra = {k: v for k, v in (out.extra or {}).items() if v != said} or None
        elif not out.message and (said := text_of(body)):
            out.message, out.spelling, out.extra = said, {"form": "value", "value": body}, None
    known = error_status(out.code) if status is None else status
    own = (out.extra or {}).get("error") if out.at else out.extra
    word = named(out.code, own.get("type") if type(own) is dict else None) or named_beside(body)
    out.type = error_word(known) if known is not None else word or "api"
    if word == "billing" and known is not None and 400 <= known < 500:
        out.type = word  # "429: rate_limit_exceeded / insufficient_quota": no status tells the two apart
    out.status = known
    return out


def unanswered(body: Json) -> Error:
    """The failure that a body of an answer without a choice is."""
    error = read_error(None, body)
    if "choices" not in body or body.get("error") or error.message != text_of(body):
        return error
    return Error(error.type, UNANSWERED, spelling={"form": "value", "value": body})


def failure_in(body: Json, event: str | None, choices: list[Any]) -> Error | None:
    """The failure that a chunk of a stream says; beside choices, what else the chunk says is the chunk's."""
    if not (body.get("error") or event == "error" or body.get("object") == "error"):
        return None
    return read_error(None, {"error": body.get("error")} if choices else body)


def failure_of(said: Any, known: Error | None) -> Error | None:
    """The failure that the `error` of a streamed choice says (OpenRouter's, under a success status), if it is one and
    nothing more than the finish reason told of it before; `known` is what did."""
    if type(said) is not dict or not said or (known is not None and (known.spelling or {}).get("form") != "finish"):
        return None
    return read_error(None, {"error": said})


def _fields(out: Error, value: Json, inner: str | None) -> None:
    rest: Json = {}
    for key, item in value.items():
        if key == "message" and type(item) is str and item:
            out.message = item
        elif key == "code" and type(item) in (str, int):
            out.code = item
        elif key == "param" and type(item) is str:
            out.param = item
        else:
            rest[key] = item
    if rest:
        out.extra = {inner: rest} if inner else rest


def home_error(e: Error) -> Any:
    """An error body as it was."""
    spelling = e.spelling or {}
    form = spelling.get("form")
    fields = {"message": e.message or None, "code": e.code, "param": e.param}
    inner = {k: v for k, v in fields.items() if v is not None}
    out: Any
    if form == "value":
        out = spelling["value"]
    elif form == "response":
        out = dict(e.extra or {})
    elif form == "string":
        out = {"error": e.message}
        give_back(out, e.extra)
    elif form == "flat":
        out = inner
        give_back(out, e.extra)
    else:
        out = {"error": inner}
        if not e.at:
            inner.setdefault("type", ERRORS[e.type].openai)
        give_back(out, e.extra)
    return [out] if spelling.get("list") else out


def home_failure(e: Error) -> bytes:
    """The frame of an error in a stream as it was; one whose body does not say so is told by the event's name."""
    body = home_error(e)
    named = type(body) is dict and not body.get("error") and body.get("object") != "error"
    return sse(dumps(body), "error" if named else None)


def write_error(e: Error, report: Report, home: bool) -> tuple[int, Any]:
    """Status and body of an error."""
    if home:
        return e.status or ERRORS[e.type].status, home_error(e)
    word, kind, code = error_words(e)
    return told_status(e.status, word, _STATUS), {
        "error": {"message": some_message(e, report), "type": kind, "param": e.param, "code": code}
    }


def error_words(e: Error) -> tuple[str, str, str | None]:
    """What an error is: the canonical word, and OpenAI's type and code."""
    word = e.type if e.type in ERRORS else error_word(e.status)
    row = ERRORS[word]
    said: Any = e.code if e.code is not None else "context_length_exceeded" if is_too_long(e) else row.code
    return word, row.openai, None if said is None else str(said)


# 529 is Anthropic's own, and so is 402: "billing_error | insufficient_quota (429)".
_STATUS = {"overloaded": 503, "billing": 429}
