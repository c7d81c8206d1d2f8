"""Responses: documents out. Canonical documents -> response and error bodies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...errors import InvalidDocument
from ...ids import derived
from ...jsontext import loads
from ...model import (
    Candidate,
    Error,
    Item,
    Json,
    Media,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Response,
    Text,
    Tool,
    ToolCall,
    Usage,
)
from ...registry import find
from ...report import Report
from ...tables import drop_extra
from ..arguments import arguments_text, free_text
from ..base import Context, Dialect, opaque_code
from ..error_forms import some_message
from ..openai_shape import NameWriter, error_words, shared_logprobs, shared_tokens, spans_alike
from ..others import alone
from ..probabilities import with_lists
from .groups import GROUP, flat, group_of
from .home import home_request, home_response
from .words import CALLS, CUT_OFF, FAILED, FAILED_NEAREST, FINISH, FINISH_NEAREST, NAME, SERVICE_TIERS


class ItemWriter(NameWriter):
    """What request and response have in common: names, ids, items."""

    __slots__ = ()

    def __init__(self, source: Dialect | None, report: Report, context: Context) -> None:
        super().__init__(source, report, context)

    def call(self, call: ToolCall, call_id: str, target: str) -> Json:
        """A function_call or custom_tool_call item, without id and status."""
        self.link(target, call.at)
        self.drop(call)
        self.cache(call)
        name = self.name(call.name, call)
        kind = "custom_tool_call" if call.kind == "custom" else "function_call"
        arguments = arguments_text(call.arguments)
        group = (call.spelling or {}).get(GROUP)
        grouped = {} if group is None else {GROUP: group}
        return {"type": kind, "call_id": call_id, "name": name, **grouped, CALLS[kind][1]: arguments}

    def gone(self, part: Part) -> None:
        """Report a part that this dialect has no word for."""
        self.report.dropped(opaque_code(part), part.at, part)


# --- responses ------------------------------------------------------------------------------------------------


def write_response(r: Response, report: Report, home: bool, context: Context) -> Json:
    """The `response` object that says `r`."""
    if home:
        return home_response(r)
    return ResponseWriter(r.dialect, report, context).body(r)


# The fields that repeat the request, as they are where nothing is known of it: null, or what the schema requires.
_UNKNOWN: Json = {
    "background": None,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": None,
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": None,
    "safety_identifier": None,
    "temperature": None,
    "text": None,
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": None,
    "top_p": None,
    "truncation": None,
    "user": None,
}
# What the service fills in where a request says nothing.
_FILLED: Json = {"background": False, "metadata": {}, "truncation": "disabled"}
# What it repeats only if it was said.
_SAID = ("store", "prompt", "prompt_cache_options", "prompt_cache_retention", "access_programs", "image")


class ResponseWriter(ItemWriter):
    """One response, or the ends of a stream."""

    __slots__ = ("called", "response_id")

    tiers = SERVICE_TIERS

    def __init__(self, dialect: str, report: Report, context: Context) -> None:
        super().__init__(find(dialect), report, context)
        self.called: set[str] = set()  # the ids of the calls so far
        self.response_id: str | None = None

    def body(self, r: Response) -> Json:
        out = self.envelope(r)
        first, *others = sorted(r.candidates, key=lambda c: c.index) or [self.blocked()]
        items = self.items(first)
        alone(first, self.report)
        for other in others:
            self.report.dropped("candidate.extra", other.at, other)
        calls = any(item["type"] in CALLS for item in items)
        word = self.finish(first, calls)
        out.update(ending(word))
        if word == CUT_OFF and items and is_cut(items[-1]):
            items[-1]["status"] = "incomplete"
        out["output"] = items
        self.about(first)
        if r.usage is not None:
            out["usage"] = self.usage_of(r.usage)
        self.tier(out, r, r.usage)
        self.unsaid(r)
        self.drop(r)
        return out

    def blocked(self) -> Candidate:
        """A prompt that was blocked gives no candidate elsewhere; here the response itself says so."""
        self.report.invented("candidate.missing", "/output", [])
        self.report.invented("candidate.missing", "/incomplete_details/reason", "content_filter")
        return Candidate(finish_reason="content_filter")

    def about(self, c: Candidate) -> None:
        """What a candidate carries beside its parts."""
        self.drop(c.message)
        self.drop(c)
        if c.stop_sequence is not None:
            self.report.dropped("finish.stop_sequence", self.where(c, "stop_sequence"), c.stop_sequence)

    # the envelope

    def envelope(self, r: Response) -> Json:
        """The response object without output, usage and end, with what it repeats of the request."""
        self.answered_by(r)
        report = self.report
        identity = r.id
        if not identity:
            identity = derived(r.model, "resp", 0)
            report.invented("envelope.id", "/id", identity)
        self.response_id = identity
        created = r.created
        if created is None:
            created = self.context.now or 0
            report.invented("envelope.created", "/created_at", created)
        else:
            created = self.seconds(r)
        if r.model is None:
            report.invented("envelope.model", "/model", "")
        out: Json = {"id": identity, "object": "response", "created_at": created, "status": "in_progress"}
        out |= {"error": None, "incomplete_details": None, "model": r.model or "", "output": [], "usage": None}
        return out | {"service_tier": None} | self.echo()

    def echo(self) -> Json:
        """What the response repeats of the client's request."""
        request = self.context.request
        if request is None or request.dialect != NAME:
            return dict(_UNKNOWN)
        said = home_request(request)
        out = {k: v if said.get(k) is None else said[k] for k, v in {**_UNKNOWN, **_FILLED}.items()}
        out |= {k: said[k] for k in _SAID if said.get(k) is not None}
        out["text"] = {"format": {"type": "text"}, **(out["text"] or {})}
        # "strict and parameters are required keys" of a function.
        out["tools"] = [
            {"parameters": None, "strict": None, **t} if t.get("type") == "function" else t for t in out["tools"]
        ]
        conversation = said.get("conversation")
        if conversation is not None:
            out["conversation"] = {"id": conversation} if type(conversation) is str else conversation
        return out

    def unsaid(self, r: Response) -> None:
        """The envelope values that have no place here."""
        if r.fingerprint is not None:
            self.report.dropped("envelope.fingerprint", self.where(r, "fingerprint"), r.fingerprint)

    def tier(self, out: Json, r: Response, usage: Usage | None) -> None:
        tier = self.tier_in(usage) if r.service_tier is None else r.service_tier
        if tier is None:
            return
        if tier in SERVICE_TIERS:
            out["service_tier"] = tier
        else:
            self.report.dropped("service_tier.unsupported", self.where(r, "service_tier"), r.service_tier)

    # items

    def items(self, c: Candidate) -> list[Json]:
        """The output items: texts in a row are content parts of one message."""
        out: list[Json] = []
        self.link("/output", c.message.at)
        alone = sum(type(part) is Text for part in c.message.parts) < 2
        for whole in c.message.parts:
            part, token = self.carried(whole)
            if token is not None:
                self.link(f"/output/{len(out)}", self.hidden_at(whole))
                out.append(self.hidden(token, len(out)))
            place = f"/output/{len(out)}"
            if isinstance(part, (Text, Refusal)):
                if not self.speaks(part):
                    continue
                content = self.content(part, alone)
                if out and out[-1]["type"] == "message" and joins(part, out[-1]):
                    place = f"/output/{len(out) - 1}"
                else:
                    out.append(self.shell(part, len(out)) | {"status": "completed"})
                self.link(f"{place}/content/{len(out[-1]['content'])}", part.at)
                out[-1]["content"].append(content)
            else:
                item = self.item(part, len(out))
                if item is not None:
                    out.append(item)
        if c.logprobs is not None:
            self.give_logprobs(c, out)
        return out

    def give_logprobs(self, c: Candidate, items: list[Json]) -> None:
        """Put the log probabilities of an answer to its first text."""
        found = self.logprobs(c)
        for i, item in enumerate(items if found else ()):
            for j, part in enumerate(item["content"] if item["type"] == "message" else ()):
                if part["type"] == "output_text":
                    part["logprobs"] = found
                    self.link(f"/output/{i}/content/{j}/logprobs", f"{self.where(c, 'logprobs')}/content")
                    return
        if found:
            self.report.dropped("logprobs.unsupported", self.where(c, "logprobs"), c.logprobs)

    def speaks(self, part: Text | Refusal) -> bool:
        """Whether a text says anything; what stands beside an empty one is told, as a stream tells it when it comes."""
        if not part.text:
            drop_extra(self.report, part.extra, part.at, self.kinds.get(type(part), {}))
        if not part.text and isinstance(part, Text):
            self.cache(part)
            for c in part.citations or ():
                self.report.dropped("citation.unsupported", c.at, c.value)
            if part.state is not None:
                self.lose_state(part, part.state)
        return bool(part.text)

    def content(self, part: Text | Refusal, alone: bool) -> Json:
        """A content part of an answer. alone: whether the answer has no other text."""
        self.drop(replace(part, item=None) if part.item is not None and part.item.phase is not None else part)
        if isinstance(part, Refusal):
            return {"type": "refusal", "refusal": part.text}
        self.cache(part)
        annotations = self.annotations(part, len(part.text), alone)
        return {"type": "output_text", "text": part.text, "annotations": annotations, "logprobs": []}

    def annotations(self, text: Text, length: int, alone: bool = True) -> list[Json]:
        """The citations of a text. Those without a span of their own (Anthropic's) span the whole text.

        alone: whether the answer has no other text, among whose characters Chat counts.
        """
        out = []
        for c in text.citations or ():
            if c.url is None:
                self.report.dropped("citation.unsupported", c.at, c.value)
                continue
            if not alone or not spans_alike(c):
                self.report.changed("citation.span", c.at, c.value)
            start, end = (0, length) if c.start is None or c.end is None else (c.start, c.end)
            said = {"type": "url_citation", "url": c.url, "title": c.title or ""}
            out.append(said | {"start_index": start, "end_index": end})
        return out

    def shell(self, part: Part, ordinal: int) -> Json:
        """An item of the kind of `part` as it begins: id and type, and what of it is known at once."""
        item = getattr(part, "item", None)
        if isinstance(part, Text) and item is not None and item.phase is not None:
            # The item that it was, come home.
            said = {"id": item.id or derived(self.response_id, "msg", ordinal), "type": "message", "role": "assistant"}
            return said | {"status": "in_progress", "content": [], "phase": item.phase}
        if isinstance(part, ToolCall):
            kind = "ctc" if part.kind == "custom" else "fc"
        else:
            kind = {Reasoning: "rs", Media: "ig"}.get(type(part), "msg")
        identity = derived(self.response_id, kind, ordinal)
        self.report.invented("item.id", f"/output/{ordinal}/id", identity)
        if kind == "msg":
            return {"id": identity, "type": "message", "role": "assistant", "status": "in_progress", "content": []}
        return {"id": identity}

    def item(self, part: Part, ordinal: int) -> Json | None:
        """The item that says `part`, or None with a loss."""
        place = f"/output/{ordinal}"
        if isinstance(part, ToolCall):
            part = self.restored_call(part)
            call_id = self.call_id(part, ordinal, place)
            said = self.call(part, call_id, place)
            return self.shell(part, ordinal) | said | {"status": "completed"}
        if isinstance(part, Reasoning):
            thought = self.thought(part)
            if thought is None:
                return None
            self.link(place, part.at)
            return self.shell(part, ordinal) | thought
        if isinstance(part, Opaque) and part.issuer == NAME:
            self.link(place, part.at)
            return dict(part.value)
        if isinstance(part, Media) and part.kind == "image" and part.form == "base64":
            self.drop(part)
            self.cache(part)
            self.link(place, part.at)
            return self.shell(part, ordinal) | picture_item(part)
        token = self.carrier(part)
        if token is None:
            self.gone(part)
            return None
        self.report.changed("part.carried", part.at, part)
        self.link(place, part.at)
        return self.hidden(token, ordinal)

    def hidden(self, token: str, ordinal: int) -> Json:
        """An item that shows nothing, and that the client brings back as it is."""
        return self.shell(Reasoning(), ordinal) | reasoning_item("", token)

    def restored_call(self, call: ToolCall) -> ToolCall:
        """A call in the form in which the client declared its tool."""
        tool = self.client_tool(call.name)
        if (group := group_of(tool)) is not None:
            call = replace(call, name=group[1], spelling={GROUP: group[0]})
        if tool is not None and tool.kind == "custom" and call.kind == "function":
            return replace(call, kind="custom", arguments=free_text(call.arguments))
        return call

    def client_tools(self) -> list[Tool]:
        """The tools that the client declared, those of its groups under the names that the upstream calls."""
        return flat(super().client_tools())

    def thought(self, part: Reasoning) -> Json | None:
        """Visible thinking goes to the client as a summary; its `encrypted_content` carries another vendor's state."""
        token = self.carrier(part, part.text) if part.state is not None else None
        if token is not None:
            return reasoning_item(part.text, token)
        self.drop(part)
        if part.state is not None:
            self.uncarried(part, part.state)
        if not part.text and not part.redacted:
            self.report.dropped("reasoning.empty", part.at, None)
        return reasoning_item(part.text) if part.text else None

    def name(self, name: str, node: Any, field: str = "name") -> str:
        """A name as the client wrote it."""
        return self.as_declared(name, node)

    def call_id(self, part: ToolCall, ordinal: int, place: str) -> str:
        """The id of a call, derived from the response's where it has none, or that of a call before it."""
        said = self.id(part.id) if part.id else ""
        if said and said not in self.called:
            self.called.add(said)
            return said
        if said:
            # "two function_calls with the same call_id: RuntimeError"
            self.report.changed("tool_call.id", self.where(part, "id"), part.id)
        made = derived(self.response_id, "call", ordinal)
        self.report.invented("tool_call.id", f"{place}/call_id", made)
        return made

    def logprobs(self, c: Candidate) -> list[Any]:
        """Log probabilities of the text, where they are in the form that OpenAI's dialects share."""
        value = shared_logprobs(c.logprobs, self.where(c, "logprobs"), self.report) or {}
        found = value.get("content") or []
        if value.get("refusal"):
            place = self.where(c, "logprobs")
            self.report.dropped("logprobs.unsupported", f"{place}/refusal" if found else place, value["refusal"])
        place = f"{self.where(c, 'logprobs')}/content"
        return [
            with_lists(t, f"{place}/{i}", self.report) for i, t in enumerate(shared_tokens(found, place, self.report))
        ]

    # the end

    def finish(self, c: Candidate, calls: bool) -> str:
        """Status, and reason behind a slash. Whether an answer waits for calls is told by its items alone."""
        reason = c.finish_reason
        at = self.where(c, "finish_reason")
        word = FINISH.write.get(reason or "")
        if word is None:
            word = FINISH_NEAREST.get(reason or "", CUT_OFF)
            if calls and reason is None:
                word = FINISH.write["tool_calls"]  # whole calls in a whole answer without any word
            self.report.changed("finish.approximated", at, reason)
        elif reason == "tool_calls" and not calls:
            # An agent would wait for a call that is not there; and a plain end would be a success.
            word = CUT_OFF
            self.report.changed("finish.approximated", at, reason)
        elif (c.spelling or {}).get("finish"):
            self.report.changed("finish.approximated", at, reason)
        elif reason == "stop" and calls:
            self.report.changed("finish.tool_calls", at, reason)
        self.link("/incomplete_details/reason" if "/" in word else "/status", at)
        return word

    def usage_of(self, u: Usage) -> Json:
        """Usage in this dialect's inclusive counting; every figure is required."""
        report = self.report
        figures = {}
        for name, value, place in (
            ("input", u.input, "input_tokens"),
            ("cache_read", u.cache_read, "input_tokens_details/cached_tokens"),
            ("cache_write", u.cache_write, "input_tokens_details/cache_write_tokens"),
            ("output", u.output, "output_tokens"),
            ("reasoning", u.reasoning, "output_tokens_details/reasoning_tokens"),
        ):
            if value is None:
                report.invented("usage.unknown", f"/usage/{place}", 0)
            figures[name] = value or 0
        self.usage(u)
        return {
            "input_tokens": figures["input"],
            "input_tokens_details": {
                "cached_tokens": figures["cache_read"],
                "cache_write_tokens": figures["cache_write"],
            },
            "output_tokens": figures["output"],
            "output_tokens_details": {"reasoning_tokens": figures["reasoning"]},
            "total_tokens": u.total if u.total is not None else figures["input"] + figures["output"],
        }


