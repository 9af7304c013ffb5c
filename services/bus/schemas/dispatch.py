"""Tickets changed by their travellers, and departures cancelled by staff: asked and answered."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict, WordsSchema
from services.bus.schemas.inspection import DutySchema
from services.bus.schemas.requests import OrderIdSchema
from services.bus.schemas.results import RideSchema
from services.bus.schemas.vocabulary import MAX_SEATS, Why


def _ids() -> fields.List[Any]:
    return fields.List(
        fields.String(validate=validate.Length(min=1, max=32)),
        required=True,
        validate=validate.Length(min=1, max=MAX_SEATS),
    )


def _departure() -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=1, max=80))


class ListChangesSchema(OrderIdSchema):
    """Tickets of one ride. after: buses from then on; none: from now on."""

    ticket_ids = _ids()
    after = fields.AwareDateTime(load_default=None)


class ChangeTicketsSchema(OrderIdSchema):
    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))
    ticket_ids = _ids()
    departure_id = _departure()


class ReasonSchema(Strict):
    """What travellers are told, in both languages."""

    zh = fields.String(required=True, validate=validate.Length(min=2, max=200))
    en = fields.String(required=True, validate=validate.Length(min=2, max=200))


class PreviewCancellationSchema(Strict):
    departure_id = _departure()
    move_to = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=80),
        metadata={"description": "the departure that everybody goes with; null: all money goes back"},
    )


class CancelDepartureSchema(PreviewCancellationSchema):
    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))
    actor = fields.String(required=True, validate=validate.Length(min=1, max=64))
    reason = fields.Nested(ReasonSchema, required=True)


class GroundsSchema(Exact):
    code = fields.String(required=True)
    fee_pct = fields.Integer(required=True)
    reason = fields.Nested(WordsSchema, required=True)


class OtherRideSchema(RideSchema):
    misses_flight = fields.Boolean(
        required=True,
        metadata={
            "description": "it doesn't fit the flight that was named: it is there too late, or leaves too early"
        },
    )


class ChangesSchema(Exact):
    departures = fields.List(fields.Nested(OtherRideSchema), required=True)
    why = fields.Enum(Why, by_value=True, required=True)
    term = fields.Nested(GroundsSchema, required=True)


class CancellationPreviewSchema(Exact):
    tickets = fields.Integer(required=True, metadata={"description": "valid ones, which somebody holds"})
    orders = fields.Integer(required=True)
    refund_fen = fields.Integer(required=True)
    free = fields.Integer(required=True, metadata={"description": "seats on the other bus"})
    fits = fields.Boolean(required=True)


class CancelledSchema(Exact):
    departure = fields.Nested(DutySchema, required=True)
    moved = fields.Integer(required=True)
    refunded = fields.Integer(required=True)
