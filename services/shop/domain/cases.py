"""A buyer's wish to have money back for what they were handed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.shop.schemas.order_words import CaseReason, CaseState


@dataclass(frozen=True)
class CaseLine:
    """paid_fen: what was paid for these pieces."""

    line_id: str
    quantity: int
    paid_fen: int


@dataclass(frozen=True)
class Case:
    """asked_fen: the most that may go back. words_sealed: what the buyer wrote, None: erased; answer: the shop's words."""

    id: str
    number: str
    order_id: str
    parcel_id: str
    shop_id: str
    state: CaseState
    reason: CaseReason
    words_sealed: str | None
    asked_fen: int
    opened_at: datetime
    answer: str = ""
    refund_fen: int = 0
    decided_at: datetime | None = None
    decided_by: str | None = None
    version: int = 1
    lines: tuple[CaseLine, ...] = ()
