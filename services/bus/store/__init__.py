"""The only SQL of bus."""

from __future__ import annotations

from sqlalchemy import Connection

from kernel.saga.rows import Sales
from services.bus.store.aftersales import AfterRows
from services.bus.store.boarding import BoardingRows
from services.bus.store.errands import ErrandRows
from services.bus.store.feeds import FeedRows
from services.bus.store.seats import SeatRows
from services.bus.store.tables import ORDERS, metadata
from services.bus.store.tickets import TicketRows

__all__ = ["BusStore", "metadata"]


class BusStore(FeedRows, SeatRows, TicketRows, BoardingRows, AfterRows, ErrandRows):
    """Feeds, departures, orders, tickets and errands, in one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sales = Sales(connection, ORDERS)
