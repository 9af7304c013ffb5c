"""When a flight can be checked in: a table by airline, airport, kind of route and date, with reasons in words.

Source: docs/sources/checkin-windows.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from services.checkin.domain.flight import Leg
from services.checkin.domain.reasons import Reason
from services.checkin.schemas.vocabulary import WindowState


class Before(NamedTuple):
    """How long before departure each happens."""

    opens: timedelta
    closes: timedelta
    counter: timedelta
    gate: timedelta


@dataclass(frozen=True)
class Rule:
    """One row; None: any. The row with most conditions holds, of equals the later in the table.

    from_day, to_day: airport-local, both included.
    """

    before: Before
    reason_zh: str
    reason_en: str
    airline: str | None = None
    airport: str | None = None
    international: bool | None = None
    from_day: date | None = None
    to_day: date | None = None

    def fits(self, leg: Leg) -> bool:
        return (
            self.airline in (None, leg.airline)
            and self.airport in (None, leg.departure)
            and self.international in (None, leg.international)
            and (self.from_day is None or self.from_day <= leg.day_local)
            and (self.to_day is None or leg.day_local <= self.to_day)
        )

    @property
    def weight(self) -> int:
        conditions = (self.airline, self.airport, self.international, self.from_day or self.to_day)
        return sum(condition is not None for condition in conditions)


def _before(opens_h: int, closes_min: int, counter_min: int, gate_min: int = 15) -> Before:
    minutes = (60 * opens_h, closes_min, counter_min, gate_min)
    return Before(*(timedelta(minutes=each) for each in minutes))


WINDOWS: Final = (
    Rule(
        _before(24, 45, 45),
        "国内航班起飞前24小时至45分钟可自助值机：截止后航空公司要做配载和舱单。",
        "Domestic flights: from 24 hours to 45 minutes before departure. After that the airline closes load and list.",
        international=False,
    ),
    Rule(
        _before(24, 60, 60),
        "国际及地区航班起飞前24小时至60分钟可自助值机：旅客还要过边检和海关。",
        "International flights: from 24 hours to 60 minutes before departure, as border control takes longer.",
        international=True,
    ),
    Rule(
        _before(48, 45, 45),
        "本航空公司国内航班起飞前48小时开放自助值机，起飞前45分钟截止。",
        "This airline opens 48 hours before domestic departures and closes 45 minutes before.",
        airline="CZ",
        international=False,
    ),
    Rule(
        _before(24, 60, 45),
        "本航空公司起飞前60分钟停止自助值机，柜台起飞前45分钟截止。",
        "This airline closes 60 minutes before departure, its counters 45 minutes before.",
        airline="9C",
        international=False,
    ),
)


@dataclass(frozen=True)
class Window:
    opens_at: datetime
    closes_at: datetime
    counter_closes_at: datetime
    gate_closes_at: datetime
    rule: Rule

    def state(self, leg: Leg, now: datetime) -> WindowState:
        """Whether check-in here is open at `now` (aware)."""
        if leg.cancelled:
            return WindowState.CANCELLED
        if now < self.opens_at:
            return WindowState.TOO_EARLY
        return WindowState.OPEN if now < self.closes_at and not leg.gate_closed else WindowState.CLOSED


CANCELLED: Final = Reason(
    "cancelled",
    "航班已取消，请联系航空公司改签或退票。",
    "The flight is cancelled. The airline rebooks or refunds you.",
)


def window_of(leg: Leg, table: tuple[Rule, ...] = WINDOWS) -> Window:
    """The window that holds for a flight.

    It opens by the timetable, and closes by the departure that is expected now: who is delayed by the airline
    isn't late.
    """
    fitting = [row for row in table if row.fits(leg)]
    # max gives the first of equals; the later row is to hold.
    rule = max(reversed(fitting), key=lambda row: row.weight)
    start = min(leg.scheduled_at, leg.departs_at)
    return Window(
        opens_at=start - rule.before.opens,
        closes_at=leg.departs_at - rule.before.closes,
        counter_closes_at=leg.departs_at - rule.before.counter,
        gate_closes_at=leg.departs_at - rule.before.gate,
        rule=rule,
    )


def window_words(window: Window, state: WindowState) -> Reason:
    """Why it is open or not, to be shown as it is."""
    if state is WindowState.CANCELLED:
        return CANCELLED
    return Reason(state.value, window.rule.reason_zh, window.rule.reason_en)
