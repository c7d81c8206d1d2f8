"""What the specification names, and what a set of documents reaches of it.

`FIELDS["<dialect>/<kind>"]` (kinds: request, response, error, stream, failing) is written by hand from the dialect's
specification; `reached(documents)` says in the same words what is in some documents; the test asserts that their
difference is empty.  The words:

* ``tools[].function.name``        a field, by its path; ``[]`` is any element of a list
* ``stop:null``                    its value is null (str, int, float, true, false, list, object; empty for "", [], {})
* ``stop_reason=refusal``          a word of an enum
* ``tools[]:type=bash_20250124``   an arm of a union, by its `type` (or `role`)
* ``@image.source:type=url``       a path from the nearest enclosing object with that `type`; ``@role=user.name`` the
                                   same with a `role`: so that each arm's fields are counted apart
* ``event=ping`` ``status=429``    the SSE event's name, the HTTP status; ``data=[DONE]`` a record that is no JSON
* ``~usage-own-chunk``             a situation: something that only a whole stream can show

How to extend.  Add the words to the text of the dialect's kind (``{a,b}`` stands for both, nested or not; a line's
``#`` begins a comment); for a new situation add a line to the dialect's function in `SITUATIONS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from . import coverage_gemini, coverage_responses
from .common import COMMENT, FREE_FORM, Doc, Record
from .coverage_completions import COMPLETIONS
from .coverage_fields import ANTHROPIC, CHAT

# --- the lists ----------------------------------------------------------------------------------------------


def expand(word: str) -> Iterator[str]:
    """`a{b,c}d` is `abd` and `acd`; braces nest."""
    start = word.find("{")
    if start < 0:
        yield word
        return
    depth, options, begin = 0, [], start + 1
    for at in range(start, len(word)):
        char = word[at]
        if char == "{":
            depth += 1
        elif char == "," and depth == 1:
            options.append(word[begin:at])
            begin = at + 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                options.append(word[begin:at])
                break
    else:
        raise ValueError(f"open brace in {word!r}")
    for option in options:
        yield from expand(word[:start] + option + word[at + 1 :])


def fields(text: str) -> frozenset[str]:
    """The words of a hand-written list."""
    lines = (line.split(" #")[0] for line in text.splitlines() if not line.lstrip().startswith("#"))
    return frozenset(name for line in lines for word in line.split() for name in expand(word))


LISTS: dict[str, dict[str, str]] = {
    "openai-chat": CHAT,
    "anthropic-messages": ANTHROPIC,
    "openai-completions": COMPLETIONS,
    "claude-thinking": CHAT,
    "gemini": coverage_gemini.GEMINI,
    "openai-responses": coverage_responses.RESPONSES,
}
FIELDS: dict[str, frozenset[str]] = {
    f"{dialect}/{kind}": fields(text) for dialect, kinds in LISTS.items() for kind, text in kinds.items()
}

# --- what documents reach -----------------------------------------------------------------------------------


def reached(docs: Iterable[Any], dialect: str) -> set[str]:
    """The words of all documents: JSON objects, (status, body) pairs of errors, or lists of SSE records."""
    found: set[str] = set()
    for doc in docs:
        if isinstance(doc, tuple):
            status, body = doc
            found.add(f"status={status}")
            _walk(body, "", "", found)
        elif isinstance(doc, list):
            _stream(doc, found)
            found |= SITUATIONS[dialect](doc)
        else:
            _walk(doc, "", "", found)
    return found


def missing(key: str, docs: Iterable[Any]) -> list[str]:
    """What `FIELDS[key]` names and the documents never show."""
    return sorted(FIELDS[key] - reached(docs, key.partition("/")[0]))


def _stream(records: Sequence[Record], found: set[str]) -> None:
    for name, data in records:
        found.add("comment" if name == COMMENT else f"event={name}")
        if isinstance(data, dict):
            _walk(data, "", "", found)
        elif name != COMMENT:
            found.add(f"data={data}")


def _walk(value: Any, path: str, arm: str, found: set[str]) -> None:
    for prefix in (path, arm):
        if prefix:
            found.add(prefix)
            found.update(_values(value, prefix))
    if isinstance(value, dict):
        for key in ("type", "role"):
            tag = value.get(key)
            if isinstance(tag, str):
                found.update((f"{path}:{key}={tag}", f"{arm}:{key}={tag}"))
        if isinstance(value.get("type"), str):
            arm = f"@{value['type']}"
        elif isinstance(value.get("role"), str):
            arm = f"@role={value['role']}"
        for key, inner in value.items():
            if key in FREE_FORM and key != "metadata":
                found.update((f"{path}.{key}".lstrip("."), f"{arm}.{key}"))
                found.update(_values(inner, f"{path}.{key}".lstrip(".")))
            else:
                _walk(inner, f"{path}.{key}" if path else key, f"{arm}.{key}" if arm else "", found)
    elif isinstance(value, list):
        for inner in value:
            _walk(inner, path + "[]", arm + "[]" if arm else "", found)


_KINDS: dict[type, str] = {
    str: "str",
    int: "int",
    float: "float",
    list: "list",
    dict: "object",
    type(None): "null",
}


def _values(value: Any, prefix: str) -> Iterator[str]:
    if isinstance(value, bool):
        yield f"{prefix}={str(value).lower()}"
        return
    yield f"{prefix}:{_KINDS[type(value)]}"
    if value in ("", [], {}):
        yield f"{prefix}:empty"
    if isinstance(value, str):
        if prefix.endswith(("arguments", "partial_json")):
            yield f"{prefix}:{_argument_state(value)}"
        elif len(value) <= 60:
            yield f"{prefix}={value}"


def _argument_state(text: str) -> str:
    try:
        return "json-object" if isinstance(json.loads(text), dict) else "json-other"
    except ValueError:
        return "invalid" if text else "empty"


# --- situations ---------------------------------------------------------------------------------------------


def chat_situations(records: Sequence[Record]) -> set[str]:
    """What a whole stream of `openai-chat` shows."""
    chunks = [data for name, data in records if isinstance(data, dict)]
    found = _envelope_situations(chunks)
    if (None, "[DONE]") not in records:
        found.add("~no-done")
    if any(data == "" for name, data in records if name == COMMENT):
        found.add("~empty-comment")
    order = [choice.get("index", 0) for chunk in chunks for choice in chunk.get("choices") or ()]
    if order[:1] not in ([], [0]):
        found.add("~choice-1-first")
    if any(a > b for a, b in pairwise(order)):
        found.add("~choices-interleaved")
    if any(len(chunk.get("choices") or ()) > 1 for chunk in chunks):
        found.add("~choices-together")
    for index in set(order):
        steps = [(c, chunk) for chunk in chunks for c in chunk.get("choices") or () if c.get("index", 0) == index]
        found |= _choice_situations([step for step, _ in steps])
    return found | _usage_situations(chunks)


def _envelope_situations(chunks: Sequence[Doc]) -> set[str]:
    found: set[str] = set()
    for key in ("id", "model", "created", "system_fingerprint"):
        values = [chunk[key] for chunk in chunks if key in chunk]
        if values and values[0] in ("", 0) and any(values):
            found.add(f"~{key}-empty-first")
        if len({value for value in values if value}) > 1:
            found.add(f"~{key}-changes")
    for at, chunk in enumerate(chunks):
        if "choices" not in chunk and "error" not in chunk:
            found.add("~no-choices-key")
        if chunk.get("choices") == [] and "prompt_filter_results" in chunk and at == 0:
            found.add("~prompt-filter-first")
    return found


def _usage_situations(chunks: Sequence[Doc]) -> set[str]:
    found: set[str] = set()
    carrying = [chunk for chunk in chunks if chunk.get("usage")]
    groq = any((chunk.get("x_groq") or {}).get("usage") for chunk in chunks)
    if not carrying:
        found.add("~usage-only-x_groq" if groq else "~usage-none")
    elif groq:
        found.add("~usage-also-x_groq")
    for chunk in carrying:
        choices = chunk.get("choices")
        if not choices:
            found.add("~usage-own-chunk")
        elif any(choice.get("finish_reason") for choice in choices):
            found.add("~usage-on-finish-chunk")
        elif chunk is chunks[-1] and choices == [{"index": 0, "delta": {}}]:
            found.add("~usage-with-empty-choice")
        else:
            found.add("~usage-running")
    if len(carrying) > 1 and any(a["usage"] != b["usage"] for a, b in pairwise(carrying)):
        found.add("~usage-values-change")
    seen = False
    for chunk in chunks:
        if seen and "usage" in chunk and chunk["usage"] is None:
            found.add("~usage-null-after")
        seen = seen or bool(chunk.get("usage"))
        if not seen and "usage" in chunk:
            found.add("~usage-null-before")
    return found


_REASONING = ("reasoning", "reasoning_content", "reasoning_text", "reasoning_details", "thinking_blocks")
_CONTENT = (
    "content",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
    "annotations",
    "images",
    *_REASONING,
)


def _choice_situations(steps: Sequence[Doc]) -> set[str]:
    found: set[str] = set()
    finished = False
    kinds: list[str] = []
    roles: list[Any] = []
    for step in steps:
        delta = step.get("delta")
        if delta is None:
            found.add("~delta-null" if "delta" in step else "~choice-without-delta")
            delta = {}
        if "message" in step:
            found.add("~message-beside-delta")
        if "finish_reason" not in step:
            found.add("~finish-key-absent")
        if step.get("finish_reason") == "":
            found.add("~finish-empty")
        filled = [key for key in _CONTENT if delta.get(key)]
        roles += [delta["role"]] if "role" in delta else []
        if not delta:
            found.add("~empty-delta-after-finish" if finished else "~empty-delta")
        if finished and step.get("finish_reason"):
            found.add("~finish-repeated")
        for key in filled:
            kind = "reasoning" if key in _REASONING else key
            if finished:
                found.add(f"~{kind}-after-finish")
            if step.get("finish_reason"):
                found.add(f"~finish-with-{kind}")
            if kinds[-1:] != [kind]:
                kinds.append(kind)
        if sum(key in _REASONING for key in filled) > 1:
            found.add("~reasoning-twice")
        finished = finished or bool(step.get("finish_reason"))
    found.update(f"~{b}-after-{a}" for a, b in pairwise(kinds))
    if len([role for role in roles if role]) > 1:
        found.add("~role-repeated")
    if len(roles) > 1 and None in roles[1:]:
        found.add("~role-null-later")
    if not roles and len(steps) > 1:
        found.add("~role-never")
    return found | _call_situations([step["delta"]["tool_calls"] for step in steps if _has_calls(step)])


def _has_calls(step: Doc) -> bool:
    return bool((step.get("delta") or {}).get("tool_calls"))


def _call_situations(deltas: Sequence[Sequence[Doc]]) -> set[str]:
    found: set[str] = set()
    opened: dict[Any, tuple[Any, Any]] = {}
    last: Any = None
    whole: dict[Any, str] = {}
    for entries in deltas:
        if len(entries) > 1:
            found.add("~several-calls-in-delta")
        for entry in entries:
            body = entry.get("function") or {}
            custom = entry.get("custom") or {}
            found.add("~custom-call" if custom else "~custom-empty-beside-function" if "custom" in entry else "~call")
            if "index" not in entry:
                found.add("~call-index-missing")
                if entry.get("id") == "":
                    found.add("~call-id-empty")
                continue
            index, call_id = entry["index"], entry.get("id")
            arguments = body.get("arguments")
            name = body.get("name") or custom.get("name")
            if index not in opened or (call_id and call_id != opened[index][0]):
                if index in opened:
                    found.add("~call-index-reused")
                elif not opened and index:
                    found.add("~call-index-from-one")
                if "type" not in entry:
                    found.add("~call-type-absent-first")
                if body and arguments is None:
                    found.add("~first-arguments-null" if "arguments" in body else "~first-arguments-absent")
                elif arguments:
                    found.add("~first-arguments-filled")
                opened[index] = (call_id, name)
                whole[index] = ""
            else:
                if last != index:
                    found.add("~calls-interleaved")
                for key, value, first in (
                    ("id", call_id, opened[index][0]),
                    ("name", name, opened[index][1]),
                ):
                    if value == first and value:
                        found.add(f"~{key}-repeated")
                for key, holder in (("id", entry), ("name", body), ("type", entry)):
                    if key in holder:
                        value = holder[key]
                        found.add(f"~{key}-{'null' if value is None else (value and 'again') or 'empty'}-later")
            whole[index] += arguments or ""
            last = index
    found.update(f"~arguments-{_argument_state(text)}" for text in whole.values())
    return found


def anthropic_situations(records: Sequence[Record]) -> set[str]:
    """What a whole stream of `anthropic-messages` shows."""
    found: set[str] = set()
    names = [name for name, _ in records]
    events = [data for _, data in records if isinstance(data, dict)]
    types = [event["type"] for event in events]
    if "message_stop" not in types:
        found.add("~no-message-stop")
    if types.count("message_delta") > 1:
        found.add("~two-message-deltas")
    if types and types[0] in ("ping", "error"):
        found.add(f"~{types[0]}-first")
    if names[-1:] == ["data"] or names[-1:] == [None]:
        found.add("~done-at-the-end")
    inside: Doc | None = None
    deltas: list[Doc] = []
    for event in events:
        kind = event["type"]
        if kind == "content_block_start":
            inside, deltas = event["content_block"], []
        elif kind == "content_block_delta":
            deltas.append(event["delta"])
        elif kind == "content_block_stop" and inside is not None:
            found |= _block_situations(inside, deltas)
            inside = None
        elif kind in ("ping", "error"):
            found.add(f"~{kind}-{'in-block' if inside is not None else 'between-blocks'}")
    if "content_block_start" not in types and "message_delta" in types:
        found.add("~no-content")
    return found


def _block_situations(block: Doc, deltas: Sequence[Doc]) -> set[str]:
    found: set[str] = set()
    kind = block["type"]
    kinds = [delta["type"] for delta in deltas]
    if not deltas:
        found.add(f"~{kind}-without-deltas")
    if kind == "text" and "citations_delta" in kinds and kinds[-1] == "text_delta":
        found.add("~citation-before-text")
    if kind == "text" and "citations_delta" in kinds and kinds[-1] == "citations_delta":
        found.add("~citation-after-text")
    if kind == "thinking" and not any(delta.get("thinking") for delta in deltas):
        found.add("~thinking-omitted" if "thinking_delta" not in kinds else "~thinking-empty-delta")
    if kind == "tool_use":
        pieces = [delta["partial_json"] for delta in deltas if "partial_json" in delta]
        found.add(f"~input-{_argument_state(''.join(pieces))}")
        if pieces:
            found.add("~first-fragment-filled" if pieces[0] else "~first-fragment-empty")
        if block["input"] and not pieces:
            found.add("~input-in-start")
        if "" in pieces[1:]:
            found.add("~empty-fragment-later")
    return found


SITUATIONS: dict[str, Callable[[Sequence[Record]], set[str]]] = {
    "openai-chat": chat_situations,
    "anthropic-messages": anthropic_situations,
    "openai-completions": chat_situations,
    "claude-thinking": chat_situations,
    "gemini": coverage_gemini.gemini_situations,
    "openai-responses": coverage_responses.situations,
}
