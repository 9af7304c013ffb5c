"""Registers: one value per field, won by the weightiest, then newest report.

The winner is the greatest (weight of the source for that field, event time, sequence, source, value), so
that any order of reports, with any repeats, leaves the same values behind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from services.flights.domain.instants import to_text
from services.flights.domain.report import Report
from services.flights.domain.weights import WEIGHTS

VALUE: Final = 0
EVENT_US: Final = 1
SEQUENCE: Final = 2
SOURCE: Final = 3
KIND: Final = 4

Register = list[Any]
"""[value, event_us, sequence, source, kind]; a plain list, because it is stored as it is."""


class Change(NamedTuple):
    """One visible change of one field. Values are JSON-ready as the field's schema has them."""

    field: str
    old: Any
    new: Any
    event_us: int
    kind: str
    source: str


def merge(registers: dict[str, Register], report: Report) -> tuple[bool, list[Change]]:
    """Let the report's values compete. Whether any of them won or was confirmed, and what changed to the eye."""
    followed, changes = False, []
    kind, source = report.source.kind.value, report.source.name
    event_us, sequence = report.event_us, report.sequence
    for field, value in report.values.items():
        new: Register = [value, event_us, sequence, source, kind]
        old = registers.get(field)
        if old is not None and not _wins(new, old, WEIGHTS[field]):
            continue
        registers[field] = new
        followed = True
        before = None if old is None else old[VALUE]
        if before != value:
            shown_before, shown = shown_value(field, before), shown_value(field, value)
            changes.append(Change(field, shown_before, shown, event_us, kind, source))
    return followed, changes


def _wins(new: Register, old: Register, weights: Mapping[str, int]) -> bool:
    new_rank = (weights[new[KIND]], new[EVENT_US], new[SEQUENCE], new[SOURCE], new[KIND])
    old_rank = (weights[old[KIND]], old[EVENT_US], old[SEQUENCE], old[SOURCE], old[KIND])
    if new_rank != old_rank:
        return new_rank > old_rank
    return new[VALUE] != old[VALUE] and _canonical(new[VALUE]) > _canonical(old[VALUE])


def _canonical(value: Any) -> str:
    """One source contradicting itself in one breath: any fixed choice will do."""
    return json.dumps(value, sort_keys=True)


def shown_value(field: str, value: Any) -> Any:
    """A register's value as a change shows it: instants as texts, lists as FlightSchema's."""
    if value is None:
        return None
    if field.endswith("_at"):
        return to_text(value)
    if field == "delay_reasons":
        return [{"code": code, "minutes": minutes} for code, minutes in value]
    if field in ("inbound", "onward"):
        return {"flight_id": value[0], "number": value[1]}
    return value
