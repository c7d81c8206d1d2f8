"""What users of other translators filed, over all dialects: turns, pictures in results, tools, settings, the cache.

The numbers are those of SYMPTOMS in test_symptoms_matrix.py.
"""

from __future__ import annotations

import copy
import json
import re

import pytest

import dragoman
from tests.matrix import (
    CHAT,
    CLAUDE,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Json,
    ask,
    assistant,
    c_answer,
    c_calls,
    c_result,
    c_turns,
    calls_of,
    g_answer,
    g_call,
    g_result,
    gemini_turns,
    given,
    history,
    m_answer,
    m_turns,
    model,
    others,
    prose,
    r_answer,
    r_call,
    r_input,
    r_result,
    r_thought,
    spoken,
    use,
    used,
)
from tests.wire import covered


def told(t: dragoman.Translation) -> str:
    return json.dumps(t.body, ensure_ascii=False)


# --- turns --------------------------------------------------------------------------------------------------

OK, Z = {"role": "assistant", "content": "ok"}, {"role": "user", "content": "z"}
RULES: dict[str, Json] = {
    CHAT: c_turns(OK, {"role": "developer", "content": "Rule."}, Z),
    RESPONSES: r_input(OK, {"role": "developer", "content": "Rule."}, Z),
    MESSAGES: m_turns({"role": "system", "content": "Rule."}, OK, Z),
}


@pytest.mark.parametrize("target", others(COMPLETIONS))
@pytest.mark.parametrize("source", RULES)
def test_symptom_13_a_rule_in_the_middle_stays_there(source: str, target: str) -> None:
    if source == target:
        return
    t = ask(RULES[source], source, target)
    turns = t.body.get("contents") or t.body.get("input") or t.body["messages"]
    said = [(turn["role"], prose(turn.get("parts") or turn["content"])) for turn in turns]
    place = next(i for i, (_, words) in enumerate(said) if "Rule." in words)
    role, words = said[place]
    assert (said[place - 1][1], said[place + 1][1]) == (("Go.", "ok") if source == MESSAGES else ("ok", "z"))
    assert role in ("system", "developer", "user")
    if role == "user":
        assert words != "Rule.", "not marked"
        at = {RESPONSES: "/input/2", MESSAGES: "/messages/1"}.get(source, "/messages/2")
        assert covered(t.losses, at, "changed")
    for head in ("system", "systemInstruction", "instructions"):
        assert "Rule." not in json.dumps(t.body.get(head) or ""), "hoisted"


@pytest.mark.parametrize("target", [RESPONSES, GEMINI, MESSAGES])
def test_concatenated_system_turns_are_not(target: str) -> None:
    rules = [{"role": "system", "content": f"Rule {i}."} for i in range(3)]
    user, ok = {"role": "user", "content": "Go."}, {"role": "assistant", "content": "ok"}
    body = {"model": "m", "messages": [rules[0], user, rules[1], ok, user, rules[2]]}
    t = ask(body, CHAT, target)
    flat = json.dumps(t.body.get("contents") or t.body.get("input") or t.body["messages"])
    assert flat.index("Rule 1.") < flat.index('"ok"') < flat.index("Rule 2.")
    for head in ("system", "systemInstruction", "instructions"):
        assert "Rule 1." not in json.dumps(t.body.get(head) or "")


@pytest.mark.parametrize("target", others())
@pytest.mark.parametrize("source", [CHAT, RESPONSES, MESSAGES, GEMINI])
def test_symptom_22_a_trailing_answer_is_told_and_kept(source: str, target: str) -> None:
    """A prefill towards older models of two vendors, refused by the newer, and none at all elsewhere."""
    if source == target:
        return
    body = {
        CHAT: c_turns({"role": "assistant", "content": "{"}),
        RESPONSES: r_input({"role": "assistant", "content": "{"}),
        MESSAGES: m_turns({"role": "assistant", "content": "{"}),
        GEMINI: gemini_turns(model({"text": "{"})),
    }[source]
    place = {RESPONSES: "/input/1", GEMINI: "/contents/1"}.get(source, "/messages/1")
    t = ask(body, source, target)
    assert covered(t.losses, place)
    if target == COMPLETIONS:
        assert t.body["prompt"].endswith("{")
        return
    last = (t.body.get("contents") or t.body.get("input") or t.body["messages"])[-1]
    assert last["role"] in ("assistant", "model")
    assert prose(last.get("parts") or last["content"]) == "{"


