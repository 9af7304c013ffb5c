"""How well an item answers: which slots it holds and where, how popular it is, whether it can be had."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final

from services.shop.search.asking import Slot
from services.shop.search.filing import FULL, HEATS, heat
from services.shop.search.shelf import HIT_BITS, Row

_ENTRY: Final = struct.Struct(">qB")
ENTRY: Final = _ENTRY.size
_TERM: Final = struct.Struct(">q")
_LEAST_SURE: Final = 63
POPULAR: Final = 0.15
SOLD_OUT: Final = 0.7
NAMED: Final = 0.12
"""What it adds when the search names the whole of a short name."""


def packed(weights: dict[int, int]) -> bytes:
    """Terms with their weights, as they are kept beside an item."""
    return b"".join(_ENTRY.pack(term, weight) for term, weight in sorted(weights.items()))


def unpacked(blob: bytes) -> dict[int, int]:
    return dict(_ENTRY.iter_unpack(blob))


def hit_of(weight: int, popularity: int, num: int) -> int:
    """A posting: sorts before those that say less or are less popular."""
    return (_LEAST_SURE - weight - heat(popularity)) << HIT_BITS | num


def number_of(hit: int) -> int:
    return hit & ((1 << HIT_BITS) - 1)


def promise_of(hit: int) -> int:
    return _LEAST_SURE - (hit >> HIT_BITS)


class Judge:
    """Judges items against slots. all_needed: an item that lacks a required one is out."""

    def __init__(self, slots: Sequence[Slot], *, all_needed: bool) -> None:
        self.all_needed = all_needed
        required = [slot for slot in slots if not slot.optional] or list(slots)
        # Ways in the order of how sure they are: the search through an item's terms ends at the first that is enough.
        self._slots = [
            (
                [(_TERM.pack(term), slot.ways[term] / FULL) for term in slot.things],
                slot.weight,
                slot in required,
            )
            for slot in slots
        ]
        self._total = sum(weight for _, weight, _ in self._slots)
        self._required = sum(weight for _, weight, needed in self._slots if needed)

    def score(self, row: Sequence[Any]) -> float:
        """0..1; 0 when it doesn't answer."""
        blob = bytes(row[Row.TERMS])
        got = named = held = 0.0
        for ways, weight, needed in self._slots:
            best = _best(ways, blob)
            if needed and best:
                held += weight
            elif needed and self.all_needed:
                return 0.0
            got += weight * best
            if best >= 0.7:
                named += 1.0
        if not got:
            return 0.0
        text = got / self._total * (held / self._required) ** 2 + NAMED * min(1.0, named / row[Row.NAME_SIZE])
        popular = 1.0 - POPULAR + POPULAR * heat(row[Row.POPULARITY]) / HEATS
        score: float = text / (1.0 + NAMED) * popular
        return score if row[Row.IN_STOCK] else score * SOLD_OUT


def _best(ways: Sequence[tuple[bytes, float]], blob: bytes) -> float:
    best = 0.0
    for term, sure in ways:
        if sure * FULL <= best:
            break
        at = blob.find(term)
        if at >= 0 and at % ENTRY == 0:
            best = max(best, sure * blob[at + ENTRY - 1])
    return best


def promising(slot: Slot, hits: Iterable[tuple[int, int]]) -> dict[int, float]:
    """Numbers of items and what they promise, from the postings alone."""
    found: dict[int, float] = {}
    for term, hit in hits:
        number = hit & ((1 << HIT_BITS) - 1)
        promise = slot.ways[term] * (_LEAST_SURE - (hit >> HIT_BITS))
        if promise > found.get(number, 0.0):
            found[number] = promise
    return found
