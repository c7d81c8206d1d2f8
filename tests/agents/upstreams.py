"""What a service answers, turn by turn, as a body and as a stream; and what of it has to come back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
TURNS = 3  # two with calls, and the last word


def messages(turn: int) -> Json:
    """Anthropic: thinking, encrypted thinking, a step of its own tool, calls with thinking between them, one of which a
    program made."""
    thought = {
        "type": "thinking",
        "thinking": f"Turn {turn}: two cities are asked for.",
        "signature": f"EqQB{turn}+/==",
    }
    content: list[Json] = [thought, {"type": "redacted_thinking", "data": f"ErUB{turn}/+=="}]
    if turn == TURNS:
        content += [{"type": "text", "text": "Graz is warmer."}]
    else:
        search = {"type": "server_tool_use", "id": f"srvtoolu_{turn}", "name": "web_search", "input": {"query": "x"}}
        page = {"type": "web_search_result", "url": "https://example.com", "title": "T", "encrypted_content": "EqgfC"}
        found = {"type": "web_search_tool_result", "tool_use_id": f"srvtoolu_{turn}", "content": [page]}
        content += [search, found] if turn == 1 else []
        # A program that runs at Anthropic made the second call of the second turn.
        by: Json = {"caller": {"type": "code_execution_20260120", "tool_id": "srvtoolu_2"}} if turn == 2 else {}
        content += [
            {"type": "text", "text": "I look at both."},
            {"type": "tool_use", "id": f"toolu_{turn}a", "name": "weather", "input": {"city": "Graz"}},
            {"type": "thinking", "thinking": "And now the second one.", "signature": f"EsCB{turn}=="},
            {"type": "tool_use", "id": f"toolu_{turn}b", "name": "weather", "input": {"city": "Linz"}, **by},
        ]
    return {
        "id": f"msg_{turn}",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": content,
        "stop_reason": "end_turn" if turn == TURNS else "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 20},
    }


def named(turn: int) -> Json:
    """Anthropic: the container in which code ran, another one from the second turn on."""
    return {"container": {"id": f"container_{min(turn, 2)}", "expires_at": "2026-01-01T00:00:00Z"}}


def messages_stream(body: Json) -> Iterator[Json]:
    """The same answer as Anthropic's events."""
    shell = {key: value for key, value in body.items() if key != "container"}
    yield {"type": "message_start", "message": {**shell, "content": [], "stop_reason": None}}
    for i, block in enumerate(body["content"]):
        shells: Json = {"thinking": {"thinking": "", "signature": ""}, "text": {"text": ""}, "tool_use": {"input": {}}}
        shell = {**block, **shells.get(block["type"], {})}
        yield {"type": "content_block_start", "index": i, "content_block": shell}
        deltas: list[Json] = []
        if block["type"] == "thinking":
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in halves(block["thinking"])]
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
        elif block["type"] == "text":
            deltas = [{"type": "text_delta", "text": piece} for piece in halves(block["text"])]
        elif block["type"] == "tool_use":
            text = compact(block["input"])
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in halves(text)]
        for delta in deltas:
            yield {"type": "content_block_delta", "index": i, "delta": delta}
        yield {"type": "content_block_stop", "index": i}
    end = {"stop_reason": body["stop_reason"], "stop_sequence": None}
    end |= {"container": body["container"]} if "container" in body else {}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": 20}}
    yield {"type": "message_stop"}


def responses(turn: int) -> Json:
    """OpenAI: reasoning items with summaries and encrypted content, a commentary, and calls with reasoning between."""
    texts = [f"Turn {turn}: two cities are asked for.", "I shall look at both of them."]
    summary = [{"type": "summary_text", "text": text} for text in texts]
    output: list[Json] = [
        {"id": f"rs_{turn}a", "type": "reasoning", "summary": summary, "encrypted_content": f"gAAAAAB{turn}a=="}
    ]
    said = {"type": "output_text", "text": "I look at both.", "annotations": [], "logprobs": []}
    message = {"type": "message", "role": "assistant", "status": "completed", "content": [said]}
    if turn == TURNS:
        output.append({"id": f"msg_{turn}", **message, "phase": "final_answer"})
    else:
        output += [
            {"id": f"msg_{turn}", **message, "phase": "commentary"},
            call_item(f"{turn}a", "Graz"),
            {"id": f"rs_{turn}b", "type": "reasoning", "summary": [], "encrypted_content": f"gAAAAAB{turn}b=="},
            call_item(f"{turn}b", "Linz"),
        ]
    return {
        "id": f"resp_{turn}",
        "object": "response",
        "created_at": 1767225600,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": "gpt-5.6",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
    }


