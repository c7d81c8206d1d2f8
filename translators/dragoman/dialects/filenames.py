"""The names that files get where each must have one."""

from __future__ import annotations

from typing import Any

from ..jsontext import escape
from ..model import Json
from ..report import Report


def tell_named(body: Any, made: list[Json], report: Report, at: str = "") -> None:
    """Report the names that files got because they must have one, each at its place in the finished body."""
    if type(body) is dict:
        if any(body is one for one in made):
            report.invented("media.filename", f"{at}/filename", body["filename"])
        for key, value in body.items():
            tell_named(value, made, report, f"{at}/{escape(key)}")
    elif type(body) is list:
        for i, value in enumerate(body):
            tell_named(value, made, report, f"{at}/{i}")
