"""Identity documents."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from kernel.schemas import Strict
from services.passengers.schemas.shared import (
    WriteSchema,
    instant,
    person_name,
    text_id,
)
from services.passengers.schemas.vocabulary import MAX_SEALED, Checked, DocumentKind, UnmaskReason


class AddDocumentSchema(WriteSchema):
    """Needs consent `identity_documents` in force (passengers.consent_needed)."""

    kind = fields.Enum(DocumentKind, by_value=True, required=True)
    sealed = fields.String(
        required=True,
        load_only=True,
        validate=validate.Length(min=1, max=MAX_SEALED),
        metadata={
            "description": "kernel.sealing.seal of the number as typed, or of a passport's two MRZ lines"
        },
    )
    holder_name = person_name(
        load_default=None, metadata={"description": "needed unless an MRZ names the holder, who then counts"}
    )
    expires_on = fields.Date(
        load_default=None, metadata={"description": "needed for a typed passport number; an MRZ's counts"}
    )
    companion_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "whose it is; null: the traveller's own"},
    )


class DocumentIdSchema(WriteSchema):
    document_id = text_id()


class UnmaskSchema(DocumentIdSchema):
    reason = fields.Enum(UnmaskReason, by_value=True, required=True)


class DocumentSchema(Schema):
    id = fields.String(required=True)
    kind = fields.Enum(DocumentKind, by_value=True, required=True)
    masked_number = fields.String(required=True, metadata={"example": "1*************002X"})
    holder_name = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    companion_id = fields.String(required=True, allow_none=True)
    checked = fields.Enum(Checked, by_value=True, required=True)
    created_at = instant()


class DocumentResultSchema(Schema):
    document = fields.Nested(DocumentSchema, required=True)


class DocumentsSchema(Schema):
    documents = fields.List(fields.Nested(DocumentSchema), required=True)


class UnmaskedSchema(Schema):
    number = fields.String(required=True)
    nationality = fields.String(
        required=True, allow_none=True, metadata={"description": "ICAO 9303, from an MRZ"}
    )
    birth_date = fields.Date(required=True, allow_none=True)


class FindDocumentsSchema(Strict):
    kind = fields.Enum(DocumentKind, by_value=True, required=True)
    sealed = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=MAX_SEALED))


class FoundDocumentSchema(Schema):
    passenger_id = fields.String(required=True)
    document_id = fields.String(required=True)
    companion_id = fields.String(required=True, allow_none=True)


class FoundDocumentsSchema(Schema):
    found = fields.List(fields.Nested(FoundDocumentSchema), required=True)
