"""A party's own view: their booking, their trips, the seats, the pass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from services.checkin import events
from services.checkin.domain import Reason, Traveller
from services.checkin.domain.agents import DELETED, OFF_LOADED
from services.checkin.domain.windows import CANCELLED
from services.checkin.errors import NoPass, NoSeatMap, TravellerNotFound
from services.checkin.schemas.vocabulary import Standing
from services.checkin.usecases.access import allowed
from services.checkin.usecases.passes import bcbp_text
from services.checkin.usecases.shared import Flight, Place, Tx, Work, flight_of, name_of
from services.checkin.usecases.views import flight_view, map_view, party_view, window_view

_LONG_GONE: Final = timedelta(days=2)
_GIVEN_BACK: Final = Reason("cancelled", "值机已取消。", "The check-in was cancelled.")
_SEAT_GONE: Final = Reason(
    "no_seat",
    "机型变更后座位不足，请到柜台办理。",
    "Another aircraft has too few seats. Please see an agent.",
)


def get_party(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """PartySchema. now: the airport's time. Raises AccessNeeded."""
    with uow.read() as tx:
        booking = allowed(tx, request["access"])
        everybody = tx.store.party(booking.id)
        return party_view(place, booking, _flight(tx, booking.flight_id), everybody, now)


def list_my_trips(uow: Work, place: Place, passenger_id: str, now: datetime) -> dict[str, Any]:
    """TripsSchema: the bookings that this account is bound to, whose flights aren't long gone."""
    with uow.read() as tx:
        bookings = tx.store.bookings(tx.store.bookings_of_account(passenger_id))
        by_booking: dict[str, list[Traveller]] = {}
        for each in tx.store.parties([booking.id for booking in bookings]):
            by_booking.setdefault(each.booking_id, []).append(each)
        trips = []
        for booking in bookings:
            flight = _flight(tx, booking.flight_id)
            party = [each for each in by_booking.get(booking.id, []) if each.on_list]
            if party and flight.leg.departs_at >= now - _LONG_GONE:
                trips.append(_trip(place, flight, booking.id, party, now))
    return {"trips": sorted(trips, key=lambda trip: (trip["flight"]["departs_at"], trip["booking_id"]))}


def seat_map(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """SeatMapSchema, as this party sees it. Raises AccessNeeded, NoSeatMap."""
    with uow.read() as tx:
        booking = allowed(tx, request["access"])
        flight = _flight(tx, booking.flight_id)
        seats = place.maps.of(tx.store, flight.row)
        if seats is None:
            raise NoSeatMap
        return map_view(flight, seats, tx.store.seated(flight.id), tx.store.party(booking.id))


def get_pass(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """PassSchema. Raises AccessNeeded, TravellerNotFound, NoPass for who never checked in."""
    with uow.read() as tx:
        booking = allowed(tx, request["access"])
        traveller = tx.store.traveller(request["traveller_id"])
        if traveller is None or traveller.booking_id != booking.id:
            raise TravellerNotFound
        issued_at = tx.store.last_pass_at(traveller.id)
        if issued_at is None:
            raise NoPass
        flight = _flight(tx, booking.flight_id)
        why = _why_void(tx, flight, traveller)
        return _pass_view(place, flight, traveller, (issued_at, why))


def _pass_view(
    place: Place, flight: Flight, traveller: Traveller, given: tuple[datetime, Reason | None]
) -> dict[str, Any]:
    """given: when the pass was, and why it is void."""
    person, infant = name_of(place.vault, traveller)
    issued_at, why = given
    details = place.vault.open(traveller.details_sealed, traveller.id)
    return {
        "traveller_id": traveller.id,
        "booking_id": traveller.booking_id,
        "version": traveller.version,
        "void": why is not None,
        "why_void": None if why is None else why.view(),
        "boarded": traveller.standing is Standing.BOARDED,
        "bcbp": "" if why is not None else bcbp_text(place, flight, traveller, issued_at),
        "sequence": traveller.sequence,
        "name": person.printed,
        "infant": None if infant is None else infant.printed,
        "pnr": traveller.pnr,
        "ticket": traveller.ticket,
        "cabin": traveller.cabin,
        "seat": traveller.seat,
        "specials": list(traveller.specials),
        "flight": flight_view(place, flight),
        "onward": [f"{each['airline']}{each['number']}" for each in details["onward"]],
    }


def _why_void(tx: Tx, flight: Flight, traveller: Traveller) -> Reason | None:
    """Why the gate would refuse the pass; None: it is good."""
    if flight.leg.cancelled:
        return CANCELLED
    if traveller.inside:
        return None
    if traveller.standing is Standing.BOOKED:
        last = next(iter(tx.store.traces(traveller.id)), None)
        return _SEAT_GONE if last is not None and last.what == events.RESEATED else _GIVEN_BACK
    return OFF_LOADED if traveller.standing is Standing.OFF_LOADED else DELETED


def _trip(
    place: Place, flight: Flight, booking_id: str, party: list[Traveller], now: datetime
) -> dict[str, Any]:
    return {
        "booking_id": booking_id,
        "flight": flight_view(place, flight),
        "window": window_view(flight, now),
        "travellers": len(party),
        "checked_in": sum(each.inside for each in party),
        "seats": [each.seat for each in party if each.seat is not None],
    }


def _flight(tx: Tx, flight_id: str) -> Flight:
    row = tx.store.flight(flight_id)
    assert row is not None, "a booking's flight is kept as long as the booking"
    return flight_of(row)
