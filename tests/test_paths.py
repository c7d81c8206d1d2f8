"""The request target as a part of a request: what a path may ask for, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

import dragoman

CHAT, MESSAGES, GEMINI = "openai-chat", "anthropic-messages", "gemini"
ASKED: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}


@pytest.mark.parametrize("target", [d for d in dragoman.dialects() if d != GEMINI])
@pytest.mark.parametrize(
    "method", ["countTokens", "batchGenerateContent", "embedContent", "predict", "streamRawPredict"]
)
def test_a_path_of_another_method_is_refused(method: str, target: str) -> None:
    """What counts tokens is no answer to be had: told at the path, together with the body's own faults."""
    path = f"/v1beta/models/m:{method}?key=SECRET"
    for attempt in (
        lambda body: dragoman.translate_request(body, GEMINI, target, path=path),
        lambda body: dragoman.read_request(body, GEMINI, path=path),
        lambda body: dragoman.Exchange(GEMINI, target).request(body, path=path),
    ):
        with pytest.raises(dragoman.InvalidDocument) as caught:
            attempt(ASKED)
        assert [fault.at for fault in caught.value.faults] == ["/path"]
        assert "SECRET" not in str(caught.value)
        with pytest.raises(dragoman.InvalidDocument) as caught:
            attempt({})
        assert {fault.at for fault in caught.value.faults} == {"/path", "/contents"}
    assert dragoman.translate_request(ASKED, GEMINI, GEMINI, path=path).path == path  # at home it passes as it is


@pytest.mark.parametrize(
    ("path", "model", "stream"),
    [
        ("/v1beta/models/m:generateContent", "m", False),
        ("/v1beta/models/m:generateContent/?key=k", "m", False),
        ("/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent?alt=sse", "m", True),
        ("https://host:8080/v1beta/models/a:b:generateContent", "a:b", False),
        ("https://host:8080/v1/x", "", False),
        ("/v1/x", "", False),
        (None, "", False),
    ],
)
def test_a_path_of_a_request_or_none_is_fine(path: str | None, model: str, stream: bool) -> None:
    t = dragoman.translate_request(ASKED, GEMINI, CHAT, path=path)
    assert (t.model, t.stream) == (model, stream)
    assert [loss.code for loss in t.losses] == ([] if model else ["envelope.model"])


@pytest.mark.parametrize("method", ["rawPredict", "streamRawPredict"])
def test_only_gemini_keeps_a_method_in_its_path(method: str) -> None:
    body = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}
    path = f"/v1/projects/p/locations/l/publishers/anthropic/models/m:{method}"
    assert dragoman.translate_request(body, MESSAGES, CHAT, path=path).losses == ()


@pytest.mark.parametrize("path", ["//[x:streamGenerateContent?alt=sse", "http://[::1/models/m:streamGenerateContent"])
def test_a_path_that_is_no_address_is_read_all_the_same(path: str) -> None:
    assert dragoman.translate_request(ASKED, GEMINI, CHAT, path=path).stream is True


VERTEX = "/v1/projects/p/locations/global/publishers/anthropic/models"


