"""Webhooks and their deliveries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from kernel.tables import Instant, RowNumber
from services.partners.domain.webhooks import Delivery, Subscription
from services.partners.schemas import DeliveryState, WebhookEvent
from services.partners.store.clients import metadata

WEBHOOKS: Final = Table(
    "webhooks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("client_id", String(64), ForeignKey("clients.client_id"), nullable=False),
    Column("url", String(500), nullable=False),
    Column("events", String, nullable=False),
    Column("airline", String(3)),
    Column("created_at", Instant, nullable=False),
    Index("ix_webhooks_client_id", "client_id"),
)

# number: the order in which they came; aggregate and version: the order in which they are delivered.
DELIVERIES: Final = Table(
    "deliveries",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False),
    Column("webhook_id", String(32), ForeignKey("webhooks.id"), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("event", String(32), nullable=False),
    Column("aggregate", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("give_up_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("last_result", String(32)),
    Column("delivered_at", Instant),
    UniqueConstraint("id", name="uq_deliveries_id"),
    UniqueConstraint("webhook_id", "event_id", name="uq_deliveries_event"),
    CheckConstraint("state IN ('waiting', 'delivered', 'parked')", name="ck_deliveries_state"),
    Index("ix_deliveries_due", "state", "due_at"),
    Index("ix_deliveries_webhook", "webhook_id", "state", "due_at"),
    Index("ix_deliveries_order", "webhook_id", "aggregate", "state", "version"),
    Index("ix_deliveries_created_at", "created_at"),
    sqlite_autoincrement=True,
)
_D: Final = DELIVERIES.c
_WAITING: Final = DeliveryState.WAITING.value
_EARLIER: Final = DELIVERIES.alias("earlier")


class WebhookRows:
    """Who wants to hear of what, and what is still to be delivered."""

    _connection: Connection

    def webhook(self, webhook_id: str) -> Subscription | None:
        row = self._connection.execute(select(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id)).first()
        return None if row is None else _subscription(row)

    def webhooks(self, client_id: str | None = None) -> list[Subscription]:
        """Of one partner or of all, the oldest first."""
        query = select(WEBHOOKS).order_by(WEBHOOKS.c.created_at, WEBHOOKS.c.id)
        if client_id is not None:
            query = query.where(WEBHOOKS.c.client_id == client_id)
        return [_subscription(row) for row in self._connection.execute(query)]

    def add_webhook(self, webhook: Subscription) -> None:
        self._connection.execute(
            insert(WEBHOOKS).values(
                id=webhook.id,
                client_id=webhook.client_id,
                url=webhook.url,
                events=json.dumps([event.value for event in webhook.events]),
                airline=webhook.airline,
                created_at=webhook.created_at,
            )
        )

    def remove_webhook(self, webhook_id: str) -> None:
        """With all that it was to be told."""
        self._connection.execute(delete(DELIVERIES).where(_D.webhook_id == webhook_id))
        self._connection.execute(delete(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id))

    def add_deliveries(self, deliveries: Iterable[Delivery]) -> None:
        """Those that aren't there yet; their numbers are given here."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        rows = [_row(each) for each in deliveries]
        if rows:
            self._connection.execute(build(DELIVERIES).values(rows).on_conflict_do_nothing())

    def delivery(self, delivery_id: str) -> Delivery | None:
        row = self._connection.execute(select(DELIVERIES).where(_D.id == delivery_id)).first()
        return None if row is None else _delivery(row)

    def due_webhooks(self, now: datetime) -> list[str]:
        """Those with something to deliver now."""
        query = select(_D.webhook_id).where(_D.state == _WAITING, _D.due_at <= now).distinct()
        return list(self._connection.execute(query).scalars())

    def due_heads(self, webhook_id: str, now: datetime, limit: int) -> list[Delivery]:
        """What may be delivered now: of each traveller the first that waits, the longest due first."""
        earlier = exists().where(
            _EARLIER.c.webhook_id == _D.webhook_id,
            _EARLIER.c.aggregate == _D.aggregate,
            _EARLIER.c.state == _WAITING,
            or_(
                _EARLIER.c.version < _D.version,
                and_(_EARLIER.c.version == _D.version, _EARLIER.c.number < _D.number),
            ),
        )
        query = (
            select(DELIVERIES)
            .where(_D.webhook_id == webhook_id, _D.state == _WAITING, _D.due_at <= now, ~earlier)
            .order_by(_D.due_at, _D.number)
            .limit(limit)
        )
        return [_delivery(row) for row in self._connection.execute(query)]

    def settle(self, delivery: Delivery) -> None:
        """What became of a try, unless it isn't waited for any more. Those behind one that failed wait as long."""
        self._connection.execute(
            update(DELIVERIES)
            .where(_D.number == delivery.number, _D.state == _WAITING)
            .values(
                state=delivery.state.value,
                attempts=delivery.attempts,
                due_at=delivery.due_at,
                last_result=delivery.last_result,
                delivered_at=delivery.delivered_at,
            )
        )
        if delivery.state is DeliveryState.WAITING:
            self._connection.execute(
                update(DELIVERIES)
                .where(
                    _D.webhook_id == delivery.subscription_id,
                    _D.aggregate == delivery.aggregate,
                    _D.state == _WAITING,
                    _D.due_at < delivery.due_at,
                )
                .values(due_at=delivery.due_at)
            )

    def deliveries(
        self, webhook_id: str, state: DeliveryState | None, before: int | None, limit: int
    ) -> list[Delivery]:
        """The newest first; before: a number."""
        query = select(DELIVERIES).where(_D.webhook_id == webhook_id).order_by(_D.number.desc()).limit(limit)
        if state is not None:
            query = query.where(_D.state == state.value)
        if before is not None:
            query = query.where(_D.number < before)
        return [_delivery(row) for row in self._connection.execute(query)]

    def replay(self, webhook_id: str, which: str | datetime, now: datetime, give_up_at: datetime) -> int:
        """Let one delivery by id, or all since an instant, wait again; how many."""
        query = update(DELIVERIES).where(_D.webhook_id == webhook_id)
        chosen = _D.id == which if isinstance(which, str) else _D.created_at >= which
        values = {"state": _WAITING, "attempts": 0, "due_at": now, "give_up_at": give_up_at}
        return self._connection.execute(query.where(chosen).values(values)).rowcount

    def forget_deliveries(self, before: datetime, limit: int) -> int:
        """Up to `limit` old ones that don't wait; how many."""
        old = select(_D.number).where(_D.created_at < before, _D.state != _WAITING).limit(limit)
        return self._connection.execute(delete(DELIVERIES).where(_D.number.in_(old))).rowcount


def _subscription(row: Any) -> Subscription:
    events = tuple(WebhookEvent(event) for event in json.loads(row.events))
    return Subscription(row.id, row.client_id, row.url, events, row.airline, row.created_at)


def _row(delivery: Delivery) -> dict[str, Any]:
    values = {**vars(delivery), "webhook_id": delivery.subscription_id, "state": delivery.state.value}
    del values["number"], values["subscription_id"]
    return values


def _delivery(row: Any) -> Delivery:
    values = dict(row._mapping)
    values["subscription_id"] = values.pop("webhook_id")
    return Delivery(**{**values, "state": DeliveryState(values["state"])})
