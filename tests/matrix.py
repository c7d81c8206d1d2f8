"""What tests over all dialects share: any pair, streams in each wire form, and what a body says, read by hand."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dragoman
from dragoman.wire import faults
from tests.reference.common import Json as Json
from tests.reference.common import Merged, frames
from tests.wire import CHAT as CHAT
from tests.wire import COMPLETIONS as COMPLETIONS
from tests.wire import GEMINI as GEMINI
from tests.wire import MERGE, ORDER, THINKING, text
from tests.wire import MESSAGES as MESSAGES
from tests.wire import RESPONSES as RESPONSES

CLAUDE = THINKING
ALL = (CHAT, RESPONSES, MESSAGES, COMPLETIONS, GEMINI, CLAUDE)
# Dialects whose answers hold calls and visible thinking.
CALLS = tuple(d for d in ALL if d != COMPLETIONS)
KEPT = ("role", "content", "tool_calls")  # of a message of Chat, whoever keeps it


def base(dialect: str) -> str:
    return dialect.partition("+")[0]


def others(*sources: str) -> list[str]:
    """Every dialect of the six but these."""
    return [d for d in ALL if d not in sources]


class Cases:
    """A collection of edge cases, by id, and what becomes of each in another dialect."""

    def __init__(self, name: str, lead: str = "") -> None:
        lines = (Path(__file__).parent / "data" / name).read_text("utf-8").splitlines()
        self.rows: dict[str, Json] = {r["id"]: r for r in map(json.loads, lines) if r["id"].startswith(lead)}

    def payload(self, case: str) -> Any:
        """What came, as a copy."""
        return copy.deepcopy(self.rows[case]["payload"])

    def request(self, case: str, target: str, **options: Any) -> dragoman.Translation:
        return ask(self.payload(case), self.rows[case]["dialect"], target, **options)

    def response(self, case: str, target: str) -> dragoman.Translation:
        return answer(self.payload(case), self.rows[case]["dialect"], target)

    def stream(self, case: str, target: str) -> Sent:
        source = self.rows[case]["dialect"]
        return send(sse(source, self.payload(case)), source, target)


# --- documents ----------------------------------------------------------------------------------------------


def ask(body: Json, source: str, target: str, **options: Any) -> dragoman.Translation:
    """A request in another dialect: valid there, and home there without loss."""
    given = copy.deepcopy(body)
    t = dragoman.translate_request(given, source, target, **options)
    assert given == body, "the input was changed"
    assert [(f.at, f.expected, f.found) for f in faults(base(target), "request", t.body)] == []
    again = dragoman.write_request(dragoman.read_request(t.body, target, path=t.path), target)
    assert again.body == t.body
    assert again.losses == ()
    return t


def answer(body: Json, source: str, target: str, **options: Any) -> dragoman.Translation:
    """A response in another dialect: valid there, and home there without loss."""
    t = dragoman.translate_response(copy.deepcopy(body), source, target, **options)
    kind = "response" if t.status is None else "error"
    assert [(f.at, f.expected, f.found) for f in faults(base(target), kind, t.body)] == []
    if t.status is None:
        again = dragoman.write_response(dragoman.read_response(t.body, target), target)
        assert again.body == t.body
        assert again.losses == ()
    return t


# --- streams ------------------------------------------------------------------------------------------------


def records_in(dialect: str, given: Iterable[Any]) -> list[bytes]:
    """The records of a stream; a string is data as it stands. Typed streams name their events."""
    out = []
    typed = dialect in (MESSAGES, RESPONSES)
    end = "\r\n\r\n" if dialect == GEMINI else "\n\n"
    for frame in given:
        event = f"event: {frame['type']}\n" if typed else ""
        out.append(f"{event}data: {frame if isinstance(frame, str) else text(frame)}{end}".encode())
    return out


def sse(dialect: str, given: Iterable[Any]) -> bytes:
    return b"".join(records_in(dialect, given))


@dataclass(frozen=True, slots=True)
class Sent:
    """One translated stream in `target`: the bytes, the stream object, the bytes as one document."""

    target: str
    out: bytes
    stream: dragoman.StreamTranslation
    merged: Merged

    @property
    def document(self) -> Json:
        return self.merged.document

    @property
    def losses(self) -> tuple[dragoman.Loss, ...]:
        return self.stream.losses


def send(data: bytes, source: str, target: str, **options: Any) -> Sent:
    """A stream in another dialect, in the order of events that its clients insist on."""
    stream = dragoman.translate_stream(source, target, **options)
    out = stream.feed(data) + stream.close()
    failed = stream.error is not None
    ORDER[base(target)](out, failed=failed)
    if base(target) in STRICTER:
        STRICTER[base(target)](out, failed)
    merged = MERGE[base(target)](out)
    assert (merged.error is not None) is failed
    return Sent(target, out, stream, merged)


def assert_sequenced(data: bytes, failed: bool) -> None:
    """What Responses clients insist on besides: how it begins, items without gaps, and all of them at the end."""
    told = [frame for _, frame in frames(data) if frame is not None]
    kinds = [frame["type"] for frame in told]
    if kinds[0] != "error":
        assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds.count("error") + kinds.count("response.failed") <= 2 * failed
    added = [frame["output_index"] for frame in told if frame["type"] == "response.output_item.added"]
    done = [frame["output_index"] for frame in told if frame["type"] == "response.output_item.done"]
    assert added == list(range(len(added)))
    if not failed:
        assert sorted(done) == added
        assert len(told[-1]["response"]["output"]) == len(added)


def assert_googles(data: bytes, failed: bool) -> None:
    """What Google's SDK insists on besides: `data: ` and nothing else, and an error that begins with its key."""
    lines = [line for line in data.replace(b"\r\n", b"\n").split(b"\n") if line]
    assert all(line.startswith(b"data: {") for line in lines)
    if failed:
        last = json.loads(lines[-1][6:])
        assert next(iter(last)) == "error"
        assert type(last["error"]["code"]) is int


