"""Responses: the items of `input` and `output`, and the parts inside them, in."""

from __future__ import annotations

from typing import Any

from ...media import from_data_url, standard
from ...model import (
    Citation,
    Item,
    Json,
    Media,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    ServerTool,
    State,
    Text,
    ToolCall,
    ToolResult,
)
from ..openai_shape import CACHE_KEY
from .words import (
    CALLS,
    INPUT_KEY,
    NAME,
    RESULTS,
    SERVER_CALLS,
    SERVER_RESULTS,
    TEXTS,
)


def rest_of(value: Json, *taken: str) -> Json | None:
    """The keys of a wire object beyond `type` and those taken."""
    return {k: v for k, v in value.items() if k not in taken and k != "type"} or None


def all_texts(parts: list[Part]) -> str:
    """What the texts among `parts` say, in one."""
    return "".join([part.text for part in parts if isinstance(part, Text)])


# --- content parts ---------------------------------------------------------------------------------------------


def read_part(item: Any, role: str, at: str) -> Part:
    """One content part of a message of `role`; one of unknown kind, or without what its kind needs, is opaque."""
    kind = item.get("type") if type(item) is dict else None
    reader = _PARTS.get(kind) if type(kind) is str else None
    part = reader(item, role, at) if reader is not None else None
    return part if part is not None else Opaque(item, spelling={"field": "content"}, at=at)


def text_type(role: str) -> str:
    """What a text is called in a message of `role`."""
    return "output_text" if role == "assistant" else "input_text"


def _cached(part: Any) -> Any:
    extra = part.extra
    if extra is not None and type(extra.get(CACHE_KEY)) is dict:
        part.cache = {CACHE_KEY: extra[CACHE_KEY]}
        part.extra = rest_of(extra, CACHE_KEY)
    return part


def _text(item: Json, role: str, at: str) -> Part | None:
    text = item.get("text")
    if type(text) is not str:
        return None
    part = Text(text, at=at)
    if item["type"] != text_type(role):
        part.spelling = {"type": item["type"]}
    if len(item) > 2:
        annotations = item.get("annotations")
        taken = ["text"]
        if type(annotations) is list and annotations:
            part.citations = [read_annotation(a, f"{at}/annotations/{i}") for i, a in enumerate(annotations)]
            taken.append("annotations")
        part.extra = rest_of(item, *taken)
        _cached(part)
    return part


_CITATIONS = {
    "url_citation": "url",
    "file_citation": "file",
    "container_file_citation": "container_file",
    "file_path": "file_path",
}


def read_annotation(value: Any, at: str) -> Citation:
    """One entry of `annotations`; its indices count characters of the text."""
    kind = value.get("type") if type(value) is dict else None
    if type(kind) is not str or kind not in _CITATIONS:
        return Citation("other", {"value": value}, at=at)
    c = Citation(_CITATIONS[kind], value, at=at)
    for key, name, types in (
        ("url", "url", str),
        ("title", "title", str),
        ("filename", "title", str),
        ("start_index", "start", int),
        ("end_index", "end", int),
    ):
        if type(value.get(key)) is types:
            setattr(c, name, value[key])
    return c


def _refusal(item: Json, role: str, at: str) -> Part | None:
    if type(item.get("refusal")) is not str:
        return None
    return Refusal(item["refusal"], extra=rest_of(item, "refusal"), at=at)


def _located(media: Media, url: str) -> None:
    """Give `media` what an address says: its content, or where it is."""
    data = from_data_url(url)
    if data is None:
        media.form, media.url = "url", url
        return
    media.form, media.media_type, media.data = "base64", data.media_type, data.base64
    if not data.is_plain(url):
        media.spelling = {"data_url": url}


