"""The words that campaigns and coupons use, and their limits; imports no framework, so that rules may use them too."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CampaignKind(StrEnum):
    AMOUNT = "amount"
    """So many fen off."""
    PERCENT = "percent"
    """So many hundredths off: 15 is what shops here call 8.5 折."""


class CampaignState(StrEnum):
    """domain.campaigns says what follows what."""

    DRAFT = "draft"
    ON = "on"
    PAUSED = "paused"
    """Nobody claims; what was claimed stays good."""
    ENDED = "ended"


class FundedBy(StrEnum):
    MERCHANT = "merchant"
    AIRPORT = "airport"


class CouponState(StrEnum):
    """domain.coupons says what follows what."""

    CLAIMED = "claimed"
    LOCKED = "locked"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    VOID = "void"


class Source(StrEnum):
    PAGE = "page"
    CARD = "card"
    GIVEN_BACK = "given_back"
    """A change coupon: what is left of one that was used on goods of which some came back."""


class Service(StrEnum):
    """Where coupons are spent."""

    SHOP = "shop"
    BUS = "bus"
    LOUNGE = "lounge"


class WhyNot(StrEnum):
    """Why a coupon can't be used on something; `words` of the domain says it to people."""

    NOT_FOUND = "not_found"
    NOT_YET = "not_yet"
    OVER = "over"
    LOCKED = "locked"
    REDEEMED = "redeemed"
    VOID = "void"
    OTHER_GOODS = "other_goods"
    THRESHOLD = "threshold"
    NOT_TOGETHER = "not_together"
    """With another one on the same goods."""
    NOTHING_LEFT = "nothing_left"
    """The others took everything off already."""


class WhyClosed(StrEnum):
    """Why somebody can't claim."""

    NOT_YET = "not_yet"
    OVER = "over"
    PAUSED = "paused"
    GONE = "gone"
    LIMIT = "limit"


class Back(StrEnum):
    """How a coupon comes back."""

    WHOLE = "whole"
    CHANGE = "change"
    NOTHING = "nothing"


TILL: Final = "till"
"""In place of a service, where a coupon was used at a shop's till."""

MAX_STOCK: Final = 1_000_000
MAX_PER_PERSON: Final = 20
MAX_VALUE_FEN: Final = 1_000_000
MAX_TOGETHER: Final = 10
"""Coupons of one order."""
MAX_ITEMS: Final = 100
MAX_QUANTITY: Final = 999
MAX_PAGE: Final = 100
