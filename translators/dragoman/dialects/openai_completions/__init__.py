"""Legacy Completions: POST /v1/completions."""

from __future__ import annotations

from ...model import Request
from ..base import Context, Dialect, grammar_of
from ..openai_shape import CACHE_COUNTS, USAGE_MEANING, asks, read_error, write_error
from .read import read_request, read_response
from .stream import CompletionsStreamReader
from .words import DERIVED, KINDS, NAME, PLACES
from .write import write_response
from .write_request import write_request
from .writer import CompletionsStreamWriter


def _target(request: Request, context: Context) -> tuple[str, dict[str, str]]:
    return "/v1/completions", {"content-type": "application/json"}


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
    reader=CompletionsStreamReader,
    writer=CompletionsStreamWriter,
    target=_target,
    places=PLACES,
    grammar=grammar_of(__name__),
    answers="/choices",
    asks=asks,
    derived=DERIVED,
    total="total_tokens",
    kin={
        "limit": ("/max_tokens",),
        "logprobs": ("/logprobs",),
        "output": ("/usage/completion_tokens",),
        **CACHE_COUNTS,
    },
    delays="header",
)
