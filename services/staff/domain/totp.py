"""Codes of an authenticator app, by time.

Source: RFC 6238 (and 4226, 5.3): SHA-1, six digits, steps of thirty seconds, which every authenticator app takes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import Final

STEP_S: Final = 30
DIGITS: Final = 6
WINDOW: Final = 1
"""Steps that a phone's clock may be off, either way (RFC 6238, 5.2)."""
SECRET_BYTES: Final = 20
_CODE: Final = re.compile(r"[0-9]{6}")


def step_at(now: datetime) -> int:
    """The number of the step that `now` lies in."""
    return int(now.timestamp()) // STEP_S


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one step."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 0xF
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def matching_step(secret: bytes, code: str, now: datetime, used: int) -> int | None:
    """The step whose code this is, later than the last one used; None for no code of now.

    Does the same work for every code, so that time tells nothing.
    """
    found: int | None = None
    here = step_at(now)
    for step in range(here - WINDOW, here + WINDOW + 1):
        same = hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        if same and step > used:
            found = step
    return found


def is_code(text: str) -> bool:
    """Whether a text has the form of a code, spaces left out."""
    return _CODE.fullmatch(text) is not None


def secret_text(secret: bytes) -> str:
    """The secret as apps take it: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def new_secret_text(chance: str) -> str:
    """A new secret out of at least 160 bits of chance."""
    return secret_text(hashlib.sha256(chance.encode()).digest()[:SECRET_BYTES])


def secret_bytes(text: str) -> bytes:
    """The secret that `secret_text` wrote."""
    return base64.b32decode(text + "=" * (-len(text) % 8))
