"""`python -m tests.mutants [MODULE ...]`: mutants of each module, and which of them no test notices.

Of the mutants that a module can have `--count` are tried, chosen by the digest of their names: the same ones each time
as long as the code stays, other ones with another `--seed`. Who survives is a line of tests/data/mutants.tsv; the
counts go into docs/proof.md. Nothing is written into translators/: the mutants live in build/mutants/.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.proof import ROOT, Figures, load, record

from .modules import MODULES, WIDE
from .survivors import OPEN, Row, change_of, read, updated, write

TREE = ROOT / "build" / "mutants"
LIBRARY = "src/dragoman"  # the layout that mutmut knows
COPIED = ("tests", "fixtures", "schemas", "docs")
NAMES = """
import sys
from pathlib import Path
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name
path = Path(sys.argv[1])
for name in mutate_file_contents(str(path), path.read_text("utf-8")).mutant_names:
    print(get_mutant_name(path, name))
"""
# Exit codes of mutmut's, by what they mean here. Anything else is no answer, and is not counted.
KILLED = (1, 3, 24, 36, 152, 255, -24, -11, -9)  # a test failed, or did not come to an end
SURVIVED = (0, 5, 33)
TYPES = 37  # mypy told
MEMORY = 3 << 30


def tree(module: str) -> None:
    """The project in mutmut's layout, set up for the mutants of one module."""
    shutil.rmtree(TREE, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "translators" / "dragoman", TREE / LIBRARY, ignore=ignored)
    for name in COPIED:
        shutil.copytree(ROOT / name, TREE / name, ignore=ignored)
    options = {
        "source_paths": ["src"],
        "only_mutate": [f"{LIBRARY}/{module}"],
        "also_copy": [name for name in COPIED if name != "tests"],
        "pytest_add_cli_args": ["--hypothesis-profile=brief", "-p", "no:cacheprovider", "-p", "no:xdist"],
        "pytest_add_cli_args_test_selection": [f"tests/{name}.py" for name in MODULES[module]],
        "type_check_command": ["mypy", f"{LIBRARY}/{module}", "--output", "json", "--disable-error-code=unused-ignore"],
        "use_git_change_detection": False,
        "timeout_constant": 4.0,
        "timeout_multiplier": 5.0,
    }
    whole = (ROOT / "pyproject.toml").read_text("utf-8").replace('"translators"', '"src"')
    told = "\n".join(f"{key} = {json.dumps(value)}" for key, value in options.items())
    (TREE / "pyproject.toml").write_text(f"{whole}\n[tool.mutmut]\n{told}\n", "utf-8")


def bounded() -> None:
    """A mutant that gathers without end is stopped, before the machine is."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(*command: str, folder: Path = TREE, **more: str) -> tuple[int, str]:
    """A command of the tree's, with no way to the real library."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | more
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"  # mutmut calls mypy by its name
    env["MYPY_CACHE_DIR"] = str(TREE.parent / "mutants-types")
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, preexec_fn=bounded
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def mutants_of(module: str) -> list[str]:
    """The names of all mutants that a module can have."""
    status, told = run(sys.executable, "-c", NAMES, f"{LIBRARY}/{module}")
    if status:
        sys.exit(told)
    return told.split()


def sample(names: list[str], count: int, seed: int) -> list[str]:
    """`count` of the names, as the digests have it: a mutant more somewhere else does not change the choice."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())[:count]


def outcomes(module: str, names: list[str]) -> dict[str, int]:
    """Name -> exit code of the tests, for the mutants that were tried."""
    mutmut = str(Path(sys.executable).parent / "mutmut")
    status, told = run(mutmut, "run", "--max-children", "1", *names)
    if status:
        sys.exit(f"{module}\n{told[-4000:]}")
    meta = json.loads((TREE / "mutants" / LIBRARY / f"{module}.meta").read_text("utf-8"))
    codes = {name: meta["exit_code_by_key"][name] for name in names}
    return {name: code for name, code in codes.items() if code in (*KILLED, *SURVIVED, TYPES)}


def survivor(module: str, name: str) -> Row:
    """The row of a mutant."""
    _, told = run(str(Path(sys.executable).parent / "mutmut"), "show", name)
    function = name.rpartition(".")[2].partition("__mutmut_")[0]
    spelt = function[2:] if function.startswith("x_") else function[2:].replace("ǁ", ".")
    return Row(module, spelt, change_of(told), OPEN)


def survives(name: str) -> bool:
    """Whether a mutant survives the many other tests, too; no name is none, which has to."""
    tests = [f"tests/{one}.py" for one in WIDE]
    options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=brief"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    return run(*command, folder=TREE / "mutants", MUTANT_UNDER_TEST=name)[0] == 0


def judge(module: str, count: int, seed: int, wide: bool) -> Figures:
    """Try some mutants of a module, bring the table up to date, and count."""
    tree(module)
    names = mutants_of(module)
    found = outcomes(module, sample(names, count, seed))
    if wide and not survives(""):
        sys.exit("the many tests fail without a mutant: they would kill whatever they meet")
    for name in [name for name in found if wide and found[name] in SURVIVED]:
        found[name] = SURVIVED[0] if survives(name) else KILLED[0]
    rows = {name: survivor(module, name) for name in found if found[name] != TYPES}
    survived = [row for name, row in rows.items() if found[name] in SURVIVED]
    write(updated(read(), [row for row in rows.values() if row not in survived], survived))
    told = Counter("types" if code == TYPES else "killed" if code in KILLED else "survived" for code in found.values())
    return {"possible": len(names), "tried": len(found), **{key: told[key] for key in ("killed", "types", "survived")}}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}; all without")
    parser.add_argument("--count", type=int, default=40, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=0, help="another choice of them")
    parser.add_argument("--wide", action="store_true", help="who survives the quick tests meets the others")
    parser.add_argument("--seconds", type=int, help="no further module is begun after so many")
    args = parser.parse_args()
    unknown = [name for name in args.modules if name not in MODULES]
    if unknown:
        parser.error(f"no row in tests/mutants/modules.py: {', '.join(unknown)}")
    begun = time.monotonic()
    for module in args.modules or MODULES:
        if args.seconds is not None and time.monotonic() - begun > args.seconds:
            print("the time is up")
            break
        command = f"python -m tests.mutants {module} --count {args.count} --seed {args.seed}{' --wide' * args.wide}"
        figures = judge(module, args.count, args.seed, args.wide) | {"command": command}
        print(f"{module}: {json.dumps(figures)}", flush=True)
        known = load().get("mutants", {}).get("modules", {}) | {module: figures}
        rows = read()
        counts = {"open": sum(row.reason == OPEN for row in rows), "listed": sum(row.reason != OPEN for row in rows)}
        ordered = {name: known[name] for name in MODULES if name in known}
        record("mutants", "python -m tests.mutants", {"modules": ordered, **counts})


if __name__ == "__main__":
    main()
