"""Passenger lists, their changes and aircraft as airlines push them: applied whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from marshmallow import Schema, ValidationError

from kernel.ids import new_id
from services.checkin import clients, events, schemas
from services.checkin.clients import Caller
from services.checkin.domain import (
    Booking,
    Difference,
    Entry,
    Known,
    flattened,
    leg_of,
    of_changes,
    of_list,
)
from services.checkin.errors import FlightNotFound, ListGap
from services.checkin.schemas.vocabulary import ListOutcome, Standing
from services.checkin.store import FlightRow
from services.checkin.usecases.entries import Changed, Listing, changed, indexes_of, new_traveller
from services.checkin.usecases.hearing import hear
from services.checkin.usecases.shared import (
    Asked,
    Flight,
    Place,
    Tx,
    Work,
    answer_in_turn,
    authorise,
    locked,
    name_of,
)
from services.checkin.usecases.writing import By, Step, tell

Compare = Callable[[Mapping[str, Any], list[Known], frozenset[str]], Difference]


def apply_list(
    uow: Work, caller: Caller, place: Place, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """ListReportSchema: the flight's list is this one from now on, or nothing changed and it is told why.

    now: the airport's time. Raises FlightNotFound, NotYourFlight, BadSeal, RequestReused, RequestInFlight,
    Unavailable, DeadlineExceeded.
    """
    compare: Compare = of_list
    return _apply(uow, caller, place, request, now, (schemas.PassengerListSchema(), compare))


def apply_changes(
    uow: Work, caller: Caller, place: Place, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """ListReportSchema: all changes are made, or none. Raises as apply_list, and ListGap."""

    return _apply(uow, caller, place, request, now, (schemas.ListChangesSchema(), compare_changes))


def compare_changes(document: Mapping[str, Any], known: list[Known], cabins: frozenset[str]) -> Difference:
    """of_changes for a loaded ListChangesSchema."""
    return of_changes(document["changes"], known, cabins)


def known_flight(uow: Work, caller: Caller, place: Place, flight_id: str, partner: Mapping[str, Any]) -> bool:
    """See to it that the flight has a row; whether it is new. Raises FlightNotFound, NotYourFlight."""
    with uow.look_up() as store:
        row = store.flight(flight_id)
    if row is not None:
        authorise(partner, row.airline)
        return False
    flight = clients.get_flight(caller, flight_id)
    leg = leg_of(flight)
    if leg is None:
        raise FlightNotFound(flight_id=flight_id)
    authorise(partner, leg.airline)
    shown = {name: value for name, value in flight.items() if name != "keywords"}
    document = orjson.dumps(shown).decode()
    with uow.write() as tx:
        tx.store.add_flight(
            FlightRow(leg.id, leg.version, leg.airline, leg.departs_at, leg.departs_at, document)
        )
    return True


def look_again(uow: Work, caller: Caller, place: Place, flight_id: str) -> None:
    """A change between the look at a new flight and its row found nobody who minds: hear of it now."""
    hear(uow, place, clients.get_flight(caller, flight_id))


def _apply(
    uow: Work,
    caller: Caller,
    place: Place,
    request: Mapping[str, Any],
    now: datetime,
    how: tuple[Schema, Compare],
) -> dict[str, Any]:
    opened = place.vault.opened(request["sealed"])
    schema, compare = how
    new = known_flight(uow, caller, place, request["flight_id"], request["partner"])
    wrong: list[tuple[str, str]] = []
    document: Mapping[str, Any] = {}
    try:
        document = schema.load(opened)
    except ValidationError as exc:
        wrong = flattened(exc.normalized_messages())

    def work(tx: Tx) -> dict[str, Any]:
        flight = locked(tx, request["flight_id"])
        stale = _stale(flight.row.list_version, request)
        if stale is not None:
            return report_of(tx, flight, stale)
        if wrong:
            return report_of(tx, flight, ListOutcome.REFUSED, refused=wrong)
        return judged(
            Listing(tx, place, flight, place.maps.of(tx.store, flight.row), document), compare, request
        )

    payload = place.vault.fingerprint({**request, "sealed": opened})
    report = answer_in_turn(
        uow, place, Asked(request["request_id"], "apply_list", payload, request["flight_id"]), work
    )
    if new:
        look_again(uow, caller, place, request["flight_id"])
    return report


def judged(listing: Listing, compare: Compare, request: Mapping[str, Any]) -> dict[str, Any]:
    """ListReportSchema: a list in the right form, for a locked flight, becomes request's version of it, or is refused."""
    tx, flight, document = listing.tx, listing.flight, listing.document
    known = [Known(each, name_of(listing.place.vault, each)[0]) for each in tx.store.travellers(flight.id)]
    difference = compare(document, known, listing.cabins)
    if difference.refused:
        return report_of(tx, flight, ListOutcome.REFUSED, refused=difference.refused)
    return _applied(listing, difference, request)


