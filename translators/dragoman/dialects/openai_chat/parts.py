"""Chat Completions: the parts of a message in. Content parts, audio, calls, annotations."""

from __future__ import annotations

from typing import Any

from ...errors import Fault
from ...jsontext import type_name
from ...media import from_data_url, media_type_of, standard
from ...model import Citation, Json, Media, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from .words import CACHE_KEYS

Faults = list[Fault]


def read_audio(value: Json, at: str) -> list[Part]:
    """The sound of an answer, and behind it what it says."""
    media = Media("audio", "file", file_id=value["id"], spelling={"field": True}, at=at)
    parts: list[Part] = [media]
    rest: Json = {}
    for key, item in value.items():
        if key == "data" and type(item) is str:
            media.data = item
        elif key == "transcript" and type(item) is str and item:
            parts.append(Text(item, transcript=True, at=f"{at}/transcript"))
        elif key != "id":
            rest[key] = item
    media.extra = rest or None
    return parts


def read_picture(item: Any, at: str, ordinal: int) -> Part:
    """One of the pictures of an answer where OpenRouter and LiteLLM have them: number `ordinal` of `images`."""
    media = None
    if type(item) is dict and item.get("type") == "image_url":
        # "{type: image_url, image_url: {url}, index}": the number says nothing where it is the place.
        numbered = type(item.get("index")) is int and item["index"] == ordinal
        media = _image_url({k: v for k, v in item.items() if k != "index"} if numbered else item, at)
    if not isinstance(media, Media):
        return Opaque(item, spelling={"field": "images"}, at=at)
    media.spelling = {**(media.spelling or {}), "field": "images", **({"index": ordinal} if numbered else {})}
    return media


def read_annotation(value: Any, at: str) -> Citation:
    """One entry of `annotations`; what is no url_citation is kept as it is."""
    inner = value.get("url_citation") if type(value) is dict else None
    if type(inner) is not dict or value.get("type") != "url_citation":
        return Citation("other", {"value": value}, at=at)
    c = Citation("url", value, at=at)
    for key, name, kind in (
        ("url", "url", str),
        ("title", "title", str),
        ("start_index", "start", int),
        ("end_index", "end", int),
    ):
        if type(inner.get(key)) is kind:
            setattr(c, name, inner[key])
    return c


def read_parts(value: list[Any], at: str, faults: Faults) -> list[Part]:
    parts: list[Part] = []
    for j, item in enumerate(value):
        place = f"{at}/{j}"
        if type(item) is not dict:
            faults.append(Fault(place, "object", type_name(item)))
        else:
            reader = _PARTS.get(item.get("type", "")) if type(item.get("type")) is str else None
            part = reader(item, place) if reader is not None else None
            parts.append(part if part is not None else Opaque(item, at=place))
    return parts


def _rest(item: Json, part: Any, *taken: str) -> Any:
    """Give `part` the cache mark and the extras of its wire object."""
    rest = {k: v for k, v in item.items() if k not in taken and k != "type"}
    if rest:
        for key in CACHE_KEYS:
            if type(rest.get(key)) is dict:
                part.cache = {key: rest.pop(key)}
                break
        if rest:
            part.extra = rest
    return part


def _text(item: Json, at: str) -> Part | None:
    text = item.get("text")
    if type(text) is not str:
        return None
    part = Text(text, at=at)
    if len(item) > 2:
        _rest(item, part, "text")
    if item["type"] != "text":
        part.spelling = {"type": item["type"]}
    return part


def _refusal(item: Json, at: str) -> Part | None:
    if type(item.get("refusal")) is not str:
        return None
    rest = {k: v for k, v in item.items() if k not in ("type", "refusal")}
    return Refusal(item["refusal"], extra=rest or None, at=at)


_VIDEO = (".mp4", ".mov", ".webm", ".mpeg", ".avi", ".mkv")


def _addressed(kind: str, key: str, item: Json, at: str, spelling: Json | None = None) -> Part | None:
    """A part whose `key` is {url}, or the address itself; `spelling` of one whose type is not the usual one."""
    inner = item.get(key)
    if type(inner) is str:
        return _from_url(kind, inner, item, {}, {"url": "string", **(spelling or {})}, key, at)
    if type(inner) is not dict or type(inner.get("url")) is not str:
        return None
    rest = {k: v for k, v in inner.items() if k != "url"}
    return _from_url(kind, inner["url"], item, rest, spelling, key, at)


