"""Chat Completions: requests out, the parts of a message. Texts, refusals and media -> content parts."""

from __future__ import annotations

from typing import Any

from ...media import file_name, is_empty
from ...model import Json, Media, Part, Refusal, Text
from ...profiles import Profile
from ..documents import as_text, decoded, text_of, uncited
from ..openai_facts import cache_mark
from .write import ChatWriter

AUDIO_WORDS = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav"}


def _named(part: Media) -> Json:
    """The name of a document, if it has one."""
    return {"filename": part.filename} if part.filename is not None else {}


class PartWriter(ChatWriter):
    """The parts of one request."""

    __slots__ = ("facts", "named")

    facts: Profile
    named: list[Json]  # files that got a name here

    def cache(self, node: Any) -> None:
        """Report the cache mark of `node`, unless it goes along."""
        if not isinstance(node, (Text, Media)) or not (self.facts.cache_breakpoints or self.flavour.cache):
            super().cache(node)

    def mark(self, part: Any) -> Json:
        """The cache mark of a part, as the flavour or the model takes it."""
        return dict(part.cache or {}) if self.flavour.cache else cache_mark(self.facts, part, self.report)

    def text(self, part: Text) -> None:
        """What a text carries beyond its text."""
        self.drop(part)
        self.cache(part)
        for c in part.citations or ():
            self.report.dropped("citation.unsupported", c.at, c.value)

    def part(self, part: Part, role: str) -> Json | None:
        """The content part that says `part` in a message of `role`, or None with a loss."""
        if isinstance(part, Text):
            self.text(part)
            mark = self.mark(part) if part.cache else {}
            if not part.text and not mark and (part.extra or part.cache):
                # All it had was what could not come along.
                self.report.dropped("text.blank", part.at, part.text)
                return None
            return {"type": "text", "text": part.text, **mark}
        if isinstance(part, Refusal) and role == "assistant":
            self.drop(part)
            return {"type": "refusal", "refusal": part.text} if part.text else None
        if isinstance(part, Media) and role in ("user", "tool"):
            return self.media(part)
        self.gone(part)
        return None

    def media(self, part: Media) -> Json | None:
        report = self.report
        if is_empty(part):
            report.dropped(f"media.{part.kind}", part.at, part)
            return None
        if part.kind == "image" and part.form in ("base64", "url"):
            url = part.url if part.form == "url" else f"data:{part.media_type or 'image/png'};base64,{part.data}"
            if part.form == "base64" and not part.media_type:
                report.changed("media.type", part.at)
            self.lose_type(part)
            inner: Json = {"url": url}
            if part.detail in ("auto", "low", "high", "original"):
                inner["detail"] = part.detail
            out: Json = {"type": "image_url", "image_url": inner}
            self.lose_filename(part)
        elif part.kind == "video" and self.flavour.video and part.form in ("base64", "url"):
            url = part.url if part.form == "url" else f"data:{part.media_type or 'video/mp4'};base64,{part.data}"
            out = {"type": self.flavour.video, self.flavour.video: {"url": url}}
            self.lose_filename(part)
            self.lose_type(part)
        elif part.kind == "audio" and part.form == "base64" and part.media_type in AUDIO_WORDS:
            out = {
                "type": "input_audio",
                "input_audio": {"data": part.data, "format": AUDIO_WORDS[part.media_type]},
            }
            self.lose_filename(part)
        elif part.kind == "document" and part.form == "base64" and (plain := decoded(part)) is not part:
            return self.media(plain)  # "data URL for PDFs"
        elif part.kind == "document" and part.form == "base64":
            media_type = part.media_type or "application/pdf"
            if not part.media_type:
                report.changed("media.type", part.at)
            file: Json = {"file_data": f"data:{media_type};base64,{part.data}"} | _named(part)
            if part.filename is None and not self.flavour.documents:
                # "Missing required parameter": file_data does not go without a name.
                file["filename"] = file_name(media_type)
                self.named.append(file)
            out = {"type": "file", "file": file}
            self.beside(part)
        elif part.kind == "document" and part.form == "url" and self.flavour.documents:
            out = {"type": "file", "file": {"file_data": part.url} | _named(part)}
            self.lose_type(part)
            self.beside(part)
        elif part.kind == "document" and part.file_id and self.flavour.files and self.same_vendor(self.flavour.vendor):
            out = {"type": "file", "file": {"file_id": part.file_id} | _named(part)}
            self.beside(part)
        elif (text := text_of(part)) is not None:
            as_text(self, part)
            super().cache(part)
            return {"type": "text", "text": text} if text else None
        else:
            report.dropped(f"media.{'file_id' if part.form == 'file' else part.kind}", part.at, part)
            return None
        self.drop(part)
        self.cache(part)
        return out | self.mark(part)

    def beside(self, part: Media) -> None:
        """What a document carries beside its content."""
        if part.context is not None:
            self.report.dropped("media.context", self.where(part, "context"), part.context)
        uncited(self, part)
