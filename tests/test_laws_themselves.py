"""The laws are judges: each finds the fault that it is there for, names its place, and finds none where there is none.

A translation is broken on purpose, in one way at a time: `translate`, `write` or the stream is put in front of the
real one, as the laws call them. What is told of a fault is excused where the law says so, and nowhere else.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

import pytest

import dragoman
from dragoman import laws, model
from dragoman.errors import BrokenStream
from dragoman.events import Event, Extra, PartDelta, UsageReport
from dragoman.ids import fitted_id
from dragoman.model import Json, Reasoning, State, Text
from dragoman.report import Loss, Report
from dragoman.stream import StreamTranslation, write_events
from tests import fixtures
from tests.spoken import flavour_of

CHAT, MESSAGES, GEMINI, RESPONSES = "openai-chat", "anthropic-messages", "gemini", "openai-responses"
ASKED: Json = {
    "model": "m",
    "max_tokens": 64,
    "temperature": 0.5,
    "seed": 7,
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is 2+2, please?"}],
}
ANSWER: Json = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "c",
    "content": [
        {"type": "thinking", "thinking": "Easy enough.", "signature": "c2lnbmF0dXJl+/=="},
        {"type": "text", "text": "It is four."},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 5, "output_tokens": 6},
}
Change = Callable[[Json, Report], None]
Broken = Callable[..., None]


def found(violations: list[laws.Violation]) -> list[tuple[int, str, str]]:
    return [(v.law, v.at, v.what) for v in violations]


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Put a change behind every translation into a dialect (or into any)."""
    real = laws.translate

    def apply(change: Change, into: str | None = None) -> None:
        def translate(kind: str, body: Json, source: str, target: str, path: str | None = None) -> Any:
            out, report, goes = real(kind, body, source, target, path)
            if into in (None, target):
                out = copy.deepcopy(out)
                change(out, report)
            return out, report, goes

        monkeypatch.setattr(laws, "translate", translate)

    return apply


def lose(key: str, *told: Loss) -> Change:
    def change(out: Json, report: Report) -> None:
        out.pop(key, None)
        report.losses += told

    return change


def add(key: str, value: Any, *told: Loss) -> Change:
    def change(out: Json, report: Report) -> None:
        out[key] = value
        report.losses += told

    return change


# --- law 1 ------------------------------------------------------------------------------------------------------


