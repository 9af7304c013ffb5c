"""FRONT DOOR: arguments and results of every RPC of notify, and the vocabularies they use.

follow FollowSchema                    → FollowResultSchema      writes
unfollow UnfollowSchema                → FollowingSchema         writes; not following is no error
list_follows PassengerIdSchema         → FollowsSchema
is_following IsFollowingSchema         → FollowingSchema
list_messages ListMessagesSchema       → MessagePageSchema       newest first
search_messages SearchMessagesSchema   → MessagePageSchema       for staff; newest first
status {}                              → StatusSchema
send_customer_message CustomerMessageSchema → SentSchema         writes
send_code SendCodeSchema               → QueuedSchema            writes; the code is never shown again
sign_js_page SignPageSchema            → PageSignatureSchema
get_wechat_language OpenidSchema       → WeChatLanguageSchema    of one who follows the account
publish_menu PublishMenuSchema         → MenuResultSchema        nothing is published by a dry run
note_receipt ReceiptSchema             → NotedSchema             writes; repeats change nothing
export_passenger PassengerIdSchema     → ExportSchema
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from kernel.schemas import Strict
from services.notify.card_schemas import WalletCardSchema
from services.notify.vocabulary import (
    MESSAGE_KINDS,
    FlightConsent,
    MessageState,
    NewsKind,
    NoticeKind,
    Role,
)

__all__ = ["MESSAGE_KINDS", "FlightConsent", "MessageState", "NewsKind", "NoticeKind", "Role"]
"""The vocabularies, which callers take from here, too."""

MAX_FOLLOWS: Final = 50
"""Flights that one traveller may follow at a time."""
MAX_PAGE: Final = 200
_NAME: Final = validate.Length(min=1, max=64)
_PRINTABLE: Final = validate.Regexp(r"[^\x00-\x1f\x7f]*\Z")


class _Write(Strict):
    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))


class PassengerIdSchema(Strict):
    passenger_id = fields.String(required=True, validate=_NAME)


class FollowSchema(_Write):
    passenger_id = fields.String(required=True, validate=_NAME)
    flight_id = fields.String(required=True, validate=[validate.Length(min=3, max=64), _PRINTABLE])
    role = fields.Enum(Role, by_value=True, load_default=Role.PASSENGER)


class UnfollowSchema(_Write):
    passenger_id = fields.String(required=True, validate=_NAME)
    flight_id = fields.String(required=True, validate=[validate.Length(min=3, max=64), _PRINTABLE])


class IsFollowingSchema(Strict):
    passenger_id = fields.String(required=True, validate=_NAME)
    flight_id = fields.String(required=True, validate=[validate.Length(min=3, max=64), _PRINTABLE])


class FollowingSchema(Schema):
    following = fields.Boolean(required=True)
    role = fields.Enum(Role, by_value=True, required=True, allow_none=True)


def flight_consent() -> fields.Enum[FlightConsent]:
    return fields.Enum(
        FlightConsent,
        by_value=True,
        required=True,
        metadata={"description": "to messages about flights; none is sent unless it is given"},
    )


class OneFollowSchema(Schema):
    flight_id = fields.String(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    since = fields.AwareDateTime(required=True)
    flight = fields.Dict(
        required=True,
        metadata={"description": "flights.schemas.FlightSchema as last heard of, without keywords"},
    )


class FollowResultSchema(Schema):
    follow = fields.Nested(OneFollowSchema, required=True)
    reachable = fields.Boolean(
        required=True,
        metadata={"description": "whether messages arrive; false: ask them to follow the account"},
    )
    consent = flight_consent()


class FollowsSchema(Schema):
    follows = fields.List(
        fields.Nested(OneFollowSchema), required=True, metadata={"description": "by scheduled time here"}
    )
    reachable = fields.Boolean(required=True)
    consent = flight_consent()


class ListMessagesSchema(PassengerIdSchema):
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=validate.Length(max=64))


class SearchMessagesSchema(Strict):
    """All given conditions hold together; at least one of passenger_id, flight_id and order_id is given."""

    passenger_id = fields.String(load_default=None, allow_none=True, validate=_NAME)
    flight_id = fields.String(load_default=None, allow_none=True, validate=_NAME)
    order_id = fields.String(load_default=None, allow_none=True, validate=_NAME)
    state = fields.Enum(MessageState, by_value=True, load_default=None, allow_none=True)
    from_at = fields.AwareDateTime(load_default=None, allow_none=True)
    to_at = fields.AwareDateTime(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=validate.Length(max=64))

    @validates_schema
    def _narrow(self, data: dict[str, object], **_: object) -> None:
        if all(data[name] is None for name in ("passenger_id", "flight_id", "order_id")):
            raise ValidationError("Missing data for required field.", "passenger_id")


class LineSchema(Schema):
    label = fields.String(required=True)
    value = fields.String(required=True)


class MessageSchema(Schema):
    """One message to one traveller, with the words it was sent in."""

    id = fields.String(required=True)
    passenger_id = fields.String(required=True)
    flight_id = fields.String(
        required=True, allow_none=True, metadata={"description": "null: about no flight"}
    )
    order_id = fields.String(required=True, allow_none=True, metadata={"description": "null: about no order"})
    path = fields.String(required=True, metadata={"description": "the page of ours that it opens"})
    kind = fields.String(required=True, validate=validate.OneOf(MESSAGE_KINDS))
    role = fields.Enum(
        Role,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "as whom the flight is followed"},
    )
    language = fields.String(required=True, validate=validate.OneOf(["zh", "en"]))
    title = fields.String(required=True)
    lines = fields.List(fields.Nested(LineSchema), required=True)
    state = fields.Enum(MessageState, by_value=True, required=True)
    reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "why it is in this state, when it isn't plain"},
    )
    attempts = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    received_at = fields.AwareDateTime(required=True, allow_none=True)
    wechat_msgid = fields.String(required=True, allow_none=True)


class MessagePageSchema(Schema):
    messages = fields.List(fields.Nested(MessageSchema), required=True)
    cursor = fields.String(required=True, allow_none=True, metadata={"description": "null on the last page"})


class NewsProgressSchema(Schema):
    """One piece of news on its way to a flight's followers."""

    id = fields.String(required=True)
    flight_id = fields.String(required=True)
    kind = fields.Enum(NewsKind, by_value=True, required=True)
    decided_at = fields.AwareDateTime(required=True)
    followers = fields.Integer(required=True, metadata={"description": "when it was decided"})
    reached = fields.Integer(required=True, metadata={"description": "for whom a message was written so far"})


