"""The generated tables of the docs: what the writers of every registered dialect say, asked one by one.

A document by hand goes out, and what is new in the body stands in the table. Columns appear with the dialects of
the registry; dialects that say the same in every row share one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from functools import partial
from importlib import import_module
from itertools import groupby
from typing import Any, get_args

import dragoman
from dragoman import events, laws, model, profiles, registry, tables
from dragoman.dialects.base import Context
from dragoman.dialects.openai_chat.flavours import CLAUDE_THINKING, FLAVOURS, OPENAI
from dragoman.dialects.usage import Listed
from dragoman.report import Report
from dragoman.rules import Breaks

IDS = dragoman.dialects()
CHAT, MESSAGES, RESPONSES = "openai-chat", "anthropic-messages", "openai-responses"
MARK = "mark"  # stands in the text of what is followed
CHATS = ("claude-thinking", *dragoman.flavours(CHAT))  # what is written by Chat's adapter, and is not Chat


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def code(value: object) -> str:
    return "–" if value is None or value == "" else f"`{value}`"


def by_dialect(first: str, rows: Iterable[tuple[str, list[str]]], names: Sequence[str] = ()) -> str:
    """A table with one column per dialect; dialects that say the same in every row share one."""
    labels, cells = zip(*rows, strict=True)
    columns: dict[tuple[str, ...], list[str]] = {}
    for name, column in zip(names or IDS, zip(*cells, strict=True), strict=True):
        columns.setdefault(column, []).append(f"`{name}`")
    head = [first, *(", ".join(names) for names in columns.values())]
    return table(head, ([label, *(column[i] for column in columns)] for i, label in enumerate(labels)))


def asked(request: model.Request, dialect: str) -> tuple[Any, Report]:
    """The body of a request by hand, and what its writer reports."""
    report = Report(trace=True)
    return registry.get(dialect).write_request(request, report, False, Context()), report


def request(**fields: Any) -> model.Request:
    """A request by hand, so plain that no dialect loses anything of it."""
    params = {"max_output_tokens": 64, **fields.pop("params", {})}
    turn = model.Message("user", [model.Text("Hi")])
    return model.Request("by hand", **{"model": "m", "messages": [turn], "params": params, **fields})


def news(before: Any, after: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """What `after` says that `before` does not: path and value, as high up as all of it is new."""
    for key, value in after.items():
        place = f"{at}.{key}" if at else key
        if key not in before:
            inner = value
            while type(inner) is dict and len(inner) == 1:
                [(name, inner)] = inner.items()
                place = f"{place}.{name}"
            yield place, inner
        elif type(value) is dict and type(before[key]) is dict:
            yield from news(before[key], value, place)
        elif value != before[key]:
            yield place, value


def cell(said: Iterable[str], losses: Iterable[str]) -> str:
    """What is said, and in brackets which losses go with it."""
    words, codes = ", ".join(dict.fromkeys(said)), ", ".join(dict.fromkeys(losses))
    return f"{words} ({codes})" if words and codes else words or codes or "–"


def told(report: Report, before: Report | None = None) -> list[str]:
    """The losses of `report` that `before` does not have. That a control is in other words goes without saying."""
    known = {(loss.kind, loss.code, loss.at) for loss in before.losses} if before is not None else set()
    fresh = [loss for loss in report.losses if (loss.kind, loss.code, loss.at) not in known]
    return [f"*{loss.code}*" for loss in fresh if (loss.kind, loss.code) != ("changed", "reasoning.mode")]


def setting(before: model.Request, after: model.Request, dialect: str, *, values: bool = False) -> str:
    """What a request says more in a dialect, with its values where they are short."""
    (was, first), (now, report) = asked(before, dialect), asked(after, dialect)
    said = [f"`{tail(at)}: {spoken(value)}`" if values else f"`{at}`" for at, value in news(was, now)]
    target = registry.get(dialect).target
    if target(before, Context())[0] != target(after, Context())[0]:
        said.append("the path")
    return cell(said, told(report, first))


def tail(path: str) -> str:
    """The last two steps of a path."""
    return ".".join(path.split(".")[-2:])


def spoken(value: Any) -> str:
    return value if type(value) is str else json.dumps(value, separators=(",", ":"))


# A value of every setting that does not say the same as its absence.
SAMPLES: dict[str, Any] = {
    "max_output_tokens": 65,
    "temperature": 0.5,
    "top_p": 0.97,
    "top_k": 5,
    "stop": ["END"],
    "n": 2,
    "seed": 7,
    "presence_penalty": 0.5,
    "frequency_penalty": 0.5,
    "logit_bias": {"9": -100, "8": 1},
    "logprobs": True,
    "top_logprobs": 2,
    "stream": True,
    "include_usage": False,
    "include_obfuscation": False,
    "parallel_tool_calls": False,
    "user": "u",
    "metadata": {"a": "b", "c": "d"},
    "store": True,
    "service_tier": "default",
    "safety_identifier": "u",
    "prompt_cache_key": "k",
    "prompt_cache_options": {"mode": "explicit", "ttl": "30m"},
    "prompt_cache_retention": "24h",
    "verbosity": "low",
    "modalities": ["text", "audio"],
    "audio": {"voice": "alloy", "format": "mp3"},
    "prediction": {"type": "content", "content": "x"},
    "moderation": {"model": "x", "mode": "y"},
    "web_search": {"search_context_size": "low", "user_location": None},
    "suffix": "x",
    "echo": True,
    "best_of": 2,
    "previous_response_id": "resp_1",
    "conversation": "conv_1",
    "background": True,
    "prompt_template": {"id": "p", "version": "1"},
    "include": ["file_search_call.results"],
    "max_tool_calls": 3,
    "truncation": "auto",
    "context_management": [{"type": "compaction"}],
    "safety_settings": [{"category": "x", "threshold": "y"}],
    "cached_content": "cachedContents/c",
    "media_resolution": "MEDIA_RESOLUTION_LOW",
}
BESIDE: dict[str, Any] = {
    "top_logprobs": {"logprobs": True},
    "include_usage": {"stream": True},
    "include_obfuscation": {"stream": True},
}
TOOLS = [model.Tool("function", name, parameters={"type": "object", "properties": {}}) for name in ("a", "b")]


def param(name: str, dialect: str) -> str:
    beside = BESIDE.get(name, {})
    tools = TOOLS if name == "parallel_tool_calls" else None
    before = request(params=beside, tools=tools)
    if name == "max_output_tokens":
        del before.params["max_output_tokens"]
    return setting(before, request(params={**beside, name: SAMPLES[name]}, tools=tools), dialect)


def settings() -> str:
    """Every scalar setting and where it goes."""
    return by_dialect("canonical", ((code(name), [param(name, d) for d in IDS]) for name in SAMPLES))


def flavour_settings() -> str:
    """The settings that a flavour of Chat takes otherwise than Chat."""
    rows = {name: [param(name, d) for d in (CHAT, *CHATS)] for name in SAMPLES}
    shown = ((code(name), cells) for name, cells in rows.items() if len(set(cells)) > 1)
    return by_dialect("canonical", shown, (CHAT, *CHATS))


def controls() -> Iterator[tuple[str, model.ReasoningControl]]:
    """The ways in which thinking is asked for."""
    for effort in tables.EFFORTS:
        yield f"effort `{effort}`", model.ReasoningControl(effort=effort)
    for budget in (-1, 0, 512, 1024, 8192, 24576, 65536):
        yield f"budget {budget:,}", model.ReasoningControl("enabled", budget=budget)
    for mode in ("adaptive", "disabled", "between_tools"):
        yield f"`{mode}`", model.ReasoningControl(mode)
    for display in ("summarized", "omitted"):
        yield f"`{display}`", model.ReasoningControl(display=display)


def controlled(control: model.ReasoningControl, dialect: str, name: str = "m") -> str:
    plain = request(params={"max_output_tokens": 32000}, model=name)
    return setting(plain, replace(plain, reasoning=control), dialect, values=True)


def reasoning() -> str:
    return by_dialect("asked", ((name, [controlled(control, d) for d in IDS]) for name, control in controls()))


def flavour_reasoning() -> str:
    names = (CHAT, *CHATS)
    rows = ((name, [controlled(control, d) for d in names]) for name, control in controls())
    return by_dialect("asked", rows, names)


def levels() -> str:
    """What Gemini's writer makes of the same for models that think by budget and by level."""
    names = ("gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-pro", "gemini-3-flash", "m")
    rows = ((how, [controlled(c, "gemini", name) for name in names]) for how, c in controls())
    return by_dialect("asked", ((how, cells) for how, cells in rows if len(set(cells)) > 1), names)


