"""FRONT DOOR: invoices (fapiao). What the buyer wants to have written on them is handed to the merchants.

    get_sealing_key {}                   → SealingKeySchema
    request_invoice RequestInvoiceSchema → orders.OrderResultSchema   errors shop.order_not_found, .not_invoiceable,
        .invoice_asked, .bad_tax_number, .bad_seal
Staff:
    list_invoices ListInvoicesSchema   → StaffInvoicesSchema
    issue_invoice IssueInvoiceSchema   → StaffInvoiceResultSchema     shop.invoice_not_found, .wrong_invoice{state}
    refuse_invoice RefuseInvoiceSchema → StaffInvoiceResultSchema

An order has one for each merchant. Title, tax number and e-mail travel sealed (`get_sealing_key`) and lie sealed.
"""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict
from services.shop.schemas.order_fields import (
    StaffSchema,
    StaffWriteSchema,
    cursor,
    key,
    limit,
    request_id,
    short,
    text,
)
from services.shop.schemas.order_words import InvoiceKind, InvoiceState

EMAIL = validate.Regexp(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,120}\.[^@\s.\x00-\x1f]{2,24}\Z")


class InvoiceTextSchema(Strict):
    """Sealed as JSON. tax_number: a company's unified social credit code, 18 characters with its check character; ''
    for a person."""

    title = short(100, required=True)
    tax_number = fields.String(load_default="", validate=validate.Regexp(r"(?:[0-9A-Za-z]{18})?\Z"))
    email = fields.String(required=True, validate=[validate.Length(max=190), EMAIL])


class SealingKeySchema(Exact):
    key = fields.String(
        required=True, metadata={"description": "for kernel.sealing.seal; may be kept for an hour"}
    )


class RequestInvoiceSchema(Strict):
    request_id = request_id()
    passenger_id = key(required=True)
    order_id = key(required=True)
    kind = fields.Enum(InvoiceKind, by_value=True, required=True)
    sealed = fields.String(
        required=True,
        validate=validate.Length(min=1, max=4000),
        metadata={"description": "InvoiceTextSchema as JSON, by kernel.sealing.seal"},
    )


class StaffInvoiceSchema(Exact):
    id = fields.String(required=True)
    order_id = fields.String(required=True)
    merchant_id = fields.String(required=True)
    merchant_name = fields.String(required=True)
    parcels = fields.List(fields.String(), required=True, metadata={"description": "numbers"})
    kind = fields.Enum(InvoiceKind, by_value=True, required=True)
    title = fields.String(required=True)
    tax_number = fields.String(required=True)
    email = fields.String(required=True)
    amount_fen = fields.Integer(
        required=True, metadata={"description": "paid less refunds, as of now or of when it was answered"}
    )
    changed_fen = fields.Integer(
        required=True,
        metadata={"description": "of it paid back since it was asked for, or since it was answered"},
    )
    state = fields.Enum(InvoiceState, by_value=True, required=True)
    number = fields.String(required=True, allow_none=True)
    words = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)


class StaffInvoiceResultSchema(Exact):
    invoice = fields.Nested(StaffInvoiceSchema, required=True)


class StaffInvoicesSchema(Exact):
    invoices = fields.List(fields.Nested(StaffInvoiceSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ListInvoicesSchema(StaffSchema):
    shop_id = key(load_default=None, allow_none=True)
    states = fields.List(fields.Enum(InvoiceState, by_value=True), load_default=[])
    cursor = cursor()
    limit = limit(50)


class IssueInvoiceSchema(StaffWriteSchema):
    invoice_id = key(required=True)
    number = fields.String(required=True, validate=validate.Regexp(r"[0-9]{8,20}\Z"))


class RefuseInvoiceSchema(StaffWriteSchema):
    invoice_id = key(required=True)
    words = text(300)

    @validates_schema
    def _says_why(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data["words"].strip():
            raise ValidationError("Say why.", "words")