@pytest.mark.parametrize(
    ("path", "model", "stream"),
    [
        (f"{VERTEX}/claude-x@1:rawPredict", "claude-x@1", False),
        (f"{VERTEX}/claude-x@1:streamRawPredict?alt=sse", "claude-x@1", True),
        ("/model/anthropic.claude-x-v1%3A0/invoke", "anthropic.claude-x-v1:0", False),
        ("/model/us.anthropic.claude-x/invoke-with-response-stream/", "us.anthropic.claude-x", True),
        ("/v1/messages?beta=true", "", False),
        (f"{VERTEX}/count-tokens:rawPredict/x", "", False),
        ("/model/m/converse", "", False),
    ],
)
def test_a_cloud_keeps_the_model_of_messages_in_its_path(path: str, model: str, stream: bool) -> None:
    body = {"anthropic_version": "x", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    there = dragoman.translate_request(body, MESSAGES, CHAT, path=path)
    assert (there.model, there.stream, there.body["model"]) == (model, stream, model)
    assert ("envelope.model" in {loss.code for loss in there.losses}) == (not model)
    home = dragoman.translate_request(body, MESSAGES, MESSAGES, path=path)
    assert (home.model, home.stream, home.path, home.body) == (model, stream, path, body)
    request = dragoman.read_request(body, MESSAGES, path=path)
    assert dragoman.write_request(request, MESSAGES).body == body


def test_what_the_body_of_messages_says_goes_before_its_path() -> None:
    body = {"model": "m", "stream": False, "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    path = f"{VERTEX}/claude-x@1:streamRawPredict"
    for target in (CHAT, MESSAGES):
        t = dragoman.translate_request(body, MESSAGES, target, path=path)
        assert (t.model, t.stream) == ("m", False)
    del body["model"]
    for target in (CHAT, MESSAGES):
        t = dragoman.translate_request(body, MESSAGES, target, path=path)
        assert (t.model, t.stream, t.body["stream"]) == ("claude-x@1", False, False)


ELSEWHERE = [
    ("/v1/messages/count_tokens?beta=true", "count_tokens"),
    (f"{VERTEX}/count-tokens:rawPredict", "count_tokens"),
    ("/model/anthropic.claude-x/count-tokens", "count_tokens"),
    ("/v1/messages/batches", "messages/batches"),
    ("https://host/openai/deployments/d/embeddings?api-version=1", "embeddings"),
    ("/v1/moderations", "moderations"),
    ("/v1/images/generations", "images"),
    ("/openai/v1/audio/speech", "audio"),
    ("/v1/files", "files"),
    ("/v1/batches/batch_1/cancel", "batches"),
    ("/models", "models"),
    ("/v1/models/gpt-x", "models"),
    ("/v1/responses/input_tokens/", "responses/input_tokens"),
    ("/v1/chat/completions/chatcmpl-1/messages", "chat/completions/{id}/messages"),
    ("/v1/threads/thread_1/messages", "threads"),
    ("/v1beta/interactions", "interactions"),
    ("/v1beta/models/m:countTokens?key=SECRET", ":countTokens"),
]
ASKING: dict[str, dict[str, Any]] = {
    CHAT: {"model": "m", "messages": [{"role": "user", "content": "Hi"}]},
    "claude-thinking": {"model": "m", "messages": [{"role": "user", "content": "Hi"}]},
    "openai-responses": {"model": "m", "input": "Hi"},
    "openai-completions": {"model": "m", "prompt": "Hi"},
    MESSAGES: {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]},
    GEMINI: ASKED,
}


@pytest.mark.parametrize(("path", "found"), ELSEWHERE)
@pytest.mark.parametrize("source", dragoman.dialects())
def test_a_path_of_another_endpoint_is_refused(source: str, path: str, found: str) -> None:
    """Counting tokens costs nothing, an answer does; and who asked to count gets no answer that he can use."""
    target = MESSAGES if source == CHAT else CHAT
    body = ASKING[source]
    for attempt in (
        lambda: dragoman.translate_request(body, source, target, path=path),
        lambda: dragoman.read_request(body, source, path=path),
        lambda: dragoman.Exchange(source, target).request(body, path),
    ):
        with pytest.raises(dragoman.InvalidDocument) as caught:
            attempt()
        assert [fault.at for fault in caught.value.faults] == ["/path"]
        assert "SECRET" not in str(caught.value)
        if source != GEMINI:
            assert caught.value.faults[0].found == found
    assert dragoman.translate_request(body, source, source, path=path).body == body  # at home it passes as it is


def test_a_path_of_another_endpoint_is_told_beside_the_faults_of_the_body() -> None:
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.translate_request({"messages": [1]}, MESSAGES, CHAT, path="/v1/messages/count_tokens")
    assert [fault.at for fault in caught.value.faults] == ["/path", "/messages/0"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions",
        "/openai/deployments/embeddings/chat/completions",
        "/models/chat/completions",
        "/models/some-model",
        "/proxy/files",
        "/my/models/x/y",
        "/api/conversations/7",
        "/api/v1/conversations/7/messages",
        "/v1/models/owner/name/predictions",
        "/count_tokens",
        "",
    ],
)
@pytest.mark.parametrize("source", [CHAT, MESSAGES])
def test_a_path_that_nobody_knows_is_a_proxys_own(source: str, path: str) -> None:
    target = MESSAGES if source == CHAT else CHAT
    assert dragoman.translate_request(ASKING[source], source, target, path=path).body["messages"]


DEPLOYED = "/openai/deployments/gpt-4o%20x/{}?api-version=2024-12-01-preview"


