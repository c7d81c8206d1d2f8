"""Legacy Completions: documents home. What was read is written as it was spelt, extras and nulls included."""

from __future__ import annotations

from typing import Any

from ...model import Candidate, Json, Opaque, Request, Response, Text
from ...tables import give_back
from ..openai_shape import STREAM_OPTIONS, home_error, home_model
from .words import FINISH, WIRE


def home_request(r: Request) -> Json:
    """A request as it was."""
    spelling = r.spelling or {}
    out: Json = {}
    home_model(r, out)
    if r.messages:
        out["prompt"] = _prompt(r)
    for name, value in r.params.items():
        if name == "logprobs":
            out["logprobs"] = r.params.get("top_logprobs", 0)
        elif name == "stop":
            stop: Any = value
            out["stop"] = stop[0] if spelling.get("stop") == "string" and len(stop) == 1 else stop
        elif name in STREAM_OPTIONS:
            out.setdefault("stream_options", {})[name] = value
        elif name in WIRE:
            out[WIRE[name]] = value
    give_back(out, r.extra)
    return out


def _prompt(r: Request) -> Any:
    """The prompt: a bare text or list of tokens, or a list of such."""
    prompts: list[Any] = []
    listed = False
    for m in r.messages:
        listed = listed or (m.spelling or {}).get("content") == "list"
        prompts += [p.text if isinstance(p, Text) else p.value for p in m.parts if isinstance(p, (Text, Opaque))]
    return prompts[0] if len(prompts) == 1 and not listed else prompts


def home_response(r: Response) -> Json:
    """A response as it was."""
    if r.error is not None:
        body: Json = home_error(r.error)
        return body
    spelling = r.spelling or {}
    out: Json = {} if "object" in spelling else {"object": "text_completion"}
    for key, value in (
        ("id", r.id),
        ("created", r.created),
        ("model", r.model),
        ("service_tier", r.service_tier),
        ("system_fingerprint", r.fingerprint),
    ):
        if value is not None:
            out[key] = value
    if "choices" not in spelling:
        out["choices"] = [_home_choice(c) for c in r.candidates]
    if r.usage is not None:
        out["usage"] = r.usage.reported
    give_back(out, r.extra)
    return out


def _home_choice(c: Candidate) -> Json:
    out: Json = {}
    texts = [part.text for part in c.message.parts if isinstance(part, Text)]
    if texts:
        out["text"] = "".join(texts)
    if "index" not in (c.spelling or {}):
        out["index"] = c.index
    if c.logprobs is not None:
        out["logprobs"] = c.logprobs
    if c.finish_reason is not None:
        out["finish_reason"] = finish_word(c)
    give_back(out, c.extra)
    return out


def finish_word(c: Any) -> str:
    """The finish reason of a candidate or Finish event as it was spelt."""
    word: str = (c.spelling or {}).get("finish") or FINISH.write.get(c.finish_reason, c.finish_reason)
    return word
