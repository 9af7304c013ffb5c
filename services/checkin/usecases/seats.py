"""Seats for a party on a locked flight: those that are wanted, and for the others some near them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.checkin.domain import SeatMap, Sitter, Traveller, refusal, seats_for, sitter_of
from services.checkin.errors import NoSeatsLeft, SeatRefused, SeatTaken, TravellerNotFound
from services.checkin.schemas.vocabulary import SeatAttribute
from services.checkin.usecases.shared import Flight, Tx


@dataclass(frozen=True)
class Wanted:
    """seats: by traveller. declared: who says that they can help at an exit."""

    seats: Mapping[str, str]
    declared: frozenset[str] = frozenset()


def arranged(
    tx: Tx, flight: Flight, seat_map: SeatMap, party: Sequence[Traveller], wanted: Wanted
) -> dict[str, str]:
    """A seat for each of the party. Two of them may exchange theirs.

    Raises SeatTaken, SeatRefused, NoSeatsLeft, TravellerNotFound for a seat wanted by somebody else.
    """
    sitters = {each.id: sitter_of(each, declared=each.id in wanted.declared) for each in party}
    if not set(wanted.seats) <= set(sitters):
        raise TravellerNotFound
    taken = tx.store.seated(flight.id)
    for each in party:
        # Whoever wants another seat gets up first; a seat that the aircraft no longer has is no seat.
        if each.seat is not None and (each.id in wanted.seats or each.seat not in seat_map.seats):
            taken.pop(each.seat, None)
    seats: dict[str, str] = {}
    _take_wanted(sitters, wanted, seat_map, taken, seats)
    for each in party:
        if each.id not in seats and each.seat is not None and each.seat in taken:
            if not each.inside:
                _check(sitters[each.id], each.seat, seat_map, taken)
            seats[each.id] = each.seat
    missing = [sitters[each.id] for each in party if each.id not in seats]
    if missing:
        found = seats_for(list(sitters.values()), seat_map, taken)
        if found is None:
            raise _only_exits(list(sitters.values()), seat_map, taken) or NoSeatsLeft()
        seats |= found
    return seats


def _only_exits(
    sitters: Sequence[Sitter], seat_map: SeatMap, taken: Mapping[str, Sitter]
) -> SeatRefused | None:
    """What to ask when seats at exits are all that is left; None: not even those would do.

    Nobody is put there unasked. Who asks again with `exit_declared` gets one, or goes to an agent.
    """
    helping = [replace(each, declared=each.able) for each in sitters]
    found = seats_for(helping, seat_map, taken)
    if found is None:
        return None
    unasked = {each.id for each in sitters if not each.declared}
    exits = {
        id_: name
        for id_, name in found.items()
        if id_ in unasked and seat_map.seats[name].is_(SeatAttribute.EXIT)
    }
    return SeatRefused(seat=next(iter(exits.values())), code="exit_declare", travellers=sorted(exits))


def _take_wanted(
    sitters: Mapping[str, Sitter],
    wanted: Wanted,
    seat_map: SeatMap,
    taken: dict[str, Sitter],
    seats: dict[str, str],
) -> None:
    gone = [name for name in wanted.seats.values() if name in taken]
    if gone:
        raise SeatTaken(seats=gone)
    for traveller_id, name in wanted.seats.items():
        if name in taken:
            raise SeatRefused(seat=name, code="duplicate")
        _check(sitters[traveller_id], name, seat_map, taken)
        taken[name] = sitters[traveller_id]
        seats[traveller_id] = name


def _check(sitter: Sitter, name: str, seat_map: SeatMap, taken: Mapping[str, Sitter]) -> None:
    seat = seat_map.seats.get(name)
    if seat is None:
        raise SeatRefused(seat=name, code="unknown_seat")
    why = refusal(seat, sitter, seat_map, taken)
    if why is not None:
        raise SeatRefused(seat=name, code=why.code)
