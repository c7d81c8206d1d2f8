"""The flavours of Chat: rows of data, of which the reader takes all and the writer the one asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dragoman
from dragoman import laws
from dragoman.model import Reasoning, Text
from tests import fixtures, wire
from tests.matrix import send
from tests.strategies import anthropic_messages

CHAT = "openai-chat"
FLAVOURS = dragoman.flavours(CHAT)
TAGS = "openai-chat+think-tags"
by_flavour = pytest.mark.parametrize("flavour", FLAVOURS)


def ask(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "x"}], **fields}


def answer(**message: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def thinking_answer() -> dict[str, Any]:
    content = [{"type": "thinking", "thinking": "hm", "signature": "c2ln"}, {"type": "text", "text": "4"}]
    usage = {"input_tokens": 1, "output_tokens": 1}
    envelope = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": content, "usage": usage}
    return {**envelope, "stop_reason": "end_turn", "stop_sequence": None}


def thinking_events() -> bytes:
    opening = {"type": "thinking", "thinking": "", "signature": ""}
    deltas = [{"type": "thinking_delta", "thinking": "hm"}, {"type": "signature_delta", "signature": "c2ln"}]
    frames = [wire.begin(), *wire.block(0, opening, *deltas), *wire.text_block(1, "4"), *wire.end("end_turn")]
    return wire.stream_of("anthropic-messages", frames)


def test_the_flavours_of_the_design_are_there() -> None:
    names = ("openrouter", "litellm", "google", "vllm", "deepseek", "mistral", "azure", "new-api", "think-tags")
    assert set(FLAVOURS) == {f"{CHAT}+{name}" for name in names}
    assert dragoman.flavours("anthropic-messages") == ()


# --- laws ---------------------------------------------------------------------------------------------------


@by_flavour
def test_documents_come_home(flavour: str) -> None:
    for one in fixtures.load("request", "response"):
        if one.dialect == CHAT:
            assert laws.home_document(one.kind, one.json(), flavour) == [], one.id


@by_flavour
def test_streams_come_home(flavour: str) -> None:
    for one in fixtures.load("stream"):
        if one.dialect == CHAT and flavour != TAGS:  # there texts are cut anew: see below
            assert laws.home_stream(one.data, flavour) == [], one.id


@by_flavour
@pytest.mark.parametrize("kind", ["request", "response"])
def test_documents_cross(flavour: str, kind: str) -> None:
    """Laws 3 and 8 from the dialect that is furthest away, and whatever was written reads as the flavour's own."""

    @given(anthropic_messages.requests() if kind == "request" else anthropic_messages.responses())
    def holds(body: Any) -> None:
        assert laws.nothing_made_up(kind, body, "anthropic-messages", flavour) == []
        assert laws.pure(kind, body, "anthropic-messages", flavour) == []
        out = getattr(dragoman, f"translate_{kind}")(body, "anthropic-messages", flavour)
        if out.status is None:
            assert laws.home_document(kind, out.body, flavour) == []

    holds()


@by_flavour
def test_streams_end_honestly(flavour: str) -> None:
    @given(anthropic_messages.streams(), st.floats(0, 1))
    def holds(records: Any, share: float) -> None:
        data = anthropic_messages.sse_bytes(records)
        assert laws.ends_honestly(data, int(len(data) * share), "anthropic-messages", flavour) == []

    holds()


# --- the rows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flavour", "message"),
    [
        ("openai-chat", {"content": "4", "reasoning_content": "hm"}),
        ("openai-chat+openrouter", {"content": "4", "reasoning": "hm"}),
        ("openai-chat+vllm", {"content": "4", "reasoning": "hm"}),
        ("openai-chat+deepseek", {"content": "4", "reasoning_content": "hm"}),
        (
            "openai-chat+mistral",
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                    {"type": "text", "text": "4"},
                ]
            },
        ),
        ("openai-chat+think-tags", {"content": "<think>hm</think>4"}),
        ("openai-chat+google", {"content": "<thought>hm</thought>4"}),
        ("claude-thinking", {"content": "4", "reasoning_content": "hm"}),
    ],
)
def test_thinking_stands_where_the_flavour_has_it(flavour: str, message: dict[str, Any]) -> None:
    out = dragoman.translate_response(thinking_answer(), "anthropic-messages", flavour)
    said = out.body["choices"][0]["message"]
    assert {key: said[key] for key in message} == message
    at_risk = flavour == "openai-chat+openrouter"
    told = [(loss.kind, loss.code) for loss in out.losses if loss.code.startswith("state.")]
    assert told == [("changed", "state.at_risk") if at_risk else ("dropped", "state.no_carrier")]


