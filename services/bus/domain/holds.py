"""Seats that are kept for somebody until they pay.

A seat is sold for the whole ride of the bus, not for a section of it: nobody may have to change seats or stand
between two others' sections. So a departure is one number: sold + held is never above its capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.bus.domain.fares import price_fen
from services.bus.schemas.vocabulary import OrderState, Rider


@dataclass(frozen=True)
class Seat:
    """One rider of an order, with the price that was told."""

    rider: Rider
    price_fen: int


@dataclass(frozen=True)
class Order:
    """Seats of one ride for one traveller and company. expires_at: by the database's clock."""

    id: str
    passenger_id: str
    departure_id: str
    from_stop: str
    to_stop: str
    departs_at: datetime
    arrives_at: datetime
    seats: tuple[Seat, ...]
    currency: str
    state: OrderState
    held_at: datetime
    expires_at: datetime

    @property
    def amount_fen(self) -> int:
        return sum(seat.price_fen for seat in self.seats)

    def state_at(self, now: datetime) -> OrderState:
        """What it is at `now`: a hold is over at its expiry, whether or not the timer has come by."""
        over = self.state is OrderState.HELD and now >= self.expires_at
        return OrderState.LAPSED if over else self.state


def seats_of(riders: tuple[Rider, ...], adult_fen: int) -> tuple[Seat, ...]:
    """The seats with their prices. Prices come from the timetable, never from who asks."""
    return tuple(Seat(rider, price_fen(adult_fen, rider)) for rider in riders)


def sales_open(departs_at: datetime, now: datetime, close: timedelta) -> bool:
    """Whether seats from this stop are still sold: a buyer must be able to pay and reach the stop."""
    return now < departs_at - close


@dataclass(frozen=True)
class Occupancy:
    """The seats of one departure: sold + held is at most capacity."""

    capacity: int
    sold: int = 0
    held: int = 0

    @property
    def free(self) -> int:
        return self.capacity - self.sold - self.held


@dataclass(frozen=True)
class FeedVersion:
    """version: grows with each import. digest: SHA-256 of the zip, hex."""

    version: int
    digest: str
