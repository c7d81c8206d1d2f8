"""Data URLs and MIME types: `data:` <-> (media type, base64). RFC 2397."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from .model import Media

_ALIASES = {"image/jpg": "image/jpeg"}  # everyone writes it, nobody registered it


@dataclass(slots=True)
class Data:
    """The content of a data URL, as base64."""

    media_type: str
    base64: str
    respelt: bool = False  # whether the base64 was spelt otherwise

    def url(self) -> str:
        """The plainest data URL that says this."""
        return f"data:{self.media_type};base64,{self.base64}"

    def is_plain(self, url: str) -> bool:
        """Whether `url`, from which this was read, is that plainest one; without building it anew."""
        head = f"data:{self.media_type};base64,"
        return not self.respelt and url.startswith(head) and len(url) == len(head) + len(self.base64)


def from_data_url(url: str) -> Data | None:
    """The content of `url` if it is a data URL; MIME parameters are left out, percent-encoded data re-encoded."""
    if url[:5] != "data:" and url[:5].lower() != "data:":
        return None
    comma = url.find(",", 5)  # no partition: it would copy the data twice
    if comma < 0:
        return None
    head, data = url[5:comma], url[comma + 1 :]
    kind, *parameters = head.split(";")
    if not parameters or parameters[-1].strip().lower() != "base64":
        from urllib.parse import unquote_to_bytes  # only now: this form is rare

        data = said = base64.b64encode(unquote_to_bytes(data.encode("utf-8", "surrogatepass"))).decode()
    else:
        said = standard(data)
    kind = kind.strip().lower() or "text/plain"
    return Data(_ALIASES.get(kind, kind), said, said is not data)


_URL_SAFE = str.maketrans("-_", "+/")
_LETTERS = re.compile("[A-Za-z0-9+/]*")


def standard(data: str) -> str:
    """Base64 in the standard alphabet, padded, in one line: "standard base64, no data: prefix, no newlines".

    URL-safe letters, percent-encoding, line ends, blanks around it, missing and surplus padding are spellings of it.
    What is base64 in none of them stays as it is; so does a blank within, which may have been a "+".
    """
    # Each of these is one look at the memory: what is standard, be it ever so large, is not walked.
    odd = "-" in data or "_" in data or "%" in data or "\n" in data or "\r" in data
    if not odd and not len(data) % 4 and not data.endswith(("===", " ")) and not data.startswith(" "):
        return data
    if "%" in data:
        from urllib.parse import unquote  # only now: this form is rare

        said = unquote(data)
    else:
        said = data
    said = said.translate(_URL_SAFE).replace("\r", "").replace("\n", "").strip(" ").rstrip("=")
    if len(said) % 4 == 1 or not _LETTERS.fullmatch(said):
        return data
    return said + "=" * (-len(said) % 4)


def is_empty(part: Media) -> bool:
    """Whether media hold nothing: no data, or an empty address ("treat empty url as invalid_value")."""
    return (part.form == "base64" and not part.data) or (part.form == "url" and not part.url)


def media_type_of(url: str) -> str | None:
    """The MIME type that the ending of an address suggests."""
    import mimetypes  # only now: few addresses come with a type beside them

    return mimetypes.guess_type(url.split("?", 1)[0])[0]


_ENDINGS = {
    "application/json": "json",
    "application/pdf": "pdf",
    "application/xml": "xml",
    "text/css": "css",
    "text/csv": "csv",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
    "text/xml": "xml",
}


def file_name(media_type: str) -> str:
    """A name for a document that has none: its ending says what is in it."""
    ending = _ENDINGS.get(media_type.lower()) or ("txt" if media_type.startswith("text/") else "pdf")
    return f"document.{ending}"