class StatusSchema(Schema):
    connected = fields.Boolean(required=True, metadata={"description": "whether an account is configured"})
    rate_per_s = fields.Float(required=True)
    waiting = fields.Integer(
        required=True,
        metadata={"description": "messages to be sent now, and followers still to be written to"},
    )
    deferred = fields.Integer(required=True)
    sending = fields.Integer(required=True)
    oldest_waiting_at = fields.AwareDateTime(required=True, allow_none=True)
    seconds_left = fields.Integer(
        required=True, allow_none=True, metadata={"description": "for what waits, at the rate; null: paused"}
    )
    today = fields.Dict(
        keys=fields.Enum(MessageState, by_value=True),
        values=fields.Integer(),
        required=True,
        metadata={"description": "messages written since midnight here, by state"},
    )
    news = fields.List(
        fields.Nested(NewsProgressSchema), required=True, metadata={"description": "unfinished"}
    )
    paused_until = fields.AwareDateTime(required=True, allow_none=True)
    pause_reason = fields.String(required=True, allow_none=True)
    alert = fields.String(
        required=True, allow_none=True, metadata={"description": "what an operator must look at"}
    )


class NewsArticleSchema(Strict):
    title = fields.String(required=True, validate=validate.Length(min=1, max=64))
    description = fields.String(load_default="", validate=validate.Length(max=512))
    url = fields.String(required=True, validate=validate.Length(min=1, max=1024))
    picurl = fields.String(load_default="", validate=validate.Length(max=1024))


