"""What an operator may set of bus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kernel.config import setting


@dataclass(frozen=True)
class BusSettings:
    hold_s: int = setting(
        "BUS_HOLD_S", 900, about="seconds that bus seats are held for a buyer who hasn't paid"
    )
    seats: int = setting(
        "BUS_SEATS", 45, about="seats sold on a bus of which the timetable doesn't say how many"
    )
    close_s: int = setting(
        "BUS_SALES_CLOSE_S", 120, about="seconds before departure at which a bus is sold no more"
    )
    before_flight_min: int = setting(
        "BUS_BEFORE_FLIGHT_MIN", 120, about="minutes before a flight that its bus must be at the airport"
    )

    def __post_init__(self) -> None:
        if not 60 <= self.hold_s <= 86_400:
            raise ValueError("BUS_HOLD_S is 60 to 86400")
        if self.seats < 1 or self.close_s < 0 or self.before_flight_min < 0:
            raise ValueError(
                "BUS_SEATS is at least 1, BUS_SALES_CLOSE_S and BUS_BEFORE_FLIGHT_MIN at least 0"
            )

    @property
    def hold(self) -> timedelta:
        return timedelta(seconds=self.hold_s)

    @property
    def close(self) -> timedelta:
        return timedelta(seconds=self.close_s)

    @property
    def before_flight(self) -> timedelta:
        return timedelta(minutes=self.before_flight_min)
