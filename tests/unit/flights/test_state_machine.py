"""A leg's life, told in reports: what follows what, what is refused, what is undone."""

from __future__ import annotations

from typing import Any

import pytest

from services.flights.domain import TRANSITIONS, Applied, LegState, Step
from services.flights.domain.fold import fold_all
from services.flights.schemas import SourceKind, Status
from tests.unit.flights.examples import IN, OUT, actual, at, estimated, item, report, scheduled

BEFORE_LEAVING = list(Status)[:8]


def leg_after(*items: dict[str, Any], direction: str = "departure") -> LegState:
    """A leg that lived through these reports; none of them may be refused."""
    state = LegState(IN if direction == "arrival" else OUT, direction)
    for said in (scheduled(), *items):
        applied = state.apply(report(said))
        assert applied.refused is None, applied
    return state


def then(state: LegState, said: dict[str, Any], kind: SourceKind = SourceKind.AIRLINE) -> Applied:
    return state.apply(report(said, kind))


def test_every_pair_of_states_is_decided() -> None:
    assert set(TRANSITIONS) == set(Status)
    for status, row in TRANSITIONS.items():
        assert set(row) == set(Status) - {status}


def test_what_has_left_its_stand_comes_back_only_by_returning() -> None:
    for status in (Status.DEPARTED, Status.AIRBORNE, Status.LANDED, Status.COMPLETED):
        for before in (Status.SCHEDULED, Status.CHECK_IN_OPEN, Status.BOARDING):
            assert TRANSITIONS[status][before] is Step.IMPOSSIBLE
    assert all(TRANSITIONS[Status.CANCELLED][to] is Step.IMPOSSIBLE for to in TRANSITIONS[Status.CANCELLED])


def test_a_normal_day_is_told_by_its_times_alone() -> None:
    state = leg_after()
    seen = [state.status.value]
    for milestone, time in (
        ("check_in_open", "05:00"),
        ("boarding_start", "07:20"),
        ("final_call", "07:40"),
        ("gate_close", "07:50"),
        ("off_block", "08:02"),
        ("take_off", "08:15"),
        ("touch_down", "10:20"),
        ("on_block", "10:31"),
        ("first_bag", "10:40"),
    ):
        assert then(state, item(time, **actual(milestone, time))).refused is None
        seen.append(state.status.value)
    assert seen == [
        "scheduled",
        "check_in_open",
        "boarding",
        "last_call",
        "gate_closed",
        "departed",
        "airborne",
        "landed",
        "landed",
        "bags_on_belt",
    ]


def test_boarding_after_landing_is_refused_with_the_step_named() -> None:
    state = leg_after(item("10:20", **actual("touch_down", "10:20")))
    applied = then(state, item("10:30", status="boarding"))
    assert applied.outcome == "refused"
    assert applied.refused is not None
    assert applied.refused.reason == "impossible_step"
    assert applied.refused.detail == {"from": "landed", "to": "boarding"}
    assert state.status is Status.LANDED


def test_boarding_that_came_late_is_older_not_refused() -> None:
    state = leg_after(item("10:20", **actual("touch_down", "10:20")))
    applied = then(state, item("07:20", status="boarding"))
    assert (applied.outcome, applied.refused) == ("older", None)
    assert state.status is Status.LANDED


def test_a_refused_step_does_not_cost_the_report_its_gate() -> None:
    state = leg_after(item("10:20", **actual("touch_down", "10:20")))
    applied = then(state, item("10:30", status="boarding", arrival={"gate": "B7"}))
    assert applied.outcome == "applied"
    assert applied.refused is not None
    assert state.value("arrival.gate") == "B7"


@pytest.mark.parametrize(("minutes", "shown"), [(14, "scheduled"), (15, "delayed"), (75, "delayed")])
def test_an_estimate_fifteen_minutes_late_is_a_delay(minutes: int, shown: str) -> None:
    time = f"{8 + minutes // 60:02}:{minutes % 60:02}"
    state = leg_after(item("06:00", **estimated("off_block", time)))
    assert state.status.value == shown


def test_a_delay_that_is_caught_up_is_no_delay() -> None:
    state = leg_after(
        item("06:00", **estimated("off_block", "08:40")), item("06:30", **estimated("off_block", "08:05"))
    )
    assert state.status is Status.SCHEDULED


def test_a_late_leg_that_boards_is_boarding() -> None:
    state = leg_after(item("06:00", **estimated("off_block", "09:00")), item("08:30", status="boarding"))
    assert state.status is Status.BOARDING


def test_a_delay_without_a_time_is_said_in_words() -> None:
    state = leg_after(item("06:00", status="check_in_open"), item("07:00", status="delayed"))
    assert state.status is Status.DELAYED
    assert then(state, item("08:00", status="boarding")).refused is None
    assert state.status is Status.BOARDING


