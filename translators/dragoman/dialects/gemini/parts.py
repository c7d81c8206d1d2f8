"""Gemini: parts in. What is what follows from the one data member that a part has."""

from __future__ import annotations

import re
from typing import Any

from ...errors import Fault
from ...jsontext import type_name
from ...media import media_type_of, standard
from ...model import (
    Json,
    Media,
    Opaque,
    Part,
    Reasoning,
    ServerTool,
    State,
    Text,
    ToolCall,
    ToolResult,
)
from .casing import camel
from .words import DETAIL, NAME, PART_SHAPE

Faults = list[Fault]
_NO_KEYS: dict[str, str] = {}


def read_parts(value: Any, at: str, faults: Faults) -> tuple[list[Part], bool]:
    """The parts at pointer `at`, and whether they stood as one bare object ("tolerated")."""
    bare = type(value) is dict
    parts: list[Part] = []
    for i, item in enumerate([value] if bare else value):
        if type(item) is not dict:
            faults.append(Fault(f"{at}/{i}", "object", type_name(item)))
        else:
            parts.append(read_part(item, at if bare else f"{at}/{i}", faults))
    return parts, bare


def read_part(raw: Json, at: str, faults: Faults, plain: bool = False) -> Part:
    """One part; one without a member that is known, or whose member is not of its form, is opaque.

    plain: all its keys are in camelCase.
    """
    item, keys = (raw, _NO_KEYS) if plain else camel(raw, PART_SHAPE)
    for name, reader in _MEMBERS:
        if name in item:
            part = reader(item, at, faults)
            if part is not None:
                _beside(item, name, part, keys)
                return part
    if type(item.get("thoughtSignature")) is str:
        # Nothing but a signature: an empty text that carries one.
        empty: Text | Reasoning = Text("", spelling=None if item["thoughtSignature"] else {"text": "absent"}, at=at)
        if item.get("thought") is True:
            empty = Reasoning("", spelling={"text": "absent"}, at=at)
        _beside(item, "", empty, keys)
        return empty
    return Opaque(raw, at=at)


def _beside(item: Json, name: str, part: Any, keys: dict[str, str]) -> None:
    """What a part carries beside its data member."""
    if keys:
        part.spelling = {**(part.spelling or {}), "keys": keys}
    if len(item) == 1 and name in item:
        return
    rest = {k: v for k, v in item.items() if k != name}
    if isinstance(part, Reasoning):
        del rest["thought"]
    if type(rest.get("thoughtSignature")) is str and rest["thoughtSignature"]:
        part.state = State("thought_signature", rest.pop("thoughtSignature"), NAME)
    if isinstance(part, Media) and part.kind == "image":
        resolution = rest.get("mediaResolution")
        level = resolution.get("level") if type(resolution) is dict else None
        if type(resolution) is dict and type(level) is str and level in DETAIL.read:
            part.detail = DETAIL.read[level]
            rest["mediaResolution"] = {k: v for k, v in resolution.items() if k != "level"}
            if not rest["mediaResolution"]:
                del rest["mediaResolution"]
    if rest:
        part.extra = {**(part.extra or {}), **rest}


def _text(item: Json, at: str, faults: Faults) -> Part | None:
    if type(item["text"]) is not str:
        return None
    if item.get("thought") is True:
        return Reasoning(item["text"], at=at)
    # An empty text that carries a signature says no more than the signature alone.
    empty = not item["text"] and bool(item.get("thoughtSignature"))
    return Text(item["text"], spelling={"text": "empty"} if empty else None, at=at)


_STANDARD = str.maketrans("+/", "-_")


def spelt(data: str) -> tuple[str, Json | None]:
    """Base64 in the standard alphabet, padded, and how it was spelt; what is neither alphabet stays as it is."""
    out = standard(data)
    if out is data:
        return data, None
    spelling: Json = {}
    if "-" in data or "_" in data:
        spelling["alphabet"] = "url"
    if len(data) % 4:
        spelling["padding"] = "none"
    return out, (spelling if respelt(out, spelling) == data else {"base64": data})


def respelt(data: str, spelling: Json) -> str:
    """Base64 as it was spelt."""
    if "base64" in spelling:
        return str(spelling["base64"])
    if spelling.get("padding") == "none":
        data = data.rstrip("=")
    return data.translate(_STANDARD) if spelling.get("alphabet") == "url" else data


_SAME_TYPE = {"audio/x-wav": "audio/wav", "audio/mp3": "audio/mpeg", "image/jpg": "image/jpeg"}
_KINDS = {"image": "image", "audio": "audio", "video": "video"}
_YOUTUBE = re.compile(r"https?://(?:www\.|m\.)?(?:youtube\.com|youtu\.be)/")
# What only its issuer can open: the Files API, and the customer's own buckets.
_PRIVATE = re.compile(r"gs://|https://generativelanguage\.googleapis\.com/|files/")


def is_private(address: str) -> bool:
    """Whether an address is one of Google's own files, which nobody else can open."""
    return _PRIVATE.match(address) is not None


