"""FRONT DOOR: arguments and results of every RPC of payments, and the vocabularies they use. Money is whole fen."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from marshmallow import Schema, fields, validate

from kernel.schemas import Strict

MAX_AMOUNT_FEN: Final = 100_000_000
"""A million yuan: more is a mistake."""
CURRENCY: Final = "CNY"
NUMBER_PATTERN: Final = r"^[0-9A-Za-z_\-|*]{6,32}\Z"
REFUND_NUMBER_PATTERN: Final = r"^[0-9A-Za-z_\-|*@]{1,64}\Z"


class Channel(StrEnum):
    """How the traveller pays."""

    JSAPI = "jsapi"  # on a page inside WeChat
    NATIVE = "native"  # by scanning a code on another screen


class IntentState(StrEnum):
    CREATED = "created"  # ours alone: the provider may not know it yet
    PREPAID = "prepaid"  # the provider waits for the payer
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    CLOSED = "closed"
    LATE = "late"  # paid after its end: goes back


class RefundState(StrEnum):
    REQUESTED = "requested"  # promised; the provider hasn't accepted it yet
    ACCEPTED = "accepted"  # accepted is not done
    DONE = "done"
    ABNORMAL = "abnormal"  # staff see to it
    CLOSED = "closed"


def _request_id() -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=8, max=128))


def _number() -> fields.String:
    return fields.String(required=True, validate=validate.Regexp(NUMBER_PATTERN))


def _amount() -> fields.Integer:
    return fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=1, max=MAX_AMOUNT_FEN),
        metadata={"unit": "fen"},
    )


class CreateIntentSchema(Strict):
    request_id = _request_id()
    order_service = fields.String(required=True, validate=validate.Regexp(r"^[a-z]{2,16}\Z"))
    order_id = fields.String(required=True, validate=validate.Length(min=1, max=64))
    passenger_id = fields.String(required=True, validate=validate.Length(min=1, max=64))
    openid = fields.String(
        load_default="", validate=validate.Length(max=128), metadata={"description": "jsapi only"}
    )
    amount_fen = _amount()
    description = fields.String(
        required=True,
        validate=validate.Length(min=1, max=127),
        metadata={"description": "what the payer reads"},
    )
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "until when it may be paid"})
    channel = fields.Enum(Channel, by_value=True, required=True)


class OutTradeNoSchema(Strict):
    out_trade_no = _number()


class CloseIntentSchema(OutTradeNoSchema):
    request_id = _request_id()


class RefundSchema(OutTradeNoSchema):
    request_id = _request_id()
    out_refund_no = fields.String(required=True, validate=validate.Regexp(REFUND_NUMBER_PATTERN))
    amount_fen = _amount()
    reason = fields.String(required=True, validate=validate.Length(min=1, max=80))


class RecordNotificationSchema(Strict):
    request_id = _request_id()
    headers = fields.Dict(
        keys=fields.String(validate=validate.Length(max=64)),
        values=fields.String(validate=validate.Length(max=1024)),
        required=True,
        metadata={"description": "those that begin with Wechatpay-, in any case"},
    )
    body = fields.String(required=True, validate=validate.Length(max=65_536))


class OrderSchema(Strict):
    order_service = fields.String(required=True, validate=validate.Length(min=1, max=16))
    order_id = fields.String(required=True, validate=validate.Length(min=1, max=64))


class PassengerIdSchema(Strict):
    passenger_id = fields.String(required=True, validate=validate.Length(min=1, max=64))


class ListAbnormalSchema(Strict):
    limit = fields.Integer(load_default=100, strict=True, validate=validate.Range(min=1, max=500))


class ReconcileSchema(Strict):
    day = fields.Date(required=True, metadata={"description": "day of the bill, in Beijing"})


class IntentSchema(Schema):
    """An intent as JSON."""

    out_trade_no = fields.String(required=True)
    order_service = fields.String(required=True)
    order_id = fields.String(required=True)
    passenger_id = fields.String(required=True)
    state = fields.Enum(IntentState, by_value=True, required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    amount_fen = fields.Integer(required=True)
    promised_fen = fields.Integer(
        required=True, metadata={"description": "refunds asked for and not given up"}
    )
    refunded_fen = fields.Integer(required=True, metadata={"description": "refunds that are done"})
    currency = fields.String(required=True)
    description = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    paid_at = fields.AwareDateTime(required=True, allow_none=True)
    transaction_id = fields.String(required=True, allow_none=True)


class CreatedIntentSchema(Schema):
    """What create_intent answers: `pay` is for WeChat's own function on the page, or {"code_url"} for a QR code."""

    out_trade_no = fields.String(required=True)
    state = fields.Enum(IntentState, by_value=True, required=True)
    pay = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class RefundResultSchema(Schema):
    out_refund_no = fields.String(required=True)
    out_trade_no = fields.String(required=True)
    amount_fen = fields.Integer(required=True)
    reason = fields.String(required=True)
    state = fields.Enum(RefundState, by_value=True, required=True)
    requested_at = fields.AwareDateTime(required=True)
    settled_at = fields.AwareDateTime(required=True, allow_none=True)
    refund_id = fields.String(required=True, allow_none=True)
    provider_code = fields.String(required=True, allow_none=True)