STRICTER: dict[str, Callable[[bytes, bool], None]] = {RESPONSES: assert_sequenced, GEMINI: assert_googles}


# --- what an answer says ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """One call: arguments as an object, or as the text where it is no JSON object."""

    id: str | None
    name: str
    arguments: Any


def parsed(arguments: Any) -> Any:
    """Arguments as an object where they are one."""
    if not isinstance(arguments, str):
        return arguments
    try:
        value = json.loads(arguments)
    except ValueError:
        return arguments
    return value if isinstance(value, dict) else arguments


def prose(value: Any) -> str:
    """A string, or a list of parts with text, as one text."""
    return value if isinstance(value, str) else "".join(part.get("text") or "" for part in value or ())


def parts_of(document: Json, index: int = 0) -> list[Json]:
    """The parts of a Gemini candidate."""
    found: list[Json] = (document["candidates"][index].get("content") or {}).get("parts") or []
    return found


def text_of(document: Json, dialect: str) -> str:
    """The visible text of the first answer."""
    dialect = base(dialect)
    if dialect == MESSAGES:
        return prose([b for b in document["content"] if b["type"] == "text"])
    if dialect == RESPONSES:
        messages = [item for item in document["output"] if item["type"] == "message"]
        return "".join(prose([p for p in item["content"] if p["type"] == "output_text"]) for item in messages)
    if dialect == GEMINI:
        return prose([p for p in parts_of(document) if not p.get("thought")])
    if dialect == COMPLETIONS:
        return str(document["choices"][0]["text"])
    content = document["choices"][0]["message"].get("content")
    return prose([p for p in content if p["type"] == "text"] if isinstance(content, list) else content or "")


def thought_of(document: Json, dialect: str) -> str:
    """The visible thinking of the first answer."""
    dialect = base(dialect)
    if dialect == MESSAGES:
        return "".join(b["thinking"] for b in document["content"] if b["type"] == "thinking")
    if dialect == RESPONSES:
        items = [item for item in document["output"] if item["type"] == "reasoning"]
        return "".join(prose(item.get("summary")) + prose(item.get("content")) for item in items)
    if dialect == GEMINI:
        return prose([p for p in parts_of(document) if p.get("thought")])
    if dialect == COMPLETIONS:
        return ""
    message = document["choices"][0]["message"]
    return str(message.get("reasoning_content") or message.get("reasoning") or "")


