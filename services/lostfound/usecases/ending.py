"""How claims end without their item: withdrawn, refused, lapsed; the item lies there for others again.

Whoever writes about a claim holds its item first, then the claim, then the report: docs/decisions/0071-claims-and-hints.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from services.lostfound import events
from services.lostfound.domain.claims import OPEN, Claim, may_become
from services.lostfound.domain.items import Item, Move
from services.lostfound.errors import ClaimNotFound, WrongClaimState
from services.lostfound.schemas.claim_words import ClaimState, MatchState, RefusalReason
from services.lostfound.schemas.vocabulary import CustodyKind, ItemState
from services.lostfound.usecases.claim_shared import tell_claim, trace
from services.lostfound.usecases.moving import lock_item, move
from services.lostfound.usecases.parcels import withdraw_parcel
from services.lostfound.usecases.shared import Tx, Work

_TOLD = {
    ClaimState.REFUSED: events.CLAIM_DECIDED,
    ClaimState.WITHDRAWN: events.CLAIM_WITHDRAWN,
    ClaimState.LAPSED: events.CLAIM_LAPSED,
}
_NOT_IT = frozenset({RefusalReason.WRONG_PROOF, RefusalReason.OTHER_ITEM, RefusalReason.RETURNED_TO_OTHER})
"""Refusals after which the match isn't shown again."""


def held(tx: Tx, claim_id: str) -> tuple[Item, Claim]:
    """A claim and its item, both held against other writers. Raises ClaimNotFound."""
    seen = tx.store.claim(claim_id)
    if seen is None:
        raise ClaimNotFound
    item = lock_item(tx, seen.item_id)
    claim = tx.store.lock_claim(seen.id)
    assert claim is not None
    return item, claim


def end_claim(tx: Tx, pair: tuple[Item, Claim], ended: Claim, actor: str) -> tuple[Item, Claim]:
    """The item and the claim, which ends as `ended` says: with a state, and of a refusal its reason and note.

    pair: both held. Raises WrongClaimState.
    """
    item, claim = pair
    if not may_become(claim.state, ended.state):
        raise WrongClaimState(state=claim.state.value)
    done = replace(ended, version=claim.version + 1, ended_at=tx.now(), code_index=None, code_sealed=None)
    tx.store.save_claim(done, claim.version)
    if claim.state is ClaimState.APPROVED:
        withdraw_parcel(tx, claim, actor)
        item = move(tx, item, Move(CustodyKind.RELEASED, actor, note=ended.state.value))
    if claim.match_id is not None:
        state = MatchState.DISMISSED if done.reason in _NOT_IT else MatchState.SUGGESTED
        tx.store.set_match_state(claim.match_id, state)
    reason = done.reason and done.reason.value
    tell_claim(
        tx, _TOLD[done.state], done, item, {"decision": "refused", "reason": reason} if reason else None
    )
    trace(tx, claim.id, actor, done.state.value, done.note if reason else "")
    return item, done


def end_claims_of(tx: Tx, report_ids: Collection[str], state: ClaimState, actor: str) -> int:
    """End every open claim of these reports; returns how many. Items are held in the order of their ids."""
    all_claims = tx.store.claims_of_reports(report_ids).values()
    claims = [each for claims in all_claims for each in claims if each.state in OPEN]
    for each in sorted(claims, key=lambda claim: (claim.item_id, claim.id)):
        item, claim = held(tx, each.id)
        # What the courier has comes to its end when it arrives, or is back.
        if claim.open and item.state is not ItemState.SENT:
            end_claim(tx, (item, claim), replace(claim, state=state), actor)
    return len(claims)


def end_rests(uow: Work, report_id: str) -> None:
    """End what is left of claims of a report that is closed: its owner has what they missed."""
    with uow.write() as tx:
        report = tx.store.report(report_id)
        if report is not None and not report.open:
            end_claims_of(tx, [report_id], ClaimState.WITHDRAWN, "service")