def choices() -> str:
    made = [model.ToolChoice(mode) for mode in ("auto", "none", "required")]
    made += [model.ToolChoice("tool", ["a"]), model.ToolChoice("subset_auto", ["a"])]
    made += [model.ToolChoice("subset_required", names) for names in (["a"], ["a", "b"])]
    before = request(tools=[*TOOLS, model.Tool("function", "c", parameters={"type": "object", "properties": {}})])
    return by_dialect(
        "canonical",
        (
            (
                " ".join((code(c.mode), *map(code, c.names))),
                [setting(before, replace(before, tool_choice=c), d, values=True) for d in IDS],
            )
            for c in made
        ),
    )


def outputs() -> str:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    made = {
        "`text`": model.OutputFormat("text"),
        "`json_object`": model.OutputFormat("json_object"),
        "`json_schema`": model.OutputFormat("json_schema", schema=schema),
        "`json_schema` with name and description": model.OutputFormat("json_schema", "n", "d", schema),
        "`json_schema`, `strict` false": model.OutputFormat("json_schema", schema=schema, strict=False),
    }
    rows = ((n, [setting(request(), request(output=f), d) for d in IDS]) for n, f in made.items())
    return by_dialect("canonical", rows)


# --- nodes of a document: where each goes


def place(body: Any, pointer: str) -> str:
    """A pointer as a path without indices, and what stands there."""
    value = body
    for token in pointer.split("/")[1:]:
        try:
            value = value[int(token)] if type(value) is list else value[token]
        except (KeyError, IndexError, ValueError, TypeError):
            value = None
    path = re.sub(r"/\d+", "[]", pointer)[1:].replace("/", ".")
    kind = ""
    if type(value) is dict and "name" not in value:
        kind = value.get("role") or value.get("type") or " ".join(value)
    elif type(value) is dict:
        kind = value.get("role") or value.get("type") or ""
    return f"`{path}`" + (f" `{kind}`" if kind else "")


