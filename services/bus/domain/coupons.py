"""Coupons of the mall that take something off bus tickets: what bus keeps of them. The coupons themselves are shop's.

Source: docs/decisions/0088-coupons-elsewhere.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.bus.domain.holds import Seat

LOCK_OUTLASTS: Final = timedelta(hours=24)
"""How long shop keeps a coupon for an order after the last moment at which its hold can end."""
DELIVERED_WITHIN: Final = timedelta(hours=23)
"""Money that comes later than this after the end of a hold buys no tickets: their coupon may be free again."""
UNSURE: Final = timedelta(seconds=30)
"""How long a hold may take that locks coupons; a lock that was asked for and not heard of is released after it."""
_FIRST: Final = timedelta(seconds=10)
_LAST: Final = timedelta(minutes=10)
_DOUBLINGS: Final = 6


class ErrandState(StrEnum):
    LOCKING = "locking"  # shop is asked to keep the coupons, and no order holds seats with them yet
    USED = "used"  # the order is there: its state says what shop must be told
    GIVEN_UP = "given_up"  # no order will come: shop is told to release them


@dataclass(frozen=True)
class Errand:
    """What shop must be told of the coupons of one order. look_at: when it is told; None: there is nothing to tell.

    version: grows whenever there is something new to tell. request_id: of the hold that asked for them.
    """

    order_id: str
    request_id: str
    coupon_ids: tuple[str, ...]
    state: ErrandState
    look_at: datetime | None
    made_at: datetime
    version: int = 1
    attempts: int = 0


@dataclass(frozen=True)
class Locked:
    """Coupons that are kept for an order that is about to hold seats. fares: what its seats cost without them, by number.

    shares: what they take off, by the number of the seat.
    """

    order_id: str
    fares: tuple[int, ...]
    shares: Mapping[int, int]

    def seats(self, seats: Sequence[Seat]) -> tuple[Seat, ...]:
        """The seats at what is paid for them. Raises ValueError when they aren't those that were locked for."""
        if tuple(seat.price_fen for seat in seats) != self.fares:
            raise ValueError("other fares than those that the coupons were locked for")
        return tuple(
            replace(seat, price_fen=seat.price_fen - share, discount_fen=share)
            for seat, share in ((seat, self.shares.get(number, 0)) for number, seat in enumerate(seats, 1))
        )


def next_try(attempts: int, now: datetime) -> datetime:
    """When shop is told again if it can't be heard: after 10 s, then twice as long each time, at most ten minutes."""
    doubled: int = 1 << min(attempts, _DOUBLINGS)
    return now + min(_FIRST * doubled, _LAST)