def _image(item: Json, role: str, at: str) -> Part | None:
    media = Media("image", "url", at=at)
    taken = ["detail"] if type(item.get("detail")) is str else []
    if type(item.get("image_url")) is str:
        _located(media, item["image_url"])
        taken.append("image_url")
    elif type(item.get("file_id")) is str:
        media.form, media.file_id = "file", item["file_id"]
        taken.append("file_id")
    else:
        return None
    if "detail" in taken:
        media.detail = item["detail"]
    media.extra = rest_of(item, *taken)
    return _cached(media)  # type: ignore[no-any-return]


def _file(item: Json, role: str, at: str) -> Part | None:
    media = Media("document", "base64", at=at)
    taken = []
    if type(item.get("file_data")) is str:
        _located(media, item["file_data"])
        if media.form == "url":
            # Plain base64 without the head of a data URL; or an address in the wrong field.
            media.form, media.spelling = "base64", {"data_url": media.url}
            media.data = standard(media.url or "")
            media.url = None
        taken.append("file_data")
    elif type(item.get("file_url")) is str:
        media.form, media.url = "url", item["file_url"]
        taken.append("file_url")
    elif type(item.get("file_id")) is str:
        media.form, media.file_id = "file", item["file_id"]
        taken.append("file_id")
    else:
        return None
    if type(item.get("filename")) is str:
        media.filename = item["filename"]
        taken.append("filename")
    media.extra = rest_of(item, *taken)
    return _cached(media)  # type: ignore[no-any-return]


def _audio(item: Json, role: str, at: str) -> Part | None:
    inner = item.get("input_audio")
    if type(inner) is not dict or type(inner.get("data")) is not str or type(inner.get("format")) is not str:
        return None
    media = Media("audio", "base64", data=standard(inner["data"]), at=at)
    if media.data is not inner["data"]:
        media.spelling = {"base64": inner["data"]}
    media.media_type = {"mp3": "audio/mpeg"}.get(inner["format"], "audio/" + inner["format"])
    media.extra = rest_of(item, "input_audio")
    more = {k: v for k, v in inner.items() if k not in ("data", "format")}
    if more:
        media.extra = {**(media.extra or {}), "input_audio": more}
    return _cached(media)  # type: ignore[no-any-return]


_PARTS = {
    **dict.fromkeys(TEXTS, _text),
    "refusal": _refusal,
    "input_image": _image,
    "input_file": _file,
    "input_audio": _audio,
}


# --- items -----------------------------------------------------------------------------------------------------


def read_item(item: Json, at: str) -> Part:
    """One item other than a message, as a part; one of unknown kind, or without what its kind needs, is opaque."""
    kind = item.get("type")
    reader = _ITEMS.get(kind) if type(kind) is str else None
    part = reader(item, at) if reader is not None else None
    if part is not None:
        return part
    return Opaque(item, code="tool.added" if kind == "additional_tools" else None, at=at)


def item_of(item: Json, *more: str) -> tuple[Item, list[str]]:
    """Id and status of an item (and its phase, where it has one), and which keys those were."""
    out = Item()
    taken = []
    for key in ("id", "status", *more):
        if type(item.get(key)) is str:
            setattr(out, key, item[key])
            taken.append(key)
    return out, taken


def _call(item: Json, at: str) -> Part | None:
    kind, key = CALLS[item["type"]]
    if type(item.get("name")) is not str:
        return None
    part = ToolCall(None, item["name"], kind=kind, at=at)
    part.item, taken = item_of(item)
    if type(item.get("call_id")) is str and item["call_id"]:
        part.id = item["call_id"]
        taken.append("call_id")
    if type(item.get(key)) is str or (type(item.get(key)) is dict and kind == "function"):
        part.arguments = item[key]
        taken.append(key)
    part.extra = rest_of(item, "name", *taken)
    return part


