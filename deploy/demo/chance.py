"""Chance that repeats itself: the same day and flight meet the same fate after every restart."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws named by what they decide. Two with equal seeds draw alike."""

    def __init__(self, *seed: object) -> None:
        self._seed = "|".join(map(str, seed))

    def share(self, of: str) -> float:
        """A number in [0, 1)."""
        digest = hashlib.blake2b(f"{self._seed}|{of}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def whole(self, of: str, first: int, last: int) -> int:
        """A whole number from first to last, both included."""
        return first + int(self.share(of) * (last - first + 1))

    def one(self, of: str, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.whole(of, 0, len(choices) - 1)]


class Luck:
    """Draws one after the other, for what needs many: two with equal seeds draw alike, in every version of Python.

    SplitMix64 (Steele, Lea, Flood 2014), seeded by a text.
    """

    def __init__(self, *seed: object) -> None:
        digest = hashlib.blake2b("|".join(map(str, seed)).encode(), digest_size=8).digest()
        self._state = int.from_bytes(digest, "big")

    def share(self) -> float:
        """A number in [0, 1)."""
        self._state = (self._state + 0x9E3779B97F4A7C15) % 2**64
        mixed = ((self._state ^ (self._state >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) % 2**64
        return ((mixed ^ (mixed >> 31)) >> 11) / 2**53

    def below(self, end: int) -> int:
        """A whole number from 0, less than end."""
        return int(self.share() * end)

    def whole(self, first: int, last: int) -> int:
        """A whole number from first to last, both included."""
        return first + self.below(last - first + 1)

    def happens(self, share: float) -> bool:
        """True in this share of draws."""
        return self.share() < share

    def one(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def mixed(self, things: Sequence[T]) -> list[T]:
        """The same in another order."""
        order = list(things)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order
