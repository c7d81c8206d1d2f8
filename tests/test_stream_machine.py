"""A machine that drives streams: any legal sequence of canonical events, cut and failing anywhere, into every dialect.

The events are written by a source dialect's writer, as its own (home) or as another's (foreign). What comes out is fed
to a translation into every other dialect, in pieces of any size. The machine knows by itself whether the stream is
whole, so that nobody's reader is trusted with that.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import dragoman
from dragoman import registry, wire
from dragoman.dialects.base import Context
from dragoman.errors import BrokenStream
from dragoman.events import (
    CandidateStart,
    End,
    Event,
    Failure,
    Finish,
    Legal,
    PartDelta,
    PartEnd,
    PartStart,
    Start,
    Transport,
    Update,
    UsageReport,
)
from dragoman.grammar import check_stream
from dragoman.laws import NUMBERED_BY_SOURCE
from dragoman.model import (
    Candidate,
    Error,
    Media,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Response,
    ServerTool,
    State,
    Text,
    ToolCall,
    Usage,
)
from dragoman.report import Report
from tests.reference import gemini
from tests.wire import ORDER

DIALECTS = dragoman.dialects()
SINGLE = ("anthropic-messages", "openai-responses")  # which have one candidate, so that no second one is at home
STEPS = 24
ELSEWHERE = "elsewhere"  # the dialect of nobody: what it says is foreign everywhere

PIECES = ("a", "", " ", "é", "\U0001f600", "\r\n", "data: [DONE]\n\n", "\x00", '{"', "\u2028", "x" * 300)
ARGUMENTS = ("{", "}", '"a":', "1", "", "[1]", '"é\U0001f600"')
REASONS = ("stop", "length", "tool_calls", "content_filter", "stop_sequence", "other")
FIELDS: dict[type[Any], str] = {
    Text: "text",
    Refusal: "text",
    Reasoning: "text",
    ToolCall: "arguments",
    ServerTool: "input",
}
# Parts as they begin; the second row is of parts that come whole, and only in foreign streams: at home the shape of
# such a part is the dialect's own.
STREAMED: tuple[Callable[[int], Part], ...] = (
    lambda n: Text(""),
    lambda n: Text("begun"),
    lambda n: Reasoning(""),
    lambda n: Reasoning("", state=State("signature", "c2ln", "anthropic-messages")),
    lambda n: Refusal(""),
    lambda n: ToolCall(f"call_{n}", "weather"),
    lambda n: ToolCall(None, "weather é", kind="function"),
    lambda n: ToolCall(f"call_{n}", "free", "", kind="custom"),
)
WHOLE: tuple[Callable[[int], Part], ...] = (
    lambda n: Media("image", "base64", data="AA==", media_type="image/png"),
    lambda n: ToolCall(f"call_{n}", "weather", {"city": "Trieste"}),
    lambda n: ServerTool("call", "web_search", f"srv_{n}", "web_search", {"query": "x"}),
    lambda n: Opaque({"type": "riddle", "of": n}),
    lambda n: Reasoning("", redacted=True, state=State("redacted", "AA==", "anthropic-messages")),
)


class Machine(RuleBasedStateMachine):
    """One stream of `source` and its translations. `alive`: more may come."""

    source = ""

    @initialize(
        home=st.booleans(),
        named=st.booleans(),
        empty=st.booleans(),
        patience=st.sampled_from((0, 6, 10, 14, 18)),
        fate=st.sampled_from(("end", "cut", "fail")),
    )
    def begin(self, home: bool, named: bool, empty: bool, patience: int, fate: str) -> None:
        """patience: how many events there are at least, or three rules in a dozen would end each stream at once.

        empty: no candidate yet. fate: what comes when nothing else has come first.
        """
        self.fate = fate
        self.home = home
        self.patience = patience
        self.events: list[Event] = []
        self.legal = Legal()
        self.open: dict[tuple[int, int], Part] = {}  # parts that may take a delta
        self.counts: dict[int, int] = {}  # candidate -> parts so far
        self.finished: set[int] = set()
        self.written = b""
        self.delivered = 0
        self.cuts = [0]
        self.alive = True
        self.failed = self.ended = False
        self.targets = [name for name in DIALECTS if name != self.source]
        self.streams = {name: dragoman.translate_stream(self.source, name) for name in self.targets}
        self.out = dict.fromkeys(self.targets, b"")
        dialect = registry.get(self.source)
        self.writer = dialect.writer(Report(), home, Context())
        origin = dialect.documents if home else ELSEWHERE
        self.say(Start(Response(origin, "r_1" if named else None, "m" if named else None, 1 if named else None)))
        if not empty:
            self.candidate()

    def say(self, event: Event) -> None:
        """The next event, which must be legal: the machine's own duty."""
        self.legal.check(event)
        self.events.append(event)
        self.written += self.writer.send(event)

    def running(self) -> bool:
        return getattr(self, "alive", False)

    def growing(self) -> bool:
        """Whether parts may begin: an answer that has told its finish says no more."""
        return self.running() and any(c not in self.finished for c in self.counts)

    def may_end(self) -> bool:
        return self.running() and len(self.events) >= self.patience

    # --- what a source may say

    @precondition(lambda self: self.running() and len(self.counts) < (1 if self.one_candidate() else 3))
    @rule()
    def candidate(self) -> None:
        index = len(self.counts)
        self.say(CandidateStart(Candidate(index)))
        self.counts[index] = 0

    def one_candidate(self) -> bool:
        return self.home and self.source in SINGLE

    @precondition(growing)
    @rule(which=st.integers(0, 2), made=st.sampled_from(STREAMED), pieces=st.lists(st.integers(0, 20), max_size=3))
    def part(self, which: int, made: Callable[[int], Part], pieces: list[int]) -> None:
        """A part and its first pieces; it stays open."""
        place = self.place(which)
        self.open[place] = made(place[1])
        self.say(PartStart(*place, self.open[place]))
        for piece in pieces:
            self.piece(place, piece)

    def piece(self, place: tuple[int, int], number: int) -> None:
        name = FIELDS[type(self.open[place])]
        words = PIECES if name == "text" else ARGUMENTS
        self.say(PartDelta(*place, name, words[number % len(words)]))

    @precondition(lambda self: self.growing() and not self.home)
    @rule(which=st.integers(0, 2), made=st.sampled_from(WHOLE))
    def whole_part(self, which: int, made: Callable[[int], Part]) -> None:
        candidate, index = self.place(which)
        self.say(PartStart(candidate, index, made(index)))
        self.say(PartEnd(candidate, index))

    def place(self, which: int) -> tuple[int, int]:
        """An unfinished candidate and the index of its next part."""
        going = [c for c in self.counts if c not in self.finished]
        candidate = going[which % len(going)]
        index = self.counts[candidate]
        self.counts[candidate] += 1
        return candidate, index

    @precondition(lambda self: self.running() and self.open)
    @rule(which=st.integers(0, 7), pieces=st.lists(st.integers(0, 20), min_size=1, max_size=4))
    def deltas(self, which: int, pieces: list[int]) -> None:
        """Pieces for any open part: parts take turns."""
        for number, piece in enumerate(pieces):
            self.piece(list(self.open)[(which + number) % len(self.open)], piece)

    @precondition(lambda self: self.running() and self.open)
    @rule(which=st.integers(0, 7))
    def part_ends(self, which: int) -> None:
        place = list(self.open)[which % len(self.open)]
        del self.open[place]
        self.say(PartEnd(*place))

    @precondition(lambda self: self.growing() and self.may_end())
    @rule(which=st.integers(0, 2), reason=st.sampled_from(REASONS))
    def finish(self, which: int, reason: Any) -> None:
        going = [c for c in self.counts if c not in self.finished]
        candidate = going[which % len(going)]
        for place in [p for p in self.open if p[0] == candidate]:
            del self.open[place]
            self.say(PartEnd(*place))
        self.finished.add(candidate)
        self.say(Finish(candidate, reason, "END" if reason == "stop_sequence" else None))

    def rare(self, kind: type[Any], most: int) -> bool:
        """Whether there are few enough of what is no content: else streams would be made of that."""
        return self.running() and sum(type(event) is kind for event in self.events) < most

    # At home counts come between parts: no dialect's own stream has them inside one.
    @precondition(lambda self: self.rare(UsageReport, 3) and not (self.home and self.open))
    @rule(tokens=st.sampled_from([0, 1, 7, 1 << 40]), place=st.sampled_from(["start", "end"]))
    def usage(self, tokens: int, place: str) -> None:
        # "start" is how a reader says that the counts stood in the first frame: at home they cannot come later.
        late = self.home and len(self.events) > 1
        self.say(UsageReport(Usage({}, input=tokens, output=tokens, total=2 * tokens), "end" if late else place))

    @precondition(lambda self: self.rare(Transport, 2))
    @rule(kind=st.sampled_from(["comment", "ping"]))
    def sign_of_life(self, kind: Any) -> None:
        self.say(Transport(kind, "still here"))

    @precondition(lambda self: self.rare(Update, 1))
    @rule()
    def late_envelope(self) -> None:
        self.say(Update({"id": "r_late", "model": "late"}))

    # --- how it travels and ends

    @precondition(lambda self: self.running() and self.delivered < len(self.written))
    @rule(size=st.sampled_from([0, 1, 2, 3, 7, 40, 10_000]))
    def deliver(self, size: int) -> None:
        chunk = self.written[self.delivered : self.delivered + size]
        self.delivered += len(chunk)
        self.cuts.append(self.delivered)
        for name in self.targets:
            self.out[name] += self.streams[name].feed(chunk)

    @precondition(lambda self: self.may_end() and self.counts)
    @rule()
    def end(self) -> None:
        """The stream ends as it should."""
        for candidate in self.counts:
            if candidate not in self.finished:
                for place in [p for p in self.open if p[0] == candidate]:
                    self.say(PartEnd(*place))
                self.say(Finish(candidate, "stop"))
        self.say(End())
        self.ended = True
        self.hang_up()

    @precondition(may_end)
    @rule()
    def upstream_fails(self) -> None:
        self.say(Failure(Error("api", "no more", 500)))
        self.failed = True
        self.hang_up()

    @precondition(may_end)
    @rule(share=st.floats(0, 1))
    def cut_off(self, share: float) -> None:
        """The connection goes, somewhere in what was not delivered yet."""
        self.written = self.written[: self.delivered + int(share * (len(self.written) - self.delivered))]
        self.hang_up()

    def hang_up(self) -> None:
        self.alive = False
        rest = self.written[self.delivered :]
        self.cuts.append(len(self.written))
        for name, stream in self.streams.items():
            self.out[name] += stream.feed(rest) + stream.close()
        if self.ended or self.failed:
            self.judge_source()
        for name in self.targets:
            self.judge(name)

    @precondition(lambda self: not self.running())
    @rule()
    def knock_again(self) -> None:
        """After the end nothing comes, and only `feed` says so aloud."""
        for stream in self.streams.values():
            assert stream.close() == b""
            with pytest.raises(BrokenStream):
                stream.feed(b"x")

    # --- what holds

    @invariant()
    def nobody_gives_up_early(self) -> None:
        """A stream that still runs has not failed for anybody."""
        if self.running():
            assert {name: s.error for name, s in self.streams.items() if s.error is not None} == {}

    def judge_source(self) -> None:
        """What the source's writer said is in order; at home only a reader of its own needs to think so."""
        if not self.home:
            ORDER[self.source](self.written, failed=self.failed)
            assert {fault.rule for fault in check_stream(self.source, self.written)} <= NUMBERED_BY_SOURCE
        told = failing(self.written, self.source)
        assert told is self.failed, "the source's own reader takes it for something else"

    def judge(self, name: str) -> None:
        stream, out = self.streams[name], self.out[name]
        failed = stream.error is not None
        if self.ended:
            assert not failed, f"a whole stream fails: {stream.error}"
        elif self.failed or set(self.counts) - self.finished or not self.counts:
            assert failed, "an answer that is not whole became a success"
        else:
            assert failed is failing(self.written, self.source), "all are finished, and nobody agrees whether it ended"
        assert failing(out, name) is failed
        ORDER[name](out, failed=failed)
        assert {fault.rule for fault in check_stream(name, out)} <= NUMBERED_BY_SOURCE
        for frame in gemini.frames(out):
            assert frame is not None
            kind = "error" if name == "gemini" and "error" in frame else "event"
            assert wire.faults(name, kind, frame) == []
        again = dragoman.translate_stream(self.source, name)
        assert out == again.feed(self.written) + again.close(), f"the cutting shows: {self.cuts}"
        bytewise = dragoman.translate_stream(self.source, name)
        edges = sorted({*self.cuts, *range(0, len(self.written), 11), len(self.written)})
        assert out == b"".join(bytewise.feed(self.written[a:b]) for a, b in pairwise(edges)) + bytewise.close()

    def teardown(self) -> None:
        if not self.running():
            return
        if self.fate == "end" and self.counts:
            self.end()
        elif self.fate == "fail":
            self.upstream_fails()
        else:
            self.cut_off(1.0)


def failing(data: bytes, dialect: str) -> bool:
    """Whether a reader takes a stream for a failure."""
    try:
        return any(type(event) is Failure for event in dragoman.read_events(data, dialect))
    except BrokenStream:
        return True


@pytest.mark.parametrize("source", DIALECTS)
def test_streams_driven_by_a_machine(source: str) -> None:
    machine = type("Machine", (Machine,), {"source": source})
    # Half the examples of a profile, for each is five translations three times over.
    calm = settings(max_examples=settings().max_examples // 2, stateful_step_count=STEPS)
    run_state_machine_as_test(machine, settings=calm)
