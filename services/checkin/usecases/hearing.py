"""What flights says: a flight that is cancelled, moved in time or to another gate, and who must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import orjson

from kernel.instants import instant
from services.checkin import events
from services.checkin.domain import Leg, leg_of
from services.checkin.usecases.shared import (
    Flight,
    Place,
    Work,
    flight_of,
)
from services.checkin.usecases.writing import By, Step, write

RETIMED: Final = timedelta(minutes=15)
"""A smaller move is no news to somebody who has a pass; small ones add up."""


def hear(uow: Work, place: Place, flight: dict[str, Any]) -> None:
    """Keep a flight as it is now, and tell everybody who is checked in what it means to them.

    flight: flights.schemas.FlightSchema as JSON. An older version, or a flight without a list, is dropped.
    """
    if not _has_list(uow, flight):
        return
    leg = leg_of(flight)
    if leg is None:
        return
    with place.turns.on(flight["id"]), uow.write() as tx:
        row = tx.store.lock_flight(flight["id"])
        if row is None or flight["version"] <= row.version:
            return
        before = flight_of(row)
        shown = {name: value for name, value in flight.items() if name != "keywords"}
        whats = _whats(before.leg, leg, abs(leg.departs_at - row.told_departs_at))
        told_at = leg.departs_at if "retimed" in whats else row.told_departs_at
        fresh = replace(
            row,
            version=leg.version,
            departs_at=leg.departs_at,
            told_departs_at=told_at,
            document=orjson.dumps(shown).decode(),
            changes=row.changes + 1,
        )
        tx.store.save_flight(fresh)
        now = Flight(fresh, leg)
        inside = [each for each in tx.store.travellers(leg.id) if each.inside] if whats else []
        by = By("flight", "flights")
        for what in whats:
            more = {"what": what, "gate": leg.gate, "departs_at": instant(leg.departs_at)}
            steps = [Step(each, each, events.DISRUPTED, what, more) for each in inside]
            inside = write(tx, now, by, steps)


def concerns(uow: Work, event: Mapping[str, Any]) -> bool:
    """Whether `hear` has anything to do with a flight's change: False when the flight has no list."""
    return _has_list(uow, event["data"]["flight"])


def _has_list(uow: Work, flight: Mapping[str, Any]) -> bool:
    # Most flights have no list here, and a look takes no lock.
    with uow.look_up() as store:
        return store.is_listed(flight["id"])


def _whats(before: Leg, now: Leg, moved: timedelta) -> list[str]:
    """What is different for somebody who has a pass. moved: since they were told a time last."""
    if now.cancelled or before.cancelled:
        if now.cancelled and before.cancelled:
            return []
        return ["cancelled" if now.cancelled else "reinstated"]
    if now.gone:
        return []
    whats = ["retimed"] if moved >= RETIMED else []
    # The first gate is no change of gates.
    return [*whats, "gate"] if before.gate is not None and now.gate not in (None, before.gate) else whats
