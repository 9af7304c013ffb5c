"""Accounts, sessions and companions."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from kernel.schemas import Strict
from services.passengers.schemas.shared import (
    WriteSchema,
    instant,
    person_name,
    session_token,
    spoken,
    text_id,
    wechat_id,
)
from services.passengers.schemas.vocabulary import CompanionKind, Language


class WeChatStateSchema(Schema):
    connected = fields.Boolean(required=True)
    subscribed = fields.Boolean(required=True, metadata={"description": "follows the account"})


class PassengerSchema(Schema):
    """A traveller as any door may show them: no openid, no name."""

    id = fields.String(required=True)
    language = spoken(required=True)
    wechat = fields.Nested(WeChatStateSchema, required=True)
    created_at = instant()


class PassengerResultSchema(Schema):
    passenger = fields.Nested(PassengerSchema, required=True)


class SignInSchema(Strict):
    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))
    code = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=512))
    language = spoken(
        load_default=Language.ZH, metadata={"description": "for one who signs in for the first time"}
    )
    previous_token = session_token(
        load_default=None, allow_none=True, metadata={"description": "the browser's session so far: it ends"}
    )


class SessionSchema(Schema):
    token = fields.String(required=True, metadata={"description": "shown this once, stored as a hash"})
    passenger_id = fields.String(required=True)
    expires_at = instant()


class SignedInSchema(Schema):
    session = fields.Nested(SessionSchema, required=True)
    passenger = fields.Nested(PassengerSchema, required=True)


class TokenSchema(Strict):
    token = session_token(required=True)


class SessionStateSchema(Schema):
    passenger = fields.Nested(PassengerSchema, required=True)
    expires_at = instant()


class EndSessionSchema(TokenSchema):
    """Ending an ended session is no error, so a repeat needs no id to be known by."""

    request_id = fields.String(load_default=None, validate=validate.Length(min=8, max=128))


class FollowerSchema(Strict):
    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))
    openid = wechat_id(required=True)
    unionid = wechat_id(load_default=None, allow_none=True)
    subscribed = fields.Boolean(
        required=True, metadata={"description": "true for any message but unsubscribe"}
    )
    language = spoken(load_default=Language.ZH, metadata={"description": "for one who is new"})
    written_in = spoken(
        load_default=None,
        allow_none=True,
        metadata={"description": "the language they wrote in; of messages until one is chosen"},
    )
    scene = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=128))
    at = fields.AwareDateTime(
        required=True, metadata={"description": "WeChat's CreateTime: older news changes nothing"}
    )


class FollowerResultSchema(Schema):
    passenger_id = fields.String(required=True)
    language = spoken(required=True)
    language_chosen = fields.Boolean(required=True, metadata={"description": "by themselves, for good"})


class SetLanguageSchema(WriteSchema):
    language = spoken(required=True)


class AddCompanionSchema(WriteSchema):
    name = person_name(required=True)
    kind = fields.Enum(CompanionKind, by_value=True, load_default=CompanionKind.ADULT)


class CompanionIdSchema(WriteSchema):
    companion_id = text_id()


class ChangeCompanionSchema(CompanionIdSchema):
    """What is left out stays as it is."""

    name = person_name(load_default=None)
    kind = fields.Enum(CompanionKind, by_value=True, load_default=None)


class CompanionSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.Enum(CompanionKind, by_value=True, required=True)
    created_at = instant()


class CompanionResultSchema(Schema):
    companion = fields.Nested(CompanionSchema, required=True)


class CompanionsSchema(Schema):
    companions = fields.List(fields.Nested(CompanionSchema), required=True)
