"""The official Anthropic SDK as a reader of messages, streams and errors, over real HTTP, in strict mode."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import anthropic

from tests.judges.loopback import Answer, Loopback
from tests.judges.seen import Call, SdkError, Seen, json_text

SSE = "text/event-stream; charset=utf-8"
_REQUEST: dict[str, Any] = {
    "model": "any",
    "max_tokens": 16,
    "messages": [{"role": "user", "content": "any"}],
}


class AnthropicJudge:
    """One client for a whole session of tests; close it, or use it as a context."""

    def __init__(self, server: Loopback, *, strict: bool = True) -> None:
        self._server = server
        self._client = anthropic.Anthropic(
            api_key="none",
            base_url=server.url,
            max_retries=0,
            timeout=30,
            http_client=anthropic.DefaultHttpxClient(trust_env=False),
            _strict_response_validation=strict,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def response(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Seen | SdkError:
        """A whole response, or with another status an error, as `create()` gives it."""
        answer = Answer(body, status, headers=headers or {})
        return _caught(lambda: _of_message(self._create(answer)))

    def error(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> Seen | SdkError:
        return self.response(body, status, headers)

    def stream_raw(self, data: bytes) -> Seen | SdkError:
        """The events of `create(stream=True)`, put together here."""
        return _caught(lambda: self._raw(data))

    def stream_helper(self, data: bytes) -> Seen | SdkError:
        """The final message of `messages.stream()`."""
        return _caught(lambda: self._helped(data))

    def stream_state(self, data: bytes) -> Any:
        """The SDK's own final message; raises what the SDK raises."""
        headers = self._server.ready(Answer(data, content_type=SSE))
        with self._client.messages.stream(**_REQUEST, extra_headers=headers) as stream:
            return stream.get_final_message()

    def _create(self, answer: Answer) -> Any:
        return self._client.messages.create(**_REQUEST, extra_headers=self._server.ready(answer))

    def _raw(self, data: bytes) -> Seen:
        headers = self._server.ready(Answer(data, content_type=SSE))
        texts: dict[str, list[str]] = {"text": [], "thinking": []}
        calls: dict[int, list[str]] = {}
        inputs: dict[int, Any] = {}
        opened: list[int] = []
        finish = model = identity = None
        usage: dict[str, Any] = {}
        with self._client.messages.create(**_REQUEST, stream=True, extra_headers=headers) as events:
            for event in events:
                if event.type == "message_start":
                    model, identity = event.message.model, event.message.id
                    usage.update(_given(event.message.usage))
                elif event.type == "content_block_start":
                    _expect(event.index == len(opened), f"block {event.index} opens after {opened}")
                    opened.append(event.index)
                    block = event.content_block
                    if block.type in texts:
                        texts[block.type].append(getattr(block, block.type))
                    elif block.type == "tool_use":
                        calls[event.index] = [block.id, block.name, ""]
                        inputs[event.index] = block.input
                elif event.type == "content_block_delta":
                    _expect(event.index in opened, f"a delta for block {event.index}, which is not open")
                    delta = event.delta
                    if delta.type == "text_delta":
                        texts["text"].append(delta.text)
                    elif delta.type == "thinking_delta":
                        texts["thinking"].append(delta.thinking)
                    elif delta.type == "input_json_delta" and event.index in calls:
                        calls[event.index][2] += delta.partial_json
                elif event.type == "message_delta":
                    finish = event.delta.stop_reason
                    usage.update(_given(event.usage))
        for index, call in calls.items():
            call[2] = call[2] or json_text(inputs[index] or {})
        return Seen(
            text="".join(texts["text"]),
            reasoning="".join(texts["thinking"]),
            calls=tuple(Call(*calls[index]) for index in sorted(calls)),
            finish=finish,
            usage=_usage(usage),
            model=model,
            id=identity,
        )

    def _helped(self, data: bytes) -> Seen:
        headers = self._server.ready(Answer(data, content_type=SSE))
        with self._client.messages.stream(**_REQUEST, extra_headers=headers) as stream:
            told = "".join(event.text for event in stream if event.type == "text")
            seen = _of_message(stream.get_final_message())
        _expect(told == seen.text, f"text events say {told!r}, the final message {seen.text!r}")
        return seen


def _expect(holds: bool, complaint: str) -> None:
    if not holds:
        raise AssertionError(complaint)


def _caught(read: Callable[[], Seen]) -> Seen | SdkError:
    """Whatever goes wrong inside the SDK is a finding, so every exception is told, none let through."""
    try:
        return read()
    except anthropic.APIError as error:
        status = getattr(error, "status_code", None)
        legal = not isinstance(error, anthropic.APIResponseValidationError)
        return SdkError(type(error).__name__, str(error), status, legal, _error_type(error.body))
    except Exception as error:
        return SdkError(type(error).__name__, str(error), None, legal=False)


def _error_type(body: object) -> str | None:
    inner = body.get("error") if isinstance(body, dict) else None
    found = inner.get("type") if isinstance(inner, dict) else None
    return found if isinstance(found, str) else None


def _of_message(message: Any) -> Seen:
    return Seen(
        text="".join(block.text for block in message.content if block.type == "text"),
        reasoning="".join(block.thinking for block in message.content if block.type == "thinking"),
        calls=tuple(
            Call(block.id, block.name, json.dumps(block.input, ensure_ascii=False))
            for block in message.content
            if block.type == "tool_use"
        ),
        finish=message.stop_reason,
        usage=_usage(_given(message.usage)),
        model=message.model,
        id=message.id,
    )


def _given(usage: Any) -> dict[str, Any]:
    """The fields that the SDK read as something: a null or absent one erases nothing."""
    shown = usage.to_dict(mode="json", warnings=False)
    return {name: value for name, value in shown.items() if value is not None}


def _usage(usage: dict[str, Any]) -> dict[str, int | None]:
    read, write = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    whole = (usage.get("input_tokens") or 0) + (read or 0) + (write or 0)
    details = usage.get("output_tokens_details") or {}
    return {
        "input": whole,
        "output": usage.get("output_tokens"),
        "total": whole + (usage.get("output_tokens") or 0),
        "cached": read,
        "cache_write": write,
        "reasoning": details.get("thinking_tokens"),
    }
