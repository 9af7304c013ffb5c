"""Shapes of the partner door's JSON: flights' own schemas, plus what only partners see."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from services.flights.schemas import (
    MAX_BATCH,
    ChangeSchema,
    FlightSchema,
    ItemResultSchema,
    UpdateSchema,
)


class Strict(Schema):
    class Meta:
        unknown = RAISE


class PushSchema(Strict):
    """A batch of reports. Each item is judged on its own."""

    updates = fields.List(
        fields.Nested(UpdateSchema), required=True, validate=validate.Length(min=1, max=MAX_BATCH)
    )


class FieldErrorSchema(Schema):
    field = fields.String(required=True, metadata={"description": "dotted path in the item"})
    detail = fields.String(required=True)


class PushItemResultSchema(ItemResultSchema):
    """What became of one item, with the reason in the reader's language."""

    message = fields.String(required=True, allow_none=True)
    errors = fields.List(fields.Nested(FieldErrorSchema))


class PushResultSchema(Schema):
    results = fields.List(
        fields.Nested(PushItemResultSchema), required=True, metadata={"description": "one per item, in order"}
    )
    applied = fields.Integer(required=True)
    older = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class ListParameters(Strict):
    day = fields.Date(
        load_default=None, metadata={"description": "the airport's day, from yesterday to +3; default: today"}
    )
    direction = fields.String(
        load_default=None,
        validate=validate.OneOf(["departure", "arrival"]),
        metadata={"description": "one side"},
    )
    airline = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^[A-Z0-9]{2,3}$"),
        metadata={"description": "one of your airlines, IATA code"},
    )
    terminal = fields.String(load_default=None, validate=validate.Length(min=1, max=12))


class NoParameters(Strict):
    """An address without query parameters."""


class PartnerFlightSchema(FlightSchema):
    """One leg, as travellers see it."""

    class Meta:
        exclude = ("keywords",)


class PartnerListSchema(Schema):
    as_of = fields.AwareDateTime(required=True)
    stale = fields.Boolean(required=True)
    airport = fields.String(required=True)
    day_local = fields.Date(required=True)
    flights = fields.List(fields.Nested(PartnerFlightSchema), required=True)


class PartnerChangeSchema(ChangeSchema):
    class Meta:
        exclude = ("source_name",)

    yours = fields.Boolean(required=True, metadata={"description": "whether you reported it"})


class PartnerDetailSchema(Schema):
    flight = fields.Nested(PartnerFlightSchema, required=True)
    changes = fields.List(
        fields.Nested(PartnerChangeSchema),
        required=True,
        allow_none=True,
        metadata={"description": "newest first; null while the history is out of reach"},
    )


class TokenSchema(Schema):
    access_token = fields.String(required=True)
    token_type = fields.String(required=True, validate=validate.OneOf(["Bearer"]))
    expires_in = fields.Integer(required=True, metadata={"description": "seconds"})
    scope = fields.String(required=True)


class TokenErrorSchema(Schema):
    error = fields.String(required=True, metadata={"example": "invalid_client"})
    error_description = fields.String()


class TokenRequestSchema(Strict):
    """As application/x-www-form-urlencoded; the client's id and secret here or as HTTP Basic."""

    grant_type = fields.String(required=True, validate=validate.OneOf(["client_credentials"]))
    scope = fields.String(metadata={"example": "flights:write flights:read"})
    client_id = fields.String(validate=validate.Length(min=1, max=256))
    client_secret = fields.String(validate=validate.Length(min=1, max=256))


LIST_PARAMETERS = ListParameters()
NO_PARAMETERS = NoParameters()