def broken_write(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    real = laws.write

    def write(document: Any, dialect: str, report: Report) -> Json:
        out = copy.deepcopy(real(document, dialect, report))
        change(out, report)
        return out

    monkeypatch.setattr(laws, "write", write)


def test_law_1_holds_of_what_comes_home() -> None:
    assert laws.home_document("request", ASKED, CHAT) == []
    assert laws.home_document("response", ANSWER, MESSAGES) == []


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (lose("temperature"), "/temperature"),
        (add("seed", 7.0), "/seed"),  # 7 and 7.0 are apart
        (add("x_new", None), "/x_new"),  # null and absent are apart
        (add("messages", []), "/messages"),
    ],
)
def test_law_1_finds_what_comes_home_otherwise(change: Change, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_write(monkeypatch, change)
    places = [(v.law, v.at, v.what) for v in laws.home_document("request", ASKED, CHAT)]
    assert places == [(1, at, "direct"), (1, at, "through its JSON")]


def test_law_1_allows_no_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    broken_write(monkeypatch, lose("x_none", Loss("dropped", "some.code", "/seed")))
    told = found(laws.home_document("request", ASKED, CHAT))
    assert told == [(1, "/seed", "direct: loss some.code"), (1, "/seed", "through its JSON: loss some.code")]


def test_law_1_wants_the_canonical_form_to_survive_its_json(monkeypatch: pytest.MonkeyPatch) -> None:
    real = model.from_json

    def forgets(cls: Any, value: Any) -> Any:
        out = real(cls, value)
        out.params.pop("seed")
        return out

    monkeypatch.setattr(laws, "from_json", forgets)
    told = found(laws.home_document("request", ASKED, CHAT))
    assert (1, "", "the canonical form does not survive its own JSON") in told
    assert (1, "/seed", "through its JSON") in told
    assert not [what for _, _, what in told if what.startswith("direct")]


def test_law_1_finds_an_event_that_comes_home_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    data = fixtures.named("openai-chat/plain.stream").data
    assert laws.home_stream(data, CHAT) == []
    real = dragoman.write_events
    events = list(dragoman.read_events(data, CHAT))
    (number,) = [i for i, event in enumerate(events) if isinstance(event, PartDelta)][-1:]
    monkeypatch.setattr(laws, "write_events", lambda told, *a, **k: real(told[:number] + told[number + 1 :], *a, **k))
    ((law, at, what),) = found(laws.home_stream(data, CHAT))
    assert (law, at, what) == (1, f"/{number}", "event differs")


@pytest.mark.parametrize("dialect", [CHAT, MESSAGES, GEMINI, RESPONSES])
def test_law_1_takes_a_cut_for_a_cut(dialect: str) -> None:
    """A stream that broke off leaves without an end; what was broken in words of its own is no cut."""
    data = fixtures.named(f"{dialect}/broken-cut.stream").data
    assert laws.home_stream(data, dialect) == []


# --- law 2 ------------------------------------------------------------------------------------------------------


def test_law_2_holds_where_every_loss_is_told() -> None:
    for target in (MESSAGES, GEMINI, RESPONSES):
        assert laws.nothing_vanishes("request", ASKED, CHAT, target) == []
        assert laws.dropped_is_unused("request", ASKED, CHAT, target, 0) == []


def test_law_2_finds_what_vanishes(breaks: Broken) -> None:
    breaks(lose("temperature"), MESSAGES)
    told = found(laws.nothing_vanishes("request", ASKED, CHAT, MESSAGES))
    assert told == [(2, "/temperature", "does not come back (at /temperature)")]


@pytest.mark.parametrize("kind", ["dropped", "changed"])
def test_law_2_excuses_what_was_told(kind: Any, breaks: Broken) -> None:
    breaks(lose("temperature", Loss(kind, "x", "/temperature")), MESSAGES)
    assert laws.nothing_vanishes("request", ASKED, CHAT, MESSAGES) == []


@pytest.mark.parametrize(("kind", "at"), [("invented", "/temperature"), ("dropped", "/temp"), ("dropped", "/seed/x")])
def test_law_2_excuses_nothing_else(kind: Any, at: str, breaks: Broken) -> None:
    breaks(lose("temperature", Loss(kind, "x", at)), MESSAGES)
    assert (2, "/temperature") in [(v.law, v.at) for v in laws.nothing_vanishes("request", ASKED, CHAT, MESSAGES)]


def test_law_2_finds_a_value_that_comes_back_otherwise(breaks: Broken) -> None:
    breaks(add("temperature", 0.25), MESSAGES)
    ((violation),) = laws.nothing_vanishes("request", ASKED, CHAT, MESSAGES)
    assert (violation.at, violation.was, violation.now) == ("/temperature", 0.5, 0.25)


def test_law_2_finds_what_appears(breaks: Broken) -> None:
    breaks(add("top_p", 0.125), CHAT)
    assert found(laws.nothing_vanishes("request", ASKED, CHAT, MESSAGES)) == [
        (2, "/top_p", "appears in what comes back")
    ]


def test_law_2_lets_appear_what_was_told_to_be_invented(breaks: Broken) -> None:
    breaks(add("top_p", 0.125, Loss("invented", "x", "/top_p", value=0.125)), CHAT)
    assert laws.nothing_vanishes("request", ASKED, CHAT, MESSAGES) == []


def test_law_2_finds_a_part_that_vanishes(breaks: Broken) -> None:
    def change(out: Json, report: Report) -> None:
        del out["content"][1:2]

    breaks(change, MESSAGES)
    message = {"role": "assistant", "content": "It is four.", "refusal": None}
    body = {
        "id": "r",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": {**message, "reasoning_content": "Easy."}, "finish_reason": "stop"}],
    }
    places = {v.at for v in laws.nothing_vanishes("response", body, CHAT, MESSAGES)}
    assert any(at.startswith("/choices/0/message/content") for at in places)


def in_a_message(*content: Json) -> Json:
    """A response of Responses with one message."""
    return {"output": [{"type": "message", "role": "assistant", "content": list(content)}], "status": "completed"}


def test_law_2_lets_a_message_go_with_all_that_it_held(breaks: Broken) -> None:
    empty = {"type": "output_text", "text": "", "x": 1}
    said = {"type": "output_text", "text": "It is four."}
    assert laws.nothing_vanishes("response", in_a_message(empty), RESPONSES, MESSAGES) == []
    breaks(lambda out, report: out["content"].clear(), MESSAGES)
    places = [v.at for v in laws.nothing_vanishes("response", in_a_message(empty, said), RESPONSES, MESSAGES)]
    assert "/output/0/role" in places
    assert "/output/0/content/1/text" in places


@pytest.mark.parametrize(("text", "comes"), [("onetwo", True), ("one", False), ("onetwo.", False)])
def test_law_2_takes_a_part_and_a_field_for_the_same_text(text: str, comes: bool, breaks: Broken) -> None:
    pieces = [{"type": "text", "text": piece} for piece in ("one", "two")]
    message = {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": pieces}],
        "reasoning_details": [{"type": "x"}],
    }
    body = {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}

    def change(out: Json, report: Report) -> None:
        out["choices"][0]["message"]["reasoning_content"] = text

    breaks(change, "claude-thinking")
    assert (laws.nothing_vanishes("response", body, CHAT, "claude-thinking") == []) is comes


@pytest.mark.parametrize(("state", "places"), [("AAAA", []), ("BBBB", ["/output/2/encrypted_content"])])
def test_law_2_pairs_what_comes_back_whole_and_nothing_else(state: str, places: list[str], breaks: Broken) -> None:
    sealed = {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "first"}],
        "encrypted_content": "AAAA",
    }
    shown = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "second"}]}
    body = {"output": [sealed, shown, {"type": "function_call", "name": "now"}], "status": "completed"}

    def change(out: Json, report: Report) -> None:
        for item in out["output"]:
            if "encrypted_content" in item:
                item["encrypted_content"] = state

    breaks(change, RESPONSES)
    told = [v.at for v in laws.nothing_vanishes("response", body, RESPONSES, CHAT)]
    assert [at for at in told if at.endswith("content")] == places


