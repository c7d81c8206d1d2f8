"""The content parts of Responses, annotations and log probabilities: the same in requests and replies."""

from typing import Annotated, Literal, Required, TypeAlias

from ..shapes import Known, Object, OneOf, Open

Status: TypeAlias = Annotated[str, Known("in_progress", "completed", "incomplete")]
Phase: TypeAlias = Annotated[str, Known("commentary", "final_answer")]
Detail: TypeAlias = Annotated[str, Known("low", "high", "auto", "original")]


class CacheBreakpoint(Object, total=False):
    mode: Required[Annotated[str, Known("explicit")]]
    ttl: Annotated[str, Known("30m", "12h")] | None


class OnPart(Object, total=False):
    """Null only in a tool's output, and in what comes back."""

    prompt_cache_breakpoint: CacheBreakpoint | None


# --- what is put in -------------------------------------------------------------------------------------------


class InputText(OnPart, total=False):
    type: Required[Literal["input_text"]]
    text: Required[str]


class InputImage(OnPart, total=False):
    """`image_url` is a string here. The types want `detail` in messages; the service does not."""

    type: Required[Literal["input_image"]]
    image_url: str | None
    file_id: str | None
    detail: Detail | None


class InputFile(OnPart, total=False):
    type: Required[Literal["input_file"]]
    file_id: str | None
    file_url: str | None
    file_data: str | None
    filename: str | None
    detail: Annotated[str, Known("auto", "low", "high")] | None


class AudioData(Object, total=False):
    data: Required[str]
    format: Required[Annotated[str, Known("wav", "mp3")]]


class InputAudio(Object, total=False):
    type: Required[Literal["input_audio"]]
    input_audio: Required[AudioData]


InputPart: TypeAlias = Annotated[InputText | InputImage | InputFile | InputAudio | Open, OneOf()]
ToolOutput: TypeAlias = Annotated[str | list[InputPart], OneOf()]

# --- what comes out -------------------------------------------------------------------------------------------


class UrlCitation(Object, total=False):
    type: Required[Literal["url_citation"]]
    url: Required[str]
    title: Required[str]
    start_index: Required[int]
    end_index: Required[int]


class FileCitation(Object, total=False):
    type: Required[Literal["file_citation"]]
    file_id: Required[str]
    filename: Required[str]
    index: Required[int]


class ContainerFileCitation(Object, total=False):
    type: Required[Literal["container_file_citation"]]
    container_id: Required[str]
    file_id: Required[str]
    filename: Required[str]
    start_index: Required[int]
    end_index: Required[int]


class FilePath(Object, total=False):
    type: Required[Literal["file_path"]]
    file_id: Required[str]
    index: Required[int]


Annotation: TypeAlias = Annotated[UrlCitation | FileCitation | ContainerFileCitation | FilePath | Open, OneOf()]


class TopLogprob(Object, total=False):
    token: str
    logprob: float
    bytes: list[int] | None


class Logprob(Object, total=False):
    token: Required[str]
    logprob: Required[float]
    bytes: list[int] | None
    top_logprobs: list[TopLogprob] | None


class OutputText(Object, total=False):
    """The service always sends `annotations`; clients that send an answer back leave them out."""

    type: Required[Literal["output_text"]]
    text: Required[str]
    annotations: list[Annotation]
    logprobs: list[Logprob] | None


class Refusal(Object, total=False):
    type: Required[Literal["refusal"]]
    refusal: Required[str]


class ReasoningText(Object, total=False):
    type: Required[Literal["reasoning_text"]]
    text: Required[str]


class SummaryText(Object, total=False):
    type: Required[Literal["summary_text"]]
    text: Required[str]


Part: TypeAlias = Annotated[
    InputText | InputImage | InputFile | InputAudio | OutputText | Refusal | Open, OneOf()
]  # of a message: which role may say which is the writers' business
ReasoningPart: TypeAlias = Annotated[ReasoningText | OutputText | Open, OneOf()]  # Open Responses shows output_text
