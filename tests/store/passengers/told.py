"""What a unit of work has told, whichever store is behind it."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import select

from kernel.tables import OUTBOX
from tests.fakes.uow import FakeUnitOfWork


def events(uow: Any) -> list[tuple[str, dict[str, Any]]]:
    """(name, data) of every event that committed, in order."""
    if isinstance(uow, FakeUnitOfWork):
        return [(event.name, event.data) for event in uow.events]
    with uow.read() as tx:
        rows = tx.connection.execute(select(OUTBOX.c.name, OUTBOX.c.body).order_by(OUTBOX.c.id)).all()
    return [(row.name, orjson.loads(row.body)["data"]) for row in rows]


def told(uow: Any, name: str) -> list[dict[str, Any]]:
    return [data for event, data in events(uow) if event == name]
