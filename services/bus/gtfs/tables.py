"""Which files of a feed are read, which columns they have, and how a cell is read and written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from services.bus.domain import feed

MAX_TEXT: Final = 500
MAX_ID: Final = 64
_TIME: Final = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_DATE: Final = re.compile(r"\d{8}")


@dataclass(frozen=True)
class Cell:
    """read: raises ValueError with the reason. write: the text that `read` turns into the same value."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]


@dataclass(frozen=True)
class Column:
    """One column: its name in the file, its field in the record, and whether a row may leave it empty."""

    name: str
    field: str
    cell: Cell
    required: bool
    default: Any


@dataclass(frozen=True)
class Table:
    """key: the fields that no two rows share; rows are kept in their order."""

    name: str
    record: type[Any]
    key: tuple[str, ...]
    required: bool
    columns: tuple[Column, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.txt"


def _text(raw: str) -> str:
    if len(raw) > MAX_TEXT:
        raise ValueError(f"longer than {MAX_TEXT} characters")
    return raw


def _id(raw: str) -> str:
    if len(raw) > MAX_ID:
        raise ValueError(f"an id longer than {MAX_ID} characters")
    return raw


def _whole(raw: str) -> int:
    if not re.fullmatch(r"\d{1,9}", raw, re.ASCII):
        raise ValueError("not a whole number")
    return int(raw)


def _degrees(raw: str) -> float:
    if not re.fullmatch(r"-?\d{1,3}(\.\d{1,12})?", raw, re.ASCII):
        raise ValueError("not a coordinate in degrees")
    return float(raw)


def _time(raw: str) -> int:
    found = _TIME.fullmatch(raw.strip())
    if not found:
        raise ValueError("not a time as 05:30:00 or 25:10:00")
    hours, minutes, seconds = (int(part) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _show_time(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _day(raw: str) -> date:
    if not _DATE.fullmatch(raw):
        raise ValueError("not a date as 20261124")
    return date.fromisoformat(raw)


def _fen(raw: str) -> int:
    try:
        price = Decimal(raw) * 100
    except InvalidOperation as exc:
        raise ValueError("not a price") from exc
    if not price.is_finite() or price != price.to_integral_value() or not 0 <= price < 10_000_000:
        raise ValueError("not a price in whole fen")
    return int(price)


TEXT: Final = Cell(_text, str)
ID: Final = Cell(_id, str)
WHOLE: Final = Cell(_whole, str)
DEGREES: Final = Cell(_degrees, lambda value: f"{value:.12f}".rstrip("0").rstrip("."))
TIME: Final = Cell(_time, _show_time)
DAY: Final = Cell(_day, lambda value: value.strftime("%Y%m%d"))
PRICE: Final = Cell(_fen, lambda fen: f"{fen // 100}.{fen % 100:02}")

_CELLS: Final[dict[str, Cell]] = {
    "stop_lat": DEGREES,
    "stop_lon": DEGREES,
    "arrival_time": TIME,
    "departure_time": TIME,
    "price_fen": PRICE,
    **dict.fromkeys(("start_date", "end_date", "date", "feed_start_date", "feed_end_date"), DAY),
    **dict.fromkeys(
        ("location_type", "route_type", "direction_id", "seats", "stop_sequence", "pickup_type"), WHOLE
    ),
    **dict.fromkeys(("drop_off_type", "exception_type", "payment_method", "transfers"), WHOLE),
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), WHOLE),
}
# A row may leave these empty although a record always has them.
_MAY_BE_EMPTY: Final = {"agency_id", "route_short_name", "route_long_name", "record_id"}


def _table(name: str, record: type[Any], key: str, required: bool = False) -> Table:
    columns = []
    for one in fields(record):
        needed = one.default is MISSING
        cell = _CELLS.get(one.name, ID if one.name.endswith("_id") else TEXT)
        default = "" if needed else one.default
        column = "price" if one.name == "price_fen" else one.name
        columns.append(Column(column, one.name, cell, needed and one.name not in _MAY_BE_EMPTY, default))
    return Table(name, record, tuple(key.split()), required, tuple(columns))


TABLES: Final = (
    _table("agency", feed.Agency, "agency_id", required=True),
    _table("stops", feed.Stop, "stop_id", required=True),
    _table("routes", feed.Route, "route_id", required=True),
    _table("trips", feed.Trip, "trip_id", required=True),
    _table("stop_times", feed.StopTime, "trip_id stop_sequence", required=True),
    _table("calendar", feed.Calendar, "service_id"),
    _table("calendar_dates", feed.CalendarDate, "service_id date"),
    _table("fare_attributes", feed.FareAttribute, "fare_id", required=True),
    _table("fare_rules", feed.FareRule, "fare_id route_id origin_id destination_id"),
    _table("feed_info", feed.FeedInfo, "feed_publisher_name"),
    _table("translations", feed.Translation, "table_name field_name language record_id"),
)
