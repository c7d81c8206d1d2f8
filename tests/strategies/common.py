"""What the dialects' strategies are built of: records, texts, numbers, tool arguments, noise, damage, framing.

How to extend.  A JSON object is declared with `rec`: a key ending in ``?`` may be absent, one ending in ``~``
may be null (``?~`` is both), the value is a strategy, a plain scalar (a constant), a nested mapping (a nested
record) or a one-element list (a list of that).  One draw settles which keys are there (`rec` precomputes a set
of *shapes*, the poorest first, so that shrinking removes keys), which keeps generation quick and makes every
key turn up at a known rate (``p``).  A union is `choose`, with weights; an enum is `words`; a constant subtree is
`fresh`, which never hands out the same object twice.  Do not use ``st.one_of`` (it flattens nested unions and so
loses the weights) nor ``.filter``.  Whatever must agree over several objects (ids, pairs, order) is a
``@st.composite`` in the dialect's module.  Unknown keys are not declared: `sprinkled` strews them over a finished
document; wrong documents are not declared either: `damaged` breaks a good one.  A new kind of noise or of
damage goes here, once, and all dialects have it.
"""

from __future__ import annotations

import base64
import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

S: TypeAlias = SearchStrategy[Any]
Draw: TypeAlias = Callable[[S], Any]
Doc: TypeAlias = dict[str, Any]
Record: TypeAlias = tuple[str | None, Doc | str]
"""One SSE record: the name of its `event:` line or None, and its data: JSON, or a text as it is (`[DONE]`)."""

COMMENT = ":"
"""The event name that marks a record as an SSE comment; its data is the comment's text."""

_MAX_SHAPES = 96  # below 128 an index is drawn evenly
_FEW = 6
_TENTH = st.integers(0, 9)


# --- records, unions, enums -------------------------------------------------------------------------------


def rec(fields: Mapping[str, Any], *, p: float = 0.4, nulls: float = 0.2) -> S:
    """A JSON object; `p` is how often an optional key is there, `nulls` how often a nullable one is null."""
    names: list[tuple[str, Any, bool, bool]] = []
    for spec, value in fields.items():
        key = spec.rstrip("?~")
        marks = spec[len(key) :]
        names.append((key, strategy_of(value), "?" in marks, "~" in marks))
    shapes = _shapes(names, p, nulls)
    optional = frozenset(name for name, _, may_be_absent, _ in names if may_be_absent)
    droppable = optional if len(optional) > _FEW else frozenset()
    return _record(st.sampled_from(shapes) if len(shapes) > 1 else None, shapes[0], droppable)


def strategy_of(value: Any) -> Any:
    """The strategy that a declaration stands for; a scalar constant stays itself."""
    if isinstance(value, SearchStrategy):
        return value
    if isinstance(value, Mapping):
        return rec(value)
    if isinstance(value, list):
        return many(value[0]) if value else st.builds(list)
    return value


_Shape: TypeAlias = tuple[tuple[str, Any], ...]


def _shapes(names: Sequence[tuple[str, Any, bool, bool]], p: float, nulls: float) -> list[_Shape]:
    toggles = [i for i, (_, _, optional, nullable) in enumerate(names) if optional or nullable]
    count = min(_MAX_SHAPES, 8 + 8 * len(toggles)) if toggles else 1
    rng = random.Random(" ".join(name[0] for name in names))
    columns = [_states(rng, count, optional, nullable, p, nulls) for _, _, optional, nullable in names]
    shapes: list[_Shape] = []
    for row in range(count):
        keys = [i for i, column in enumerate(columns) if column[row] != "absent"]
        if row % 9 == 5:
            rng.shuffle(keys)
        shapes.append(tuple((names[i][0], None if columns[i][row] == "null" else names[i][1]) for i in keys))
    return sorted(shapes, key=len)


def _states(rng: random.Random, count: int, optional: bool, nullable: bool, p: float, nulls: float) -> list[str]:
    """The state of one key in every shape, each in its exact share, but at least once; first the poorest."""
    there = max(2, round(count * p)) if optional else count
    null = max(1, round(there * nulls)) if nullable else 0
    states = ["absent"] * (count - there) + ["null"] * null + ["value"] * (there - null)
    poorest = states.pop(0) if optional else states.pop()
    rng.shuffle(states)
    return [poorest, *states]


