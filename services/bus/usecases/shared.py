"""What the use cases of bus have in common."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from kernel.db import Transaction, UnitOfWorkLike
from kernel.saga.protocols import SalesLike
from kernel.saga.states import Sale
from services.bus.domain import BusTicket, Departure, FeedVersion, Occupancy, Order, Timetable
from services.bus.errors import NoTimetable
from services.bus.gtfs import read_feed
from services.bus.schemas import TicketState
from services.bus.usecases.stored import AfterStorage


class Storage(AfterStorage, Protocol):
    """What the use cases need of a store; `store.BusStore` is the real one."""

    @property
    def sales(self) -> SalesLike: ...

    def lock_feeds(self) -> None: ...
    def newest_feed(self) -> FeedVersion | None: ...
    def archive(self, version: int) -> bytes: ...
    def add_feed(self, digest: str, archive: bytes, actor: str, now: datetime) -> int: ...
    def open_departure(self, departure: Departure, capacity: int) -> None: ...
    def occupancies(self, departure_ids: Collection[str]) -> dict[str, Occupancy]: ...
    def lock_departure(self, departure_id: str) -> Occupancy: ...
    def take(self, departure_id: str, seats: int) -> bool: ...
    def sell(self, departure_id: str, seats: int) -> bool: ...
    def move_seats(self, departure_id: str, *, held: int = 0, sold: int = 0) -> None: ...
    def seemingly_over(
        self, departure_id: str, now: datetime, unheard: datetime
    ) -> list[tuple[str, int]]: ...
    def over_holds(self, departure_id: str, now: datetime, unheard: datetime) -> list[tuple[Sale, int]]: ...
    def departure_of(self, order_id: str) -> str | None: ...
    def add_order(self, order: Order, actor: str, reason: str) -> None: ...
    def order(self, order_id: str) -> Order | None: ...
    def orders(self, order_ids: Collection[str]) -> list[Order]: ...
    def add_tickets(self, tickets: Collection[BusTicket]) -> None: ...
    def tickets_of(self, order_ids: Collection[str]) -> list[BusTicket]: ...
    def forget_orders(self, order_ids: Collection[str]) -> None: ...
    def end_ticket(self, ticket: BusTicket, to: TicketState, now: datetime, refund_fen: int = 0) -> bool: ...


Work = UnitOfWorkLike[Storage]
Tx = Transaction[Storage]


class NotAtHand(Exception):
    """The timetable that holds was imported since this process read one."""


class Timetables:
    """The timetable that holds, read once from its feed and kept until another is imported."""

    def __init__(self) -> None:
        self._kept: tuple[int, Timetable] | None = None

    def current(self, store: Storage) -> Timetable:
        """Asks the database which version holds, so every copy of the service sells by the same. Raises NoTimetable."""
        newest = store.newest_feed()
        if newest is None:
            raise NoTimetable
        if self._kept is None or self._kept[0] != newest.version:
            feed = read_feed(store.archive(newest.version)).feed
            assert feed is not None, "only feeds that were read without a problem are kept"
            self._kept = (newest.version, Timetable(feed))
        return self._kept[1]

    def at_hand(self, store: Storage) -> Timetable:
        """The timetable that holds, for those who can't wait until it is read. Raises NotAtHand."""
        newest = store.newest_feed()
        if newest is None or self._kept is None or self._kept[0] != newest.version:
            raise NotAtHand
        return self._kept[1]
