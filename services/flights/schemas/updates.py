"""What comes in: report_updates."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from kernel.schemas import Strict
from services.flights.schemas.shared import (
    FLIGHT_NUMBER,
    IATA_AIRLINE,
    IATA_AIRPORT,
    PRINTABLE,
    SHORT,
    Pattern,
)
from services.flights.schemas.vocabulary import Milestone, Outcome, SourceKind, Status


class LegKeySchema(Strict):
    """The identity of a leg, as AIDX has it. It never changes, whatever happens to the leg."""

    airline = fields.String(required=True, validate=IATA_AIRLINE)
    number = fields.String(required=True, validate=Pattern(r"^[0-9]{1,4}$"))
    suffix = fields.String(load_default="", validate=Pattern(r"^[A-Z]?$"))
    departure_airport = fields.String(required=True, validate=IATA_AIRPORT)
    arrival_airport = fields.String(required=True, validate=IATA_AIRPORT)
    origin_date = fields.Date(
        required=True, metadata={"description": "UTC date of the first leg's scheduled departure"}
    )
    repeat = fields.Integer(
        load_default=1,
        strict=True,
        validate=validate.Range(min=1, max=9),
        metadata={"description": "2… for a second leg with the same number, route and day"},
    )


class TimesSchema(Strict):
    """One milestone: aware instants by time type; a key left out is unchanged, null takes it back."""

    scheduled_at = fields.AwareDateTime(allow_none=True)
    estimated_at = fields.AwareDateTime(allow_none=True)
    target_at = fields.AwareDateTime(allow_none=True)
    calculated_at = fields.AwareDateTime(allow_none=True)
    actual_at = fields.AwareDateTime(allow_none=True)


class DepartureResourcesSchema(Strict):
    terminal = fields.String(allow_none=True, validate=SHORT)
    check_in_counters = fields.String(allow_none=True, validate=[validate.Length(min=1, max=24), PRINTABLE])
    security = fields.String(allow_none=True, validate=SHORT)
    gate = fields.String(allow_none=True, validate=SHORT)
    stand = fields.String(allow_none=True, validate=SHORT)


class ArrivalResourcesSchema(Strict):
    terminal = fields.String(allow_none=True, validate=SHORT)
    gate = fields.String(allow_none=True, validate=SHORT)
    stand = fields.String(allow_none=True, validate=SHORT)
    belt = fields.String(allow_none=True, validate=SHORT)


class AircraftSchema(Strict):
    type = fields.String(allow_none=True, validate=Pattern(r"^[A-Z0-9]{2,4}$"))
    registration = fields.String(allow_none=True, validate=Pattern(r"^[A-Z0-9-]{2,10}$"))


class DelaySchema(Strict):
    code = fields.String(
        required=True, validate=Pattern(r"^[0-9]{2}[A-Z]?$"), metadata={"description": "AHM 732"}
    )
    minutes = fields.Integer(allow_none=True, strict=True, validate=validate.Range(min=0, max=5999))


class UpdateSchema(Strict):
    """One report about one leg."""

    leg = fields.Nested(LegKeySchema, required=True)
    event_at = fields.AwareDateTime(
        required=True, metadata={"description": "when it happened or was decided"}
    )
    sequence = fields.Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(min=0, max=2**31 - 1),
        metadata={"description": "orders reports of the same instant"},
    )
    status = fields.Enum(Status, by_value=True, load_default=None, allow_none=True)
    reinstated = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "takes a cancellation back (AIDX SQ)"},
    )
    times = fields.Dict(
        keys=fields.Enum(Milestone, by_value=True), values=fields.Nested(TimesSchema), load_default=dict
    )
    departure = fields.Nested(DepartureResourcesSchema, load_default=dict)
    arrival = fields.Nested(ArrivalResourcesSchema, load_default=dict)
    aircraft = fields.Nested(AircraftSchema, load_default=dict)
    delays = fields.List(fields.Nested(DelaySchema), allow_none=True, validate=validate.Length(max=8))
    codeshares = fields.List(
        fields.String(validate=FLIGHT_NUMBER),
        allow_none=True,
        validate=validate.Length(max=12),
    )
    route = fields.List(
        fields.String(validate=IATA_AIRPORT),
        allow_none=True,
        validate=validate.Length(min=2, max=9),
        metadata={"description": "all airports of the journey this leg belongs to, in order"},
    )
    diverted_to = fields.String(allow_none=True, validate=IATA_AIRPORT)
    inbound = fields.Nested(
        LegKeySchema, allow_none=True, metadata={"description": "the leg that brings the aircraft"}
    )
    onward = fields.Nested(
        LegKeySchema, allow_none=True, metadata={"description": "the leg that takes diverted passengers on"}
    )


class SourceSchema(Strict):
    """Who reports: filled in by the gateway from the partner's identity, never by the partner."""

    name = fields.String(required=True, validate=[validate.Length(min=1, max=64), PRINTABLE])
    kind = fields.Enum(SourceKind, by_value=True, required=True)
    airlines = fields.List(
        fields.String(),
        load_default=list,
        metadata={"description": 'airlines it may report for; ["*"] is all'},
    )


class ReportUpdatesSchema(Strict):
    """Items are raw: each is judged on its own, so that one bad item doesn't cost the others."""

    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))
    source = fields.Nested(SourceSchema, required=True)
    items = fields.List(fields.Raw(allow_none=True), required=True)


class ItemResultSchema(Schema):
    index = fields.Integer(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    flight_id = fields.String(allow_none=True)
    reason = fields.String(
        allow_none=True,
        metadata={"description": "errors.Refusal, when refused, or when applied but for one step or time"},
    )
    detail = fields.Dict(allow_none=True, metadata={"description": "what the reason is about, JSON"})


class ReportResultSchema(Schema):
    results = fields.List(fields.Nested(ItemResultSchema), required=True)
    applied = fields.Integer(required=True)
    older = fields.Integer(required=True)
    refused = fields.Integer(required=True)
