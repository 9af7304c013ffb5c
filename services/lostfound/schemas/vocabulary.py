"""The words that lost and found uses, and its limits; imports no framework, so that rules may use them too."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from services.lostfound.schemas.goods import CATEGORIES, COLOURS, GROUPS, Category, Colour, Group
from services.lostfound.schemas.places import AREAS, Area, Place, places, within
from services.lostfound.schemas.retention import NOTICE_LASTS, RETENTION, Rule, Step

__all__ = [
    "AREAS",
    "CATEGORIES",
    "COLOURS",
    "GROUPS",
    "MAX_COLOURS",
    "MAX_ITEMS",
    "MAX_PAGE",
    "MAX_PHOTOS",
    "MAX_PLACES",
    "MAX_ROWS",
    "MAX_SCANNED",
    "NOTICE_LASTS",
    "RETENTION",
    "Area",
    "Category",
    "Colour",
    "CustodyKind",
    "Difference",
    "DisposalState",
    "DocumentKind",
    "FinderKind",
    "Group",
    "ItemState",
    "Place",
    "Rule",
    "Size",
    "Step",
    "StocktakeState",
    "TransferState",
    "Way",
    "places",
    "within",
]

MAX_COLOURS: Final = 3
MAX_PLACES: Final = 5
MAX_PHOTOS: Final = 6
MAX_PAGE: Final = 200
MAX_ITEMS: Final = 200
"""Of one transfer, notice or disposal."""
MAX_SCANNED: Final = 500
"""Numbers of one call of a stock-take."""
MAX_ROWS: Final = 200
"""Of one call of an import; a longer sheet is sent in several."""


class ItemState(StrEnum):
    """domain.states says what follows what."""

    STORED = "stored"  # at a desk, or with the airline that found it
    IN_TRANSFER = "in_transfer"
    RESERVED = "reserved"  # for the one whose claim was approved
    SENT = "sent"  # a courier has it
    RETURNED = "returned"
    TO_POLICE = "to_police"
    DISPOSED = "disposed"
    VOIDED = "voided"  # registered in error


class CustodyKind(StrEnum):
    """What happened to an item, one row of its custody each."""

    REGISTERED = "registered"
    MOVED_SHELF = "moved_shelf"
    SENT = "sent"  # to another desk
    ACCEPTED = "accepted"
    MISSING = "missing"
    FOUND_AGAIN = "found_again"
    RESERVED = "reserved"
    RELEASED = "released"
    COUNTED = "counted"
    HANDED_OVER = "handed_over"
    COURIER_TOOK = "courier_took"
    CAME_BACK = "came_back"
    TO_POLICE = "to_police"
    DISPOSED = "disposed"
    VOIDED = "voided"
    CORRECTED = "corrected"


class FinderKind(StrEnum):
    STAFF = "staff"
    TRAVELLER = "traveller"
    CREW = "crew"
    AIRLINE = "airline"


class DocumentKind(StrEnum):
    PASSPORT = "passport"
    ID_CARD = "id_card"
    PERMIT = "permit"
    LICENCE = "licence"
    OTHER = "other"


class TransferState(StrEnum):
    UNDER_WAY = "under_way"
    ACCEPTED = "accepted"  # every item arrived


class StocktakeState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Difference(StrEnum):
    """What a stock-take found to be other than the books say."""

    MISSING = "missing"  # should be here, nobody scanned it
    MISPLACED = "misplaced"  # here, on another shelf
    UNEXPECTED = "unexpected"  # here, and shouldn't be
    UNKNOWN = "unknown"  # a number that nothing has


class Way(StrEnum):
    """In which an item that nobody claimed goes."""

    DESTROYED = "destroyed"
    DONATED = "donated"
    TO_THE_STATE = "to_the_state"
    POLICE = "police"


class DisposalState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Size(StrEnum):
    """Of a photo."""

    FULL = "full"
    THUMBNAIL = "thumbnail"
