"""The words of reports, matches, claims and finds, and their limits; imports nothing, so that rules may use them too."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MAX_STROKES: Final = 200
MAX_POINTS: Final = 2000
"""Of a stroke: a finger on a tablet gives 60 to 120 points a second."""


class ReportState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class ClosedWhy(StrEnum):
    RETURNED = "returned"  # the item was handed over: the service closes it itself
    WITHDRAWN = "withdrawn"
    FOUND_ELSEWHERE = "found_elsewhere"
    EXPIRED = "expired"


class Filer(StrEnum):
    TRAVELLER = "traveller"
    STAFF = "staff"  # for somebody who called or stood at the desk and has no account


class FindState(StrEnum):
    """Of something that a finder announced."""

    ANNOUNCED = "announced"
    RECEIVED = "received"  # it came to a desk and is an item now
    CLOSED = "closed"


class FoundKind(StrEnum):
    """What stands on the found side of a match."""

    ITEM = "item"
    FIND = "find"


class MatchState(StrEnum):
    SUGGESTED = "suggested"
    DISMISSED = "dismissed"  # by staff or the owner: it isn't it, and nobody is told again
    CLAIMED = "claimed"


class Band(StrEnum):
    """What a traveller is told of a probability."""

    LIKELY = "likely"
    POSSIBLE = "possible"


class ClaimState(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # approved, and nobody fetched it
    HANDED_OVER = "handed_over"


class PickupWay(StrEnum):
    """How an approved claim gets its item."""

    PICKUP = "pickup"
    COURIER = "courier"


class Decision(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"


class RefusalReason(StrEnum):
    """What the claimant reads; anything that stands in the way of a guess stays with staff, in the note."""

    WRONG_PROOF = "wrong_proof"
    NOT_ENOUGH = "not_enough"  # may be right: more is needed, and may be claimed again
    OTHER_ITEM = "other_item"  # an honest mistake, which shows in what they described
    RETURNED_TO_OTHER = "returned_to_other"  # the service says so itself, when another claim was right


class EvidenceKind(StrEnum):
    """What a photo belongs to."""

    REPORT = "report"
    CLAIM = "claim"
    HANDOVER = "handover"


class Contacted(StrEnum):
    """Whose contact staff ask to see."""

    REPORT = "report"
    CLAIM = "claim"
    FIND = "find"
