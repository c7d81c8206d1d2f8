"""Arguments in pieces (Vertex, `streamFunctionCallArguments`): JSON paths and values -> one object."""

from __future__ import annotations

import re
from typing import Any

from ...jsontext import same
from ...model import Json

_TOKEN = re.compile(r"""\.([^.\[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]""")
_VALUES = ("stringValue", "numberValue", "boolValue")
MAX_INDEX = 1 << 16  # an array grows by its highest index: a bound, so that a path cannot ask for any memory


def tokens(path: Any) -> list[str | int] | None:
    """The steps of `$.a.b[0]`; None if it is no path of that form."""
    if type(path) is not str or path[:1] != "$":
        return None
    out: list[str | int] = []
    at = 1
    while at < len(path):
        found = _TOKEN.match(path, at)
        if found is None:
            return None
        name, index, single, double = found.groups()
        if index is not None:
            if len(index) > 6 or int(index) > MAX_INDEX:
                return None
            out.append(int(index))
        else:
            quoted = single if single is not None else double
            out.append(name if name is not None else re.sub(r"\\(.)", r"\1", quoted))
        at = found.end()
    return out


class Arguments:
    """The arguments of one call as they come in."""

    def __init__(self, whole: Json | None) -> None:
        self.value: Any = whole if whole is not None else {}
        self._open: list[str | int] | None = None  # the path whose string goes on
        self._texts: list[str] = []
        self.odd: list[Any] = []  # pieces that are of no known form

    def add(self, pieces: Any) -> None:
        """Take the `partialArgs` of one part."""
        for piece in pieces if type(pieces) is list else ():
            path = tokens(piece.get("jsonPath")) if type(piece) is dict else None
            if path is None or not self._take(path, piece):
                self.odd.append(piece)

    def _take(self, path: list[str | int], piece: Json) -> bool:
        if "nullValue" in piece:
            value: Any = None
        else:
            key = next((k for k in _VALUES if k in piece), None)
            # A default is left out on the wire: a piece without a value is an empty string.
            value = piece[key] if key is not None else ""
        if type(value) is str:
            if self._open != path:
                self._texts = []
            # "Strings for the same jsonPath concatenate while the PartialArg says willContinue."
            self._texts.append(value)
            value = "".join(self._texts)
            self._open = path if piece.get("willContinue") is True else None
            if self._open is None:
                self._texts = []
        placed, self.value = _put(self.value, path, value)
        return placed


def _put(target: Any, path: list[str | int], value: Any) -> tuple[bool, Any]:
    """`target` with `value` at `path`; containers appear as the path needs them."""
    if not path:
        return (True, value) if type(value) is dict or same(target, value) else (False, target)
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if target is None:
            target = {}
        if type(target) is not dict:
            return False, target
        if rest:
            placed, inner = _put(target.get(step), rest, value)
        else:
            placed, inner = True, value
        return placed, {**target, step: inner} if placed else target
    if target is None:
        target = []
    if type(target) is not list:
        return False, target
    items = [*target, *([None] * (step + 1 - len(target)))]
    if rest:
        placed, inner = _put(items[step], rest, value)
    else:
        placed, inner = True, value
    if not placed:
        return False, target
    items[step] = inner
    return True, items
