"""The table of accepted losses: what is lost between two dialects on recorded traffic, row by row, with the reason.

A row is data: it stands in `losses.tsv`, where one line holds the rows of several targets. The docs page and the
tests are made from it. A loss that has no row fails the tests over the recorded traffic, and so does a row that
excuses nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

COLUMNS = ("source", "document", "field", "kind", "code", "targets", "reason")
# Below these keys stands what the user named: schemas, and bags of keys. A row names the key above.
_OPEN = frozenset(
    {
        "parameters",
        "input_schema",
        "output_schema",
        "schema",
        "responseSchema",
        "responseJsonSchema",
        "parametersJsonSchema",
        "response_schema",
        "response_json_schema",
        "parameters_json_schema",
        "metadata",
        "logit_bias",
        "args",
        "input",
        "response",
        "labels",
    }
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """One row: a pair, the kind of document, the field, the loss and why it cannot be helped.

    document: request, response, error or stream.
    field: the place without its indices, `messages[].content[].image_url.detail`; for an invented one in the target.
    """

    source: str
    target: str
    document: str
    field: str
    kind: str
    code: str
    reason: str


def field_of(at: str) -> str:
    """The field that a JSON Pointer names: indices are `[]`, and what users name themselves is left out."""
    out = ""
    for token in at.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        out += "[]" if token.isdigit() else f".{token}" if out else token
        if token in _OPEN and out not in ("input", "response"):
            break
    return out


@cache
def accepted() -> tuple[Accepted, ...]:
    """Every row of the table."""
    return tuple(_rows(files(__package__).joinpath("losses.tsv").read_text("utf-8")))


def _rows(text: str) -> Iterator[Accepted]:
    for line in text.splitlines()[1:]:
        source, document, field, kind, code, targets, reason = line.split("\t")
        for target in targets.split(" "):
            yield Accepted(source, target, document, field, kind, code, reason)
