"""Documents of text where the target has none such: they are said as text, under a head of what they are called.

What a document carries beside its text has no field there, and the model has to know it all the same: an answer that
names its source needs one. The head is never read back, for a text that looks like one may be a user's.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING

from ..model import Media, Text

if TYPE_CHECKING:
    from .base import Writer

HEAD = (("Title: ", "filename"), ("Source: ", "url"), ("Context: ", "context"))
CONSTANTS = tuple(word for word, _ in HEAD)  # what stands around texts of the source


def headed(part: Media, text: str) -> str:
    """`text`, under the head of the document that says it; a document without one says its text alone."""
    lines = [f"{word}{getattr(part, name)}" for word, name in HEAD if getattr(part, name)]
    return "\n\n".join(filter(None, ("\n".join(lines), text)))


def text_of(part: Media) -> str | None:
    """What a document of texts says, as one text under its head; None for another one, and "" for one of nothing."""
    if part.kind != "document" or part.form not in ("text", "parts"):
        return None
    texts = [inner.text for inner in part.parts or () if isinstance(inner, Text)]
    if len(texts) < len(part.parts or ()):
        return None
    return headed(part, part.data or "" if part.form == "text" else "\n".join(filter(None, texts)))


def decoded(part: Media) -> Media:
    """A file of text as a document of plain text: for targets whose files are PDF only. Any other as it is, and one
    that is no UTF-8, too: what it says is not known."""
    if part.kind != "document" or part.form != "base64" or not (part.media_type or "").startswith("text/"):
        return part
    try:
        return replace(part, form="text", data=base64.b64decode(part.data or "", validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        return part


def as_text(writer: Writer, part: Media) -> None:
    """Report that a document became text, and what of it stays behind."""
    writer.report.changed("media.as_text", part.at)
    uncited(writer, part)
    writer.drop(part)


def uncited(writer: Writer, part: Media) -> None:
    """Report that citations of a document were asked for, where there are none such."""
    if part.cite:
        writer.report.dropped("citation.unsupported", writer.where(part, "cite"), True)
