"""The registry: dialect id -> its one place. Adapters are imported when first asked for."""

from __future__ import annotations

from importlib import import_module

from .dialects.base import Dialect
from .errors import UnknownDialect

# One line a dialect: adding one touches this line, its folder here, its wire models and its fixtures.
_MODULES = {
    "openai-chat": "openai_chat",
    "anthropic-messages": "anthropic_messages",
}
_LOADED: dict[str, Dialect] = {}


def names() -> tuple[str, ...]:
    """The ids of all dialects."""
    return tuple(_MODULES)


def get(name: object) -> Dialect:
    """The dialect `name`; raises UnknownDialect with suggestions."""
    found = _LOADED.get(name) if type(name) is str else None
    if found is None:
        if type(name) is not str or name not in _MODULES:
            raise UnknownDialect(name, _MODULES)
        found = _LOADED[name] = import_module(f".dialects.{_MODULES[name]}", __package__).DIALECT
    return found


def find(name: str) -> Dialect | None:
    """The dialect `name`, or None where there is none (a document built by hand)."""
    return get(name) if name in _MODULES else None
