"""Examples that once broke a law, and small nasty ones: tests/data/regressions.jsonl, one a line.

A line is an object:

    why        what is odd about it
    source     a dialect or flavour; `target` the same, or left out for every other dialect
    kind       request, response or stream
    document   the JSON value; or `text`, or `base64`, for a stream and for what JSON values cannot hold
    refused    true: no reader takes it, InvalidDocument is all it gets
    broken     target -> the law that it breaks and how, until that is mended: the test then says that it is

To add one, give the failing example as Hypothesis prints it (a Python value), as JSON, or a stream as raw bytes:

    python -m tests.regressions openai-chat gemini request 'why it is odd' < example
"""

from __future__ import annotations

import ast
import base64
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import dragoman
from dragoman import laws
from dragoman.jsontext import loads
from dragoman.laws import Violation
from tests import public
from tests.strategies import DIALECTS

FILE = Path(__file__).parent / "data" / "regressions.jsonl"
KINDS = ("request", "response", "stream")
KEYS = {"why", "source", "target", "kind", "document", "text", "base64", "refused", "broken"}
Check = tuple[str, Callable[[], list[Violation]]]


@dataclass(frozen=True, slots=True)
class Example:
    """One line and one of its pairs. `body`: a JSON value, or the bytes of a stream or of a refused document."""

    line: int
    why: str
    source: str
    target: str
    kind: str
    body: Any
    refused: bool
    broken: str | None

    @property
    def id(self) -> str:
        return f"{self.line}-{self.kind}-{self.source}-{self.target}"

    def checks(self) -> Iterator[Check]:
        """(name, call) of every law that this kind is under."""
        return _stream(self) if self.kind == "stream" else _document(self)


def violations(kind: str, body: Any, source: str, target: str) -> list[Violation]:
    """What a document breaks of the laws that an example of its kind is under."""
    example = Example(0, "", source, target, kind, body, False, None)
    return [violation for _, check in example.checks() for violation in check()]


def load(path: Path = FILE) -> list[Example]:
    """Every line with every pair that it stands for."""
    out = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        row = json.loads(text)
        assert set(row) <= KEYS, f"line {number}: {set(row) - KEYS} is no key of a line"
        assert row["kind"] in KINDS, f"line {number}: {row['kind']} is no kind"
        targets = [row["target"]] if "target" in row else [d for d in dragoman.dialects() if d != row["source"]]
        refused, broken = row.get("refused", False), row.get("broken", {})
        assert set(broken) <= set(targets), f"line {number}: broken names a pair that is not there"
        body = _body(row, number, refused)
        out += [
            Example(number, row["why"], row["source"], t, row["kind"], body, refused, broken.get(t)) for t in targets
        ]
    return out


def _body(row: dict[str, Any], number: int, refused: bool) -> Any:
    given = [key for key in ("document", "text", "base64") if key in row]
    assert len(given) == 1, f"line {number}: one of document, text and base64"
    if given == ["document"]:
        assert row["kind"] != "stream", f"line {number}: a stream is text or base64"
        return json.dumps(row["document"]).encode() if refused else row["document"]
    raw = base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode("utf-8", "surrogatepass")
    return raw if refused or row["kind"] == "stream" else loads(raw)


def _document(one: Example) -> Iterator[Check]:
    kind, body, source, target = one.kind, one.body, one.source, one.target
    yield "home_document", partial(laws.home_document, kind, body, source)
    for law in (laws.spelling_is_free, laws.nothing_vanishes, laws.nothing_made_up, laws.settled, laws.pure):
        yield law.__name__, partial(law, kind, body, source, target)
    yield "as_published", partial(public.as_published, kind, body, source, target)
    if kind == "response":
        yield "unfolds", lambda: laws.unfolds(dragoman.read_response(body, source))
        yield "answers_alike", partial(laws.answers_alike, body, source, target)
        return
    dropped = laws.translate(kind, body, source, target)[1].losses
    for ordinal in range(len(dropped)):
        yield "dropped_is_unused", partial(laws.dropped_is_unused, kind, body, source, target, ordinal)


def _stream(one: Example) -> Iterator[Check]:
    data, source, target = one.body, one.source, one.target
    yield "home_stream", partial(laws.home_stream, data, source)
    yield "stream_is_document", partial(laws.stream_is_document, data, source, target)
    yield "keeps_grammar", partial(laws.keeps_grammar, data, source, target)
    yield "pure_stream", partial(laws.pure_stream, data, source, target)
    yield "stream_as_published", partial(public.stream_as_published, data, source, target)
    for cuts in (range(1, len(data)), range(3, len(data), 7)):
        yield "cut_anywhere", partial(laws.cut_anywhere, data, source, target, cuts)
    yield "cut_anywhere at home", partial(laws.cut_anywhere, data, source, source, range(1, len(data)))
    for end in range(0, len(data) + 1, max(1, len(data) // 64)):
        yield "ends_honestly", partial(laws.ends_honestly, data, end, source, target)
    yield "nothing_waits", partial(laws.nothing_waits, _records(data), source, target)


def _records(data: bytes) -> list[bytes]:
    return [record + b"\n\n" for record in data.split(b"\n\n") if record]


def line(source: str, target: str | None, kind: str, why: str, given: bytes) -> str:
    """The line for an example as Hypothesis prints it, as JSON, or as the bytes of a stream."""
    row: dict[str, Any] = {"why": why, "source": source, "kind": kind}
    if target:
        row["target"] = target
    if kind == "stream":
        row |= _text(_joined(given, source))
    else:
        try:
            row["document"] = json.loads(given)
        except ValueError:
            row["document"] = ast.literal_eval(given.decode().strip())
    return json.dumps(row, ensure_ascii=True)


def _joined(given: bytes, source: str) -> bytes:
    """The bytes of a stream; of a list of records as the strategies make them, too."""
    if not given.lstrip().startswith(b"[("):
        return given
    made: bytes = DIALECTS[source.partition("+")[0]].sse_bytes(ast.literal_eval(given.decode().strip()))
    return made


def _text(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def main(args: list[str]) -> None:
    if len(args) != 4 or args[2] not in KINDS:
        sys.exit(f"usage: python -m tests.regressions SOURCE TARGET|- {'|'.join(KINDS)} WHY < example")
    source, target, kind, why = args
    made = line(source, None if target == "-" else target, kind, why, sys.stdin.buffer.read())
    with FILE.open("a", encoding="utf-8") as file:
        file.write(made + "\n")
    count = len(FILE.read_text("utf-8").splitlines())
    print(f"{FILE.name} has {count} lines now: python -m pytest tests/test_regressions.py")


if __name__ == "__main__":
    main(sys.argv[1:])
