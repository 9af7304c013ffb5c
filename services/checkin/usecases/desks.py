"""The airport's and the airlines' desks: who is on a flight, and what a person does about it, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.instants import instant
from services.checkin import events
from services.checkin.domain import Traveller, agent_reasons, may_become, settled_reasons, window_of
from services.checkin.errors import FlightNotFound, NoSeatMap, NotOpen, TravellerNotFound, WrongStanding
from services.checkin.schemas.vocabulary import StaffAction, Standing
from services.checkin.usecases.seats import Wanted, arranged
from services.checkin.usecases.shared import (
    Asked,
    Flight,
    Place,
    Tx,
    Work,
    answer_in_turn,
    flight_of,
    locked,
    name_of,
)
from services.checkin.usecases.views import counts_view, flight_view, map_view, window_view
from services.checkin.usecases.writing import By, Step, sequences, write


def list_flights(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """DeskFlightsSchema: flights with a list, by departure. now: the airport's time."""
    with uow.read() as tx:
        flights = [flight_of(row) for row in tx.store.flights(request["from_at"], request["to_at"])]
        return {"flights": _desk_views(tx, place, flights, now)}


def list_flight(uow: Work, place: Place, flight_id: str, now: datetime) -> dict[str, Any]:
    """DeskListSchema. Raises FlightNotFound."""
    with uow.read() as tx:
        row = tx.store.flight(flight_id)
        if row is None:
            raise FlightNotFound(flight_id=flight_id)
        flight = flight_of(row)
        travellers = tx.store.travellers(flight_id)
        seat_map = place.maps.of(tx.store, row)
        taken = tx.store.seated(flight_id)
        return {
            "seat_map": None if seat_map is None else map_view(flight, seat_map, taken, ()),
            "desk": _desk_views(tx, place, [flight], now)[0],
            "travellers": [_traveller_view(place, flight, each) for each in travellers],
        }


