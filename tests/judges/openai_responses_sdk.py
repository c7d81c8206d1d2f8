"""The official OpenAI SDK as a reader of Responses documents, streams and errors, over real HTTP, strict.

And what it should see: `plain_responses` of a document of its own dialect, `expect_chat_as_responses` and
`expect_anthropic_as_responses` of the others', `expect_from_responses` what their clients should see of ours. As in
`expectation`, nothing here knows the library. A finish is the status, with the reason behind a slash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import openai

from tests.judges.expectation import CUT_SHORT, expect_from_chat, plain_anthropic, plain_chat
from tests.judges.loopback import Answer, Loopback
from tests.judges.openai_sdk import SSE
from tests.judges.seen import Call, OneOf, SdkError, Seen

Json = dict[str, Any]

_REQUEST: dict[str, Any] = {"model": "any", "input": "any"}
_UNFINISHED = ("response.incomplete", "response.failed")

# --- the judge ------------------------------------------------------------------------------------------------


class ResponsesJudge:
    """One client for a whole session of tests; close it, or use it as a context."""

    def __init__(self, server: Loopback, *, strict: bool = True) -> None:
        self._server = server
        self._client = openai.OpenAI(
            api_key="none",
            base_url=f"{server.url}/v1",
            max_retries=0,
            timeout=30,
            http_client=openai.DefaultHttpxClient(trust_env=False),
            _strict_response_validation=strict,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def response(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Seen | SdkError:
        """A whole response, or with another status an error, as `create()` gives it; a failed one is an error."""
        return _caught(lambda: _of_response(self.document(body, status, headers)))

    def error(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> Seen | SdkError:
        return self.response(body, status, headers)

    def document(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Any:
        """The SDK's own object; raises what the SDK raises."""
        ready = self._server.ready(Answer(body, status, headers=headers or {}))
        return self._client.responses.create(**_REQUEST, extra_headers=ready)

    def stream_raw(self, data: bytes) -> Seen | SdkError:
        """The events of `create(stream=True)`, put together here: of texts and arguments the deltas alone."""
        return _caught(lambda: self._raw(data))

    def stream_helper(self, data: bytes) -> Seen | SdkError:
        """What `responses.stream()` gives as final response, and of an incomplete one what its last event holds."""
        return _caught(lambda: _of_response(self._helped(data)))

    def stream_state(self, data: bytes) -> Any:
        """The SDK's own final response; raises what the SDK raises."""
        return self._helped(data)

    def _raw(self, data: bytes) -> Seen:
        headers = self._server.ready(Answer(data, content_type=SSE))
        told: dict[str, list[str]] = {"text": [], "refusal": [], "reasoning": []}
        calls: dict[int, list[str]] = {}
        final: Any = None
        numbers: list[int | None] = []
        with self._client.responses.create(**_REQUEST, stream=True, extra_headers=headers) as events:
            for event in events:
                _expect(final is None, f"{event.type} after the end")
                numbers.append(getattr(event, "sequence_number", None))
                if event.type == "response.output_item.added":
                    item = event.item
                    if item is not None and item.type in ("function_call", "custom_tool_call"):
                        calls[event.output_index] = [item.call_id, item.name, ""]
                elif event.type in _TOLD:
                    told[_TOLD[event.type]].append(event.delta)
                elif event.type in ("response.function_call_arguments.delta", "response.custom_tool_call_input.delta"):
                    _expect(event.output_index in calls, f"a delta for item {event.output_index}, which is no call")
                    calls[event.output_index][2] += event.delta
                elif event.type in ("response.completed", *_UNFINISHED):
                    final = event.response
                elif event.type == "error":
                    raise _Failed(event.code, event.message)
        _expect(numbers == list(range(len(numbers))), f"the events are numbered {numbers}")
        _expect(final is not None, "no terminal event")
        whole = _of_response(final)
        return replace(
            whole,
            text="".join(told["text"]),
            refusal="".join(told["refusal"]),
            reasoning="".join(told["reasoning"]),
            calls=tuple(Call(*calls[index]) for index in sorted(calls)),
        )

    def _helped(self, data: bytes) -> Any:
        headers = self._server.ready(Answer(data, content_type=SSE))
        last: Any = None
        texts: list[str] = []
        helper: Any = self._client.responses
        with helper.stream(**_REQUEST, extra_headers=headers) as stream:
            for event in stream:
                if event.type == "response.output_text.delta":
                    texts.append(event.delta)
                elif event.type in _UNFINISHED:
                    last = event.response
                elif event.type == "error":
                    raise _Failed(event.code, event.message)
            final = last or stream.get_final_response()
        if final.status == "failed":
            return final
        said = "".join(texts)
        _expect(said == _of_output(final, "text"), f"the deltas say {said!r}, the final response otherwise")
        return final


