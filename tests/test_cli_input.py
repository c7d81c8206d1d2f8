"""`dragoman convert` and inputs that are not what it reads: what is said of them, and how often."""

from __future__ import annotations

import gzip
import json

import pytest

import dragoman
from dragoman.jsontext import MAX_DEPTH, loads
from tests.test_cli import CHAT, GEMINI_FIXTURES, TO_ANTHROPIC, convert, jsonl

WIDE = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


def failures(stdin: bytes, *args: str) -> list[str]:
    """What is said on stderr of the lines that fail, which is what stands in their places."""
    ran = convert(*args, *TO_ANTHROPIC, stdin=stdin)
    said = [line for line in ran.err.splitlines() if line.startswith("stdin:")]
    told = [line["error"] for line in ran.lines if "error" in line]
    assert [f"stdin:{error['line']}: {error['message']}" for error in told] == said
    assert ran.status == (1 if told else 0)
    return said


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("zipped", [False, True])
def test_another_encoding_is_told_once(encoding: str, zipped: bool) -> None:
    text = jsonl(CHAT, CHAT, CHAT).decode().encode(encoding)
    said = failures(gzip.compress(text) if zipped else text)
    name = encoding[:6].upper()
    assert said == [f"stdin:1: the input is {name}, which JSON is not: iconv -f {name} -t UTF-8"]


@pytest.mark.parametrize("encoding", WIDE)
def test_the_library_names_another_encoding(encoding: str) -> None:
    with pytest.raises(dragoman.InvalidDocument) as caught:
        loads(json.dumps(CHAT).encode(encoding), "/here")
    assert caught.value.faults == (dragoman.Fault("/here", "JSON in UTF-8", f"text in {encoding[:6].upper()}"),)


@pytest.mark.parametrize(
    "text", [b"", b"\x00", b"{\x00", b'{\x00"a":1}', b"\x00{}", b"\xff\xff", "[é".encode("latin-1")]
)
def test_what_is_no_text_in_another_encoding_is_only_no_json(text: bytes) -> None:
    with pytest.raises(dragoman.InvalidDocument) as caught:
        loads(text)
    assert {fault.found for fault in caught.value.faults} == {"text that is not JSON"}


def test_json_nested_too_deep_is_not_called_no_json() -> None:
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    with pytest.raises(dragoman.InvalidDocument) as caught:
        loads(deep, "/here")
    assert caught.value.faults == (dragoman.Fault("/here", f"nesting of at most {MAX_DEPTH} levels", "more"),)
    assert failures(deep + b"\n") == [f"stdin:1: expected nesting of at most {MAX_DEPTH} levels, found more"]


def test_the_place_in_a_line_is_a_column() -> None:
    """The line is that of the file; only a document that spans lines has lines of its own."""
    assert failures(jsonl(CHAT) + b'{"model": }\n') == [
        "stdin:2: expected JSON (column 11): a value, found text that is not JSON"
    ]
    assert failures(b'{\n "model": \n}\n') == [
        "stdin:1: expected JSON (line 3, column 1): a value, found text that is not JSON"
    ]


RECORDS = [{"dialect": "openai-chat", "request": CHAT}] * 3


@pytest.mark.parametrize("records", [RECORDS, [CHAT, CHAT], [{"contents": [{"parts": [{"text": "Hi"}]}]}]])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("source", [(), ("--from", "openai-chat"), ("--from", "gemini")])
def test_an_array_of_records_says_what_to_do(
    records: list[object], indent: int | None, source: tuple[str, ...]
) -> None:
    said = failures(json.dumps(records, indent=indent).encode(), *source)
    assert said == ["stdin:1: expected an object, found array: write one record a line, as with jq -c '.[]'"]


def test_a_list_that_is_none_of_records_gets_no_hint() -> None:
    for text in (b"[1, 2]", b"[]", b'["a"]'):
        assert failures(text) == ["stdin:1: expected an object, found array"]


@pytest.mark.parametrize("glue", ["\n", "\n\n", ""])
def test_documents_one_after_the_other_say_what_to_do(glue: str) -> None:
    text = glue.join(json.dumps(CHAT, indent=2) for _ in range(3)).encode()
    assert failures(text) == ["stdin:1: several documents that span lines: write one a line, as with jq -c ."]


def test_one_broken_document_gets_its_places_and_no_hint() -> None:
    (said,) = failures(json.dumps(CHAT, indent=2).encode() + b"\n}")
    assert "jq" not in said
    assert "expected JSON (line " in said


def test_a_stream_that_is_an_array_is_no_list_of_records() -> None:
    data = (GEMINI_FIXTURES / "array.stream").read_bytes()
    ran = convert("--from", "gemini", *TO_ANTHROPIC, stdin=data)
    assert ran.status == 0
    assert ran.out.startswith(b"event: message_start")


SECRET = "sk-secret-1234567890"


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        (SECRET, "there are openai-chat, openai-responses, anthropic-messages, openai-completions, gemini, "),
        ("x" * 500, "there are openai-chat, "),
        ("opnai-chat", "did you mean openai-chat or "),
        (f"openai-chat+{SECRET}", ""),
        (f"{SECRET}+vllm", ""),
    ],
)
def test_a_dialect_that_is_none_is_not_repeated(named: str, hint: str) -> None:
    ran = convert(*TO_ANTHROPIC, stdin=jsonl({"dialect": named, "request": CHAT}))
    assert ran.status == 1
    assert f"stdin:1: /dialect: unknown dialect; {hint}" in ran.err
    assert ran.lines[0]["error"]["at"] == "/dialect"
    assert named not in ran.err + ran.out.decode()
    assert SECRET not in ran.err + ran.out.decode()