def calls_of(document: Json, dialect: str) -> list[Call]:
    """The calls of the first answer, in order."""
    dialect = base(dialect)
    if dialect == MESSAGES:
        return [Call(b["id"], b["name"], b["input"]) for b in document["content"] if b["type"] == "tool_use"]
    if dialect == RESPONSES:
        items = [item for item in document["output"] if item["type"] == "function_call"]
        return [Call(item["call_id"], item["name"], parsed(item["arguments"])) for item in items]
    if dialect == GEMINI:
        calls = [p["functionCall"] for p in parts_of(document) if "functionCall" in p]
        return [Call(c.get("id"), c["name"], c.get("args") or {}) for c in calls]
    if dialect == COMPLETIONS:
        return []
    made = document["choices"][0]["message"].get("tool_calls") or ()
    return [Call(c["id"], c["function"]["name"], parsed(c["function"]["arguments"])) for c in made]


def ending(document: Json, dialect: str) -> str | None:
    """How the first answer ended: stop, calls, length, filter, or the dialect's own word."""
    dialect = base(dialect)
    word: str | None
    if dialect == MESSAGES:
        word = document["stop_reason"]
    elif dialect == RESPONSES:
        if document["status"] == "completed":
            return "calls" if any(item["type"] == "function_call" for item in document["output"]) else "stop"
        word = (document.get("incomplete_details") or {}).get("reason") or document["status"]
    elif dialect == GEMINI:
        word = document["candidates"][0].get("finishReason")
        if word == "STOP" and calls_of(document, GEMINI):
            return "calls"
    else:
        word = document["choices"][0]["finish_reason"]
    return _WORDS.get(word, word) if word is not None else None


