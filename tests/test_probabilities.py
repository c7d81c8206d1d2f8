"""Log probabilities between rows and columns, and what is told of the objects of Gemini of which others say some."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman
from dragoman import laws
from tests.matrix import (
    CHAT,
    COMPLETIONS,
    GEMINI,
    MESSAGES,
    RESPONSES,
    Json,
    answer,
    c_answer,
    g_answer,
    send,
    sse,
)
from tests.wire import chunk


def token(word: str, number: float, *others: tuple[str, float], known: bool = True) -> Json:
    """A row; known: its bytes are told."""

    def row(said: str, figure: float) -> Json:
        return {"token": said, "logprob": figure, "bytes": list(said.encode()) if known else None}

    return {**row(word, number), "top_logprobs": [row(*other) for other in others]}


ROWS = [token("Hé", -0.5, ("Hé", -0.5), ("Ho", -1.5)), token("llo", -0.25)]
COLUMNS: Json = {
    "tokens": ["Hé", "llo"],
    "token_logprobs": [-0.5, -0.25],
    "top_logprobs": [{"Hé": -0.5, "Ho": -1.5}, {}],
    "text_offset": [0, 2],
}
RESULT: Json = {
    "chosenCandidates": [{"token": "Hé", "logProbability": -0.5}, {"token": "llo", "logProbability": -0.25}],
    "topCandidates": [
        {"candidates": [{"token": "Hé", "logProbability": -0.5}, {"token": "Ho", "logProbability": -1.5}]},
        {"candidates": []},
    ],
}


def of_chat() -> Json:
    body = c_answer(content="Héllo")
    body["choices"][0]["logprobs"] = {"content": ROWS, "refusal": None}
    return body


def of_completions() -> Json:
    choice = {"index": 0, "text": "Héllo", "finish_reason": "stop", "logprobs": COLUMNS}
    return {"id": "c", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]}


def of_gemini(**more: Any) -> Json:
    body = g_answer({"text": "Héllo"})
    body["candidates"][0] |= {"logprobsResult": RESULT, **more}
    return body


def of_responses() -> Json:
    whole: Json = answer(of_chat(), CHAT, RESPONSES).body
    return whole


def told(losses: Any, *codes: str) -> set[tuple[str, str, str]]:
    return {(x.kind, x.code, x.at) for x in losses if x.code.startswith(codes)}


def assert_lawful(body: Json, source: str, target: str) -> None:
    for law in (laws.spelling_is_free, laws.nothing_vanishes, laws.nothing_made_up, laws.settled):
        assert not law("response", body, source, target)
    for ordinal in range(12):
        assert not laws.dropped_is_unused("response", body, source, target, ordinal)


@pytest.mark.parametrize(
    ("source", "body", "at"),
    [
        (CHAT, of_chat(), "/choices/0/logprobs"),
        (GEMINI, of_gemini(), "/candidates/0/logprobsResult"),
        (RESPONSES, of_responses(), "/output/0/content/0/logprobs"),
    ],
)
def test_rows_become_columns(source: str, body: Json, at: str) -> None:
    """ "`text_offset` counts characters": the tokens before are what is counted here."""
    t = answer(body, source, COMPLETIONS)
    assert t.body["choices"][0]["logprobs"] == COLUMNS
    beside = {f"{at}/topCandidates"} if source == GEMINI else set()
    wanted = {("changed", "logprobs.approximated", place) for place in {at, *beside}}
    assert told(t.losses, "logprobs.", "field.") == wanted
    assert_lawful(body, source, COMPLETIONS)


@pytest.mark.parametrize("target", [CHAT, RESPONSES, GEMINI])
def test_columns_become_rows(target: str) -> None:
    t = answer(of_completions(), COMPLETIONS, target)
    if target == GEMINI:
        assert t.body["candidates"][0]["logprobsResult"] == RESULT
    elif target == CHAT:
        rows = [token("Hé", -0.5, ("Hé", -0.5), ("Ho", -1.5), known=False), token("llo", -0.25, known=False)]
        assert t.body["choices"][0]["logprobs"] == {"content": rows}
    else:
        said = t.body["output"][0]["content"][0]["logprobs"]
        assert [(row["token"], row["logprob"], row["bytes"]) for row in said] == [("Hé", -0.5, []), ("llo", -0.25, [])]
    assert ("changed", "logprobs.approximated", "/choices/0/logprobs") in told(t.losses, "logprobs.")
    assert_lawful(of_completions(), COMPLETIONS, target)


def test_what_is_no_number_is_no_row() -> None:
    """ "With echo the first token_logprob is null"."""
    body = of_completions()
    body["choices"][0]["logprobs"] = {**COLUMNS, "token_logprobs": [None, -0.25]}
    said = answer(body, COMPLETIONS, CHAT).body["choices"][0]["logprobs"]
    assert [row["token"] for row in said["content"]] == ["llo"]
    body["choices"][0]["logprobs"] = {**COLUMNS, "token_logprobs": [None, None]}
    assert answer(body, COMPLETIONS, CHAT).body["choices"][0]["logprobs"] is None


def test_probabilities_of_a_refusal_have_no_columns() -> None:
    body = of_chat()
    body["choices"][0]["logprobs"]["refusal"] = [token("No", -1)]
    t = answer(body, CHAT, COMPLETIONS)
    assert t.body["choices"][0]["logprobs"] == COLUMNS
    assert ("dropped", "logprobs.unsupported", "/choices/0/logprobs/refusal") in told(t.losses, "logprobs.")


def pieces(dialect: str) -> bytes:
    """The same answer as a stream, a token a chunk."""
    if dialect == CHAT:
        frames = [chunk({"content": row["token"]}) for row in ROWS]
        for frame, row in zip(frames, ROWS, strict=True):
            frame["choices"][0]["logprobs"] = {"content": [row], "refusal": None}
        return sse(CHAT, [*frames, chunk({}, "stop")])
    if dialect == GEMINI:
        out = []
        for i, word in enumerate(("Hé", "llo")):
            one = g_answer({"text": word})
            one["candidates"][0]["logprobsResult"] = {key: value[i : i + 1] for key, value in RESULT.items()}
            if not i:
                del one["candidates"][0]["finishReason"]
            out.append(one)
        return sse(GEMINI, out)
    whole: bytes = send(pieces(CHAT), CHAT, dialect).out
    return whole


@pytest.mark.parametrize("source", [CHAT, GEMINI, RESPONSES])
def test_columns_come_as_they_are_told(source: str) -> None:
    """The offsets go on from piece to piece."""
    data = pieces(source)
    sent = send(data, source, COMPLETIONS)
    whole = dragoman.fold(dragoman.read_events(sent.out, COMPLETIONS))
    assert whole.candidates[0].logprobs == COLUMNS
    assert not laws.stream_is_document(data, source, COMPLETIONS)
    assert not laws.keeps_grammar(data, source, COMPLETIONS)
    assert not laws.cut_anywhere(data, source, COMPLETIONS, range(0, len(data), 7))


@pytest.mark.parametrize("target", [CHAT, RESPONSES, GEMINI, MESSAGES])
def test_rows_come_as_they_are_told(target: str) -> None:
    data = pieces(COMPLETIONS)
    assert not laws.stream_is_document(data, COMPLETIONS, target)
    assert not laws.keeps_grammar(data, COMPLETIONS, target)


# --- the smallest places --------------------------------------------------------------------------------------------


def test_of_probabilities_what_only_gemini_has_is_told() -> None:
    """The tokens themselves are carried: only their ids, and the sums, are not."""
    result = {
        **RESULT,
        "chosenCandidates": [{**one, "tokenId": 7} for one in RESULT["chosenCandidates"]],
        "logProbabilitySum": -0.75,
    }
    body = of_gemini(logprobsResult=result, avgLogprobs=-0.4)
    at = "/candidates/0"
    assert told(answer(body, GEMINI, CHAT).losses, "logprobs.", "field.") == {
        ("changed", "logprobs.approximated", f"{at}/logprobsResult/chosenCandidates"),
        ("changed", "logprobs.approximated", f"{at}/logprobsResult/topCandidates"),
        ("dropped", "field.unsupported", f"{at}/logprobsResult/logProbabilitySum"),
        ("dropped", "field.unsupported", f"{at}/avgLogprobs"),
    }
    assert_lawful(body, GEMINI, CHAT)


@pytest.mark.parametrize("tops", [RESULT["topCandidates"][:1], [{"candidates": []}, {"candidates": []}], [{}, {}]])
def test_alternatives_that_are_not_there_for_every_token_are_told(tops: Any) -> None:
    body = of_gemini(logprobsResult={**RESULT, "topCandidates": tops})
    at = "/candidates/0/logprobsResult/topCandidates"
    assert ("changed", "logprobs.approximated", at) in told(answer(body, GEMINI, CHAT).losses, "logprobs.")
    for target in (CHAT, RESPONSES, COMPLETIONS, MESSAGES):
        assert_lawful(body, GEMINI, target)


GROUNDING: Json = {
    "webSearchQueries": ["q"],
    "searchEntryPoint": {"renderedContent": "<b>"},
    "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A", "domain": "a.example"}}],
    "groundingSupports": [{"segment": {"startIndex": 1, "endIndex": 3}, "groundingChunkIndices": [0]}],
}
CITED: Json = {"citationSources": [{"uri": "https://c.example", "startIndex": 0, "endIndex": 2, "license": "mit"}]}


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, COMPLETIONS])
def test_of_grounding_what_no_citation_says_is_told(target: str) -> None:
    """An address that is carried was not dropped."""
    body = of_gemini(groundingMetadata=GROUNDING, citationMetadata=CITED)
    del body["candidates"][0]["logprobsResult"]
    at = "/candidates/0"
    losses = answer(body, GEMINI, target).losses
    assert told(losses, "field.", "citation.grounding") == {
        ("dropped", "field.unsupported", f"{at}/groundingMetadata/webSearchQueries"),
        ("dropped", "field.unsupported", f"{at}/groundingMetadata/searchEntryPoint"),
        ("changed", "citation.grounding", f"{at}/groundingMetadata/groundingChunks"),
        ("changed", "citation.grounding", f"{at}/groundingMetadata/groundingSupports"),
        ("changed", "citation.grounding", f"{at}/citationMetadata/citationSources"),
    }
    assert_lawful(body, GEMINI, target)


# "retrievedContext" of a file search, as recorded: there is no address that a citation could name.
SEARCHED: Json = {
    "groundingChunks": [{"retrievedContext": {"fileSearchStore": "fileSearchStores/a", "text": "T"}}],
    "groundingSupports": [{"segment": {"startIndex": 1, "endIndex": 3}, "groundingChunkIndices": [0]}],
}


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, COMPLETIONS])
@pytest.mark.parametrize("meta", [SEARCHED, {"groundingChunks": GROUNDING["groundingChunks"]}])
def test_grounding_of_which_no_citation_comes_is_dropped(target: str, meta: Json) -> None:
    body = of_gemini(groundingMetadata=meta)
    del body["candidates"][0]["logprobsResult"]
    losses = answer(body, GEMINI, target).losses
    assert told(losses, "citation.") == {
        ("dropped", "citation.grounding", f"/candidates/0/groundingMetadata/{key}") for key in meta
    }
    assert_lawful(body, GEMINI, target)


@pytest.mark.parametrize("target", [CHAT, RESPONSES, MESSAGES, COMPLETIONS])
@pytest.mark.parametrize(
    "pieces",
    [
        [{"groundingChunks": GROUNDING["groundingChunks"]}, {"groundingSupports": GROUNDING["groundingSupports"]}],
        [{"groundingSupports": GROUNDING["groundingSupports"]}, {"groundingChunks": GROUNDING["groundingChunks"]}],
        [SEARCHED, {"groundingChunks": [*SEARCHED["groundingChunks"], *GROUNDING["groundingChunks"]]}],
        [SEARCHED, SEARCHED],
        [GROUNDING, SEARCHED],
        [SEARCHED, {}],
    ],
)
def test_a_stream_tells_of_grounding_what_the_document_tells(target: str, pieces: list[Json]) -> None:
    frames = [g_answer({"text": "Hello"}), g_answer({"text": " you"})]
    del frames[0]["candidates"][0]["finishReason"]
    for frame, piece in zip(frames, pieces, strict=True):
        frame["candidates"][0]["groundingMetadata"] = piece
    assert laws.stream_is_document(sse(GEMINI, frames), GEMINI, target) == []


def test_grounding_may_come_in_pieces() -> None:
    """The texts that are supported in one chunk, what supports them in another."""
    first, last = g_answer({"text": "Hello"}), g_answer({"text": ""})
    del first["candidates"][0]["finishReason"]
    for one, key in ((first, "groundingSupports"), (last, "groundingChunks")):
        one["candidates"][0]["groundingMetadata"] = {key: GROUNDING[key]}
    data = sse(GEMINI, [first, last])
    for target in (CHAT, RESPONSES, MESSAGES, COMPLETIONS):
        assert not laws.stream_is_document(data, GEMINI, target)


def test_of_the_details_of_an_error_what_is_not_said_is_told() -> None:
    """Neither the reason, which is the code, nor how long to wait, which is a header."""
    kind = "type.googleapis.com/google.rpc"
    details = [
        {"@type": f"{kind}.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED", "domain": "d.example"},
        {"@type": f"{kind}.RetryInfo", "retryDelay": "3s"},
        {"@type": f"{kind}.Help", "links": []},
    ]
    body = {"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED", "details": details}}
    for target in (CHAT, MESSAGES, RESPONSES):
        t = dragoman.translate_error(429, body, GEMINI, target)
        assert told(t.losses, "field.") == {
            ("dropped", "field.unsupported", "/error/details/0/domain"),
            ("dropped", "field.unsupported", "/error/details/2"),
        }
        assert t.headers["retry-after"] == "3"


def test_law_2_looks_into_objects_and_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole object is not dropped where a leaf of it shows."""
    body = of_gemini(groundingMetadata=GROUNDING)
    was = laws.translate

    def too_much(*asked: Any) -> Any:
        there, report, path = was(*asked)
        report.losses = []
        report.dropped("field.unsupported", "/candidates/0/groundingMetadata", GROUNDING)
        return there, report, path

    monkeypatch.setattr(laws, "translate", too_much)
    found = [laws.dropped_is_unused("response", body, GEMINI, CHAT, ordinal) for ordinal in range(9)]
    assert any(found)
    assert not all(found)
