"""Checks of what is written on an invoice (fapiao).

Source: GB 32100-2015, the unified social credit code; docs/sources/mall-after-sales.md, "Invoices".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.shop.schemas.order_words import InvoiceKind, InvoiceState

_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""31: without I, O, S, V and Z."""
_BASE: Final = len(_CHARACTERS)
_LENGTH: Final = 18
MOVES: Final = frozenset(
    {(InvoiceState.ASKED, InvoiceState.ISSUED), (InvoiceState.ASKED, InvoiceState.REFUSED)}
)


def is_tax_number(text: str) -> bool:
    """Whether the 18 characters are a unified social credit code whose check character fits."""
    code = text.upper()
    if len(code) != _LENGTH or any(character not in _CHARACTERS for character in code):
        return False
    return _CHARACTERS[-_weighted(code[:-1]) % _BASE] == code[-1]


def _weighted(body: str) -> int:
    """Each place weighs three times as much as the one before, modulo 31."""
    return sum(_CHARACTERS.index(each) * pow(3, place, _BASE) for place, each in enumerate(body))


@dataclass(frozen=True)
class Invoice:
    """One merchant's part of an order. amount_fen: paid for its parcels less what went back, as of now or of when it was
    answered. changed_fen: what went back since it was asked for, or since it was answered.

    written_sealed: title, tax number, e-mail; None: erased.
    """

    id: str
    order_id: str
    merchant_id: str
    merchant_name: str
    kind: InvoiceKind
    written_sealed: str | None
    state: InvoiceState
    number: str | None
    words: str
    asked_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    amount_fen: int
    changed_fen: int
    parcels: tuple[str, ...]