@pytest.mark.parametrize(
    ("flavour", "field"), [("openai-chat+openrouter", "reasoning_details"), ("openai-chat+litellm", "thinking_blocks")]
)
@pytest.mark.parametrize("streamed", [False, True])
def test_state_stands_in_the_field_that_the_flavours_clients_return(flavour: str, field: str, streamed: bool) -> None:
    """It is at risk there: a client that keeps the standard fields alone brings back nothing, least of all half."""
    if streamed:
        s = send(thinking_events(), "anthropic-messages", flavour)
        said, losses = s.document["choices"][0]["message"], s.losses
    else:
        out = dragoman.translate_response(thinking_answer(), "anthropic-messages", flavour)
        said, losses = out.body["choices"][0]["message"], out.losses
    assert len(said[field]) == 1
    assert "c2ln" not in json.dumps(said)
    assert [(loss.kind, loss.code) for loss in losses if loss.kind != "invented"] == [("changed", "state.at_risk")]
    asked = ask(messages=[{"role": "user", "content": "x"}, said, {"role": "user", "content": "y"}])
    back = dragoman.translate_request(asked, flavour, "anthropic-messages")
    assert back.body["messages"][1]["content"] == thinking_answer()["content"]
    assert [loss.code for loss in back.losses] == ["max_tokens.default"]
    bare = {key: said[key] for key in ("role", "content")}
    asked = ask(messages=[{"role": "user", "content": "x"}, bare, {"role": "user", "content": "y"}])
    back = dragoman.translate_request(asked, flavour, "anthropic-messages")
    assert back.body["messages"][1]["content"] == "4"


@pytest.mark.parametrize(
    ("flavour", "control"),
    [
        ("openai-chat", {"reasoning_effort": "high"}),
        ("openai-chat+openrouter", {"reasoning": {"max_tokens": 20000}}),
        ("openai-chat+litellm", {"thinking": {"type": "enabled", "budget_tokens": 20000}}),
        ("openai-chat+deepseek", {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ("claude-thinking", {"model": "m-thinking"}),
    ],
)
def test_thinking_is_asked_for_as_the_flavour_does(flavour: str, control: dict[str, Any]) -> None:
    asked = ask(max_tokens=30000, thinking={"type": "enabled", "budget_tokens": 20000})
    out = dragoman.translate_request(asked, "anthropic-messages", flavour)
    assert {key: out.body[key] for key in control} == control


@pytest.mark.parametrize(("flavour", "goes"), [(CHAT, False), (f"{CHAT}+openrouter", True), (f"{CHAT}+litellm", True)])
def test_a_budget_is_no_loss_where_there_is_one(flavour: str, goes: bool) -> None:
    asked = ask(max_tokens=30000, thinking={"type": "enabled", "budget_tokens": 20000})
    out = dragoman.translate_request(asked, "anthropic-messages", flavour)
    told = {loss.code for loss in out.losses}
    assert told == (set() if goes else {"reasoning.budget", "reasoning.mode"})
    asked["output_config"] = {"effort": "low"}
    out = dragoman.translate_request(asked, "anthropic-messages", flavour)
    assert [loss.at for loss in out.losses if loss.kind == "dropped"] == (["/output_config/effort"] if goes else [])


MARK = {"cache_control": {"type": "ephemeral"}}
PIXEL = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
PAGE = {"type": "document", "source": {"type": "url", "url": "https://a.b/c.pdf"}}
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}}


@pytest.mark.parametrize(
    ("flavour", "goes"),
    [(CHAT, False), (f"{CHAT}+openrouter", True), (f"{CHAT}+litellm", True), (f"{CHAT}+vllm", False)],
)
def test_tools_and_pictures_are_marked_where_parts_are(flavour: str, goes: bool) -> None:
    tool = {"name": "f", "input_schema": {"type": "object"}, **MARK}
    turn = {"role": "user", "content": [{**PIXEL, **MARK}, {"type": "text", "text": "x"}]}
    out = dragoman.translate_request(ask(messages=[turn], tools=[tool]), "anthropic-messages", flavour)
    marked = [out.body["tools"][0], out.body["messages"][0]["content"][0]]
    assert [one.get("cache_control") for one in marked] == ([MARK["cache_control"]] * 2 if goes else [None] * 2)
    told = {loss.at for loss in out.losses if loss.code == "cache.unsupported"}
    assert told == (set() if goes else {"/tools/0/cache_control", "/messages/0/content/0/cache_control"})