@st.composite
def _record(draw: Draw, shapes: S | None, only: _Shape, droppable: frozenset[str]) -> Doc:
    """Where there are many keys no shape is as poor as shrinking wants it, so each key can go by itself as well."""
    shape = only if shapes is None else draw(shapes)
    return {
        key: draw(value) if isinstance(value, SearchStrategy) else value
        for key, value in shape
        if key not in droppable or draw(_TENTH)
    }


def choose(*options: Any) -> S:
    """One of the options, each a strategy (or a scalar), or a pair of its weight and the strategy."""
    expanded: list[Any] = []
    for option in options:
        weight, value = option if isinstance(option, tuple) else (1, option)
        expanded += [strategy_of(value)] * weight
    return _choose(st.integers(0, len(expanded) - 1), expanded)


@st.composite
def _choose(draw: Draw, index: S, options: Sequence[Any]) -> Any:
    value = options[draw(index)]
    return draw(value) if isinstance(value, SearchStrategy) else value


def words(*values: Any) -> S:
    """A word of an enum."""
    return st.sampled_from(values)


def some(strategy: Any, p: float = 0.5, empty: Callable[[], Any] = list) -> S:
    """The strategy in `p` of the cases (in steps of a tenth), else an empty list (or what `empty` makes)."""
    tenths = max(1, min(9, round(p * 10)))
    return choose((10 - tenths, st.builds(empty)), (tenths, strategy))


def many(strategy: Any, least: int = 1, most: int = 3) -> S:
    """A list of the strategy's values."""
    inner = strategy_of(strategy)
    return st.lists(inner if isinstance(inner, SearchStrategy) else st.just(inner), min_size=least, max_size=most)


def fresh(*values: Any) -> S:
    """One of some constant JSON values, a new copy each time."""
    return st.sampled_from([json.dumps(value) for value in values]).map(json.loads)


def chance(draw: Draw, tenths: int) -> bool:
    """True in about `tenths` of ten cases; shrinks to False."""
    return bool(draw(_TENTH) >= 10 - tenths)


# --- scalars ----------------------------------------------------------------------------------------------

PLAIN_TEXTS = (
    "Hello",
    "What is the weather in Paris?",
    " and then",
    "The grass is green.",
    "4",
    "json please",
    "Let me look that up for you.",
    "Grüße, café, naïve",
    "two words",
    "a, b and c;",
)
ODD_TEXTS = (
    "a\nb",
    "a\r\nb\rc",
    "e\u0301 combining",
    "日本語テキスト",
    "مرحبا بالعالم",
    "שלום \u202eabc\u202c",
    "👩\u200d👩\u200d👧 🇩🇪 𝒳",
    "nul \x00 in text",
    "\ufeffBOM first",
    "line\u2028sep\u2029para\u0085nel",
    '"quoted" back\\slash \\u0041 \\n',
    "<think>maybe</think> not",
    "data: [DONE]\n\n",
    ": comment",
    "event: ping",
    '{"a": 1}',
    "null",
    "\x1b[0m \x7f \uffff \U0010ffff \ud7ff \ue000",
    "ﬁ ß İ ǆ",
    "-0",
    "lorem ipsum dolor " * 8,
    "trailing ",
)
EMPTY_TEXTS = ("", " ", "\n", "\t \r\n", "\u00a0", "\u2003")

_PLAIN = st.sampled_from(PLAIN_TEXTS)
_ODD = st.sampled_from(ODD_TEXTS)
_FREE = st.text(st.characters(codec="utf-8"), max_size=8)
TEXT = choose((5, _PLAIN), (4, _ODD), (2, st.sampled_from(EMPTY_TEXTS)), (1, _FREE))
"""Any text: never a lone surrogate, all else."""
NONBLANK = choose((5, _PLAIN), (4, _ODD), (1, _FREE.map(lambda text: text + "x")))
"""A text with something to see in it."""
NAME = words("f", "get_weather", "search", "tool-2", "now", "sql", "a" * 40, "Read_File")
LABEL = words("alice", "bob_2", "user-x", "thé")
TOKEN = words("AAAA", "EqQBCkgIARABGAIiQL==", "-__-", "sk_opaque+/9", "c2ln", "e30=")
WHEN = words("2026-11-21T10:00:00Z", "2025-01-01T00:00:00.123456+00:00")
URL = words(
    "https://example.com/a",
    "https://example.com/p?q=1&r=%20#frag",
    "http://localhost:8080/x",
    "https://例え.jp/ü",
)
DOMAIN = words("example.com", "docs.example.org", "*.example.net")

