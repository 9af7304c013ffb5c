"""An aircraft's seats, read from a configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.checkin.schemas.vocabulary import MAX_SEATS, SeatAttribute

_AISLE = " "


@dataclass(frozen=True)
class Seat:
    """place: from the left, aisles counted; block: the seats of a row between two aisles or walls, from 0."""

    name: str
    row: int
    column: str
    cabin: str
    place: int
    block: int
    attributes: frozenset[SeatAttribute]

    def is_(self, attribute: SeatAttribute) -> bool:
        return attribute in self.attributes

    @property
    def usable(self) -> bool:
        return SeatAttribute.BLOCKED not in self.attributes

    @property
    def kind(self) -> str:
        """window, aisle or middle: what people choose by."""
        if SeatAttribute.WINDOW in self.attributes:
            return "window"
        return "aisle" if SeatAttribute.AISLE in self.attributes else "middle"


@dataclass(frozen=True)
class Row:
    number: int
    exit: bool
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Cabin:
    code: str
    columns: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class SeatMap:
    aircraft: str
    cabins: tuple[Cabin, ...]

    @cached_property
    def seats(self) -> dict[str, Seat]:
        """By name, from front to back and left to right."""
        return {seat.name: seat for cabin in self.cabins for row in cabin.rows for seat in row.seats}

    @cached_property
    def codes(self) -> frozenset[str]:
        """Cabins that there are."""
        return frozenset(cabin.code for cabin in self.cabins)

    def rows_for(self, cabin: str) -> Iterator[Row]:
        """The rows in which somebody of this cabin sits: their own, or any when the aircraft has no such cabin."""
        for each in self.cabins:
            if each.code == cabin or cabin not in self.codes:
                yield from each.rows

    def seats_for(self, cabin: str) -> list[Seat]:
        return [seat for row in self.rows_for(cabin) for seat in row.seats]


def seat_map_of(spec: Mapping[str, Any]) -> SeatMap:
    """Read ConfigurationSpecSchema as JSON, of which `problems_of` knows none."""
    cabins = []
    for cabin in spec["cabins"]:
        rows = sorted((_row(cabin, row) for row in cabin["rows"]), key=lambda row: row.number)
        cabins.append(Cabin(cabin["cabin"], cabin["columns"], tuple(rows)))
    return SeatMap(spec["aircraft"], tuple(cabins))


def problems_of(spec: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong beyond the form: (path, code)."""
    found: list[tuple[str, str]] = []
    rows: set[int] = set()
    cabins: set[str] = set()
    seats = 0
    for number, cabin in enumerate(spec["cabins"]):
        path = f"cabins.{number}"
        columns = cabin["columns"].replace(_AISLE, "")
        if cabin["cabin"] in cabins:
            found.append((f"{path}.cabin", "duplicate"))
        if len(set(columns)) != len(columns):
            found.append((f"{path}.columns", "duplicate"))
        cabins.add(cabin["cabin"])
        for index, row in enumerate(cabin["rows"]):
            if row["row"] in rows:
                found.append((f"{path}.rows.{index}.row", "duplicate"))
            rows.add(row["row"])
            named = [seat["column"] for seat in row["seats"] or ()]
            if set(named) - set(columns):
                found.append((f"{path}.rows.{index}.seats", "unknown_column"))
            if len(set(named)) != len(named):
                found.append((f"{path}.rows.{index}.seats", "duplicate"))
            seats += len(columns) if row["seats"] is None else len(named)
    if seats > MAX_SEATS:
        found.append(("cabins", "too_many"))
    return found


def _row(cabin: Mapping[str, Any], row: Mapping[str, Any]) -> Row:
    given = {seat["column"]: frozenset(map(SeatAttribute, seat["attributes"])) for seat in row["seats"] or ()}
    layout: str = cabin["columns"]
    seats = []
    for place, column in enumerate(layout):
        if column == _AISLE or (row["seats"] is not None and column not in given):
            continue
        attributes = given.get(column, frozenset()) | _from_columns(layout, place, given.get(column))
        if row["exit"]:
            attributes |= {SeatAttribute.EXIT}
        seats.append(
            Seat(
                name=f"{row['row']}{column}",
                row=row["row"],
                column=column,
                cabin=cabin["cabin"],
                place=place,
                block=layout[:place].count(_AISLE),
                attributes=attributes,
            )
        )
    exit_row = row["exit"] or any(seat.is_(SeatAttribute.EXIT) for seat in seats)
    return Row(row["row"], exit_row, tuple(seats))


def _from_columns(
    layout: str, place: int, given: frozenset[SeatAttribute] | None
) -> frozenset[SeatAttribute]:
    if given and not given.isdisjoint({SeatAttribute.WINDOW, SeatAttribute.AISLE, SeatAttribute.NO_WINDOW}):
        return frozenset()
    found = set()
    if place in (0, len(layout) - 1):
        found.add(SeatAttribute.WINDOW)
    if _AISLE in (layout[place - 1 : place], layout[place + 1 : place + 2]):
        found.add(SeatAttribute.AISLE)
    return frozenset(found)
