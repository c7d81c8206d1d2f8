"""What an agent sends: the first request, and after each answer the turn of the assistant and the results of its calls.

Three kinds of client, by what of the assistant's turn they bring back:
every     every field of it
typed     the fields that the official SDK's types have
standard  the fields that the dialect's own service documents

Two more of Gemini's streams, of which nobody merges the chunks:
contents  every chunk is a Content of the history, as in the chats of Google's own SDK
parts     one Content with the parts of all chunks
"""

from __future__ import annotations

import copy
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

Json = dict[str, Any]
KINDS = ("every", "typed", "standard")
PIECES = ("contents", "parts")
SCHEMA: Json = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
SYSTEM, QUESTION = "Be brief.", "Where is it warmer, in Graz or in Linz?"
RESULT = "12 degrees"


class Client(ABC):
    """One agent. `body` is its next request; `path` the target of it, where the dialect keeps things there."""

    path: str | None = None

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.body: Json = {}

    @abstractmethod
    def take(self, answer: Json) -> None:
        """Add the assistant's turn and the results of its calls."""


class Chat(Client):
    """OpenAI Chat and the shape with visible thinking."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        tool = {"name": "weather", "description": "The weather", "parameters": SCHEMA}
        turns: list[Json] = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]
        self.body = {"model": "m", "messages": turns, "tools": [{"type": "function", "function": tool}]}

    def take(self, answer: Json) -> None:
        message = copy.deepcopy(answer["choices"][0]["message"])
        if self.kind == "typed":
            from openai.types.chat import ChatCompletionMessage

            message = _typed(ChatCompletionMessage, message)
        if self.kind == "standard":
            message = _only(message, ("role", "content", "tool_calls"))
            for call in message.get("tool_calls", ()):
                call["function"] = _only(call["function"], ("name", "arguments"))
            if "tool_calls" in message:
                message["tool_calls"] = [_only(c, ("id", "type", "function")) for c in message["tool_calls"]]
        calls = message.get("tool_calls") or ()
        results = [{"role": "tool", "tool_call_id": c["id"], "content": RESULT} for c in calls]
        self.body = {**self.body, "messages": [*self.body["messages"], message, *results]}


class Responses(Client):
    """OpenAI Responses, stateless: the items of the answer are the next input."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        tool = {"type": "function", "name": "weather", "description": "The weather", "parameters": SCHEMA}
        turns = [{"role": "user", "content": QUESTION}]
        self.body = {"model": "m", "instructions": SYSTEM, "input": turns, "tools": [tool], "store": False}

    FIELDS: ClassVar[Json] = {
        "reasoning": ("id", "type", "summary", "encrypted_content"),
        "message": ("id", "type", "role", "status", "content", "phase"),
        "function_call": ("id", "type", "call_id", "name", "arguments", "status"),
    }

    def take(self, answer: Json) -> None:
        items = copy.deepcopy(answer["output"])
        if self.kind == "typed":
            from openai.types.responses import Response

            fields = {"tools": [], "tool_choice": "auto", "parallel_tool_calls": True}
            parsed = Response.model_validate({**fields, **answer, "output": items})
            items = [_typed(type(item), item.model_dump(mode="json", exclude_unset=True)) for item in parsed.output]
        if self.kind == "standard":
            items = [_only(item, self.FIELDS[item["type"]]) for item in items]
        results = [
            {"type": "function_call_output", "call_id": item["call_id"], "output": RESULT}
            for item in items
            if item["type"] == "function_call"
        ]
        self.body = {**self.body, "input": [*self.body["input"], *items, *results]}


