"""The strategies themselves: they reach all that the specification names, and what they call valid is valid.

How to extend.  A new dialect in `tests.strategies.DIALECTS` is taken up by every test with a `dialect` or `key`; how
its streams end is a row in `_ENDS`, its rules of structure get a test.  Where a valid document of ours is refused by an
official SDK's types, the place and the reason go into `_LENIENT`; where an SDK knows more than the specification, into
`_SDK_ONLY`.
"""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pydantic
import pytest
import typing_extensions
from hypothesis import settings
from hypothesis import strategies as st

from tests.strategies import DIALECTS, common, coverage
from tests.strategies.common import COMMENT, Doc, Record

N = 300
"""So many documents of a kind reach what the specification names, with rare exceptions."""
AGAIN = 5
"""So often `make proof` makes another N for the exceptions: each word has a chance of more than 1 % a document."""
_MAKERS: dict[str, Callable[[Any], Any]] = {
    "request": lambda module: module.requests(),
    "response": lambda module: module.responses(),
    "error": lambda module: module.errors(),
    "stream": lambda module: module.streams(),
    "failing": lambda module: module.failing_streams(),
    "cut": lambda module: module.streams(cut=True),
    "invalid": lambda module: module.requests(valid=False),
}
# A dialect that has another's responses has its shape: what holds of the one holds of the other.
SHAPES = [name for name, module in DIALECTS.items() if module.responses.__module__.startswith(module.__name__)]
dialects = pytest.mark.parametrize("dialect", SHAPES)


