"""Signing in on a computer with the phone: how long it may take, and what it goes through.

The computer shows a code to scan and a number; who scanned types the number, so that nobody signs in a screen that
they don't see. Source: RFC 8628, 5.4 (remote phishing); docs/decisions/0068-computers.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LASTS: Final = timedelta(minutes=5)
FORGOTTEN: Final = timedelta(hours=1)
"""How long one that is over is kept, so that a repeat of its end is still answered."""
_NUMBERS: Final = range(10, 100)


class PairingState(StrEnum):
    """waiting → approved → used; waiting → refused. What is over by its time stays where it was."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    USED = "used"


@dataclass(frozen=True)
class Pairing:
    """A computer that waits for a phone. code: what the phone scans; watch: what only the computer has; both hashed."""

    code_hash: str
    watch_hash: str
    number: str
    browser: str
    begun_at: datetime
    expires_at: datetime
    state: PairingState = PairingState.WAITING
    passenger_id: str | None = None


def number_from(chance: int) -> str:
    """Two digits that nobody begins with a zero, from a large random number."""
    return str(_NUMBERS[chance % len(_NUMBERS)])


def open_for(pairing: Pairing, state: PairingState, now: datetime) -> bool:
    """Whether it is in this state, and still in time."""
    return pairing.state is state and now < pairing.expires_at
