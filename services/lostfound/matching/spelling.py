"""Chinese of which a part was left in Latin letters, as input methods do: `充dian宝`, 护照放在`shubao`里.

The letters are cut into syllables, and where they and the characters beside them sound like a word of the trade, that word
takes their place. What sounds like none stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from services.lostfound.matching.chinese import FOLDER, is_chinese, sound
from services.lostfound.matching.lexicon import lexicon

_BESIDE: Final = re.compile(
    r"(?<=[\u4e00-\u9fff])[a-z]{2,18}(?![a-z0-9])|(?<![a-z0-9])[a-z]{2,18}(?=[\u4e00-\u9fff])"
)
_SYLLABLES_MOST: Final = 5
_LETTERS_MOST: Final = 6
"""Of one syllable: zhuang."""


def respelled(folded: str) -> str:
    """A folded text with the trade's words in characters."""
    if folded.isascii():
        return folded
    at = 0
    while match := _BESIDE.search(folded, at):
        found = _word(folded, match.start(), match.end())
        if found is None:
            at = match.end()
            continue
        start, end, word = found
        folded = folded[:start] + word + folded[end:]
        at = start + len(word)
    return folded


def _word(text: str, start: int, end: int) -> tuple[int, int, str] | None:
    """The longest word that some of the letters' syllables make with their neighbours, and what it takes the place of."""
    cut = _syllables(text[start:end])
    if cut is None or (len(cut) > 1 and text[start:end] in lexicon().known):
        return None
    ends = [start]
    for syllable in cut:
        ends.append(ends[-1] + len(syllable))
    marks = [*_run(text, start, -1), *ends, *_run(text, end, 1)]
    sounds = [sound(text[a:b]) or text[a:b] for a, b in pairwise(marks)]
    words = _words()
    for length in range(min(_SYLLABLES_MOST, len(sounds)), 1, -1):
        for at in range(len(sounds) - length + 1):
            first, last = marks[at], marks[at + length]
            if last > start and first < end and (word := words.get("".join(sounds[at : at + length]))):
                return first, last, word
    return None


def _run(text: str, at: int, step: int) -> list[int]:
    """Where the characters beside a place begin, or end: four at most."""
    found = []
    for _ in range(_SYLLABLES_MOST - 1):
        beside = text[at - 1 : at] if step < 0 else text[at : at + 1]
        if not is_chinese(beside):
            break
        at += step
        found.append(at)
    return found[::step] if step > 0 else found[::-1]


@lru_cache(maxsize=4096)
def _syllables(letters: str) -> tuple[str, ...] | None:
    """The letters as syllables, long ones first; None when they are none."""
    if not letters:
        return ()
    for length in range(min(_LETTERS_MOST, len(letters)), 0, -1):
        if letters[:length] in _known() and (rest := _syllables(letters[length:])) is not None:
            return (letters[:length], *rest)
    return None


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    lines = (FOLDER / "pinyin.txt").read_text().splitlines()
    return frozenset(line.split()[0] for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    """By their sound: words of the lexicon and of places, of two characters or more."""
    found: dict[str, str] = {}
    for line in (FOLDER / "places.txt").read_text().splitlines():
        if not line.startswith("#"):
            for word in line.partition(": ")[2].split(", "):
                _note(found, word)
    for word in lexicon().words:
        _note(found, word)
    return found


def _note(found: dict[str, str], word: str) -> None:
    if 2 <= len(word) <= _SYLLABLES_MOST and all(map(is_chinese, word)):
        found.setdefault(sound(word), word)