def list_traces(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """TracesSchema: what was done to one traveller, newest first. Raises TravellerNotFound."""
    with uow.read() as tx:
        _of_flight(tx, request)
        traces = tx.store.traces(request["traveller_id"])
    return {
        "traces": [
            {
                "at": instant(trace.at),
                "actor": trace.actor,
                "what": trace.what,
                "seat": trace.seat,
                "reason": trace.reason,
            }
            for trace in traces
        ]
    }


def act(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ActedSchema: what a person at a desk decided. The rules on windows and agents don't bind the agent; those on
    seats bind everybody, and nobody is checked in for a flight that left or was cancelled. now: the airport's time.

    Raises FlightNotFound, NotOpen, TravellerNotFound, WrongStanding, SeatTaken, SeatRefused, NoSeatsLeft, NoSeatMap,
    RequestReused, RequestInFlight.
    """

    def work(tx: Tx) -> dict[str, Any]:
        flight = locked(tx, request["flight_id"])
        traveller = _of_flight(tx, request)
        if request["action"] is StaffAction.CHECK_IN:
            _refuse_gone(flight, now)
        step = _step(tx, place, flight, traveller, request)
        write(tx, flight, By("staff", request["actor"], request["reason"], now), [step])
        return {"traveller_id": traveller.id}

    answer_in_turn(
        uow,
        place,
        Asked(request["request_id"], "act", place.vault.fingerprint(request), request["flight_id"]),
        work,
    )
    with uow.read() as tx:
        row = tx.store.flight(request["flight_id"])
        assert row is not None
        return {
            "traveller": _traveller_view(place, flight_of(row), _of_flight(tx, request)),
            "counts": counts_view(tx.store.counts([row.id])[row.id]),
        }


def _step(tx: Tx, place: Place, flight: Flight, was: Traveller, request: Mapping[str, Any]) -> Step:
    action: StaffAction = request["action"]
    if action is StaffAction.SEAT:
        if not was.on_list or was.standing is Standing.OFF_LOADED:
            raise WrongStanding(standing=was.standing.value)
        seat = _seat(tx, place, flight, was, request["seat"])
        return Step(was, replace(was, seat=seat), events.SEAT_CHANGED, more={"old_seat": was.seat})
    if action is StaffAction.CLEAR:
        return _cleared(flight, was)
    then, event = _THEN[action]
    before = _FROM[action]
    if was.standing not in before or not may_become(was.standing, then):
        raise WrongStanding(standing=was.standing.value)
    if action is StaffAction.CHECK_IN:
        seat = _seat(tx, place, flight, was, request["seat"])
        (number,) = sequences(flight, 1)
        return Step(was, replace(was, standing=then, seat=seat, sequence=number), event)
    if action is StaffAction.UNBOARD:
        return Step(was, replace(was, standing=then, boarded_at=None, boarded_by=None), event)
    now = replace(was, standing=then, seat=None, sequence=None, boarded_at=None, boarded_by=None)
    return Step(was, now, event, "desk" if action is StaffAction.OFF_LOAD else None)


def _refuse_gone(flight: Flight, now: datetime) -> None:
    leg, window = flight.leg, window_of(flight.leg)
    if leg.cancelled or leg.gone:
        raise NotOpen(
            state=window.state(leg, now).value,
            opens_at=instant(window.opens_at),
            closes_at=instant(window.counter_closes_at),
        )


def _cleared(flight: Flight, was: Traveller) -> Step:
    """The reasons to see an agent are dealt with, as far as they are a matter of seeing somebody."""
    reasons = agent_reasons(was, flight.leg.airline)
    if was.standing is not Standing.BOOKED or not reasons:
        raise WrongStanding(standing=was.standing.value)
    settled = tuple(dict.fromkeys([*was.settled, *(reason.code for reason in reasons)]))
    return Step(was, replace(was, settled=settled), events.CLEARED)


_THEN = {
    StaffAction.CHECK_IN: (Standing.CHECKED_IN, events.CHECKED_IN),
    StaffAction.CANCEL_CHECK_IN: (Standing.BOOKED, events.CANCELLED),
    StaffAction.OFF_LOAD: (Standing.OFF_LOADED, events.OFF_LOADED),
    StaffAction.REINSTATE: (Standing.BOOKED, events.REINSTATED),
    StaffAction.UNBOARD: (Standing.CHECKED_IN, events.UNBOARDED),
}
_FROM = {
    StaffAction.CHECK_IN: {Standing.BOOKED},
    StaffAction.CANCEL_CHECK_IN: {Standing.CHECKED_IN},
    StaffAction.OFF_LOAD: {Standing.BOOKED, Standing.CHECKED_IN, Standing.BOARDED},
    StaffAction.REINSTATE: {Standing.OFF_LOADED},
    StaffAction.UNBOARD: {Standing.BOARDED},
}


def _seat(tx: Tx, place: Place, flight: Flight, traveller: Traveller, wanted: str | None) -> str | None:
    seat_map = place.maps.of(tx.store, flight.row)
    if seat_map is None:
        if wanted is not None:
            raise NoSeatMap
        return traveller.seat
    # The agent has asked whether they can help: that is the declaration.
    choice = Wanted({} if wanted is None else {traveller.id: wanted}, frozenset({traveller.id}))
    if wanted is not None and wanted == traveller.seat:
        return wanted
    return arranged(tx, flight, seat_map, [traveller], choice)[traveller.id]


def _of_flight(tx: Tx, request: Mapping[str, Any]) -> Traveller:
    traveller = tx.store.traveller(request["traveller_id"])
    if traveller is None or traveller.flight_id != request["flight_id"]:
        raise TravellerNotFound
    return traveller


def _desk_views(tx: Tx, place: Place, flights: Sequence[Flight], now: datetime) -> list[dict[str, Any]]:
    """DeskFlightSchema of each."""
    ids = [flight.id for flight in flights]
    counts, specials = tx.store.counts(ids), tx.store.specials(ids)
    views = []
    for flight in flights:
        seat_map = place.maps.of(tx.store, flight.row)
        views.append(
            {
                "flight": flight_view(place, flight),
                "window": window_view(flight, now),
                "specials": specials[flight.id],
                "list_version": flight.row.list_version,
                "aircraft": None if seat_map is None else seat_map.aircraft,
                "counts": counts_view(counts[flight.id]),
            }
        )
    return views


def _traveller_view(place: Place, flight: Flight, traveller: Traveller) -> dict[str, Any]:
    """DeskTravellerSchema."""
    return {
        "id": traveller.id,
        "pnr": traveller.pnr,
        "name": name_of(place.vault, traveller)[0].shown,
        "kind": traveller.kind.value,
        "cabin": traveller.cabin,
        "standing": traveller.standing.value,
        "seat": traveller.seat,
        "sequence": traveller.sequence,
        "infant": traveller.infant,
        "specials": list(traveller.specials),
        "agent": [reason.view() for reason in agent_reasons(traveller, flight.leg.airline)],
        "settled": [reason.view() for reason in settled_reasons(traveller, flight.leg.airline)],
    }
