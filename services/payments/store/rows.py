"""Rows as values, where the rules have none of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class NoticeState(StrEnum):
    RECEIVED = "received"
    APPLIED = "applied"
    REFUSED = "refused"


@dataclass(frozen=True)
class Received:
    """A notification as it came. headers: JSON text. reason: why it was refused."""

    id: str
    event_type: str
    out_trade_no: str
    out_refund_no: str
    headers: str
    body: str
    received_at: datetime
    state: NoticeState = NoticeState.RECEIVED
    reason: str = ""
    attempts: int = 0


@dataclass(frozen=True)
class Traced:
    """A posting and the bill's line that stands for the same money, if the bill has told of it."""

    key: str
    debit: str
    credit: str
    amount_fen: int
    out_trade_no: str
    out_refund_no: str | None
    at: datetime
    bill_day: date | None
    bill_fen: int | None
    fee_fen: int | None


@dataclass(frozen=True)
class Told:
    """A difference between a bill and the ledger, with its day."""

    day: date
    key: str
    gap: str
    bill_fen: int | None
    ledger_fen: int | None


def names(row: Any) -> dict[str, Any]:
    """A row's columns by name."""
    return dict(row._mapping)
