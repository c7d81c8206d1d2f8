"""OpenAI Chat Completions: POST /v1/chat/completions, and every flavour of its shape."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ...model import Json, Message, ReasoningControl, Request, Response
from ..base import Context, Dialect, grammar_of
from ..documents import CONSTANTS
from ..openai_shape import CACHE_COUNTS, USAGE_MEANING, asks, read_error, write_error
from .carry import found, inside, seal, sign
from .flavours import CLAUDE_THINKING, FLAVOURS, SUFFIX, Flavour
from .read import read_request, read_response
from .stream import ChatStreamReader, ChatStreamWriter
from .tags import TagReader, Tags, split_response
from .words import DERIVED, KINDS, NAME, PLACES
from .write import TAGS, write_response
from .write_request import write_request


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
    grammar=grammar_of(__name__),
    answers="/choices",
    asks=asks,
    derived=DERIVED,
    constants=CONSTANTS,
    total="total_tokens",
    kin={
        "reasoning": (
            "/reasoning_effort",
            "/thinking",
            "/reasoning",
            "/enable_thinking",
            "/thinking_budget",
            "/thinking_token_budget",
            "/include_reasoning",
            "/extra_body/google/thinking_config",
            "/chat_template_kwargs",
        ),
        "user": ("/user", "/safety_identifier"),
        "logprobs": ("/logprobs", "/top_logprobs"),
        "seed": ("/seed", "/random_seed", "/seen"),
        "limit": ("/max_completion_tokens", "/max_tokens"),
        "output": ("/usage/completion_tokens",),
        **CACHE_COUNTS,
        "cache": ("*/cache_control", "*/prompt_cache_breakpoint"),
    },
    vendor="openai",
    rooted=True,
    seal=seal,
    sign=partial(sign, name=NAME),
    found=found,
    inside=inside,
    delays="header",
)


def _read_request(body: Json, path: str | None, flavour: Flavour) -> Request:
    r = read_request(body, path)
    r.dialect = flavour.id
    if flavour.control == "model":
        _suffix(r)
    return r


def _suffix(r: Request) -> None:
    """ "model suffix `-thinking`": thinking is on."""
    control = r.reasoning
    if r.model == SUFFIX or not r.model.endswith(SUFFIX) or (control is not None and control.mode is not None):
        return
    if control is None:
        control = r.reasoning = ReasoningControl(spelling={"fields": []})
    r.model = r.model.removesuffix(SUFFIX)
    control.mode = "enabled"
    control.spelling = {**(control.spelling or {}), "fields": [*(control.spelling or {}).get("fields", ()), "model"]}
    r.places["reasoning.mode"] = "/model"


def _read_response(body: Json, name: str, tags: Tags | None) -> Response:
    r = read_response(body, name)
    if tags is not None:
        split_response(r, tags)
    return r


# What the controls of the flavours derive, beside those of Chat itself.
_DERIVED = {
    "max_tokens": "the shortest answer for none",
    "reasoning/effort": "effort table",
    "reasoning/exclude": "whether thinking is shown",
    "thinking/type": "thinking on or off",
}


def _flavoured(flavour: Flavour) -> Dialect:
    kin, derived = DIALECT.kin, {**DERIVED, **_DERIVED}
    if flavour.control == "model":
        kin = {**kin, "reasoning": ("/model", *kin["reasoning"])}
        derived = {**derived, "model": "the suffix that asks for thinking"}
    tag, kinds = flavour.thinking if flavour.thinking in TAGS else "", DIALECT.kinds
    tags = Tags(f"<{tag}>", f"</{tag}>", flavour.prefilled) if tag else None
    if flavour.flagged:
        # Beside thinking between tags the flag says nothing new.
        kinds = {**kinds, Message: kinds[Message] | {"extra_content": {"google": {"thought": (True,)}}}}
    return replace(
        DIALECT,
        name=flavour.id,
        kinds=kinds,
        read_request=partial(_read_request, flavour=flavour),
        write_request=partial(write_request, flavour=flavour),
        read_response=partial(_read_response, name=flavour.id, tags=tags),
        write_response=partial(write_response, flavour=flavour),
        reader=partial(ChatStreamReader, flavour.id) if tags is None else partial(TagReader, flavour.id, tags),
        writer=partial(ChatStreamWriter, flavour=flavour),
        tag=tag,
        kin=kin,
        derived=derived,
        vendor=flavour.vendor,
        sign=partial(sign, name=flavour.id),
        seal=partial(seal, replayed=True) if flavour.replayed else seal,
        replays=flavour.replayed,
        signed_ids=flavour.signed_ids,
    )


VARIANTS = {flavour.id: _flavoured(flavour) for flavour in (CLAUDE_THINKING, *FLAVOURS)}
