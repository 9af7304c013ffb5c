"""The only SQL of payments."""

from __future__ import annotations

from sqlalchemy import Connection

from services.payments.store.intents import Intents, Ledger, Refunds, WrongStep
from services.payments.store.provider import Bills, Notifications
from services.payments.store.rows import NoticeState, Received, Told, Traced
from services.payments.store.tables import metadata

__all__ = [
    "NoticeState",
    "PaymentsStore",
    "Received",
    "Told",
    "Traced",
    "WrongStep",
    "metadata",
]


class PaymentsStore:
    """All of payments' data on one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self.intents = Intents(connection)
        self.refunds = Refunds(connection)
        self.ledger = Ledger(connection)
        self.notifications = Notifications(connection)
        self.bills = Bills(connection)
