"""The only SQL of passengers, on SQLite and PostgreSQL.

Locks, in this order: `lock_identities` (to make, merge or erase a traveller), then the traveller's row, then
what is theirs.
"""

from __future__ import annotations

from services.passengers.store.accounts import Accounts
from services.passengers.store.belongings import Belongings
from services.passengers.store.pairings import Pairings
from services.passengers.store.records import Records
from services.passengers.store.sealed import SEALED_COLUMNS, Sealed
from services.passengers.store.shapes import Audited, Resealed, SealedRow, Unmasking
from services.passengers.store.tables import metadata


class PassengersStore(Accounts, Belongings, Pairings, Records, Sealed):
    """Everything passengers keeps, in one transaction's connection."""


__all__ = [
    "SEALED_COLUMNS",
    "Audited",
    "PassengersStore",
    "Resealed",
    "SealedRow",
    "Unmasking",
    "metadata",
]
