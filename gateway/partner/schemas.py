"""Shapes of the partner door's JSON: flights' own schemas, plus what only partners see."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from services.checkin.schemas import (
    MAX_SCANS,
    ConfigurationReportSchema,
    ConfigurationSpecSchema,
    LineSchema,
    ListChangesSchema,
    ListReportSchema,
    PassengerListSchema,
    RefusedEntrySchema,
    ScanRequestSchema,
    TeletypeReportSchema,
)
from services.flights.schemas import (
    MAX_BATCH,
    ChangeSchema,
    FlightSchema,
    ItemResultSchema,
    UpdateSchema,
)
from services.lostfound.schemas.partners import MAX_FOUND, FoundOnBoardSchema, FoundResultSchema
from services.lostfound.schemas.vocabulary import ItemState
from services.partners.schemas import MAX_DELIVERIES, MAX_URL, DeliveryState, WebhookEvent

_VERSION = validate.Range(min=1, max=2**31 - 1)
_DEVICE = fields.String(
    required=True, validate=validate.Length(min=1, max=64), metadata={"example": "gate-12"}
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


class ListPushSchema(PassengerListSchema):
    """The whole list of one flight; who isn't on it has no place on the flight any more."""

    version = fields.Integer(
        required=True,
        strict=True,
        validate=_VERSION,
        metadata={"description": "your own count; greater replaces"},
    )


class ChangesPushSchema(ListChangesSchema):
    """Changes of a list: all are made, or none."""

    version = fields.Integer(required=True, strict=True, validate=_VERSION)
    base_version = fields.Integer(
        allow_none=True,
        validate=_VERSION,
        metadata={"description": "the version that the changes start from; left out: whatever holds"},
    )


class ConfigurationPushSchema(ConfigurationSpecSchema):
    version = fields.Integer(required=True, strict=True, validate=_VERSION)


class RefusedShownSchema(RefusedEntrySchema):
    message = fields.String(required=True, metadata={"description": "the reason in words"})


class LineShownSchema(LineSchema):
    message = fields.String(required=True, metadata={"description": "the reason in words"})


class ListAnswerSchema(ListReportSchema):
    """What became of a list. refused: nothing was changed, and why."""

    refused = fields.List(fields.Nested(RefusedShownSchema), required=True)


class TeletypeAnswerSchema(TeletypeReportSchema):
    """What became of a PNL or ADL, or of some of its parts."""

    flight_id = fields.String(
        required=True, allow_none=True, metadata={"description": "null: the message doesn't say which"}
    )
    refused = fields.List(fields.Nested(RefusedShownSchema), required=True)
    problems = fields.List(fields.Nested(LineShownSchema), required=True)
    left_out = fields.List(fields.Nested(LineShownSchema), required=True)


class ConfigurationAnswerSchema(ConfigurationReportSchema):
    refused = fields.List(fields.Nested(RefusedShownSchema), required=True)


class ScanPushSchema(ScanRequestSchema):
    """One scan, judged now. Exactly one of code and sequence."""

    device = _DEVICE


class ScansPushSchema(Strict):
    """What a gate let through while it had no network, in the order of its scans."""

    device = _DEVICE
    scans = fields.List(
        fields.Nested(ScanRequestSchema), required=True, validate=validate.Length(min=1, max=MAX_SCANS)
    )


class UndoPushSchema(Strict):
    device = _DEVICE
    sequence = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=9999))
    reason = fields.String(required=True, validate=validate.Length(min=1, max=200))


class WebhookPushSchema(Strict):
    """Where to send which events; airline: one of yours, left out for all."""

    url = fields.String(required=True, validate=validate.Length(min=8, max=MAX_URL))
    events = fields.List(
        fields.Enum(WebhookEvent, by_value=True),
        required=True,
        validate=validate.Length(min=1, max=len(WebhookEvent)),
    )
    airline = fields.String(allow_none=True, validate=validate.Length(min=2, max=3))


class ReplayPushSchema(Strict):
    """Exactly one of the two."""

    delivery_id = fields.String(validate=validate.Length(min=1, max=32))
    since = fields.AwareDateTime()


class DeliveryParameters(Strict):
    state = fields.Enum(
        DeliveryState, by_value=True, load_default=None, metadata={"description": "only these"}
    )
    before = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=2**53),
        metadata={"description": "a delivery's number"},
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_DELIVERIES))


class LostItemSchema(FoundOnBoardSchema):
    """Something found on board; flight_id: our id, or number and local day: CZ3101-20261123."""


class LostItemsPushSchema(Strict):
    """Each is registered whole or refused."""

    items = fields.List(
        fields.Nested(LostItemSchema), required=True, validate=validate.Length(min=1, max=MAX_FOUND)
    )


class LostItemResultSchema(FoundResultSchema):
    """errors: in the reader's language, when it was refused."""

    class Meta:
        unknown = RAISE
        exclude = ("reasons",)

    errors = fields.List(fields.Nested(FieldErrorSchema))


class LostItemsResultSchema(Schema):
    results = fields.List(fields.Nested(LostItemResultSchema), required=True)


class HandedPushSchema(Strict):
    desk_id = fields.String(
        required=True, validate=validate.Length(min=1, max=32), metadata={"example": "t2"}
    )


class LostListParameters(Strict):
    state = fields.Enum(ItemState, by_value=True, load_default=None, metadata={"description": "only these"})
    flight_id = fields.String(
        load_default=None,
        validate=validate.Length(min=3, max=64),
        metadata={"description": "our id, or number and local day"},
    )
    cursor = fields.String(load_default=None, validate=validate.Length(min=1, max=200))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=100))


class LostClaimParameters(Strict):
    flight_id = fields.String(
        required=True,
        validate=validate.Length(min=3, max=64),
        metadata={"description": "our id, or number and local day", "example": "CZ3101-20261123"},
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
DELIVERY_PARAMETERS = DeliveryParameters()
LOST_LIST_PARAMETERS = LostListParameters()
LOST_CLAIM_PARAMETERS = LostClaimParameters()
NO_PARAMETERS = NoParameters()
