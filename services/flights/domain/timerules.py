"""What can be said of a report's times without knowing the leg: absurd, from the future, impossible."""

from __future__ import annotations

from datetime import date
from typing import Final

from services.flights.domain.fold import TAKEN_BACK, Refused, impossible_times
from services.flights.domain.instants import DAY_US, MINUTE_US, midnight_us, to_text
from services.flights.domain.report import Report
from services.flights.domain.transitions import MOVEMENTS
from services.flights.errors import Refusal
from services.flights.schemas.vocabulary import Milestone

AHEAD_US: Final = 5 * MINUTE_US
"""How far a source's clock may run ahead of ours, and an actual time ahead of its own report."""

ORIGIN_PAST_US: Final = 400 * DAY_US
ORIGIN_AHEAD_US: Final = 400 * DAY_US
"""Origin dates we take: as far back as we keep flights, and a timetable year ahead."""

TIMES_BEFORE_US: Final = 4 * DAY_US
TIMES_AFTER_US: Final = 8 * DAY_US
"""Where a leg's times may lie, seen from midnight UTC of its origin date: check-in opens days before, and
the last leg of a long journey, delayed, lands days after. What lies outside is a wrong year or month."""

_FIRST_US: Final = midnight_us(date.min)
_LAST_US: Final = midnight_us(date.max)
"""An instant of year 1 in the east, or of 9999 in the west, has no date in UTC: what is shown stops here."""

_MOVING: Final = frozenset(MOVEMENTS)
_SCHEDULED_OFF: Final = "milestones.off_block.scheduled_at"
_SCHEDULED_ON: Final = "milestones.on_block.scheduled_at"


def judge_times(report: Report, now_us: int) -> Refused | None:
    """Refuse what no leg could have lived. now_us: the airport's time.

    Reasons: FROM_THE_FUTURE, OUTSIDE_WINDOW, IMPOSSIBLE_TIMES. The detail names the time at fault.
    """
    if report.event_us > now_us + AHEAD_US:
        return Refused(Refusal.FROM_THE_FUTURE, _at("event_at", report.event_us))
    origin_us = midnight_us(report.leg.origin_date)
    if not now_us - ORIGIN_PAST_US <= origin_us <= now_us + ORIGIN_AHEAD_US:
        return Refused(
            Refusal.OUTSIDE_WINDOW,
            {"field": "leg.origin_date", "at": report.leg.origin_date.isoformat()},
        )
    if report.event_us < origin_us - ORIGIN_AHEAD_US:
        return Refused(Refusal.OUTSIDE_WINDOW, _at("event_at", report.event_us))
    return _outside(report, origin_us) or _unlived(report) or _against_the_clock(report)


def _outside(report: Report, origin_us: int) -> Refused | None:
    earliest, latest = origin_us - TIMES_BEFORE_US, origin_us + TIMES_AFTER_US
    for field, value in report.values.items():
        if field.endswith("_at") and value is not None and not earliest <= value <= latest:
            return Refused(Refusal.OUTSIDE_WINDOW, _at(field, value))
    if report.step is not None:
        for milestone, us in report.step.moves:
            if us != TAKEN_BACK and not earliest <= us <= latest:
                return Refused(Refusal.OUTSIDE_WINDOW, _at(f"milestones.{milestone}.actual_at", us))
    return None


def _unlived(report: Report) -> Refused | None:
    """An actual time that lies after the moment at which it was reported."""
    if report.step is None:
        return None
    for milestone, us in report.step.moves:
        if us > report.event_us + AHEAD_US:
            detail = _at(f"milestones.{milestone}.actual_at", us)
            return Refused(Refusal.IMPOSSIBLE_TIMES, {**detail, "event_at": to_text(report.event_us)})
    return None


def _against_the_clock(report: Report) -> Refused | None:
    """Times of one report that contradict each other."""
    off, on = report.values.get(_SCHEDULED_OFF), report.values.get(_SCHEDULED_ON)
    if off is not None and on is not None and on <= off:
        return impossible_times(Milestone.ON_BLOCK, on, Milestone.OFF_BLOCK, off)
    if report.step is None:
        return None
    before: tuple[Milestone, int] | None = None
    for name, us in report.step.moves:
        milestone = Milestone(name)
        if milestone not in _MOVING or us == TAKEN_BACK:
            continue
        if before is not None and us < before[1]:
            return impossible_times(milestone, us, *before)
        before = (milestone, us)
    return None


def _at(field: str, us: int) -> dict[str, str]:
    return {"field": field, "at": to_text(min(max(us, _FIRST_US), _LAST_US))}
