"""The cases: what was translated for all pairs, and what is to be seen of it.

Samples, fixtures, documents and streams of the strategies with fixed seeds, and a part of the recorded traffic where
DRAGOMAN_TRAFFIC names it. What is to be seen is drawn from the source alone (tests/judges/matrix.py). Those tables were
made for samples and traffic: where the official Python SDK sees something else of a generated case as well, its sight
is what the Node SDKs are held to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from types import TracebackType
from typing import Any, Self

import dragoman
from tests import corpus
from tests.judges import given, matrix
from tests.judges.anthropic_sdk import AnthropicJudge
from tests.judges.google_sdk import GoogleJudge
from tests.judges.loopback import Answer, Loopback
from tests.judges.matrix import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES, SHAPE
from tests.judges.openai_responses_sdk import ResponsesJudge
from tests.judges.openai_sdk import SSE, CompletionsJudge, OpenAIJudge
from tests.judges.seen import SdkError, Seen
from tests.reference.common import Merged
from tests.strategies import DIALECTS, common

Json = dict[str, Any]
GENERATED = "generated"  # how the name of a generated case begins


@dataclass(frozen=True, slots=True)
class Case:
    """One body or stream at its target.

    merged: the source as one document; wanted: what is to be seen, None where that is an error, with `message` in it
    where there is one; by_python: whether `wanted` is what the Python SDK saw.
    """

    name: str
    source: str
    target: str
    answer: Answer
    merged: Merged | None = None
    wanted: Seen | None = None
    message: str | None = None
    by_python: bool = False

    @property
    def shape(self) -> str:
        return SHAPE.get(self.target, self.target)

    @property
    def streamed(self) -> bool:
        return self.answer.streamed

    @property
    def several(self) -> bool:
        """Whether there is more than one answer."""
        document = self.merged.document if self.merged is not None else {}
        return len(document.get("choices") or document.get("candidates") or ()) > 1

    def line(self, ticket: str) -> Json:
        """The case as a script is given it."""
        return {
            "ticket": ticket,
            "name": f"{self.source} -> {self.target}: {self.name}",
            "kind": "stream" if self.streamed else "whole",
            "status": self.answer.status,
            "tools": sorted({call.name for call in self.wanted.calls} if self.wanted else ()),
            "expected": asdict(self.wanted) if self.wanted else {"error": self.message},
        }


def document(name: str, source: str, target: str, body: Any) -> Case | None:
    """A response; None where nothing can be expected of it."""
    if matrix.pending(source, body):
        return None
    translated = dragoman.translate_response(body, source, target)
    if matrix.source_of(source).fails(body):
        return Case(name, source, target, Answer(translated.json(), translated.status or 500))
    merged = Merged(body, True, None, [])
    wanted = matrix.expected(source, target, merged, streamed=False)
    return Case(name, source, target, Answer(translated.json(), translated.status or 200), merged, wanted)


def error(name: str, source: str, target: str, status: int, body: Any) -> Case:
    translated = dragoman.translate_error(status, body, source, target)
    inner = body.get("error") if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    answer = Answer(translated.json(), translated.status or status)
    return Case(name, source, target, answer, message=message if isinstance(message, str) and message else None)


def stream(name: str, source: str, target: str, data: bytes) -> Case:
    merged = matrix.source_of(source).merge(data)
    translation = dragoman.translate_stream(source, target)
    answer = Answer(translation.feed(data) + translation.close(), content_type=SSE)
    if not merged.complete:
        return Case(name, source, target, answer)
    return Case(name, source, target, answer, merged, matrix.expected(source, target, merged, streamed=True))


@dataclass(frozen=True, slots=True)
class Given:
    """What there is of one source, by name."""

    documents: dict[str, Any]
    streams: dict[str, bytes]
    errors: dict[str, tuple[int, Any]]


def of_source(source: str, generated: int, every: int) -> Given:
    """`generated`: of each kind; `every`: of the recorded lines one in so many."""
    found = Given(given.documents(source), given.streams(source) | given.NOTHING, given.errors(source))
    module = DIALECTS[source]
    for at, body in enumerate(common.examples(module.responses(extras=False), generated)):
        found.documents[f"{GENERATED} response {at}"] = body
    for kind, records in (("stream", module.streams(extras=False)), ("failing", module.failing_streams(extras=False))):
        for at, one in enumerate(common.examples(records, generated)):
            found.streams[f"{GENERATED} {kind} {at}"] = module.sse_bytes(one)
    for at, one in enumerate(common.examples(module.errors(extras=False), generated)):
        found.errors[f"{GENERATED} error {at}"] = one
    if source not in SHAPE:  # recorded under another's name
        found.documents.update((row.id, row.response) for row in corpus.documents(source)[::every])
        found.streams.update((row.id, row.stream_body or b"") for row in corpus.streams(source)[::every])
        wrong = corpus.documents(source, ok=False)[::every]
        found.errors.update((row.id, (row.status, row.response)) for row in wrong)
    return found


def of_pair(source: str, target: str, there: Given) -> Iterator[Case]:
    """Every case of one pair."""
    for name, body in there.documents.items():
        case = document(name, source, target, body)
        if case is not None:
            yield case
    yield from (stream(name, source, target, data) for name, data in there.streams.items())
    yield from (error(name, source, target, *one) for name, one in there.errors.items())


def every_case(generated: int, every: int) -> Iterator[Case]:
    """All pairs; generated cases as `Python` settles them."""
    dialects = dragoman.dialects()
    with Python() as python:
        for source in dialects:
            there = of_source(source, generated, every)
            for target in dialects:
                if target != source:
                    for case in of_pair(source, target, there):
                        yield python.settled(case) if case.name.startswith(GENERATED) else case


_JUDGES: dict[str, Callable[[Loopback], Any]] = {
    CHAT: lambda server: OpenAIJudge(server, strict=False),
    MESSAGES: lambda server: AnthropicJudge(server, strict=False),
    COMPLETIONS: lambda server: CompletionsJudge(server, strict=False),
    RESPONSES: lambda server: ResponsesJudge(server, strict=False),
    GEMINI: lambda server: GoogleJudge(server, strict=False),
}


class Python:
    """The official Python SDKs, as a second opinion on generated cases."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        server = self._stack.enter_context(Loopback())
        self._judges = {shape: self._stack.enter_context(judge(server)) for shape, judge in _JUDGES.items()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def settled(self, case: Case) -> Case:
        """The case, or where its expectation and the Python SDK disagree, with what that SDK saw."""
        if case.merged is None:
            return case
        judge = self._judges[case.shape]
        answer = case.answer
        seen = judge.stream_raw(answer.body) if case.streamed else judge.response(answer.body, answer.status)
        if not matrix.differences_of(case.source, case.target, case.merged, seen, streamed=case.streamed):
            return case
        return replace(case, wanted=None if isinstance(seen, SdkError) else seen, by_python=True)


def written(cases: dict[str, Case]) -> bytes:
    """The cases as JSON lines."""
    return b"".join(json.dumps(case.line(ticket)).encode() + b"\n" for ticket, case in cases.items())
