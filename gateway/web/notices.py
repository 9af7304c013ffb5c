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
    "lost_filed": N_("Your report is filed. We compare it with everything that is handed in, and tell you."),
    "lost_filed_before": N_(
        "This form was sent before, and became this report. What you changed since isn't in it: change it here."
    ),
    "lost_changed": N_("The report is changed, and compared anew."),
    "lost_closed": N_("The report is closed."),
    "lost_dismissed": N_("Noted: that one isn't yours."),
    "lost_photo": N_("The photo is added."),
    "lost_no_photo": N_("All is filed, but the photo couldn't be kept. Please add it again."),
    "lost_claimed": N_("Your claim is sent. Our staff compare it, and you get a message."),
    "lost_pickup": N_("Your time is noted."),
    "lost_withdrawn": N_("The claim is taken back."),
    "basket_put": N_("It is in your basket."),
    "coupon_claimed": N_("The coupon is yours."),
    "shop_answered": N_("Thank you: the shop knows your choice."),
    "shop_cancelled": N_("Called off. The money goes back to where you paid from."),
    "shop_too_late": N_("That can't be done any more. This is how it stands now."),
    "shop_case": N_("The shop has your case, and answers it here."),
    "shop_invoice": N_("Asked for. Each merchant sends its invoice to your e-mail."),
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
