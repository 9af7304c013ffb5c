"""Bodies and answers of a traveller's own JSON: the services' schemas, less what the session says."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from gateway.parameters import Strict
from services.notify.schemas import MAX_PAGE, MessageSchema, Role
from services.passengers.schemas import (
    MAX_NAME,
    CompanionKind,
    ConsentKind,
    DocumentKind,
    Language,
)

_NAME = validate.Regexp(r"^[^\d<>\x00-\x1f]+\Z")


class LanguageBody(Strict):
    language = fields.Enum(Language, by_value=True, required=True)


class FollowBody(Strict):
    role = fields.Enum(Role, by_value=True, load_default=Role.PASSENGER)
    agree = fields.Boolean(
        load_default=False,
        metadata={
            "description": "to messages about flights, though it was taken back before; who never said anything on it "
            "agrees by following"
        },
    )


class CompanionBody(Strict):
    name = fields.String(required=True, validate=[validate.Length(min=1, max=MAX_NAME), _NAME])
    kind = fields.Enum(CompanionKind, by_value=True, load_default=CompanionKind.ADULT)


class CompanionChangesBody(Strict):
    """What is left out stays as it is."""

    name = fields.String(validate=[validate.Length(min=1, max=MAX_NAME), _NAME])
    kind = fields.Enum(CompanionKind, by_value=True)


class DocumentBody(Strict):
    """Needs consent `identity_documents` in force."""

    kind = fields.Enum(DocumentKind, by_value=True, required=True)
    number = fields.String(
        required=True,
        load_only=True,
        validate=validate.Length(min=1, max=256),
        metadata={"description": "the number as printed, or a passport's two machine-readable lines"},
    )
    holder_name = fields.String(validate=[validate.Length(min=1, max=MAX_NAME), _NAME])
    expires_on = fields.Date()
    companion_id = fields.String(
        validate=validate.Length(min=1, max=64), metadata={"description": "left out: the traveller's own"}
    )


class ConsentBody(Strict):
    version = fields.String(
        required=True,
        validate=validate.Length(min=1, max=32),
        metadata={"description": "of the text that was shown"},
    )


class MessagesParameters(Strict):
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(
        load_default="", validate=validate.Length(max=64), metadata={"description": "from the page before"}
    )


class SignatureParameters(Strict):
    url = fields.String(
        required=True,
        validate=validate.Length(min=8, max=2048),
        metadata={"description": "the page's whole address; what follows # is left out"},
    )


class PublicMessageSchema(MessageSchema):
    """One message that was sent to this traveller."""

    class Meta:
        exclude = ("passenger_id", "wechat_msgid", "attempts", "reason")


class MyMessagesSchema(Schema):
    messages = fields.List(fields.Nested(PublicMessageSchema), required=True)
    cursor = fields.String(required=True, allow_none=True, metadata={"description": "null on the last page"})


CONSENT_KINDS = tuple(kind.value for kind in ConsentKind)
