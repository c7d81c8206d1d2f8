"""Anthropic Messages: POST /v1/messages."""

from __future__ import annotations

from ...model import Json, Request
from ...profiles import lookup, pointless
from ...tables import QUICK
from ..base import Context, Dialect, asks_in_body, grammar_of
from .home import home_block
from .read import leave, read_error, read_path, read_request, read_response
from .stream import MessagesStreamReader, MessagesStreamWriter
from .words import BESIDE, DERIVED, KINDS, NAME, PLACES, STATES, TIERS, USAGE_MEANING, WEB_SEARCH
from .write import write_error, write_response
from .write_request import version, write_request


def _target(request: Request, context: Context) -> tuple[str, dict[str, str]]:
    headers = {"content-type": "application/json", "anthropic-version": version(context)}
    quick = request.params.get("service_tier") in QUICK
    if quick and "service_tier" not in pointless(lookup(NAME, request.model, context.profile)):
        headers["anthropic-beta"] = "fast-mode-2026-02-01"  # "needed on some models"
    return "/v1/messages", headers


def _asks(body: Json, path: str | None) -> tuple[str, bool]:
    model, stream = asks_in_body(body, path)
    if path and "model" not in body:
        model, streams = read_path(path)
        stream = stream or (streams and "stream" not in body)
    return model, stream


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
    reader=MessagesStreamReader,
    writer=MessagesStreamWriter,
    target=_target,
    places=PLACES,
    grammar=grammar_of(__name__),
    request_id_header="request-id",
    error_word="anthropic",
    effort_apart=True,
    asks=_asks,
    constants=("<system>", "</system>", "web_search"),
    derived=DERIVED,
    kin={
        "limit": ("/max_tokens",),
        "reasoning": ("/thinking", "/output_config/effort"),
        "user": ("/metadata/user_id",),
        "output": ("/usage/output_tokens",),
    },
    states=STATES,
    search=WEB_SEARCH,
    leave=leave,
    tiers=("service_tier", TIERS),
    vendor="anthropic",
    seal=home_block,
    beside=BESIDE,
)
