"""Documents through the canonical model: the one-shot functions and the Exchange."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import partial
from typing import Any

from . import registry
from .delays import exact_seconds, is_seconds, milliseconds, whole_seconds
from .dialects.base import Context, Dialect
from .endpoints import fault_at, shown
from .errors import MISBUILT, DragomanError, Fault, InvalidDocument, misbuilt
from .failing import failed_candidate
from .homecoming import come_home
from .jsontext import MAX_DEPTH, as_object, dumps, dumps_read, loads, repeated
from .model import Error, Json, Message, Request, Response, to_json
from .profiles import check
from .report import Loss, OnLoss, Report, check_policy, decide
from .stream import StreamTranslation
from .tables import error_status, tell_error
from .unsayable import located
from .unwrap import unwrapping

Body = Mapping[str, Any] | bytes | bytearray | memoryview | str
Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
"""Of an HTTP answer, as the caller's library has them."""
History = Callable[[str], Mapping[str, Any] | None]
"""The id of an earlier response -> a request body in the client's dialect whose turns came before (`{"input": [...]}`:
what was asked then and what was answered), or None where it is not known."""


@dataclass(slots=True)
class Translation:
    """What a translation gives.

    body     the document in the target dialect: plain JSON values, read-only, may share subtrees with the input
    losses   everything that could not be carried over as it was; empty means nothing was lost
    path     request target, and headers for it (version, content type; never credentials)
    model    the model asked for, and `stream` whether a stream is asked for, wherever the dialect keeps them
    status   HTTP status of an error, None for anything else
    """

    body: Any = field(repr=False)
    losses: tuple[Loss, ...] = ()
    path: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    model: str = ""
    stream: bool = False
    status: int | None = None
    raw: bytes | None = field(default=None, repr=False)
    _read: bool = field(default=False, repr=False, compare=False)  # every value was read from JSON text

    def __repr__(self) -> str:
        """Without the body, and without what in the path may be a key: it ends up in logs."""
        path = None if self.path is None else shown(self.path)
        return (
            f"Translation(losses={self.losses!r}, path={path!r}, headers={self.headers!r}, model={self.model!r}, "
            f"stream={self.stream!r}, status={self.status!r})"
        )

    def json(self) -> bytes:
        """The body as JSON text (UTF-8); the very bytes that came, where nothing had to change."""
        if self.raw is not None:
            return self.raw
        return dumps_read(self.body) if self._read else dumps(self.body)


def _nested() -> InvalidDocument:
    """A document nested beyond any sense, which is no crash."""
    return InvalidDocument([Fault("", f"nesting of at most {MAX_DEPTH} levels", "more")])


def _guard(action: Callable[[], Any]) -> Any:
    """Run a reader or writer that a document nested beyond any sense would let crash."""
    try:
        return action()
    except RecursionError:
        raise _nested() from None


def _built(write: Callable[[], Translation], on_loss: OnLoss, settings: Any = ()) -> Translation:
    """What `write` makes of a document that may have been built by hand, and may hold what no document can.

    settings: those of a request. At home there is no loss, so that one without a word there is an error.
    """
    try:
        return write()
    except MISBUILT as error:
        if callable(on_loss):
            raise  # what the caller's own function raises is the caller's
        name = error.args[0] if isinstance(error, KeyError) else None
        if type(name) is str and name in settings:
            raise DragomanError(f"the request's own dialect has no word for its setting {name!r}") from error
        raise misbuilt(error) from error


def _check(document: Any, dialect: Dialect, kind: str, text: Any, path: str | None = None) -> None:
    """Every fault of a document at once; `text` is what it was read from, if it was. A model that `path` names need
    not stand in it."""
    from .wire import faults  # only now: it imports pydantic

    found = _guard(lambda: faults(dialect.name, kind, document))
    if path and type(document) is dict and "model" not in document and dialect.asks(document, path)[0]:
        found = [fault for fault in found if fault.at != "/model"]
    if isinstance(text, (bytes, bytearray, memoryview, str)):
        found = [*_guard(lambda: repeated(text, document)), *found]
    if found:
        raise InvalidDocument(found)


def _check_canonical(document: Request | Response, kind: str) -> None:
    """Every fault of a canonical document at once: it may have been built by hand. Places are those of its JSON."""
    from .wire import CANONICAL, faults  # only now: it imports pydantic

    try:
        found = faults(CANONICAL, kind, _guard(lambda: to_json(document)))
    except MISBUILT as error:
        raise misbuilt(error) from error
    if found:
        raise InvalidDocument(found)


