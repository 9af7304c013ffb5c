"""The only SQL of checkin."""

from __future__ import annotations

from sqlalchemy import Connection

from services.checkin.store.access import NO_GUESS, AccessRows
from services.checkin.store.noting import Noted, NotingRows
from services.checkin.store.rows import CodeRow, FlightRow, ScanRow, TraceRow
from services.checkin.store.tables import metadata
from services.checkin.store.teletypes import PartRow, TeletypeRows

__all__ = [
    "NO_GUESS",
    "CheckinStore",
    "CodeRow",
    "FlightRow",
    "Noted",
    "PartRow",
    "ScanRow",
    "TraceRow",
    "metadata",
]


class CheckinStore(NotingRows, AccessRows, TeletypeRows):
    """Flights, lists, seats, passes and who may see them, in one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._accounts: dict[str, list[str]] = {}
