"""What an operator may choose about flights."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.config import setting


@dataclass(frozen=True)
class FlightsSettings:
    keep_days: int = setting("FLIGHTS_KEEP_DAYS", 400, about="days after which a flight is forgotten")
    keep_refusals_days: int = setting(
        "FLIGHTS_KEEP_REFUSALS_DAYS", 90, about="days after which a refused report is forgotten"
    )

    def __post_init__(self) -> None:
        if self.keep_days < 7 or self.keep_refusals_days < 1:
            raise ValueError("FLIGHTS_KEEP_DAYS is at least 7 and FLIGHTS_KEEP_REFUSALS_DAYS at least 1")
