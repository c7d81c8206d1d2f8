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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click
import pytest

import dragoman
from dragoman import events, model, tables
from dragoman.cli.command import dragoman as command
from dragoman.dialects.anthropic_messages import words as messages
from dragoman.dialects.anthropic_messages.write import ENVELOPE
from dragoman.dialects.openai_chat import words as chat

REPOSITORY = Path(__file__).parent.parent
PACKAGE = Path(dragoman.__file__).parent
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
CHAT, MESSAGES = "Chat", "Messages"
PAIR = ("openai-chat", "anthropic-messages")

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


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def code(value: object) -> str:
    return "–" if value is None or value == "" else f"`{value}`"


def transitions() -> str:
    """The transition table as a diagram; events that lead the same way share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for state, following in events.TRANSITIONS.items():
        for event, then in following.items():
            arrows.setdefault((state, then), []).append(event.__name__)
    lines = [f"    {a} --> {b}: {', '.join(names)}\n" for (a, b), names in arrows.items()]
    first = next(iter(events.TRANSITIONS))
    return f"```mermaid\nstateDiagram-v2\n    [*] --> {first}\n{''.join(lines)}```\n"


def finish_in() -> str:
    rows = [
        (reason, words(chat.FINISH.read, reason), words(messages.FINISH.read, reason))
        for reason in get_args(model.FinishReason)
    ]
    return table(("canonical", f"read from {CHAT}", f"read from {MESSAGES}"), ((code(r), a, b) for r, a, b in rows))


def words(read: dict[str, str], reason: str) -> str:
    if reason == "other":
        return "any other word"
    return ", ".join(code(word) for word, means in read.items() if means == reason) or "–"


def finish_out() -> str:
    """Drawn from the writers themselves, with no call in the answer."""
    rows = [(code(reason), *(written_finish(reason, d) for d in PAIR)) for reason in reasons()]
    return table(("canonical", f"written to {CHAT}", f"written to {MESSAGES}"), rows)


def reasons() -> list[Any]:
    return [*get_args(model.FinishReason), None]


def written_finish(reason: Any, dialect: str) -> str:
    candidate = model.Candidate(0, model.Message("assistant", [model.Text("x")]), reason, at="/c")
    response = model.Response("by hand", "i", "m", 1, [candidate], model.Usage({}, 1, 1))
    out = dragoman.write_response(response, dialect)
    if out.status is not None:
        return f"an error, status {out.status}"
    body = out.body["choices"][0] if "choices" in out.body else out.body
    told = ", `changed`" if any(loss.code == "finish.approximated" for loss in out.losses) else ""
    return code(body.get("finish_reason") or body.get("stop_reason")) + told


def errors() -> str:
    rows = []
    for word in tables.ERRORS:
        response = model.Response("by hand", error=model.Error(word, "no"))
        here, there = (dragoman.write_response(response, d) for d in PAIR)
        one, two = here.body["error"], there.body["error"]
        rows.append((code(word), here.status, code(one["type"]), code(one["code"]), there.status, code(two["type"])))
    return table(("canonical", CHAT, "`type`", "`code`", MESSAGES, "`type`"), rows)


def usage() -> str:
    def paths(meaning: Any, before: str = "") -> Iterator[tuple[str, str]]:
        for key, value in meaning.items():
            if isinstance(value, dict):
                yield from paths(value, f"{before}{key}.")
            else:
                yield value, before + key

    here, there = dict(paths(chat.USAGE_MEANING)), dict(paths(messages.USAGE_MEANING))
    return table(("canonical", CHAT, MESSAGES), ((code(k), code(here[k]), code(there.get(k))) for k in here))


def efforts() -> str:
    edges = [-1, 0, 512, 1024, 8192, 24576, 24577]
    rows = [(f"{edge:,}" if edge >= 0 else "-1 (automatic)", code(tables.effort_of(edge))) for edge in edges]
    return table(("budget up to", "effort"), [*rows[:-1], ("more", rows[-1][1])])


def defaults() -> str:
    rows = ((code(name), ", ".join(code(value) for value in equal)) for name, equal in tables.DEFAULTS.items())
    return table(("setting", "says the same as absence"), rows)


def settings() -> str:
    """Every scalar setting and where it goes."""
    rows = []
    for name in model.Params.__annotations__:
        here = "stop" if name == "stop" else chat.WIRE.get(name)
        there = "stop_sequences" if name == "stop" else messages.WIRE.get(name)
        here = {"max_output_tokens": "max_completion_tokens", "include_usage": "stream_options.include_usage"}.get(
            name, here
        )
        there = {
            "user": "metadata.user_id",
            "safety_identifier": "metadata.user_id",
            "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
        }.get(name, there)
        if name in chat.UNOFFICIAL:
            here = None
        lost = f"`{tables.param_code(name)}`"
        quiet = name == "include_usage"
        rows.append((code(name), code(here) if here else lost, code(there) if there else "–" if quiet else lost))
    return table(("canonical", CHAT, MESSAGES), rows)


def help_text() -> str:
    out = []
    for name in ("", *command.commands):
        shell = f"dragoman {name} --help".replace("  ", " ")
        out.append(f"```console\n$ {shell}\n{run(shell, REPOSITORY)}```\n")
    return "\n".join(out)


GENERATED: dict[str, Callable[[], str]] = {
    "transitions": transitions,
    "finish-in": finish_in,
    "finish-out": finish_out,
    "errors": errors,
    "usage": usage,
    "efforts": efforts,
    "defaults": defaults,
    "settings": settings,
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


# --- losses ------------------------------------------------------------------------------------------------

KINDS = ("dropped", "changed", "invented")
CODE = re.compile(r"[a-z_]+\.[a-z_]+\Z")
# What the changing part of a code may be, by its head.
ENDINGS: dict[str, tuple[str, ...]] = {
    "media.": (*get_args(get_type_hints(model.Media)["kind"]), "file_id"),
    "envelope.": tuple(ENVELOPE),
    "format.": ("name", "description"),
    "item.": ("id", "status", "phase"),
    "tool.": ("server", "custom"),
}
# Codes that stand in an attribute of a class, by its name.
ATTRIBUTE_CODES = {"no_state": ("state.no_carrier", "state.foreign")}


def used_codes() -> set[tuple[str, str]]:
    """(kind, code) of every loss that the code can record, read from its source."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    functions = {
        node.name: node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }
    found: set[tuple[str, str]] = set()
    for path, tree in trees.items():
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                if isinstance(call.func, ast.Attribute) and call.func.attr in KINDS and call.args:
                    codes = set(resolve(call.args[0], function, functions))
                    assert codes, f"{path.name}:{call.lineno}: which codes can this be?"
                    found |= {(call.func.attr, one) for one in codes}
    return found


def resolve(node: ast.expr, inside: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> Iterator[str]:
    """The codes that an expression can give."""
    if isinstance(node, ast.Constant):
        yield node.value  # type: ignore[misc]
    elif isinstance(node, ast.IfExp):
        yield from resolve(node.body, inside, functions)
        yield from resolve(node.orelse, inside, functions)
    elif isinstance(node, ast.JoinedStr):
        head = node.values[0]
        assert isinstance(head, ast.Constant)
        start = str(head.value)
        yield from (start + ending for ending in ENDINGS[start])
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        for inner in ast.walk(functions[node.func.id]):
            if isinstance(inner, ast.Constant) and type(inner.value) is str and CODE.match(inner.value):
                yield inner.value
        if node.func.id == tables.param_code.__name__:
            yield from (tables.param_code(name) for name in model.Params.__annotations__)
    elif isinstance(node, ast.Attribute):
        yield from ATTRIBUTE_CODES.get(node.attr, ())
    elif isinstance(node, ast.Name):
        for inner in ast.walk(inside):
            if isinstance(inner, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == node.id for t in inner.targets
            ):
                yield from resolve(inner.value, inside, functions)


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
    return [name for name in dict.fromkeys(out) if name != "raw"]


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
