"""OpenAI Chat Completions: POST /v1/chat/completions."""

from __future__ import annotations

from ...model import Request
from ..base import Context, Dialect
from .read import read_error, read_request, read_response
from .stream import ChatStreamReader, ChatStreamWriter
from .words import DERIVED, KINDS, NAME, PLACES, USAGE_MEANING
from .write import write_error, write_request, write_response


def _target(request: Request, context: Context) -> tuple[str, dict[str, str]]:
    return "/v1/chat/completions", {"content-type": "application/json"}


DIALECT = Dialect(
    name=NAME,
    kinds=KINDS,
    usage_meaning=USAGE_MEANING,
    read_request=read_request,
    write_request=write_request,
    read_response=read_response,
    write_response=write_response,
    read_error=read_error,
    write_error=write_error,
    reader=ChatStreamReader,
    writer=ChatStreamWriter,
    target=_target,
    places=PLACES,
    derived=DERIVED,
    kin=(("/reasoning_effort", "/thinking", "/reasoning", "/enable_thinking"), ("/user", "/safety_identifier")),
)
