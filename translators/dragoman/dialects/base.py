"""What a dialect is to the rest of the package, and what every writer shares."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from ..carrier import Unit, beside, encode, whole
from ..compiling import mypyc_attr
from ..events import Event, Failure
from ..framing import Frame, JSONArrayDecoder, SSEDecoder
from ..ids import clash, is_derived, spell, unspell
from ..jsontext import dumps
from ..media import media_type_of
from ..model import (
    Error,
    Item,
    Json,
    Media,
    Message,
    Opaque,
    OutputFormat,
    Part,
    Reasoning,
    ReasoningControl,
    Refusal,
    Request,
    Response,
    ServerTool,
    State,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)
from ..profiles import Profile, lookup, provider_of
from ..report import Report
from ..tables import Kind, Pairs, drop_extra
from . import web_search
from .arguments import arguments_object
from .documents import headed, uncited
from .pairing import answers, pair_ids
from .turns import is_item, only_results, opened
from .usage import COUNTS, Listed, drop_usage, figures

if TYPE_CHECKING:
    from ..rules import Grammar

Accepts = Callable[[Unit], bool | None]
"""Whether the target is the one who issued a unit, and can say it; None where everything is left as it stands."""


class Brought(NamedTuple):
    """A carrier, or what another gateway's holds: where it came, and on which call of its message, if on one."""

    token: str | Unit
    at: str
    host: int | None = None


Found = list[Brought]
"""Carriers, or what another gateway has in their stead, and where each stood."""
Places = dict[type, dict[str, str | Callable[[Any], str]]]
"""Where a canonical field of a node stands in the source: a suffix of its own place, or a function of the node."""


class StreamReader(Protocol):
    """One response's frames in, canonical events out. One object per stream."""

    def feed(self, chunk: bytes) -> list[Event]:
        """Events that `chunk` settles; raises BrokenStream only for frames without bound."""

    def close(self) -> list[Event]:
        """The events of the end of input; the last one is End or Failure."""

    def numbers(self) -> Collection[int]:
        """The numbers of the candidates so far, where a dialect has several."""


@mypyc_attr(allow_interpreted_subclasses=True)
class SSEReader(ABC):
    """The half of a stream reader that every SSE dialect shares: frames one by one, and an end that is told.

    splices: a piece of text means the same whatever stands in it, so that pieces may be read together.
    figures: the key of an object of figures behind the text of a frame, of which the last ones hold.
    """

    splices: ClassVar[bool] = False
    figures: ClassVar[bytes] = b""

    def numbers(self) -> Collection[int]:
        """There is one, and it has no number."""
        return ()

    def __init__(self) -> None:
        self.decoder: SSEDecoder | JSONArrayDecoder = SSEDecoder()
        self._over = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Events that `chunk` settles."""
        out: list[Event] = []
        for frame in self.decoder.feed(chunk):
            self._frame(frame, out)
        return out

    def close(self) -> list[Event]:
        """The events of the end of input."""
        out: list[Event] = []
        for frame in self.decoder.close():
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
    profile     what the user knows of the model and the upstream: a mapping of the fields of `profiles.Profile`
    """

    request: Request | None = None
    now: int | None = None
    profile: Any = None


def asks_in_body(body: Json, path: str | None) -> tuple[str, bool]:
    """The model that a request asks for, and whether it asks for a stream, where the body says so."""
    model, stream = body.get("model"), body.get("stream")
    return (model if type(model) is str else ""), stream is True


