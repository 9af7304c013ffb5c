"""get_flight, get_history, search_flights, list_window, window_digest, list_refusals."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from kernel.schemas import Strict
from services.flights.schemas.flight import ChangeSchema, FlightSchema
from services.flights.schemas.shared import PRINTABLE
from services.flights.schemas.vocabulary import MAX_PAGE


class FlightIdSchema(Strict):
    flight_id = fields.String(required=True, validate=[validate.Length(min=3, max=64), PRINTABLE])


class HistorySchema(Schema):
    flight_id = fields.String(required=True)
    changes = fields.List(
        fields.Nested(ChangeSchema), required=True, metadata={"description": "newest first"}
    )


class SearchSchema(Strict):
    """All given conditions hold together; days and times of day are local to the airport we serve."""

    text = fields.String(
        load_default="",
        validate=[validate.Length(max=64), PRINTABLE],
        metadata={"description": "anything a person types; see query.py"},
    )
    direction = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(["departure", "arrival"])
    )
    day_local = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "default: today, and tomorrow's early hours"},
    )
    from_time_local = fields.Time(load_default=None, allow_none=True, format="%H:%M")
    to_time_local = fields.Time(load_default=None, allow_none=True, format="%H:%M")
    place = fields.String(
        load_default="",
        validate=[validate.Length(max=64), PRINTABLE],
        metadata={"description": "the other end: city, airport or code"},
    )
    airline = fields.String(load_default="", validate=[validate.Length(max=32), PRINTABLE])
    terminal = fields.String(load_default="", validate=[validate.Length(max=12), PRINTABLE])
    limit = fields.Integer(load_default=50, strict=False, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=[validate.Length(max=128), PRINTABLE])


class FlightPageSchema(Schema):
    flights = fields.List(fields.Nested(FlightSchema), required=True)
    cursor = fields.String(allow_none=True, metadata={"description": "null on the last page"})


class WindowSchema(Strict):
    """Pages of every leg whose board_at lies in [from_at, to_at), in (board_at, id) order."""

    from_at = fields.AwareDateTime(required=True)
    to_at = fields.AwareDateTime(required=True)
    limit = fields.Integer(load_default=MAX_PAGE, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=[validate.Length(max=128), PRINTABLE])


class DigestArgumentsSchema(Strict):
    from_at = fields.AwareDateTime(required=True)
    to_at = fields.AwareDateTime(required=True)


class DigestSchema(Schema):
    """What a cache compares itself with: equal digests mean equal windows."""

    count = fields.Integer(required=True)
    version_sum = fields.Integer(
        required=True, metadata={"description": "sum of the versions of all legs in the window"}
    )


class RefusalRecordSchema(Schema):
    recorded_at = fields.AwareDateTime(required=True)
    flight_id = fields.String(allow_none=True)
    source_name = fields.String(required=True)
    reason = fields.String(required=True)
    detail = fields.Dict(required=True)
    item = fields.Raw(required=True, metadata={"description": "the update as it came"})


class ListRefusalsSchema(Strict):
    """For the flight desk: what was refused, newest first."""

    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=[validate.Length(max=128), PRINTABLE])


class RefusalPageSchema(Schema):
    refusals = fields.List(fields.Nested(RefusalRecordSchema), required=True)
    cursor = fields.String(allow_none=True)
