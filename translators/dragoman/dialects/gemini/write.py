"""Gemini: responses and errors out. Canonical documents -> GenerateContentResponse and google.rpc.Status bodies."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ...delays import is_seconds
from ...ids import is_derived, spell, unspell
from ...media import media_type_of
from ...model import (
    Candidate,
    Citation,
    Error,
    Json,
    Media,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Request,
    Response,
    State,
    Text,
    ToolCall,
    Usage,
)
from ...registry import find
from ...report import Report
from ...tables import ERRORS, error_word, tells_probabilities, told_status
from ..base import Context, Dialect, Writer, opaque_code
from ..error_forms import GEMINI, told_message
from ..usage import Listed
from .cite import Grounding
from .home import home_error, home_response
from .parts import is_private, media_kind
from .probs import to_result
from .read import time_of
from .words import DETAIL, FINISH, FINISH_NEAREST, LIMIT_NAME, LISTS, MODALITIES, NAME, REASONS, SERVICE_TIER

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")


class PartWriter(Writer):
    """What request and response have in common: names, calls, media."""

    __slots__ = ()

    def __init__(self, source: Dialect | None, report: Report, context: Context) -> None:
        super().__init__(source, report, context)

    def name(self, name: str, node: Any, field: str = "name") -> str:
        """`name` within [A-Za-z_][A-Za-z0-9_.:-]{0,127}."""
        plain, most = self.meant(name), self.name_max(LIMIT_NAME)
        fits = len(plain) <= most and _NAME.fullmatch(plain) is not None
        said, back = (plain, True) if fits else spell(plain, most, letter=True)
        if said != plain or not back:
            self.report.changed("tool.name", self.where(node, field) if field else node.at, name)
        return said

    def lose_state(self, part: Any, state: State) -> None:
        """State of this dialect's own comes home on the part that carried it."""
        if not own(state):
            super().lose_state(part, state)

    def signed(self, part: Any, said: Json) -> Json:
        """The signature of a part, where it is this dialect's own."""
        if own(part.state):
            said["thoughtSignature"] = part.state.value
        return said

    def call(self, part: ToolCall) -> Json:
        """A functionCall."""
        self.drop(part)
        self.cache(part)
        if part.kind == "custom":
            self.report.changed("tool.custom", part.at, None)
        call: Json = {"name": self.name(part.name, part)}
        if part.id and not (self.upstream and is_derived(part.id)):
            call["id"] = unspell(part.id)
        call["args"] = self.arguments_of(part)
        return call

    def media(self, part: Media) -> Json | None:
        """inlineData or fileData, or None with a loss."""
        report = self.report
        if part.form == "base64" and part.data:
            media_type = part.media_type
            if media_type is None:
                media_type = _TYPES[part.kind]
                report.changed("media.type", part.at)
            said: Json = {"inlineData": {"mimeType": media_type, "data": part.data}}
        elif part.form == "url" and (part.url or "").startswith(("http://", "https://", "gs://")):
            media_type = part.media_type or media_type_of(part.url or "")
            kind = media_kind(media_type) if media_type is not None else "document"
            if kind != part.kind:
                # "fileData {fileUri, mimeType?}": a wrong type is worse than none. What it is, is not said then.
                media_type = None
                report.changed("media.type", part.at)
            blob = {"mimeType": media_type, "fileUri": part.url}
            said = {"fileData": {k: v for k, v in blob.items() if v is not None}}
        else:
            self.gone(part)
            return None
        self.drop(part)
        self.cache(part)
        if self.sharp(part):
            said["mediaResolution"] = {"level": DETAIL.write[part.detail or ""]}
        elif part.detail not in (None, "auto"):
            report.dropped("media.detail", self.where(part, "detail"), part.detail)
        for name, code in (("filename", "media.filename"), ("context", "media.context")):
            if getattr(part, name) is not None:
                report.dropped(code, self.where(part, name), getattr(part, name))
        if part.cite:
            report.dropped("citation.unsupported", self.where(part, "cite"), True)
        return self.signed(part, said)

    def sharp(self, part: Media) -> bool:
        """Whether a picture says here how sharply it is looked at: a part of a request does."""
        return False

    def gone(self, part: Part) -> None:
        """Report a part that this dialect has no word for."""
        code = "media.file_id" if isinstance(part, Media) and part.form == "file" else opaque_code(part)
        self.report.dropped(code, part.at, part)


