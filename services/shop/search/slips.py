"""How a word may be typed: in full, by pinyin, by initials, and with letters wrong.

A slip is found by what both spellings become when letters are left out (as SymSpell does): the keys of a word hold it
without one or two of its first letters, and so do the keys of what was typed.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final

from services.shop.search.chinese import is_chinese, sounds, typed
from services.shop.search.lexicon import lexicon

_FIRST: Final = 7
"""Letters that are left out of: the first ones of a longer word, which keeps its keys few."""


def slips_allowed(length: int) -> int:
    """How many letters may be wrong in a word of so many."""
    return 0 if length < 4 else 1 if length < 8 else 2


def without(text: str, most: int) -> set[str]:
    """The beginning of a text with up to `most` letters left out."""
    start = text[:_FIRST]
    return {
        "".join(start[at] for at in kept)
        for gone in range(min(most, len(start) - 2) + 1)
        for kept in combinations(range(len(start)), len(start) - gone)
    }


def distance(one: str, other: str, most: int) -> int:
    """Letters wrong, missing, too many or changed with their neighbour; most + 1 if more than that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, against in enumerate(other, 1):
            cost = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]


def latin_forms(word: str) -> list[str]:
    """What is typed on a Latin keyboard for a word: itself, also without its plural's s; or its first two readings."""
    if not is_chinese(word):
        joined = word.replace(" ", "")
        return [joined, joined[:-1]] if joined.endswith("s") and not joined.endswith("ss") else [joined]
    return ["".join(way) for way in sounds(word)[:2]]


def keys_of(word: str, *, slips: bool = True, initials: bool = True) -> set[str]:
    """The keys under which a word is found: `w:` as written, `p:` pinyin, `i:` initials, `d:` with letters left out."""
    if is_chinese(word):
        full, firsts = typed(word)
        found = {f"p:{each}" for each in full}
        if initials and len(word) > 1:
            found |= {f"i:{each}" for each in firsts}
    else:
        found = {f"w:{word.replace(' ', '')}"}
    if slips:
        for form in latin_forms(word):
            if len(form) >= 4:
                found |= {f"d:{each}" for each in without(form, 2 if len(form) >= 7 else 1)}
    return found


def synonyms(concept: str) -> tuple[str, ...]:
    """All words of both languages for a concept, as the lexicon writes them."""
    return lexicon().spelled.get(concept, ())