def grammar_of(package: str) -> Callable[[], Grammar]:
    """The grammar in a dialect's folder; imported when first asked for, since no translation needs it."""

    def found() -> Grammar:
        grammar: Grammar = import_module(f"{package}.grammar").GRAMMAR
        return grammar

    return found


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """One row of the registry: everything the package knows of a dialect. There is one of each, so it can be a key."""

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
    target: Callable[[Request, Context], tuple[str | None, dict[str, str]]]
    places: Places
    grammar: Callable[[], Grammar]  # of its streams, for those who check them
    request_id_header: str = "x-request-id"
    # Where an error says to the part of a second when to retry: its "body", a "header" (`retry-after-ms`), or nowhere.
    delays: str = ""
    error_word: str = "openai"  # the column of tables.ERRORS with the dialect's own word
    # Places that say one thing between them; behind "*" on any node.
    kin: dict[str, tuple[str, ...]] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)
    same_as: str = ""  # the dialect whose documents these are, word for word, where only streams differ
    asks: Callable[[Json, str | None], tuple[str, bool]] = asks_in_body
    constants: tuple[str, ...] = ()  # what a writer puts around texts of the source
    turns: str = "/messages"  # where a request has its turns
    answers: str = ""  # where a response has its candidates, in a dialect that has several
    tiers: tuple[str, Pairs] | None = None  # where usage says the tier of service, and its words for OpenAI's
    total: str = ""  # the usage key that is the sum of the others and may be left out
    effort_apart: bool = False  # whether an effort is no word about thinking
    listed: bool = False  # whether a stream may be one JSON array
    # The body of an HTTP error, in the form that goes with the client's request, where that is known.
    asked_error: Callable[[Any, Request | None], Any] = lambda body, asked: body
    names_results: bool = False  # whether a result always says the name of its call
    states: tuple[str, ...] = ()  # the kinds of opaque state that are this dialect's own
    replays: bool = False  # whether thinking in plain words must come back with the calls behind it
    vendor: str = ""  # who issues this dialect's opaque state, unless a profile names another
    seal: Callable[[Any], Json | None] = lambda part: None  # a part in this dialect's words, if it must come home
    # Takes what a call of an answer has among its unknown fields for its state, in place; in a request it stays there.
    sign: Callable[[ToolCall], None] = lambda call: None
    found: Callable[[Message, Accepts], tuple[Message, Found]] = lambda m, accepts: (m, [])  # in fields of a message
    signed_ids: bool = False  # whether signatures on the ids of calls, LiteLLM's way, are the service's own
    tag: str = ""  # the tag between which visible thinking stands in the text of an answer, or "": it does not
    # Other vendors' state in what `seal` told, or in a call's; the second says whether a call of the same answer came
    # signed.
    inside: Callable[[Any, Callable[[], bool]], list[Unit]] = lambda wire, signed: []
    # A request for another dialect, in words that others have: tools of a group each under the one name that it has
    # there, settings that change on the way as they are at its end.
    leave: Callable[[Request, Report], Request] = lambda r, report: r
    # State beside the parts of an answer: its key there and in a request, and what the request says of such a value.
    beside: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    search: web_search.Words | None = None  # web search as a tool that the vendor runs
    rooted: bool = False  # whether the schema of an answer is an object at its root, or is wrapped in one
    bare: Callable[[Request], bool] = lambda r: False  # whether an answer is asked for as a bare word, and no JSON

    documents: str = field(init=False)  # the id that the canonical documents of this dialect carry

    def __post_init__(self) -> None:
        object.__setattr__(self, "documents", self.same_as or self.name)

    def where(self, node: Any, name: str) -> str:
        """JSON Pointer of the canonical field `name` of `node` in its source document."""
        return place(self.places, node, name)


def place(places: Places, node: Any, name: str) -> str:
    """JSON Pointer of the canonical field `name` of `node`, as the rows of its dialect say."""
    row = places.get(type(node))
    found = row.get(name) if row is not None else None
    if found is None:
        return f"{node.at}/{name}"
    return str(node.at + found) if isinstance(found, str) else found(node)


@cache
def _figures(dialect: Dialect) -> dict[str, str]:
    """Where the usage of a dialect reports each canonical count: below it, as a pointer."""
    return dict(figures(dialect.usage_meaning))


def _has(node: type[Any], name: str) -> bool:
    return any(f.name == name for f in fields(node))


class _Spoken(NamedTuple):
    """The texts of one item of Responses so far.

    parted: whether the text in front is of another item, which has no phase. chars: the characters of the texts.
    """

    place: str
    phase: str | None
    parted: bool
    chars: int


_NODES = (Text, Refusal, Media, Reasoning, ToolCall, ToolResult, ServerTool, Opaque, Message)
_STATED = frozenset(c for c in _NODES if c is not Reasoning and _has(c, "state"))
_ITEMED = frozenset(c for c in _NODES if _has(c, "item"))
_HOLDERS = frozenset({Media, ToolResult})
_NAMELESS = frozenset({None, ""})  # what no call is known by
_FOLLOWING = {Text: "text", ToolCall: "call"}
NAME_LIMITS = (64, 128)  # of tool names, over all dialects


