"""What a desk seals when it hands an item over."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Strict
from services.lostfound.schemas.claim_words import MAX_POINTS, MAX_STROKES
from services.lostfound.schemas.items import PhotoSchema
from services.lostfound.schemas.shared import (
    DocumentSchema,
    maybe,
    short,
)


class SignatureSchema(Strict):
    """Sealed: strokes of points [x, y], in a box of width × height."""

    width = fields.Integer(required=True, validate=validate.Range(min=1, max=4096))
    height = fields.Integer(required=True, validate=validate.Range(min=1, max=4096))
    strokes = fields.List(
        fields.List(
            fields.List(
                fields.Integer(validate=validate.Range(min=0, max=4096)), validate=validate.Length(equal=2)
            ),
            validate=validate.Length(min=1, max=MAX_POINTS),
        ),
        required=True,
        validate=validate.Length(min=1, max=MAX_STROKES),
    )


class IdentitySchema(DocumentSchema):
    """Sealed: the document that the desk saw: both its name and its number."""

    holder_name = short(80, required=True)
    number = short(40, required=True)


class HandoverPrivateSchema(Strict):
    """Sealed. Signed on the screen, or on paper: then its number."""

    identity = fields.Nested(IdentitySchema, required=True)
    signature = fields.Nested(SignatureSchema, **maybe())
    paper = short(40, **maybe())
    photo = fields.Nested(PhotoSchema, **maybe())

    @validates_schema
    def _signed(self, data: dict[str, object], **_: object) -> None:
        if (data["signature"] is None) == (data["paper"] is None):
            raise ValidationError("Exactly one of signature and paper.", "signature")
