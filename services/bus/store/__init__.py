"""The only SQL of bus."""

from __future__ import annotations

from sqlalchemy import Connection

from services.bus.store.feeds import FeedRows
from services.bus.store.seats import SeatRows
from services.bus.store.tables import metadata

__all__ = ["BusStore", "metadata"]


class BusStore(FeedRows, SeatRows):
    """Feeds, departures and orders, in one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
