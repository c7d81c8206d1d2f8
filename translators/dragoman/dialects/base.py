"""What a dialect is to the rest of the package, and what every writer shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from ..events import Event, Failure
from ..framing import Frame, SSEDecoder
from ..ids import derived, spell, unspell
from ..jsontext import dumps, escape, same
from ..model import Error, Json, Message, Opaque, Part, Request, Response, ToolCall, ToolResult, Usage
from ..report import Report
from ..tables import Kind, drop_extra


Places = dict[type, dict[str, str | Callable[[Any], str]]]
"""Where a canonical field of a node stands in the source: a suffix of the node's own place, or a function of the node."""


class StreamReader(Protocol):
    """One response's frames in, canonical events out. One object per stream."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Events that `chunk` settles; raises BrokenStream only for frames without bound."""

    def close(self) -> list[Event]:
        """The events of the end of input; the last one is End or Failure."""


class SSEReader(ABC):
    """The half of a stream reader that every SSE dialect shares: frames one by one, and an end that is told."""

    def __init__(self) -> None:
        self._decoder = SSEDecoder()
        self._over = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Events that `chunk` settles."""
        out: list[Event] = []
        for frame in self._decoder.feed(chunk):
            self._frame(frame, out)
        return out

    def close(self) -> list[Event]:
        """The events of the end of input."""
        out: list[Event] = []
        for frame in self._decoder.close():
            self._frame(frame, out)
        if not self._over:
            self._end(out)
        return out

    @abstractmethod
    def _frame(self, frame: Frame, out: list[Event]) -> None:
        """Take one frame."""

    @abstractmethod
    def _end(self, out: list[Event]) -> None:
        """Close what is open, or tell that the stream stopped too early."""

    def _fail(self, error: Error, out: list[Event]) -> None:
        self._over = True
        out.append(Failure(error))

    def _broken(self, why: str, out: list[Event]) -> None:
        """Our own words for a stream that breaks off or breaks its dialect's order."""
        self._fail(Error("api", why, spelling={"form": "cut"}), out)


class StreamWriter(Protocol):
    """Canonical events in, bytes out. One object per stream."""

    def send(self, event: Event) -> bytes:
        """The bytes that `event` settles."""


@dataclass(slots=True)
class Context:
    """What a writer may know besides the document.

    request     the client's own request in the target's dialect, if given (echoes, include_usage, n)
    now         unix seconds for a creation time that the source does not have; None is 0
    profile     facts about the model family: a mapping, of which today only `anthropic_version` is read
    """

    request: Request | None = None
    now: int | None = None
    profile: Any = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """One row of the registry: everything the package knows of a dialect."""

    name: str
    kinds: dict[type, Kind]
    usage_meaning: Json
    read_request: Callable[[Json, str | None], Request]
    write_request: Callable[[Request, Report, bool, Context], Json]
    read_response: Callable[[Json], Response]
    write_response: Callable[[Response, Report, bool, Context], Json]
    read_error: Callable[[int | None, Any], Error]
    write_error: Callable[[Error, Report, bool], tuple[int, Any]]
    reader: Callable[[], StreamReader]
    writer: Callable[[Report, bool, Context], StreamWriter]
    target: Callable[[Request, Context], tuple[str, dict[str, str]]]
    places: Places
    request_id_header: str = "x-request-id"
    error_word: str = "openai"  # the column of tables.ERRORS with the dialect's own word
    kin: tuple[tuple[str, ...], ...] = ()
    derived: dict[str, str] = field(default_factory=dict)

    def where(self, node: Any, name: str) -> str:
        """JSON Pointer of the canonical field `name` of `node` in its source document."""
        row = self.places.get(type(node))
        found = row.get(name) if row is not None else None
        if found is None:
            return f"{node.at}/{name}"
        return str(node.at + found) if isinstance(found, str) else found(node)


NAME_LIMITS = (64, 128)  # of tool names, over all dialects


