"""The life of one leg, told report by report as an airport's partners tell it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from deploy.demo.fate import Fate
from deploy.demo.play import Report
from services.flights.timetable.expand import DatedLeg

SCHEDULE_AHEAD: Final = timedelta(days=3)
_LATE_ENOUGH_TO_TELL_M: Final = 15
_DELAYED_IN_WORDS_M: Final = 30


@dataclass(frozen=True)
class Places:
    """What the airport gives a leg: texts, empty where it gives nothing."""

    terminal: str
    gate: str
    other_gate: str
    stand: str
    counters: str
    security: str
    belt: str
    registration: str
    international: bool


class Life:
    """Reports of one leg. Instants are aware UTC."""

    def __init__(self, leg: DatedLeg, fate: Fate, places: Places, inbound: DatedLeg | None = None) -> None:
        self.leg = leg
        self.fate = fate
        self._places = places
        self._inbound = inbound
        self.off_at = leg.departs_at + _minutes(fate.late_m)
        self.on_at = self.off_at + _minutes(fate.flight_m)
        self._told: list[Report] = []

    def schedule(self, told_at: datetime) -> Report:
        """The timetable's word, days before."""
        return Report(told_at, self.leg.update(told_at), is_schedule=True)

    def departure(self) -> list[Report]:
        """Everything about a leg that leaves from here, in order."""
        std, off, places = self.leg.departs_at, self.off_at, self._places
        opens = std - _minutes(180 if places.international else 120)
        self._plan(std - _minutes(240), std, opens)
        if self.fate.cancelled:
            return self._cancelled(std - _minutes(200))
        self._tell(opens, "check_in_open", actual={"check_in_open": opens})
        self._delay(std)
        if self.fate.gate_changed:
            self._tell(off - _minutes(62), departure={"gate": places.other_gate})
        self._calls(off)
        self._tell(off - _minutes(13), "gate_closed", actual={"gate_close": off - _minutes(13)})
        self._tell(off, "departed", actual={"off_block": off}, estimated={"on_block": self.on_at})
        if self.fate.returned:
            off = self._back_at_stand(off)
        take_off = off + _minutes(14)
        landed = max(self.on_at - _minutes(6), take_off + _minutes(15))
        self._tell(take_off, "airborne", actual={"take_off": take_off}, estimated={"on_block": self.on_at})
        self._tell(landed, "landed", actual={"touch_down": landed})
        self._tell(landed + _minutes(6), actual={"on_block": landed + _minutes(6)})
        self._tell(landed + _minutes(45), "completed")
        return self._in_order()

    def arrival(self) -> list[Report]:
        """Everything about a leg that comes here, in order."""
        std, off, on = self.leg.departs_at, self.off_at, self.on_at
        places = self._places
        self._tell(
            std - _minutes(180),
            arrival={"terminal": places.terminal, "stand": places.stand},
            aircraft={"registration": places.registration, "type": self.leg.leg.aircraft},
        )
        if self.fate.cancelled:
            return self._cancelled(std - _minutes(170))
        self._delay(std)
        self._tell(off, "departed", actual={"off_block": off}, estimated={"on_block": on + _minutes(4)})
        take_off = off + _minutes(12)
        self._tell(
            take_off, "airborne", actual={"take_off": take_off}, estimated={"on_block": on - _minutes(3)}
        )
        if self.fate.diverted_to:
            on = self._diverted(on)
        landing = on - _minutes(7)
        told = max(take_off + _minutes(1), landing - _minutes(25))
        self._tell(told, estimated={"on_block": on}, arrival={"belt": places.belt, "gate": places.gate})
        self._tell(landing - _minutes(5), actual={"ten_miles_out": landing - _minutes(5)})
        self._tell(landing, "landed", actual={"touch_down": landing})
        self._tell(on, actual={"on_block": on})
        self._tell(on + _minutes(13), "bags_on_belt", actual={"first_bag": on + _minutes(13)})
        self._tell(on + _minutes(29), actual={"last_bag": on + _minutes(29)})
        self._tell(on + _minutes(45), "completed")
        return self._in_order()

    def _plan(self, at: datetime, std: datetime, opens: datetime) -> None:
        places = self._places
        closes = std - _minutes(60 if places.international else 45)
        plan: dict[str, Any] = {
            "departure": {
                "terminal": places.terminal,
                "gate": places.gate,
                "stand": places.stand,
                "check_in_counters": places.counters,
                "security": places.security,
            },
            "aircraft": {"registration": places.registration, "type": self.leg.leg.aircraft},
        }
        if self._inbound is not None:
            plan["inbound"] = self._inbound.update(at)["leg"]
        scheduled = {
            "check_in_open": opens,
            "check_in_close": closes,
            "boarding_start": std - _minutes(40),
            "gate_close": std - _minutes(15),
        }
        self._tell(at, scheduled=scheduled, **plan)

    def _delay(self, std: datetime) -> None:
        """A late leg is told twice: a hopeful estimate first, then a better one."""
        late = self.fate.late_m
        if late < _LATE_ENOUGH_TO_TELL_M:
            return
        hopeful = max(_LATE_ENOUGH_TO_TELL_M, late * 6 // 10 // 5 * 5)
        for at, minutes in ((std - _minutes(80), hopeful), (std - _minutes(20), late)):
            status = "delayed" if minutes >= _DELAYED_IN_WORDS_M else None
            self._tell(
                at,
                status,
                estimated={
                    "off_block": std + _minutes(minutes),
                    "on_block": std + _minutes(minutes + self.fate.flight_m),
                    "boarding_start": std + _minutes(minutes - 40),
                },
                delays=[{"code": self.fate.reason, "minutes": minutes}],
            )

    def _calls(self, off: datetime) -> None:
        boarding, last = off - _minutes(38), off - _minutes(20)
        self._tell(off - _minutes(48), "boarding_soon")
        self._tell(boarding, "boarding", actual={"gate_open": boarding, "boarding_start": boarding})
        self._tell(last, "last_call", actual={"final_call": last})

    def _back_at_stand(self, off: datetime) -> datetime:
        again = off + _minutes(55)
        self.on_at = again + _minutes(self.fate.flight_m)
        self._tell(
            off + _minutes(12),
            "returned",
            estimated={"off_block": again, "on_block": self.on_at},
            delays=[{"code": "41", "minutes": self.fate.late_m + 55}],
        )
        self._tell(again, "departed", actual={"off_block": again}, estimated={"on_block": self.on_at})
        return again

    def _diverted(self, on: datetime) -> datetime:
        turned = on - _minutes(22)
        self._tell(
            turned,
            "diverted",
            diverted_to=self.fate.diverted_to,
            delays=[{"code": "72", "minutes": 150}],
            estimated={"on_block": on + _minutes(150)},
        )
        self._tell(turned + _minutes(110), "airborne", estimated={"on_block": on + _minutes(150)})
        self.on_at = on + _minutes(150)
        return self.on_at

    def _cancelled(self, at: datetime) -> list[Report]:
        self._tell(at, "cancelled", delays=[{"code": self.fate.reason}])
        return self._in_order()

    def _tell(
        self,
        at: datetime,
        status: str | None = None,
        *,
        scheduled: dict[str, datetime] | None = None,
        estimated: dict[str, datetime] | None = None,
        actual: dict[str, datetime] | None = None,
        **more: Any,
    ) -> None:
        times: dict[str, dict[str, str]] = {}
        for kind, instants in (
            ("scheduled_at", scheduled),
            ("estimated_at", estimated),
            ("actual_at", actual),
        ):
            for milestone, instant in (instants or {}).items():
                times.setdefault(milestone, {})[kind] = instant.isoformat()
        update: dict[str, Any] = {
            "leg": self.leg.update(at)["leg"],
            "event_at": at.isoformat(),
            # Reports of the same minute keep the order in which they are told.
            "sequence": len(self._told) + 1,
            **{name: value for name, value in more.items() if value},
        }
        if status:
            update["status"] = status
        if times:
            update["times"] = times
        self._told.append(Report(at, update))

    def _in_order(self) -> list[Report]:
        return sorted(self._told, key=lambda report: report.at)


def _minutes(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def merge(lives: Iterable[list[Report]]) -> list[Report]:
    """Reports of many legs in the order of their time."""
    return sorted((report for life in lives for report in life), key=lambda report: report.at)
