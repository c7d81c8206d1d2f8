"""Documents and streams written by hand, for what recorded traffic rarely shows."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

_ENVELOPE: Json = {"id": "chatcmpl-1", "created": 1_760_000_000, "model": "gpt-test"}
_USAGE: Json = {
    "prompt_tokens": 30,
    "completion_tokens": 12,
    "total_tokens": 42,
    "prompt_tokens_details": {"cached_tokens": 10, "cache_write_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 5},
}


def _completion(message: Json, finish: str | None = "stop", **top: Any) -> Json:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": None, "refusal": None, **message},
        "finish_reason": finish,
        "logprobs": None,
    }
    return {**_ENVELOPE, "object": "chat.completion", "choices": [choice], "usage": _USAGE, **top}


def _call(identity: str, name: str, arguments: str) -> Json:
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def _calls(*calls: Json) -> Json:
    return {"tool_calls": list(calls)}


CHAT_DOCUMENTS: dict[str, Json] = {
    "text": _completion({"content": "Hé\u2028llo 👋"}),
    "empty text": _completion({"content": ""}),
    "two calls and a text": _completion(
        {
            "content": "Look:",
            **_calls(_call("call_1", "f", '{"a": 1.0}'), _call("call_2", "g", '{"b":[1,"ü"]}')),
        },
        "tool_calls",
    ),
    "a call without arguments": _completion(_calls(_call("call_1", "f", "")), "tool_calls"),
    "arguments that are no JSON": _completion(_calls(_call("call_1", "f", '{"a": ')), "tool_calls"),
    "arguments that are no object": _completion(_calls(_call("call_1", "f", "[1, 2]")), "tool_calls"),
    "arguments with a big number": _completion(
        _calls(_call("call_1", "f", '{"n": 18446744073709551615}')), "tool_calls"
    ),
    "a call that stops": _completion(_calls(_call("call_1", "f", "{}")), "stop"),
    "a call cut off": _completion(_calls(_call("call_1", "f", '{"a": "b')), "length"),
    "a call under a filter": _completion(_calls(_call("call_1", "f", "{}")), "content_filter"),
    "an id with dots": _completion(_calls(_call("functions.f:0", "f", "{}")), "tool_calls"),
    "no id": _completion(_calls(_call("", "f", "{}"), _call("", "f", "{}")), "tool_calls"),
    "a custom call": _completion(
        _calls({"id": "call_1", "type": "custom", "custom": {"name": "calc", "input": "4 + 4"}}), "tool_calls"
    ),
    "a legacy call": _completion({"function_call": {"name": "f", "arguments": '{"a":1}'}}, "function_call"),
    "length": _completion({"content": "cut"}, "length"),
    "filter": _completion({"content": "so far"}, "content_filter"),
    "refusal": _completion({"refusal": "I will not."}),
    "reasoning": _completion({"content": "4", "reasoning_content": "2+2"}),
    "reasoning twice": _completion(
        {
            "content": "4",
            "reasoning": "2+2",
            "reasoning_details": [{"type": "reasoning.text", "text": "2+2", "signature": "c2ln", "index": 0}],
        }
    ),
    "reasoning, encrypted only": _completion(
        {"content": "4", "reasoning_details": [{"type": "reasoning.encrypted", "data": "AAAA", "index": 0}]}
    ),
    "parts": _completion(
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}], "closed": True},
                {"type": "text", "text": "yes"},
            ]
        }
    ),
    "no usage": _completion({"content": "x"}, usage=None),
    "usage without details": _completion(
        {"content": "x"}, usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    ),
    "more cached than prompt": _completion(
        {"content": "x"},
        usage={**_USAGE, "prompt_tokens": 5, "total_tokens": 17},
    ),
    "reasoning beside the output": _completion(
        {"content": "x"},
        usage={**_USAGE, "total_tokens": 30 + 12 + 5},
    ),
    "two choices": {
        **_completion({"content": "first"}),
        "choices": [
            *_completion({"content": "first"})["choices"],
            {**_completion({"content": "second"}, "length")["choices"][0], "index": 1},
        ],
    },
    "unknown keys": _completion(
        {"content": "x", "vendor": {"a": [1]}}, provider="P", system_fingerprint="fp", service_tier="default"
    ),
    "url citations": _completion(
        {
            "content": "see there",
            "annotations": [
                {
                    "type": "url_citation",
                    "url_citation": {"url": "https://a.test", "title": "A", "start_index": 0, "end_index": 3},
                }
            ],
        }
    ),
}


def _message(content: list[Json], stop: str | None = "end_turn", **top: Any) -> Json:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 7,
            "cache_creation_input_tokens": 3,
            "cache_read_input_tokens": 20,
            "output_tokens": 11,
            "output_tokens_details": {"thinking_tokens": 4},
            "service_tier": "standard",
        },
        **top,
    }


def _text(text: str, **more: Any) -> Json:
    return {"type": "text", "text": text, **more}


def _tool_use(identity: str, name: str, given: Any) -> Json:
    return {"type": "tool_use", "id": identity, "name": name, "input": given}


_THINKING: Json = {"type": "thinking", "thinking": "2+2", "signature": "c2ln"}
_SEARCH: list[Json] = [
    {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}},
    {
        "type": "web_search_tool_result",
        "tool_use_id": "srvtoolu_1",
        "content": [{"type": "web_search_result", "url": "https://a.test", "title": "A", "encrypted_content": "AA"}],
    },
]
_CITATION: Json = {
    "type": "web_search_result_location",
    "url": "https://a.test",
    "title": "A",
    "encrypted_index": "AA",
    "cited_text": "there",
}

ANTHROPIC_DOCUMENTS: dict[str, Json] = {
    "text": _message([_text("Hé\u2028llo 👋")]),
    "several texts": _message([_text("one "), _text("two", citations=[_CITATION]), _text(" three", citations=[])]),
    "thinking, text, calls": _message(
        [
            _THINKING,
            _text("Look:"),
            _tool_use("toolu_1", "f", {"a": 1.0}),
            _tool_use("toolu_2", "g", {"b": [1, "ü"]}),
        ],
        "tool_use",
    ),
    "interleaved": _message([_THINKING, _tool_use("toolu_1", "f", {}), _text("after")], "tool_use"),
    "redacted thinking": _message([{"type": "redacted_thinking", "data": "AAAA"}, _text("x")]),
    "server tools": _message([_text("I search."), *_SEARCH, _text(" Found.", citations=[_CITATION])]),
    "server tools and a call": _message([*_SEARCH, _tool_use("toolu_1", "f", {"q": 1})], "tool_use"),
    "stop sequence": _message([_text("up to")], "stop_sequence", stop_sequence="STOP"),
    "cut off": _message([_text("cut")], "max_tokens"),
    "a call cut off": _message([_tool_use("toolu_1", "f", {"a": "b"})], "max_tokens"),
    "a call that ends the turn": _message([_tool_use("toolu_1", "f", {})], "end_turn"),
    "refusal": _message(
        [_text("so far")],
        "refusal",
        stop_details={"type": "refusal", "category": "cyber", "explanation": None},
    ),
    "refusal before output": _message([], "refusal"),
    "nothing said": _message([]),
    "pause": _message([_text("wait"), *_SEARCH], "pause_turn"),
    "window full": _message([_text("cut")], "model_context_window_exceeded"),
    "least usage": _message([_text("x")], usage={"input_tokens": 1, "output_tokens": 2}),
    "unknown keys": _message(
        [_text("x"), {**_tool_use("toolu_1", "f", {}), "caller": {"type": "direct"}}],
        "tool_use",
        container=None,
        vendor={"a": 1},
    ),
}


def chat_sse(*chunks: Json, done: bool = True) -> bytes:
    text = "".join(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in chunks)
    return (text + ("data: [DONE]\n\n" if done else "")).encode()


def _chunk(delta: Json | None = None, finish: str | None = None, **top: Any) -> Json:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
    return {**_ENVELOPE, "object": "chat.completion.chunk", "choices": choices, **top}


def _piece(index: int | None, **more: Any) -> Json:
    function = {key: more.pop(key) for key in ("name", "arguments") if key in more}
    return {"tool_calls": [{**({} if index is None else {"index": index}), **more, "function": function}]}


_OPEN = _chunk({"role": "assistant", "content": ""})
_LATE_USAGE = _chunk(usage=_USAGE)

CHAT_STREAMS: dict[str, bytes] = {
    "text": chat_sse(_OPEN, _chunk({"content": "Hé"}), _chunk({"content": "llo 👋"}), _chunk({}, "stop"), _LATE_USAGE),
    "nothing said": chat_sse(_OPEN, _chunk({}, "stop"), _LATE_USAGE),
    "text in parts, one with a mark": chat_sse(
        _OPEN,
        _chunk({"content": [{"type": "text", "text": "a"}]}),
        _chunk({"content": [{"type": "text", "text": " b", "cache_control": {"type": "ephemeral"}}]}),
        _chunk({"content": ""}, "stop"),
    ),
    "no usage, no end mark": chat_sse(_OPEN, _chunk({"content": "x"}), _chunk({}, "stop"), done=False),
    "reasoning, text, call": chat_sse(
        _OPEN,
        _chunk({"reasoning_content": "2+"}),
        _chunk({"reasoning_content": "2"}),
        _chunk({"content": "Look:"}),
        _chunk(_piece(0, id="call_1", type="function", name="f", arguments="")),
        _chunk(_piece(0, arguments='{"a"')),
        _chunk(_piece(0, arguments=": 1}")),
        _chunk({}, "tool_calls"),
        _LATE_USAGE,
    ),
    "calls that interleave": chat_sse(
        _OPEN,
        _chunk(_piece(0, id="call_1", type="function", name="f", arguments='{"a"')),
        _chunk(_piece(1, id="call_2", type="function", name="g", arguments='{"b"')),
        _chunk(_piece(0, arguments=": 1}")),
        _chunk(_piece(1, arguments=": 2}")),
        _chunk({}, "tool_calls"),
        _LATE_USAGE,
    ),
    "a call, then text": chat_sse(
        _OPEN,
        _chunk(_piece(0, id="call_1", type="function", name="f", arguments="{}")),
        _chunk({"content": "after"}),
        _chunk({}, "tool_calls"),
        _LATE_USAGE,
    ),
    "a call without arguments": chat_sse(
        _OPEN,
        _chunk(_piece(0, id="call_1", type="function", name="f", arguments="")),
        _chunk({}, "tool_calls"),
    ),
    "arguments that are no JSON": chat_sse(
        _OPEN,
        _chunk(_piece(0, id="call_1", type="function", name="f", arguments='{"a": nope')),
        _chunk({}, "tool_calls"),
    ),
    "calls without index": chat_sse(
        _chunk({"role": "assistant", "content": None, **_piece(None, id="call_1", name="f", arguments="{}")}),
        _chunk(_piece(None, id="call_2", name="g", arguments='{"b":2}'), "tool_calls", usage=_USAGE),
    ),
    "an index used again": chat_sse(
        _OPEN,
        _chunk(_piece(0, id="call_1", type="function", name="f", arguments='{"a":1}')),
        _chunk(_piece(0, id="call_2", type="function", name="g", arguments='{"b":2}')),
        _chunk({}, "tool_calls"),
    ),
    "id, name and role repeated": chat_sse(
        _OPEN,
        _chunk({"role": "assistant", **_piece(0, id="call_1", type="function", name="f", arguments='{"a"')}),
        _chunk({"role": None, **_piece(0, id="call_1", type=None, name="f", arguments=":1}")}),
        _chunk({"role": "assistant"}, "tool_calls"),
        _chunk({"role": "assistant"}, "tool_calls", usage=_USAGE),
        _chunk(usage=None),
    ),
    "envelope late": chat_sse(
        _chunk(id="", model="", created=0, object="", prompt_filter_results=[{"prompt_index": 0}]),
        _OPEN,
        _chunk({"content": "x"}),
        _chunk({}, "stop"),
    ),
    "refusal": chat_sse(_OPEN, _chunk({"refusal": "I will "}), _chunk({"refusal": "not."}), _chunk({}, "stop")),
    "length": chat_sse(_OPEN, _chunk({"content": "cut"}), _chunk({}, "length"), _LATE_USAGE),
    "filter": chat_sse(_OPEN, _chunk({"content": "so far"}), _chunk({}, "content_filter")),
    "legacy call": chat_sse(
        _OPEN,
        _chunk({"function_call": {"name": "f", "arguments": ""}}),
        _chunk({"function_call": {"arguments": '{"a":1}'}}),
        _chunk({}, "function_call"),
    ),
    "reasoning twice": chat_sse(
        _chunk(
            {
                "role": "assistant",
                "content": "",
                "reasoning": "2+",
                "reasoning_details": [{"type": "reasoning.text", "text": "2+", "index": 0}],
            }
        ),
        _chunk({"reasoning": "2", "reasoning_details": [{"type": "reasoning.text", "text": "2", "index": 0}]}),
        _chunk({"reasoning_details": [{"type": "reasoning.text", "signature": "c2ln", "index": 0}]}),
        _chunk({"content": "4"}),
        _chunk({}, "stop"),
    ),
    "parts": chat_sse(
        _chunk({"role": "assistant", "content": ""}),
        _chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "h"}]}]}),
        _chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "m"}]}]}),
        _chunk({"content": "yes"}),
        _chunk({"content": "!"}, "stop"),
    ),
    "CRLF and comments": (b": hello\r\n\r\n" + chat_sse(_OPEN, _chunk({"content": "x"}), _chunk({}, "stop"))).replace(
        b"\n\n", b"\r\n\r\n"
    ),
    "two choices": chat_sse(
        _chunk({"role": "assistant", "content": "a"}),
        {
            **_chunk(),
            "choices": [{"index": 1, "delta": {"role": "assistant", "content": "b"}, "finish_reason": None}],
        },
        _chunk({}, "stop"),
        {**_chunk(), "choices": [{"index": 1, "delta": {}, "finish_reason": "length"}]},
    ),
}

# Streams that must not look like a success to whoever reads them.
BROKEN_CHAT_STREAMS: dict[str, bytes] = {
    "nothing at all": b"",
    "only the end mark": b"data: [DONE]\n\n",
    "only comments": b": hello\n\n",
    "cut off in a text": chat_sse(_OPEN, _chunk({"content": "x"}), done=False),
    "an end mark without a finish": chat_sse(_OPEN, _chunk({"content": "x"})),
    "cut off in a call": chat_sse(_OPEN, _chunk(_piece(0, id="call_1", name="f", arguments='{"a"')), done=False),
    "an error in the middle": chat_sse(
        _OPEN,
        _chunk({"content": "x"}),
        {"error": {"message": "overloaded", "type": "server_error", "param": None, "code": "server_error"}},
        done=False,
    ),
    "an error first": chat_sse({"error": {"message": "no", "type": "invalid_request_error"}}, done=False),
    "an error beside a chunk": chat_sse(
        _OPEN, _chunk({"content": ""}, "error", error={"code": 502, "message": "gone"})
    ),
    "half a frame": chat_sse(_OPEN, done=False) + b'data: {"id": "chatcmpl-1", "choices": [{"ind',
    "no JSON": chat_sse(_OPEN, done=False) + b"data: <html>502</html>\n\n",
    "one of two choices unfinished": chat_sse(
        _chunk({"role": "assistant", "content": "a"}),
        {
            **_chunk(),
            "choices": [{"index": 1, "delta": {"role": "assistant", "content": "b"}, "finish_reason": None}],
        },
        _chunk({}, "stop"),
    ),
}


def anthropic_sse(*events: Json) -> bytes:
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events
    ).encode()


def _start(**more: Any) -> Json:
    message = _message([], None, usage={"input_tokens": 7, "cache_read_input_tokens": 20, "output_tokens": 1})
    return {"type": "message_start", "message": {**message, **more}}


def _block(index: int, block: Json, *deltas: Json) -> list[Json]:
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def _said(index: int, *pieces: str) -> list[Json]:
    return _block(index, _text(""), *({"type": "text_delta", "text": piece} for piece in pieces))


def _asked(index: int, identity: str, name: str, *pieces: str) -> list[Json]:
    deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)
    return _block(index, _tool_use(identity, name, {}), *deltas)


def _thought(index: int, *pieces: str) -> list[Json]:
    return _block(
        index,
        {"type": "thinking", "thinking": "", "signature": ""},
        *({"type": "thinking_delta", "thinking": piece} for piece in pieces),
        {"type": "signature_delta", "signature": "c2ln"},
    )


def _stop(reason: str | None = "end_turn", **more: Any) -> list[Json]:
    usage = {"output_tokens": 11, "output_tokens_details": {"thinking_tokens": 4}}
    delta = {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage}
    return [{**delta, **more}, {"type": "message_stop"}]


_PING: Json = {"type": "ping"}

ANTHROPIC_STREAMS: dict[str, bytes] = {
    "text": anthropic_sse(_start(), _PING, *_said(0, "Hé", "llo 👋"), *_stop()),
    "nothing said": anthropic_sse(_start(), *_stop()),
    "several texts": anthropic_sse(_start(), *_said(0, "one "), *_said(1, "two"), *_stop()),
    "thinking, text, calls": anthropic_sse(
        _start(),
        *_thought(0, "2+", "2"),
        *_said(1, "Look:"),
        *_asked(2, "toolu_1", "f", "", '{"a"', ": 1.0}"),
        *_asked(3, "toolu_2", "g", "", '{"b": [1, "ü"]}'),
        *_stop("tool_use"),
    ),
    "a call without arguments": anthropic_sse(_start(), *_asked(0, "toolu_1", "f", ""), *_stop("tool_use")),
    "a call without deltas": anthropic_sse(_start(), *_asked(0, "toolu_1", "f"), *_stop("tool_use")),
    "a call whole in its start": anthropic_sse(
        _start(), *_block(0, _tool_use("toolu_1", "f", {"a": 1})), *_stop("tool_use")
    ),
    "a call cut off": anthropic_sse(_start(), *_asked(0, "toolu_1", "f", '{"a": "b'), *_stop("max_tokens")),
    "server tools": anthropic_sse(
        _start(),
        *_said(0, "I search."),
        *_block(1, {**_SEARCH[0], "input": {}}, {"type": "input_json_delta", "partial_json": '{"query": "x"}'}),
        *_block(2, _SEARCH[1]),
        *_block(
            3,
            _text("", citations=[]),
            {"type": "text_delta", "text": " Found."},
            {"type": "citations_delta", "citation": _CITATION},
        ),
        *_stop(),
    ),
    "redacted thinking": anthropic_sse(
        _start(), *_block(0, {"type": "redacted_thinking", "data": "AAAA"}), *_said(1, "x"), *_stop()
    ),
    "refusal": anthropic_sse(_start(), *_said(0, "so far"), *_stop("refusal")),
    "stop sequence": anthropic_sse(_start(), *_said(0, "x"), *_stop("stop_sequence")),
    "length": anthropic_sse(_start(), *_said(0, "cut"), *_stop("max_tokens")),
    "pause": anthropic_sse(_start(), *_said(0, "wait"), *_stop("pause_turn")),
    "no end": anthropic_sse(_start(), *_said(0, "x"), _stop()[0]),
    "two message deltas": anthropic_sse(_start(), *_said(0, "x"), _stop(None)[0], *_stop()),
    "late counts": anthropic_sse(
        _start(),
        *_said(0, "x"),
        *_stop(usage={"input_tokens": 8, "cache_read_input_tokens": 21, "output_tokens": 3}),
    ),
    "extras": anthropic_sse(
        _start(),
        *_said(0, "x"),
        _stop(context_management={"applied_edits": []})[0],
        {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 7}},
    ),
    "pings inside": anthropic_sse(_start(), *_said(0, "a")[:2], _PING, *_said(0, "a")[2:], _PING, *_stop()),
}

BROKEN_ANTHROPIC_STREAMS: dict[str, bytes] = {
    "nothing at all": b"",
    "only a start": anthropic_sse(_start()),
    "cut off in a text": anthropic_sse(_start(), *_said(0, "x")[:2]),
    "cut off in a call": anthropic_sse(_start(), *_asked(0, "toolu_1", "f", '{"a"')[:2]),
    "no message_delta": anthropic_sse(_start(), *_said(0, "x"), {"type": "message_stop"}),
    "an error in the middle": anthropic_sse(
        _start(),
        *_said(0, "x")[:2],
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
    ),
    "an error first": anthropic_sse({"type": "error", "error": {"type": "api_error", "message": "no"}}),
    "half a frame": anthropic_sse(_start()) + b'event: content_block_start\ndata: {"type": "conte',
    "no JSON": anthropic_sse(_start()) + b"event: content_block_start\ndata: <html>\n\n",
}
