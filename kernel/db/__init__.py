"""Databases and units of work, on SQLite and PostgreSQL, with and without eventlet."""

from kernel.db.engine import Database, DatabaseSettings, database_for, database_url
from kernel.db.protocols import (
    InboxLike,
    LeasesLike,
    OutboxLike,
    Transaction,
    UnitOfWorkLike,
)
from kernel.db.unit import SqlTransaction, UnitOfWork, entered_write_unit, in_write_unit, refuse_in_write_unit
from kernel.db.whether import Whether
from kernel.postgres import together
from kernel.tables import Instant, kernel_tables

__all__ = [
    "Database",
    "DatabaseSettings",
    "InboxLike",
    "Instant",
    "LeasesLike",
    "OutboxLike",
    "SqlTransaction",
    "Transaction",
    "UnitOfWork",
    "UnitOfWorkLike",
    "Whether",
    "database_for",
    "database_url",
    "entered_write_unit",
    "in_write_unit",
    "kernel_tables",
    "refuse_in_write_unit",
    "together",
]
