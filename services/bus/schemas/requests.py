"""What callers of bus send."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from kernel.schemas import Strict
from services.bus.schemas.vocabulary import (
    MAX_COUPONS,
    MAX_FOUND,
    MAX_ORDERS,
    MAX_SEATS,
    MAX_TICKETS,
    Rider,
)
from services.payments.schemas import Channel


def _id(most: int = 64, **options: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=most), **options)


def _request_id() -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=8, max=128))


def _instant() -> fields.AwareDateTime:
    return fields.AwareDateTime(load_default=None, allow_none=True)


class ListStopsSchema(Strict):
    """With a place, the nearest stops first; both or neither of its coordinates, in degrees (WGS 84)."""

    latitude = fields.Float(load_default=None, validate=validate.Range(min=-90, max=90))
    longitude = fields.Float(load_default=None, validate=validate.Range(min=-180, max=180))


class SearchSchema(Strict):
    """At least one end. No `after`: from now on. `flight_departs_at`: the last buses that are in time for it."""

    from_stop = _id(load_default=None)
    to_stop = _id(load_default=None)
    after = _instant()
    flight_departs_at = _instant()
    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=MAX_FOUND))


class RideKeySchema(Strict):
    departure_id = _id(80, required=True)
    from_stop = _id(required=True)
    to_stop = _id(required=True)


class PassengerSchema(Strict):
    """A seat: bus tickets bear no name, so none is asked for."""

    kind = fields.Enum(Rider, by_value=True, required=True)


class HoldSeatsSchema(RideKeySchema):
    request_id = _request_id()
    passenger_id = _id(required=True)
    passengers = fields.List(
        fields.Nested(PassengerSchema), required=True, validate=validate.Length(min=1, max=MAX_SEATS)
    )
    flight_id = _id(load_default=None, allow_none=True)
    flight_departs_at = _instant()
    coupon_ids = fields.List(
        _id(),
        load_default=list,
        validate=validate.Length(max=MAX_COUPONS),
        metadata={"description": "the traveller's own, of the mall: shop's quote_coupon says which fit"},
    )


class OrderIdSchema(Strict):
    passenger_id = _id(required=True)
    order_id = _id(required=True)


class ReleaseSeatsSchema(OrderIdSchema):
    request_id = _request_id()


class PayOrderSchema(OrderIdSchema):
    """openid: the payer's, for a payment inside WeChat."""

    request_id = _request_id()
    channel = fields.Enum(Channel, by_value=True, required=True)
    openid = fields.String(load_default="", validate=validate.Length(max=128))


class ListOrdersSchema(Strict):
    passenger_id = _id(required=True)
    limit = fields.Integer(load_default=20, strict=True, validate=validate.Range(min=1, max=MAX_ORDERS))
    cursor = _id(128, load_default=None, allow_none=True)


class QuoteReturnSchema(OrderIdSchema):
    ticket_ids = fields.List(_id(), required=True, validate=validate.Length(min=1, max=MAX_TICKETS))


class ReturnTicketsSchema(QuoteReturnSchema):
    request_id = _request_id()
    refund_fen = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0), metadata={"description": "as quoted"}
    )


class PassengerIdSchema(Strict):
    passenger_id = _id(required=True)
