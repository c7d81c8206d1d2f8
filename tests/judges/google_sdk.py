"""The official Google SDK as a reader of Gemini responses, streams and errors, over real HTTP; and what is to be seen.

`plain_gemini` says what a Gemini client sees of a Gemini document, `expect_from_gemini` what a client of another
dialect should, `expect_at_gemini` what a Gemini client should see of what a client of another dialect sees. Nothing of
the library is in them.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import httpx
from google import genai
from google.genai import errors, types

from tests.judges.loopback import Answer, Loopback
from tests.judges.seen import SPELLABLE, Call, OneOf, SdkError, Seen, is_json, json_text

Json = dict[str, Any]
SSE = "text/event-stream; charset=utf-8"
NO_ID = "none"


class GoogleJudge:
    """One client for a whole session of tests; close it, or use it as a context.

    strict: what the SDK only warns of (unknown words of an enum) and what it drops in silence (a part of a kind that it
    does not know, in `stream_helper` a turn with a chunk that has no parts) is a fault as well. A call without an id,
    which is paired by name and order, is seen with the id `NO_ID`.
    """

    def __init__(self, server: Loopback, *, strict: bool = True) -> None:
        self._server = server
        self._strict = strict
        self._http = httpx.Client(trust_env=False, timeout=30)
        options = types.HttpOptions(base_url=server.url, httpx_client=self._http)
        self._client = genai.Client(api_key="none", vertexai=False, http_options=options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self._http.close()

    def response(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Seen | SdkError:
        """A whole response, or with another status an error, as `generate_content()` gives it."""
        return self._caught(lambda: self._seen([self._whole(Answer(body, status, headers=headers or {}))]))

    def error(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> Seen | SdkError:
        return self.response(body, status, headers)

    def stream_raw(self, data: bytes) -> Seen | SdkError:
        """The chunks of `generate_content_stream()`, put together here."""
        return self._caught(lambda: self._seen(self._chunks(data)))

    def stream_helper(self, data: bytes) -> Seen | SdkError:
        """What `chats.send_message_stream()` gives, and keeps of it for the next turn."""
        return self._caught(lambda: self._chatted(data))

    def _config(self, answer: Answer) -> types.GenerateContentConfig:
        headers = self._server.ready(answer)
        return types.GenerateContentConfig(
            http_options=types.HttpOptions(headers=headers),
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            automatic_continuation=False,
        )

    def _whole(self, answer: Answer) -> types.GenerateContentResponse:
        return self._client.models.generate_content(model="any", contents="any", config=self._config(answer))

    def _chunks(self, data: bytes) -> Iterator[types.GenerateContentResponse]:
        config = self._config(Answer(data, content_type=SSE))
        return self._client.models.generate_content_stream(model="any", contents="any", config=config)

    def _chatted(self, data: bytes) -> Seen:
        chat = self._client.chats.create(model="any", config=self._config(Answer(data, content_type=SSE)))
        seen = self._seen(chat.send_message_stream("any"))
        kept = [part for content in chat.get_history(curated=True)[1:] for part in content.parts or []]
        told = "".join(part.text or "" for part in kept if not part.thought)
        calls = sum(part.function_call is not None for part in kept)
        if self._strict and (told, calls) != (seen.text, len(seen.calls)):
            kept_and_told = f"{told!r} and {calls} calls of {seen.text!r} and {len(seen.calls)}"
            raise AssertionError(f"the history does not keep what was told: {kept_and_told}")
        return seen

    def _seen(self, chunks: Any) -> Seen:
        """The first candidate of one response or of the chunks of a stream."""
        text: list[str] = []
        reasoning: list[str] = []
        calls: list[Call] = []
        finish = model = identity = None
        usage: Json = {}
        for chunk in chunks:
            model, identity = model or chunk.model_version, identity or chunk.response_id
            if chunk.usage_metadata is not None:
                usage |= chunk.usage_metadata.model_dump(exclude_none=True, by_alias=True)
            if chunk.prompt_feedback is not None and chunk.prompt_feedback.block_reason is not None:
                finish = finish or chunk.prompt_feedback.block_reason.value
            for candidate in chunk.candidates or []:
                if candidate.index:
                    continue
                if candidate.finish_reason is not None:
                    finish = finish or candidate.finish_reason.value
                for part in (candidate.content and candidate.content.parts) or []:
                    if self._strict and part == types.Part():
                        raise AssertionError("a part that the SDK sees nothing in")
                    if part.text is not None:
                        (reasoning if part.thought else text).append(part.text)
                    call = part.function_call
                    if call is not None:
                        arguments = json.dumps(call.args or {}, ensure_ascii=False)
                        calls.append(Call(call.id or NO_ID, call.name or "", arguments))
        return Seen(
            text="".join(text),
            reasoning="".join(reasoning),
            calls=tuple(calls),
            finish=finish,
            usage=_counts(usage),
            model=model,
            id=identity,
        )

    def _caught(self, read: Callable[[], Seen]) -> Seen | SdkError:
        """Whatever goes wrong inside the SDK is a finding, so every exception is told, none let through."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error" if self._strict else "ignore")
                return read()
        except errors.APIError as error:
            return SdkError(
                type(error).__name__, error.message or "", error.code, isinstance(error.code, int), error.status
            )
        except Exception as error:
            return SdkError(type(error).__name__, str(error), None, legal=False)