def _image_url(item: Json, at: str) -> Part | None:
    return _addressed("image", "image_url", item, at)


def _video_url(item: Json, at: str) -> Part | None:
    return _addressed("video", "video_url", item, at, {"type": "video_url"})


def _input_image(item: Json, at: str) -> Part | None:
    # Leaks from Responses, where the detail stands beside the address.
    url = item.get("image_url")
    if type(url) is not str:
        return None
    detail = {"detail": item["detail"]} if type(item.get("detail")) is str else {}
    item = {key: value for key, value in item.items() if key not in detail}
    return _from_url("image", url, item, detail, {"type": "input_image"}, "image_url", at)


def _audio_url(item: Json, at: str) -> Part | None:
    # vLLM: {url}; others send the address itself.
    return _addressed("audio", "audio_url", item, at, {"type": "audio_url"})


def _document_url(item: Json, at: str) -> Part | None:
    # Mistral: a document by its address, and its name beside it.
    url, name = item.get("document_url"), item.get("document_name")
    if type(url) is not str:
        return None
    item = {key: value for key, value in item.items() if key != "document_name" or type(value) is not str}
    media = _from_url("document", url, item, {}, {"type": "document_url"}, "document_url", at)
    if isinstance(media, Media) and type(name) is str:
        media.filename = name
    return media


def _from_url(kind: Any, url: str, item: Json, rest: Json, spelling: Json | None, key: str, at: str) -> Part:
    media = Media(kind, "url", url=url, spelling=spelling, at=at)
    data = from_data_url(url)
    if data is not None:
        media.form, media.url = "base64", None
        media.media_type, media.data = data.media_type, data.base64
        if not data.is_plain(url):
            media.spelling = {**(spelling or {}), "data_url": url}
        if media.media_type and media.media_type.startswith("video/"):
            media.kind = "video"
        elif kind == "image" and (other := _no_picture(media.media_type or "")) is not None:
            # Gateways take sounds and documents as image_url; the type tells.
            media.kind = other
            media.spelling = {**(media.spelling or {}), "type": item["type"]}
    elif kind == "image" and url.split("?", 1)[0].lower().endswith(_VIDEO):
        # Resellers send films as image_url; the address tells.
        media.kind = "video"
        media.media_type = media_type_of(url)
    if type(rest.get("detail")) is str:
        media.detail = rest.pop("detail")
    _rest(item, media, key)
    if rest:
        media.extra = {**(media.extra or {}), key: rest}
    return media


def _no_picture(media_type: str) -> Any:
    """What a data URL of this type holds where that is no picture, else None. One that names none is a text."""
    said = media_type.lower()
    if said.startswith("audio/"):
        return "audio"
    return "document" if said.startswith(("application/pdf", "text/")) else None


def _input_audio(item: Json, at: str) -> Part | None:
    inner = item.get("input_audio")
    if type(inner) is not dict or type(inner.get("data")) is not str or type(inner.get("format")) is not str:
        return None
    said = inner["data"]
    media = Media("audio", "base64", data=said, at=at)
    # Behind Qwen's servers `data` is an address: of a file, or `data:;base64,…`.
    if said.startswith(("http://", "https://")):
        media.form, media.data, media.url = "url", None, said
    elif (data := from_data_url(said)) is not None:
        media.data, media.spelling = data.base64, {"data_url": said}
    elif (plain := standard(said)) is not said:
        media.data, media.spelling = plain, {"base64": said}
    media.media_type = {"mp3": "audio/mpeg"}.get(inner["format"], "audio/" + inner["format"])
    _rest(item, media, "input_audio")
    rest = {k: v for k, v in inner.items() if k not in ("data", "format")}
    if rest:
        media.extra = {**(media.extra or {}), "input_audio": rest}
    return media