@pytest.mark.parametrize("blank", ["", " \n"])
@pytest.mark.parametrize("target", [RESPONSES, GEMINI])
def test_symptom_23_no_blank_text_beside_calls(target: str, blank: str) -> None:
    body = c_turns(c_calls("a", content=blank), c_result("a", "1"))
    t = ask(body, CHAT, target)
    if target == GEMINI:
        assert [p for turn in t.body["contents"] for p in turn["parts"] if "text" in p and not p["text"]] == []
    else:
        said = [prose(item["content"]) for item in t.body["input"] if item.get("role") == "assistant"]
        assert said == ([] if not blank else [blank])


@pytest.mark.parametrize("blank", ["", " \n"])
@pytest.mark.parametrize("source", [RESPONSES, GEMINI])
def test_symptom_23_nor_towards_messages(source: str, blank: str) -> None:
    if source == GEMINI:
        body = gemini_turns(model({"text": blank}, g_call("f", "a")), given(g_result("f", blank, "a"), {"text": blank}))
    else:
        body = r_input(spoken(blank), r_call("a"), r_result("a", blank), {"role": "user", "content": blank})
    t = ask(body, source, MESSAGES)
    blocks = [b for m in t.body["messages"] if isinstance(m["content"], list) for b in m["content"]]
    inner = [b for one in blocks if isinstance(one.get("content"), list) for b in one["content"]]
    assert [b for b in (*blocks, *inner) if not b.get("text", "x").strip()] == []
    assert [m for m in t.body["messages"] if isinstance(m["content"], str) and not m["content"].strip()] == []
    (call,), (result,) = history(t.body, MESSAGES)
    assert result.call == call.id == "a"


# --- pictures in results ------------------------------------------------------------------------------------

PIXEL = "iVBORw0KGgo="
PICTURES: dict[str, Json] = {
    MESSAGES: m_turns(
        assistant(use("a")),
        used(
            "a",
            [
                {"type": "text", "text": "Here:"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
            ],
        ),
    ),
    RESPONSES: r_input(
        r_call("a"),
        r_result(
            "a",
            [
                {"type": "input_text", "text": "Here:"},
                {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}", "detail": "auto"},
            ],
        ),
    ),
    GEMINI: gemini_turns(
        model(g_call("f", "a")),
        given(
            {
                "functionResponse": {
                    "id": "a",
                    "name": "f",
                    "response": {"output": "Here:"},
                    "parts": [{"inlineData": {"mimeType": "image/png", "data": PIXEL}}],
                }
            }
        ),
    ),
}


@pytest.mark.parametrize("target", others(COMPLETIONS))
@pytest.mark.parametrize("source", PICTURES)
def test_symptom_21_pictures_of_results_go_along_and_come_back(source: str, target: str) -> None:
    if source == target:
        return
    t = ask(PICTURES[source], source, target)
    assert told(t).count(PIXEL) == 1
    (call,), (result,) = history(t.body, target)
    assert result.call == call.id == "a"
    assert "Here:" in result.text
    if target in (CHAT, CLAUDE):
        assert [m["role"] for m in t.body["messages"]] == ["user", "assistant", "tool", "user"]
        assert t.body["messages"][3]["content"][0]["type"] == "image_url"
    elif target == GEMINI:
        (part,) = t.body["contents"][-1]["parts"]
        assert PIXEL in json.dumps(part["functionResponse"]["parts"])
    else:
        last = (t.body.get("input") or t.body["messages"])[-1]
        assert PIXEL in json.dumps(last.get("output") or last["content"][0]["content"])
    back = ask(t.body, target, source)
    assert told(back).count(PIXEL) == 1
    assert history(back.body, source)[1][0].call == "a"


# --- settings, tools, state of the server -------------------------------------------------------------------

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "const": {"type": "string"},
        "$schema": {"type": "string"},
        "n": {"type": "integer", "exclusiveMinimum": 0},
        "m": {"type": "object", "propertyNames": {"pattern": "^a"}},
        "k": {"const": "fixed"},
    },
    "required": ["const"],
}