def test_calls_at_the_gate_go_back_and_forth_until_it_leaves() -> None:
    state = leg_after(
        item("07:30", status="last_call"),
        item("07:35", status="gate_closed"),
        item("07:40", status="boarding"),
        item("07:45", status="boarding_soon"),
    )
    assert state.status is Status.BOARDING_SOON


def test_an_old_call_does_not_end_a_delay_that_was_called_later() -> None:
    state = leg_after(
        item("07:20", **actual("boarding_start", "07:20")),
        item("07:30", status="delayed"),
        item("07:40", **actual("boarding_start", "07:20")),
    )
    assert state.status is Status.DELAYED


def test_an_arrival_in_the_air_with_an_estimate_is_expected() -> None:
    state = leg_after(item("08:15", **actual("take_off", "08:15")), direction="arrival")
    assert state.status is Status.AIRBORNE
    then(state, item("08:20", **estimated("on_block", "10:22")))
    assert state.status is Status.EXPECTED
    then(state, item("10:22", **actual("touch_down", "10:22")))
    assert state.status is Status.LANDED


def test_a_departure_in_the_air_is_airborne_whatever_is_estimated() -> None:
    state = leg_after(
        item("08:15", **actual("take_off", "08:15")), item("08:20", **estimated("on_block", "10:22"))
    )
    assert state.status is Status.AIRBORNE


def test_a_cancelled_leg_moves_again_only_when_it_is_reinstated() -> None:
    state = leg_after(item("06:00", status="check_in_open"), item("06:30", status="cancelled"))
    assert then(state, item("06:40", status="boarding")).outcome == "refused"
    assert then(state, item("06:45", status="scheduled")).outcome == "refused"
    assert state.status is Status.CANCELLED
    assert then(state, item("06:50", reinstated=True)).outcome == "applied"
    assert state.status is Status.CHECK_IN_OPEN


def test_a_reinstated_leg_may_say_at_once_where_it_stands() -> None:
    state = leg_after(item("06:30", status="cancelled"), item("06:50", reinstated=True, status="boarding"))
    assert state.status is Status.BOARDING


def test_reinstating_what_was_never_cancelled_changes_nothing() -> None:
    state = leg_after(item("06:30", status="boarding"))
    assert then(state, item("06:50", reinstated=True)).outcome == "older"
    assert state.status is Status.BOARDING


def test_a_movement_of_a_cancelled_leg_is_refused() -> None:
    state = leg_after(item("06:30", status="cancelled"))
    applied = then(state, item("08:05", **actual("off_block", "08:05")))
    assert applied.refused is not None
    assert applied.refused.detail == {"from": "cancelled", "to": "departed"}
    assert state.here_us("actual") is None


def test_a_reinstatement_that_comes_late_brings_back_what_was_refused() -> None:
    state = leg_after(item("06:00", status="cancelled"))
    assert then(state, item("07:30", status="boarding")).outcome == "refused"
    assert then(state, item("07:00", reinstated=True)).outcome == "applied"
    assert state.status is Status.BOARDING


def test_a_cancellation_that_comes_late_displaces_what_was_taken() -> None:
    state = leg_after(item("07:30", status="boarding"))
    applied = then(state, item("07:00", status="cancelled"))
    assert state.status is Status.CANCELLED
    assert [(step.status, why.reason.value) for step, why in applied.displaced] == [
        ("boarding", "impossible_step")
    ]


def test_back_at_its_stand_it_departs_again_with_new_times() -> None:
    state = leg_after(
        item("08:02", **actual("off_block", "08:02")),
        item("08:20", status="returned"),
    )
    assert state.status is Status.RETURNED
    assert state.here_us("actual") is None
    then(state, item("09:00", status="boarding"))
    assert state.status is Status.BOARDING
    assert then(state, item("09:30", **actual("off_block", "09:30"))).refused is None
    assert then(state, item("09:41", **actual("take_off", "09:41"))).refused is None
    assert state.status is Status.AIRBORNE
    assert state.here_us("actual") == report(item("09:30")).event_us


def test_the_first_attempts_times_stay_forgotten_when_they_are_repeated() -> None:
    state = leg_after(item("08:02", **actual("off_block", "08:02")), item("08:20", status="returned"))
    assert then(state, item("08:25", **actual("off_block", "08:02"))).refused is None
    assert state.status is Status.RETURNED
    assert state.here_us("actual") is None


def test_it_may_return_from_the_air_and_even_after_a_landing_was_reported() -> None:
    state = leg_after(
        item("08:10", **actual("take_off", "08:10")),
        item("08:50", **actual("touch_down", "08:50")),
        item("08:55", status="returned"),
    )
    assert state.status is Status.RETURNED
    then(state, item("09:00", **actual("on_block", "09:00")))  # at the origin: no arrival anywhere else
    assert state.status is Status.RETURNED
    assert state.first_time_us("actual", *state.fold.times) is None


