"""What bad input gets: an error of ours that names the place, or a document of the target. Nothing else, ever.

Over the fixtures always; over recorded traffic where it is. Of the targets one is drawn for each attempt, and so is who
reads what another dialect wrote: DRAGOMAN_ALL=1 takes all of them, and all recorded lines.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from anthropic.types import Message, RawMessageStreamEvent
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming
from openai.types import Completion, completion_create_params
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter, ValidationError

import dragoman
from dragoman import jsontext, wire
from tests import corpus, fixtures
from tests.mutation import HOSTILE, Mutator
from tests.reference.common import frames
from tests.refusals import crash
from tests.wire import (
    CHAT,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    ORDER,
    RESPONSES,
    THINKING,
    begin,
    call_chunk,
    chunk,
    end,
    other,
    stream_of,
    text_block,
)

Json = dict[str, Any]
PACKAGE = Path(dragoman.__file__).parent
DIALECTS = dragoman.dialects()
STATUSES = (400, 401, 404, 429, 500, 503, 529, 200, 0, 302, 999)
EVERY = {"request": 10, "response": 6, "error": 1, "stream": 12}


def away(dialect: str, random: Random) -> list[str]:
    """The targets of one attempt: any other dialect, or all of them."""
    others = [name for name in DIALECTS if name != dialect]
    return others if corpus.everything() else [random.choice(others)]


def readers(fixture: fixtures.Fixture, number: int) -> set[str]:
    """Who is given a fixture: its own dialect, and one more (or all), for a proxy may be told wrong."""
    return set(DIALECTS) if corpus.everything() else {fixture.dialect, DIALECTS[number % len(DIALECTS)]}


def no_constant(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


class Findings:
    """What went wrong, one example for each place in the code."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.tried = 0

    def attempt(self, label: str, action: Callable[[], Any]) -> Any:
        """Run `action`; anything but a DragomanError is a finding, and so is a crash that left as one."""
        self.tried += 1
        try:
            return action()
        except dragoman.DragomanError as refused:
            behind = crash(refused)
            if behind is not None:
                self.add(where(behind), label)
            return None
        except Exception as wrong:
            self.add(where(wrong), label)
            return None

    def add(self, what: str, label: str) -> None:
        self.found.setdefault(what, label)

    def assert_none(self) -> None:
        assert self.tried
        shown = "\n".join(f"{what}\n    first at: {label}" for what, label in sorted(self.found.items())[:25])
        assert not self.found, f"{len(self.found)} kinds of failure in {self.tried} attempts:\n{shown}"


def where(wrong: BaseException) -> str:
    """The kind of an exception and the last place of ours that it came through."""
    ours = [f for f in traceback.extract_tb(wrong.__traceback__) if Path(f.filename).is_relative_to(PACKAGE)]
    frame = ours[-1] if ours else traceback.extract_tb(wrong.__traceback__)[-1]
    place = Path(frame.filename)
    shown = place.relative_to(PACKAGE) if ours else place.name
    return f"{type(wrong).__name__} in {shown}:{frame.lineno} {frame.name}: {str(wrong).partition(chr(10))[0][:120]}"


def is_json(t: dragoman.Translation) -> None:
    """What came out is a JSON object, and `json()` says what `body` says."""
    text = t.json()
    try:
        # The one reads depth without recursion, the other integers beyond 64 bits as what they are.
        same = orjson.loads(text) == t.body or json.loads(text) == t.body
    except orjson.JSONDecodeError:
        same = json.loads(text, parse_constant=no_constant) == t.body
    except RecursionError:
        same = True  # too deep to compare
    if not same:
        raise AssertionError("json() says something else than body")
    for loss in t.losses:
        assert loss.at == "" or loss.at.startswith("/")


def is_failure(t: dragoman.Translation) -> None:
    assert t.status is not None, "an error without a status"
    assert not {"choices", "content", "candidates", "output"} & t.body.keys()


