"""Recipients, their follows, and those who are gone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.postgres import lock
from services.notify.store.rows import Follow, Recipient
from services.notify.store.tables import (
    CUSTOMER_MESSAGES,
    FOLLOWS,
    GONE,
    MESSAGES,
    NEWS,
    RECIPIENTS,
    REFUSALS,
)

_ONE_MERGE_AT_A_TIME: Final = 7_340_112_905


class People:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._upsert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert

    def recipient(self, passenger_id: str) -> Recipient | None:
        """Where and how to reach a traveller; None while passengers has said nothing of them."""
        row = self._connection.execute(
            select(RECIPIENTS).where(RECIPIENTS.c.passenger_id == passenger_id)
        ).first()
        return None if row is None else Recipient(**row._mapping)

    def save_recipient(self, recipient: Recipient) -> bool:
        """False, and nothing changed, when this is older than what is known."""
        values = asdict(recipient)
        statement = self._upsert(RECIPIENTS).values(values)
        saved = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["passenger_id"],
                set_=values,
                where=RECIPIENTS.c.version < recipient.version,
            )
        )
        return saved.rowcount == 1

    def block(self, passenger_id: str, at: datetime) -> None:
        """Nothing goes to them until passengers says that they follow the account again."""
        self._connection.execute(
            update(RECIPIENTS).where(RECIPIENTS.c.passenger_id == passenger_id).values(blocked_at=at)
        )

    def refuse(self, passenger_id: str, template: str, at: datetime) -> None:
        values = {"passenger_id": passenger_id, "template": template, "at": at}
        self._connection.execute(self._upsert(REFUSALS).values(values).on_conflict_do_nothing())

    def gone(self, passenger_id: str) -> tuple[bool, str | None]:
        """Whether this traveller is gone, and into whom."""
        row = self._connection.execute(select(GONE.c.into).where(GONE.c.passenger_id == passenger_id)).first()
        return (False, None) if row is None else (True, row.into)

    def merged_into(self, passenger_id: str) -> list[str]:
        """The ids that became part of this one."""
        return list(
            self._connection.execute(select(GONE.c.passenger_id).where(GONE.c.into == passenger_id)).scalars()
        )

    def note_gone(self, passenger_id: str, into: str | None, at: datetime) -> None:
        values = {"passenger_id": passenger_id, "into": into, "at": at}
        statement = self._upsert(GONE).values(values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["passenger_id"], set_={"into": into})
        )

    def lock_merges(self) -> None:
        """Travellers become others one after the other: two at one moment would not see what the other moves."""
        lock(self._connection, _ONE_MERGE_AT_A_TIME)

    def hold_merges(self) -> None:
        """Until the transaction ends nobody becomes another or is forgotten; any number may hold this at once.

        Taken before anything else that is held, and before it is asked who somebody is now: what is written for
        them then moves with them, or is written for whom they became.
        """
        lock(self._connection, _ONE_MERGE_AT_A_TIME, shared=True)

    def follow(self, follow: Follow) -> Follow:
        """Follow, or change the role of a follow; as it is then."""
        statement = self._upsert(FOLLOWS).values(asdict(follow))
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["passenger_id", "flight_id"], set_={"role": follow.role}
            )
        )
        found = self.follow_of(follow.passenger_id, follow.flight_id)
        assert found is not None
        return found

    def unfollow(self, passenger_id: str, flight_id: str) -> bool:
        statement = delete(FOLLOWS).where(
            FOLLOWS.c.passenger_id == passenger_id, FOLLOWS.c.flight_id == flight_id
        )
        return self._connection.execute(statement).rowcount == 1

    def follow_of(self, passenger_id: str, flight_id: str) -> Follow | None:
        row = self._connection.execute(
            _FOLLOWS.where(FOLLOWS.c.passenger_id == passenger_id, FOLLOWS.c.flight_id == flight_id)
        ).first()
        return None if row is None else Follow(**row._mapping)

    def follows(self, passenger_id: str) -> list[Follow]:
        rows = self._connection.execute(
            _FOLLOWS.where(FOLLOWS.c.passenger_id == passenger_id).order_by(FOLLOWS.c.id)
        )
        return [Follow(**row._mapping) for row in rows]

    def last_follow(self, flight_id: str) -> tuple[int, int]:
        """How many follow the flight, and the greatest number among their follows."""
        row = self._connection.execute(
            select(func.count(), func.max(FOLLOWS.c.id)).where(FOLLOWS.c.flight_id == flight_id)
        ).one()
        return row[0], row[1] or 0

    def merge(self, from_id: str, into_id: str) -> None:
        """Give what one traveller has to another; what both have stays with `into`."""
        for table, same in ((FOLLOWS, "flight_id"), (MESSAGES, "news_id"), (REFUSALS, "template")):
            theirs = select(table.c[same]).where(table.c.passenger_id == into_id)
            mine = table.c.passenger_id == from_id
            self._connection.execute(
                update(table).where(mine, table.c[same].not_in(theirs)).values(passenger_id=into_id)
            )
            if table is MESSAGES:
                # One person would be told twice. What was sent already stays findable under the old id.
                self._connection.execute(
                    update(MESSAGES)
                    .where(mine, MESSAGES.c.state.in_(("queued", "deferred")))
                    .values(state="superseded", reason="merged")
                )
            else:
                self._connection.execute(delete(table).where(mine))
        self._connection.execute(delete(RECIPIENTS).where(RECIPIENTS.c.passenger_id == from_id))
        self._connection.execute(update(GONE).where(GONE.c.into == from_id).values(into=into_id))

    def erase(self, passenger_ids: Collection[str]) -> dict[str, int]:
        """Delete everything about these; how many rows of each kind went."""
        openids = list(
            self._connection.execute(
                select(RECIPIENTS.c.openid).where(
                    RECIPIENTS.c.passenger_id.in_(passenger_ids), RECIPIENTS.c.openid.is_not(None)
                )
            ).scalars()
        )
        self._delete(CUSTOMER_MESSAGES, CUSTOMER_MESSAGES.c.openid.in_(openids))
        self._delete(REFUSALS, REFUSALS.c.passenger_id.in_(passenger_ids))
        # What a message to one person says is theirs alone, and names their order.
        theirs = select(MESSAGES.c.news_id).where(
            MESSAGES.c.passenger_id.in_(passenger_ids), MESSAGES.c.flight_id == ""
        )
        self._delete(NEWS, NEWS.c.id.in_(theirs))
        return {
            what: self._delete(table, table.c.passenger_id.in_(passenger_ids))
            for what, table in (("follows", FOLLOWS), ("messages", MESSAGES), ("recipients", RECIPIENTS))
        }

    def _delete(self, table: Any, condition: Any) -> int:
        return self._connection.execute(delete(table).where(condition)).rowcount

    def add_recipients(self, recipients: Collection[Recipient]) -> None:
        """Many at once, of whom nothing is known yet."""
        self._connection.execute(insert(RECIPIENTS), [asdict(recipient) for recipient in recipients])

    def add_follows(self, follows: Collection[Follow]) -> None:
        """Many at once, of travellers who don't follow these flights yet."""
        self._connection.execute(insert(FOLLOWS), [asdict(follow) for follow in follows])


_FOLLOWS = select(FOLLOWS.c.passenger_id, FOLLOWS.c.flight_id, FOLLOWS.c.role, FOLLOWS.c.since)
