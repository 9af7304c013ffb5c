"""The only SQL of staff."""

from __future__ import annotations

from sqlalchemy import Connection

from services.staff.store.accounts import Accounts
from services.staff.store.tables import metadata
from services.staff.store.trail import Trail

__all__ = ["Accounts", "StaffStore", "Trail", "metadata"]


class StaffStore:
    """Accounts and the trail of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.accounts = Accounts(connection)
        self.trail = Trail(connection)
