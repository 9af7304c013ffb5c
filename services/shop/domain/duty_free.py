"""Who may buy duty free, and how much of what is limited.

Source: docs/sources/mall-duty-free.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.shop.domain.flights import Flight

WITHIN: Final = timedelta(hours=24)
ADULTS_ONLY: Final = frozenset({"alcohol", "tobacco"})
"""Kinds of goods that nobody under 18 is sold, duty free or not: Law on the Protection of Minors, article 59."""


class Barred(StrEnum):
    NO_FLIGHT = "no_flight"
    DOMESTIC = "domestic"
    TOO_EARLY = "too_early"
    OVER = "over"


WORDS: Final = {
    Barred.NO_FLIGHT: (
        "免税品须绑定 24 小时内的国际或地区出境航班",
        "Duty free needs an international or regional flight that leaves within 24 hours",
    ),
    Barred.DOMESTIC: (
        "国内航班不能购买免税品",
        "Duty free isn't sold for domestic flights",
    ),
    Barred.TOO_EARLY: (
        "航班起飞前 24 小时内可购买免税品",
        "Duty free is sold within 24 hours of departure",
    ),
    Barred.OVER: ("航班已起飞、截止登机或取消", "The flight has closed, left or was cancelled"),
}


@dataclass(frozen=True)
class Allowance:
    """What one person may buy for one flight. per: the variant's measure that is counted, or pieces."""

    kind: str
    most: int
    measure: str
    zh: str
    en: str


ALLOWANCES: Final = (
    Allowance(
        "alcohol",
        1500,
        "liquid_ml",
        "酒精饮料每人限 1.5 升（12 度以上）",
        "Spirits and wine: 1.5 litres a person",
    ),
    Allowance("tobacco", 2, "pieces", "香烟每人限 2 条（400 支）", "Cigarettes: 2 cartons (400) a person"),
)


@dataclass(frozen=True)
class Piece:
    """A line as the rules see it. kind: alcohol, tobacco, …; liquid_ml: of one piece, 0: nobody says."""

    variant_id: str
    kind: str
    duty_free: bool
    liquid_ml: int
    quantity: int


def barred(flight: Flight | None, now: datetime) -> Barred | None:
    """Why nobody with this flight is sold duty free; None: they are."""
    if flight is None:
        return Barred.NO_FLIGHT
    if not flight.leaves:
        return Barred.OVER
    if not flight.international:
        return Barred.DOMESTIC
    return Barred.TOO_EARLY if flight.departs_at > now + WITHIN else None


def over_allowance(pieces: Iterable[Piece], before: Iterable[Piece] = ()) -> list[Allowance]:
    """Limits that the duty-free pieces of an order go beyond. before: what the same buyer has from other orders."""
    wanted, had = list(pieces), list(before)
    return [
        each for each in ALLOWANCES if _counted(each, wanted) and _counted(each, wanted + had) > each.most
    ]


def may_come_instead(wanted: Piece, offered: Piece, *, adult: bool) -> bool:
    """Whether something may be offered in place of what is missing: nothing that its buyer couldn't have bought, and no
    more of what is limited. adult: as the buyer declared."""
    if offered.kind in ADULTS_ONLY and not adult:
        return False
    if not offered.duty_free:
        return True
    limited = (each for each in ALLOWANCES if each.kind == offered.kind)
    return wanted.duty_free and all(_counted(each, [offered]) <= _counted(each, [wanted]) for each in limited)


def _counted(limit: Allowance, pieces: Iterable[Piece]) -> int:
    return sum(
        _measured(limit, each) * each.quantity
        for each in pieces
        if each.duty_free and each.kind == limit.kind
    )


def _measured(limit: Allowance, piece: Piece) -> int:
    """Of one piece; what nobody measured may be as much as the limit itself."""
    return 1 if limit.measure == "pieces" else piece.liquid_ml or limit.most


def words(why: Barred) -> Mapping[str, str]:
    zh, en = WORDS[why]
    return {"zh": zh, "en": en}
