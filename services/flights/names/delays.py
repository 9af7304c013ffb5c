"""Reasons for a delay in words, by IATA's numeric delay codes."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


def delay_reason(code: str) -> tuple[str, str] | None:
    """(Chinese, English) for a delay code of two digits, with or without its letter; None if it is unknown.

    The letter (93A) divides a reason further for statistics; travellers are told the reason itself.
    Source: docs/sources/names.md, "Delay codes".
    """
    return _reasons().get(code[:2])


@cache
def _reasons() -> dict[str, tuple[str, str]]:
    with resources.files(__package__).joinpath("delay_codes.csv").open(encoding="utf-8") as lines:
        return {row["code"]: (row["zh"], row["en"]) for row in csv.DictReader(lines)}
