"""What bus answers. Instants are UTC texts with Z, money is whole fen."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from services.bus.schemas.vocabulary import OrderState, Rider


class Exact(Schema):
    class Meta:
        unknown = RAISE


class WordsSchema(Exact):
    zh = fields.String(required=True)
    en = fields.String(required=True)


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
    on_sale = fields.Boolean(required=True)


class DeparturesSchema(Exact):
    departures = fields.List(fields.Nested(RideSchema), required=True)


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
    price_fen = fields.Integer(required=True, validate=validate.Range(min=0))


class OrderSchema(Exact):
    id = fields.String(required=True)
    departure_id = fields.String(required=True)
    from_stop = fields.String(required=True)
    to_stop = fields.String(required=True)
    departs_at = fields.AwareDateTime(required=True)
    arrives_at = fields.AwareDateTime(required=True)
    seats = fields.List(fields.Nested(SeatSchema), required=True)
    amount_fen = fields.Integer(required=True)
    currency = fields.String(required=True)
    state = fields.Enum(OrderState, by_value=True, required=True)
    expires_at = fields.AwareDateTime(required=True)


class OrderResultSchema(Exact):
    order = fields.Nested(OrderSchema, required=True)
