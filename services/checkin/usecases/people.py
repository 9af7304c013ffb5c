"""What checkin learns of accounts: that two are one, that one is to be forgotten; and what is too old to keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from kernel.instants import instant
from kernel.outbox import Event
from services.checkin.domain import LONGEST
from services.checkin.events import ERASURE_DONE, PUBLISHER, SCHEMA_VERSION
from services.checkin.usecases.shared import (
    Place,
    Tx,
    Work,
    flight_of,
    name_of,
)

PURGE_BATCH = 20
PARTS_WAIT = timedelta(days=1)
"""A list whose parts don't come within a day was sent again as a whole, or never will be."""


def note_merge(uow: Work, event_id: str, from_id: str, into_id: str) -> None:
    """What one account has belongs to another from now on; moving what isn't there is no error."""
    with uow.write() as tx:
        if not tx.inbox.first_time(event_id):
            return
        tx.store.lock_merges()
        # That it became another in turn may have been heard before.
        into = tx.store.present(into_id)
        if into is None or into == from_id:
            return
        _hold_given(tx, [from_id])
        tx.store.merge(from_id, into)
        tx.store.note_gone(from_id, into, tx.now())


def erase(uow: Work, event_id: str, data: dict[str, Any]) -> None:
    """Forget an account and those that became one with it, and say so. Airlines' lists go with their flights."""
    with uow.write() as tx:
        if not tx.inbox.first_time(event_id):
            return
        tx.store.lock_merges()
        passenger_id = data["passenger_id"]
        ids = {passenger_id, *data["earlier_ids"], *tx.store.merged_into(passenger_id)}
        _hold_given(tx, sorted(ids))
        counts = tx.store.erase(sorted(ids))
        tx.store.note_erased(sorted(ids), tx.now())
        done = {"erasure_id": data["erasure_id"], "service": PUBLISHER, "counts": counts}
        tx.outbox.add(Event(ERASURE_DONE, data["erasure_id"], 1, done, SCHEMA_VERSION))


def _hold_given(tx: Tx, passenger_ids: list[str]) -> None:
    """Hold the flights of what these accounts gave: a check-in under way would write it back."""
    for flight_id in tx.store.flights_given_by(passenger_ids):
        tx.store.lock_flight(flight_id)


def export_passenger(uow: Work, place: Place, passenger_id: str) -> dict[str, Any]:
    """ExportSchema: the bookings that an account is bound to, and what was given through it."""
    trips = []
    with uow.read() as tx:
        for booking in tx.store.bookings(tx.store.bookings_of_account(passenger_id)):
            row = tx.store.flight(booking.flight_id)
            assert row is not None
            leg = flight_of(row).leg
            mine = booking.given_by == passenger_id and booking.given_sealed is not None
            trips.append(
                {
                    "flight": leg.number,
                    "day_local": leg.day_local.isoformat(),
                    "scheduled_at": instant(leg.scheduled_at),
                    "pnr": booking.pnr,
                    "given": place.vault.open(booking.given_sealed or "", booking.id) if mine else None,
                    "travellers": [
                        {
                            "name": name_of(place.vault, each)[0].shown,
                            "standing": each.standing.value,
                            "seat": each.seat,
                        }
                        for each in tx.store.party(booking.id)
                    ],
                }
            )
    return {"trips": trips}


def purge(uow: Work, place: Place, now: datetime) -> int:
    """Delete lists of flights that left long ago, one a transaction; returns how many travellers went.

    now: the airport's time.
    """
    before = now - timedelta(days=place.settings.keep_days)
    gone = 0
    while True:
        with uow.read() as tx:
            flights = tx.store.old_flights(before, PURGE_BATCH)
        for flight_id in flights:
            with uow.write() as tx:
                tx.store.lock_flight(flight_id)
                gone += tx.store.forget_flight(flight_id)
        if len(flights) < PURGE_BATCH:
            break
    with uow.write() as tx:
        tx.store.forget_guesses(tx.now() - LONGEST, tx.now())
        tx.store.forget_waiting(tx.now() - PARTS_WAIT)
    return gone
