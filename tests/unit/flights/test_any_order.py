"""Any order of delivery, with any repeats, ends in the same leg: against a plain model, by hypothesis.

The model keeps every report, sorts them all at the end, and goes through them once. It shares nothing with
the rules but their two tables.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.flights.domain import TRANSITIONS, WEIGHTS, LegState, Report, Step, to_us
from services.flights.domain.fold import fold_all
from services.flights.schemas import SourceKind, Status
from tests.unit.flights.examples import OUT, item, report, scheduled

BASE = datetime.fromisoformat("2026-11-23T06:00:00+00:00")
MOVES = ("off_block", "take_off", "touch_down", "on_block", "first_bag", "last_bag")
CALLS = {
    "check_in_open": "check_in_open",
    "gate_open": "boarding_soon",
    "boarding_start": "boarding",
    "final_call": "last_call",
    "boarding_end": "gate_closed",
    "gate_close": "gate_closed",
}
MEANS = {
    **CALLS,
    "off_block": "departed",
    "take_off": "airborne",
    "touch_down": "landed",
    "on_block": "landed",
    "first_bag": "bags_on_belt",
    "last_bag": "bags_on_belt",
}
RANK = {status.value: rank for rank, status in enumerate(Status)}


def minute(count: int) -> str:
    return (BASE + timedelta(minutes=count)).isoformat()


def us(count: int) -> int:
    return to_us(BASE + timedelta(minutes=count))


# --- reports ---------------------------------------------------------------------------------------

_minutes = st.integers(0, 12).map(lambda step: step * 20)
_times = st.dictionaries(
    st.sampled_from([*MEANS, "ready"]),
    st.dictionaries(
        st.sampled_from(["actual_at", "actual_at", "estimated_at", "scheduled_at"]),
        st.none() | _minutes.map(minute),
        min_size=1,
        max_size=2,
    ),
    max_size=2,
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    said: dict[str, Any] = {"times": draw(_times), "sequence": draw(st.integers(0, 1))}
    if draw(st.booleans()):
        said["status"] = draw(st.sampled_from([status.value for status in Status]))
    if draw(st.integers(0, 7)) == 0:
        said["reinstated"] = True
    if draw(st.booleans()):
        said["departure"] = {"gate": draw(st.sampled_from(["1", "2", None]))}
    if draw(st.integers(0, 3)) == 0:
        said["codeshares"] = draw(st.sampled_from([["MF1"], ["MF1", "MU2"], None]))
    update = item(minute(draw(_minutes)), **said)
    kind = draw(st.sampled_from(list(SourceKind)))
    return report(update, kind, draw(st.sampled_from(["a", "b"])))


# --- the model -------------------------------------------------------------------------------------


def model_values(sent: list[Report]) -> dict[str, Any]:
    best: dict[str, Any] = {}
    for one in sent:
        kind = one.source.kind.value
        for field, value in one.values.items():
            rank = (
                WEIGHTS[field][kind],
                one.event_us,
                one.sequence,
                one.source.name,
                kind,
                json.dumps(value),
            )
            if field not in best or rank > best[field][0]:
                best[field] = (rank, value)
    return {field: value for field, (_, value) in best.items()}


class Model:
    """Goes through the movements once, in order; knows one report at a time."""

    def __init__(self) -> None:
        self.status, self.before_cancel, self.before_leaving = "scheduled", "scheduled", "scheduled"
        self.times: dict[str, tuple[int, int]] = {}  # milestone → (time, weight)
        self.since = self.returned = self.diverted = self.continued = None

    def become(self, status: str, event: int) -> None:
        if RANK[self.status] <= RANK["gate_closed"] or self.status == "returned":
            self.before_leaving = self.status
        self.status, self.since = status, event

    def mark(self, status: str) -> Step | None:
        return None if status == self.status else TRANSITIONS[Status(self.status)][Status(status)]

    def take(self, status: str, event: int) -> None:
        if self.mark(status) is Step.TAKEN:
            self.become(status, event)

    def go(self, one: Report) -> None:
        step = one.step
        if step is None:
            return
        if step.reinstated and self.status == "cancelled":
            self.become(self.before_cancel, step.event_us)
        for milestone in MEANS:
            for name, time in step.moves:
                if name == milestone:
                    self.move(name, time, WEIGHTS["status"][step.kind], step.event_us)
        if step.status and self.mark(step.status) is Step.TAKEN:
            self.enter(step.status, step.event_us)

    def enter(self, status: str, event: int) -> None:
        if status == "cancelled":
            self.before_cancel = self.status
        if status == "returned":
            self.times, self.returned, self.diverted, self.continued = {}, event, None, None
        if status == "diverted":
            self.times = {name: at for name, at in self.times.items() if name in MOVES[:2]}
            self.diverted, self.continued = event, None
        if self.status == "diverted" and status in ("departed", "airborne", "expected"):
            self.continued = event
        self.become(status, event)

    def move(self, name: str, time: int, weight: int, event: int) -> None:
        if name in self.times and weight < self.times[name][1]:
            return
        if time == -1:
            self.undo(name, event)
        elif self.times.get(name, (None,))[0] == time:
            self.times[name] = (time, weight)
        elif self.returned is not None and time < self.returned:
            return
        elif name in CALLS:
            self.call(name, time, event)
        elif self.status != "cancelled":
            self.movement(name, time, weight, event)

    def call(self, name: str, time: int, event: int) -> None:
        if self.status in ("delayed", "rescheduled") and self.since is not None and time < self.since:
            return
        if self.status == "returned" or RANK[MEANS[name]] > RANK[self.status]:
            self.take(MEANS[name], event)

    def movement(self, name: str, time: int, weight: int, event: int) -> None:
        arriving = name in MOVES[2:]
        if arriving and self.status in ("diverted", "returned"):
            return
        if arriving and self.continued is not None and time < self.continued:
            return
        if not arriving and self.diverted is not None and time > self.diverted:
            self.take(MEANS[name], event)
            self.continued = max(time, self.continued or time)
            return
        lived = {**{other: at for other, (at, _) in self.times.items()}, name: time}
        in_order = [lived[other] for other in MOVES if other in lived]
        if in_order != sorted(in_order):
            return
        self.times[name] = (time, weight)
        if self.status != "diverted":
            self.take(MEANS[name], event)

    def undo(self, name: str, event: int) -> None:
        if self.times.pop(name, None) is None:
            return
        if self.status == "bags_on_belt" and name in MOVES[4:] and not set(MOVES[4:]) & self.times.keys():
            self.become("landed", event)
        elif self.status == "landed" and name in MOVES[2:4] and not set(MOVES[2:4]) & self.times.keys():
            self.become("airborne", event)
        elif self.status == "airborne" and name == "take_off":
            self.become("departed", event)
        elif self.status == "departed" and name == "off_block":
            self.become(self.before_leaving, event)


def model_of(sent: list[Report]) -> tuple[str, dict[str, int], dict[str, Any]]:
    model = Model()
    seen = {one.step: one for one in sent if one.step is not None}
    for step in sorted(seen):
        model.go(seen[step])
    return model.status, {name: at for name, (at, _) in model.times.items()}, model_values(sent)


# --- and the rules ---------------------------------------------------------------------------------


def state_of(sent: list[Report]) -> LegState:
    state = LegState(OUT, "departure")
    for one in sent:
        state.apply(one)
        state = LegState.from_json(state.to_json())  # as if each came in a batch of its own
    return state


def told(state: LegState) -> tuple[str, dict[str, int], dict[str, Any]]:
    times = {milestone.value: known.us for milestone, known in state.fold.times.items()}
    return state.fold.status.value, times, {field: kept[0] for field, kept in state.registers.items()}


@given(st.lists(reports(), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_the_rules_end_where_the_model_ends(sent: list[Report]) -> None:
    assert told(state_of(sent)) == model_of(sent)


@given(st.lists(reports(), min_size=1, max_size=8), st.data())
@settings(max_examples=200, deadline=None)
def test_any_order_with_any_repeats_ends_in_the_same_leg(sent: list[Report], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(sent), max_size=5))
    shuffled = data.draw(st.permutations(sent + again))
    one, other = state_of(sent).to_json(), state_of(shuffled).to_json()
    assert one == other


@given(st.lists(reports(), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_the_quick_path_is_the_full_fold(sent: list[Report]) -> None:
    state = state_of(sent)
    assert state.fold.to_json() == fold_all(state.steps)[0].to_json()
    assert state.steps == sorted(state.steps)


@given(st.lists(reports(), min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_repeated_report_is_older_and_changes_nothing(sent: list[Report]) -> None:
    state = state_of(sent)
    before = state.to_json()
    for one in sent:
        applied = state.apply(one)
        assert (applied.outcome.value, applied.changes, applied.displaced) == ("older", [], [])
    assert state.to_json() == before


@given(st.lists(reports(), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_the_changes_add_up_to_what_is_seen(sent: list[Report]) -> None:
    state = LegState(OUT, "departure")
    state.apply(report(scheduled()))
    seen: dict[str, Any] = {"status": state.status.value}
    for one in sent:
        for change in state.apply(one).changes:
            if change.field in seen:
                assert seen[change.field] == change.old
            seen[change.field] = change.new
    assert seen["status"] == state.status.value
    for milestone, known in state.fold.times.items():
        field = f"milestones.{milestone}.actual_at"
        assert to_us(datetime.fromisoformat(seen[field])) == known.us


def test_the_model_notices_a_rule_that_forgets_weights() -> None:
    """Control: the comparison above can fail."""
    heavy = report(item(minute(0), departure={"gate": "1"}), SourceKind.AIRPORT, "a")
    light = report(item(minute(20), departure={"gate": "2"}), SourceKind.AIRLINE, "a")
    newest = {"departure.gate": light.values["departure.gate"]}
    assert model_of([heavy, light])[2] != newest
    assert told(state_of([heavy, light])) == model_of([light, heavy])
