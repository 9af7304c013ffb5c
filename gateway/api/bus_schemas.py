"""Parameters, bodies and answers of the airport bus's JSON: the service's schemas, less what the session says."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.parameters import Strict
from services.bus.schemas import MAX_COUPONS, MAX_FOUND, MAX_ORDERS, MAX_SEATS, MAX_TICKETS, Rider

_ID = validate.Length(min=1, max=64)


class StopsParameters(Strict):
    """With a place, the nearest stops first; both or neither of its coordinates."""

    latitude = fields.Float(
        load_default=None,
        validate=validate.Range(min=-90, max=90),
        metadata={"description": "degrees, WGS 84"},
    )
    longitude = fields.Float(
        load_default=None,
        validate=validate.Range(min=-180, max=180),
        metadata={"description": "degrees, WGS 84"},
    )

    @validates_schema
    def _whole(self, data: dict[str, Any], **_: Any) -> None:
        for one, other in (("latitude", "longitude"), ("longitude", "latitude")):
            if data.get(one) is None and data.get(other) is not None:
                raise ValidationError("Missing data for required field.", one)


class DeparturesParameters(Strict):
    """At least one of from, to and flight_id."""

    from_stop = fields.String(
        load_default=None, data_key="from", validate=_ID, metadata={"description": "id of a stop or station"}
    )
    to_stop = fields.String(
        load_default=None, data_key="to", validate=_ID, metadata={"description": "id of a stop or station"}
    )
    after = fields.AwareDateTime(
        load_default=None, metadata={"description": "departures from then on; default: now"}
    )
    flight_id = fields.String(
        load_default=None,
        validate=_ID,
        metadata={
            "description": "a departure: the last buses that are in time for it; an arrival: the next from then on"
        },
    )
    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=MAX_FOUND))


class RideParameters(Strict):
    from_stop = fields.String(required=True, data_key="from", validate=_ID)
    to_stop = fields.String(required=True, data_key="to", validate=_ID)


class RiderBody(Strict):
    kind = fields.Enum(Rider, by_value=True, required=True)


class HoldBody(Strict):
    """Seats of one departure. The price is the timetable's."""

    departure_id = fields.String(required=True, validate=validate.Length(min=1, max=80))
    from_stop = fields.String(required=True, validate=_ID)
    to_stop = fields.String(required=True, validate=_ID)
    passengers = fields.List(
        fields.Nested(RiderBody), required=True, validate=validate.Length(min=1, max=MAX_SEATS)
    )
    coupon_ids = fields.List(
        fields.String(validate=_ID),
        load_default=list,
        validate=validate.Length(max=MAX_COUPONS),
        metadata={"description": "your own that are for buses; the order says what they take off"},
    )
    flight_id = fields.String(
        validate=_ID,
        metadata={"description": "a flight that the bus is for: if it is late, a change is free"},
    )


class TicketsBody(Strict):
    ticket_ids = fields.List(
        fields.String(validate=_ID), required=True, validate=validate.Length(min=1, max=MAX_TICKETS)
    )


class ReturnBody(TicketsBody):
    refund_fen = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=0), metadata={"description": "as quoted"}
    )


class ChangeBody(TicketsBody):
    departure_id = fields.String(required=True, validate=validate.Length(min=1, max=80))


class TicketsParameters(Strict):
    ticket_ids = fields.String(
        required=True,
        data_key="tickets",
        validate=validate.Length(min=1, max=64 * (MAX_TICKETS + 1)),
        metadata={"description": "ids, separated by commas"},
    )


class ChangesParameters(TicketsParameters):
    after = fields.AwareDateTime(load_default=None, metadata={"description": "departures from then on"})


class OrdersParameters(Strict):
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=MAX_ORDERS))
    cursor = fields.String(
        load_default=None, validate=validate.Length(max=128), metadata={"description": "from the page before"}
    )
