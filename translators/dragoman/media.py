"""Data URLs and MIME types: `data:` <-> (media type, base64). RFC 2397."""

from __future__ import annotations

import base64
from dataclasses import dataclass

_ALIASES = {"image/jpg": "image/jpeg"}  # everyone writes it, nobody registered it


@dataclass(slots=True)
class Data:
    """The content of a data URL, as base64."""

    media_type: str
    base64: str

    def url(self) -> str:
        """The plainest data URL that says this."""
        return f"data:{self.media_type};base64,{self.base64}"

    def is_plain(self, url: str) -> bool:
        """Whether `url`, from which this was read, is that plainest one; without building it anew."""
        head = f"data:{self.media_type};base64,"
        return url.startswith(head) and len(url) == len(head) + len(self.base64)


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

        data = base64.b64encode(unquote_to_bytes(data.encode("utf-8", "surrogatepass"))).decode()
    kind = kind.strip().lower() or "text/plain"
    return Data(_ALIASES.get(kind, kind), data)


def media_type_of(url: str) -> str | None:
    """The MIME type that the ending of an address suggests."""
    import mimetypes  # only now: few addresses come with a type beside them

    return mimetypes.guess_type(url.split("?", 1)[0])[0]
