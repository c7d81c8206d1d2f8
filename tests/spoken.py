"""Which flavour of its dialect a document is written in: the laws take a document home in its own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dragoman.dialects.openai_chat.flavours import FLAVOURS, Flavour


def flavour_of(kind: str, body: Any, dialect: str) -> str | None:
    """The flavour whose row knows most of what plain Chat has no word for; None where the document has no such word."""
    if kind != "request" or dialect != "openai-chat":
        return None
    said = set(_words(body))
    known = [(len(said & _own(flavour)), flavour.id) for flavour in FLAVOURS]
    most = max(count for count, _ in known)
    return next((name for count, name in known if count == most), None) if most else None


def _own(flavour: Flavour) -> set[str]:
    """The words of a flavour's requests that plain Chat does not have."""
    controls = {"reasoning": {"reasoning"}, "budget": {"thinking"}, "thinking": {"thinking"}}
    return {
        *flavour.takes,
        *controls.get(flavour.control, ()),
        *(["cache_control"] if flavour.cache else ()),
        *([flavour.state_list] if flavour.state_list else ()),
        *(["document"] if flavour.documents else ()),
        *(["result"] if flavour.results else ()),
    }


def _words(body: Any) -> Iterator[str]:
    """The keys of a request, its tools, its turns and their parts; what a file and a result have of their own."""
    yield from body
    for tool in body.get("tools") or ():
        yield from tool
    for message in body.get("messages") or ():
        yield from (key for key in message if key != "reasoning")
        for part in message["content"] if type(message.get("content")) is list else ():
            yield from part
            file = part.get("file")
            named = type(file) is dict and "filename" in file and str(file.get("file_data")).startswith("data:")
            if type(file) is dict and "file_id" not in file and not named:
                yield "document"
            if message.get("role") == "tool" and part.get("type") == "image_url":
                yield "result"
