"""The demo's passenger lists: plausible, the same each time, and right in the eyes of check-in's own rules."""

from __future__ import annotations

from collections import Counter
from time import process_time

import pytest

from deploy.demo.travellers import aircraft, papers
from deploy.demo.travellers.roll import Roll, changes_of, roll_of
from services.checkin.domain import Person, is_surname_of, of_list, problems_of, seat_map_of
from services.checkin.domain.lists import entries_of
from services.checkin.schemas import (
    ConfigurationSpecSchema,
    ListChangesSchema,
    PassengerListSchema,
    SeatAttribute,
)
from services.checkin.schemas.vocabulary import PaperKind
from services.checkin.teletype import Passenger, read_list
from tests.unit.demo.examples import departures, rolls

# Every kind of flight, without looking at thirty thousand people.
SAMPLE = slice(0, None, 6)


def passengers(roll: Roll) -> list[Passenger]:
    return [one for entry in roll.document.entries for one in entry.passengers]


def test_a_day_has_as_many_travellers_as_a_real_one_in_little_time() -> None:
    rolls.cache_clear()
    began = process_time()
    booked = sum(len(passengers(roll)) for roll in rolls())
    assert process_time() - began < 15.0
    assert 25_000 <= booked <= 35_000


def test_every_departure_has_a_list_of_its_own() -> None:
    assert len(rolls()) >= 180
    assert len({roll.departure.flight_id for roll in rolls()}) == len(rolls())
    assert all(len(roll.document.entries) > 20 for roll in rolls())


@pytest.mark.parametrize("roll", rolls()[::9], ids=lambda roll: roll.departure.flight_id)
def test_a_list_loads_and_has_nothing_to_refuse(roll: Roll) -> None:
    cabins = frozenset(roll.departure.aircraft.capacity)
    document = PassengerListSchema().load(roll.content())
    assert of_list(document, [], cabins).refused == []
    assert len(entries_of(document)) == len(passengers(roll))


@pytest.mark.parametrize("roll", rolls()[1::12], ids=lambda roll: roll.departure.flight_id)
def test_teletype_says_the_same_as_json(roll: Roll) -> None:
    texts = roll.texts()
    reading = read_list(texts, near=roll.departure.day_local)
    assert reading.document is not None, reading.problems
    assert len(texts) > 1
    assert reading.left_out == ()
    assert reading.document.version == roll.version
    assert reading.document.content() == roll.document.content()


def test_nobody_is_booked_for_a_seat_that_there_is_not() -> None:
    for roll in rolls():
        booked = Counter(entry.cabin for entry in roll.document.entries)
        capacity = roll.departure.aircraft.capacity
        assert all(count <= capacity[cabin] for cabin, count in booked.items()), roll.departure.flight_id


def test_given_seats_are_in_the_cabin_each_once_and_never_at_an_exit() -> None:
    given = 0
    for roll in rolls()[SAMPLE]:
        seats = seat_map_of(
            ConfigurationSpecSchema().dump(
                ConfigurationSpecSchema().load(roll.departure.aircraft.configuration())
            )
        ).seats
        taken = [
            (one.seat, entry.cabin) for entry in roll.document.entries for one in entry.passengers if one.seat
        ]
        given += len(taken)
        assert len({seat for seat, _ in taken}) == len(taken)
        for name, cabin in taken:
            assert seats[name or ""].cabin == cabin
            assert seats[name or ""].usable
            assert not seats[name or ""].is_(SeatAttribute.EXIT)
    assert given > 300


def test_tickets_and_bookings_are_counted_once_in_a_day() -> None:
    tickets = Counter[str]()
    bookings = Counter[str]()
    for roll in rolls():
        bookings.update({entry.pnr for entry in roll.document.entries})
        for one in passengers(roll):
            assert one.ticket is not None
            assert len(one.ticket) == 13
            assert one.ticket.startswith(papers.TICKET_PREFIXES[roll.departure.airline])
            tickets.update([one.ticket, *([one.infant.ticket] if one.infant and one.infant.ticket else [])])
    assert max(tickets.values()) == 1
    assert max(bookings.values()) == 1