def test_a_diverted_leg_has_not_landed_at_its_destination() -> None:
    state = leg_after(
        item("08:10", **actual("take_off", "08:10")),
        item("09:30", status="diverted", diverted_to="TSN"),
        item("09:50", **actual("touch_down", "09:50")),
        item("10:05", **actual("on_block", "10:05")),
    )
    assert state.status is Status.DIVERTED
    assert {milestone.value for milestone in state.fold.times} == {"take_off"}
    assert then(state, item("10:10", status="landed")).outcome == "refused"


def test_a_diverted_leg_goes_on_and_lands_where_it_was_meant_to() -> None:
    state = leg_after(
        item("08:02", **actual("off_block", "08:02")),
        item("09:30", status="diverted", diverted_to="TSN"),
        item("09:50", **actual("touch_down", "09:50")),
        item("11:00", **actual("off_block", "11:00")),
        item("11:10", **actual("take_off", "11:10")),
    )
    assert state.status is Status.AIRBORNE
    then(state, item("11:15", **actual("touch_down", "09:50")))  # the other airport's, repeated
    assert state.status is Status.AIRBORNE
    then(state, item("11:50", **actual("touch_down", "11:50")))
    assert state.status is Status.LANDED
    off_block = next(known.us for milestone, known in state.fold.times.items() if milestone == "off_block")
    assert off_block == report(item("08:02")).event_us, "it left its origin once"


def test_a_landing_turns_out_to_have_been_elsewhere() -> None:
    state = leg_after(
        item("08:10", **actual("take_off", "08:10")),
        item("09:50", **actual("touch_down", "09:50")),
        item("09:55", status="diverted"),
    )
    assert state.status is Status.DIVERTED
    assert {milestone.value for milestone in state.fold.times} == {"take_off"}


def test_a_time_taken_back_takes_its_step_back() -> None:
    state = leg_after(
        item("07:30", status="last_call"),
        item("08:02", **actual("off_block", "08:02")),
        item("08:12", **actual("take_off", "08:12")),
        item("10:20", **actual("touch_down", "10:20")),
        item("10:30", **actual("on_block", "10:30")),
    )
    for sequence, (milestone, left) in enumerate(
        (
            ("on_block", Status.LANDED),
            ("touch_down", Status.AIRBORNE),
            ("take_off", Status.DEPARTED),
            ("off_block", Status.LAST_CALL),
        )
    ):
        then(state, item("10:40", sequence=sequence, **actual(milestone, None)))
        assert state.status is left, milestone


def test_a_lighter_source_neither_overwrites_nor_takes_back_a_time() -> None:
    state = leg_after()
    then(state, item("10:21", **actual("touch_down", "10:20")), SourceKind.AIRPORT)
    assert then(state, item("10:30", **actual("touch_down", "10:28")), SourceKind.AIRLINE).outcome == "older"
    assert then(state, item("10:31", **actual("touch_down", None)), SourceKind.HANDLER).outcome == "older"
    assert state.here_us("actual") is None
    assert [known.us for known in state.fold.times.values()] == [report(item("10:20")).event_us]


def test_landing_before_take_off_is_refused_and_says_against_what() -> None:
    state = leg_after(item("08:12", **actual("take_off", "08:12")))
    applied = then(state, item("10:20", **actual("touch_down", "08:05")))
    assert applied.refused is not None
    assert applied.refused.reason == "impossible_times"
    assert applied.refused.detail == {
        "milestone": "touch_down",
        "at": at("08:05"),
        "against": "take_off",
        "against_at": at("08:12"),
    }
    assert state.status is Status.AIRBORNE


def test_the_timetable_does_not_call_a_delayed_leg_back_to_its_schedule() -> None:
    state = leg_after(item("06:00", status="delayed"))
    then(state, item("07:00", status="scheduled"), SourceKind.SCHEDULE)
    assert state.status is Status.DELAYED
    then(state, item("07:00", status="scheduled"), SourceKind.AIRLINE)
    assert state.status is Status.SCHEDULED


@pytest.mark.parametrize("status", BEFORE_LEAVING)
def test_whatever_the_gate_says_an_aircraft_that_leaves_has_departed(status: Status) -> None:
    state = leg_after(item("07:00", status=status.value), item("08:02", **actual("off_block", "08:02")))
    assert state.status is Status.DEPARTED


def test_a_source_that_repeats_itself_all_day_costs_no_memory() -> None:
    state = leg_after(item("06:00", status="check_in_open"))
    for minute in range(600):
        hours, minutes = divmod(minute, 60)
        then(state, item(f"{6 + hours:02}:{minutes:02}", status="boarding"))
    assert len(state.steps) < 70
    assert state.fold.to_json() == fold_all(state.steps)[0].to_json()
    then(state, item("2026-11-23T14:30:30Z", status="delayed"))
    assert state.status is Status.BOARDING, "it was said again after the delay"
