"""`python -m dragoman.wire schemas` writes the JSON Schemas below that folder."""

from __future__ import annotations

import sys
from pathlib import Path

from .schemas import write

if len(sys.argv) != 2:
    sys.exit("usage: python -m dragoman.wire FOLDER")
print(f"{len(write(Path(sys.argv[1])))} schemas in {sys.argv[1]}")