def test_a_mark_of_a_document_that_becomes_text_is_told() -> None:
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}, **MARK}
    asked = ask(messages=[{"role": "user", "content": [document]}])
    out = dragoman.translate_request(asked, "anthropic-messages", f"{CHAT}+openrouter")
    assert out.body["messages"] == [{"role": "user", "content": "x"}]
    assert ("cache.unsupported", "/messages/0/content/0/cache_control") in [(one.code, one.at) for one in out.losses]


@pytest.mark.parametrize(("flavour", "goes"), [(CHAT, False), (f"{CHAT}+openrouter", True)])
def test_a_file_may_be_an_address_and_go_without_a_name(flavour: str, goes: bool) -> None:
    out = dragoman.translate_request(
        ask(messages=[{"role": "user", "content": [PAGE, PDF]}]), "anthropic-messages", flavour
    )
    content = out.body["messages"][0]["content"]
    data = "data:application/pdf;base64,JVBERi0="
    if goes:
        assert [part["file"] for part in content] == [{"file_data": "https://a.b/c.pdf"}, {"file_data": data}]
        assert not out.losses
    else:
        assert [part["file"] for part in content] == [{"file_data": data, "filename": "document.pdf"}]
        assert {(loss.kind, loss.code) for loss in out.losses} == {
            ("dropped", "media.document"),
            ("invented", "media.filename"),
        }
        assert [loss.at for loss in out.losses if loss.kind == "invented"] == ["/messages/0/content/0/file/filename"]


@pytest.mark.parametrize(("flavour", "stays"), [(CHAT, False), (f"{CHAT}+openrouter", True)])
@pytest.mark.parametrize("texts", [[], [{"type": "text", "text": "There."}]])
def test_a_picture_stays_in_the_result_of_a_tool(flavour: str, stays: bool, texts: list[Any]) -> None:
    use = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [*texts, PIXEL]}
    turns = [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    asked = ask(max_tokens=9, messages=[{"role": "user", "content": "x"}, *turns])
    out = dragoman.translate_request(asked, "anthropic-messages", flavour)
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    tool, *rest = out.body["messages"][2:]
    assert tool["role"] == "tool"
    if stays:
        assert (tool["content"], rest, out.losses) == ([*texts, picture], [], ())
        assert laws.settled("request", asked, "anthropic-messages", flavour, strict=True) == []
    else:
        assert rest == [{"role": "user", "content": [picture]}]
        assert "tool_result.media_moved" in {loss.code for loss in out.losses}


def test_names_of_settings_follow_the_flavour() -> None:
    out = dragoman.translate_request(ask(seed=7, max_tokens=9, user="u"), "openai-chat", "openai-chat+mistral")
    assert out.body == {"model": "m", "messages": [{"role": "user", "content": "x"}], "random_seed": 7, "max_tokens": 9}
    assert [(loss.code, loss.at) for loss in out.losses] == [("user.unsupported", "/user")]


def test_the_suffix_belongs_to_requests_only() -> None:
    asked = ask(model="claude-x-thinking")
    out = dragoman.translate_request(asked, "claude-thinking", "anthropic-messages")
    assert (out.model, out.body["model"]) == ("claude-x", "claude-x")
    assert out.body["thinking"] == {"type": "adaptive"}
    back = dragoman.translate_request(out.body, "anthropic-messages", "claude-thinking")
    assert back.body["model"] == "claude-x-thinking"
    reply = dragoman.translate_response(thinking_answer(), "anthropic-messages", "claude-thinking")
    assert reply.body["model"] == "m"


@pytest.mark.parametrize(
    ("flavour", "part"),
    [
        ("openai-chat+new-api", {"type": "image_url", "image_url": {"url": "https://a.b/c.mp4"}}),
        ("openai-chat+vllm", {"type": "video_url", "video_url": {"url": "https://a.b/c.mp4"}}),
    ],
)
def test_films_go_as_the_flavour_sends_them(flavour: str, part: dict[str, Any]) -> None:
    film = {"type": "image_url", "image_url": {"url": "https://a.b/c.mp4"}}
    asked = ask(messages=[{"role": "user", "content": [{"type": "text", "text": "x"}, film]}])
    out = dragoman.translate_request(asked, "openai-chat", flavour)
    assert out.body["messages"][0]["content"][1] == part
    assert out.losses == ()


def test_the_history_of_thinking_goes_where_it_is_wanted() -> None:
    turns = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": "4", "reasoning_content": "hm"},
        {"role": "user", "content": "y"},
    ]
    wanted = dragoman.translate_request(ask(messages=turns), "openai-chat", "openai-chat+deepseek")
    assert wanted.body["messages"][1]["reasoning_content"] == "hm"
    refused = dragoman.translate_request(ask(messages=turns), "openai-chat+deepseek", "openai-chat")
    assert "reasoning_content" not in refused.body["messages"][1]
    assert [loss.code for loss in refused.losses] == ["reasoning.unsupported"]


