"""Losses: recorded where they happen, decided about once, at the top.

A loss is a typed value with a stable code and a place; what each code means stands in docs/losses.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .errors import DragomanError, UntranslatableDocument

Kind = Literal["dropped", "changed", "invented"]
OnLoss = Literal["report", "ignore", "raise"] | Callable[["Loss"], object]


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing the target could not say as the source said it.

    kind    dropped (gone), changed (approximated) or invented (the target needs it, the source had none)
    code    stable dotted code, e.g. `sampling.unsupported`; the list stands in docs/losses.md
    at      JSON Pointer into the source document; for `invented` into the target
    detail  a short word on how, never payload
    value   the value concerned; may be large or secret, so it is left out of `repr` and `str`
    """

    kind: Kind
    code: str
    at: str
    detail: str = ""
    value: Any = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.code} at {self.at or '/'}" + (f" ({self.detail})" if self.detail else "")


class Report:
    """Collects the losses of one translation, in order; with `links` also where each target element came from.

    `once`: a loss of one kind, code and place counts once, however often a stream repeats it.
    """

    __slots__ = ("_gone", "_seen", "grown", "links", "losses")

    def __init__(self, *, trace: bool = False, once: bool = False) -> None:
        self.losses: list[Loss] = []
        self._gone: set[str] = set()  # the places of what was dropped
        self.grown: dict[str, Any] = {}  # of values that come in pieces: what has come of them, by place
        self.links: dict[str, str] | None = {} if trace else None
        self._seen: set[tuple[str, str, str]] | None = set() if once else None

    def _add(self, loss: Loss) -> None:
        if self._seen is not None:
            key = (loss.kind, loss.code, loss.at)
            if key in self._seen:
                return
            self._seen.add(key)
        self.losses.append(loss)

    def dropped(self, code: str, at: str, value: Any = None, detail: str = "") -> None:
        """`value`, at source place `at`, has no word in the target."""
        self._gone.add(at)
        self._add(Loss("dropped", code, at, detail, value))

    def is_gone(self, at: str) -> bool:
        """Whether just the place `at` was told as dropped."""
        return at in self._gone

    def emptied(self, at: str, value: Any) -> None:
        """Nothing is left of the message `value`, at `at`; once is enough, where just that place was told as dropped.

        An item of Responses is a message with one part, and both have its place.
        """
        if not at or at not in self._gone:
            self.dropped("message.empty", at, value)

    def changed(self, code: str, at: str, value: Any = None, detail: str = "") -> None:
        """`value`, at source place `at`, was approximated in the target: told once, where it is several times there."""
        loss = Loss("changed", code, at, detail, value)
        if not self.losses or self.losses[-1] != loss:
            self._add(loss)

    def regained(self, code: str, at: str, value: Any = None) -> None:
        """What was told as dropped, if it was, is only approximated: more of a stream has come."""
        if self._seen is not None and ("changed", code, at) in self._seen:
            return
        for i, loss in enumerate(self.losses):
            if (loss.kind, loss.code, loss.at) == ("dropped", code, at):
                self.losses[i] = Loss("changed", code, at, "", value)
                self._gone.discard(at)
                if self._seen is not None:
                    self._seen.add(("changed", code, at))
                return
        self.changed(code, at, value)

    def invented(self, code: str, at: str, value: Any = None, detail: str = "") -> None:
        """The target needs `value` at target place `at`; the source said nothing of it."""
        self._add(Loss("invented", code, at, detail, value))

    def relocate(self, aliases: dict[str, str]) -> None:
        """Let every place in the source be spelt as the source spells it: the longest known prefix is replaced."""
        if aliases:
            self.losses = [
                loss if loss.kind == "invented" else replace(loss, at=respelt(aliases, loss.at)) for loss in self.losses
            ]
            if self.links is not None:
                self.links = {target: respelt(aliases, source) for target, source in self.links.items()}

    def link(self, target: str, source: str) -> None:
        """The element at `target` (pointer into the target) came from `source` (pointer into the source)."""
        if self.links is not None and source:
            self.links[target] = source


def respelt(aliases: dict[str, str], at: str) -> str:
    """A place as the source spells it: the longest known prefix of it is replaced."""
    prefix = at
    while prefix:
        if prefix in aliases:
            return aliases[prefix] + at[len(prefix) :]
        prefix = prefix.rpartition("/")[0]
    return at


def check_policy(on_loss: object) -> None:
    """Raise DragomanError unless `on_loss` is one of the policies."""
    if not (on_loss in ("report", "ignore", "raise") if isinstance(on_loss, str) else callable(on_loss)):
        raise DragomanError("on_loss must be 'report', 'ignore', 'raise' or a callable")


def decide(losses: list[Loss], on_loss: OnLoss) -> tuple[Loss, ...]:
    """Apply the caller's policy to the losses of one document; returns what the translation shows.

    Raises UntranslatableDocument under "raise" if anything was dropped or changed (an invention never refuses).
    """
    if not losses or on_loss == "ignore":
        return ()
    if on_loss == "raise":
        if any(loss.kind != "invented" for loss in losses):
            raise UntranslatableDocument(losses)
    elif callable(on_loss):
        for loss in losses:
            on_loss(loss)
    return tuple(losses)
