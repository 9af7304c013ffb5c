"""What is told, when: the first news at once where seconds count, nothing that was undone, nothing twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import RULES, Facts, Memory, Moment, baseline, facts_of, judge
from services.notify.domain.judging import WORTH_TELLING
from services.notify.schemas import NewsKind
from tests.unit.notify.examples import NOON, airport, flight

MINUTE = timedelta(minutes=1)
HOLD = timedelta(seconds=60)
START = NOON - timedelta(hours=3)


class Follower:
    """Lives through a flight's changes; `heard`: the kinds told so far."""

    def __init__(self, **first: Any) -> None:
        self.first = first
        self.memory = baseline(facts_of(flight(**first)))
        self.heard: list[str] = []

    def sees(self, seconds: float, **changes: Any) -> list[str]:
        """The flight is so, `seconds` after the start; what is told then."""
        moment = Moment(START + timedelta(seconds=seconds), HOLD)
        # What is kept goes through JSON, as it does between two events.
        memory = Memory.from_json(self.memory.to_json())
        self.memory, news = judge(memory, facts_of(flight(**self.first | changes)), moment)
        told = [kind.value for kind in news]
        self.heard += told
        return told


def late(minutes: int) -> dict[str, Any]:
    return {"estimated_at": NOON + minutes * MINUTE}


def test_what_is_so_when_a_flight_begins_to_be_followed_is_no_news() -> None:
    follower = Follower(gate="A1", status="boarding", **late(40))
    assert follower.sees(0) == []
    assert follower.sees(600) == []


@pytest.mark.parametrize(("minutes", "told"), [(14, []), (15, ["delayed"]), (-40, [])])
def test_a_delay_is_told_from_15_minutes_on_and_at_once(minutes: int, told: list[str]) -> None:
    assert Follower().sees(0, **late(minutes)) == told


def test_a_delay_is_told_again_when_the_time_has_moved_by_15_minutes() -> None:
    follower = Follower()
    assert follower.sees(0, **late(30)) == ["delayed"]
    assert follower.sees(100, **late(44)) == []
    assert follower.sees(200, **late(45)) == ["delayed"]


def test_who_was_told_of_a_delay_is_told_when_it_is_on_time_again() -> None:
    follower = Follower()
    follower.sees(0, **late(60))
    assert follower.sees(3600, **late(0)) == ["delayed"]


def test_a_second_delay_waits_for_the_end_of_the_hold_off_and_only_the_last_is_told() -> None:
    follower = Follower()
    assert follower.sees(0, **late(30)) == ["delayed"]
    assert follower.sees(10, **late(60)) == []
    assert follower.sees(20, **late(90)) == []
    assert follower.memory.next_due_at() == START + HOLD
    assert follower.sees(60, **late(90)) == ["delayed"]
    assert follower.memory.told["time"] == (NOON + 90 * MINUTE).isoformat()


def test_a_delay_that_is_taken_back_within_the_hold_off_of_the_last_is_not_told() -> None:
    follower = Follower()
    follower.sees(0, **late(30))
    follower.sees(10, **late(120))
    follower.sees(30, **late(30))
    assert follower.memory.next_due_at() is None
    assert follower.sees(90, **late(30)) == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"gate": "B2"}, "gate"),
        ({"belt": "7"}, "belt"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "diverted", "diverted_to": airport("WUH")}, "diverted"),
    ],
)
def test_what_can_wait_is_told_only_if_it_still_holds_after_the_hold_off(
    change: dict[str, Any], kind: str
) -> None:
    follower = Follower(gate="B1", direction="departure")
    assert follower.sees(0, **change) == []
    assert follower.sees(59, **change) == []
    assert follower.sees(60, **change) == [kind]
    undone = Follower(gate="B1", direction="departure")
    undone.sees(0, **change)
    undone.sees(30)
    assert undone.sees(61) == []
    assert undone.sees(600) == []


def test_a_gate_that_keeps_changing_is_told_after_three_hold_offs() -> None:
    follower = Follower(gate="A0")
    for step in range(1, 4):
        assert follower.sees(step * 50, gate=f"A{step}") == []
    assert follower.sees(229, gate="A4") == []
    assert follower.sees(230, gate="A5") == ["gate"]


def test_calls_are_told_at_once_and_a_skipped_step_is_not_made_up() -> None:
    follower = Follower()
    assert follower.sees(0, status="boarding") == ["boarding"]
    assert follower.sees(1, status="gate_closed") == ["gate_closed"]
    assert follower.sees(2, status="airborne") == ["departed"]
    assert follower.sees(3, status="departed") == []


def test_a_call_tells_the_gate_so_that_it_is_not_told_again() -> None:
    follower = Follower(gate="A1")
    follower.sees(0, gate="A2")
    assert follower.sees(5, gate="A2", status="boarding") == ["boarding"]
    assert follower.memory.next_due_at() is None
    assert follower.sees(90, gate="A2", status="boarding") == []


