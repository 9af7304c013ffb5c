"""A loss as the form of one page sends it."""

from __future__ import annotations

from datetime import timedelta

from kernel import clock
from tests.gateway.web.changsha import ZONE


def at(hours: float) -> str:
    """So many hours ago, as a form's field holds it."""
    return f"{(clock.now() - timedelta(hours=hours)).astimezone(ZONE):%Y-%m-%dT%H:%M}"


def suitcase(**more: str) -> dict[str, str]:
    """A report as the form sends it."""
    told = {
        "category": "suitcase", "colour-black": "1", "colour-silver": "1", "brand": "Rimowa",
        "description": "Cabin size, a panda on it", "marks": "blue ribbon inside", "serial": "92552005",
        "lost_from": at(3), "lost_to": at(1), "place-T2-BELT-7": "1", "place-AIRCRAFT": "1", "phone": "+86 138 0013 8000",
    }  # fmt: skip
    return told | more
