"""What the optional compiler has to know of a class (docs/decisions/0022). Without it, this says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr as mypyc_attr  # the compiler looks for this name; nothing is to be installed
else:

    def mypyc_attr(**_):
        """A decorator that leaves a class as it is."""
        return lambda cls: cls
