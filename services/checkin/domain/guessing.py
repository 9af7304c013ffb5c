"""How often somebody may be wrong about a booking: a table.

Source: docs/sources/checkin-rules.md, "Guessing".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Counted(StrEnum):
    """What wrong guesses are counted by."""

    ADDRESS = "address"  # or the account that asks, wherever it is
    TARGET = "target"  # the PNR, ticket or document that was tried, whether there is one or not
    ALL = "all"


@dataclass(frozen=True)
class Limit:
    """So many wrong guesses in so long; the next is refused without a look, right or wrong."""

    counted: Counted
    wrong: int
    within: timedelta


LIMITS: Final = (
    # A person mistypes; a program goes on. Fifteen minutes are long for both.
    Limit(Counted.ADDRESS, 5, timedelta(minutes=15)),
    # From a thousand addresses, too, a booking is tried five times an hour, which leads nowhere.
    Limit(Counted.TARGET, 5, timedelta(hours=1)),
    # Whoever has many addresses and many bookings meets this one; who asks from an account doesn't.
    Limit(Counted.ALL, 100, timedelta(minutes=1)),
)
LONGEST: Final = max(limit.within for limit in LIMITS)


def mask_phone(phone: str) -> str:
    """Enough to know one's own number by: its country and its last two digits."""
    return f"{phone[:3]}*****{phone[-2:]}" if phone else ""