def placed(body: Any, report: Report, at: str, plain: Any, before: Report) -> str:
    """Where the node at `at` went: a new field, the element that came from it, or whatever holds its text."""
    fresh = [f"`{path}`" for path, _ in news(plain, body) if path.partition(".")[0] not in plain]
    linked = [target for target, source in (report.links or {}).items() if source == at]
    held = [pointer for pointer, value in laws.leaves(body) if type(value) is str and MARK in value]
    if linked and held and not linked[0].startswith(held[0]):
        # Links count as in the normal form; where the text stands is where it went.
        linked = ["/".join(held[0].split("/")[: linked[0].count("/") + 1])]
    found = fresh or [place(body, pointer) for pointer in linked or held]
    return cell(found[:1], told(report, before))


def turned(messages: list[model.Message], dialect: str, before: list[model.Message], **fields: Any) -> str:
    """Where the node at "/x" among the messages goes."""
    body, report = asked(request(messages=messages, **fields), dialect)
    return placed(body, report, "/x", *asked(request(messages=before, **fields), dialect))


def said(role: str, *parts: model.Part, at: str = "") -> model.Message:
    return model.Message(role, list(parts), at=at)


def turns() -> str:
    """System turns, and turns at the ends."""
    hi, yes, brief = said("user", model.Text("Hi")), said("assistant", model.Text("Yes")), model.Text(MARK)
    system = said("system", model.Text("Be kind."))
    rows: dict[str, tuple[list[model.Message], list[model.Message]]] = {
        "leading system turn": ([said("system", brief, at="/x"), hi], [hi]),
        "second leading system turn": ([system, said("system", brief, at="/x"), hi], [system, hi]),
        "leading developer turn": ([said("developer", brief, at="/x"), hi], [hi]),
        "system turn before an answer": ([hi, said("system", brief, at="/x"), yes, hi], [hi, yes, hi]),
        "system turn after an answer": ([hi, yes, said("system", brief, at="/x"), hi], [hi, yes, hi]),
        "two turns of the user in a row": ([hi, said("user", model.Text(MARK), at="/x")], [hi]),
        "first turn of the assistant": ([said("assistant", model.Text(MARK), at="/x"), hi], [hi]),
        "last turn of the assistant": ([hi, said("assistant", model.Text(MARK), at="/x")], [hi]),
        "turn with a name": ([model.Message("user", [model.Text(MARK)], "Ada", at="/x")], [hi]),
    }
    return by_dialect("in", ((name, [turned(a, d, b) for d in IDS]) for name, (a, b) in rows.items()))


