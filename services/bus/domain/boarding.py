"""Who gets on: what an inspector scans or types, and what is answered.

Source: docs/sources/bus-tickets.md, "At the door of the bus".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.bus.domain.holds import BusTicket
from services.bus.schemas.inspection import ScanResult
from services.bus.schemas.vocabulary import TicketState

# Without I, L, O and U: nobody has to ask whether that was a one or a letter.
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
SHORT: Final = 6
_TICKET_ID: Final = 32
_HEX: Final = frozenset("0123456789ABCDEF")

# A scan this old when it arrives was judged without a network: its bearer is on the bus already.
ON_LINE: Final = timedelta(seconds=30)


def short_code(ticket_id: str) -> str:
    """What a traveller reads out when the code can't be scanned: six characters derived from the ticket's id."""
    number = int.from_bytes(hashlib.blake2b(bytes.fromhex(ticket_id), digest_size=4).digest(), "big")
    text = ""
    for _ in range(SHORT):
        number, digit = divmod(number, len(_LETTERS))
        text += _LETTERS[digit]
    return text


def fresh_ticket_id(taken: Collection[str], make: Callable[[], str]) -> str:
    """An id whose short code is none of `taken`, those of the departure; `make` makes ids."""
    while True:
        ticket_id = make()
        if short_code(ticket_id) not in taken:
            return ticket_id


@dataclass(frozen=True)
class Typed:
    """What was typed: a ticket's id, or a short code; the other is None."""

    ticket_id: str | None = None
    short: str | None = None


def typed(text: str) -> Typed | None:
    """What an inspector meant by what was typed, in any case, with spaces or hyphens; None: it can't be one."""
    plain = "".join(text.split()).upper().replace("-", "")
    if len(plain) == _TICKET_ID and set(plain) <= _HEX:
        return Typed(ticket_id=plain.lower())
    plain = plain.translate(_MISREAD)
    if len(plain) == SHORT and set(plain) <= set(_LETTERS):
        return Typed(short=plain)
    return None


@dataclass(frozen=True)
class Scan:
    """One reading of a ticket for a departure. code: what was read; typed: what was typed. scanned_at: by the device's clock."""

    id: str
    departure_id: str
    device: str
    actor: str
    scanned_at: datetime
    code: str | None = None
    typed: str | None = None

    def judged_off_line(self, now: datetime) -> bool:
        """Whether the bearer was let on before this reached us."""
        return now - self.scanned_at > ON_LINE


@dataclass(frozen=True)
class Tick:
    """A scan of which something must be known later: who ticked a ticket, or showed it again."""

    scan_id: str
    ticket_id: str
    departure_id: str
    device: str
    actor: str
    scanned_at: datetime


class Mark(StrEnum):
    """What devices must learn of a ticket."""

    REVOKED = "revoked"  # given back, changed, or its bus was cancelled
    BOARDED = "boarded"
    CLEARED = "cleared"  # ticked by mistake: good again


@dataclass(frozen=True)
class Marked:
    """departs_at: of the ticket; devices forget it after that day."""

    ticket_id: str
    mark: Mark
    departs_at: datetime


def revoked(ticket: BusTicket) -> Marked:
    """What devices must learn of a ticket that ended."""
    return Marked(ticket.id, Mark.REVOKED, ticket.ride.departs_at)


def refusal(state: TicketState, ticket_departure: str, departure_id: str) -> ScanResult | None:
    """Why a ticket that is ours isn't good for this departure; None when it may be ticked, or was."""
    if state not in (TicketState.VALID, TicketState.BOARDED):
        return ScanResult.REVOKED
    return None if ticket_departure == departure_id else ScanResult.OTHER_DEPARTURE


def second_showing(scan: Scan, ticked_by: str, now: datetime) -> ScanResult:
    """What a scan of a ticket that another scan has ticked is.

    ticked_by: the device of the scan that ticked it. On line its bearer is stopped at the door. A device that was
    off line let the bearer on: two people rode on one ticket, and somebody should look at it. What one device
    shows twice it has told its inspector itself.
    """
    if scan.judged_off_line(now) and scan.device != ticked_by:
        return ScanResult.COPY
    return ScanResult.ALREADY_BOARDED
