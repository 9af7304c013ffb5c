"""Outgoing calls of the mall: flights, and what payments has in its books; its money, `services.payments.till` asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

from kernel.errors import Kind, RemoteError
from services.payments.schemas import IntentState

_PAID: Final = frozenset({IntentState.PAID, IntentState.PARTLY_REFUNDED, IntentState.REFUNDED})


class Caller(Protocol):
    """What `kernel.wire.Replies` gives a service's methods."""

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = ...) -> Any: ...


def get_flight(caller: Caller, flight_id: str) -> dict[str, Any] | None:
    """flights.schemas.FlightSchema as JSON; None when there is none. Raises Unavailable, DeadlineExceeded."""
    try:
        flight: dict[str, Any] = caller.call(
            "flights", "get_flight", {"flight_id": flight_id}, deadline_s=1.5
        )
    except RemoteError as exc:
        if exc.kind is Kind.NOT_FOUND or exc.kind is Kind.INVALID:
            return None
        raise
    return flight


@dataclass(frozen=True)
class Money:
    """Of one payment. refund_fen: asked for and not given up, be it there or not."""

    paid_fen: int
    refund_fen: int


def money_of(caller: Caller, out_trade_no: str) -> Money:
    """What payments' books say. Raises RemoteError, Unavailable, DeadlineExceeded."""
    intent = caller.call("payments", "get_intent", {"out_trade_no": out_trade_no}, deadline_s=0.5)
    paid = intent["amount_fen"] if IntentState(intent["state"]) in _PAID else 0
    return Money(paid, intent["promised_fen"])