def _result(item: Json, at: str) -> Part | None:
    part = ToolResult(at=at, spelling={"type": item["type"]})
    part.item, taken = item_of(item)
    for key, name in (("call_id", "call_id"), ("name", "name")):
        if type(item.get(key)) is str and item[key]:
            setattr(part, name, item[key])
            taken.append(key)
    output = item.get("output")
    if type(output) is str:
        part.parts = [Text(output, at=f"{at}/output")]
        taken.append("output")
    elif type(output) is list and all(type(p) is dict for p in output):
        part.parts = [read_part(p, "user", f"{at}/output/{i}") for i, p in enumerate(output)]
        part.spelling = {"type": item["type"], "content": "list"}
        taken.append("output")
    part.extra = rest_of(item, *taken)
    return part


def _are_texts(value: Any) -> bool:
    return type(value) is list and all(
        type(entry) is dict and type(entry.get("text")) is str and type(entry.get("type")) is str for entry in value
    )


SUMMARY = "summary_text"
CONTENT = "reasoning_text"


def _reasoning(item: Json, at: str) -> Part:
    """One part for the whole item: its summaries, and then its content, as paragraphs of one text.

    `spelling` tells for each of the two lists how long its texts are, and their types where those are not plain;
    unknown keys of an entry stand in its place in `extra`.
    """
    part = Reasoning(at=at)
    part.item, taken = item_of(item)
    texts: list[str] = []
    spelling: Json = {}
    more: Json = {}
    for key, word in (("summary", SUMMARY), ("content", CONTENT)):
        if _are_texts(item.get(key)):
            entries = item[key]
            taken.append(key)
            if any(len(entry) > 2 for entry in entries):
                more[key] = [rest_of(entry, "text") or {} for entry in entries]
            texts += [entry["text"] for entry in entries]
            if entries or key == "content":
                spelling[key] = [len(entry["text"]) for entry in entries]
            if any(entry["type"] != word for entry in entries):
                spelling[key + "_types"] = [entry["type"] for entry in entries]
    if "summary" not in taken:
        spelling["summary"] = None
    part.text = "\n\n".join(filter(None, texts))
    if type(item.get("encrypted_content")) is str:
        part.state = State("encrypted", item["encrypted_content"], NAME)
        taken.append("encrypted_content")
    part.extra = {**(rest_of(item, *taken) or {}), **more} or None
    part.spelling = spelling or None
    return part


def _compaction(item: Json, at: str) -> Part | None:
    if type(item.get("encrypted_content")) is not str:
        return None
    state = State("compaction", item["encrypted_content"], NAME)
    part = Reasoning(redacted=True, state=state, at=at)
    part.item, taken = item_of(item)
    part.extra = rest_of(item, "encrypted_content", *taken)
    return part


def _server(item: Json, at: str) -> Part:
    kind = item["type"]
    if kind == "image_generation_call" and type(item.get("result")) is str:
        return _picture(item, at)
    part = ServerTool("call" if kind in SERVER_CALLS else "result", kind, at=at)
    part.item, taken = item_of(item)
    for key, name in (("call_id", "id"), ("name", "name")):
        if type(item.get(key)) is str:
            setattr(part, name, item[key])
            taken.append(key)
    key = INPUT_KEY.get(kind, "")
    if type(item.get(key)) in (str, dict):
        part.input = item[key]
        taken.append(key)
    part.value = rest_of(item, *taken) or {}
    return part


def _picture(item: Json, at: str) -> Part:
    """A picture that the vendor made is a picture like any other."""
    media = Media("image", "base64", data=standard(item["result"]), spelling={"type": item["type"]}, at=at)
    if media.data is not item["result"]:
        media.spelling = {"type": item["type"], "base64": item["result"]}
    media.item, taken = item_of(item)
    taken.append("result")
    if type(item.get("output_format")) is str:
        media.media_type = "image/" + item["output_format"]
        taken.append("output_format")
    media.extra = rest_of(item, *taken)
    return media


_ITEMS = {
    **dict.fromkeys(CALLS, _call),
    **dict.fromkeys(RESULTS, _result),
    **dict.fromkeys(SERVER_CALLS | SERVER_RESULTS, _server),
    "reasoning": _reasoning,
    "compaction": _compaction,
}
