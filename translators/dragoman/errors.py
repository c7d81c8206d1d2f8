"""Everything that leaves this package as an exception.

DragomanError
├── UnknownDialect            no dialect or flavour has that id
├── InvalidDocument           the caller's document breaks its own dialect's structure
├── UntranslatableDocument    the caller asked to be refused rather than to lose something
└── BrokenStream              the peer's stream ended early, went wrong or grew without bound
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .report import Loss


class DragomanError(Exception):
    """The base of all errors of this package; messages name places, never payloads. All of them can be pickled, as
    pools of processes do."""


MISBUILT = (AttributeError, TypeError, LookupError, ValueError)
"""What readers and writers raise where a document or event that was built by hand holds what it cannot."""


def misbuilt(error: Exception) -> DragomanError:
    """The error of ours for one of these."""
    return DragomanError(f"no canonical document or event ({type(error).__name__})")


class UnknownDialect(DragomanError):
    """No dialect or flavour is registered under `name`; `suggestions` are the nearest ids."""

    def __init__(self, name: object, known: Iterable[str]) -> None:
        from difflib import get_close_matches  # only now: it is needed for nothing else

        self.name = name
        self.suggestions = tuple(get_close_matches(str(name), list(dict.fromkeys(known)), n=3, cutoff=0.4))
        hint = f"; did you mean {' or '.join(self.suggestions)}?" if self.suggestions else ""
        super().__init__(f"unknown dialect {str(name)[:80]!r}{hint}")

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.name, self.suggestions)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document: JSON Pointer, what belongs there, what type of thing is there."""

    at: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.at or '/'}: expected {self.expected}, found {self.found}"


class InvalidDocument(DragomanError):
    """The document is not one of its dialect; `faults` holds every fault found, in document order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        shown = "; ".join(str(f) for f in self.faults[:5])
        more = f"; and {len(self.faults) - 5} more" if len(self.faults) > 5 else ""
        super().__init__(shown + more)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.faults,)


class UntranslatableDocument(DragomanError):
    """Raised under `on_loss="raise"`; `losses` holds every loss that the translation would have had."""

    def __init__(self, losses: Sequence[Loss]) -> None:
        self.losses = tuple(losses)
        shown = "; ".join(str(loss) for loss in self.losses[:5])
        more = f"; and {len(self.losses) - 5} more" if len(self.losses) > 5 else ""
        super().__init__(shown + more)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.losses,)


class BrokenStream(DragomanError):
    """A stream that cannot be completed: `frame` is the ordinal and `offset` the byte where it was noticed."""

    def __init__(self, message: str, *, frame: int | None = None, offset: int | None = None) -> None:
        self.frame = frame
        self.offset = offset
        super().__init__(message)
