"""What happens to a leg: on time mostly, late for a reason, seldom cancelled, diverted or back at its stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deploy.demo.chance import Chance
from services.flights.timetable.expand import DatedLeg

_CANCELLED: Final = 0.012
_DIVERTED: Final = 0.004
_RETURNED: Final = 0.003
_GATE_CHANGED: Final = 0.05
_ALTERNATES: Final = ("WUH", "KHN", "NNG", "DYG", "KWL")

# (share of flights up to here, least minutes late, most): about 80 in 100 leave within a quarter of an hour.
_LATENESS: Final = (
    (0.55, -6, 4),
    (0.80, 3, 14),
    (0.92, 15, 45),
    (0.98, 46, 120),
    (1.00, 121, 260),
)
# Reasons by IATA's delay codes, as often as they occur here.
_REASONS: Final = ("81", "81", "81", "71", "72", "84", "93", "63", "41", "87", "89", "32", "15", "62")


@dataclass(frozen=True)
class Fate:
    """late_m: minutes between schedule and leaving the stand; negative is early. flight_m: block time lived."""

    late_m: int
    flight_m: int
    reason: str
    cancelled: bool = False
    diverted_to: str = ""
    returned: bool = False
    gate_changed: bool = False


def fate_of(leg: DatedLeg, arriving: bool, inbound_late_m: int | None = None) -> Fate:
    """The fate of one leg on its day. arriving: at the airport whose story is told.

    inbound_late_m: by how much the aircraft comes too late for the schedule; None: it doesn't.
    """
    chance = Chance(leg.leg.flight, leg.leg.origin, leg.departs_at.isoformat())
    late_m, reason = _lateness(chance), chance.one("reason", _REASONS)
    if inbound_late_m is not None and inbound_late_m > late_m:
        late_m, reason = inbound_late_m, "93"
    planned_m = int((leg.arrives_at - leg.departs_at).total_seconds()) // 60
    # Timetables have some minutes to spare.
    flight_m = max(25, planned_m + chance.whole("air", -14, 5))
    drawn = chance.share("trouble")
    return Fate(
        late_m,
        flight_m,
        reason,
        cancelled=drawn < _CANCELLED,
        diverted_to=_alternate(chance, leg) if arriving and 0.1 < drawn < 0.1 + _DIVERTED else "",
        returned=not arriving and 0.2 < drawn < 0.2 + _RETURNED,
        gate_changed=not arriving and 0.3 < drawn < 0.3 + _GATE_CHANGED,
    )


def _lateness(chance: Chance) -> int:
    drawn = chance.share("late")
    for share, least, most in _LATENESS:
        if drawn < share:
            return chance.whole("minutes", least, most)
    raise AssertionError("the shares end at 1")


def _alternate(chance: Chance, leg: DatedLeg) -> str:
    return chance.one("alternate", [place for place in _ALTERNATES if place != leg.leg.origin])