def joins(part: Part, message: Json) -> bool:
    """Whether a text stands in the message that is open. One that came home says which message that is: its phase
    stands behind the last of its texts, so what follows is of another, and one that begins a message says so. A
    refusal follows wherever it stood: Chat has a field for it beside the text."""
    item: Item | None = getattr(part, "item", None)
    if "phase" in message:
        return item.id == message["id"] if item is not None else isinstance(part, Refusal)
    begins = (getattr(part, "spelling", None) or {}).get("item") == "begins"
    if item is None or item.phase is None or item.id == message["id"]:
        return item is not None or not begins
    if begins:
        return False
    message |= {"id": item.id or message["id"], "phase": item.phase}
    return True


def is_cut(item: Json) -> bool:
    """Whether the last item of an answer that was cut off is not whole: a message, or a call with half its JSON."""
    return item["type"] == "message" or (item["type"] == "function_call" and not is_object(item["arguments"]))


def is_object(arguments: str) -> bool:
    """Whether the arguments of a call are a whole JSON object."""
    try:
        return type(loads(arguments)) is dict
    except InvalidDocument:
        return False


def ending(word: str) -> Json:
    """`status` and `incomplete_details` of a word of FINISH."""
    status, _, reason = word.partition("/")
    return {"status": status, "incomplete_details": {"reason": reason} if reason else None}


