"""Web search is a setting of the request here, and only some models take it."""

from __future__ import annotations

from ...model import Json, Tool
from ...profiles import Profile
from ..web_search import OPTIONS, Searching, is_option, kept_out, written
from .flavours import Flavour


def searches(w: Searching, tool: Tool, out: Json, flavour: Flavour, facts: Profile) -> None:
    """Put a search that the vendor runs among the settings; any other tool of the vendor's is told."""
    if is_option(tool):
        return  # a setting as it is
    # "A setting always searches", also where no tool may be called.
    taken = _may(flavour, facts) and not kept_out(w)
    said = written(w, tool, OPTIONS if taken else None, "/web_search_options")
    if said is not None:
        out["web_search_options"] = said


def _may(flavour: Flavour, facts: Profile) -> bool:
    return "web_search" not in flavour.refuses and facts.web_search is not False


def left_out(w: Searching, flavour: Flavour, facts: Profile) -> bool:
    """Whether a choice of no tool has kept a search out."""
    return _may(flavour, facts) and kept_out(w)
