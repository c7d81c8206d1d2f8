"""Gemini: POST …:generateContent and …:streamGenerateContent."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

from ...model import Json, Message, Part, Reasoning, Request, Text
from ...report import Report
from ..base import Dialect, grammar_of
from ..documents import CONSTANTS
from .home import home_part
from .read import read_error, read_response
from .read_request import read_path, read_request
from .stream import GeminiStreamReader
from .words import DERIVED, KINDS, NAME, PLACES, SERVICE_TIER, USAGE_MEANING, WEB_SEARCH
from .write import asked_error, write_error, write_response
from .write_request import target, write_request
from .writer import GeminiArrayWriter, GeminiStreamWriter

__all__ = ["DIALECT", "VARIANTS", "read_path"]


def _asks(body: Json, path: str | None) -> tuple[str, bool]:
    return read_path(path) if path else ("", False)


def _leave(r: Request, report: Report) -> Request:
    """A request on its way out: how tools stand in entries is spelling here, so that functions come first; what the
    model said in pieces is one turn."""
    if any(a.role == b.role == "assistant" for a, b in pairwise(r.messages)):
        r = replace(r, messages=_whole_turns(r.messages, report))
    if not r.tools or not any(tool.kind == "server" for tool in r.tools):
        return r
    return replace(r, tools=sorted(r.tools, key=lambda tool: tool.kind == "server"))


def _whole_turns(messages: list[Message], report: Report) -> list[Message]:
    """Chats of Google's own SDK keep every chunk of a stream as a Content: elsewhere calls in a row are one turn, and
    so is a text."""
    out = messages[:1]
    grows = False  # whether the last one is a turn of our own, to which the pieces are put
    for m in messages[1:]:
        last = out[-1]
        if m.role != "assistant" or last.role != "assistant" or last.extra or not last.parts or not m.parts:
            out.append(m)
            grows = False
            continue
        report.changed("message.merged", m.at)
        if not grows:
            last = out[-1] = replace(last, parts=[*last.parts])
            grows = True
        joined = _joined(last.parts[-1], m.parts[0])
        if joined is not None:
            last.parts[-1] = joined
        last.parts += m.parts if joined is None else m.parts[1:]
        last.extra = m.extra
    return out


def _joined(one: Part, two: Part) -> Part | None:
    """Two pieces of a text, or of thinking, that say nothing else."""
    for kind in (Text, Reasoning):
        if isinstance(one, kind) and isinstance(two, kind) and one.text and two.text:
            plain = all(piece == kind(piece.text, spelling=piece.spelling) for piece in (one, two))
            return replace(one, text=one.text + two.text) if plain else None
    return None


def _bare(r: Request) -> bool:
    """ "text/x.enum": the answer is one of the words of the schema as it is, in no quotes."""
    config = r.extra.get("generationConfig") if r.extra else None
    return type(config) is dict and config.get("responseMimeType") == "text/x.enum"


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
    reader=GeminiStreamReader,
    writer=GeminiStreamWriter,
    target=target,
    places=PLACES,
    grammar=grammar_of(__name__),
    error_word="gemini",
    delays="body",
    answers="/candidates",
    derived=DERIVED,
    turns="/contents",
    listed=True,
    asked_error=asked_error,
    names_results=True,
    asks=_asks,
    total="totalTokenCount",
    constants=("<system>", "</system>", *CONSTANTS),
    kin={
        "limit": ("/generationConfig/maxOutputTokens",),
        "reasoning": ("/generationConfig/thinkingConfig",),
        "output": ("/usageMetadata/candidatesTokenCount",),
        "citations": tuple(
            f"/candidates/{i}/{key}" for i in range(8) for key in ("groundingMetadata", "citationMetadata")
        ),
    },
    states=("thought_signature",),
    search=WEB_SEARCH,
    vendor="google",
    seal=home_part,
    bare=_bare,
    leave=_leave,
    tiers=("serviceTier", SERVICE_TIER),
)
ARRAY = "gemini+array"
# streamGenerateContent without `alt=sse` answers with one JSON array; everything else is the same.
VARIANTS = {
    ARRAY: replace(DIALECT, name=ARRAY, same_as=NAME, writer=GeminiArrayWriter, target=partial(target, stream=""))
}
