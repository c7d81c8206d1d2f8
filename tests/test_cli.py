"""`dragoman convert` as users run it: the command itself, real files, pipes and signals."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dragoman
from dragoman.cli import files
from dragoman.cli.convert import Converter, Failed, Options

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "demo" / "mixed.jsonl"
COMMAND = [sys.executable, "-W", "error", "-m", "dragoman"]
ENV = {**os.environ, "PYTHONPATH": str(Path(dragoman.__file__).parents[1]), "PYTHONUTF8": "1"}

CHAT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "seed": 7}
CHAT_RESPONSE: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}
CHAT_ERROR = {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None}}
CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
CHAT_STREAM = b"".join(
    b"data: "
    + json.dumps({**CHUNK, "choices": [{"index": 0, "delta": delta, "finish_reason": end}]}).encode()
    + b"\n\n"
    for delta, end in (
        ({"role": "assistant", "content": "Hel"}, None),
        ({"content": "lo"}, None),
        ({}, "stop"),
    )
)
DONE = b"data: [DONE]\n\n"
TO_ANTHROPIC = ("--to", "anthropic-messages")


class Ran:
    """What a run left: exit status, stdout and stderr, and stdout's lines as JSON."""

    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.status, self.out, self.err = done.returncode, done.stdout or b"", done.stderr.decode()
        assert "Traceback" not in self.err

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def convert(*args: str | Path, stdin: bytes = b"", stdout: Any = subprocess.PIPE) -> Ran:
    command = [*COMMAND, "convert", *map(str, args)]
    done = subprocess.run(
        command, input=stdin, stdout=stdout, stderr=subprocess.PIPE, env=ENV, timeout=120, check=False
    )
    return Ran(done)


