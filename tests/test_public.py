"""What the public functions do around the readers and writers is seen, whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import translate
from dragoman.report import Loss
from dragoman.stream import StreamTranslation
from tests import fixtures, public


def body(t: translate.Translation) -> None:
    t.body = {**t.body, "x": 1}


def losses(t: translate.Translation) -> None:
    t.losses = (*t.losses, Loss("dropped", "field.unsupported", "/x"))


def path(t: translate.Translation) -> None:
    t.path = "/elsewhere"


def text(t: translate.Translation) -> None:
    t.raw = b"{}"


@pytest.mark.parametrize("fault", [body, losses, path, text])
@pytest.mark.parametrize("kind", ["request", "response"])
def test_every_difference_is_told(
    kind: str, fault: Callable[[translate.Translation], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture = fixtures.of("openai-chat", kind)[0]
    assert not public.as_published(kind, fixture.json(), fixture.dialect, "gemini")
    written = getattr(translate, f"_written_{kind}")

    def wrong(*args: Any) -> translate.Translation:
        t: translate.Translation = written(*args)
        fault(t)
        return t

    monkeypatch.setattr(translate, f"_written_{kind}", wrong)
    told = public.as_published(kind, fixture.json(), fixture.dialect, "gemini")
    assert len({violation.what.partition(":")[0] for violation in told}) == 4


def test_streams_too(monkeypatch: pytest.MonkeyPatch) -> None:
    fixture = fixtures.of("openai-chat", "stream")[0]
    assert not public.stream_as_published(fixture.data, fixture.dialect, "gemini")
    monkeypatch.setattr(translate, "StreamTranslation", lambda came, goes, *more: StreamTranslation(came, came, *more))
    assert public.stream_as_published(fixture.data, fixture.dialect, "gemini")