class Writer:
    """The shared half of every document writer: what stays behind is reported, what came along is linked."""

    __slots__ = ("_restored", "context", "home", "kinds", "link", "meaning", "report", "source")

    def __init__(self, source: Dialect | None, report: Report, home: bool, context: Context) -> None:
        self.report, self.home, self.context = report, home, context
        self.link = report.link
        self._restored: dict[str, str] | None = None
        self.come(source)

    def come(self, source: Dialect | None) -> None:
        """From now on the source is `source` (None: a document built by hand)."""
        self.source = source
        self.kinds = source.kinds if source is not None else {}
        self.meaning = source.usage_meaning if source is not None else {}

    def where(self, node: Any, name: str) -> str:
        """JSON Pointer of the canonical field `name` of `node` in the source."""
        return self.source.where(node, name) if self.source is not None else f"{node.at}/{name}"

    def drop(self, node: Any, at: str | None = None) -> None:
        """Report the extras of `node`, which belong to its own dialect only."""
        if node.extra:
            drop_extra(self.report, node.extra, node.at if at is None else at, self.kinds.get(type(node), {}))

    def restored(self) -> dict[str, str]:
        """The names of the client's own tools, by how an upstream had to spell them."""
        if self._restored is None:
            request = self.context.request
            named = [t.name for t in (request.tools or ()) if t.name] if request is not None else []
            self._restored = {spell(unspell(n), limit)[0]: n for n in named for limit in NAME_LIMITS}
        return self._restored

    def cache(self, node: Any) -> None:
        """Report the cache mark of `node` where the target has none."""
        if node.cache:
            for key, value in node.cache.items():
                self.report.dropped("cache.unsupported", f"{node.at}/{key}", value)

    def usage_at(self, usage: Usage, means: str) -> str:
        """Where `usage` reports the canonical count `means`."""
        return usage.at + (_usage_path(self.meaning, means) or "")

    def usage(self, usage: Usage, *unsaid: str) -> None:
        """Report what `usage` reported beyond the meanings the target has a word for (all but `unsaid`)."""
        kind = self.kinds.get(Usage, {})
        at = self.usage_at(usage, "output")
        reported = usage.reported.get(at.rpartition("/")[2])
        if type(reported) is int and reported != usage.output:
            self.report.changed("usage.counting", at, reported)
        _drop_usage(self.report, usage.reported, usage.at, self.meaning, kind, set(unsaid))


def _usage_path(meaning: Json, means: str) -> str | None:
    for key, value in meaning.items():
        if value == means:
            return f"/{key}"
        below = _usage_path(value, means) if type(value) is dict else None
        if below is not None:
            return f"/{key}{below}"
    return None


def _drop_usage(report: Report, value: Json, at: str, meaning: Json, kind: Kind, unsaid: set[str]) -> None:
    for key, item in value.items():
        means, known = meaning.get(key), kind.get(key)
        place = f"{at}/{escape(key)}"
        if type(means) is dict and type(item) is dict:
            _drop_usage(report, item, place, means, known if type(known) is dict else {}, unsaid)
        elif type(means) is str and type(item) is int and means not in unsaid:
            continue
        elif type(known) is dict and type(item) is dict:
            _drop_usage(report, item, place, {}, known, unsaid)
        elif (item is None and known is not None) or (
            type(known) is tuple and any(same(item, equal) for equal in known)
        ):
            continue
        else:
            report.dropped("usage.unsupported", place, item)


def arguments_text(arguments: str | Json | None) -> str:
    """The arguments of a call as JSON text; raw text stays as it is."""
    if type(arguments) is str:
        return arguments
    return "" if arguments is None else dumps(arguments).decode()


RAW = "_raw"  # the key under which arguments that are no object travel where an object is required


def arguments_object(call: ToolCall, report: Report, place: str) -> Json:
    """The arguments of a call as an object; what it does not give back to the letter is `changed` at `place`.

    "" and absence are {}; the input of a free-text tool stands under `input`; text that is no JSON object
    travels under `_raw`.
    """
    arguments = call.arguments
    if isinstance(arguments, dict):
        return arguments
    if call.kind == "custom":
        return {"input": arguments or ""}
    if not arguments or not arguments.strip():
        report.changed("arguments.empty", place, arguments)
        return {}
    try:
        value = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        value = None
    if type(value) is not dict:
        report.changed("arguments.invalid", place, arguments)
        return {RAW: arguments}
    if orjson.dumps(value).decode() != arguments:
        report.changed("arguments.respelled", place, arguments)
    return value


def pair_ids(messages: list[Message]) -> dict[int, str]:
    """Ids for calls and results that have none: `id(node)` -> id. Results pair by name, else by order."""
    ids: dict[int, str] = {}
    waiting: list[ToolCall] = []
    count = 0
    for message in messages:
        for part in message.parts:
            if isinstance(part, ToolCall) and not part.id:
                ids[id(part)] = derived(None, "call", count)
                count += 1
                waiting.append(part)
            elif isinstance(part, ToolResult) and not part.call_id:
                named = [c for c in waiting if c.name == part.name] or waiting
                if named:
                    ids[id(part)] = ids[id(named[0])]
                    waiting = [c for c in waiting if c is not named[0]]
                else:
                    ids[id(part)] = derived(None, "call", count)
                    count += 1
    return ids


def opaque_code(part: Part) -> str:
    """The loss code for a part that the target has no word for."""
    return "part.unsupported" if isinstance(part, Opaque) else "part.server_tool"
