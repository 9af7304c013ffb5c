"""What nobody claimed: what is due, its notice, and how it goes: proposed by one person, confirmed by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from kernel.ids import new_id
from kernel.instants import instant, instant_or_none
from services.lostfound.domain.items import DESK, DISPOSED, POLICE, Item, Move
from services.lostfound.domain.retention import published, refuse_way
from services.lostfound.errors import (
    AlreadyDecided,
    BadRequest,
    DisposalNotFound,
    ItemMissing,
    NotCounted,
    NotHere,
    Proposed,
    WrongState,
)
from services.lostfound.schemas.vocabulary import CustodyKind, DisposalState, ItemState, Way
from services.lostfound.store import Disposal
from services.lostfound.usecases.claims_guard import refuse_if_claimed
from services.lostfound.usecases.item_views import item_views
from services.lostfound.usecases.moving import lock_items, move, save
from services.lostfound.usecases.shared import (
    Place,
    Tx,
    Work,
    once,
    refuse_same,
)


def list_due(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """ItemPageSchema: what must be destroyed, go to the police, get its notice, or go for good. Raises BadRequest."""
    after = _after(request["cursor"])
    with uow.read() as tx:
        until = tx.now() + timedelta(days=request["within_days"])
        found = tx.store.due_items(until, request["desk_id"], request["step"], after, request["limit"] + 1)
        page = found[: request["limit"]]
        more = len(found) > len(page)
        cursor = f"{instant(page[-1].keep_until)}~{page[-1].id}" if more else None
        return {"items": item_views(tx, page), "next_cursor": cursor}


def publish_notices(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """PublishedSchema: all that hadn't one have it from now on, or none has.

    Raises ItemNotFound, WrongState, NotHere, ItemMissing, NotDue.
    """

    def work(tx: Tx) -> dict[str, Any]:
        items = lock_items(tx, request["item_ids"])
        repeated = [item for item in items if item.published_at is not None]
        for item in items:
            _refuse_elsewhere(item)
        new = [
            save(tx, item, published(item, tx.now()), "published")
            for item in items
            if item.published_at is None
        ]
        return {"items": item_views(tx, new), "repeated": [item.id for item in repeated]}

    return once(uow, place, request, "publish_notices", work)


def propose_disposal(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """DisposalResultSchema. Raises ItemNotFound, WrongState, NotHere, ItemMissing, NotCounted, NotDue, WrongWay,
    Proposed, ItemClaimed: what somebody says is theirs isn't proposed before that is decided.
    """

    def work(tx: Tx) -> dict[str, Any]:
        items = lock_items(tx, request["item_ids"])
        waiting = tx.store.proposed_among([item.id for item in items])
        for item in items:
            if item.id in waiting:
                raise Proposed(number=item.number)
            _refuse(item, request["way"], tx.now())
            refuse_if_claimed(tx, item)
        disposal = Disposal(
            id=new_id(),
            state=DisposalState.PROPOSED,
            way=request["way"],
            recipient=request["recipient"],
            note=request["note"],
            proposed_at=tx.now(),
            proposed_by=request["actor"],
        )
        tx.store.add_disposal(disposal, [item.id for item in items])
        return {"disposal": disposal_views(tx, [disposal])[0]}

    return once(uow, place, request, "propose_disposal", work)


def confirm_disposal(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """DisposalResultSchema: everything on the list goes, or nothing does: who signs a list signs all of it.

    Raises DisposalNotFound, AlreadyDecided, SamePerson; WrongState, NotHere or ItemMissing when something of it was
    claimed, sent or missed since.
    """

    def work(tx: Tx) -> dict[str, Any]:
        disposal_id = request["disposal_id"]
        items = lock_items(tx, tx.store.disposal_items([disposal_id])[disposal_id])
        disposal = _proposed(tx, disposal_id)
        refuse_same(request["actor"], disposal.proposed_by)
        police = disposal.way is Way.POLICE
        for item in items:
            _refuse(item, disposal.way, tx.now())
            step = Move(
                CustodyKind.TO_POLICE if police else CustodyKind.DISPOSED,
                request["actor"],
                POLICE if police else DISPOSED,
                witness=disposal.proposed_by,
                note=": ".join(filter(None, [disposal.way.value, disposal.recipient])),
            )
            move(tx, item, step)
        return _decided(tx, disposal_id, DisposalState.CONFIRMED, request["actor"])

    return once(uow, place, request, "confirm_disposal", work)


def withdraw_disposal(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """DisposalResultSchema: nothing of it goes. Raises DisposalNotFound, AlreadyDecided."""

    def work(tx: Tx) -> dict[str, Any]:
        _proposed(tx, request["disposal_id"])
        return _decided(tx, request["disposal_id"], DisposalState.WITHDRAWN, request["actor"])

    return once(uow, place, request, "withdraw_disposal", work)


def get_disposal(uow: Work, disposal_id: str) -> dict[str, Any]:
    """DisposalResultSchema. Raises DisposalNotFound."""
    with uow.read() as tx:
        disposal = tx.store.disposal(disposal_id)
        if disposal is None:
            raise DisposalNotFound
        return {"disposal": disposal_views(tx, [disposal])[0]}


def list_disposals(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """DisposalPageSchema."""
    with uow.read() as tx:
        found = tx.store.find_disposals(
            request["state"], request["way"], request["cursor"], request["limit"] + 1
        )
        page = found[: request["limit"]]
        more = len(found) > len(page)
        return {"disposals": disposal_views(tx, page), "next_cursor": page[-1].id if more else None}


def disposal_views(tx: Tx, disposals: Sequence[Disposal]) -> list[dict[str, Any]]:
    """DisposalSchema of each."""
    ids = tx.store.disposal_items([each.id for each in disposals])
    items = tx.store.items({item_id for each in ids.values() for item_id in each})
    shown = {view["id"]: view for view in item_views(tx, list(items.values()))}
    return [
        {
            **{
                name: getattr(each, name) for name in ("id", "recipient", "note", "proposed_by", "decided_by")
            },
            "state": each.state.value,
            "way": each.way.value,
            "proposed_at": instant(each.proposed_at),
            "decided_at": instant_or_none(each.decided_at),
            "items": [shown[item_id] for item_id in ids[each.id]],
        }
        for each in disposals
    ]


def _refuse(item: Item, way: Way, now: datetime) -> None:
    """Raises unless it is here and may go in this way."""
    _refuse_elsewhere(item)
    if item.precious and item.counted_at is None:
        raise NotCounted(number=item.number)
    refuse_way(item, way, now)


def _refuse_elsewhere(item: Item) -> None:
    if item.state is not ItemState.STORED:
        raise WrongState(number=item.number, state=item.state.value)
    if not item.holder.startswith(DESK):
        raise NotHere(number=item.number, holder=item.holder)
    if item.missing_at is not None:
        raise ItemMissing(number=item.number)


def _proposed(tx: Tx, disposal_id: str) -> Disposal:
    """The proposal, held. Raises DisposalNotFound, AlreadyDecided."""
    disposal = tx.store.lock_disposal(disposal_id)
    if disposal is None:
        raise DisposalNotFound
    if disposal.state is not DisposalState.PROPOSED:
        raise AlreadyDecided(state=disposal.state.value)
    return disposal


def _decided(tx: Tx, disposal_id: str, state: DisposalState, actor: str) -> dict[str, Any]:
    tx.store.decide_disposal(disposal_id, state, tx.now(), actor)
    disposal = tx.store.disposal(disposal_id)
    assert disposal is not None
    return {"disposal": disposal_views(tx, [disposal])[0]}


def _after(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    at, _, item_id = cursor.partition("~")
    try:
        parsed = datetime.fromisoformat(at)
    except ValueError:
        raise BadRequest(fields={"cursor": ["Not one of ours."]}) from None
    if parsed.tzinfo is None or not item_id:
        raise BadRequest(fields={"cursor": ["Not one of ours."]})
    return parsed, item_id
