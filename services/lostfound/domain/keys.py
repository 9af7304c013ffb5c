"""Numbers of things and documents as they are compared, whoever wrote them down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_SHORTEST: Final = 4
"""A shorter one is found too often by chance to say anything."""


def normal(text: str) -> str:
    """Capitals and digits."""
    return "".join(character for character in text.upper() if character.isalnum())


def serial_key(personal: Mapping[str, Any]) -> str | None:
    """personal: schemas.items.PersonalSchema as loaded."""
    return _long(normal(personal["serial"]))


def document_key(personal: Mapping[str, Any]) -> str | None:
    """None also for a number that was masked before it came here."""
    document = personal["document"]
    if document is None or "*" in document["number"]:
        return None
    return _long(normal(document["number"]))


def _long(plain: str) -> str | None:
    return plain if len(plain) >= _SHORTEST else None
