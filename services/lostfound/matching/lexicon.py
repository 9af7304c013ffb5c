"""The lexicon: which words of either language mean the same kind, colour, maker or detail.

Concepts are named `group:code`: `kind:phone`, `colour:navy`, `brand:huawei`, `detail:sticker`. A word may mean
several. The files are read when the first text comes (about 30 ms).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Final

from Stemmer import Stemmer

from services.lostfound.matching.chinese import Cutter, blurred, is_chinese, simplify, sound

FOLDER: Final = Path(__file__).parent / "lexicon"
LONGEST: Final = 4
"""English words of the longest phrase that is looked for."""
_LATIN: Final = re.compile(r"[a-z]+|[0-9]+")
_FILES: Final = {
    "objects.txt": "kind",
    "colours.txt": "colour",
    "brands.txt": "brand",
    "details.txt": "detail",
}
_MISTYPED: Final = 5
"""Shorter words mistyped are too often other words."""

Tokens = tuple[str, ...]


@dataclass
class Lexicon:
    """phrases: English, by stems; words: Chinese. Names and groups are for people and for judging."""

    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    phrases: dict[Tokens, tuple[str, ...]] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    near: dict[tuple[str, str], float] = field(default_factory=dict)
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    colours: dict[tuple[str, str], float] = field(default_factory=dict)
    exclusive: frozenset[str] = frozenset()
    mistyped: dict[str, str] = field(default_factory=dict)
    sounds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)
    pinyin: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    @property
    def cutter(self) -> Cutter:
        return _cutter()

    def correct(self, word: str) -> str | None:
        """The trade's word that an English word is one slip away from; None for none, or for a common word."""
        if len(word) < _MISTYPED or word in self.known or word in common():
            return None
        for shorter in (word, *sorted(_less_one(word))):
            meant = self.mistyped.get(shorter, "")
            # The first letter is seldom the wrong one, unless it changed places with the second.
            if (
                meant[:1] in word[:2]
                and meant[:2] != word[1:3]
                and meant
                and abs(len(meant) - len(word)) <= 1
            ):
                return meant
        return None

    def spelled(self, words: list[str]) -> tuple[int, tuple[str, ...]]:
        """A word of the trade in Latin letters (`qianbao`, `shou ji`): of how many words, and what it means."""
        for length in range(min(3, len(words)), 0, -1):
            text = "".join(words[:length])
            if len(text) >= _MISTYPED and text in self.pinyin and text not in common():
                return length, self.pinyin[text]
        return 0, ()

    def maker(self, written: str) -> str | None:
        """The maker that a few letters or characters come nearest to, or sound like; for a field that holds nothing else."""
        folded = fold(written).strip()
        if folded in self.makers:
            return self.makers[folded]
        if is_chinese(folded):
            heard = self.sounds.get(blurred(folded), ()) if len(folded) > 1 else ()
            return next((each for each in heard if each.startswith("brand:")), None)
        text = "".join(latin(folded))
        near = get_close_matches(text, self.makers, n=1, cutoff=0.82) if 4 <= len(text) <= 24 else []
        return self.makers[near[0]] if near else None

    def kinds_near(self, one: str, other: str) -> float:
        """How often a kind is taken for another: 1 the same, 0 never."""
        if one == other:
            return 1.0
        same_group = self.groups.get(f"kind:{one}") == self.groups.get(f"kind:{other}")
        return self.near.get((one, other), 0.15 if same_group else 0.0)

    def colours_near(self, one: str, other: str) -> float:
        return 1.0 if one == other else self.colours.get((one, other), 0.0)