class Messages(Client):
    """Anthropic Messages."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        tool = {"name": "weather", "description": "The weather", "input_schema": SCHEMA}
        turns = [{"role": "user", "content": QUESTION}]
        self.body = {"model": "m", "max_tokens": 999, "system": SYSTEM, "messages": turns, "tools": [tool]}

    FIELDS: ClassVar[Json] = {
        "text": ("type", "text"),
        "thinking": ("type", "thinking", "signature"),
        "redacted_thinking": ("type", "data"),
        "tool_use": ("type", "id", "name", "input", "caller"),
    }

    def take(self, answer: Json) -> None:
        blocks = copy.deepcopy(answer["content"])
        if self.kind == "typed":
            from anthropic.types import Message

            usage = {"input_tokens": 0, "output_tokens": 0}
            parsed = Message.model_validate({"usage": usage, **answer, "content": blocks})
            blocks = [_typed(type(b), b.model_dump(mode="json", exclude_unset=True)) for b in parsed.content]
        if self.kind == "standard":
            blocks = [_only(b, self.FIELDS.get(b["type"], tuple(b))) for b in blocks]
        turns: list[Json] = [*self.body["messages"], {"role": "assistant", "content": blocks}]
        results = [
            {"type": "tool_result", "tool_use_id": b["id"], "content": RESULT}
            for b in blocks
            if b["type"] == "tool_use"
        ]
        self.body = {**self.body, "messages": [*turns, *([{"role": "user", "content": results}] if results else [])]}


class Gemini(Client):
    """Gemini generateContent."""

    path = "/v1beta/models/m:generateContent"

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        tool = {"name": "weather", "description": "The weather", "parametersJsonSchema": SCHEMA}
        turns = [{"role": "user", "parts": [{"text": QUESTION}]}]
        system = {"parts": [{"text": SYSTEM}]}
        tools = [{"functionDeclarations": [tool]}]
        self.body = {"contents": turns, "systemInstruction": system, "tools": tools}

    def take(self, answer: Json) -> None:
        content = copy.deepcopy(answer["candidates"][0]["content"])
        if self.kind == "typed":
            from google.genai.types import Content

            # The SDK holds signatures as bytes, and writes them in the other base64 alphabet.
            content = Content.model_validate(content).model_dump(mode="json", by_alias=True, exclude_none=True)
        if self.kind == "standard":
            fields = ("text", "thought", "thoughtSignature", "functionCall")
            content = {"role": "model", "parts": [_only(part, fields) for part in content["parts"]]}
        self.add([content])

    def take_chunks(self, chunks: list[Json]) -> None:
        """The same from the chunks of a stream, as they came."""
        contents = [c["content"] for chunk in chunks for c in chunk.get("candidates", ()) if "content" in c]
        if self.kind == "parts":
            contents = [{"role": "model", "parts": [part for content in contents for part in content["parts"]]}]
        self.add(contents)

    def add(self, contents: list[Json]) -> None:
        results = []
        for part in [part for content in contents for part in content["parts"]]:
            call = part.get("functionCall")
            if call is not None:
                named = _only(call, ("id", "name"))
                results.append({"functionResponse": {**named, "response": {"output": RESULT}}})
        turns = [*self.body["contents"], *contents]
        self.body = {**self.body, "contents": [*turns, *([{"role": "user", "parts": results}] if results else [])]}


class Completions(Client):
    """Legacy Completions: the prompt grows by what was answered. It has no tools, and no turns."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.body = {"model": "m", "prompt": QUESTION, "max_tokens": 99}

    def take(self, answer: Json) -> None:
        self.body = {**self.body, "prompt": f"{self.body['prompt']}\n{answer['choices'][0]['text']}\nAnd then?"}


def _only(value: Json, names: tuple[str, ...]) -> Json:
    return {key: item for key, item in value.items() if key in names}


def _typed(kind: Any, value: Json) -> Json:
    """A message as the SDK's type knows it: what the type has no field for is gone."""
    parsed = kind.model_validate(value)
    known: Json = json.loads(parsed.model_dump_json(exclude_unset=True, include=set(type(parsed).model_fields)))
    for name, field in list(known.items()):
        inner = getattr(parsed, name)
        if type(field) is list:
            known[name] = [
                _typed(type(one), said) if hasattr(one, "model_fields_set") else said
                for one, said in zip(inner, field, strict=True)
            ]
        elif hasattr(inner, "model_fields_set"):
            known[name] = _typed(type(inner), field)
    return {key: item for key, item in known.items() if item is not None}


CLIENTS: dict[str, Callable[[str], Client]] = {
    "openai-chat": Chat,
    "openai-responses": Responses,
    "anthropic-messages": Messages,
    "openai-completions": Completions,
    "gemini": Gemini,
    "claude-thinking": Chat,
}
