"""What may become of a parcel. No I/O.

    new ──► held ──► placed ──► picking ──► ready ──► on_the_way ──► handed_over
             │         │  ▲        │ ▲       │ │  ▲        │
             ▼         │  └─┐      ▼ │       │ │  │        ├──► missed
           ended       └──► asking ◄─────────┘ │  │        │
                              │  └─────────────┼──┴────────┘  (asked on the way, brought back or fetched)
                              ▼                ▼
                          cancelled ◄──────────┘

The moves are rows of the table `parcel_moves`: the database itself refuses a step that isn't among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from services.shop.domain.coupons import share_of_pieces
from services.shop.schemas.order_words import AskKind, Choice, ParcelState, Way

_P = ParcelState
NEW: Final = "new"
MOVES: Final = frozenset(
    {
        (NEW, _P.HELD),
        (_P.HELD, _P.PLACED),
        (_P.HELD, _P.ENDED),
        # Paid in time, and heard of when the hold was gone.
        (_P.ENDED, _P.PLACED),
        (_P.PLACED, _P.PICKING),
        (_P.PLACED, _P.ASKING),
        (_P.PLACED, _P.CANCELLED),
        (_P.PICKING, _P.READY),
        (_P.PICKING, _P.ASKING),
        (_P.PICKING, _P.CANCELLED),
        # A word that was waited for: it goes on from where it was.
        (_P.ASKING, _P.PLACED),
        (_P.ASKING, _P.PICKING),
        (_P.ASKING, _P.READY),
        (_P.ASKING, _P.CANCELLED),
        (_P.ASKING, _P.MISSED),
        (_P.READY, _P.ASKING),
        (_P.READY, _P.ON_THE_WAY),
        (_P.READY, _P.HANDED_OVER),
        (_P.READY, _P.MISSED),
        (_P.READY, _P.CANCELLED),
        (_P.ON_THE_WAY, _P.HANDED_OVER),
        (_P.ON_THE_WAY, _P.ASKING),
        (_P.ON_THE_WAY, _P.MISSED),
        # The flight left before anybody had begun, or while it was picked.
        (_P.PLACED, _P.MISSED),
        (_P.PICKING, _P.MISSED),
    }
)
OPEN: Final = frozenset({_P.PLACED, _P.PICKING, _P.ASKING, _P.READY, _P.ON_THE_WAY})
"""Paid, and the buyer waits for it."""
GIVEN_UP: Final = frozenset({_P.CANCELLED, _P.MISSED})
"""Its money goes back."""
CODED: Final = OPEN
"""It has a code that it is handed over for."""


@dataclass(frozen=True)
class Line:
    """Pieces of one variant in a parcel. discount_fen: the line's share of all coupons.

    words: name, options, picture, sku as they were. replaces: the line whose missing pieces these stand for.
    """

    id: str
    parcel_id: str
    number: int
    variant_id: str
    product_id: str
    quantity: int
    unit_fen: int
    discount_fen: int
    duty_free: bool
    kind: str
    category: str
    perishable: bool
    words: Mapping[str, Any]
    missing: int = 0
    returned: int = 0
    refund_fen: int = 0
    replaces: str | None = None

    @property
    def paid_fen(self) -> int:
        return self.quantity * self.unit_fen - self.discount_fen

    @property
    def left(self) -> int:
        """Pieces that are the buyer's."""
        return self.quantity - self.missing - self.returned

    def worth_fen(self, pieces: int) -> int:
        """What was paid for the next so many of its pieces: their price less their share of the coupons.

        All pieces of a line, however they come back, make exactly what was paid for it.
        """
        back = self.missing + self.returned
        return pieces * self.unit_fen - share_of_pieces(self.discount_fen, self.quantity, back, pieces)


@dataclass(frozen=True)
class Ask:
    """A word that the shop waits for. after: the parcel's state that it goes on from; words: what is asked."""

    id: str
    parcel_id: str
    kind: AskKind
    choices: tuple[Choice, ...]
    until: datetime
    asked_at: datetime
    asked_by: str
    after: ParcelState
    words: Mapping[str, str]
    line_id: str | None = None
    quantity: int = 0
    offer: Mapping[str, Any] | None = None
    answer: Choice | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None


@dataclass(frozen=True)
class Parcel:
    """shop: id, merchant_id, merchant_name, name, place, phone as they were. spot: what promises are made of."""

    id: str
    order_id: str
    number: str
    shop_id: str
    merchant_id: str
    shop: Mapping[str, Any]
    state: ParcelState
    way: Way
    promised_from: datetime
    promised_until: datetime
    goods_fen: int
    discount_fen: int
    duty_free: bool
    packed: bool = False
    gate: str | None = None
    promises: int = 1
    why: Mapping[str, str] | None = None
    code_sealed: str | None = None
    code_index: str | None = None
    steps: int = 1
    version: int = 1
    placed_at: datetime | None = None
    ended_at: datetime | None = None
    lines: tuple[Line, ...] = field(default=(), compare=False)

    @property
    def paid_fen(self) -> int:
        return self.goods_fen - self.discount_fen

    @property
    def refund_fen(self) -> int:
        return sum(line.refund_fen for line in self.lines)


@dataclass(frozen=True)
class Step:
    """One row of the audit of a parcel."""

    parcel_id: str
    number: int
    before: str
    after: ParcelState
    at: datetime
    actor: str
    reason: str


def choices_for(kind: AskKind, *, offered: bool, duty_free: bool) -> tuple[Choice, ...]:
    """What the buyer may answer. Duty free isn't fetched for a flight that doesn't leave the country."""
    if kind is AskKind.MISSING:
        return (Choice.REPLACE, Choice.REFUND) if offered else (Choice.REFUND,)
    if kind is AskKind.FLIGHT_CANCELLED and duty_free:
        return (Choice.REFUND,)
    return (Choice.COLLECT, Choice.REFUND)
