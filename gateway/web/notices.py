"""What a form did, said on the page that comes after it."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from gateway.web.texts import N_

NOTICES: Final = {
    "checked_in": N_("Checked in. Have a good flight!"),
    "checkin_again": N_("Please find your booking first, or find it again: a proof holds for an hour."),
    "checkin_cancelled": N_("The check-in is cancelled and the seats are given back."),
    "bus_returned": N_("The tickets are given back."),
    "bus_changed": N_("You have a ticket for another bus."),
    "language": N_("Your language is set. Messages come in it, too."),
    "unfollowed": N_("You no longer follow this flight."),
    "companion_added": N_("The companion is saved."),
    "companion_changed": N_("The companion is changed."),
    "companion_removed": N_("The companion is removed."),
    "document_added": N_("The document is saved, encrypted."),
    "document_removed": N_("The document is deleted."),
    "consent_given": N_("Your consent is noted."),
    "consent_withdrawn": N_("Your consent is withdrawn."),
    "documents_withdrawn": N_("Your consent is withdrawn and your documents are deleted."),
}


def notice(request: Request) -> str:
    """The sentence that the address asks for by name, "" for none; never words from the address itself."""
    return NOTICES.get(request.query_params.get("done", ""), "")
