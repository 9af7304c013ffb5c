"""Barcodes of the trade: EAN-13, EAN-8, UPC-A, each with its check digit.

Source: GS1 General Specifications, section 7.9 (docs/sources/shop-catalogue.md).
"""

from __future__ import annotations

from typing import Final

_LENGTHS: Final = frozenset({8, 12, 13})


def check_digit(digits: str) -> str:
    """The digit that follows these: from the right, weights 3 and 1 by turns, up to the next ten."""
    total = sum(int(each) * (3 if at % 2 == 0 else 1) for at, each in enumerate(reversed(digits)))
    return str(-total % 10)


def as_barcode(text: str) -> str | None:
    """As it is kept: UPC-A with the zero that makes it an EAN-13. None: no barcode, or a slip in typing."""
    if len(text) not in _LENGTHS or not (text.isascii() and text.isdigit()):
        return None
    if check_digit(text[:-1]) != text[-1]:
        return None
    return text.rjust(13, "0") if len(text) == 12 else text
