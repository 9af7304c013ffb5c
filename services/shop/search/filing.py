"""An item as terms: what it is written down under, and how much each says.

A term is the 64-bit hash of a text: `w:` a word by its stem or a run of Chinese, `c:` a concept, `x:` a number of its own
(sku, barcode). Weights are 1..48: in the name more than in the description, and what the thing *is* most of all, so
that a search for a phone shows phones before their cases.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Final

from services.shop.search.item import Item
from services.shop.search.lexicon import fold, lexicon
from services.shop.search.words import Piece, pieces, segments

VERSION: Final = 2
"""Of the words: raise it when the lexicon or the weights change, and Index.outdated names what must be put again."""
FULL: Final = 48
EVERY: Final = "a:"
"""A term that every item holds: so the most popular ones are read from its postings, without looking at all of them."""
HEATS: Final = 15
PHRASE: Final = 8
"""Characters of the longest run of Chinese words that is a term of its own."""
_NAME, _BRAND, _KIND, _TAG, _OPTION, _ORIGIN, _PLACE, _WORDS = 40, 40, 34, 28, 24, 22, 12, 10
_IS, _SAYS, _ALSO_NAMES, _KIND_ABOVE, _PAIR, _CHARACTER = 46, 36, 20, 20, 20, 12
_NUMBER: Final = re.compile(r"[^a-z0-9]")


@dataclass(slots=True)
class Filed:
    """weights: by term's text. words: those whose keys must be known, by kind: z Chinese, p a phrase, s a part of a word, l Latin,
    c a concept."""

    weights: dict[str, int] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    name_size: int = 1

    def add(self, term: str, weight: int) -> None:
        if weight > self.weights.get(term, 0):
            self.weights[term] = weight


@lru_cache(maxsize=50_000)
def hashed(term: str) -> int:
    """A term's number, 64 bits with a sign."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big", signed=True)


def code(text: str) -> str:
    """A sku or barcode without what people leave out."""
    return _NUMBER.sub("", fold(text))


@lru_cache(maxsize=4_096)
def heat(popularity: int) -> int:
    """Popularity in fifteen steps, each half as much again as the one before."""
    return min(HEATS, int(math.log(max(popularity, 0) + 1, 1.8)))


def filed(item: Item) -> Filed:
    """Everything that an item is found by."""
    into = Filed()
    own = _kinds(concept for text in item.kinds[:2] for piece in pieces(text) for concept in piece.concepts)
    _name(into, item.name_zh, own)
    _name(into, item.name_en, own)
    for texts, weight in (
        ((item.brand,), _BRAND), (item.kinds[:2], _KIND), (item.kinds[2:], _KIND_ABOVE), (item.tags, _TAG), (item.options, _OPTION),
        ((item.origin,), _ORIGIN), (item.places, _PLACE), (item.words, _WORDS),
    ):  # fmt: skip
        for text in texts:
            _other(into, text, weight)
    for number in (*item.skus, *item.barcodes):
        if code(number):
            into.add(f"x:{code(number)}", FULL)
    into.add(EVERY, 1)
    if item.duty_free:
        _concept(into, "trait:duty_free", _TAG)
    _other(into, item.terminal, _PLACE)
    zh = [piece for piece in pieces(item.name_zh) if not piece.measure]
    into.name_size = max(1, min(30, len(zh) or len(pieces(item.name_en))))
    return into


def _name(into: Filed, text: str, own: frozenset[str]) -> None:
    """own: the kinds that its category names. A tea shortbread among pastries is less of a tea than its name says."""
    parts = segments(text)
    size = sum(len(part) for part in parts)
    weight = _NAME + max(0, 5 - size)
    is_a = _what_it_is(parts)
    stands, whole = (_IS, FULL) if _among(is_a, own) else (_SAYS, _SAYS)
    for part in parts:
        for piece in part:
            here = weight if part is parts[0] else weight - 6
            kinds = [concept for concept in piece.concepts if concept.startswith("kind:")]
            if kinds and _by_its_end(piece) and not set(kinds) & set(is_a):
                here = _CHARACTER
            elif kinds:
                here = whole if set(kinds) & set(is_a) else _ALSO_NAMES + 4
            _piece(into, piece, here)
            for concept in piece.concepts:
                if concept not in kinds or concept in is_a:
                    _concept(into, concept, stands if concept in kinds else _IS)
                elif here > _CHARACTER:
                    _concept(into, concept, _ALSO_NAMES)
            if piece.chinese and len(piece.text) > 2:
                _within(into, piece.text)
        _runs(into, [piece for piece in part if piece.chinese])
    joined = re.findall(r"[\u4e00-\u9fff]+", fold(text))
    for run in joined:
        for character in run:
            into.add(f"w:{character}", _CHARACTER)
        for one, other in pairwise(run):
            into.add(f"w:{one}{other}", _PAIR)