def jsonl(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def in_memory(options: Options, *records: bytes | None) -> tuple[list[Any], Converter]:
    out = BytesIO()
    converter = Converter(options, "x", out, BytesIO(), lambda *_: None)
    for number, text in enumerate(records, 1):
        converter.record(number, text)
    return [json.loads(line) for line in out.getvalue().splitlines()], converter


@pytest.mark.parametrize("target", ["anthropic-messages", "openai-chat"])
def test_the_demo_log(target: str, tmp_path: Path) -> None:
    losses = tmp_path / "losses.jsonl"
    ran = convert(DEMO, "--to", target, "--losses", losses)
    came = DEMO.read_bytes().splitlines()
    assert ran.status == 1, "one line is broken on purpose"
    assert len(ran.lines) == len(came)
    for before, after in zip(came[:-1], ran.lines[:-1], strict=True):
        known = json.loads(before)
        assert after.get("dialect") == (target if "dialect" in known else None)
        assert set(after) == set(known) or "dialect" not in known
    assert f"{DEMO}:8: expected JSON" in ran.err
    error = ran.lines[-1]["error"]
    assert (error["file"], error["line"], error["at"]) == (str(DEMO), 8, "")
    assert "8 records: 7 converted, 1 failed" in ran.err
    rows = [json.loads(line) for line in losses.read_bytes().splitlines()]
    assert ran.err.splitlines()[-1].split() == ["all", str(len(rows))]


def test_an_exchange_is_what_the_library_makes_of_its_parts() -> None:
    exchange = {
        "id": 17,
        "dialect": "openai-chat",
        "request_path": "/v1/chat/completions",
        "status": 200,
        "request": CHAT,
        "response": CHAT_RESPONSE,
        "stream_body": (CHAT_STREAM + DONE).decode(),
        "mine": {"kept": [1, 1.0, None, "\u2028"]},
    }
    request = dragoman.translate_request(CHAT, "openai-chat", "anthropic-messages")
    response = dragoman.translate_response(CHAT_RESPONSE, "openai-chat", "anthropic-messages", request.body)
    stream = dragoman.translate_stream("openai-chat", "anthropic-messages", request.body)
    ran = convert(*TO_ANTHROPIC, stdin=jsonl(exchange))
    assert ran.status == 0
    assert ran.lines == [
        {
            **exchange,
            "dialect": "anthropic-messages",
            "request_path": "/v1/messages",
            "request": request.body,
            "response": response.body,
            "stream_body": (stream.feed(CHAT_STREAM + DONE) + stream.close()).decode(),
        }
    ]
    assert list(ran.lines[0]) == list(exchange), "the order of the keys too"


def test_losses_are_the_library_s(tmp_path: Path) -> None:
    losses = tmp_path / "losses.jsonl"
    expected = dragoman.translate_request(CHAT, "openai-chat", "anthropic-messages").losses
    arguments = ("-", "--from", "openai-chat", *TO_ANTHROPIC, "--losses", losses)
    ran = convert(*arguments, stdin=b"\n" + jsonl(CHAT))
    rows = [json.loads(line) for line in losses.read_bytes().splitlines()]
    assert rows == [
        {"line": 2, "document": "request", "kind": x.kind, "code": x.code, "at": x.at, "detail": x.detail}
        for x in expected
    ]
    assert any(row["at"] == "/seed" for row in rows)
    for loss in expected:
        assert loss.code in ran.err
    assert ran.out.startswith(b"\n{"), "a blank line stays a blank line"
    convert(*arguments, "--loss-values", stdin=jsonl(CHAT))
    values = [json.loads(line) for line in losses.read_bytes().splitlines()]
    assert [row["value"] for row in values if row["at"] == "/seed"] == [7]


def test_bare_bodies_are_recognised() -> None:
    for arguments in ((), ("--from", "openai-chat")):
        ran = convert(*TO_ANTHROPIC, *arguments, stdin=jsonl(CHAT, CHAT_RESPONSE))
        assert ran.status == 0
        request, response = ran.lines
        assert request["max_tokens"]
        assert response["content"] == [{"type": "text", "text": "Hello"}]
    assert convert(*TO_ANTHROPIC, "--from", "openai-chat", stdin=jsonl(CHAT_ERROR)).lines[0]["type"] == "error"


def test_a_body_that_could_be_anything_needs_a_word() -> None:
    ran = convert(*TO_ANTHROPIC, stdin=jsonl({"hello": 1}))
    assert ran.status == 1
    assert "stdin:1: no document of a known dialect: say --from and --kind" in ran.err
    ran = convert(*TO_ANTHROPIC, "--from", "openai-chat", "--kind", "request", stdin=jsonl({"hello": 1}))
    assert "--from" not in ran.err


AMBIGUOUS = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
"""A request of Chat and of Messages alike; by itself it is taken for the latter's."""


@pytest.mark.parametrize(
    "told",
    [
        {"request_path": "/v1/chat/completions"},
        {"request_path": "https://host/openai/deployments/d/chat/completions?api-version=1"},
        {"response": CHAT_RESPONSE},
        {"response": json.dumps(CHAT_RESPONSE)},
        {"response": CHAT_ERROR, "status": 429},
        {"response": None, "stream_body": (b": ping\r\n\r\n" + CHAT_STREAM + DONE).decode()},
        {"request_path": "/unknown", "response": CHAT_RESPONSE},
        {"request_path": "/api/completions"},
    ],
)
def test_the_whole_exchange_tells_its_dialect(told: dict[str, Any]) -> None:
    named, bare = ({"dialect": "openai-chat", "request": AMBIGUOUS, **told}, {"request": AMBIGUOUS, **told})
    expected, _ = in_memory(Options("gemini"), jsonl(named))
    out, converter = in_memory(Options("gemini"), jsonl(bare))
    assert converter.tally.failed == 0
    assert out == expected


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/chat/completions", "openai-chat"),
        ("/v1/completions/", "openai-completions"),
        ("/backend-api/codex/responses", "openai-responses"),
        ("/v1/messages?beta=true", "anthropic-messages"),
        ("/v1beta/models/m:streamGenerateContent?alt=sse", "gemini"),
        ("/v1/models/m:generateContent", "gemini"),
    ],
)
def test_a_path_tells_the_dialect(path: str, dialect: str) -> None:
    """Where nothing else does: a stream is not looked into far."""
    exchange = {"request_path": path, "stream_body": ""}
    out, _ = in_memory(Options("openai-chat"), jsonl(exchange))
    expected, _ = in_memory(Options("openai-chat"), jsonl({**exchange, "dialect": dialect}))
    assert out == expected