def with_tool(source: str) -> Json:
    tool = {"name": "f", "description": "d"}
    if source == MESSAGES:
        return m_turns(tools=[{**tool, "input_schema": SCHEMA}])
    if source == RESPONSES:
        return r_input(tools=[{"type": "function", **tool, "parameters": SCHEMA, "strict": False}])
    return c_turns(tools=[{"type": "function", "function": {**tool, "parameters": SCHEMA}}])


@pytest.mark.parametrize("source", [CHAT, RESPONSES, MESSAGES, CLAUDE])
def test_symptom_14_schemas_are_said_in_googles_words(source: str) -> None:
    t = ask(with_tool(source), source, GEMINI)
    ((tool,),) = [entry["functionDeclarations"] for entry in t.body["tools"]]
    assert "parameters" not in tool
    schema = tool["parametersJsonSchema"]
    assert schema["required"] == ["const"]
    properties = schema["properties"]
    assert properties["const"] == {"type": "string"}
    assert properties["$schema"] == {"type": "string"}
    assert properties["n"] == {"type": "integer", "minimum": 1}
    assert properties["k"] == {"enum": ["fixed"]} or properties["k"] == {"type": "string", "enum": ["fixed"]}
    place = {
        MESSAGES: "/tools/0/input_schema",
        RESPONSES: "/tools/0/parameters",
    }.get(source, "/tools/0/function/parameters")
    assert covered(t.losses, f"{place}/properties/n", "changed")
    if "propertyNames" not in properties["m"]:
        assert covered(t.losses, f"{place}/properties/m/propertyNames", "dropped")
    if "$schema" not in schema:
        assert covered(t.losses, f"{place}/$schema", "dropped")


@pytest.mark.parametrize("source", [RESPONSES, MESSAGES])
@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, CLAUDE])
def test_symptom_14_elsewhere_they_go_untouched(source: str, target: str) -> None:
    if source == target:
        return
    (tool,) = ask(with_tool(source), source, target).body["tools"]
    assert (tool.get("input_schema") or tool.get("parameters") or tool["function"]["parameters"]) == SCHEMA


@pytest.mark.parametrize("limit", [16, 1024, 1025, 2000, 5001, 64000, None])
@pytest.mark.parametrize("budget", [0, 1, 1024, 5000, 10**6, -1])
def test_symptom_24_a_budget_of_gemini_stays_below_the_limit(limit: int | None, budget: int) -> None:
    config: Json = {"thinkingConfig": {"thinkingBudget": budget}}
    if limit is not None:
        config["maxOutputTokens"] = limit
    t = ask(gemini_turns(generationConfig={**config, "temperature": 0.2}), GEMINI, MESSAGES)
    assert_takes_thinking(t)
    if t.body.get("thinking", {}).get("budget_tokens") != budget:
        assert covered(t.losses, "/generationConfig/thinkingConfig")
    if t.body.get("thinking", {}).get("type") in ("enabled", "adaptive"):
        assert covered(t.losses, "/generationConfig/temperature", "dropped")


@pytest.mark.parametrize("limit", [16, 2000, None])
@pytest.mark.parametrize("effort", ["none", "minimal", "low", "medium", "high", "xhigh", "max"])
def test_symptom_24_an_effort_of_responses_too(effort: str, limit: int | None) -> None:
    top: Json = {"reasoning": {"effort": effort}, "temperature": 0.2}
    t = ask(r_input(**top, **({"max_output_tokens": limit} if limit else {})), RESPONSES, MESSAGES)
    assert_takes_thinking(t)
    if effort == "none":
        assert t.body.get("thinking", {}).get("type") in (None, "disabled")


