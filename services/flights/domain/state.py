"""Everything known of a leg, and what one more report makes of it."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import date
from typing import Any, Final, NamedTuple

from services.flights.domain.delay import DEPENDENT, status_shown
from services.flights.domain.fold import MILESTONES, Fold, Refused, StepReport, fold_all
from services.flights.domain.instants import to_text
from services.flights.domain.leg import LegKey
from services.flights.domain.registers import EVENT_US, VALUE, Change, Register, merge
from services.flights.domain.report import Report
from services.flights.schemas.vocabulary import Milestone, Outcome, Status, TimeType

MANY_STEPS: Final = 60
"""Steps of an eventful day; beyond, repetitions are forgotten."""

_STARTING_AFRESH: Final = frozenset({Status.CANCELLED, Status.DIVERTED, Status.RETURNED})

PATHS: Final = {
    (milestone, kind.value): f"milestones.{milestone}.{kind}_at"
    for milestone in Milestone
    for kind in TimeType
}
"""(milestone, kind of time) → field path."""


LEAVING: Final = (Milestone.OFF_BLOCK, Milestone.TAKE_OFF)
COMING: Final = (Milestone.ON_BLOCK, Milestone.TOUCH_DOWN)
"""At the stand; at the runway, when only that is known."""


class Applied(NamedTuple):
    """What came of a report: `refused` is why the step or time it asked for can't be, if so."""

    outcome: Outcome
    changes: list[Change]
    refused: Refused | None
    displaced: list[tuple[StepReport, Refused]]  # steps taken before that this report makes impossible


