"""The only source of time.

`now()` is the airport's time: the real time, unless the demo plays another day (`AIRPORT_CLOCK`).
`real_now()` is the world's: signatures, tokens and logs use it. `monotonic()` measures durations.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime

ENVIRONMENT_KEY = "AIRPORT_CLOCK"


@dataclass(frozen=True)
class PlayedClock:
    """A clock that shows `start` at the real instant `anchor` and runs `rate` times as fast."""

    start: datetime
    anchor: datetime
    rate: float

    @classmethod
    def parse(cls, text: str) -> PlayedClock:
        """Read `START@RATE@ANCHOR`: two ISO 8601 instants with offsets and a positive factor.

        Raises ValueError if the text isn't of that form.
        """
        start_text, rate_text, anchor_text = text.split("@")
        start, anchor = datetime.fromisoformat(start_text), datetime.fromisoformat(anchor_text)
        rate = float(rate_text)
        if start.tzinfo is None or anchor.tzinfo is None or not 0 < rate <= 100_000:
            raise ValueError(f"{ENVIRONMENT_KEY} is START@RATE@ANCHOR with offsets, not {text!r}")
        return cls(start.astimezone(UTC), anchor.astimezone(UTC), rate)

    def at(self, real: datetime) -> datetime:
        """The played instant at the real instant `real`. Both aware UTC."""
        return self.start + (real - self.anchor) * self.rate

    def __str__(self) -> str:
        return f"{self.start.isoformat()}@{self.rate:g}@{self.anchor.isoformat()}"


def _from_environment() -> PlayedClock | None:
    text = os.environ.get(ENVIRONMENT_KEY, "")
    return PlayedClock.parse(text) if text else None


_played = _from_environment()


def real_now() -> datetime:
    """The world's time, aware UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The airport's time, aware UTC; differs from `real_now()` only while a demo plays another day."""
    real = datetime.now(UTC)
    return real if _played is None else _played.at(real)


def rate() -> float:
    """How many airport seconds pass in a real second; 1 unless a demo plays."""
    return 1.0 if _played is None else _played.rate


def monotonic() -> float:
    """Seconds on a clock that never jumps; for durations and deadlines."""
    return time.monotonic()
