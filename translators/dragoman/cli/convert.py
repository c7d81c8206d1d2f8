"""`dragoman convert` without its command line: one record in, one line out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO, Any, Literal, Protocol

from ..detect import Guess, detect, is_tie, routed
from ..endpoints import asked_by, fault_at
from ..errors import DragomanError, Fault, InvalidDocument, UnknownDialect, UntranslatableDocument
from ..jsontext import dumps, loads, repeated, same, type_name
from ..registry import get, names
from ..report import Loss
from ..tables import item_at, put
from ..translate import (
    Translation,
    is_listed_error,
    translate_error,
    translate_request,
    translate_response,
    translate_stream,
)
from . import batch
from .files import MAX_LINE, is_json

Kind = Literal["auto", "request", "response", "error", "stream", "exchange"]

# `status` alone makes no exchange: a response of the Responses API has a field of that name.
_EXCHANGE_KEYS = frozenset({"dialect", "request", "response", "stream_body", "request_path"})
_ANY_STATUS = 500  # of an error body that came without one; the type inside decides where there is one
# What the upstream wrote is not repeated: error messages of real APIs quote keys and prompts.
_ENDS_IN_ERROR = "the stream fails or ends too early, and so does the converted one"
_DATA = re.compile(r"^[ \t]*data:(.*)", re.MULTILINE)
_FRAMES = 8  # of a stream are looked at for its dialect: the first may be pings


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for. `source` None: what the exchange says, or what its bodies look like."""

    target: str
    source: str | None = None
    kind: Kind = "auto"
    on_loss: Literal["report", "ignore", "raise"] = "report"
    path: str | None = None
    validate: bool = False
    loss_values: bool = False


@dataclass(slots=True)
class Tally:
    """What the summary tells."""

    lines: int = 0
    failed: int = 0
    pathless: int = 0  # bare requests whose model is in a path that has no place in the output
    tied: Counter[str] = field(default_factory=Counter)  # requests that may be of another dialect, by what was guessed
    losses: Counter[tuple[str, str]] = field(default_factory=Counter)


