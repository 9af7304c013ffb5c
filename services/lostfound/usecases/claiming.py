"""Claims: who says that an item is theirs, by a hint or by a number that staff gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kernel.ids import new_id
from services.lostfound import events
from services.lostfound.domain.claims import Claim
from services.lostfound.domain.items import Item
from services.lostfound.domain.numbers import as_number
from services.lostfound.domain.references import new_reference
from services.lostfound.domain.reports import Report
from services.lostfound.errors import (
    AlreadyClaimed,
    BadNumber,
    ComeToDesk,
    ItemGone,
    MarksNeeded,
    MatchNotFound,
    ReportClosed,
    TooManyClaims,
    TooManyGuesses,
)
from services.lostfound.schemas.claim_words import ClaimState, FoundKind, MatchState
from services.lostfound.schemas.claims import ProofSchema
from services.lostfound.usecases.claim_shared import (
    asker,
    claim_for,
    claim_limits,
    report_for,
    tell_claim,
    trace,
)
from services.lostfound.usecases.claim_views import WAITING, claim_views, found_of, shown
from services.lostfound.usecases.desk_views import desk_claim_view
from services.lostfound.usecases.ending import end_claim, held
from services.lostfound.usecases.moving import lock_item
from services.lostfound.usecases.shared import Place, Tx, Work, loaded, once

_GUESS = "item number"


def submit_claim(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneClaimSchema, or OneDeskClaimSchema for staff. The proof is compared by staff, and nothing is decided here.

    A number that no item has is counted; the answer doesn't say whether it was that or another report's hint.
    Raises BadSeal, BadRequest, ReportNotFound, MatchNotFound, ReportClosed, MarksNeeded, ItemGone, AlreadyClaimed,
    TooManyClaims, TooManyGuesses, ComeToDesk.
    """
    proof = loaded(place, request["sealed"], ProofSchema()) or {}

    def work(tx: Tx) -> dict[str, Any]:
        if request["passenger_id"] is not None:
            _refuse_claimer(tx, place, request["passenger_id"])
        report, item, match_id = _claimed(tx, place, request)
        if item is None:
            tx.store.add_try(_GUESS, _guesser(place, request)[0], tx.now())
            return {"claim_id": None}
        return {"claim_id": _new_claim(tx, place, request, proof, (report, item, match_id)).id}

    answer = once(uow, place, {**request, "sealed": proof}, "submit_claim", work)
    if answer["claim_id"] is None:
        raise MatchNotFound
    return get_claim(uow, place, {**request, **answer})


