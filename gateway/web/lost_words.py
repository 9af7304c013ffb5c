"""States, bands and refusals of lost and found: the word, its tone, and what it means for the one who reads."""

from __future__ import annotations

from typing import Final

from gateway.web.texts import N_
from services.lostfound.schemas.claim_words import Band, ClaimState, ClosedWhy, RefusalReason

OPEN: Final = (N_("We are looking"), "air")
CLOSED: Final = {
    ClosedWhy.RETURNED: (N_("You have it back"), "go"),
    ClosedWhy.WITHDRAWN: (N_("Closed by you"), "done"),
    ClosedWhy.FOUND_ELSEWHERE: (N_("Found elsewhere"), "done"),
    ClosedWhy.EXPIRED: (N_("Search ended"), "done"),
}
CLAIMS: Final = {
    ClaimState.SUBMITTED: (N_("Being checked"), "late"),
    ClaimState.APPROVED: (N_("Ready for you"), "go"),
    ClaimState.REFUSED: (N_("Not accepted"), "bad"),
    ClaimState.WITHDRAWN: (N_("Taken back"), "done"),
    ClaimState.LAPSED: (N_("Not fetched in time"), "done"),
    ClaimState.HANDED_OVER: (N_("Handed over"), "go"),
}
NOTES: Final = {
    ClaimState.SUBMITTED: N_("Our staff compare what you said with the thing. You get a message."),
    ClaimState.APPROVED: N_("Choose a time and fetch it with the code."),
    ClaimState.REFUSED: N_("See why, and what you can do."),
    ClaimState.WITHDRAWN: N_("You took this claim back."),
    ClaimState.LAPSED: N_("Nobody came in time, so it was put back. Claim it again if it is yours."),
    ClaimState.HANDED_OVER: N_("You have it. Have a good trip!"),
}
BANDS: Final = {
    Band.LIKELY: (N_("Fits well"), "go"),
    Band.POSSIBLE: (N_("May fit"), "late"),
}
REFUSALS: Final = {
    RefusalReason.WRONG_PROOF: N_("What you told us doesn't fit this thing. If you are sure that it is yours, come to the desk with a proof of purchase or ask the hotline."),
    RefusalReason.NOT_ENOUGH: N_("It may well be yours, but what you told us is not enough to be sure. Please claim it again and say more: marks, contents, a serial number, the receipt."),
    RefusalReason.OTHER_ITEM: N_("From what you describe, yours is another one. Your report stays open and we go on looking."),
    RefusalReason.RETURNED_TO_OTHER: N_("Somebody else has proved that it is theirs. Your report stays open and we go on looking."),
}  # fmt: skip
"""What the claimant is told, and what they can do about it."""
STAGES: Final = (N_("Claim"), N_("Check"), N_("Time"), N_("Pick-up"))
