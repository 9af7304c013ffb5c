"""Handing an item over: to one person, once, whatever two desks do at the same moment.

The item's row is held first, so that the second desk finds it returned; the unique row of `handovers` stands behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kernel.ids import new_id
from kernel.instants import instant
from services.lostfound import events
from services.lostfound.domain.claims import Claim, Handover
from services.lostfound.domain.handover import as_code, needs_second
from services.lostfound.domain.items import DESK, OWNER, Item, Move
from services.lostfound.domain.numbers import as_number
from services.lostfound.errors import (
    AlreadyHandedOver,
    BadNumber,
    ClaimNotFound,
    CodeLocked,
    ItemNotFound,
    NotHere,
    SamePerson,
    SecondPersonNeeded,
    WrongCode,
)
from services.lostfound.schemas.claim_words import (
    ClaimState,
    ClosedWhy,
    EvidenceKind,
    PickupWay,
    RefusalReason,
)
from services.lostfound.schemas.handover import HandoverPrivateSchema
from services.lostfound.schemas.vocabulary import CustodyKind, ItemState
from services.lostfound.usecases.claim_shared import claim_for, tell_claim, trace
from services.lostfound.usecases.claim_views import masked_document, opened
from services.lostfound.usecases.ending import end_claim
from services.lostfound.usecases.moving import lock_item, move
from services.lostfound.usecases.parcels import withdraw_parcel
from services.lostfound.usecases.reporting import closed
from services.lostfound.usecases.shared import (
    Place,
    Tx,
    Work,
    loaded,
    once,
)


@dataclass(frozen=True)
class _Desk:
    """Who hands over, where (None: not said), and what they saw."""

    actor: str
    witness: str | None
    desk_id: str | None
    private: Mapping[str, Any]


def hand_over(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """HandedOverSchema: the item goes to the claimant who says the code and shows who they are.

    A wrong code is counted, and its answer kept: a repeat of the request is no second try.
    Raises BadSeal, BadRequest, ItemNotFound, NotHere, ClaimNotFound (nobody's claim on it is approved), CodeLocked,
    WrongCode, SecondPersonNeeded, SamePerson, AlreadyHandedOver, ItemMissing, NotCounted.
    """
    private = loaded(place, request["sealed"], HandoverPrivateSchema()) or {}
    desk = _Desk(request["actor"], request["witness"], request["desk_id"], private)

    def work(tx: Tx) -> dict[str, Any]:
        item, claim = _promised(tx, place, request)
        if desk.desk_id is not None and item.holder != f"{DESK}{desk.desk_id}":
            raise NotHere(number=item.number, holder=item.holder)
        _check_second(item, claim, desk)
        left = _tries_left(tx, place, claim, request["code"])
        if left is not None:
            return {"wrong": True, "tries_left": left}
        return _hand_over(tx, place, (item, claim), desk)

    answer = once(uow, place, {**request, "sealed": private}, "hand_over", work)
    if "wrong" in answer:
        raise WrongCode(tries_left=answer["tries_left"])
    return answer


def get_handover(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """{"handover": HandoverSchema | null}: null before it, and when it is so long ago that it was forgotten.

    Raises ClaimNotFound.
    """
    with uow.read() as tx:
        handover = tx.store.handover(claim_for(tx, request, request["claim_id"]).id)
        if handover is None or handover.identity_sealed is None:
            return {"handover": None}
        signed = opened(place, handover.signature_sealed, handover.id)
        return {
            "handover": {
                "claim_id": handover.claim_id,
                "item_id": handover.item_id,
                "at": instant(handover.at),
                "actor": handover.actor,
                "desk_id": handover.desk_id,
                "identity": masked_document(opened(place, handover.identity_sealed, handover.id)),
                "signature": None if "paper" in signed else signed,
                "paper": signed.get("paper"),
                "photo_id": handover.photo_id,
            }
        }


def _promised(tx: Tx, place: Place, request: Mapping[str, Any]) -> tuple[Item, Claim]:
    """The item and the claim it is promised to, both held."""
    item = lock_item(tx, _item_id(tx, place, request["item"]))
    if item.state is ItemState.RETURNED:
        raise AlreadyHandedOver
    if item.state is ItemState.SENT:
        raise NotHere(number=item.number, holder=item.holder)
    for each in tx.store.open_claims_of_item(item.id):
        if each.state is ClaimState.APPROVED:
            claim = tx.store.lock_claim(each.id)
            assert claim is not None
            return item, claim
    raise ClaimNotFound


def _item_id(tx: Tx, place: Place, text: str) -> str:
    item = tx.store.item(text)
    if item is None:
        try:
            item = tx.store.item_by_number(as_number(text, place.airport.iata))
        except BadNumber:
            item = None
    if item is None:
        raise ItemNotFound(number=text)
    return item.id


def _check_second(item: Item, claim: Claim, desk: _Desk) -> None:
    if desk.witness == desk.actor:
        raise SamePerson
    has_account = claim.code_index is not None
    if desk.witness is None and needs_second(item.precious, claim.decided_by, has_account, desk.actor):
        raise SecondPersonNeeded


def _tries_left(tx: Tx, place: Place, claim: Claim, code: str) -> int | None:
    """None: the code is right, or there is none to say; else how many tries are left. Raises CodeLocked."""
    if claim.code_index is None:
        return None
    assert claim.tries_left is not None
    if claim.tries_left < 1:
        raise CodeLocked
    if claim.code_index in place.vault.candidates(f"{claim.id} {as_code(code)}", "pickup code"):
        return None
    left = claim.tries_left - 1
    tx.store.save_claim(replace(claim, version=claim.version + 1, tries_left=left), claim.version)
    trace(tx, claim.id, "service", "wrong_code")
    return left


def _hand_over(tx: Tx, place: Place, pair: tuple[Item, Claim], desk: _Desk) -> dict[str, Any]:
    item, claim = pair
    now = tx.now()
    handover_id = new_id()
    tx.store.add_handover(
        Handover(
            id=handover_id,
            item_id=item.id,
            claim_id=claim.id,
            actor=desk.actor,
            desk_id=desk.desk_id or item.desk_id,
            identity_sealed=place.vault.seal(desk.private["identity"], handover_id),
            signature_sealed=place.vault.seal(_signed(desk.private), handover_id),
            photo_id=_keep_photo(tx, place, handover_id, desk),
            at=now,
        )
    )
    # Whoever comes for what waits for the courier has it here, and their money back.
    withdraw_parcel(tx, claim, desk.actor)
    returned(tx, pair, desk.actor, desk.witness)
    return {"claim_id": claim.id, "item_id": item.id, "item_number": item.number, "at": instant(now)}


def returned(
    tx: Tx,
    pair: tuple[Item, Claim],
    actor: str,
    witness: str | None = None,
    way: PickupWay = PickupWay.PICKUP,
) -> None:
    """The item, held with its claim, is with its owner: everything that was about it comes to its end."""
    item, claim = pair
    item = move(tx, item, Move(CustodyKind.HANDED_OVER, actor, OWNER, witness, claim.number))
    done = replace(
        claim,
        state=ClaimState.HANDED_OVER,
        version=claim.version + 1,
        ended_at=tx.now(),
        code_index=None,
        code_sealed=None,
    )
    tx.store.save_claim(done, claim.version)
    trace(tx, claim.id, actor, "handed_over")
    _refuse_others(tx, item, actor)
    report = tx.store.lock_report(claim.report_id)
    if report is not None and report.open:
        closed(tx, report, ClosedWhy.RETURNED, actor)
    tell_claim(tx, events.ITEM_RETURNED, done, item, {"way": way.value})


def _signed(private: Mapping[str, Any]) -> dict[str, Any]:
    """The strokes, or the number of the paper: {"paper": "H-0412"}."""
    signature: dict[str, Any] | None = private["signature"]
    return {"paper": private["paper"]} if signature is None else signature


def _refuse_others(tx: Tx, item: Item, actor: str) -> None:
    """Who also said that it is theirs is told that it isn't, and not held guilty."""
    for seen in tx.store.open_claims_of_item(item.id):
        # Held: its account may become another right now.
        each = tx.store.lock_claim(seen.id)
        assert each is not None
        refused = replace(
            each,
            state=ClaimState.REFUSED,
            reason=RefusalReason.RETURNED_TO_OTHER,
            decided_at=tx.now(),
            decided_by=actor,
        )
        end_claim(tx, (item, each), refused, actor)


def _keep_photo(tx: Tx, place: Place, handover_id: str, desk: _Desk) -> str | None:
    photo = desk.private["photo"]
    if photo is None:
        return None
    photo_id = new_id()
    sealed = (place.vault.seal(photo["jpeg"], photo_id), place.vault.seal(photo["thumbnail"], photo_id))
    tx.store.add_evidence(photo_id, (EvidenceKind.HANDOVER, handover_id), sealed, tx.now())
    return photo_id
