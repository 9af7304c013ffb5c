"""Which passwords will do, and how recovery codes are written.

Source: NIST SP 800-63B, 5.1.1.2: length counts, lists of common passwords are refused, no rules of composition, no
change by calendar.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from services.staff.errors import BadLogin, WeakPassword
from services.staff.schemas import LOGIN_PATTERN, MAX_PASSWORD, MIN_PASSWORD

RECOVERY_CODES: Final = 10
_FEWEST_CHARACTERS: Final = 5
_GROUP: Final = 4
_COMMON: Final = Path(__file__).parent / "common_passwords.txt"
_LOGIN: Final = re.compile(LOGIN_PATTERN)
_FILLERS: Final = re.compile(r"[\W_\d]+")


def normal_login(text: str) -> str:
    """The login as it is kept: lower case, no spaces around."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def check_login(login: str) -> None:
    """Raises BadLogin unless it is 3 to 40 of a-z, 0-9, dot, dash and underscore."""
    if not _LOGIN.match(login):
        raise BadLogin


def normal_password(text: str) -> str:
    """One spelling of the same characters, whatever keyboard they come from (NIST SP 800-63B: NFKC)."""
    return unicodedata.normalize("NFKC", text)


def check_password(password: str, login: str) -> None:
    """Raises WeakPassword with the reason: short, long, common, or login (made of the own login)."""
    if len(password) < MIN_PASSWORD:
        raise WeakPassword(reason="short", least=MIN_PASSWORD)
    if len(password) > MAX_PASSWORD:
        raise WeakPassword(reason="long", most=MAX_PASSWORD)
    lowered = password.lower()
    # A login of three letters is part of many words.
    if len(login) > 3 and login in lowered:
        raise WeakPassword(reason="login")
    # A common word with digits hung on, or repeated, is as quickly guessed as the word.
    bare = _FILLERS.sub("", lowered)
    repeated = len(set(lowered)) < _FEWEST_CHARACTERS
    if repeated or lowered in _common() or bare in _common() or _is_run(lowered) or _halves(bare):
        raise WeakPassword(reason="common")


def recovery_codes(secret: bytes, once: str) -> list[str]:
    """The recovery codes of one enrolment, 80 bits each: the same again for a repeat of the same request.

    They need both the authenticator's secret and the token of this sign-in, which is kept nowhere.
    """
    codes = []
    for number in range(RECOVERY_CODES):
        mac = hmac.new(secret, f"recovery {number} {once}".encode(), hashlib.sha256).digest()
        text = base64.b32encode(mac[:10]).decode().lower()
        codes.append("-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP)))
    return codes


def recovery_hash(account_id: str, code: str) -> str:
    """What is kept of a recovery code. Codes are 80 bits of chance: no dictionary of them exists to slow down."""
    bare = "".join(code.lower().split()).replace("-", "")
    return hashlib.sha256(f"{account_id}\n{bare}".encode()).hexdigest()


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())


def _halves(word: str) -> bool:
    half = word[: len(word) // 2]
    return len(half) > 0 and half * 2 == word and half in _common()


def _is_run(text: str) -> bool:
    """123456789012, abcdefghijkl, qwertyuiop…: each character follows the one before."""
    rows = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyzabcdefghijkl", "qwertyuiopasdfghjklzxcvbnm")
    return any(text in row or text in row[::-1] for row in rows)