def _counts(usage: Mapping[str, Any]) -> dict[str, int | None]:
    """What usageMetadata says; a count of zero is left out there."""
    if not usage:
        return {}
    thoughts = usage.get("thoughtsTokenCount")
    return {
        "input": (usage.get("promptTokenCount") or 0) + (usage.get("toolUsePromptTokenCount") or 0),
        "output": (usage.get("candidatesTokenCount") or 0) + (thoughts or 0),
        "total": usage.get("totalTokenCount"),
        "cached": usage.get("cachedContentTokenCount"),
        "reasoning": thoughts,
    }


# --- what is to be seen -------------------------------------------------------------------------------------

_FILTERS = (
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
)
TO_CHAT: dict[str, Any] = {"STOP": "stop", "MAX_TOKENS": "length", **dict.fromkeys(_FILTERS, "content_filter")}
TO_ANTHROPIC: dict[str, Any] = {"STOP": "end_turn", "MAX_TOKENS": "max_tokens", **dict.fromkeys(_FILTERS, "refusal")}
# Enums may come as numbers; the two services agree on these.
_NUMBERS = ("FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER")
# Every other word is of something that did not go well: not to be taken for a plain end.
CHAT_OTHER = OneOf(("length", "content_filter"))
ANTHROPIC_OTHER = OneOf(("max_tokens", "refusal", "pause_turn", "model_context_window_exceeded"))
_OTHER = {"stop": CHAT_OTHER, "end_turn": ANTHROPIC_OTHER}
_CALLED = {"stop": "tool_calls", "end_turn": "tool_use"}
_BLOCKED = {"stop": "content_filter", "end_turn": "refusal"}
FROM_CHAT: dict[str, Any] = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "function_call": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": OneOf(_FILTERS),
}
FROM_ANTHROPIC: dict[str, Any] = {
    "end_turn": "STOP",
    "stop_sequence": "STOP",
    "tool_use": "STOP",
    "max_tokens": "MAX_TOKENS",
    "model_context_window_exceeded": "MAX_TOKENS",
    "refusal": OneOf(_FILTERS),
}
# Words that no table knows: something legal has to be said, and that is all that is asked.
ANY_REASON = OneOf(("STOP", "MAX_TOKENS", "OTHER", "CONTINUATION", "MALFORMED_RESPONSE", *_FILTERS))


def fails(document: Any) -> bool:
    """A document under status 200 that is no success: an error, or neither candidates nor a reason for having none."""
    if not isinstance(document, dict) or document.get("error"):
        return True
    return not document.get("candidates") and not _block_reason(document)


