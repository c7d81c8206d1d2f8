"""The official OpenAI SDK as a reader of Chat and legacy Completions, over real HTTP, strict."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import openai
from openai.lib.streaming.chat import ChatCompletionStreamState

from tests.judges.loopback import Answer, Loopback
from tests.judges.seen import Call, SdkError, Seen

SSE = "text/event-stream; charset=utf-8"
# get_final_completion() refuses these by design, whatever was received.
UNFINISHED = ("length", "content_filter")
_REQUEST: dict[str, Any] = {"model": "any", "messages": [{"role": "user", "content": "any"}]}


class OpenAIJudge:
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
        """A whole response, or with another status an error, as `create()` gives it."""
        answer = Answer(body, status, headers=headers or {})
        return _caught(lambda: _of_completion(self._create(answer)))

    def error(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> Seen | SdkError:
        return self.response(body, status, headers)

    def completion(self, body: bytes) -> Any:
        """The SDK's own object."""
        return self._create(Answer(body))

    def stream_raw(self, data: bytes) -> Seen | SdkError:
        """The chunks of `create(stream=True)`, put together here."""
        return _caught(lambda: self._raw(data))

    def stream_helper(self, data: bytes) -> Seen | SdkError:
        """What `chat.completions.stream()` has accumulated, and its final completion where it gives one."""
        return _caught(lambda: self._helped(data))

    def stream_state(self, data: bytes) -> Any:
        """The snapshot of a ChatCompletionStreamState fed with the raw chunks; raises what the SDK raises."""
        state: ChatCompletionStreamState[Any] = ChatCompletionStreamState()
        with self._chunks(data) as chunks:
            for chunk in chunks:
                state.handle_chunk(chunk)
        return state.current_completion_snapshot

    def _create(self, answer: Answer) -> Any:
        headers = self._server.ready(answer)
        return self._client.chat.completions.create(**_REQUEST, extra_headers=headers)

    def _chunks(self, data: bytes) -> openai.Stream[Any]:
        headers = self._server.ready(Answer(data, content_type=SSE))
        return self._client.chat.completions.create(**_REQUEST, stream=True, extra_headers=headers)  # type: ignore[no-any-return]

    def _raw(self, data: bytes) -> Seen:
        text, reasoning, refusal = [], [], []
        calls: dict[int, list[str]] = {}
        finish = usage = model = identity = None
        with self._chunks(data) as chunks:
            for chunk in chunks:
                model, identity = model or chunk.model, identity or chunk.id
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    if choice.index:
                        continue
                    delta = choice.delta
                    text.append(delta.content or "")
                    refusal.append(delta.refusal or "")
                    reasoning.append(_reasoning(delta))
                    finish = finish or choice.finish_reason
                    for piece in delta.tool_calls or []:
                        call = calls.setdefault(piece.index, ["", "", ""])
                        call[0] += piece.id or ""
                        # A custom call, which the SDK's type of a piece does not know, is an extra there.
                        custom = (piece.model_extra or {}).get("custom") or {}
                        if piece.function is not None:
                            call[1] += piece.function.name or ""
                            call[2] += piece.function.arguments or ""
                        call[1] += custom.get("name") or ""
                        call[2] += custom.get("input") or ""
        return Seen(
            text="".join(text),
            reasoning="".join(reasoning),
            calls=tuple(Call(*calls[index]) for index in sorted(calls)),
            finish=finish,
            usage=_usage(usage),
            refusal="".join(refusal),
            model=model,
            id=identity,
        )

    def _helped(self, data: bytes) -> Seen:
        headers = self._server.ready(Answer(data, content_type=SSE))
        texts: list[str] = []
        with self._client.chat.completions.stream(**_REQUEST, extra_headers=headers) as stream:
            for event in stream:
                if event.type == "content.delta":
                    texts.append(event.delta)
            snapshot = stream.current_completion_snapshot
            seen = _of_completion(snapshot)
            if seen.finish not in UNFINISHED:
                final = _of_completion(stream.get_final_completion())
                if final != seen:
                    raise AssertionError(f"get_final_completion() {final} differs from the snapshot {seen}")
        if not snapshot.choices[1:] and "".join(texts) != seen.text:
            raise AssertionError(f"content.delta events say {''.join(texts)!r}, the snapshot {seen.text!r}")
        return seen