@pytest.mark.parametrize("source", [CHAT, "openai-chat+azure", "claude-thinking", "openai-completions"])
@pytest.mark.parametrize("validate", [False, True])
def test_azure_keeps_the_model_in_its_path(source: str, validate: bool) -> None:
    """ "Deployment in the path (old)"."""
    completes = source == "openai-completions"
    path = DEPLOYED.format("completions" if completes else "chat/completions")
    said: dict[str, Any] = {"prompt": "Hi"} if completes else {"messages": [{"role": "user", "content": "Hi"}]}
    body = {**said, "max_tokens": 9, "stop": "x", "stream": True}
    there = dragoman.translate_request(body, source, MESSAGES, path=path, validate=validate)
    assert (there.model, there.body["model"], there.stream) == ("gpt-4o x", "gpt-4o x", True)
    assert "envelope.model" not in {loss.code for loss in there.losses}
    home = dragoman.translate_request(body, source, source, path=path, validate=validate)
    assert (home.model, home.stream, home.path, home.body) == ("gpt-4o x", True, path, body)
    request = dragoman.read_request(body, source, path=path, validate=validate)
    assert dragoman.write_request(request, source).body == body
    if not completes:
        assert dragoman.write_request(request, GEMINI).path == (
            "/v1beta/models/gpt-4o%20x:streamGenerateContent?alt=sse"
        )


def test_a_suffix_on_a_deployment_asks_for_thinking_and_stays_in_the_path() -> None:
    body = {"messages": [{"role": "user", "content": "Hi"}]}
    path = "/openai/deployments/claude-x-thinking/chat/completions"
    request = dragoman.read_request(body, "claude-thinking", path=path)
    assert (request.model, request.reasoning.mode if request.reasoning else None) == ("claude-x", "enabled")
    assert dragoman.write_request(request, "claude-thinking").body == body


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/deployments/chat/completions/x", "/openai/deployments/m"])
def test_only_a_deployment_in_the_path_is_a_model(path: str) -> None:
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}]}
    assert dragoman.translate_request(body, CHAT, MESSAGES, path=path).model == ""
    with pytest.raises(dragoman.InvalidDocument) as caught:
        dragoman.translate_request(body, CHAT, MESSAGES, path=path, validate=True)
    assert [fault.at for fault in caught.value.faults] == ["/model"]
    body["model"] = "own"
    assert dragoman.translate_request(body, CHAT, MESSAGES, path=DEPLOYED.format("chat/completions")).model == "own"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/v1beta/models/g:generateContent?key=SECRET", "/v1beta/models/g:generateContent?key=..."),
        ("/v1beta/models/g:generateContent?alt=sse&key=SECRET", "/v1beta/models/g:generateContent?alt=sse&key=..."),
        ("/v1beta/models/g:generateContent?SECRET", "/v1beta/models/g:generateContent?..."),
        ("/v1beta/models/g:generateContent?alt=sse?key=SECRET&x", "/v1beta/models/g:generateContent?alt=...&..."),
        ("https://me:SECRET@host/v1beta/models/g:generateContent", "https://...@host/v1beta/models/g:generateContent"),
        ("/v1beta/models/g:generateContent#SECRET", "/v1beta/models/g:generateContent"),
        ("/v1beta/models/g:generateContent", "/v1beta/models/g:generateContent"),
    ],
)
def test_nothing_that_is_printed_has_the_key_of_a_path(path: str, told: str) -> None:
    """ "Logs and errors never print credentials"."""
    t = dragoman.translate_request(ASKED, GEMINI, GEMINI, path=path)
    assert t.path == path
    assert f"path={told!r}" in repr(t)
    away = dragoman.translate_request({**ASKED, "x": 1}, GEMINI, CHAT, path=path)
    request = dragoman.read_request({**ASKED, "x": 1}, GEMINI, path=path)
    assert "SECRET" not in f"{t!r} {t} {away!r} {away.path} {away.losses} {request!r} {away.body}"
    for wrong in ({"contents": 1}, {}):
        with pytest.raises(dragoman.InvalidDocument) as caught:
            dragoman.translate_request(wrong, GEMINI, CHAT, path=path, validate=True)
        assert "SECRET" not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize("target", [GEMINI, "gemini+array"])
def test_no_path_is_made_up_at_home(target: str) -> None:
    """Without a path nobody knows the model, and `/v1beta/models/:generateContent` is no address."""
    assert dragoman.translate_request(ASKED, GEMINI, target).path is None
    assert dragoman.translate_request(ASKED, GEMINI, target, profile={"provider": "google"}).path is None
    assert dragoman.write_request(dragoman.read_request(ASKED, GEMINI), target).path is None
    assert dragoman.Exchange(GEMINI, target).request(ASKED).path is None
    known = dragoman.translate_request(ASKED, GEMINI, target, path="/v1beta/models/m:generateContent")
    assert known.path == "/v1beta/models/m:generateContent"
    away = dragoman.translate_request({"messages": [{"role": "user", "content": "Hi"}]}, CHAT, target)
    assert [loss.code for loss in away.losses] == ["envelope.model"]
