"""One report about one leg, as the rules see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.flights.domain.fold import MILESTONES, TAKEN_BACK, StepReport
from services.flights.domain.instants import to_us
from services.flights.domain.leg import LegKey, plain_number
from services.flights.domain.transitions import IMPLIED, MOVEMENTS
from services.flights.domain.weights import WEIGHTS
from services.flights.schemas.vocabulary import Milestone, SourceKind, Status, TimeType

_LIFE: Final = {milestone: place for place, milestone in enumerate(IMPLIED)}
_MOVING: Final = frozenset(MOVEMENTS)
_PATHS: Final = {
    (milestone, f"{kind}_at"): f"milestones.{milestone}.{kind}_at"
    for milestone in Milestone
    for kind in TimeType
}


@dataclass(frozen=True, slots=True)
class Source:
    """Who reports."""

    name: str
    kind: SourceKind


@dataclass(frozen=True, slots=True)
class Report:
    """What one source says about one leg at one moment."""

    leg: LegKey
    flight_id: str
    source: Source
    event_us: int
    sequence: int
    values: dict[str, Any]  # field path → JSON-ready value, an instant in microseconds, or None
    step: StepReport | None  # what it says about the leg's movement

    @property
    def has_schedule(self) -> bool:
        """Whether a leg can be made from it."""
        return (
            self.values.get("milestones.off_block.scheduled_at") is not None
            or self.values.get("milestones.on_block.scheduled_at") is not None
        )


def read_leg(loaded: Mapping[str, Any]) -> LegKey:
    """A leg's key from loaded LegKeySchema data."""
    return LegKey(
        loaded["airline"],
        plain_number(loaded["number"]),
        loaded["suffix"],
        loaded["departure_airport"],
        loaded["arrival_airport"],
        loaded["origin_date"],
        loaded["repeat"],
    )


def read_report(loaded: Mapping[str, Any], source: Source) -> Report:
    """A report from loaded UpdateSchema data.

    A timetable that says "scheduled" says nothing about today, so that word of it is dropped: it must not
    call a delayed leg back to its schedule.
    """
    leg = read_leg(loaded["leg"])
    values, moves = _read_times(loaded["times"])
    for group in ("departure", "arrival", "aircraft"):
        for name, value in loaded[group].items():
            values[f"{group}.{name}"] = value
    _read_lists(loaded, values)
    status: Status | None = loaded["status"]
    if source.kind is SourceKind.SCHEDULE and status is Status.SCHEDULED:
        status = None
    event_us, sequence = to_us(loaded["event_at"]), loaded["sequence"]
    step = None
    if status is not None or loaded["reinstated"] or moves:
        step = StepReport(
            event_us,
            WEIGHTS["status"][source.kind.value],
            sequence,
            source.name,
            source.kind.value,
            status.value if status is not None else "",
            loaded["reinstated"],
            tuple(sorted(moves, key=lambda move: _LIFE[MILESTONES[move[0]]])),
        )
    return Report(leg, leg.flight_id, source, event_us, sequence, values, step)


def _read_times(
    times: Mapping[Milestone, Mapping[str, Any]],
) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    values: dict[str, Any] = {}
    moves: list[tuple[str, int]] = []
    for milestone, by_type in times.items():
        for kind, instant in by_type.items():
            us = None if instant is None else to_us(instant)
            if kind == "actual_at":
                if milestone in IMPLIED:
                    moves.append((milestone.value, TAKEN_BACK if us is None else us))
                if milestone in _MOVING:
                    continue  # the fold holds it: it may be refused there
            values[_PATHS[milestone, kind]] = us
    return values, moves


def _read_lists(loaded: Mapping[str, Any], values: dict[str, Any]) -> None:
    if "delays" in loaded:
        delays = loaded["delays"]
        values["delay_reasons"] = (
            [[delay["code"], delay.get("minutes")] for delay in delays] if delays else None
        )
    if "codeshares" in loaded:
        values["codeshares"] = _without_repeats(loaded["codeshares"])
    if "route" in loaded:
        values["route"] = list(loaded["route"]) if loaded["route"] else None
    if "diverted_to" in loaded:
        values["diverted_to"] = loaded["diverted_to"]
    for name in ("inbound", "onward"):
        if name in loaded:
            other = read_leg(loaded[name]) if loaded[name] is not None else None
            values[name] = [other.flight_id, other.flight_number] if other is not None else None


def _without_repeats(numbers: list[str] | None) -> list[str] | None:
    return sorted(set(numbers)) or None if numbers else None
