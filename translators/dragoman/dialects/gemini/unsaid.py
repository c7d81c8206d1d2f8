"""What nobody else has a word for of the objects of which others say some."""

from __future__ import annotations

import re
from typing import Any

from ...events import merge_extra
from ...jsontext import escape
from ...model import Error, Json
from ...report import Report
from .cite import cites


def grounding(report: Report, value: Any, at: str) -> None:
    """Report what of the groundingMetadata at `at` stays behind: chunks and supports become citations together."""
    _tell(report, value, at, ("groundingChunks", "groundingSupports"))


def citations(report: Report, value: Any, at: str) -> None:
    """Report what of the citationMetadata at `at` stays behind."""
    _tell(report, value, at, ("citations", "citationSources"))


CITED: Json = {}  # a citation has come of the lists: more of them need no further look


def _tell(report: Report, value: Any, at: str, lists: tuple[str, str]) -> None:
    """Report what says nothing elsewhere, and the two lists: approximated where a citation comes of them, else gone.

    The lists grow in streams, where one may come without the other, and the place of an entry is not known.
    """
    if type(value) is not dict:
        report.dropped("field.invalid", at, value)
        return
    for key, item in value.items():
        if key not in lists and item is not None:  # "null == absent for every field"
            report.dropped("field.unsupported", f"{at}/{escape(key)}", item)
    said = {key: value[key] for key in lists if value.get(key) is not None}
    if not said:
        return
    grown = report.grown.get(at)
    if grown is not CITED:
        grown = said = merge_extra(grown, said)
        if cites(grown, grown, ""):
            grown = CITED
        report.grown[at] = grown
    for key, item in said.items():
        if grown is CITED:
            report.regained("citation.grounding", f"{at}/{key}", item)
        else:
            report.dropped("citation.grounding", f"{at}/{key}", item)


def details(report: Report, value: Any, at: str) -> None:
    """Report what of the details of an error stays behind: not the first reason, and not how long to wait."""
    if type(value) is not list:
        report.dropped("field.unsupported", at, value)
        return
    reasons = 0
    for i, detail in enumerate(value):
        kind = detail.get("@type") if type(detail) is dict else None
        said = ""
        if type(kind) is str and kind.endswith("ErrorInfo") and type(detail.get("reason")) is str:
            reasons += 1
            said = "reason" if reasons == 1 else ""
        elif type(kind) is str and kind.endswith("RetryInfo") and waits(detail.get("retryDelay")) is not None:
            said = "retryDelay"
        if not said:
            report.dropped("field.unsupported", f"{at}/{i}", detail)
            continue
        for key, item in detail.items():
            if key not in ("@type", said):
                report.dropped("field.unsupported", f"{at}/{i}/{escape(key)}", item)


# google.protobuf.Duration: seconds, "with up to nine fractional digits, terminated by `s`".
_DURATION = re.compile(r"([0-9]{1,12})(?:\.([0-9]{0,9}))?s\Z", re.ASCII).match


def waits(delay: Any) -> str | None:
    """How many seconds to wait, exactly; None where that is not known."""
    found = _DURATION(delay) if type(delay) is str else None
    if found is None:
        return None
    parts = (found[2] or "").rstrip("0")
    return f"{int(found[1])}.{parts}" if parts else str(int(found[1]))


def delay_at(e: Error) -> str:
    """Where an error says how long to wait: the last place that does."""
    inner = (e.extra or {}).get("error")
    listed = inner.get("details") if type(inner) is dict else None
    found = ""
    for i, detail in enumerate(listed if type(listed) is list else ()):
        kind = detail.get("@type") if type(detail) is dict else None
        if type(kind) is str and kind.endswith("RetryInfo") and waits(detail.get("retryDelay")) is not None:
            found = f"/details/{i}/retryDelay"
    return e.at + found
