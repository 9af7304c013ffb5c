"""What followers are told about, as one table: how urgent it is, whether it waits, what it makes pointless.

Source: docs/decisions/0030-what-is-told-when.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from services.notify.schemas import NewsKind


class Register(StrEnum):
    """What a follower has been told so far is kept by these, one value each."""

    EXCEPTION = "exception"
    TIME = "time"
    GATE = "gate"
    STAGE = "stage"
    BELT = "belt"


class HoldOff(StrEnum):
    AT_ONCE = "at_once"  # seconds count, or it can't be undone
    FIRST_AT_ONCE = (
        "first_at_once"  # the next of its register waits until the hold-off since the last is over
    )
    WAITS = "waits"  # is told only if it still holds after the hold-off


@dataclass(frozen=True)
class Rule:
    """urgent: goes before all that isn't. safety: ignores quiet hours. useful: how long it is worth knowing.

    overtakes: unsent news of the same flight that this makes pointless or contains. Urgent news overtakes all:
    it goes ahead, and what came before it would be told after it.
    """

    register: Register
    urgent: bool
    safety: bool
    useful: timedelta
    overtakes: frozenset[NewsKind]


_MINUTES: Final = timedelta(minutes=1)
_ALL: Final = frozenset(NewsKind)
_BEFORE_DEPARTURE: Final = frozenset(
    {NewsKind.DELAYED, NewsKind.GATE, NewsKind.BOARDING, NewsKind.LAST_CALL, NewsKind.GATE_CLOSED}
    | {NewsKind.REINSTATED, NewsKind.RETURNED}
)
RULES: Final[dict[NewsKind, Rule]] = {
    NewsKind.DELAYED: Rule(Register.TIME, False, False, 720 * _MINUTES, frozenset({NewsKind.DELAYED})),
    NewsKind.GATE: Rule(Register.GATE, False, False, 720 * _MINUTES, frozenset({NewsKind.GATE})),
    NewsKind.BOARDING: Rule(Register.STAGE, True, True, 30 * _MINUTES, _ALL),
    NewsKind.LAST_CALL: Rule(Register.STAGE, True, True, 15 * _MINUTES, _ALL),
    NewsKind.GATE_CLOSED: Rule(Register.STAGE, True, True, 30 * _MINUTES, _ALL),
    NewsKind.DEPARTED: Rule(
        Register.STAGE, False, False, 180 * _MINUTES, _BEFORE_DEPARTURE | {NewsKind.DIVERTED}
    ),
    NewsKind.LANDED: Rule(
        Register.STAGE, False, False, 180 * _MINUTES, _BEFORE_DEPARTURE | {NewsKind.DEPARTED}
    ),
    NewsKind.BELT: Rule(Register.BELT, False, False, 120 * _MINUTES, frozenset({NewsKind.BELT})),
    NewsKind.CANCELLED: Rule(Register.EXCEPTION, True, True, 1440 * _MINUTES, _ALL),
    NewsKind.DIVERTED: Rule(Register.EXCEPTION, True, True, 1440 * _MINUTES, _ALL),
    NewsKind.RETURNED: Rule(Register.EXCEPTION, True, True, 1440 * _MINUTES, _ALL),
    NewsKind.REINSTATED: Rule(Register.EXCEPTION, True, True, 1440 * _MINUTES, _ALL),
}

HOLD_OFFS: Final[dict[Register, HoldOff]] = {
    Register.EXCEPTION: HoldOff.WAITS,
    Register.TIME: HoldOff.FIRST_AT_ONCE,
    Register.GATE: HoldOff.WAITS,
    Register.STAGE: HoldOff.AT_ONCE,
    Register.BELT: HoldOff.WAITS,
}