_B64 = ("iVBORw0KGgo=", "/9j/4AAQ", "+//+", "AAAA", "JVBERi0xLjcK", "R0lGODlhAQABAAAAACw=", "UklGRg==")
BASE64 = choose((6, st.sampled_from(_B64)), (1, st.binary(max_size=9).map(lambda raw: base64.b64encode(raw).decode())))
IMAGE_URL = words(
    "https://example.com/cat.png",
    "data:image/png;base64,iVBORw0KGgo=",
    "data:image/jpeg;name=x.jpg;base64,/9j/",
    "data:image/svg+xml;charset=utf-8,%3Csvg/%3E",
    "data:image/webp;base64,UklGRg==",
    "https://example.com/clip.mp4",
    "data:video/mp4;base64,AAAA",
    "gs://bucket/i.gif",
)

COUNT = words(0, 1, 2, 3, 7, 16, 128, 1000, 4096)
CAP = words(1, 16, 64, 1024, 2048, 4096, 8192, 64000, 128000, 2**31, 2**53 + 1)
SECONDS = words(0, 1, 1700000000, 1752460970, 4102444800)
SEED = words(0, 1, 42, -1, 2**31 - 1, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1)
UNIT = words(0, 1, 0.0, 1.0, 0.5, 0.1, 0.30000000000000004, 1e-07, 0.999)
RATE = words(0, 1, 0.0, 1.0, 0.7, 2, 2.0, 1.5, 1e-05, 0.30000000000000004)
PENALTY = words(0, 0.0, -2, 2.0, 0.25, -1.5, 1e-10)
NUMBER = words(0, 1, 1.0, 1e3, 1000, 0.5, -3, 1e22, 2.5e-08, 123456789.125, 2**53 + 1, 5e-324)
BOOL = st.booleans()
TRUE_MOSTLY = words(True, True, True, False)


# --- free-form JSON: any value, tool inputs, argument texts, schemas ---------------------------------------

ANY_JSON = choose(
    (3, fresh(None, True, 0, 1.0, "", "x", [], {}, 2**63, 1e3)),
    (
        2,
        fresh([1, 1.0, "a", None], {"a": {"b": [None]}}, {"type": "x_unknown"}, [[]], {"": ""}, {"x": "\u2028"}),
    ),
    (1, TEXT),
)
_INPUTS: tuple[Doc, ...] = (
    {},
    {"a": 1},
    {"q": "Paris", "n": 3},
    {"x": 1.0, "y": 1, "big": 2**53 + 1},
    {"nested": {"deep": [1, {"k": None}], "e": []}},
    {"text": 'é\n"q" \\ \u2028 😀'},
    {"": "", "null": None, "t": True},
    {"list": ["a", 2, 3.5, None]},
)
TOOL_INPUT = choose(
    (5, fresh(*_INPUTS)), (1, st.dictionaries(words("k", "a b", "ü", "type", "0"), ANY_JSON, max_size=2))
)
ODD_ARGUMENTS = (
    ' { "a" : 1.0 , "b" : "\\u00e9" } ',
    '{"x":1e3,"y":-1.50,"z":12345678901234567890123}',
    '{"a":1,"a":2}',
    '{\n  "q": "Paris"\n}',
    '{"s":"\\ud83d\\ude00 \\/ \\b"}',
    '{"a":"\u2028 \u00e9"}',
    "{ }",
)
BAD_ARGUMENTS = (
    "",
    "[1,2]",
    "null",
    '"text"',
    "1",
    "true",
    '{"path":"/a',
    "{'a': 1}",
    "not json",
    '{"a":1}{"a":1}',
    " ",
)
ARGUMENTS = choose(
    (5, st.sampled_from([json.dumps(value, separators=(",", ":")) for value in _INPUTS])),
    (2, st.sampled_from([json.dumps(value) for value in _INPUTS])),
    (3, st.sampled_from(ODD_ARGUMENTS)),
    (3, st.sampled_from(BAD_ARGUMENTS)),
    (1, TOOL_INPUT.map(json.dumps)),
)
"""The text of a call's arguments: mostly a JSON object in some spelling, else empty, broken or no object."""
OBJECT_SCHEMA = fresh(
    {"type": "object"},
    {"type": "object", "properties": {}},
    {
        "type": "object",
        "properties": {"q": {"type": "string"}},
        "required": ["q"],
        "additionalProperties": False,
    },
    {
        "type": "object",
        "title": "Args",
        "properties": {"n": {"type": "integer", "minimum": 0, "exclusiveMinimum": 0, "default": 1}},
    },
    {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"p": {"$ref": "#/$defs/P"}, "t": {"type": ["string", "null"], "format": "date-time"}},
        "$defs": {"P": {"type": "object", "properties": {"next": {"$ref": "#/$defs/P"}}}},
    },
    {
        "type": "object",
        "properties": {
            "u": {"anyOf": [{"type": "string", "pattern": "^a+$"}, {"type": "null"}]},
            "e": {"enum": ["a", 1, 1.0, None]},
            "l": {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 9},
        },
        "required": ["u", "e", "l"],
    },
    {"type": "object", "patternProperties": {"^x_": {"type": "string"}}, "additionalProperties": True},
)
ANY_SCHEMA = choose((5, OBJECT_SCHEMA), (1, fresh({}, {"type": "string"}, {"oneOf": [{"type": "object"}, {}]})))
METADATA = fresh({}, {"k": "v"}, {"user": "42", "": "", "ü": "a\nb"})