def _read_response(document: Json, dialect: Dialect, validate: bool, text: Any) -> Response:
    """The reader decides whether a body under a success status is an error; {} is the upstream's failure."""
    try:
        response = dialect.read_response(document)
    except RecursionError:
        raise _nested() from None
    except InvalidDocument:
        if validate:
            _check(document, dialect, "response", text)
        raise
    if validate and document:
        _check(document, dialect, "error" if response.error is not None else "response", text)
    return response


def _raw(body: Body) -> bytes | None:
    if isinstance(body, str):
        try:
            return body.encode()
        except UnicodeEncodeError:
            return None
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else None


def _options(on_loss: OnLoss, profile: Any) -> None:
    """Raise where an option is none: DragomanError for the policy, InvalidDocument for the profile."""
    check_policy(on_loss)
    if profile is not None:
        check(profile)


def _context(request: Any, target: Dialect, now: int | None, profile: Any) -> Context:
    if request is not None and not isinstance(request, Request):
        request = target.read_request(as_object(request), None)
    if now is not None and type(now) is not int:
        now = _seconds(now)
    return Context(request, now, profile)


def _check_path(path: Any) -> None:
    if not isinstance(path, str):
        raise DragomanError("path must be text")


def _read_request(document: Json, dialect: Dialect, path: str | None) -> Request:
    """A request for an answer. What another endpoint is asked for is none, as like one as the body may be: told at the
    path, together with the body's own faults."""
    elsewhere = fault_at(path) if path is not None else None
    try:
        request = dialect.read_request(document, path)
    except RecursionError:
        raise _nested() from None
    except InvalidDocument as invalid:
        if elsewhere is None or any(fault.at == elsewhere.at for fault in invalid.faults):
            raise
        raise InvalidDocument([elsewhere, *invalid.faults]) from None
    if elsewhere is not None:
        raise InvalidDocument([elsewhere])
    return request


def _seconds(now: Any) -> int:
    """The clock as the caller has it (`time.time()` has fractions) in the whole seconds that the dialects have."""
    try:
        return int(now)
    except (TypeError, ValueError, OverflowError):
        raise DragomanError("now must be a number of unix seconds") from None


def translate_request(
    body: Body,
    source: str,
    target: str,
    *,
    path: str | None = None,
    on_loss: OnLoss = "report",
    profile: Any = None,
    validate: bool = False,
    now: int | None = None,
    history: History | None = None,
) -> Translation:
    """A request of `source` in the words of `target`.

    body: the request as a dict, or as JSON text. path: the request target, where the dialect keeps things there.
    history: gives the turns behind `previous_response_id`, which only the server that answered has otherwise.
    Raises InvalidDocument (what is no request of `source`), UnknownDialect, UntranslatableDocument (on_loss="raise").
    """
    if on_loss != "report" or profile is not None:
        _options(on_loss, profile)
    came, goes = registry.get(source), registry.get(target)
    if path is not None:
        _check_path(path)
    document = as_object(body)
    if validate:
        _check(document, came, "request", body, path)
    if came.documents == goes.documents:
        asked = Request(source) if came is goes else came.read_request(document, path)
        where, headers = goes.target(asked, Context(None, now, profile))
        model, stream = came.asks(document, path)
        where = path if path and came is goes else where
        if profile is not None:
            # Without one nothing is filtered; with one the upstream is known, and gets nobody else's state.
            report = Report()
            known = _guard(lambda: came.read_request(document, path))
            brought = _guard(lambda: come_home(known, goes, report, profile))
            if brought is not known:
                out = _guard(lambda: goes.write_request(brought, report, True, Context(None, now, profile)))
                return Translation(out, decide(report.losses, on_loss), where, headers, model, stream)
        return Translation(document, (), where, headers, model, stream, raw=_raw(body))
    request = _read_request(document, came, path)
    if history is not None:
        request = _resolved(request, came, history)
    out = _written_request(request, goes, on_loss, profile, now)
    out._read = type(body) is not dict and history is None
    return out


MAX_EARLIER = 1_000  # requests that may stand one behind the other