def requests(body: Any, dialect: str, *_: Any) -> None:
    is_json(dragoman.translate_request(body, dialect, dialect))


def requests_away(body: Any, dialect: str, random: Random) -> None:
    for target in away(dialect, random):
        there = dragoman.translate_request(body, dialect, target)
        is_json(there)
        assert dragoman.read_request(there.body, target, path=there.path) is not None


def requests_rewritten(body: Any, dialect: str, *_: Any) -> None:
    is_json(dragoman.write_request(dragoman.read_request(body, dialect), dialect))


def responses(body: Any, dialect: str, *_: Any) -> None:
    is_json(dragoman.translate_response(body, dialect, dialect))


def responses_away(body: Any, dialect: str, random: Random) -> None:
    for target in away(dialect, random):
        t = dragoman.translate_response(body, dialect, target)
        is_json(t)
        if t.status is not None:
            is_failure(t)
        assert dragoman.read_response(t.body, target) is not None


def responses_rewritten(body: Any, dialect: str, *_: Any) -> None:
    read = dragoman.read_response(body, dialect)
    is_json(dragoman.write_response(read, dialect))
    try:
        dragoman.fold(dragoman.unfold(read))
    except dragoman.BrokenStream:
        pass


def errors(body: Any, dialect: str, random: Random) -> None:
    status = random.choice(STATUSES)
    dragoman.translate_error(status, body, dialect, dialect).json()
    for target in away(dialect, random):
        t = dragoman.translate_error(status, body, dialect, target, headers={"Retry-After": "1"})
        is_json(t)
        is_failure(t)


def guessing(body: Any, *_: Any) -> None:
    dragoman.detect(body)


WAYS: dict[str, tuple[Callable[..., None], ...]] = {
    "request": (requests, requests_away, requests_rewritten, guessing),
    "response": (responses, responses_away, responses_rewritten, guessing),
    "error": (errors, responses_away, guessing),
}
EVERY_WAY = tuple(dict.fromkeys(way for ways in WAYS.values() for way in ways))


def feed_stream(data: bytes, dialect: str, mutator: Mutator) -> None:
    """At home and away, in random pieces. Whatever comes in, nothing is raised, and what comes out is in order."""
    for target in (dialect, *away(dialect, mutator.random)):
        s = dragoman.translate_stream(dialect, target)
        try:
            out = b"".join(s.feed(piece) for piece in mutator.pieces(data)) + s.close()
            again = s.close()
        except dragoman.DragomanError as wrong:
            raise AssertionError(f"feed or close raised {type(wrong).__name__}") from wrong
        assert again == b""
        assert s.error is None or isinstance(s.error, dragoman.DragomanError)
        if target != dialect:
            try:
                ORDER[target](out, failed=s.error is not None)
            except AssertionError as wrong:
                told = str(wrong).splitlines()[0] if str(wrong) else traceback.extract_tb(wrong.__traceback__)[-1].line
                raise AssertionError(f"{dialect} -> {target}: the stream out is not in order: {told}") from None


def read_stream(data: bytes, dialect: str, mutator: Mutator) -> None:
    events: list[Any] = []
    try:
        for event in dragoman.read_events(mutator.pieces(data), dialect):
            events.append(event)
    except dragoman.BrokenStream:
        assert events  # the Failure comes before the exception
    for target in (dialect, *away(dialect, mutator.random)):
        dragoman.write_events(events, target)
    dragoman.fold(events)


def try_documents(findings: Findings, kind: str, dialect: str, name: str, data: bytes, ways: Iterable[Any]) -> None:
    mutator = Mutator(name)
    for i, (damage, body) in enumerate(mutator.documents(data)):
        for way in ways:
            label = f"{name} {damage} {i}, {way.__name__}"
            findings.attempt(label, lambda: way(body, dialect, mutator.random))  # noqa: B023


