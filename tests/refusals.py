"""Errors of ours, and crashes that left as one.

The functions that write what is canonical turn what a reader or writer raises into a DragomanError, for the sake of
documents that were built by hand. A document that was read by us has no such excuse: there it is a crash.
"""

from __future__ import annotations

from dragoman.errors import MISBUILT, DragomanError


def crash(error: DragomanError) -> Exception | None:
    """The crash of a reader or writer behind an error of ours, None where it is a refusal."""
    return error.__cause__ if isinstance(error.__cause__, MISBUILT) else None


def only_refused(error: DragomanError) -> None:
    """Raise the crash behind an error, if there is one."""
    behind = crash(error)
    if behind is not None:
        raise behind
