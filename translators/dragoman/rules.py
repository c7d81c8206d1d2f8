"""What a stream grammar is made of: tables of states and words, and the rules that a table cannot say.

A frame is taken apart into steps: a thing in the stream (the stream itself, a block, a choice, a call), which one of
its kind, and a word for what the frame says of it. Every kind of thing has a table: state -> word -> next state. What
no table says is a watch: a small object that sees every frame. Both break rules, and a rule has a name, a sentence, a
source and a level. The grammars stand with their dialects; `grammar.py` walks them.

Grammars are about which events come in which order, and what they refer to. Types of fields are the business of
`wire/`, so that a step takes what it finds: a value of the wrong type is as good as none.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from .errors import Fault

Level = Literal["must", "should"]
SAME = ""
"""The next state of a word that changes nothing."""


@dataclass(frozen=True, slots=True)
class StreamFault(Fault):
    """One rule broken in a stream: `at` is a JSON Pointer into the data of frame number `frame`.

    Frames count from 0, comments included; what is missing at the end is told of the frame that did not come. `rule`
    names the rule, `level` says how grave it is: a reader may give up over a `must`; a `should` is kept by the vendor,
    and not by all who speak its dialect.
    """

    frame: int
    rule: str
    level: Level

    def __str__(self) -> str:
        return f"frame {self.frame} at {self.at or '/'}: expected {self.expected}, found {self.found} ({self.rule})"


@dataclass(slots=True)
class Seen:
    """One frame as the grammars see it.

    number: its ordinal. event: its SSE name. data: its JSON object, empty where it is the end mark. mark: it is the
    end mark.
    """

    number: int
    event: str | None
    data: dict[str, Any]
    mark: bool = False


class Step(NamedTuple):
    """What a frame says of one thing: its kind, its key below those it belongs to, the word, and where it stands."""

    thing: str
    key: tuple[Any, ...]
    word: str
    at: str = ""


class Breaks(NamedTuple):
    """A cell of a table: this word may come, and breaks a rule."""

    rule: str
    then: str = SAME


class Finding(NamedTuple):
    """What a watch has found wrong: JSON Pointer into the frame, what belongs there, what is there."""

    at: str
    expected: str
    found: str


class Watch(ABC):
    """What is to be remembered of a stream for one rule. One object per stream."""

    @abstractmethod
    def see(self, seen: Seen) -> Iterable[Finding]:
        """What is wrong with one more frame."""

    def end(self, failed: bool) -> Iterable[Finding]:
        """What is missing now that the stream is over; `failed`: it said itself that it went wrong."""
        return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, what it says, the sentence of the specification behind it, and how grave it is.

    watch: makes what looks after it, where no table does.
    """

    name: str
    says: str
    source: str
    level: Level = "must"
    watch: Callable[[], Watch] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What one kind of thing may go through: state -> word -> next state. A thing begins in the first state.

    rule: what a word breaks that is not in the row of its state; empty where every row has all words. left: the
    states in which a stream that ends well must not leave it, each with the rule. dense: the rule that things are
    numbered 0, 1, 2 below one parent, in the order in which they leave the first state.
    """

    moves: dict[str, dict[str, str | Breaks]]
    rule: str = ""
    left: dict[str, str] = field(default_factory=dict)
    dense: str = ""

    @property
    def first(self) -> str:
        """The state in which a thing begins."""
        return next(iter(self.moves))


@dataclass(frozen=True, slots=True)
class Grammar:
    """The streams of one dialect.

    tables: kind of thing -> table; the first is the stream's own. rules: all that can be broken. steps: a frame taken
    apart. failed: the states of the stream in which it has told of its failure, so that nothing else must be complete.
    mark: the data that ends a stream and is no JSON. comments: the rule that comments break, if any. array: whether
    the stream may come as a JSON array.
    """

    tables: dict[str, Table]
    rules: tuple[Rule, ...]
    steps: Callable[[Seen], Iterator[Step]]
    failed: tuple[str, ...]
    mark: bytes = b""
    comments: str = ""
    array: bool = False


FRAMED = "frame.record"
JSON = "frame.json"
COMMON = (
    Rule(
        FRAMED,
        "nothing stands in the stream outside its records, and no record is without bound",
        'spec/OPENAI.md 8: "a bare-JSON-lines stream (no `data:`) yields zero events in the SDK"',
    ),
    Rule(
        JSON,
        "the data of every record is a JSON object, or the end mark",
        'spec/OPENAI.md 1.7: an event "without data" is a JSONDecodeError; spec/GEMINI.md 4.1',
    ),
)


def objects(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list, with their places in it."""
    if type(value) is list:
        for i, one in enumerate(value):
            if type(one) is dict:
                yield i, one


def inside(value: Any) -> dict[str, Any]:
    """An object, or an empty one in place of anything else."""
    return value if type(value) is dict else {}


def whole(value: Any) -> int | None:
    """An integer, or None in place of anything else."""
    return value if type(value) is int else None


def word(value: Any) -> str:
    """A text, or an empty one in place of anything else."""
    return value if type(value) is str else ""


class Named(Watch):
    """The SSE name of every record is the `type` of its data."""

    def see(self, seen: Seen) -> Iterator[Finding]:
        if not seen.mark and seen.event != seen.data.get("type"):
            yield Finding("/type", "the name of the event", "no name" if seen.event is None else "another name")


class Constant(Watch):
    """Some values are the same wherever they say something; `values` finds them: place -> value."""

    def __init__(self, values: Callable[[Seen], dict[str, Any]]) -> None:
        self.values = values
        self.known: dict[str, Any] = {}

    def see(self, seen: Seen) -> Iterator[Finding]:
        for at, value in self.values(seen).items():
            if value not in (None, "", 0) and self.known.setdefault(at, value) != value:
                yield Finding(at, "what the first frame said", "another value")