# --- ids --------------------------------------------------------------------------------------------------

CALL_ID_FORMS = (
    "call_{}",
    "call_{}",
    "toolu_01{:04d}",
    "functions.f:{}",
    "call.{}",
    "call_{}__thought__QkJDRA==",
    "pyd_ai_{:032x}",
    "chatcmpl-tool-{:08x}",
    "{:09d}",
    "ünïcode/{}",
)
CALL_ID_FORM = st.sampled_from(CALL_ID_FORMS)
TOOLU_ID_FORM = words("toolu_01{:06d}", "toolu_bdrk_01{:04d}", "call_{}", "{:09d}", "T-{}_x")


# --- splitting --------------------------------------------------------------------------------------------


def split(draw: Draw, text: str, most: int = 4) -> list[str]:
    """Fragments that concatenate to `text`, at most `most` of them, now and then an empty one among them."""
    cuts = sorted(draw(_CUTS) % (len(text) + 1) for _ in range(draw(st.integers(0, most - 1))))
    edges = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


_CUTS = st.integers(0, 60)


# --- whole documents --------------------------------------------------------------------------------------


def document(inner: S) -> S:
    """The strategy of whole documents, as it is handed out.

    After ten examples Hypothesis spends five of six on mutants of the one before (a part copied over another part
    of the same kind), so that 300 examples hold some 60 different documents.  It leaves the insides of unique
    collections alone; hence this collection of one.  Our small pools of values give doubles enough."""
    return st.lists(inner, min_size=1, max_size=1, unique_by=lambda _: 0).map(lambda only: only[0])


# --- noise: unknown keys ----------------------------------------------------------------------------------

UNKNOWN_KEYS = ("x_extra", "x_a", "x_trace_id", "x_", "generationId", "copilot_usage", "p_future", "x ü")
"""Keys that no dialect knows."""
FREE_FORM = frozenset(
    [
        "parameters",
        "schema",
        "input_schema",
        "metadata",
        "logit_bias",
        "properties",
        "args",
        "categories",
        "category_scores",
        "input_examples",
        "category_applied_input_types",
        "chat_template_kwargs",
        "mm_processor_kwargs",
        "vllm_xargs",
        "kv_transfer_params",
        "output_schema",
        "variables",
        "headers",
        "env",
        "attributes",
    ]
)
"""Keys whose value belongs to the user: nothing is strewn into it."""


def objects(doc: Any) -> Iterator[Doc]:
    """The objects of a document that belong to the dialect (free-form ones are left out)."""
    stack = [doc]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            call = "name" in node
            stack.extend(value for key, value in node.items() if key not in FREE_FORM and not (call and key == "input"))
        elif isinstance(node, list | tuple):
            stack.extend(node)


@st.composite
def sprinkled(draw: Draw, inner: S) -> Any:
    """The document with, in one case of three, one to three unknown keys at any depth."""
    doc = draw(inner)
    for _ in range(draw(_SPRINKLES)):
        places = list(objects(doc))
        if places:
            places[draw(_PLACE) % len(places)].setdefault(draw(_UNKNOWN_KEY), draw(ANY_JSON))
    return doc


_SPRINKLES = words(0, 0, 0, 0, 0, 0, 1, 1, 2, 3)
_PLACE = st.integers(0, 127)
_UNKNOWN_KEY = st.sampled_from(UNKNOWN_KEYS)


