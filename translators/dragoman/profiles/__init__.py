"""Profiles: what is known of model families, as data. The rows stand in `facts.tsv`, each with its source.

A fact belongs to a dialect and a pattern of model names; of the patterns that match a name, the one with the most
letters of its own wins, fact by fact. Of a model that no pattern matches nothing is known, and nothing is refused.
Which facts about another vendor's model hold through a gateway, too, stands in `behind.tsv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Any, NamedTuple, get_args, get_type_hints

from ..errors import Fault, InvalidDocument
from ..ids import sha256, spell
from ..jsontext import escape, type_name
from ..model import Params
from ..report import Report
from ..tables import EFFORTS

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The facts about one model behind one dialect. None: not known, and then nothing is refused.

    What only the user can say:
    model                      look facts up as for this model (a deployment has a name of its own)
    provider                   who runs the upstream: "vertex", "bedrock", "azure"
    anthropic_version          the wire version of Messages that is written

    Facts:
    family                     what the model is one of
    sampling_refused           settings that are refused, by their canonical names
    sampling_refused_thinking  settings that are refused while the model thinks
    sampling_ignored           settings that are taken and do nothing
    sampling_exclusive         settings of which a request may have only one
    thinking                   how thinking is controlled: the modes of Messages (disabled, enabled, adaptive,
                               between_tools), or a number (budget) or a word (level, effort); elsewhere disabled
                               says that it can be switched off; empty: there is no control
    thinking_default           whether the model thinks where the request says nothing: on, off
    efforts                    the efforts that are taken, in rising order
    budget_min, budget_max     the limits of a thinking budget
    thinking_levels            the words of a thinking level, in rising order
    forced_tool_choice         whether the model can be made to call a tool: yes, never, or not_with_thinking: not
                               together with thinking that is switched on by name
    prefill                    whether the conversation may end with a turn of the assistant, to go on from there
    assistant_first            whether the conversation may begin with a turn of the assistant
    mid_system                 whether a system turn in the middle of the conversation is followed
    max_output_tokens          the highest limit of output that is taken
    schema_keywords            keywords that are refused in a schema that binds: structured output, strict tools
    schema_closed              whether every object of such a schema has to refuse what it does not name
    schema_required            whether every object of such a schema has to require all that it names
    schema_recursive           whether such a schema may refer to one that it stands in
    schema_external            whether such a schema may refer to what stands outside of it
    schema_formats             the formats that such a schema may name
    schema_lookaround          whether a pattern in such a schema may look around
    schema_enum_parts          whether an enum of such a schema may list objects and arrays
    schema_unions_max          parameters of several types, in all such schemas of a request together
    schema_optional_max        parameters that are not required, likewise
    strict_tools_max           strict tools of a request
    tool_keywords              keywords that are refused at the top of a tool's schema, whether it binds or not
    schema_with_tools          whether structured output goes together with tools
    search_with_tools          whether a search on the web that the vendor runs goes together with functions
    web_search                 whether the setting that asks for a search on the web is taken
    result_media               whether the result of a tool may hold media
    cache_breakpoints          whether parts take marks that end a cached prefix
    signatures                 whether a call without its signature is refused: required, optional
    bound_to                   outside of what a signature is worth nothing: family, platform
    prefix_bound               whether a signature holds for one unchanged beginning of the conversation only
    tool_name_max              characters of a tool's name
    call_id_min, call_id_max   characters of a call's id
    user_max                   characters of `user`, or of what stands for it
    user_personal              whether that may look like an e-mail address or a phone number
    safety_identifier_max      characters of that setting
    prompt_cache_key_max       characters of that setting
    """

    model: str | None = None
    provider: str | None = None
    anthropic_version: str | None = None
    family: str | None = None
    sampling_refused: Words | None = None
    sampling_refused_thinking: Words | None = None
    sampling_ignored: Words | None = None
    sampling_exclusive: Words | None = None
    thinking: Words | None = None
    thinking_default: str | None = None
    efforts: Words | None = None
    budget_min: int | None = None
    budget_max: int | None = None
    thinking_levels: Words | None = None
    forced_tool_choice: str | None = None
    prefill: bool | None = None
    assistant_first: bool | None = None
    mid_system: bool | None = None
    max_output_tokens: int | None = None
    schema_keywords: Words | None = None
    schema_closed: bool | None = None
    schema_required: bool | None = None
    schema_recursive: bool | None = None
    schema_external: bool | None = None
    schema_formats: Words | None = None
    schema_lookaround: bool | None = None
    schema_enum_parts: bool | None = None
    schema_unions_max: int | None = None
    schema_optional_max: int | None = None
    strict_tools_max: int | None = None
    tool_keywords: Words | None = None
    schema_with_tools: bool | None = None
    search_with_tools: bool | None = None
    web_search: bool | None = None
    result_media: bool | None = None
    cache_breakpoints: bool | None = None
    signatures: str | None = None
    bound_to: Words | None = None
    prefix_bound: bool | None = None
    tool_name_max: int | None = None
    call_id_min: int | None = None
    call_id_max: int | None = None
    user_max: int | None = None
    user_personal: bool | None = None
    safety_identifier_max: int | None = None
    prompt_cache_key_max: int | None = None


