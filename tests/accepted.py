"""The table of accepted losses from recorded traffic, and its page in the docs.

`python -m tests.accepted` writes both anew (from the top of the repository, with `translators` on PYTHONPATH and
DRAGOMAN_TRAFFIC set): rows that nothing needs go, new ones come with the reason that docs/losses.md has for their
code. Read the difference before it is committed: a new row is a loss that someone has to accept.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import dragoman
from dragoman import laws, losses
from tests import corpus

REPOSITORY = Path(__file__).parent.parent
TABLE = REPOSITORY / "translators" / "dragoman" / "losses.tsv"
PAGE = REPOSITORY / "docs" / "accepted-losses.md"
Key = tuple[str, str, str, str, str, str]  # source, target, document, field, kind, code


def excused() -> Counter[Key]:
    """How many leaves of the recorded documents each loss names, over all pairs."""
    found: Counter[Key] = Counter()
    for source in dragoman.dialects():
        requests = [("request", row.request, row.request_path) for row in corpus.requests(source)]
        responses = [("response", row.response, "") for row in corpus.documents(source)]
        for target in dragoman.dialects():
            if target == source:
                continue
            for document, body, path in (*requests, *responses):
                try:
                    if document == "request":
                        out = dragoman.translate_request(body, source, target, path=path or None)
                    else:
                        out = dragoman.translate_response(body, source, target)
                except dragoman.DragomanError:
                    continue
                for loss in out.losses:
                    leaves = sum(1 for _ in laws.leaves(loss.value)) if isinstance(loss.value, (dict, list)) else 1
                    key = (source, target, document, losses.field_of(loss.at), loss.kind, loss.code)
                    found[key] += max(leaves, 1)
    return found


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
