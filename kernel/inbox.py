"""Requests and events seen before: delivery is at least once, effects are once.

A writing RPC goes through `answer_once`; an event handler asks `tx.inbox.first_time` in the transaction
of its effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import BigInteger, Connection, bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from kernel.errors import RequestInFlight, RequestReused
from kernel.postgres import together
from kernel.tables import INBOX_EVENTS, INBOX_REQUESTS, Instant

if TYPE_CHECKING:
    from kernel.db.protocols import Transaction, UnitOfWorkLike

S = TypeVar("S")
_in_flight: set[tuple[str, str]] = set()


@dataclass(frozen=True)
class StoredAnswer:
    """What a request was answered; fingerprint: of its method and payload; answer: JSON."""

    fingerprint: bytes
    answer: bytes


def answer_once(
    uow: UnitOfWorkLike[S],
    request_id: str,
    method: str,
    payload: Any,
    work: Callable[[Transaction[S]], dict[str, Any]],
) -> dict[str, Any]:
    """Do the work and keep its answer in one transaction, or return the answer kept before.

    work: gets the transaction, returns a JSON-ready dict; when it raises, nothing is kept and a repeat
    tries again. payload: what the request asks, for comparison only.
    Raises RequestReused when the request_id came with another method or payload, RequestInFlight while
    it is being worked on.
    Source: messaging.md, fact 1.
    """
    key = (uow.name, request_id)
    if key in _in_flight:
        raise RequestInFlight(retry_after_s=1)
    _in_flight.add(key)
    try:
        return _answer(uow, request_id, method, fingerprint(method, payload), work)
    finally:
        _in_flight.discard(key)


def look_first(uow: UnitOfWorkLike[S], request_id: str, look: Callable[[Transaction[S]], None]) -> None:
    """Let `look` refuse a request from a read, so that who can't be served doesn't queue with those who write.

    look: raises what it finds; what it doesn't find, `answer_once` judges. A request that was answered before, or is
    being worked on here, isn't looked at: its answer stands, whatever has become of what it asked for.
    """
    if (uow.name, request_id) in _in_flight:
        return
    with uow.read() as tx:
        if tx.inbox.answer_of(request_id) is None:
            look(tx)


def _answer(
    uow: UnitOfWorkLike[S],
    request_id: str,
    method: str,
    print_: bytes,
    work: Callable[[Transaction[S]], dict[str, Any]],
) -> dict[str, Any]:
    with uow.write() as tx:
        before = tx.inbox.begin(request_id)
        if before is not None:
            if before.fingerprint != print_:
                raise RequestReused()
            kept: dict[str, Any] = orjson.loads(before.answer)
            return kept
        answer = work(tx)
        text = orjson.dumps(answer, option=orjson.OPT_PASSTHROUGH_DATETIME)
        tx.inbox.keep_answer(request_id, method, StoredAnswer(print_, text))
    return answer


def fingerprint(method: str, payload: Any) -> bytes:
    """A hash that is equal for equal requests, whatever the order of their keys."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    text = orjson.dumps([method, payload], default=str, option=options)
    return hashlib.blake2b(text, digest_size=16).digest()


class Inbox:
    """The inbox of one transaction."""

    def __init__(
        self,
        connection: Connection,
        now: Callable[[], datetime],
        set_now: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        self._connection = connection
        self._now = now
        self._set_now = set_now

    def first_time(self, event_id: str) -> bool:
        """Whether this event's effect is not in the database yet; another that is at it is waited for."""
        statement = _FIRST_TIME[self._connection.dialect.name]
        result = self._connection.execute(statement, {"event_id": event_id, "seen_at": self._now()})
        return result.rowcount == 1

    def begin(self, request_id: str) -> StoredAnswer | None:
        """The answer given before; None, and nobody else works on this request, when there is none.

        SQLite's write lock says so already; PostgreSQL is asked for an advisory lock that ends with the
        transaction, so that no "in progress" row can be left behind by a copy that died, and for its clock in
        the same breath. The answer is a question of its own: asked in the same statement, it would be looked
        for before the lock is there.
        Raises RequestInFlight.
        """
        if self._connection.dialect.name == "postgresql":
            digest = hashlib.blake2b(request_id.encode(), digest_size=8).digest()
            key = int.from_bytes(digest, "big", signed=True)
            row = self._connection.execute(_CLAIM, {"key": key}).one()
            self._set_now(row.now)
            if not row.mine:
                raise RequestInFlight(retry_after_s=1)
        return self.answer_of(request_id)

    def answer_of(self, request_id: str) -> StoredAnswer | None:
        """The answer given before, if any."""
        row = self._connection.execute(_ANSWER, {"request": request_id}).first()
        return None if row is None else StoredAnswer(bytes(row.fingerprint), bytes(row.answer))

    def keep_answer(self, request_id: str, method: str, answer: StoredAnswer) -> None:
        """Save the answer with its effect."""
        values = {
            "request_id": request_id,
            "method": method,
            "fingerprint": answer.fingerprint,
            "answer": answer.answer,
            "answered_at": self._now(),
        }
        with together(self._connection):
            self._connection.execute(_KEEP, values)


# Made once: making a statement costs as much as executing it.
_CLAIM = select(
    func.pg_try_advisory_xact_lock(bindparam("key", type_=BigInteger)).label("mine"),
    func.now(type_=Instant).label("now"),
)
_ANSWER = select(INBOX_REQUESTS.c.fingerprint, INBOX_REQUESTS.c.answer).where(
    INBOX_REQUESTS.c.request_id == bindparam("request")
)
_KEEP = insert(INBOX_REQUESTS)
_FIRST_TIME = {
    "postgresql": postgresql.insert(INBOX_EVENTS).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(INBOX_EVENTS).on_conflict_do_nothing(),
}


def purge(connection: Connection, now: datetime, keep: timedelta, most: int) -> int:
    """Forget at most `most` requests and as many events older than `keep`.

    Returns the greater of the two numbers; fewer than `most` when nothing is left to forget.
    """
    return max(
        connection.execute(
            delete(table).where(key.in_(select(key).where(at < now - keep).limit(most)))
        ).rowcount
        for table, key, at in (
            (INBOX_REQUESTS, INBOX_REQUESTS.c.request_id, INBOX_REQUESTS.c.answered_at),
            (INBOX_EVENTS, INBOX_EVENTS.c.event_id, INBOX_EVENTS.c.seen_at),
        )
    )