def test_boarding_that_was_broken_off_is_called_again_but_not_for_a_flicker() -> None:
    follower = Follower()
    follower.sees(0, status="boarding")
    follower.sees(10, status="boarding_soon")
    assert follower.sees(20, status="boarding") == []
    follower.sees(100, status="delayed")
    follower.sees(160, status="delayed")
    assert follower.sees(900, status="boarding") == ["boarding"]


def test_nothing_but_its_end_is_told_of_a_cancelled_flight() -> None:
    follower = Follower(gate="A1")
    follower.sees(0, status="cancelled")
    follower.sees(60, status="cancelled")
    assert follower.sees(300, status="cancelled", gate="A9", **late(200)) == []
    follower.sees(400, status="scheduled")
    assert follower.sees(460, status="scheduled") == ["reinstated"]
    assert follower.heard == ["cancelled", "reinstated"]
    assert follower.sees(470, status="boarding") == ["boarding"]


def test_after_a_return_every_step_is_told_anew() -> None:
    follower = Follower(status="gate_closed")
    follower.sees(0, status="returned")
    assert follower.sees(60, status="returned") == ["returned"]
    assert follower.sees(1000, status="boarding") == ["boarding"]


def test_an_arrival_is_told_of_as_those_who_wait_for_it_need() -> None:
    follower = Follower(direction="arrival")
    assert follower.sees(0, status="expected") == ["departed"]
    assert follower.sees(100, status="expected", **late(20)) == ["delayed"]
    assert follower.sees(200, status="landed", **late(20)) == ["landed"]
    follower.sees(300, status="bags_on_belt", belt="4")
    assert follower.sees(360, status="bags_on_belt", belt="4") == ["belt"]
    assert follower.sees(500, status="completed", belt="4") == []


def test_a_flight_of_yesterday_is_no_news() -> None:
    follower = Follower()
    moment = Moment(NOON + timedelta(hours=25), HOLD)
    memory, news = judge(follower.memory, facts_of(flight(status="landed")), moment)
    assert news == []
    assert judge(memory, facts_of(flight(status="landed")), Moment(START, HOLD))[1] == []


def test_urgent_news_overtakes_all_that_is_not() -> None:
    """Or it would go ahead of what was decided before it, and that would be told out of order."""
    patient = {kind for kind, rule in RULES.items() if not rule.urgent}
    for kind, rule in RULES.items():
        if rule.urgent:
            assert rule.overtakes >= patient, kind


STATES = st.fixed_dictionaries(
    {
        "status": st.sampled_from(
            [
                "scheduled",
                "delayed",
                "boarding",
                "last_call",
                "gate_closed",
                "departed",
                "landed",
                "cancelled",
                "returned",
            ]
        ),
        "gate": st.sampled_from([None, "A1", "A2"]),
        "belt": st.sampled_from([None, "1", "2"]),
        "estimated_at": st.sampled_from([None, *(NOON + n * 10 * MINUTE for n in range(6))]),
    }
)
HISTORIES = st.lists(st.tuples(st.integers(0, 200), STATES), max_size=15)


@given(HISTORIES)
def test_whatever_happens_the_same_is_not_told_twice_in_a_row(
    history: list[tuple[int, dict[str, Any]]],
) -> None:
    follower, seconds = Follower(), 0
    told: dict[str, str] = dict(follower.memory.told)
    for pause, state in history:
        seconds += pause
        before = dict(follower.memory.told)
        for kind in follower.sees(seconds, **state):
            register = RULES[NewsKind(kind)].register.value
            assert follower.memory.told[register] != before[register], kind
        told |= follower.memory.told
        assert follower.sees(seconds, **state) == [], "a repeat tells nothing"


@given(HISTORIES, STATES)
def test_followers_end_up_knowing_how_things_are(
    history: list[tuple[int, dict[str, Any]]], last: dict[str, Any]
) -> None:
    follower, seconds = Follower(), 0
    for pause, state in history:
        seconds += pause
        follower.sees(seconds, **state)
    for _ in range(3):
        seconds += 200
        follower.sees(seconds, **last)
    facts, told = facts_of(flight(**last)), follower.memory.told
    assert follower.memory.pending == {}
    assert told["exception"] == facts.exception
    if not facts.exception:
        assert int(told["stage"]) == facts.stage
        assert _near(told["time"], facts) or facts.stage >= 4
        assert told["gate"] == facts.gate or not facts.gate or facts.stage >= 3


def _near(told: str, facts: Facts) -> bool:
    known = datetime.fromisoformat(told)
    return (
        abs(known - facts.best_at) < WORTH_TELLING
        or max(facts.best_at - facts.scheduled_at, abs(known - facts.scheduled_at)) < WORTH_TELLING
    )