def call_item(name: str, city: str) -> Json:
    """A function_call item."""
    arguments = compact({"city": city})
    known = {"type": "function_call", "name": "weather", "arguments": arguments, "status": "completed"}
    return {"id": f"fc_{name}", "call_id": f"call_{name}", **known}


def responses_stream(body: Json) -> Iterator[Json]:
    """The same answer as OpenAI's events, numbered."""
    for number, event in enumerate(_responses_events(body)):
        yield {**event, "sequence_number": number}


def _responses_events(body: Json) -> Iterator[Json]:
    begun = {**body, "status": "in_progress", "output": []}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for i, item in enumerate(body["output"]):
        here = {"output_index": i}
        shells: Json = {
            "reasoning": {"summary": [], "encrypted_content": None},
            "message": {"content": [], "status": "in_progress"},
            "function_call": {"arguments": "", "status": "in_progress"},
        }
        yield {"type": "response.output_item.added", **here, "item": {**item, **shells.get(item["type"], {})}}
        here["item_id"] = item["id"]
        for j, part in enumerate(item.get("summary", ())):
            spot, name = {**here, "summary_index": j}, "response.reasoning_summary"
            yield {"type": f"{name}_part.added", **spot, "part": {"type": "summary_text", "text": ""}}
            yield {"type": f"{name}_text.delta", **spot, "delta": part["text"]}
            yield {"type": f"{name}_text.done", **spot, "text": part["text"]}
            yield {"type": f"{name}_part.done", **spot, "part": part}
        for j, part in enumerate(item.get("content", ())):
            spot = {**here, "content_index": j}
            yield {"type": "response.content_part.added", **spot, "part": {**part, "text": ""}}
            for piece in halves(part["text"]):
                yield {"type": "response.output_text.delta", **spot, "delta": piece, "logprobs": []}
            yield {"type": "response.output_text.done", **spot, "text": part["text"], "logprobs": []}
            yield {"type": "response.content_part.done", **spot, "part": part}
        if "arguments" in item:
            name = "response.function_call_arguments"
            for piece in halves(item["arguments"]):
                yield {"type": f"{name}.delta", **here, "delta": piece}
            yield {"type": f"{name}.done", **here, "arguments": item["arguments"], "name": item["name"]}
        yield {"type": "response.output_item.done", "output_index": i, "item": item}
    yield {"type": "response.completed", "response": body}


def gemini(turn: int) -> Json:
    """Google: parallel calls of which the first is signed, once without ids; a signed empty text at the end."""
    parts: list[Json] = [{"text": "Two cities are asked for.", "thought": True}]
    if turn == TURNS:
        parts += [{"text": "Graz is warmer."}, {"text": "", "thoughtSignature": f"Q2lnbmVk{turn}w=="}]
    else:
        ids = [{"id": f"call-{turn}{letter}"} if turn == 2 else {} for letter in "ab"]
        calls = [
            {"functionCall": {**named, "name": "weather", "args": {"city": city}}}
            for named, city in zip(ids, ("Graz", "Linz"), strict=True)
        ]
        parts += [{"text": "I look at both."}, {**calls[0], "thoughtSignature": f"Q2FsbA{turn}+/w=="}, calls[1]]
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], "modelVersion": "gemini-3-pro-preview", "responseId": f"resp-{turn}"}