def try_streams(findings: Findings, dialect: str, name: str, data: bytes) -> None:
    mutator = Mutator(name)
    for i, (damage, changed) in enumerate(mutator.streams(data)):
        for way in (feed_stream, read_stream):
            label = f"{name} {damage} {i}, {way.__name__}"
            findings.attempt(label, lambda: way(changed, dialect, mutator))  # noqa: B023


# --- fixtures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("kind", ["request", "response", "error"])
def test_damaged_fixtures(kind: str, dialect: str) -> None:
    findings = Findings()
    for number, fixture in enumerate(fixtures.load(kind)):
        if dialect not in readers(fixture, number):
            continue
        ways = WAYS[kind] if fixture.dialect == dialect else EVERY_WAY
        try_documents(findings, kind, dialect, fixture.id, fixture.data, ways)
    findings.assert_none()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_damaged_streams(dialect: str) -> None:
    """Streams of other dialects too."""
    findings = Findings()
    for number, fixture in enumerate(fixtures.load("stream")):
        if dialect in readers(fixture, number):
            try_streams(findings, dialect, fixture.id, fixture.data)
    findings.assert_none()


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) inside a value."""
    out: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        out.append((value, key))
        out += places(inner)
    return out


def one_wrong(body: Any, mutator: Mutator, count: int = 3) -> Iterator[str]:
    """`body` with one thing that does not belong there, in place: every place in turn, a few things each."""
    count = len(HOSTILE) if corpus.everything() else count
    for number, (container, key) in enumerate(places(body)):
        kept = container[key]
        for wrong in mutator.random.sample(HOSTILE, count):
            container[key] = wrong
            yield f"place {number} ({key}) = {str(wrong)[:30]!r}"
        container[key] = kept


@pytest.mark.parametrize("dialect", fixtures.DIALECTS)
@pytest.mark.parametrize("kind", ["request", "response", "error"])
def test_anything_anywhere(kind: str, dialect: str) -> None:
    findings = Findings()
    for fixture in fixtures.of(dialect, kind):
        body = fixture.json()
        mutator = Mutator(fixture.id)
        for what in one_wrong(body, mutator):
            for way in WAYS[kind]:
                label = f"{fixture.id}, {what}, {way.__name__}"
                findings.attempt(label, lambda: way(body, fixture.dialect, mutator.random))  # noqa: B023
    findings.assert_none()


@pytest.mark.parametrize("dialect", fixtures.DIALECTS)
def test_anything_anywhere_in_streams(dialect: str) -> None:
    findings = Findings()
    for fixture in fixtures.of(dialect, "stream"):
        mutator = Mutator(fixture.id)
        share = (
            1.0 if corpus.everything() else 2500 / len(fixture.data)
        )  # of the frames: long streams repeat themselves
        for at, value, data in frames_of(fixture.data, mutator):
            if mutator.random.random() > share:
                continue
            for what in one_wrong(value, mutator, 1):
                changed = data()
                for way in (feed_stream, read_stream, typed_stream):
                    label = f"{fixture.id}, record {at}, {what}, {way.__name__}"
                    findings.attempt(label, lambda: way(changed, fixture.dialect, mutator))  # noqa: B023
    findings.assert_none()


def frames_of(data: bytes, mutator: Mutator) -> Iterator[tuple[int, Any, Callable[[], bytes]]]:
    """The JSON value of each record, and the whole stream with that value as it is by then."""
    records = mutator.records(data)
    for at, record in enumerate(records):
        head, mark, text = record.partition(b"data: ")
        try:
            value = json.loads(text)
        except ValueError:
            continue

        def whole(at: int = at, start: bytes = head + mark, value: Any = value) -> bytes:
            return b"".join([*records[:at], start + json.dumps(value).encode() + b"\n\n", *records[at + 1 :]])

        yield at, value, whole


# What the official SDKs send and take, strict.
TYPES: dict[tuple[str, str], TypeAdapter[Any]] = {
    (CHAT, "request"): TypeAdapter(CompletionCreateParamsNonStreaming | CompletionCreateParamsStreaming),
    (CHAT, "response"): TypeAdapter(ChatCompletion),
    (CHAT, "stream"): TypeAdapter(ChatCompletionChunk),
    (MESSAGES, "request"): TypeAdapter(MessageCreateParamsNonStreaming | MessageCreateParamsStreaming),
    (MESSAGES, "response"): TypeAdapter(Message),
    (MESSAGES, "stream"): TypeAdapter(RawMessageStreamEvent),
    (COMPLETIONS, "request"): TypeAdapter(
        completion_create_params.CompletionCreateParamsNonStreaming
        | completion_create_params.CompletionCreateParamsStreaming
    ),
    (COMPLETIONS, "response"): TypeAdapter(Completion),
    (RESPONSES, "response"): TypeAdapter(Response),
    (RESPONSES, "stream"): TypeAdapter(ResponseStreamEvent),
    # Ours where the SDK's are too narrow or not there: a chunk of its Completions always has a finish, an answer that
    # goes back in a request of Responses always an id, and Gemini's bodies are built inside it.
    (RESPONSES, "request"): wire.adapter(RESPONSES, "request"),
    (COMPLETIONS, "stream"): wire.adapter(COMPLETIONS, "event"),
    **{(GEMINI, kind): wire.adapter(GEMINI, kind) for kind in ("request", "response")},
    (GEMINI, "stream"): wire.adapter(GEMINI, "event"),
}
TYPES |= {(THINKING, kind): TYPES[CHAT, kind] for kind in ("request", "response", "stream")}


# What is carried as it is, whatever it is: place -> why.
AS_IT_IS: dict[str, str] = {
    r"no (response|stream) of .*(logprob|bytes|#\.token|content\.#).*": "log probabilities, between OpenAI's dialects",
    r".*literal_error at tool_calls\.#\.type": "custom calls stream too, which the SDK's type does not know",
    r"no request of .*(metadata|logit_bias)\.\S+": "maps of the user's",
    r"no request of .*modalities\.#": "pictures as an answer are an extension",
    r"no request of .*(user_location|prompt_cache_options)\b.*": "settings of one vendor, between its dialects",
    r"no request of .*(grammar|format|parameters|json_schema)\b.*": "schemas and grammars, the same",
}


def consume(value: Any) -> None:
    """pydantic validates what is only iterable when somebody iterates."""
    if isinstance(value, dict):
        value = value.values()
    elif isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        return
    for inner in value:
        consume(inner)


def typed(dialect: str, kind: str, value: Any) -> None:
    try:
        consume(TYPES[dialect, kind].validate_python(value, strict=True))
    except ValidationError as wrong:
        deepest = max(wrong.errors(include_url=False), key=lambda error: len(error["loc"]))
        given = deepest["input"]
        if deepest["type"] == "string_unicode" or (isinstance(given, int) and given > 1 << 64):
            return  # half a surrogate pair and a number that no float holds are legal JSON
        place = ".".join("#" if isinstance(step, int) else str(step) for step in deepest["loc"][-3:])
        complaint = f"no {kind} of {dialect}: {deepest['type']} at {place}"
        if not any(re.fullmatch(pattern, complaint) for pattern in AS_IT_IS):
            raise AssertionError(complaint) from None


def abroad(dialect: str, random: Random) -> list[str]:
    """The targets that write anew: between dialects of one shape, what came invalid leaves as it came."""
    shape = wire.SHAPE.get(dialect, dialect)
    return [target for target in away(dialect, random) if wire.SHAPE.get(target, target) != shape]


def typed_document(body: Any, dialect: str, kind: str, random: Random) -> None:
    translate = dragoman.translate_request if kind == "request" else dragoman.translate_response
    for target in abroad(dialect, random):
        t = translate(body, dialect, target)
        if t.status is None:
            typed(target, kind, t.body)


def typed_stream(data: bytes, dialect: str, mutator: Mutator) -> None:
    for target in abroad(dialect, mutator.random):
        s = dragoman.translate_stream(dialect, target)
        for event, frame in frames(s.feed(data) + s.close()):
            assert frame is not None
            if event not in ("ping", "error") and "error" not in frame:
                typed(target, "stream", frame)


@pytest.mark.parametrize("dialect", fixtures.DIALECTS)
@pytest.mark.parametrize("kind", ["request", "response"])
def test_what_is_written_is_of_the_target(kind: str, dialect: str) -> None:
    """Whatever stands at one place of the source, the target's own types take what comes out."""
    findings = Findings()
    for fixture in fixtures.of(dialect, kind):
        body = fixture.json()
        mutator = Mutator(fixture.id)
        findings.attempt(fixture.id, lambda: typed_document(body, dialect, kind, mutator.random))  # noqa: B023
        for what in one_wrong(body, mutator):
            label = f"{fixture.id}, {what}"
            findings.attempt(label, lambda: typed_document(body, dialect, kind, mutator.random))  # noqa: B023
    findings.assert_none()


