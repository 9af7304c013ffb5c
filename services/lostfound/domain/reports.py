"""Reports of losses: what one is, how long it stays open, how many somebody may have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.lostfound.schemas.claim_words import ClosedWhy, Filer, FindState, ReportState

LONGEST_LOSS: Final = timedelta(days=62)
"""Who can't say within two months when it went missing doesn't know; everything would match."""
OLDEST_LOSS: Final = timedelta(days=400)
"""After a notice of a year nothing is kept (Civil Code, article 318)."""


@dataclass(frozen=True)
class Report:
    """A row. Sealed: marks {marks, serial}, document {kind, holder_name, number}, contact {name, phone, email}.

    marks_changed_at: of marks, serial or document; first_hint_at: when the owner was shown something first.
    changes: how often it was changed.
    """

    id: str
    number: str
    state: ReportState
    why: ClosedWhy | None
    version: int
    passenger_id: str | None
    filed_by: Filer
    filer: str | None
    language: str
    category: str
    colours: tuple[str, ...]
    brand: str
    description: str
    lost_from: datetime
    lost_to: datetime
    places: tuple[str, ...]
    flight_id: str | None
    seat: str | None
    bus_departure_id: str | None
    order_id: str | None
    marks_sealed: str | None
    document_sealed: str | None
    contact_sealed: str | None
    phone_index: str | None
    document_index: str | None
    filed_at: datetime
    changed_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    marks_changed_at: datetime | None
    first_hint_at: datetime | None
    changes: int

    @property
    def open(self) -> bool:
        return self.state is ReportState.OPEN

    @property
    def has_proof(self) -> bool:
        """Whether the owner has said something that a finder's hint doesn't say."""
        return self.marks_sealed is not None or self.document_sealed is not None

    @property
    def marks_before_hints(self) -> bool:
        """Whether what it proves was said before anything was shown."""
        if self.first_hint_at is None:
            return True
        return self.marks_changed_at is not None and self.marks_changed_at <= self.first_hint_at


@dataclass(frozen=True)
class Find:
    """Something a finder announced. Sealed: document, contact."""

    id: str
    number: str
    state: FindState
    version: int
    passenger_id: str | None
    language: str
    category: str
    colours: tuple[str, ...]
    description: str
    place: str
    found_at: datetime
    document_sealed: str | None
    contact_sealed: str | None
    item_id: str | None
    note: str
    announced_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class ReportLimits:
    """Of one account: open at a time, filed in thirty days, changes of one report.

    Each report and each change asks the matching something; who may ask without end can draw a picture of what lies
    on the shelves.
    """

    open: int
    filed: int
    changes: int

    within: timedelta = timedelta(days=30)


def loss_problem(lost_from: datetime, lost_to: datetime, now: datetime) -> str | None:
    """What is wrong with a loss's time, as the name of a field; None: nothing. now: aware UTC.

    A day in the future is forgiven: somebody far east of here writes their own date.
    """
    if lost_to > now + timedelta(days=1):
        return "lost_to"
    if lost_to - lost_from > LONGEST_LOSS or lost_from < now - OLDEST_LOSS:
        return "lost_from"
    return None


def phone_key(text: str) -> str:
    """As phones are compared, the last eleven digits: with or without a country's code it is the same one."""
    return "".join(character for character in text if character.isdigit())[-11:]