def test_resident_numbers_have_the_right_check_digit_and_belong_to_nobody() -> None:
    numbers = [
        paper.number
        for roll in rolls()[SAMPLE]
        for one in passengers(roll)
        for paper in one.papers
        if paper.kind is PaperKind.RESIDENT_ID
    ]
    assert len(numbers) > 1000
    for number in numbers:
        total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
        assert "10X98765432"[total % 11] == number[-1]
        assert number.startswith("439900")


def test_the_check_digit_of_a_ticket_is_what_is_left_of_seven() -> None:
    assert papers.ticket_check("7842476075891") == 7842476075891 % 7


def test_infants_sit_on_a_lap_each_and_children_are_accompanied_or_handed_over() -> None:
    infants = alone = 0
    for roll in rolls():
        parties: dict[str, list[Passenger]] = {}
        for entry in roll.document.entries:
            parties.setdefault(entry.pnr, []).extend(entry.passengers)
        for party in parties.values():
            adults = [one for one in party if one.kind.value == "adult"]
            infants += sum(one.infant is not None for one in party)
            assert all(one.infant is None for one in party if one not in adults)
            assert adults or party[0].kind.value == "unaccompanied"
            alone += not adults
    assert infants > 400
    assert alone > 5


def test_the_same_departure_has_the_same_people_whenever_it_is_asked() -> None:
    for departure in departures()[::20]:
        assert roll_of(departure) == roll_of(departure)


def test_another_day_has_other_people() -> None:
    first, second = roll_of(departures()[0]), roll_of(departures()[1])
    assert {entry.pnr for entry in first.document.entries}.isdisjoint(e.pnr for e in second.document.entries)


def test_every_list_has_bookings_to_try_that_can_be_reached_and_found_in_both_scripts() -> None:
    for roll in rolls()[SAMPLE]:
        by_pnr = {entry.pnr: entry for entry in roll.document.entries}
        assert len(roll.trials) == 4
        for trial in roll.trials:
            assert by_pnr[trial.pnr].phone == trial.phone
            assert trial.phone
            person = Person(trial.surname, "X", "", trial.chinese)
            assert is_surname_of(trial.surname.lower(), person)
        family = [entry for entry in roll.document.entries if entry.pnr == roll.trials[0].pnr]
        assert len(family) == 4
        assert sum(entry.passengers[0].infant is not None for entry in family) == 1


def test_some_flights_have_changes_that_start_from_their_list() -> None:
    found = [changes for departure in departures() if (changes := changes_of(departure))]
    assert len(found) > 15
    for changes in found[:3]:
        base = roll_of(changes.departure)
        document = ListChangesSchema().load(changes.content())
        tickets = {one.ticket for one in passengers(base)}
        assert [change["action"].value for change in document["changes"]] == ["delete", "add", "change"]
        gone, come, helped = (change["passenger"]["ticket"] for change in document["changes"])
        assert {gone, helped} <= tickets
        assert come not in tickets
        assert changes.version > base.version
        assert read_list(changes.texts(), near=changes.departure.day_local).document == changes.document


@pytest.mark.parametrize("code", [*aircraft.LAYOUTS, "unknown"])
@pytest.mark.parametrize("airline", ["CZ", "9C"])
def test_aircraft_have_seats_that_check_in_takes(code: str, airline: str) -> None:
    spec = ConfigurationSpecSchema().dump(
        ConfigurationSpecSchema().load(aircraft.aircraft_of(airline, code).configuration("B-1234"))
    )
    assert problems_of(spec) == []
    seats = seat_map_of(spec).seats
    assert sum(seat.usable for seat in seats.values()) == sum(
        aircraft.aircraft_of(airline, code).capacity.values()
    )
    assert any(seat.is_(SeatAttribute.EXIT) for seat in seats.values())
    assert any(seat.is_(SeatAttribute.EXTRA_LEGROOM) for seat in seats.values())


@pytest.mark.parametrize(
    ("written", "code"),
    [("A320", "320"), ("c919", "919"), ("Boeing 737-800", "738"), ("738", "738"), ("747", None)],
)
def test_types_are_known_by_the_names_that_people_write(written: str, code: str | None) -> None:
    assert aircraft.code_of(written) == code


def test_every_airline_of_the_timetable_has_its_ticket_prefix() -> None:
    assert {departure.airline for departure in departures()} <= papers.TICKET_PREFIXES.keys()
    prefixes = list(papers.TICKET_PREFIXES.values())
    assert len(set(prefixes)) == len(prefixes)
