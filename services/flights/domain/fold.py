"""Where a leg stands: the fold of all that was reported about its movements.

Reports of a state, and of the actual times that imply one, are put in their canonical order — event time,
weight, sequence, source — and gone through one by one. Whatever the order in which they came in, and
however often, the same leg comes out; a step that is impossible at its place is refused there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from services.flights.domain.instants import to_text
from services.flights.domain.transitions import (
    ARRIVING,
    BEFORE_LEAVING,
    IMPLIED,
    MOVEMENTS,
    STATUSES,
    TRANSITIONS,
    UNDONE,
    Step,
)
from services.flights.domain.weights import WEIGHTS
from services.flights.errors import Refusal
from services.flights.schemas.vocabulary import Milestone, Status

MILESTONES: Final[dict[str, Milestone]] = {milestone.value: milestone for milestone in Milestone}

TAKEN_BACK: Final = -1
"""In place of an actual time: it is no longer known."""

_PLACE: Final = {milestone: place for place, milestone in enumerate(MOVEMENTS)}
_RANK: Final = {status: rank for rank, status in enumerate(Status)}
_LEAVING: Final = frozenset({Milestone.OFF_BLOCK, Milestone.TAKE_OFF})
_ON_ITS_WAY: Final = frozenset({Status.DEPARTED, Status.AIRBORNE, Status.EXPECTED})
_CALLED_OFF: Final = frozenset({Status.DELAYED, Status.RESCHEDULED})


class StepReport(NamedTuple):
    """What one report says about a leg's movement. Its field order is the canonical order."""

    event_us: int
    weight: int
    sequence: int
    source: str
    kind: str
    status: str  # "" when it names none
    reinstated: bool
    moves: tuple[tuple[str, int], ...]  # (milestone, actual time or TAKEN_BACK), in a leg's order of life

    @property
    def says(self) -> tuple[str, str, str, bool, tuple[tuple[str, int], ...]]:
        """All but when it was said."""
        return self.source, self.kind, self.status, self.reinstated, self.moves

    def to_json(self) -> list[Any]:
        """For the store; the weight is left out, because the table may change."""
        return [
            self.event_us,
            self.sequence,
            self.source,
            self.kind,
            self.status,
            self.reinstated,
            list(map(list, self.moves)),
        ]

    @classmethod
    def from_json(cls, row: list[Any]) -> StepReport:
        event_us, sequence, source, kind, status, reinstated, moves = row
        weight = WEIGHTS["status"][kind]
        return cls(event_us, weight, sequence, source, kind, status, reinstated, tuple(map(tuple, moves)))


class Refused(NamedTuple):
    """Why a report, or a part of it, can't be true; the detail is JSON-ready."""

    reason: Refusal
    detail: dict[str, Any]


class Known(NamedTuple):
    """An actual time that holds, and who said so."""

    us: int
    weight: int
    event_us: int
    source: str
    kind: str


