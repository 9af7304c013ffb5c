"""What may become of an order, and what is known of it. No I/O.

    new ──► held ──► paying ──► paid ──► issued
             │  │      │ │       ▲ │        │
             │  └──────┼─┼───────┤ └────────┼──► returning ──► refunded
             ▼         ▼ ▼       │          └────────▲
          released   lapsed ─────┘  money that came after all

The moves are rows of the table `order_moves`: the database itself refuses a step that isn't among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Of an order."""

    HELD = "held"  # what is scarce is kept for the buyer, until expires_at
    PAYING = "paying"  # and money is asked for
    PAID = "paid"  # the money is here, what it is for isn't delivered yet
    ISSUED = "issued"  # delivered
    RELEASED = "released"  # given up by the buyer before it was paid
    LAPSED = "lapsed"  # nobody paid in time
    RETURNING = "returning"  # nothing of it is the buyer's any more, and money is on its way back
    REFUNDED = "refunded"  # and has arrived


_S = State
NEW: Final = "new"
MOVES: Final[frozenset[tuple[str, State]]] = frozenset(
    {
        (NEW, _S.HELD),
        (_S.HELD, _S.PAYING),
        (_S.HELD, _S.RELEASED),
        (_S.HELD, _S.LAPSED),
        (_S.HELD, _S.PAID),  # nothing is asked for what costs nothing
        (_S.PAYING, _S.PAID),
        (_S.PAYING, _S.RELEASED),
        (_S.PAYING, _S.LAPSED),
        # Paid in time, and heard of when the hold was gone: what can't be got again is paid back.
        (_S.RELEASED, _S.PAID),
        (_S.LAPSED, _S.PAID),
        (_S.PAID, _S.ISSUED),
        (_S.PAID, _S.RETURNING),
        (_S.ISSUED, _S.RETURNING),
        (_S.RETURNING, _S.REFUNDED),
    }
)
OPEN: Final = frozenset({_S.HELD, _S.PAYING})
"""Something is kept for a buyer who hasn't paid."""
UNPAID: Final = OPEN | {_S.RELEASED, _S.LAPSED}
ENDED: Final = frozenset({_S.RELEASED, _S.LAPSED, _S.REFUNDED})
MONEY_MOVES: Final = frozenset({_S.PAYING, _S.PAID, _S.RETURNING})
"""Money is asked for, or must still be answered by goods or by going back."""


class RefundState(StrEnum):
    ASKED = "asked"  # promised to the buyer; asked for until it is done
    DONE = "done"
    ABNORMAL = "abnormal"  # people see to it, and it is still asked about
    CLOSED = "closed"  # given up by the provider; another one was promised in its place


OWED: Final = frozenset({RefundState.ASKED, RefundState.ABNORMAL})


@dataclass(frozen=True)
class Sale:
    """The part of an order that every service's orders have. Money: whole fen. Instants: aware UTC.

    steps: how many it has taken; version: grows with every change. expires_at: until when it may be paid, by
    the database's clock. refunding_fen: promised back and not there yet; refunded_fen: back.
    """

    id: str
    buyer_id: str
    amount_fen: int
    currency: str
    held_at: datetime
    expires_at: datetime
    state: State = State.HELD
    steps: int = 1
    version: int = 1
    channel: str | None = None
    out_trade_no: str | None = None
    paid_at: datetime | None = None
    ended_at: datetime | None = None
    refunding_fen: int = 0
    refunded_fen: int = 0
    look_at: datetime | None = None

    @property
    def left_fen(self) -> int:
        """What was paid and isn't promised back."""
        return 0 if self.paid_at is None else self.amount_fen - self.refunding_fen - self.refunded_fen

    def state_at(self, now: datetime) -> State:
        """What it is at `now`: a hold is over at its expiry, whether or not the sweeper has come by."""
        over = self.state is State.HELD and now >= self.expires_at
        return State.LAPSED if over else self.state


@dataclass(frozen=True)
class Refund:
    """Money promised back for an order. out_refund_no: the same however often it is asked for."""

    out_refund_no: str
    order_id: str
    number: int
    amount_fen: int
    reason: str
    asked_at: datetime
    state: RefundState = RefundState.ASKED
    done_at: datetime | None = None
    look_at: datetime | None = None
    attempts: int = 0


@dataclass(frozen=True)
class Step:
    """One row of the audit: who moved an order, when, and why."""

    order_id: str
    number: int
    before: str
    after: State
    at: datetime
    actor: str
    reason: str


def refund_no(order_id: str, number: int) -> str:
    """The number under which the provider knows a refund: made of what is known before it is asked for."""
    return f"{order_id}-{number}"


class HoldIsOver(Exception):
    """What was held isn't any more, and can't be paid for."""