def test_symptom_24_a_suffix_too() -> None:
    t = ask({**c_turns(max_tokens=100, temperature=0.2), "model": "claude-x-thinking"}, CLAUDE, MESSAGES)
    assert t.model == "claude-x"
    assert_takes_thinking(t)


def assert_takes_thinking(t: dragoman.Translation) -> None:
    """What Anthropic's service takes: 1024 <= budget < max_tokens, and no temperature beside thinking."""
    said = t.body.get("thinking", {})
    if "budget_tokens" in said:
        assert 1024 <= said["budget_tokens"] < t.body["max_tokens"]
    assert t.body.get("output_config", {}).get("effort", "low") in ("low", "medium", "high", "xhigh", "max")
    if said.get("type") in ("enabled", "adaptive"):
        assert t.body.get("temperature", 1) == 1


KEPT_THERE: dict[str, tuple[Json, dict[str, str]]] = {
    RESPONSES: (
        r_input(previous_response_id="resp_0", background=True, store=True),
        {"/previous_response_id": "resp_0", "/background": "background", "/store": '"store": true'},
    ),
    GEMINI: (gemini_turns(cachedContent="cachedContents/1"), {"/cachedContent": "cachedContents"}),
    MESSAGES: (m_turns(container="container_1"), {"/container": "container_1"}),
}


@pytest.mark.parametrize("target", others())
@pytest.mark.parametrize("source", KEPT_THERE)
def test_server_state_is_told(source: str, target: str) -> None:
    body, places = KEPT_THERE[source]
    if source == target:
        return
    t = ask(body, source, target)
    for place, word in places.items():
        assert covered(t.losses, place, "dropped") or (place == "/store" and target in (CHAT, CLAUDE))
        assert word not in told(t) or place == "/store"
    with pytest.raises(dragoman.UntranslatableDocument):
        dragoman.translate_request(body, source, target, on_loss="raise")


def test_server_state_a_conversation_by_its_id() -> None:
    body = {"model": "m", "input": "x", "conversation": {"id": "conv_1"}}
    for target in others(RESPONSES):
        assert covered(ask(body, RESPONSES, target).losses, "/conversation", "dropped")


LONG = "mcp__" + "a_long_server_name_" * 4 + "tool"  # 85 characters: Anthropic and Google take 128, OpenAI 64


def declaring(name: str, dialect: str) -> Json:
    """A request with one tool of this name."""
    if dialect == MESSAGES:
        return m_turns(tools=[{"name": name, "input_schema": {"type": "object"}}])
    if dialect == GEMINI:
        return gemini_turns(tools=[{"functionDeclarations": [{"name": name}]}])
    if dialect == RESPONSES:
        return r_input(tools=[{"type": "function", "name": name, "parameters": None, "strict": False}])
    return c_turns(tools=[{"type": "function", "function": {"name": name}}])


def declared(body: Json, dialect: str) -> str:
    """The name of the one tool of a request."""
    tool = body["tools"][0]
    name: str = {GEMINI: lambda: tool["functionDeclarations"][0], CHAT: lambda: tool["function"],
                 CLAUDE: lambda: tool["function"]}.get(dialect, lambda: tool)()["name"]  # fmt: skip
    return name


def calling(name: str, dialect: str) -> Json:
    """An answer that calls it."""
    if dialect == MESSAGES:
        return m_answer(use("toolu_1", name), stop="tool_use")
    if dialect == GEMINI:
        return g_answer(g_call(name, "a"))
    if dialect == RESPONSES:
        return r_answer(r_call("a", name))
    called = {"id": "a", "type": "function", "function": {"name": name, "arguments": "{}"}}
    return c_answer("tool_calls", tool_calls=[called])