_TYPES = {"image": "image/png", "audio": "audio/wav", "video": "video/mp4", "document": "application/pdf"}


def is_sound(part: Any) -> bool:
    """Whether a part is the sound of an answer of Chat."""
    return isinstance(part, Media) and part.kind == "audio" and part.form == "file"


def own(state: State | None) -> bool:
    """Whether a state is a signature of this dialect."""
    return state is not None and state.issuer == NAME and state.kind == "thought_signature"


# --- responses ------------------------------------------------------------------------------------------------


def write_response(r: Response, report: Report, home: bool, context: Context) -> Json:
    """The GenerateContentResponse that says `r`."""
    if home:
        return home_response(r)
    return ResponseWriter(r.dialect, report, context).body(r)


class Joiner:
    """Which texts of an answer run together: adjacent ones of one kind cannot be told apart in a stream."""

    __slots__ = ("first", "kind")

    def __init__(self) -> None:
        self.kind = ""
        self.first: Part | None = None

    def joins(self, kind: str, part: Part, report: Report) -> bool:
        """Whether `part`, which says something of `kind`, goes on with the one before; if so it is told."""
        if self.kind != kind or not kind:
            self.kind, self.first = kind, part
            return False
        if self.first is not None:
            report.changed("text.joined", self.first.at)
            self.first = None
        report.changed("text.joined", part.at)
        return True


