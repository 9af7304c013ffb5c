"""Events saved in the transaction of the change they tell of, and what the relay asks about them.

An event is saved as the bytes that will travel, so that the relay only carries. What came of a rolled-back
transaction never leaves; what came of a committed one leaves at least once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from kernel import clock, context
from kernel.ids import new_id
from kernel.postgres import together
from kernel.tables import OUTBOX


@dataclass(frozen=True)
class Event:
    """Something that happened to an aggregate. data: JSON-ready; instants are texts already."""

    name: str
    aggregate: str
    aggregate_version: int
    data: dict[str, Any]
    schema: int = 1
    id: str = field(default_factory=new_id)
    at: datetime = field(default_factory=clock.real_now)

    def envelope(self) -> dict[str, Any]:
        """The body as every publisher's events.py describes it."""
        return {
            "id": self.id,
            "name": self.name,
            "schema": self.schema,
            "aggregate": self.aggregate,
            "aggregate_version": self.aggregate_version,
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "data": self.data,
        }

    def body(self) -> bytes:
        """The envelope as JSON. Raises TypeError for data that isn't JSON-ready."""
        return orjson.dumps(self.envelope(), option=orjson.OPT_PASSTHROUGH_DATETIME)


@dataclass(frozen=True)
class Saved:
    """A row that waits for the relay. headers: as they travel."""

    row: int
    event_id: str
    name: str
    body: bytes
    headers: dict[str, Any]
    created_at: datetime


class Outbox:
    """The outbox of one transaction. Events wait in memory and are written in one statement at its end."""

    def __init__(self, connection: Connection, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._now = now
        self._waiting: list[dict[str, Any]] = []
        self.added = 0

    def add(self, event: Event) -> None:
        """Save the event with this transaction."""
        self._waiting.append(
            {
                "event_id": event.id,
                "name": event.name,
                "aggregate": event.aggregate,
                "aggregate_version": event.aggregate_version,
                "body": event.body().decode(),
                "headers": _headers(),
            }
        )
        self.added += 1

    def flush(self) -> None:
        """Write what waits; the unit of work does so before it commits."""
        if not self._waiting:
            return
        if self._connection.dialect.name == "postgresql":
            columns = {name: [row[name] for row in self._waiting] for name in _COLUMNS}
            with together(self._connection):
                self._connection.execute(_APPEND_POSTGRESQL, columns)
        else:
            now = self._now()
            self._connection.execute(_INSERT, [{**row, "created_at": now} for row in self._waiting])
        self._waiting.clear()


def _headers() -> str:
    call = context.current()
    headers: dict[str, Any] = {}
    if call.call_ids:
        headers["nameko.call_id_stack"] = list(call.call_ids)
    if call.traceparent:
        headers["nameko.traceparent"] = call.traceparent
    return orjson.dumps(headers).decode()


_INSERT = insert(OUTBOX)
_COLUMNS = ("event_id", "name", "aggregate", "aggregate_version", "body", "headers")
# Whole columns instead of rows: half the cost of binding each value. Their order is the events' order.
# now() is the transaction's instant, as the unit's own `now` would be after one more round trip.
_APPEND_POSTGRESQL = text(
    f"INSERT INTO outbox ({', '.join(_COLUMNS)}, created_at)"  # noqa: S608 - our names
    f" SELECT {', '.join(_COLUMNS)}, now() FROM unnest("
    + ", ".join(
        f"CAST(:{name} AS {'bigint' if name == 'aggregate_version' else 'text'}[])" for name in _COLUMNS
    )
    + f") WITH ORDINALITY AS given ({', '.join(_COLUMNS)}, place) ORDER BY place"
)
_UNSENT = (
    select(
        OUTBOX.c.id, OUTBOX.c.event_id, OUTBOX.c.name, OUTBOX.c.body, OUTBOX.c.headers, OUTBOX.c.created_at
    )
    .where(OUTBOX.c.sent_at.is_(None))
    .order_by(OUTBOX.c.id)
    .limit(bindparam("most"))
)
_OLDEST = select(OUTBOX.c.created_at).where(OUTBOX.c.sent_at.is_(None)).order_by(OUTBOX.c.id).limit(1)
_MARK = (
    update(OUTBOX)
    .where(OUTBOX.c.id.in_(bindparam("rows", expanding=True)))
    .values(sent_at=bindparam("now", type_=OUTBOX.c.sent_at.type))
)


def unsent(connection: Connection, most: int) -> list[Saved]:
    """The oldest events that the broker may not have, in the order they were saved.

    Two transactions on one aggregate follow each other, so this order is the order of its versions.
    """
    return [
        Saved(row.id, row.event_id, row.name, row.body.encode(), orjson.loads(row.headers), row.created_at)
        for row in connection.execute(_UNSENT, {"most": most})
    ]


def mark_sent(connection: Connection, rows: Sequence[int], now: datetime) -> None:
    """Note that the broker has confirmed these rows."""
    connection.execute(_MARK, {"rows": list(rows), "now": now})


def oldest_unsent_at(connection: Connection) -> datetime | None:
    """When the first event that still waits was saved; None when none waits."""
    return connection.execute(_OLDEST).scalar()


def purge(connection: Connection, now: datetime, keep: timedelta, most: int) -> int:
    """Delete at most `most` of what was sent longer ago than `keep`; what was never sent stays.

    Returns how many; fewer than `most` when nothing is left to delete.
    """
    old = select(OUTBOX.c.id).where(OUTBOX.c.sent_at < now - keep).limit(most)
    return connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(old))).rowcount


_listeners: dict[str, list[Callable[[], None]]] = {}


def on_commit(database_name: str, listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after every commit in this process that saved events; returns how to stop it.

    The listener must not wait and must not raise.
    """
    listeners = _listeners.setdefault(database_name, [])
    listeners.append(listener)
    return lambda: listeners.remove(listener)


def committed(database_name: str) -> None:
    """Tell the listeners of this database; the unit of work does so."""
    for listener in tuple(_listeners.get(database_name, ())):
        listener()
