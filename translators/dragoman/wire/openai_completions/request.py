"""The request of legacy Completions."""

from typing import Annotated, Required, TypeAlias

from ..shapes import Known, Object, OneOf

Tokens: TypeAlias = list[int]
Prompt: TypeAlias = Annotated[
    str | list[Annotated[str | int | Tokens, OneOf()]] | None, OneOf()
]  # one text or its tokens, or a list of either


class StreamOptions(Object, total=False):
    include_usage: bool
    include_obfuscation: bool


class Request(Object, total=False):
    """The body of POST /v1/completions."""

    model: Required[Annotated[str, Known("gpt-3.5-turbo-instruct", "davinci-002", "babbage-002")]]
    prompt: Required[Prompt]
    best_of: int | None
    echo: bool | None
    frequency_penalty: float | None
    logit_bias: dict[str, float] | None
    logprobs: int | None
    max_tokens: int | None
    n: int | None
    presence_penalty: float | None
    seed: int | None
    stop: Annotated[str | list[str] | None, OneOf()]
    stream: bool | None
    stream_options: StreamOptions | None
    suffix: str | None
    temperature: float | None
    top_p: float | None
    user: str