def _file(item: Json, at: str) -> Part | None:
    inner = item.get("file")
    if type(inner) is not dict:
        return None
    taken = ["filename"] if type(inner.get("filename")) is str else []
    if type(inner.get("file_data")) is str:
        url = inner["file_data"]
        taken.append("file_data")
        data = from_data_url(url)
        media = Media("document", "base64", at=at)
        if data is None and url.startswith(("http://", "https://")):
            media.form, media.url = "url", url
        elif data is None:
            media.data, media.spelling = standard(url), {"data_url": url}
        else:
            media.media_type, media.data = data.media_type, data.base64
            if not data.is_plain(url):
                media.spelling = {"data_url": url}
    elif type(inner.get("file_id")) is str:
        media = Media("document", "file", file_id=inner["file_id"], at=at)
        taken.append("file_id")
    else:
        return None
    if type(inner.get("filename")) is str:
        media.filename = inner["filename"]
    _rest(item, media, "file")
    rest = {k: v for k, v in inner.items() if k not in taken}
    if rest:
        media.extra = {**(media.extra or {}), "file": rest}
    return media


def _thinking_part(item: Json, at: str) -> Part | None:
    # Mistral: {type: thinking, thinking: [{type: text, text}]}; LiteLLM and Anthropic: thinking is a string.
    value = item.get("thinking")
    rest = {k: v for k, v in item.items() if k not in ("type", "thinking")}
    if type(value) is str:
        return Reasoning(value, extra=rest or None, spelling={"part": "string"}, at=at)
    plain = type(value) is list and all(
        type(t) is dict and set(t) == {"type", "text"} and t["type"] == "text" and type(t["text"]) is str for t in value
    )
    if not plain or value is None:
        return None
    texts = [t["text"] for t in value]
    return Reasoning("".join(texts), extra=rest or None, spelling={"part": texts}, at=at)


def summary_texts(summary: list[Any]) -> list[str]:
    """The texts of the summary of a reasoning item of Responses."""
    return [s["text"] for s in summary if type(s) is dict and type(s.get("text")) is str]


_PARTS = {
    "text": _text,
    "input_text": _text,  # leaks from Responses
    "output_text": _text,
    "image_url": _image_url,
    "video_url": _video_url,
    "input_image": _input_image,
    "audio_url": _audio_url,
    "document_url": _document_url,
    "input_audio": _input_audio,
    "file": _file,
    "refusal": _refusal,
    "thinking": _thinking_part,
}


def read_call(call: Json, at: str, ordinal: int, before: int = 0) -> Part:
    """An entry of `tool_calls`: number `ordinal` of them, with as many as `before` in front of the list."""
    kind, inner = call.get("type"), call.get("function")
    if kind == "function" and len(call) == 3 and type(inner) is dict and len(inner) == 2:
        # What nearly every call says, and no more.
        call_id, name, arguments = call.get("id"), inner.get("name"), inner.get("arguments")
        if type(call_id) is str and call_id and type(name) is str and type(arguments) is str:
            return ToolCall(call_id, name, arguments, at=at)
    if kind == "custom":
        inner, name = call.get("custom"), "input"
    else:
        name = "arguments"
    if type(inner) is not dict or type(inner.get("name")) is not str or kind not in ("function", "custom", None):
        return Opaque(call, spelling={"field": "tool_calls"}, at=at)
    out = ToolCall(None, inner["name"], at=at)
    spelling: Json = {}
    rest: Json = {}
    more: Json = {}
    for key, value in call.items():
        if key == "id" and type(value) is str and value:
            out.id = value
        elif key == "function" or key == "custom":
            if value is not inner:
                rest[key] = value
        elif key == "index" and type(value) is int and value in (ordinal, ordinal + before):
            spelling["index"] = value  # what only a stream needs: it says nothing where it is the place
        elif key != "type" or value is None:
            rest[key] = value
    if "type" not in call:
        spelling["type"] = "absent"
    for key, value in inner.items():
        if key == name and type(value) is str:
            out.arguments = value
        elif key == name and type(value) is dict and kind != "custom":
            out.arguments = value
            spelling["arguments"] = "object"
        elif key != "name":
            more[key] = value
    if kind == "custom":
        out.kind = "custom"
    if more:
        rest["custom" if kind == "custom" else "function"] = more
    out.extra, out.spelling = rest or None, spelling or None
    return out


def read_legacy_call(value: Json, at: str) -> Part:
    spelling = {"field": "function_call"}
    if type(value.get("name")) is not str:
        return Opaque(value, spelling=spelling, at=at)
    out = ToolCall(None, value["name"], spelling=spelling, at=at)
    rest = {k: v for k, v in value.items() if k != "name"}
    if type(rest.get("arguments")) is str:
        out.arguments = rest.pop("arguments")
    out.extra = rest or None
    return out
