"""Framing: bytes to frames and back, however the bytes are split."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dragoman.errors import BrokenStream
from dragoman.framing import Frame, JSONArrayDecoder, SSEDecoder, comment, sse
from tests import corpus

RECORDED = (
    "openai-chat",
    "openai-responses",
    "openai-completions",
    "anthropic-messages",
    "gemini",
    "mistral-fim",
)

Decoder = type[SSEDecoder] | type[JSONArrayDecoder]


def decode(chunks: list[bytes], decoder: Decoder = SSEDecoder, limit: int = 1 << 20) -> list[Frame | str]:
    """All frames of a stream; a BrokenStream is the last element, as text with its place."""
    d = decoder(limit)
    out: list[Frame | str] = []
    try:
        for chunk in chunks:
            out += d.feed(chunk)
        out += d.close()
    except BrokenStream as e:
        out.append(f"{e} {e.frame} {e.offset}")
    else:
        assert d.frames == len(out)
    assert d.close() == []
    with pytest.raises(BrokenStream):
        d.feed(b"x")
    return out


def pairs(data: bytes) -> list[tuple[str | None, bytes]]:
    return [(f.event, f.data) for f in decode([data]) if isinstance(f, Frame)]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({min(p, len(data)) for p in places} | {len(data)})
    return [data[a:b] for a, b in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"data: a\n\ndata: b\n\n", [(None, b"a"), (None, b"b")], id="lf"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", [(None, b"a"), (None, b"b")], id="crlf"),
        pytest.param(b"data: a\r\rdata: b\r\r", [(None, b"a"), (None, b"b")], id="cr"),
        pytest.param(
            b"data: a\n\r\ndata: b\r\n\rdata: c\r\n\n", [(None, b"a"), (None, b"b"), (None, b"c")], id="mixed"
        ),
        pytest.param(b"data: a\n\ndata: b\r\n\r\n", [(None, b"a"), (None, b"b")], id="lf then crlf"),
        pytest.param(b"data: a\ndata: b\r\n\r\n", [(None, b"a\nb")], id="lf inside crlf"),
        pytest.param(b"event: x\ndata: a\n\nevent: x\ndata: b\n\n", [("x", b"a"), ("x", b"b")], id="event"),
        pytest.param(b"event: x\r\ndata: a\r\n\r\n", [("x", b"a")], id="event crlf"),
        pytest.param(b"event: x\ndata: a\n\ndata: b\n\n", [("x", b"a"), (None, b"b")], id="event not kept"),
        pytest.param(b"data: a\nevent: x\n\n", [("x", b"a")], id="event after data"),
        pytest.param(b"event: x\nevent: y\ndata: a\n\n", [("y", b"a")], id="the last event counts"),
        pytest.param(b"event:x\ndata:a\n\nevent:  x\ndata:  a\n\n", [("x", b"a"), (" x", b" a")], id="one space"),
        pytest.param(b"data:a\n\ndata: b\n\ndata:c\n\n", [(None, b"a"), (None, b"b"), (None, b"c")], id="spaces vary"),
        pytest.param(b"event: x\n\n", [("x", b"")], id="event alone"),
        pytest.param(b"event:\ndata: a\n\n", [(None, b"a")], id="event without name"),
        pytest.param(b"data\n\ndata:\n\ndata: \n\n", [(None, b"")] * 3, id="empty data"),
        pytest.param(b"data: a\ndata: b\ndata\n\n", [(None, b"a\nb\n")], id="several data lines"),
        pytest.param(b"id: 1\nretry: 5\nfoo: x\nfoo\ndata: a\n\n", [(None, b"a")], id="fields ignored"),
        pytest.param(b"id: 1\n\nretry: 5\n\n", [], id="nothing to deliver"),
        pytest.param(b"\n\n\ndata: a\n\n\n\n\ndata: b\n\n\n", [(None, b"a"), (None, b"b")], id="blank lines"),
        pytest.param(
            b"\r\n\r\ndata: a\r\n\r\n\r\n\r\n\r\ndata: b\r\n\r\n",
            [(None, b"a"), (None, b"b")],
            id="more crlf",
        ),
        pytest.param(b"data: a", [(None, b"a")], id="no blank line at the end"),
        pytest.param(b"data: a\n", [(None, b"a")], id="one line end at the end"),
        pytest.param(b"data: a\n\nevent: cut", [(None, b"a"), ("cut", b"")], id="cut in a name"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [(None, b"a")], id="byte order mark"),
        pytest.param(b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", [(None, b"\xef\xbb\xbfdata: a")], id="two marks"),
        pytest.param(b" data: {}\n\n\t data: {}\n\n", [(None, b"{}")] * 2, id="space before the name"),
        pytest.param(b"data: [DONE] \n\n", [(None, b"[DONE] ")], id="trailing space stays"),
        pytest.param(
            "data: a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\n\n".encode(),
            [(None, "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg".encode())],
            id="no line ends but CR and LF",
        ),
        pytest.param(b"event: \xff\ndata: \xff\n\n", [("\ufffd", b"\xff")], id="no utf-8"),
        pytest.param(b"", [], id="empty"),
        pytest.param(b"\xef\xbb\xbf", [], id="a byte order mark alone"),
        pytest.param(b"  \ndata: a\n \t\ndata: b\n\n", [(None, b"a\nb")], id="a line of spaces is not blank"),
    ],
)
def test_sse(data: bytes, expected: list[tuple[str | None, bytes]]) -> None:
    assert pairs(data) == expected
    assert decode([data[i : i + 1] for i in range(len(data))]) == decode([data])


def test_comments_stand_where_they_came() -> None:
    data = b": one\n\ndata: a\n\nevent: x\n:two\ndata: b\n\n:\n\n"
    assert decode([data]) == [
        Frame(None, b"", 0, b"one"),
        Frame(None, b"a", 7),
        Frame(None, b"", 25, b"two"),
        Frame("x", b"b", 16),
        Frame(None, b"", 39, b""),
    ]


def test_lines_that_are_no_sse_are_one_bare_frame() -> None:
    pretty = b'{\n  "error": {\n    "code": 429,\n    "data": "x"\n  }\n}'
    assert decode([b"data: a\n\n" + pretty]) == [Frame(None, b"a", 0), Frame(None, pretty, 9, None, True)]
    crlf = pretty.replace(b"\n", b"\r\n") + b"\r\n\r\ndata: b\r\n\r\n"
    assert decode([crlf]) == [Frame(None, pretty, 0, None, True), Frame(None, b"b", crlf.index(b"data: b"))]
    html = b"<html>\n<body>502 Bad Gateway</body>\n</html>"
    assert decode([html]) == [Frame(None, html, 0, None, True)]
    sentence = b"upstream connect error: reset"
    assert decode([sentence]) == [Frame(None, sentence, 0, None, True)]


def test_a_bare_frame_ends_where_sse_goes_on() -> None:
    data = b'data: a\n{"error":1}\ndata: b\n\nevent: error\n{"x":\n1}\n: c\n\n'
    assert decode([data]) == [
        Frame(None, b"a", 0),
        Frame(None, b'{"error":1}', 8, None, True),
        Frame(None, b"b", 20),
        Frame("error", b'{"x":\n1}', 29, None, True),
        Frame(None, b"", 51, b"c"),
    ]


def test_frames_come_as_soon_as_they_are_complete() -> None:
    d = SSEDecoder()
    assert d.feed(b"data: a\r\n\r") == [Frame(None, b"a", 0)]
    assert d.feed(b"\n") == []
    assert d.feed(b"data: b\n") == []
    assert d.feed(b"\ndata: c\n\n: d\n") == [
        Frame(None, b"b", 11),
        Frame(None, b"c", 20),
        Frame(None, b"", 29, b"d"),
    ]


def test_bytes_of_other_types_are_taken() -> None:
    d = SSEDecoder()
    assert d.feed(bytearray(b"data: a\n\n")) == [Frame(None, b"a", 0)]
    assert d.feed(memoryview(b"data: b\n\n")) == [Frame(None, b"b", 9)]


@pytest.mark.parametrize("decoder", [SSEDecoder, JSONArrayDecoder])
def test_a_frame_without_bound_is_refused(decoder: Decoder) -> None:
    first = b"data: a\n\n" if decoder is SSEDecoder else b"[1,"
    d = decoder(100)
    assert len(d.feed(first + b'"' + b"x" * 200)) == 1, "the good frame first"
    with pytest.raises(BrokenStream, match="larger than 100 bytes") as caught:
        d.feed(b"x")
    assert caught.value.frame == 1
    assert caught.value.offset == len(first)
    with pytest.raises(BrokenStream):
        d.feed(b"x")
    assert d.close() == []


def test_the_bound_counts_a_record_not_a_chunk_or_a_stream() -> None:
    assert len(decode([b"data: " + b"x" * 90 + b"\n\n"] * 50, limit=100)) == 50
    assert len(decode([(b"data: " + b"x" * 90 + b"\n\n") * 50], limit=100)) == 50
    lines = b"data: xxxxxxxx\n" * 20
    assert decode([lines], limit=100) == ["a frame of the stream is larger than 100 bytes 0 0"]
    heartbeats = b": beat\n" * 1000
    assert len(decode([heartbeats], limit=100)) == 1000


def test_a_large_frame_in_small_chunks_takes_linear_time() -> None:
    data = b"data: " + b"x" * (1 << 22) + b"\n\n"
    chunks = [data[i : i + 64] for i in range(0, len(data), 64)]
    assert decode(chunks, limit=1 << 23) == [Frame(None, b"x" * (1 << 22), 0)]


SSE_PIECES = st.sampled_from(
    [
        b"data: {}",
        b"data:{}",
        b"data",
        b"data: ",
        b" data: x",
        b"event: x",
        b"event: y",
        b"event:",
        b"event: x\ndata: a\n\n",
        b"event: x\r\ndata: a\r\n\r\n",
        b"data: a\n\n",
        b"data: \xe2\x80\xa8\xc3\xa4\n\n",
        b": c",
        b":",
        b"id: 1",
        b"{",
        b"  }",
        b'{"a":\n',
        b"junk",
        b"a b: c",
        b" ",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"\r\n\r\n",
        b"\xef\xbb\xbf",
        b"\xff",
        b"[DONE]",
    ]
)
SSE_STREAMS = st.lists(SSE_PIECES, max_size=30).map(b"".join) | st.binary(max_size=60)
PLACES = st.lists(st.integers(0, 300), max_size=12)


@given(SSE_STREAMS, PLACES, st.sampled_from([1 << 20, 40, 12]))
@example(b"data: a\n\n\n", [], 1 << 20)
@example(b"data: a\r\n\r\n\r\n\ndata: b\r\n\r\n", [3], 1 << 20)
def test_sse_does_not_depend_on_the_split(data: bytes, places: list[int], limit: int) -> None:
    whole = decode([data], limit=limit)
    assert decode(cut(data, places), limit=limit) == whole
    assert decode([data[i : i + 1] for i in range(len(data))], limit=limit) == whole
    assert decode([b"", data, b""], limit=limit) == whole


# Chunks as an HTTP client hands them over: one record each, most of them usual, some nearly so.
READS = st.sampled_from(
    [
        *[b"data: a\n\n", b"event: x\ndata: a\n\n", b"data: a\r\n\r\n", b"event: x\r\ndata: a\r\n\r\n"] * 3,
        *[b"data:a\n\n", b"data: a\nb", b"data: a\nb\n", b"data: a\rdata: b\n\n", b"data: a\r\n\r", b"\n"],
        *[b"data: a\rb\r\n", b"data: a\r\nb\r\n", b"data: a\n\r\n", b"data: a\r\n", b"data: ", b"", b"event: x"],
        *[b"event: x\ndata: a\r\n\r\n", b"data: a\ndata: b\n\n", b": c\n\n", b"{}\n\n", b"data:  a\n\n"],
    ]
)


@given(st.lists(READS, max_size=8), st.sampled_from([1 << 20, 12]))
def test_reads_of_one_record_each_are_the_stream(reads: list[bytes], limit: int) -> None:
    assert decode(reads, limit=limit) == decode([b"".join(reads)], limit=limit)


@given(SSE_STREAMS)
def test_sse_agrees_with_a_reader_written_from_the_standard(data: bytes) -> None:
    """The standard's algorithm, line by line, plus the extensions that the module names."""
    text = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    expected: list[tuple[str | None, bytes, bool]] = []
    event, lines, bare = b"", None, False

    def dispatch() -> None:
        nonlocal event, lines, bare
        if lines is not None or event:
            expected.append((event.decode("utf-8", "replace") or None, b"\n".join(lines or []), bare))
        event, lines, bare = b"", None, False

    for line in [*text.split(b"\n"), b""]:
        if bare and line and not line.startswith((b"data:", b"event:", b":")):
            assert lines is not None
            lines.append(line)
            continue
        if bare or not line:
            dispatch()
            if not line:
                continue
        name, colon, value = line.partition(b":")
        name = name.lstrip(b" \t")
        value = value[1:] if value[:1] == b" " else value
        if name == b"data":
            lines = [*(lines or []), value]
        elif name == b"event":
            event = value
        elif name and not all(c in b"-_" or bytes([c]).isalnum() for c in name):
            if lines is not None:
                dispatch()
            lines, bare = [line], True
        elif not name and colon:
            expected.append((None, b": " + value, False))
    dispatch()
    got = [
        (f.event, f.data if f.comment is None else b": " + f.comment, f.bare)
        for f in decode([data])
        if isinstance(f, Frame)
    ]
    assert got == expected


