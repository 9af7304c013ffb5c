"""The number on an item's label: `CSX-6B7K2M-4`, short enough to type, and wrong typing shows.

23 characters that aren't mixed up and make no words: without vowels, and without 0 1 5 8 I L N O S U Z. As 23 is a prime,
the check character (a weighted sum) finds every single wrong character and every two that changed places.
"""

from __future__ import annotations

import secrets
from typing import Final

from services.lostfound.errors import BadNumber

CHARACTERS: Final = "234679BCDFGHJKMPQRTVWXY"
_LENGTH: Final = 6
_BASE: Final = len(CHARACTERS)


def new_number(iata: str) -> str:
    """A number by chance, one of 148 million: who has one can't count the others."""
    body = "".join(secrets.choice(CHARACTERS) for _ in range(_LENGTH))
    return f"{iata}-{body}-{_check(body)}"


def as_number(text: str, iata: str) -> str:
    """As it is printed, however it was typed: small letters, spaces, without the airport or the hyphens.

    Raises BadNumber, also when the check character doesn't fit.
    """
    plain = "".join(character for character in text.upper() if character.isalnum())
    if len(plain) == len(iata) + _LENGTH + 1:
        if not plain.startswith(iata):
            raise BadNumber
        plain = plain.removeprefix(iata)
    if len(plain) != _LENGTH + 1 or any(character not in CHARACTERS for character in plain):
        raise BadNumber
    body, check = plain[:_LENGTH], plain[_LENGTH]
    if _check(body) != check:
        raise BadNumber
    return f"{iata}-{body}-{check}"


def _check(body: str) -> str:
    total = sum(weight * CHARACTERS.index(character) for weight, character in enumerate(body, 2))
    return CHARACTERS[total % _BASE]
