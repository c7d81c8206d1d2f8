"""The job of the Node SDKs, without Node: its cases, how a sight is compared, its rows and its lock file.

`make judge-node` runs the job itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.judges import samples
from tests.judges.matrix import CHAT, COMPLETIONS, GEMINI, MESSAGES, RESPONSES
from tests.judges.node import __main__ as job
from tests.judges.node import cases
from tests.judges.node.cases import Case
from tests.judges.node.clients import CLIENTS, Client, complaints
from tests.judges.node.deviations import DEVIATIONS, reason_of

CALLS = "two calls and a text"


def client(name: str) -> Client:
    return next(one for one in CLIENTS if one.name == name)


def printed(seen: Any, **changed: Any) -> dict[str, Any]:
    """What a script prints that saw what it should."""
    usage = {name: count for name, count in seen.usage.items() if count is not None}
    calls = [list(call) for call in seen.calls]
    plain = {"text": seen.text, "reasoning": seen.reasoning, "finish": seen.finish, "model": seen.model}
    return {"ticket": "0", "way": "create", "seen": {**plain, "calls": calls, "usage": usage, **changed}}


@pytest.fixture
def case() -> Case:
    found = cases.document(CALLS, CHAT, MESSAGES, samples.CHAT_DOCUMENTS[CALLS])
    assert found is not None
    return found


def test_a_sight_as_it_should_be_is_none_to_complain_of(case: Case) -> None:
    assert complaints(client("anthropic messages"), case, printed(case.wanted)) == []
    assert complaints(client("ai with anthropic"), case, printed(case.wanted, unified="tool-calls")) == []


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"text": "Look"}, "text"),
        ({"finish": "end_turn"}, "finish"),
        ({"model": "other"}, "model"),
        ({"calls": []}, "calls"),
        ({"calls": [["call_1", "f", '{"a": 2}'], ["call_2", "g", '{"b":[1,"ü"]}']]}, "calls"),
        ({"usage": {"input": 30, "output": 11, "cached": 10, "cache_write": 4, "reasoning": 5}}, "usage output"),
        ({"unified": "stop"}, "unified finish"),
    ],
)
def test_what_is_seen_otherwise_is_told(case: Case, changed: dict[str, Any], complaint: str) -> None:
    found = complaints(client("ai with anthropic"), case, printed(case.wanted, **changed))
    assert [one.partition(":")[0] for one in found] == [complaint]


def test_numbers_are_those_of_javascript_where_arguments_are_objects(case: Case) -> None:
    calls = [["call_1", "f", '{"a":1}'], ["call_2", "g", '{"b":[1.0,"ü"]}']]
    assert complaints(client("anthropic messages"), case, printed(case.wanted, calls=calls)) == []
    other = cases.document(CALLS, CHAT, RESPONSES, samples.CHAT_DOCUMENTS[CALLS])
    assert other is not None
    told = complaints(client("openai responses"), other, printed(other.wanted, calls=calls))
    assert [one.partition(":")[0] for one in told] == ["calls"]


def test_a_failure_has_to_be_an_error_with_its_status_and_message() -> None:
    case = cases.error("429", CHAT, GEMINI, 429, {"error": {"message": "slow down", "type": "rate_limit_error"}})
    judge = client("google models, chats")
    error = {"name": "ApiError", "message": "slow down", "status": 429, "legal": True}
    assert complaints(judge, case, {"error": error}) == []
    for changed, complaint in (({"status": 500}, "status"), ({"message": "no"}, "message"), ({"legal": False}, "no ")):
        told = complaints(judge, case, {"error": {**error, **changed}})
        assert len(told) == 1
        assert told[0].startswith(complaint)
    assert complaints(judge, case, {"seen": {"text": "fine"}})[0].startswith("a failure became")


def test_cases_say_what_is_to_be_seen() -> None:
    there = replace(cases.of_source(MESSAGES, 1, 10**9), streams=dict(samples.ANTHROPIC_STREAMS))
    found = list(cases.of_pair(MESSAGES, CHAT, there))
    assert {case.shape for case in found} == {CHAT}
    line = next(case for case in found if case.name == "thinking, text, calls" and case.streamed).line("7")
    assert (line["ticket"], line["kind"], line["status"]) == ("7", "stream", 200)
    assert line["tools"] == sorted({call[1] for call in line["expected"]["calls"]})
    assert json.loads(cases.written({"7": found[0]}))["ticket"] == "7"
    assert any(case.wanted is None and not case.streamed and case.answer.status == 429 for case in found)


def test_generated_cases_are_settled_by_the_python_sdk() -> None:
    body = {**samples.CHAT_DOCUMENTS["text"], "choices": [{**samples.CHAT_DOCUMENTS["text"]["choices"][0]}]}
    good = cases.document("generated response 0", CHAT, COMPLETIONS, body)
    assert good is not None
    assert good.wanted is not None
    doubtful = replace(good, merged=replace_finish(good, "tool_calls"))  # as if more was expected than is written
    with cases.Python() as python:
        assert python.settled(good) is good
        settled = python.settled(doubtful)
    assert settled.by_python
    assert settled.wanted is not None
    assert (settled.wanted.text, settled.wanted.finish) == (good.wanted.text, "stop")


def replace_finish(case: Case, word: str) -> Any:
    assert case.merged is not None
    choice = {**case.merged.document["choices"][0], "finish_reason": word}
    return replace(case.merged, document={**case.merged.document, "choices": [choice]})


def test_a_deviation_explains_its_own_complaint_and_no_other(case: Case) -> None:
    two = cases.document("two choices", CHAT, GEMINI, samples.CHAT_DOCUMENTS["two choices"])
    assert two is not None
    assert reason_of("ai with google", "streamText", two, "text: expected 'a', got 'ab'") is not None
    assert reason_of("ai with google", "streamText", case, "text: expected 'a', got 'ab'") is None
    assert reason_of("ai with google", "generateText", two, "text: expected 'a', got 'ab'") is None
    assert reason_of("ai with anthropic", "streamText", two, "text: expected 'a', got 'ab'") is None
    assert reason_of("ai with google", "streamText", two, "usage input: expected 1, got 2") is None


def test_a_case_that_a_client_did_not_read_is_told(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    judge = client("anthropic messages")
    reading = job.Reading(judge, {"0": case, "1": case})
    reading.take(printed(case.wanted))
    reading.take({"stray": "Error: forgotten"})
    reading.finish()
    reading.tell()
    assert len(reading.found) == 2
    assert "2 differ" in capsys.readouterr().out


def test_every_deviation_is_of_a_client_that_there_is() -> None:
    for row in DEVIATIONS:
        assert any(re.fullmatch(row.clients, one.name) for one in CLIENTS), row.reason


def test_every_client_has_its_script_and_its_package() -> None:
    pinned = json.loads((job.HERE / "package.json").read_text("utf-8"))
    assert {one.package for one in CLIENTS} | {"ai"} == set(pinned["dependencies"])
    scripts = {path.stem for path in job.HERE.glob("*.mjs")} - {"common", "openai_common"}
    assert {one.script for one in CLIENTS} == scripts
    assert {one.shape for one in CLIENTS} == {CHAT, MESSAGES, COMPLETIONS, RESPONSES, GEMINI}


def test_the_lock_pins_versions_and_hashes_and_names_no_registry() -> None:
    pinned = json.loads((job.HERE / "package.json").read_text("utf-8"))
    given = {**pinned["dependencies"], **pinned["optionalDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in given.values())
    node = {version for name, version in given.items() if "node-" in name and name.endswith(("x64", "arm64"))}
    assert len(node) == 1
    assert int(node.pop().partition(".")[0]) >= 22
    locked = json.loads((job.HERE / "package-lock.json").read_text("utf-8"))["packages"]
    for name, version in given.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    for place, package in locked.items():
        assert not place or package["integrity"].startswith("sha512-"), place
        assert "resolved" not in package, place
    assert "omit-lockfile-registry-resolved=true" in (job.HERE / ".npmrc").read_text("utf-8").splitlines()
