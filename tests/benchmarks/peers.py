"""The peers, as their own programs call them; each is loaded by name, so that the others run where one is missing.

A peer's time holds the JSON text in and out, as ours does. Where a peer has no entry point for a piece of work,
it is not in the table, and docs/performance.md says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import orjson

from .streams import payloads

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or it asks the network while it is imported

Work = Callable[[], object]
ROSETTA, ROSETTA_FAST = "llm-rosetta", "llm-rosetta with orjson"
LITELLM, LITELLM_USERS = "LiteLLM", "LiteLLM as users call it"
ANY_LLM = "any-llm"
PEERS = (ROSETTA, ROSETTA_FAST, LITELLM, LITELLM_USERS, ANY_LLM)
_PACKAGES = {"llm-rosetta": "llm_rosetta", "litellm": "litellm", "any-llm-sdk": "any_llm"}
_WORDS = {
    "openai-chat": "openai_chat",
    "openai-responses": "openai_responses",
    "anthropic-messages": "anthropic",
    "gemini": "google",
}


def versions() -> dict[str, str]:
    """The version of every peer that is installed."""
    out = {}
    for name in _PACKAGES:
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            pass
    return out


# --- llm-rosetta: ConversionPipeline, as its gateway uses it ------------------------------------------------------


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pipeline(client: str, upstream: str) -> Any:
    return import_module("llm_rosetta").ConversionPipeline(_WORDS[client], _WORDS[upstream])


def rosetta_request(data: bytes, source: str, target: str, fast: bool) -> Work:
    """A request through a pipeline of its own: "one-shot, create a new instance per request"."""
    loads, dumps = (orjson.loads, orjson.dumps) if fast else (json.loads, _plain)
    return lambda: dumps(_pipeline(source, target).convert_request(loads(data)))


def rosetta_response(data: bytes, source: str, target: str, fast: bool) -> Work:
    """A response between the two converters; the pipeline would want its request first."""
    loads, dumps = (orjson.loads, orjson.dumps) if fast else (json.loads, _plain)
    module = import_module("llm_rosetta")
    reader = module.get_converter_for_provider(_WORDS[source])
    writer = module.get_converter_for_provider(_WORDS[target])

    def work() -> object:
        context = module.ConversionContext()
        read = reader.response_from_provider(loads(data), context=context)
        return dumps(writer.response_to_provider(read, context=context))

    return work


def _asked(client: str) -> Any:
    """The request whose answer is streamed."""
    said = [{"role": "user", "content": "Hi"}]
    if client == "openai-responses":
        return {"model": "m", "input": said, "stream": True}
    return {"model": "m", "messages": said, "stream": True, "max_tokens": 64}


def rosetta_stream(records: list[bytes], source: str, target: str, fast: bool) -> Work:
    """A stream through the pipeline's processor. As shipped: its own SSE parser and formatter.

    With orjson: no framing beyond finding the data, and orjson in place of json.
    """
    texts = payloads(records)
    formatter = import_module("llm_rosetta.gateway.transport.sse_format").SSE_FORMATTERS[_WORDS[target]]
    events = import_module("llm_rosetta._vendor.sse").EventSource
    whole = [record.decode() for record in records]

    def processor() -> Any:
        pipeline = _pipeline(target, source)
        pipeline.convert_request(_asked(target))
        return pipeline.create_stream_processor()

    def shipped() -> None:
        step = processor().process_chunk
        for event in events(line for record in whole for line in record.split("\n")[:-1]):
            if event.data != "[DONE]":
                for chunk in step(json.loads(event.data)):
                    formatter(chunk).encode()

    def quick() -> None:
        step = processor().process_chunk
        for text in texts:
            for chunk in step(orjson.loads(text)):
                b"data: " + orjson.dumps(chunk) + b"\n\n"

    return quick if fast else shipped


# --- LiteLLM: its transformation classes -------------------------------------------------------------------------


def litellm_request(data: bytes) -> Work:
    """Chat -> Anthropic: map_openai_params and transform_request, which `completion` calls one after the other."""
    config = import_module("litellm.llms.anthropic.chat.transformation").AnthropicConfig()

    def work() -> object:
        body = json.loads(data)
        model, messages = body.pop("model"), body.pop("messages")
        params = config.map_openai_params(body, {}, model, drop_params=True)
        return json.dumps(config.transform_request(model, messages, params, {}, {}))

    return work


def litellm_response(data: bytes) -> Work:
    """Anthropic -> Chat: transform_parsed_response into its ModelResponse."""
    config = import_module("litellm.llms.anthropic.chat.transformation").AnthropicConfig()
    model_response = import_module("litellm").ModelResponse
    raw = import_module("httpx").Response(200, content=data)

    def work() -> object:
        return config.transform_parsed_response(json.loads(data), raw, model_response()).model_dump_json()

    return work


def litellm_stream(records: list[bytes]) -> Work:
    """Anthropic -> Chat: the parser class alone, and each chunk as JSON text."""
    parser = import_module("litellm.llms.anthropic.chat.handler").ModelResponseIterator
    lines = [line for record in records for line in record.decode().split("\n")]

    def work() -> None:
        for chunk in parser(iter(lines), sync_stream=True):
            if type(chunk) is not dict:  # what it makes of lines without data
                f"data: {chunk.model_dump_json(exclude_none=True)}\n\n".encode()

    return work


def litellm_users(records: list[bytes]) -> Work:
    """Anthropic -> Chat: the wrapper that `completion(stream=True)` returns, and each chunk as JSON text."""
    handler = import_module("litellm.llms.anthropic.chat.handler")
    wrapper = import_module("litellm").CustomStreamWrapper
    logging = import_module("litellm.litellm_core_utils.litellm_logging").Logging
    lines = [line for record in records for line in record.decode().split("\n")]

    def work() -> None:
        log = logging("claude-sonnet-4-5", [], True, "completion", datetime.now(), "1", "1")
        log.model_call_details.update(litellm_params={}, optional_params={})
        chunks = handler.ModelResponseIterator(iter(lines), sync_stream=True)
        stream = wrapper(chunks, model="claude-sonnet-4-5", custom_llm_provider="anthropic", logging_obj=log)
        for chunk in stream:
            f"data: {chunk.model_dump_json(exclude_none=True)}\n\n".encode()

    return work


# --- any-llm: the functions of its providers, between the SDKs' types ----------------------------------------------


def any_request(data: bytes) -> Work:
    """Chat -> Anthropic: CompletionParams in, keywords of the SDK's client out."""
    convert = import_module("any_llm.providers.anthropic.utils")._convert_params
    params = import_module("any_llm.types.completion").CompletionParams

    def work() -> object:
        body = json.loads(data)
        return json.dumps(convert(params(model_id=body.pop("model"), **body), provider_name="anthropic"))

    return work