@pytest.mark.parametrize(
    ("frame", "dialect"),
    [
        ({"type": "message_start", "message": {"type": "message", "role": "assistant", "content": []}}, "anthropic"),
        ({"type": "response.created", "response": {"object": "response", "output": []}}, "openai-responses"),
        ({"candidates": [{"content": {"role": "model", "parts": [{"text": "Hi"}]}}]}, "gemini"),
        ({"object": "text_completion", "choices": [{"index": 0, "text": "Hi"}]}, "openai-completions"),
    ],
)
def test_a_stream_tells_the_dialect(frame: dict[str, Any], dialect: str) -> None:
    converter = Converter(Options("openai-chat"), "x", BytesIO(), None, lambda *_: None)
    stream = f'event: ping\ndata: {{"type": "ping"}}\n\ndata: {json.dumps(frame)}\n\ndata: [DONE]\n\n'
    assert converter._source({"stream_body": stream}).startswith(dialect)
    with pytest.raises(Failed, match="--from"):
        converter._source({"stream_body": "data: [DONE]\n\ndata: 1\n\n"})


def test_a_path_that_a_bare_request_loses_is_told() -> None:
    """Gemini's model and stream flag stand there, and a bare body has no place for them."""
    ran = convert("--to", "gemini", stdin=jsonl({**CHAT, "stream": True}, CHAT))
    assert ran.status == 0
    assert "model" not in ran.lines[0]
    assert "2 bare requests: model and stream flag stand in the path, which only a whole exchange has" in ran.err
    for said in (
        convert("--to", "gemini", stdin=jsonl({"dialect": "openai-chat", "request": CHAT})),
        convert(*TO_ANTHROPIC, "--from", "openai-chat", stdin=jsonl(CHAT)),
        convert("--to", "gemini", "--path", "/v1beta/models/m:generateContent", stdin=jsonl({"contents": []})),
    ):
        assert said.status == 0
        assert "bare request" not in said.err


def test_what_an_exchange_cannot_mean() -> None:
    """It is not passed on under the new dialect's name."""
    for exchange, at, message in (
        ({"dialect": "opnai-chat"}, "/dialect", "unknown dialect; did you mean openai-chat"),
        ({"dialect": "opnai-chat", "request": CHAT}, "/dialect", "unknown dialect"),
        ({"dialect": "openai-chat", "stream_body": [CHUNK]}, "/stream_body", "expected text, found array"),
    ):
        out, converter = in_memory(Options("gemini"), jsonl(exchange))
        assert converter.tally.failed == 1
        assert out[0]["error"]["at"] == at
        assert out[0]["error"]["message"].startswith(message)
        assert "document" not in out[0]["error"]


def test_from_and_kind_are_held_to() -> None:
    both = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
    for source, key in (("openai-chat", "max_tokens"), ("anthropic-messages", "max_completion_tokens")):
        out, _ = in_memory(Options("openai-chat", source), jsonl(both))
        assert key in out[0]
    out, _ = in_memory(Options("anthropic-messages", "openai-chat", "error"), jsonl({"message": "odd"}))
    assert out[0]["type"] == "error"