@mypyc_attr(allow_interpreted_subclasses=True)
class Writer:
    """The shared half of every document writer: what stays behind is reported, what came along is linked."""

    __slots__ = (
        "_answered",
        "_before",
        "_clash",
        "_family",
        "_items",
        "_places",
        "_restored",
        "_spoken",
        "context",
        "figures",
        "kinds",
        "link",
        "meaning",
        "report",
        "source",
    )

    says_results: ClassVar[bool] = False  # whether a tool may say what it gives back
    tiers: ClassVar[Collection[str]] = ()  # the tiers of service, in OpenAI's words, that an answer here can say
    upstream: ClassVar[bool] = False  # whether this is a request on its way up, or an answer to a client

    def __init__(self, source: Dialect | None, report: Report, context: Context) -> None:
        self.report, self.context = report, context
        self.link = report.link
        self._restored: dict[str, str] | None = None
        self._clash: bool | None = None  # whether two tools would become one
        self._family = ""  # of the model that answered, where state is bound to it
        self._answered = ""  # where the last results stood, if they were a turn of the user's own
        self._spoken: set[str] = set()  # the items of the texts so far
        self._before: _Spoken | None = None  # the item of the last text
        self._items: set[str] = set()  # the items whose loss has been told
        self.come(source)

    def come(self, source: Dialect | None) -> None:
        """From now on the source is `source` (None: a document built by hand)."""
        self.source = source
        self.kinds = source.kinds if source is not None else {}
        self._places: Places = source.places if source is not None else {}
        self.meaning = source.usage_meaning if source is not None else {}
        self.figures = _figures(source) if source is not None else {}

    def where(self, node: Any, name: str) -> str:
        """JSON Pointer of the canonical field `name` of `node` in the source."""
        return place(self._places, node, name)

    def drop(self, node: Any, at: str | None = None) -> None:
        """Report the extras of `node`, which belong to its own dialect only."""
        kind = type(node)
        if node.extra:
            drop_extra(self.report, node.extra, node.at if at is None else at, self.kinds.get(kind, {}))
        if kind is Text and node.transcript:
            self.report.changed("media.as_text", node.at)
        if kind is Tool and node.result is not None and not self.says_results:
            self.report.dropped("field.unsupported", self.where(node, "result"), node.result)
        if kind in _STATED and node.state is not None:
            self.lose_state(node, node.state)
        if kind in _ITEMED and node.item is not None:
            self.lose_item(node, node.item)

    def lose_state(self, part: Any, state: State) -> None:
        """Report opaque state that stays behind; a signature of nothing is none."""
        if state.value in ("", []):
            return
        code = "state.foreign" if self.upstream else "state.no_carrier"
        self.report.dropped(code, self.where(part, "state"), state.value)

    def uncarried(self, part: Any, state: State) -> None:
        """Report opaque state that no carrier takes; a signature of nothing is none."""
        if state.value not in ("", []):
            self.report.dropped("state.no_carrier", self.where(part, "state"), state.value)

    def unit(self, part: Any, shown: str = "", said: bool | None = None) -> Unit | None:
        """What `part` of an answer needs at home, beside the visible text `shown`; None if that is nothing.

        said: whether the part has text, where that is not yet known of it.
        """
        if self.source is None or (isinstance(part, Media) and part.file_id is None):
            return None
        if isinstance(part, Opaque) and part.issuer is not None:
            return Unit(part.issuer, True, part.value)  # on its way home, and not there yet
        state = getattr(part, "state", None)
        if state is not None and state.value in ("", []):
            return None  # what says nothing needs no way home
        following = _FOLLOWING.get(type(part))
        if state is not None and following and (getattr(part, "text", "x") if said is None else said):
            return Unit(self.issued(state.issuer), False, [state.kind, state.value, following])
        wire = self.source.seal(part)
        if wire is None:
            return None
        return whole(self.issued(self.source.documents), wire, shown)

    def seals(self, part: Any) -> bool:
        """Whether a part that has no word here is one that comes home whole."""
        return self.source is not None and self.source.seal(part) is not None

    def answered_by(self, r: Response) -> None:
        """Take note of the model that answered: the state of some is bound to its family.

        That is the one that was asked for, where the dialect knows it: a service may answer by another name.
        """
        if r.dialect:
            asked = self.context.request.model if self.context.request is not None else ""
            for model in (asked, r.model or "") if asked else (r.model or "",):
                known = lookup(r.dialect, model, self.context.profile)
                self._family = known.family or "" if "family" in (known.bound_to or ()) else ""
                if self._family:
                    break

    def issued(self, issuer: str) -> str:
        """The issuer of state, with the provider that the profile names, and the family it is bound to."""
        if "@" in issuer or "#" in issuer:
            return issuer
        provider = provider_of(self.context.profile)
        return issuer + (f"@{provider}" if provider else "") + (f"#{self._family}" if self._family else "")

    def carrier(self, part: Any, shown: str = "", said: bool | None = None) -> str | None:
        """The carrier of what `part` needs at home; None if that is nothing, or too much."""
        unit = self.unit(part, shown, said)
        return encode([unit]) if unit is not None else None

    def carried(self, part: Any, said: bool | None = None) -> tuple[Any, str | None]:
        """A part without its state, and the carrier of that, which is to stand before it."""
        if type(part) not in _FOLLOWING or part.state is None:
            return part, None
        token = self.carrier(part, said=said)
        return (replace(part, state=None), token) if token is not None else (part, None)

    def hidden_at(self, part: Any) -> str:
        """Where in the source that stood which travels before `part`: its state, or all that it is."""
        return self.where(part, "state") if getattr(part, "text", "x") else str(part.at)

    def phase(self, part: Any, text: str) -> Unit | None:
        """Which phase of the answer a text of Responses is, or a refusal that is a text, with the item that says so:
        it has to come back.

        A stream may tell only at the end of the text, so this stands behind it. text: what the client sees of it.
        """
        if type(part) not in (Text, Refusal) or part.item is None or self.source is None:
            return None
        place, last = self.where(part, "item"), self._before
        if last is None or last.place != place:
            last = _Spoken(place, None, last is not None and last.phase is None, 0)
        self._before = last._replace(phase=part.item.phase, chars=last.chars + len(text))
        if part.item.phase is None:
            return None
        said: Json = {"id": part.item.id, "status": part.item.status, "phase": part.item.phase}
        if last.parted:
            # What stands before its texts is of another item, and must not get its phase.
            said["begins"] = True  # not `chars or True`: compiled, that is a number (decision 22)
            if last.chars:
                said["begins"] = last.chars
        return beside(Unit(self.issued(self.source.documents), False, ["item", said, "before"]), text)

    def phased(self, part: Any, text: str) -> tuple[Any, str | None]:
        """A text that the client sees as `text`, without its phase, and the carrier of that, to stand behind it."""
        unit = self.phase(part, text) if text else None
        token = encode([unit]) if unit is not None else None
        rest = Item(extra=part.item.extra) if token is not None and part.item.extra else None
        return (replace(part, item=rest), token) if token is not None else (part, None)

    def same_vendor(self, vendor: str) -> bool:
        """Whether the target's vendor, `vendor` unless the profile says another, is that of the source."""
        return self.source is not None and self.source.vendor == (provider_of(self.context.profile) or vendor) != ""

    def lose_filename(self, part: Media) -> None:
        """Report a file's name where media have none."""
        if part.filename is not None:
            self.report.dropped("media.filename", self.where(part, "filename"), part.filename)

    def lose_type(self, part: Media) -> None:
        """Report a media type beside an address which does not say the same by its ending."""
        if part.form == "url" and part.media_type is not None and media_type_of(part.url or "") != part.media_type:
            self.report.changed("media.type", self.where(part, "media_type"), part.media_type)

    def seconds(self, r: Response) -> int:
        """The creation time in whole seconds; what is lost of it is reported."""
        created = r.created or 0
        whole = created if type(created) is int else int(created) if math.isfinite(created) else 0
        if created != whole:
            self.report.changed("envelope.created", self.where(r, "created"), created)
        return whole

    def lose_item(self, node: Any, item: Item) -> None:
        """Report what the Responses dialect says of the item around a node; "completed" says nothing."""
        at = self.where(node, "item")
        if not self.upstream and isinstance(node, (Text, Refusal)):
            # Texts of several items become texts of one message.
            if self._spoken and at not in self._spoken:
                self.report.changed("item.merged", at)
            self._spoken.add(at)
        for name, value in (("id", item.id), ("status", item.status), ("phase", item.phase)):
            place = f"{at}/{name}"
            if value is None or value == "completed" or (name == "id" and is_derived(value)):
                continue
            if place not in self._items:
                self._items.add(place)
                self.report.dropped(f"item.{name}", place, value)
        if item.extra and at not in self._items:
            self._items.add(at)
            drop_extra(self.report, item.extra, at, self.kinds.get(Item, {}))

    def turns(self, messages: list[Message]) -> list[Message]:
        """The messages, with what one turn of the assistant said in several items (Responses) as one message."""
        if self.source is not None and Item not in self.kinds:
            return messages  # nothing came in items
        begun: Message | None = None
        itemised = False  # whether something in the last turn came as an item
        out: list[Message] = []
        for m in messages:
            last = out[-1] if out else None
            itemised = (itemised and m.role == "assistant") or is_item(m)
            if last is None or not m.role == last.role == "assistant" or not itemised:
                out.append(m)
                begun = m
                continue
            if last is begun:  # told once, however many items follow
                self.report.changed("message.merged", last.at)
            self.report.changed("message.merged", m.at)
            out[-1] = replace(last, parts=[*last.parts, *m.parts])
            self.drop(m)
            if m.name is not None:
                self.report.dropped("message.name", self.where(m, "name"), m.name)
        return out

    def opened(self, messages: list[Message], results: bool = False) -> list[Message]:
        """The turns, with documents made of parts, where these are more than texts, as those parts.

        results: in results of tools those of texts alone, too.
        """
        if not any(type(part) in _HOLDERS for m in messages for part in m.parts):
            return messages
        return [replace(m, parts=opened(self, m.parts, False, results)) for m in messages]

    def unfold(self, part: Media) -> list[Part]:
        """What a document becomes that is made of parts: these, under what it is called. That is reported."""
        self.report.changed("media.as_text", part.at)
        uncited(self, part)
        self.drop(part)
        Writer.cache(self, part)
        parts = part.parts or []
        if parts and type(first := parts[0]) is Text:
            return [replace(first, text=headed(part, first.text)), *parts[1:]]
        head = headed(part, "")
        return [Text(head, at=part.at), *parts] if head else parts

    def as_user(self, m: Message) -> list[Part]:
        """What a system turn in the middle says, as text of the user: for models that follow no such turn."""
        self.report.changed("role.moved", m.at, m.role)
        said = "\n".join(part.text for part in m.parts if isinstance(part, Text))
        head = next((part for part in m.parts if isinstance(part, Text)), None)
        rest: list[Part] = [part for part in m.parts if not isinstance(part, Text)]
        return [replace(head, text=f"<system>\n{said}\n</system>"), *rest] if head is not None else rest

    def effort_alone(self, c: ReasoningControl, at: str) -> None:
        """Report an effort that did not ask for thinking, where effort is the only word for thinking."""
        if c.mode is None and c.effort is not None and self.source is not None and self.source.effort_apart:
            self.report.changed("reasoning.mode", at, c.effort)

    def met(self, m: Message, said: bool) -> None:
        """Take note of a written turn; tell of a user's turn that now stands behind the user's own results:
        two turns of the user in a row, results first, are one wherever results are part of a turn."""
        if not said or m.role in ("system", "developer"):
            return
        if self._answered and m.role == "user":
            self.report.changed("message.merged", self._answered)
            self.report.changed("message.merged", m.at)
        self._answered = m.at if only_results(m) and m.role == "user" else ""

    def paired(self, messages: list[Message]) -> tuple[list[Message], dict[int, str]]:
        """The messages, with every result that names no call behind a call that has an id given that id, and ids for
        calls and results that are left without (`pair_ids`).

        "Tool results and calls pair by id, else by name and order."
        """
        every = [part for m in messages for part in m.parts if type(part) is not Text]
        called = {part.id for part in every if type(part) is ToolCall}
        named = {part.call_id for part in every if type(part) is ToolResult}
        if named <= called and named.isdisjoint(_NAMELESS):
            return messages, ({} if called.isdisjoint(_NAMELESS) else pair_ids(messages))
        called -= _NAMELESS
        named -= _NAMELESS
        waiting: list[ToolCall] = []  # the calls that no result names
        out: list[Message] = []
        for m in messages:
            parts: list[Part] = []
            for part in m.parts:
                if isinstance(part, ToolCall) and part.id not in named:
                    waiting.append(part)
                elif isinstance(part, ToolResult) and part.call_id not in called:
                    found = next((c for c in waiting if answers(part, c)), None)
                    waiting = [c for c in waiting if c is not found]
                    if found is not None and (part.call_id or found.id):
                        self.report.changed("tool_result.paired", self.where(part, "call_id"), part.call_id)
                        part = replace(part, call_id=found.id)
                parts.append(part)
            out.append(m if parts == m.parts else replace(m, parts=parts))
        return out, pair_ids(out)

    def arguments_of(self, call: ToolCall) -> Json:
        """The arguments of a call as an object; what it does not give back to the letter is reported."""
        value, code = arguments_object(call)
        if code is not None:
            self.report.changed(code, self.where(call, "arguments"), call.arguments)
        return value

    def form_of(self, f: OutputFormat | None) -> OutputFormat | None:
        """The form that an answer has to have; None where it is text, whatever else is said of that."""
        if f is None:
            return None
        self.drop(f)
        if f.kind != "text":
            return f
        if f.extra:
            self.report.dropped("format.text", self.where(f, "kind"), f.kind)
        return None

    def lose_format(self, f: OutputFormat, code: str) -> None:
        """Report an output format, and its schema where that stands apart from it."""
        self.report.dropped(code, f.at, f.kind)
        at = self.where(f, "schema")
        if f.schema is not None and at != f.at and not at.startswith(f"{f.at}/"):
            self.report.dropped(code, at, f.schema)

    def result_kind(self, part: ToolResult, custom: bool) -> None:
        """Report the kind of a result of a free-text tool, where such results are told apart."""
        if custom and self.source is not None and "kind" in self.source.places.get(ToolResult, {}):
            self.report.changed("tool.custom", self.where(part, "kind"))

    def name(self, name: str, node: Any, field: str = "name") -> str:
        """`name`, which stands in `field` of `node`, as the target can spell it; what differs is reported."""
        return name

    def result_name(self, part: ToolResult, called: str) -> None:
        """Report the name on a result, unless it only repeats that of its call where every result does."""
        repeated = part.name == called and self.source is not None and self.source.names_results
        if part.name is not None and repeated:
            self.name(part.name, part)  # another spelling is one here, too
        elif part.name is not None:
            self.report.dropped("message.name", self.where(part, "name"), part.name)

    def result_of(self, part: ToolResult) -> tuple[list[Part], bool | None]:
        """What a tool result says as parts, and whether it is an error.

        An object result is its JSON text, `changed`; a lone string `output` or `error` is that string (the rule
        by which text becomes an object where one is required).
        """
        value = part.value
        if value is None:
            return part.parts, part.is_error
        at = self.where(part, "value")
        if type(value) is dict and len(value) == 1:
            key, text = next(iter(value.items()))
            if key in ("output", "error") and type(text) is str:
                failed = True if key == "error" else part.is_error
                if not text:
                    self.report.changed("tool_result.object", at, value)
                    return part.parts, failed
                return [Text(text, at=f"{at}/{key}"), *part.parts], failed
        self.report.changed("tool_result.object", at, value)
        return [Text(dumps(value).decode(), at=at), *part.parts], part.is_error

    def restored(self) -> dict[str, str]:
        """The names of the client's own tools, by how an upstream had to spell them."""
        if self._restored is None:
            named = [t.name for t in self.client_tools() if t.name]
            profile = self.context.profile
            said = profile.get("tool_name_max") if isinstance(profile, Mapping) else None
            limits = (*NAME_LIMITS, said) if said is not None else NAME_LIMITS
            found = {spell(unspell(n), limit)[0]: n for n in named for limit in limits}
            # A name that looks like a spelling of ours goes up as what that spells, or as it is.
            self._restored = {**found, **{unspell(n): n for n in named}, **{n: n for n in named}}
            if clash(named):
                self._restored |= {spell(n, limit)[0]: n for n in named for limit in limits}
        return self._restored

    def meant(self, name: str) -> str:
        """What a tool's name spells, if it looks like a spelling of ours; itself where two tools would become one."""
        plain = unspell(name)
        if plain == name:
            return name
        if self._clash is None:
            r: Request | None = getattr(self, "r", None)
            tools = (r.tools or ()) if r is not None else self.client_tools()
            self._clash = clash([t.name for t in tools if t.name])
        return name if self._clash else plain

    def as_declared(self, name: str, node: Any) -> str:
        """The name of the tool that `node` calls as the client wrote it: spelt out again, or the long one that a short
        one stands for. A call has a name, so none at all stays spelt, as in requests."""
        said = self.restored().get(name) or unspell(name)
        if not said:
            said, _ = spell("", NAME_LIMITS[0])
            if name != said:
                self.report.changed("tool.name", self.where(node, "name"), name)
        return said

    def name_max(self, known: int) -> int:
        """How long a tool's name may be: what the profile says of the model, else what is `known` of the dialect."""
        facts: Profile | None = getattr(self, "facts", None)
        return known if facts is None or facts.tool_name_max is None else facts.tool_name_max

    def client_tool(self, name: str) -> Tool | None:
        """The tool that the client declared under `name`, as an upstream had to spell it."""
        tools = self.client_tools()
        if not tools:
            return None
        plain = self.restored().get(name, name)
        return next((t for t in tools if t.name == plain), None)

    def client_tools(self) -> list[Tool]:
        """The tools that the client declared."""
        request = self.context.request
        return (request.tools or []) if request is not None else []

    def cache(self, node: Any) -> None:
        """Report the cache mark of `node` where the target has none."""
        if node.cache:
            for key, value in node.cache.items():
                self.report.dropped("cache.unsupported", f"{node.at}/{key}", value)

    def usage_at(self, usage: Usage, means: str) -> str:
        """Where `usage` reports the canonical count `means`."""
        found = self.figures.get(means, "")
        listed = self.meaning.get(found[1:])
        return usage.at + (listed.place(usage.reported, means) if isinstance(listed, Listed) else found)

    def shares(self, usage: Usage, words: Mapping[str, str], said: Collection[str], at: str) -> Json:
        """What `usage` counts by modality of what is `said`, to stand at `at` in the `words` there."""
        out: Json = {}
        for means, count in usage.modalities.items() if usage.modalities else ():
            if count and means in words and means in said:
                out[words[means]] = count
                self.link(f"{at}/{words[means]}", self.usage_at(usage, means))
        return out

    def tier_in(self, usage: Usage | None) -> str | None:
        """The tier of service that usage says, where the target can say it."""
        found = self.source.tiers if self.source is not None else None
        if usage is None or found is None:
            return None
        key, words = found
        said = usage.reported.get(key)
        tier = words.read.get(said) if type(said) is str else None
        return tier if tier in self.tiers else None

    def usage(self, usage: Usage, *unsaid: str, modalities: Collection[str] = ()) -> None:
        """Report what `usage` reported beyond the meanings the target has a word for.

        They are all but `unsaid`, and of what is counted by modality those in `modalities`.
        """
        kind = self.kinds.get(Usage, {})
        if self.source is not None and self.source.tiers is not None and self.tier_in(usage) is not None:
            key, _ = self.source.tiers
            kind = {**kind, key: (usage.reported[key],)}  # it is said
        at = self.usage_at(usage, "output")
        reported = usage.reported.get(at.rpartition("/")[2])
        if type(reported) is int and reported != usage.output:
            self.report.changed("usage.counting", at, reported)
        self._apart(usage)
        counts = {name: getattr(usage, name) for name in COUNTS if name not in unsaid}
        counts |= {"visible": usage.output, "tool_input": usage.input}
        counts |= dict.fromkeys(modalities)
        drop_usage(self.report, usage.reported, usage.at, self.meaning, kind, set(unsaid), counts)

    def _apart(self, usage: Usage) -> None:
        """Report the counts of a source that says in two what is one elsewhere, where they do not add up again."""
        count = usage.reported.get(self.figures.get("visible", "/")[1:])
        if type(count) is int and usage.output is not None and count + (usage.reasoning or 0) != usage.output:
            self.report.changed("usage.counting", self.usage_at(usage, "visible"), count)
        count = usage.reported.get(self.figures.get("tool_input", "/")[1:])
        if type(count) is int and count:
            self.report.changed("usage.counting", self.usage_at(usage, "tool_input"), count)
            self.report.changed("usage.counting", self.usage_at(usage, "input"), usage.input)


def limit_taken(facts: Profile, limit: Any, at: str, report: Report) -> Any:
    """A limit of output as far as the model takes it; where that is less, it is reported."""
    most = facts.max_output_tokens
    if most is None or type(limit) is not int or limit <= most:
        return limit
    report.changed("max_tokens.limit", at, limit)
    return most


def opaque_code(part: Part) -> str:
    """The loss code for a part that the target has no word for."""
    if isinstance(part, Media):
        return f"media.{part.kind}"
    return part.code or "part.unsupported" if isinstance(part, Opaque) else "part.server_tool"