# event -> what of a response its deltas tell
_TOLD = {
    "response.output_text.delta": "text",
    "response.refusal.delta": "refusal",
    "response.reasoning_summary_text.delta": "reasoning",
    "response.reasoning_text.delta": "reasoning",
}


class _Failed(Exception):
    """A failure that the SDK passes on as an event or as a status instead of raising it."""

    def __init__(self, code: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code


def _expect(holds: bool, complaint: str) -> None:
    if not holds:
        raise AssertionError(complaint)


def _caught(read: Callable[[], Seen]) -> Seen | SdkError:
    """Whatever goes wrong inside the SDK is a finding, so every exception is told, none let through."""
    try:
        return read()
    except _Failed as error:
        return SdkError("Failed", str(error), None, True, None, error.code)
    except openai.APIError as error:
        status = getattr(error, "status_code", None)
        legal = not isinstance(error, openai.APIResponseValidationError)
        return SdkError(type(error).__name__, str(error), status, legal, error.type, error.code)
    except Exception as error:
        return SdkError(type(error).__name__, str(error), None, legal=False)


def _of_response(response: Any) -> Seen:
    """A response that failed is a failure, whatever its HTTP status."""
    if response.error is not None or response.status in ("failed", "cancelled"):
        raise _Failed(getattr(response.error, "code", None), getattr(response.error, "message", str(response.status)))
    calls = []
    for item in response.output:
        if item.type == "function_call":
            calls.append(Call(item.call_id, item.name, item.arguments))
        elif item.type == "custom_tool_call":
            calls.append(Call(item.call_id, item.name, item.input))
    details = response.incomplete_details
    return Seen(
        text=_of_output(response, "text"),
        reasoning=_of_reasoning(response),
        calls=tuple(calls),
        finish=_finish(response.status, details and details.reason),
        usage=_usage(response.usage),
        refusal=_of_output(response, "refusal"),
        model=response.model,
        id=response.id,
    )


def _of_output(response: Any, name: str) -> str:
    kind = "output_text" if name == "text" else name
    parts = (part for item in response.output if item.type == "message" for part in item.content)
    return "".join(getattr(part, name) for part in parts if part.type == kind)


def _of_reasoning(response: Any) -> str:
    items = (item for item in response.output if item.type == "reasoning")
    return "".join(part.text for item in items for part in item.summary or item.content or [])


def _usage(usage: Any) -> dict[str, Any]:
    if usage is None:
        return {}
    before, after = usage.input_tokens_details, usage.output_tokens_details
    return {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "total": usage.total_tokens,
        "cached": before.cached_tokens if before else None,
        "cache_write": getattr(before, "cache_write_tokens", None),
        "reasoning": after.reasoning_tokens if after else None,
    }


def _finish(status: Any, reason: Any) -> str:
    return f"{status}/{reason}" if reason else str(status)


# --- what a client of Responses should see ----------------------------------------------------------------------

CUT_OFF = "incomplete/max_output_tokens"
FROM_CHAT = {
    "stop": "completed",
    "tool_calls": "completed",
    "function_call": "completed",
    "length": CUT_OFF,
    "content_filter": "incomplete/content_filter",
}
FROM_ANTHROPIC = {
    "end_turn": "completed",
    "stop_sequence": "completed",
    "tool_use": "completed",
    "max_tokens": CUT_OFF,
    "model_context_window_exceeded": CUT_OFF,
    "refusal": "incomplete/content_filter",
    "pause_turn": OneOf(("incomplete", CUT_OFF, "completed")),
    "compaction": OneOf(("incomplete", CUT_OFF)),
}
# Words that no table knows: nothing that looks like a success, unless there are calls to go on with.
ANY_CUT = OneOf(("incomplete", CUT_OFF, "incomplete/content_filter", "completed"))
_LONGEST_ID = 64


def expect_chat_as_responses(document: Json) -> Seen:
    """What a client of Responses should see of a Chat document: its first choice."""
    seen = plain_chat(document)
    choice = min(document["choices"], key=lambda choice: choice.get("index") or 0)
    legacy = (choice.get("message") or {}).get("function_call")
    calls = seen.calls
    if isinstance(legacy, dict) and legacy.get("name") and not calls:
        calls = (Call(None, legacy["name"], legacy.get("arguments") or ""),)
    return _as_responses(replace(seen, calls=calls), FROM_CHAT)


def expect_anthropic_as_responses(document: Json, raw_inputs: Mapping[int, str] | None = None) -> Seen:
    """What a client of Responses should see of a message: no steps of tools that the vendor ran."""
    return _as_responses(plain_anthropic(document, raw_inputs), FROM_ANTHROPIC)


def _as_responses(seen: Seen, words: Mapping[str, Any]) -> Seen:
    finish = words.get(str(seen.finish), ANY_CUT)
    if seen.calls and seen.finish not in CUT_SHORT:
        finish = "completed"
    calls = tuple(call if _fits(call.id) else Call(None, call.name, call.arguments) for call in seen.calls)
    usage = dict(seen.usage)
    for name in ("cached", "cache_write", "reasoning"):
        if name in usage and usage[name] is None:
            usage[name] = OneOf((None, 0))  # the types want a number, an honest writer has none
    whole, parts = usage.get("total"), (usage.get("input") or 0, usage.get("output") or 0)
    if usage and whole != sum(parts):  # what to believe is left open
        usage["total"] = OneOf((whole, sum(parts)))
        if isinstance(whole, int):
            usage["output"] = OneOf((usage.get("output"), whole - parts[0]))
    return replace(seen, calls=calls, finish=finish, usage=usage, id=None)


def _fits(identity: str | None) -> bool:
    return identity is not None and 0 < len(identity) <= _LONGEST_ID


def plain_responses(document: Json) -> Seen:
    """What a client of Responses sees of a document of its own dialect."""
    details = document.get("incomplete_details") or {}
    return Seen(
        text="".join(_texts(document, "output_text", "text")),
        reasoning="".join(text for texts in _thoughts(document) for text in texts),
        calls=tuple(_calls(document)),
        finish=_finish(document.get("status"), details.get("reason")),
        usage=_plain_usage(document.get("usage")),
        refusal="".join(_texts(document, "refusal", "refusal")),
        model=document.get("model"),
        id=document.get("id"),
    )


def _items(document: Json, *kinds: str) -> Iterator[Json]:
    return (item for item in document.get("output") or [] if item.get("type") in kinds)


def _texts(document: Json, kind: str, field: str) -> Iterator[str]:
    for item in _items(document, "message"):
        yield from (part.get(field) or "" for part in item.get("content") or [] if part.get("type") == kind)


def _thoughts(document: Json) -> Iterator[list[str]]:
    for item in _items(document, "reasoning"):
        yield [part.get("text") or "" for part in item.get("summary") or item.get("content") or []]


def _calls(document: Json) -> Iterator[Call]:
    for item in _items(document, "function_call", "custom_tool_call"):
        told = item.get("arguments") if item["type"] == "function_call" else item.get("input")
        yield Call(item.get("call_id"), item.get("name") or "", told or "")


def _plain_usage(usage: Any) -> dict[str, Any]:
    if not isinstance(usage, dict):
        return {}
    before, after = usage.get("input_tokens_details") or {}, usage.get("output_tokens_details") or {}
    return {
        "input": usage.get("input_tokens"),
        "output": usage.get("output_tokens"),
        "total": usage.get("total_tokens"),
        "cached": before.get("cached_tokens"),
        "cache_write": before.get("cache_write_tokens"),
        "reasoning": after.get("reasoning_tokens"),
    }


# --- what the others' clients should see of a response ----------------------------------------------------------

TO_CHAT_REASON = {"max_output_tokens": "length", "content_filter": "content_filter"}


def fails(document: Any) -> bool:
    """A document under status 200 that is no success: an error, or a response that failed."""
    if not isinstance(document, dict) or document.get("error"):
        return True
    return document.get("status") in ("failed", "cancelled") or not isinstance(document.get("output"), list)


def unfinished(document: Json) -> bool:
    """A response in the background that is still to come: nothing can be expected of it."""
    return document.get("status") in ("queued", "in_progress")


def expect_from_responses(document: Json, target: str, *, streamed: bool = False) -> Seen:
    """What a client of openai-chat or anthropic-messages should see of a response."""
    chat = as_chat(document)
    if target == "anthropic-messages":
        seen = expect_from_chat(chat, streamed=streamed)
    else:
        seen = plain_chat(chat)
    reason = (document.get("incomplete_details") or {}).get("reason")
    if document.get("status") == "incomplete" and reason not in TO_CHAT_REASON:
        seen = replace(seen, finish=OneOf(("length", "max_tokens", "pause_turn")))
    elif target == "openai-chat" and seen.refusal and seen.finish == "stop":
        seen = replace(seen, finish=OneOf(("stop", "content_filter")))
    usage = dict(seen.usage)
    if usage and usage.get("total") is None and not isinstance(usage["output"], OneOf):
        usage["total"] = OneOf((None, (usage["input"] or 0) + (usage["output"] or 0)))
    return replace(seen, id=None, usage=usage)


def as_chat(document: Json) -> Json:
    """The response as a Chat document, by the table of the two dialects."""
    calls: list[Json] = []
    for item in _items(document, "function_call", "custom_tool_call"):
        if item["type"] == "function_call":
            inner: Json = {"function": {"name": item.get("name"), "arguments": item.get("arguments")}}
        else:
            inner = {"type": "custom", "custom": {"name": item.get("name"), "input": item.get("input")}}
        calls.append({"id": item.get("call_id"), "type": "function"} | inner)
    thoughts = [text for texts in _thoughts(document) for text in texts]
    message: Json = {"role": "assistant", "content": "".join(_texts(document, "output_text", "text"))}
    message |= {"reasoning_content": "".join(thoughts), "refusal": "".join(_texts(document, "refusal", "refusal"))}
    if calls:
        message["tool_calls"] = calls
    finish = "tool_calls" if calls else "stop"
    if document.get("status") == "incomplete":
        finish = TO_CHAT_REASON.get(str((document.get("incomplete_details") or {}).get("reason")), "length")
    choice = {"index": 0, "message": message, "finish_reason": finish}
    found: Json = {"id": document.get("id"), "model": document.get("model"), "choices": [choice]}
    usage = document.get("usage")
    if isinstance(usage, dict):
        found["usage"] = {
            "prompt_tokens": usage.get("input_tokens"),
            "completion_tokens": usage.get("output_tokens"),
            "total_tokens": usage.get("total_tokens"),
            "prompt_tokens_details": usage.get("input_tokens_details"),
            "completion_tokens_details": usage.get("output_tokens_details"),
        }
    return found


def in_one_line(seen: Seen) -> Seen:
    """The sight with its reasoning in one line: how paragraphs of summaries are put together is left open."""
    return replace(seen, reasoning="".join(seen.reasoning.split()))
