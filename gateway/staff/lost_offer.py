"""A found item is offered to somebody's report by hand: from the report's page, or from the item's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request

from gateway.staff.desks import Form
from gateway.staff.lost_shared import LostFound
from gateway.staff.people import Staff
from gateway.staff.texts import N_

OFFERED: Final = {
    "offered": N_("Offered. The owner has a message."),
    "offered_before": N_("Offered. The owner was told of it before."),
    "offered_call": N_("Offered. The report has no account to send a message to: call them."),
}
"""What came of it, by the word that the page's address says it with."""
UNKNOWN: Final = frozenset({"lostfound.item_not_found", "lostfound.report_not_found"})
"""Codes of what was typed wrong: told beside the form."""


async def offer(lost: LostFound, request: Request, staff: Staff, form: Form, pair: tuple[str, str]) -> str:
    """Offer; a key of OFFERED. pair: the report's number, the item's. Raises what offer_hint raises."""
    report, item = (each.strip()[:40] or "-" for each in pair)
    done = await lost.write(request, staff, form, "offer_hint", report_id=report, item=item)
    return _outcome(done)


def _outcome(done: Mapping[str, Any]) -> str:
    if not done["reachable"]:
        return "offered_call"
    return "offered" if done["told"] else "offered_before"
