"""Chat Completions: its flavours. What vendors behind this shape say otherwise, as rows of data.

The reader takes all of them at once (but for tags in the text, which only those look for that have them); the writer
takes the one asked for. Facts: the vendors' documentation and sources, as named in each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SUFFIX = "-thinking"  # of the model's name, in requests: thinking is on


@dataclass(frozen=True, slots=True)
class Flavour:
    """One flavour of Chat, as it is written.

    thinking   where the visible thinking of an answer stands: the field `reasoning_content` or `reasoning`; "list":
               a part of a list of contents; "think" or "thought": the tag around it in the content's text
    prefilled  whether the opening tag may be missing, because the prompt's template has it
    flagged    whether messages and deltas with such thinking say so, in `extra_content`
    history    whether the thinking of earlier turns goes up again, in the same form
    replayed   whether the thinking of a turn with calls must come back
    control    how thinking is asked for: reasoning_effort; reasoning (an object); thinking (an object beside the
               effort); budget (the effort, or a `thinking` object where there is a budget); model (its suffix)
    wire       settings under another name than OpenAI's
    takes      settings that OpenAI refuses and this flavour takes
    refuses    settings of OpenAI's that this flavour does not take
    developer  whether it knows that role
    required   its word for "any tool, but a tool"
    video      the part that holds a film, or "": none
    cache      whether parts and tools take `cache_control`
    documents  whether a file may be an address, and go without a name
    files      whether a file may be one that its vendor keeps, by its id
    images     whether an answer shows its pictures, in `images` of its message; then it may be asked for some
    results    whether the result of a tool may hold media
    state_list the list of state that comes and goes with the thinking, or "": none
    signature  where a call has the signature of its vendor, or (): nowhere
    signed_ids whether the id of a call may hold that signature, too, and is then the id that goes back
    unsigned   what stands there instead where a model insists on a signature and there is none
    custom     whether there are tools with free text
    subset     whether a choice may be among some of the tools (`allowed_tools`); came with `custom`, and to the same
    json_word  whether JSON mode is refused where no message says "json"
    usage      whether usage in streams has to be asked for
    counts     what usage counts by modality besides text, sound, and pictures of the request
    vendor     who issues the opaque state that comes in this shape
    carrier    where a client of this flavour gets the state of another vendor: "id" of the next call, the entries of
               "reasoning_details", "thinking_blocks", or "extra_content" of the next call; "" for nowhere
    """

    id: str
    thinking: str = "reasoning_content"
    prefilled: bool = False
    flagged: bool = False
    history: bool = False
    replayed: bool = False
    control: str = "reasoning_effort"
    wire: Mapping[str, str] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    developer: bool = True
    required: str = "required"
    video: str = ""
    cache: bool = False
    documents: bool = False
    files: bool = False
    images: bool = False
    results: bool = False
    state_list: str = ""
    signature: tuple[str, ...] = ()
    signed_ids: bool = False
    unsigned: str = ""
    custom: bool = True
    subset: bool = True
    json_word: bool = False
    usage: bool = True
    counts: frozenset[str] = frozenset()
    vendor: str = ""
    carrier: str = "id"


OPENAI = Flavour("openai-chat", vendor="openai", json_word=True, files=True)

# Settings that only OpenAI's own server keeps a promise about.
_OPENAI_ONLY = frozenset(
    {
        "store",
        "metadata",
        "service_tier",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_options",
        "include_obfuscation",
        "prompt_cache_retention",
        "verbosity",
        "modalities",
        "audio",
        "prediction",
        "moderation",
        "web_search",
    }
)
_TOP_K = frozenset({"top_k"})

FLAVOURS: tuple[Flavour, ...] = (
    # "reasoning: {effort | max_tokens}"; `message.reasoning` beside `reasoning_details`, which go back unchanged.
    # Recorded: marks on tools, files without a name, the address of a file as its `file_data`. Its SDK: the content of
    # a `tool` message is a list of the same items as a user's.
    Flavour(
        "openai-chat+openrouter",
        thinking="reasoning",
        history=True,
        control="reasoning",
        takes=_TOP_K,
        video="video_url",
        cache=True,
        documents=True,
        images=True,
        results=True,
        state_list="reasoning_details",
        counts=frozenset({"input_video", "output_image"}),
        vendor="openrouter",
        carrier="reasoning_details",
    ),
    # "reasoning_effort or thinking: {type, budget_tokens}"; the answer's thinking in `reasoning_content`. "Gemini
    # signature hidden in the id: `call_<n>__thought__<base64>` and in `provider_specific_fields`".
    Flavour(
        "openai-chat+litellm",
        history=True,
        control="budget",
        takes=_TOP_K,
        cache=True,
        images=True,
        state_list="thinking_blocks",
        signature=("provider_specific_fields", "thought_signature"),
        signed_ids=True,
        vendor="litellm",
        carrier="thinking_blocks",
    ),
    # Google's compatibility layer: thinking inside the content, between <thought> and </thought>. Signatures on "the
    # first call of a parallel group; missing -> 400 on Gemini 3; escape value `skip_thought_signature_validator`".
    Flavour(
        "openai-chat+google",
        thinking="thought",
        flagged=True,
        signature=("extra_content", "google", "thought_signature"),
        unsigned="skip_thought_signature_validator",
        refuses=_OPENAI_ONLY,
        custom=False,
        subset=False,
        vendor="google",
        carrier="extra_content",
    ),
    # vLLM renamed `reasoning_content` to `reasoning`; "only tools of type function".
    Flavour(
        "openai-chat+vllm",
        vendor="vllm",
        thinking="reasoning",
        history=True,
        takes=_TOP_K,
        refuses=_OPENAI_ONLY,
        developer=False,
        video="video_url",
        custom=False,
        subset=False,
    ),
    # "turns with tool calls: reasoning_content must come back, else 400; turns without: ignored".
    Flavour(
        "openai-chat+deepseek",
        vendor="deepseek",
        history=True,
        replayed=True,
        control="thinking",
        wire={"max_output_tokens": "max_tokens"},
        refuses=_OPENAI_ONLY | {"n", "seed", "logit_bias", "parallel_tool_calls"},
        developer=False,
        custom=False,
        subset=False,
    ),
    # "422 on unknown fields"; thinking is a part of a list of contents, which must come back; `random_seed`;
    # `tool_choice: "any"`.
    Flavour(
        "openai-chat+mistral",
        vendor="mistral",
        thinking="list",
        history=True,
        replayed=True,
        wire={"max_output_tokens": "max_tokens", "seed": "random_seed"},
        refuses=_OPENAI_ONLY - {"prediction", "metadata"} | {"user", "logit_bias", "logprobs", "top_logprobs"},
        developer=False,
        required="any",
        custom=False,
        subset=False,
        usage=False,
        carrier="",  # "tool ids exactly 9 alphanumerics"
    ),
    Flavour("openai-chat+azure", vendor="azure", json_word=True, files=True),
    # The resellers of one-api's family: every upstream behind one shape, films sent as pictures.
    Flavour("openai-chat+new-api", history=True, takes=_TOP_K, video="image_url", vendor="new-api"),
    # Models served raw: thinking in the text, between <think> and </think>.
    Flavour(
        "openai-chat+think-tags",
        thinking="think",
        prefilled=True,
        refuses=_OPENAI_ONLY,
        developer=False,
        custom=False,
        subset=False,
        vendor="local",
    ),
)

CLAUDE_THINKING = Flavour("claude-thinking", history=True, control="model", takes=_TOP_K, vendor="reseller")
