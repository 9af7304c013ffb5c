"""How personal things are shown: enough for those who know them, useless for those who don't."""

from __future__ import annotations

_SHOWN_OF_NUMBER = 4


def mask_number(number: str) -> str:
    """E****1234: a document's first character and its last four; of a short one the last only."""
    if len(number) <= _SHOWN_OF_NUMBER + 1:
        return f"{'*' * max(0, len(number) - 1)}{number[-1:]}"
    return f"{number[0]}{'*' * (len(number) - _SHOWN_OF_NUMBER - 1)}{number[-_SHOWN_OF_NUMBER:]}"


def mask_name(name: str) -> str:
    """张*, Z*** S***: the first character of each part."""
    return " ".join(part[0] + "*" * min(3, max(1, len(part) - 1)) for part in name.split())


def mask_phone(phone: str) -> str:
    """+86*****34."""
    digits = phone.strip()
    return f"{digits[:3]}*****{digits[-2:]}" if len(digits) > 5 else "*" * len(digits)


def mask_email(email: str) -> str:
    """l***@example.org."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}" if email else ""
