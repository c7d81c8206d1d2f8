"""Where a canonical document holds what JSON cannot say.

A writer meets it in a value that it makes a text of, and knows its place in that value only.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from . import registry
from .dialects.base import place
from .errors import Fault, InvalidDocument
from .jsontext import FINITE, escape, unsaid
from .model import Request, Response
from .report import respelt


def located(error: InvalidDocument, document: Request | Response) -> InvalidDocument:
    """What a writer raised, with every such place of the document as its source spells it."""
    if not any(fault.expected == FINITE for fault in error.faults):
        return error
    came = registry.find(document.dialect)
    found = list(_found(document, came.places if came is not None else {}))
    aliases = document.aliases if isinstance(document, Request) else {}
    said = [Fault(respelt(aliases, fault.at), fault.expected, fault.found) for fault in found]
    return InvalidDocument(said) if said else error


def _found(node: Any, places: Any) -> list[Fault]:
    out: list[Fault] = []
    for field in fields(node):
        value = getattr(node, field.name)
        for item in value if type(value) is list else (value,):
            if is_dataclass(item) and not isinstance(item, type):
                out += _found(item, places)
        if field.name == "params" and type(value) is dict:
            for name, item in value.items():
                out += unsaid(item, node.place(name))
        elif field.name not in _OURS and type(value) in (dict, list, float) and not _are_nodes(value):
            out += unsaid(value, _place(node, field.name, places))
    return out


_OURS = frozenset({"spelling", "places", "aliases"})  # says how something was spelt, and is no part of the document


def _are_nodes(value: Any) -> bool:
    return type(value) is list and any(is_dataclass(item) for item in value)


def _place(node: Any, name: str, places: Any) -> str:
    """Where a field stands in the source; what a node has beside its own fields stands in the node itself."""
    at = getattr(node, "at", "")
    row = places.get(type(node)) or {}
    return at if name in ("extra", "value") and name not in row else place(places, node, name) if at else escape(name)
