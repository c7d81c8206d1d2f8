"""What the compiler must not be given (docs/decisions/0022-compiled.md); `make test-compiled` tests what it makes."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import dragoman

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
HOOK: dict[str, Any] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["mypyc"]
MODULES = sorted({path for pattern in HOOK["include"] for path in ROOT.glob(pattern.lstrip("/"))})

# Compiled functions that call themselves, and why no document can send them deeper than the stack is.
BOUNDED = {
    "_differ": "what stands in a frame's text, nested 1024 levels at most",
    "_item_end": "an item that ends as its pieces have it",
    "_is_word": "what stands in a frame's text, nested 1024 levels at most",
    "_without": "a path of ours",
    "call": "a call without its state has none",
    "media": "a file of text as the text that it is, which is no file",
    "read_error": "the error in a list of one, which is no list",
    "send": "the other events that one event stands for",
}
by_module = pytest.mark.parametrize("path", MODULES, ids=lambda p: f"{p.parent.name}/{p.stem}")


@cache
def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]


def test_an_install_from_source_asks_for_no_compiler() -> None:
    assert HOOK["enable-by-default"] is False
    assert [name.partition(">")[0] for name in PROJECT["build-system"]["requires"]] == ["hatchling"]
    assert not any("mypy" in name for name in PROJECT["project"]["dependencies"])


def test_every_pattern_names_a_module() -> None:
    assert all(any(ROOT.glob(pattern.lstrip("/"))) for pattern in HOOK["include"])


def named(function: ast.FunctionDef) -> Iterator[str]:
    """The functions, or of a method the methods, that its code calls or hands over."""
    method = bool(function.args.args) and function.args.args[0].arg == "self"
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and not method:
            yield node.id
        elif (
            method and isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        ):
            yield node.attr


@by_module
def test_what_is_compiled_does_not_call_itself(path: Path) -> None:
    """Compiled code has no bound on its depth: a value nested deep enough ends the process."""
    for function in functions(path):
        assert function.name not in named(function) or function.name in BOUNDED, f"{path.name}:{function.lineno}"


@by_module
def test_an_integer_is_no_float(path: Path) -> None:
    """Compiled code makes a float of what is annotated as one, whole numbers included: `int | float` says both."""
    for function in functions(path):
        said = [a.annotation for a in [*function.args.args, *function.args.kwonlyargs]] + [function.returns]
        assert not any(isinstance(a, ast.Name) and a.id == "float" for a in said), f"{path.name}:{function.lineno}"


def test_blocks_that_wait_for_one_another_are_closed_one_after_the_other() -> None:
    """However many calls of one answer are over when the first of them is: an upstream decides how many."""
    count = 1500
    begun = [{"index": i, "id": f"call_{i}", "type": "function", "function": {"name": "f"}} for i in range(count)]
    deltas = [{"tool_calls": [{"index": i, "function": {"arguments": "{}"}}]} for i in reversed(range(count))]
    running = dragoman.translate_stream("openai-chat", "anthropic-messages")
    said = b""
    for delta in ({"role": "assistant", "tool_calls": begun}, *deltas):
        body = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        said += running.feed(b"data: %b\n\n" % json.dumps(body).encode())
    end = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
    said += running.feed(b"data: %b\n\ndata: [DONE]\n\n" % json.dumps(end).encode()) + running.close()
    assert running.error is None
    assert said.count(b"event: content_block_stop") == count