class CompletionsJudge:
    """`client.completions`. In streams it is lax: its one type for both wants a finish reason in every chunk."""

    def __init__(self, server: Loopback, *, strict: bool = True) -> None:
        self._server = server
        self._client, self._lax = (
            openai.OpenAI(
                api_key="none",
                base_url=f"{server.url}/v1",
                max_retries=0,
                timeout=30,
                http_client=openai.DefaultHttpxClient(trust_env=False),
                _strict_response_validation=held,
            )
            for held in (strict, False)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self._lax.close()

    def response(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Seen | SdkError:
        """A whole response, or with another status an error, as `create()` gives it."""
        ready = self._server.ready(Answer(body, status, headers=headers or {}))
        return _caught(
            lambda: _of_texts([self._client.completions.create(model="any", prompt="any", extra_headers=ready)])
        )

    def error(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> Seen | SdkError:
        return self.response(body, status, headers)

    def stream_raw(self, data: bytes) -> Seen | SdkError:
        """The chunks of `create(stream=True)`, put together here; no chunk but the last of a choice has a finish."""
        return _caught(lambda: self._raw(data))

    def _raw(self, data: bytes) -> Seen:
        headers = self._server.ready(Answer(data, content_type=SSE))
        with self._lax.completions.create(model="any", prompt="any", stream=True, extra_headers=headers) as chunks:
            return _of_texts(list(chunks))


def _of_texts(whole: list[Any]) -> Seen:
    """The first choice of a completion, or of the chunks of one."""
    choices = [choice for one in whole for choice in one.choices if not choice.index]
    if not choices:
        raise AssertionError("no choice of index 0")
    if any(choice.finish_reason for choice in choices[:-1]):
        raise AssertionError("a choice goes on after its end")
    return Seen(
        text="".join(choice.text for choice in choices),
        finish=choices[-1].finish_reason,
        usage=_usage(next((one.usage for one in reversed(whole) if one.usage), None)),
        model=whole[0].model,
        id=whole[0].id,
    )


def _caught(read: Callable[[], Seen]) -> Seen | SdkError:
    """Whatever goes wrong inside the SDK is a finding, so every exception is told, none let through."""
    try:
        return read()
    except openai.APIError as error:
        status = getattr(error, "status_code", None)
        legal = not isinstance(error, openai.APIResponseValidationError)
        return SdkError(type(error).__name__, str(error), status, legal, error.type, error.code)
    except Exception as error:
        return SdkError(type(error).__name__, str(error), None, legal=False)


def _of_completion(completion: Any) -> Seen:
    choice = next((one for one in completion.choices if not one.index), None)
    if choice is None:
        raise AssertionError("no choice of index 0")
    message = choice.message
    calls = []
    for call in message.tool_calls or []:
        function = getattr(call, "function", None)
        inner = call.custom if function is None else function
        calls.append(Call(call.id, inner.name, (inner.input if function is None else inner.arguments) or ""))
    return Seen(
        text=(message.content or "") + (message.audio.transcript if message.audio is not None else ""),
        reasoning=_reasoning(message),
        calls=tuple(calls),
        finish=choice.finish_reason,
        usage=_usage(completion.usage),
        refusal=message.refusal or "",
        model=completion.model,
        id=completion.id,
    )


def _reasoning(message: Any) -> str:
    extras = message.model_extra or {}
    found = extras.get("reasoning_content") or extras.get("reasoning") or ""
    return found if isinstance(found, str) else ""


def _usage(usage: Any) -> dict[str, int | None]:
    if usage is None:
        return {}
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return {
        "input": usage.prompt_tokens,
        "output": usage.completion_tokens,
        "total": usage.total_tokens,
        "cached": prompt.cached_tokens if prompt else None,
        "cache_write": prompt.cache_write_tokens if prompt else None,
        "reasoning": completion.reasoning_tokens if completion else None,
    }
