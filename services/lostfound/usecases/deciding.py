"""Claims at the desk: looked through, decided by somebody who compared the proof, fetched in a window, lapsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from kernel.instants import instant
from services.lostfound import events
from services.lostfound.domain.claims import Claim, may_become
from services.lostfound.domain.handover import CODE_TRIES, FreeWindow, new_code, windows
from services.lostfound.domain.items import DESK, Item, Move
from services.lostfound.domain.numbers import as_number
from services.lostfound.domain.references import as_reference
from services.lostfound.errors import (
    BadNumber,
    ChangedMeanwhile,
    ItemPromised,
    NotHere,
    NoWindow,
    WrongClaimState,
)
from services.lostfound.schemas.claim_words import ClaimState, Decision, PickupWay
from services.lostfound.schemas.vocabulary import CustodyKind, ItemState
from services.lostfound.store.claims import ClaimQuery
from services.lostfound.usecases.claim_shared import (
    asker,
    claim_for,
    desk_hours,
    tell_claim,
    trace,
    where_and_when,
)
from services.lostfound.usecases.claim_views import at_or_none
from services.lostfound.usecases.claiming import get_claim
from services.lostfound.usecases.desk_views import desk_claim_rows
from services.lostfound.usecases.ending import end_claim, held
from services.lostfound.usecases.moving import move
from services.lostfound.usecases.shared import (
    Place,
    Tx,
    Work,
    once,
)

_BATCH = 100


def search_claims(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """DeskClaimPageSchema."""
    most = request["limit"]
    asked = ClaimQuery(
        state=request["state"],
        item_id=request["item_id"],
        desk_id=request["desk_id"],
        airline=request["airline"],
        numbers=_numbers(place, request["q"]),
    )
    with uow.read() as tx:
        claims = tx.store.find_claims(asked, request["cursor"], most + 1)
        views = desk_claim_rows(tx, place, claims[:most])
    return {"claims": views, "next_cursor": claims[most - 1].id if len(claims) > most else None}


def decide_claim(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """DecidedSchema. Approved: the item is kept for the claimant, who gets a code that nobody else sees.
    now: the airport's time.

    Raises ClaimNotFound, ChangedMeanwhile, WrongClaimState, ItemPromised, NotHere (an airline has it), WrongState (it is
    on the way, or left), ItemMissing.
    """

    def work(tx: Tx) -> dict[str, Any]:
        item, claim = held(tx, request["claim_id"])
        if claim.state is not ClaimState.SUBMITTED:
            raise WrongClaimState(state=claim.state.value)
        if claim.version != request["version"]:
            raise ChangedMeanwhile
        decided = replace(
            claim, decided_at=tx.now(), decided_by=request["actor"], note=request["note"].strip()
        )
        if request["decision"] is Decision.APPROVE:
            fetch_by = now + timedelta(days=place.settings.fetch_days)
            done = _approve(tx, place, (item, claim), replace(decided, fetch_by=fetch_by))
        else:
            refused = replace(decided, state=ClaimState.REFUSED, reason=request["reason"])
            _, done = end_claim(tx, (item, claim), refused, request["actor"])
        return {
            "claim_id": done.id,
            "state": done.state.value,
            "version": done.version,
            "fetch_by": at_or_none(done.fetch_by),
        }

    return once(uow, place, request, "decide_claim", work)


def list_windows(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """WindowsSchema: when the item of an approved claim may be fetched. now: the airport's time.

    Raises ClaimNotFound, WrongClaimState.
    """
    with uow.read() as tx:
        claim = claim_for(tx, request, request["claim_id"])
        item = tx.store.item(claim.item_id)
        assert item is not None
        free = _windows(tx, place, claim, item, now)
    return {"windows": [_window(each) for each in free]}


def choose_pickup(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """OneClaimSchema, or OneDeskClaimSchema for staff. now: the airport's time.

    Raises ClaimNotFound, WrongClaimState, NoWindow.
    """

    def work(tx: Tx) -> dict[str, Any]:
        claim_for(tx, request, request["claim_id"])
        item, claim = held(tx, request["claim_id"])
        tx.store.lock_windows(item.desk_id)
        chosen = [
            each for each in _windows(tx, place, claim, item, now) if each.starts_at == request["starts_at"]
        ]
        if not chosen:
            raise NoWindow
        (window,) = chosen
        done = replace(
            claim,
            version=claim.version + 1,
            way=PickupWay.PICKUP,
            window_from=window.starts_at,
            window_to=window.ends_at,
        )
        tx.store.save_claim(done, claim.version)
        told = {**_times(window), **where_and_when(tx, done, item)}
        tell_claim(tx, events.PICKUP_SET, done, item, told)
        trace(tx, claim.id, asker(request), "window", instant(window.starts_at))
        return {"claim_id": claim.id}

    done = once(uow, place, request, "choose_pickup", work)
    return get_claim(uow, place, {**request, **done})


def renew_code(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """CodeRenewedSchema: the claimant finds a new code, and may try as often as with the first.

    Raises ClaimNotFound, WrongClaimState.
    """

    def work(tx: Tx) -> dict[str, Any]:
        item, claim = held(tx, request["claim_id"])
        if claim.state is not ClaimState.APPROVED:
            raise WrongClaimState(state=claim.state.value)
        done = _with_code(place, replace(claim, version=claim.version + 1))
        tx.store.save_claim(done, claim.version)
        tell_claim(tx, events.CODE_RENEWED, done, item)
        trace(tx, claim.id, request["actor"], "code_renewed", request["note"])
        return {"claim_id": done.id, "tries_left": CODE_TRIES}

    return once(uow, place, request, "renew_code", work)


def lapse_claims(uow: Work, now: datetime) -> int:
    """End approved claims whose item nobody fetched in time; it lies there for others again. Returns how many.

    now: the airport's time.
    """
    with uow.read() as tx:
        due = tx.store.overdue_claims(now, _BATCH)
    done = 0
    for claim_id in due:
        with uow.write() as tx:
            item, claim = held(tx, claim_id)
            late = claim.fetch_by is not None and claim.fetch_by <= now
            if claim.state is ClaimState.APPROVED and claim.way is PickupWay.PICKUP and late:
                end_claim(tx, (item, claim), replace(claim, state=ClaimState.LAPSED), "service")
                done += 1
    return done


def _approve(tx: Tx, place: Place, pair: tuple[Item, Claim], decided: Claim) -> Claim:
    item, claim = pair
    assert may_become(claim.state, ClaimState.APPROVED)
    if item.state in (ItemState.RESERVED, ItemState.SENT):
        raise ItemPromised
    if item.state is ItemState.STORED and not item.holder.startswith(DESK):
        # What an airline keeps is brought to a desk first: there somebody looks at who comes for it.
        raise NotHere(number=item.number, holder=item.holder)
    done = replace(
        decided,
        state=ClaimState.APPROVED,
        version=claim.version + 1,
        way=PickupWay.PICKUP,
    )
    if claim.passenger_id is not None:
        done = _with_code(place, done)
    tx.store.save_claim(done, claim.version)
    actor = decided.decided_by or ""
    item = move(tx, item, Move(CustodyKind.RESERVED, actor, note=claim.number))
    told = {"decision": "approved", "reason": None, **where_and_when(tx, done, item)}
    tell_claim(tx, events.CLAIM_DECIDED, done, item, told)
    trace(tx, claim.id, actor, "approved", done.note)
    return done


def _with_code(place: Place, claim: Claim) -> Claim:
    """The claim with a new code; what is compared is a keyed hash, and the claimant reads the sealed one."""
    if claim.passenger_id is None:
        return replace(claim, tries_left=None)
    code = new_code()
    return replace(
        claim,
        code_index=place.vault.index(f"{claim.id} {code}", "pickup code"),
        code_sealed=place.vault.seal(code, claim.id),
        tries_left=CODE_TRIES,
    )


def _windows(tx: Tx, place: Place, claim: Claim, item: Item, now: datetime) -> list[FreeWindow]:
    if claim.state is not ClaimState.APPROVED or claim.way is not PickupWay.PICKUP:
        raise WrongClaimState(state=claim.state.value)
    assert claim.fetch_by is not None
    taken = tx.store.windows_taken(item.desk_id, now)
    return windows(desk_hours(place.settings), place.zone, now, claim.fetch_by, taken)


def _window(window: FreeWindow) -> dict[str, Any]:
    return {**_times(window), "free": window.free}


def _times(window: FreeWindow) -> dict[str, str]:
    return {"starts_at": instant(window.starts_at), "ends_at": instant(window.ends_at)}


def _numbers(place: Place, q: str) -> tuple[str, ...]:
    """What number of a claim, a report or an item it may be, however it was typed.

    Without its hyphens a claim's or a report's may look like an item's, check character and all: it may be both.
    """
    if not q.strip():
        return ()
    reference = as_reference(q)
    try:
        return as_number(q, place.airport.iata), reference
    except BadNumber:
        return (reference,)