def fold(text: str) -> str:
    """Full-width and capital letters, accents and traditional characters as plain ones."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return simplify(
        unicodedata.normalize("NFC", "".join(each for each in plain if not unicodedata.combining(each)))
    )


def latin(text: str) -> list[str]:
    """The Latin words and numbers of a folded text; `wh-1000xm5` is four, `men's` is one."""
    return _LATIN.findall(text.replace("'s", "").replace("’s", "").replace("'", "").replace("’", ""))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


def stems(text: str) -> Tokens:
    return tuple(stem(word) for word in latin(text))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The one lexicon of this process."""
    found = Lexicon()
    for name, group in _FILES.items():
        _read(found, name, group)
    _read_sorts(found)
    for strength, kinds in _pairs("near.txt"):
        one, other = kinds.split(", ")
        found.near[one, other] = found.near[other, one] = float(strength)
    found.categories = {code: tuple(kinds.split(", ")) for code, kinds in _pairs("categories.txt")}
    for word in sorted(found.known):
        if len(word) >= _MISTYPED:
            for shorter in (word, *_less_one(word)):
                found.mistyped.setdefault(shorter, word)
    return found


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """English words that are no slips of the trade's."""
    return frozenset((FOLDER / "common.txt").read_text().split())


@lru_cache(maxsize=1)
def silent() -> frozenset[str]:
    """Words of both languages that say nothing about a thing."""
    return frozenset(fold((FOLDER / "silent.txt").read_text()).split())


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer:
    return Stemmer("english")


@lru_cache(maxsize=1)
def _cutter() -> Cutter:
    kept = {*lexicon().words, *(word for word in silent() if is_chinese(word))}
    return Cutter(word for word in sorted(kept) if len(word) > 1)


def _pairs(name: str) -> Iterator[tuple[str, str]]:
    for line in (FOLDER / name).read_text().splitlines():
        if line and line[0] not in "#[":
            code, _, rest = line.partition(": ")
            yield code, rest


def _read(into: Lexicon, name: str, group: str) -> None:
    section = ""
    exclusive = set(into.exclusive)
    for line in (FOLDER / name).read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]!")
            if line.endswith("!]"):
                exclusive.add(section)
        elif line.startswith("~"):
            _close_colours(into, line)
        elif line and not line.startswith("#"):
            code, _, words = line.partition(": ")
            concept = f"{group}:{code}"
            into.groups[concept] = section
            every = [each.strip() for each in words.split(",")]
            into.makers |= {fold(each[1:]): concept for each in every if each.startswith("=")}
            _add(into, concept, [each for each in every if not each.startswith("=")])
    into.exclusive = frozenset(exclusive)


def _read_sorts(into: Lexicon) -> None:
    """A word for one sort of a kind means the kind as well."""
    kind = ""
    for line in (FOLDER / "sorts.txt").read_text().splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            code, _, words = line.partition(": ")
            into.groups[f"sort:{code}"] = kind
            every = [each.strip() for each in words.split(",")]
            _also(into, f"kind:{kind}", every)
            _add(into, f"sort:{code}", every)


def _also(into: Lexicon, concept: str, words: list[str]) -> None:
    """Let words mean a concept that is there, without new names for it."""
    named = into.names[concept]
    known = [
        word
        for word in map(fold, words)
        if concept not in into.words.get(word, into.phrases.get(stems(word), ()))
    ]
    if known:
        _add(into, concept, known)
    into.names[concept] = named


def _add(into: Lexicon, concept: str, words: list[str]) -> None:
    chinese = [word for word in words if is_chinese(word)]
    english = [word for word in words if not is_chinese(word)]
    first = (chinese or words)[0], (english or words)[0]
    into.names[concept] = first
    for word in map(fold, words):
        if is_chinese(word):
            into.words[word] = (*into.words.get(word, ()), concept)
            if len(word) > 1:
                heard = blurred(word)
                into.sounds[heard] = (*into.sounds.get(heard, ()), concept)
                into.pinyin[sound(word)] = (*into.pinyin.get(sound(word), ()), concept)
        elif phrase := stems(word):
            if concept not in into.phrases.get(phrase, ()):
                into.phrases[phrase] = (*into.phrases.get(phrase, ()), concept)
            into.known.update(latin(word))
            if concept.startswith("brand:"):
                into.makers.setdefault("".join(latin(word)), concept)


def _close_colours(into: Lexicon, line: str) -> None:
    one, _, others = line.removeprefix("~ ").partition(": ")
    for each in others.split(", "):
        other, strength = each.split(" ")
        into.colours[one, other] = into.colours[other, one] = float(strength)


def _less_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}
