"""Endpoints beside those that answer: what asks a model for no answer, by the request target and by the body.

Only what is certain stands here. A target that nobody knows may be a proxy's own, in front of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .errors import Fault

# Where the vendors have their lists and jobs: behind the version or the name of an API, or at the root. A word as
# common as `models` is no sign anywhere else; and what a conversation is called, an application's own path may be, too.
_API = r"(?:.*/(?:v\d\w*|openai|anthropic)/|/?)"
_TOP = r"(?:https?://[^/]+)?(?:/openai)?/v\d\w*/"
# What a target ends in, and what it is called in a message, which repeats nothing of the target: its query may hold a
# key. A target is matched as a whole.
_TARGETS = (
    (r".*/messages/count[_-]tokens|.*/models/count-tokens:rawPredict|.*/model/[^/]+/count-tokens", "count_tokens"),
    (r".*/messages/batches(?:/.+)?", "messages/batches"),
    (r".*/responses/input_tokens", "responses/input_tokens"),
    (r".*/responses/compact", "responses/compact"),
    (r".*/responses/[^/]+/input_items", "responses/{id}/input_items"),
    (r".*/chat/completions/[^/]+/messages", "chat/completions/{id}/messages"),
    (r"(?:.*/)?embeddings", "embeddings"),
    (r"(?:.*/)?moderations", "moderations"),
    (r"(?:.*/)?images/(?:generations|edits|variations)", "images"),
    (r"(?:.*/)?audio/(?:speech|transcriptions|translations)", "audio"),
    (r"(?:.*/)?fine_tuning/.+", "fine_tuning"),
    (_API + r"rerank", "rerank"),
    (_API + r"files(?:/.+)?", "files"),
    (_TOP + r"uploads(?:/.+)?", "uploads"),
    (_API + r"batches(?:/.+)?", "batches"),
    (_TOP + r"vector_stores(?:/.+)?", "vector_stores"),
    (_TOP + r"threads(?:/.+)?", "threads"),
    (_TOP + r"conversations(?:/.+)?", "conversations"),
    (_TOP + r"assistants(?:/.+)?", "assistants"),
    (_TOP + r"videos(?:/.+)?", "videos"),
    (_API + r"models|(?:.*/)?v\d\w*/models/[^/:]+", "models"),
    (r"(?:.*/)?v\d\w*/interactions(?:/.+)?", "interactions"),
    (r".*:(?:countTokens|computeTokens|countTextTokens|countMessageTokens)", ":countTokens"),
    (r".*:(?:embedContent|batchEmbedContents|asyncBatchEmbedContent|embedText|batchEmbedText)", ":embedContent"),
    (r".*:(?:batchGenerateContent|predict|predictLongRunning)", ":predict or :batchGenerateContent"),
)
_ASKS = re.compile("|".join(f"(?P<n{n}>{pattern})" for n, (pattern, _) in enumerate(_TARGETS)), re.DOTALL)


def asked_at(path: str) -> str | None:
    """What the request target `path` is known to ask for in place of an answer; None for any other."""
    found = _ASKS.fullmatch(re.split(r"[?#]", path, maxsplit=1)[0].rstrip("/"))
    return None if found is None else _TARGETS[int((found.lastgroup or "n0")[1:])][1]


def fault_at(path: str, at: str = "/path") -> Fault | None:
    """What is wrong with a request for an answer that goes to `path`."""
    asked = asked_at(path)
    return None if asked is None else Fault(at, "the path of a request for an answer", asked)


# Parameters of a query that are no secret; Gemini's `key` is one, and so is Azure's `subscription-key`.
_PLAIN = frozenset({"alt", "api-version", "beta"})


def shown(path: str) -> str:
    """A request target as a log may have it: names alone of what may be a key, and nobody's password."""
    target, _, query = path.partition("#")[0].partition("?")
    target = re.sub(r"^([\w+.-]*:?//)[^/]*@", r"\1...@", target)
    if not query:
        return target
    return f"{target}?{'&'.join(map(_shown, query.split('&')))}"


def _shown(pair: str) -> str:
    name, given, value = pair.partition("=")
    if not given:
        return "..."
    return pair if name in _PLAIN and re.fullmatch(r"[\w.-]*", value) else f"{name}=..."