def test_law_2_finds_a_loss_that_is_none(breaks: Broken) -> None:
    """What was told as dropped must not show; and a loss has a place."""
    breaks(lose("x_none", Loss("dropped", "x", "/temperature", value=0.5)), MESSAGES)
    told = found(laws.dropped_is_unused("request", {**ASKED, "seed": 7}, CHAT, MESSAGES, 1))
    told += found(laws.dropped_is_unused("request", {**ASKED, "seed": 7}, CHAT, MESSAGES, 0))
    assert (2, "/temperature", "what was dropped at /temperature shows") in told
    assert len(told) == 1  # the seed was dropped in truth


@pytest.mark.parametrize("at", ["/nowhere", "/messages/7/content", "/messages/x", "/temperature/x"])
def test_law_2_finds_a_loss_that_points_nowhere(at: str, breaks: Broken) -> None:
    breaks(lose("x_none", Loss("dropped", "x", at, value="x")), MESSAGES)
    body = {key: value for key, value in ASKED.items() if key != "seed"}
    assert found(laws.dropped_is_unused("request", body, CHAT, MESSAGES, 0)) == [(2, at, "a loss points nowhere")]


def test_law_2_asks_of_the_text_inside_a_list(breaks: Broken) -> None:
    """Another value is put at the place itself, whatever keys have a meaning in pointers."""
    body = {**ASKED, "metadata": {"a/b~": "x"}}
    del body["seed"]

    def change(out: Json, report: Report) -> None:
        report.losses.append(Loss("dropped", "x", "/messages/1/content", value="x"))

    breaks(change, MESSAGES)
    ((_, at, what),) = found(laws.dropped_is_unused("request", ASKED | {"metadata": {}}, CHAT, MESSAGES, 1))
    assert at.startswith("/messages/0/content")
    assert what == "what was dropped at /messages/1/content shows"


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"metadata": {"a/b~": "x"}}, "/metadata/a~1b~0"),
        ({"metadata": {"0": "x"}}, "/metadata/0"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "/tools/0/function/name"),
        ({"include": ["reasoning.encrypted_content"]}, "/include/0"),
    ],
)
def test_law_2_puts_another_value_at_any_place(more: Json, at: str, breaks: Broken) -> None:
    """In objects and lists, under keys that are escaped in pointers or look like an index."""
    body = {"model": "m", "input": "x", **more}
    breaks(lambda out, report: report.dropped("x", at, "x"))
    told = found(laws.dropped_is_unused("request", body, RESPONSES, RESPONSES, 0))
    assert told == [(2, at, f"what was dropped at {at} shows")]


