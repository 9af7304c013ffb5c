"""Writers of one flight queue here, in the order in which they came, before they take a connection.

The flight's row is locked anyway, and is what holds between copies of the service. Without this queue, though, twenty
workers of one copy would wait for that row inside the database: each with a connection that others need, within the
time of one statement, and in no order, as PostgreSQL's waiters chase the row from version to version while newcomers
find the newest. docs/decisions/0060-one-lock-a-flight.md.
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


@dataclass
class _Turn:
    # Under eventlet it is green, and first come is first served.
    places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    there: int = 0


class Turns:
    """A few writers a flight at a time, in this process; the row's lock makes one of them."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._turns: dict[str, _Turn] = {}

    @contextmanager
    def on(self, flight_id: str) -> Iterator[None]:
        """Inside, it is the caller's turn. Raises Unavailable when it doesn't come within the call's deadline."""
        with self._guard:
            turn = self._turns.setdefault(flight_id, _Turn())
            turn.there += 1
        try:
            remaining_s = context.current().remaining_s()
            limit_s = PATIENCE_S if remaining_s is None else max(0.0, min(PATIENCE_S, remaining_s))
            if not turn.places.acquire(timeout=limit_s):
                raise Unavailable(part="checkin", reason="busy", retry_after_s=1)
            try:
                yield
            finally:
                turn.places.release()
        finally:
            with self._guard:
                turn.there -= 1
                if not turn.there:
                    del self._turns[flight_id]
