"""What the package makes of fixtures, whole and damaged, line by line: two builds of it have to say the same.

    python -m tests.compiled > one; python -m tests.compiled > other; cmp one other

A compiler believes annotations, and bytes from anywhere do not: documents of the wrong types are what matters here.
With DRAGOMAN_TRAFFIC recorded traffic is read, too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import dragoman
from tests import corpus, fixtures
from tests.mutation import Mutator

TARGETS = (*fixtures.DIALECTS, "openai-chat+openrouter", "openai-chat+litellm")


def shown(action: Callable[[], tuple[bytes, Any]]) -> str:
    """The digest of what `action` gives, or what it raises."""
    try:
        out, losses = action()
    except dragoman.DragomanError as error:
        return f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"!! {type(error).__name__}: {error}"
    return hashlib.sha256(out + repr(losses).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def translated(kind: str, body: Any, source: str, target: str, status: int) -> tuple[bytes, Any]:
    """A document crossing over."""
    if kind == "request":
        t = dragoman.translate_request(body, source, target)
    elif kind == "response":
        t = dragoman.translate_response(body, source, target)
    else:
        t = dragoman.translate_error(status, body, source, target)
    return t.json(), (t.losses, t.status, t.path, sorted(t.headers.items()))


def rewritten(kind: str, body: Any, source: str, target: str) -> tuple[bytes, Any]:
    """A document read, and written by hand."""
    document: Any = (dragoman.read_request if kind == "request" else dragoman.read_response)(body, source)
    t = (dragoman.write_request if kind == "request" else dragoman.write_response)(document, target)
    return t.json(), (t.losses, t.status, repr(document))


def streamed(data: bytes, source: str, target: str, mutator: Mutator) -> tuple[bytes, Any]:
    """A stream crossing over in pieces of any size."""
    running = dragoman.translate_stream(source, target)
    out = b"".join(running.feed(piece) for piece in mutator.pieces(data)) + running.close()
    return out, (running.losses, repr(running.error))


def renamed(value: Any, mutator: Mutator) -> Any:
    """A document with a key that is no text somewhere, as only a caller's own dict can have."""
    for container, key in mutator.places(value, 1):
        if isinstance(container, dict):
            container[mutator.random.choice((7, None, b"x"))] = container.pop(key)
    return value


def given() -> Iterator[tuple[str, str, str, int, bytes]]:
    """Name, dialect, kind, status and bytes of everything that is read."""
    for f in fixtures.load():
        yield f.id, f.dialect, f.kind, f.status, f.data
    for dialect in fixtures.DIALECTS if corpus.folder() is not None else ():
        for row in corpus.sampled(corpus.usable(dialect), 10):
            texts = (("request", row.request), ("response", row.response), ("stream", row.stream_body))
            for kind, said in texts:
                if said is not None:
                    data = said if isinstance(said, bytes) else json.dumps(said).encode()
                    yield (
                        f"{row.id}.{kind}",
                        dialect,
                        "error" if kind == "response" and row.status != 200 else kind,
                        row.status,
                        data,
                    )


def lines(variants: int) -> Iterator[str]:
    """One line for every document, stream and target."""
    for number, (name, source, kind, status, data) in enumerate(given()):
        mutator = Mutator(name)
        if kind == "stream":
            bodies: list[tuple[str, Any]] = [("whole", data), *mutator.streams(data, variants)]
        else:
            bodies = [("whole", data), *mutator.documents(data, variants)]
            bodies += [("key", renamed(json.loads(data), mutator)) for _ in range(variants // 4)]
        for at, (how, body) in enumerate(bodies):
            targets = TARGETS if not at else (TARGETS[(number + at) % len(TARGETS)], source)
            for target in targets:
                label = f"{name} {at} {how} {target}"
                if kind == "stream":
                    yield f"{label} {shown(lambda: streamed(body, source, target, Mutator(label)))}"  # noqa: B023
                    continue
                yield f"{label} {shown(lambda: translated(kind, body, source, target, status))}"  # noqa: B023
                if kind != "error":
                    yield f"{label} rewritten {shown(lambda: rewritten(kind, body, source, target))}"  # noqa: B023


def main() -> None:
    """Print every line."""
    parser = argparse.ArgumentParser(prog="python -m tests.compiled")
    parser.add_argument("--variants", type=int, default=20, help="damaged variants of each document and stream")
    options = parser.parse_args()
    print(dragoman.__file__, file=sys.stderr)
    for line in lines(options.variants):
        print(line.encode("unicode_escape").decode("ascii"))


if __name__ == "__main__":
    main()
