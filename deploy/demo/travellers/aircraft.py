"""The seats of the demo's aircraft types. Made up in the style of real ones: docs/sources/demo-travellers.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_NARROW: Final = "ABC DEF"
_REGIONAL: Final = "AC DF"
_WIDE: Final = "AC DEFG HK"
_WIDER: Final = "ABC DEF HJK"


@dataclass(frozen=True)
class Block:
    """A cabin: rows `first` to `last` with these columns. exits: rows; the row before each doesn't recline.

    bassinet: columns of the first row where a cot hangs. missing: seats that the cabin has no room for.
    blocked: seats that nobody is given. windowless: at the wall without a view.
    """

    cabin: str
    columns: str
    first: int
    last: int
    exits: tuple[int, ...] = ()
    bassinet: str = ""
    missing: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    windowless: tuple[str, ...] = ()

    @property
    def letters(self) -> str:
        return self.columns.replace(" ", "")

    def rows(self) -> list[dict[str, Any]]:
        return [self._row(number) for number in range(self.first, self.last + 1)]

    def _row(self, number: int) -> dict[str, Any]:
        seats = [
            {"column": column, "attributes": self._attributes(number, column)}
            for column in self.letters
            if f"{number}{column}" not in self.missing
        ]
        return {"row": number, "exit": number in self.exits, "seats": seats}

    def _attributes(self, number: int, column: str) -> list[str]:
        seat, found = f"{number}{column}", []
        economy = self.cabin == "Y"
        if economy and (number == self.first or number in self.exits):
            found.append("extra_legroom")
        if number == self.first and column in self.bassinet:
            found.append("bassinet")
        if economy and (number + 1 in self.exits or number == self.last):
            found.append("limited_recline")
        if economy and number == self.last:
            found.append("adjoins_toilet")
        if seat in self.blocked:
            found.append("blocked")
        if seat in self.windowless:
            found.append("no_window")
        return found


@dataclass(frozen=True)
class Aircraft:
    """One layout. name: as passengers read it."""

    name: str
    blocks: tuple[Block, ...]

    @property
    def capacity(self) -> dict[str, int]:
        """Seats by cabin that somebody may be given."""
        return {
            block.cabin: sum(
                "blocked" not in seat["attributes"] for row in block.rows() for seat in row["seats"]
            )
            for block in self.blocks
        }

    def configuration(self, registration: str = "") -> dict[str, Any]:
        """ConfigurationSpecSchema as JSON."""
        cabins = [
            {"cabin": block.cabin, "columns": block.columns, "rows": block.rows()} for block in self.blocks
        ]
        spec: dict[str, Any] = {"aircraft": self.name, "cabins": cabins}
        return spec | ({"registration": registration} if registration else {})


def _narrow(name: str, last: int, exits: tuple[int, ...], business_rows: int = 2) -> Aircraft:
    front = Block("J", _REGIONAL, 1, business_rows)
    tail = (f"{last}C", f"{last}D")
    return Aircraft(name, (front, Block("Y", _NARROW, 31, last, exits, bassinet="AC", blocked=tail)))


def _one_class(name: str, last: int, exits: tuple[int, ...], columns: str = _NARROW) -> Aircraft:
    return Aircraft(name, (Block("Y", columns, 1, last, exits, bassinet="A" if columns == _NARROW else ""),))


# By the codes that timetables have (IATA), in capitals.
LAYOUTS: Final[dict[str, Aircraft]] = {
    "319": _narrow("Airbus A319", 52, (40,)),
    "320": _narrow("Airbus A320", 56, (41, 42)),
    "32Q": _narrow("Airbus A321neo", 62, (41, 54), business_rows=3),
    "321": _narrow("Airbus A321", 60, (40, 52), business_rows=3),
    "737": _narrow("Boeing 737-700", 51, (41,)),
    "738": _narrow("Boeing 737-800", 57, (43, 44)),
    "7M8": _narrow("Boeing 737 MAX 8", 58, (44, 45)),
    "919": _narrow("COMAC C919", 56, (42, 43)),
    "909": Aircraft(
        "COMAC C909", (Block("Y", "AC DEF", 31, 48, (39,), bassinet="A", missing=("31D", "31E", "31F")),)
    ),
    "E90": Aircraft("Embraer 190", (Block("J", "A DF", 1, 2), Block("Y", _REGIONAL, 31, 53, (41,)))),
    "CR9": Aircraft("CRJ900", (Block("J", "A DF", 1, 3), Block("Y", _REGIONAL, 31, 50, (39,)))),
    "333": Aircraft(
        "Airbus A330-300",
        (
            Block("J", "AC DG HK", 1, 6),
            Block(
                "Y",
                _WIDE,
                31,
                66,
                (31, 50),
                bassinet="DG",
                missing=("64D", "65D", "66D", "66A", "66K"),
                blocked=("66E", "66F"),
            ),
        ),
    ),
    "788": Aircraft(
        "Boeing 787-8", (Block("J", "AC DG HK", 1, 4), Block("Y", _WIDER, 31, 57, (43,), bassinet="DF"))
    ),
    "789": Aircraft(
        "Boeing 787-9",
        (
            Block("J", "A DG K", 1, 7),
            Block("W", "AC DEF HK", 16, 18),
            Block("Y", _WIDER, 31, 60, (45,), bassinet="DF", windowless=("38A", "38K")),
        ),
    ),
}
_SINGLE_CLASS: Final[dict[str, Aircraft]] = {
    "320": _one_class("Airbus A320", 30, (12, 13)),
    "321": _one_class("Airbus A321", 38, (11, 26)),
    "738": _one_class("Boeing 737-800", 31, (15, 16)),
    "E90": _one_class("Embraer 190", 26, (13,), _REGIONAL),
}
# Airlines with one class and rows from the front.
_LOW_COST: Final = frozenset({"9C", "AQ", "PN", "8L", "FD", "SL", "VZ", "TR", "AK", "VJ", "K6"})
_NAMES: Final = {
    "A319": "319", "A320": "320", "A321": "321", "A321NEO": "32Q", "A330": "333", "A330-300": "333",
    "737-800": "738", "B738": "738", "737-700": "737", "787-8": "788", "787-9": "789", "787": "789",
    "C919": "919", "C909": "909", "ARJ21": "909", "ARJ": "909", "E190": "E90", "CRJ900": "CR9", "CRJ9": "CR9",
}  # fmt: skip
_SWAPS: Final = {
    "738": "320", "320": "738", "321": "738", "32Q": "321", "333": "789", "789": "333", "788": "333",
    "319": "320", "CR9": "E90", "E90": "CR9", "737": "738", "7M8": "738", "919": "320", "909": "CR9",
}  # fmt: skip
_USUAL: Final = "738"


def code_of(text: str) -> str | None:
    """The code of a type as people or timetables write it: "A320", "738", "c919"; None: not one of ours."""
    wanted = text.strip().upper().removeprefix("AIRBUS ").removeprefix("BOEING ").removeprefix("COMAC ")
    code = _NAMES.get(wanted, wanted)
    return code if code in LAYOUTS else None


def aircraft_of(airline: str, code: str) -> Aircraft:
    """How this airline furnishes the type; an unknown one has the seats of the usual."""
    code = code if code in LAYOUTS else _USUAL
    if airline in _LOW_COST and code in _SINGLE_CLASS:
        return _SINGLE_CLASS[code]
    return LAYOUTS[code]


def substitute_for(code: str) -> str:
    """The type that comes when this one can't."""
    return _SWAPS.get(code, _USUAL)
