"""Whose word counts: weight first, then news."""

from __future__ import annotations

from services.flights.domain import WEIGHTS, LegState
from services.flights.schemas import SourceKind
from tests.unit.flights.examples import OUT, estimated, item, report, scheduled


def fresh() -> LegState:
    state = LegState(OUT, "departure")
    state.apply(report(scheduled(), SourceKind.SCHEDULE))
    return state


def test_every_field_has_a_weight_for_every_source() -> None:
    assert all(set(row) == {kind.value for kind in SourceKind} for row in WEIGHTS.values())
    assert "milestones.last_bag.calculated_at" in WEIGHTS


def test_the_airports_gate_stands_against_newer_news_of_the_airline() -> None:
    state = fresh()
    state.apply(report(item("06:00", departure={"gate": "12"}), SourceKind.AIRPORT))
    late = state.apply(report(item("07:00", departure={"gate": "15"}), SourceKind.AIRLINE))
    assert late.outcome == "older"
    assert state.value("departure.gate") == "12"


def test_the_airline_knows_its_aircraft_better_than_the_airport() -> None:
    state = fresh()
    state.apply(report(item("06:00", aircraft={"type": "738"}), SourceKind.AIRLINE))
    state.apply(report(item("07:00", aircraft={"type": "321"}), SourceKind.AIRPORT))
    assert state.value("aircraft.type") == "738"


def test_of_two_estimates_the_newer_counts_whoever_made_it() -> None:
    state = fresh()
    state.apply(report(item("06:00", **estimated("off_block", "08:30")), SourceKind.AIRPORT))
    state.apply(report(item("06:30", **estimated("off_block", "08:50")), SourceKind.AIRLINE))
    assert state.here_us("estimated") == report(item("08:50")).event_us


def test_the_sequence_orders_reports_of_one_moment() -> None:
    for order in ((1, 2), (2, 1)):
        state = fresh()
        for sequence in order:
            said = item("06:00", sequence=sequence, departure={"gate": str(sequence)})
            state.apply(report(said))
        assert state.value("departure.gate") == "2"


def test_null_takes_a_value_back_and_older_news_do_not_bring_it_again() -> None:
    state = fresh()
    state.apply(report(item("07:00", departure={"gate": None})))
    state.apply(report(item("06:00", departure={"gate": "12"})))
    assert state.value("departure.gate") is None


def test_a_confirmation_is_applied_and_changes_nothing_to_the_eye() -> None:
    state = fresh()
    state.apply(report(item("06:00", departure={"gate": "12"})))
    again = state.apply(report(item("07:00", departure={"gate": "12"})))
    assert (again.outcome, again.changes) == ("applied", [])


def test_a_change_names_its_field_its_source_and_its_moment() -> None:
    state = fresh()
    state.apply(report(item("06:00", departure={"gate": "12"}), name="desk", kind=SourceKind.AIRPORT))
    (change,) = state.apply(
        report(item("07:00", departure={"gate": "15"}), name="desk", kind=SourceKind.AIRPORT)
    ).changes
    assert (change.field, change.old, change.new) == ("departure.gate", "12", "15")
    assert (change.kind, change.source) == ("airport", "desk")
    assert change.event_us == report(item("07:00")).event_us