def media(kind: Any, form: Any, **fields: Any) -> model.Media:
    return model.Media(kind, form, at="/x", **fields)


def content() -> str:
    """What a turn of the user, or of the assistant, may hold."""
    hi = model.Text("Hi")
    user: dict[str, model.Part] = {
        "blank text": model.Text(" ", at="/x"),
        "picture as base64": media("image", "base64", data="aQ==", media_type="image/png"),
        "picture by address": media("image", "url", url="https://x.org/i.png"),
        "picture in detail": media("image", "url", url="https://x.org/i.png", detail="high"),
        "document as base64": media("document", "base64", data="aQ==", media_type="application/pdf"),
        "document by address": media("document", "url", url="https://x.org/d.pdf"),
        "document of plain text": media("document", "text", data=MARK, media_type="text/plain"),
        "document with a name": media(
            "document", "base64", data="aQ==", media_type="application/pdf", filename="a.pdf"
        ),
        "sound (WAV)": media("audio", "base64", data="aQ==", media_type="audio/wav"),
        "film as base64": media("video", "base64", data="aQ==", media_type="video/mp4"),
        "film by address": media("video", "url", url="https://x.org/v.mp4"),
        "anything by file id": media("document", "file", file_id="file_1"),
        "text with a cache mark": model.Text("x", cache={"cache_control": {"type": "ephemeral"}}, at="/x"),
    }
    spoken_: dict[str, model.Part] = {
        "thinking of an earlier turn": model.Reasoning("hm", at="/x"),
        "thinking with another vendor's state": model.Reasoning("hm", state=model.State("s", "s", "?"), at="/x"),
        "picture of an earlier turn": media("image", "base64", data="aQ==", media_type="image/png"),
        "refusal of an earlier turn": model.Refusal(MARK, at="/x"),
        "step of a tool that the vendor runs": model.ServerTool("call", "web_search_call", at="/x"),
    }
    yes = model.Text("Yes")
    rows = [(n, [turned([said("user", hi, p)], d, [said("user", hi)]) for d in IDS]) for n, p in user.items()]
    for name, part in spoken_.items():
        before = [said("user", hi), said("assistant", yes), said("user", hi)]
        after = [said("user", hi), said("assistant", part, yes), said("user", hi)]
        rows.append((name, [turned(after, d, before) for d in IDS]))
    return by_dialect("in a request", rows)


def tools() -> str:
    """Tools, calls and results."""
    hi = said("user", model.Text("Hi"))

    def call(at: str = "", arguments: Any = '{"x":1}', kind: Any = "function") -> model.Message:
        arguments = arguments.replace("x", MARK) if at else arguments
        return said("assistant", model.ToolCall("c1", "a", arguments, kind, at=at))

    def result(*parts: model.Part, at: str = "", **fields: Any) -> model.Message:
        return said("tool", model.ToolResult(fields.pop("call_id", "c1"), list(parts), at=at, **fields))

    plain, fine, picture = model.Text("x"), model.Text(MARK), model.Media("image", "url", url="https://x.org/i.png")
    whole = [hi, call(), result(plain)]
    turns_: dict[str, tuple[list[model.Message], list[model.Message]]] = {
        "call": ([hi, call("/x"), result(plain)], whole),
        "arguments that are no object": ([hi, call("/x", '["x"]'), result(plain)], whole),
        "free-text call": ([hi, call("/x", "x", "custom"), result(plain)], whole),
        "result": ([hi, call(), result(fine, at="/x")], whole),
        "result that is an error": ([hi, call(), result(fine, at="/x", is_error=True)], whole),
        "result that is an object": ([hi, call(), result(at="/x", value={"a": 1})], whole),
        "picture in a result": ([hi, call(), result(fine, picture, at="/x")], whole),
        "result without its call": ([hi, result(fine, at="/x")], [hi]),
    }
    offered = {
        "function tool": model.Tool("function", "a", parameters={"type": "object", "properties": {}}, at="/x"),
        "function tool without a schema": model.Tool("function", "a", at="/x"),
        "function tool with `strict`": replace(TOOLS[0], strict=True, at="/x"),
        "free-text tool": model.Tool("custom", "a", at="/x"),
        "tool that the vendor runs": model.Tool("server", type="t", value={}, at="/x"),
        "name outside the alphabet": replace(TOOLS[0], name="get weather", at="/x"),
    }

    def offer(tool: model.Tool, dialect: str) -> str:
        body, report = asked(request(tools=[tool]), dialect)
        return placed(body, report, "/x", body, asked(request(), dialect)[1])

    rows = [(name, [offer(tool, d) for d in IDS]) for name, tool in offered.items()]
    rows += [(name, [turned(a, d, b, tools=TOOLS) for d in IDS]) for name, (a, b) in turns_.items()]
    return by_dialect("in", rows)


