"""How long a runner walks from a shop to a gate.

Distances are along the middle of the concourse. Source: docs/sources/mall-promises.md, "Walking".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

SPEED_M_S: Final = 1.1
"""Slower than the 1.3 m/s of walkers alone: concourses are crowded, and the runner carries bags."""
FIXED: Final = timedelta(minutes=2)
"""Out of the shop's door, and to find the gate's desk."""
UNKNOWN_PLAN_M: Final = 900
"""At an airport without a plan every gate is as far as that."""
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class Pier:
    """Gates in a row. root_m: from the middle of the concourse to the first of them; beside_m: between two."""

    gates: range
    side: int
    root_m: int
    beside_m: int


PIERS: Final[Mapping[str, Mapping[str, Sequence[Pier]]]] = {
    "CSX": {
        "T1": (Pier(range(1, 10), -1, 60, 40), Pier(range(10, 19), 1, 60, 40)),
        "T2": (
            Pier(range(20, 30), -1, 120, 45),
            Pier(range(30, 42), 0, 40, 30),
            Pier(range(42, 52), 1, 120, 45),
        ),
    }
}


def walk_m(iata: str, terminal: str, shop: tuple[Sequence[str], int], gate: str | None) -> int:
    """Metres from a shop to a gate of its terminal; to the farthest gate when none is named yet.

    shop: the gates that it is near, none: it stands in the middle; and metres from its door to the walkway.
    """
    near, door_m = shop
    piers = PIERS.get(iata, {}).get(terminal, ())
    if not piers:
        return UNKNOWN_PLAN_M + door_m
    here = [spot for spot in (_spot(piers, each) for each in near) if spot is not None] or [(0, 0)]
    there = _spot(piers, gate) if gate is not None else None
    ends = [there] if there is not None else [_spot(piers, str(n)) for pier in piers for n in pier.gates]
    return door_m + max(min(_between(a, b) for a in here) for b in ends if b is not None)


def walk_time(metres: int) -> timedelta:
    return FIXED + timedelta(seconds=math.ceil(metres / SPEED_M_S))


def gate_known(iata: str, terminal: str, gate: str) -> bool:
    """Whether the terminal has that gate; at an airport without a plan nobody can say that it hasn't."""
    piers = PIERS.get(iata, {}).get(terminal, ())
    return not piers or _spot(piers, gate) is not None


def _spot(piers: Sequence[Pier], gate: str) -> tuple[int, int] | None:
    """The pier, by its side, and metres from the middle."""
    # `34`, `A34` and `T2-GATE-34` are the same gate.
    found = _NUMBER.findall(gate)
    number = int(found[-1]) if found else -1
    for pier in piers:
        if number in pier.gates:
            return pier.side, pier.root_m + pier.beside_m * (number - pier.gates.start)
    return None


def _between(one: tuple[int, int], other: tuple[int, int]) -> int:
    if one[0] == other[0]:
        return abs(one[1] - other[1])
    return one[1] + other[1]
