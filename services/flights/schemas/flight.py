"""What goes out: a leg as everybody sees it, and its changes."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.flights.schemas.updates import AircraftSchema
from services.flights.schemas.vocabulary import Milestone, SourceKind, Status


class NameSchema(Schema):
    zh = fields.String(required=True)
    en = fields.String(required=True)


class AirportRefSchema(Schema):
    iata = fields.String(required=True)
    icao = fields.String(allow_none=True)
    name = fields.Nested(NameSchema, required=True)
    city = fields.Nested(NameSchema, required=True)
    zone = fields.String(required=True, metadata={"description": "IANA time zone"})


class AirlineRefSchema(Schema):
    iata = fields.String(required=True)
    name = fields.Nested(NameSchema, required=True)


class MilestoneTimesSchema(Schema):
    scheduled_at = fields.AwareDateTime(allow_none=True)
    estimated_at = fields.AwareDateTime(allow_none=True)
    target_at = fields.AwareDateTime(allow_none=True)
    calculated_at = fields.AwareDateTime(allow_none=True)
    actual_at = fields.AwareDateTime(allow_none=True)


class DepartureSchema(Schema):
    airport = fields.Nested(AirportRefSchema, required=True)
    scheduled_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "STD, off block; null for an arrival of which only the STA is known"},
    )
    estimated_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "ETD, off block; of take-off when only that is known"}
    )
    actual_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "ATD, off block; of take-off when only that is known"}
    )
    terminal = fields.String(allow_none=True)
    check_in_counters = fields.String(allow_none=True)
    security = fields.String(allow_none=True)
    gate = fields.String(allow_none=True)
    stand = fields.String(allow_none=True)


class ArrivalSchema(Schema):
    airport = fields.Nested(AirportRefSchema, required=True)
    scheduled_at = fields.AwareDateTime(allow_none=True, metadata={"description": "STA, on block"})
    estimated_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "ETA, on block; of touch-down when only that is known"}
    )
    actual_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "ATA, on block; of touch-down when only that is known"}
    )
    terminal = fields.String(allow_none=True)
    gate = fields.String(allow_none=True)
    stand = fields.String(allow_none=True)
    belt = fields.String(allow_none=True)


class DelayReasonSchema(Schema):
    code = fields.String(required=True)
    minutes = fields.Integer(allow_none=True)
    text = fields.Nested(NameSchema, required=True)


class LegRefSchema(Schema):
    flight_id = fields.String(required=True)
    number = fields.String(required=True)
    known = fields.Boolean(required=True, metadata={"description": "whether we have this leg"})


class FlightSchema(Schema):
    """One leg as everybody sees it."""

    id = fields.String(required=True, metadata={"example": "CZ3101-20261123-CSX-PEK"})
    version = fields.Integer(
        required=True, metadata={"description": "grows by one with every visible change"}
    )
    number = fields.String(required=True, metadata={"example": "CZ3101"})
    airline = fields.Nested(AirlineRefSchema, required=True)
    codeshares = fields.List(fields.String(), required=True)
    direction = fields.String(required=True, validate=validate.OneOf(["departure", "arrival"]))
    service_day_local = fields.Date(
        required=True, metadata={"description": "day of its scheduled time at the airport we serve"}
    )
    board_at = fields.AwareDateTime(
        required=True, metadata={"description": "its scheduled time here; what boards are sorted by"}
    )
    status = fields.Enum(Status, by_value=True, required=True)
    delay_minutes = fields.Integer(
        allow_none=True, metadata={"description": "best known minus scheduled time here; negative is early"}
    )
    departure = fields.Nested(DepartureSchema, required=True)
    arrival = fields.Nested(ArrivalSchema, required=True)
    milestones = fields.Dict(
        keys=fields.Enum(Milestone, by_value=True), values=fields.Nested(MilestoneTimesSchema), required=True
    )
    route = fields.List(fields.Nested(AirportRefSchema), required=True)
    aircraft = fields.Nested(AircraftSchema, required=True)
    delay_reasons = fields.List(fields.Nested(DelayReasonSchema), required=True)
    diverted_to = fields.Nested(AirportRefSchema, allow_none=True)
    inbound = fields.Nested(LegRefSchema, allow_none=True)
    onward = fields.Nested(LegRefSchema, allow_none=True)
    keywords = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "normalised texts it is found by; see query.py"},
    )
    updated_at = fields.AwareDateTime(
        required=True, metadata={"description": "event time of the newest news that this version knows"}
    )


class ChangeSchema(Schema):
    """One visible change: `field` is a path such as departure.gate or milestones.off_block.estimated_at."""

    field = fields.String(required=True)
    old = fields.Raw(allow_none=True)
    new = fields.Raw(allow_none=True)
    event_at = fields.AwareDateTime(required=True, metadata={"description": "when it happened, as reported"})
    recorded_at = fields.AwareDateTime(required=True, metadata={"description": "when we learnt of it"})
    source_kind = fields.Enum(SourceKind, by_value=True, required=True)
    source_name = fields.String(
        required=True, metadata={"description": "for staff; the public API leaves it out"}
    )
