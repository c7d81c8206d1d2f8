"""Legacy Completions: errors in and out, in every form seen behind OpenAI's shape."""

from __future__ import annotations

from typing import Any

from ...model import Error, Json
from ...report import Report
from ...tables import ERRORS, error_named, error_word, give_back


def read_error(status: int | None, body: Any) -> Error:
    """An error body; one that is no JSON object is its own message."""
    if type(body) is list and len(body) == 1 and type(body[0]) is dict:
        out = read_error(status, body[0])
        out.spelling = {**(out.spelling or {}), "list": True}
        return out
    if type(body) is not dict:
        text = body if type(body) is str else ""
        return Error(error_word(status), text, status, spelling={"form": "value", "value": body})
    inner = body.get("error")
    out = Error("api", "", status)
    own: Json | None = None
    if type(inner) is dict and inner:
        own = _fields(out, inner)
        more = {k: v for k, v in body.items() if k != "error"}
        out.at, out.extra = "/error", {**({"error": own} if own else {}), **more} or None
    elif type(inner) is str and inner:
        out.message, out.spelling, out.at = inner, {"form": "string"}, "/error"
        out.extra = {k: v for k, v in body.items() if k != "error"} or None
    else:
        own = _fields(out, body)
        out.spelling, out.extra = {"form": "flat"}, own or None
        if not out.message and type(body.get("detail")) is str:
            out.message = body["detail"]
    known = status if status is not None else out.code if type(out.code) is int else None
    named = error_named(out.code, own.get("type") if own else None)
    out.type = error_word(known) if known is not None else named or "api"
    if out.status is None and type(out.code) is int and 400 <= out.code <= 599:
        out.status = out.code
    return out


def _fields(out: Error, value: Json) -> Json:
    """Give `out` what is known of an error object; returns the rest."""
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
    return rest


def home_error(e: Error) -> Any:
    """An error body as it was."""
    spelling = e.spelling or {}
    form = spelling.get("form")
    fields = {"message": e.message or None, "code": e.code, "param": e.param}
    inner = {k: v for k, v in fields.items() if v is not None}
    out: Any
    if form == "value":
        out = spelling["value"]
    elif form == "string":
        out = {"error": e.message}
        give_back(out, e.extra)
    elif form == "flat":
        if e.message and (e.extra or {}).get("detail") == e.message:
            del inner["message"]
        out = inner
        give_back(out, e.extra)
    else:
        out = {"error": inner}
        if not e.at:
            inner.setdefault("type", ERRORS[e.type].openai)
        give_back(out, e.extra)
    return [out] if spelling.get("list") else out


def write_error(e: Error, report: Report, home: bool) -> tuple[int, Any]:
    """Status and body of an error."""
    if home:
        return e.status or ERRORS[e.type].status, home_error(e)
    word = e.type if e.type in ERRORS else error_word(e.status)
    row = ERRORS[word]
    status = row.status
    if word == "overloaded":
        status = 503  # 529 is Anthropic's own
    elif e.status is not None and error_word(e.status) == word:
        status = e.status
    said: Any = e.code if e.code is not None else row.code
    code = None if said is None else str(said)
    return status, {"error": {"message": e.message, "type": row.openai, "param": e.param, "code": code}}
