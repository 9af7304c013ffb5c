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