def _resolved(request: Request, dialect: Dialect, history: History | None) -> Request:
    """The request with the turns that `history` knows in front of its own, in place of the id that stood for them.

    Their places are pointers into what `history` gave, behind "/previous_response_id".
    """
    if history is not None and not callable(history):
        raise DragomanError("history must be a callable")
    before, place = request.params.get("previous_response_id"), request.place("previous_response_id")
    turns: list[Message] = []
    known: set[str] = set()
    while before is not None and before not in known:
        earlier = history(before) if history is not None else None
        if earlier is None:
            break
        if len(known) == MAX_EARLIER:
            raise InvalidDocument([Fault("/previous_response_id", f"at most {MAX_EARLIER} earlier requests", "more")])
        known.add(before)
        then: Request = _guard(partial(dialect.read_request, as_object(earlier), None))
        # The instructions of now hold, not those of then: "not carried over with previous_response_id".
        said = [m for m in then.messages if m.at.startswith(dialect.turns)]
        if not said and "previous_response_id" not in then.params:
            # What was answered then, say: the turns would be gone, and nobody told.
            raise InvalidDocument([Fault(place, "the request of then, with its turns", "an object without turns")])
        for node in said:
            _move(node, place)
        turns = said + turns
        # What was asked then may itself stand behind an earlier answer.
        before, place = then.params.get("previous_response_id"), place + then.place("previous_response_id")
    if not known:
        return request
    lead = sum(1 for m in request.messages if not m.at.startswith(dialect.turns))
    params = request.params.copy()
    if before is None:
        del params["previous_response_id"]  # else the beginning is not known: the id stays, and is told
    return replace(request, messages=[*request.messages[:lead], *turns, *request.messages[lead:]], params=params)


def _move(node: Any, prefix: str) -> None:
    if hasattr(node, "at"):
        node.at = prefix + node.at
    for field_ in fields(node):
        value = getattr(node, field_.name)
        for item in value if type(value) is list else (value,):
            if is_dataclass(item) and not isinstance(item, type):
                _move(item, prefix)


def write_request(
    request: Request,
    target: str,
    *,
    on_loss: OnLoss = "report",
    profile: Any = None,
    validate: bool = False,
    now: int | None = None,
) -> Translation:
    """A canonical request in the words of `target`; at home as it was read, elsewhere with its losses."""
    _options(on_loss, profile)
    if not isinstance(request, Request):
        raise DragomanError("what is written is a canonical request")
    goes = registry.get(target)
    if validate:
        _check_canonical(request, "request")
    out = _built(lambda: _written_request(request, goes, on_loss, profile, now), on_loss, request.params)
    if validate:
        _check(out.body, goes, "request", None)
    return out


def _written_request(request: Request, goes: Dialect, on_loss: OnLoss, profile: Any, now: int | None) -> Translation:
    report = Report()
    home, context = request.dialect == goes.documents, Context(None, now, profile)
    try:
        asked = request if home else come_home(request, goes, report, profile)
        out = goes.write_request(asked, report, home, context)
    except RecursionError:
        raise _nested() from None
    except InvalidDocument as error:
        raise located(error, request) from None
    if request.aliases:
        report.relocate(request.aliases)
    where, headers = goes.target(request, context)
    losses = decide(report.losses, on_loss)
    return Translation(out, losses, where, headers, request.model, bool(request.params.get("stream")))


def read_request(
    body: Body,
    dialect: str,
    *,
    path: str | None = None,
    on_loss: OnLoss = "report",
    profile: Any = None,
    validate: bool = False,
    now: int | None = None,
) -> Request:
    """The canonical request that `body` of `dialect` says. Raises InvalidDocument with all faults at once."""
    _options(on_loss, profile)
    came = registry.get(dialect)
    if path is not None:
        _check_path(path)
    document = as_object(body)
    if validate:
        _check(document, came, "request", body, path)
    return _read_request(document, came, path)


def translate_response(
    body: Body,
    source: str,
    target: str,
    request: Any = None,
    *,
    on_loss: OnLoss = "report",
    profile: Any = None,
    validate: bool = False,
    now: int | None = None,
) -> Translation:
    """A response of `source` in the words of `target`.

    request: the client's own request in the target's dialect, for what is echoed. A body that is an error under
    a success status, or `{}`, or no JSON at all, gives the target's error body with `status` set.
    """
    if on_loss != "report" or profile is not None:
        _options(on_loss, profile)
    came, goes = registry.get(source), registry.get(target)
    try:
        document = loads(body) if isinstance(body, (bytes, bytearray, memoryview, str)) else body
    except InvalidDocument:
        document = _text(body)
    if type(document) is not dict:
        status, told = (200 if is_listed_error(document) else 502), (body if validate else document)
        return translate_error(
            status, told, source, target, on_loss=on_loss, profile=profile, validate=validate, now=now
        )
    response = _read_response(document, came, validate, body)
    if came.documents == goes.documents and response.error is None:
        return Translation(document, raw=_raw(body))
    out = _written_response(response, goes, request, on_loss, profile, now)
    out._read = type(body) is not dict and request is None and (now is None or type(now) is int)
    return out