# --- damage: documents that break the rules ---------------------------------------------------------------

_WRONG = fresh(None, "hot", 1, 1.5, True, [], {}, [None], {"a": 1}, -1, "", ["x"], 2**64 - 1)
_UNKNOWN_WORD = words("x_unknown", "", "AUTO", "assistant ", "future_type", "null")
_DAMAGES = ("wrong", "null", "drop", "word", "double", "swap", "append", "wrap", "unwrap", "cut")


def places_of(doc: Any) -> list[tuple[Any, Any]]:
    """Every (container, key or index) of a document, the containers near the top first."""
    found: list[tuple[Any, Any]] = []
    level = [doc]
    while level:
        below: list[Any] = []
        for node in level:
            items = node.items() if isinstance(node, dict) else enumerate(node)
            for key, value in items:
                found.append((node, key))
                if isinstance(value, dict | list):
                    below.append(value)
        level = below
    return found


@st.composite
def damaged(draw: Draw, inner: S) -> Any:
    """The document after one to four blows: wrong types, nulls, gaps, unknown words, doubled or moved items."""
    doc = draw(inner)
    for _ in range(draw(st.integers(1, 4))):
        places = places_of(doc)
        if not places:
            break
        near = draw(st.integers(0, 2)) == 0  # the document's own keys and messages deserve a good share
        limit = min(len(places), 24) if near else len(places)
        node, key = places[draw(st.integers(0, 600)) % limit]
        _strike(draw, node, key, draw(st.sampled_from(_DAMAGES)))
    return doc


def _strike(draw: Draw, node: Any, key: Any, how: str) -> None:
    value = node[key]
    if how in ("double", "swap", "append", "cut") and isinstance(value, list):
        if how == "append":
            value.append(draw(_WRONG))
        elif value and how == "double":
            value.append(json.loads(json.dumps(value[draw(_PLACE) % len(value)])))
        elif value and how == "cut":
            del value[draw(_PLACE) % len(value)]
        elif len(value) > 1:
            at = draw(_PLACE) % (len(value) - 1)
            value[at], value[at + 1] = value[at + 1], value[at]
    elif how == "null":
        node[key] = None
    elif how == "drop" and isinstance(node, dict):
        del node[key]
    elif how == "word" and isinstance(value, str):
        node[key] = draw(_UNKNOWN_WORD)
    elif how == "wrap":
        node[key] = [value]
    elif how == "unwrap" and isinstance(value, list) and len(value) == 1:
        node[key] = value[0]
    else:
        node[key] = draw(_WRONG)


# --- streams ----------------------------------------------------------------------------------------------


def sse_bytes(
    records: Sequence[Record],
    newline: bytes = b"\n",
    *,
    space: bool = True,
    ascii_only: bool = False,
    last_blank: bool = True,
) -> bytes:
    """The records as an SSE body: any line ending, with or without the space after the colon, JSON raw or
    escaped, and with or without the blank line after the last record."""
    gap = " " if space else ""
    out: list[bytes] = []
    for name, data in records:
        lines: list[str] = []
        text = data if isinstance(data, str) else None
        if text is None:
            text = json.dumps(data, ensure_ascii=ascii_only, separators=(",", ":"), allow_nan=False)
        if name == COMMENT:
            lines.append(f":{gap}{text}")
        else:
            if name is not None:
                lines.append(f"event:{gap}{name}")
            lines.extend(f"data:{gap}{line}" for line in text.split("\n"))
        out.append(newline.join(line.encode() for line in lines) + newline)
    blank = newline
    body = blank.join(out)
    return body + blank if last_blank and out else body


# --- whole sets -------------------------------------------------------------------------------------------


def examples(strategy: S, n: int, start: int = 0) -> list[Any]:
    """`n` documents of a strategy, the same ones in every run: for coverage, benches and pools; another `start`,
    other documents.  (Hypothesis also draws constants that it finds in the modules imported so far, so that a
    different set of modules may give different documents.)"""
    found: list[Any] = []

    @seed(start)
    @settings(
        max_examples=n,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(document: Any) -> None:
        found.append(document)

    collect()
    return found[:n]


def pool(strategy: S, n: int) -> S:
    """Copies of `n` documents made beforehand: one draw each, for laws that need many and cheap documents."""
    return st.sampled_from(examples(strategy, n)).map(copy.deepcopy)