def gemini_stream(body: Json) -> Iterator[Json]:
    """The same answer as Google's chunks: a part each."""
    *_, last = body["candidates"][0]["content"]["parts"]
    for part in body["candidates"][0]["content"]["parts"]:
        candidate: Json = {"content": {"role": "model", "parts": [part]}, "index": 0}
        if part is last:
            candidate["finishReason"] = "STOP"
        yield {**body, "candidates": [candidate]}


def chat(turn: int) -> Json:
    """OpenAI Chat: text and calls; there is no opaque state in this shape."""
    message: Json = {"role": "assistant", "content": "I look at both.", "refusal": None}
    if turn < TURNS:
        message["tool_calls"] = [
            {
                "id": f"call_{turn}{letter}",
                "type": "function",
                "function": {"name": "weather", "arguments": compact({"city": city})},
            }
            for letter, city in (("a", "Graz"), ("b", "Linz"))
        ]
    finish = "stop" if turn == TURNS else "tool_calls"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    head = {"id": f"chatcmpl-{turn}", "object": "chat.completion", "created": 1767225600, "model": "gpt-5"}
    return {**head, "choices": [choice]}


def thinking(turn: int) -> Json:
    """The shape of Chat with visible thinking beside the text."""
    body = chat(turn)
    body["choices"][0]["message"]["reasoning_content"] = "Two cities are asked for."
    return body


def chat_stream(body: Json) -> Iterator[Json]:
    """The same answer as chunks."""
    head = {**body, "object": "chat.completion.chunk"}
    message = body["choices"][0]["message"]
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    if "reasoning_content" in message:
        deltas += [{"reasoning_content": piece} for piece in halves(message["reasoning_content"])]
    deltas += [{"content": piece} for piece in halves(message["content"])]
    for i, call in enumerate(message.get("tool_calls", ())):
        opened = {**call, "index": i, "function": {**call["function"], "arguments": ""}}
        deltas.append({"tool_calls": [opened]})
        for piece in halves(call["function"]["arguments"]):
            deltas.append({"tool_calls": [{"index": i, "function": {"arguments": piece}}]})
    for delta in deltas:
        yield {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]}
    finish = body["choices"][0]["finish_reason"]
    yield {**head, "choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": finish}]}


def litellm(turn: int) -> Json:
    """LiteLLM before Anthropic: visible thinking, and beside it the blocks with their signatures."""
    body = thinking(turn)
    message = body["choices"][0]["message"]
    said = {"type": "thinking", "thinking": message["reasoning_content"], "signature": f"EqQB{turn}+/=="}
    message["thinking_blocks"] = [said, {"type": "redacted_thinking", "data": f"ErUB{turn}/+=="}]
    return body


def litellm_stream(body: Json) -> Iterator[Json]:
    """The same answer as chunks: "text deltas have empty signature and one last delta has the signature"."""
    said, hidden = body["choices"][0]["message"]["thinking_blocks"]
    for chunk in chat_stream(body):
        delta = chunk["choices"][0]["delta"]
        if "content" in delta and delta["content"] and said is not None:
            for block in ({**said, "thinking": ""}, hidden):
                late = {"reasoning_content": "", "thinking_blocks": [block]}
                yield {**chunk, "choices": [{**chunk["choices"][0], "delta": late}]}
            said = None
        if "reasoning_content" in delta:
            delta["thinking_blocks"] = [{**said, "thinking": delta["reasoning_content"], "signature": ""}]
        yield chunk


def openrouter(turn: int) -> Json:
    """OpenRouter before Anthropic: visible thinking, and beside it the details with their signatures."""
    body = chat(turn)
    said = {"text": "Two cities are asked for.", "signature": f"EqQB{turn}+/==", "format": "anthropic-claude-v1"}
    hidden = {"data": f"ErUB{turn}/+==", "format": "anthropic-claude-v1", "index": 1}
    body["choices"][0]["message"] |= {
        "reasoning": said["text"],
        "reasoning_details": [
            {"type": "reasoning.text", **said, "index": 0},
            {"type": "reasoning.encrypted", **hidden},
        ],
    }
    return body


