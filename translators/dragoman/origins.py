"""Where a text of a translated document comes from: what law 3 asks of each."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any

from .carrier import alight, decode, is_carrier
from .dialects.base import NAME_LIMITS
from .errors import DragomanError
from .ids import fitted_id, spell, unspell
from .jsontext import loads, same
from .media import from_data_url, standard
from .normal import leaves


def is_carried(value: str, texts: list[str]) -> bool:
    """Whether a text is a carrier, alone or on an id, and all that it holds is from the source."""
    rider = alight(value)[1] or value
    units = decode(rider) if is_carrier(rider) else None
    return units is not None and all(
        type(leaf) is not str or any(leaf in text for text in texts)
        for unit in units
        for _, leaf in leaves(unit.wire if unit.whole else unit.wire[1])
    )


def is_made_of(value: str, texts: list[str], values: list[Any], inner: list[Any], constants: Sequence[str]) -> bool:
    """Whether a text is the JSON of values of the source, or has a text of the source in it."""
    if value.startswith("data:") and any(_content(value) in (t, standard(t), _content(t)) for t in texts):
        return True  # a data URL and its parts are one
    text, joint, rest = value.rpartition("\n\n")
    if joint and text in texts and rest[:1] == "{":
        value = rest  # a description, and behind it what stands there in JSON
    if value[:1] in "{[":
        found = parsed([value])
        return all(
            v in ({}, []) or any(same(v, w) for w in (*values, *inner)) or (type(v) in (int, float) and str(v) in texts)
            for v in found
        )
    if any(len(t) > 2 and t in value for t in texts) or _is_joined(value, ["\n", *constants, *filter(None, texts)]):
        return True
    said = [text for text in map(_decoded, texts) if text]  # files of text
    return bool(said) and _is_joined(value, ["\n", *constants, *filter(None, texts), *said])


def is_shortened(name: str, texts: list[str]) -> bool:
    """Whether a name is a longer one of the source, cut to a limit."""
    if any(spell(unspell(t), limit)[0] == name for t in texts for limit in (40, *NAME_LIMITS, 256) if len(t) > limit):
        return True
    return len(name) == 9 and any(fitted_id(unspell(t), 9, 9) == name for t in texts)


def _content(url: str) -> str | None:
    data = from_data_url(url)
    return None if data is None else data.base64


def _decoded(data: str) -> str | None:
    """The text that base64, or a data URL, says; None where it says none."""
    try:
        return base64.b64decode(_content(data) or standard(data), validate=True).decode()
    except ValueError:
        return None


def _is_joined(value: str, texts: list[str]) -> bool:
    """Whether a text is nothing but texts of the source, one behind the other."""
    ends = {0}
    for i in range(len(value)):
        if i in ends:
            ends.update(i + len(t) for t in texts if value.startswith(t, i))
    return len(value) in ends


def parsed(texts: Iterable[str]) -> list[Any]:
    """What JSON texts inside a document say, arguments above all."""
    found: list[Any] = []
    for text in texts:
        if text.lstrip()[:1] in ("{", "["):
            try:
                found += [value for _, value in leaves(loads(text))]
            except DragomanError:
                continue
    return found
