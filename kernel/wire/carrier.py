"""Carries saved events from a service's outbox to the broker, in order, and notes that the broker has them.

No Nameko here; `relay.py` makes it a part of a service.

One copy of a service relays at a time, by a lease: rows of one aggregate must not overtake each other, and
a lease keeps that with one row instead of a lock per aggregate. No transaction is open while the broker is
waited for. A relay that dies between confirm and note leaves rows that the next one publishes again: events
may come twice, never not at all.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import Final

from kernel import clock, inbox, leases, outbox
from kernel.db import Database, UnitOfWork
from kernel.errors import ServiceError, Unavailable
from kernel.wire import bundles, codec, queues
from kernel.wire.publish import GroupPublisher, Outgoing

log = logging.getLogger(__name__)

GROUP: Final = 500
"""Events in one group: large enough that the confirm's round trip doesn't count, small enough for memory."""
GATHER_S: Final = 0.02
"""From one group to the next at least, counted from where they begin: in a rush many events leave by one claim and one
note, a commit beside those of the rush. What comes while the broker is waited for gathers by itself, and the first event
of a quiet service leaves at once."""
POLL_S: Final = 1.0
"""How soon rows are found that another process saved."""
CONTESTED_S: Final = 0.05
"""How soon to ask again while another copy relays."""
CONFIRM_S: Final = 3.0
LEASE_S: Final = 8.0
"""Longer than a group may take, so that two relays don't overlap; a dead one's is taken over after it."""
RETRY_FIRST_S: Final = 0.2
RETRY_MOST_S: Final = 2.0
KEEP: Final = timedelta(days=7)
PURGE_EVERY_S: Final = 3600.0
PURGE_GROUP: Final = 500
_LEASE: Final = "outbox_relay"


class Carrier:
    """Relays the outbox of one database in one process. source: the service whose exchange the events go to."""

    def __init__(self, source: str, database: Database, publisher: GroupPublisher, together: int = 1) -> None:
        """together: how many events may travel in one message (bundles.py)."""
        self._together = together
        self._exchange = queues.event_exchange(source).name
        self._source = source
        self._uow = UnitOfWork(database, lambda connection: connection)
        self._publisher = publisher
        self._owner = leases.new_owner()
        self._leased_until = 0.0
        self._wake = threading.Event()
        self._stopping = False
        self._oldest_at: datetime | None = None
        self._next_purge = 0.0
        self._next_group = 0.0
        # Copies on one PostgreSQL hand the lease over as soon as nothing waits, so that whoever commits
        # next relays at once. On SQLite other processes are rare and a kept lease saves a commit an event.
        self._hands_over = database.dialect_name == "postgresql"

    def lag_s(self) -> float:
        """Age in seconds of the oldest event that the broker may not have."""
        oldest_at = self._oldest_at
        return 0.0 if oldest_at is None else max(0.0, (clock.real_now() - oldest_at).total_seconds())

    def wake(self) -> None:
        """There is something to carry."""
        self._wake.set()

    def stop(self) -> None:
        """Carry what waits, if the broker takes it, and end."""
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Carry until stopped. Errors of database and broker are waited out; they are somebody else's alarm."""
        forget = outbox.on_commit(self._uow.name, self.wake)
        pause_s, failed_s = 0.0, RETRY_FIRST_S
        try:
            while not self._stopping:
                self._wake.wait(pause_s)
                self._sleep(self._next_group - clock.monotonic())
                self._wake.clear()
                try:
                    pause_s = self.carry()
                    self._keep_house()
                    failed_s = RETRY_FIRST_S
                except ServiceError as error:
                    log.warning(
                        "events wait",
                        extra={"service": self._source, "code": error.code, "lag_s": self.lag_s()},
                    )
                    # Not woken by commits: each would be another attempt at a broker that is away.
                    self._sleep(failed_s)
                    pause_s, failed_s = 0.0, min(failed_s * 2, RETRY_MOST_S)
            self._last_try()
        finally:
            forget()
            self._publisher.close()

    def carry(self) -> float:
        """Publish one group and note it; returns how many seconds to wait for the next unless woken."""
        began = clock.monotonic()
        rows = self._claim()
        if rows is None:
            return CONTESTED_S
        if not rows:
            return POLL_S
        self._publisher.declare_exchange(self._exchange, CONFIRM_S)
        messages = self._bundled(rows)
        confirmed = self._publisher.publish([self._outgoing(each) for each in messages], CONFIRM_S)
        taken = sum(len(each) for each in messages[:confirmed])
        self._note([row.row for row in rows[:taken]], last=taken == len(rows) < GROUP)
        self._next_group = 0.0 if len(rows) == GROUP else began + GATHER_S
        if taken < len(rows):
            raise Unavailable(part="broker", retry_after_s=1)
        return 0.0

    def _claim(self) -> list[outbox.Saved] | None:
        """The next rows, under the lease; None while another copy has it. Without any, no lease is taken."""
        if clock.monotonic() + CONFIRM_S < self._leased_until:
            with self._uow.read() as tx:
                rows = outbox.unsent(tx.store, GROUP)
            self._oldest_at = rows[0].created_at if rows else None
            return rows
        with self._uow.read() as tx:
            self._oldest_at = outbox.oldest_unsent_at(tx.store)
        if self._oldest_at is None:
            return []
        asked_at = clock.monotonic()
        with self._uow.write() as tx:
            if not tx.leases.take(_LEASE, self._owner, LEASE_S):
                return None
            rows = outbox.unsent(tx.store, GROUP)
        self._leased_until = asked_at + LEASE_S
        return rows

    def _note(self, rows: list[int], *, last: bool) -> None:
        hand_over = last and self._hands_over
        asked_at = clock.monotonic()
        with self._uow.write() as tx:
            if rows:
                outbox.mark_sent(tx.store, rows, tx.now())
            kept = tx.leases.take(_LEASE, self._owner, 0.0 if hand_over else LEASE_S)
        self._leased_until = asked_at + LEASE_S if kept and not hand_over else 0.0

    def _bundled(self, rows: list[outbox.Saved]) -> list[list[outbox.Saved]]:
        """Rows that travel in one message: neighbours of one name that came of one call, so that order is kept."""
        found: list[list[outbox.Saved]] = []
        size = 0
        for row in rows:
            size += len(row.body) + 1
            last = found[-1] if found else []
            alike = bool(last) and (row.name, row.headers) == (last[0].name, last[0].headers)
            if alike and len(last) < self._together and size <= bundles.MOST_BYTES:
                last.append(row)
            else:
                found.append([row])
                size = len(row.body) + 1
        return found

    def _outgoing(self, rows: list[outbox.Saved]) -> Outgoing:
        row = rows[0]
        properties = {
            "content_type": codec.CONTENT_TYPE,
            "content_encoding": codec.CONTENT_ENCODING,
            "message_id": row.event_id,
            "timestamp": int(row.created_at.timestamp()),
            "type": row.name,
            "app_id": self._source,
        }
        if len(rows) == 1:
            return Outgoing(self._exchange, row.name, row.body, properties, row.headers)
        del properties["message_id"]
        properties["content_type"] = bundles.CONTENT_TYPE
        body = bundles.encode([each.body for each in rows])
        return Outgoing(self._exchange, row.name, body, properties, row.headers)

    def _keep_house(self) -> None:
        self._publisher.tick()
        if clock.monotonic() < self._next_purge:
            return
        self._next_purge = clock.monotonic() + PURGE_EVERY_S
        leases.run_if_leased(self._uow, "purge", PURGE_EVERY_S * 0.9, self._purge)

    def _purge(self) -> None:
        """Forget what is a week old, a little at a time: writers wait meanwhile."""
        for purge in (outbox.purge, inbox.purge):
            deleted = PURGE_GROUP
            while deleted == PURGE_GROUP and not self._stopping:
                with self._uow.write() as tx:
                    deleted = purge(tx.store, tx.now(), KEEP, PURGE_GROUP)

    def _sleep(self, seconds: float) -> None:
        expires_at = clock.monotonic() + seconds
        while not self._stopping and (left_s := expires_at - clock.monotonic()) > 0:
            self._wake.wait(left_s)
            if not self._stopping:
                self._wake.clear()

    def _last_try(self) -> None:
        """What the last calls saved leaves before the process does; if it can't, the next start carries it."""
        expires_at = clock.monotonic() + CONFIRM_S
        try:
            while self.carry() == 0.0 and clock.monotonic() < expires_at:
                pass
            if self._leased_until:
                with self._uow.write() as tx:
                    tx.leases.take(_LEASE, self._owner, 0.0)
        except ServiceError as error:
            log.warning(
                "events are left for the next start", extra={"service": self._source, "code": error.code}
            )