def media_kind(media_type: str | None) -> Any:
    """What kind of media a MIME type is."""
    return _KINDS.get((media_type or "").partition("/")[0], "document")


def _blob(media: Media, key: str, blob: Json, taken: str) -> Media:
    """MIME type and name of inlineData and fileData."""
    rest = {k: v for k, v in blob.items() if k != taken}
    said = rest.get("mimeType")
    if type(said) is str and said:
        plain, semicolon, _ = said.partition(";")
        media.media_type = _SAME_TYPE.get(plain.strip(), plain.strip())
        if not semicolon:
            del rest["mimeType"]
            if plain != media.media_type:
                media.spelling = {**(media.spelling or {}), "mimeType": plain}
    if type(rest.get("displayName")) is str:
        media.filename = rest.pop("displayName")
    if rest:
        media.extra = {key: rest}
    return media


def _inline(item: Json, at: str, faults: Faults) -> Part | None:
    blob = item["inlineData"]
    if type(blob) is not dict or type(blob.get("data")) is not str:
        return None
    data, spelling = spelt(blob["data"])
    media = _blob(Media("document", "base64", data=data, spelling=spelling, at=at), "inlineData", blob, "data")
    media.kind = media_kind(media.media_type)
    return media


def _file(item: Json, at: str, faults: Faults) -> Part | None:
    blob = item["fileData"]
    if type(blob) is not dict or type(blob.get("fileUri")) is not str:
        return None
    uri = blob["fileUri"]
    media = Media("document", "url", url=uri, at=at)
    if is_private(uri):
        media = Media("document", "file", file_id=uri, at=at)
    _blob(media, "fileData", blob, "fileUri")
    if media.media_type is None and "mimeType" not in blob:
        media.media_type = media_type_of(uri)
        if media.media_type is not None:
            media.spelling = {**(media.spelling or {}), "mimeType": None}
    media.kind = media_kind(media.media_type or media_type_of(uri))
    if _YOUTUBE.match(uri):
        media.kind = "video"
    return media


def _call(item: Json, at: str, faults: Faults) -> Part | None:
    call = item["functionCall"]
    if type(call) is not dict:
        return None
    part = ToolCall(at=at)
    rest: Json = {}
    for key, value in call.items():
        if key == "id" and type(value) is str:
            part.id = value
        elif key == "name" and type(value) is str and value:
            part.name = value
        elif key == "args" and type(value) is dict:
            part.arguments = value
        else:
            rest[key] = value
    if call.get("args") is None:
        part.arguments, part.spelling = {}, {"args": "absent"}  # "default values are omitted: absent == {}"
    if rest:
        part.extra = {"functionCall": rest}
    return part


def _response(item: Json, at: str, faults: Faults) -> Part | None:
    result = item["functionResponse"]
    if type(result) is not dict:
        return None
    part = ToolResult(at=at)
    rest: Json = {}
    for key, value in result.items():
        if key == "id" and type(value) is str:
            part.call_id = value
        elif key == "name" and type(value) is str:
            part.name = value
        elif key == "response" and type(value) is dict:
            part.value = value or None  # an empty object says nothing
        elif key == "parts" and type(value) is list and value:
            part.parts, _ = read_parts(value, f"{at}/functionResponse/parts", faults)
        else:
            rest[key] = value
    if "response" not in result:
        part.spelling = {"response": "absent"}
    if type(part.value) is dict and len(part.value) == 1 and "error" in part.value:
        part.is_error = True
    if rest:
        part.extra = {"functionResponse": rest}
    return part


def _server(name: str, step: Any, head: str, data: str) -> Any:
    """A step of a tool that the service runs."""

    def read(item: Json, at: str, faults: Faults) -> Part | None:
        value = item[name]
        if type(value) is not dict:
            return None
        rest = dict(value)
        part = ServerTool(step, name, at=at)
        if type(rest.get("id")) is str:
            part.id = rest.pop("id")
        if type(rest.get(head)) is str:
            part.name = rest.pop(head)
        if step == "call" and type(rest.get(data)) in (dict, str):
            part.input = rest.pop(data)
        part.value = rest
        return part

    return read


# The word of each server step's own name and input, for the way home.
SERVER = {
    "executableCode": ("language", "code"),
    "codeExecutionResult": ("outcome", "output"),
    "toolCall": ("toolType", "args"),
    "toolResponse": ("toolType", "response"),
}
_MEMBERS = (
    ("functionCall", _call),
    ("functionResponse", _response),
    ("inlineData", _inline),
    ("fileData", _file),
    ("executableCode", _server("executableCode", "call", *SERVER["executableCode"])),
    ("codeExecutionResult", _server("codeExecutionResult", "result", *SERVER["codeExecutionResult"])),
    ("toolCall", _server("toolCall", "call", *SERVER["toolCall"])),
    ("toolResponse", _server("toolResponse", "result", *SERVER["toolResponse"])),
    ("text", _text),
)
