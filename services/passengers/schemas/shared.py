"""What the schemas of passengers have in common."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from kernel.schemas import Strict
from services.passengers.schemas.vocabulary import MAX_NAME, Language


def text_id(**options: Any) -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=1, max=64), **options)


def wechat_id(**options: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=64), **options)


def session_token(**options: Any) -> fields.String:
    return fields.String(load_only=True, validate=validate.Length(min=1, max=256), **options)


def spoken(**options: Any) -> fields.Enum[Language]:
    return fields.Enum(Language, by_value=True, **options)


def instant(**options: Any) -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, metadata={"description": "UTC"}, **options)


def person_name(**options: Any) -> fields.String:
    # Letters of any script, but nothing that could be a number or markup in a name's place.
    rules = [validate.Length(min=1, max=MAX_NAME), validate.Regexp(r"^[^\d<>\x00-\x1f]+\Z")]
    return fields.String(validate=rules, **options)


class PassengerIdSchema(Strict):
    passenger_id = text_id()


class WriteSchema(PassengerIdSchema):
    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))


class DoneSchema(Schema):
    done = fields.Boolean(required=True, metadata={"description": "always true"})


class SealingKeySchema(Schema):
    key = fields.String(
        required=True, metadata={"description": "for kernel.sealing.seal; may be kept for an hour"}
    )
