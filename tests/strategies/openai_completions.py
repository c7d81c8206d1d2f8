"""Documents and streams of `openai-completions`: the legacy dialect, first-party and as the compatible servers have it.

How to extend.  A new field is one line in a `rec` below (official ones in `_OFFICIAL`, other servers' in
`_VENDOR`).  A stream is made in three steps: `_script` writes what one choice says, as a list of steps (a step is a
choice object without its index), `_merge` interleaves the choices, `_chunks` puts the envelope around each step; a
*habit* of a server is a key of `_HABITS`, looked up where it shows.  Errors and usage are those of `openai-chat`.
Then name the new thing in `coverage_completions`: the test says whether it is reached.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from hypothesis import strategies as st

from . import common as c
from .common import COMMENT, TEXT, Doc, Draw, Record, S, chance, choose, fresh, many, rec, some, sse_bytes, words
from .openai_chat import errors
from .openai_chat_parts import CONTENT_FILTER, PROMPT_FILTER, TIMINGS, USAGE

__all__ = [
    "COMMENT",
    "errors",
    "failing_streams",
    "requests",
    "requests_pool",
    "responses",
    "responses_pool",
    "sse_bytes",
    "streams",
]

# fmt: off
# The tables below are laid out by hand.

# --- requests ---------------------------------------------------------------------------------------------

MODEL = words("gpt-3.5-turbo-instruct", "davinci-002", "babbage-002", "m", "facebook/opt-125m", "deepseek-chat")
_TOKENS = many(words(0, 1, 755, 16178, 50256, 100257), 1, 4)
_PROMPT = choose((8, TEXT), (3, many(TEXT, 1, 1)), (4, many(TEXT, 2, 3)), (2, _TOKENS), (2, many(_TOKENS, 1, 2)),
                 (1, ""), (1, None))
_COMMON = {"max_tokens?~": choose((8, c.CAP), 0), "temperature?~": c.RATE, "stream?~": c.TRUE_MOSTLY,
           "stop?~": choose((2, words("END", "\n", "")), (3, many(words("a", "b", "\n\n", "</s>"), 0, 4)))}
_TOP = rec({"model": MODEL, "prompt": _PROMPT} | _COMMON, p=0.5)
_OFFICIAL = {
    "echo?~": c.BOOL,
    "frequency_penalty?~": c.PENALTY,
    "logit_bias?~": fresh({}, {"50256": -100}, {"1": 1, "2": 0.5}),
    "logprobs?~": words(0, 1, 3, 5),
    "n?~": words(1, 1, 2, 3, 0),
    "presence_penalty?~": c.PENALTY,
    "seed?~": c.SEED,
    "suffix?~": TEXT,
    "top_p?~": c.UNIT,
    "user?": TEXT,
}
_MORE_TOP = rec(_OFFICIAL, p=0.3)
_STRUCTURED = rec({"json?": c.ANY_SCHEMA, "choice?": fresh(["joy", "sadness"]), "regex?": "a+", "options?": rec(
    {"backend": words("xgrammar")})}, p=0.6)
_VENDOR_TOP = some(rec({
    # vLLM and what follows it
    "top_k?": c.COUNT, "min_p?": c.UNIT, "repetition_penalty?": c.RATE, "length_penalty?": c.RATE,
    "use_beam_search?": c.BOOL, "stop_token_ids?": fresh([], [1, 2]), "include_stop_str_in_output?": c.BOOL,
    "ignore_eos?": c.BOOL, "min_tokens?": c.COUNT, "skip_special_tokens?": c.BOOL,
    "spaces_between_special_tokens?": c.BOOL, "truncate_prompt_tokens?": c.COUNT, "prompt_logprobs?~": words(0, -1, 1),
    "allowed_token_ids?": fresh([1]), "add_special_tokens?": c.BOOL, "prompt_embeds?": words("AAAA"),
    "response_format?": rec({"type": words("json_object")}), "structured_outputs?": _STRUCTURED,
    "guided_json?": c.ANY_SCHEMA, "guided_choice?": fresh(["a"]), "priority?": words(0, -1),
    "request_id?": words("req-1"), "kv_transfer_params?": fresh({}), "return_token_ids?": c.BOOL,
    "vllm_xargs?": fresh({"k": 1}), "extra_body?": rec({"structured_outputs?": _STRUCTURED}, p=0.7),
    # llama.cpp, Hugging Face, OpenRouter, Together
    "n_predict?": c.COUNT, "cache_prompt?": c.BOOL, "grammar?": words('root ::= "a"'), "do_sample?": c.BOOL,
    "return_full_text?": c.BOOL, "models?": [MODEL], "provider?": rec({"order?": [words("openai")],
                                                                     "sort?": words("price")}, p=0.6),
    "transforms?": fresh([], ["middle-out"]), "safety_model?": words("s"), "service_tier?~": words("auto", "default"),
}, p=0.15), 0.6, dict)
_STREAM_OPTIONS = choose((2, None), (9, rec({"include_usage?": c.TRUE_MOSTLY, "include_obfuscation?": c.BOOL,
                                             "continuous_usage_stats?": c.BOOL}, p=0.6)))
_BEST_OF = words(0, 1, 2, None)


@st.composite
def _requests(draw: Draw) -> Doc:
    body: Doc = draw(_TOP) | draw(_MORE_TOP)
    if body.get("stream") is True:
        if chance(draw, 6):
            body["stream_options"] = draw(_STREAM_OPTIONS)
    elif chance(draw, 3):  # not streamable, and at least `n`
        best = draw(_BEST_OF)
        body["best_of"] = best and best + (body.get("n") or 1)
    body.update(draw(_VENDOR_TOP))
    return body


@cache
def requests(valid: bool = True, *, extras: bool = True) -> S:
    """Request bodies; `valid=False` breaks them in one to four places; `extras=False` adds no unknown keys."""
    strategy = _requests()
    if extras:
        strategy = c.sprinkled(strategy)
    return c.document(strategy if valid else c.damaged(strategy))


# --- responses --------------------------------------------------------------------------------------------

FINISH = words("stop", "length", "content_filter")
_ODD_FINISH = words("error", "abort", "eos_token", "eos", "insufficient_system_resource", "tool_calls")
RESPONSE_ID = words("cmpl-9aZ", "cmpl-498651afc17a4924", "gen-1700000000-x", "", "08e94047-3521", "0")
_TOKEN = words("Hi", " a", "\n", "bytes:\\xf0\\x9f", "é", "")
_VALUE = words(-0.31, 0.0, 0, -100.0, -1e-07)
_ALTERNATIVES = choose((6, st.dictionaries(_TOKEN, _VALUE, max_size=3)), (1, None))


@st.composite
def _logprobs(draw: Draw, first: int = 0) -> Doc:
    """Columns of one length; the offsets count the characters from the beginning of the prompt."""
    tokens = draw(_TOKEN_LIST)
    ends = [first + sum(map(len, tokens[:at])) for at in range(len(tokens))]
    columns: Doc = {"tokens": tokens, "token_logprobs": [draw(_VALUE) for _ in tokens], "text_offset": ends}
    columns["top_logprobs"] = [draw(_ALTERNATIVES) for _ in tokens] if chance(draw, 6) else None
    if tokens and chance(draw, 2):  # with `echo` nothing stands before the first token
        columns["token_logprobs"][0] = None
        if columns["top_logprobs"]:
            columns["top_logprobs"][0] = None
    return columns


_TOKEN_LIST = many(_TOKEN, 0, 3)


def _strewn(inner: S) -> S:
    """With unknown keys, but none in a map of alternatives: its keys are tokens."""
    return c.sprinkled(inner).map(_swept)


def _swept(doc: Any) -> Any:
    for node in list(c.objects(doc)):
        for map_ in node.get("top_logprobs") or ():
            for key in [key for key in map_ or () if key in c.UNKNOWN_KEYS]:
                del map_[key]
    return doc


LOGPROBS = _logprobs()
_CHOICE = rec(
    {"text": TEXT, "index": 0, "logprobs~": LOGPROBS, "finish_reason~": choose((12, FINISH), (3, _ODD_FINISH), ""),
     "stop_reason?~": words(2, "END"), "token_ids?~": fresh([1, 2]), "prompt_logprobs?~": fresh([None]),
     "prompt_token_ids?~": fresh([1]), "content_filter_results?": CONTENT_FILTER, "seed?": c.SEED,
     "matched_stop?~": words("END", 2)},
    p=0.15, nulls=0.3,
)
_BARE_CHOICE = rec({"text": TEXT, "log_probs": None})  # Writer: no index, no finish reason
_RESPONSE_TOP = rec(
    {"id": RESPONSE_ID, "object": "text_completion", "created": c.SECONDS, "model": MODEL, "choices": None,
     "usage?~": USAGE, "system_fingerprint?~": words("fp_1", ""), "service_tier?~": words("default"),
     "prompt_filter_results?~": PROMPT_FILTER, "kv_transfer_params?~": fresh({}), "provider?": words("OpenAI"),
     "timings?": TIMINGS, "prompt?": many(rec({"text": TEXT, "logprobs~": LOGPROBS}), 1, 1)},
    p=0.3, nulls=0.2,
)
_N = words(1, 1, 1, 1, 1, 2, 3)


@st.composite
def _responses(draw: Draw) -> Doc:
    body: Doc = draw(_RESPONSE_TOP)
    if chance(draw, 1):
        return {"choices": [draw(_BARE_CHOICE)], "model": body["model"]}
    body["choices"] = [draw(_CHOICE) | {"index": index} for index in range(draw(_N))]
    return body


@cache
def responses(valid: bool = True, *, extras: bool = True) -> S:
    """Bodies of successful responses, some with fields that only other servers send."""
    strategy = _strewn(_responses()) if extras else _responses()
    return c.document(strategy if valid else c.damaged(strategy))


def responses_pool(n: int = 64) -> S:
    """Copies of `n` responses made beforehand, one cheap draw each."""
    return c.pool(responses(), n)


def requests_pool(n: int = 64) -> S:
    """Copies of `n` requests made beforehand, one cheap draw each."""
    return c.pool(requests(), n)


# --- streams ------------------------------------------------------------------------------------------------

_HABITS = rec(
    {"id_empty_first?": True, "model_empty_first?": True, "id_moves?": True, "created_moves?": True,
     "created_only_last?": True, "fingerprint?~": words("fp_1"), "fingerprint_only_last?": True,
     "prompt_filter?": True, "comments?": words("OPENROUTER PROCESSING", "keep-alive", ""), "obfuscation?": True,
     "usage_null?": True, "finish_key_absent?": True, "finish_empty?": True, "logprobs?": True,
     "logprobs_absent?": True, "no_done?": True, "finish_twice?": True, "finish_on_last?": True, "late?": True,
     "no_choices_frame?": True, "together?": True, "stop_reason?": words(None, "END"), "filter?": True,
     "provider?": words("OpenAI"), "bare_finish?": True, "token_ids?": fresh([1, 2])},
    p=0.15, nulls=0.3,
)
_USAGE_MODE = words("own", "own", "finish", "none", "none", "running", "then_null")
_FRAGMENTS = many(TEXT, 0, 4)


def _script(draw: Draw, habits: Doc) -> list[Doc]:
    """What one choice says, its finish included; a step is a choice object without an index."""
    steps: list[Doc] = []
    said = 0
    for text in draw(_FRAGMENTS):
        step: Doc = {"text": text, "logprobs": None, "finish_reason": None}
        if "logprobs" in habits and chance(draw, 8):
            step["logprobs"] = draw(_logprobs(said))
        said += len(text)
        steps.append(step)
    reason = draw(_ENDING)
    finish: Doc = {"text": "", "logprobs": None, "finish_reason": reason}
    if "finish_on_last" in habits and steps:
        finish = steps.pop() | {"finish_reason": reason}
    if "filter" in habits:
        finish["content_filter_results"] = draw(CONTENT_FILTER)
    if "token_ids" in habits:
        finish["token_ids"] = list(habits["token_ids"])
    steps.append(finish)
    for step in steps:
        if step["finish_reason"] is None and "finish_key_absent" in habits:
            del step["finish_reason"]
        elif step["finish_reason"] is None and "finish_empty" in habits:
            step["finish_reason"] = ""
        if step["logprobs"] is None and "logprobs_absent" in habits:
            del step["logprobs"]
        if "stop_reason" in habits:
            step["stop_reason"] = habits["stop_reason"] if step is finish else None
    if "finish_twice" in habits:
        steps.append({"text": "", "logprobs": None, "finish_reason": reason})
    if "late" in habits:
        steps.append({"text": draw(TEXT), "logprobs": None, "finish_reason": None})
    return steps


_ENDING = choose((9, FINISH), (1, words("eos_token", "tool_calls")))


def _merge(draw: Draw, habits: Doc, scripts: list[list[Doc]]) -> list[list[Doc]]:
    """The steps of all choices in one order, each with its index; some of them together in one chunk."""
    queues = {index: list(steps) for index, steps in enumerate(scripts)}
    groups: list[list[Doc]] = []
    while queues:
        order = sorted(queues)
        if len(order) > 1 and "together" in habits:
            groups.append([{"index": index} | queues[index].pop(0) for index in order])
        else:
            index = order[draw(_TURN) % len(order)]
            groups.append([{"index": index} | queues[index].pop(0)])
        queues = {index: steps for index, steps in queues.items() if steps}
    return groups


_TURN = st.integers(0, 5)


def _envelope(draw: Draw, habits: Doc, at: int, last: bool) -> Doc:
    chunk: Doc = {"id": "cmpl-1", "object": "text_completion", "created": 1700000000, "model": "m"}
    if at == 0:
        chunk |= {key: "" for key in ("id", "model") if f"{key}_empty_first" in habits}
    elif "id_moves" in habits:
        chunk["id"] = f"cmpl-{at}"
    if "created_only_last" in habits and not last:
        del chunk["created"]
    elif "created_moves" in habits:
        chunk["created"] += at
    if "fingerprint" in habits and (last or "fingerprint_only_last" not in habits):
        chunk["system_fingerprint"] = habits["fingerprint"]
    if "provider" in habits:
        chunk["provider"] = habits["provider"]
    if "obfuscation" in habits:
        chunk["obfuscation"] = draw(_PADDING)
    return chunk


_PADDING = words("aZ", "", "q4Xy7")


def _chunks(draw: Draw, habits: Doc, mode: str, scripts: list[list[Doc]]) -> list[Doc]:
    groups = _merge(draw, habits, scripts)
    counts: Doc | None = None if mode == "none" else draw(USAGE)
    chunks: list[Doc] = []

    def add(rest: Doc, last: bool = False) -> None:
        chunks.append(_envelope(draw, habits, len(chunks), last) | rest)

    if "prompt_filter" in habits:
        add({"id": "", "object": "", "created": 0, "model": "", "choices": [],
             "prompt_filter_results": draw(PROMPT_FILTER)})
    if "bare_finish" in habits and len(scripts) == 1 and len(groups) > 1:
        # A server of mocks: its last choice has neither index nor text.
        del groups[-1][0]["index"], groups[-1][0]["text"]
        groups[-1][0]["delta"] = {}
    for at, group in enumerate(groups):
        add({"choices": group}, last=at == len(groups) - 1)
        if mode == "running" and counts is not None:
            chunks[-1]["usage"] = deepcopy(counts) | {"completion_tokens": len(chunks)}
        elif "usage_null" in habits:
            chunks[-1]["usage"] = None
    if mode == "finish":
        chunks[-1]["usage"] = counts
    if mode in ("own", "then_null"):
        add({"choices": [], "usage": counts}, last=True)
    if mode == "then_null":
        add({"choices": [], "usage": None})
    if "no_choices_frame" in habits:
        add({})
    return chunks


@st.composite
def _streams(draw: Draw, cut: bool, fail: bool) -> list[Record]:
    habits: Doc = draw(_HABITS)
    scripts = [_script(draw, habits) for _ in range(draw(_N))]
    chunks = _chunks(draw, habits, draw(_USAGE_MODE), scripts)
    if cut or fail:
        finished = (at for at, chunk in enumerate(chunks) if any(_ends(choice) for choice in chunk.get("choices", ())))
        del chunks[draw(_CUT) % (next(finished) + 1):]
    records: list[Record] = [(None, chunk) for chunk in chunks]
    if fail:
        records += draw(_FAILURE)
    elif not cut and "no_done" not in habits:
        records.append((None, "[DONE]"))
    if "comments" in habits:
        for _ in range(draw(_ONE_TWO)):
            records.insert(draw(_CUT) % (len(records) + 1), (COMMENT, habits["comments"]))
    return records


_CUT = st.integers(0, 30)
_ONE_TWO = words(1, 2)


def _ends(choice: Doc) -> bool:
    return bool(choice.get("finish_reason"))


_ERROR = rec(
    {"message": choose((3, words("Overloaded", "upstream down (request id: 1)")), TEXT),
     "type": words("server_error", "rate_limit_exceeded", "invalid_request_error", "upstream_error"),
     "param~": words("", "prompt"), "code~": words("rate_limit_exceeded", 503, "server_error")},
    nulls=0.4,
)
_BESIDE = rec({
    "id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "provider?": words("X"),
    "error": rec({"code": words(502, 429), "message": TEXT, "metadata?": fresh({"raw": "…"})}),
    "choices": many(rec({"index": 0, "text": "", "finish_reason": "error"}), 1, 1), "usage?": USAGE,
})
_FAILURE: S = choose(
    (4, rec({"error": _ERROR}).map(lambda body: [(None, body)])),
    (1, rec({"error": _ERROR}).map(lambda body: [(None, body), (None, "[DONE]")])),
    (2, rec({"error": _ERROR}).map(lambda body: [("error", body)])),
    (2, _BESIDE.map(lambda body: [(None, body)])),
    (1, rec({"object": "error", "message": TEXT, "type": "BadRequestError", "code": 400}).map(
        lambda body: [(None, body)])),
)


@cache
def streams(cut: bool = False, *, extras: bool = True) -> S:
    """Lists of SSE records that end properly: every choice has a finish reason (`[DONE]` may be missing, as it
    does in practice); with `cut=True` lists that stop before any choice is finished, the empty list included."""
    strategy = _streams(cut, False)
    return c.document(_strewn(strategy) if extras else strategy)


@cache
def failing_streams(*, extras: bool = True) -> S:
    """Lists of SSE records that end in an error frame before any choice is finished."""
    strategy = _streams(False, True)
    return c.document(_strewn(strategy) if extras else strategy)
