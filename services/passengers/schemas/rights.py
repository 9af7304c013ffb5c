"""Consents, the copy of everything held, and its erasure."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from kernel.schemas import Strict
from services.passengers.schemas.shared import (
    WriteSchema,
    instant,
)
from services.passengers.schemas.vocabulary import ConsentKind


class GiveConsentSchema(WriteSchema):
    kind = fields.Enum(ConsentKind, by_value=True, required=True)
    version = fields.String(required=True, validate=validate.Length(min=1, max=32))
    unless_withdrawn = fields.Boolean(
        load_default=False,
        metadata={"description": "what was taken back stays so: for consents given by asking for a service"},
    )


class WithdrawConsentSchema(WriteSchema):
    """Withdrawing `identity_documents` deletes the documents (PIPL 47)."""

    kind = fields.Enum(ConsentKind, by_value=True, required=True)


class ConsentSchema(Schema):
    """How things stand with one kind; `in_force`: granted, and to the text that is shown now."""

    kind = fields.Enum(ConsentKind, by_value=True, required=True)
    current_version = fields.String(required=True)
    granted = fields.Boolean(required=True)
    version = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True, allow_none=True)
    in_force = fields.Boolean(required=True)


class ConsentEntrySchema(Schema):
    kind = fields.Enum(ConsentKind, by_value=True, required=True)
    version = fields.String(required=True)
    granted = fields.Boolean(required=True)
    at = instant()


class ConsentsSchema(Schema):
    consents = fields.List(fields.Nested(ConsentSchema), required=True)
    history = fields.List(
        fields.Nested(ConsentEntrySchema), required=True, metadata={"description": "oldest first"}
    )


class ExportSchema(Schema):
    """Everything held about the traveller. `complete` is false when a service named in `missing` was away."""

    export_id = fields.String(required=True)
    made_at = instant()
    complete = fields.Boolean(required=True)
    missing = fields.List(fields.String(), required=True)
    passengers = fields.Dict(required=True, metadata={"description": "numbers in full: the traveller's own"})
    services = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "by service, what its export RPC answers"},
    )


class ErasureIdSchema(Strict):
    erasure_id = fields.String(
        required=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "whoever has it may read the report, which names nobody"},
    )


class ServiceErasureSchema(Schema):
    service = fields.String(required=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ErasureSchema(Schema):
    erasure_id = fields.String(required=True)
    requested_at = instant()
    due_at = instant()
    completed_at = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    services = fields.List(fields.Nested(ServiceErasureSchema), required=True)


class ListErasuresSchema(Strict):
    open_only = fields.Boolean(load_default=True)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class ErasuresSchema(Schema):
    erasures = fields.List(fields.Nested(ErasureSchema), required=True)