class ResponseWriter(PartWriter):
    """One response, or the ends of a stream."""

    __slots__ = ()

    tiers = SERVICE_TIER.write

    def __init__(self, dialect: str, report: Report, context: Context) -> None:
        super().__init__(find(dialect), report, context)

    def name(self, name: str, node: Any, field: str = "name") -> str:
        """A name as the client wrote it."""
        return self.as_declared(name, node)

    def body(self, r: Response) -> Json:
        """The whole response."""
        out: Json = {}
        envelope = self.envelope(r)  # it says which model answered, to which state may be bound
        if r.candidates:
            out["candidates"] = [
                self.candidate(c, i) for i, c in enumerate(sorted(r.candidates, key=lambda c: c.index))
            ]
        else:
            out |= self.blocked()
        if r.usage is not None:
            out["usageMetadata"] = self.usage_of(r.usage)
        self.tier(out.get("usageMetadata"), r)
        out |= envelope
        self.unsaid(r)
        self.drop(r)
        return out

    def blocked(self) -> Json:
        """What an answer without candidates must say here: that the prompt was blocked."""
        feedback = {"blockReason": "OTHER"}
        self.report.invented("candidate.missing", "/promptFeedback", feedback)
        return {"promptFeedback": feedback}

    def envelope(self, r: Response) -> Json:
        """The envelope values; none of them is required here."""
        self.answered_by(r)
        out: Json = {}
        if r.model is not None:
            out["modelVersion"] = r.model
        moment = time_of(self.seconds(r)) if r.created else None  # 0 is what was not known elsewhere
        if moment is not None:
            out["createTime"] = moment
        if r.id:
            out["responseId"] = r.id
        return out

    def unsaid(self, r: Response) -> None:
        """The envelope values that have no place here."""
        if r.fingerprint is not None:
            self.report.dropped("envelope.fingerprint", self.where(r, "fingerprint"), r.fingerprint)

    def tier(self, usage: Json | None, r: Response) -> None:
        """The tier of service, which stands in the usage here, if there is any."""
        if usage is not None and r.service_tier in SERVICE_TIER.write:
            usage["serviceTier"] = SERVICE_TIER.write[str(r.service_tier)]
            self.link("/usageMetadata/serviceTier", self.where(r, "service_tier"))
        elif r.service_tier is not None:
            self.report.dropped("envelope.service_tier", self.where(r, "service_tier"), r.service_tier)

    def candidate(self, c: Candidate, position: int) -> Json:
        """One candidate."""
        target = f"/candidates/{position}"
        self.link(target, c.at)
        self.link(f"{target}/content", c.message.at)
        parts: list[Json] = []
        joiner, grounding = Joiner(), Grounding()
        for whole in self.sounds_last(c.message.parts):
            part, token = self.carried(whole)
            if token is not None:
                joiner.joins("", part, self.report)
                self.link(f"{target}/content/parts/{len(parts)}", self.hidden_at(whole))
                parts.append(hidden(token))
            part, behind = self.phased(part, getattr(part, "text", ""))
            kind, said = self.part(part)
            if said is None:
                parts += [hidden(behind)] if behind is not None else []
                continue
            token = said.pop("carrier", None)
            if token is not None and not said["text"]:
                said["thoughtSignature"], token, kind = token, None, ""
            if joiner.joins(kind, part, self.report):
                before = parts[-1]["text"]
                parts[-1]["text"] += said["text"]
            else:
                before = ""
                self.link(f"{target}/content/parts/{len(parts)}", part.at)
                parts.append(said)
            if token is not None:
                # Of its own, as in a stream, where thinking is out before its state is known.
                joiner.joins("", part, self.report)
                self.link(f"{target}/content/parts/{len(parts)}", part.at)
                parts.append(hidden(token, thought=True))
            if isinstance(part, Text):
                self.cite(grounding, part.citations, len(parts) - 1, before, part.text)
            if behind is not None:
                joiner.joins("", part, self.report)
                self.link(f"{target}/content/parts/{len(parts)}", f"{self.where(whole, 'item')}/phase")
                parts.append(hidden(behind))
        calls = any("functionCall" in p for p in parts)
        refused = any(isinstance(p, Refusal) and p.text for p in c.message.parts)
        out: Json = {"content": {"role": "model", "parts": parts}}
        out["finishReason"] = self.finish(c, calls, refused, target)
        out["index"] = c.index
        cited = grounding.said()
        if cited is not None:
            out["groundingMetadata"] = cited
        probabilities = self.probabilities(c)
        if probabilities is not None:
            out["logprobsResult"] = probabilities
        self.about(c)
        return out

    def sounds_last(self, parts: list[Part]) -> list[Part]:
        """The parts with a sound of Chat's behind all others: it is whole with the end of the answer only."""
        sounds = [part for part in parts if is_sound(part)]
        if sounds and len(parts) > 1:
            self.report.changed("order.moved", sounds[0].at)
        return [*(part for part in parts if not is_sound(part)), *sounds] if sounds else parts

    def sound(self, part: Media) -> Json | None:
        """The sound of an answer, whose data are there beside its id; of what type they are, Chat does not say."""
        if not part.data:
            self.gone(part)
            return None
        if part.file_id is not None and not is_derived(part.file_id):
            self.report.dropped("media.file_id", f"{part.at}/id", part.file_id)
        return self.media(replace(part, form="base64", file_id=None))

    def about(self, c: Candidate) -> None:
        """What a candidate carries beside its parts."""
        self.drop(c.message)
        self.drop(c)

    def probabilities(self, c: Candidate) -> Json | None:
        """The logprobsResult of a candidate."""
        said = to_result(c.logprobs)
        place = self.where(c, "logprobs")
        if said is not None:
            self.report.changed("logprobs.approximated", place, c.logprobs)
        elif tells_probabilities(c.logprobs):
            self.report.dropped("logprobs.unsupported", place, c.logprobs)
        return said

    def part(self, part: Part) -> tuple[str, Json | None]:
        """The part that says `part`, and of what kind it is if texts of that kind run together."""
        if isinstance(part, Text):
            self.beside(part)
            if not part.text:
                self.uncited(part)
                return "", None
            return "text", self.signed(part, {"text": part.text})
        if isinstance(part, Refusal):
            self.refusal(part)
            return "text", {"text": part.text} if part.text else None
        if isinstance(part, Reasoning):
            return "thought", self.thought(part)
        if isinstance(part, ToolCall):
            return "", self.signed(part, {"functionCall": self.call(part)})
        if isinstance(part, Media) and is_sound(part):
            return "", self.sound(part)
        if isinstance(part, Media) and part.file_id is None and not is_private(part.url or ""):
            # A file of Google's own is none that an answer of another vendor could speak of.
            return "", self.media(part)
        if isinstance(part, Opaque) and part.issuer == NAME:
            return "", dict(part.value)
        token = self.carrier(part)
        if token is None:
            self.gone(part)
            return "", None
        self.report.changed("part.carried", part.at, part)
        return "", hidden(token)

    def carried(self, part: Any, said: bool | None = None) -> tuple[Any, str | None]:
        """This dialect's own state has its place on the part."""
        return (part, None) if own(getattr(part, "state", None)) else super().carried(part, said)

    def beside(self, part: Text) -> None:
        """What a text carries beside its text."""
        self.drop(part)
        self.cache(part)

    def uncited(self, part: Text) -> None:
        """The citations of a text that is not there."""
        for c in part.citations or ():
            self.report.dropped("citation.unsupported", c.at, c.value)

    def refusal(self, part: Refusal) -> None:
        """ "finishReason SAFETY, no text": what was said stays text."""
        self.report.changed("refusal.as_text", part.at, part.text)
        self.drop(part)

    def thought(self, part: Reasoning) -> Json | None:
        """Visible thinking; `carrier` is what its state travels in."""
        token = self.carrier(part, part.text) if part.state is not None and not own(part.state) else None
        if token is not None:
            return {"text": part.text, "thought": True, "carrier": token}
        self.drop(part)
        if part.state is not None and not own(part.state):
            self.uncarried(part, part.state)
        if not part.text:
            if not part.redacted:
                self.report.dropped("reasoning.empty", part.at)
            return None
        return self.signed(part, {"text": part.text, "thought": True})

    def cite(self, grounding: Grounding, citations: list[Citation] | None, index: int, before: str, text: str) -> None:
        """Citations of addresses as grounding: one without a span here holds for its whole block."""
        for c in citations or ():
            if c.url is None or not text:
                self.report.dropped("citation.unsupported", c.at, c.value)
                continue
            self.report.changed("citation.span", c.at, c.value)
            start, end = c.start, c.end
            if start is None or end is None or not 0 <= start <= end <= len(text):
                start, end = 0, len(text)
            whole, shift = before + text, len(before)
            grounding.add(index, whole, start + shift, end + shift, c.url, c.title)

    def finish(self, c: Candidate, calls: bool, refused: bool, target: str) -> str:
        """The finish reason; calls end with STOP."""
        reason = c.finish_reason
        at = self.where(c, "finish_reason")
        self.link(f"{target}/finishReason", at)
        word = None if reason in FINISH_NEAREST else FINISH.write.get(reason or "")
        if word is None:
            # A failure never looks like a success: what did not say how it ended, was cut off.
            word = FINISH_NEAREST.get(reason or "", "MAX_TOKENS")
            if calls and reason is None:
                word = "STOP"  # whole calls in a whole answer without any word
            self.report.changed("finish.approximated", at, reason)
        elif refused and reason == "stop":
            word = "SAFETY"
            self.report.changed("finish.refusal", at, reason)
        elif reason == "tool_calls" and not calls:
            # An agent would wait for a call that is not there; and a plain stop would be a success.
            word = "OTHER"
            self.report.changed("finish.approximated", at, reason)
        elif reason != "tool_calls" and calls and word == "STOP":
            # Whether it ended for its calls, is read off the calls.
            self.report.changed("finish.tool_calls", at, reason)
        elif (c.spelling or {}).get("finish"):
            self.report.changed("finish.approximated", at, reason)
        if c.stop_sequence is not None:
            self.report.dropped("finish.stop_sequence", self.where(c, "stop_sequence"), c.stop_sequence)
        return word

    def usage_of(self, u: Usage) -> Json:
        """Usage in this dialect's counting: the candidates' tokens without the thoughts."""
        out: Json = {}
        self.link("/usageMetadata", u.at)
        if u.input is not None:
            out["promptTokenCount"] = u.input
        if u.cache_read is not None:
            out["cachedContentTokenCount"] = u.cache_read
        if u.output is not None:
            visible = u.output - (u.reasoning or 0)
            if visible < 0:
                self.report.changed("usage.arithmetic", self.usage_at(u, "output"), u.output)
            out["candidatesTokenCount"] = max(visible, 0)
        if u.reasoning is not None:
            out["thoughtsTokenCount"] = u.reasoning
        if u.total == 0 and any(out.values()):
            # Here a total of 0 is one that is left out.
            self.report.changed("usage.total", self.usage_at(u, "total"), u.total)
        elif u.total is not None:
            out["totalTokenCount"] = u.total
        elif u.input is not None and u.output is not None:
            out["totalTokenCount"] = u.input + max(u.output, u.reasoning or 0)
        at = self.usage_at(u, "input")
        if u.cache_write and u.reported.get(at.rpartition("/")[2]) != u.input:
            # What the cache took is told nowhere here, only as a part of the whole.
            self.report.changed("usage.counting", at, u.input)
        if (tier := self.tier_in(u)) is not None:
            out["serviceTier"] = SERVICE_TIER.write[tier]
        for listed in LISTS:
            if entries := self._entries(u, listed):
                out[listed.key] = entries
        self.usage(u, "cache_write", modalities=MODALITIES)
        return out

    def _entries(self, u: Usage, listed: Listed) -> list[Json]:
        """What `u` counts by modality, as a list has it: "default values are omitted"."""
        out: list[Json] = []
        counts = u.modalities or {}
        for word, means in listed.words.items() if counts else ():
            if count := counts.get(means):
                self.link(f"/usageMetadata/{listed.key}/{len(out)}", self.usage_at(u, means))
                out.append({"modality": word, "tokenCount": count})
        return out


