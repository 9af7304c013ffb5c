"""Followed flights, and the news about them on its way to followers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, and_, case, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.db import Whether
from services.notify.store.rows import Followed, Listener, NewMessage, NewNews, OpenNews, Progress
from services.notify.store.tables import FLIGHTS, FOLLOWS, MESSAGES, NEWS, RECIPIENTS, REFUSALS

_WAITING: Final = ("queued", "deferred")
# Asked for every change of every flight of the airport: built once.
_IS_FOLLOWED: Final = Whether(FLIGHTS.c.flight_id)


class News:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._upsert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert

    def is_followed(self, flight_id: str) -> bool:
        return _IS_FOLLOWED.found(self._connection, flight_id)

    def followed_among(self, flight_ids: Collection[str]) -> set[str]:
        return _IS_FOLLOWED.among(self._connection, flight_ids)

    def lock(self, flight_id: str) -> Followed | None:
        """The flight, held against other writers until the transaction ends."""
        query = select(FLIGHTS).where(FLIGHTS.c.flight_id == flight_id).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else _followed(row)

    def flights(self, flight_ids: Collection[str]) -> dict[str, Followed]:
        rows = self._connection.execute(select(FLIGHTS).where(FLIGHTS.c.flight_id.in_(flight_ids)))
        return {row.flight_id: _followed(row) for row in rows}

    def add_flight(self, flight: Followed) -> bool:
        """False, and nothing changed, when it is followed already."""
        statement = self._upsert(FLIGHTS).values(_values(flight)).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1

    def save_flight(self, flight: Followed) -> None:
        self._connection.execute(
            update(FLIGHTS).where(FLIGHTS.c.flight_id == flight.flight_id).values(_values(flight))
        )

    def due(self, now: datetime, limit: int) -> list[str]:
        """Flights of which something waits no longer."""
        query = (
            select(FLIGHTS.c.flight_id)
            .where(FLIGHTS.c.next_due_at.is_not(None), FLIGHTS.c.next_due_at <= now)
            .order_by(FLIGHTS.c.next_due_at)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def add(self, news: NewNews, followers: int, last_id: int) -> int:
        """Save news for the follows up to `last_id`; its number."""
        values = asdict(news) | {"said": orjson.dumps(news.said).decode()}
        values |= {"state": "open", "followers": followers, "reached": 0, "done_id": 0, "last_id": last_id}
        number: int = self._connection.execute(insert(NEWS).values(values).returning(NEWS.c.id)).scalar_one()
        return number

    def overtake(self, flight_id: str, kinds: Collection[str], before_id: int) -> None:
        """Older news of these kinds reaches nobody any more whom it hasn't reached."""
        self._connection.execute(
            update(NEWS)
            .where(NEWS.c.flight_id == flight_id, NEWS.c.id < before_id)
            .where(NEWS.c.state == "open", NEWS.c.kind.in_(kinds))
            .values(state="superseded")
        )

    def next_open(self, now: datetime) -> OpenNews | None:
        """The news to fan out next: urgent first, then the oldest."""
        query = (
            select(
                NEWS.c.id,
                NEWS.c.flight_id,
                NEWS.c.kind,
                NEWS.c.rank,
                NEWS.c.expires_at,
                NEWS.c.done_id,
                NEWS.c.last_id,
            )
            .where(NEWS.c.state == "open")
            .where(NEWS.c.not_before_at.is_(None) | (NEWS.c.not_before_at <= now))
            .order_by(NEWS.c.rank, NEWS.c.id)
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return None if row is None else OpenNews(**row._mapping)

    def listeners(self, news: OpenNews, templates: Collection[str], limit: int) -> list[Listener]:
        """The next followers whom this news hasn't reached. templates: keys a refusal of which counts."""
        refused = and_(REFUSALS.c.passenger_id == FOLLOWS.c.passenger_id, REFUSALS.c.template.in_(templates))
        query = (
            select(
                FOLLOWS.c.id,
                FOLLOWS.c.passenger_id,
                FOLLOWS.c.role,
                RECIPIENTS.c.language,
                RECIPIENTS.c.openid,
                RECIPIENTS.c.subscribed,
                RECIPIENTS.c.blocked_at,
                RECIPIENTS.c.consent,
                select(REFUSALS.c.at)
                .where(refused)
                .limit(1)
                .correlate(FOLLOWS)
                .scalar_subquery()
                .label("no"),
            )
            .join_from(FOLLOWS, RECIPIENTS, RECIPIENTS.c.passenger_id == FOLLOWS.c.passenger_id, isouter=True)
            .where(FOLLOWS.c.flight_id == news.flight_id)
            .where(FOLLOWS.c.id > news.done_id, FOLLOWS.c.id <= news.last_id)
            .order_by(FOLLOWS.c.id)
            .limit(limit)
        )
        return [
            Listener(
                follow_id=row.id,
                passenger_id=row.passenger_id,
                role=row.role,
                language=row.language or "zh",
                reachable=bool(row.subscribed and row.openid and row.blocked_at is None),
                wanted=row.no is None,
                agreed=row.consent == "given",
            )
            for row in self._connection.execute(query)
        ]

    def write_messages(self, news: OpenNews, messages: Collection[NewMessage], now: datetime) -> int:
        """One message each, unless there is one; how many are new."""
        if not messages:
            return 0
        fixed = {
            "news_id": news.id,
            "flight_id": news.flight_id,
            "kind": news.kind,
            "rank": news.rank,
            "expires_at": news.expires_at,
            "attempts": 0,
            "created_at": now,
        }
        statement = self._upsert(MESSAGES).values([fixed | asdict(one) for one in messages])
        return self._connection.execute(statement.on_conflict_do_nothing()).rowcount

    def drop_overtaken(self, news: OpenNews, kinds: Collection[str], passenger_ids: Collection[str]) -> None:
        """Unsent older messages of these kinds about the flight don't go out to these followers."""
        self._connection.execute(
            update(MESSAGES)
            .where(MESSAGES.c.passenger_id.in_(passenger_ids), MESSAGES.c.flight_id == news.flight_id)
            .where(MESSAGES.c.state.in_(_WAITING), MESSAGES.c.news_id < news.id, MESSAGES.c.kind.in_(kinds))
            # One that WeChat may have isn't sent again either, but who knows whether it was told.
            .values(
                state=case((MESSAGES.c.unsure_since.is_(None), "superseded"), else_="unknown"),
                reason=f"news_{news.id}",
            )
        )

    def advance(self, news: OpenNews, done_id: int, reached: int, done: bool) -> None:
        self._connection.execute(
            update(NEWS)
            .where(NEWS.c.id == news.id, NEWS.c.state == "open")
            .values(done_id=done_id, reached=NEWS.c.reached + reached, state="done" if done else "open")
        )

    def progress(self, limit: int) -> list[Progress]:
        """Unfinished news in the order of its fan-out."""
        query = (
            select(
                NEWS.c.id,
                NEWS.c.flight_id,
                NEWS.c.kind,
                NEWS.c.decided_at,
                NEWS.c.followers,
                NEWS.c.reached,
            )
            .where(NEWS.c.state == "open")
            .order_by(NEWS.c.rank, NEWS.c.id)
            .limit(limit)
        )
        return [Progress(**row._mapping) for row in self._connection.execute(query)]

    def purge_flights(self, before: datetime, limit: int) -> int:
        """Forget flights of before, with their follows; how many."""
        old = list(
            self._connection.execute(
                select(FLIGHTS.c.flight_id).where(FLIGHTS.c.board_at < before).limit(limit)
            ).scalars()
        )
        if old:
            self._connection.execute(delete(FOLLOWS).where(FOLLOWS.c.flight_id.in_(old)))
            self._connection.execute(delete(FLIGHTS).where(FLIGHTS.c.flight_id.in_(old)))
        return len(old)


def _followed(row: Any) -> Followed:
    return Followed(
        flight_id=row.flight_id,
        version=row.version,
        board_at=row.board_at,
        document=orjson.loads(row.document),
        memory=orjson.loads(row.memory),
        next_due_at=row.next_due_at,
    )


def _values(flight: Followed) -> dict[str, Any]:
    return asdict(flight) | {
        "document": orjson.dumps(flight.document).decode(),
        "memory": orjson.dumps(flight.memory).decode(),
    }
