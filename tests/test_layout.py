"""How the package is built: what it imports, in which direction, and what its core must not know."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import dragoman
from dragoman import registry

PACKAGE = Path(dragoman.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# Imports point down this list, never up: shells -> translate/stream -> dialects -> tables -> model/events/report.
LAYERS: list[set[str]] = [
    {"errors", "jsonfaults", "jsontext", "report", "model", "events", "losses", "compiling"},
    {"tables", "ids", "delays", "media", "framing", "profiles", "carrier", "splice", "rules", "endpoints"},
    {"dialects", "registry", "departure", "failing", "homecoming", "unwrap", "unsayable"},
    {"wire"},  # edge: imported only when validation is asked for
    {"translate", "stream", "detect", "grammar", "laws", "normal", "origins"},
    {""},  # the public surface
    {"cli", "__main__", "transports", "asgi", "check", "arrow"},
]
SHELLS = LAYERS[-1]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def name_of(path: Path) -> str:
    """The module below the package: "dialects.openai_chat.read"; the package itself is ""."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, absolute, those inside functions included; ours begin with "dragoman"."""
    name = name_of(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if not node.level:
                yield node.module or "", node.lineno
                continue
            steps = package.split(".") if package else []
            base = steps[: len(steps) - (node.level - 1)]
            if node.module:
                yield ".".join(["dragoman", *base, node.module]), node.lineno
                continue
            for alias in node.names:
                # A name that is no module comes from the package itself.
                place = PACKAGE.joinpath(*base, alias.name)
                steps = [*base, alias.name] if place.is_dir() or place.with_suffix(".py").is_file() else base
                yield ".".join(["dragoman", *steps]), node.lineno


def own(path: Path) -> Iterator[tuple[str, int]]:
    """Imports from this package, named below it."""
    for module, line in imports(path):
        if module == "dragoman" or module.startswith("dragoman."):
            yield module[len("dragoman.") :], line


def top(name: str) -> str:
    return name.partition(".")[0]


by_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: name_of(path) or "dragoman")


@by_module
def test_every_module_has_its_layer(path: Path) -> None:
    assert top(name_of(path)) in RANK


@by_module
def test_imports_point_one_way(path: Path) -> None:
    name = name_of(path)
    for module, line in own(path):
        assert RANK[top(module)] <= RANK[top(name)], f"{name}:{line} imports {module}"


# What stands beside the folders of the dialects, and is nobody's own.
SHARED = (
    "arguments",
    "base",
    "choices",
    "documents",
    "error_forms",
    "filenames",
    "others",
    "openai_shape",
    "openai_facts",
    "pairing",
    "openai_grammar",
    "probabilities",
    "schemas",
    "turns",
    "usage",
    "web_search",
)


@by_module
def test_dialects_do_not_know_each_other(path: Path) -> None:
    parts = name_of(path).split(".")
    if parts[0] != "dialects" or len(parts) < 3:
        return
    for module, line in own(path):
        if module.startswith("dialects."):
            assert module.split(".")[1] in (parts[1], *SHARED), f"{path.name}:{line} imports {module}"


CLOCKS_AND_DICE = {"time", "random", "datetime", "uuid", "secrets", "threading", "asyncio", "socket", "os"}
HEAVY = {"pydantic", "httpx", "httpx2", "starlette", "fastapi", "flask", "django", "aiohttp", "uvicorn", "requests"}


@by_module
def test_the_core_has_no_clock_no_dice_and_no_sockets(path: Path) -> None:
    if top(name_of(path)) in SHELLS:
        return
    allowed = {"pydantic"} if top(name_of(path)) == "wire" else set()
    if name_of(path) == "dialects.gemini.read":
        allowed = {"datetime"}  # reads and writes RFC 3339; `test_nobody_asks_what_time_it_is` looks for the rest
    for module, line in imports(path):
        assert top(module) not in (CLOCKS_AND_DICE | HEAVY) - allowed, f"{path.name}:{line} imports {module}"


@by_module
def test_nobody_asks_what_time_it_is(path: Path) -> None:
    calls = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    assert not calls & {"now", "utcnow", "today"} or not {"datetime"} & {top(m) for m, _ in imports(path)}


def test_translation_never_guesses() -> None:
    for name in ("translate", "stream"):
        assert "detect" not in {top(module) for module, _ in own(PACKAGE / f"{name}.py")}


@by_module
def test_no_dialect_id_is_compared_outside_its_place(path: Path) -> None:
    """What differs between dialects is a row of its table, not an `if` somewhere else."""
    if top(name_of(path)) == "dialects":
        return
    ids = set(registry.names())
    for node in ast.walk(tree(path)):
        given: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            given = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            given = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            given = node.args if node.func.attr in ("startswith", "endswith") else []
        inside = [inner for one in given for inner in ast.walk(one)]
        words = {one.value for one in inside if isinstance(one, ast.Constant) and isinstance(one.value, str)}
        found = {word for word in words if word in ids or word.split("+")[0] in ids}
        assert not found, f"{path.name}:{getattr(node, 'lineno', '?')} compares {found}"


def test_import_is_light() -> None:
    """In a process of its own, for what this one has imported says nothing."""
    code = "import sys, dragoman; dragoman.translate_stream('gemini', 'openai-chat'); print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    loaded = set(ran.stdout.split())
    assert "dragoman.translate" in loaded
    assert not loaded & {"dragoman.grammar", "dragoman.rules"}  # which no translation needs
    assert not {top(module) for module in loaded} & (HEAVY | {"click", "hypothesis", "openai", "anthropic"})


@by_module
def test_modules_stay_readable(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < 800