_WORDS = {
    "end_turn": "stop", "tool_use": "calls", "max_tokens": "length", "refusal": "filter",
    "max_output_tokens": "length", "content_filter": "filter", "STOP": "stop", "MAX_TOKENS": "length",
    "SAFETY": "filter", "PROHIBITED_CONTENT": "filter", "tool_calls": "calls",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """Usage in one meaning: `input` with the cache, `output` with the reasoning; None is unknown."""

    input: int | None
    output: int | None
    cached: int | None
    reasoning: int | None
    total: int | None


def counts_of(document: Json, dialect: str) -> Counts:
    """The usage of an answer, by the definitions of each vendor."""
    dialect = base(dialect)
    if dialect == GEMINI:
        u = document["usageMetadata"]
        entered = _sum(u.get("promptTokenCount"), u.get("toolUsePromptTokenCount"))
        left = _sum(u.get("candidatesTokenCount"), u.get("thoughtsTokenCount"))
        cached, thought = u.get("cachedContentTokenCount"), u.get("thoughtsTokenCount")
        return Counts(entered, left, cached, thought, u["totalTokenCount"])
    u = document["usage"]
    if dialect == MESSAGES:
        cached = u.get("cache_read_input_tokens")
        entered = _sum(u["input_tokens"], cached, u.get("cache_creation_input_tokens"))
        thought = (u.get("output_tokens_details") or {}).get("thinking_tokens")
        return Counts(entered, u["output_tokens"], cached, thought, _sum(entered, u["output_tokens"]))
    into, out = ("input", "output") if dialect == RESPONSES else ("prompt", "completion")
    cached = (u.get(f"{into}_tokens_details") or {}).get("cached_tokens")
    thought = (u.get(f"{out}_tokens_details") or {}).get("reasoning_tokens")
    return Counts(u[f"{into}_tokens"], u[f"{out}_tokens"], cached, thought, u["total_tokens"])


def _sum(*values: int | None) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


# --- what a request says ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a tool, and the call that it answers: by id, in Gemini without ids by name."""

    call: str | None
    text: str
    error: bool


def history(body: Json, dialect: str) -> tuple[list[Call], list[Result]]:
    """The calls and the results of a request, in order."""
    calls: list[Call] = []
    results: list[Result] = []
    for kind, value in _history(body, base(dialect)):
        (calls if kind == "call" else results).append(value)
    return calls, results


def _history(body: Json, dialect: str) -> Iterator[tuple[str, Any]]:
    if dialect == RESPONSES:
        for item in body["input"] if isinstance(body["input"], list) else ():
            if item.get("type") == "function_call":
                yield "call", Call(item["call_id"], item["name"], parsed(item["arguments"]))
            elif item.get("type") == "function_call_output":
                yield "result", Result(item["call_id"], prose(item["output"]), False)
    elif dialect == GEMINI:
        for part in (part for turn in body["contents"] for part in turn["parts"]):
            if "functionCall" in part:
                c = part["functionCall"]
                yield "call", Call(c.get("id"), c["name"], c.get("args") or {})
            elif "functionResponse" in part:
                r = part["functionResponse"]
                said = r["response"]
                told = said.get("output", said.get("error", ""))
                yield "result", Result(r.get("id"), told if isinstance(told, str) else text(told), "error" in said)
    elif dialect == MESSAGES:
        for block in (b for m in body["messages"] if isinstance(m["content"], list) for b in m["content"]):
            if block["type"] == "tool_use":
                yield "call", Call(block["id"], block["name"], block["input"])
            elif block["type"] == "tool_result":
                yield "result", Result(block["tool_use_id"], prose(block.get("content")), block.get("is_error") is True)
    else:
        for message in body["messages"]:
            for c in message.get("tool_calls") or ():
                yield "call", Call(c["id"], c["function"]["name"], parsed(c["function"]["arguments"]))
            if message["role"] == "tool":
                yield "result", Result(message["tool_call_id"], prose(message["content"]), False)


# --- turns and answers in each dialect -----------------------------------------------------------------------


def gemini_turns(*turns: Json, **top: Any) -> Json:
    return {"contents": [{"role": "user", "parts": [{"text": "Go."}]}, *turns], **top}


def model(*parts: Json) -> Json:
    return {"role": "model", "parts": list(parts)}


def given(*parts: Json) -> Json:
    return {"role": "user", "parts": list(parts)}


def g_call(name: str, identity: str | None = None, signature: str | None = None, **args: Any) -> Json:
    call = {"functionCall": ({"id": identity} if identity else {}) | {"name": name, "args": args}}
    return call | ({"thoughtSignature": signature} if signature else {})


def g_result(name: str, output: str, identity: str | None = None) -> Json:
    return {"functionResponse": ({"id": identity} if identity else {}) | {"name": name, "response": {"output": output}}}


def r_input(*items: Json, **top: Any) -> Json:
    return {"model": "m", "input": [{"role": "user", "content": "Go."}, *items], **top}


def r_call(identity: str, name: str = "f", arguments: str = "{}") -> Json:
    item = {"type": "function_call", "id": f"fc_{identity}", "status": "completed"}
    return item | {"call_id": identity, "name": name, "arguments": arguments}


def r_result(identity: str, output: Any) -> Json:
    return {"type": "function_call_output", "call_id": identity, "output": output}


def r_thought(identity: str, encrypted: str | None, *summary: str) -> Json:
    parts = [{"type": "summary_text", "text": one} for one in summary]
    return {"type": "reasoning", "id": identity, "summary": parts, "encrypted_content": encrypted}


def m_turns(*messages: Json, **top: Any) -> Json:
    return {"model": "m", "max_tokens": 64, "messages": [{"role": "user", "content": "Go."}, *messages], **top}


def assistant(*content: Json) -> Json:
    return {"role": "assistant", "content": list(content)}


def use(identity: str, name: str = "f", **args: Any) -> Json:
    return {"type": "tool_use", "id": identity, "name": name, "input": args}


def used(identity: str, content: Any) -> Json:
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": identity, "content": content}]}


def c_turns(*messages: Json, **top: Any) -> Json:
    return {"model": "m", "messages": [{"role": "user", "content": "Go."}, *messages], **top}


def c_calls(*ids: str, name: str = "f", content: str | None = None) -> Json:
    calls = [{"id": i, "type": "function", "function": {"name": name, "arguments": "{}"}} for i in ids]
    return {"role": "assistant", "content": content, "tool_calls": calls}


def c_result(identity: str, content: Any) -> Json:
    return {"role": "tool", "tool_call_id": identity, "content": content}


def g_answer(*parts: Json, finish: str = "STOP", **top: Any) -> Json:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": finish, "index": 0}
    return {"candidates": [candidate], "modelVersion": "m", "responseId": "r1", **top}


def r_answer(*items: Json, status: str = "completed") -> Json:
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "status": status, "error": None,
        "incomplete_details": None, "model": "m", "output": list(items), "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], "usage": None,
    }  # fmt: skip


