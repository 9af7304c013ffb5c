"""When a ticket may be given back or changed, and what it costs: tables whose rows carry their reasons.

Source: docs/sources/bus-fares.md, "Returns" and "Changes".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.bus.schemas.vocabulary import Why


@dataclass(frozen=True)
class Term:
    """One row: from `notice` before departure on (negative: after it) until the next row's.

    fee_pct: of what was paid; None: not possible. reason_zh, reason_en: told to the traveller with the row.
    """

    code: str
    notice: timedelta
    fee_pct: int | None
    reason_zh: str
    reason_en: str

    @property
    def last(self) -> bool:
        """Whether no other row follows in time."""
        return self.notice == _NEVER_OVER


_LONG_BEFORE: Final = timedelta(days=3650)
_NEVER_OVER: Final = -_LONG_BEFORE

RETURNS: Final = (
    Term(
        "day_before",
        timedelta(hours=24),
        0,
        "开车前24小时以上退票免费：座位还来得及再售出。",
        "Free up to 24 hours before departure: the seat can still be sold.",
    ),
    Term(
        "hours_before",
        timedelta(hours=2),
        10,
        "开车前2小时以上退票收取票款的10%：座位可能空驶。",
        "Up to 2 hours before departure 10% is kept: the seat may stay empty.",
    ),
    Term(
        "just_before",
        timedelta(0),
        20,
        "开车前2小时以内退票收取票款的20%：座位多半空驶。",
        "Within the last 2 hours 20% is kept: the seat will mostly stay empty.",
    ),
    Term(
        "departed",
        _NEVER_OVER,
        None,
        "开车后不能退票：座位已为您保留。航班延误可免费改乘。",
        "Not after departure: the seat was kept for you. If your flight is late, change free of charge instead.",
    ),
)
CHANGES: Final = (
    Term(
        "before_departure",
        timedelta(0),
        0,
        "开车前可免费改签一次：座位还来得及再售出。",
        "Once, free of charge, until departure: the seat can still be sold.",
    ),
    Term(
        "departed",
        _NEVER_OVER,
        None,
        "开车后不能改签：座位已为您保留。",
        "Not after departure: the seat was kept for you.",
    ),
)
FLIGHT_LATE: Final = Term(
    "flight_late",
    timedelta(hours=-24),
    0,
    "航班延误，可在原班次开车后24小时内免费改乘有空座的班次：误车并非旅客的过错。",
    "Your flight is late: take any bus with a free seat within 24 hours of the one you missed, free of charge, "
    "as missing it is not your fault.",
)
BUS_CANCELLED: Final = Term(
    "bus_cancelled",
    _NEVER_OVER,
    0,
    "班次取消，全额退款或免费改乘：未能成行并非旅客的过错。",
    "The bus was cancelled: all your money back, or another bus free of charge, as it is not your fault.",
)
MAX_CHANGES: Final = 1


def return_term(departs_at: datetime, now: datetime, why: Why = Why.OWN_WISH) -> Term:
    """The row that holds for giving a ticket back at `now`. Both instants aware.

    A late flight gives no better return than one's own wish: it gives a free change.
    """
    return BUS_CANCELLED if why is Why.BUS_CANCELLED else _row(RETURNS, departs_at - now)


def change_term(
    departs_at: datetime, now: datetime, why: Why = Why.OWN_WISH, changes: int = 0
) -> Term | None:
    """The row that holds for changing to another bus at `now`; None when one's own wish was granted before.

    changes: how often the ticket was changed by own wish.
    """
    if why is Why.BUS_CANCELLED:
        return BUS_CANCELLED
    if why is Why.FLIGHT_LATE and departs_at - now >= FLIGHT_LATE.notice:
        return FLIGHT_LATE
    return _row(CHANGES, departs_at - now) if changes < MAX_CHANGES else None


def refund_fen(paid_fen: int, term: Term) -> int:
    """What comes back under this row, whole fen, 0..paid_fen; a part of a fen goes to the traveller."""
    return 0 if term.fee_pct is None else paid_fen - paid_fen * term.fee_pct // 100


def _row(table: tuple[Term, ...], notice: timedelta) -> Term:
    return next((term for term in table if notice >= term.notice), table[-1])