def nested(depth: int, shape: str) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value] if shape == "list" else {"type": value}
    return value


@pytest.mark.parametrize("shape", ["list", "object"])
@pytest.mark.parametrize("depth", [150, 300, 990, 100_000])
def test_depth_anywhere(depth: int, shape: str) -> None:
    bomb = nested(depth, shape)
    findings = Findings()
    for fixture in fixtures.load("request", "response", "error"):
        body = fixture.json()
        mutator = Mutator(fixture.id)
        for container, key in mutator.places(body, 2):
            kept = container[key]
            container[key] = bomb
            for way in WAYS[fixture.kind]:
                label = f"{fixture.id}, {key}, {way.__name__}"
                findings.attempt(label, lambda: way(body, fixture.dialect, mutator.random))  # noqa: B023
            container[key] = kept
    findings.assert_none()


@pytest.mark.parametrize("shape", ["list", "object"])
@pytest.mark.parametrize("depth", [150, 300, 990])
def test_depth_in_streams(depth: int, shape: str) -> None:
    ends = ("[", "]") if shape == "list" else ('{"type":', "}")
    bomb = ends[0] * depth + '"x"' + ends[1] * depth
    findings = Findings()
    for fixture in fixtures.load("stream"):
        mutator = Mutator(fixture.id)
        for at, value, whole in frames_of(fixture.data, mutator):
            for container, key in mutator.places(value, 1):
                container[key] = "BOMB"
            data = whole().replace(b'"BOMB"', bomb.encode())
            for way in (feed_stream, read_stream):
                label = f"{fixture.id}, record {at}, {key}, {way.__name__}"
                findings.attempt(label, lambda: way(data, fixture.dialect, mutator))  # noqa: B023
    findings.assert_none()


