"""FRONT DOOR: arguments and results of every RPC of partners, and the vocabularies they use.

Adding, rotating and revoking have no RPC: they are commands for the airport's own staff, so that no secret
ever crosses the broker on its way out.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from kernel.schemas import Strict

ALLOWED_SKEW_S: Final = 300
"""How far the timestamp of a signed request may be from our clock."""

NONCE_PATTERN: Final = r"^[A-Za-z0-9._~-]{16,64}\Z"
SIGNATURE_PATTERN: Final = r"^[0-9a-f]{64}\Z"
MAX_SIGNED_TEXT: Final = 8192


class PartnerKind(StrEnum):
    """Who a partner is; flights weighs its word by it (`flights.schemas.SourceKind` has the same values)."""

    AIRLINE = "airline"
    HANDLER = "handler"
    AIRPORT = "airport"  # the airport's operational database


class Scope(StrEnum):
    FLIGHTS_READ = "flights:read"
    FLIGHTS_WRITE = "flights:write"
    CHECKIN_WRITE = "checkin:write"  # passenger lists and aircraft
    BOARDING_WRITE = "boarding:write"  # scans at the gate
    BOARDING_READ = "boarding:read"  # who boards: names; and webhooks
    LOSTFOUND_WRITE = "lostfound:write"  # what was found on board
    LOSTFOUND_READ = "lostfound:read"  # own items, claims on own flights; and webhooks


EVERY_AIRLINE: Final = "*"
MAX_URL: Final = 500
MAX_DELIVERIES: Final = 200


class WebhookEvent(StrEnum):
    """What a partner may be told: of its travellers as `checkin.events` says, of what was found on its flights as
    `lostfound.events` does."""

    CHECKED_IN = "checked_in"
    SEAT_CHANGED = "seat_changed"
    CANCELLED = "cancelled"
    OFF_LOADED = "off_loaded"
    REINSTATED = "reinstated"
    RESEATED = "reseated"
    BOARDED = "boarded"
    UNBOARDED = "unboarded"
    ITEM_REGISTERED = "item_registered"
    ITEM_CHANGED = "item_changed"
    CLAIM_SUBMITTED = "claim_submitted"
    CLAIM_DECIDED = "claim_decided"
    ITEM_RETURNED = "item_returned"


class DeliveryState(StrEnum):
    WAITING = "waiting"  # to be sent, or to be tried again
    DELIVERED = "delivered"
    PARKED = "parked"  # given up after 72 hours; replay sends it again


class ClientIdSchema(Strict):
    client_id = fields.String(required=True, validate=validate.Length(min=1, max=64))


class AuthenticateClientSchema(Strict):
    client_id = fields.String(required=True, validate=validate.Length(min=1, max=256))
    client_secret = fields.String(required=True, validate=validate.Length(min=1, max=256), load_only=True)


class VerifyRequestSchema(Strict):
    client_id = fields.String(required=True, validate=validate.Length(min=1, max=64))
    timestamp = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=2**40),
        metadata={"unit": "Unix seconds"},
    )
    nonce = fields.String(required=True, validate=validate.Regexp(NONCE_PATTERN))
    signature = fields.String(required=True, validate=validate.Regexp(SIGNATURE_PATTERN), load_only=True)
    signed_text = fields.String(
        required=True,
        validate=validate.Length(max=MAX_SIGNED_TEXT),
        metadata={"description": "METHOD, PATH, QUERY, SHA256HEX(body), TIMESTAMP, NONCE, one a line"},
    )
    request_id = fields.String(
        required=True,
        validate=validate.Length(min=8, max=128),
        metadata={"description": "one per HTTP request: a redelivered message isn't a replay"},
    )


class PartnerSchema(Schema):
    client_id = fields.String(required=True, metadata={"example": "cz-7f3a9c"})
    name = fields.String(required=True, metadata={"example": "China Southern Airlines"})
    kind = fields.Enum(PartnerKind, by_value=True, required=True)
    airlines = fields.List(fields.String(), required=True, metadata={"description": '["*"] is every airline'})
    scopes = fields.List(fields.Enum(Scope, by_value=True), required=True)
    credentials = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "ids of the secrets that are valid now; a token names the one it was given for"
        },
    )


class PartnerResultSchema(Schema):
    partner = fields.Nested(PartnerSchema, required=True)
    credential = fields.String(
        required=True, allow_none=True, metadata={"description": "id of the secret or key that was shown"}
    )


# --- webhooks


class CreateWebhookSchema(ClientIdSchema):
    """airline: one of the partner's; null: all of them."""

    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))
    url = fields.String(required=True, validate=validate.Length(min=8, max=MAX_URL))
    events = fields.List(
        fields.Enum(WebhookEvent, by_value=True),
        required=True,
        validate=validate.Length(min=1, max=len(WebhookEvent)),
    )
    airline = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=2, max=3))


class WebhookIdSchema(ClientIdSchema):
    webhook_id = fields.String(required=True, validate=validate.Length(min=1, max=32))


class ListDeliveriesSchema(WebhookIdSchema):
    """Newest first. before: a number, for the next page."""

    state = fields.Enum(DeliveryState, by_value=True, load_default=None, allow_none=True)
    before = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=2**62))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_DELIVERIES))


class ReplayDeliveriesSchema(WebhookIdSchema):
    """Exactly one of delivery_id and since."""

    delivery_id = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=32))
    since = fields.AwareDateTime(load_default=None, allow_none=True)

    @validates_schema
    def _one(self, data: dict[str, object], **_: object) -> None:
        if (data["delivery_id"] is None) == (data["since"] is None):
            raise ValidationError("Exactly one of delivery_id and since.", "since")


class WebhookSchema(Schema):
    id = fields.String(required=True)
    url = fields.String(required=True)
    events = fields.List(fields.Enum(WebhookEvent, by_value=True), required=True)
    airline = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)


class WebhookResultSchema(Schema):
    webhook = fields.Nested(WebhookSchema, required=True)


class WebhooksSchema(Schema):
    webhooks = fields.List(fields.Nested(WebhookSchema), required=True)


class DeliverySchema(Schema):
    """last_result: an HTTP status, or why there was none."""

    number = fields.Integer(required=True)
    id = fields.String(required=True)
    event = fields.Enum(WebhookEvent, by_value=True, required=True)
    traveller_id = fields.String(
        required=True, metadata={"description": "what it is about: a traveller, an item or a claim"}
    )
    version = fields.Integer(required=True)
    state = fields.Enum(DeliveryState, by_value=True, required=True)
    attempts = fields.Integer(required=True)
    last_result = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)


class DeliveriesSchema(Schema):
    deliveries = fields.List(fields.Nested(DeliverySchema), required=True)


class ReplayedSchema(Schema):
    replayed = fields.Integer(required=True)