def plain_gemini(document: Json) -> Seen:
    """What a Gemini client sees of a Gemini document: its first candidate."""
    candidate: Json = next((one for one in document.get("candidates") or [] if not one.get("index")), {})
    parts = (candidate.get("content") or {}).get("parts") or []
    calls = [part["functionCall"] for part in parts if part.get("functionCall")]
    return Seen(
        text="".join(part.get("text") or "" for part in parts if not part.get("thought")),
        reasoning="".join(part.get("text") or "" for part in parts if part.get("thought")),
        calls=tuple(Call(call.get("id"), call.get("name") or "", json_text(call.get("args") or {})) for call in calls),
        finish=_word(candidate.get("finishReason")) or _block_reason(document),
        usage=_counts(document.get("usageMetadata") or {}),
        model=document.get("modelVersion"),
        id=document.get("responseId"),
    )


def expect_from_gemini(document: Json, words: Mapping[str, Any]) -> Seen:
    """What a client of another dialect should see; `words`: `TO_CHAT` or `TO_ANTHROPIC`.

    A call without an id, or for Anthropic with one that cannot be spelt there, gets any that can.
    """
    plain = plain_gemini(document)
    stop = words["STOP"]
    finish = words.get(str(plain.finish), _OTHER[stop])
    if not document.get("candidates"):
        finish = _BLOCKED[stop]
    elif plain.calls and finish == stop:
        finish = _CALLED[stop]
    elif plain.calls and isinstance(finish, OneOf):
        finish = OneOf((*finish, _CALLED[stop]))  # a complete call goes before a word that nobody knows
    kept = (lambda word: bool(word)) if stop == "stop" else (lambda word: SPELLABLE.fullmatch(word or ""))
    calls = tuple(call if kept(call.id) else call._replace(id=None) for call in plain.calls)
    return replace(plain, finish=finish, calls=calls, usage=_open_counts(plain.usage), id=None)


def expect_at_gemini(plain: Seen, words: Mapping[str, Any]) -> Seen:
    """What a Gemini client should see of what a client of the source's own dialect sees (`plain_chat`,
    `plain_anthropic`); `words`: `FROM_CHAT` or `FROM_ANTHROPIC`."""
    finish = words.get(str(plain.finish), ANY_REASON)
    if plain.refusal and finish == "STOP":
        finish = OneOf(_FILTERS)
    counts = {key: value for key, value in plain.usage.items() if key != "cache_write"}
    usage = _open_counts(counts) if isinstance(counts.get("output"), int) else counts
    calls = tuple(call._replace(id=call.id or None, arguments=_object(call.arguments)) for call in plain.calls)
    text = plain.text + plain.refusal
    return replace(plain, finish=finish, text=text, refusal="", calls=calls, usage=usage, id=None)


def _object(arguments: str) -> str:
    """The object that a functionCall has to hold: nothing is {}, what is no object is text under `_raw`."""
    if not arguments.strip():
        return "{}"
    if is_json(arguments) and isinstance(json.loads(arguments), dict):
        return arguments
    return json_text({"_raw": arguments})


def _word(reason: Any) -> Any:
    return _NUMBERS[reason] if isinstance(reason, int) and reason < len(_NUMBERS) else reason


def _block_reason(document: Json) -> Any:
    return (document.get("promptFeedback") or {}).get("blockReason")


def _open_counts(counts: dict[str, Any]) -> dict[str, Any]:
    """Where a total does not add up, or more was thought than said in all, the thoughts may be within the output or
    beside it: both will do."""
    if not counts:
        return counts
    total, output, thoughts = counts.get("total"), counts["output"], counts.get("reasoning")
    thoughts = thoughts if isinstance(thoughts, int) else 0  # nought, or unknown
    if total in (None, counts["input"] + output) and thoughts <= output:
        return {key: value for key, value in counts.items() if key != "total" or value is not None}
    outputs = [output, thoughts, output + thoughts, output - thoughts]
    outputs += [] if total is None else [total - counts["input"]]
    return {key: value for key, value in counts.items() if key != "total"} | {"output": OneOf(outputs)}