@given(SSE_STREAMS, st.integers(0, 300))
def test_offsets_point_at_the_record(data: bytes, cut_at: int) -> None:
    for f in decode(cut(data, [cut_at])):
        assert isinstance(f, Frame)
        at = data[f.offset :]
        assert at, "inside the stream"
        if f.comment is not None:
            assert at.lstrip(b" \t").startswith(b":")


LINE = st.binary(max_size=20).map(lambda b: b.replace(b"\r", b"").replace(b"\n", b""))
NAMES = st.text(min_size=1, max_size=8).filter(lambda t: t.splitlines() == [t] and t == t.strip())
EVENTS = st.none() | NAMES


@given(
    st.lists(st.tuples(EVENTS, st.lists(LINE, min_size=1, max_size=3).map(b"\n".join))),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
)
def test_what_is_written_is_read_again(records: list[tuple[str | None, bytes]], newline: bytes) -> None:
    records = [(e and e.encode("utf-8", "replace").decode(), d) for e, d in records]
    assert pairs(b"".join(sse(data, event, newline) for event, data in records)) == records


def test_comments_are_written_and_read_again() -> None:
    assert comment(b"OPENROUTER PROCESSING") == b": OPENROUTER PROCESSING\n\n"
    assert comment(b"a\nb", b"\r\n") == b": a\r\n: b\r\n\r\n"
    frames = decode([comment(b"a\r\nb"), comment()])
    assert [f.comment for f in frames if isinstance(f, Frame)] == [b"a", b"b", b""]


