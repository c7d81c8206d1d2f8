"""The models against the official SDKs' own types: every field and word that one has and the other lacks.

What differs on purpose stands in `DELIBERATE`, with its reason; a new SDK version shows its news as a failure.
"""

from __future__ import annotations

import enum
import re
import types
import typing
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

import pydantic
import pytest
import typing_extensions

from dragoman import wire
from dragoman.wire.shapes import Known, Open

pytest.importorskip("openai")
pytest.importorskip("anthropic")
pytest.importorskip("google.genai")

from anthropic.types import beta as messages
from anthropic.types.beta import message_create_params as messages_params
from google.genai import types as google
from openai.types import Completion, ErrorObject, chat, completion_create_params, responses
from openai.types.chat import completion_create_params as chat_params
from openai.types.responses import response_create_params as responses_params


class OpenAIError(pydantic.BaseModel):
    """The body of an error: the SDK has a type of what is in it."""

    error: ErrorObject


class GoogleError(pydantic.BaseModel):
    """The same."""

    error: google.GoogleRpcStatus


class GoogleConfig(google.GenerationConfig):
    """The part of a request's config that the SDK has only in its flat form."""

    imageConfig: google.ImageConfig


class GoogleRequest(pydantic.BaseModel):
    """The body that the SDK writes: it has types of the pieces alone."""

    contents: list[google.Content]
    systemInstruction: google.Content
    tools: list[google.Tool]
    toolConfig: google.ToolConfig
    safetySettings: list[google.SafetySetting]
    generationConfig: GoogleConfig
    serviceTier: google.ServiceTier
    modelArmorConfig: google.ModelArmorConfig


