"""The only SQL of lost and found."""

from __future__ import annotations

from sqlalchemy import Connection

from kernel.saga.rows import Sales
from services.lostfound.store.claim_tables import MATCH_TABLES
from services.lostfound.store.claims import ClaimQuery, ClaimRows, Trace
from services.lostfound.store.courier import CourierRows
from services.lostfound.store.courier_tables import ORDERS
from services.lostfound.store.custody import CustodyRows
from services.lostfound.store.desks import Desk, DeskRows
from services.lostfound.store.disposals import Disposal, DisposalRows
from services.lostfound.store.items import ItemRows
from services.lostfound.store.matches import MatchRows
from services.lostfound.store.people import PeopleRows
from services.lostfound.store.reports import ReportQuery, ReportRows
from services.lostfound.store.search import Fact, ItemQuery, SearchRows
from services.lostfound.store.stocktakes import Stocktake, StocktakeRows
from services.lostfound.store.tables import metadata
from services.lostfound.store.transfers import Transfer, TransferRows

__all__ = [
    "MATCH_TABLES",
    "ClaimQuery",
    "Desk",
    "Disposal",
    "Fact",
    "ItemQuery",
    "LostFoundStore",
    "ReportQuery",
    "Stocktake",
    "Trace",
    "Transfer",
    "metadata",
]


class LostFoundStore(
    DeskRows,
    ItemRows,
    SearchRows,
    CustodyRows,
    TransferRows,
    StocktakeRows,
    DisposalRows,
    ReportRows,
    MatchRows,
    ClaimRows,
    CourierRows,
    PeopleRows,
):
    """Items, their custody, reports and claims, in one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sales = Sales(connection, ORDERS)
