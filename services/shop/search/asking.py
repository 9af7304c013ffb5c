"""What is asked, as slots: each a word of the search with the terms that would answer it.

A word that the index knows is looked for as it is, and by what it means. Others are read as pinyin, initials, the
beginning of a word, words run together, characters that sound alike, or a slip; what was mended is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from services.shop.search.chinese import is_chinese, sounds, syllables
from services.shop.search.filing import code, hashed
from services.shop.search.item import MAX_TEXT
from services.shop.search.latin import Spelled, spelled
from services.shop.search.lexicon import fold, lexicon
from services.shop.search.shelf import Shelf
from services.shop.search.starts import SHORT, begun
from services.shop.search.words import Piece, chinese, meaning, pieces

COUNT_MOST: Final = 2_000
WAYS_MOST: Final = 24
"""Terms that one word is looked for by."""
WORDS_MOST: Final = 10
_CONCEPT: Final = 0.8
"""Another word for the same is a little less than the word itself."""
_ABOVE: Final = 0.3
_NUMBER_DIGITS: Final = 6
"""A search of so many digits in one piece is a number of an item, or nothing."""
_SOUNDS_ALIKE: Final = 0.8
_BEGUN: Final = 0.6
_BOTH: Final = {"童装": ("儿童", "衣服")}
"""Words for two things in one: what is meant is both, not either."""


@dataclass(slots=True)
class Slot:
    """A word of the search. ways: term → how sure, 0..1; things: how many items hold each; mended: what was meant instead."""

    text: str
    ways: dict[int, float] = field(default_factory=dict)
    mended: str | None = None
    optional: bool = False
    single: bool = False
    above: dict[int, float] = field(default_factory=dict)
    things: dict[int, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(self.things.values())

    @property
    def weight(self) -> float:
        """How much it counts: rare words more than common ones, a single character less."""
        sure = max((self.ways[term] for term in self.things), default=1.0)
        held = sum(count for term, count in self.things.items() if self.ways[term] >= 0.9 * sure)
        rare = 1.0 - math.log1p(min(held, COUNT_MOST)) / math.log1p(COUNT_MOST)
        return (1.0 + 1.5 * rare) * (0.35 if self.optional else 0.5 if self.single else 1.0)

    def add(self, term: str, sure: float) -> None:
        number = hashed(term)
        self.ways[number] = max(sure, self.ways.get(number, 0.0))

    def add_piece(self, piece: Piece, sure: float) -> None:
        """Look for a word as it is written and as what it means."""
        if piece.chinese or piece.measure:
            self.add(f"w:{piece.text}", sure)
        else:
            self.add(f"w:{' '.join(piece.stems)}", sure)
        named = any(concept.startswith("kind:") for concept in piece.concepts)
        for concept in piece.concepts:
            trait = named and not concept.startswith("kind:")
            self.add(f"c:{concept}", sure * _CONCEPT * (0.7 if trait else 1.0))
            for number, above in enumerate(lexicon().kinds_of(concept)[1:]):
                self.above.setdefault(hashed(f"c:{above}"), _ABOVE / (number + 1))

    def count(self, things: dict[int, int]) -> None:
        """Keep the ways that lead somewhere; what is above it only when nothing else does."""
        if not any(term in things for term in self.ways):
            self.ways.update(self.above)
        found = sorted(
            (term for term in self.ways if term in things),
            key=lambda term: (-self.ways[term], -things[term], term),
        )
        self.things = {term: things[term] for term in found[:WAYS_MOST]}


@dataclass(slots=True)
class Asked:
    """A search understood. missed: words that nothing in the index answers."""

    slots: list[Slot]
    missed: tuple[str, ...] = ()

    @property
    def required(self) -> list[Slot]:
        """The slots that must be answered; if all are optional, all of them."""
        return [slot for slot in self.slots if not slot.optional] or self.slots

    @property
    def did_you_mean(self) -> str | None:
        if not any(slot.mended for slot in self.slots):
            return None
        return _joined([slot.mended or slot.text for slot in self.slots])


def understand(shelf: Shelf, text: str, *, typing: bool) -> Asked:
    """Read a search against what the index holds."""
    folded = fold(text)[:MAX_TEXT]
    number = Slot(folded.strip())
    digits = sum(each.isdigit() for each in code(folded))
    if digits and len(code(folded)) >= 4:
        number.add(f"x:{code(folded)}", 1.0)
        if digits >= _NUMBER_DIGITS and digits * 2 > len(code(folded)) and " " not in number.text:
            _count(shelf, [number])
            return Asked([number] if number.things else [], () if number.things else (number.text,))
    slots = _slots(shelf, folded, typing=typing)[:WORDS_MOST]
    if typing and len(slots) == 1:
        _begin(slots[0])
    _count(shelf, [number, *slots])
    if number.things:
        return Asked([number])
    _mend_chinese(shelf, slots)
    kept = [slot for slot in slots if slot.things]
    missed = tuple(slot.text for slot in slots if not slot.things and not slot.optional)
    return Asked(kept, missed)


def sounding(shelf: Shelf, text: str) -> Asked | None:
    """The same search with its Chinese read by ear (臭豆付 for 臭豆腐); None if that leads to no other words."""
    slots: list[Slot] = []
    run: list[str] = []
    changed = False
    for piece in [*pieces(fold(text)[:MAX_TEXT]), Piece("")]:
        if piece.text and piece.chinese and piece.text not in lexicon().silent:
            run.append(piece.text)
            continue
        if run:
            heard = _heard(shelf, "".join(run))
            changed |= any(slot.mended for slot in heard)
            slots += heard
            run = []
        if piece.text:
            slots.append(_slot(piece))
    if not changed:
        return None
    _count(shelf, slots)
    kept = [slot for slot in slots if slot.things]
    return Asked(kept, tuple(slot.text for slot in slots if not slot.things and not slot.optional))


def _begin(slot: Slot) -> None:
    """Look for what begins so, too, if a letter or two is all that there is of a search."""
    if len(slot.text) <= SHORT and slot.text.isascii() and slot.text.isalpha():
        for word in begun(slot.text) if not meaning(slot.text).concepts else ():
            # Not what else it is called: who types `zh` means none of the words for it that begin otherwise.
            slot.add(f"w:{word if is_chinese(word) else ' '.join(meaning(word).stems)}", _BEGUN)


def _slots(shelf: Shelf, folded: str, *, typing: bool) -> list[Slot]:
    found: list[Slot] = []
    latin: list[Piece] = []
    every = pieces(folded)
    said = [piece for piece in every if not _says_nothing(piece)] or every
    for number, piece in enumerate(said):
        if piece.stems:
            latin.append(piece)
            if number + 1 < len(said) and said[number + 1].stems:
                continue
            last = piece is every[-1]
            found += _latin(shelf, latin, typing=typing and last)
            latin = []
        else:
            found += _both(piece.text) or [_slot(piece)]
    return found


def _both(word: str) -> list[Slot]:
    """A slot for each of the two things that a word says; what is named by the word itself answers either."""
    found = [_slot(chinese(each)) for each in _BOTH.get(word, ())]
    for slot in found:
        slot.add(f"w:{word}", 1.0)
    return found


def _says_nothing(piece: Piece) -> bool:
    """Whether a word is left out; `an` and `me` may be pinyin, which is seen when their neighbours are read."""
    return piece.text in lexicon().silent and piece.text not in syllables()


def _slot(piece: Piece) -> Slot:
    slot = Slot(piece.text, optional=piece.measure, single=piece.chinese and len(piece.text) == 1)
    slot.add_piece(piece, 1.0)
    if piece.measure:
        slot.text = piece.text[1:]
    elif len(piece.stems) > 1:
        slot.text = piece.text
    return slot


def _latin(shelf: Shelf, run: Sequence[Piece], *, typing: bool) -> list[Slot]:
    """Words as they are known, or by all the ways they may have been typed."""
    if all(piece.concepts or piece.text.isdigit() for piece in run) and not (typing and len(run) > 1):
        return [_slot(piece) for piece in run if piece.text not in lexicon().silent]
    return _spelled(spelled(shelf, run, typing=typing))


def _spelled(read: Iterable[Spelled]) -> list[Slot]:
    found = []
    for each in read:
        if each.text in lexicon().silent:
            continue
        if each.piece is not None:
            found.append(_slot(each.piece))
            continue
        if both := _both(max(each.words, key=each.words.__getitem__, default="")):
            found += both
            continue
        slot = Slot(each.text, mended=each.mended)
        for word, sure in each.words.items():
            slot.add_piece(meaning(word), sure)
        found.append(slot)
    return found


def _count(shelf: Shelf, slots: Sequence[Slot]) -> None:
    terms = sorted({term for slot in slots for term in (*slot.ways, *slot.above)})
    things = shelf.counts(terms, COUNT_MOST) if terms else {}
    for slot in slots:
        slot.count(things)


def _mend_chinese(shelf: Shelf, slots: list[Slot]) -> None:
    """Words that nothing holds: by ear, else by their pairs of characters."""
    lost = [slot for slot in slots if not slot.things and len(slot.text) > 1 and not slot.text.isascii()]
    for slot in lost:
        words = _alike(shelf, [slot.text]).get(slot.text, [])
        for word in words:
            slot.add_piece(chinese(word), _SOUNDS_ALIKE)
            slot.mended = slot.mended or word
        if not words:
            for one, other in pairwise(slot.text):
                slot.add(f"w:{one}{other}", 0.5)
    if lost:
        _count(shelf, lost)
    for slot in lost:
        if not slot.things:
            slot.mended = None


def _alike(shelf: Shelf, texts: Iterable[str]) -> dict[str, list[str]]:
    """Words of the index that sound like a text of as many characters, without the text itself."""
    keys: dict[str, str] = {}
    for text in texts:
        ways = sounds(text)
        if ways:
            keys[text] = f"p:{''.join(ways[0])}"
    by_key: dict[str, list[str]] = {}
    for key, word in shelf.words(set(keys.values())) if keys else ():
        by_key.setdefault(key, []).append(word)
    return {
        text: [word for word in by_key.get(key, ()) if len(word) == len(text)] for text, key in keys.items()
    }


def _heard(shelf: Shelf, run: str) -> list[Slot]:
    """A run of Chinese as the fewest words that sound so; characters that belong to none stay alone."""
    spans = {run[at : at + size] for at in range(len(run)) for size in range(2, 7) if at + size <= len(run)}
    alike = _alike(shelf, spans)
    best: list[tuple[float, list[Slot]]] = [(0.0, [])]
    for end in range(1, len(run) + 1):
        ways = []
        for start in range(max(0, end - 6), end):
            text = run[start:end]
            cost, slots = best[start]
            words = alike.get(text, [])
            if len(text) == 1:
                ways.append((cost + 2.5, [*slots, _slot(chinese(text))]))
            elif words:
                slot = Slot(text, mended=None if text in words else words[0])
                for word in words if text not in words else [text]:
                    slot.add_piece(chinese(word), 1.0 if word == text else _SOUNDS_ALIKE)
                ways.append((cost + (1.0 if text in words else 1.3), [*slots, slot]))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def _joined(words: Sequence[str]) -> str:
    """Words as they are written in one line: Latin ones with spaces, Chinese ones without."""
    text = ""
    for word in words:
        gap = " " if text and (text[-1].isascii() or word[:1].isascii()) else ""
        text += gap + word
    return text
