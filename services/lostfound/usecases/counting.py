"""Stock-takes: begun, scanned, closed; and what is other than the books said.

A stock-take is locked before items: whoever holds items never asks for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.ids import new_id
from kernel.instants import instant, instant_or_none
from services.lostfound.domain.items import Item, Move
from services.lostfound.domain.numbers import as_number
from services.lostfound.domain.stocktakes import Found, Scan, differences, is_here, scanned
from services.lostfound.errors import (
    BadNumber,
    DeskNotFound,
    StocktakeClosed,
    StocktakeNotFound,
    StocktakeOpen,
    UnknownShelf,
)
from services.lostfound.schemas.vocabulary import CustodyKind, Difference, StocktakeState
from services.lostfound.store import Stocktake
from services.lostfound.usecases.changing import shelved
from services.lostfound.usecases.item_views import item_views
from services.lostfound.usecases.moving import lock_items, move
from services.lostfound.usecases.shared import (
    Place,
    Tx,
    Work,
    once,
)


def begin_stocktake(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """StocktakeResultSchema. Raises DeskNotFound, StocktakeOpen."""

    def work(tx: Tx) -> dict[str, Any]:
        desk_id = request["desk_id"]
        if not tx.store.lock_desk(desk_id):
            raise DeskNotFound(desk_id=desk_id)
        if (open_ := tx.store.open_stocktake(desk_id)) is not None:
            raise StocktakeOpen(stocktake_id=open_)
        stocktake = Stocktake(new_id(), desk_id, StocktakeState.OPEN, tx.now(), request["actor"])
        tx.store.add_stocktake(stocktake)
        return {"stocktake": stocktake_views(tx, [stocktake])[0], "differences": []}

    return once(uow, place, request, "begin_stocktake", work)


def scan_stocktake(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ScanStocktakeResultSchema: of each number, whether it should be here. Nothing is changed before the end.

    Raises StocktakeNotFound, StocktakeClosed, UnknownShelf.
    """

    def work(tx: Tx) -> dict[str, Any]:
        stocktake = _open(tx, request["stocktake_id"])
        shelf = request["shelf"]
        if shelf is not None and not tx.store.has_shelf(stocktake.desk_id, shelf):
            raise UnknownShelf(desk_id=stocktake.desk_id, shelf=shelf)
        numbers = dict.fromkeys(_read(place, number) for number in request["numbers"])
        items = tx.store.items_by_number(list(numbers))
        scans = [Scan(each, items[each].id if each in items else None, shelf) for each in numbers]
        tx.store.save_scans(stocktake.id, scans, tx.now(), request["actor"])
        results = []
        for scan in scans:
            kind = scanned(scan, items.get(scan.number), stocktake.desk_id)
            results.append({"number": scan.number, "result": "expected" if kind is None else kind.value})
        return {"stocktake": stocktake_views(tx, [stocktake])[0], "results": results}

    return once(uow, place, request, "scan_stocktake", work)


def close_stocktake(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """StocktakeResultSchema. What nobody scanned is missing from now on, what was missing and scanned is found again,
    what lies elsewhere is where it was scanned. Raises StocktakeNotFound, StocktakeClosed."""

    def work(tx: Tx) -> dict[str, Any]:
        stocktake = _open(tx, request["stocktake_id"])
        expected, scans = tx.store.expected(stocktake.id), tx.store.scans(stocktake.id)
        ids = expected | {scan.item_id for scan in scans.values() if scan.item_id is not None}
        items = {item.id: item for item in lock_items(tx, sorted(ids))}
        found = differences(stocktake.desk_id, expected, scans, items)
        _settle(tx, stocktake, scans, items, found, request["actor"])
        tx.store.end_stocktake(stocktake.id, tx.now(), request["actor"], found)
        return _result(tx, stocktake.id)

    return once(uow, place, request, "close_stocktake", work)


def get_stocktake(uow: Work, stocktake_id: str) -> dict[str, Any]:
    """StocktakeResultSchema. Raises StocktakeNotFound."""
    with uow.read() as tx:
        return _result(tx, stocktake_id)


def list_stocktakes(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """StocktakePageSchema."""
    with uow.read() as tx:
        found = tx.store.find_stocktakes(request["desk_id"], request["cursor"], request["limit"] + 1)
        page = found[: request["limit"]]
        more = len(found) > len(page)
        return {"stocktakes": stocktake_views(tx, page), "next_cursor": page[-1].id if more else None}


def stocktake_views(tx: Tx, stocktakes: Sequence[Stocktake]) -> list[dict[str, Any]]:
    """StocktakeSchema of each."""
    counts = tx.store.counts([each.id for each in stocktakes])
    return [
        {
            **{name: getattr(each, name) for name in ("id", "desk_id", "begun_by", "closed_by")},
            "state": each.state.value,
            "begun_at": instant(each.begun_at),
            "closed_at": instant_or_none(each.closed_at),
            "expected": counts[each.id][0],
            "scanned": counts[each.id][1],
        }
        for each in stocktakes
    ]


def _open(tx: Tx, stocktake_id: str) -> Stocktake:
    stocktake = tx.store.lock_stocktake(stocktake_id)
    if stocktake is None:
        raise StocktakeNotFound
    if stocktake.state is not StocktakeState.OPEN:
        raise StocktakeClosed
    return stocktake


def _settle(
    tx: Tx,
    stocktake: Stocktake,
    scans: Mapping[str, Scan],
    items: dict[str, Item],
    found: Sequence[Found],
    actor: str,
) -> None:
    """Make the books say what was seen."""
    for scan in scans.values():
        item = items.get(scan.item_id or "")
        if item is not None and item.missing_at is not None and is_here(item, stocktake.desk_id):
            step = Move(CustodyKind.FOUND_AGAIN, actor, shelf=scan.shelf, note="stock-take")
            items[item.id] = move(tx, item, step)
    for each in found:
        item = items.get(each.item_id or "")
        if item is None:
            continue
        if each.kind is Difference.MISSING and item.missing_at is None:
            move(tx, item, Move(CustodyKind.MISSING, actor, note="stock-take"))
        elif each.kind is Difference.MISPLACED and each.shelf_found is not None:
            shelved(tx, item, each.shelf_found, actor)


def _result(tx: Tx, stocktake_id: str) -> dict[str, Any]:
    stocktake = tx.store.stocktake(stocktake_id)
    if stocktake is None:
        raise StocktakeNotFound
    if stocktake.state is StocktakeState.CLOSED:
        found = tx.store.kept_differences(stocktake_id)
        items = tx.store.items({each.item_id for each in found if each.item_id is not None})
    else:
        expected, scans = tx.store.expected(stocktake_id), tx.store.scans(stocktake_id)
        items = tx.store.items(
            expected | {scan.item_id for scan in scans.values() if scan.item_id is not None}
        )
        found = differences(stocktake.desk_id, expected, scans, items)
    concerned = [items[each.item_id] for each in found if each.item_id is not None]
    shown = {view["id"]: view for view in item_views(tx, concerned)}
    return {
        "stocktake": stocktake_views(tx, [stocktake])[0],
        "differences": [
            {
                **{name: getattr(each, name) for name in ("number", "shelf_expected", "shelf_found")},
                "kind": each.kind.value,
                "item": None if each.item_id is None else shown[each.item_id],
            }
            for each in found
        ],
    }


def _read(place: Place, text: str) -> str:
    try:
        return as_number(text, place.airport.iata)
    except BadNumber:
        return text
