"""docs/adding-a-dialect.md is true: the dialect on that page works, and nothing else had to change for it.

The page's code becomes a package in a temporary folder, which is registered from outside. Then the laws run.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dragoman
from dragoman import laws, registry, wire
from dragoman.grammar import check_stream
from dragoman.laws import Violation
from tests import fixtures
from tests.strategies import gemini, openai_chat

PACKAGE = Path(dragoman.__file__).parent
PAGE = Path(__file__).parents[1] / "docs" / "adding-a-dialect.md"
TOY = "postcard"
OTHERS: dict[str, ModuleType] = {"openai-chat": openai_chat, "gemini": gemini}
KINDS = ("request", "response")
by_kind = pytest.mark.parametrize("kind", KINDS)
by_other = pytest.mark.parametrize("other", OTHERS)
brief = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def files() -> dict[str, str]:
    """The files of the page, by the titles of its blocks."""
    found = re.findall(r'^```python title="([^"]+)"\n(.*?)^```$', PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return dict(found)


@pytest.fixture(scope="module", autouse=True)
def postcard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The dialect of the page, registered from outside: two folders on two paths, one line in the registry."""
    root = tmp_path_factory.mktemp("outside")
    for name, text in files().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        folder = import_module("dragoman.dialects")  # `dragoman.dialects` is the function
        patch.setattr(folder, "__path__", [*folder.__path__, str(root / "dialects")])
        patch.setattr(wire, "__path__", [*wire.__path__, str(root / "wire")])
        patch.setattr(registry, "_MODULES", {**registry._MODULES, TOY: TOY})
        patch.setattr(registry, "_LOADED", dict(registry._LOADED))
        yield
    for name in [name for name in sys.modules if name.startswith((f"dragoman.dialects.{TOY}", f"dragoman.wire.{TOY}"))]:
        del sys.modules[name]
    wire.models.cache_clear()
    wire.adapter.cache_clear()


# --- documents of the toy ----------------------------------------------------------------------------------

words = st.sampled_from(["", " ", "Hi", "Is it raining in Trieste?", "Ünïcode ☂", "two\nlines", '{"a":1}'])
odd: st.SearchStrategy[Any] = st.sampled_from([None, 0, 1.5, True, "", "?", [], {}, {"a": [1]}])
numbers = st.integers(0, 4000)


def some(required: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]) -> Any:
    """Objects with unknown keys, and with known ones that hold something else."""
    strange = st.fixed_dictionaries({}, optional=dict.fromkeys(("x_vendor", *optional), odd))
    plain = st.fixed_dictionaries(required, optional=optional)
    return st.one_of(plain, plain, st.builds(lambda a, b: {**a, **b}, plain, strange))


lines = some({"says": words}, {"who": st.sampled_from(["me", "you", "house", "?"])})
asks = some(
    {"lines": st.lists(lines, max_size=5)},
    {
        "to": st.sampled_from(["m", "gemini-2.5-flash"]),
        "at_most": numbers,
        "warmth": st.sampled_from([0, 0.5, 1.0]),
        "hurry": st.booleans(),
    },
)
ended = st.sampled_from(["done", "full", "refused", "burnt"])
counts = some({"in": numbers, "out": numbers}, {"stamps": numbers})
named = {"from": st.just("m"), "ref": st.sampled_from(["pc_1", "pc_2"])}
answers = some({"ended": ended}, {**named, "says": words, "words": counts})
pieces = some({"says": words}, {**named, "words": counts})


