"""What the writers do with the facts about a model: one that a fact is about, one that it is not, one nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman.errors import InvalidDocument

CHAT, MESSAGES, RESPONSES, GEMINI = "openai-chat", "anthropic-messages", "openai-responses", "gemini"
HELLO = [{"role": "user", "content": "hello"}]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


def ask(
    target: str, model: str, profile: Any = None, source: str = CHAT, **body: Any
) -> tuple[Any, set[tuple[str, str]]]:
    """The body that a request becomes, and its losses as (kind, code)."""
    content = (
        {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]} if source == GEMINI else {"messages": HELLO}
    )
    path = f"/v1beta/models/{model}:generateContent" if source == GEMINI else None
    asked = {**({} if source == GEMINI else {"model": model}), **content, **body}
    out = dragoman.translate_request(asked, source, target, profile=profile, path=path)
    return out.body, {(loss.kind, loss.code) for loss in out.losses}


# --- Messages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "profile", "kept"),
    [
        ("claude-opus-4-7", None, {}),
        ("claude-sonnet-4-5", None, {"temperature": 0.5}),
        ("claude-3-haiku-20240307", None, {"temperature": 0.5, "top_p": 0.9}),
        ("m", None, {"temperature": 0.5, "top_p": 0.9}),
        ("m", {"sampling_refused": ["top_p"]}, {"temperature": 0.5}),
        ("claude-opus-4-7", {"sampling_refused": None}, {"temperature": 0.5}),
        (
            "claude-opus-4-7",
            {"model": "claude-sonnet-4-5", "sampling_exclusive": []},
            {"temperature": 0.5, "top_p": 0.9},
        ),
    ],
)
def test_messages_sampling(model: str, profile: Any, kept: dict[str, float]) -> None:
    body, losses = ask(MESSAGES, model, profile, temperature=0.5, top_p=0.9)
    assert {k: v for k, v in body.items() if k in ("temperature", "top_p")} == kept
    assert (("dropped", "sampling.unsupported") in losses) == (len(kept) < 2)


EFFORT, MODE, BUDGET = ("changed", "reasoning.effort"), ("changed", "reasoning.mode"), ("changed", "reasoning.budget")


@pytest.mark.parametrize(
    ("model", "effort", "thinking", "written", "loss"),
    [
        # Unknown: as ever.
        ("m", "high", {"type": "adaptive"}, "high", None),
        ("m", "none", {"type": "disabled"}, None, None),
        # By budget only, without efforts.
        ("claude-haiku-4-5", "high", {"type": "enabled", "budget_tokens": 24576}, None, EFFORT),
        ("claude-haiku-4-5", "none", {"type": "disabled"}, None, None),
        # By budget, with efforts.
        ("claude-opus-4-5", "high", {"type": "enabled", "budget_tokens": 24576}, "high", None),
        ("claude-opus-4-5", "max", {"type": "enabled", "budget_tokens": 32768}, "high", EFFORT),
        # Adaptive.
        ("claude-opus-4-6", "xhigh", {"type": "adaptive"}, "max", EFFORT),
        ("claude-opus-4-7", "xhigh", {"type": "adaptive"}, "xhigh", None),
        ("claude-opus-4-7", "none", {"type": "disabled"}, None, None),
        # It cannot be switched off.
        ("claude-opus-5-5", "none", {"type": "adaptive"}, "low", EFFORT),
        ("claude-sonnet-5-5", "none", {"type": "between_tools"}, None, EFFORT),
        # It does not think.
        ("claude-3-haiku", "high", None, None, ("dropped", "reasoning.effort")),
    ],
)
def test_messages_effort(model: str, effort: str, thinking: Any, written: str | None, loss: Any) -> None:
    body, losses = ask(MESSAGES, model, reasoning_effort=effort)
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == written
    assert {pair for pair in losses if pair[1].startswith("reasoning.")} == ({loss} if loss else set())
    if thinking and "budget_tokens" in thinking:
        assert thinking["budget_tokens"] < body["max_tokens"]


@pytest.mark.parametrize(
    ("model", "budget", "thinking", "written", "changed"),
    [
        ("m", 5000, {"type": "enabled", "budget_tokens": 5000}, None, False),
        ("m", 512, {"type": "adaptive"}, None, True),
        ("claude-sonnet-4-5", 5000, {"type": "enabled", "budget_tokens": 5000}, None, False),
        ("claude-sonnet-4-5", 512, {"type": "enabled", "budget_tokens": 1024}, None, True),
        ("claude-opus-4-7", 5000, {"type": "adaptive"}, "medium", True),
        ("claude-opus-5-5", 0, {"type": "adaptive"}, "low", True),
    ],
)
def test_messages_budget(model: str, budget: int, thinking: Any, written: str | None, changed: bool) -> None:
    config = {"thinkingConfig": {"thinkingBudget": budget}, "maxOutputTokens": 20000}
    body, losses = ask(MESSAGES, model, source=GEMINI, generationConfig=config)
    body["thinking"].pop("display", None)
    assert body["thinking"] == thinking
    assert body.get("output_config", {}).get("effort") == written
    assert (BUDGET in losses) == changed


def test_messages_thinking_has_room_or_is_off() -> None:
    body, losses = ask(MESSAGES, "claude-sonnet-4-5", reasoning_effort="high", max_completion_tokens=512)
    assert body["thinking"] == {"type": "disabled"}
    assert EFFORT in losses


@pytest.mark.parametrize(
    ("model", "profile", "written", "loss"),
    [
        ("claude-opus-5-5", None, "auto", True),
        ("claude-opus-4-7", None, "any", False),
        ("m", None, "any", False),
        ("m", {"forced_tool_choice": "never"}, "auto", True),
        ("claude-opus-5-5", {"forced_tool_choice": "yes"}, "any", False),
    ],
)
def test_messages_forced_tools(model: str, profile: Any, written: str, loss: bool) -> None:
    body, losses = ask(MESSAGES, model, profile, tools=[TOOL], tool_choice="required", parallel_tool_calls=False)
    assert body["tool_choice"] == {"type": written, "disable_parallel_tool_use": True}
    assert (("changed", "tool_choice.forced") in losses) == loss


@pytest.mark.parametrize(
    ("model", "profile", "effort", "ends"),
    [
        ("claude-opus-4-6", None, None, "user"),
        ("claude-sonnet-4-5", None, None, "assistant"),
        ("claude-sonnet-4-5", None, "high", "user"),  # "also unsupported with thinking on"
        ("m", None, "high", "assistant"),
        ("m", {"prefill": False}, None, "user"),
    ],
)
def test_messages_prefill(model: str, profile: Any, effort: str | None, ends: str) -> None:
    turns = [*HELLO, {"role": "assistant", "content": "Well,"}]
    body, losses = ask(MESSAGES, model, profile, messages=turns, reasoning_effort=effort)
    assert body["messages"][-1]["role"] == ends
    assert ("changed", "role.prefill") in losses
    assert (("invented", "message.placeholder") in losses) == (ends == "user")


@pytest.mark.parametrize(
    ("model", "limit", "written"),
    [
        ("claude-sonnet-4-5", 100_000, 64_000),
        ("claude-opus-4-7", 100_000, 100_000),
        ("claude-opus-4-7", 200_000, 128_000),
        ("m", 200_000, 200_000),
    ],
)
def test_messages_limit(model: str, limit: int, written: int) -> None:
    body, losses = ask(MESSAGES, model, max_completion_tokens=limit)
    assert body["max_tokens"] == written
    assert (("changed", "max_tokens.limit") in losses) == (limit != written)


@pytest.mark.parametrize(
    ("model", "profile", "role"),
    [
        ("claude-opus-4-8", None, "system"),
        ("claude-sonnet-5", None, "user"),
        ("claude-sonnet-4-5", None, "user"),
        ("m", None, "system"),
        ("m", {"mid_system": False}, "user"),
    ],
)
def test_messages_system_in_the_middle(model: str, profile: Any, role: str) -> None:
    body, losses = ask(MESSAGES, model, profile, messages=[*HELLO, {"role": "system", "content": "Be brief."}])
    assert body["messages"][-1]["role"] == role
    assert (("changed", "role.moved") in losses) == (role == "user")


# --- Gemini ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "profile", "effort", "thinking", "loss"),
    [
        ("m", None, "medium", {"thinkingLevel": "MEDIUM"}, None),
        ("m", None, "none", {"thinkingBudget": 0}, None),
        ("m", {"model": "gemini-2.5-pro"}, "none", {"thinkingBudget": 128}, EFFORT),
        ("gemini-2.5-pro", None, "none", {"thinkingBudget": 128}, EFFORT),
        ("gemini-2.5-flash", None, "none", {"thinkingBudget": 0}, None),
        ("gemini-2.5-flash-lite", None, "none", {"thinkingBudget": 0}, None),
        ("gemini-2.5-flash", None, "low", {"thinkingBudget": 1024}, EFFORT),
        ("gemini-3-pro-preview", None, "medium", {"thinkingLevel": "HIGH"}, EFFORT),
        ("gemini-3-flash", None, "minimal", {"thinkingLevel": "MINIMAL"}, None),
        ("gemini-3.7-flash", None, "minimal", {"thinkingLevel": "LOW"}, EFFORT),
        ("gemini-3.7-flash", None, "none", {"thinkingLevel": "LOW"}, EFFORT),
        ("gemini-2.0-flash", None, "high", None, ("dropped", "reasoning.effort")),
    ],
)
def test_gemini_effort(model: str, profile: Any, effort: str, thinking: Any, loss: Any) -> None:
    body, losses = ask(GEMINI, model, profile, reasoning_effort=effort)
    assert body.get("generationConfig", {}).get("thinkingConfig") == thinking
    assert {pair for pair in losses if pair[1] == "reasoning.effort"} == ({loss} if loss else set())


@pytest.mark.parametrize(
    ("model", "budget", "thinking", "changed"),
    [
        ("m", 100_000, {"thinkingBudget": 100_000}, False),
        ("gemini-2.5-pro", 100_000, {"thinkingBudget": 32_768}, True),
        ("gemini-2.5-pro", 5000, {"thinkingBudget": 5000}, False),
        ("gemini-2.5-flash", 25_000, {"thinkingBudget": 24_576}, True),
    ],
)
def test_gemini_budget(model: str, budget: int, thinking: Any, changed: bool) -> None:
    enabled = {"type": "enabled", "budget_tokens": budget}
    body, losses = ask(GEMINI, model, source=MESSAGES, max_tokens=200_000, thinking=enabled)
    assert body["generationConfig"]["thinkingConfig"] == {**thinking, "includeThoughts": True}
    assert (BUDGET in losses) == changed


@pytest.mark.parametrize(
    ("model", "profile", "ends"),
    [
        ("gemini-3.6-flash", None, "user"),
        ("gemini-3.5-flash", None, "model"),
        ("m", None, "model"),
        ("m", {"prefill": False}, "user"),
    ],
)
def test_gemini_prefill(model: str, profile: Any, ends: str) -> None:
    body, losses = ask(GEMINI, model, profile, messages=[*HELLO, {"role": "assistant", "content": "Well,"}])
    assert body["contents"][-1]["role"] == ends
    assert ("changed", "role.prefill") in losses
    assert (("invented", "message.placeholder") in losses) == (ends == "user")


@pytest.mark.parametrize(
    ("model", "profile", "signed"),
    [
        ("gemini-3-pro-preview", None, True),
        ("gemini-2.5-pro", None, False),
        ("m", None, False),
        ("m", {"signatures": "required"}, True),
        ("gemini-3-pro-preview", {"signatures": "optional"}, False),
    ],
)
def test_gemini_signatures(model: str, profile: Any, signed: bool) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    answer = {"role": "tool", "tool_call_id": "call_1", "content": "1"}
    turns = [*HELLO, {"role": "assistant", "content": None, "tool_calls": [call]}, answer]
    body, losses = ask(GEMINI, model, profile, messages=turns, tools=[TOOL])
    assert ("thoughtSignature" in body["contents"][1]["parts"][0]) == signed
    assert (("invented", "state.signature") in losses) == signed


# --- OpenAI's two dialects -----------------------------------------------------------------------------------------

OPENAI = pytest.mark.parametrize("target", [CHAT, RESPONSES])


def ask_openai(target: str, model: str, profile: Any = None, **body: Any) -> tuple[Any, set[tuple[str, str]]]:
    return ask(target, model, profile, source=MESSAGES, **{"max_tokens": 100, **body})


@OPENAI
@pytest.mark.parametrize(
    ("model", "profile", "asked", "written"),
    [
        ("o3", None, 0.5, None),
        ("o3", None, 1, 1),
        ("gpt-4o", None, 0.5, 0.5),
        ("gpt-5-chat-latest", None, 0.5, 0.5),
        ("gpt-5.5", None, 0.5, None),  # it thinks where nothing is said
        ("gpt-5.1", None, 0.5, 0.5),  # it does not
        ("m", None, 0.5, 0.5),
        ("m", {"sampling_refused": ["temperature"]}, 0.5, None),
        ("o3", {"sampling_refused": []}, 0.5, 0.5),
    ],
)
def test_openai_sampling(target: str, model: str, profile: Any, asked: float, written: float | None) -> None:
    body, losses = ask_openai(target, model, profile, temperature=asked)
    assert body.get("temperature") == written
    assert (("changed", "sampling.unsupported") in losses) == (written != asked)


@OPENAI
def test_openai_sampling_goes_with_the_thinking(target: str) -> None:
    off, _ = ask_openai(target, "gpt-5.5", temperature=0.5, thinking={"type": "disabled"})
    assert off["temperature"] == 0.5
    on, losses = ask_openai(target, "gpt-5.1", temperature=0.5, thinking={"type": "adaptive"})
    assert "temperature" not in on
    assert ("changed", "sampling.unsupported") in losses


def test_chat_stop() -> None:
    for model, kept in (("gpt-5.1", False), ("gpt-4o", True), ("m", True)):
        body, losses = ask_openai(CHAT, model, stop_sequences=["END"])
        assert ("stop" in body) == kept
        assert (("dropped", "stop.unsupported") in losses) == (not kept)


@pytest.mark.parametrize(
    ("model", "profile", "effort", "written", "loss"),
    [
        ("m", None, "minimal", "minimal", None),
        ("gpt-5", None, "minimal", "minimal", None),
        ("gpt-5", None, "none", "minimal", EFFORT),
        ("gpt-5.1", None, "minimal", "low", EFFORT),  # and not none
        ("gpt-5.1", None, "xhigh", "high", EFFORT),
        ("gpt-5-pro", None, "low", "high", EFFORT),
        ("gpt-4o", None, "high", None, ("dropped", "reasoning.effort")),
        ("m", {"efforts": ["low"]}, "high", "low", EFFORT),
    ],
)
def test_openai_efforts(model: str, profile: Any, effort: str, written: str | None, loss: Any) -> None:
    there, losses = ask(RESPONSES, model, profile, reasoning_effort=effort)
    assert there.get("reasoning", {}).get("effort") == written
    assert {pair for pair in losses if pair[1] == "reasoning.effort"} == ({loss} if loss else set())
    said = dragoman.translate_request(
        {"model": model, "input": "hello", "reasoning": {"effort": effort}}, RESPONSES, CHAT, profile=profile
    )
    assert said.body.get("reasoning_effort") == written


def test_chat_thinking_that_cannot_be_switched_off() -> None:
    body, losses = ask_openai(CHAT, "o3", thinking={"type": "disabled"})
    assert body["reasoning_effort"] == "low"
    assert MODE in losses


@pytest.mark.parametrize(
    ("target", "profile", "length", "written"),
    [
        (CHAT, None, 40, 40),
        (CHAT, None, 50, 50),
        (CHAT, {"call_id_max": 40}, 50, 40),
        (CHAT, {"call_id_max": 12}, 50, 12),
        (RESPONSES, None, 50, 50),
        (RESPONSES, None, 70, 64),
        ("openai-chat+mistral", None, 50, 9),
        ("openai-chat+mistral", None, 9, 9),
        ("openai-chat+vllm", None, 300, 300),
    ],
)
def test_ids_of_calls(target: str, profile: Any, length: int, written: int) -> None:
    call = {"type": "tool_use", "id": "a" * length, "name": "f", "input": {}}
    answer = {"type": "tool_result", "tool_use_id": "a" * length, "content": "1"}
    turns = [*HELLO, {"role": "assistant", "content": [call]}, {"role": "user", "content": [answer]}]
    body, losses = ask_openai(target, "m", profile, messages=turns)
    if target == RESPONSES:
        ids = [item["call_id"] for item in body["input"] if "call_id" in item]
    else:
        ids = [body["messages"][1]["tool_calls"][0]["id"], body["messages"][2]["tool_call_id"]]
    assert ids[0] == ids[1]
    assert len(ids[0]) == written
    assert (("changed", "tool_call.id") in losses) == (length != written)


@pytest.mark.parametrize(
    ("model", "profile", "thinking", "choice", "code"),
    [
        ("deepseek-v4-flash", None, None, "auto", "tool_choice.thinking"),
        ("deepseek-v4-flash", None, {"type": "disabled"}, "required", None),
        ("gpt-5", None, None, "required", None),
        ("m", {"forced_tool_choice": "never"}, None, "auto", "tool_choice.forced"),
    ],
)
def test_chat_forced_tools(model: str, profile: Any, thinking: Any, choice: str, code: str | None) -> None:
    tool = {"name": "f", "input_schema": {"type": "object"}}
    more = {"thinking": thinking} if thinking else {}
    body, losses = ask_openai(CHAT, model, profile, tools=[tool], tool_choice={"type": "any"}, **more)
    assert body["tool_choice"] == choice
    assert {c for _, c in losses if c in ("tool_choice.thinking", "tool_choice.forced")} == ({code} if code else set())


# --- the profile itself ------------------------------------------------------------------------------------------

WRONG = {"prefil": False, "efforts": ["low", "huge"]}
ANSWER = {"id": "c", "object": "chat.completion", "model": "m", "choices": []}


def test_a_profile_that_is_none_is_told_with_its_places() -> None:
    calls: list[Any] = [
        lambda: dragoman.translate_request({"model": "m", "messages": HELLO}, CHAT, MESSAGES, profile=WRONG),
        lambda: dragoman.translate_request({"model": "m", "messages": HELLO}, CHAT, CHAT, profile=WRONG),
        lambda: dragoman.translate_response(ANSWER, CHAT, MESSAGES, profile=WRONG),
        lambda: dragoman.translate_response(ANSWER, CHAT, CHAT, profile=WRONG),
        lambda: dragoman.translate_error(500, {}, CHAT, MESSAGES, profile=WRONG),
        lambda: dragoman.translate_stream(CHAT, MESSAGES, profile=WRONG),
        lambda: dragoman.Exchange(CHAT, MESSAGES, profile=WRONG),
    ]
    for call in calls:
        with pytest.raises(InvalidDocument) as told:
            call()
        assert {fault.at for fault in told.value.faults} == {"/profile/prefil", "/profile/efforts/1"}


def test_what_a_dialect_says_itself_is_left_alone() -> None:
    body = {"model": "claude-opus-5-5", "max_tokens": 1_000_000, "temperature": 1, "messages": HELLO}
    assert dragoman.translate_request(body, MESSAGES, MESSAGES).body == body
