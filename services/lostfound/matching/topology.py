"""Where things are lost and found: how far two places of an airport are from each other, for a lost thing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final


class Nearness(StrEnum):
    """From the same spot to somewhere else."""

    SAME = "same"
    WITHIN = "within"  # one is a part of the other: gate 34 and the departure lounge
    NEXT = "next"  # one walks from one into the other, or takes one for the other
    SIBLINGS = "siblings"  # parts of the same part: two gates of a lounge
    INSIDE = "inside"  # one names the terminal alone, and the other is in it
    TERMINAL = "terminal"
    TWIN = "twin"  # the same of another terminal, which people take for each other: its security, its gates
    FAR = "far"


ORDER: Final = tuple(Nearness)
_NUMBERED: Final = re.compile(r"-(?:[0-9]+|[A-Z])$")
VAGUE: Final = frozenset({"UNKNOWN"})
"""Codes by which somebody says that they don't know."""


@dataclass(frozen=True)
class Topology:
    """parents: what a place is a part of, by code. near: where one comes to from it.

    Codes it doesn't know are near to themselves alone. `Topology()` knows none.
    """

    parents: Mapping[str, str | None] = field(default_factory=dict)
    near: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @staticmethod
    def of(places: Mapping[str, Any]) -> Topology:
        """From places that have `.parent` and `.near`, by their codes."""
        return _topology(tuple((code, place.parent, tuple(place.near)) for code, place in places.items()))

    def chain(self, code: str) -> list[str]:
        """A place and what it is a part of, from the inside out."""
        found: list[str] = []
        at: str | None = code
        while at is not None and at not in found:
            found.append(at)
            at = self.parents.get(at)
        return found

    def nearness(self, one: str, other: str) -> Nearness:
        if one == other:
            return Nearness.SAME
        ones, others = self.chain(one), self.chain(other)
        top = ones[-1] if ones[-1] == others[-1] else None
        if other in self.near.get(one, ()) or one in self.near.get(other, ()):
            return Nearness.NEXT
        if (one in others or other in ones) and top not in (one, other):
            return Nearness.WITHIN
        if top is None:
            if self._parts(one) & self._parts(other):
                return Nearness.TWIN
            linked = any(each in self.near.get(part, ()) for part in ones[:2] for each in others[:2])
            return Nearness.NEXT if linked else Nearness.FAR
        if top in (one, other):
            return Nearness.INSIDE
        if ones[1] == others[1] and ones[1] != top:
            return Nearness.SIBLINGS
        linked = any(each in self.near.get(part, ()) for part in ones[:-1] for each in others[:-1])
        return Nearness.NEXT if linked else Nearness.TERMINAL

    def _parts(self, code: str) -> set[str]:
        """What a place is called in every terminal: `SECURITY`; of a numbered one also what it is a part of."""
        chain = self.chain(code)
        if len(chain) < 2:
            return set()
        plain = _NUMBERED.sub("", code)
        of = {plain} if plain == code else {plain, chain[1]}
        return {each.removeprefix(f"{chain[-1]}-") for each in of if each != chain[-1]}

    def nearest(self, some: Sequence[str], others: Sequence[str]) -> Nearness | None:
        """The nearest pair; None when one side doesn't know where."""
        known = [code for code in some if code not in VAGUE], [code for code in others if code not in VAGUE]
        if not known[0] or not known[1]:
            return None
        return min((self.nearness(one, other) for one in known[0] for other in known[1]), key=ORDER.index)


@lru_cache(maxsize=8)
def _topology(places: tuple[tuple[str, str | None, tuple[str, ...]], ...]) -> Topology:
    return Topology({code: parent for code, parent, _ in places}, {code: near for code, _, near in places})
