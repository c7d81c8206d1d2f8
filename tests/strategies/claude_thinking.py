"""Documents of `claude-thinking`: the Chat shape, with the model's suffix in requests.

Everything else is `openai_chat`: the shape is the same, and every server behind it deviates as those do.
"""

from __future__ import annotations

from hypothesis import strategies as st

from . import common as c
from . import openai_chat
from .common import Doc, S
from .openai_chat import errors, failing_streams, responses, responses_pool, sse_bytes, streams

__all__ = [
    "errors",
    "failing_streams",
    "requests",
    "requests_pool",
    "responses",
    "responses_pool",
    "sse_bytes",
    "streams",
]

SUFFIX = "-thinking"


def _named(document: Doc, suffixed: bool) -> Doc:
    model = document.get("model")
    return {**document, "model": model + SUFFIX} if suffixed and isinstance(model, str) else document


def requests(valid: bool = True, *, extras: bool = True) -> S:
    """Requests of Chat, two in three with the suffix."""
    return st.builds(_named, openai_chat.requests(valid, extras=extras), st.sampled_from([True, True, False]))


def requests_pool(n: int = 64) -> S:
    """Copies of `n` requests made beforehand, one cheap draw each."""
    return c.pool(requests(), n)
