"""Items at a desk: corrected, put on a shelf, counted, voided, photographed, missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kernel.ids import new_id
from services.lostfound.domain.items import DESK, VOID, Item, Money, Move
from services.lostfound.domain.retention import clocked
from services.lostfound.errors import BadRequest, ChangedMeanwhile, NotHere, TooManyPhotos, UnknownShelf
from services.lostfound.schemas.items import PersonalSchema, PhotoSchema
from services.lostfound.schemas.vocabulary import CATEGORIES, MAX_PHOTOS, CustodyKind
from services.lostfound.usecases.item_views import item_view
from services.lostfound.usecases.moving import lock_item, move, save
from services.lostfound.usecases.registering import cash_note, item_words, with_personal
from services.lostfound.usecases.shared import Place, Tx, Work, loaded, once, refuse_same


def change_item(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ItemResultSchema. Its custody says which fields were changed, not what stood in them.

    Raises BadSeal, BadRequest, UnknownPlace, ItemNotFound, ChangedMeanwhile, WrongState.
    """
    personal = loaded(place, request["personal"], PersonalSchema())
    changes = dict(request["changes"])

    def work(tx: Tx) -> dict[str, Any]:
        item = lock_item(tx, request["item_id"])
        if item.version != request["version"]:
            raise ChangedMeanwhile(number=item.number)
        changed, names = _changed(place, item, changes, personal)
        if names:
            note = ", ".join(names) + (f": {request['reason']}" if request["reason"] else "")
            item = move(tx, item, Move(CustodyKind.CORRECTED, request["actor"], note=note[:200]), changed)
            tx.store.save_words(item.id, item_words(place, item))
        return {"item": item_view(tx, item)}

    return once(uow, place, {**request, "personal": personal}, "change_item", work)


def put_on_shelf(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ItemResultSchema. A missing item that is put on a shelf is found again.

    Raises ItemNotFound, NotHere, UnknownShelf, WrongState.
    """

    def work(tx: Tx) -> dict[str, Any]:
        item = lock_item(tx, request["item_id"])
        item = shelved(tx, item, request["shelf"], request["actor"])
        return {"item": item_view(tx, item)}

    return once(uow, place, request, "put_on_shelf", work)


def shelved(tx: Tx, item: Item, shelf: str, actor: str) -> Item:
    """A locked item of a desk, on this shelf of the desk. Raises NotHere, UnknownShelf, WrongState."""
    if not item.holder.startswith(DESK):
        raise NotHere(number=item.number, holder=item.holder)
    desk_id = item.holder.removeprefix(DESK)
    if not tx.store.has_shelf(desk_id, shelf):
        raise UnknownShelf(desk_id=desk_id, shelf=shelf)
    if item.missing_at is None and item.shelf == shelf:
        return item
    kind = CustodyKind.MOVED_SHELF if item.missing_at is None else CustodyKind.FOUND_AGAIN
    return move(tx, item, Move(kind, actor, shelf=shelf, note=f"{item.shelf or '–'} → {shelf}"))


def count_cash(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ItemResultSchema. Raises SamePerson, BadRequest, ItemNotFound, WrongState, ItemMissing."""
    refuse_same(request["actor"], request["witness"])
    cash = tuple(Money(**each) for each in request["cash"])
    if len({each.currency for each in cash}) != len(cash):
        raise BadRequest(fields={"cash": ["A currency is there twice."]})

    def work(tx: Tx) -> dict[str, Any]:
        item = lock_item(tx, request["item_id"])
        note = "; ".join(filter(None, [cash_note(cash), request["note"]]))
        step = Move(CustodyKind.COUNTED, request["actor"], witness=request["witness"], note=note[:200])
        item = move(tx, item, step, clocked(replace(item, cash=cash)))
        return {"item": item_view(tx, item)}

    return once(uow, place, request, "count_cash", work)


def void_item(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ItemResultSchema: registered in error. Raises ItemNotFound, WrongState, ItemMissing."""

    def work(tx: Tx) -> dict[str, Any]:
        item = lock_item(tx, request["item_id"])
        item = move(tx, item, Move(CustodyKind.VOIDED, request["actor"], VOID, note=request["reason"]))
        return {"item": item_view(tx, item)}

    return once(uow, place, request, "void_item", work)


def report_missing(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ItemResultSchema. Saying it twice says nothing more. Raises ItemNotFound, WrongState."""

    def work(tx: Tx) -> dict[str, Any]:
        item = lock_item(tx, request["item_id"])
        if item.missing_at is None:
            item = move(tx, item, Move(CustodyKind.MISSING, request["actor"], note=request["reason"]))
        return {"item": item_view(tx, item)}

    return once(uow, place, request, "report_missing", work)


def attach_photo(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """PhotoAddedSchema. Raises BadSeal, BadRequest, ItemNotFound, TooManyPhotos."""
    photo = loaded(place, request["photo"], PhotoSchema())
    assert photo is not None, "the schema asks for one"

    def work(tx: Tx) -> dict[str, Any]:
        item = lock_item(tx, request["item_id"])
        if len(tx.store.photo_ids([item.id]).get(item.id, [])) >= MAX_PHOTOS:
            raise TooManyPhotos(most=MAX_PHOTOS)
        photo_id = new_id()
        tx.store.add_photo(
            {
                "id": photo_id,
                "item_id": item.id,
                "added_at": tx.now(),
                "added_by": request["actor"],
                "jpeg_sealed": place.vault.seal(photo["jpeg"], photo_id),
                "thumbnail_sealed": place.vault.seal(photo["thumbnail"], photo_id),
            }
        )
        item = save(tx, item, item, "photo")
        return {"photo_id": photo_id, "item": item_view(tx, item)}

    return once(uow, place, {**request, "photo": photo}, "attach_photo", work)


def _changed(
    place: Place, item: Item, changes: Mapping[str, Any], personal: Mapping[str, Any] | None
) -> tuple[Item, list[str]]:
    """The item with these changes, and the names of what is other than before."""
    category = CATEGORIES[changes.get("category") or item.category]
    if category.code != item.category and category.valuable:
        changes = {"valuable": True, **changes}
    values = {**vars(item), **{name: value for name, value in changes.items() if value is not None}}
    values |= {
        name: None for name in ("flight_id", "seat", "bus_departure_id") if changes.get(name, "") is None
    }
    values["colours"] = tuple(dict.fromkeys(values["colours"]))
    place.refuse_unknown(*({values["place"]} - {item.place}))
    if values["found_to"] < values["found_from"]:
        raise BadRequest(fields={"found_to": ["Before found_from."]})
    names = sorted(name for name, value in values.items() if value != getattr(item, name))
    if personal is not None:
        values = with_personal(place, values, item.id, personal)
        names.append("personal")
    return clocked(Item(**values)), names