SDK: dict[tuple[str, str], Any] = {
    ("openai-chat", "request"): typing.Union[  # noqa: UP007
        chat_params.CompletionCreateParamsNonStreaming, chat_params.CompletionCreateParamsStreaming
    ],
    ("openai-chat", "response"): chat.ChatCompletion,
    ("openai-chat", "event"): chat.ChatCompletionChunk,
    ("openai-chat", "error"): OpenAIError,
    ("anthropic-messages", "request"): typing.Union[  # noqa: UP007
        messages_params.MessageCreateParamsNonStreaming, messages_params.MessageCreateParamsStreaming
    ],
    ("anthropic-messages", "response"): messages.BetaMessage,
    ("anthropic-messages", "event"): messages.BetaRawMessageStreamEvent,
    ("anthropic-messages", "error"): __import__("anthropic").types.ErrorResponse,
    ("openai-completions", "request"): typing.Union[  # noqa: UP007
        completion_create_params.CompletionCreateParamsNonStreaming,
        completion_create_params.CompletionCreateParamsStreaming,
    ],
    ("openai-completions", "response"): Completion,
    ("openai-completions", "event"): Completion,
    ("openai-completions", "error"): OpenAIError,
    ("openai-responses", "request"): typing.Union[  # noqa: UP007
        responses_params.ResponseCreateParamsNonStreaming, responses_params.ResponseCreateParamsStreaming
    ],
    ("openai-responses", "response"): responses.Response,
    ("openai-responses", "event"): responses.ResponseStreamEvent,
    ("openai-responses", "error"): OpenAIError,
    ("gemini", "request"): GoogleRequest,
    ("gemini", "response"): google.GenerateContentResponse,
    ("gemini", "event"): google.GenerateContentResponse,
    ("gemini", "error"): GoogleError,
}
# (dialect, which side has it): patterns of paths -> why.
DELIBERATE: dict[tuple[str, str], dict[str, str]] = {
    ("openai-chat", "sdk"): {
        r"\.model=.*": "models come and go; they are data of profiles",
        r"\.error\.misalignment\.error_type=.*": "an open list that nothing here depends on",
    },
    ("openai-chat", "ours"): {
        r".*\.content\[\]\{(text|refusal|image_url|input_audio|file)\}": "one union of parts for all roles: which role "
        "may say what is the writers' business",
        r".*\.annotations\[\]\{file\}": "OpenRouter",
        r".*\.delta(\{\w+\})?\.annotations": "search models send them in a delta",
        r".*\.tool_calls\[\]\{function\}\.custom": "custom calls stream too",
        r"\.error": "the frame that ends a stream with an error",
        r"\.(message|type|param|code|detail)": "what older servers and gateways send instead of `error`",
        r"\[\]": "Google's endpoint sends errors in a list of one",
    },
    ("anthropic-messages", "sdk"): {
        r".*\.model=.*": "models come and go; they are data of profiles",
        r".*\.(error_code|reason)=.*": "open lists that nothing here depends on",
        r"\.(betas|user_profile_id|workspace_id)": "headers, not in the body",
        r".*\{(browser|computer)_toolset_\d+\}\.configs\.\w+": "any member of a toolset, by its name",
    },
    ("anthropic-messages", "ours"): {
        r".*\{(browser|computer)_toolset_\d+\}\.configs\{\}": "any member of a toolset, by its name",
        r".*\.cache_control": "one model of a block or tool for requests and replies",
        r".*\.citations\[\]\{\w+\}\.file_id": "one model of citations for requests and replies",
        r".*\.(max_characters|enable_zoom|use_cache|response_inclusion)": "one model for all versions of a tool",
        r".*\{(text_editor|tool_search)_\w+\}\.name=\w+": "one model for all versions of a tool",
        r".*\.user_input\{(only|except)\}": "one model of URL sources",
        r".*\.source\{base64\}\.media_type=.*": "one model of base64 sources",
        r".*\.content\{document\}\.(context|source\{(content|file|url)\})": "one model of documents",
        r".*\.iterations\[\]\{compaction\}\.model": "one model with the iterations of messages",
        r"\.(stream|temperature|top_p|top_k)": "wire version 2023-06-01",
        r"\.(output_format|anthropic_version|anthropic_beta)": "older betas, Bedrock and Vertex",
        r"\{(error|ping)\}": "events that the SDK handles before it parses",
        r".*\.error\{\w+\}\.details": "newer than the types",
        r".*\.error\{(conflict_error|request_too_large)\}": "sent by the service, not in the types",
    },
    ("openai-completions", "sdk"): {
        r"\.error\.misalignment\.error_type=.*": "an open list that nothing here depends on",
    },
    ("openai-completions", "ours"): {
        r"\.error": "the frame that ends a stream with an error",
        r"\.obfuscation": "sent by the service, not in the types",
        r"\.(message|type|param|code|detail)": "what older servers and gateways send instead of `error`",
        r"\[\]": "Google's endpoint sends errors in a list of one",
    },
    ("openai-responses", "sdk"): {
        r".*\.model=.*": "models come and go; they are data of profiles",
    },
    ("openai-responses", "ours"): {
        r".*\.output\[\]\{message\}\.(role=\w+|content\[\]\{input_\w+\})": "one model of messages for both ways",
        r".*\.item\{message\}\.(role=\w+|content\[\]\{input_\w+\})": "the same in events",
        r".*\{additional_tools\}\.role=\w+": "one model of items for requests and replies",
        r".*\.(created_by|environment\{local\}\.skills)": "one model of items for requests and replies",
        r".*\{(custom_tool_call_output\}\.status|computer_call_output\}\.status=failed)": "one model of items",
        r".*\{input_audio\}": "some models take it; the types of items leave it out",
        r".*\{reasoning\}\.content\[\]\{output_text\}": "Open Responses",
        r"\{response\.reasoning\.(delta|done)\}": "Open Responses",
        r"\{response\.function_call_arguments\.done\}\.name": "in the API's description, not in the types",
        r".*\.obfuscation": "sent by the service, not in the types",
        r".*\.logprobs\[\](\.top_logprobs\[\])?\.bytes": "one model with the items' log probabilities",
        r"\.(message|code|detail)": "what gateways send instead of `error`",
        r"\{error\}\.error": "the form of WebSockets and gateways",
    },
    ("gemini", "sdk"): {
        r"\.(automaticFunctionCallingHistory|parsed|sdkHttpResponse)": "what the SDK adds of its own",
        r".*=\w*_UNSPECIFIED": "the words for nothing",
        r".*\.responseFormat\[\]\.(image|video)\.(aspectRatio|imageSize)=\w+": "written out where they are used",
        r".*\.voiceConsentSignature\.signature": "opaque",
        r".*\.googleMaps\.authConfig\.\w+": "opaque: credentials of tools that run elsewhere",
        r".*\.retrieval\.(externalApi|vertexAiSearch|vertexRagStore)\.\w+": "opaque: tools that run elsewhere",
    },
    ("gemini", "ours"): {
        r"\.(contents|tools|safetySettings)\.\w+": "a bare object may stand for a list of one",
        r".*\.(parts|functionDeclarations|mcpServers|contents)\.\w+": "the same inside",
        r".*\.role=\w+": "text, in the types",
        r"\.(cachedContent|continuationToken|labels|model|outputConfig|store)": "beside the pieces that have types",
        r"\.generationConfig\._responseJsonSchema": "another name of the same field",
        r"\.generationConfig\.(responseMimeType|imageConfig\.imageSize)=.*": "text, in the types",
        r".*\.citationSources": "the Developer API's name",
        r"\.usageMetadata\.serviceTier": "sent by the service, not in the types",
        r"\.error": "the chunk that ends a stream with an error",
        r"\.error\.status": "the word of the code, in every error of the service",
        r"\.message|\[\]": "gateways, and the list of one that a stream's form gives",
    },
}