# --- the reseller's quirks of the seeds -----------------------------------------------------------------------


def test_seen_is_seed() -> None:
    out = dragoman.translate_request(ask(seen=3), "openai-chat", "claude-thinking")
    assert out.body["seed"] == 3
    assert out.losses == ()


def test_empty_objects_mean_absent() -> None:
    asked = ask(tool_choice={}, response_format={}, logit_bias=None, n=0, max_tokens=0)
    out = dragoman.translate_request(asked, "openai-chat", "claude-thinking")
    assert out.body == ask()
    assert out.losses == ()


def test_a_choice_in_the_usage_chunk_is_no_new_choice() -> None:
    chunk: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "x"}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [{"index": 0, "delta": {}}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
    ]
    data = b"".join(b"data: " + json.dumps(chunk | one).encode() + b"\n\n" for one in chunks) + b"data: [DONE]\n\n"
    whole = dragoman.fold(dragoman.read_events(data, "claude-thinking"))
    assert len(whole.candidates) == 1
    assert whole.candidates[0].finish_reason == "stop"
    assert whole.usage is not None
    assert (whole.usage.input, whole.usage.output) == (1, 2)


# --- tags in the text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "thought", "text"),
    [
        ("<think>hm</think>4", "hm", "4"),
        ("\n<think>\nhm\n</think>\n\n4", "\nhm\n", "\n\n4"),
        ("hm</think>4", "hm", "4"),  # the template had written the opening tag
        ("<think>hm", "hm", None),
        ("4 < 5", None, "4 < 5"),
        ("<think></think>", "", None),
    ],
)
def test_tags_part_thinking_from_text(content: str, thought: str | None, text: str | None) -> None:
    parts = dragoman.read_response(answer(content=content), TAGS).candidates[0].message.parts
    assert [p.text for p in parts if isinstance(p, Reasoning)] == ([] if thought is None else [thought])
    assert [p.text for p in parts if isinstance(p, Text)] == ([] if text is None else [text])
    plain = dragoman.read_response(answer(content=content), CHAT).candidates[0].message.parts
    assert [type(p) for p in plain] == [Text]


PIECES = ("<think>", "</think>", "<thi", "nk>", "</", "think>", "a", " b", "\n", "<")


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8))
def test_tags_cut_anywhere_read_alike(pieces: list[str]) -> None:
    chunk: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas: list[dict[str, Any]] = [{"role": "assistant"}, *({"content": piece} for piece in pieces)]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    frames = [b"data: " + json.dumps({**chunk, "choices": [one]}).encode() + b"\n\n" for one in choices]
    data = b"".join(frames) + b"data: [DONE]\n\n"
    events = list(dragoman.read_events(data, TAGS))
    again = dragoman.read_events(dragoman.write_events(events, TAGS), TAGS)
    assert dragoman.fold(again) == dragoman.fold(events)
    assert laws.stream_is_document(data, TAGS, "anthropic-messages") == []
    streamed = dragoman.fold(dragoman.read_events(data, TAGS)).candidates[0].message.parts
    whole = dragoman.read_response(answer(content="".join(pieces)), TAGS).candidates[0].message.parts
    assert [(type(p), p.text) for p in streamed] == [(type(p), p.text) for p in whole]  # type: ignore[union-attr]


