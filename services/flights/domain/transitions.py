"""The state machine of a leg, as tables that a person can read.

`TRANSITIONS` says what may follow what. `IMPLIED` says which step an actual time implies,
`UNDONE` where a leg stands again once such a time is taken back.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from services.flights.schemas.vocabulary import Milestone, Status


class Step(Enum):
    TAKEN = "●"  # a step that happens
    PASSED = "·"  # true once, overtaken by now: nothing happens, and nobody is blamed
    IMPOSSIBLE = "✗"  # contradicts what is known: refused and recorded


_GRID: Final = """
from \\ to      SCH RES DEL CKI SOO BRD LAS GCL DEP AIR EXP LAN BAG COM CAN DIV RET
scheduled       =   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ✗
rescheduled     ·   =   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ✗
delayed         ●   ●   =   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ✗
check_in_open   ·   ●   ●   =   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ✗
boarding_soon   ·   ●   ●   ·   =   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ✗
boarding        ·   ●   ●   ·   ●   =   ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ✗
last_call       ·   ●   ●   ·   ●   ●   =   ●   ●   ●   ●   ●   ●   ●   ●   ●   ✗
gate_closed     ·   ●   ●   ·   ●   ●   ●   =   ●   ●   ●   ●   ●   ●   ●   ●   ●
departed        ✗   ✗   ✗   ✗   ✗   ✗   ·   ·   =   ●   ●   ●   ●   ●   ●   ●   ●
airborne        ✗   ✗   ✗   ✗   ✗   ✗   ✗   ·   ·   =   ●   ●   ●   ●   ✗   ●   ●
expected        ✗   ✗   ✗   ✗   ✗   ✗   ✗   ·   ·   ·   =   ●   ●   ●   ✗   ●   ●
landed          ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ·   ·   ·   =   ●   ●   ✗   ●   ●
bags_on_belt    ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ·   ·   ·   =   ●   ✗   ✗   ✗
completed       ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ·   ·   =   ✗   ✗   ✗
cancelled       ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   =   ✗   ✗
diverted        ✗   ✗   ✗   ✗   ✗   ✗   ✗   ✗   ●   ●   ●   ✗   ✗   ●   ●   =   ●
returned        ●   ●   ●   ●   ●   ●   ●   ●   ●   ●   ✗   ✗   ✗   ✗   ●   ✗   =
"""
# Why some marks are as they are:
# - a cancelled leg moves again only when the cancellation is taken back (`reinstated`, AIDX SQ);
# - delayed, rescheduled and the calls at the gate may go back and forth until the aircraft leaves its stand;
# - landed → diverted and landed → returned: it did land, but not where it was meant to, which is often
#   learnt a little later; diverted → landed is impossible, because the greeter at the destination would be
#   told that it is here: it must be on its way again first;
# - diverted → completed: the journey ended at the other airport.


def _read_grid(grid: str) -> dict[Status, dict[Status, Step]]:
    table: dict[Status, dict[Status, Step]] = {}
    for line in grid.strip().splitlines()[1:]:
        name, *marks = line.split()
        row = zip(_GRID_COLUMNS, marks, strict=True)
        table[Status(name)] = {to: Step(mark) for to, mark in row if mark != "="}
    return table


_GRID_COLUMNS: Final = (
    Status.SCHEDULED,
    Status.RESCHEDULED,
    Status.DELAYED,
    Status.CHECK_IN_OPEN,
    Status.BOARDING_SOON,
    Status.BOARDING,
    Status.LAST_CALL,
    Status.GATE_CLOSED,
    Status.DEPARTED,
    Status.AIRBORNE,
    Status.EXPECTED,
    Status.LANDED,
    Status.BAGS_ON_BELT,
    Status.COMPLETED,
    Status.CANCELLED,
    Status.DIVERTED,
    Status.RETURNED,
)

TRANSITIONS: Final = _read_grid(_GRID)
"""From → to → Step, for every pair of different states."""

IMPLIED: Final[dict[Milestone, Status]] = {
    Milestone.CHECK_IN_OPEN: Status.CHECK_IN_OPEN,
    Milestone.GATE_OPEN: Status.BOARDING_SOON,
    Milestone.BOARDING_START: Status.BOARDING,
    Milestone.FINAL_CALL: Status.LAST_CALL,
    Milestone.BOARDING_END: Status.GATE_CLOSED,
    Milestone.GATE_CLOSE: Status.GATE_CLOSED,
    Milestone.OFF_BLOCK: Status.DEPARTED,
    Milestone.TAKE_OFF: Status.AIRBORNE,
    Milestone.TOUCH_DOWN: Status.LANDED,
    Milestone.ON_BLOCK: Status.LANDED,
    Milestone.FIRST_BAG: Status.BAGS_ON_BELT,
    Milestone.LAST_BAG: Status.BAGS_ON_BELT,
}
"""An actual time of this milestone means at least this state. In the order in which a leg lives through them."""

MOVEMENTS: Final = (
    Milestone.OFF_BLOCK,
    Milestone.TAKE_OFF,
    Milestone.TOUCH_DOWN,
    Milestone.ON_BLOCK,
    Milestone.FIRST_BAG,
    Milestone.LAST_BAG,
)
"""Milestones whose actual times can't lie in another order than this."""

ARRIVING: Final = frozenset(MOVEMENTS[2:])
"""Movements at the destination."""

UNDONE: Final[dict[Status, tuple[frozenset[Milestone], Status | None]]] = {
    # state                (none of these times is left                              → where it stands again)
    Status.BAGS_ON_BELT: (frozenset({Milestone.FIRST_BAG, Milestone.LAST_BAG}), Status.LANDED),
    Status.LANDED: (frozenset({Milestone.TOUCH_DOWN, Milestone.ON_BLOCK}), Status.AIRBORNE),
    Status.AIRBORNE: (frozenset({Milestone.TAKE_OFF}), Status.DEPARTED),
    Status.DEPARTED: (frozenset({Milestone.OFF_BLOCK}), None),
}
"""A time taken back takes its step back. None: the state before it left its stand."""

STATUSES: Final[dict[str, Status]] = {status.value: status for status in Status}
"""By name; much quicker than asking the enumeration."""

BEFORE_LEAVING: Final = frozenset(_GRID_COLUMNS[:8])
"""States in which the aircraft hasn't left its stand."""