# Of what may be null with the SDK: patterns of paths -> why it is not here.
NEVER_NULL: dict[str, str] = {
    r".*\.svg\.(model|reasoning\.effort)": "left out in answers; the types of requests have no null there",
    r".*\.definition\{web_fetch_\d+\}\.citations\.enabled": "left out; the tool itself has no null there",
    r".*\.error\.misalignment\.error_type": "left out in answers",
    r".*\.top_logprobs\[\]\.(token|logprob)": "left out in answers",
    r".*\.(functionResponse|functionDeclarations\[\])\.name": "the SDK's types require nothing, the service a name",
}
NULL = "=null"  # behind a path that may be null


def paths(kind: Any, at: str = "", within: tuple[Any, ...] = ()) -> Iterator[str]:
    """`messages[]{user}.content[]{text}.text` for each field that can be reached, `...field=word` for its words,
    `...field=null` where it may be null.

    within: the objects that are being described; what holds itself is described once.
    """
    origin = get_origin(kind)
    if kind in (Any, Open) or (origin in (typing.Union, types.UnionType) and type(None) in get_args(kind)):
        yield at + NULL
    if origin is Annotated:
        inner, *marks = get_args(kind)
        yield from (f"{at}={word}" for mark in marks if isinstance(mark, Known) for word in mark.words)
        yield from paths(inner, at, within)
    elif origin is Literal:
        yield from (f"{at}={word}" for word in get_args(kind) if isinstance(word, str))
    elif isinstance(kind, type) and issubclass(kind, enum.Enum):
        yield from (f"{at}={word.value}" for word in kind)
    elif origin in (typing.Union, types.UnionType, typing_extensions.Required, typing_extensions.NotRequired):
        for inner in get_args(kind):
            yield from paths(inner, at, within)
    elif kind is Open:
        return
    elif _is_object(kind):
        yield from _of_object(kind, at, within)
    elif _is_object(origin):
        yield from _of_object(origin, at, within)
    elif origin is not None and len(get_args(kind)) == 2:
        yield from paths(get_args(kind)[1], at + "{}", within)
    elif origin is not None:
        yield from paths(get_args(kind)[0], at + "[]", within)


