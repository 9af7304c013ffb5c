"""The bus without its guard, for a control: it looks whether a seat is free and takes it a moment later.

python -m tests.races.greedy bus payments passengers
"""

from __future__ import annotations

import deploy.serve  # isort: skip

import sys
from typing import Any

import eventlet
from sqlalchemy import update

from services.bus.store import BusStore
from services.bus.store.tables import DEPARTURES

A_MOMENT_S = 0.1


def looks_first(self: Any, departure_id: str, seats: int) -> bool:
    """What `take` would be as two statements."""
    seen = self.occupancies([departure_id]).get(departure_id)
    if seen is None or seen.free < seats:
        return False
    eventlet.sleep(A_MOMENT_S)
    taken = {"held": DEPARTURES.c.held + seats}
    self._connection.execute(update(DEPARTURES).where(DEPARTURES.c.id == departure_id).values(taken))
    return True


if __name__ == "__main__":
    BusStore.take = looks_first  # type: ignore[method-assign]
    sys.exit(deploy.serve.main(sys.argv[1:]))
