"""Base45 (RFC 9285): bytes in the 45 characters for which a QR code needs the least room."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_BASE: Final = 45


def encode(raw: bytes) -> str:
    """Three characters for two bytes, two for a last one alone."""
    text = []
    for start in range(0, len(raw), 2):
        part = raw[start : start + 2]
        value = int.from_bytes(part, "big")
        for _ in range(len(part) + 1):
            value, digit = divmod(value, _BASE)
            text.append(_DIGITS[digit])
    return "".join(text)


def decode(text: str) -> bytes:
    """The bytes. Raises ValueError for what `encode` never writes, so that bytes have one text only."""
    raw = bytearray()
    for start in range(0, len(text), 3):
        part = text[start : start + 3]
        size = len(part) - 1
        try:
            value = sum(_VALUES[digit] * _BASE**place for place, digit in enumerate(part))
        except KeyError as exc:
            raise ValueError("a character that base45 doesn't have") from exc
        if size == 0 or value >= 256**size:
            raise ValueError("not base45")
        raw += value.to_bytes(size, "big")
    return bytes(raw)
