"""Raw JSON text of documents with odd values in it: what a document as a dict cannot show.

A document of a dialect is written as text by hand, with odd spellings at odd places: numbers that have another text or
no 64 bits, lone halves of surrogate pairs as escapes, very long texts, keys that come twice. What the text says is told
with it, by the standard library's exact parser.

How to extend.  A row in `VALUES`: its name, and the JSON text of the value.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from . import DIALECTS, common
from .common import Draw, S

VALUES: dict[str, str] = {
    "1.0": "1.0",
    "1e3": "1e3",
    "1E+3": "1E+3",
    "minus nought": "-0",
    "2^63": str(2**63),
    "2^64 - 1": str(2**64 - 1),
    "2^64": str(2**64),
    "less than 64 bits": str(-(2**63) - 1),
    "40 digits": "1234567890" * 4,
    "a float beyond 2^64": "1e22",
    "a very small float": "5e-324",
    "a long float": "0.1000000000000000055511151231257827",
    "half a pair": '"\\ud800"',
    "the other half": '"a\\udfffb"',
    "halves in the wrong order": '"\\udc00\\ud83d"',
    "astral as escapes": '"\\ud83d\\ude00"',
    "astral": '"😀 𝒳"',
    "combining": '"e\u0301"',
    "right to left": '"שלום \u202eabc"',
    "NUL": '"\\u0000"',
    "BOM": '"\ufeffx\\ufeff"',
    "very long": '"' + "lorem ipsum \\u0000 é " * 4000 + '"',
    "deep": "[" * 60 + "0" + "]" * 60,
}
# Those that are texts also stand in place of texts that a dialect knows.
TEXTS = [name for name, text in VALUES.items() if text.startswith('"')]
PLACES = ("content", "text", "thinking", "reasoning_content", "instructions", "prompt", "input", "description", "user")
TWICE = "a key twice"
NAMES = (*VALUES, TWICE)
KEY = "x_odd"


class Raw(NamedTuple):
    """Bytes, what they say, and which of `NAMES` are in them."""

    text: bytes
    value: Any
    names: tuple[str, ...]

    @property
    def duplicates(self) -> bool:
        return TWICE in self.names


@st.composite
def _raw(draw: Draw, document: S) -> Raw:
    body = draw(document)
    names = sorted({draw(st.sampled_from(NAMES)) for _ in range(draw(st.integers(1, 3)))})
    odd: dict[str, str] = {}  # what stands in the document -> the JSON text that shall stand there
    places = list(common.objects(body))
    texts = [(o, key) for o in places for key in PLACES if type(o.get(key)) is str]
    for i, name in enumerate(names):
        mark = f"{KEY}_{i}"
        where, key = places[draw(st.integers(0, 127)) % len(places)], mark
        if name in TEXTS and texts and draw(st.booleans()):
            where, key = texts.pop(draw(st.integers(0, 127)) % len(texts))
        where[key] = f"{mark} value"
        odd[f'"{mark} value"'] = f'{{"b": 1}}, "{mark}": 2' if name == TWICE else VALUES[name]
    text = json.dumps(body, ensure_ascii=draw(st.booleans()))
    for mark, value in odd.items():
        assert text.count(mark) == 1
        text = text.replace(mark, value)
    data = text.encode()
    return Raw(data, json.loads(data), tuple(names))


def _documents(dialect: str, kind: str) -> S:
    module = DIALECTS[dialect]
    made: S = module.requests() if kind == "request" else module.responses()
    return made


@cache
def pool(dialect: str, kind: str) -> S:
    return common.pool(_documents(dialect, kind), 30)


def raw(dialect: str, kind: str) -> st.SearchStrategy[Raw]:
    """The raw text of a valid document with one to three odd values at any depth: under keys that no dialect knows, and
    texts in place of others."""
    made: st.SearchStrategy[Raw] = common.document(_raw(pool(dialect, kind)))
    return made


def examples(dialect: str, kind: str, n: int) -> list[Raw]:
    """`n` of them, the same ones in every run."""
    found: list[Raw] = common.examples(raw(dialect, kind), n)
    return found
