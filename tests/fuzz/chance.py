"""Damage by chance, from one seed: what the suite runs where no fuzzer is."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

# What formats are made of: a fuzzer finds these by itself, chance does not.
WORDS = (
    b'"',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"true",
    b"-0",
    b"1e400",
    b"1.0",
    b"18446744073709551616",
    b"NaN",
    b"[]",
    b"{}",
    b'""',
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"data: ",
    b"data: [DONE]\n\n",
    b"event: error\n",
    b": x\n",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"\x00",
    b"data:image/png;base64,",
    b"dgx_",
    b"dragom01",
    b"__dragom01",
    b"__thought__",
)


def variants(seeds: Sequence[bytes], count: int, seed: str) -> Iterator[bytes]:
    """`count` inputs made of the seeds: mostly damaged a little, now and then spliced."""
    dice = random.Random(seed)
    for _ in range(count):
        data = bytearray(dice.choice(seeds))
        if dice.random() < 0.15:
            other = dice.choice(seeds)
            data[dice.randrange(len(data) + 1) :] = other[dice.randrange(len(other) + 1) :]
        if dice.random() < 0.5:
            data[:3] = bytes(dice.randrange(256) for _ in range(min(3, len(data))))
        for _ in range(dice.choice((0, 1, 1, 2, 4, 8))):
            damage(data, dice)
        yield bytes(data)


def damage(data: bytearray, dice: random.Random) -> None:
    """One change, in place."""
    at = dice.randrange(len(data) + 1)
    end = min(len(data), at + dice.choice((1, 2, 8, 60)))
    action = dice.randrange(6)
    if action == 0 and at < len(data):
        data[at] ^= 1 << dice.randrange(8)
    elif action == 1:
        del data[at:end]
    elif action == 2:
        data[at:at] = data[at:end]
    elif action == 3:
        data[at:at] = dice.choice(WORDS)
    elif action == 4:
        data[at:end] = dice.choice(WORDS)
    elif dice.random() < 0.2:
        del data[at:]
