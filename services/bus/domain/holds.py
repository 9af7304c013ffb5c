"""Seats that are kept for somebody until they pay, and the tickets that they are then.

A seat is sold for the whole ride of the bus, not for a section of it: nobody may have to change seats or stand
between two others' sections. So a departure is one number: sold + held is never above its capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kernel.saga.states import Sale
from services.bus.domain.fares import price_fen
from services.bus.schemas.vocabulary import Rider, TicketState


@dataclass(frozen=True)
class Seat:
    """One rider of an order. price_fen: what is paid for it; discount_fen: what coupons take off its fare."""

    rider: Rider
    price_fen: int
    discount_fen: int = 0


@dataclass(frozen=True)
class BookedRide:
    """The ride that somebody bought, as the timetable had it then. Aware UTC.

    words: JSON-ready {"line_id", "line_name", "headsign", "from_name", "to_name"}; names are {"zh", "en"}.
    """

    departure_id: str
    from_stop: str
    to_stop: str
    departs_at: datetime
    arrives_at: datetime
    words: dict[str, Any]


@dataclass(frozen=True)
class Order:
    """Seats of one ride for one traveller and company. sale: its state and money, as all orders have them.

    ride: the one that it was bought for; each ticket has its own. flight_id: the flight that it is to meet.
    """

    sale: Sale
    ride: BookedRide
    seats: tuple[Seat, ...]
    flight_id: str | None = None
    flight_departs_at: datetime | None = None

    @property
    def id(self) -> str:
        return self.sale.id

    @property
    def discount_fen(self) -> int:
        """What coupons take off; 0 without coupons, since one that takes nothing off is never used."""
        return sum(seat.discount_fen for seat in self.seats)


@dataclass(frozen=True)
class BusTicket:
    """One rider's place. number: of the seat in its order; code: the signed text.

    price_fen: what was paid for it. discount_fen: what coupons took off its fare. changes: how often it was changed by its owner's own wish. replaces: the ticket
    that was changed into this one. refund_fen: what is paid back for it.
    """

    id: str
    order_id: str
    number: int
    rider: Rider
    price_fen: int
    ride: BookedRide
    code: str
    issued_at: datetime
    state: TicketState = TicketState.VALID
    changes: int = 0
    replaces: str | None = None
    refund_fen: int = 0
    boarded_at: datetime | None = None
    boarded_by: str | None = None
    ended_at: datetime | None = None
    discount_fen: int = 0

    @property
    def fare_fen(self) -> int:
        """What the ride cost without coupons."""
        return self.price_fen + self.discount_fen


def seats_of(riders: tuple[Rider, ...], adult_fen: int) -> tuple[Seat, ...]:
    """The seats with their prices. Prices come from the timetable, never from who asks."""
    return tuple(Seat(rider, price_fen(adult_fen, rider)) for rider in riders)


def sales_open(departs_at: datetime, now: datetime, close: timedelta) -> bool:
    """Whether seats from this stop are still sold: a buyer must be able to pay and reach the stop."""
    return now < departs_at - close


@dataclass(frozen=True)
class Occupancy:
    """The seats of one departure: sold + held is at most capacity. Of a cancelled one none is sold."""

    capacity: int
    sold: int = 0
    held: int = 0
    cancelled_at: datetime | None = None

    @property
    def free(self) -> int:
        return 0 if self.cancelled_at is not None else self.capacity - self.sold - self.held


@dataclass(frozen=True)
class FeedVersion:
    """version: grows with each import. digest: SHA-256 of the zip, hex."""

    version: int
    digest: str
