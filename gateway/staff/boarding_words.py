"""What the inspector's page says: its script has no texts of its own."""

from __future__ import annotations

from typing import Final

from gateway.staff.texts import N_

VERDICTS: Final = {
    "boarded": (N_("Good"), N_("Let on.")),
    "already_boarded": (N_("Already on board"), N_("Somebody has boarded with this ticket.")),
    "copy": (N_("Copy"), N_("Another device let somebody on with this ticket.")),
    "other_departure": (N_("Another bus"), N_("The ticket is good, but not for this bus.")),
    "revoked": (N_("Not valid any more"), N_("Returned, changed or cancelled.")),
    "forged": (N_("Forged"), N_("This code was not issued by us.")),
    "unreadable": (N_("Not a bus ticket"), N_("Ask for the code of the bus ticket.")),
    "unknown_key": (N_("Can't be checked here"), N_("Signed with a key that this phone doesn't have yet.")),
    "unknown": (N_("No such code"), N_("Have it read out again.")),
}
"""By the service's word for it: how it is called, and what to do."""

WORDS: Final = {
    "adult": N_("Adult"),
    "child": N_("Child"),
    "discount": N_("Discount"),
    "discount_proof": N_("Discount: look at the proof"),
    "online": N_("On line"),
    "offline": N_("Off line since {time}"),
    "list_age": N_("List of tickets as of {time}"),
    "list_none": N_("No list of tickets yet"),
    "minutes": N_("{n} min old"),
    "hours": N_("{n} h old"),
    "waiting": N_("{n} to be sent"),
    "all_sent": N_("Everything is sent"),
    "kept_here": N_("Kept on this phone, sent when on line"),
    "not_checked": N_("Off line: checked by its signature"),
    "by_list": N_("Off line: checked against this phone's list"),
    "this_phone": N_("Scanned on this phone at {time}"),
    "boarded_at": N_("Boarded at {time}"),
    "not_boarded": N_("Not boarded"),
    "board": N_("Board"),
    "undo": N_("Take back"),
    "undo_offline": N_("That needs a network: it was sent already."),
    "failed": N_("It didn't work. Try again."),
    "conflicts": N_("{n} to be looked at"),
    "conflict": N_("Let on here without a network, and the service says:"),
    "refused": N_("The service did not accept it"),
    "no_camera": N_("No camera can be used. Type the code instead."),
    "camera_denied": N_("The camera is not allowed. Allow it in the browser's settings, or type the code."),
    "over": N_("Your session is over. Sign in again; what you scanned is kept."),
    "over_waiting": N_("Your session is over. Sign in again: what is kept on this phone ({n}) is sent then."),
    "others_waiting": N_(
        "Another inspector's scans wait on this phone ({n}). Whoever made them must sign in here."
    ),
    "keeps_nothing": N_("This browser keeps nothing: don't close the page before everything is sent."),
    "keeping": N_("Being kept for times without a network …"),
    "kept_page": N_("Works without a network"),
    "not_kept": N_("Not kept on this phone: it doesn't open without a network"),
    "cancelled": N_("This bus is cancelled."),
    "unknown_offline": N_("Not on this phone's list, and there is no network to ask."),
    "all_aboard": N_("Everybody is on board."),
    "none_matches": N_("Nothing matches."),
}
"""By the name that the script knows it under; {…} is filled in by it."""
