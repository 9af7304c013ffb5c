"""Claimants are reminded of what waits for them, before it lies there for others again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.lostfound import events
from services.lostfound.domain.claims import Claim
from services.lostfound.schemas.claim_words import ClaimState, PickupWay
from services.lostfound.usecases.claim_shared import tell_claim, trace, where_and_when
from services.lostfound.usecases.ending import held
from services.lostfound.usecases.shared import Tx, Work

BEFORE: Final = timedelta(days=2)
"""How long before its last day."""
SINCE: Final = timedelta(days=1)
"""How long after the decision at least: who was told yesterday needn't be told today."""
REMINDED: Final = "reminded"
_BATCH: Final = 100


def remind_claimants(uow: Work, now: datetime) -> int:
    """Tell those whose claim lapses soon, once each; returns how many. now: the airport's time."""
    with uow.read() as tx:
        due = tx.store.forgotten_claims(now + BEFORE, tx.now() - SINCE, REMINDED, _BATCH)
    return sum(_reminded(uow, claim_id) for claim_id in due)


def _reminded(uow: Work, claim_id: str) -> bool:
    with uow.write() as tx:
        item, claim = held(tx, claim_id)
        if not _waits(tx, claim):
            return False
        done = replace(claim, version=claim.version + 1)
        tx.store.save_claim(done, claim.version)
        tell_claim(tx, events.PICKUP_DUE, done, item, where_and_when(tx, done, item))
        trace(tx, claim.id, "service", REMINDED)
        return True


def _waits(tx: Tx, claim: Claim) -> bool:
    """Whether it still waits, and nobody reminded them since it was looked for."""
    if claim.state is not ClaimState.APPROVED or claim.way is not PickupWay.PICKUP:
        return False
    return all(each.what != REMINDED for each in tx.store.traces(claim.id))
