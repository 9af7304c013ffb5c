"""A traveller on a list, and where they may go from where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.checkin.schemas.vocabulary import Flag, Gender, Standing, TravellerKind


@dataclass(frozen=True)
class Booking:
    """contact_sealed: the airline's; given_sealed: what the party gave at check-in, through account given_by."""

    id: str
    flight_id: str
    pnr: str
    contact_sealed: str | None
    given_sealed: str | None
    given_by: str | None
    version: int


@dataclass(frozen=True)
class Traveller:
    """As they are kept. Sealed fields are bound to the id; given_*: papers that were added at check-in.

    place: in the order in which the airline listed them first. settled: codes of reasons to see an agent that an agent
    dealt with.
    """

    id: str
    booking_id: str
    flight_id: str
    pnr: str
    ref: str
    place: int
    ticket: str | None
    coupon: int
    kind: TravellerKind
    gender: Gender
    cabin: str
    infant: bool
    specials: tuple[str, ...]
    flags: tuple[Flag, ...]
    name_sealed: str
    details_sealed: str
    given_sealed: str | None
    standing: Standing
    seat: str | None
    sequence: int | None
    boarded_at: datetime | None
    boarded_by: str | None
    version: int
    settled: tuple[str, ...] = ()

    @property
    def inside(self) -> bool:
        """Whether they hold a pass that is good."""
        return self.standing in (Standing.CHECKED_IN, Standing.BOARDED)

    @property
    def on_list(self) -> bool:
        return self.standing is not Standing.DELETED


TRANSITIONS: Final[dict[Standing, frozenset[Standing]]] = {
    Standing.BOOKED: frozenset({Standing.CHECKED_IN, Standing.OFF_LOADED, Standing.DELETED}),
    Standing.CHECKED_IN: frozenset(
        {Standing.BOOKED, Standing.BOARDED, Standing.OFF_LOADED, Standing.DELETED}
    ),
    Standing.BOARDED: frozenset({Standing.CHECKED_IN, Standing.OFF_LOADED, Standing.DELETED}),
    Standing.OFF_LOADED: frozenset({Standing.BOOKED, Standing.DELETED}),
    Standing.DELETED: frozenset({Standing.BOOKED}),
}
"""Who left the list may come back on it; who was taken off the aircraft is put back by a person only."""


def may_become(now: Standing, then: Standing) -> bool:
    return then in TRANSITIONS[now]