class LegState:
    """The registers and the fold of one leg. direction: as seen from the airport we serve."""

    __slots__ = ("direction", "fold", "key", "registers", "steps")

    def __init__(self, key: LegKey, direction: str) -> None:
        self.key = key
        self.direction = direction
        self.registers: dict[str, Register] = {}
        self.steps: list[StepReport] = []  # in canonical order
        self.fold = Fold()

    def apply(self, report: Report) -> Applied:
        """Let the report compete with what is known.

        APPLIED when something of the leg follows it, OLDER when it is a repeat or overtaken, REFUSED when
        its step can't be and nothing else of it counts. Fields stand on their own: a refused step doesn't
        cost the report its gate.
        """
        status = self.status
        followed, changes = merge(self.registers, report)
        refused: Refused | None = None
        displaced: list[tuple[StepReport, Refused]] = []
        if report.step is not None:
            times = self._actual_times()
            stepped, refused, displaced = self._take(report.step)
            followed = followed or stepped
            changes += self._moved(times, report.step)
        if self.status is not status:
            event_us, kind, source = report.event_us, report.source.kind.value, report.source.name
            if report.step is not None and self.fold.since is not None:
                event_us, kind, source = self.fold.since
            changes.append(Change("status", status.value, self.status.value, event_us, kind, source))
        if followed or changes:
            return Applied(Outcome.APPLIED, changes, refused, displaced)
        return Applied(Outcome.REFUSED if refused else Outcome.OLDER, changes, refused, displaced)

    def _take(self, step: StepReport) -> tuple[bool, Refused | None, list[tuple[StepReport, Refused]]]:
        """Put a step in its canonical place; whether the leg follows it, and what was refused."""
        steps = self.steps
        if steps and step <= steps[-1]:
            place = bisect_left(steps, step)
            if steps[place] == step:
                return False, None, []
            return self._take_late(step)
        steps.append(step)
        before = self._standing()
        wrong = self.fold.apply(step)
        self._forget_repetition()
        followed = self._standing() != before or self._says_so(step)
        return followed, wrong[0] if wrong else None, []

    def _forget_repetition(self) -> None:
        """Of a long row of steps that say the same, the first and the last are enough.

        Some sources repeat all they know each minute. Whatever comes in between later, the last of the row
        says it again; so nothing but the memory is lost.
        """
        if len(self.steps) <= MANY_STEPS:
            return
        first, middle, last = self.steps[-3:]
        if middle.says == first.says == last.says and middle.status not in _STARTING_AFRESH:
            del self.steps[-2]

    def _take_late(self, step: StepReport) -> tuple[bool, Refused | None, list[tuple[StepReport, Refused]]]:
        before = self._standing()
        _, wrong_before = fold_all(self.steps)
        insort(self.steps, step)
        self.fold, wrong = fold_all(self.steps)
        displaced = [
            (other, refusals[0])
            for other, refusals in wrong.items()
            if other != step and other not in wrong_before
        ]
        mine = wrong.get(step)
        return self._standing() != before, mine[0] if mine else None, displaced

    def _standing(self) -> tuple[Status, dict[Milestone, int]]:
        return self.fold.status, self._actual_times()

    def _actual_times(self) -> dict[Milestone, int]:
        return {milestone: known.us for milestone, known in self.fold.times.items()}

    def _says_so(self, step: StepReport) -> bool:
        """Whether the newest step confirms what holds."""
        if step.status == self.fold.status.value:
            return True
        return any(self.fold.actual_us(MILESTONES[name]) == us for name, us in step.moves)

    def _moved(self, before: dict[Milestone, int], step: StepReport) -> list[Change]:
        changes = []
        after = self._actual_times()
        for milestone in before.keys() | after.keys():
            old, new = before.get(milestone), after.get(milestone)
            if old == new:
                continue
            known = self.fold.times.get(milestone)
            event_us, kind, source = step.event_us, step.kind, step.source
            if known is not None:
                event_us, kind, source = known.event_us, known.kind, known.source
            field = f"milestones.{milestone}.actual_at"
            changes.append(Change(field, _text(old), _text(new), event_us, kind, source))
        return sorted(changes)

    # -- reading it

    def value(self, field: str) -> Any:
        """A register's value, None if nobody said."""
        register = self.registers.get(field)
        return None if register is None else register[VALUE]

    def time_us(self, milestone: Milestone, kind: str) -> int | None:
        """One time of a milestone; kind: scheduled, estimated, target, calculated, actual."""
        if kind == "actual" and milestone in self.fold.times:
            return self.fold.times[milestone].us
        us: int | None = self.value(PATHS[milestone, kind])
        return us

    def first_time_us(self, kind: str, *milestones: Milestone) -> int | None:
        """The time of the first of these movements that has one."""
        if kind == "actual":
            for milestone in milestones:
                if milestone in self.fold.times:
                    return self.fold.times[milestone].us
            return None
        for milestone in milestones:
            register = self.registers.get(PATHS[milestone, kind])
            if register is not None and register[VALUE] is not None:
                us: int = register[VALUE]
                return us
        return None

    def here_us(self, kind: str) -> int | None:
        """Its time at the airport we serve: of leaving for departures, of arriving for arrivals."""
        return self.first_time_us(kind, *(LEAVING if self.direction == "departure" else COMING))

    @property
    def board_us(self) -> int:
        """What boards are sorted by: its scheduled time here, or the other end's if only that is known."""
        other = Milestone.ON_BLOCK if self.direction == "departure" else Milestone.OFF_BLOCK
        us = self.here_us("scheduled")
        if us is None:
            us = self.time_us(other, "scheduled")
        if us is None:
            raise ValueError(f"{self.key.flight_id} has no schedule")
        return us

    @property
    def status(self) -> Status:
        """As everybody sees it."""
        status = self.fold.status
        if status not in DEPENDENT:
            return status
        scheduled, estimated = self.here_us("scheduled"), self.here_us("estimated")
        return status_shown(status, self.direction, scheduled, estimated)

    @property
    def newest_us(self) -> int:
        """Event time of the newest news in it."""
        newest = max((register[EVENT_US] for register in self.registers.values()), default=0)
        return max(newest, self.steps[-1].event_us) if self.steps else newest

    # -- keeping it

    def to_json(self) -> dict[str, Any]:
        key = list(self.key)
        key[5] = self.key.origin_date.isoformat()
        return {
            "key": key,
            "direction": self.direction,
            "registers": self.registers,
            "steps": [step.to_json() for step in self.steps],
            "fold": self.fold.to_json(),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> LegState:
        key = kept["key"]
        key[5] = date.fromisoformat(key[5])
        state = cls(LegKey(*key), kept["direction"])
        state.registers = kept["registers"]
        state.steps = [StepReport.from_json(row) for row in kept["steps"]]
        state.fold = Fold.from_json(kept["fold"])
        return state


def _text(us: int | None) -> str | None:
    return None if us is None else to_text(us)