def get_claim(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneClaimSchema, or OneDeskClaimSchema for staff. Raises ClaimNotFound."""
    with uow.read() as tx:
        claim = claim_for(tx, request, request["claim_id"])
        if request["actor"] is not None:
            return {"claim": desk_claim_view(tx, place, claim)}
        (view,) = claim_views(tx, place, [claim])
    return {"claim": view}


def list_my_claims(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ClaimPageSchema."""
    most = request["limit"]
    with uow.read() as tx:
        claims = tx.store.claims_of(request["passenger_id"], request["cursor"], most + 1)
        views = claim_views(tx, place, claims[:most])
    return {"claims": views, "next_cursor": claims[most - 1].id if len(claims) > most else None}


def withdraw_claim(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """As submit_claim. Raises ClaimNotFound, WrongClaimState."""

    def work(tx: Tx) -> dict[str, Any]:
        claim_for(tx, request, request["claim_id"])
        item, claim = held(tx, request["claim_id"])
        withdrawn = replace(claim, state=ClaimState.WITHDRAWN)
        end_claim(tx, (item, claim), withdrawn, asker(request))
        return {"claim_id": claim.id}

    done = once(uow, place, request, "withdraw_claim", work)
    return get_claim(uow, place, {**request, **done})


def _refuse_claimer(tx: Tx, place: Place, passenger_id: str) -> None:
    """Raises ComeToDesk, TooManyClaims; from here on this account's claims are judged one after the other."""
    limits = claim_limits(place.settings)
    tx.store.lock_account(passenger_id)
    record = tx.store.record_of(passenger_id, tx.now() - limits.within)
    if record.refused >= limits.refused:
        raise ComeToDesk
    if record.open >= limits.open:
        raise TooManyClaims(most=limits.open)


def _claimed(tx: Tx, place: Place, request: Mapping[str, Any]) -> tuple[Report, Item | None, str | None]:
    """The report, the item (held; None: no such number) and the match. Raises as submit_claim does."""
    if request["match_id"] is not None:
        match = tx.store.match(request["match_id"])
        if match is None or match.kind is not FoundKind.ITEM:
            raise MatchNotFound
        report = _open_report(tx, request, match.report_id)
        if request["actor"] is None and match.id not in _shown_ids(tx, place, report):
            raise MatchNotFound
        return report, _waiting(tx, match.found_id), match.id
    report = _open_report(tx, request, request["report_id"])
    if request["actor"] is None:
        _refuse_guesser(tx, place, request)
    item = _item_of_number(tx, place, request["item_number"])
    if item is None:
        return report, None, None
    match = tx.store.match_of_pair(item.id, report.id)
    return report, _waiting(tx, item.id), None if match is None else match.id


def _item_of_number(tx: Tx, place: Place, text: str) -> Item | None:
    try:
        return tx.store.item_by_number(as_number(text, place.airport.iata))
    except BadNumber:
        return None


def _open_report(tx: Tx, request: Mapping[str, Any], report_id: str) -> Report:
    report = report_for(tx, request, report_id)
    if not report.open:
        raise ReportClosed
    return report


def _shown_ids(tx: Tx, place: Place, report: Report) -> set[str]:
    """The matches that the owner was shown: another's id is no key."""
    if not report.has_proof:
        raise MarksNeeded
    return {each.match.id for each, _ in shown(place, report, found_of(tx, tx.store.matches_of(report.id)))}


def _waiting(tx: Tx, item_id: str) -> Item:
    item = lock_item(tx, item_id)
    if item.state not in WAITING:
        raise ItemGone
    return item


def _guesser(place: Place, request: Mapping[str, Any]) -> list[str]:
    return place.vault.candidates(request["passenger_id"] or request["actor"], "guess")


def _refuse_guesser(tx: Tx, place: Place, request: Mapping[str, Any]) -> None:
    limits = claim_limits(place.settings)
    wrong = tx.store.count_tries(_GUESS, _guesser(place, request), tx.now() - limits.guesses_within)
    if wrong >= limits.guesses:
        raise TooManyGuesses(retry_after_s=int(limits.guesses_within.total_seconds()))


def _new_claim(
    tx: Tx,
    place: Place,
    request: Mapping[str, Any],
    proof: Mapping[str, Any],
    about: tuple[Report, Item, str | None],
) -> Claim:
    _, item, match_id = about
    report = tx.store.lock_report(about[0].id)
    if report is None or not report.open:
        raise ReportClosed
    if any(each.report_id == report.id for each in tx.store.open_claims_of_item(item.id)):
        raise AlreadyClaimed
    claim_id = new_id()
    claim = Claim(
        id=claim_id,
        number=new_reference("C"),
        state=ClaimState.SUBMITTED,
        version=1,
        item_id=item.id,
        report_id=report.id,
        match_id=match_id,
        passenger_id=report.passenger_id,
        filer=request["actor"],
        proof_sealed=place.vault.seal(proof, claim_id),
        submitted_at=tx.now(),
        **_UNDECIDED,
    )
    tx.store.add_claim(claim)
    if match_id is not None:
        tx.store.set_match_state(match_id, MatchState.CLAIMED)
    tell_claim(tx, events.CLAIM_SUBMITTED, claim, item)
    trace(tx, claim.id, asker(request), "submitted")
    return claim


_UNDECIDED: dict[str, Any] = {
    **dict.fromkeys(("decided_at", "decided_by", "reason", "ended_at", "way", "code_index", "code_sealed")),
    **dict.fromkeys(("tries_left", "fetch_by", "window_from", "window_to")),
    "note": "",
}
