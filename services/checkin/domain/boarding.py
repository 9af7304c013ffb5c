"""What the gate is answered: the order of questions is the order of the rows.

Source: docs/sources/checkin-rules.md, "At the gate".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.checkin.domain.flight import Leg
from services.checkin.domain.travellers import Traveller
from services.checkin.domain.windows import window_of
from services.checkin.schemas.vocabulary import Scan, Standing

EARLY: Final = timedelta(minutes=15)
"""A gate that begins a little before its time is not held up."""


@dataclass(frozen=True)
class Shown:
    """What a pass says, as far as it was read. flight: airline and number without leading zeros."""

    flight: str
    departure: str
    arrival: str
    day_of_year: int | None
    pnr: str
    sequence: int | None


def fits(shown: Shown, leg: Leg) -> bool:
    """Whether the pass is for this flight: its own number, way and day."""
    day = leg.day_local.timetuple().tm_yday
    return (
        shown.flight == plain_number(leg.number)
        and (shown.departure, shown.arrival) == (leg.departure, leg.arrival)
        and shown.day_of_year in (None, day)
    )


def plain_number(number: str) -> str:
    """CZ0310 is CZ310: passes pad with zeros, boards don't."""
    size = 3 if len(number) > 3 and number[:3].isalpha() else 2
    return number[:size] + (number[size:].lstrip("0") or "0")


def judge(leg: Leg, traveller: Traveller | None, *, void: bool, at: datetime, boards_at: datetime) -> Scan:
    """The answer for a pass of this flight that was scanned at `at`.

    traveller: whose sequence number it is; None: nobody's. void: it was given back since.
    A gate whose airline says that it boards is open, whatever the clock says.
    """
    if traveller is None:
        return Scan.NOT_CHECKED_IN
    if traveller.standing in (Standing.OFF_LOADED, Standing.DELETED):
        return Scan.OFF_LOADED
    if void or not traveller.inside:
        return Scan.NOT_CHECKED_IN
    if traveller.standing is Standing.BOARDED:
        return Scan.ALREADY_BOARDED
    if leg.cancelled or leg.gate_closed:
        return Scan.GATE_CLOSED
    if leg.at_gate:
        return Scan.ACCEPTED
    if at < boards_at - EARLY:
        return Scan.TOO_EARLY
    return Scan.GATE_CLOSED if at >= window_of(leg).gate_closes_at else Scan.ACCEPTED
