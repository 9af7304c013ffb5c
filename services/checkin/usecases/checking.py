"""Seats chosen, parties checked in, check-ins cancelled: all of what is asked, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kernel.instants import instant
from services.checkin import events
from services.checkin.domain import (
    DECLARATION,
    Booking,
    Person,
    Reason,
    SeatMap,
    Traveller,
    is_surname_of,
    left_alone,
    may_become,
    party_reasons,
    seat_reasons,
    window_of,
)
from services.checkin.domain.agents import DOUBLE, MOST_PASSES, NAME_MISMATCH, TOO_OFTEN
from services.checkin.errors import (
    AccessNeeded,
    DeclarationNeeded,
    DetailsNeeded,
    NoSeatMap,
    NotOpen,
    PartyRefused,
    TravellerNotFound,
    WrongStanding,
)
from services.checkin.schemas.vocabulary import MAX_TRAVELLERS, Standing, WindowState
from services.checkin.usecases.access import allowed, present
from services.checkin.usecases.giving import Given, given_of, keep_given
from services.checkin.usecases.parties import get_party
from services.checkin.usecases.seats import Wanted, arranged
from services.checkin.usecases.shared import (
    Asked,
    Flight,
    Place,
    Tx,
    Work,
    answer_in_turn,
    locked,
    name_of,
)
from services.checkin.usecases.views import needs_of, papers_of, party_view
from services.checkin.usecases.writing import By, Step, sequences, write


@dataclass(frozen=True)
class Party:
    """A booking on its locked flight; chosen: those of it whom the request names, in its order."""

    booking: Booking
    flight: Flight
    everybody: Sequence[Traveller]
    chosen: Sequence[Traveller]


@dataclass(frozen=True)
class _Call:
    """Who asks, about whom, on which flight, and when by the airport's time."""

    access: Mapping[str, Any]
    traveller_ids: Sequence[str]
    flight_id: str
    now: datetime


