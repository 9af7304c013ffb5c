"""What a saga needs of its service's store, of who takes the money, and of the goods themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from kernel.db.protocols import Transaction
from kernel.saga.states import Refund, RefundState, Sale, State, Step


class SalesLike(Protocol):
    """`rows.Sales` is the real one; what it says holds for a fake too."""

    def begin(self, sale: Sale, own: Mapping[str, Any], actor: str, reason: str) -> None: ...
    def find(self, order_id: str) -> Sale | None: ...
    def lock(self, order_id: str) -> Sale | None: ...
    def step(self, sale: Sale, to: State, now: datetime, actor: str, reason: str, **changes: Any) -> Sale: ...
    def change(self, sale: Sale, **changes: Any) -> Sale: ...
    def look_again(self, order_id: str, look_at: datetime) -> None: ...
    def due(self, now: datetime, limit: int) -> list[Sale]: ...
    def of_buyer(self, buyer_id: str, limit: int, before: tuple[datetime, str] | None) -> list[Sale]: ...
    def lock_buyer(self, buyer_id: str) -> None: ...
    def open_holds(self, buyer_id: str, now: datetime) -> int: ...
    def ended_unpaid(self, buyer_id: str, since: datetime, now: datetime) -> list[datetime]: ...
    def steps(self, order_id: str) -> list[Step]: ...
    def give(self, buyer_id: str, to: str) -> int: ...
    def add_refund(self, refund: Refund) -> None: ...
    def refund(self, out_refund_no: str) -> Refund | None: ...
    def refunds_of(self, order_ids: Collection[str]) -> list[Refund]: ...
    def refunds_due(self, now: datetime, limit: int) -> list[Refund]: ...
    def settle(self, refund: Refund, to: RefundState, **changes: Any) -> Refund: ...
    def over(self, before: datetime, limit: int) -> list[str]: ...
    def forget(self, order_ids: Collection[str]) -> None: ...


class Store(Protocol):
    """A service's store, as far as the saga knows it."""

    @property
    def sales(self) -> SalesLike: ...


S = TypeVar("S", bound=Store)
S_contra = TypeVar("S_contra", bound=Store, contravariant=True)


@dataclass(frozen=True)
class Payment:
    """What the till knows of an order's payment. state: open, paid, closed or late."""

    out_trade_no: str
    state: str
    paid_at: datetime | None = None
    pay: Mapping[str, str] | None = None


class Till(Protocol):
    """Who takes the money, asked over the network: never inside a transaction.

    Each raises kernel.errors.ServiceError: RemoteError when it says no, Unavailable or DeadlineExceeded when it
    can't be heard.
    """

    def ask(self, sale: Sale, about: str, payer: str) -> Payment:
        """Ask for the order's money, or find the payment that is open or done already.

        about: what the payer reads. payer: who pays, as the provider knows them. The same order gets the same payment.
        """

    def look(self, order_id: str) -> Payment | None:
        """The order's payment: the one that is open or done, else the newest; None when none was ever asked for."""

    def close(self, out_trade_no: str) -> Payment:
        """See to it that nobody can pay it any more; the payment as it is then: closed, or paid after all."""

    def refund(self, out_trade_no: str, refund: Refund) -> RefundState:
        """Give money back, under the refund's own number however often it is asked; how far it is."""


class Delivery(StrEnum):
    DONE = "done"
    GONE = "gone"  # it can't be had any more: the money goes back
    LATER = "later"  # begun; the sweeper asks again


class Goods(Protocol[S_contra]):
    """What is sold. Every method works in the caller's transaction, with the order locked, and calls nobody.

    The saga calls `lock` before it locks the order: the service's order of locks is what is scarce, then its orders.
    """

    @property
    def gone_reason(self) -> str:
        """What the payer reads when the money goes back because the goods are gone; at most 80 characters."""

    def lock(self, tx: Transaction[S_contra], order_id: str) -> None:
        """Lock what is scarce and what the other methods will change for this order."""

    def free(self, tx: Transaction[S_contra], sale: Sale) -> None:
        """Give back what was held: the order is released or lapsed."""

    def deliver(self, tx: Transaction[S_contra], sale: Sale, *, held: bool) -> Delivery:
        """Deliver what was paid for, or change nothing.

        held: whether it is still held for this order; if not, it must be got again. True also when the answer was
        LATER before.
        """

    def tell(self, tx: Transaction[S_contra], sale: Sale, why: str) -> None:
        """Publish what the order's new state means to others. why: as the step's reason."""
