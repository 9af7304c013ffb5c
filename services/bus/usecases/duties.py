"""A departure as those who see it off know it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kernel.instants import instant
from services.bus.domain import BusTicket, Occupancy, Timetable
from services.bus.errors import DepartureNotFound
from services.bus.usecases.searching import Here, capacity
from services.bus.usecases.shared import Tx
from services.bus.usecases.views import line_view


def occupancy_of(tx: Tx, timetable: Timetable, here: Here, departure_id: str) -> Occupancy:
    """Raises DepartureNotFound for one that neither the timetable knows nor anybody bought a seat of."""
    known = tx.store.occupancies([departure_id]).get(departure_id)
    if known is not None:
        return known
    departure = timetable.departure(departure_id)
    if departure is None:
        raise DepartureNotFound
    return Occupancy(capacity(departure, here.settings))


def duty_view(
    timetable: Timetable, departure_id: str, known: Occupancy, boarded: int, tickets: Sequence[BusTicket]
) -> dict[str, Any]:
    """DutySchema: as the timetable has it, or, when it was replaced by another, as tickets of it say."""
    departure = timetable.departure(departure_id)
    if departure is not None:
        words = {
            "line_id": departure.route.route_id,
            "line_name": line_view(timetable, departure.route)["name"],
            "headsign": departure.trip.trip_headsign,
        }
        departs_at = departure.departs_at
    elif tickets:
        words = {key: tickets[0].ride.words[key] for key in ("line_id", "line_name", "headsign")}
        departs_at = tickets[0].ride.departs_at
    else:
        raise DepartureNotFound
    return {
        "departure_id": departure_id,
        **words,
        "departs_at": instant(departs_at),
        "capacity": known.capacity,
        "sold": known.sold,
        "held": known.held,
        "boarded": boarded,
        "cancelled": known.cancelled_at is not None,
    }