SPELLS = {
    CHAT: r"[A-Za-z0-9_-]{1,64}",
    CLAUDE: r"[A-Za-z0-9_-]{1,64}",
    RESPONSES: r"[A-Za-z0-9_-]{1,64}",
    MESSAGES: r"[A-Za-z0-9_-]{1,128}",
    GEMINI: r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}",
}


@pytest.mark.parametrize("upstream", SPELLS)
@pytest.mark.parametrize(
    ("client", "name"),
    [(MESSAGES, LONG), (GEMINI, LONG), (GEMINI, "a.b:c"), (CHAT, "9-lives"), (RESPONSES, "-x"), (CLAUDE, "天気")],
)
def test_names_are_spelt_and_restored(client: str, name: str, upstream: str) -> None:
    if client == upstream:
        return
    x = dragoman.Exchange(client=client, upstream=upstream)
    spelt = declared(x.request(declaring(name, client)).body, upstream)
    assert re.fullmatch(SPELLS[upstream], spelt)
    if re.fullmatch(SPELLS[upstream], name):
        assert spelt == name
    back = x.response(calling(spelt, upstream))
    assert [c.name for c in calls_of(back.body, client)] == [name]


# --- the prompt cache ---------------------------------------------------------------------------------------

GROWING: dict[str, list[list[Json]]] = {
    CHAT: [
        [{"role": "system", "content": "S"}, {"role": "user", "content": "Go."}],
        [c_calls("a", "b.1"), c_result("b.1", "2"), c_result("a", "1")],
        [{"role": "assistant", "content": "ok"}, {"role": "user", "content": "and"}],
        [OK, {"role": "developer", "content": "D"}, Z],
    ],
    RESPONSES: [
        [{"role": "system", "content": "S"}, {"role": "user", "content": "Go."}],
        [r_thought("rs_1", "RU5D", "hm"), r_call("a"), r_call("b"), r_result("b", "2"), r_result("a", "1")],
        [spoken("ok"), {"role": "user", "content": "and"}],
        [spoken("so"), {"role": "developer", "content": "D"}, Z],
    ],
    MESSAGES: [
        [{"role": "user", "content": "Go."}],
        [assistant({"type": "thinking", "thinking": "hm", "signature": "MQ=="}, use("a"), use("b")),
         {"role": "user", "content": [*used("b", "2")["content"], *used("a", "1")["content"]]}],
        [{"role": "assistant", "content": "ok"}, {"role": "user", "content": "and"}],
    ],
    GEMINI: [
        [given({"text": "Go."})],
        [model(g_call("f", None, "MQ=="), g_call("f")), given(g_result("f", "1"), g_result("f", "2"))],
        [model({"text": "ok"}), given({"text": "and"})],
        [model({"text": "so"}), given({"text": "z"})],
    ],
}  # fmt: skip


@pytest.mark.parametrize("target", others())
@pytest.mark.parametrize("source", GROWING)
def test_cache_the_past_stays_as_it_was(source: str, target: str) -> None:
    """Every later turn leaves what stands before it byte for byte, and two runs are the same."""
    if source == target:
        return
    key = {RESPONSES: "input", GEMINI: "contents"}.get(source, "messages")
    rest = {MESSAGES: {"model": "m", "max_tokens": 9}, GEMINI: {}}.get(source, {"model": "m"})
    before = b""
    turns = GROWING[source]
    for i in range(len(turns)):
        body = {**rest, key: [turn for grown in turns[: i + 1] for turn in grown]}
        t = ask(body, source, target)
        assert ask(copy.deepcopy(body), source, target).json() == t.json()
        said = t.body.get("contents") or t.body.get("input") or t.body.get("messages")
        if said is None and i == 0:
            continue  # a lone text of the user is the prompt itself, and no transcript yet
        now = t.body["prompt"].encode() if said is None else b"".join(json.dumps(one).encode() for one in said)
        assert now.startswith(before)
        assert len(now) > len(before)
        before = now
