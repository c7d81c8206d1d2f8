"""How much the framing costs beside orjson.loads of the same frames. Part of `make bench`.

CPU time, both sides interleaved in one run, ratio of medians.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import orjson

from dragoman.framing import JSONArrayDecoder, SSEDecoder

CHAT = (
    b'{"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk","created":1741569952,'
    b'"model":"gpt-5.4-2026-03-05","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":'
    b'[{"index":0,"delta":{"content":" world"},"logprobs":null,"finish_reason":null}],"usage":null}'
)
ANTHROPIC = b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" world"}}'
LARGE = b'{"type":"response.image","b64":"' + b"iVBORw0KGgo" * 20_000 + b'"}'


def cpu(work: Callable[[], None], rounds: int) -> int:
    start = time.process_time_ns()
    for _ in range(rounds):
        work()
    return time.process_time_ns() - start


def compare(label: str, records: list[bytes], payloads: list[bytes], decoder: type, per_read: int) -> None:
    if per_read:
        chunks = [b"".join(records[i : i + per_read]) for i in range(0, len(records), per_read)]
    else:
        whole = b"".join(records)
        chunks = [whole[i : i + 1400] for i in range(0, len(whole), 1400)]

    def framing() -> None:
        d = decoder()
        for chunk in chunks:
            d.feed(chunk)
        d.close()

    def floor() -> None:
        for payload in payloads:
            orjson.loads(payload)

    rounds = max(1, 4000 // len(records))
    ours, theirs = [], []
    for _ in range(21):
        ours.append(cpu(framing, rounds))
        theirs.append(cpu(floor, rounds))
    each = median(ours) / rounds / len(records) / 1000
    print(f"{label:42} {each:8.2f} us a frame {median(ours) / median(theirs):6.2f} of orjson.loads")


def main() -> None:
    n = 400
    forms = {
        "chat, LF": (b"data: " + CHAT + b"\n\n", CHAT),
        "chat, CRLF": (b"data: " + CHAT + b"\r\n\r\n", CHAT),
        "anthropic, LF": (b"event: content_block_delta\ndata: " + ANTHROPIC + b"\n\n", ANTHROPIC),
        "anthropic, CRLF": (b"event: content_block_delta\r\ndata: " + ANTHROPIC + b"\r\n\r\n", ANTHROPIC),
        "two data lines (careful path)": (b"data: " + CHAT + b"\ndata: \n\n", CHAT),
    }
    for name, (record, payload) in forms.items():
        for per_read, how in ((1, "1 a read"), (4, "4 a read"), (16, "16 a read")):
            compare(f"{name}, {how}", [record] * n, [payload] * n, SSEDecoder, per_read)
        compare(f"{name}, cut every 1400 bytes", [record] * n, [payload] * n, SSEDecoder, 0)
    large = [b"data: " + LARGE + b"\n\n"] * 4
    compare("220 kB frame, cut every 1400 bytes", large, [LARGE] * 4, SSEDecoder, 0)
    array = [b"[" + CHAT, *[b"\n,\r\n" + CHAT] * (n - 1)]
    compare("array, 1 a read", array, [CHAT] * n, JSONArrayDecoder, 1)
    compare("array, cut every 1400 bytes", array, [CHAT] * n, JSONArrayDecoder, 0)


if __name__ == "__main__":
    main()
