"""A plausible day at Changsha as FlightSchema documents, for pages without services behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.flights import names

HOME = "CSX"
ZONE = ZoneInfo("Asia/Shanghai")

PLACES = [
    "PEK",
    "SHA",
    "CAN",
    "SZX",
    "CTU",
    "KMG",
    "XMN",
    "HGH",
    "NKG",
    "TAO",
    "XIY",
    "URC",
    "HRB",
    "SYX",
    "HAK",
    "DLC",
    "TNA",
    "KWE",
    "NNG",
    "HET",
    "LHW",
    "BKK",
    "NRT",
    "ICN",
    "HKG",
    "SIN",
    "LHR",
]
MINUTES = [
    140,
    105,
    70,
    80,
    120,
    110,
    85,
    85,
    80,
    130,
    105,
    300,
    215,
    130,
    115,
    165,
    120,
    75,
    85,
    160,
    130,
    190,
    270,
    200,
    110,
    260,
    720,
]
AIRLINES = ["CZ", "MU", "HU", "CA", "ZH", "MF", "3U", "SC", "CZ", "HO"]


def text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


@dataclass
class Plan:
    """What a test wants of one leg; the rest is plausible."""

    airline: str = "CZ"
    number: str = "3101"
    other: str = "PEK"
    departing: bool = True
    out: datetime = datetime(2026, 11, 23, 8, tzinfo=UTC)
    minutes: int = 140
    status: str = "scheduled"
    delay: int = 0
    happened: bool = False
    version: int = 3
    more: dict[str, Any] = field(default_factory=dict)


def place(iata: str) -> dict[str, Any]:
    found = names.airport(iata)
    assert found is not None
    return {
        "iata": iata,
        "icao": found.icao or None,
        "name": {"zh": found.name_zh, "en": found.name_en},
        "city": {"zh": found.city_zh, "en": found.city_en},
        "zone": found.zone,
    }


def leg(plan: Plan) -> dict[str, Any]:
    """One FlightSchema document. `plan.more` replaces whole keys, or by `departure.gate` one of an end."""
    company = names.airline(plan.airline)
    assert company is not None
    come = plan.out + timedelta(minutes=plan.minutes)
    start, end = (HOME, plan.other) if plan.departing else (plan.other, HOME)
    here = plan.out if plan.departing else come
    number = f"{plan.airline}{plan.number}"
    moved = bool(plan.delay) or plan.happened
    document: dict[str, Any] = {
        "id": f"{number}-{plan.out:%Y%m%d}-{start}-{end}",
        "version": plan.version,
        "number": number,
        "airline": {"iata": plan.airline, "name": {"zh": company.name_zh, "en": company.name_en}},
        "codeshares": [],
        "direction": "departure" if plan.departing else "arrival",
        "service_day_local": here.astimezone(ZONE).date().isoformat(),
        "board_at": text(here),
        "status": plan.status,
        "delay_minutes": plan.delay if moved else None,
        **_ends(plan, start, end),
        "milestones": {
            "off_block": {"scheduled_at": text(plan.out)},
            "on_block": {"scheduled_at": text(come)},
        },
        "route": [place(start), place(end)],
        "aircraft": {"type": "320", "registration": "B-6653"},
        "delay_reasons": [],
        "diverted_to": None,
        "inbound": None,
        "onward": None,
        "keywords": names.keywords(number, (), plan.airline, start, end),
        "updated_at": text(here - timedelta(minutes=47)),
    }
    return _with(document, plan.more)


def _ends(plan: Plan, start: str, end: str) -> dict[str, Any]:
    come, late = plan.out + timedelta(minutes=plan.minutes), timedelta(minutes=plan.delay)
    best_out, best_come = plan.out + late, come + late
    moved = bool(plan.delay) or plan.happened
    return {
        "departure": {
            "airport": place(start),
            "scheduled_at": text(plan.out),
            "estimated_at": text(best_out) if moved else None,
            "actual_at": text(best_out) if plan.happened else None,
            "terminal": "T2" if plan.departing else None,
            "check_in_counters": "C08-C14" if plan.departing else None,
            "security": None,
            "gate": "B12" if plan.departing else None,
            "stand": "212" if plan.departing else None,
        },
        "arrival": {
            "airport": place(end),
            "scheduled_at": text(come),
            "estimated_at": text(best_come) if moved else None,
            "actual_at": text(best_come) if plan.status in {"landed", "bags_on_belt", "completed"} else None,
            "terminal": None if plan.departing else "T2",
            "gate": None,
            "stand": None,
            "belt": None if plan.departing else "7",
        },
    }


def _with(document: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    for key, value in more.items():
        head, _, tail = key.partition(".")
        if tail:
            document[head][tail] = value
        else:
            document[head] = value
    shares = document["codeshares"]
    if shares:
        ends = document["departure"]["airport"]["iata"], document["arrival"]["airport"]["iata"]
        document["keywords"] = names.keywords(document["number"], shares, document["airline"]["iata"], *ends)
    return document


def day_of(now: datetime, count: int = 240) -> list[dict[str, Any]]:
    """`count` legs each way for every day from yesterday to +3, with statuses that fit `now`."""
    today = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for offset in range(-1, 4):
        for i in range(count):
            for departing in (True, False):
                start = today + timedelta(days=offset, minutes=360 + i * 1070 // count // 5 * 5)
                found.append(_plausible(start, i, departing, now))
    return list({document["id"]: document for document in found}.values())


def _plausible(here: datetime, i: int, departing: bool, now: datetime) -> dict[str, Any]:
    k = (i * 7 + (0 if departing else 11)) % len(PLACES)
    minutes = MINUTES[k]
    delay = (0, 0, 0, 12, 0, 35, 0, -6, 0, 0, 95, 0, 0)[i % 13]
    out = here if departing else here - timedelta(minutes=minutes)
    away = (here - now).total_seconds() / 60 + delay
    known = away < 180
    status, happened = _stage(away, departing, minutes) if known else ("scheduled", False)
    more: dict[str, Any] = {}
    side = "departure" if departing else "arrival"
    more[f"{side}.terminal"] = "T1" if i % 6 == 0 else "T2"
    if departing:
        more["departure.check_in_counters"] = f"{'ABCDEF'[i % 6]}{(i * 3) % 18 + 1:02d}"
        more["departure.gate"] = f"{'AB'[i % 2]}{(i * 5) % 37 + 1}" if away < 240 else None
        more["departure.stand"] = None
    else:
        more["arrival.belt"] = str(i % 9 + 1) if away < 60 else None
        more["arrival.gate"] = f"B{i % 30 + 1}" if away < 60 else None
    if i % 9 == 4:
        more["codeshares"] = ["MF4101", "KL4502"]
    if known and i % 41 == 17:
        status, happened, delay = "cancelled", False, 0
    plan = Plan(
        AIRLINES[(i + k) % len(AIRLINES)], str(3000 + i * 7 + (1 if departing else 2)), PLACES[k], departing
    )
    plan.out, plan.minutes, plan.status, plan.happened, plan.more = out, minutes, status, happened, more
    plan.delay = delay if known else 0
    return leg(plan)


def _stage(away: float, departing: bool, minutes: int) -> tuple[str, bool]:
    """(status, has left) of a leg whose time here is `away` minutes ahead."""
    if departing:
        steps = [
            (-minutes - 20, "landed"),
            (-12, "airborne"),
            (0, "departed"),
            (12, "gate_closed"),
            (20, "last_call"),
            (40, "boarding"),
            (50, "boarding_soon"),
            (150, "check_in_open"),
        ]
        status = next((word for limit, word in steps if away < limit), "scheduled")
        return status, away < 0
    steps = [(-45, "completed"), (-15, "bags_on_belt"), (0, "landed"), (minutes - 5, "expected")]
    status = next((word for limit, word in steps if away < limit), "scheduled")
    return status, away < minutes


def showcase(now: datetime) -> dict[str, dict[str, Any]]:
    """Legs in every state that a page has words for, by what they show."""
    m = timedelta(minutes=1)
    near = now.replace(second=0, microsecond=0)
    boarding = Plan("CZ", "3101", "PEK", out=near + 52 * m, status="boarding", delay=25, version=7)
    boarding.more = {
        "codeshares": ["MF1101", "KL4502", "AF5311"],
        "milestones": _course(boarding.out, boarding.delay, near, 140 * m),
        "delay_reasons": [
            {
                "code": "81",
                "minutes": 25,
                "text": {"zh": "空中交通管制", "en": "air traffic control"},
            }
        ],
        "inbound": {"flight_id": "CZ3102-20261123-PEK-CSX", "number": "CZ3102", "known": False},
        "departure.security": "S3",
    }
    flying = Plan("CZ", "8302", "NRT", False, near - 150 * m, 200, "expected", -8, True, 9)
    flying.more = {"departure.terminal": "T1", "aircraft": {"type": "789", "registration": "B-1128"}}
    flying.more["milestones"] = _course(flying.out, flying.delay, near, 200 * m)
    night = Plan("3U", "8822", "LHR", out=near + 400 * m, minutes=720, status="delayed", delay=185)
    stops = Plan("HU", "7142", "KWE", out=near + 95 * m, minutes=75, status="check_in_open")
    stops.more = {"route": [place(code) for code in ("CSX", "KWE", "KMG")]}
    off = Plan("MU", "5302", "SHA", out=near + 120 * m, minutes=105, status="cancelled")
    away = Plan("CA", "1344", "CTU", False, near - 160 * m, 120, "diverted", 70, True)
    away.more = {
        "diverted_to": place("KWE"),
        "onward": {"flight_id": "CA1344D-20261123-KWE-CSX", "number": "CA1344D", "known": False},
    }
    back = Plan(
        "ZH", "9602", "SZX", out=near - 35 * m, minutes=80, status="returned", delay=60, happened=False
    )
    plans = {"boarding": boarding, "flying": flying, "night": night, "stops": stops}
    plans |= {"cancelled": off, "diverted": away, "returned": back}
    plans["landed"] = Plan("MF", "8430", "XMN", False, near - 130 * m, 110, "bags_on_belt", 5, True)
    return {name: leg(plan) for name, plan in plans.items()}


def _course(out: datetime, delay: int, now: datetime, flight: timedelta) -> dict[str, dict[str, Any]]:
    """All milestones of a leg; those before `now` have happened."""
    before = {
        "check_in_open": -150,
        "check_in_close": -45,
        "gate_open": -50,
        "boarding_start": -40,
        "final_call": -20,
    }
    before |= {"gate_close": -15, "off_block": 0, "take_off": 14}
    minutes = flight // timedelta(minutes=1)
    after = {"touch_down": minutes - 8, "on_block": minutes, "first_bag": minutes + 15}
    course = {}
    for name, offset in (before | after).items():
        planned = out + timedelta(minutes=offset)
        best = planned + timedelta(minutes=delay)
        kind = "actual_at" if best <= now else "estimated_at"
        course[name] = {"scheduled_at": text(planned), kind: text(best)}
    return course


def history_of(document: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Changes of many kinds, newest first, as HistorySchema has them."""
    told = [
        ("status", "check_in_open", "boarding", "airport"),
        ("departure.gate", "B08", "B12", "airport"),
        ("milestones.off_block.estimated_at", None, text(now + timedelta(minutes=60)), "airline"),
        (
            "departure.estimated_at",
            document["departure"]["scheduled_at"],
            text(now + timedelta(minutes=77)),
            "airline",
        ),
        ("delay_reasons", [], document["delay_reasons"], "airline"),
        ("aircraft.registration", None, "B-6653", "handler"),
        ("codeshares", [], ["MF1101"], "schedule"),
        ("diverted_to", None, place("KWE"), "airport"),
    ]
    return [
        {
            "field": name,
            "old": old,
            "new": new,
            "event_at": text(now - timedelta(minutes=9 * i + 4)),
            "recorded_at": text(now - timedelta(minutes=9 * i + 4)),
            "source_kind": source,
            "source_name": "desk",
        }
        for i, (name, old, new, source) in enumerate(told)
    ]
