"""What inspectors and dispatchers ask, and what they are answered: at the door of a bus, and when one is cancelled."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict, WordsSchema
from services.bus.schemas.vocabulary import Rider, TicketState

MAX_SCANS: Final = 200
MAX_CODE: Final = 600


class ScanResult(StrEnum):
    """What becomes of a ticket that is shown at the door of a bus."""

    BOARDED = "boarded"
    ALREADY_BOARDED = "already_boarded"  # ticked before: its bearer stays out
    COPY = "copy"  # ticked before by another device, and its bearer was let on without a network
    OTHER_DEPARTURE = "other_departure"
    REVOKED = "revoked"  # given back, changed, or its bus was cancelled
    FORGED = "forged"
    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN = "unknown"  # typed, and no ticket of this departure has this id or short code


def _text(most: int = 64, least: int = 1) -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=least, max=most))


class ListDaySchema(Strict):
    day_local = fields.Date(required=True)
    line_id = fields.String(load_default=None, validate=validate.Length(min=1, max=64))


class DepartureIdSchema(Strict):
    departure_id = _text(80)


class ListRevocationsSchema(Strict):
    """since: the version that the last answer ended with; 0 for all."""

    since = fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0, max=2**53))


class ScanSchema(Strict):
    """code: the text of the ticket's QR code. ticket_id: what was typed instead, an id or a short code. One of both."""

    scan_id = _text(64, 8)
    code = fields.String(load_default=None, validate=validate.Length(min=1, max=MAX_CODE))
    ticket_id = fields.String(load_default=None, validate=validate.Length(min=1, max=64))
    scanned_at = fields.AwareDateTime(required=True, metadata={"description": "by the device's clock"})


class BoardTicketsSchema(Strict):
    request_id = _text(128, 8)
    actor = _text()
    device = _text()
    departure_id = _text(80)
    scans = fields.List(
        fields.Nested(ScanSchema), required=True, validate=validate.Length(min=1, max=MAX_SCANS)
    )


class UnboardTicketSchema(Strict):
    request_id = _text(128, 8)
    actor = _text()
    ticket_id = _text(32)
    reason = _text(200, 2)


class ListCopiesSchema(Strict):
    limit = fields.Integer(load_default=50, strict=True, validate=validate.Range(min=1, max=200))


class TicketKeySchema(Exact):
    key_id = fields.Integer(required=True)
    public_key = fields.String(required=True, metadata={"description": "Ed25519, 32 bytes in base64"})


class TicketKeysSchema(Exact):
    keys = fields.List(fields.Nested(TicketKeySchema), required=True)


class DutySchema(Exact):
    """One departure as those who see it off know it."""

    departure_id = fields.String(required=True)
    line_id = fields.String(required=True)
    line_name = fields.Nested(WordsSchema, required=True)
    headsign = fields.String(required=True)
    departs_at = fields.AwareDateTime(required=True, metadata={"description": "from its first stop"})
    capacity = fields.Integer(required=True)
    sold = fields.Integer(required=True)
    held = fields.Integer(
        required=True, metadata={"description": "seats kept for buyers who haven't paid yet"}
    )
    boarded = fields.Integer(required=True)
    cancelled = fields.Boolean(required=True)


class DaySchema(Exact):
    departures = fields.List(fields.Nested(DutySchema), required=True)


class ManifestTicketSchema(Exact):
    id = fields.String(required=True)
    short_code = fields.String(required=True)
    kind = fields.Enum(Rider, by_value=True, required=True)
    from_name = fields.Nested(WordsSchema, required=True)
    to_name = fields.Nested(WordsSchema, required=True)
    state = fields.Enum(TicketState, by_value=True, required=True)
    boarded_at = fields.AwareDateTime(required=True, allow_none=True)


class ManifestSchema(Exact):
    """Tickets that are valid or ticked, by where they board."""

    departure = fields.Nested(DutySchema, required=True)
    tickets = fields.List(fields.Nested(ManifestTicketSchema), required=True)


class RevocationsSchema(Exact):
    """What is new since a version, of tickets that depart today or later. more: ask again at once.

    revoked, boarded: good no more. cleared: good again, as it was ticked by mistake.
    """

    revoked = fields.List(fields.String(), required=True)
    boarded = fields.List(fields.String(), required=True)
    cleared = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)
    more = fields.Boolean(required=True)


class ScannedSchema(Exact):
    scan_id = fields.String(required=True)
    ticket_id = fields.String(required=True, allow_none=True)
    result = fields.Enum(ScanResult, by_value=True, required=True)
    kind = fields.Enum(Rider, by_value=True, required=True, allow_none=True)
    from_name = fields.Nested(WordsSchema, required=True, allow_none=True)
    to_name = fields.Nested(WordsSchema, required=True, allow_none=True)
    boarded_at = fields.AwareDateTime(required=True, allow_none=True)
    boarded_by = fields.String(required=True, allow_none=True)


class BoardedSchema(Exact):
    results = fields.List(fields.Nested(ScannedSchema), required=True)
    boarded = fields.Integer(required=True)
    sold = fields.Integer(required=True)


class UnboardedSchema(Exact):
    ticket_id = fields.String(required=True)
    boarded = fields.Integer(required=True)
    sold = fields.Integer(required=True)


class CopySchema(Exact):
    """Two showings of one ticket, of which the second was let on without a network."""

    scan_id = fields.String(required=True)
    ticket_id = fields.String(required=True)
    departure_id = fields.String(required=True)
    scanned_at = fields.AwareDateTime(required=True)
    device = fields.String(required=True)
    actor = fields.String(required=True)
    first_at = fields.AwareDateTime(required=True)
    first_device = fields.String(required=True)
    first_actor = fields.String(required=True)


class CopiesSchema(Exact):
    copies = fields.List(fields.Nested(CopySchema), required=True)
