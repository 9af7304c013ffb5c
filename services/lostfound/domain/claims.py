"""Claims: their states, who may claim how often, and how a claim ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.lostfound.schemas.claim_words import (
    ClaimState,
    FoundKind,
    MatchState,
    PickupWay,
    RefusalReason,
)

_NEXT: Final = {
    ClaimState.SUBMITTED: {ClaimState.APPROVED, ClaimState.REFUSED, ClaimState.WITHDRAWN},
    ClaimState.APPROVED: {ClaimState.HANDED_OVER, ClaimState.WITHDRAWN, ClaimState.LAPSED},
}
OPEN: Final = frozenset(_NEXT)
"""What may still become something."""
COUNTED: Final = frozenset({RefusalReason.WRONG_PROOF})
"""Refusals that count against somebody. Not enough is no lie, another's umbrella an honest mistake, and whoever lost a
claim to the owner may have lost the same thing."""


@dataclass(frozen=True)
class Claim:
    """A row. proof_sealed {marks, serial, words, document, contact}; code_sealed: for the claimant's eyes;
    code_index: by which the desk's is compared."""

    id: str
    number: str
    state: ClaimState
    version: int
    item_id: str
    report_id: str
    match_id: str | None
    passenger_id: str | None
    filer: str | None
    proof_sealed: str | None
    submitted_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: RefusalReason | None
    note: str
    ended_at: datetime | None
    way: PickupWay | None
    code_index: str | None
    code_sealed: str | None
    tries_left: int | None
    fetch_by: datetime | None
    window_from: datetime | None
    window_to: datetime | None

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def locked(self) -> bool:
        """Whether too many wrong codes were said."""
        return self.tries_left == 0


@dataclass(frozen=True)
class Match:
    """Something found and a report that may be of it. reasons: JSON text of [{code, zh, en, public}].

    offered_at, offered_by: when somebody at a desk offered it by hand, whatever the matching thinks, and who.
    """

    id: str
    kind: FoundKind
    found_id: str
    report_id: str
    probability: float
    reasons: str
    state: MatchState
    made_at: datetime
    told_at: datetime | None
    offered_at: datetime | None = None
    offered_by: str | None = None

    @property
    def offered(self) -> bool:
        return self.offered_at is not None


@dataclass(frozen=True)
class Handover:
    """How an item came to its owner. Sealed: identity, signature."""

    id: str
    item_id: str
    claim_id: str
    actor: str
    desk_id: str | None
    identity_sealed: str | None
    signature_sealed: str | None
    photo_id: str | None
    at: datetime


@dataclass(frozen=True)
class ClaimLimits:
    """Of one account: open claims at a time; claims refused for wrong proof, after which it must come to the desk;
    numbers of items that were tried and don't exist."""

    open: int
    refused: int
    guesses: int

    within: timedelta = timedelta(days=90)
    guesses_within: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Record:
    """What an account has claimed, within ClaimLimits.within."""

    claims: int
    open: int
    refused: int
    returned: int
    reports: int


def may_become(state: ClaimState, then: ClaimState) -> bool:
    return then in _NEXT.get(state, ())
