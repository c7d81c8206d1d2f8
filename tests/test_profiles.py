"""Profiles: the data holds together, names are found, and who knows better is heard."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

import dragoman
from dragoman import profiles
from dragoman.errors import InvalidDocument
from dragoman.profiles import FACTS, OWN, WORDS, Profile, Row, behind, lookup, normal, rows, weight

DATA = Path(profiles.__file__).with_name("facts.tsv")
DOCS = Path(__file__).parent.parent / "docs" / "profiles.md"
ROWS = rows()

by_row = pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.dialect}-{r.pattern}-{r.fact}")


# --- the data ----------------------------------------------------------------------------------------------


@by_row
def test_a_row_says_whose_it_is_and_where_from(row: Row) -> None:
    known = {name for d in dragoman.dialects() for name in (d, *dragoman.flavours(d))}
    assert row.dialect in known
    assert row.fact in FACTS
    assert row.source.strip() == row.source != ""
    assert "/" not in row.source
    assert row.pattern == row.pattern.lower()


@by_row
def test_the_words_of_a_row_are_known(row: Row) -> None:
    words = WORDS.get(row.fact)
    said = row.value if type(row.value) is tuple else (row.value,)
    assert len(set(said)) == len(said)
    if words is not None:
        assert set(said) <= set(words)
        if row.fact in ("efforts", "thinking_levels"):
            assert sorted(said, key=words.index) == list(said), "in rising order"


def example(pattern: str) -> str:
    """The shortest name that a pattern matches, or nearly: of a choice of letters the first."""
    return re.sub(r"\[(.)[^]]*\]", r"\1", pattern).replace("*", "")


def rivals(row: Row) -> list[Row]:
    """The rows that speak of the same fact for the shortest name of `row`, the last of which is heard."""
    found = [r for r in profiles._ranked(row.dialect) if r.fact == row.fact]
    return [r for r in found if fnmatchcase(example(row.pattern), r.pattern)]


@by_row
def test_every_row_is_heard_and_says_something_new(row: Row) -> None:
    heard = rivals(row)
    assert heard[-1] is row
    if len(heard) > 1:
        before = heard[-2]
        assert weight(before.pattern) < weight(row.pattern), "which of the two wins must not be luck"
        assert before.value != row.value, f"{before.pattern} says that already"


@by_row
def test_patterns_match_normal_names(row: Row) -> None:
    if row.pattern != "*":
        assert normal(example(row.pattern)) == example(row.pattern)


def test_no_row_stands_twice() -> None:
    keys = [row[:3] for row in ROWS]
    assert len(set(keys)) == len(keys)


def test_a_class_of_letters_has_no_equal_rival() -> None:
    """`[6-9]` is checked for each of its letters, not for the first alone."""
    for row in ROWS:
        for low, high in re.findall(r"\[(.)-?(.)\]", row.pattern):
            for letter in (chr(n) for n in range(ord(low), ord(high) + 1)):
                name = re.sub(r"\[[^]]*\]", letter, row.pattern).replace("*", "")
                same = [r for r in profiles._ranked(row.dialect) if r.fact == row.fact and fnmatchcase(name, r.pattern)]
                weights = [weight(r.pattern) for r in same if r.dialect == row.dialect]
                assert len(set(weights)) == len(weights), (row, name)


def test_facts_agree_with_each_other() -> None:
    """What one fact says, another does not take back."""
    names = {(row.dialect, example(row.pattern)) for row in ROWS}
    for dialect, name in sorted(names):
        p = lookup(dialect, name)
        assert p.budget_min is None or p.budget_max is None or p.budget_min < p.budget_max
        assert p.call_id_min is None or p.call_id_max is None or p.call_id_min <= p.call_id_max
        assert not p.thinking_levels or "level" in (p.thinking or ())
        if p.thinking is not None and "effort" in p.thinking and p.efforts is not None and "enabled" not in p.thinking:
            assert ("none" in p.efforts) == ("disabled" in p.thinking), (dialect, name)
        if "budget" in (p.thinking or ()):
            assert p.budget_max is not None


# --- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("us.anthropic.claude-3-7-sonnet-20250219-v1:0", "claude-3-7-sonnet-v1"),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-7", "claude-opus-4-7"),
        ("claude-opus-4-5@20251101", "claude-opus-4-5"),
        ("claude-fable-5-20260601", "claude-fable-5"),
        ("openrouter/anthropic/claude-opus-5:thinking", "claude-opus-5"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("projects/p/locations/l/publishers/google/models/gemini-3.6-flash", "gemini-3.6-flash"),
        ("GPT-5.2", "gpt-5.2"),
        ("openai/gpt-5-2025-08-07", "gpt-5"),
        ("gpt-5-pro-2025-10-06", "gpt-5-pro"),
        ("openai.gpt-oss-20b-1:0", "gpt-oss-20b-1"),
        ("ft:gpt-4o-mini-2024-07-18:org::id", "gpt-4o-mini"),
        ("tunedModels/gemini-2.5-pro-mine", ""),
        ("endpoints/123", ""),
        ("", ""),
        ("/", ""),
        ("gpt-5" * 100, ""),
    ],
)
def test_names_lose_what_providers_put_around_them(said: str, name: str) -> None:
    assert normal(said) == name


# --- what is known of whom ---------------------------------------------------------------------------------

CLAUDE, GEMINI, CHAT, RESPONSES = "anthropic-messages", "gemini", "openai-chat", "openai-responses"
LOW_HIGH, ALL = ("low", "medium", "high"), ("low", "medium", "high", "xhigh", "max")
SAMPLING = ("temperature", "top_p", "top_k")

KNOWN: list[tuple[str, str, dict[str, Any]]] = [
    (
        CLAUDE,
        "claude-3-5-haiku-20241022",
        {"thinking": ("disabled",), "prefill": True, "sampling_refused": None, "forced_tool_choice": "yes"},
    ),
    (CLAUDE, "claude-3-7-sonnet-20250219", {"thinking": ("disabled", "enabled"), "budget_min": 1024, "efforts": ()}),
    (CLAUDE, "claude-sonnet-4-20250514", {"family": "claude-sonnet-4", "thinking": ("disabled", "enabled")}),
    (
        CLAUDE,
        "claude-opus-4-1-20250805",
        {"thinking_default": "off", "sampling_exclusive": ("temperature", "top_p"), "max_output_tokens": None},
    ),
    (CLAUDE, "claude-opus-4-5-20251101", {"efforts": LOW_HIGH, "max_output_tokens": 64000}),
    (
        CLAUDE,
        "claude-haiku-4-5-20251001",
        {"efforts": (), "forced_tool_choice": "not_with_thinking", "mid_system": False, "prefill": True},
    ),
    (
        CLAUDE,
        "claude-sonnet-4-6",
        {
            "thinking": ("disabled", "enabled", "adaptive"),
            "thinking_default": "off",
            "efforts": (*LOW_HIGH, "max"),
            "prefill": False,
            "sampling_refused": None,
            "max_output_tokens": 128000,
        },
    ),
    (
        CLAUDE,
        "claude-opus-4-7",
        {"thinking": ("disabled", "adaptive"), "efforts": ALL, "sampling_refused": SAMPLING, "mid_system": False},
    ),
    (CLAUDE, "claude-opus-4-8", {"mid_system": True, "forced_tool_choice": "yes", "prefix_bound": False}),
    (CLAUDE, "claude-sonnet-5", {"thinking_default": "on", "mid_system": False}),
    (CLAUDE, "claude-opus-5", {"thinking": ("disabled", "adaptive")}),
    (CLAUDE, "claude-haiku-5-5", {"prefix_bound": True, "thinking": ("disabled", "adaptive"), "mid_system": True}),
    (
        CLAUDE,
        "claude-sonnet-5-5",
        {"thinking": ("between_tools", "adaptive"), "forced_tool_choice": "never", "mid_system": True},
    ),
    (CLAUDE, "claude-opus-5-5", {"thinking": ("adaptive",), "forced_tool_choice": "never", "prefix_bound": True}),
    (CLAUDE, "claude-fable-5-20260601", {"family": "claude-fable-5", "forced_tool_choice": "yes"}),
    (CLAUDE, "claude-fable-5-2", {"family": "claude-fable-5.2", "forced_tool_choice": "never", "prefix_bound": True}),
    (CLAUDE, "claude-mythos-5-1", {"forced_tool_choice": "never", "prefix_bound": False}),
    (CLAUDE, "claude-mythos-5-2", {"prefix_bound": True, "bound_to": (), "tool_name_max": 128}),
    (GEMINI, "gemini-2.0-flash", {"thinking": (), "prefill": True, "signatures": "optional"}),
    (
        GEMINI,
        "gemini-2.5-pro",
        {"thinking": ("budget",), "budget_min": 128, "budget_max": 32768, "bound_to": ("family", "platform")},
    ),
    (
        GEMINI,
        "models/gemini-2.5-flash-preview-09-2025",
        {"thinking": ("disabled", "budget"), "budget_min": 0, "budget_max": 24576, "signatures": "optional"},
    ),
    (GEMINI, "gemini-2.5-flash-lite", {"budget_min": 512, "budget_max": 24576, "thinking_default": "off"}),
    (GEMINI, "gemini-3-pro-preview", {"thinking_levels": ("low", "high"), "signatures": "required", "prefill": True}),
    (GEMINI, "gemini-3.1-pro-preview", {"thinking_levels": LOW_HIGH, "thinking": ("level",), "mid_system": False}),
    (GEMINI, "gemini-3-flash-preview", {"thinking_levels": ("minimal", *LOW_HIGH), "result_media": True}),
    (GEMINI, "gemini-3.5-flash", {"prefill": True, "sampling_ignored": None, "schema_with_tools": True}),
    (GEMINI, "gemini-3.5-flash-lite", {"prefill": False, "sampling_ignored": SAMPLING}),
    (GEMINI, "gemini-3.6-flash", {"thinking_levels": ("minimal", *LOW_HIGH), "prefill": False}),
    (GEMINI, "gemini-3.8-flash", {"thinking_levels": LOW_HIGH, "sampling_ignored": SAMPLING}),
    (GEMINI, "gemini-flash-latest", {"thinking": ("level",), "signatures": "required", "sampling_ignored": SAMPLING}),
    (GEMINI, "gemini-flash-lite-latest", {"thinking_levels": LOW_HIGH, "signatures": "required", "prefill": False}),
    (
        GEMINI,
        "gemini-pro-latest",
        {"signatures": "required", "sampling_ignored": None, "prefill": None, "family": None},
    ),
    (GEMINI, "gemini-4-argon", {"thinking_levels": LOW_HIGH, "signatures": "required", "prefill": False}),
    (CHAT, "gpt-4o-mini-2024-07-18", {"thinking": (), "efforts": (), "sampling_refused": None, "tool_name_max": 64}),
    (CHAT, "o4-mini", {"efforts": LOW_HIGH, "thinking": ("effort",), "thinking_default": "on"}),
    (CHAT, "gpt-5-nano-2025-08-07", {"efforts": ("minimal", *LOW_HIGH), "call_id_max": 40}),
    (CHAT, "gpt-oss-120b", {"call_id_max": None}),
    ("openai-chat+azure", "our-deployment", {"call_id_max": 40}),
    (CHAT, "gpt-5-chat-latest", {"thinking": (), "sampling_refused": (), "efforts": ()}),
    (RESPONSES, "gpt-5-pro", {"efforts": ("high",), "thinking": ("effort",), "call_id_max": 64}),
    (
        RESPONSES,
        "gpt-5.1",
        {"efforts": ("none", *LOW_HIGH), "thinking_default": "off", "sampling_refused": ("stop", "n")},
    ),
    (RESPONSES, "gpt-5.1-codex-max", {"efforts": (*LOW_HIGH, "xhigh"), "thinking": ("effort",)}),
    (RESPONSES, "gpt-5.2-chat-latest", {"efforts": ("medium",), "thinking_default": "on"}),
    (RESPONSES, "gpt-5.4-nano-2026-03-17", {"thinking_default": "off", "thinking": ("disabled", "effort")}),
    (CHAT, "gpt-5.6-sol", {"efforts": ("none", *ALL), "cache_breakpoints": True, "thinking_default": "on"}),
    (CHAT, "deepseek-v4-pro", {"forced_tool_choice": "not_with_thinking", "efforts": None}),
    ("openai-chat+mistral", "mistral-large-latest", {"call_id_min": 9, "call_id_max": 9, "tool_name_max": None}),
    ("openai-completions", "gpt-3.5-turbo-instruct", {"family": "gpt-3.5", "thinking": None}),
]


@pytest.mark.parametrize(("dialect", "model", "facts"), KNOWN, ids=[f"{d}-{m}" for d, m, _ in KNOWN])
def test_what_is_known_of_a_model(dialect: str, model: str, facts: dict[str, Any]) -> None:
    found = lookup(dialect, model)
    assert {name: getattr(found, name) for name in facts} == facts


def test_reasoning_models_of_openai_take_no_sampling() -> None:
    always, sometimes = lookup(CHAT, "o3"), lookup(CHAT, "gpt-5.2")
    assert always.sampling_refused is not None
    assert {"temperature", "top_p", "logit_bias", "logprobs", "stop"} <= set(always.sampling_refused)
    assert sometimes.sampling_refused == ("stop", "n")
    assert sometimes.sampling_refused_thinking is not None
    assert {"temperature", "top_p"} <= set(sometimes.sampling_refused_thinking)


@pytest.mark.parametrize("dialect", [*dragoman.dialects(), "openai-chat+vllm", "no-dialect"])
def test_of_an_unknown_model_nothing_is_refused(dialect: str) -> None:
    found = lookup(dialect, "a-model-of-tomorrow")
    assert found == lookup(dialect, "")
    servers = {row.fact for row in ROWS if row.dialect == dialect and row.pattern == "*"}
    said = {field.name for field in fields(found) if getattr(found, field.name) is not None}
    assert said == servers
    refusals = {"sampling_refused", "thinking", "efforts", "prefill", "max_output_tokens", "family", "budget_max"}
    assert not said & refusals


def test_a_flavour_knows_the_models_but_not_the_server() -> None:
    found = lookup("openai-chat+openrouter", "openai/gpt-5.2")
    assert found.family == "gpt-5.2"
    assert found.tool_name_max is None
    assert found.call_id_max == 40  # behind every gateway stands OpenAI's server, or Azure's
    assert lookup("openai-chat+azure", "gpt-5.2") == lookup("openai-chat", "gpt-5.2")


# --- who knows better --------------------------------------------------------------------------------------


def test_a_gateway_knows_what_the_model_behind_it_refuses() -> None:
    for gateway, model in (
        ("openai-chat+openrouter", "anthropic/claude-opus-4.7"),
        ("openai-chat+litellm", "bedrock/us.anthropic.claude-opus-4-7"),
        ("openai-chat+new-api", "claude-opus-4-7"),
        ("claude-thinking", "claude-opus-4-7-thinking"),
    ):
        found = lookup(gateway, model)
        assert found.family == "claude-opus-4.7"
        assert found.sampling_refused == ("temperature", "top_p", "top_k")
        assert found.prefill is False
        controls = (found.efforts, found.thinking, found.mid_system)
        assert controls == (None, None, None)  # asked for in the gateway's own words
    assert lookup("openai-chat+google", "gemini-3-pro").signatures == "required"
    assert lookup("openai-chat+openrouter", "google/gemini-3-pro").signatures is None
    assert lookup("openai-chat+vllm", "claude-opus-4-7").family is None


def test_what_holds_behind_a_gateway_is_told_of_flavours_and_facts_that_exist() -> None:
    known = {name for d in dragoman.dialects() for name in (d, *dragoman.flavours(d))}
    assert behind().keys() <= known
    assert all(facts <= set(FACTS) for facts in behind().values())


def test_what_the_user_says_wins() -> None:
    found = lookup(GEMINI, "gemini-2.5-pro", {"budget_max": 100, "thinking_levels": ["low"], "prefill": None})
    assert (found.budget_max, found.thinking_levels, found.prefill) == (100, ("low",), None)
    assert found.budget_min == 128
    assert lookup(GEMINI, "gemini-2.5-pro").budget_max == 32768


def test_a_deployment_is_looked_up_under_another_name() -> None:
    ours = {"model": "models/gemini-2.5-pro", "provider": "vertex"}
    found = lookup(GEMINI, "team-blue", ours)
    assert (found.family, found.provider) == ("gemini-2.5-pro", "vertex")
    assert lookup(GEMINI, "gemini-2.5-pro", {"model": None}).family == "gemini-2.5-pro"
    assert lookup(GEMINI, "gemini-2.5-pro", {}) == lookup(GEMINI, "gemini-2.5-pro")


@pytest.mark.parametrize(
    ("ours", "places"),
    [
        ({"no_such_field": 1}, ["/profile/no_such_field"]),
        ({"a/b~c": 1, 5: None}, ["/profile/a~1b~0c", "/profile/5"]),
        ({"prefill": "yes"}, ["/profile/prefill"]),
        ({"prefill": 1}, ["/profile/prefill"]),
        ({"budget_max": True}, ["/profile/budget_max"]),
        ({"budget_max": 1.5}, ["/profile/budget_max"]),
        ({"budget_max": -1}, ["/profile/budget_max"]),
        ({"efforts": "low"}, ["/profile/efforts"]),
        ({"efforts": ["low", "huge", 3]}, ["/profile/efforts/1", "/profile/efforts/2"]),
        ({"sampling_refused": ["temperature", "warmth"]}, ["/profile/sampling_refused/1"]),
        ({"forced_tool_choice": "maybe"}, ["/profile/forced_tool_choice"]),
        ({"forced_tool_choice": ["yes"]}, ["/profile/forced_tool_choice"]),
        ({"provider": 5, "model": b"m"}, ["/profile/provider", "/profile/model"]),
        ([("prefill", True)], ["/profile"]),
        ("gpt-5", ["/profile"]),
    ],
)
def test_a_bad_profile_names_the_place(ours: Any, places: list[str]) -> None:
    with pytest.raises(InvalidDocument) as caught:
        lookup(CHAT, "gpt-5", ours)
    assert [fault.at for fault in caught.value.faults] == places
    assert all(place in str(caught.value) for place in places)


def test_a_profile_of_the_user_is_not_changed() -> None:
    ours = {"efforts": ["low"]}
    found = lookup(CHAT, "gpt-5", ours)
    ours["efforts"].append("high")
    assert found.efforts == ("low",)


def test_profiles_are_values() -> None:
    found = lookup(CHAT, "gpt-5")
    assert found is lookup(CHAT, "openai/gpt-5-2025-08-07"), "one per model, however it is spelled"
    assert hash(found) == hash(lookup(CHAT, "gpt-5", {}))
    with pytest.raises(FrozenInstanceError):
        found.prefill = True  # type: ignore[misc]


# --- the same again, and no more than needed ---------------------------------------------------------------


def test_the_order_of_the_lines_says_nothing() -> None:
    _, *lines = DATA.read_text("utf-8").splitlines()
    random.Random(7).shuffle(lines)
    shuffled = tuple(profiles._rows(lines))
    for dialect, model, _ in KNOWN:
        facts = {}
        for row in sorted(shuffled, key=lambda r: (weight(r.pattern), r.dialect == dialect)):
            ours = row.dialect == dialect or (row.dialect == dialect.partition("+")[0] and row.pattern != "*")
            if ours and fnmatchcase(normal(model), row.pattern):
                facts[row.fact] = row.value
        assert Profile(**facts) == lookup(dialect, model)


def test_the_table_is_read_when_it_is_asked_for() -> None:
    code = "from dragoman import profiles; print(profiles.rows.cache_info().currsize)"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(dragoman.__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.stdout.strip() == "0"


def test_memory_is_bounded() -> None:
    for i in range(3000):
        lookup(CHAT, f"m{i}")
        lookup(f"d{i}", "m")
        lookup(CHAT, "m" * (10_000 + i))
    assert profiles._known.cache_info().currsize <= 1024
    assert profiles._called.cache_info().currsize <= 1024
    assert profiles._ranked.cache_info().currsize <= 64


def test_every_field_is_told() -> None:
    """In the class and in the docs."""
    page = DOCS.read_text("utf-8").partition("## Facts")[0]
    cells = {name for line in page.splitlines() for name in re.findall(r"`(\w+)`", line.partition(" | ")[0])}
    assert {*FACTS, *OWN} <= cells
    assert all(re.search(rf"\b{name}\b", Profile.__doc__ or "") for name in (*FACTS, *OWN))
