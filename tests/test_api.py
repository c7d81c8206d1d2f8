"""The public surface, name by name: what callers may rely on, for the dialects that are here."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import dragoman
from dragoman.model import Candidate, Message, Request, Response, Text, Tool, ToolCall
from tests import fixtures
from tests.reference.common import frames, records
from tests.wire import CHAT, MERGE, MESSAGES, assert_in_order, assert_plain, begin, chunk, end, other, stream_of
from tests.wire import text_block as text

Json = dict[str, Any]
PAIRS = [(CHAT, MESSAGES), (MESSAGES, CHAT)]
ALL_PAIRS = [*PAIRS, (CHAT, CHAT), (MESSAGES, MESSAGES)]

REQUESTS: dict[str, Json] = {
    CHAT: {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "seed": 1, "temperature": 1.5},
    MESSAGES: {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], "top_k": 3},
}
RESPONSES: dict[str, Json] = {
    CHAT: {
        "id": "c", "object": "chat.completion", "created": 7, "model": "m", "system_fingerprint": "fp",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    },
    MESSAGES: {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "stop_sequence",
        "content": [{"type": "text", "text": "Hi"}], "stop_sequence": "X",
        "usage": {"input_tokens": 1, "output_tokens": 2},
    },
}  # fmt: skip
ERRORS: dict[str, Json] = {
    CHAT: {"error": {"message": "no", "type": "server_error", "param": None, "code": None}, "vendor": {"a": 1}},
    MESSAGES: {"type": "error", "error": {"type": "api_error", "message": "no"}, "vendor": {"a": 1}},
}
LOSSY_END = end("stop_sequence")
LOSSY_END[0]["delta"]["stop_sequence"] = "X"
STREAMS = {
    CHAT: stream_of(CHAT, [chunk({"content": "Hi"}, system_fingerprint="fp"), chunk({}, "stop"), "[DONE]"]),
    MESSAGES: stream_of(MESSAGES, [begin(), *text(0, "Hi"), *LOSSY_END]),
}


def through(stream: dragoman.StreamTranslation, data: bytes) -> bytes:
    return stream.feed(data) + stream.close()


def request(source: str, target: str, **options: Any) -> dragoman.Translation:
    return dragoman.translate_request(REQUESTS[source], source, target, **options)


def response(source: str, target: str, **options: Any) -> dragoman.Translation:
    return dragoman.translate_response(RESPONSES[source], source, target, **options)


def error(source: str, target: str, **options: Any) -> dragoman.Translation:
    return dragoman.translate_error(500, ERRORS[source], source, target, **options)


def rewritten_request(source: str, target: str, **options: Any) -> dragoman.Translation:
    return dragoman.write_request(dragoman.read_request(REQUESTS[source], source), target, **options)


def rewritten_response(source: str, target: str, **options: Any) -> dragoman.Translation:
    return dragoman.write_response(dragoman.read_response(RESPONSES[source], source), target, **options)


ONE_SHOT: list[Callable[..., dragoman.Translation]] = [request, response, error, rewritten_request, rewritten_response]


# --- names and signatures -----------------------------------------------------------------------------------

CONTRACT = """BrokenStream DragomanError Exchange Fault InvalidDocument Loss Translation UnknownDialect
UntranslatableDocument detect dialects flavours fold read_events read_request read_response translate_error
translate_request translate_response translate_stream unfold write_events write_request write_response"""


def test_exported_members() -> None:
    public = {
        name
        for name, value in vars(dragoman).items()
        if not name.startswith("_") and not isinstance(value, ModuleType) and name != "annotations"
    }
    assert list(dragoman.__all__) == sorted(dragoman.__all__)
    assert set(dragoman.__all__) == public


def test_the_contract_is_exported() -> None:
    assert set(CONTRACT.split()) <= set(dragoman.__all__)


def test_typed() -> None:
    assert (Path(dragoman.__file__).parent / "py.typed").is_file()


OPTIONS = {"on_loss": "report", "profile": None, "validate": False, "now": None}
WITH_OPTIONS: list[Callable[..., Any]] = [
    dragoman.translate_request,
    dragoman.translate_response,
    dragoman.translate_error,
    dragoman.translate_stream,
    dragoman.read_request,
    dragoman.read_response,
    dragoman.write_request,
    dragoman.write_response,
    dragoman.Exchange,
]


@pytest.mark.parametrize("function", WITH_OPTIONS, ids=lambda f: f.__name__)
def test_options_are_keyword_only(function: Callable[..., Any]) -> None:
    parameters = inspect.signature(function).parameters
    found = {n: p.default for n, p in parameters.items() if p.kind is p.KEYWORD_ONLY and n in OPTIONS}
    assert found == OPTIONS


@pytest.mark.parametrize("function", [dragoman.translate_request, dragoman.read_request], ids=lambda f: f.__name__)
def test_path_is_keyword_only(function: Callable[..., Any]) -> None:
    path = inspect.signature(function).parameters["path"]
    assert (path.kind, path.default) == (path.KEYWORD_ONLY, None)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (dragoman.translate_request, "body source target"),
        (dragoman.translate_response, "body source target request"),
        (dragoman.translate_error, "status body source target headers"),
        (dragoman.translate_stream, "source target request"),
        (dragoman.read_request, "body"),
        (dragoman.read_response, "body"),
        (dragoman.read_events, "data dialect"),
        (dragoman.write_events, "events dialect"),
        (dragoman.fold, "events"),
        (dragoman.unfold, "response"),
        (dragoman.detect, "body"),
        (dragoman.Exchange, "client upstream"),
        (dragoman.Exchange.request, "self body path"),
        (dragoman.Exchange.response, "self body"),
        (dragoman.Exchange.error, "self status body headers"),
        (dragoman.Exchange.stream, "self"),
    ],
    ids=lambda f: getattr(f, "__qualname__", ""),
)
def test_arguments_have_their_names(function: Callable[..., Any], names: str) -> None:
    assert list(inspect.signature(function).parameters)[: len(names.split())] == names.split()


def test_errors_form_one_family() -> None:
    for cls in (
        dragoman.UnknownDialect,
        dragoman.InvalidDocument,
        dragoman.UntranslatableDocument,
        dragoman.BrokenStream,
    ):
        assert issubclass(cls, dragoman.DragomanError)


def test_dialects_and_flavours() -> None:
    assert {CHAT, MESSAGES} <= set(dragoman.dialects()) <= set(dragoman.dialects(all=True))
    for dialect in dragoman.dialects():
        assert all(flavour.startswith(dialect + "+") for flavour in dragoman.flavours(dialect))


CALLS_WITH_A_DIALECT: list[Callable[[Any], Any]] = [
    lambda d: dragoman.translate_request(REQUESTS[CHAT], d, CHAT),
    lambda d: dragoman.translate_request(REQUESTS[CHAT], CHAT, d),
    lambda d: dragoman.translate_response(RESPONSES[CHAT], d, CHAT),
    lambda d: dragoman.translate_response(RESPONSES[CHAT], CHAT, d),
    lambda d: dragoman.translate_error(500, {}, d, CHAT),
    lambda d: dragoman.translate_error(500, {}, CHAT, d),
    lambda d: dragoman.translate_stream(d, CHAT),
    lambda d: dragoman.translate_stream(CHAT, d),
    lambda d: dragoman.Exchange(d, CHAT),
    lambda d: dragoman.Exchange(CHAT, d),
    lambda d: dragoman.read_request(REQUESTS[CHAT], d),
    lambda d: dragoman.read_response(RESPONSES[CHAT], d),
    lambda d: dragoman.write_request(dragoman.read_request(REQUESTS[CHAT], CHAT), d),
    lambda d: dragoman.write_response(dragoman.read_response(RESPONSES[CHAT], CHAT), d),
    lambda d: list(dragoman.read_events(b"", d)),
    lambda d: dragoman.write_events([], d),
    lambda d: dragoman.flavours(d),
]


@pytest.mark.parametrize("call", CALLS_WITH_A_DIALECT)
@pytest.mark.parametrize("name", ["openai-chta", "", "nothing like it", None, 7, ["openai-chat"], CHAT + "+nowhere"])
def test_unknown_dialects(call: Callable[[Any], Any], name: Any) -> None:
    with pytest.raises(dragoman.UnknownDialect) as caught:
        call(name)
    assert type(caught.value.suggestions) is tuple
    if name == "openai-chta":
        assert CHAT in caught.value.suggestions
        assert CHAT in str(caught.value)


# --- what a translation is ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "target"), ALL_PAIRS)
@pytest.mark.parametrize("call", ONE_SHOT)
def test_a_translation(call: Callable[..., dragoman.Translation], source: str, target: str) -> None:
    before = copy.deepcopy([REQUESTS, RESPONSES, ERRORS])
    t = call(source, target)
    assert type(t.body) is dict
    assert type(t.json()) is bytes
    assert json.loads(t.json()) == t.body
    assert type(t.losses) is tuple
    assert all(type(loss) is dragoman.Loss for loss in t.losses)
    assert call(source, target).json() == t.json()
    assert before == [REQUESTS, RESPONSES, ERRORS], "the input was changed"
    if source == target:
        assert t.losses == ()


@pytest.mark.parametrize("form", [bytes, str, bytearray, memoryview, dict])
@pytest.mark.parametrize(("source", "target"), ALL_PAIRS)
def test_a_body_in_every_form(form: type, source: str, target: str) -> None:
    def shaped(body: Json) -> Any:
        if form is dict:
            return body
        return json.dumps(body) if form is str else form(json.dumps(body).encode())

    options = (source, target)
    pairs = [
        (dragoman.translate_request(shaped(REQUESTS[source]), *options), request(*options)),
        (dragoman.translate_response(shaped(RESPONSES[source]), *options), response(*options)),
        (dragoman.translate_error(500, shaped(ERRORS[source]), *options), error(*options)),
    ]
    for one, two in pairs:
        assert json.loads(one.json()) == one.body == two.body
        assert one.losses == two.losses
    assert dragoman.read_request(shaped(REQUESTS[source]), source) == dragoman.read_request(REQUESTS[source], source)
    assert dragoman.detect(shaped(REQUESTS[source])) == dragoman.detect(REQUESTS[source])


@pytest.mark.parametrize("source", [CHAT, MESSAGES])
def test_where_and_how_the_target_is_called(source: str) -> None:
    to_messages, to_chat = request(source, MESSAGES), request(source, CHAT)
    assert (to_messages.path, to_chat.path) == ("/v1/messages", "/v1/chat/completions")
    assert to_messages.headers["anthropic-version"] == "2023-06-01"
    assert "anthropic-version" not in to_chat.headers
    for t in (to_messages, to_chat):
        assert t.headers["content-type"] == "application/json"
        assert not {"authorization", "x-api-key", "api-key", "cookie"} & {name.lower() for name in t.headers}
        assert t.status is None


@pytest.mark.parametrize(("source", "target"), ALL_PAIRS)
@pytest.mark.parametrize("stream", [True, False, None])
def test_model_and_stream(source: str, target: str, stream: bool | None) -> None:
    body = REQUESTS[source] if stream is None else {**REQUESTS[source], "stream": stream}
    t = dragoman.translate_request(body, source, target)
    assert (t.model, t.stream) == ("m", bool(stream))
    assert t.body.get("stream", False) is bool(stream)
    nameless = {key: value for key, value in body.items() if key != "model"}
    assert dragoman.translate_request(nameless, source, target).model == ""


# --- losses -------------------------------------------------------------------------------------------------


class OwnError(Exception):
    pass


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("call", ONE_SHOT)
class TestOnLoss:
    def test_report(self, call: Callable[..., dragoman.Translation], source: str, target: str) -> None:
        t = call(source, target)
        assert any(loss.kind in ("dropped", "changed") for loss in t.losses)
        assert call(source, target, on_loss="report").losses == t.losses
        for loss in t.losses:
            assert loss.kind in ("dropped", "changed", "invented")
            assert loss.code.replace(".", "").replace("_", "").isalnum()
            assert loss.at == "" or loss.at.startswith("/")

    def test_ignore(self, call: Callable[..., dragoman.Translation], source: str, target: str) -> None:
        t = call(source, target, on_loss="ignore")
        assert t.losses == ()
        assert t.body == call(source, target).body

    def test_raise(self, call: Callable[..., dragoman.Translation], source: str, target: str) -> None:
        with pytest.raises(dragoman.UntranslatableDocument) as caught:
            call(source, target, on_loss="raise")
        assert caught.value.losses == call(source, target).losses

    def test_callable(self, call: Callable[..., dragoman.Translation], source: str, target: str) -> None:
        seen: list[dragoman.Loss] = []
        t = call(source, target, on_loss=seen.append)
        assert tuple(seen) == t.losses == call(source, target).losses

    def test_own_exception(self, call: Callable[..., dragoman.Translation], source: str, target: str) -> None:
        def refuse(loss: dragoman.Loss) -> None:
            raise OwnError(loss.code)

        with pytest.raises(OwnError):
            call(source, target, on_loss=refuse)

    def test_nonsense(self, call: Callable[..., dragoman.Translation], source: str, target: str) -> None:
        for policy in ("shout", None, 7):
            with pytest.raises(dragoman.DragomanError):
                call(source, target, on_loss=policy)


def test_an_invention_never_refuses() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    t = dragoman.translate_request(body, CHAT, MESSAGES, on_loss="raise")
    assert [loss.kind for loss in t.losses] == ["invented"]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_an_error_that_says_nothing_special_loses_nothing(source: str, target: str) -> None:
    body = {key: value for key, value in ERRORS[source].items() if key != "vendor"}
    t = dragoman.translate_error(500, body, source, target, on_loss="raise")
    assert t.losses == ()
    assert t.body["error"]["message"] == "no"


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_losses_of_a_stream(source: str, target: str) -> None:
    s = dragoman.translate_stream(source, target)
    early = s.losses
    out = through(s, STREAMS[source])
    assert early == ()
    assert any(loss.kind != "invented" for loss in s.losses)
    silent = dragoman.translate_stream(source, target, on_loss="ignore")
    assert through(silent, STREAMS[source]) == out
    assert silent.losses == ()
    seen: list[dragoman.Loss] = []
    told = dragoman.translate_stream(source, target, on_loss=seen.append)
    assert through(told, STREAMS[source]) == out
    assert tuple(seen) == told.losses == s.losses


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_stream_under_raise_fails_in_the_target_s_words(source: str, target: str) -> None:
    s = dragoman.translate_stream(source, target, on_loss="raise")
    out = through(s, STREAMS[source])
    assert isinstance(s.error, dragoman.UntranslatableDocument)
    assert MERGE[target](out).error is not None
    assert b"[DONE]" not in out
    assert b"message_stop" not in out


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_own_exception_passes_through_a_stream(source: str, target: str) -> None:
    def refuse(loss: dragoman.Loss) -> None:
        raise OwnError(loss.code)

    s = dragoman.translate_stream(source, target, on_loss=refuse)
    with pytest.raises(OwnError):
        through(s, STREAMS[source])


# --- now= and request= --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "created"), [(1767225600, 1767225600), (None, 0)])
def test_now(now: int | None, created: int) -> None:
    t = response(MESSAGES, CHAT, now=now)
    assert t.body["created"] == created
    assert [loss.kind for loss in t.losses if loss.at == "/created"] == ["invented"]
    s = dragoman.translate_stream(MESSAGES, CHAT, now=now)
    out = through(s, STREAMS[MESSAGES])
    assert {frame["created"] for _, frame in frames(out) if frame} == {created}
    assert [loss.kind for loss in s.losses if loss.at == "/created"] == ["invented"]
    x = dragoman.Exchange(CHAT, MESSAGES, now=now)
    assert x.response(RESPONSES[MESSAGES]).body["created"] == created


def test_now_is_not_used_where_the_source_has_a_time() -> None:
    there = dragoman.translate_response(RESPONSES[CHAT], CHAT, CHAT, now=5)
    assert there.body["created"] == 7


def usage_chunks(out: bytes) -> list[Json]:
    return [frame for _, frame in frames(out) if frame and frame.get("usage")]


ASKED = {**REQUESTS[CHAT], "stream": True, "stream_options": {"include_usage": True}}
NOT_ASKED = {**REQUESTS[CHAT], "stream": True}
DECLINED = {**REQUESTS[CHAT], "stream": True, "stream_options": {"include_usage": False}}
FORMS: list[Callable[[Json], Any]] = [
    lambda body: body,
    json.dumps,
    lambda body: json.dumps(body).encode(),
    lambda body: dragoman.read_request(body, CHAT),
]


@pytest.mark.parametrize("shaped", FORMS, ids=["dict", "str", "bytes", "canonical"])
@pytest.mark.parametrize(("body", "count"), [(ASKED, 1), (NOT_ASKED, 0), (DECLINED, 0)])
def test_the_client_s_request_governs_the_usage_chunk(shaped: Callable[[Json], Any], body: Json, count: int) -> None:
    s = dragoman.translate_stream(MESSAGES, CHAT, request=shaped(body))
    told = usage_chunks(through(s, STREAMS[MESSAGES]))
    assert len(told) == count
    assert all(one["choices"] == [] for one in told)


def test_without_a_request_usage_is_written() -> None:
    assert len(usage_chunks(through(dragoman.translate_stream(MESSAGES, CHAT), STREAMS[MESSAGES]))) == 1


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_request_beside_a_response(source: str, target: str) -> None:
    t = response(source, target, request=REQUESTS[target])
    assert t.body == response(source, target).body
    with pytest.raises(dragoman.InvalidDocument):
        response(source, target, request=b"{")


# --- Exchange -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("client", "upstream"), ALL_PAIRS)
def test_exchange(client: str, upstream: str) -> None:
    x = dragoman.Exchange(client=client, upstream=upstream)
    assert x.request(REQUESTS[client]).body == request(client, upstream).body
    assert x.request(json.dumps(REQUESTS[client]), path="/v1/x").model == "m"
    assert x.response(RESPONSES[upstream]).body == response(upstream, client).body
    told = x.error(529, ERRORS[upstream], headers={"Retry-After": "1"})
    assert told.headers["retry-after"] == "1"
    s = x.stream()
    out = through(s, STREAMS[upstream])
    assert s.error is None
    assert MERGE[client](out).complete


@pytest.mark.parametrize(("body", "count"), [(ASKED, 1), (NOT_ASKED, 0), (DECLINED, 0)])
def test_an_exchange_remembers_the_request(body: Json, count: int) -> None:
    x = dragoman.Exchange(CHAT, MESSAGES)
    x.request(body)
    assert len(usage_chunks(through(x.stream(), STREAMS[MESSAGES]))) == count


def test_an_exchange_hands_on_its_options() -> None:
    x = dragoman.Exchange(CHAT, MESSAGES, on_loss="raise")
    with pytest.raises(dragoman.UntranslatableDocument):
        x.request(REQUESTS[CHAT])
    with pytest.raises(dragoman.UntranslatableDocument):
        x.response(RESPONSES[MESSAGES])
    with pytest.raises(dragoman.DragomanError):
        dragoman.Exchange(CHAT, MESSAGES, on_loss="shout")  # type: ignore[arg-type]


# --- errors -------------------------------------------------------------------------------------------------

# HTTP status, Anthropic's type, OpenAI's type or code
ERROR_WORDS = [
    (400, "invalid_request_error", "invalid_request_error"),
    (401, "authentication_error", "invalid_api_key"),
    (403, "permission_error", "permission_denied"),
    (404, "not_found_error", "model_not_found"),
    (409, "conflict_error", "conflict"),
    (429, "rate_limit_error", "rate_limit_exceeded"),
    (500, "api_error", "server_error"),
    (504, "timeout_error", "timeout"),
]


@pytest.mark.parametrize(("status", "kind", "word"), ERROR_WORDS)
def test_error_words(status: int, kind: str, word: str) -> None:
    given = {"type": "error", "error": {"type": kind, "message": "no"}, "request_id": "req_1"}
    t = dragoman.translate_error(status, given, MESSAGES, CHAT)
    assert t.status == status
    assert t.body.keys() == {"error"}
    assert t.body["error"].keys() >= {"message", "type", "param", "code"}
    assert t.body["error"]["message"] == "no"
    assert word in (t.body["error"]["type"], t.body["error"]["code"])
    back = dragoman.translate_error(status, t.body, CHAT, MESSAGES)
    assert (back.status, back.body["type"], back.body["error"]["type"]) == (status, "error", kind)
    assert back.body["error"]["message"] == "no"


def test_overloaded() -> None:
    given = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    t = dragoman.translate_error(529, given, MESSAGES, CHAT)
    assert t.status == 503
    back = dragoman.translate_error(503, t.body, CHAT, MESSAGES)
    assert (back.status, back.body["error"]["type"]) == (529, "overloaded_error")


def test_no_money() -> None:
    t = dragoman.translate_error(402, {"error": {"type": "billing_error", "message": "no"}}, MESSAGES, CHAT)
    assert t.status in (402, 429)
    assert t.body["error"]["code"] == "insufficient_quota"


NO_JSON: list[tuple[Any, str]] = [
    (b"<html>Bad Gateway</html>", "<html>Bad Gateway</html>"),
    ("upstream connect error", "upstream connect error"),
    (b"", "The upstream sent an error without a message."),
    (b"\xff\xfe", "\ufffd\ufffd"),
    (b'"a string"', "a string"),
]


@pytest.mark.parametrize(("source", "target"), ALL_PAIRS)
@pytest.mark.parametrize(("body", "message"), NO_JSON)
def test_a_body_that_is_no_json_becomes_the_message(source: str, target: str, body: Any, message: str) -> None:
    t = dragoman.translate_error(502, body, source, target)
    assert t.status is not None
    assert t.status >= 500
    assert t.body["error"]["message"] == message
    under_200 = dragoman.translate_response(body, source, target)
    assert under_200.body["error"]["message"] == message
    assert under_200.status is not None
    assert under_200.status >= 400


@pytest.mark.parametrize(("source", "target"), ALL_PAIRS)
@pytest.mark.parametrize("body", [{}, [], None, 0, True, "", [{}], {"error": {}}, {"error": None}, {"choices": []}])
def test_no_input_yields_the_shape_of_a_success(source: str, target: str, body: Any) -> None:
    for t in (
        dragoman.translate_response(body, source, target),
        dragoman.translate_response(json.dumps(body), source, target),
        dragoman.translate_error(500, body, source, target),
    ):
        assert t.status is not None
        assert 400 <= t.status < 600
        if source != target:
            assert "error" in t.body
            assert not {"choices", "content"} & t.body.keys()


@pytest.mark.parametrize("fixture", fixtures.load("error"), ids=lambda f: f.id)
def test_errors_at_home_and_away(fixture: fixtures.Fixture) -> None:
    home = dragoman.translate_error(fixture.status, fixture.data, fixture.dialect, fixture.dialect)
    assert (home.status, home.losses) == (fixture.status, ())
    assert json.loads(home.json()) == fixture.json()
    t = dragoman.translate_error(fixture.status, fixture.data, fixture.dialect, other(fixture.dialect))
    assert t.status is not None
    assert t.status // 100 == fixture.status // 100
    assert type(t.body["error"]["message"]) is str


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("status", [-1, 0, 99, 100, 200, 204, 302, 408, 418, 499, 502, 520, 599, 600, 10**6])
def test_every_status_becomes_one_of_an_error(source: str, target: str, status: int) -> None:
    t = dragoman.translate_error(status, ERRORS[source], source, target)
    assert t.status is not None
    assert 400 <= t.status < 600


@pytest.mark.parametrize(("source", "target"), ALL_PAIRS)
def test_headers_of_an_error(source: str, target: str) -> None:
    given = {"Retry-After": "3", "Retry-After-Ms": "2500", "X-Should-Retry": "true", "Authorization": "Bearer x",
             "Set-Cookie": "a=b", "Content-Length": "9", "Content-Encoding": "gzip"}  # fmt: skip
    t = dragoman.translate_error(429, ERRORS[source], source, target, headers=given)
    told = {name.lower(): value for name, value in t.headers.items()}
    assert told["retry-after"] == "3"
    assert told["content-type"] == "application/json"
    assert not {"authorization", "set-cookie", "content-length", "content-encoding"} & told.keys()


def test_all_faults_at_once() -> None:
    body = {"model": "m", "messages": ["x", {"role": "user", "content": ["y"]}], "tools": [3]}
    for dialect in (CHAT, MESSAGES):
        with pytest.raises(dragoman.InvalidDocument) as caught:
            dragoman.read_request(body, dialect)
        assert [fault.at for fault in caught.value.faults] == ["/messages/0", "/messages/1/content/0", "/tools/0"]
        assert all(fault.expected and fault.found for fault in caught.value.faults)
        assert "/messages/1/content/0" in str(caught.value)


# --- streams ------------------------------------------------------------------------------------------------


@pytest.fixture(params=fixtures.load("stream"), ids=lambda f: f.id)
def recorded(request: pytest.FixtureRequest) -> fixtures.Fixture:
    found: fixtures.Fixture = request.param
    return found


def strict(dialect: str, out: bytes, *, failed: bool) -> None:
    (assert_plain if dialect == CHAT else assert_in_order)(out, failed=failed)


def test_a_stream_ends_well_or_says_that_it_does_not(recorded: fixtures.Fixture) -> None:
    target = other(recorded.dialect)
    s = dragoman.translate_stream(recorded.dialect, target)
    assert s.error is None
    out = through(s, recorded.data)
    strict(target, out, failed=recorded.broken)
    assert (s.error is not None) is recorded.broken
    if s.error is not None:
        assert isinstance(s.error, dragoman.BrokenStream)
        assert hasattr(s.error, "frame")
        assert hasattr(s.error, "offset")
    assert s.close() == b""


def test_a_stream_at_home_passes_as_it_came(recorded: fixtures.Fixture) -> None:
    s = dragoman.translate_stream(recorded.dialect, recorded.dialect)
    assert through(s, recorded.data) == recorded.data
    assert s.losses == ()
    assert (s.error is not None) is recorded.broken


def test_a_stream_in_any_pieces(recorded: fixtures.Fixture) -> None:
    for target in (CHAT, MESSAGES):
        whole = dragoman.translate_stream(recorded.dialect, target)
        expected = through(whole, recorded.data)
        bytewise = dragoman.translate_stream(recorded.dialect, target)
        out = b"".join(bytewise.feed(recorded.data[i : i + 1]) + bytewise.feed(b"") for i in range(len(recorded.data)))
        assert out + bytewise.close() == expected
        assert bytewise.losses == whole.losses


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_an_empty_stream_is_an_error(source: str, target: str) -> None:
    s = dragoman.translate_stream(source, target)
    assert s.feed(b"") == b""
    out = s.close()
    assert isinstance(s.error, dragoman.BrokenStream)
    strict(target, out, failed=True)


@pytest.mark.parametrize(("source", "target"), ALL_PAIRS)
@pytest.mark.parametrize("data", [b"", STREAMS[CHAT], STREAMS[MESSAGES], b"data: {\n\n"])
def test_feed_after_close(source: str, target: str, data: bytes) -> None:
    s = dragoman.translate_stream(source, target)
    s.feed(data)
    s.close()
    assert s.close() == b""
    for more in (b"", b"data: x\n\n"):
        with pytest.raises(dragoman.BrokenStream):
            s.feed(more)
    assert s.close() == b""


@pytest.mark.parametrize("name", ["openai-chat/broken-error.stream", "anthropic-messages/broken-error.stream"])
def test_nothing_follows_a_failure(name: str) -> None:
    fixture = fixtures.named(name)
    s = dragoman.translate_stream(fixture.dialect, other(fixture.dialect))
    out = s.feed(fixture.data)
    strict(other(fixture.dialect), out, failed=True)
    seen = s.error
    assert isinstance(seen, dragoman.BrokenStream)
    assert s.feed(STREAMS[fixture.dialect]) == b""
    assert s.close() == b""
    assert s.error is seen


@pytest.mark.parametrize(("source", "mark"), [(CHAT, b"data: [DONE]"), (MESSAGES, b"event: message_stop")])
def test_a_missing_end_mark_is_supplied(source: str, mark: bytes) -> None:
    assert mark in STREAMS[source]
    cut = STREAMS[source][: STREAMS[source].index(mark)]
    whole, short = (dragoman.translate_stream(source, other(source)) for _ in range(2))
    assert through(whole, STREAMS[source]) == through(short, cut)
    assert short.error is None


def test_a_frame_is_told_when_it_comes() -> None:
    for source in (CHAT, MESSAGES):
        s = dragoman.translate_stream(source, other(source))
        told = b""
        for record in STREAMS[source].split(b"\n\n")[:-1]:
            out = s.feed(record + b"\n\n")
            told += out
            assert (b'"Hi"' in record) is (b'"Hi"' in out)
        assert b'"Hi"' in told


# --- canonical documents and events -------------------------------------------------------------------------


@pytest.mark.parametrize("fixture", fixtures.load("request", "response"), ids=lambda f: f.id)
def test_read_and_write(fixture: fixtures.Fixture) -> None:
    document: Any
    if fixture.kind == "request":
        document = dragoman.read_request(fixture.data, fixture.dialect)
        assert isinstance(document, Request)
        write: Callable[..., dragoman.Translation] = dragoman.write_request
        translate: Callable[..., dragoman.Translation] = dragoman.translate_request
    else:
        document = dragoman.read_response(fixture.data, fixture.dialect)
        assert isinstance(document, Response)
        write, translate = dragoman.write_response, dragoman.translate_response
    assert document.dialect == fixture.dialect
    for target in (CHAT, MESSAGES):
        one, two = write(document, target), translate(fixture.data, fixture.dialect, target)
        assert (one.body, one.losses, one.path, one.model) == (two.body, two.losses, two.path, two.model)
        if target == fixture.dialect:
            assert one.body == fixture.json()
            assert one.losses == ()


@pytest.mark.parametrize("fixture", fixtures.load("response"), ids=lambda f: f.id)
def test_fold_turns_unfold_back(fixture: fixtures.Fixture) -> None:
    whole = dragoman.read_response(fixture.data, fixture.dialect)
    if whole.error is not None:
        with pytest.raises(dragoman.BrokenStream):
            dragoman.fold(dragoman.unfold(whole))
    else:
        assert dragoman.fold(dragoman.unfold(whole)) == whole


def pieces(data: bytes) -> Iterator[bytes]:
    return (data[i : i + 7] for i in range(0, len(data), 7))


def test_events(recorded: fixtures.Fixture) -> None:
    if recorded.broken:
        events: list[Any] = []
        with pytest.raises(dragoman.BrokenStream):
            events.extend(dragoman.read_events(recorded.data, recorded.dialect))
        with pytest.raises(dragoman.BrokenStream):
            dragoman.fold(events)
        written = dragoman.write_events(dragoman.read_events(recorded.data, recorded.dialect), recorded.dialect)
        assert written == dragoman.write_events(events, recorded.dialect)
        return
    events = list(dragoman.read_events(recorded.data, recorded.dialect))
    assert list(dragoman.read_events(pieces(recorded.data), recorded.dialect)) == events
    assert isinstance(dragoman.fold(iter(events)), Response)
    again = dragoman.write_events(events, recorded.dialect)
    assert list(dragoman.read_events(again, recorded.dialect)) == events
    target = other(recorded.dialect)
    s = dragoman.translate_stream(recorded.dialect, target)
    assert dragoman.write_events(events, target) == through(s, recorded.data)


def test_folded_events_are_the_document() -> None:
    data = fixtures.named("openai-chat/plain.stream").data
    whole = dragoman.write_response(dragoman.fold(dragoman.read_events(data, CHAT)), CHAT).body
    assert whole["choices"][0]["message"]["content"] == "Grüß Gott! 🏔"
    assert whole["usage"]["total_tokens"] == 13
    assert whole["object"] == "chat.completion"


@pytest.mark.parametrize("fixture", fixtures.load("request", "response", "error"), ids=lambda f: f.id)
def test_detect(fixture: fixtures.Fixture) -> None:
    if type(fixture.json()) is list:
        with pytest.raises(dragoman.InvalidDocument):
            dragoman.detect(fixture.data)
        return
    guesses = dragoman.detect(fixture.data)
    kind = "error" if fixture.name.startswith("error-") else fixture.kind
    if fixture.name == "422-detail":
        assert guesses == ()
        return
    assert (fixture.dialect, kind) in [(guess.dialect, guess.kind) for guess in guesses]
    assert all(guess.reasons for guess in guesses)
    assert all(guess.dialect in dragoman.dialects(all=True) for guess in guesses)


def test_detect_puts_the_likeliest_first() -> None:
    for fixture in fixtures.load("response"):
        if not fixture.name.startswith("error-"):
            assert dragoman.detect(fixture.data)[0].dialect == fixture.dialect
    for name in ("openai-chat/tools.request", "anthropic-messages/tools.request"):
        assert dragoman.detect(fixtures.named(name).data)[0].dialect == name.partition("/")[0]


def test_records_of_streams_are_separated() -> None:
    """Whatever is written ends its record: nothing runs together when the caller adds chunks up."""
    for source in (CHAT, MESSAGES):
        s = dragoman.translate_stream(source, other(source))
        for i in range(len(STREAMS[source])):
            out = s.feed(STREAMS[source][i : i + 1])
            assert out == b"" or out.endswith(b"\n\n")
        assert len(list(records(s.close()))) <= 3


WITH_TOOLS = [name for name in dragoman.dialects() if name != "openai-completions"]


@pytest.mark.parametrize(("client", "upstream"), list(permutations(WITH_TOOLS, 2)))
@pytest.mark.parametrize("name", ["status", "dgx_status", "dgx_a_2eb", "get.weather", "x" * 64])
def test_a_tool_is_called_by_the_name_that_the_client_gave_it(client: str, upstream: str, name: str) -> None:
    """Also a name that looks like a spelling of ours, and one that the upstream cannot spell."""
    x = dragoman.Exchange(client, upstream)
    tools = [Tool("function", name=name, parameters={"type": "object"})]
    said = [Message("user", [Text("Hi")])]
    asked = x.request(dragoman.write_request(Request("", "m", said, tools=tools), client).body)
    given = dragoman.read_request(dragoman.write_request(Request("", "m", said, tools=tools), client).body, client)
    there = dragoman.read_request(asked.body, upstream).tools or []
    call = Message("assistant", [ToolCall("call_1", there[0].name or "", "{}")])
    answer = Response("", candidates=[Candidate(0, call, "tool_calls")])
    back = dragoman.read_response(x.response(dragoman.write_response(answer, upstream).body).body, client)
    (part,) = back.candidates[0].message.parts
    assert isinstance(part, ToolCall)
    assert [part.name] == [tool.name for tool in given.tools or ()]