def _within(into: Filed, word: str) -> None:
    """The pairs of a longer word: typed by their sound, and for what they say of it (蓝牙 in 蓝牙音箱)."""
    for one, other in pairwise(word):
        into.words.add(f"s{one}{other}")
        for concept in lexicon().words.get(one + other, ()):
            if concept.startswith("trait:"):
                _concept(into, concept, _NAME)


def _kinds(concepts: Iterable[str]) -> frozenset[str]:
    """Those of kinds, with all that they are kinds of."""
    known = lexicon()
    return frozenset(
        above for each in concepts if each.startswith("kind:") for above in (each, *known.kinds_of(each))
    )


def _among(is_a: Iterable[str], own: frozenset[str]) -> bool:
    """Whether what the name says it is agrees with its category, as far as either says."""
    said = _kinds(is_a)
    return not said or not own or not own.isdisjoint(said)


def _what_it_is(parts: list[list[Piece]]) -> tuple[str, ...]:
    """The kinds that the last naming word of the first part says: a phone case is a case."""
    said = [piece for part in parts for piece in reversed(part)]
    for general in (False, True):
        for piece in said:
            if _by_its_end(piece) and not _ends(piece, parts):
                continue
            kinds = tuple(concept for concept in piece.concepts if concept.startswith("kind:"))
            if kinds and lexicon().general.isdisjoint(kinds) is not general:
                return kinds
    return ()


def _by_its_end(piece: Piece) -> bool:
    """Whether a single character alone says what it is."""
    return piece.chinese and (len(piece.text) == 1 or piece.text not in lexicon().words)


def _ends(piece: Piece, parts: list[list[Piece]]) -> bool:
    """Whether nothing but traits and measures follows: the 水 in a maker's name is no water."""
    part = next(part for part in parts if any(each is piece for each in part))
    at = next(number for number, each in enumerate(part) if each is piece)
    return all(
        not each.chinese or (each.concepts and not any(name.startswith("kind:") for name in each.concepts))
        for each in part[at + 1 :]
    )


def _concept(into: Filed, concept: str, weight: int) -> None:
    into.words.add(f"c{concept}")
    for number, each in enumerate(lexicon().kinds_of(concept)):
        into.add(f"c:{each}", weight if not number else max(weight - 6 * number, 4))
        into.words.add(f"c{each}")


def _piece(into: Filed, piece: Piece, weight: int) -> None:
    if piece.measure:
        into.add(f"w:{piece.text}", weight)
    elif piece.chinese:
        into.add(f"w:{piece.text}", weight)
        if weight > _WORDS:
            into.words.add(f"z{piece.text}")
    else:
        if len(piece.stems) > 1:
            into.add(f"w:{' '.join(piece.stems)}", weight)
        for word, stemmed in zip(piece.text.split(" "), piece.stems, strict=True):
            # `phone` in `phone case` is only half of what is meant.
            into.add(f"w:{stemmed}", weight if len(piece.stems) == 1 else weight * 11 // 20)
            if len(word) > 1 and word.isalpha():
                into.words.add(f"l{word}")


def _runs(into: Filed, words: list[Piece]) -> None:
    """Neighbouring words as one term: unknown names are cut to pieces, and pinyin is typed in one go."""
    for at in range(len(words)):
        text = words[at].text
        for more in words[at + 1 : at + 4]:
            text += more.text
            if len(text) > PHRASE:
                break
            into.add(f"w:{text}", FULL)
            into.words.add(f"p{text}")


def _other(into: Filed, text: str, weight: int) -> None:
    for part in segments(text):
        for piece in part:
            if weight == _WORDS and piece.text in lexicon().silent:
                continue
            _piece(into, piece, weight)
            for concept in piece.concepts:
                _concept(into, concept, weight)
        if weight >= _KIND:
            _runs(into, [piece for piece in part if piece.chinese])


def marked(words: Iterable[str]) -> dict[str, str]:
    """The keys that say: all ways to type this word are known already. By word."""
    return {word: f"m{VERSION}:{word}" for word in words}
