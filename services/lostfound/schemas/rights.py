"""What an account has here, for its copy of everything (PIPL, article 45)."""

from __future__ import annotations

from marshmallow import fields

from kernel.schemas import Exact, Strict
from services.lostfound.schemas.courier import AddressSchema
from services.lostfound.schemas.reports import ContactSchema
from services.lostfound.schemas.shared import (
    DocumentSchema,
    key,
)


class AccountSchema(Strict):
    """export_passenger."""

    passenger_id = key(required=True)


class ExportedReportSchema(Exact):
    number = fields.String(required=True)
    state = fields.String(required=True)
    filed_at = fields.AwareDateTime(required=True)
    category = fields.String(required=True)
    brand = fields.String(required=True)
    description = fields.String(required=True)
    lost_from = fields.AwareDateTime(required=True)
    lost_to = fields.AwareDateTime(required=True)
    places = fields.List(fields.String(), required=True)
    flight_id = fields.String(required=True, allow_none=True)
    marks = fields.String(required=True)
    serial = fields.String(required=True)
    document = fields.Nested(DocumentSchema, required=True, allow_none=True)
    contact = fields.Nested(ContactSchema, required=True, allow_none=True)
    photos = fields.Integer(required=True)


class ExportedClaimSchema(Exact):
    number = fields.String(required=True)
    state = fields.String(required=True)
    submitted_at = fields.AwareDateTime(required=True)
    marks = fields.String(required=True)
    serial = fields.String(required=True)
    words = fields.String(required=True)
    identity = fields.Nested(DocumentSchema, required=True, allow_none=True)
    handed_over_at = fields.AwareDateTime(required=True, allow_none=True)


class ExportedFindSchema(Exact):
    number = fields.String(required=True)
    state = fields.String(required=True)
    announced_at = fields.AwareDateTime(required=True)
    description = fields.String(required=True)
    place = fields.String(required=True)
    document = fields.Nested(DocumentSchema, required=True, allow_none=True)
    contact = fields.Nested(ContactSchema, required=True)


class ExportedCourierSchema(Exact):
    state = fields.String(required=True)
    parcel = fields.String(required=True)
    ordered_at = fields.AwareDateTime(required=True)
    amount_fen = fields.Integer(required=True)
    refunded_fen = fields.Integer(required=True)
    province = fields.String(required=True)
    address = fields.Nested(AddressSchema, required=True, allow_none=True)
    carrier = fields.String(required=True, allow_none=True)
    tracking_number = fields.String(required=True, allow_none=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)


class ExportSchema(Exact):
    reports = fields.List(fields.Nested(ExportedReportSchema), required=True)
    claims = fields.List(fields.Nested(ExportedClaimSchema), required=True)
    finds = fields.List(fields.Nested(ExportedFindSchema), required=True)
    courier_orders = fields.List(fields.Nested(ExportedCourierSchema), required=True)
