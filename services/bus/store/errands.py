"""What shop must be told of coupons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from services.bus.domain.coupons import Errand, ErrandState
from services.bus.store.tables import ERRANDS


class ErrandRows:
    """One errand an order; each change is one statement that judges for itself."""

    _connection: Connection

    def add_errand(self, errand: Errand) -> None:
        """Save a new one; the database refuses a second that goes on for the same request."""
        self._connection.execute(
            insert(ERRANDS).values(
                order_id=errand.order_id,
                request_id=errand.request_id,
                coupon_ids=orjson.dumps(errand.coupon_ids).decode(),
                state=errand.state.value,
                version=errand.version,
                attempts=errand.attempts,
                look_at=errand.look_at,
                made_at=errand.made_at,
            )
        )

    def errand(self, order_id: str) -> Errand | None:
        row = self._connection.execute(select(ERRANDS).where(ERRANDS.c.order_id == order_id)).first()
        return None if row is None else _errand(row)

    def errand_of(self, request_id: str) -> Errand | None:
        """The one that goes on for a request."""
        query = select(ERRANDS).where(
            ERRANDS.c.request_id == request_id, ERRANDS.c.state != ErrandState.GIVEN_UP.value
        )
        row = self._connection.execute(query).first()
        return None if row is None else _errand(row)

    def use_errand(self, order_id: str) -> bool:
        """Its order is there, and ends in this transaction or holds seats; False, and nothing changed, unless it was
        still being locked for."""
        return self._turn(order_id, ErrandState.USED, None)

    def give_up_errand(self, order_id: str, look_at: datetime | None) -> bool:
        """No order will come; False, and nothing changed, unless it was still being locked for."""
        return self._turn(order_id, ErrandState.GIVEN_UP, look_at)

    def note_errand(self, order_id: str, now: datetime) -> None:
        """There is something new to tell."""
        self._connection.execute(
            update(ERRANDS)
            .where(ERRANDS.c.order_id == order_id)
            .values(look_at=now, attempts=0, version=ERRANDS.c.version + 1)
        )

    def errands_due(self, now: datetime, limit: int) -> list[Errand]:
        """Those that it is time to tell, the longest due first."""
        query = select(ERRANDS).where(ERRANDS.c.look_at <= now).order_by(ERRANDS.c.look_at).limit(limit)
        return [_errand(row) for row in self._connection.execute(query)]

    def try_errand_at(self, errand: Errand, look_at: datetime) -> None:
        """Come back to it then, unless it is done by then or there is something new."""
        self._of_version(errand, attempts=errand.attempts + 1, look_at=look_at)

    def errand_done(self, errand: Errand) -> None:
        """All that was to be told when it was read is told."""
        self._of_version(errand, attempts=0, look_at=None)

    def _turn(self, order_id: str, to: ErrandState, look_at: datetime | None) -> bool:
        locking = (ERRANDS.c.order_id == order_id) & (ERRANDS.c.state == ErrandState.LOCKING.value)
        changed = {"state": to.value, "look_at": look_at, "attempts": 0, "version": ERRANDS.c.version + 1}
        return self._connection.execute(update(ERRANDS).where(locking).values(changed)).rowcount == 1

    def _of_version(self, errand: Errand, **values: Any) -> None:
        same = (ERRANDS.c.order_id == errand.order_id) & (ERRANDS.c.version == errand.version)
        self._connection.execute(update(ERRANDS).where(same).values(values))


def _errand(row: Row[Any]) -> Errand:
    return Errand(
        row.order_id,
        row.request_id,
        tuple(orjson.loads(row.coupon_ids)),
        ErrandState(row.state),
        row.look_at,
        row.made_at,
        row.version,
        row.attempts,
    )
