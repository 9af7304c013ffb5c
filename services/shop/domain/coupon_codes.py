"""A coupon's code: `4KQ7 9WTB 2HRC`, short enough to type at a till, and wrong typing shows.

23 characters that aren't mixed up and make no words; as 23 is a prime, the check character (a weighted sum) finds every
wrong character and every two that changed places. Eleven by chance: nobody finds one of a million by trying.
"""

from __future__ import annotations

import secrets
from typing import Final

CHARACTERS: Final = "234679BCDFGHJKMPQRTVWXY"
LENGTH: Final = 12
CODE: Final = "coupon code"
CARD_CODE: Final = "coupon card code"
"""Under which a code, and a card's code of WeChat, are found by a keyed hash."""
_BASE: Final = len(CHARACTERS)


def new_code() -> str:
    body = "".join(secrets.choice(CHARACTERS) for _ in range(LENGTH - 1))
    return body + _check(body)


def as_code(text: str) -> str | None:
    """As it is kept, however it was typed: small letters, spaces, hyphens. None for what is no code of ours."""
    plain = "".join(character for character in text.upper() if character.isalnum())
    if len(plain) != LENGTH or any(character not in CHARACTERS for character in plain):
        return None
    return plain if _check(plain[:-1]) == plain[-1] else None


def shown(code: str) -> str:
    """In fours, as people read it to each other."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def _check(body: str) -> str:
    total = sum(weight * CHARACTERS.index(character) for weight, character in enumerate(body, 2))
    return CHARACTERS[total % _BASE]
