"""Names and ids that a target cannot spell: mapped reversibly, without memory, the same on every turn.

A word with letters outside the target's alphabet is written `dgx_` + its UTF-8 bytes, every byte outside
[A-Za-z0-9] as `_` and two hex digits. A word too long even so keeps its head and ends in a digest, which
no one can turn back: that is a loss.
"""

from __future__ import annotations

import re

CODED = "dgx_"
_PLAIN = re.compile(r"[A-Za-z0-9_-]+\Z").match
_LETTERS = re.compile(r"(?:[A-Za-z0-9]|_[0-9a-f]{2})*\Z").match
_LETTER = re.compile(r"[A-Za-z_]").match
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


def sha256(data: bytes) -> str:
    """The digest of `data` in hexadecimal."""
    import hashlib  # only now: it loads all of OpenSSL

    return hashlib.sha256(data).hexdigest()


def fits(word: str, limit: int) -> bool:
    """Whether `word` is its own spelling within [A-Za-z0-9_-] and `limit` characters, and nobody's else."""
    return len(word) <= limit and _PLAIN(word) is not None and not word.startswith(CODED)


def spell(word: str, limit: int, letter: bool = False) -> tuple[str, bool]:
    """`word` within [A-Za-z0-9_-] and `limit` characters, and whether `unspell` gives it back.

    letter: it must begin with a letter or `_`.
    """
    if fits(word, limit) and (not letter or _LETTER(word)):
        return word, True
    data = word.encode("utf-8", "surrogatepass")
    coded = _coded(data)
    if len(coded) <= limit:
        return coded, True
    if limit < 24:
        return f"x{sha256(data)}"[:limit], False
    digest = sha256(data)[:16]
    head = "".join(chr(b) for b in data if b in _SAFE)
    head = (head if not letter or _LETTER(head) else f"_{head}")[: limit - 17]
    return f"{head}_{digest}", False


def fitted_id(word: str, least: int | None, most: int) -> str:
    """`word` as an id of at most `most` characters; where no other length is taken, of letters and digits alone."""
    if least == most:
        exact = len(word) == most and word.isascii() and word.isalnum()
        return word if exact else sha256(word.encode("utf-8", "surrogatepass"))[:most]
    if len(word) <= most:
        return word
    return spell(word, most)[0] if most > 24 else fitted_id(word, most, most)


def _coded(data: bytes) -> str:
    return CODED + "".join(chr(b) if b in _SAFE else f"_{b:02x}" for b in data)


def unspell(word: str) -> str:
    """The word that `spell` wrote as `word`; any other word comes back as it is."""
    if not word.startswith(CODED) or not _LETTERS(word[len(CODED) :]):
        return word
    try:
        raw = re.sub(r"_([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), word[len(CODED) :])
        original = raw.encode("latin-1").decode("utf-8", "surrogatepass")
    except UnicodeError:
        return word
    return original if spell(original, 1 << 30, letter=True)[0] == word else word


def clash(words: list[str]) -> bool:
    """Whether of several words, taken for what they spell, two are the same."""
    return len(set(map(unspell, words))) < len(set(words))


def derived(seed: str | None, kind: str, ordinal: int) -> str:
    """An id for what has none, from the response's id, the kind and the ordinal only (law 8).

    Its last digits check the others, so that it is known again when it comes home.
    """
    digest = sha256(f"{seed or ''}\x00{kind}\x00{ordinal}".encode("utf-8", "surrogatepass"))
    return f"{kind}_{digest[:20]}{_check(kind, digest[:20])}"


def is_derived(word: str) -> bool:
    """Whether an id was made by `derived`: nobody but the client it was made for knows it."""
    found = _DERIVED(word)
    return found is not None and _check(found[1], found[2]) == found[3]


_DERIVED = re.compile(r"([a-z]+)_([0-9a-f]{20})([0-9a-f]{4})\Z").match


def _check(kind: str, digits: str) -> str:
    return sha256(f"{kind}_{digits}".encode())[:4]