def response(*parts: model.Part, reason: Any = "stop", **fields: Any) -> model.Response:
    usage = model.Usage({}, 1, 1, 2, 0, 0, 0)
    candidate = model.Candidate(0, said("assistant", *parts), reason, **fields, at="/c")
    return model.Response("by hand", "i", "m", 1, [candidate], usage)


def answered(answer: model.Response, dialect: str) -> tuple[Any, Report]:
    report = Report(trace=True)
    return registry.get(dialect).write_response(answer, report, False, Context()), report


OTHERS = model.State("", "c2ln", "")  # stands for the state of another dialect's issuer


def of_another(part: model.Part, dialect: str) -> tuple[str, model.Part]:
    """The dialect of an answer towards `dialect`, and its part: state is of another's."""
    if not isinstance(part, model.Reasoning) or part.state is not OTHERS:
        return "by hand", part
    if dialect == MESSAGES:
        return RESPONSES, replace(part, state=model.State("encrypted", "c2ln", RESPONSES))
    kind = "redacted" if part.redacted else "signature"
    return MESSAGES, replace(part, state=model.State(kind, "c2ln", MESSAGES))


ANSWERS: dict[str, model.Part] = {
    "text": model.Text(MARK, at="/x"),
    "thinking": model.Reasoning(MARK, at="/x"),
    "thinking with another vendor's state": model.Reasoning(MARK, state=OTHERS, at="/x"),
    "hidden thinking of another vendor": model.Reasoning("", True, OTHERS, at="/x"),
    "call": model.ToolCall("c1", "a", '{"x":1}', at="/x"),
    "call without an id": model.ToolCall(None, "a", '{"x":1}', at="/x"),
    "refusal": model.Refusal(MARK, at="/x"),
    "picture": model.Media("image", "base64", data="aQ==", media_type="image/png", at="/x"),
    "text with a citation of an address": model.Text(
        MARK, [model.Citation("web", {}, "https://x.org", "X", "x", 0, 1)], at="/x"
    ),
    "step of a tool that the vendor runs": model.ServerTool("call", "web_search_call", at="/x"),
}


def answer_cell(part: model.Part, dialect: str) -> str:
    reason = "tool_calls" if isinstance(part, model.ToolCall) else "stop"
    source, part = of_another(part, dialect)
    body, report = answered(replace(response(part, reason=reason), dialect=source), dialect)
    plain, before = answered(replace(response(reason="stop"), dialect=source), dialect)
    return placed(body, report, "/x", plain, before)


def answers() -> str:
    return by_dialect("in an answer", ((name, [answer_cell(p, d) for d in IDS]) for name, p in ANSWERS.items()))


def flavour_thinking() -> str:
    """Where thinking stands, in an answer and in the next request."""

    def shown(dialect: str) -> list[str]:
        thought, text = model.Reasoning("hm", at="/x"), model.Text("4")
        answer = answered(response(thought, text), dialect)[0]["choices"][0]["message"]
        turns_ = [said("user", model.Text("Hi")), said("assistant", thought, text), said("user", model.Text("Hi"))]
        body, report = asked(request(messages=turns_), dialect)
        turn = {k: v for k, v in body["messages"][1].items() if k != "role"}
        names = ("content", "reasoning_content", "reasoning")
        said_ = {k: answer[k] for k in names if answer.get(k)}
        lost = [loss for loss in told(report) if loss.startswith("*reasoning")]
        again = f"`{json.dumps(turn)}`" if turn.keys() != {"content"} or turn["content"] != "4" else ""
        return [f"`{json.dumps(said_)}`", cell([again] if again else [], lost)]

    names = (CHAT, *CHATS)
    rows = ((code(name), *shown(name)) for name in names)
    return table(("flavour", "thinking `hm` and answer `4` of a response", "the same as an earlier turn"), rows)


