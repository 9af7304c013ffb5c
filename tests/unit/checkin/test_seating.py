"""Seats for parties and for another aircraft: what must hold for every aircraft, party and emptiness."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.checkin.domain import (
    How,
    Seated,
    SeatMap,
    Sitter,
    refusal,
    reseat,
    seat_map_of,
    seats_for,
)
from services.checkin.domain.seating import _beside
from services.checkin.schemas.vocabulary import SeatAttribute
from tests.unit.checkin.examples import aircraft
from tests.unit.checkin.test_rules import raw

LAYOUTS = ("ABC DEF", "AC DF", "ABC DEFG HJK", "AB CDE FG")


def sitter(id_: str, **changes: Any) -> Sitter:
    usual: dict[str, Any] = {"cabin": "Y", "adult": True, "infant": False, "able": True, "party": "p"}
    return Sitter(id=id_, **(usual | changes))


def plane(rows: int = 20, columns: str = "ABC DEF", first: int = 0) -> SeatMap:
    return seat_map_of(raw(aircraft(rows, columns, first)))


@st.composite
def parties(draw: st.DrawFn) -> list[Sitter]:
    adults = draw(st.integers(1, 4))
    children = draw(st.integers(0, 3))
    infants = draw(st.integers(0, adults))
    party = [
        sitter(f"a{at}", infant=at < infants, able=at >= infants, declared=draw(st.booleans()))
        for at in range(adults)
    ]
    return party + [sitter(f"c{at}", adult=False, able=False) for at in range(children)]


@st.composite
def cabins(draw: st.DrawFn) -> tuple[SeatMap, dict[str, Sitter]]:
    """An aircraft in which some sit already."""
    seat_map = plane(draw(st.integers(4, 14)), draw(st.sampled_from(LAYOUTS)))
    names = list(seat_map.seats)
    taken = draw(st.sets(st.sampled_from(names), max_size=len(names) - 1))
    return seat_map, {
        name: sitter(f"s{name}", party=f"other{name}", infant=number % 9 == 0)
        for number, name in enumerate(sorted(taken))
    }


@given(parties(), cabins())
@settings(max_examples=150)
def test_everybody_sits_by_the_rules_or_nobody_does(
    party: list[Sitter], cabin: tuple[SeatMap, dict[str, Sitter]]
) -> None:
    seat_map, taken = cabin
    places = seats_for(party, seat_map, taken)
    if places is None:
        return
    assert set(places) == {each.id for each in party}
    assert len(set(places.values())) == len(party), "one seat a person"
    assert not set(places.values()) & set(taken)
    after = dict(taken)
    for each in party:
        seat = seat_map.seats[places[each.id]]
        assert refusal(seat, each, seat_map, after) is None
        after[seat.name] = each
        assert each.declared or not seat.is_(SeatAttribute.EXIT)
    new = [seat_map.seats[places[each.id]] for each in party if each.infant]
    assert len({(seat.row, seat.block) for seat in new}) == len(new), "one infant in a block"


@given(st.integers(1, 3), st.integers(0, 2), st.sampled_from(LAYOUTS))
def test_in_an_empty_aircraft_a_party_sits_in_one_row_or_in_two(
    adults: int, children: int, columns: str
) -> None:
    seat_map = plane(12, columns)
    party = [sitter(f"a{at}") for at in range(adults)]
    party += [sitter(f"c{at}", adult=False, able=False) for at in range(children)]
    places = seats_for(party, seat_map, {})
    assert places is not None
    seats = [seat_map.seats[name] for name in places.values()]
    wide = len(columns.replace(" ", ""))
    assert len({seat.row for seat in seats}) == (1 if len(party) <= wide else 2)
    for child in party[adults:]:
        seat = seat_map.seats[places[child.id]]
        near = [seat_map.seats[places[one.id]] for one in party[:adults]]
        assert adults < children or any(_beside(seat, one) for one in near)


def test_a_pair_is_put_side_by_side_and_leaves_a_familys_row_alone() -> None:
    seat_map = plane(3)
    taken = {name: sitter(name, party=name) for name in ("31A", "32A", "32F")}
    places = seats_for([sitter("a"), sitter("b")], seat_map, taken)
    assert places is not None
    one, other = (seat_map.seats[name] for name in places.values())
    assert (one.row, abs(one.place - other.place)) == (other.row, 1)
    assert one.row != 33, "a row that is free from window to window stays so"


def test_who_has_a_seat_draws_the_others_near() -> None:
    seat_map = plane()
    first = sitter("a")
    places = seats_for([first, sitter("b"), sitter("c", adult=False, able=False)], seat_map, {"45B": first})
    assert places is not None
    assert {seat_map.seats[name].row for name in places.values()} == {45}


def test_a_full_cabin_and_another_cabins_seats_are_refused() -> None:
    seat_map = plane(1, first=1)
    taken = {f"31{column}": sitter(column, party=column) for column in "ABCDE"}
    assert seats_for([sitter("a"), sitter("b")], seat_map, taken) is None
    assert seats_for([sitter("a")], seat_map, taken) == {"a": "31F"}
    assert seats_for([sitter("a", cabin="F")], seat_map, taken) is not None


# --- another aircraft


@st.composite
def boardings(draw: st.DrawFn) -> tuple[SeatMap, SeatMap, list[Seated]]:
    old = plane(draw(st.integers(5, 12)), draw(st.sampled_from(LAYOUTS)))
    new = plane(draw(st.integers(3, 12)), draw(st.sampled_from(LAYOUTS)))
    seats = draw(st.lists(st.sampled_from(list(old.seats)), unique=True, max_size=40))
    seated = []
    for number, name in enumerate(seats):
        child = draw(st.booleans()) and not old.seats[name].is_(SeatAttribute.EXIT)
        who = sitter(f"t{number}", adult=not child, able=not child, declared=True, party=f"p{number // 3}")
        seated.append(Seated(who, name, False, draw(st.booleans()), number + 1))
    return old, new, seated


@given(boardings())
@settings(max_examples=150)
def test_another_aircraft_loses_nobody_while_there_are_seats(
    boarding: tuple[SeatMap, SeatMap, list[Seated]],
) -> None:
    old, new, seated = boarding
    moves = reseat(seated, old, new)
    assert [move.id for move in moves] == [each.sitter.id for each in seated]
    places = [move.seat for move in moves if move.seat is not None]
    assert len(set(places)) == len(places)
    taken: dict[str, Sitter] = {}
    for each, move in zip(seated, moves, strict=True):
        if move.seat is not None:
            assert refusal(new.seats[move.seat], each.sitter, new, taken) is None
            taken[move.seat] = each.sitter
        if move.how is How.SAME:
            assert move.seat == each.seat
    # Exits are for adults: only those can be too few for the children who are left.
    plain = [seat for seat in new.seats.values() if not seat.is_(SeatAttribute.EXIT)]
    if len(seated) <= len(plain):
        assert all(move.seat is not None for move in moves)


@given(boardings())
@settings(max_examples=50)
def test_the_same_aircraft_moves_nobody(boarding: tuple[SeatMap, SeatMap, list[Seated]]) -> None:
    old, _, seated = boarding
    assert {move.how for move in reseat(seated, old, old)} <= {How.SAME}


def test_a_window_seat_that_is_gone_becomes_the_nearest_window() -> None:
    old, new = plane(20), plane(10)
    one = Seated(sitter("a"), "45A", False, False, 1)
    (move,) = reseat([one], old, new)
    assert (move.how, move.seat) == (How.KEPT_KIND, "39A")


def test_a_party_that_moves_stays_together() -> None:
    old, new = plane(20), plane(8)
    party = [Seated(sitter(f"t{column}"), f"50{column}", False, False, 1) for column in "ABC"]
    rows = {new.seats[move.seat].row for move in reseat(party, old, new) if move.seat}
    assert len(rows) == 1


def test_when_there_are_too_few_the_written_order_says_who_stays_behind() -> None:
    old, new = plane(2), plane(1, "AB")
    assisted = Seated(sitter("wheelchair", party="1", able=False), "32F", True, False, 9)
    child = Seated(sitter("child", party="2", adult=False, able=False), "32E", False, False, 8)
    tier = Seated(sitter("gold", party="3"), "31C", False, True, 7)
    first = Seated(sitter("first", party="4"), "31A", False, False, 1)
    last = Seated(sitter("last", party="5"), "31B", False, False, 6)
    booked = Seated(sitter("booked", party="6"), "31D", False, False, None)
    everybody = [booked, last, first, tier, child, assisted]

    def behind(seated: list[Seated]) -> list[str]:
        return [move.id for move in reseat(seated, old, new) if move.seat is None]

    assert behind(everybody) == ["booked", "last", "first", "gold"]
    assert behind([booked, last, first, tier]) == ["booked", "last"]
    assert behind([booked, last, first]) == ["booked"]
    parted = [replace(each, sitter=replace(each.sitter, party="family")) for each in (first, child, tier)]
    assert set(behind([*parted, last])) == {"first", "child", "gold"}, (
        "a party of three isn't parted for two seats"
    )
