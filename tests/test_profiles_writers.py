"""What the writers do with the facts about a model: one that a fact is about, one that it is not, one nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws
from dragoman.errors import InvalidDocument
from tests.agents.clients import CLIENTS
from tests.agents.upstreams import ANSWERS
from tests.asking import CHAT, GEMINI, HELLO, MESSAGES, OPENAI, RESPONSES, TOOL, ask, ask_openai

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
        ("m", 512, {"type": "enabled", "budget_tokens": 1024}, None, True),
        ("m", -1, {"type": "adaptive"}, None, True),
        ("claude-sonnet-4-5", -1, {"type": "enabled", "budget_tokens": 8192}, None, True),
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


@pytest.mark.parametrize(("budget", "effort"), [(512, "low"), (5000, "medium"), (-1, None)])
def test_messages_budget_above_the_limit(budget: int, effort: str | None) -> None:
    """No budget fits "1024 <= budget < max_tokens": the effort that stands for it does."""
    config = {"thinkingConfig": {"thinkingBudget": budget}, "maxOutputTokens": 1000}
    body, losses = ask(MESSAGES, "m", source=GEMINI, generationConfig=config)
    assert body["thinking"]["type"] == "adaptive"
    assert body.get("output_config", {}).get("effort") == effort
    assert BUDGET in losses


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
        ("m", None, "high", "user"),
        ("m", None, None, "assistant"),
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
    ("model", "profile", "begins"),
    [
        ("claude-haiku-4-5", None, "assistant"),
        ("claude-sonnet-4-6", None, "assistant"),
        ("claude-sonnet-4-5", None, "user"),
        ("m", None, "user"),
        ("m", {"assistant_first": True}, "assistant"),
        ("claude-opus-4-8", {"assistant_first": False}, "user"),
    ],
)
def test_messages_first_turn(model: str, profile: Any, begins: str) -> None:
    turns = [{"role": "assistant", "content": "Good day."}, *HELLO]
    body, losses = ask(MESSAGES, model, profile, messages=turns)
    assert body["messages"][0]["role"] == begins
    assert (("invented", "message.placeholder") in losses) == (begins == "user")


@pytest.mark.parametrize(("model", "goes"), [("claude-sonnet-4-20250514", True), ("claude-sonnet-4-5", False)])
def test_messages_exclusive_sampling(model: str, goes: bool) -> None:
    body, losses = ask(MESSAGES, model, temperature=0.7, top_p=0.9)
    assert body["temperature"] == 0.7
    assert body.get("top_p") == (0.9 if goes else None)
    assert (("dropped", "sampling.unsupported") in losses) == (not goes)


@pytest.mark.parametrize(
    ("said", "kept", "told"),
    [
        ({"temperature": 0, "top_p": 1}, {"top_p": 1}, {"sampling.thinking"}),
        ({"temperature": 0, "top_p": 0.97}, {"top_p": 0.97}, {"sampling.thinking"}),
        ({"temperature": 0, "top_p": 0.5}, {}, {"sampling.thinking"}),
        ({"temperature": 1, "top_p": 0.97}, {"temperature": 1}, {"sampling.unsupported"}),
        ({"temperature": 1, "top_p": 0.5}, {"temperature": 1}, {"sampling.thinking"}),
    ],
)
def test_messages_exclusive_beside_thinking(said: Any, kept: Any, told: set[str]) -> None:
    """A setting that does not go with thinking takes no other with it: what is left is what excludes."""
    body, losses = ask(MESSAGES, "claude-sonnet-4-5", reasoning_effort="low", **said)
    assert body["thinking"]["type"] == "enabled"
    assert {k: v for k, v in body.items() if k in ("temperature", "top_p")} == kept
    assert {code for kind, code in losses if kind == "dropped"} == told


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


# target, profile, the setting that is asked for and the one that is written, its length there and the loss
LONG_NAMES = [
    (MESSAGES, None, "user", ("metadata", "user_id"), 256, "user.limit"),
    (MESSAGES, None, "safety_identifier", ("metadata", "user_id"), 256, "user.limit"),
    (MESSAGES, {"user_max": None}, "user", ("metadata", "user_id"), 400, None),
    (RESPONSES, None, "safety_identifier", ("safety_identifier",), 128, "user.limit"),
    ("openai-chat+azure", None, "safety_identifier", ("safety_identifier",), 128, "user.limit"),
    ("openai-chat+openrouter", None, "safety_identifier", ("safety_identifier",), 400, None),
    # No limit of theirs is known for sure.
    (RESPONSES, None, "user", ("user",), 400, None),
    (RESPONSES, None, "prompt_cache_key", ("prompt_cache_key",), 400, None),
    (RESPONSES, {"user_max": 64}, "user", ("user",), 64, "user.limit"),
    (RESPONSES, {"prompt_cache_key_max": 64}, "prompt_cache_key", ("prompt_cache_key",), 64, "cache.key"),
    ("openai-completions", {"user_max": 64}, "user", ("user",), 64, "user.limit"),
]


@pytest.mark.parametrize(("target", "profile", "name", "path", "length", "code"), LONG_NAMES)
@pytest.mark.parametrize("letter", ["a", "ä"])
def test_names_of_users_and_caches(
    target: str, profile: Any, name: str, path: tuple[str, ...], length: int, code: str | None, letter: str
) -> None:
    def written(value: str) -> tuple[str, set[tuple[str, str, str]]]:
        asked = {"model": "m", "messages": HELLO, name: value}
        t = dragoman.translate_request(asked, CHAT, target, profile=profile)
        found: Any = t.body
        for key in path:
            found = found[key]
        return found, {(loss.kind, loss.code, loss.at) for loss in t.losses}

    said, losses = written(letter * 400)
    # Of another alphabet only the digest stays.
    assert len(said) == length if letter == "a" or code is None else 0 < len(said) <= length
    assert (("changed", code, f"/{name}") in losses) == (code is not None)
    assert not {loss for loss in losses if loss[1] in ("user.limit", "cache.key")} - {("changed", code, f"/{name}")}
    # The same for the same, another for another, and what fits stays.
    assert written(letter * 400)[0] == said != written(letter * 401)[0]
    assert written(letter * length)[0] == letter * length
    # What was cut is not cut again.
    assert written(said)[0] == said


PERSONAL = ["bob@example.com", "user:Bob.B+x@mail.example.co.uk", "+49 (30) 1234-567", "004930123456", "030/12 34 56"]
NOBODYS = [
    "user_1a2b",
    "@bob",
    "bob@home",
    "123456",
    "12345678a",
    "2024-01-01T00:00",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
]


@pytest.mark.parametrize("name", ["user", "safety_identifier"])
@pytest.mark.parametrize("source", [CHAT, RESPONSES])
@pytest.mark.parametrize("value", PERSONAL + NOBODYS)
def test_messages_no_user_is_known_by_address_or_number(source: str, name: str, value: str) -> None:
    """ "<=256 chars; e-mail/phone-looking ids rejected"."""
    said = {"messages": HELLO} if source == CHAT else {"input": HELLO}
    asked = {"model": "m", **said, name: value}
    t = dragoman.translate_request(asked, source, MESSAGES)
    told = [(loss.kind, loss.at, loss.value) for loss in t.losses if loss.code == "user.personal"]
    shown = t.body["metadata"]["user_id"]
    if value in NOBODYS:
        assert (shown, told) == (value, [])
        return
    assert told == [("changed", f"/{name}", value)]
    assert shown.startswith("user_")
    assert value not in shown
    # The same for the same, and once is enough.
    again = dragoman.translate_request({**asked, name: shown}, source, MESSAGES)
    assert again.body["metadata"]["user_id"] == shown
    assert "user.personal" not in {loss.code for loss in again.losses}
    for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        assert not law("request", asked, source, MESSAGES)
    known = dragoman.translate_request(asked, source, MESSAGES, profile={"user_personal": None})
    assert known.body["metadata"]["user_id"] == value


def test_at_home_a_user_stays_who_it_is() -> None:
    asked = {"model": "m", "max_tokens": 9, "messages": HELLO, "metadata": {"user_id": "bob@example.com"}}
    assert dragoman.translate_request(asked, MESSAGES, MESSAGES).body == asked
    assert dragoman.translate_request(asked, MESSAGES, CHAT).body["user"] == "bob@example.com"


def test_names_of_users_hold_the_laws() -> None:
    chat = {"model": "m", "messages": HELLO, "user": "u" * 300}
    messages = {"model": "m", "max_tokens": 9, "messages": HELLO, "metadata": {"user_id": "u" * 300}}
    for body, source, target in ((chat, CHAT, MESSAGES), (messages, MESSAGES, CHAT), (messages, MESSAGES, RESPONSES)):
        assert not laws.home_document("request", body, source)
        assert not laws.nothing_vanishes("request", body, source, target)
        assert not laws.nothing_made_up("request", body, source, target)
        assert not laws.settled("request", body, source, target)


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
    ("target", "model", "longest"),
    [(CHAT, "gpt-4o", 40), (CHAT, "o3-mini", 40), ("openai-chat+azure", "our-own", 40), (CHAT, "qwen3", 60)],
)
def test_ids_of_openai_and_azure(target: str, model: str, longest: int) -> None:
    """ ">40 chars on Chat, OpenAI and Azure alike"."""
    turns: list[Any] = [*HELLO]
    for length in (40, 60):
        call = {"type": "tool_use", "id": "a" * length, "name": "f", "input": {}}
        answer = {"type": "tool_result", "tool_use_id": "a" * length, "content": "1"}
        turns += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [answer]}]
    body, losses = ask_openai(target, model, None, messages=turns)
    calls = [m["tool_calls"][0]["id"] for m in body["messages"] if "tool_calls" in m]
    assert calls == [m["tool_call_id"] for m in body["messages"] if "tool_call_id" in m]
    assert [len(one) for one in calls] == [40, longest]
    assert calls[0] != calls[1]
    assert (("changed", "tool_call.id") in losses) == (longest == 40)


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


# --- media in results ------------------------------------------------------------------------------------------------

PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}}


def results(*after: Any) -> list[Any]:
    calls: Any = [{"type": "tool_use", "id": f"toolu_{i}", "name": "f", "input": {}} for i in (1, 2)]
    said = [
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "seen"}, PICTURE]},
        {"type": "tool_result", "tool_use_id": "toolu_2", "content": "12"},
    ]
    return [*HELLO, {"role": "assistant", "content": calls}, {"role": "user", "content": [*said, *after]}]


@pytest.mark.parametrize(
    ("model", "profile", "moved"),
    [
        ("gemini-2.5-pro", None, True),
        ("gemini-3-pro-preview", None, False),
        ("m", None, False),
        ("m", {"result_media": False}, True),
    ],
)
@pytest.mark.parametrize("after", [[], [{"type": "text", "text": "and now?"}]])
def test_gemini_media_in_results(model: str, profile: Any, moved: bool, after: list[Any]) -> None:
    asked = {"model": model, "max_tokens": 9, "messages": results(*after)}
    t = dragoman.translate_request(asked, MESSAGES, GEMINI, profile=profile)
    turns = t.body["contents"][2:]
    answers = [p["functionResponse"] for p in turns[0]["parts"]]
    assert [a["response"] for a in answers] == [{"output": "seen"}, {"output": "12"}]
    assert ("parts" in answers[0]) == (not moved)
    blob = {"inlineData": {"mimeType": "image/png", "data": "QUJD"}}
    texts = [{"text": p["text"]} for p in after]
    assert [p for turn in turns[1:] for p in turn["parts"]] == ([blob, *texts] if moved else texts)
    at = [loss.at for loss in t.losses if loss.code == "tool_result.media_moved"]
    assert at == (["/messages/2/content/0/content/1"] if moved else [])


def test_gemini_media_wait_for_the_last_result() -> None:
    """Results that are messages of their own stand together; what they held comes behind them."""
    items: list[Any] = [{"type": "message", "role": "user", "content": "hello"}]
    items += [{"type": "function_call", "call_id": f"c{i}", "name": "f", "arguments": "{}"} for i in (1, 2)]
    image = {"type": "input_image", "image_url": "data:image/png;base64,QUJD"}
    items += [{"type": "function_call_output", "call_id": f"c{i}", "output": [image]} for i in (1, 2)]
    t = dragoman.translate_request({"model": "gemini-2.5-pro", "input": items}, RESPONSES, GEMINI)
    kinds = [[next(iter(p)) for p in turn["parts"]] for turn in t.body["contents"]]
    assert kinds[2:] in (
        [["functionResponse"] * 2, ["inlineData"], ["inlineData"]],
        [["functionResponse"] * 2, ["inlineData"] * 2],
    )


# --- cache marks -----------------------------------------------------------------------------------------------------

MARK: Any = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}


@OPENAI
@pytest.mark.parametrize(
    ("model", "profile", "taken"),
    [
        ("gpt-5.6", None, True),
        ("gpt-5.1", None, False),
        ("m", None, False),
        ("m", {"cache_breakpoints": True}, True),
        ("gpt-5.6", {"cache_breakpoints": False}, False),
    ],
)
def test_openai_cache_marks(target: str, model: str, profile: Any, taken: bool) -> None:
    marked = {"type": "text", "text": "a long story", **MARK}
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    answer = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "12", **MARK}
    turns = [
        {"role": "user", "content": [marked, PICTURE | MARK]},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [answer]},
    ]
    tools = [{"name": "f", "input_schema": {"type": "object"}, **MARK}]
    body, losses = ask_openai(target, model, profile, system=[marked], messages=turns, tools=tools)
    if target == CHAT:
        spots = [body["messages"][0]["content"], body["messages"][1]["content"], body["messages"][3]["content"]]
    else:
        told = body["input"] if taken else [{"content": body["instructions"]}, *body["input"]]
        spots = [told[0]["content"], told[1]["content"], told[3]["output"]]
    found = [part for spot in spots if type(spot) is list for part in spot if "prompt_cache_breakpoint" in part]
    assert [part["prompt_cache_breakpoint"] for part in found] == ([{"mode": "explicit"}] * 4 if taken else [])
    assert (("changed", "cache.approximated") in losses) == taken
    assert ("dropped", "cache.unsupported") in losses  # that of the tool, always
    assert (
        b"cache_control"
        not in dragoman.translate_request(
            {"model": model, "max_tokens": 9, "messages": turns}, MESSAGES, target, profile=profile
        ).json()
    )


def test_between_the_two_of_openai_a_mark_stays_what_it_is() -> None:
    part = {"type": "input_text", "text": "a long story", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"}}
    asked = {"model": "gpt-5.6", "input": [{"role": "user", "content": [part]}]}
    t = dragoman.translate_request(asked, RESPONSES, CHAT)
    assert t.body["messages"][0]["content"] == [{**part, "type": "text"}]
    assert not any(loss.code.startswith("cache.") for loss in t.losses)
    there = dragoman.translate_request({**t.body, "model": "m"}, CHAT, RESPONSES, profile={"cache_breakpoints": False})
    assert b"prompt_cache_breakpoint" not in there.json()


def test_messages_take_four_marks() -> None:
    texts = [{"type": "text", "text": f"story {i}", **MARK} for i in range(6)]
    asked = {
        "model": "m",
        "messages": [{"role": "system", "content": texts[:2]}, {"role": "user", "content": texts[2:]}],
    }
    t = dragoman.translate_request(asked, CHAT, MESSAGES)
    blocks = [*t.body["system"], *t.body["messages"][0]["content"]]
    assert [i for i, block in enumerate(blocks) if "cache_control" in block] == [0, 3, 4, 5]
    assert [loss.at for loss in t.losses if loss.code == "cache.limit"] == [
        "/messages/0/content/1/cache_control",
        "/messages/1/content/0/cache_control",
    ]
    four = {**asked, "messages": [{"role": "user", "content": texts[:4]}]}
    assert not any(loss.code == "cache.limit" for loss in dragoman.translate_request(four, CHAT, MESSAGES).losses)


# --- what does nothing, what is too much ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "profile", "kept"),
    [
        ("gemini-3.7-flash", None, False),
        ("gemini-3-pro-preview", None, True),
        ("m", None, True),
        ("m", {"sampling_ignored": ["temperature"]}, False),
        ("m", {"sampling_refused": ["temperature"]}, False),
    ],
)
def test_gemini_sampling(model: str, profile: Any, kept: bool) -> None:
    body, losses = ask(GEMINI, model, profile, temperature=0.5, seed=7)
    assert ("temperature" in body["generationConfig"]) == kept
    assert body["generationConfig"]["seed"] == 7
    assert (("dropped", "sampling.unsupported") in losses) == (not kept)


@pytest.mark.parametrize("target", [CHAT, MESSAGES, RESPONSES, GEMINI, "openai-completions"])
def test_what_is_ignored_or_too_much_holds_everywhere(target: str) -> None:
    source = MESSAGES if target == CHAT else CHAT
    limit = {"max_tokens": 5000}
    body, losses = ask(target, "m", {"sampling_ignored": ["temperature"]}, source, temperature=0.5, **limit)
    assert "temperature" not in {**body, **body.get("generationConfig", {})}
    assert {code for _, code in losses} >= {"sampling.unsupported"}
    _, losses = ask(target, "m", {"max_output_tokens": 4000}, source, **limit)
    assert ("changed", "max_tokens.limit") in losses


@pytest.mark.parametrize(("names", "mode"), [([], "AUTO"), (["f"], "VALIDATED")])
def test_gemini_forced_tools(names: list[str], mode: str) -> None:
    choice: Any = {"type": "function", "function": {"name": "f"}} if names else "required"
    body, losses = ask(GEMINI, "m", {"forced_tool_choice": "never"}, tools=[TOOL], tool_choice=choice)
    assert body["toolConfig"]["functionCallingConfig"]["mode"] == mode
    assert ("changed", "tool_choice.forced") in losses
    body, _ = ask(GEMINI, "m", tools=[TOOL], tool_choice=choice)
    assert body["toolConfig"]["functionCallingConfig"]["mode"] == "ANY"


# --- signatures that hold for one beginning --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "profile", "kept"),
    [
        ("claude-opus-5-5", None, False),
        ("claude-sonnet-4-5", None, True),
        ("m", None, True),
        ("m", {"prefix_bound": True}, False),
        ("claude-opus-5-5", {"prefix_bound": False}, True),
    ],
)
def test_messages_thinking_behind_what_was_lost(model: str, profile: Any, kept: bool) -> None:
    agent = CLIENTS[RESPONSES]("every")
    for turn in (1, 2):
        agent.take(dragoman.translate_response(ANSWERS[MESSAGES][0](turn), MESSAGES, RESPONSES).body)
    whole = dragoman.translate_request({**agent.body, "model": model}, RESPONSES, MESSAGES, profile=profile)
    spoilt = next(item for item in agent.body["input"] if item.get("type") == "reasoning")
    spoilt["encrypted_content"] = spoilt["encrypted_content"][:-4] + "AAAA"
    t = dragoman.translate_request({**agent.body, "model": model}, RESPONSES, MESSAGES, profile=profile)

    def thoughts(turn: int, body: Any) -> int:
        content = [m for m in body["messages"] if m["role"] == "assistant"][turn]["content"]
        return sum(block["type"] in ("thinking", "redacted_thinking") for block in content)

    assert [thoughts(turn, whole.body) for turn in (0, 1)] == [3, 3]
    assert [thoughts(turn, t.body) for turn in (0, 1)] == ([2, 3] if kept else [0, 0])
    assert sum(loss.code == "state.prefix" for loss in t.losses) == (0 if kept else 5)
    # A step of its own tools is no thinking.
    assert b"srvtoolu_1" in t.json()