def flavour_rows() -> str:
    """What the rows say beside settings and thinking."""
    rows = {flavour.id: flavour for flavour in (OPENAI, CLAUDE_THINKING, *FLAVOURS)}
    names = [f.name for f in fields(OPENAI) if f.name not in ("id", "thinking", "control", "wire", "takes", "refuses")]

    def word(value: Any) -> str:
        said = "/".join(value) if type(value) is tuple else value
        if type(value) is frozenset:
            return ", ".join(map(code, sorted(value))) or "no"
        return {True: "yes", False: "no", "": "no"}.get(said) or code(said)

    table_ = ((code(name), [word(getattr(rows[one], name)) for one in (CHAT, *CHATS)]) for name in names)
    return by_dialect("row", table_, (CHAT, *CHATS))


# --- words


def table_of(dialect: str, name: str) -> Any:
    """A table of a dialect's words."""
    return getattr(import_module(f"dragoman.dialects.{registry._MODULES[dialect]}.words"), name)


def finish_in() -> str:
    def read(reason: str, dialect: str) -> str:
        found = [code(word) for word, means in table_of(dialect, "FINISH").read.items() if means == reason]
        return ", ".join([*found, "any other word"] if reason == "other" else found) or "–"

    reasons_ = get_args(model.FinishReason)
    return by_dialect("canonical", ((code(r), [read(r, d) for d in IDS]) for r in reasons_))


def finish_out() -> str:
    """With a text and no call in the answer."""
    return by_dialect("canonical", ((code(r), [written_finish(r, d) for d in IDS]) for r in reasons()))


def reasons() -> list[Any]:
    return [*get_args(model.FinishReason), None]


def written_finish(reason: Any, dialect: str) -> str:
    answer = response(model.Text("x"), reason=reason)
    out = dragoman.write_response(answer, dialect)
    if out.status is not None:
        return f"an error, status {out.status}"
    body, report = answered(answer, dialect)
    pointer = next(to for to, source in (report.links or {}).items() if source == "/c/finish_reason")
    value = body
    for token in pointer.split("/")[1:]:
        value = value[int(token)] if type(value) is list else value[token]
    return code(value) + (", `changed`" if any(loss.code == "finish.approximated" for loss in out.losses) else "")


def errors() -> str:
    def written(word: str, dialect: str) -> str:
        out = dragoman.write_response(model.Response("by hand", error=model.Error(word, "no")), dialect)
        words = [code(v) for v in out.body["error"].values() if type(v) is str and v != "no"]
        return " ".join((str(out.status), *words))

    return by_dialect("canonical", ((code(word), [written(word, d) for d in IDS]) for word in tables.ERRORS))


def usage() -> str:
    def paths(meaning: Any, before: str = "") -> Iterator[tuple[str, str]]:
        for key, value in meaning.items():
            if isinstance(value, dict):
                yield from paths(value, f"{before}{key}.")
            elif isinstance(value, Listed):
                yield from ((means, f"{key}[{word}]") for word, means in value.words.items())
            elif isinstance(value, str):
                yield value, before + key

    found = [dict(paths(registry.get(d).usage_meaning)) for d in IDS]
    names = dict.fromkeys(name for one in found for name in one)
    return by_dialect("canonical", ((code(name), [code(one.get(name)) for one in found]) for name in names))


def defaults() -> str:
    rows = (
        (code(name), ", ".join(code(value) if value != "" else "empty text" for value in equal))
        for name, equal in tables.DEFAULTS.items()
    )
    return table(("setting", "says the same as absence"), rows)


def dialect_table() -> str:
    rows = []
    for name in IDS:
        target = registry.get(name).target
        paths = [target(model.Request(name, "{model}", params={"stream": s}), Context())[0] for s in (False, True)]
        shown = [p.replace("%7Bmodel%7D", "{model}") for p in dict.fromkeys(paths) if p is not None]
        own = ", ".join(code("+" + flavour.partition("+")[2]) for flavour in dragoman.flavours(name)) or "–"
        rows.append((code(name), "<br>".join(f"`POST {p}`" for p in shown), own))
    return table(("dialect", "wire", "flavours"), rows)


# --- streams


