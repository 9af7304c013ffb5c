"""What the provider says, as values: whoever speaks with WeChat Pay makes these, and the rules judge them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.payments.schemas import Channel


class TradeState(StrEnum):
    """A payment at the provider. Source: standards.md, "WeChat Pay API v3"; docs/sources/wechat-pay.md."""

    NOTPAY = "NOTPAY"
    USERPAYING = "USERPAYING"
    PAYERROR = "PAYERROR"
    SUCCESS = "SUCCESS"
    REFUND = "REFUND"  # paid, and something of it is going back
    CLOSED = "CLOSED"
    REVOKED = "REVOKED"

    @property
    def paid(self) -> bool:
        return self in (TradeState.SUCCESS, TradeState.REFUND)

    @property
    def over(self) -> bool:
        """Nobody can pay it any more, and nobody has."""
        return self in (TradeState.CLOSED, TradeState.REVOKED)


class RefundStatus(StrEnum):
    """A refund at the provider."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    ABNORMAL = "ABNORMAL"
    CLOSED = "CLOSED"


@dataclass(frozen=True)
class Merchant:
    """Who is paid: what every answer must name."""

    mchid: str
    appid: str


@dataclass(frozen=True)
class Asked:
    """What a traveller is asked to pay. openid: of the payer, for payments inside WeChat; never stored."""

    out_trade_no: str
    channel: Channel
    amount_fen: int
    description: str
    expires_at: datetime
    openid: str = ""


@dataclass(frozen=True)
class Trade:
    """A payment as the provider tells it; empty and None where it has nothing to tell yet."""

    merchant: Merchant
    out_trade_no: str
    state: TradeState
    transaction_id: str = ""
    amount_fen: int | None = None
    currency: str = ""
    paid_at: datetime | None = None


@dataclass(frozen=True)
class AskedRefund:
    """What is to go back. total_fen: what the whole payment was."""

    out_trade_no: str
    out_refund_no: str
    amount_fen: int
    total_fen: int
    reason: str


@dataclass(frozen=True)
class RefundAnswer:
    """A refund as the provider tells it."""

    out_refund_no: str
    out_trade_no: str
    status: RefundStatus
    refund_id: str
    amount_fen: int
    settled_at: datetime | None = None


@dataclass(frozen=True)
class Notice:
    """A notification that is the provider's own, opened. trade: what it says of a payment, if it is about one."""

    id: str
    event_type: str
    mchid: str
    out_trade_no: str
    out_refund_no: str = ""
    trade: Trade | None = None


@dataclass(frozen=True)
class Bill:
    """A day's bill as it was downloaded.

    text: None when there is no file, as on a day on which nothing was paid or given back.
    """

    day: date
    text: str | None