def test_an_event_name_cannot_break_the_framing() -> None:
    assert sse(b"{}", "a\r\ndata: b\n\n") == b"event: a data: b \ndata: {}\n\n"


def test_array_elements() -> None:
    data = b'[{"a": "x}]\\"", "b": [{}, "\\\\"]}\n,\r\n{"c": {}}\n]'
    assert decode([data], JSONArrayDecoder) == [
        Frame(None, b'{"a": "x}]\\"", "b": [{}, "\\\\"]}', 1),
        Frame(None, b'{"c": {}}', data.index(b'{"c"')),
    ]
    d = JSONArrayDecoder()
    assert d.feed(b'[{"a":') == []
    assert d.feed(b"1}") == [Frame(None, b'{"a":1}', 1)], "before the comma"
    assert d.feed(b"\n,\r\n{") == []
    assert d.close() == [Frame(None, b"{", 12)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"error": {"code": 400}}', [(b'{"error": {"code": 400}}', True)]),
        (b'[{}]\n{"error": 1}', [(b"{}", False), (b'{"error": 1}', True)]),
        (b"<html>[]</html>", [(b"<html>[]</html>", True)]),
        (b"\xef\xbb\xbf [ ] ", []),
        (b"[]", []),
        (b"", []),
        (b"[{},,{}", [(b"{}", False), (b"{}", False)]),
        (b'[1, "a]", null ]', [(b"1", False), (b'"a]"', False), (b"null ", False)]),
        (b"[{}][{}]", [(b"{}", False), (b"{}", False)]),
    ],
)
def test_arrays_that_are_not_as_they_should_be(data: bytes, expected: list[tuple[bytes, bool]]) -> None:
    assert [(f.data, f.bare) for f in decode([data], JSONArrayDecoder) if isinstance(f, Frame)] == expected