class CustomerMessageSchema(_Write):
    """A text or one article, to somebody who wrote to us within 48 hours."""

    openid = fields.String(required=True, validate=_NAME)
    text = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=2000))
    news = fields.Nested(NewsArticleSchema, load_default=None, allow_none=True)

    @validates_schema
    def _one(self, data: dict[str, object], **_: object) -> None:
        if (data["text"] is None) == (data["news"] is None):
            raise ValidationError("Missing data for required field.", "text")


class SentSchema(Schema):
    state = fields.String(
        required=True,
        validate=validate.OneOf(["sent", "unknown"]),
        metadata={"description": "unknown: the answer was lost; it isn't sent again"},
    )


class PurposeSchema(Strict):
    """What a code is for, as its receiver reads it."""

    zh = fields.String(required=True, validate=[validate.Length(min=1, max=20), _PRINTABLE])
    en = fields.String(required=True, validate=[validate.Length(min=1, max=20), _PRINTABLE])


class SendCodeSchema(_Write):
    """A code that proves that somebody reads this traveller's messages."""

    passenger_id = fields.String(required=True, validate=_NAME)
    code = fields.String(required=True, load_only=True, validate=validate.Regexp(r"[0-9A-Za-z-]{4,16}\Z"))
    purpose = fields.Nested(PurposeSchema, required=True)
    minutes = fields.Integer(required=True, validate=validate.Range(min=1, max=60))


class QueuedSchema(Schema):
    message_id = fields.String(required=True, metadata={"description": "as in MessageSchema"})


class SignPageSchema(Strict):
    url = fields.String(required=True, validate=validate.Length(min=8, max=2048))


class PageSignatureSchema(Schema):
    """What `wx.config` takes."""

    appId = fields.String(required=True)
    timestamp = fields.Integer(required=True)
    nonceStr = fields.String(required=True)
    signature = fields.String(required=True)


class OpenidSchema(Strict):
    openid = fields.String(required=True, validate=_NAME)


class WeChatLanguageSchema(Schema):
    language = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["zh", "en"]),
        metadata={"description": "null: WeChat doesn't say"},
    )


class PublishMenuSchema(Strict):
    menu = fields.Dict(required=True, metadata={"description": 'WeChat\'s form: {"button": [...]}'})
    dry_run = fields.Boolean(load_default=False)


class MenuChangeSchema(Schema):
    change = fields.String(required=True, validate=validate.OneOf(["added", "removed", "changed"]))
    path = fields.String(required=True, metadata={"description": "names of the buttons, joined by ' > '"})
    old = fields.Dict(required=True, allow_none=True)
    new = fields.Dict(required=True, allow_none=True)


class MenuResultSchema(Schema):
    diff = fields.List(fields.Nested(MenuChangeSchema), required=True)
    published = fields.Boolean(
        required=True, metadata={"description": "false by a dry run or without changes"}
    )


class ReceiptSchema(Strict):
    """TEMPLATESENDJOBFINISH as it came. status: `success`, `failed:user block`, `failed: system failed`."""

    msgid = fields.String(required=True, validate=_NAME)
    status = fields.String(required=True, validate=validate.Length(min=1, max=64))
    at = fields.AwareDateTime(load_default=None, allow_none=True)


class NotedSchema(Schema):
    known = fields.Boolean(
        required=True, metadata={"description": "whether the message is ours; if not yet, it is remembered"}
    )


class ExportSchema(Schema):
    """Everything that notify holds about a traveller."""

    recipient = fields.Dict(required=True, allow_none=True)
    follows = fields.List(fields.Nested(OneFollowSchema(exclude=("flight",))), required=True)
    messages = fields.List(fields.Nested(MessageSchema), required=True)
    cards = fields.List(fields.Nested(WalletCardSchema), required=True)
