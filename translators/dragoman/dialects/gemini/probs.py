"""Log probabilities beside Chat's form, which is the canonical one; token ids stay with Gemini, bytes with Chat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...jsontext import escape
from ...model import Json
from ...report import Report
from ..probabilities import is_row, rows_of


def from_result(result: Any) -> Json | None:
    """What a logprobsResult says of the tokens that were chosen; None where it says nothing of them."""
    chosen = result.get("chosenCandidates") if type(result) is dict else None
    tops = result.get("topCandidates") if type(result) is dict else None
    content: list[Json] = []
    for i, token in enumerate(chosen if type(chosen) is list else ()):
        entry = _entry(token)
        if entry is None:
            return None
        top = tops[i].get("candidates") if type(tops) is list and i < len(tops) and type(tops[i]) is dict else None
        others = [_entry(other) for other in top] if type(top) is list else []
        content.append({**entry, "top_logprobs": [other for other in others if other is not None]})
    return {"content": content} if content else None


def _entry(token: Any) -> Json | None:
    if type(token) is not dict or type(token.get("token")) is not str:
        return None
    number = token.get("logProbability", 0)  # zero is left out on the wire
    return {"token": token["token"], "logprob": number if type(number) in (int, float) else 0, "bytes": None}


def unsaid(report: Report, result: Any, at: str) -> None:
    """Report what of the logprobsResult at `at` no other dialect has."""
    if from_result(result) is None:
        if result:
            report.dropped("field.unsupported", at, result)
        return
    for key, value in result.items():
        place = f"{at}/{escape(key)}"
        if key in ("chosenCandidates", "topCandidates"):
            # Rows have their alternatives each: that a list is of another length, no chunk of a stream knows.
            alone = key == "topCandidates" and value not in (None, [])
            if alone or any(_says_more(entry) for entry in _entries(value)):
                report.changed("logprobs.approximated", place, value)
        elif value is not None:
            report.dropped("field.unsupported", place, value)


_SAID = {"token", "logProbability"}


def _says_more(entry: Json) -> bool:
    return any(value is not None for key, value in entry.items() if key not in _SAID)


def _entries(value: Any) -> Iterator[Json]:
    """The tokens of a list, or of the lists of alternatives in it."""
    for entry in value if type(value) is list else ():
        if type(entry) is dict:
            inner = entry.get("candidates")
            yield from _entries(inner) if type(inner) is list else (entry,)


def to_result(logprobs: Any) -> Json | None:
    """The logprobsResult for Chat's log probabilities; None for those of another form."""
    known = rows_of(logprobs) or logprobs
    content = known.get("content") if type(known) is dict else None
    if type(content) is not list or not content or not all(is_row(entry) for entry in content):
        return None
    out: Json = {"chosenCandidates": [_candidate(entry) for entry in content]}
    tops = [_tops(entry) for entry in content]
    if any(tops):
        out["topCandidates"] = [{"candidates": top} for top in tops]
    return out


def _tops(entry: Json) -> list[Json]:
    """The likeliest tokens at one place, as far as they are of the known form."""
    top = entry.get("top_logprobs")
    return [_candidate(other) for other in top if is_row(other)] if type(top) is list else []


def _candidate(entry: Json) -> Json:
    return {"token": entry["token"], "logProbability": entry["logprob"]}
