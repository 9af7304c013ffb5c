"""Messages: claimed, settled, looked up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, delete, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.notify.store.rows import Backlog, Claimed, MessageRow, Settled, Wanted
from services.notify.store.tables import (
    CUSTOMER_MESSAGES,
    EARLY_RECEIPTS,
    MESSAGES,
    NEWS,
    RECIPIENTS,
)

_OPEN: Final = ("queued", "deferred", "sending")
_EARLY_KEPT: Final = timedelta(days=1)
_CUSTOMER_KEPT: Final = timedelta(days=7)
_SUCCESS: Final = "success"


class Messages:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._upsert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert

    def wake(self, now: datetime, limit: int) -> int:
        """Put what waited long enough back into the queue; how many."""
        due = (
            select(MESSAGES.c.id)
            .where(MESSAGES.c.state == "deferred", MESSAGES.c.not_before_at <= now)
            .order_by(MESSAGES.c.not_before_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        statement = update(MESSAGES).where(MESSAGES.c.id.in_(due)).values(state="queued")
        return self._connection.execute(statement).rowcount

    def claim(self, owner: str, now: datetime, limit: int) -> list[Claimed]:
        """Take the next messages, urgent ones first; never two about one flight or order to one person at a time.

        What waits about a flight holds up what came after it; of an order, only what is on its way does: its
        messages say different things. What somebody changes at this moment is left for the next time: it may
        be about not to go out any more.
        """
        earlier = MESSAGES.alias()
        overtaking = (
            select(earlier.c.id)
            .where(
                earlier.c.passenger_id == MESSAGES.c.passenger_id,
                earlier.c.flight_id == MESSAGES.c.flight_id,
                earlier.c.id < MESSAGES.c.id,
                earlier.c.order_id == MESSAGES.c.order_id,
                earlier.c.state.in_(_OPEN),
                (MESSAGES.c.flight_id != "") | (earlier.c.state != "deferred"),
            )
            .correlate(MESSAGES)
            .exists()
        )
        query = (
            select(MESSAGES.c.id)
            .where(MESSAGES.c.state == "queued", ~overtaking)
            .order_by(MESSAGES.c.rank, MESSAGES.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = list(self._connection.execute(query).scalars())
        if not ids:
            return []
        self._connection.execute(
            update(MESSAGES)
            .where(MESSAGES.c.id.in_(ids))
            .values(
                state="sending",
                claimed_at=now,
                claimed_by=owner,
                attempts=MESSAGES.c.attempts + 1,
                not_before_at=None,
            )
        )
        return [_claimed(row) for row in self._connection.execute(_CLAIMED, {"ids": ids})]

    def settle(self, owner: str, settled: Collection[Settled]) -> None:
        """Save what became of messages that `owner` claimed; what another has taken over stays."""
        if not settled:
            return
        rows = [{f"b_{name}": value for name, value in asdict(one).items()} for one in settled]
        self._connection.execute(_SETTLE, [row | {"b_owner": owner} for row in rows])
        self._apply_early([one.wechat_msgid for one in settled if one.wechat_msgid])

    def _apply_early(self, msgids: list[str]) -> None:
        found = self._connection.execute(
            select(EARLY_RECEIPTS).where(EARLY_RECEIPTS.c.msgid.in_(msgids))
        ).all()
        for row in found:
            self.receipt(row.msgid, row.status, row.at)
        if found:
            gone = [row.msgid for row in found]
            self._connection.execute(delete(EARLY_RECEIPTS).where(EARLY_RECEIPTS.c.msgid.in_(gone)))

    def receipt(self, msgid: str, status: str, at: datetime) -> str | None:
        """Note WeChat's receipt; whose message it was, None when it isn't known."""
        row = self._connection.execute(
            select(MESSAGES.c.id, MESSAGES.c.passenger_id).where(MESSAGES.c.wechat_msgid == msgid)
        ).first()
        if row is None:
            return None
        arrived = status == _SUCCESS
        values = (
            {"state": "received", "received_at": at} if arrived else {"state": "failed", "reason": status}
        )
        self._connection.execute(
            update(MESSAGES)
            .where(MESSAGES.c.id == row.id, MESSAGES.c.state.in_(("sent", "sending")))
            .values(values)
        )
        whose: str = row.passenger_id
        return whose

    def keep_receipt(self, msgid: str, status: str, at: datetime) -> None:
        """Remember a receipt whose message isn't known yet."""
        values = {"msgid": msgid, "status": status, "at": at}
        self._connection.execute(self._upsert(EARLY_RECEIPTS).values(values).on_conflict_do_nothing())

    def orphans(self, owner: str, limit: int) -> list[Claimed]:
        """Messages that another sender took and never settled."""
        ids = list(
            self._connection.execute(
                select(MESSAGES.c.id)
                .where(MESSAGES.c.state == "sending", MESSAGES.c.claimed_by != owner)
                .limit(limit)
            ).scalars()
        )
        return [_claimed(row) for row in self._connection.execute(_CLAIMED, {"ids": ids})] if ids else []

    def adopt(self, settled: Collection[Settled]) -> None:
        """Decide about orphans, whoever had claimed them."""
        for one in settled:
            self._connection.execute(
                update(MESSAGES)
                .where(MESSAGES.c.id == one.id, MESSAGES.c.state == "sending")
                .values(
                    state=one.state,
                    reason=one.reason,
                    not_before_at=one.not_before_at,
                    unsure_since=one.unsure_since,
                )
            )

    def stop_all(self, passenger_id: str, reason: str) -> None:
        """What waits for this person doesn't go out any more."""
        self._connection.execute(
            update(MESSAGES)
            .where(MESSAGES.c.passenger_id == passenger_id, MESSAGES.c.state.in_(("queued", "deferred")))
            .values(state="refused", reason=reason)
        )

    def stop_flights(self, passenger_id: str, reason: str) -> None:
        """What waits for this person about flights doesn't go out any more."""
        self._connection.execute(
            update(MESSAGES)
            .where(MESSAGES.c.passenger_id == passenger_id, MESSAGES.c.flight_id != "")
            .where(MESSAGES.c.state.in_(("queued", "deferred")))
            .values(state="refused", reason=reason)
        )

    def stop_flight(self, passenger_id: str, flight_id: str) -> None:
        """They don't follow the flight any more."""
        self._connection.execute(
            update(MESSAGES)
            .where(MESSAGES.c.passenger_id == passenger_id, MESSAGES.c.flight_id == flight_id)
            .where(MESSAGES.c.state.in_(("queued", "deferred")))
            .values(state="superseded", reason="unfollowed")
        )

    def find(self, wanted: Wanted) -> list[MessageRow]:
        """The newest first."""
        query = _FOUND.order_by(MESSAGES.c.id.desc()).limit(wanted.limit)
        for condition in _conditions(wanted):
            query = query.where(condition)
        return [_row(row) for row in self._connection.execute(query)]

    def has_work(self, now: datetime) -> bool:
        """Whether something can be sent, or must be decided, now."""
        queries = (
            select(MESSAGES.c.id)
            .where(MESSAGES.c.state == "queued")
            .order_by(MESSAGES.c.rank, MESSAGES.c.id)
            .limit(1),
            select(MESSAGES.c.id)
            .where(MESSAGES.c.state == literal_column("'sending'"))
            .order_by(MESSAGES.c.claimed_at)
            .limit(1),
            select(MESSAGES.c.id)
            .where(MESSAGES.c.state == "deferred", MESSAGES.c.not_before_at <= now)
            .limit(1),
            select(NEWS.c.id)
            .where(NEWS.c.state == "open", NEWS.c.not_before_at.is_(None) | (NEWS.c.not_before_at <= now))
            .limit(1),
        )
        return any(self._connection.execute(query).first() is not None for query in queries)

    def backlog(self) -> Backlog:
        # Counted by a column of the state's own small index: SQLite would rather read the greater one that
        # holds all states otherwise.
        counts = {
            state: self._connection.execute(
                select(func.count(column)).where(MESSAGES.c.state == literal_column(f"'{state}'"))
            ).scalar_one()
            for state, column in (
                ("queued", MESSAGES.c.rank),
                ("deferred", MESSAGES.c.not_before_at),
                ("sending", MESSAGES.c.claimed_at),
            )
        }
        oldest = self._connection.execute(
            select(func.min(MESSAGES.c.created_at)).where(MESSAGES.c.state == literal_column("'queued'"))
        ).scalar_one_or_none()
        return Backlog(**counts, oldest_at=oldest)

    def counts_since(self, at: datetime) -> dict[str, int]:
        """Messages written since `at`, by state."""
        query = (
            select(MESSAGES.c.state, func.count())
            .where(MESSAGES.c.created_at >= at)
            .group_by(MESSAGES.c.state)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def purge(self, before: datetime, now: datetime, limit: int) -> int:
        """Forget what nobody needs any more, at most `limit` of each kind; how many messages went."""
        old = select(MESSAGES.c.id).where(MESSAGES.c.created_at < before).limit(limit)
        gone = self._connection.execute(delete(MESSAGES).where(MESSAGES.c.id.in_(old))).rowcount
        used = select(MESSAGES.c.id).where(MESSAGES.c.news_id == NEWS.c.id).correlate(NEWS).exists()
        stale = select(NEWS.c.id).where(NEWS.c.created_at < before).limit(limit)
        self._connection.execute(delete(NEWS).where(NEWS.c.id.in_(stale), ~used))
        for table, kept in ((EARLY_RECEIPTS, _EARLY_KEPT), (CUSTOMER_MESSAGES, _CUSTOMER_KEPT)):
            self._connection.execute(delete(table).where(table.c.at < now - kept))
        return gone


_CLAIMED: Final = (
    select(
        MESSAGES.c.id,
        MESSAGES.c.news_id,
        MESSAGES.c.flight_id,
        MESSAGES.c.passenger_id,
        MESSAGES.c.kind,
        MESSAGES.c.role,
        MESSAGES.c.language,
        MESSAGES.c.attempts,
        MESSAGES.c.expires_at,
        MESSAGES.c.unsure_since,
        MESSAGES.c.claimed_at,
        NEWS.c.said,
        RECIPIENTS.c.consent,
        RECIPIENTS.c.openid,
        RECIPIENTS.c.subscribed,
        RECIPIENTS.c.blocked_at,
    )
    .join_from(MESSAGES, NEWS, NEWS.c.id == MESSAGES.c.news_id)
    .join(RECIPIENTS, RECIPIENTS.c.passenger_id == MESSAGES.c.passenger_id, isouter=True)
    .where(MESSAGES.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(MESSAGES.c.rank, MESSAGES.c.id)
)

_SETTLE: Final = (
    update(MESSAGES)
    .where(
        MESSAGES.c.id == bindparam("b_id"),
        MESSAGES.c.state == "sending",
        MESSAGES.c.claimed_by == bindparam("b_owner"),
    )
    .values(
        state=bindparam("b_state"),
        reason=bindparam("b_reason"),
        not_before_at=bindparam("b_not_before_at"),
        unsure_since=bindparam("b_unsure_since"),
        wechat_msgid=bindparam("b_wechat_msgid"),
        sent_at=bindparam("b_sent_at"),
    )
)

_FOUND: Final = select(
    MESSAGES.c.id,
    MESSAGES.c.passenger_id,
    MESSAGES.c.flight_id,
    MESSAGES.c.order_id,
    MESSAGES.c.kind,
    MESSAGES.c.role,
    MESSAGES.c.language,
    NEWS.c.said,
    MESSAGES.c.state,
    MESSAGES.c.reason,
    MESSAGES.c.attempts,
    MESSAGES.c.created_at,
    MESSAGES.c.sent_at,
    MESSAGES.c.received_at,
    MESSAGES.c.wechat_msgid,
).join_from(MESSAGES, NEWS, NEWS.c.id == MESSAGES.c.news_id)


def _conditions(wanted: Wanted) -> Sequence[Any]:
    conditions: list[Any] = []
    if wanted.passenger_ids:
        conditions.append(MESSAGES.c.passenger_id.in_(wanted.passenger_ids))
    if wanted.flight_id is not None:
        conditions.append(MESSAGES.c.flight_id == wanted.flight_id)
    if wanted.order_id is not None:
        # The empty ones are in no index.
        conditions += [MESSAGES.c.order_id == wanted.order_id, MESSAGES.c.order_id != literal_column("''")]
    if wanted.state is not None:
        conditions.append(MESSAGES.c.state == wanted.state)
    if wanted.from_at is not None:
        conditions.append(MESSAGES.c.created_at >= wanted.from_at)
    if wanted.to_at is not None:
        conditions.append(MESSAGES.c.created_at < wanted.to_at)
    if wanted.before_id is not None:
        conditions.append(MESSAGES.c.id < wanted.before_id)
    return conditions


def _claimed(row: Any) -> Claimed:
    return Claimed(
        id=row.id,
        news_id=row.news_id,
        flight_id=row.flight_id,
        passenger_id=row.passenger_id,
        openid=row.openid,
        consent=row.consent or "never",
        reachable=bool(row.subscribed and row.openid and row.blocked_at is None),
        kind=row.kind,
        role=row.role,
        language=row.language,
        said=orjson.loads(row.said),
        attempts=row.attempts,
        expires_at=row.expires_at,
        claimed_at=row.claimed_at,
        unsure_since=row.unsure_since,
    )


def _row(row: Any) -> MessageRow:
    return MessageRow(**{**row._mapping, "said": orjson.loads(row.said)})