def openrouter_stream(body: Json) -> Iterator[Json]:
    """The same answer as chunks: the details in pieces of one `index`."""
    said, hidden = body["choices"][0]["message"]["reasoning_details"]
    begin, *rest = chat_stream(body)
    yield begin
    deltas: list[Json] = [
        {"reasoning": piece, "reasoning_details": [{**said, "text": piece, "signature": None}]}
        for piece in halves(said["text"])
    ]
    deltas += [{"reasoning_details": [{**said, "text": ""}]}, {"reasoning_details": [hidden]}]
    for delta in deltas:
        yield {**begin, "choices": [{**begin["choices"][0], "delta": delta}]}
    yield from rest


def google(turn: int) -> Json:
    """Google's layer of Chat's shape: the first of two calls is signed."""
    body = chat(turn)
    for call in body["choices"][0]["message"].get("tool_calls", ())[:1]:
        call["extra_content"] = {"google": {"thought_signature": f"Q2FsbA{turn}+/w=="}}
    return body


def google_stream(body: Json) -> Iterator[Json]:
    """The same answer as chunks: "tool_call deltas come without `index` and whole"."""
    head = {**body, "object": "chat.completion.chunk"}
    message = body["choices"][0]["message"]
    calls = [{"tool_calls": [call]} for call in message.get("tool_calls", ())]
    for delta in ({"role": "assistant", "content": message["content"]}, *calls):
        yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": body["choices"][0]["finish_reason"]}]}


def completions(turn: int) -> Json:
    """Legacy Completions: text, and nothing else."""
    choice = {"index": 0, "text": f"Answer {turn}.", "logprobs": None, "finish_reason": "stop"}
    head = {"id": f"cmpl-{turn}", "object": "text_completion", "created": 1767225600, "model": "gpt-3.5-turbo-instruct"}
    return {**head, "choices": [choice]}


def completions_stream(body: Json) -> Iterator[Json]:
    """The same answer as chunks."""
    text = body["choices"][0]["text"]
    for piece, finish in zip((*halves(text), ""), (None, None, "stop"), strict=True):
        yield {**body, "choices": [{"index": 0, "text": piece, "logprobs": None, "finish_reason": finish}]}


def compact(value: Json) -> str:
    """JSON as the services write it."""
    return json.dumps(value, separators=(",", ":"))


