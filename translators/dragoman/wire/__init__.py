"""Strict models of every document of every dialect, for validation on demand and for schemas/.

Edge only: nothing imports this before somebody asks (`validate=True`, `python -m dragoman.wire`), for it imports
pydantic. A dialect is a module here named like its id, `DOCUMENTS` in it names the model of each kind; one that has
another's wire form is a row of `SHAPE`. `CHECKS` beside it says what documents are held to, where that is more than the
models say. The canonical documents, as JSON, stand beside them under `CANONICAL`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator

from .. import registry
from ..errors import Fault, UnknownDialect
from .faults import faults_of, validator

KINDS = ("request", "response", "error", "event")
SHAPE = {"claude-thinking": "openai-chat"}
CANONICAL = "canonical"  # what the models of the canonical documents are asked for by; it is no dialect


def names() -> tuple[str, ...]:
    """All that has models: the dialects, and the canonical documents."""
    return (*registry.names(), CANONICAL)


@cache
def models(dialect: str) -> dict[str, Any]:
    """kind -> model of one dialect or of a flavour of it, or of the canonical documents; raises UnknownDialect."""
    name = dialect.partition("+")[0]
    if name not in names():
        raise UnknownDialect(dialect, names())
    found: dict[str, Any] = _module(name).DOCUMENTS
    return found


def _module(name: str) -> Any:
    return import_module("." + SHAPE.get(name, name).replace("-", "_"), __package__)


@cache
def adapter(dialect: str, kind: str) -> TypeAdapter[Any]:
    """What validates documents of one kind; built when first asked for."""
    found = models(dialect)
    return TypeAdapter(getattr(_module(dialect.partition("+")[0]), "CHECKS", found)[kind])


@cache
def _validator(dialect: str, kind: str) -> SchemaValidator:
    return validator(adapter(dialect, kind))


def faults(dialect: str, kind: str, document: Any) -> list[Fault]:
    """Everything wrong with the types of a document, in its order; empty for a valid one.

    kind: request, response, error or event (the data of one stream event). Values of the document are in no fault.
    """
    if kind not in models(dialect):
        raise ValueError(f"kind must be one of {', '.join(models(dialect))}")
    return faults_of(_validator(dialect, kind), document)
