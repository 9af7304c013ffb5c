"""The lexicon: which words of either language mean the same thing, trait or brand.

    green_tea < tea: 绿茶, 毛尖, green tea

A concept's code, what it is a kind of, its words: the first of each language is what it is called. Read with the first text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from Stemmer import Stemmer

from services.shop.search.chinese import Cutter, is_chinese, simplify

FOLDER: Final = Path(__file__).parent / "lexicon"
LONGEST: Final = 4
"""English words of the longest phrase that is looked for."""
_FILES: Final = {"kinds.txt": "kind", "traits.txt": "trait", "brands.txt": "brand"}
_LATIN: Final = re.compile(r"[a-z]+|[0-9]+")

Stems = tuple[str, ...]


@dataclass
class Lexicon:
    """words: Chinese; phrases: English, by stems; above: what a concept is a kind of, nearest first; spelled: its words;
    general: concepts that say little; mixed: words of both writings (T恤, U盘)."""

    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    phrases: dict[Stems, tuple[str, ...]] = field(default_factory=dict)
    above: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spelled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    general: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    mixed: re.Pattern[str] = re.compile("(?!)")

    def kinds_of(self, concept: str) -> tuple[str, ...]:
        """The concept itself and all that it is a kind of."""
        found = [concept]
        for each in found:
            found += [above for above in self.above.get(each, ()) if above not in found]
        return tuple(found)


def fold(text: str) -> str:
    """Full-width and capital letters, accents and traditional characters as plain ones. ü is v in pinyin."""
    if text.isascii():
        return text.lower()
    text = text.casefold()
    for accented in "üǖǘǚǜ":
        text = text.replace(accented, "v")
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return simplify(unicodedata.normalize("NFC", bare))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


def stems(text: str) -> Stems:
    return tuple(stem(word) for word in _LATIN.findall(text.replace("'", "").replace("’", "")))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer:
    return Stemmer("english")


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The one lexicon of this process."""
    found = Lexicon()
    for name, group in _FILES.items():
        for line in (FOLDER / name).read_text().splitlines():
            if line and line[0] not in "#[":
                _read(found, group, line)
    mixed = sorted((word for word in found.words if _LATIN.search(word)), key=len, reverse=True)
    found.mixed = re.compile("|".join(map(re.escape, mixed)))
    found.silent = frozenset(fold((FOLDER / "silent.txt").read_text()).split())
    return found


def _read(into: Lexicon, group: str, line: str) -> None:
    head, _, listed = line.partition(":")
    code, _, above = head.partition("<")
    concept = f"{group}:{code.strip().lstrip('~')}"
    if code.startswith("~"):
        into.general |= {concept}
    into.above[concept] = tuple(f"{group}:{each}" for each in above.replace(",", " ").split())
    words = [fold(each.strip()) for each in listed.split(",") if each.strip()]
    into.spelled[concept] = tuple(words)
    for word in words:
        if is_chinese(word):
            into.words[word] = tuple(dict.fromkeys((*into.words.get(word, ()), concept)))
        elif phrase := stems(word):
            into.phrases[phrase] = tuple(dict.fromkeys((*into.phrases.get(phrase, ()), concept)))


@lru_cache(maxsize=1)
def cutter() -> Cutter:
    """Cuts Chinese into the lexicon's words and common ones."""
    known = lexicon()
    kept = {*known.words, *(word for word in known.silent if is_chinese(word))}
    return Cutter(word for word in sorted(kept) if len(word) > 1)
