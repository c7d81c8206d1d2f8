"""Where an SDK gives something else than was written, with the reason. A row that nothing needs any more is a fault.

How to extend. A row says which clients and which ways of reading, of which cases, and which complaints it explains.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.judges.node.cases import Case
from tests.judges.seen import is_json


@dataclass(frozen=True, slots=True)
class Deviation:
    """clients and way: patterns of their names; when: the cases; complaint: how it begins."""

    reason: str
    clients: str
    way: str
    when: Callable[[Case], bool]
    complaint: str

    def explains(self, client: str, way: str, case: Case, complaint: str) -> bool:
        named = re.fullmatch(self.clients, client) and re.fullmatch(self.way, way)
        return bool(named and re.match(self.complaint, complaint) and self.when(case))


def _always(case: Case) -> bool:
    return True


def _several(case: Case) -> bool:
    return case.several


def _custom_call(case: Case) -> bool:
    return b'"type":"custom"' in case.answer.body


def _no_json(case: Case) -> bool:
    calls = case.wanted.calls if case.wanted else ()
    return any(not is_json(call.arguments) or not isinstance(json.loads(call.arguments), dict) for call in calls)


DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        "the helper replaces a field that it does not know by its next piece, instead of appending",
        r"openai chat\.completions",
        "stream",
        _always,
        "reasoning:",
    ),
    Deviation(
        "the helper parses the input of a call, and raises on what is no JSON",
        "anthropic messages",
        "stream",
        _no_json,
        "the SDK raised AnthropicError",
    ),
    Deviation(
        "the helper parses the input of a call, and drops what was cut off of its JSON",
        "anthropic messages",
        "stream",
        _no_json,
        "calls:",
    ),
    Deviation(
        "the history of a chat is one turn of all candidates",
        "google models, chats",
        "sendMessageStream",
        _several,
        "the SDK raised Error: judge: the history",
    ),
    Deviation(
        "a stream of several answers is read as one",
        "ai with (openai.*|google)",
        "streamText",
        _several,
        "(text|reasoning|calls|finish|unified finish|call id):",
    ),
    Deviation(
        "its types have calls of functions only, not custom ones",
        "ai with (openai.chat|openai-compatible)",
        "generateText|streamText",
        _custom_call,
        r"(the SDK raised|no error of the API:) AI_(APICallError: Invalid JSON response|TypeValidationError)",
    ),
)


def reason_of(client: str, way: str, case: Case, complaint: str) -> str | None:
    """Why an SDK is not to be believed here, or None."""
    found = (row.reason for row in DEVIATIONS if row.explains(client, way, case, complaint))
    return next(found, None)