def any_response(data: bytes) -> Work:
    """Anthropic -> Chat, from the SDK's Message."""
    convert = import_module("any_llm.providers.anthropic.utils")._convert_response
    message = import_module("anthropic.types").Message
    return lambda: convert(message.model_validate_json(data)).model_dump_json()


def any_stream(records: list[bytes], source: str) -> Work:
    """Anthropic -> Chat and Chat -> Anthropic, from the SDKs' own event types; framing is not part of it."""
    texts = payloads(records)
    if source == "openai-chat":
        compat = import_module("any_llm.utils.messages_compat")
        chunks = import_module("any_llm.types.completion").ChatCompletionChunk

        def backward() -> None:
            state = compat.StreamingState()
            for text in texts:
                chunk = chunks.model_validate_json(text)
                for event in compat.chat_completion_chunk_to_message_stream_events(chunk, state):
                    event.model_dump_json()

        return backward
    convert = import_module("any_llm.providers.anthropic.utils")._create_openai_chunk_from_anthropic_chunk
    adapter = import_module("pydantic").TypeAdapter
    reader: Any = adapter(import_module("anthropic.types").RawMessageStreamEvent)

    def work() -> None:
        for text in texts:
            convert(reader.validate_json(text), "claude-sonnet-4-5").model_dump_json()

    return work
