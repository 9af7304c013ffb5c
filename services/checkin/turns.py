"""Writers of one flight queue here, in the order in which they came, before they take a connection.

The flight's row is locked anyway, and is what holds between copies of the service. Without this queue, though, twenty
workers of one copy would wait for that row inside the database: each with a connection that others need, within the
time of one statement, and in no order, as PostgreSQL's waiters chase the row from version to version while newcomers
find the newest. docs/decisions/0060-one-lock-a-flight.md.

Who waits holds a worker and nothing else. The service has workers for as many as may wait, beside those that work
(`CheckinService.waiting_places`): a rush on one flight leaves the gates of all others theirs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from kernel import context
from kernel.errors import Unavailable

PATIENCE_S: Final = 10.0
"""How long somebody without a deadline waits."""


AT_ONCE: Final = 3
"""One holds the row, the next ones have begun: what comes before the lock is done while somebody else has it."""

OF_ONE_FLIGHT: Final = 200
"""So many wait for one flight: a full aircraft, all at the same moment."""

OF_ALL: Final = 260
"""So many wait in all: whatever happens on one flight, another has places left."""


@dataclass
class _Turn:
    # Under eventlet it is green, and first come is first served.
    places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    there: int = 0
    waiting: int = 0


class Turns:
    """A few writers a flight at a time, in this process; the row's lock makes one of them."""

    def __init__(self, of_one_flight: int = OF_ONE_FLIGHT, of_all: int = OF_ALL) -> None:
        """Of how many wait for one flight, and for any."""
        self._of_one_flight, self._of_all = of_one_flight, of_all
        self._guard = threading.Lock()
        self._turns: dict[str, _Turn] = {}
        self._waiting = 0

    @contextmanager
    def on(self, flight_id: str) -> Iterator[None]:
        """Inside, it is the caller's turn. Raises Unavailable when too many wait already, and when the turn doesn't
        come within the call's deadline."""
        with self._guard:
            turn = self._turns.setdefault(flight_id, _Turn())
            turn.there += 1
        try:
            self._acquire(turn)
            try:
                yield
            finally:
                turn.places.release()
        finally:
            with self._guard:
                turn.there -= 1
                if not turn.there:
                    del self._turns[flight_id]

    def waiting(self, flight_id: str) -> int:
        """How many wait for their turn on a flight."""
        with self._guard:
            turn = self._turns.get(flight_id)
            return 0 if turn is None else turn.waiting

    def _acquire(self, turn: _Turn) -> None:
        with self._guard:
            # Whoever comes when a place has just become free doesn't overtake those who wait for it.
            if not turn.waiting and turn.places.acquire(blocking=False):
                return
            if turn.waiting >= self._of_one_flight or self._waiting >= self._of_all:
                raise _busy()
            turn.waiting += 1
            self._waiting += 1
        try:
            remaining_s = context.current().remaining_s()
            limit_s = PATIENCE_S if remaining_s is None else max(0.0, min(PATIENCE_S, remaining_s))
            if not turn.places.acquire(timeout=limit_s):
                raise _busy()
        finally:
            with self._guard:
                turn.waiting -= 1
                self._waiting -= 1


def _busy() -> Unavailable:
    return Unavailable(part="checkin", reason="busy", retry_after_s=1)
