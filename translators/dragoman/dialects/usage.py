"""What usage reports: where each canonical count stands, and what of it a target does not say.

A dialect's `usage_meaning` gives each of its keys the canonical count: a name; the name in a tuple where the key is
another word for a count that has one already; the keys of an object in their turn; or `Listed`, a list by modality.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..jsontext import escape, same
from ..model import Json
from ..report import Report
from ..tables import Kind

COUNTS = ("input", "output", "total", "cache_read", "cache_write", "reasoning")


class Listed(NamedTuple):
    """The meaning of a list that counts by modality, an entry each.

    words: the canonical count for each modality; numbers: the modality that a number stands for.
    """

    key: str
    words: Mapping[str, str]
    numbers: Mapping[int, str] = {}

    def counts(self, entries: list[Any]) -> dict[str, tuple[int, int]]:
        """The canonical counts of a list, each with the entry that says it: the first of its modality."""
        out: dict[str, tuple[int, int]] = {}
        for i, entry in enumerate(entries):
            if type(entry) is not dict:
                continue
            modality, count = self.word(entry.get("modality")), count_of(entry.get("tokenCount", 0))
            means = self.words.get(modality) if type(modality) is str else None
            if means is not None and count is not None:
                out.setdefault(means, (count, i))
        return out

    def word(self, modality: Any) -> Any:
        """A modality as its word, if a number stands for one."""
        return self.numbers.get(modality, modality) if type(modality) is int else modality

    def plain(self, entries: list[Any]) -> list[Any]:
        """A list in its plainest spelling: words for numbers."""
        return [
            {**entry, "modality": self.word(entry["modality"])}
            if type(entry) is dict and "modality" in entry
            else entry
            for entry in entries
        ]

    def place(self, reported: Json, means: str) -> str:
        """Where `reported` has the entry that says the canonical count `means`."""
        entries = reported.get(self.key)
        found = self.counts(entries).get(means) if type(entries) is list else None
        return f"/{self.key}" if found is None else f"/{self.key}/{found[1]}"


def plain(reported: Json, meaning: Json) -> Json:
    """What usage of this meaning reported, in its plainest spelling."""
    return {
        key: means.plain(item) if isinstance(means := meaning.get(key), Listed) and type(item) is list else item
        for key, item in reported.items()
    }


def count_of(value: Any) -> int | None:
    """A count; some proxies send numbers as text, as Google's service does with 64 bits."""
    if type(value) is str and value.isascii() and value.isdecimal() and len(value) < 20:
        return int(value)
    return value if type(value) is int else None


def figures(meaning: Json) -> Iterator[tuple[str, str]]:
    """Where usage of this meaning reports each canonical count: below it, as a pointer, which may be that of a list."""
    for key, means in meaning.items():
        if type(means) is dict:
            yield from ((word, f"/{key}{below}") for word, below in figures(means))
        elif type(means) is Listed:
            yield from ((word, f"/{key}") for word in means.words.values())
        elif type(means) is str:
            yield means, f"/{key}"


def drop_usage(report: Report, value: Json, at: str, meaning: Json, kind: Kind, unsaid: set[str], counts: Json) -> None:
    """Report what of the usage `value` at `at` is not said.

    unsaid: the counts that are told as a part of the whole only. counts: what is said, also where it has another name.
    """
    for key, item in value.items():
        means, known = meaning.get(key), kind.get(key)
        if type(means) is str and type(item) is int and means in counts:
            continue
        place = f"{at}/{escape(key)}"
        if type(means) is str and type(item) is str and item.isdecimal() and counts.get(means) is not None:
            report.changed("usage.counting", place, item)  # a number as text
        elif type(means) is tuple and type(item) is int and means[0] in counts and item in (0, counts[means[0]]):
            report.changed("usage.counting", place, item)  # another word for what is said; 0 gives way to any other
        elif type(means) is Listed and type(item) is list and not counts.keys().isdisjoint(means.words.values()):
            _drop_entries(report, item, place, means, counts)
        elif type(means) is dict and type(item) is dict:
            drop_usage(report, item, place, means, known if type(known) is dict else {}, unsaid, counts)
        elif type(known) is dict and type(item) is dict:
            drop_usage(report, item, place, {}, known, unsaid, counts)
        elif (item is None and known is not None) or (
            type(known) is tuple and any(same(item, equal) for equal in known)
        ):
            continue
        elif type(means) is str and means in unsaid and type(item) is int:
            report.changed("usage.counting", place, item)  # told as a part of the whole only
        else:
            report.dropped("usage.unsupported", place, item)


def _drop_entries(report: Report, entries: list[Any], at: str, listed: Listed, counts: Json) -> None:
    """Report what is not said of a list by modality: an entry of one without a word, or the second of one, is gone."""
    said = {i: count for means, (count, i) in listed.counts(entries).items() if means in counts}
    for i, entry in enumerate(entries):
        place = f"{at}/{i}"
        if i not in said:
            report.dropped("usage.unsupported", place, entry)
            continue
        if not said[i]:
            report.changed("usage.counting", place, entry)  # one of 0 is none there
            continue
        for key, item in entry.items():
            if key not in ("modality", "tokenCount"):
                report.dropped("usage.unsupported", f"{place}/{escape(key)}", item)
            elif type(item) is str and key == "tokenCount":
                report.changed("usage.counting", f"{place}/{key}", item)  # a number as text