def reasoning_item(text: str, token: str | None = None) -> Json:
    """A reasoning item that shows `text` and carries `token`."""
    out: Json = {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}] if text else []}
    return out | {"encrypted_content": token} if token is not None else out


def picture_item(part: Media) -> Json:
    """A picture of the answer as what a tool of the vendor made."""
    out: Json = {"type": "image_generation_call", "status": "completed", "result": part.data}
    word = (part.media_type or "").removeprefix("image/")
    return out | {"output_format": word} if word else out


# --- errors ---------------------------------------------------------------------------------------------------


def event_error(e: Error, report: Report) -> Json:
    """The fields of an `error` event, whose code is all that says of what type it is.

    They stand there twice: "a nested `error` key in a Responses SSE event makes the Python SDK raise, a flat one does
    not" (spec/OPENAI.md 11), and who reads none of it would take the stream for one that ended well.
    """
    _, kind, code = error_words(e)
    said = {"code": code or kind, "message": some_message(e, report), "param": e.param}
    return {**said, "error": {"type": kind, **said}}


def failed_error(e: Error, report: Report) -> Json:
    """The `error` of a response that failed; its codes are few. Where none says what it was, its type does, as far as
    OpenAI has one."""
    word, kind, said = error_words(e)
    code = said if said in FAILED else FAILED_NEAREST.get(word, "server_error")
    out: Json = {"code": code, "message": some_message(e, report)}
    if kind not in (code, "invalid_request_error"):
        out["type"] = kind
    if e.param is not None:
        out["param"] = e.param
    if said is not None and said not in out.values():
        report.changed("error.code", e.at if e.code is None else f"{e.at}/code", said)
    return out
