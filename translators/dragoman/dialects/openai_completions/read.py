"""Legacy Completions: documents in. Request and response bodies -> canonical documents.

A prompt is the one turn of the user. Of a batch, every prompt is a part of that turn: the first text is its text;
the other prompts, and prompts of tokens, are opaque parts in their places, for no chat can say them.
"""

from __future__ import annotations

from typing import Any

from ...errors import Fault, InvalidDocument
from ...jsontext import type_name
from ...model import Candidate, Json, Message, Opaque, Part, Request, Response, Text
from ..openai_shape import ENVELOPE, read_deployment, read_stream_options, read_usage, unanswered
from .words import FINISH, NAME, PARAMS

Faults = list[Fault]


def read_request(body: Json, path: str | None = None) -> Request:
    """A `POST /v1/completions` body. Raises InvalidDocument where the prompt is neither text nor list."""
    faults: Faults = []
    extra: Json = {}
    r = Request(NAME, extra=extra)
    params: Any = r.params
    read_deployment(r, body, path)
    for key, value in body.items():
        row = PARAMS.get(key)
        if row is not None and type(value) in row[1] and not (key == "n" and value == 0):
            params[row[0]] = value
            if row[0] != key:
                r.places[row[0]] = "/" + key
        else:
            reader = _REQUEST.get(key)
            if reader is None or value is None or not reader(r, value, faults):
                extra[key] = value
    if faults:
        raise InvalidDocument(faults)
    r.extra = extra or None
    return r


def _model(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is not str or not value:
        return False
    r.model = value
    return True


def _prompt(r: Request, value: Any, faults: Faults) -> bool:
    """ "An array of ints is one tokenised prompt; an array of strings is a batch"."""
    parts: list[Part] = []
    spelling: Json | None = None
    if type(value) is str:
        parts = [Text(value, at="/prompt")]
    elif type(value) is not list:
        faults.append(Fault("/prompt", "array", type_name(value)))
    elif value and all(type(token) is int for token in value):
        parts = [Opaque(value, code="completions.tokens", at="/prompt")]
    else:
        spelling = {"content": "list"}
        # The turn says the first prompt that says anything.
        texts = [i for i, prompt in enumerate(value) if type(prompt) is str and (prompt or len(value) == 1)]
        for i, prompt in enumerate(value):
            at = f"/prompt/{i}"
            if type(prompt) is not str and type(prompt) is not list:
                faults.append(Fault(at, "array", type_name(prompt)))
            elif type(prompt) is str and texts[:1] == [i]:
                parts.append(Text(prompt, at=at))
            else:
                code = "completions.prompts" if type(prompt) is str else "completions.tokens"
                parts.append(Opaque(prompt, code=code, at=at))
    r.messages.append(Message("user", parts, spelling=spelling, at="/prompt"))
    return True


def _logprobs(r: Request, value: Any, faults: Faults) -> bool:
    """The number of alternatives; 0 still asks for the chosen tokens."""
    if type(value) is not int:
        return False
    r.params["logprobs"], r.params["top_logprobs"] = True, value
    r.places["top_logprobs"] = "/logprobs"
    return True


def _stop(r: Request, value: Any, faults: Faults) -> bool:
    if type(value) is str:
        r.params["stop"] = [value]
        r.spelling = {**(r.spelling or {}), "stop": "string"}
    elif type(value) is list:
        r.params["stop"] = value
    else:
        return False
    return True


def _stream_options(r: Request, value: Any, faults: Faults) -> bool:
    return read_stream_options(r, value)


_REQUEST = {
    "model": _model,
    "prompt": _prompt,
    "logprobs": _logprobs,
    "stop": _stop,
    "stream_options": _stream_options,
}


# --- responses -----------------------------------------------------------------------------------------------


def is_error(body: Json) -> bool:
    """Whether a body that came under a success status is an error all the same, or nothing at all."""
    return bool(body.get("error")) or not body.get("choices")


def read_response(body: Json) -> Response:
    """A `text_completion` body; an error under a success status becomes `Response.error`."""
    faults: Faults = []
    r = Response(NAME)
    if is_error(body):
        r.error = unanswered(body)
        return r
    extra: Json = {}
    for key, value in body.items():
        if key in ENVELOPE and type(value) in ENVELOPE[key][1] and value != "":
            setattr(r, ENVELOPE[key][0], value)
        elif key == "choices" and type(value) is list:
            for i, choice in enumerate(value):
                if type(choice) is not dict:
                    faults.append(Fault(f"/choices/{i}", "object", type_name(choice)))
                else:
                    r.candidates.append(_choice(choice, i))
        elif key == "usage" and type(value) is dict:
            r.usage = read_usage(value)
        elif key != "object" or value != "text_completion":
            extra[key] = value
    if faults:
        raise InvalidDocument(faults)
    absent = {key: "absent" for key in ("object", "choices") if key not in body}
    r.extra, r.spelling = extra or None, absent or None
    return r


def _choice(choice: Json, ordinal: int) -> Candidate:
    at = f"/choices/{ordinal}"
    # The message has no place of its own here: its text stands in the choice.
    out = Candidate(ordinal, at=at)
    extra: Json = {}
    for key, value in choice.items():
        if key == "text" and type(value) is str:
            out.message.parts.append(Text(value, at=f"{at}/text"))
        elif key == "index" and type(value) is int:
            out.index = value
        elif key == "finish_reason" and type(value) is str and value:
            read_finish(out, value)
        elif key == "logprobs" and type(value) is dict:
            out.logprobs = value
        else:
            extra[key] = value
    if "index" not in choice:
        out.spelling = {**(out.spelling or {}), "index": "absent"}
    out.extra = extra or None
    return out


def read_finish(out: Any, word: str) -> None:
    """Give a candidate or Finish event its finish reason, with the word itself where the table does not give it."""
    out.finish_reason = FINISH.read.get(word, "other")
    if FINISH.write.get(out.finish_reason) != word:
        out.spelling = {**(out.spelling or {}), "finish": word}
