"""An answer out of the object that its schema was wrapped in.

OpenAI's structured output wants an object at the root of a schema, so that a client's schema of a list goes up as the
one property `value` of an object, and the answer says `{"value":["a"]}`. Whoever asked for a list wants `["a"]`, and
who asked for a bare word of a list of words (Gemini's `text/x.enum`) wants the word. What the client asked for decides,
by the rule that wrapped it; a text that does not begin as such an object is given as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from .dialects.base import Dialect
from .errors import DragomanError
from .events import Event, PartDelta, PartEnd, PartStart
from .jsontext import loads
from .model import Citation, Part, Request, Response, Text
from .report import Report
from .tables import WRAPPED, is_rooted

_BLANKS = " \t\n\r"
_BLANK = r"[ \t\n\r]*"
_TOKENS: tuple[str, ...] = ("{", *f'"{WRAPPED}"', ":")
_HEAD = re.compile(rf'{_BLANK}\{{{_BLANK}"{WRAPPED}"{_BLANK}:{_BLANK}(?=[^ \t\n\r,}}])')


def _beginnings() -> re.Pattern[str]:
    """What may still become the head of such an object: every token may be the last, with blanks between them."""
    inside = range(2, len(_TOKENS) - 1)  # between the quotes
    out = ""
    for i, token in reversed(list(enumerate(_TOKENS))):
        out = rf"(?:{'' if i in inside else _BLANK}{re.escape(token)}{out})?"
    return re.compile(rf"{out}{_BLANK}")


_BEGINNING = _beginnings()
_MARK = re.compile(r'["\\{}\[\],]')
_LONGEST = 1 << 10  # characters: a longer head is none, so that one of blanks without end is not kept


class _Inside:
    """A text in pieces: the value inside, as soon as it is there. The same however the text is cut.

    taken: how many characters stood before the value. rest: what stood beside it, and is in nobody's schema.
    """

    __slots__ = ("_blanks", "_depth", "_escaped", "_held", "_quoted", "_state", "rest", "taken")

    def __init__(self) -> None:
        self._state = "head"  # then value, and behind it; or plain, for a text of another form
        self._held = self.rest = ""
        self._blanks: list[str] = []  # behind a value that may be whole
        self._depth = self.taken = 0
        self._quoted = self._escaped = False

    def feed(self, text: str) -> str:
        """What one more piece settles."""
        if self._state == "head":
            text = self._held + text
            found = _HEAD.match(text)
            if found is not None and found.end() > _LONGEST:
                found = None
            waits = found is None and len(text) <= _LONGEST and _BEGINNING.fullmatch(text)
            self._held = text if waits else ""
            if waits:
                return ""
            self._state = "plain" if found is None else "value"
            self.taken = found.end() if found is not None else 0
            text = text[self.taken :]
        if self._state == "value":
            end = self._end(text)
            said = text[:end]
            # Blanks behind a value that is whole stand before the brace, as a rule.
            plain = said if self._depth or self._quoted else said.rstrip(_BLANKS)
            before, blanks = "", said[len(plain) :]
            if plain:
                before, self._blanks = "".join(self._blanks), []
            if blanks:
                self._blanks.append(blanks)
            plain = before + plain
            if end == len(text):
                return plain
            self._state = "behind"
            text = text[end:].removeprefix("}")
        else:
            plain = text if self._state == "plain" else ""
        if self._state == "behind":
            self.rest = (self.rest + text) if self.rest else text.lstrip(_BLANKS)
        return plain

    def close(self) -> str:
        """What is left at the end of the text: its beginning, if that is all there is."""
        return self._held

    def _end(self, text: str) -> int:
        """Where in `text` the value ends: at the brace that closes the object around it, or before another key."""
        passed = 0 if self._escaped and text else -1
        self._escaped = self._escaped and not text
        for found in _MARK.finditer(text):
            at, mark = found.start(), found[0]
            if at == passed:
                continue
            if mark == "\\":
                if self._quoted:
                    passed = at + 1
                    self._escaped = passed == len(text)
            elif mark == '"':
                self._quoted = not self._quoted
            elif self._quoted:
                continue
            elif mark in "{[":
                self._depth += 1
            elif self._depth:
                self._depth -= mark != ","
            elif mark != "]":
                return at
        return len(text)


class _Word:
    """A text that is to be a bare word: it is one once it is whole."""

    taken = 0

    def __init__(self, wrapped: bool) -> None:
        self._inside = _Inside() if wrapped else None
        self._pieces: list[str] = []
        self.rest = ""

    def feed(self, text: str) -> str:
        """Nothing is settled before the end."""
        self._pieces.append(self._inside.feed(text) if self._inside is not None else text)
        return ""

    def close(self) -> str:
        """The word that the JSON text is; any other text as it is."""
        text = "".join(self._pieces)
        if self._inside is not None:
            text += self._inside.close()
            self.rest = self._inside.rest
        try:
            word = loads(text)
        except DragomanError:
            return text
        return word if type(word) is str else text


class Unwrapping:
    """The way of an answer to a client whose schema was wrapped: whole, or as it comes."""

    __slots__ = ("bare", "open", "report", "wrapped")

    def __init__(self, wrapped: bool, bare: bool, report: Report) -> None:
        self.wrapped, self.bare, self.report = wrapped, bare, report
        self.open: dict[tuple[int, int], tuple[Text, _Inside | _Word]] = {}

    def response(self, r: Response) -> Response:
        """The whole answer, with what its texts say inside."""
        candidates = [
            replace(c, message=replace(c.message, parts=[self.part(part) for part in c.message.parts]))
            for c in r.candidates
        ]
        return replace(r, candidates=candidates)

    def part(self, part: Part) -> Part:
        """One part of an answer."""
        if not _is_said(part):
            return part
        inside = self.inside()
        said = inside.feed(part.text) + inside.close()
        self.beside(part, inside.rest)
        cited = part.citations and [_moved(c, inside.taken) for c in part.citations]
        return replace(part, text=said, citations=cited)

    def inside(self) -> _Inside | _Word:
        """What takes the pieces of one text."""
        return _Word(self.wrapped) if self.bare else _Inside()

    def beside(self, part: Text, rest: str) -> None:
        """Report what stood beside the value."""
        if rest:
            self.report.changed("format.value", part.at, rest)

    def through(self, events: list[Event]) -> list[Event]:
        """What the events of a stream become."""
        return [one for event in events for one in self.send(event)]

    def send(self, event: Event) -> Iterator[Event]:
        """What one event becomes."""
        if type(event) is PartStart and _is_said(event.part):
            inside = self.inside()
            self.open[event.candidate, event.index] = event.part, inside
            event = replace(event, part=replace(event.part, text=inside.feed(event.part.text)))
        elif type(event) is PartDelta and (event.candidate, event.index) in self.open:
            _, inside = self.open[event.candidate, event.index]
            if event.field == "citation":
                event = replace(event, value=_moved(event.value, inside.taken))
            elif event.field == "text":
                event = replace(event, value=inside.feed(event.value))
                if not event.value and not event.extra:
                    return
        elif type(event) is PartEnd and (event.candidate, event.index) in self.open:
            part, inside = self.open.pop((event.candidate, event.index))
            left = inside.close()
            if left:
                yield PartDelta(event.candidate, event.index, "text", left)
            if event.part is not None:
                event = replace(event, part=self.part(event.part))
            else:
                self.beside(part, inside.rest)
        yield event


def _is_said(part: Part) -> TypeGuard[Text]:
    """Whether a part is text of the answer itself; what a sound says is none."""
    return isinstance(part, Text) and not part.transcript


def _moved(c: Citation, taken: int) -> Citation:
    """A citation that counts the characters of the text, where so many of them are gone from its head."""
    start, end = (place if place is None else max(place - taken, 0) for place in (c.start, c.end))
    return replace(c, start=start, end=end)


def unwrapping(source: Dialect | None, target: Dialect, request: Request | None, report: Report) -> Unwrapping | None:
    """The way of an answer of `source` to whoever asked `request` of `target`; None where there is nothing to do."""
    if source is None or request is None or source.documents == target.documents:
        return None
    asked = request.output
    if asked is None or asked.kind != "json_schema":
        return None
    wrapped, bare = source.rooted and not is_rooted(asked.schema), target.bare(request)
    return Unwrapping(wrapped, bare, report) if wrapped or bare else None
