"""JSON text and values: the odd ones go through the exact slow path, in every dialect and every kind of document.

Numbers within 64 bits or double precision and well-formed text take the fast path: number text is not kept, -0 is 0.
Integers beyond it and lone surrogates are kept exactly; NaN and Infinity are no JSON; of duplicate keys the last wins,
and `validate=True` tells of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dragoman
from dragoman import jsontext
from dragoman.errors import DragomanError, Fault, InvalidDocument
from dragoman.jsonfaults import LARGEST, MOST, places
from dragoman.jsontext import as_object, dumps, dumps_read, escape, frame_loads, loads, repeated, same
from dragoman.model import from_json, to_json
from tests.strategies import odd

EDGES = [2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**64 + 1, 10**19, 10**40, 9 * 10**307]
ALL = sorted({*EDGES, *(-n for n in EDGES), -(2**63), -(2**63) - 1})
DIALECTS = dragoman.dialects()


@pytest.mark.parametrize("number", ALL)
@pytest.mark.parametrize("before", [0, 1, 5, 16383, 16384, 20000])
def test_integers_of_any_size_are_exact(number: int, before: int) -> None:
    """Wherever in a text one stands, and in each of the forms that a text is given in."""
    text = json.dumps([" " * before, {"a": [number, 1.5, True]}]).encode()
    for given_text in (text, text.decode(), bytearray(text), memoryview(text)):
        value = loads(given_text)
        assert value[1]["a"][0] == number
        assert type(value[1]["a"][0]) is int
        assert value == frame_loads(text)
    assert json.loads(dumps(value)) == value
    assert dumps_read(value) == dumps(value)


@pytest.mark.parametrize("values", [0, 5000])
@pytest.mark.parametrize("before", [200_000, 600_000])
def test_integers_of_any_size_are_exact_in_large_documents(before: int, values: int) -> None:
    """Beside a long text, where every value is looked at, and among many values, where the digits are."""
    text = json.dumps([" " * before, [1] * values, 2**64, "7" * 40])
    for given_text in (text, text.encode()):
        assert loads(given_text)[2:] == [2**64, "7" * 40]
        assert type(loads(given_text)[2]) is int


@given(st.integers(-(10**40), 10**40), st.text("0123456789abc\u00e9 ", max_size=60), st.integers(0, 20000))
def test_integers_among_digits_are_exact(number: int, text: str, before: int) -> None:
    value = {text: [text, number], "x" * before: number}
    assert same(loads(json.dumps(value)), value)
    assert same(loads(json.dumps(value, ensure_ascii=False).encode()), value)


@pytest.mark.parametrize("text", ["1e22", "1.0", "1e3", "-1.5e300", "12345678901234567890.0", "1E19"])
def test_floats_stay_floats(text: str) -> None:
    """However big: what has a point or an exponent is no integer."""
    (value,) = loads(f"[{text}]")
    assert type(value) is float
    assert value == float(text)


def test_minus_nought_is_nought() -> None:
    assert str(loads("-0")) == "0"
    assert loads("[-0, -0.0]") == [0, 0.0]


def test_a_number_beyond_every_float_is_read_but_never_written() -> None:
    """No JSON that we write may hold it; as null it would be another value."""
    value = loads('{"a": 1e400, "b": -1e400, "c": 18446744073709551616}')
    assert (value["a"], value["b"], value["c"]) == (float("inf"), float("-inf"), 2**64)
    for write in (dumps, dumps_read):
        with pytest.raises(InvalidDocument) as caught:
            write([value])
        assert [fault.at for fault in caught.value.faults] == ["/0/a", "/0/b"]
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"maximum": value["a"]}}}]
    asked = {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": tools}
    with pytest.raises(InvalidDocument) as caught:
        dragoman.translate_request(json.dumps(asked).replace("Infinity", "1e400"), "openai-chat", "gemini").json()
    (fault,) = caught.value.faults
    assert fault.at.endswith("/parametersJsonSchema/maximum")


_BEYOND = '{"n":1e400,"m":[-1e999]}'
_CALLED: list[tuple[str, str, str, str, list[str]]] = [
    (
        "request",
        "gemini",
        "openai-chat",
        '{"contents":[{"parts":[{"text":"q"}]},{"role":"model","parts":[{"function_call":{"name":"f","args":%s}}]},'
        '{"parts":[{"functionResponse":{"name":"f","response":{"z":1e400}}}]}]}',
        [
            "/contents/1/parts/0/function_call/args/n",
            "/contents/1/parts/0/function_call/args/m/0",
            "/contents/2/parts/0/functionResponse/response/z",
        ],
    ),
    (
        "request",
        "anthropic-messages",
        "openai-responses",
        '{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"q"},'
        '{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":%s}]}]}',
        ["/messages/1/content/0/input/n", "/messages/1/content/0/input/m/0"],
    ),
    (
        "response",
        "gemini",
        "openai-chat",
        '{"candidates":[{"content":{"parts":[{"text":"q"},{"functionCall":{"name":"f","args":%s}}]}}]}',
        ["/candidates/0/content/parts/1/functionCall/args/n", "/candidates/0/content/parts/1/functionCall/args/m/0"],
    ),
    (
        "response",
        "anthropic-messages",
        "openai-chat",
        '{"id":"m","type":"message","role":"assistant","model":"m","stop_reason":"tool_use","usage":{},'
        '"content":[{"type":"tool_use","id":"a","name":"f","input":%s}]}',
        ["/content/0/input/n", "/content/0/input/m/0"],
    ),
]


@pytest.mark.parametrize(("kind", "source", "target", "text", "places"), _CALLED)
def test_what_cannot_become_a_text_is_told_with_all_its_places(
    kind: str, source: str, target: str, text: str, places: list[str]
) -> None:
    """DESIGN 11: "a DragomanError with the place", which is one in the document that came."""
    read: Any = {"request": dragoman.read_request, "response": dragoman.read_response}[kind]
    write: Any = {"request": dragoman.write_request, "response": dragoman.write_response}[kind]
    translate: Any = {"request": dragoman.translate_request, "response": dragoman.translate_response}[kind]
    body = text % _BEYOND
    runs: list[Any] = [lambda: translate(body, source, target), lambda: write(read(body, source), target)]
    for run in runs:
        with pytest.raises(InvalidDocument) as caught:
            run()
        assert [fault.at for fault in caught.value.faults] == places


def test_a_stream_says_what_it_cannot_say() -> None:
    frame = '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":%s}}]},"finishReason":"STOP"}]}'
    s = dragoman.translate_stream("gemini", "openai-chat")
    out = s.feed(b"data: " + (frame % _BEYOND).encode() + b"\r\n\r\n") + s.close()
    assert str(s.error) == "a frame has a number beyond every float"
    assert b"a number beyond every float" in out


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("beside", ["0", '"\\ud800"', "18446744073709551616", "1e400"])
def test_what_is_no_number_is_no_json(word: str, beside: str) -> None:
    """On the slow path, too."""
    with pytest.raises(InvalidDocument):
        loads(f"[{beside}, {word}]")
    assert loads(f'["{word}"]') == [word]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_not_written(number: float) -> None:
    for value in (number, {"a": [None, number]}, {"a": number, "b": "\ud800"}, [number, 2**70]):
        with pytest.raises(InvalidDocument):
            dumps(value)
    assert dumps([None, {"a": None}]) == b'[null,{"a":null}]'


@pytest.mark.parametrize("target", [d for d in DIALECTS if d != "openai-chat"])
def test_a_schema_that_holds_itself_is_refused_at_last(target: str) -> None:
    """As an object alone a schema can; what has to walk through it ends."""
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    schema["properties"] |= {"a": schema, "b": {"anyOf": [schema, schema]}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [tool]}
    if target == "openai-completions":  # it has no tools
        assert dragoman.translate_request(body, "openai-chat", target).json()
        return
    with pytest.raises(DragomanError):
        dragoman.translate_request(body, "openai-chat", target).json()


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[Any] = [1]
    value.append({"a": value, "b": value})
    with pytest.raises(DragomanError):
        dumps(value)


def test_lone_surrogates_are_kept_where_they_stand() -> None:
    for text in ('"\\ud800"', '"a\\udc00\\ud83d"', '{"\\udfff":"\\ud83d\\ude00"}'):
        assert json.loads(dumps(loads(text))) == json.loads(text)
    assert loads('"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize(
    "text", [b'"\xed\xa0\x80"', b'"\xff"', b'"\xe2\x82"', b'{"a":1}{"a":1}', b"", b"{'a':1}", b"01"]
)
def test_what_is_no_json_is_refused_with_its_place(text: bytes) -> None:
    with pytest.raises(InvalidDocument) as caught:
        loads(text, "/here")
    for fault in caught.value.faults:
        assert (fault.at, fault.found) == ("/here", "text that is not JSON")
        assert fault.expected.startswith("JSON (line 1, column ")


@pytest.mark.parametrize(("text", "name"), [("[]", "array"), ('"a"', "string"), ("1", "number"), ("null", "null")])
def test_what_is_no_object_is_called_by_its_name(text: str, name: str) -> None:
    value = json.loads(text)
    for body in (text, text.encode(), *([] if type(value) is str else [value])):
        with pytest.raises(InvalidDocument) as caught:
            as_object(body)
        assert caught.value.faults == (Fault("", "object", name),)


def test_a_nesting_that_cannot_be_looked_through_is_a_fault_of_the_whole() -> None:
    with pytest.raises(InvalidDocument) as caught:
        repeated("[" * 100_000 + "]" * 100_000)
    assert caught.value.faults == (Fault("", f"nesting of at most {jsontext.MAX_DEPTH} levels", "more"),)


def test_a_key_that_is_no_text_is_named_as_the_reason() -> None:
    with pytest.raises(DragomanError) as caught:
        dumps({"a": {1: "\ud800"}})
    assert str(caught.value) == "not a JSON value: a key that is no text"


def test_halves_of_a_character_that_met_are_written_as_that_character() -> None:
    """Servers that cut by UTF-16 units send them in two pieces."""
    assert json.loads(dumps({"a": "\ud83d\ude00"})) == {"a": "\U0001f600"}
    assert jsontext.joined(["a\ud83d", "\ude00\ud83d"]) == "a\U0001f600\ud83d"
    assert jsontext.joined(["\ude00", "\ud83d"]) == "\ude00\ud83d"
    assert loads('{"a":"\ud83d\ude00"}') == {"a": "\U0001f600"}


def test_the_place_is_in_the_text() -> None:
    with pytest.raises(InvalidDocument) as caught:
        loads('{"a": 1,\n "b": }')
    assert "JSON (line 2, column 7)" in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    """orjson refuses it; the slow path, which is exact, takes it off."""
    assert loads(b'\xef\xbb\xbf{"a":18446744073709551616}') == {"a": 2**64}
    assert loads(b'\xef\xbb\xbf{"\xef\xbb\xbfa":1}') == {"\ufeffa": 1}


def test_what_is_too_large_or_too_deep_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for deep in ("[" * 5000 + "]" * 5000, '{"a":' * 5000 + "1" + "}" * 5000, "[" * 1010 + str(2**64) + "]" * 1010):
        try:
            value = loads(deep)
        except InvalidDocument:
            continue
        assert str(2**64) in deep  # as deep as the parser goes: then it is exact
        while type(value) is list:
            (value,) = value
        assert value == 2**64
    monkeypatch.setattr(jsontext, "MAX_BYTES", 10)
    assert loads("[1,2,3,4]") == [1, 2, 3, 4]
    assert loads("[1,2,3,45]"[:10]) == [1, 2, 3, 45]
    with pytest.raises(InvalidDocument):
        loads("[1,2,3,456]")


def test_what_json_cannot_say_is_not_written() -> None:
    deep: Any = []
    for _ in range(3000):
        deep = [deep]
    for value in (object(), {1: 2}, {"a": {None: 1}}, {"\ud800": {1: 2}}, b"x", {1, 2}, deep):
        with pytest.raises(DragomanError):
            dumps(value)
        if value is not deep:
            with pytest.raises(DragomanError):
                dumps_read(value)


def test_the_same_value() -> None:
    """1, 1.0 and true are apart, the order of keys is not."""
    assert same({"a": [1, {"b": None}], "c": "x"}, {"c": "x", "a": [1, {"b": None}]})
    apart = [1, 1.0, True, "1", [1], [1.0], [True], {"a": 1}, {"a": 1.0}, {"a": 1, "b": 1}, [], {}, None, [1, 1]]
    for i, a in enumerate(apart):
        for j, b in enumerate(apart):
            assert same(a, b) is (i == j)


def test_pointers_escape_what_has_a_meaning_there() -> None:
    assert [escape(key) for key in ("a", "a/b", "~", "~1", "")] == ["a", "a~1b", "~0", "~01", ""]


# --- duplicate keys -------------------------------------------------------------------------------------------


def test_of_duplicate_keys_the_last_wins() -> None:
    for text in ('{"a":1,"b":0,"a":2}', '{"a":1,"b":0,"a":2,"a":2}', '{"a":"\\ud800","b":0,"a":2}'):
        assert loads(text) == {"a": 2, "b": 0}


def test_every_duplicate_key_is_told_with_its_place() -> None:
    text = '{"a":1,"l":[{"x/y":1,"x/y":{"k":1,"k":1}},{"~":1,"~":1,"~":1}],"a":{"b":1,"b":2}}'
    assert repeated(text) == [
        Fault("/a", "one value", "2 values"),
        Fault("/a/b", "one value", "2 values"),
        Fault("/l/0/x~1y", "one value", "2 values"),
        Fault("/l/0/x~1y/k", "one value", "2 values"),
        Fault("/l/1/~0", "one value", "3 values"),
    ]
    assert repeated(b'\xef\xbb\xbf{"a":{"a":1},"b":[{"a":1},{"a":1}]}') == []
    assert repeated("[1,2]") == repeated('"a"') == []


@pytest.mark.parametrize("again", ['"a":2', '"a" :2', '"\\u0061":2', '"s":"\\u003a","a":2', '"s":"\\":","a":2'])
def test_a_repeated_key_is_found_however_its_mark_is_spelt(again: str) -> None:
    """What counts colons before it looks at keys must not be led astray by others."""
    text = f'{{"a":1,{again}}}'
    assert repeated(text.encode(), loads(text)) == repeated(text) == [Fault("/a", "one value", "2 values")]
    other = text.replace('"a":1', '"b":1')
    assert repeated(other.encode(), loads(other)) == []


BODIES: dict[str, Callable[[str, bytes], Any]] = {
    "request": lambda dialect, body: dragoman.read_request(body, dialect, validate=True, path="/v1beta/models/m:x"),
    "response": lambda dialect, body: dragoman.read_response(body, dialect, validate=True),
    "translated request": lambda dialect, body: dragoman.translate_request(body, dialect, dialect, validate=True),
    "translated response": lambda dialect, body: dragoman.translate_response(body, dialect, dialect, validate=True),
    "error": lambda dialect, body: dragoman.translate_error(400, body, dialect, dialect, validate=True),
    "exchange": lambda dialect, body: dragoman.Exchange(dialect, "gemini", validate=True).request(body),
}


@pytest.mark.parametrize("way", BODIES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_validation_tells_of_duplicate_keys(dialect: str, way: str) -> None:
    """All at once with what else is wrong, and only where validation is asked for."""
    body = b'{"x_twice":{"a":1,"a":2},"x_once":1,"messages":5,"error":{"code":1,"message":"no","code":2}}'
    with pytest.raises(InvalidDocument) as caught:
        BODIES[way](dialect, body)
    places = {fault.at for fault in caught.value.faults if fault.expected == "one value"}
    assert places == {"/x_twice/a", "/error/code"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_without_validation_the_last_of_duplicate_keys_wins(dialect: str) -> None:
    rest = '"messages":[],"contents":[]'
    for read in (dragoman.read_request, dragoman.read_response):
        twice = read(f'{{"model":"n",{rest},"model":"m","x":{{"a":1,"a":2}}}}', dialect)
        assert to_json(twice) == to_json(read(f'{{"model":"m",{rest},"x":{{"a":2}}}}', dialect))


# --- odd spellings, in every dialect --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["request", "response"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_law_1_holds_for_odd_values_from_raw_bytes(dialect: str, kind: str) -> None:
    """A document home through the canonical form is the value of its bytes, as the exact parser reads them."""
    read: Any = dragoman.read_request if kind == "request" else dragoman.read_response
    write: Any = dragoman.write_request if kind == "request" else dragoman.write_response

    @given(odd.raw(dialect, kind))
    def holds(raw: odd.Raw) -> None:
        document = read(raw.text, dialect)
        there = write(document, dialect)
        assert same(there.body, raw.value)
        assert same(json.loads(there.json()), raw.value)
        again = from_json(type(document), json.loads(json.dumps(to_json(document))))
        assert same(write(again, dialect).body, raw.value)

    holds()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_odd_values_cross_to_every_dialect(dialect: str) -> None:
    """What was written is JSON, and says what the body says; that the values are the same: test_odd_places."""

    @given(odd.raw(dialect, "request"), st.sampled_from(DIALECTS))
    def holds(raw: odd.Raw, target: str) -> None:
        there = dragoman.translate_request(raw.text, dialect, target)
        assert same(json.loads(there.json()), there.body)

    holds()


def test_the_odd_values_all_occur() -> None:
    """Each of those that the specification of the generators names."""
    made = [raw for dialect in DIALECTS for raw in odd.examples(dialect, "request", 120)]
    seen = {name for raw in made for name in raw.names}
    assert seen == set(odd.NAMES)
    assert any(raw.duplicates for raw in made)
    for raw in made:
        assert bool(repeated(raw.text)) is bool(repeated(raw.text, loads(raw.text))) is raw.duplicates
        assert same(loads(raw.text), raw.value)


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**25])
def test_arguments_keep_every_integer(number: int) -> None:
    """As text and as an object, whole and in streams."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps({"a": number})}}
    asked = [{"role": "user", "content": "x"}, {"role": "assistant", "content": None, "tool_calls": [call]}]
    body = {"model": "m", "messages": [*asked, {"role": "tool", "tool_call_id": "c", "content": "r"}]}
    for given_body in (body, json.dumps(body)):
        block = dragoman.translate_request(given_body, "openai-chat", "anthropic-messages").body["messages"][1]
        assert block["content"][0]["input"] == {"a": number}
        part = dragoman.translate_request(given_body, "openai-chat", "gemini").body["contents"][1]["parts"][0]
        assert part["functionCall"]["args"] == {"a": number}
    part = {"functionCall": {"id": "c", "name": "f", "args": {"a": number}}}
    candidate = {"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}
    data = f"data: {json.dumps({'candidates': [candidate], 'responseId': 'r', 'modelVersion': 'm'})}\n\n".encode()
    s = dragoman.translate_stream("gemini", "openai-chat")
    response = dragoman.fold(dragoman.read_events(s.feed(data) + s.close(), "openai-chat"))
    (made,) = dragoman.write_response(response, "openai-chat").body["choices"][0]["message"]["tool_calls"]
    assert json.loads(made["function"]["arguments"]) == {"a": number}


def test_arguments_keep_half_a_pair() -> None:
    """It is JSON, if odd: no reason to call the arguments invalid."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":"\\ud800"}'}}
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": [call]}]}
    there = dragoman.translate_request(body, "openai-chat", "anthropic-messages")
    assert there.body["messages"][1]["content"][0]["input"] == {"a": "\ud800"}
    assert not [loss for loss in there.losses if loss.code.startswith("arguments.")]


def test_arguments_that_json_cannot_say_again_travel_as_text() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1e999}'}}
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": [call]}]}
    there = dragoman.translate_request(body, "openai-chat", "anthropic-messages")
    assert there.body["messages"][1]["content"][0]["input"] == {"_raw": '{"a":1e999}'}
    assert [loss.code for loss in there.losses if loss.code.startswith("arguments.")] == ["arguments.invalid"]
    assert json.loads(there.json()) == there.body


def test_most_texts_never_see_the_slow_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: digests, dates and pictures have long rows of digits now and then, integers have not."""
    calls: list[Any] = []
    monkeypatch.setattr(jsontext, "_exact", lambda text: calls.append(text))
    for text in ('{"created":1732000000}', '{"id":"msg_12345678901234567890"}', '{"t":1732000000.25}', "[1e10]"):
        assert loads(text) == orjson.loads(text)
    assert calls == []


# --- where a text is no JSON ----------------------------------------------------------------------------------------

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
edits = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["", *"{}[],:\"1a\\ \n-.eE+'"]), st.booleans()), max_size=4
)