@pytest.mark.parametrize(
    ("comes", "wanted"),
    [
        ({"properties": {}}, []),
        ({"properties": {}, "x_new": 0.125}, ["/x_new"]),
        ({"properties": "blue"}, ["/properties"]),
        ({"properties": []}, []),
    ],
)
def test_law_2_looks_on_behind_what_was_told(comes: Json, wanted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An object that is empty now, for what stood in it was dropped and told, is no news; what appears in its place or
    behind it is."""
    real = laws.translate
    place = "/tools/0/function/parameters"

    def translate(kind: str, body: Json, source: str, target: str, path: str | None = None) -> Any:
        out, report, goes = real(kind, body, source, target, path)
        out = copy.deepcopy(out)
        if target == RESPONSES:
            report.dropped("x", f"{place}/properties/a")
        else:
            del out["tools"][0]["function"]["parameters"]["properties"]
            out["tools"][0]["function"]["parameters"] |= comes
        return out, report, goes

    monkeypatch.setattr(laws, "translate", translate)
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    body = {**ASKED, "tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}]}
    told = found(laws.nothing_vanishes("request", body, CHAT, RESPONSES))
    assert told == [(2, place + at, "appears in what comes back") for at in wanted]


def test_both_spellings_of_a_document_say_the_same(breaks: Broken) -> None:
    assert laws.spelling_is_free("request", ASKED, CHAT, MESSAGES) == []
    values = iter((0.5, 0.25))
    breaks(lambda out, report: out.update(temperature=next(values)), MESSAGES)
    assert found(laws.spelling_is_free("request", ASKED, CHAT, MESSAGES)) == [(2, "/temperature", "spelling matters")]


# --- law 3 ------------------------------------------------------------------------------------------------------


def test_law_3_holds_where_all_is_from_the_source() -> None:
    for target in (MESSAGES, GEMINI, RESPONSES):
        assert laws.nothing_made_up("request", ASKED, CHAT, target) == []
    for target in (CHAT, GEMINI, RESPONSES):
        assert laws.nothing_made_up("response", ANSWER, MESSAGES, target) == []


@pytest.mark.parametrize("value", ["out of the blue", 0.77, 4242, True, '{"b": "blue"}', "data:image/png;base64,AAAA"])
def test_law_3_finds_what_is_from_nowhere(value: Any, breaks: Broken) -> None:
    breaks(add("x_new", {"here": [value]}))
    assert found(laws.nothing_made_up("request", ASKED, CHAT, MESSAGES)) == [(3, "/x_new/here/0", "comes from nowhere")]


def test_law_3_excuses_what_was_told(breaks: Broken) -> None:
    breaks(add("x_new", {"here": ["blue"]}, Loss("invented", "x", "/x_new")))
    assert laws.nothing_made_up("request", ASKED, CHAT, MESSAGES) == []
    breaks(add("x_new", {"here": ["blue"]}, Loss("dropped", "x", "/x_new")))
    assert len(laws.nothing_made_up("request", ASKED, CHAT, MESSAGES)) == 1


@pytest.mark.parametrize(
    "value", ["Be brief.", "2+2", 7, "7", 64, None, [], {}, '{"a": 7}', "Be brief.What is 2+2, please?"]
)
def test_law_3_takes_what_the_source_says(value: Any, breaks: Broken) -> None:
    """Whole, in part, as JSON, or one behind the other."""
    breaks(add("x_new", value))
    assert laws.nothing_made_up("request", ASKED, CHAT, MESSAGES) == []


def test_law_3_looks_on_behind_what_is_from_the_source(breaks: Broken) -> None:
    """One leaf of each kind that is excused, and behind each a leaf that is not."""
    derived = min(name for name in dragoman.registry.get(MESSAGES).derived if "/" not in name)
    excused: dict[str, Any] = {
        "x_null": None,
        "x_copied": 64,
        "x_number": 12,
        derived: "whatever",
        "x_part": "Be",
        "x_json": '{"a": 7}',
        "x_id": fitted_id("call_12345678901234", 9, 9),
        "x_told": "green",
    }
    body = copy.deepcopy(ASKED)
    body["messages"] += [{"role": "user", "content": "12"}, {"role": "user", "content": "call_12345678901234"}]
    for name, value in excused.items():

        def change(out: Json, report: Report, name: str = name, value: Any = value) -> None:
            out |= {"x_first": {name: value}, "x_then": "blue"}
            report.invented("x", "/x_first/x_told")

        breaks(change)
        assert found(laws.nothing_made_up("request", body, CHAT, MESSAGES)) == [(3, "/x_then", "comes from nowhere")], (
            name
        )


# --- law 4, 5, 6, 8 and 10: streams -------------------------------------------------------------------------------


class Odd(StreamTranslation):
    """A stream that goes on in another way than it should; what it does with its bytes is `way`."""

    way: ClassVar[Callable[[Any, bytes, bool], bytes]]
    count = 0

    def feed(self, chunk: bytes) -> bytes:
        return type(self).way(self, super().feed(chunk), False)

    def close(self) -> bytes:
        return type(self).way(self, super().close(), True)


def odd(monkeypatch: pytest.MonkeyPatch, way: Callable[[Any, bytes, bool], bytes]) -> None:
    monkeypatch.setattr(laws, "StreamTranslation", type("Broken", (Odd,), {"way": way}))


PLAIN = fixtures.named("openai-chat/plain.stream").data
CUT = fixtures.named("openai-chat/broken-cut.stream").data


def test_the_laws_of_streams_hold() -> None:
    for target in (MESSAGES, GEMINI, RESPONSES):
        assert laws.stream_is_document(PLAIN, CHAT, target) == []
        assert laws.stream_is_document(CUT, CHAT, target) == []
        assert laws.cut_anywhere(PLAIN, CHAT, target, range(0, len(PLAIN), 5)) == []
        assert laws.ends_honestly(PLAIN, len(PLAIN) // 2, CHAT, target) == []
        assert laws.pure_stream(PLAIN, CHAT, target) == []
        assert laws.nothing_waits(frames(PLAIN), CHAT, target) == []


def frames(data: bytes) -> list[bytes]:
    return [frame + b"\n\n" for frame in data.split(b"\n\n") if frame]


def test_law_4_finds_another_text(monkeypatch: pytest.MonkeyPatch) -> None:
    text = dragoman.fold(dragoman.read_events(PLAIN, CHAT)).candidates[0].message.parts[0]
    assert isinstance(text, Text)
    word = next(word for word in text.text.split() if len(word) > 2 and word.encode() in PLAIN).encode()
    odd(monkeypatch, lambda s, out, end: out.replace(word, b"zzz"))
    (violation,) = laws.stream_is_document(PLAIN, CHAT, MESSAGES)
    assert (violation.law, violation.at, violation.what) == (4, "/content/0/text", "stream and document differ")
    assert violation.was == text.text
    assert violation.now == text.text.replace(word.decode(), "zzz")


def test_law_4_finds_a_success_that_became_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def way(s: Odd, out: bytes, end: bool) -> bytes:
        s.error = BrokenStream("no")
        return out

    odd(monkeypatch, way)
    assert found(laws.stream_is_document(PLAIN, CHAT, MESSAGES)) == [(4, "", "a success became a failure: no")]


def test_law_4_finds_a_failure_that_became_a_success(monkeypatch: pytest.MonkeyPatch) -> None:
    good = dragoman.translate_stream(CHAT, MESSAGES)
    whole = good.feed(PLAIN) + good.close()
    odd(monkeypatch, lambda s, out, end: whole if end else b"")
    assert found(laws.stream_is_document(CUT, CHAT, MESSAGES)) == [(4, "", "a failure became a success")]
    assert found(laws.ends_honestly(CUT, len(CUT), CHAT, MESSAGES)) == [(6, "", "a cut became a success")]


def test_law_4_and_6_find_a_failure_that_goes_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def way(s: Odd, out: bytes, end: bool) -> bytes:
        s.error = None
        return out

    odd(monkeypatch, way)
    assert found(laws.stream_is_document(CUT, CHAT, MESSAGES)) == [(4, "", "a failure went unnoticed")]
    assert found(laws.ends_honestly(CUT, len(CUT), CHAT, MESSAGES)) == [(6, "", "a cut went unnoticed")]


def test_law_4_finds_what_does_not_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    odd(monkeypatch, lambda s, out, end: b"")
    ((law, at, what),) = found(laws.stream_is_document(PLAIN, CHAT, MESSAGES))
    assert (law, at) == (4, "")
    assert what.startswith("what was written does not fold: ")


@pytest.mark.parametrize("side", ["stream", "document"])
def test_law_4_finds_a_loss_of_one_side(side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loss = Loss("dropped", "some.code", "/choices/0/x")
    if side == "stream":

        def way(s: Odd, out: bytes, end: bool) -> bytes:
            s._report._add(loss)
            return out

        odd(monkeypatch, way)
    else:
        broken_write(monkeypatch, lambda out, report: report._add(loss))
    told = found(laws.stream_is_document(PLAIN, CHAT, MESSAGES))
    assert told == [(4, "/choices/0/x", f"loss dropped some.code only in the {side}")]


def test_law_4_wants_a_whole_answer_to_be_the_same_as_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    assert laws.answers_alike(ANSWER, MESSAGES, CHAT) == []
    real = dragoman.unfold
    short = [e for e in real(dragoman.read_response(ANSWER, MESSAGES)) if not isinstance(e, UsageReport)]
    monkeypatch.setattr(laws, "unfold", lambda response: short)
    assert {law for law, _, _ in found(laws.answers_alike(ANSWER, MESSAGES, CHAT))} == {4}
    monkeypatch.setattr(laws, "unfold", lambda response: short[:-1])
    (told,) = found(laws.answers_alike(ANSWER, MESSAGES, CHAT))
    assert told[2].startswith("an answer became a failure")


def test_law_4_wants_a_failed_choice_to_fail_as_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Half"}, "finish_reason": "stop"}
    failed = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    failed["choices"] = [{**choice, "error": {"code": 502, "message": "x"}}]
    assert laws.answers_alike(failed, CHAT, MESSAGES) == []
    monkeypatch.setattr(laws, "write_events", lambda events, target: write_events(plain(events), target))
    assert found(laws.answers_alike(failed, CHAT, MESSAGES)) == [(4, "", "a failure became a success")]


def plain(events: Iterable[Event]) -> Iterator[Event]:
    """The events without what only their own dialect knows."""
    return (event for event in events if not isinstance(event, Extra))


def test_law_4_wants_an_answer_to_come_back_from_its_events(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = dragoman.read_response(ANSWER, MESSAGES)
    assert laws.unfolds(answer) == []
    real = dragoman.unfold
    monkeypatch.setattr(
        laws,
        "unfold",
        lambda response: [e for e in real(response) if not (isinstance(e, PartDelta) and e.field == "text")],
    )
    told = found(laws.unfolds(answer))
    assert told
    assert {law for law, _, _ in told} == {4}
    assert all("/parts/" in at for _, at, _ in told)


def test_law_5_finds_a_split_that_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    def way(s: Odd, out: bytes, end: bool) -> bytes:
        s.count += 1
        return out + (b": %d\n\n" % s.count if end else b"")

    odd(monkeypatch, way)
    assert found(laws.cut_anywhere(PLAIN, CHAT, MESSAGES, [5])) == [(5, "", "the split shows")]
    # Cuts that fall outside the bytes are none.
    assert laws.cut_anywhere(PLAIN, CHAT, MESSAGES, [-3, 0, len(PLAIN), len(PLAIN) + 7]) == []


def test_law_8_finds_what_is_another_time_otherwise(monkeypatch: pytest.MonkeyPatch, breaks: Broken) -> None:
    assert laws.pure("request", ASKED, CHAT, MESSAGES) == []
    numbers = iter(range(99))
    odd(monkeypatch, lambda s, out, end: out + (b": %d\n\n" % next(numbers) if end else b""))
    assert found(laws.pure_stream(PLAIN, CHAT, MESSAGES)) == [(8, "", "two runs differ")]
    breaks(lambda out, report: out.update(now=next(numbers)))
    assert found(laws.pure("request", ASKED, CHAT, MESSAGES)) == [(8, "", "two runs differ")]


def test_law_8_finds_a_touched_input(monkeypatch: pytest.MonkeyPatch) -> None:
    real = laws.translate

    def touches(kind: str, body: Json, *rest: Any) -> Any:
        out = real(kind, body, *rest)
        body["messages"] = list(body["messages"])[:1]
        return ({}, *out[1:])

    monkeypatch.setattr(laws, "translate", touches)
    assert found(laws.pure("request", copy.deepcopy(ASKED), CHAT, MESSAGES)) == [(8, "", "the input was changed")]


def test_law_10_finds_text_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bytes] = []

    def way(s: Odd, out: bytes, end: bool) -> bytes:
        held.append(out)
        return held[-2] if len(held) > 1 else b""

    odd(monkeypatch, way)
    ((law, at, what),) = found(laws.nothing_waits(frames(PLAIN), CHAT, MESSAGES))
    assert (law, what) == (10, "text waits")
    told = [i for i, event in enumerate(frames(PLAIN)) if b'"content":"' in event and b'"content":""' not in event]
    assert at == f"/{told[0]}"


def test_law_10_lets_text_wait_while_a_call_is_open_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks: list[Json] = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "f"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "later"}},
    ]
    blocks[0]["content_block"]["input"] = {}
    start = {"type": "message_start", "message": {**ANSWER, "content": [], "stop_reason": None}}
    sent = [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in (start, *blocks)]
    assert laws.nothing_waits(sent, MESSAGES, CHAT) == []
    odd(monkeypatch, lambda s, out, end: b"" if b"later" in out else out)
    assert found(laws.nothing_waits(sent, MESSAGES, CHAT)) == [(10, "/4", "text waits")]
    assert laws.nothing_waits([sent[0], sent[1], sent[3], sent[4]], MESSAGES, CHAT) == []


# --- law 7 ------------------------------------------------------------------------------------------------------


def test_law_7_finds_what_does_not_settle(breaks: Broken) -> None:
    assert laws.settled("request", ASKED, CHAT, MESSAGES) == []
    seen: list[float] = []

    def change(out: Json, report: Report) -> None:
        seen.append(0.5)
        out["temperature"] = 0.5 ** len(seen)

    breaks(change, MESSAGES)
    assert found(laws.settled("request", ASKED, CHAT, MESSAGES)) == [(7, "/temperature", "not settled")]
    assert found(laws.settled("request", ASKED, CHAT, MESSAGES, strict=True)) == [(7, "/temperature", "not settled")]


def test_law_7_excuses_what_the_last_way_told(breaks: Broken) -> None:
    ways: list[str] = []

    def change(out: Json, report: Report) -> None:
        ways.append("there")
        if len(ways) == 2:
            del out["temperature"]
            report.dropped("x", "/temperature")

    breaks(change, MESSAGES)
    assert laws.settled("request", ASKED, CHAT, MESSAGES) == []
    assert len(ways) == 2


def test_law_7_excuses_what_the_way_back_told_unless_it_is_asked_strictly(breaks: Broken) -> None:
    breaks(lose("temperature", Loss("dropped", "x", "/temperature")), CHAT)
    assert laws.settled("request", ASKED, CHAT, MESSAGES) == []
    assert found(laws.settled("request", ASKED, CHAT, MESSAGES, strict=True)) == [(7, "/temperature", "not settled")]


# --- law 9 ------------------------------------------------------------------------------------------------------


def forgetful(monkeypatch: pytest.MonkeyPatch, *told: Loss) -> None:
    """Put a writer of Messages in place that leaves thinking out, and one of anything else that tells some losses."""
    real = laws.write

    def write(document: Any, dialect: str, report: Report) -> Json:
        out = copy.deepcopy(real(document, dialect, report))
        for message in out["messages"] if dialect == MESSAGES else ():
            if type(message["content"]) is list:
                message["content"] = [block for block in message["content"] if block["type"] != "thinking"]
        report.losses += told
        return out

    monkeypatch.setattr(laws, "write", write)


def test_law_7_goes_home_in_the_flavour_that_is_named() -> None:
    """A mark of OpenRouter's is read in every flavour, and written in that one."""
    text = {"type": "text", "text": "What is 2+2, please?", "cache_control": {"type": "ephemeral"}}
    body = {**ASKED, "messages": [{"role": "user", "content": [text]}]}
    (violation,) = laws.settled("request", body, CHAT, MESSAGES, strict=True)
    assert violation.at == "/messages/0/content/0/cache_control"
    assert laws.settled("request", body, CHAT, MESSAGES, strict=True, home=f"{CHAT}+openrouter") == []
    assert flavour_of("request", body, CHAT) == f"{CHAT}+openrouter"
    assert flavour_of("request", ASKED, CHAT) is None


@pytest.mark.parametrize("target", [CHAT, GEMINI, RESPONSES])
def test_law_9_finds_state_that_stays_away(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert laws.state_comes_home(ANSWER, MESSAGES, target) == []
    forgetful(monkeypatch)
    (violation,) = laws.state_comes_home(ANSWER, MESSAGES, target)
    assert (violation.law, violation.at, violation.what) == (9, "/content/0/signature", "state does not come home")
    forgetful(monkeypatch, Loss("changed", "x", "/content/0/signature"), Loss("dropped", "x", "/content/1"))
    assert len(laws.state_comes_home(ANSWER, MESSAGES, target)) == 1
    forgetful(monkeypatch, Loss("dropped", "x", "/content/0/signature"))
    assert laws.state_comes_home(ANSWER, MESSAGES, target) == []


@pytest.mark.parametrize("one", ["text", "call"])
def test_law_9_sees_what_is_signed(one: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signature that comes back on more of the text than was signed, or on the call beside."""
    parts = [{"text": "I look.", "thoughtSignature": "c2ln"}, {"text": "More."}]
    calls = [{"functionCall": {"name": n, "args": {}}, "thoughtSignature": "c2ln"} for n in ("f", "g")]
    del calls[1]["thoughtSignature"]
    content = {"role": "model", "parts": [*parts, *calls] if one == "text" else calls}
    body = {"candidates": [{"content": content, "finishReason": "STOP"}], "modelVersion": "m", "responseId": "r"}
    assert laws.state_comes_home(body, GEMINI, CHAT) == []
    real = laws.write

    def write(document: Any, dialect: str, report: Report) -> Json:
        out = copy.deepcopy(real(document, dialect, report))
        for turn in out["contents"] if dialect == GEMINI else ():
            if turn["role"] == "model" and one == "text":
                turn["parts"][:2] = [{**turn["parts"][0], "text": "I look.More."}]
            elif turn["role"] == "model":
                turn["parts"][0]["functionCall"]["name"] = "g"
        return out

    monkeypatch.setattr(laws, "write", write)
    (violation,) = laws.state_comes_home(body, GEMINI, CHAT)
    assert violation.what == "state comes home on something else"
    assert (violation.was, violation.now) == (("I look.", "I look.More.") if one == "text" else ("f", "g"))


@pytest.mark.parametrize(("now", "comes"), [("c2lnbmF0dXJl-_", True), ("c2lnbmF0dXJl", False)])
def test_law_9_compares_bytes(now: str, comes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Official clients write base64 anew, in the other alphabet and without padding: that is the same state."""
    real = laws.read

    def reads(kind: str, body: Json, dialect: str, path: str | None = None) -> Any:
        document = real(kind, body, dialect, path)
        if kind == "request" and dialect == MESSAGES:
            for m in document.messages:  # type: ignore[union-attr]
                m.parts = [
                    Reasoning(p.text, state=State("signature", now, MESSAGES)) if isinstance(p, Reasoning) else p
                    for p in m.parts
                ]
        return document

    monkeypatch.setattr(laws, "read", reads)
    assert (laws.state_comes_home(ANSWER, MESSAGES, GEMINI) == []) is comes


# --- how much comes back ------------------------------------------------------------------------------------------


def test_what_comes_back_is_counted(breaks: Broken) -> None:
    body = {key: value for key, value in ASKED.items() if key != "seed"}
    kept, total = laws.come_back("request", body, CHAT, MESSAGES)
    assert kept == total > 4
    breaks(lose("temperature"), MESSAGES)
    assert laws.come_back("request", body, CHAT, MESSAGES) == (kept - 1, total)
