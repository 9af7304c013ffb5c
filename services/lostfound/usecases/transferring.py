"""Items go from desk to desk: sent by one, accepted by the other, and nobody's in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.ids import new_id
from kernel.instants import instant, instant_or_none
from services.lostfound.domain.items import DESK, TRANSFER, Item, Move
from services.lostfound.domain.numbers import as_number
from services.lostfound.errors import (
    BadNumber,
    BadRequest,
    DeskNotFound,
    NotHere,
    TransferNotFound,
    UnknownShelf,
)
from services.lostfound.schemas.vocabulary import CustodyKind, TransferState
from services.lostfound.store import Transfer
from services.lostfound.usecases.moving import lock_items, move
from services.lostfound.usecases.shared import (
    Place,
    Tx,
    Work,
    once,
)


def send_transfer(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """TransferResultSchema: all items leave, or none.

    Raises DeskNotFound, ItemNotFound, NotHere when they aren't all with one desk or airline, WrongState, ItemMissing,
    NotCounted.
    """

    def work(tx: Tx) -> dict[str, Any]:
        transfer = sent(tx, lock_items(tx, request["item_ids"]), request)
        return {"transfer": transfer_views(tx, [transfer])[0]}

    return once(uow, place, request, "send_transfer", work)


def sent(tx: Tx, items: Sequence[Item], request: Mapping[str, Any]) -> Transfer:
    """The transfer in which these locked items leave. request: to_desk, carrier, note, actor. Raises as send_transfer."""
    sender = items[0].holder
    for item in items:
        if item.holder != sender:
            raise NotHere(number=item.number, holder=item.holder)
    if not tx.store.has_desk(request["to_desk"]):
        raise DeskNotFound(desk_id=request["to_desk"])
    if sender == f"{DESK}{request['to_desk']}":
        raise BadRequest(fields={"to_desk": ["They are there."]})
    transfer = Transfer(
        id=new_id(),
        state=TransferState.UNDER_WAY,
        from_holder=sender,
        to_desk=request["to_desk"],
        carrier=request["carrier"],
        note=request["note"],
        sent_at=tx.now(),
        sent_by=request["actor"],
    )
    for item in items:
        step = Move(
            CustodyKind.SENT, request["actor"], f"{TRANSFER}{transfer.id}", note=f"→ {transfer.to_desk}"
        )
        move(tx, item, step)
    tx.store.add_transfer(transfer, [item.id for item in items])
    return transfer


def accept_transfer(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """AcceptedSchema: what was scanned is the desk's now; the rest stays under way. What arrived before is no news.

    Raises TransferNotFound, UnknownShelf.
    """

    def work(tx: Tx) -> dict[str, Any]:
        transfer = tx.store.transfer(request["transfer_id"])
        if transfer is None:
            raise TransferNotFound
        if request["shelf"] is not None and not tx.store.has_shelf(transfer.to_desk, request["shelf"]):
            raise UnknownShelf(desk_id=transfer.to_desk, shelf=request["shelf"])
        # What is in a transfer never changes; only what arrived does, and that is read when the items are held.
        waiting = tx.store.transfer_items([transfer.id])[transfer.id]
        items = {item.number: item for item in lock_items(tx, list(waiting))}
        tx.store.lock_transfer(transfer.id)
        waiting = tx.store.transfer_items([transfer.id])[transfer.id]
        numbers = {_printed(place, number) for number in request["numbers"]}
        arrived = [
            items[number] for number in sorted(numbers & items.keys()) if waiting[items[number].id] is None
        ]
        for item in arrived:
            _accept(tx, transfer, item, request)
        left = [item for item in items.values() if waiting[item.id] is None and item not in arrived]
        tx.store.note_arrived(transfer.id, [item.id for item in arrived], tx.now())
        if arrived and not left:
            tx.store.end_transfer(transfer.id, tx.now(), request["actor"])
        kept = tx.store.transfer(transfer.id)
        assert kept is not None
        return {
            "transfer": transfer_views(tx, [kept])[0],
            "accepted": [item.number for item in arrived],
            "under_way": sorted(item.number for item in left),
            "unexpected": sorted(numbers - items.keys()),
        }

    return once(uow, place, request, "accept_transfer", work)


def get_transfer(uow: Work, transfer_id: str) -> dict[str, Any]:
    """TransferResultSchema. Raises TransferNotFound."""
    with uow.read() as tx:
        transfer = tx.store.transfer(transfer_id)
        if transfer is None:
            raise TransferNotFound
        return {"transfer": transfer_views(tx, [transfer])[0]}


def list_transfers(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """TransferPageSchema."""
    with uow.read() as tx:
        found = tx.store.find_transfers(
            request["desk_id"], request["state"], request["cursor"], request["limit"] + 1
        )
        page = found[: request["limit"]]
        more = len(found) > len(page)
        return {"transfers": transfer_views(tx, page), "next_cursor": page[-1].id if more else None}


def transfer_views(tx: Tx, transfers: Sequence[Transfer]) -> list[dict[str, Any]]:
    """TransferSchema of each."""
    arrivals = tx.store.transfer_items([each.id for each in transfers])
    items = tx.store.items({item_id for each in arrivals.values() for item_id in each})
    return [
        {
            **{
                name: getattr(each, name)
                for name in ("id", "from_holder", "to_desk", "carrier", "note", "sent_by")
            },
            "state": each.state.value,
            "sent_at": instant(each.sent_at),
            "accepted_at": instant_or_none(each.accepted_at),
            "accepted_by": each.accepted_by,
            "items": [
                {
                    "item_id": item_id,
                    **{name: getattr(items[item_id], name) for name in ("number", "category", "valuable")},
                    "arrived_at": instant_or_none(at),
                    "missing_at": instant_or_none(items[item_id].missing_at) if at is None else None,
                }
                for item_id, at in arrivals[each.id].items()
            ],
        }
        for each in transfers
    ]


def _accept(tx: Tx, transfer: Transfer, item: Item, request: Mapping[str, Any]) -> None:
    step = Move(
        CustodyKind.ACCEPTED,
        request["actor"],
        f"{DESK}{transfer.to_desk}",
        note=f"{transfer.from_holder} →",
        shelf=request["shelf"],
    )
    move(tx, item, step)


def _printed(place: Place, text: str) -> str:
    """As it is printed; what is no number of ours stays as it was read."""
    try:
        return as_number(text, place.airport.iata)
    except BadNumber:
        return text
