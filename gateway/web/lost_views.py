"""Things that get lost as pages show them, in one language: kinds, colours, places by area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from gateway.web.texts import N_, Texts
from services.airport import Airport
from services.lostfound.schemas.vocabulary import AREAS, CATEGORIES, COLOURS, GROUPS, Place, places

OFTEN: Final = (
    "phone",
    "headphones",
    "passport",
    "id_card",
    "wallet",
    "backpack",
    "suitcase",
    "coat",
    "keys",
    "glasses",
)
"""What is asked for at the desk most: offered before the groups."""
CLAIMED_BY_NUMBER: Final = frozenset({"electronics", "valuables"})
"""Groups whose things mostly bear a serial number."""
_OTHER: Final = {"zh": "en", "en": "zh"}
_MONTHS: Final = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """What may be said of a thing to everybody."""

    category: str
    group: str
    name: str
    colours: list[dict[str, str]]


@cache
def words(t: Texts, code: str, kind: str) -> str:
    """The word of a code of the vocabulary; the code itself for one that is newer than this door."""
    known: dict[str, Mapping[str, Any]] = {
        "category": CATEGORIES,
        "colour": COLOURS,
        "area": AREAS,
        "group": GROUPS,
    }
    found = known[kind].get(code)
    return code if found is None else str(getattr(found, t.language))


def thing(told: Mapping[str, Any], t: Texts) -> Thing:
    """Of anything that has a category and colours."""
    code = told["category"]
    known = CATEGORIES.get(code)
    group = known.group if known else "other"
    return Thing(code, group, words(t, code, "category"), hues(told.get("colours", ()), t))


def hues(codes: Iterable[str], t: Texts) -> list[dict[str, str]]:
    """Colours with what they are drawn with."""
    return [
        {"code": code, "hex": COLOURS[code].hex, "name": words(t, code, "colour")}
        for code in codes
        if code in COLOURS
    ]


def kinds(t: Texts) -> list[dict[str, Any]]:
    """All categories by group. find: the name in the other language, which a search box finds it by as well."""
    other = _OTHER[t.language]
    return [
        {
            "code": group.code,
            "name": words(t, group.code, "group"),
            "find": getattr(group, other).lower(),
            "categories": [
                {
                    "code": one.code,
                    "name": words(t, one.code, "category"),
                    "find": getattr(one, other).lower(),
                }
                for one in CATEGORIES.values()
                if one.group == group.code
            ],
        }
        for group in GROUPS.values()
    ]


def known_places(airport: Airport) -> Mapping[str, Place]:
    return places(airport.iata, tuple(airport.terminals))


def places_by_area(airport: Airport, t: Texts) -> list[dict[str, Any]]:
    """The places one may choose, in the parts of the airport that may be named in public."""
    found, other = known_places(airport).values(), _OTHER[t.language]
    return [
        {
            "code": area.code,
            "name": words(t, area.code, "area"),
            "places": [
                {
                    "code": one.code,
                    "name": getattr(one, t.language),
                    "find": f"{getattr(one, other)} {one.code}".lower(),
                }
                for one in found
                if one.area == area.code
            ],
        }
        for area in AREAS.values()
    ]


def month_words(t: Texts, month: str) -> str:
    """`2026年11月`, `November 2026`, of `2026-11`."""
    day = date.fromisoformat(f"{month[:7]}-01")
    return f"{day.year}年{day.month}月" if t.language == "zh" else f"{t(_MONTHS[day.month - 1])} {day.year}"
