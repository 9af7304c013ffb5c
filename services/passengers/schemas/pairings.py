"""Signing in on a computer with the phone."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from kernel.schemas import Strict
from services.passengers.schemas.shared import (
    WriteSchema,
    instant,
    session_token,
)

_STATES = ("waiting", "approved", "refused", "used", "over")


class BeginPairingSchema(Strict):
    """A repeat begins another, so it needs no id to be known by."""

    browser = fields.String(
        required=True,
        validate=validate.Length(max=80),
        metadata={"description": "what the phone is told about the computer, such as Chrome · Windows"},
    )


class BegunPairingSchema(Schema):
    code = fields.String(required=True, metadata={"description": "what the phone scans"})
    watch = fields.String(required=True, metadata={"description": "what only the computer has"})
    number = fields.String(
        required=True,
        metadata={"description": "two digits that the computer shows and the phone's owner types"},
    )
    expires_at = instant()


class PairingCodeSchema(Strict):
    code = session_token(required=True)


class PairingSchema(Schema):
    browser = fields.String(required=True)
    begun_at = instant()


class DecidePairingSchema(WriteSchema):
    code = session_token(required=True)
    number = fields.String(
        required=True,
        validate=validate.Length(max=8),
        metadata={"description": "as typed; empty: it was somebody else's computer"},
    )


class PairingDecidedSchema(Schema):
    approved = fields.Boolean(required=True)


class PairingWatchSchema(Strict):
    watch = session_token(required=True)


class PairingStateSchema(Schema):
    state = fields.String(required=True, validate=validate.OneOf(_STATES))


class ClaimPairingSchema(PairingWatchSchema):
    """Known by what it watches: it is claimed once, and a repeat gets the same session."""

    previous_token = session_token(load_default=None, allow_none=True)
