"""What bus answers. Instants are UTC texts with Z, money is whole fen."""

from __future__ import annotations

from marshmallow import fields, validate

from kernel.schemas import Exact, WordsSchema
from services.bus.schemas.vocabulary import OrderState, Rider, TicketState, Why


class LineSchema(Exact):
    id = fields.String(required=True)
    number = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    colour = fields.String(required=True, allow_none=True, metadata={"description": "#RRGGBB"})
    stop_ids = fields.List(fields.String(), required=True, metadata={"description": "along its longest trip"})


class LinesSchema(Exact):
    lines = fields.List(fields.Nested(LineSchema), required=True)


class StopSchema(Exact):
    id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    station = fields.String(
        required=True, allow_none=True, metadata={"description": "id of the station it is in"}
    )
    is_station = fields.Boolean(required=True)
    line_ids = fields.List(fields.String(), required=True)
    distance_m = fields.Integer(required=True, allow_none=True)


class StopsSchema(Exact):
    stops = fields.List(fields.Nested(StopSchema), required=True)


class PricesSchema(Exact):
    adult_fen = fields.Integer(required=True)
    child_fen = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)
    currency = fields.String(required=True)


class CallSchema(Exact):
    stop_id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    arrives_at = fields.AwareDateTime(required=True)
    departs_at = fields.AwareDateTime(required=True)


class RideSchema(Exact):
    departure_id = fields.String(required=True)
    line_id = fields.String(required=True)
    line_name = fields.Nested(WordsSchema, required=True)
    headsign = fields.String(required=True)
    day_local = fields.Date(required=True)
    boards = fields.Nested(CallSchema, required=True)
    leaves = fields.Nested(CallSchema, required=True)
    prices = fields.Nested(PricesSchema, required=True)
    free = fields.Integer(
        required=True, metadata={"description": "seats; may be gone when they are asked for"}
    )
    cancelled = fields.Boolean(required=True)
    on_sale = fields.Boolean(required=True)


class DeparturesSchema(Exact):
    departures = fields.List(fields.Nested(RideSchema), required=True)
    before_flight_min = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "minutes before its flight that a bus must be at the airport; null: not for a flight"
        },
    )


class TermSchema(Exact):
    code = fields.String(required=True)
    until_at = fields.AwareDateTime(required=True, allow_none=True)
    fee_pct = fields.Integer(required=True, allow_none=True, metadata={"description": "null: not possible"})
    reason = fields.Nested(WordsSchema, required=True)


class DepartureSchema(Exact):
    ride = fields.Nested(RideSchema, required=True)
    calls = fields.List(fields.Nested(CallSchema), required=True, metadata={"description": "between the two"})
    returns = fields.List(fields.Nested(TermSchema), required=True)
    changes = fields.List(fields.Nested(TermSchema), required=True)


class SeatSchema(Exact):
    kind = fields.Enum(Rider, by_value=True, required=True)
    price_fen = fields.Integer(
        required=True,
        validate=validate.Range(min=0),
        metadata={"description": "what is paid for it: its fare less discount_fen"},
    )
    discount_fen = fields.Integer(
        required=True, validate=validate.Range(min=0), metadata={"description": "what coupons take off"}
    )


class BookedRideSchema(Exact):
    """A ride as it was bought."""

    departure_id = fields.String(required=True)
    line_id = fields.String(required=True)
    line_name = fields.Nested(WordsSchema, required=True)
    headsign = fields.String(required=True)
    from_stop = fields.String(required=True)
    from_name = fields.Nested(WordsSchema, required=True)
    to_stop = fields.String(required=True)
    to_name = fields.Nested(WordsSchema, required=True)
    departs_at = fields.AwareDateTime(required=True)
    arrives_at = fields.AwareDateTime(required=True)
    cancelled = fields.Boolean(required=True, metadata={"description": "its bus was"})


class TicketSchema(Exact):
    id = fields.String(required=True)
    short_code = fields.String(
        required=True, metadata={"description": "what is read out when the code can't be scanned"}
    )
    kind = fields.Enum(Rider, by_value=True, required=True)
    price_fen = fields.Integer(
        required=True, metadata={"description": "what was paid for it: its fare less discount_fen"}
    )
    discount_fen = fields.Integer(required=True, metadata={"description": "what coupons took off"})
    state = fields.Enum(TicketState, by_value=True, required=True)
    code = fields.String(
        required=True, metadata={"description": "signed text for a QR code; empty unless valid or boarded"}
    )
    ride = fields.Nested(BookedRideSchema, required=True)
    refund_fen = fields.Integer(required=True)
    boarded_at = fields.AwareDateTime(required=True, allow_none=True)


class OrderSchema(Exact):
    id = fields.String(required=True)
    state = fields.Enum(OrderState, by_value=True, required=True)
    amount_fen = fields.Integer(required=True, metadata={"description": "to pay, or paid"})
    discount_fen = fields.Integer(
        required=True, metadata={"description": "what coupons take off, all together"}
    )
    refunded_fen = fields.Integer(required=True, metadata={"description": "back at the payer's"})
    refunding_fen = fields.Integer(required=True, metadata={"description": "promised, and on its way"})
    currency = fields.String(required=True)
    held_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "until when it may be paid"})
    paid_at = fields.AwareDateTime(required=True, allow_none=True)
    out_trade_no = fields.String(required=True, allow_none=True)
    flight_id = fields.String(required=True, allow_none=True)
    ride = fields.Nested(
        BookedRideSchema, required=True, metadata={"description": "what was bought; each ticket has its own"}
    )
    seats = fields.List(fields.Nested(SeatSchema), required=True)
    tickets = fields.List(fields.Nested(TicketSchema), required=True)
    can_return = fields.Boolean(required=True)
    can_change = fields.Boolean(required=True)
    change_reason = fields.Enum(Why, by_value=True, required=True, allow_none=True)


class OrderResultSchema(Exact):
    order = fields.Nested(OrderSchema, required=True)


class PayResultSchema(OrderResultSchema):
    """pay: what payments' create_intent gave; empty when there is nothing to pay any more."""

    pay = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class OrdersSchema(Exact):
    orders = fields.List(fields.Nested(OrderSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ExportSchema(Exact):
    orders = fields.List(fields.Nested(OrderSchema), required=True)


class QuotedTermSchema(Exact):
    code = fields.String(required=True)
    reason = fields.Nested(WordsSchema, required=True)
    fee_pct = fields.Integer(required=True)


class QuotedTicketSchema(Exact):
    id = fields.String(required=True)
    paid_fen = fields.Integer(required=True)
    fee_fen = fields.Integer(required=True)
    refund_fen = fields.Integer(required=True)
    term = fields.Nested(QuotedTermSchema, required=True)


class QuoteSchema(Exact):
    tickets = fields.List(fields.Nested(QuotedTicketSchema), required=True)
    refund_fen = fields.Integer(required=True)
