"""Grounding as citations, and back.

groundingSupports and citationMetadata count UTF-8 bytes; canonical citations count characters. What is derived
here is for others only: the way home writes the grounding itself, which stays among the candidate's extras.
"""

from __future__ import annotations

import json
from typing import Any

from ...model import Candidate, Citation, Json, Text

DERIVED = frozenset({"grounding", "source"})  # the kinds of Citation that the way home passes over


def cites(meta: Any, citation: Any, at: str) -> list[tuple[int | None, Citation]]:
    """The citations of a candidate at pointer `at`, offsets still in bytes, each with the part it names.

    A support with several chunks is one citation a chunk.
    """
    out: list[tuple[int | None, Citation]] = []
    if type(meta) is dict:
        chunks = meta.get("groundingChunks")
        supports = meta.get("groundingSupports")
        for i, support in enumerate(supports if type(supports) is list else ()):
            out += _support(support, chunks, f"{at}/groundingMetadata/groundingSupports/{i}")
    for key in ("citations", "citationSources"):
        rows = citation.get(key) if type(citation) is dict else None
        for i, row in enumerate(rows if type(rows) is list else ()):
            if type(row) is dict and type(row.get("uri")) is str:
                c = Citation("source", row, url=row["uri"], at=f"{at}/citationMetadata/{key}/{i}")
                c.title = row["title"] if type(row.get("title")) is str else None
                end = row.get("endIndex")
                if type(end) is int:
                    c.start, c.end = _int(row.get("startIndex")), end
                out.append((None, c))
    return out


def _int(value: Any) -> int:
    return value if type(value) is int else 0  # "startIndex absent == 0"


def _support(support: Any, chunks: Any, at: str) -> list[tuple[int | None, Citation]]:
    segment = support.get("segment") if type(support) is dict else None
    indices = support.get("groundingChunkIndices") if type(support) is dict else None
    out: list[tuple[int | None, Citation]] = []
    if type(segment) is not dict or type(indices) is not list or type(chunks) is not list:
        return out
    for n in indices:
        chunk = chunks[n] if type(n) is int and 0 <= n < len(chunks) else None
        found = next((v for v in chunk.values() if type(v) is dict), None) if type(chunk) is dict else None
        url = found.get("uri", found.get("sourceUri")) if found is not None else None
        if found is None or type(url) is not str:
            continue
        c = Citation("grounding", {"support": support, "chunk": chunk}, url=url, at=at)
        c.title = found["title"] if type(found.get("title")) is str else None
        if type(segment.get("endIndex")) is int:
            c.start, c.end = _int(segment.get("startIndex")), segment["endIndex"]
        if type(segment.get("text")) is str:
            c.cited_text = segment["text"]
        part = segment.get("partIndex")
        out.append((part if type(part) is int else None, c))
    return out


def characters(text: str, count: int) -> int:
    """How many characters the first `count` bytes of `text` hold."""
    if text.isascii():
        return min(count, len(text))
    return len(text.encode("utf-8", "surrogatepass")[:count].decode("utf-8", "ignore"))


def size(text: str) -> int:
    """The bytes of `text`."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def place(candidate: Candidate) -> None:
    """Give the texts of a whole candidate the citations that its grounding says."""
    extra = candidate.extra or {}
    found = cites(extra.get("groundingMetadata"), extra.get("citationMetadata"), candidate.at)
    if not found:
        return
    parts = candidate.message.parts
    texts = [(i, p) for i, p in enumerate(parts) if isinstance(p, Text) and p.text]
    for index, c in found:
        target = _target(texts, index, c)
        if target is not None:
            target.citations = [*(target.citations or ()), c]


def _target(texts: list[tuple[int, Text]], index: int | None, c: Citation) -> Text | None:
    """The text that a citation stands in; its offsets become characters of it.

    They count from the part that `partIndex` names, or, where that does not hold, from the first text on.
    """
    if c.start is None or c.end is None:
        return texts[0][1] if texts else None
    for i, text in texts:
        if i == (index or 0) and _holds(text.text, c):
            return _count(text, c, 0)
    offset = 0
    for _, text in texts:
        length = size(text.text)
        if c.end <= offset + length and c.start >= offset:
            return _count(text, c, offset)
        offset += length
    c.start = c.end = None
    return texts[0][1] if texts else None


def _holds(text: str, c: Citation) -> bool:
    start, end = c.start or 0, c.end or 0
    data = text.encode("utf-8", "surrogatepass")
    said = data[start:end]
    return end <= len(data) and (c.cited_text is None or said == c.cited_text.encode("utf-8", "surrogatepass"))


def _count(text: Text, c: Citation, offset: int) -> Text:
    start, end = c.start or 0, c.end or 0
    c.start = characters(text.text, start - offset)
    c.end = characters(text.text, end - offset)
    return text


def key_of(c: Citation) -> str:
    """What tells one citation from another where grounding comes again and again in a stream."""
    return json.dumps([c.kind, c.value], sort_keys=True, ensure_ascii=True)


class Grounding:
    """groundingMetadata in the making, from the citations of others."""

    def __init__(self) -> None:
        self.chunks: list[Json] = []
        self.supports: list[Json] = []

    def add(self, part: int, text: str, start: int, end: int, url: str, title: str | None) -> None:
        """A citation of characters `start` to `end` of `text`, which is part `part`."""
        web: Json = {"uri": url} if title is None else {"uri": url, "title": title}
        chunk = {"web": web}
        if chunk not in self.chunks:
            self.chunks.append(chunk)
        segment: Json = {"partIndex": part} if part else {}
        if start:
            segment["startIndex"] = size(text[:start])
        segment |= {"endIndex": size(text[:end]), "text": text[start:end]}
        self.supports.append({"segment": segment, "groundingChunkIndices": [self.chunks.index(chunk)]})

    def said(self) -> Json | None:
        """The groundingMetadata, or None where nothing was cited."""
        if not self.supports:
            return None
        return {"groundingChunks": self.chunks, "groundingSupports": self.supports}