# What the user says of an upstream; no row does.
OWN = ("model", "provider", "anthropic_version")
FACTS = tuple(field.name for field in fields(Profile) if field.name not in OWN)

# The words that a field takes, where they are a closed set.
_SETTINGS = tuple(Params.__annotations__)
WORDS: dict[str, Words] = {
    "sampling_refused": _SETTINGS,
    "sampling_refused_thinking": _SETTINGS,
    "sampling_ignored": _SETTINGS,
    "sampling_exclusive": _SETTINGS,
    "thinking": ("disabled", "enabled", "adaptive", "between_tools", "budget", "level", "effort"),
    "thinking_default": ("on", "off"),
    "efforts": EFFORTS,
    "thinking_levels": ("minimal", "low", "medium", "high", "xhigh"),
    "forced_tool_choice": ("yes", "not_with_thinking", "never"),
    "signatures": ("required", "optional"),
    "bound_to": ("family", "platform"),
}


class Row(NamedTuple):
    """One fact: the dialect (or flavour) and the models that it is known of, and where from."""

    dialect: str
    pattern: str
    fact: str
    value: Any
    source: str


# --- the data ----------------------------------------------------------------------------------------------


def provider_of(profile: Any) -> str:
    """Who runs the upstream, as a profile of it says; "" where it says nothing."""
    return (profile.get("provider") or "") if isinstance(profile, Mapping) else ""


@cache
def rows() -> tuple[Row, ...]:
    """Every row of the table, in its order; a line with several dialects or patterns is as many rows."""
    return tuple(_rows(_lines("facts.tsv")))


@cache
def behind() -> dict[str, frozenset[str]]:
    """The flavours that are gateways -> the facts about a model that hold whoever serves it: its vendor's, by name."""
    lines = [line.split("\t") for line in _lines("behind.tsv")]
    return {flavour: frozenset(facts.split(" ")) for flavours, facts, _ in lines for flavour in flavours.split(" ")}


def _lines(name: str) -> list[str]:
    """The lines of a table without its head."""
    from importlib.resources import files  # only now: an import does not read the table

    return files(__package__).joinpath(name).read_text("utf-8").splitlines()[1:]


def _rows(lines: list[str]) -> Iterator[Row]:
    kinds = _kinds()
    for line in lines:
        dialects, patterns, fact, said, source = line.split("\t")
        value = _value(kinds[fact], said)
        for dialect in dialects.split(" "):
            for pattern in patterns.split(" "):
                yield Row(dialect, pattern, fact, value, source)


@cache
def _kinds() -> dict[str, Any]:
    """The type of every field, without its None."""
    return {name: get_args(hint)[0] for name, hint in get_type_hints(Profile).items()}


def _value(kind: Any, said: str) -> Any:
    """A cell of the table as a value: words stand side by side, and "-" is none of them."""
    if kind is bool:
        return {"yes": True, "no": False}[said]
    if kind is int:
        return int(said)
    if kind is str:
        return said
    return tuple(said.split(" ")) if said != "-" else ()


# --- names -------------------------------------------------------------------------------------------------

_LONGEST = 256  # no model has a longer name
_VENDOR = re.compile(r"(?:[a-z][a-z-]*\.)+(?=[a-z])")
_DATE = re.compile(r"[-@]20\d\d-?[01]\d-?[0-3]\d(?!\d)")
_PRIVATE = ("tunedmodels/", "endpoints/")


def normal(model: str) -> str:
    """A model's name as patterns spell it; "" for one that says nothing of its family.

    Without what a provider puts around it ("models/", "anthropic/", "us.anthropic.", ":free") and without its date;
    Claude's versions with dashes, as their vendor has them.
    """
    name = model.lower() if len(model) <= _LONGEST else ""
    if name.startswith(_PRIVATE):
        return ""
    name = name.removeprefix("ft:").rpartition("/")[2].partition(":")[0]
    name = _DATE.sub("", _VENDOR.sub("", name, count=1), count=1)
    return name.replace(".", "-") if name.startswith("claude") else name


def weight(pattern: str) -> int:
    """How much a pattern says: the characters that it spells out."""
    return len(re.sub(r"\[[^]]*\]|[*?]", "", pattern))


# --- looking up --------------------------------------------------------------------------------------------


