"""Jobs that run once whatever the number of copies: a row says who may, until when."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from kernel.ids import new_id
from kernel.tables import LEASES

if TYPE_CHECKING:
    from kernel.db.protocols import UnitOfWorkLike


class Leases:
    """The leases of one transaction."""

    def __init__(self, connection: Connection, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._now = now

    def take(self, name: str, owner: str, seconds: float) -> bool:
        """Take or renew the lease by the database's clock; False while another owner has it."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        now = self._now()
        row = {"name": name, "owner": owner, "expires_at": now + timedelta(seconds=seconds)}
        statement = build(LEASES).values(row)
        result = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[LEASES.c.name],
                set_={"owner": owner, "expires_at": row["expires_at"]},
                where=(LEASES.c.owner == owner) | (LEASES.c.expires_at <= now),
            )
        )
        return result.rowcount == 1


def new_owner() -> str:
    """A name for one holder that no other has: process and chance."""
    return f"{os.getpid()}-{new_id()}"


def run_if_leased(uow: UnitOfWorkLike[Any], name: str, seconds: float, work: Callable[[], Any]) -> bool:
    """Run `work` unless a copy of this service began it less than `seconds` ago; whether it ran.

    The lease is kept when the work is done or fails: the next copy's timer, a moment later, must find it
    taken. Work that takes longer than `seconds` can be begun again beside itself.
    """
    with uow.write() as tx:
        if not tx.leases.take(name, new_owner(), seconds):
            return False
    work()
    return True
