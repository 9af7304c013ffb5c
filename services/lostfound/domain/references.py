"""Numbers that people read to each other: of a report, a claim, a find."""

from __future__ import annotations

import secrets
from typing import Final

LETTERS: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""Nothing that looks like something else on paper or sounds like it on the phone, and no vowel: no words."""
_LENGTH: Final = 6


def new_reference(kind: str) -> str:
    """R-6B7K2M. kind: R report, C claim, F find. 480 million each, so that nobody counts ours."""
    return f"{kind}-{''.join(secrets.choice(LETTERS) for _ in range(_LENGTH))}"


def as_reference(text: str) -> str:
    """As it is kept, whatever way somebody typed it."""
    plain = "".join(text.upper().split()).replace("-", "")
    return f"{plain[:1]}-{plain[1:]}"