def _of_object(kind: Any, at: str, within: tuple[Any, ...]) -> Iterator[str]:
    if kind in within:
        return
    hints = dict(_fields(kind))
    words: list[str] = []
    for name in ("type", "role") if "parts" not in hints else ():  # a content of Gemini is the same for every role
        words = [path[1:] for path in paths(hints.get(name), "") if path.startswith("=") and path != NULL]
        if words:
            del hints[name]
            break
    for tag in words or [""]:
        here = at + (f"{{{tag}}}" if tag else "")
        yield here
        for field, inner in hints.items():
            yield f"{here}.{field}"
            yield from paths(inner, f"{here}.{field}", (*within, kind))


def _is_object(kind: Any) -> bool:
    return typing_extensions.is_typeddict(kind) or (
        isinstance(kind, type) and issubclass(kind, pydantic.BaseModel) and kind is not pydantic.BaseModel
    )


def _fields(kind: Any) -> Iterator[tuple[str, Any]]:
    if not typing_extensions.is_typeddict(kind):
        for name, field in kind.model_fields.items():
            yield field.alias or name, field.annotation
        return
    for name, hint in typing_extensions.get_type_hints(kind, include_extras=True).items():
        aliases = [mark.alias for mark in _marks(hint) if getattr(mark, "alias", None)]
        yield (aliases[0] if aliases else name), hint


def _marks(hint: Any) -> Iterator[Any]:
    if get_origin(hint) is Annotated:
        yield from get_args(hint)[1:]
    if get_origin(hint) in (Annotated, typing_extensions.Required, typing_extensions.NotRequired):
        yield from _marks(get_args(hint)[0])


@cache
def differences(dialect: str, kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """What only the SDK has, what only we have; what lies below something that is missing counts with it."""
    ours, theirs = described(dialect, kind)
    sdk, own = ({path for path in found if not path.endswith(NULL)} for found in (theirs - ours, ours - theirs))
    return _tops(sdk), _tops(own)


@cache
def described(dialect: str, kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """All paths of our model, and of the SDK's type."""
    return frozenset(paths(wire.models(dialect)[kind])), frozenset(paths(SDK[dialect, kind]))


def _tops(found: set[str]) -> frozenset[str]:
    return frozenset(
        path for path in found if not any(path[:end] in found for end in range(1, len(path)) if path[end] in ".[{=")
    )


@pytest.mark.parametrize("key", list(SDK), ids="-".join)
def test_the_models_know_what_the_sdk_knows(key: tuple[str, str]) -> None:
    dialect, kind = key
    for side, found in zip(("sdk", "ours"), differences(dialect, kind), strict=True):
        known = DELIBERATE.get((dialect, side), {})
        news = [path for path in sorted(found) if not any(re.fullmatch(pattern, path) for pattern in known)]
        assert news == [], f"only in {side}"


@pytest.mark.parametrize("row", list(DELIBERATE), ids="-".join)
def test_no_deliberate_difference_is_stale(row: tuple[str, str]) -> None:
    dialect, side = row
    found = {
        path for of, kind in SDK if of == dialect for path in differences(dialect, kind)[0 if side == "sdk" else 1]
    }
    unused = [pattern for pattern in DELIBERATE[row] if not any(re.fullmatch(pattern, path) for path in found)]
    assert unused == []


def nulls(key: tuple[str, str]) -> set[str]:
    """What may be null with the SDK alone."""
    ours, theirs = described(*key)
    known = (path.removesuffix(NULL) for path in theirs - ours if path.endswith(NULL))
    return {path for path in known if path in ours}


@pytest.mark.parametrize("key", list(SDK), ids="-".join)
def test_what_may_be_null_in_the_sdk_may_be_null_here(key: tuple[str, str]) -> None:
    """The types of answers say null of all that may be left out as well; news among them get a reason, too."""
    found = sorted(nulls(key))
    assert [path for path in found if not any(re.fullmatch(pattern, path) for pattern in NEVER_NULL)] == []


def test_no_reason_against_null_is_stale() -> None:
    found = {path for key in SDK for path in nulls(key)}
    assert all(any(re.fullmatch(pattern, path) for path in found) for pattern in NEVER_NULL)
