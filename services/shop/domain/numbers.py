"""What stands on parcels and cases: numbers such as `M-6B7K2M-4`, and the codes that parcels are handed over for.

The alphabet and the check character are those of coupons' codes (`coupon_codes`): 23 characters that aren't mixed up, of
which a weighted sum finds every wrong one and every two that changed places.
"""

from __future__ import annotations

import secrets
from typing import Final

from services.shop.domain.coupon_codes import CHARACTERS
from services.shop.schemas.order_words import CODE_LENGTH

PARCEL: Final = "M"
CASE: Final = "K"
_LENGTH: Final = 6
_BASE: Final = len(CHARACTERS)


def new_number(prefix: str) -> str:
    """By chance, one of 148 million: who has one can't count the others."""
    body = _chance(_LENGTH)
    return f"{prefix}-{body}-{_check(body)}"


def as_number(text: str, prefix: str) -> str | None:
    """As it is printed, however it was typed; None for what is no such number."""
    plain = _plain(text)
    if len(plain) == len(prefix) + _LENGTH + 1 and plain.startswith(prefix):
        plain = plain.removeprefix(prefix)
    if len(plain) != _LENGTH + 1 or any(each not in CHARACTERS for each in plain):
        return None
    body, check = plain[:_LENGTH], plain[_LENGTH]
    return f"{prefix}-{body}-{check}" if _check(body) == check else None


def new_code() -> str:
    """Seven characters by chance, one of three milliards, and a check character: no parcel is fetched by guessing."""
    body = _chance(CODE_LENGTH - 1)
    return body + _check(body)


def as_code(text: str) -> str | None:
    """As it is kept, however it was typed; None for what is no such code."""
    plain = _plain(text)
    if len(plain) != CODE_LENGTH or any(each not in CHARACTERS for each in plain):
        return None
    return plain if _check(plain[:-1]) == plain[-1] else None


def _plain(text: str) -> str:
    return "".join(each for each in text.upper() if each.isalnum())


def _chance(length: int) -> str:
    return "".join(secrets.choice(CHARACTERS) for _ in range(length))


def _check(body: str) -> str:
    total = sum(weight * CHARACTERS.index(character) for weight, character in enumerate(body, 2))
    return CHARACTERS[total % _BASE]
