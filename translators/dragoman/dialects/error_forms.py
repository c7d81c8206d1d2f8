"""What error bodies say that are of no dialect: of the servers and gateways in front of one."""

from __future__ import annotations

import re
from typing import Any

from ..model import Error

# MAP 8, context too long: A "prompt is too long: N tokens > M maximum", G "The input token count (N) exceeds the
# maximum…", and what servers behind OpenAI's shape say that give no code.
_TOO_LONG = re.compile(
    r"prompt is too long|input token count\b.{0,80}\bexceeds the maximum|exceed(?:s|ed)? (?:the )?context limit"
    r"|maximum context length is",
    re.IGNORECASE | re.DOTALL,
)


def is_too_long(error: Error) -> bool:
    """Whether an error says that the request does not fit the model's context."""
    return error.type in ("invalid_request", "too_large") and _TOO_LONG.search(error.message[:2000]) is not None


def message_of(body: Any) -> str:
    """The message of an error body without an `error` object, "" where it has none.

    `detail` is FastAPI's: a text, or a list of what is wrong, each with its place: "body.model: field required".
    """
    if type(body) is str:
        return body
    if type(body) is not dict:
        return ""
    for key in ("message", "error"):
        if type(body.get(key)) is str and body[key]:
            text: str = body[key]
            return text
    detail = body.get("detail")
    if type(detail) is list:
        return "; ".join(filter(None, map(_fault, detail)))
    return detail if type(detail) is str else message_of(detail)


def _fault(detail: Any) -> str:
    if type(detail) is not dict:
        return detail if type(detail) is str else ""
    text, place = detail.get("msg"), detail.get("loc")
    if type(text) is not str:
        return message_of(detail)
    where = ".".join(str(step) for step in place if type(step) in (str, int)) if type(place) is list else ""
    return f"{where}: {text}" if where else text