TEXTS = st.text('ab"\\[]{},\u00e4\n', max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(
    st.lists(JSON, max_size=6),
    st.sampled_from([None, 1, "\t"]),
    st.sampled_from([",", "\n,\r\n", " , "]),
    PLACES,
    st.booleans(),
)
def test_array_elements_are_the_array(
    values: list[object], indent: int | str | None, comma: str, places: list[int], escape: bool
) -> None:
    texts = [json.dumps(v, indent=indent, ensure_ascii=escape) for v in values]
    data = f"[{comma.join(texts)}\n]".encode()
    frames = decode(cut(data, places), JSONArrayDecoder)
    assert [json.loads(f.data) for f in frames if isinstance(f, Frame)] == values
    assert all(data.startswith(f.data, f.offset) for f in frames if isinstance(f, Frame))


@given(
    st.lists(
        st.sampled_from([*(b"%c" % c for c in b'[]{}"\\, \n1'), b'{"a":[', b"\xef\xbb\xbf"]),
        max_size=30,
    ).map(b"".join)
    | st.binary(max_size=60),
    PLACES,
    st.sampled_from([1 << 20, 8]),
)
def test_arrays_do_not_depend_on_the_split(data: bytes, places: list[int], limit: int) -> None:
    whole = decode([data], JSONArrayDecoder, limit)
    assert decode(cut(data, places), JSONArrayDecoder, limit) == whole
    assert decode([data[i : i + 1] for i in range(len(data))], JSONArrayDecoder, limit) == whole


@corpus.needs_traffic
def test_recorded_streams_do_not_depend_on_the_split() -> None:
    streams = [r.stream_body for name in RECORDED for r in corpus.load(name) if r.stream_body]
    assert streams
    for data in streams:
        decoder: Decoder = JSONArrayDecoder if data.lstrip().startswith(b"[") else SSEDecoder
        whole = decode([data], decoder)
        assert decode([data[i : i + 61] for i in range(0, len(data), 61)], decoder) == whole
        assert decode([data[i : i + 4096] for i in range(0, len(data), 4096)], decoder) == whole