def _stale(version: int | None, request: Mapping[str, Any]) -> ListOutcome | None:
    """What to answer without looking at the content; None: it is newer. Raises ListGap."""
    if version is not None and request["version"] <= version:
        return ListOutcome.REPEATED if request["version"] == version else ListOutcome.OUTDATED
    base = request.get("base_version")
    if base is not None and base != version:
        raise ListGap(version=version)
    return None


def _applied(listing: Listing, difference: Difference, request: Mapping[str, Any]) -> dict[str, Any]:
    tx, flight = listing.tx, listing.flight
    by = By("airline", f"partner:{request['partner']['client_id']}")
    bookings = _bookings(listing, [*difference.added, *(entry for _, entry in difference.kept)])
    gone = [_gone(each) for each in difference.deleted]
    freed = {each.traveller.seat for each in difference.deleted}
    listing.free(freed)
    kept = [changed(listing, known, entry) for known, entry in difference.kept]
    moved = [each for each in kept if each is not None]
    added = [
        new_traveller(listing, entry, bookings[entry.pnr], place)
        for place, entry in enumerate(difference.added, len(difference.kept) + len(gone) + 1)
    ]
    store = tx.store
    store.save_standings([step.now for step in gone])
    store.save_travellers([each.step.now for each in moved])
    store.add_travellers([each.step.now for each in added])
    store.save_papers({each.step.now.id: indexes_of(listing.place, each.listed) for each in [*moved, *added]})
    row = tx.store.flight(flight.id)
    assert row is not None
    store.save_flight(replace(row, list_version=request["version"]))
    steps = [*gone, *(each.step for each in moved)]
    tell(tx, flight, by, [step for step in steps if step.event])
    store.touch_bookings({step.now.booking_id for step in steps if not step.event})
    store.touch(flight.id)
    return report_of(
        tx,
        flight,
        ListOutcome.APPLIED,
        added=len(added),
        changed=len(moved),
        deleted=len(gone),
        off_loaded=[step.now.id for step in gone if step.event],
        unseated=_unseated([*moved, *added]),
    )


def _unseated(travellers: list[Changed]) -> list[str]:
    return [each.step.now.id for each in travellers if each.listed["seat"] and each.step.now.seat is None]


def _bookings(listing: Listing, entries: list[Entry]) -> dict[str, Booking]:
    """By PNR: those that are there, with the contact as the list has it, and new ones."""
    store, vault = listing.tx.store, listing.place.vault
    bookings = store.bookings_of_flight(listing.flight.id)
    new: list[Booking] = []
    for pnr in dict.fromkeys(entry.pnr for entry in entries):
        contact = listing.contacts.get(pnr)
        before = bookings.get(pnr)
        if before is None:
            booking = Booking(new_id(), listing.flight.id, pnr, None, None, None, 1)
            sealed = None if contact is None else vault.seal(contact, booking.id)
            bookings[pnr] = replace(booking, contact_sealed=sealed)
            new.append(bookings[pnr])
        elif contact is not None and (
            before.contact_sealed is None or vault.open(before.contact_sealed, before.id) != contact
        ):
            bookings[pnr] = replace(before, contact_sealed=vault.seal(contact, before.id))
            store.save_booking(bookings[pnr])
    store.add_bookings(new)
    return bookings


def _gone(known: Known) -> Step:
    traveller = known.traveller
    gone = replace(
        traveller,
        standing=Standing.DELETED,
        seat=None,
        sequence=None,
        boarded_at=None,
        boarded_by=None,
        version=traveller.version + 1,
    )
    if traveller.inside:
        return Step(traveller, gone, events.OFF_LOADED, "deleted")
    return Step(traveller, gone, "")


def report_of(
    tx: Tx, flight: Flight, outcome: ListOutcome, refused: list[tuple[str, str]] | None = None, **counts: Any
) -> dict[str, Any]:
    """ListReportSchema."""
    row = tx.store.flight(flight.id)
    standings = tx.store.counts([flight.id])[flight.id]
    there = sum(number for (standing, _), number in standings.items() if standing != Standing.DELETED.value)
    return {
        "outcome": outcome.value,
        "flight_id": flight.id,
        "version": None if row is None else row.list_version,
        "travellers": there,
        "added": 0,
        "changed": 0,
        "deleted": 0,
        "off_loaded": [],
        "unseated": [],
        "refused": [{"at": at, "reason": reason} for at, reason in refused or ()],
        **counts,
    }
