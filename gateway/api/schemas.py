"""Shapes of the travellers' JSON: the services' own schemas, less what isn't public, plus the envelope."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from gateway.parameters import Strict
from services.flights.schemas import ChangeSchema, FlightSchema

DIRECTIONS = ("departure", "arrival")
_TERMINAL = validate.Length(min=1, max=12)


class PublicFlightSchema(FlightSchema):
    """One leg as everybody sees it."""

    class Meta:
        exclude = ("keywords",)


class PublicChangeSchema(ChangeSchema):
    """One visible change. Who reported it is told as a kind, never by name."""

    class Meta:
        exclude = ("source_name",)


class PublicHistorySchema(Schema):
    """Every visible change of one leg, newest first."""

    flight_id = fields.String(required=True)
    changes = fields.List(fields.Nested(PublicChangeSchema), required=True)


class _NewsSchema(Schema):
    as_of = fields.AwareDateTime(
        required=True, metadata={"description": "the news was in step with its source at this instant"}
    )
    stale = fields.Boolean(
        required=True, metadata={"description": "true while newer news may exist that we can't see"}
    )
    airport = fields.String(required=True, metadata={"description": "the airport served, IATA code"})


class BoardSchema(_NewsSchema):
    """All departures or arrivals of one day, in order of their scheduled time."""

    day_local = fields.Date(required=True, metadata={"description": "the airport's day"})
    flights = fields.List(fields.Nested(PublicFlightSchema), required=True)


class FoundSchema(_NewsSchema):
    """One page of a search, in order of scheduled time."""

    day_local = fields.Date(
        required=True, allow_none=True, metadata={"description": "the day searched; null is around now"}
    )
    flights = fields.List(fields.Nested(PublicFlightSchema), required=True)
    cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "for the next page; null on the last"}
    )


class NoParameters(Strict):
    """An address without query parameters."""


class BoardParameters(Strict):
    day = fields.Date(
        load_default=None, metadata={"description": "the airport's day, YYYY-MM-DD; default: today"}
    )
    terminal = fields.String(
        load_default=None, validate=_TERMINAL, metadata={"description": "only flights of this terminal"}
    )
    airline = fields.String(
        load_default=None,
        validate=validate.Regexp(r"\A[A-Z0-9]{2,3}\Z"),
        metadata={"description": "only flights of this airline, IATA code"},
    )


class SearchParameters(Strict):
    """All given conditions hold together."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=64),
        metadata={"description": "what a person types: number, city, airline, day, in Chinese or English"},
    )
    direction = fields.String(load_default=None, validate=validate.OneOf(DIRECTIONS))
    day = fields.Date(load_default=None, metadata={"description": "the airport's day, YYYY-MM-DD"})
    time_from = fields.Time(
        load_default=None,
        format="%H:%M",
        data_key="from",
        metadata={"description": "earliest local time, HH:MM", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    )
    time_to = fields.Time(
        load_default=None,
        format="%H:%M",
        data_key="to",
        metadata={"description": "latest local time, HH:MM", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    )
    place = fields.String(
        load_default="",
        validate=validate.Length(max=64),
        metadata={"description": "the other end: city, airport or code"},
    )
    airline = fields.String(
        load_default="", validate=validate.Length(max=32), metadata={"description": "name or code"}
    )
    terminal = fields.String(load_default="", validate=validate.Length(max=12))
    limit = fields.Integer(
        load_default=50, validate=validate.Range(min=1, max=200), metadata={"description": "flights a page"}
    )
    cursor = fields.String(
        load_default="",
        validate=validate.Length(max=128),
        metadata={"description": "from the page before; the conditions must be the same"},
    )


NO_PARAMETERS = NoParameters()
BOARD_PARAMETERS = BoardParameters()
SEARCH_PARAMETERS = SearchParameters()