# --- Google's thinking in the text ------------------------------------------------------------------------------

GOOGLE = "openai-chat+google"
FLAG: dict[str, Any] = {"extra_content": {"google": {"thought": True}}}


def thought_frames(*pieces: str) -> list[bytes]:
    """Chunks as Google's layer sends them: flagged up to the answer, which begins with the closing tag."""
    answered = next((i for i, piece in enumerate(pieces) if "</thought>" in piece), len(pieces))
    deltas = [{"content": piece, **(FLAG if i < answered else {})} for i, piece in enumerate(pieces)]
    frames = [*(wire.chunk(delta) for delta in deltas), wire.chunk({}, "stop")]
    return [*(b"data: " + json.dumps(one).encode() + b"\n\n" for one in frames), b"data: [DONE]\n\n"]


@pytest.mark.parametrize(
    ("content", "thought", "text"),
    [
        ("<thought>hm</thought>4", "hm", "4"),
        ("\n<thought>hm</thought>", "hm", None),
        ("<thought>hm", "hm", None),
        ("4 <thought>hm</thought>", None, "4 <thought>hm</thought>"),
        ("hm</thought>4", None, "hm</thought>4"),
        ("<think>hm</think>4", None, "<think>hm</think>4"),
    ],
)
def test_googles_thinking_starts_with_its_tag(content: str, thought: str | None, text: str | None) -> None:
    body = answer(content=content, **FLAG)
    parts = dragoman.read_response(body, GOOGLE).candidates[0].message.parts
    assert [p.text for p in parts if isinstance(p, Reasoning)] == ([thought] if thought else [])
    assert [p.text for p in parts if isinstance(p, Text)] == ([text] if text else [])
    assert laws.home_document("response", body, GOOGLE) == []
    for target in dragoman.dialects():
        for law in (laws.spelling_is_free, laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
            assert law("response", body, GOOGLE, target) == [], target


@pytest.mark.parametrize("target", [*dragoman.dialects(), "openai-chat+openrouter"])
@pytest.mark.parametrize(
    "pieces",
    [("<thought>Hm", " hm.", "</thought>4", "2"), ("<thou", "ght>hm</tho", "ught>4"), ("4", "2"), ("<", "b>4")],
)
def test_googles_thinking_is_thinking_as_it_comes(pieces: tuple[str, ...], target: str) -> None:
    frames = thought_frames(*pieces)
    data = b"".join(frames)
    assert laws.home_stream(data, GOOGLE) == []
    assert laws.stream_is_document(data, GOOGLE, target) == []
    assert laws.cut_anywhere(data, GOOGLE, target, range(0, len(data), 3)) == []
    assert laws.keeps_grammar(data, GOOGLE, target) == []
    s = send(data, GOOGLE, target)
    assert "field.unknown" not in {loss.code for loss in s.losses}
    said = "".join(pieces).removeprefix("<thought>").partition("</thought>")
    thinking, text = (said[0], said[2]) if said[1] else ("", said[0])
    told = dragoman.fold(dragoman.read_events(data, GOOGLE)).candidates[0].message.parts
    assert ["".join(p.text for p in told if isinstance(p, kind)) for kind in (Reasoning, Text)] == [thinking, text]


def test_googles_thinking_is_out_with_its_frame() -> None:
    s = dragoman.translate_stream(GOOGLE, CHAT)
    first, second, third = (s.feed(frame) for frame in thought_frames("<thought>Hm", " hm.", "</thought>4")[:3])
    assert b'"reasoning_content":"Hm"' in first
    assert b'"reasoning_content":" hm."' in second
    assert b'"content":"4"' in third


@pytest.mark.parametrize(("source", "target"), [("gemini", "gemini+array"), ("gemini+array", "gemini")])
def test_a_stream_that_broke_off_says_so_in_its_other_form(source: str, target: str) -> None:
    """Its bytes do not pass, so that a client cannot see where they stopped."""
    text = b'{"candidates":[{"content":{"parts":[{"text":"a"}]},"index":0}]}'
    data = b"data: " + text + b"\n\n" if source == "gemini" else b"[" + text
    stream = dragoman.translate_stream(source, target)
    sent = stream.feed(data) + stream.close()
    assert b'"error":{"code":500' in sent
    assert str(stream.error) == "the stream ended before every candidate had a finish reason"
    assert laws.keeps_grammar(data, source, target) == []


@pytest.mark.parametrize("cut", range(6))
def test_a_byte_order_mark_does_not_hide_an_array(cut: int) -> None:
    data = b'\xef\xbb\xbf\r\n[{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP","index":0}]}]'
    stream = dragoman.translate_stream("gemini+array", "openai-completions")
    sent = stream.feed(data[:cut]) + stream.feed(data[cut:]) + stream.close()
    assert b'"text":"a"' in sent
    assert stream.error is None


# --- a choice among some of the tools ------------------------------------------------------------------------------

_KNOW_SUBSETS = {f"{CHAT}+{name}" for name in ("openrouter", "litellm", "azure", "new-api")}
_F, _G = ({"type": "function", "function": {"name": name}} for name in "fg")


@pytest.mark.parametrize("source", [CHAT, "openai-responses"])
@pytest.mark.parametrize(
    ("mode", "chosen", "fitted"),
    [
        ("auto", [_F], "auto"),
        ("required", [_F], _F),
        ("required", [_F, _G], "required"),
        ("required", [{"type": "function", "function": {"name": "elsewhere"}}], "auto"),
    ],
)
@by_flavour
def test_a_choice_among_some_tools(flavour: str, mode: str, chosen: list[Any], fitted: Any, source: str) -> None:
    """OPENAI 1.3 and 10: `allowed_tools` is OpenAI's, and new; of no server with a shape like it is it known."""
    nested = source == CHAT
    if nested:
        asked = ask(
            tools=[_F, _G], tool_choice={"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": chosen}}
        )
    else:
        asked = {
            "model": "m",
            "input": "x",
            "tools": [{"type": "function", "name": name, "strict": False} for name in "fg"],
            "tool_choice": {
                "type": "allowed_tools",
                "mode": mode,
                "tools": [{"type": "function", **tool["function"]} for tool in chosen],
            },
        }
    t = dragoman.translate_request(asked, source, flavour)
    told = [(loss.kind, loss.at) for loss in t.losses if loss.code == "tool_choice.subset"]
    if chosen == [_F, _G]:
        # All that there are: a choice as any.
        assert t.body["tool_choice"] == ("any" if flavour == f"{CHAT}+mistral" else "required")
        assert told == []
    elif flavour in _KNOW_SUBSETS:
        assert t.body["tool_choice"]["allowed_tools"] == {"mode": mode, "tools": chosen}
        assert told == []
    else:
        any_tool = "any" if flavour == f"{CHAT}+mistral" else "required"
        assert t.body["tool_choice"] == (any_tool if fitted == "required" else fitted)
        left = [("dropped", "/tools/1")] if chosen == [_F] else []
        assert told == [("changed", "/tool_choice"), *left]
        assert len(t.body["tools"]) == 2 - len(left)  # "subset: filter tools"


