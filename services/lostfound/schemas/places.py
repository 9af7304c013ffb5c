"""Where things are lost and found: the airport as a map of codes, from its terminals and, where we know them, its numbers.

A code says where it lies: `T2-GATE-34`, `T1-BELT-3`, `T2-SECURITY`, `METRO`. What is nearer than a public area is never
shown to travellers: whoever knows the belt could be the one who read it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final


@dataclass(frozen=True)
class Area:
    """A part of the airport that may be named in public."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Place:
    """parent: what it is a part of; near: places that people walk through just before or after, or confuse it with."""

    code: str
    zh: str
    en: str
    area: str
    parent: str | None = None
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The numbered parts of a terminal."""

    islands: str = ""
    gates: range = range(0)
    belts: range = range(0)


AREAS: Final = {
    each.code: each
    for each in (
        Area("landside", "安检前公共区", "before security"),
        Area("airside", "安检后候机区", "after security"),
        Area("arrivals", "到达与行李提取区", "arrivals and baggage reclaim"),
        Area("aircraft", "飞机上", "on board an aircraft"),
        Area("transport", "机场交通", "buses, trains and car parks"),
        Area("elsewhere", "其他地点", "somewhere else"),
    )
}

# Sources: the airport's guide maps; gates, islands and belts as its own boards number them.
PLANS: Final[Mapping[str, Mapping[str, Plan]]] = {
    "CSX": {
        "T1": Plan("AB", range(1, 19), range(1, 5)),
        "T2": Plan("CDE", range(20, 52), range(5, 13)),
    }
}

_PARTS: Final = (
    # code, zh, en, area, parent, near
    ("KERB", "出发层车道边", "departures kerb", "landside", "", ("HALL", "TAXI")),
    (
        "HALL",
        "出发大厅",
        "departures hall",
        "landside",
        "",
        ("KERB", "CHECKIN", "LANDSIDE-SHOPS", "SECURITY"),
    ),
    ("CHECKIN", "值机柜台", "check-in", "landside", "HALL", ("HALL", "SECURITY")),
    (
        "LANDSIDE-SHOPS",
        "安检前商店餐厅",
        "shops and restaurants before security",
        "landside",
        "HALL",
        ("HALL",),
    ),
    ("LANDSIDE-TOILET", "安检前卫生间", "toilets before security", "landside", "HALL", ("HALL", "CHECKIN")),
    ("BORDER", "出境边检", "departure border control", "airside", "", ("SECURITY", "HALL")),
    ("SECURITY", "安检口", "security check", "airside", "", ("CHECKIN", "HALL", "BORDER", "GATES", "SHOPS")),
    ("GATES", "候机区", "departure lounge", "airside", "", ("SECURITY", "SHOPS", "TOILET")),
    (
        "SHOPS",
        "安检后商店餐厅",
        "shops and restaurants after security",
        "airside",
        "GATES",
        ("GATES", "SECURITY"),
    ),
    ("TOILET", "候机区卫生间", "toilets after security", "airside", "GATES", ("GATES",)),
    ("NURSERY", "母婴室、儿童游乐区", "nursery and play area", "airside", "GATES", ("GATES",)),
    ("LOUNGE", "贵宾休息室", "lounge", "airside", "GATES", ("GATES", "SECURITY")),
    ("TRANSFER", "中转厅", "transfer hall", "airside", "", ("GATES", "SECURITY", "BAGGAGE")),
    (
        "ENTRY",
        "入境边检、海关",
        "arrival border control and customs",
        "arrivals",
        "",
        ("BAGGAGE", "ARRIVALS"),
    ),
    ("BAGGAGE", "行李提取厅", "baggage reclaim", "arrivals", "", ("ENTRY", "ARRIVALS")),
    ("ARRIVALS", "到达大厅", "arrivals hall", "arrivals", "", ("BAGGAGE", "TAXI", "BUS-STOP")),
    ("BUS-STOP", "机场大巴站", "airport bus stop", "transport", "", ("ARRIVALS", "TAXI")),
    ("TAXI", "出租车、网约车上客点", "taxi and ride-hailing rank", "transport", "", ("ARRIVALS", "BUS-STOP")),
    ("PARKING", "停车场", "car park", "transport", "", ("ARRIVALS", "TAXI")),
)

_COMMON: Final = (
    Place("AIRCRAFT", "飞机上", "on board", "aircraft", None, ("APRON-BUS",)),
    Place("APRON-BUS", "机坪摆渡车", "apron bus", "aircraft", None, ("AIRCRAFT",)),
    Place("BUS", "机场大巴车上", "on an airport bus", "transport"),
    Place("SHUTTLE", "航站楼摆渡车", "shuttle between terminals", "transport"),
    Place("METRO", "地铁站", "metro station", "transport"),
    Place("MAGLEV", "磁浮快线站", "maglev station", "transport", None, ("METRO",)),
    Place("HOTEL", "机场酒店", "airport hotel", "elsewhere"),
    Place("OFFICE", "机场办公区", "airport offices", "elsewhere"),
    Place("OUTSIDE", "机场以外", "away from the airport", "elsewhere"),
    Place("UNKNOWN", "不清楚", "not known", "elsewhere"),
)
_REACHED: Final = {
    "AIRCRAFT": ("GATES", "BAGGAGE"),
    "APRON-BUS": ("GATES", "BAGGAGE"),
    "BUS": ("BUS-STOP",),
    "SHUTTLE": ("ARRIVALS", "KERB"),
    "METRO": ("ARRIVALS",),
    "MAGLEV": ("ARRIVALS",),
}
"""From where in each terminal one comes to what all share."""


@lru_cache
def places(iata: str, terminals: tuple[str, ...]) -> Mapping[str, Place]:
    """Every place of an airport by its code; of an airport we have no plan of, without numbers.

    iata, terminals: those of services.airport.Airport.
    """
    plans = PLANS.get(iata, {})
    found = [each for terminal in terminals for each in _terminal(terminal, plans.get(terminal, Plan()))]
    for each in _COMMON:
        reached = tuple(
            f"{terminal}-{part}" for terminal in terminals for part in _REACHED.get(each.code, ())
        )
        found.append(replace(each, near=each.near + reached))
    return _both_ways(found)


def within(known: Mapping[str, Place], code: str) -> list[str]:
    """A place and what it is a part of, from the inside out."""
    chain: list[str] = []
    place = known.get(code)
    while place is not None:
        chain.append(place.code)
        place = known.get(place.parent) if place.parent else None
    return chain


def _terminal(terminal: str, plan: Plan) -> Iterator[Place]:
    yield Place(terminal, f"{terminal}航站楼", f"Terminal {terminal.removeprefix('T')}", "landside")
    for code, zh, en, area, parent, near in _PARTS:
        yield Place(
            f"{terminal}-{code}",
            f"{terminal}{zh}",
            f"{terminal} {en}",
            area,
            f"{terminal}-{parent}" if parent else terminal,
            tuple(f"{terminal}-{each}" for each in near),
        )
    for island in plan.islands:
        beside = [f"{terminal}-CHECKIN-{each}" for each in plan.islands if abs(ord(each) - ord(island)) == 1]
        yield Place(
            f"{terminal}-CHECKIN-{island}",
            f"{terminal}值机{island}岛",
            f"{terminal} check-in island {island}",
            "landside",
            f"{terminal}-CHECKIN",
            (*beside, f"{terminal}-SECURITY"),
        )
    yield from _numbered(terminal, "GATE", "号登机口", "gate", plan.gates)
    yield from _numbered(terminal, "BELT", "号行李转盘", "baggage belt", plan.belts)


def _numbered(terminal: str, kind: str, zh: str, en: str, numbers: range) -> Iterator[Place]:
    area, parent = {"GATE": ("airside", "GATES"), "BELT": ("arrivals", "BAGGAGE")}[kind]
    for number in numbers:
        near = (each for each in (number - 2, number - 1, number + 1, number + 2) if each in numbers)
        yield Place(
            f"{terminal}-{kind}-{number}",
            f"{terminal} {number}{zh}",
            f"{terminal} {en} {number}",
            area,
            f"{terminal}-{parent}",
            tuple(f"{terminal}-{kind}-{each}" for each in near),
        )


def _both_ways(found: list[Place]) -> dict[str, Place]:
    """Nearness has no direction; what a table names only once is noted at the other end too."""
    near: dict[str, dict[str, None]] = {each.code: {} for each in found}
    for each in found:
        for other in each.near:
            if other in near:
                near[each.code][other] = None
                near[other][each.code] = None
    return {each.code: replace(each, near=tuple(near[each.code])) for each in found}