def is_listed_error(document: Any) -> bool:
    """Whether a document is an error in a list of one, as Gemini sends it: it has its own status."""
    alone = document[0] if type(document) is list and len(document) == 1 else None
    return type(alone) is dict and bool(alone.get("error"))


def write_response(
    response: Response,
    target: str,
    request: Any = None,
    *,
    on_loss: OnLoss = "report",
    profile: Any = None,
    validate: bool = False,
    now: int | None = None,
) -> Translation:
    """A canonical response in the words of `target`."""
    _options(on_loss, profile)
    if not isinstance(response, Response):
        raise DragomanError("what is written is a canonical response")
    goes = registry.get(target)
    if validate:
        _check_canonical(response, "response")
    out = _built(lambda: _written_response(response, goes, request, on_loss, profile, now), on_loss)
    if validate:
        _check(out.body, goes, "response" if out.status is None else "error", None)
    return out


def _written_response(
    response: Response, goes: Dialect, request: Any, on_loss: OnLoss, profile: Any, now: int | None
) -> Translation:
    home = response.dialect == goes.documents
    failed = response.error
    report = Report()
    if failed is None and not home:
        failed = failed_candidate(response, report)
    if failed is not None:
        error = failed
        status, out = goes.write_error(error, report, home)
        headers = _retry(None)
        if not home:
            _tell(error, response.dialect, report)
            _told_beside(error, registry.find(response.dialect), goes, headers, report)
        return Translation(out, decide(report.losses, on_loss), headers=headers, status=status)
    context = _context(request, goes, now, profile)
    try:
        answer = response if home else come_home(response, goes, report, profile)
        inside = unwrapping(registry.find(response.dialect), goes, context.request, report)
        if inside is not None:
            answer = inside.response(answer)
        out = goes.write_response(answer, report, home, context)
    except RecursionError:
        raise _nested() from None
    except InvalidDocument as error:
        raise located(error, response) from None
    return Translation(out, decide(report.losses, on_loss))


def read_response(
    body: Body,
    dialect: str,
    *,
    on_loss: OnLoss = "report",
    profile: Any = None,
    validate: bool = False,
    now: int | None = None,
) -> Response:
    """The canonical response that `body` of `dialect` says; an error body becomes `Response.error`."""
    _options(on_loss, profile)
    came = registry.get(dialect)
    return _read_response(as_object(body), came, validate, body)


def translate_error(
    status: int,
    body: Any,
    source: str,
    target: str,
    headers: Headers | None = None,
    *,
    on_loss: OnLoss = "report",
    profile: Any = None,
    validate: bool = False,
    now: int | None = None,
) -> Translation:
    """An HTTP error of `source` as `target` would send it: status, body and the headers that tell when to retry.

    headers: a mapping, or pairs as ASGI and http.client have them; those that say when to retry, and the request's
    id, are kept. A body that is no JSON becomes the error's message; under a status that is none of an error it tells
    its own.
    """
    _options(on_loss, profile)
    came, goes = registry.get(source), registry.get(target)
    text = body
    if isinstance(body, (bytes, bytearray, memoryview, str)):
        try:
            body = loads(body)
        except InvalidDocument:
            body = _text(body)
    if validate and type(body) in (dict, list):
        _check(body, came, "error", text)
    error: Error = _guard(lambda: came.read_error(error_status(status), body))
    report = Report()
    home = came.documents == goes.documents and type(body) in (dict, list)
    kept = _retry(headers)
    if error.retry_after is None:
        error.retry_after = kept.get("retry-after") if home else _seconds_of(kept)
    told, out = goes.write_error(error, report, home)
    if not home:
        tell_error(error, report, came.kinds.get(Error, {}), came.error_word)
        if came.request_id_header in kept:
            kept.setdefault(goes.request_id_header, kept[came.request_id_header])
        _told_beside(error, came, goes, kept, report)
    elif error.retry_after is not None:
        kept.setdefault("retry-after", whole_seconds(error.retry_after))
    return Translation(
        out, decide(report.losses, on_loss), headers=kept, status=(error_status(status) or told) if home else told
    )


def _tell(error: Error, source: str, report: Report) -> None:
    came = registry.find(source)
    if came is not None:
        tell_error(error, report, came.kinds.get(Error, {}), came.error_word)


