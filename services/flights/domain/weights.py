"""Whose word counts more: for each field, a weight by the kind of source.

Between equals the newer report wins. A weightier source is not overwritten by a lighter one, however
new: the airport knows its gates, the airline knows its aircraft.
"""

from __future__ import annotations

from typing import Final

from services.flights.schemas.vocabulary import Milestone, SourceKind, TimeType

_COLUMNS: Final = (SourceKind.SCHEDULE, SourceKind.HANDLER, SourceKind.AIRLINE, SourceKind.AIRPORT)

_TABLE: Final[dict[str, tuple[int, int, int, int]]] = {
    #                              schedule  handler  airline  airport
    "milestones.*.scheduled_at":   (1,       1,       3,       3),  # the newest of the two who own the slot
    "milestones.*.estimated_at":   (1,       2,       3,       3),  # estimates age: the newest, whoever made it
    "milestones.*.target_at":      (1,       2,       3,       3),
    "milestones.*.calculated_at":  (1,       2,       2,       3),  # the airport's sequencer computes them
    "milestones.*.actual_at":      (1,       2,       3,       4),  # the airport's sensors and people see it
    "departure.*":                 (1,       3,       2,       4),  # the airport gives out gates and stands
    "departure.check_in_counters": (1,       3,       3,       4),
    "arrival.*":                   (1,       3,       2,       4),
    "aircraft.*":                  (1,       2,       4,       3),  # the airline knows its aircraft,
    "delay_reasons":               (1,       2,       4,       3),  # … its reasons,
    "codeshares":                  (2,       1,       4,       3),  # … its partners,
    "route":                       (2,       1,       4,       3),
    "diverted_to":                 (1,       2,       4,       4),
    "inbound":                     (1,       2,       4,       3),  # … and its rotations
    "onward":                      (1,       2,       4,       3),
    "status":                      (1,       2,       3,       4),
}  # fmt: skip

_FIELDS: Final = (
    *(f"milestones.{milestone}.{kind}_at" for milestone in Milestone for kind in TimeType),
    *(f"departure.{name}" for name in ("terminal", "check_in_counters", "security", "gate", "stand")),
    *(f"arrival.{name}" for name in ("terminal", "gate", "stand", "belt")),
    *(f"aircraft.{name}" for name in ("type", "registration")),
    *("delay_reasons", "codeshares", "route", "diverted_to", "inbound", "onward", "status"),
)


def _row(field: str) -> tuple[int, int, int, int]:
    first, _, rest = field.partition(".")
    last = rest.rpartition(".")[2]
    for name in (field, f"{first}.*.{last}", f"{first}.*"):
        if name in _TABLE:
            return _TABLE[name]
    raise KeyError(field)


WEIGHTS: Final[dict[str, dict[str, int]]] = {
    field: {kind.value: weight for kind, weight in zip(_COLUMNS, _row(field), strict=True)}
    for field in _FIELDS
}
"""Field path → kind of source → weight."""
