"""The aircraft's seats as the airline pushes them, and everybody's place when another aircraft comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from services.checkin import events, schemas
from services.checkin.clients import Caller
from services.checkin.domain import (
    How,
    Move,
    Seated,
    SeatMap,
    Traveller,
    problems_of,
    reseat,
    seat_map_of,
    seats_for,
    sitter_of,
)
from services.checkin.domain.agents import ASSISTANCE
from services.checkin.schemas.vocabulary import MAX_PARTY, ListOutcome, SeatAttribute, Standing
from services.checkin.usecases.listing import known_flight, look_again
from services.checkin.usecases.shared import Asked, Flight, Place, Tx, Work, answer_in_turn, locked
from services.checkin.usecases.writing import By, Step, write


def apply_configuration(
    uow: Work, caller: Caller, place: Place, request: Mapping[str, Any]
) -> dict[str, Any]:
    """ConfigurationReportSchema: the aircraft has these seats from now on. Who has a seat keeps it or gets another;
    those for whom there is none are told, and must see an agent.

    Raises FlightNotFound, NotYourFlight, RequestReused, RequestInFlight, Unavailable, DeadlineExceeded.
    """
    spec = schemas.ConfigurationSpecSchema().dump(request["configuration"])
    new = known_flight(uow, caller, place, request["flight_id"], request["partner"])
    problems = problems_of(spec)

    def work(tx: Tx) -> dict[str, Any]:
        flight = locked(tx, request["flight_id"])
        version = flight.row.configuration_version
        if version is not None and request["version"] <= version:
            known = ListOutcome.REPEATED if request["version"] == version else ListOutcome.OUTDATED
            return _report(flight, version, known)
        if problems:
            refused = [{"at": f"configuration.{at}", "reason": reason} for at, reason in problems]
            return _report(flight, version, ListOutcome.REFUSED, refused=refused)
        return _equipped(tx, place, flight, request, spec)

    payload = place.vault.fingerprint({**request, "configuration": spec})
    report = answer_in_turn(
        uow, place, Asked(request["request_id"], "apply_configuration", payload, request["flight_id"]), work
    )
    if new:
        look_again(uow, caller, place, request["flight_id"])
    return report


def _equipped(
    tx: Tx, place: Place, flight: Flight, request: Mapping[str, Any], spec: Mapping[str, Any]
) -> dict[str, Any]:
    store, version = tx.store, request["version"]
    new_map = seat_map_of(spec)
    old_map = place.maps.of(store, flight.row) or SeatMap("", ())
    store.add_configuration(flight.id, version, orjson.dumps(spec).decode())
    row = replace(flight.row, configuration_version=version, changes=flight.row.changes + 1)
    store.save_flight(row)
    everybody = store.travellers(flight.id)
    travellers = {each.id: each for each in everybody if each.seat is not None}
    moves = reseat([_seated(place, each, old_map) for each in travellers.values()], old_map, new_map)
    late = _late(everybody, moves, new_map)
    by = By("airline", f"partner:{request['partner']['client_id']}", f"aircraft {new_map.aircraft}")
    steps = [*_steps(travellers, moves), *late]
    write(tx, Flight(row, flight.leg), by, steps)
    waiting = {each.id for each in everybody if each.inside and each.seat is None}
    return _report(
        flight,
        version,
        ListOutcome.APPLIED,
        seats=sum(seat.usable for seat in new_map.seats.values()),
        moved=sum(move.how in (How.KEPT_KIND, How.NEAREST) for move in moves) + len(late),
        unseated=[
            *(move.id for move in moves if move.how is How.NO_SEAT),
            *sorted(waiting - {step.now.id for step in late}),
        ],
    )


def _late(everybody: Sequence[Traveller], moves: Sequence[Move], new_map: SeatMap) -> list[Step]:
    """Seats for those who checked in before there was a seat map: parties in the order of their numbers."""
    by_id = {each.id: each for each in everybody}
    taken = {move.seat: sitter_of(by_id[move.id], declared=True) for move in moves if move.seat is not None}
    parties: dict[str, list[Traveller]] = {}
    for each in sorted(everybody, key=lambda one: one.sequence or 0):
        if each.inside and each.seat is None:
            parties.setdefault(each.booking_id, []).append(each)
    steps = []
    for party in parties.values():
        for start in range(0, len(party), MAX_PARTY):
            group = party[start : start + MAX_PARTY]
            found = seats_for([sitter_of(each) for each in group], new_map, taken) or {}
            for each in (one for one in group if one.id in found):
                taken[found[each.id]] = sitter_of(each, declared=True)
                now = replace(each, seat=found[each.id])
                steps.append(Step(each, now, events.SEAT_CHANGED, "aircraft", {"old_seat": None}))
    return steps


def _seated(place: Place, traveller: Traveller, old_map: SeatMap) -> Seated:
    """Whoever sat at an exit has declared that they help; nobody else has."""
    assert traveller.seat is not None
    seat = old_map.seats.get(traveller.seat)
    declared = seat is not None and seat.is_(SeatAttribute.EXIT)
    flyer = place.vault.open(traveller.details_sealed, traveller.id)["frequent_flyer"]
    return Seated(
        sitter=sitter_of(traveller, declared=declared),
        seat=traveller.seat,
        assisted=not ASSISTANCE.isdisjoint(traveller.specials),
        tier=bool(flyer and flyer["tier"]),
        sequence=traveller.sequence,
    )


def _steps(travellers: Mapping[str, Traveller], moves: Sequence[Move]) -> list[Step]:
    steps = []
    for move in moves:
        was = travellers[move.id]
        if move.how is How.SAME:
            continue
        now = replace(was, seat=move.seat)
        if move.seat is None and was.inside:
            now = replace(now, standing=Standing.BOOKED, sequence=None, boarded_at=None, boarded_by=None)
        steps.append(Step(was, now, events.RESEATED, move.how.value, {"old_seat": was.seat}))
    return steps


def _report(flight: Flight, version: int | None, outcome: ListOutcome, **counts: Any) -> dict[str, Any]:
    """ConfigurationReportSchema."""
    return {
        "outcome": outcome.value,
        "flight_id": flight.id,
        "version": version,
        "seats": 0,
        "moved": 0,
        "unseated": [],
        "refused": [],
        **counts,
    }
