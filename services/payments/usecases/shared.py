"""What the use cases of payments stand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from kernel.db import Transaction, UnitOfWorkLike
from kernel.instants import instant, instant_or_none
from kernel.outbox import Event
from services.payments.clients import NoAnswer, Refused
from services.payments.domain import (
    Asked,
    AskedRefund,
    Bill,
    Intent,
    Merchant,
    Notice,
    Refund,
    RefundAnswer,
    Trade,
)
from services.payments.errors import ProviderAway, ProviderRefuses
from services.payments.events import SCHEMA_VERSION
from services.payments.store import PaymentsStore

Work = UnitOfWorkLike[PaymentsStore]
Tx = Transaction[PaymentsStore]
T = TypeVar("T")

RETRY_AFTER_S = 3


class Provider(Protocol):
    """Who takes the money. `clients.WeChatPay` is the one there is; its errors are NoAnswer, Refused, NotConnected."""

    @property
    def merchant(self) -> Merchant: ...
    @property
    def connected(self) -> bool: ...
    def prepay(self, asked: Asked) -> str: ...
    def page_parameters(self, prepay_id: str) -> dict[str, str]: ...
    def query(self, out_trade_no: str) -> Trade | None: ...
    def close(self, out_trade_no: str) -> None: ...
    def refund(self, asked: AskedRefund) -> RefundAnswer: ...
    def query_refund(self, out_refund_no: str) -> RefundAnswer | None: ...
    def trade_bill(self, day: date) -> Bill | None: ...
    def opened(self, headers: Mapping[str, str], body: str, now: datetime) -> Notice: ...


def asked(question: Callable[[], T]) -> T:
    """The provider's answer. Raises ProviderAway, ProviderRefuses."""
    try:
        return question()
    except NoAnswer as exc:
        raise ProviderAway(retry_after_s=RETRY_AFTER_S) from exc
    except Refused as exc:
        raise ProviderRefuses(provider_code=exc.code) from exc


def tell(tx: Tx, name: str, intent: Intent, **data: Any) -> None:
    """Publish an event about an intent as it is after its change."""
    about = {
        "out_trade_no": intent.out_trade_no,
        "order_service": intent.order_service,
        "order_id": intent.order_id,
        "amount_fen": intent.amount_fen,
    }
    tx.outbox.add(Event(name, intent.out_trade_no, intent.version, about | data, SCHEMA_VERSION))


def intent_document(intent: Intent) -> dict[str, Any]:
    """schemas.IntentSchema as JSON."""
    return {
        "out_trade_no": intent.out_trade_no,
        "order_service": intent.order_service,
        "order_id": intent.order_id,
        "passenger_id": intent.passenger_id,
        "state": intent.state.value,
        "channel": intent.channel.value,
        "amount_fen": intent.amount_fen,
        "promised_fen": intent.promised_fen,
        "refunded_fen": intent.refunded_fen,
        "currency": intent.currency,
        "description": intent.description,
        "created_at": instant(intent.created_at),
        "expires_at": instant(intent.expires_at),
        "paid_at": instant_or_none(intent.paid_at),
        "transaction_id": intent.transaction_id,
    }


def refund_document(refund: Refund) -> dict[str, Any]:
    """schemas.RefundResultSchema as JSON."""
    return {
        "out_refund_no": refund.out_refund_no,
        "out_trade_no": refund.out_trade_no,
        "amount_fen": refund.amount_fen,
        "reason": refund.reason,
        "state": refund.state.value,
        "requested_at": instant(refund.requested_at),
        "settled_at": instant_or_none(refund.settled_at),
        "refund_id": refund.refund_id,
        "provider_code": refund.provider_code,
    }
