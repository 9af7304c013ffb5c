"""Texts by which a name is found, and an index from such texts to codes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from services.flights.query import Word, normalise

_LATIN = re.compile(r"[a-z0-9]+")
_COMMON = frozenset(
    {"airport", "airports", "international", "intl", "airlines", "airline", "the", "of", "and"}
)


def latin(text: str) -> Iterator[str]:
    """An English name as people type it: its words, and all of it run together."""
    words = [word for word in _LATIN.findall(normalise(text)) if word not in _COMMON]
    yield "".join(words)
    if len(words) > 1:
        yield from words


def pinyin(syllables: str) -> Iterator[str]:
    """`"chang sha"` as people type it: changsha, cs."""
    parts = normalise(syllables).split()
    yield "".join(parts)
    if len(parts) > 1:
        yield "".join(part[0] for part in parts)


def chinese(*names: str) -> Iterator[str]:
    """Chinese names without those that another one begins with: a beginning finds the longer name too."""
    plain = {normalise(name).replace(" ", "").replace("-", "") for name in names if name}
    for name in sorted(plain):
        if not any(other != name and other.startswith(name) for other in plain):
            yield name


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts in their order, each once, without empty ones."""
    return tuple(dict.fromkeys(text for text in texts if text))


class TokenIndex:
    """Finds the codes whose tokens a word equals or, where `Word.prefix` allows it, begins."""

    def __init__(self, tokens_by_code: Mapping[str, Iterable[str]]) -> None:
        pairs = sorted(
            {(token, code) for code, tokens in tokens_by_code.items() for token in tokens if token}
        )
        self._tokens = [token for token, _ in pairs]
        self._codes = [code for _, code in pairs]

    def find(self, word: Word) -> frozenset[str]:
        """All codes that the word finds."""
        begin = bisect_left(self._tokens, word.text)
        last = word.text + ("\U0010ffff" if word.prefix else "\0")
        return frozenset(self._codes[begin : bisect_left(self._tokens, last, lo=begin)])
