"""The table of accepted losses from recorded traffic, and its page in the docs.

`python -m tests.accepted` writes both anew (from the top of the repository, with `translators` on PYTHONPATH and
DRAGOMAN_TRAFFIC set): rows that nothing needs go, new ones come with the reason that docs/losses.md has for their
code. Read the difference before it is committed: a new row is a loss that someone has to accept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import dragoman
from dragoman import laws, losses
from tests import corpus

REPOSITORY = Path(__file__).parent.parent
TABLE = REPOSITORY / "translators" / "dragoman" / "losses.tsv"
PAGE = REPOSITORY / "docs" / "accepted-losses.md"
Key = tuple[str, str, str, str, str, str]  # source, target, document, field, kind, code


def excused() -> Counter[Key]:
    """How many leaves of the recorded documents, errors and streams each loss names, over all pairs."""
    found: Counter[Key] = Counter()
    for source in dragoman.dialects():
        for target in dragoman.dialects():
            if target == source:
                continue
            for document, lost in lost_between(source, target):
                for loss in lost:
                    leaves = sum(1 for _ in laws.leaves(loss.value)) if isinstance(loss.value, (dict, list)) else 1
                    key = (source, target, document, losses.field_of(loss.at), loss.kind, loss.code)
                    found[key] += max(leaves, 1)
    return found


def lost_between(source: str, target: str) -> Iterator[tuple[str, tuple[dragoman.Loss, ...]]]:
    """The kind of each recorded document of a pair, and its losses."""
    kinds: list[tuple[str, Iterable[corpus.Recorded], Callable[[corpus.Recorded], Any]]] = [
        (
            "request",
            corpus.requests(source),
            lambda r: dragoman.translate_request(r.request, source, target, path=r.request_path or None),
        ),
        (
            "response",
            corpus.documents(source),
            lambda r: dragoman.translate_response(r.response, source, target),
        ),
        (
            "error",
            corpus.documents(source, ok=False),
            lambda r: dragoman.translate_error(r.status, r.response, source, target),
        ),
        (
            "stream",
            corpus.streams(source),
            lambda r: streamed(r.stream_body or b"", source, target),
        ),
    ]
    for document, rows, translate in kinds:
        for row in rows:
            try:
                out = translate(row)
            except dragoman.DragomanError:
                continue
            yield document, out.losses


def streamed(data: bytes, source: str, target: str) -> dragoman.StreamTranslation:
    """A stream that went through."""
    stream = dragoman.translate_stream(source, target)
    stream.feed(data)
    stream.close()
    return stream


def table() -> set[Key]:
    """The rows that are accepted."""
    return {(r.source, r.target, r.document, r.field, r.kind, r.code) for r in losses.accepted()}


def reasons() -> dict[str, str]:
    """What docs/losses.md says of each code: why."""
    rows = re.findall(
        r"^\| `([a-z_.]+)` \| [a-z, ]+ \| .* \| (.*) \|$", (REPOSITORY / "docs/losses.md").read_text("utf-8"), re.M
    )
    return {code: re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", why) for code, why in rows}


def tsv(found: Counter[Key]) -> str:
    """The table as a file: one line for all targets of a loss."""
    why = reasons()
    targets: dict[tuple[str, str, str, str, str], list[str]] = {}
    for source, target, document, field, kind, code in sorted(found):
        targets.setdefault((source, document, field, kind, code), []).append(target)
    lines = ["\t".join(losses.COLUMNS)]
    lines += ["\t".join((*key, " ".join(listed), why[key[-1]])) for key, listed in targets.items()]
    return "\n".join(lines) + "\n"


def page() -> str:
    """docs/accepted-losses.md."""
    rows: dict[tuple[str, str], dict[tuple[str, str, str, str], list[str]]] = {}
    for r in losses.accepted():
        part = rows.setdefault((r.source, r.document), {})
        part.setdefault((r.field, r.code, r.kind, r.reason), []).append(r.target)
    out = [
        "# Accepted losses",
        "",
        "What is lost between two dialects on recorded traffic, and why: the table `losses.tsv`, of which this",
        "page is made. A loss without a row fails the tests over that traffic, and so does a row that excuses nothing.",
        "`[]` stands for any element of a list; for `invented` the field is the target's. What a code means stands in",
        "[losses.md](losses.md).",
    ]
    for (source, document), part in rows.items():
        out += ["", f"## {source}: {document}", "", "| field | loss | towards | why |", "|---|---|---|---|"]
        out += [
            f"| `{field or '(the document)'}` | {kind} `{code}` | {', '.join(listed)} | {reason} |"
            for (field, code, kind, reason), listed in part.items()
        ]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    TABLE.write_text(tsv(excused()), "utf-8")
    losses.accepted.cache_clear()
    PAGE.write_text(page(), "utf-8")
