"""Messages to one traveller: written at once, beside the news that goes to many."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import orjson
from sqlalchemy import Connection, case, insert, select, update

from services.notify.store.rows import NewNotice, Unsent
from services.notify.store.tables import MESSAGES, NEWS, REFUSALS

_WAITING: Final = ("queued", "deferred")


class Notices:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def refused(self, passenger_id: str, template: str) -> bool:
        """Whether they told WeChat that they don't want this template."""
        query = select(REFUSALS.c.at).where(
            REFUSALS.c.passenger_id == passenger_id, REFUSALS.c.template == template
        )
        return self._connection.execute(query).first() is not None

    def write(self, notice: NewNotice) -> int:
        """Save a message and its words; its number."""
        shared = {
            "flight_id": "",
            "kind": notice.kind,
            "rank": notice.rank,
            "created_at": notice.created_at,
            "expires_at": notice.expires_at,
        }
        news = shared | {
            "said": orjson.dumps(notice.said).decode(),
            "decided_at": notice.created_at,
            "state": "done",
            "followers": 1,
            "reached": 1,
            "done_id": 0,
            "last_id": 0,
        }
        news_id = self._connection.execute(insert(NEWS).values(news).returning(NEWS.c.id)).scalar_one()
        message = shared | {
            "news_id": news_id,
            "order_id": notice.order_id,
            "passenger_id": notice.passenger_id,
            "role": "",
            "language": notice.language,
            "state": notice.state,
            "reason": notice.reason,
            "attempts": 0,
            "not_before_at": notice.not_before_at,
        }
        number: int = self._connection.execute(
            insert(MESSAGES).values(message).returning(MESSAGES.c.id)
        ).scalar_one()
        return number

    def overtake(self, passenger_id: str, order_id: str, kinds: Collection[str], number: int) -> None:
        """Unsent older messages of these kinds about the order don't go out any more."""
        self._connection.execute(
            update(MESSAGES)
            .where(MESSAGES.c.passenger_id == passenger_id, MESSAGES.c.flight_id == "")
            .where(MESSAGES.c.order_id == order_id, MESSAGES.c.id < number)
            .where(MESSAGES.c.state.in_(_WAITING), MESSAGES.c.kind.in_(kinds))
            # One that WeChat may have isn't sent again either, but who knows whether it was told.
            .values(
                state=case((MESSAGES.c.unsure_since.is_(None), "superseded"), else_="unknown"),
                reason=f"message_{number}",
            )
        )

    def unsent(self, passenger_id: str, order_id: str, kinds: Collection[str]) -> list[Unsent]:
        """What waits for this person about the order, the oldest first, and can't be taken by a courier now."""
        query = (
            select(MESSAGES.c.id, MESSAGES.c.news_id, MESSAGES.c.kind, NEWS.c.said)
            .join_from(MESSAGES, NEWS, NEWS.c.id == MESSAGES.c.news_id)
            .where(MESSAGES.c.passenger_id == passenger_id, MESSAGES.c.flight_id == "")
            .where(MESSAGES.c.order_id == order_id, MESSAGES.c.kind.in_(kinds))
            # One that WeChat may have keeps what it said.
            .where(MESSAGES.c.state.in_(_WAITING), MESSAGES.c.unsure_since.is_(None))
            .order_by(MESSAGES.c.id)
            .with_for_update(of=MESSAGES)
        )
        found = self._connection.execute(query).all()
        return [
            Unsent(row.id, row.news_id, row.kind, orjson.loads(row.said).get("pieces", [])) for row in found
        ]

    def reword(self, message: Unsent, said: dict[str, Any]) -> None:
        """It says something else; nobody has read it yet."""
        self._connection.execute(
            update(NEWS).where(NEWS.c.id == message.news_id).values(said=orjson.dumps(said).decode())
        )

    def supersede(self, ids: Collection[int], reason: str) -> None:
        """These don't go out any more. ids: of `unsent`."""
        self._connection.execute(
            update(MESSAGES).where(MESSAGES.c.id.in_(ids)).values(state="superseded", reason=reason)
        )
