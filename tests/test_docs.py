"""The docs are tested: every example runs, every generated block is fresh, nothing public is undocumented.

`python -m tests.test_docs` writes the generated blocks anew (from the top of the repository, with `translators`
on PYTHONPATH).
"""

from __future__ import annotations

import ast
import doctest
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click
import pytest

import dragoman
from dragoman import events, model, profiles, tables
from dragoman.cli.command import dragoman as command
from tests.docs_agents import agents
from tests.docs_tables import SAMPLES, TABLES

REPOSITORY = Path(__file__).parent.parent
PACKAGE = Path(dragoman.__file__).parent
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]

by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())


def text_of(name: str) -> str:
    return (REPOSITORY / "docs" / name).read_text("utf-8")


def blocks(text: str, language: str) -> list[tuple[int, str]]:
    """(line, content) of every fenced block of a language."""
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, m.start(1)), m[1]) for m in found]


# --- examples ----------------------------------------------------------------------------------------------


@by_page
def test_python_examples_run(page: Path) -> None:
    """The blocks of a page are one session."""
    session: dict[str, Any] = {}
    told: list[str] = []
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    for line, block in blocks(page.read_text("utf-8"), "python"):
        assert ">>>" in block, f"{page.name}:{line}: an example shows what it gives"
        test = parser.get_doctest(block, session, page.name, str(page), line)
        runner.run(test, out=told.append, clear_globs=False)
        session.update(test.globs)
    assert not runner.failures, "".join(told)


@by_page
def test_commands_give_what_is_shown(page: Path, tmp_path: Path) -> None:
    """`$ dragoman ...` in a console block, with what it writes to stdout and stderr."""
    for line, block in blocks(page.read_text("utf-8"), "console"):
        for _, shell, shown in split_console(block):
            if not shell.startswith("dragoman "):
                continue
            assert run(shell, tmp_path) == shown, f"{page.name}:{line}: $ {shell}"


def split_console(block: str) -> Iterator[tuple[str, str, str]]:
    """(prompt line, command, output) of every command in a console block."""
    for piece in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
        if piece.startswith("$ "):
            first, _, rest = piece.partition("\n")
            yield first, first[2:], rest


def run(shell: str, folder: Path) -> str:
    """What a command writes; files that it names as build/... go to `folder`."""
    function = f'dragoman() {{ "{sys.executable}" -m dragoman "$@"; }}\n'
    ran = subprocess.run(
        ["sh", "-c", function + shell.replace("build/", f"{folder}/")],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent), "PYTHONUTF8": "1", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return ran.stdout


@by_page
def test_links_lead_somewhere(page: Path) -> None:
    for place in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "://" not in place:
            assert (page.parent / place).exists(), f"{page.name}: {place}"


# --- generated blocks --------------------------------------------------------------------------------------


