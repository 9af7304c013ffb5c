"""Terms as the index keeps them: keyed hashes, and the combinations by which candidates are found.

A term of 64 bits says nothing to who reads the tables without the key; its last bit says on which side it stands.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntFlag
from hashlib import blake2b
from typing import Final

from services.lostfound.matching.facts import Facts, Known
from services.lostfound.matching.lexicon import lexicon
from services.lostfound.matching.thing import Side

VERSION: Final = 4
"""Of what is read out of a thing and filed. Raise it when that changes: things of older ones are written down anew."""
DAY_H: Final = 24
AFTER_DAYS: Final = 2
"""For so many days after it was lost a thing is looked for by the day, and then by the week."""
DAYS_MOST: Final = 8
WEEKS_MOST: Final = 10
NEAR_ENOUGH: Final = 0.4
TERMS_MOST: Final = 160
"""Of one text; what stands after them in a very long one isn't looked up."""


@dataclass(frozen=True)
class Hasher:
    """Hashes with the key of whoever keeps the index; 64 bytes of it are used."""

    key: bytes

    def __call__(self, text: str) -> int:
        digest = blake2b(text.encode(errors="replace"), digest_size=8, key=self.key[:64]).digest()
        return int.from_bytes(digest, "big", signed=True) & ~1

    def many(self, texts: Iterable[str]) -> dict[int, str]:
        return {self(text): text for text in texts}


def on_side(term: int, side: Side) -> int:
    return term | (side == "lost")


def other(side: Side) -> Side:
    return "lost" if side == "found" else "found"


class Aspect(IntFlag):
    """What a combination says about who holds it, besides being of the kind or of one near it."""

    NEAR = 0
    OWN = 1
    DAY = 2
    WEEK = 4
    COLOUR = 8
    BRAND = 16
    MODEL = 32
    PLACE = 64
    JOURNEY = 128
    SEAT = 256
    NAME = 512
    EXACT = 1024
    EVE = 2048


@dataclass(frozen=True)
class Combination:
    """Facts that are looked up together."""

    text: str
    says: Aspect


def combinations(facts: Facts, side: Side, asking: bool) -> Iterator[Combination]:
    """What a thing is filed under, and, asking, what it is looked for by: kinds near its own as well."""
    times = list(_times(facts, side))
    for kind, own in _kinds(facts, asking):
        for brand in facts.brands[:3]:
            yield Combination(f"{kind}|{brand}", own | Aspect.BRAND)
            for colour in facts.colours[:3]:
                yield Combination(f"{kind}|{colour}|{brand}", own | Aspect.BRAND | Aspect.COLOUR)
        for model in facts.models[:3]:
            yield Combination(f"{kind}|{model}", own | Aspect.MODEL | Aspect.BRAND)
        for place in facts.places[:4]:
            yield Combination(f"{kind}@{place}", own | Aspect.PLACE)
        for time, when in times:
            yield Combination(f"{kind}|{time}", own | when)
            for colour in facts.colours[:3]:
                yield Combination(f"{kind}|{colour}|{time}", own | when | Aspect.COLOUR)
    yield from _exact(facts)


def _kinds(facts: Facts, asking: bool) -> Iterator[tuple[str, Aspect]]:
    own = facts.kinds[:2] if facts.exact else facts.kinds[:1]
    for kind in own:
        yield kind, Aspect.OWN
    if facts.category:
        yield f"={facts.category}", Aspect.OWN
    if asking:
        near = {
            kind: strength
            for (one, kind), strength in lexicon().near.items()
            if one in own and kind not in own and strength >= NEAR_ENOUGH
        }
        others = [kind for kind in facts.kinds if kind not in own and kind not in near]
        for kind in [*sorted(near, key=lambda each: -near[each])[:6], *others[:4]]:
            yield kind, Aspect.NEAR


def _times(facts: Facts, side: Side) -> Iterator[tuple[str, Aspect]]:
    if facts.from_h is None or facts.to_h is None:
        return
    early, late = (6, AFTER_DAYS * DAY_H) if side == "lost" else (0, 0)
    first, last = int(facts.from_h - early) // DAY_H, int(facts.to_h + late) // DAY_H
    if last - first < DAYS_MOST:
        for day in range(first, last + 1):
            yield f"d{day}", Aspect.DAY
        if side == "lost":
            yield f"d{first - 1}", Aspect.EVE
    more = 10 if side == "lost" else 0
    for week in range(first // 7, min((last + more) // 7, first // 7 + WEEKS_MOST) + 1):
        yield f"w{week}", Aspect.WEEK


def _exact(facts: Facts) -> Iterator[Combination]:
    for colour in facts.colours[:3]:
        yield Combination(f"=colour:{colour}", Aspect.COLOUR)
    for brand in facts.brands[:3]:
        yield Combination(f"=brand:{brand}", Aspect.BRAND)
    for place in facts.places[:4]:
        yield Combination(f"=place:{place}", Aspect.PLACE)
    if facts.flight:
        number, date = facts.flight
        yield Combination(f"flight|{number}|{date}" if date else f"flight|{number}", Aspect.JOURNEY)
        if facts.seat:
            yield Combination(f"flight|{number}|{date}|{facts.seat[0]}", Aspect.JOURNEY | Aspect.SEAT)
    if facts.bus:
        yield Combination(f"bus|{facts.bus}", Aspect.JOURNEY)
    if facts.serial:
        yield Combination(f"serial|{facts.serial}", Aspect.EXACT)
    for key in facts.documents[:8]:
        yield Combination(f"document|{key}", Aspect.EXACT)
    for key in facts.names[:8]:
        yield Combination(f"name|{key}", Aspect.NAME)


@dataclass(frozen=True)
class Filed:
    """A thing's terms. words, marks: hash → term; keys: hash → what it says."""

    words: dict[int, str]
    marks: dict[int, str]
    keys: dict[int, Aspect]

    def blob(self, side: Side) -> bytes:
        """Words, then marks, then keys."""
        each = [on_side(term, side) for term in (*self.words, *self.marks, *self.keys)]
        return array("q", each).tobytes()

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.words), len(self.marks)


def filed(known: Known, side: Side, hasher: Hasher, asking: bool) -> Filed:
    """All terms of a thing; asking: those it is looked for by."""
    words = hasher.many(list(known.words)[:TERMS_MOST])
    marks = {
        term: text for term, text in hasher.many(list(known.marks)[:TERMS_MOST]).items() if term not in words
    }
    keys: dict[int, Aspect] = {}
    for each in combinations(known.facts, side, asking):
        term = hasher(each.text)
        keys[term] = keys.get(term, Aspect.NEAR) | each.says
    return Filed(words, marks, keys)


def unpacked(blob: bytes) -> array[int]:
    """The terms of a row, without their side."""
    terms: array[int] = array("q")
    terms.frombytes(blob)
    return terms
