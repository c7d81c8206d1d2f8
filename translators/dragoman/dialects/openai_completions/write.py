"""Legacy Completions: responses out. Canonical responses -> `text_completion` bodies."""

from __future__ import annotations

from typing import Any

from ...ids import derived
from ...model import Candidate, Json, Part, Reasoning, Refusal, Response, Text, ToolCall, Usage
from ...registry import find
from ...report import Report
from ...tables import drop_extra, tells_probabilities
from ..base import Context, Writer, opaque_code
from ..openai_shape import usage_of
from ..probabilities import columns_of
from .home import home_response
from .words import FINISH, FINISH_NEAREST


def write_response(r: Response, report: Report, home: bool, context: Context) -> Json:
    """The `text_completion` body that says `r`."""
    if home:
        return home_response(r)
    return ResponseWriter(r.dialect, report, context).body(r)


class ResponseWriter(Writer):
    """One response, or the ends of a stream."""

    __slots__ = ()

    def __init__(self, dialect: str, report: Report, context: Context) -> None:
        super().__init__(find(dialect), report, context)

    def body(self, r: Response) -> Json:
        out = self.envelope(r)
        if r.created is None:
            self.no_time(out)
        out["choices"] = [self.choice(c, i) for i, c in enumerate(sorted(r.candidates, key=lambda c: c.index))]
        if not r.candidates:
            # A prompt that was blocked gives no candidate elsewhere; here a choice must say so.
            self.report.invented("candidate.missing", "/choices/0", None)
            out["choices"] = [{"text": "", "index": 0, "logprobs": None, "finish_reason": "content_filter"}]
        if r.usage is not None:
            out["usage"] = self.usage_of(r.usage)
        if r.service_tier is not None:
            self.tier(r)
        self.drop(r)
        return out

    def tier(self, r: Response) -> None:
        """Report the service tier, which has no place here."""
        self.report.dropped("envelope.service_tier", self.where(r, "service_tier"), r.service_tier)

    def envelope(self, r: Response) -> Json:
        report = self.report
        identity = r.id
        if not identity:
            identity = derived(r.model, "cmpl", 0)
            report.invented("envelope.id", "/id", identity)
        if r.model is None:
            report.invented("envelope.model", "/model", "")
        out: Json = {"id": identity, "object": "text_completion", "created": self.seconds(r)}
        out["model"] = r.model or ""
        if r.fingerprint is not None:
            out["system_fingerprint"] = r.fingerprint
        return out

    def no_time(self, out: Json) -> None:
        """The creation time that the source does not tell."""
        out["created"] = self.context.now or 0
        self.report.invented("envelope.created", "/created", out["created"])

    def choice(self, c: Candidate, position: int) -> Json:
        self.link(f"/choices/{position}", c.at)
        said: list[Part] = []
        for part in c.message.parts:
            self.part(part, said)
        if said:
            self.link(f"/choices/{position}/text", said[0].at)
        self.drop(c.message)
        self.drop(c)
        probabilities = self.logprobs(c, c.logprobs)
        calls = any(isinstance(part, ToolCall) for part in c.message.parts)
        refused = any(isinstance(part, Refusal) and part.text for part in said)
        self.link(f"/choices/{position}/finish_reason", self.where(c, "finish_reason"))
        return {
            "text": "".join(part.text for part in said if isinstance(part, (Text, Refusal))),
            "index": c.index,
            "logprobs": probabilities,
            "finish_reason": self.finish(c, calls, refused),
        }

    def part(self, part: Part, said: list[Part]) -> None:
        """Append `part` to what is said as text, or report why it is not."""
        if isinstance(part, (Text, Refusal)):
            if len(said) == 1:
                self.report.changed("text.joined", said[0].at)
            if said:
                self.report.changed("text.joined", part.at)
            if isinstance(part, Refusal):
                self.report.changed("refusal.as_text", part.at, part.text)
            else:
                self.cache(part)
                for c in part.citations or ():
                    self.report.dropped("citation.unsupported", c.at, c.value)
            self.drop(part)
            said.append(part)
        elif isinstance(part, Reasoning):
            self.report.dropped("reasoning.unsupported", part.at, part)
            if part.state is not None:
                self.lose_state(part, part.state)
        else:
            code = "tool_call.unsupported" if isinstance(part, ToolCall) else opaque_code(part)
            self.report.dropped(code, part.at, part)

    def logprobs(self, c: Candidate, value: Any, start: int = 0) -> Json | None:
        """Log probabilities: rows with bytes elsewhere, columns with offsets here. start: the characters before."""
        at = self.where(c, "logprobs")
        if type(value) is dict and value.get("refusal"):
            self.report.dropped("logprobs.unsupported", f"{at}/refusal", value["refusal"])
            value = {key: item for key, item in value.items() if key != "refusal"}
        if type(value) is dict and "content" in value:
            beside = {k: v for k, v in value.items() if k not in ("content", "refusal") and v is not None}
            drop_extra(self.report, beside, at, {})
            value = {"content": value["content"]}
        if not tells_probabilities(value):
            return None
        said = columns_of(value, start)
        if said is None:
            self.report.dropped("logprobs.unsupported", at, value)
            return None
        self.report.changed("logprobs.approximated", at, value)
        return said

    def finish(self, c: Candidate, calls: bool, refused: bool) -> str:
        """The finish reason. A call cannot be said here, so an answer that called something is not whole."""
        reason = c.finish_reason
        at = self.where(c, "finish_reason")
        word = FINISH.write.get(reason or "")
        if word == "stop" and calls:
            word = "length"
            self.report.changed("finish.approximated", at, reason)
        elif word == "stop" and refused:
            # "stop + message.refusal" there is a refusal all the same.
            word = "content_filter"
            self.report.changed("finish.refusal", at, reason)
        elif word is None or word in FINISH_NEAREST or (c.spelling or {}).get("finish"):
            word = FINISH_NEAREST.get(reason or "", word or "length")
            self.report.changed("finish.approximated", at, reason)
        if c.stop_sequence is not None:
            self.report.dropped("finish.stop_sequence", self.where(c, "stop_sequence"), c.stop_sequence)
        return word

    def usage_of(self, u: Usage) -> Json:
        """Usage in this dialect's inclusive counting."""
        return usage_of(self, u)