def buffering() -> str:
    """When a writer says what an event tells: found by sending the events of an answer one by one."""
    names = {
        "now": "at once",
        "part": "at the end of its part",
        "whole": "when the call before it is whole",
        "call": "at the end of the call before it",
        "before": "at the end of the thinking before it",
        "finish": "at the finish reason",
        "end": "at the end of the stream",
    }
    cited = model.Citation("web", {}, "https://mark.org", "t", "x", 0, 1)
    likely = {"token": "mark", "logprob": -0.5, "bytes": None, "top_logprobs": []}
    text, other = model.Text(""), model.Text("")
    call, second = model.ToolCall("c1", "a", None), model.ToolCall("mark", "b", None)
    usage_ = model.Usage({}, 4321, 1, 4322, 0, 0, 0)
    begin: list[tuple[str, Any]] = [
        ("start", events.Start(model.Response("by hand", "i", "m", 1))),
        ("start", events.CandidateStart(model.Candidate(0, model.Message("assistant")))),
    ]
    done: list[tuple[str, Any]] = [("finish", events.Finish(0, "length")), ("end", events.End())]
    delta, start, end = events.PartDelta, events.PartStart, events.PartEnd
    scenes: dict[str, list[tuple[str, Any]]] = {
        "a piece of text": [("", start(0, 0, text)), ("now", delta(0, 0, "text", "mark")), ("part", end(0, 0))],
        "a piece of thinking": [
            ("", start(0, 0, model.Reasoning(""))),
            ("now", delta(0, 0, "text", "mark")),
            ("part", end(0, 0)),
        ],
        "a call's name": [("now", start(0, 0, second)), ("part", end(0, 0))],
        "a piece of a call's arguments": [
            ("", start(0, 0, call)),
            ("now", delta(0, 0, "arguments", '{"mark":1}')),
            ("part", end(0, 0)),
        ],
        "a second call beside one that is open": [
            ("", start(0, 0, call)),
            ("", delta(0, 0, "arguments", '{"a"')),
            ("now", start(0, 1, second)),
            ("whole", delta(0, 0, "arguments", ":1}")),
            ("call", end(0, 0)),
            ("part", end(0, 1)),
        ],
        "text behind a call that is open": [
            ("", start(0, 0, call)),
            ("", delta(0, 0, "arguments", '{"a"')),
            ("", start(0, 1, text)),
            ("now", delta(0, 1, "text", "mark")),
            ("whole", delta(0, 0, "arguments", ":1}")),
            ("call", end(0, 0)),
            ("part", end(0, 1)),
        ],
        "text behind thinking that is open": [
            ("", start(0, 0, model.Reasoning(""))),
            ("", delta(0, 0, "text", "hm")),
            ("", start(0, 1, text)),
            ("now", delta(0, 1, "text", "mark")),
            ("before", end(0, 0)),
            ("part", end(0, 1)),
        ],
        "a picture": [
            ("now", start(0, 0, model.Media("image", "base64", data="mark", media_type="image/png"))),
            ("part", end(0, 0)),
        ],
        "log probabilities": [
            ("", start(0, 0, text)),
            ("", delta(0, 0, "text", "x")),
            ("now", events.Extra("logprobs", 0, {"content": [likely]})),
            ("part", end(0, 0)),
        ],
        "a citation": [
            ("", start(0, 0, other)),
            ("", delta(0, 0, "text", "text")),
            ("now", delta(0, 0, "citation", cited)),
            ("part", end(0, 0)),
        ],
    }

    def when(scene: list[tuple[str, Any]], dialect: str, mark: bytes, whole: bool = False) -> str:
        writer = registry.get(dialect).writer(Report(), False, Context())
        seen = False
        for name, event in scene if whole else [*begin, *scene, *done]:
            out = writer.send(event)
            seen = seen or name == "now"
            if seen and mark in out.replace(b'\\"', b'"'):
                return names[name]
        return "–"

    rows = [(name, [when(scene, d, b"mark") for d in IDS]) for name, scene in scenes.items()]
    parts: list[tuple[str, Any]] = [("", start(0, 0, text)), ("", delta(0, 0, "text", "x")), ("", end(0, 0))]
    finish: list[tuple[str, Any]] = [*begin, *parts, ("now", events.Finish(0, "length")), ("end", events.End())]

    def word(dialect: str) -> bytes:
        return written_finish("length", dialect).strip("`").encode()

    rows.append(("the finish reason", [when(finish, d, word(d), whole=True) for d in IDS]))
    counted: list[tuple[str, Any]] = [*begin, *parts, ("now", events.UsageReport(usage_)), *done]
    rows.append(("usage", [when(counted, d, b"4321", whole=True) for d in IDS]))
    return by_dialect("what", rows)