def _told_beside(error: Error, came: Dialect | None, goes: Dialect, headers: dict[str, str], report: Report) -> None:
    """What an error says that headers say elsewhere."""
    said = error.retry_after
    if said is not None:
        headers.setdefault("retry-after", whole_seconds(said))
        finer = is_seconds(said) and headers["retry-after"] != said and goes.delays != "body"
        if finer and "retry-after-ms" not in headers:
            millis = milliseconds(said)
            if goes.delays == "header":
                headers["retry-after-ms"] = millis
            if goes.delays != "header" or exact_seconds(millis) != said:
                report.changed("error.retry", (came or goes).where(error, "retry_after"), said)
    if error.request_id is not None:
        said = _sayable(error.request_id)
        if said is not None:
            headers.setdefault(goes.request_id_header, said)
        elif "request_id" not in goes.kinds.get(Error, {}):
            report.dropped("field.invalid", "/request_id", error.request_id)


_KEPT_HEADERS = ("retry-after", "retry-after-ms", "x-should-retry", "request-id", "x-request-id")


def _retry(headers: Headers | None) -> dict[str, str]:
    """What of `headers` the client gets: when to retry, and which request it was."""
    out = {"content-type": "application/json"}
    given: Any = headers or ()
    pairs = given.items() if hasattr(given, "items") else given
    try:
        for name, value in pairs:
            word = _word(name).lower()
            if word in _KEPT_HEADERS and value is not None and (said := _sayable(_word(value))) is not None:
                out[word] = said
    except (TypeError, ValueError, AttributeError):
        raise DragomanError("headers must be a mapping, or pairs, of names and values") from None
    return out


def _word(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


_UNSAYABLE = re.compile(r"[^\t\x20-\x7e]")


def _sayable(value: str) -> str | None:
    """A value that a header may have, else None.

    RFC 9110, 5.5: CR, LF and NUL are "invalid and dangerous", and field values are "usually constrained to" US-ASCII:
    HTTP libraries raise for others.
    """
    value = value.strip(" \t\r\n")
    return None if not value or _UNSAYABLE.search(value) else value


def _seconds_of(headers: dict[str, str]) -> str | None:
    """When to retry, in seconds: `retry-after`, or `retry-after-ms`, which OpenAI and Azure have."""
    millis = headers.get("retry-after-ms", "")
    return headers.get("retry-after", exact_seconds(millis) if millis.isdecimal() and len(millis) < 16 else None)


def _text(body: Any) -> Any:
    return bytes(body).decode("utf-8", "replace") if not isinstance(body, str) else body


def translate_stream(
    source: str,
    target: str,
    request: Any = None,
    *,
    on_loss: OnLoss = "report",
    profile: Any = None,
    validate: bool = False,
    now: int | None = None,
) -> StreamTranslation:
    """A running stream of `source` in the words of `target`: `feed(bytes) -> bytes`, `close() -> bytes`."""
    _options(on_loss, profile)
    came, goes = registry.get(source), registry.get(target)
    return StreamTranslation(came, goes, _context(request, goes, now, profile), on_loss)


class Exchange:
    """One HTTP exchange: a client of one dialect, an upstream of another. Remembers the client's request."""

    def __init__(
        self,
        client: str,
        upstream: str,
        *,
        on_loss: OnLoss = "report",
        profile: Any = None,
        validate: bool = False,
        now: int | None = None,
        history: History | None = None,
    ) -> None:
        _options(on_loss, profile)
        self._history = history
        self.client, self.upstream = registry.get(client).name, registry.get(upstream).name
        self._options: dict[str, Any] = {
            "on_loss": on_loss,
            "profile": profile,
            "validate": validate,
            "now": now,
        }
        self._request: Request | None = None

    def request(self, body: Body, path: str | None = None) -> Translation:
        """The client's request in the upstream's words."""
        if registry.get(self.client).documents == registry.get(self.upstream).documents:
            return translate_request(body, self.client, self.upstream, path=path, **self._options)
        validate = self._options["validate"]
        self._request = read_request(body, self.client, path=path, validate=validate)
        asked = _resolved(self._request, registry.get(self.client), self._history)
        return write_request(asked, self.upstream, **{**self._options, "validate": False})  # what came was checked

    def response(self, body: Body) -> Translation:
        """The upstream's response in the client's words."""
        return self._asked(translate_response(body, self.upstream, self.client, self._request, **self._options))

    def error(self, status: int, body: Any, headers: Headers | None = None) -> Translation:
        """The upstream's error in the client's words."""
        return self._asked(translate_error(status, body, self.upstream, self.client, headers, **self._options))

    def _asked(self, t: Translation) -> Translation:
        """An error in the form that goes with the client's request."""
        if t.status is not None and self._request is not None:
            t.body = registry.get(self.client).asked_error(t.body, self._request)
        return t

    def stream(self) -> StreamTranslation:
        """The upstream's stream in the client's words."""
        return translate_stream(self.upstream, self.client, self._request, **self._options)
