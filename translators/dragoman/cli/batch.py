"""Lines of batch files: where in one the document stands, and what else of it tells of the document.

One table for the vendors' forms. Gemini's (`key` with `request`, `response` or `error`) and Vertex's are read as
exchanges.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from ..tables import item_at

Keys = tuple[str, ...]


class Form(NamedTuple):
    """A kind of line: the kind of its document, and the keys that lead there; where the request target and the status
    stand, if the line has them; and the target that all such lines go to, if there is but one."""

    kind: Literal["request", "response", "error"]
    body: Keys
    path: Keys = ()
    status: Keys = ()
    sent: str | None = None


FORMS = (
    Form("request", ("body",), path=("url",)),
    Form("response", ("response", "body"), status=("response", "status_code")),
    Form("request", ("params",), sent="/v1/messages"),
    Form("response", ("result", "message"), sent="/v1/messages"),
    Form("error", ("result", "error"), sent="/v1/messages"),
)
# What came of a request that was never answered: there is no document in it.
_EMPTY: tuple[Keys, ...] = (("error",), ("response",), ("result",))


def form_of(line: dict[str, Any]) -> Form | None:
    """The form of a line; None for what is no line of a batch, or has no document."""
    if "custom_id" not in line:
        return None
    return next((form for form in FORMS if type(item_at(line, form.body)) in (dict, str)), None)


# Where Gemini's lines go: who reads one that failed has nothing else that says whose it is.
KEYED = "/v1beta/models/-:generateContent"


def is_keyed_error(line: dict[str, Any]) -> bool:
    """Whether a line says why a request of Gemini's failed: `{"key": "k1", "error": {code, message, status}}`, where
    the error stands without the object that it has elsewhere."""
    plain = line.get("request") is None and line.get("response") is None and "stream_body" not in line
    return "key" in line and plain and type(line.get("error")) is dict


def has_only_a_reason(exchange: dict[str, Any]) -> bool:
    """Whether a line of Vertex's says in words why there is no answer: `status` is a text, and `response` empty."""
    status = exchange.get("status")
    return exchange.get("response") == {} and type(status) is str and bool(status) and not status.isdecimal()


def is_unanswered(line: dict[str, Any]) -> bool:
    """Whether a line says that its request was cancelled, ran out of time, or was refused by the batch itself."""
    return "custom_id" in line and form_of(line) is None and any(type(item_at(line, keys)) is dict for keys in _EMPTY)
