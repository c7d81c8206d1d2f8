"""An answer comes out of the object that its schema was wrapped in: whole, and as it comes.

OPENAI: structured output has "root type: object". A client of Gemini or Messages who asked for a list gets the list.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dragoman
from dragoman import model, unwrap
from tests.wire import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES, THINKING, chunk, records_of, stream_of

Json = dict[str, Any]
PATH = "/v1beta/models/m:streamGenerateContent?alt=sse"
LIST: Json = {"type": "array", "items": {"type": "string"}}
ROOTED: Json = {"type": "object", "properties": {"value": LIST}, "required": ["value"], "additionalProperties": False}
ASKED = [{"role": "user", "content": "x"}]


def asked(client: str, schema: Json, **config: Any) -> Json:
    """A request of `client` for an answer that holds to `schema`."""
    if client == GEMINI:
        said = {"responseMimeType": "application/json", "responseJsonSchema": schema, **config}
        return {"contents": [{"parts": [{"text": "x"}]}], "generationConfig": said}
    if client == MESSAGES:
        return {
            "model": "m",
            "max_tokens": 9,
            "messages": ASKED,
            "output_config": {"format": {"type": "json_schema", "schema": schema}},
        }
    if client == RESPONSES:
        return {"model": "m", "input": "x", "text": {"format": {"type": "json_schema", "name": "n", "schema": schema}}}
    wrapped = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    return {"model": "m", "messages": ASKED, "response_format": wrapped}


WORDS: Json = {"responseMimeType": "text/x.enum", "responseSchema": {"type": "STRING", "enum": ["a", "b"]}}
FOR_A_WORD: Json = {"contents": [{"parts": [{"text": "x"}]}], "generationConfig": WORDS}


def chunks(*pieces: str) -> list[Json]:
    return [chunk({"role": "assistant"}), *(chunk({"content": p}) for p in pieces), chunk({}, "stop")]


def streamed(upstream: str, *pieces: str) -> bytes:
    """A stream of `upstream` that says `pieces`."""
    data = stream_of(CHAT, [*chunks(*pieces), "[DONE]"])
    if upstream == CHAT:
        return data
    stream = dragoman.translate_stream(CHAT, upstream)
    return stream.feed(data) + stream.close()


def answered(upstream: str, text: str) -> Json:
    """The whole answer of `upstream` that says `text`."""
    folded = dragoman.fold(dragoman.read_events(streamed(upstream, text), upstream))
    body: Json = dragoman.write_response(folded, upstream).body
    return body


def said(body: Any, client: str) -> str:
    """The text of an answer."""
    parts = dragoman.read_response(body, client).candidates[0].message.parts
    return "".join(part.text for part in parts if isinstance(part, model.Text))


def path_of(client: str) -> str | None:
    return PATH if client == GEMINI else None


def exchange(client: str, upstream: str, request: Json) -> dragoman.Exchange:
    x = dragoman.Exchange(client, upstream)
    x.request(request, path=path_of(client))
    return x


PAIRS = [
    (client, upstream)
    for client in (GEMINI, MESSAGES, CHAT, RESPONSES)
    for upstream in (CHAT, RESPONSES, THINKING)
    if client != upstream
]
pairs = pytest.mark.parametrize(("client", "upstream"), PAIRS)


@pairs
def test_a_list_comes_home_as_a_list(client: str, upstream: str) -> None:
    x = exchange(client, upstream, asked(client, LIST))
    t = x.response(answered(upstream, '{"value": ["a", 1.50, {"z":1,"b":2}]}\n'))
    assert said(t.body, client) == '["a", 1.50, {"z":1,"b":2}]'
    assert "format.value" not in {loss.code for loss in t.losses}


@pairs
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_a_list_comes_home_as_it_comes(client: str, upstream: str, size: int) -> None:
    text = '{ "value" :["a}", "\\"]", {"b" : "\\\\"} ]\n}'
    x = exchange(client, upstream, asked(client, LIST))
    stream = x.stream()
    data = streamed(upstream, *(text[i : i + size] for i in range(0, len(text), size)))
    folded = dragoman.fold(dragoman.read_events(stream.feed(data) + stream.close(), client))
    body = dragoman.write_response(folded, client).body
    assert said(body, client) == '["a}", "\\"]", {"b" : "\\\\"} ]'
    # Law 4, with the request.
    whole = x.response(answered(upstream, text))
    assert said(whole.body, client) == said(body, client)
    assert {(loss.kind, loss.code, loss.at) for loss in stream.losses} == {
        (loss.kind, loss.code, loss.at) for loss in whole.losses
    }


@pairs
def test_an_object_that_the_client_asked_for_stays(client: str, upstream: str) -> None:
    x = exchange(client, upstream, asked(client, ROOTED))
    assert said(x.response(answered(upstream, '{"value":["a"]}')).body, client) == '{"value":["a"]}'
    stream = x.stream()
    out = stream.feed(streamed(upstream, '{"value":', '["a"]}')) + stream.close()
    folded = dragoman.fold(dragoman.read_events(out, client))
    assert said(dragoman.write_response(folded, client).body, client) == '{"value":["a"]}'


@pytest.mark.parametrize("upstream", [CHAT, RESPONSES, MESSAGES])
def test_a_word_of_a_list_comes_home_bare(upstream: str) -> None:
    x = exchange(GEMINI, upstream, FOR_A_WORD)
    text = '"a"' if upstream == MESSAGES else '{"value":"a"}'
    assert said(x.response(answered(upstream, text)).body, GEMINI) == "a"
    stream = x.stream()
    out = stream.feed(streamed(upstream, text[:4], text[4:])) + stream.close()
    folded = dragoman.fold(dragoman.read_events(out, GEMINI))
    assert said(dragoman.write_response(folded, GEMINI).body, GEMINI) == "a"


@pytest.mark.parametrize("text", ["a", "", '{"a":1}', '["a"]', '{"values":1}', '{"value":}', '{"value"', "I can't."])
@pytest.mark.parametrize("client", [GEMINI, MESSAGES])
def test_a_text_of_another_form_goes_as_it_is(client: str, text: str) -> None:
    x = exchange(client, CHAT, asked(client, LIST))
    assert said(x.response(answered(CHAT, text)).body, client) == text
    stream = x.stream()
    out = stream.feed(streamed(CHAT, *text)) + stream.close()
    assert said(dragoman.write_response(dragoman.fold(dragoman.read_events(out, client)), client).body, client) == text


def test_a_word_in_another_form_goes_as_it_is() -> None:
    x = exchange(GEMINI, CHAT, FOR_A_WORD)
    for text in ("a", "12", '{"a":1}', "I can't."):
        assert said(x.response(answered(CHAT, text)).body, GEMINI) == text


def test_an_answer_that_was_cut_off_is_what_there_is_of_the_value() -> None:
    x = exchange(GEMINI, CHAT, asked(GEMINI, LIST))
    body = answered(CHAT, '{"value":["a","b')
    body["choices"][0]["finish_reason"] = "length"
    assert said(x.response(body).body, GEMINI) == '["a","b'


def test_what_stands_beside_the_value_is_told() -> None:
    """In a stream the value has gone out by then, and stream is document."""
    x = exchange(GEMINI, CHAT, asked(GEMINI, LIST))
    text = '{"value":["a"],"note":"b"}'
    t = x.response(answered(CHAT, text))
    assert said(t.body, GEMINI) == '["a"]'
    told = [loss for loss in t.losses if loss.code == "format.value"]
    assert [(loss.kind, loss.at, loss.value) for loss in told] == [
        ("changed", "/choices/0/message/content", ',"note":"b"}')
    ]
    stream = x.stream()
    out = stream.feed(streamed(CHAT, *text)) + stream.close()
    assert (
        said(dragoman.write_response(dragoman.fold(dragoman.read_events(out, GEMINI)), GEMINI).body, GEMINI) == '["a"]'
    )
    assert [(loss.kind, loss.at, loss.value) for loss in stream.losses if loss.code == "format.value"] == [
        ("changed", "/choices/0/message/content", ',"note":"b"}')
    ]


def test_without_the_request_nobody_knows() -> None:
    t = dragoman.translate_response(answered(CHAT, '{"value":["a"]}'), CHAT, GEMINI)
    assert said(t.body, GEMINI) == '{"value":["a"]}'


def test_an_upstream_that_wraps_nothing_is_taken_at_its_word() -> None:
    x = exchange(GEMINI, MESSAGES, asked(GEMINI, LIST))
    assert said(x.response(answered(MESSAGES, '{"value":["a"]}')).body, GEMINI) == '{"value":["a"]}'
    x = exchange(CHAT, COMPLETIONS, asked(CHAT, LIST))
    assert said(x.response(answered(COMPLETIONS, '{"value":["a"]}')).body, CHAT) == '{"value":["a"]}'


def test_citations_count_the_letters_that_the_client_sees() -> None:
    body = answered(CHAT, '{"value":["abc"]}')
    cited = {"start_index": 11, "end_index": 14, "title": "t", "url": "https://x.example/"}
    body["choices"][0]["message"]["annotations"] = [{"type": "url_citation", "url_citation": cited}]
    t = exchange(RESPONSES, CHAT, asked(RESPONSES, LIST)).response(body)
    part = t.body["output"][0]["content"][0]
    found = part["annotations"][0]
    assert part["text"][found["start_index"] : found["end_index"]] == "abc"


def test_nothing_waits_but_what_may_be_the_wrapper() -> None:
    """Law 10: the head, until it is one; blanks behind the value, and the brace."""
    x = exchange(MESSAGES, CHAT, asked(MESSAGES, LIST))
    stream = x.stream()
    came = []
    for record in records_of(CHAT, chunks('{"val', 'ue":', '["a', '",', '"b"', "]", " ", "}")):
        out = stream.feed(record)
        deltas = [json.loads(line[6:]) for line in out.decode().splitlines() if line.startswith("data: ")]
        came.append("".join(d["delta"].get("text", "") for d in deltas if d["type"] == "content_block_delta"))
    assert came[1:-1] == ["", "", '["a', '",', '"b"', "]", "", ""]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
)


@given(VALUES, st.lists(st.integers(1, 5)), st.sampled_from(["", " ", "\n  "]), st.booleans())
def test_any_value_comes_out_however_the_text_is_cut(
    value: Any, sizes: list[int], blank: str, ascii_only: bool
) -> None:
    said_value = json.dumps(value, ensure_ascii=ascii_only, indent=1 if blank else None)
    text = f'{blank}{{{blank}"value"{blank}:{blank}{said_value}{blank}}}{blank}'
    inside = unwrap._Inside()
    out, at = "", 0
    for size in [*sizes, len(text)]:
        out += inside.feed(text[at : at + size])
        at += size
    assert out + inside.close() == said_value
    assert not inside.rest


@given(st.text('{}[]":,\\ value1'), st.lists(st.integers(0, 4)))
def test_any_text_gives_the_same_however_it_is_cut(text: str, sizes: list[int]) -> None:
    for begin in ("", '{"value":'):
        whole, cut = unwrap._Inside(), unwrap._Inside()
        expected = whole.feed(begin + text) + whole.close()
        out, at = "", 0
        for size in [*sizes, len(begin + text)]:
            out += cut.feed((begin + text)[at : at + size])
            at += size
        assert (out + cut.close(), cut.rest, cut.taken) == (expected, whole.rest, whole.taken)


@pytest.mark.parametrize(
    "text",
    [
        '{"value":\\"}',
        '{"value":\\"v1]\\n},{{{',
        '{"value": "a\\\\" }',
        '{"value": 1 \n }',
        " " * 2000 + '{"value":[1]}',
    ],
)
def test_the_cutting_of_a_text_does_not_show(text: str) -> None:
    """Law 5, also where the text is no JSON, or begins with more blanks than anybody means."""
    whole = unwrap._Inside()
    said = whole.feed(text) + whole.close()
    for size in (1, 2, 3):
        pieces = unwrap._Inside()
        parts = [pieces.feed(text[i : i + size]) for i in range(0, len(text), size)]
        assert ("".join(parts) + pieces.close(), pieces.rest) == (said, whole.rest)


def test_blanks_without_end_are_not_kept() -> None:
    """JSON mode is known to say nothing but line ends until it is cut off."""
    inside = unwrap._Inside()
    for _ in range(5000):
        inside.feed("\n")
    assert len(inside._held) <= 1 << 10
