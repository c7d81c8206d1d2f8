"""Documents and streams gone wrong: cut off, bits flipped, parts shuffled, types swapped. Seeded, for tests alone."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

VARIANTS = 20
KINDS = ("cut", "flip", "shuffle", "swap")

# What a field may hold instead of what belongs there.
HOSTILE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1 << 53,
    1 << 63,
    1 << 64,
    10**400,
    0.5,
    -0.0,
    1e308,
    "",
    " ",
    "\x00",
    "\ud800",
    "\udc00\ud800",
    "data:image/png,\ud800%",
    "data:;base64,=",
    "http://[",
    "dgx_",
    "dgx__ff",
    '{"a":1}',
    "[1",
    "x" * 5000,
    [],
    [[]],
    [None],
    [{}],
    [1, "a", {}],
    {},
    {"": None},
    {"type": []},
    {"type": {}, "index": "0"},
    {"a/b": {"~": 1}},
)


class Mutator:
    """One seed, one sequence of damage."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def documents(self, data: bytes, count: int = VARIANTS) -> Iterator[tuple[str, Any]]:
        """Variants of a JSON text, as bytes, text or the value itself."""
        for i in range(count):
            kind = KINDS[i % len(KINDS)]
            if kind == "cut":
                yield kind, self.cut(data)
            elif kind == "flip":
                yield kind, self.flip(data)
            else:
                value = json.loads(data)
                value = self.shuffle(value) if kind == "shuffle" else self.swap(value)
                form = self.random.randrange(3)
                if form == 0:
                    yield kind, value
                else:
                    text = json.dumps(value)
                    yield kind, text if form == 1 else text.encode()

    def streams(self, data: bytes, count: int = VARIANTS) -> Iterator[tuple[str, bytes]]:
        """Variants of a raw stream."""
        for i in range(count):
            kind = KINDS[i % len(KINDS)]
            if kind == "cut":
                yield kind, self.cut(data)
            elif kind == "flip":
                yield kind, self.flip(data)
            elif kind == "shuffle":
                yield kind, self.shuffle_records(data)
            else:
                yield kind, self.swap_records(data)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The same bytes in pieces of any size, none included."""
        at = 0
        while at < len(data):
            size = self.random.choice((0, 1, 7, 100, 1000, len(data)))
            yield data[at : at + size]
            at += size

    def cut(self, data: bytes) -> bytes:
        """The bytes up to a random place; now and then without their beginning."""
        end = self.random.randrange(len(data) + 1)
        return data[end:] if self.random.random() < 0.1 else data[:end]

    def flip(self, data: bytes) -> bytes:
        """Up to eight bits turned over."""
        if not data:
            return data
        out = bytearray(data)
        for _ in range(self.random.randint(1, 8)):
            out[self.random.randrange(len(out))] ^= 1 << self.random.randrange(8)
        return bytes(out)

    # values

    def places(self, value: Any, wanted: int) -> list[tuple[Any, Any]]:
        """Some (container, key) inside a value, found by walking down at random."""
        found = []
        for _ in range(wanted):
            container, key = None, None
            here = value
            while isinstance(here, (dict, list)) and here:
                container = here
                key = self.random.choice(list(here)) if isinstance(here, dict) else self.random.randrange(len(here))
                here = container[key]
                if self.random.random() < 0.2:
                    break
            if container is not None:
                found.append((container, key))
        return found

    def swap(self, value: Any) -> Any:
        """One to four values replaced by ones of other types."""
        if self.random.random() < 0.02:
            return self.random.choice(HOSTILE)
        for container, key in self.places(value, self.random.randint(1, 4)):
            if isinstance(container, list) and key >= len(container):
                continue
            container[key] = json.loads(json.dumps(self.random.choice(HOSTILE)))
        return value

    def shuffle(self, value: Any) -> Any:
        """Lists reordered, keys moved, parts put in another's place, doubled or left out."""
        for container, key in self.places(value, self.random.randint(1, 4)):
            action = self.random.randrange(4)
            if isinstance(container, list):
                if not container:
                    continue
                if action == 0:
                    self.random.shuffle(container)
                elif action == 1:
                    container.append(self.random.choice(container))
                else:
                    del container[self.random.randrange(len(container))]
            elif action == 0:
                container.pop(key, None)
            elif action == 1:
                keys = list(container)
                values = [container.pop(k) for k in keys]
                self.random.shuffle(values)
                container.update(zip(keys, values, strict=True))
            elif key in container:
                for donor, at in self.places(value, 1):
                    container[key] = json.loads(json.dumps(donor[at]))
        return value

    # streams

    def records(self, data: bytes) -> list[bytes]:
        end = b"\r\n\r\n" if b"\r\n\r\n" in data else b"\n\n"
        return [record + end for record in data.split(end) if record]

    def shuffle_records(self, data: bytes) -> bytes:
        """Records reordered, doubled, left out or put in from elsewhere."""
        records = self.records(data)
        for _ in range(self.random.randint(1, 3)):
            if not records:
                break
            one, two = self.random.randrange(len(records)), self.random.randrange(len(records))
            action = self.random.randrange(4)
            if action == 0:
                records[one], records[two] = records[two], records[one]
            elif action == 1:
                records.insert(one, records[two])
            elif action == 2:
                del records[one]
            else:
                self.random.shuffle(records)
        return b"".join(records)

    def swap_records(self, data: bytes) -> bytes:
        """Types swapped inside one to three records."""
        records = self.records(data)
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randrange(len(records)) if records else 0
            head, mark, body = records[at].partition(b"data: ") if records else (b"", b"", b"")
            try:
                value = json.loads(body)
            except ValueError:
                continue
            records[at] = head + mark + json.dumps(self.swap(value)).encode() + b"\n\n"
        return b"".join(records)
