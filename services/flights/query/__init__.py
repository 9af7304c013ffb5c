"""FRONT DOOR: how people write what they look for. Pure, standard library only.

    normalise("ＣＺ ３１０１")     → "cz 3101"
    parse("cz 3101 明天")           → Query(numbers=("cz3101",), day=DayWord(offset=1))
    matches(query, keywords)        → does this flight answer it?

A flight carries *keywords* (made by `services.flights.names.keywords`): normalised texts without spaces,
each with what it is about in front:

    n:cz3101  n:3101            its numbers, codeshares too, with and without the airline
    a:cz  a:南航  a:nanhang     its airline
    s:1101:厦航                 an airline that sells it, with the number it sells it under
    f:csx f:长沙 f:changsha     where it comes from, f:cs the initials
    t:pek t:北京 t:beijing      where it goes

A word finds a keyword that it equals; from five Latin letters or one Chinese character on, also one that
begins with it. Shorter words are codes, initials or short names and must be equal, so that "sha" is not
Shantou and "xian" is not Xianggang.
Words keep their order: what comes first is where one flies from, so "长沙 北京" doesn't find the way back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from services.flights.query.characters import APOSTROPHES, SIMPLIFIED
from services.flights.query.reading import (
    DayWord,
    Part,
    readable,
    take_day,
    take_numbers,
    take_route,
    words_of,
)

MAX_TEXT = 64
"""Characters of a search that are read; the rest is ignored."""
MAX_WORDS = 6
_MAX_READINGS = 24
_PREFIX_LETTERS = 5
_SYLLABLE_LETTERS = 6

__all__ = ["DayWord", "Query", "Reading", "Word", "matches", "normalise", "pack", "parse"]


@dataclass(frozen=True)
class Word:
    """One word of a search and where it may be found: `kinds` is a subset of "aft" (see the keywords)."""

    text: str
    kinds: str = "aft"

    @property
    def prefix(self) -> bool:
        """Whether it also finds a keyword that merely begins with it."""
        return not self.text.isascii() or len(self.text) >= _PREFIX_LETTERS

    def needle(self, kind: str) -> str:
        """What to look for in packed keywords."""
        return f"\n{kind}:{self.text}" if self.prefix else f"\n{kind}:{self.text}\n"


Reading = tuple[Word, ...]
"""One way to understand the words: Chinese is written without spaces, so 长沙北京 is one word or two."""


@dataclass(frozen=True)
class Query:
    """A search understood. `numbers` are alternatives; every word of one of the `readings` must be found."""

    text: str
    numbers: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ((),)
    day: DayWord | None = None

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing but perhaps a day."""
        return not self.numbers and self.readings == ((),)

    def day_local(self, today: date) -> date | None:
        """The airport-local day it names, None if it names none. today: the local day now."""
        return None if self.day is None else self.day.on(today)


def normalise(text: str) -> str:
    """Lower case, half width, no accents, no apostrophes, simplified characters, single spaces.

    Never raises, whatever the text; at most MAX_TEXT characters come back.
    """
    if text.isascii():
        return " ".join(text[:MAX_TEXT].lower().translate(APOSTROPHES).split())
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold()
    bare = "".join(char for char in unicodedata.normalize("NFD", folded) if not unicodedata.combining(char))
    kept = unicodedata.normalize("NFC", bare).translate(APOSTROPHES).translate(SIMPLIFIED)
    return " ".join(kept.split())[:MAX_TEXT]


def parse(text: str) -> Query:
    """Understand what a person typed. Never raises: what can't be understood is a word that finds nothing."""
    return _parse(normalise(text))


@lru_cache(maxsize=1024)
def _parse(text: str) -> Query:
    if text and not readable(text):
        return Query(text=text, readings=())
    rest, day = take_day(text)
    rest, numbers = take_numbers(rest)
    return Query(text=text, numbers=numbers, readings=_readings(take_route(rest)), day=day)


def _readings(parts: list[Part]) -> tuple[Reading, ...]:
    readings: list[Reading] = [()]
    left = MAX_WORDS
    for kinds, part in parts:
        words = words_of(part)[:left]
        left -= len(words)
        choices = [
            tuple(Word(piece, kinds) for piece in pieces)
            for joined in _joins(words)
            for pieces in _product([_splits(word) for word in joined])
        ]
        readings = [done + choice for done in readings for choice in choices][:_MAX_READINGS]
    return tuple(readings)


def _product(splits: list[list[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """Every way to read the words one after the other."""
    ways: list[tuple[str, ...]] = [()]
    for choices in splits:
        ways = [done + choice for done in ways for choice in choices][:_MAX_READINGS]
    return ways


def _joins(words: list[str]) -> list[list[str]]:
    """The words as they stand, then with neighbours run together that may be syllables of pinyin: bei jing."""
    ways: list[list[str]] = [[]]
    for word in words:
        syllable = word.isascii() and word.isalpha() and len(word) <= _SYLLABLE_LETTERS
        joined = [
            [*way[:-1], way[-1] + word]
            for way in ways
            if syllable
            and way
            and way[-1].isascii()
            and way[-1].isalpha()
            and len(way[-1]) <= 2 * _SYLLABLE_LETTERS
        ]
        ways = [*([*way, word] for way in ways), *joined]
    return ways[:_MAX_READINGS]


def _splits(text: str) -> list[tuple[str, ...]]:
    """The word itself, then in two and three pieces of two characters or more if it is Chinese."""
    splits: list[tuple[str, ...]] = [(text,)]
    if text.isascii():
        return splits
    size = len(text)
    splits += [(text[:i], text[i:]) for i in range(2, size - 1)]
    if size <= 9:
        splits += [
            (text[:i], text[i:j], text[j:]) for i in range(2, size - 3) for j in range(i + 2, size - 1)
        ]
    return splits


def pack(keywords: Iterable[str]) -> str:
    """Keywords as the one text that `matches` searches; keep it beside a flight that is asked often."""
    return "\n" + "\n".join(keywords) + "\n"


def matches(query: Query, keywords: Iterable[str] | str) -> bool:
    """Whether a flight answers the search, its day apart.

    keywords: the flight's, as a list or packed by `pack`. An empty query matches every flight.
    """
    packed = keywords if isinstance(keywords, str) else pack(keywords)
    if query.numbers and not any(f"\nn:{number}\n" in packed for number in query.numbers):
        return False
    return any(_reads(reading, packed, query.numbers) for reading in query.readings)


def _reads(reading: Reading, packed: str, numbers: tuple[str, ...]) -> bool:
    may_depart, may_arrive = True, False
    for word in reading:
        here = "a" in word.kinds and (
            word.needle("a") in packed or any(word.needle(f"s:{number}") in packed for number in numbers)
        )
        arrive = (here and may_arrive) or ("t" in word.kinds and word.needle("t") in packed)
        depart = may_depart and (here or ("f" in word.kinds and word.needle("f") in packed))
        if not arrive and not depart:
            return False
        may_depart, may_arrive = depart, arrive
    return True