class Failed(Exception):
    """One record could not be converted: the place in it, the document of an exchange concerned, and why."""

    def __init__(self, message: str, at: str = "", document: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.document = message, at, document


class Say(Protocol):
    """Where messages go: a line number, and what is to be said of it."""

    def __call__(self, line: int, at: str, message: str) -> None: ...


class Converter:
    """Converts records; writes lines and losses to the files given, and messages through `say`."""

    def __init__(self, options: Options, name: str, out: IO[bytes], losses: IO[bytes] | None, say: Say) -> None:
        self.tally = Tally()
        self._options = options
        self._keywords: dict[str, Any] = {"on_loss": options.on_loss, "validate": options.validate}
        self._name = name
        self._out = out
        self._losses = losses
        self._say = say
        self._found: list[tuple[str, Loss]] = []  # of the record under way
        self._stream_failed = ""  # the place of a stream that did

    def record(self, line: int, text: bytes | None) -> None:
        """One line in, one line out; an empty one stays empty. `text` None: it was too long to be read."""
        if text is not None and not text.strip():
            self._out.write(b"\n")
            return
        self.tally.lines += 1
        self._found = []
        self._stream_failed = ""
        try:
            if text is None:
                raise Failed(f"longer than {MAX_LINE} bytes")
            value = _read(text)
            if self._options.validate and (twice := repeated(text, value)):
                raise InvalidDocument(twice)
            converted = self._convert(value)
        except Failed as failed:
            self._fail(line, failed)
            return
        except DragomanError as error:
            self._fail(line, _failed(error, ""))
            return
        except Exception as error:  # a fault of ours must not stop the run, nor print what it was about
            self._fail(line, Failed(f"internal error ({type(error).__name__}); please report it"))
            return
        self._out.write(converted)
        self._out.write(b"\n")
        if self._stream_failed:
            self.tally.failed += 1
            self._say(line, self._stream_failed, _ENDS_IN_ERROR)
        self._keep_losses(line)

    def fail(self, line: int, message: str) -> None:
        """The input cannot be read from here on."""
        self.tally.lines += 1
        self._fail(line, Failed(message))

    def stream(self, chunks: Iterable[bytes]) -> None:
        """A raw stream in, a raw stream out."""
        self.tally.lines += 1
        self._found = []
        source = self._options.source
        if source is None:
            self.tally.failed += 1
            self._say(1, "", "a raw stream does not tell its dialect: say it with --from")
            return
        translation = translate_stream(source, self._options.target, **self._keywords)
        for chunk in chunks:
            self._out.write(translation.feed(chunk))
        self._out.write(translation.close())
        self._found += [("stream", loss) for loss in translation.losses]
        if translation.error is not None:
            self.tally.failed += 1
            if isinstance(translation.error, UntranslatableDocument):
                refused = _failed(translation.error, "")
                self._say(1, refused.at, refused.message)
            else:
                self._say(1, "", _ENDS_IN_ERROR)
        self._keep_losses(1)

    def listed(self, text: bytes | None) -> None:
        """One JSON array: a stream, or an error in a list of one, as the same servers send it under another status."""
        try:
            value = loads(text) if text is not None else None
        except DragomanError:
            value = []  # a stream that was cut off
        if text is None or is_listed_error(value) or _are_records(value):
            self.record(1, text)
        else:
            self.stream([text])

    def _fail(self, line: int, failed: Failed) -> None:
        self.tally.failed += 1
        error = {"file": self._name, "line": line, "at": failed.at, "message": failed.message}
        if failed.document:
            error["document"] = failed.document
        self._out.write(dumps({"error": error}))
        self._out.write(b"\n")
        prefix = f"{failed.document}: " if failed.document else ""
        self._say(line, failed.at, prefix + failed.message)

    def _keep_losses(self, line: int) -> None:
        for document, loss in self._found:
            self.tally.losses[loss.kind, loss.code] += 1
            if self._losses is None:
                continue
            row: dict[str, Any] = {
                "line": line,
                "document": document,
                "kind": loss.kind,
                "code": loss.code,
                "at": loss.at,
                "detail": loss.detail,
            }
            if self._options.loss_values:
                row["value"] = loss.value
            self._losses.write(dumps(row))
            self._losses.write(b"\n")

    def _convert(self, value: Any) -> bytes:
        if is_listed_error(value) and self._options.source is not None and self._options.kind in ("auto", "error"):
            return self._error(value, self._options.source, None).json()
        if type(value) is not dict:
            several = type(value) is list and value and type(value[0]) is dict
            hint = ": write one record a line, as with jq -c '.[]'" if several else ""
            raise Failed(f"expected an object, found {type_name(value)}{hint}")
        kind = self._options.kind
        if kind == "auto" and "dialect" not in value:
            if (form := batch.form_of(value)) is not None:
                return self._batched(value, form)
            if batch.is_unanswered(value):
                return dumps(value)
        if kind == "exchange" or (kind == "auto" and _is_exchange(value)):
            return self._exchange(value)
        return self._bare(value, kind)

    def _bare(self, body: dict[str, Any], kind: Kind) -> bytes:
        source = self._options.source
        for one in ("request", "response"):
            if kind in ("auto", one):
                _check_endpoint(one, body)
        if source is None or kind == "auto":
            source, kind = self._guess(body, source, kind)
        if kind == "request":
            asked = self._request(body, source, self._options.path)
            if asked.model and "model" not in asked.body and asked.path != self._options.path:
                self.tally.pathless += 1
            return asked.json()
        if kind == "response":
            return self._response(body, source, None).json()
        return self._error(body, source, None).json()

    def _guess(self, body: dict[str, Any], source: str | None, kind: Kind) -> tuple[str, Kind]:
        """The likeliest dialect and kind of a bare body, with what the user said of it held fast."""
        guesses = [guess for guess in detect(body) if kind in ("auto", guess.kind)]
        if source is None and is_tie(guesses):
            self.tally.tied[guesses[0].dialect] += 1
        if source is not None:
            dialect = source.partition("+")[0]
            guesses.sort(key=lambda guess: guess.dialect != dialect)  # stable: the likeliest stays first
        if not guesses:
            raise Failed("no document of a known dialect: say --from and --kind")
        found: Kind = guesses[0].kind  # type: ignore[assignment]
        return source or guesses[0].dialect, found

    def _exchange(self, exchange: dict[str, Any]) -> bytes:
        target = self._options.target
        status = exchange.get("status")
        known = _status(status)
        failed = known is not None and known >= 400
        _check_path("/request_path", exchange.get("request_path"))
        _check_endpoint("request", exchange.get("request"))
        if not failed:
            _check_endpoint("response", exchange.get("response"))
        source = self._source(exchange)
        out: dict[str, Any] = {**exchange, "dialect": target}
        ready: dict[str, bytes] = {}
        request = None
        if exchange.get("request") is not None:
            path = exchange.get("request_path")
            path = path if type(path) is str else self._options.path
            asked = self._request(exchange["request"], source, path)
            ready["request"] = _as_it_was(exchange["request"], asked.json())
            request = asked.body
            if asked.path is not None:
                out["request_path"] = asked.path
        elif "request_path" in exchange and source != target:
            out["request_path"] = None  # without the request there is none to be had
        body = exchange.get("response")
        text = exchange.get("response_text")
        if body is None and type(text) is str and text:
            body = text
            out["response_text"] = None
        if batch.is_keyed_error(exchange):
            told = self._error({"error": exchange["error"]}, source, known).body
            out["error"] = told.get("error", told)
        if batch.has_only_a_reason(exchange):
            body = None  # there is no document: it stays as it is, and so does the reason
        stream = exchange.get("stream_body")
        if type(body) is list and get(source).listed and not (failed or is_listed_error(body)) and stream is None:
            answers = self._stream(dumps(body).decode(), source, request, "/response")
            if answers.startswith("[") and is_json(answers):
                ready["response"] = answers.strip().encode()
            else:
                out |= {"response": None, "stream_body": answers}
        elif body is not None:
            if failed:
                answer = self._error(body, source, known)
            elif type(body) in (dict, str) or (type(body) is list and source == target) or is_listed_error(body):
                answer = self._response(body, source, request)
            else:
                raise Failed(f"expected object, found {type_name(body)}", "", "response")
            ready["response"] = _as_it_was(exchange.get("response"), answer.json())
            if answer.status is not None and not _is_home(body, source, answer, target):
                # A reason in words says more than a number, and is not ours to write.
                if type(status) is not str:
                    out["status"] = answer.status
                elif known is not None or not status:
                    out["status"] = str(answer.status)
        if stream is not None:
            if type(stream) is not str:
                raise Failed(f"expected text, found {type_name(stream)}", "/stream_body")
            out["stream_body"] = self._stream(stream, source, request, "/stream_body")
        out |= dict.fromkeys(ready)
        return b"{%b}" % b",".join(dumps(key) + b":" + (ready.get(key) or dumps(out[key])) for key in out)

    def _batched(self, line: dict[str, Any], form: batch.Form) -> bytes:
        """A line of a batch: its document is converted, in the form that the line has."""
        body, path = item_at(line, form.body), item_at(line, form.path) if form.path else form.sent
        path = path if type(path) is str else None
        if form.path:
            _check_path(f"/{'/'.join(form.path)}", path)
        _check_endpoint(form.kind, body)
        if form.kind == "request":
            asked = self._request(body, self._source({"request": body, "request_path": path}), path)
            if form.path and asked.path is not None:
                line = put(line, form.path, asked.path)
            elif asked.model and "model" not in asked.body:
                self.tally.pathless += 1
            return dumps(put(line, form.body, asked.body))
        source = self._source({"response": body, "request_path": path})
        known = _status(item_at(line, form.status)) if form.status else None
        failed = form.kind == "error" or (known is not None and known >= 400)
        answer = self._error(body, source, known) if failed else self._response(body, source, None)
        if answer.status is not None and not failed and not form.status:
            raise Failed("an error where the line says that there is an answer", f"/{'/'.join(form.body)}")
        if answer.status is not None and form.status and not _is_home(body, source, answer, self._options.target):
            line = put(line, form.status, answer.status)
        return dumps(put(line, form.body, answer.body))

    def _source(self, exchange: dict[str, Any]) -> str:
        if self._options.source is not None:
            return self._options.source
        named = exchange.get("dialect")
        if named is not None:
            if type(named) is not str:
                raise Failed(f"expected a dialect id, found {type_name(named)}", "/dialect")
            try:
                return get(named).name
            except UnknownDialect as unknown:
                # Not the value: whoever mixed up the columns of a log may have a key there.
                near = " or ".join(unknown.suggestions)
                hint = f"did you mean {near}?" if near else f"there are {', '.join(names())}"
                raise Failed(f"unknown dialect; {hint}", "/dialect") from None
        # What leaves the least room comes first; what follows decides among what is left.
        path = exchange.get("request_path")
        if path is None and batch.is_keyed_error(exchange):
            path = batch.KEYED
        asked = [guess for guess in _guesses(exchange.get("request")) if guess.kind == "request"]
        found: list[str] = []
        for said in (
            routed(path if type(path) is str else self._options.path or ""),
            [guess.dialect for guess in asked],
            [guess.dialect for guess in _guesses(exchange.get("response")) if guess.kind != "request"],
            [guess.dialect for guess in _streamed(exchange.get("stream_body")) if guess.kind != "request"],
        ):
            found = [dialect for dialect in found if dialect in said] or found or list(said)
        if not found:
            raise Failed("an exchange without a dialect, and nothing in it that tells: say --from")
        if is_tie(asked) and {guess.dialect for guess in asked} <= set(found):
            self.tally.tied[found[0]] += 1
        return found[0]

    def _request(self, body: Any, source: str, path: str | None) -> Translation:
        return self._call("request", translate_request, body, source, self._options.target, path=path)

    def _response(self, body: Any, source: str, request: Any) -> Translation:
        return self._call("response", translate_response, body, source, self._options.target, request)

    def _error(self, body: Any, source: str, status: int | None) -> Translation:
        if status is None:
            told = self._call("error", translate_response, body, source, self._options.target)
            if told.status is not None:
                return told
            self._found = []
        return self._call("error", translate_error, status or _ANY_STATUS, body, source, self._options.target)

    def _call(self, document: str, translate: Callable[..., Translation], *args: Any, **more: Any) -> Translation:
        try:
            done = translate(*args, **more, **self._keywords)
        except DragomanError as error:
            raise _failed(error, document) from None
        self._found += [(document, loss) for loss in done.losses]
        return done

    def _stream(self, body: str, source: str, request: Any, at: str) -> str:
        try:
            translation = translate_stream(source, self._options.target, request, **self._keywords)
            out = translation.feed(body.encode("utf-8", "replace")) + translation.close()
        except DragomanError as error:
            raise _failed(error, "stream") from None
        if isinstance(translation.error, UntranslatableDocument):
            raise _failed(translation.error, "stream")
        self._stream_failed = at if translation.error is not None else ""
        self._found += [("stream", loss) for loss in translation.losses]
        return out.decode("utf-8", "replace")


def _check_path(at: str, path: Any) -> None:
    """Refuse a record of another endpoint: passed on as a request for an answer, and as one that failed, it would be a
    lie."""
    fault = fault_at(path) if type(path) is str else None
    if fault is not None:
        raise Failed(f"expected {fault.expected}, found {fault.found}", at)


def _check_endpoint(document: str, body: Any) -> None:
    """The same for a record without a path, or with one that nobody knows, by its body."""
    if type(body) is str:
        try:
            body = loads(body)
        except DragomanError:
            return
    name = asked_by(body, document) if document != "error" else None
    if name is not None:
        expected = "a request for an answer" if document == "request" else "an answer"
        raise Failed(f"expected {expected}, found what belongs to {name}", "", document)


def _is_exchange(value: dict[str, Any]) -> bool:
    if "dialect" in value or batch.is_keyed_error(value):
        return True
    # Events of a stream and lines of a batch have a `response` too.
    return not _EXCHANGE_KEYS.isdisjoint(value) and "type" not in value and "custom_id" not in value


def _read(text: bytes) -> Any:
    """The value of a record. Where it is none: the column in a line, for its number is that of the file."""
    try:
        return loads(text)
    except InvalidDocument as invalid:
        if b"\n" not in text:
            columns = [replace(f, expected=f.expected.replace("(line 1, ", "(", 1)) for f in invalid.faults]
            raise InvalidDocument(columns) from None
        if _are_several(text):
            raise Failed("several documents that span lines: write one a line, as with jq -c .") from None
        raise


def _are_several(text: bytes) -> bool:
    """Whether behind a first JSON value another object or array begins."""
    try:
        said = text.decode("utf-8-sig").lstrip()
        _, end = json.JSONDecoder().raw_decode(said)
    except (ValueError, RecursionError):
        return False
    return said[end:].lstrip()[:1] in ("{", "[")


def _are_records(value: Any) -> bool:
    """Whether a list is one of exchanges or requests, by its first, and no stream."""
    first = value[0] if type(value) is list and value else None
    if type(first) is not dict:
        return False
    return _is_exchange(first) or any(guess.kind == "request" for guess in _guesses(first))


def _guesses(body: Any) -> tuple[Guess, ...]:
    """What a body of an exchange may be; nothing where it is no object."""
    try:
        return detect(body) if type(body) in (dict, str) else ()
    except DragomanError:
        return ()


def _status(value: Any) -> int | None:
    """The status of an exchange; logs that went through a table have it as text or as a float."""
    if type(value) is str and re.fullmatch(r"[1-9][0-9][0-9]", value):
        return int(value)
    if type(value) is float and value.is_integer():
        return int(value)
    return value if type(value) is int else None


def _streamed(stream: Any) -> tuple[Guess, ...]:
    """What the stream may be by the first frame that tells: a piece of an answer, or an event with an answer in it."""
    for found in islice(_DATA.finditer(stream), _FRAMES) if type(stream) is str else ():
        try:
            frame = loads(found[1])
        except DragomanError:
            continue
        if type(frame) is not dict:
            continue
        inside = (frame[key] for key in ("message", "response") if type(frame.get(key)) is dict)
        if guesses := _guesses(next(inside, frame)):
            return guesses
    return ()


def _failed(error: DragomanError, document: str) -> Failed:
    """What may be shown of an error: places and types, no payload."""
    at = ""
    message = str(error)
    if isinstance(error, InvalidDocument) and error.faults:
        first, *others = error.faults
        at = first.at
        message = f"expected {first.expected}, found {first.found}"
        message += "".join(f"; {_fault(fault)}" for fault in others[:4])
        if len(others) > 4:
            message += f"; and {len(others) - 4} more"
    elif isinstance(error, UntranslatableDocument) and error.losses:
        # The place in the source: what was invented has one in the target, and is no reason.
        at = next((loss.at for loss in error.losses if loss.kind != "invented"), "")
        message = f"refused: {message}"
    return Failed(message, at, document)


def _fault(fault: Fault) -> str:
    place = f"{fault.at}: " if fault.at else ""
    return f"{place}expected {fault.expected}, found {fault.found}"


def _is_home(body: Any, source: str, answer: Translation, target: str) -> bool:
    """Whether an answer came out as it came in, in its own dialect, so that its status still holds."""
    if get(source).documents != get(target).documents:
        return False
    try:
        return same(loads(body) if type(body) is str else body, answer.body)
    except DragomanError:
        return False  # no JSON: it has become the message of an error


def _as_it_was(body: Any, converted: bytes) -> bytes:
    """The converted body as text in a string, where the log keeps its bodies so."""
    return dumps(converted.decode()) if type(body) is str else converted