def halves(text: str) -> tuple[str, str]:
    """A text in two pieces."""
    return text[: len(text) // 2], text[len(text) // 2 :]


ANSWERS: dict[str, tuple[Callable[[int], Json], Callable[[Json], Iterator[Json]]]] = {
    "openai-chat": (chat, chat_stream),
    "openai-responses": (responses, responses_stream),
    "anthropic-messages": (messages, messages_stream),
    "openai-completions": (completions, completions_stream),
    "gemini": (gemini, gemini_stream),
    "claude-thinking": (thinking, chat_stream),
    "openai-chat+litellm": (litellm, litellm_stream),
    "openai-chat+openrouter": (openrouter, openrouter_stream),
    "openai-chat+google": (google, google_stream),
    "openai-chat+deepseek": (thinking, chat_stream),
}


def framed(dialect: str, events: Iterator[Json]) -> bytes:
    """Events as the bytes that the service sends."""
    out = []
    for event in events:
        name = f"event: {event['type']}\n" if "type" in event else ""
        out.append(f"{name}data: {json.dumps(event)}\n\n".encode())
    return b"".join(out) + (b"data: [DONE]\n\n" if dialect.partition("+")[0] in DONE else b"")


DONE = ("openai-chat", "openai-completions", "claude-thinking")


# --- what has to come back --------------------------------------------------------------------------------------


def sent(dialect: str, body: Json) -> list[Any]:
    """The answer as a list: what the service signed or hid as it is, and around it its texts and calls.

    Visible thinking without state is left out: no service asks for it.
    """
    if dialect == "anthropic-messages":
        return list(body["content"])
    if dialect == "openai-responses":
        return [_item(item) for item in body["output"]]
    if dialect == "gemini":
        return [_part(p) for p in body["candidates"][0]["content"]["parts"] if _kept(p)]
    if dialect == "openai-completions":
        return [body["choices"][0]["text"]]
    return _chat(dialect, body["choices"][0]["message"])


def received(dialect: str, request: Json, turn: int) -> list[Any]:
    """The same list, of turn number `turn` of the assistant in a request."""
    if dialect == "anthropic-messages":
        turns = [m for m in request["messages"] if m["role"] == "assistant"]
        content = turns[turn - 1]["content"]
        return [{"type": "text", "text": content}] if type(content) is str else content
    if dialect == "openai-responses":
        return [_item(item) for item in _turns_of(request["input"])[turn - 1]]
    if dialect == "gemini":
        turns = [c for c in request["contents"] if c["role"] == "model"]
        return [_part(p) for p in turns[turn - 1]["parts"] if _kept(p)]
    turns = [m for m in request["messages"] if m["role"] == "assistant"]
    return _chat(dialect, turns[turn - 1])


def _turns_of(items: list[Json]) -> list[list[Json]]:
    """The items of the assistant, turn by turn."""
    out: list[list[Json]] = []
    last = False
    for item in items:
        mine = item.get("type") in MINE or item.get("role") == "assistant"
        if mine and not last:
            out.append([])
        if mine:
            out[-1].append(item)
        last = mine
    return out


MINE = ("reasoning", "function_call", "code_interpreter_call")


def _item(item: Json) -> Any:
    if item["type"] in ("reasoning", "code_interpreter_call"):
        return item
    if item["type"] == "message":
        content = item["content"]
        texts = [content] if type(content) is str else [part["text"] for part in content]
        return ("text", "".join(texts), item.get("phase"))
    return ("call", item["call_id"], item["name"], item["arguments"])


def _kept(part: Json) -> bool:
    return not part.get("thought") or "thoughtSignature" in part


def _part(part: Json) -> Any:
    call = part.get("functionCall")
    said = ("call", call.get("id"), call["name"], call["args"]) if call is not None else ("text", part.get("text", ""))
    signature = part.get("thoughtSignature")
    return (*said, _plus(signature) if signature is not None else None)


def _plus(signature: str) -> str:
    """Google's own SDK holds a signature as bytes, and writes the other base64 alphabet."""
    return signature.replace("-", "+").replace("_", "/")


def _chat(dialect: str, message: Json) -> list[Any]:
    listed = message.get("thinking_blocks") or message.get("reasoning_details")
    if dialect == "openai-chat+deepseek" and "tool_calls" in message:
        # "turns with tool calls: yes, in all later requests, else 400; turns without: ignored"
        listed = [message["reasoning_content"]] if "reasoning_content" in message else []
    extra = [(i, c["extra_content"]["google"]) for i, c in enumerate(message.get("tool_calls", ())) if len(c) > 3]
    listed = listed or [(i, _plus(one["thought_signature"])) for i, one in extra]
    state = [{"type": "list", "entries": listed}] if listed else []  # one state, of one thinking
    content = message.get("content")
    texts = [content] if type(content) is str else [part["text"] for part in content or ()]
    calls = [(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in message.get("tool_calls", ())]
    return [*state, "".join(texts), *calls]


def opaque(dialect: str, one: Any) -> bool:
    """Whether one entry of such a list is state, or bears it."""
    if type(one) is dict:
        return "caller" in one or one["type"] not in ("text", "tool_use")
    if dialect == "gemini":
        return one[-1] is not None
    return dialect == "openai-responses" and one[0] == "text" and one[2] is not None


def plain(dialect: str, entries: list[Any]) -> list[Any]:
    """The entries without state: what every client has to bring back."""
    out: list[Any] = []
    for one in entries:
        if type(one) is dict and "caller" in one:
            one = {key: value for key, value in one.items() if key != "caller"}
        elif type(one) is dict and opaque(dialect, one):
            continue
        if dialect == "gemini":
            one = [*one[:-1], None]
            if one[:2] == ["text", ""]:
                continue
        elif dialect == "openai-responses" and one[0] == "text":
            one = [*one[:2], None]
        out.append(one)
    return out
