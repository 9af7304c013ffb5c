"""Words that callers and rules of bus share."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MAX_SEATS: Final = 9
MAX_FOUND: Final = 50


class Rider(StrEnum):
    """Who sits on a seat. Children under six, or under 1.2 m, without a seat of their own ride free and aren't
    counted: one with each adult."""

    ADULT = "adult"
    CHILD = "child"  # 6 to 14 years, or 1.2 to 1.5 m
    DISCOUNT = "discount"  # disabled soldiers and police, fire-fighters injured on duty


class OrderState(StrEnum):
    """held → released by the traveller, or lapsed at its expiry. Both ends are final."""

    HELD = "held"
    RELEASED = "released"
    LAPSED = "lapsed"
