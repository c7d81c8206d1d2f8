"""OpenAI Responses: POST /v1/responses."""

from __future__ import annotations

from ...model import Request
from ..base import Context, Dialect, grammar_of
from ..documents import CONSTANTS
from ..openai_shape import write_error
from .groups import best_effort, ungrouped
from .home import sealed_item
from .read import read_error, read_request, read_response
from .stream import ResponsesStreamReader, ResponsesStreamWriter
from .updates import updated
from .words import DERIVED, KINDS, NAME, PLACES, USAGE_MEANING, VENDOR, WEB_SEARCH
from .write import write_response
from .write_request import write_request


def _target(request: Request, context: Context) -> tuple[str, dict[str, str]]:
    return "/v1/responses", {"content-type": "application/json"}


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
    reader=ResponsesStreamReader,
    writer=ResponsesStreamWriter,
    target=_target,
    places=PLACES,
    grammar=grammar_of(__name__),
    derived=DERIVED,
    constants=CONSTANTS,
    total="total_tokens",
    kin={
        "reasoning": ("/reasoning/effort",),
        "user": ("/user", "/safety_identifier"),
        "logprobs": ("/include", "/top_logprobs"),
        "limit": ("/max_output_tokens",),
        "output": ("/usage/output_tokens",),
    },
    turns="/input",
    states=("encrypted", "compaction"),
    search=WEB_SEARCH,
    vendor=VENDOR,
    rooted=True,
    seal=sealed_item,
    leave=lambda r, report: updated(best_effort(ungrouped(r, report), report), report),
    delays="header",
)
