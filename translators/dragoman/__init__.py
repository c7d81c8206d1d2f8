"""Dragoman: translates between LLM API dialects, and says exactly what could not be carried over."""

from __future__ import annotations

from . import registry as _registry
from .detect import Guess, detect
from .errors import (
    BrokenStream,
    DragomanError,
    Fault,
    InvalidDocument,
    UnknownDialect,
    UntranslatableDocument,
)
from .events import fold, unfold
from .report import Loss
from .stream import StreamTranslation, read_events, write_events
from .translate import (
    Exchange,
    Translation,
    read_request,
    read_response,
    translate_error,
    translate_request,
    translate_response,
    translate_stream,
    write_request,
    write_response,
)

__version__ = "0.1.0"


def dialects(*, all: bool = False) -> tuple[str, ...]:
    """The ids of the dialects of the matrix; with `all` also those that stand beside it."""
    return _registry.names()


def flavours(dialect: str) -> tuple[str, ...]:
    """The flavour ids of `dialect`; raises UnknownDialect."""
    return _registry.flavours(dialect)


__all__ = [
    "BrokenStream",
    "DragomanError",
    "Exchange",
    "Fault",
    "Guess",
    "InvalidDocument",
    "Loss",
    "StreamTranslation",
    "Translation",
    "UnknownDialect",
    "UntranslatableDocument",
    "detect",
    "dialects",
    "flavours",
    "fold",
    "read_events",
    "read_request",
    "read_response",
    "translate_error",
    "translate_request",
    "translate_response",
    "translate_stream",
    "unfold",
    "write_events",
    "write_request",
    "write_response",
]
