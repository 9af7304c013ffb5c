"""FRONT DOOR of cards: what notify is asked about coupons in WeChat's wallet.

sign_card SignCardSchema                 → SignedCardSchema        writes; what wx.addCard takes, good once
note_card NoteCardSchema                 → schemas.NotedSchema     writes; repeats change nothing
list_card_errands ListCardErrandsSchema  → CardErrandsSchema       for staff; the oldest first
retry_card_errands RetryCardErrandsSchema → RetriedSchema          writes; those that are stuck
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict

MAX_ERRANDS: Final = 200
_ID: Final = validate.Length(min=1, max=64)


class CardEvent(StrEnum):
    """What WeChat tells of a card: user_get_card, user_del_card, user_consume_card."""

    GOT = "got"
    DELETED = "deleted"
    CONSUMED = "consumed"


class ErrandState(StrEnum):
    OPEN = "open"
    STUCK = "stuck"  # WeChat or the mall refuses: somebody must look


class SignCardSchema(Strict):
    """campaign_id: a coupon of it is claimed once the card lies in the wallet. coupon_id: one that was claimed before.

    Errors: notify.no_card, .card_not_possible {why}, .not_reachable, .quota_spent, .wechat_*, and the mall's.
    """

    passenger_id = fields.String(required=True, validate=_ID)
    campaign_id = fields.String(load_default=None, allow_none=True, validate=_ID)
    coupon_id = fields.String(load_default=None, allow_none=True, validate=_ID)

    @validates_schema
    def _for_one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("campaign_id") is None) == (data.get("coupon_id") is None):
            raise ValidationError("A campaign, or a coupon of it.", "campaign_id")


class SignedCardSchema(Exact):
    """As an entry of wx.addCard's cardList. card_ext: JSON text."""

    card_id = fields.String(required=True)
    card_ext = fields.String(required=True)


class NoteCardSchema(Strict):
    event = fields.Enum(CardEvent, by_value=True, required=True)
    card_id = fields.String(required=True, validate=_ID)
    code = fields.String(required=True, validate=validate.Length(min=1, max=32))


class ListCardErrandsSchema(Strict):
    """campaign_id: only those about this campaign's card, or about what was taken of it."""

    campaign_id = fields.String(load_default=None, allow_none=True, validate=_ID)
    state = fields.Enum(ErrandState, by_value=True, load_default=ErrandState.STUCK)


class CardErrandSchema(Exact):
    """kind: card, look, bind, consume or unavailable. campaign_id: whose card it is about; no code is shown.

    reason: why it isn't done yet: `wechat_<errcode>`, a code of the mall's errors, `no_answer`, `consumed_elsewhere`.
    """

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    campaign_id = fields.String(required=True, allow_none=True)
    coupon_id = fields.String(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    reason = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True)
    not_before_at = fields.String(required=True)


class CardErrandsSchema(Exact):
    errands = fields.List(fields.Nested(CardErrandSchema), required=True)


class RetryCardErrandsSchema(Strict):
    errand_ids = fields.List(
        fields.Integer(strict=True), required=True, validate=validate.Length(min=1, max=MAX_ERRANDS)
    )


class RetriedSchema(Exact):
    retried = fields.Integer(required=True)


class WalletCardSchema(Exact):
    """A coupon that was offered to, or lies in, the person's WeChat wallet. Its code isn't told: whoever has it may use it."""

    campaign_id = fields.String(required=True)
    coupon_id = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"description": "domain.CodeState's value"})