def profile_facts() -> str:
    """Every fact of the profiles; what one line of the data says of several dialects and models is one row."""
    out: dict[str, list[list[str]]] = {}
    for (fact, value, source), same in groupby(profiles.rows(), lambda r: (r.fact, r.value, r.source)):
        found = list(same)
        dialects = dict.fromkeys(f"`{row.dialect}`" for row in found)
        patterns = dict.fromkeys(f"`{row.pattern}`" for row in found)
        out.setdefault(fact, []).append([" ".join(dialects), " ".join(patterns), fact_said(value), source])
    head = ["dialect", "models", "value", "source"]
    return "\n".join(f"**`{fact}`**\n\n{table(head, out[fact])}" for fact in profiles.FACTS if fact in out)


def fact_said(value: Any) -> str:
    """A fact in the words of the data."""
    if type(value) is bool:
        return "yes" if value else "no"
    if type(value) is tuple:
        return ", ".join(f"`{word}`" for word in value) or "none"
    return f"`{value}`" if type(value) is str else f"{value:,}"


def profile_behind() -> str:
    """The facts that hold through each gateway."""
    rows = ((code(flavour), ", ".join(map(code, sorted(facts)))) for flavour, facts in profiles.behind().items())
    return table(["gateway", "facts about the model behind it"], rows)


def grammar(dialect: str) -> str:
    """The tables of a dialect's stream grammar, a row a state, and its rules."""
    g = registry.get(dialect).grammar()
    out = []
    for name, one in g.tables.items():
        left = {state: f"*{rule}*" for state, rule in one.left.items()}
        rows = ([code(state), moves(row), left.get(state, "–")] for state, row in one.moves.items())
        broken = [f"*{rule}*" for rule in (one.rule, one.dense) if rule]
        head = f"{name} ({', '.join(broken)})" if broken else name
        out.append(table([head, "what may come, and what then", "the end"], rows))
    rules = ([f"*{r.name}*", r.level, r.says, r.source.replace("|", "\\|")] for r in g.rules)
    return "\n".join([*out, table(["rule", "level", "what it says", "from"], rules)])


ITSELF = "the state of that name"


def moves(row: dict[str, str | Breaks]) -> str:
    """The cells of one state; words that lead the same way stand together, and so do those that name their state."""
    groups: dict[str | Breaks, list[str]] = {}
    for one, cell in row.items():
        groups.setdefault(ITSELF if cell == one else cell, []).append(code(one))
    said = []
    for cell, words in groups.items():
        then = cell.then if isinstance(cell, Breaks) else cell
        if then == ITSELF:
            then = ITSELF if words[1:] else words[0]
        elif then:
            then = code(then)
        led = ", ".join(words) + (f" → {then}" if then else "")
        said.append(f"({led}: *{cell.rule}*)" if isinstance(cell, Breaks) else led)
    return "; ".join(said) or "nothing"


def grammars() -> Iterator[tuple[str, Callable[[], str]]]:
    """A block for every grammar; dialects that share one share its block."""
    told: list[Any] = []
    for dialect in IDS:
        found = registry.get(dialect).grammar()
        if found not in told:
            told.append(found)
            yield f"grammar-{dialect}", partial(grammar, dialect)


TABLES: dict[str, Callable[[], str]] = {
    **dict(grammars()),
    "dialects": dialect_table,
    "buffering": buffering,
    "finish-in": finish_in,
    "finish-out": finish_out,
    "errors": errors,
    "usage": usage,
    "defaults": defaults,
    "settings": settings,
    "turns": turns,
    "tools": tools,
    "choices": choices,
    "content": content,
    "answers": answers,
    "reasoning": reasoning,
    "levels": levels,
    "outputs": outputs,
    "flavour-rows": flavour_rows,
    "profile-behind": profile_behind,
    "flavour-settings": flavour_settings,
    "flavour-reasoning": flavour_reasoning,
    "flavour-thinking": flavour_thinking,
    "profile-facts": profile_facts,
}