@given(values, edits, st.sampled_from([None, 1]), st.booleans())
def test_a_text_has_faults_where_it_is_no_json_and_only_there(
    value: Any, changes: list[tuple[int, str, bool]], indent: int | None, ascii_only: bool
) -> None:
    """The standard library judges: what it reads has no place, what it refuses has one."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    for at, new, instead in changes:
        at %= len(text) + 1
        text = text[:at] + new + text[at + instead :]
    try:
        json.loads(text, parse_constant=lambda word: int("no number"))
    except ValueError:
        assert places(text)
        with pytest.raises(InvalidDocument) as caught:
            loads(text)
        assert len(caught.value.faults) == len(places(text))
    else:
        assert places(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"a": 1,}', [(1, 9, "a key")]),
        ('[1 2]', [(1, 4, "a comma")]),
        ('{"a" 1,\n "b": }', [(1, 6, "a colon"), (2, 7, "a value")]),
        ("{'a': tru, b: [1, 2}}", [(1, 2, "a key in quotes"), (1, 7, "a value"), (1, 12, "a key in quotes"),
                                   (1, 20, "the other bracket")]),
        ('[1, 2', [(1, 6, "the rest")]),
        ('{"a": "one\ntwo"}', [(1, 7, "a value"), (2, 1, "nothing"), (2, 4, "nothing"), (2, 6, "the rest")]),
        ('{"a": NaN}', [(1, 7, "a value")]),
    ],
)  # fmt: skip
def test_every_place_is_named(text: str, wanted: list[tuple[int, int, str]]) -> None:
    assert [tuple(p) for p in places(text)] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"a": 1 "b": 2}', [(1, 9, "a comma")]),  # behind it a key is wanted, and is there
        ("[1, # 2]", [(1, 5, "nothing")]),
        ("{1: 2}", [(1, 2, "a key in quotes")]),
        ('{"a": "b', [(1, 9, "the rest")]),  # cut off inside of the quotes
        ("[,1]", [(1, 2, "a value")]),
        ("1,", [(1, 2, "nothing"), (1, 3, "the rest")]),
        ("1 2", [(1, 3, "nothing")]),
        ("1]", [(1, 2, "nothing")]),
        ("\n[1 2]", [(2, 4, "a comma")]),
    ],
)
def test_what_belongs_in_each_place(text: str, wanted: list[tuple[int, int, str]]) -> None:
    assert [tuple(p) for p in places(text)] == wanted


def test_what_is_looked_at_is_bounded() -> None:
    """Twenty places at the most, none in a large text; and one look at each character."""
    assert len(places("]" * 1000)) == MOST
    text = "[" + "1 " * LARGEST
    assert places(text) == []
    with pytest.raises(InvalidDocument) as caught:
        loads(text)
    (fault,) = caught.value.faults
    assert fault.expected.startswith("JSON (line 1, column ")
    for half in ('"' * 1000, '"\\u' * 1000, "'" * 1000, "[" * 5000):
        assert places(half)