def test_errors_of_an_exchange(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(
        jsonl(
            {"dialect": "openai-chat", "status": 429, "response": CHAT_ERROR},
            {"dialect": "openai-chat", "status": 502, "response": None, "response_text": "Bad Gateway"},
            {"dialect": "openai-chat", "status": 200, "response": CHAT_ERROR},
        )
    )
    ran = convert(log, *TO_ANTHROPIC)
    assert ran.status == 0
    limited, gateway, hidden = ran.lines
    assert limited["response"]["error"]["type"] == "rate_limit_error" or limited["status"] == 429
    assert gateway["response"]["type"] == "error"
    assert "Bad Gateway" in gateway["response"]["error"]["message"]
    assert gateway["response_text"] is None
    assert hidden["response"]["type"] == "error"
    assert hidden["status"] >= 400, "an error under 200 does not stay under 200"


@pytest.mark.parametrize(
    ("dialect", "response"),
    [
        ("openai-chat", CHAT_ERROR),
        ("openai-chat", json.dumps(CHAT_ERROR)),
        ("openai-chat", {}),
        ("anthropic-messages", {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}),
        ("gemini", [{"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}]),
    ],
)
def test_at_home_an_error_stays_under_the_status_that_it_came_with(dialect: str, response: object) -> None:
    """The log tells what happened, and at home nothing is translated; what is no JSON becomes an error, and has one."""
    exchange = {"dialect": dialect, "status": 200, "response": response}
    no_json = {"dialect": dialect, "status": 200, "response": "<html>"}
    out, _ = in_memory(Options(dialect), jsonl(exchange), jsonl(no_json))
    assert out[0]["status"] == 200
    if type(response) is str:
        assert json.loads(out[0]["response"]) == json.loads(response)
    else:
        assert out[0] == exchange
    assert out[1]["status"] == 502


@pytest.mark.parametrize("status", ["429", 429.0, 429])
def test_a_status_that_went_through_a_table(status: object) -> None:
    exchange = {"dialect": "openai-chat", "status": status, "response": {"error": {"message": "slow down"}}}
    out, _ = in_memory(Options("anthropic-messages"), jsonl(exchange))
    assert out[0]["response"]["error"]["type"] == "rate_limit_error"
    assert out[0]["status"] == ("429" if status == "429" else 429)


def test_bodies_that_are_text_stay_text() -> None:
    exchange = {"dialect": "openai-chat", "request": json.dumps(CHAT), "response": json.dumps(CHAT_RESPONSE)}
    out, _ = in_memory(Options("anthropic-messages"), jsonl(exchange))
    assert json.loads(out[0]["request"])["max_tokens"]
    assert json.loads(out[0]["response"])["content"]


def test_a_failing_line_keeps_its_place(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    bad = {"dialect": "openai-chat", "request": {"model": "m", "messages": "sk-secret-1234567890"}}
    log.write_bytes(
        jsonl({"dialect": "openai-chat", "request": CHAT}, bad, {"dialect": "nope", "request": CHAT}, [1])
        + b'{"api_key": "sk-secret-1234567890", "x\n'
        + jsonl({"request": CHAT})
    )
    ran = convert(log, *TO_ANTHROPIC)
    assert ran.status == 1
    assert ["error" in line for line in ran.lines] == [False, True, True, True, True, False]
    assert f"{log}:2: /messages: request: expected " in ran.err
    assert ran.lines[1]["error"]["at"] == "/messages"
    assert ran.lines[1]["error"]["document"] == "request"
    assert f"{log}:3: " in ran.err
    assert "nope" not in ran.err
    assert f"{log}:4: expected an object, found array" in ran.err
    assert f"{log}:5: expected JSON" in ran.err
    assert "sk-secret" not in ran.err + ran.out.decode()
    assert "6 records: 2 converted, 4 failed" in ran.err


def test_an_internal_fault_is_one_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object, **__: object) -> None:
        raise KeyError("sk-secret")

    monkeypatch.setattr("dragoman.cli.convert.translate_request", fault)
    out, converter = in_memory(Options("openai-chat"), jsonl({"dialect": "openai-chat", "request": {}}))
    assert out[0]["error"]["message"] == "internal error (KeyError); please report it"
    assert converter.tally.failed == 1


def test_gzip_in_and_out(tmp_path: Path) -> None:
    plain = convert(DEMO, *TO_ANTHROPIC, "-o", tmp_path / "plain.jsonl")
    assert plain.out == b""
    expected = (tmp_path / "plain.jsonl").read_bytes().replace(str(DEMO).encode(), b"FILE")
    zipped = tmp_path / "log.bin"
    # Two members, as `cat a.gz b.gz` makes them.
    data = DEMO.read_bytes()
    zipped.write_bytes(gzip.compress(data[:700]) + gzip.compress(data[700:]))
    for args, stdin, name in (((zipped,), b"", str(zipped)), (("-",), zipped.read_bytes(), "stdin")):
        for again in "ab":
            assert convert(*args, *TO_ANTHROPIC, "-o", tmp_path / f"{again}.gz", stdin=stdin).status == 1
        with gzip.open(tmp_path / "a.gz") as unzipped:
            assert unzipped.read().replace(name.encode(), b"FILE") == expected
        assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes(), "no time inside"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.gz", "b.gz", "log.bin", "plain.jsonl"]


def test_damaged_gzip_gives_what_can_be_read(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl.gz"
    log.write_bytes(gzip.compress(b"".join(jsonl({**CHAT, "user": os.urandom(50).hex()}) for _ in range(400)))[:-200])
    ran = convert(log, "--from", "openai-chat", *TO_ANTHROPIC)
    assert ran.status == 1
    assert len(ran.lines) > 100
    assert "damaged" in ran.lines[-1]["error"]["message"]
    assert f"{log}:{len(ran.lines)}: the compressed input is damaged" in ran.err


@pytest.mark.parametrize("fault", ["behind it", "sum", "method"])
def test_gzip_that_is_damaged_otherwise(fault: str, tmp_path: Path) -> None:
    """What BadGzipFile is raised for: bytes behind the last member, a sum that is not theirs, an unknown method."""
    data = gzip.compress(jsonl(*[CHAT] * 5))
    log = tmp_path / "log.jsonl.gz"
    log.write_bytes(
        {"behind it": data + b"more", "sum": data[:-8] + bytes(8), "method": data[:2] + b"\7" + data[3:]}[fault]
    )
    out = tmp_path / "out.jsonl"
    ran = convert(log, "--from", "openai-chat", *TO_ANTHROPIC, "-o", out)
    assert ran.status == 1
    lines = [json.loads(line) for line in out.read_bytes().splitlines()]
    whole = 0 if fault == "method" else 5
    assert ["error" in line for line in lines] == [False] * whole + [True]
    assert f"{log}:{whole + 1}: the compressed input is damaged" in ran.err
    assert f"{whole} converted, 1 failed" in ran.err


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"", "lines"),
        (b"\n\n", "lines"),
        (b'{"a":1}', "lines"),
        (b'\xef\xbb\xbf{"a":1}\n{"b":2}', "lines"),
        (b'{"a":1\n{"b":2}\n', "lines"),
        (b'{"a":"cut,\n{"b":2}\n', "lines"),
        (b'{"a":"cut', "lines"),
        (b'{\n  "a": 1\n}\n', "document"),
        (b'{ "a":\n 1 }', "document"),
        (b'{"a": 1,\n"b": 2}', "document"),
        (b'{"a": 1\n, "b": 2}', "document"),
        (b'[\n{"a":1}\n]', "document"),
        (b'data: {"a":1}\n\n', "stream"),
        (b"\xef\xbb\xbf\n\nevent: x\n", "stream"),
        (b": comment\n\ndata: x\n\n", "stream"),
        (b" data:x", "stream"),
        (b"hello", "lines"),
    ],
)
def test_what_the_input_is(data: bytes, form: str, tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(data)
    source = files.Input(str(path))
    assert source.form() == form
    assert b"".join(source.chunks()) == data, "nothing is lost by looking"
    source.close()


def test_a_printed_document() -> None:
    ran = convert(*TO_ANTHROPIC, stdin=json.dumps(CHAT_RESPONSE, indent=2).encode())
    assert ran.status == 0
    assert len(ran.lines) == 1
    assert ran.lines[0]["type"] == "message"
    ran = convert(*TO_ANTHROPIC, stdin=json.dumps(CHAT_RESPONSE, indent=2).encode()[:-20])
    assert ran.status == 1
    assert len(ran.lines) == 1
    assert "stdin:1: expected JSON (line " in ran.err


def test_a_place_without_a_pointer_is_the_whole() -> None:
    """`/` would be a key without a name."""
    ran = convert(*TO_ANTHROPIC, stdin=b'{"a" 1 "b" 2}\n')
    assert "; expected JSON (column " in ran.err
    assert "/: expected" not in ran.err


def test_crlf_and_a_byte_order_mark() -> None:
    data = b"\xef\xbb\xbf" + jsonl(CHAT).replace(b"\n", b"\r\n") + b"\r\n" + jsonl(CHAT).strip()
    ran = convert("--from", "openai-chat", *TO_ANTHROPIC, stdin=data)
    assert ran.status == 0
    assert [bool(line) for line in ran.out.split(b"\n")] == [True, False, True, False]


def test_a_raw_stream(tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(CHAT_STREAM + DONE)
    translation = dragoman.translate_stream("openai-chat", "anthropic-messages")
    expected = translation.feed(CHAT_STREAM + DONE) + translation.close()
    losses = tmp_path / "losses.jsonl"
    for extra in ((), ("--kind", "stream")):
        ran = convert(path, "--from", "openai-chat", *TO_ANTHROPIC, "--losses", losses, *extra)
        assert (ran.status, ran.out) == (0, expected)
        assert len(losses.read_bytes().splitlines()) == len(translation.losses)
    cut = convert("--from", "openai-chat", *TO_ANTHROPIC, stdin=CHAT_STREAM[:150])
    assert cut.status == 1
    assert b"event: error" in cut.out
    assert "stdin:1: the stream fails or ends too early" in cut.err
    unknown = convert(path, *TO_ANTHROPIC)
    assert unknown.status == 1
    assert "--from" in unknown.err
    refused = convert(path, "--from", "openai-chat", *TO_ANTHROPIC, "--on-loss", "raise")
    assert refused.status == 1
    assert "refused" in refused.err


GEMINI_FIXTURES = Path(__file__).parent.parent / "fixtures" / "gemini"


@pytest.mark.parametrize("source", ["gemini", "gemini+array"])
@pytest.mark.parametrize("form", ["as it came", "one line", "one chunk", "cut off"])
def test_a_stream_that_is_one_array(source: str, form: str, tmp_path: Path) -> None:
    """The kind is guessed: an array is no line of a log, nor a document."""
    data = (GEMINI_FIXTURES / "array.stream").read_bytes()
    if form == "one line":
        data = json.dumps(json.loads(data)).encode()
    elif form == "one chunk":
        data = json.dumps(json.loads(data)[:1], indent=1).encode()
    elif form == "cut off":
        data = data[:-30]
    path = tmp_path / "stream"
    path.write_bytes(data)
    translation = dragoman.translate_stream(source, "anthropic-messages")
    expected = translation.feed(data) + translation.close()
    ran = convert(path, "--from", source, *TO_ANTHROPIC)
    assert ran.out == expected
    assert ran.status == (0 if translation.error is None else 1)
    assert (form in ("as it came", "one line")) == (translation.error is None)


@pytest.mark.parametrize("target", ["anthropic-messages", "gemini", "gemini+array"])
@pytest.mark.parametrize("end", [None, -1])
def test_a_stream_kept_as_the_array_that_it_is(target: str, end: int | None) -> None:
    """A log whose recorder read every answer as JSON has such a stream as its `response`."""
    frames = json.loads((GEMINI_FIXTURES / "array.stream").read_bytes())[:end]
    translation = dragoman.translate_stream("gemini", target)
    expected = (translation.feed(json.dumps(frames).encode()) + translation.close()).decode()
    messages: list[tuple[int, str]] = []
    out = BytesIO()
    converter = Converter(Options(target), "x", out, None, lambda line, at, _: messages.append((line, at)))
    converter.record(1, jsonl({"dialect": "gemini", "status": 200, "response": frames}))
    line = json.loads(out.getvalue())
    assert line["status"] == 200
    if expected.startswith("[") and files.is_json(expected):
        assert line == {"dialect": target, "status": 200, "response": json.loads(expected)}
    else:
        assert line == {"dialect": target, "status": 200, "response": None, "stream_body": expected}
    assert messages == ([] if end is None else [(1, "/response")])
    assert converter.tally.failed == len(messages)


def test_an_answer_that_is_no_object_is_no_answer() -> None:
    """It was none of the upstream's errors either, and must not become one unsaid."""
    for body, found in (([1], "array"), (5, "number"), (True, "boolean"), (["data: {}"], "array")):
        exchange = {"dialect": "openai-chat", "status": 200, "response": body}
        out, converter = in_memory(Options("anthropic-messages"), jsonl(exchange))
        assert converter.tally.failed == 1
        assert out[0]["error"]["message"] == f"expected object, found {found}"
        assert out[0]["error"]["document"] == "response"
        out, converter = in_memory(Options("openai-chat"), jsonl(exchange))
        assert out == [exchange] if found == "array" else "error" in out[0], "at home a list leaves as it came"


def test_an_error_in_a_list_is_an_error() -> None:
    for source, extra in (("gemini", ()), ("gemini", ("--kind", "error")), ("openai-chat+google", ())):
        ran = convert(GEMINI_FIXTURES / "400-list.error.json", "--from", source, *TO_ANTHROPIC, *extra)
        assert ran.status == 0
        assert [line["type"] for line in ran.lines] == ["error"]
    ran = convert("--from", "openai-chat", *TO_ANTHROPIC, stdin=b'[{"choices":[]}]')
    assert "expected an object, found array" in ran.err


def test_a_stream_that_is_cut_off_is_converted_and_named() -> None:
    exchange = {"dialect": "openai-chat", "stream_body": CHAT_STREAM[:150].decode()}
    ran = convert(*TO_ANTHROPIC, stdin=jsonl(exchange, exchange))
    assert ran.status == 1
    assert [line["dialect"] for line in ran.lines] == ["anthropic-messages"] * 2
    assert all("event: error" in line["stream_body"] for line in ran.lines)
    assert "stdin:2: /stream_body: " in ran.err


def test_on_loss() -> None:
    ignored = convert("--from", "openai-chat", *TO_ANTHROPIC, "--on-loss", "ignore", stdin=jsonl(CHAT))
    assert ignored.status == 0
    assert "losses not counted" in ignored.err
    refused = convert("--from", "openai-chat", *TO_ANTHROPIC, "--on-loss", "raise", stdin=jsonl(CHAT))
    assert refused.status == 1
    assert "stdin:1: /seed: request: refused" in refused.err
    late = {"model": "m", "messages": [], "seed": 7}
    refused = convert("--from", "openai-chat", *TO_ANTHROPIC, "--on-loss", "raise", stdin=jsonl(late))
    assert "stdin:1: /seed: request: refused" in refused.err, "what was invented is no reason, and elsewhere"
    exchange = {"dialect": "openai-chat", "stream_body": (CHAT_STREAM + DONE).decode()}
    out, _ = in_memory(Options("anthropic-messages", on_loss="raise"), jsonl(exchange))
    assert out[0]["error"]["document"] == "stream"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "--to"),
        (("--to", "opnai-chat"), "did you mean openai-chat"),
        (("--to", "openai-chat", "--from", "nope"), "--from"),
        (("no-such-file", "--to", "openai-chat"), "no-such-file"),
        (("--to", "openai-chat", "-o", "same", "--losses", "same"), "--losses"),
        (("--to", "openai-chat", "--losses", "-"), "--losses: is the output file too"),
        (("--to", "openai-chat", "--losses", "/dev/stdout"), "--losses: is the output file too"),
        ((DEMO, "--to", "openai-chat", "--losses", DEMO), "--losses: is the input file"),
        (("--to", "openai-chat", "-o", ""), "--output: is empty"),
        (("--to", "openai-chat", "--losses", ""), "--losses: is empty"),
        (("--to", "openai-chat", "--loss-values"), "--losses"),
        (("--to", "openai-chat", "--kind", "odd"), "--kind"),
        (("--to", "openai-chat", "--on-loss", "odd"), "--on-loss"),
    ],
)
def test_wrong_usage_is_status_2(args: tuple[str | Path, ...], says: str) -> None:
    before = DEMO.read_bytes()
    ran = convert(*args)
    assert ran.status == 2
    assert ran.out == b""
    assert says in ran.err
    assert DEMO.read_bytes() == before


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("openai-chat")
# Not `st.recursive`: it reads its function's source from the file when the test runs, and warns of whatever stands
# there if the file has been edited since it was imported.
VALUES: st.SearchStrategy[Any] = st.deferred(
    lambda: SCALARS | st.lists(VALUES, max_size=3) | st.dictionaries(st.text(max_size=3), VALUES, max_size=3)
)
KEYS = st.sampled_from(
    [
        "dialect",
        "request",
        "response",
        "stream_body",
        "status",
        "request_path",
        "response_text",
        "error",
        "messages",
    ]
)


@given(
    st.dictionaries(KEYS, VALUES, max_size=6) | VALUES,
    st.sampled_from(["auto", "request", "exchange", "error"]),
)
def test_any_json_gives_one_line(value: object, kind: Any) -> None:
    text = json.dumps(value).encode()
    for source in (None, "openai-chat"):
        out, converter = in_memory(Options("anthropic-messages", source, kind), text)
        assert len(out) == 1
        assert converter.tally.lines == 1
        assert "internal error" not in json.dumps(out)


@given(st.binary(max_size=40))
def test_any_bytes_give_one_line(text: bytes) -> None:
    text = text.replace(b"\n", b"")
    out, _ = in_memory(Options("anthropic-messages"), text + b".")
    assert list(out[0]) == ["error"]


def test_control_characters_do_not_reach_the_terminal() -> None:
    ran = convert(*TO_ANTHROPIC, stdin=jsonl({"dialect": "\x1b]0;x\x07", "request": CHAT}))
    assert ran.status == 1
    assert "\x1b" not in ran.err
    assert "\x07" not in ran.err


def test_without_click_the_command_says_what_is_missing() -> None:
    code = "import sys; sys.modules['click'] = None; from dragoman.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENV, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().strip() == (
        "The dragoman command needs click, which comes with: pip install 'dragoman[cli]'"
    )


