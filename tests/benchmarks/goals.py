"""What was aimed at, as data: the page sets it beside what was measured."""

from __future__ import annotations

from typing import NamedTuple

from .ours import CHECKED, OURS
from .peers import LITELLM, LITELLM_USERS, ROSETTA

CHAT_STREAM = "stream of text, anthropic-messages -> openai-chat"


class Goal(NamedTuple):
    """At most `limit` times the floor. note: what the goal supposes; deltas are spliced undecoded by default."""

    work: str
    who: str
    limit: float
    note: str = ""


def is_for(goal: Goal, work: str) -> bool:
    """Whether a goal is for a piece of work; a log's name says how long it is."""
    return work == goal.work or work.startswith(f"{goal.work} of ")


class Lead(NamedTuple):
    """At least `factor` times faster than a peer."""

    work: str
    peer: str
    factor: float


GOALS = (
    Goal("request, small", OURS, 5),
    Goal("request, agent", OURS, 1.6),
    Goal("request, agent", CHECKED, 1.8),
    Goal("request, image", OURS, 1.15),
    Goal("response", OURS, 2),
    Goal("log", OURS, 2.2),
    Goal(CHAT_STREAM, f"{OURS}, 1 a read", 3.5),
    Goal(CHAT_STREAM, f"{OURS}, 4 a read", 3.0),
    Goal(CHAT_STREAM, f"{OURS}, 1 a read", 1.8, "spliced"),
    Goal(CHAT_STREAM, f"{OURS}, 16 a read", 1.0, "spliced"),
    *(
        Goal(f"stream of {what}, {pair}", f"{OURS}, 1 a read", 2.5)
        for what, pair in (
            ("text", "openai-chat -> anthropic-messages"),
            ("text", "openai-chat -> openai-responses"),
            ("text", "gemini -> openai-chat"),
            ("text", "openai-responses -> anthropic-messages"),
            ("arguments", "anthropic-messages -> openai-chat"),
        )
    ),
)
LEADS = (
    Lead("request, small", ROSETTA, 14),
    Lead("request, agent", ROSETTA, 7),
    Lead("request, image", ROSETTA, 12),
    Lead("response", ROSETTA, 10),
    Lead(CHAT_STREAM, ROSETTA, 5),
    Lead("request, small", LITELLM, 30),
    Lead("request, agent", LITELLM, 4.5),
    Lead("request, image", LITELLM, 8.5),
    Lead("response", LITELLM, 25),
    Lead(CHAT_STREAM, LITELLM, 13),
    Lead(CHAT_STREAM, LITELLM_USERS, 150),
)
IMPORT = 0.5  # of llm-rosetta's