def check_in(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """PartySchema: everybody who is named is checked in, or nobody, and it is told who can't be and why.

    now: the airport's time. Who is checked in already stays so. Who has no seat gets one near the others.
    Raises AccessNeeded, NotOpen, DeclarationNeeded, TravellerNotFound, PartyRefused, DetailsNeeded, SeatTaken,
    SeatRefused (also when only exits are left: code exit_declare, and who would have to declare), NoSeatsLeft,
    BadSeal, errors of passengers about documents, RequestReused, RequestInFlight, Unavailable.
    """
    given = given_of(place, request["sealed"], now)
    call = _called(uow, request, request["traveller_ids"], now)
    seen: list[tuple[Party, list[Traveller]]] = []

    def work(tx: Tx) -> dict[str, Any]:
        tx.store.hold_merges()
        party = _opened(tx, call)
        if request["dangerous_goods"] != DECLARATION:
            raise DeclarationNeeded(version=DECLARATION)
        _refuse(_why_not(tx, place, party, given))
        before = {each.id: each.given_sealed for each in party.chosen}
        party = keep_given(
            tx, place, party_with_given(party, given), present(tx, call.access["passenger_id"])
        )
        _complete(place, party)
        seats = _seats(tx, place, party, request)
        new = [each for each in party.chosen if each.standing is Standing.BOOKED]
        numbers = iter(sequences(party.flight, len(new)))
        steps = []
        for each in party.chosen:
            seat = seats.get(each.id, each.seat)
            if each.standing is Standing.BOOKED:
                now_ = replace(each, standing=Standing.CHECKED_IN, seat=seat, sequence=next(numbers))
                steps.append(Step(each, now_, events.CHECKED_IN))
            elif seat != each.seat:
                more = {"old_seat": each.seat}
                steps.append(Step(each, replace(each, seat=seat), events.SEAT_CHANGED, more=more))
            elif each.given_sealed != before[each.id]:
                steps.append(Step(each, each, ""))
        seen.append((party, write(tx, party.flight, _traveller(call), steps)))
        return {"booking_id": party.booking.id}

    payload = place.vault.fingerprint({**request, "sealed": given.document})
    answer_in_turn(uow, place, Asked(request["request_id"], "check_in", payload, call.flight_id), work)
    return _seen(place, *seen[0], now) if seen else get_party(uow, place, request, now)


def choose_seats(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """PartySchema: all seats that are asked for, or none. Also for who is checked in, until check-in closes.

    Raises AccessNeeded, NotOpen, TravellerNotFound, PartyRefused, NoSeatMap, SeatTaken, SeatRefused,
    RequestReused, RequestInFlight, Unavailable.
    """
    call = _called(uow, request, [each["traveller_id"] for each in request["seats"]], now)
    seen: list[tuple[Party, list[Traveller]]] = []

    def work(tx: Tx) -> dict[str, Any]:
        party = _opened(tx, call)
        _refuse(seat_reasons(party.chosen, party.flight.leg.airline))
        seat_map = place.maps.of(tx.store, party.flight.row)
        if seat_map is None:
            raise NoSeatMap
        seats = arranged(tx, party.flight, seat_map, party.chosen, _wanted(request))
        steps = [
            Step(
                each,
                replace(each, seat=seats[each.id]),
                events.SEAT_CHANGED,
                more={"old_seat": each.seat},
            )
            for each in party.chosen
            if seats[each.id] != each.seat
        ]
        seen.append((party, write(tx, party.flight, _traveller(call), steps)))
        return {"booking_id": party.booking.id}

    payload = place.vault.fingerprint(request)
    answer_in_turn(uow, place, Asked(request["request_id"], "choose_seats", payload, call.flight_id), work)
    return _seen(place, *seen[0], now) if seen else get_party(uow, place, request, now)


def cancel_check_in(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """PartySchema: seats go back, passes are void. Who isn't checked in is no error.

    Raises AccessNeeded, NotOpen, TravellerNotFound, WrongStanding for who has boarded, PartyRefused when a child
    would stay behind alone, RequestReused, RequestInFlight, Unavailable.
    """
    call = _called(uow, request, request["traveller_ids"], now)
    seen: list[tuple[Party, list[Traveller]]] = []

    def work(tx: Tx) -> dict[str, Any]:
        party = _opened(tx, call, until_cancelled=True)
        steps = []
        for each in party.chosen:
            if each.standing is Standing.BOARDED:
                raise WrongStanding(standing=each.standing.value)
            if each.inside and may_become(each.standing, Standing.BOOKED):
                gone = replace(each, standing=Standing.BOOKED, seat=None, sequence=None)
                steps.append(Step(each, gone, events.CANCELLED))
        _refuse(left_alone(party.chosen, party.everybody))
        seen.append((party, write(tx, party.flight, _traveller(call), steps)))
        return {"booking_id": party.booking.id}

    payload = place.vault.fingerprint(request)
    answer_in_turn(uow, place, Asked(request["request_id"], "cancel_check_in", payload, call.flight_id), work)
    return _seen(place, *seen[0], now) if seen else get_party(uow, place, request, now)


def _seen(place: Place, party: Party, written: Sequence[Traveller], now: datetime) -> dict[str, Any]:
    """PartySchema as it is after this, without another look: the answer of a first request, not of a repeat."""
    by_id = {each.id: each for each in written}
    booking = replace(party.booking, version=party.booking.version + bool(written))
    everybody = [by_id.get(each.id, each) for each in party.everybody]
    return party_view(place, booking, party.flight, everybody, now)


def party_with_given(party: Party, given: Given) -> tuple[Party, Given]:
    """Raises TravellerNotFound for papers of somebody who isn't among the chosen."""
    if not set(given.papers) <= {each.id for each in party.chosen}:
        raise TravellerNotFound
    return party, given


def _called(uow: Work, request: Mapping[str, Any], traveller_ids: Sequence[str], now: datetime) -> _Call:
    """Raises AccessNeeded when there is no such booking, as for one that is somebody else's."""
    with uow.look_up() as store:
        booking = store.booking(request["access"]["booking_id"])
    if booking is None:
        raise AccessNeeded
    return _Call(request["access"], traveller_ids, booking.flight_id, now)


def _opened(tx: Tx, call: _Call, *, until_cancelled: bool = False) -> Party:
    """until_cancelled: a cancelled flight is no hindrance to give back what one has."""
    # What stands in a booking may change until its flight is held: only then it is read.
    flight = locked(tx, call.flight_id)
    booking = allowed(tx, call.access)
    window = window_of(flight.leg)
    state = window.state(flight.leg, call.now)
    if state is not WindowState.OPEN and not (until_cancelled and state is WindowState.CANCELLED):
        raise NotOpen(
            state=state.value, opens_at=instant(window.opens_at), closes_at=instant(window.closes_at)
        )
    everybody = tx.store.party(booking.id)
    by_id = {each.id: each for each in everybody}
    if not set(call.traveller_ids) <= set(by_id):
        raise TravellerNotFound
    return Party(booking, flight, everybody, [by_id[each] for each in dict.fromkeys(call.traveller_ids)])


def _why_not(tx: Tx, place: Place, party: Party, given: Given) -> dict[str, list[Reason]]:
    """Who of the party can't be checked in by themselves, by id, and why."""
    store, flight = tx.store, party.flight
    ids = [each.id for each in party.chosen]
    found = party_reasons(party.chosen, party.everybody, flight.leg.airline)
    others = dict.fromkeys(store.twins(flight.id, party.booking.id, ids), DOUBLE)
    for each in party.chosen:
        holder = given.holders.get(each.id)
        if holder is not None and not _is_holder(holder, name_of(place.vault, each)[0]):
            others[each.id] = NAME_MISMATCH
    # More numbers than any aircraft has people: somebody checks in and cancels for the sake of it.
    if flight.row.last_sequence >= MAX_TRAVELLERS:
        counts = store.pass_counts(ids)
        others |= {each: TOO_OFTEN for each in ids if counts.get(each, 0) >= MOST_PASSES}
    settled = {each.id: each.settled for each in party.chosen}
    for id_, reason in others.items():
        if reason.code not in settled[id_]:
            found[id_] = [*found.get(id_, ()), reason]
    return found


def _is_holder(holder: str, person: Person) -> bool:
    """Given names are cut and left out in many ways: the surname must fit, or the whole name."""
    return is_surname_of(holder.partition("/")[0], person) or is_surname_of(holder, person)


def _refuse(reasons: Mapping[str, Sequence[Reason]]) -> None:
    if reasons:
        raise PartyRefused(
            travellers=[
                {"traveller_id": id_, "reasons": [why.view() for why in whys]}
                for id_, whys in reasons.items()
            ]
        )


def _complete(place: Place, party: Party) -> None:
    sealed = party.booking.given_sealed
    given = place.vault.open(sealed, party.booking.id) if sealed else None
    needs = {each.id: needs_of(party.flight, papers_of(place, each), given) for each in party.chosen}
    if any(needs.values()):
        raise DetailsNeeded(needs={id_: what for id_, what in needs.items() if what})


def _seats(tx: Tx, place: Place, party: Party, request: Mapping[str, Any]) -> dict[str, str]:
    """Seats by traveller; none before the airline has sent the aircraft's: the counter gives them then."""
    seat_map: SeatMap | None = place.maps.of(tx.store, party.flight.row)
    wanted = _wanted(request)
    if seat_map is None:
        if wanted.seats:
            raise NoSeatMap
        return {}
    return arranged(tx, party.flight, seat_map, party.chosen, wanted)


def _wanted(request: Mapping[str, Any]) -> Wanted:
    seats = {each["traveller_id"]: each["seat"] for each in request["seats"]}
    return Wanted(seats, frozenset(request["exit_declared"]))


def _traveller(call: _Call) -> By:
    return By("traveller", call.access["passenger_id"] or "grant", at=call.now)