def hidden(token: str, thought: bool = False) -> Json:
    """A part that shows nothing, and that the client brings back as it is."""
    return {"text": "", **({"thought": True} if thought else {}), "thoughtSignature": token}


# --- errors ---------------------------------------------------------------------------------------------------


def write_error(e: Error, report: Report, home: bool) -> tuple[int, Any]:
    """Status and body of an error."""
    if home:
        return e.status or ERRORS[e.type].status, home_error(e)
    word = e.type if e.type in ERRORS else error_word(e.status)
    row = ERRORS[word]
    status = told_status(e.status, word, _STATUS)
    if e.param is not None:
        report.dropped("error.param", f"{e.at}/param", e.param)
    error: Json = {"code": status, "message": told_message(e, GEMINI, report), "status": row.gemini}
    details: list[Json] = []
    if e.code is not None:
        reason = REASONS.write.get(str(e.code), str(e.code))
        details.append({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason})
    if e.retry_after is not None and is_seconds(e.retry_after):
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{e.retry_after}s"})
    if details:
        error["details"] = details
    return status, {"error": error}


def asked_error(body: Any, asked: Request | None) -> Any:
    """An error body for who asked: "streamGenerateContent without alt=sse wraps the HTTP error body in an array"."""
    array = asked is not None and (asked.spelling or {}).get("framing") == "array"
    return [body] if array and type(body) is dict else body


# 529, 402 and 413 are not Google's: RESOURCE_EXHAUSTED is 429, and what is too large a 400.
_STATUS = {"overloaded": 503, "billing": 429, "too_large": 400}