class Fold:
    """The running result. Feed it steps in canonical order."""

    __slots__ = (
        "before_cancel",
        "before_leaving",
        "continued_us",
        "diverted_us",
        "returned_us",
        "since",
        "status",
        "times",
    )

    def __init__(self) -> None:
        self.status = Status.SCHEDULED
        self.before_cancel = Status.SCHEDULED
        self.before_leaving = Status.SCHEDULED
        self.returned_us: int | None = None  # movements before it belong to an earlier attempt
        self.diverted_us: int | None = None  # departures after it are the other airport's
        self.continued_us: int | None = None  # arrivals before it were the other airport's
        self.times: dict[Milestone, Known] = {}
        self.since: tuple[int, str, str] | None = None  # event_us, kind, source of the last step taken

    def apply(self, step: StepReport) -> list[Refused]:
        """Take one step; answers what of it was refused."""
        refused: list[Refused] = []
        if step.reinstated and self.status is Status.CANCELLED:
            self._become(self.before_cancel, step)
        for name, us in step.moves:
            wrong = self._move(MILESTONES[name], us, step)
            if wrong:
                refused.append(wrong)
        if step.status:
            wrong = self._say(STATUSES[step.status], step)
            if wrong:
                refused.append(wrong)
        return refused

    # -- states said in words

    def _say(self, new: Status, step: StepReport) -> Refused | None:
        if new is self.status:
            return None
        mark = TRANSITIONS[self.status][new]
        if mark is Step.PASSED:
            return None
        if mark is Step.IMPOSSIBLE:
            return _impossible_step(self.status, new)
        if new is Status.CANCELLED:
            self.before_cancel = self.status
        elif new is Status.RETURNED:
            # The next departure starts afresh: the first attempt's times would contradict its own.
            self.times.clear()
            self.returned_us, self.diverted_us, self.continued_us = step.event_us, None, None
        elif new is Status.DIVERTED:
            for milestone in ARRIVING:
                self.times.pop(milestone, None)
            self.diverted_us, self.continued_us = step.event_us, None
        elif self.status is Status.DIVERTED and new in _ON_ITS_WAY:
            self.continued_us = step.event_us
        self._become(new, step)
        return None

    def _become(self, new: Status, step: StepReport) -> None:
        if self.status in BEFORE_LEAVING or self.status is Status.RETURNED:
            self.before_leaving = self.status
        self.status = new
        self.since = (step.event_us, step.kind, step.source)

    # -- states implied by actual times

    def _move(self, milestone: Milestone, us: int, step: StepReport) -> Refused | None:
        known = self.times.get(milestone)
        if known is not None and step.weight < known.weight:
            return None
        if us == TAKEN_BACK:
            self._take_back(milestone, step)
            return None
        if known is not None and known.us == us:
            self.times[milestone] = Known(us, step.weight, step.event_us, step.source, step.kind)
            return None
        if self.returned_us is not None and us < self.returned_us:
            return None
        if self.status is Status.CANCELLED and milestone in _PLACE:
            return _impossible_step(self.status, IMPLIED[milestone])
        if milestone not in _PLACE:
            self._call(milestone, us, step)
            return None
        if self._elsewhere(milestone, us, step):
            return None
        wrong = self._contradiction(milestone, us)
        if wrong:
            return wrong
        self.times[milestone] = Known(us, step.weight, step.event_us, step.source, step.kind)
        if self.status is not Status.DIVERTED:
            self._advance(IMPLIED[milestone], step)
        return None

    def _advance(self, implied: Status, step: StepReport) -> None:
        """Take the implied step unless the leg is already further."""
        if implied is not self.status and TRANSITIONS[self.status][implied] is Step.TAKEN:
            self._become(implied, step)

    def _call(self, milestone: Milestone, us: int, step: StepReport) -> None:
        """A time of check-in or gate: it leads onward, never back, and never blames anyone."""
        implied = IMPLIED[milestone]
        if self.status in _CALLED_OFF and self.since is not None and us < self.since[0]:
            return  # it was so before the delay was called
        onward = _RANK[implied] > _RANK[self.status] or self.status is Status.RETURNED
        if onward:
            self._advance(implied, step)

    def _elsewhere(self, milestone: Milestone, us: int, step: StepReport) -> bool:
        """Whether this movement belongs to another airport than the leg's own two, or to a lost attempt."""
        if milestone in ARRIVING:
            if self.status in (Status.DIVERTED, Status.RETURNED):
                return True
            return self.continued_us is not None and us < self.continued_us
        if self.diverted_us is None or us <= self.diverted_us:
            return False
        # It leaves the airport that it was diverted to: on its way again, but the time isn't the origin's.
        self._advance(IMPLIED[milestone], step)
        self.continued_us = max(self.continued_us or us, us)
        return True

    def _take_back(self, milestone: Milestone, step: StepReport) -> None:
        if self.times.pop(milestone, None) is None or self.status not in UNDONE:
            return
        times, back = UNDONE[self.status]
        if milestone in times and not any(left in self.times for left in times):
            self._become(self.before_leaving if back is None else back, step)

    def _contradiction(self, milestone: Milestone, us: int) -> Refused | None:
        place = _PLACE[milestone]
        for other, known in self.times.items():
            there = _PLACE[other]
            if (there < place and known.us > us) or (there > place and known.us < us):
                return impossible_times(milestone, us, other, known.us)
        return None

    # -- keeping it

    def to_json(self) -> list[Any]:
        return [
            self.status.value,
            self.before_cancel.value,
            self.before_leaving.value,
            self.returned_us,
            self.diverted_us,
            self.continued_us,
            self.since,
            {milestone.value: list(known) for milestone, known in self.times.items()},
        ]

    @classmethod
    def from_json(cls, row: list[Any]) -> Fold:
        fold = cls()
        fold.status, fold.before_cancel, fold.before_leaving = (STATUSES[name] for name in row[:3])
        fold.returned_us, fold.diverted_us, fold.continued_us = row[3:6]
        fold.since = tuple(row[6]) if row[6] else None
        fold.times = {MILESTONES[name]: Known(*known) for name, known in row[7].items()}
        return fold

    def actual_us(self, milestone: Milestone) -> int | None:
        known = self.times.get(milestone)
        return None if known is None else known.us


def fold_all(steps: Iterable[StepReport]) -> tuple[Fold, dict[StepReport, list[Refused]]]:
    """Fold steps that are in canonical order; also answers which were refused, and why."""
    fold = Fold()
    refused: dict[StepReport, list[Refused]] = {}
    for step in steps:
        wrong = fold.apply(step)
        if wrong:
            refused[step] = wrong
    return fold, refused


def _impossible_step(old: Status, new: Status) -> Refused:
    return Refused(Refusal.IMPOSSIBLE_STEP, {"from": old.value, "to": new.value})


def impossible_times(milestone: Milestone, us: int, other: Milestone, other_us: int) -> Refused:
    """Two actual times in an order that can't be."""
    detail = {
        "milestone": milestone.value,
        "at": to_text(us),
        "against": other.value,
        "against_at": to_text(other_us),
    }
    return Refused(Refusal.IMPOSSIBLE_TIMES, detail)