@cache
def documents(dialect: str, kind: str) -> list[Any]:
    return common.examples(_MAKERS[kind](DIALECTS[dialect]), {"invalid": N // 5, "cut": N // 2}.get(kind, N))


# --- coverage -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key in coverage.FIELDS if key.partition("/")[0] in SHAPES])
def test_everything_the_specification_names_is_reached(key: str) -> None:
    dialect, kind = key.split("/")
    missing = coverage.missing(key, documents(dialect, kind))
    assert len(missing) <= len(coverage.FIELDS[key]) // 30  # nearly all of them at once
    if not _thorough():
        return
    for start in range(1, 1 + AGAIN):
        if missing:
            more = common.examples(_MAKERS[kind](DIALECTS[dialect]), N, start)
            missing = sorted(set(missing) - coverage.reached(more, dialect))
    assert missing == []


def _thorough() -> bool:
    return settings().max_examples >= 1000  # the profile of `make proof`


_ODDITIES: dict[str, Callable[[str], bool]] = {
    "empty": lambda text: text == "",
    "blank": lambda text: bool(text) and not text.strip(),
    "astral": lambda text: any(ord(char) > 0xFFFF for char in text),
    "combining": lambda text: "\u0301" in text,
    "right to left": lambda text: "\u0645" in text or "\u202e" in text,
    "nul": lambda text: "\x00" in text,
    "bom": lambda text: text.startswith("\ufeff"),
    "line separators": lambda text: "\u2028" in text and "\u2029" in text and "\u0085" in text,
    "newlines": lambda text: "\r\n" in text and "\n" in text,
    "quotes": lambda text: '"' in text and "\\" in text,
    "sse": lambda text: "data: [DONE]" in text,
}


@dialects
@pytest.mark.parametrize("kind", ["request", "response", "stream"])
def test_odd_texts_occur(dialect: str, kind: str) -> None:
    texts = {value for value in _leaves(documents(dialect, kind)) if isinstance(value, str)}
    assert [name for name, odd in _ODDITIES.items() if not any(map(odd, texts))] == []


@dialects
def test_odd_numbers_occur(dialect: str) -> None:
    numbers = [value for value in _leaves(documents(dialect, "request")) if isinstance(value, int | float)]
    assert any(isinstance(value, float) and value == 1 for value in numbers)
    assert any(isinstance(value, float) and 0 < value < 1e-4 for value in numbers)
    assert any(2**63 <= value < 2**64 for value in numbers)


def test_the_suffix_of_claude_thinking_occurs_and_is_missing() -> None:
    models = [body["model"] for body in documents("claude-thinking", "request")]
    suffixed = sum(model.endswith("-thinking") for model in models)
    assert len(models) // 2 < suffixed < len(models)


@dialects
@pytest.mark.parametrize("kind", ["request", "response", "stream"])
def test_unknown_keys_are_strewn_at_every_depth_but_only_on_demand(dialect: str, kind: str) -> None:
    depths = {depth for doc in documents(dialect, kind) for depth in _unknown_depths(doc)}
    assert depths >= set(range(1, _DEPTHS.get((dialect, kind), 4 if kind == "request" else 3)))
    module = DIALECTS[dialect]
    maker = {"request": module.requests, "response": module.responses, "stream": module.streams}[kind]
    assert not [doc for doc in common.examples(maker(extras=False), 60) if list(_unknown_depths(doc))]


# Documents that have fewer levels of objects.
_DEPTHS = {("openai-completions", "request"): 3}


def _unknown_depths(value: Any, depth: int = 1) -> Iterator[int]:
    if isinstance(value, dict):
        yield from (depth for key in value if key in common.UNKNOWN_KEYS)
        value = list(value.values())
        depth += 1
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _unknown_depths(inner, depth)


def _leaves(value: Any) -> Iterator[Any]:
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list | tuple):
            stack.extend(node)
        else:
            yield node


# --- what is handed out is plain JSON -----------------------------------------------------------------------


@dialects
@pytest.mark.parametrize("kind", list(_MAKERS))
def test_documents_are_plain_json(dialect: str, kind: str) -> None:
    for doc in documents(dialect, kind):
        bodies = [data for _, data in doc if isinstance(data, dict)] if isinstance(doc, list) else [doc]
        for body in [body[1] for body in bodies] if kind == "error" else bodies:
            text = json.dumps(body, ensure_ascii=False, allow_nan=False)
            text.encode()  # no lone surrogates
            assert json.loads(text) == body
            for leaf in _leaves(body):
                assert not isinstance(leaf, float) or leaf != 0 or str(leaf) == "0.0"
                assert not isinstance(leaf, int) or -(2**63) <= leaf < 2**64


@dialects
def test_the_same_documents_in_every_run(dialect: str) -> None:
    strategy = DIALECTS[dialect].requests()
    assert common.examples(strategy, 20) == common.examples(strategy, 20)


@dialects
@pytest.mark.parametrize("kind", ["request", "response", "stream"])
def test_documents_stay_small(dialect: str, kind: str) -> None:
    sizes = sorted(len(json.dumps(doc)) for doc in documents(dialect, kind))
    assert sizes[len(sizes) // 2] < (8_000 if dialect == "openai-responses" else 4_000)  # it tells all three times
    assert sizes[-1] < 40_000


@dialects
def test_no_two_places_share_an_object(dialect: str) -> None:
    for kind in ("request", "response", "stream"):
        for doc in documents(dialect, kind):
            seen: set[int] = set()
            stack: list[Any] = [doc]
            while stack:
                node = stack.pop()
                if isinstance(node, dict | list):
                    assert id(node) not in seen
                    seen.add(id(node))
                if isinstance(node, dict | list | tuple):
                    stack.extend(node.values() if isinstance(node, dict) else node)


@dialects
def test_pools_hand_out_copies(dialect: str) -> None:
    pool = DIALECTS[dialect].responses_pool(3)
    found = common.examples(st.tuples(pool, pool), 20)
    assert len({json.dumps(pair[0], sort_keys=True) for pair in found}) <= 3
    assert all(one is not other for one, other in found)


# --- the rules of structure ---------------------------------------------------------------------------------


def test_chat_requests_keep_the_rules() -> None:
    for body in documents("openai-chat", "request"):
        messages = body["messages"]
        assert messages
        calls: list[str] = []
        at = 0
        while at < len(messages):
            ids = [call["id"] for call in messages[at].get("tool_calls") or ()]
            assert all(isinstance(call, str) for call in ids)
            answers = messages[at + 1 : at + 1 + len(ids)]
            assert all(answer["role"] == "tool" for answer in answers)
            assert sorted(answer["tool_call_id"] for answer in answers) == sorted(ids)
            calls += ids
            at += 1 + len(ids)
            assert at >= len(messages) or messages[at]["role"] != "tool"
        assert len(set(calls)) == len(calls)
        assert "tool_choice" not in body or body["tools"]
        assert "stream_options" not in body or body["stream"] is True
        assert "top_logprobs" not in body or body["logprobs"] is True
        names = [_tool_name(tool) for tool in body.get("tools", ())]
        assert len(set(names) - {None}) == len([name for name in names if name])


def _tool_name(tool: Doc) -> Any:
    return (tool.get("function") or tool.get("custom") or {}).get("name")


def test_anthropic_requests_keep_the_rules() -> None:
    for body in documents("anthropic-messages", "request"):
        messages = body["messages"]
        assert messages[0]["role"] == "user"
        uses: list[str] = []
        for at, message in enumerate(messages):
            following = messages[at + 1] if at + 1 < len(messages) else {"role": None, "content": []}
            content = message["content"]
            assert content
            blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
            kinds = [block["type"] for block in blocks]
            assert all(block["text"].strip() for block in blocks if block["type"] == "text")
            if message["role"] == "system":
                assert messages[at - 1]["role"] == "user"
                assert following["role"] in (None, "assistant")
            if message["role"] == "assistant":
                ids = [block["id"] for block in blocks if block["type"] == "tool_use"]
                uses += ids
                results = following["content"][: len(ids)] if ids else []
                assert sorted(block["tool_use_id"] for block in results) == sorted(ids)
                assert "thinking" not in kinds[1:] or kinds[0] in ("thinking", "redacted_thinking")
                _check_server_steps(blocks)
            if message["role"] == "user":
                results = [at for at, kind in enumerate(kinds) if kind == "tool_result"]
                assert results == list(range(len(results)))
                assert not results or messages[at - 1]["role"] == "assistant"
        assert len(set(uses)) == len(uses)
        names = [tool["name"] for tool in body.get("tools", ()) if "name" in tool]
        assert len(set(names)) == len(names)
        assert "tool_choice" not in body or body["tools"]
        thinking = body.get("thinking") or {}
        assert thinking.get("budget_tokens", -1) < body["max_tokens"]


def _check_server_steps(blocks: list[Doc]) -> None:
    opened: set[str] = set()
    for block in blocks:
        if block["type"] in ("server_tool_use", "mcp_tool_use"):
            opened.add(block["id"])
        elif "tool_use_id" in block:
            opened.remove(block["tool_use_id"])
    assert not opened


# --- streams ------------------------------------------------------------------------------------------------


def _chat_ends(records: list[Record]) -> list[bool]:
    ends: dict[int, bool] = {}
    for _, chunk in records:
        for choice in chunk.get("choices", ()) if isinstance(chunk, dict) else ():
            index = choice.get("index", 0)
            ends[index] = ends.get(index, False) or bool(choice.get("finish_reason"))
    return list(ends.values())


def _anthropic_ends(records: list[Record]) -> list[bool]:
    deltas = [data for _, data in records if isinstance(data, dict) and data["type"] == "message_delta"]
    return [any(event["delta"]["stop_reason"] for event in deltas)]


def _gemini_ends(records: list[Record]) -> list[bool]:
    ends: dict[int, bool] = {}
    for _, chunk in records:
        for candidate in chunk.get("candidates") or () if isinstance(chunk, dict) else ():
            index = candidate.get("index") or 0
            ends[index] = ends.get(index, False) or bool(candidate.get("finishReason"))
        if isinstance(chunk, dict) and (chunk.get("promptFeedback") or {}).get("blockReason"):
            ends[-1] = True  # no candidate at all
    return list(ends.values())


def _responses_ends(records: list[Record]) -> list[bool]:
    kinds = [data.get("type") for _, data in records if isinstance(data, dict)]
    return [kind in kinds for kind in ("response.completed", "response.incomplete") if kind in kinds] or [False]


_ENDS = {
    "openai-chat": _chat_ends,
    "anthropic-messages": _anthropic_ends,
    "openai-completions": _chat_ends,
    "gemini": _gemini_ends,
    "openai-responses": _responses_ends,
}


@dialects
def test_streams_end_and_cut_ones_do_not(dialect: str) -> None:
    for records in documents(dialect, "stream"):
        assert all(_ENDS[dialect](records))
        assert _ENDS[dialect](records)
    for records in documents(dialect, "cut"):
        assert not any(_ENDS[dialect](records))
        assert (None, "[DONE]") not in records
    assert [] in documents(dialect, "cut")


def _fails(frame: Doc) -> bool:
    return bool(frame.get("error")) or frame.get("object") == "error" or frame.get("type") in _FAILURES


_FAILURES = ("error", "response.failed")


@dialects
def test_failing_streams_end_in_an_error(dialect: str) -> None:
    for records in documents(dialect, "failing"):
        frames = [data for _, data in records if isinstance(data, dict)]
        errors = [frame for frame in frames if _fails(frame)]
        assert errors
        assert errors == frames[-len(errors) :]
        assert not any(_ENDS[dialect]([(None, frame) for frame in frames[: -len(errors)]]))


def test_anthropic_streams_keep_the_order() -> None:
    for records in documents("anthropic-messages", "stream"):
        events = [data for _, data in records if isinstance(data, dict)]
        assert all(name == data["type"] for name, data in records if isinstance(data, dict))
        events = [event for event in events if event["type"] not in ("ping", "future_event")]
        assert events[0]["type"] == "message_start"
        block: int | None = None
        following = 0
        for event in events[1:]:
            kind = event["type"]
            if kind == "content_block_start":
                assert (block, event["index"]) == (None, following)
                block, following = event["index"], following + 1
            elif kind.startswith("content_block"):
                assert event["index"] == block
                block = None if kind == "content_block_stop" else block
            else:
                assert block is None
        ending = [event["type"] for event in events if event["type"].startswith("message_")]
        assert ending[1:] in (["message_delta"] * n + stop for n in (1, 2) for stop in ([], ["message_stop"]))


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
@dialects
def test_sse_bytes_can_be_read_again(dialect: str, newline: bytes) -> None:
    for at, records in enumerate(documents(dialect, "stream")[:120]):
        space, ascii_only, last = at & 1 > 0, at & 2 > 0, at & 4 > 0
        body = common.sse_bytes(records, newline, space=space, ascii_only=ascii_only, last_blank=last)
        assert body.endswith(newline * 2) is last
        assert list(_parse(body, newline)) == [
            (name, json.dumps(content) if isinstance(content, dict) else content) for name, content in records
        ]
    assert common.sse_bytes([]) == b""


def _parse(body: bytes, newline: bytes) -> Iterator[tuple[str | None, str]]:
    """A reader of its own, so that the writer has a judge: one record a block, comments told by their colon."""
    for block in body.decode().removesuffix(newline.decode()).split(newline.decode() * 2):
        name: str | None = None
        lines: list[str] = []
        for line in block.split(newline.decode()):
            key, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if line.startswith(":"):
                name = COMMENT
            if key == "event":
                name = value
            elif line:
                lines.append(value)
        text = "\n".join(lines)
        yield name, json.dumps(json.loads(text)) if text.startswith("{") else text


# --- the official SDKs as judges ----------------------------------------------------------------------------

# Where the SDKs' strict types refuse what servers send; everything else in a valid document must please them.
_LENIENT: dict[str, tuple[tuple[str, str], ...]] = {
    "openai-chat": (
        ("finish_reason", "literal_error"),  # words of other servers, ""
        ("service_tier", "literal_error"),  # on_demand
        ("model", "missing"),  # the seed documents' replies
        ("object", "literal_error"),  # Azure's filter frames: ""
        ("choices", "missing"),  # frames that carry usage only
        ("delta", "missing"),  # Azure's filter frames
        ("delta", "model_type"),  # null
        ("content", "string_type"),  # Mistral's lists
        ("annotations.type", "literal_error"),  # OpenRouter's files
        ("annotations.url_citation", "missing"),
        ("tool_calls.type", "literal_error"),  # custom calls in streams
        ("tool_calls.index", "missing"),  # Google's whole calls
        ("type", "missing"),  # calls without a type
        ("ChatCompletionMessageCustomToolCall.custom", "missing"),  # the other arm of an untyped call
    ),
    "anthropic-messages": (
        ("server_tool_use.web_fetch_requests", "missing"),  # usage of before web fetch
    ),
    "openai-completions": (
        ("finish_reason", "literal_error"),  # words of other servers, ""
        ("finish_reason", "missing"),
        ("object", "literal_error"),  # ""
        ("logprobs.top_logprobs", "dict_type"),  # null for the first token of an echo
        ("logprobs.token_logprobs", "float_type"),
        *((field, "missing") for field in ("choices.index", "choices.text", "created", "id", "object", "choices")),
    ),
    "openai-responses": (
        ("sequence_number", "missing"),  # other servers' events
        ("message", "missing"),  # errors of gateways, nested
        *((field, "missing") for field in ("parallel_tool_calls", "tool_choice", "tools", "status", "action")),
        ("service_tier", "literal_error"),
        ("usage.input_tokens_details.cache_write_tokens", "missing"),  # from before they were counted
        ("usage.output_tokens_details", "missing"),
        ("logprobs", "missing"),
        ("detail", "missing"),  # pictures
        ("detail", "literal_error"),
        ("", "model_type"),  # an item that is null, an error that is a text
        ("", "string_type"),  # the other arm of a content that is a list
        ("tool_choice.literal['none','auto','required']", "literal_error"),  # the other arm of an object
        ("ItemReference.id", "missing"),  # the arm without a type
    ),
}


@cache
def _adapter(model: Any) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(model)


def _refused(dialect: str, model: Any, value: Any) -> list[Any]:
    try:
        _adapter(model).validate_python(value)
    except pydantic.ValidationError as error:
        return [
            fault
            for fault in _living(error.errors(include_url=False))
            for place in [".".join(key for key in fault["loc"] if isinstance(key, str))]
            if not any(place.endswith(tail) and fault["type"] == kind for tail, kind in _LENIENT[dialect])
        ]
    return []


def _living(faults: list[Any]) -> list[Any]:
    """The faults without those of arms of a union that are for objects of another `type` or `role`."""
    tags = [fault for fault in faults if fault["loc"][-1:] in (("type",), ("role",))]
    dead = {fault["loc"][:-1] for fault in tags if fault["type"] in ("literal_error", "missing")} - {()}
    return [fault for fault in faults if not any(fault["loc"][:end] in dead for end in range(1, len(fault["loc"]) + 1))]


@pytest.mark.parametrize("dialect", ["openai-chat", "openai-completions"])
def test_openai_accepts_responses_and_chunks(dialect: str) -> None:
    pytest.importorskip("openai")
    from openai.types import Completion
    from openai.types.chat import ChatCompletion, ChatCompletionChunk

    whole, piece = (ChatCompletion, ChatCompletionChunk) if dialect == "openai-chat" else (Completion, Completion)
    for body in documents(dialect, "response"):
        assert _refused(dialect, whole, body) == []
    for records in documents(dialect, "stream")[:200]:
        for _, chunk in records:
            if isinstance(chunk, dict):
                assert _refused(dialect, piece, chunk) == []


def test_openai_accepts_responses_and_their_events() -> None:
    pytest.importorskip("openai")
    from openai.types.responses import Response, ResponseStreamEvent

    events: dict[str, Any] = {}
    for kind in typing.get_args(typing.get_args(ResponseStreamEvent)[0]):
        events[typing.get_args(kind.model_fields["type"].annotation)[0]] = kind
    for body in documents("openai-responses", "response")[:150]:
        assert _refused("openai-responses", Response, body) == []
    for records in documents("openai-responses", "stream")[:60]:
        for _, event in records:
            if isinstance(event, dict) and event.get("type") in events:
                assert _refused("openai-responses", events[event["type"]], event) == []


def test_anthropic_accepts_responses_and_events() -> None:
    pytest.importorskip("anthropic")
    from anthropic.types import beta

    models = {
        "message_start": beta.BetaRawMessageStartEvent,
        "content_block_start": beta.BetaRawContentBlockStartEvent,
        "content_block_delta": beta.BetaRawContentBlockDeltaEvent,
        "content_block_stop": beta.BetaRawContentBlockStopEvent,
        "message_delta": beta.BetaRawMessageDeltaEvent,
        "message_stop": beta.BetaRawMessageStopEvent,
    }
    for body in documents("anthropic-messages", "response"):
        assert _refused("anthropic-messages", beta.BetaMessage, body) == []
    for records in documents("anthropic-messages", "stream")[:200]:
        for _, event in records:
            if isinstance(event, dict) and event["type"] in models and not _from_the_future(event):
                assert _refused("anthropic-messages", models[event["type"]], event) == []


def _from_the_future(event: Doc) -> bool:
    return any(part.get("type", "").startswith("future") for part in event.values() if isinstance(part, dict))


def test_anthropic_sdk_accumulates_the_streams() -> None:
    pytest.importorskip("anthropic")
    from anthropic._models import construct_type
    from anthropic.lib.streaming import _beta_messages
    from anthropic.types.beta import BetaRawMessageStreamEvent

    accumulate: Any = _beta_messages.accumulate_event
    for records in documents("anthropic-messages", "stream")[:200]:
        snapshot: Any = None
        buffers: dict[int, bytes] = {}
        if any(
            isinstance(event, dict) and "content_block" in event and _from_the_future(event) for _, event in records
        ):
            continue
        for name, event in records:
            if isinstance(event, dict) and name not in ("ping", "future_event") and not _from_the_future(event):
                parsed = construct_type(type_=BetaRawMessageStreamEvent, value=event)
                try:
                    snapshot = accumulate(
                        event=parsed, current_snapshot=snapshot, json_bufs=buffers, request_headers={}
                    )
                except ValueError as error:
                    if "Unable to parse tool parameter JSON" not in str(error):  # cut at max_tokens
                        raise
        assert snapshot.role == "assistant"


# Names and words that the SDKs' types have and the specification does not: open lists and headers.
_SDK_ONLY: dict[str, str] = {
    "openai-chat/request": r"model=.*|voice=.*",
    "openai-chat/response": r"category_applied_input_types=.*",
    "openai-chat/stream": r"category_applied_input_types=.*|role=(developer|system|user|tool)",
    "anthropic-messages/request": r"model=.*|error_code=.*|betas(=.*)?|user_profile_id|workspace_id|properties|required"
    r"|type=object|category=(frontier_llm|reasoning_extraction|general_harms)",
    "anthropic-messages/response": r"model=.*|error_code=.*|reason=.*",
    "anthropic-messages/stream": r"model=.*|error_code=.*|reason=.*",
    "openai-completions/request": r"model=.*",
    "openai-completions/response": r"",
    "openai-responses/request": r"model=.*",
    "openai-responses/response": r"model=.*|category_applied_input_types=.*"
    r"|type=(compaction_trigger|configuration_update|item_reference)",
}


@pytest.mark.parametrize("key", [key for key in _SDK_ONLY if key.partition("/")[0] in DIALECTS])
def test_the_lists_know_what_the_sdk_types_know(key: str) -> None:
    pytest.importorskip(key.split("-")[0])
    known = set().union(*(_names(word) for word in coverage.FIELDS[key]))
    unknown = _sdk_names(_sdk_root(key)) - known
    assert sorted(name for name in unknown if not re.fullmatch(_SDK_ONLY[key], name)) == []


def _sdk_root(key: str) -> Any:
    from anthropic.types import beta
    from anthropic.types.beta import message_create_params as anthropic_params
    from openai.types import Completion, chat, completion_create_params, responses
    from openai.types.chat import completion_create_params as openai_params
    from openai.types.responses import response_create_params

    roots: dict[str, Any] = {
        "openai-chat/request": openai_params.CompletionCreateParamsBase,
        "openai-chat/response": chat.ChatCompletion,
        "openai-chat/stream": chat.ChatCompletionChunk,
        "anthropic-messages/request": anthropic_params.MessageCreateParamsBase,
        "anthropic-messages/response": beta.BetaMessage,
        "anthropic-messages/stream": beta.BetaRawMessageStreamEvent,
        "openai-completions/request": completion_create_params.CompletionCreateParamsBase,
        "openai-completions/response": Completion,
        "openai-responses/request": response_create_params.ResponseCreateParamsBase,
        "openai-responses/response": responses.Response,
    }
    return roots[key]


def _names(word: str) -> set[str]:
    """`tools[].type=custom` and `tools[]:type=custom` name the field `type` and its word `custom`."""
    path, _, value = re.sub(r"^@role=\w+\.", "", word).partition("=")
    steps = path.replace("[]", "").replace(":", ".").lstrip("@").split(".")
    return set(steps) | ({f"{steps[-1]}={value}"} if value else set())


def _sdk_names(root: Any) -> set[str]:
    """Every field name, and every `name=word` of a literal, that can be reached from an SDK type."""
    found: set[str] = set()
    seen: set[Any] = set()
    queue: list[tuple[str, Any]] = [("", root)]
    while queue:
        name, kind = queue.pop()
        origin = typing.get_origin(kind)
        if origin is typing.Literal:
            found.update(f"{name}={word}" for word in typing.get_args(kind) if isinstance(word, str))
        elif origin in (typing.Annotated, typing_extensions.Required, typing_extensions.NotRequired):
            queue.append((name, typing.get_args(kind)[0]))
        elif origin in (typing.Union, types.UnionType) or origin is not None:
            queue.extend((name, inner) for inner in typing.get_args(kind))
        elif isinstance(kind, type) and kind not in seen and "Toolset" not in kind.__name__:
            seen.add(kind)
            for field, inner in _fields_of(kind):
                found.add(field)
                if field != "definition":  # a whole tool, listed with the request's tools
                    queue.append((field, inner))
    return found


def _fields_of(kind: type) -> Iterator[tuple[str, Any]]:
    if typing_extensions.is_typeddict(kind):
        yield from typing.get_type_hints(kind, include_extras=True).items()
    elif issubclass(kind, pydantic.BaseModel):
        yield from ((field.alias or name, field.annotation) for name, field in kind.model_fields.items())