def bytes_of(bodies: list[Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(body).encode() + b"\n\n" for body in bodies)


whole = st.builds(
    lambda first, middle, last: bytes_of([first, *middle, last]),
    st.fixed_dictionaries(named),
    st.lists(some({"says": words}, {"words": counts}), max_size=4),
    some({"ended": st.sampled_from(["done", "full", "refused", "burnt"])}, {"words": counts, "says": words}).filter(
        lambda body: isinstance(body["ended"], str) and body["ended"]
    ),
)
broken = st.one_of(
    st.lists(pieces, max_size=3).map(bytes_of),
    st.lists(pieces, max_size=3).map(lambda bodies: bytes_of([*bodies, {"wrong": {"kind": "api", "says": "burnt"}}])),
    st.just(b"data: nothing\n\n"),
)


def documents(dialect: str, kind: str) -> st.SearchStrategy[Any]:
    if dialect == TOY:
        found: st.SearchStrategy[Any] = asks if kind == "request" else answers
        return found
    module = OTHERS[dialect]
    made: st.SearchStrategy[Any] = module.requests() if kind == "request" else module.responses()
    return made


def streams(dialect: str) -> st.SearchStrategy[bytes]:
    if dialect == TOY:
        return st.one_of(whole, broken)
    module = OTHERS[dialect]
    records: st.SearchStrategy[Any] = st.one_of(module.streams(), module.streams(cut=True), module.failing_streams())
    return records.map(module.sse_bytes)


def assert_none(found: list[Violation]) -> None:
    assert not found, "\n".join(f"law {v.law} at {v.at or '/'}: {v.what}: {v.was!r} -> {v.now!r}" for v in found[:8])


# --- the laws ----------------------------------------------------------------------------------------------


@by_kind
def test_documents_come_home(kind: str) -> None:
    @brief
    @given(documents(TOY, kind))
    def holds(body: Any) -> None:
        assert_none(laws.home_document(kind, body, TOY))

    holds()


@pytest.mark.parametrize(
    "body",
    [{"wrong": {"kind": "rate_limit", "says": "slow"}}, {"wrong": {"says": "", "x": 1}, "y": 2}, {}, {"a": 1}],
)
def test_errors_come_home(body: Any) -> None:
    assert_none(laws.home_document("response", body, TOY))


def test_a_broken_spine_names_its_faults() -> None:
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.read_request({"to": "m", "lines": [1, {"says": "x"}, "two"]}, TOY)
    assert [fault.at for fault in caught.value.faults] == ["/lines/0", "/lines/2"]


def test_streams_come_home() -> None:
    @brief
    @given(streams(TOY))
    def holds(data: bytes) -> None:
        assert_none(laws.home_stream(data, TOY))

    holds()


Law = Callable[[str, Any, str, str], list[Violation]]
CROSSING: list[Law] = [
    laws.spelling_is_free,
    laws.nothing_vanishes,
    laws.nothing_made_up,
    laws.settled,
    laws.pure,
]


@by_kind
@by_other
@pytest.mark.parametrize("outward", [True, False])
def test_documents_cross(other: str, kind: str, outward: bool) -> None:
    source, target = (TOY, other) if outward else (other, TOY)

    @brief
    @given(documents(source, kind), st.integers(0, 50))
    def holds(body: Any, ordinal: int) -> None:
        for law in CROSSING:
            assert_none(law(kind, body, source, target))
        if kind == "request":
            assert_none(laws.dropped_is_unused(kind, body, source, target, ordinal))

    holds()


@by_other
@pytest.mark.parametrize("outward", [True, False])
def test_streams_cross(other: str, outward: bool) -> None:
    source, target = (TOY, other) if outward else (other, TOY)

    @brief
    @given(streams(source), st.lists(st.integers(0, 2000), max_size=6), st.floats(0, 1))
    def holds(data: bytes, cuts: list[int], share: float) -> None:
        assert_none(laws.stream_is_document(data, source, target))
        assert_none(laws.cut_anywhere(data, source, target, cuts))
        assert_none(laws.ends_honestly(data, int(len(data) * share), source, target))
        assert_none(laws.keeps_grammar(data, source, target))
        assert_none(laws.pure_stream(data, source, target))

    holds()


def test_its_streams_are_checked() -> None:
    piece, last, wrong = {"says": "Hi"}, {"ended": "done"}, {"wrong": {"kind": "api"}}
    assert check_stream(TOY, bytes_of([piece, last])) == check_stream(TOY, bytes_of([piece, wrong])) == []
    told = [(fault.frame, fault.rule) for fault in check_stream(TOY, bytes_of([last, piece]))]
    assert told == [(1, "stream.order")]
    assert [fault.rule for fault in check_stream(TOY, bytes_of([piece]))] == ["stream.complete"]


@by_other
def test_nothing_waits(other: str) -> None:
    @brief
    @given(st.lists(pieces, max_size=6))
    def holds(bodies: list[Any]) -> None:
        assert_none(laws.nothing_waits([bytes_of([body]) for body in bodies], TOY, other))

    holds()


@pytest.mark.parametrize("target", [*dragoman.dialects(), TOY])
def test_it_is_one_of_the_matrix(target: str) -> None:
    """Every fixture of every dialect goes into it, and it goes into every dialect."""
    assert TOY in dragoman.dialects()
    ask = {"to": "m", "lines": [{"who": "house", "says": "Be brief."}, {"who": "me", "says": "Hi"}], "at_most": 64}
    answer = {"from": "m", "ref": "pc_1", "says": "Hello.", "ended": "done", "words": {"in": 5, "out": 1}}
    assert dragoman.translate_request(ask, TOY, target, validate=True).body
    assert dragoman.translate_response(answer, TOY, target, validate=True).status is None
    assert dragoman.translate_error(429, {"wrong": {"kind": "rate_limit", "says": "no"}}, TOY, target).status == 429
    for one in fixtures.load("request", "response", "stream"):
        if one.dialect == target and one.kind == "stream":
            assert_none(laws.stream_is_document(one.data, target, TOY))
        elif one.dialect == target:
            for law in (laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
                assert_none(law(one.kind, one.json(), target, TOY))


def test_it_is_checked_on_demand() -> None:
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.translate_request({"to": 1, "lines": [{"who": "me"}]}, TOY, "openai-chat", validate=True)
    assert len(caught.value.faults) == 2


# --- what a dialect touches ----------------------------------------------------------------------------------

# Where the id of a dialect may stand outside its own folders, and why.
ALLOWED = {
    "registry.py": "the one line: id and folder",
    "detect.py": "the table of signs by which logs are told apart; no translation asks it",
    "wire/__init__.py": "the row for a dialect whose documents have the shape of another's",
    "losses.tsv": "rows of accepted losses, by pair",
    "profiles/facts.tsv": "rows of facts about models, by the dialects that their servers speak",
    "profiles/behind.tsv": "which facts about a model hold through a gateway, by its flavour",
}


def ids_in(path: Path, ids: set[str]) -> set[str]:
    """The dialect ids that stand in a file as a value (not in a docstring)."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in docs]
    return {word for word in found if isinstance(word, str) and word.partition("+")[0] in ids}


def folders_in(path: Path) -> set[str]:
    """The folders of dialects that a file imports from."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module or ''}.{alias.name}" for alias in node.names} | {node.module or ""}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    modules = set(registry._MODULES.values())
    return {step for name in names for step in name.split(".") if step in modules}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nothing_else_names_a_dialect(path: Path) -> None:
    """Outside its own folders no module names a dialect or imports its folder: adding one touches nothing else."""
    place = path.relative_to(PACKAGE)
    own = {id for id, module in registry._MODULES.items() if place.parts[:2] == ("dialects", module)}
    if place.parts[0] == "wire" and len(place.parts) > 2:
        own |= {id for id in registry._MODULES if id.replace("-", "_") == place.parts[1]}
    ids = set(registry._MODULES)
    named = {one for one in ids_in(path, ids) if one.partition("+")[0] not in own}
    imported = folders_in(path) - {registry._MODULES[one] for one in own} - {one.replace("-", "_") for one in own}
    if place.as_posix() in ALLOWED:
        assert named, f"{place} needs no row in ALLOWED"
    else:
        assert not named
    assert not imported


def test_no_other_data_names_a_dialect() -> None:
    """The same for what is no code."""
    ids = re.compile("|".join(rf"(?<![\w-]){re.escape(id)}(?![\w-])" for id in registry._MODULES))
    files_ = [p for p in PACKAGE.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc", ".so", ".pyd")]
    found = {p.relative_to(PACKAGE).as_posix() for p in files_ if ids.search(p.read_text("utf-8"))}
    assert found <= ALLOWED.keys()
