"""One target under atheris: `python -m tests.fuzz.guided TARGET FOLDER [libFuzzer's options]`.

FOLDER is the corpus, which grows. What breaks is written where `-artifact_prefix` says.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["dragoman"]):
    import dragoman  # noqa: F401
    from dragoman import wire  # noqa: F401

from dragoman import registry

from .targets import TARGETS

if __name__ == "__main__":
    name = sys.argv[1]
    with atheris.instrument_imports(include=["dragoman"]):
        for dialect in registry.names():
            registry.get(dialect)  # loaded when first asked for, else without instruments

    def once(data: bytes) -> None:
        TARGETS[name](data)

    atheris.Setup([sys.argv[0], *sys.argv[2:]], once)
    atheris.Fuzz()
