"""The registry: dialect id -> its one place. Adapters are imported when first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from .dialects.base import Dialect
from .errors import UnknownDialect

# One line a dialect: adding one touches this line, its folder here, its wire models and its fixtures.
_MODULES = {
    "openai-chat": "openai_chat",
    "openai-responses": "openai_responses",
    "anthropic-messages": "anthropic_messages",
    "openai-completions": "openai_completions",
    "gemini": "gemini",
    "claude-thinking": "openai_chat",
}
_LOADED: dict[str, Dialect] = {}


def names() -> tuple[str, ...]:
    """The ids of all dialects."""
    return tuple(_MODULES)


def flavours(name: str) -> tuple[str, ...]:
    """The ids of the flavours of the dialect `name`, a flavour of which has none; raises UnknownDialect."""
    base = get(name).name.partition("+")[0]
    return tuple(variant for variant in _variants(base) if variant.startswith(f"{name}+"))


def get(name: object) -> Dialect:
    """The dialect or flavour `name`; raises UnknownDialect with suggestions."""
    found = _LOADED.get(name) if type(name) is str else None
    if found is None:
        found = _load(name) if type(name) is str else None
        if found is None:
            near = _MODULES if "+" not in str(name) else [f for base in _MODULES for f in _variants(base)]
            raise UnknownDialect(name, near)
        _LOADED[found.name] = found
    return found


@cache
def issuer(kind: str) -> str:
    """The id of the dialect whose vendor issues opaque state of `kind`, or "" if that is nobody's."""
    return next((name for name in _MODULES if kind in get(name).states), "")


def find(name: str) -> Dialect | None:
    """The dialect or flavour `name`, or None where there is none (a document built by hand)."""
    if type(name) is not str:
        return None
    return _LOADED.get(name) or _load(name)


def _load(name: str) -> Dialect | None:
    base = name.partition("+")[0]
    if base not in _MODULES:
        return None
    module = import_module(f".dialects.{_MODULES[base]}", __package__)
    own: Dialect = module.DIALECT
    return own if own.name == name else _variants(base).get(name)


def _variants(base: str) -> dict[str, Dialect]:
    """The dialects of a module beside its own: an id -> a row."""
    module = import_module(f".dialects.{_MODULES[base]}", __package__)
    found: dict[str, Dialect] = getattr(module, "VARIANTS", {})
    return found
