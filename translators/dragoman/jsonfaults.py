"""Where a text is no JSON: not only the first place, as parsers tell, but every one that can be told apart.

A careful look at a text that has been refused already. After a fault it goes on as if the text said what belongs
there: the comma that is missing, the value that is not there; a stray character is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MOST = 20  # places of one text
LARGEST = 1 << 18  # characters: of a larger text the parser's own place has to do

_TOKEN = re.compile(
    r"""[ \t\n\r]*+(?:
        (?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")
      | (?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-]))
      | (?P<word>(?:true|false|null)(?!\w))
      | (?P<mark>[][{}:,])
      | (?P<wrong>'[^'\n]*+'|"[^"\n]+|[\w.+-]++)
      | (?P<stray>[^ \t\n\r])
    )""",
    re.VERBOSE,
)
_CLOSES = {"{": "}", "[": "]"}


class Place(NamedTuple):
    """One place: line and column, both from 1, and what belongs there."""

    line: int
    column: int
    expected: str


def places(text: str) -> list[Place]:
    """The first places, MOST at the most, where `text` is no JSON text, in order; none for one that is too large."""
    if len(text) > LARGEST:
        return []
    out = []
    for at, expected in _faults(text):
        begin = text.rfind("\n", 0, at) + 1
        out.append(Place(text.count("\n", 0, at) + 1, at - begin + 1, expected))
        if len(out) == MOST:
            break
    return out


def _faults(text: str) -> Iterator[tuple[int, str]]:
    """Offset and what belongs there."""
    inside: list[str] = []  # the brackets that are open
    wants = "value"  # value, key, colon or more: a comma or the end of what is open
    comma = False  # whether what is wanted stands behind a comma
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        at, token = found.start(kind), found[kind]
        if kind == "stray":
            yield at, "nothing"
            continue
        if wants == "colon":
            wants = "value"
            if token == ":":
                continue
            yield at, "a colon"
        if wants == "more" and token not in (",", "}", "]"):
            if not inside or token == ":" or kind == "wrong":
                yield at, "nothing"
                continue
            yield at, "a comma"
            wants, comma = ("key" if inside[-1] == "{" else "value"), True
        if token in ("}", "]"):
            if not inside:
                yield at, "nothing"
                continue
            if (wants in ("key", "value") and comma) or (wants == "value" and inside[-1] == "{"):
                yield at, f"a {wants}"
            if _CLOSES[inside.pop()] != token:
                yield at, "the other bracket"
            wants, comma = "more", False
        elif token == ",":
            if wants != "more" or not inside:
                yield at, f"a {wants}" if wants != "more" else "nothing"
            wants, comma = ("key" if inside and inside[-1] == "{" else "value"), True
        elif token == ":":
            yield at, f"a {wants}"
            wants, comma = "value", False
        elif kind == "wrong" and token[0] == '"' and found.end() == len(text):
            break  # a text that ends inside of quotes was cut off there
        else:
            if kind == "wrong" or (wants == "key" and kind != "string"):
                yield at, f"a {wants}" if wants == "value" else "a key in quotes"
            if token in _CLOSES:
                inside.append(token)
                wants = "key" if token == "{" else "value"
            else:
                wants = "colon" if wants == "key" else "more"
            comma = False
    if inside or wants != "more":  # also where it was cut off
        yield len(text), "the rest"
