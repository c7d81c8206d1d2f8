"""Log probabilities in rows, as Chat has them, and in columns, as legacy Completions has them."""

from __future__ import annotations

from typing import Any

from ..model import Json
from ..report import Report


def columns_of(value: Any, start: int = 0) -> Json | None:
    """The columns for the rows of a text; None where there are none. start: the characters of the tokens before.

    Bytes have no column, and of two alternatives that are written alike the first stands.
    """
    content = value.get("content") if type(value) is dict else None
    rows = [row for row in content if is_row(row)] if type(content) is list else []
    if not rows:
        return None
    out: Json = {"tokens": [], "token_logprobs": [], "top_logprobs": [], "text_offset": []}
    for row in rows:
        top: Json = {}
        others = row.get("top_logprobs")
        for other in others if type(others) is list else ():
            if is_row(other):
                top.setdefault(other["token"], other["logprob"])
        out["tokens"].append(row["token"])
        out["token_logprobs"].append(row["logprob"])
        out["top_logprobs"].append(top)
        out["text_offset"].append(start)
        start += len(row["token"])
    return out


def rows_of(value: Any) -> Json | None:
    """The rows for columns, whose bytes nobody knows; None where these are none, or say nothing of any token."""
    if type(value) is not dict or type(value.get("tokens")) is not list:
        return None
    tokens, numbers, tops = value["tokens"], value.get("token_logprobs"), value.get("top_logprobs")
    if type(numbers) is not list:
        return None
    rows: list[Json] = []
    for i, (token, number) in enumerate(zip(tokens, numbers, strict=False)):
        row = {"token": token, "logprob": number, "bytes": None}
        top = tops[i] if type(tops) is list and i < len(tops) and type(tops[i]) is dict else {}
        others = [{"token": word, "logprob": one, "bytes": None} for word, one in top.items()]
        if is_row(row):  # "with echo the first token_logprob is null"
            rows.append({**row, "top_logprobs": [other for other in others if is_row(other)]})
    return {"content": rows} if rows else None


def is_row(row: Any) -> bool:
    """Whether an entry says a token and its log probability."""
    return type(row) is dict and type(row.get("token")) is str and type(row.get("logprob")) in (int, float)


def with_lists(value: Any, at: str, report: Report) -> Any:
    """One token's log probability in Responses: `bytes` and `top_logprobs` are lists there, never null."""
    out = value
    if value.get("bytes") is None:
        report.changed("logprobs.form", f"{at}/bytes", None)
        out = {**value, "bytes": []}
    top = out.get("top_logprobs")
    if top is None and "/top_logprobs/" not in at:
        report.changed("logprobs.form", f"{at}/top_logprobs", None)
        return {**out, "top_logprobs": []}
    if type(top) is list and any(type(t) is not dict or t.get("bytes") is None for t in top):
        out = {**out, "top_logprobs": [with_lists(t, f"{at}/top_logprobs/{i}", report) for i, t in enumerate(top)]}
    return out