def m_answer(*content: Json, stop: str = "end_turn") -> Json:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": list(content),
        "stop_reason": stop, "stop_sequence": None, "usage": {"input_tokens": 3, "output_tokens": 9},
    }  # fmt: skip


def c_answer(finish: str = "stop", **said: Any) -> Json:
    choice = {"index": 0, "message": {"role": "assistant", "content": None, **said}, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def spoken(text: str) -> Json:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}


# --- the client's next request ------------------------------------------------------------------------------


def next_request(document: Json, dialect: str, *, fields: tuple[str, ...] = KEPT) -> Json:
    """What a client of `dialect` asks next: the answer as it got it, and a result for each call, or a word.

    fields: what it keeps of a message of Chat; every client keeps the default.
    """
    dialect = base(dialect)
    ids = [c.id for c in calls_of(document, dialect)]
    if dialect == RESPONSES:
        results = [r_result(str(i), "1") for i in ids]
        return r_input(*document["output"], *(results or [{"role": "user", "content": "And?"}]))
    if dialect == MESSAGES:
        results = [{"type": "tool_result", "tool_use_id": i, "content": "1"} for i in ids]
        said = results or [{"type": "text", "text": "And?"}]
        return m_turns(assistant(*document["content"]), {"role": "user", "content": said})
    if dialect == GEMINI:
        results = [g_result(c.name, "1", c.id) for c in calls_of(document, dialect)]
        return gemini_turns(model(*parts_of(document)), given(*(results or [{"text": "And?"}])))
    message = {k: v for k, v in document["choices"][0]["message"].items() if k in fields}
    return c_turns(message, *([c_result(str(i), "1") for i in ids] or [{"role": "user", "content": "And?"}]))


def answered_in(body: Json, dialect: str) -> list[Json]:
    """What the assistant has said in a request: its blocks, items or parts in a row."""
    if dialect == RESPONSES:
        return [i for i in body["input"] if i.get("role") != "user" and i["type"] != "function_call_output"]
    if dialect == MESSAGES:
        said = [m["content"] for m in body["messages"] if m["role"] == "assistant"]
        return [b for c in said for b in ([{"type": "text", "text": c}] if isinstance(c, str) else c)]
    return [p for turn in body["contents"] if turn["role"] == "model" for p in turn["parts"]]


def assert_home(
    document: Json,
    client: str,
    upstream: str,
    said: Iterable[Json],
    *,
    gone: Iterable[str] = (),
    fields: tuple[str, ...] = KEPT,
    **top: Any,
) -> Json:
    """The client's next request brings home to the upstream what it had `said`, and its results name its calls.

    gone: the codes of what is told as dropped on this way, and nothing else is. top: what the client's request says
    besides. Returns the upstream's request.
    """
    t = ask({**next_request(document, client, fields=fields), **top}, client, upstream)
    expected = list(said)
    assert [settled(one) for one in answered_in(t.body, upstream)] == [settled(one) for one in expected]
    assert [loss.code for loss in t.losses if loss.kind == "dropped"] == list(gone)
    assert [loss for loss in t.losses if loss.code == "tool_call.id"] == []
    calls, results = history(t.body, upstream)
    assert [r.call for r in results] == [c.id for c in calls]
    assert "dragom01" not in text(t.body)
    body: Json = t.body
    return body


def settled(one: Json) -> str:
    """A part, block or item as text that tells 1 from 1.0 and true, and knows no order of keys."""
    return json.dumps(one, ensure_ascii=False, sort_keys=True)


def dropped(losses: Iterable[dragoman.Loss], *prefixes: str) -> list[tuple[str, str]]:
    """What is told as dropped: code and place, of all codes or of those that begin so."""
    return [(x.code, x.at) for x in losses if x.kind == "dropped" and x.code.startswith(prefixes or "")]
