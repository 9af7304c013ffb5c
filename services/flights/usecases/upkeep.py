"""What is done without being asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from kernel.db import UnitOfWorkLike
from services.flights.domain import to_us
from services.flights.store import Store

_SLICE: Final = 200
"""Legs forgotten in one transaction: writers wait for no longer than that takes."""
_MAX_SLICES: Final = 500


def purge_old(uow: UnitOfWorkLike[Store], now: datetime, flights_days: int, refusals_days: int) -> int:
    """Forget legs whose board time, and refusals whose recording, lies further back; returns how many legs.

    now: the airport's time, aware UTC. A purged leg leaves no event: caches hold a few days only.
    """
    before_us = to_us(now - timedelta(days=flights_days))
    purged = 0
    for _ in range(_MAX_SLICES):
        with uow.write() as tx:
            count = tx.store.purge_flights(before_us, _SLICE)
        purged += count
        if count < _SLICE:
            break
    with uow.write() as tx:
        tx.store.purge_refusals(to_us(now - timedelta(days=refusals_days)))
    return purged
