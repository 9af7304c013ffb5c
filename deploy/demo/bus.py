"""A timetable of Changsha's airport buses, made up from what is generally known of them.

Source: docs/sources/bus-demo.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.bus.domain.feed import (
    ADDED,
    REMOVED,
    Agency,
    Calendar,
    CalendarDate,
    FareAttribute,
    FareRule,
    Feed,
    FeedInfo,
    Route,
    Stop,
    StopTime,
    Translation,
    Trip,
)

# How the version of a demo feed begins.
DEMO: Final = "demo-"
_DAYS: Final = 400
_STOP_S: Final = 120
_AIRPORT: Final = (("CSX-T2", 0), ("CSX-T1", 5))


@dataclass(frozen=True)
class Line:
    """stops: towards the airport, with minutes from the first. hours: of the first and last bus, and a bus
    every `every` minutes; a last hour past 24 belongs to the day it began."""

    id: str
    zh: str
    en: str
    colour: str
    stops: tuple[tuple[str, int], ...]
    hours: tuple[float, float]
    every: int
    seats: int


# id, Chinese, English, latitude, longitude, zone
STOPS: Final = (
    ("CSX-T1", "长沙黄花机场T1航站楼", "Changsha Airport Terminal 1", 28.18920, 113.21470, "airport"),
    ("CSX-T2", "长沙黄花机场T2航站楼", "Changsha Airport Terminal 2", 28.19230, 113.22030, "airport"),
    ("MINHANG", "民航大酒店", "Civil Aviation Hotel", 28.19560, 113.00890, "centre"),
    ("RAIL", "长沙火车站", "Changsha Railway Station", 28.19420, 113.01310, "centre"),
    ("WUYI", "五一广场", "Wuyi Square", 28.19620, 112.97700, "centre"),
    ("HSR", "长沙火车南站", "Changsha South Railway Station", 28.14860, 113.06430, "south"),
    ("SOUTHBUS", "汽车南站", "South Bus Station", 28.11650, 113.01100, "south"),
    ("WESTBUS", "汽车西站", "West Bus Station", 28.20990, 112.90960, "west"),
    ("LUGU", "麓谷", "Lugu", 28.23200, 112.88150, "west"),
    ("XINGSHA", "星沙汽车站", "Xingsha Bus Station", 28.24500, 113.08300, "north"),
    ("ZHUZHOU", "株洲汽车中心站", "Zhuzhou Central Bus Station", 27.84600, 113.13400, "zhuzhou"),
    ("XIANGTAN", "湘潭汽车站", "Xiangtan Bus Station", 27.84100, 112.92200, "xiangtan"),
)
LINES: Final = (
    Line("A1", "机场大巴1号线", "Airport Bus 1", "0B6E99", (("WUYI", 0), ("RAIL", 15), ("MINHANG", 20)), (5.5, 22.5), 30, 45),
    Line("A2", "机场大巴2号线", "Airport Bus 2", "2E7D32", (("SOUTHBUS", 0), ("HSR", 20)), (6, 21), 30, 45),
    Line("A3", "机场大巴3号线", "Airport Bus 3", "B23C17", (("LUGU", 0), ("WESTBUS", 15)), (6, 20.5), 60, 45),
    Line("A4", "机场大巴4号线", "Airport Bus 4", "6A1B9A", (("XINGSHA", 0),), (6.5, 20.5), 60, 33),
    Line("Z1", "株洲机场专线", "Zhuzhou Airport Coach", "8D6E00", (("ZHUZHOU", 0),), (6, 20), 60, 49),
    Line("X1", "湘潭机场专线", "Xiangtan Airport Coach", "00695C", (("XIANGTAN", 0),), (6, 20), 60, 49),
)  # fmt: skip
# Minutes from a line's last stop in town to the airport, and its fares in yuan by zone.
_TO_AIRPORT: Final = {"A1": 40, "A2": 35, "A3": 55, "A4": 30, "Z1": 70, "X1": 75}
FARES_FEN: Final = {
    "centre": 2000,
    "south": 2200,
    "west": 2900,
    "north": 1500,
    "zhuzhou": 4500,
    "xiangtan": 5000,
}
# The night bus leaves the airport after the last landings; its times pass 24:00.
_NIGHT_LEAVES_MIN: Final = 25 * 60 + 45


def demo_feed(first: date) -> Feed:
    """The lines from `first` on, for a good year. The same day gives the same feed."""
    last = first + timedelta(days=_DAYS)
    trips: list[Trip] = []
    times: list[StopTime] = []
    for line in LINES:
        for direction in (0, 1):
            for minute in _minutes(line, direction):
                trip_id = f"{line.id}-{'out' if direction else 'in'}-{minute // 60:02}{minute % 60:02}"
                headsign = line.zh if direction else "长沙黄花机场"
                trips.append(Trip(line.id, "daily", trip_id, headsign, direction, line.seats))
                times += _calls(line, direction, trip_id, minute)
    night = Trip("A1", "night", "A1-night", "五一广场（夜间）", 1, 45)
    trips.append(night)
    times += _calls(LINES[0], 1, night.trip_id, _NIGHT_LEAVES_MIN)
    return Feed(
        agency=(
            Agency("CSXBUS", "长沙机场大巴", "https://www.hncaac.com/", "Asia/Shanghai", "zh", "0731-96777"),
        ),
        stops=_stops(),
        routes=tuple(
            Route(line.id, line.id, line.zh, 3, "CSXBUS", line.colour, "FFFFFF")
            for line in sorted(LINES, key=lambda line: line.id)
        ),
        trips=tuple(sorted(trips, key=lambda trip: trip.trip_id)),
        stop_times=tuple(sorted(times, key=lambda call: (call.trip_id, call.stop_sequence))),
        calendar=(Calendar("daily", 1, 1, 1, 1, 1, 1, 1, first, last), _night_calendar(first, last)),
        calendar_dates=_holidays(first, last),
        fare_attributes=tuple(
            FareAttribute(zone, fen, "CNY", 1, 0) for zone, fen in sorted(FARES_FEN.items())
        ),
        fare_rules=tuple(
            sorted(
                _fare_rules(), key=lambda one: (one.fare_id, one.route_id, one.origin_id, one.destination_id)
            )
        ),
        feed_info=(
            FeedInfo("长沙机场大巴", "https://www.hncaac.com/", "zh", first, last, f"{DEMO}{first:%Y%m%d}"),
        ),
        translations=_translations(),
    )


def _minutes(line: Line, direction: int) -> range:
    begin, end = (int(hour * 60) for hour in line.hours)
    # Buses into town run two hours later: flights land until midnight.
    shift = 120 * direction
    return range(begin + shift, end + shift + 1, line.every)


def _calls(line: Line, direction: int, trip_id: str, minute: int) -> list[StopTime]:
    town = line.stops
    far = town[-1][1] + _TO_AIRPORT[line.id]
    way = [*town, *((stop, far + late) for stop, late in _AIRPORT)]
    if direction:
        end = way[-1][1]
        way = [(stop, end - at) for stop, at in reversed(way)]
    in_town = {stop for stop, _ in town}
    calls = []
    for number, (stop, at) in enumerate(way, 1):
        arrives = (minute + at) * 60
        leaves = arrives if number in (1, len(way)) else arrives + _STOP_S
        # It is an airport bus: nobody rides within the town, or from one terminal to the other.
        on, off = (stop in in_town) != bool(direction), (stop in in_town) == bool(direction)
        calls.append(StopTime(trip_id, arrives, leaves, stop, number, int(not on), int(not off)))
    return calls


def _stops() -> tuple[Stop, ...]:
    station = Stop("CSX", "长沙黄花机场", 28.19100, 113.21800, "CSX", "", "airport", 1)
    stops = [
        Stop(id_, zh, lat, lon, "", "", zone, 0, "CSX" if id_.startswith("CSX-") else "")
        for id_, zh, _, lat, lon, zone in STOPS
    ]
    return tuple(sorted([station, *stops], key=lambda stop: stop.stop_id))


def _night_calendar(first: date, last: date) -> Calendar:
    return Calendar("night", 0, 0, 0, 0, 1, 1, 1, first, last)


def _holidays(first: date, last: date) -> tuple[CalendarDate, ...]:
    """New Year's Eve by the sun has a night bus whatever its weekday; the evening after has none."""
    changes = []
    for year in range(first.year, last.year + 1):
        for day, kind in ((date(year, 12, 31), ADDED), (date(year, 1, 1), REMOVED)):
            if first <= day <= last:
                changes.append(CalendarDate("night", day, kind))
    return tuple(sorted(changes, key=lambda change: change.date))


def _fare_rules() -> list[FareRule]:
    return [
        rule
        for zone in FARES_FEN
        for rule in (FareRule(zone, "", zone, "airport"), FareRule(zone, "", "airport", zone))
    ]


def _translations() -> tuple[Translation, ...]:
    names = [("stops", "stop_name", en, id_) for id_, _, en, *_ in STOPS]
    names += [("routes", "route_long_name", line.en, line.id) for line in LINES]
    names += [("stops", "stop_name", "Changsha Airport", "CSX")]
    names += [("agency", "agency_name", "Changsha Airport Bus", "CSXBUS")]
    rows = (Translation(table, field, "en", text, record) for table, field, text, record in names)
    return tuple(sorted(rows, key=lambda row: (row.table_name, row.field_name, row.language, row.record_id)))