# --- bytes that no one should send ------------------------------------------------------------------------------

M = b'{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]'
BODIES: dict[str, Any] = {
    "nothing": b"",
    "space": b" \r\n\t",
    "a mark alone": b"\xef\xbb\xbf",
    "a mark before": b"\xef\xbb\xbf" + M + b"}",
    "UTF-16": (M + b"}").decode().encode("utf-16"),
    "UTF-32": (M + b"}").decode().encode("utf-32"),
    "NUL": b"\x00" * 64,
    "NUL inside": M + b',"user":"\x00"}',
    "NUL escaped": M + b',"user":"\\u0000"}',
    "bytes that are no UTF-8": M + b',"user":"\xff\xfe\xc0\x80"}',
    "half a character": M + b',"user":"\xe2\x82"}',
    "half a pair": M + b',"user":"\\ud800"}',
    "half a pair as a key": M + b',"\\udc00":"\\ud800"}',
    "half a pair in text": (M + b"}").decode().replace("x", "\ud800"),
    "half a pair in the model": M.replace(b'"m"', b'"\\ud800"') + b"}",
    "lists without end": b"[" * 100_000,
    "objects without end": b'{"a":' * 100_000,
    "deep lists": b"[" * 50_000 + b"]" * 50_000,
    "a deep value": M + b',"metadata":' + b"[" * 900 + b"]" * 900 + b"}",
    "a deeper value": M + b',"metadata":' + b"[" * 1020 + b"]" * 1020 + b"}",
    "a big number": M + b',"seed":' + b"9" * 20 + b"}",
    "a huge number": M + b',"seed":' + b"9" * 400 + b"}",
    "a number beyond reason": M + b',"seed":' + b"9" * 10_000 + b"}",
    "an infinite number": M + b',"temperature":1e999,"top_p":-1e999}',
    "NaN": M + b',"temperature":NaN}',
    "Infinity": M + b',"temperature":-Infinity}',
    "NaN in memory": {**json.loads(M + b"}"), "temperature": float("nan")},
    "infinity in memory": {**json.loads(M + b"}"), "top_p": float("inf"), "created": float("inf")},
    "keys that are no text": {**json.loads(M + b"}"), 7: 1, None: 2},
    "values that are no JSON": {**json.loads(M + b"}"), "user": object(), "tools": (1, 2), "stop": {3}},
    "bytes as a value": {**json.loads(M + b"}"), "user": b"x"},
    "a key twice": b'{"messages":1,"model":"m","messages":[]}',
    "two documents": M + b"}" + M + b"}",
    "a trailing comma": M + b",}",
    "single quotes": b"{'messages': []}",
    "a list": b"[]",
    "a list in memory": [],
    "a text": b'"messages"',
    "a number": b"7",
    "null": b"null",
    "None": None,
    "true": b"true",
    "an object of ours": object(),
    "a set": {1},
    "a number in memory": 7,
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", BODIES)
def test_bodies_no_one_should_send(name: str, dialect: str) -> None:
    findings = Findings()
    for way in EVERY_WAY:
        findings.attempt(f"{name}, {way.__name__}", lambda: way(BODIES[name], dialect, Mutator(name).random))  # noqa: B023
    findings.assert_none()


def test_a_client_s_request_may_be_bad_too() -> None:
    findings = Findings()
    answers: dict[str, Json] = {
        CHAT: {"choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}]},
        MESSAGES: {"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn"},
        COMPLETIONS: {"choices": [{"index": 0, "text": "x", "finish_reason": "stop"}]},
        RESPONSES: {"status": "completed", "output": []},
        GEMINI: {"candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}]},
    }
    answers[THINKING] = answers[CHAT]
    for name, body in BODIES.items():
        for dialect in DIALECTS:
            (source,) = away(dialect, Random(name + dialect))[:1]
            findings.attempt(name, lambda: dragoman.translate_stream(source, dialect, request=body))  # noqa: B023
            findings.attempt(
                name,
                lambda: dragoman.translate_response(answers[source], source, dialect, request=body),  # noqa: B023
            )
            findings.attempt(name, lambda: dragoman.Exchange(dialect, source).request(body))  # noqa: B023
    findings.assert_none()


RAW_STREAMS: dict[str, bytes] = {
    "nothing": b"",
    "NUL": b"\x00" * 4096,
    "line ends": b"\n" * 5000 + b"\r\n" * 5000 + b"\r" * 5000,
    "a mark": b"\xef\xbb\xbf",
    "no UTF-8": b'data: {"a":"\xff"}\n\n' * 3,
    "depth": b"data: " + b"[" * 100_000 + b"\n\n",
    "deep objects": b"data: " + b'{"a":' * 900 + b"1" + b"}" * 900 + b"\n\n",
    "numbers": b'data: {"choices":[{"index":' + b"9" * 5000 + b"}]}\n\n",
    "NaN": b'data: {"choices":[{"index":NaN}]}\n\n',
    "infinity": b'data: {"id":"x","created":1e999,"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n',
    "lists": b"data: []\n\ndata: [[]]\n\ndata: [{}]\n\n",
    "words": b"data: null\n\ndata: true\n\ndata: 7\n\n",
    "HTML": b"<html><body>502 Bad Gateway</body></html>",
    "JSON without framing": b'{"error":{"message":"no","code":500}}',
    "many ends": b"data: [DONE]\n\n" * 50,
    "events without data": b"event: ping\n\nevent: error\n\nevent: message_stop\n\n",
    "fields no one knows": b"id: 7\nretry: 1\nfoo: bar\n\n",
    "half pairs": rb'data: {"choices":[{"index":0,"delta":{"content":"\ud800"},"finish_reason":"stop"}]}' + b"\n\n",
    "a half pair as message": rb'data: {"type":"error","error":{"type":"\ud800","message":"\ud800"}}' + b"\n\n",
    "a block after the end": stream_of(
        MESSAGES, [begin(), *text_block(0, "a"), end("end_turn")[0], *text_block(1, "b"), *end("end_turn")]
    ),
    "a message inside a message": stream_of(
        MESSAGES, [begin(), *text_block(0, "a"), begin(), *text_block(0, "b"), *text_block(1, "c"), *end("end_turn")]
    ),
    "a call that comes whole": stream_of(
        CHAT,
        [
            call_chunk(0, '{"a":1}', "call_1", "f"),
            chunk({"tool_calls": [{"index": 1, "id": "call_2", "function": {"name": "g", "arguments": {"b": 2}}}]}),
            chunk({}, "tool_calls"),
        ],
    ),
    "a step without an item": b'data: {"type":"response.output_text.delta","output_index":7,"delta":"x"}\n\n' * 3,
    "an end without a beginning": b'data: {"type":"response.completed","response":{"status":"completed"}}\n\n',
    "an array that ends early": b'[{"candidates":[{"content":{"parts":[{"text":"x"}]}}]},',
    "a candidate of nothing": b'data: {"candidates":[{}]}\n\ndata: {"candidates":[null]}\n\n',
    "texts of no choice": b'data: {"object":"text_completion","choices":[{"text":"x"}]}\n\n',
    "indices far apart": stream_of(CHAT, [chunk({"content": "x"}, "stop", i) for i in (10**18, -1, 0)]),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", RAW_STREAMS)
def test_streams_no_one_should_send(name: str, dialect: str) -> None:
    findings = Findings()
    for way in (feed_stream, read_stream):
        findings.attempt(name, lambda: way(RAW_STREAMS[name], dialect, Mutator(name)))  # noqa: B023
    findings.assert_none()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_endless_frame_is_an_error_and_no_memory(dialect: str) -> None:
    s = dragoman.translate_stream(dialect, other(dialect))
    s.feed(b"data: ")
    out = b""
    for _ in range(80):
        out += s.feed(b"x" * (1 << 20))
    assert isinstance(s.error, dragoman.BrokenStream)
    assert b"error" in out
    assert s.close() == b""


def test_a_document_without_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsontext, "MAX_BYTES", 100)
    for dialect in DIALECTS:
        with pytest.raises(dragoman.InvalidDocument):
            dragoman.translate_request(M + b" " * 100 + b"}", dialect, other(dialect))


def test_bad_text_names_its_place() -> None:
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.read_request(b'{"model":"m",\n "messages": [}', CHAT)
    assert "line 2" in str(caught.value)


# --- nothing of the payload in messages --------------------------------------------------------------------------

HEAD, TAIL = "sk-" + "l1ve", "t4" + "il"  # put together here, so that no line of source shows them whole
SECRET = HEAD + "0123456789abcdef" * 20 + TAIL


def told(wrong: BaseException) -> str:
    shown = "".join(traceback.format_exception(wrong))
    return "\n".join([str(wrong), repr(wrong), shown, *map(str, wrong.args)])


def assert_silent(losses: Iterable[dragoman.Loss], *more: str) -> None:
    for text in (*more, *map(str, losses), *map(repr, losses)):
        assert HEAD not in text
        assert TAIL not in text


@pytest.mark.parametrize("fixture", fixtures.load("request", "response", "error"), ids=lambda f: f.id)
def test_no_secret_in_losses_or_errors(fixture: fixtures.Fixture) -> None:
    body = fixture.json()
    source, random = fixture.dialect, Random(fixture.id)
    for container, key in places(body):
        kept = container[key]
        if not isinstance(kept, str):
            continue
        container[key] = SECRET
        for policy in ("report", "raise"):
            (target,) = away(source, random)[:1]
            try:
                if fixture.kind == "request":
                    t = dragoman.translate_request(body, source, target, on_loss=policy)
                elif fixture.kind == "response":
                    t = dragoman.translate_response(body, source, target, on_loss=policy)
                else:
                    t = dragoman.translate_error(400, body, source, target, on_loss=policy)
                assert_silent(t.losses)
            except dragoman.DragomanError as wrong:
                assert_silent(getattr(wrong, "losses", ()), told(wrong), *map(repr, getattr(wrong, "faults", ())))
        container[key] = kept


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("body", ['{"model": "%s", "messages": [', '{"messages": "%s"}', '["%s"]', '"%s"', "%s"])
def test_no_secret_in_refusals(body: str, dialect: str) -> None:
    for read in (dragoman.read_request, dragoman.read_response):
        try:
            read(body % SECRET, dialect)
        except dragoman.DragomanError as wrong:
            assert_silent((), told(wrong))


@pytest.mark.parametrize("fixture", fixtures.load("stream"), ids=lambda f: f.id)
def test_no_secret_in_the_errors_of_a_stream(fixture: fixtures.Fixture) -> None:
    random = Random(fixture.id)
    for _, value, whole in frames_of(fixture.data, Mutator(fixture.id)):
        for container, key in places(value):
            kept = container[key]
            if not isinstance(kept, str) or random.random() > 60 / len(fixture.data) * 40:
                continue
            container[key] = SECRET
            data = whole()
            s = dragoman.translate_stream(fixture.dialect, away(fixture.dialect, random)[0])
            s.feed(data)
            s.close()
            assert_silent(s.losses, *([told(s.error)] if s.error is not None else []))
            try:
                dragoman.fold(dragoman.read_events(data, fixture.dialect))
            except dragoman.BrokenStream as wrong:
                assert_silent((), told(wrong))
            container[key] = kept


# --- recorded traffic -------------------------------------------------------------------------------------------


@corpus.needs_traffic
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("kind", ["request", "response", "error", "stream"])
def test_damaged_traffic(kind: str, dialect: str) -> None:
    rows = [row for row in corpus.load(dialect) if material(row, kind) is not None]
    findings = Findings()
    for row in corpus.sampled(rows, EVERY[kind]):
        data = material(row, kind)
        assert data is not None
        if kind == "stream":
            try_streams(findings, dialect, row.id, data)
        else:
            try_documents(findings, kind, dialect, row.id, data, WAYS[kind])
    findings.assert_none()


@corpus.needs_traffic
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("kind", ["request", "response", "error", "stream"])
def test_traffic_as_it_is(kind: str, dialect: str) -> None:
    """Every line, artefacts included, undamaged."""
    findings = Findings()
    for row in corpus.load(dialect):
        data = material(row, kind)
        if data is None:
            continue
        mutator = Mutator(row.id)
        if kind == "stream":
            for way in (feed_stream, read_stream):
                findings.attempt(row.id, lambda: way(data, dialect, mutator))  # noqa: B023
        else:
            for one in WAYS[kind]:
                findings.attempt(row.id, lambda: one(data, dialect, mutator.random))  # noqa: B023
    findings.assert_none()


def material(row: corpus.Recorded, kind: str) -> bytes | None:
    """What of a line is of that kind, as bytes."""
    if kind == "stream":
        return row.stream_body or None
    if kind == "request":
        value = row.request
    else:
        value = row.response if (row.status == 200) is (kind == "response") else None
    return None if value is None else json.dumps(value).encode()