@pytest.mark.parametrize("target", ["anthropic-messages", "openai-chat", "openai-chat+openrouter"])
def test_thinking_between_tags_leaves_the_parts_before_it_their_numbers(target: str) -> None:
    """A call that was begun before the text goes on, and ends, under its own number."""
    call = {"index": 0, "id": "call_0", "type": "function", "function": {"name": "f", "arguments": '{"a":'}}
    deltas: list[Any] = [
        {"role": "assistant", "tool_calls": [call]},
        {"content": "<think>m</think>x"},
        {"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]},
    ]
    chunks = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks.append({"index": 0, "delta": {}, "finish_reason": "tool_calls"})
    frames = [
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [c]} for c in chunks
    ]
    data = b"".join(b"data: " + json.dumps(frame).encode() + b"\n\n" for frame in frames) + b"data: [DONE]\n\n"
    whole = dragoman.fold(dragoman.read_events(data, TAGS))
    said = {type(part).__name__: part for part in whole.candidates[0].message.parts}
    assert said["ToolCall"].arguments == '{"a":1}'  # type: ignore[union-attr]
    running = dragoman.translate_stream(TAGS, target)
    out = running.feed(data) + running.close()
    there = dragoman.fold(dragoman.read_events(out, target))
    assert any(getattr(part, "name", None) == "f" for part in there.candidates[0].message.parts)