def transitions() -> str:
    """The transition table as a diagram; events that lead the same way share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for state, following in events.TRANSITIONS.items():
        for event, then in following.items():
            arrows.setdefault((state, then), []).append(event.__name__)
    lines = [f"    {a} --> {b}: {', '.join(names)}\n" for (a, b), names in arrows.items()]
    first = next(iter(events.TRANSITIONS))
    return f"```mermaid\nstateDiagram-v2\n    [*] --> {first}\n{''.join(lines)}```\n"


def help_text() -> str:
    out = []
    for name in ("", *command.commands):
        shell = f"dragoman {name} --help".replace("  ", " ")
        out.append(f"```console\n$ {shell}\n{run(shell, REPOSITORY)}```\n")
    return "\n".join(out)


GENERATED: dict[str, Callable[[], str]] = {
    **TABLES,
    "agents": agents,
    "transitions": transitions,
    "help": help_text,
}
MARKS = re.compile(r"(<!-- generated: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def fresh(text: str) -> str:
    return MARKS.sub(lambda m: f"{m[1]}{GENERATED[m[2]]()}{m[4]}", text)


@by_page
def test_generated_blocks_are_fresh(page: Path) -> None:
    text = page.read_text("utf-8")
    assert fresh(text) == text, "stale: python -m tests.test_docs"


def test_every_generated_block_stands_somewhere() -> None:
    found = {m[2] for page in PAGES for m in MARKS.finditer(page.read_text("utf-8"))}
    assert found == set(GENERATED)


def test_every_setting_is_asked() -> None:
    assert list(SAMPLES) == list(model.Params.__annotations__)


def test_the_readme_counts_the_pairs() -> None:
    count = len(dragoman.dialects())
    assert f": {count * (count - 1)} directed pairs" in (REPOSITORY / "README.md").read_text("utf-8")


# --- losses ------------------------------------------------------------------------------------------------

KINDS = ("dropped", "changed", "invented")
CODE = re.compile(r"[a-z_]+\.[a-z_]+\Z")
# What the changing part of a code may be where it is an attribute of a node, by its head.
ENDINGS: dict[str, tuple[str, ...]] = {
    "media.": get_args(get_type_hints(model.Media)["kind"]),
    "tool.": ("server", "custom"),
}


class Codes:
    """The losses that the code can record, read from its source."""

    def __init__(self) -> None:
        self.trees = {path: ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
        self.functions: dict[str, list[ast.FunctionDef]] = {}
        self.constants: dict[str, list[ast.expr]] = {}
        for tree in self.trees.values():
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    self.functions.setdefault(node.name, []).append(node)
            for node in tree.body:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    self.constants.setdefault(node.targets[0].id, []).append(node.value)

    def used(self) -> dict[tuple[str, str], set[str]]:
        """(kind, code) of every loss that is recorded, and in which files."""
        found: dict[tuple[str, str], set[str]] = {}
        for path, tree in self.trees.items():
            for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
                for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                    for kind, one in self.recorded(call, function):
                        found.setdefault((kind, one), set()).add(path.relative_to(PACKAGE).as_posix())
        return found

    def recorded(self, call: ast.Call, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
        if isinstance(call.func, ast.Attribute) and call.func.attr in KINDS and call.args:
            codes = set(self.resolve(call.args[0], function))
            assert codes, f"{function.name}:{call.lineno}: which codes can this be?"
            yield from ((call.func.attr, one) for one in codes)
        elif isinstance(call.func, ast.Name) and call.func.id == model.Opaque.__name__:
            # A part that only its own dialect understands says what its loss is called.
            named = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
            yield from (("dropped", one) for value in named for one in self.resolve(value, function))

    def resolve(self, node: ast.expr, inside: ast.FunctionDef) -> Iterator[str]:
        """The words that an expression can give."""
        if isinstance(node, ast.Constant):
            if type(node.value) is str:
                yield node.value
        elif isinstance(node, ast.IfExp):
            yield from self.resolve(node.body, inside)
            yield from self.resolve(node.orelse, inside)
        elif isinstance(node, ast.JoinedStr):
            head, ending = node.values
            assert isinstance(head, ast.Constant)
            assert isinstance(ending, ast.FormattedValue)
            start = str(head.value)
            yield from (start + word for word in self.endings(start, ending.value, inside))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for inner in (n for function in self.functions[node.func.id] for n in ast.walk(function)):
                if isinstance(inner, ast.Constant) and type(inner.value) is str and CODE.match(inner.value):
                    yield inner.value
            if node.func.id == tables.param_code.__name__:
                yield from (tables.param_code(name) for name in model.Params.__annotations__)
        elif isinstance(node, ast.Name):
            yield from self.variable(node.id, inside)

    def endings(self, head: str, node: ast.expr, inside: ast.FunctionDef) -> Iterator[str]:
        """What the changing part of a code may be."""
        if isinstance(node, ast.IfExp):
            yield from self.endings(head, node.body, inside)
            yield from self.endings(head, node.orelse, inside)
        elif isinstance(node, ast.Attribute):
            yield from ENDINGS[head]
        else:
            yield from self.resolve(node, inside)

    def variable(self, name: str, inside: ast.FunctionDef) -> Iterator[str]:
        """What a variable may hold: what is assigned to it, runs through it in a loop, or is passed."""
        for inner in ast.walk(inside):
            if isinstance(inner, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == name for target in inner.targets for t in ast.walk(target)
            ):
                yield from self.resolve(inner.value, inside)
            elif isinstance(inner, ast.For):
                targets = inner.target.elts if isinstance(inner.target, ast.Tuple) else [inner.target]
                for i, target in enumerate(targets):
                    if isinstance(target, ast.Name) and target.id == name:
                        for row in self.rows(inner.iter):
                            cells = row.elts if isinstance(row, ast.Tuple) else [row]
                            yield from self.resolve(cells[i], inside)
        parameters = [argument.arg for argument in inside.args.args if argument.arg != "self"]
        if name in parameters:
            # The callers say it.
            for caller in (function for same in self.functions.values() for function in same):
                for call in (c for c in ast.walk(caller) if isinstance(c, ast.Call)):
                    if isinstance(call.func, ast.Attribute) and call.func.attr == inside.name:
                        given = dict(zip(parameters, call.args, strict=False))
                        if name in given:
                            yield from self.resolve(given[name], caller)

    def rows(self, node: ast.expr) -> list[ast.expr]:
        """What a loop runs over, where that stands in the code."""
        if isinstance(node, ast.Name):
            return [row for value in self.constants.get(node.id, ()) for row in self.rows(value)]
        return node.elts if isinstance(node, ast.Tuple) else []


def used_codes() -> set[tuple[str, str]]:
    return set(Codes().used())


def told_codes() -> set[tuple[str, str]]:
    """(kind, code) of every row of docs/losses.md."""
    rows = re.findall(r"^\| `([a-z_.]+)` \| ([a-z, ]+) \|", text_of("losses.md"), re.MULTILINE)
    assert len(rows) == len({name for name, _ in rows}), "a code has one row"
    return {(kind, name) for name, kinds in rows for kind in kinds.split(", ")}


def test_every_loss_is_told_and_every_told_loss_is_used() -> None:
    used, told = used_codes(), told_codes()
    assert sorted(used - told) == []
    assert sorted(told - used) == []


# --- the public surface ------------------------------------------------------------------------------------


def named(name: str, text: str) -> bool:
    """Whether `name` stands in inline code, alone or in a signature."""
    return any(re.search(rf"\b{re.escape(name)}\b", span) for span in re.findall(r"`([^`\n]+)`", text))


def section(name: str) -> str:
    """What docs/api.md says of a public name: from the heading that names it to the next."""
    pieces = re.split(r"^(?=##+ )", text_of("api.md"), flags=re.MULTILINE)
    found = [piece for piece in pieces if named(name, piece.partition("\n")[0])]
    assert len(found) == 1, f"{name} has no heading of its own"
    return found[0]


def test_every_field_of_a_profile_has_its_row() -> None:
    table = text_of("profiles.md").partition("## Fields")[2].partition("## Knowing better")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert {field.name for field in fields(profiles.Profile)} <= named


def test_what_is_said_to_be_imported_from_the_package_is() -> None:
    """A heading of the public interface names something of `dragoman`, or the module that has it."""
    headings = re.findall(r"^### (`.*)$", text_of("api.md"), re.MULTILINE)
    names = [re.match(r"`([\w.]+)", heading) for heading in headings]
    for name in (found[1] for found in names if found is not None):
        inner = name.removeprefix("dragoman.")
        assert inner in dragoman.__all__ or inner in ("dialects", "flavours") or name == "dragoman.grammar"
    assert "from `dragoman`, but for `check_stream` and `Checker`, which stand in `dragoman.grammar`" in text_of(
        "api.md"
    )


@pytest.mark.parametrize("name", dragoman.__all__)
def test_public_names_are_documented(name: str) -> None:
    thing, said = getattr(dragoman, name), section(name)
    missing = [word for word in surface(thing) if not named(word, said)]
    assert not missing
    assert thing.__doc__


def surface(thing: Any) -> list[str]:
    """Parameters of a function; fields, attributes and methods of a class, with their parameters."""
    if not inspect.isclass(thing):
        return list(inspect.signature(thing).parameters)
    out = [field.name for field in fields(thing) if field.repr] if is_dataclass(thing) else []
    for name, member in inspect.getmembers(thing):
        if name.startswith("_") or (issubclass(thing, Exception) and hasattr(Exception, name)):
            continue
        out.append(name)
        if inspect.isfunction(member):
            out += [p for p in inspect.signature(member).parameters if p != "self"]
    if issubclass(thing, dragoman.DragomanError):
        out += sorted(ATTRIBUTES.get(thing.__name__, ()))
    elif "__init__" in vars(thing) and thing is not dragoman.StreamTranslation:
        out += list(inspect.signature(thing).parameters)
    return [name for name in dict.fromkeys(out) if name != "raw" and not name.startswith("_")]


ATTRIBUTES = {
    "UnknownDialect": ("name", "suggestions"),
    "InvalidDocument": ("faults",),
    "UntranslatableDocument": ("losses",),
    "BrokenStream": ("frame", "offset"),
}


def test_laws_are_documented() -> None:
    """Every public function of laws.py that returns violations stands in docs/laws.md, and the ten numbers do."""
    from dragoman import laws

    page = text_of("laws.md")
    for name, thing in vars(laws).items():
        if inspect.isfunction(thing) and thing.__module__ == laws.__name__ and not name.startswith("_"):
            hints = get_type_hints(thing)
            if hints["return"] == list[laws.Violation]:
                assert named(name, page), name
    for number in range(1, 11):
        assert re.search(rf"^## {number}\. ", page, re.MULTILINE), number


def test_the_model_is_documented() -> None:
    page = text_of("model.md")
    classes = [t for t in vars(model).values() if inspect.isclass(t) and t.__module__ == model.__name__]
    assert [c.__name__ for c in classes if not named(c.__name__, page)] == []


def test_events_are_documented() -> None:
    page = text_of("streams.md")
    assert [c.__name__ for c in get_args(events.Event) if not named(c.__name__, page)] == []


@pytest.mark.parametrize("name", command.commands)
def test_commands_have_help_and_are_documented(name: str) -> None:
    one = command.commands[name]
    assert one.help
    assert [p.name for p in one.params if isinstance(p, click.Option) and not p.help] == []
    assert f"`dragoman {name}`" in text_of("cli.md")
    assert f"dragoman {name}" in (REPOSITORY / "README.md").read_text("utf-8")


def test_the_changelog_names_this_version() -> None:
    first = re.search(r"^## \[([^]]+)\]", (REPOSITORY / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert first is not None
    assert first[1] == dragoman.__version__


if __name__ == "__main__":
    for one in PAGES:
        before = one.read_text("utf-8")
        after = fresh(before)
        if after != before:
            one.write_text(after, "utf-8")
            print(one.relative_to(REPOSITORY))