def lookup(dialect: str, model: str, override: Mapping[str, Any] | None = None) -> Profile:
    """What is known of `model` behind `dialect` (or a flavour of it), with what the user knows better.

    override: fields of `Profile` by name; None there says that nothing is known. Raises InvalidDocument, whose
    faults lie below `/profile`, for a name that is no field and for a value of another type or word, and at `/model`
    for a model that is no text.
    """
    if type(model) is not str:
        raise InvalidDocument([Fault("/model", "string", type_name(model))])
    if override is None:
        return _called(dialect, model[: _LONGEST + 1])
    said = _checked(override)
    return replace(_known(dialect, normal(said.get("model") or model)), **said)


@lru_cache(maxsize=1024)
def _called(dialect: str, model: str) -> Profile:
    """The facts about a model by the name that a request has: this runs for every request."""
    return _known(dialect, normal(model))


@lru_cache(maxsize=1024)
def _known(dialect: str, name: str) -> Profile:
    """The facts about a model by its normal name."""
    facts: dict[str, Any] = {}
    for row in _ranked(dialect):
        if fnmatchcase(name, row.pattern):
            facts[row.fact] = row.value
    return Profile(**facts)


@lru_cache(maxsize=64)
def _ranked(dialect: str) -> tuple[Row, ...]:
    """The rows of a dialect, those that say least first.

    A flavour knows the models of its dialect, and a gateway some facts about those of others. What is known of all
    models there (`*`) is the server's, and a flavour has another server.
    """
    base, passed = dialect.partition("+")[0], behind().get(dialect, frozenset())
    models = [r for r in rows() if r.dialect != dialect and r.pattern != "*"]
    known = [r for r in models if r.dialect == base or ("+" not in r.dialect and r.fact in passed)]
    known += [r for r in rows() if r.dialect == dialect]
    return tuple(sorted(known, key=lambda r: (weight(r.pattern), r.dialect == base, r.dialect == dialect)))


def pointless(facts: Profile) -> Words:
    """The settings that the model never takes, or takes and does nothing with."""
    refused, ignored = facts.sampling_refused or (), facts.sampling_ignored or ()
    return refused + ignored


def excluded(facts: Profile, names: Iterable[str]) -> list[str]:
    """The settings of `names` that do not go beside the first of those of which the model takes one."""
    said = [name for name in facts.sampling_exclusive or () if name in names]
    return said[1:]


# An address of mail anywhere in it, or nothing but a number as phones have it.
_MAIL = re.compile(r"[\w.+%-]+@[\w-]+\.[\w.-]+").search
_PHONE = re.compile(r"\s*\+?[\d\s()./-]{7,}\Z").match


def _personal(value: str) -> bool:
    # No address is longer.
    return len(value) <= 320 and (_MAIL(value) is not None or _PHONE(value) is not None)


def within(facts: Profile, name: str, value: str, at: str, report: Report) -> str:
    """The text of a setting that names someone or something, as long as the service takes it: the same for the same.

    Of one that is too long its first letters stay, and a digest of the whole; of one that looks personal, where that
    is refused, the digest alone.
    """
    if name == "user" and facts.user_personal is False and _personal(value):
        report.changed("user.personal", at, value)
        return f"user_{sha256(value.encode('utf-8', 'surrogatepass'))[:32]}"
    most: int | None = getattr(facts, f"{name}_max", None)
    if most is None or len(value) <= most:
        return value
    report.changed("cache.key" if name == "prompt_cache_key" else "user.limit", at, value)
    return spell(value, most)[0]


def check(override: Any) -> None:
    """Raise InvalidDocument, with every fault, for what is no mapping of facts."""
    _checked(override)


def _checked(override: Any) -> dict[str, Any]:
    """The user's own facts as values of fields; raises InvalidDocument with every fault."""
    if not isinstance(override, Mapping):
        raise InvalidDocument([Fault("/profile", "an object", type(override).__name__)])
    kinds = _kinds()
    out: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in override.items():
        at = f"/profile/{escape(str(name)[:80])}"
        if name not in kinds:
            faults.append(Fault(at, "a field of a profile", "an unknown name"))
        elif value is None:
            out[name] = None
        else:
            faults += _faults(at, kinds[name], WORDS.get(name), value)
            out[name] = tuple(value) if isinstance(value, (list, tuple)) else value
    if faults:
        raise InvalidDocument(faults)
    return out


def _faults(at: str, kind: Any, words: Words | None, value: Any) -> list[Fault]:
    """What is wrong with the value of one field."""
    if kind not in (str, bool, int):
        if not isinstance(value, (list, tuple)):
            return [Fault(at, "a list of words", type(value).__name__)]
        return [fault for i, word in enumerate(value) for fault in _faults(f"{at}/{i}", str, words, word)]
    if type(value) is not kind:
        return [Fault(at, kind.__name__, type(value).__name__)]
    if words is not None and value not in words:
        said = "the name of a setting" if words is _SETTINGS else f"one of {', '.join(words)}"
        return [Fault(at, said, "another word")]
    if kind is int and value < 0:
        return [Fault(at, "a count", "a negative number")]
    return []