class Sign(NamedTuple):
    """What makes a body one of another endpoint: all of the keys that it has, (key, pattern of its text), keys of the
    objects in the list at the key `entries`; and, where only the whole tells, the keys beside these that it may have.
    """

    name: str
    has: frozenset[str]
    texts: tuple[tuple[str, str], ...] = ()
    entries: tuple[str, frozenset[str]] | None = None
    beside: frozenset[str] | None = None


def _sign(name: str, has: str, *texts: tuple[str, str], entries: str = "", beside: str | None = None) -> Sign:
    key, *inner = entries.split() or [""]
    keys = frozenset(has.split())
    return Sign(
        name,
        keys,
        texts,
        (key, frozenset(inner)) if key else None,
        None if beside is None else keys | frozenset(beside.split()),
    )


_EMBEDS = r"(?i).*(?:text-embedding|embed-v|-embed(?:ding)?\b).*"
_REQUESTS = (
    _sign("embeddings", "input encoding_format"),
    _sign("embeddings", "input dimensions"),
    _sign("embeddings", "input input_type"),
    _sign("embeddings", "input model", ("model", _EMBEDS)),
    _sign("moderations", "input model", ("model", r".*\b(?:omni|text)-moderation\b.*")),
    _sign("audio", "input voice"),
    _sign("images", "prompt model", ("model", r"(?:.*/)?(?:dall-e|gpt-image|chatgpt-image)\b.*")),
    _sign("images", "prompt size"),
    _sign("images", "prompt response_format", ("response_format", "b64_json|url")),
)
_ANSWERS = (
    _sign("a list", "object data", ("object", "list")),
    _sign("a list", "data has_more"),
    _sign("models", "models", entries="models name"),
    _sign("models", "object owned_by", ("object", "model")),
    _sign("batches", "object endpoint", ("object", "batch")),
    _sign("messages/batches", "type request_counts", ("type", "message_batch")),
    _sign("files", "object filename", ("object", "file")),
    _sign("responses/input_tokens", "object input_tokens", ("object", r"response\.input_tokens")),
    _sign("responses/compact", "object output", ("object", r"response\.compaction")),
    _sign("count_tokens", "input_tokens", beside="context_management"),
    _sign(
        ":countTokens",
        "totalTokens",
        beside="cachedContentTokenCount promptTokensDetails cacheTokensDetails totalBillableCharacters",
    ),
    _sign("embeddings", "data", entries="data embedding"),
    _sign(":embedContent", "embeddings", entries="embeddings values"),
    _sign(":embedContent", "embedding", beside="usageMetadata"),
    _sign("moderations", "results", entries="results flagged"),
    _sign("moderations", "results", entries="results category_scores"),
    _sign("rerank", "results", entries="results relevance_score"),
    _sign("images", "data", entries="data b64_json"),
    _sign("images", "created data", entries="data url"),
    _sign(":predict", "predictions"),
    _sign("audio", "text", beside="usage task duration language segments words logprobs model finish_reason"),
    _sign("interactions", "object", ("object", "interaction")),
    _sign("what is deleted", "deleted id", beside="object"),
)
# What an answer, or an error, of any dialect has: then it is that, whatever else it has.
_OURS = frozenset({"messages", "contents", "choices", "candidates", "content", "error", "promptFeedback"})


def asked_by(body: Any, kind: str) -> str | None:
    """Whose body this is in place of a request for an answer, or of an answer (`kind`); None for any other."""
    if not isinstance(body, Mapping) or not _OURS.isdisjoint(k for k, v in body.items() if v is not None):
        return None
    signs = _REQUESTS if kind == "request" else _ANSWERS
    return next((sign.name for sign in signs if _is(sign, body)), None)


def _is(sign: Sign, body: Mapping[str, Any]) -> bool:
    if not sign.has <= body.keys() or (sign.beside is not None and not body.keys() <= sign.beside):
        return False
    if sign.entries is not None:
        entries = body[sign.entries[0]]
        if type(entries) is not list or not entries:
            return False
        return all(type(entry) is dict and sign.entries[1] <= entry.keys() for entry in entries)
    return all(type(body[key]) is str and re.fullmatch(pattern, body[key]) for key, pattern in sign.texts)