def test_the_version() -> None:
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, env=ENV, check=True)
    assert done.stdout.decode().strip() == f"dragoman, version {dragoman.__version__}"


# --- dragoman schema ---------------------------------------------------------------------------------------


def schema(*args: str, **options: Any) -> Ran:
    command = [*COMMAND, "schema", *args]
    given: dict[str, Any] = {"capture_output": True, **options}
    return Ran(subprocess.run(command, env=ENV, timeout=120, check=False, **given))


@pytest.mark.parametrize("name", [*dragoman.dialects(), "canonical"])
def test_schema_prints_what_is_committed(name: str) -> None:
    for path in sorted((ROOT / "schemas" / name).iterdir()):
        ran = schema(name, path.name.partition(".")[0])
        assert (ran.status, ran.err) == (0, "")
        assert ran.out == path.read_bytes()


def test_a_flavour_has_the_schema_of_its_dialect() -> None:
    assert schema("openai-chat+vllm", "request").out == schema("openai-chat", "request").out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("gemnii", "request"), "unknown dialect 'gemnii'; did you mean gemini?"),
        (("canonicle", "request"), "did you mean canonical"),
        (("zzz", "request"), "there are openai-chat, "),
        (("openai-chat+vlm", "request"), "did you mean openai-chat+vllm"),
        (("canonical+vllm", "request"), "unknown dialect 'canonical+vllm'"),
        (("gemini", "evnt"), "gemini has no document 'evnt'; did you mean event?"),
        (("gemini", "zzz"), "gemini has no document 'zzz'; there are request, response, error, event"),
        (("canonical", "event"), "canonical has no document 'event'"),
        (("gemini",), "Missing argument 'DOCUMENT'"),
    ],
)
def test_schema_suggests_what_is_near(args: tuple[str, ...], told: str) -> None:
    ran = schema(*args)
    assert (ran.status, ran.out) == (2, b"")
    assert told in ran.err


def test_schema_into_a_pipe_that_is_closed() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ran = schema("openai-responses", "request", capture_output=False, stdout=pipe, stderr=subprocess.PIPE)
    assert (ran.status, ran.err) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_schema_on_a_full_disk() -> None:
    with open("/dev/full", "wb") as full:
        ran = schema("gemini", "error", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert ran.status == 1
    assert ran.err.startswith("dragoman: stdout: ")
